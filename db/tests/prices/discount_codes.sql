-- If this fails, a code takes off more than it should, is used too often, or can be guessed.
select plan(50);

select tests.create_theatre();
select tests.keep('I', id) from app_public.ticket_categories
where event_id = tests.id('theatre.event') and name = 'I';
create function tests.parts(booking_id uuid)
returns text language sql security definer as $$
  select string_agg(subtotal_cents || '-' || discount_cents, ' ' order by id)
  from app_public.booking_items as i where i.booking_id = parts.booking_id
$$;
create function tests.explained(booking_id uuid)
returns boolean language sql as $$
  select bool_and(i.total_cents = (select sum(s.amount_cents) from app_public.explain_price(i.id) as s))
  from app_public.booking_items as i where i.booking_id = explained.booking_id
$$;
create function tests.apply(booking text, code text)
returns text language sql as $$
  select coalesce(discount_refusal, 'applied') || ' ' || discount_cents
  from app_public.apply_discount_code(tests.id(booking), code)
$$;
grant execute on all functions in schema tests to public;

select is(app_hidden.distribute(100, array[1, 1, 1]::bigint[], 1), array[34, 33, 33]::bigint[], 'thirds');
select is(app_hidden.distribute(100, array[0, 3, 7]::bigint[], 1), array[0, 30, 70]::bigint[], 'parts');
select is(app_hidden.distribute(0, array[5]::bigint[], 1), array[0]::bigint[], 'nothing');
select is(app_hidden.distribute(100, array[1, 1, 1]::bigint[], 10), array[40, 30, 30]::bigint[], 'tens');
select is(
  app_hidden.distribute(100000000000000, array[50000000000000, 50000000000001]::bigint[], 1),
  array[50000000000000, 50000000000000]::bigint[], 'large'
);

-- Making them.
select tests.keep('draft', tests.create_event('theatre', 'draft'));
select tests.sign_in('theatre owner');
select lives_ok(
  format(
    $$ select app_public.create_discount_code(
      tests.id('theatre.event'), %L, percentage => %s, amount_cents => %s,
      ticket_category_id => %s, quantity_min => %s, uses_max => %s, uses_per_customer_max => %s
    ) $$, c.code, coalesce(c.percentage::text, 'null'), coalesce(c.cents::text, 'null'),
    case when c.category then 'tests.id(''I'')' else 'null' end, c.quantity,
    coalesce(c.uses::text, 'null'), coalesce(c.own::text, 'null')
  ), c.code
)
from (values
  ('Third', 33.3333, null, false, 1, null, null), ('TEN', null, 1000, false, 1, null, null),
  ('Stalls', 50, null, true, 1, null, null), ('GROUP', 10, null, false, 4, null, null),
  ('ONCE', 10, null, false, 1, 1, null), ('MINE', 10, null, false, 1, null, 1),
  ('ALL', 100, null, false, 1, null, null)
) as c (code, percentage, cents, category, quantity, uses, own);
select tests.refused(
  $$ select app_public.create_discount_code(tests.id('theatre.event'), 'ten', percentage => 1) $$,
  'LMINP', 'a code is there once, however it is written'
);
select tests.refused(
  $$ select app_public.create_discount_code(tests.id('theatre.event'), 'x y', percentage => 1) $$,
  'LMINP', 'and is one word'
);
select tests.refused(
  $$ select app_public.create_discount_code(tests.id('theatre.event'), 'none') $$,
  'LMINP', 'and takes something off'
);
select tests.refused(
  $$ select app_public.create_discount_code(tests.id('theatre.event'), 'xxx', percentage => 101) $$,
  'LMINP', 'but not more than everything'
);
select tests.refused(
  $$ select app_public.create_discount_code(
    tests.id('draft'), 'yyy', percentage => 1, ticket_category_id => tests.id('I')
  ) $$,
  'LMNFD', 'nor of another event''s category'
);

