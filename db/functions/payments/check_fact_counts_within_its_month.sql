create or replace function app_private.check_fact_counts_within_its_month()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'fact_counts_within_its_month', t.organization_id, t.id,
    format('%s is not in %s', t.effective_at, to_char(t.accounting_period, 'YYYY-MM'))
  from app_public.ledger_transactions as t
  join app_public.accounting_periods as p
    on p.organization_id = t.organization_id and p.period = t.accounting_period
  where t.effective_at < p.starts_at or t.effective_at >= p.ends_at
$$;

comment on function app_private.check_fact_counts_within_its_month() is
  'A ledger transaction that counts in a month in which it did not happen.';
