-- If this fails, somebody who is to be forgotten is still there somewhere, or the books do not add up.
select plan(38);

select tests.create_theatre();
select tests.create_theatre('rival');
-- Zenobia buys with her account, and bought as a guest before; she works for the rival, too.
select tests.user_id('zenobia');
update app_public.users set phone = '+4369912345', last_name = 'Zenobidou', email_verified_at = now()
where id = tests.user_id('zenobia');
update app_public.user_sessions set device = 'Zenobia''s telephone', ip_address = '198.51.100.9',
  user_agent = 'Zenobrowser'
where user_id = tests.user_id('zenobia');
insert into app_public.organization_members (organization_id, user_id, role)
values (tests.id('rival.organization'), tests.user_id('zenobia'), 'viewer');
insert into app_private.two_factor_secrets (user_id, encrypted_secret)
values (tests.user_id('zenobia'), 'x');
select app_private.issue_user_token(
  tests.user_id('zenobia'), 'change_email', 'zenobia.new@example.com', tests.token('z')
);
select tests.as_guest(5);
select tests.keep(
  'guest', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(1))).id
);
select app_public.start_checkout(tests.id('guest'), 'zenobia@example.com', 'Zenobia', 'Guest');
select tests.as_owner();
select tests.pay(tests.id('guest'));
select set_config('lml.ip_address', '198.51.100.9', true),
  set_config('lml.user_agent', 'Zenobrowser', true);
select tests.sign_in('zenobia');
select tests.keep(
  'paid', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(2, 3))).id
);
select app_public.start_checkout(tests.id('paid'));
select app_public.give_consent('marketing', '2026-01');
select tests.keep(
  'open', (app_public.hold_seats(tests.id('rival.performance'), tests.seats(4))).id
);
select app_public.start_checkout(tests.id('open'), 'zenobia.work@example.com');
select tests.keep(
  'draft', (app_public.hold_seats(tests.id('rival.performance'), tests.seats(5))).id
);
select set_config('lml.ip_address', '', true), set_config('lml.user_agent', '', true);
select tests.as_owner();
select tests.pay(tests.id('paid'));
select tests.sell('other', 'theatre', 8, 6);

-- Where somebody is found: every row of every table that mentions her.
create function tests.traces() returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_table regclass;
  v_count bigint;
  v_found text := '';
begin
  for v_table in
    select c.oid from pg_catalog.pg_class as c
    where c.relnamespace in ('app_public'::regnamespace, 'app_private'::regnamespace)
      and c.relkind in ('r', 'p') and not c.relispartition
    order by c.oid::regclass::text
  loop
    execute format(
      'select count(*) from %s as t where t::text ~* ''zenob|198\.51\.100\.9|4369912345''', v_table
    )
    into v_count;
    if v_count > 0 then
      v_found := v_found || split_part(v_table::text, '.', 2) || ' ';
    end if;
  end loop;
  return rtrim(v_found);
end
$$;
select is(
  tests.traces(),
  'booking_signals outgoing_emails user_tokens audit_log bookings customers user_sessions users',
  'control: she is everywhere'
);

-- Money first.
select tests.as_owner();
select set_config('lml.session_token', tests.token('session of zenobia'), true);
select tests.refused(
  $$ select app_private.request_erasure() $$, 'LMOPN', 'not while a payment is awaited'
);
select throws_like(
  $$ select app_private.request_erasure() $$, '%Money is on its way%', 'which is said'
);
select is(
  (select account_status::text from app_public.users where id = tests.user_id('zenobia')), 'active',
  'and nothing has changed'
);
select app_public.cancel_booking(tests.id('open'));
-- The refund of a booking of hers.
insert into app_public.refunds (
  organization_id, booking_id, payment_intent_id, reason, amount_cents, currency, status
)
select organization_id, booking_id, id, 'error', 1, currency, 'pending'
from app_public.payment_intents where booking_id = tests.id('paid');
select tests.refused(
  $$ select app_private.request_erasure() $$, 'LMOPN', 'nor while any is on its way back'
);
update app_public.refunds set status = 'canceled' where booking_id = tests.id('paid');

-- The wish.
select tests.keep('request', app_private.request_erasure());
select is(tests.status(tests.id('draft')), 'canceled', 'the cart is given up');
select is(tests.jobs('user__erase'), 1::bigint, 'a job will forget her');
select is(app_hidden.current_user_id(), null, 'she is signed out');
select tests.refused(
  $$ select app_private.request_erasure() $$, 'LMSES', 'it is asked for once'
);
select set_config('lml.session_token', '', true);
select matches(tests.traces(), 'users', 'control: closing alone forgets nothing');

