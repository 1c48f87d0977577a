-- If this fails, a venue is entered twice, in no time zone, or in somebody else's organization.
select plan(21);

select tests.create_theatre();
select tests.sign_in('theatre manager');
select lives_ok(
  $$ select tests.keep('v', (app_public.create_venue(
    tests.id('theatre.organization'), 'Park', 'park', 'America/Argentina/Ushuaia',
    '{"city": "Ushuaia"}', 'Cold.'
  )).id) $$,
  'a manager adds a venue'
);
select is(
  (select v.address ->> 'city' from app_public.venues as v where v.id = tests.id('v')), 'Ushuaia',
  'and sees it'
);
select tests.refused(
  $$ select app_public.create_venue(tests.id('theatre.organization'), 'X', 'park', 'UTC') $$,
  'LMSLG', 'a slug is given once in an organization'
);
select tests.refused(
  format(
    'select app_public.create_venue(tests.id(''theatre.organization''), ''X'', ''x'', %L)', zone
  ),
  'LMTZN', format('no time zone: %s', left(zone, 20))
)
from unnest(array[
  '', 'Mars/Olympus', 'Europe/Vienna; drop table x', 'LML+99', 'FOO5', repeat('x', 100000)
]) as zone;
select tests.refused(
  format(
    'select app_public.create_venue(tests.id(''theatre.organization''), %L, %L, %L, %L, %L)',
    v.name, v.slug, v.zone, v.address, v.description
  ),
  'LMINP', v.why
)
from (values
  (null, 'x', 'UTC', '{}', '', 'a name is missing'),
  ('', 'x', 'UTC', '{}', '', 'a name is empty'),
  (repeat('x', 256), 'x', 'UTC', '{}', '', 'a name is too long'),
  ('X', null, 'UTC', '{}', '', 'a slug is missing'),
  ('X', 'no slug', 'UTC', '{}', '', 'a slug is none'),
  ('X', 'x', null, '{}', '', 'a time zone is missing'),
  ('X', 'x', 'UTC', '[1]', '', 'an address is a list'),
  ('X', 'x', 'UTC', '{"city":"' || repeat('x', 5000) || '"}', '', 'an address is endless'),
  ('X', 'x', 'UTC', '{}', repeat('x', 20001), 'a description is endless')
) as v (name, slug, zone, address, description, why);

-- The slug of one organization is free in all others.
select tests.create_theatre('rival');
select tests.sign_in('rival owner');
select lives_ok(
  $$ select app_public.create_venue(tests.id('rival.organization'), 'Park', 'park', 'UTC') $$,
  'another organization may use the same slug'
);
select tests.as_anonymous();
select tests.refused(
  $$ select app_public.create_venue(tests.id('rival.organization'), 'X', 'x', 'UTC') $$,
  '42501', 'a visitor adds nothing'
);
select tests.as_owner();
select is((select count(*) from app_public.venues), 4::bigint, 'nothing refused was left behind');
