-- If this fails, more people are let in than there is room for, or admissions are lost on the way.
select plan(77);

select tests.create_theatre();
select tests.create_standing();
select tests.create_theatre('rival');

-- Pools.
select tests.sign_in('theatre owner');
select is(
  (select (capacity, parent_pool_id)::text from app_public.admission_pools
    where id = tests.id('standing.terrace')),
  format('(4,%s)', tests.id('standing.floor')), 'a pool lies within another one'
);
select tests.refused(
  format(
    'select app_public.create_admission_pool(tests.id(%L), %L, %s, %L, %L)', p.performance, p.name,
    coalesce(p.capacity::text, 'null'), p.categories, p.parent
  ),
  p.code, p.why
)
from (values
  ('standing.performance', 'Hall', 0, '{}', null::uuid, 'LMINP', 'no room'),
  ('standing.performance', 'Hall', -1, '{}', null, 'LMINP', 'less than none'),
  ('standing.performance', 'Hall', 1000001, '{}', null, 'LMINP', 'more than a million'),
  ('standing.performance', 'Hall', null, '{}', null, 'LMINP', 'no capacity'),
  ('standing.performance', '', 5, '{}', null, 'LMINP', 'no name'),
  ('standing.performance', E' \t', 5, '{}', null, 'LMINP', 'a name of nothing'),
  ('standing.performance', E'Hall\nand yard', 5, '{}', null, 'LMINP', 'a name of two lines'),
  ('standing.performance', 'Floor', 5, '{}', null, 'LMINP', 'the name of another one'),
  ('standing.performance', 'Hall', 5, array[uuidv7()]::text, null, 'LMINP', 'an unknown category'),
  ('standing.performance', 'Hall', 5, array[null]::uuid[]::text, null, 'LMINP', 'null'),
  ('standing.performance', 'Hall', 5, array[tests.id('standing.floor.category')]::text, null,
    'LMINP', 'a category that has a pool'),
  ('standing.performance', 'Hall', 5, '{}', uuidv7(), 'LMNFD', 'within an unknown pool'),
  ('theatre.performance', 'Hall', 5, '{}', tests.id('standing.floor'), 'LMNFD',
    'within a pool of another performance'),
  ('rival.performance', 'Hall', 5, '{}', null, 'LMNFD', 'at another tenant''s')
) as p (performance, name, capacity, categories, parent, code, why);
select tests.refused(
  $$ select app_public.create_admission_pool(
    tests.id('standing.performance'), 'Hall', 5,
    array[(select id from app_public.ticket_categories
      where event_id = tests.id('standing.event') and name = 'I')]
  ) $$,
  'LMINP', 'a category that covers seats'
);
select tests.sign_in('theatre support');
select tests.refused(
  $$ select app_public.create_admission_pool(tests.id('standing.performance'), 'Hall', 5) $$,
  'LMRGT', 'without inventory.manage'
);

-- Holds.
select tests.as_guest(1);
select is(
  app_public.admissions_left(tests.id('standing.performance'), tests.id('standing.floor.category')),
  10, 'ten are left'
);
select lives_ok($$ select tests.keep('cart', tests.admit('floor', 3)) $$, 'a guest holds three');
select is(
  (
    select (status, subtotal_cents, service_fee_cents, processing_fee_cents, tax_cents,
      total_amount_cents, expires_at - now())::text
    from app_public.bookings
  ),
  '(draft,6000,750,264,675,7689,00:15:00)', 'the cart adds up'
);
select results_eq(
  $$ select item_type::text, quantity, seat_nos, unit_price_cents from app_public.booking_items $$,
  $$ values ('admission', 3, null::integer[], 2000::bigint) $$, 'with a line of admissions'
);
select lives_ok($$ select tests.admit('terrace', 2, 'cart') $$, 'two of the terrace join the cart');
select lives_ok(
  $$ select app_public.hold_seats(
    tests.id('standing.performance'), tests.seats(1, 2), tests.id('cart')
  ) $$,
  'and two seats'
);
select is(
  (select sum(quantity)::integer from app_public.booking_items), 7, 'seven tickets in one cart'
);
select results_eq(
  $$ select app_public.admissions_left(tests.id('standing.performance'), tests.id(c))
    from unnest(array['standing.floor.category', 'standing.terrace.category']) as c $$,
  $$ values (5), (2) $$, 'what the terrace takes, the floor has no more'
);
select tests.refused($$ select tests.admit('floor', 4, 'cart') $$, 'LMQTY', 'eleven in one cart');
select tests.refused(
  $$ select app_public.hold_seats(
    tests.id('standing.performance'), tests.seats(3, 4, 5, 6), tests.id('cart')
  ) $$,
  'LMQTY', 'eleven with seats'
);

