-- If this fails, strangers learn who comes, or nobody can say it.
select plan(19);

select tests.create_theatre();
select tests.sell('sale', 'theatre', 1, 1, 2);
select tests.keep('ticket', (select id from app_public.tickets where seat_no = 1));

select tests.as_guest(1);
select is(
  (
    select (a.first_name, a.email, a.answers)::text
    from app_public.set_ticket_attendee(
      tests.id('ticket'), 'Ada', 'Adler', 'ada@example.com', '+431', '{"Diet": "vegan"}'
    ) as a
  ),
  '(Ada,ada@example.com,"{""Diet"": ""vegan""}")', 'the holder says who comes'
);
select app_public.set_ticket_attendee(tests.id('ticket'), 'Bob');
select is(
  (select (first_name, last_name, email, answers)::text from app_public.ticket_attendees),
  '(Bob,,,{})', 'and somebody else instead'
);
select tests.refused(statement, 'LMINP', statement)
from unnest(array[
  $$ select app_public.set_ticket_attendee(tests.id('ticket'), '') $$,
  $$ select app_public.set_ticket_attendee(tests.id('ticket'), email => 'x') $$,
  $$ select app_public.set_ticket_attendee(tests.id('ticket'), phone => 'x') $$,
  $$ select app_public.set_ticket_attendee(tests.id('ticket'), answers => '[]') $$,
  $$ select app_public.set_ticket_attendee(tests.id('ticket'), answers => '{"a": {"b": 1}}') $$,
  $$ select app_public.set_ticket_attendee(tests.id('ticket'), answers => null) $$
]) as statement;

-- Who sees it.
select is(tests.visible('app_public.ticket_attendees'), '1', 'the holder sees it');
select tests.as_guest(2);
select is(tests.visible('app_public.ticket_attendees'), '0', 'another guest does not');
select tests.refused(
  $$ select app_public.set_ticket_attendee(tests.id('ticket'), 'Eve') $$, 'LMNFD',
  'nor may they change it'
);
select tests.sign_in('theatre support');
select is(tests.visible('app_public.ticket_attendees'), '1', 'staff that may read names does');
select tests.sign_in('theatre staff');
select is(tests.visible('app_public.ticket_attendees'), '0', 'other staff does not');

-- It belongs to the holder, not to the ticket.
select tests.as_guest(1);
select app_public.offer_ticket(tests.id('ticket'), 'c@example.com');
select tests.sign_in('theatre staff');
select is(tests.visible('app_public.ticket_transfers'), '0', 'nor to whom it is handed on');
select tests.sign_in('theatre support');
select is(tests.visible('app_public.ticket_transfers'), '1', 'which the others see');
select tests.as_owner();
select set_config('tests.token', (select variables ->> 'token' from app_private.outgoing_emails
  where template = 'ticket_offer'), true);
select tests.as_guest(3);
select app_public.accept_ticket(current_setting('tests.token'));
select is(
  tests.visible('app_public.ticket_attendees'), '0', 'who receives a ticket does not see it'
);
select app_public.set_ticket_attendee(tests.id('ticket'), 'Cleo');
select tests.as_guest(1);
select is(tests.visible('app_public.ticket_attendees'), '0', 'who gave it away no more');

-- The doors open.
select tests.as_owner();
update app_public.performances set doors_at = now() - interval '1 minute';
select tests.as_guest(3);
select tests.refused(
  $$ select app_public.set_ticket_attendee(tests.id('ticket'), 'Dora') $$, 'LMTRB',
  'from then on it stays'
);
select tests.sign_in('theatre support');
select is(
  (app_public.set_ticket_attendee(tests.id('ticket'), 'Dora')).first_name, 'Dora',
  'except for staff'
);
