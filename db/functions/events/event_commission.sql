create or replace function app_public.event_commission(event_id uuid)
returns numeric
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_event app_public.events;
begin
  select * into v_event from app_public.events as e where e.id = event_commission.event_id;
  perform app_hidden.require_permission(v_event.organization_id, 'organization.read');
  return v_event.commission_percentage;
end
$$;

comment on function app_public.event_commission(uuid) is
  'What the platform takes of an event''s sales, in percent; for members of who sells. '
  'Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.event_commission(uuid) to lml_user;
