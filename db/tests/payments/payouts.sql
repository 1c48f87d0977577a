-- If this fails, an organization is paid too much, too little, twice or although it must not be paid.
select plan(119);

select tests.create_theatre();
select tests.create_theatre('rival');
insert into app_public.platform_staff (user_id, role)
values (tests.user_id('sam'), 'support'), (tests.user_id('sue'), 'security');
create function tests.fee(booking text, cents bigint) returns void
language sql volatile security definer set search_path = '' as $$
  select app_private.post_stripe_fee(
    p.id, fee.cents, p.received_cents - fee.cents, 'txn_' || fee.booking
  )
  from app_public.payment_intents as p where p.booking_id = tests.id(fee.booking)
$$;
create function tests.balance(kind text) returns bigint
language sql stable security definer set search_path = '' as $$
  select coalesce(sum(e.amount_cents), 0)::bigint
  from app_public.ledger_entries as e
  join app_public.ledger_accounts as a on a.id = e.account_id
  where a.kind::text = balance.kind
$$;
create function tests.payout(name text default 'payout') returns text
language sql volatile as $$
  select tests.keep(
    payout.name, (app_public.create_payout(tests.id('theatre.organization'))).id
  )::text
$$;
create function tests.payout_status(name text default 'payout') returns text
language sql stable security definer set search_path = '' as $$
  select p.status::text from app_public.payouts as p where p.id = tests.id(payout_status.name)
$$;
create function tests.account_news(
  account text, event_id text, enabled boolean, at bigint default 100, changes jsonb default '{}'
) returns text
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform app_private.receive_stripe_event(jsonb_build_object(
    'id', account_news.event_id, 'type', 'account.updated', 'created', account_news.at,
    'account', account_news.account,
    'data', jsonb_build_object('object', jsonb_build_object(
      'object', 'account', 'id', account_news.account,
      'details_submitted', true, 'charges_enabled', account_news.enabled,
      'payouts_enabled', account_news.enabled,
      'capabilities', jsonb_build_object(
        'transfers', case when account_news.enabled then 'active' else 'inactive' end
      ),
      'requirements', jsonb_build_object(
        'currently_due', case when account_news.enabled then '[]' else '["b", "a"]' end::jsonb,
        'disabled_reason', case when not account_news.enabled then 'requirements.past_due' end
      )
    ) || account_news.changes)
  ), false);
  return app_private.apply_stripe_event(account_news.event_id);
end
$$;
create function tests.transfer_news(event_id text, changes jsonb default '{}') returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_asked jsonb := app_private.begin_payout(tests.id('payout'));
begin
  perform app_private.receive_stripe_event(jsonb_build_object(
    'id', transfer_news.event_id, 'type', 'transfer.created', 'created', 100,
    'data', jsonb_build_object('object', jsonb_build_object(
      'object', 'transfer', 'id', 'tr_1', 'amount', 8590, 'currency', 'eur',
      'destination', 'acct_1', 'amount_reversed', 0, 'balance_transaction', 'txn_tr_1',
      'metadata', jsonb_build_object('lml_payout_id', tests.id('payout'))
    ) || transfer_news.changes)
  ), false);
  return app_private.apply_stripe_event(transfer_news.event_id);
end
$$;
grant execute on all functions in schema tests to public;

-- The account.
select is(
  tests.attempt_as(person, $$ select app_public.open_payout_account(
    tests.id('theatre.organization'), 'AT') $$), code, person || ' opens no account'
)
from (values ('theatre staff', 'LMRGT'), ('rival owner', 'LMNFD'), ('sam', 'LMNFD'))
  as v (person, code);
