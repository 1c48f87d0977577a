create or replace function app_public.set_venue_tax_jurisdiction(
  venue_id uuid, tax_jurisdiction_id uuid default null
)
returns app_public.venues
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_venue app_public.venues := app_private.lock_venue(
    set_venue_tax_jurisdiction.venue_id, 'venues.manage'
  );
begin
  perform app_private.require_tax_jurisdiction(
    v_venue.organization_id, set_venue_tax_jurisdiction.tax_jurisdiction_id
  );
  update app_public.venues as v
  set tax_jurisdiction_id = set_venue_tax_jurisdiction.tax_jurisdiction_id
  where v.id = v_venue.id
  returning * into v_venue;
  return v_venue;
end
$$;

comment on function app_public.set_venue_tax_jurisdiction(uuid, uuid) is
  'Where events are taxed that are made for a venue from here on and name no rate. '
  'Needs venues.manage. Raises LMNFD, LMRGT.';
grant execute on function app_public.set_venue_tax_jurisdiction(uuid, uuid) to lml_user;
