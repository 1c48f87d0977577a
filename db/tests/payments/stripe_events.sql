-- If this fails, a payment is missed, counted twice, or believed though it is not what was asked.
select plan(73);

select tests.create_theatre();

-- The inbox.
select tests.as_role('lml_authenticator');
select is(
  app_private.receive_stripe_event('{"id": "evt_1", "type": "t", "created": 1}', false), true,
  'an event is put into the inbox'
);
select is(
  app_private.receive_stripe_event('{"id": "evt_1", "type": "t", "created": 1}', false), false,
  'once'
);
select tests.refused(
  format('select app_private.receive_stripe_event(%L, false)', event), 'LMINP', event
)
from unnest(array[
  null, 'null', '{}', '[]', '5', '{"id": "evt_2"}', '{"id": "evt_2", "type": "t"}',
  '{"id": "evt_2", "type": "t", "created": "now"}',
  '{"id": "evt_2", "type": "t", "created": 1e300}', '{"id": "x", "type": "t", "created": 1}',
  '{"id": "evt_", "type": "t", "created": 1}'
]) as event;
select tests.refused(
  $$ select app_private.receive_stripe_event('{"id": "evt_2", "type": "t", "created": 1}', null) $$,
  'LMINP', 'test or live must be known'
);
select tests.as_owner();
select is(tests.jobs('stripe_event__apply'), 1::bigint, 'with one job to apply it');
select is(app_private.apply_stripe_event('evt_1'), 'ignored', 'an event about nothing is ignored');
select is(app_private.apply_stripe_event('evt_1'), 'ignored', 'as often as it is applied');
select throws_ok($$ select app_private.apply_stripe_event('evt_none') $$, 'P0002');

-- A payment.
select tests.pending('cart', 1, 1, 2);
select is(
  app_private.prepare_payment_intent(tests.intent_of(tests.id('cart')))
    - 'metadata' - 'description',
  jsonb_build_object(
    'amount', 12560, 'currency', 'eur', 'may_be_forgotten', false,
    'idempotency_key', 'create:' || tests.intent_of(tests.id('cart'))
  ),
  'what Stripe is asked for'
);
select lives_ok(
  $$ select app_private.record_payment_intent(
    tests.intent_of(tests.id('cart')), 'pi_1', 'secret_1', 'requires_payment_method'
  ) from generate_series(1, 2) $$,
  'what it answers is remembered, also twice'
);
select is(
  app_private.prepare_payment_intent(tests.intent_of(tests.id('cart'))), null, 'it is asked once'
);
select is(tests.stripe_says(tests.id('cart'), 'requires_action'), 'applied', 'a step is needed');
select is(
  tests.stripe_says(tests.id('cart'), 'requires_payment_method', changes =>
    '{"last_payment_error": {"code": "card_declined", "decline_code": "lost", "message": "No."}}'),
  'applied', 'a card is declined'
);
select is(
  (select (status, failure_code, failure_message)::text from app_public.payment_intents),
  '(pending,lost,No.)', 'which the buyer can read, and try again'
);
select is(tests.status(tests.id('cart')), 'pending_payment', 'the booking waits');

-- What contradicts what was asked for.
select is(
  tests.stripe_says(tests.id('cart'), 'succeeded', changes => changes::jsonb), 'refused', changes
)
from unnest(array[
  '{"amount": 12559}', '{"amount": null}', '{"currency": "usd"}', '{"currency": null}',
  '{"id": "pi_2"}', '{"amount": "12560.5"}', '{"amount": "much"}', '{"amount": 0}',
  '{"amount": -12560}', '{"amount": 1e300}', '{"amount_received": 12559}', '{"livemode": true}',
  '{"status": "paid"}', '{"status": null}', '{"metadata": null}', '{"metadata": {}}',
  '{"metadata": {"lml_payment_intent_id": "x"}}',
  '{"metadata": {"lml_payment_intent_id": "00000000-0000-0000-0000-000000000000"}}'
] || array(
  select jsonb_build_object('metadata', jsonb_build_object(
    'lml_payment_intent_id', tests.intent_of(tests.id('cart')), field, gen_random_uuid()
  ))::text
  from unnest(array['lml_organization_id', 'lml_booking_id']) as field
)) as changes;
select results_eq(
  $$ select f.kind, cardinality(f.stripe_event_ids), f.booking_id = tests.id('cart')
    from app_public.payment_findings as f order by f.kind, f.subject $$,
  $$ values ('event_amount_differs', 8, true), ('event_currency_differs', 2, true),
    ('event_identity_differs', 1, true), ('event_metadata_differs', 6, true),
    ('event_mode_differs', 1, true), ('event_status_unknown', 2, true) $$,
  'each is a finding for people, once for all events that tell the same'
);
-- About others, and about what is nowhere.
select is(
  tests.stripe_says(tests.id('cart'), 'succeeded', changes => '{"id": "pi_9"}' || changes::jsonb),
  'ignored', changes
)
from unnest(array[
  '{"metadata": null}', '{"metadata": {}}', '{"metadata": {"lml_payment_intent_id": "x"}}',
  '{"object": "charge"}', '{"object": "invoice"}', '{"object": null}'
]) as changes;
select is(
  tests.stripe_says(
    tests.id('cart'), 'succeeded', 'evt_nowhere',
    '{"id": "pi_9", "metadata": {"lml_payment_intent_id": "00000000-0000-0000-0000-000000000000"}}'
  ),
  'parked', 'what says that it is ours, and is not here, waits'
);
select is(tests.status(tests.id('cart')), 'pending_payment', 'none of this confirms anything');

