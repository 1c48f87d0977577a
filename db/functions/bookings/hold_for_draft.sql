-- More seats for a cart that is already there. Its deadline stays: there is only one.
create or replace function app_private.hold_for_draft(
  booking app_public.bookings, sale app_private.sale
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_held integer[] := app_private.held_seat_nos(hold_for_draft.booking);
  v_count integer;
begin
  -- Seats that the cart has are simply kept, so that a repeated click does no harm.
  sale.seat_nos := array(
    select n from unnest((hold_for_draft.sale).seat_nos) as n where not n = any (v_held)
  );
  v_count := app_private.tickets_in(hold_for_draft.booking)
    + cardinality((hold_for_draft.sale).seat_nos);
  if v_count > (hold_for_draft.sale).tickets_per_booking_max then
    raise exception 'At most % tickets fit in one booking.',
        (hold_for_draft.sale).tickets_per_booking_max
      using errcode = 'LMQTY', detail = v_count::text;
  end if;
  if cardinality((hold_for_draft.sale).seat_nos) > 0 then
    perform app_private.take_seats(
      hold_for_draft.sale, (hold_for_draft.booking).id, (hold_for_draft.booking).expires_at
    );
    perform app_private.note_seats_changed(
      (hold_for_draft.sale).performance_id, (hold_for_draft.sale).seat_nos
    );
  end if;
  return app_private.masked_booking(
    app_private.store_booking_totals((hold_for_draft.booking).id)
  );
end
$$;

comment on function app_private.hold_for_draft(app_public.bookings, app_private.sale) is
  'Adds the seats of a sale to a draft, which the caller has locked. Raises LMTKN, LMSAL, LMQTY.';
