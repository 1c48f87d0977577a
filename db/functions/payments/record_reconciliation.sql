create or replace function app_private.record_reconciliation(
  payment_transaction_id uuid, matches boolean, stripe_balance_transaction_id text default null
)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_public.payment_transactions as t
  set reconciliation_status = case
      when record_reconciliation.matches then 'matched' else 'mismatched'
    end::app_public.reconciliation_status,
    reconciled_at = now(),
    stripe_balance_transaction_id = coalesce(
      t.stripe_balance_transaction_id, record_reconciliation.stripe_balance_transaction_id
    )
  where t.id = record_reconciliation.payment_transaction_id
$$;

comment on function app_private.record_reconciliation(uuid, boolean, text) is
  'Remembers whether Stripe says the same of a movement as the books.';
grant execute on function app_private.record_reconciliation(uuid, boolean, text) to lml_worker;
