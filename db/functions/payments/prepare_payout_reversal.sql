create or replace function app_private.prepare_payout_reversal(payout_reversal_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'transfer', p.stripe_transfer_id,
    'amount', r.amount_cents,
    'idempotency_key', 'payout_reversal:' || r.id,
    'may_be_forgotten', r.created_at < now() - interval '23 hours',
    'metadata', jsonb_build_object(
      'lml_payout_reversal_id', r.id, 'lml_organization_id', r.organization_id
    )
  )
  from app_public.payout_reversals as r
  join app_public.payouts as p on p.organization_id = r.organization_id and p.id = r.payout_id
  where r.id = prepare_payout_reversal.payout_reversal_id and r.status = 'requested'
$$;

comment on function app_private.prepare_payout_reversal(uuid) is
  'What to ask Stripe to take back; null when there is nothing left to ask.';
grant execute on function app_private.prepare_payout_reversal(uuid) to lml_worker;
