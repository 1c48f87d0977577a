-- If this fails, tickets are sold at prices below zero or beyond counting.
select plan(24);

select tests.create_theatre();
select tests.create_event('theatre', 'draft event');
select tests.create_theatre('rival');

select tests.sign_in('theatre manager');
select lives_ok(
  $$ select tests.keep('c', (app_public.create_ticket_category(
    tests.id('draft event'), 'Box', 0, sections => array['Box']
  )).id) $$,
  'a category may be free'
);
select is(
  (select category_no from app_public.ticket_categories where id = tests.id('c')), 3::smallint,
  'and is the third'
);
select is(
  (select price_cents from app_public.ticket_category_prices
    where ticket_category_id = tests.id('c')), 0::bigint, 'with a price of zero'
);
select lives_ok(
  $$ select app_public.create_ticket_category(
    tests.id('draft event'), 'Max', 100000000000, array['x']
  ) $$,
  'a billion is a price'
);

select tests.refused(
  format(
    'select app_public.create_ticket_category(tests.id(''draft event''), %L, %L, %L, %L, %L)',
    c.name, c.price, c.categories, c.sections, c.description
  ),
  'LMINP', c.why
)
from (values
  (null, '1', '{x}', '{}', null, 'a name is missing'),
  ('', '1', '{x}', '{}', null, 'a name is empty'),
  (repeat('x', 101), '1', '{x}', '{}', null, 'a name is too long'),
  ('Box', '1', '{x}', '{}', null, 'a name is given twice'),
  ('X', null, '{x}', '{}', null, 'a price is missing'),
  ('X', '-1', '{x}', '{}', null, 'a price is negative'),
  ('X', '100000000001', '{x}', '{}', null, 'a price is absurd'),
  ('X', '9223372036854775807', '{x}', '{}', null, 'a price is the largest number'),
  ('X', '1', '{}', array_fill('x'::text, array[1001])::text, null, 'it covers 1001 sections'),
  ('X', '1', array_fill('x'::text, array[1001])::text, '{}', null, 'it covers 1001 categories'),
  ('X', '1', '{x}', '{}', repeat('x', 2001), 'a description is endless')
) as c (name, price, categories, sections, description, why);
select tests.refused(
  $$ select app_public.create_ticket_category(
    tests.id('draft event'), 'X', 9223372036854775808, array['x']
  ) $$,
  '42883', 'a price beyond the largest number is not even understood'
);
select tests.refused(
  $$ select app_public.create_ticket_category(tests.id('theatre.event'), 'X', 1, array['x']) $$,
  'LMEVT', 'what covers seats is settled by publishing'
);
select lives_ok(
  $$ select tests.keep('late', (app_public.create_ticket_category(
    tests.id('theatre.event'), 'Terrace', 900
  )).id) $$,
  'a category without seats is added also later'
);
select tests.sign_in('theatre owner');
select app_public.create_admission_pool(
  tests.id('theatre.performance'), 'Terrace', 5, array[tests.id('late')]
);
select tests.as_guest(1);
select is(
  (app_public.hold_admissions(
    tests.id('theatre.performance'), tests.id('late'), 2
  )).subtotal_cents,
  1800::bigint, 'everybody buys it'
);
select is(
  (select array_agg(p.price_cents) from app_public.ticket_category_prices as p
    where p.ticket_category_id = tests.id('late')),
  array[900::bigint], 'and sees its price'
);
select tests.sign_in('theatre manager');
select tests.refused(
  $$ select app_public.create_ticket_category(null, 'X', 1, array['x']) $$, 'LMNFD', 'no event'
);
select tests.refused(
  $$ select app_public.create_ticket_category(tests.id('rival.event'), 'X', 1, array['x']) $$,
  'LMNFD', 'an event of another tenant'
);

select tests.as_owner();
select tests.refused(
  $$ insert into app_public.ticket_category_prices (
    organization_id, ticket_category_id, price_cents, valid_during
  ) values (tests.id('theatre.organization'), tests.id('c'), 1, '[2030-01-01,2031-01-01)') $$,
  '23P01', 'two prices do not hold at one time'
);
select tests.refused(
  $$ update app_public.ticket_category_prices set organization_id = tests.id('rival.organization')
    where ticket_category_id = tests.id('c') $$,
  '23503', 'no price belongs to another tenant'
);
