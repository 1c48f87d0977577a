-- Mail to addresses that nobody has proven to be theirs: what belongs to the account goes, and what
-- else waits for whoever reads there stays.
create or replace function app_private.forget_mail(user_id uuid)
returns void
language sql volatile security definer set search_path = ''
as $$
  delete from app_private.outgoing_emails as e
  using app_private.user_tokens as t
  where t.user_id = forget_mail.user_id
    and e.recipient operator(public.=) t.email
    and e.template = t.purpose::text;
  delete from app_private.outgoing_emails as e
  using app_public.users as u
  where u.id = forget_mail.user_id
    and e.recipient operator(public.=) u.email
    and e.sent_at is not null
$$;

comment on function app_private.forget_mail(uuid) is
  'Forgets mail to a user''s addresses, before the account is closed.';
