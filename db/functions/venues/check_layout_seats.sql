-- Reads a document once more when the tables have refused it, to say where it is wrong: their
-- constraints can name neither all kinds nor the places.
create or replace function app_hidden.check_layout_seats(document jsonb)
returns void
language plpgsql immutable set search_path = ''
as $$
declare
  v_bad text;
begin
  select format('section %s', s.name)
  into v_bad
  from app_hidden.read_layout_sections(check_layout_seats.document) as s
  group by s.name
  having count(*) > 1
  limit 1;
  if found then
    raise exception 'Two sections have the same name.' using errcode = 'LMDUP', detail = v_bad;
  end if;

  select format('section %s', coalesce(s.name, 'no. ' || s.section_no))
  into v_bad
  from app_hidden.read_layout_sections(check_layout_seats.document) as s
  where coalesce(length(s.name), 0) not between 1 and 100
  limit 1;
  if found then
    raise exception 'A section lacks a proper name.' using errcode = 'LMLAY', detail = v_bad;
  end if;

  select format('section %s', s.name)
  into v_bad
  from app_hidden.read_layout_sections(check_layout_seats.document) as s
  where s.x < 0 or s.y < 0 or s.width <= 0 or s.height <= 0
    or s.x + s.width > 1 or s.y + s.height > 1
  limit 1;
  if found then
    raise exception 'An area lies outside the plan: x and y run from 0 to 1.'
      using errcode = 'LMXYR', detail = v_bad;
  end if;

  select format('section %s, row %s, number %s', s.section, s.row_name, s.seat_number)
  into v_bad
  from app_hidden.read_layout(check_layout_seats.document) as s
  where coalesce(length(s.row_name), 0) not between 1 and 50
    or coalesce(length(s.seat_number), 0) not between 1 and 20
    or coalesce(length(s.category), 0) not between 1 and 100
    or s.seat_id !~ '^[a-f0-9]{64}$'
    or not s.features <@ array['wheelchair', 'companion', 'aisle', 'obstructed_view']
  limit 1;
  if found then
    raise exception 'A seat lacks a proper name, category, id or feature.'
      using errcode = 'LMLAY', detail = v_bad;
  end if;

  select format('section %s, row %s, number %s', s.section, s.row_name, s.seat_number)
  into v_bad
  from app_hidden.read_layout(check_layout_seats.document) as s
  where s.x is null or s.y is null
  limit 1;
  if found then
    raise exception 'A seat lies outside the plan: x and y run from 0 to 1.'
      using errcode = 'LMXYR', detail = v_bad;
  end if;

  select format('section %s, row %s, number %s', s.section, s.row_name, s.seat_number)
  into v_bad
  from app_hidden.read_layout(check_layout_seats.document) as s
  group by s.section, s.row_name, s.seat_number
  having count(*) > 1
  limit 1;
  if found then
    raise exception 'Two seats have the same section, row and number.'
      using errcode = 'LMDUP', detail = v_bad;
  end if;

  select format('seat id %s', s.seat_id)
  into v_bad
  from app_hidden.read_layout(check_layout_seats.document) as s
  group by s.seat_id
  having count(*) > 1
  limit 1;
  if found then
    raise exception 'Two seats have the same id.' using errcode = 'LMDUP', detail = v_bad;
  end if;
end
$$;

comment on function app_hidden.check_layout_seats(jsonb) is
  'Raises LMLAY, LMXYR or LMDUP, with the place, for a layout whose seats are not in order.';
