create or replace function app_public.approve_booking(booking_id uuid)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_approval(approve_booking.booking_id);
  v_organization app_public.organizations;
  v_is_authorized boolean;
begin
  select * into strict v_organization
  from app_public.organizations as o where o.id = v_booking.organization_id;
  if v_organization.status <> 'active' then
    perform app_private.raise_not_active(v_organization);
  end if;
  perform app_private.require_day(v_booking);
  -- Sales may have closed meanwhile: the buyer was in time.
  perform app_private.prolong_hold(
    v_booking,
    now() + make_interval(
      hours => (
        select a.pay_within_hours from app_public.booking_approvals as a
        where a.organization_id = v_booking.organization_id and a.booking_id = v_booking.id
      )
    )
  );
  v_is_authorized := app_private.capture_payment(v_booking);
  if v_is_authorized then
    update app_public.bookings as b
    set status = 'pending_payment' where b.id = v_booking.id;
  else
    perform app_private.proceed_to_payment(v_booking);
  end if;
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  -- Who has nothing to pay, or whose card is charged, hears of it by what was bought.
  if v_booking.status = 'pending_payment' and not v_is_authorized then
    perform app_private.mail_booking(v_booking, 'booking_approved');
  end if;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.approve_booking(uuid) is
  'Says yes to a booking that waits for it: a card that was authorized is charged; else its buyer '
  'is mailed and may pay, as long as the category allows; a free one is confirmed. Needs '
  'bookings.manage, and somebody other than the buyer. Raises LMNFD, LMRGT, LMBST, LMEXP, LMORG (a '
  'suspended organization), LMEVT (postponed, without a new date), LMPLN (its payment plan has run '
  'out of time), LMAUT, LMSES.';
grant execute on function app_public.approve_booking(uuid) to lml_user;
