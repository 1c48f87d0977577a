create or replace function app_public.user_sessions_place(session app_public.user_sessions)
returns text
language sql stable set search_path = ''
as $$
  select nullif(
    concat_ws(', ', (user_sessions_place.session).city, (user_sessions_place.session).country), ''
  )
$$;

comment on function app_public.user_sessions_place(app_public.user_sessions) is
  'Where the user signed in, such as "Vienna, AT", or only the country; '
  'null where it is not known.';
grant execute on function app_public.user_sessions_place(app_public.user_sessions) to lml_user;
