create or replace function app_private.record_payment_intent_capture_refusal(
  payment_intent_id uuid
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents := app_private.lock_payment(
    record_payment_intent_capture_refusal.payment_intent_id
  );
begin
  if v_intent.status = 'authorized' then
    perform app_private.lose_authorization(v_intent);
  end if;
end
$$;

comment on function app_private.record_payment_intent_capture_refusal(uuid) is
  'Stripe does not charge the card any more: the buyer is asked to pay; repeating it is harmless.';
grant execute on function app_private.record_payment_intent_capture_refusal(uuid) to lml_worker;
