-- If this fails, an organization is told something else than what its books say.
select plan(21);

select tests.create_theatre();
select tests.create_theatre('rival');
select tests.create_theatre('kiosk', 'JPY');
select tests.keep('organization', tests.id('theatre.organization'));
create function tests.post(
  name text, days integer, kinds text[], amounts bigint[], organization text default 'theatre',
  currency text default 'EUR'
) returns boolean
language sql volatile as $$
  select app_private.post_to_ledger(
    tests.id(organization || '.organization'), null, currency, name, 'Test',
    kinds::app_public.ledger_account_kind[], amounts,
    date_trunc('month', now(), 'UTC') - interval '2 months' + days * interval '1 day'
  )
$$;
create function tests.month(back integer) returns date
language sql stable as $$
  select (date_trunc('month', now() at time zone 'UTC') - back * interval '1 month')::date
$$;
create function tests.said(back integer, account text) returns text
language sql stable as $$
  select string_agg(
    concat_ws(' ', s.line, s.category, s.transaction_count, s.amount_cents), ', '
  )
  from app_public.statement(tests.id('organization'), tests.month(back) + 4) as s
  where s.kind::text = said.account
$$;
create function tests.balance(as_of timestamptz default null) returns text
language sql stable as $$
  select string_agg(format('%s %s %s', b.kind, b.debit_cents, b.credit_cents), ', ' order by b.kind)
  from app_public.trial_balance(tests.id('organization'), as_of) as b
$$;
grant execute on all functions in schema tests to public;

-- Two months of sales, payments and a refund.
select tests.post('payment:1', 1, '{stripe_balance,buyer_clearing}', '{1000,-1000}');
select tests.post('sale:1', 1,
  '{buyer_clearing,organizer_payable,platform_commission}', '{1000,-900,-100}');
select tests.post('payment:2', 2, '{stripe_balance,buyer_clearing}', '{500,-500}');
select tests.post('refund:2', 40, '{buyer_clearing,stripe_balance}', '{500,-500}');
select tests.post('sale:3', 41, '{buyer_clearing,organizer_payable}', '{50,-50}');

select tests.sign_in('theatre owner');
select is(
  tests.said(2, 'stripe_balance'), 'opening 0, movement payment 2 1500, closing 1500',
  'what came'
);
select is(
  tests.said(1, 'stripe_balance'), 'opening 1500, movement refund 1 -500, closing 1000',
  'what went'
);
select is(
  tests.said(1, 'organizer_payable'), 'opening 900, movement sale 1 50, closing 950',
  'what one is owed is positive'
);
select is(
  tests.said(1, 'platform_commission'), 'opening 100, closing 100', 'what did not move'
);
select is(tests.said(2, 'disputes'), null, 'what never was');
select is(
  tests.balance(), 'stripe_balance 1000 0, buyer_clearing 50 0, organizer_payable 0 950, '
    'platform_commission 0 100', 'a trial balance'
);
select is(
  tests.balance(date_trunc('month', now(), 'UTC') - interval '2 months' + interval '36 hours'),
  'stripe_balance 1000 0, buyer_clearing 0 0, organizer_payable 0 900, platform_commission 0 100',
  'before a moment'
);
select is(
  (select sum(debit_cents) - sum(credit_cents)
    from app_public.trial_balance(tests.id('organization'))), 0::numeric, 'it sums to zero'
);
select is(
  app_public.statement_csv(tests.id('organization'), tests.month(1)),
  array_to_string(array[
    'currency,account,line,category,transactions,amount',
    'EUR,stripe_balance,opening,,,15.00', 'EUR,stripe_balance,movement,refund,1,-5.00',
    'EUR,stripe_balance,closing,,,10.00', 'EUR,buyer_clearing,opening,,,5.00',
    'EUR,buyer_clearing,movement,refund,1,-5.00', 'EUR,buyer_clearing,movement,sale,1,-0.50',
    'EUR,buyer_clearing,closing,,,-0.50', 'EUR,organizer_payable,opening,,,9.00',
    'EUR,organizer_payable,movement,sale,1,0.50', 'EUR,organizer_payable,closing,,,9.50',
    'EUR,platform_commission,opening,,,1.00', 'EUR,platform_commission,closing,,,1.00', ''
  ], e'\r\n'), 'the same as CSV'
);

-- The same, when the balances of a closed month are taken instead of its entries.
select app_public.close_period(tests.id('organization'), tests.month(2), true);
select is(
  tests.said(1, 'stripe_balance'), 'opening 1500, movement refund 1 -500, closing 1000',
  'a closed month before it changes nothing'
);
select is(
  tests.balance(), 'stripe_balance 1000 0, buyer_clearing 50 0, organizer_payable 0 950, '
    'platform_commission 0 100', 'nor the trial balance'
);
select is(
  tests.balance(date_trunc('month', now(), 'UTC') - interval '2 months' + interval '36 hours'),
  'stripe_balance 1000 0, buyer_clearing 0 0, organizer_payable 0 900, platform_commission 0 100',
  'nor one of the month that is closed'
);

-- Who may, and what for.
select tests.refused(
  format('select * from app_public.statement(tests.id(''organization''), %s)', arguments), code, why
)
from (values
  ('null', 'LMINP', 'of nothing'),
  ('from_at => now(), to_at => now()', 'LMINP', 'of no time'),
  ('''2001-01-01''', 'LMNFD', 'of a month without books'),
  ('''5874897-12-31''', 'LMNFD', 'of the last of all months'),
  ('''infinity''', 'LMNFD', 'nor of what comes after it'),
  ('''2001-01-01'', now(), now()', 'LMINP', 'of two things')
) as v (arguments, code, why);
select is(
  tests.attempt_as('rival owner', format('select * from app_public.%s(%L%s)', f,
    tests.id('organization'), a)), 'LMNFD', 'somebody else''s ' || f
)
from (values ('statement', ', now()::date'), ('trial_balance', '')) as v (f, a);

-- Without decimals.
select tests.as_owner();
select tests.post('payment:9', 1, '{stripe_balance,buyer_clearing}', '{1000,-1000}', 'kiosk',
  'JPY');
select is(
  split_part(app_private.statement_as_csv(
    tests.id('kiosk.organization'), '-infinity', 'infinity'
  ), e'\r\n', 3), 'JPY,stripe_balance,movement,payment,1,1000', 'yen have none'
);
