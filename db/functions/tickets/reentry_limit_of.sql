-- Read by whoever comes back: most who come have never been inside.
create or replace function app_private.reentry_limit_of(door app_private.door)
returns smallint
language sql stable security definer set search_path = ''
as $$
  select e.reentry_limit
  from app_public.events as e
  where e.id = (reentry_limit_of.door).event_id
    and e.organization_id = (reentry_limit_of.door).organization_id
$$;

comment on function app_private.reentry_limit_of(app_private.door) is
  'How often the holder of a ticket may come back in by a door.';
