-- If this fails, buyers of seats side by side all write the same page of the table, and seats take more and more of the disk.
select plan(5);

select tests.create_theatre();
create function tests.hall(seats integer)
returns text
language sql immutable
return jsonb_build_object(
  'format', 'lml-layout/1',
  'name', 'Hall',
  'sections', jsonb_build_array(jsonb_build_object(
    'name', 'Stalls',
    'rows', (
      select jsonb_agg(
        jsonb_build_object('name', r::text, 'seats', (
          select jsonb_agg(
            jsonb_build_object(
              'number', n::text, 'x', 0.01 * n, 'y', 0.01 * r, 'category', 'Category I'
            ) order by n
          )
          from generate_series(1, 40) as n
        )) order by r
      )
      from generate_series(1, hall.seats / 40) as r
    )
  ))
)::text;
create function tests.stored()
returns table (seat_no integer, page integer)
language sql stable
as $$
  select s.seat_no, (s.ctid::text::point)[0]::integer
  from app_public.seat_booking_state as s
  where s.performance_id = tests.id('date')
$$;
grant execute on function tests.hall(integer), tests.stored() to public;

select tests.sign_in('theatre owner');
select tests.keep('hall', (
  app_public.import_venue_layout(
    tests.id('theatre.venue'), tests.hall(4000), tests.hash_of(tests.hall(4000))
  )
).id);
select tests.keep('date', (
  app_public.create_performance(
    tests.id('theatre.event'), tests.id('hall'), date_trunc('hour', now()) + interval '40 days'
  )
).id);
select app_public.publish_event(tests.id('theatre.event'));

select tests.as_owner();
select is(
  (select count(*)::integer from tests.stored()), 4000, 'a hall of 4,000'
);
select cmp_ok(
  (
    select min(pages)
    from (
      select count(distinct s.page) as pages
      from tests.stored() as s
      group by (s.seat_no - 1) / 40
    ) as forty
  ),
  '>=', 3::bigint, 'forty seats side by side lie in three pages or more'
);
select cmp_ok(
  (
    select max(pages)
    from (
      select count(distinct s.page) as pages from tests.stored() as s group by (s.seat_no - 1) / 10
    ) as ten
  ),
  '<=', 2::bigint, 'ten of them in one, or where it ends in two'
);
select results_eq(
  $$
    select count(distinct p), min(p), max(p)
    from (select app_hidden.stored_position(n) as p from generate_series(1, 8800) as n) as all_of
  $$,
  'values (8800::bigint, 0, 8799)', 'each seat has a position of its own'
);
select is(
  array(
    select app_hidden.stored_position(n) / 1760 from unnest(array[1, 1760, 1761, 3520, 50000]) as n
  ),
  array[0, 0, 1, 1, 28], 'in the stretch of its neighbors'
);
