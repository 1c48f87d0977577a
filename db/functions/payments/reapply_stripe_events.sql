-- In the order in which Stripe made them, so that a state without them becomes what it was. On a
-- state with them this changes nothing. What was forgotten has no payload any more.
create or replace function app_private.reapply_stripe_events(
  after_event_id text default null, batch_limit integer default 500
)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_private.stripe_events;
  v_last text;
begin
  for v_event in
    select e.*
    from app_private.stripe_events as e
    left join app_private.stripe_events as a on a.id = reapply_stripe_events.after_event_id
    where reapply_stripe_events.after_event_id is null
      or (e.stripe_created_at, e.id) > (a.stripe_created_at, a.id)
    order by e.stripe_created_at, e.id
    limit reapply_stripe_events.batch_limit
    for update of e
  loop
    v_last := v_event.id;
    if v_event.payload <> '{}' then
      perform app_private.record_stripe_outcome(
        v_event, app_private.dispatch_stripe_event(v_event)
      );
    end if;
  end loop;
  return v_last;
end
$$;

comment on function app_private.reapply_stripe_events(text, integer) is
  'Applies all events of the inbox again, so many at a time; returns the last one, to go on from, '
  'or null when there are no more.';
