-- The booking is locked first, as everywhere.
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
  perform from app_public.bookings as b
  where b.organization_id = v_intent.organization_id and b.id = v_intent.booking_id
  for no key update;
  select * into strict v_intent
  from app_public.payment_intents as p where p.id = v_intent.id
  for no key update;
  return v_intent;
end
$$;

comment on function app_private.lock_payment_of(jsonb) is
  'The payment intent that a Stripe object is about, locked with its booking; null: not ours.';
