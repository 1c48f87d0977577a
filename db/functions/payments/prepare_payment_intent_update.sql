-- One change at a time: a request whose outcome is not known is made again before a later one,
-- since it could overtake that on its way. Changes that nobody has begun to tell are skipped for
-- the newest.
create or replace function app_private.prepare_payment_intent_update(payment_intent_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'organization_id', p.organization_id,
    'stripe_payment_intent_id', p.stripe_payment_intent_id,
    'change_no', c.change_no,
    'amount', c.amount_cents,
    'idempotency_key', format('update:%s:%s', p.id, c.change_no)
  )
  from app_public.payment_intents as p
  join app_private.payment_intent_changes as c
    on c.organization_id = p.organization_id and c.payment_intent_id = p.id
  left join app_private.stripe_calls as s
    on s.organization_id = c.organization_id
    and s.idempotency_key = format('update:%s:%s', c.payment_intent_id, c.change_no)
  where p.id = prepare_payment_intent_update.payment_intent_id
    and p.status in ('pending', 'processing', 'requires_action')
    and p.stripe_payment_intent_id is not null
    and c.ended_at is null
  order by (s.id is not null) desc, c.change_no desc
  limit 1
$$;

comment on function app_private.prepare_payment_intent_update(uuid) is
  'Which amount to tell Stripe; null when there is nothing left to tell.';
grant execute on function app_private.prepare_payment_intent_update(uuid) to lml_worker;
