-- If this fails, a buyer pays a price that was, gets less than they paid for, or is asked twice.
select plan(47);

select tests.create_theatre();
-- What the worker would tell Stripe now.
create function tests.told(name text, field text) returns text
language sql stable security definer set search_path = '' as $$
  select app_private.prepare_payment_intent_update(tests.intent_of(tests.id(told.name)))
    ->> told.field
$$;
-- A worker begins, and does not end, what it would tell Stripe now.
create function tests.begin_telling(name text) returns void
language sql volatile security definer set search_path = '' as $$
  select app_private.begin_stripe_call(
    (r ->> 'organization_id')::uuid, 'payment_intent.update',
    tests.intent_of(tests.id(begin_telling.name)), r ->> 'idempotency_key', repeat('0', 64)
  )
  from app_private.prepare_payment_intent_update(
    tests.intent_of(tests.id(begin_telling.name))
  ) as r
$$;
create function tests.end_telling(name text, change_no integer) returns void
language sql volatile security definer set search_path = '' as $$
  select app_private.record_payment_intent_update(
    tests.intent_of(tests.id(end_telling.name)), end_telling.change_no
  )
$$;
create function tests.refunds_of(name text) returns text
language sql stable security definer set search_path = '' as $$
  select string_agg(format('%s %s', r.reason, r.amount_cents), ', ' order by r.id)
  from app_public.refunds as r where r.booking_id = tests.id(refunds_of.name)
$$;
-- Two seats in a checkout whose payment Stripe knows.
create function tests.checked_out(name text, guest integer, variadic seat_nos integer[])
returns uuid
language plpgsql volatile as $$
begin
  perform tests.orders(name, guest, variadic seat_nos);
  perform tests.as_owner();
  perform app_private.record_payment_intent(
    tests.intent_of(tests.id(name)), 'pi_' || name, 'secret_' || name, 'requires_payment_method'
  );
  perform tests.as_guest(guest);
  return tests.id(name);
end
$$;
grant execute on all functions in schema tests to public;

-- Back to the cart, and out again with one seat less.
select tests.checked_out('a', 1, 1, 2);
select tests.keep('intent', tests.intent_of(tests.id('a')));
select is(tests.session('a', 'amount_cents'), '12560', 'two seats are to be paid');
select is((app_public.reopen_checkout(tests.id('a'))).status::text, 'draft', 'back to the cart');
select is((app_public.reopen_checkout(tests.id('a'))).status::text, 'draft', 'once');
select is(tests.session('a', 'client_secret'), null, 'meanwhile nobody can pay');
select app_public.release_seats(tests.id('a'), tests.seats(2));
select app_public.start_checkout(tests.id('a'), 'a@example.com');
select is(tests.intent_of(tests.id('a')), tests.id('intent'), 'the payment is the same');
select is(tests.session('a', 'amount_cents'), '6280', 'of another amount');
select is(tests.session('a', 'client_secret'), null, 'which nobody can pay before Stripe knows');
select is(tests.jobs('payment_intent__update'), 1::bigint, 'a worker tells it');
select is(tests.told('a', 'amount'), '6280', 'the new amount');
select is(
  tests.told('a', 'idempotency_key'), 'update:' || tests.id('intent') || ':1', 'with a key'
);
select tests.begin_telling('a');
select is(tests.told('a', 'change_no'), '1', 'again when the worker has died');

-- Another change while the first is under way: its outcome comes first, or it could come last.
select app_public.reopen_checkout(tests.id('a'));
select tests.keep('added', (app_public.hold_seats(
  tests.id('theatre.performance'), tests.seats(3, 4), tests.id('a')
)).id);
select app_public.start_checkout(tests.id('a'), 'a@example.com');
select is(tests.told('a', 'amount'), '6280', 'what is under way is told first');
select tests.end_telling('a', 1);
select is(tests.told('a', 'amount'), '18840', 'then what is to be paid now');
select is(tests.session('a', 'client_secret'), null, 'which nobody can pay until then');
select tests.end_telling('a', 2);
select is(tests.told('a', 'amount'), null, 'and nothing is left to tell');
select is(tests.session('a', 'client_secret'), 'secret_a', 'now it can be paid');
select is(
  tests.stripe_says(tests.id('a'), 'payment_failed', changes => '{"amount": 6280}'),
  'refused', 'an unknown status stays unknown, of whichever amount'
);
select is(
  tests.stripe_says(tests.id('a'), 'requires_payment_method', changes => '{"amount": 6280}'),
  'applied', 'news of an amount that was asked for once are believed'
);
select is(
  tests.stripe_says(tests.id('a'), 'payment_failed', changes => '{
    "status": "requires_payment_method", "last_payment_error": {"code": "card_declined"}
  }'), 'applied', 'also that a card was declined, after several checkouts'
);
select is(
  tests.stripe_says(tests.id('a'), 'succeeded', changes => '{"amount": 6281}'), 'refused',
  'of one that never was, not'
);
select is(tests.pay(tests.id('a')), 'applied', 'it is paid');
select is(tests.status(tests.id('a')), 'confirmed', 'once');
select is(tests.refunds_of('a'), null, 'exactly');
select tests.consistent();

