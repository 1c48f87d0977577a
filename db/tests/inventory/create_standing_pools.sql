-- If this fails, the standing area of a plan cannot be bought, or a rebuilt hall forgets what is kept
-- back, what is side by side, and who stands where.
select plan(19);

select tests.create_theatre();
create function tests.store(name text, capacity integer, stand text) returns uuid
language plpgsql volatile security definer as $$
declare
  v_document text := format(
    '{"format": "lml-layout/1", "name": %s, "sections": [
      {"name": "Pit", "kind": "standing", "capacity": %s, "category": "Standing"},
      {"name": "Stand", "rows": [{"name": "A", "seats": [%s]}]}
    ]}', to_json(name), capacity, stand
  );
begin
  return tests.keep(name, (
    app_private.store_layout(tests.id('theatre.venue'), v_document, tests.hash_of(v_document))
  ).id);
end
$$;
create function tests.stand(variadic numbers integer[]) returns text
language sql immutable as $$
  select string_agg(
    format('{"number": "%s", "x": %s, "y": 0.5, "category": "Stand"}', n, n * 0.1), ', '
    order by ordinality
  )
  from unnest(numbers) with ordinality as n (n, ordinality)
$$;
select tests.store('field', 50, tests.stand(1, 2, 3));
select tests.store('turned', 50, tests.stand(4, 3, 2, 1));
select tests.store('smaller', 49, tests.stand(1, 2, 3));

select tests.sign_in('theatre owner');
select tests.keep('event', (
  app_public.create_event(
    tests.id('theatre.organization'), tests.id('theatre.venue'), 'Field', 'field',
    sales_start => now() - interval '1 day'
  )
).id);
select tests.keep('performance', (
  app_public.create_performance(
    tests.id('event'), tests.id('field'), date_trunc('hour', now()) + interval '30 days'
  )
).id);
select tests.keep('stand', (
  app_public.create_ticket_category(tests.id('event'), 'Stand', 5000, array['Stand'])
).id);
select tests.refused(
  $$ select app_public.publish_event(tests.id('event')) $$, 'LMPUB', 'an area without a category'
);
select tests.keep('standing', (
  app_public.create_ticket_category(tests.id('event'), 'Pit', 2000, array['Standing'])
).id);
select tests.keep('member', (
  app_public.create_ticket_category(tests.id('event'), 'Pit, students', 1000, '{}', array['Pit'])
).id);
select lives_ok($$ select app_public.publish_event(tests.id('event')) $$, 'now it is on sale');
select is(
  (select format('%s %s', p.name, p.capacity) from app_public.admission_pools as p), 'Pit 50',
  'the area is a pool'
);
select tests.as_guest(1);
select tests.keep(
  'cart', (app_public.hold_admissions(tests.id('performance'), tests.id('standing'), 7)).id
);
select tests.refused(
  $$ select app_public.hold_admissions(tests.id('performance'), tests.id('member'), 10, null, 'x'),
    app_public.hold_admissions(tests.id('performance'), tests.id('member'), 10),
    app_public.hold_admissions(tests.id('performance'), tests.id('member'), 10),
    app_public.hold_admissions(tests.id('performance'), tests.id('member'), 10),
    app_public.hold_admissions(tests.id('performance'), tests.id('member'), 4) $$,
  'LMFEW', 'which all its categories share'
);
select tests.sign_in('theatre owner');
select is(
  (app_public.allocate_seats(
    tests.id('performance'),
    (select array_agg(s.seat_id) from app_public.layout_seats as s
      where s.layout_id = tests.id('field') and s.seat_number = '1'),
    'house', 'The critic.'
  )).seat_count, 1, 'seat 1, the first in the plan, is kept back'
);

