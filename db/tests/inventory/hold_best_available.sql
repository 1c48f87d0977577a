-- If this fails, a party is torn apart, gets bad seats while good ones are free, or gets the places
-- of wheelchair users.
select plan(37);

select tests.create_theatre();

-- A hall of three rows of 10, with an aisle after seat 5 of the last row, the last two places of which
-- are for wheelchairs and companions.
create function tests.hall() returns text
language sql immutable as $$
  select jsonb_build_object(
    'format', 'lml-layout/1', 'name', 'Hall', 'sections', jsonb_build_array(jsonb_build_object(
      'name', 'Hall', 'rows', jsonb_agg(jsonb_build_object('name', r::text, 'seats', s) order by r)
    ))
  )::text
  from (
    select r, jsonb_agg(jsonb_build_object(
      'number', n::text, 'x', 0.06 * n + case when r = 3 and n > 5 then 0.2 else 0 end,
      'y', 0.1 * r, 'category', 'Category I',
      'features', case
        when r = 3 and n = 9 then '["wheelchair"]'::jsonb
        when r = 3 and n = 10 then '["companion"]'
        else '[]'
      end
    ) order by n) as s
    from generate_series(1, 3) as r, generate_series(1, 10) as n
    group by r
  ) as rows
$$;
grant execute on function tests.hall() to public;
select tests.sign_in('theatre owner');
select tests.keep('hall.layout', (
  app_public.import_venue_layout(
    tests.id('theatre.venue'), tests.hall(), tests.hash_of(tests.hall())
  )
).id);
select tests.as_owner();
select tests.sign_in('theatre owner');
select tests.create_event('theatre', 'hall.event');
select tests.as_owner();
update app_public.performances set layout_id = tests.id('hall.layout')
where id = tests.id('hall.performance');
select tests.sign_in('theatre owner');
select app_public.update_event(tests.id('hall.event'), blocked_sections => '{}');
select app_public.publish_event(tests.id('hall.event'));
select tests.as_owner();
select tests.keep('category', (
  select id from app_public.ticket_categories
  where event_id = tests.id('hall.event') and name = 'I'
));

create function tests.best(
  quantity integer, together boolean default true, accessible boolean default false,
  booking text default null
)
returns integer[]
language plpgsql volatile as $$
declare
  v_id uuid;
begin
  v_id := (
    app_public.hold_best_available(
      tests.id('hall.performance'), tests.id('category'), quantity, together, accessible,
      case when booking is not null then tests.id(booking) end
    )
  ).id;
  perform tests.keep('last', v_id);
  return (
    select array_agg(n order by n)
    from app_public.booking_items as i, unnest(i.seat_nos) as n where i.booking_id = v_id
  );
end
$$;
create function tests.book(variadic seat_nos integer[]) returns void
language sql volatile security definer as $$
  update app_public.seat_booking_state as s
  set status = 'blocked'
  where s.performance_id = tests.id('hall.performance') and s.seat_no = any (seat_nos)
$$;
create function tests.free_all() returns void
language sql volatile security definer as $$
  update app_public.seat_booking_state as s
  set status = 'available', booking_id = null, locked_until = null
  where s.performance_id = tests.id('hall.performance');
  update app_public.bookings set status = 'expired', expires_at = null where status = 'draft';
  select app_private.reopen_runs(
    tests.id('theatre.organization'), tests.id('hall.performance'),
    array(select generate_series(1, 30))
  );
$$;
grant execute on function tests.best(integer, boolean, boolean, text) to public;
select set_eq(
  $$ select first_seat_no, last_seat_no, is_accessible from app_private.seat_runs
    where performance_id = tests.id('hall.performance') $$,
  $$ values (1, 10, false), (11, 20, false), (21, 25, false), (26, 28, false), (29, 30, true) $$,
  'rows, the parts beside an aisle, and places for wheelchairs are runs'
);
select is(
  (select array_agg(first_seat_no order by run_no) from app_private.seat_runs
    where performance_id = tests.id('hall.performance') and run_no <= 2),
  array[1, 11], 'front rows first'
);

