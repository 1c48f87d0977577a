-- If this fails, a performance is sold on a plan of another venue, or at no time.
select plan(24);

select tests.create_theatre();
select tests.create_theatre('rival');
select tests.create_event('theatre', 'draft event');
select tests.sign_in('theatre owner');
select tests.keep(
  'other venue',
  (app_public.create_venue(tests.id('theatre.organization'), 'Other', 'other', 'UTC')).id
);
select tests.keep(
  'other layout',
  (
    app_public.import_venue_layout(
      tests.id('other venue'), tests.layout('Other'), tests.hash_of(tests.layout('Other'))
    )
  ).id
);

select tests.sign_in('theatre manager');
select lives_ok(
  $$ select tests.keep('p', (app_public.create_performance(
    tests.id('draft event'), tests.id('theatre.layout'), '2040-01-01 20:00+01',
    '2040-01-01 22:00+01', '2040-01-01 19:00+01'
  )).id) $$,
  'a manager adds a date'
);
select is_empty(
  $$ select from app_public.seat_booking_state where performance_id = tests.id('p') $$,
  'a draft has no inventory'
);
select lives_ok(
  $$ select tests.keep('late', (app_public.create_performance(
    tests.id('theatre.event'), tests.id('theatre.layout'), '2040-01-02'
  )).id) $$,
  'a published event gets another date'
);
select is(
  (select count(*) from app_public.seat_booking_state where performance_id = tests.id('late')),
  20::bigint, 'which is on sale at once'
);
select lives_ok(
  $$ select app_public.create_performance(
    tests.id('draft event'), tests.id('theatre.layout'), '1950-01-01'
  ) $$,
  'a past date can be entered'
);
select tests.refused(
  $$ select app_public.create_performance(
    tests.id('theatre.event'), tests.id('theatre.layout'), now() - interval '1 day',
    now() - interval '1 minute'
  ) $$, 'LMINP', 'and put on sale by nobody'
);

select tests.refused(
  format(
    'select app_public.create_performance(%L, %L, %L, %L, %L)',
    p.event_id, p.layout_id, p.starts_at, p.ends_at, p.doors_at
  ),
  p.code, p.why
)
from (values
  (tests.id('draft event'), tests.id('theatre.layout'), null, null, null, 'LMINP',
    'a start is missing'),
  (tests.id('draft event'), tests.id('theatre.layout'), 'infinity', null, null, 'LMINP',
    'it never starts'),
  (tests.id('draft event'), tests.id('theatre.layout'), '-infinity', null, null, 'LMINP',
    'it never started'),
  (tests.id('draft event'), tests.id('theatre.layout'), '2041-01-01', 'infinity', null, 'LMINP',
    'it never ends'),
  (tests.id('draft event'), tests.id('theatre.layout'), '2041-01-01', null, '-infinity', 'LMINP',
    'doors were always open'),
  (tests.id('draft event'), tests.id('theatre.layout'), '2041-01-01', '2041-01-01', null, 'LMINP',
    'it ends as it starts'),
  (tests.id('draft event'), tests.id('theatre.layout'), '2041-01-01', null, '2041-01-02', 'LMINP',
    'doors open after it starts'),
  (tests.id('draft event'), tests.id('theatre.layout'), '2040-01-01 20:00+01', null, null, 'LMINP',
    'two dates at one time'),
  (tests.id('draft event'), tests.id('other layout'), '2041-01-01', null, null, 'LMNFD',
    'a plan of another venue'),
  (tests.id('draft event'), tests.id('rival.layout'), '2041-01-01', null, null, 'LMNFD',
    'a plan of another tenant'),
  (tests.id('draft event'), null, '2041-01-01', null, null, 'LMNFD', 'no plan'),
  (tests.id('rival.event'), tests.id('theatre.layout'), '2041-01-01', null, null, 'LMNFD',
    'an event of another tenant'),
  (null, tests.id('theatre.layout'), '2041-01-01', null, null, 'LMNFD', 'no event')
) as p (event_id, layout_id, starts_at, ends_at, doors_at, code, why);

select tests.as_owner();
update app_public.events set status = 'canceled' where id = tests.id('draft event');
select tests.sign_in('theatre manager');
select tests.refused(
  $$ select app_public.create_performance(
    tests.id('draft event'), tests.id('theatre.layout'), '2042-01-01'
  ) $$,
  'LMEVT', 'a canceled event gets no more dates'
);
select tests.as_owner();
select tests.refused(
  $$ update app_public.performances set layout_id = tests.id('rival.layout')
    where id = tests.id('p') $$,
  '23503', 'the tables alone hold tenants apart'
);
select tests.refused(
  $$ update app_public.performances set event_id = tests.id('rival.event')
    where id = tests.id('p') $$,
  '23503', 'in both directions'
);
select is(
  (select count(*) from app_public.performances
    where organization_id = tests.id('theatre.organization')),
  5::bigint, 'nothing refused was left behind'
);
select tests.consistent();
