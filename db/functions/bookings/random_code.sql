-- Letters and digits that nobody confuses when reading them aloud: no I, L, O, 0 or 1. The 64
-- random bits leave no bias that anybody could measure over at most 12 of 31 characters.
create or replace function app_hidden.random_code(length integer)
returns text
language plpgsql volatile set search_path = ''
as $$
declare
  c_alphabet constant text := 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';
  v_bits bigint := ('x' || encode(public.gen_random_bytes(8), 'hex'))::bit(64)::bigint
    & 9223372036854775807;
  v_code text := '';
begin
  for i in 1 .. least(random_code.length, 12) loop
    v_code := v_code || substr(c_alphabet, 1 + (v_bits % 31)::integer, 1);
    v_bits := v_bits / 31;
  end loop;
  return v_code;
end
$$;

comment on function app_hidden.random_code(integer) is
  'Unguessable, unambiguous code of up to 12 characters.';
