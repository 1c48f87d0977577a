-- If this fails, a ticket is lost on its way to a friend, or opens the door for both.
select plan(60);

select tests.create_theatre();
select tests.create_theatre('rival');
select tests.sell('sale', 'theatre', 1, 1, 2, 3, 4, 5);
select tests.sell('foreign', 'rival', 3, 1);
create function tests.ticket(seat_no integer, booking text default 'sale')
returns uuid
language sql stable security definer as $$
  select t.id from app_public.tickets as t
  where t.booking_id = tests.id(booking) and t.seat_no = ticket.seat_no
$$;
create function tests.mailed(email text)
returns text
language sql stable security definer as $$
  select e.variables ->> 'token' from app_private.outgoing_emails as e
  where e.recipient::text = email and e.template = 'ticket_offer' order by e.id desc limit 1
$$;
create function tests.scan(credential text)
returns text
language sql volatile as $$
  select s.result || coalesce(' ' || s.code, '')
  from app_public.scan_ticket(tests.id('theatre.performance'), credential) as s
$$;
create function tests.shown(seat_no integer)
returns text
language sql stable as $$
  select app_public.tickets_credential(t) from app_public.tickets as t
  where t.id = tests.ticket(shown.seat_no)
$$;
grant execute on all functions in schema tests to public;
create temporary table codes (name text primary key, code text);
grant all on codes to public;

-- The same holder, another code.
select tests.as_guest(1);
insert into codes values ('first', tests.shown(1));
select is(
  (app_public.reissue_ticket(tests.ticket(1), 'again')).credential_version, 2,
  'a ticket is issued again'
);
select is(
  (app_public.reissue_ticket(tests.ticket(1), 'again')).credential_version, 2,
  'once under the same key'
);
insert into codes values ('second', tests.shown(1));
select isnt(
  (select code from codes where name = 'first'), (select code from codes where name = 'second'),
  'with another code'
);
select tests.sign_in('theatre staff');
select is(
  tests.scan(code), 'invalid LMTRP', 'the old one is dead at once, and the door says why'
)
from codes where name = 'first';
select is(tests.scan(code), 'success', 'the new one is good') from codes where name = 'second';

-- Who may not.
select tests.refused(
  $$ select app_public.reissue_ticket(tests.ticket(2)) $$, 'LMNFD', 'staff at the door'
);
select tests.refused(
  $$ select app_public.offer_ticket(tests.ticket(2), 'x@example.com') $$, 'LMNFD', 'nor hand it on'
);
select tests.as_guest(2);
select tests.refused(
  $$ select app_public.reissue_ticket(tests.ticket(2)) $$, 'LMNFD', 'another guest'
);
select tests.refused(
  $$ select app_public.offer_ticket(tests.ticket(2), 'x@example.com') $$, 'LMNFD',
  'may not hand it on'
);
select tests.refused(
  $$ select app_public.withdraw_ticket_offer(tests.ticket(2)) $$, 'LMNFD', 'nor take it back'
);
select tests.as_anonymous();
select tests.refused(
  $$ select app_public.reissue_ticket(tests.ticket(2)) $$, 'LMCRT', 'nobody at all'
);
select tests.sign_in('theatre support');
select is(
  (app_public.reissue_ticket(tests.ticket(2))).credential_version, 2,
  'support may issue it again'
);
select is(tests.shown(2), null, 'without seeing the code');

