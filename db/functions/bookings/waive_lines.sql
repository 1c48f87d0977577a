-- What nobody pays has no fees, no taxes and no commission: the whole price is taken off.
create or replace function app_private.waive_lines(booking app_public.bookings)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_public.booking_items as i
  set discount_cents = i.subtotal_cents, service_fee_cents = 0, processing_fee_cents = 0,
    tax_cents = 0, total_cents = 0
  where i.organization_id = (waive_lines.booking).organization_id
    and i.booking_id = (waive_lines.booking).id;
  return app_private.store_booking_totals((waive_lines.booking).id);
end
$$;

comment on function app_private.waive_lines(app_public.bookings) is
  'Makes a booking free, and returns it.';
