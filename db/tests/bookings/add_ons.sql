-- If this fails, more shirts are sold than there are, or a buyer pays for one and does not get it.
select plan(67);

select tests.create_theatre();
select tests.create_theatre('rival');
create function tests.stock(add_on text default 'shirt')
returns text
language sql stable security definer set search_path = ''
return (select format('%s/%s of %s', s.held, s.sold, s.total) from app_private.add_on_counters as s
  where s.add_on_id = tests.id(stock.add_on));
create function tests.total(booking text)
returns bigint
language sql stable security definer set search_path = ''
return (select b.total_amount_cents from app_public.bookings as b where b.id = tests.id(booking));
grant execute on function tests.stock(text), tests.total(text) to public;

-- What is sold.
select tests.sign_in('theatre owner');
select tests.keep('shirt', (app_public.create_add_on(
  'Shirt', 2000, tests.id('theatre.event'), stock => 3, idempotency_key => 'shirt'
)).id);
select is(
  (app_public.create_add_on(
    'Shirt', 2000, tests.id('theatre.event'), stock => 3, idempotency_key => 'shirt'
  )).id,
  tests.id('shirt'), 'an add-on is made once'
);
select tests.keep('program', (app_public.create_add_on(
  'Program', 500, organization_id => tests.id('theatre.organization'), currency => 'EUR',
  requires_ticket => false
)).id);
select tests.keep('poster', (app_public.create_add_on(
  'Poster', 1000, tests.id('theatre.event'), stock => 10, delivery => 'mail'
)).id);
select tests.keep('draft.event', tests.create_event('theatre', 'draft'));
select tests.keep('draft.mug', (app_public.create_add_on(
  'Mug', 700, tests.id('draft.event')
)).id);
select tests.refused(statement, code, why)
from (values
  ($$ select app_public.create_add_on('X', -1, tests.id('theatre.event')) $$, 'LMINP', 'less than free'),
  ($$ select app_public.create_add_on('', 1, tests.id('theatre.event')) $$, 'LMINP', 'no name'),
  ($$ select app_public.create_add_on('Shirt', 1, tests.id('theatre.event')) $$, 'LMINP',
    'the name of another one'),
  ($$ select app_public.create_add_on('X', 1, tests.id('theatre.event'), stock => -1) $$, 'LMINP',
    'less than none'),
  ($$ select app_public.create_add_on('X', 1, tests.id('theatre.event'), max_per_booking => 0) $$,
    'LMINP', 'none in a booking'),
  ($$ select app_public.create_add_on('X', 1) $$, 'LMINP', 'for nobody'),
  ($$ select app_public.create_add_on('X', 1, tests.id('theatre.event'), currency => 'USD') $$,
    'LMINP', 'in another currency'),
  ($$ select app_public.create_add_on('X', 1, organization_id => tests.id('theatre.organization'),
    currency => 'xyz') $$, 'LMCUR', 'in no currency'),
  ($$ select app_public.create_add_on('X', 1, tests.id('rival.event')) $$, 'LMNFD',
    'at another tenant''s'),
  ($$ select app_public.create_add_on('X', 1, organization_id => tests.id('rival.organization'),
    currency => 'EUR') $$, 'LMNFD', 'for another tenant'),
  ($$ select app_public.create_add_on('X', 1, tests.id('theatre.event'),
    sales_start => now(), sales_end => now()) $$, 'LMINP', 'never')
) as r (statement, code, why);
select tests.sign_in('theatre staff');
select tests.refused(
  $$ select app_public.create_add_on('X', 1, tests.id('theatre.event')) $$, 'LMRGT',
  'staff make none'
);
select tests.refused(
  $$ select app_public.update_add_on(tests.id('shirt'), price_cents => 1) $$, 'LMRGT',
  'nor change any'
);
select tests.refused(
  $$ select app_public.set_add_on_stock(tests.id('shirt'), 1) $$, 'LMRGT', 'nor its stock'
);
select tests.as_anonymous();
select is(tests.visible('app_public.add_ons'), '3', 'everybody sees what is public');
select is(app_public.add_ons_left(tests.id('shirt')), 3, 'and how many there are');
select is(app_public.add_ons_left(tests.id('program')), null, 'if there is an end of it');
select tests.refused(
  $$ select app_public.add_on_stock(tests.id('shirt')) $$, '42501', 'and no more'
);

