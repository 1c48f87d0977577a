create or replace function app_private.request_email_verification(token text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user app_public.users;
begin
  select * into strict v_user
  from app_public.users as u where u.id = app_hidden.require_user_id();
  if v_user.email_verified_at is null then
    perform app_private.issue_user_token(
      v_user.id, 'verify_email', v_user.email::text, request_email_verification.token
    );
  end if;
end
$$;

comment on function app_private.request_email_verification(text) is
  'Mails another token to the user, unless the address is proven. Raises LMAUT, LMSES.';
grant execute on function app_private.request_email_verification(text) to lml_authenticator;
