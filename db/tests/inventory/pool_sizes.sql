-- If this fails, a pool has fewer places than it has sold, or places are kept back from everybody for ever.
select plan(48);

select tests.create_theatre();
select tests.create_standing();
select tests.create_theatre('rival');
create function tests.left_of(category text)
returns integer
language sql volatile security definer set search_path = ''
return app_public.admissions_left(
  tests.id('standing.performance'), tests.id('standing.' || category || '.category')
);
create function tests.slots(pool text)
returns text
language sql stable security definer set search_path = ''
return (select format('%s of %s in %s', sum(s.held + s.sold), sum(s.capacity), count(*))
  from app_private.admission_slots as s where s.pool_id = tests.id('standing.' || slots.pool));
grant execute on function tests.left_of(text), tests.slots(text) to public;

-- Another size.
select tests.as_guest(1);
select tests.keep('cart', tests.admit('floor', 7));
select tests.sign_in('theatre owner');
select is(
  (app_public.set_pool_capacity(tests.id('standing.floor'), 100)).capacity, 100, 'a pool grows'
);
select is(tests.slots('floor'), '7 of 100 in 7', 'and gets more slots');
select is(tests.left_of('floor'), 93, 'which are on sale');
select is(
  (app_public.set_pool_capacity(tests.id('standing.floor'), 7)).capacity, 7,
  'it shrinks to what is held'
);
select is(tests.left_of('floor'), 0, 'and is sold out');
select tests.refused(
  format('select app_public.set_pool_capacity(tests.id(%L), %s)', s.pool, s.capacity), s.code, s.why
)
from (values
  ('standing.floor', '6', 'LMCAP', 'not further'),
  ('standing.floor', '0', 'LMINP', 'no room'),
  ('standing.floor', '-1', 'LMINP', 'less than none'),
  ('standing.floor', '1000001', 'LMINP', 'more than a million'),
  ('standing.floor', 'null', 'LMINP', 'null'),
  ('theatre.performance', '5', 'LMNFD', 'of what is no pool')
) as s (pool, capacity, code, why);
select tests.sign_in('theatre support');
select tests.refused(
  $$ select app_public.set_pool_capacity(tests.id('standing.floor'), 50) $$, 'LMRGT',
  'without inventory.manage'
);
select tests.sign_in('rival owner');
select tests.refused(
  $$ select app_public.set_pool_capacity(tests.id('standing.floor'), 50) $$, 'LMNFD', 'a stranger'
);
select tests.as_owner();
select throws_ok(
  $$ update app_private.admission_slots set capacity = held + sold - 1
    where pool_id = tests.id('standing.floor') and held > 0 $$,
  '23514', null, 'what the function does not allow, the constraint refuses'
);
select tests.run_out(tests.id('cart'));
select tests.sign_in('theatre owner');
select is(
  (app_public.set_pool_capacity(tests.id('standing.floor'), 5)).capacity, 5,
  'what nobody bought in time is not in the way'
);
select app_public.set_pool_capacity(tests.id('standing.floor'), 10);

-- A part is kept back.
select tests.keep('house', (app_public.allocate_admissions(
  tests.id('standing.terrace'), 3, 'house', 'Family', idempotency_key => 'a'
)).id);
select is(
  (app_public.allocate_admissions(
    tests.id('standing.terrace'), 3, 'house', 'Family', idempotency_key => 'a'
  )).id,
  tests.id('house'), 'once'
);
select is(tests.left_of('terrace'), 1, 'the pool has fewer');
select is(tests.left_of('floor'), 7, 'and so has the one around it');
select tests.refused(
  format('select app_public.allocate_admissions(%L, %s, %L, %L, %L)', tests.id(s.pool), s.quantity,
    'house', s.reason, s.at),
  s.code, s.why
)
from (values
  ('standing.terrace', '2', 'x', null::timestamptz, 'LMFEW', 'not more than are free'),
  ('standing.terrace', '0', 'x', null, 'LMINP', 'none'),
  ('standing.terrace', '-1', 'x', null, 'LMINP', 'fewer'),
  ('standing.terrace', 'null', 'x', null, 'LMINP', 'null'),
  ('standing.terrace', '1', '', null, 'LMINP', 'without a reason'),
  ('standing.terrace', '1', 'x', now(), 'LMINP', 'until now'),
  ('theatre.performance', '1', 'x', null, 'LMNFD', 'of no pool')
) as s (pool, quantity, reason, at, code, why);
select tests.refused(
  $$ select app_public.set_pool_capacity(tests.id('standing.terrace'), 2) $$, 'LMCAP',
  'a pool has room for what is kept back of it'
);
select tests.as_guest(2);
select is(tests.visible('app_public.admission_allocations'), 'denied', 'buyers see nothing of it');
select tests.refused($$ select tests.admit('terrace', 2) $$, 'LMFEW', 'and do not get it');

