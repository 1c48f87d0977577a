create or replace function app_hidden.share_to_charge(
  amount_cents bigint, part_no bigint, parts integer, currency text
)
returns bigint
language sql immutable parallel safe
return app_hidden.share_of(
    share_to_charge.amount_cents / app_hidden.charge_step(share_to_charge.currency),
    share_to_charge.part_no, share_to_charge.parts
  ) * app_hidden.charge_step(share_to_charge.currency)
  + case when share_to_charge.part_no = share_to_charge.parts
    then share_to_charge.amount_cents % app_hidden.charge_step(share_to_charge.currency)
    else 0
  end;

comment on function app_hidden.share_to_charge(bigint, bigint, integer, text) is
  'Part 1 to N of an amount, each of which a card can be charged; all N sum to it.';
