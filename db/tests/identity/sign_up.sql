-- If this fails, signing up tells who has an account, or takes an address from its owner.
select plan(30);
select tests.user_id('ada');
create function tests.ask(email text, password text default 'mine') returns void
language sql volatile as $$
  select app_private.sign_up(
    ask.email, '$argon2id$' || ask.password, 'Eve', 'Test', tests.token(ask.email || ask.password)
  )
$$;
create function tests.mails(email text) returns text
language sql stable security definer as $$
  select coalesce(string_agg(e.template, ', ' order by e.id), 'none')
  from app_private.outgoing_emails as e where e.recipient = mails.email::public.citext
$$;
-- As if a minute and a bit had passed.
create function tests.later() returns void
language sql volatile security definer as $$
  update app_private.outgoing_emails set created_at = created_at - interval '61 seconds'
$$;
grant execute on function tests.ask(text, text), tests.mails(text), tests.later()
  to lml_authenticator;

select tests.as_role('lml_authenticator');
select lives_ok($$ select tests.ask('new@example.com') $$, 'somebody asks for an account');
select lives_ok($$ select tests.ask('ADA@example.com') $$, 'and with an address that has one');
select is(tests.mails('new@example.com'), 'complete_sign_up', 'the one is mailed a token');
select is(tests.mails('ada@example.com'), 'account_exists', 'the other that there is an account');
select is_empty(
  $$ select * from app_private.find_credentials('new@example.com') $$,
  'neither has a new account: an address alone opens none'
);

-- Nobody's mailbox is flooded.
select tests.ask('new@example.com'), tests.ask('ada@example.com');
select is(
  tests.mails('new@example.com') || ', ' || tests.mails('ada@example.com'),
  'complete_sign_up, account_exists', 'within a minute nobody is mailed again'
);
select count(tests.later()) from generate_series(1, 1);
select tests.ask('ada@example.com', n::text), tests.later() from generate_series(1, 20) as n;
select tests.as_owner();
select is(
  (select count(*) from app_private.outgoing_emails where recipient = 'ada@example.com'),
  10::bigint, 'nor more than ten times a day'
);

-- Bad input.
select tests.as_role('lml_authenticator');
select tests.refused(
  $$ select tests.ask('nobody') $$, 'LMINP', 'what is no address is refused'
);
select tests.refused(
  $$ select app_private.sign_up('x@example.com', '$argon2id$x', '', 'X', tests.token('x')) $$,
  'LMINP', 'so is a missing name'
);
select tests.refused(
  $$ select app_private.sign_up('x@example.com', 'hunter2', 'X', 'X', tests.token('x')) $$,
  '23514', 'and a password that was not hashed'
);

-- Completing.
select is(
  (select password_hash from app_private.find_sign_up(tests.token('new@example.com' || 'mine'))),
  '$argon2id$mine', 'the server finds what the password must be'
);
select is_empty(
  $$ select * from app_private.find_sign_up(tests.token('forged')) $$, 'a forged token finds nothing'
);
-- Somebody else asks with the same address before its owner reads the mail.
select tests.later();
select tests.ask('new@example.com', 'theirs');
select lives_ok(
  $$ select app_private.complete_sign_up(tests.token('new@example.com' || 'mine')) $$,
  'the owner''s token opens the account'
);
select is(
  (select password_hash from app_private.find_credentials('new@example.com')), '$argon2id$mine',
  'with the password that was chosen for that very token'
);
select tests.refused(
  $$ select app_private.complete_sign_up(tests.token('new@example.com' || 'mine')) $$,
  'LMTOK', 'a token is good once'
);
select tests.refused(
  $$ select app_private.complete_sign_up(tests.token('new@example.com' || 'theirs')) $$,
  'LMTOK', 'and the others for the address are good no more'
);
select tests.refused(
  $$ select app_private.complete_sign_up(tests.token('forged')) $$, 'LMTOK', 'nor is a forged one'
);
select tests.refused(
  $$ select app_private.complete_sign_up(null) $$, 'LMTOK', 'nor none'
);
select tests.as_owner();
select isnt(
  (select email_verified_at from app_public.users where email = 'new@example.com'), null,
  'the address is proven from the start'
);

-- An address that became an account's in between, and one that waited too long.
select tests.ask('taken@example.com'), tests.ask('late@example.com');
select app_private.register_user('Taken@example.com', '$argon2id$other', 'T', 'T');
update app_private.sign_ups
set created_at = now() - interval '3 days', expires_at = now() where email = 'late@example.com';
select tests.as_role('lml_authenticator');
select tests.refused(
  $$ select app_private.complete_sign_up(tests.token('taken@example.com' || 'mine')) $$,
  'LMTOK', 'an address that has an account by now gets no second one'
);
select is(
  (select password_hash from app_private.find_credentials('taken@example.com')),
  '$argon2id$other', 'and keeps its password'
);
select tests.refused(
  $$ select app_private.complete_sign_up(tests.token('late@example.com' || 'mine')) $$,
  'LMTOK', 'after two days it is too late'
);
select is_empty(
  $$ select * from app_private.find_sign_up(tests.token('late@example.com' || 'mine')) $$,
  'which the server finds, too'
);

-- Whoever has left comes back: nobody else can, and nothing of the closed account is theirs.
select tests.as_owner();
select tests.create_theatre();
update app_public.users set account_status = 'deleted' where email = 'taken@example.com';
insert into app_public.customers (organization_id, user_id, email)
select tests.id('theatre.organization'), u.id, u.email
from app_public.users as u where u.email = 'taken@example.com';
select tests.later();
select tests.ask('taken@example.com', 'again');
select is(
  tests.mails('taken@example.com'), 'complete_sign_up, complete_sign_up',
  'the address of a closed account has no account'
);
select is(
  (select account_status::text from app_public.users where email = 'taken@example.com'), 'deleted',
  'which changes nothing before the mailbox has answered'
);
select tests.as_role('lml_authenticator');
select lives_ok(
  $$ select app_private.complete_sign_up(tests.token('taken@example.com' || 'again')) $$,
  'a new account is opened'
);
select tests.as_owner();
select results_eq(
  $$ select c.password_hash, u.account_status::text from app_public.users as u
    join app_private.user_credentials as c on c.user_id = u.id
    where u.email = 'taken@example.com' $$,
  $$ values ('$argon2id$again', 'active') $$, 'with its own password'
);
select is(
  (select count(*) from app_public.users
    where email::text like 'closed+%@closed.invalid' and account_status = 'deleted'),
  1::bigint, 'the closed one stays closed'
);
select is(
  (select c.user_id from app_public.customers as c where c.email = 'taken@example.com'), null,
  'and what organizations know of the address is its owner''s'
);

-- What is mailed is not in the audit log.
select tests.as_owner();
select is(
  (
    select count(*) from app_public.audit_log as a
    where a::text like '%' || tests.token('new@example.com' || 'mine') || '%'
      or a::text like '%argon2id%'
  ),
  0::bigint, 'neither token nor password hash is in the audit log'
);
