create or replace function app_private.layout_seat_differences(
  layout app_public.venue_layouts, document jsonb
)
returns table (what text, place text, expected text, found text)
language sql stable security definer set search_path = ''
as $$
  select
    'seat', format('seat %s', coalesce(d.seat_no, s.seat_no)),
    case when d.seat_no is not null then to_jsonb(d)::text end,
    case when s.seat_no is not null then to_jsonb(s)::text end
  from (
    select
      d.seat_no, d.section_no, d.seat_id, d.row_name, d.seat_number, d.category,
      round(d.x, 8) as x, round(d.y, 8) as y, d.features
    from app_hidden.read_layout(layout_seat_differences.document) as d
  ) as d
  full join (
    select
      s.seat_no, s.section_no, s.seat_id, s.row_name, s.seat_number, s.category, s.x, s.y,
      s.features
    from app_public.layout_seats as s
    where s.organization_id = (layout_seat_differences.layout).organization_id
      and s.layout_id = (layout_seat_differences.layout).id
  ) as s on s.seat_no = d.seat_no
  where s is distinct from d
  order by coalesce(d.seat_no, s.seat_no)
$$;

comment on function app_private.layout_seat_differences(app_public.venue_layouts, jsonb) is
  'Seats that the document and the rows do not have alike.';
