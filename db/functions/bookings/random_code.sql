-- Letters and digits that nobody confuses when reading them aloud: no I, L, O, 0 or 1. Each of the
-- 64 characters of base64 becomes one of these 31; two of them come up three times in 64 instead of
-- twice, which costs a code of 8 characters 0.1 of its 39.6 bits.
create or replace function app_hidden.random_code(length integer)
returns text
language sql volatile
return translate(
  left(encode(public.gen_random_bytes(9), 'base64'), random_code.length),
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  'ABCDEFGHJKMNPQRSTUVWXYZ23456789ABCDEFGHJKMNPQRSTUVWXYZ23456789AB'
);

comment on function app_hidden.random_code(integer) is
  'Unguessable, unambiguous code of up to 12 characters.';
