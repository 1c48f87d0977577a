create or replace function app_public.user_sessions_is_current(session app_public.user_sessions)
returns boolean
language sql stable set search_path = ''
as $$
  select coalesce((user_sessions_is_current.session).id = app_hidden.current_session_id(), false)
$$;

comment on function app_public.user_sessions_is_current(app_public.user_sessions) is
  'Whether it is the session of this very request.';
grant execute on function app_public.user_sessions_is_current(app_public.user_sessions)
  to lml_user;
