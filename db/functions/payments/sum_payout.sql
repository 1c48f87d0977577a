create or replace function app_private.sum_payout(payout_id uuid, timezone text default null)
returns app_public.payouts
language sql volatile security definer set search_path = ''
as $$
  update app_public.payouts as p
  set gross_revenue_cents = s.gross,
    total_commission_cents = s.commission,
    stripe_fees_cents = s.fees,
    refunds_cents = s.refunds,
    adjustments_cents = s.adjustments,
    net_payout_cents = s.net,
    transactions_included = s.facts,
    events_included = s.events,
    -- From where the last one ended, or from its first fact.
    payout_period_start = case when sum_payout.timezone is null then p.payout_period_start
      else least(p.payout_period_end, coalesce(
        (
          select max(o.payout_period_end) + 1
          from app_public.payouts as o
          where o.organization_id = p.organization_id
            and o.promoter_id is not distinct from p.promoter_id
            and o.currency = p.currency
            and o.id <> p.id
            and o.status <> 'canceled'
        ),
        (s.first_at at time zone sum_payout.timezone)::date, p.payout_period_end
      )) end
  from (
    select coalesce(sum(i.gross_revenue_cents), 0)::bigint as gross,
      coalesce(sum(i.commission_cents), 0)::bigint as commission,
      coalesce(sum(i.stripe_fees_cents), 0)::bigint as fees,
      coalesce(sum(i.refunds_cents), 0)::bigint as refunds,
      coalesce(sum(i.adjustments_cents), 0)::bigint as adjustments,
      coalesce(sum(i.net_cents), 0)::bigint as net,
      count(i.ledger_transaction_id)::integer as facts,
      count(distinct m.event_id)::integer as events,
      min(t.effective_at) as first_at
    from app_public.payout_items as i
    left join app_public.ledger_transactions as t
      on t.organization_id = i.organization_id and t.id = i.ledger_transaction_id
    left join app_public.bookings as b
      on b.organization_id = t.organization_id and b.id = t.booking_id
    left join app_public.performances as m
      on m.organization_id = b.organization_id and m.id = b.performance_id
    where i.payout_id = sum_payout.payout_id
  ) as s
  where p.id = sum_payout.payout_id
  returning p.*
$$;

comment on function app_private.sum_payout(uuid, text) is
  'Writes the sums of its items into a payout and, with a time zone, from when it pays.';
