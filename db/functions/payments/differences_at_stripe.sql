-- From Stripe's side: each of its movements, beside all that the books say of it. What is wrong in
-- more than one way is told by the first: a fee means nothing while amounts differ.
create or replace function app_private.differences_at_stripe(
  before timestamptz, since timestamptz
)
returns setof app_private.stripe_difference
language sql stable security definer set search_path = ''
as $$
  with books as (
    select
      m.stripe_id, (array_agg(m.id order by m.transaction_type = 'fee', m.id))[1] as movement_id,
      (array_agg(m.booking_id order by m.transaction_type = 'fee', m.id))[1] as booking_id,
      array_agg(m.id order by m.id) as movement_ids,
      array_agg(m.ledger_transaction_id order by m.id) as ledger_transaction_ids,
      array_agg(distinct m.currency) as currencies,
      sum(m.gross_amount_cents)::bigint as gross, sum(m.fee_amount_cents)::bigint as fee,
      sum(m.net_amount_cents)::bigint as net, sum(m.ledger_cents)::bigint as ledger,
      (array_agg(m.created_at order by m.transaction_type = 'fee', m.id))[1] as created_at
    from app_private.book_movements as m
    where m.stripe_id is not null
    group by m.stripe_id
  ), compared as (
    select
      k, b, p, r,
      case
        when b.stripe_id is null then
          case
            when app_hidden.is_platform_movement(k.type) or k.occurred_at < (
              select coalesce(min(o.created_at), now()) from app_public.organizations as o
            ) - interval '1 hour' then null
            when k.type in ('charge', 'payment') and exists (
              select from app_public.payment_transactions as o
              where o.organization_id = k.organization_id
                and o.payment_intent_id = k.payment_intent_id
                and o.transaction_type = 'payment'
            ) then 'booked_twice'
            else 'missing_here'
          end
        when b.currencies <> array[k.currency] or p.currency <> k.currency
          or r.currency <> k.currency then 'currency_differs'
        when b.gross <> k.amount_cents
          or k.type in ('charge', 'payment') and p.received_cents <> k.amount_cents
          or r.amount_cents <> abs(k.amount_cents) then 'amount_differs'
        when b.fee <> k.fee_cents then 'fee_differs'
        when b.net <> b.ledger then 'amount_differs'
        when b.created_at > k.occurred_at + interval '1 day' then 'booked_late'
      end as kind
    from app_private.stripe_balance_transactions as k
    left join books as b on b.stripe_id = k.id
    left join app_public.payment_intents as p
      on p.organization_id = k.organization_id and p.id = k.payment_intent_id
    left join app_public.refunds as r
      on r.organization_id = k.organization_id and r.id = k.refund_id
    where k.occurred_at < differences_at_stripe.before
      and (k.occurred_at >= differences_at_stripe.since or not k.is_matched)
  )
  select
    'reconciliation_' || c.kind, (c.k).id, (c.k).organization_id,
    coalesce((c.b).booking_id, (c.p).booking_id), (c.b).movement_id, (c.k).occurred_at,
    jsonb_strip_nulls(jsonb_build_object(
      'currency', (c.k).currency,
      'stripe', jsonb_build_object(
        'id', (c.k).id, 'type', (c.k).type, 'source', (c.k).source,
        'payment_intent', (c.k).stripe_payment_intent_id, 'amount_cents', (c.k).amount_cents,
        'fee_cents', (c.k).fee_cents, 'net_cents', (c.k).net_cents,
        'currency', (c.k).currency, 'occurred_at', (c.k).occurred_at
      ),
      'books', jsonb_build_object(
        'payment_transaction_ids', (c.b).movement_ids,
        'ledger_transaction_ids', (c.b).ledger_transaction_ids,
        'amount_cents', (c.b).gross, 'fee_cents', (c.b).fee, 'net_cents', (c.b).net,
        'ledger_cents', (c.b).ledger, 'currencies', (c.b).currencies,
        'booked_at', (c.b).created_at
      ),
      'payment', jsonb_build_object(
        'payment_intent_id', (c.p).id, 'status', (c.p).status,
        'received_cents', (c.p).received_cents, 'currency', (c.p).currency
      ),
      'refund', jsonb_build_object(
        'refund_id', (c.r).id, 'status', (c.r).status, 'amount_cents', (c.r).amount_cents,
        'currency', (c.r).currency
      )
    ))
  from compared as c
  where c.kind is not null
$$;

comment on function app_private.differences_at_stripe(timestamptz, timestamptz) is
  'What Stripe says has moved, and the books do not say or say otherwise.';
