-- If this fails, a payout in a currency with three decimals, or in crowns, is one that Stripe refuses, or loses
-- what it could not transfer.
select plan(25);

create function tests.open(theatre text, promoter uuid default null) returns void
language sql volatile security definer set search_path = '' as $$
  insert into app_public.stripe_accounts (
    organization_id, promoter_id, country, email, stripe_account_id, stripe_onboarding_completed,
    payout_enabled, transfers_enabled
  )
  values (
    tests.id(open.theatre || '.organization'), open.promoter, 'AT', 'a@b.example',
    'acct_' || replace(uuidv7()::text, '-', ''), true, true, true
  )
$$;
create function tests.payout(theatre text, promoter uuid default null) returns text
language sql volatile as $$
  select tests.keep('payout', p.id) || ' ' || p.net_payout_cents
  from app_public.create_payout(
    tests.id(payout.theatre || '.organization'), promoter_id => payout.promoter
  ) as p
$$;
create function tests.net() returns bigint
language sql stable security definer set search_path = '' as $$
  select p.net_payout_cents from app_public.payouts as p where p.id = tests.id('payout')
$$;
create function tests.remainder() returns bigint
language sql stable security definer set search_path = '' as $$
  select sum(h.amount_cents) from app_public.payout_holds as h
  where h.payout_id = tests.id('payout') and h.kind = 'rounding'
$$;
create function tests.send() returns text
language sql volatile security definer set search_path = '' as $$
  select app_private.begin_payout(tests.id('payout')) ->> 'amount'
$$;
create function tests.arrive() returns void
language sql volatile security definer set search_path = '' as $$
  select app_private.record_transfer(tests.id('payout'), 'tr_' || tests.id('payout'), null)
$$;
create function tests.owed(theatre text, kind text default 'organizer_payable') returns bigint
language sql stable security definer set search_path = '' as $$
  select coalesce(-sum(e.amount_cents), 0)::bigint
  from app_public.ledger_entries as e
  join app_public.ledger_accounts as a on a.id = e.account_id
  where a.organization_id = tests.id(owed.theatre || '.organization') and a.kind::text = owed.kind
$$;
create function tests.disputes_of(cents bigint) returns void language plpgsql as $$
begin
  execute format(
    'create or replace function app_private.held_for_disputes(organization_id uuid, currency text)
    returns bigint language sql stable as $f$ select %s::bigint $f$', disputes_of.cents
  );
end
$$;
grant execute on all functions in schema tests to public;
insert into app_public.platform_staff (user_id, role) values (tests.user_id('sam'), 'support');
select tests.create_theatre('kuwait', 'KWD');
select tests.create_theatre('iceland', 'ISK');
update app_public.organizations set verification_status = 'verified';
update app_public.organization_settings set minimum_payout_cents = 1;
select tests.open('kuwait');
select tests.open('iceland');
-- 5,000 less 502 of commission: 4,498, of which a promoter has a third.
update app_public.events set commission_percentage = 10.03;

-- What is no whole step stays owed.
select tests.sell('first', 'kuwait', 1, 1);
select tests.sign_in('kuwait owner');
select is(tests.owed('kuwait'), 4498::bigint, 'a share is no whole step');
select is(
  (select next_payout_cents from app_public.payout_preview(tests.id('kuwait.organization'))),
  4490::bigint, 'it is said what would be paid'
);
select matches(tests.payout('kuwait'), ' 4490$', 'and that is paid');
select is(tests.remainder(), 8::bigint, 'the rest is held');
select app_public.submit_payout(tests.id('payout'));
select is(tests.send(), '4490', 'Stripe is asked for whole steps');
select is(tests.owed('kuwait'), 8::bigint, 'the rest is owed');
select tests.arrive();
select is(
  (select payable_cents from app_public.payout_preview(tests.id('kuwait.organization'))),
  8::bigint, 'which everybody is told'
);
select tests.refused(
  $$ select tests.payout('kuwait') $$, 'LMPOE', 'less than a step is not paid'
);
select tests.sell('second', 'kuwait', 2, 2);
select tests.sign_in('kuwait owner');
select matches(tests.payout('kuwait'), ' 4500$', 'but with the next one');
select is(tests.remainder(), 6::bigint, 'and again a rest stays');

-- Holds and reversals are whole steps, too.
select tests.refused(
  $$ select app_public.hold_payout(tests.id('payout'), 'x', 15) $$, 'LMINP', 'half a step is not held'
);
select app_public.hold_payout(tests.id('payout'), 'x', 100);
select is(tests.net(), 4400::bigint, 'whole ones are');
select app_public.submit_payout(tests.id('payout'));
-- A fee in thousandths comes to be disputed.
select tests.as_owner();
select tests.disputes_of(1003);
select is(tests.send(), '3390', 'nor does what is disputed break a step');
select tests.arrive();
select tests.sign_in('sam');
select tests.refused(
  $$ select app_public.reverse_payout(tests.id('payout'), 'x', 15) $$, 'LMINP',
  'half a step is not taken back'
);
select lives_ok(
  $$ select app_public.reverse_payout(tests.id('payout'), 'x', 20) $$, 'whole ones are'
);
select tests.as_owner();
select tests.disputes_of(0);
select is(
  tests.owed('kuwait'), (2 * 4498 - 4490 - 3390)::bigint, 'nothing got lost on the way'
);
select tests.consistent();

-- A payout that is all but a rest disputed is given up, and all of it is owed again.
select tests.sell('third', 'kuwait', 3, 3);
select tests.sign_in('kuwait owner');
select matches(tests.payout('kuwait'), ' 5510$', 'what was held is paid, but for what is held by hand');
select app_public.submit_payout(tests.id('payout'));
select tests.as_owner();
select tests.disputes_of(5505);
select is(tests.send(), null, 'less than a step is not sent');
select tests.disputes_of(0);
select tests.sign_in('kuwait owner');
select matches(tests.payout('kuwait'), ' 5510$', 'nor lost');

-- Crowns have no cents, and a promoter is paid as everybody is.
select tests.keep('promoter', (
  select p.id from tests.sign_in('iceland owner') as s
  cross join lateral app_public.create_promoter(tests.id('iceland.organization'), 'P') as p
));
select tests.sign_in('iceland owner');
select app_public.set_event_promoter(tests.id('iceland.event'), tests.id('promoter'), 33);
select tests.as_owner();
select tests.open('iceland', tests.id('promoter'));
select tests.sell('crowns', 'iceland', 4, 1);
select tests.sign_in('iceland owner');
select is(tests.owed('iceland'), 3014::bigint, 'a share in hundredths');
select matches(tests.payout('iceland'), ' 3000$', 'is paid in crowns');
select is(tests.owed('iceland', 'promoter_payable'), 1484::bigint, 'so is the promoter''s');
select matches(tests.payout('iceland', tests.id('promoter')), ' 1400$', 'of which a rest stays');
select tests.as_owner();
select tests.consistent();
