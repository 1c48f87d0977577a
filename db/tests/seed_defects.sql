-- If this fails, a defect of the designs that this product grew out of has come back.
select plan(54);

select tests.create_theatre();
select tests.create_theatre('rival', 'USD');

-- An expired lock could be neither updated nor dumped and restored.
select tests.drafts('expired', 1, 1, 2);
select tests.run_out(tests.id('expired'));
select lives_ok(
  $$ update app_public.seat_booking_state set price_override_cents = 1 where seat_no = 1 $$,
  'the row of an expired lock can be updated'
);
update app_public.seat_booking_state set price_override_cents = null where seat_no = 1;
select lives_ok(
  $$
    create temp table dump as
      select * from app_public.seat_booking_state where booking_id = tests.id('expired');
    delete from app_public.seat_booking_state where booking_id = tests.id('expired');
    insert into app_public.seat_booking_state select * from dump;
    set constraints all immediate;
    set constraints all deferred
  $$,
  'and dumped, and restored'
);

-- A user who holds a lock could not be erased: everything about the person can be.
select tests.sign_in('ada');
select tests.keep(
  'ada', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(3))).id
);
select tests.as_owner();
select lives_ok(
  $$ update app_public.users set email = id || '@deleted.invalid', first_name = '-',
    last_name = '-', phone = null, account_status = 'deleted' where id = tests.user_id('ada') $$,
  'a user with a lock can be erased'
);
select is(tests.status(tests.id('ada')), 'draft', 'and the booking stays what it was');
select tests.refused(
  $$ delete from app_public.users where id = tests.user_id('ada') $$, '23001',
  'though nobody deletes the owner of a booking by mistake'
);
select tests.user_id('eve');
select lives_ok(
  $$ delete from app_public.users where id = tests.user_id('eve') $$,
  'who has nothing can be deleted, with sessions and password'
);

-- Totals stayed when seats were let go, and when the last one was.
select tests.drafts('totals', 2, 4, 5, 6);
select tests.as_guest(2);
select app_public.release_seats(tests.id('totals'), tests.seats(4, 5));
select is(
  (select subtotal_cents from app_public.bookings where id = tests.id('totals')), 5000::bigint,
  'two of three seats are let go, and one is paid for'
);
select app_public.release_seats(tests.id('totals'), tests.seats(6));
select is(
  (select total_amount_cents from app_public.bookings where id = tests.id('totals')), 0::bigint,
  'the last is let go, and nothing is'
);
select tests.as_owner();

-- A seat could have two live tickets; the same place could be in a plan twice.
select tests.sell('sale', 'theatre', 3, 7);
select tests.refused(
  $$ insert into app_public.tickets
    select (jsonb_populate_record(t, jsonb_build_object(
      'id', uuidv7(), 'ticket_number', 'TKT-AAAAAAAAAA'
    ))).* from app_public.tickets as t $$,
  '23505', 'two live tickets for one seat'
);
select tests.refused(
  $$ insert into app_public.layout_seats
    select (jsonb_populate_record(s, jsonb_build_object(
      'seat_no', 99, 'seat_id', repeat('a', 64)
    ))).* from app_public.layout_seats as s
    where layout_id = tests.id('theatre.layout') and seat_no = 1 $$,
  '23505', 'the same place under another id'
);

-- Any status could follow any other, and none was needed.
select tests.refused(
  $$ update app_public.bookings set status = 'draft' where id = tests.id('sale') $$, 'LMTRN',
  'from confirmed back to draft'
);
select tests.refused(
  $$ update app_public.bookings set status = 'refunded' where id = tests.id('sale') $$, 'LMTRN',
  'from confirmed to refunded, without being canceled'
);
select is_empty(
  $$
    select a.attrelid::regclass, a.attname
    from pg_attribute as a join pg_class as c on c.oid = a.attrelid
    where c.relnamespace = 'app_public'::regnamespace and c.relkind in ('r', 'p')
      and a.attname in ('status', 'currency', 'created_at', 'updated_at') and not a.attnotnull
  $$,
  'status, currency and times are never null'
);

-- A payment could be refunded again and again.
select tests.refused(
  $$ select app_private.queue_refund(p, p.amount_cents, 'customer_request')
    from app_public.payment_intents as p, generate_series(1, 2)
    where p.booking_id = tests.id('sale') $$,
  '23514', 'two full refunds of one payment'
);

