-- If this fails, who gives an add-on back gets too much or too little, or it is sold twice.
select plan(52);

select tests.create_theatre();
create function tests.stock(name text) returns text
language sql stable security definer set search_path = '' as $$
  select format('%s sold of %s', s.sold, s.total)
  from app_private.add_on_counters as s where s.add_on_id = tests.id(stock.name)
$$;
create function tests.line(name text, add_on text) returns uuid
language sql stable security definer set search_path = '' as $$
  select i.id from app_public.booking_items as i
  where i.booking_id = tests.id(line.name) and i.add_on_id = tests.id(line.add_on)
$$;
create function tests.items(name text) returns text
language sql stable security definer set search_path = '' as $$
  select string_agg(format('%s: %s', i.unit_no, i.price_cents), ', ' order by i.id)
  from app_public.refund_items as i
  where i.booking_id = tests.id(items.name) and i.unit_no is not null
$$;
create function tests.back(name text, add_on text, quantity integer, percentage numeric default 100)
returns bigint language sql volatile as $$
  select (app_public.refund_tickets(
    tests.id(back.name), 'Too large', percentage => back.percentage,
    add_on_item_ids => array[tests.line(back.name, back.add_on)],
    add_on_quantities => array[back.quantity]
  )).amount_cents
$$;
create function tests.buy(name text, guest integer, add_on text, quantity integer, seat integer)
returns text language plpgsql volatile as $$
declare
  v_id uuid;
begin
  perform tests.as_guest(guest);
  v_id := tests.keep(name, (
    app_public.hold_seats(tests.id('theatre.performance'), tests.seats(seat))
  ).id);
  perform app_public.add_add_on(v_id, tests.id(add_on), quantity);
  perform app_public.start_checkout(v_id, name || '@example.com');
  perform tests.pay(v_id);
  return tests.status(v_id);
end
$$;
create function tests.left_of(name text) returns bigint
language sql stable security definer set search_path = '' as $$
  select b.total_amount_cents - b.refunded_cents from app_public.bookings as b
  where b.id = tests.id(left_of.name)
$$;
grant execute on all functions in schema tests to public;
select tests.sign_in('theatre owner');
select tests.keep('shirt', (app_public.create_add_on(
  'Shirt', 1001, tests.id('theatre.event'), stock => 5
)).id);
select tests.keep('snack', (app_public.create_add_on(
  'Snack', 500, tests.id('theatre.event'), stock => 5
)).id);
select tests.keep('parking', (app_public.create_add_on(
  'Parking', 500, tests.id('theatre.event'), stock => 0, delivery => 'digital'
)).id);
select app_public.add_add_on_codes(tests.id('parking'), '{A,B,C}');
select app_public.update_add_on(tests.id('snack'), returns_to_stock => false);

-- By staff.
select is(tests.buy('ada', 1, 'shirt', 3, 1), 'confirmed', 'a ticket and three shirts');
select tests.sign_in('theatre owner');
select tests.refused(format('select app_public.refund_tickets(tests.id(''ada''), ''x'', %s)', a), code, a)
from (values
  ('add_on_item_ids => array[tests.line(''ada'', ''shirt'')]', 'LMINP'),
  ('add_on_quantities => array[1]', 'LMINP'),
  ('add_on_item_ids => ''{}'', add_on_quantities => ''{}''', 'LMINP'),
  ('add_on_item_ids => array[tests.line(''ada'', ''shirt'')], add_on_quantities => array[4]', 'LMINP'),
  ('add_on_item_ids => array[tests.line(''ada'', ''shirt'')], add_on_quantities => array[0]', 'LMINP'),
  ('add_on_item_ids => array[tests.line(''ada'', ''shirt'')], add_on_quantities => array[null::integer]',
    'LMINP'),
  ('add_on_item_ids => array[tests.id(''ada'')], add_on_quantities => array[1]', 'LMNFD')
) as v (a, code);
select is(tests.back('ada', 'shirt', 1, 50) > 0, true, 'half of one shirt');
select is(tests.items('ada'), '3: 501', 'is half of what it cost');
select is(tests.stock('shirt'), '2 sold of 5', 'the shirt is sold again');
select is(tests.status(tests.id('ada')), 'confirmed', 'and the booking goes on');
select is(
  (select returned_quantity from app_public.booking_items where id = tests.line('ada', 'shirt')), 1,
  'without it'
);
select tests.consistent();
select tests.sign_in('theatre owner');
select is(
  (select sum(o.quantity)::integer from app_public.add_on_orders(tests.id('theatre.performance')) as o),
  2, 'two are to be picked up'
);
select app_public.refund_booking_amount(tests.id('ada'), 1000, 'Late');
select tests.back('ada', 'shirt', 2);
select is(tests.stock('shirt'), '0 sold of 5', 'the others too');
select is(tests.status(tests.id('ada')), 'confirmed', 'whose ticket is still good');
select tests.consistent();
select tests.sign_in('theatre owner');
select tests.refused(
  $$ select tests.back('ada', 'shirt', 1) $$, 'LMINP', 'nothing comes back twice'
);
select app_public.refund_tickets(tests.id('ada'), 'All of it');
select is(tests.status(tests.id('ada')), 'canceled', 'with the ticket it ends');
select is(
  tests.left_of('ada') > 0, true, 'what was kept of the first shirt stays kept'
);
select tests.consistent();

-- Nobody is asked to approve what cannot be done.
select tests.sign_in('theatre owner');
select app_public.set_refund_approval(tests.id('theatre.organization'), 100);
select tests.buy('dan', 8, 'shirt', 1, 8);
select tests.sign_in('theatre owner');
select tests.refused(
  $$ select tests.back('dan', 'shirt', 2) $$, 'LMINP', 'more than there is is not even asked for'
);
select app_public.set_refund_approval(tests.id('theatre.organization'), null);

