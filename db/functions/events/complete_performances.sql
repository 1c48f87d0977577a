-- Whoever works on an event or a performance at this moment keeps it: the next sweep comes soon.
create or replace function app_private.complete_performances(batch_limit integer default 500)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  update app_public.performances as p
  set status = 'completed'
  where p.id = any (array(
    select p.id
    from app_public.performances as p
    join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
    -- Of a postponed event, those dates that had begun before.
    where p.status = 'scheduled' and e.status in ('published', 'postponed')
      and coalesce(p.ends_at, p.starts_at) <= now()
      -- An end that nobody told is a day later.
      and (p.ends_at is not null or p.starts_at <= now() - interval '1 day')
      -- A pass that has lost its last date may still be given back.
      and (p.pass_name is null or coalesce(p.refunds_until, now()) <= now() or not exists (
        select
        from app_public.pass_dates as d
        join app_public.performances as lost
          on lost.organization_id = d.organization_id and lost.id = d.performance_id
        where d.organization_id = p.organization_id
          and d.pass_id = p.id
          and lost.status = 'canceled'
      ))
    order by coalesce(p.ends_at, p.starts_at)
    limit complete_performances.batch_limit
    for no key update of p skip locked
  ));
  get diagnostics v_count = row_count;
  update app_public.events as e
  set status = 'completed', completed_at = now()
  where e.id = any (array(
    select e.id
    from app_public.events as e
    where e.status in ('published', 'postponed')
      and exists (
        select from app_public.performances as p
        where p.organization_id = e.organization_id and p.event_id = e.id
          and p.status = 'completed'
      )
      and not exists (
        select from app_public.performances as p
        where p.organization_id = e.organization_id and p.event_id = e.id
          and p.status in ('scheduled', 'postponed')
      )
    for no key update skip locked
  ));
  return v_count;
end
$$;

comment on function app_private.complete_performances(integer) is
  'Ends performances that are over, and events whose last one is; returns how many performances.';
grant execute on function app_private.complete_performances(integer) to lml_worker;
