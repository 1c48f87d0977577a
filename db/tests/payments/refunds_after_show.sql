-- If this fails, an organization cannot return tickets of a bad show, or forgets who was there.
select plan(21);

select tests.create_theatre();
create function tests.arrive(booking text) returns void
language sql volatile security definer set search_path = '' as $$
  select app_private.record_refund(r.id, 're_' || r.id, 'succeeded', null)
  from app_public.refunds as r
  where r.booking_id = tests.id(arrive.booking) and r.status = 'pending'
$$;
create function tests.seat_status(seat integer) returns text
language sql stable security definer set search_path = '' as $$
  select s.status::text from app_public.seat_booking_state as s
  where s.performance_id = tests.id('theatre.performance') and s.seat_no = seat_status.seat
$$;
grant execute on all functions in schema tests to public;
-- Of a pair, one came, and is not known to have left.
select tests.sell('pair', 'theatre', 1, 1, 2);
select tests.sell('full', 'theatre', 2, 3, 4);
select tests.sell('terms', 'theatre', 3, 5);
select tests.sign_in('theatre owner');
select is(
  (select s.result::text from app_public.scan_ticket(
    tests.id('theatre.performance'), tests.credential(tests.id(booking), seat)
  ) as s), 'success', 'somebody comes'
)
from (values ('pair', 1), ('full', 3)) as v (booking, seat);
select is(
  tests.attempt(format(
    'select app_public.refund_tickets(%L, %L, array[%L::uuid])', tests.id('pair'), 'x',
    tests.ticket('pair', 1)
  )), 'LMTUS', 'during the show, who is inside is not sent home'
);
select tests.as_owner();
update app_public.performances as p
set status = 'completed', starts_at = now() - interval '3 hours', ends_at = now() - interval '1 hour'
where p.id = tests.id('theatre.performance');
select app_private.complete_bookings();
select is(tests.status(tests.id('pair')), 'completed', 'the show is over');
select tests.as_guest(1);
select is(
  tests.attempt('select app_public.return_tickets(tests.id(''pair''))'), 'LMBST',
  'buyers return nothing any more'
);
select tests.sign_in('theatre owner');
select is(
  (app_public.refund_tickets(
    tests.id('pair'), 'The lead had lost her voice.', array[tests.ticket('pair', 1)], 50
  )).amount_cents, 3140::bigint, 'half of the ticket of who was there goes back'
);
select is(
  (select (t.status, t.is_inside, t.entry_count, t.used_at is not null)::text
    from app_public.tickets as t where t.id = tests.ticket('pair', 1)),
  '(refunded,f,1,t)', 'it is refunded, and was used'
);
select is(
  (select count(*) from app_public.ticket_scans as s where s.ticket_id = tests.ticket('pair', 1)),
  1::bigint, 'its scan is kept'
);
select is(tests.seat_status(1), 'available', 'its seat is nobody''s');
select is(tests.status(tests.id('pair')), 'completed', 'the other ticket stays');
select is(
  tests.attempt(format(
    'select app_public.refund_tickets(%L, %L, array[%L::uuid])', tests.id('pair'), 'x',
    tests.ticket('pair', 1)
  )), 'LMTVD', 'nothing comes back twice'
);
select tests.as_owner();
select tests.consistent();
select tests.arrive('pair');
select is(tests.status(tests.id('pair')), 'completed', 'also when the money is there');

-- All of it, of one who came and one who did not.
select tests.sign_in('theatre owner');
select is(
  (app_public.refund_tickets(tests.id('full'), 'The lead had lost her voice.')).amount_cents,
  12560::bigint, 'all of another booking'
);
select is(tests.status(tests.id('full')), 'canceled', 'which ends with its last ticket');
select is(
  (select string_agg(distinct t.status::text, ',') from app_public.tickets as t
    where t.booking_id = tests.id('full')),
  'refunded', 'whoever was there'
);
select tests.as_owner();
select tests.consistent();
select tests.arrive('full');
select is(tests.status(tests.id('full')), 'refunded', 'and is refunded with its money');
select is(
  (select coalesce(sum(e.amount_cents), 0)::bigint
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e on e.transaction_id = t.id
    join app_public.ledger_accounts as a on a.id = e.account_id
    where t.booking_id = tests.id('full') and a.kind <> 'stripe_balance'),
  0::bigint, 'of which nothing is left in the books'
);
-- Amounts still work, and fall on everybody alike.
select tests.sign_in('theatre owner');
select is(
  (app_public.refund_booking_amount(tests.id('terms'), 100, 'x')).amount_cents, 100::bigint,
  'an amount goes back as before'
);
select tests.as_owner();
select tests.consistent();
