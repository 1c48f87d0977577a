create or replace function app_private.apply_stripe_event(event_id text)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_private.stripe_events;
begin
  select * into strict v_event
  from app_private.stripe_events as e where e.id = apply_stripe_event.event_id
  for update;
  if v_event.applied_at is not null then
    return v_event.outcome;
  end if;
  return app_private.record_stripe_outcome(
    v_event, app_private.dispatch_stripe_event(v_event)
  );
end
$$;

comment on function app_private.apply_stripe_event(text) is
  'Applies an event of the inbox once: applied, ignored (not about us), refused (it contradicts '
  'what was asked for, and is a finding for people to look at), or parked (what it is about is not '
  'known yet: it is tried again).';
grant execute on function app_private.apply_stripe_event(text) to lml_worker;
