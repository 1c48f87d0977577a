-- The one formula of a line, used to quote and to charge. Fixed fees are per ticket; tax is on
-- what the ticket and its service cost.
create or replace function app_hidden.price_line(
  unit_price_cents bigint, quantity integer, terms app_private.sale
)
returns table (
  subtotal_cents bigint, service_fee_cents bigint, processing_fee_cents bigint,
  tax_cents bigint, total_cents bigint
)
language sql immutable
as $$
  select
    l.subtotal, l.service_fee, l.processing_fee, l.tax,
    l.subtotal + l.service_fee + l.processing_fee + l.tax
  from (
    select
      f.subtotal, f.service_fee, f.processing_fee,
      app_hidden.percentage_of(f.subtotal + f.service_fee, (price_line.terms).tax_percentage)
        as tax
    from (
      select
        s.subtotal,
        app_hidden.percentage_of(s.subtotal, (price_line.terms).service_fee_percentage)
          + (price_line.terms).service_fee_fixed_cents * price_line.quantity as service_fee,
        app_hidden.percentage_of(s.subtotal, (price_line.terms).processing_fee_percentage)
          + (price_line.terms).processing_fee_fixed_cents * price_line.quantity
          as processing_fee
      from (select price_line.unit_price_cents * price_line.quantity as subtotal) as s
    ) as f
  ) as l
$$;

comment on function app_hidden.price_line(bigint, integer, app_private.sale) is
  'All amounts of a line in minor units, each rounded half away from zero.';
