create or replace function app_private.lock_payment_of(object jsonb)
returns app_public.payment_intents
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents := app_private.payment_of_stripe_object(
    lock_payment_of.object
  );
begin
  if v_intent.id is null then
    return null;
  end if;
  return app_private.lock_payment(v_intent.id);
end
$$;

comment on function app_private.lock_payment_of(jsonb) is
  'The payment intent that a Stripe object is about, locked with its booking; null: not ours.';
