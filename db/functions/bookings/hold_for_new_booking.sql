-- A new cart in one statement: k seats, one booking, its lines.
create or replace function app_private.hold_for_new_booking(
  buyer app_private.buyer, sale app_private.sale, seat_nos integer[], hold_seconds integer
)
returns app_public.bookings
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_id uuid := uuidv7();
  v_expires_at timestamptz := now() + make_interval(
    secs => least(hold_for_new_booking.hold_seconds, (hold_for_new_booking.sale).hold_seconds_max)
  );
  v_reference text := app_private.generate_booking_reference(
    (hold_for_new_booking.sale).organization_id
  );
  v_booking app_public.bookings;
begin
  with lines as materialized (
    select *
    from app_private.take_seats(
      hold_for_new_booking.sale, hold_for_new_booking.seat_nos, v_id, v_expires_at
    )
  ),
  sums as (
    select
      sum(l.subtotal_cents)::bigint as subtotal_cents,
      sum(l.service_fee_cents)::bigint as service_fee_cents,
      sum(l.processing_fee_cents)::bigint as processing_fee_cents,
      sum(l.tax_cents)::bigint as tax_cents,
      sum(l.total_cents)::bigint as total_cents,
      app_hidden.percentage_of(
        sum(l.subtotal_cents)::bigint, (hold_for_new_booking.sale).commission_percentage
      ) as commission_cents
    from lines as l
  ),
  booking as (
    insert into app_public.bookings (
      id, organization_id, performance_id, booking_reference, user_id, cart_token_hash,
      booking_channel, currency, subtotal_cents, service_fee_cents, processing_fee_cents,
      tax_cents, total_amount_cents, commission_percentage, commission_amount_cents,
      payout_cents, expires_at
    )
    select
      v_id, (hold_for_new_booking.sale).organization_id,
      (hold_for_new_booking.sale).performance_id, v_reference,
      (hold_for_new_booking.buyer).user_id, (hold_for_new_booking.buyer).cart_token_hash,
      app_hidden.current_channel(), (hold_for_new_booking.sale).currency, s.subtotal_cents,
      s.service_fee_cents, s.processing_fee_cents, s.tax_cents, s.total_cents,
      (hold_for_new_booking.sale).commission_percentage, s.commission_cents,
      s.subtotal_cents - s.commission_cents, v_expires_at
    from sums as s
    returning *
  ),
  items as (
    insert into app_public.booking_items (
      organization_id, booking_id, item_type, ticket_category_id, seat_nos, quantity,
      unit_price_cents, subtotal_cents, service_fee_cents, processing_fee_cents, tax_cents,
      total_cents
    )
    select
      (hold_for_new_booking.sale).organization_id, v_id, 'seat', l.ticket_category_id, l.seat_nos,
      l.quantity, l.unit_price_cents, l.subtotal_cents, l.service_fee_cents,
      l.processing_fee_cents, l.tax_cents, l.total_cents
    from lines as l
  )
  select * into v_booking from booking;
  return v_booking;
end
$$;

comment on function app_private.hold_for_new_booking(
  app_private.buyer, app_private.sale, integer[], integer
) is 'A new draft booking that holds seats. Raises LMTKN, LMSAL.';
