-- PostgreSQL reads the text of a table's check constraints anew for every statement that writes it,
-- and prepares each operator in it. The same conditions, in fewer words: one comparison for all
-- that must not be negative, and lists that are one constant.
alter table app_public.bookings
  drop constraint bookings_parts_are_not_negative,
  drop constraint bookings_included_amounts_are_not_negative,
  drop constraint bookings_refunds_are_within_total,
  drop constraint bookings_beyond_draft_has_customer,
  drop constraint bookings_paid_for_has_confirmed_at,
  drop constraint bookings_open_has_deadline,
  drop constraint bookings_have_an_owner,
  add constraint bookings_parts_are_not_negative check (
    least(
      subtotal_cents, discount_cents, service_fee_cents, processing_fee_cents, tax_cents,
      commission_amount_cents, payout_cents, service_fee_absorbed_cents,
      processing_fee_absorbed_cents, tax_included_cents, refunded_cents
    ) >= 0
  ),
  add constraint bookings_refunds_are_within_total check (refunded_cents <= total_amount_cents),
  add constraint bookings_beyond_draft_has_customer check (
    status = any ('{draft,canceled,expired}') or customer_id is not null
  ),
  add constraint bookings_paid_for_has_confirmed_at check (
    status <> all ('{confirmed,partially_paid,completed}') or confirmed_at is not null
  ),
  add constraint bookings_open_has_deadline check (
    (status = any ('{draft,pending_payment,fraud_hold,pending_approval}'))
      = (expires_at is not null)
  ),
  add constraint bookings_have_an_owner check (
    user_id is not null or cart_token_hash is not null
    or booking_channel = any ('{admin,phone}')
  );

alter table app_public.booking_items
  drop constraint booking_items_parts_are_not_negative,
  drop constraint booking_items_included_amounts_are_within_price,
  drop constraint booking_items_refunds_are_within_total,
  drop constraint booking_items_tickets_have_a_category,
  drop constraint booking_items_seats_are_named_and_counted,
  add constraint booking_items_parts_are_not_negative check (
    least(
      unit_price_cents, discount_cents, service_fee_cents, processing_fee_cents, tax_cents,
      service_fee_absorbed_cents, processing_fee_absorbed_cents, tax_included_cents,
      refunded_cents
    ) >= 0
  ),
  add constraint booking_items_refunds_are_within_total check (refunded_cents <= total_cents),
  add constraint booking_items_included_amounts_are_within_price check (
    service_fee_absorbed_cents + processing_fee_absorbed_cents + tax_included_cents
      <= subtotal_cents - discount_cents
  ),
  add constraint booking_items_tickets_have_a_category check (
    (item_type = any ('{seat,admission}')) = (ticket_category_id is not null)
  ),
  add constraint booking_items_seats_are_named_and_counted check (
    (item_type = 'seat') = (seat_nos is not null) and cardinality(seat_nos) = quantity
  );

alter table app_private.admission_slots
  drop constraint admission_slots_stay_within_capacity,
  add constraint admission_slots_stay_within_capacity check (
    least(held, sold) >= 0 and held + sold <= capacity
  );

-- It tells whether there was room, and leaves the line to its caller.
drop function app_private.take_from_pool(uuid, uuid, smallint, uuid, integer, timestamptz);
