-- If this fails, buyers get back less or more than the terms they bought under, or a cent is lost on the way.
select plan(57);

select tests.create_theatre();
create function tests.quote(booking text, seat integer default null) returns text
language sql volatile as $$
  select format('%s%% of %s tickets: %s, kept %s', trim_scale(q.percentage), q.ticket_count,
    q.refund_cents, q.kept_cents)
  from app_public.quote_cancellation(
    tests.id(booking), case when seat is not null then array[tests.ticket(booking, seat)] end
  ) as q
$$;
-- Days are those of the place: where the clocks change meanwhile, one has another number of hours.
create function tests.starts_in(period interval) returns void
language sql volatile security definer set search_path = '' as $$
  update app_public.performances as p
  set starts_at = ((now() at time zone z.zone) + period) at time zone z.zone
  from app_public.events as e, app_hidden.timezone_of(e) as z (zone)
  where p.id = tests.id('theatre.performance') and e.id = p.event_id
$$;
-- What the accounts of a booking have, in the order of their kinds.
create function tests.books(booking text) returns text
language sql stable security definer set search_path = '' as $$
  select string_agg(format('%s %s', s.kind, s.amount), ', ' order by s.kind)
  from (
    select a.kind, sum(e.amount_cents) as amount
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e on e.transaction_id = t.id
    join app_public.ledger_accounts as a on a.id = e.account_id
    where t.booking_id = tests.id(booking)
    group by a.kind
    having sum(e.amount_cents) <> 0
  ) as s
$$;
create function tests.stripe_refunds(booking text, news text) returns void
language sql volatile security definer set search_path = '' as $$
  select app_private.record_refund(r.id, 're_' || r.id, news, null)
  from app_public.refunds as r
  where r.booking_id = tests.id(booking) and r.status in ('pending', 'processing')
  order by r.id
$$;

grant execute on all functions in schema tests to public;

-- Setting terms.
select tests.sell('without', 'theatre', 9, 18);
select tests.as_guest(9);
select is(tests.quote('without'), '0% of 1 tickets: 0, kept 3183', 'without terms nothing is returned');
select tests.refused(
  $$ select app_public.return_tickets(tests.id('without')) $$, 'LMNRF', 'nor taken back'
);
select tests.sign_in('theatre manager');
select tests.refused(
  $$ select app_public.set_cancellation_policy(tests.id('theatre.organization'), '{7}', '{50}') $$,
  'LMRGT', 'terms for all events are not a manager''s business'
);
select tests.refused(
  $$ select app_public.set_cancellation_policy(
    uuidv7(), '{7}', '{50}', event_id => tests.id('theatre.event')
  ) $$, 'LMNFD', 'an event is named with its own organization'
);
select tests.sign_in('theatre owner');
select tests.refused(
  format(
    $$ select app_public.set_cancellation_policy(tests.id('theatre.organization'), %L, %L) $$, d, p
  ), 'LMINP', why
)
from (values
  ('{7}', '{50,100}', 'a percentage for each window'), ('{7,7}', '{50,100}', 'each window once'),
  ('{-1}', '{50}', 'no days after the start'), ('{7}', '{0}', 'no windows of nothing'),
  ('{7}', '{101}', 'no more than all'), ('{30,7}', '{50,100}', 'who cancels later gets less'),
  ('{null}', '{50}', 'no window without days'), (null, '{50}', 'no terms without windows'),
  ('{3651}', '{50}', 'nor in ten years')
) as b (d, p, why);
select is(
  (app_public.set_cancellation_policy(
    tests.id('theatre.organization'), '{30,7}', '{100,50}'
  )).version, 1, 'the first version'
);
select is(
  (app_public.set_cancellation_policy(
    tests.id('theatre.organization'), '{7,30}', '{50,100}'
  )).version, 1, 'the same again is no second one'
);
select is(
  (app_public.set_cancellation_policy(
    tests.id('theatre.organization'), '{30,7}', '{100,50}', refunds_service_fees => true
  )).version, 2, 'another one is'
);
select tests.as_anonymous();
select is(
  (select string_agg(days_before || ':' || trim_scale(percentage), ' ')
    from app_public.cancellation_terms(tests.id('theatre.performance'))),
  '30:100 7:50', 'everybody may read them before buying'
);
select tests.as_owner();
select tests.refused(
  $$ update app_public.cancellation_windows set percentage = 1 $$, 'LMAPP', 'terms never change'
);
select tests.refused(
  $$ delete from app_public.cancellation_policies $$, 'LMAPP', 'nor do they go'
);

