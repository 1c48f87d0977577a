-- If this fails, people cannot tell which session is theirs, or old rows stay for ever.
select plan(17);
select tests.user_id('ada');
select tests.user_id('eve');
select tests.as_role('lml_authenticator');
select app_private.open_session(
  tests.user_id('ada'), tests.token('phone'), 'phone', address, 'Browser'
)
from unnest(array['203.0.113.77'::inet]) as address;
select app_private.open_session(
  tests.user_id('ada'), tests.token('six'), 'six', '2001:db8:1:2::7', 'Browser'
);
select app_private.open_session(
  tests.user_id('ada'), tests.token('mapped'), 'mapped', '::ffff:203.0.113.77', 'Browser'
);
select set_config('lml.country', 'at', true), set_config('lml.city', 'Vienna', true);
select app_private.open_session(
  tests.user_id('eve'), tests.token('vienna'), 'vienna', '198.51.100.1', 'Browser'
);
select set_config('lml.country', 'XX', true);
select app_private.open_session(
  tests.user_id('eve'), tests.token('nowhere'), 'nowhere', '198.51.100.2', 'Browser'
);
select tests.become('lml_user', tests.token('phone'), '');
select results_eq(
  $$
    select s.device, app_public.user_sessions_network(s), app_public.user_sessions_is_current(s),
      app_public.user_sessions_last_seen_at(s)
    from app_public.user_sessions as s where s.device is not null order by s.id
  $$,
  $$ values
    ('phone', '203.0.113.0/24', true, now()), ('six', '2001:db8:1::/48', false, now()),
    ('mapped', '203.0.113.0/24', false, now())
  $$,
  'each session has a device, a network, and one is this one'
);
select tests.become('lml_user', tests.token('vienna'), '');
select results_eq(
  $$
    select s.device, app_public.user_sessions_place(s), s.country, s.city
    from app_public.user_sessions as s where s.device is not null order by s.id
  $$,
  $$ values ('vienna', 'Vienna, AT', 'AT', 'Vienna'), ('nowhere', null, null, null) $$,
  'a place is what the server found, and a city without a country is none'
);
select tests.as_owner();
select is(
  (select count(*) from app_private.outgoing_emails as e
    join app_public.users as u on u.email operator(public.=) e.recipient
    where e.template = 'new_sign_in' and u.id = tests.user_id('eve')),
  0::bigint, 'nobody is told of the network that they were in'
);
select is(
  (select string_agg(e.variables ->> 'network', ' ' order by e.id)
    from app_private.outgoing_emails as e where e.template = 'new_sign_in'),
  '2001:db8:1::/48', 'but of one in which they were never'
);

-- When it was last used.
select tests.as_owner();
update app_public.user_sessions set created_at = now() - interval '1 hour';
create function tests.hashes(variadic names text[]) returns bytea[]
language sql security definer as $$
  select array_agg(app_hidden.hash_token(tests.token(n))) from unnest(hashes.names) as n
$$;
grant execute on function tests.hashes(text[]) to public;
create function tests.seen(device text) returns interval
language sql stable security definer as $$
  select now() - app_public.user_sessions_last_seen_at(s)
  from app_public.user_sessions as s where s.device = seen.device
$$;
grant execute on function tests.seen(text) to public;
select tests.as_role('lml_authenticator');
select lives_ok(
  $$ select app_private.record_session_activity(tests.hashes('phone', 'forged', 'phone')) $$,
  'the server says who asked; what is forged is left out'
);
select tests.become('lml_user', tests.token('phone'), '');
select is(tests.seen('phone'), interval '0', 'a session that asked was seen now');
select is(tests.seen('six'), interval '1 hour', 'another was not');
select tests.as_owner();
select is(
  (select count(*) from app_private.session_activity), 1::bigint, 'nothing else was written'
);
update app_private.session_activity set last_seen_at = now() - interval '3 minutes';
select app_private.record_session_activity(tests.hashes('phone'));
select tests.become('lml_user', tests.token('phone'), '');
select is(tests.seen('phone'), interval '3 minutes', 'it is written once in a few minutes');
select tests.as_owner();
update app_private.session_activity set last_seen_at = now() - interval '5 minutes';
select app_private.record_session_activity(tests.hashes('phone'));
select tests.become('lml_user', tests.token('phone'), '');
select is(tests.seen('phone'), interval '0', 'and then again');
select tests.as_owner();
select is(
  (select count(*) from app_public.audit_log where entity_type = 'session_activity'), 0::bigint,
  'being there is no event'
);
select tests.sign_in('eve');
select is(tests.seen('phone'), null, 'nobody else is told');

-- What is over goes by the rules of retention.
select tests.as_owner();
select app_private.count_attempt('sign_in', '203.0.113.7');
select app_private.count_attempt('sign_in', '203.0.113.8');
update app_private.attempts
set started_at = now() - interval '8 days' where network = '203.0.113.7';
select app_private.record_failed_attempt('sign_in'), app_private.record_failed_attempt('sign_in');
update app_public.failed_attempts
set created_at = now() - interval '91 days'
where id = (select min(id::text)::uuid from app_public.failed_attempts);
update app_public.user_sessions
set created_at = now() - interval '200 days', expires_at = now() - interval '91 days'
where device = 'six';
update app_public.user_sessions
set created_at = now() - interval '200 days', revoked_at = now() - interval '89 days'
where device = 'mapped';
select app_private.sign_up('x@example.com', '$argon2id$x', 'X', 'X', tests.token('x'));
update app_private.sign_ups set created_at = now() - interval '10 days',
  expires_at = now() - interval '8 days';
select app_private.apply_retention();
select is(
  (select string_agg(host(network), ' ') from app_private.attempts), '203.0.113.8',
  'attempts that count stay'
);
select is((select count(*) from app_public.failed_attempts), 1::bigint, 'so do recent failures');
select is(
  (select string_agg(s.device, ' ' order by s.id) from app_public.user_sessions as s
    where s.user_id = tests.user_id('ada')),
  'phone mapped',
  'and sessions that ended lately'
);
select is((select count(*) from app_private.sign_ups), 0::bigint, 'nobody waits for old mail');
select tests.become('lml_user', tests.token('phone'), '');
select is(app_hidden.current_user_id(), tests.user_id('ada'), 'who is signed in stays so');
