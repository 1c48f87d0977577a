-- If this fails, an add-on comes back while somebody who came with it is inside, limits are passed by paying late, or
-- a failed refund cannot be sent again.
select plan(9);
select tests.create_theatre();
create function tests.tix(booking text, variadic seat_nos integer[]) returns uuid[]
language sql stable security definer set search_path = ''
return (select array_agg(t.id) from app_public.tickets as t where t.booking_id = tests.id(tix.booking) and t.seat_no = any (tix.seat_nos));
grant execute on all functions in schema tests to public;
select tests.sign_in('theatre owner');
select tests.keep('parking', (app_public.create_add_on('Parking', 1000, tests.id('theatre.event'), stock => 1)).id);
select app_public.set_cancellation_policy(tests.id('theatre.organization'), array[7], array[100.0]);
select tests.as_guest(1);
select tests.keep('a', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(1, 2))).id);
select app_public.add_add_on(tests.id('a'), tests.id('parking'), 1);
select app_public.start_checkout(tests.id('a'), 'a@b.c');
select tests.pay(tests.id('a'));
select tests.as_owner();
update app_public.tickets set status = 'used', used_at = now() where booking_id = tests.id('a') and seat_no = 1;
select tests.as_guest(1);
select is((app_public.return_tickets(tests.id('a'), tests.tix('a', 2))).refunded_cents, 5500::bigint, 'parking stays with the used ticket');
select tests.as_owner();
select is((select string_agg(i.item_type || ' ' || i.returned_quantity, ',' order by i.id) from app_public.booking_items i where booking_id = tests.id('a')), 'seat 1,add_on 0', 'lines');
select is((select format('%s/%s', sold, total) from app_private.add_on_counters where add_on_id = tests.id('parking')), '1/1', 'stock');
-- late payment over a buyer's limit
update app_public.ticket_categories set max_per_user = 1;
select tests.sign_in('ada');
select tests.keep('l1', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(7))).id);
select app_public.start_checkout(tests.id('l1'));
select tests.as_owner();
select tests.run_out(tests.id('l1'));
select app_private.expire_bookings();
select tests.sign_in('ada');
select tests.keep('l2', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(8))).id);
select is(tests.attempt($$ select app_public.start_checkout(tests.id('l2')) $$), 'done', 'second');
select tests.as_owner();
select tests.pay(tests.id('l2'));
select tests.pay(tests.id('l1'));
select is(tests.status(tests.id('l1')), 'expired', 'late over limit');
select is(tests.status(tests.id('l2')), 'confirmed', 'late over limit');

-- a failed refund keeps its money
select tests.as_owner();
update app_public.ticket_categories set max_per_user = null;
select tests.sign_in('theatre owner');
select tests.keep('halves', (
  app_public.create_payment_plan(
    tests.id('theatre.event'), 'Halves', 2, deposit_percentage => 50, first_due_days => 7,
    interval_days => 7, last_due_days_before => 10, reminder_days => 2, grace_days => 3
  )
).id);
select tests.as_guest(9);
select tests.keep('f', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(10, 11))).id);
select app_public.choose_payment_plan(tests.id('f'), tests.id('halves'));
select app_public.start_checkout(tests.id('f'), 'f@example.com');
select tests.pay(tests.id('f'));
select tests.as_guest(9);
select app_public.open_payment(tests.id('f'));
select tests.pay(tests.id('f'));
select tests.as_guest(9);
select app_public.open_payment(tests.id('f'));
select tests.pay(tests.id('f'));
select tests.sign_in('theatre owner');
select app_public.refund_tickets(tests.id('f'), 'x', tests.tix('f', 10));
select tests.as_owner();
select tests.keep('failed', (select r.id from app_public.refunds r where r.booking_id = tests.id('f') order by r.payment_intent_id desc limit 1));
select app_private.record_refund(tests.id('failed'), 're_f', 'failed', 'expired_or_canceled_card');
select tests.sign_in('theatre owner');
select app_public.refund_tickets(tests.id('f'), 'x', tests.tix('f', 11));
select is(tests.attempt($$ select app_public.retry_refund(tests.id('failed')) $$), 'done', 'a failed refund can be sent again whatever was returned since');
select tests.as_owner();
select is((select string_agg(format('%s/%s', p.received_cents, p.refunded_cents), ' ' order by p.id) from app_public.payment_intents p where p.booking_id = tests.id('f')), '6280/6280 3140/3140 3140/3140', 'and nothing stays behind');
select tests.consistent();
