-- If this fails, holders of tickets lose their money or their seat when an event moves or dies.
select plan(54);

select tests.create_theatre();
select tests.create_theatre('rival');
create function tests.booking(name text)
returns app_public.bookings
language sql stable security definer set search_path = ''
return (select b from app_public.bookings as b where b.id = tests.id(booking.name));
create function tests.performance(name text default 'theatre.performance')
returns app_public.performances
language sql stable security definer set search_path = ''
return (select p from app_public.performances as p where p.id = tests.id(performance.name));
grant execute on function tests.booking(text), tests.performance(text) to public;

-- Postponing a date: tickets stay good, and may be given back for a while.
select tests.sell('sold', 'theatre', 1, 1, 2);
select tests.sell('kept', 'theatre', 2, 3);
select tests.as_guest(1);
select tests.refused(
  $$ select app_public.return_booking(tests.id('sold')) $$, 'LMNRF', 'nothing was postponed'
);
select tests.sign_in('theatre staff');
select tests.refused(
  $$ select app_public.postpone_performance(tests.id('theatre.performance')) $$, 'LMRGT',
  'staff postpone nothing'
);
select tests.sign_in('theatre manager');
select tests.refused(
  $$ select app_public.update_performance(
    tests.id('theatre.performance'), starts_at => now() + interval '50 days'
  ) $$,
  'LMEVT', 'what was sold is not just moved'
);
select is(
  (app_public.update_performance(
    tests.id('theatre.performance'),
    ends_at => (tests.performance()).starts_at + interval '2 hours'
  )).starts_at,
  (tests.performance()).starts_at, 'an end may be added'
);
select tests.refused(
  $$ select app_public.postpone_performance(tests.id('theatre.performance'), now()) $$, 'LMINP',
  'to no past date'
);
select is(
  (app_public.postpone_performance(tests.id('theatre.performance'))).status::text, 'postponed',
  'a date is taken off'
);
select tests.as_guest(3);
select tests.refused(
  $$ select app_public.hold_seats(tests.id('theatre.performance'), tests.seats(5)) $$, 'LMEVT',
  'and not sold'
);
select tests.sign_in('theatre manager');
select is(
  (app_public.postpone_performance(
    tests.id('theatre.performance'), (tests.performance()).starts_at + interval '10 days'
  )).status::text,
  'scheduled', 'until it has another one'
);
select is(
  (tests.performance()).ends_at - (tests.performance()).starts_at, interval '2 hours',
  'its end has moved along'
);
select is(
  (tests.performance()).starts_at - (tests.performance()).postponed_from, interval '10 days',
  'what it was is kept'
);
select tests.as_guest(2);
select tests.refused(
  $$ select app_public.return_booking(tests.id('sold')) $$, 'LMBKG', 'a stranger returns nothing'
);
select tests.as_guest(1);
select is(
  (app_public.return_booking(tests.id('sold'), 'once')).status::text, 'canceled',
  'its holder gives it back'
);
select is(
  (app_public.return_booking(tests.id('sold'), 'once')).status::text, 'canceled', 'once'
);
select tests.as_owner();
select is(
  (select count(*) from app_public.refunds where booking_id = tests.id('sold')), 1::bigint,
  'for one refund'
);
select is(tests.status(tests.id('kept')), 'confirmed', 'the other ticket stays good');
update app_public.performances set refunds_until = now();
select tests.as_guest(2);
select tests.refused(
  $$ select app_public.return_booking(tests.id('kept')) $$, 'LMNRF', 'too late'
);

-- Postponing the event, by days: also over dates of its own.
select tests.sign_in('theatre manager');
select is(
  (select count(*) from app_public.create_performances(
    tests.id('theatre.event'), '2040-03-24', '2040-03-26', '{15:00}',
    layout_id => tests.id('theatre.layout')
  )),
  3::bigint, 'dates of three days in a row'
);
select is(
  (app_public.postpone_event(tests.id('theatre.event'), 1, idempotency_key => 'x')).status::text,
  'published', 'are moved by one'
);
select app_public.postpone_event(tests.id('theatre.event'), 1, idempotency_key => 'x');
select results_eq(
  $$ select to_char(starts_at at time zone 'Europe/Vienna', 'DD HH24:MI')
    from app_public.performances where starts_at > '2039-01-01' order by starts_at $$,
  $$ values ('25 15:00'), ('26 15:00'), ('27 15:00') $$,
  'to the same time of day, also where clocks change'
);
select tests.refused(
  $$ select app_public.postpone_event(tests.id('theatre.event'), 0) $$, 'LMINP', 'not by none'
);
select is(
  (app_public.postpone_event(tests.id('theatre.event'), reason => 'Ill')).status::text,
  'postponed', 'without a date'
);
select tests.as_anonymous();
select is(
  tests.visible('app_public.events where id = tests.id(''theatre.event'')'), '1',
  'everybody sees that it is'
);
select tests.sign_in('theatre manager');
select app_public.postpone_performance(tests.id('theatre.performance'), now() + interval '9 days');
select tests.as_owner();
select is(
  (select status::text from app_public.events where id = tests.id('theatre.event')), 'published',
  'with a date it is on sale again'
);

