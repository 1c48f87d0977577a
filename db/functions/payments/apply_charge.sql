-- The payment intent says what was paid. A charge adds by which charge, and what Stripe has
-- returned of it without being asked.
create or replace function app_private.apply_charge(object jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_object jsonb := apply_charge.object;
  v_stripe_id text := coalesce(
    v_object #>> '{payment_intent,id}', v_object ->> 'payment_intent'
  );
  v_intent app_public.payment_intents;
begin
  if v_stripe_id is null then
    return 'ignored: no payment intent';
  end if;
  v_intent := app_private.lock_payment_of(v_object);
  if v_intent.id is null then
    return 'parked: ' || v_stripe_id;
  end if;
  if v_stripe_id <> v_intent.stripe_payment_intent_id then
    return 'refused: event_identity_differs';
  end if;
  if not app_private.was_asked_for(v_intent, v_object ->> 'amount') then
    return 'refused: event_amount_differs';
  end if;
  if upper(v_object ->> 'currency') is distinct from v_intent.currency then
    return 'refused: event_currency_differs';
  end if;
  -- What was only authorized and is released was never charged.
  if v_object ->> 'captured' = 'false' and v_intent.capture_method = 'manual' then
    perform app_private.record_charge(v_intent, v_object);
    return 'applied';
  end if;
  -- All that was ever asked for, as news of a refund that failed later may come after that.
  -- What was authorized and not charged counts as returned at Stripe.
  if (v_object ->> 'amount_refunded')::numeric
    - (v_object ->> 'amount')::numeric
    + coalesce((v_object ->> 'amount_captured')::numeric, (v_object ->> 'amount')::numeric) > (
    select coalesce(sum(r.amount_cents), 0)
    from app_public.refunds as r
    where r.organization_id = v_intent.organization_id and r.payment_intent_id = v_intent.id
  ) then
    return 'refused: refund_not_asked_for';
  end if;
  if v_object ->> 'status' = 'succeeded' and v_intent.stripe_charge_id <> v_object ->> 'id' then
    return 'refused: second_charge';
  end if;
  perform app_private.record_charge(v_intent, v_object);
  if v_object ->> 'status' is distinct from 'succeeded' then
    return 'applied';
  end if;
  update app_public.payment_intents as p
  set stripe_charge_id = v_object ->> 'id'
  where p.id = v_intent.id and p.stripe_charge_id is null;
  return 'applied';
end
$$;

comment on function app_private.apply_charge(jsonb) is
  'What Stripe says of a charge: applied, ignored without a payment intent, parked while that is '
  'unknown, refused when it is not what was asked for.';
