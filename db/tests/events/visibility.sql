-- If this fails, somebody sees an event that is not for them, or does not see one that is.
select plan(48);

select tests.create_theatre();
select tests.create_theatre('rival');
create function tests.with_key(key text)
returns void
language sql volatile
as $$ select set_config('lml.event_key', with_key.key, true) $$;
-- How much of the event one sees: itself, dates, ticket categories, prices, kinds.
create function tests.seen()
returns text
language sql volatile
as $$
  select concat_ws(
    ' ',
    (select count(*) from app_public.events where id = tests.id('theatre.event')),
    (select count(*) from app_public.performances where event_id = tests.id('theatre.event')),
    (select count(*) from app_public.ticket_categories
      where event_id = tests.id('theatre.event')),
    (select count(*) from app_public.ticket_category_prices as p
      join app_public.ticket_categories as c on c.id = p.ticket_category_id
      where c.event_id = tests.id('theatre.event')),
    (select count(*) from app_public.event_category_links
      where event_id = tests.id('theatre.event'))
  )
$$;
-- What functions tell of a performance whose id somebody has: its map, its categories, the changes
-- of its map, its terms, and how many places are left on its floor.
create function tests.told()
returns text
language sql volatile
as $$
  select concat_ws(
    ' ',
    (select count(m.performance_id) from app_public.seat_map(tests.id('theatre.performance')) as m),
    (select count(c.performance_id)
      from app_public.seat_categories(tests.id('theatre.performance')) as c),
    (select count(c.performance_id)
      from app_public.seat_map_changes(tests.id('theatre.performance'), '0/1:1:') as c),
    (select count(*) from app_public.cancellation_terms(tests.id('theatre.performance'))),
    app_public.admissions_left(
      tests.id('standing.performance'), tests.id('standing.floor.category')
    )
  )
$$;
grant execute on function tests.with_key(text), tests.seen(), tests.told() to public;

select tests.sell('before', 'theatre', 1, 1);
select tests.sign_in('theatre manager');
select app_public.update_event(tests.id('theatre.event'), categories => array['theater']);
select tests.keep('draft', tests.create_event('theatre', 'draft event'));
select tests.sign_in('theatre owner');
select app_public.set_cancellation_policy(tests.id('theatre.organization'), '{0}', '{100}');
select tests.create_standing();
select tests.as_anonymous();
select is(tests.seen(), '1 1 2 2 1', 'a public event is for everybody');
select is(tests.told(), '1 1 1 1 10', 'and functions tell of it');

select tests.sign_in('theatre manager');
select app_public.update_event(tests.id('theatre.event'), visibility => 'unlisted');
select is(split_part(tests.seen(), ' ', 1), '1', 'members see an unlisted one');
select tests.as_anonymous();
select is(tests.seen(), '0 0 0 0 0', 'nobody else finds it');
select tests.with_key(tests.id('theatre.event')::text);
select is(tests.seen(), '1 1 2 2 1', 'who knows its id does');
select tests.with_key('theatre/theatre-event');
select is(tests.seen(), '1 1 2 2 1', 'or its address');
select is(tests.told(), '1 1 1 1 10', 'and is told of it');
select tests.with_key('rival/theatre-event');
select is(tests.seen(), '0 0 0 0 0', 'not another one');
select tests.with_key(tests.id('draft event')::text);
select is(
  (select count(*) from app_public.events where id = tests.id('draft event')), 0::bigint,
  'a draft is not opened by its id'
);
select tests.with_key('');

