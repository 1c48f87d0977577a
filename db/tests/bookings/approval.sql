-- If this fails, somebody buys what they were not let to, or loses seats to an organization that is
-- still thinking.
select plan(46);

select tests.create_theatre();
select tests.create_theatre('rival');
create function tests.decision(name text) returns text
language sql stable security definer set search_path = '' as $$
  select a.decision::text from app_public.booking_approvals as a
  where a.booking_id = tests.id(decision.name)
$$;
grant execute on all functions in schema tests to public;
select tests.keep('stalls', c.id)
from app_public.ticket_categories as c
where c.event_id = tests.id('theatre.event') and c.category_no = 1;

-- Who says so.
select is(tests.attempt_as(who, statement), code, who || ': ' || statement)
from (values ('theatre support', 'LMRGT'), ('rival owner', 'LMNFD'), ('eve', 'LMNFD'))
  as v (who, code),
  (values ('select app_public.set_category_approval(tests.id(''stalls''), true)')) as s (statement);
select tests.sign_in('theatre manager');
select tests.refused(
  format('select app_public.set_category_approval(tests.id(''stalls''), %s)', arguments), 'LMINP',
  arguments
)
from unnest(array['null', 'true, 0', 'true, 721', 'true, 1, 169']) as arguments;
select is(
  (app_public.set_category_approval(tests.id('stalls'), true, 72, 5)).requires_approval, true,
  'a category requires approval'
);

-- A request.
select is(tests.orders('a', 1, 1, 2), 'pending_approval', 'an order waits for an answer');
select is(
  (select expires_at from app_public.bookings where id = tests.id('a')),
  now() + interval '72 hours', 'as long as the category says'
);
select is(tests.seat_status(tests.id('theatre.performance'), 1, 2), 'locked', 'seats are kept');
select is(app_public.payment_session(tests.id('a')), null, 'and nothing is to be paid');
select tests.consistent();
select tests.as_guest(1);
select tests.refused(
  'select app_public.open_payment(tests.id(''a''))', 'LMBST', 'not even by asking'
);
select tests.refused(
  'select app_public.start_checkout(tests.id(''a''), ''a@example.com'')', 'LMBST',
  'there is no second checkout'
);
select is(tests.visible('app_public.booking_approvals'), '1', 'the buyer sees the request');
select tests.as_guest(2);
select is(tests.visible('app_public.booking_approvals'), '0', 'others do not');
select is(tests.attempt_as(who, statement), code, who || ': ' || statement)
from (values ('theatre coordinator', 'LMRGT'), ('rival owner', 'LMNFD'), ('eve', 'LMNFD'))
  as v (who, code),
  unnest(array[
    'select app_public.approve_booking(tests.id(''a''))',
    'select app_public.decline_booking(tests.id(''a''), ''x'')'
  ]) as statement;

-- Yes.
select tests.sign_in('theatre support');
select is((app_public.approve_booking(tests.id('a'))).status::text, 'pending_payment', 'yes');
select is(
  (select b.expires_at - now() from app_public.bookings as b where b.id = tests.id('a')),
  interval '72 hours', 'a deadline never moves closer'
);
select tests.refused('select app_public.approve_booking(tests.id(''a''))', 'LMBST', 'once');
select tests.as_owner();
select is(
  (select (a.decision, a.decided_by = tests.user_id('theatre support'))::text
    from app_public.booking_approvals as a),
  '(approved,t)', 'which is written down'
);
select is(
  (select e.recipient || ' ' || (e.variables ? 'token')::text
    from app_private.outgoing_emails as e where e.template = 'booking_approved'),
  'a@example.com true', 'and mailed'
);
select is(tests.pay(tests.id('a')), 'applied', 'the buyer pays');
select is(tests.status(tests.id('a')), 'confirmed', 'and has the tickets');

-- No.
select tests.orders('b', 2, 3);
select tests.sign_in('theatre owner');
select tests.refused(
  format('select app_public.decline_booking(tests.id(''b''), %s)', reason), 'LMINP', reason
)
from unnest(array['null', '''''', 'repeat(''x'', 501)']) as reason;
select is(
  (app_public.decline_booking(tests.id('b'), 'Members only.')).status::text, 'canceled', 'no'
);
select is(tests.decision('b'), 'declined', 'which is written down');
select is(tests.seat_status(tests.id('theatre.performance'), 3), 'available', 'seats are free');
select tests.as_owner();
select is(
  (select e.variables ->> 'reason' from app_private.outgoing_emails as e
    where e.template = 'booking_declined'),
  'Members only.', 'and the reason is mailed'
);

-- No answer; a buyer who gives up; an answer that is too late.
select tests.orders('c', 3, 4);
select tests.run_out(tests.id('c'));
select tests.sign_in('theatre owner');
select tests.refused('select app_public.approve_booking(tests.id(''c''))', 'LMEXP', 'too late');
select tests.as_owner();
select app_private.expire_bookings();
select is(
  tests.status(tests.id('c')) || ' ' || tests.decision('c'), 'expired lapsed', 'no answer'
);
select is(
  (select count(*) from app_private.outgoing_emails as e where e.template = 'booking_lapsed'),
  1::bigint, 'is told'
);
select tests.orders('d', 4, 5);
select app_public.cancel_booking(tests.id('d'));
select is(tests.decision('d'), 'withdrawn', 'a buyer gives up');

-- By an installment plan; what needs no approval; what is free; one's own.
select tests.sign_in('theatre owner');
select app_public.set_category_approval(tests.id('stalls'), false);
select is(tests.orders('e', 5, 6), 'pending_payment', 'without approval there is no wait');
select tests.sign_in('theatre owner');
select app_public.set_category_approval(tests.id('stalls'), true);
select tests.keep(
  'own', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(7))).id
);
select app_public.start_checkout(tests.id('own'));
select tests.refused(
  'select app_public.approve_booking(tests.id(''own''))', 'LMRGT', 'nobody approves themselves'
);
select tests.as_owner();
update app_public.ticket_category_prices set price_cents = 0;
update app_public.events set service_fee_fixed_cents = 0, processing_fee_fixed_cents = 0;
select is(tests.orders('f', 6, 8), 'pending_approval', 'what is free waits, too');
select tests.sign_in('theatre owner');
select is((app_public.approve_booking(tests.id('f'))).status::text, 'confirmed', 'and is had');
select tests.consistent();
