-- If this fails, a card is charged without an answer, or an answer costs an organization its sale.
select plan(55);

select tests.create_theatre();
-- The same, with a card that is authorized.
create function tests.authorized(name text, guest integer, variadic seat_nos integer[])
returns text
language plpgsql volatile as $$
begin
  perform tests.orders(name, guest, variadic seat_nos);
  return tests.stripe_says(tests.id(name), 'requires_capture');
end
$$;
create function tests.intents(name text) returns text
language sql stable security definer set search_path = '' as $$
  select string_agg(format('%s %s', p.status, p.capture_method), ', ' order by p.created_at, p.id)
  from app_public.payment_intents as p where p.booking_id = tests.id(intents.name)
$$;
create function tests.booked(name text) returns bigint
language sql stable security definer set search_path = '' as $$
  select count(*) from app_public.ledger_transactions as t
  where t.booking_id = tests.id(booked.name)
$$;
create function tests.mails(template text) returns bigint
language sql stable security definer set search_path = '' as $$
  select count(*) from app_private.outgoing_emails as e where e.template = mails.template
$$;
grant execute on all functions in schema tests to public;
select tests.keep('stalls', c.id)
from app_public.ticket_categories as c
where c.event_id = tests.id('theatre.event') and c.category_no = 1;

select tests.sign_in('theatre manager');
select tests.refused(
  'select app_public.set_category_approval(tests.id(''stalls''), true, capture_method => null)',
  'LMINP', 'no way to capture'
);
select is(
  (app_public.set_category_approval(
    tests.id('stalls'), true, 720, 5, 'manual'
  )).capture_method::text,
  'manual', 'orders of a category authorize the card'
);

-- The buyer completes the order first: nobody has to answer one that is not.
select is(tests.orders('a', 1, 1, 2), 'pending_payment', 'the card is asked for at checkout');
select is(tests.session('a', 'capture_method'), 'manual', 'to be authorized');
select tests.as_owner();
select is(
  app_private.prepare_payment_intent(tests.intent_of(tests.id('a'))) ->> 'capture_method',
  'manual', 'as Stripe is told'
);
select tests.sign_in('theatre owner');
select tests.refused(
  'select app_public.approve_booking(tests.id(''a''))', 'LMBST', 'there is nothing to approve yet'
);
select is(tests.stripe_says(tests.id('a'), 'requires_capture'), 'applied', 'the bank agrees');
select is(tests.status(tests.id('a')), 'pending_approval', 'now the order waits for an answer');
select is(tests.stripe_says(tests.id('a'), 'requires_capture'), 'applied', 'once');
select is(
  (select b.expires_at < now() + interval '6 days 1 minute'
      and b.expires_at > now() + interval '5 days 23 hours'
    from app_public.bookings as b where b.id = tests.id('a')),
  true, 'a day less than the bank keeps the money for, whatever the category says'
);
select tests.as_owner();
select is(
  app_private.prepare_payment_intent_capture(tests.intent_of(tests.id('a'))), null,
  'nothing is charged before the answer'
);
select tests.sign_in('theatre owner');
select is(tests.booked('a'), 0::bigint, 'nothing is in the books');
select is(
  (select count(*) from app_public.tickets where booking_id = tests.id('a')), 0::bigint,
  'there are no tickets'
);
select tests.consistent();
select tests.as_guest(1);
select is(tests.session('a', 'status'), 'authorized', 'which the buyer sees');
select tests.refused(
  'select app_public.reopen_checkout(tests.id(''a''))', 'LMBST', 'and changes no more'
);
select tests.refused(
  'select app_public.choose_payment_plan(tests.id(''a''), uuidv7())', 'LMPLN', 'nor into parts'
);

-- Yes.
select tests.sign_in('theatre owner');
select is((app_public.approve_booking(tests.id('a'))).status::text, 'pending_payment', 'yes');
select tests.as_owner();
select is(tests.jobs('payment_intent__capture'), 1::bigint, 'a worker charges the card');
select is(
  app_private.prepare_payment_intent_capture(tests.intent_of(tests.id('a')))
    ->> 'idempotency_key',
  'capture:' || tests.intent_of(tests.id('a')), 'with a key'
);
select is(tests.booked('a'), 0::bigint, 'until then nothing is in the books');
select is(tests.mails('booking_approved'), 0::bigint, 'and nobody is asked to pay');
select is(tests.pay(tests.id('a')), 'applied', 'it is charged');
select is(tests.status(tests.id('a')), 'confirmed', 'the booking is firm');
select is(app_private.mail_confirmations(10), 1, 'of which the worker hears');
select is(tests.mails('booking_confirmed'), 1::bigint, 'and tells the buyer');
select is(
  (select count(*) from app_public.tickets where booking_id = tests.id('a')), 2::bigint,
  'here are the tickets'
);
select tests.as_owner();
select is(
  app_private.prepare_payment_intent_capture(tests.intent_of(tests.id('a'))), null,
  'and nothing is left to charge'
);
select tests.consistent();

