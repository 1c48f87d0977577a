-- If this fails, what is postponed is sold, paid out, forgotten or over before it has another day, or
-- those who hold tickets cannot give them back when they hear of it.
select plan(34);

select tests.create_theatre();
create function tests.performance(name text default 'theatre.performance')
returns app_public.performances
language sql stable security definer set search_path = ''
return (select p from app_public.performances as p where p.id = tests.id(performance.name));
create function tests.old_day(name text)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_public.performances as p
  set starts_at = now() - interval '40 days', ends_at = now() - interval '39 days'
  where p.id = tests.id(old_day.name)
$$;
create function tests.found()
returns bigint
language sql stable
return (select count(*) from app_public.search_events('theatre'));
grant execute on all functions in schema tests to public;

select tests.sell('sold', 'theatre', 1, 1);
select tests.sell('kept', 'theatre', 2, 2);
select tests.sell('third', 'theatre', 3, 3);
select tests.as_guest(4);
select tests.keep('cart', tests.fill_cart('cart', 4));
select tests.pending('paying', 5, 5);
select tests.sign_in('theatre owner');
select app_public.set_category_approval(c.id, true)
from app_public.ticket_categories as c
where c.event_id = tests.id('theatre.event') and c.name = 'II';
select is(tests.orders('waiting', 6, 13), 'pending_approval', 'an order waits for an answer');

-- Without another day nothing is sold, in whatever way.
select tests.sign_in('theatre manager');
select app_public.postpone_performance(tests.id('theatre.performance'), reason => 'Ill');
select is(
  date_trunc('day', (tests.performance()).refunds_until - now()), interval '14 days',
  'tickets may be given back for two weeks'
);
select tests.as_guest(4);
select tests.refused(
  $$ select app_public.start_checkout(tests.id('cart'), 'x@example.com') $$, 'LMEVT',
  'a cart is not checked out'
);
select tests.refused(
  $$ select app_public.hold_best_available(
    tests.id('theatre.performance'),
    (select id from app_public.ticket_categories where event_id = tests.id('theatre.event')
      and name = 'I'), 1
  ) $$, 'LMEVT', 'nor are the best seats held'
);
select tests.refused(
  $$ select app_public.quote(tests.id('theatre.performance'), tests.seats(8)) $$, 'LMEVT',
  'nor quoted'
);
select tests.sign_in('theatre manager');
select tests.refused(
  $$ select app_public.hold_for_customer(
    tests.id('theatre.performance'), 'x@example.com', seat_ids => tests.seats(8)
  ) $$, 'LMEVT', 'nor sold by staff'
);
select tests.refused(
  $$ select app_public.approve_booking(tests.id('waiting')) $$, 'LMEVT',
  'nor is an order accepted'
);
select is(tests.found(), 0::bigint, 'a search finds nothing');

-- Who was paying has the seat, and is not told a day that there is not.
select tests.as_owner();
select is(tests.pay(tests.id('paying')), 'applied', 'who was paying has paid');
select is(
  app_private.booking_words((select b from app_public.bookings as b
    where b.id = tests.id('paying'))) ->> 'isPostponed', 'true', 'and is told that it is postponed'
);
select tests.as_guest(5);
select is(
  (app_public.return_booking(tests.id('paying'))).status::text, 'canceled',
  'and may give it back like all others'
);

-- The day that it had passes: it is neither over nor to be paid out, and the house stays open for it.
select tests.as_owner();
select tests.old_day('theatre.performance');
update app_public.performances set refunds_until = now() - interval '1 day',
  postponed_from = now() - interval '40 days';
select app_private.complete_performances();
select is((tests.performance()).status::text, 'postponed', 'it is not over');
update app_public.organization_settings set payout_timing = 'after_event', payout_delay_days = 0;
select is_empty(
  $$ select from app_private.open_payout_facts(
      tests.id('theatre.organization'), null, 'EUR', now() + interval '1 minute'
    ) as f where f.is_ready $$,
  'nor is it paid out'
);
select tests.sign_in('theatre owner');
select tests.refused(
  $$ select app_public.set_venue_status(tests.id('theatre.venue'), 'closed') $$, 'LMVEN',
  'nor does its house close'
);
select tests.keep('other plan', (app_public.import_venue_layout(
  tests.id('theatre.venue'), tests.layout('Other'), tests.hash_of(tests.layout('Other'))
)).id);
select is(
  (select count(*) from app_public.move_event_to_layout(
    tests.id('theatre.event'), tests.id('other plan'), true
  )), 1::bigint, 'it moves with its event to another plan'
);
select tests.as_guest(2);
select lives_ok(
  $$ select app_public.offer_ticket(tests.ticket('kept', 2), 'friend@example.com') $$,
  'and its tickets are handed on, as they are good'
);
select tests.refused(
  $$ select app_public.return_booking(tests.id('kept')) $$, 'LMNRF', 'two weeks are over'
);

