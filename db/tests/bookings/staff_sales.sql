-- If this fails, staff sells what it may not, money at the counter is in no book, or a mailed link
-- opens somebody else's booking.
select plan(70);

select tests.create_theatre();
select tests.create_theatre('rival');
select tests.create_standing();
create function tests.mailed_token(recipient text) returns text
language sql stable security definer set search_path = '' as $$
  select e.variables ->> 'token' from app_private.outgoing_emails as e
  where e.recipient operator(public.=) mailed_token.recipient::public.citext
  order by e.created_at desc, e.id desc limit 1
$$;
create function tests.booked(kind text) returns bigint
language sql stable security definer set search_path = '' as $$
  select coalesce(sum(e.amount_cents), 0)::bigint
  from app_public.ledger_entries as e
  join app_public.ledger_accounts as a on a.id = e.account_id
  where a.organization_id = tests.id('theatre.organization') and a.kind::text = booked.kind
$$;
grant execute on all functions in schema tests to public;

-- Who may.
select is(
  tests.attempt_as(who, $$ select app_public.hold_for_customer(tests.id('theatre.performance'),
    'x@example.com', seat_ids => tests.seats(1)) $$),
  code, who
)
from (values
  ('theatre analyst', 'LMRGT'), ('theatre staff', 'LMRGT'), ('rival owner', 'LMNFD'),
  ('eve', 'LMNFD')
) as v (who, code);
select tests.sign_in('theatre coordinator');
select tests.refused(
  format('select app_public.hold_for_customer(tests.id(''theatre.performance''), %s)', arguments),
  code, arguments
)
from (values
  ('null, seat_ids => tests.seats(1)', 'LMCON'), ('''x'', seat_ids => tests.seats(1)', 'LMCON'),
  ('''x@y.z''', 'LMINP'), ('''x@y.z'', channel => ''web'', seat_ids => tests.seats(1)', 'LMINP'),
  ('''x@y.z'', channel => null, seat_ids => tests.seats(1)', 'LMINP'),
  ('''x@y.z'', phone => ''?'', seat_ids => tests.seats(1)', 'LMINP'),
  ('''x@y.z'', seat_ids => ''{}''', 'LMQTY'), ('''x@y.z'', seat_ids => array[''x'']', 'LMSEA'),
  ('''x@y.z'', ticket_category_id => uuidv7(), quantity => 0', 'LMQTY'),
  ('''x@y.z'', ticket_category_id => uuidv7()', 'LMQTY'),
  ('''x@y.z'', ticket_category_id => uuidv7(), quantity => 1', 'LMSAL')
) as v (arguments, code);

-- By a mailed link.
select is(tests.sells('link', 'link', 1, 2), 'pending_payment', 'a sale by telephone');
select tests.as_owner();
select is(
  (select (b.booking_channel, b.customer_email, b.customer_name, b.user_id)::text
    from app_public.bookings as b where b.id = tests.id('link')),
  '(phone,link@example.com,"Jo Doe",)', 'of which it is known how and for whom'
);
select is(
  (select b.expires_at - now() from app_public.bookings as b where b.id = tests.id('link')),
  interval '24 hours', 'to be paid within a day'
);
select tests.sign_in('theatre coordinator');
select is(app_public.payment_session(tests.id('link')), null, 'not by staff');
select tests.as_guest(1);
select tests.refused(
  format('select app_public.claim_booking(%L)', token), 'LMTOK', coalesce(token, 'no token')
)
from unnest(array[null, '', 'x', repeat('A', 43)]) as token;
select is(app_public.payment_session(tests.id('link')), null, 'not by strangers');
select is(
  (app_public.claim_booking(tests.mailed_token('link@example.com'))).id, tests.id('link'),
  'by whoever has the mail'
);
select is(
  (app_public.payment_session(tests.id('link'))).amount_cents, 12560::bigint, 'who may pay'
);
select tests.as_guest(2);
select tests.refused(
  format('select app_public.claim_booking(%L)', tests.mailed_token('link@example.com')), 'LMTOK',
  'once'
);
select is(tests.pay(tests.id('link')), 'applied', 'the money arrives');
select is(tests.status(tests.id('link')), 'confirmed', 'and buys the seats');

-- At the counter.
select tests.sign_in('theatre coordinator');
select is(tests.sells('cash', 'cash', 3), 'confirmed', 'cash');
select is(tests.sells('terminal', 'terminal', 4), 'confirmed', 'a terminal');
select is(tests.booked('box_office'), 12560::bigint, 'are in the books');
select is(tests.booked('stripe_balance'), 12560::bigint, 'and not at Stripe');
select tests.as_owner();
select is(
  (select (p.method, p.taken_by = tests.user_id('theatre coordinator'))::text
    from app_public.payment_intents as p where p.booking_id = tests.id('cash')),
  '(cash,t)', 'with who took it'
);
select is(tests.jobs('payment_intent__create'), 1::bigint, 'Stripe hears of the link only');
select isnt_empty(
  format('select from app_public.audit_log where entity_type = ''staff_sales''
    and user_id = %L', tests.user_id('theatre coordinator')),
  'and the audit log of all of it'
);
select tests.consistent();

-- On invoice.
select tests.sign_in('theatre coordinator');
select is(tests.sells('invoice', 'invoice', 5), 'confirmed', 'an invoice');
select is(tests.booked('buyer_clearing'), 6280::bigint, 'is owed');
select tests.refused(
  'select app_public.take_payment(tests.id(''invoice''), ''card'')', 'LMINP', 'cards are Stripe''s'
);
select is(
  (app_public.take_payment(tests.id('invoice'), 'invoice', 'key')).status::text, 'confirmed', 'paid'
);
select is(
  (app_public.take_payment(tests.id('invoice'), 'invoice', 'key')).status::text, 'confirmed', 'once'
);
select is(tests.booked('buyer_clearing'), 0::bigint, 'and owed no more');
select tests.refused(
  'select app_public.take_payment(tests.id(''invoice''), ''cash'')', 'LMBST', 'nor taken twice'
);
select tests.sells('unpaid', 'invoice', 6);
select tests.sign_in('theatre owner');
select app_public.cancel_booking(tests.id('unpaid'));
select is(
  (select p.status::text from app_public.payment_intents as p
    where p.booking_id = tests.id('unpaid')),
  'canceled', 'an invoice that is canceled is not paid'
);
select is_empty(
  format('select from app_public.refunds where booking_id = %L', tests.id('unpaid')),
  'nor returned'
);
select tests.consistent();

-- Complimentary.
select tests.sign_in('theatre coordinator');
select tests.refused(
  'select tests.sells(''gift'', ''complimentary'', 7)', 'LMRGT', 'not everybody gives away'
);
select tests.sign_in('theatre support');
select is(tests.sells('gift', 'complimentary', 7), 'confirmed', 'complimentary');
select is(
  (select (b.subtotal_cents, b.discount_cents, b.total_amount_cents)::text
    from app_public.bookings as b where b.id = tests.id('gift')),
  '(5000,5000,0)', 'costs nothing'
);
select tests.keep('noteless', (app_public.hold_for_customer(
  tests.id('theatre.performance'), 'n@example.com', seat_ids => tests.seats(8)
)).id);
select tests.refused(
  'select app_public.checkout_for_customer(tests.id(''noteless''), ''complimentary'')', 'LMINP',
  'but says for whom'
);
select tests.refused(
  format('select app_public.checkout_for_customer(tests.id(''noteless''), %s)', arguments), 'LMINP',
  arguments
)
from unnest(array[
  'null', '''link'', pay_within_hours => 0', '''link'', pay_within_hours => 169',
  '''cash'', override_reason => '''''
]) as arguments;
select tests.consistent();

-- Limits.
select tests.as_owner();
update app_public.events set tickets_per_user_max = 1 where id = tests.id('theatre.event');
select tests.sign_in('theatre owner');
select tests.keep('many', (app_public.hold_for_customer(
  tests.id('theatre.performance'), 'cash@example.com', seat_ids => tests.seats(9)
)).id);
select tests.refused(
  'select app_public.checkout_for_customer(tests.id(''many''), ''cash'')', 'LMMAX',
  'the limits of a buyer hold'
);
select is(
  (app_public.checkout_for_customer(tests.id('many'), 'cash', override_reason => 'A class.'))
    .status::text, 'confirmed', 'unless there is a reason'
);
select is(
  (select s.override_reason from app_public.staff_sales as s where s.booking_id = tests.id('many')),
  'A class.', 'which is written down'
);
select tests.as_guest(3);
select is(tests.visible('app_public.staff_sales'), 'denied', 'for staff');

-- Admissions; taking over what a customer began; a booking that staff may not check out.
select tests.sign_in('theatre coordinator');
select tests.keep('floor', (app_public.hold_for_customer(
  tests.id('standing.performance'), 'f@example.com', channel => 'admin',
  ticket_category_id => tests.id('standing.floor.category'), quantity => 2
)).id);
select is(
  (app_public.checkout_for_customer(tests.id('floor'), 'cash')).status::text, 'confirmed',
  'admissions are sold, too'
);
select tests.as_guest(4);
select tests.keep(
  'web', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(10))).id
);
select tests.sign_in('theatre coordinator');
select tests.refused(
  'select app_public.checkout_for_customer(tests.id(''web''), ''cash'')', 'LMBST',
  'a buyer checks out alone'
);
select tests.as_guest(4);
select app_public.start_checkout(tests.id('web'), 'web@example.com');
select tests.sign_in('theatre coordinator');
select is(
  (app_public.take_payment(tests.id('web'), 'cash')).status::text, 'confirmed',
  'and may pay at the counter'
);

-- Money back.
select tests.sign_in('theatre owner');
select app_public.cancel_booking(tests.id('cash'));
select tests.as_owner();
select is(
  app_private.prepare_refund(tests.refund_of(tests.id('cash'))), null, 'Stripe returns no cash'
);
select tests.sign_in('theatre coordinator');
select tests.refused(
  'select app_public.record_box_office_refund(tests.refund_of(tests.id(''cash'')))', 'LMRGT',
  'nor does everybody'
);
select tests.sign_in('theatre support');
select is(
  (app_public.record_box_office_refund(tests.refund_of(tests.id('cash')))).status::text,
  'succeeded', 'somebody hands it out'
);
select is(
  (app_public.record_box_office_refund(tests.refund_of(tests.id('cash')))).status::text,
  'succeeded', 'once'
);
select is(tests.status(tests.id('cash')), 'refunded', 'and that is that');
select tests.refused(
  'select app_public.record_box_office_refund(uuidv7())', 'LMNFD', 'what there is not'
);
select tests.consistent();
