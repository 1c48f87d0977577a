-- For policies: "organization_id in (select app_hidden.permitted_organization_ids('...'))" is
-- evaluated once per query, whatever the number of rows.
create or replace function app_hidden.permitted_organization_ids(permission text)
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select m.organization_id
  from app_public.organization_members as m
  join app_public.role_permissions as p on p.role = m.role
  where m.user_id = app_hidden.current_user_id()
    and m.status = 'active'
    and p.permission = permitted_organization_ids.permission
$$;

comment on function app_hidden.permitted_organization_ids(text) is
  'The organizations in which the signed-in user has a permission.';
grant execute on function app_hidden.permitted_organization_ids(text)
  to lml_anonymous, lml_user;
