create or replace function app_private.check_money_that_moved_is_in_the_books()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'money_that_moved_is_in_the_books', m.organization_id, m.id,
    format('nothing on stripe_balance for %s', m.net_amount_cents)
  from app_public.payment_transactions as m
  where not exists (
    select from app_public.ledger_entries as e
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
      and a.kind = 'stripe_balance'
    where e.organization_id = m.organization_id and e.transaction_id = m.ledger_transaction_id
  )
$$;

comment on function app_private.check_money_that_moved_is_in_the_books() is
  'A row of payment_transactions without its entry on Stripe''s account.';
