-- If this fails, the seller, the platform or the tax office get what is another's, or the books do not
-- balance.
select plan(33);

select tests.create_theatre();
select tests.create_theatre('tokyo', 'JPY');
select tests.create_theatre('kuwait', 'KWD');
create function tests.amounts(booking text) returns text language sql security definer as $$
  select format(
    '%s -%s +%s +%s +%s = %s; %s + %s, absorbed %s %s, included %s', subtotal_cents, discount_cents,
    service_fee_cents, processing_fee_cents, tax_cents, total_amount_cents,
    commission_amount_cents, payout_cents, service_fee_absorbed_cents,
    processing_fee_absorbed_cents, tax_included_cents
  )
  from app_public.bookings where id = tests.id(booking)
$$;
create function tests.books(booking text) returns text language sql security definer as $$
  select string_agg(a.kind || ' ' || e.amount_cents, ', ' order by a.kind)
  from app_public.ledger_transactions as t
  join app_public.ledger_entries as e on e.transaction_id = t.id
  join app_public.ledger_accounts as a on a.id = e.account_id
  where t.source = 'sale:' || tests.id(booking)
$$;
grant execute on all functions in schema tests to public;

-- What an event has by itself.
select tests.sell('simple', 'theatre', 1, 1);
select is(
  tests.amounts('simple'), '5000 -0 +550 +175 +555 = 6280; 500 + 4500, absorbed 0 0, included 0',
  'fees and a tax on top'
);

-- Fees that the seller bears.
select tests.sign_in('theatre owner');
select app_public.set_absorbed_fees(tests.id('theatre.event'), true);
select tests.sell('one fee', 'theatre', 1, 2);
select is(
  tests.amounts('one fee'), '5000 -0 +0 +175 +500 = 5675; 500 + 3950, absorbed 550 0, included 0',
  'one of them'
);
select tests.sign_in('theatre owner');
select app_public.set_absorbed_fees(tests.id('theatre.event'), processing_fees => true);
select tests.sell('both fees', 'theatre', 1, 3);
select is(
  tests.amounts('both fees'), '5000 -0 +0 +0 +500 = 5500; 500 + 3775, absorbed 550 175, included 0',
  'both of them'
);
select is(
  tests.books('both fees'),
  'buyer_clearing 5500, organizer_payable -3775, platform_commission -500, service_fees -550, '
  'processing_fees -175, taxes_payable -500', 'the platform gets them all the same'
);
select tests.sign_in('theatre owner');
select app_public.set_seat_prices(tests.id('theatre.performance'), tests.seats(4), 60);
select tests.sell('cheap', 'theatre', 1, 4);
select is(
  tests.amounts('cheap'), '60 -0 +0 +0 +6 = 66; 6 + 0, absorbed 54 0, included 0',
  'but never more than is left of the price'
);

