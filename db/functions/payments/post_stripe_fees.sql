-- Only for payments of which everything else agrees: a fee on top of a difference would hide it.
create or replace function app_private.post_stripe_fees(batch_limit integer)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_charge app_private.stripe_balance_transactions;
  v_count integer := 0;
begin
  perform app_private.identify_stripe_movements();
  perform app_private.link_stripe_movements();
  for v_charge in
    select k.*
    from app_private.stripe_balance_transactions as k
    join app_public.payment_intents as p
      on p.organization_id = k.organization_id and p.id = k.payment_intent_id
    join app_public.payment_transactions as m
      on m.organization_id = k.organization_id
      and m.stripe_balance_transaction_id = k.id
      and m.transaction_type = 'payment'
      and m.payment_intent_id = p.id
    where not k.is_matched and k.type in ('charge', 'payment') and k.fee_cents > 0
      and p.status = 'succeeded' and p.received_cents = k.amount_cents
      and m.net_amount_cents = k.amount_cents
      and p.currency = k.currency and m.currency = k.currency
      and not exists (
        select from app_public.payment_transactions as f
        where f.organization_id = k.organization_id
          and f.stripe_balance_transaction_id = k.id
          and f.transaction_type = 'fee'
      )
    order by k.id
    limit post_stripe_fees.batch_limit
  loop
    perform app_private.post_stripe_fee(
      v_charge.payment_intent_id, v_charge.fee_cents, v_charge.net_cents, v_charge.id,
      least(v_charge.occurred_at, now())
    );
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function app_private.post_stripe_fees(integer) is
  'Posts what Stripe has charged for payments that agree with the books; returns for how many.';
grant execute on function app_private.post_stripe_fees(integer) to lml_worker;
