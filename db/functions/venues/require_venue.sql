create or replace function app_private.require_venue(organization_id uuid, venue_id uuid)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not exists (
    select from app_public.venues as v
    where v.organization_id = require_venue.organization_id and v.id = require_venue.venue_id
  ) then
    raise exception 'There is no such venue, or it is not yours.'
      using errcode = 'LMNFD', detail = 'venue_id';
  end if;
end
$$;

comment on function app_private.require_venue(uuid, uuid) is
  'Raises LMNFD when an organization has no such venue.';
