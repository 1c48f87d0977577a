-- What Stripe says of a charge later is truer, but a charge that has ended stays so, in whichever
-- order the news come.
create or replace function app_private.record_charge(
  intent app_public.payment_intents, object jsonb
)
returns void
language sql volatile security definer set search_path = ''
as $$
  insert into app_public.payment_charges as c (
    organization_id, payment_intent_id, stripe_charge_id, status, card_brand, card_last4,
    risk_level, risk_score, network_answer, outcome_reason, charged_at
  )
  select
    (record_charge.intent).organization_id, (record_charge.intent).id, o ->> 'id',
    (o ->> 'status')::app_public.charge_status,
    left(o #>> '{payment_method_details,card,brand}', 50),
    substring(o #>> '{payment_method_details,card,last4}' from '^[0-9]{4}$'),
    left(o #>> '{outcome,risk_level}', 50),
    substring(o #>> '{outcome,risk_score}' from '^([0-9]{1,2}|100)$')::smallint,
    left(o #>> '{outcome,network_status}', 100), left(o #>> '{outcome,reason}', 200),
    to_timestamp(coalesce(substring(o ->> 'created' from '^[0-9]{1,10}$'), '0')::double precision)
  from (select record_charge.object as o) as told
  where o ->> 'status' in ('pending', 'succeeded', 'failed')
  on conflict on constraint payment_charges_stripe_charge_is_known_once do update
  set status = case when c.status = 'pending' then excluded.status else c.status end,
    risk_level = coalesce(excluded.risk_level, c.risk_level),
    risk_score = coalesce(excluded.risk_score, c.risk_score)
$$;

comment on function app_private.record_charge(app_public.payment_intents, jsonb) is
  'Writes down that a card was charged for a payment, also in vain.';
