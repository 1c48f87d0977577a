create or replace function app_private.note_longest(run app_private.seat_runs, longest integer)
returns void
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
begin
  update app_private.seat_runs as r
  set longest = note_longest.longest
  where r.performance_id = (note_longest.run).performance_id
    and r.organization_id = (note_longest.run).organization_id
    and r.first_seat_no = (note_longest.run).first_seat_no;
end
$$;

comment on function app_private.note_longest(app_private.seat_runs, integer) is
  'Writes down how many seats a run, which the caller has locked, has free side by side.';
