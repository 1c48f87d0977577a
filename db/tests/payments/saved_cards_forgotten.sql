-- If this fails, Stripe keeps the cards of somebody who was erased here.
select plan(6);

select tests.create_theatre();
select tests.sign_in('ada');
select tests.keep(
  'cart', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(1))).id
);
select app_public.choose_payment(tests.id('cart'), true);
select tests.as_owner();
select app_private.record_stripe_customer(c.id, 'cus_ada') from app_private.stripe_customers as c;
insert into app_private.saved_payment_methods (organization_id, stripe_customer_id, stripe_id, last4)
select c.organization_id, c.id, 'pm_ada', '4242' from app_private.stripe_customers as c;
select app_private.receive_stripe_event(
  '{"id": "evt_1", "type": "payment_method.attached", "created": 1, "data": {"object": {
    "object": "payment_method", "id": "pm_ada", "type": "card", "customer": "cus_ada",
    "card": {"last4": "4242"}, "billing_details": {"name": "Ada"}}}}'::jsonb, false
);
select app_private.apply_stripe_event('evt_1');
select tests.sign_in('ada');
select app_public.cancel_booking(tests.id('cart'));
select tests.become('lml_authenticator', tests.token('session of ada'), '');
select app_private.request_erasure();
select tests.as_owner();
select is(tests.jobs('stripe_customer__delete'), 0::bigint, 'nothing is forgotten before');
select is(
  (select app_private.erase_user(r.id) from app_public.privacy_requests as r), true,
  'she is forgotten'
);
select is(
  (select count(*) from app_private.saved_payment_methods)
    + (select count(*) from app_private.payment_choices)
    + (select count(*) from app_private.stripe_customers),
  0::bigint, 'with her cards, and what she said of them'
);
select is(tests.jobs('stripe_customer__delete'), 1::bigint, 'Stripe is told to forget her too');
select is(
  (select app_private.prepare_stripe_customer_delete(c.subject_id) ->> 'customer'
    from app_private.stripe_calls as c where c.purpose = 'stripe_customer.delete'),
  'cus_ada', 'by a call that is written down with her name at Stripe, and nowhere else'
);
select is(
  (select e.payload from app_private.stripe_events as e), '{}',
  'what Stripe told of her card is blank'
);
