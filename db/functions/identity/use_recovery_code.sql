create or replace function app_private.use_recovery_code(user_id uuid, code text)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_email text;
begin
  update app_private.recovery_codes as r
  set used_at = now()
  from app_public.users as u
  where r.user_id = use_recovery_code.user_id
    and r.code_hash = app_hidden.hash_token(use_recovery_code.code)
    and r.used_at is null
    and u.id = r.user_id
  returning u.email::text into v_email;
  if v_email is null then
    return false;
  end if;
  perform app_private.queue_email(v_email, 'recovery_code_used');
  return true;
end
$$;

comment on function app_private.use_recovery_code(uuid, text) is
  'Uses a recovery code up, and tells the owner; false when it is none, or was used.';
grant execute on function app_private.use_recovery_code(uuid, text) to lml_authenticator;
