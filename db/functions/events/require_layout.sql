create or replace function app_private.require_layout(event app_public.events, layout_id uuid)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if require_layout.layout_id is null and (require_layout.event).format = 'virtual' then
    return;
  end if;
  if not exists (
    select from app_public.venue_layouts as l
    where l.organization_id = (require_layout.event).organization_id
      and l.id = require_layout.layout_id
      and l.venue_id = (require_layout.event).venue_id
  ) then
    raise exception 'The event''s venue has no such layout.'
      using errcode = 'LMNFD', detail = 'layout_id';
  end if;
end
$$;

comment on function app_private.require_layout(app_public.events, uuid) is
  'Raises LMNFD unless the layout is one of the event''s venue, or the event is only online.';
