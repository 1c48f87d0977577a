-- Asked when a payout is made, submitted and approved, and once more just before it is sent.
create or replace function app_private.require_payable(organization_id uuid)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations;
begin
  select * into strict v_organization
  from app_public.organizations as o where o.id = require_payable.organization_id;
  if v_organization.status <> 'active' then
    perform app_private.raise_not_active(v_organization);
  end if;
  if v_organization.verification_status <> 'verified' then
    raise exception 'The organization is not verified.'
      using errcode = 'LMPOA', detail = 'unverified',
        hint = 'Hand in documents with requestOrganizationVerification.';
  end if;
end
$$;

comment on function app_private.require_payable(uuid) is
  'Raises LMORG for an organization that is suspended or closed, LMPOA for '
  'one that is not verified.';
