-- Two owners who leave at once would each see the other one: see require_owner.
create or replace function app_hidden.tg_organization_members__keep_an_owner()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.require_owner(old.organization_id);
  return null;
end
$$;

comment on function app_hidden.tg_organization_members__keep_an_owner() is 'Raises LMOWN.';

create or replace trigger _200_keep_an_owner_on_update
  after update of role, status, organization_id on app_public.organization_members
  for each row
  when (
    old.role = 'owner' and old.status = 'active'
    and (
      new.role <> 'owner' or new.status <> 'active'
      or new.organization_id <> old.organization_id
    )
  )
  execute function app_hidden.tg_organization_members__keep_an_owner();

create or replace trigger _200_keep_an_owner_on_delete
  after delete on app_public.organization_members
  for each row when (old.role = 'owner' and old.status = 'active')
  execute function app_hidden.tg_organization_members__keep_an_owner();
