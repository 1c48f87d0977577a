-- The heart of a sale. One update takes all the seats or, because the caller's transaction fails,
-- none. A seat whose lock has run out is free at this very moment, whoever sweeps up later.
--
-- Seats are locked in order of their number, so that two holds never wait for each other in a
-- circle. Only an index scan visits them in that order, hence the settings; the generic plan saves
-- planning anew at every call (the array makes a custom plan look cheaper than it is).
create or replace function app_private.take_seats(
  sale app_private.sale, seat_nos integer[], booking_id uuid, locked_until timestamptz
)
returns setof app_private.priced_line
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_taken integer[];
  v_line app_private.priced_line;
begin
  for v_line in
    with taken as (
      update app_public.seat_booking_state as s
      set status = 'locked', booking_id = take_seats.booking_id,
        locked_until = take_seats.locked_until
      where s.organization_id = (take_seats.sale).organization_id
        and s.performance_id = (take_seats.sale).performance_id
        and s.seat_no = any (take_seats.seat_nos)
        and (s.status = 'available' or (s.status = 'locked' and s.locked_until <= now()))
      returning s.seat_no, s.category_no, s.price_override_cents
    ),
    grouped as (
      select
        t.category_no, t.price_override_cents, array_agg(t.seat_no order by t.seat_no) as seat_nos,
        count(*)::integer as quantity
      from taken as t
      group by t.category_no, t.price_override_cents
    )
    select
      c.id, g.seat_nos, g.quantity, coalesce(g.price_override_cents, p.price_cents),
      l.subtotal_cents, l.service_fee_cents, l.processing_fee_cents, l.tax_cents, l.total_cents
    from grouped as g
    left join app_public.performance_categories as pc
      on pc.organization_id = (take_seats.sale).organization_id
      and pc.performance_id = (take_seats.sale).performance_id
      and pc.category_no = g.category_no
    left join app_public.ticket_categories as c
      on c.organization_id = pc.organization_id
      and c.id = pc.ticket_category_id
      and c.status = 'active'
    left join app_public.ticket_category_prices as p
      on p.organization_id = c.organization_id
      and p.ticket_category_id = c.id
      and p.audience = 'public'
      and p.valid_during @> now()
    left join lateral app_hidden.price_line(
      coalesce(g.price_override_cents, p.price_cents), g.quantity, take_seats.sale
    ) as l on true
  loop
    v_taken := v_taken || v_line.seat_nos;
    if v_line.ticket_category_id is null or v_line.unit_price_cents is null then
      raise exception 'Tickets of this category are not on sale.'
        using errcode = 'LMSAL', detail = v_line.seat_nos::text;
    end if;
    return next v_line;
  end loop;

  if cardinality(v_taken) is distinct from cardinality(take_seats.seat_nos) then
    perform app_private.raise_seats_taken(
      take_seats.sale,
      array(
        select unnest(take_seats.seat_nos) except select unnest(coalesce(v_taken, '{}'))
      )
    );
  end if;
end
$$;

comment on function app_private.take_seats(
  app_private.sale, integer[], uuid, timestamptz
) is
  'Locks seats for a booking and returns its lines, priced. '
  'Raises LMTKN, naming the seats that were not free, and LMSAL for a category not on sale.';
