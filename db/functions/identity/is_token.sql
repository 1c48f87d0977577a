-- A shorter one could be guessed.
create or replace function app_private.is_token(token text)
returns boolean
language sql immutable
return coalesce(is_token.token ~ '^[A-Za-z0-9_-]{43}$', false);

comment on function app_private.is_token(text) is
  'Whether a token is 32 bytes in base64url, as the server makes them.';
