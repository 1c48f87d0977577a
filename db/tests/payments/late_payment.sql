-- If this fails, money that came too late is kept, returned twice, or buys a seat that is sold.
select plan(32);

select tests.create_theatre();

-- Late, but nobody has noticed.
select tests.pending('unswept', 1, 1);
select tests.run_out(tests.id('unswept'));
select is(tests.pay(tests.id('unswept')), 'applied', 'a payment a second late');
select is(tests.status(tests.id('unswept')), 'confirmed', 'finds its seats where they were');

-- Late, and all seats are free.
select tests.pending('swept', 2, 2, 3);
select tests.run_out(tests.id('swept'));
select app_private.expire_bookings();
select is(tests.pay(tests.id('swept')), 'applied', 'a payment after the sweep');
select is(tests.status(tests.id('swept')), 'confirmed', 'takes the same seats again');
select is(tests.seat_status(tests.id('theatre.performance'), 2, 3), 'booked', 'and books them');

-- Late, and the next holder's time has run out as well.
select tests.pending('first', 3, 4);
select tests.run_out(tests.id('first'));
select tests.pending('second', 4, 4);
select tests.run_out(tests.id('second'));
select is(tests.pay(tests.id('first')), 'applied', 'who pays first');
select is(tests.status(tests.id('first')), 'confirmed', 'has the seat');
select is(tests.pay(tests.id('second')), 'applied', 'who pays second');
select is(tests.status(tests.id('second')), 'expired', 'does not, and is ended at once');
select is(
  (select (reason, amount_cents)::text from app_public.refunds
    where booking_id = tests.id('second')),
  '(late_payment,6280)', 'and gets the money back'
);
select app_private.record_refund(tests.refund_of(tests.id('second')), 're_2', 'succeeded', null);
select is(tests.status(tests.id('second')), 'refunded', 'also when that is faster than any sweep');

-- Late, and one of the seats is somebody else's.
select tests.pending('loser', 5, 5, 6);
select tests.run_out(tests.id('loser'));
select app_private.expire_bookings();
select tests.sell('winner', 'theatre', 6, 6);
select is(tests.pay(tests.id('loser')), 'applied', 'a payment for seats of others');
select is(tests.status(tests.id('loser')), 'expired', 'buys none of them');
select is(
  tests.seat_status(tests.id('theatre.performance'), 5), 'available', 'not even the free one'
);
select is(
  (select count(*) from app_public.tickets where booking_id = tests.id('loser')), 0::bigint,
  'there are no tickets'
);
select is(
  (select (amount_cents, status, requested_by)::text from app_public.refunds
    where booking_id = tests.id('loser')),
  '(12560,pending,)', 'one refund of everything is queued, by the system'
);
select tests.consistent();
select tests.pay(tests.id('loser')) from generate_series(1, 3);
select is(
  (select count(*) from app_public.refunds where booking_id = tests.id('loser')), 1::bigint,
  'exactly one, however often the news comes'
);
select tests.refused(
  $$ insert into app_public.refunds (organization_id, booking_id, payment_intent_id, reason,
      amount_cents, currency)
    select organization_id, booking_id, payment_intent_id, reason, amount_cents, currency
    from app_public.refunds where booking_id = tests.id('loser') $$,
  '23505', 'the table itself takes no second one'
);

-- The refund.
select is(
  app_private.prepare_refund(tests.refund_of(tests.id('loser'))) ->> 'amount', '12560',
  'Stripe is asked for it'
);
select app_private.record_refund(tests.refund_of(tests.id('loser')), 're_1', 'pending', null);
select is(
  app_private.prepare_refund(tests.refund_of(tests.id('loser'))), null, 'once'
);
select app_private.record_refund(tests.refund_of(tests.id('loser')), 're_1', s, null)
from unnest(array['succeeded', 'pending', 'requires_action', 'canceled', 'succeeded']) as s;
select is(
  (select status::text from app_public.refunds where booking_id = tests.id('loser')), 'succeeded',
  'what has succeeded stays so, in whatever order the news come'
);
select is(tests.status(tests.id('loser')), 'refunded', 'the booking is closed');
select is(
  (select refunded_cents from app_public.payment_intents where booking_id = tests.id('loser')),
  12560::bigint, 'and the payment returned'
);
select tests.consistent();

-- A bank may send back what had succeeded. It stays so, in whatever order the news come.
create function tests.refund_fails_after(news text[]) returns text
language plpgsql volatile as $$
declare
  v_state text;
begin
  begin
    perform app_private.record_refund(tests.refund_of(tests.id('loser')), 're_1', s, null)
    from unnest(news) as s;
    select format(
      '%s %s %s %s', r.status, b.status, p.refunded_cents, (
        select sum(e.amount_cents)
        from app_public.ledger_entries as e
        join app_public.ledger_transactions as t on t.id = e.transaction_id
        join app_public.ledger_accounts as a on a.id = e.account_id
        where t.booking_id = b.id and a.kind = 'buyer_clearing'
      )
    )
    into v_state
    from app_public.refunds as r
    join app_public.bookings as b on b.id = r.booking_id
    join app_public.payment_intents as p on p.booking_id = b.id
    where b.id = tests.id('loser');
    raise exception using errcode = 'LMUND';
  exception when sqlstate 'LMUND' then null;
  end;
  return v_state;
end
$$;
select is(
  tests.refund_fails_after('{failed}'), 'failed expired 0 -12560', 'the buyer is owed it again'
);
select is(
  tests.refund_fails_after('{failed,succeeded,failed,pending}'), 'failed expired 0 -12560',
  'once, whatever comes after'
);

-- Canceled while the payment was under way.
select tests.pending('gone', 7, 7);
select tests.as_guest(7);
select app_public.cancel_booking(tests.id('gone'));
select is(tests.pay(tests.id('gone')), 'applied', 'a payment for what was given up');
select is(tests.status(tests.id('gone')), 'canceled', 'brings nothing back');
select is(
  (select amount_cents from app_public.refunds where booking_id = tests.id('gone')), 6280::bigint,
  'but is returned'
);
select tests.consistent();
select is_empty(
  $$
    select t.booking_id from app_public.ledger_entries as e
    join app_public.ledger_accounts as a on a.id = e.account_id
    join app_public.ledger_transactions as t on t.id = e.transaction_id
    join app_public.bookings as b on b.id = t.booking_id
    where a.kind = 'buyer_clearing' and b.status in ('confirmed', 'refunded')
    group by t.booking_id having sum(e.amount_cents) <> 0
  $$,
  'nothing is owed to those who have their tickets or their money'
);
