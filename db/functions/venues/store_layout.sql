-- Asks for no permission: who calls it has checked that, or owns the database.
create or replace function app_private.store_layout(
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
  where v.id = store_layout.venue_id
  for no key update;
  if not found then
    raise exception 'There is no such venue.'
      using errcode = 'LMNFD', detail = format('%s', store_layout.venue_id);
  end if;

  if store_layout.sha256 is distinct from
    encode(sha256(convert_to(store_layout.document, 'UTF8')), 'hex')
  then
    raise exception 'The hash is not the SHA-256 of the document.'
      using errcode = 'LMHSH', hint = 'Send the document byte for byte as it was hashed.';
  end if;

  select l.* into v_layout
  from app_public.venue_layouts as l
  where l.organization_id = v_organization_id
    and l.venue_id = store_layout.venue_id
    and l.sha256 = store_layout.sha256;
  if found then
    return v_layout;
  end if;

  if octet_length(store_layout.document) > 67108864 then
    raise exception 'A layout document has at most 64 MiB.'
      using errcode = 'LMLAY', detail = octet_length(store_layout.document)::text;
  end if;
  begin
    v_document := store_layout.document::jsonb;
  exception
    when invalid_text_representation or untranslatable_character or numeric_value_out_of_range
      or program_limit_exceeded
    then
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
    v_organization_id, store_layout.venue_id,
    1 + coalesce(max(l.version), 0),
    coalesce(left(v_document ->> 'name', 255), 'Layout'),
    store_layout.sha256, store_layout.document,
    coalesce(store_layout.source, 'upload'),
    left(store_layout.source_reference, 1000), v_seat_count
  from app_public.venue_layouts as l
  where l.organization_id = v_organization_id and l.venue_id = store_layout.venue_id
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
  -- Sales of a new layout may open before statistics are gathered by themselves, and the plans that
  -- they get then stay for as long as connections live.
  analyze app_public.layout_seats;
  return v_layout;
end
$$;

comment on function app_private.store_layout(
  uuid, text, text, app_public.layout_source, text
) is
  'import_venue_layout for the database''s owner, who needs no session. '
  'Raises LMHSH, LMLAY, LMXYR, LMDUP, LMNFD.';
