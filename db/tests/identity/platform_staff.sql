-- If this fails, somebody has the platform's own rights who should not.
select plan(7);
select tests.as_owner();
insert into app_public.platform_staff (user_id, role) values (tests.user_id('root'), 'admin');

select tests.sign_in('ada');
select is(app_hidden.current_platform_role(), null, 'a user has no platform role');
select tests.refused(
  $$ select app_hidden.require_platform_role('support') $$, 'LMRGT', 'nor passes'
);
select is(tests.visible('app_public.platform_staff'), '0', 'nor sees who has one');

select tests.sign_in('root');
select is(app_hidden.current_platform_role(), 'admin', 'staff has one');
select lives_ok(
  $$ select app_hidden.require_platform_role('security') $$, 'an admin passes always'
);
select is(tests.visible('app_public.platform_staff'), '1', 'and sees colleagues');

select tests.as_owner();
update app_public.user_sessions
set impersonator_id = tests.user_id('ada') where user_id = tests.user_id('root');
select tests.sign_in('root');
select is(
  app_hidden.current_platform_role(), null, 'but nobody who acts as staff, which would be a ladder'
);
