-- By our own id in the metadata, because the event may be here before Stripe's answer to us; else
-- by Stripe's id of the payment intent.
create or replace function app_private.payment_of_stripe_object(object jsonb)
returns app_public.payment_intents
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_text text := payment_of_stripe_object.object #>> '{metadata,lml_payment_intent_id}';
  v_stripe_id text := case payment_of_stripe_object.object ->> 'object'
    when 'payment_intent' then payment_of_stripe_object.object ->> 'id'
    else coalesce(
      payment_of_stripe_object.object #>> '{payment_intent,id}',
      payment_of_stripe_object.object ->> 'payment_intent'
    )
  end;
  v_intent app_public.payment_intents;
begin
  if pg_input_is_valid(coalesce(v_text, ''), 'uuid') then
    select * into v_intent from app_public.payment_intents as p where p.id = v_text::uuid;
    if found then
      return v_intent;
    end if;
  end if;
  select * into v_intent
  from app_public.payment_intents as p where p.stripe_payment_intent_id = v_stripe_id;
  return v_intent;
end
$$;

comment on function app_private.payment_of_stripe_object(jsonb) is
  'The payment intent that a Stripe object is about; null: none that is known.';
