create or replace function app_private.lines_of(booking app_public.bookings)
returns app_private.priced_line[]
language sql stable security definer set search_path = ''
as $$
  select coalesce(
    array_agg(
      row(
        i.id, i.item_type, i.ticket_category_id, i.seat_nos, i.quantity, i.price_basis,
        i.base_price_cents, i.unit_price_cents, i.applied_rules, i.subtotal_cents,
        i.discount_cents, i.service_fee_cents, i.processing_fee_cents, i.tax_cents,
        i.total_cents, i.service_fee_absorbed_cents, i.processing_fee_absorbed_cents,
        i.tax_included_cents
      )::app_private.priced_line
      order by i.id
    ),
    '{}'
  )
  from app_public.booking_items as i
  where i.organization_id = (lines_of.booking).organization_id
    and i.booking_id = (lines_of.booking).id
$$;

comment on function app_private.lines_of(app_public.bookings) is
  'The lines of a booking as they are, to be priced.';
