-- A buyer turns out to be a member. What is better for them is taken, and what is not is left: a
-- price that was held is kept. What is checked out costs what it was checked out for.
create or replace function app_private.reprice_for_member(booking app_public.bookings)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := reprice_for_member.booking;
  v_performance app_public.performances;
  v_line app_private.priced_line;
  v_member_line app_private.priced_line;
begin
  select p.* into v_performance
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id
    and e.has_price_rules;
  if not found or v_booking.status <> 'draft'
    or not app_private.is_member(v_booking.organization_id, v_booking.user_id)
  then
    return v_booking;
  end if;
  foreach v_line in array app_private.lines_of(v_booking) loop
    continue when v_line.item_type not in ('seat', 'admission') or v_line.price_basis <> 'public';
    begin
      v_member_line := app_private.price_ticket(v_line, v_performance, true);
    exception
      -- It has a price, and keeps it.
      when sqlstate 'LMSAL' then
        continue;
    end;
    if v_member_line.unit_price_cents < v_line.unit_price_cents then
      update app_public.booking_items as i
      set price_basis = v_member_line.price_basis,
        base_price_cents = v_member_line.base_price_cents,
        priced_at = now(),
        applied_rules = v_member_line.applied_rules,
        unit_price_cents = v_member_line.unit_price_cents,
        subtotal_cents = v_member_line.unit_price_cents * i.quantity,
        discount_cents = 0,
        service_fee_absorbed_cents = 0,
        processing_fee_absorbed_cents = 0,
        tax_included_cents = 0,
        total_cents = v_member_line.unit_price_cents * i.quantity + i.service_fee_cents
          + i.processing_fee_cents + i.tax_cents
      where i.organization_id = v_booking.organization_id
        and i.id = v_line.booking_item_id;
    end if;
  end loop;
  return app_private.store_booking_totals(v_booking.id);
end
$$;

comment on function app_private.reprice_for_member(app_public.bookings) is
  'Gives a booking the prices of its owner''s membership where they are better, if it is a draft; '
  'returns it.';
