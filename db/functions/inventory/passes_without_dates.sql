create or replace function app_private.passes_without_dates(event_id uuid)
returns setof app_public.performances
language sql stable security definer set search_path = ''
as $$
  select pass.*
  from app_public.performances as pass
  where pass.event_id = passes_without_dates.event_id
    and pass.pass_name is not null
    and pass.status in ('scheduled', 'postponed')
    and not exists (
      select from app_public.pass_dates as d
      join app_public.performances as p
        on p.organization_id = d.organization_id and p.id = d.performance_id
      where d.organization_id = pass.organization_id
        and d.pass_id = pass.id
        and p.status <> 'canceled'
    )
$$;

comment on function app_private.passes_without_dates(uuid) is
  'Passes of an event all of whose dates are canceled.';
