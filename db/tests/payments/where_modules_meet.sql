-- If this fails, money is lost or made where modules meet: invoices and returns, installments and refunds, gifts
-- and fees that are absorbed, codes and late payments.
select plan(42);

select tests.create_theatre();
create function tests.tix(booking text, variadic seat_nos integer[]) returns uuid[]
language sql stable security definer set search_path = ''
return (select array_agg(t.id) from app_public.tickets as t where t.booking_id = tests.id(tix.booking) and t.seat_no = any (tix.seat_nos));
create function tests.state(name text) returns text language sql stable security definer set search_path = ''
return (select format('%s total %s refunded %s; payments %s; refunds %s', b.status, b.total_amount_cents, b.refunded_cents,
  (select string_agg(format('%s/%s/%s/%s', p.status, p.amount_cents, p.received_cents, p.refunded_cents), ',' order by p.id) from app_public.payment_intents p where p.booking_id = b.id),
  (select string_agg(format('%s/%s', r.status, r.amount_cents), ',') from app_public.refunds r where r.booking_id = b.id))
 from app_public.bookings b where b.id = tests.id(name));

grant execute on all functions in schema tests to public;
-- 1 invoice, one ticket back, then pay
select tests.sign_in('theatre owner');
select tests.sells('inv1', 'invoice', 1, 2);
select app_public.refund_tickets(tests.id('inv1'), 'x', tests.tix('inv1', 1));
select is(tests.attempt($$ select app_public.take_payment(tests.id('inv1'), 'cash') $$), 'done', 'take');
select is(
  tests.state('inv1'),
  'confirmed total 12560 refunded 6280; payments succeeded/6280/6280/0; refunds ',
  'of an invoice, what was returned is not taken'
);
select tests.consistent();
-- 2 invoice, all back by refund_tickets, then pay
select tests.sign_in('theatre owner');
select tests.sells('inv2', 'invoice', 3);
select app_public.refund_tickets(tests.id('inv2'), 'x');
select is(tests.attempt($$ select app_public.take_payment(tests.id('inv2'), 'cash') $$), 'LMBST', 'an invoice of what was returned is not taken');
select is(
  tests.state('inv2'),
  'canceled total 6280 refunded 6280; payments canceled/6280/0/0; refunds ',
  'nor all of it'
);
select tests.consistent();
-- 3 plan: amount refund
select tests.sign_in('theatre owner');
select tests.keep('halves', (
  app_public.create_payment_plan(
    tests.id('theatre.event'), 'Halves', 2, deposit_percentage => 50, first_due_days => 7,
    interval_days => 7, last_due_days_before => 10, reminder_days => 2, grace_days => 3
  )
).id);
select tests.in_parts('p1', 5, 4);
select tests.pay(tests.id('p1'));
select tests.sign_in('theatre owner');
select is(tests.attempt($$ select app_public.refund_booking_amount(tests.id('p1'), 1000, 'x') $$), 'LMBST', 'amount of plan');
select is(
  tests.state('p1'),
  'partially_paid total 6280 refunded 0; payments succeeded/3140/3140/0; refunds ',
  'the parts of a price stay'
);
select tests.as_guest(5);
select is(tests.attempt($$ select app_public.open_payment(tests.id('p1')) $$), 'done', 'open');
select tests.pay(tests.id('p1'));
select tests.as_guest(5);
select is(tests.attempt($$ select app_public.open_payment(tests.id('p1')) $$), 'done', 'open');
select tests.pay(tests.id('p1'));
select is(
  tests.state('p1'),
  'confirmed total 6280 refunded 0; payments succeeded/3140/3140/0,succeeded/1570/1570/0,succeeded/1570/1570/0; refunds ',
  'and are paid'
);
select tests.consistent();
-- 4 plan returned by buyer while open installment
select tests.sign_in('theatre owner');
select tests.in_parts('p2', 6, 5);
select tests.pay(tests.id('p2'));
select tests.as_guest(6);
select app_public.open_payment(tests.id('p2'));
select tests.sign_in('theatre owner');
select is(tests.attempt($$ select app_public.refund_tickets(tests.id('p2'), 'x') $$), 'done', 'return of plan');
select is(
  tests.state('p2'),
  'canceled total 6280 refunded 6280; payments succeeded/3140/3140/3140,canceled/1570/0/0; refunds pending/3140',
  'nobody is asked for installments of what was returned'
);
select is((select string_agg(s.status::text, ',') from app_public.booking_payment_schedule s where s.booking_id=tests.id('p2')), 'paid,canceled,canceled', 'nor reminded of them');
select tests.consistent();
select tests.pay(tests.id('p2'));
select is(
  tests.state('p2'),
  'canceled total 6280 refunded 6280; payments succeeded/3140/3140/3140,succeeded/1570/1570/1570; refunds pending/3140,pending/1570',
  'and who pays one all the same has it back'
);
select tests.consistent();
select tests.in_parts('p4', 16, 15);
select tests.pay(tests.id('p4'));
select tests.as_guest(16);
select app_public.open_payment(tests.id('p4'));
select tests.sign_in('theatre owner');
select is(tests.attempt($$ select app_public.refund_tickets(tests.id('p4'), 'x', percentage => 10) $$), 'done', '10 percent of plan');
select is(
  tests.state('p4'),
  'canceled total 3183 refunded 1591; payments succeeded/1592/1592/0,canceled/795/0/0; refunds ',
  'no more is kept than was paid'
);
select tests.consistent();
-- unpaid invoice under 50 percent, first one then the other, then pay
select tests.sign_in('theatre owner');
select tests.sells('inv3', 'invoice', 16, 17);
select app_public.refund_tickets(tests.id('inv3'), 'x', tests.tix('inv3', 16), 50);
select is(
  tests.state('inv3'),
  'confirmed total 6365 refunded 1592; payments pending/4773/0/0; refunds ',
  'an invoice is lowered'
);
select app_public.cancel_booking(tests.id('inv3'));
select is(
  tests.state('inv3'),
  'canceled total 6365 refunded 4775; payments pending/1590/0/0; refunds ',
  'to what is kept'
);
select tests.consistent();
select tests.sign_in('theatre owner');
select is(tests.attempt($$ select app_public.take_payment(tests.id('inv3'), 'cash') $$), 'done', 'take what is kept');
select is(
  tests.state('inv3'),
  'canceled total 6365 refunded 4775; payments succeeded/1590/1590/0; refunds ',
  'which is paid'
);
select tests.consistent();
-- 5 complimentary with absorbed fees
select tests.sign_in('theatre owner');
select app_public.set_absorbed_fees(tests.id('theatre.event'), true);
select is(tests.attempt($$ select tests.sells('c1', 'complimentary', 6) $$), 'done', 'complimentary when fees are absorbed');
select is(
  tests.state('c1'),
  'confirmed total 0 refunded 0; payments ; refunds ',
  'nothing is absorbed of nothing'
);
select app_public.set_absorbed_fees(tests.id('theatre.event'), false);
select tests.consistent();
select tests.sign_in('theatre owner');
select is(tests.attempt($$ select tests.sells('c2', 'complimentary', 13,14) $$), 'done', 'complimentary');
select is(tests.attempt($$ select app_public.refund_tickets(tests.id('c2'), 'x', tests.tix('c2', 13)) $$), 'done', 'return of complimentary 1');
select is(tests.attempt($$ select app_public.refund_tickets(tests.id('c2'), 'x', tests.tix('c2', 14)) $$), 'done', 'return of complimentary 2');
select is(
  tests.state('c2'),
  'canceled total 0 refunded 0; payments ; refunds ',
  'nothing is returned of nothing'
);
select tests.consistent();
-- 6 code use twice by late payment
select tests.sign_in('theatre owner');
select app_public.create_discount_code(tests.id('theatre.event'), 'ONCE', percentage => 50, uses_max => 1);
select tests.as_guest(7);
select tests.keep('d1', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(7))).id);
select app_public.apply_discount_code(tests.id('d1'), 'ONCE');
select app_public.start_checkout(tests.id('d1'), 'd1@example.com');
select tests.as_owner();
select tests.run_out(tests.id('d1'));
select app_private.expire_bookings();
select tests.as_guest(8);
select tests.keep('d2', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(8))).id);
select is((app_public.apply_discount_code(tests.id('d2'), 'ONCE')).discount_refusal, null, 'applied');
select app_public.start_checkout(tests.id('d2'), 'd2@example.com');
select tests.pay(tests.id('d2'));
select tests.pay(tests.id('d1'));
select is(
  tests.state('d1'),
  'expired total 3183 refunded 0; payments succeeded/3183/3183/3183; refunds pending/3183',
  'a code is not used twice by who pays late'
);
select is(
  tests.state('d2'),
  'confirmed total 3183 refunded 0; payments succeeded/3183/3183/0; refunds ',
  'who was in time has it'
);
select tests.consistent();
-- 7 complimentary with a code
select tests.sign_in('theatre owner');
select app_public.create_discount_code(tests.id('theatre.event'), 'MANY', percentage => 50);
select tests.keep('c3', (app_public.hold_for_customer(tests.id('theatre.performance'), 'c3@example.com', 'Jo', 'Doe', seat_ids => tests.seats(9))).id);
select app_public.apply_discount_code(tests.id('c3'), 'MANY');
select is(tests.attempt($$ select app_public.checkout_for_customer(tests.id('c3'), 'complimentary', 'x') $$), 'done', 'complimentary with code');
select is(
  tests.state('c3'),
  'confirmed total 0 refunded 0; payments ; refunds ',
  'and spends no use of it'
);
-- 8 partially paid cancel bypasses approval
select tests.sign_in('theatre owner');
select app_public.set_refund_approval(tests.id('theatre.organization'), 100);
select tests.in_parts('p3', 9, 10);
select tests.pay(tests.id('p3'));
select is(tests.attempt_as('theatre manager', $$ select app_public.cancel_booking(tests.id('p3')) $$), 'LMAPV', 'cancel of partially paid needs approval');
