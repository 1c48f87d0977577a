-- If this fails, a month is closed although Stripe says something else, or stays open although somebody
-- has looked into it.
select plan(32);

select tests.create_theatre();
-- The month of a sale that was two months ago, so that it may be closed.
create function tests.month() returns date
language sql stable as $$ select (date_trunc('month', now()) - interval '2 months')::date $$;
select app_private.post_to_ledger(
  tests.id('theatre.organization'), null, 'EUR', 'adjustment:old', 'Old',
  array['stripe_balance', 'adjustments']::app_public.ledger_account_kind[], array[500, -500],
  tests.month() + interval '10 days'
);
select tests.sell('sale', 'theatre', 1, 1);
create function tests.movement() returns app_public.payment_transactions
language sql stable as $$
  select m from app_public.payment_transactions as m
  join app_public.ledger_transactions as t on t.id = m.ledger_transaction_id
  where t.source = 'adjustment:old'
$$;

-- What Stripe lists, in one page; and the comparison.
create function tests.compare(movements jsonb default '[]', balance bigint default 0)
returns uuid
language plpgsql volatile as $$
declare
  v_run app_public.reconciliation_runs := app_private.begin_reconciliation('0 minutes', '1 day');
begin
  perform app_private.store_stripe_movements(v_run.id, compare.movements, true, true);
  perform app_private.post_stripe_fees(10);
  v_run := app_private.complete_reconciliation(
    v_run.id, jsonb_build_object('eur', compare.balance), true
  );
  return v_run.id;
end
$$;
create function tests.at_stripe(id text, type text, source text, amount bigint, fee bigint)
returns jsonb
language sql stable as $$
  select jsonb_build_object(
    'id', id, 'type', type, 'source', source, 'amount', amount, 'fee', fee, 'net', amount - fee,
    'currency', 'eur', 'created', extract(epoch from now())::bigint - 5,
    'available_on', extract(epoch from now())::bigint
  )
$$;
create function tests.open_findings() returns text
language sql stable as $$
  select string_agg(
    replace(f.kind, 'reconciliation_', ''), ' ' order by f.kind, f.subject
  )
  from app_public.payment_findings as f
  where f.resolved_at is null and f.gone_at is null
$$;
grant execute on all functions in schema tests to public;
update app_public.payment_intents set stripe_charge_id = 'ch_sale'
where id = tests.intent_of(tests.id('sale'));

select isnt(
  tests.compare(jsonb_build_array(tests.at_stripe('txn_sale', 'charge', 'ch_sale', 6280, 200)), 6080),
  null, 'a comparison is completed'
);
select is(tests.open_findings(), 'missing_at_stripe', 'what Stripe does not have is found');
select is((tests.movement()).reconciliation_status::text, 'mismatched', 'and marked');
select is(
  (select string_agg(format('%s %s', m.transaction_type, m.reconciliation_status), ', ' order by m.id)
    from app_public.payment_transactions as m where m.payment_intent_id is not null),
  'payment matched, fee matched', 'what it has is matched, with its fee'
);
select is(
  (select f.accounting_period from app_public.payment_findings as f), tests.month(),
  'a finding knows its month'
);

-- The month stays open.
select tests.sign_in('theatre owner');
select tests.refused(
  $$ select app_public.close_period(tests.id('theatre.organization'), tests.month(), true) $$,
  'LMPER', 'a month with an open finding is not closed, whatever else is accepted'
);
select tests.refused(
  $$ select app_public.resolve_payment_finding((select id from app_public.payment_findings), ' ') $$,
  'LMINP', 'a finding is not closed without a word'
);
select isnt(
  app_public.resolve_payment_finding(
    (select id from app_public.payment_findings), 'Paid in by hand.'
  ), null, 'somebody closes it'
);
select is(
  (app_public.close_period(tests.id('theatre.organization'), tests.month(), true)).status::text,
  'closed', 'then the month is closed'
);
select tests.as_owner();
select isnt(tests.compare(balance => 6080), null, 'it is compared again');
select is(tests.open_findings(), null, 'what was closed is not found again as long as it is the same');

-- The balance.
select isnt(tests.compare(balance => 7000), null, 'and again');
select is(tests.open_findings(), 'balance_differs', 'money that no movement explains is found');
select isnt(tests.compare(balance => 6080), null, 'and again');
select is(
  (select f.gone_at is not null and f.resolved_at is null from app_public.payment_findings as f
    where f.kind = 'reconciliation_balance_differs'),
  true, 'that it is gone is written down, and it is left to people'
);
select * from finish();

