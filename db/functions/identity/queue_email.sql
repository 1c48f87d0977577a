-- In the transaction of what it tells about: it is sent if that happened, and only then.
create or replace function app_private.queue_email(
  recipient text, template text, variables jsonb default '{}', organization_id uuid default null,
  language text default null
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  insert into app_private.outgoing_emails (
    recipient, template, variables, organization_id, language
  )
  values (
    queue_email.recipient::public.citext, queue_email.template, queue_email.variables,
    queue_email.organization_id, queue_email.language
  )
  returning id into v_id;
  perform app_private.add_job('email__send', jsonb_build_object('email_id', v_id));
  return v_id;
end
$$;

comment on function app_private.queue_email(text, text, jsonb, uuid, text) is
  'Has a mail sent; the template is one of worker/mail. What an organization writes to its '
  'customers names it, so that it is forgotten with them; what its reader asks for is in the '
  'language in which they ask, unless their account says another.';
