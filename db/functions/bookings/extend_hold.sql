create or replace function app_public.extend_hold(booking_id uuid)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    extend_hold.booking_id, 'bookings.manage'
  );
  v_sale app_private.sale;
begin
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(v_booking.performance_id);
  perform app_private.prolong_hold(
    v_booking, least(
      now() + make_interval(secs => v_sale.hold_seconds),
      v_booking.created_at + make_interval(secs => v_sale.hold_seconds_max)
    )
  );
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.extend_hold(uuid) is
  'Gives a draft its full time again, up to the organization''s maximum from its beginning: at the '
  'maximum, its deadline stays as it is. '
  'Raises LMBKG, LMBST, LMEXP (run out, or taken over), LMSAL, LMEVT, LMSES, LMCRT.';
grant execute on function app_public.extend_hold(uuid) to lml_anonymous, lml_user;
