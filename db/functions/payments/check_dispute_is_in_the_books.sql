create or replace function app_private.check_dispute_is_in_the_books()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'dispute_is_in_the_books', d.organization_id, d.id,
    format('the books say %s, the dispute %s', e.balance,
      d.withdrawn_cents - d.reinstated_cents - d.posted_loss_cents)
  from app_public.disputes as d
  cross join lateral (
    select coalesce(sum(e.amount_cents), 0) as balance
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id and a.kind = 'disputes'
    where t.organization_id = d.organization_id and t.booking_id = d.booking_id
      and starts_with(t.category, 'dispute') and split_part(t.source, ':', 2) = d.id::text
  ) as e
  where e.balance <> d.withdrawn_cents - d.reinstated_cents - d.posted_loss_cents
$$;

comment on function app_private.check_dispute_is_in_the_books() is
  'A dispute whose money is not in the books as it says.';
