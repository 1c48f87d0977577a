-- If this fails, somebody pays and hears nothing, hears it twice, or hears of somebody else's
-- booking; or asking for a link tells who has bought.
select plan(57);

select tests.create_theatre();
select tests.create_standing();
select tests.create_festival();
update app_public.venues set address = '{"street": "Ring 1", "postal_code": "1010", "city": "Vienna"}'
where id = tests.id('theatre.venue');
-- What the worker has to say to an address, and forgets: only the templates, in order.
create function tests.told(recipient text) returns text
language sql volatile security definer set search_path = '' as $$
  with mails as (
    delete from app_private.outgoing_emails as e
    where e.recipient operator(public.=) told.recipient::public.citext
    returning e.id, e.template, e.variables
  )
  select string_agg(
    m.template || case when m.variables ? 'token' then ' with a link' else '' end, ', ' order by m.id
  )
  from mails as m
$$;
create function tests.word(recipient text, name text) returns text
language sql stable security definer set search_path = '' as $$
  select e.variables ->> word.name from app_private.outgoing_emails as e
  where e.recipient operator(public.=) word.recipient::public.citext
  order by e.id desc limit 1
$$;
create function tests.work() returns integer
language sql volatile security definer set search_path = '' as $$
  select app_private.mail_confirmations(100)
$$;
create function tests.reference(name text) returns text
language sql stable security definer set search_path = '' as $$
  select b.booking_reference from app_public.bookings as b where b.id = tests.id(reference.name)
$$;
-- What the worker does with each request for a link.
create function tests.look() returns bigint
language sql volatile security definer set search_path = '' as $$
  select count(app_private.mail_booking_link(r.id)) from app_private.booking_link_requests as r
$$;
grant execute on all functions in schema tests to public;

-- Paid.
select tests.sell('paid', 'theatre', 1, 8, 7, 1);
select is(tests.told('guest1@example.com'), null, 'a payment queues no mail itself');
select is(tests.work(), 1, 'the worker finds what was sold');
select is(
  tests.word('guest1@example.com', 'items'), '["1 x I: Stalls, A: 1", "2 x I: Stalls, B: 1, 2"]',
  'and tells the seats, a line for each row'
);
select is(
  tests.word('guest1@example.com', 'venue'), 'House, Ring 1, 1010 Vienna', 'and the place'
);
select is(
  (tests.word('guest1@example.com', 'amount'), tests.word('guest1@example.com', 'payment'))::text,
  '("188.40 EUR",paid)', 'and what was paid'
);
select is(
  tests.word('guest1@example.com', 'reference'), tests.reference('paid'), 'and the reference'
);
select is(
  (select l.expires_at > p.starts_at from app_private.payment_links as l
    join app_public.performances as p on p.id = tests.id('theatre.performance')
    where l.booking_id = tests.id('paid')),
  true, 'with a link that is good until the show'
);
select set_config('tests.link', tests.word('guest1@example.com', 'token'), true);
select is(tests.told('guest1@example.com'), 'booking_confirmed with a link', 'which is one mail');
select is(tests.work(), 0, 'and no other');
select is_empty('select from app_private.booking_confirmations', 'as nothing is left to tell');

-- A mail that cannot be written keeps no other one from its reader, and goes when it can be.
select tests.sell('broken', 'theatre', 12, 9);
select tests.sell('whole', 'theatre', 13, 10);
alter table app_private.outgoing_emails
  add constraint broken check (recipient operator(public.<>) 'guest12@example.com');
select is(tests.work(), 2, 'the worker looks at two sales, one of which it cannot mail');
select is(tests.told('guest13@example.com'), 'booking_confirmed with a link', 'mails the other');
select is(
  (select array_agg((c.booking_id, c.error_code)::text) from app_private.booking_confirmations as c),
  array[format('(%s,23514)', tests.id('broken'))], 'remembers what kept it from the one'
);
alter table app_private.outgoing_emails drop constraint broken;
select is(tests.work(), 0, 'does not ask again at once');
update app_private.booking_confirmations set retry_at = now();
select is(tests.work(), 1, 'but some minutes later');
select is(tests.told('guest12@example.com'), 'booking_confirmed with a link', 'when it goes');
select is_empty('select from app_private.booking_confirmations', 'and is told for good');

-- The link, on another device.
select tests.as_guest(9);
select is(
  (app_public.claim_booking(current_setting('tests.link'))).id, tests.id('paid'),
  'whoever reads the mail has the booking'
);
select is(tests.visible('app_public.tickets'), '3', 'with its tickets');
select tests.as_guest(1);
select is(tests.visible('app_public.tickets'), '0', 'which have left the device that bought them');
select tests.refused(
  format('select app_public.claim_booking(%L)', current_setting('tests.link')), 'LMTOK', 'once'
);

-- Canceled before the worker came.
select tests.sell('gone', 'theatre', 2, 2);
select tests.sign_in('theatre owner');
select app_public.cancel_booking(tests.id('gone'));
select tests.as_owner();
delete from app_private.outgoing_emails;
select is(tests.work(), 1, 'what was canceled meanwhile is looked at');
select is(tests.told('guest2@example.com'), null, 'and not confirmed');

-- With an account.
select tests.sign_in('ada');
select tests.keep('ada', tests.fill_cart('ada', 3));
select app_public.start_checkout(tests.id('ada'), 'ada@elsewhere.example');
select tests.pay(tests.id('ada'));
select tests.work();
select is(
  tests.told('ada@elsewhere.example'), 'booking_confirmed', 'an account''s mail has no link'
);

