-- If this fails, people are let in on an evening that does not take place, or not on the one that does.
select plan(52);

select tests.create_theatre();
select tests.create_festival();
select tests.sell('sale', 'theatre', 1, 1, 2, 3, 13);
create function tests.scan(
  seat_no integer, direction app_public.scan_direction default 'in'
)
returns text
language sql volatile as $$
  select s.result || coalesce(' ' || s.code, '')
  from app_public.scan_ticket(
    tests.id('theatre.performance'), tests.credential(tests.id('sale'), seat_no),
    direction => direction
  ) as s
$$;
create function tests.scan_pass(date text)
returns text
language sql volatile security definer as $$
  select s.result || coalesce(' ' || s.code, '')
  from app_public.tickets as t,
    app_public.scan_ticket(
      tests.id('festival.' || date),
      app_private.ticket_credential_of(t.id, t.credential_version)
    ) as s
  where t.booking_id = tests.id('pass')
$$;
create function tests.as_device()
returns void
language sql volatile as $$
  select tests.become('lml_user', current_setting('tests.device'), '')
$$;
-- What a scanner tells: a seat, and how many minutes ago its holder came in.
create function tests.merge(seat_no integer, minutes integer)
returns text
language sql volatile as $$
  select m.result || coalesce(' ' || m.code, '') || case when m.is_double then ' double' else '' end
  from app_public.merge_offline_scans(
    tests.id('theatre.performance'),
    jsonb_build_array(jsonb_build_object(
      'scan_id', md5(format('%s %s', seat_no, minutes))::uuid, 'result', 'success',
      'credential_hash', encode(
        sha256(convert_to(tests.credential(tests.id('sale'), seat_no), 'UTF8')), 'hex'
      ),
      'scanned_at', now() - make_interval(mins => minutes)
    ))
  ) as m
$$;
create function tests.state(seat_no integer)
returns text
language sql stable security definer as $$
  select format(
    '%s, %s entries, %s', t.status, t.entry_count,
    case when t.is_inside then 'inside' else 'not inside' end
  )
  from app_public.tickets as t
  where t.booking_id = tests.id('sale') and t.seat_no = state.seat_no
$$;
-- The evening has begun an hour ago, and its tickets were sold before.
create function tests.begin_evening()
returns void
language sql volatile security definer as $$
  update app_public.performances
  set starts_at = now() - interval '1 hour', ends_at = now() + interval '2 hours',
    doors_at = now() - interval '2 hours'
  where id = tests.id('theatre.performance');
  update app_private.ticket_credentials set created_at = now() - interval '9 days'
$$;
grant execute on all functions in schema tests to public;
select tests.begin_evening();
select tests.sign_in('theatre owner');
select set_config('tests.device', r.device_token, true)
from app_public.register_scanner_device(tests.id('theatre.venue'), 'Scanner 1') as r;
select tests.as_guest(1);
select app_public.offer_ticket(tests.ticket('sale', 1), 'too.late@example.com');
select tests.as_device();
select is(tests.scan(1), 'success', 'somebody comes in');

-- Later on the same evening.
select tests.sign_in('theatre owner');
select app_public.postpone_performance(
  tests.id('theatre.performance'), now() + interval '30 minutes', reason => 'Fog'
);
select is(tests.state(1), 'used, 1 entries, inside', 'when it is late, who is inside stays there');
select tests.as_device();
select is(tests.scan(1), 'already_scanned LMTUS', 'so nobody else comes in with that ticket');
select is(tests.scan(2), 'success', 'and others come');
select is(tests.merge(3, 5), 'success', 'also past a scanner that was offline');