-- A late payment reopens what was settled; the job waits for it.
update app_public.refunds set status = 'pending' where booking_id = tests.id('paid');
select tests.refused(
  $$ select app_private.erase_user(tests.id('request')) $$, 'LMOPN', 'the job waits for money, too'
);
delete from app_public.refunds where booking_id = tests.id('paid');
update app_public.privacy_requests set created_at = now() - interval '2 days'
where id = tests.id('request');
select is(app_private.requeue_erasures(), 1, 'and is tried again day by day');

select set_config(
  'tests.books',
  (select md5(string_agg(e::text, ',' order by e.id)) from app_public.ledger_entries as e), true
);
select is(app_private.erase_user(tests.id('request')), true, 'it is done');
select is(app_private.erase_user(tests.id('request')), false, 'once');
select is(tests.traces(), 'outgoing_emails', 'nobody finds her, but the mail that says so');
select is(
  (select string_agg(template, ',') from app_private.outgoing_emails
    where recipient::text ~ 'zenobia'), 'account_closed', 'which is the last one'
);
select app_private.record_email_sent(id) from app_private.outgoing_emails
where template = 'account_closed';
select is(tests.traces(), '', 'and is forgotten once it is sent');
select is(
  (select md5(string_agg(e::text, ',' order by e.id)) from app_public.ledger_entries as e),
  current_setting('tests.books'), 'the books are as they were'
);
select is(
  (select summary ->> 'app_public.bookings' from app_public.privacy_requests
    where id = tests.id('request')), '4', 'what was done is remembered'
);
select is(
  (select string_agg(distinct b.customer_email::text, ',') from app_public.bookings as b
    where b.id = tests.id('other')), 'guest8@example.com', 'others are as they were'
);
select is(
  (select count(*) from app_public.tickets where booking_id = tests.id('paid') and status = 'valid'),
  2::bigint, 'tickets are good for whoever holds them'
);
select is(
  (select count(*) from app_public.organization_members
    where user_id = tests.user_id('zenobia')), 0::bigint, 'memberships have ended'
);
select is(
  (select count(*) from app_public.consents where user_id = tests.user_id('zenobia')), 1::bigint,
  'that somebody had agreed can still be proven'
);

-- The log remembers what happened, and not to whom.
select is(
  (select string_agg(distinct old_values ->> 'email', ',') from app_public.audit_log
    where entity_type = 'users' and entity_id = tests.user_id('zenobia') and action = 'update'
      and old_values ? 'email'), 'erased', 'the log says that an address changed, and not which'
);
select isnt(
  (select count(*) from app_public.audit_log
    where entity_type = 'audit_log' and new_values ->> 'privacy_request_id' = tests.id('request')::text),
  0::bigint, 'and that it forgot it'
);
select is(
  tests.attempt(format('update app_public.audit_log set %s where entity_type = ''users''', change)),
  'LMAPP', 'control: nobody may ' || change
)
from unnest(array[
  'new_values = ''{"email": "forged@example.com"}''', 'user_id = null', 'user_agent = ''x''',
  -- Forgetting, too, is refused without its record.
  'new_values = app_private.redacted_values(new_values, array[''login_count''])'
]) as change;
select tests.refused(
  $$ select app_private.erase_user(uuidv7()) $$, 'P0002', 'nobody is erased without a request'
);

-- Somebody whose address is not proven.
select tests.user_id('zenobio');
select app_private.issue_user_token(
  tests.user_id('zenobio'), 'verify_email', 'zenobio@example.com', tests.token('zo')
);
select set_config('lml.session_token', tests.token('session of zenobio'), true);
select tests.keep('request 2', app_private.request_erasure());
select app_private.erase_user(tests.id('request 2'));
select app_private.record_email_sent(id) from app_private.outgoing_emails
where template = 'account_closed';
select is(tests.traces(), '', 'is forgotten in the same way');

-- A customer of one organization, without an account.
select tests.keep(
  'customer', (select customer_id from app_public.bookings where id = tests.id('other'))
);
select is(
  tests.attempt_as(w.who, $$ select app_public.erase_customer(tests.id('customer')) $$), w.outcome,
  w.who || ' is told: ' || w.outcome
)
from (values
  ('theatre manager', 'LMRGT'), ('rival owner', 'LMNFD'), ('theatre owner', 'done')
) as w (who, outcome);
select is(tests.attempt_as('theatre owner', $$ select app_public.erase_customer(null) $$), 'LMNFD',
  'there is no customer of that name');
select tests.as_owner();
select is(
  (select c.email::text || coalesce(b.customer_email::text, ', nobody')
    from app_public.customers as c join app_public.bookings as b on b.customer_id = c.id
    where c.id = tests.id('customer')),
  'erased+' || tests.id('customer') || '@erased.invalid, nobody', 'a customer is forgotten'
);
select is_empty(
  $$ select from app_public.audit_log where coalesce(old_values::text, '')
    || coalesce(new_values::text, '') ~ 'guest8' $$, 'by the log, too'
);
select * from tests.consistent();
