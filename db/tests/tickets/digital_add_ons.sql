-- If this fails, somebody reads what is sold before it is paid for, or gets what somebody else has
-- got.
select plan(34);

select tests.create_theatre();
select tests.create_theatre('rival');
create function tests.stock() returns text
language sql stable security definer set search_path = '' as $$
  select format('%s held, %s sold of %s', s.held, s.sold, s.total)
  from app_private.add_on_counters as s where s.add_on_id = tests.id('parking')
$$;
create function tests.cart(name text, guest integer, add_on text, quantity integer, seat integer)
returns uuid language plpgsql volatile as $$
declare
  v_id uuid;
  v_line uuid;
begin
  perform tests.as_guest(guest);
  v_id := tests.keep(name, (
    app_public.hold_seats(tests.id('theatre.performance'), tests.seats(seat))
  ).id);
  perform app_public.add_add_on(v_id, tests.id(add_on), quantity);
  select i.id into strict v_line from app_public.booking_items as i
  where i.booking_id = v_id and i.add_on_id is not null;
  return tests.keep(name || ' line', v_line);
end
$$;
create function tests.pay_for(name text) returns text
language plpgsql volatile as $$
begin
  perform app_public.start_checkout(tests.id(name), name || '@example.com');
  perform tests.pay(tests.id(name));
  return tests.status(tests.id(name));
end
$$;
create function tests.opened(name text) returns text
language sql volatile as $$
  select concat_ws(' ', o.download_url, nullif(array_to_string(o.codes, '+'), ''))
  from app_public.open_add_on(tests.id(opened.name || ' line')) as o
$$;
grant execute on all functions in schema tests to public;

-- What there is to get.
select tests.sign_in('theatre owner');
select tests.keep('program', (app_public.create_add_on(
  'Program', 500, tests.id('theatre.event'), delivery => 'digital'
)).id);
select tests.keep('parking', (app_public.create_add_on(
  'Parking', 1000, tests.id('theatre.event'), delivery => 'digital', stock => 0
)).id);
select tests.keep('shirt', (app_public.create_add_on(
  'Shirt', 1000, tests.id('theatre.event'), stock => 2
)).id);
select tests.refused(statement, code, why)
from (values
  ($$ select app_public.set_add_on_download(tests.id('program'), 'http://x.example/') $$, 'LMINP',
    'no address that others may read on the way'),
  ($$ select app_public.set_add_on_download(tests.id('program'), 'javascript:alert(1)') $$, 'LMINP',
    'and no script'),
  ($$ select app_public.set_add_on_download(tests.id('program'), null) $$, 'LMINP', 'nor nothing'),
  ($$ select app_public.set_add_on_download(tests.id('shirt'), 'https://x.example/') $$, 'LMINP',
    'nor for a shirt'),
  ($$ select app_public.add_add_on_codes(tests.id('program'), '{A}') $$, 'LMINP',
    'no codes where there is no end'),
  ($$ select app_public.add_add_on_codes(tests.id('parking'), '{}') $$, 'LMINP', 'not none'),
  ($$ select app_public.add_add_on_codes(tests.id('parking'), array[' ']) $$, 'LMINP', 'nor empty')
) as v (statement, code, why);
select app_public.set_add_on_download(tests.id('program'), 'https://theatre.example/program.pdf');
select is(
  (app_public.add_add_on_codes(tests.id('parking'), '{P-1,P-2,P-1}')).total, 2,
  'a code is in the list once'
);
select is(
  (app_public.add_add_on_codes(tests.id('parking'), '{P-2,P-3}')).total, 3, 'also from another list'
);
select tests.refused(
  $$ select app_public.set_add_on_stock(tests.id('parking'), 9) $$, 'LMINP',
  'there is no more of it than codes'
);
select is(
  tests.attempt_as(person, statement), code, person || ': ' || statement
)
from (values ('theatre staff', 'LMRGT'), ('rival owner', 'LMNFD')) as p (person, code)
cross join (values
  ('select app_public.set_add_on_download(tests.id(''program''), ''https://evil.example/'')'),
  ('select app_public.add_add_on_codes(tests.id(''parking''), ''{X}'')')
) as s (statement);

