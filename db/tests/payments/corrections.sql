-- If this fails, one person alone can change the books, or a change does not say what and why.
select plan(32);

select tests.create_theatre();
select tests.sell('sale', 'theatre', 1, 1);
insert into app_public.platform_staff (user_id, role)
values (tests.user_id('root'), 'admin'), (tests.user_id('sam'), 'support'),
  (tests.user_id('sue'), 'security');
select tests.keep('fact', (
  select id from app_public.ledger_transactions where source like 'sale:%'
));
create function tests.request(
  amounts bigint[], reason text default 'Wrong commission', kinds text[] default
    '{platform_commission,organizer_payable}', key text default null, currency text default 'EUR'
) returns uuid
language sql volatile as $$
  select tests.keep('correction', (app_public.request_correction(
    tests.id('fact'), currency, kinds::app_public.ledger_account_kind[], amounts, reason, key
  )).id)
$$;
grant execute on all functions in schema tests to public;

select is(
  tests.attempt_as(person, 'select tests.request(array[100, -100])'), 'LMRGT',
  person || ' asks for none'
)
from unnest(array['theatre owner', 'sue']) as person;
select is(
  (select count(*) from app_public.ledger_corrections), 0::bigint, 'and there is none'
);
select tests.sign_in('sam');
select tests.refused(statement, code, why)
from (values
  ($$ select tests.request(array[100, -99]) $$, 'LMBAL', 'what does not sum to zero'),
  ($$ select tests.request(array[100]) $$, 'LMBAL', 'one side'),
  ($$ select tests.request(array[0, 0]) $$, 'LMINP', 'nothing'),
  ($$ select tests.request(array[null, null]::bigint[]) $$, 'LMINP', 'nothing at all'),
  ($$ select tests.request(array[1, -1], ' ') $$, 'LMINP', 'no reason'),
  ($$ select tests.request(array[1, -1], kinds => '{disputes,disputes}') $$, 'LMINP',
    'one account twice'),
  ($$ select tests.request(array[1, -1], currency => 'XXX') $$, 'LMCUR', 'no currency'),
  ($$ select app_public.request_correction(
    uuidv7(), 'EUR', '{disputes,adjustments}', '{1,-1}', 'x') $$, 'LMNFD', 'of nothing')
) as v (statement, code, why);
select is(
  tests.request(array[100, -100], key => 'k'), tests.request(array[100, -100], key => 'k'),
  'a correction is asked for, once for each key'
);
select tests.refused(
  $$ select app_public.post_correction(tests.id('correction')) $$, 'LMRGT',
  'whoever asked does not post it'
);
select is(
  tests.attempt_as('theatre owner', $$ select app_public.post_correction(
    tests.id('correction')) $$), 'LMRGT', 'nor does the organization'
);
select tests.sign_in('theatre owner');
select is(
  (select c.reason from app_public.ledger_corrections as c), 'Wrong commission',
  'which sees it, though'
);

-- Posted.
select tests.sign_in('root');
select is(
  (app_public.post_correction(tests.id('correction'))).status::text, 'posted',
  'somebody else posts it'
);
select tests.refused(
  $$ select app_public.post_correction(tests.id('correction')) $$, 'LMCOR', 'once'
);
select tests.refused(
  $$ select app_public.reject_correction(tests.id('correction')) $$, 'LMCOR',
  'and then it is too late to reject it'
);
select tests.as_owner();
select results_eq(
  $$ select t.corrects_id, t.booking_id, t.category, a.kind::text, e.amount_cents
    from app_public.ledger_corrections as c
    join app_public.ledger_transactions as t on t.id = c.ledger_transaction_id
    join app_public.ledger_entries as e on e.transaction_id = t.id
    join app_public.ledger_accounts as a on a.id = e.account_id
    order by a.kind $$,
  $$ values
    (tests.id('fact'), tests.id('sale'), 'correction', 'organizer_payable', -100::bigint),
    (tests.id('fact'), tests.id('sale'), 'correction', 'platform_commission', 100::bigint) $$,
  'it is a fact of its own, and says what it corrects'
);
select is(
  (select count(*) from app_public.payment_transactions), 1::bigint,
  'no money has moved at Stripe'
);

-- Rejected.
select tests.sign_in('sam');
select tests.request(array[5, -5], 'Again');
select tests.sign_in('root');
select is(
  (app_public.reject_correction(tests.id('correction'))).status::text, 'rejected',
  'another is rejected'
);
select tests.refused(
  $$ select app_public.post_correction(tests.id('correction')) $$, 'LMCOR', 'and not posted'
);
select tests.as_owner();
select tests.refused(
  $$ update app_public.ledger_corrections set decided_by = requested_by $$, '23514',
  'nor can a row say that one person did both'
);
select is(
  (select string_agg(a.action, ' ' order by a.id) from app_public.audit_log as a
    where a.entity_type = 'ledger_corrections'), 'insert update insert update',
  'and all of it is in the audit log'
);
select tests.consistent();

-- What was never earned is not taken, and what was moved goes back with the sale.
create function tests.correct(amounts bigint[], kinds text[]) returns text
language plpgsql volatile as $$
declare
  v_status text;
begin
  perform tests.sign_in('sam');
  perform tests.request(amounts, 'Wrong tax', kinds);
  perform tests.sign_in('root');
  v_status := (app_public.post_correction(tests.id('correction'))).status;
  perform tests.as_owner();
  return v_status;
end
$$;
grant execute on all functions in schema tests to public;
select tests.sell('returned', 'theatre', 2, 2, 3);
select tests.keep('fact', (
  select id from app_public.ledger_transactions where source = 'sale:' || tests.id('returned')
));
select tests.refused(
  $$ select tests.correct('{-10000,10000}', '{organizer_payable,taxes_payable}') $$, 'LMBAL',
  'more tax than was taken'
);
select is(
  tests.correct('{-100,100}', '{organizer_payable,taxes_payable}'), 'posted', 'but a part of it'
);
select tests.sign_in('theatre owner');
select app_public.refund_tickets(
  tests.id('returned'), 'x', (
    select array_agg(t.id) from app_public.tickets as t
    where t.booking_id = tests.id('returned') and t.seat_no = 2
  )
);
select is(
  tests.correct('{-50,50}', '{organizer_payable,platform_commission}'), 'posted',
  'or of the commission of what was partly returned'
);
select is(
  tests.correct('{-7,7}', '{organizer_payable,adjustments}'), 'posted', 'and a gesture besides'
);
select tests.consistent();
select tests.sign_in('theatre owner');
select app_public.cancel_booking(tests.id('returned'));
select tests.as_owner();
select tests.consistent();
select results_eq(
  $$ select a.kind::text, sum(e.amount_cents)::bigint
    from app_public.ledger_entries as e
    join app_public.ledger_accounts as a on a.id = e.account_id
    join app_public.ledger_transactions as t on t.id = e.transaction_id
    where t.booking_id = tests.id('returned') and a.kind not in ('buyer_clearing', 'stripe_balance')
    group by a.kind having sum(e.amount_cents) <> 0 order by a.kind $$,
  $$ values ('organizer_payable', -7::bigint), ('adjustments', 7::bigint) $$,
  'nothing is left of a sale that was taken back, and was corrected, but what was given for nothing'
);
