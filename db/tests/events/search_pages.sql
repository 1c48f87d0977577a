-- If this fails, whoever turns pages sees an event twice, or never sees one that was there all along.
select plan(4);

select tests.create_theatre();
-- Pages of two, and what happens after each of them.
create function tests.turn_pages(words text, meanwhile text[])
returns text[]
language plpgsql volatile as $$
declare
  v_seen text[] := '{}';
  v_page text[];
  v_cursor text;
  v_page_no integer := 0;
begin
  loop
    perform tests.as_anonymous();
    select array_agg(split_part(e.title, ' ', 1) order by m.ordinality),
      (array_agg(m.cursor order by m.ordinality desc))[1]
    into v_page, v_cursor
    from app_public.search_events(turn_pages.words, page_size => 2, after_cursor => v_cursor)
      with ordinality as m
    join app_public.events as e on e.id = m.event_id
    where e.title <> 'theatre.event';
    exit when v_page is null;
    v_seen := v_seen || v_page;
    v_page_no := v_page_no + 1;
    perform tests.sign_in('theatre owner');
    if turn_pages.meanwhile[v_page_no] is not null then
      execute turn_pages.meanwhile[v_page_no];
    end if;
  end loop;
  return v_seen;
end
$$;
grant execute on all functions in schema tests to public;

-- Nine events, and a draft; each has two dates, the first of them n days from now.
select tests.create_event('theatre', n || ' event') from generate_series(1, 10) as n;
select tests.sign_in('theatre owner');
select app_public.create_performance(
  tests.id(n || ' event'), tests.id('theatre.layout'), now() + make_interval(days => 100 + n)
)
from generate_series(1, 10) as n;
select tests.as_owner();
update app_public.performances as p
set starts_at = date_trunc('hour', now()) + make_interval(days => n)
from generate_series(1, 10) as n
where p.id = tests.id(n || ' performance');
select tests.sign_in('theatre owner');
select app_public.publish_event(tests.id(n || ' event')) from generate_series(2, 10) as n;

select is(
  tests.turn_pages('event', '{}'), array['2', '3', '4', '5', '6', '7', '8', '9', '10'],
  'all of them, the next first'
);
select is(
  tests.turn_pages('event', array[
    $$ select app_public.publish_event(tests.id('1 event')) $$,
    $$ select app_public.cancel_event(tests.id('4 event')),
      app_public.postpone_event(tests.id('7 event')) $$,
    $$ select app_public.update_event(tests.id('9 event'), visibility => 'private') $$
  ]),
  array['2', '3', '4', '5', '6', '8', '10'],
  'none twice and none left out, whatever comes and goes'
);
select is(
  tests.turn_pages('event', array[
    $$ select app_public.cancel_performance(tests.id('1 performance')) $$
  ]),
  array['1', '2', '3', '5', '6', '8', '10', '1'],
  'only who has no first date any more comes again, at the next one'
);
select tests.consistent();
