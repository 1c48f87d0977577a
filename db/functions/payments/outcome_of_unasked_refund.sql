-- A refund that does not say for which of ours it is: somebody may have returned one of our
-- payments by hand at Stripe. Until the payment is known, nobody can tell.
create or replace function app_private.outcome_of_unasked_refund(object jsonb)
returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_stripe_id text := coalesce(
    outcome_of_unasked_refund.object #>> '{payment_intent,id}',
    outcome_of_unasked_refund.object ->> 'payment_intent'
  );
  v_intent app_public.payment_intents;
begin
  if v_stripe_id is null then
    return 'ignored: not ours';
  end if;
  v_intent := app_private.payment_of_stripe_object(outcome_of_unasked_refund.object);
  if v_intent.id is null then
    return 'parked: ' || v_stripe_id;
  end if;
  -- So Stripe calls it, too, when what was authorized is let go, and no money moves.
  if v_intent.capture_method = 'manual'
    and outcome_of_unasked_refund.object ->> 'balance_transaction' is null
    and (v_intent.status <> 'succeeded' or exists (
      select from app_private.payment_intent_changes as c
      where c.payment_intent_id = v_intent.id and c.amount_cents = v_intent.received_cents
        and outcome_of_unasked_refund.object ->> 'amount'
          = (c.amount_before_cents - c.amount_cents)::text
    ))
  then
    return 'ignored: nothing was charged';
  end if;
  return 'refused: refund_not_asked_for';
end
$$;

comment on function app_private.outcome_of_unasked_refund(jsonb) is
  'What becomes of news of a refund that was not asked for here.';
