create or replace function app_private.store_booking_totals(booking_id uuid)
returns app_public.bookings
language sql volatile security definer set search_path = ''
as $$
  update app_public.bookings as b
  set subtotal_cents = t.subtotal_cents,
    discount_cents = t.discount_cents,
    service_fee_cents = t.service_fee_cents,
    processing_fee_cents = t.processing_fee_cents,
    tax_cents = t.tax_cents,
    total_amount_cents = t.total_amount_cents,
    commission_amount_cents = t.commission_amount_cents,
    payout_cents = t.payout_cents
  from app_public.calculate_booking_totals(store_booking_totals.booking_id) as t
  where b.id = store_booking_totals.booking_id
  returning b.*
$$;

comment on function app_private.store_booking_totals(uuid) is
  'Writes the sums of its lines into a booking, which the caller has locked.';
