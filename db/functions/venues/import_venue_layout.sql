create or replace function app_public.import_venue_layout(
  venue_id uuid, document text, sha256 text,
  source app_public.layout_source default 'upload', source_reference text default null
)
returns app_public.venue_layouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid;
begin
  select v.organization_id into v_organization_id
  from app_public.venues as v where v.id = import_venue_layout.venue_id;
  perform app_hidden.require_venue_permission(
    v_organization_id, import_venue_layout.venue_id, 'venues.manage'
  );
  return app_private.store_layout(
    import_venue_layout.venue_id, import_venue_layout.document, import_venue_layout.sha256,
    import_venue_layout.source, import_venue_layout.source_reference
  );
end
$$;

comment on function app_public.import_venue_layout(
  uuid, text, text, app_public.layout_source, text
) is
  'Adds a version of a venue''s seating plan; the same document again returns the version it has. '
  'Needs venues.manage. Raises LMHSH (wrong hash), LMLAY (malformed), LMXYR (seat outside 0..1), '
  'LMDUP (duplicate seat), LMNFD, LMRGT.';
grant execute on function app_public.import_venue_layout(
  uuid, text, text, app_public.layout_source, text
) to lml_user;
