-- Each difference is one finding while it is open. One that somebody has closed is not opened again
-- unless it has changed, and one that is not found any more says so.
create or replace function app_private.raise_differences(
  run_id uuid, differences app_private.stripe_difference[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
begin
  insert into app_public.payment_findings as f (
    kind, subject, organization_id, booking_id, payment_transaction_id, accounting_period, detail,
    reconciliation_run_id
  )
  select
    d.kind, d.subject, d.organization_id, d.booking_id, d.payment_transaction_id,
    coalesce(
      m.accounting_period, p.period,
      case when d.organization_id is not null
        then date_trunc('month', d.occurred_at at time zone 'UTC')::date end
    ),
    d.detail, raise_differences.run_id
  from unnest(raise_differences.differences) as d
  left join app_public.payment_transactions as m
    on m.organization_id = d.organization_id and m.id = d.payment_transaction_id
  left join app_public.accounting_periods as p
    on p.organization_id = d.organization_id
    and p.starts_at <= d.occurred_at and p.ends_at > d.occurred_at
  where not exists (
    select from app_public.payment_findings as c
    where c.kind = d.kind and c.subject = d.subject
      and c.organization_id is not distinct from d.organization_id
      and c.resolved_at is not null and c.gone_at is null
      and c.detail = d.detail
  )
  order by d.kind, d.subject, d.organization_id
  on conflict (kind, subject, organization_id) where resolved_at is null do update
  set last_seen_at = now(), detail = excluded.detail, gone_at = null,
    booking_id = excluded.booking_id,
    payment_transaction_id = excluded.payment_transaction_id,
    accounting_period = excluded.accounting_period,
    reconciliation_run_id = excluded.reconciliation_run_id;

  update app_public.payment_findings as f
  set gone_at = now(), reconciliation_run_id = raise_differences.run_id
  where f.kind like 'reconciliation\_%' and f.gone_at is null
    and not exists (
      select from unnest(raise_differences.differences) as d
      where d.kind = f.kind and d.subject = f.subject
        and d.organization_id is not distinct from f.organization_id
    )
    -- What was closed in a month that is not compared any more is not gone.
    and (
      f.resolved_at is null or exists (
        select from app_public.payment_transactions as m
        where m.organization_id = f.organization_id and m.id = f.payment_transaction_id
          and m.reconciliation_status <> 'matched'
      )
    )
    and (
      f.kind <> 'reconciliation_balance_differs' or exists (
        select from app_public.reconciliation_balances as b
        where b.run_id = raise_differences.run_id and b.is_certain
          and f.subject = 'balance:' || b.currency
      )
    );
end
$$;

comment on function app_private.raise_differences(uuid, app_private.stripe_difference[]) is
  'Makes findings of what a comparison found, and marks those that it did not find any more.';
