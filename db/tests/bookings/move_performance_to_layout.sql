-- If this fails, a sold or held seat is lost, or becomes another one, when a hall is rebuilt.
select plan(50);

select tests.create_theatre();
select tests.create_theatre('rival');

create function tests.store(name text, document jsonb) returns uuid
language sql volatile security definer as $$
  select tests.keep(store.name, (
    app_private.store_layout(
      tests.id('theatre.venue'), document::text, tests.hash_of(document::text)
    )
  ).id)
$$;
create function tests.move(
  layout text, dry_run boolean default false, performance text default 'theatre.performance'
)
returns app_public.layout_move
language sql volatile as $$
  select app_public.move_performance_to_layout(tests.id(performance), tests.id(layout), dry_run)
$$;
create function tests.seat_at(performance_id uuid, place text) returns text
language sql stable security definer as $$
  select concat_ws(' ', s.seat_no, state.status, state.booking_id = tests.id('sold'))
  from app_public.performances as p
  join app_public.layout_seats as s on s.layout_id = p.layout_id
  join app_public.layout_sections as n
    on n.layout_id = s.layout_id and n.section_no = s.section_no
  join app_public.seat_booking_state as state
    on state.performance_id = p.id and state.seat_no = s.seat_no
  where p.id = seat_at.performance_id
    and seat_at.place = concat_ws('-', n.name, s.row_name, s.seat_number)
$$;
-- Seats by their numbers in the first plan.
create function tests.first_seats(variadic seat_nos integer[]) returns text[]
language sql stable security definer as $$
  select array_agg(s.seat_id order by s.seat_no) from app_public.layout_seats as s
  where s.layout_id = tests.id('theatre.layout') and s.seat_no = any (seat_nos)
$$;
grant execute on function tests.first_seats(integer[]), tests.move(text, boolean, text),
  tests.seat_at(uuid, text) to public;

-- Seats 1 and 2 sold, 13 sold, 3 held, 4 held and run out, 10 sold and canceled, 5 reserved.
select tests.sell('sold', 'theatre', 1, 1, 2, 13);
select tests.sell('canceled', 'theatre', 2, 10);
select tests.sign_in('theatre owner');
select app_public.cancel_booking(tests.id('canceled'));
select tests.as_guest(3);
select tests.keep(
  'held', (app_public.hold_seats(tests.id('theatre.performance'), tests.first_seats(3))).id
);
select tests.as_guest(4);
select tests.keep(
  'late', (app_public.hold_seats(tests.id('theatre.performance'), tests.first_seats(4, 11))).id
);
select app_public.start_checkout(tests.id('late'), 'late@example.com');
select tests.as_owner();
select tests.run_out(tests.id('late'));
update app_public.seat_booking_state set status = 'reserved', price_override_cents = 100
where performance_id = tests.id('theatre.performance') and seat_no = 5;

-- The balcony first, and three seats of row B gone: all numbers change.
select tests.store('turned', (
  jsonb_set(tests.layout('Turned')::jsonb, '{sections}', jsonb_build_array(
    tests.layout()::jsonb #> '{sections,1}', tests.layout()::jsonb #> '{sections,2}',
    tests.layout()::jsonb #> '{sections,0}'
      #- '{rows,1,seats,5}' #- '{rows,1,seats,4}' #- '{rows,1,seats,3}'
  ))
));
select tests.store('more', (
  jsonb_insert(
    tests.layout('More')::jsonb, '{sections,0,rows,-1}',
    '{"name": "C", "seats": [{"number": "1", "x": 0.1, "y": 0.9, "category": "Category II"}]}', true
  )
));
select tests.store('uncategorized', (
  jsonb_set(tests.layout('None')::jsonb, '{sections,0,rows,0,seats,5,category}', '"Unknown"')
));
select tests.store('unblocked', (
  jsonb_set(tests.layout('Unblocked')::jsonb, '{sections,2,name}', '"Lodge"')
));
select tests.store('relabeled', (
  jsonb_set(
    tests.layout('Relabeled')::jsonb, '{sections,0,rows,0,seats,0}',
    tests.layout()::jsonb #> '{sections,0,rows,0,seats,0}'
      || jsonb_build_object('number', '1a', 'seat_id', tests.hash_of('["Stalls","A","1"]'))
  )
));

