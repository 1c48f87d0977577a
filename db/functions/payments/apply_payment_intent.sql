-- Events come in any order and any number: each moves the payment forward or changes nothing. What
-- has ended at Stripe stays ended. Before that a payment goes to and fro between its states, so the
-- newest news count: by the second, and within one by how far on they are.
create or replace function app_private.apply_payment_intent(object jsonb, event jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_object jsonb := apply_payment_intent.object;
  v_intent app_public.payment_intents;
  v_status text := v_object ->> 'status';
  v_refusal text;
  v_news text;
  v_after app_public.payment_intents;
begin
  -- As in apply_dispute: may_be_paid_late asks for the performance with the booking in hand.
  if v_status = 'succeeded' then
    perform from app_public.bookings as b
    join app_public.performances as p
      on p.organization_id = b.organization_id and p.id = b.performance_id
    where b.id = (app_private.payment_of_stripe_object(v_object)).booking_id
      and (b.status = 'expired' or b.expires_at <= now())
    for share of p;
  end if;
  v_intent := app_private.lock_payment_of(v_object);
  if v_intent.id is null then
    return app_private.outcome_without_parent(v_object, 'lml_payment_intent_id');
  end if;
  v_refusal := app_private.payment_intent_refusal(v_object, v_intent);
  if v_refusal is not null then
    return v_refusal;
  end if;
  if v_intent.status = 'succeeded' then
    return 'applied';
  end if;
  if v_status = 'succeeded' then
    perform app_private.receive_payment(v_intent, v_object);
    -- Of attempts that failed before, nothing is left, in whichever order they are told.
    if v_intent.failure_code is not null or v_intent.failure_message is not null then
      update app_public.payment_intents as p
      set failure_code = null, failure_message = null
      where p.id = v_intent.id;
    end if;
    return 'applied';
  end if;

  v_news := app_private.stripe_news(apply_payment_intent.event, v_object);
  if v_news <= v_intent.stripe_news collate "C"
    -- Stripe's answer to our call tells it before its event.
    or v_intent.stripe_status = 'canceled' and v_status <> 'canceled'
  then
    return 'applied';
  end if;
  update app_public.payment_intents as p
  set stripe_payment_intent_id = v_object ->> 'id',
    stripe_status = v_status,
    stripe_news = v_news,
    status = case
      when v_status = 'canceled' then 'canceled'
      -- Given up, or refused by Stripe: whatever is still told of it.
      when p.status in ('canceled', 'failed') then p.status::text
      when v_status = 'processing' then 'processing'
      when v_status = 'requires_action' then 'requires_action'
      when v_status = 'requires_capture' and p.capture_method = 'manual' then 'authorized'
      else 'pending'
    end::app_public.payment_status,
    canceled_at = case when v_status = 'canceled' then coalesce(p.canceled_at, now())
      else p.canceled_at end,
    -- The newest news only: a new attempt has not failed yet.
    failure_code = case when p.status = 'failed' then p.failure_code else coalesce(
      v_object #>> '{last_payment_error,decline_code}', v_object #>> '{last_payment_error,code}'
    ) end,
    failure_message = case when p.status = 'failed' then p.failure_message
      else v_object #>> '{last_payment_error,message}' end
  where p.id = v_intent.id
  returning * into v_after;
  if v_after.status = 'authorized' and v_intent.status <> 'authorized' then
    perform app_private.receive_authorization(v_after, v_object, apply_payment_intent.event);
  elsif v_after.status = 'canceled' and v_intent.status = 'authorized' then
    perform app_private.lose_authorization(v_intent);
  end if;
  return 'applied';
end
$$;

comment on function app_private.apply_payment_intent(jsonb, jsonb) is
  'What Stripe says of a payment intent: applied, ignored when it is not ours, parked when it is '
  'not known, refused when its amount, currency or identity is not what was asked for.';