-- Nobody sees it before it is paid for.
select tests.cart('ada', 1, 'parking', 2, 1);
select tests.refused($$ select tests.opened('ada') $$, 'LMBST', 'not while it is in the cart');
select is(tests.pay_for('ada'), 'confirmed', 'it is paid for');
select is(tests.opened('ada'), 'P-1+P-2', 'each unit has a code');
select is(tests.opened('ada'), 'P-1+P-2', 'and keeps it');
select is(
  (select count(*) from app_public.add_on_deliveries where booking_item_id = tests.id('ada line')),
  1::bigint, 'when they first looked is noted, once'
);
select tests.as_guest(2);
select tests.refused($$ select tests.opened('ada') $$, 'LMBKG', 'nobody else sees it');
select tests.sign_in('theatre owner');
select tests.refused($$ select tests.opened('ada') $$, 'LMBKG', 'not even who sold it');
select tests.refused($$ select code from app_private.add_on_codes $$, '42501', 'nor by reading');
select tests.as_guest(1);
select tests.refused($$ select url from app_private.add_on_downloads $$, '42501', 'nor do buyers');

-- The last one.
select tests.cart('bob', 2, 'parking', 1, 2);
select tests.pay_for('bob');
select is(tests.opened('bob'), 'P-3', 'the next buyer gets another code');
select tests.as_owner();
select is(tests.stock(), '0 held, 3 sold of 3', 'there are no more');
select tests.refused(
  $$ update app_private.add_on_codes set booking_item_id = tests.id('ada line'), unit_no = 3
    where code = 'P-3' $$, 'LMAPP', 'a code stays with its buyer'
);
select tests.refused(
  $$ update app_private.add_on_codes
    set booking_item_id = null, unit_no = null, drawn_at = null where code = 'P-3' $$,
  'LMAPP', 'and is not drawn again'
);
select tests.refused($$ delete from app_private.add_on_codes $$, 'LMAPP', 'nor forgotten');

-- Given back.
select tests.sign_in('theatre owner');
select app_public.refund_tickets(tests.id('bob'), 'Ill');
select tests.as_guest(2);
select tests.refused($$ select tests.opened('bob') $$, 'LMBST', 'what was returned is closed');
select tests.as_owner();
select is(tests.stock(), '0 held, 2 sold of 2', 'and its code is nobody else''s to get');
select tests.sign_in('theatre owner');
select app_public.add_add_on_codes(tests.id('parking'), '{P-4}');
select tests.cart('eve', 3, 'parking', 1, 3);
select tests.pay_for('eve');
select tests.sign_in('theatre owner');
select app_public.refund_tickets(tests.id('eve'), 'Ill');
select tests.as_owner();
select is(tests.stock(), '0 held, 2 sold of 3', 'what nobody has looked at is sold again');
-- Whatever becomes of shirts: it is the codes that say what is gone.
select tests.sign_in('theatre owner');
select app_public.update_add_on(tests.id('parking'), returns_to_stock => false);
select tests.cart('fay', 6, 'parking', 1, 6);
select tests.pay_for('fay');
select tests.sign_in('theatre owner');
select app_public.refund_tickets(tests.id('fay'), 'Ill');
select tests.as_owner();
select is(tests.stock(), '0 held, 2 sold of 3', 'also when nothing else is');
select tests.cart('gil', 7, 'parking', 1, 7);
select tests.pay_for('gil');
select tests.sign_in('theatre owner');
select app_public.refund_tickets(
  tests.id('gil'), 'Ill', add_on_item_ids => array[tests.id('gil line')],
  add_on_quantities => array[1]
);
select tests.as_owner();
select is(tests.stock(), '0 held, 2 sold of 3', 'nor does it without the ticket');

-- An address.
select tests.cart('dan', 4, 'program', 2, 4);
select tests.pay_for('dan');
select is(tests.opened('dan'), 'https://theatre.example/program.pdf', 'an address is for who paid');
select tests.cart('kim', 5, 'shirt', 1, 5);
select tests.pay_for('kim');
select tests.refused($$ select tests.opened('kim') $$, 'LMNFD', 'a shirt is no download');
select tests.as_owner();
select tests.consistent();
select * from finish();
