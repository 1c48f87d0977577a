create or replace function app_public.revoke_user_sessions(user_id uuid)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_hidden.require_platform_role('support', 'security');
  perform app_private.lock_credentials(revoke_user_sessions.user_id);
  perform app_private.require_known_user(revoke_user_sessions.user_id);
  perform app_private.revoke_trusted_devices(revoke_user_sessions.user_id);
  return app_private.end_sessions(revoke_user_sessions.user_id, 'admin');
end
$$;

comment on function app_public.revoke_user_sessions(uuid) is
  'Ends all sessions of anybody at once, and asks their devices for a code again; returns how many '
  'sessions. For the platform''s support and security. Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.revoke_user_sessions(uuid) to lml_user;
