-- A job that waits under the same key is replaced, and so is one that has failed for good.
create or replace function app_private.add_keyed_job(
  identifier text, payload jsonb, job_key text, delay interval default '0'
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform graphile_worker.add_job(
    add_keyed_job.identifier, add_keyed_job.payload::json,
    run_at => now() + add_keyed_job.delay, job_key => add_keyed_job.job_key
  );
end
$$;

comment on function app_private.add_keyed_job(text, jsonb, text, interval) is
  'Adds a job for the worker, of which one waits at a time.';
