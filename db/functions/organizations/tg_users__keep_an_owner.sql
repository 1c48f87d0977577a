-- Whoever closes their account leaves, also when two owners do so at once. A suspension is the
-- platform's, which may be there for the owner's sake.
create or replace function app_hidden.tg_users__keep_an_owner()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid;
begin
  for v_organization_id in
    select m.organization_id
    from app_public.organization_members as m
    where m.user_id = new.id and m.role = 'owner' and m.status = 'active'
    order by m.organization_id
  loop
    perform app_private.require_owner(v_organization_id);
  end loop;
  return null;
end
$$;

comment on function app_hidden.tg_users__keep_an_owner() is 'Raises LMOWN.';

create or replace trigger _200_keep_an_owner
  after update of account_status on app_public.users
  for each row
  when (old.account_status <> 'deleted' and new.account_status = 'deleted')
  execute function app_hidden.tg_users__keep_an_owner();
