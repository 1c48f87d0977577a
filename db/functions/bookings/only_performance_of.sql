create or replace function app_private.only_performance_of(event_id uuid)
returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_ids uuid[];
begin
  select array_agg(p.id) into v_ids
  from app_public.performances as p where p.event_id = only_performance_of.event_id;
  if coalesce(cardinality(v_ids), 0) = 0 then
    raise exception 'There is no such event.'
      using errcode = 'LMNFD', detail = format('%s', only_performance_of.event_id);
  end if;
  if cardinality(v_ids) > 1 then
    raise exception 'The event has several performances.'
      using errcode = 'LMINP', detail = 'event_id',
        hint = 'Use hold_seats, which names the performance.';
  end if;
  return v_ids[1];
end
$$;

comment on function app_private.only_performance_of(uuid) is
  'The performance of an event that has one. Raises LMNFD, LMINP.';
