-- A correction belongs to what it corrects, so that both together are compared with Stripe.
create or replace view app_private.book_movements with (security_invoker) as
select
  m.id, m.organization_id, m.ledger_transaction_id, m.accounting_period, m.transaction_type,
  m.booking_id, m.payment_intent_id, m.refund_id, m.gross_amount_cents, m.fee_amount_cents,
  m.net_amount_cents, m.currency, m.reconciliation_status, m.processed_at, m.created_at,
  coalesce(c.id, m.id) as root_id,
  coalesce(c.stripe_balance_transaction_id, m.stripe_balance_transaction_id) as stripe_id,
  coalesce(e.amount_cents, 0) as ledger_cents,
  (sum(m.net_amount_cents) over (partition by coalesce(c.id, m.id)))::bigint
    as corrected_net_cents
from app_public.payment_transactions as m
join app_public.ledger_transactions as t
  on t.organization_id = m.organization_id and t.id = m.ledger_transaction_id
left join app_public.payment_transactions as c
  on c.organization_id = t.organization_id and c.ledger_transaction_id = t.corrects_id
left join (
  select e.organization_id, e.transaction_id, sum(e.amount_cents)::bigint as amount_cents
  from app_public.ledger_entries as e
  join app_public.ledger_accounts as a
    on a.organization_id = e.organization_id and a.id = e.account_id
  where a.kind = 'stripe_balance'
  group by e.organization_id, e.transaction_id
) as e on e.organization_id = m.organization_id and e.transaction_id = m.ledger_transaction_id;

comment on view app_private.book_movements is
  'Movements of money as the books tell them: the row, its posting, and what Stripe calls it.';
