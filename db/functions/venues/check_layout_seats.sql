-- The table's constraints refuse the same things, but can name neither all kinds nor the places.
create or replace function app_hidden.check_layout_seats(document jsonb)
returns void
language plpgsql immutable set search_path = ''
as $$
declare
  v_bad text;
begin
  select format('section %s', s.value ->> 'name')
  into v_bad
  from jsonb_array_elements(
    app_hidden.layout_list(check_layout_seats.document, 'sections')
  ) as s
  group by s.value ->> 'name'
  having count(*) > 1
  limit 1;
  if found then
    raise exception 'Two sections have the same name.' using errcode = 'LMDUP', detail = v_bad;
  end if;

  select format('section %s, row %s, number %s', s.section, s.row_name, s.seat_number)
  into v_bad
  from app_hidden.read_layout(check_layout_seats.document) as s
  where coalesce(length(s.section), 0) not between 1 and 100
    or coalesce(length(s.row_name), 0) not between 1 and 50
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
  where s.x is null or s.y is null or s.x not between 0 and 1 or s.y not between 0 and 1
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
