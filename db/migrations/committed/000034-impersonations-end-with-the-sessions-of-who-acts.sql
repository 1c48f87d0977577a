--! Previous: sha1:eec4f36d999abddd2d73eeeab8d6e8c20b5a7729
--! Hash: sha1:d8cd211f56e7da7b363b935f22b9d9f884eee5ec
--! Message: Impersonations end with the sessions of who acts

--! split: 1000-functions-identity-end_sessions.sql
create or replace function app_private.end_sessions(user_id uuid)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  update app_public.user_sessions as s
  set revoked_at = now()
  where end_sessions.user_id in (s.user_id, s.impersonator_id)
    and s.revoked_at is null
    and s.expires_at > now();
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_private.end_sessions(uuid) is
  'Ends all sessions of a user, and those in which the user acts for somebody; how many.';

--! split: 1001-functions-identity-sign_out_everywhere.sql
create or replace function app_public.sign_out_everywhere()
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_hidden.refuse_impersonator();
  return app_private.end_sessions(app_hidden.require_user_id());
end
$$;

comment on function app_public.sign_out_everywhere() is
  'Ends all sessions of the user at once, this one too; returns how many. '
  'Raises LMAUT, LMSES, LMIMP.';
grant execute on function app_public.sign_out_everywhere() to lml_user;

--! split: 1002-functions-identity-store_password.sql
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
  where store_password.user_id in (s.user_id, s.impersonator_id)
    and s.revoked_at is null
    and s.id is distinct from store_password.kept_session_id;
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
