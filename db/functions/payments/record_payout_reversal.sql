create or replace function app_private.record_payout_reversal(
  payout_reversal_id uuid, stripe_reversal_id text, stripe_balance_transaction_id text,
  failure_reason text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
  v_reversal app_public.payout_reversals;
begin
  select p.* into strict v_payout
  from app_public.payout_reversals as r
  join app_public.payouts as p on p.organization_id = r.organization_id and p.id = r.payout_id
  where r.id = record_payout_reversal.payout_reversal_id
  for no key update of p;
  update app_public.payout_reversals as r
  set status = case when record_payout_reversal.stripe_reversal_id is null then 'failed'
      else 'succeeded' end::app_public.payout_reversal_status,
    stripe_reversal_id = record_payout_reversal.stripe_reversal_id,
    failure_reason = left(record_payout_reversal.failure_reason, 2000),
    ended_at = now()
  where r.id = record_payout_reversal.payout_reversal_id and r.status = 'requested'
  returning * into v_reversal;
  if not found then
    return;
  end if;
  if v_reversal.status = 'failed' then
    update app_public.payouts as p
    set reversed_cents = p.reversed_cents - v_reversal.amount_cents
    where p.id = v_payout.id;
    perform app_private.raise_payment_finding(
      'payout_reversal_failed', v_reversal.id::text, v_payout.organization_id, null,
      jsonb_build_object(
        'payout_id', v_payout.id, 'amount', v_reversal.amount_cents,
        'reason', v_reversal.failure_reason
      )
    );
    return;
  end if;
  perform app_private.post_to_ledger(
    v_payout.organization_id, null, v_payout.currency,
    concat_ws(
      ':', 'payout_reversal', v_reversal.id, record_payout_reversal.stripe_balance_transaction_id
    ),
    'Payout taken back',
    array[
      'stripe_balance',
      case when v_payout.promoter_id is null then 'organizer_payable' else 'promoter_payable' end
    ]::app_public.ledger_account_kind[],
    array[v_reversal.amount_cents, -v_reversal.amount_cents]
  );
end
$$;

comment on function app_private.record_payout_reversal(uuid, text, text, text) is
  'Remembers what Stripe says of a reversal, without an id that it was refused; repeating it is '
  'harmless.';
grant execute on function app_private.record_payout_reversal(uuid, text, text, text) to lml_worker;