-- An offer.
select tests.as_guest(1);
select is(
  (
    select (x.status, x.to_email, x.offered_by, x.expires_at > now() + interval '6 days')::text
    from app_public.offer_ticket(tests.ticket(2), 'Ben@example.com', 'offer') as x
  ),
  '(offered,Ben@example.com,,t)', 'a ticket is offered to an address'
);
select is(
  (app_public.offer_ticket(tests.ticket(2), 'Ben@example.com', 'offer')).status::text, 'offered',
  'once under the same key'
);
select is(tests.jobs('email__send'), 1::bigint, 'with one mail');
insert into codes values ('offered', tests.shown(2));
select isnt(
  (select code from codes where name = 'offered'), null, 'until it is accepted, it is the giver''s'
);
select tests.as_owner();
select is(
  (select count(*) from app_private.ticket_transfer_tokens
    where token_hash = sha256(convert_to(tests.mailed('Ben@example.com'), 'UTF8'))),
  1::bigint, 'only the hash of the token is kept'
);
select tests.as_anonymous();
select is(
  (select (o.event_title, o.venue_name, o.section, o.row_name, o.seat_number)::text
    from app_public.ticket_offer(tests.mailed('Ben@example.com')) as o),
  '(theatre.event,House,Stalls,A,2)', 'who has the token is told what it is for'
);
select is(
  (app_public.ticket_offer('x')).event_title, null, 'and others are told nothing'
);
select tests.refused(
  $$ select app_public.accept_ticket(tests.mailed('Ben@example.com')) $$, 'LMCRT',
  'somebody must accept it'
);
select tests.user_id('ben');
select tests.as_owner();
update app_public.users set email_verified_at = now() where id = tests.user_id('ben');
select tests.sign_in('ben');
select tests.refused($$ select app_public.accept_ticket('x') $$, 'LMTOK', 'with a token');
select tests.refused($$ select app_public.accept_ticket(null) $$, 'LMTOK', 'that is one');
select is(
  (app_public.accept_ticket(tests.mailed('Ben@example.com'))).id, tests.ticket(2),
  'a user accepts'
);
insert into codes values ('bens', tests.shown(2));
select isnt((select code from codes where name = 'bens'), null, 'and sees a code');
select is(
  (select array_agg(t.id) from app_public.held_tickets() as t), array[tests.ticket(2)],
  'the ticket is among theirs'
);
select is(
  (select count(*) from app_public.bookings), 0::bigint, 'but not the booking with its price'
);
select is(
  (select status::text from app_public.ticket_transfers), 'accepted', 'and its history'
);
select is(
  (select (c.user_id = tests.user_id('ben'))::text from app_public.customers as c
    join app_public.ticket_transfers as x on x.to_customer_id = c.id),
  'true', 'who is a customer now'
);
select tests.refused(
  $$ select app_public.accept_ticket(tests.mailed('Ben@example.com')) $$, 'LMTOK', 'once'
);
select tests.as_guest(1);
select is(tests.shown(2), null, 'whoever gave it away sees no code any more');
select is(
  (select count(*) from app_public.held_tickets()), 4::bigint, 'and has one ticket less'
);
select is(
  (select count(*) from app_public.tickets), 5::bigint, 'but sees what became of it'
);
select tests.refused(
  $$ select app_public.reissue_ticket(tests.ticket(2)) $$, 'LMNFD', 'and can do nothing with it'
);
select tests.sign_in('theatre staff');
select is(tests.scan(code), 'invalid LMTRP', 'their code opens nothing')
from codes where name = 'offered';
select is(tests.scan(code), 'success', 'the new one does') from codes where name = 'bens';
select tests.sign_in('ben');
select tests.refused(
  $$ select app_public.offer_ticket(tests.ticket(2), 'x@example.com') $$, 'LMTUS',
  'a used ticket stays where it is'
);

-- To a guest, and on from there.
select tests.as_guest(1);
select app_public.offer_ticket(tests.ticket(3), 'gast@example.com');
select tests.as_guest(7);
select is(
  (app_public.accept_ticket(tests.mailed('gast@example.com'), 'Gerda', 'Gast')).id,
  tests.ticket(3), 'a guest accepts with a cart'
);
select app_public.offer_ticket(tests.ticket(3), 'third@example.com');
select tests.as_guest(8);
select app_public.accept_ticket(tests.mailed('third@example.com'));
select isnt(tests.shown(3), null, 'and hands it on again');
select is(
  (select count(*) from app_public.ticket_transfers), 1::bigint,
  'the third knows of the second, not of the first'
);
select tests.as_guest(7);
select is(tests.shown(3), null, 'who has it no more');
select is((select count(*) from app_public.tickets), 0::bigint, 'and does not see it');

