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
  select a.organization_id, a.performance_id, target.seat_no, a.allocation_id
  from unnest(renumber_allocations.allocated) as a
  join app_public.layout_seats as source
    on source.organization_id = a.organization_id
    and source.layout_id = (renumber_allocations.performance).layout_id
    and source.seat_no = a.seat_no
  join app_public.layout_seats as target
    on target.organization_id = a.organization_id
    and target.layout_id = renumber_allocations.layout_id
    and target.seat_id = source.seat_id
$$;

comment on function app_private.renumber_allocations(
  app_public.performances, uuid, app_public.seat_allocation_seats[]
) is 'Gives seats that are kept back the numbers that a layout gives them.';
