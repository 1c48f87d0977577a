-- From the books' side: what Stripe does not have. A fee is told with its payment, and what a
-- correction has undone is no difference any more.
create or replace function app_private.differences_in_books(
  before timestamptz, since timestamptz
)
returns setof app_private.stripe_difference
language sql stable security definer set search_path = ''
as $$
  select
    case when exists (
      select from app_public.payment_transactions as o
      join app_private.stripe_balance_transactions as k on k.id = o.stripe_balance_transaction_id
      where o.organization_id = m.organization_id and o.id <> m.id
        and o.transaction_type = m.transaction_type
        and sign(o.net_amount_cents) = sign(m.net_amount_cents)
        and case m.transaction_type
          when 'payment' then o.payment_intent_id = m.payment_intent_id
          when 'refund' then o.refund_id = m.refund_id
        end
    ) then 'reconciliation_booked_twice' else 'reconciliation_missing_at_stripe' end,
    m.id::text, m.organization_id, m.booking_id, m.id, m.processed_at,
    jsonb_strip_nulls(jsonb_build_object(
      'currency', m.currency,
      'books', jsonb_build_object(
        'payment_transaction_ids', jsonb_build_array(m.id),
        'ledger_transaction_ids', jsonb_build_array(m.ledger_transaction_id),
        'type', m.transaction_type, 'stripe_balance_transaction_id', m.stripe_id,
        'amount_cents', m.gross_amount_cents, 'fee_cents', m.fee_amount_cents,
        'net_cents', m.corrected_net_cents, 'ledger_cents', m.ledger_cents,
        'occurred_at', m.processed_at
      ),
      'payment', jsonb_build_object('payment_intent_id', m.payment_intent_id),
      'refund', jsonb_build_object('refund_id', m.refund_id)
    ))
  from app_private.book_movements as m
  where m.id = m.root_id
    and m.corrected_net_cents <> 0
    and m.processed_at < differences_in_books.before
    and (
      m.processed_at >= differences_in_books.since or m.reconciliation_status <> 'matched'
    )
    and not exists (
      select from app_private.stripe_balance_transactions as k where k.id = m.stripe_id
    )
    and not (
      m.transaction_type = 'fee' and exists (
        select from app_public.payment_transactions as o
        where o.stripe_balance_transaction_id = m.stripe_id and o.transaction_type <> 'fee'
      )
    )
$$;

comment on function app_private.differences_in_books(timestamptz, timestamptz) is
  'What the books say has moved, and Stripe does not have, or has once only.';
