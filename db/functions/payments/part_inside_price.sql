-- By what was taken back of the price in all, so that the parts sum to the whole however they were
-- taken. The items of this part are written already.
create or replace function app_private.part_inside_price(
  booking app_public.bookings, price_cents bigint
)
returns app_private.refund_part
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := part_inside_price.booking;
  v_whole bigint := v_booking.subtotal_cents - v_booking.discount_cents;
  v_after bigint;
  v_before bigint;
  v_part app_private.refund_part;
begin
  select coalesce(sum(i.price_cents), 0) into v_after
  from app_public.refund_items as i
  where i.organization_id = v_booking.organization_id and i.booking_id = v_booking.id;
  v_before := v_after - part_inside_price.price_cents;
  v_part.service_fee_cents :=
    app_hidden.portion_of(v_booking.service_fee_absorbed_cents, v_after, v_whole)
    - app_hidden.portion_of(v_booking.service_fee_absorbed_cents, v_before, v_whole);
  v_part.processing_fee_cents :=
    app_hidden.portion_of(v_booking.processing_fee_absorbed_cents, v_after, v_whole)
    - app_hidden.portion_of(v_booking.processing_fee_absorbed_cents, v_before, v_whole);
  v_part.tax_cents :=
    app_hidden.portion_of(v_booking.tax_included_cents, v_after, v_whole)
    - app_hidden.portion_of(v_booking.tax_included_cents, v_before, v_whole);
  return v_part;
end
$$;

comment on function app_private.part_inside_price(app_public.bookings, bigint) is
  'What was inside a part of the price that comes back: fees that the organization bears, and tax.';
