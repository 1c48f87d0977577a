-- In numeric, since the product of two large amounts does not fit into bigint.
create or replace function app_hidden.portion_of(
  amount_cents bigint, part_cents bigint, whole_cents bigint
)
returns bigint
language sql immutable parallel safe
return case
  when portion_of.whole_cents = 0 then 0
  else div(
    portion_of.amount_cents::numeric * portion_of.part_cents, portion_of.whole_cents
  )::bigint
end;

comment on function app_hidden.portion_of(bigint, bigint, bigint) is
  'As much of an amount as a part is of a whole, rounded down. Differences of running parts sum to '
  'the amount exactly.';
