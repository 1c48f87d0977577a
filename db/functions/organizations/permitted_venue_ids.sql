-- The other half of permitted_organization_ids, for members who are restricted to venues.
create or replace function app_hidden.permitted_venue_ids(permission text)
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select a.venue_id
  from app_public.organization_members as m
  join app_public.user_venue_access as a
    on a.user_id = m.user_id and a.organization_id = m.organization_id and a.revoked_at is null
  where m.user_id = (select app_hidden.current_user_id())
    and m.status = 'active'
    and m.venues_restricted
    and (
      exists (
        select from app_public.role_permissions as p
        where p.role = m.role and p.permission = permitted_venue_ids.permission
      )
      or exists (
        select from app_public.member_permissions as p
        where p.member_id = m.id
          and p.organization_id = m.organization_id
          and p.permission = permitted_venue_ids.permission
      )
    )
$$;

comment on function app_hidden.permitted_venue_ids(text) is
  'The venues at which a signed-in user who is restricted to venues has a permission.';
grant execute on function app_hidden.permitted_venue_ids(text) to lml_anonymous, lml_user;
