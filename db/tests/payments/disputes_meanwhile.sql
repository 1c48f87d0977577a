-- If this fails, what happens while a bank decides is forgotten when it has decided.
select plan(52);

select tests.create_theatre();
create function tests.verdict(booking text, verdict text, nth integer default 1) returns text
language plpgsql volatile security definer set search_path = '' as $$
begin
  return app_private.apply_dispute(
    (
      select jsonb_build_object(
        'object', 'dispute', 'id', 'dp_' || replace(p.id::text, '-', ''), 'status', verdict.verdict, 'created', 1,
        'amount', p.amount_cents, 'currency', lower(p.currency),
        'payment_intent', p.stripe_payment_intent_id,
        'balance_transactions', jsonb_build_array(jsonb_build_object(
          'id', 'txn_' || replace(p.id::text, '-', ''), 'amount', -p.amount_cents, 'fee', 1500,
          'currency', lower(p.currency), 'created', 1
        )) || case verdict.verdict when 'won' then jsonb_build_array(jsonb_build_object(
          'id', 'back_' || replace(p.id::text, '-', ''), 'amount', p.amount_cents, 'fee', 0,
          'currency', lower(p.currency), 'created', 2
        )) else '[]' end
      )
      from app_public.payment_intents as p
      where p.booking_id = tests.id(verdict.booking)
      order by p.id
      offset verdict.nth - 1 limit 1
    ),
    jsonb_build_object('id', 'evt_1', 'created', 1)
  );
end
$$;
create function tests.in_halves(name text, guest integer, seat integer) returns uuid
language plpgsql volatile as $$
declare
  v_id uuid;
begin
  perform tests.as_guest(guest);
  v_id := tests.keep(
    name, (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(seat))).id
  );
  perform app_public.choose_payment_plan(v_id, tests.id('halves'));
  perform app_public.start_checkout(v_id, name || '@example.com');
  perform tests.pay(v_id);
  perform tests.as_owner();
  return v_id;
end
$$;
select tests.sign_in('theatre owner');
select tests.keep('halves', (
  app_public.create_payment_plan(
    tests.id('theatre.event'), 'Halves', 1, deposit_percentage => 50, first_due_days => 7,
    last_due_days_before => 10
  )
).id);
select tests.as_owner();

-- The last installment arrives.
select tests.in_halves('late', 1, 1);
select tests.as_guest(1);
select app_public.open_payment(tests.id('late'));
select tests.as_owner();
select is(tests.verdict('late', 'needs_response'), 'applied', 'a deposit is disputed');
select is(tests.status(tests.id('late')), 'disputed', 'and the booking with it');
select tests.pay(tests.id('late'));
select is(
  (select count(*) from app_public.refunds where booking_id = tests.id('late')), 0::bigint,
  'the installment that was under way is kept'
);
select is(tests.status(tests.id('late')), 'disputed', 'and confirms nothing yet');
select app_private.mail_confirmations(100);
select isnt_empty(
  format('select from app_private.booking_confirmations where booking_id = %L', tests.id('late')),
  'nor is a mail written that would say so, or one that was due forgotten'
);
select tests.consistent();
select is(tests.verdict('late', 'won'), 'applied', 'the bank gives in');
select is(tests.status(tests.id('late')), 'confirmed', 'now all is paid');
select is(
  (select count(*) from app_public.tickets where booking_id = tests.id('late')), 1::bigint,
  'and here is the ticket'
);
select isnt_empty(
  format('select from app_private.booking_confirmations where booking_id = %L', tests.id('late')),
  'of which the buyer is to hear'
);
select tests.consistent();

-- Or the deposit is lost after that: the ticket is worth what was paid for it.
select tests.in_halves('both', 11, 16);
select tests.as_guest(11);
select app_public.open_payment(tests.id('both'));
select tests.as_owner();
select tests.verdict('both', 'needs_response');
select tests.pay(tests.id('both'));
select is(tests.verdict('both', 'lost'), 'applied', 'a deposit is lost when all was paid');
select is(tests.status(tests.id('both')), 'confirmed', 'the rest is sold');
select tests.consistent();
select tests.sign_in('theatre owner');
select is(
  (app_public.refund_tickets(tests.id('both'), 'x')).amount_cents,
  (select p.amount_cents from app_public.payment_intents as p
    where p.id = tests.intent_of(tests.id('both'))),
  'and can be taken back'
);
select is(tests.status(tests.id('both')), 'canceled', 'as a whole');
select tests.as_owner();
select tests.consistent();

-- A deposit that is lost.
select tests.in_halves('deposit', 2, 2);
select is(tests.verdict('deposit', 'lost'), 'applied', 'a deposit is lost');
select is(tests.status(tests.id('deposit')), 'refunded', 'nobody pays the rest');
select is(
  tests.seat_status(tests.id('theatre.performance'), 2), 'available', 'others may have the seat'
);
select tests.consistent();

