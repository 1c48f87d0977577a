-- If this fails, people cannot correct their name, or can have none.
select plan(25);
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
-- Where somebody lives, what they look like, speak, and how old they are.
select results_eq(
  $$ select u.address ->> 'city', u.avatar_url, u.language, u.date_of_birth
    from app_public.update_profile(
      address => '{"line1": "St James''s Square", "city": "London", "country": "GB"}',
      avatar_url => 'https://pictures.example/ada.png', language => 'en-GB',
      date_of_birth => '1985-12-10'
    ) as u $$,
  $$ values ('London', 'https://pictures.example/ada.png', 'en-GB', '1985-12-10'::date) $$,
  'a profile says more'
);
select tests.refused(
  format('select app_public.update_profile(%s => %L)', field, value), 'LMINP',
  field || ' is not ' || value
)
from (values
  ('avatar_url', 'http://pictures.example/ada.png'), ('avatar_url', 'javascript:alert(1)'),
  ('avatar_url', 'https://pictures.example/ada.png" onload="x'),
  ('avatar_url', 'https://localhost/ada.png'),
  ('language', 'english'), ('language', 'en_GB'), ('language', 'EN'),
  ('date_of_birth', '1815-12-10'), ('date_of_birth', '1985-02-30'),
  ('date_of_birth', '2999-01-01'), ('date_of_birth', 'yesterday'),
  ('address', '"London"'), ('address', '{"planet": "Earth"}'),
  ('address', '{"country": "Britain"}')
) as v (field, value);
select results_eq(
  $$ select u.address, u.avatar_url, u.language, u.date_of_birth
    from app_public.update_profile(
      address => '{}', avatar_url => '', language => '', date_of_birth => ''
    ) as u $$,
  $$ values ('{}'::jsonb, null::text, null::text, null::date) $$, 'and can say less again'
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
