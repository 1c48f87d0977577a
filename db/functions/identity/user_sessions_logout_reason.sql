-- Nothing is written when a session runs out.
create or replace function app_public.user_sessions_logout_reason(
  session app_public.user_sessions
)
returns app_public.logout_reason
language sql stable set search_path = ''
as $$
  select coalesce(
    (user_sessions_logout_reason.session).revoked_reason,
    case
      when (user_sessions_logout_reason.session).revoked_at is null
        and (user_sessions_logout_reason.session).expires_at <= now()
      then 'timeout'::app_public.logout_reason
    end
  )
$$;

comment on function app_public.user_sessions_logout_reason(app_public.user_sessions) is
  'Why the session ended: manual (by its user), timeout, security (a new password) or admin (the '
  'platform''s staff); null while it lasts, and for what ended before reasons were kept.';
grant execute on function app_public.user_sessions_logout_reason(app_public.user_sessions)
  to lml_user;