-- What would be lost.
select tests.sign_in('theatre manager');
select is(
  (select row(m.is_moved, m.taken_seats, m.added_seats, m.removed_seats, m.lost_seats)::text
    from tests.move('turned', true) as m),
  '(f,5,0,3,{})', 'a dry run tells what would change'
);
select is(
  (select p.layout_id from app_public.performances as p
    where p.id = tests.id('theatre.performance')),
  tests.id('theatre.layout'), 'and changes nothing'
);
select tests.as_guest(5);
select tests.keep(
  'in the way', (app_public.hold_seats(tests.id('theatre.performance'), tests.first_seats(12))).id
);
select tests.sign_in('theatre manager');
select is(
  (select string_agg(
      concat_ws(' ', s.section, s.row_name, s.seat_number, s.status, s.reason), ','
    )
    from tests.move('turned', true) as m, unnest(m.lost_seats) as s),
  'Stalls B 6 locked missing', 'a held seat without a counterpart is named'
);
select tests.refused($$ select tests.move('turned') $$, 'LMMOV', 'and stops the move');
select is(
  tests.seat_at(tests.id('theatre.performance'), 'Stalls-B-6'), '12 locked f',
  'which leaves everything as it was'
);
select tests.refused(
  $$ select tests.move('uncategorized') $$, 'LMPUB', 'so does a seat that no category covers'
);
select is(
  tests.seat_at(tests.id('theatre.performance'), 'Stalls-A-1'), '1 booked t',
  'and leaves everything as it was, too'
);

-- The move.
select tests.as_guest(5);
select app_public.cancel_booking(tests.id('in the way'));
select tests.sign_in('theatre manager');
select is(
  (select row(m.is_moved, m.taken_seats, m.removed_seats)::text from tests.move('turned') as m),
  '(t,5,3)', 'without it, the performance moves'
);
select is(tests.seat_at(tests.id('theatre.performance'), place), wanted, place)
from (values
  ('Stalls-A-1', '9 booked t'), ('Stalls-A-2', '10 booked t'), ('Balcony-A-1', '1 booked t'),
  ('Stalls-A-3', '11 locked f'), ('Stalls-A-4', '12 available'), ('Stalls-A-5', '13 reserved'),
  ('Box-1-1', '7 blocked'), ('Stalls-B-3', '17 available'), ('Stalls-B-4', null)
) as s (place, wanted);
select is(
  (select string_agg(concat_ws('-', t.seat_no, t.section, t.row_name, t.seat_number), ' '
      order by t.seat_no)
    from app_public.tickets as t where t.booking_id = tests.id('sold')),
  '1-Balcony-A-1 9-Stalls-A-1 10-Stalls-A-2', 'tickets follow their seats'
);
select is(
  (select s.price_override_cents from app_public.seat_booking_state as s
    where s.performance_id = tests.id('theatre.performance') and s.seat_no = 13),
  100::bigint, 'so do prices of single seats'
);
select is(
  (select array_agg(n order by n) from app_public.booking_items as i, unnest(i.seat_nos) as n
    where i.booking_id = tests.id('late')),
  array[-11, 12], 'a line that is over names no seat of the new layout by a number of the old one'
);
select is(
  (app_public.seat_map(tests.id('theatre.performance'))).availability,
  'baaaaaxxbblaraaaa', 'the map is the new one'
);
select tests.as_owner();
select tests.consistent();
select tests.sign_in('theatre manager');
select is((select m.is_moved from tests.move('turned') as m), false, 'a second time is harmless');

