-- If this fails, money that a bank has taken back is returned or paid out as well, its tickets open
-- doors, or an event in another order leaves other books.
select plan(78);

select tests.create_theatre();
select tests.sell('won', 'theatre', 1, 1);
-- From here on the platform bears what Stripe charges.
update app_public.organization_settings set pays_stripe_fees = false;
select tests.sell('lost', 'theatre', 2, 2, 3);
select tests.sell('part', 'theatre', 3, 4, 13);
select tests.sell('refunded', 'theatre', 4, 10);

-- News of a dispute of a booking's payment, received and applied. Money: withdrawn, reinstated.
create function tests.dispute(
  booking text, news text, amount bigint default null, taken bigint default null,
  returned bigint default null, changes jsonb default '{}', fee bigint default 1500,
  name text default 'dp'
) returns text
language plpgsql volatile as $$
declare
  v_event_id text := 'evt_' || replace(uuidv7()::text, '-', '');
  v_dispute_id text := dispute.name || '_' || dispute.booking;
begin
  perform app_private.receive_stripe_event(
    jsonb_build_object(
      'id', v_event_id, 'type', 'charge.dispute.updated',
      'created', extract(epoch from now())::bigint
        + (select count(*) from app_private.stripe_events),
      'data', jsonb_build_object('object', (
        select jsonb_build_object(
          'object', 'dispute', 'id', v_dispute_id, 'charge', 'ch_' || dispute.booking,
          'payment_intent', p.stripe_payment_intent_id, 'status', dispute.news,
          'amount', coalesce(dispute.amount, p.amount_cents), 'currency', lower(p.currency),
          'reason', 'fraudulent', 'created', extract(epoch from now())::bigint - 5,
          'evidence_details', jsonb_build_object(
            'due_by', extract(epoch from now())::bigint + 9 * 86400, 'submission_count', 0
          ),
          'balance_transactions', (
            select coalesce(jsonb_agg(jsonb_build_object(
              'id', m.id || '_' || v_dispute_id, 'amount', m.amount, 'fee', m.fee,
              'currency', lower(p.currency), 'created', extract(epoch from now())::bigint
            )), '[]')
            from (values ('txn_out', -dispute.taken, dispute.fee), ('txn_in', dispute.returned, 0))
              as m (id, amount, fee)
            where m.amount is not null
          )
        ) || dispute.changes
        from app_public.payment_intents as p
        where p.id = tests.intent_of(tests.id(dispute.booking))
      ))
    ),
    false
  );
  return app_private.apply_stripe_event(v_event_id);
end
$$;
create function tests.disputed(booking text) returns app_public.disputes
language sql stable as $$
  select d from app_public.disputes as d where d.booking_id = tests.id(disputed.booking)
$$;
create function tests.balance(kind app_public.ledger_account_kind) returns bigint
language sql stable as $$
  select coalesce(sum(e.amount_cents), 0)::bigint
  from app_public.ledger_entries as e
  join app_public.ledger_accounts as a on a.id = e.account_id and a.kind = balance.kind
$$;
create function tests.scan(seat integer, booking text) returns text
language sql volatile as $$
  select s.result || coalesce(' ' || s.code, '')
  from app_public.scan_ticket(
    tests.id('theatre.performance'), tests.credential(tests.id(scan.booking), scan.seat)
  ) as s
$$;
grant execute on function tests.scan(integer, text) to lml_user;
create table tests.start as
select k as kind, tests.balance(k) as cents
from unnest(enum_range(null::app_public.ledger_account_kind)) as k;
grant select on tests.start to public;
create function tests.moved(kind app_public.ledger_account_kind) returns bigint
language sql stable as $$
  select tests.balance(moved.kind) - s.cents from tests.start as s where s.kind = moved.kind
$$;

-- A question of the bank moves nothing, and stands in nobody's way.
select is(tests.dispute('won', 'warning_needs_response'), 'applied', 'a bank asks');
select is(tests.status(tests.id('won')), 'confirmed', 'the booking stays as it is');
select is((tests.disputed('won')).counted_cents, 0::bigint, 'nothing is kept');
select is(
  app_private.held_for_disputes(tests.id('theatre.organization'), 'EUR'), 0::bigint,
  'nor from payouts'
);

