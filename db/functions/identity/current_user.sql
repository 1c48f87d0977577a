create or replace function app_public.current_user()
returns app_public.users
language plpgsql stable set search_path = ''
as $$
declare
  v_user app_public.users;
begin
  -- Whoever is nobody may not even look at the table.
  if app_hidden.current_user_id() is null then
    return null;
  end if;
  select * into v_user from app_public.users where id = app_hidden.current_user_id();
  return v_user;
end
$$;

comment on function app_public.current_user() is 'The signed-in user, or null.';
grant execute on function app_public.current_user() to lml_anonymous, lml_user;
