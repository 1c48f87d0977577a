-- From the end of the last closed month, so that only what came since is summed.
create or replace function app_private.ledger_balances_at(
  organization_id uuid, at timestamptz default 'infinity'
)
returns table (
  account_id uuid, kind app_public.ledger_account_kind, currency text, balance_cents bigint
)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  v_closed date;
begin
  select max(p.period) into v_closed
  from app_public.accounting_periods as p
  where p.organization_id = ledger_balances_at.organization_id
    and p.status = 'closed' and p.ends_at <= ledger_balances_at.at;
  return query
  select a.id, a.kind, a.currency, (coalesce(b.closing_cents, 0) + coalesce(m.moved, 0))::bigint
  from app_public.ledger_accounts as a
  left join app_public.ledger_balances as b
    on b.organization_id = a.organization_id and b.account_id = a.id and b.period = v_closed
  left join (
    select e.account_id, sum(e.amount_cents) as moved
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    where t.organization_id = ledger_balances_at.organization_id
      and t.accounting_period > coalesce(v_closed, '-infinity')
      and t.effective_at < ledger_balances_at.at
    group by e.account_id
  ) as m on m.account_id = a.id
  where a.organization_id = ledger_balances_at.organization_id;
end
$$;

comment on function app_private.ledger_balances_at(uuid, timestamptz) is
  'The balance of every account of an organization before a moment; debit is positive.';
