-- Until the first code is given nothing changes: a telephone that was set up wrongly locks nobody
-- out.
create or replace function app_private.enroll_two_factor(encrypted_secret bytea)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into app_private.two_factor_secrets as t (user_id, encrypted_secret)
  values (app_private.lock_own_account(), enroll_two_factor.encrypted_secret)
  on conflict (user_id) do update
  set encrypted_secret = excluded.encrypted_secret, created_at = now(), last_time_step = 0
  where t.confirmed_at is null;
  if not found then
    raise exception 'You have a second factor already.'
      using errcode = 'LMTFE', hint = 'Remove it first.';
  end if;
end
$$;

comment on function app_private.enroll_two_factor(bytea) is
  'Keeps a secret that is yet to be confirmed. Raises LMTFE, LMAUT, LMSES, LMIMP, LMCRD.';
grant execute on function app_private.enroll_two_factor(bytea) to lml_authenticator;
