create or replace function app_private.request_password_reset(email text, token text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user app_public.users;
begin
  select * into v_user
  from app_public.users as u
  where u.email operator(public.=) request_password_reset.email::public.citext
    and u.account_status = 'active';
  if found then
    perform app_private.issue_user_token(
      v_user.id, 'reset_password', v_user.email::text, request_password_reset.token
    );
  end if;
end
$$;

comment on function app_private.request_password_reset(text, text) is
  'Mails a token to the address if it has an account; nobody else learns whether it has.';
grant execute on function app_private.request_password_reset(text, text) to lml_authenticator;
