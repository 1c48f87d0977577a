-- The tax follows what it is on, price and service fee; the commission follows the price. What is
-- not tied to a ticket comes back with the last one. Of an add-on the last units come back first,
-- so that those that are left are numbered from one.
create or replace function app_private.parts_to_return(
  booking app_public.bookings, ticket_ids uuid[], percentage numeric,
  with_service_fees boolean, with_processing_fees boolean, add_on_item_ids uuid[] default null,
  add_on_quantities integer[] default null
)
returns setof app_private.refund_part
language sql stable security definer set search_path = ''
as $$
  with units as (
    select u.*, row_number() over (
        partition by u.booking_item_id order by u.unit_no desc
      ) <= n.quantity as is_named
    from app_private.refund_units(parts_to_return.booking) as u
    left join unnest(
      parts_to_return.add_on_item_ids, parts_to_return.add_on_quantities
    ) as n (booking_item_id, quantity) on n.booking_item_id = u.booking_item_id
    where u.is_live
  ),
  returned as (
    select u.*,
      app_hidden.rounded(
        u.price_cents * case when u.is_fee and not parts_to_return.with_service_fees then 0
          else parts_to_return.percentage end / 100,
        (parts_to_return.booking).currency
      ) as price,
      case when parts_to_return.with_service_fees
        then app_hidden.rounded(
          u.service_fee_cents * parts_to_return.percentage / 100,
          (parts_to_return.booking).currency
        )
        else 0 end as service_fee,
      case when parts_to_return.with_processing_fees
        then app_hidden.rounded(
          u.processing_fee_cents * parts_to_return.percentage / 100,
          (parts_to_return.booking).currency
        )
        else 0 end as processing_fee
    from units as u
    where coalesce(parts_to_return.ticket_ids, parts_to_return.add_on_item_ids) is null
      or u.ticket_id = any (parts_to_return.ticket_ids)
      or u.is_named
      or (u.ticket_id is null and case
        when parts_to_return.ticket_ids is null then u.is_fee and not exists (
          select from units as other where not other.is_fee and other.is_named is not true
        )
        else not exists (
          select from units as other
          where other.ticket_id is not null
            and not other.ticket_id = any (parts_to_return.ticket_ids)
        )
      end and not exists (
        -- Who was let in has come with it.
        select from app_public.tickets as t
        where t.organization_id = (parts_to_return.booking).organization_id
          and t.booking_id = (parts_to_return.booking).id
          and t.status = 'used' and not t.id = any (parts_to_return.ticket_ids)
      ))
  )
  select
    r.booking_item_id, r.ticket_id, true, r.price, r.service_fee, r.processing_fee,
    case
      when r.price_cents + r.service_fee_cents = 0
        then app_hidden.rounded(
          r.tax_cents * parts_to_return.percentage / 100, (parts_to_return.booking).currency
        )
      else app_hidden.portion_to_charge(
        r.tax_cents, r.price + r.service_fee, r.price_cents + r.service_fee_cents,
        (parts_to_return.booking).currency
      )
    end,
    case
      when r.price = r.price_cents then r.commission_cents
      else app_hidden.portion_of(r.commission_cents, r.price, r.price_cents)
    end,
    r.unit_no
  from returned as r
$$;

comment on function app_private.parts_to_return(
  app_public.bookings, uuid[], numeric, boolean, boolean, uuid[], integer[]
) is 'What goes back for live tickets and units of add-ons of a booking, or for all of it.';
