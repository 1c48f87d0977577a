-- If this fails, nobody can say which card was charged for a booking, or buyers read what is thought
-- of them.
select plan(13);

select tests.create_theatre();
select tests.as_guest(1);
select tests.keep(
  'cart', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(1))).id
);
select app_public.start_checkout(tests.id('cart'), 'ada@example.com');
select tests.as_owner();
select app_private.record_payment_intent(tests.intent_of(tests.id('cart')), 'pi_1', 's', 'x');
create function tests.charge(id text, status text, changes jsonb default '{}') returns text
language sql volatile security definer set search_path = '' as $$
  select app_private.apply_charge(jsonb_build_object(
    'object', 'charge', 'id', charge.id, 'status', charge.status, 'payment_intent', 'pi_1',
    'amount', 6280, 'amount_refunded', 0, 'currency', 'eur', 'created', 1700000000,
    'payment_method_details', '{"card": {"brand": "visa", "last4": "4242"}}'::jsonb,
    'outcome', '{"risk_level": "elevated", "risk_score": 64, "network_status": "approved_by_network"}'
      ::jsonb
  ) || charge.changes)
$$;
create function tests.charges() returns text
language sql stable security definer set search_path = '' as $$
  select string_agg(format('%s %s %s', stripe_charge_id, status, card_last4), ', ' order by id)
  from app_public.payment_charges
$$;

select is(
  tests.charge('ch_1', 'failed', '{"outcome": {"network_status": "declined_by_network", "reason":
    "insufficient_funds"}}'), 'applied', 'a card is declined'
);
select is(tests.charge('ch_2', 'succeeded'), 'applied', 'another is not');
select is(tests.charge('ch_2', 'succeeded'), 'applied', 'twice is once');
select is(tests.charge('ch_2', 'pending'), 'applied', 'older news');
select is(tests.charges(), 'ch_1 failed 4242, ch_2 succeeded 4242', 'both cards are known');
select is(
  (
    select (risk_level, risk_score, network_answer, outcome_reason)::text
    from app_public.payment_charges where stripe_charge_id = 'ch_1'
  ),
  '(,,declined_by_network,insufficient_funds)', 'and what was said of the one'
);
select is(
  (select (risk_level, risk_score)::text from app_public.payment_charges
    where stripe_charge_id = 'ch_2'), '(elevated,64)', 'and of the other'
);
select is(
  tests.charge('ch_3', 'failed', '{"payment_method_details": {"card": {"last4": "12"}}, "outcome":
    {"risk_score": 4000, "risk_level": 7}, "created": "x"}'), 'applied', 'nonsense is left out'
);
select is(
  (select (card_last4, risk_score)::text from app_public.payment_charges
    where stripe_charge_id = 'ch_3'), '(,)', 'and nothing is made of it'
);

select tests.sign_in('theatre owner');
select is(tests.visible('app_public.payment_charges'), '3', 'staff reads them');
select tests.sign_in('theatre staff');
select is(tests.visible('app_public.payment_charges'), '0', 'without payments.read not');
select tests.sign_in('rival owner');
select is(tests.visible('app_public.payment_charges'), '0', 'nor does a rival');
select tests.as_guest(1);
select is(tests.visible('app_public.payment_charges'), 'denied', 'nor the buyer');
