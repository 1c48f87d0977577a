-- The buyer was faster, or Stripe takes no such amount. What the old attempt brings is settled by
-- its event; the new amount is asked for by a new one, which tells the buyer if that is refused as
-- well.
create or replace function app_private.record_payment_intent_update_refusal(
  payment_intent_id uuid, change_no integer
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents := app_private.lock_payment(
    record_payment_intent_update_refusal.payment_intent_id
  );
begin
  perform app_private.end_payment_changes(
    v_intent.id, record_payment_intent_update_refusal.change_no
  );
  if v_intent.status in ('pending', 'processing', 'requires_action') then
    perform app_private.replace_payment(v_intent, v_intent.capture_method);
  end if;
end
$$;

comment on function app_private.record_payment_intent_update_refusal(uuid, integer) is
  'Gives an intent up whose amount Stripe does not change, and asks for a new one.';
grant execute on function app_private.record_payment_intent_update_refusal(uuid, integer)
  to lml_worker;
