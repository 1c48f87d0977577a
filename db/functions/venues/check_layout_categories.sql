-- A list of categories is what plans are drawn by and events are priced by: what it leaves out
-- would be a seat without a color and a price. A document may do without a list.
create or replace function app_private.check_layout_categories(
  layout app_public.venue_layouts, document jsonb
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_listed text[];
  v_category text;
  v_place text;
begin
  if not check_layout_categories.document ? 'categories' then
    return;
  end if;
  if exists (
    select from jsonb_array_elements(
      app_hidden.layout_list(check_layout_categories.document, 'categories')
    ) as c
    where jsonb_typeof(c -> 'name') is distinct from 'string'
      or length(c ->> 'name') not between 1 and 100
      or jsonb_typeof(c -> 'color') <> 'string'
  ) then
    raise exception 'A category has a name, and perhaps a color.'
      using errcode = 'LMLAY', detail = '"categories"';
  end if;
  v_listed := array(
    select c ->> 'name'
    from jsonb_array_elements(check_layout_categories.document -> 'categories') as c
  );

  select s.category, s.place into v_category, v_place
  from (
    select s.category, s.section_no, 0 as seat_no, format('section %s', s.name) as place
    from app_public.layout_sections as s
    where s.organization_id = (check_layout_categories.layout).organization_id
      and s.layout_id = (check_layout_categories.layout).id
      and s.category is not null
    union all
    select s.category, s.section_no, s.seat_no,
      format('section %s, row %s, number %s', n.name, s.row_name, s.seat_number)
    from app_public.layout_seats as s
    join app_public.layout_sections as n
      on n.organization_id = s.organization_id
      and n.layout_id = s.layout_id
      and n.section_no = s.section_no
    where s.organization_id = (check_layout_categories.layout).organization_id
      and s.layout_id = (check_layout_categories.layout).id
  ) as s
  where s.category <> all (v_listed)
  order by s.section_no, s.seat_no
  limit 1;
  if found then
    raise exception 'The layout''s list of categories has no "%".', v_category
      using errcode = 'LMLAY', detail = v_place,
        hint = 'Add it to "categories", or give the seat or area one of those.';
  end if;
end
$$;

comment on function app_private.check_layout_categories(app_public.venue_layouts, jsonb) is
  'Raises LMLAY, with the place, for a layout that uses a category which its document does not '
  'list.';
