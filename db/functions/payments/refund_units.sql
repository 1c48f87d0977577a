-- From the amounts that were stored at the sale, whatever its terms were. The price is what fees
-- and tax leave of the total; a ticket's fees, and the commission, are shared out in the order of
-- ids, so that the tickets of a line sum to it, and all units to the booking. Each unit of an
-- add-on is one, as a ticket is.
create or replace function app_private.refund_units(booking app_public.bookings)
returns setof app_private.refund_unit
language sql stable security definer set search_path = ''
as $$
  with lines as (
    select i.*, exists (
      select from app_public.tickets as t
      where t.organization_id = i.organization_id and t.booking_item_id = i.id
    ) as has_tickets
    from app_public.booking_items as i
    where i.organization_id = (refund_units.booking).organization_id
      and i.booking_id = (refund_units.booking).id
  ),
  shares as (
    select
      t.booking_item_id, t.id as ticket_id, t.total_paid_cents,
      -- When the performance is over, whoever was there is like whoever was not.
      t.status = 'valid'
        or t.status = 'used' and (refund_units.booking).status = 'completed' as is_live,
      t.fees_paid_cents, t.tax_paid_cents, l.service_fee_cents,
      sum(t.fees_paid_cents) over line as running, sum(t.fees_paid_cents) over whole_line as fees
    from lines as l
    join app_public.tickets as t
      on t.organization_id = l.organization_id and t.booking_item_id = l.id
    window line as (partition by l.id order by t.id), whole_line as (partition by l.id)
  ),
  units as (
    select
      s.booking_item_id, s.ticket_id, false as is_fee, s.is_live,
      s.total_paid_cents - s.fees_paid_cents - s.tax_paid_cents as price, s.fees_paid_cents as fees,
      app_hidden.portion_to_charge(
        s.service_fee_cents, s.running::bigint, s.fees::bigint, (refund_units.booking).currency
      ) - app_hidden.portion_to_charge(
        s.service_fee_cents, (s.running - s.fees_paid_cents)::bigint, s.fees::bigint,
        (refund_units.booking).currency
      ) as service_fee,
      s.tax_paid_cents as tax, null::integer as unit_no
    from shares as s
    union all
    select
      l.id, null, l.item_type = 'fee',
      not exists (
        select from app_public.refund_items as r
        where r.organization_id = l.organization_id and r.booking_item_id = l.id and r.is_return
          and r.unit_no is not distinct from n.unit_no
      ),
      app_hidden.share_to_charge(
        l.total_cents - l.service_fee_cents - l.processing_fee_cents - l.tax_cents,
        coalesce(n.unit_no, 1), n.units, (refund_units.booking).currency
      ),
      app_hidden.share_to_charge(
        l.service_fee_cents, coalesce(n.unit_no, 1), n.units, (refund_units.booking).currency
      ) + app_hidden.share_to_charge(
        l.processing_fee_cents, coalesce(n.unit_no, 1), n.units, (refund_units.booking).currency
      ),
      app_hidden.share_to_charge(
        l.service_fee_cents, coalesce(n.unit_no, 1), n.units, (refund_units.booking).currency
      ),
      app_hidden.share_to_charge(
        l.tax_cents, coalesce(n.unit_no, 1), n.units, (refund_units.booking).currency
      ),
      n.unit_no
    from lines as l
    cross join lateral (
      select no as unit_no, l.quantity as units
      from generate_series(1, l.quantity) as no where l.add_on_id is not null
      union all
      select null, 1 where l.add_on_id is null
    ) as n
    where not l.has_tickets
  ),
  counted as (
    select u.*,
      sum(u.price) over (order by u.booking_item_id, u.ticket_id, u.unit_no) as running,
      sum(u.price) over () as whole
    from units as u
  )
  select
    c.booking_item_id, c.ticket_id, c.is_fee, c.is_live,
    c.price - r.price,
    c.service_fee - r.service_fee,
    c.fees - c.service_fee - r.processing_fee,
    c.tax - r.tax,
    app_hidden.portion_of(
      (refund_units.booking).commission_amount_cents, c.running::bigint, c.whole::bigint
    ) - app_hidden.portion_of(
      (refund_units.booking).commission_amount_cents, (c.running - c.price)::bigint,
      c.whole::bigint
    ) - r.commission,
    c.unit_no
  from counted as c
  cross join lateral (
    select
      coalesce(sum(r.price_cents), 0)::bigint as price,
      coalesce(sum(r.service_fee_cents), 0)::bigint as service_fee,
      coalesce(sum(r.processing_fee_cents), 0)::bigint as processing_fee,
      coalesce(sum(r.tax_cents), 0)::bigint as tax,
      coalesce(sum(r.commission_cents), 0)::bigint as commission
    from app_public.refund_items as r
    where r.organization_id = (refund_units.booking).organization_id
      and r.booking_item_id = c.booking_item_id
      and r.ticket_id is not distinct from c.ticket_id
      and r.unit_no is not distinct from c.unit_no
  ) as r
  order by c.booking_item_id, c.ticket_id, c.unit_no
$$;

comment on function app_private.refund_units(app_public.bookings) is
  'Tickets, units of add-ons, and other lines of a booking, with what of '
  'each was not taken back yet.';
