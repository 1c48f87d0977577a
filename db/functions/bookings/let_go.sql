create or replace function app_private.let_go(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_seat_nos integer[] := app_private.held_seat_nos(let_go.booking);
  v_is_allocated boolean := app_private.lock_allocations_of(let_go.booking);
begin
  perform app_private.free_seats(let_go.booking, v_seat_nos);
  if v_is_allocated then
    perform app_private.return_seats(let_go.booking, v_seat_nos);
    perform app_private.lock_allocated_pools(let_go.booking);
  end if;
  perform app_private.free_admissions(let_go.booking);
  if v_is_allocated then
    perform app_private.return_places(let_go.booking);
  end if;
end
$$;

comment on function app_private.let_go(app_public.bookings) is
  'Gives all back that a locked booking has, which comes as it was before it ended: to the '
  'allocation that it came from, if it was not bought, and otherwise to everybody.';
