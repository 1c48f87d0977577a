-- If this fails, a checkout changes what was chosen, asks for a wrong amount, or for none.
select plan(45);

select tests.create_theatre();

-- A guest.
select tests.as_guest(1);
select tests.fill_cart('cart', 1, 2);
select tests.refused(
  format('select app_public.start_checkout(tests.id(''cart''), %L, %L, %L, %L)', c.email, c.first,
    c.last, c.phone),
  c.code, c.why
)
from (values
  (null, null, null, null, 'LMCON', 'a guest needs an address'),
  ('', null, null, null, 'LMCON', 'a guest needs an address that is not empty'),
  ('guest', null, null, null, 'LMCON', 'a guest needs an address that is one'),
  ('a b@c.d', null, null, null, 'LMCON', 'an address has no space'),
  (repeat('a', 400) || '@b', null, null, null, 'LMINP', 'nor is it endless'),
  ('a@b.c', repeat('x', 101), null, null, 'LMINP', 'nor is a name'),
  ('a@b.c', null, repeat('x', 101), null, 'LMINP', 'nor is the other'),
  ('a@b.c', null, null, '0', 'LMINP', 'nor is zero a telephone number'),
  ('a@b.c', null, null, 'call me', 'LMINP', 'nor are words')
) as c (email, first, last, phone, code, why);
select is(tests.status(tests.id('cart')), 'draft', 'after all of which it is still a draft');

select is(
  (
    app_public.start_checkout(
      tests.id('cart'), 'Grace@Example.com', 'Grace', 'Hopper', '+4312345678'
    )
  ).status::text,
  'pending_payment', 'a guest checks out'
);
select is(
  (select (customer_email, customer_name, total_amount_cents)::text from app_public.bookings),
  '(Grace@Example.com,"Grace Hopper",12560)', 'as who they said they are, at the price they saw'
);
select is(
  (select expires_at from app_public.bookings), now() + interval '15 minutes',
  'with time to pay: what is left of the hold'
);
select is(
  (select (amount_cents, currency, status)::text from app_public.payment_intents),
  '(12560,EUR,pending)', 'the whole amount is asked for'
);
select is(tests.jobs('payment_intent__create'), 1::bigint, 'once');
select tests.refused(
  $$ select app_public.start_checkout(tests.id('cart'), 'a@b.c') $$,
  'LMBST', 'a second checkout is refused'
);
select tests.refused(
  $$ select app_public.hold_seats(tests.id('theatre.performance'), tests.seats(3),
    tests.id('cart')) $$,
  'LMBST', 'and so is another seat'
);

-- The same person again, with other capitals.
select tests.as_guest(2);
select tests.fill_cart('second', 3);
select lives_ok(
  $$ select app_public.start_checkout(tests.id('second'), 'grace@example.COM', 'Eve', 'Evil') $$,
  'the same address comes back in other letters'
);
select tests.as_owner();
select results_eq(
  $$ select email::text, first_name, last_name, user_id from app_public.customers $$,
  $$ values ('Grace@Example.com', 'Grace', 'Hopper', null::uuid) $$,
  'and is the same customer, whose name is not overwritten by whoever knows the address'
);

-- A user.
select tests.user_id('ada');
update app_public.users set email_verified_at = now() where id = tests.user_id('ada');
select tests.sign_in('ada');
select tests.fill_cart('ada', 4);
select lives_ok($$ select app_public.start_checkout(tests.id('ada')) $$, 'a user needs no details');
select is(
  (select customer_email::text from app_public.bookings where id = tests.id('ada')),
  'ada@example.com', 'they are known'
);
select tests.as_owner();
select is(
  (select user_id from app_public.customers where email operator(public.=) 'ada@example.com'),
  tests.user_id('ada'), 'the customer is the user'
);
select tests.sign_in('eve');
select tests.fill_cart('eve', 5);
select lives_ok(
  $$ select app_public.start_checkout(tests.id('eve'), 'ADA@example.com') $$,
  'who may give another address'
);
select is(tests.visible('app_public.customers'), '0', 'but does not become that customer');

