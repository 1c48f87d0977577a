-- The score: rows from the front of their section to the back, within them from the middle of the
-- hall outwards. Two seats are side by side when they follow each other in the plan and stand no
-- further apart than usual in their row: an aisle ends a run, as do another category and places for
-- wheelchairs.
create or replace function app_private.create_seat_runs(performance_id uuid)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  delete from app_private.seat_runs as r
  where r.performance_id = create_seat_runs.performance_id;

  with seats as (
    select
      s.organization_id, s.seat_no, s.category_no, l.section_no, l.row_name,
      l.x::double precision as x, l.y::double precision as y,
      l.features && array['wheelchair', 'companion'] as is_accessible
    from app_public.performances as p
    join app_public.seat_booking_state as s
      on s.organization_id = p.organization_id and s.performance_id = p.id
    join app_public.layout_seats as l
      on l.organization_id = p.organization_id
      and l.layout_id = p.layout_id
      and l.seat_no = s.seat_no
    where p.id = create_seat_runs.performance_id and s.category_no is not null
  ),
  measured as (
    select s.*,
      s.seat_no - lag(s.seat_no) over line as step,
      sqrt((s.x - lag(s.x) over line) ^ 2 + (s.y - lag(s.y) over line) ^ 2) as distance,
      abs(s.x - (min(s.x) over () + max(s.x) over ()) / 2) as off_center,
      min(s.seat_no) over line as row_no,
      -- The same for seats of one kind that follow each other.
      row_number() over line
        - row_number() over (
          partition by s.section_no, s.row_name, s.category_no, s.is_accessible
          order by s.seat_no
        ) as kind_no
    from seats as s
    window line as (partition by s.section_no, s.row_name order by s.seat_no)
  ),
  usual as (
    select m.section_no, m.row_name,
      percentile_cont(0.5) within group (order by m.distance) as distance
    from measured as m
    group by m.section_no, m.row_name
  ),
  parts as (
    select m.*,
      dense_rank() over (partition by m.section_no order by m.row_no) as row_rank,
      count(*) filter (
        where m.step is distinct from 1 or m.distance > u.distance * 1.6
      ) over (partition by m.section_no, m.row_name order by m.seat_no) as part_no
    from measured as m
    join usual as u on u.section_no = m.section_no and u.row_name = m.row_name
  )
  insert into app_private.seat_runs (
    organization_id, performance_id, run_no, first_seat_no, last_seat_no, central_seat_no,
    longest, category_no, is_accessible
  )
  select
    p.organization_id, create_seat_runs.performance_id,
    row_number() over (
      order by min(p.row_rank), min(p.off_center), p.section_no, min(p.seat_no)
    ),
    min(p.seat_no), max(p.seat_no),
    (array_agg(p.seat_no order by p.off_center, p.seat_no))[1],
    count(*), p.category_no, p.is_accessible
  from parts as p
  group by p.organization_id, p.section_no, p.row_name, p.part_no, p.kind_no, p.category_no,
    p.is_accessible;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_private.create_seat_runs(uuid) is
  'Finds which seats of a performance are side by side, and how good they are; returns how many '
  'runs there are. For a performance with inventory; again when its layout changes.';
