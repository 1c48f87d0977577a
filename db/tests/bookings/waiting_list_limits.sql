-- If this fails, places are held for somebody who may not buy them, while others wait.
select plan(9);

select tests.create_theatre();
update app_public.events set has_waiting_list = true where id = tests.id('theatre.event');
select tests.user_id(n) from unnest(array['ada', 'bob']) as n;
update app_public.users set email_verified_at = now();
create function tests.wait(name text) returns void
language plpgsql volatile as $$
begin
  perform tests.sign_in(wait.name);
  perform tests.keep(
    wait.name, (app_public.join_waiting_list(tests.id('theatre.performance'), 1)).id
  );
end
$$;
create function tests.served(name text) returns text
language sql volatile security definer set search_path = '' as $$
  select app_private.serve_waiting_list(tests.id('theatre.performance'));
  select w.status::text from app_public.waiting_list_entries as w where w.id = tests.id(served.name)
$$;
grant execute on all functions in schema tests to public;

-- Ada has two tickets; the rest is in carts.
select tests.sign_in('ada');
select tests.fill_cart('ada booking', 1, 2);
select app_public.start_checkout(tests.id('ada booking'), 'ada@example.com');
select tests.pay(tests.id('ada booking'));
select tests.holds('cart', 3, 3);
select tests.holds('other cart', 4, 4);
select tests.holds('rest', 5, 5, 6, 7, 8, 9, 10, 11);
select tests.holds('rest of it', 6, 12, 13, 14, 15, 16, 17, 18);
select tests.wait('ada');
select tests.wait('bob');
select tests.as_owner();

update app_public.events set tickets_per_user_max = 2 where id = tests.id('theatre.event');
select tests.as_guest(3);
select app_public.cancel_booking(tests.id('cart'));
select tests.as_owner();
select is(tests.served('ada'), 'waiting', 'who has all that one may is passed by');
select is(tests.served('bob'), 'offered', 'for who comes next');
select is(
  (select booking_id from app_public.waiting_list_entries where id = tests.id('ada')), null,
  'and nothing is held for them'
);

-- Also by category, of which any will do.
update app_public.events set tickets_per_user_max = null where id = tests.id('theatre.event');
update app_public.ticket_categories set max_per_user = 2
where event_id = tests.id('theatre.event') and name = 'I';
select tests.as_guest(4);
select app_public.cancel_booking(tests.id('other cart'));
select tests.as_owner();
select is(tests.served('ada'), 'waiting', 'the same by category');
update app_public.ticket_categories set max_per_user = 3
where event_id = tests.id('theatre.event') and name = 'I';
select is(tests.served('ada'), 'offered', 'up to the last one that they may have');
select tests.sign_in('ada');
select is(
  (app_public.start_checkout(
    (select booking_id from app_public.waiting_list_entries where id = tests.id('ada')),
    'ada@example.com'
  )).status::text, 'pending_payment', 'which they can check out'
);

-- Who returns a ticket may have another one, and has kept their place.
select tests.as_owner();
select tests.pay((select booking_id from app_public.waiting_list_entries where id = tests.id('ada')));
select is(tests.served('ada'), 'taken', 'and have');
select tests.wait('ada');
select tests.as_owner();
select is(tests.served('ada'), 'waiting', 'then there are no more for them');
select tests.consistent();
