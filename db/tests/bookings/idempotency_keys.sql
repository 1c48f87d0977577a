-- If this fails, a repeated request does its work twice, or answers with something else.
select plan(40);

select tests.create_theatre();
select tests.create_theatre('rival');
create function tests.hold(key text, variadic seat_nos integer[]) returns uuid
language sql volatile as $$
  select (
    app_public.hold_seats(
      tests.id('theatre.performance'), tests.seats(variadic seat_nos), null, key
    )
  ).id
$$;
grant execute on function tests.hold(text, integer[]) to public;

-- A guest repeats a hold.
select tests.as_guest(1);
select tests.keep('cart', tests.hold('k1', 1, 2));
select is(tests.hold('k1', 1, 2), tests.id('cart'), 'the same key gives the same booking');
select is(tests.visible('app_public.bookings'), '1', 'and makes no second one');
select tests.refused($$ select tests.hold('k1', 1) $$, 'LMIDK', 'not for other seats');
select tests.refused(
  $$ select app_public.start_checkout(tests.id('cart'), 'a@b.c', idempotency_key => 'k1') $$,
  'LMIDK', 'nor for another function'
);
select tests.refused(
  $$ select app_public.cancel_booking(tests.id('cart'), 'k', 'k1') $$, 'LMIDK', 'nor to cancel'
);
select tests.refused($$ select tests.hold('k2', 1) $$, 'LMTKN', 'another key is another request');
select tests.refused($$ select tests.hold('k2', 1) $$, 'LMTKN', 'which keeps no failure');
select lives_ok($$ select tests.hold('k2', 3) $$, 'so that the key can still be used');
select tests.refused($$ select tests.hold('', 4) $$, 'LMINP', 'an empty key');
select tests.refused(
  $$ select tests.hold(repeat('x', 201), 4) $$, 'LMINP', 'an endless key'
);

-- Keys are private.
select tests.as_guest(2);
select isnt(tests.hold('k1', 4), tests.id('cart'), 'another guest may use the same key');

-- A repeated checkout.
select tests.as_guest(1);
select app_public.start_checkout(tests.id('cart'), 'a@b.c', idempotency_key => 'c1');
select is(
  (app_public.start_checkout(tests.id('cart'), 'a@b.c', idempotency_key => 'c1')).id,
  tests.id('cart'), 'a checkout is repeated'
);
select is(tests.jobs('payment_intent__create'), 1::bigint, 'but pays once');
select tests.refused(
  $$ select app_public.start_checkout(tests.id('cart'), 'x@b.c', idempotency_key => 'c1') $$,
  'LMIDK', 'not for another address'
);
select is(tests.hold('k1', 1, 2), tests.id('cart'), 'a hold is still what it was');

-- A checkout that was taken back: neither done again, nor called done.
select app_public.reopen_checkout(tests.id('cart'));
select tests.refused(
  $$ select app_public.start_checkout(tests.id('cart'), 'a@b.c', idempotency_key => 'c1') $$,
  'LMIDK', 'who repeats it late is told so'
);
select is(tests.status(tests.id('cart')), 'draft', 'and the cart stays one');
select is(
  (app_public.start_checkout(tests.id('cart'), 'a@b.c', idempotency_key => 'c2')).status::text,
  'pending_payment', 'another checkout has a key of its own'
);
select is(
  (app_public.start_checkout(tests.id('cart'), 'a@b.c', idempotency_key => 'c1')).status::text,
  'pending_payment', 'after which the first one is answered with what is true'
);

-- A repeated cancellation.
select app_public.cancel_booking(tests.id('cart'), 'no', 'x1');
select is(
  (app_public.cancel_booking(tests.id('cart'), 'no', 'x1')).status::text, 'canceled',
  'a cancellation is repeated'
);
select tests.refused(
  $$ select app_public.cancel_booking(tests.id('cart'), 'no') $$, 'LMBST', 'without a key it is not'
);

-- What organizations make.
select tests.sign_in('theatre owner');
select is(
  (app_public.create_organization('O', 'o', 'o@o.o', idempotency_key => 'o')).id,
  (app_public.create_organization('O', 'o', 'o@o.o', idempotency_key => 'o')).id,
  'an organization'
);
select is(
  (app_public.create_venue(tests.id('theatre.organization'), 'V', 'v', 'UTC',
    idempotency_key => 'v')).id,
  (app_public.create_venue(tests.id('theatre.organization'), 'V', 'v', 'UTC',
    idempotency_key => 'v')).id,
  'a venue'
);
select is(
  (app_public.create_event(tests.id('theatre.organization'), tests.id('theatre.venue'), 'E', 'e',
    idempotency_key => 'e')).id,
  tests.keep('e', (app_public.create_event(tests.id('theatre.organization'),
    tests.id('theatre.venue'), 'E', 'e', idempotency_key => 'e')).id),
  'an event'
);
select is(
  (app_public.create_performance(tests.id('e'), tests.id('theatre.layout'), '2040-01-01',
    idempotency_key => 'p')).id,
  (app_public.create_performance(tests.id('e'), tests.id('theatre.layout'), '2040-01-01',
    idempotency_key => 'p')).id,
  'a performance'
);
select is(
  (app_public.create_ticket_category(tests.id('e'), 'C', 1, array['x'], idempotency_key => 'c')).id,
  (app_public.create_ticket_category(tests.id('e'), 'C', 1, array['x'], idempotency_key => 'c')).id,
  'a category'
);
select tests.refused(
  $$ select app_public.create_venue(tests.id('theatre.organization'), 'W', 'w', 'UTC',
    idempotency_key => 'v') $$,
  'LMIDK', 'not for another venue'
);

