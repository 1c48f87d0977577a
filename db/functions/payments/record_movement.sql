-- The source names the fact: payment:ID, refund:ID, stripe_fee:PAYMENT:ID-AT-STRIPE,
-- dispute:ID:ID-AT-STRIPE. What the same
-- posting puts on stripe_fees is the fee, so that gross, fee and net are said once.
create or replace function app_private.record_movement(
  fact app_public.ledger_transactions, currency text, kinds app_public.ledger_account_kind[],
  amounts bigint[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_text text := split_part((record_movement.fact).source, ':', 2);
  v_id uuid := case when pg_input_is_valid(v_text, 'uuid') then v_text::uuid end;
  v_type app_public.payment_transaction_type := app_hidden.movement_type(
    (record_movement.fact).category
  );
  v_category text := (record_movement.fact).category;
  v_net_cents bigint;
  v_fee_cents bigint;
  v_payment_intent_id uuid;
  v_refund_id uuid;
begin
  select sum(l.amount) filter (where l.kind = 'stripe_balance'),
    coalesce(sum(l.amount) filter (where l.kind = 'stripe_fees'), 0)
  into v_net_cents, v_fee_cents
  from unnest(record_movement.kinds, record_movement.amounts) as l (kind, amount);
  if v_net_cents = 0 then
    return;
  end if;
  if v_type in ('payment', 'fee') then
    select p.id, case v_type when 'payment' then 'booking_payment' else v_category end
    into v_payment_intent_id, v_category
    from app_public.payment_intents as p
    where p.organization_id = (record_movement.fact).organization_id and p.id = v_id;
  elsif v_type = 'refund' then
    select r.payment_intent_id, r.id, r.reason || '_refund'
    into v_payment_intent_id, v_refund_id, v_category
    from app_public.refunds as r
    where r.organization_id = (record_movement.fact).organization_id and r.id = v_id;
  elsif v_type = 'dispute' then
    select d.payment_intent_id into v_payment_intent_id
    from app_public.disputes as d
    where d.organization_id = (record_movement.fact).organization_id and d.id = v_id;
  end if;
  insert into app_public.payment_transactions (
    organization_id, ledger_transaction_id, accounting_period, transaction_type,
    transaction_category, booking_id, payment_intent_id, refund_id, gross_amount_cents,
    fee_amount_cents, net_amount_cents, currency, description, stripe_balance_transaction_id,
    processed_at
  )
  values (
    (record_movement.fact).organization_id, (record_movement.fact).id,
    (record_movement.fact).accounting_period, v_type,
    coalesce(v_category, (record_movement.fact).category), (record_movement.fact).booking_id,
    v_payment_intent_id, v_refund_id, v_net_cents + v_fee_cents, v_fee_cents, v_net_cents,
    record_movement.currency, (record_movement.fact).description,
    nullif(split_part((record_movement.fact).source, ':', 3), ''),
    (record_movement.fact).occurred_at
  );
end
$$;

comment on function app_private.record_movement(
  app_public.ledger_transactions, text, app_public.ledger_account_kind[], bigint[]
) is 'Writes the row of payment_transactions for a posting that moves money at Stripe.';
