-- A guest owns what was held under the same token. Only its hash is compared and stored. 32 random
-- bytes in base64url are 43 characters: a shorter token could be guessed, so it owns nothing.
create or replace function app_hidden.current_cart_hash()
returns bytea
language sql stable
return case
  when length(current_setting('lml.cart_token', true)) = 43
    then app_hidden.hash_token(current_setting('lml.cart_token', true))
end;

comment on function app_hidden.current_cart_hash() is
  'Hash of the cart token that came with the request, or null.';
grant execute on function app_hidden.current_cart_hash() to lml_anonymous, lml_user;
