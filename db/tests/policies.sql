-- If this fails, somebody sees rows that are not theirs, or cannot see their own.
select plan(20);

select tests.create_theatre();
select tests.create_theatre('rival');
select tests.create_event('theatre', 'draft.event');
-- A guest has a paid booking with a refund and a cart, a user a paid booking.
select tests.sell('g1', 'theatre', 1, 1, 2);
select tests.sign_in('theatre owner');
select app_public.cancel_booking(tests.id('g1'));
select tests.sell('g1b', 'theatre', 1, 3);
select tests.sign_in('ada');
select tests.keep(
  'ada', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(5))).id
);
select app_public.start_checkout(tests.id('ada'));
select tests.pay(tests.id('ada'));
select tests.sell('r1', 'rival', 2, 1);
select tests.sign_in('theatre staff');
select app_public.scan_ticket(tests.id('theatre.performance'), 'x');
select tests.user_id('eve');

-- One line for each table: how many rows one sees.
select tests.as_owner();
create function tests.sight() returns setof text
language sql volatile as $$
  select format('%s: %s', c.relname, tests.visible(c.oid::regclass::text))
  from pg_class as c
  where c.relnamespace = 'app_public'::regnamespace and c.relkind in ('r', 'p')
    and not c.relispartition
    and c.relname not in ('currencies', 'role_permissions', 'booking_status_transitions')
  order by c.relname
$$;
grant execute on function tests.sight() to public;
create function tests.sees(sight text) returns text
language sql stable as $$
  select string_agg(line, E'\n' order by line)
  from regexp_split_to_table(btrim(sight, E' \n'), '\s*,\s*') as line
$$;
grant execute on function tests.sees(text) to public;
create function tests.all_sight() returns text
language sql volatile as $$ select string_agg(s, E'\n' order by s) from tests.sight() as s $$;
grant execute on function tests.all_sight() to public;

