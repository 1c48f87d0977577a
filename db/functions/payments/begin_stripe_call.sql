-- Committed before Stripe is asked. While Stripe cannot be reached, one call in a while tries, and
-- the jobs of the others come again later: an outage uses up nobody's attempts.
create or replace function app_private.begin_stripe_call(
  organization_id uuid, purpose text, subject_id uuid, idempotency_key text, request_hash text
)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- Stripe remembers an idempotency key for 24 hours. Later, asking again
  -- could mean having it twice.
  c_remembered constant interval := '23 hours';
  v_wait interval := app_private.claim_stripe_attempt();
  v_result jsonb;
begin
  if v_wait > '0' then
    perform app_private.add_stripe_job(
      begin_stripe_call.purpose, begin_stripe_call.subject_id, v_wait
    );
    return jsonb_build_object('is_postponed', true);
  end if;
  insert into app_private.stripe_calls as c (
    organization_id, purpose, subject_id, idempotency_key, request_hash
  )
  values (
    begin_stripe_call.organization_id, begin_stripe_call.purpose, begin_stripe_call.subject_id,
    begin_stripe_call.idempotency_key, begin_stripe_call.request_hash
  )
  on conflict on constraint stripe_calls_key_is_used_once do update
  set status = 'asked', attempts = c.attempts + 1, last_asked_at = now(), ended_at = null,
    request_hash = case when c.first_asked_at < now() - c_remembered then excluded.request_hash
      else c.request_hash end
  returning jsonb_build_object(
    'call_id', new.id,
    'may_be_forgotten', new.first_asked_at < now() - c_remembered,
    'is_changed', new.request_hash <> begin_stripe_call.request_hash
  ) into v_result;
  return v_result;
end
$$;

comment on function app_private.begin_stripe_call(uuid, text, uuid, text, text) is
  'Writes a call of Stripe down before it is made. is_postponed: it is not to be made now, and its '
  'job comes again; may_be_forgotten: look first whether it was made; is_changed: the key '
  'stands for another request.';
grant execute on function app_private.begin_stripe_call(uuid, text, uuid, text, text)
  to lml_worker;
