-- If this fails, a rule fires below its threshold, or does not fire at it.
select plan(47);

select tests.create_theatre();
-- Each story has one rule: the platform's own come back at the end.
update app_public.fraud_detection_rules set is_enabled = false;

-- How often a person buys: three within an hour.
select tests.rule('person', 'velocity_user', 'flag', 3, 3600);
select is(tests.tries(1, 'one@example.com'), 'nothing', 'a first checkout');
select is(tests.tries(1, 'two@example.com'), 'nothing', 'a second with the same cart');
select is(tests.tries(1, 'three@example.com'), 'person', 'a third is one too many');
select is(tests.tries(2, 'four@example.com'), 'nothing', 'another guest has begun to count');
select is(tests.tries(3, 'FOUR@example.com'), 'nothing', 'with a new cart at the same address');
select is(tests.tries(4, 'four@Example.com'), 'person', 'it is the same person');
update app_private.booking_signals set occurred_at = occurred_at - interval '1 hour';
select is(tests.tries(1, 'one@example.com'), 'nothing', 'after an hour it begins again');
update app_public.fraud_detection_rules set is_enabled = false;
select is(tests.tries(4, 'four@example.com'), 'nothing', 'a disabled rule is not asked');

-- How often an address and a device buy.
delete from app_private.booking_signals;
select tests.rule('address', 'velocity_address', 'flag', 2, 60);
select tests.rule('device', 'velocity_device', 'flag', 2, 60);
select is(
  tests.tries(1, 'a@example.com', '{"ip_address": "192.0.2.1", "device": "d1"}'), 'nothing', 'one'
);
select is(
  tests.tries(2, 'b@example.com', '{"ip_address": "192.0.2.2", "device": "d2"}'), 'nothing',
  'others are elsewhere'
);
select is(
  tests.tries(3, 'c@example.com', '{"ip_address": "192.0.2.1", "device": "d3"}'), 'address',
  'two from one address'
);
select is(
  tests.tries(4, 'd@example.com', '{"ip_address": "2001:db8::1", "device": "d1"}'), 'device',
  'two with one device'
);
select is(
  tests.tries(5, 'e@example.com', '{"ip_address": "192.0.2.1", "device": "d1"}'),
  'address, device', 'both'
);
select is(
  tests.tries(6, 'f@example.com', '{"ip_address": "nonsense"}'), 'nothing',
  'an address that is none is unknown'
);
select is(
  tests.tries(9, 'i@example.com', '{"ip_address": "2001:db8::ffff:1"}'), 'address',
  'an IPv6 network is one address'
);
select is(
  tests.tries(10, 'j@example.com', '{"ip_address": "2001:db8:0:1::1"}'), 'nothing',
  'the next one is another'
);
select is(
  tests.tries(11, 'k@example.com', '{"ip_address": "::ffff:192.0.2.2"}'), 'address',
  'IPv4 is the same however it is written'
);
select is(
  tests.tries(12, 'l@example.com', '{"ip_address": "::ffff:198.51.100.1"}'), 'nothing',
  'and not one network'
);
select is(
  tests.tries(13, 'm@example.com', '{"ip_address": "::ffff:198.51.100.2"}'), 'nothing',
  'of IPv6'
);
select is(tests.tries(7, 'g@example.com'), 'nothing', 'two unknown ones');
select is(tests.tries(8, 'h@example.com'), 'nothing', 'are not the same');
update app_public.fraud_detection_rules set is_enabled = false;

-- How much: one ticket is 62.80, two are 125.60.
delete from app_private.booking_signals;
select tests.rule('euros', 'amount', amount_cents => 12560, amount_currency => 'EUR');
select tests.rule('dollars', 'amount', amount_cents => 1, amount_currency => 'USD');
select is(tests.tries(1, 'a@example.com', '{}', 1), 'nothing', 'less than the amount');
select is(tests.tries(1, 'a@example.com', '{}', 2), 'euros', 'the amount, in its currency only');
update app_public.fraud_detection_rules set is_enabled = false;

