-- The one formula of a line. Fees are on what the tickets cost after the discount, and fixed ones
-- per ticket; what costs nothing has none. A tax that prices contain is on tickets alone; fees that
-- the buyer pays are net, and taxed on top. Fees that the seller bears take no more than what tax
-- and commission leave of the price.
create or replace function app_hidden.price_of(
  unit_price_cents bigint, quantity integer, discount_cents bigint, terms app_public.price_terms
)
returns table (
  subtotal_cents bigint, service_fee_cents bigint, processing_fee_cents bigint,
  tax_cents bigint, total_cents bigint, service_fee_absorbed_cents bigint,
  processing_fee_absorbed_cents bigint, tax_included_cents bigint
)
language sql immutable
as $$
  select
    t.subtotal, t.service_fee, t.processing_fee, t.tax,
    t.paid + t.service_fee + t.processing_fee + t.tax,
    case when (price_of.terms).absorbs_service_fees
      then least(t.service, t.room) else 0
    end,
    case when (price_of.terms).absorbs_processing_fees
      then least(
        t.processing,
        t.room - case when (price_of.terms).absorbs_service_fees
          then least(t.service, t.room) else 0
        end
      )
      else 0
    end,
    t.included
  from (
    select
      f.*,
      app_hidden.rounded(
        (f.service_fee + case when (price_of.terms).prices_include_tax then 0 else f.paid end)
          * (price_of.terms).tax_percentage / 100,
        (price_of.terms).currency
      ) as tax,
      f.paid - f.included
        - ceil((f.paid - f.included) * (price_of.terms).commission_percentage / 100)::bigint
        as room
    from (
      select
        s.*,
        case when (price_of.terms).absorbs_service_fees then 0 else s.service end as service_fee,
        case when (price_of.terms).absorbs_processing_fees then 0 else s.processing end
          as processing_fee,
        case when (price_of.terms).prices_include_tax
          then app_hidden.rounded(
            s.paid * (price_of.terms).tax_percentage / (100 + (price_of.terms).tax_percentage),
            (price_of.terms).currency
          )
          else 0
        end as included
      from (
        select
          p.subtotal, p.paid,
          case when p.paid > 0 then app_hidden.rounded(
            p.paid * (price_of.terms).service_fee_percentage / 100
              + (price_of.terms).service_fee_fixed_cents * price_of.quantity,
            (price_of.terms).currency
          ) else 0 end as service,
          case when p.paid > 0 then app_hidden.rounded(
            p.paid * (price_of.terms).processing_fee_percentage / 100
              + (price_of.terms).processing_fee_fixed_cents * price_of.quantity,
            (price_of.terms).currency
          ) else 0 end as processing
        from (
          select
            price_of.unit_price_cents * price_of.quantity as subtotal,
            price_of.unit_price_cents * price_of.quantity - price_of.discount_cents as paid
        ) as p
      ) as s
    ) as f
  ) as t
$$;

comment on function app_hidden.price_of(
  bigint, integer, bigint, app_public.price_terms
) is 'All amounts of a line in minor units, each rounded half away from zero.';