select tests.sign_in('theatre owner');
select tests.refused(
  format('select app_public.open_payout_account(tests.id(''theatre.organization''), %L, %L)',
    country, email), 'LMINP', why
)
from (values
  (null, null, 'an account without a country'), ('AUT', null, 'or with one that is none'),
  ('AT', 'nobody', 'or an address that is none')
) as v (country, email, why);
select tests.as_owner();
update app_public.organizations set status = 'suspended' where id = tests.id('theatre.organization');
select is(
  tests.attempt_as('theatre owner', $$ select app_public.open_payout_account(
    tests.id('theatre.organization'), 'AT') $$), 'LMORG', 'nobody is paid while suspended'
);
select tests.as_owner();
update app_public.organizations set status = 'active' where id = tests.id('theatre.organization');
select tests.sign_in('theatre owner');
select tests.keep('account', (
  app_public.open_payout_account(tests.id('theatre.organization'), 'at')
).id);
select is(
  (app_public.open_payout_account(tests.id('theatre.organization'), 'DE')).id,
  tests.id('account'), 'an organization has one account'
);
select tests.refused(
  format('select app_public.request_onboarding_link(tests.id(''account''), %L)', url), 'LMINP', url
)
from unnest(array['http://evil.example/', 'javascript:alert(1)', 'https:// a', '']) as url;
select tests.keep('link', (
  app_public.request_onboarding_link(tests.id('account'), 'https://theatre.example/done')
).id);
select tests.as_owner();
select is(tests.jobs('stripe_account__create'), 1::bigint, 'Stripe is asked for it');
select is(
  tests.jobs('stripe_account_link__create'), 0::bigint, 'and for a link only when it is there'
);
select is(
  app_private.prepare_stripe_account(tests.id('account')) ->> 'country', 'AT', 'with its country'
);
select app_private.record_stripe_account(tests.id('account'), 'acct_1', null);
select app_private.record_stripe_account(tests.id('account'), 'acct_2', null);
select is(
  (select stripe_account_id from app_public.stripe_accounts), 'acct_1', 'the first one stays'
);
select is(tests.jobs('stripe_account_link__create'), 1::bigint, 'and who waits gets a link');
select app_private.record_stripe_account_link(
  tests.id('link'), 'https://stripe.example/x', extract(epoch from now())::bigint + 300, null
);
select tests.sign_in('theatre admin');
select is(
  app_public.payout_onboarding_link(tests.id('link')), null,
  'which nobody else sees'
);
select tests.sign_in('theatre owner');
select is(
  (app_public.payout_onboarding_link(tests.id('link'))).url, 'https://stripe.example/x',
  'than who has asked for it'
);
select is(tests.account_news('acct_1', 'evt_a2', true, 102), 'applied', 'Stripe tells of it');
select is(tests.account_news('acct_1', 'evt_a1', false, 101), 'applied', 'late news too');
select results_eq(
  $$ select transfers_enabled, payout_enabled, requirements_due, disabled_reason
    from app_public.stripe_accounts $$,
  $$ values (true, true, '{}'::text[], null::text) $$, 'change nothing'
);
select is(
  tests.account_news('acct_9', 'evt_a9', true, 102), 'ignored', 'accounts of others are not ours'
);
select is(
  tests.account_news('acct_9', 'evt_a10', true, 102, jsonb_build_object('metadata',
    jsonb_build_object('lml_stripe_account_id', tests.id('account')))),
  'refused', 'even if they say so'
);
select is(
  tests.account_news('acct_9', 'evt_a11', true, 102, jsonb_build_object('metadata',
    jsonb_build_object('lml_stripe_account_id', uuidv7()))),
  'parked', 'and what is not known waits'
);

-- What there is to pay: two sales, one of them taken back, and what Stripe has charged.
select tests.as_owner();
select tests.sell('one', 'theatre', 1, 1, 2);
select tests.sell('two', 'theatre', 2, 3);
select tests.fee('one', 410);
select tests.sign_in('theatre owner');
select tests.refused('select tests.payout()', 'LMPOA', 'who is not verified is not paid');
select tests.as_owner();
update app_public.organizations set verification_status = 'verified', status = 'suspended';
select tests.sign_in('theatre owner');
select tests.refused('select tests.payout()', 'LMORG', 'nor who is suspended');
select tests.as_owner();
update app_public.organizations set status = 'active';
select is(
  tests.attempt_as(person, 'select tests.payout()'), code, person || ' makes no payout'
)
from (values ('theatre staff', 'LMRGT'), ('rival owner', 'LMNFD'), ('sam', 'LMNFD'))
  as v (person, code);
