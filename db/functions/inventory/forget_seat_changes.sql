create or replace function app_private.forget_seat_changes(
  age interval default interval '1 hour'
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_last_xid xid8;
  v_count integer;
begin
  with gone as (
    delete from app_private.seat_changes as c
    where c.changed_at < now() - forget_seat_changes.age
    returning c.changed_xid
  )
  select max(g.changed_xid), count(*) into v_last_xid, v_count from gone as g;
  update app_private.seat_changes_forgotten as f
  set last_xid = v_last_xid
  where f.last_xid < v_last_xid;
  return v_count;
end
$$;

comment on function app_private.forget_seat_changes(interval) is
  'Forgets old changes of seats; returns how many. Whoever knows an older version reads the map.';
grant execute on function app_private.forget_seat_changes(interval) to lml_worker;
