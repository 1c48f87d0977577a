create or replace function app_hidden.seats_with_categories(performance app_public.performances)
returns table (
  seat_no integer, section text, row_name text, seat_number text, category_nos smallint[]
)
language sql stable security definer set search_path = ''
as $$
  select
    s.seat_no, section.name, s.row_name, s.seat_number,
    coalesce(
      array_agg(c.category_no order by c.category_no)
        filter (where section.name = any (c.sections)),
      array_agg(c.category_no order by c.category_no)
        filter (where s.category = any (c.seat_categories)),
      '{}'
    )
  from app_public.layout_seats as s
  join app_public.layout_sections as section
    on section.organization_id = s.organization_id
    and section.layout_id = s.layout_id
    and section.section_no = s.section_no
  left join app_public.ticket_categories as c
    on c.organization_id = s.organization_id
    and c.event_id = (seats_with_categories.performance).event_id
    and (section.name = any (c.sections) or s.category = any (c.seat_categories))
  where s.organization_id = (seats_with_categories.performance).organization_id
    and s.layout_id = (seats_with_categories.performance).layout_id
  group by s.seat_no, section.name, s.row_name, s.seat_number
$$;

comment on function app_hidden.seats_with_categories(app_public.performances) is
  'Each seat of a performance''s layout with the ticket categories that claim it.';