-- What is public: two published events, with their plans and prices.
select tests.as_anonymous();
select is(tests.all_sight(), tests.sees('
  audit_log: denied, booking_items: 0, booking_state_transitions: 0, bookings: 0,
  customers: denied, fraud_alert_notes: denied, fraud_alerts: denied, fraud_detection_rules: denied,
  events: 2, layout_seats: 40, layout_sections: 6, ledger_accounts: denied,
  ledger_entries: denied, ledger_transactions: denied, organization_members: denied,
  organization_settings: denied, organizations: 2, payment_intents: 0, performance_categories: 4,
  performances: 2,
  platform_staff: denied, refunds: 0, risk_assessments: denied, seat_booking_state: denied,
  tax_rates: denied,
  ticket_categories: 4, ticket_category_prices: 4, ticket_scans: denied, tickets: 0,
  user_sessions: denied, users: denied, venue_layouts: 2, venues: 2
'), 'anonymous sees what is public');

-- A guest with a cart token sees, besides, what was bought with it.
select tests.as_guest(1);
select is(tests.all_sight(), tests.sees('
  audit_log: denied, booking_items: 2, booking_state_transitions: 7, bookings: 2,
  customers: denied, fraud_alert_notes: denied, fraud_alerts: denied, fraud_detection_rules: denied,
  events: 2, layout_seats: 40, layout_sections: 6, ledger_accounts: denied,
  ledger_entries: denied, ledger_transactions: denied, organization_members: denied,
  organization_settings: denied, organizations: 2, payment_intents: 2, performance_categories: 4,
  performances: 2,
  platform_staff: denied, refunds: 1, risk_assessments: denied, seat_booking_state: denied,
  tax_rates: denied,
  ticket_categories: 4, ticket_category_prices: 4, ticket_scans: denied, tickets: 3,
  user_sessions: denied, users: denied, venue_layouts: 2, venues: 2
'), 'a guest sees, besides, what was bought with the token');
select tests.as_anonymous();
select tests.keep('x', uuidv7());
select is(tests.visible('app_public.bookings'), '0', 'without the token there is nothing');
select tests.as_guest(99);
select is(
  tests.visible('app_public.bookings') || tests.visible('app_public.tickets')
    || tests.visible('app_public.booking_items') || tests.visible('app_public.payment_intents')
    || tests.visible('app_public.refunds') || tests.visible('app_public.booking_state_transitions'),
  '000000', 'with another one there is nothing, either'
);
select tests.become('lml_anonymous', '', left(tests.token('cart 1'), 42));
select is(tests.visible('app_public.bookings'), '0', 'nor with a part of it');
select tests.become('lml_anonymous', '', '%');
select is(tests.visible('app_public.bookings'), '0', 'nor with a pattern');
select tests.become('lml_anonymous', '', (select encode(cart_token_hash, 'hex') from
  (select sha256(convert_to(tests.token('cart 1'), 'UTF8')) as cart_token_hash) as h));
select is(tests.visible('app_public.bookings'), '0', 'nor with its hash');

-- The owner of a booking.
select tests.sign_in('ada');
select is(tests.all_sight(), tests.sees('
  audit_log: 0, booking_items: 1, booking_state_transitions: 3, bookings: 1,
  customers: 1, fraud_alert_notes: 0, fraud_alerts: 0, fraud_detection_rules: 0,
  events: 2, layout_seats: 40, layout_sections: 6, ledger_accounts: 0,
  ledger_entries: 0, ledger_transactions: 0, organization_members: 0,
  organization_settings: 0, organizations: 2, payment_intents: 1, performance_categories: 4,
  performances: 2,
  platform_staff: 0, refunds: 0, risk_assessments: 0, seat_booking_state: 0,
  tax_rates: 0,
  ticket_categories: 4, ticket_category_prices: 4, ticket_scans: 0, tickets: 1,
  user_sessions: 1, users: 1, venue_layouts: 2, venues: 2
'), 'a user sees what is public and what is theirs');

-- A stranger, and a dead session.
select tests.sign_in('eve');
select is(tests.all_sight(), tests.sees('
  audit_log: 0, booking_items: 0, booking_state_transitions: 0, bookings: 0,
  customers: 0, fraud_alert_notes: 0, fraud_alerts: 0, fraud_detection_rules: 0,
  events: 2, layout_seats: 40, layout_sections: 6, ledger_accounts: 0,
  ledger_entries: 0, ledger_transactions: 0, organization_members: 0,
  organization_settings: 0, organizations: 2, payment_intents: 0, performance_categories: 4,
  performances: 2,
  platform_staff: 0, refunds: 0, risk_assessments: 0, seat_booking_state: 0,
  tax_rates: 0,
  ticket_categories: 4, ticket_category_prices: 4, ticket_scans: 0, tickets: 0,
  user_sessions: 1, users: 1, venue_layouts: 2, venues: 2
'), 'a stranger sees what is public, and herself');
select tests.become('lml_user', tests.token('dead'), '');
select is(
  tests.visible('app_public.users') || tests.visible('app_public.bookings')
    || tests.visible('app_public.organization_members') || tests.visible('app_public.user_sessions')
    || tests.visible('app_public.seat_booking_state') || tests.visible('app_public.audit_log'),
  '000000', 'a dead session sees nothing of anybody'
);

-- Members, by role.
select tests.sign_in('theatre owner');
select is(
  regexp_replace(tests.all_sight(), 'audit_log: [1-9]\d*', 'audit_log: many'), tests.sees('
  audit_log: many, booking_items: 3, booking_state_transitions: 10, bookings: 3,
  customers: 2, fraud_alert_notes: 0, fraud_alerts: 0, fraud_detection_rules: 9,
  events: 3, layout_seats: 40, layout_sections: 6, ledger_accounts: 7,
  ledger_entries: 30, ledger_transactions: 7, organization_members: 8,
  organization_settings: 1, organizations: 2, payment_intents: 3, performance_categories: 4,
  performances: 3,
  platform_staff: 0, refunds: 1, risk_assessments: 0, seat_booking_state: 20,
  tax_rates: 1,
  ticket_categories: 6, ticket_category_prices: 6, ticket_scans: 1, tickets: 4,
  user_sessions: 1, users: 1, venue_layouts: 2, venues: 2
'), 'an owner sees all of the organization, and nothing of others');
select tests.as_owner();
create function tests.sight_of(member text) returns text
language plpgsql volatile as $$
begin
  perform tests.sign_in(member);
  return (
    select string_agg(
      case when tests.visible(t) in ('0', '1') then tests.visible(t) else 'n' end, ' '
    )
    from unnest(array[
      'app_public.bookings', 'app_public.customers', 'app_public.payment_intents',
      'app_public.ledger_entries', 'app_public.tickets', 'app_public.ticket_scans',
      'app_public.organization_members', 'app_public.audit_log', 'app_public.seat_booking_state',
      'app_public.organization_settings'
    ]) as t
  );
end
$$;
grant execute on function tests.sight_of(text) to public;
select is(tests.sight_of('theatre ' || m.role), m.sight, m.role)
from (values
  ('admin',       'n n n n n 1 n n n 1'),
  ('manager',     'n n 0 0 n 1 n 0 n 1'),
  ('coordinator', 'n n 0 0 n 1 1 0 n 1'),
  ('staff',       '0 0 0 0 n 1 1 0 n 1'),
  ('support',     'n n 0 0 n 1 1 0 n 1'),
  ('analyst',     '0 0 0 0 0 0 1 0 n 1'),
  ('viewer',      '0 0 0 0 0 0 1 0 n 1')
) as m (role, sight);

-- Another tenant's owner sees his own only.
select tests.sign_in('rival owner');
select is(
  (select string_agg(distinct o, ',') from (
    select organization_id::text from app_public.bookings
    union all select organization_id::text from app_public.customers
    union all select organization_id::text from app_public.tickets
    union all select organization_id::text from app_public.payment_intents
    union all select organization_id::text from app_public.ledger_entries
    union all select organization_id::text from app_public.seat_booking_state
    union all select organization_id::text from app_public.organization_members
    union all select organization_id::text from app_public.audit_log
  ) as t (o)),
  tests.id('rival.organization')::text, 'another tenant sees his own, of every table'
);

-- A leaf of a partitioned table is a table of its own.
select tests.sign_in('theatre owner');
select is(
  (
    select count(*) from pg_class as c
    where c.relnamespace = 'app_public'::regnamespace and c.relispartition and c.relkind = 'r'
      and tests.visible(c.oid::regclass::text) <> 'denied'
  ),
  0::bigint, 'nobody goes around the policies by naming a partition'
);
