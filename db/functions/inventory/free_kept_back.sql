create or replace function app_private.free_kept_back(
  allocation app_public.seat_allocations, seat_nos integer[]
)
returns void
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
begin
  update app_public.seat_booking_state as s
  set status = 'available'
  where s.organization_id = (free_kept_back.allocation).organization_id
    and s.performance_id = (free_kept_back.allocation).performance_id
    and s.seat_no = any (free_kept_back.seat_nos)
    and s.status in ('reserved', 'blocked');
  perform app_private.reopen_runs(
    (free_kept_back.allocation).organization_id, (free_kept_back.allocation).performance_id,
    free_kept_back.seat_nos
  );
  perform app_private.note_seats_changed(
    (free_kept_back.allocation).performance_id, free_kept_back.seat_nos
  );
end
$$;

comment on function app_private.free_kept_back(app_public.seat_allocations, integer[]) is
  'Makes seats available that an allocation had.';
