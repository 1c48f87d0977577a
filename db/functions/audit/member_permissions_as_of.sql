create or replace function app_private.member_permissions_as_of(
  organization_id uuid, member_id uuid, at timestamptz
)
returns text[]
language sql stable security definer set search_path = ''
as $$
  select array(
    select r.past ->> 'permission'
    from (
      select p.id from app_public.member_permissions as p
      where p.organization_id = member_permissions_as_of.organization_id
        and p.member_id = member_permissions_as_of.member_id
      union
      select l.entity_id from app_public.audit_log as l
      where l.organization_id = member_permissions_as_of.organization_id
        and l.entity_type = 'member_permissions'
        and l.old_values ->> 'member_id' = member_permissions_as_of.member_id::text
    ) as ids
    cross join lateral app_private.row_as_of(
      'member_permissions', ids.id,
      (select to_jsonb(p) from app_public.member_permissions as p where p.id = ids.id),
      member_permissions_as_of.at
    ) as r (past)
    where r.past is not null
    order by 1
  )
$$;

comment on function app_private.member_permissions_as_of(uuid, uuid, timestamptz) is
  'What a member could do beyond the role at a moment.';
