create or replace function app_public.set_event_tax_jurisdiction(
  event_id uuid, tax_jurisdiction_id uuid default null
)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    set_event_tax_jurisdiction.event_id, 'events.manage'
  );
begin
  perform app_private.require_tax_jurisdiction(
    v_event.organization_id, set_event_tax_jurisdiction.tax_jurisdiction_id
  );
  update app_public.events as e
  set tax_jurisdiction_id = set_event_tax_jurisdiction.tax_jurisdiction_id,
    tax_rate_id = case
      when set_event_tax_jurisdiction.tax_jurisdiction_id is null then e.tax_rate_id
    end,
    tax_percentage = case
      when set_event_tax_jurisdiction.tax_jurisdiction_id is null then e.tax_percentage else 0
    end
  where e.id = v_event.id
  returning * into v_event;
  return v_event;
end
$$;

comment on function app_public.set_event_tax_jurisdiction(uuid, uuid) is
  'Where an event is taxed, in place of a rate of its own; null: nowhere. An event that has no '
  'venue says it in this way. Needs events.manage. Raises LMNFD, LMRGT.';
grant execute on function app_public.set_event_tax_jurisdiction(uuid, uuid) to lml_user;
