-- If this fails, things are kept longer than anybody may, or vanish before their time.
select plan(23);

select tests.create_theatre();
-- One thing of each kind that is old enough, and one that is not quite.
select tests.user_id('old'), tests.user_id('young');
update app_public.user_sessions as s
set created_at = now() - interval '200 days', expires_at = now() - a.age, device = 'Old telephone'
from (values (tests.user_id('old'), interval '91 days'), (tests.user_id('young'), '89 days'))
  as a (user_id, age)
where s.user_id = a.user_id;
insert into app_private.user_tokens (token_hash, user_id, purpose, email, created_at, expires_at)
select sha256(a.age::text::bytea), tests.user_id('old'), 'verify_email', 'old@example.com',
  now() - interval '90 days', now() - a.age
from (values (interval '8 days'), ('6 days')) as a (age);
insert into app_private.outgoing_emails (recipient, template, created_at, sent_at)
select 'x@example.com', 'x', now() - interval '90 days', now() - a.age
from (values (interval '31 days'), ('29 days'), (null)) as a (age);
insert into app_private.stripe_events (
  id, type, livemode, stripe_created_at, payload, outcome, received_at, applied_at
)
select 'evt_' || a.age, 'x', false, now(), '{}', case when a.age is not null then 'applied' end,
  now() - interval '200 days', now() - make_interval(days => a.age)
from (values (91), (89)) as a (age);
insert into app_private.stripe_events (
  id, type, livemode, stripe_created_at, payload, received_at
)
values ('evt_waiting', 'x', false, now(), '{}', now() - interval '200 days');
insert into app_private.idempotency_keys (
  owner, idempotency_key, function_name, arguments_hash, created_at
)
select 'x', a.age::text, 'x', 'x', now() - a.age
from (values (interval '31 days'), ('29 days')) as a (age);
insert into app_public.organization_invitations (
  organization_id, email, role, invited_by, created_at, expires_at
)
select tests.id('theatre.organization'), 'invited.' || a.age || '@example.com', 'viewer',
  tests.user_id('theatre owner'), now() - interval '200 days', now() - make_interval(days => a.age)
from (values (91), (89)) as a (age);
-- A cart that nobody paid for, one that somebody did, and one of yesterday.
select tests.as_guest(3);
select tests.keep(
  'never', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(1))).id
);
select app_public.start_checkout(tests.id('never'), 'never@example.com', 'Nobody', 'Never');
select app_public.cancel_booking(tests.id('never'));
select tests.keep(
  'recent', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(2))).id
);
select app_public.start_checkout(tests.id('recent'), 'recent@example.com', 'Some', 'Body');
select app_public.cancel_booking(tests.id('recent'));
select tests.as_owner();
select tests.sell('paid', 'theatre', 4, 3);
select tests.sign_in('theatre owner');
select app_public.cancel_booking(tests.id('paid'));
select tests.as_owner();
-- Their payments were given up at Stripe.
update app_public.payment_intents set status = 'canceled', canceled_at = now()
where booking_id in (tests.id('never'), tests.id('recent'));
set constraints all immediate;
set constraints all deferred;
alter table app_public.bookings disable trigger _100_set_updated_at;
alter table app_public.customers disable trigger _100_set_updated_at;
alter table app_public.users disable trigger _100_set_updated_at;
update app_public.bookings set updated_at = now() - interval '31 days'
where id in (tests.id('never'), tests.id('paid'));
update app_public.customers set updated_at = now() - interval '91 days';
-- An account that was closed half a year ago, and one that is used.
select tests.user_id('gone');
update app_public.users set account_status = 'deleted', updated_at = now() - interval '181 days'
where id = tests.user_id('gone');
update app_public.users set updated_at = now() - interval '181 days'
where id = tests.user_id('old');
set constraints all immediate;
set constraints all deferred;
alter table app_public.bookings enable trigger _100_set_updated_at;
alter table app_public.customers enable trigger _100_set_updated_at;
alter table app_public.users enable trigger _100_set_updated_at;

