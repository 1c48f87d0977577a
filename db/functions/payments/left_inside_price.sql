-- Fees and tax on top of the price are on the same accounts as those inside it: what the items have
-- left of them is not inside. The items of the part that is being taken back are written already.
create or replace function app_private.left_inside_price(
  booking app_public.bookings, part app_private.refund_part
)
returns bigint[]
language sql stable security definer set search_path = ''
as $$
  select array_agg(greatest(0, w.credit_cents - w.on_top_cents) order by w.position)
  from (
    select k.position, k.on_top_cents, coalesce((
      select -l.amount_cents
      from app_private.left_of_sale(left_inside_price.booking) as l
      where l.kind = k.kind
    ), 0) as credit_cents
    from (
      select
        (left_inside_price.booking).service_fee_cents
          - coalesce(sum(i.service_fee_cents), 0) + (left_inside_price.part).service_fee_cents
          as service_fee,
        (left_inside_price.booking).processing_fee_cents
          - coalesce(sum(i.processing_fee_cents), 0)
          + (left_inside_price.part).processing_fee_cents as processing_fee,
        (left_inside_price.booking).tax_cents
          - coalesce(sum(i.tax_cents), 0) + (left_inside_price.part).tax_cents as tax
      from app_public.refund_items as i
      where i.organization_id = (left_inside_price.booking).organization_id
        and i.booking_id = (left_inside_price.booking).id
    ) as o
    cross join lateral (
      values
        (1, 'organizer_payable'::app_public.ledger_account_kind, 0),
        (2, 'promoter_payable', 0),
        (3, 'service_fees', o.service_fee),
        (4, 'processing_fees', o.processing_fee),
        (5, 'taxes_payable', o.tax)
    ) as k (position, kind, on_top_cents)
  ) as w
$$;

comment on function app_private.left_inside_price(
  app_public.bookings, app_private.refund_part
) is
  'Of a sale, before a part of it is taken back, what is left inside its price of the shares of '
  'the organization and its promoter, of service and processing fees, and of tax.';
