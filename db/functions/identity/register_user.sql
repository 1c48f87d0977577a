-- The server has hashed the password: the database never sees it.
create or replace function app_private.register_user(
  email text, password_hash text, first_name text, last_name text
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid;
begin
  if register_user.email is null
    or register_user.email !~ '^[^@[:space:]]+@[^@[:space:]]+$'
    or length(register_user.email) > 320
  then
    raise exception 'This is not an e-mail address.'
      using errcode = 'LMINP', detail = 'email', hint = 'Give an address such as ada@example.com.';
  end if;
  if coalesce(length(register_user.first_name), 0) not between 1 and 100
    or coalesce(length(register_user.last_name), 0) not between 1 and 100
  then
    raise exception 'Both names are needed, of at most 100 characters.'
      using errcode = 'LMINP', detail = 'first_name, last_name';
  end if;

  insert into app_public.users (email, first_name, last_name)
  values (
    register_user.email::public.citext, register_user.first_name, register_user.last_name
  )
  on conflict on constraint users_email_is_unique do nothing
  returning id into v_user_id;
  if v_user_id is null then
    raise exception 'This e-mail address has an account.'
      using errcode = 'LMEML', hint = 'Sign in instead.';
  end if;

  insert into app_private.user_credentials (user_id, password_hash)
  values (v_user_id, register_user.password_hash);
  return v_user_id;
end
$$;

comment on function app_private.register_user(text, text, text, text) is
  'Opens an account. Raises LMINP for a bad address or name, LMEML when the address has one.';