-- Sold by staff.
select tests.sign_in('theatre owner');
select tests.sells('cash', 'cash', 4);
select tests.sells('invoice', 'invoice', 5);
select tests.sells('link', 'link', 6);
select tests.work();
select is(tests.word('cash@example.com', 'payment'), 'paid', 'cash is paid');
select is(tests.word('invoice@example.com', 'payment'), 'invoice', 'an invoice is not yet');
select is(tests.told('cash@example.com'), 'booking_confirmed with a link', 'one mail of cash');
select is(tests.told('invoice@example.com'), 'booking_confirmed with a link', 'one of an invoice');
select is(tests.told('link@example.com'), 'payment_link with a link', 'one that asks for money');
select tests.pay(tests.id('link'));
select tests.work();
select is(tests.told('link@example.com'), 'booking_confirmed with a link', 'and one once it is paid');
select app_public.take_payment(tests.id('invoice'), 'invoice', 'key');
select is(tests.work(), 0, 'an invoice that is paid is nothing new');

-- In parts.
select tests.keep('halves', (
  app_public.create_payment_plan(
    tests.id('theatre.event'), 'Halves', 1, deposit_percentage => 50, first_due_days => 7,
    last_due_days_before => 10
  )
).id);
select tests.in_parts('parts', 3, 13);
select tests.pay(tests.id('parts'));
select tests.work();
select is(tests.word('parts@example.com', 'paid'), '15.92 EUR', 'a deposit is told');
select ok(tests.word('parts@example.com', 'until') like '20% Europe/Vienna', 'and what comes next');
select is(tests.told('parts@example.com'), 'booking_deposit_paid with a link', 'as what it is');
select tests.as_guest(3);
select app_public.open_payment(tests.id('parts'));
select tests.pay(tests.id('parts'));
select tests.work();
select is(
  tests.told('parts@example.com'), 'booking_confirmed with a link', 'the last part brings the tickets'
);
select tests.in_parts('quick', 3, 14);
select tests.pay(tests.id('quick'));
select tests.as_guest(3);
select app_public.open_payment(tests.id('quick'));
select tests.pay(tests.id('quick'));
select is(tests.work(), 1, 'both parts within the minute');
select is(tests.told('quick@example.com'), 'booking_confirmed with a link', 'are one mail');

-- A pass; and what is free.
select tests.as_guest(4);
select tests.keep('pass', tests.attend('pass', 2));
select app_public.start_checkout(tests.id('pass'), 'pass@example.com');
select tests.pay(tests.id('pass'));
select tests.work();
select is(tests.word('pass@example.com', 'items'), '["2 x Pass"]', 'passes are one line');
select is(
  (select jsonb_array_length(tests.word('pass@example.com', 'dates')::jsonb)), 2, 'with their dates'
);
select is(tests.told('pass@example.com'), 'booking_confirmed with a link', 'in one mail');
select tests.as_owner();
update app_public.ticket_category_prices set price_cents = 0;
update app_public.events set service_fee_fixed_cents = 0, processing_fee_fixed_cents = 0;
select is(tests.orders('free', 5, 15), 'confirmed', 'what is free');
select is(tests.work(), 1, 'is confirmed, too');
select is(tests.word('free@example.com', 'payment'), 'free', 'with nothing to pay');
select is(tests.told('free@example.com'), 'booking_confirmed with a link', 'once');

-- Who has lost the mail.
select tests.as_anonymous();
select tests.refused(
  $$ select app_public.request_booking_link('LML-X', 'x@example.com') $$, 'LMCRT', 'nobody in particular'
);
select tests.as_guest(8);
select tests.refused(
  format('select app_public.request_booking_link(%L, %L)', reference, email), 'LMINP', why
)
from (values
  ('', 'x@example.com', 'no reference'), ('LML-X', 'x', 'no address'),
  ('LML-X', null, 'none at all'), (repeat('X', 41), 'x@example.com', 'a long one')
) as v (reference, email, why);
select is(
  (select array_agg(app_public.request_booking_link(reference, email)) from (values
    (lower(tests.reference('free')) || ' ', 'FREE@example.com'),
    (tests.reference('free'), 'eve@example.com'),
    ('LML-UNKNOWN', 'free@example.com'),
    (tests.reference('gone'), 'guest2@example.com'),
    (tests.reference('ada'), 'ada@elsewhere.example')
  ) as v (reference, email)),
  '{t,t,t,t,t}', 'the answer is the same whatever is known'
);
select tests.as_owner();
select is(tests.jobs('booking_link__mail'), 5::bigint, 'and so is what it leaves behind');
select is(tests.look(), 5::bigint, 'the worker looks');
select set_config('tests.link', tests.word('free@example.com', 'token'), true);
select is(
  (select string_agg(format('%s to %s', e.template, e.recipient), ', ' order by e.template)
    from app_private.outgoing_emails as e
    where e.template in ('booking_link', 'booking_in_account')),
  'booking_in_account to ada@elsewhere.example, booking_link to free@example.com',
  'and writes to whom a booking is for, of what is alive'
);
select tests.as_guest(8);
select is(
  (app_public.claim_booking(current_setting('tests.link'))).id, tests.id('free'), 'a new link'
);
select app_public.request_booking_link(tests.reference('free'), 'free@example.com');
select tests.look();
select tests.as_owner();
select is(
  (select count(*) from app_private.outgoing_emails where template = 'booking_link'), 1::bigint,
  'a mailbox gets one a minute'
);
select is_empty('select from app_private.booking_link_requests', 'and no request is kept');
select tests.consistent();
