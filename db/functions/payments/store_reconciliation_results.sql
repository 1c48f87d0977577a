create or replace function app_private.store_reconciliation_results(run_id uuid)
returns void
language sql volatile security definer set search_path = ''
as $$
  insert into app_public.reconciliation_results (
    run_id, organization_id, currency, stripe_count, stripe_gross_cents, stripe_fee_cents,
    stripe_net_cents, book_count, book_net_cents, matched_count, finding_count
  )
  select
    store_reconciliation_results.run_id, s.organization_id, s.currency,
    sum(s.stripe_count), sum(s.gross), sum(s.fee), sum(s.net), sum(s.book_count),
    sum(s.book_net), sum(s.matched_count), sum(s.finding_count)
  from (
    select k.organization_id, k.currency, count(*) as stripe_count,
      sum(k.amount_cents) as gross, sum(k.fee_cents) as fee, sum(k.net_cents) as net,
      0 as book_count, 0 as book_net, 0 as matched_count, 0 as finding_count
    from app_private.stripe_balance_transactions as k
    group by k.organization_id, k.currency
    union all
    select m.organization_id, m.currency, 0, 0, 0, 0, count(*), sum(m.net_amount_cents),
      count(*) filter (where m.reconciliation_status = 'matched'), 0
    from app_public.payment_transactions as m
    group by m.organization_id, m.currency
    union all
    select f.organization_id, f.detail ->> 'currency', 0, 0, 0, 0, 0, 0, 0, count(*)
    from app_public.payment_findings as f
    where f.kind like 'reconciliation\_%' and f.resolved_at is null and f.gone_at is null
    group by f.organization_id, f.detail ->> 'currency'
  ) as s
  group by s.organization_id, s.currency
$$;

comment on function app_private.store_reconciliation_results(uuid) is
  'Writes down what a comparison found, by organization and currency.';
