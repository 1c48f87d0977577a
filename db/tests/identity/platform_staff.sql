-- If this fails, somebody has the platform's own rights who should not, or nobody has.
select plan(32);
select tests.as_owner();
insert into app_public.platform_staff (user_id, role) values (tests.user_id('root'), 'admin');
select tests.user_id('ada');
select tests.user_id('sam');

select tests.sign_in('ada');
select is(app_hidden.current_platform_role(), null, 'a user has no platform role');
select tests.refused(
  $$ select app_hidden.require_platform_role('support') $$, 'LMRGT', 'nor passes'
);
select is(tests.visible('app_public.platform_staff'), '0', 'nor sees who has one');
select tests.refused(attack, 'LMRGT', attack)
from unnest(array[
  $$ select app_public.grant_platform_role(tests.user_id('ada'), 'admin') $$,
  $$ select app_public.revoke_platform_role(tests.user_id('root')) $$,
  $$ select app_public.suspend_user(tests.user_id('sam'), 'because') $$,
  $$ select app_public.reinstate_user(tests.user_id('sam')) $$,
  $$ select app_public.revoke_user_sessions(tests.user_id('sam')) $$,
  $$ select app_public.find_user('sam@example.com') $$
]) as attack;

select tests.sign_in('root');
select is(app_hidden.current_platform_role(), 'admin', 'staff has one');
select lives_ok(
  $$ select app_hidden.require_platform_role('security') $$, 'an admin passes always'
);
select is(tests.visible('app_public.platform_staff'), '1', 'and sees colleagues');

-- Granting and revoking.
select is(
  (app_public.grant_platform_role(tests.user_id('sam'), 'support')).granted_by,
  tests.user_id('root'), 'an admin makes somebody staff'
);
select is(
  (app_public.grant_platform_role(tests.user_id('sam'), 'support')).id,
  (select id from app_public.platform_staff where user_id = tests.user_id('sam')),
  'once, however often'
);
select tests.refused(
  $$ select app_public.grant_platform_role(uuidv7(), 'support') $$, 'LMNFD', 'nobody gets nothing'
);
select tests.refused(
  $$ select app_public.grant_platform_role(tests.user_id('sam'), null) $$,
  'LMINP', 'no role is none'
);
select tests.refused(
  $$ select app_public.revoke_platform_role(tests.user_id('ada')) $$,
  'LMNFD', 'who is no staff stays so'
);
select tests.refused(
  $$ select app_public.revoke_platform_role(tests.user_id('root')) $$,
  'LMADM', 'the last admin stays'
);
select tests.refused(
  $$ select app_public.grant_platform_role(tests.user_id('root'), 'support') $$,
  'LMADM', 'in that role'
);
select tests.sign_in('sam');
select is(app_hidden.current_platform_role(), 'support', 'who was granted it has it at once');
select tests.refused(
  $$ select app_public.grant_platform_role(tests.user_id('sam'), 'admin') $$,
  'LMRGT', 'which is not enough to rise by oneself'
);
select is(
  (app_public.find_user('ADA@example.com')).id, tests.user_id('ada'), 'but to find people'
);
select is((app_public.find_user('nobody@example.com')).id, null, 'who exist');

select tests.sign_in('root');
select app_public.grant_platform_role(tests.user_id('sam'), 'admin');
select app_public.revoke_platform_role(tests.user_id('root'));
select is(app_hidden.current_platform_role(), null, 'with another admin, one may go, at once');
select tests.as_owner();
select results_eq(
  $$
    select u.first_name, p.role::text, b.first_name
    from app_public.platform_staff as p
    join app_public.users as u on u.id = p.user_id
    left join app_public.users as b on b.id = p.revoked_by
    order by p.id
  $$,
  $$ values ('root', 'admin', 'root'), ('sam', 'support', 'root'), ('sam', 'admin', null) $$,
  'and what was is history'
);

-- From psql, too.
select tests.refused(
  $$ update app_public.platform_staff set revoked_at = now() $$, 'LMADM', 'nobody revokes the last'
);
select tests.refused(
  $$ delete from app_public.platform_staff $$, 'LMADM', 'or deletes'
);
select tests.refused(
  $$ update app_public.platform_staff set role = 'support' where role = 'admin' $$,
  'LMADM', 'or degrades'
);
select tests.become('lml_authenticator', tests.token('session of sam'), '');
select tests.refused(
  $$ select app_private.close_account() $$, 'LMADM', 'nor do they close their own account'
);

-- The operator.
select tests.as_owner();
select is(
  (app_private.grant_first_platform_role('ADA@example.com', 'security')).granted_by, null,
  'the owner of the database makes staff by address'
);
select tests.refused(
  $$ select app_private.grant_first_platform_role('nobody@example.com', 'admin') $$,
  'LMNFD', 'of people with an account'
);

update app_public.user_sessions
set impersonator_id = tests.user_id('ada') where user_id = tests.user_id('sam');
select tests.sign_in('sam');
select is(
  app_hidden.current_platform_role(), null, 'but nobody who acts as staff, which would be a ladder'
);
