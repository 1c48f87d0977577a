create or replace function app_private.check_kept_was_paid()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'kept_was_paid', b.organization_id, b.id,
    format('%s is kept, and %s is left of what was paid', k.kept, p.left_over)
  from app_public.bookings as b
  cross join lateral (select b.total_amount_cents - b.refunded_cents as kept) as k
  cross join lateral (
    -- What a failed refund is to return again is here still, and an invoice may be paid.
    select coalesce(sum(
      case when p.method = 'invoice' and p.status = 'pending' then p.amount_cents
        else p.received_cents - p.refunded_cents - coalesce((
          select sum(d.lost_cents) from app_public.disputes as d
          where d.organization_id = p.organization_id and d.payment_intent_id = p.id
        ), 0)
      end
    ), 0) as left_over
    from app_public.payment_intents as p
    where p.organization_id = b.organization_id and p.booking_id = b.id
  ) as p
  where b.status in ('canceled', 'refunded') and b.confirmed_at is not null
    and k.kept > p.left_over
$$;

comment on function app_private.check_kept_was_paid() is
  'A booking that ended, and of whose sale more is kept than its buyer has paid.';