select tests.sign_in('theatre owner');
select tests.refused(
  $$ select app_public.create_payout(tests.id('theatre.organization'), 'XXX') $$, 'LMCUR',
  'there is no such currency'
);
select tests.refused(
  $$ select app_public.create_payout(tests.id('theatre.organization'), 'USD') $$, 'LMPOE',
  'and nothing in dollars'
);
select tests.refused(
  $$ select app_public.create_payout(tests.id('theatre.organization'), null, uuidv7()) $$,
  'LMNFD', 'nor such a promoter'
);
select is(
  (select row(payable_cents, waiting_cents, next_payout_cents) from
    app_public.payout_preview(tests.id('theatre.organization'))),
  row(13090::bigint, 0::bigint, 13090::bigint), 'it is told before'
);
select tests.payout();
select results_eq(
  $$ select gross_revenue_cents, total_commission_cents, stripe_fees_cents, refunds_cents,
    adjustments_cents, net_payout_cents, transactions_included, events_included, status::text
    from app_public.payouts $$,
  $$ values (15000::bigint, 1500::bigint, 410::bigint, 0::bigint, 0::bigint, 13090::bigint, 3, 1,
    'draft') $$, 'a payout is gross less commission less fees'
);
select tests.refused('select tests.payout(''again'')', 'LMPOE', 'and nothing is paid twice');
select is((app_public.cancel_booking(tests.id('two'))).status::text, 'canceled', 'a sale is taken back');
select tests.refused(
  'select tests.payout(''again'')', 'LMPOE', 'what is taken back is carried over'
);
select is(
  (select row(payable_cents, in_transit_cents) from
    app_public.payout_preview(tests.id('theatre.organization'))),
  row(-4500::bigint, 13090::bigint), 'as a debt'
);
select is((app_public.cancel_payout(tests.id('payout'))).status::text, 'canceled', 'given up,');
select tests.payout();
select is(
  (select row(gross_revenue_cents, total_commission_cents, refunds_cents, net_payout_cents)
    from app_public.payouts where id = tests.id('payout')),
  row(15000::bigint, 1000::bigint, 5000::bigint, 8590::bigint), 'another one has it all'
);
select is(
  (app_public.reproduce_payout(tests.id('payout'))).net_payout_cents, 8590::bigint,
  'and can be made again from the books'
);
select is((select count(*) from app_public.venue_payouts), 2::bigint, 'organizations see theirs');
select tests.sign_in('rival owner');
select is(
  (select count(*) from app_public.payouts) + (select count(*) from app_public.payout_items)
    + (select count(*) from app_public.venue_payouts)
    + (select count(*) from app_public.stripe_accounts), 0::bigint, 'and others none'
);

-- A second person.
select tests.sign_in('theatre owner');
select tests.refused(
  $$ select app_public.set_payout_settings(tests.id('theatre.organization'), null, 91) $$,
  'LMINP', 'money is not kept for ever'
);
select is(
  (app_public.set_payout_settings(tests.id('theatre.organization'), null, null, 8589))
    .payout_approval_above_cents, 8589::bigint, 'above a threshold'
);
select is(
  (app_public.submit_payout(tests.id('payout'))).status::text, 'pending_approval', 'a payout waits'
);
select tests.refused(
  $$ select app_public.approve_payout(tests.id('payout')) $$, 'LMAPV', 'not for who has made it'
);
select is(
  tests.attempt_as(person, $$ select app_public.approve_payout(tests.id('payout')) $$), code,
  'nor for ' || person
)
from (values ('theatre manager', 'LMRGT'), ('rival owner', 'LMNFD'), ('sam', 'LMNFD'))
  as v (person, code);
select is(tests.jobs('payout__send'), 0::bigint, 'nothing is sent');
select tests.sign_in('theatre admin');
select is(
  (app_public.approve_payout(tests.id('payout'))).status::text, 'approved', 'somebody else may'
);
select tests.refused(
  $$ select app_public.approve_payout(tests.id('payout')) $$, 'LMPOS', 'once'
);
select tests.as_owner();
select is(tests.jobs('payout__send'), 1::bigint, 'then it is sent');
select tests.refused(
  $$ update app_public.payouts set approved_by = requested_by where id = tests.id('payout') $$,
  '23514', 'a row never says that one person did both'
);
select tests.refused(
  $$ update app_public.payouts set status = 'paid' where id = tests.id('payout') $$, 'LMTRN',
  'nor skips a step'
);
select tests.refused(
  'update app_public.payout_items set net_cents = 1', 'LMAPP', 'what it is made of stays'
);

