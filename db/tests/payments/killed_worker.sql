-- If this fails, a worker that dies beside Stripe leaves a buyer who cannot pay, or who pays twice.
select plan(12);

select tests.create_theatre();
select tests.as_guest(1);
select tests.keep(
  'cart', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(1))).id
);
select app_public.start_checkout(tests.id('cart'), 'guest@example.com');
select tests.as_owner();

-- It died after Stripe had made the intent. Stripe's event is here before the next worker.
select is(
  tests.stripe_says(tests.id('cart'), 'requires_payment_method'), 'applied',
  'the event that it was made tells its id'
);
select is(
  app_private.prepare_payment_intent(tests.intent_of(tests.id('cart'))) ->> 'idempotency_key',
  'create:' || tests.intent_of(tests.id('cart')),
  'Stripe is asked again under the same key, as the client secret is missing'
);
select lives_ok(
  $$ select app_private.record_payment_intent(
    p.id, p.stripe_payment_intent_id, 'secret_1', 'requires_payment_method'
  ) from app_public.payment_intents as p $$,
  'its answer is remembered'
);
select tests.as_guest(1);
select is(
  (app_public.payment_session(tests.id('cart'))).client_secret, 'secret_1',
  'so that the buyer can pay'
);
select tests.as_owner();
select is(
  app_private.prepare_payment_intent(tests.intent_of(tests.id('cart'))), null,
  'and nothing is left to ask'
);

-- It was down for long. Stripe may have forgotten the key an hour later.
select tests.as_guest(2);
select tests.keep(
  'late', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(2))).id
);
select app_public.start_checkout(tests.id('late'), 'guest@example.com');
select tests.as_owner();
create function tests.intent_may_be_forgotten(age interval) returns boolean
language plpgsql volatile as $$
declare
  v_id uuid := tests.intent_of(tests.id('late'));
begin
  update app_public.payment_intents as p set created_at = now() - age where p.id = v_id;
  return (app_private.prepare_payment_intent(v_id) ->> 'may_be_forgotten')::boolean;
end
$$;
select is(tests.intent_may_be_forgotten('0'), false, 'a new key of an intent is known to Stripe');
select is(tests.intent_may_be_forgotten('23 hours'), false, 'for most of a day');
select is(tests.intent_may_be_forgotten('23 hours 1 second'), true, 'then Stripe is asked first');

-- The same for a refund.
select tests.sell('sold', 'theatre', 3, 3);
select tests.keep('refund', app_private.queue_refund(p, 100, 'customer_request'))
from app_public.payment_intents as p where p.booking_id = tests.id('sold');
create function tests.refund_may_be_forgotten(age interval) returns boolean
language plpgsql volatile as $$
begin
  update app_public.refunds as r set created_at = now() - age where r.id = tests.id('refund');
  return (app_private.prepare_refund(tests.id('refund')) ->> 'may_be_forgotten')::boolean;
end
$$;
select is(tests.refund_may_be_forgotten('0'), false, 'a new key of a refund is known to Stripe');
select is(tests.refund_may_be_forgotten('23 hours'), false, 'for most of a day');
select is(tests.refund_may_be_forgotten('23 hours 1 second'), true, 'then Stripe is asked first');
select is(
  app_private.prepare_refund(tests.id('refund')) ->> 'idempotency_key',
  'refund:' || tests.id('refund'),
  'and if it finds nothing, asked for it under the same key, which it may yet know'
);
