-- If this fails, what somebody returns in Stripe's dashboard is booked unasked, twice, or never.
select plan(40);

select tests.create_theatre();
select tests.create_theatre('rival');
-- Somebody returns a part of a payment at Stripe, and Stripe says so.
create function tests.returned(
  name text, refund text, amount bigint, news text default 'succeeded', no bigint default 1
)
returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_event_id text := concat_ws('_', 'evt', returned.refund, returned.news);
begin
  perform app_private.receive_stripe_event(jsonb_build_object(
    'id', v_event_id, 'type', 'refund.updated', 'created', returned.no,
    'data', jsonb_build_object('object', jsonb_build_object(
      'object', 'refund', 'id', returned.refund, 'status', returned.news,
      'amount', returned.amount, 'currency', 'eur', 'metadata', '{}'::jsonb,
      'charge', 'ch_' || returned.name,
      'payment_intent', p.stripe_payment_intent_id
    ))
  ), false)
  from app_public.payment_intents as p where p.id = tests.intent_of(tests.id(returned.name));
  return app_private.apply_stripe_event(v_event_id);
end
$$;
create function tests.finding(subject text) returns uuid
language sql stable security definer set search_path = '' as $$
  select f.id from app_public.payment_findings as f where f.subject = finding.subject
$$;
create function tests.state(name text) returns text
language sql stable security definer set search_path = '' as $$
  select concat_ws(' ', b.status, b.refunded_cents, 'of', b.total_amount_cents, '|', (
    select string_agg(format('%s %s', r.status, r.amount_cents), ', ' order by r.created_at, r.id)
    from app_public.refunds as r where r.booking_id = b.id
  ), '|', (
    select sum(e.amount_cents)
    from app_public.ledger_entries as e
    join app_public.ledger_transactions as t on t.id = e.transaction_id
    join app_public.ledger_accounts as a on a.id = e.account_id and a.kind = 'buyer_clearing'
    where t.booking_id = b.id
  ))
  from app_public.bookings as b where b.id = tests.id(state.name)
$$;
create function tests.book(subject text, note text default 'Ada did it.') returns text
language sql volatile as $$
  select concat_ws(' ', r.status, r.amount_cents, r.stripe_refund_id)
  from app_public.book_unasked_refund(tests.finding(subject), note) as r
$$;
grant execute on all functions in schema tests to public;

-- A part of a sale.
select tests.sell('a', 'theatre', 1, 1, 2);
select is(tests.returned('a', 're_a', 2000), 'refused', 'nobody here has asked for it');
select is(tests.state('a'), 'confirmed 0 of 12560 | | 0', 'and nothing is booked');
select is(
  tests.attempt_as(name, 'select tests.book(''re_a'')'), code, 'nor by ' || name
)
from (values ('rival owner', 'LMBKG'), ('theatre staff', 'LMBKG')) as v (name, code);
select tests.sign_in('theatre owner');
select tests.refused('select tests.book(''re_a'', '' '')', 'LMINP', 'nor without words');
select tests.refused('select tests.book(''re_nowhere'')', 'LMBKG', 'nor what nobody has told of');
select is(tests.book('re_a'), 'succeeded 2000 re_a', 'until somebody says that it was meant');
select is(tests.book('re_a'), 'succeeded 2000 re_a', 'once');
select tests.as_owner();
select is(tests.state('a'), 'confirmed 2000 of 12560 | succeeded 2000 | 0', 'it is off the sale');
select is(
  (select (f.resolution_note, f.resolved_by = tests.user_id('theatre owner'))::text
    from app_public.payment_findings as f where f.subject = 're_a'),
  '("Ada did it.",t)', 'and the finding is closed'
);
select is(
  app_private.prepare_refund(tests.refund_of(tests.id('a'))), null,
  'of Stripe nothing is asked'
);
select tests.consistent();
select is(tests.returned('a', 're_a', 2000, 'pending', 2), 'applied', 'it is known from here on');
select is(tests.returned('a', 're_a', 2000, 'failed', 3), 'applied', 'also when it comes back');
select is(
  tests.state('a'), 'confirmed 2000 of 12560 | failed 2000 | -2000', 'then it is owed again'
);
select tests.consistent();

-- One that our own refund was too late for, in two ways.
select tests.sell('b', 'theatre', 2, 3, 4);
select tests.returned('b', 're_b', 5000);
select tests.sign_in('theatre owner');
select app_public.refund_tickets(tests.id('b'), 'They asked.');
select tests.refused(
  'select tests.book(''re_b'')', 'LMRFX', 'while ours is under way nobody knows which one it is'
);
select tests.as_owner();
select app_private.record_refund(tests.refund_of(tests.id('b')), null, 'failed', 'Too much.');
select is(tests.state('b'), 'canceled 12560 of 12560 | failed 12560 | -12560',
  'Stripe refuses ours');