-- It becomes a dispute.
select is(tests.dispute('won', 'needs_response', taken => 6280), 'applied', 'it takes the money');
select is(tests.status(tests.id('won')), 'disputed', 'the booking is disputed');
select is(
  tests.seat_status(tests.id('theatre.performance'), 1), 'booked', 'its seat stays taken'
);
select is(
  (select disputed_cents from app_public.payment_intents
    where booking_id = tests.id('won')),
  6280::bigint, 'the payment keeps it'
);
select is(
  app_private.held_for_disputes(tests.id('theatre.organization'), 'EUR'), 6280::bigint,
  'payouts leave the amount back, and have the fee taken off'
);
select is(
  app_private.held_for_disputes(tests.id('theatre.organization'), 'USD'), 0::bigint,
  'in its currency'
);
select is(tests.moved('disputes'), 6280::bigint, 'it is with the bank');
select is(tests.moved('stripe_fees'), 1500::bigint, 'the fee is known');
select is(tests.moved('stripe_balance'), -7780::bigint, 'both left Stripe''s balance');
select is(
  (select (transaction_type::text, gross_amount_cents, fee_amount_cents, net_amount_cents)::text
    from app_public.payment_transactions where stripe_balance_transaction_id = 'txn_out_dp_won'),
  '(dispute,-6280,1500,-7780)', 'the movement has its row'
);
select is(
  (select array_agg(distinct template order by template) from app_private.outgoing_emails
    where template like 'dispute%'),
  '{dispute_opened}', 'staff is told'
);
select is(
  (select count(*) from app_private.outgoing_emails where template = 'dispute_opened'
    and recipient operator(public.=) (
      select email from app_public.users where id = tests.user_id('theatre owner')
    )),
  2::bigint, 'of the question, and of the dispute'
);
select tests.consistent();

-- Meanwhile.
select tests.sign_in('theatre owner');
select is(tests.scan(1, 'won'), 'disputed LMTDP', 'a disputed ticket opens no door');
select tests.refused(
  $$ select app_public.refund_booking_amount(tests.id('won'), 100, 'x') $$, 'LMBST',
  'nothing is refunded'
);
select tests.refused($$ select app_public.cancel_booking(tests.id('won')) $$, 'LMBST',
  'nor is it canceled');
select tests.as_guest(1);
select tests.refused(
  $$ select app_public.offer_ticket(t.id, 'x@example.com') from app_public.tickets as t $$,
  'LMTRB', 'nobody hands the ticket on'
);
select tests.as_owner();
select tests.refused(
  $$ select app_private.queue_refund(p, 1, 'error') from app_public.payment_intents as p
    where p.booking_id = tests.id('won') $$,
  '23514', 'and the table refuses a refund from anywhere'
);
select is(tests.dispute('won', 'needs_response', taken => 6280), 'applied', 'twice is once');
select is(tests.moved('disputes'), 6280::bigint, 'in the books, too');

-- It is won; then older news arrive.
select is(
  tests.dispute('won', 'won', taken => 6280, returned => 6280), 'applied', 'the bank gives in'
);
select is(tests.status(tests.id('won')), 'confirmed', 'all is as before');
select is(tests.dispute('won', 'under_review', taken => 6280), 'applied', 'what is late');
select is(tests.status(tests.id('won')), 'confirmed', 'changes nothing');
select is(
  tests.dispute('won', 'lost', taken => 6280), 'refused', 'nor does another verdict'
);
select is(
  (select string_agg(kind, ' ' order by kind) from app_public.payment_findings
    where booking_id = tests.id('won')),
  'dispute_outcome_differs', 'of which people are told'
);
select is(tests.moved('disputes'), 0::bigint, 'the money is back');
select is(
  (select disputed_cents from app_public.payment_intents where booking_id = tests.id('won')),
  0::bigint, 'and can be refunded'
);
select tests.sign_in('theatre owner');
select is(tests.scan(1, 'won'), 'success', 'the ticket opens the door');
select tests.consistent();

