create or replace function app_private.answer_dispute(
  dispute app_public.disputes, is_acceptance boolean, evidence jsonb
)
returns app_public.dispute_responses
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_response app_public.dispute_responses;
begin
  insert into app_public.dispute_responses (
    organization_id, dispute_id, is_acceptance, evidence, submitted_by
  )
  values (
    (answer_dispute.dispute).organization_id, (answer_dispute.dispute).id,
    answer_dispute.is_acceptance, answer_dispute.evidence, app_hidden.current_user_id()
  )
  returning * into v_response;
  perform app_private.add_stripe_job('dispute_response.send', v_response.id, '0');
  return v_response;
end
$$;

comment on function app_private.answer_dispute(app_public.disputes, boolean, jsonb) is
  'Writes an answer down, and has the worker send it.';
