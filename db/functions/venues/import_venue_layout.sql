create or replace function app_public.import_venue_layout(
  venue_id uuid, document text, sha256 text,
  source app_public.layout_source default 'upload', source_reference text default null
)
returns app_public.venue_layouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid;
  v_document jsonb;
  v_layout app_public.venue_layouts;
  v_seat_count integer;
begin
  -- The lock makes versions count up without gaps when two imports meet.
  select v.organization_id into v_organization_id
  from app_public.venues as v
  where v.id = import_venue_layout.venue_id
  for no key update;
  perform app_hidden.require_permission(v_organization_id, 'venues.manage');

  if import_venue_layout.sha256 is distinct from
    encode(sha256(convert_to(import_venue_layout.document, 'UTF8')), 'hex')
  then
    raise exception 'The hash is not the SHA-256 of the document.'
      using errcode = 'LMHSH', hint = 'Send the document byte for byte as it was hashed.';
  end if;

  select l.* into v_layout
  from app_public.venue_layouts as l
  where l.organization_id = v_organization_id
    and l.venue_id = import_venue_layout.venue_id
    and l.sha256 = import_venue_layout.sha256;
  if found then
    return v_layout;
  end if;

  begin
    v_document := import_venue_layout.document::jsonb;
  exception
    when invalid_text_representation or untranslatable_character then
      raise exception 'The document is not JSON.' using errcode = 'LMLAY', detail = sqlerrm;
  end;
  perform app_hidden.check_layout_seats(v_document);
  select count(*) into v_seat_count from app_hidden.read_layout(v_document);
  if v_seat_count > 200000 then
    raise exception 'A layout has at most 200,000 seats.'
      using errcode = 'LMLAY', detail = v_seat_count::text;
  end if;

  insert into app_public.venue_layouts (
    organization_id, venue_id, version, name, sha256, document, source, source_reference,
    seat_count
  )
  select
    v_organization_id, import_venue_layout.venue_id,
    1 + coalesce(max(l.version), 0),
    coalesce(left(v_document ->> 'name', 255), 'Layout'),
    import_venue_layout.sha256, import_venue_layout.document, import_venue_layout.source,
    import_venue_layout.source_reference, v_seat_count
  from app_public.venue_layouts as l
  where l.organization_id = v_organization_id and l.venue_id = import_venue_layout.venue_id
  returning * into v_layout;

  insert into app_public.layout_sections (organization_id, layout_id, section_no, name)
  select distinct v_organization_id, v_layout.id, s.section_no, s.section
  from app_hidden.read_layout(v_document) as s;

  insert into app_public.layout_seats (
    organization_id, layout_id, seat_no, section_no, seat_id, row_name, seat_number, category,
    x, y, features
  )
  select
    v_organization_id, v_layout.id, s.seat_no, s.section_no, s.seat_id, s.row_name,
    s.seat_number, s.category, s.x, s.y, s.features
  from app_hidden.read_layout(v_document) as s;
  return v_layout;
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
