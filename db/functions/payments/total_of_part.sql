create or replace function app_private.total_of_part(part app_private.refund_part)
returns bigint
language sql immutable
return (total_of_part.part).price_cents + (total_of_part.part).service_fee_cents
  + (total_of_part.part).processing_fee_cents + (total_of_part.part).tax_cents;

comment on function app_private.total_of_part(app_private.refund_part) is
  'What the buyer gets of it.';
