-- If this fails, one address may guess for ever, or a whole provider's customers are one address.
select plan(24);
select tests.user_id('ada');

-- What counts as one address.
select is(app_private.client_network(a), n, a::text)
from (values
  ('203.0.113.7'::inet, '203.0.113.7'::inet), ('203.0.113.7/24', '203.0.113.7'),
  ('2001:db8:1:2:3:4:5:6', '2001:db8:1:2::'), ('2001:db8:1:2:ffff::1', '2001:db8:1:2::'),
  ('2001:db8:1:3::', '2001:db8:1:3::'),
  ('::ffff:203.0.113.7', '::ffff:203.0.113.7'), ('::1', '::'), (null, '::')
) as x (a, n);

update app_private.attempt_limits set attempts = 3;
select tests.as_role('lml_authenticator');
create function pg_temp.try(address inet, kind text default 'sign_in') returns text
language sql immutable as $$
  select format('select app_private.count_attempt(%L, %L)', try.kind, try.address)
$$;
select lives_ok(pg_temp.try('203.0.113.7'), 'an attempt')
from generate_series(1, 3);
select tests.refused(pg_temp.try('203.0.113.7'), 'LMRTE', 'the fourth is one too many');
select lives_ok(pg_temp.try('203.0.113.8'), 'another address has its own');
select lives_ok(pg_temp.try('203.0.113.7', 'sign_up'), 'another kind is counted for itself');
select throws_matching(
  pg_temp.try('203.0.113.7'), 'too many attempts from your address',
  'what is answered tells nothing of any account'
);

-- Who succeeds gets the attempt back.
select app_private.return_attempt('sign_in', '203.0.113.7');
select lives_ok(pg_temp.try('203.0.113.7'), 'a success makes room for one more');
select tests.refused(pg_temp.try('203.0.113.7'), 'LMRTE', 'and for no other');
select app_private.return_attempt('sign_in', '203.0.113.9');
select app_private.return_attempt('sign_in', '203.0.113.8');
select app_private.return_attempt('sign_in', '203.0.113.8');
select tests.as_owner();
select is(
  (select attempts from app_private.attempts where network = '203.0.113.8'), 0,
  'nobody saves successes up'
);

-- The period.
update app_private.attempts set started_at = now() - interval '16 minutes' where kind = 'sign_in';
select tests.as_role('lml_authenticator');
select lives_ok(pg_temp.try('203.0.113.7'), 'after a while one may try again');

-- What was tried is remembered: for the person, and for those who guard the platform.
select set_config('lml.ip_address', '203.0.113.7', true), set_config('lml.user_agent', 'curl', true);
select app_private.record_failed_sign_in('ADA@example.com');
select app_private.record_failed_sign_in('nobody@example.com');
select tests.as_owner();
insert into app_public.platform_staff (user_id, role)
values (tests.user_id('root'), 'admin'), (tests.user_id('sam'), 'support'),
  (tests.user_id('sue'), 'security');
select tests.sign_in('ada');
select results_eq(
  $$ select kind::text, host(ip_address), user_agent from app_public.failed_attempts $$,
  $$ values ('sign_in', '203.0.113.7', 'curl') $$, 'the person sees what was tried on their account'
);
select tests.sign_in('sue');
select is(tests.visible('app_public.failed_attempts'), '2', 'security sees all of it');
select tests.sign_in('sam');
select is(tests.visible('app_public.failed_attempts'), '0', 'support does not');

-- Control: counted in the same transaction as what fails, attempts would not count.
select tests.as_owner();
savepoint failing;
select app_private.count_attempt('sign_in', '198.51.100.1') from generate_series(1, 3);
rollback to savepoint failing;
select lives_ok(
  pg_temp.try('198.51.100.1'), 'control: what is rolled back is not counted, so the server commits'
);
select is(
  (select attempts from app_private.attempts where network = '198.51.100.1'), 1,
  'and starts at one'
);
