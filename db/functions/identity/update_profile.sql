-- What is left out stays as it is; an empty telephone number is none.
create or replace function app_public.update_profile(
  first_name text default null, last_name text default null, phone text default null
)
returns app_public.users
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user app_public.users;
  v_constraint text;
  v_column text;
begin
  update app_public.users as u
  set first_name = coalesce(update_profile.first_name, u.first_name),
    last_name = coalesce(update_profile.last_name, u.last_name),
    phone = case
      when update_profile.phone is null then u.phone
      else nullif(update_profile.phone, '')
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

comment on function app_public.update_profile(text, text, text) is
  'Changes the user''s name or telephone number; what is left out stays. '
  'Raises LMINP, LMAUT, LMSES.';
grant execute on function app_public.update_profile(text, text, text) to lml_user;
