-- What nobody pays has no fees, no taxes and no commission: the whole price is taken off,
-- and no use of a code is spent on it. Its sums are written here, since storing totals
-- would price its lines again.
create or replace function app_private.waive_lines(booking app_public.bookings)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  delete from app_public.discount_redemptions as r
  where r.organization_id = (waive_lines.booking).organization_id
    and r.booking_id = (waive_lines.booking).id;
  update app_public.booking_items as i
  set discount_cents = i.subtotal_cents, service_fee_cents = 0, processing_fee_cents = 0,
    tax_cents = 0, total_cents = 0, service_fee_absorbed_cents = 0,
    processing_fee_absorbed_cents = 0, tax_included_cents = 0
  where i.organization_id = (waive_lines.booking).organization_id
    and i.booking_id = (waive_lines.booking).id;
  update app_public.bookings as b
  set discount_cents = b.subtotal_cents, service_fee_cents = 0, processing_fee_cents = 0,
    tax_cents = 0, total_amount_cents = 0, commission_amount_cents = 0, payout_cents = 0,
    service_fee_absorbed_cents = 0, processing_fee_absorbed_cents = 0, tax_included_cents = 0
  where b.id = (waive_lines.booking).id
  returning * into v_booking;
  return v_booking;
end
$$;

comment on function app_private.waive_lines(app_public.bookings) is
  'Makes a booking free, and returns it.';
