-- If this fails, a bank gets an answer that nobody may give, or none, or is told what is not so.
select plan(28);

select tests.create_theatre();
create function tests.suggested(field text) returns text
language sql stable as $$
  select app_public.prepare_dispute_evidence(tests.id('dispute')) ->> suggested.field
$$;
grant execute on function tests.suggested(text) to public;
create function tests.answer(evidence jsonb, key text default null) returns text
language sql volatile as $$
  select (app_public.submit_dispute_evidence(tests.id('dispute'), evidence, key)).id::text
$$;
grant execute on function tests.answer(jsonb, text) to public;
select tests.sign_in('theatre owner');
select app_public.set_cancellation_policy(
  tests.id('theatre.organization'), '{3}', '{50}', null, true, true
);
select set_config('lml.ip_address', '203.0.113.7', true);
select tests.sell('sale', 'theatre', 1, 1, 2);
insert into app_public.disputes (
  id, organization_id, booking_id, payment_intent_id, stripe_dispute_id, status, reason,
  amount_cents, currency, opened_at, evidence_due_at, counted_cents
)
select tests.keep('dispute', uuidv7()), p.organization_id, p.booking_id, p.id, 'dp_1',
  'needs_response', 'fraudulent', p.amount_cents, p.currency, now(), now() + interval '2 days', 0
from app_public.payment_intents as p;
select app_private.count_disputes(p.id) from app_public.payment_intents as p;
select app_private.settle_disputes_of(tests.id('sale'));

-- What is suggested.
select tests.sign_in('theatre owner');
select is(tests.suggested('customer_email_address'), 'guest1@example.com', 'who bought');
select is(tests.suggested('customer_purchase_ip'), '203.0.113.7', 'from where');
select alike(tests.suggested('product_description'), '2 x admission to %', 'what');
select alike(
  tests.suggested('cancellation_policy_disclosure'), '%version 1%3 days%50 percent%',
  'under which terms'
);
select alike(
  tests.suggested('access_activity_log'), '%paid and confirmed%TKT-%was issued%',
  'and what they did with it'
);
select is(
  app_public.prepare_dispute_evidence(tests.id('dispute')) ? 'shipping_tracking_number', false,
  'what is not known is not said'
);

-- Who may answer, and what.
select tests.refused(format('select tests.answer(%L)', e), 'LMINP', left(e, 40))
from unnest(array[
  '{}', '[]', '"x"', '{"receipt": "file_1"}', '{"customer_name": 1}', '{"customer_name": ""}',
  jsonb_build_object('customer_name', repeat('x', 20001))::text
]) as e;
select tests.refused('select tests.answer(null)', 'LMINP', 'nothing is no evidence');
select is(
  tests.attempt_as(name, $$ select app_public.accept_dispute(tests.id('dispute')) $$), code, name
)
from (values ('theatre manager', 'LMRGT'), ('theatre viewer', 'LMRGT'), ('rival owner', 'LMNFD'))
  as n (name, code);
select is(
  tests.attempt_as('theatre viewer',
    $$ select app_public.prepare_dispute_evidence(tests.id('dispute')) $$),
  'LMRGT', 'evidence tells of buyers'
);

-- Nobody has answered, and time runs out.
select tests.as_owner();
select is(app_private.remind_of_disputes(), 1, 'staff is reminded');
select is(app_private.remind_of_disputes(), 0, 'once');
select is(
  (select string_agg(distinct template, ' ') from app_private.outgoing_emails
    where template like 'dispute%'),
  'dispute_evidence_due', 'by mail'
);

-- Once.
select tests.sign_in('theatre owner');
select is(
  tests.answer('{"customer_name": "x"}', 'k'), tests.answer('{"customer_name": "x"}', 'k'),
  'the same answer is one'
);
select tests.refused(
  $$ select tests.answer('{"customer_name": "y"}') $$, 'LMDSP', 'another one is not taken'
);
select tests.refused(
  $$ select app_public.accept_dispute(tests.id('dispute')) $$, 'LMDSP', 'nor is it given up then'
);
select tests.as_owner();
select is(tests.jobs('dispute_response__send'), 1::bigint, 'it is sent');
select app_private.record_dispute_response(r.id, 'refused', 'x')
from app_public.dispute_responses as r;
select is(
  (select kind from app_public.payment_findings), 'dispute_response_refused',
  'what Stripe refuses is found'
);
select tests.sign_in('theatre owner');
select lives_ok($$ select tests.answer('{"customer_name": "y"}') $$, 'and answered again');
select tests.consistent();
