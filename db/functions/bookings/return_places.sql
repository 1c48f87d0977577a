create or replace function app_private.return_places(
  booking app_public.bookings, ticket_category_id uuid default null, quantity integer default null
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_left integer := return_places.quantity;
  v_hold record;
  v_places integer;
begin
  for v_hold in
    select h.id, h.places, h.admission_allocation_id, a.pool_id
    from app_private.allocation_holds as h
    join app_public.admission_allocations as a
      on a.organization_id = h.organization_id and a.id = h.admission_allocation_id
    where h.organization_id = (return_places.booking).organization_id
      and h.booking_id = (return_places.booking).id
      and h.places > 0
      and a.released_at is null
      and (return_places.ticket_category_id is null or exists (
        select from app_public.admission_pool_categories as pc
        where pc.organization_id = a.organization_id and pc.pool_id = a.pool_id
          and pc.ticket_category_id = return_places.ticket_category_id
      ))
    order by a.id, h.id
  loop
    v_places := least(v_hold.places, coalesce(v_left, v_hold.places));
    exit when v_places = 0;
    v_left := v_left - v_places;
    begin
      perform app_private.keep_places_back(v_hold.pool_id, v_places);
      update app_public.admission_allocations as a
      set places_left = a.places_left + v_places
      where a.id = v_hold.admission_allocation_id;
    exception
      -- A pool that was made smaller has no room for them any more.
      when sqlstate 'LMFEW' then
        null;
    end;
    update app_private.allocation_holds as h
    set places = h.places - v_places where h.id = v_hold.id;
  end loop;
end
$$;

comment on function app_private.return_places(app_public.bookings, uuid, integer) is
  'Gives places back to their allocations that a booking has just let go, unless these were '
  'released. The caller has locked both, and their pools.';
