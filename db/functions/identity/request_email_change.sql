-- The token goes to the new address; the old one is told at the end. If the new address has an
-- account already, its owner is told instead, and the caller learns nothing; nor whether anything
-- was mailed, since mailboxes of others are not to be flooded.
create or replace function app_private.request_email_change(email text, token text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_private.lock_own_account();
begin
  if not app_private.has_two_sides(request_email_change.email)
    or length(request_email_change.email) > 320
  then
    raise exception 'This is not an e-mail address.' using errcode = 'LMINP', detail = 'email';
  end if;
  if not app_private.may_mail(
    request_email_change.email, array['change_email', 'address_in_use']
  ) then
    return;
  end if;
  if app_private.has_account(request_email_change.email) then
    perform app_private.queue_email(
      request_email_change.email, 'address_in_use', language => app_hidden.current_language()
    );
    return;
  end if;
  perform app_private.issue_user_token(
    v_user_id, 'change_email', request_email_change.email, request_email_change.token
  );
end
$$;

comment on function app_private.request_email_change(text, text) is
  'Mails a token to the new address. Raises LMINP, LMAUT, LMSES, LMIMP, LMCRD.';
grant execute on function app_private.request_email_change(text, text) to lml_authenticator;
