-- If this fails, money is paid out before its time, to the wrong payee, or while it is disputed.
select plan(39);

select tests.create_theatre();
insert into app_public.platform_staff (user_id, role) values (tests.user_id('sam'), 'support');
create function tests.organization() returns uuid
language sql stable security definer set search_path = '' as $$
  select tests.id('theatre.organization')
$$;
create function tests.open(promoter uuid, name text) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into app_public.stripe_accounts (
    organization_id, promoter_id, country, email, stripe_account_id, stripe_onboarding_completed,
    payout_enabled, transfers_enabled
  )
  values (
    tests.organization(), open.promoter, 'AT', 'a@b.example', 'acct_' || open.name, true, true, true
  );
  return tests.keep(open.name, (
    select id from app_public.stripe_accounts where stripe_account_id = 'acct_' || open.name
  ));
end
$$;
create function tests.ready() returns bigint
language sql stable security definer set search_path = '' as $$
  select coalesce(sum(f.net_cents) filter (where f.is_ready), 0)::bigint
  from app_private.open_payout_facts(tests.organization(), null, 'EUR', clock_timestamp()) as f
$$;
create function tests.payouts() returns text
language sql stable security definer set search_path = '' as $$
  select string_agg(
    concat_ws(' ', case when p.promoter_id is null then 'organization' else 'promoter' end,
      p.net_payout_cents, p.status), ', ' order by p.created_at, p.id)
  from app_public.payouts as p where p.status <> 'canceled'
$$;
grant execute on all functions in schema tests to public;
update app_public.organizations set verification_status = 'verified';
update app_public.organization_settings set minimum_payout_cents = 1;

-- Periods.
select is(
  app_private.end_of_payout_period(
    schedule::app_public.payout_schedule, timezone, at::timestamptz
  ), ends::timestamptz, format('%s in %s', schedule, timezone)
)
from (values
  ('daily', 'UTC', '2026-03-29 00:30+00', '2026-03-29 00:00+00'),
  ('daily', 'Europe/Vienna', '2026-03-29 23:30+00', '2026-03-30 00:00+02'),
  ('daily', 'Europe/Vienna', '2026-03-29 12:00+00', '2026-03-29 00:00+01'),
  ('weekly', 'America/New_York', '2026-11-02 04:59+00', '2026-10-26 00:00-04'),
  ('weekly', 'America/New_York', '2026-11-02 05:00+00', '2026-11-02 00:00-05'),
  ('monthly', 'Asia/Tokyo', '2026-02-28 15:00+00', '2026-03-01 00:00+09')
) as v (schedule, timezone, at, ends);

select is(
  app_private.next_payout_at(schedule::app_public.payout_schedule, timezone, at::timestamptz),
  ends::timestamptz, format('the next %s one in %s after %s', schedule, timezone, at)
)
from (values
  -- A day of 25 hours, whose first one is 25 hours before the next day.
  ('daily', 'Europe/Vienna', '2026-10-25 00:30+02', '2026-10-26 00:00+01'),
  -- A day of 23, whose last one is within 24 hours of the day after next.
  ('daily', 'Europe/Vienna', '2026-03-28 23:30+01', '2026-03-29 00:00+01'),
  ('weekly', 'America/New_York', '2026-10-26 00:30-04', '2026-11-02 00:00-05'),
  -- It is still September in UTC, which has a 30th of the next month.
  ('monthly', 'Asia/Tokyo', '2026-10-01 05:00+09', '2026-11-01 00:00+09'),
  ('monthly', 'UTC', '2028-01-31 12:00+00', '2028-02-01 00:00+00'),
  -- Midnight does not exist, and comes twice.
  ('daily', 'America/Santiago', '2026-09-05 12:00-04', '2026-09-06 01:00-03'),
  ('daily', 'Atlantic/Azores', '2026-10-24 12:00+00', '2026-10-25 00:00+00')
) as v (schedule, timezone, at, ends);

-- The time of the performance, and of the buyer's money.
-- Nothing counts before the books began, and in the first days of a month the last week that has
-- ended lies in the month before.
select app_private.open_periods(tests.organization(), now() - interval '40 days');
select tests.sell('card', 'theatre', 1, 1);
select is(tests.ready(), 4500::bigint, 'what was sold may be paid');
select tests.sign_in('theatre owner');
select is(
  (app_public.set_payout_settings(tests.organization(), 'after_event', 2)).payout_delay_days, 2,
  'unless it is to wait'
);
select tests.as_owner();
select is(tests.ready(), 0::bigint, 'for the performance');
update app_public.performances
set starts_at = now() - interval '3 days', ends_at = now() - interval '47 hours';
select is(tests.ready(), 0::bigint, 'and the days that follow');
update app_public.performances set ends_at = now() - interval '48 hours';
select is(tests.ready(), 4500::bigint, 'which are over some time');
update app_public.performances set starts_at = now() + interval '30 days', ends_at = null;
select app_private.post_to_ledger(
  tests.organization(), tests.id('card'), 'EUR', 'payment:' || uuidv7(), 'Owed',
  '{buyer_clearing,adjustments}', '{100,-100}'
);
update app_public.organization_settings set payout_timing = 'rolling', payout_delay_days = 0;
select is(tests.ready(), 0::bigint, 'nothing is paid of what the buyer owes');
select app_private.post_to_ledger(
  tests.organization(), tests.id('card'), 'EUR', 'payment:' || uuidv7(), 'Paid',
  '{buyer_clearing,adjustments}', '{-100,100}'
);

-- The box office has its money already.
select app_private.post_to_ledger(
  tests.organization(), null, 'EUR', 'payment:' || uuidv7(), 'Cash',
  '{box_office,buyer_clearing}', '{1500,-1500}'
);
select is(tests.ready(), 3000::bigint, 'what the box office has taken is taken off');

