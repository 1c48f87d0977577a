-- Mail is queued in the transaction that is its reason: both happen, or neither.
create or replace function app_private.queue_email(
  recipient text, template text, variables jsonb
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into app_private.outgoing_emails (recipient, template, variables)
  values (
    queue_email.recipient::public.citext, queue_email.template,
    coalesce(queue_email.variables, '{}')
  );
end
$$;

comment on function app_private.queue_email(text, text, jsonb) is 'Queues a mail.';
