-- By our own id in the metadata, because the event may be here before Stripe's answer to us. The
-- booking is locked first, as everywhere.
create or replace function app_private.lock_payment_of(object jsonb)
returns app_public.payment_intents
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_text text := lock_payment_of.object #>> '{metadata,lml_payment_intent_id}';
  v_id uuid;
  v_intent app_public.payment_intents;
begin
  if not pg_input_is_valid(coalesce(v_text, ''), 'uuid') then
    return null;
  end if;
  select p.id into v_id
  from app_public.payment_intents as p
  join app_public.bookings as b
    on b.organization_id = p.organization_id and b.id = p.booking_id
  where p.id = v_text::uuid
  for no key update of b;
  select * into v_intent
  from app_public.payment_intents as p where p.id = v_id
  for no key update;
  return v_intent;
end
$$;

comment on function app_private.lock_payment_of(jsonb) is
  'The payment intent that a Stripe object is about, locked with its booking; null: not ours.';
