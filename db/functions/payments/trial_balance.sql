create or replace function app_public.trial_balance(
  organization_id uuid, as_of timestamptz default null
)
returns setof app_public.trial_balance_line
language plpgsql stable security definer set search_path = ''
as $$
begin
  perform app_hidden.require_permission(trial_balance.organization_id, 'payments.read');
  return query
  select b.account_id, b.kind, b.currency, k.normal_side,
    greatest(b.balance_cents, 0), greatest(-b.balance_cents, 0)
  from app_private.ledger_balances_at(
    trial_balance.organization_id, coalesce(trial_balance.as_of, 'infinity')
  ) as b
  join app_public.ledger_account_rules as k on k.kind = b.kind
  order by b.currency, b.kind;
end
$$;

comment on function app_public.trial_balance(uuid, timestamptz) is
  'The balances of all accounts, now or before a moment: of each currency, debits and credits are '
  'equal. Needs payments.read. Raises LMNFD, LMRGT, LMAUT.';
grant execute on function app_public.trial_balance(uuid, timestamptz) to lml_user;
