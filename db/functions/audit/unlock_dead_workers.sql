-- Whoever holds jobs and has not beaten for a while was killed. A worker that never beat at all is
-- judged by the age of its locks.
create or replace function app_private.unlock_dead_workers(
  silence interval default interval '30 seconds'
)
returns text[]
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_dead text[];
begin
  v_dead := array(
    select distinct l.locked_by
    from (
      select j.locked_by, j.locked_at from graphile_worker._private_jobs as j
      union all
      select q.locked_by, q.locked_at from graphile_worker._private_job_queues as q
    ) as l
    left join app_private.worker_heartbeats as h on h.worker_id = l.locked_by
    where l.locked_by is not null
      and coalesce(h.beaten_at, l.locked_at) < now() - unlock_dead_workers.silence
  );
  if cardinality(v_dead) > 0 then
    perform graphile_worker.force_unlock_workers(v_dead);
  end if;
  delete from app_private.worker_heartbeats as h
  where h.beaten_at < now() - greatest(unlock_dead_workers.silence, interval '1 day');
  return v_dead;
end
$$;

comment on function app_private.unlock_dead_workers(interval) is
  'Frees the jobs of workers that have stopped beating; returns their ids.';
grant execute on function app_private.unlock_dead_workers(interval) to lml_worker;
