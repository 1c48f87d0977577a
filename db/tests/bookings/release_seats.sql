-- If this fails, a buyer pays for seats that were let go, or loses others.
select plan(26);

select tests.create_theatre();
select tests.as_guest(1);
select tests.keep(
  'cart',
  (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(1, 2, 3, 13))).id
);
select tests.as_guest(2);
select tests.keep(
  'other', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(7))).id
);

-- The owner lets some go.
select tests.as_guest(1);
select is(
  (app_public.release_seats(tests.id('cart'), tests.seats(2))).total_amount_cents,
  (12560 + 3183)::bigint, 'what is let go is not paid for'
);
select is(
  tests.seat_status(tests.id('theatre.performance'), 2), 'available', 'and is free for others'
);
select is(
  tests.seat_status(tests.id('theatre.performance'), 1, 3, 13), 'locked', 'the rest is kept'
);
select is(
  (app_public.release_seats(tests.id('cart'), tests.seats(1, 3))).total_amount_cents,
  3183::bigint, 'down to one line'
);

-- What does not work.
select tests.refused(
  format('select app_public.release_seats(tests.id(''cart''), %L)', s.seats), s.code, s.why
)
from (values
  (null, 'LMQTY', 'null'), ('{}', 'LMQTY', 'nothing'), ('{NULL}', 'LMSEA', 'a seat that is null'),
  (tests.seats(13, 13)::text, 'LMSDP', 'a seat twice'), ('{x}', 'LMSEA', 'an unknown seat'),
  (tests.seats(2)::text, 'LMSEA', 'a seat that was let go'),
  (tests.seats(7)::text, 'LMSEA', 'a seat of others'),
  (tests.seats(13, 7)::text, 'LMSEA', 'one of them of others'),
  (tests.seats(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)::text, 'LMQTY', 'too many')
) as s (seats, code, why);
select tests.as_guest(2);
select tests.refused(
  $$ select app_public.release_seats(tests.id('cart'), tests.seats(13)) $$,
  'LMBKG', 'somebody else''s booking'
);
select tests.sign_in('ada');
select tests.refused(
  $$ select app_public.release_seats(tests.id('cart'), tests.seats(13)) $$,
  'LMBKG', 'a stranger''s'
);
select tests.refused(
  $$ select app_public.release_seats(null, tests.seats(13)) $$, 'LMBKG', 'no booking'
);
select tests.as_anonymous();
select tests.refused(
  $$ select app_public.release_seats(tests.id('cart'), tests.seats(13)) $$, 'LMCRT', 'no token'
);
select tests.sign_in('theatre viewer');
select tests.refused(
  $$ select app_public.release_seats(tests.id('cart'), tests.seats(13)) $$,
  'LMBKG', 'a member without the right'
);
select is(
  tests.seat_status(tests.id('theatre.performance'), 13), 'locked', 'nothing of this let go'
);
select tests.sign_in('theatre support');
select is(
  (app_public.release_seats(tests.id('cart'), tests.seats(13))).total_amount_cents, 0::bigint,
  'staff may, and an empty cart costs nothing'
);
select tests.as_guest(1);
select tests.refused(
  $$ select app_public.start_checkout(tests.id('cart'), 'a@b.c') $$, 'LMQTY',
  'but cannot be checked out'
);
select lives_ok(
  $$ select app_public.hold_seats(
    tests.id('theatre.performance'), tests.seats(1), tests.id('cart')
  ) $$,
  'it can be filled again'
);
select lives_ok(
  $$ select app_public.start_checkout(tests.id('cart'), 'a@b.c') $$, 'and then be checked out'
);
select tests.refused(
  $$ select app_public.release_seats(tests.id('cart'), tests.seats(1)) $$,
  'LMBST', 'after which it is frozen'
);
select tests.run_out(tests.id('other'));
select tests.as_guest(2);
select tests.refused(
  $$ select app_public.release_seats(tests.id('other'), tests.seats(7)) $$,
  'LMEXP', 'what ran out has nothing to let go'
);
select tests.consistent();
