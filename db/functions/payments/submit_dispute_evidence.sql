create or replace function app_public.submit_dispute_evidence(
  dispute_id uuid, evidence jsonb, idempotency_key text default null
)
returns app_public.dispute_responses
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_dispute app_public.disputes := app_private.lock_dispute(submit_dispute_evidence.dispute_id);
  v_response app_public.dispute_responses;
  v_known uuid := app_private.replay_result(
    submit_dispute_evidence.idempotency_key, 'submit_dispute_evidence',
    jsonb_build_array(submit_dispute_evidence.dispute_id, submit_dispute_evidence.evidence)
  );
begin
  if v_known is not null then
    select * into strict v_response
    from app_public.dispute_responses as r where r.id = v_known;
    return v_response;
  end if;
  perform app_private.require_evidence(submit_dispute_evidence.evidence);
  perform app_private.require_answerable(v_dispute);
  v_response := app_private.answer_dispute(v_dispute, false, submit_dispute_evidence.evidence);
  perform app_private.keep_result(submit_dispute_evidence.idempotency_key, v_response.id);
  return v_response;
end
$$;

comment on function app_public.submit_dispute_evidence(uuid, jsonb, text) is
  'Sends evidence to the bank, which takes it once: texts by Stripe''s names, such as those that '
  'prepareDisputeEvidence suggests. Needs disputes.manage. Raises LMNFD, LMRGT, LMDSP (it was '
  'answered, is over, or its time is), LMINP, LMIDK, LMAUT, LMSES.';
grant execute on function app_public.submit_dispute_evidence(uuid, jsonb, text) to lml_user;
