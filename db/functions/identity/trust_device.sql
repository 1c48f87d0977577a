create or replace function app_private.trust_device(
  session app_public.user_sessions, token text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  if not app_private.is_token(trust_device.token) then
    raise exception 'A device token is 32 random bytes in base64url.' using errcode = 'LMINP';
  end if;
  insert into app_public.trusted_devices (user_id, device, ip_address, user_agent, expires_at)
  values (
    (trust_device.session).user_id, (trust_device.session).device,
    (trust_device.session).ip_address, (trust_device.session).user_agent,
    now() + interval '30 days'
  )
  returning id into v_id;
  insert into app_private.trusted_device_tokens (token_hash, device_id)
  values (app_hidden.hash_token(trust_device.token), v_id);
end
$$;

comment on function app_private.trust_device(app_public.user_sessions, text) is
  'Trusts the device of a session for 30 days, under a token that the server made. Raises LMINP.';