-- Deleting an organization deleted its books.
select tests.refused(
  $$ delete from app_public.organizations where id = tests.id('theatre.organization') $$, '23001',
  'an organization with books cannot be deleted'
);
select is_empty(
  $$
    select conrelid::regclass, conname from pg_constraint
    where contype = 'f' and confdeltype not in ('r', 'n')
      and connamespace in ('app_public'::regnamespace, 'app_private'::regnamespace)
      and not (
        confrelid in ('app_public.users'::regclass, 'app_public.user_sessions'::regclass,
          'app_public.trusted_devices'::regclass)
        and conrelid in ('app_public.user_sessions'::regclass,
          'app_private.user_credentials'::regclass, 'app_private.session_tokens'::regclass,
          'app_private.user_tokens'::regclass, 'app_private.two_factor_secrets'::regclass,
          'app_private.recovery_codes'::regclass, 'app_private.session_activity'::regclass,
          'app_public.trusted_devices'::regclass, 'app_private.trusted_device_tokens'::regclass,
          'app_private.stripe_account_links'::regclass)
      )
      and not (
        confrelid in ('app_public.organization_members'::regclass,
          'app_public.organization_invitations'::regclass)
        and conrelid in ('app_public.member_permissions'::regclass,
          'app_private.invitation_tokens'::regclass)
      )
      and not (
        confrelid = 'app_public.waiting_list_entries'::regclass
        and conrelid = 'app_private.waiting_list_tokens'::regclass
      )
      and conparentid = 0
      and confrelid not in (
        'app_public.currencies'::regclass, 'app_public.performance_categories'::regclass
      )
  $$,
  'only sessions and proofs go with their user, rights with their member, a mailed key with its '
  'entry; nothing else does'
);

-- Money ended at 21 million.
select is_empty(
  $$
    select a.attrelid::regclass, a.attname
    from pg_attribute as a join pg_class as c on c.oid = a.attrelid
    where c.relnamespace in ('app_public'::regnamespace, 'app_private'::regnamespace)
      and c.relkind in ('r', 'p') and a.attname like '%\_cents'
      and a.atttypid not in ('bigint'::regtype, 'bigint[]'::regtype)
  $$,
  'every amount is a bigint'
);
select lives_ok(
  $$ select app_private.post_to_ledger(
    tests.id('theatre.organization'), null, 'EUR', 'big', 'Big',
    array['organizer_payable', 'buyer_clearing']::app_public.ledger_account_kind[],
    array[9000000000000000000, -9000000000000000000]
  ) $$,
  'the books hold ninety quadrillion'
);

-- Rows could be attached to another tenant's parents.
select tests.refused(s.statement, '23503', s.why)
from (values
  ($$ update app_public.bookings set organization_id = tests.id('rival.organization')
    where id = tests.id('sale') $$, 'a booking of one tenant for the event of another'),
  ($$ update app_public.bookings set performance_id = tests.id('rival.performance')
    where id = tests.id('sale') $$, 'the other way round'),
  ($$ update app_public.bookings set currency = 'USD' where id = tests.id('sale') $$,
    'a booking in dollars for an event in euros'),
  ($$ update app_public.tickets set performance_id = tests.id('rival.performance') $$,
    'a ticket for another tenant''s performance'),
  ($$ update app_public.payment_intents set organization_id = tests.id('rival.organization') $$,
    'a payment of another tenant'),
  ($$ insert into app_public.refunds (organization_id, booking_id, payment_intent_id, reason,
      amount_cents, currency)
    select tests.id('rival.organization'), booking_id, id, 'error', 1, currency
    from app_public.payment_intents $$, 'a refund by another tenant')
) as s (statement, why);
select tests.refused(
  $$
    update app_public.seat_booking_state set booking_id = tests.id('sale')
    where performance_id = tests.id('rival.performance') and seat_no = 1;
    set constraints all immediate
  $$,
  '23514', 'a free seat has no booking'
);
create function tests.move_seat() returns void
language plpgsql volatile as $$
begin
  update app_public.seat_booking_state
  set booking_id = tests.id('sale'), status = 'booked'
  where performance_id = tests.id('rival.performance') and seat_no = 1;
  set constraints all immediate;
end
$$;
select tests.refused(
  'select tests.move_seat()', '23503', 'a seat of another tenant''s performance'
);

-- Currency was free text; totals were not their parts.
select tests.refused(
  format('update app_public.organizations set default_currency = %L', c), code,
  format('currency %s', c)
)
from (values ('xyz', '23503'), ('eur', '23503'), (null, '23502')) as t (c, code);
select tests.refused(
  $$ update app_public.bookings set total_amount_cents = 1 where id = tests.id('sale') $$, '23514',
  'a total that is not the sum of its parts'
);
select tests.refused(
  $$ update app_public.booking_items set subtotal_cents = 1 $$, '23514',
  'a line that is not its price times its seats'
);

-- What is free could not be given away; past events could not be entered.
select tests.create_event('theatre', 'free.event');
update app_public.ticket_category_prices as p set price_cents = 0
from app_public.ticket_categories as c
where c.id = p.ticket_category_id and c.event_id = tests.id('free.event');
update app_public.events set service_fee_fixed_cents = 0, processing_fee_fixed_cents = 0
where id = tests.id('free.event');
select tests.sign_in('theatre owner');
select app_public.publish_event(tests.id('free.event'));
select tests.as_guest(4);
select is(
  (
    app_public.start_checkout(
      (app_public.hold_seats(tests.id('free.performance'), tests.seats(1, 2))).id, 'a@b.c'
    )
  ).status::text,
  'confirmed', 'free tickets are tickets'
);
select tests.sign_in('theatre owner');
select lives_ok(
  $$ select app_public.create_event(
    tests.id('theatre.organization'), tests.id('theatre.venue'), 'Opening night', 'opening-1869',
    sales_start => '1869-05-01', sales_end => '1869-05-25'
  ) $$,
  'past events can be entered'
);
select tests.as_owner();

