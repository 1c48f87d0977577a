-- If this fails, somebody is taken for somebody else, or stays signed in after their session ended.
select plan(33);

select tests.user_id('ada');
select tests.user_id('eve');

-- The server signs people in.
select tests.as_role('lml_authenticator');
select is(
  (select password_hash from app_private.find_credentials('ADA@example.com')), '$argon2id$test',
  'credentials are found whatever the case of the address'
);
select is_empty(
  $$ select * from app_private.find_credentials('nobody@example.com') $$, 'nobody has none'
);
select is_empty($$ select * from app_private.find_credentials(null) $$, 'null is nobody');
select tests.refused(
  format($$ select app_private.open_session(tests.user_id('ada'), %L, '', null, '') $$, token),
  'LMINP', format('no token: %s', coalesce(token, 'null'))
)
from unnest(array[null, '', 'short', repeat('x', 42), repeat('x', 44), repeat('!', 43)]) as token;
select tests.refused(
  $$ select app_private.open_session(uuidv7(), tests.token('x'), '', null, '') $$,
  'LMLCK', 'nobody cannot sign in'
);
select lives_ok(
  $$ select app_private.open_session(
    tests.user_id('ada'), tests.token('long'), repeat('d', 5000), '::1', repeat('u', 5000)
  ) $$,
  'a long user agent is cut, not refused'
);

-- Signed in.
select tests.sign_in('ada');
select is(app_hidden.current_user_id(), tests.user_id('ada'), 'a token stands for its user');
select is((app_public.current_user()).email::text, 'ada@example.com', 'who sees herself');
select tests.become('lml_user', tests.token('long'), '');
select is(app_hidden.current_user_id(), tests.user_id('ada'), 'with each of her sessions');

-- Signed out.
select tests.as_anonymous();
select is(app_hidden.current_user_id(), null, 'without a token there is no user');
select is((app_public.current_user()).id, null, 'and asking who I am is no error');
select is(app_public.sign_out(), false, 'nor is signing out');
select tests.refused(
  'select app_hidden.require_user_id()', 'LMAUT', 'what needs a user says so'
);
select tests.become('lml_user', tests.token('forged'), '');
select is(app_hidden.current_user_id(), null, 'a forged token is nobody');
select tests.refused('select app_hidden.require_user_id()', 'LMSES', 'and is told so');
select is((app_public.current_user()).id, null, 'and sees nobody');
select tests.become('lml_user', tests.user_id('ada')::text, '');
select is(app_hidden.current_user_id(), null, 'the id of a user is no token');
select tests.become(
  'lml_user', encode(app_hidden.hash_token(tests.token('session of ada')), 'hex'), ''
);
select is(app_hidden.current_user_id(), null, 'nor is what is stored of one');

select tests.sign_in('eve');
select is(app_public.sign_out(), true, 'a session can be ended');
select is(app_hidden.current_user_id(), null, 'and is dead at once');
select is(app_public.sign_out(), false, 'but only once');
select tests.sign_in('ada');
select isnt(app_hidden.current_user_id(), null, 'others go on');

-- What ends sessions by itself.
select tests.as_owner();
update app_public.user_sessions set created_at = now() - interval '31 days', expires_at = now();
select tests.sign_in('ada');
select is(app_hidden.current_user_id(), null, 'a session expires');
select tests.as_owner();
update app_public.user_sessions set expires_at = now() + interval '1 day';
update app_public.users set account_status = 'suspended' where id = tests.user_id('ada');
select tests.sign_in('ada');
select is(app_hidden.current_user_id(), null, 'a suspended account is signed out everywhere');
select tests.as_role('lml_authenticator');
select tests.refused(
  $$ select app_private.open_session(tests.user_id('ada'), tests.token('y'), '', null, '') $$,
  'LMLCK', 'and cannot sign in'
);

-- Wrong passwords.
select app_private.record_failed_sign_in('eve@example.com') from generate_series(1, 9);
select is(
  (select locked_until from app_private.find_credentials('eve@example.com')), null,
  'nine wrong passwords do not lock an account'
);
select app_private.open_session(tests.user_id('eve'), tests.token('z'), '', null, '');
select app_private.record_failed_sign_in('eve@example.com') from generate_series(1, 9);
select is(
  (select locked_until from app_private.find_credentials('eve@example.com')), null,
  'nor do nine more, after the right one'
);
select app_private.record_failed_sign_in('EVE@example.com');
select is(
  (select locked_until from app_private.find_credentials('eve@example.com')),
  now() + interval '15 minutes', 'the tenth does, for a quarter of an hour'
);
