-- If this fails, a card is kept without its buyer's consent, or somebody else pays with it.
select plan(31);

select tests.create_theatre();
select tests.create_theatre('rival');

create function tests.cart_of(name text, theatre text, seat_no integer) returns uuid
language plpgsql volatile as $$
begin
  perform tests.sign_in(cart_of.name);
  return tests.keep(
    cart_of.name || '.' || cart_of.seat_no, (
      app_public.hold_seats(
        tests.id(cart_of.theatre || '.performance'), tests.seats(variadic array[cart_of.seat_no])
      )
    ).id
  );
end
$$;
grant execute on function tests.cart_of(text, text, integer) to lml_user, lml_anonymous;
create function tests.choice(booking_id uuid) returns jsonb
language sql volatile security definer as $$
  select app_private.prepare_payment_intent(tests.intent_of(choice.booking_id))
    - array['amount', 'currency', 'idempotency_key', 'may_be_forgotten', 'description', 'metadata']
$$;
create function tests.card_news(type text, card text, customer text, event_id text) returns text
language plpgsql volatile security definer as $$
begin
  perform app_private.receive_stripe_event(jsonb_build_object(
    'id', event_id, 'type', 'payment_method.' || type, 'created', 1,
    'data', jsonb_build_object(
      'object', jsonb_build_object(
        'object', 'payment_method', 'id', card, 'type', 'card',
        'customer', case when type <> 'detached' then customer end,
        'card', jsonb_build_object(
          'brand', 'visa', 'last4', '4242', 'exp_month', 12, 'exp_year', 2040
        )
      ),
      'previous_attributes', case when type = 'detached'
        then jsonb_build_object('customer', customer) else '{}' end
    )
  ), false);
  return app_private.apply_stripe_event(event_id);
end
$$;

-- Ada agrees that her card is kept.
select tests.cart_of('ada', 'theatre', 1);
select is(app_public.choose_payment(tests.id('ada.1')), false, 'nothing is kept by default');
select is(app_public.choose_payment(tests.id('ada.1'), true), true, 'unless she agrees');
select is(
  app_public.choose_payment(tests.id('ada.1'), false), false, 'she may think better of it'
);
select app_public.start_checkout(tests.id('ada.1'));
select tests.as_owner();
select is(tests.choice(tests.id('ada.1')), '{}', 'then Stripe is told of no customer');

select tests.cart_of('ada', 'theatre', 2);
select app_public.choose_payment(tests.id('ada.2'), true);
select is(app_public.choose_payment(tests.id('ada.2'), true), true, 'saying so twice is harmless');
select app_public.start_checkout(tests.id('ada.2'));
select is(
  tests.attempt($$ select app_public.choose_payment(tests.id('ada.2'), false) $$), 'LMBST',
  'after checkout the choice is made'
);
select tests.as_owner();
select is(tests.choice(tests.id('ada.2')), null, 'her payment waits until Stripe knows her');
select is(
  (
    select array[p ->> 'email', p ->> 'idempotency_key']
    from app_private.stripe_customers as c
    cross join lateral app_private.prepare_stripe_customer(c.id) as p
  ),
  array['ada@example.com', 'customer:' || (select id from app_private.stripe_customers)],
  'the worker makes a customer of her, under a key of her own'
);
select is(
  (
    select array_agg(j.task_identifier)::text[] from graphile_worker.jobs as j
    where j.task_identifier = 'stripe_customer__create'
  ),
  array['stripe_customer__create'], 'first'
);
select app_private.record_stripe_customer(c.id, 'cus_ada') from app_private.stripe_customers as c;
select app_private.record_stripe_customer(c.id, 'cus_two') from app_private.stripe_customers as c;
select is(
  tests.choice(tests.id('ada.2')), '{"customer": "cus_ada", "setup_future_usage": "on_session"}',
  'once: the first one stays, and the card is kept with the payment'
);

