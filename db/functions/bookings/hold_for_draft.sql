-- More seats for a cart that is already there. Its deadline stays: there is only one.
create or replace function app_private.hold_for_draft(
  booking app_public.bookings, sale app_private.sale, seat_nos integer[]
)
returns app_public.bookings
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_held integer[] := app_private.held_seat_nos(hold_for_draft.booking);
  v_wanted integer[];
begin
  -- Seats that the cart has are simply kept, so that a repeated click does no harm.
  v_wanted := array(
    select n from unnest(hold_for_draft.seat_nos) as n where not n = any (v_held) order by n
  );
  if cardinality(v_held) + cardinality(v_wanted)
    > (hold_for_draft.sale).tickets_per_booking_max
  then
    raise exception 'At most % seats fit in one booking.',
        (hold_for_draft.sale).tickets_per_booking_max
      using errcode = 'LMQTY', detail = (cardinality(v_held) + cardinality(v_wanted))::text;
  end if;
  if cardinality(v_wanted) > 0 then
    insert into app_public.booking_items (
      organization_id, booking_id, item_type, ticket_category_id, seat_nos, quantity,
      unit_price_cents, subtotal_cents, service_fee_cents, processing_fee_cents, tax_cents,
      total_cents
    )
    select
      (hold_for_draft.sale).organization_id, (hold_for_draft.booking).id, 'seat',
      l.ticket_category_id, l.seat_nos, l.quantity, l.unit_price_cents, l.subtotal_cents,
      l.service_fee_cents, l.processing_fee_cents, l.tax_cents, l.total_cents
    from app_private.take_seats(
      hold_for_draft.sale, v_wanted, (hold_for_draft.booking).id,
      (hold_for_draft.booking).expires_at
    ) as l;
  end if;
  return app_private.store_booking_totals((hold_for_draft.booking).id);
end
$$;

comment on function app_private.hold_for_draft(
  app_public.bookings, app_private.sale, integer[]
) is 'Adds seats to a draft, which the caller has locked. Raises LMTKN, LMSAL, LMQTY.';
