create or replace function app_private.check_account_is_on_its_side()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'account_is_on_its_side', a.organization_id, a.id,
    format('%s has %s on the other side', a.kind, abs(e.balance))
  from app_public.ledger_accounts as a
  join app_public.ledger_account_rules as k on k.kind = a.kind and not k.may_be_negative
  cross join lateral (
    select coalesce(sum(e.amount_cents), 0) as balance
    from app_public.ledger_entries as e
    where e.organization_id = a.organization_id and e.account_id = a.id
  ) as e
  where case k.normal_side when 'debit' then e.balance < 0 else e.balance > 0 end
$$;

comment on function app_private.check_account_is_on_its_side() is
  'An account that may not be negative, and is.';
