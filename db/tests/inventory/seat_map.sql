-- If this fails, buyers see seats as free that are not, or the seats of what is not public.
select plan(15);

select tests.create_theatre();
select tests.create_event('theatre', 'draft event');
select tests.create_theatre('rival');

select tests.as_anonymous();
select is(
  (app_public.seat_map(tests.id('theatre.performance'))).availability,
  repeat('a', 18) || 'xx', 'a letter for each seat'
);
select is(
  (app_public.seat_map(tests.id('theatre.performance'))).layout_sha256,
  tests.hash_of(tests.layout()), 'of this layout'
);
select is(
  (app_public.seat_categories(tests.id('theatre.performance'))).category_nos,
  array_cat(
    array_fill(1::smallint, array[12]),
    array_cat(array_fill(2::smallint, array[6]), array[1, 1]::smallint[])
  ),
  'and the category of each'
);
select is(app_public.seat_map(tests.id('draft performance')), null, 'a draft is not public');
select is(app_public.seat_map(uuidv7()), null, 'nor is what does not exist');
select is(app_public.seat_map(null), null, 'nor is null');

select tests.as_guest(1);
select tests.keep(
  'cart',
  (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(1, 18))).id
);
select is(
  (app_public.seat_map(tests.id('theatre.performance'))).availability,
  'l' || repeat('a', 16) || 'lxx', 'held seats'
);
select is(
  (app_public.seat_map(tests.id('rival.performance'))).availability,
  repeat('a', 18) || 'xx', 'are held at one performance only'
);
select tests.run_out(tests.id('cart'));
select is(
  (app_public.seat_map(tests.id('theatre.performance'))).availability,
  repeat('a', 18) || 'xx', 'whose holds run out by themselves'
);
select tests.sell('sale', 'theatre', 2, 1);
select tests.as_anonymous();
select is(
  left((app_public.seat_map(tests.id('theatre.performance'))).availability, 2), 'ba', 'a sold seat'
);
select tests.as_owner();
update app_public.seat_booking_state set status = 'reserved'
where performance_id = tests.id('theatre.performance') and seat_no = 2;
select tests.as_anonymous();
select is(
  left((app_public.seat_map(tests.id('theatre.performance'))).availability, 3), 'bra',
  'a reserved seat'
);

select tests.sign_in('theatre viewer');
select isnt(
  app_public.seat_map(tests.id('draft performance')), null, 'a member sees the plan of a draft'
);
select is(
  (app_public.seat_map(tests.id('draft performance'))).availability, null, 'which has no seats yet'
);
select tests.sign_in('rival owner');
select is(app_public.seat_map(tests.id('draft performance')), null, 'another tenant does not');

select tests.sign_in('theatre owner');
select app_public.cancel_event(tests.id('theatre.event'), 'the roof');
select tests.as_anonymous();
select is(
  app_public.seat_map(tests.id('theatre.performance')), null, 'what is canceled has no seats to see'
);
