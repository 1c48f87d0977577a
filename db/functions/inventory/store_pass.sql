-- A place of a pass is a place of each of these pools, and of those around them: whatever walks
-- along the chain of a pool, to hold, sell, keep back or free, does it for every date.
create or replace function app_private.store_pass(
  event app_public.events, name text, pool_ids uuid[], capacity integer
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid := (store_pass.event).organization_id;
  v_dates app_public.performances[];
  v_pass_id uuid;
  v_pool app_public.admission_pools;
begin
  select array_agg(p), min(pool.capacity), v_organization_id, store_pass.name, true
  into v_dates, v_pool.capacity, v_pool.organization_id, v_pool.name, v_pool.is_pass
  from app_public.admission_pools as pool
  join app_public.performances as p
    on p.organization_id = pool.organization_id and p.id = pool.performance_id
  where pool.organization_id = v_organization_id
    and pool.id = any (store_pass.pool_ids)
    and not pool.is_pass
    and p.event_id = (store_pass.event).id
    and p.status = 'scheduled';
  v_pool.capacity := coalesce(store_pass.capacity, v_pool.capacity);
  if coalesce(cardinality(store_pass.pool_ids) not between 2 and 100, true)
    or coalesce(cardinality(v_dates), 0) <> cardinality(store_pass.pool_ids)
    or (select count(distinct d.id) <> count(*) from unnest(v_dates) as d)
  then
    raise exception 'A pass takes from one pool each of 2 to 100 dates of its event.'
      using errcode = 'LMINP', detail = 'pool_ids';
  end if;

  insert into app_public.performances (
    organization_id, event_id, layout_id, currency, is_public, starts_at, ends_at, pass_name
  )
  select
    v_organization_id, (store_pass.event).id,
    (array_agg(d.layout_id order by d.starts_at))[1], (store_pass.event).currency,
    (store_pass.event).is_public, min(d.starts_at),
    max(app_hidden.closing_time(d.starts_at, d.ends_at)), store_pass.name
  from unnest(v_dates) as d
  on conflict do nothing
  returning id into v_pass_id;
  if v_pass_id is null then
    raise exception 'The event has a pass of that name.' using errcode = 'LMINP', detail = 'name';
  end if;
  insert into app_public.pass_dates (organization_id, pass_id, performance_id, pool_id)
  select pool.organization_id, v_pass_id, pool.performance_id, pool.id
  from app_public.admission_pools as pool
  where pool.organization_id = v_organization_id and pool.id = any (store_pass.pool_ids);

  v_pool.performance_id := v_pass_id;
  v_pool.chain := array(
    select distinct link.pool_id
    from app_public.admission_pools as pool
    cross join unnest(pool.chain) as link (pool_id)
    where pool.organization_id = v_organization_id and pool.id = any (store_pass.pool_ids)
    order by link.pool_id
  );
  return app_private.store_pool(v_pool);
end
$$;

comment on function app_private.store_pass(app_public.events, text, uuid[], integer) is
  'A pass for dates of an event, and the pool that it is sold from, which is returned. '
  'Raises LMINP.';
