-- A job is added in the transaction that needs it: both happen, or neither.
create or replace function app_private.add_job(identifier text, payload jsonb)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform graphile_worker.add_job(add_job.identifier, add_job.payload::json);
end
$$;

comment on function app_private.add_job(text, jsonb) is 'Adds a job for the worker.';
