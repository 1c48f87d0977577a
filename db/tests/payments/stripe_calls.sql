-- If this fails, Stripe is asked for something without a trace, twice, or never again after an outage.
select plan(36);

select tests.create_theatre();
select tests.create_theatre('rival');
select tests.sell('sold', 'theatre', 1, 1);
select tests.keep('refund', app_private.queue_refund(p, 100, 'customer_request'))
from app_public.payment_intents as p where p.booking_id = tests.id('sold');
create function tests.begin(sent text default 'sent', key text default 'k') returns jsonb
language sql volatile as $$
  select app_private.begin_stripe_call(
    tests.id('theatre.organization'), 'refund.create', tests.id('refund'), key,
    encode(sha256(sent::bytea), 'hex')
  )
$$;
create function tests.call(column_name text) returns text
language sql stable as $$
  select to_jsonb(c) ->> column_name from app_private.stripe_calls as c
  where c.idempotency_key = 'k'
$$;
create function tests.postpone(is_outage boolean, retry_after_ms integer default null) returns void
language sql volatile as $$
  select app_private.postpone_stripe_call(
    tests.call('id')::uuid, is_outage, retry_after_ms, 503, 'down', 'req_1', 7
  )
$$;
-- How long the job of the refund waits, in seconds.
create function tests.wait() returns numeric
language sql stable security definer as $$
  select extract(epoch from j.run_at - now())
  from graphile_worker._private_jobs as j
  where j.key = 'refund.create:' || tests.id('refund')
$$;

select ok(not tests.begin() ?| array['is_postponed'], 'a call is written down');
select is(tests.call('status'), 'asked', 'before it is made');
select is(
  tests.begin() - 'call_id', '{"may_be_forgotten": false, "is_changed": false}',
  'a second attempt has the same row'
);
select is(tests.call('attempts'), '2', 'and is counted');
select is(
  (tests.begin('other') ->> 'is_changed')::boolean, true, 'a key never stands for two requests'
);
select app_private.find_changed_stripe_call(tests.call('id')::uuid) from generate_series(1, 2);
select is(
  (select count(*) from app_public.payment_findings where kind = 'stripe_request_changed'),
  1::bigint, 'people are told'
);
update app_private.stripe_calls set first_asked_at = now() - interval '23 hours 1 second';
select is(
  tests.begin('other') - 'call_id', '{"may_be_forgotten": true, "is_changed": false}',
  'until Stripe may have forgotten it: then it is looked for first'
);

-- It fails in a way that may pass.
delete from graphile_worker._private_jobs;
update app_private.stripe_calls set attempts = 1;
select tests.postpone(false);
select is(tests.call('status'), 'failed', 'a call fails');
select is(tests.call('ended_at'), null, 'which is not the end');
select ok(tests.wait() between 0.7 and 1.3, 'its job comes again soon');
update app_private.stripe_calls set attempts = 5;
select tests.postpone(false);
select ok(tests.wait() between 12 and 20, 'later the more often it failed');
update app_private.stripe_calls set attempts = 1000;
select tests.postpone(false);
select ok(tests.wait() between 90 and 151, 'within two minutes however often');
select tests.postpone(false, 600000);
select is(tests.wait(), 600.0, 'unless Stripe says later');
select is(tests.jobs('refund__create'), 1::bigint, 'it is one job');
select is(
  (select failures from app_private.stripe_reachability), 0, 'a call of its own trouble is no outage'
);

-- Stripe is down.
select tests.postpone(true) from generate_series(1, 2);
select ok(not tests.begin() ? 'is_postponed', 'two failures are chance');
select is(app_private.is_stripe_reachable(), true, 'of which nobody hears');
select tests.postpone(true);
select is(app_private.is_stripe_reachable(), false, 'three are an outage');
select is(tests.begin(), '{"is_postponed": true}', 'then calls are not made');
select is(tests.call('status'), 'failed', 'nor written down');
select ok(tests.wait() between 2 and 9, 'and their jobs wait');
update app_private.stripe_reachability set retry_at = now();
select ok(not tests.begin() ? 'is_postponed', 'after a while one is made');
select is(tests.begin(), '{"is_postponed": true}', 'one only');
select app_private.end_stripe_call(
  tests.call('id')::uuid, 'succeeded', 're_1', 200, null, 'req_2', 12
);
select is(app_private.is_stripe_reachable(), true, 'an answer ends the outage');
select is(
  (select (failures, failing_since, retry_at, last_error)::text
    from app_private.stripe_reachability),
  '(0,,,)', 'without a trace'
);

-- What came of it.
select is(
  tests.call('status') || ' ' || tests.call('stripe_id') || ' ' || tests.call('stripe_request_id'),
  'succeeded re_1 req_2', 'it is written down'
);
select tests.begin(key => 'lost');
select is(app_private.requeue_stripe_calls(), 0, 'a call that was just made is waited for');
update app_private.stripe_calls set last_asked_at = now() - interval '11 minutes';
delete from graphile_worker._private_jobs;
select is(app_private.requeue_stripe_calls(), 1, 'one without an outcome is made again');
select is(tests.jobs('refund__create'), 1::bigint, 'by its task');
select app_private.overtake_stripe_calls('refund.create', tests.id('refund'));
select is(app_private.requeue_stripe_calls(), 0, 'unless an event told what came of it');

-- Who sees it.
select tests.sign_in('theatre owner');
select is(
  (select count(*) from app_public.payment_provider_calls(tests.id('theatre.organization'))), 2::bigint,
  'an organization sees its own calls'
);
select is(
  (select count(*)
    from app_public.payment_provider_calls(tests.id('theatre.organization'), tests.id('sold'))),
  2::bigint, 'those of a booking'
);
select is(
  (select count(*) from app_public.payment_provider_calls(tests.id('theatre.organization'), uuidv7())),
  0::bigint, 'and of no other'
);
select tests.sign_in('theatre manager');
select tests.refused(
  $$ select app_public.payment_provider_calls(tests.id('theatre.organization')) $$, 'LMRGT',
  'others of it do not'
);
select tests.sign_in('rival owner');
select tests.refused(
  $$ select app_public.payment_provider_calls(tests.id('theatre.organization')) $$, 'LMNFD', 'nor strangers'
);
select tests.as_anonymous();
select tests.refused(
  $$ select app_public.payment_provider_calls(tests.id('theatre.organization')) $$, '42501', 'nor anybody'
);
