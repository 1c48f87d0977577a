-- Letters and digits that nobody confuses when reading them aloud: no I, L, O, 0 or 1. Each of the
-- 64 characters of base64 becomes one of these 31: a digit comes up once, twice or three times in
-- 64, a letter twice, which costs a code of 8 characters 0.2 of its 39.6 bits.
create or replace function app_hidden.random_code(length integer)
returns text
language sql volatile
return translate(
  upper(left(encode(public.gen_random_bytes(9), 'base64'), random_code.length) collate "C"),
  'ILO01+/', '2345678'
);

comment on function app_hidden.random_code(integer) is
  'Unguessable, unambiguous code of up to 12 characters.';
