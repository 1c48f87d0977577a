-- If this fails, somebody gets, for money that nobody should have taken, what the organization has
-- not agreed to.
select plan(27);

select tests.create_theatre();
-- How a booking stands, and what goes back of its money.
create function tests.outcome(name text) returns text
language sql stable security definer set search_path = '' as $$
  select concat_ws(
    ', ', tests.status(tests.id(outcome.name)), (
      select string_agg(format('%s back', r.amount_cents), ', ' order by r.id)
      from app_public.refunds as r where r.booking_id = tests.id(outcome.name)
    ), (
      select nullif(count(*), 0) || ' tickets'
      from app_public.tickets as t where t.booking_id = tests.id(outcome.name)
    )
  )
$$;
create function tests.asks(category text, asks boolean, capture_method text default 'manual')
returns void
language plpgsql volatile as $$
begin
  perform tests.sign_in('theatre owner');
  perform app_public.set_category_approval(
    tests.id(asks.category), asks.asks,
    capture_method => asks.capture_method::app_public.capture_method
  );
  perform tests.as_owner();
end
$$;
grant execute on all functions in schema tests to public;
select tests.keep(case c.category_no when 1 then 'stalls' else 'balcony' end, c.id)
from app_public.ticket_categories as c
where c.event_id = tests.id('theatre.event');
select tests.asks('stalls', true);

-- At the counter, by who may sell and may not approve, and by who may.
select is(tests.orders('counter', 1, 1), 'pending_payment', 'a card is to be authorized');
select is(
  tests.attempt_as('theatre ' || who, $$ select app_public.take_payment(
    tests.id('counter'), 'cash'
  ) $$),
  'LMBST', 'there is nothing to take before an answer, for ' || who
)
from unnest(array['support', 'owner']) as who;
select tests.as_owner();
select is(tests.outcome('counter'), 'pending_payment', 'and nothing was taken');
select is(tests.stripe_says(tests.id('counter'), 'requires_capture'), 'applied', 'it is authorized');
select tests.sign_in('theatre owner');
select is((app_public.approve_booking(tests.id('counter'))).status::text, 'pending_payment', 'yes');
select is(
  (app_public.take_payment(tests.id('counter'), 'cash')).status::text, 'confirmed',
  'after it, money is money'
);
select tests.consistent();

-- Captured by hand at Stripe, and told before anything else.
select is(tests.orders('captured', 2, 2), 'pending_payment', 'another card is to be authorized');
select is(tests.pay(tests.id('captured')), 'applied', 'it is charged at once');
select is(
  tests.outcome('captured'), 'pending_payment, 6280 back',
  'which goes back, and leaves the order to be completed'
);
select tests.as_guest(2);
select is(
  (select s.capture_method::text from app_public.open_payment(tests.id('captured')) as s),
  'manual', 'with another card, to be authorized'
);
select tests.consistent();

-- The attempt of before, when the cart had nothing that somebody has to agree to.
select is(tests.orders('swapped', 3, 13), 'pending_payment', 'an order like any other');
select tests.keep('first attempt', tests.intent_of(tests.id('swapped')));
select tests.as_guest(3);
select app_public.reopen_checkout(tests.id('swapped'));
select tests.asks('balcony', true);
select tests.as_guest(3);
select is(
  (app_public.start_checkout(tests.id('swapped'), 'swapped@example.com')).status::text,
  'pending_payment', 'is one to be agreed to now'
);
select tests.as_owner();
select is(
  tests.stripe_says(
    tests.id('swapped'), 'succeeded', changes => jsonb_build_object(
      'id', 'pi_first', 'metadata',
      jsonb_build_object('lml_payment_intent_id', tests.id('first attempt'))
    )
  ),
  'applied', 'the first attempt is paid all the same'
);
select is(tests.outcome('swapped'), 'pending_payment, 3183 back', 'and goes back');
select tests.consistent();

-- Without a card to be authorized, the order waits; its time runs out; then the news come.
select tests.asks('balcony', false);
select is(tests.orders('lapsed', 4, 14), 'pending_payment', 'a third order like any other');
select app_public.reopen_checkout(tests.id('lapsed'));
select tests.asks('balcony', true, 'automatic');
select tests.as_guest(4);
select is(
  (app_public.start_checkout(tests.id('lapsed'), 'lapsed@example.com')).status::text,
  'pending_approval', 'waits for an answer'
);
select tests.as_owner();
select tests.run_out(tests.id('lapsed'));
select is(app_private.expire_bookings(), 1, 'which nobody gives');
select is(tests.pay(tests.id('lapsed')), 'applied', 'it was paid before');
select is(tests.outcome('lapsed'), 'expired, 3183 back', 'and buys nothing');

-- The same of a cart that its buyer went back to, and never checked out again.
select tests.asks('balcony', false);
select tests.orders('left', 5, 15);
select app_public.reopen_checkout(tests.id('left'));
select app_public.release_seats(tests.id('left'), tests.seats(15));
select app_public.hold_seats(
  tests.id('theatre.performance'), tests.seats(16), tests.id('left')
);
select tests.as_owner();
select tests.run_out(tests.id('left'));
select is(app_private.expire_bookings(), 1, 'a cart that was left');
select is(tests.pay(tests.id('left')), 'applied', 'is paid as it was before');
select is(tests.outcome('left'), 'expired, 3183 back', 'which is not what is in it');
select tests.consistent();
