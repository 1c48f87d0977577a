-- The booking is locked first, as everywhere.
create or replace function app_private.lock_payment(payment_intent_id uuid)
returns app_public.payment_intents
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents;
begin
  perform from app_public.bookings as b
  where b.id = (
    select p.booking_id from app_public.payment_intents as p
    where p.id = lock_payment.payment_intent_id
  )
  for no key update;
  select * into strict v_intent
  from app_public.payment_intents as p where p.id = lock_payment.payment_intent_id
  for no key update;
  return v_intent;
end
$$;

comment on function app_private.lock_payment(uuid) is
  'A payment intent, locked with its booking.';
