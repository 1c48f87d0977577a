-- If this fails, seats that are kept back are sold, or are never sold.
select plan(50);

select tests.create_theatre();
select tests.create_theatre('rival');
create function tests.allocate(
  seats text[], kind text default 'house', reason text default 'Friends of the house',
  release_at timestamptz default null, performance text default 'theatre.performance'
)
returns uuid
language sql volatile as $$
  select (
    app_public.allocate_seats(
      tests.id(performance), seats, kind::app_public.allocation_kind, reason, release_at
    )
  ).id
$$;
create function tests.hold(seats text[]) returns uuid
language sql volatile as $$
  select (app_public.hold_seats(tests.id('theatre.performance'), seats)).id
$$;
grant execute on function tests.allocate(text[], text, text, timestamptz, text),
  tests.hold(text[]) to public;

select tests.as_guest(1);
select tests.keep('cart', tests.hold(tests.seats(6)));

select tests.sign_in('theatre manager');
select lives_ok(
  $$ select tests.keep('house', tests.allocate(tests.seats(1, 2, 3))) $$, 'a manager keeps seats back'
);
select is(
  (select (kind, reason, seat_count, release_at, released_at, created_by)::text
    from app_public.seat_allocations),
  format('(house,"Friends of the house",3,,,%s)', tests.user_id('theatre manager')),
  'for a reason'
);
select lives_ok(
  $$ select tests.keep('blocked', tests.allocate(tests.seats(4), 'blocked', 'Camera')) $$,
  'another one is blocked'
);
select lives_ok(
  $$ select tests.keep('promoter', tests.allocate(
    tests.seats(5), 'promoter', 'Guests', now() + interval '1 day'
  )) $$,
  'and one is for the promoter, for a day'
);
select is(
  (app_public.seat_map(tests.id('theatre.performance'))).availability,
  'rrrxrl' || repeat('a', 12) || 'xx', 'as the map tells'
);
select tests.refused(
  format('select tests.allocate(%L, %L, %L, %L)', s.seats, s.kind, s.reason, s.release_at),
  s.code, s.why
)
from (values
  (tests.seats(7, 1)::text, 'house', 'x', null::timestamptz, 'LMTKN', 'a seat that is kept back'),
  (tests.seats(7, 6)::text, 'house', 'x', null, 'LMTKN', 'a seat in a cart'),
  (tests.seats(7, 7)::text, 'house', 'x', null, 'LMSDP', 'a seat twice'),
  (array[repeat('0', 64)]::text, 'house', 'x', null, 'LMSEA', 'an unknown seat'),
  ('{}', 'house', 'x', null, 'LMINP', 'no seat'),
  (null, 'house', 'x', null, 'LMINP', 'null'),
  (tests.seats(7)::text, 'house', '', null, 'LMINP', 'no reason'),
  (tests.seats(7)::text, null, 'x', null, 'LMINP', 'no kind'),
  (tests.seats(7)::text, 'house', 'x', now(), 'LMINP', 'a release that is past'),
  (tests.seats(7)::text, 'house', 'x', 'infinity', 'LMINP', 'a release that never comes')
) as s (seats, kind, reason, release_at, code, why);
select is(
  tests.seat_status(tests.id('theatre.performance'), 7), 'available', 'all of them or none'
);
select tests.refused(
  $$ select tests.allocate(tests.seats(7), performance => 'rival.performance') $$, 'LMNFD',
  'another tenant''s seats'
);
select tests.sign_in('theatre support');
select tests.refused(
  $$ select tests.allocate(tests.seats(7)) $$, 'LMRGT', 'without inventory.manage'
);
select tests.consistent();

-- Buyers.
select tests.as_guest(2);
select tests.refused($$ select tests.hold(tests.seats(1)) $$, 'LMTKN', 'buyers do not get them');
select is(tests.visible('app_public.seat_allocations'), 'denied', 'nor learn for whom they are');
select tests.sign_in('theatre viewer');
select is(tests.visible('app_public.seat_allocations'), '3', 'members do');
select is(tests.visible('app_public.seat_allocation_seats'), '5', 'and which seats');
select tests.sign_in('rival owner');
select is(tests.visible('app_public.seat_allocations'), '0', 'others do not');
select tests.refused(
  $$ select app_public.release_allocation(tests.id('house')) $$, 'LMNFD', 'nor can release them'
);

