-- Fees and tax on top of the price, and the commission, are taken from their own accounts, as far
-- as a correction has left that much there; the rest is shared out by what is left inside the
-- price. On top of it is what the items have left; those of the part that is taken back are written
-- already.
create or replace function app_private.shares_of_return(
  booking app_public.bookings, part app_private.refund_part
)
returns table (kind app_public.ledger_account_kind, amount_cents bigint)
language sql stable security definer set search_path = ''
as $$
  with returned as (
    select
      coalesce(sum(i.service_fee_cents), 0) as service_fee_cents,
      coalesce(sum(i.processing_fee_cents), 0) as processing_fee_cents,
      coalesce(sum(i.tax_cents), 0) as tax_cents
    from app_public.refund_items as i
    where i.organization_id = (shares_of_return.booking).organization_id
      and i.booking_id = (shares_of_return.booking).id
  ),
  credits as (
    select k.position, k.kind, k.part_cents, k.total_cents - k.returned_cents as on_top_cents,
      greatest(0, coalesce(-l.amount_cents, 0)) as left_cents
    from returned as r
    cross join lateral (
      values
        (1, 'organizer_payable'::app_public.ledger_account_kind, 0::bigint, 0::bigint, 0::numeric),
        (2, 'promoter_payable', 0, 0, 0),
        (3, 'service_fees', (shares_of_return.part).service_fee_cents,
          (shares_of_return.booking).service_fee_cents, r.service_fee_cents),
        (4, 'processing_fees', (shares_of_return.part).processing_fee_cents,
          (shares_of_return.booking).processing_fee_cents, r.processing_fee_cents),
        (5, 'taxes_payable', (shares_of_return.part).tax_cents,
          (shares_of_return.booking).tax_cents, r.tax_cents),
        (6, 'platform_commission', (shares_of_return.part).commission_cents, null, null)
    ) as k (position, kind, part_cents, total_cents, returned_cents)
    left join app_private.left_of_sale(shares_of_return.booking) as l on l.kind = k.kind
  ),
  taken as (
    select c.position, c.kind, c.left_cents, least(c.part_cents, c.left_cents) as taken_cents,
      -- None of the commission.
      greatest(0, c.left_cents - coalesce(c.part_cents + c.on_top_cents, c.left_cents))
        as inside_cents
    from credits as c
  ),
  rest as (
    select sum(t.inside_cents) as inside_cents,
      app_private.total_of_part(shares_of_return.part) - sum(t.taken_cents) as cents
    from taken as t
  ),
  shared as (
    select app_hidden.distribute(
      r.cents::bigint,
      array_agg(
        case when r.cents <= r.inside_cents then t.inside_cents
          else t.left_cents - t.taken_cents end::bigint
        order by t.position
      ),
      1
    ) as cents
    from taken as t
    cross join rest as r
    group by r.cents
  )
  select t.kind, t.taken_cents + s.cents[t.position]
  from taken as t
  cross join shared as s
$$;

comment on function app_private.shares_of_return(
  app_public.bookings, app_private.refund_part
) is
  'From which accounts of a sale a part of it is taken back: never more than the books have left '
  'of it there.';
