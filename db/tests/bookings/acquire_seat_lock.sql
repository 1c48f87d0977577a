-- If this fails, a single seat is locked for somebody who did not ask, for ever, or twice.
select plan(42);

select tests.create_theatre();
select tests.create_theatre('rival');
select tests.user_id('ada');
select tests.user_id('eve');
create function tests.lock(
  seat_no integer, user_name text default 'ada', booking text default null,
  minutes integer default 10, event text default 'theatre.event'
)
returns boolean
language sql volatile as $$
  select app_public.acquire_seat_lock(
    tests.id(event), (tests.seats(seat_no))[1], tests.user_id(user_name),
    case when booking is not null then tests.id(booking) end, minutes
  )
$$;
create function tests.unlock(seat_no integer, user_name text default 'ada') returns boolean
language sql volatile as $$
  select app_public.release_seat_lock(
    tests.id('theatre.event'), (tests.seats(seat_no))[1], tests.user_id(user_name)
  )
$$;
grant execute on function tests.lock(integer, text, text, integer, text),
  tests.unlock(integer, text) to public;

select tests.sign_in('ada');
select is(tests.lock(1, minutes => 3), true, 'a user locks a seat');
select tests.keep('first', (select id from app_public.bookings));
select is(
  (select expires_at from app_public.bookings), now() + interval '3 minutes',
  'for as long as asked'
);
select is(tests.lock(2, booking => 'first'), true, 'and another for the same booking');
select is(
  (select (total_amount_cents, expires_at = now() + interval '3 minutes')::text
    from app_public.bookings),
  '(12560,t)', 'which has one price and one deadline'
);
select is(tests.lock(2, booking => 'first'), true, 'what the booking has stays locked');
select is(tests.lock(3, minutes => 1440), true, 'a day is asked for');
select is(
  (select max(expires_at) from app_public.bookings), now() + interval '1 hour',
  'and cut to the organization''s maximum'
);

select tests.sign_in('eve');
select is(tests.lock(1, 'eve'), false, 'somebody else''s seat is not locked');
select is(tests.visible('app_public.bookings'), '0', 'nor is a booking made for it');
select is(tests.lock(19, 'eve'), false, 'nor is a blocked seat');
select tests.refused($$ select tests.lock(4, 'ada') $$, 'LMRGT', 'the user must be the caller');
select tests.refused(
  $$ select app_public.acquire_seat_lock(tests.id('theatre.event'), (tests.seats(4))[1], null) $$,
  'LMRGT', 'and not nobody'
);
select tests.refused(
  $$ select tests.lock(4, 'eve', 'first') $$, 'LMBKG', 'the booking must be the caller''s'
);
select tests.refused(
  format('select tests.lock(4, ''eve'', minutes => %L)', minutes), 'LMINP',
  format('%s minutes', coalesce(minutes, 'null'))
)
from unnest(array['0', '-1', '1441', '2147483647', null]) as minutes;
select tests.refused(
  format(
    'select app_public.acquire_seat_lock(tests.id(''theatre.event''), %L, tests.user_id(''eve''))',
    seat
  ),
  'LMSEA', format('no seat: %s', coalesce(left(seat, 10), 'null'))
)
from unnest(array['x', '', null, repeat('x', 100000)]) as seat;
select tests.refused(
  $$ select app_public.acquire_seat_lock(uuidv7(), 'x', tests.user_id('eve')) $$,
  'LMNFD', 'an unknown event'
);
select tests.refused(
  $$ select app_public.acquire_seat_lock(null, 'x', tests.user_id('eve')) $$, 'LMNFD', 'no event'
);
select tests.sign_in('ada');
select tests.refused(
  $$ select tests.lock(4, booking => 'first', event => 'rival.event') $$,
  'LMBKG', 'a booking of another event'
);
select tests.as_anonymous();
select tests.refused($$ select tests.lock(4) $$, '42501', 'guests use hold_seats');
select tests.become('lml_user', tests.token('dead'), '');
select tests.refused($$ select tests.lock(4) $$, 'LMSES', 'a dead session');

-- Staff.
select tests.sign_in('theatre support');
select is(tests.lock(4, 'ada', 'first'), true, 'staff locks for the booking of a user');
select tests.refused(
  $$ select tests.lock(5, 'theatre support', 'first') $$, 'LMRGT', 'but names that user'
);
select tests.sign_in('rival owner');
select tests.refused($$ select tests.lock(5, 'ada') $$, 'LMRGT', 'staff of others does not');

-- Letting go.
select tests.sign_in('eve');
select is(tests.unlock(1), false, 'nobody unlocks for others');
select is(tests.unlock(1, 'eve'), false, 'nor what they do not have');
select tests.sign_in('ada');
select is(tests.unlock(1), true, 'the owner does');
select is(tests.unlock(1), false, 'once');
select is(
  app_public.release_seat_lock(null, null, null), false, 'null is no lock'
);
select tests.sign_in('eve');
select is(tests.lock(1, 'eve'), true, 'what was let go can be locked by others');
select tests.sign_in('theatre support');
select is(tests.unlock(1, 'eve'), true, 'staff may unlock for a user');
select tests.run_out(tests.id('first'));
select tests.sign_in('ada');
select is(tests.unlock(2), false, 'what ran out needs no unlocking');
select tests.refused(
  $$ select tests.lock(5, booking => 'first') $$, 'LMEXP', 'nor does it get more'
);
select tests.sign_in('eve');
select is(tests.lock(2, 'eve'), true, 'but is free for others');
select tests.sign_in('theatre owner');
select app_public.create_performance(
  tests.id('theatre.event'), tests.id('theatre.layout'), '2040-01-01'
);
select tests.sign_in('ada');
select tests.refused(
  $$ select tests.lock(7) $$, 'LMINP', 'of an event with two dates, nobody knows which is meant'
);
select tests.consistent();
