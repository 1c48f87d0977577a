-- If this fails, an event is planned or sold where nobody opens the doors.
select plan(20);

select tests.create_theatre();
select tests.create_event('theatre', 'late.event');
create function tests.set_status(status app_public.venue_status) returns text
language sql volatile as $$
  select (app_public.set_venue_status(tests.id('theatre.venue'), status)).status::text
$$;
grant execute on function tests.set_status(app_public.venue_status) to public;
select tests.sign_in('theatre manager');

select tests.refused(
  $$ select tests.set_status('closed') $$, 'LMVEN',
  'a venue does not close while a performance is to come'
);
select tests.refused(
  $$ select tests.set_status('archived') $$, 'LMVEN', 'nor is an open one archived'
);
select tests.refused($$ select tests.set_status(null) $$, 'LMINP', 'a status is given');
select is(tests.set_status('maintenance'), 'maintenance', 'but it may pause');
select is(tests.set_status('maintenance'), 'maintenance', 'and pause again');
select tests.refused(
  $$ select app_public.publish_event(tests.id('late.event')) $$, 'LMVEN',
  'nothing is published at a paused venue'
);
select tests.refused(
  $$ select app_public.create_performance(
    tests.id('theatre.event'), tests.id('theatre.layout'), now() + interval '40 days'
  ) $$,
  'LMVEN', 'nor gets a published event another date'
);
select lives_ok(
  $$ select app_public.create_event(
    tests.id('theatre.organization'), tests.id('theatre.venue'), 'Plan', 'plan'
  ) $$,
  'but events may be planned'
);
select tests.as_guest(1);
select lives_ok(
  $$ select app_public.hold_seats(tests.id('theatre.performance'), tests.seats(1)) $$,
  'and what is on sale stays on sale'
);

-- The last performance is over.
select tests.as_owner();
update app_public.performances set starts_at = now() - interval '1 day'
where event_id = tests.id('theatre.event');
select tests.sign_in('theatre manager');
select is(tests.set_status('closed'), 'closed', 'after the last performance it closes');
select tests.refused(
  $$ select app_public.create_event(
    tests.id('theatre.organization'), tests.id('theatre.venue'), 'Plan', 'plan-2'
  ) $$,
  'LMVEN', 'no event is planned at a closed venue'
);
select tests.refused(
  $$ select app_public.publish_event(tests.id('late.event')) $$, 'LMVEN', 'or published'
);
select is(tests.set_status('archived'), 'archived', 'a closed venue is archived');
select is_empty($$ select from app_public.search_venues('House') $$, 'and found no more');
select is((select count(*) from app_public.venues), 1::bigint, 'though its tickets still name it');
select tests.refused(
  $$ select tests.set_status('active') $$, 'LMVEN', 'an archived one does not open at once'
);
select is(tests.set_status('closed') || tests.set_status('active'), 'closedactive', 'but again');
select lives_ok(
  $$ select app_public.publish_event(tests.id('late.event')) $$, 'and takes events'
);
select tests.sign_in('theatre staff');
select tests.refused($$ select tests.set_status('draft') $$, 'LMRGT', 'staff closes nothing');
select tests.as_owner();
select tests.consistent();
