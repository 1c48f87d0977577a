-- Reads the document once and writes everything in one statement. What the tables' constraints
-- refuse is looked for afterwards, by reading again, so that only bad documents pay for that.
create or replace function app_private.write_layout(
  organization_id uuid, venue_id uuid, parsed jsonb, document text, sha256 text,
  source app_public.layout_source, source_reference text
)
returns app_public.venue_layouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_layout app_public.venue_layouts;
begin
  with seats as materialized (
    select * from app_hidden.read_layout(write_layout.parsed)
  ),
  sections as materialized (
    select * from app_hidden.read_layout_sections(write_layout.parsed)
  ),
  layout as (
    insert into app_public.venue_layouts as l (
      organization_id, venue_id, version, name, sha256, document, source, source_reference,
      seat_count, standing_capacity
    )
    select
      write_layout.organization_id, write_layout.venue_id,
      1 + coalesce(
        (
          select max(o.version) from app_public.venue_layouts as o
          where o.organization_id = write_layout.organization_id
            and o.venue_id = write_layout.venue_id
        ), 0
      ),
      coalesce(left(write_layout.parsed ->> 'name', 255), 'Layout'),
      write_layout.sha256, write_layout.document,
      coalesce(write_layout.source, 'upload'), left(write_layout.source_reference, 1000),
      (select count(*) from seats),
      (select coalesce(sum(s.capacity), 0) from sections as s where s.kind = 'standing')
    returning l as layout, l.organization_id, l.id
  ),
  new_sections as (
    insert into app_public.layout_sections (
      organization_id, layout_id, section_no, name, kind, capacity, category, x, y, width, height
    )
    select
      l.organization_id, l.id, s.section_no, s.name, s.kind, s.capacity, s.category, s.x, s.y,
      s.width, s.height
    from sections as s, layout as l
  ),
  new_seats as (
    insert into app_public.layout_seats (
      organization_id, layout_id, seat_no, section_no, seat_id, row_name, seat_number, category,
      x, y, features
    )
    select
      l.organization_id, l.id, s.seat_no, s.section_no, s.seat_id, s.row_name, s.seat_number,
      s.category, s.x, s.y, s.features
    from seats as s, layout as l
  )
  select (l.layout).* into v_layout from layout as l;
  perform app_private.check_layout_names(v_layout);
  perform app_private.check_layout_categories(v_layout, write_layout.parsed);
  return v_layout;
exception
  when check_violation or not_null_violation or unique_violation or numeric_value_out_of_range then
    if sqlerrm like '%venue_layouts_seat_count_is_bounded%' then
      raise exception 'A layout has at most 200,000 seats.' using errcode = 'LMLAY';
    end if;
    perform app_hidden.check_layout_seats(write_layout.parsed);
    raise;
end
$$;

comment on function app_private.write_layout(
  uuid, uuid, jsonb, text, text, app_public.layout_source, text
) is
  'Stores a layout that is new to a venue, which is locked. Raises LMLAY, LMXYR, LMDUP.';