-- Into the cart.
select tests.holds('ada', 1, 1, 2);
select is(tests.total('ada'), 12560::bigint, 'a cart of two seats');
select is(
  (app_public.add_add_on(tests.id('ada'), tests.id('shirt'), 2)).total_amount_cents
    - 12560,
  5126::bigint, 'two shirts cost what price_line says'
);
select is(tests.stock(), '2/0 of 3', 'they are held');
select app_public.add_add_on(tests.id('ada'), tests.id('shirt'), 2);
select is(tests.stock(), '2/0 of 3', 'saying it again changes nothing');
select tests.sign_in('theatre owner');
select app_public.update_add_on(tests.id('shirt'), price_cents => 9900);
select tests.as_guest(1);
select app_public.add_add_on(tests.id('ada'), tests.id('shirt'), 1);
select is(
  (select (quantity, unit_price_cents)::text from app_public.booking_items
    where add_on_id = tests.id('shirt')),
  '(1,2000)', 'what is in a cart keeps its price'
);
select is(tests.stock(), '1/0 of 3', 'one goes back');
select tests.holds('eve', 2, 3);
select tests.refused(
  $$ select app_public.add_add_on(tests.id('eve'), tests.id('shirt'), 3) $$, 'LMFEW',
  'another cart gets no more than are left'
);
select is(tests.stock(), '1/0 of 3', 'and nothing is held for it');
select tests.refused(statement, code, why)
from (values
  ($$ select app_public.add_add_on(tests.id('eve'), tests.id('shirt'), -1) $$, 'LMQTY', 'fewer than none'),
  ($$ select app_public.add_add_on(tests.id('eve'), tests.id('shirt'), null) $$, 'LMQTY', 'null'),
  ($$ select app_public.add_add_on(tests.id('eve'), tests.id('shirt'), 10000) $$, 'LMQTY',
    'ten thousand'),
  ($$ select app_public.add_add_on(tests.id('eve'), tests.id('draft.mug'), 1) $$, 'LMNFD',
    'of another event'),
  ($$ select app_public.add_add_on(tests.id('eve'), uuidv7(), 1) $$, 'LMNFD', 'unknown'),
  ($$ select app_public.add_add_on(tests.id('ada'), tests.id('shirt'), 1) $$, 'LMBKG',
    'somebody else''s cart')
) as r (statement, code, why);
select app_public.add_add_on(tests.id('eve'), tests.id('shirt'), 2);
select is(tests.stock(), '3/0 of 3', 'the last ones are held');
select is(app_public.add_ons_left(tests.id('shirt')), 0, 'none are left');
select app_public.add_add_on(tests.id('eve'), tests.id('shirt'), 0);
select is(tests.stock(), '1/0 of 3', 'none means none');
select app_public.add_add_on(tests.id('eve'), tests.id('shirt'), 2);

-- With a ticket only, and in its time.
select app_public.release_seats(tests.id('eve'), tests.seats(3));
select tests.refused(
  $$ select app_public.add_add_on(tests.id('eve'), tests.id('shirt'), 1) $$, 'LMQTY',
  'a shirt comes with a ticket'
);
select tests.refused(
  $$ select app_public.start_checkout(tests.id('eve'), 'eve@example.com') $$, 'LMQTY',
  'which is asked again at the checkout'
);
select app_public.add_add_on(tests.id('eve'), tests.id('shirt'), 0);
select lives_ok(
  $$ select app_public.add_add_on(tests.id('eve'), tests.id('program'), 2) $$,
  'a program comes without one'
);
select app_public.start_checkout(tests.id('eve'), 'eve@example.com');
select tests.as_owner();
select tests.pay(tests.id('eve'));
select is(tests.status(tests.id('eve')), 'confirmed', 'and is sold without a ticket');
select tests.sign_in('theatre owner');
select app_public.update_add_on(tests.id('poster'), sales_start => now() + interval '1 day');
select tests.as_guest(1);
select tests.refused(
  $$ select app_public.add_add_on(tests.id('ada'), tests.id('poster'), 1) $$, 'LMSAL', 'not yet'
);
select tests.sign_in('theatre owner');
select app_public.update_add_on(tests.id('poster'), sales_start => '-infinity');
select tests.as_guest(1);
select app_public.add_add_on(tests.id('ada'), tests.id('poster'), 1);
select tests.refused(
  $$ select app_public.start_checkout(tests.id('ada'), 'ada@example.com') $$, 'LMCON',
  'a poster is mailed somewhere'
);
select tests.as_guest(2);
select tests.refused(
  $$ select app_public.set_delivery_address(tests.id('ada'), 'Eve, Street 1, Vienna') $$, 'LMBKG',
  'nobody else says where'
);
select tests.as_guest(1);
select tests.refused(
  $$ select app_public.set_delivery_address(tests.id('ada'), ' ') $$, 'LMINP', 'not to nowhere'
);
select app_public.set_delivery_address(tests.id('ada'), 'Ada, Street 1, Vienna');

