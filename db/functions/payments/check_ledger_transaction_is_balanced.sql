create or replace function app_private.check_ledger_transaction_is_balanced()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'ledger_transaction_is_balanced', t.organization_id, t.id,
    format('%s entries sum to %s', count(e.id), coalesce(sum(e.amount_cents), 0))
  from app_public.ledger_transactions as t
  left join app_public.ledger_entries as e
    on e.organization_id = t.organization_id and e.transaction_id = t.id
  group by t.organization_id, t.id
  having count(e.id) < 2 or sum(e.amount_cents) <> 0
$$;

comment on function app_private.check_ledger_transaction_is_balanced() is
  'A ledger transaction whose entries do not sum to zero.';
