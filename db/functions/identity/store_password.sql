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
  update app_public.user_sessions as s
  set revoked_at = now()
  where s.user_id = store_password.user_id
    and s.revoked_at is null
    and s.id is distinct from store_password.kept_session_id;
  select u.email::text into strict v_email
  from app_public.users as u where u.id = store_password.user_id;
  perform app_private.queue_email(v_email, 'password_changed');
end
$$;

comment on function app_private.store_password(uuid, text, uuid) is
  'A new password ends every other session, and its owner is told.';
