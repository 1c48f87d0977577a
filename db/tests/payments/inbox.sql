-- If this fails, news that came too early are lost, old news undo new ones, or nobody hears of what is wrong.
select plan(47);

select tests.create_theatre();
select tests.create_theatre('rival');
-- An event of any object, received and applied.
create function tests.told(event_id text, object jsonb, created bigint, more jsonb default '{}')
returns text
language plpgsql volatile as $$
begin
  perform app_private.receive_stripe_event(
    jsonb_build_object(
      'id', event_id, 'type', object ->> 'object', 'created', created,
      'data', jsonb_build_object('object', object)
    ) || more,
    false
  );
  return app_private.apply_stripe_event(event_id);
end
$$;
create function tests.intent(booking text, news text, changes jsonb default '{}') returns jsonb
language sql volatile as $$
  select jsonb_build_object(
    'object', 'payment_intent', 'id', 'pi_' || booking, 'status', news,
    'amount', p.amount_cents, 'currency', 'eur',
    'metadata', jsonb_build_object('lml_payment_intent_id', p.id)
  ) || changes
  from app_public.payment_intents as p where p.booking_id = tests.id(booking)
$$;
create function tests.charge(booking text, changes jsonb default '{}') returns jsonb
language sql volatile as $$
  select jsonb_build_object(
    'object', 'charge', 'id', 'ch_' || booking, 'payment_intent', 'pi_' || booking,
    'status', 'succeeded', 'amount', p.amount_cents, 'amount_refunded', 0, 'currency', 'eur',
    'metadata', '{}'::jsonb
  ) || changes
  from app_public.payment_intents as p where p.booking_id = tests.id(booking)
$$;
create function tests.payment(booking text) returns text
language sql stable as $$
  select concat_ws(' ', p.status, p.stripe_status, p.failure_code)
  from app_public.payment_intents as p where p.booking_id = tests.id(booking)
$$;
create function tests.event(event_id text) returns text
language sql stable as $$
  select concat_ws(' ', e.outcome, e.reason)
  from app_private.stripe_events as e where e.id = event_id
$$;

-- Older news never undo newer ones.
select tests.pending('a', 1, 1);
select tests.told('evt_a2', tests.intent('a', 'requires_action'), 200);
select is(tests.payment('a'), 'requires_action requires_action', 'news');
select tests.told('evt_a1', tests.intent('a', 'requires_payment_method'), 100);
select is(tests.payment('a'), 'requires_action requires_action', 'older ones change nothing');
select tests.told('evt_a3', tests.intent('a', 'processing'), 200);
select is(tests.payment('a'), 'processing processing', 'in one second, what is further on counts');
select tests.told('evt_a4', tests.intent('a', 'requires_action'), 200);
select is(tests.payment('a'), 'processing processing', 'in either order');
select tests.told(
  'evt_a5', tests.intent('a', 'requires_payment_method', '{"last_payment_error": {"code": "no"}}'),
  300
);
select is(tests.payment('a'), 'pending requires_payment_method no', 'a newer attempt has failed');
select tests.told('evt_a6', tests.intent('a', 'canceled'), 100);
select is(
  tests.payment('a'), 'canceled canceled', 'what has ended stays so, whatever the clocks say'
);
select tests.told('evt_a7', tests.intent('a', 'processing'), 900);
select is(tests.payment('a'), 'canceled canceled', 'whatever comes after it');

-- A charge before its payment, and a refund by hand.
select tests.pending('b', 2, 2);
select is(tests.told('evt_b1', tests.charge('b'), 100), 'parked', 'a charge comes first');
select is(
  tests.told('evt_b2', '{"object": "refund", "id": "re_x", "payment_intent": "pi_b"}', 100),
  'parked', 'and a refund that nobody here has asked for'
);
select is(tests.event('evt_b1'), 'parked pi_b', 'it waits for the payment');
select is(app_private.apply_stripe_event('evt_b1'), 'parked', 'again it waits');
select is(
  (select j.run_at - now() from graphile_worker.jobs as j where j.key = 'stripe_event:evt_b1'),
  interval '1 second', 'not for long, as the payment may have come at the same moment'
);
delete from graphile_worker._private_jobs;
select app_private.record_payment_intent(
  tests.intent_of(tests.id('b')), 'pi_b', 's', 'requires_payment_method'
);
select is(tests.jobs('stripe_event__apply'), 2::bigint, 'when the payment is known, both are tried');
select is(app_private.apply_stripe_event('evt_b1'), 'applied', 'the charge is noted');
select is(
  (select stripe_charge_id from app_public.payment_intents where booking_id = tests.id('b')),
  'ch_b', 'with the payment'
);
select is(app_private.apply_stripe_event('evt_b2'), 'refused', 'the refund is seen');
select is(tests.event('evt_b2'), 'refused refund_not_asked_for', 'as what it is');
select is(
  (select (f.subject, f.booking_id = tests.id('b'), f.stripe_event_ids)::text
    from app_public.payment_findings as f where f.kind = 'refund_not_asked_for'),
  '(re_x,t,{evt_b2})', 'and people are told'
);
select is(
  tests.told('evt_b3', tests.charge('b', '{"amount_refunded": 1}'), 200), 'refused',
  'as of a charge of which more went back than was asked for'
);
select is(
  tests.told('evt_b' || n, tests.charge('b', changes), 300), 'refused', reason
)
from (values
  (4, '{"amount": 1}'::jsonb, 'event_amount_differs'), (5, '{"currency": "usd"}', 'currency'),
  (6, '{"id": "ch_2"}', 'second_charge')
) as c (n, changes, reason);
select is(
  tests.told('evt_b7', tests.charge('b', '{"payment_intent": null}'), 300), 'ignored',
  'a charge without a payment is nobody''s'
);

