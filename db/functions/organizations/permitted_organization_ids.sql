-- For policies: "= any (array(select app_hidden.permitted_organization_ids('...')))" is evaluated
-- once per query, whatever the number of rows, and not at all when no row asks; "in" would prepare
-- a hash table in every plan, needed or not. What belongs to a venue is added by
-- permitted_venue_ids and permitted_performance_ids: a table that forgets them shows a member who
-- is restricted to venues too little, never too much.
create or replace function app_hidden.permitted_organization_ids(permission text)
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select m.organization_id
  from app_public.organization_members as m
  where m.user_id = (select app_hidden.current_user_id())
    and m.status = 'active'
    and (
      not m.venues_restricted
      -- Knowing for whom one works is no right at a venue.
      or permitted_organization_ids.permission = 'organization.read'
    )
    and (
      exists (
        select from app_public.role_permissions as p
        where p.role = m.role and p.permission = permitted_organization_ids.permission
      )
      or exists (
        select from app_public.member_permissions as p
        where p.member_id = m.id
          and p.organization_id = m.organization_id
          and p.permission = permitted_organization_ids.permission
      )
    )
$$;

comment on function app_hidden.permitted_organization_ids(text) is
  'The organizations in which the signed-in user has a permission at all venues.';
grant execute on function app_hidden.permitted_organization_ids(text)
  to lml_anonymous, lml_user;
