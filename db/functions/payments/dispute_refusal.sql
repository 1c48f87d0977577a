create or replace function app_private.dispute_refusal(
  object jsonb, intent app_public.payment_intents
)
returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_object jsonb := dispute_refusal.object;
  v_intent app_public.payment_intents := dispute_refusal.intent;
  v_stripe_id text := coalesce(
    v_object #>> '{payment_intent,id}', v_object ->> 'payment_intent'
  );
begin
  if v_stripe_id <> v_intent.stripe_payment_intent_id
    or coalesce(v_object #>> '{charge,id}', v_object ->> 'charge') <> v_intent.stripe_charge_id
    or coalesce(v_object ->> 'id', '') !~ '^[A-Za-z0-9_]{1,250}$'
    or exists (
      select from app_public.disputes as d
      where d.organization_id = v_intent.organization_id
        and d.stripe_dispute_id = v_object ->> 'id' and d.payment_intent_id <> v_intent.id
    )
  then
    return 'refused: event_identity_differs';
  end if;
  if coalesce(v_object ->> 'amount', '') !~ '^[1-9][0-9]{0,14}$' then
    return 'refused: event_amount_differs';
  end if;
  if upper(v_object ->> 'currency') is distinct from v_intent.currency
    or exists (
      select from app_private.dispute_movements(v_object) as m
      where upper(m.currency) is distinct from v_intent.currency
    )
  then
    return 'refused: event_currency_differs';
  end if;
  if not coalesce(v_object ->> 'status', '') = any (
    enum_range(null::app_public.dispute_status)::text[]
  ) then
    return 'refused: dispute_status_unknown';
  end if;
  return null;
end
$$;

comment on function app_private.dispute_refusal(jsonb, app_public.payment_intents) is
  'Why news of a dispute contradict its payment; null: they do not.';
