-- Opens a layout document into one row per seat, in the document's order, and refuses what is not
-- of the format. Each refusal names the first place that is wrong.
create or replace function app_hidden.read_layout(document jsonb)
returns table (
  seat_no integer, section_no smallint, section text, row_name text, seat_number text,
  seat_id text, category text, x numeric, y numeric, features text[]
)
language plpgsql immutable set search_path = ''
as $$
begin
  if jsonb_typeof(read_layout.document) <> 'object'
    or read_layout.document ->> 'format' is distinct from 'lml-layout/1'
    or not read_layout.document @? 'strict $.sections[*].rows[*].seats[*]'
  then
    raise exception 'This is not a layout of format lml-layout/1 with at least one seat.'
      using errcode = 'LMLAY', hint = '"lml import layout FILE" reads and converts other formats.';
  end if;

  if jsonb_array_length(read_layout.document -> 'sections') > 10000 then
    raise exception 'A layout has at most 10,000 sections.' using errcode = 'LMLAY';
  end if;

  return query
  select
    (row_number() over (order by s.section_n, s.row_n, s.seat_n))::integer,
    s.section_n::smallint,
    s.section,
    s.row_name,
    s.seat ->> 'number',
    coalesce(
      s.seat ->> 'seat_id', app_hidden.seat_id_of(s.section, s.row_name, s.seat ->> 'number')
    ),
    s.seat ->> 'category',
    -- What is no number becomes null here and is refused by name in import_venue_layout.
    case jsonb_typeof(s.seat -> 'x') when 'number' then (s.seat ->> 'x')::numeric end,
    case jsonb_typeof(s.seat -> 'y') when 'number' then (s.seat ->> 'y')::numeric end,
    case when s.seat ? 'features' then
      array(select jsonb_array_elements_text(app_hidden.layout_list(s.seat, 'features')))
      else '{}'
    end
  from (
    select
      section.n as section_n, section.value ->> 'name' as section,
      r.n as row_n, r.value ->> 'name' as row_name,
      seat.n as seat_n, seat.value as seat
    from jsonb_array_elements(read_layout.document -> 'sections')
      with ordinality as section (value, n),
      jsonb_array_elements(app_hidden.layout_list(section.value, 'rows'))
        with ordinality as r (value, n),
      jsonb_array_elements(app_hidden.layout_list(r.value, 'seats'))
        with ordinality as seat (value, n)
    -- Keeps the query apart: sorting whole sections with each of their seats took a hundred times
    -- as long at 4,000 seats, and grew with the square of them.
    offset 0
  ) as s;
end
$$;

comment on function app_hidden.read_layout(jsonb) is
  'The seats of a layout document. Raises LMLAY when it is not of the format.';
