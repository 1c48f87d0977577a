create or replace function app_private.has_untold_change(payment_intent_id uuid)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from app_private.payment_intent_changes as c
    where c.payment_intent_id = has_untold_change.payment_intent_id and c.ended_at is null
  )
$$;

comment on function app_private.has_untold_change(uuid) is
  'Whether Stripe may still know another amount of an intent.';
