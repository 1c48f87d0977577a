-- If this fails, somebody gets in without a ticket, twice, or not at all.
select plan(36);

select tests.create_theatre();
select tests.create_theatre('rival');
select tests.create_event('theatre', 'second.event');
select tests.sign_in('theatre owner');
select app_public.publish_event(tests.id('second.event'));
select tests.sell('sale', 'theatre', 1, 1, 2, 3, 4);
select tests.sell('void', 'theatre', 2, 5);
select tests.sell('foreign', 'rival', 3, 1);
select tests.sell('second', 'second', 4, 1);
select tests.sign_in('theatre support');
select app_public.cancel_booking(tests.id('void'));
select tests.as_owner();
create function tests.scan(
  booking text, seat_no integer, performance text default 'theatre.performance'
)
returns text
language sql volatile as $$
  select s.result || coalesce(' ' || s.code, '')
  from app_public.scan_ticket(
    tests.id(performance), tests.credential(tests.id(booking), seat_no), 'North', 'Scanner 1'
  ) as s
$$;
grant execute on function tests.scan(text, integer, text) to public;

select tests.sign_in('theatre staff');
select is(tests.scan('sale', 1), 'success', 'a ticket lets its holder in');
select is(tests.scan('sale', 1), 'already_scanned LMTUS', 'once');
select is(tests.scan('sale', 2), 'success', 'each of them');
select is(tests.scan('void', 5), 'canceled LMTVD', 'a void one does not');
select is(tests.scan('second', 1), 'wrong_event LMTFO', 'nor does one for another evening');
select is(
  tests.scan('second', 1, 'second.performance'), 'success', 'which is still good on that evening'
);
select is(tests.scan('foreign', 1), 'invalid LMTUK', 'a ticket of another tenant is unknown');
select is(
  (app_public.scan_ticket(tests.id('theatre.performance'), credential)).result::text, 'invalid', why
)
from (values
  (null, 'null'), ('', 'an empty code'), ('x', 'a made-up code'),
  (repeat('x', 43), 'a forged code'),
  (repeat('x', 1000000), 'an endless code'),
  ((select ticket_number from app_public.tickets limit 1), 'a printed number'),
  ((select id::text from app_public.tickets limit 1), 'an id')
) as c (credential, why);
select is(
  (select (s.gate, s.device, s.scanned_by = tests.user_id('theatre staff'))::text
    from app_public.ticket_scans as s where s.result = 'success' limit 1),
  '(North,"Scanner 1",t)', 'it is written down where, with what and by whom'
);
select is(
  tests.visible('app_public.ticket_scans'), '14', 'each attempt, also those that were refused'
);
select is(
  (select used_at from app_public.tickets where booking_id = tests.id('sale') and seat_no = 1),
  now(), 'and when a ticket was used'
);

-- What is no attempt at all.
select tests.refused(
  $$ select app_public.scan_ticket(tests.id('theatre.performance'), 'x', repeat('x', 51)) $$,
  'LMINP', 'an endless gate'
);
select tests.refused(
  $$ select app_public.scan_ticket(tests.id('theatre.performance'), 'x', 'N', repeat('x', 101)) $$,
  'LMINP', 'an endless device'
);
select tests.refused($$ select app_public.scan_ticket(null, 'x') $$, 'LMNFD', 'no performance');
select tests.refused($$ select app_public.scan_ticket(uuidv7(), 'x') $$, 'LMNFD', 'an unknown one');
select tests.refused(
  $$ select tests.scan('foreign', 1, 'rival.performance') $$, 'LMNFD', 'a foreign one'
);
select tests.sign_in('theatre viewer');
select tests.refused($$ select tests.scan('sale', 3) $$, 'LMRGT', 'a member who may not scan');
-- A member's right may come from elsewhere than the role, or be taken away.
select tests.as_owner();
update app_public.organization_members set status = 'suspended'
where user_id = tests.user_id('theatre coordinator');
insert into app_public.member_permissions (organization_id, member_id, permission)
select m.organization_id, m.id, 'tickets.scan' from app_public.organization_members as m
where m.user_id = tests.user_id('theatre analyst');
update app_public.organization_members set venues_restricted = true
where user_id = tests.user_id('theatre manager');
select tests.sign_in('theatre coordinator');
select tests.refused($$ select tests.scan('sale', 3) $$, 'LMNFD', 'a suspended member');
select tests.sign_in('theatre manager');
select tests.refused($$ select tests.scan('sale', 3) $$, 'LMRGT', 'a member at other venues');
select tests.sign_in('theatre analyst');
select is(tests.scan('sale', 4), 'success', 'but who was given the right alone may');
select tests.sign_in('rival owner');
select tests.refused($$ select tests.scan('sale', 3) $$, 'LMNFD', 'a stranger');
select tests.as_guest(1);
select tests.refused($$ select tests.scan('sale', 3) $$, '42501', 'the holder');
select tests.become('lml_user', tests.token('dead'), '');
select tests.refused($$ select tests.scan('sale', 3) $$, 'LMSES', 'a dead session');
select tests.as_owner();
select is(
  (select status::text from app_public.tickets where booking_id = tests.id('sale') and seat_no = 3),
  'valid', 'none of which used it up'
);
select is((select count(*) from app_public.ticket_scans), 15::bigint, 'nor wrote an attempt down');

-- History.
select tests.refused(statement, 'LMAPP', statement)
from unnest(array[
  'update app_public.ticket_scans set result = ''success'', code = null',
  'delete from app_public.ticket_scans', 'truncate app_public.ticket_scans'
]) as statement;
select tests.refused(
  $$ update app_public.tickets set status = 'used', used_at = null
    where booking_id = tests.id('sale') and seat_no = 3 $$,
  '23514', 'a ticket is not used without a time'
);
select tests.consistent();