-- No day yet.
select tests.sign_in('theatre owner');
select app_public.postpone_performance(tests.id('theatre.performance'), reason => 'A flood');
select tests.as_device();
select is(tests.scan(13), 'wrong_event LMTPD', 'who comes while there is no day is told so');
select is(tests.scan(1), 'wrong_event LMTPD', 'whoever comes');
select is(tests.scan(1, 'out'), 'success', 'who is inside goes out');
select tests.sign_in('theatre staff');
select is(tests.scan(13), 'wrong_event LMTPD', 'staff is told the same');
select is(
  (app_public.scan_ticket(tests.id('theatre.performance'), 'x')).code, 'LMTUK',
  'and what is no ticket is none'
);
select is(tests.state(13), 'valid, 0 entries, not inside', 'the ticket stays good');
select tests.as_device();
select tests.refused(
  $$ select app_public.scan_list(tests.id('theatre.performance')) $$, 'LMEVT',
  'no scanner gets a list for it'
);
select is(tests.merge(13, 1), 'wrong_event LMTPD double', 'and one that had one is told so');
select is(
  (select (s.result, s.code, s.offline_result)::text from app_public.ticket_scans as s
    where s.offline_at = now() - interval '1 minute'),
  '(wrong_event,LMTPD,success)', 'which is written down'
);
select tests.as_owner();
select is(tests.state(13), 'valid, 0 entries, not inside', 'without using the ticket');
-- The old evening goes by.
update app_public.performances
set starts_at = now() - interval '9 days', ends_at = now() - interval '8 days', doors_at = null
where id = tests.id('theatre.performance');
select tests.as_device();
select is(tests.scan(13), 'wrong_event LMTPD', 'it is not over, it is to come');
select tests.as_guest(1);
select is(
  (app_public.set_ticket_attendee(tests.ticket('sale', 13), 'Ada')).first_name, 'Ada',
  'its holder says who will come'
);
select is(
  (app_public.offer_ticket(tests.ticket('sale', 13), 'ben@example.com')).expires_at,
  now() + interval '7 days', 'or hands it on'
);
select tests.as_owner();
select set_config('tests.offer', e.variables ->> 'token', true)
from app_private.outgoing_emails as e where e.recipient = 'ben@example.com';
select is(
  (select e.variables ->> 'isPostponed' from app_private.outgoing_emails as e
    where e.recipient = 'ben@example.com'),
  'true', 'to somebody who is told that there is no day'
);
select tests.as_guest(3);
select is(
  (select (o.event_title, o.starts_at)::text
    from app_public.ticket_offer(current_setting('tests.offer')) as o),
  '(theatre.event,)', 'also who looks at the offer'
);
select tests.as_guest(1);
select app_public.withdraw_ticket_offer(tests.ticket('sale', 13));
select tests.refused(
  $$ select app_public.offer_ticket(tests.ticket('sale', 1), 'ben@example.com') $$, 'LMTUS',
  'but not who was inside'
);

-- Another day.
select tests.begin_evening();
select tests.sign_in('theatre owner');
select app_public.postpone_performance(
  tests.id('theatre.performance'), now() + interval '13 hours', now() + interval '16 hours'
);
select is(tests.state(1), 'valid, 1 entries, not inside', 'who came in vain has a good ticket');
select is(tests.state(3), 'valid, 1 entries, not inside', 'whoever let them in');
select is(
  (select x.status::text from app_public.ticket_transfers as x
    where x.to_email = 'too.late@example.com'),
  'withdrawn', 'whom they had offered it to does not get it now'
);
select tests.as_guest(1);
select isnt(
  (select app_public.tickets_credential(t) from app_public.tickets as t
    where t.id = tests.ticket('sale', 1)),
  null, 'and sees its code'
);
select lives_ok(
  $$ select app_public.offer_ticket(tests.ticket('sale', 1), 'ben@example.com') $$,
  'may hand it on'
);
select app_public.withdraw_ticket_offer(tests.ticket('sale', 1));
select lives_ok(
  $$ select app_public.return_tickets(tests.id('sale'), array[tests.ticket('sale', 3)]) $$,
  'or give it back'
);
select tests.as_device();
select is(
  (select e ->> 3 || ' ' || (e ->> 4)
    from app_public.scan_list(tests.id('theatre.performance')) as l,
      jsonb_array_elements(l.document::jsonb -> 'tickets') as e
    where e ->> 1 = 'Stalls A 1'),
  '0 false', 'on a new list, nobody has come yet'
);
select is(
  tests.merge(13, 40), 'wrong_event LMTPD double',
  'a scanner that only now tells of the old evening uses no ticket up'
);
select is(tests.state(13), 'valid, 0 entries, not inside', 'of the new one');
select is(tests.scan(1), 'success', 'who came in vain comes in');
select is(tests.scan(1), 'already_scanned LMTUS', 'once');
select is(tests.scan(1, 'out'), 'success', 'goes out');
select is(tests.scan(1), 'already_scanned LMTUS', 'for good');
select tests.sign_in('theatre owner');
select app_public.allow_reentry(tests.id('theatre.event'), 1);
select tests.as_device();
select is(tests.scan(1), 'success', 'or back in, as often as is allowed on that day');
select is(
  tests.scan(1, 'out') || ', ' || tests.scan(1), 'success, already_scanned LMTUS',
  'and not more often'
);
select is(tests.state(1), 'used, 3 entries, not inside', 'each of which is counted');
select is(tests.scan(13), 'success', 'whom the scanner told of comes, too');
select tests.as_owner();
select is(
  (select p.readmits_since from app_public.performances as p
    where p.id = tests.id('theatre.performance')),
  now(), 'it is known since when'
);
select tests.refused(
  $$ update app_public.tickets set earlier_entries = entry_count + 1 $$, '23514',
  'nobody came in earlier who has not come in'
);

