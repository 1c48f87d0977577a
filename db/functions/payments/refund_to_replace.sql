create or replace function app_private.refund_to_replace(
  intent app_public.payment_intents, amount_cents bigint
)
returns app_public.refunds
language sql stable security definer set search_path = ''
as $$
  select r
  from app_public.refunds as r
  where r.organization_id = (refund_to_replace.intent).organization_id
    and r.payment_intent_id = (refund_to_replace.intent).id
    and r.status in ('failed', 'canceled')
    and app_private.is_refund_open(r)
  order by r.amount_cents = refund_to_replace.amount_cents desc,
    r.amount_cents > refund_to_replace.amount_cents desc, r.id
  limit 1
$$;

comment on function app_private.refund_to_replace(app_public.payment_intents, bigint) is
  'The refund of a payment that has failed, and that another one of an amount may stand for.';
