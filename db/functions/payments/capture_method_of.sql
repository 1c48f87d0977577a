-- What was agreed on at checkout, whatever the category says by now: nobody is charged without an
-- answer who was told that there would be one.
create or replace function app_private.capture_method_of(booking app_public.bookings)
returns app_public.capture_method
language sql stable security definer set search_path = ''
as $$
  select case
    when exists (
      select from app_public.booking_approvals as a
      where a.organization_id = (capture_method_of.booking).organization_id
        and a.booking_id = (capture_method_of.booking).id
        and a.decision = 'approved'
    )
    then 'automatic'
    else coalesce(
      (
        select p.capture_method from app_public.payment_intents as p
        where p.organization_id = (capture_method_of.booking).organization_id
          and p.booking_id = (capture_method_of.booking).id
        order by p.created_at desc, p.id desc
        limit 1
      ),
      'automatic'
    )
  end::app_public.capture_method
$$;

comment on function app_private.capture_method_of(app_public.bookings) is
  'How another attempt at the payment of a booking is captured.';