-- Holds.
select tests.sign_in('sam');
select tests.refused(statement, 'LMNFD', 'there is nothing to hold: ' || statement)
from unnest(array[
  'select app_public.hold_payout(uuidv7(), ''Who is this?'')',
  'select app_public.release_payout_hold(uuidv7())'
]) as statement;
select tests.keep('whole', (
  app_public.hold_payout(tests.id('payout'), 'Who is this?')
).id);
select is(tests.attempt_as('theatre admin', $$ select app_public.release_payout_hold(
  tests.id('whole')) $$), 'LMRGT', 'what the platform holds, the organization does not release');
select is(tests.attempt_as('theatre admin', $$ select app_public.cancel_payout(
  tests.id('payout')) $$), 'LMPOA', 'nor does it get around it');
select tests.as_owner();
select is(app_private.begin_payout(tests.id('payout')), null, 'what is held is not sent');
select tests.sign_in('sam');
select app_public.release_payout_hold(tests.id('whole'));
select tests.sign_in('theatre admin');
select tests.refused(
  format('select app_public.hold_payout(tests.id(''payout''), %L, %s)', reason, amount), 'LMINP',
  why
)
from (values
  ('x', 0, 'nothing is not held'), ('x', -1, 'or less'), ('x', 8590, 'nor all by its amount'),
  ('', 1, 'nor without a reason')
) as v (reason, amount, why);
select tests.keep('part', (
  app_public.hold_payout(tests.id('payout'), 'For the roof', 590)
).id);
select tests.as_owner();
select is(
  app_private.begin_payout(tests.id('payout')) ->> 'amount', '8000', 'the rest of it is sent'
);
select is(tests.balance('payouts_in_transit'), -8000::bigint, 'and is under way');
select is(
  app_private.begin_payout(tests.id('payout')) ->> 'idempotency_key',
  'payout:' || tests.id('payout') || ':1', 'with the same key, whoever asks again'
);
select is(tests.balance('payouts_in_transit'), -8000::bigint, 'and once');
select tests.sign_in('theatre owner');
select tests.refused(
  $$ select app_public.cancel_payout(tests.id('payout')) $$, 'LMPOS', 'it cannot be given up now'
);
select tests.as_owner();

-- It fails. What is held of it is not given back before it is paid, or given up with all of it.
select tests.sign_in('theatre owner');
select app_public.release_payout_hold(tests.id('part'));
select tests.refused('select tests.payout(''third'')', 'LMPOE', 'what is on its way is not paid');
select is(
  (select held_cents from app_public.payout_preview(tests.id('theatre.organization'))), 590::bigint,
  'nor what was held of it'
);
select tests.as_owner();
select app_private.record_transfer_failure(tests.id('payout'), 'balance_insufficient', 'No money.');
select app_private.record_transfer_failure(tests.id('payout'), 'balance_insufficient', 'No money.');
select results_eq(
  $$ select status::text, failure_code, retry_at > now() from app_public.payouts
    where id = tests.id('payout') $$,
  $$ values ('failed', 'balance_insufficient', true) $$, 'Stripe may refuse it for now'
);
select is(tests.balance('payouts_in_transit'), 0::bigint, 'then nothing is under way');
select is(
  tests.balance('organizer_payable'), -9000::bigint, 'and the organization is owed it again'
);
select is((select count(*) from app_public.payment_findings where kind = 'payout_failed'),
  1::bigint, 'people are told');
