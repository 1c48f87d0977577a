-- If this fails, a weekend ticket is sold for a day that is full, or does not open the doors of
-- each day once.
select plan(73);

select tests.create_theatre();
select tests.create_theatre('rival');
select tests.create_festival();

-- What is left: friday, saturday, passes.
create function tests.left_over()
returns text
language sql stable security definer set search_path = ''
return (
  select string_agg(app_public.admissions_left(
    tests.id('festival.' || d),
    tests.id(case d when 'pass' then 'festival.pass' else 'festival.day' end || '.category')
  )::text, ' ' order by n)
  from unnest(array['friday', 'saturday', 'pass']) with ordinality as u (d, n)
);
create function tests.sell_pass(name text, guest integer, quantity integer)
returns uuid
language plpgsql volatile
as $$
declare
  v_id uuid;
begin
  perform tests.as_guest(guest);
  v_id := tests.keep(name, tests.attend('pass', quantity));
  perform app_public.start_checkout(v_id, 'guest' || guest || '@example.com');
  perform tests.pay(v_id);
  perform tests.as_owner();
  return v_id;
end
$$;
create function tests.pass_of(booking text, number integer default 1)
returns text
language sql stable security definer set search_path = ''
return (
  select app_private.ticket_credential_of(t.id, t.credential_version)
  from app_public.tickets as t where t.booking_id = tests.id(booking)
  order by t.id offset pass_of.number - 1 limit 1
);
create function tests.scan(
  booking text, date text, number integer default 1, direction text default 'in'
)
returns text
language sql volatile as $$
  select s.result || coalesce(' ' || s.code, '')
  from app_public.scan_ticket(
    tests.id('festival.' || date), tests.pass_of(booking, number),
    direction => direction::app_public.scan_direction
  ) as s
$$;
grant execute on function tests.left_over(), tests.sell_pass(text, integer, integer),
  tests.pass_of(text, integer), tests.scan(text, text, integer, text) to public;

-- Making one.
select tests.sign_in('theatre owner');
select is(
  (select (pass_name, status, starts_at = (
      select starts_at from app_public.performances where id = tests.id('festival.friday')
    ), ends_at = (
      select ends_at from app_public.performances where id = tests.id('festival.saturday')
    ))::text
    from app_public.performances where id = tests.id('festival.pass')),
  '("Both days",scheduled,t,t)', 'a pass lasts from its first date to its last'
);
select results_eq(
  $$ select performance_id, pool_id from app_public.pass_dates
    where pass_id = tests.id('festival.pass') order by performance_id $$,
  $$ values (tests.id('festival.friday'), tests.id('festival.friday.pool')),
    (tests.id('festival.saturday'), tests.id('festival.saturday.pool')) $$,
  'and says which they are'
);
select tests.refused(
  format(
    'select app_public.create_pass(tests.id(%L), %L, %L::uuid[], %L::uuid[], %s)', p.event, p.name,
    p.pools, p.categories, coalesce(p.capacity::text, 'null')
  ),
  p.code, p.why
)
from (values
  ('festival.event', 'Both days', array[tests.id('festival.friday.pool'),
    tests.id('festival.saturday.pool')], '{}', null::integer, 'LMINP', 'a name twice'),
  ('festival.event', E'Both\ndays', array[tests.id('festival.friday.pool'),
    tests.id('festival.saturday.pool')], '{}', null, 'LMINP', 'a name of two lines'),
  ('festival.event', ' ', array[tests.id('festival.friday.pool'),
    tests.id('festival.saturday.pool')], '{}', null, 'LMINP', 'a name of nothing'),
  ('festival.event', '', array[tests.id('festival.friday.pool'),
    tests.id('festival.saturday.pool')], '{}', null, 'LMINP', 'no name'),
  ('festival.event', 'x', array[tests.id('festival.friday.pool')], '{}', null, 'LMINP', 'one date'),
  ('festival.event', 'x', array[tests.id('festival.friday.pool'),
    tests.id('festival.friday.pool')], '{}', null, 'LMINP', 'one date twice'),
  ('festival.event', 'x', array[tests.id('festival.friday.pool'), uuidv7()], '{}', null, 'LMINP',
    'an unknown pool'),
  ('festival.event', 'x', array[tests.id('festival.friday.pool'),
    tests.id('festival.pass.pool')], '{}', null, 'LMINP', 'a pass of a pass'),
  ('theatre.event', 'x', array[tests.id('festival.friday.pool'),
    tests.id('festival.saturday.pool')], '{}', null, 'LMINP', 'dates of another event'),
  ('festival.event', 'x', null, '{}', null, 'LMINP', 'no pools'),
  ('festival.event', 'x', array[tests.id('festival.friday.pool'),
    tests.id('festival.saturday.pool')], '{}', 0, 'LMINP', 'no capacity'),
  ('festival.event', 'x', array[tests.id('festival.friday.pool'),
    tests.id('festival.saturday.pool')], array[uuidv7()]::text, 5, 'LMINP', 'an unknown category'),
  ('rival.event', 'x', '{}', '{}', 5, 'LMNFD', 'another tenant''s event')
) as p (event, name, pools, categories, capacity, code, why);
select tests.refused(
  $$ select app_public.create_admission_pool(tests.id('festival.pass'), 'x', 5) $$,
  'LMINP', 'a pass has no places of its own'
);
select tests.refused(
  $$ select app_public.postpone_performance(tests.id('festival.pass')) $$,
  'LMINP', 'nor times of its own'
);
select tests.refused(
  $$ select app_public.update_performance(tests.id('festival.pass'), ends_at => 'infinity') $$,
  'LMINP', 'nor an end'
);
select tests.sign_in('theatre support');
select tests.refused(
  $$ select app_public.create_pass(tests.id('festival.event'), 'x', array[
    tests.id('festival.friday.pool'), tests.id('festival.saturday.pool')], '{}') $$,
  'LMRGT', 'without inventory.manage'
);

