create or replace function app_private.mail_waiting(
  entry app_public.waiting_list_entries, template text
)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.queue_email(
    coalesce(u.email, c.email)::text, mail_waiting.template,
    app_private.performance_words(
      (mail_waiting.entry).organization_id, (mail_waiting.entry).performance_id
    ),
    c.organization_id
  )
  from app_public.customers as c
  left join app_public.users as u on u.id = (mail_waiting.entry).user_id
  where c.organization_id = (mail_waiting.entry).organization_id
    and c.id = (mail_waiting.entry).customer_id
$$;

comment on function app_private.mail_waiting(app_public.waiting_list_entries, text) is
  'Mails somebody about the places that they wait for.';