-- Seats that were let go, or whose booking had ended, could never be sold again.
select tests.drafts('first', 5, 8);
select tests.as_guest(5);
select app_public.cancel_booking(tests.id('first'));
select tests.as_owner();
select lives_ok(
  $$ select tests.drafts('second', 6, 8) $$, 'a seat is sold again after it was let go'
);
select tests.run_out(tests.id('second'));
select app_private.expire_bookings();
select lives_ok($$ select tests.drafts('third', 7, 8) $$, 'and after it ran out');
select tests.as_owner();
select tests.refused(
  $$ delete from app_public.bookings where id = tests.id('third') $$, '23001',
  'no booking disappears from under its seats'
);

-- Row-level security was advertised, and not there.
select is_empty(
  $$
    select c.oid::regclass from pg_class as c
    where c.relnamespace in ('app_public'::regnamespace, 'app_private'::regnamespace)
      and c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity)
  $$,
  'every table has it, also for its owner'
);

-- Good addresses were refused.
select lives_ok(
  format('select app_private.register_user(%L, ''$argon2id$x'', ''A'', ''B'')', email), email
)
from unnest(array['o''brien@x.ie', 'info@bücher.example', 'a+b@c.museum']) as email;

-- References could be guessed and collided.
select is(
  (select count(distinct app_hidden.random_code(8)) from generate_series(1, 50000)), 50000::bigint,
  'fifty thousand references without a collision'
);

-- A booking lived longer than its seats were held.
select is_empty(
  $$
    select from app_public.bookings as b
    join app_public.seat_booking_state as s on s.booking_id = b.id
    where b.status in ('draft', 'pending_payment') and s.locked_until <> b.expires_at
  $$,
  'there is one deadline'
);

-- What waited for a payment never ended.
select tests.drafts('pending', 8, 9);
select tests.as_guest(8);
select app_public.start_checkout(tests.id('pending'), 'a@b.c');
select tests.run_out(tests.id('pending'));
select tests.as_owner();
select app_private.expire_bookings();
select is(tests.status(tests.id('pending')), 'expired', 'what waits for a payment ends, too');
select is(
  (select expires_at from app_public.bookings where id = tests.id('sale')), null,
  'what is confirmed has no deadline'
);

-- The lock trusted its caller.
select tests.user_id('eve');
select tests.sign_in('theatre viewer');
select tests.refused(
  $$ select app_public.acquire_seat_lock(
    tests.id('theatre.event'), (tests.seats(10))[1], tests.user_id('eve')
  ) $$,
  'LMRGT', 'nobody locks a seat in another''s name'
);
select tests.refused(
  $$ select app_public.acquire_seat_lock(
    tests.id('theatre.event'), (tests.seats(10))[1], tests.user_id('theatre viewer'),
    tests.id('sale')
  ) $$,
  'LMBKG', 'nor for another''s booking'
);

-- Tax was the same everywhere, and rounded once for all lines.
select tests.as_owner();
select is(
  (select tax_cents from app_public.bookings where id = tests.id('sale')),
  app_hidden.percentage_of(5000 + 550, 10), 'tax is the event''s own'
);

-- Slugs were taken for everybody.
select tests.sign_in('rival owner');
select lives_ok(
  $$ select app_public.create_event(
    tests.id('rival.organization'), tests.id('rival.venue'), 'Same', 'theatre-event'
  ) $$,
  'tenants do not take slugs from each other'
);

-- Tokens lay in clear.
select tests.as_owner();
select is_empty(
  $$
    select a.attrelid::regclass, a.attname
    from pg_attribute as a join pg_class as c on c.oid = a.attrelid
    where c.relnamespace in ('app_public'::regnamespace, 'app_private'::regnamespace)
      and c.relkind = 'r' and a.attname ~ '(token|credential|password)' and a.attname !~ '_hash$'
      and a.atttypid not in ('timestamptz'::regtype, 'integer'::regtype)
      and a.attname not like '%changed_at'
  $$,
  'only hashes of tokens, credentials and passwords are stored'
);

-- Events of payment arrived more than once, and had no inbox.
select is(tests.stripe_says(tests.id('sale'), 'succeeded', 'evt_twice'), 'applied', 'twice');
select is(
  app_private.receive_stripe_event('{"id": "evt_twice", "type": "t", "created": 1}', false), false,
  'the same event is stored once'
);
select is(
  (select count(*) from app_public.ledger_transactions where source like 'payment:%'), 1::bigint,
  'and booked once'
);

-- Early-bird and usual prices held at the same time.
select tests.refused(
  $$ insert into app_public.ticket_category_prices (
      organization_id, ticket_category_id, price_cents
    )
    select organization_id, id, 1 from app_public.ticket_categories
    where event_id = tests.id('theatre.event') $$,
  '23P01', 'two public prices at one time'
);
select tests.consistent();
