create or replace function app_private.check_balance_of_a_closed_month_is_its_entries()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'balance_of_a_closed_month_is_its_entries', p.organization_id, a.id,
    format('%s of %s: the entries say %s, what was written down %s', a.kind,
      to_char(p.period, 'YYYY-MM'), e.balance, coalesce(b.closing_cents::text, 'nothing'))
  from app_public.accounting_periods as p
  join app_public.ledger_accounts as a on a.organization_id = p.organization_id
  cross join lateral (
    select coalesce(sum(e.amount_cents), 0) as balance
    from app_public.ledger_entries as e
    join app_public.ledger_transactions as t
      on t.organization_id = e.organization_id and t.id = e.transaction_id
    where e.organization_id = a.organization_id
      and e.account_id = a.id
      and t.accounting_period <= p.period
  ) as e
  left join app_public.ledger_balances as b
    on b.organization_id = a.organization_id and b.account_id = a.id and b.period = p.period
  where p.status = 'closed' and e.balance <> coalesce(b.closing_cents, 0)
$$;

comment on function app_private.check_balance_of_a_closed_month_is_its_entries() is
  'A balance of a closed month that is not the sum of its entries.';
