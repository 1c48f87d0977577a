-- What a parked event waits for wakes it when it comes. What came at the same moment saw no parked
-- event, so it is tried again by a job after a second, then at half its age, and from a minute on
-- by the sweep: often while what it waits for may still come, and rarely when it will not.
create or replace function app_private.record_stripe_outcome(
  event app_private.stripe_events, result text
)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_private.stripe_events := record_stripe_outcome.event;
  v_outcome text := split_part(record_stripe_outcome.result, ': ', 1);
  v_reason text := left(
    nullif(substr(record_stripe_outcome.result, length(v_outcome) + 3), ''), 500
  );
  v_pause interval := greatest(interval '1 second', (now() - v_event.received_at) / 2);
begin
  if v_outcome = v_event.outcome and v_reason is not distinct from v_event.reason
    and v_outcome <> 'parked'
  then
    return v_outcome;
  end if;
  update app_private.stripe_events as e
  set outcome = v_outcome,
    reason = v_reason,
    applied_at = case when v_outcome <> 'parked' then coalesce(e.applied_at, now()) end,
    parked_at = case when v_outcome = 'parked' then coalesce(e.parked_at, now())
      else e.parked_at end,
    retry_at = case when v_outcome = 'parked'
      then now() + greatest(interval '1 minute', v_pause) end
  where e.id = v_event.id
  returning * into v_event;

  if v_outcome = 'refused' then
    perform app_private.raise_event_finding(v_event, v_reason);
  elsif v_outcome = 'parked' then
    if v_pause < interval '1 minute' then
      perform app_private.add_keyed_job(
        'stripe_event__apply', jsonb_build_object('event_id', v_event.id),
        'stripe_event:' || v_event.id, v_pause
      );
    end if;
    if now() - v_event.parked_at > app_private.parked_events_are_found_after() then
      perform app_private.raise_event_finding(v_event, 'event_without_parent');
    end if;
  end if;
  return v_outcome;
end
$$;

comment on function app_private.record_stripe_outcome(app_private.stripe_events, text) is
  'Remembers what became of an event, and makes a finding of what people must see.';
