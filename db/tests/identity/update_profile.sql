-- If this fails, people cannot correct their name, or can have none.
select plan(9);
select tests.user_id('eve');
select tests.sign_in('ada');
select is(
  (app_public.update_profile('Augusta', 'King', '+43123456')).first_name, 'Augusta',
  'a user has another name'
);
select is((app_public.update_profile(last_name => 'Byron')).first_name, 'Augusta', 'and keeps it');
select results_eq(
  $$ select first_name, last_name, phone from app_public.users $$,
  $$ values ('Augusta', 'Byron', '+43123456') $$, 'with the rest'
);
select is((app_public.update_profile(phone => '')).phone, null, 'a number can be removed');
select tests.refused($$ select app_public.update_profile('') $$, 'LMINP', 'a name cannot');
select tests.refused(
  $$ select app_public.update_profile(last_name => repeat('x', 101)) $$, 'LMINP', 'or be endless'
);
select tests.refused(
  $$ select app_public.update_profile(phone => 'call me') $$, 'LMINP', 'a number is a number'
);
select tests.become('lml_user', tests.token('dead'), '');
select tests.refused($$ select app_public.update_profile('X') $$, 'LMSES', 'nobody has no name');
select tests.as_owner();
select results_eq(
  $$
    select a.new_values from app_public.audit_log as a
    where a.entity_type = 'users' and a.action = 'update' and a.new_values ? 'first_name'
  $$,
  $$ values (
    '{"first_name": "Augusta", "last_name": "King", "phone": "+43123456"}'::jsonb
  ) $$,
  'every change is in the audit log'
);
