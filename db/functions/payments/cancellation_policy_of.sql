create or replace function app_private.cancellation_policy_of(
  organization_id uuid, performance_id uuid
)
returns uuid
language sql stable security definer set search_path = ''
as $$
  select c.id
  from app_public.performances as p
  join app_public.cancellation_policies as c
    on c.organization_id = p.organization_id
    and (c.event_id = p.event_id or c.event_id is null)
  where p.organization_id = cancellation_policy_of.organization_id
    and p.id = cancellation_policy_of.performance_id
  order by c.event_id is null, c.version desc
  limit 1
$$;

comment on function app_private.cancellation_policy_of(uuid, uuid) is
  'The terms under which tickets of a performance are sold now: of its event, or of all.';
