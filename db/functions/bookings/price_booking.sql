-- Prices that a line has are kept; what has none yet gets that of now. Terms are those of the
-- moment when the booking was first priced here. The caller has locked the booking.
create or replace function app_private.price_booking(booking_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_performance app_public.performances;
  v_is_member boolean;
  v_code app_public.discount_codes;
  v_lines app_private.priced_line[];
begin
  select * into strict v_booking
  from app_public.bookings as b
  where b.id = price_booking.booking_id;
  select * into strict v_performance
  from app_public.performances as p
  where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id;
  if v_booking.price_terms is null then
    update app_public.bookings as b
    set price_terms = app_private.price_terms_of(v_performance.id)
    where b.id = v_booking.id
    returning * into v_booking;
  end if;
  v_is_member := app_private.is_for_member(v_booking);
  perform app_private.require_membership(v_booking, v_is_member);
  v_code := app_private.discount_code_of(v_booking);

  v_lines := app_private.price_lines(
    app_private.lines_of(v_booking), v_performance, v_booking.price_terms, v_is_member, v_code
  );

  update app_public.booking_items as i
  set price_basis = l.price_basis,
    base_price_cents = l.base_price_cents,
    unit_price_cents = l.unit_price_cents,
    applied_rules = l.applied_rules,
    subtotal_cents = l.subtotal_cents,
    discount_cents = l.discount_cents,
    service_fee_cents = l.service_fee_cents,
    processing_fee_cents = l.processing_fee_cents,
    tax_cents = l.tax_cents,
    total_cents = l.total_cents,
    service_fee_absorbed_cents = l.service_fee_absorbed_cents,
    processing_fee_absorbed_cents = l.processing_fee_absorbed_cents,
    tax_included_cents = l.tax_included_cents
  from unnest(v_lines) as l
  where i.organization_id = v_booking.organization_id and i.id = l.booking_item_id;
end
$$;

comment on function app_private.price_booking(uuid) is
  'Writes the amounts of all lines of a booking, which the caller has locked. '
  'Raises LMSAL, LMMBR.';