-- Whose.
select tests.as_guest(3);
select tests.fill_cart('third', 6);
select tests.as_guest(4);
select tests.refused(
  $$ select app_public.start_checkout(tests.id('third'), 'a@b.c') $$, 'LMBKG', 'another guest''s'
);
select tests.refused(
  $$ select app_public.start_checkout(tests.id('ada'), 'a@b.c') $$, 'LMBKG', 'a user''s'
);
select tests.refused(
  $$ select app_public.start_checkout(uuidv7(), 'a@b.c') $$, 'LMBKG', 'nobody''s'
);
select tests.refused(
  $$ select app_public.start_checkout(null, 'a@b.c') $$, 'LMBKG', 'no booking'
);
select tests.as_anonymous();
select tests.refused(
  $$ select app_public.start_checkout(tests.id('third'), 'a@b.c') $$, 'LMCRT', 'no token'
);
select tests.become('lml_user', tests.token('dead'), '');
select tests.refused(
  $$ select app_public.start_checkout(tests.id('third'), 'a@b.c') $$, 'LMSES', 'a dead session'
);

-- When.
select tests.as_owner();
update app_public.events set sales_end = now();
select tests.as_guest(3);
select tests.refused(
  $$ select app_public.start_checkout(tests.id('third'), 'a@b.c') $$, 'LMSAL', 'sales are closed'
);
select tests.as_owner();
update app_public.events set sales_end = null, status = 'postponed';
select tests.as_guest(3);
select tests.refused(
  $$ select app_public.start_checkout(tests.id('third'), 'a@b.c') $$, 'LMEVT', 'it was postponed'
);
select tests.as_owner();
update app_public.events set status = 'published';
select tests.run_out(tests.id('third'));
select tests.as_guest(3);
select tests.refused(
  $$ select app_public.start_checkout(tests.id('third'), 'a@b.c') $$, 'LMEXP', 'it ran out'
);
select tests.as_owner();
select app_private.expire_bookings();
select tests.as_guest(3);
select tests.refused(
  $$ select app_public.start_checkout(tests.id('third'), 'a@b.c') $$, 'LMEXP', 'and was swept'
);
select tests.fill_cart('again', 6);

-- Who lingered gets the time to pay that is promised. A deadline never moves closer, nor beyond the
-- maximum.
select tests.age('again', interval '7 minutes');
select is(
  (app_public.start_checkout(tests.id('again'), 'a@b.c')).expires_at, now() + interval '10 minutes',
  'who lingered has the time to pay'
);
select tests.as_owner();
select is(
  (select locked_until from app_public.seat_booking_state where booking_id = tests.id('again')),
  now() + interval '10 minutes', 'and the seats so long'
);
select tests.as_guest(3);
select tests.fill_cart('old', 12);
select tests.as_owner();
update app_public.bookings set created_at = now() - interval '59 minutes'
where id = tests.id('old');
select tests.as_guest(3);
select is(
  (app_public.start_checkout(tests.id('old'), 'a@b.c')).expires_at, now() + interval '15 minutes',
  'an old cart keeps what it has'
);
select tests.fill_cart('older', 7);
select tests.age('older', interval '12 minutes');
select tests.as_owner();
update app_public.bookings set created_at = now() - interval '55 minutes'
where id = tests.id('older');
select tests.as_guest(3);
select is(
  (app_public.start_checkout(tests.id('older'), 'a@b.c')).expires_at, now() + interval '5 minutes',
  'and gets what is left of the hour'
);
select tests.as_owner();
select is_empty(
  $$
    select from app_public.seat_booking_state as s
    join app_public.bookings as b on b.id = s.booking_id
    where s.locked_until <> b.expires_at
  $$,
  'the seats have the deadlines of their bookings'
);
select tests.consistent();

-- Nothing to pay.
update app_public.ticket_category_prices set price_cents = 0;
update app_public.events set service_fee_fixed_cents = 0, processing_fee_fixed_cents = 0;
select tests.as_guest(5);
select tests.fill_cart('free', 8, 9);
select is(
  (app_public.start_checkout(tests.id('free'), 'a@b.c')).status::text, 'confirmed',
  'what is free is confirmed at once'
);
select is(tests.visible('app_public.payment_intents'), '0', 'nothing is asked for');
select is(tests.visible('app_public.tickets'), '2', 'and there are tickets');
select is(
  tests.seat_status(tests.id('theatre.performance'), 8, 9), 'booked', 'for seats that are booked'
);
select tests.consistent();