-- Another plan, in which it is the last.
select tests.refused(
  $$ select app_public.move_performance_to_layout(tests.id('performance'), tests.id('smaller')) $$,
  'LMMOV', 'a plan with another standing area is refused'
);
select tests.refused(
  $$ select app_public.move_performance_to_layout(
    tests.id('performance'), tests.id('smaller'), true
  ) $$,
  'LMMOV', 'which a dry run tells'
);
select is(
  (app_public.move_performance_to_layout(tests.id('performance'), tests.id('turned'))).is_moved,
  true, 'one that only has its seats otherwise is not'
);
select tests.as_owner();
select is(
  (
    select string_agg(l.seat_number || ' ' || s.status, ', ' order by s.seat_no)
    from app_public.seat_booking_state as s
    join app_public.layout_seats as l
      on l.layout_id = tests.id('turned') and l.seat_no = s.seat_no
    where s.performance_id = tests.id('performance')
  ),
  '4 available, 3 available, 2 available, 1 reserved', 'the same seat is reserved'
);
select is(
  (select a.seat_no from app_public.seat_allocation_seats as a), 4, 'and kept back'
);
select is(
  (
    select string_agg(format('%s-%s', r.first_seat_no, r.last_seat_no), ' ')
    from app_private.seat_runs as r where r.performance_id = tests.id('performance')
  ),
  '1-4', 'what is side by side was found anew'
);
select isnt_empty(
  $$ select from app_private.seat_changes as c
    where c.performance_id = tests.id('performance') and c.seat_nos @> '{1,2,3,4}' $$,
  'programs are told to read the map again'
);
select is(
  (select sum(s.held)::integer from app_private.admission_slots as s), 7, 'who stands, stands'
);
select tests.consistent();

-- A rule that screens holds asks about places, too, once the seats have come to rest.
update app_public.performances set holds_begin_at = null where id = tests.id('performance');
select tests.rule(
  'hoarding', 'seat_hoarding', 'block', trigger_count => 5, window_seconds => 60, stage => 'hold'
);
select tests.as_guest(2);
select tests.refused(
  $$ select app_public.hold_admissions(tests.id('performance'), tests.id('standing'), 6) $$,
  'LMRSK', 'places count as tickets'
);
select is(
  (app_public.hold_admissions(tests.id('performance'), tests.id('standing'), 2)).status::text,
  'draft', 'two are no hoard'
);

-- An area that is blocked is in nobody's way when the hall is rebuilt.
select tests.sign_in('theatre owner');
select tests.keep('blocked.event', (
  app_public.create_event(
    tests.id('theatre.organization'), tests.id('theatre.venue'), 'Seats', 'seats',
    blocked_sections => array['Pit']
  )
).id);
select tests.keep('blocked.performance', (
  app_public.create_performance(
    tests.id('blocked.event'), tests.id('field'), date_trunc('hour', now()) + interval '30 days'
  )
).id);
select app_public.create_ticket_category(
  tests.id('blocked.event'), 'Stand', 5000, array['Stand']
);
select app_public.publish_event(tests.id('blocked.event'));
select is(
  (app_public.move_performance_to_layout(
    tests.id('blocked.performance'), tests.id('smaller')
  )).is_moved,
  true, 'nothing of it was for sale'
);

-- A plan that was stored when names were not lines yet.
select tests.as_owner();
select tests.store('old', 50, tests.stand(1, 2, 3, 4));
set constraints all immediate;
alter table app_public.layout_sections disable trigger user;
update app_public.layout_sections set name = E'Pit\r\nand yard '
where layout_id = tests.id('old') and kind = 'standing';
alter table app_public.layout_sections enable trigger user;
set constraints all deferred;
select tests.sign_in('theatre owner');
select tests.keep('old.event', (
  app_public.create_event(
    tests.id('theatre.organization'), tests.id('theatre.venue'), 'Old', 'old'
  )
).id);
select tests.keep('old.performance', (
  app_public.create_performance(
    tests.id('old.event'), tests.id('old'), date_trunc('hour', now()) + interval '30 days'
  )
).id);
select app_public.create_ticket_category(tests.id('old.event'), 'Stand', 5000, array['Stand']);
select app_public.create_ticket_category(tests.id('old.event'), 'Pit', 2000, array['Standing']);
select app_public.publish_event(tests.id('old.event'));
select is(
  (select p.name from app_public.admission_pools as p
    where p.performance_id = tests.id('old.performance')),
  'Pit and yard', 'its area is a pool whose name is a line'
);
select tests.as_owner();
select tests.consistent();