-- Who began before the move makes no new booking; who has one goes on.
select tests.as_guest(6);
select tests.refused(
  $$ select app_public.hold_seats(tests.id('theatre.performance'), tests.first_seats(6)) $$,
  'LMBSY', 'a hold in a transaction that began before is refused'
);
select tests.as_guest(3);
select lives_ok(
  $$ select app_public.hold_seats(
    tests.id('theatre.performance'), tests.first_seats(14), tests.id('held')
  ) $$,
  'a draft takes another seat, by its id'
);
select is(
  tests.seat_at(tests.id('theatre.performance'), 'Balcony-A-2'), '2 locked f', 'the right one'
);
select lives_ok(
  $$ select app_public.release_seats(tests.id('held'), tests.first_seats(3)) $$, 'and lets one go'
);
select is(
  tests.seat_at(tests.id('theatre.performance'), 'Stalls-A-3'), '11 available', 'the right one'
);
select lives_ok(
  $$ select app_public.start_checkout(tests.id('held'), 'held@example.com') $$, 'checks out'
);
select is(tests.pay(tests.id('held')), 'applied', 'and pays');
select is(tests.status(tests.id('held')), 'confirmed', 'for what it holds');
select is(tests.pay(tests.id('late')), 'applied', 'a payment arrives too late');
select isnt(
  tests.status(tests.id('late')), 'confirmed', 'for a seat that is no more, and is returned'
);
select tests.as_owner();
select tests.consistent();

-- Back, where there are more seats.
select tests.sign_in('theatre manager');
select is(
  (select row(m.is_moved, m.added_seats)::text from tests.move('more') as m), '(t,4)', 'and back'
);
select is(tests.seat_at(tests.id('theatre.performance'), place), wanted, place)
from (values
  ('Stalls-A-1', '1 booked t'), ('Stalls-C-1', '13 available'), ('Balcony-A-2', '15 booked f')
) as s (place, wanted);
select lives_ok(
  $$ select tests.move('unblocked') $$, 'to a plan in which a section has a new name'
);
select is(
  tests.seat_at(tests.id('theatre.performance'), 'Lodge-1-1'), '19 available',
  'whose seats are other seats'
);
select lives_ok($$ select tests.move('relabeled') $$, 'to a plan in which a seat is labeled anew');
select is(
  (select t.seat_number from app_public.tickets as t
    where t.booking_id = tests.id('sold') and t.seat_no = 1),
  '1a', 'and its ticket says so'
);
select tests.as_owner();
select tests.consistent();

-- Drafts, and all dates of an event.
select tests.create_event('theatre', 'next.event');
select tests.sign_in('theatre manager');
select is(
  (select array_agg(m.is_moved)
    from app_public.move_event_to_layout(tests.id('next.event'), tests.id('more')) as m),
  array[true], 'a draft has nothing to lose'
);
select lives_ok($$ select app_public.publish_event(tests.id('next.event')) $$, 'and sells at once');

-- Who may, and where to.
select tests.refused(
  $$ select app_public.move_performance_to_layout(
    tests.id('theatre.performance'), tests.id('rival.layout')
  ) $$,
  'LMNFD', 'not to the layout of another organization'
);
select tests.sign_in('theatre owner');
select tests.keep(
  'annex', (app_public.create_venue(
    tests.id('theatre.organization'), 'Annex', 'annex', 'Europe/Vienna'
  )).id
);
select tests.as_owner();
select tests.keep(
  'annex.layout',
  (app_private.store_layout(
    tests.id('annex'), tests.layout('Annex'), tests.hash_of(tests.layout('Annex'))
  )).id
);
select tests.sign_in('theatre manager');
select tests.refused(
  $$ select tests.move('annex.layout', true) $$, 'LMNFD', 'nor to that of another venue'
);
select tests.refused(
  $$ select app_public.move_performance_to_layout(tests.id('theatre.performance'), null) $$,
  'LMNFD', 'nor to none'
);
select tests.sign_in('theatre viewer');
select tests.refused($$ select tests.move('turned', true) $$, 'LMRGT', 'a viewer may not even try');
select tests.sign_in('rival owner');
select tests.refused($$ select tests.move('turned') $$, 'LMNFD', 'nor may a stranger');
select tests.as_owner();
