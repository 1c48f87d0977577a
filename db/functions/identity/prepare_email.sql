create or replace function app_private.prepare_email(email_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'id', e.id, 'recipient', e.recipient, 'template', e.template, 'variables', e.variables,
    'language', (
      select u.language from app_public.users as u where u.email operator(public.=) e.recipient
    )
  )
  from app_private.outgoing_emails as e
  where e.id = prepare_email.email_id and e.sent_at is null
$$;

comment on function app_private.prepare_email(uuid) is
  'What to send, and in which language whoever gets it reads; null when it was sent.';
grant execute on function app_private.prepare_email(uuid) to lml_worker;
