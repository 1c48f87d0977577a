-- What is kept back is put aside before the seats are renumbered, and comes back under its new
-- numbers. A reserved seat that the new layout lacks has been refused before.
create or replace function app_private.renumber_allocations(
  performance app_public.performances, layout_id uuid,
  allocated app_public.seat_allocation_seats[]
)
returns void
language sql volatile security definer set search_path = ''
as $$
  insert into app_public.seat_allocation_seats (
    organization_id, performance_id, seat_no, allocation_id
  )
  select a.organization_id, a.performance_id, s.new_seat_no, a.allocation_id
  from unnest(renumber_allocations.allocated) as a
  join app_private.seats_of_both(
    renumber_allocations.performance, renumber_allocations.layout_id
  ) as s on s.seat_no = a.seat_no
$$;

comment on function app_private.renumber_allocations(
  app_public.performances, uuid, app_public.seat_allocation_seats[]
) is 'Gives seats that are kept back the numbers that a layout gives them.';
