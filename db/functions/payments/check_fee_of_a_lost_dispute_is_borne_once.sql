-- By a payout, as Stripe's other fees, or because it was lost.
create or replace function app_private.check_fee_of_a_lost_dispute_is_borne_once()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'fee_of_a_lost_dispute_is_borne_once', d.organization_id, d.id,
    format('of %s the organizer bears %s', d.fee_cents, e.borne)
  from app_public.disputes as d
  cross join lateral (
    select coalesce(sum(e.amount_cents), 0) as borne
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
    where t.organization_id = d.organization_id and t.booking_id = d.booking_id
      and starts_with(t.category, 'dispute') and split_part(t.source, ':', 2) = d.id::text
      and (a.kind = 'organizer_payable' or a.kind = 'stripe_fees' and t.pays_stripe_fees)
  ) as e
  where d.status = 'lost' and e.borne <> d.fee_cents
$$;

comment on function app_private.check_fee_of_a_lost_dispute_is_borne_once() is
  'A lost dispute whose fee the organizer bears twice, or not at all.';
