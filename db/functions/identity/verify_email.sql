-- Whoever has the token has the mailbox: no session is needed, so that a link works on any device.
create or replace function app_public.verify_email(token text)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_token app_private.user_tokens := app_private.use_user_token(
    verify_email.token, 'verify_email'
  );
begin
  update app_public.users as u
  set email_verified_at = now()
  where u.id = v_token.user_id
    and u.email operator(public.=) v_token.email
    and u.email_verified_at is null;
  return true;
end
$$;

comment on function app_public.verify_email(text) is
  'Proves an address with the token that was mailed to it. Raises LMTOK.';
grant execute on function app_public.verify_email(text) to lml_anonymous, lml_user;
