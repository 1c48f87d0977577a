create or replace function app_private.prepare_email(email_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'id', e.id, 'recipient', e.recipient, 'template', e.template, 'variables', e.variables,
    'language', coalesce(
      (select u.language from app_public.users as u where u.email operator(public.=) e.recipient),
      e.language,
      (
        select c.language
        from app_public.customers as c
        where c.organization_id = e.organization_id and c.email operator(public.=) e.recipient
      ),
      (
        select s.language
        from app_public.organization_settings as s where s.organization_id = e.organization_id
      )
    )
  )
  from app_private.outgoing_emails as e
  where e.id = prepare_email.email_id and e.sent_at is null
$$;

comment on function app_private.prepare_email(uuid) is
  'What to send, and in which language: that of the reader''s account, that in which they asked '
  'for it, that in which they last bought, or the organization''s; null when it was sent.';
grant execute on function app_private.prepare_email(uuid) to lml_worker;
