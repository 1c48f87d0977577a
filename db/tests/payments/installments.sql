-- If this fails, parts of a price do not sum to it, tickets are there before they are paid for, or
-- who does not pay keeps the seats.
select plan(80);

select tests.create_theatre();
select tests.create_theatre('rival');
create function tests.elapse(name text, days integer) returns void
language sql volatile security definer set search_path = '' as $$
  update app_public.booking_payment_schedule as s
  set due_at = s.due_at - make_interval(days => elapse.days),
    remind_at = s.remind_at - make_interval(days => elapse.days),
    cancel_at = s.cancel_at - make_interval(days => elapse.days)
  where s.booking_id = tests.id(elapse.name)
$$;
create function tests.parts(name text) returns text
language sql stable security definer set search_path = '' as $$
  select string_agg(
    format('%s:%s:%s', s.installment_no, s.amount_cents, s.status), ' ' order by s.installment_no
  )
  from app_public.booking_payment_schedule as s where s.booking_id = tests.id(parts.name)
$$;
create function tests.balance(name text, kind text) returns bigint
language sql stable security definer set search_path = '' as $$
  select coalesce(sum(e.amount_cents), 0)::bigint
  from app_public.ledger_transactions as t
  join app_public.ledger_entries as e on e.transaction_id = t.id
  join app_public.ledger_accounts as a on a.id = e.account_id
  where t.booking_id = tests.id(balance.name) and a.kind::text = balance.kind
$$;
grant execute on all functions in schema tests to public;

-- Plans.
select tests.sign_in('theatre manager');
select tests.keep('halves', (
  app_public.create_payment_plan(
    tests.id('theatre.event'), 'Halves', 2, deposit_percentage => 50, first_due_days => 7,
    interval_days => 7, last_due_days_before => 10, reminder_days => 2, grace_days => 3
  )
).id);
select tests.keep('kind', (
  app_public.create_payment_plan(
    tests.id('theatre.event'), 'Kind', 1, deposit_cents => 1000, basis => 'performance',
    first_due_days => 10, last_due_days_before => 10, overdue_action => 'refund',
    idempotency_key => 'kind'
  )
).id);
select is(
  (app_public.create_payment_plan(
    tests.id('theatre.event'), 'Kind', 1, deposit_cents => 1000, basis => 'performance',
    first_due_days => 10, last_due_days_before => 10, overdue_action => 'refund',
    idempotency_key => 'kind'
  )).id,
  tests.id('kind'), 'a repeated request makes no second plan'
);
select tests.refused(
  format('select app_public.create_payment_plan(tests.id(''theatre.event''), %s)', arguments),
  'LMINP', arguments
)
from unnest(array[
  '''Halves'', 2, 50', '''x'', 0, 50', '''x'', 25, 50', '''x'', 1, 0', '''x'', 1, 100',
  '''x'', 1, 1e9', '''x'', 1', '''x'', 1, 50, 100', '''x'', 1, null, 0', ''''', 1, 50',
  'null, 1, 50', '''x'', null, 50', '''x'', 1, 50, basis => null',
  '''x'', 1, 50, grace_days => 20', '''x'', 1, 50, first_due_days => 0'
]) as arguments;
select tests.refused(
  $$ select app_public.create_payment_plan(tests.id('theatre.event'), 'x', 1, 50,
    ticket_category_id => uuidv7()) $$, 'LMNFD', 'a category of this event'
);
select is(tests.attempt_as(w.name, w.statement), w.code, w.name || ': ' || w.statement)
from (values
  ('theatre support', 'LMRGT'), ('rival owner', 'LMNFD'), ('eve', 'LMNFD')
) as who (name, code)
cross join lateral (
  select who.name, s as statement, who.code
  from unnest(array[
    'select app_public.create_payment_plan(tests.id(''theatre.event''), ''x'', 1, 50)',
    'select app_public.retire_payment_plan(tests.id(''halves''))'
  ]) as s
) as w;

