-- If this fails, seats of abandoned carts stay locked, or living bookings are ended.
select plan(20);

select tests.create_theatre();
select tests.drafts('alive', 1, 1);
select tests.drafts('draft', 2, 2, 3);
select tests.drafts('pending', 3, 4);
select tests.drafts('taken', 4, 5, 6);
select tests.as_guest(3);
select app_public.start_checkout(tests.id('pending'), 'a@b.c');
select tests.as_owner();
select app_private.record_payment_intent(
  tests.intent_of(tests.id('pending')), 'pi_1', 's', 'requires_payment_method'
);
select is(app_private.expire_bookings(), 0, 'nothing has run out');

select tests.run_out(tests.id(n)) from unnest(array['draft', 'pending', 'taken']) as n;
select tests.drafts('taker', 5, 5);
select is(app_private.expire_bookings(1), 1, 'the sweep works in batches');
select is(app_private.expire_bookings(), 2, 'until all are ended');
select is(app_private.expire_bookings(), 0, 'once');
select is(
  (select string_agg(distinct tests.status(tests.id(n)), ',')
    from unnest(array['draft', 'pending', 'taken']) as n),
  'expired', 'they are expired'
);
select is(tests.status(tests.id('alive')), 'draft', 'the living live');
select is(tests.status(tests.id('taker')), 'draft', 'and so does who took over');
select is(
  tests.seat_status(tests.id('theatre.performance'), 2, 3, 4, 6), 'available', 'seats are free'
);
select is(
  tests.seat_status(tests.id('theatre.performance'), 1, 5), 'locked', 'those of the living are not'
);
select is(
  (select status::text from app_public.payment_intents), 'canceled', 'what was asked is withdrawn'
);
select is(tests.jobs('payment_intent__cancel'), 1::bigint, 'at Stripe, too');
select is(
  (select count(*) from app_public.booking_items where booking_id = tests.id('draft')), 1::bigint,
  'what was wanted is remembered'
);
select tests.consistent();

-- Payments that come too late.
select is(tests.pay(tests.id('pending')), 'applied', 'the payment comes after all');
select is(tests.status(tests.id('pending')), 'confirmed', 'the seat was still free, and is sold');
select is(
  (select (status, canceled_at)::text from app_public.payment_intents), '(succeeded,)',
  'the payment is what counts'
);
select tests.consistent();

select tests.as_role('lml_worker');
select lives_ok('select app_private.expire_bookings()', 'the worker sweeps');
select tests.sign_in('theatre owner');
select tests.refused('select app_private.expire_bookings()', '42501', 'nobody else does');
select tests.as_anonymous();
select tests.refused('select app_private.expire_bookings()', '42501', 'nor anonymously');
