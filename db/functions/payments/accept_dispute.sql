create or replace function app_public.accept_dispute(
  dispute_id uuid, idempotency_key text default null
)
returns app_public.dispute_responses
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_dispute app_public.disputes := app_private.lock_dispute(accept_dispute.dispute_id);
  v_response app_public.dispute_responses;
  v_known uuid := app_private.replay_result(
    accept_dispute.idempotency_key, 'accept_dispute', jsonb_build_array(accept_dispute.dispute_id)
  );
begin
  if v_known is not null then
    select * into strict v_response
    from app_public.dispute_responses as r where r.id = v_known;
    return v_response;
  end if;
  perform app_private.require_answerable(v_dispute);
  v_response := app_private.answer_dispute(v_dispute, true, '{}');
  perform app_private.keep_result(accept_dispute.idempotency_key, v_response.id);
  return v_response;
end
$$;

comment on function app_public.accept_dispute(uuid, text) is
  'Gives a dispute up: it is lost, and the buyer keeps the money. It cannot be undone. '
  'Needs disputes.manage. Raises LMNFD, LMRGT, LMDSP (it was answered, is over, or its time is), '
  'LMINP, LMIDK, LMAUT, LMSES.';
grant execute on function app_public.accept_dispute(uuid, text) to lml_user;
