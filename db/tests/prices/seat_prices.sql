-- If this fails, a seat's own price changes what is held or sold, or is not charged.
select plan(15);

select tests.create_theatre();
select tests.sell('sold', 'theatre', 1, 1);
select tests.as_guest(2);
select tests.keep(
  'cart', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(2))).id
);

select tests.sign_in('theatre owner');
select is(
  app_public.set_seat_prices(tests.id('theatre.performance'), tests.seats(3, 4), 8000), 2,
  'seats are given a price'
);
select tests.refused(
  $$ select app_public.set_seat_prices(tests.id('theatre.performance'), tests.seats(1, 5), 1) $$,
  'LMTKN', 'not one that is sold'
);
select tests.refused(
  $$ select app_public.set_seat_prices(tests.id('theatre.performance'), tests.seats(2), 1) $$,
  'LMTKN', 'nor one that is held'
);
select tests.refused(
  $$ select app_public.set_seat_prices(tests.id('theatre.performance'), tests.seats(5), -1) $$,
  'LMINP', 'nor a negative one'
);
select tests.refused(
  $$ select app_public.set_seat_prices(tests.id('theatre.performance'), array['x'], 1) $$,
  'LMSEA', 'nor seats that are none'
);
select tests.sign_in('theatre viewer');
select tests.refused(
  $$ select app_public.set_seat_prices(tests.id('theatre.performance'), tests.seats(5), 1) $$,
  'LMRGT', 'by whoever may'
);
select tests.sign_in('ada');
select tests.refused(
  $$ select app_public.set_seat_prices(tests.id('theatre.performance'), tests.seats(5), 1) $$,
  'LMNFD', 'and no stranger'
);

select tests.as_guest(3);
select results_eq(
  $$ select * from app_public.seat_prices(tests.id('theatre.performance')) $$,
  $$ select s, 8000::bigint from unnest(tests.seats(3, 4)) as s $$, 'everybody sees them'
);
select is(
  (app_public.quote(tests.id('theatre.performance'), tests.seats(3, 5))).subtotal_cents,
  13000::bigint, 'they are quoted'
);
select is(
  (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(3, 5))).subtotal_cents,
  13000::bigint, 'and charged'
);
select results_eq(
  $$ select s.kind::text, s.amount_cents
    from app_public.booking_items as i, app_public.explain_price(i.id) as s
    where i.seat_nos = array[3] and s.step_no = 1 $$,
  $$ values ('seat_price', 8000::bigint) $$, 'and explained'
);
select tests.as_owner();
select tests.run_out(tests.id('cart'));
select tests.sign_in('theatre owner');
select is(
  app_public.set_seat_prices(tests.id('theatre.performance'), tests.seats(2), 100), 1,
  'a hold that has run out is none'
);
select is(
  app_public.set_seat_prices(tests.id('theatre.performance'), tests.seats(2)), 1,
  'and what was given is taken away'
);
select is(
  (select subtotal_cents from app_public.bookings where id = tests.id('cart')), 5000::bigint,
  'lines stay as they are'
);
select tests.consistent();
