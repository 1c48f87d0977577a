-- If this fails, Stripe keeps the cards of somebody who was erased here, or makes them known again.
select plan(13);

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

-- People who are erased while Stripe is asked to know them: of the first an answer comes after all.
create function tests.erase_while_asking(who text) returns uuid
language plpgsql volatile as $$
declare
  v_customer app_private.stripe_customers;
begin
  perform tests.sign_in(who);
  perform tests.keep(who || '.cart', (
    app_public.hold_seats(tests.id('theatre.performance'), tests.seats(2))
  ).id);
  perform app_public.choose_payment(tests.id(who || '.cart'), true);
  perform tests.as_owner();
  select * into strict v_customer
  from app_private.stripe_customers as c where c.user_id = tests.user_id(who);
  perform app_private.begin_stripe_call(
    v_customer.organization_id, 'stripe_customer.create', v_customer.id,
    'customer:' || v_customer.id, repeat('a', 64)
  );
  perform tests.sign_in(who);
  perform app_public.cancel_booking(tests.id(who || '.cart'));
  perform tests.become('lml_authenticator', tests.token('session of ' || who), '');
  perform app_private.request_erasure();
  perform tests.as_owner();
  perform app_private.erase_user(r.id)
  from app_public.privacy_requests as r where r.user_id = tests.user_id(who);
  return v_customer.id;
end
$$;
create function tests.forgets(customer_id uuid) returns text
language sql stable as $$
  select coalesce(p.request ->> 'customer', 'whoever it is')
    || case when j.run_at > now() then ', later' else '' end
  from (select app_private.prepare_stripe_customer_delete(forgets.customer_id)) as p (request)
  join graphile_worker.jobs as j
    on j.key = 'stripe_customer.delete:' || forgets.customer_id
  where p.request is not null
$$;
select tests.keep('bob.customer', tests.erase_while_asking('bob'));
select is(
  tests.forgets(tests.id('bob.customer')), null, 'of an answer that is awaited nothing is known'
);
select is(
  app_private.prepare_stripe_customer(tests.id('bob.customer')), null, 'nobody asks any more'
);
select app_private.record_stripe_customer(tests.id('bob.customer'), 'cus_bob');
select is(
  tests.forgets(tests.id('bob.customer')), 'cus_bob', 'who is made known then is to be forgotten'
);

-- Of the second it was lost with its worker: another one finds that there is nothing to ask.
select tests.keep('cleo.customer', tests.erase_while_asking('cleo'));
select app_private.overtake_stripe_calls('stripe_customer.create', tests.id('cleo.customer'));
select is(
  tests.forgets(tests.id('cleo.customer')), 'whoever it is, later',
  'Stripe may have made them known, and is asked when it must know'
);
select app_private.overtake_stripe_calls('stripe_customer.create', tests.id('cleo.customer'));
select is(
  (select count(*) from app_private.stripe_calls as c
    where c.subject_id = tests.id('cleo.customer') and c.purpose = 'stripe_customer.delete'),
  1::bigint, 'once'
);
select app_private.record_stripe_customer(tests.id('cleo.customer'), 'cus_cleo');
select is(
  tests.forgets(tests.id('cleo.customer')), 'cus_cleo', 'or as soon as an answer comes'
);

-- Who is not erased stays.
select tests.sign_in('dora');
select tests.keep('dora.cart', (
  app_public.hold_seats(tests.id('theatre.performance'), tests.seats(3))
).id);
select app_public.choose_payment(tests.id('dora.cart'), true);
select tests.as_owner();
select app_private.begin_stripe_call(
  c.organization_id, 'stripe_customer.create', c.id, 'customer:' || c.id, repeat('a', 64)
), app_private.record_stripe_customer(c.id, 'cus_dora')
from app_private.stripe_customers as c;
select app_private.overtake_stripe_calls('stripe_customer.create', c.id)
from app_private.stripe_customers as c;
select is(
  (select string_agg(coalesce(tests.forgets(c.id), 'nobody'), ',')
    from app_private.stripe_customers as c),
  'nobody', 'and nobody else is forgotten'
);
