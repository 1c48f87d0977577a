create or replace function app_private.store_password(
  user_id uuid, password_hash text, kept_session_id uuid default null
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_email text;
begin
  update app_private.user_credentials as c
  set password_hash = store_password.password_hash, password_changed_at = now(),
    failed_login_attempts = 0, locked_until = null
  where c.user_id = store_password.user_id;
  perform app_private.end_sessions(
    store_password.user_id, 'security', store_password.kept_session_id
  );
  perform app_private.revoke_trusted_devices(store_password.user_id);
  -- Whoever knew the old password may have asked for another address, whose token needs no session.
  delete from app_private.user_tokens as t
  where t.user_id = store_password.user_id
    and t.purpose in ('change_email', 'reset_password')
    and t.used_at is null;
  select u.email::text into strict v_email
  from app_public.users as u where u.id = store_password.user_id;
  perform app_private.queue_email(v_email, 'password_changed');
end
$$;

comment on function app_private.store_password(uuid, text, uuid) is
  'A new password ends every other session, the trust in devices, and what was mailed before for '
  'another password or address; its owner is told.';
