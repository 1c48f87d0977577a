-- The other half of read_layout. A standing area is a section with a capacity instead of rows.
create or replace function app_hidden.read_layout_sections(document jsonb)
returns table (
  section_no smallint, name text, kind app_public.layout_section_kind, capacity integer,
  category text, x numeric, y numeric, width numeric, height numeric
)
language plpgsql immutable set search_path = ''
as $$
declare
  v_bad text;
begin
  perform app_hidden.check_layout_format(read_layout_sections.document);
  select format('section %s', coalesce(s.value ->> 'name', 'no. ' || s.n))
  into v_bad
  from jsonb_array_elements(read_layout_sections.document -> 'sections')
    with ordinality as s (value, n)
  where coalesce(s.value ->> 'kind', 'seated') not in ('seated', 'standing')
    or jsonb_typeof(s.value -> 'kind') <> 'string'
    or case when s.value ->> 'kind' = 'standing' then
      s.value ? 'rows'
      or coalesce(s.value ->> 'capacity', '') !~ '^[1-9][0-9]{0,5}$|^1000000$'
      or jsonb_typeof(s.value -> 'capacity') <> 'number'
      or coalesce(length(s.value ->> 'category'), 0) not between 1 and 100
      or jsonb_typeof(s.value -> 'category') <> 'string'
    else s.value ?| array['capacity', 'category']
    end
    or not (
      s.value -> 'area' is null
      or coalesce(
        jsonb_typeof(s.value -> 'area' -> 'x') = 'number'
          and jsonb_typeof(s.value -> 'area' -> 'y') = 'number'
          and jsonb_typeof(s.value -> 'area' -> 'width') = 'number'
          and jsonb_typeof(s.value -> 'area' -> 'height') = 'number', false
      )
    )
  limit 1;
  if found then
    raise exception
      'A section has rows of seats, or is a standing area with a capacity and a category.'
      using errcode = 'LMLAY', detail = v_bad;
  end if;

  return query
  select
    s.n::smallint,
    case when jsonb_typeof(s.value -> 'name') = 'string' then s.value ->> 'name' end,
    coalesce(s.value ->> 'kind', 'seated')::app_public.layout_section_kind,
    coalesce(
      (s.value ->> 'capacity')::integer,
      (
        select sum(jsonb_array_length(app_hidden.layout_list(r.value, 'seats')))::integer
        from jsonb_array_elements(app_hidden.layout_list(s.value, 'rows')) as r
      ),
      0
    ),
    s.value ->> 'category',
    (s.value -> 'area' ->> 'x')::numeric, (s.value -> 'area' ->> 'y')::numeric,
    (s.value -> 'area' ->> 'width')::numeric, (s.value -> 'area' ->> 'height')::numeric
  from jsonb_array_elements(read_layout_sections.document -> 'sections')
    with ordinality as s (value, n);
end
$$;

comment on function app_hidden.read_layout_sections(jsonb) is
  'The sections of a layout document. Raises LMLAY when one is neither seated nor standing.';
