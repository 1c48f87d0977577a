-- The whole amount and the fee, although not all of it would be the organizer's: what is lost is
-- lost at once, and what was paid out is hard to get back. A fee that the organizer bears anyway is
-- taken off a payout as a fact, so that it is not held besides.
create or replace function app_private.held_for_disputes(organization_id uuid, currency text)
returns bigint
language sql stable security definer set search_path = ''
as $$
  select coalesce(sum(
    d.counted_cents + greatest(0, d.fee_cents - d.charged_fee_cents - f.borne_cents)
  ), 0)::bigint
  from app_public.disputes as d
  cross join lateral (
    select coalesce(sum(coalesce(
      i.stripe_fees_cents, case when s.pays_stripe_fees then e.amount_cents else 0 end
    )), 0) as borne_cents
    from app_public.organization_settings as s
    join app_public.ledger_transactions as t
      on t.organization_id = s.organization_id and t.booking_id = d.booking_id
      and t.category in ('dispute', 'dispute_reinstatement')
      and split_part(t.source, ':', 2) = d.id::text
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
      and a.kind = 'stripe_fees'
    left join app_public.payout_items as i
      on i.organization_id = t.organization_id and i.ledger_transaction_id = t.id
      and i.promoter_id is null and i.kind = 'fact' and i.released_at is null
    where s.organization_id = d.organization_id
  ) as f
  where d.organization_id = held_for_disputes.organization_id
    and d.currency = held_for_disputes.currency
    and d.status in ('needs_response', 'under_review')
$$;

comment on function app_private.held_for_disputes(uuid, text) is
  'What payouts to an organization leave back because disputes are open.';
