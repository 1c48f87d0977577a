create or replace function app_private.mail_sparingly(
  recipient text, template text, variables jsonb, organization_id uuid, templates text[]
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not app_private.may_mail(mail_sparingly.recipient, mail_sparingly.templates) then
    return false;
  end if;
  perform app_private.queue_email(
    mail_sparingly.recipient, mail_sparingly.template, mail_sparingly.variables,
    mail_sparingly.organization_id, app_hidden.current_language()
  );
  return true;
end
$$;

comment on function app_private.mail_sparingly(text, text, jsonb, uuid, text[]) is
  'Has a mail sent that anybody may ask for, in the language in which they ask, unless the mailbox '
  'had one of these templates lately. Returns whether; the caller then lets go of the token that '
  'nobody got, and answers all alike.';
