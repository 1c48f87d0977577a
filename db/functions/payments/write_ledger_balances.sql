create or replace function app_private.write_ledger_balances(period app_public.accounting_periods)
returns void
language sql volatile security definer set search_path = ''
as $$
  insert into app_public.ledger_balances (
    organization_id, account_id, period, opening_cents, debit_cents, credit_cents, closing_cents
  )
  select a.organization_id, a.id, (write_ledger_balances.period).period, o.opening, m.debit,
    m.credit, o.opening + m.debit - m.credit
  from app_public.ledger_accounts as a
  cross join lateral (
    select coalesce((
      select b.closing_cents
      from app_public.ledger_balances as b
      where b.organization_id = a.organization_id and b.account_id = a.id
      order by b.period desc
      limit 1
    ), 0) as opening
  ) as o
  left join (
    select e.account_id,
      coalesce(sum(e.amount_cents) filter (where e.amount_cents > 0), 0) as debit,
      coalesce(-sum(e.amount_cents) filter (where e.amount_cents < 0), 0) as credit
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    where t.organization_id = (write_ledger_balances.period).organization_id
      and t.accounting_period = (write_ledger_balances.period).period
    group by e.account_id
  ) as s on s.account_id = a.id
  cross join lateral (
    select coalesce(s.debit, 0) as debit, coalesce(s.credit, 0) as credit
  ) as m
  where a.organization_id = (write_ledger_balances.period).organization_id
$$;

comment on function app_private.write_ledger_balances(app_public.accounting_periods) is
  'Writes down what each account has at the end of a month that is being closed.';
