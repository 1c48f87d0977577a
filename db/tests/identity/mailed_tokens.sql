-- If this fails, a token that was mailed before somebody took their account back takes it again.
select plan(17);

select tests.user_id('ada');
create function tests.ask(purpose text, words text) returns void
language sql volatile as $$
  select app_private.issue_user_token(
    tests.user_id('ada'), ask.purpose::app_private.user_token_purpose,
    case ask.purpose when 'change_email' then 'thief@example.com' else 'ada@example.com' end,
    tests.token(ask.words)
  )
$$;
create function tests.address() returns text
language sql stable as $$
  select u.email::text from app_public.users as u where u.id = tests.user_id('ada')
$$;

-- Whoever has the password asks for another address; the owner resets the password.
select tests.ask('change_email', 'thief 1');
select tests.ask('reset_password', 'owner 1');
select is(
  app_private.reset_password(tests.token('owner 1'), '$argon2id$1'), tests.user_id('ada'),
  'the owner sets another password by mail'
);
select tests.refused(
  $$ select app_private.confirm_email_change(tests.token('thief 1')) $$, 'LMTOK',
  'then the address that was asked for before is not taken any more'
);
select is(tests.address(), 'ada@example.com', 'so the account stays where it was');

-- The same with the old password.
select tests.ask('change_email', 'thief 2');
select tests.ask('reset_password', 'thief 3');
select tests.sign_in_anew('ada');
select tests.become('lml_authenticator', tests.token('session of ada'), '');
select lives_ok($$ select app_private.change_password('$argon2id$2') $$, 'or changes it');
select tests.refused(
  $$ select app_private.confirm_email_change(tests.token('thief 2')) $$, 'LMTOK', 'neither then'
);
select tests.refused(
  $$ select app_private.reset_password(tests.token('thief 3'), '$argon2id$3') $$, 'LMTOK',
  'and nobody sets a password by what was mailed before'
);

-- Another address makes what was mailed to the old one worthless.
select tests.as_owner();
select tests.ask('reset_password', 'old mailbox');
select tests.ask('change_email', 'owner 2');
select is(
  app_private.confirm_email_change(tests.token('owner 2')), true,
  'control: nothing in between, and the address is changed'
);
select is(tests.address(), 'thief@example.com', 'control: which is what a thief would get');
select tests.refused(
  $$ select app_private.reset_password(tests.token('old mailbox'), '$argon2id$4') $$, 'LMTOK',
  'whoever reads the old mailbox sets no password'
);
select tests.ask('reset_password', 'new mailbox');
select is(
  app_private.reset_password(tests.token('new mailbox'), '$argon2id$5'), tests.user_id('ada'),
  'control: whoever reads the new one does'
);

-- Nobody's mailbox is flooded: neither by asking for the same again, nor for another in between.
select tests.as_owner();
select tests.user_id('eve'), tests.user_id('mallory');
create function tests.mails(address text) returns bigint
language sql stable as $$
  select count(*) from app_private.outgoing_emails as e where e.recipient = mails.address::public.citext
$$;
create function tests.want(address text, number integer) returns void
language sql volatile as $$
  select app_private.request_email_change(
    want.address, tests.token(want.address || ' ' || want.number)
  )
$$;
select set_config('lml.session_token', tests.token('session of mallory'), true);
do $$
begin
  for i in 1..5 loop
    perform tests.want('eve@example.com', i);
    perform tests.want('one@example.com', i);
    perform tests.want('two@example.com', i);
  end loop;
end
$$;
select is(tests.mails('eve@example.com'), 1::bigint, 'an address that has an account is mailed once');
select is(
  (select e.template from app_private.outgoing_emails as e where e.recipient = 'eve@example.com'),
  'address_in_use', 'and gets no token with which it would be the account of somebody else'
);
select tests.refused(format('select tests.want(%L, 1)', address), 'LMINP', why)
from (values
  ('one', 'what is no address is refused'), (repeat('a', 310) || '@example.com', 'as is a book')
) as v (address, why);
select is(tests.mails('one@example.com'), 1::bigint, 'as is one that has none');
do $$
begin
  for i in 6..25 loop
    update app_private.outgoing_emails set created_at = created_at - interval '2 minutes';
    update app_private.user_tokens set created_at = created_at - interval '2 minutes';
    perform tests.want('one@example.com', i);
  end loop;
end
$$;
select is(tests.mails('one@example.com'), 10::bigint, 'and nobody more than ten times a day');
update app_private.outgoing_emails set created_at = created_at - interval '1 day';
select tests.want('one@example.com', 26);
select is(tests.mails('one@example.com'), 11::bigint, 'control: on the next day, again');
