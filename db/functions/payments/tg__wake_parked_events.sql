-- When what an event waited for gets its id at Stripe, or its money, of which
-- a dispute may tell first.
create or replace function app_hidden.tg__wake_parked_events()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform app_private.wake_parked_events(
    case tg_table_name
      when 'refunds' then to_jsonb(new) ->> 'stripe_refund_id'
      when 'stripe_accounts' then to_jsonb(new) ->> 'stripe_account_id'
      else to_jsonb(new) ->> 'stripe_payment_intent_id'
    end
  );
  return null;
end
$$;

comment on function app_hidden.tg__wake_parked_events() is 'Adds jobs for parked events.';

create or replace trigger _900_wake_parked_events
  after update of stripe_payment_intent_id on app_public.payment_intents
  for each row
  when (old.stripe_payment_intent_id is distinct from new.stripe_payment_intent_id)
  execute function app_hidden.tg__wake_parked_events();
create or replace trigger _900_wake_parked_events
  after update of stripe_refund_id on app_public.refunds
  for each row
  when (old.stripe_refund_id is distinct from new.stripe_refund_id)
  execute function app_hidden.tg__wake_parked_events();
create or replace trigger _900_wake_parked_disputes
  after update of status on app_public.payment_intents
  for each row
  when (
    new.status = 'succeeded' and old.status <> 'succeeded'
    and new.stripe_payment_intent_id is not null
  )
  execute function app_hidden.tg__wake_parked_events();
create or replace trigger _900_wake_parked_events
  after update of stripe_account_id on app_public.stripe_accounts
  for each row
  when (old.stripe_account_id is distinct from new.stripe_account_id)
  execute function app_hidden.tg__wake_parked_events();
