create or replace function app_private.end_sessions(
  user_id uuid, reason app_public.logout_reason, kept_session_id uuid default null,
  is_own_kept boolean default false
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  update app_public.user_sessions as s
  set revoked_at = now(), revoked_reason = end_sessions.reason
  where (
      s.impersonator_id = end_sessions.user_id
      or s.user_id = end_sessions.user_id and not end_sessions.is_own_kept
    )
    and s.revoked_at is null
    and s.expires_at > now()
    and s.id is distinct from end_sessions.kept_session_id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_private.end_sessions(
  uuid, app_public.logout_reason, uuid, boolean
) is
  'Ends the sessions of a user, but perhaps for one, and those in which the user acts for '
  'somebody; or, when the user''s own are kept, only the latter. Returns how many.';
