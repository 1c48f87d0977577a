-- A run that somebody is at keeps its hint: whoever is at it writes the right one.
create or replace function app_private.note_gaps(
  sale app_private.sale, category_no smallint, quantity integer, accessible boolean
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_found boolean;
begin
  with seats as (
    select
      s.first_seat_no, s.seat_no,
      s.seat_no - row_number() over (order by s.seat_no) as gap_no
    from app_private.free_seats_of(
      note_gaps.sale, note_gaps.category_no, note_gaps.accessible
    ) as s
  ),
  gaps as (
    select g.first_seat_no, max(g.length) as longest
    from (
      select s.first_seat_no, count(*) as length
      from seats as s
      group by s.first_seat_no, s.gap_no
    ) as g
    group by g.first_seat_no
  ),
  wrong as (
    select r.first_seat_no, coalesce(g.longest, 0) as longest
    from app_private.seat_runs as r
    left join gaps as g on g.first_seat_no = r.first_seat_no
    where r.organization_id = (note_gaps.sale).organization_id
      and r.performance_id = (note_gaps.sale).performance_id
      and r.category_no = note_gaps.category_no
      and r.is_accessible = note_gaps.accessible
      and (r.longest >= note_gaps.quantity)
        <> (coalesce(g.longest, 0) >= note_gaps.quantity)
    for no key update of r skip locked
  ),
  corrected as (
    update app_private.seat_runs as r
    set longest = w.longest
    from wrong as w
    where r.organization_id = (note_gaps.sale).organization_id
      and r.performance_id = (note_gaps.sale).performance_id
      and r.first_seat_no = w.first_seat_no
  )
  select coalesce(max(g.longest) >= note_gaps.quantity, false) into v_found from gaps as g;
  return v_found;
end
$$;

comment on function app_private.note_gaps(app_private.sale, smallint, integer, boolean) is
  'Whether as many seats are free side by side anywhere; corrects hints that say otherwise.';
