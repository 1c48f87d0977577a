-- From Stripe's answer and from its events alike.
create or replace function app_private.record_transfer(
  payout_id uuid, stripe_transfer_id text, stripe_balance_transaction_id text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
begin
  select * into strict v_payout
  from app_public.payouts as p where p.id = record_transfer.payout_id
  for no key update;
  if v_payout.status = 'paid' and v_payout.stripe_transfer_id = record_transfer.stripe_transfer_id
  then
    return;
  end if;
  if v_payout.status <> 'in_transit' then
    -- Nobody has asked for it: people have to take it back, or to say what it was for.
    perform app_private.raise_payment_finding(
      'transfer_not_asked_for', record_transfer.stripe_transfer_id, v_payout.organization_id, null,
      jsonb_build_object('payout_id', v_payout.id, 'status', v_payout.status)
    );
    return;
  end if;
  update app_public.payouts as p
  set status = 'paid', completed_at = now(),
    stripe_transfer_id = record_transfer.stripe_transfer_id,
    failure_code = null, failure_reason = null
  where p.id = v_payout.id;
  perform app_private.mail_payout(v_payout, 'payouts.manage', 'payout_paid');
  perform app_private.post_to_ledger(
    v_payout.organization_id, null, v_payout.currency,
    concat_ws(
      ':', 'payout_transfer', v_payout.id, record_transfer.stripe_balance_transaction_id
    ),
    'Payout transferred',
    array['payouts_in_transit', 'stripe_balance']::app_public.ledger_account_kind[],
    array[v_payout.net_payout_cents, -v_payout.net_payout_cents]
  );
end
$$;

comment on function app_private.record_transfer(uuid, text, text) is
  'Remembers that a payout was transferred; repeating it is harmless.';
grant execute on function app_private.record_transfer(uuid, text, text) to lml_worker;
