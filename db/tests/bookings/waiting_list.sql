-- If this fails, places that come back go to whoever did not wait for them, to two at once, or a
-- party of four waits for ever behind people who come alone.
select plan(90);

select tests.create_theatre();
update app_public.organization_settings set hold_seconds_max = 7200
where organization_id = tests.id('theatre.organization');
update app_public.events set hold_seconds_max = 7200 where id = tests.id('theatre.event');
select tests.keep('i', (
  select id from app_public.ticket_categories
  where event_id = tests.id('theatre.event') and name = 'I'
));
select tests.keep('ii', (
  select id from app_public.ticket_categories
  where event_id = tests.id('theatre.event') and name = 'II'
));

create function tests.person(name text)
returns uuid
language sql volatile security definer set search_path = ''
as $$
  select tests.user_id(person.name);
  update app_public.users as u set email_verified_at = now()
  where u.id = tests.user_id(person.name)
  returning u.id
$$;
select tests.person(n)
from unnest(array['ada', 'bob', 'cy', 'dee', 'eve', 'fay', 'gus', 'hal', 'ivy']) as n;

-- Somebody waits; their entry is kept by their name.
create function tests.wait(
  name text, quantity integer, category text default 'i',
  performance text default 'theatre.performance'
)
returns text
language plpgsql volatile
as $$
begin
  perform tests.sign_in(wait.name);
  perform tests.keep(wait.name || '.entry', (
    app_public.join_waiting_list(
      tests.id(wait.performance), wait.quantity,
      case when wait.category is not null then tests.id(wait.category) end
    )
  ).id);
  return 'waits';
end
$$;

create function tests.entry(name text)
returns app_public.waiting_list_entries
language sql volatile security definer set search_path = ''
as $$
  select * from app_public.waiting_list_entries as w where w.id = tests.id(entry.name || '.entry')
$$;

create function tests.entry_status(name text)
returns text
language sql volatile security definer set search_path = ''
as $$ select (tests.entry(entry_status.name)).status::text $$;

create function tests.serve(performance text default 'theatre.performance')
returns integer
language plpgsql volatile
as $$
begin
  perform tests.as_role('lml_worker');
  perform app_private.serve_waiting_list(tests.id(serve.performance));
  perform tests.as_owner();
  return (
    select count(*) from app_public.waiting_list_entries as w where w.status = 'offered'
  );
end
$$;

create function tests.mails(template text)
returns text
language sql volatile security definer set search_path = ''
as $$
  select string_agg(e.recipient::text, ',' order by e.recipient)
  from app_private.outgoing_emails as e where e.template = mails.template
$$;

create function tests.mailed_token(template text)
returns text
language sql volatile security definer set search_path = ''
as $$
  select e.variables ->> 'token' from app_private.outgoing_emails as e
  where e.template = mailed_token.template
  order by e.id desc limit 1
$$;

-- Who sells a house of category I, one by one, so that single seats can come back.
create function tests.buy(guest integer, variadic seat_nos integer[])
returns uuid
language plpgsql volatile
as $$
begin
  perform tests.as_guest(buy.guest);
  return tests.keep(
    'guest ' || guest,
    (app_public.hold_seats(
      tests.id('theatre.performance'), tests.seats(variadic buy.seat_nos)
    )).id
  );
end
$$;
create function tests.give_back(guest integer)
returns void
language plpgsql volatile
as $$
begin
  perform tests.as_guest(give_back.guest);
  perform app_public.cancel_booking(tests.id('guest ' || give_back.guest));
  perform tests.as_owner();
end
$$;

grant execute on all functions in schema tests to public;

-- Joining.
select is(
  tests.attempt_as('ada', $$select tests.wait('ada', 1)$$), 'LMWLO',
  'nobody waits where there is no list'
);
select tests.sign_in('theatre owner');
select is(
  (app_public.update_event(tests.id('theatre.event'), has_waiting_list => true)).has_waiting_list,
  true, 'the list is a setting of the event'
);
select is(
  tests.attempt_as('ada', $$select tests.wait('ada', 1)$$), 'LMWLH',
  'and nobody waits for what can be had'
);

select tests.buy(n, n) from generate_series(1, 8) as n;
select tests.buy(9, 9, 10, 11, 12);
select is(
  tests.attempt_as('ada', $$select tests.wait('ada', 1, null)$$), 'LMWLH',
  'any category is one of those that are there'
);
select tests.buy(10, 13, 14, 15, 16, 17, 18);

