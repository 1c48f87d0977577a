-- Almost always one slot has room for all, and nobody is at it. The block lets go of slots that
-- were locked and then found too full: nobody stands in the line of take_the_last_of_pool with a
-- slot in hand that the first one waits for. Settings of its own would cost a hold more than they
-- do: take_admissions has them.
create or replace function app_private.take_from_pool(
  organization_id uuid, pool_id uuid, slot_count smallint, booking_id uuid, quantity integer,
  held_until timestamptz
)
returns boolean
language plpgsql volatile
as $$
declare
  -- Somewhere in the middle, so that buyers spread; then from the beginning.
  v_first smallint := floor(random() * take_from_pool.slot_count) + 1;
begin
  loop
    with slot as (
      select s.slot_no
      from app_private.admission_slots as s
      where s.pool_id = take_from_pool.pool_id
        and s.organization_id = take_from_pool.organization_id
        and s.slot_no >= v_first
        and s.capacity - s.held - s.sold >= take_from_pool.quantity
      order by s.slot_no
      limit 1
      for no key update skip locked
    ),
    taken as (
      update app_private.admission_slots as s
      set held = s.held + take_from_pool.quantity
      from slot
      where s.pool_id = take_from_pool.pool_id
        and s.organization_id = take_from_pool.organization_id
        and s.slot_no = slot.slot_no
      returning s.slot_no
    )
    insert into app_private.admission_claims as c (
      organization_id, pool_id, slot_no, booking_id, quantity, held_until
    )
    select
      take_from_pool.organization_id, take_from_pool.pool_id, t.slot_no,
      take_from_pool.booking_id, take_from_pool.quantity, take_from_pool.held_until
    from taken as t
    on conflict on constraint admission_claims_pkey do update
    set quantity = c.quantity + excluded.quantity,
      held_until = greatest(c.held_until, excluded.held_until);
    if found then
      return true;
    end if;
    if v_first = 1 then
      raise exception 'No slot has room for all.' using errcode = 'LMFEW';
    end if;
    v_first := 1;
  end loop;
exception
  when sqlstate 'LMFEW' then
    return false;
end
$$;

comment on function app_private.take_from_pool(
  uuid, uuid, smallint, uuid, integer, timestamptz
) is 'Gives a booking places of one slot of a pool, if one has room for all; tells whether.';
