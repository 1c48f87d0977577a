-- The event first, as everywhere.
create or replace function app_private.lock_performance(performance_id uuid, permission text)
returns app_public.performances
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
begin
  perform app_private.lock_event(
    (
      select p.event_id from app_public.performances as p
      where p.id = lock_performance.performance_id
    ),
    lock_performance.permission
  );
  select * into strict v_performance
  from app_public.performances as p
  where p.id = lock_performance.performance_id
  for no key update;
  return v_performance;
end
$$;

comment on function app_private.lock_performance(uuid, text) is
  'The performance, locked with its event, if the caller has the permission. '
  'Raises LMNFD, LMRGT, LMAUT, LMSES.';
