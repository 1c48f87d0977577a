create or replace function app_private.upcoming_performances_at(venue app_public.venues)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_agg(p.id order by p.starts_at)
  from (
    select p.id, p.starts_at
    from app_public.performances as p
    join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
    where e.organization_id = (upcoming_performances_at.venue).organization_id
      and e.venue_id = (upcoming_performances_at.venue).id
      and e.status in ('published', 'postponed')
      and p.status in ('scheduled', 'postponed')
      -- What waits for another day is still to come, whatever day it had.
      and (p.status = 'postponed' or coalesce(p.ends_at, p.starts_at) > now())
    order by p.starts_at
    limit 100
  ) as p
$$;

comment on function app_private.upcoming_performances_at(app_public.venues) is
  'Ids of the first 100 performances that are still to come at a venue; null when there are none.';