-- Canceling: holds at once, tickets batch by batch.
select tests.as_guest(4);
select tests.keep('cart', (
  app_public.hold_seats(tests.id('theatre.performance'), tests.seats(6))
).id);
select tests.as_guest(5);
select tests.keep('paying', (
  app_public.hold_seats(tests.id('theatre.performance'), tests.seats(7))
).id);
select app_public.start_checkout(tests.id('paying'), 'guest5@example.com');
select tests.as_guest(8);
select tests.keep('lapsed', (
  app_public.hold_seats(tests.id('theatre.performance'), tests.seats(8))
).id);
select app_public.start_checkout(tests.id('lapsed'), 'guest8@example.com');
select tests.as_owner();
select tests.run_out(tests.id('lapsed'));
select app_private.expire_bookings();
select tests.sell('used', 'theatre', 6, 9, 10);
-- What should not be, whoever did it.
select tests.sell('wrong', 'theatre', 7, 11);
update app_public.booking_items as i set refunded_cents = 1 where i.booking_id = tests.id('wrong');
select tests.sign_in('theatre staff');
select app_public.scan_ticket(
  tests.id('theatre.performance'), tests.credential(tests.id('used'), 9)
);
select tests.sign_in('rival owner');
select tests.refused(
  $$ select app_public.cancel_event(tests.id('theatre.event')) $$, 'LMNFD', 'a stranger cancels'
);
select tests.sign_in('theatre manager');
select tests.keep('c', (app_public.cancel_event(tests.id('theatre.event'), 'No actors')).id);
select is(
  (app_public.cancel_event(tests.id('theatre.event'))).id, tests.id('c'), 'once is enough'
);
select is(tests.status(tests.id('cart')), 'canceled', 'a hold is let go at once');
select is(tests.status(tests.id('paying')), 'canceled', 'so is who is paying');
select is(tests.status(tests.id('kept')), 'confirmed', 'tickets follow');
select tests.as_owner();
select is(tests.jobs('event__cancel_bookings'), 1::bigint, 'by a job');
select is(tests.pay(tests.id('paying')), 'applied', 'a payment that comes now');
select is(tests.pay(tests.id('lapsed')), 'applied', 'or later');
select is(
  (select string_agg(reason::text, ', ') from app_public.refunds
    where booking_id in (tests.id('paying'), tests.id('lapsed'))),
  'late_payment, late_payment', 'goes back'
);
select is(app_private.cancel_bookings_of(tests.id('c'), 1), 1, 'one batch');
select is(app_private.cancel_bookings_of(tests.id('c'), 2), 2, 'two others');
select is(app_private.cancel_bookings_of(tests.id('c'), 1), 0, 'that is all');
select is(app_private.cancel_bookings_of(tests.id('c'), 1), 0, 'and again');
select is(tests.status(tests.id('kept')), 'canceled', 'the ticket was canceled');
select is(
  (select reason::text from app_public.refunds where booking_id = tests.id('kept')),
  'event_canceled', 'and refunded'
);
select is(tests.status(tests.id('used')), 'confirmed', 'a used one is for a person');
select is(tests.status(tests.id('wrong')), 'confirmed', 'and so is what a constraint refuses');
update app_public.booking_items as i set refunded_cents = 0 where i.booking_id = tests.id('wrong');
select results_eq(
  $$ select bookings_canceled, bookings_failed, completed_at is not null
    from app_public.event_cancellations $$,
  $$ values (3, 2, true) $$, 'the progress says so'
);
select is(
  (select string_agg(f.code, ' ' order by f.code) from app_public.event_cancellation_failures as f),
  '23514 LMTUS', 'and why'
);
select is(
  (select string_agg(t.seat_no || ' ' || t.status, ', ' order by t.seat_no)
    from app_public.tickets as t where t.booking_id = tests.id('used')),
  '9 used, 10 refunded', 'nobody can come with its other ticket any more,'
);
select results_eq(
  $$ select r.reason::text, r.amount_cents, t.total_paid_cents
    from app_public.refunds as r
    join app_public.tickets as t on t.booking_id = r.booking_id and t.status = 'refunded'
    where r.booking_id = tests.id('used') $$,
  $$ values ('event_canceled', 6280::bigint, 6280::bigint) $$, 'which is paid back, fees and all'
);
select results_eq(
  $$ select kind, detail ->> 'code' from app_public.payment_findings
    where booking_id = tests.id('used') $$,
  $$ values ('cancellation_left_booking', 'LMTUS') $$, 'and staff find the rest to decide'
);
select tests.consistent();
select tests.as_anonymous();
select is(
  tests.visible('app_public.events where id = tests.id(''theatre.event'')'), '1',
  'everybody sees that it was canceled'
);
select tests.sign_in('theatre manager');
select tests.refused(
  $$ select app_public.postpone_event(tests.id('theatre.event')) $$, 'LMEVT', 'for good'
);
select tests.as_owner();
select tests.refused(
  $$ update app_public.events set status = 'published' where id = tests.id('theatre.event') $$,
  'LMTRN', 'whoever tries'
);

-- Completing.
select tests.sell('r', 'rival', 7, 1);
update app_public.performances set starts_at = now() - interval '2 hours'
where id = tests.id('rival.performance');
select is(app_private.complete_performances(), 0, 'without an end, a date takes a day');
update app_public.performances set ends_at = now() where id = tests.id('rival.performance');
select is(app_private.complete_performances(), 1, 'what is over is completed');
select is(
  (select status::text from app_public.events where id = tests.id('rival.event')), 'completed',
  'with its event'
);
select tests.sign_in('rival manager');
select tests.refused(
  $$ select app_public.cancel_event(tests.id('rival.event')) $$, 'LMEVT',
  'what is over cannot be canceled'
);
select tests.consistent();
