-- If this fails, people are not told what is stored about them, or are told what is about others.
select plan(37);

select tests.create_theatre();
select tests.create_theatre('rival');
select tests.sign_in('ada');
select tests.keep(
  'ada', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(5))).id
);
select app_public.start_checkout(tests.id('ada'));
select app_public.give_consent('newsletter', '2026-01', tests.id('theatre.organization'));
select tests.as_owner();
select tests.pay(tests.id('ada'));
select tests.sell('eve', 'theatre', 9, 6);
select tests.keep(
  'customer.ada', (select customer_id from app_public.bookings where id = tests.id('ada'))
);
-- The theatre changes her entry, from an address of its own.
select set_config('lml.ip_address', '203.0.113.7', true), tests.sign_in('theatre owner');
select tests.as_owner();
select set_config('lml.session_token', tests.token('session of theatre owner'), true);
update app_public.customers set phone = '+431234567' where id = tests.id('customer.ada');
select set_config('lml.ip_address', '', true);

select tests.sell('rivals', 'rival', 8, 1);
select tests.as_owner();
select tests.keep(
  'customer.rival', (select customer_id from app_public.bookings where id = tests.id('rivals'))
);

insert into app_public.promoters (organization_id, name, email)
values
  (tests.id('theatre.organization'), 'Ada brings people', 'Ada@example.com'),
  (tests.id('rival.organization'), 'Somebody else', 'else@example.com');

create table tests.documents (name text, document jsonb);
grant all on tests.documents to public;

select tests.sign_in('ada');
select tests.refused(
  $$ select app_private.export_person(null) $$, '42501', 'nobody names a person to be exported'
);
insert into tests.documents values ('ada', app_public.export_my_data());
select tests.as_owner();
create function tests.lists(name text) returns text
language sql stable as $$
  select string_agg(e.key || ' ' || jsonb_array_length(e.value), ', ' order by e.key)
  from tests.documents as d, jsonb_each(d.document) as e
  where d.name = lists.name and jsonb_typeof(e.value) = 'array' and e.value <> '[]'
$$;
select is(
  regexp_replace(tests.lists('ada'), 'audit_log [1-9]\d*', 'audit_log many'),
  'account 1, audit_log many, booking_history 3, booking_items 1, bookings 1, consents 1, '
    'customers 1, payments 1, privacy_requests 1, sessions 1, signals 1, tickets 1',
  'a user gets everything, of every table'
);
select is(document #>> '{account,0,email}', 'ada@example.com', 'with the account')
from tests.documents where name = 'ada';
select is(
  document::text ~* 'argon2|token_hash|client_secret|password_hash|credential_hash', false,
  'no secret is in it'
)
from tests.documents where name = 'ada';
select is(document::text ~ 'guest9', false, 'nor anything about others')
from tests.documents where name = 'ada';
select is(document::text ~ '203\.0\.113\.7', false, 'nor from where others worked on it')
from tests.documents where name = 'ada';
select is(
  (select count(*) from tests.documents as d, jsonb_array_elements(d.document -> 'audit_log') as l
    where d.name = 'ada' and l ->> 'entity_type' = 'customers'
      and l #>> '{new_values,phone}' = '+431234567'),
  1::bigint, 'but what they did to it is'
);
select is(
  (select string_agg(kind::text, ',') from app_public.privacy_requests
    where user_id = tests.user_id('ada') and completed_at is not null),
  'export', 'that she asked is remembered'
);
-- The control: what is not excluded as a secret does appear.
select ok(
  app_private.export_person(app_private.person_of_user(tests.user_id('ada')))::text
    ~ (select booking_reference from app_public.bookings where id = tests.id('ada')),
  'control: what is no secret is found in it'
);

-- Somebody in her name.
update app_public.user_sessions set impersonator_id = tests.user_id('eve')
where user_id = tests.user_id('ada');
select tests.sign_in('ada');
select tests.refused($$ select app_public.export_my_data() $$, 'LMIMP', 'nobody in her name');
select tests.become('lml_user', tests.token('dead'), '');
select tests.refused($$ select app_public.export_my_data() $$, 'LMSES', 'nobody with a dead session');
select tests.as_anonymous();
select tests.refused($$ select app_public.export_my_data() $$, '42501', 'nobody who is nobody');

-- An organization, about a customer of its own.
select tests.attempt_as(
  'theatre owner',
  $$ insert into tests.documents
    values ('customer', app_public.export_customer_data(tests.id('customer.ada'))) $$
);
select tests.as_owner();
select is(
  regexp_replace(tests.lists('customer'), 'audit_log [1-9]\d*', 'audit_log many'),
  'audit_log many, booking_history 3, booking_items 1, bookings 1, customers 1, payments 1, '
    'privacy_requests 1, signals 1, tickets 1',
  'an organization exports what it has about a customer, and nothing of the account'
);
select is(tests.attempt_as(w.who, w.call), w.outcome, w.who || ' is told: ' || w.outcome)
from (values
  ('theatre manager', $$ select app_public.export_customer_data(tests.id('customer.ada')) $$,
    'LMRGT'),
  ('theatre viewer', $$ select app_public.export_customer_data(tests.id('customer.ada')) $$,
    'LMRGT'),
  ('rival owner', $$ select app_public.export_customer_data(tests.id('customer.ada')) $$, 'LMNFD'),
  ('eve', $$ select app_public.export_customer_data(tests.id('customer.ada')) $$, 'LMNFD'),
  ('theatre owner', $$ select app_public.export_customer_data(uuidv7()) $$, 'LMNFD'),
  ('theatre owner', $$ select app_public.export_customer_data(null) $$, 'LMNFD')
) as w (who, call, outcome);

-- Nobody in the owner's name, either.
select tests.as_owner();
create function tests.as_owner_of_theatre(impersonator uuid) returns void
language plpgsql volatile as $$
begin
  perform tests.as_owner();
  update app_public.user_sessions as s
  set impersonator_id = as_owner_of_theatre.impersonator
  where s.user_id = tests.user_id('theatre owner');
  perform tests.sign_in('theatre owner');
end
$$;
select tests.as_owner_of_theatre(tests.user_id('eve'));
select tests.refused(call, 'LMIMP', call)
from unnest(array[
  $$ select app_public.export_customer_data(tests.id('customer.ada')) $$,
  $$ select app_public.erase_customer(tests.id('customer.ada')) $$,
  $$ select app_public.record_customer_consent(
    tests.id('customer.ada'), 'newsletter', true, '2026-01', 'paper'
  ) $$
]) as call;
select tests.refused(
  $$ select app_public.export_customer_data(tests.id('customer.rival')) $$, 'LMNFD',
  'who is told no more than the owner'
);
select tests.as_owner();
select tests.as_owner_of_theatre(null);
select lives_ok(
  $$ select app_public.record_customer_consent(
    tests.id('customer.ada'), 'newsletter', true, '2026-01', 'paper'
  ) $$,
  'control: the owner does'
);
select lives_ok(
  $$ select app_public.export_customer_data(tests.id('customer.ada')) $$, 'control: all of it'
);

-- An address counts once it is proven.
select tests.as_owner();
select tests.user_id('guest9');
select is(
  cardinality((app_private.person_of_user(tests.user_id('guest9'))).booking_ids), 0,
  'who types an address does not get its history'
);
update app_public.users set email_verified_at = now() where email = 'guest9@example.com';
select is(
  (app_private.person_of_user(tests.user_id('guest9'))).booking_ids, array[tests.id('eve')],
  'who proves it does'
);

-- Nor does who typed it first, and bought there before the one who reads mail at it.
select tests.sign_in('guest6');
select tests.keep(
  'typed', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(11))).id
);
select app_public.start_checkout(tests.id('typed'));
select tests.sell('read', 'theatre', 6, 12);
select tests.as_owner();
select is(
  (select count(distinct b.customer_id) from app_public.bookings as b
    where b.id in (tests.id('typed'), tests.id('read'))),
  1::bigint, 'both are the same customer to the organization'
);
select is(
  (app_private.person_of_user(tests.user_id('guest6'))).booking_ids, array[tests.id('typed')],
  'who only types an address gets what they bought themselves'
);
update app_public.users set email = 'mine@example.com', email_verified_at = now()
where email = 'guest6@example.com';
select is(
  (app_private.person_of_user(tests.user_id('guest6'))).booking_ids, array[tests.id('typed')],
  'also when they prove another address later'
);