select is(app_private.requeue_payouts(), 0::integer, 'not at once');
select tests.sign_in('sam');
select tests.refused(
  $$ select app_public.hold_payout(tests.id('payout'), 'Who is this?', 100) $$, 'LMPOS',
  'nothing is taken off it now'
);
select tests.keep('pause', (app_public.hold_payout(tests.id('payout'), 'Who is this?')).id);
select tests.as_owner();
update app_public.payouts set retry_at = now() where id = tests.id('payout');
select is(app_private.requeue_payouts(), 1::integer, 'but later it is tried again');
select is(app_private.begin_payout(tests.id('payout')), null, 'unless it was held');
select tests.consistent();
select tests.sign_in('sam');
select app_public.release_payout_hold(tests.id('pause'));
select tests.as_owner();
select is(tests.transfer_news('evt_t1'), 'refused', 'another amount is not ours');
select is(
  tests.transfer_news('evt_t2', '{"amount": 8000, "destination": "acct_2"}'), 'refused',
  'nor another destination'
);
select is(
  tests.transfer_news('evt_t3', '{"amount": 8000, "currency": "usd"}'), 'refused',
  'nor another currency'
);
select is(
  tests.transfer_news('evt_t5', jsonb_build_object('amount', 8000, 'metadata', jsonb_build_object(
    'lml_payout_id', tests.id('payout'), 'lml_organization_id', gen_random_uuid()
  ))), 'refused', 'nor another organization'
);
select is(tests.transfer_news('evt_t4', '{"amount": 8000}'), 'applied', 'then it is paid');
select app_private.record_transfer(tests.id('payout'), 'tr_1', 'txn_tr_1');
select results_eq(
  $$ select status::text, stripe_transfer_id, attempt from app_public.payouts
    where id = tests.id('payout') $$,
  $$ values ('paid', 'tr_1', 2) $$, 'by whoever tells it first'
);
select is(
  row(tests.balance('payouts_in_transit'), tests.balance('stripe_fees'),
    tests.balance('organizer_payable')),
  row(0::bigint, 0::bigint, -590::bigint), 'and only what was held is still owed'
);
select app_private.record_transfer(tests.id('payout'), 'tr_2', 'txn_tr_2');
select is((select count(*) from app_public.payment_findings where kind = 'transfer_not_asked_for'),
  1::bigint, 'a second transfer is for people to look at');
select tests.consistent();

-- What was held, and what is taken back.
select tests.sign_in('theatre owner');
select tests.refused('select tests.payout(''third'')', 'LMPOE', 'nor less than the minimum');
select tests.sign_in('sue');
select tests.refused(
  $$ select app_public.reverse_payout(tests.id('payout'), 'x') $$, 'LMRGT', 'not by security'
);
select tests.sign_in('sam');
select tests.refused(
  $$ select app_public.reverse_payout(tests.id('payout'), 'Wrong', 8001) $$, 'LMINP',
  'not more than was paid'
);
select tests.keep('reversal', (
  app_public.reverse_payout(tests.id('payout'), 'Wrong', 3000)
).id);
select tests.as_owner();
select is(
  app_private.prepare_payout_reversal(tests.id('reversal')) ->> 'transfer', 'tr_1',
  'the platform takes some of it back'
);
select app_private.record_payout_reversal(tests.id('reversal'), 'trr_1', 'txn_r1', null);
select app_private.record_payout_reversal(tests.id('reversal'), 'trr_1', 'txn_r1', null);
select tests.sign_in('sam');
select tests.keep('refused reversal', (
  app_public.reverse_payout(tests.id('payout'), 'Wrong', 2000)
).id);
select tests.as_owner();
select app_private.record_payout_reversal(
  tests.id('refused reversal'), null, null, 'The account has less.'
);
select is(
  (select f.detail ->> 'reason' from app_public.payment_findings as f
    where f.kind = 'payout_reversal_failed'), 'The account has less.',
  'people are told of what Stripe does not take back'
);
select is(tests.balance('organizer_payable'), -3590::bigint, 'and owes it');
select is(
  tests.transfer_news('evt_t6', '{
    "amount": 8000, "amount_reversed": 3500, "reversals": {"data": [
      {"id": "trr_1", "amount": 3000, "balance_transaction": "txn_r1",
        "metadata": {"lml_payout_reversal_id": "ours"}},
      {"id": "trr_2", "amount": 500, "balance_transaction": {"id": "txn_r2"}, "metadata": {}}
    ]}
  }'), 'refused', 'what was taken back by hand is not booked unasked'
);
select tests.keep('by hand', f.id) from app_public.payment_findings as f
where f.kind = 'reversal_not_asked_for';
select tests.sign_in('sue');
select tests.refused(
  $$ select app_public.book_unasked_reversals(tests.id('by hand'), 'x') $$, 'LMRGT', 'nor by others'
);
select tests.sign_in('sam');
select tests.refused(
  $$ select app_public.book_unasked_reversals(tests.id('by hand'), '') $$, 'LMINP',
  'nor without words'
);
select tests.keep('too much', (
  app_public.reverse_payout(tests.id('payout'), 'Wrong', 5000)
).id);
select tests.refused(
  $$ select app_public.book_unasked_reversals(tests.id('by hand'), 'Sue did it.') $$, 'LMRFX',
  'nor while one of ours is to take all that was left'
);
select tests.as_owner();
select app_private.record_payout_reversal(
  tests.id('too much'), null, null, 'Less than that is left.'
);
select tests.sign_in('sam');
select is(
  (select array_agg((app_public.book_unasked_reversals(tests.id('by hand'), 'Sue did it.'))
    .reversed_cents) from generate_series(1, 2)), '{3500,3500}'::bigint[],
  'but by the platform, once'
);
select tests.as_owner();
select is(tests.balance('organizer_payable'), -4090::bigint, 'and it is owed again, too');
select is(
  (select m.stripe_balance_transaction_id from app_public.payment_transactions as m
    where m.net_amount_cents = 500), 'txn_r2', 'by the name that Stripe has for it'
);
select tests.consistent();
select tests.sign_in('theatre owner');
select tests.payout('third');
select results_eq(
  $$ select adjustments_cents, net_payout_cents from app_public.payouts
    where id = tests.id('third') $$,
  $$ values (4090::bigint, 4090::bigint) $$, 'with what is no longer held'
);
select tests.consistent();

