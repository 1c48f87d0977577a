create or replace function app_private.check_promoter_has_the_share_that_was_frozen()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'promoter_has_the_share_that_was_frozen', s.organization_id, s.booking_id,
    format('the sale gives %s, the share is %s', coalesce(l.given, 0), s.share_cents)
  from app_public.promoter_shares as s
  left join lateral (
    select -sum(e.amount_cents) as given
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
      and a.kind = 'promoter_payable'
    where t.organization_id = s.organization_id and t.source = 'sale:' || s.booking_id
  ) as l on true
  where coalesce(l.given, 0) <> s.share_cents
$$;

comment on function app_private.check_promoter_has_the_share_that_was_frozen() is
  'A sale that gives a promoter more than the share that was agreed, or less.';
