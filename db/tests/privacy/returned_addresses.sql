-- If this fails, whoever is given a mailbox reads what its former owner bought.
select plan(12);

select tests.create_theatre();
select tests.user_id('ada');
update app_public.users set email_verified_at = now() where id = tests.user_id('ada');

-- Ada buys as a guest, then with her account, and is handed a ticket.
create function tests.buy(name text, address text, seat_no integer) returns void
language plpgsql volatile as $$
begin
  perform tests.fill_cart(buy.name, buy.seat_no);
  perform app_public.start_checkout(tests.id(buy.name), buy.address, 'Ada', 'Lovelace');
  perform tests.pay(tests.id(buy.name));
end
$$;
grant execute on function tests.buy(text, text, integer) to public;
select tests.as_guest(1);
select tests.buy('as a guest', 'ada@example.com', 1);
select tests.sign_in('ada');
select tests.buy('with her account', 'ada@example.com', 2);
select tests.as_guest(2);
select tests.buy('a friend', 'friend@example.com', 3);
select tests.as_owner();
update app_private.outgoing_emails set sent_at = now() where recipient = 'ada@example.com';
insert into app_private.outgoing_emails (recipient, template, variables, sent_at)
values ('ada@example.com', 'welcome', '{}', now());
insert into app_public.ticket_attendees (
  organization_id, performance_id, ticket_id, first_name, email
)
select t.organization_id, t.performance_id, t.id, 'Ada', 'ada@example.com'
from app_public.tickets as t where t.booking_id = tests.id('a friend');
select tests.become('lml_authenticator', tests.token('session of ada'), '');
select app_private.close_account();

-- Then somebody buys under that address, as a guest.
select tests.as_guest(3);
select tests.buy('afterwards', 'ada@example.com', 4);
select tests.as_owner();
update app_public.bookings set created_at = now() + interval '1 second'
where id = tests.id('afterwards');

-- Somebody has the mailbox, and proves it.
select app_private.free_address('ada@example.com');
select tests.user_id('bob');
update app_public.users set email = 'ada@example.com', email_verified_at = now()
where id = tests.user_id('bob');
create table tests.documents (document jsonb);
grant all on tests.documents to public;
select tests.sign_in('bob');
insert into tests.documents values (app_public.export_my_data());
select tests.as_owner();
select is(
  (select jsonb_agg(b -> 'id') from tests.documents as d,
    jsonb_array_elements(d.document -> 'bookings') as b),
  jsonb_build_array(tests.id('afterwards')), 'they are told what was bought since, as a guest,'
);
select is(
  (select document ->> 'emails' ~ 'welcome' from tests.documents), false, 'not what was written,'
);
select is(
  (select document -> 'attendees' from tests.documents), '[]', 'nor where the former owner went'
);
select is(
  (select jsonb_array_length(document -> 'customers') from tests.documents), 1, 'with an entry'
);
select is(
  (select string_agg(c.first_name, ',') from app_public.customers as c
    where c.email = 'ada@example.com'),
  null, 'that has no name of before'
);
select is(
  (select array_agg(b order by b) from unnest(
    (app_private.person_of_user(tests.user_id('ada'))).booking_ids
  ) as b),
  (select array_agg(b order by b) from unnest(
    array[tests.id('as a guest'), tests.id('with her account')]
  ) as b),
  'the rest is of the closed account, with which it is erased'
);
select is(
  (app_private.person_of_user(tests.user_id('ada'))).emails::text[],
  array['closed+' || tests.user_id('ada') || '@closed.invalid'], 'which has no address any more'
);
select is(
  (select count(*) from app_public.customers as c
    where c.id = any ((app_private.person_of_user(tests.user_id('ada'))).customer_ids)),
  1::bigint, 'but all that the theatre knew of it'
);

-- What they buy from now on is theirs, and the organization knows two people.
select tests.sign_in('bob');
select tests.buy('by the new owner', 'ada@example.com', 5);
select tests.as_owner();
select is(
  cardinality((app_private.person_of_user(tests.user_id('bob'))).booking_ids), 2,
  'what they buy is theirs'
);
select is(
  (select count(distinct customer_id) from app_public.bookings
    where customer_email = 'ada@example.com'),
  2::bigint, 'and the theatre knows two people'
);
-- An address that no closed account had is nobody's before.
select app_private.free_address('friend@example.com');
select is(
  (select email::text from app_public.customers as c
    join app_public.bookings as b on b.customer_id = c.id
    where b.id = tests.id('a friend')),
  'friend@example.com', 'control: without a closed account nothing moves'
);
select tests.consistent();
