-- What an account closes with is summed on its own, and not from the lines above it, so that
-- whoever adds them up has checked something.
create or replace function app_private.statement_lines(
  organization_id uuid, from_at timestamptz, to_at timestamptz
)
returns setof app_public.statement_line
language sql stable security definer set search_path = ''
as $$
  with moved as (
    select e.account_id, t.category, count(*)::integer as facts, sum(e.amount_cents) as amount
    from app_public.accounting_periods as p
    join app_public.ledger_transactions as t
      on t.organization_id = p.organization_id and t.accounting_period = p.period
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    where p.organization_id = statement_lines.organization_id
      and p.starts_at < statement_lines.to_at
      and p.ends_at > statement_lines.from_at
      and t.effective_at >= statement_lines.from_at
      and t.effective_at < statement_lines.to_at
    group by e.account_id, t.category
  ),
  opening as (
    select b.* from app_private.ledger_balances_at(
      statement_lines.organization_id, statement_lines.from_at
    ) as b
  ),
  closing as (
    select b.* from app_private.ledger_balances_at(
      statement_lines.organization_id, statement_lines.to_at
    ) as b
  ),
  lines as (
    select o.account_id, 1 as position, 'opening' as line, null as category,
      null::integer as facts, o.balance_cents as amount
    from opening as o
    union all
    select m.account_id, 2, 'movement', m.category, m.facts, m.amount from moved as m
    union all
    select c.account_id, 3, 'closing', null, null, c.balance_cents from closing as c
  )
  select a.currency, a.kind, l.line, l.category, l.facts,
    (case k.normal_side when 'debit' then l.amount else -l.amount end)::bigint
  from lines as l
  join app_public.ledger_accounts as a
    on a.organization_id = statement_lines.organization_id and a.id = l.account_id
  join app_public.ledger_account_rules as k on k.kind = a.kind
  -- An account on which nothing is and nothing was has no lines.
  where exists (
    select from lines as other where other.account_id = l.account_id and other.amount <> 0
  )
  order by a.currency, a.kind, l.position, l.category
$$;

comment on function app_private.statement_lines(uuid, timestamptz, timestamptz) is
  'Opening, movements by category, and closing of each account, from a moment to another.';
