-- If this fails, events are not found, or some are found that are not for everybody.
select plan(38);

select tests.create_theatre();
select tests.create_theatre('rival');
select tests.sign_in('theatre manager');
select lives_ok(
  $$ select app_public.update_event(
    tests.id('theatre.event'), title => 'Hamlet by Shakespeare', tags => array['Klassík'],
    search_keywords => array['denmark'], categories => array['theater'],
    short_description => 'A Café in Elsinore'
  ) $$,
  'an event says what it is'
);
select tests.sign_in('rival manager');
select app_public.update_event(
  tests.id('rival.event'), title => 'An evening of jazz', categories => array['concert'],
  description => 'With a word about Hamlet.'
);
select tests.create_event('theatre', 'draft event');
select tests.as_owner();
update app_public.venues set address = '{"city": "Graz"}' where id = tests.id('theatre.venue');
create function tests.found(variadic arguments text[])
returns text
language plpgsql volatile
as $$
declare
  v_titles text;
begin
  execute format(
    'select string_agg(left(e.title, 6), '', '' order by f.ordinality)
    from app_public.search_events(%s) with ordinality as f
    join app_public.events as e on e.id = f.event_id', array_to_string(arguments, ', ')
  ) into v_titles;
  return coalesce(v_titles, 'nothing');
end
$$;
grant execute on function tests.found(text[]) to public;

select tests.as_anonymous();
select is(tests.found(q), expected, why)
from (values
  ($$ 'hamlet' $$, 'Hamlet, An eve', 'a title counts more than a description'),
  ($$ 'HAMLÉT' $$, 'Hamlet, An eve', 'however it is written'),
  ($$ 'shakspeare' $$, 'Hamlet', 'a typing error is forgiven'),
  ($$ 'denmark' $$, 'Hamlet', 'a keyword is found'),
  ($$ 'cafe' $$, 'Hamlet', 'so is the short text'),
  ($$ 'opera' $$, 'nothing', 'what is not there is not'),
  ($$ 'hamlet -jazz' $$, 'Hamlet', 'a word may be excluded'),
  ($$ 'hamlet -shakespeare' $$, 'An eve', 'however much else is alike'),
  ($$ '"hamlet by shakespeare"' $$, 'Hamlet', 'a phrase is found'),
  ($$ '"shakespeare by hamlet"' $$, 'nothing', 'as it is meant,'),
  ($$ '-"by shakespeare" hamlet' $$, 'An eve', 'or excluded'),
  ($$ 'denmarc "by shakespeare"' $$, 'Hamlet', 'and other words may have errors'),
  ($$ '-' $$, 'nothing', 'a dash excludes nothing'), ($$ '"' $$, 'nothing', 'nor does a quote'),
  ($$ category => 'concert' $$, 'An eve', 'by category'),
  ($$ category => 'theater', query => 'jazz' $$, 'nothing', 'and words'),
  ($$ tag => 'klassik' $$, 'Hamlet', 'by tag'),
  ($$ city => 'GRAZ' $$, 'Hamlet', 'by city'),
  ($$ currency => 'EUR', price_cents_max => 2499 $$, 'nothing', 'too cheap'),
  ($$ price_cents_min => 2500, price_cents_max => 2500, query => 'jazz' $$, 'An eve', 'by price'),
  ($$ venue_id => tests.id('rival.venue') $$, 'An eve', 'by venue'),
  ($$ organization_id => tests.id('rival.organization') $$, 'An eve', 'by organization'),
  ($$ starts_from => now() + interval '40 days' $$, 'nothing', 'later'),
  ($$ starts_before => now() + interval '20 days' $$, 'nothing', 'earlier')
) as t (q, expected, why);

select is(
  (
    select f.event_id from app_public.search_events('hamlet', page_size => 1) as p,
      app_public.search_events('hamlet', page_size => 1, after_cursor => p.cursor) as f
  ),
  tests.id('rival.event'), 'the next page goes on behind the first'
);
select tests.refused(
  format('select * from app_public.search_events(%s)', a), 'LMINP', a
)
from unnest(array[$$ after_cursor => 'x' $$, $$ after_cursor => 'WzFd' $$, 'page_size => 0'])
  as a;

select tests.refused(
  $$ select * from app_public.search_events(currency => 'XXQ') $$, 'LMCUR', 'no such money'
);

-- Pages go on from the moment of the first: an event whose next date has begun since is not found
-- again by the one after it; nor by asking for the past.
select tests.as_owner();
insert into app_public.performances (
  organization_id, event_id, layout_id, currency, is_public, starts_at
)
select p.organization_id, p.event_id, p.layout_id, p.currency, p.is_public,
  now() - interval '1 minute'
from app_public.performances as p where p.id = tests.id('theatre.performance');
update app_public.performances set starts_at = now() + interval '40 days'
where id = tests.id('theatre.performance');
create function tests.cursor(starts_at timestamptz, asked_at timestamptz)
returns text
language sql stable
return encode(convert_to(
  jsonb_build_array(0, starts_at, tests.id('theatre.event'), asked_at)::text, 'UTF8'
), 'base64');
select is(
  tests.found(format(
    'after_cursor => %L', tests.cursor(now() - interval '1 minute', now() - interval '2 minutes')
  )),
  'An eve', 'the next page has no event of the page before'
);
select is(
  tests.found(format('after_cursor => %L', tests.cursor('2000-01-01', '2000-01-01'))),
  'Hamlet, An eve', 'however long ago that was'
);
update app_public.performances set status = 'canceled'
where id = tests.id('theatre.performance');
select is(
  tests.found($$ starts_from => '-infinity' $$), 'An eve', 'what has begun is not to come'
);
update app_public.performances set starts_at = now() + interval '30 days'
where starts_at < now();

-- Only what everybody may see.
select tests.sign_in('theatre manager');
select app_public.update_event(tests.id('theatre.event'), visibility => 'unlisted');
select is(tests.found($$ 'hamlet' $$), 'An eve', 'an unlisted event is not found, even by members');
select tests.as_owner();
update app_public.organizations set status = 'suspended' where id = tests.id('rival.organization');
select is(tests.found($$ 'hamlet' $$), 'nothing', 'nor is what a suspended organization offers');

-- With many events, words are looked up and not read through.
select tests.as_owner();
insert into app_public.events (
  organization_id, venue_id, title, slug, currency, commission_percentage, organization_status,
  allow_guest_checkout, hold_seconds, checkout_seconds, hold_seconds_max,
  tickets_per_booking_max, status, published_at
)
select
  e.organization_id, e.venue_id, md5(n::text), 'e-' || n, e.currency, 0, e.organization_status,
  true, 600, 600, 3600, 10, 'published', now()
from app_public.events as e, generate_series(1, 5000) as n
where e.id = tests.id('theatre.event');
-- As autovacuum leaves it.
select gin_clean_pending_list('app_public.events_search_text_idx');
select gin_clean_pending_list('app_public.events_search_vector_idx');
analyze app_public.events;
create function tests.scans(index regclass)
returns bigint
language sql volatile
return pg_stat_get_xact_numscans(index);
select tests.found($$ 'hamlet' $$);
select cmp_ok(
  tests.scans('app_public.events_search_vector_idx'), '>', 0::bigint, 'by the index of words'
);
select cmp_ok(
  tests.scans('app_public.events_search_text_idx'), '>', 0::bigint, 'and by that of letters'
);
select is(
  (select count(*) from app_public.search_events('"no such word"')), 0::bigint, 'quickly'
);
