-- If this fails, an event cannot be described, or what was promised changes after the sale.
select plan(60);

select tests.create_theatre();
select tests.create_theatre('rival');
select tests.create_event('theatre', 'draft event');

select tests.sign_in('theatre manager');
select lives_ok(
  $$ select app_public.update_event(
    tests.id('draft event'), 'Hamlet', 'hamlet', 'Long', 'Short', 'hybrid', 'Europe/Paris',
    'unlisted', 16, array['No cameras'],
    array['https://x.example/1.png', 'https://x.example/2.png'],
    'https://x.example/b.png', array['https://x.example/v'], '{"press": "https://p.example"}',
    'Meta', 'Meta text', array['Danish prince'], array['drama'], array['theater', 'festival'],
    now() - interval '1 hour', now() + interval '9 days', 6, 8, array['Box']
  ) $$,
  'a manager describes a draft'
);
select is(
  (select count(*) from app_public.event_category_links where event_id = tests.id('draft event')),
  2::bigint, 'it is in two categories'
);
select app_public.update_event(tests.id('draft event'), categories => array['theater']);
select is(
  (select string_agg(c.slug, ',') from app_public.event_category_links as l
    join app_public.event_categories as c on c.id = l.category_id
    where l.event_id = tests.id('draft event')),
  'theater', 'and then in one'
);
select is((e).title || (e).age_restriction, 'Hamlet16', 'null leaves a value as it is')
from app_public.update_event(tests.id('draft event')) as e;
select is(
  num_nulls(
    (e).description, (e).short_description, (e).age_restriction, (e).banner_url, (e).sales_end,
    (e).tickets_per_user_max, (e).timezone
  ),
  7, 'and there is a way to remove each'
)
from app_public.update_event(
  tests.id('draft event'), description => '', short_description => '', age_restriction => 0,
  banner_url => '', sales_end => 'infinity', tickets_per_user_max => 0, timezone => ''
) as e;

select tests.refused(
  format('select app_public.update_event(tests.id(''draft event''), %s)', e.change), e.code, e.why
)
from (values
  ($$ title => '' $$, 'LMINP', 'a title is empty'),
  ($$ slug => 'Not A Slug' $$, 'LMINP', 'a slug is none'),
  ($$ slug => 'theatre-event' $$, 'LMSLG', 'a slug is taken'),
  ($$ short_description => repeat('x', 501) $$, 'LMINP', 'a short text is long'),
  ($$ timezone => 'FOO+5' $$, 'LMTZN', 'a zone is made up'),
  ($$ age_restriction => -1 $$, 'LMINP', 'an age is negative'),
  ($$ age_restriction => 121 $$, 'LMINP', 'an age is too high'),
  ($$ age_restriction => 99999999 $$, 'LMINP', 'an age is absurd'),
  ($$ images => array['javascript:alert(1)'] $$, 'LMINP', 'a picture is a script'),
  ($$ images => array['https://x', null] $$, 'LMINP', 'a picture is missing'),
  ($$ images => array['https://x', ''] $$, 'LMINP', 'a picture is empty'),
  ($$ videos => array['x'] $$, 'LMINP', 'a film is no address'),
  ($$ banner_url => 'data:x' $$, 'LMINP', 'a banner is none'),
  ($$ external_links => '[]' $$, 'LMINP', 'links are a list'),
  ($$ external_links => '{"a": 1}' $$, 'LMINP', 'a link is a number'),
  ($$ external_links => '{"a": "javascript:x"}' $$, 'LMINP', 'a link is a script'),
  ($$ tags => array['two words', repeat('x', 51)] $$, 'LMINP', 'a tag is endless'),
  ($$ tags => array_fill('x'::text, array[31]) $$, 'LMINP', 'there are too many'),
  ($$ special_requirements => array[null]::text[] $$, 'LMINP', 'a requirement is missing'),
  ($$ meta_title => repeat('x', 201) $$, 'LMINP', 'a title for engines is long'),
  ($$ categories => array['unknown'] $$, 'LMINP', 'a category is unknown'),
  ($$ categories => array[null]::text[] $$, 'LMINP', 'a category is missing'),
  ($$ sales_end => now() - interval '9 days' $$, 'LMINP', 'sales end before they begin'),
  ($$ tickets_per_user_max => -1 $$, 'LMINP', 'a limit is negative'),
  ($$ tickets_per_booking_max => 501 $$, 'LMINP', 'a booking is too large')
) as e (change, code, why);