-- It succeeds.
select is(tests.stripe_says(tests.id('cart'), 'succeeded', 'evt_ok'), 'applied', 'it is paid');
select is(tests.status(tests.id('cart')), 'confirmed', 'and confirmed');
select is(app_private.apply_stripe_event('evt_ok'), 'applied', 'the same event again');
select is(tests.stripe_says(tests.id('cart'), 'succeeded'), 'applied', 'the same news again');
select is(tests.stripe_says(tests.id('cart'), 'processing'), 'applied', 'old news');
select is(tests.stripe_says(tests.id('cart'), 'canceled'), 'applied', 'even this');
select is(
  (select (status, received_cents)::text from app_public.payment_intents), '(succeeded,12560)',
  'change nothing'
);
select is(
  (select count(*) from app_public.tickets), 2::bigint, 'there is one ticket for each seat'
);
select results_eq(
  $$
    select a.kind::text, sum(e.amount_cents)::bigint
    from app_public.ledger_entries as e join app_public.ledger_accounts as a on a.id = e.account_id
    group by a.kind having sum(e.amount_cents) <> 0 order by a.kind
  $$,
  $$ values ('stripe_balance', 12560::bigint), ('organizer_payable', -9000),
    ('platform_commission', -1000), ('service_fees', -1100), ('processing_fees', -350),
    ('taxes_payable', -1110) $$,
  'the books say whose the money is'
);
select tests.consistent();

-- Canceled at Stripe: nothing to pay any more, and the booking runs out by itself.
select tests.pending('canceled', 2, 3);
select is(tests.stripe_says(tests.id('canceled'), 'canceled'), 'applied', 'Stripe cancels');
select is(
  (select status::text from app_public.payment_intents where booking_id = tests.id('canceled')),
  'canceled', 'the intent is over'
);
select is(tests.stripe_says(tests.id('canceled'), 'processing'), 'applied', 'old news');
select is(
  (select status::text from app_public.payment_intents where booking_id = tests.id('canceled')),
  'canceled', 'do not bring it back'
);

-- Refused by Stripe as it stands: asking again would not help.
select tests.pending('hopeless', 4, 5);
select app_private.record_payment_intent_failure(
  tests.intent_of(tests.id('hopeless')), 'amount_too_large', 'Too much.'
) from generate_series(1, 2);
select is(
  app_private.prepare_payment_intent(tests.intent_of(tests.id('hopeless'))), null,
  'what Stripe refused is not asked again'
);
select app_private.record_payment_intent_failure(tests.intent_of(tests.id('cart')), 'x', 'x');
select is(
  (select status::text from app_public.payment_intents where booking_id = tests.id('cart')),
  'succeeded', 'and what was paid does not fail'
);

-- The event may be here before Stripe's answer to our call.
select tests.pending('early', 3, 4);
select is(tests.pay(tests.id('early')), 'applied', 'the event comes first');
select app_private.record_payment_intent(
  tests.intent_of(tests.id('early')),
  'pi_' || replace(tests.intent_of(tests.id('early'))::text, '-', ''), 's', 'succeeded'
);
select is(tests.status(tests.id('early')), 'confirmed', 'the answer changes nothing');
select tests.consistent();