select tests.sign_in('theatre staff');
select tests.refused(
  $$ select app_public.create_event_access_code(tests.id('theatre.event')) $$, 'LMRGT',
  'staff make no codes'
);
select tests.sign_in('theatre manager');
select app_public.update_event(e.id, visibility => 'private')
from (values (tests.id('theatre.event')), (tests.id('standing.event'))) as e (id);
create temporary table codes as
select app_public.create_event_access_code(tests.id('theatre.event')) as code;
grant select on codes to public;
select tests.as_anonymous();
select tests.with_key(tests.id('theatre.event')::text);
select is(tests.seen(), '0 0 0 0 0', 'the id of a private event opens nothing');
select tests.with_key('theatre/theatre-event');
select is(tests.seen(), '0 0 0 0 0', 'nor does its address');
select tests.with_key(repeat('x', 43));
select is(tests.seen(), '0 0 0 0 0', 'nor a made-up code');
select is(tests.told(), '0 0 0 0', 'nor do functions tell whoever has the id of a performance');
select tests.with_key((select code from codes));
select is(tests.seen(), '1 1 2 2 1', 'its code does');
select is(tests.told(), '1 1 1 1', 'functions tell of it again, and not of another event');
select is(
  (select count(*) from app_public.search_events('theatre') as f
    where f.event_id = tests.id('theatre.event')),
  0::bigint, 'but it is not found'
);
select tests.as_guest(1);
select tests.with_key('');
select is(tests.seen(), '1 1 2 2 1', 'who has a ticket sees it');
select tests.as_guest(2);
select is(tests.seen(), '0 0 0 0 0', 'who has none does not');
select tests.sign_in('rival owner');
select is(tests.seen(), '0 0 0 0 0', 'nor a stranger');
select is(tests.told(), '0 0 0 0', 'whom functions tell nothing');
select tests.sign_in('theatre staff');
select is(tests.told(), '1 1 1 1 10', 'as they do staff');

-- Buying needs the code, too, whoever told the id of the performance.
select tests.as_guest(2);
select tests.refused(
  $$ select app_public.hold_seats(tests.id('theatre.performance'), tests.seats(3)) $$, 'LMNFD',
  'nobody holds what they may not see'
);
select tests.with_key((select code from codes));
select tests.keep('cart', (
  app_public.hold_seats(tests.id('theatre.performance'), tests.seats(3))
).id);
select tests.with_key('');
select tests.refused(
  $$ select app_public.start_checkout(tests.id('cart'), 'a@example.com') $$, 'LMNFD',
  'nor buys it'
);
select tests.with_key((select code from codes));
select is(
  (app_public.start_checkout(tests.id('cart'), 'a@example.com')).status::text,
  'pending_payment', 'with the code they do'
);
select tests.sign_in('theatre manager');
select is(
  app_public.revoke_event_access_codes(tests.id('theatre.event')), 1, 'codes can be revoked'
);
select tests.as_guest(9);
select is(tests.seen(), '0 0 0 0 0', 'and open nothing from then on');
select tests.as_owner();
select is(
  (select count(*) from app_public.audit_log as a, codes as c
    where a::text like '%' || c.code || '%'),
  0::bigint, 'no code is in the log'
);