-- Choosing one.
select tests.as_guest(1);
select tests.keep(
  'a', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(1, 2))).id
);
select is(
  (
    select string_agg(
      format('%s:%s:%s', q.installment_no, q.amount_cents, (q.due_at - now())::text), ' '
    )
    from app_public.quote_payment_plan(tests.id('a'), tests.id('halves')) as q
  ),
  '0:6280:00:00:00 1:3140:7 days 2:3140:14 days', 'a buyer sees what would be due when'
);
select is(
  (
    select string_agg(
      format('%s:%s:%s', q.installment_no, q.amount_cents, (p.starts_at - q.due_at)::text), ' '
    )
    from app_public.quote_payment_plan(tests.id('a'), tests.id('kind')) as q, app_public.performances as p
    where q.installment_no > 0 and p.id = tests.id('theatre.performance')
  ),
  '1:11560:10 days', 'also counted from the performance'
);
select is(
  (app_public.choose_payment_plan(tests.id('a'), tests.id('halves'))).payment_plan_id,
  tests.id('halves'), 'and chooses'
);
select is(
  (app_public.start_checkout(tests.id('a'), 'a@example.com')).status::text, 'pending_payment',
  'and checks out'
);
select is(
  tests.parts('a'), '0:6280:pending 1:3140:pending 2:3140:pending', 'the parts are written down'
);
select is(
  (select (s.amount_cents, s.installment_no)::text
    from app_public.payment_session(tests.id('a')) as s),
  '(6280,0)', 'and the deposit is asked for'
);
select tests.keep('first attempt', tests.intent_of(tests.id('a')));
select is(
  (app_public.choose_payment_plan(tests.id('a'), tests.id('kind'))).payment_plan_id,
  tests.id('kind'), 'until something is paid the buyer may think better of it'
);
select is(
  (select (s.amount_cents, s.installment_no)::text
    from app_public.payment_session(tests.id('a')) as s),
  '(1000,0)', 'and pays another deposit'
);
select app_public.choose_payment_plan(tests.id('a'));
select is(
  (select (s.amount_cents, s.installment_no)::text
    from app_public.payment_session(tests.id('a')) as s),
  '(12560,)', 'or everything at once'
);
select is(tests.parts('a'), null, 'without parts');
select app_public.choose_payment_plan(tests.id('a'), tests.id('halves'));
select tests.as_guest(2);
select tests.refused(statement, 'LMBKG', 'a stranger: ' || statement)
from unnest(array[
  'select app_public.choose_payment_plan(tests.id(''a''), tests.id(''kind''))',
  'select app_public.quote_payment_plan(tests.id(''a''), tests.id(''kind''))',
  'select app_public.open_payment(tests.id(''a''))'
]) as statement;
select tests.as_guest(1);
select tests.refused(
  'select app_public.choose_payment_plan(tests.id(''a''), uuidv7())', 'LMNFD', 'an unknown plan'
);

-- All of it is one attempt. Money of a price that it had before goes back, and leaves the booking
-- alone.
select tests.as_owner();
select is(
  app_private.apply_payment_intent(jsonb_build_object(
    'object', 'payment_intent', 'id', 'pi_first', 'status', 'succeeded', 'amount', 1000,
    'currency', 'eur',
    'metadata', jsonb_build_object('lml_payment_intent_id', tests.id('first attempt'))
  ), '{}'),
  'applied', 'somebody pays what was asked for before'
);
select is(
  tests.status(tests.id('a')) || tests.parts('a'),
  'pending_payment0:6280:pending 1:3140:pending 2:3140:pending', 'which buys nothing'
);
select is(
  (select (reason, amount_cents)::text from app_public.refunds
    where payment_intent_id = tests.id('first attempt')),
  '(late_payment,1000)', 'and is returned'
);
select tests.as_guest(1);
select app_public.open_payment(tests.id('a'));
select tests.as_owner();

-- The deposit.
select is(tests.pay(tests.id('a')), 'applied', 'the deposit arrives');
select is(tests.status(tests.id('a')), 'partially_paid', 'the booking is firm');
select is(tests.seat_status(tests.id('theatre.performance'), 1, 2), 'booked', 'with its seats');
select is(
  (select count(*) from app_public.tickets where booking_id = tests.id('a')), 0::bigint,
  'and without tickets, that could be scanned or passed on'
);
select is(tests.balance('a', 'organizer_payable') < 0, true, 'the sale is in the books in full');
select is(tests.balance('a', 'buyer_clearing') + 1000, 6280::bigint, 'with what is still owed');
select tests.consistent();
select is(tests.pay(tests.id('a')), 'applied', 'the same news again');
select is(
  tests.parts('a'), '0:6280:paid 1:3140:pending 2:3140:pending', 'pays nothing twice'
);
select tests.as_guest(1);
select tests.refused(
  'select app_public.choose_payment_plan(tests.id(''a''))', 'LMBST', 'the plan stands now'
);
select tests.refused(
  'select app_public.cancel_booking(tests.id(''a''))', 'LMRGT', 'the sale, too'
);

