-- If this fails, somebody is written to in a language that is not theirs, or that support or staff
-- speak; or a bad tag is kept.
select plan(31);
select tests.create_theatre();
create function tests.speak(language text) returns void
language sql volatile as $$ select set_config('lml.language', speak.language, true) $$;
-- In which language the last mail to an address goes.
create function tests.written(recipient text) returns text
language sql stable security definer set search_path = '' as $$
  select coalesce(app_private.prepare_email(e.id) ->> 'language', 'none')
  from app_private.outgoing_emails as e
  where e.recipient operator(public.=) written.recipient::public.citext
  order by e.id desc limit 1
$$;
create function tests.known(address text) returns text
language sql stable security definer set search_path = '' as $$
  select c.language from app_public.customers as c
  where c.email operator(public.=) known.address::public.citext
    and c.organization_id = tests.id('theatre.organization')
$$;
create function tests.mail_of_house(recipient text, language text default null) returns text
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform app_private.queue_email(
    mail_of_house.recipient, 'ticket_declined', '{}', tests.id('theatre.organization'),
    mail_of_house.language
  );
  return tests.written(mail_of_house.recipient);
end
$$;
create function tests.spoken() returns text
language sql stable security definer set search_path = '' as $$
  select app_hidden.current_language()
$$;
grant execute on all functions in schema tests to public;

-- A guest is known by what their program asks for when they buy.
select tests.speak('');
select tests.pending('silent', 1, 1);
select is(tests.known('silent@example.com'), null, 'who asks for no language is known by none');
select tests.speak('de-AT');
select tests.pending('adler', 2, 2);
select is(tests.known('adler@example.com'), 'de-AT', 'a guest''s language is kept at checkout');
select tests.pay(tests.id('adler'));
select app_private.mail_confirmations(100);
select tests.speak('');
select is(tests.written('adler@example.com'), 'de-AT', 'and the mail of the sale is in it');
select tests.pending('ADLER', 2, 3);
select is(tests.known('adler@example.com'), 'de-AT', 'whoever says nothing the next time keeps it');
select tests.speak('en-GB');
select tests.pending('Adler', 2, 4);
select is(tests.known('adler@example.com'), 'en-GB', 'and the last word counts');
select is(
  (select count(*) from app_public.customers where email = 'adler@example.com'), 1::bigint,
  'of one customer'
);

-- What is no tag says nothing, whoever sends it.
select tests.speak('english');
select tests.pending('bad1', 3, 5);
select tests.speak('de_AT');
select tests.pending('bad2', 3, 6);
select is(tests.known('bad1@example.com'), null, 'a word is no language');
select is(tests.known('bad2@example.com'), null, 'nor is a locale of an operating system');
select tests.speak('de-1996-' || repeat('abcdefgh-', 20) || 'abcdefgh');
select is(tests.spoken(), null, 'nor is a very long one');

-- Staff sells in its own language, to people who have theirs.
select tests.speak('de-AT');
select tests.sign_in('theatre manager');
select is(tests.sells('jo', 'link', 7), 'pending_payment', 'staff sells by link');
select tests.as_owner();
select is(tests.known('jo@example.com'), null, 'in no language that the customer chose');
select is(tests.written('jo@example.com'), 'none', 'nor is the mail in that of staff');
select tests.drafts('helped', 5, 8);
select tests.sign_in('theatre manager');
select app_public.start_checkout(tests.id('helped'), 'helped@example.com');
select tests.as_owner();
select is(
  tests.known('helped@example.com'), null, 'nor when staff checks out what a guest has chosen'
);

-- The house's own, where nothing else is known.
select tests.sign_in('theatre owner');
select is(
  (app_public.update_organization_settings(
    tests.id('theatre.organization'), language => 'de-CH'
  )).language,
  'de-CH', 'a house says in which language it writes'
);
select is(
  (app_public.update_organization_settings(tests.id('theatre.organization'))).language,
  'de-CH', 'which stays'
);
select tests.refused(
  format(
    'select app_public.update_organization_settings(tests.id(%L), language => %L)',
    'theatre.organization', bad.tag
  ),
  'LMINP', 'but for ' || bad.tag
)
from (values ('German'), ('de_AT'), ('DE'), ('de-1996-' || repeat('abcdefgh-', 20))) as bad (tag);
select tests.as_owner();
select is(tests.written('jo@example.com'), 'de-CH', 'so are mails to whose language is not known');
select is(tests.mail_of_house('stranger@example.com'), 'de-CH', 'also to strangers');
select is(tests.mail_of_house('adler@example.com'), 'en-GB', 'a customer has their own');
select is(tests.mail_of_house('adler@example.com', 'fr'), 'fr', 'what they ask for now comes first');
select tests.keep('of nobody', app_private.queue_email('adler@example.com', 'account_exists'));
select is(
  tests.written('adler@example.com'), 'none', 'what the platform writes asks no house''s customers'
);
select app_private.mail_members(tests.id('theatre.organization'), 'payouts.manage', 'x', '{}');
select is(
  tests.written('theatre.owner@example.com'), 'de-CH', 'members are written to as the house writes'
);
update app_public.users set language = 'nl' where email = 'theatre.owner@example.com';
select is(tests.written('theatre.owner@example.com'), 'nl', 'unless their account says another');

-- Who asks for an account, or to wait.
select tests.speak('de-DE');
select tests.as_role('lml_authenticator');
select app_private.sign_up('new@example.com', '$argon2id$x', 'New', 'Test', tests.token('new'));
select is(tests.written('new@example.com'), 'de-DE', 'a sign-up is answered as it was asked for');
select app_private.complete_sign_up(tests.token('new'));
select tests.as_owner();
select tests.speak('');
select is(
  (select language from app_public.users where email = 'new@example.com'), 'de-DE',
  'and the account keeps it'
);
select tests.keep('later', app_private.queue_email('new@example.com', 'password_changed'));
select is(tests.written('new@example.com'), 'de-DE', 'for what is told later');

-- Support acts in a user's name, from another country.
insert into app_public.platform_staff (user_id, role) values (tests.user_id('sam'), 'support');
select tests.speak('de-AT');
select tests.become('lml_authenticator', tests.token('session of sam'), '');
select app_private.start_impersonation(
  tests.user_id('ada'), 'She asked us to look.', tests.token('sam as ada')
);
select tests.become('lml_user', tests.token('sam as ada'), '');
select is(tests.spoken(), null, 'support says nothing of a user''s language');
select tests.sign_in('ada');
select is(tests.spoken(), 'de-AT', 'control: the user does');