-- The platform's own bank.
create function tests.bank_says(
  id text, status text, amount bigint default 1000, changes jsonb default '{}'
)
returns text
language plpgsql volatile as $$
declare
  v_event_id text := 'evt_' || replace(uuidv7()::text, '-', '');
begin
  perform app_private.receive_stripe_event(
    jsonb_build_object(
      'id', v_event_id, 'type', 'payout.' || bank_says.status, 'created', 1,
      'data', jsonb_build_object('object', jsonb_build_object(
        'object', 'payout', 'id', bank_says.id, 'status', bank_says.status,
        'amount', bank_says.amount, 'currency', 'eur', 'created', 1
      ))
    ) || bank_says.changes, false
  );
  return app_private.apply_stripe_event(v_event_id);
end
$$;
-- What was told of in this very moment is left to the next comparison.
create function tests.compare_bank(movements jsonb) returns text
language plpgsql volatile as $$
begin
  update app_private.platform_payouts set told_at = now() - interval '1 minute';
  perform tests.compare(compare_bank.movements);
  return tests.open_findings();
end
$$;
create function tests.to_bank(id text, type text, amount bigint) returns jsonb
language sql stable as $$
  select jsonb_build_array(tests.at_stripe('txn_' || id || '_' || type, type, id, amount, 0))
$$;
create function tests.bank_cents() returns bigint
language sql stable as $$
  select b.bank_cents from app_public.reconciliation_balances as b
  join app_public.reconciliation_runs as r on r.id = b.run_id
  where b.currency = 'EUR' order by r.id desc limit 1
$$;
select tests.keep('before', tests.compare());
create table tests.before as select tests.open_findings() as findings;
create function tests.new_findings(findings text) returns text
language sql stable as $$
  select string_agg(w, ' ') from (
    select unnest(string_to_array(findings, ' ')) as w
    except all select unnest(string_to_array(b.findings, ' ')) from tests.before as b
  ) as f
$$;
grant execute on all functions in schema tests to public;
select is(
  tests.bank_says('po_other', 'paid', changes => '{"account": "acct_1"}'), 'ignored',
  'what goes to the bank of somebody who is paid out is not ours'
);
select is(tests.bank_says('po_1', 'paid'), 'applied', 'a payout has arrived');
select is(tests.bank_says('po_1', 'pending'), 'applied', 'older news');
select is(tests.bank_says('po_1', 'paid', 1001), 'refused', 'another amount');
select is(tests.bank_says('po_1', 'lost'), 'refused', 'a status that nobody knows');
select is(
  (select format('%s %s', p.status, p.amount_cents) from app_private.platform_payouts as p),
  'paid 1000', 'change nothing'
);
delete from app_public.payment_findings where kind like 'event%';
select is(
  tests.new_findings(tests.compare_bank('[]')), 'missing_at_stripe',
  'that nothing has left Stripe''s balance is found'
);
select is(
  tests.new_findings(tests.compare_bank(tests.to_bank('po_1', 'payout', -999))), 'amount_differs',
  'as is another amount'
);
select is(
  tests.new_findings(tests.compare_bank(tests.to_bank('po_1', 'payout', -1000))), null,
  'and nothing once they agree'
);
select is(tests.bank_cents(), 1000::bigint, 'it is known what went to the bank');
select is(
  tests.new_findings(tests.compare_bank(tests.to_bank('po_1', 'payout_failure', 1000))),
  'amount_differs', 'money came back of which nothing was told'
);
select is(tests.bank_says('po_1', 'failed'), 'applied', 'now it is');
select is(
  tests.new_findings(tests.compare_bank('[]')), 'bank_payout_failed',
  'the books agree, and people are told'
);
select is(tests.bank_cents(), 0::bigint, 'nothing went to the bank');
select is(
  tests.new_findings(tests.compare_bank(tests.to_bank('po_2', 'payout', -500))),
  'bank_payout_failed missing_here', 'one of which Stripe tells nothing is found'
);
select is(
  app_private.platform_payouts_to_look_up(null, 10), '["po_2"]', 'and asked for again'
);
select is(
  (select string_agg(distinct f.kind, ' ') from app_public.payment_findings as f
    where f.kind like '%bank%' and f.organization_id is not null),
  null, 'none of it is an organization''s'
);
