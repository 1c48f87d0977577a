-- If this fails, a booking is canceled by whom it is not, keeps its seats, or keeps the money.
select plan(41);

select tests.create_theatre();
select tests.create_theatre('rival');

-- A draft.
select tests.as_guest(1);
select tests.fill_cart('draft', 1, 2);
select tests.as_guest(2);
select tests.refused(
  $$ select app_public.cancel_booking(tests.id('draft')) $$, 'LMBKG', 'not by another guest'
);
select tests.as_anonymous();
select tests.refused(
  $$ select app_public.cancel_booking(tests.id('draft')) $$, 'LMCRT', 'not by nobody'
);
select tests.become('lml_user', tests.token('dead'), '');
select tests.refused(
  $$ select app_public.cancel_booking(tests.id('draft')) $$, 'LMSES', 'not by the dead'
);
select tests.sign_in('rival owner');
select tests.refused(
  $$ select app_public.cancel_booking(tests.id('draft')) $$, 'LMBKG', 'not by other staff'
);
select tests.sign_in('theatre staff');
select tests.refused(
  $$ select app_public.cancel_booking(tests.id('draft')) $$, 'LMBKG', 'not by all staff'
);
select tests.refused($$ select app_public.cancel_booking(null) $$, 'LMBKG', 'not null');
select tests.refused($$ select app_public.cancel_booking(uuidv7()) $$, 'LMBKG', 'not nothing');
select tests.as_guest(1);
select tests.refused(
  $$ select app_public.cancel_booking(tests.id('draft'), repeat('x', 501)) $$,
  'LMINP', 'not for an endless reason'
);
select is(tests.status(tests.id('draft')), 'draft', 'none of this canceled it');
select is(
  (app_public.cancel_booking(tests.id('draft'), 'Changed my mind')).cancellation_reason,
  'Changed my mind', 'the owner gives up'
);
select is(
  tests.seat_status(tests.id('theatre.performance'), 1, 2), 'available', 'the seats are free'
);
select tests.refused(
  $$ select app_public.cancel_booking(tests.id('draft')) $$, 'LMBST', 'it is canceled once'
);
select is(
  (select string_agg(to_status || coalesce(': ' || reason, ''), ', ' order by id)
    from app_public.booking_state_transitions where booking_id = tests.id('draft')),
  'draft, canceled: Changed my mind', 'the log says why'
);

-- A draft that ran out, whose seats others have.
select tests.fill_cart('late', 1);
select tests.run_out(tests.id('late'));
select tests.as_guest(2);
select tests.fill_cart('taker', 1);
select tests.as_guest(1);
select lives_ok(
  $$ select app_public.cancel_booking(tests.id('late')) $$, 'what ran out can be given up'
);
select is(
  (select tests.seat_status(tests.id('theatre.performance'), 1)), 'locked',
  'and leaves the seat to whoever has it now'
);
select tests.as_guest(2);
select lives_ok(
  $$ select app_public.start_checkout(tests.id('taker'), 'a@b.c') $$, 'who can check out'
);

-- Waiting for the payment, before Stripe knows of it.
select lives_ok($$ select app_public.cancel_booking(tests.id('taker')) $$, 'the buyer gives up');
select is(
  (select status::text from app_public.payment_intents), 'canceled', 'nothing is to be paid'
);
select tests.as_owner();
select is(
  app_private.prepare_payment_intent(tests.intent_of(tests.id('taker'))), null,
  'Stripe is not even asked'
);
select is(tests.jobs('payment_intent__cancel'), 0::bigint, 'so there is nothing to cancel there');