-- No; no answer; the buyer gives up. Nothing is charged.
select tests.authorized('b', 2, 3);
select tests.sign_in('theatre owner');
select app_public.decline_booking(tests.id('b'), 'Members only.');
select tests.authorized('c', 3, 4);
select tests.run_out(tests.id('c'));
select tests.as_owner();
select app_private.expire_bookings();
select tests.authorized('d', 4, 5);
select tests.as_guest(4);
select app_public.cancel_booking(tests.id('d'));
select tests.as_owner();
select is(
  (select array_agg(tests.status(tests.id(n)) || ' ' || tests.intents(n) order by n)
    from unnest(array['b', 'c', 'd']) as n),
  array['canceled canceled manual', 'expired canceled manual', 'canceled canceled manual'],
  'without a yes the authorization is given up'
);
select is(tests.jobs('payment_intent__cancel'), 3::bigint, 'at Stripe, too');
select is(
  (select sum(tests.booked(n)) from unnest(array['b', 'c', 'd']) as n), 0::numeric,
  'and nothing was charged'
);
select tests.consistent();

-- Stripe calls it a refund that nobody asked for, and it is none.
select is(
  app_private.apply_refund(jsonb_build_object(
    'object', 'refund', 'id', 're_b', 'status', 'succeeded', 'amount', 6280, 'currency', 'eur',
    'payment_intent', p.stripe_payment_intent_id
  )),
  'ignored: nothing was charged', 'what was let go'
)
from app_public.payment_intents as p where p.booking_id = tests.id('b');
select is(
  app_private.apply_charge(jsonb_build_object(
    'object', 'charge', 'id', 'ch_b', 'status', 'succeeded', 'amount', 6280, 'currency', 'eur',
    'captured', false, 'amount_refunded', 6280, 'payment_intent', p.stripe_payment_intent_id
  )),
  'applied', 'by its charge, too'
)
from app_public.payment_intents as p where p.booking_id = tests.id('b');

-- The bank lets it lapse, before an answer or after it: the buyer is asked to pay.
select tests.authorized('e', 5, 6);
select is(tests.stripe_says(tests.id('e'), 'canceled'), 'applied', 'it lapses');
select is(tests.status(tests.id('e')), 'pending_approval', 'the order still waits');
select tests.sign_in('theatre owner');
select app_public.approve_booking(tests.id('e'));
select is(tests.intents('e'), 'canceled manual, pending automatic', 'after a yes it is to be paid');
select is(tests.mails('booking_approved'), 1::bigint, 'which is told');
select tests.authorized('f', 6, 7);
select tests.sign_in('theatre owner');
select app_public.approve_booking(tests.id('f'));
select tests.as_owner();
select app_private.record_payment_intent_capture_refusal(tests.intent_of(tests.id('f')))
from generate_series(1, 2);
select is(tests.intents('f'), 'canceled manual, pending automatic', 'Stripe refuses to charge it');
select tests.authorized('g', 7, 8);
select tests.sign_in('theatre owner');
select app_public.approve_booking(tests.id('g'));
select is(tests.stripe_says(tests.id('g'), 'canceled'), 'applied', 'or says so by itself');
select is(tests.intents('g'), 'canceled manual, pending automatic', 'once');
select tests.authorized('k', 11, 9);
select tests.sign_in('theatre owner');
select app_public.approve_booking(tests.id('k'));
select tests.run_out(tests.id('k'));
select tests.as_owner();
select app_private.record_payment_intent_capture_refusal(tests.intent_of(tests.id('k')));
select is(tests.intents('k'), 'canceled manual', 'too late, when nobody may pay any more');
select is(
  tests.mails('booking_approved'), 3::bigint, 'each is told, but whoever it is too late for'
);
select is(tests.pay(tests.id('g')), 'applied', 'the buyer pays');
select is(tests.status(tests.id('g')), 'confirmed', 'and has the tickets');
select tests.consistent();

-- What was authorized for another price, or for nothing any more, is let go.
select tests.orders('h', 8, 9, 10);
select app_public.reopen_checkout(tests.id('h'));
select app_public.release_seats(tests.id('h'), tests.seats(10));
select app_public.start_checkout(tests.id('h'), 'h@example.com');
select tests.keep('old', tests.intent_of(tests.id('h')));
select is(tests.intents('h'), 'canceled manual, pending manual', 'the cart has changed');
select tests.as_owner();
select is(
  tests.stripe_says(tests.id('h'), 'requires_capture', changes => '{"amount": 12560}'), 'refused',
  'another amount is refused'
);
select is(tests.stripe_says(tests.id('h'), 'requires_capture'), 'applied', 'the right one');
select is(tests.status(tests.id('h')), 'pending_approval', 'is not');
select tests.orders('i', 9, 11);
select tests.run_out(tests.id('i'));
select is(tests.stripe_says(tests.id('i'), 'requires_capture'), 'applied', 'too late');
select is(tests.intents('i'), 'canceled manual', 'is let go');
select tests.consistent();

-- As it was: nobody is authorized who pays in parts, or when there is nothing to pay.
select tests.sign_in('theatre owner');
select app_public.set_category_approval(tests.id('stalls'), true);
select is(tests.orders('j', 10, 12), 'pending_approval', 'without it the answer comes first');
