-- Compares what was stored with what it was made of, and never trusts the one for the other. Other
-- than check_invariants it reads whole documents, so it is asked for by venue.
create or replace function app_public.validate_mongo_layout_integration(venue_id uuid)
returns setof app_public.layout_difference
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_venue app_public.venues;
  v_layout app_public.venue_layouts;
begin
  select * into v_venue
  from app_public.venues as v where v.id = validate_mongo_layout_integration.venue_id;
  perform app_hidden.require_venue_permission(v_venue.organization_id, v_venue.id, 'venues.read');
  for v_layout in
    select l.* from app_public.venue_layouts as l
    where l.organization_id = v_venue.organization_id and l.venue_id = v_venue.id
    order by l.version
  loop
    return query select * from app_private.layout_differences(v_layout);
  end loop;
end
$$;

comment on function app_public.validate_mongo_layout_integration(uuid) is
  'Every difference between the layouts of a venue as documents and as rows: hashes, sections, '
  'seats, capacities, and the seats that performances sell. No rows: all is well. Needs '
  'venues.read. Raises LMNFD, LMRGT.';
grant execute on function app_public.validate_mongo_layout_integration(uuid) to lml_user;
