create or replace function app_private.has_open_money(booking app_public.bookings)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select (has_open_money.booking).status
      in ('pending_payment', 'partially_paid', 'disputed', 'fraud_hold', 'pending_approval')
    or exists (
      select from app_public.refunds as r
      where r.organization_id = (has_open_money.booking).organization_id
        and r.booking_id = (has_open_money.booking).id
        and r.status in ('pending', 'processing')
    )
    or exists (
      select from app_public.disputes as d
      where d.organization_id = (has_open_money.booking).organization_id
        and d.booking_id = (has_open_money.booking).id
        and d.closed_at is null
    )
$$;

comment on function app_private.has_open_money(app_public.bookings) is
  'Whether a booking waits for money, for its return, or for a bank''s verdict.';
