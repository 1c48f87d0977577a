-- One at a time: two who had each locked a part of the last places would wait for each other.
create or replace function app_private.lock_pool(organization_id uuid, pool_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform pg_advisory_xact_lock(
    hashtextextended('admission_pool:' || lock_pool.pool_id, 0)
  );
  perform from app_private.admission_slots as s
  where s.organization_id = lock_pool.organization_id and s.pool_id = lock_pool.pool_id
  order by s.slot_no
  for no key update;
end
$$;

comment on function app_private.lock_pool(uuid, uuid) is
  'Locks all slots of a pool, after whoever was first.';
