-- The places leave their allocation and are held in one transaction, which has all slots of the
-- pool: nobody sees them free in between.
create or replace function app_public.hold_allocated_admissions(
  allocation_id uuid, ticket_category_id uuid, quantity integer, booking_id uuid default null,
  idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_allocation app_public.admission_allocations;
  v_is_replay boolean;
  v_booking app_public.bookings;
begin
  if hold_allocated_admissions.booking_id is not null then
    perform app_private.lock_booking(hold_allocated_admissions.booking_id, 'bookings.manage');
  end if;
  select * into v_allocation
  from app_public.admission_allocations as a
  where a.id = hold_allocated_admissions.allocation_id
  for no key update;
  perform app_hidden.require_performance_permission(
    v_allocation.organization_id, v_allocation.performance_id, 'inventory.sell'
  );
  -- Under a known key, the places left the allocation the first time. Asked with the allocation
  -- locked: the first time may be that of a request which was waited for.
  v_is_replay := app_private.is_replay(hold_allocated_admissions.idempotency_key);
  if not v_is_replay then
    if not exists (
      select from app_public.admission_pool_categories as pc
      where pc.organization_id = v_allocation.organization_id
        and pc.pool_id = v_allocation.pool_id
        and pc.ticket_category_id = hold_allocated_admissions.ticket_category_id
    ) then
      raise exception 'The category does not draw from this pool.'
        using errcode = 'LMINP', detail = 'ticket_category_id';
    end if;
    if hold_allocated_admissions.quantity is null or hold_allocated_admissions.quantity < 1 then
      raise exception 'At least one place is held.'
        using errcode = 'LMQTY', detail = coalesce(hold_allocated_admissions.quantity, 0)::text;
    end if;
    if hold_allocated_admissions.quantity > v_allocation.places_left then
      perform app_private.raise_few_left(v_allocation.places_left);
    end if;
    perform app_private.keep_places_back(
      v_allocation.pool_id, -hold_allocated_admissions.quantity
    );
    update app_public.admission_allocations as a
    set places_left = a.places_left - hold_allocated_admissions.quantity
    where a.id = v_allocation.id;
  end if;
  v_booking := app_public.hold_admissions(
    v_allocation.performance_id, hold_allocated_admissions.ticket_category_id,
    hold_allocated_admissions.quantity, hold_allocated_admissions.booking_id,
    hold_allocated_admissions.idempotency_key
  );
  if not v_is_replay then
    perform app_private.note_allocated_hold(
      v_booking, null, null, v_allocation, hold_allocated_admissions.quantity
    );
  end if;
  return v_booking;
end
$$;

comment on function app_public.hold_allocated_admissions(uuid, uuid, integer, uuid, text) is
  'Holds places of an allocation for a booking of the caller''s, or for a draft. If they are not '
  'bought in time, they go back to it, unless it was released. Needs inventory.sell. '
  'Raises LMNFD, LMRGT, LMFEW (the allocation has fewer), LMINP, LMQTY, and '
  'what hold_admissions raises.';
grant execute on function app_public.hold_allocated_admissions(uuid, uuid, integer, uuid, text)
  to lml_user;