-- One is lost, and told of in one event; a ticket was used before.
select tests.sign_in('theatre owner');
select is(tests.scan(2, 'lost'), 'success', 'somebody is there');
select tests.as_owner();
select is(tests.dispute('lost', 'lost', taken => 12560), 'applied', 'the bank has decided');
select is(tests.status(tests.id('lost')), 'refunded', 'the sale is over');
select is(
  tests.seat_status(tests.id('theatre.performance'), 2, 3), 'available',
  'its seats are on sale again'
);
select is(
  (select array_agg(status || ' ' || (used_at is not null) order by seat_no)
    from app_public.tickets where booking_id = tests.id('lost')),
  '{"refunded true","refunded false"}', 'its tickets are void, and when they were used is known'
);
select is(
  (select (kind, reason, amount_cents)::text from app_public.refund_requests
    where booking_id = tests.id('lost')),
  '(full,dispute,12560)', 'it is written down like a refund'
);
select is_empty(
  $$ select from app_public.refunds where booking_id = tests.id('lost') $$,
  'and no second one goes out'
);
select is(tests.moved('disputes'), 0::bigint, 'nothing stays with the bank');
select is(tests.moved('buyer_clearing'), 0::bigint, 'nobody is owed anything');
select is(
  tests.moved('organizer_payable'), 9000::bigint + 1500, 'the organizer loses price and fee'
);
select is(tests.moved('stripe_fees'), 1500::bigint, 'and not the fee of what was won');
select is(
  (select count(*) from app_private.lost_dispute_signals), 1::bigint, 'rules may count it'
);
select is(tests.dispute('lost', 'needs_response', taken => 12560), 'applied', 'older news');
select is(tests.dispute('lost', 'lost', taken => 12560), 'applied', 'and the same again');
select is(tests.moved('organizer_payable'), 10500::bigint, 'take nothing more');
select tests.consistent();

-- A part: the verdict comes before its money is told.
select is(tests.dispute('part', 'lost', amount => 2000), 'applied', 'a part is lost');
select is(tests.status(tests.id('part')), 'confirmed', 'the rest of the sale stands');
select is(
  (select refunded_cents from app_public.bookings where id = tests.id('part')), 2000::bigint,
  'less that part'
);
select is(tests.moved('disputes'), 0::bigint, 'no money was told of yet');
select is(
  tests.dispute('part', 'lost', amount => 2000, taken => 2000), 'applied', 'now it is'
);
select is(tests.moved('disputes'), 0::bigint, 'and it is gone');
select tests.sign_in('theatre owner');
select lives_ok(
  $$ select app_public.cancel_booking(tests.id('part')) $$, 'what is left may be canceled'
);
select is(
  (select sum(amount_cents) from app_public.refunds where booking_id = tests.id('part')),
  (select total_amount_cents - 2000 from app_public.bookings where id = tests.id('part'))::numeric,
  'and only what is left goes back'
);
select tests.consistent();

-- A refund is under way when the dispute opens. Stripe refuses it.
select tests.sign_in('theatre owner');
select app_public.refund_booking_amount(tests.id('refunded'), 2280, 'x');
select tests.as_owner();
select is(
  tests.dispute('refunded', 'needs_response', taken => 6280), 'applied', 'no event is lost'
);
select is((tests.disputed('refunded')).counted_cents, 4000::bigint, 'it keeps what is left');
select tests.consistent();
select app_private.record_refund(
  tests.refund_of(tests.id('refunded')), null, 'failed', 'unknown'
);
select is(
  (select count(*) from app_public.refunds where booking_id = tests.id('refunded')), 1::bigint,
  'the refund is not tried again'
);
select is((tests.disputed('refunded')).counted_cents, 6280::bigint, 'and the dispute keeps all');
select tests.sign_in('theatre owner');
select tests.refused(
  $$ select app_public.retry_refund(tests.refund_of(tests.id('refunded'))) $$, 'LMDSP',
  'nor by hand'
);
select tests.consistent();
select is(
  tests.dispute('refunded', 'lost', taken => 6280), 'applied', 'it is lost'
);
select tests.sign_in('theatre owner');
select tests.refused(
  $$ select app_public.retry_refund(tests.refund_of(tests.id('refunded'))) $$, 'LMRFX',
  'then nothing is left to return'
);
select is_empty(
  $$ select app_public.failed_refunds(tests.id('theatre.organization')) $$,
  'and nobody has to look at it'
);
select tests.consistent();

-- More than there is, and what contradicts.
select is(
  tests.dispute('won', 'needs_response', taken => 99999, amount => 99999, name => 'dq'),
  'applied', 'more than was received'
);
select is(
  (select detail ->> 'excess' from app_public.payment_findings
    where kind = 'dispute_exceeds_payment' and booking_id = tests.id('won')),
  '93719', 'is a finding'
);
select is(
  tests.dispute('won', 'needs_response', changes => changes::jsonb, name => 'dr'), outcome, changes
)
from (values
  ('{"amount": 0}', 'refused'), ('{"amount": -1}', 'refused'), ('{"currency": "usd"}', 'refused'),
  ('{"status": "maybe"}', 'refused'), ('{"payment_intent": "pi_nobody"}', 'parked')
) as n (changes, outcome);
select tests.consistent();
