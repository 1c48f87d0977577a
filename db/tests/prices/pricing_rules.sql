-- If this fails, rules change prices in another order than they say, beyond their limits, or after the
-- hold.
select plan(24);

select tests.create_theatre();
update app_public.events set service_fee_percentage = 0, service_fee_fixed_cents = 0,
  processing_fee_percentage = 0, processing_fee_fixed_cents = 0, tax_rate_id = null,
  tax_percentage = 0;
select tests.keep('I', id) from app_public.ticket_categories
where event_id = tests.id('theatre.event') and name = 'I';
create function tests.hold_total(variadic seats integer[]) returns bigint language sql as $$
  select (app_public.hold_seats(
    tests.id('theatre.performance'), tests.seats(variadic seats)
  )).total_amount_cents
$$;
create function tests.rule(percentage numeric, cents bigint, low bigint, high bigint, step bigint)
returns app_public.pricing_rules language sql as $$
  select row(
    null, null, null, 'x', 1, 'hours_to_event', 0, null, percentage, cents, low, high, step, null,
    null, null
  )::app_public.pricing_rules
$$;
create function tests.applied(
  price bigint, rule app_public.pricing_rules, currency text default 'EUR'
)
returns text language sql as $$
  select amount_cents || ',' || rounding_cents
  from app_private.apply_pricing_rule(rule, price, currency)
$$;
grant execute on all functions in schema tests to public;

select is(tests.applied(1005, tests.rule(10, null, null, null, null)), '101,0', 'half goes up');
select is(tests.applied(1005, tests.rule(-10, null, null, null, null)), '-100,0', 'to the price');
select is(tests.applied(1000, tests.rule(null, 250, null, 1100, null)), '100,0', 'a ceiling');
select is(tests.applied(1000, tests.rule(-50, null, 800, null, null)), '-200,0', 'a floor');
select is(tests.applied(1000, tests.rule(-50, null, 1200, null, null)), '0,0', 'lifts nothing');
select is(tests.applied(1000, tests.rule(50, null, null, 900, null)), '0,0', 'nor lowers a ceiling');
select is(tests.applied(1000, tests.rule(null, -5000, null, null, null)), '-1000,0', 'never below 0');
select is(tests.applied(1000, tests.rule(13, null, null, null, 50)), '130,20', 'rounded to 50');
select is(tests.applied(1000, tests.rule(13, null, null, 1140, 50)), '130,0', 'within the ceiling');
select is(tests.applied(1005, tests.rule(10, null, null, null, null), 'KWD'), '105,0', 'in tens');

select tests.sign_in('theatre owner');
select lives_ok(
  $$ select app_public.create_pricing_rule(
    tests.id('I'), 'Crowd', 'category_sold', at_least => 25, percentage => 20,
    ceiling_cents => 7000, sort_order => 2
  ) $$, 'a rule by what is sold'
);
select lives_ok(
  $$ select app_public.create_pricing_rule(
    tests.id('I'), 'Long before', 'hours_to_event', at_least => 240, amount_cents => -1000,
    idempotency_key => 'k'
  ) $$, 'a rule by time'
);
select tests.refused(
  $$ select app_public.create_pricing_rule(tests.id('I'), 'x', 'hours_to_event') $$,
  'LMINP', 'a rule changes something'
);
select tests.refused(
  $$ select app_public.create_pricing_rule(
    tests.id('I'), 'x', 'hours_to_event', percentage => 10000000
  ) $$, 'LMINP', 'within bounds'
);
select tests.as_guest(1);
select is(tests.hold_total(1, 2, 3), 12000::bigint, 'while nothing is sold, only time counts');
select is(tests.hold_total(4), 4000::bigint, 'and so within half a minute, whatever is held');
select tests.as_owner();
update app_private.sold_shares set counted_at = counted_at - interval '2 minutes';
select tests.as_guest(2);
select is(
  (app_public.quote(tests.id('theatre.performance'), tests.seats(5))).total_amount_cents,
  4800::bigint, 'then rules apply in their order, as is told beforehand'
);
select is(tests.hold_total(5), 4800::bigint, 'and charged');
select results_eq(
  $$ select s.kind::text, s.name, s.amount_cents
    from app_public.booking_items as i, app_public.explain_price(i.id) as s $$,
  $$ values ('public_price', null, 5000::bigint), ('rule', 'Long before', -1000),
    ('rule', 'Crowd', 800) $$,
  'and explained'
);
select is(tests.visible('app_public.pricing_rules'), 'denied', 'a buyer sees no rules');
select tests.sign_in('theatre owner');
select app_public.end_pricing_rule(id) from app_public.pricing_rules where name = 'Crowd';
select tests.as_guest(2);
select tests.keep('cart', id) from app_public.bookings;
select is(
  (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(6), tests.id('cart')))
    .total_amount_cents,
  8800::bigint, 'a line keeps its price when the rule has ended, and a new one has none of it'
);
select tests.create_standing();
select tests.sign_in('theatre owner');
select app_public.create_pricing_rule(
  tests.id('standing.floor.category'), 'Crowd', 'performance_sold', at_least => 1, percentage => 10
);
select tests.as_guest(4);
select tests.keep('a', tests.admit('floor', 2));
select tests.as_owner();
delete from app_private.sold_shares;
select tests.as_guest(5);
select tests.keep('b', tests.admit('floor', 1));
select tests.as_owner();
select is(
  (select unit_price_cents from app_public.booking_items where booking_id = tests.id('b')),
  2200::bigint, 'places without a seat have prices by rules too'
);
select is(
  (
    select round(performance_share, 2) from app_private.sold_shares
    where performance_id = tests.id('standing.performance')
  ),
  7.14, 'two of ten places and eighteen seats'
);
select tests.consistent();