-- Another day is news: from then on there are two weeks again.
select tests.sign_in('theatre manager');
select tests.refused(
  $$ select app_public.postpone_performance(
    tests.id('theatre.performance'), now() + interval '60 days', refunds_until => now()
  ) $$, 'LMINP', 'not none'
);
select app_public.postpone_performance(
  tests.id('theatre.performance'), now() + interval '60 days'
);
select is(
  date_trunc('day', (tests.performance()).refunds_until - now()), interval '14 days',
  'who hears of another day may give the ticket back'
);
select tests.as_guest(1);
select is(
  (app_public.return_booking(tests.id('sold'))).status::text, 'canceled', 'and does'
);
select tests.as_guest(9);
select is(tests.found(), 1::bigint, 'it is found again');
select lives_ok(
  $$ select app_public.hold_seats(tests.id('theatre.performance'), tests.seats(9)) $$, 'and sold'
);
select tests.sign_in('theatre manager');
select tests.refused(
  $$ select app_public.postpone_performance(
    tests.id('theatre.performance'), now() + interval '60 days',
    refunds_until => now() + interval '13 days'
  ) $$, 'LMINP', 'what buyers were told is not taken back'
);
select tests.as_owner();
update app_public.performances set refunds_until = null, postponed_from = null;
select tests.sign_in('theatre manager');
select app_public.postpone_performance(
  tests.id('theatre.performance'), (tests.performance()).starts_at
);
select is(
  ((tests.performance()).refunds_until, (tests.performance()).postponed_from)::text, '(,)',
  'the same day again is no news'
);

-- An event of which one date has begun, and another one is taken off.
select tests.keep('begun performance', (app_public.create_performance(
  tests.id('theatre.event'), tests.id('theatre.layout'), now() + interval '20 days',
  now() + interval '21 days'
)).id);
select tests.as_owner();
update app_public.performances
set starts_at = now() - interval '1 hour', ends_at = now() + interval '1 hour'
where id = tests.id('begun performance');
select tests.sign_in('theatre manager');
select app_public.postpone_event(tests.id('theatre.event'));
select is(
  (tests.performance('begun performance')).status::text, 'scheduled', 'what has begun goes on'
);
select tests.as_owner();
update app_public.performances set ends_at = now() - interval '1 minute'
where id = tests.id('begun performance');
select is(app_private.complete_performances(), 1, 'and ends, though the event is postponed');
select is(
  (select status::text from app_public.events where id = tests.id('theatre.event')), 'postponed',
  'which still waits for the other date'
);
select tests.sign_in('theatre manager');
select tests.keep('cancellation', (
  app_public.cancel_performance(tests.id('theatre.performance'))
).id);
select tests.as_owner();
select app_private.cancel_bookings_of(tests.id('cancellation'));
select app_private.complete_performances();
select is(
  (select status::text from app_public.events where id = tests.id('theatre.event')), 'completed',
  'without any, it is over'
);
select tests.consistent();

-- Nothing left to postpone.
select tests.create_event('theatre', 'late event');
select tests.sign_in('theatre owner');
select app_public.publish_event(tests.id('late event'));
select tests.as_owner();
update app_public.performances set starts_at = now() - interval '1 hour'
where id = tests.id('late performance');
select tests.sign_in('theatre owner');
select tests.refused(
  $$ select app_public.postpone_event(tests.id('late event')) $$, 'LMEVT',
  'an event whose last date has begun is not postponed'
);

-- A date of which nothing is sold is moved, but not into the past, nor under those with a pass.
select tests.create_event('theatre', 'new event');
select tests.sign_in('theatre owner');
select app_public.publish_event(tests.id('new event'));
select tests.refused(
  $$ select app_public.update_performance(tests.id('new performance'), '2020-01-01') $$, 'LMINP',
  'a mistyped year completes nothing'
);
select tests.create_festival();
select tests.as_guest(7);
select tests.keep('passes', tests.attend('pass', 1));
select tests.sign_in('theatre owner');
select tests.refused(
  $$ select app_public.update_performance(
    tests.id('festival.friday'), now() + interval '29 days'
  ) $$, 'LMEVT', 'who has a pass is there, too'
);
select tests.refused(
  $$ select app_public.move_performance_to_layout(
    tests.id('festival.pass'), tests.id('other plan')
  ) $$, 'LMINP', 'and a pass has no seats'
);
select tests.consistent();
