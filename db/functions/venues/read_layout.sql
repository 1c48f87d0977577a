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
    or jsonb_typeof(read_layout.document -> 'sections') is distinct from 'array'
    or not read_layout.document @? 'strict $.sections[*].rows[*].seats[*]'
  then
    raise exception 'This is not a layout of format lml-layout/1 with at least one seat.'
      using errcode = 'LMLAY', hint = '"lml import layout FILE" reads and converts other formats.';
  end if;

  return query
  select
    (row_number() over (order by section.n, r.n, seat.n))::integer,
    section.n::smallint,
    section.value ->> 'name',
    r.value ->> 'name',
    seat.value ->> 'number',
    coalesce(
      seat.value ->> 'seat_id',
      app_hidden.seat_id_of(section.value ->> 'name', r.value ->> 'name', seat.value ->> 'number')
    ),
    seat.value ->> 'category',
    -- What is no number becomes null here and is refused by name in import_venue_layout.
    case jsonb_typeof(seat.value -> 'x') when 'number' then (seat.value ->> 'x')::numeric end,
    case jsonb_typeof(seat.value -> 'y') when 'number' then (seat.value ->> 'y')::numeric end,
    coalesce(
      (select array_agg(f) from jsonb_array_elements_text(seat.value -> 'features') as f), '{}'
    )
  from jsonb_array_elements(read_layout.document -> 'sections')
    with ordinality as section (value, n),
    jsonb_array_elements(section.value -> 'rows') with ordinality as r (value, n),
    jsonb_array_elements(r.value -> 'seats') with ordinality as seat (value, n);
end
$$;

comment on function app_hidden.read_layout(jsonb) is
  'The seats of a layout document. Raises LMLAY when it is not of the format.';
