-- What it means for the dispute is told by an event.
create or replace function app_private.record_dispute_response(
  response_id uuid, status text, failure_reason text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_response app_public.dispute_responses;
begin
  update app_public.dispute_responses as r
  set status = record_dispute_response.status,
    failure_reason = left(record_dispute_response.failure_reason, 1000),
    ended_at = now()
  where r.id = record_dispute_response.response_id and r.status = 'pending'
  returning * into v_response;
  if v_response.status = 'refused' then
    perform app_private.raise_payment_finding(
      'dispute_response_refused', d.stripe_dispute_id, d.organization_id, d.booking_id,
      jsonb_build_object('response_id', v_response.id, 'reason', v_response.failure_reason)
    )
    from app_public.disputes as d
    where d.organization_id = v_response.organization_id and d.id = v_response.dispute_id;
  end if;
end
$$;

comment on function app_private.record_dispute_response(uuid, text, text) is
  'Remembers that Stripe has taken or refused an answer; repeating it is harmless.';
grant execute on function app_private.record_dispute_response(uuid, text, text) to lml_worker;
