-- If this fails, more is returned than was paid, or a refund that failed counts as done.
select plan(28);

select tests.create_theatre();
select tests.sell('sale', 'theatre', 1, 1);
create function tests.refund(amount bigint) returns uuid
language sql volatile as $$
  select app_private.queue_refund(p, amount, 'customer_request')
  from app_public.payment_intents as p where p.booking_id = tests.id('sale')
$$;
create function tests.says(refund_id uuid, news text, changes jsonb default '{}') returns text
language plpgsql volatile as $$
declare
  v_event_id text := 'evt_' || replace(uuidv7()::text, '-', '');
begin
  perform app_private.receive_stripe_event(
    jsonb_build_object(
      'id', v_event_id, 'type', 'refund.updated', 'created', 1,
      'data', jsonb_build_object('object', (
        select jsonb_build_object(
          'object', 'refund', 'id', 're_' || replace(r.id::text, '-', ''), 'status', says.news,
          'amount', r.amount_cents, 'currency', lower(r.currency),
          'metadata', jsonb_build_object('lml_refund_id', r.id)
        )
        from app_public.refunds as r where r.id = says.refund_id
      ) || says.changes)
    ),
    false
  );
  return app_private.apply_stripe_event(v_event_id);
end
$$;

select lives_ok($$ select tests.keep('r1', tests.refund(6000)) $$, 'a part goes back');
select tests.refused($$ select tests.refund(281) $$, '23514', 'more than the rest does not');
select lives_ok($$ select tests.keep('r2', tests.refund(280)) $$, 'the rest does');
select tests.refused($$ select tests.refund(1) $$, '23514', 'and then nothing');
select tests.refused($$ select tests.refund(0) $$, '23514', 'a refund of nothing is none');
select tests.refused($$ select tests.refund(-1) $$, '23514', 'nor is one of less');
select tests.refused(
  $$ select tests.refund(9223372036854775807) $$, '22003', 'nor one of everything there is'
);
select is(
  (select refunded_cents from app_public.payment_intents), 6280::bigint, 'it is all under way'
);

-- News.
select is(
  tests.says(tests.id('r1'), 'succeeded', changes::jsonb), outcome, changes
)
from (values
  ('{"amount": 5999}', 'refused'), ('{"currency": "usd"}', 'refused'),
  ('{"amount": "all"}', 'refused'), ('{"metadata": {}}', 'ignored'),
  ('{"payment_intent": "pi_of_another_booking"}', 'refused'),
  (
    jsonb_build_object('metadata', jsonb_build_object(
      'lml_refund_id', tests.id('r1'), 'lml_booking_id', gen_random_uuid()
    ))::text, 'refused'
  ),
  ('{"metadata": {"lml_refund_id": "x"}}', 'ignored'),
  ('{"metadata": {"lml_refund_id": "00000000-0000-0000-0000-000000000000"}}', 'parked')
) as n (changes, outcome);
select is(tests.says(tests.id('r1'), 'failed'), 'applied', 'one fails');
select is(
  (select refunded_cents from app_public.payment_intents), 280::bigint, 'and is not counted'
);
select is(tests.says(tests.id('r1'), 'failed'), 'applied', 'it fails again');
select is(
  (select refunded_cents from app_public.payment_intents), 280::bigint, 'and is not counted twice'
);
select is(tests.says(tests.id('r2'), 'succeeded'), 'applied', 'one succeeds');
select is(
  (select count(*) from app_public.ledger_transactions where source like 'refund:%'), 1::bigint,
  'and is in the books'
);

-- One that came back has left and returned, whichever is told first, and if only the end is told.
create function tests.facts(refund_id uuid) returns text
language sql stable as $$
  select string_agg(format('%s %s', m.category, t.net_amount_cents), ', ' order by m.category)
  from app_public.ledger_transactions as m
  join app_public.payment_transactions as t on t.ledger_transaction_id = m.id
  where split_part(m.source, ':', 2) = facts.refund_id::text
$$;
select is(tests.facts(tests.id('r1')), null, 'what has failed never left');
select tests.says(tests.id('r1'), 'succeeded');
select tests.keep('r3', tests.refund(6000));
select tests.says(tests.id('r3'), 'succeeded');
select tests.says(tests.id('r3'), 'failed', '{"failure_balance_transaction": "txn_3"}');
select tests.keep('r4', tests.refund(6000));
select tests.says(tests.id('r4'), 'failed', '{"failure_balance_transaction": "txn_4"}');
select is(
  tests.facts(tests.id(name)), 'refund -6000, refund_failure 6000', name || ' came back'
)
from unnest(array['r1', 'r3', 'r4']) as name;

select tests.as_owner();
select is(
  (select string_agg(distinct c.invariant, ',') from app_public.check_invariants() as c),
  'confirmed_booking_is_paid', 'what failed is owed still, and hides no money that left its sale'
);
select tests.refused(
  $$ delete from app_public.payment_intents $$, '23001', 'a payment with refunds stays'
);
