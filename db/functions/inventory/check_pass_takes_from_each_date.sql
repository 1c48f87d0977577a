create or replace function app_private.check_pass_takes_from_each_date()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'pass_takes_from_each_date', d.organization_id, d.pass_id,
    format('a pass takes no place of pool %s', d.pool_id)
  from app_public.pass_dates as d
  join app_public.admission_pools as day
    on day.organization_id = d.organization_id and day.id = d.pool_id
  where not exists (
    select from app_public.admission_pools as pass
    where pass.organization_id = d.organization_id
      and pass.performance_id = d.pass_id
      and pass.is_pass
      and pass.chain @> day.chain
  )
$$;

comment on function app_private.check_pass_takes_from_each_date() is
  'A pass that takes no place on one of its dates.';