-- Cut off.
select tests.sign_in('sam');
select tests.keep('last', (app_public.hold_payout(tests.id('third'), 'Who is this?')).id);
select tests.as_owner();
create function tests.third() returns text
language sql stable security definer set search_path = '' as $$
  select p.status::text from app_public.payouts as p where p.id = tests.id('third')
$$;
select app_private.receive_stripe_event(jsonb_build_object(
  'id', 'evt_d1', 'type', 'account.application.deauthorized', 'created', 200, 'account', 'acct_1',
  'data', '{"object": {"object": "application", "id": "ca_1"}}'::jsonb
), false);
select is(app_private.apply_stripe_event('evt_d1'), 'applied', 'an owner cuts us off');
select is(tests.account_news('acct_1', 'evt_a3', true, 300), 'applied', 'for good,');
select is(
  (select transfers_enabled from app_public.stripe_accounts), false, 'whatever is told later'
);
select is(tests.third(), 'draft', 'what the platform holds is held');
select tests.sign_in('sam');
select app_public.release_payout_hold(tests.id('last'));
select tests.as_owner();
select app_private.apply_deauthorization(e.payload)
from app_private.stripe_events as e where e.id = 'evt_d1';
select is(tests.third(), 'canceled', 'and what was to be paid there, the next account gets');
insert into app_public.stripe_accounts (
  organization_id, country, email, stripe_account_id, payout_enabled, transfers_enabled
)
values (tests.id('theatre.organization'), 'AT', 'a@b.example', 'acct_9', true, true);
select tests.sign_in('theatre owner');
select tests.payout('third');
select app_public.submit_payout(tests.id('third'));
select tests.as_owner();
select is(
  app_private.begin_payout(tests.id('third')) ->> 'destination', 'acct_9', 'all of it'
);
select app_private.apply_deauthorization(
  '{"type": "account.application.deauthorized", "account": "acct_9", "created": 300}'
);
select is(tests.third(), 'in_transit', 'what is on its way may still arrive');
select app_private.record_transfer_failure(tests.id('third'), 'account_invalid', 'Cut off.');
select is(tests.third(), 'canceled', 'or does not');
-- News of an account that overtake its id.
with account as (
  insert into app_public.stripe_accounts (organization_id, country, email)
  values (tests.id('rival.organization'), 'AT', 'a@b.example')
  returning id
)
select tests.keep('young', account.id) from account;
select app_private.receive_stripe_event(jsonb_build_object(
  'id', 'evt_d2', 'type', 'account.application.deauthorized', 'created', 400, 'account', 'acct_8',
  'data', '{"object": {"object": "application", "id": "ca_1"}}'::jsonb
), false);
select is(app_private.apply_stripe_event('evt_d2'), 'parked', 'nobody knows yet whose they are');
delete from graphile_worker._private_jobs;
select app_private.record_stripe_account(tests.id('young'), 'acct_8', null);
select is(
  (select j.run_at from graphile_worker.jobs as j where j.key = 'stripe_event:evt_d2'), now(),
  'they are applied as soon as it is told'
);
select tests.consistent();
