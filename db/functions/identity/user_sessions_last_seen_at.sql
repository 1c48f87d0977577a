create or replace function app_public.user_sessions_last_seen_at(session app_public.user_sessions)
returns timestamptz
language sql stable security definer set search_path = ''
as $$
  select coalesce(a.last_seen_at, s.created_at)
  from app_public.user_sessions as s
  left join app_private.session_activity as a on a.session_id = s.id
  where s.id = (user_sessions_last_seen_at.session).id
    and (
      s.user_id = app_hidden.current_user_id()
      or app_hidden.current_platform_role() is not null
    )
$$;

comment on function app_public.user_sessions_last_seen_at(app_public.user_sessions) is
  'When the session was last used, give or take five minutes.';
grant execute on function app_public.user_sessions_last_seen_at(app_public.user_sessions)
  to lml_user;
