create or replace function app_private.check_stripe_balance_is_what_came_and_went()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'stripe_balance_is_what_came_and_went', o.id, null::uuid,
    format(
      'the books say %s %s, payments and refunds %s', coalesce(b.balance, 0), c.code,
      coalesce(p.received, 0) - coalesce(r.returned, 0)
    )
  from app_public.organizations as o
  join (
    select p.organization_id, p.currency as code from app_public.payment_intents as p
    union
    select a.organization_id, a.currency from app_public.ledger_accounts as a
  ) as c on c.organization_id = o.id
  left join lateral (
    select sum(e.amount_cents) as balance
    from app_public.ledger_accounts as a
    join app_public.ledger_entries as e
      on e.organization_id = a.organization_id and e.account_id = a.id
    join app_public.ledger_transactions as t
      on t.organization_id = e.organization_id and t.id = e.transaction_id
    where a.organization_id = o.id and a.currency = c.code and a.kind = 'stripe_balance'
      and t.category in ('payment', 'refund', 'refund_failure')
  ) as b on true
  left join lateral (
    select sum(p.received_cents) as received
    from app_public.payment_intents as p
    where p.organization_id = o.id and p.currency = c.code and p.method = 'card'
  ) as p on true
  left join lateral (
    select sum(r.amount_cents) as returned
    from app_public.refunds as r
    join app_public.payment_intents as p
      on p.organization_id = r.organization_id and p.id = r.payment_intent_id
    where r.organization_id = o.id and r.currency = c.code and r.status = 'succeeded'
      and p.method = 'card'
  ) as r on true
  where coalesce(b.balance, 0) <> coalesce(p.received, 0) - coalesce(r.returned, 0)
$$;

comment on function app_private.check_stripe_balance_is_what_came_and_went() is
  'A Stripe balance that is not what payments and refunds leave of it.';
