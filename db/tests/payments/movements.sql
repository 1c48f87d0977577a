-- If this fails, money moves at Stripe without a row that says so, or the row says something else.
select plan(22);

select tests.create_theatre();
select tests.sell('sale', 'theatre', 1, 1);
create function tests.movements() returns text
language sql volatile as $$
  select string_agg(
    format('%s %s %s-%s=%s', m.transaction_type, m.transaction_category, m.gross_amount_cents,
      m.fee_amount_cents, m.net_amount_cents), ', ' order by m.id
  )
  from app_public.payment_transactions as m
$$;

-- A payment.
select is(
  tests.movements(), 'payment booking_payment 6280-0=6280', 'what was paid is a movement'
);
select results_eq(
  $$ select m.booking_id, m.payment_intent_id, t.source, m.reconciliation_status::text,
      m.accounting_period
    from app_public.payment_transactions as m
    join app_public.ledger_transactions as t on t.id = m.ledger_transaction_id $$,
  $$ select tests.id('sale'), tests.intent_of(tests.id('sale')),
      'payment:' || tests.intent_of(tests.id('sale')), 'pending',
      date_trunc('month', now() at time zone 'UTC')::date $$,
  'it names its booking, its payment, its posting and its month'
);

-- What Stripe charges.
create function tests.charge(fee bigint, net bigint, id text default 'txn_1') returns boolean
language sql volatile as $$
  select app_private.post_stripe_fee(tests.intent_of(tests.id('sale')), fee, net, id)
$$;
select tests.refused(
  format('select tests.charge(%s, %s)', fee, net), 'LMINP', why
)
from (values
  (100, 6181, 'a fee and a rest that are more than was paid'),
  (100, 6179, 'or less'),
  (-1, 6281, 'a fee below zero')
) as v (fee, net, why);
select tests.refused(
  $$ select tests.charge(100, 6180, 'x:y') $$, 'LMINP', 'an id that is none'
);
select tests.refused(
  $$ select app_private.post_stripe_fee(uuidv7(), 100, 6180, 'txn_1') $$, 'LMNFD',
  'a fee for nothing'
);
select is(tests.charge(100, 6180), true, 'the fee is posted');
select is(tests.charge(100, 6180), false, 'once');
select is(tests.charge(200, 6080), false, 'also when Stripe says something else later');
select is(
  tests.movements(),
  'payment booking_payment 6280-0=6280, fee stripe_fee 0-100=-100',
  'it is a movement of its own'
);
select is(
  (select string_agg(stripe_balance_transaction_id, ' ')
    from app_public.payment_transactions), 'txn_1 txn_1', 'both know what Stripe calls them'
);

-- A refund.
select tests.as_owner();
select tests.sign_in('theatre owner');
select app_public.cancel_booking(tests.id('sale'));
select tests.as_owner();
select is(
  (select count(*) from app_public.payment_transactions), 2::bigint,
  'what is only asked for has not moved'
);
select app_private.record_refund(tests.refund_of(tests.id('sale')), 're_1', 'succeeded', null);
select is(
  tests.movements(),
  'payment booking_payment 6280-0=6280, fee stripe_fee 0-100=-100, '
    'refund booking_canceled_refund -6280-0=-6280',
  'and a refund'
);
select is(
  (select sum(net_amount_cents) from app_public.payment_transactions), -100::numeric,
  'all of them are the balance at Stripe'
);

-- History.
select tests.refused(statement, 'LMAPP', statement)
from unnest(array[
  'update app_public.payment_transactions set gross_amount_cents = 1, net_amount_cents = 1',
  'update app_public.payment_transactions set stripe_balance_transaction_id = ''txn_2''
    where stripe_balance_transaction_id is not null',
  'delete from app_public.payment_transactions',
  'truncate app_public.payment_transactions cascade'
]) as statement;
select lives_ok(
  $$ update app_public.payment_transactions
    set reconciliation_status = 'matched', reconciled_at = now() $$,
  'only the reconciliation is added'
);
select is(
  (select count(*) from app_public.payment_transactions
    where reconciliation_status = 'matched' and reconciled_at is not null), 3::bigint,
  'to all of them'
);
select tests.consistent();
