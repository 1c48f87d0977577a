-- If this fails, what a buyer needs is lost, or is read by strangers.
select plan(21);

select tests.create_theatre();
select tests.sell('sale', 'theatre', 1, 1, 2);

select tests.as_guest(1);
select app_public.describe_booking(
  tests.id('sale'), 'A friend', utm_source => 'newsletter', utm_campaign => 'autumn',
  accessibility_requirements => 'A ramp'
);
select app_public.describe_booking(tests.id('sale'), referral_source => '', dietary_requirements =>
  'No nuts');
select is(
  (
    select (
      referral_source, utm_source, utm_campaign, accessibility_requirements, dietary_requirements
    )::text
    from app_public.booking_details
  ),
  '(,newsletter,autumn,"A ramp","No nuts")', 'null leaves a value, an empty text removes it'
);
select tests.refused(statement, 'LMINP', statement)
from unnest(array[
  $$ select app_public.describe_booking(tests.id('sale'), repeat('x', 201)) $$,
  $$ select app_public.describe_booking(tests.id('sale'), special_requests => repeat('x', 2001)) $$
]) as statement;
select tests.refused(
  $$ select app_public.add_booking_note(tests.id('sale'), 'x') $$, '42501', 'notes are for staff'
);

select tests.as_guest(2);
select is(tests.visible('app_public.booking_details'), '0', 'another guest sees nothing of it');
select tests.refused(
  $$ select app_public.describe_booking(tests.id('sale'), 'Eve') $$, 'LMBKG', 'nor may they say it'
);

select tests.sign_in('theatre owner');
select is(tests.visible('app_public.booking_details'), '1', 'staff sees it');
select app_public.add_booking_note(tests.id('sale'), 'Called; comes by wheelchair taxi.');
select is(
  (select (note, written_by = tests.user_id('theatre owner'))::text from app_public.booking_notes),
  '("Called; comes by wheelchair taxi.",t)', 'and notes what it hears'
);
select tests.refused(statement, 'LMINP', statement)
from unnest(array[
  $$ select app_public.add_booking_note(tests.id('sale'), '') $$,
  $$ select app_public.add_booking_note(tests.id('sale'), null) $$,
  $$ select app_public.add_booking_note(tests.id('sale'), repeat('x', 2001)) $$
]) as statement;
select tests.sign_in('theatre viewer');
select is(tests.visible('app_public.booking_notes'), '0', 'who may only look sees no notes');
select tests.refused(
  $$ select app_public.add_booking_note(tests.id('sale'), 'x') $$, 'LMBKG', 'nor writes any'
);
select tests.sign_in('theatre coordinator');
select tests.refused(
  $$ select app_public.add_booking_note(tests.id('sale'), 'x') $$, 'LMBKG',
  'nor does who only reads bookings'
);
select tests.as_guest(1);
select tests.refused(
  $$ select from app_public.booking_notes $$, '42501', 'the buyer does not see them'
);

-- Customers.
select tests.as_owner();
select tests.keep('customer', (select id from app_public.customers));
select tests.sign_in('theatre owner');
select is(
  (
    select (first_name, address ->> 'city')::text
    from app_public.update_customer(
      tests.id('customer'), 'Ada', address => '{"city": "Graz", "country": "AT"}'
    )
  ),
  '(Ada,Graz)', 'staff keeps the address of a customer'
);
select tests.refused(statement, 'LMINP', statement)
from unnest(array[
  $$ select app_public.update_customer(tests.id('customer'), address => '[]') $$,
  $$ select app_public.update_customer(tests.id('customer'), address => '{"planet": "Mars"}') $$,
  $$ select app_public.update_customer(tests.id('customer'), address => '{"country": "at"}') $$,
  $$ select app_public.update_customer(tests.id('customer'), phone => 'x') $$
]) as statement;
select tests.sign_in('theatre viewer');
select tests.refused(
  $$ select app_public.update_customer(tests.id('customer'), 'Eve') $$, 'LMNFD',
  'who may only look changes nothing'
);