select is(
  tests.attempt_as('ada', format('select tests.wait(%L, %s)', 'ada', n)), 'LMQTY',
  format('not for %s places', n)
)
from (values ('0'), ('-1'), ('11'), ('null')) as v (n);
select tests.as_owner();
update app_public.ticket_categories set requires_membership = true where id = tests.id('i');
select is(
  tests.attempt_as('ada', $$select tests.wait('ada', 1)$$), 'LMMBR',
  'not for what is for members'
);
select tests.as_owner();
update app_public.ticket_categories set requires_membership = false where id = tests.id('i');
update app_public.users set email_verified_at = null where id = tests.user_id('ada');
select is(
  tests.attempt_as('ada', $$select tests.wait('ada', 1)$$), 'LMCON',
  'nor with an address that may be somebody else''s'
);
select tests.person('ada');
select tests.sign_in('ada');
select tests.refused(
  $$select app_public.join_waiting_list(uuidv7(), 1)$$, 'LMNFD', 'nor for nothing'
);
select tests.refused(
  format(
    'select app_public.join_waiting_list(%L, 1, uuidv7())', tests.id('theatre.performance')
  ),
  'LMSAL', 'nor for a category that is none'
);
select tests.as_owner();
update app_public.events set visibility = 'private' where id = tests.id('theatre.event');
select tests.sign_in('theatre owner');
select tests.refused(
  format('select app_public.join_waiting_list(%L, 1)', tests.id('theatre.performance')),
  'LMCON', 'staff waits as anybody'
);
select tests.person('theatre owner');
select tests.refused(
  format('select app_public.join_waiting_list(%L, 1)', tests.id('theatre.performance')),
  'LMWLO', 'and for a private event nobody does'
);
select tests.as_owner();
update app_public.events set visibility = 'public' where id = tests.id('theatre.event');

select is(tests.wait('ada', 4), 'waits', 'Ada waits for four');
select is(tests.wait('ada', 4), 'waits', 'the same again changes nothing');
select is(
  tests.attempt_as('ada', $$select tests.wait('ada', 3)$$), 'LMWLE',
  'and another number is said, not guessed'
);
select tests.wait('bob', 1);
select tests.wait('cy', 1, null);
-- A guest, by mail.
select tests.as_guest(50);
select is(
  app_public.request_waiting_list_place(
    tests.id('theatre.performance'), 'zoe@example.com', 1, tests.id('i')
  ),
  true, 'a guest asks by mail'
);
select tests.refused(
  format(
    $$select app_public.request_waiting_list_place(%L, 'no address', 1)$$,
    tests.id('theatre.performance')
  ),
  'LMINP', 'if it is an address'
);
select tests.as_owner();
select is(tests.mails('waiting_list_confirm'), 'zoe@example.com', 'who is asked back');
select is(
  (select count(*) from app_public.waiting_list_entries), 3::bigint, 'and waits only then'
);
select tests.as_anonymous();
select tests.refused(
  format('select app_public.confirm_waiting_list_place(%L)', tests.token('guessed')), 'LMTOK',
  'no other token will do'
);
select set_config('tests.zoe', tests.mailed_token('waiting_list_confirm'), true);
select tests.keep('zoe.entry', (
  app_public.confirm_waiting_list_place(current_setting('tests.zoe'))
).id);
select is(
  (app_public.confirm_waiting_list_place(current_setting('tests.zoe'))).id, tests.id('zoe.entry'),
  'clicking twice is waiting once'
);
select is(
  app_public.waiting_list_entries_place(
    app_public.waiting_list_entry_by_token(current_setting('tests.zoe'))
  ),
  4, 'the token tells the place'
);
select is(
  app_public.waiting_list_entry_by_token(tests.token('guessed')), null, 'and no other does'
);
select tests.wait('dee', 1);
select tests.sign_in('dee');
select is(
  (
    select app_public.waiting_list_entries_place(w) from app_public.waiting_list_entries as w
  ),
  5, 'Dee is the fifth, and sees nobody else'
);

select tests.as_anonymous();
select is(tests.visible('app_public.waiting_list_entries'), 'denied', 'strangers see nothing');
select tests.sign_in('theatre support');
select is(tests.visible('app_public.waiting_list_entries'), '5', 'the box office sees all');
select tests.sign_in('theatre staff');
select is(tests.visible('app_public.waiting_list_entries'), '0', 'who scans tickets does not');