-- Using them.
select tests.as_guest(1);
select tests.keep(
  'cart', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(1, 13))).id
);
select is(tests.visible('app_public.discount_codes'), 'denied', 'buyers do not see codes');
select is(
  (app_public.quote(tests.id('theatre.performance'), tests.seats(1, 13), code => ' third '))
    .total_amount_cents,
  6365::bigint, 'a code is quoted'
);
select is(tests.apply('cart', 'third'), 'applied 2500', 'and applied, however it is written');
select is(
  (select total_amount_cents from app_public.bookings), 6365::bigint, 'for the same amount'
);
select is(tests.parts(tests.id('cart')), '5000-1667 2500-833', 'each line has its share of it');
select is(tests.explained(tests.id('cart')), true, 'and is explained');
select is(tests.apply('cart', 'TEN'), 'applied 1000', 'one code at a time');
select is(tests.apply('cart', 'stalls'), 'applied 2500', 'or one for a category');
select is(tests.parts(tests.id('cart')), '5000-2500 2500-0', 'and for no other');
select is(tests.apply('cart', 'group'), 'quantity 2500', 'what is refused changes nothing');
select is(
  (app_public.release_seats(tests.id('cart'), tests.seats(1))).discount_cents, 0::bigint,
  'when its seats go, so does the discount'
);
select app_public.hold_seats(
  tests.id('theatre.performance'), tests.seats(1, 2, 3), tests.id('cart')
);
select is(tests.apply('cart', 'GROUP'), 'applied 1750', 'four are a group');
select is(
  (app_public.release_seats(tests.id('cart'), tests.seats(1, 2))).discount_cents, 0::bigint,
  'two are none'
);
select is(tests.apply('cart', 'ALL'), 'applied 7500', 'everything');
select is(
  (select total_amount_cents from app_public.bookings), 0::bigint, 'and what is free has no fees'
);
select is(
  (app_public.remove_discount_code(tests.id('cart'))).total_amount_cents, 9463::bigint,
  'without it, the price is what it was'
);

-- What is no ticket.
select tests.as_owner();
select tests.sign_in('theatre owner');
select tests.keep(
  'shirt', (app_public.create_add_on('Shirt', 500, tests.id('theatre.event'), stock => 5)).id
);
select tests.as_guest(1);
select app_public.add_add_on(tests.id('cart'), tests.id('shirt'), 2);
select tests.as_guest(1);
select is(tests.apply('cart', 'all'), 'applied 7500', 'codes are for tickets alone');
select is(tests.explained(tests.id('cart')), true, 'but every line is explained');
select app_public.remove_discount_code(tests.id('cart'));
select tests.as_owner();
select tests.as_guest(1);
select app_public.add_add_on(tests.id('cart'), tests.id('shirt'), 0);
select tests.as_owner();
select is(
  (select total_amount_cents from app_public.bookings where id = tests.id('cart')), 9463::bigint,
  'and what is gone is gone'
);
select tests.as_guest(1);

-- Uses.
select is(tests.apply('cart', 'once'), 'applied 750', 'the last use');
select tests.as_guest(2);
select tests.keep(
  'other', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(7))).id
);
select is(tests.apply('other', 'once'), 'used_up 0', 'is gone while the cart is there');
select tests.as_owner();
select tests.run_out(tests.id('cart'));
select tests.as_guest(2);
select is(tests.apply('other', 'once'), 'applied 500', 'and is back when it has run out');
select is(tests.apply('other', 'mine'), 'applied 500', 'a use of one''s own');
select app_public.start_checkout(tests.id('other'), 'same@example.com');
select tests.refused(
  $$ select app_public.remove_discount_code(tests.id('other')) $$, 'LMBST',
  'a code that is being paid with stays'
);
select tests.as_guest(3);
select tests.keep(
  'third', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(8))).id
);
select is(tests.apply('third', 'mine'), 'applied 500', 'another guest is somebody else');
select tests.refused(
  $$ select app_public.start_checkout(tests.id('third'), 'Same@Example.com') $$,
  'LMDSC', 'until they say who they are'
);

-- What nothing was taken off has used no code.
select tests.sign_in('theatre owner');
select app_public.create_discount_code(
  tests.id('theatre.event'), 'PAIR', percentage => 10, quantity_min => 2, uses_max => 1
);
select tests.holds('pair', 4, 9, 10);
select is(tests.apply('pair', 'pair'), 'applied 1000', 'a code for two');
select app_public.release_seats(tests.id('pair'), tests.seats(10));
select app_public.start_checkout(tests.id('pair'), 'pair@example.com');
select tests.holds('couple', 5, 10, 11);
select is(
  tests.apply('couple', 'pair'), 'applied 1000', 'is there for others, when one of them is bought'
);
select app_public.start_checkout(tests.id('couple'), 'couple@example.com');
select tests.as_owner();
select tests.run_out(tests.id('pair'));
select app_private.expire_bookings();
select tests.pay(tests.id('pair'));
select is(tests.status(tests.id('pair')), 'confirmed', 'who pays late for it needs no use');
select tests.as_guest(3);

-- Guesses.
select is(tests.apply('third', 'guess'), 'unknown 500', 'what is no code takes nothing off');
select tests.apply('third', 'guess' || n) from generate_series(1, 19) as n;
select tests.refused(
  $$ select tests.apply('third', 'MINE') $$, 'LMRTE', 'and who guesses too often waits'
);
select tests.as_owner();
select tests.pay(tests.id('other'));
select is(
  (select discount_cents from app_public.bookings where id = tests.id('other')), 500::bigint,
  'it is sold with its discount'
);
select tests.consistent();
