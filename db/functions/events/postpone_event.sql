create or replace function app_public.postpone_event(
  event_id uuid, days integer default null, refunds_until timestamptz default null,
  reason text default null, idempotency_key text default null
)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(postpone_event.event_id, 'events.manage');
  v_zone text := app_hidden.timezone_of(v_event);
  v_performance app_public.performances;
  v_constraint text;
  v_column text;
begin
  -- A second time would move them twice.
  if app_private.replay_result(
    postpone_event.idempotency_key, 'postpone_event',
    jsonb_build_array(
      postpone_event.event_id, postpone_event.days, postpone_event.refunds_until,
      postpone_event.reason
    )
  ) is not null then
    return v_event;
  end if;
  if v_event.status not in ('published', 'postponed') then
    raise exception 'The event is %.', v_event.status
      using errcode = 'LMEVT', detail = v_event.status::text;
  end if;
  if postpone_event.days not between 1 and 3650 then
    raise exception 'An event is postponed by 1 to 3650 days.'
      using errcode = 'LMINP', detail = 'days';
  end if;
  -- The last one first, so that none lands where another one still is.
  for v_performance in
    select * from app_public.performances as p
    where p.organization_id = v_event.organization_id and p.event_id = v_event.id
      and p.status in ('scheduled', 'postponed')
      -- A pass follows its dates.
      and p.pass_name is null
      and (p.starts_at > now() or p.status = 'postponed')
    order by p.starts_at desc
    for no key update
  loop
    perform app_private.move_performance(
      v_performance,
      -- The same time of day, also where clocks change in between.
      ((v_performance.starts_at at time zone v_zone) + make_interval(days => postpone_event.days))
        at time zone v_zone,
      null, null, postpone_event.refunds_until, postpone_event.reason
    );
  end loop;
  if not found then
    raise exception 'No date of the event is still to come.'
      using errcode = 'LMEVT', detail = v_event.status::text;
  end if;
  update app_public.events as e
  set status = case when postpone_event.days is null then 'postponed' else 'published' end
      ::app_public.event_status,
    status_reason = coalesce(postpone_event.reason, e.status_reason)
  where e.id = v_event.id
  returning * into v_event;
  perform app_private.keep_result(postpone_event.idempotency_key, v_event.id);
  return v_event;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when unique_violation then
    perform app_private.raise_time_taken('days');
end
$$;

comment on function app_public.postpone_event(uuid, integer, timestamptz, text, text) is
  'Moves all dates that have not begun by days, at the same time of day; or, without days, takes '
  'them off sale until postpone_performance gives them new ones. Tickets stay good, and may be '
  'given back until refunds_until. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMEVT, LMINP, LMIDK.';
grant execute on function app_public.postpone_event(uuid, integer, timestamptz, text, text)
  to lml_user;