-- Of a deposit two halves are disputed. The first is lost, and ends the sale; the second is won, and
-- there is nothing any more that it could be for.
create function tests.half(booking text, name text, verdict text) returns text
language sql volatile as $$
  select app_private.apply_dispute(
    jsonb_build_object(
      'object', 'dispute', 'id', 'dp_' || half.booking || half.name, 'status', half.verdict,
      'created', 1, 'amount', p.received_cents / 2, 'currency', lower(p.currency),
      'payment_intent', p.stripe_payment_intent_id,
      'balance_transactions', jsonb_build_array(jsonb_build_object(
        'id', 'txn_' || half.booking || half.name, 'amount', -p.received_cents / 2, 'fee', 1500,
        'currency', lower(p.currency), 'created', 1
      )) || case half.verdict when 'won' then jsonb_build_array(jsonb_build_object(
        'id', 'back_' || half.booking || half.name, 'amount', p.received_cents / 2, 'fee', 0,
        'currency', lower(p.currency), 'created', 2
      )) else '[]' end
    ),
    jsonb_build_object('id', 'evt_' || half.name || half.verdict, 'created', 1)
  )
  from app_public.payment_intents as p
  where p.booking_id = tests.id(half.booking) and p.status = 'succeeded'
$$;
create function tests.returned(booking text) returns text
language sql stable as $$
  select string_agg(r.amount_cents || ' ' || r.reason, ',' order by r.id)
  from app_public.refunds as r where r.booking_id = tests.id(returned.booking)
$$;
select tests.in_halves('ended', 8, 8);
select tests.half('ended', n, 'needs_response') from unnest(array['a', 'b']) as n;
select tests.half('ended', 'a', 'lost');
select is(tests.status(tests.id('ended')), 'refunded', 'what is not paid for in full is not sold');
select tests.half('ended', 'b', 'won');
select is(tests.returned('ended'), '1570 dispute', 'so the half that came back is the buyer''s');
select tests.half('ended', 'b', 'won');
select is(tests.returned('ended'), '1570 dispute', 'once');
select tests.consistent();

-- Where the sale had ended before, and the deposit was kept by its terms, only the half is lost.
select tests.sign_in('theatre owner');
select app_public.set_cancellation_policy(
  tests.id('theatre.organization'), array[7], array[20.0]
);
select tests.as_owner();
select tests.in_halves('kept', 9, 9);
select tests.as_guest(9);
select app_public.return_tickets(tests.id('kept'));
select tests.as_owner();
select tests.half('kept', n, 'needs_response') from unnest(array['a', 'b']) as n;
select tests.half('kept', 'a', 'lost');
select tests.half('kept', 'b', 'won');
select is(
  (select total_amount_cents - refunded_cents from app_public.bookings
    where id = tests.id('kept')),
  1570::bigint, 'half of the deposit is kept'
);
select is(tests.returned('kept'), null, 'and nothing goes back');
select tests.consistent();

-- Two of three tickets were taken back, and the money did not arrive. The bank keeps half of all:
-- the third ticket, and a part of what was owed. The rest of that can still be sent.
create function tests.owes(booking text) returns bigint
language sql stable as $$
  select coalesce(sum(e.amount_cents), 0)
  from app_public.ledger_entries as e
  join app_public.ledger_transactions as t on t.id = e.transaction_id
  join app_public.ledger_accounts as a on a.id = e.account_id and a.kind = 'buyer_clearing'
  where t.booking_id = tests.id(owes.booking)
$$;
create function tests.fail(booking text, reason text) returns void
language sql volatile as $$
  select app_private.record_refund(r.id, 're_' || r.id, 'failed', fail.reason)
  from app_public.refunds as r
  where r.booking_id = tests.id(fail.booking) and r.status = 'pending'
$$;
select tests.sell(n, 'theatre', 10, seats[1], seats[2], seats[3])
from (values ('three', array[5, 6, 7]), ('again', array[10, 11, 12]), ('hand', array[2, 8, 9]))
  as v (n, seats);