-- Money goes back, or is taken, once.
select app_public.set_cancellation_policy(
  tests.id('theatre.organization'), '{0}', '{100}', event_id => tests.id('theatre.event')
);
select tests.as_owner();
select tests.sell('sale', 'theatre', 3, 13, 14, 15);
select tests.sign_in('theatre owner');
select is(
  (app_public.refund_booking_amount(tests.id('sale'), 100, 'x', idempotency_key => 'r1')).id,
  (app_public.refund_booking_amount(tests.id('sale'), 100, 'x', idempotency_key => 'r1')).id,
  'an amount'
);
select is(
  (app_public.refund_fees(tests.id('sale'), 'x', idempotency_key => 'r2')).id,
  (app_public.refund_fees(tests.id('sale'), 'x', idempotency_key => 'r2')).id,
  'fees'
);
select is(
  (app_public.refund_tickets(tests.id('sale'), 'x', array[tests.ticket('sale', 13)],
    idempotency_key => 'r3')).id,
  (app_public.refund_tickets(tests.id('sale'), 'x', array[tests.ticket('sale', 13)],
    idempotency_key => 'r3')).id,
  'a ticket'
);
select tests.as_guest(3);
select is(
  (app_public.return_tickets(tests.id('sale'), array[tests.ticket('sale', 14)], 'r4'))
    .refunded_cents,
  (app_public.return_tickets(tests.id('sale'), array[tests.ticket('sale', 14)], 'r4'))
    .refunded_cents,
  'a ticket that the buyer returns'
);
select is(
  (app_public.return_booking(tests.id('sale'), 'r5')).refunded_cents,
  (app_public.return_booking(tests.id('sale'), 'r5')).refunded_cents,
  'and the rest'
);
select tests.sign_in('theatre owner');
select tests.keep('invoice', (app_public.hold_for_customer(
  tests.id('theatre.performance'), 'x@example.com', seat_ids => tests.seats(16)
)).id);
select app_public.checkout_for_customer(tests.id('invoice'), 'invoice');
select is(
  (app_public.take_payment(tests.id('invoice'), 'cash', 'r6')).id,
  (app_public.take_payment(tests.id('invoice'), 'cash', 'r6')).id, 'an invoice'
);
select tests.consistent();

-- A key gives no rights that have ended.
select tests.sign_in('theatre support');
select tests.keep('staff', tests.hold('s', 5));
select tests.sign_in('rival owner');
select tests.refused(
  $$ select app_public.create_venue(tests.id('theatre.organization'), 'V', 'v', 'UTC',
    idempotency_key => 'v') $$,
  'LMNFD', 'a stranger''s key opens nothing'
);
select tests.as_anonymous();
select tests.refused($$ select tests.hold('k1', 1, 2) $$, 'LMCRT', 'nor does one of nobody');
select is(
  tests.attempt($$ select * from app_private.idempotency_keys $$), '42501',
  'keys are not to be read'
);
select tests.consistent();

-- A key stands for all arguments of a call, so that it never returns the result of another one.
create function tests.arguments_left_out() returns setof text
language sql stable as $$
  select p.proname || '.' || a.name
  from pg_proc as p
  cross join unnest(p.proargnames[1:p.pronargs]) as a (name)
  cross join lateral substring(p.prosrc from 'replay_result\((.*?)\);') as call
  where p.pronamespace = 'app_public'::regnamespace
    and 'idempotency_key' = any (p.proargnames)
    -- These hand their key on, with all that they were given.
    and p.proname not in (
      'create_virtual_event', 'hold_allocated_admissions', 'hold_allocated_seats'
    )
    and (call is null or call !~ ('\m' || p.proname || '\.' || a.name || '\M'))
$$;
select is_empty('select tests.arguments_left_out()', 'no function leaves an argument out');
create function app_public.planted(event_id uuid, idempotency_key text) returns uuid
language plpgsql as $$
begin
  return app_private.replay_result(planted.idempotency_key, 'planted', '[]');
end
$$;
select results_eq(
  'select tests.arguments_left_out()', array['planted.event_id'], 'one that did would be found'
);
