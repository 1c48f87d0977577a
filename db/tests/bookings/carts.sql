-- If this fails, a cart lasts for ever, is lost at sign-in, or one buyer keeps the whole hall.
select plan(26);

select tests.create_theatre();
select tests.create_standing();
create function tests.hold(variadic seats integer[]) returns uuid
language sql volatile as $$
  select (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(variadic seats))).id
$$;
grant execute on function tests.hold(integer[]) to public;

-- Extending.
select tests.as_guest(1);
select tests.keep('cart', tests.hold(1, 2));
select tests.age('cart', interval '9 minutes');
select is(
  (app_public.extend_hold(tests.id('cart'))).expires_at, now() + interval '15 minutes',
  'a hold is extended to its full time'
);
select tests.consistent();
select tests.as_guest(1);
select tests.age('cart', interval '9 minutes');
select app_public.extend_hold(tests.id('cart'));
select tests.age('cart', interval '9 minutes');
select app_public.extend_hold(tests.id('cart'));
select tests.age('cart', interval '9 minutes');
select app_public.extend_hold(tests.id('cart'));
select tests.age('cart', interval '9 minutes');
select app_public.extend_hold(tests.id('cart'));
select tests.age('cart', interval '9 minutes');
select is(
  (app_public.extend_hold(tests.id('cart'))).expires_at, now() + interval '6 minutes',
  'but not beyond an hour from its beginning'
);
select tests.as_guest(2);
select tests.refused(
  $$ select app_public.extend_hold(tests.id('cart')) $$, 'LMBKG', 'somebody else''s'
);
select tests.as_owner();
select tests.run_out(tests.id('cart'));
select tests.as_guest(1);
select tests.refused(
  $$ select app_public.extend_hold(tests.id('cart')) $$, 'LMEXP', 'one that has run out'
);
select tests.keep('standing', tests.admit('floor', 2));
select tests.age('standing', interval '5 minutes');
select is(
  (app_public.extend_hold(tests.id('standing'))).expires_at, now() + interval '15 minutes',
  'admissions are extended, too'
);
select app_public.start_checkout(tests.id('standing'), 'a@example.com');
select tests.refused(
  $$ select app_public.extend_hold(tests.id('standing')) $$, 'LMBST', 'not during checkout'
);
select tests.consistent();

-- Signing in.
select tests.as_guest(3);
select tests.keep('draft', tests.hold(3));
select tests.keep('paying', tests.hold(4));
select app_public.start_checkout(tests.id('paying'), 'a@example.com');
select tests.as_owner();
select tests.sell('paid', 'theatre', 3, 5);
select tests.user_id('ada');
select tests.become('lml_user', tests.token('session of ada'), tests.token('cart 3'));
select is(app_public.claim_cart(), 2, 'open carts follow their owner');
select tests.holds('looked into', 3, 15);
select tests.as_owner();
update app_public.bookings as b
set status = 'fraud_hold', customer_id = p.customer_id, customer_email = p.customer_email
from app_public.bookings as p
where b.id = tests.id('looked into') and p.id = tests.id('paying');
select tests.become('lml_user', tests.token('session of ada'), tests.token('cart 3'));
select is(app_public.claim_cart(), 1, 'and one that is looked into');
select is(app_public.claim_cart(), 0, 'once');
select tests.sign_in('ada');
select set_eq(
  $$ select id from app_public.bookings $$,
  $$ values (tests.id('draft')), (tests.id('paying')), (tests.id('looked into')) $$,
  'and are the account''s now'
);
select tests.as_guest(3);
select set_eq(
  $$ select id from app_public.bookings $$, $$ values (tests.id('paid')) $$,
  'what is paid for is still the cart''s'
);
select tests.refused($$ select tests.hold(6) from app_public.claim_cart() $$, '42501', 'no guest');
select tests.become('lml_user', tests.token('dead'), tests.token('cart 1'));
select tests.refused($$ select app_public.claim_cart() $$, 'LMSES', 'no dead session');
select tests.become('lml_user', tests.token('session of ada'), '');
select is(app_public.claim_cart(), 0, 'nothing without a cart');
select tests.as_owner();
select tests.pay(tests.id('paying'));
select is(tests.status(tests.id('paying')), 'confirmed', 'a payment that was under way arrives');
select tests.consistent();

-- Too many carts.
update app_public.events set open_carts_max = 2;
select tests.as_guest(4);
select tests.hold(7);
select tests.keep('second', tests.admit('floor', 1));
select throws_ok(
  $$ select tests.hold(8) $$, 'LMCRS', 'You have 2 open carts.', 'a third cart'
);
select tests.refused($$ select tests.admit('floor', 1) $$, 'LMCRS', 'or one of admissions');
select app_public.cancel_booking(tests.id('second'));
select lives_ok($$ select tests.hold(8) $$, 'one less makes room');
select tests.sign_in('eve');
select lives_ok($$ select tests.hold(9) $$, 'others have their own');
select tests.hold(10);
select tests.refused($$ select tests.hold(11) $$, 'LMCRS', 'and as many');

-- The setting.
select tests.sign_in('theatre owner');
select is(
  (app_public.update_organization_settings(
    tests.id('theatre.organization'), open_carts_max => 3
  )).open_carts_max, 3, 'the organization sets how many'
);
select tests.refused(
  $$ select app_public.update_organization_settings(
    tests.id('theatre.organization'), open_carts_max => 0
  ) $$,
  'LMINP', 'at least one'
);
select tests.create_event('theatre', 'next event');
select tests.as_owner();
select is(
  (select open_carts_max from app_public.events where id = tests.id('next event')), 3,
  'for events that are made afterwards'
);
