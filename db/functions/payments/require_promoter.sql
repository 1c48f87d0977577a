create or replace function app_private.require_promoter(organization_id uuid, promoter_id uuid)
returns app_public.promoters
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_promoter app_public.promoters;
begin
  select * into v_promoter
  from app_public.promoters as p
  where p.organization_id = require_promoter.organization_id
    and p.id = require_promoter.promoter_id;
  if not found then
    raise exception 'There is no such promoter, or it is not yours.'
      using errcode = 'LMNFD', detail = 'promoter_id';
  end if;
  return v_promoter;
end
$$;

comment on function app_private.require_promoter(uuid, uuid) is
  'A promoter of an organization. Raises LMNFD.';
