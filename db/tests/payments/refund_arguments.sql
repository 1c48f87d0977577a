-- If this fails, an argument that is not there, or many small parts, are a way around the second person who approves refunds.
select plan(14);
select tests.create_theatre();
create function tests.tix(booking text, variadic seat_nos integer[]) returns uuid[]
language sql stable security definer set search_path = ''
return (select array_agg(t.id) from app_public.tickets as t where t.booking_id = tests.id(tix.booking) and t.seat_no = any (tix.seat_nos));
grant execute on all functions in schema tests to public;
select tests.sell('a', 'theatre', 1, 1, 2);
select tests.sell('b', 'theatre', 1, 3, 4);
select tests.sign_in('theatre owner');
select app_public.set_refund_approval(tests.id('theatre.organization'), 6000);
select is(tests.attempt($$ select app_public.refund_tickets(tests.id('a'), 'x', tests.tix('a', 1), null) $$), 'LMINP', 'null percentage is no way around approval');
select is(tests.attempt($$ select app_public.refund_tickets(tests.id('b'), 'x', tests.tix('b', 3), 100, null) $$), 'LMINP', 'nor null fees');
select is(tests.attempt($$ select app_public.refund_fees(tests.id('b'), 'x', null, null, null) $$), 'LMINP', 'null fees');
select is(tests.attempt($$ select app_public.refund_tickets(tests.id('b'), 'x', '{}') $$), 'LMINP', 'empty');
select is(tests.attempt($$ select app_public.refund_tickets(tests.id('b'), 'x', null, 'NaN') $$), 'LMINP', 'nan');
select is(tests.attempt($$ select app_public.refund_tickets(tests.id('b'), 'x', null, -1) $$), 'LMINP', '-1');
select is(tests.attempt($$ select app_public.refund_tickets(tests.id('b'), null, null, 1) $$), 'LMINP', 'null note');
select is(tests.attempt($$ select app_public.refund_booking_amount(tests.id('b'), null, 'x') $$), 'LMINP', 'null amount');
select is(tests.attempt($$ select app_public.refund_booking_amount(tests.id('b'), 9223372036854775807, 'x') $$), 'LMRFX', 'huge');
select is(tests.attempt($$ select app_public.refund_booking_amount(tests.id('b'), -1, 'x') $$), 'LMINP', 'neg');
select is(tests.attempt($$ select app_public.refund_booking_amount(tests.id('b'), 1, 'x', null) $$), 'LMINP', 'null reason');

-- Nor are many small parts.
select tests.sell('parts', 'theatre', 1, 5, 6);
select is(
  tests.attempt_as('theatre owner', $$ select app_public.refund_booking_amount(tests.id('parts'), 3000, 'x')
    from generate_series(1, 3) $$),
  'done', 'in parts'
);
select tests.as_owner();
select is(
  (select string_agg(r.status::text, ',' order by r.id) from app_public.refund_requests as r
    where r.booking_id = tests.id('parts')),
  'approved,approved,requested', 'a third part is beyond the threshold'
);
select tests.consistent();
