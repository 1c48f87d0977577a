-- If this fails, seats are held for a payment that Stripe refuses, or a deposit is taken for a price
-- of which the rest cannot be paid.
select plan(14);

select tests.create_theatre();
update app_public.events set service_fee_percentage = 0, service_fee_fixed_cents = 0,
  processing_fee_percentage = 0, processing_fee_fixed_cents = 0, tax_rate_id = null,
  tax_percentage = 0;
select tests.sign_in('theatre owner');
select tests.keep('halves', (
  app_public.create_payment_plan(
    tests.id('theatre.event'), 'Halves', 1, deposit_percentage => 50, first_due_days => 5
  )
).id);
select app_public.set_seat_prices(tests.id('theatre.performance'), tests.seats(1, 2, 3), 49);
select app_public.set_seat_prices(tests.id('theatre.performance'), tests.seats(4, 5), 50);
select app_public.set_seat_prices(tests.id('theatre.performance'), tests.seats(6), 99999999);
select app_public.set_seat_prices(tests.id('theatre.performance'), tests.seats(7), 0);
select app_public.create_discount_code(tests.id('theatre.event'), 'MOST', amount_cents => 4960);

select tests.as_owner();
update app_public.organization_settings set monthly_revenue_limit_units = 10000000;

select tests.holds('small', 1, 1);
select tests.refused(
  $$ select app_public.start_checkout(tests.id('small'), 'a@example.com') $$, 'LMAMT',
  'a card is not charged 49 cents'
);
select is(tests.status(tests.id('small')), 'draft', 'so nothing is asked for');
select app_public.hold_seats(
  tests.id('theatre.performance'), tests.seats(2), tests.id('small')
);
select is(
  (app_public.start_checkout(tests.id('small'), 'a@example.com')).status, 'pending_payment',
  'two of them are enough'
);
select tests.holds('least', 2, 4);
select is(
  (app_public.start_checkout(tests.id('least'), 'b@example.com')).status, 'pending_payment',
  'as are 50 cents'
);
select tests.holds('code', 3, 8);
select app_public.apply_discount_code(tests.id('code'), 'most');
select tests.refused(
  $$ select app_public.start_checkout(tests.id('code'), 'c@example.com') $$, 'LMAMT',
  'a code leaves too little'
);
select app_public.remove_discount_code(tests.id('code'));
select is(
  (app_public.start_checkout(tests.id('code'), 'c@example.com')).status, 'pending_payment',
  'and is taken out'
);
select tests.holds('free', 4, 7);
select is(
  (app_public.start_checkout(tests.id('free'), 'd@example.com')).status, 'confirmed',
  'nothing is not too little'
);
select tests.holds('large', 5, 5, 6);
select tests.refused(
  $$ select app_public.start_checkout(tests.id('large'), 'e@example.com') $$, 'LMAMT',
  'eight digits are the most'
);
select lives_ok(
  $$ select app_public.choose_payment_plan(tests.id('large'), tests.id('halves')) $$,
  'which may be paid in parts'
);

-- Parts.
select app_public.cancel_booking(tests.id('large'));
select tests.holds('parts', 6, 5);
select tests.refused(
  $$ select app_public.choose_payment_plan(tests.id('parts'), tests.id('halves')) $$, 'LMPLN',
  'a half of 50 cents is too little'
);
select tests.refused(
  $$ select app_public.quote_payment_plan(tests.id('parts'), tests.id('halves')) $$, 'LMPLN',
  'and is not offered'
);

-- At the counter.
select tests.sign_in('theatre owner');
select tests.keep('counter', (
  app_public.hold_for_customer(
    tests.id('theatre.performance'), 'jo@example.com', seat_ids => tests.seats(3)
  )
).id);
select tests.refused(
  $$ select app_public.checkout_for_customer(tests.id('counter'), 'link') $$, 'LMAMT',
  'a link would lead nowhere'
);
select is(
  (app_public.checkout_for_customer(tests.id('counter'), 'cash')).status, 'confirmed',
  'coins are taken'
);
select tests.consistent();
