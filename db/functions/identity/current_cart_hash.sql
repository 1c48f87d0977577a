-- A guest owns what was held under the same token. Only its hash is compared and stored.
create or replace function app_hidden.current_cart_hash()
returns bytea
language plpgsql stable set search_path = ''
as $$
declare
  v_token text := nullif(current_setting('lml.cart_token', true), '');
begin
  -- 32 random bytes in base64url. A shorter token could be guessed, so it owns nothing.
  if v_token is null or v_token !~ '^[A-Za-z0-9_-]{43}$' then
    return null;
  end if;
  return app_hidden.hash_token(v_token);
end
$$;

comment on function app_hidden.current_cart_hash() is
  'Hash of the cart token that came with the request, or null.';
grant execute on function app_hidden.current_cart_hash() to lml_anonymous, lml_user;