-- No day any more: until the worker has refunded them, nobody sells on what opens nothing.
select tests.sell('foul', 'theatre', 4, 5);
select tests.as_guest(4);
select app_public.offer_ticket(tests.ticket('foul', 5), 'eve@example.com');
select tests.sign_in('theatre owner');
select app_public.cancel_performance(tests.id('theatre.performance'));
select tests.as_device();
select tests.refused(
  $$ select app_public.scan_list(tests.id('theatre.performance')) $$, 'LMEVT',
  'no scanner gets a list of what is canceled'
);
select tests.as_owner();
select set_config('tests.offer', e.variables ->> 'token', true)
from app_private.outgoing_emails as e where e.recipient = 'eve@example.com';
select tests.as_guest(5);
select tests.refused(
  $$ select app_public.accept_ticket(current_setting('tests.offer')) $$, 'LMTRB',
  'nor does anybody accept a ticket for it'
);
select tests.as_guest(4);
select tests.refused(
  $$ select app_public.offer_ticket(tests.ticket('foul', 5), 'eve@example.com') $$, 'LMTRB',
  'nor offer one'
);
select tests.sign_in('theatre support');
select app_public.cancel_booking(tests.id('foul'));
select tests.as_owner();
select is(
  (select (x.status, count(k))::text
    from app_public.ticket_transfers as x
    left join app_private.ticket_transfer_tokens as k on k.transfer_id = x.id
    where x.to_email = 'eve@example.com' group by x.status),
  '(withdrawn,0)', 'and what was offered ends with the ticket'
);

-- A pass.
select tests.as_guest(2);
select tests.keep('pass', tests.attend('pass', 1));
select app_public.start_checkout(tests.id('pass'), 'guest2@example.com');
select tests.pay(tests.id('pass'));
select tests.sign_in('theatre owner');
select is(tests.scan_pass('friday'), 'success', 'a pass lets in on one of its dates');
select app_public.postpone_performance(tests.id('festival.saturday'), reason => 'Mud');
select is(tests.scan_pass('saturday'), 'wrong_event LMTPD', 'not on one that has no day');
select app_public.postpone_performance(
  tests.id('festival.friday'),
  (select p.starts_at + interval '5 days' from app_public.performances as p
    where p.id = tests.id('festival.friday'))
);
select is(
  (select t.status::text from app_public.tickets as t where t.booking_id = tests.id('pass')),
  'valid', 'a pass that was used on a date that has moved is good again'
);
select is(tests.scan_pass('friday'), 'success', 'and lets in on the new day');
select is(tests.scan_pass('friday'), 'already_scanned LMTUS', 'once');
select app_public.postpone_performance(
  tests.id('festival.saturday'),
  (select p.starts_at + interval '7 days' from app_public.performances as p
    where p.id = tests.id('festival.saturday'))
);
select is(
  (select t.status::text from app_public.tickets as t where t.booking_id = tests.id('pass')),
  'used', 'one that was used on another date is not'
);
select app_public.postpone_performance(tests.id('festival.saturday'), reason => 'Mud again');
select is(
  (select p.status::text || ' ' || tests.scan_pass('pass')
    from app_public.performances as p where p.id = tests.id('festival.pass')),
  'postponed success', 'a desk gives wristbands out while one of the dates has no day'
);
select tests.as_owner();
select tests.consistent();