-- What would go.
select results_eq(
  $$ select rule collate "default", action::text collate "default", due
    from app_private.preview_retention() where due > 0 order by 1 $$,
  $$ values
    ('abandoned_carts', 'anonymize', 1::bigint), ('applied_stripe_events', 'delete', 1),
    ('closed_accounts', 'erase', 1), ('closed_invitations', 'anonymize', 1),
    ('ended_sessions', 'delete', 1), ('idempotency_keys', 'delete', 1), ('sent_emails', 'delete', 1),
    ('spent_tokens', 'delete', 1) $$,
  'a dry run says what is old enough, of each kind'
);
select is(
  (select count(*) from app_private.preview_retention()),
  (select count(*) from app_private.retention_rules), 'every rule can be tried'
);
create function tests.left_over() returns text
language sql volatile security definer set search_path = '' as $$
  select format(
    'sessions %s, tokens %s, mails %s, events %s, keys %s, invitations %s, contacts %s',
    (select count(*) from app_public.user_sessions where device = 'Old telephone'),
    (select count(*) from app_private.user_tokens),
    (select count(*) from app_private.outgoing_emails where template = 'x'),
    (select count(*) from app_private.stripe_events where type = 'x'),
    (select count(*) from app_private.idempotency_keys where function_name = 'x'),
    (select count(*) from app_public.organization_invitations where email::text like 'invited%'),
    (select count(*) from app_public.bookings where customer_email is not null)
  )
$$;
select is(
  tests.left_over(),
  'sessions 2, tokens 2, mails 3, events 3, keys 2, invitations 2, contacts 3',
  'and nothing has gone'
);

-- What goes.
update app_private.retention_rules set is_enabled = false where rule = 'idempotency_keys';
select is(
  app_private.apply_retention(), 8, 'as much goes as was said, and whom no cart needs any more'
);
select is(
  tests.left_over(),
  'sessions 1, tokens 1, mails 2, events 2, keys 2, invitations 1, contacts 2',
  'the old half, unless its rule is off'
);
update app_private.retention_rules set is_enabled = true where rule = 'idempotency_keys';
select is(app_private.apply_retention(), 1, 'now that rule, too');
select is(
  (select string_agg(email::text, ', ' order by email) from app_public.customers
    where email::text not like 'erased+%'),
  'guest4@example.com, recent@example.com', 'customers who bought stay, and who came lately'
);
select is(app_private.apply_retention(), 0, 'then there is nothing left');
select is(tests.jobs('user__erase'), 1::bigint, 'a closed account is erased by its job');
select is(
  app_private.erase_user(
    (select id from app_public.privacy_requests where user_id = tests.user_id('gone'))
  ), true, 'which does it'
);
select is(
  (select email::text from app_public.users where id = tests.user_id('gone')),
  'erased+' || tests.user_id('gone') || '@erased.invalid', 'and nobody asked for it again'
);
select is(
  (select sum(due) from app_private.preview_retention()), 0::numeric, 'the dry run agrees'
);
select is(
  (select string_agg(id, ',') from app_private.stripe_events where id = 'evt_waiting'),
  'evt_waiting', 'what Stripe said and nobody has applied stays, however old'
);
select is_empty(
  $$ select from app_public.audit_log
    where coalesce(old_values::text, '') || coalesce(new_values::text, '')
      ~ 'never@example|Nobody|invited.91' $$,
  'the log has not kept what was to go'
);
select is(
  (select count(*) from app_public.audit_log where entity_type = 'user_sessions'
    and old_values ->> 'device' = 'Old telephone' and action = 'delete'),
  0::bigint, 'nor where the sessions were'
);
select isnt(
  (select count(*) from app_public.audit_log where entity_type = 'user_sessions'
    and new_values ->> 'device' = 'Old telephone'),
  0::bigint, 'control: of those that are still kept it has'
);

-- Batches, and rows that somebody works on.
insert into app_private.idempotency_keys (
  owner, idempotency_key, function_name, arguments_hash, created_at
)
select 'y', n::text, 'y', 'y', now() - interval '31 days' from generate_series(1, 5) as n;
select is(app_private.apply_retention(2), 2, 'so many at a time');
select is(app_private.apply_retention(2), 2, 'and so many');
select is(app_private.apply_retention(2), 1, 'and the rest');

-- The rules.
select tests.refused(
  $$ update app_private.retention_rules set kept_for = '1 day' where rule = 'idempotency_keys' $$,
  '23514', 'nothing goes within a week'
);
select tests.as_role('lml_worker');
select lives_ok($$ select app_private.apply_retention() $$, 'the worker applies them');
select tests.refused(
  $$ update app_private.retention_rules set condition = 'true' $$, '42501', 'and does not write them'
);
select * from tests.consistent();
