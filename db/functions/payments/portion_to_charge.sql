-- What is split into amounts that travel: each can be charged and
-- returned, and the whole gives all.
create or replace function app_hidden.portion_to_charge(
  amount_cents bigint, part_cents bigint, whole_cents bigint, currency text
)
returns bigint
language sql immutable parallel safe
return case
  when portion_to_charge.part_cents = portion_to_charge.whole_cents
    and portion_to_charge.whole_cents <> 0
    then portion_to_charge.amount_cents
  else app_hidden.portion_of(
      portion_to_charge.amount_cents, portion_to_charge.part_cents,
      portion_to_charge.whole_cents * app_hidden.charge_step(portion_to_charge.currency)
    ) * app_hidden.charge_step(portion_to_charge.currency)
end;

comment on function app_hidden.portion_to_charge(bigint, bigint, bigint, text) is
  'As much of an amount as a part is of a whole, rounded down to what a card can be charged.';
