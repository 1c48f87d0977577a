create or replace function app_private.end_stripe_call(
  call_id uuid, status text, stripe_id text, http_code integer, error_code text,
  stripe_request_id text, duration_ms integer
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_private.stripe_calls as c
  set status = end_stripe_call.status,
    stripe_id = end_stripe_call.stripe_id,
    http_code = end_stripe_call.http_code,
    error_code = end_stripe_call.error_code,
    stripe_request_id = end_stripe_call.stripe_request_id,
    duration_ms = end_stripe_call.duration_ms,
    ended_at = now()
  where c.id = end_stripe_call.call_id;
  -- Whatever it said, it answered.
  update app_private.stripe_reachability as r
  set failures = 0, failing_since = null, retry_at = null, last_error = null
  where r.failures > 0;
end
$$;

comment on function app_private.end_stripe_call(uuid, text, text, integer, text, text, integer) is
  'Remembers what came of a call: succeeded or refused.';
grant execute on function app_private.end_stripe_call(
  uuid, text, text, integer, text, text, integer
) to lml_worker;
