-- If this fails, nobody can tell what a booking, a price or a membership was at a given moment.
select plan(35);

-- Moments are told apart by milliseconds, and time goes on within a transaction only by this clock.
create function tests.moment(name text) returns void
language plpgsql volatile as $$
begin
  perform pg_sleep(0.003);
  perform set_config('tests.' || moment.name, clock_timestamp()::text, true);
  perform pg_sleep(0.003);
end
$$;
create function tests.at(name text) returns timestamptz
language sql stable as $$ select current_setting('tests.' || at.name)::timestamptz $$;
grant execute on function tests.moment(text), tests.at(text) to public;
create function tests.booking_at(name text) returns text
language sql volatile as $$
  select concat_ws(' ', b.status, b.customer_email, b.total_amount_cents)
  from app_public.booking_as_of(tests.id('b'), tests.at(booking_at.name)) as b
  where b.booking_id is not null
$$;
grant execute on function tests.booking_at(text) to public;
create function tests.price_at(at timestamptz) returns bigint
language sql volatile as $$
  select (app_public.price_as_of(tests.id('category'), price_at.at)).price_cents
$$;
grant execute on function tests.price_at(timestamptz) to public;
create function tests.member_at(at timestamptz) returns text
language sql volatile as $$
  select concat_ws(
    ' ', m.role, m.status, m.venues_restricted, m.extra_permissions, cardinality(m.venue_ids)
  )
  from app_public.membership_as_of(
    tests.id('theatre.organization'), tests.user_id('max'), member_at.at
  ) as m
  where m.user_id is not null
$$;
grant execute on function tests.member_at(timestamptz) to public;

select tests.create_theatre();
select tests.create_theatre('rival');

-- A booking's whole life.
select tests.sign_in('ada');
select tests.keep(
  'b', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(5))).id
);
select tests.moment('draft');
select app_public.start_checkout(tests.id('b'));
select tests.moment('pending');
select tests.pay(tests.id('b'));
select tests.moment('confirmed');
select tests.as_owner();
update app_public.bookings set customer_email = 'new@example.com' where id = tests.id('b');
select tests.moment('moved');
select tests.sign_in('theatre owner');
select app_public.cancel_booking(tests.id('b'));
select tests.moment('canceled');

select tests.sign_in('ada');
select is(
  (app_public.booking_as_of(tests.id('b'), (
    select created_at - interval '1 microsecond' from app_public.bookings where id = tests.id('b')
  ))).booking_id,
  null, 'before its creation there is none'
);
select is(tests.booking_at('draft'), 'draft', 'a cart, whose sums are not kept');
select is(
  tests.booking_at('pending'),
  'pending_payment ada@example.com ' || (select total_amount_cents from app_public.bookings),
  'to be paid, for an address'
);
select matches(tests.booking_at('confirmed'), '^confirmed ada@', 'confirmed');
select matches(tests.booking_at('moved'), '^confirmed new@', 'for another address');
select matches(tests.booking_at('canceled'), '^canceled new@', 'and canceled');
select is(
  (app_public.booking_as_of(tests.id('b'), tests.at('confirmed'))).status_since,
  (select created_at from app_public.booking_state_transitions
    where booking_id = tests.id('b') and to_status = 'confirmed'),
  'since when, too'
);

-- Amounts after checkout are in the log, should they ever change.
select tests.as_owner();
update app_public.bookings
set tax_cents = tax_cents + 7, total_amount_cents = total_amount_cents + 7
where id = tests.id('b');
select tests.moment('taxed');
select tests.sign_in('ada');
select is(
  (app_public.booking_as_of(tests.id('b'), tests.at('taxed'))).total_amount_cents
    - (app_public.booking_as_of(tests.id('b'), tests.at('canceled'))).total_amount_cents,
  7::bigint, 'what it cost then is not what it costs now'
);

-- Who may ask.
select tests.sign_in('theatre owner');
select matches(tests.booking_at('confirmed'), '^confirmed', 'a member who may read the audit');
select tests.refused(
  format('select tests.booking_at(%L)', 'confirmed'), 'LMNFD', who || ' may not'
)
from (values ('eve'), ('rival owner'), ('theatre manager'), ('theatre viewer')) as w (who),
  lateral (select tests.sign_in(who)) as s;
select tests.as_guest(1);
select tests.refused($$ select tests.booking_at('confirmed') $$, 'LMNFD', 'nor a guest');
select tests.sell('g', 'theatre', 7, 1);
select tests.moment('sold');
select tests.as_guest(7);
select is(
  (app_public.booking_as_of(tests.id('g'), tests.at('sold'))).status, 'confirmed',
  'who may read their own'
);
select tests.refused(
  $$ select app_public.booking_as_of(uuidv7(), now()) $$, 'LMNFD', 'there is no such booking'
);
select tests.sign_in('ada');
select tests.refused(
  $$ select app_public.booking_as_of(tests.id('b'), clock_timestamp() + interval '1 s') $$,
  'LMINP', 'the future is not told'
);
select tests.refused(
  $$ select app_public.booking_as_of(tests.id('b'), null) $$, 'LMINP', 'nor is no moment'
);

-- A deleted row is remembered: bookings are not deleted, but were it so.
select tests.as_owner();
select tests.keep('lost', uuidv7());
insert into app_public.audit_log (
  organization_id, action, entity_type, entity_id, database_role, old_values
)
select organization_id, 'delete', 'bookings', tests.id('lost'), 'x',
  to_jsonb(b) || jsonb_build_object('id', tests.id('lost'), 'cart_token_hash', '***')
