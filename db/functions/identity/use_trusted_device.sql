create or replace function app_private.use_trusted_device(user_id uuid, token text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_public.trusted_devices as d
  set last_used_at = now()
  from app_private.trusted_device_tokens as t
  where t.token_hash = app_hidden.hash_token(use_trusted_device.token)
    and d.id = t.device_id
    and d.user_id = use_trusted_device.user_id
    and d.revoked_at is null
    and d.expires_at > now();
  if not found then
    raise exception 'Your account needs a code, too.'
      using errcode = 'LMTFA', hint = 'This device is not trusted, or not any more.';
  end if;
end
$$;

comment on function app_private.use_trusted_device(uuid, text) is
  'Lets a device of the user''s replace a code. Raises LMTFA when it is not trusted.';
