create or replace function app_private.store_stripe_balances(
  run_id uuid, balances jsonb, is_certain boolean
)
returns void
language sql volatile security definer set search_path = ''
as $$
  insert into app_public.reconciliation_balances (
    run_id, currency, stripe_cents, listed_cents, book_cents, bank_cents, is_certain
  )
  select store_stripe_balances.run_id, s.currency, sum(s.stripe), sum(s.listed), sum(s.book),
    sum(s.bank), store_stripe_balances.is_certain
  from (
    select upper(b.key) as currency, b.value::bigint as stripe, 0 as listed, 0 as book,
      0 as bank
    from jsonb_each_text(store_stripe_balances.balances) as b
    union all
    select k.currency, 0, k.net_cents, 0,
      case when k.type ~ '^payout' then -k.amount_cents else 0 end
    from app_private.stripe_balance_transactions as k
    union all
    select a.currency, 0, 0, e.amount_cents, 0
    from app_public.ledger_entries as e
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
    where a.kind = 'stripe_balance'
  ) as s
  group by s.currency
$$;

comment on function app_private.store_stripe_balances(uuid, jsonb, boolean) is
  'Writes down the balance at Stripe beside what explains it, by currency.';
