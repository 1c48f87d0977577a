-- If this fails, a change of clocks moves a performance, loses an hour of sales, or pays twice.
select plan(27);

select tests.create_theatre();
grant execute on all functions in schema tests to public;

create function tests.local(moment timestamptz, zone text) returns text
language sql stable as $$ select to_char(moment at time zone zone, 'YYYY-MM-DD HH24:MI') $$;

-- Performances: in Vienna clocks go forward on 25 March 2040, and back on 28 October.
select tests.create_event('theatre', 'spring.event');
select tests.create_event('theatre', 'autumn.event');
create function tests.schedule(
  name text, first_date date, last_date date, variadic times time[]
) returns table (local text, start timestamptz)
language sql volatile as $$
  select tests.local(p.starts_at, 'Europe/Vienna'), p.starts_at
  from app_public.create_performances(
    tests.id(schedule.name), schedule.first_date, schedule.last_date, schedule.times,
    layout_id => tests.id('theatre.layout'), duration_minutes => 60
  ) as p
$$;
grant execute on all functions in schema tests to public;
select tests.sign_in('theatre owner');
select results_eq(
  $$ select * from tests.schedule('spring.event', '2040-03-24', '2040-03-26', '20:00') $$,
  $$ values ('2040-03-24 20:00', '2040-03-24 19:00+00'::timestamptz),
    ('2040-03-25 20:00', '2040-03-25 18:00+00'), ('2040-03-26 20:00', '2040-03-26 18:00+00') $$,
  'a performance stays at eight when clocks go forward'
);
select results_eq(
  $$ select * from tests.schedule('autumn.event', '2040-10-27', '2040-10-29', '20:00') $$,
  $$ values ('2040-10-27 20:00', '2040-10-27 18:00+00'::timestamptz),
    ('2040-10-28 20:00', '2040-10-28 19:00+00'), ('2040-10-29 20:00', '2040-10-29 19:00+00') $$,
  'and when they go back'
);
select results_eq(
  $$ select * from tests.schedule('spring.event', '2040-03-25', '2040-03-25', '02:30', '03:30') $$,
  $$ values ('2040-03-25 03:30', '2040-03-25 01:30+00'::timestamptz) $$,
  'what is to begin in the hour that is left out begins an hour later, once'
);
select results_eq(
  $$ select * from tests.schedule('autumn.event', '2040-10-28', '2040-10-28', '02:30') $$,
  $$ values ('2040-10-28 02:30', '2040-10-28 01:30+00'::timestamptz) $$,
  'and in the hour that comes twice, once'
);
select results_eq(
  $$ select * from tests.schedule('autumn.event', '2040-10-28', '2040-10-28', '02:30') $$,
  $$ values ('2040-10-28 02:30', '2040-10-28 01:30+00'::timestamptz) $$,
  'also when the schedule is sent again'
);

-- Timed entry: an hour each, all day long.
select is(
  (select count(*) from app_public.create_performances(
    tests.id('spring.event'), '2040-03-25', '2040-03-25', (
      select array_agg(make_time(n, 0, 0)) from generate_series(0, 23) as n
    ), layout_id => tests.id('theatre.layout'), duration_minutes => 60
  )), 23::bigint, 'a day of 23 hours has 23 of them'
);
select is_empty(
  $$
    select p.starts_at
    from app_public.performances as p
    join app_public.performances as q
      on q.event_id = p.event_id and q.starts_at > p.starts_at and q.starts_at < p.ends_at
    where p.event_id = tests.id('spring.event')
      and extract(minute from p.starts_at) = 0 and extract(minute from q.starts_at) = 0
      and p.starts_at::date = '2040-03-25' and extract(hour from p.starts_at) <> 18
  $$,
  'and none is within another one'
);
select is(
  (select max(extract(epoch from p.ends_at - p.starts_at)) from app_public.performances as p
    where p.event_id = tests.id('autumn.event') and p.starts_at::date = '2040-10-28'),
  3600::numeric, 'an hour is an hour, also the one after which clocks are the same'
);

-- Tickets can be given back until so many days before, by the calendar.
select tests.as_owner();
create function tests.last_day(event text, local_date date) returns setof text
language sql volatile as $$
  select tests.local(w.until, 'Europe/Vienna')
  from app_public.performances as p
  cross join app_private.cancellation_windows_of(tests.id('policy of ' || event), p.id) as w
    (days_before, until, percentage, service_fees, processing_fees)
  where p.event_id = tests.id(event)
    and tests.local(p.starts_at, 'Europe/Vienna') = last_day.local_date || ' 20:00'