-- Before buying, and what is frozen then.
select tests.starts_in('40 days');
select tests.as_guest(1);
select tests.keep('four', (
  app_public.hold_seats(tests.id('theatre.performance'), tests.seats(1, 2, 3, 4))
).id);
select is(
  tests.quote('four'), '100% of 4 tickets: 24420, kept 700', 'a cart is told, with its fees kept'
);
select tests.as_owner();
select tests.sell('five', 'theatre', 2, 5);
select tests.as_guest(1);
select app_public.start_checkout(tests.id('four'), 'g1@example.com');
select tests.pay(tests.id('four'));
select tests.sign_in('theatre owner');
select is(
  (app_public.set_cancellation_policy(
    tests.id('theatre.organization'), '{}', '{}', tests.id('theatre.event')
  )).version, 1, 'the event takes nothing back from now on'
);
select tests.as_owner();
select tests.sell('six', 'theatre', 3, 6);
select tests.as_guest(3);
select is(tests.quote('six'), '0% of 1 tickets: 0, kept 6280', 'that is for who buys now');
select tests.as_guest(1);
select is(tests.quote('four'), '100% of 4 tickets: 24420, kept 700', 'not for who has bought');
select is(tests.quote('four', 2), '100% of 1 tickets: 6105, kept 175', 'of one ticket');
select tests.as_owner();
select tests.starts_in('30 days');
select tests.as_guest(1);
select is(tests.quote('four', 2), '100% of 1 tickets: 6105, kept 175', 'at the last moment');
select tests.as_owner();
select tests.starts_in('30 days - 1 minute');
select tests.as_guest(1);
select is(tests.quote('four', 2), '50% of 1 tickets: 3052, kept 3228', 'a minute later');
select tests.as_owner();
select tests.starts_in('7 days - 1 minute');
select tests.as_guest(1);
select is(tests.quote('four', 2), '0% of 1 tickets: 0, kept 6280', 'and too late');
select tests.refused(
  $$ select app_public.return_tickets(tests.id('four')) $$, 'LMNRF', 'to return anything'
);

-- Who may not.
select tests.as_owner();
select tests.starts_in('40 days');
select tests.as_guest(2);
select tests.refused(
  $$ select app_public.quote_cancellation(tests.id('four')) $$, 'LMBKG', 'a stranger is told nothing'
);
select tests.refused(
  $$ select app_public.return_tickets(tests.id('four')) $$, 'LMBKG', 'and returns nothing'
);
select tests.refused(
  $$ select app_public.return_tickets(tests.id('five'), array[tests.ticket('four', 1)]) $$, 'LMTVD',
  'nor tickets of others with a booking of their own'
);
select tests.refused(
  format($$ select app_public.return_tickets(tests.id('five'), %s) $$, ids), 'LMINP', ids
)
from unnest(array[
  '''{}''', 'array[null]::uuid[]', 'array[tests.ticket(''five'', 5), tests.ticket(''five'', 5)]'
]) as ids;

