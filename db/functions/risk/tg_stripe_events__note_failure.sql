-- An event of the inbox is applied once, and so a declined payment is counted once.
create or replace function app_hidden.tg_stripe_events__note_failure()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_intent_id text := new.payload #>> '{data,object,metadata,lml_payment_intent_id}';
begin
  insert into app_private.payment_failure_signals (
    stripe_event_id, organization_id, booking_id, buyer_key, email, ip_address, device
  )
  select
    new.id, b.organization_id, b.id, coalesce(uuid_send(b.user_id), b.cart_token_hash),
    lower(b.customer_email::text), s.ip_address, s.device
  from app_public.payment_intents as p
  join app_public.bookings as b on b.organization_id = p.organization_id and b.id = p.booking_id
  left join lateral app_private.checkout_signal_of(b) as s on true
  where p.id = v_intent_id::uuid;
  return null;
end
$$;

comment on function app_hidden.tg_stripe_events__note_failure() is
  'Writes payment_failure_signals.';

create or replace trigger _500_note_failure
  after update of outcome on app_private.stripe_events
  for each row
  when (
    old.applied_at is null and new.outcome = 'applied'
    and new.type = 'payment_intent.payment_failed'
  )
  execute function app_hidden.tg_stripe_events__note_failure();
