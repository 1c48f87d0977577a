-- If this fails, a quoted amount is not the amount that is charged, or strangers see it.
select plan(8);

select tests.create_theatre();
select tests.as_guest(1);
select tests.keep(
  'cart', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(1, 13))).id
);
select is(
  app_public.calculate_booking_totals(tests.id('cart'))::text,
  '(7500,0,850,278,835,9463,750,6750,0,0,0)', 'the sums over the lines'
);
select results_eq(
  $$ select (app_public.calculate_booking_totals(tests.id('cart'))).* $$,
  $$ select subtotal_cents, discount_cents, service_fee_cents, processing_fee_cents, tax_cents,
    total_amount_cents, commission_amount_cents, payout_cents, service_fee_absorbed_cents,
    processing_fee_absorbed_cents, tax_included_cents from app_public.bookings $$,
  'are what the booking says'
);
select is(app_public.calculate_booking_totals(null), null, 'of nothing there are none');
select tests.as_guest(2);
select is(app_public.calculate_booking_totals(tests.id('cart')), null, 'nor for other guests');
select tests.as_anonymous();
select is(app_public.calculate_booking_totals(tests.id('cart')), null, 'nor without a token');
select tests.sign_in('ada');
select is(app_public.calculate_booking_totals(tests.id('cart')), null, 'nor for a stranger');
select tests.sign_in('theatre support');
select isnt(app_public.calculate_booking_totals(tests.id('cart')), null, 'staff sees them');
select tests.sign_in('theatre viewer');
select is(app_public.calculate_booking_totals(tests.id('cart')), null, 'not all of it');
