-- One fact, posted once. Amounts of zero are left out; accounts are opened when first needed.
create or replace function app_private.post_to_ledger(
  organization_id uuid, booking_id uuid, currency text, source text, description text,
  kinds app_public.ledger_account_kind[], amounts bigint[]
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_transaction_id uuid;
begin
  if not exists (select from unnest(post_to_ledger.amounts) as a where a <> 0) then
    return false;
  end if;
  insert into app_public.ledger_transactions (organization_id, booking_id, source, description)
  values (
    post_to_ledger.organization_id, post_to_ledger.booking_id, post_to_ledger.source,
    post_to_ledger.description
  )
  on conflict on constraint ledger_transactions_fact_is_posted_once do nothing
  returning id into v_transaction_id;
  if v_transaction_id is null then
    return false;
  end if;

  insert into app_public.ledger_accounts (organization_id, kind, currency)
  select post_to_ledger.organization_id, k, post_to_ledger.currency
  from unnest(post_to_ledger.kinds) as k
  where not exists (
    select from app_public.ledger_accounts as a
    where a.organization_id = post_to_ledger.organization_id
      and a.kind = k and a.currency = post_to_ledger.currency
  )
  order by k
  on conflict do nothing;

  insert into app_public.ledger_entries (
    organization_id, transaction_id, account_id, amount_cents
  )
  select post_to_ledger.organization_id, v_transaction_id, a.id, l.amount
  from unnest(post_to_ledger.kinds, post_to_ledger.amounts) as l (kind, amount)
  join app_public.ledger_accounts as a
    on a.organization_id = post_to_ledger.organization_id
    and a.kind = l.kind
    and a.currency = post_to_ledger.currency
  where l.amount <> 0
  order by a.id;
  return true;
end
$$;

comment on function app_private.post_to_ledger(
  uuid, uuid, text, text, text, app_public.ledger_account_kind[], bigint[]
) is 'Posts a fact whose entries sum to zero; false when it was posted before, or is nothing.';