-- Reminders.
select tests.as_owner();
select is(app_private.follow_up_installments(), 0, 'nothing is due');
select tests.elapse('a', 6);
select is(app_private.follow_up_installments(), 1, 'a day before it is');
select is(app_private.follow_up_installments(), 0, 'once');
select is(
  (
    select (e.recipient, e.variables ->> 'amount', e.variables ? 'token')::text
    from app_private.outgoing_emails as e where e.template = 'installment_due'
  ),
  '(a@example.com,"31.40 EUR",t)', 'the buyer is reminded, with a link'
);
select tests.as_guest(1);
select is(
  (select (s.amount_cents, s.installment_no, s.status)::text
    from app_public.open_payment(tests.id('a')) as s),
  '(3140,1,pending)', 'and opens the payment'
);
select is(
  (app_public.open_payment(tests.id('a'))).payment_intent_id, tests.intent_of(tests.id('a')),
  'which is one, however often'
);
select is(tests.pay(tests.id('a')), 'applied', 'and pays');
select is(
  tests.parts('a'), '0:6280:paid 1:3140:paid 2:3140:pending', 'the first installment'
);
select tests.consistent();

-- Overdue, and paid within the grace.
select tests.elapse('a', 8);
select is(app_private.follow_up_installments(), 1, 'the second is overdue');
select is(tests.parts('a'), '0:6280:paid 1:3140:paid 2:3140:overdue', 'which is told');
select is(app_private.follow_up_installments(), 0, 'and left alone for the grace');
select tests.as_guest(1);
select app_public.open_payment(tests.id('a'));
select is(tests.pay(tests.id('a')), 'applied', 'paid late');
select is(tests.status(tests.id('a')), 'confirmed', 'is paid');
select is(
  (select count(*) from app_public.tickets where booking_id = tests.id('a')), 2::bigint,
  'here are the tickets'
);
select is(tests.balance('a', 'buyer_clearing'), -1000::bigint, 'only the refund is still open');
select tests.consistent();

-- Overdue for good.
select tests.in_parts('b', 3, 3, 4);
select tests.pay(tests.id('b'));
select tests.as_guest(3);
select app_public.open_payment(tests.id('b'));
select tests.pay(tests.id('b'));
select tests.as_owner();
select tests.elapse('b', 30);
select app_private.follow_up_installments();
select is(tests.status(tests.id('b')), 'partially_paid', 'nobody is canceled who was not told');
select tests.elapse('b', 4);
select app_private.follow_up_installments();
select is(tests.status(tests.id('b')), 'canceled', 'then the booking ends');
select is(tests.seat_status(tests.id('theatre.performance'), 3, 4), 'available', 'seats are free');
select is(
  (select sum(amount_cents) from app_public.refunds where booking_id = tests.id('b')),
  3140::numeric, 'the installment goes back'
);
select is(
  (
    select sum(tests.balance('b', k)) from unnest(array[
      'organizer_payable', 'platform_commission', 'service_fees', 'processing_fees', 'taxes_payable'
    ]) as k
  ),
  -6280::numeric, 'the deposit stays, as that much of the sale'
);
select tests.consistent();
select app_private.record_refund(tests.refund_of(tests.id('b')), 're_b', 'succeeded', null);
select is(tests.balance('b', 'buyer_clearing'), 0::bigint, 'and nothing is owed');
select tests.consistent();

-- A late deposit.
select tests.in_parts('c', 4, 5);
select tests.run_out(tests.id('c'));
select app_private.expire_bookings();
select is(tests.parts('c'), '0:3140:canceled 1:1570:canceled 2:1570:canceled', 'all is off');
select is(tests.pay(tests.id('c')), 'applied', 'a late deposit');
select is(
  tests.status(tests.id('c')) || ' ' || tests.parts('c'),
  'partially_paid 0:3140:paid 1:1570:pending 2:1570:pending', 'finds its seat, and all is on again'
);
select tests.consistent();
