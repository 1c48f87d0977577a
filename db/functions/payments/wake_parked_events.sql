create or replace function app_private.wake_parked_events(waits_for text)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.add_keyed_job(
    'stripe_event__apply', jsonb_build_object('event_id', e.id), 'stripe_event:' || e.id
  )
  from app_private.stripe_events as e
  where e.outcome = 'parked' and e.reason = wake_parked_events.waits_for
$$;

comment on function app_private.wake_parked_events(text) is
  'Has the events tried again that waited for this.';