select tests.sign_in('theatre owner');
select app_public.refund_tickets(tests.id(n), 'x', array(
  select t.id from app_public.tickets as t where t.booking_id = tests.id(n)
  order by t.seat_no limit 2
))
from unnest(array['three', 'again', 'hand']) as n;
select tests.as_owner();
select tests.fail('three', 'lost_or_stolen_card');
select tests.half(n, 'a', 'lost') from unnest(array['three', 'again']) as n;
select is(tests.owes('three'), -9420::bigint, 'of 188.40, half is owed');
select tests.sign_in('theatre owner');
select is(
  (app_public.retry_refund(tests.refund_of(tests.id('three')))).amount_cents, 9420::bigint,
  'and it can be sent'
);
select tests.as_owner();
select app_private.record_refund(r.id, 're_' || r.id, 'succeeded', null)
from app_public.refunds as r where r.booking_id = tests.id('three') and r.status = 'pending';
select is(tests.owes('three'), 0::bigint, 'then nothing is left');
select is(tests.status(tests.id('three')), 'refunded', 'and it is over');
select tests.fail('again', 'insufficient_funds');
select is(tests.returned('again'), '12560 customer_request,9420 customer_request', 'also by itself');
select tests.fail('hand', 'lost_or_stolen_card');
select tests.half('hand', 'a', 'lost');
select is(
  (app_private.adopt_refund(b, p, '{"id": "re_hand", "amount": 4000}', 'x')).amount_cents,
  4000::bigint, 'or what somebody returned by hand takes its place'
)
from app_public.payment_intents as p
join app_public.bookings as b on b.id = p.booking_id
where p.booking_id = tests.id('hand');
select is(
  tests.returned('hand'), '12560 customer_request,4000 customer_request,5420 customer_request',
  'with the rest of what was owed'
);
select tests.consistent();

-- Who is late with the rest cannot pay it while the bank decides.
select tests.in_halves('slow', 6, 6);
update app_public.booking_payment_schedule
set due_at = now() - interval '1 day' where booking_id = tests.id('slow') and status = 'pending';
select app_private.follow_up_installments();
select tests.verdict('slow', 'under_review');
select tests.as_guest(6);
select tests.refused(
  format('select app_public.open_payment(%L)', tests.id('slow')), 'LMBST',
  'nothing is paid of what is disputed'
);
select tests.as_owner();
update app_public.booking_payment_schedule
set cancel_at = now() - interval '1 day' where booking_id = tests.id('slow') and status = 'overdue';
select tests.verdict('slow', 'won');
select app_private.follow_up_installments();
select is(
  tests.status(tests.id('slow')), 'partially_paid', 'and then has all of the grace again'
);
select tests.consistent();

-- The show is over, or canceled.
select tests.sell('canceled', 'theatre', 3, 3);
select is(tests.verdict('canceled', 'under_review'), 'applied', 'one more is disputed');
select tests.sell('over', 'theatre', 4, 4);
select is(tests.verdict('over', 'under_review'), 'applied', 'and another one');
update app_public.performances set bookings_completed_at = now()
where id = tests.id('theatre.performance');
select is(tests.verdict('over', 'won'), 'applied', 'it is won, and the show is over');
select is(tests.status(tests.id('over')), 'completed', 'so it is completed');
update app_public.performances set bookings_completed_at = null
where id = tests.id('theatre.performance');
update app_public.performances set status = 'canceled'
where id = tests.id('theatre.performance');
select is(tests.verdict('canceled', 'won'), 'applied', 'it is won, and the show was canceled');
select is(tests.status(tests.id('canceled')), 'canceled', 'so it is canceled');
select is(
  (select (reason, amount_cents)::text from app_public.refunds
    where booking_id = tests.id('canceled')),
  '(event_canceled,6280)', 'and its money goes back'
);

-- Somebody had come with one of its tickets, and the job of the cancellation has passed over it.
select tests.create_standing();
select tests.sell('came', 'standing', 5, 1, 2);
select tests.sign_in('theatre staff');
select app_public.scan_ticket(
  tests.id('standing.performance'), tests.credential(tests.id('came'), 1)
);
select tests.as_owner();
select tests.verdict('came', 'under_review');
select tests.sign_in('theatre owner');
select tests.keep(
  'cancellation', (app_public.cancel_performance(tests.id('standing.performance'))).id
);
select tests.as_owner();
select is(
  app_private.cancel_bookings_of(tests.id('cancellation')), 0, 'what is disputed is not canceled'
);
select is(tests.verdict('came', 'won'), 'applied', 'it is won then, and one ticket was used');
select is(
  (select string_agg(t.seat_no || ' ' || t.status, ', ' order by t.seat_no)
    from app_public.tickets as t where t.booking_id = tests.id('came')),
  '1 used, 2 refunded', 'the other one is taken back'
);
select is(
  (select (reason, amount_cents)::text from app_public.refunds where booking_id = tests.id('came')),
  '(event_canceled,6280)', 'and its money goes back'
);
select is(
  (select (f.kind, f.detail ->> 'code')::text from app_public.payment_findings as f
    where f.booking_id = tests.id('came')),
  '(cancellation_left_booking,LMTUS)', 'what is left is told to people'
);
select tests.consistent();