select tests.as_guest(2);
select throws_ok($$ select tests.admit('floor', 6) $$, 'LMFEW', 'Only 5 are left.', 'too few left');
select throws_ok($$ select tests.admit('terrace', 3) $$, 'LMFEW', 'Only 2 are left.', 'up there');
select is(tests.visible('app_public.bookings'), '0', 'and nothing was held');
select lives_ok($$ select tests.keep('other', tests.admit('floor', 5)) $$, 'the last five');
select throws_ok($$ select tests.admit('floor', 1) $$, 'LMFEW', 'None are left.', 'nothing left');
select throws_ok(
  $$ select tests.admit('terrace', 1) $$, 'LMFEW', 'None are left.',
  'nor on the terrace, which has two free but lies within the floor'
);
select tests.refused(
  format('select tests.admit(%L, %s)', 'floor', q.quantity), 'LMQTY', q.quantity || ' of them'
)
from (values ('0'), ('-1'), ('10000'), ('null'), ('2147483647')) as q (quantity);
select tests.refused(
  $$ select app_public.hold_admissions(
    tests.id('standing.performance'), (select id from app_public.ticket_categories
      where event_id = tests.id('standing.event') and name = 'I'), 1
  ) $$,
  'LMSAL', 'a category of seats'
);
select tests.refused(
  $$ select app_public.hold_admissions(tests.id('standing.performance'), uuidv7(), 1) $$,
  'LMSAL', 'an unknown category'
);
select tests.refused(
  $$ select app_public.hold_admissions(uuidv7(), tests.id('standing.floor.category'), 1) $$,
  'LMNFD', 'an unknown performance'
);
select tests.refused(
  $$ select app_public.hold_admissions(
    tests.id('theatre.performance'), tests.id('standing.floor.category'), 1
  ) $$,
  'LMSAL', 'at a performance without the pool'
);
select tests.refused($$ select tests.admit('floor', 1, 'cart') $$, 'LMBKG', 'a foreign cart');
select tests.as_anonymous();
select tests.refused($$ select tests.admit('floor', 1) $$, 'LMCRT', 'nobody');
select tests.consistent();

-- Letting go.
select tests.as_guest(1);
select lives_ok(
  $$ select app_public.release_admissions(
    tests.id('cart'), tests.id('standing.floor.category'), 2
  ) $$,
  'two of three are let go'
);
select is(
  (select subtotal_cents from app_public.bookings), (2000 + 8000 + 10000)::bigint,
  'and not paid for'
);
select is(
  app_public.admissions_left(tests.id('standing.performance'), tests.id('standing.floor.category')),
  2, 'others can have them'
);
select tests.refused(
  format(
    'select app_public.release_admissions(tests.id(%L), tests.id(%L), %s)', 'cart',
    'standing.floor.category', q.quantity
  ),
  'LMQTY', 'letting go of ' || q.quantity
)
from (values ('0'), ('-1'), ('2'), ('null')) as q (quantity);
select lives_ok(
  $$ select app_public.release_admissions(
    tests.id('cart'), tests.id('standing.terrace.category'), 2
  ) $$,
  'the terrace is let go'
);
select is(
  (select count(*) from app_public.booking_items), 2::bigint, 'with its line'
);
select tests.consistent();

-- Paying.
select tests.as_guest(1);
select lives_ok(
  $$ select app_public.start_checkout(tests.id('cart'), 'guest1@example.com') $$, 'checkout'
);
select tests.as_owner();
select is(
  (select c.held_until from app_private.admission_claims as c
    where c.booking_id = tests.id('cart')),
  (select b.expires_at from app_public.bookings as b where b.id = tests.id('cart')),
  'prolongs the hold of admissions, too'
);
select tests.pay(tests.id('cart'));
select is(tests.status(tests.id('cart')), 'confirmed', 'the payment confirms it');
select results_eq(
  $$ select c.name, count(*)::integer, count(t.seat_no)::integer, sum(t.total_paid_cents)::bigint
    from app_public.tickets as t join app_public.ticket_categories as c
      on c.id = t.ticket_category_id
    group by c.name order by c.name $$,
  $$ values ('Floor', 1, 0, 2563::bigint), ('I', 2, 2, 12560::bigint) $$,
  'a ticket for each seat and admission'
);
select is(
  (select sum(sold)::integer from app_private.admission_slots
    where pool_id = tests.id('standing.floor')), 1, 'one is sold'
);
select tests.as_guest(3);
select throws_ok(
  $$ select tests.admit('floor', 5) $$, 'LMFEW', 'Only 4 are left.', 'and is nobody else''s'
);
select tests.as_owner();
select tests.consistent();

-- Running out.
select tests.run_out(tests.id('other'));
select tests.as_guest(3);
select is(
  app_public.admissions_left(tests.id('standing.performance'), tests.id('standing.floor.category')),
  9, 'lapsed holds are free at once'
);
select lives_ok($$ select tests.keep('third', tests.admit('floor', 8)) $$, 'and can be taken');
select tests.consistent();
select is(app_private.expire_bookings(), 1, 'the sweep ends the booking');
select tests.run_out(tests.id('third'));
select is(app_private.expire_bookings(), 1, 'and the next one');
select is(
  (select sum(held)::integer from app_private.admission_slots), 0, 'after which nothing is held'
);
select tests.consistent();

-- Late payments.
select tests.as_guest(4);
select tests.keep('late', tests.admit('terrace', 4));
select app_public.start_checkout(tests.id('late'), 'late@example.com');
select tests.as_owner();
select tests.run_out(tests.id('late'));
select app_private.expire_bookings();
select tests.pay(tests.id('late'));
select is(tests.status(tests.id('late')), 'confirmed', 'a late payment finds its places free');
select tests.consistent();

-- Canceling.
select tests.sign_in('theatre owner');
select app_public.cancel_booking(tests.id('late'));
select is(
  app_public.admissions_left(
    tests.id('standing.performance'), tests.id('standing.terrace.category')
  ),
  4, 'a canceled booking gives its places back'
);
select tests.consistent();
select tests.as_guest(5);
select tests.keep('late again', tests.admit('terrace', 4));
select app_public.start_checkout(tests.id('late again'), 'late@example.com');
select tests.as_owner();
select tests.run_out(tests.id('late again'));
select tests.as_guest(6);
select tests.admit('terrace', 1);
select tests.as_owner();
select tests.pay(tests.id('late again'));
select is(
  tests.status(tests.id('late again')), 'expired', 'or finds them gone, and is returned'
);
select is(tests.jobs('refund__create'), 2::bigint, 'by a refund');
select tests.consistent();

-- What no function would do.
select tests.refused(
  $$ update app_private.admission_slots set sold = capacity + 1 $$, '23514',
  'a slot is never oversold, not even from psql'
);
