create or replace function app_public.return_booking(
  booking_id uuid, idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    return_booking.booking_id, 'bookings.manage'
  );
begin
  if app_private.replay_result(
    return_booking.idempotency_key, 'return_booking', jsonb_build_array(return_booking.booking_id)
  ) is not null then
    return v_booking;
  end if;
  if v_booking.status <> 'confirmed' then
    raise exception 'The booking is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  if not exists (
    select from app_public.performances as p
    where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id
      and p.status in ('scheduled', 'postponed') and p.refunds_until > now()
  ) then
    raise exception 'Tickets of this performance are not taken back, or not any more.'
      using errcode = 'LMNRF', detail = v_booking.performance_id::text,
        hint = 'Ask the organization; quote the booking reference.';
  end if;
  v_booking := app_private.end_booking(
    v_booking, 'Given back after a postponement', 'customer_request'
  );
  perform app_private.keep_result(return_booking.idempotency_key, v_booking.id);
  return v_booking;
end
$$;

comment on function app_public.return_booking(uuid, text) is
  'Gives a paid booking back for all of its price, after its performance was postponed and as long '
  'as that is offered. Raises LMNRF (it is not), LMBKG, LMBST, LMTUS, LMSES, LMCRT, LMIDK, LMINP.';
grant execute on function app_public.return_booking(uuid, text) to lml_anonymous, lml_user;
