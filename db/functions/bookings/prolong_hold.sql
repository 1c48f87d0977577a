-- A deadline that need not move is not written, so the seats of a buyer who does not linger are
-- written twice, not three times. Nobody takes them over within the minute that is left for sure.
create or replace function app_private.prolong_hold(
  booking app_public.bookings, until timestamptz
)
returns void
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  -- A deadline never moves closer.
  v_until constant timestamptz := greatest((prolong_hold.booking).expires_at, prolong_hold.until);
  v_seat_nos integer[];
  v_count integer;
begin
  if v_until = (prolong_hold.booking).expires_at
    and v_until > clock_timestamp() + interval '1 minute'
  then
    return;
  end if;
  v_seat_nos := app_private.held_seat_nos(prolong_hold.booking);
  update app_public.seat_booking_state as s
  set locked_until = greatest(s.locked_until, v_until)
  where s.organization_id = (prolong_hold.booking).organization_id
    and s.performance_id = (prolong_hold.booking).performance_id
    and s.seat_no = any (v_seat_nos)
    and s.booking_id = (prolong_hold.booking).id
    and s.status = 'locked';
  get diagnostics v_count = row_count;
  if v_count <> cardinality(v_seat_nos) then
    raise exception 'The hold has run out, and others have taken seats of it.'
      using errcode = 'LMEXP', hint = 'Hold seats again.';
  end if;
  -- Until this is committed, maps may tell that they have run out.
  if (prolong_hold.booking).expires_at <= clock_timestamp() + interval '1 minute' then
    perform app_private.note_seats_changed(
      (prolong_hold.booking).performance_id, v_seat_nos
    );
  end if;
  if app_private.has_more_than_seats(prolong_hold.booking) then
    perform app_private.prolong_admissions(prolong_hold.booking, v_until);
    perform app_private.prolong_add_ons(prolong_hold.booking, v_until);
  end if;
  update app_public.bookings as b set expires_at = v_until where b.id = (prolong_hold.booking).id;
end
$$;

comment on function app_private.prolong_hold(app_public.bookings, timestamptz) is
  'Moves the deadline of a booking and its seats, if it still owns them all. Raises LMEXP.';
