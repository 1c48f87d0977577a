-- If this fails, a device does without a code that nobody trusts, or after it was to be forgotten.
select plan(22);
select tests.user_id('ada');
select tests.user_id('eve');
create function tests.enter(
  name text, session text, device_token text default null, new_device_token text default null,
  hash text default '$argon2id$test'
) returns uuid
language sql volatile as $$
  select (
    app_private.sign_in(
      tests.user_id(enter.name), enter.hash, tests.token(enter.session), 'laptop', '203.0.113.7',
      'Browser', enter.device_token, enter.new_device_token
    )
  ).id
$$;
grant execute on function tests.enter(text, text, text, text, text) to lml_authenticator;
create function tests.trust(name text, token text) returns void
language sql volatile as $$
  select tests.enter(trust.name, trust.token || ' session', null, tests.token(trust.token))
$$;
grant execute on function tests.trust(text, text) to lml_authenticator;
create function tests.by(token text, name text default 'ada') returns text
language sql as $$
  select format('select tests.enter(%L, %L, tests.token(%L))', by.name, random()::text, by.token)
$$;
grant execute on function tests.by(text, text) to lml_authenticator;

select tests.as_role('lml_authenticator');
select lives_ok($$ select tests.trust('ada', 'device') $$, 'a device is trusted');
select lives_ok(tests.by('device'), 'it replaces a code');
select lives_ok(tests.by('device'), 'and again');
select tests.refused(tests.by('device', 'eve'), 'LMTFA', 'but not for somebody else');
select tests.refused(tests.by('forged'), 'LMTFA', 'nor does a forged token');
select tests.refused(
  $$ select tests.enter('ada', 's', tests.token('device'), null, '$argon2id$old') $$,
  'LMCRD', 'nor with a password that is not the account''s any more'
);
select tests.refused(
  $$ select tests.enter('ada', 's', null, 'short') $$, 'LMINP', 'a token is long, or none'
);

select tests.sign_in('ada');
select results_eq(
  $$
    select device, host(ip_address), user_agent, expires_at - created_at, revoked_at is null
    from app_public.trusted_devices
  $$,
  $$ values ('laptop', '203.0.113.7', 'Browser', interval '30 days', true) $$,
  'she sees it, and until when'
);
select tests.keep('device', id) from app_public.trusted_devices;
select tests.sign_in('eve');
select is(tests.visible('app_public.trusted_devices'), '0', 'nobody else does');
select tests.refused(
  $$ select app_public.revoke_trusted_device(tests.id('device')) $$, 'LMNFD', 'or ends it'
);
select tests.sign_in('ada');
select isnt(
  (app_public.revoke_trusted_device(tests.id('device'))).revoked_at, null, 'she ends it'
);
select tests.as_role('lml_authenticator');
select tests.refused(tests.by('device'), 'LMTFA', 'and it needs a code again');

-- What ends all of them.
select tests.trust('ada', 'second');
select tests.as_owner();
update app_public.trusted_devices
set created_at = now() - interval '31 days', expires_at = now() where revoked_at is null;
select tests.as_role('lml_authenticator');
select tests.refused(tests.by('second'), 'LMTFA', 'after 30 days it is over');
select tests.trust('ada', 'third'), tests.trust('eve', 'other');
select tests.become('lml_authenticator', tests.token('session of ada'), '');
select app_private.change_password('$argon2id$test');
select tests.refused(tests.by('third'), 'LMTFA', 'a new password ends it');
select lives_ok(tests.by('other', 'eve'), 'and nobody else''s');
select tests.trust('ada', 'fourth');
select tests.become('lml_authenticator', tests.token('session of ada'), '');
select app_private.remove_two_factor();
select tests.refused(tests.by('fourth'), 'LMTFA', 'so does removing the second factor');
select tests.trust('ada', 'fifth');
select tests.as_owner();
insert into app_private.user_tokens (token_hash, user_id, purpose, email, expires_at)
values (
  app_hidden.hash_token('reset'), tests.user_id('ada'), 'reset_password', 'ada@example.com',
  now() + interval '1 hour'
);
select tests.as_role('lml_authenticator');
select is(app_private.email_of_reset_token('reset'), 'ada@example.com', 'a token has its owner');
select is(app_private.email_of_reset_token('forged'), null, 'a forged one has none');
select app_private.reset_password('reset', '$argon2id$test');
select tests.refused(tests.by('fifth'), 'LMTFA', 'and a password that was forgotten');
select is(app_private.email_of_reset_token('reset'), null, 'a used token has no owner, either');

-- The token itself is nowhere.
select tests.as_owner();
select is(
  (
    select count(*) from (
      select d::text from app_public.trusted_devices as d
      union all select t::text from app_private.trusted_device_tokens as t
      union all select a::text from app_public.audit_log as a
    ) as x (t)
    where t like '%' || tests.token('fifth') || '%'
  ),
  0::bigint, 'the database keeps no token'
);
select isnt(
  (
    select count(*) from app_public.audit_log
    where entity_type = 'trusted_devices' and action = 'update'
  ),
  0::bigint, 'every change is in the audit log'
);