-- A promoter.
select tests.sign_in('theatre owner');
select tests.keep('promoter', (app_public.create_promoter(tests.organization(), 'Paula')).id);
select app_public.set_event_promoter(tests.id('theatre.event'), tests.id('promoter'), 10);
select tests.as_owner();
select tests.sell('shared', 'theatre', 2, 2);
select tests.open(null, 'own');
select tests.open(tests.id('promoter'), 'promoters');
select app_private.run_payouts_of(tests.organization(), clock_timestamp());
select is(
  tests.payouts(), 'organization 7050 approved, promoter 450 approved',
  'everybody is paid their share'
);
select results_eq(
  $$ select gross_revenue_cents, total_commission_cents, adjustments_cents
    from app_public.payouts order by promoter_id nulls first $$,
  $$ values (10000::bigint, 1000::bigint, -1950::bigint), (450::bigint, 0::bigint, 0::bigint) $$,
  'of the same sales'
);
select app_private.run_payouts_of(tests.organization(), clock_timestamp());
select is((select count(*) from app_public.payouts), 2::bigint, 'and nobody twice');
select app_private.begin_payout(p.id) from app_public.payouts as p;
select results_eq(
  $$ select a.kind::text, sum(e.amount_cents)::bigint
    from app_public.ledger_entries as e
    join app_public.ledger_transactions as t on t.id = e.transaction_id
    join app_public.ledger_accounts as a on a.id = e.account_id
    where t.category = 'payout' group by a.kind order by a.kind::text $$,
  $$ values ('box_office', -1500::bigint), ('organizer_payable', 8550::bigint),
    ('payouts_in_transit', -7500::bigint), ('promoter_payable', 450::bigint) $$,
  'the books say the same'
);
select app_private.record_transfer(p.id, 'tr_' || p.net_payout_cents, null)
from app_public.payouts as p;
select is(
  tests.payouts(), 'organization 7050 paid, promoter 450 paid', 'and it is paid'
);

-- Whoever bears what Stripe charges.
create function tests.charge_fee(booking text) returns boolean
language sql volatile as $$
  select app_private.post_stripe_fee(
    p.id, 212, p.received_cents - 212, 'txn_' || charge_fee.booking
  )
  from app_public.payment_intents as p where p.booking_id = tests.id(charge_fee.booking)
$$;
select tests.sell('fees', 'theatre', 3, 3);
select tests.sell('later', 'theatre', 4, 4);
select tests.charge_fee('fees');
select is(tests.ready(), (2 * 4050 - 212)::bigint, 'Stripe''s fee is taken off');
select is(
  tests.attempt_as('theatre owner', $$ select app_public.set_stripe_fees_payer(
    tests.organization(), false) $$), 'LMRGT', 'as the platform decides'
);
select tests.sign_in('sam');
select is(
  (app_public.set_stripe_fees_payer(tests.organization(), false)).pays_stripe_fees, false,
  'which may bear it itself'
);
select tests.as_owner();
select tests.charge_fee('later');
select is(
  tests.ready(), (2 * 4050 - 2 * 212)::bigint, 'of what was paid before, however late it is charged'
);
select tests.sell('without', 'theatre', 5, 5);
select tests.charge_fee('without');
select is(tests.ready(), (3 * 4050 - 2 * 212)::bigint, 'and nothing of what is paid then');

-- What is disputed.
create or replace function app_private.held_for_disputes(organization_id uuid, currency text)
returns bigint language sql stable as $$ select current_setting('tests.disputed')::bigint $$;
select set_config('tests.disputed', '1000', true);
select app_private.run_payouts_of(tests.organization(), clock_timestamp());
select is(
  (select net_payout_cents from app_public.payouts where promoter_id is null and status = 'approved'),
  10726::bigint, 'what buyers dispute is not paid'
);
select set_config('tests.disputed', '1200', true);
select is(
  (select app_private.begin_payout(p.id) ->> 'amount' from app_public.payouts as p
    where p.promoter_id is null and p.status = 'approved'),
  '10526', 'nor what came to be disputed since'
);
select set_config('tests.disputed', '200', true);
select app_private.record_transfer(p.id, 'tr_2', null)
from app_public.payouts as p where p.status = 'in_transit';
select app_private.run_payouts_of(tests.organization(), clock_timestamp());
select is(
  (select net_payout_cents from app_public.payouts
    where promoter_id is null and status = 'approved'),
  1000::bigint, 'until it is not any more'
);
select set_config('tests.disputed', '9000', true);
select is(
  (select app_private.begin_payout(p.id) from app_public.payouts as p
    where p.promoter_id is null and p.status = 'approved'),
  null, 'and of what is all disputed nothing is sent'
);
select is(
  (select count(*) from app_public.payouts where status = 'canceled'), 1::bigint, 'it is given up'
);
select set_config('tests.disputed', '0', true);
select tests.consistent();

-- By the clock.
update app_public.payouts set status = 'canceled', canceled_at = now()
where status in ('draft', 'approved');
select app_private.post_to_ledger(
  tests.organization(), null, 'EUR', 'adjustment:' || uuidv7(), 'A gesture',
  '{organizer_payable,adjustments}', '{-700,700}', now() - interval '40 days'
);
select is(
  (select count(*) from app_private.due_payouts(10)), 1::bigint, 'a period has ended'
);
select app_private.run_due_payouts();
select is(
  (select row(p.net_payout_cents, p.payout_period_end < now()::date) from app_public.payouts as p
    where p.status = 'approved' and p.promoter_id is null),
  row(1900::bigint, true), 'what was earned before its end is paid, and what was held'
);
select is((select count(*) from app_private.due_payouts(10)), 0::bigint, 'once');
