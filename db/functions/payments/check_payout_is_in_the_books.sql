create or replace function app_private.check_payout_is_in_the_books()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'payout_is_in_the_books', p.organization_id, p.id,
    format('it is %s, and the books have %s under way and %s paid', p.status, e.in_transit, e.paid)
  from app_public.payouts as p
  cross join lateral (
    select
      coalesce(-sum(e.amount_cents) filter (where a.kind = 'payouts_in_transit'), 0) as in_transit,
      coalesce(-sum(e.amount_cents) filter (where a.kind = 'stripe_balance'), 0) as paid
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
    where t.organization_id = p.organization_id
      and t.category in ('payout', 'payout_failure', 'payout_transfer')
      and split_part(t.source, ':', 2) = p.id::text
  ) as e
  where e.in_transit <> case p.status when 'in_transit' then p.net_payout_cents else 0 end
    or e.paid <> case p.status when 'paid' then p.net_payout_cents else 0 end
$$;

comment on function app_private.check_payout_is_in_the_books() is
  'A payout whose money is not where its status says.';
