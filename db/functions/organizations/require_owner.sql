-- Writing to the organization makes whoever else ends an ownership wait, and then look again; under
-- a stricter isolation than read committed, it fails. A membership goes on when the account is
-- closed, and whoever cannot sign in owns nothing.
create or replace function app_private.require_owner(organization_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_public.organizations as o
  set updated_at = now()
  where o.id = require_owner.organization_id;
  if not exists (
    select from app_public.organization_members as m
    join app_public.users as u on u.id = m.user_id
    where m.organization_id = require_owner.organization_id
      and m.role = 'owner'
      and m.status = 'active'
      and u.account_status = 'active'
  ) then
    raise exception 'An organization has an owner at all times.'
      using errcode = 'LMOWN', detail = require_owner.organization_id::text,
        hint = 'Transfer the ownership first.';
  end if;
end
$$;

comment on function app_private.require_owner(uuid) is
  'Raises LMOWN unless somebody who can sign in owns the organization, which is locked.';
