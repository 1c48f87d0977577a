create or replace function app_private.check_unwanted_money_is_on_its_way_back()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'unwanted_money_is_on_its_way_back', b.organization_id, b.id,
    format('%s are left of what was received, to be kept %s', p.left_over, k.kept)
  from app_public.bookings as b
  cross join lateral (
    -- What a failed refund is to return again is known to those who look at failed_refunds.
    select sum(app_private.left_of_payment(p)) as left_over
    from app_public.payment_intents as p
    where p.organization_id = b.organization_id and p.booking_id = b.id
  ) as p
  cross join lateral (
    -- What its terms let the organization keep.
    select case
      when b.confirmed_at is null or exists (
        select from app_public.tickets as t
        where t.organization_id = b.organization_id
          and t.booking_id = b.id
          and not exists (
            select from app_public.refund_items as i
            where i.organization_id = t.organization_id and i.ticket_id = t.id and i.is_return
          )
      )
      then 0
      else b.total_amount_cents - b.refunded_cents
    end as kept
  ) as k
  where b.status in ('canceled', 'expired', 'refunded')
    and p.left_over > k.kept
$$;

comment on function app_private.check_unwanted_money_is_on_its_way_back() is
  'A booking that ended, and of which more is left than its terms let keep.';
