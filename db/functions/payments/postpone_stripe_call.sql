-- Doubling from a second to two minutes, give or take a quarter, and never before Stripe says so.
create or replace function app_private.postpone_stripe_call(
  call_id uuid, is_outage boolean, retry_after_ms integer, http_code integer, error_code text,
  stripe_request_id text, duration_ms integer
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_call app_private.stripe_calls;
  v_delay interval;
begin
  update app_private.stripe_calls as c
  set status = 'failed',
    http_code = postpone_stripe_call.http_code,
    error_code = postpone_stripe_call.error_code,
    stripe_request_id = postpone_stripe_call.stripe_request_id,
    duration_ms = postpone_stripe_call.duration_ms
  where c.id = postpone_stripe_call.call_id
  returning * into strict v_call;
  v_delay := greatest(
    least(2 ^ least(v_call.attempts - 1, 7), 120) * (0.75 + random() / 2) * interval '1 second',
    least(coalesce(postpone_stripe_call.retry_after_ms, 0), 3600000) * interval '1 ms'
  );
  perform app_private.add_stripe_job(v_call.purpose, v_call.subject_id, v_delay);
  if postpone_stripe_call.is_outage then
    update app_private.stripe_reachability as r
    set failures = r.failures + 1,
      failing_since = coalesce(r.failing_since, now()),
      retry_at = now() + greatest(
        least(2 ^ least(r.failures, 5), 30) * (0.75 + random() / 2) * interval '1 second',
        least(coalesce(postpone_stripe_call.retry_after_ms, 0), 3600000) * interval '1 ms'
      ),
      last_error = left(postpone_stripe_call.error_code, 200);
  end if;
end
$$;

comment on function app_private.postpone_stripe_call(
  uuid, boolean, integer, integer, text, text, integer
) is 'Remembers that a call failed in a way that may pass, and has its job come again.';
grant execute on function app_private.postpone_stripe_call(
  uuid, boolean, integer, integer, text, text, integer
) to lml_worker;
