create or replace function app_private.check_disputes()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select
    'disputed_is_sum_of_disputes', p.organization_id, p.id,
    format('disputes sum to %s, the payment says %s', coalesce(d.total, 0), p.disputed_cents)
  from app_public.payment_intents as p
  left join lateral (
    select sum(d.counted_cents) as total
    from app_public.disputes as d
    where d.organization_id = p.organization_id
      and d.payment_intent_id = p.id
      and d.status in ('needs_response', 'under_review', 'lost')
  ) as d on true
  where coalesce(d.total, 0) <> p.disputed_cents

  union all
  select
    'dispute_is_in_the_books', d.organization_id, d.id,
    format('the books say %s, the dispute %s', e.balance,
      d.withdrawn_cents - d.reinstated_cents - d.posted_loss_cents)
  from app_public.disputes as d
  cross join lateral (
    select coalesce(sum(e.amount_cents), 0) as balance
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id and a.kind = 'disputes'
    where t.organization_id = d.organization_id and t.booking_id = d.booking_id
      and starts_with(t.category, 'dispute') and split_part(t.source, ':', 2) = d.id::text
  ) as e
  where e.balance <> d.withdrawn_cents - d.reinstated_cents - d.posted_loss_cents

  union all
  select
    'dispute_is_settled', d.organization_id, d.id,
    format('it is %s, %s of %s is lost, the booking is %s', d.status, d.lost_cents,
      d.counted_cents, b.status)
  from app_public.disputes as d
  join app_public.bookings as b on b.organization_id = d.organization_id and b.id = d.booking_id
  where d.status in ('needs_response', 'under_review')
      and b.status in ('confirmed', 'partially_paid', 'completed')
    or d.status = 'lost' and (d.lost_cents, d.charged_fee_cents)
      is distinct from (d.counted_cents, d.fee_cents)

  -- By a payout, as Stripe's other fees, or because it was lost.
  union all
  select
    'fee_of_a_lost_dispute_is_borne_once', d.organization_id, d.id,
    format('of %s the organizer bears %s', d.fee_cents, e.borne)
  from app_public.disputes as d
  cross join lateral (
    select coalesce(sum(e.amount_cents), 0) as borne
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
    where t.organization_id = d.organization_id and t.booking_id = d.booking_id
      and starts_with(t.category, 'dispute') and split_part(t.source, ':', 2) = d.id::text
      and (a.kind = 'organizer_payable' or a.kind = 'stripe_fees' and t.pays_stripe_fees)
  ) as e
  where d.status = 'lost' and e.borne <> d.fee_cents

  union all
  select
    'disputed_booking_has_an_open_dispute', b.organization_id, b.id, 'no dispute of it is open'
  from app_public.bookings as b
  where b.status = 'disputed'
    and not exists (
      select from app_public.disputes as d
      where d.organization_id = b.organization_id and d.booking_id = b.id
        and d.status in ('needs_response', 'under_review')
    )
$$;

comment on function app_private.check_disputes() is
  'What is inconsistent of disputes.';
