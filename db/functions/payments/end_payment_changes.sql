create or replace function app_private.end_payment_changes(
  payment_intent_id uuid, change_no integer
)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_private.payment_intent_changes as c
  set ended_at = now()
  where c.payment_intent_id = end_payment_changes.payment_intent_id
    and c.change_no <= end_payment_changes.change_no and c.ended_at is null
$$;

comment on function app_private.end_payment_changes(uuid, integer) is
  'Nothing is left to tell Stripe of the changes of an intent up to this one.';
