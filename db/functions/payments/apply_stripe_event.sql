create or replace function app_private.apply_stripe_event(event_id text)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_private.stripe_events;
  v_object jsonb;
  v_outcome text;
begin
  select * into strict v_event
  from app_private.stripe_events as e where e.id = apply_stripe_event.event_id
  for update;
  if v_event.applied_at is not null then
    return v_event.outcome;
  end if;

  v_object := v_event.payload -> 'data' -> 'object';
  v_outcome := case v_object ->> 'object'
    when 'payment_intent' then app_private.apply_payment_intent(v_object)
    when 'refund' then app_private.apply_refund(v_object)
    when 'payment_method' then app_private.apply_payment_method(v_event.payload)
    else 'ignored'
  end;
  update app_private.stripe_events as e
  set outcome = v_outcome, applied_at = now()
  where e.id = v_event.id;
  return v_outcome;
end
$$;

comment on function app_private.apply_stripe_event(text) is
  'Applies an event of the inbox once: applied, ignored (not about us), or refused (it contradicts '
  'what was asked for, and is kept for people to look at).';
grant execute on function app_private.apply_stripe_event(text) to lml_worker;
