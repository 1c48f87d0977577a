-- For what no trigger told: a parent that came at the same moment, rows that were restored, and
-- jobs that were lost. Nothing that was received is forgotten.
create or replace function app_private.retry_parked_events(batch_limit integer default 500)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_private.stripe_events;
  v_count integer := 0;
begin
  for v_event in
    select * from app_private.stripe_events as e
    where e.applied_at is null
      and coalesce(e.retry_at, e.received_at + interval '5 minutes') < now()
    order by e.received_at
    limit retry_parked_events.batch_limit
    for update skip locked
  loop
    if v_event.outcome is null and v_event.received_at < now() - interval '1 day' then
      perform app_private.raise_event_finding(v_event, 'event_not_applied');
    end if;
    perform app_private.add_keyed_job(
      'stripe_event__apply', jsonb_build_object('event_id', v_event.id),
      'stripe_event:' || v_event.id
    );
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function app_private.retry_parked_events(integer) is
  'Has events tried again that wait for what they are about, or whose job was lost.';
grant execute on function app_private.retry_parked_events(integer) to lml_worker;
