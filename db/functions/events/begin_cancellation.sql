create or replace function app_private.begin_cancellation(
  event app_public.events, performance_id uuid, reason text
)
returns app_public.event_cancellations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
  v_cancellation app_public.event_cancellations;
  v_performance_ids uuid[];
begin
  for v_performance in
    update app_public.performances as p
    set status = 'canceled', canceled_at = now(), status_reason = begin_cancellation.reason,
      refunds_until = null
    where p.organization_id = (begin_cancellation.event).organization_id
      and p.event_id = (begin_cancellation.event).id
      and p.id = coalesce(begin_cancellation.performance_id, p.id)
      and p.status in ('scheduled', 'postponed')
    returning p.*
  loop
    v_performance_ids := v_performance_ids || v_performance.id;
    perform app_private.notify_buyers(v_performance, v_performance);
  end loop;
  insert into app_public.event_cancellations (
    organization_id, event_id, performance_id, reason, requested_by, bookings_canceled
  )
  values (
    (begin_cancellation.event).organization_id, (begin_cancellation.event).id,
    begin_cancellation.performance_id, begin_cancellation.reason, app_hidden.current_user_id(),
    app_private.release_open_bookings(
      (begin_cancellation.event).organization_id,
      -- Nor does anybody pay for a pass that has lost a date since they chose it.
      v_performance_ids || array(
        select app_private.passes_for(p) from unnest(v_performance_ids) as p
      ),
      begin_cancellation.reason
    )
  )
  returning * into v_cancellation;
  for v_performance in
    select * from app_private.passes_without_dates((begin_cancellation.event).id)
  loop
    perform app_private.begin_cancellation(
      begin_cancellation.event, v_performance.id, begin_cancellation.reason
    );
  end loop;
  perform app_private.add_job(
    'event__cancel_bookings', jsonb_build_object('cancellation_id', v_cancellation.id)
  );
  return v_cancellation;
end
$$;

comment on function app_private.begin_cancellation(app_public.events, uuid, text) is
  'Cancels dates of a locked event, and passes of which no date is left, lets their holds go, and '
  'has the worker refund the rest.';
