-- A payout charges its payee with what Stripe has kept for a dispute. When that is returned, or is
-- charged because the dispute was lost, the next payout evens it out; until then it stands on the
-- other side.
update app_public.ledger_account_rules
set may_be_negative = true,
  description = 'What Stripe has really charged; below zero until the next payout when a payout '
    'has charged what came back.'
where kind = 'stripe_fees';