select tests.sign_in('theatre owner');
select is(tests.book('re_b'), 'succeeded 5000 re_b', 'then it takes its place');
select tests.as_owner();
select is(
  tests.state('b'),
  'canceled 12560 of 12560 | failed 12560, succeeded 5000, pending 7560 | -7560',
  'and the rest is sent'
);
select tests.consistent();
select app_private.record_refund(r.id, 're_b2', 'succeeded', null)
from app_public.refunds as r where r.booking_id = tests.id('b') and r.status = 'pending';
select is(
  tests.state('b'),
  'refunded 12560 of 12560 | failed 12560, succeeded 5000, succeeded 7560 | 0', 'all is returned'
);
select tests.consistent();

-- All of it, before and after the money is asked for.
select tests.sell('c', 'theatre', 3, 5);
select tests.returned('c', 're_c', 6280, 'pending', 1);
select tests.returned('c', 're_c', 6280, 'succeeded', 2);
select tests.sign_in('theatre owner');
select is(tests.book('re_c'), 'succeeded 6280 re_c', 'all of it');
select is(
  (app_public.refund_tickets(tests.id('c'), 'It was returned.')).amount_cents, 0::bigint,
  'then the tickets end for nothing'
);
select tests.as_owner();
select is(tests.state('c'), 'canceled 6280 of 6280 | succeeded 6280 | 0', 'and it is over');
select tests.consistent();

-- A part of what the terms had kept: who has it back has not paid it.
select tests.sell('kept', 'theatre', 5, 7);
select tests.sign_in('theatre owner');
select app_public.refund_tickets(tests.id('kept'), 'Half of it.', null, 50, false);
select tests.as_owner();
select app_private.record_refund(tests.refund_of(tests.id('kept')), 're_half', 'succeeded', null);
select tests.returned('kept', 're_kept', 3000);
select tests.sign_in('theatre owner');
select is(tests.book('re_kept'), 'succeeded 3000 re_kept', 'also of a booking that has ended');
select tests.as_owner();
select is(
  tests.state('kept'), 'refunded 5750 of 6280 | succeeded 2750, succeeded 3000 | 0',
  'what was kept of it is less by that'
);
select tests.consistent();

-- A part of what had come too late, and did not go back by itself.
select tests.as_guest(6);
select tests.keep('late', (
  app_public.hold_seats(tests.id('theatre.performance'), tests.seats(8))
).id);
select app_public.start_checkout(tests.id('late'), 'late@example.com');
select tests.as_owner();
select tests.run_out(tests.id('late'));
select app_private.expire_bookings();
select tests.sell('faster', 'theatre', 7, 8);
select tests.pay(tests.id('late'));
select app_private.record_refund(tests.refund_of(tests.id('late')), 're_l', 'failed', 'Closed.');
select tests.returned('late', 're_late', 2000);
select tests.sign_in('theatre owner');
select is(tests.book('re_late'), 'succeeded 2000 re_late', 'a part of what came too late');
select tests.as_owner();
select is(
  tests.state('late'), 'expired 0 of 6280 | failed 6280, succeeded 2000, pending 4280 | -4280',
  'and the rest is sent'
);
select tests.consistent();

-- What cannot be booked.
select tests.sell('d', 'theatre', 4, 6);
select tests.returned('d', 're_d', 1000);
select tests.returned('d', 're_d', 1000, 'failed', 2);
select tests.sign_in('theatre owner');
select tests.refused('select tests.book(''re_d'')', 'LMINP', 'what came back was not returned');
select tests.as_owner();
select tests.returned('d', 're_e', 1000);
select app_private.raise_payment_finding('second_charge', 'ch_d', b.organization_id, b.id, '{}')
from app_public.bookings as b where b.id = tests.id('d');
select tests.sign_in('theatre owner');
select tests.refused('select tests.book(''ch_d'')', 'LMINP', 'nor is a charge a refund');
select tests.as_owner();
select app_private.apply_dispute(
  jsonb_build_object(
    'object', 'dispute', 'id', 'dp_d', 'status', 'needs_response', 'amount', 5280,
    'currency', 'eur', 'payment_intent', p.stripe_payment_intent_id, 'created', 1
  ), '{"id": "evt_dp_d", "created": 1}'
)
from app_public.payment_intents as p where p.booking_id = tests.id('d');
select tests.sign_in('theatre owner');
select tests.refused('select tests.book(''re_e'')', 'LMBST', 'nor while a bank decides');
select tests.consistent();
delete from app_private.stripe_events where id like 'evt_re_e%';
select tests.as_owner();
select is(
  app_private.object_of_finding(f), null, 'nor what is not kept any more'
)
from app_public.payment_findings as f where f.subject = 're_e';
select is(
  (select count(*) from app_public.refunds as r where r.booking_id = tests.id('d')), 0::bigint,
  'and nothing of it is booked'
);
select tests.consistent();
