-- Together with what of the booking was returned without one before: many
-- small parts are one large one.
create or replace function app_private.needs_refund_approval(
  booking app_public.bookings, amount_cents bigint
)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select s.refund_approval_above_cents is not null
    and needs_refund_approval.amount_cents > 0
    and (
      needs_refund_approval.amount_cents + (
        select coalesce(sum(r.amount_cents), 0)
        from app_public.refund_requests as r
        where r.organization_id = (needs_refund_approval.booking).organization_id
          and r.booking_id = (needs_refund_approval.booking).id
          and r.is_exception and r.status = 'approved' and r.decided_by is null
      ) > s.refund_approval_above_cents
      -- The threshold says nothing about other currencies.
      or o.default_currency <> (needs_refund_approval.booking).currency
    )
  from app_public.organization_settings as s
  join app_public.organizations as o on o.id = s.organization_id
  where s.organization_id = (needs_refund_approval.booking).organization_id
$$;

comment on function app_private.needs_refund_approval(app_public.bookings, bigint) is
  'Whether a refund by staff needs a second person.';
