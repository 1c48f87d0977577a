create or replace function app_private.confirm_email_change(token text)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_token app_private.user_tokens := app_private.use_user_token(
    confirm_email_change.token, 'change_email'
  );
  v_old_email text;
begin
  select u.email::text into strict v_old_email
  from app_public.users as u where u.id = v_token.user_id for no key update;
  perform app_private.free_address(v_token.email::text);
  update app_public.users as u
  set email = v_token.email, email_verified_at = now()
  where u.id = v_token.user_id;
  -- Whoever reads the old mailbox must not choose a password any more.
  delete from app_private.user_tokens as t
  where t.user_id = v_token.user_id and t.purpose = 'reset_password' and t.used_at is null;
  perform app_private.queue_email(v_old_email, 'email_changed');
  return true;
exception
  when unique_violation then
    perform app_private.raise_bad_link();
end
$$;

comment on function app_private.confirm_email_change(text) is
  'Makes the address that the token was mailed to the account''s, and tells the old one. '
  'Raises LMTOK.';
grant execute on function app_private.confirm_email_change(text) to lml_authenticator;