-- Sales by staff.
select tests.sign_in('theatre support');
select lives_ok(
  $$ select tests.keep('staff sale', (
    app_public.hold_allocated_seats(tests.id('house'), tests.seats(1, 2), null, 'key')
  ).id) $$,
  'staff sells from an allocation'
);
select is(
  (app_public.hold_allocated_seats(tests.id('house'), tests.seats(1, 2), null, 'key')).id,
  tests.id('staff sale'), 'once under a key'
);
select tests.refused(
  $$ select app_public.hold_allocated_seats(tests.id('house'), tests.seats(4)) $$, 'LMSEA',
  'but no seat that is not in it'
);
select tests.sign_in('theatre viewer');
select tests.refused(
  $$ select app_public.hold_allocated_seats(tests.id('house'), tests.seats(3)) $$, 'LMRGT',
  'without inventory.sell nobody does'
);
select tests.sign_in('theatre support');
select app_public.start_checkout(tests.id('staff sale'), 'friend@example.com');
select tests.as_owner();
select tests.pay(tests.id('staff sale'));
select is(tests.status(tests.id('staff sale')), 'confirmed', 'and the friend pays');
select tests.consistent();

-- Release.
select tests.sign_in('theatre manager');
select isnt(
  (app_public.release_allocation(tests.id('house'))).released_at, null, 'the rest is released'
);
select lives_ok(
  $$ select app_public.release_allocation(tests.id('house')) $$, 'again, which changes nothing'
);
select is(
  left((app_public.seat_map(tests.id('theatre.performance'))).availability, 6), 'bbaxrl',
  'what was sold stays sold'
);
select tests.as_owner();
select is(app_private.release_due_allocations(), 0, 'no day has come');
update app_public.seat_allocations set release_at = now() - interval '1 second'
where id = tests.id('promoter');
select is(app_private.release_due_allocations(), 1, 'when it comes, the job releases them');
select tests.as_guest(2);
select lives_ok($$ select tests.hold(tests.seats(3, 5)) $$, 'and buyers get them');
select tests.consistent();

-- What was held of an allocation and is not bought goes back to it.
create function tests.states() returns text
language sql stable security definer set search_path = '' as $$
  select string_agg(s.status::text, ' ' order by s.seat_no)
  from app_public.seat_booking_state as s
  where s.performance_id = tests.id('theatre.performance') and s.seat_no in (7, 8, 9)
$$;
create function tests.hold_allocated(variadic seats integer[]) returns uuid
language sql volatile as $$
  select (app_public.hold_allocated_seats(tests.id('again'), tests.seats(variadic seats))).id
$$;
grant execute on function tests.states(), tests.hold_allocated(integer[]) to public;
select tests.sign_in('theatre manager');
select tests.keep('again', tests.allocate(tests.seats(7, 8, 9)));
select tests.sign_in('theatre support');
select tests.keep('friend', tests.hold_allocated(7, 8));
select app_public.extend_hold(tests.id('friend'));
select is(tests.states(), 'locked locked reserved', 'a friend is asked');
select app_public.release_seats(tests.id('friend'), tests.seats(8));
select is(tests.states(), 'locked reserved reserved', 'who comes alone,');
select app_public.cancel_booking(tests.id('friend'));
select is(tests.states(), 'reserved reserved reserved', 'or not at all');
select tests.keep('late', tests.hold_allocated(7, 8));
select app_public.start_checkout(tests.id('late'), 'late@example.com');
select tests.as_owner();
update app_public.bookings set expires_at = now() - interval '1 second'
where id = tests.id('late');
select tests.as_guest(2);
select tests.refused(
  $$ select tests.hold(tests.seats(7)) $$, 'LMTKN', 'nobody else gets them when time runs out,'
);
select is(
  substr((app_public.seat_map(tests.id('theatre.performance'))).availability, 7, 3), 'llr',
  'nor sees them free'
);
select tests.as_role('lml_worker');
select is(app_private.expire_bookings(), 0, 'the sweep looks at them one by one');
select is(app_private.expire_allocated_booking(), true, 'gives them back');
select is(app_private.expire_allocated_booking(), false, 'once');
select tests.as_owner();
select is(
  tests.states() || ', ' || tests.status(tests.id('late')),
  'reserved reserved reserved, expired', 'and ends the booking'
);
select tests.consistent();
select tests.sign_in('theatre support');
select tests.keep('last', tests.hold_allocated(7, 8));
select tests.sign_in('theatre manager');
select app_public.release_allocation(tests.id('again'));
select tests.sign_in('theatre support');
select app_public.cancel_booking(tests.id('last'));
select is(
  tests.states(), 'available available available', 'what was released meanwhile is for everybody'
);
select tests.consistent();
