-- What a membership is worth: nothing when it is not in force, nor when its account is closed or
-- suspended, and nothing in the whole organization when it is restricted to venues.
create or replace function app_private.permissions_of(organization_id uuid, user_id uuid)
returns text[]
language sql stable security definer set search_path = ''
as $$
  select coalesce(
    (
      select app_private.permissions_of_member(m)
      from app_public.organization_members as m
      join app_public.users as u on u.id = m.user_id and u.account_status = 'active'
      where m.organization_id = permissions_of.organization_id
        and m.user_id = permissions_of.user_id
        and m.status = 'active'
        and not m.venues_restricted
    ),
    '{}'
  )
$$;

comment on function app_private.permissions_of(uuid, uuid) is
  'What a user may do in all of an organization.';
