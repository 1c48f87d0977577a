create or replace function app_private.beat_worker(worker_id text)
returns void
language sql volatile security definer set search_path = ''
as $$
  insert into app_private.worker_heartbeats (worker_id) values (beat_worker.worker_id)
  on conflict (worker_id) do update set beaten_at = now()
$$;

comment on function app_private.beat_worker(text) is 'A worker says that it is alive.';
grant execute on function app_private.beat_worker(text) to lml_worker;
