-- A payout leaves Stripe's balance when it is made, and is back there when it has failed or was
-- canceled. What was told of since then is left to the next comparison.
create or replace function app_private.differences_of_bank(before timestamptz)
returns setof app_private.stripe_difference
language sql stable security definer set search_path = ''
as $$
  with moved as (
    select k.source as id, min(k.occurred_at) as occurred_at,
      jsonb_agg(k.id order by k.id) as movement_ids, array_agg(distinct k.currency) as currencies,
      -sum(k.amount_cents) filter (where k.type = 'payout') as sent_cents,
      coalesce(sum(k.amount_cents) filter (where k.type <> 'payout'), 0) as returned_cents
    from app_private.stripe_balance_transactions as k
    where k.type ~ '^payout' and k.occurred_at < differences_of_bank.before
    group by k.source
  ), compared as (
    select m, p, coalesce(m.id, p.id) as id,
      case
        when p.id is null then 'missing_here'
        when m.sent_cents is null then 'missing_at_stripe'
        when m.currencies <> array[p.currency] then 'currency_differs'
        when (m.sent_cents, m.returned_cents) is distinct from (
          p.amount_cents,
          case when p.status in ('canceled', 'failed') then p.amount_cents else 0 end
        ) then 'amount_differs'
      end as kind
    from moved as m
    full join app_private.platform_payouts as p on p.id = m.id
    where p.id is null or p.told_at < differences_of_bank.before
  )
  select
    'reconciliation_' || c.kind, c.id, null::uuid, null::uuid, null::uuid,
    coalesce((c.m).occurred_at, (c.p).stripe_created_at),
    jsonb_strip_nulls(jsonb_build_object(
      'currency', coalesce((c.p).currency, (c.m).currencies[1]),
      'stripe', jsonb_build_object(
        'type', 'payout', 'source', (c.m).id, 'balance_transaction_ids', (c.m).movement_ids,
        'sent_cents', (c.m).sent_cents, 'returned_cents', (c.m).returned_cents,
        'currencies', (c.m).currencies
      ),
      'books', jsonb_build_object(
        'platform_payout_id', (c.p).id, 'status', (c.p).status,
        'amount_cents', (c.p).amount_cents, 'currency', (c.p).currency
      )
    ))
  from compared as c
  where c.kind is not null
$$;

comment on function app_private.differences_of_bank(timestamptz) is
  'Payouts to the platform''s bank that did not move what was told of them.';
