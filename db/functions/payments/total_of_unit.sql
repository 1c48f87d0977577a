create or replace function app_private.total_of_unit(unit app_private.refund_unit)
returns bigint
language sql immutable
return (total_of_unit.unit).price_cents + (total_of_unit.unit).service_fee_cents
  + (total_of_unit.unit).processing_fee_cents + (total_of_unit.unit).tax_cents;

comment on function app_private.total_of_unit(app_private.refund_unit) is
  'What of it was not taken back yet.';
