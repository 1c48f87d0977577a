create or replace function app_private.revoke_trusted_devices(user_id uuid)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_public.trusted_devices as d
  set revoked_at = now()
  where d.user_id = revoke_trusted_devices.user_id and d.revoked_at is null
$$;

comment on function app_private.revoke_trusted_devices(uuid) is
  'From now on every device of the user''s needs a code again.';
