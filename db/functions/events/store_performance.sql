create or replace function app_private.store_performance(
  event app_public.events, layout_id uuid, starts_at timestamptz, ends_at timestamptz,
  doors_at timestamptz
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  insert into app_public.performances (
    organization_id, event_id, layout_id, currency, is_public, starts_at, ends_at, doors_at
  )
  values (
    (store_performance.event).organization_id, (store_performance.event).id,
    store_performance.layout_id, (store_performance.event).currency,
    (store_performance.event).is_public, store_performance.starts_at,
    store_performance.ends_at, store_performance.doors_at
  )
  on conflict do nothing
  returning id into v_id;
  if v_id is not null and (store_performance.event).status = 'published' then
    perform app_private.require_to_come(
      store_performance.event, store_performance.starts_at, store_performance.ends_at
    );
    perform app_private.create_inventory(v_id);
  end if;
  return v_id;
end
$$;

comment on function app_private.store_performance(
  app_public.events, uuid, timestamptz, timestamptz, timestamptz
) is
  'A date of an event, with its inventory if the event is published; null when it has one then.';
