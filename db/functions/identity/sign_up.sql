-- Whoever asks is answered alike, whether the address has an account or not: what is true goes to
-- the mailbox. An account comes into being when the token comes back, so that nobody takes an
-- address that is not theirs.
create or replace function app_private.sign_up(
  email text, password_hash text, first_name text, last_name text, token text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.check_profile(sign_up.email, sign_up.first_name, sign_up.last_name);
  if not app_private.may_mail(sign_up.email, array['complete_sign_up', 'account_exists']) then
    return;
  end if;
  if app_private.has_account(sign_up.email) then
    perform app_private.queue_email(
      sign_up.email, 'account_exists', language => app_hidden.current_language()
    );
    return;
  end if;
  insert into app_private.sign_ups (
    token_hash, email, password_hash, first_name, last_name, expires_at
  )
  values (
    app_hidden.hash_token(sign_up.token), sign_up.email::public.citext, sign_up.password_hash,
    sign_up.first_name, sign_up.last_name, now() + interval '2 days'
  );
  perform app_private.queue_email(
    sign_up.email, 'complete_sign_up', jsonb_build_object('token', sign_up.token),
    language => app_hidden.current_language()
  );
end
$$;

comment on function app_private.sign_up(text, text, text, text, text) is
  'Asks for an account; what becomes of it is told by mail alone. Raises LMINP.';
grant execute on function app_private.sign_up(text, text, text, text, text) to lml_authenticator;
