// What somebody would write by hand who knows every id, every price and that the seats are free, and asks nothing: the
// rows that a hold and a payment write, each in one statement.

/**
 * Organization, performance, reference, cart token, category, four seats by number, id of the booking (null: any). Holds
 * them at 50 USD each, and returns what a program must know: which booking it is, and whether it got all of them.
 */
export const holdByHand = `
  with booking as (
    insert into app_public.bookings (
      id, organization_id, performance_id, booking_reference, cart_token_hash, currency,
      subtotal_cents, total_amount_cents, commission_percentage, commission_amount_cents,
      payout_cents, expires_at
    )
    values (coalesce($7, uuidv7()), $1, $2, $3, sha256($4), 'USD', 20000, 20000, 10, 2000, 18000,
      now() + interval '15 minutes')
    returning id
  ), item as (
    insert into app_public.booking_items (
      organization_id, booking_id, item_type, ticket_category_id, seat_nos, quantity,
      unit_price_cents, subtotal_cents, total_cents
    )
    select $1, id, 'seat', $5, $6, 4, 5000, 20000, 20000 from booking
  ), taken as (
    update app_public.seat_booking_state
    set status = 'locked', booking_id = booking.id, locked_until = now() + interval '15 minutes'
    from booking
    where organization_id = $1 and performance_id = $2 and seat_no = any ($6)
      and (status = 'available' or (status = 'locked' and locked_until <= now()))
    returning seat_no
  )
  select id, (select count(*)::integer from taken) as seats from booking`;

/** Payment, booking, organization, performance, seats by number, event, the payment's id at Stripe. */
export const confirmByHand = `
  with payment as (
    update app_public.payment_intents
    set status = 'succeeded', stripe_status = 'succeeded', succeeded_at = now(),
      received_cents = amount_cents, stripe_payment_intent_id = $7
    where id = $1
  ), seats as (
    update app_public.seat_booking_state
    set status = 'booked', locked_until = null
    where organization_id = $3 and performance_id = $4 and seat_no = any ($5) and booking_id = $2
  ), noted as (
    insert into app_private.seat_changes (performance_id, seat_nos) values ($4, $5)
  ), booking as (
    update app_public.bookings
    set status = 'confirmed', confirmed_at = now(), expires_at = null
    where id = $2
    returning *
  ), ticket as (
    insert into app_public.tickets (
      organization_id, performance_id, booking_id, booking_item_id, ticket_category_id, seat_no,
      ticket_number, section, row_name, seat_number, face_value_cents, discount_cents,
      fees_paid_cents, tax_paid_cents, total_paid_cents, currency
    )
    select i.organization_id, $4, $2, i.id, i.ticket_category_id, n,
      'TKT-' || upper(translate(substr(md5($2::uuid::text || n), 1, 10), '01', 'XY')), 'Stalls', '1',
      '1', i.unit_price_cents, i.discount_cents / i.quantity,
      (i.service_fee_cents + i.processing_fee_cents) / i.quantity, i.tax_cents / i.quantity,
      i.total_cents / i.quantity, b.currency
    from booking as b
    join app_public.booking_items as i on i.booking_id = b.id
    cross join unnest(i.seat_nos) as n
    returning organization_id, id
  ), credential as (
    insert into app_private.ticket_credentials (organization_id, ticket_id, credential_hash)
    select t.organization_id, t.id, sha256(t.id::text::bytea) from ticket as t
  ), posted as (
    insert into app_public.ledger_transactions (organization_id, booking_id, source, description)
    values ($3, $2, 'payment:' || $1::uuid, 'Payment received'),
      ($3, $2, 'sale:' || $2::uuid, 'Sale')
    returning *
  ), movement as (
    insert into app_public.payment_transactions (
      organization_id, ledger_transaction_id, accounting_period, transaction_type,
      transaction_category, booking_id, payment_intent_id, gross_amount_cents,
      fee_amount_cents, net_amount_cents, currency, description, processed_at
    )
    select p.organization_id, p.id, p.accounting_period, 'payment', 'booking_payment', $2, $1,
      b.total_amount_cents, 0, b.total_amount_cents, b.currency, p.description, p.occurred_at
    from posted as p cross join booking as b where p.source like 'payment:%'
  ), entries as (
    insert into app_public.ledger_entries (organization_id, transaction_id, account_id, amount_cents)
    select $3, p.id, a.id, l.amount
    from posted as p
    join (
      select 'payment' as source, 'stripe_balance'::app_public.ledger_account_kind as kind,
        b.total_amount_cents as amount from booking as b
      union all select 'payment', 'buyer_clearing', -b.total_amount_cents from booking as b
      union all select 'sale', 'buyer_clearing', b.total_amount_cents from booking as b
      union all select 'sale', 'organizer_payable', -b.payout_cents from booking as b
      union all select 'sale', 'platform_commission', -b.commission_amount_cents from booking as b
      union all select 'sale', 'service_fees', -b.service_fee_cents from booking as b
      union all select 'sale', 'processing_fees', -b.processing_fee_cents from booking as b
      union all select 'sale', 'taxes_payable', -b.tax_cents from booking as b
    ) as l on l.amount <> 0 and p.source like l.source || ':%'
    join app_public.ledger_accounts as a on a.organization_id = $3 and a.kind = l.kind
  )
  update app_private.stripe_events set outcome = 'applied', applied_at = now() where id = $6`;