$$;
grant execute on all functions in schema tests to public;
select tests.sign_in('theatre owner');
select tests.keep('policy of ' || e, (app_public.set_cancellation_policy(
  tests.id('theatre.organization'), '{1}', '{100}', tests.id(e)
)).id)
from unnest(array['spring.event', 'autumn.event']) as e;
select tests.as_owner();
select results_eq(
  $$ select tests.last_day('spring.event', '2040-03-25') $$, array['2040-03-24 20:00'],
  'a day of 23 hours is a day'
);
select results_eq(
  $$ select tests.last_day('autumn.event', '2040-10-28') $$, array['2040-10-27 20:00'],
  'and one of 25'
);

-- Sales windows and prices are moments, so that the hour that comes twice is two hours.
select tests.sign_in('theatre owner');
select tests.keep('category', (
  select id from app_public.ticket_categories
  where event_id = tests.id('autumn.event') and name = 'I'
));
select lives_ok(
  $$ select app_public.set_price(tests.id('category'), price, valid_from => since::timestamptz,
      valid_until => until::timestamptz)
    from (values (4000, '2040-10-28 02:30+02', '2040-10-28 02:15+01'),
      (3000, '2040-10-28 02:15+01', '2040-10-28 02:30+01')) as v (price, since, until) $$,
  'a price ends earlier by the clock on the wall than it begins, and another one follows it'
);
select is(
  (select p.price_cents from app_public.ticket_category_prices as p
    where p.ticket_category_id = tests.id('category') and p.valid_during @> moment::timestamptz),
  price::bigint, 'the price at ' || moment
)
from (values ('2040-10-28 02:20+02', 5000), ('2040-10-28 02:20+01', 3000))
  as v (moment, price);
select tests.refused(
  $$ select app_public.update_event(tests.id('autumn.event'), sales_start => '2040-10-28 02:30+01',
    sales_end => '2040-10-28 02:30+02') $$,
  'LMINP', 'sales do not end an hour before they begin, though the clock on the wall is the same'
);
select is(
  (app_public.update_event(tests.id('autumn.event'), sales_start => '2040-10-28 02:30+02',
    sales_end => '2040-10-28 02:30+01')).title, 'autumn.event', 'but an hour after they do'
);

-- Payouts: each day ends once, whatever the clocks do at midnight.
select tests.as_owner();
select is(
  (
    select format(
      '%s ends, %s days, %s in the future', count(distinct e.ends), count(distinct e.day),
      count(*) filter (where e.ends > e.at)
    )
    from (
      select t.at, (t.at at time zone z.zone)::date as day,
        app_private.end_of_payout_period('daily', z.zone, t.at) as ends
      from generate_series(
        z.since::timestamptz, z.since::timestamptz + interval '71 hours', interval '15 minutes'
      ) as t (at)
    ) as e
  ),
  '4 ends, 4 days, 0 in the future', 'a day ends once in ' || z.zone
)
from (values
  ('Europe/Vienna', '2026-03-28 12:00+00'), ('Europe/Vienna', '2026-10-24 12:00+00'),
  ('Atlantic/Azores', '2026-10-24 12:00+00'), ('America/Santiago', '2026-09-05 12:00+00'),
  ('Australia/Lord_Howe', '2026-04-04 00:00+00')
) as z (zone, since);

-- Midnight: the date of a performance is that of the place, not of UTC.
select is(
  app_hidden.local_time('2040-01-01 15:00+00', zone), local || ' ' || zone, 'midnight in ' || zone
)
from (values
  ('Asia/Tokyo', '2040-01-02 00:00'), ('Pacific/Apia', '2040-01-02 04:00'),
  ('America/Los_Angeles', '2040-01-01 07:00')
) as v (zone, local);
select tests.sign_in('theatre owner');
select tests.keep('tokyo.event', (app_public.create_virtual_event(
  tests.id('theatre.organization'), 'Midnight', 'midnight', 'Asia/Tokyo'
)).id);
select is(
  (select p.starts_at from app_public.create_performances(
    tests.id('tokyo.event'), '2040-01-01', '2040-01-01', '{00:00}'
  ) as p), '2039-12-31 15:00+00'::timestamptz, 'New Year in Tokyo is in the year before in UTC'
);
select is(
  (select count(*) from app_public.create_performances(
    tests.id('tokyo.event'), '2040-01-02', '2040-01-02', '{00:00}', '{1}'
  )), 1::bigint, 'and a Monday there, though a Sunday in UTC'
);
select tests.refused(
  $$ select from app_public.create_performances(
    tests.id('tokyo.event'), '5874897-12-31', '5874897-12-31', '{24:00}'
  ) $$, 'LMINP', 'and a day after the last one that there is, is none'
);
select tests.sign_in('theatre owner');
select tests.refused(
  $$ select from app_public.create_performances(
    tests.id('theatre.event'), current_date - 9, current_date + 1, '{12:00}',
    layout_id => tests.id('theatre.layout')
  ) $$, 'LMINP', 'what is on sale gets no days that are over'
);
