-- If this fails, a member who is restricted to venues sees or changes what happens elsewhere, or
-- cannot work at the own venue.
select plan(31);

select tests.create_theatre();
select tests.keep(
  'm.' || m.role, m.id
)
from app_public.organization_members as m where m.organization_id = tests.id('theatre.organization');
-- A second house with an event of its own, a draft in each, and a sale in each.
select tests.sign_in('theatre owner');
select tests.keep('house.venue', tests.id('theatre.venue'));
select tests.create_event('theatre', 'house-draft.event');
select tests.keep('theatre.venue', (
  app_public.create_venue(tests.id('theatre.organization'), 'Barn', 'barn', 'Europe/Vienna')
).id);
select tests.keep('theatre.layout', (
  app_public.import_venue_layout(
    tests.id('theatre.venue'), tests.layout(), tests.hash_of(tests.layout())
  )
).id);
select tests.keep('barn.gate', (
  app_public.save_entry_gate(tests.id('theatre.venue'), 'Barn door')
).id);
select tests.create_event('theatre', 'barn.event');
select tests.create_event('theatre', 'barn-draft.event');
select app_public.publish_event(tests.id('barn.event'));
select tests.sell('in the house', 'theatre', 1, 1, 2);
select tests.sell('in the barn', 'barn', 2, 3);

select tests.as_owner();
create function tests.sight() returns text
language sql volatile as $$
  select string_agg(tests.visible('app_public.' || t), ' ' order by place)
  from unnest(array[
    'venues', 'venue_layouts', 'events', 'performances', 'seat_booking_state', 'bookings',
    'booking_items', 'tickets', 'customers', 'organization_settings', 'tax_rates'
  ]) with ordinality as t (t, place)
$$;
grant execute on function tests.sight() to public;

select tests.sign_in('theatre manager');
select is(tests.sight(), '2 2 4 4 40 2 2 3 2 1 1', 'without a restriction, all of both houses');

-- The admin restricts the manager to the house.
select tests.sign_in('theatre admin');
select isnt(
  (app_public.grant_venue_access(tests.id('m.manager'), tests.id('house.venue'))).id, null,
  'a venue is granted'
);
select is(
  (app_public.grant_venue_access(tests.id('m.manager'), tests.id('house.venue'))).id,
  (
    select a.id from app_public.user_venue_access as a
    where a.user_id = tests.user_id('theatre manager')
  ), 'again, it is the same grant'
);
select tests.refused(
  $$ select app_public.grant_venue_access(tests.id('m.manager'), uuidv7()) $$, 'LMNFD',
  'there is no such venue'
);

select tests.sign_in('theatre manager');
-- The barn's published event is public, its draft is not to be seen.
select is(
  tests.sight(), '2 2 3 3 20 1 1 2 0 1 1', 'restricted: the house, and what is public elsewhere'
);
select is(
  (select string_agg(distinct b.performance_id::text, ',') from app_public.bookings as b),
  tests.id('theatre.performance')::text, 'bookings of the house only'
);
select is(
  (select string_agg(distinct t.performance_id::text, ',') from app_public.tickets as t),
  tests.id('theatre.performance')::text, 'tickets of the house only'
);
select is(
  (select string_agg(distinct s.performance_id::text, ',') from app_public.seat_booking_state as s),
  tests.id('theatre.performance')::text, 'seats of the house only'
);
select is(
  (
    select count(*) from app_public.events as e where e.id = tests.id('barn-draft.event')
  ), 0::bigint, 'no draft of the barn'
);
select is(
  (app_public.seat_map(tests.id('barn-draft.performance'))).performance_id, null, 'nor its seats'
);

-- What one does there.
select lives_ok(
  $$ select app_public.publish_event(tests.id('house-draft.event')) $$, 'publishes in the house'
);
select lives_ok(
  $$
    select app_public.create_event(
      tests.id('theatre.organization'), tests.id('house.venue'), 'New', 'new'
    )
  $$, 'plans in the house'
);
select is(
  (app_public.scan_ticket(
    tests.id('theatre.performance'), tests.credential(tests.id('in the house'), 1)
  )).result::text, 'success', 'stands at the door of the house'
);
select is(
  (select array_agg(s.scanned_by) from app_public.ticket_scans as s),
  array[app_hidden.current_user_id()], 'and sees what happened there, and by whom'
);
select tests.refused(
  $$ select app_public.scan_ticket(
    tests.id('theatre.performance'), 'x', gate_id => tests.id('barn.gate')
  ) $$, 'LMNFD', 'but not at a gate of the barn'
);
select tests.refused(statement, 'LMRGT', statement)
from unnest(array[
  $$select app_public.publish_event(tests.id('barn-draft.event'))$$,
  $$select app_public.create_event(
    tests.id('theatre.organization'), tests.id('theatre.venue'), 'N', 'n'
  )$$,
  $$select app_public.create_performance(
    tests.id('barn-draft.event'), tests.id('theatre.layout'), '2040-01-01'
  )$$,
  $$select app_public.create_ticket_category(tests.id('barn-draft.event'), 'C', 1, array['x'])$$,
  $$select app_public.scan_ticket(tests.id('barn.performance'), 'x')$$,
  $$select app_public.import_venue_layout(tests.id('theatre.venue'), '{}', 'x')$$,
  $$select app_public.create_venue(tests.id('theatre.organization'), 'V', 'v', 'UTC')$$,
  $$select app_public.update_organization(tests.id('theatre.organization'), name => 'Mine')$$
]) as statement;
select tests.refused(
  $$ select app_public.cancel_booking(tests.id('in the barn')) $$, 'LMBKG',
  'a booking of the barn is not there'
);

-- History, and the way back.
select tests.sign_in('theatre admin');
select is(
  app_public.revoke_venue_access(tests.id('m.manager'), tests.id('house.venue'))
    and not app_public.revoke_venue_access(tests.id('m.manager'), tests.id('house.venue')),
  true, 'the venue is taken, once'
);
select tests.sign_in('theatre manager');
select is(
  tests.sight(), '2 2 3 3 0 0 0 0 0 1 1', 'who has no venue left sees what is public'
);
select tests.sign_in('theatre admin');
select app_public.grant_venue_access(tests.id('m.manager'), tests.id('house.venue'));
select results_eq(
  $$
    select a.revoked_at is null, a.revoked_by from app_public.user_venue_access as a
    where a.user_id = tests.user_id('theatre manager') order by a.id
  $$,
  $$ values (false, tests.user_id('theatre admin')), (true, null::uuid) $$,
  'granted again, it is another row'
);
select tests.as_owner();
select tests.refused(
  $$
    insert into app_public.user_venue_access (organization_id, user_id, venue_id)
    select a.organization_id, a.user_id, a.venue_id
    from app_public.user_venue_access as a where a.revoked_at is null
  $$, '23505', 'one grant is open at most'
);
select tests.sign_in('theatre admin');
select is(
  (app_public.lift_venue_restriction(tests.id('m.manager'))).venues_restricted, false,
  'the restriction is lifted'
);
select tests.sign_in('theatre manager');
select is(tests.sight(), '2 2 5 4 60 2 2 3 2 1 1', 'and all is there again');
select tests.sign_in('theatre owner');
select tests.refused(
  $$ select app_public.grant_venue_access(tests.id('m.owner'), tests.id('house.venue')) $$,
  'LMINP', 'an owner is not restricted'
);