-- Sold from it.
select tests.sign_in('theatre support');
select tests.keep('guest of the house', (app_public.hold_allocated_admissions(
  tests.id('house'), tests.id('standing.terrace.category'), 2, idempotency_key => 'b'
)).id);
select is(
  (app_public.hold_allocated_admissions(
    tests.id('house'), tests.id('standing.terrace.category'), 2, idempotency_key => 'b'
  )).id,
  tests.id('guest of the house'), 'support sells from it, once'
);
select is(
  (select places_left from app_public.admission_allocations), 1, 'and it has fewer'
);
select is(tests.left_of('terrace'), 1, 'what is on sale stays');
select tests.as_owner();
select is((select count(*) from app_public.check_invariants()), 0::bigint, 'and all is as it should be');
select tests.sign_in('theatre support');
select tests.refused(
  $$ select app_public.hold_allocated_admissions(
    tests.id('house'), tests.id('standing.terrace.category'), 2
  ) $$, 'LMFEW', 'no more than it has'
);
select tests.refused(
  $$ select app_public.hold_allocated_admissions(
    tests.id('house'), tests.id('standing.floor.category'), 1
  ) $$, 'LMINP', 'and of its own pool'
);
select tests.sign_in('theatre staff');
select tests.refused(
  $$ select app_public.hold_allocated_admissions(
    tests.id('house'), tests.id('standing.terrace.category'), 1
  ) $$, 'LMRGT', 'without inventory.sell'
);

-- What is not bought goes back to where it came from.
select tests.sign_in('theatre support');
select app_public.cancel_booking(tests.id('guest of the house'));
select is(tests.left_of('terrace'), 1, 'nobody else gets what is not bought');
select is((select places_left from app_public.admission_allocations), 3, 'but its allocation');
select tests.keep('guest of the house', (app_public.hold_allocated_admissions(
  tests.id('house'), tests.id('standing.terrace.category'), 3
)).id);
select app_public.extend_hold(tests.id('guest of the house'));
select app_public.release_admissions(
  tests.id('guest of the house'), tests.id('standing.terrace.category'), 1
);
select is((select places_left from app_public.admission_allocations), 1, 'place by place');
select tests.as_owner();
update app_public.bookings set expires_at = now() - interval '1 second'
where id = tests.id('guest of the house');
select app_private.expire_bookings();
select is(tests.left_of('terrace'), 1, 'nobody else gets them when time runs out,');
select is(app_private.expire_allocated_booking(), true, 'before they are given back');
select is((select places_left from app_public.admission_allocations), 3, 'all three');

-- Together with places that are on sale.
select tests.sign_in('theatre support');
select tests.keep('guest of the house', (app_public.hold_allocated_admissions(
  tests.id('house'), tests.id('standing.terrace.category'), 3
)).id);
select tests.admit('terrace', 1, 'guest of the house');
select tests.as_owner();
update app_public.bookings set expires_at = now() - interval '1 second'
where id = tests.id('guest of the house');
update app_private.admission_claims set held_until = now() - interval '1 second'
where booking_id = tests.id('guest of the house') and held_until < 'infinity';
select tests.as_guest(2);
select tests.refused(
  $$ select tests.admit('terrace', 2) $$, 'LMFEW', 'others get none of it when time runs out'
);
select tests.as_owner();
select app_private.expire_allocated_booking();
select is(
  ((select places_left from app_public.admission_allocations), tests.left_of('terrace'))::text,
  '(3,1)', 'its allocation has them back, and the other one is on sale'
);

-- Released.
select tests.sign_in('theatre owner');
select is(
  (select (places_left, released_at is null)::text
    from app_public.release_admission_allocation(tests.id('house'))),
  '(0,f)', 'the rest is released'
);
select app_public.release_admission_allocation(tests.id('house'));
select is(
  (tests.left_of('terrace'), tests.left_of('floor'))::text, '(4,10)', 'once, and in both pools'
);
select app_public.allocate_admissions(
  tests.id('standing.terrace'), 4, 'promoter', 'x', now() + interval '1 day'
);
select app_public.allocate_admissions(
  tests.id('standing.floor'), 6, 'blocked', 'x', now() + interval '1 day'
);
select is(tests.left_of('floor'), 0, 'all is kept back');
select tests.as_owner();
update app_public.admission_allocations set release_at = now() where released_at is null;
select is(app_private.release_due_allocations(), 2, 'until their day comes');
select is((select count(*) from app_public.check_invariants()), 0::bigint, 'all of it is consistent');
