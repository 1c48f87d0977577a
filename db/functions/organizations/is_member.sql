-- An address counts only when its owner has proved it: whoever signs up with somebody else's gets
-- nothing for it.
create or replace function app_private.is_member(organization_id uuid, user_id uuid)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from app_public.memberships as m
    where m.organization_id = is_member.organization_id
      and m.user_id = is_member.user_id
      and m.revoked_at is null
      and m.valid_during @> now()
  ) or exists (
    select
    from app_public.users as u
    join app_public.memberships as m
      on m.organization_id = is_member.organization_id
      and m.email operator(public.=) u.email
    where u.id = is_member.user_id
      and u.email_verified_at is not null
      and m.revoked_at is null
      and m.valid_during @> now()
  )
$$;

comment on function app_private.is_member(uuid, uuid) is
  'Whether somebody is a member of an organization now; nobody is not.';