-- Places come back: nothing, then one by one.
select is(tests.serve(), 0, 'without places there are no offers');
select tests.give_back(3);
select is(tests.serve(), 1, 'a place that comes back is offered once');
select is(
  array[tests.entry_status('ada'), tests.entry_status('bob'), tests.entry_status('cy')],
  array['waiting', 'offered', 'waiting'], 'to the first of those for whom it is enough'
);
select is(tests.seat_status(tests.id('theatre.performance'), 3), 'locked', 'and held for them');
select is(tests.mails('waiting_list_offer'), 'bob@example.com', 'and they are told');
select is(tests.serve(), 1, 'again it is not offered');
select tests.sign_in('bob');
select is(
  (
    select (b.expires_at - now())::text || ' ' || b.total_amount_cents
    from app_public.bookings as b
  ),
  '00:30:00 6280', 'Bob finds it among his bookings, priced, for half an hour'
);
select app_public.start_checkout((tests.entry('bob')).booking_id);
select tests.as_owner();
select is(tests.serve(), 1, 'while he pays it is his');
select tests.pay((tests.entry('bob')).booking_id);
select is(tests.serve(), 0, 'and then he waits no more');
select is(tests.entry_status('bob'), 'taken', 'because he has it');

-- Who does not come loses it.
select tests.give_back(4);
select is(tests.serve(), 1, 'the next place');
select is(tests.entry_status('cy'), 'offered', 'goes to the next, who takes any category');
select tests.run_out((tests.entry('cy')).booking_id);
select is(tests.serve(), 1, 'who does not come');
select is(
  array[tests.entry_status('cy'), tests.entry_status('zoe')], array['lapsed', 'offered'],
  'loses it to the one behind'
);
select is(tests.mails('waiting_list_lapsed'), 'cy@example.com', 'and hears of it');
select is(
  tests.mails('waiting_list_offer'), 'bob@example.com,cy@example.com,zoe@example.com',
  'each was told'
);

-- Zoe has no account: the mail is the proof.
select tests.as_guest(51);
select is(
  (app_public.claim_booking(tests.mailed_token('waiting_list_offer'))).id,
  (tests.entry('zoe')).booking_id, 'the token of the mail makes the places a guest''s'
);
select app_public.start_checkout((tests.entry('zoe')).booking_id, 'zoe@example.com');
select tests.as_owner();
select tests.pay((tests.entry('zoe')).booking_id);
select tests.serve();
select is(tests.entry_status('zoe'), 'taken', 'who buys them');

-- Ada was passed by three offers. What comes back now is kept for her, few by few.
select tests.give_back(5);
select is(tests.serve(), 0, 'who was passed often is passed no more');
select is(
  array[tests.entry_status('ada'), tests.entry_status('dee')], array['gathering', 'waiting'],
  'what comes back is gathered for them'
);
select tests.sign_in('ada');
select is(
  (
    select array[w.gathered, app_public.waiting_list_entries_place(w)]
    from app_public.waiting_list_entries as w
  ),
  array[1, 1], 'who sees how far that is'
);
select tests.give_back(9);
select is(tests.serve(), 2, 'until it is enough, and the rest goes to the next');
select is(
  array[tests.entry_status('ada'), tests.entry_status('dee')], array['offered', 'offered'],
  'which is Dee'
);
select is(app_private.tickets_in(b), 4, 'Ada has four')
from app_public.bookings as b where b.id = (tests.entry('ada')).booking_id;
select tests.consistent();

-- Leaving.
select tests.sign_in('dee');
select is(
  (app_public.leave_waiting_list(tests.id('dee.entry'))).status::text, 'left', 'who leaves'
);
select is(
  (app_public.leave_waiting_list(tests.id('dee.entry'))).status::text, 'left', 'may leave twice'
);
select tests.refused(
  format('select app_public.leave_waiting_list(%L)', tests.id('ada.entry')), 'LMNFD',
  'for oneself only'
);
select tests.as_anonymous();
select tests.refused(
  format('select app_public.leave_waiting_list(token => %L)', tests.token('guessed')), 'LMTOK',
  'or by the token of the mail'
);
select is(
  (app_public.leave_waiting_list(token => current_setting('tests.zoe'))).status::text, 'taken',
  'what is over stays as it was'
);
select tests.as_owner();
select is(tests.status((tests.entry('dee')).booking_id), 'canceled', 'gives the place back');
select is(tests.jobs('waiting_list__serve'), 1::bigint, 'and the next is served at once');

