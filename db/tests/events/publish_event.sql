-- If this fails, an event goes on sale with seats that nobody can buy, or that two prices claim.
select plan(30);

select tests.create_theatre();
select tests.create_event('theatre', 'draft event');

select is(
  (
    select string_agg(status || ' ' || n, ', ' order by status)
    from (
      select status, count(*) as n from app_public.seat_booking_state
      where performance_id = tests.id('theatre.performance') group by status
    ) as s
  ),
  'available 18, blocked 2', 'each seat of the plan is in the inventory, those of the box blocked'
);
select results_eq(
  $$
    select c.name, count(*)
    from app_public.seat_booking_state as s
    join app_public.performance_categories as p
      on p.performance_id = s.performance_id and p.category_no = s.category_no
    join app_public.ticket_categories as c on c.id = p.ticket_category_id
    where s.performance_id = tests.id('theatre.performance') and s.status = 'available'
    group by c.name order by c.name
  $$,
  $$ values ('I', 12::bigint), ('II', 6) $$, 'at the price of its category'
);

select tests.as_anonymous();
select is(
  tests.visible('app_public.events where id = tests.id(''draft event'')'), '0',
  'a draft is not to be seen'
);
select tests.refused(
  $$ select app_public.publish_event(tests.id('draft event')) $$, '42501', 'nor to be published'
);

select tests.sign_in('theatre manager');
select is(
  (app_public.publish_event(tests.id('draft event'))).status::text, 'published', 'now it is'
);
select is(
  (app_public.publish_event(tests.id('draft event'))).status::text, 'published', 'once more'
);
select is(
  (select count(*) from app_public.seat_booking_state
    where performance_id = tests.id('draft performance')),
  20::bigint, 'makes no second inventory'
);
select tests.as_anonymous();
select is(
  tests.visible('app_public.events where id = tests.id(''draft event'')'), '1',
  'a published event is to be seen'
);

-- What cannot be sold is not published.
select tests.sign_in('theatre manager');
select tests.keep('empty', (app_public.create_event(
  tests.id('theatre.organization'), tests.id('theatre.venue'), 'Empty', 'empty'
)).id);
select tests.refused(
  $$ select app_public.publish_event(tests.id('empty')) $$, 'LMPUB', 'an event without dates'
);
select app_public.create_performance(
  tests.id('empty'), tests.id('theatre.layout'), now() - interval '2 hours',
  now() - interval '1 minute'
);
select tests.refused(
  $$ select app_public.publish_event(tests.id('empty')) $$, 'LMPUB', 'nor one that is over'
);
select tests.keep('uncovered', (app_public.create_performance(
  tests.id('empty'), tests.id('theatre.layout'), '2040-01-01'
)).id);
select tests.refused(
  $$ select app_public.publish_event(tests.id('empty')) $$, 'LMPUB', 'seats without a category'
);
select app_public.create_ticket_category(
  tests.id('empty'), 'All', 100, array['Category I', 'Category II']
);
select app_public.create_ticket_category(tests.id('empty'), 'Some', 200, array['Category II']);
select tests.refused(
  $$ select app_public.publish_event(tests.id('empty')) $$, 'LMPUB', 'seats with two'
);
select is_empty(
  $$ select from app_public.seat_booking_state where performance_id = tests.id('uncovered') $$,
  'and there is no inventory of it'
);
select app_public.create_ticket_category(
  tests.id('empty'), 'Balcony', 300, sections => array['Balcony']
);
select lives_ok(
  $$ select app_public.publish_event(tests.id('empty')) $$, 'a section wins over categories'
);
select is(
  (
    select count(*) from app_public.seat_booking_state as s
    where s.performance_id = tests.id('uncovered') and s.category_no = 3
  ),
  6::bigint, 'for all of its seats'
);

select tests.refused($$ select app_public.publish_event(null) $$, 'LMNFD', 'no event');
select tests.refused($$ select app_public.publish_event(uuidv7()) $$, 'LMNFD', 'an unknown event');
select tests.as_owner();
update app_public.events set status = 'canceled' where id = tests.id('empty');
select tests.sign_in('theatre manager');
select tests.refused(
  $$ select app_public.publish_event(tests.id('empty')) $$, 'LMEVT', 'a canceled event'
);

-- A section without a name is neither blocked nor free to be sold without a price.
select tests.create_event('theatre', 'null event');
select tests.as_owner();
update app_public.events set blocked_sections = array[null, 'Box']
where id = tests.id('null event');
update app_public.ticket_categories set seat_categories = array['Category I']
where event_id = tests.id('null event') and name = 'II';
select tests.sign_in('theatre manager');
select tests.refused(
  $$ select app_public.publish_event(tests.id('null event')) $$, 'LMPUB',
  'null among blocked sections hides nothing'
);
select tests.as_owner();
select is(
  (select count(*) from app_public.events where status = 'published'), 2::bigint,
  'nothing refused was published'
);
select tests.consistent();
select is_empty(
  $$ select from app_public.events where published_at is null and status = 'published' $$,
  'what is published has a date of it'
);

-- A date that was entered by mistake is in nobody's way.
select tests.create_event('theatre', 'mistaken event');
select tests.sign_in('theatre owner');
select tests.keep('mistaken, too', (app_public.create_performance(
  tests.id('mistaken event'), tests.id('theatre.layout'), '2040-01-01'
)).id);
select app_public.cancel_performance(tests.id('mistaken performance'));
select app_public.cancel_performance(tests.id('mistaken, too'));
select tests.refused(
  $$ select app_public.publish_event(tests.id('mistaken event')) $$, 'LMPUB', 'two of them are none'
);
select app_public.create_performance(
  tests.id('mistaken event'), tests.id('theatre.layout'), '2040-01-02'
);
select app_public.publish_event(tests.id('mistaken event'));
select is_empty(
  $$ select from app_public.seat_booking_state
    where performance_id in (tests.id('mistaken, too'), tests.id('mistaken performance')) $$,
  'and nothing is on sale of them'
);
select tests.consistent();

-- A section that was misspelled is not one that is for sale.
select tests.create_event('theatre', 'misspelled event');
select tests.sign_in('theatre manager');
select app_public.update_event(tests.id('misspelled event'), blocked_sections => array['Bocks']);
select throws_ok(
  $$ select app_public.publish_event(tests.id('misspelled event')) $$, 'LMPUB',
  'No layout of the event has a section "Bocks".', 'what is blocked is in the plan'
);
select app_public.update_event(tests.id('misspelled event'), blocked_sections => array['Box']);
select tests.keep('dear', (app_public.create_ticket_category(
  tests.id('misspelled event'), 'Dear', 90000, sections => array['Balconey']
)).id);
select throws_ok(
  $$ select app_public.publish_event(tests.id('misspelled event')) $$, 'LMPUB',
  'No layout of the event has a section "Balconey".', 'and what has a price of its own'
);
select app_public.update_ticket_category(tests.id('dear'), sections => array['Balcony']);
-- And a hall of which all is blocked has nothing to sell.
select app_public.update_event(
  tests.id('misspelled event'), blocked_sections => array['Stalls', 'Balcony', 'Box']
);
select tests.refused(
  $$ select app_public.publish_event(tests.id('misspelled event')) $$, 'LMPUB', 'nor is all of it'
);
select app_public.update_event(tests.id('misspelled event'), blocked_sections => array['Box']);
select lives_ok(
  $$ select app_public.publish_event(tests.id('misspelled event')) $$, 'put right, it is published'
);
select tests.consistent();
