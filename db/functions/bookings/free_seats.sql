-- Only what the booking still owns: seats that others took after the deadline stay theirs.
create or replace function app_private.free_seats(
  booking app_public.bookings, seat_nos integer[]
)
returns integer
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_count integer;
begin
  update app_public.seat_booking_state as s
  set status = 'available', booking_id = null, locked_until = null
  where s.organization_id = (free_seats.booking).organization_id
    and s.performance_id = (free_seats.booking).performance_id
    and s.seat_no = any (free_seats.seat_nos)
    and s.booking_id = (free_seats.booking).id;
  get diagnostics v_count = row_count;
  perform app_private.reopen_runs(
    (free_seats.booking).organization_id, (free_seats.booking).performance_id,
    free_seats.seat_nos
  );
  perform app_private.note_seats_changed(
    (free_seats.booking).performance_id, free_seats.seat_nos
  );
  return v_count;
end
$$;

comment on function app_private.free_seats(app_public.bookings, integer[]) is
  'Makes seats available that the booking owns; returns how many.';
