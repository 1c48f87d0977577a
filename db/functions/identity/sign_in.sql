-- The server has verified the password and, where one is needed, the code. Between that and now a
-- new password may have been set, the tenth wrong one tried, or the device revoked: all are looked
-- at again under their locks.
create or replace function app_private.sign_in(
  user_id uuid, password_hash text, token text, device text, ip_address inet, user_agent text,
  device_token text default null, new_device_token text default null
)
returns app_public.user_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_session app_public.user_sessions;
begin
  perform from app_private.user_credentials as c
  where c.user_id = sign_in.user_id and c.password_hash = sign_in.password_hash
    and coalesce(c.locked_until <= now(), true)
  for no key update;
  if not found then
    raise exception 'There is no account with this address and password.' using errcode = 'LMCRD';
  end if;
  if sign_in.device_token is not null then
    perform app_private.use_trusted_device(sign_in.user_id, sign_in.device_token);
  end if;
  v_session := app_private.open_session(
    sign_in.user_id, sign_in.token, sign_in.device, sign_in.ip_address, sign_in.user_agent
  );
  if sign_in.new_device_token is not null then
    perform app_private.trust_device(v_session, sign_in.new_device_token);
  end if;
  return v_session;
end
$$;

comment on function app_private.sign_in(uuid, text, text, text, inet, text, text, text) is
  'Opens a session for whoever was verified. Raises LMCRD when the password was changed or the '
  'account locked meanwhile, LMTFA when the device is not trusted, LMLCK.';
grant execute on function app_private.sign_in(uuid, text, text, text, inet, text, text, text)
  to lml_authenticator;
