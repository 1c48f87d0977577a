-- Events come in any order and any number: each moves the payment forward or changes nothing.
create or replace function app_private.apply_payment_intent(object jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents := app_private.lock_payment_of(apply_payment_intent.object);
  v_status text := apply_payment_intent.object ->> 'status';
begin
  if v_intent.id is null then
    return 'ignored';
  end if;
  -- Compared as text, since a cast would fail, and be tried again, on what is no amount at all.
  if apply_payment_intent.object ->> 'amount' is distinct from v_intent.amount_cents::text
    or upper(apply_payment_intent.object ->> 'currency') is distinct from v_intent.currency
    or (
      v_intent.stripe_payment_intent_id is not null
      and apply_payment_intent.object ->> 'id' <> v_intent.stripe_payment_intent_id
    )
  then
    return 'refused';
  end if;
  if v_intent.status = 'succeeded' then
    return 'applied';
  end if;

  if v_status = 'succeeded' then
    perform app_private.receive_payment(v_intent, apply_payment_intent.object ->> 'id');
  else
    update app_public.payment_intents as p
    set stripe_payment_intent_id = apply_payment_intent.object ->> 'id',
      stripe_status = v_status,
      status = case
        when p.status = 'canceled' or v_status = 'canceled' then 'canceled'
        when v_status = 'processing' then 'processing'
        when v_status = 'requires_action' then 'requires_action'
        else 'pending'
      end::app_public.payment_status,
      canceled_at = case when v_status = 'canceled' then coalesce(p.canceled_at, now())
        else p.canceled_at end,
      failure_code = coalesce(
        apply_payment_intent.object #>> '{last_payment_error,decline_code}',
        apply_payment_intent.object #>> '{last_payment_error,code}',
        p.failure_code
      ),
      failure_message = coalesce(
        apply_payment_intent.object #>> '{last_payment_error,message}', p.failure_message
      )
    where p.id = v_intent.id;
  end if;
  return 'applied';
end
$$;

comment on function app_private.apply_payment_intent(jsonb) is
  'What Stripe says of a payment intent: applied, ignored when it is not ours, refused when its '
  'amount, currency or identity is not what was asked for.';
