-- If this fails, tickets are held or quoted that nobody may buy yet, and those who may find none.
select plan(26);

select tests.create_theatre();
select tests.create_standing();
create function tests.window(category text, sales_start timestamptz, sales_end timestamptz)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_public.ticket_categories as c
  set sales_start = "window".sales_start, sales_end = "window".sales_end
  where c.event_id = tests.id('standing.event') and c.name = "window".category
$$;
create function tests.hold(variadic seat_nos integer[])
returns uuid
language sql volatile
as $$ select (app_public.hold_seats(
  tests.id('standing.performance'), tests.seats(variadic hold.seat_nos)
)).id $$;
grant execute on function tests.hold(integer[]) to public;

select tests.window('I', now() + interval '1 hour', null);
select tests.window('Floor', null, now());
select tests.as_guest(1);
select tests.refused($$ select tests.hold(1) $$, 'LMSAL', 'a category that has not opened');
select tests.refused($$ select tests.hold(13, 1) $$, 'LMSAL', 'nor with another one');
select is(
  tests.seat_status(tests.id('standing.performance'), 1, 13), 'available', 'nothing is held by that'
);
select lives_ok($$ select tests.hold(13) $$, 'the other one is on sale');
select tests.refused(
  format(
    'select app_public.hold_best_available(tests.id(%L), %L, 1)', 'standing.performance',
    (select id from app_public.ticket_categories
      where event_id = tests.id('standing.event') and name = 'I')
  ),
  'LMSAL', 'nor the best of it'
);
select tests.refused($$ select tests.admit('floor', 1) $$, 'LMSAL', 'admissions that have closed');
select lives_ok($$ select tests.admit('terrace', 1) $$, 'others are on sale');
select tests.as_owner();
select tests.window('I', now(), now() + interval '1 hour');
select tests.as_guest(1);
select lives_ok($$ select tests.hold(1) $$, 'from the moment on');
select tests.as_owner();
select tests.window('I', null, now());
select tests.as_guest(1);
select tests.refused($$ select tests.hold(2) $$, 'LMSAL', 'and not at the end');

-- Whoever is refused is told why, and how it is done instead.
select tests.as_owner();
create function tests.why(category text, with_seats boolean, why text)
returns text
language sql volatile
as $$
  select throws_ok(
    format(
      'select app_public.%I(tests.id(%L), %L, 1)',
      case when "why".with_seats then 'hold_best_available' else 'hold_admissions' end,
      'standing.performance',
      coalesce(
        (
          select c.id from app_public.ticket_categories as c
          where c.event_id = tests.id('standing.event') and c.name = "why".category
        ),
        tests.id('standing.event')
      )
    ),
    'LMSAL', "why".why, "why".why
  )
$$;
grant execute on function tests.why(text, boolean, text) to public;
select tests.as_guest(1);
select tests.why('I', true, 'Sales of "I" are closed.');
select tests.why('Floor', false, 'Sales of "Floor" are closed.');
select tests.as_owner();
select tests.window('I', now() + interval '1 hour', null);
select tests.window('Floor', null, null);
select tests.as_guest(1);
select throws_ok(
  $$ select tests.hold(14, 3) $$, 'LMSAL', 'Sales of "I" have not opened yet.', 'one of several'
);
select tests.why('Floor', true, 'This category has no seats at this performance.');
select tests.as_owner();
select tests.window('I', null, null);
select tests.as_guest(1);
select tests.why('I', false, '"I" has no places without a seat at this performance.');
select tests.why('nothing', true, 'The event has no such ticket category.');
select tests.as_owner();
update app_public.ticket_categories set status = 'paused'
where event_id = tests.id('standing.event') and name = 'I';
select tests.as_guest(1);
select tests.why('I', true, '"I" is not on sale.');

-- What cannot be bought is quoted to nobody, and the reason is the same.
select tests.as_owner();
create function tests.quoted(category text, seat_no integer, why text)
returns text
language plpgsql volatile
as $$
declare
  v_what text := case
    when quoted.seat_no is not null then format('seat_ids => tests.seats(%s)', quoted.seat_no)
    else format(
      'ticket_category_ids => array[%L]::uuid[], quantities => array[1]', (
        select c.id from app_public.ticket_categories as c
        where c.name = quoted.category and c.event_id = tests.id('standing.event')
      )
    )
  end;
  v_call text := format(
    'select app_public.quote(tests.id(%L), %s)', 'standing.performance', v_what
  );
begin
  return case
    when quoted.why is null then lives_ok(v_call, coalesce(quoted.category, v_what) || ' is quoted')
    else throws_ok(v_call, 'LMSAL', quoted.why, 'no quote: ' || quoted.why)
  end;
end
$$;
grant execute on function tests.quoted(text, integer, text) to public;
select tests.as_guest(1);
select tests.quoted('I', null, '"I" is not on sale.');
select tests.quoted(null, 3, '"I" is not on sale.');
select tests.as_owner();
update app_public.ticket_categories set status = 'active'
where event_id = tests.id('standing.event') and name = 'I';
select tests.window('I', now() + interval '1 hour', null);
select tests.window('Floor', null, now());
select tests.as_guest(1);
select tests.quoted('I', null, 'Sales of "I" have not opened yet.');
select tests.quoted(null, 3, 'Sales of "I" have not opened yet.');
select tests.quoted('Floor', null, 'Sales of "Floor" are closed.');
select tests.quoted('Terrace', null, null);
select tests.quoted(null, 13, null);
select throws_ok(
  $$ select app_public.quote(
    tests.id('standing.performance'), ticket_category_ids => array[null]::uuid[],
    quantities => array[1]
  ) $$, 'LMSAL', 'What has no category is not for sale.', 'nor is nothing'
);
select tests.as_owner();
select tests.window('I', now(), now() + interval '1 hour');
select tests.as_guest(1);
select tests.quoted('I', null, null);
select tests.quoted(null, 3, null);