-- One of four, twice asked for.
select tests.as_guest(1);
select is(
  (app_public.return_tickets(tests.id('four'), array[tests.ticket('four', 2)], 'once')).status::text,
  'confirmed', 'the booking stays'
);
select tests.as_owner();
select tests.keep('gone', (
  select id from app_public.tickets where booking_id = tests.id('four') and status = 'refunded'
));
select tests.as_guest(1);
select is(
  (app_public.return_tickets(tests.id('four'), array[tests.id('gone')], 'once')).refunded_cents,
  6105::bigint, 'once, however often it is asked'
);
select tests.refused(
  $$ select app_public.return_tickets(tests.id('four'), array[tests.id('gone')]) $$, 'LMTVD',
  'and no second time'
);
select is(
  (select (price_cents, service_fee_cents, processing_fee_cents, tax_cents, total_cents)::text
    from app_public.refund_items where booking_id = tests.id('four')),
  '(5000,550,0,555,6105)', 'the buyer reads of what it is'
);
select tests.as_owner();
select is(
  (select (amount_cents, total_amount_cents, refunded_cents, b.status)::text
    from app_public.refunds join app_public.bookings as b on b.id = booking_id
    where booking_id = tests.id('four')),
  '(6105,25120,6105,confirmed)', 'its totals remain those of the sale'
);
select is(
  tests.seat_status(tests.id('theatre.performance'), 2), 'available', 'the seat is on sale again'
);
select is(
  tests.books('four'),
  'stripe_balance 25120, buyer_clearing -6105, organizer_payable -13500, '
  'platform_commission -1500, service_fees -1650, processing_fees -700, taxes_payable -1665',
  'the commission goes back with the price, and the processing fee is kept'
);
select tests.sell('second', 'theatre', 4, 2);
select tests.consistent();
select tests.stripe_refunds('four', 'succeeded');
select is(tests.status(tests.id('four')), 'confirmed', 'the money arrives, and the booking stays');

-- All of the rest.
select tests.as_guest(1);
select is(
  (app_public.return_booking(tests.id('four'))).status::text, 'canceled', 'with the last ticket it ends'
);
select tests.as_owner();
select is(
  tests.books('four'), 'stripe_balance 19015, buyer_clearing -18315, processing_fees -700',
  'all but the fee is owed to the buyer'
);
select tests.consistent();
select is(tests.seat_status(tests.id('theatre.performance'), 2), 'booked', 'a seat sold again stays');
select tests.stripe_refunds('four', 'succeeded');
select is(tests.status(tests.id('four')), 'refunded', 'and the booking is closed');
select is(
  tests.books('four'), 'stripe_balance 700, processing_fees -700', 'what was kept is all there is'
);

-- A postponement stands above the terms.
update app_public.performances set refunds_until = now() + interval '1 day'
where id = tests.id('theatre.performance');
select tests.as_guest(3);
select is(tests.quote('six'), '100% of 1 tickets: 6280, kept 0', 'the whole price');
select is((app_public.return_tickets(tests.id('six'))).refunded_cents, 6280::bigint, 'is returned');
select tests.as_owner();
select is(tests.books('six'), 'stripe_balance 6280, buyer_clearing -6280', 'nothing is left of it');

-- Admissions, three at half the price with odd cents.
update app_public.performances set refunds_until = null;
select tests.create_standing();
select tests.as_guest(5);
select tests.keep('floor', tests.admit('floor', 3));
select app_public.start_checkout(tests.id('floor'), 'g5@example.com');
select tests.pay(tests.id('floor'));
select tests.as_owner();
update app_public.performances set starts_at = now() + interval '10 days'
where id = tests.id('standing.performance');
select tests.keep('a' || row_number() over (order by id), id)
from app_public.tickets where booking_id = tests.id('floor');
select tests.as_guest(5);
select lives_ok(
  $$ select app_public.return_tickets(tests.id('floor'), array[tests.id('a1')]) $$, 'one is returned'
);
select is(
  (app_public.return_tickets(tests.id('floor'), array[tests.id('a2'), tests.id('a3')])).status::text,
  'canceled', 'and the two others'
);
select tests.consistent();
select is(
  (select sum(sold)::integer from app_private.admission_slots), 0, 'all places are free again'
);
select is(
  (select array_agg(total_cents) from app_public.refund_items
    where booking_id = tests.id('floor')),
  (select array_agg(1237) from generate_series(1, 3))::bigint[],
  'each is worth the same'
);
