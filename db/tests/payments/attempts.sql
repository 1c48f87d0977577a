-- If this fails, a buyer cannot try again, pays twice, or is told something else than what Stripe
-- says.
select plan(31);

select tests.create_theatre();
create function tests.session(name text) returns text
language sql stable as $$
  select (s.status, s.amount_cents, s.client_secret, s.failure_code)::text
  from app_public.payment_session(tests.id(session.name)) as s
$$;
-- Stripe's news are ordered by their second.
create sequence tests.seconds;
create function tests.news(name text, intent text, status text, amount integer default 6280)
returns text
language sql volatile security definer set search_path = '' as $$
  select app_private.apply_payment_intent(jsonb_build_object(
    'object', 'payment_intent', 'id', 'pi_' || news.intent, 'status', news.status,
    'amount', news.amount, 'currency', 'eur',
    'metadata', jsonb_build_object('lml_payment_intent_id', tests.id(news.intent))
  ), jsonb_build_object('created', nextval('tests.seconds')))
$$;
grant execute on all functions in schema tests to public;
grant usage on all sequences in schema tests to public;

select tests.as_guest(1);
select tests.keep(
  'a', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(1))).id
);
select tests.refused('select app_public.open_payment(tests.id(''a''))', 'LMBST', 'a cart');
select app_public.start_checkout(tests.id('a'), 'a@example.com');
select tests.keep('one', tests.intent_of(tests.id('a')));
select is(tests.session('a'), '(pending,6280,,)', 'an attempt begins');
select is(
  (select pay_by from app_public.payment_session(tests.id('a'))),
  (select expires_at from app_public.bookings where id = tests.id('a')),
  'and says until when it may be paid'
);
select is(
  (app_public.open_payment(tests.id('a'))).payment_intent_id, tests.id('one'), 'there is one'
);

-- Another card, with the same attempt.
select is(
  tests.stripe_says(tests.id('a'), 'requires_payment_method', null,
    '{"last_payment_error": {"decline_code": "insufficient_funds"}}'),
  'applied', 'a card is declined'
);
select is(
  tests.session('a'), '(pending,6280,,insufficient_funds)', 'the buyer sees why, and tries again'
);
select is(tests.stripe_says(tests.id('a'), 'requires_action'), 'applied', 'the bank wants more');
select is(
  (app_public.payment_session(tests.id('a'))).status::text, 'requires_action',
  'the buyer is told so'
);
select is(
  (app_public.open_payment(tests.id('a'))).payment_intent_id, tests.id('one'),
  'and gets no other attempt meanwhile'
);
select is(tests.stripe_says(tests.id('a'), 'processing'), 'applied', 'the bank thinks');
select is(
  (app_public.payment_session(tests.id('a'))).status::text, 'processing', 'which is told, too'
);

-- Stripe ends the attempt: there is another one, as long as the hold lasts.
select is(tests.stripe_says(tests.id('a'), 'canceled'), 'applied', 'an attempt ends');
select is((app_public.payment_session(tests.id('a'))).status::text, 'canceled', 'which is told');
select is(tests.status(tests.id('a')), 'pending_payment', 'the booking goes on');
select is(
  (app_public.open_payment(tests.id('a'))).status::text, 'pending', 'there is another attempt'
);
select tests.keep('two', tests.intent_of(tests.id('a')));
select isnt(tests.id('two'), tests.id('one'), 'of its own');

-- The first one was paid after all: the second is given up, and returned if it was paid, too.
select tests.as_owner();
select app_private.record_payment_intent(tests.id('two'), 'pi_two', 'secret', 'x');
update app_public.payment_intents set stripe_payment_intent_id = 'pi_one'
where id = tests.id('one');
select is(tests.news('a', 'one', 'succeeded'), 'applied', 'the first attempt was paid after all');
select is(tests.status(tests.id('a')), 'confirmed', 'it was asked for');
select is(
  (select status::text from app_public.payment_intents where id = tests.id('two')), 'canceled',
  'the second is given up'
);
select is(tests.jobs('payment_intent__cancel'), 1::bigint, 'at Stripe, too');
select tests.consistent();
select is(tests.news('a', 'two', 'succeeded'), 'applied', 'and was faster');
select is(
  (select (reason, amount_cents)::text from app_public.refunds
    where payment_intent_id = tests.id('two')),
  '(late_payment,6280)', 'it goes back'
);
select is(tests.status(tests.id('a')), 'confirmed', 'the booking stays');
select tests.consistent();
select tests.as_guest(1);
select tests.refused(
  'select app_public.open_payment(tests.id(''a''))', 'LMBST', 'what is paid is not paid again'
);

-- The hold has run out; too many attempts.
select tests.keep(
  'b', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(2))).id
);
select app_public.start_checkout(tests.id('b'), 'a@example.com');
do $$
begin
  for n in 1..19 loop
    perform tests.stripe_says(tests.id('b'), 'canceled', null, jsonb_build_object('id', 'pi_b' || n));
    perform app_public.open_payment(tests.id('b'));
  end loop;
end
$$;
select tests.stripe_says(tests.id('b'), 'canceled', null, '{"id": "pi_last"}');
select tests.refused(
  'select app_public.open_payment(tests.id(''b''))', 'LMBST', 'twenty attempts are enough'
);
select tests.run_out(tests.id('b'));
select tests.refused(
  'select app_public.open_payment(tests.id(''b''))', 'LMEXP', 'after the hold there is none'
);
select tests.as_guest(2);
select tests.refused(
  'select app_public.open_payment(tests.id(''b''))', 'LMBKG', 'nor for others'
);
select tests.as_anonymous();
select tests.refused(
  'select app_public.open_payment(tests.id(''b''))', 'LMCRT', 'nor for nobody'
);
select tests.consistent();
