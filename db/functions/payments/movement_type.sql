create or replace function app_hidden.movement_type(category text)
returns app_public.payment_transaction_type
language sql immutable parallel safe
return case
  when movement_type.category = 'payment' then 'payment'
  when movement_type.category ~ '^refund' then 'refund'
  when movement_type.category ~ '^stripe_fee' then 'fee'
  when movement_type.category ~ '^dispute' then 'dispute'
  when movement_type.category ~ '^(payout|transfer)' then 'payout'
  else 'adjustment'
end::app_public.payment_transaction_type;

comment on function app_hidden.movement_type(text) is
  'Why money moves, by the category of its posting.';
