-- What the constraint of each table with an address says, for those who want to be told earlier.
create or replace function app_private.is_email_address(address text)
returns boolean
language sql immutable
return coalesce(
  is_email_address.address ~ '^[^@[:space:]]+@[^@[:space:]]+$'
    and length(is_email_address.address) <= 320,
  false
);

comment on function app_private.is_email_address(text) is
  'Whether an address has two sides, no spaces, and at most 320 characters.';
