-- If this fails, a suspended user goes on, staff is suspended by staff, or nobody knows why.
select plan(22);
insert into app_public.platform_staff (user_id, role)
values (tests.user_id('root'), 'admin'), (tests.user_id('sue'), 'security');
select tests.user_id('ada');
select tests.user_id('eve');

select tests.sign_in('sue');
select tests.refused(
  $$ select app_public.suspend_user(tests.user_id('root'), 'x') $$, 'LMSTF', 'staff is spared'
);
select tests.refused(
  $$ select app_public.suspend_user(tests.user_id('sue'), 'x') $$, 'LMSTF', 'oneself, too'
);
select tests.refused(
  $$ select app_public.suspend_user(uuidv7(), 'x') $$, 'LMNFD', 'and nobody'
);
select tests.refused(
  $$ select app_public.suspend_user(tests.user_id('ada'), '') $$, 'LMINP', 'it needs a reason'
);
select tests.refused(
  $$ select app_public.suspend_user(tests.user_id('ada'), null) $$, 'LMINP', 'always'
);
select is(
  (app_public.suspend_user(tests.user_id('ada'), 'Card fraud.')).account_status, 'suspended',
  'a user is suspended'
);
select is(
  (app_public.suspend_user(tests.user_id('ada'), 'Again.')).account_status, 'suspended',
  'again changes nothing'
);
select results_eq(
  $$ select reason, suspended_by, lifted_at is null from app_public.user_suspensions $$,
  $$ values ('Card fraud.', tests.user_id('sue'), true) $$, 'it is recorded, with the reason'
);
select tests.sign_in('ada');
select is(app_hidden.current_user_id(), null, 'they are signed out');
select tests.as_role('lml_authenticator');
select tests.refused(
  $$ select app_private.open_session(tests.user_id('ada'), tests.token('y'), '', null, '') $$,
  'LMLCK', 'and stay out'
);
select tests.as_owner();
select is(
  (
    select count(*) from app_public.user_sessions as s
    where s.user_id = tests.user_id('ada') and s.revoked_at is null
  ),
  0::bigint, 'their sessions are over, not asleep'
);
select is(
  (
    select string_agg(e.template, ', ') from app_private.outgoing_emails as e
    where e.recipient = 'ada@example.com'
  ),
  'account_suspended', 'they are told'
);
select tests.sign_in('root');
select tests.refused(
  $$ select app_public.grant_platform_role(tests.user_id('ada'), 'support') $$,
  'LMLCK', 'nor do they become staff'
);
select is(
  (app_public.reinstate_user(tests.user_id('ada'))).account_status, 'active', 'it can be lifted'
);
select is(
  (app_public.reinstate_user(tests.user_id('ada'))).account_status, 'active', 'once'
);
select tests.sign_in('ada');
select is(app_hidden.current_user_id(), null, 'what was ended stays ended');
select tests.as_role('lml_authenticator');
select lives_ok(
  $$ select app_private.open_session(tests.user_id('ada'), tests.token('z'), '', null, '') $$,
  'but one may sign in'
);
select tests.become('lml_user', tests.token('z'), '');
select results_eq(
  $$ select reason, lifted_by, lifted_at from app_public.user_suspensions $$,
  $$ values ('Card fraud.', tests.user_id('root'), now()) $$, 'and read why'
);
select tests.sign_in('eve');
select is(tests.visible('app_public.user_suspensions'), '0', 'others may not');

-- Ending somebody's sessions, without suspending them.
select tests.sign_in('sue');
select is(app_public.revoke_user_sessions(tests.user_id('eve')), 1, 'staff ends sessions');
select tests.sign_in('eve');
select is(app_hidden.current_user_id(), null, 'at once');
select tests.as_owner();
select is(
  (
    select count(*) from app_public.audit_log as a
    where a.entity_type = 'user_sessions' and a.action = 'update'
      and a.user_id = tests.user_id('sue') and a.new_values ? 'revoked_at'
  ),
  2::bigint, 'and whoever did is in the audit log'
);
