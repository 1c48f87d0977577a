create or replace function app_public.set_pool_capacity(pool_id uuid, capacity integer)
returns app_public.admission_pools
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_pool app_public.admission_pools;
  v_taken integer;
  v_constraint text;
  v_column text;
begin
  select * into v_pool
  from app_public.admission_pools as p where p.id = set_pool_capacity.pool_id;
  perform app_private.lock_event(
    (select p.event_id from app_public.performances as p where p.id = v_pool.performance_id),
    'inventory.manage'
  );
  -- Locked first, then counted: nobody takes a place in between.
  perform app_private.lock_pool(v_pool.organization_id, v_pool.id);
  perform app_private.free_lapsed_admissions(v_pool.id);
  select p.allocated + (
    select sum(s.held + s.sold) from app_private.admission_slots as s
    where s.organization_id = p.organization_id and s.pool_id = p.id
  )
  into v_taken
  from app_public.admission_pools as p where p.id = v_pool.id;
  if set_pool_capacity.capacity between 1 and v_taken - 1 then
    perform app_private.raise_capacity_too_low(v_taken);
  end if;
  update app_public.admission_pools as p
  set capacity = set_pool_capacity.capacity
  where p.id = v_pool.id
  returning * into v_pool;
  perform app_private.divide_pool(v_pool);
  perform app_private.ask_waiting_list(v_pool.performance_id);
  select * into strict v_pool from app_public.admission_pools as p where p.id = v_pool.id;
  return v_pool;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_pool_capacity(uuid, integer) is
  'How many people a pool takes from now on, never fewer than are held, sold and kept back. '
  'Needs inventory.manage. Raises LMCAP (as many are taken), LMNFD, LMRGT, LMINP.';
grant execute on function app_public.set_pool_capacity(uuid, integer) to lml_user;
