-- For an event without anything special: the same formula, of which the planner folds away what
-- such an event has not got, so that a hold pays nothing for the rest. It has no currency whose
-- amounts go in steps, so none is named.
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
    l.subtotal_cents, l.service_fee_cents, l.processing_fee_cents, l.tax_cents, l.total_cents
  from app_hidden.price_of(
    price_line.unit_price_cents, price_line.quantity, 0::bigint,
    row(
      null::text, (price_line.terms).service_fee_percentage,
      (price_line.terms).service_fee_fixed_cents, (price_line.terms).processing_fee_percentage,
      (price_line.terms).processing_fee_fixed_cents, (price_line.terms).commission_percentage,
      (price_line.terms).tax_percentage, false, false, false, null
    )::app_public.price_terms
  ) as l
$$;

comment on function app_hidden.price_line(bigint, integer, app_private.sale) is
  'All amounts of a line in minor units, each rounded half away from zero.';