-- All dates or none.
select tests.as_guest(1);
select is(
  app_public.create_cart_token() is not null and tests.left_over() = '10 10 5', true,
  'everything is free'
);
select lives_ok($$ select tests.keep('cart', tests.attend('pass', 3)) $$, 'three passes are held');
select is(tests.left_over(), '7 7 2', 'on both dates');
select is(
  (select subtotal_cents from app_public.bookings where id = tests.id('cart')), 10500::bigint,
  'and priced once'
);
select lives_ok(
  $$ select app_public.release_admissions(
    tests.id('cart'), tests.id('festival.pass.category'), 1
  ) $$, 'one is let go'
);
select is(tests.left_over(), '8 8 3', 'of both dates');
select tests.refused($$ select tests.attend('pass', 4, 'cart') $$, 'LMFEW', 'six of five passes');
select tests.as_guest(2);
select lives_ok($$ select tests.keep('friday', tests.attend('friday', 7)) $$, 'Friday fills up');
select is(tests.left_over(), '1 8 1', 'so do passes');
select throws_ok(
  $$ select tests.attend('pass', 2) $$, 'LMFEW', 'Only one is left.', 'a pass takes both dates'
);
select is(tests.left_over(), '1 8 1', 'or none');
select lives_ok($$ select tests.attend('friday', 1, 'friday') $$, 'the last of Friday');
select is(tests.left_over(), '0 8 0', 'is the last of the passes');
select throws_ok($$ select tests.attend('pass', 1) $$, 'LMFEW', 'None are left.', 'sold out');
select lives_ok($$ select tests.attend('saturday', 1) $$, 'Saturday is not');
select app_public.cancel_booking(tests.id('friday'));
select tests.as_owner();
select tests.run_out(tests.id('cart'));
select is(tests.left_over(), '10 9 5', 'a lapsed hold frees both dates');
select tests.as_guest(3);
select lives_ok($$ select tests.keep('all', tests.attend('pass', 5)) $$, 'for others');
select app_public.cancel_booking(tests.id('all'));
select is(tests.left_over(), '10 9 5', 'and so does a cart that was given up');

-- Kept back.
select tests.sign_in('theatre owner');
select lives_ok(
  $$ select tests.keep('house', (app_public.allocate_admissions(
    tests.id('festival.pass.pool'), 2, 'house', 'Press')).id) $$, 'two passes are kept back'
);
select is(tests.left_over(), '8 7 3', 'with their places');
select is_empty('select * from app_public.check_invariants()', 'which adds up')
where set_config('role', 'lml_owner', true) is not null;
select tests.sign_in('theatre owner');
select app_public.release_admission_allocation(tests.id('house'));
select is(tests.left_over(), '10 9 5', 'and put on sale');

-- Sold: one ticket, one entry in the books, each date once at its doors.
select tests.as_owner();
select tests.sell_pass('sale', 4, 2);
select tests.sell_pass('back', 5, 1);
select is(
  (select count(*)::integer from app_public.tickets where booking_id = tests.id('sale')), 2,
  'one ticket for each pass'
);
select is(
  (select count(*)::integer from app_public.ledger_transactions as t
    where t.booking_id = tests.id('sale') and t.source ~ '^sale:'), 1, 'and the books know one sale'
);
select is(tests.left_over(), '7 6 2', 'three are sold');
select tests.sign_in('theatre support');
select app_public.cancel_booking(tests.id('back'));
select is(tests.left_over(), '8 7 3', 'a refund gives both dates back');

