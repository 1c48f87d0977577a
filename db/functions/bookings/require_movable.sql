create or replace function app_private.require_movable(
  event app_public.events, performance app_public.performances, layout_id uuid
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if (require_movable.event).status not in ('draft', 'published', 'postponed')
    or (require_movable.performance).status not in ('scheduled', 'postponed')
  then
    raise exception 'The event or its date is over.'
      using errcode = 'LMEVT', detail = (require_movable.performance).id::text;
  end if;
  if not exists (
    select from app_public.venue_layouts as l
    where l.organization_id = (require_movable.event).organization_id
      and l.venue_id = (require_movable.event).venue_id
      and l.id = require_movable.layout_id
  ) then
    raise exception 'The event''s venue has no such layout.'
      using errcode = 'LMNFD', detail = 'layout_id';
  end if;
end
$$;

comment on function app_private.require_movable(app_public.events, app_public.performances, uuid)
is 'Raises LMEVT or LMNFD when a performance cannot get this layout.';
