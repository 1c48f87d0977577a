-- Ten wrong passwords in a row close the account for a quarter of an hour. Whoever tries is not
-- told; the owner is, by mail.
create or replace function app_private.record_failed_sign_in(email text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_email text;
begin
  update app_private.user_credentials as c
  set failed_login_attempts = c.failed_login_attempts + 1,
    locked_until = case
      when (c.failed_login_attempts + 1) % 10 = 0 then now() + interval '15 minutes'
      else c.locked_until
    end
  from app_public.users as u
  where u.id = c.user_id
    and u.email operator(public.=) record_failed_sign_in.email::public.citext
    and coalesce(c.locked_until <= now(), true)
  returning case when c.failed_login_attempts % 10 = 0 then u.email::text end into v_email;
  if v_email is not null then
    perform app_private.queue_email(v_email, 'account_locked');
  end if;
end
$$;

comment on function app_private.record_failed_sign_in(text) is
  'Counts a wrong password, and locks the account for 15 minutes at every tenth.';
grant execute on function app_private.record_failed_sign_in(text) to lml_authenticator;
