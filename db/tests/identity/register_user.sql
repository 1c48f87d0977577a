-- If this fails, an account is opened twice, for no address, or with a password in clear.
select plan(17);

select tests.as_owner();
select lives_ok(
  $$ select app_private.register_user('Ada@Example.com', '$argon2id$x', 'Ada', 'Lovelace') $$,
  'the server opens an account'
);
select lives_ok(
  $$ select app_private.register_user('o''brien@x.ie', '$argon2id$x', 'Conan', 'O''Brien') $$,
  'an apostrophe is part of many addresses'
);
select lives_ok(
  $$ select app_private.register_user('jürgen@müller.example', '$argon2id$x', 'J', 'M') $$,
  'so are letters beyond ASCII'
);

select tests.refused(
  $$ select app_private.register_user('ada@example.COM', '$argon2id$x', 'Eve', 'L') $$,
  'LMEML', 'an address has one account, whatever its case'
);
select tests.refused(
  format('select app_private.register_user(%L, ''$argon2id$x'', ''A'', ''B'')', email),
  'LMINP', format('no address: %s', left(coalesce(email, 'null'), 30))
)
from unnest(array[
  null, '', '@', 'ada', 'ada@', '@example.com', 'a b@example.com', 'a@b@c', repeat('a', 400) || '@b'
]) as email;
select tests.refused(
  $$ select app_private.register_user('b@example.com', '$argon2id$x', '', 'B') $$,
  'LMINP', 'a name is not empty'
);
select tests.refused(
  $$ select app_private.register_user('b@example.com', '$argon2id$x', repeat('x', 101), 'B') $$,
  'LMINP', 'nor endless'
);
select tests.refused(
  $$ select app_private.register_user('b@example.com', 'hunter2', 'A', 'B') $$,
  '23514', 'only an argon2id hash is stored, never the password'
);

select tests.as_owner();
select is(
  (select count(*) from app_public.users), 3::bigint, 'what was refused has left nothing behind'
);