select tests.sign_in('theatre staff');
select is(tests.scan('sale', 'friday'), 'success', 'in on Friday');
select is(tests.scan('sale', 'friday'), 'already_scanned LMTUS', 'once');
select is(tests.scan('sale', 'saturday'), 'success', 'in on Saturday');
select is(tests.scan('sale', 'saturday'), 'already_scanned LMTUS', 'once');
select is(tests.scan('sale', 'saturday', 2), 'success', 'the other one');
select is(tests.scan('back', 'friday'), 'canceled LMTVD', 'a refunded one opens nothing');
select is(
  (select s.result::text from app_public.scan_ticket(
    tests.id('theatre.performance'), tests.pass_of('sale')) as s),
  'wrong_event', 'nor does it on an evening that is not of its dates'
);
select is(tests.scan('sale', 'friday', 1, 'out'), 'success', 'out');
select is(tests.scan('sale', 'friday', 1, 'out'), 'invalid LMTNI', 'once');
select is(tests.scan('sale', 'friday'), 'already_scanned LMTUS', 'and not in again');
select tests.sign_in('theatre owner');
select app_public.allow_reentry(tests.id('festival.event'), 1);
select tests.sign_in('theatre staff');
select is(tests.scan('sale', 'friday'), 'success', 'unless that is allowed');
select is(tests.scan('sale', 'saturday'), 'already_scanned LMTUS', 'who is inside stays inside');
select tests.as_guest(4);
select isnt(
  (select app_public.tickets_credential(t) from app_public.held_tickets() as t limit 1), null,
  'a pass that was used shows its code on, for the other dates'
);
select results_eq(
  $$ select p.entry_count, p.is_inside from app_public.pass_entries as p
    where p.performance_id = tests.id('festival.friday') $$,
  $$ values (2, true) $$, 'and its holder sees where it was used'
);
select tests.as_guest(1);
select is_empty('select * from app_public.pass_entries', 'and nobody else');
select tests.sign_in('theatre support');
select tests.refused(
  $$ select app_public.cancel_booking(tests.id('sale')) $$, 'LMTUS', 'who came in is not refunded'
);
select is(
  (select count(*)::integer from app_public.attendee_list(tests.id('festival.saturday'))), 2,
  'passes are on the list of each date'
);

-- Dates move.
select tests.as_owner();
select tests.sell_pass('later', 6, 1);
select tests.sign_in('theatre owner');
select app_public.postpone_performance(tests.id('festival.saturday'), reason => 'Mud');
select is(
  (select status::text from app_public.performances where id = tests.id('festival.pass')),
  'postponed', 'while a date has no day'
);
select tests.as_guest(7);
select tests.refused($$ select tests.attend('pass', 1) $$, 'LMEVT', 'nobody buys a pass');
select tests.sign_in('theatre owner');
select app_public.postpone_performance(
  tests.id('festival.saturday'),
  (select starts_at + interval '7 days' from app_public.performances
    where id = tests.id('festival.saturday'))
);
select is(
  (select (pass.status, pass.ends_at = d.ends_at)::text
    from app_public.performances as pass, app_public.performances as d
    where pass.id = tests.id('festival.pass') and d.id = tests.id('festival.saturday')),
  '(scheduled,t)', 'and then it lasts as long as its dates'
);

-- One of two is canceled.
select tests.as_guest(7);
select tests.keep('late', tests.attend('pass', 1));
select tests.sign_in('theatre owner');
select app_public.cancel_performance(tests.id('festival.friday'), 'A storm');
select tests.as_owner();
select is(tests.status(tests.id('late')), 'canceled', 'carts of passes are let go');
select is(
  (select string_agg(kind::text, ' ' order by id) from app_private.performance_notices
    where performance_id = tests.id('festival.pass')),
  'postponed moved date_canceled', 'holders of passes are told, too'
);
select is(
  (select (status, refunds_until > now())::text from app_public.performances
    where id = tests.id('festival.pass')),
  '(scheduled,t)', 'the pass is good for the other date, and may be given back'
);
select tests.as_guest(7);
select tests.refused($$ select tests.attend('pass', 1) $$, 'LMSAL', 'it is not sold any more');
select tests.as_guest(6);
select app_public.return_booking(tests.id('later'));
select is(tests.status(tests.id('later')), 'canceled', 'whoever wants gives it back');
select tests.sign_in('theatre owner');
select app_public.cancel_performance(tests.id('festival.saturday'), 'Another storm');
select is(
  (select status::text from app_public.performances where id = tests.id('festival.pass')),
  'canceled', 'without any date, it is canceled'
);
select tests.as_owner();
select is(
  (select kind::text from app_private.performance_notices
    where performance_id = tests.id('festival.pass') order by id desc limit 1),
  'canceled', 'which is what its holders are told'
);
select is_empty('select * from app_public.check_invariants()', 'everything is consistent');
select * from finish();