-- Where it is taxed.
select tests.sign_in('theatre owner');
select tests.keep(
  'AT', (app_public.save_tax_jurisdiction(tests.id('theatre.organization'), 'AT', true)).id
);
select app_public.set_tax_rate(tests.id('AT'), 'AT 13', 13);
select lives_ok(
  $$ select app_public.set_tax_rate(tests.id('AT'), 'AT 20', 20, now() + interval '1 day') $$,
  'the next rate is entered before'
);
select tests.refused(
  format($$ select app_public.set_tax_rate(tests.id('AT'), %L, %s, now() + interval %L) $$,
    name, percentage, later),
  'LMINP', why
)
from (values
  ('AT 99', 99, '1 day', 'there is one at a time'),
  ('AT 99', 99, '1 hour', 'and what begins later is not cut off before it has begun'),
  ('AT 13', 13, '2 days', 'a name is taken once'),
  ('AT 1000', 1000, '2 days', 'a percentage is at most 100')
) as v (name, percentage, later, why);
select tests.keep(
  'DE', (app_public.save_tax_jurisdiction(tests.id('theatre.organization'), 'DE', true)).id
);
select is(
  lower((app_public.set_tax_rate(
    tests.id('DE'), 'DE 19', 19, now() - interval '1 day'
  )).valid_during), now(), 'no rate is changed for what was sold'
);
select app_public.set_event_tax_jurisdiction(tests.id('theatre.event'), tests.id('AT'));
select tests.sell('gross', 'theatre', 1, 5);
select is(
  tests.amounts('gross'), '5000 -0 +0 +0 +0 = 5000; 443 + 3257, absorbed 550 175, included 575',
  'a tax that prices contain is not the seller''s'
);
select is(
  tests.books('gross'),
  'buyer_clearing 5000, organizer_payable -3257, platform_commission -443, service_fees -550, '
  'processing_fees -175, taxes_payable -575', 'nor in the books'
);
select tests.sign_in('theatre owner');
select tests.keep('mug', (app_public.create_add_on('Mug', 1000, tests.id('theatre.event'))).id);
select tests.holds('mugs', 8, 8);
select app_public.add_add_on(tests.id('mugs'), tests.id('mug'), 10);
select app_public.add_add_on(tests.id('mugs'), tests.id('mug'), 1);
select is(
  tests.amounts('mugs'), '6000 -0 +0 +0 +0 = 6000; 531 + 3845, absorbed 700 234, included 690',
  'of an add-on, fewer are taken than there were, with less of each'
);
select app_public.cancel_booking(tests.id('mugs'));
select tests.sign_in('theatre owner');
select app_public.set_absorbed_fees(tests.id('theatre.event'), false, false);
select tests.as_guest(6);
select tests.keep(
  'cart', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(6, 13))).id
);
select is(
  tests.amounts('cart'), '7500 -0 +850 +278 +111 = 8739; 664 + 5973, absorbed 0 0, included 863',
  'fees are net, and taxed on top'
);
select is(
  (select (price_terms).tax_jurisdiction || ' ' || (price_terms).tax_percentage
    from app_public.bookings), 'AT 13.0000', 'the booking says where and how much'
);
select results_eq(
  $$ select kind::text, name, amount_cents, included_cents
    from app_public.booking_items as i, app_public.explain_price(i.id)
    where i.seat_nos = array[6] $$,
  $$ values ('public_price', null, 5000::bigint, 0::bigint), ('service_fee', null, 550, 0),
    ('processing_fee', null, 175, 0), ('tax', 'AT', 72, 575) $$, 'and so does each line'
);
select tests.sign_in('theatre owner');
select app_public.save_tax_jurisdiction(tests.id('theatre.organization'), 'AT', false);
select tests.as_guest(6);
select is(
  (app_public.release_seats(tests.id('cart'), tests.seats(13))).total_amount_cents, 5797::bigint,
  'a booking keeps the terms that it began with'
);
select tests.as_guest(7);
select is(
  (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(7))).total_amount_cents,
  6447::bigint, 'a new one has the new ones'
);
select tests.sign_in('theatre owner');
select app_public.set_venue_tax_jurisdiction(tests.id('theatre.venue'), tests.id('AT'));
select is(
  (app_public.create_event(
    tests.id('theatre.organization'), tests.id('theatre.venue'), 'Next', 'next'
  )).tax_jurisdiction_id, tests.id('AT'), 'an event is taxed where its venue is'
);
select tests.sign_in('rival owner');
select tests.refused(
  $$ select app_public.set_tax_rate(tests.id('AT'), 'x', 1) $$, 'LMNFD', 'others do not set it'
);
select tests.sign_in('tokyo owner');
select tests.refused(
  $$ select app_public.set_event_tax_jurisdiction(tests.id('tokyo.event'), tests.id('AT')) $$,
  'LMNFD', 'nor take it'
);

-- Other currencies.
select tests.sell('yen', 'tokyo', 1, 1);
select is(
  tests.amounts('yen'), '5000 -0 +550 +175 +555 = 6280; 500 + 4500, absorbed 0 0, included 0',
  'without decimals'
);
update app_public.events set service_fee_percentage = 3.3333 where currency = 'KWD';
select tests.sell('dinar', 'kuwait', 1, 1);
select is(
  tests.amounts('dinar'), '5000 -0 +220 +180 +520 = 5920; 500 + 4500, absorbed 0 0, included 0',
  'with three, in tens, as cards are charged'
);
select tests.sign_in('kuwait owner');
select tests.refused(
  format(
    'select app_public.set_price(%L, 1001)', (
      select id from app_public.ticket_categories where event_id = tests.id('kuwait.event') limit 1
    )
  ), 'LMINP', 'so prices are'
);
select tests.refused(
  $$ select app_public.set_seat_prices(tests.id('kuwait.performance'), tests.seats(2), 15) $$,
  'LMINP', 'of seats, too'
);
select tests.refused(
  $$ select app_public.create_discount_code(tests.id('kuwait.event'), 'TEN', amount_cents => 5) $$,
  'LMINP', 'and discounts'
);

select tests.as_owner();
select is(app_hidden.rounded(149, 'ISK'), 100::bigint, 'crowns are whole, in hundredths');
select is(app_hidden.rounded(149.5, 'USD'), 150::bigint, 'cents are cents');

-- Free.
select tests.sign_in('tokyo owner');
select app_public.set_price(id, 0) from app_public.ticket_categories
where event_id = tests.id('tokyo.event');
select tests.as_guest(1);
select tests.keep(
  'free', (app_public.hold_seats(tests.id('tokyo.performance'), tests.seats(2))).id
);
select is(
  tests.amounts('free'), '0 -0 +0 +0 +0 = 0; 0 + 0, absorbed 0 0, included 0', 'free has no fees'
);
select is(
  (app_public.start_checkout(tests.id('free'), 'g@example.com')).status, 'confirmed',
  'and is not paid'
);
select is(tests.books('free'), null, 'nor in the books');
select tests.consistent();