-- What may change when.
select tests.refused(
  format('select app_public.update_event(tests.id(''theatre.event''), %s)', change), 'LMEVT',
  change || ' of a published event'
)
from unnest(array[$$ slug => 'new' $$, $$ format => 'hybrid' $$, $$ timezone => 'UTC' $$,
  $$ blocked_sections => '{}' $$]) as change;
select lives_ok(
  $$ select app_public.update_event(tests.id('theatre.event'), 'New', tickets_per_user_max => 4) $$,
  'titles and limits may change'
);
select tests.sign_in('rival manager');
select tests.refused(
  $$ select app_public.update_event(tests.id('theatre.event'), 'Mine') $$, 'LMNFD',
  'not by a stranger'
);
select tests.sign_in('theatre staff');
select tests.refused(
  $$ select app_public.update_event(tests.id('theatre.event'), 'Mine') $$, 'LMRGT', 'nor by staff'
);
select tests.sign_in('theatre manager');
select app_public.cancel_event(tests.id('theatre.event'));
select tests.refused(
  $$ select app_public.update_event(tests.id('theatre.event'), tickets_per_user_max => 5) $$,
  'LMEVT', 'what was canceled has no sale'
);
select tests.refused(
  $$ select app_public.create_add_on('Shirt', 100, tests.id('theatre.event')) $$, 'LMEVT',
  'nothing else is sold for it'
);
select tests.refused(
  $$ select app_public.create_performances(
    tests.id('theatre.event'), '2040-01-02', '2040-01-02', '{18:00}',
    layout_id => tests.id('theatre.layout')
  ) $$, 'LMEVT', 'it gets no other dates'
);
select tests.refused(
  format(
    'select app_public.update_ticket_category(%L, ''Cheap'')',
    (select c.id from app_public.ticket_categories as c
      where c.event_id = tests.id('theatre.event') and c.name = 'I')
  ), 'LMEVT', 'nor a category changed'
);
select lives_ok(
  $$ select app_public.update_event(tests.id('theatre.event'), description => 'Sorry.') $$,
  'but a text'
);

-- Ticket categories.
select tests.keep('II', (select c.id from app_public.ticket_categories as c
  where c.event_id = tests.id('draft event') and c.name = 'II'));
select is(
  (app_public.update_ticket_category(
    tests.id('II'), 'Second', max_per_user => 4, min_per_transaction => 2, includes => array['Beer']
  )).max_per_user,
  4, 'a ticket category has limits'
);
select tests.refused(
  format('select app_public.update_ticket_category(tests.id(''II''), %s)', change), 'LMINP', change
)
from unnest(array[$$ 'I' $$, $$ min_per_transaction => 0 $$, $$ max_per_transaction => 1 $$,
  $$ max_per_user => 1 $$]) as change;

-- What is listed and mailed is a line that can be read.
select tests.refused(format(what, name), 'LMINP', format(what, name))
from unnest(array[
  'select app_public.update_event(tests.id(''draft event''), title => %L)',
  'select app_public.create_ticket_category(tests.id(''draft event''), %L, 100)',
  'select app_public.update_venue(tests.id(''theatre.venue''), name => %L)'
]) as what
cross join unnest(array[E'  \t ', E'Hamlet\n\nPay at https://x.example', E'Ring\u0007']) as name;

-- Kinds of events are the platform's.
select tests.refused(
  $$ select app_public.set_event_category('opera', 'Opera') $$, 'LMRGT', 'not by an organization'
);
select tests.as_owner();
insert into app_public.platform_staff (user_id, role) values (tests.user_id('root'), 'support');
select tests.sign_in('root');
select tests.refused(
  $$ select app_public.set_event_category('opera', ' ') $$, 'LMINP', 'with a name'
);
select is(
  (app_public.set_event_category('opera', 'Opera', parent_slug => 'theater')).name, 'Opera',
  'the platform adds one'
);
select tests.refused(
  $$ select app_public.set_event_category('theater', 'Theater', parent_slug => 'festival') $$,
  'LMINP', 'of which searches know two levels'
);
