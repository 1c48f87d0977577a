-- If this fails, a booking that was paid in parts is returned by the wrong payment, or not exactly.
select plan(10);

select tests.create_theatre();
select tests.sell('sale', 'theatre', 1, 1);
-- Of the 6280 that came, 2280 came later: the same money, in two payments.
update app_public.payment_intents set amount_cents = 4000, received_cents = 4000;
insert into app_public.payment_intents (
  organization_id, booking_id, amount_cents, currency, status, received_cents, succeeded_at,
  stripe_payment_intent_id
)
select organization_id, booking_id, 2280, currency, 'succeeded', 2280, now(), 'pi_2'
from app_public.payment_intents;
select app_private.post_to_ledger(
  p.organization_id, p.booking_id, 'EUR', case when side = 1 then 'payment:' || p.id else 'payment:moved' end,
  'Later', array['stripe_balance', 'buyer_clearing']::app_public.ledger_account_kind[],
  array[side * 2280, side * -2280]
)
from app_public.payment_intents as p, unnest(array[1, -1]) as side
where p.amount_cents = 2280;
create function tests.refunds_of(booking text) returns text
language sql stable security definer set search_path = '' as $$
  select string_agg(format('%s of %s', r.amount_cents, p.amount_cents), ', ' order by r.id)
  from app_public.refunds as r
  join app_public.payment_intents as p on p.id = r.payment_intent_id
  where r.booking_id = tests.id(booking)
$$;
grant execute on all functions in schema tests to public;

select tests.sign_in('theatre owner');
select lives_ok(
  $$ select app_public.refund_booking_amount(tests.id('sale'), 1000, 'A part') $$, 'a part'
);
select tests.as_owner();
select is(tests.refunds_of('sale'), '1000 of 2280', 'is returned by the newest payment');
select tests.sign_in('theatre owner');
select tests.refused(
  $$ select app_public.refund_booking_amount(tests.id('sale'), 5281, 'Too much') $$, 'LMRFX',
  'more than all payments have left is not'
);
select lives_ok(
  $$ select app_public.refund_tickets(tests.id('sale'), 'The rest') $$, 'the rest'
);
select tests.as_owner();
select is(
  tests.refunds_of('sale'), '1000 of 2280, 1280 of 2280, 4000 of 4000', 'by both, exactly'
);
select tests.consistent();
select app_private.record_refund(r.id, 're_' || r.id, 'succeeded', null)
from app_public.refunds as r where r.amount_cents < 4000;
select is(tests.status(tests.id('sale')), 'canceled', 'which is done when both have arrived');
select app_private.record_refund(r.id, 're_' || r.id, 'succeeded', null)
from app_public.refunds as r where r.amount_cents = 4000;
select is(tests.status(tests.id('sale')), 'refunded', 'and not before');
select is(
  (select sum(refunded_cents) from app_public.payment_intents), 6280::numeric, 'all of it'
);
select tests.consistent();
