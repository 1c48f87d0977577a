-- If this fails, somebody waits for money, or keeps somebody else waiting, and nobody has told
-- them; or they are told twice.
select plan(27);

select tests.create_theatre();
insert into app_public.platform_staff (user_id, role) values (tests.user_id('sam'), 'support');
-- Who was mailed with a template, and what of it counts; they are forgotten then.
create function tests.told(template text, variable text default 'amount') returns text
language sql volatile security definer set search_path = '' as $$
  with mails as (
    delete from app_private.outgoing_emails as e where e.template = told.template
    returning e.recipient, e.variables
  )
  select string_agg(
    m.recipient || ': ' || coalesce(m.variables ->> told.variable, '-'), ', ' order by m.recipient
  )
  from mails as m
$$;
create function tests.account(changes jsonb, at bigint) returns text
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform app_private.receive_stripe_event(jsonb_build_object(
    'id', 'evt_account_' || account.at, 'type', 'account.updated', 'created', account.at,
    'account', 'acct_1', 'data', jsonb_build_object('object', jsonb_build_object(
      'object', 'account', 'id', 'acct_1', 'payouts_enabled', true,
      'capabilities', '{"transfers": "active"}'::jsonb
    ) || account.changes)
  ), false);
  perform app_private.apply_stripe_event('evt_account_' || account.at);
  return tests.told('payout_account_requirements', 'reason');
end
$$;
create function tests.refund_failed(why text) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_id uuid := (select r.id from app_public.refunds as r where r.status = 'pending'
    order by r.id desc limit 1);
begin
  perform app_private.record_refund(v_id, 're_' || v_id, 'failed', refund_failed.why);
  perform app_private.record_refund(v_id, 're_' || v_id, 'failed', refund_failed.why);
  return coalesce(tests.told('refund_failed'), 'nobody');
end
$$;
grant execute on all functions in schema tests to public;

-- Refunds.
select tests.sell('sale', 'theatre', 1, 1, 2);
select tests.sign_in('theatre manager');
select app_public.refund_booking_amount(
  tests.id('sale'), 1000, 'The heating', idempotency_key => 'one'
)
from generate_series(1, 2);
select is(tests.told('refund_started'), 'guest1@example.com: 10.00 EUR', 'a refund is told, once');
select is(tests.refund_failed('insufficient_funds'), 'nobody', 'not that we could not pay it yet');
select is(tests.refund_failed('expired_or_canceled_card'), 'guest1@example.com: 10.00 EUR',
  'but that the card is closed');
select tests.sign_in('theatre owner');
select app_public.retry_refund((
  select r.id from app_public.failed_refunds(tests.id('theatre.organization')) as r
));
select app_public.retry_refund((
  select r.retried_refund_id from app_public.refunds as r order by r.id desc limit 1
));
select is(
  tests.told('refund_started'), 'guest1@example.com: 10.00 EUR', 'and that it is sent again'
);
select app_public.set_refund_approval(tests.id('theatre.organization'), 0);
select tests.sign_in('theatre manager');
select tests.keep('request', (
  app_public.refund_booking_amount(tests.id('sale'), 500, 'Again')
).id);
select is(tests.told('refund_started'), null, 'what waits for a second person is not on its way');
select is(
  tests.told('refund_approval_needed', 'reason'),
  'theatre.admin@example.com: Again, theatre.owner@example.com: Again', 'who may approve is asked'
);
select tests.sign_in('theatre owner');
select app_public.approve_refund(tests.id('request'));
select is(tests.told('refund_started'), 'guest1@example.com: 5.00 EUR', 'and then it is');
select app_public.refund_booking_amount(tests.id('sale'), 500, 'Mine');
select is(
  tests.told('refund_approval_needed', 'reason'), 'theatre.admin@example.com: Mine',
  'nobody is asked to approve what is theirs'
);

-- A payment that comes too late.
select tests.as_guest(2);
select tests.keep('late', (
  app_public.hold_seats(tests.id('theatre.performance'), tests.seats(5))
).id);
select app_public.start_checkout(tests.id('late'), 'late@example.com');
select tests.as_owner();
select tests.run_out(tests.id('late'));
select tests.sell('other', 'theatre', 3, 5);
select tests.pay(tests.id('late'));
select tests.pay(tests.id('late'));
select is(
  tests.told('payment_returned', 'reference'),
  'late@example.com: ' || (
    select booking_reference from app_public.bookings where id = tests.id('late')
  ),
  'who paid too late is told that it comes back, once'
);
select is(tests.told('refund_started'), null, 'and by nothing else');

