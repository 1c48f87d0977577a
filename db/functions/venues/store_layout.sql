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

  v_layout := app_private.write_layout(
    v_organization_id, store_layout.venue_id, v_document, store_layout.document,
    store_layout.sha256, store_layout.source, store_layout.source_reference
  );
  -- Sales of a new layout may open before statistics are gathered by themselves, and the plans that
  -- they get then stay for as long as connections live. A table that has many layouts already does
  -- not change its shape by one more.
  if v_layout.seat_count * 10 > (
    select c.reltuples from pg_class as c where c.oid = 'app_public.layout_seats'::regclass
  ) then
    analyze app_public.layout_seats;
  end if;
  return v_layout;
end
$$;

comment on function app_private.store_layout(
  uuid, text, text, app_public.layout_source, text
) is
  'import_venue_layout for the database''s owner, who needs no session. '
  'Raises LMHSH, LMLAY, LMXYR, LMDUP, LMNFD.';
