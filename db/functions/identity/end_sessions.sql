create or replace function app_private.end_sessions(user_id uuid)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  update app_public.user_sessions as s
  set revoked_at = now()
  where end_sessions.user_id in (s.user_id, s.impersonator_id)
    and s.revoked_at is null
    and s.expires_at > now();
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_private.end_sessions(uuid) is
  'Ends all sessions of a user, and those in which the user acts for somebody; how many.';