-- Not accepted.
select tests.as_guest(1);
select app_public.offer_ticket(tests.ticket(4), 'no@example.com');
insert into codes values ('kept', tests.shown(4)), ('no', tests.mailed('no@example.com'));
select tests.as_anonymous();
select ok(app_public.decline_ticket(code), 'an offer is declined') from codes where name = 'no';
select tests.as_guest(1);
select is(tests.shown(4), code, 'and the ticket is what it was') from codes where name = 'kept';
select app_public.offer_ticket(tests.ticket(4), 'late@example.com');
select app_public.offer_ticket(tests.ticket(4), 'other@example.com');
select tests.as_guest(9);
select tests.refused(
  $$ select app_public.accept_ticket(tests.mailed('late@example.com')) $$, 'LMTOK',
  'another offer ends the one before'
);
select tests.as_guest(1);
select app_public.withdraw_ticket_offer(tests.ticket(4));
select tests.as_guest(9);
select tests.refused(
  $$ select app_public.accept_ticket(tests.mailed('other@example.com')) $$, 'LMTOK',
  'and an offer can be taken back'
);
select tests.as_guest(1);
select app_public.offer_ticket(tests.ticket(4), 'slow@example.com');
select tests.as_owner();
update app_public.ticket_transfers set expires_at = now() - interval '1 second'
where to_email::text = 'slow@example.com';
select tests.as_guest(9);
select tests.refused(
  $$ select app_public.accept_ticket(tests.mailed('slow@example.com')) $$, 'LMTOK',
  'it is over when its time is over'
);
select tests.as_owner();
select is(app_private.expire_ticket_transfers(), 1, 'and is tidied up later');
select results_eq(
  $$ select to_email::text, status::text from app_public.ticket_transfers
    where ticket_id = tests.ticket(4) order by id $$,
  $$ values ('no@example.com', 'declined'), ('late@example.com', 'withdrawn'),
    ('other@example.com', 'withdrawn'), ('slow@example.com', 'expired') $$,
  'all of which is its history'
);
select is(
  (select count(*) from app_private.ticket_transfer_tokens), 0::bigint, 'and no token is left'
);

-- What may not be handed on.
select tests.as_guest(1);
select tests.refused(
  $$ select app_public.offer_ticket(tests.ticket(4), 'x') $$, 'LMINP', 'to no address'
);
select tests.refused(
  $$ select app_public.offer_ticket(tests.ticket(4), null) $$, 'LMINP', 'nor to none'
);
select app_public.offer_ticket(tests.ticket(4), 'caught@example.com');
select tests.as_owner();
update app_public.organization_settings set ticket_transfers_enabled = false
where organization_id = tests.id('theatre.organization');
select tests.as_guest(9);
select tests.refused(
  $$ select app_public.accept_ticket(tests.mailed('caught@example.com')) $$, 'LMTRB',
  'the organization may end it, also for what is offered already'
);
select tests.as_owner();
update app_public.organization_settings set ticket_transfers_enabled = true;
-- An event online has a time zone of its own.
update app_public.events set timezone = 'Asia/Tokyo' where id = tests.id('theatre.event');
select is(
  app_private.ticket_words(tests.ticket(4)) ->> 'startsAt',
  app_private.performance_words(tests.id('theatre.organization'), tests.id('theatre.performance'))
    ->> 'startsAt',
  'mails about a ticket tell the time as all others do'
);
select tests.sign_in('theatre support');
select is(
  (app_public.record_ticket_delivery(tests.ticket(4), 'mail', 'sent', 'RR123')).delivery_tracking,
  'RR123', 'a printed ticket is on its way'
);
select tests.consistent();

-- Several offers end with their tickets, and what had run out by then was not withdrawn.
select tests.sell('three', 'theatre', 11, 6, 7, 8);
select tests.as_guest(11);
select app_public.offer_ticket(tests.ticket(n, 'three'), 'three' || n || '@example.com')
from generate_series(6, 8) as n;
select tests.as_owner();
update app_public.ticket_transfers set expires_at = now() where to_email = 'three8@example.com';
select tests.sign_in('theatre owner');
select app_public.refund_tickets(tests.id('three'), 'Sorry.');
select tests.as_owner();
select results_eq(
  $$ select to_email::text, status::text from app_public.ticket_transfers
    where to_email like 'three%' order by 1 $$,
  $$ values ('three6@example.com', 'withdrawn'), ('three7@example.com', 'withdrawn'),
    ('three8@example.com', 'expired') $$,
  'offers end with their tickets'
);
select is(
  (select count(*) from app_private.ticket_transfer_tokens as t
    join app_public.ticket_transfers as x on x.id = t.transfer_id
    where x.to_email like 'three%'),
  0::bigint, 'and their tokens with them'
);

-- A dispute stops it. Not every way there is open yet, so the way is made here.
insert into app_public.booking_status_transitions (from_status, to_status, reason)
values ('confirmed', 'disputed', 'x')
on conflict do nothing;
update app_public.bookings set status = 'disputed' where id = tests.id('sale');
select tests.as_guest(9);
select tests.refused(
  $$ select app_public.accept_ticket(tests.mailed('caught@example.com')) $$, 'LMTRB',
  'a ticket whose booking is disputed stays'
);
select tests.as_guest(1);
select tests.refused(
  $$ select app_public.offer_ticket(tests.ticket(4), 'again@example.com') $$, 'LMTRB',
  'and is not offered'
);
