-- What a difference names is mismatched; what Stripe has, too, is matched, and so is what
-- corrections have undone. The rest is under way. What is late is right all the same.
create or replace function app_private.mark_reconciled(
  run_id uuid, before timestamptz, differences app_private.stripe_difference[]
)
returns void
language sql volatile security definer set search_path = ''
as $$
  with named as (
    select distinct n.id::uuid as id
    from unnest(mark_reconciled.differences) as d
    cross join jsonb_array_elements_text(d.detail #> '{books,payment_transaction_ids}') as n (id)
    where d.kind <> 'reconciliation_booked_late'
  ), found as (
    select m.id,
      case
        when n.id is not null then 'mismatched'
        when k.id is not null
          or m.corrected_net_cents = 0 and m.processed_at < mark_reconciled.before then 'matched'
      end::app_public.reconciliation_status as status
    from app_private.book_movements as m
    left join named as n on n.id = m.id
    left join app_private.stripe_balance_transactions as k
      on k.id = m.stripe_id and k.occurred_at < mark_reconciled.before
    where m.reconciliation_status <> 'matched' or n.id is not null
  )
  update app_public.payment_transactions as m
  set reconciliation_status = f.status, reconciled_at = now(),
    reconciliation_run_id = mark_reconciled.run_id
  from found as f
  where m.id = f.id and f.status is distinct from m.reconciliation_status
    and f.status is not null;

  update app_private.stripe_balance_transactions as k
  set is_matched = w.is_matched
  from (
    select k.id, d.subject is null as is_matched
    from app_private.stripe_balance_transactions as k
    left join unnest(mark_reconciled.differences) as d
      on d.subject = k.id and d.kind <> 'reconciliation_booked_late'
    where k.occurred_at < mark_reconciled.before and (not k.is_matched or d.subject is not null)
  ) as w
  where k.id = w.id and k.is_matched <> w.is_matched
$$;

comment on function app_private.mark_reconciled(
  uuid, timestamptz, app_private.stripe_difference[]
) is 'Writes down of which movements Stripe and the books say the same.';