-- Stripe tells of cards in any order, and any number of times.
select is(tests.card_news('attached', 'pm_a', 'cus_ada', 'evt_1'), 'applied', 'a card was saved');
select is(tests.card_news('attached', 'pm_a', 'cus_ada', 'evt_2'), 'applied', 'the same once more');
select is(
  tests.card_news('attached', 'pm_x', 'cus_unknown', 'evt_3'), 'ignored', 'of nobody we know'
);
select is(
  tests.card_news('detached', 'pm_b', 'cus_ada', 'evt_4'), 'applied', 'one was removed before'
);
select is(
  tests.card_news('attached', 'pm_b', 'cus_ada', 'evt_5'), 'applied', 'we heard that it was saved'
);
select tests.keep('card', m.id) from app_private.saved_payment_methods as m
where m.stripe_id = 'pm_a';
select tests.keep('gone', m.id) from app_private.saved_payment_methods as m
where m.stripe_id = 'pm_b';

select tests.sign_in('ada');
select is(
  (select array_agg(format('%s %s %s/%s', m.brand, m.last4, m.exp_month, m.exp_year))
    from app_public.my_payment_methods() as m),
  array['visa 4242 12/2040'], 'she sees the one that is there'
);
select is(
  (select count(*) from app_public.my_payment_methods(tests.id('rival.organization'))), 0::bigint,
  'which the rival has not'
);
select is(
  tests.visible('app_private.saved_payment_methods'), 'denied', 'Stripe''s id is nowhere to read'
);

-- She pays with it.
select tests.cart_of('ada', 'theatre', 3);
select is(
  app_public.choose_payment(tests.id('ada.3'), true, tests.id('card')), false,
  'a card that is kept already is not kept again'
);
select is(
  tests.attempt($$
    select app_public.choose_payment(tests.id('ada.3'), false, tests.id('gone')) $$), 'LMNFD',
  'one that is gone pays for nothing'
);
select app_public.start_checkout(tests.id('ada.3'));
select tests.as_owner();
select is(
  tests.choice(tests.id('ada.3')) ->> 'payment_method', 'pm_a', 'the worker tells Stripe which'
);

-- Nobody else does.
select tests.cart_of('eve', 'theatre', 4);
select is(
  tests.attempt($$
    select app_public.choose_payment(tests.id('eve.4'), false, tests.id('card')) $$), 'LMNFD',
  'Eve cannot pay with it'
);
select is(
  tests.attempt($$ select app_public.remove_payment_method(tests.id('card')) $$), 'LMNFD',
  'nor remove it'
);
select is((select count(*) from app_public.my_payment_methods()), 0::bigint, 'nor see it');
select tests.sign_in('theatre owner');
select is(
  tests.attempt($$ select app_public.choose_payment(tests.id('eve.4'), true) $$), 'LMBKG',
  'staff decide for no buyer'
);
select tests.cart_of('ada', 'rival', 5);
select is(
  tests.attempt($$
    select app_public.choose_payment(tests.id('ada.5'), false, tests.id('card')) $$), 'LMNFD',
  'nor does it pay with somebody else than whom it was kept for'
);
select tests.as_anonymous();
select is(
  tests.attempt($$ select * from app_public.my_payment_methods() $$), '42501', 'guests have none'
);

-- She removes it.
select tests.sign_in('ada');
select is(
  (app_public.remove_payment_method(tests.id('card'))).last4, '4242', 'she removes it'
);
select app_public.remove_payment_method(tests.id('card'));
select tests.as_owner();
select is(tests.jobs('payment_method__detach'), 1::bigint, 'Stripe is told once');
select is(
  app_private.prepare_payment_method_detach(tests.id('card')) - 'organization_id',
  jsonb_build_object('payment_method', 'pm_a', 'idempotency_key', 'detach:' || tests.id('card')),
  'with a key of its own'
);
select app_private.record_payment_method_detached(tests.id('card'));
select is(
  app_private.prepare_payment_method_detach(tests.id('card')), null, 'until it has forgotten it'
);
