-- If this fails, somebody else can confirm a buyer's payment, or the buyer cannot.
select plan(13);

select tests.create_theatre();
select tests.create_theatre('rival');
select tests.as_guest(1);
select tests.keep(
  'cart', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(1))).id
);
select is(app_public.payment_session(tests.id('cart')), null, 'a draft is not paid for');
select app_public.start_checkout(tests.id('cart'), 'a@b.c');
select is(
  (select (s.status, s.amount_cents, s.currency, s.client_secret)::text
    from app_public.payment_session(tests.id('cart')) as s),
  '(pending,6280,EUR,)', 'then it is, as soon as Stripe knows of it'
);
select tests.as_owner();
select app_private.record_payment_intent(
  tests.intent_of(tests.id('cart')), 'pi_1', 'the secret', 'requires_payment_method'
);
select tests.as_guest(1);
select is(
  (app_public.payment_session(tests.id('cart'))).client_secret, 'the secret',
  'with the secret that confirms it'
);
select is(app_public.payment_session(null), null, 'nothing has no payment');
select is(app_public.payment_session(uuidv7()), null, 'nor has what does not exist');
select tests.as_guest(2);
select is(app_public.payment_session(tests.id('cart')), null, 'another guest sees nothing');
select tests.as_anonymous();
select is(app_public.payment_session(tests.id('cart')), null, 'nor does nobody');
select tests.sign_in('ada');
select is(app_public.payment_session(tests.id('cart')), null, 'nor does a stranger');
select tests.sign_in('rival owner');
select is(app_public.payment_session(tests.id('cart')), null, 'nor does another tenant');
select tests.sign_in('theatre owner');
select is(app_public.payment_session(tests.id('cart')), null, 'nor does the seller');
select is(tests.visible('app_public.payment_intents'), '1', 'who sees the payment, not the secret');
select is(
  tests.visible('app_private.payment_intent_secrets'), 'denied', 'which is nowhere to read'
);
select tests.as_guest(1);
select is(tests.visible('app_private.payment_intent_secrets'), 'denied', 'not even for the buyer');
