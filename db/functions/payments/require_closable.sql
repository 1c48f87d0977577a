create or replace function app_private.require_closable(period app_public.accounting_periods)
returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid := (require_closable.period).organization_id;
  v_period date := (require_closable.period).period;
  v_mismatched bigint;
  v_pending bigint;
  v_findings bigint;
begin
  if exists (
    select
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
    where t.organization_id = v_organization_id and t.accounting_period = v_period
    group by a.currency
    having sum(e.amount_cents) <> 0
  ) then
    raise exception 'The month does not sum to zero.' using errcode = 'LMBAL', detail = 'period';
  end if;
  if exists (
    select
    from app_public.ledger_corrections as c
    join app_public.ledger_transactions as t
      on t.organization_id = c.organization_id and t.id = c.corrects_id
    where c.organization_id = v_organization_id
      and c.status = 'requested'
      and t.accounting_period = v_period
  ) then
    raise exception 'A correction of something in this month waits for a decision.'
      using errcode = 'LMPER', detail = 'corrections',
        hint = 'Ask the platform to post or reject it.';
  end if;
  -- A difference that somebody has closed with a note keeps nobody from closing the month.
  select count(*) filter (
      where m.reconciliation_status = 'mismatched' and not exists (
        select from app_public.payment_findings as f
        where f.organization_id = m.organization_id
          and f.kind like 'reconciliation\_%'
          and f.resolved_at is not null
          and f.detail @> jsonb_build_object(
            'books', jsonb_build_object('payment_transaction_ids', jsonb_build_array(m.id))
          )
      )
    ),
    count(*) filter (where m.reconciliation_status = 'pending')
  into v_mismatched, v_pending
  from app_public.payment_transactions as m
  where m.organization_id = v_organization_id
    and m.accounting_period = v_period
    and m.reconciliation_status <> 'matched';
  select count(*) into v_findings
  from app_public.payment_findings as f
  where f.organization_id = v_organization_id
    and f.kind like 'reconciliation\_%'
    and f.accounting_period <= v_period
    and f.resolved_at is null
    and f.gone_at is null;
  if v_findings > 0 then
    raise exception 'Stripe and the books differ in % places that nobody has closed.', v_findings
      using errcode = 'LMPER', detail = 'findings',
        hint = 'Look into each, and close it with resolve_payment_finding and a note.';
  end if;
  if v_mismatched > 0 then
    raise exception 'Of % movements of the month, Stripe says something else.', v_mismatched
      using errcode = 'LMPER', detail = 'mismatched', hint = 'Find out why, and correct it.';
  end if;
  return v_pending;
end
$$;

comment on function app_private.require_closable(app_public.accounting_periods) is
  'How many movements of a month were not compared with Stripe. Raises LMBAL or LMPER when '
  'it cannot be closed at all.';
