-- If this fails, who has paid for a part, or not at all, is promised money that does not come back.
select plan(15);

select tests.create_theatre();
create function tests.quoted(booking text) returns text
language sql volatile security definer set search_path = '' as $$
  select format('%s tickets: %s of price, %s of fees, %s of tax: %s, kept %s', q.ticket_count,
    q.price_cents, q.service_fee_cents + q.processing_fee_cents, q.tax_cents, q.refund_cents,
    q.kept_cents)
  from app_public.quote_cancellation(tests.id(quoted.booking)) as q
$$;
create function tests.returned(booking text) returns bigint
language sql stable security definer set search_path = '' as $$
  select coalesce(sum(r.amount_cents), 0)::bigint
  from app_public.refunds as r where r.booking_id = tests.id(returned.booking)
$$;
create function tests.in_parts(name text, guest integer, seat integer) returns void
language plpgsql volatile as $$
begin
  perform tests.as_guest(guest);
  perform tests.keep(
    name, (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(seat))).id
  );
  perform app_public.choose_payment_plan(tests.id(name), tests.id('halves'));
  perform app_public.start_checkout(tests.id(name), name || '@example.com');
end
$$;
grant execute on all functions in schema tests to public;
select tests.sign_in('theatre owner');
select app_public.set_cancellation_policy(
  tests.id('theatre.organization'), array[3], array[80]::numeric[]
);
select tests.keep('halves', (
  app_public.create_payment_plan(
    tests.id('theatre.event'), 'Halves', 1, deposit_percentage => 50, first_due_days => 7,
    interval_days => 7, last_due_days_before => 10
  )
).id);

-- Four fifths of 5000 and of the tax on it are 4400 of 6280, so that 1880 are kept.
select tests.in_parts('half', 1, 1);
select is(
  tests.quoted('half'), '1 tickets: 4000 of price, 0 of fees, 400 of tax: 4400, kept 1880',
  'a cart is told what would come back of all of it'
);
select tests.pay(tests.id('half'));
select tests.as_guest(1);
select is(tests.status(tests.id('half')), 'partially_paid', 'half of it is paid');
select is(
  tests.quoted('half'), '1 tickets: 1003 of price, 145 of fees, 112 of tax: 1260, kept 1880',
  'of which the same is kept'
);
select tests.refused(
  $$ select app_public.quote_cancellation(tests.id('half'), null, array[uuidv7()], '{1}') $$,
  'LMBST', 'nothing of it comes back alone'
);
select lives_ok($$ select app_public.return_tickets(tests.id('half')) $$, 'all of it is returned');
select tests.as_owner();
select is(tests.returned('half'), 1260::bigint, 'for what was said');
select tests.consistent();

-- Terms that keep more than was paid.
select tests.sign_in('theatre owner');
select app_public.set_cancellation_policy(
  tests.id('theatre.organization'), array[3], array[10]::numeric[]
);
select tests.in_parts('little', 2, 2);
select tests.pay(tests.id('little'));
select tests.as_guest(2);
select is(
  tests.quoted('little'), '1 tickets: 0 of price, 0 of fees, 0 of tax: 0, kept 3140',
  'nobody is promised what is kept, nor asked for the rest'
);
select lives_ok($$ select app_public.return_tickets(tests.id('little')) $$, 'it is returned');
select tests.as_owner();
select is(tests.returned('little'), 0::bigint, 'for nothing');
select tests.consistent();

-- What is on an open invoice was not paid.
select tests.sign_in('theatre owner');
select tests.keep('invoice', (app_public.hold_for_customer(
  tests.id('theatre.performance'), 'club@example.com', seat_ids => tests.seats(3)
)).id);
select app_public.checkout_for_customer(tests.id('invoice'), 'invoice');
select matches(
  tests.quoted('invoice'), 'of tax: 0, kept', 'who owes an invoice gets nothing back'
);
select lives_ok($$ select app_public.return_booking(tests.id('invoice')) $$, 'it is returned');
select is(tests.returned('invoice'), 0::bigint, 'for nothing');
select tests.as_owner();
select tests.consistent();
