create or replace function app_public.cancel_performance(
  performance_id uuid, reason text default null
)
returns app_public.event_cancellations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances := app_private.lock_performance(
    cancel_performance.performance_id, 'events.manage'
  );
  v_event app_public.events;
  v_cancellation app_public.event_cancellations;
begin
  if v_performance.status = 'canceled' then
    select * into v_cancellation
    from app_public.event_cancellations as c
    where c.organization_id = v_performance.organization_id
      and c.event_id = v_performance.event_id
      and coalesce(c.performance_id, v_performance.id) = v_performance.id
    order by c.id desc limit 1;
    return v_cancellation;
  end if;
  if v_performance.status = 'completed' then
    raise exception 'The performance is over.'
      using errcode = 'LMEVT', detail = v_performance.status::text;
  end if;
  perform app_private.require_short_reason(cancel_performance.reason);
  select * into strict v_event
  from app_public.events as e where e.id = v_performance.event_id;
  v_cancellation := app_private.begin_cancellation(
    v_event, v_performance.id, cancel_performance.reason
  );
  -- What has no date left does not take place. A draft is still being made.
  update app_public.events as e
  set status = 'canceled', canceled_at = now(), status_reason = cancel_performance.reason
  where e.id = v_event.id
    and e.status in ('published', 'postponed')
    and not exists (
      select from app_public.performances as p
      where p.organization_id = e.organization_id
        and p.event_id = e.id
        and p.status <> 'canceled'
    );
  return v_cancellation;
end
$$;

comment on function app_public.cancel_performance(uuid, text) is
  'Cancels one date of an event, as cancel_event does with all of them. With the last one, the '
  'event itself is canceled: to go on with it on other days, postpone its date, or add one first. '
  'Needs events.manage. Raises LMNFD, LMRGT, LMEVT (it is over), LMINP.';
grant execute on function app_public.cancel_performance(uuid, text) to lml_user;
