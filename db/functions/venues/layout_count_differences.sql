create or replace function app_private.layout_count_differences(
  layout app_public.venue_layouts, document jsonb
)
returns table (what text, place text, expected text, found text)
language sql stable security definer set search_path = ''
as $$
  with sections as materialized (
    select
      coalesce(sum(s.capacity) filter (where s.kind = 'seated'), 0) as seats,
      coalesce(sum(s.capacity) filter (where s.kind = 'standing'), 0) as places
    from app_hidden.read_layout_sections(layout_count_differences.document) as s
  )
  select 'seat_count', null, s.seats::text, (layout_count_differences.layout).seat_count::text
  from sections as s
  where s.seats <> (layout_count_differences.layout).seat_count
  union all
  select
    'standing_capacity', null, s.places::text,
    (layout_count_differences.layout).standing_capacity::text
  from sections as s
  where s.places <> (layout_count_differences.layout).standing_capacity
  union all
  select 'name', null, n.name, (layout_count_differences.layout).name
  from (
    select coalesce(left(layout_count_differences.document ->> 'name', 255), 'Layout') as name
  ) as n
  where n.name <> (layout_count_differences.layout).name
  union all
  select
    'licensed_capacity', null, c.licensed_capacity::text, (s.seats + s.places)::text
  from sections as s
  join app_public.venue_compliance as c
    on c.organization_id = (layout_count_differences.layout).organization_id
    and c.venue_id = (layout_count_differences.layout).venue_id
  where s.seats + s.places > c.licensed_capacity
  union all
  select 'inventory', format('performance %s', p.id), s.seats::text, i.seats::text
  from sections as s
  join app_public.performances as p
    on p.organization_id = (layout_count_differences.layout).organization_id
    and p.layout_id = (layout_count_differences.layout).id
  join app_public.events as e
    on e.organization_id = p.organization_id and e.id = p.event_id
    and e.status not in ('draft', 'canceled')
  cross join lateral (
    select count(*) as seats
    from app_public.seat_booking_state as state
    join app_public.layout_seats as seat
      on seat.organization_id = state.organization_id
      and seat.layout_id = p.layout_id
      and seat.seat_no = state.seat_no
    where state.organization_id = p.organization_id and state.performance_id = p.id
  ) as i
  where i.seats <> s.seats
    and p.pass_name is null
    -- What was canceled before its event was published never had any.
    and not (p.status = 'canceled' and i.seats = 0)
$$;

comment on function app_private.layout_count_differences(app_public.venue_layouts, jsonb) is
  'Where the name, or numbers of seats and places, differ from the document, or are more than is '
  'licensed.';