-- From where.
select tests.rule('country', 'geography_mismatch');
select is(
  tests.tries(1, 'a@example.com', '{"country": "AT"}', 1, '+4312345678'), 'nothing', 'at home'
);
select is(
  tests.tries(1, 'b@example.com', '{"country": "br"}', 1, '+4312345678'), 'country', 'abroad'
);
select is(
  tests.tries(1, 'c@example.com', '{"country": "CA"}', 1, '+12125550100'), 'nothing',
  'a number that several countries share'
);
select is(
  tests.tries(1, 'd@example.com', '{"country": "XX"}', 1, '+4312345679'), 'nothing',
  'a proxy that does not know'
);
select is(
  tests.tries(1, 'e@example.com', '{}', 1, '+4312345679'), 'nothing', 'no proxy that says'
);
select is(tests.tries(1, 'f@example.com', '{"country": "BR"}'), 'nothing', 'nothing to compare with');
update app_public.venues set address = '{"country": "AT"}' where id = tests.id('theatre.venue');
select is(tests.tries(1, 'g@example.com', '{"country": "BR"}'), 'country', 'but the venue');
update app_public.fraud_detection_rules set is_enabled = false;

-- After how many declined payments: two within an hour.
delete from app_private.booking_signals;
select tests.rule('declined', 'payment_failures', 'flag', 2, 3600);
select tests.buys(1, 'a@example.com', '{"ip_address": "192.0.2.1"}');
select tests.stripe_says(
  tests.id('last'), 'payment_failed', 'evt_1', '{"status": "requires_payment_method"}'
);
select is(tests.tries(1, 'a@example.com'), 'nothing', 'one declined payment');
select is(
  app_private.apply_stripe_event('evt_1'), 'applied', 'which is counted once, however often it comes'
);
select tests.buys(1, 'a@example.com', '{"ip_address": "192.0.2.1"}');
select tests.stripe_says(
  tests.id('last'), 'payment_failed', 'evt_2', '{"status": "requires_payment_method"}'
);
select is(tests.tries(1, 'z@example.com'), 'declined', 'two, by cart');
select is(tests.tries(2, 'A@example.com'), 'declined', 'by e-mail address');
select is(
  tests.tries(3, 'y@example.com', '{"ip_address": "192.0.2.1"}'), 'declined', 'by network address'
);
select is(
  tests.tries(4, 'x@example.com', '{"ip_address": "192.0.2.9"}'), 'nothing', 'somebody else'
);
update app_public.fraud_detection_rules set is_enabled = false;

-- How many seats of one performance: six within a day.
delete from app_private.booking_signals;
select tests.rule('hoarding', 'seat_hoarding', 'flag', 6, 86400);
select is(tests.tries(1, 'a@example.com', '{}', 3), 'nothing', 'three seats');
select is(tests.tries(1, 'b@example.com', '{}', 2), 'nothing', 'five');
select is(tests.tries(1, 'c@example.com', '{}', 1), 'hoarding', 'six');
select is(tests.tries(2, 'd@example.com', '{}', 1), 'nothing', 'another person');
update app_public.fraud_detection_rules set is_enabled = false;

-- With which kind of mailbox.
select tests.as_role('lml_worker');
select is(
  app_private.load_disposable_email_domains(array['Trash.example', 'bin.example', 'bin.example']),
  2, 'a list is loaded'
);
select tests.as_owner();
select tests.rule('mailbox', 'disposable_email');
select is(tests.tries(1, 'a@TRASH.example'), 'mailbox', 'a throw-away mailbox');
select is(tests.tries(1, 'a@my.bin.example'), 'mailbox', 'at a subdomain');
select is(tests.tries(1, 'a@bin.example.'), 'mailbox', 'and with the dot of the root');
select is(tests.tries(1, 'a@notbin.example'), 'nothing', 'not every end of a name is a domain');
select app_private.load_disposable_email_domains(array['trash.example']);
select is(tests.tries(1, 'a@bin.example'), 'nothing', 'what is not on the list any more');
select tests.consistent();
