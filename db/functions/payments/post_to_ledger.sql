-- One fact, posted once. Amounts of zero are left out; accounts are opened when first needed. What
-- moves money at Stripe is written into payment_transactions, too, whoever posts it.
create or replace function app_private.post_to_ledger(
  organization_id uuid, booking_id uuid, currency text, source text, description text,
  kinds app_public.ledger_account_kind[], amounts bigint[],
  occurred_at timestamptz default null, corrects_id uuid default null
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_transaction app_public.ledger_transactions;
  v_pays_stripe_fees boolean := false;
begin
  if not exists (select from unnest(post_to_ledger.amounts) as a where a <> 0) then
    return false;
  end if;
  -- Of every sale this reads one row, and only what Stripe charges looks for what was agreed.
  if starts_with(post_to_ledger.source, 'payment:') then
    select s.pays_stripe_fees into strict v_pays_stripe_fees
    from app_public.organization_settings as s
    where s.organization_id = post_to_ledger.organization_id;
  elsif 'stripe_fees' = any (post_to_ledger.kinds) then
    v_pays_stripe_fees := app_private.agreed_fees_payer(
      post_to_ledger.organization_id, post_to_ledger.source, post_to_ledger.corrects_id
    );
  end if;
  insert into app_public.ledger_transactions (
    organization_id, booking_id, source, description, occurred_at, corrects_id, pays_stripe_fees
  )
  values (
    post_to_ledger.organization_id, post_to_ledger.booking_id, post_to_ledger.source,
    post_to_ledger.description, coalesce(post_to_ledger.occurred_at, now()),
    post_to_ledger.corrects_id, v_pays_stripe_fees
  )
  on conflict on constraint ledger_transactions_fact_is_posted_once do nothing
  returning * into v_transaction;
  if v_transaction.id is null then
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
  select post_to_ledger.organization_id, v_transaction.id, a.id, l.amount
  from unnest(post_to_ledger.kinds, post_to_ledger.amounts) as l (kind, amount)
  join app_public.ledger_accounts as a
    on a.organization_id = post_to_ledger.organization_id
    and a.kind = l.kind
    and a.currency = post_to_ledger.currency
  where l.amount <> 0
  order by a.id;

  if 'stripe_balance' = any (post_to_ledger.kinds) then
    perform app_private.record_movement(
      v_transaction, post_to_ledger.currency, post_to_ledger.kinds, post_to_ledger.amounts
    );
  end if;
  return true;
end
$$;

comment on function app_private.post_to_ledger(
  uuid, uuid, text, text, text, app_public.ledger_account_kind[], bigint[], timestamptz, uuid
) is 'Posts a fact whose entries sum to zero; false when it was posted before, or is nothing. What '
  'happened earlier says when. Raises LMBAL at commit.';
