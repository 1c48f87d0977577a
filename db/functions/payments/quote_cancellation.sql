create or replace function app_public.quote_cancellation(
  booking_id uuid, ticket_ids uuid[] default null, add_on_item_ids uuid[] default null,
  add_on_quantities integer[] default null
)
returns app_public.cancellation_quote
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_offer app_private.cancellation_offer;
  v_parts app_private.refund_part[];
  v_quote app_public.cancellation_quote;
begin
  select * into v_booking
  from app_public.bookings as b
  where b.id = quote_cancellation.booking_id
    and (
      b.user_id = app_hidden.current_user_id()
      or b.cart_token_hash = app_hidden.current_cart_hash()
      or app_hidden.has_performance_permission(
        b.organization_id, b.performance_id, 'bookings.read'
      )
    );
  if not found then
    perform app_private.raise_no_booking(quote_cancellation.booking_id);
  end if;
  perform app_private.require_tickets_of(v_booking, quote_cancellation.ticket_ids);
  perform app_private.require_add_ons_of(
    v_booking, quote_cancellation.add_on_item_ids, quote_cancellation.add_on_quantities
  );
  v_offer := app_private.cancellation_offer_of(v_booking);
  v_parts := array(
    select p from app_private.parts_to_return(
      v_booking, quote_cancellation.ticket_ids, v_offer.percentage,
      coalesce(v_offer.refunds_service_fees, false),
      coalesce(v_offer.refunds_processing_fees, false), quote_cancellation.add_on_item_ids,
      quote_cancellation.add_on_quantities
    ) as p
  );
  v_quote := row(
    v_booking.id, v_offer.percentage, v_offer.until, v_offer.policy_version,
    coalesce(v_offer.refunds_service_fees, false), coalesce(v_offer.refunds_processing_fees, false),
    case
      -- There are no tickets yet.
      when v_booking.confirmed_at is null or v_booking.status = 'partially_paid'
        then app_private.tickets_in(v_booking)
      else (select count(p.ticket_id) from unnest(v_parts) as p)
    end,
    0, 0, 0, 0, 0,
    (
      select coalesce(sum(app_private.total_of_unit(u)), 0)
      from unnest(v_parts) as p
      join app_private.refund_units(v_booking) as u
        on u.booking_item_id = p.booking_item_id and u.ticket_id is not distinct from p.ticket_id
          and u.unit_no is not distinct from p.unit_no
    ),
    v_booking.currency
  )::app_public.cancellation_quote;
  return app_private.quote_of_parts(v_booking, v_parts, v_quote);
end
$$;

comment on function app_public.quote_cancellation(uuid, uuid[], uuid[], integer[]) is
  'What comes back for tickets of a booking, units of its add-ons, or all of it, if it is canceled '
  'now; also for a cart, before it is bought. Of a booking that is not paid for yet, only what was '
  'paid beyond what is kept comes back. Raises LMBKG, LMTVD (a ticket is not of this booking, or '
  'not valid), LMINP, LMSES, LMCRT.';
grant execute on function app_public.quote_cancellation(uuid, uuid[], uuid[], integer[])
  to lml_anonymous, lml_user;
