-- If this fails, one person buys what many should have had, or when nothing was for sale.
select plan(31);

select tests.create_theatre();
create function tests.check_out(name text, guest integer, email text, variadic seat_nos integer[])
returns text
language plpgsql volatile
as $$
begin
  perform tests.as_guest(check_out.guest);
  perform tests.keep(
    check_out.name,
    (app_public.hold_seats(
      tests.id('theatre.performance'), tests.seats(variadic check_out.seat_nos)
    )).id
  );
  return (app_public.start_checkout(tests.id(check_out.name), check_out.email)).status;
exception
  when others then
    return sqlstate;
end
$$;
-- When a cart that is held already may be checked out, if not now.
create function tests.why_not()
returns text
language plpgsql volatile as $$
declare
  v_detail text;
begin
  perform tests.as_guest(9);
  perform app_public.start_checkout(tests.id('slow'), 'slow@x.example');
  return 'sold';
exception
  when sqlstate 'LMSAL' then
    get stacked diagnostics v_detail = pg_exception_detail;
    return v_detail;
end
$$;
create function tests.limits(changes text)
returns void
language plpgsql volatile
as $$
begin
  perform tests.sign_in('theatre manager');
  execute format(
    'select app_public.update_ticket_category(c.id, %s)
    from app_public.ticket_categories as c where c.name = ''I''', limits.changes
  );
end
$$;
grant execute on function tests.why_not(), tests.check_out(text, integer, text, integer[]),
  tests.limits(text) to public;

-- Of one booking.
select tests.limits('min_per_transaction => 2, max_per_transaction => 3');
select is(tests.check_out('a', 1, 'a@x.example', 1), 'LMQTY', 'too few');
select is(tests.check_out('a', 1, 'a@x.example', 1, 2, 3, 4), 'LMQTY', 'too many');
select is(tests.check_out('a', 1, 'a@x.example', 13), 'pending_payment', 'another category');
select is(tests.check_out('b', 1, 'a@x.example', 1, 2), 'pending_payment', 'as it should be');
select tests.limits('min_per_transaction => 1, max_per_transaction => 0');

-- Of one buyer: in the same cart, by the same address, or with the same account.
select tests.limits('max_per_user => 4');
select is(tests.check_out('c', 1, 'new@x.example', 3, 4, 5), 'LMMAX', 'by the same cart');
select is(tests.check_out('c', 2, 'A@X.example', 3, 4, 5), 'LMMAX', 'by the same address');
select is(tests.check_out('c', 2, 'b@x.example', 3, 4, 5), 'pending_payment', 'another buyer');
select is(tests.check_out('d', 2, 'b@x.example', 6, 14), 'pending_payment', 'up to the limit');
select is(tests.check_out('e', 2, 'b@x.example', 7), 'LMMAX', 'and not beyond');
select is(tests.check_out('e', 2, 'b@x.example', 15), 'pending_payment', 'of this category');

-- Who lets go may buy again; what was paid counts for ever.
select tests.as_guest(2);
select app_public.cancel_booking(tests.id('d'));
select tests.as_owner();
select tests.run_out(tests.id('c'));
select is(
  tests.check_out('f', 2, 'b@x.example', 6, 7, 8, 9), 'pending_payment',
  'what was given up or ran out does not count'
);
select tests.as_owner();
select tests.pay(tests.id('f'));
select is(tests.check_out('g', 2, 'b@x.example', 10), 'LMMAX', 'what was paid does');

-- Of the whole event.
select tests.sign_in('theatre manager');
select app_public.update_event(tests.id('theatre.event'), tickets_per_user_max => 2);
select tests.limits('max_per_user => 0');
select is(tests.check_out('h', 3, 'h@x.example', 10, 16), 'pending_payment', 'one of each');
select is(tests.check_out('i', 3, 'h@x.example', 17), 'LMMAX', 'are two');
select tests.sign_in('theatre manager');
select app_public.update_event(tests.id('theatre.event'), tickets_per_user_max => 0);
select is(tests.check_out('i', 3, 'h@x.example', 17), 'pending_payment', 'without a limit');

-- Windows of a category that close while a cart is filled: detail says which end of them it was.
select tests.as_guest(9);
select tests.fill_cart('slow', 12);
select tests.limits($$ sales_start => now() - interval '1 hour', sales_end => now() $$);
select is(tests.why_not(), now()::text, 'who was too slow is told when it closed');
select tests.limits($$
  sales_start => now() + interval '1 hour', sales_end => now() + interval '2 hours'
$$);
select is(tests.why_not(), (now() + interval '1 hour')::text, 'or when it opens');
select tests.limits($$ sales_start => '-infinity', sales_end => 'infinity' $$);

-- What the organizer stops is stopped for carts, too, which keep their places until they run out;
-- who has checked out pays.
select is(
  tests.check_out('in time', 6, 'in-time@x.example', 3), 'pending_payment', 'before a pause'
);
select tests.limits($$ status => 'paused' $$);
select is(tests.why_not(), 'paused', 'a category that is paused is not sold to a cart');
select is(
  tests.seat_status(tests.id('theatre.performance'), 12), 'locked', 'whose places are still kept'
);
select tests.limits($$ status => 'canceled' $$);
select is(tests.why_not(), 'canceled', 'nor one that there is no more');
select tests.as_guest(6);
select app_public.reopen_checkout(tests.id('in time'));
select tests.refused(
  $$ select app_public.start_checkout(tests.id('in time'), 'in-time@x.example') $$, 'LMSAL',
  'nor to whoever went back to the cart'
);
select tests.limits($$ status => 'active' $$);
select tests.as_guest(6);
select app_public.start_checkout(tests.id('in time'), 'in-time@x.example');
select tests.limits($$ status => 'paused' $$);
select tests.as_owner();
select tests.pay(tests.id('in time'));
select is(tests.status(tests.id('in time')), 'confirmed', 'who was paying already has a ticket');
select tests.sign_in('theatre manager');
select app_public.update_event(tests.id('theatre.event'), sales_end => now());
select tests.limits($$ status => 'active' $$);
select is(tests.why_not(), now()::text, 'the sales of the event close for carts, too');
select tests.sign_in('theatre manager');
select app_public.update_event(tests.id('theatre.event'), sales_end => 'infinity');
select tests.limits($$ status => 'sold_out' $$);
select is(tests.check_out('late', 6, 'in-time@x.example', 4), 'LMSAL', 'nobody holds what is sold out');
select is(tests.why_not(), 'sold', 'but who holds it buys it');
select tests.limits($$ status => 'active' $$);
select tests.as_guest(9);
select app_public.cancel_booking(tests.id('slow'));

-- Windows of a category.
select tests.limits($$ sales_start => now() + interval '1 hour' $$);
select is(tests.check_out('j', 4, 'j@x.example', 11), 'LMSAL', 'before its sale');
select tests.limits($$ sales_start => now() - interval '1 hour', sales_end => now() $$);
select is(tests.check_out('j', 4, 'j@x.example', 11), 'LMSAL', 'after it');
select tests.limits($$ sales_start => '-infinity', sales_end => 'infinity' $$);
select is(tests.check_out('j', 4, 'j@x.example', 11), 'pending_payment', 'without a window');

select tests.as_owner();
select is(
  (select count(*) from app_public.bookings where status = 'draft'), 0::bigint,
  'who was refused has not held anything by that'
);
select tests.consistent();