-- What is gathered in vain is given back, and others have their turn.
select tests.buy(62, 12);
select tests.wait('eve', 1);
select tests.sign_in('theatre support');
select is(
  (app_public.remove_waiting_list_entry(tests.id('eve.entry'))).status::text, 'removed',
  'staff takes somebody off the list'
);
select is(
  tests.attempt_as(
    'theatre viewer',
    format('select app_public.remove_waiting_list_entry(%L)', tests.id('eve.entry'))
  ),
  'LMRGT', 'with the right to'
);
select tests.as_owner();
select tests.run_out((tests.entry('ada')).booking_id);
select tests.serve();
select is(tests.entry_status('ada'), 'lapsed', 'what was gathered is lost as any offer');
select tests.buy(61, 5);
select tests.buy(63, 9, 10, 11);
select tests.wait('fay', 3);
select tests.as_owner();
update app_public.waiting_list_entries set times_passed = 3 where id = tests.id('fay.entry');
update app_public.organization_settings set waiting_offer_seconds = 7200
where organization_id = tests.id('theatre.organization');
select tests.give_back(61);
select tests.serve();
select is(
  tests.entry_status('fay'), 'waiting', 'nothing is gathered that could not be offered in time'
);
update app_public.organization_settings set waiting_offer_seconds = 1800
where organization_id = tests.id('theatre.organization');
select tests.serve();
select is(tests.entry_status('fay'), 'gathering', 'one of three is gathered');
select tests.wait('gus', 1);
select tests.as_owner();
update app_public.bookings set expires_at = now() + interval '29 minutes'
where id = (tests.entry('fay')).booking_id;
update app_public.seat_booking_state set locked_until = now() + interval '29 minutes'
where booking_id = (tests.entry('fay')).booking_id;
select is(tests.serve(), 1, 'what could not be kept long enough any more');
select is(
  array[tests.entry_status('fay'), tests.entry_status('gus')], array['waiting', 'offered'],
  'goes to others, and its turn comes again'
);
select tests.consistent();

-- Nobody loses what they could not pay for.
update app_public.events set status = 'postponed' where id = tests.id('theatre.event');
select is(
  tests.attempt_as(
    'gus', format('select app_public.start_checkout(%L)', (tests.entry('gus')).booking_id)
  ),
  'LMEVT', 'what is postponed cannot be paid for'
);
select tests.as_owner();
select tests.run_out((tests.entry('gus')).booking_id);
select is(tests.serve(), 0, 'so that an offer may run out');
select is(tests.entry_status('gus'), 'waiting', 'without its owner''s turn');
select is(tests.mails('waiting_list_lapsed'), 'ada@example.com,cy@example.com', 'or a mail');
update app_public.events set status = 'published' where id = tests.id('theatre.event');
select is(tests.serve(), 1, 'and it is made again');

-- Whoever closes their account waits no more, and does not keep the next holder of their address
-- from waiting.
select tests.wait('ivy', 2);
select tests.as_role('lml_authenticator');
select tests.become('lml_authenticator', tests.token('session of ivy'), '');
select app_private.close_account();
select tests.as_owner();
select is(tests.entry_status('ivy'), 'left', 'a closed account waits no more');
select app_private.free_address('ivy@example.com');
select tests.person('ivy again');
update app_public.users set email = 'ivy@example.com' where id = tests.user_id('ivy again');
select tests.wait('ivy again', 2);
select is(
  (select w.user_id from app_public.waiting_list_entries as w),
  tests.user_id('ivy again'), 'and whoever has its address has an entry of their own'
);
select tests.sign_in('ivy again');
select app_public.leave_waiting_list(tests.id('ivy again.entry'));
select tests.as_owner();

