create or replace function app_private.find_changed_stripe_call(call_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_call app_private.stripe_calls;
begin
  select * into strict v_call
  from app_private.stripe_calls as c where c.id = find_changed_stripe_call.call_id;
  perform app_private.raise_payment_finding(
    'stripe_request_changed', v_call.idempotency_key, v_call.organization_id, null,
    jsonb_build_object('purpose', v_call.purpose, 'subject_id', v_call.subject_id)
  );
end
$$;

comment on function app_private.find_changed_stripe_call(uuid) is
  'Tells people that a key would stand for two requests: nothing is sent '
  'until Stripe has forgotten it.';
grant execute on function app_private.find_changed_stripe_call(uuid) to lml_worker;
