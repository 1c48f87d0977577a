-- In force or not: whoever is suspended may come back.
create or replace function app_private.permissions_of_member(
  member app_public.organization_members
)
returns text[]
language sql stable security definer set search_path = ''
as $$
  select array(
    select p.permission from app_public.role_permissions as p
    where p.role = (permissions_of_member.member).role
    union
    select p.permission from app_public.member_permissions as p
    where p.member_id = (permissions_of_member.member).id
      and p.organization_id = (permissions_of_member.member).organization_id
  )
$$;

comment on function app_private.permissions_of_member(app_public.organization_members) is
  'The role''s permissions and the member''s own.';
