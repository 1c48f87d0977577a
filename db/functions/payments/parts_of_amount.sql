-- Off what is still valid, as long as that suffices; in proportion, and within a ticket in
-- proportion of its parts.
create or replace function app_private.parts_of_amount(
  booking app_public.bookings, amount_cents bigint
)
returns setof app_private.refund_part
language sql stable security definer set search_path = ''
as $$
  with units as (
    select u.*,
      u.price_cents + u.service_fee_cents + u.processing_fee_cents + u.tax_cents as total,
      u.price_cents + u.service_fee_cents as with_service_fee,
      u.price_cents + u.service_fee_cents + u.processing_fee_cents as with_fees
    from app_private.refund_units(parts_of_amount.booking) as u
  ),
  chosen as (
    select u.*,
      sum(u.total) over (order by u.booking_item_id, u.ticket_id, u.unit_no)::bigint as running,
      sum(u.total) over ()::bigint as whole
    from units as u
    where u.total > 0
      and (u.is_live or parts_of_amount.amount_cents > (
        select coalesce(sum(live.total), 0) from units as live where live.is_live
      ))
  ),
  amounts as (
    select c.*,
      app_hidden.portion_to_charge(
        parts_of_amount.amount_cents, c.running, c.whole, (parts_of_amount.booking).currency
      ) - app_hidden.portion_to_charge(
        parts_of_amount.amount_cents, c.running - c.total, c.whole,
        (parts_of_amount.booking).currency
      ) as amount
    from chosen as c
  ),
  parts as (
    select a.*,
      app_hidden.portion_to_charge(
        a.amount, a.price_cents, a.total, (parts_of_amount.booking).currency
      ) as until_price,
      app_hidden.portion_to_charge(
        a.amount, a.with_service_fee, a.total, (parts_of_amount.booking).currency
      ) as until_service_fee,
      app_hidden.portion_to_charge(
        a.amount, a.with_fees, a.total, (parts_of_amount.booking).currency
      ) as until_fees
    from amounts as a
    where a.amount > 0
  )
  select
    p.booking_item_id, p.ticket_id, false, p.until_price,
    p.until_service_fee - p.until_price, p.until_fees - p.until_service_fee,
    p.amount - p.until_fees,
    case
      when p.until_price = p.price_cents then p.commission_cents
      else app_hidden.portion_of(p.commission_cents, p.until_price, p.price_cents)
    end,
    p.unit_no
  from parts as p
$$;

comment on function app_private.parts_of_amount(app_public.bookings, bigint) is
  'An amount, taken off the tickets of a booking that their holders keep.';
