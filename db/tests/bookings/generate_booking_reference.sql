-- If this fails, references can be guessed, misread or given twice.
select plan(8);

select tests.create_theatre();
select tests.create_standing();
select is(
  (select count(distinct app_hidden.random_code(8)) from generate_series(1, 20000)), 20000::bigint,
  'twenty thousand draws are all different'
);
select is_empty(
  $$ select from generate_series(1, 2000)
    where app_hidden.random_code(12) !~ '^[ABCDEFGHJKMNPQRSTUVWXYZ23456789]{12}$' $$,
  'no letter can be mistaken for another'
);
select is(
  (
    select count(distinct substr(app_hidden.random_code(12), p, 1)) = 31
    from generate_series(1, 2000), (values (1)) as v (p)
  ),
  true, 'all letters come at the first place'
);
select is(
  (select count(distinct substr(app_hidden.random_code(12), 12, 1)) from generate_series(1, 2000)),
  31::bigint, 'and at the last'
);
select matches(
  app_private.generate_booking_reference(tests.id('theatre.organization')),
  '^LML-[ABCDEFGHJKMNPQRSTUVWXYZ23456789]{8}$', 'a reference'
);

-- When every draw is in use, it says so rather than going on for ever.
select tests.as_guest(1);
select tests.keep(
  'cart', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(1))).id
);
select tests.as_owner();
create or replace function app_hidden.random_code(length integer) returns text
language sql volatile set search_path = '' as $$
  select substr(b.booking_reference, 5) from app_public.bookings as b limit 1
$$;
select tests.refused(
  $$ select app_private.generate_booking_reference(tests.id('theatre.organization')) $$,
  'LMREF', 'no free reference'
);
select tests.as_guest(2);
select tests.refused(
  $$ select app_public.hold_seats(tests.id('theatre.performance'), tests.seats(2)) $$,
  'LMREF', 'and nothing is held'
);
select tests.refused($$ select tests.admit('floor', 2) $$, 'LMREF', 'nor any place');
