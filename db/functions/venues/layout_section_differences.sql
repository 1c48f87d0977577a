create or replace function app_private.layout_section_differences(
  layout app_public.venue_layouts, document jsonb
)
returns table (what text, place text, expected text, found text)
language sql stable security definer set search_path = ''
as $$
  select
    'section', format('section %s', coalesce(d.name, s.name)),
    case when d.section_no is not null then to_jsonb(d)::text end,
    case when s.section_no is not null then to_jsonb(s)::text end
  from app_hidden.read_layout_sections(layout_section_differences.document) as d
  full join (
    select s.section_no, s.name, s.kind, s.capacity, s.category, s.x, s.y, s.width, s.height
    from app_public.layout_sections as s
    where s.organization_id = (layout_section_differences.layout).organization_id
      and s.layout_id = (layout_section_differences.layout).id
  ) as s on s.section_no = d.section_no
  where (s.section_no, s.name, s.kind, s.capacity, s.category, s.x, s.y, s.width, s.height)
    is distinct from (
      d.section_no, d.name, d.kind, d.capacity, d.category, round(d.x, 8), round(d.y, 8),
      round(d.width, 8), round(d.height, 8)
    )
  order by coalesce(d.section_no, s.section_no)
$$;

comment on function app_private.layout_section_differences(app_public.venue_layouts, jsonb) is
  'Sections that the document and the rows do not have alike.';
