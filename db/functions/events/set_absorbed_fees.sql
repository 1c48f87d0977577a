create or replace function app_public.set_absorbed_fees(
  event_id uuid, service_fees boolean default null, processing_fees boolean default null
)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    set_absorbed_fees.event_id, 'events.manage'
  );
begin
  update app_public.events as e
  set absorbs_service_fees = coalesce(set_absorbed_fees.service_fees, e.absorbs_service_fees),
    absorbs_processing_fees = coalesce(
      set_absorbed_fees.processing_fees, e.absorbs_processing_fees
    )
  where e.id = v_event.id
  returning * into v_event;
  return v_event;
end
$$;

comment on function app_public.set_absorbed_fees(uuid, boolean, boolean) is
  'Whether the organization pays the fees of an event out of its prices, or its buyers pay them on '
  'top. Bookings that were made keep what they had. Needs events.manage. Raises LMNFD, LMRGT.';
grant execute on function app_public.set_absorbed_fees(uuid, boolean, boolean) to lml_user;
