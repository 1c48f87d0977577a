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
  perform app_hidden.check_layout_format(read_layout.document);

  return query
  select
    (row_number() over (order by s.section_n, s.row_n, s.seat_n))::integer,
    s.section_n::smallint,
    s.section,
    s.row_name,
    -- What is no text becomes null here, and is refused by its place.
    case when jsonb_typeof(s.seat -> 'number') = 'string' then s.seat ->> 'number' end,
    -- The SHA-256 of the JSON array of section, row and number: the same seat has the same id in
    -- every version of a layout. A function for it, called for each seat, was half of the time.
    coalesce(
      s.seat ->> 'seat_id',
      encode(
        sha256(convert_to(s.id_prefix || to_json(s.seat ->> 'number')::text || ']', 'UTF8')), 'hex'
      )
    ),
    case when jsonb_typeof(s.seat -> 'category') = 'string' then s.seat ->> 'category' end,
    -- What is no number within the plan becomes null here, and is refused by its place.
    case
      when jsonb_typeof(s.seat -> 'x') = 'number' and (s.seat ->> 'x')::numeric between 0 and 1
      then (s.seat ->> 'x')::numeric
    end,
    case
      when jsonb_typeof(s.seat -> 'y') = 'number' and (s.seat ->> 'y')::numeric between 0 and 1
      then (s.seat ->> 'y')::numeric
    end,
    case when s.seat ? 'features' then
      array(select jsonb_array_elements_text(app_hidden.layout_list(s.seat, 'features')))
      else '{}'
    end
  from (
    select
      section.n as section_n, section.value ->> 'name' as section,
      r.n as row_n, r.row_name, r.id_prefix,
      seat.n as seat_n, seat.value as seat
    from jsonb_array_elements(read_layout.document -> 'sections')
      with ordinality as section (value, n),
      lateral (
        select
          r.value, r.n,
          case when jsonb_typeof(r.value -> 'name') = 'string' then r.value ->> 'name' end
            as row_name,
          '[' || to_json(section.value ->> 'name')::text || ','
            || to_json(r.value ->> 'name')::text || ',' as id_prefix
        from jsonb_array_elements(
          case when section.value ->> 'kind' = 'standing' then '[]'
            else app_hidden.layout_list(section.value, 'rows')
          end
        ) with ordinality as r (value, n)
        offset 0
      ) as r,
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
