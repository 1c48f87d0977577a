-- Under the terms at purchase, as the quote says. A ticket that was handed on is not the buyer's
-- any more to return.
create or replace function app_public.return_tickets(
  booking_id uuid, ticket_ids uuid[] default null, idempotency_key text default null,
  add_on_item_ids uuid[] default null, add_on_quantities integer[] default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    return_tickets.booking_id, 'bookings.manage'
  );
begin
  if app_private.replay_result(
    return_tickets.idempotency_key, 'return_tickets',
    jsonb_build_array(
      return_tickets.booking_id, return_tickets.ticket_ids, return_tickets.add_on_item_ids,
      return_tickets.add_on_quantities
    )
  ) is null then
    v_booking := app_private.return_under_terms(
      v_booking, return_tickets.ticket_ids, return_tickets.add_on_item_ids,
      return_tickets.add_on_quantities
    );
    perform app_private.keep_result(return_tickets.idempotency_key, v_booking.id);
  end if;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.return_tickets(uuid, uuid[], text, uuid[], integer[]) is
  'Gives tickets of a booking back, units of its add-ons, or all of it, for what '
  'quote_cancellation says; their places are on sale again, and with the last one the booking is '
  'canceled. Raises LMBKG, LMBST, LMNRF (not taken back, or not any more, or handed on), LMTUS, '
  'LMTVD, LMNFD, LMINP, LMSES, LMCRT, LMIDK.';
grant execute on function app_public.return_tickets(uuid, uuid[], text, uuid[], integer[])
  to lml_anonymous, lml_user;
