create or replace function app_private.record_email_sent(email_id uuid)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_private.outgoing_emails as e
  set sent_at = now(), variables = '{}'
  where e.id = record_email_sent.email_id and e.sent_at is null
$$;

comment on function app_private.record_email_sent(uuid) is
  'Remembers that a mail was sent, and forgets the token in it.';
grant execute on function app_private.record_email_sent(uuid) to lml_worker;
