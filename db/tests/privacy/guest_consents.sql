-- If this fails, somebody is written to who never agreed, or cannot stop it without an account.
select plan(20);

select tests.create_theatre();
create function tests.ask(email text, is_given boolean default true, purpose text default 'marketing')
returns boolean
language sql volatile as $$
  select app_public.request_guest_consent(
    tests.id('theatre.organization'), ask.email, ask.purpose::app_public.consent_purpose,
    ask.is_given, '2026-01'
  )
$$;
-- The token that was mailed; and time passes, so that the next one may be mailed.
create function tests.mailed() returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_token text;
begin
  select e.variables ->> 'token' into v_token from app_private.outgoing_emails as e
  order by e.id desc limit 1;
  update app_private.outgoing_emails set created_at = created_at - interval '2 minutes';
  update app_private.consent_tokens set created_at = created_at - interval '2 minutes';
  return v_token;
end
$$;
create function tests.in_force() returns boolean
language sql volatile security definer set search_path = '' as $$
  select coalesce(bool_or(app_private.has_customer_consent(c.id, 'marketing')), false)
  from app_public.customers as c where c.email::text = 'gus@example.com'
$$;
grant execute on function tests.ask(text, boolean, text), tests.mailed(), tests.in_force() to public;

select tests.as_anonymous();
select tests.refused($$ select tests.ask('gus@example.com') $$, 'LMCRT', 'nobody in particular');
select tests.as_guest(1);
select is(tests.ask('gus@example.com'), true, 'a guest agrees');
select is(tests.in_force(), false, 'which anybody may say');
select is(tests.ask('gus@example.com'), true, 'again at once is answered alike');
select tests.as_owner();
select is(
  (select string_agg(template, ',') from app_private.outgoing_emails), 'consent_given',
  'and mails nothing'
);
select is(
  (select count(*) from app_private.consent_tokens), 1::bigint, 'nor keeps what nobody can confirm'
);
select set_config('tests.first', tests.mailed(), true);
select tests.as_anonymous();
select is(
  app_public.confirm_guest_consent(current_setting('tests.first')), true,
  'whoever has the mailbox confirms it, on any device'
);
select is(tests.in_force(), true, 'then it counts');
select tests.refused(
  $$ select app_public.confirm_guest_consent(current_setting('tests.first')) $$, 'LMTOK', 'once'
);
select tests.refused($$ select app_public.confirm_guest_consent('x') $$, 'LMTOK', 'a wrong token');

-- Agreeing again, and then thinking better of it.
select tests.as_guest(2);
select tests.ask('gus@example.com');
select set_config('tests.yes', tests.mailed(), true);
select tests.ask('GUS@example.com', false);
select set_config('tests.no', tests.mailed(), true);
select is(tests.in_force(), true, 'a stranger withdraws nothing');
select is(app_public.confirm_guest_consent(current_setting('tests.no')), false, 'the mailbox does');
select is(tests.in_force(), false, 'and it is over');
select tests.refused(
  $$ select app_public.confirm_guest_consent(current_setting('tests.yes')) $$, 'LMTOK',
  'an older link does not bring it back'
);
select tests.refused(
  $$ select tests.ask('gus@example.com', purpose => 'terms_of_service') $$, 'LMINP',
  'terms are agreed to by buying'
);
select tests.refused($$ select tests.ask('nobody') $$, 'LMINP', 'this is no address');
select tests.as_owner();
select is(
  (select string_agg(c.is_given::text || ' ' || c.wording_version, ',' order by c.created_at)
    from app_public.consents as c join app_public.customers as k on k.id = c.customer_id),
  'true 2026-01,false 2026-01', 'what was said is remembered'
);
-- Somebody who subscribed and never bought anything.
select tests.as_guest(2);
select tests.ask('gus@example.com');
select app_public.confirm_guest_consent(tests.mailed());
select tests.as_owner();
select tests.keep('gus', (select id from app_public.customers where email::text = 'gus@example.com'));
alter table app_public.customers disable trigger user;
update app_public.customers set updated_at = now() - interval '1 year' where id = tests.id('gus');
alter table app_public.customers enable trigger user;
select app_private.apply_retention();
select is(tests.in_force(), true, 'stays subscribed');
select tests.as_guest(2);
select tests.ask('gus@example.com', false);
select tests.sign_in('theatre owner');
select lives_ok(
  $$ select app_public.erase_customer(tests.id('gus')) $$, 'and is forgotten when they wish'
);
select tests.as_owner();
select is_empty(
  $$ select from app_private.consent_tokens union all select from app_private.outgoing_emails $$,
  'with what was not confirmed, and the mail'
);
