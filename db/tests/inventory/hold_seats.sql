-- If this fails, a hold takes what is not free, or only a part, or is refused without a reason.
select plan(67);

select tests.create_theatre();
select tests.create_theatre('rival');
create function tests.hold(seats text[], booking text default null, performance text default null)
returns uuid
language sql volatile as $$
  select (
    app_public.hold_seats(
      tests.id(coalesce(performance, 'theatre.performance')), seats,
      case when booking is not null then tests.id(booking) end
    )
  ).id
$$;
create function tests.refused_when(statement text, code text, why text) returns text
language plpgsql volatile as $$
declare
  v_line text;
begin
  -- The statement changes the terms; a guest asks; and all is as before.
  begin
    perform tests.as_owner();
    execute statement;
    perform tests.as_guest(4);
    v_line := tests.attempt('select tests.hold(tests.seats(7))');
    raise exception using errcode = 'ZZ000';
  exception
    when sqlstate 'ZZ000' then
      null;
  end;
  return is(v_line, code, why);
end
$$;
grant execute on function tests.hold(text[], text, text),
  tests.refused_when(text, text, text) to public;

-- A guest's hold.
select tests.as_guest(1);
select lives_ok(
  $$ select tests.keep('cart', tests.hold(tests.seats(2, 1, 13))) $$, 'a guest holds'
);
select is(
  (
    select (status, subtotal_cents, service_fee_cents, processing_fee_cents, tax_cents,
      total_amount_cents, commission_amount_cents, payout_cents, currency)::text
    from app_public.bookings
  ),
  '(draft,12500,1400,453,1390,15743,1250,11250,EUR)', 'the cart adds up'
);
select matches(
  (select booking_reference from app_public.bookings), '^LML-[A-Z2-9]{8}$', 'it can be quoted'
);
select is(
  (select expires_at from app_public.bookings), now() + interval '15 minutes',
  'it lasts a quarter of an hour'
);
select results_eq(
  $$ select seat_nos, quantity, unit_price_cents, total_cents from app_public.booking_items
    order by unit_price_cents desc $$,
  $$ values (array[1, 2], 2, 5000::bigint, 12560::bigint), (array[13], 1, 2500, 3183) $$,
  'with a line for each price'
);
select tests.as_owner();
select results_eq(
  $$ select seat_no, status::text, booking_id, locked_until from app_public.seat_booking_state
    where booking_id is not null order by seat_no $$,
  $$ select n, 'locked', tests.id('cart'), now() + interval '15 minutes'
    from unnest(array[1, 2, 13]) as n $$,
  'its seats, and no others, are locked until its deadline'
);
select results_eq(
  $$ select from_status::text, to_status::text, changed_by from app_public.booking_state_transitions
    where booking_id = tests.id('cart') $$,
  $$ values (null::text, 'draft', null::uuid) $$, 'its first status is logged'
);

-- More for the same cart.
select tests.as_guest(1);
select is(tests.hold(tests.seats(3, 1), 'cart'), tests.id('cart'), 'more seats join the cart');
select is(
  (select sum(quantity)::integer from app_public.booking_items), 4, 'what it has is not added again'
);
select is(
  (select expires_at from app_public.bookings), now() + interval '15 minutes',
  'its deadline does not move'
);
select lives_ok($$ select tests.hold(tests.seats(1), 'cart') $$, 'a repeated click does no harm');

-- Others.
select tests.as_guest(2);
select throws_ok(
  $$ select tests.hold(tests.seats(4, 3, 5)) $$, 'LMTKN', 'Not available: Stalls A-3.',
  'the error names the seat that was taken'
);
select is(
  (tests.visible('app_public.bookings')), '0', 'and nothing was held'
);
select is(
  tests.seat_status(tests.id('theatre.performance'), 4, 5), 'available', 'not even the free ones'
);
do $$
declare
  v_detail text;
begin
  perform tests.hold(tests.seats(1, 4));
exception
  when sqlstate 'LMTKN' then
    get stacked diagnostics v_detail = pg_exception_detail;
    perform set_config('tests.detail', v_detail, true);
end
$$;
select is(
  current_setting('tests.detail')::jsonb, jsonb_build_object('seat_ids', tests.seats(1)),
  'programs read its id from the detail'
);
select tests.refused($$ select tests.hold(tests.seats(4), 'cart') $$, 'LMBKG', 'a foreign cart');
select lives_ok(
  $$ select tests.hold(tests.seats(1), performance => 'rival.performance') $$,
  'the same seat elsewhere is another seat'
);
select tests.sign_in('ada');
select lives_ok($$ select tests.keep('ada', tests.hold(tests.seats(6))) $$, 'a user holds');
select is(
  (select user_id from app_public.bookings), tests.user_id('ada'), 'and owns the booking'
);