-- To the cent, in however many steps.
select tests.buy('bob', 2, 'shirt', 3, 2);
select tests.sign_in('theatre owner');
select tests.back('bob', 'shirt', 1), tests.back('bob', 'shirt', 1), tests.back('bob', 'shirt', 1);
select app_public.refund_tickets(tests.id('bob'), 'All of it');
select is(tests.left_of('bob'), 0::bigint, 'in parts all of it comes back');
select tests.consistent();

-- What is not sold again.
select tests.buy('eve', 3, 'snack', 3, 3);
select tests.sign_in('theatre owner');
select tests.back('eve', 'snack', 1);
select is(tests.stock('snack'), '2 sold of 4', 'what is eaten is not sold again');
select app_public.refund_tickets(tests.id('eve'), 'Ill');
select is(tests.stock('snack'), '0 sold of 2', 'nor when all comes back');

-- By buyers, under the terms.
select app_public.set_cancellation_policy(tests.id('theatre.organization'), '{0}', '{50}');
select tests.buy('kim', 4, 'parking', 3, 4);
select tests.keep('kim line', tests.line('kim', 'parking'));
select is(
  (app_public.quote_cancellation(
    tests.id('kim'), add_on_item_ids => array[tests.id('kim line')], add_on_quantities => '{1}'
  )).price_cents, 250::bigint, 'a unit is worth what the terms say'
);
select tests.refused(
  format('select app_public.quote_cancellation(tests.id(''kim''), %s)', a), code, 'no quote: ' || a
)
from (values
  ('array[uuidv7()]', 'LMTVD'),
  ('null, array[tests.id(''kim line'')], ''{4}''', 'LMINP'),
  ('null, array[tests.id(''kim line'')], ''{1,1}''', 'LMINP'),
  ('null, array[tests.id(''kim line''), tests.id(''kim line'')], ''{1,1}''', 'LMINP'),
  ('null, array[null::uuid], ''{1}''', 'LMINP'),
  ('null, ''{}'', ''{}''', 'LMINP'),
  ('null, array[tests.id(''kim'')], ''{1}''', 'LMNFD')
) as v (a, code);
select app_public.return_tickets(
  tests.id('kim'), add_on_item_ids => array[tests.id('kim line')], add_on_quantities => '{1}'
);
select is(tests.stock('parking'), '2 sold of 3', 'and is sold again');
select is(
  (app_public.open_add_on(tests.id('kim line'))).codes, '{A,B}', 'there is a code for each of the rest'
);
select tests.refused(
  $$ select app_public.return_tickets(
    tests.id('kim'), add_on_item_ids => array[tests.id('kim line')], add_on_quantities => '{1}'
  ) $$, 'LMTUS', 'who has seen the codes does not give them back'
);
select tests.sign_in('theatre owner');
select tests.back('kim', 'parking', 1);
select is(tests.stock('parking'), '1 sold of 2', 'staff may take one back, which nobody gets again');
select tests.as_guest(4);
select is((app_public.open_add_on(tests.id('kim line'))).codes, '{A}', 'its buyer sees the other');

-- What a buyer has got stays, and stays paid, when the ticket is given back.
select tests.sign_in('theatre owner');
select app_public.add_add_on_codes(tests.id('parking'), '{D,E,F}');
select tests.buy(name, guest, 'parking', 1, guest)
from (values ('lea', 5), ('max', 6), ('pam', 7)) as v (name, guest);
select tests.keep(name || ' line', tests.line(name, 'parking'))
from (values ('lea'), ('max'), ('pam')) as v (name);
select tests.as_guest(5);
select is(
  (app_public.quote_cancellation(tests.id('lea'))).price_cents, 2750::bigint,
  'half of a ticket, and of what was not looked at'
);
select is((app_public.open_add_on(tests.id('lea line'))).codes, '{C}', 'it is looked at');
select is(
  (app_public.quote_cancellation(tests.id('lea'))).price_cents, 2500::bigint,
  'and not taken back any more'
);
select is(
  (app_public.return_tickets(tests.id('lea'))).status::text, 'confirmed',
  'the ticket comes back, and the booking goes on'
);
select is(
  (select sum(r.price_cents)::bigint from app_public.refund_items as r
    where r.booking_id = tests.id('lea')),
  2500::bigint, 'for as much'
);
select is((app_public.open_add_on(tests.id('lea line'))).codes, '{C}', 'the code stays');
select tests.refused(
  $$ select app_public.return_tickets(tests.id('lea')) $$, 'LMTUS', 'and nothing else is left'
);
select tests.as_guest(6);
select is(
  (app_public.return_tickets(tests.id('max'))).status::text, 'canceled',
  'what nobody has got comes back with the last ticket'
);
select tests.sign_in('theatre owner');
select app_public.refund_tickets(tests.id('lea'), 'As a favor');
select is(tests.status(tests.id('lea')), 'canceled', 'staff takes back what was looked at, too');

-- What the house has moved is taken back as a whole.
select tests.as_guest(7);
select app_public.open_add_on(tests.id('pam line'));
select tests.sign_in('theatre owner');
select app_public.postpone_performance(
  tests.id('theatre.performance'), now() + interval '40 days'
);
select tests.as_guest(7);
select is(
  (app_public.return_booking(tests.id('pam'))).status::text, 'canceled',
  'of another date, nobody needs it'
);
select is(tests.left_of('pam'), 0::bigint, 'and has all of the money back');
select tests.as_owner();
select tests.consistent();
select * from finish();