select tests.as_guest(1);
select is(tests.best(4), array[5, 6, 7, 8], 'four in the middle of the first row');
select is(
  (select (status, subtotal_cents, expires_at - now())::text from app_public.bookings),
  '(draft,20000,00:15:00)', 'held as by hold_seats'
);
select is(tests.best(4), array[1, 2, 3, 4], 'the next four beside them');
select is(tests.best(2), array[9, 10], 'and two');
select is(tests.best(1), array[17], 'then the middle of the second row');
select tests.as_owner();
select is(
  (select count(*) from app_private.seat_runs
    where performance_id = tests.id('hall.performance') and is_full),
  1::bigint, 'a full run is known as such'
);
select tests.free_all();

-- Hints do not deny what is there.
update app_private.seat_runs set longest = 0
where performance_id = tests.id('hall.performance');
select tests.book(11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28);
select tests.as_guest(2);
select is(tests.best(10), array[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 'a hint that is wrong is corrected');
select tests.as_owner();
select tests.free_all();

-- Stranded seats.
select tests.book(4, 10);
select tests.as_guest(3);
select is(
  tests.best(4), array[15, 16, 17, 18], 'no single seat is left over where it can be avoided'
);
select tests.as_owner();
select tests.free_all();
select tests.book(6, 7, 8, 9, 10, 16, 17, 18, 19, 20);
select tests.as_guest(3);
select is(tests.best(3), array[3, 4, 5], 'three of five leave two');
select tests.as_owner();
select tests.free_all();
select tests.book(1, 2, 3, 4, 5, 6, 7, 13, 14, 15, 16, 17, 18, 19, 20);
select tests.as_guest(3);
select is(
  tests.best(2), array[11, 12], 'two that fit exactly, instead of two of three in front'
);
select tests.as_owner();
select tests.free_all();

-- Apart.
select tests.book(2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
select tests.as_guest(4);
select throws_ok(
  $$ select tests.best(2) $$, 'LMFEW', 'There are not as many seats side by side.',
  'no two are side by side'
);
select is(tests.visible('app_public.bookings'), '0', 'and nothing was held');
select is(tests.best(3, false), array[1, 3, 5], 'apart, the best single ones');
select lives_ok($$ select tests.best(10, false) $$, 'ten more, apart');
select throws_ok($$ select tests.best(2, false) $$, 'LMFEW', 'Only one is left.', 'one is left');
select lives_ok($$ select tests.best(1) $$, 'which somebody takes');
select throws_ok($$ select tests.best(1, false) $$, 'LMFEW', 'None are left.', 'and then none');
select tests.as_owner();
select is(
  tests.seat_status(tests.id('hall.performance'), 29), 'available',
  'none but the wheelchair''s'
);
select tests.as_guest(5);
select is(tests.best(1, true, true), array[29], 'which is given when asked for');
select tests.as_owner();
select tests.free_all();
select tests.as_guest(5);
select is(tests.best(2, true, true), array[29, 30], 'a wheelchair and a companion');
select throws_ok(
  $$ select tests.best(1, true, true) $$, 'LMFEW', null, 'no other seat is given instead'
);

-- Carts.
select tests.as_guest(6);
select is(tests.best(2), array[7, 8], 'two');
select tests.keep('cart', tests.id('last'));
select is(tests.best(2, booking => 'cart'), array[5, 6, 7, 8], 'two more join a cart');
select tests.refused($$ select tests.best(7, booking => 'cart') $$, 'LMQTY', 'but not eleven');
select tests.as_guest(7);
select tests.refused($$ select tests.best(1, booking => 'cart') $$, 'LMBKG', 'a foreign cart');
select tests.refused(format('select tests.best(%s)', q), 'LMQTY', q)
from unnest(array['0', '-1', '11', 'null', '2147483647']) as q;
select tests.refused(
  $$ select app_public.hold_best_available(tests.id('hall.performance'), uuidv7(), 1) $$,
  'LMSAL', 'an unknown category'
);
select tests.refused(
  $$ select app_public.hold_best_available(tests.id('theatre.performance'), tests.id('category'), 1) $$,
  'LMSAL', 'a category of another event'
);

-- Freed seats are found again.
select tests.as_guest(6);
select app_public.cancel_booking(tests.id('cart'));
select is(tests.best(4), array[5, 6, 7, 8], 'seats that were given back are given again');
select tests.run_out(tests.id('last'));
select is(tests.best(4), array[5, 6, 7, 8], 'and those of a cart that has run out');
select tests.consistent();