-- The sweep, and what never comes.
select is(
  tests.told('evt_c1', '{"object": "charge", "id": "ch_c", "payment_intent": "pi_c"}', 1), 'parked',
  'a charge of what never comes'
);
delete from graphile_worker._private_jobs;
select is(app_private.retry_parked_events(), 0, 'it is not tried at once');
update app_private.stripe_events set retry_at = now() - interval '1 second' where id = 'evt_c1';
select is(app_private.retry_parked_events(), 1, 'then by the clock');
select is(tests.jobs('stripe_event__apply'), 1::bigint, 'with a job');
select is(app_private.retry_parked_events(), 1, 'and again');
select is(tests.jobs('stripe_event__apply'), 1::bigint, 'which is one');
select app_private.apply_stripe_event('evt_c1');
select is_empty(
  $$ select from app_public.payment_findings where kind = 'event_without_parent' $$,
  'for days that is nothing'
);
update app_private.stripe_events
set received_at = now() - interval '4 days', parked_at = now() - interval '4 days'
where id = 'evt_c1';
select app_private.apply_stripe_event('evt_c1') from generate_series(1, 2);
select is(
  (select (f.subject, f.organization_id, f.detail ->> 'waits_for')::text
    from app_public.payment_findings as f where f.kind = 'event_without_parent'),
  '(ch_c,,pi_c)', 'then it is a finding, once'
);
select is(
  (select retry_at > now() + interval '1 day' from app_private.stripe_events where id = 'evt_c1'),
  true, 'and tried less and less often'
);
select app_private.receive_stripe_event('{"id": "evt_d", "type": "t", "created": 1}', false);
update app_private.stripe_events set received_at = now() - interval '2 days' where id = 'evt_d';
delete from graphile_worker._private_jobs;
select is(app_private.retry_parked_events(), 1, 'an event whose job was lost gets another one');
select is(
  (select count(*) from app_public.payment_findings where kind = 'event_not_applied'), 1::bigint,
  'and after a day somebody looks'
);

-- Accounts.
select is(
  tests.told('evt_e1', tests.intent('b', 'succeeded'), 1, '{"account": "acct_other"}'), 'refused',
  'our payment on another account is none'
);
select is(
  tests.told(
    'evt_e2', '{"object": "payment_intent", "id": "pi_e", "metadata": {}}', 1,
    '{"account": "acct_other"}'
  ),
  'ignored', 'and others'' payments there are theirs'
);
select is(
  tests.told('evt_e3', '{"object": "unheard_of", "x": 1}', 1), 'ignored', 'unknown kinds of objects'
);
select is(tests.event('evt_e3'), 'ignored no handler', 'with a reason');

-- Who sees findings, and closes them.
select tests.sign_in('theatre owner');
select is(
  (select count(*) from app_public.payment_findings), 6::bigint, 'an organization sees its own'
);
select tests.keep('finding', f.id) from app_public.payment_findings as f
where f.kind = 'refund_not_asked_for' and f.subject = 're_x';
select tests.refused(
  format('select app_public.resolve_payment_finding(%L, %L)', tests.id('finding'), note), 'LMINP',
  'without a note it is not closed'
)
from unnest(array[null, ' ']) as note;
select tests.sign_in('theatre manager');
select is((select count(*) from app_public.payment_findings), 0::bigint, 'others of it see nothing');
select tests.refused(
  $$ select app_public.resolve_payment_finding(tests.id('finding'), 'x') $$, 'LMRGT', 'nor close it'
);
select tests.sign_in('rival owner');
select tests.refused(
  $$ select app_public.resolve_payment_finding(tests.id('finding'), 'x') $$, 'LMNFD',
  'strangers do not know of it'
);
select tests.sign_in('theatre owner');
select is(
  (app_public.resolve_payment_finding(tests.id('finding'), ' Ada did it. ')).resolution_note,
  'Ada did it.', 'it is closed with a note'
);
select is(
  (app_public.resolve_payment_finding(tests.id('finding'), 'x')).resolution_note, 'Ada did it.',
  'once'
);
select tests.as_owner();
select app_private.record_stripe_outcome(e, app_private.dispatch_stripe_event(e))
from app_private.stripe_events as e where e.id = 'evt_b2';
select is(
  (select count(*) from app_public.payment_findings where subject = 're_x'), 1::bigint,
  'the same event does not open it again'
);