-- Seats that are not seats.
select tests.refused(format('select tests.hold(%L)', s.seats), s.code, s.why)
from (values
  (null, 'LMQTY', 'null'),
  ('{}', 'LMQTY', 'no seat'),
  (tests.seats(7, 7)::text, 'LMSDP', 'a seat twice'),
  (array_append(tests.seats(7, 7), 'x')::text, 'LMSDP', 'a seat twice, and no seat'),
  (array[repeat('0', 64)]::text, 'LMSEA', 'an unknown seat'),
  (array_append(tests.seats(7), repeat('0', 64))::text, 'LMSEA', 'one of them unknown'),
  ('{NULL}', 'LMSEA', 'a seat that is null'),
  (array_append(tests.seats(7), null)::text, 'LMSEA', 'one of them null'),
  ('{NULL,NULL}', 'LMSEA', 'null twice'),
  ('{""}', 'LMSEA', 'an empty name'),
  ('{7}', 'LMSEA', 'a number is not an id'),
  (upper(tests.seats(7)::text), 'LMSEA', 'an id in capitals'),
  (array[repeat('x', 1000000)]::text, 'LMSEA', 'an endless id'),
  (tests.seats(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)::text, 'LMQTY', 'eleven seats'),
  (array_fill('x'::text, array[100000])::text, 'LMQTY', 'a hundred thousand'),
  (tests.seats(19)::text, 'LMTKN', 'a blocked seat')
) as s (seats, code, why);
select tests.as_guest(1);
select tests.refused(
  $$ select tests.hold(tests.seats(4, 5, 7, 8, 9, 10, 11), 'cart') $$,
  'LMQTY', 'eleven in two steps'
);
select is(
  (select sum(quantity)::integer from app_public.booking_items), 4, 'after which it has still four'
);

-- Who asks.
select tests.as_anonymous();
select tests.refused($$ select tests.hold(tests.seats(7)) $$, 'LMCRT', 'no cart token');
select tests.become('lml_anonymous', '', 'short');
select tests.refused($$ select tests.hold(tests.seats(7)) $$, 'LMCRT', 'a short one');
select tests.become('lml_user', tests.token('dead'), '');
select tests.refused($$ select tests.hold(tests.seats(7)) $$, 'LMSES', 'a dead session');
select tests.become('lml_user', tests.token('dead'), tests.token('cart 1'));
select tests.refused(
  $$ select tests.hold(tests.seats(7)) $$, 'LMSES', 'a dead session does not become a guest'
);
select tests.as_guest(3);
select tests.refused($$ select tests.hold(tests.seats(7), 'ada') $$, 'LMBKG', 'a user''s booking');
select tests.refused(
  $$ select app_public.hold_seats(tests.id('theatre.performance'), tests.seats(7), uuidv7()) $$,
  'LMBKG', 'no booking at all'
);

-- What is for sale, and when.
select tests.refused(
  $$ select app_public.hold_seats(null, tests.seats(7)) $$, 'LMNFD', 'no performance'
);
select tests.refused(
  $$ select app_public.hold_seats(uuidv7(), tests.seats(7)) $$, 'LMNFD', 'an unknown one'
);
select tests.as_owner();
select tests.create_event('theatre', 'draft event');
select tests.as_guest(3);
select tests.refused(
  $$ select tests.hold(tests.seats(7), performance => 'draft performance') $$,
  'LMEVT', 'an unpublished event'
);
select tests.as_guest(1);
select tests.refused(
  $$ select tests.hold(tests.seats(7), 'cart', 'rival.performance') $$,
  'LMBKG', 'a cart is for one performance'
);

select tests.refused_when(statement, code, why)
from (values
  ($$ update app_public.events set status = 'canceled' $$, 'LMEVT', 'a canceled event'),
  ($$ update app_public.events set status = 'postponed'
    where status = 'published' $$, 'LMEVT', 'a postponed event'),
  ($$ update app_public.performances set status = 'canceled' $$, 'LMEVT', 'a canceled date'),
  ($$ update app_public.organizations set status = 'suspended' $$, 'LMEVT', 'a suspended seller'),
  ($$ update app_public.events set sales_start = now() + interval '1 second' $$, 'LMSAL',
    'before sales'),
  ($$ update app_public.events set sales_start = now() $$, 'done', 'as sales open'),
  ($$ update app_public.events set sales_end = now() $$, 'LMSAL', 'as sales close'),
  ($$ update app_public.performances set starts_at = now() - interval '1 hour', doors_at = null $$,
    'LMSAL', 'after the start'),
  ($$ update app_public.ticket_categories set status = 'paused' $$, 'LMSAL', 'a paused category'),
  ($$ delete from app_public.ticket_category_prices $$, 'LMSAL', 'no price at all'),
  ($$ update app_public.ticket_category_prices set audience = 'member' $$, 'LMSAL',
    'a price for members only'),
  ($$ update app_public.ticket_category_prices set valid_during = tstzrange(now(), null, '()') $$,
    'LMSAL', 'a price of later'),
  ($$ update app_public.events set allow_guest_checkout = false $$, 'LMGST',
    'no sale to guests')
) as t (statement, code, why);

-- Time.
select tests.as_owner();
select tests.run_out(tests.id('cart'));
select tests.as_guest(1);
select tests.refused($$ select tests.hold(tests.seats(7), 'cart') $$, 'LMEXP', 'the hold ran out');
select tests.as_guest(2);
select lives_ok(
  $$ select tests.keep('next', tests.hold(tests.seats(1, 2))) $$,
  'and its seats are free at once, before any job'
);
select tests.as_owner();
select is(
  (select string_agg(seat_no::text, ',' order by seat_no) from app_public.seat_booking_state
    where booking_id = tests.id('cart')),
  '3,13', 'the others are still where they were'
);
select tests.consistent();
select is(app_private.expire_bookings(), 1, 'the sweep ends what ran out');
select tests.as_guest(1);
select tests.refused(
  $$ select tests.hold(tests.seats(7), 'cart') $$, 'LMEXP', 'a swept booking has run out, too'
);
select tests.consistent();
