-- What is left out stays as it is; an empty text, or an empty address, removes what was there.
create or replace function app_public.update_profile(
  first_name text default null, last_name text default null, phone text default null,
  address jsonb default null, avatar_url text default null, language text default null,
  date_of_birth text default null
)
returns app_public.users
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user app_public.users;
  v_constraint text;
  v_column text;
begin
  if update_profile.date_of_birth <> '' and (
    update_profile.date_of_birth !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
    or not pg_input_is_valid(update_profile.date_of_birth, 'date')
    or update_profile.date_of_birth > to_char(now() + interval '14 hours', 'YYYY-MM-DD')
  ) then
    perform app_hidden.raise_bad_input(null, 'date_of_birth');
  end if;
  update app_public.users as u
  set first_name = coalesce(update_profile.first_name, u.first_name),
    last_name = coalesce(update_profile.last_name, u.last_name),
    phone = nullif(coalesce(update_profile.phone, u.phone), ''),
    address = coalesce(update_profile.address, u.address),
    avatar_url = nullif(coalesce(update_profile.avatar_url, u.avatar_url), ''),
    language = nullif(coalesce(update_profile.language, u.language), ''),
    date_of_birth = case
      when update_profile.date_of_birth is null then u.date_of_birth
      else nullif(update_profile.date_of_birth, '')::date
    end
  where u.id = app_hidden.require_user_id()
  returning * into v_user;
  return v_user;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.update_profile(text, text, text, jsonb, text, text, text) is
  'Changes what the user says of themselves: null leaves a value as it is, an empty text removes '
  'it. The address has line1, line2, city, state, postal_code, country (two letters); the avatar '
  'is an https address; the language a BCP 47 tag such as de-AT; the date of birth YYYY-MM-DD. '
  'Raises LMINP, LMAUT, LMSES.';
grant execute on function app_public.update_profile(text, text, text, jsonb, text, text, text)
  to lml_user;
