-- In the transaction of what it tells about, which happens once: so does the mail.
create or replace function app_private.mail_members(
  organization_id uuid, permission text, template text, variables jsonb,
  except_user_id uuid default null
)
returns integer
language sql volatile security definer set search_path = ''
as $$
  select count(app_private.queue_email(
    r.email::text, mail_members.template, jsonb_strip_nulls(mail_members.variables),
    language => r.language
  ))::integer
  from (
    select u.email, s.language
    from app_public.organization_members as m
    join app_public.users as u on u.id = m.user_id
    join app_public.organization_settings as s on s.organization_id = m.organization_id
    where m.organization_id = mail_members.organization_id
      and m.user_id is distinct from mail_members.except_user_id
      and mail_members.permission = any (
        app_private.permissions_of(m.organization_id, m.user_id)
      )
    order by m.id
  ) as r
$$;

comment on function app_private.mail_members(uuid, text, text, jsonb, uuid) is
  'Mails the members of an organization who have a permission, but for one of them, who has done '
  'what it is about; returns how many.';
