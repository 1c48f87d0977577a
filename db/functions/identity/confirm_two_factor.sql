create or replace function app_private.confirm_two_factor(recovery_codes text[])
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_private.lock_own_account();
  v_email text;
begin
  update app_private.two_factor_secrets as t
  set confirmed_at = now()
  where t.user_id = v_user_id and t.confirmed_at is null;
  if not found then
    raise exception 'You have a second factor already.'
      using errcode = 'LMTFE', hint = 'Remove it first.';
  end if;
  delete from app_private.recovery_codes as r where r.user_id = v_user_id;
  insert into app_private.recovery_codes (user_id, code_hash)
  select v_user_id, app_hidden.hash_token(code)
  from unnest(confirm_two_factor.recovery_codes) as code;
  select u.email::text into strict v_email from app_public.users as u where u.id = v_user_id;
  perform app_private.queue_email(v_email, 'two_factor_added');
end
$$;

comment on function app_private.confirm_two_factor(text[]) is
  'From now on signing in takes a code; the server has verified the first. '
  'Raises LMTFE, LMAUT, LMSES, LMIMP, LMCRD.';
grant execute on function app_private.confirm_two_factor(text[]) to lml_authenticator;
