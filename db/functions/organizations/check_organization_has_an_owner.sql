create or replace function app_private.check_organization_has_an_owner()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'organization_has_an_owner', o.id, null::uuid, format('nobody owns %s', o.slug)
  from app_public.organizations as o
  where not exists (
    select from app_public.organization_members as m
    join app_public.users as u on u.id = m.user_id
    where m.organization_id = o.id
      and m.role = 'owner'
      and m.status = 'active'
      and u.account_status <> 'deleted'
  )
$$;

comment on function app_private.check_organization_has_an_owner() is
  'An organization that nobody owns.';