-- Waiting for the payment that Stripe knows of.
select tests.as_guest(2);
select tests.fill_cart('known', 3);
select app_public.start_checkout(tests.id('known'), 'a@b.c');
select tests.as_owner();
select app_private.record_payment_intent(
  tests.intent_of(tests.id('known')), 'pi_known', 'secret', 'requires_payment_method'
);
select tests.as_guest(2);
select app_public.cancel_booking(tests.id('known'));
select tests.as_owner();
select is(tests.jobs('payment_intent__cancel'), 1::bigint, 'Stripe is told');
select is(
  app_private.prepare_payment_intent_cancel(tests.intent_of(tests.id('known')))
    ->> 'stripe_payment_intent_id',
  'pi_known', 'what to cancel'
);
select app_private.record_payment_intent_canceled(tests.intent_of(tests.id('known')));
select is(
  app_private.prepare_payment_intent_cancel(tests.intent_of(tests.id('known'))), null, 'once'
);
select tests.consistent();

-- Paid.
select tests.sell('paid', 'theatre', 3, 4, 5);
select tests.as_guest(3);
select tests.refused(
  $$ select app_public.cancel_booking(tests.id('paid')) $$,
  'LMRGT', 'a paid booking is not the buyer''s to cancel'
);
select is(tests.status(tests.id('paid')), 'confirmed', 'and stays');
select tests.sign_in('theatre support');
select is(
  (app_public.cancel_booking(tests.id('paid'), 'Rain')).status::text, 'canceled', 'staff may'
);
select is(
  tests.seat_status(tests.id('theatre.performance'), 4, 5), 'available', 'the seats are free'
);
select is(
  (select string_agg(distinct status::text, ',') from app_public.tickets
    where booking_id = tests.id('paid')), 'canceled', 'the tickets are void'
);
select tests.as_owner();
select is(
  (select (reason, amount_cents, status)::text from app_public.refunds
    where booking_id = tests.id('paid')),
  '(booking_canceled,12560,pending)', 'and all of the money goes back'
);
select is(
  (select requested_by from app_public.refunds where booking_id = tests.id('paid')),
  tests.user_id('theatre support'), 'on whose word is known'
);
select is(tests.jobs('refund__create'), 1::bigint, 'once');
select results_eq(
  $$
    select a.kind::text, sum(e.amount_cents)::bigint
    from app_public.ledger_entries as e join app_public.ledger_accounts as a on a.id = e.account_id
    group by a.kind having sum(e.amount_cents) <> 0 order by a.kind
  $$,
  $$ values ('stripe_balance', 12560::bigint), ('buyer_clearing', -12560) $$,
  'the books say that it is the buyer''s'
);
select app_private.record_refund(tests.refund_of(tests.id('paid')), 're_1', 'succeeded', null);
select is(tests.status(tests.id('paid')), 'refunded', 'until it is paid out');
select is_empty(
  $$
    select a.kind from app_public.ledger_entries as e
    join app_public.ledger_accounts as a on a.id = e.account_id
    group by a.kind having sum(e.amount_cents) <> 0
  $$,
  'and nobody owes anybody anything'
);
select tests.sign_in('theatre support');
select tests.refused(
  $$ select app_public.cancel_booking(tests.id('paid')) $$, 'LMBST', 'not a second time'
);
select tests.as_guest(4);
select lives_ok($$ select tests.fill_cart('resold', 4, 5) $$, 'the seats can be sold again');

-- Used.
select tests.sell('used', 'theatre', 5, 6, 7);
select tests.sign_in('theatre staff');
select app_public.scan_ticket(
  tests.id('theatre.performance'), tests.credential(tests.id('used'), 6)
);
select tests.sign_in('theatre support');
select tests.refused(
  $$ select app_public.cancel_booking(tests.id('used')) $$, 'LMTUS', 'not when somebody is inside'
);
select is(
  (select string_agg(status::text, ',' order by seat_no) from app_public.tickets
    where booking_id = tests.id('used')),
  'used,valid', 'whose companion may still follow'
);
select tests.consistent();
select is_empty(
  $$ select from app_public.payment_intents where refunded_cents > received_cents $$,
  'no more went back than came'
);
