create or replace function app_private.check_profile(email text, first_name text, last_name text)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if not app_private.has_two_sides(check_profile.email) or length(check_profile.email) > 320 then
    raise exception 'This is not an e-mail address.'
      using errcode = 'LMINP', detail = 'email', hint = 'Give an address such as ada@example.com.';
  end if;
  if coalesce(length(check_profile.first_name), 0) not between 1 and 100
    or coalesce(length(check_profile.last_name), 0) not between 1 and 100
  then
    raise exception 'Both names are needed, of at most 100 characters.'
      using errcode = 'LMINP', detail = 'first_name, last_name';
  end if;
end
$$;

comment on function app_private.check_profile(text, text, text) is
  'Raises LMINP for a bad address or name.';
