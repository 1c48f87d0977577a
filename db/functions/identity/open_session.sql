create or replace function app_private.open_session(
  user_id uuid, token text, device text, ip_address inet, user_agent text
)
returns app_public.user_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_session app_public.user_sessions;
begin
  if not app_private.is_token(open_session.token) then
    raise exception 'A session token is 32 random bytes in base64url.' using errcode = 'LMINP';
  end if;

  update app_public.users as u
  set login_count = u.login_count + 1, last_login_at = now()
  where u.id = open_session.user_id and u.account_status = 'active';
  if not found then
    raise exception 'This account cannot sign in.'
      using errcode = 'LMLCK', hint = 'Ask the support to open it again.';
  end if;
  update app_private.user_credentials as c
  set failed_login_attempts = 0, locked_until = null
  where c.user_id = open_session.user_id;

  insert into app_public.user_sessions (
    user_id, device, ip_address, user_agent, country, city, expires_at
  )
  select
    open_session.user_id, left(open_session.device, 200), open_session.ip_address,
    left(open_session.user_agent, 1000), p.country,
    case when p.country is not null
      then left(nullif(current_setting('lml.city', true), ''), 100)
    end,
    now() + interval '30 days'
  from (select app_private.current_country() as country) as p
  returning * into v_session;
  perform app_private.store_session_token(v_session, open_session.token);
  perform app_private.warn_of_new_place(v_session);
  return v_session;
end
$$;

comment on function app_private.open_session(uuid, text, text, inet, text) is
  'Signs a user in for 30 days under a token that the server made. Raises LMINP, and LMLCK if '
  'they may not.';
grant execute on function app_private.open_session(uuid, text, text, inet, text)
  to lml_authenticator;
