-- The seats leave their allocation and are held in one transaction: nobody
-- sees them free in between.
create or replace function app_public.hold_allocated_seats(
  allocation_id uuid, seat_ids text[], booking_id uuid default null,
  idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_allocation app_public.seat_allocations;
  v_performance app_public.performances;
  v_seat_nos integer[];
  v_count integer;
  v_booking app_public.bookings;
begin
  if hold_allocated_seats.booking_id is not null then
    perform app_private.lock_booking(hold_allocated_seats.booking_id, 'bookings.manage');
  end if;
  select * into v_allocation
  from app_public.seat_allocations as a where a.id = hold_allocated_seats.allocation_id
  for no key update;
  perform app_hidden.require_performance_permission(
    v_allocation.organization_id, v_allocation.performance_id, 'inventory.sell'
  );
  select p.* into strict v_performance
  from app_public.performances as p where p.id = v_allocation.performance_id;
  -- Under a known key, the seats left the allocation the first time.
  if not app_private.is_replay(hold_allocated_seats.idempotency_key) then
    v_seat_nos := app_private.seat_nos_of(v_performance, hold_allocated_seats.seat_ids);
    delete from app_public.seat_allocation_seats as a
    where a.organization_id = v_allocation.organization_id
      and a.allocation_id = v_allocation.id
      and a.seat_no = any (v_seat_nos);
    get diagnostics v_count = row_count;
    if v_count < cardinality(v_seat_nos) then
      raise exception 'The allocation has not got all of these seats.'
        using errcode = 'LMSEA', hint = 'Read what is left of it.';
    end if;
    perform app_private.free_kept_back(v_allocation, v_seat_nos);
  end if;
  v_booking := app_public.hold_seats(
    v_allocation.performance_id, hold_allocated_seats.seat_ids, hold_allocated_seats.booking_id,
    hold_allocated_seats.idempotency_key
  );
  if v_seat_nos is not null then
    perform app_private.note_allocated_hold(
      v_booking, v_allocation, hold_allocated_seats.seat_ids, null, null
    );
  end if;
  return v_booking;
end
$$;

comment on function app_public.hold_allocated_seats(uuid, text[], uuid, text) is
  'Holds seats of an allocation for a booking of the caller''s, or for a draft. If they are not '
  'bought in time, they go back to it, unless it was released. Needs inventory.sell. '
  'Raises LMNFD, LMRGT, LMSEA (not in the allocation), and what hold_seats raises.';
grant execute on function app_public.hold_allocated_seats(uuid, text[], uuid, text) to lml_user;
