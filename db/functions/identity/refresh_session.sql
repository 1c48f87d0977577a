-- The old token dies in the same statement: of two who refresh at once, one finds no session.
create or replace function app_private.refresh_session(token text)
returns app_public.user_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_session_id uuid;
  v_session app_public.user_sessions;
begin
  perform app_hidden.require_user_id();
  update app_private.session_tokens as t
  set token_hash = app_hidden.hash_token(refresh_session.token)
  where t.token_hash
    = app_hidden.hash_token(nullif(current_setting('lml.session_token', true), ''))
  returning t.session_id into v_session_id;
  -- Whoever acts in somebody else's name does so for as long as it was granted.
  update app_public.user_sessions as s
  set expires_at = now() + interval '30 days'
  where s.id = v_session_id and s.revoked_at is null and s.impersonator_id is null
  returning * into v_session;
  if v_session.id is null then
    raise exception 'Your session has ended.' using errcode = 'LMSES', hint = 'Sign in again.';
  end if;
  return v_session;
end
$$;

comment on function app_private.refresh_session(text) is
  'Gives the session of this request another token and 30 more days. Raises LMAUT, LMSES.';
grant execute on function app_private.refresh_session(text) to lml_authenticator;
