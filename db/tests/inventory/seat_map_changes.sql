-- If this fails, buyers look at a map that is out of date and do not know it. What commits in another
-- order than it began is in races/seat-map.test.ts.
select plan(33);

select tests.create_theatre();
create table tests.maps (name text, version text);
grant all on tests.maps to public;
create function tests.look() returns void
language sql volatile security definer as $$
  delete from tests.maps;
  -- A version as of before this transaction, which sees its own changes otherwise, and as soon as
  -- anything else on the server has ended that began later.
  insert into tests.maps
  select 'now', format('%s/%s:%s:', (extract(epoch from now()) * 1000000)::bigint, x.xid, x.xid)
  from (
    select least(pg_current_xact_id(), pg_snapshot_xmax(pg_current_snapshot())) as xid
  ) as x
$$;
create function tests.news() returns text
language sql volatile as $$
  select format('%s %s', c.seat_nos::text, c.availability)
  from app_public.seat_map_changes(
    tests.id('theatre.performance'), (select version from tests.maps)
  ) as c
$$;
grant execute on function tests.look(), tests.news() to public;

select tests.as_anonymous();
select matches(
  (app_public.seat_map(tests.id('theatre.performance'))).version, '^\d+/\d+:\d+:[\d,]*$',
  'a map has a version'
);
select is(
  (app_public.seat_map(tests.id('theatre.performance'))).layout_address,
  '/layouts/' || tests.hash_of(tests.layout()) || '.json', 'and the address of its layout'
);
select tests.look();
select is(tests.news(), '{} ', 'nothing is new');
select is(
  (select (is_complete, version is not null)::text from app_public.seat_map_changes(
    tests.id('theatre.performance'), (select version from tests.maps))),
  '(t,t)', 'as far as that version goes'
);

select tests.as_guest(1);
select tests.keep('cart', (app_public.hold_seats(
  tests.id('theatre.performance'), tests.seats(3, 2))).id);
select is(tests.news(), '{2,3} ll', 'a hold');
select app_public.hold_seats(
  tests.id('theatre.performance'), tests.seats(7), tests.id('cart'));
select is(tests.news(), '{2,3,7} lll', 'more of it');
select app_public.release_seats(tests.id('cart'), tests.seats(3));
select is(tests.news(), '{2,3,7} lal', 'less of it');
select app_public.start_checkout(tests.id('cart'), 'a@example.com');
select tests.as_owner();
select tests.pay(tests.id('cart'));
select is(tests.news(), '{2,3,7} bab', 'the sale');
select tests.sign_in('theatre owner');
select app_public.cancel_booking(tests.id('cart'));
select is(tests.news(), '{2,3,7} aaa', 'the cancellation');
select tests.keep('house', (app_public.allocate_seats(
  tests.id('theatre.performance'), tests.seats(18), 'house', 'x')).id);
select is(tests.news(), '{2,3,7,18} aaar', 'what is kept back');
select app_public.release_allocation(tests.id('house'));
select is(tests.news(), '{2,3,7,18} aaaa', 'and released');

-- Holds that run out, with and without the sweep.
select tests.as_guest(2);
select tests.keep('lapsing', (app_public.hold_seats(
  tests.id('theatre.performance'), tests.seats(10))).id);
select tests.as_owner();
select tests.run_out(tests.id('lapsing'));
update app_public.bookings set created_xid = 1;
delete from app_private.seat_changes;
select is(tests.news(), '{} ', 'what had run out when the map was read is no news')
from (select tests.look()) as l;
update tests.maps set version = regexp_replace(
  version, '^\d+', ((extract(epoch from now()) - 60) * 1000000)::bigint::text);
select is(
  (select c.availability from app_public.seat_map_changes(
    tests.id('theatre.performance'), (select version from tests.maps)) as c
    where 10 = any (c.seat_nos)),
  'a', 'what ran out since is, before any sweep'
);
select app_private.expire_bookings();
select is(
  (select 10 = any (c.seat_nos) from app_public.seat_map_changes(
    tests.id('theatre.performance'), (select version from tests.maps)) as c),
  true, 'and after it'
);

-- Old versions.
select is(app_private.forget_seat_changes(), 0, 'nothing is old enough to forget');
select isnt(app_private.forget_seat_changes(interval '-1 second'), 0, 'old changes are forgotten');
select is(
  (select (c.is_complete, c.seat_nos, c.version)::text from app_public.seat_map_changes(
    tests.id('theatre.performance'), (select version from tests.maps)) as c),
  '(f,,)', 'and whoever asks for them is told to read the map'
);
select is(
  (select c.is_complete from app_public.seat_map_changes(
    tests.id('theatre.performance'), '1/99999999998:99999999999:') as c),
  false, 'as is whoever comes from another database'
);
select tests.refused(
  format('select app_public.seat_map_changes(tests.id(%L), %L)', 'theatre.performance', v),
  'LMINP', 'version ' || left(v, 20)
)
from unnest(array['', '/', 'x/1:2:', '1/x', '1/2:1:', '99999999999999999999/1:2:']) as v;
select is(
  (select c.is_complete from app_public.seat_map_changes(tests.id('theatre.performance'), null) as c),
  false, 'no version is as good as an old one'
);
select tests.create_event('theatre', 'draft event') from tests.as_owner();
select tests.as_anonymous();
select is(
  app_public.seat_map_changes(tests.id('draft performance'), '1/1:1:'), null, 'a draft has no news'
);
select is(app_public.seat_map_changes(uuidv7(), '1/1:1:'), null, 'nor has what does not exist');

-- Documents for a cache.
select tests.as_guest(5);
select app_public.hold_seats(tests.id('theatre.performance'), tests.seats(1));
select tests.refused(
  $$ select app_public.redis_booking_cache(tests.id('theatre.performance')) $$, '42501',
  'documents for a cache are not for buyers'
);
select tests.as_role('lml_worker');
select is(
  (select jsonb_array_length(d -> 'seats_json')
    from app_public.redis_seat_availability_cache(tests.id('theatre.performance')) as d),
  18, 'a cache keeps the seats that are on sale'
);
select is(
  (select (d -> 'seats_json' -> 0) - 'seat_id'
    from app_public.redis_seat_availability_cache(tests.id('theatre.performance')) as d),
  '{"status": "locked", "section": "Stalls", "row": "A", "seat_number": "1", "price_cents": 5000}',
  'with place, state and price'
);
select is(
  (select (d ->> 'status', d ->> 'total_amount_cents', d ->> 'expires_timestamp')::text
    from app_public.redis_booking_cache(tests.id('theatre.performance')) as d),
  format('(draft,6280,%s)', extract(epoch from now() + interval '15 minutes')),
  'and the open bookings'
);
select tests.as_owner();
select tests.keep('asked', b.id) from app_public.bookings as b
where b.performance_id = tests.id('theatre.performance') and b.status = 'draft';
update app_public.ticket_categories set requires_approval = true;
select tests.as_guest(5);
select app_public.start_checkout(tests.id('asked'), 'guest5@example.com');
select tests.as_role('lml_worker');
select is(
  (select d ->> 'status' from app_public.redis_booking_cache(tests.id('theatre.performance')) as d),
  'pending_approval', 'also one that waits for an answer'
);
select tests.as_owner();
select tests.run_out(tests.id('asked'));
select tests.as_role('lml_worker');
select is(
  (select count(*) from app_public.redis_booking_cache(tests.id('theatre.performance'))), 0::bigint,
  'and none that has run out'
);
