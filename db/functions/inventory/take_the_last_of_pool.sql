-- When no slot has room for all, buyers form a line: whoever is first in it locks every slot, in
-- order, takes back what has lapsed, and knows what is left.
create or replace function app_private.take_the_last_of_pool(
  organization_id uuid, pool_id uuid, booking_id uuid, quantity integer, held_until timestamptz
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer := app_private.left_in_pool(take_the_last_of_pool.pool_id);
begin
  -- When it is sold out, nobody waits to be told.
  if v_count < take_the_last_of_pool.quantity then
    perform app_private.raise_few_left(v_count);
  end if;
  perform app_private.lock_pool(
    take_the_last_of_pool.organization_id, take_the_last_of_pool.pool_id
  );
  perform app_private.free_lapsed_admissions(take_the_last_of_pool.pool_id);

  with room as (
    select
      s.slot_no,
      least(
        s.capacity - s.held - s.sold,
        take_the_last_of_pool.quantity + s.capacity - s.held - s.sold
          - sum(s.capacity - s.held - s.sold) over (order by s.slot_no)
      )::integer as quantity
    from app_private.admission_slots as s
    where s.organization_id = take_the_last_of_pool.organization_id
      and s.pool_id = take_the_last_of_pool.pool_id
      and s.capacity > s.held + s.sold
  ),
  taken as (
    update app_private.admission_slots as s
    set held = s.held + r.quantity
    from room as r
    where s.organization_id = take_the_last_of_pool.organization_id
      and s.pool_id = take_the_last_of_pool.pool_id
      and s.slot_no = r.slot_no
      and r.quantity > 0
    returning s.slot_no, r.quantity
  ),
  claimed as (
    insert into app_private.admission_claims as c (
      organization_id, pool_id, slot_no, booking_id, quantity, held_until
    )
    select
      take_the_last_of_pool.organization_id, take_the_last_of_pool.pool_id, t.slot_no,
      take_the_last_of_pool.booking_id, t.quantity, take_the_last_of_pool.held_until
    from taken as t
    on conflict on constraint admission_claims_pkey do update
    set quantity = c.quantity + excluded.quantity,
      held_until = greatest(c.held_until, excluded.held_until)
  )
  select coalesce(sum(t.quantity), 0) into v_count from taken as t;
  if v_count < take_the_last_of_pool.quantity then
    perform app_private.raise_few_left(v_count);
  end if;
end
$$;

comment on function app_private.take_the_last_of_pool(
  uuid, uuid, uuid, integer, timestamptz
) is 'Gathers places from all slots of a pool. Raises LMFEW, saying how many are left.';