-- A present: Bob buys with his account, and has the tickets sent to an address that has one, too.
select tests.user_id('bob');
select set_config('lml.ip_address', '198.51.100.77', true),
  set_config('lml.device', 'the telephone of bob', true), tests.sign_in('bob');
select tests.keep(
  'present', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(7))).id
);
select app_public.start_checkout(tests.id('present'), 'guest9@example.com', 'Bob', 'B');
select set_config('lml.ip_address', '', true), set_config('lml.device', '', true);
select tests.as_owner();
create function tests.export_of(name text) returns text
language sql stable as $$
  select app_private.export_person(
    app_private.person_of_user(tests.user_id(export_of.name))
  )::text
$$;
select is(
  tests.export_of('guest9') ~ format(
    '198\.51\.100\.77|telephone of bob|%s|%s', tests.user_id('bob'), tests.id('present')
  ), false, 'who gets a present is not told from where it came'
);
select is(
  tests.export_of('guest9') ~ tests.id('eve')::text, true,
  'control: what was bought as a guest is told'
);
select is(
  tests.export_of('bob') ~ '198\.51\.100\.77' and tests.export_of('bob') ~ 'telephone of bob', true,
  'control: the giver is told'
);
select is(
  (app_private.person_of_user(tests.user_id('guest9'))).booking_ids @> array[tests.id('present')],
  true, 'the address is forgotten there nevertheless'
);
select is(
  app_private.export_person(
    app_private.person_of_customer(
      (select customer_id from app_public.bookings where id = tests.id('present'))
    )
  )::text ~ tests.id('present')::text, true,
  'and the organization, whose sale it is, knows all of it'
);
-- Who brings buyers for a share is a person, too.
update app_public.users set email_verified_at = now() where id = tests.user_id('ada');
select is(
  (select string_agg(p ->> 'name', ',') from jsonb_array_elements(
    app_private.export_person(app_private.person_of_user(tests.user_id('ada'))) -> 'promoters'
  ) as p),
  'Ada brings people', 'a promoter is told so, and nothing of others'
);
select * from tests.consistent();
