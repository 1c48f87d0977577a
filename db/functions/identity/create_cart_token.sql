create or replace function app_public.create_cart_token()
returns text
language sql volatile parallel safe
return translate(rtrim(encode(public.gen_random_bytes(32), 'base64'), '='), '+/', '-_');

comment on function app_public.create_cart_token() is
  'A new unguessable token for a guest: send it as X-Cart-Token with every later request. '
  'Whoever has it owns the cart, and it cannot be shown again.';
grant execute on function app_public.create_cart_token() to lml_anonymous, lml_user;
