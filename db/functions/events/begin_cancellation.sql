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
  v_pass_ids uuid[];
  v_open_ids uuid[];
  v_released integer;
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
  -- Nor does anybody pay for a pass that has lost a date since they chose it. Who is being served
  -- may be paying at this moment; they are noted for the job.
  v_pass_ids := array(select app_private.passes_for(p) from unnest(v_performance_ids) as p);
  v_open_ids := array(
    select b.id
    from app_public.bookings as b
    where b.organization_id = (begin_cancellation.event).organization_id
      and b.performance_id = any (v_pass_ids)
      and app_private.is_open(b.status)
  );
  v_released := app_private.release_open_bookings(
    (begin_cancellation.event).organization_id, v_performance_ids || v_pass_ids,
    begin_cancellation.reason
  );
  insert into app_public.event_cancellations (
    organization_id, event_id, performance_id, reason, requested_by, bookings_canceled,
    being_served
  )
  values (
    (begin_cancellation.event).organization_id, (begin_cancellation.event).id,
    begin_cancellation.performance_id, begin_cancellation.reason, app_hidden.current_user_id(),
    v_released, array(
      select b.id from app_public.bookings as b
      where b.id = any (v_open_ids) and b.status <> 'canceled'
      order by b.id
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