-- Payouts.
update app_public.organizations set verification_status = 'verified';
update app_public.organization_settings
set minimum_payout_cents = 1, payout_approval_above_cents = 0;
insert into app_public.stripe_accounts (
  organization_id, country, email, stripe_account_id, stripe_onboarding_completed, payout_enabled,
  transfers_enabled
)
values (tests.id('theatre.organization'), 'AT', 'a@b.example', 'acct_1', true, true, true);
select tests.sign_in('theatre owner');
select tests.keep('payout', (app_public.create_payout(tests.id('theatre.organization'))).id);
select is(tests.told('payout_approval_needed'), null, 'a draft asks nothing of anybody');
select app_public.submit_payout(tests.id('payout'));
select matches(
  tests.told('payout_approval_needed'), '^theatre.admin@example.com: [0-9.]+ EUR$',
  'somebody else is asked to approve it'
);
select tests.sign_in('theatre admin');
select tests.keep('hold', (app_public.hold_payout(tests.id('payout'), 'The roof', 100)).id);
select is(
  tests.told('payout_held'), 'theatre.owner@example.com: 1.00 EUR', 'the others know of a hold'
);
select tests.sign_in('sam');
select app_public.release_payout_hold((app_public.hold_payout(tests.id('payout'), 'Odd')).id);
select is(
  tests.told('payout_held', 'reason'),
  'theatre.admin@example.com: Odd, theatre.owner@example.com: Odd',
  'all know what the platform holds'
);
select tests.sign_in('theatre admin');
select app_public.approve_payout(tests.id('payout'));
select tests.as_owner();
select app_private.begin_payout(tests.id('payout'));
select app_private.record_transfer_failure(tests.id('payout'), 'balance_insufficient', 'Later.');
select is(tests.told('payout_failed'), null, 'what is tried again by itself is not told');
select tests.sign_in('theatre owner');
select app_public.retry_payout(tests.id('payout'));
select tests.as_owner();
select app_private.begin_payout(tests.id('payout'));
select app_private.record_transfer_failure(tests.id('payout'), 'account_invalid', 'Closed.');
select app_private.record_transfer_failure(tests.id('payout'), 'account_invalid', 'Closed.');
select is(
  tests.told('payout_failed', 'reason'),
  'theatre.admin@example.com: Closed., theatre.owner@example.com: Closed.', 'what is not, is, once'
);
select tests.sign_in('theatre owner');
select app_public.retry_payout(tests.id('payout'));
select tests.as_owner();
select app_private.begin_payout(tests.id('payout'));
select app_private.record_transfer(tests.id('payout'), 'tr_1', 'txn_1');
select app_private.record_transfer(tests.id('payout'), 'tr_1', 'txn_1');
select matches(
  tests.told('payout_paid'),
  '^theatre.admin@example.com: [0-9.]+ EUR, theatre.owner@example.com: [0-9.]+ EUR$',
  'a payout is told, once'
);

-- What Stripe asks of an account.
create function tests.asked(due jsonb, at bigint, done boolean default true) returns text
language sql volatile as $$
  select tests.account(jsonb_build_object(
    'details_submitted', asked.done, 'requirements', jsonb_build_object('currently_due', asked.due)
  ), asked.at)
$$;
update app_public.stripe_accounts set stripe_onboarding_completed = false;
select is(tests.asked('["a"]', 1, false), null, 'who is at Stripe''s form is not written to');
select is(
  tests.asked('["person.id_number"]', 2),
  'theatre.admin@example.com: person.id number, theatre.owner@example.com: person.id number',
  'what it leaves open is told'
);
select is(tests.asked('["person.id_number"]', 3), null, 'once');
select is(tests.asked('["person.id_number", "z"]', 2), null, 'and old news are none');
select is(
  tests.asked('["person.id_number", "z"]', 4),
  'theatre.admin@example.com: person.id number, z, theatre.owner@example.com: person.id number, z',
  'what is asked besides is told'
);
select is(tests.asked('["z"]', 5), null, 'not what is left');
select is(tests.asked('[]', 6), null, 'nor that nothing is');

-- The language of whoever gets it.
update app_public.users set language = 'de-AT' where email = 'theatre.owner@example.com';
select tests.keep('mail', app_private.queue_email('Theatre.Owner@example.com', 'x'));
select is(
  app_private.prepare_email(tests.id('mail')) ->> 'language', 'de-AT',
  'a mail is in the language that somebody has chosen'
);
select tests.keep('to a guest', app_private.queue_email('guest1@example.com', 'x'));
select is(
  app_private.prepare_email(tests.id('to a guest')) ->> 'language', null, 'of a guest none is known'
);

-- Orders that wait for an answer.
select tests.sign_in('theatre manager');
select app_public.set_category_approval(c.id, true)
from app_public.ticket_categories as c
where c.event_id = tests.id('theatre.event') and c.category_no = 1;
select tests.as_guest(4);
select tests.keep('asked', (
  app_public.hold_seats(tests.id('theatre.performance'), tests.seats(3))
).id);
select app_public.start_checkout(tests.id('asked'), 'asked@example.com');
select matches(
  tests.told('booking_approval_needed', 'event'),
  '(^|, )theatre.manager@example.com: ', 'who may answer an order is told'
);
select * from finish();