-- Somebody pays in the same moment: too little, too much, and while the cart is open.
select tests.checked_out('b', 2, 5);
select app_public.reopen_checkout(tests.id('b'));
select app_public.hold_seats(tests.id('theatre.performance'), tests.seats(6), tests.id('b'));
select app_public.start_checkout(tests.id('b'), 'b@example.com');
select is(
  tests.stripe_says(tests.id('b'), 'succeeded', changes => '{"amount": 6280}'), 'applied',
  'somebody pays too little'
);
select is(tests.refunds_of('b'), 'late_payment 6280', 'which goes back');
select is(tests.status(tests.id('b')), 'pending_payment', 'and leaves the booking alone');
select tests.consistent();
select tests.as_guest(2);
select is(
  (select s.amount_cents from app_public.open_payment(tests.id('b')) as s), 12560::bigint,
  'another payment is of the price'
);

select tests.checked_out('c', 3, 7, 8);
select app_public.reopen_checkout(tests.id('c'));
select app_public.release_seats(tests.id('c'), tests.seats(8));
select app_public.start_checkout(tests.id('c'), 'c@example.com');
select is(
  tests.stripe_says(tests.id('c'), 'succeeded', changes => '{"amount": 12560}'), 'applied',
  'somebody pays too much'
);
select is(tests.status(tests.id('c')), 'confirmed', 'and has what is in the booking now');
select is(tests.refunds_of('c'), 'late_payment 6280', 'and the difference back');
select tests.consistent();
select app_private.record_refund(tests.refund_of(tests.id('c')), 're_c', 'succeeded', null);
select is(tests.status(tests.id('c')), 'confirmed', 'which ends nothing');
select tests.consistent();

select tests.checked_out('d', 4, 9);
select app_public.reopen_checkout(tests.id('d'));
select is(tests.pay(tests.id('d')), 'applied', 'somebody pays who went back to the cart');
select is(tests.refunds_of('d'), 'late_payment 6280', 'which goes back');
select is(tests.status(tests.id('d')), 'draft', 'and leaves the cart alone');
select tests.consistent();

-- Stripe refuses: the buyer was faster, and the old attempt is given up for a new one.
select tests.checked_out('e', 5, 10, 11);
select app_public.reopen_checkout(tests.id('e'));
select app_public.release_seats(tests.id('e'), tests.seats(11));
select app_public.start_checkout(tests.id('e'), 'e@example.com');
select tests.as_owner();
select tests.keep('old', tests.intent_of(tests.id('e')));
select app_private.record_payment_intent_update_refusal(tests.id('old'), 1)
from generate_series(1, 2);
select results_eq(
  $$ select status::text, amount_cents from app_public.payment_intents
    where booking_id = tests.id('e') order by created_at, id $$,
  $$ values ('canceled', 6280::bigint), ('pending', 6280) $$, 'there is a new attempt, one'
);
select is(tests.jobs('payment_intent__cancel'), 1::bigint, 'and the old one is canceled at Stripe');

-- When there is no way back, and when a new attempt is needed.
select tests.checked_out('f', 6, 12);
select tests.stripe_says(tests.id('f'), 'processing');
select tests.as_guest(6);
select tests.refused(
  'select app_public.reopen_checkout(tests.id(''f''))', 'LMBST', 'while the bank thinks'
);
select tests.as_guest(7);
select tests.refused(
  'select app_public.reopen_checkout(tests.id(''f''))', 'LMBKG', 'the booking of others'
);
select tests.as_guest(1);
select tests.refused('select app_public.reopen_checkout(tests.id(''a''))', 'LMBST', 'once paid');
select tests.checked_out('g', 8, 13);
select app_public.reopen_checkout(tests.id('g'));
select tests.run_out(tests.id('g'));
select tests.refused(
  'select app_public.reopen_checkout(tests.id(''g''))', 'LMEXP', 'nor after the deadline'
);
select tests.as_owner();
select app_private.expire_bookings();
select is(
  (select p.status::text from app_public.payment_intents as p where p.booking_id = tests.id('g')),
  'canceled', 'when its payment is given up'
);
select tests.consistent();
