create or replace function app_private.end_sessions(user_id uuid)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  update app_public.user_sessions as s
  set revoked_at = now()
  where s.user_id = end_sessions.user_id and s.revoked_at is null and s.expires_at > now();
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_private.end_sessions(uuid) is 'Ends all sessions of a user; how many.';