-- Places without a seat, and a switch that is off.
select tests.create_standing();
update app_public.events set has_waiting_list = true where id = tests.id('standing.event');
select tests.as_guest(70);
select tests.admit('floor', 10);
select tests.wait('hal', 2, 'standing.floor.category', 'standing.performance');
select tests.as_owner();
update app_public.events set has_waiting_list = false where id = tests.id('standing.event');
select tests.sign_in('theatre owner');
select app_public.set_pool_capacity(tests.id('standing.floor'), 13);
select tests.as_owner();
select is(tests.jobs('waiting_list__serve'), 5::bigint, 'a bigger room asks at once who waits');
select tests.serve('standing.performance');
select is(
  tests.entry_status('hal'), 'waiting', 'while the list is off, nobody is offered anything'
);
update app_public.events set has_waiting_list = true where id = tests.id('standing.event');
update app_public.events set open_carts_max = 1 where id = tests.id('standing.event');
select tests.sign_in('hal');
select tests.keep('terrace', tests.admit('terrace', 1));
select tests.serve('standing.performance');
select is(tests.entry_status('hal'), 'waiting', 'nor who has too many carts already');
select tests.sign_in('hal');
select app_public.cancel_booking(tests.id('terrace'));
select tests.as_owner();
update app_public.users set account_status = 'suspended' where id = tests.user_id('hal');
select tests.serve('standing.performance');
select is(tests.entry_status('hal'), 'waiting', 'nor who may not sign in');
update app_public.users set account_status = 'active', email = 'hal@example.org'
where id = tests.user_id('hal');
select tests.serve('standing.performance');
select is(tests.entry_status('hal'), 'offered', 'who gets it when that is mended');
select matches(tests.mails('waiting_list_offer'), 'hal@example.org', 'and reads it where they are');
select tests.serve('standing.performance');
select is(
  (select array[i.item_type::text, i.quantity::text]
  from app_public.booking_items as i where i.booking_id = (tests.entry('hal')).booking_id),
  array['admission', '2'], 'two places'
);
-- Many at once, few in each transaction.
insert into app_public.customers (organization_id, email)
select tests.id('theatre.organization'), format('crowd%s@example.com', n)
from generate_series(1, 25) as n;
insert into app_public.waiting_list_entries (
  organization_id, performance_id, ticket_category_id, customer_id, quantity
)
select c.organization_id, tests.id('standing.performance'), tests.id('standing.floor.category'),
  c.id, 1
from app_public.customers as c where c.email like 'crowd%';
select app_public.set_pool_capacity(tests.id('standing.floor'), 60)
from tests.sign_in('theatre owner');
select tests.as_role('lml_worker');
select is(
  array[
    app_private.serve_waiting_list(tests.id('standing.performance')),
    app_private.serve_waiting_list(tests.id('standing.performance')),
    app_private.serve_waiting_list(tests.id('standing.performance'))
  ],
  array[20, 5, 0], 'a crowd gets its offers few by few, until all have them'
);
select tests.as_owner();
select tests.consistent();

-- What is known of whoever waits.
update app_private.outgoing_emails set created_at = now() - interval '2 minutes';
select tests.as_guest(52);
select app_public.request_waiting_list_place(
  tests.id('theatre.performance'), 'zoe@example.com', 2, tests.id('ii')
);
select tests.sign_in('theatre owner');
select tests.keep('zoe', (
  select c.id from app_public.customers as c where c.email = 'zoe@example.com'
));
select is(
  (
    select array[jsonb_array_length(d -> 'waiting_lists'),
      jsonb_array_length(d -> 'unconfirmed_waiting')]
    from app_public.export_customer_data(tests.id('zoe')) as d
  ),
  array[1, 1], 'is told to them'
);
select tests.as_owner();
update app_public.performances set status = 'completed'
where id = tests.id('theatre.performance');
select tests.sign_in('theatre owner');
select app_public.erase_customer(tests.id('zoe'));
select tests.as_owner();
select is(
  (select count(*) from app_public.waiting_list_entries where customer_id = tests.id('zoe'))
  + (select count(*) from app_private.waiting_list_tokens where email is not null)
  + (select count(*) from app_private.waiting_list_tokens where entry_id is not null),
  0::bigint, 'and forgotten with them'
);

-- The end.
select tests.sign_in('theatre owner');
select app_public.cancel_event(tests.id('theatre.event'), 'The roof');
select tests.as_owner();
select tests.serve();
select is(
  array[tests.entry_status('fay'), tests.entry_status('gus')], array['closed', 'closed'],
  'nobody waits for what is canceled'
);
select is(
  tests.mails('waiting_list_canceled'), 'fay@example.com,gus@example.com', 'and all are told'
);
select tests.consistent();

select * from finish();
