-- What the books owe a payee, fact by fact: whatever touches the payee's account, what Stripe has
-- charged, and what the box office has taken itself, as long as no payout has it. Payouts
-- themselves are no such facts; what was taken back of one is.
--
-- A fact of a booking is ready when the buyer owes nothing of it and, by the organization's terms,
-- when its performance is over. What has once been paid of a booking stays ready, so that a refund
-- is never kept out because of what it takes back.
create or replace function app_private.open_payout_facts(
  organization_id uuid, promoter_id uuid, currency text, ends_at timestamptz
)
returns table (
  ledger_transaction_id uuid, event_id uuid, effective_at timestamptz, is_ready boolean,
  gross_revenue_cents bigint, commission_cents bigint, stripe_fees_cents bigint,
  refunds_cents bigint, adjustments_cents bigint, net_cents bigint, box_office_cents bigint
)
language sql stable security definer set search_path = ''
as $$
  with facts as (
    select distinct t.id, t.booking_id, t.category, t.effective_at, t.source
    from app_public.ledger_accounts as a
    join app_public.ledger_entries as e
      on e.organization_id = a.organization_id and e.account_id = a.id
    join app_public.ledger_transactions as t
      on t.organization_id = e.organization_id and t.id = e.transaction_id
    where a.organization_id = open_payout_facts.organization_id
      and a.currency = open_payout_facts.currency
      and case when open_payout_facts.promoter_id is null
        then a.kind in ('organizer_payable', 'stripe_fees', 'box_office')
        else a.kind = 'promoter_payable'
      end
      and t.category not in ('payout', 'payout_failure')
      and t.effective_at < open_payout_facts.ends_at
      and not exists (
        select from app_public.payout_items as i
        where i.ledger_transaction_id = t.id
          and i.organization_id = t.organization_id
          and i.promoter_id is not distinct from open_payout_facts.promoter_id
          and i.kind = 'fact'
          and i.released_at is null
      )
  ),
  -- A promoter has the facts of the bookings of which they have a share.
  owed as (
    select f.* from facts as f where open_payout_facts.promoter_id is null
    union all
    select f.* from facts as f
    join app_public.promoter_shares as s
      on s.organization_id = open_payout_facts.organization_id and s.booking_id = f.booking_id
    where s.promoter_id = open_payout_facts.promoter_id
    union all
    select f.* from facts as f
    join app_public.payout_reversals as r
      on r.organization_id = open_payout_facts.organization_id
      and 'payout_reversal' = f.category and r.id::text = split_part(f.source, ':', 2)
    join app_public.payouts as p on p.organization_id = r.organization_id and p.id = r.payout_id
    where p.promoter_id = open_payout_facts.promoter_id
  )
  select o.id, m.event_id, o.effective_at, coalesce(r.is_ready, true), b.gross_revenue_cents,
    b.commission_cents, b.stripe_fees_cents, b.refunds_cents, b.adjustments_cents, b.net_cents,
    b.box_office_cents
  from owed as o
  join app_public.organization_settings as s
    on s.organization_id = open_payout_facts.organization_id
  cross join lateral app_private.payout_parts_of(
    open_payout_facts.organization_id, o.id, open_payout_facts.promoter_id is not null
  ) as b
  left join app_public.bookings as k
    on k.organization_id = open_payout_facts.organization_id and k.id = o.booking_id
  left join app_public.performances as m
    on m.organization_id = k.organization_id and m.id = k.performance_id
  left join lateral (
    select
      exists (
        select from app_public.payout_items as i
        join app_public.ledger_transactions as t
          on t.organization_id = i.organization_id and t.id = i.ledger_transaction_id
        where t.organization_id = k.organization_id
          and t.booking_id = k.id
          and i.promoter_id is not distinct from open_payout_facts.promoter_id
          and i.released_at is null
      )
      or (
        case
          when m.status = 'canceled' then true
          -- The day that it had says nothing any more.
          when m.status = 'postponed' and s.payout_timing = 'after_event' then false
          when s.payout_timing = 'after_event' then
            coalesce(m.ends_at, m.starts_at) + make_interval(days => s.payout_delay_days)
              <= open_payout_facts.ends_at
          else o.effective_at + make_interval(days => s.payout_delay_days)
            <= open_payout_facts.ends_at
        end
        and app_private.owed_by_buyer(k.organization_id, k.id) <= 0
      ) as is_ready
    where k.id is not null
  ) as r on true
$$;

comment on function app_private.open_payout_facts(uuid, uuid, text, timestamptz) is
  'Facts of the books before a moment that are in no payout of a payee, with what each adds to '
  'one, and whether it may be paid yet.';
