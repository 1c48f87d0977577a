create or replace function app_public.release_seats(booking_id uuid, seat_ids text[])
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    release_seats.booking_id, 'bookings.manage'
  );
  v_sale app_private.sale;
  v_is_allocated boolean;
begin
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(
    v_booking.performance_id, coalesce(release_seats.seat_ids, '{}')
  );
  if not v_sale.seat_nos <@ app_private.held_seat_nos(v_booking) then
    raise exception 'The booking does not hold all of these seats.' using errcode = 'LMSEA';
  end if;

  v_is_allocated := app_private.lock_allocations_of(v_booking);
  perform app_private.free_seats(v_booking, v_sale.seat_nos);
  if v_is_allocated then
    perform app_private.return_seats(v_booking, v_sale.seat_nos);
  end if;
  perform app_private.reprice_lines_without(v_booking, v_sale, v_sale.seat_nos);
  return app_private.masked_booking(app_private.store_booking_totals(v_booking.id));
end
$$;

comment on function app_public.release_seats(uuid, text[]) is
  'Lets seats of a draft go; the rest and their prices stay. '
  'Raises LMBKG, LMBST, LMEXP, LMSEA (not held by it), LMSDP, LMQTY, LMSAL, LMEVT, LMSES, LMCRT.';
grant execute on function app_public.release_seats(uuid, text[]) to lml_anonymous, lml_user;
