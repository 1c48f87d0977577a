-- Two owners who leave at once would each see the other one. Writing to the organization makes the
-- second wait, and then look again; under a stricter isolation than read committed, it fails.
create or replace function app_hidden.tg_organization_members__keep_an_owner()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_public.organizations as o
  set updated_at = now()
  where o.id = old.organization_id;
  if not exists (
    select from app_public.organization_members as m
    where m.organization_id = old.organization_id and m.role = 'owner' and m.status = 'active'
  ) then
    raise exception 'An organization has an owner at all times.'
      using errcode = 'LMOWN', detail = old.organization_id::text,
        hint = 'Transfer the ownership first.';
  end if;
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
