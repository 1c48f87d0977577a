-- If this fails, an event of which no date is left looks as though it took place, or a date that is
-- canceled takes the money of another one along.
select plan(20);

select tests.create_theatre();
create function tests.event_status(name text default 'theatre.event') returns text
language sql stable security definer set search_path = ''
as $$ select e.status::text from app_public.events as e where e.id = tests.id(event_status.name) $$;
create function tests.refunds_of(name text) returns bigint
language sql stable security definer set search_path = ''
as $$ select count(*) from app_public.refunds as r where r.booking_id = tests.id(refunds_of.name) $$;
grant execute on all functions in schema tests to public;
select tests.create_event('theatre', 'draft event');
select tests.sign_in('theatre manager');
select tests.keep('second', (app_public.create_performance(
  tests.id('theatre.event'), tests.id('theatre.layout'), now() + interval '40 days'
)).id);
select tests.as_owner();

select tests.sell('first evening', 'theatre', 1, 1);
select tests.as_guest(2);
select tests.keep('second evening', (
  app_public.hold_seats(tests.id('second'), tests.seats(1))
).id);
select app_public.start_checkout(tests.id('second evening'), 'guest2@example.com');
select tests.as_owner();
select tests.pay(tests.id('second evening'));

-- One date of two.
select tests.sign_in('theatre manager');
select tests.keep('c1', (
  app_public.cancel_performance(tests.id('theatre.performance'), 'Ill')
).id);
select is(tests.event_status(), 'published', 'an event goes on with its other date');
select tests.as_owner();
select is(app_private.cancel_bookings_of(tests.id('c1')), 1, 'the first date refunds its own');
select is(tests.refunds_of('first evening'), 1::bigint, 'at once');
select is(tests.refunds_of('second evening'), 0::bigint, 'and nobody else');
select is(tests.status(tests.id('second evening')), 'confirmed', 'who comes to the other one');

-- The last one.
select tests.sign_in('theatre manager');
select tests.keep('c2', (app_public.cancel_performance(tests.id('second'), 'Still ill')).id);
select is(tests.event_status(), 'canceled', 'with its last date an event is canceled');
select tests.as_owner();
select results_eq(
  $$ select canceled_at = now(), status_reason from app_public.events
    where id = tests.id('theatre.event') $$,
  $$ values (true, 'Still ill') $$, 'for the reason that was given'
);
select is(app_private.cancel_bookings_of(tests.id('c2')), 1, 'the second date refunds its own');
select is(tests.refunds_of('second evening'), 1::bigint, 'once');
select is(tests.refunds_of('first evening'), 1::bigint, 'and the first one nothing more');
select is(
  (select count(*) from app_public.event_cancellations
    where performance_id in (tests.id('theatre.performance'), tests.id('second'))),
  2::bigint, 'each date has its own cancellation'
);
select tests.sign_in('theatre manager');
select is(
  (app_public.cancel_event(tests.id('theatre.event'))).id, tests.id('c2'),
  'canceling the event then changes nothing'
);
select tests.refused(
  $$ select app_public.create_performance(
    tests.id('theatre.event'), tests.id('theatre.layout'), now() + interval '50 days'
  ) $$, 'LMEVT', 'nor has it another date'
);
select tests.as_guest(3);
select tests.refused(
  $$ select app_public.hold_seats(tests.id('second'), tests.seats(2)) $$, 'LMEVT', 'or any tickets'
);
select is(
  (select count(*) from app_public.search_events('theatre')), 0::bigint, 'and nobody finds it'
);
select is(
  tests.visible('app_public.events where id = tests.id(''theatre.event'')'), '1',
  'who looks for it by its address sees what became of it'
);
select tests.consistent();

-- A date that has no day yet is still to come, and a draft is still being made.
select tests.as_owner();
select tests.create_theatre('later');
select tests.sign_in('later manager');
select tests.keep('later second', (app_public.create_performance(
  tests.id('later.event'), tests.id('later.layout'), now() + interval '40 days'
)).id);
select app_public.postpone_performance(tests.id('later second'));
select app_public.cancel_performance(tests.id('later.performance'));
select is(tests.event_status('later.event'), 'published', 'what is postponed will have a day');
select app_public.cancel_performance(tests.id('later second'));
select is(tests.event_status('later.event'), 'canceled', 'until that is canceled, too');
select tests.sign_in('theatre manager');
select app_public.cancel_performance(tests.id('draft performance'));
select is(tests.event_status('draft event'), 'draft', 'a draft may have other dates');
