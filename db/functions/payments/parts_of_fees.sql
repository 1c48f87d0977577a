create or replace function app_private.parts_of_fees(
  booking app_public.bookings, ticket_ids uuid[], with_service_fees boolean,
  with_processing_fees boolean
)
returns setof app_private.refund_part
language sql stable security definer set search_path = ''
as $$
  select
    f.booking_item_id, f.ticket_id, false, f.price, f.service_fee, f.processing_fee,
    app_hidden.portion_to_charge(
      f.tax_cents, f.price + f.service_fee, f.price_cents + f.service_fee_cents,
      (parts_of_fees.booking).currency
    ),
    case when f.price = f.price_cents then f.commission_cents else 0 end, f.unit_no
  from (
    select u.*,
      -- A line that is a fee has it as its price.
      case when u.is_fee and parts_of_fees.with_service_fees then u.price_cents else 0 end as price,
      case when parts_of_fees.with_service_fees then u.service_fee_cents else 0 end as service_fee,
      case when parts_of_fees.with_processing_fees then u.processing_fee_cents else 0 end
        as processing_fee
    from app_private.refund_units(parts_of_fees.booking) as u
    where parts_of_fees.ticket_ids is null or u.ticket_id = any (parts_of_fees.ticket_ids)
  ) as f
  where f.price + f.service_fee + f.processing_fee > 0
$$;

comment on function app_private.parts_of_fees(app_public.bookings, uuid[], boolean, boolean) is
  'The fees of a booking or of some of its tickets, with the tax on them, not yet taken back.';
