create or replace function app_private.require_tax_jurisdiction(
  organization_id uuid, tax_jurisdiction_id uuid
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if require_tax_jurisdiction.tax_jurisdiction_id is not null and not exists (
    select from app_public.tax_jurisdictions as j
    where j.organization_id = require_tax_jurisdiction.organization_id
      and j.id = require_tax_jurisdiction.tax_jurisdiction_id
  ) then
    raise exception 'There is no such jurisdiction, or it is not yours.'
      using errcode = 'LMNFD', detail = 'tax_jurisdiction_id';
  end if;
end
$$;

comment on function app_private.require_tax_jurisdiction(uuid, uuid) is
  'Raises LMNFD for a jurisdiction of somebody else.';
