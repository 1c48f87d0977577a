-- What the constraint of each table with an address says, for those who want to be told earlier.
create or replace function app_private.has_two_sides(address text)
returns boolean
language sql immutable
return coalesce(has_two_sides.address ~ '^[^@[:space:]]+@[^@[:space:]]+$', false);

comment on function app_private.has_two_sides(text) is
  'Whether a text is like an e-mail address. If mail arrives there is seen when it is sent.';
