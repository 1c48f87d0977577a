create or replace function app_private.check_money_that_moved_has_its_row()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'money_that_moved_has_its_row', e.organization_id, e.transaction_id,
    format('the books moved %s, payment_transactions %s', e.amount_cents,
      coalesce(m.net_amount_cents::text, 'nothing'))
  from app_public.ledger_entries as e
  join app_public.ledger_accounts as a
    on a.organization_id = e.organization_id and a.id = e.account_id
    and a.kind = 'stripe_balance'
  join app_public.ledger_transactions as t
    on t.organization_id = e.organization_id and t.id = e.transaction_id
  left join app_public.payment_transactions as m
    on m.organization_id = e.organization_id and m.ledger_transaction_id = e.transaction_id
  where (m.net_amount_cents, m.currency, m.accounting_period)
    is distinct from (e.amount_cents, a.currency, t.accounting_period)
$$;

comment on function app_private.check_money_that_moved_has_its_row() is
  'An entry on Stripe''s account without its row in payment_transactions.';
