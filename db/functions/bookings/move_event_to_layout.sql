create or replace function app_public.move_event_to_layout(
  event_id uuid, layout_id uuid, dry_run boolean default false
)
returns setof app_public.layout_move
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    move_event_to_layout.event_id, 'events.manage'
  );
  v_performance_id uuid;
begin
  for v_performance_id in
    select p.id from app_public.performances as p
    where p.organization_id = v_event.organization_id
      and p.event_id = v_event.id
      and p.status in ('scheduled', 'postponed')
      and p.pass_name is null
      -- What waits for another day is still to come, whatever day it had.
      and (p.status = 'postponed' or coalesce(p.ends_at, p.starts_at) > now())
    order by p.id
  loop
    return next app_public.move_performance_to_layout(
      v_performance_id, move_event_to_layout.layout_id, move_event_to_layout.dry_run
    );
  end loop;
end
$$;

comment on function app_public.move_event_to_layout(uuid, uuid, boolean) is
  'move_performance_to_layout for every performance of an event that is still to come: all of '
  'them, or none. Needs events.manage. Raises LMNFD, LMRGT, LMEVT, LMMOV, LMPUB, LMBSY.';
grant execute on function app_public.move_event_to_layout(uuid, uuid, boolean) to lml_user;