-- Paid, given out, given back.
select app_public.extend_hold(tests.id('ada'));
select app_public.start_checkout(tests.id('ada'), 'ada@example.com');
select tests.as_owner();
select is(tests.stock(), '1/0 of 3', 'being paid, it is held');
select tests.pay(tests.id('ada'));
select is(tests.stock(), '0/1 of 3', 'paid, it is sold');
select is(
  (select count(*) from app_public.tickets where booking_id = tests.id('ada')), 2::bigint,
  'an add-on is no ticket'
);
select tests.sign_in('theatre viewer');
select tests.refused(
  $$ select app_public.add_on_orders(tests.id('theatre.performance')) $$, 'LMRGT',
  'not everybody reads the list'
);
select tests.sign_in('theatre staff');
select is(
  (select string_agg(format('%s %s %s', o.quantity, o.name, o.address), ', ' order by o.name)
    from app_public.add_on_orders(tests.id('theatre.performance')) as o),
  '1 Poster , 2 Program , 1 Shirt ', 'staff reads what is to be given out'
);
select tests.sign_in('theatre support');
select is(
  (select address from app_public.add_on_orders(tests.id('theatre.performance'), tests.id('poster'))),
  'Ada, Street 1, Vienna', 'and who may read names, where to'
);
select tests.sign_in('theatre staff');
select tests.keep('line', (
  select booking_item_id from app_public.add_on_orders(
    tests.id('theatre.performance'), tests.id('shirt')
  )
));
select lives_ok($$ select app_public.mark_add_on_delivered(tests.id('line')) $$, 'it is given out');
select tests.refused(
  $$ select app_public.mark_add_on_delivered(tests.id('line')) $$, 'LMTUS', 'once'
);
select is(
  (select count(*) from app_public.add_on_orders(
    tests.id('theatre.performance'), delivered => false
  )),
  2::bigint, 'and off the list'
);
select tests.sign_in('rival owner');
select tests.refused(
  $$ select app_public.mark_add_on_delivered(tests.id('line')) $$, 'LMNFD', 'by no stranger'
);
select tests.sign_in('theatre owner');
select app_public.cancel_booking(tests.id('ada'));
select is(tests.stock(), '0/0 of 3', 'canceled, it is in stock again');
select is(
  (select amount_cents from app_public.refunds where booking_id = tests.id('ada')),
  tests.total('ada'), 'and its price goes back'
);

-- Time runs out.
select tests.holds('late', 3, 5);
select app_public.add_add_on(tests.id('late'), tests.id('shirt'), 3);
select app_public.start_checkout(tests.id('late'), 'late@example.com');
select tests.as_owner();
select tests.run_out(tests.id('late'));
select is(app_public.add_ons_left(tests.id('shirt')), 3, 'a hold that ran out is free at once');
select tests.holds('quick', 4, 6);
select app_public.add_add_on(tests.id('quick'), tests.id('shirt'), 2);
select is(tests.stock(), '2/0 of 3', 'for whoever comes next');
select tests.as_owner();
select tests.pay(tests.id('late'));
select is(tests.stock(), '2/0 of 3', 'takes nothing');
select is(
  (select sum(amount_cents) from app_public.refunds where booking_id = tests.id('late')),
  tests.total('late')::numeric, 'and the money back'
);
select is(
  tests.seat_status(tests.id('theatre.performance'), 5), 'available', 'the seat is free, too'
);
select tests.run_out(tests.id('quick'));
select app_private.expire_bookings();
select is(tests.stock(), '0/0 of 3', 'the sweep tidies up');
select tests.holds('lucky', 5, 7);
select app_public.add_add_on(tests.id('lucky'), tests.id('shirt'), 3);
select app_public.start_checkout(tests.id('lucky'), 'lucky@example.com');
select tests.as_owner();
select tests.run_out(tests.id('lucky'));
select app_private.expire_bookings();
select tests.pay(tests.id('lucky'));
select is(
  (tests.status(tests.id('lucky')), tests.stock())::text, '(confirmed,"0/3 of 3")',
  'late, and still there: sold'
);

-- The stock.
select tests.sign_in('theatre owner');
select tests.refused(
  $$ select app_public.set_add_on_stock(tests.id('shirt'), 2) $$, 'LMCAP',
  'never fewer than are sold'
);
select tests.refused(
  $$ select app_public.set_add_on_stock(tests.id('program'), 2) $$, 'LMINP', 'where there is no end'
);
select is(
  (app_public.set_add_on_stock(tests.id('shirt'), 5))::text,
  format('(%s,5,0,3,2)', tests.id('shirt')), 'more come in'
);
select tests.as_owner();
select is((select count(*) from app_public.check_invariants()), 0::bigint, 'all of it is consistent');