from app_public.bookings as b
where b.id = tests.id('b');
select tests.moment('lost');
select tests.sign_in('theatre owner');
select is(
  (app_public.booking_as_of(tests.id('lost'), tests.at('lost'))).booking_id, null,
  'after its deletion there is none'
);

-- Prices.
select tests.as_owner();
select tests.keep('category', (
  select id from app_public.ticket_categories
  where event_id = tests.id('theatre.event') and name = 'I'
));
select tests.keep('price', (
  select id from app_public.ticket_category_prices
  where ticket_category_id = tests.id('category')
));
select tests.moment('dear');
update app_public.ticket_category_prices set price_cents = 4000 where id = tests.id('price');
select tests.moment('cheap');
update app_public.ticket_category_prices set valid_during = '[2099-01-01,)'
where id = tests.id('price');
select tests.moment('not_yet');
update app_public.ticket_category_prices set valid_during = '[,)', price_cents = 3000
where id = tests.id('price');
select tests.moment('cheaper');
delete from app_public.ticket_category_prices where id = tests.id('price');
select tests.moment('gone');
select tests.sign_in('theatre admin');
select is(
  array[
    tests.price_at(now() - interval '1 day'), tests.price_at(tests.at('dear')),
    tests.price_at(tests.at('cheap')), tests.price_at(tests.at('not_yet')),
    tests.price_at(tests.at('cheaper')), tests.price_at(tests.at('gone'))
  ],
  array[null, 5000, 4000, null, 3000, null]::bigint[],
  'a price before its creation, as it changed, while it did not apply, and after its deletion'
);
select is(
  (app_public.price_as_of(tests.id('category'), tests.at('dear'), 'member')).price_cents, null,
  'for another audience there was none'
);
select tests.sign_in('rival owner');
select tests.refused(
  $$ select tests.price_at(now()) $$, 'LMNFD', 'nothing is told to other tenants'
);
select tests.sign_in('theatre manager');
select tests.refused(
  $$ select tests.price_at(now()) $$, 'LMRGT', 'nor to members who may not read the audit'
);

-- Memberships.
select tests.as_owner();
insert into app_public.organization_members (organization_id, user_id, role)
values (tests.id('theatre.organization'), tests.user_id('max'), 'staff');
select tests.moment('staff');
update app_public.organization_members set role = 'manager' where user_id = tests.user_id('max');
insert into app_public.member_permissions (organization_id, member_id, permission)
select organization_id, id, 'audit.read' from app_public.organization_members
where user_id = tests.user_id('max');
select tests.moment('manager');
update app_public.organization_members set venues_restricted = true
where user_id = tests.user_id('max');
delete from app_public.member_permissions where organization_id = tests.id('theatre.organization');
insert into app_public.user_venue_access (organization_id, user_id, venue_id, granted_at)
values (
  tests.id('theatre.organization'), tests.user_id('max'), tests.id('theatre.venue'),
  clock_timestamp()
);
select tests.moment('restricted');
update app_public.user_venue_access set revoked_at = clock_timestamp();
update app_public.organization_members set status = 'suspended'
where user_id = tests.user_id('max');
select tests.moment('suspended');
delete from app_public.organization_members where user_id = tests.user_id('max');
select tests.moment('left');
insert into app_public.organization_members (organization_id, user_id, role)
values (tests.id('theatre.organization'), tests.user_id('max'), 'viewer');
select tests.moment('back');
select tests.sign_in('theatre owner');
select is(tests.member_at(now() - interval '1 day'), null, 'nobody, before');
select is(tests.member_at(tests.at('staff')), 'staff active f {} 0', 'as what they came');
select is(
  tests.member_at(tests.at('manager')), 'manager active f {audit.read} 0', 'what they became'
);
select is(
  tests.member_at(tests.at('restricted')), 'manager active t {} 1', 'where their rights held'
);
select is(tests.member_at(tests.at('suspended')), 'manager suspended t {} 0', 'while suspended');
select is(tests.member_at(tests.at('left')), null, 'nobody, after');
select is(tests.member_at(tests.at('back')), 'viewer active f {} 0', 'and again');
select tests.sign_in('max');
select is(tests.member_at(tests.at('manager')), 'manager active f {audit.read} 0', 'one''s own');
select tests.refused($$ select tests.member_at(now()) $$, code, who || ' is not told')
from (values ('rival owner', 'LMNFD'), ('theatre staff', 'LMRGT')) as w (who, code),
  lateral (select tests.sign_in(who)) as s;

-- What was dropped by retention is not made up.
select tests.as_owner();
insert into app_private.closed_months (
  table_name, month, row_count, months_kept, closed_at, dropped_at
)
values ('audit_log', '2015-01-01', 0, 84, '2015-03-01', '2023-01-01');
select tests.sign_in('ada');
select tests.refused(
  $$ select app_public.booking_as_of(tests.id('b'), '2015-01-31T23:59:59Z') $$, 'LMINP',
  'before what is kept, nobody knows'
);
select is(
  (app_public.booking_as_of(tests.id('b'), '2015-02-01T00:00:00Z')).booking_id, null,
  'after that, one knows that there was none'
);
