create or replace function app_public.cancel_event(event_id uuid, reason text default null)
returns app_public.event_cancellations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(cancel_event.event_id, 'events.manage');
  v_cancellation app_public.event_cancellations;
begin
  if v_event.status = 'canceled' then
    select * into v_cancellation
    from app_public.event_cancellations as c
    where c.organization_id = v_event.organization_id and c.event_id = v_event.id
    order by c.id desc limit 1;
    return v_cancellation;
  end if;
  if v_event.status = 'completed' then
    raise exception 'The event is over.' using errcode = 'LMEVT', detail = v_event.status::text;
  end if;
  perform app_private.require_short_reason(cancel_event.reason);
  update app_public.events as e
  set status = 'canceled', canceled_at = now(), status_reason = cancel_event.reason
  where e.id = v_event.id
  returning * into v_event;
  return app_private.begin_cancellation(v_event, null, cancel_event.reason);
end
$$;

comment on function app_public.cancel_event(uuid, text) is
  'Ends the sale, lets all holds go at once, and refunds everybody, batch by batch: the result '
  'tells how far that is. Canceling again changes nothing. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMEVT (it is over), LMINP.';
grant execute on function app_public.cancel_event(uuid, text) to lml_user;
