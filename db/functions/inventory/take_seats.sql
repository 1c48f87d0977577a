-- The heart of a sale. One statement takes all the seats and writes their lines, and the booking
-- too when there is none yet; or, because the caller's transaction fails, nothing at all. A seat
-- whose lock has run out is free at this very moment, whoever sweeps up later.
--
-- Seats are locked in order of their number, so that two holds never wait for each other in a
-- circle. Only an index scan visits them in that order, hence the settings; the generic plan saves
-- planning anew at every call (the array makes a custom plan look cheaper than it is).
create or replace function app_private.take_seats(
  sale app_private.sale, booking_id uuid, locked_until timestamptz,
  new_buyer app_private.buyer default null
)
returns app_public.bookings
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_is_new boolean := not take_seats.new_buyer is null;
  v_reference text;
  v_result record;
begin
  if v_is_new then
    perform app_private.require_room_for_cart(take_seats.sale, take_seats.new_buyer);
    v_reference := app_hidden.draw_booking_reference();
  end if;
  if take_seats.sale.prices_vary then
    perform app_private.refresh_sold_shares(take_seats.sale);
  end if;

  with taken as (
    update app_public.seat_booking_state as s
    set status = 'locked', booking_id = take_seats.booking_id,
      locked_until = take_seats.locked_until
    where s.organization_id = take_seats.sale.organization_id
      and s.performance_id = take_seats.sale.performance_id
      and s.seat_no = any (take_seats.sale.seat_nos)
      and (s.status = 'available' or (s.status = 'locked' and s.locked_until <= now()))
    returning s.seat_no, s.category_no, s.price_override_cents
  ),
  grouped as (
    select
      t.category_no, t.price_override_cents, array_agg(t.seat_no order by t.seat_no) as seat_nos,
      count(*)::integer as quantity
    from taken as t
    group by t.category_no, t.price_override_cents
  ),
  priced as materialized (
    select
      c.id as ticket_category_id, g.seat_nos, g.quantity,
      case
        when g.price_override_cents is not null then 'seat'
        when take_seats.sale.prices_vary then 'pending'
        else 'public'
      end::app_public.price_basis as price_basis,
      -- A line that is pending is given its price at once, below.
      coalesce(g.price_override_cents, case when take_seats.sale.prices_vary then 0 end, (
        select p.price_cents
        from app_public.ticket_category_prices as p
        where p.organization_id = c.organization_id
          and p.ticket_category_id = c.id
          and p.audience = 'public'
          and p.valid_during @> now()
      )) as unit_price_cents
    from grouped as g
    join app_public.ticket_categories as c
      on c.organization_id = take_seats.sale.organization_id
      and c.event_id = take_seats.sale.event_id
      and c.category_no = g.category_no
      and app_private.is_on_sale(c)
  ),
  lines as (
    -- The total is added up where it is needed: spelled out here, it would be worked out of all its
    -- parts a second time.
    select
      p.*, l.subtotal_cents, l.service_fee_cents, l.processing_fee_cents, l.tax_cents
    from priced as p
    cross join lateral app_hidden.price_line(
      p.unit_price_cents, p.quantity, take_seats.sale
    ) as l
    where p.unit_price_cents is not null
  ),
  sums as (
    select
      sum(l.quantity) as quantity,
      sum(l.subtotal_cents)::bigint as subtotal_cents,
      sum(l.service_fee_cents)::bigint as service_fee_cents,
      sum(l.processing_fee_cents)::bigint as processing_fee_cents,
      sum(l.tax_cents)::bigint as tax_cents,
      app_hidden.percentage_of(
        sum(l.subtotal_cents)::bigint, take_seats.sale.commission_percentage
      ) as commission_cents
    from lines as l
  ),
  new_booking as (
    insert into app_public.bookings as b (
      id, organization_id, performance_id, booking_reference, user_id, cart_token_hash,
      booking_channel, currency, subtotal_cents, service_fee_cents, processing_fee_cents,
      tax_cents, total_amount_cents, commission_percentage, commission_amount_cents,
      payout_cents, expires_at
    )
    select
      take_seats.booking_id, take_seats.sale.organization_id, take_seats.sale.performance_id,
      v_reference, take_seats.new_buyer.user_id, take_seats.new_buyer.cart_token_hash,
      app_hidden.current_channel(), take_seats.sale.currency, s.subtotal_cents,
      s.service_fee_cents, s.processing_fee_cents, s.tax_cents,
      s.subtotal_cents + s.service_fee_cents + s.processing_fee_cents + s.tax_cents,
      take_seats.sale.commission_percentage, s.commission_cents,
      s.subtotal_cents - s.commission_cents, take_seats.locked_until
    from sums as s
    where v_is_new and s.quantity > 0
    -- Rarer than to ask beforehand would be cheap: one in a million, with a million bookings.
    on conflict on constraint bookings_reference_is_unique do nothing
    returning b as booking
  ),
  new_items as (
    insert into app_public.booking_items (
      organization_id, booking_id, item_type, ticket_category_id, price_basis, seat_nos, quantity,
      unit_price_cents, subtotal_cents, service_fee_cents, processing_fee_cents, tax_cents,
      total_cents
    )
    select
      take_seats.sale.organization_id, take_seats.booking_id, 'seat', l.ticket_category_id,
      l.price_basis, l.seat_nos, l.quantity, l.unit_price_cents, l.subtotal_cents,
      l.service_fee_cents, l.processing_fee_cents, l.tax_cents,
      l.subtotal_cents + l.service_fee_cents + l.processing_fee_cents + l.tax_cents
    from lines as l
    where not v_is_new or exists (select from new_booking)
  )
  select s.quantity, (select n.booking from new_booking as n) as booking into v_result
  from sums as s;

  if v_result.quantity is distinct from cardinality(take_seats.sale.seat_nos) then
    perform app_private.raise_seats_taken(take_seats.sale, take_seats.booking_id);
  end if;
  if v_is_new and v_result.booking is null then
    raise exception 'The booking reference that was drawn is in use.'
      using errcode = 'LMREF', hint = 'Try again.';
  end if;
  if take_seats.sale.prices_vary and v_is_new then
    v_result.booking := app_private.store_booking_totals(take_seats.booking_id);
  end if;
  if take_seats.sale.screens_holds then
    perform app_private.screen_hold(
      take_seats.booking_id, cardinality(take_seats.sale.seat_nos)
    );
  end if;
  return v_result.booking;
end
$$;

comment on function app_private.take_seats(
  app_private.sale, uuid, timestamptz, app_private.buyer
) is
  'Locks the seats of a sale for a booking and adds their lines, priced, to it. For a new buyer it '
  'makes the booking, and returns it; the amounts of an older one are for the caller to store. '
  'Raises LMTKN, naming the seats that were not free, LMSAL for a category not on sale, LMMBR for '
  'one that is for members, and LMRSK when a rule against fraud refuses it.';
