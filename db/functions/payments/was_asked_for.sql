-- Compared as text, since a cast would fail, and be tried again, on what is no amount.
create or replace function app_private.was_asked_for(
  intent app_public.payment_intents, amount text
)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select coalesce(
    was_asked_for.amount = (was_asked_for.intent).amount_cents::text
      or exists (
        select from app_private.payment_intent_changes as c
        where c.payment_intent_id = (was_asked_for.intent).id
          and was_asked_for.amount in (c.amount_before_cents::text, c.amount_cents::text)
      ),
    false
  )
$$;

comment on function app_private.was_asked_for(app_public.payment_intents, text) is
  'Whether an amount is, or was, the one of an intent: news of it may be older than its price.';
