create or replace function app_hidden.share_of(
  amount_cents bigint, part_no bigint, parts integer
)
returns bigint
language sql immutable parallel safe
return share_of.amount_cents * share_of.part_no / share_of.parts
  - share_of.amount_cents * (share_of.part_no - 1) / share_of.parts;

comment on function app_hidden.share_of(bigint, bigint, integer) is
  'Part 1 to N of an amount in minor units; all N sum to it, and none differs by more than one.';