-- Where it is online is for who takes part.
select tests.sign_in('theatre manager');
select tests.refused(
  $$ select app_public.set_online_address(tests.id('theatre.event'), 'https://x.example') $$,
  'LMINP', 'a physical event has no address'
);
select tests.keep('online', (app_public.create_virtual_event(
  tests.id('theatre.organization'), 'Talk', 'talk', 'America/New_York'
)).id);
select tests.refused(
  $$ select app_public.set_online_address(tests.id('online'), 'ftp://x') $$, 'LMINP',
  'an address is one of the web'
);
select tests.refused(
  $$ select app_public.create_virtual_event(
    tests.id('theatre.organization'), 'Talk', 'talk-2', 'Mars/Olympus'
  ) $$,
  'LMTZN', 'and a zone one of the earth'
);
select is(
  (select string_agg(to_char(p.starts_at at time zone 'UTC', 'HH24:MI'), ' ' order by p.starts_at)
    from app_public.create_performances(
      tests.id('online'), '2040-01-02', '2040-01-02', '{18:00,20:00}'
    ) as p),
  '23:00 01:00', 'dates of it need no plan, and are meant in its zone'
);
select tests.refused(
  $$ select app_public.create_performances(
    tests.id('online'), '2040-01-01', '2041-05-15', '{18:00}'
  ) $$, 'LMINP', 'but 501 are too many at once'
);
select tests.refused(
  $$ select app_public.publish_event(tests.id('online')) $$, 'LMPUB', 'with nothing to sell'
);
select tests.keep('stream', (
  app_public.create_ticket_category(tests.id('online'), 'Stream', 1000)
).id);
select app_public.create_admission_pool(p.id, 'Stream', 50, array[tests.id('stream')])
from app_public.performances as p
where p.event_id = tests.id('online') order by p.starts_at limit 1;
select throws_ok(
  $$ select app_public.publish_event(tests.id('online')) $$, 'LMPUB',
  'A performance has nothing to sell: no seat, and no place without one.',
  'nor when only one of its dates has places'
);
select app_public.create_admission_pool(p.id, 'Stream', 50)
from app_public.performances as p
where p.event_id = tests.id('online') order by p.starts_at desc limit 1;
select tests.refused(
  $$ select app_public.publish_event(tests.id('online')) $$, 'LMPUB',
  'nor with places that no category sells'
);
select app_public.create_admission_pool(p.id, 'Seats', 50, array[tests.id('stream')])
from app_public.performances as p
where p.event_id = tests.id('online') order by p.starts_at desc limit 1;
select is(
  (app_public.publish_event(tests.id('online'))).status::text, 'published', 'it is published'
);
select tests.as_owner();
update app_public.events set format = 'hybrid' where id = tests.id('theatre.event');
select tests.sign_in('theatre manager');
select app_public.set_online_address(
  tests.id('theatre.event'), 'https://stream.example/1', 'Come early.'
);
select is(
  tests.visible('app_public.event_online_addresses'), '1', 'members see where it is online'
);
select tests.as_guest(1);
select is(
  (select address from app_public.event_online_addresses), 'https://stream.example/1',
  'who has a ticket does'
);
select tests.as_guest(2);
select is(tests.visible('app_public.event_online_addresses'), '0', 'who is paying does not yet');
select tests.as_anonymous();
select is(tests.visible('app_public.event_online_addresses'), '0', 'nobody else does');
select tests.sign_in('theatre owner');
select app_public.cancel_booking(tests.id('before'));
select tests.as_guest(1);
select is(
  tests.visible('app_public.event_online_addresses'), '0', 'a canceled ticket shows nothing'
);
select is(split_part(tests.seen(), ' ', 1), '1', 'though the event is still to be seen');

-- A ticket that is handed on takes all of that along.
select tests.as_owner();
update app_public.events set visibility = 'public' where id = tests.id('theatre.event');
select tests.sell('given', 'theatre', 5, 2);
update app_public.events set visibility = 'private' where id = tests.id('theatre.event');
select tests.as_guest(5);
select app_public.offer_ticket(tests.ticket('given', 2), 'eve@example.com');
select tests.as_owner();
select set_config('tests.offer', e.variables ->> 'token', true)
from app_private.outgoing_emails as e
where e.recipient = 'eve@example.com' and e.template = 'ticket_offer';
select tests.as_guest(6);
select is(
  tests.visible('app_public.event_online_addresses') || ' ' || tests.seen(), '0 0 0 0 0 0',
  'whoever is offered a ticket has none yet'
);
select app_public.accept_ticket(current_setting('tests.offer'), 'Eve', 'Doe');
select is(
  (select address from app_public.event_online_addresses), 'https://stream.example/1',
  'whoever was handed one sees where it is online'
);
select is(split_part(tests.seen(), ' ', 1), '1', 'and the event, although it is private');
select tests.as_guest(5);
select is(
  tests.visible('app_public.event_online_addresses'), '0', 'who has handed it on sees it no more'
);
select tests.consistent();
