-- If this fails, somebody sees rows that are not theirs, or cannot see their own.
-- Who sees how much of each table is in db/tests/matrix; these are the ways around it.
select plan(15);

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

-- A dead session.
select tests.become('lml_user', tests.token('dead'), '');
select is(
  tests.visible('app_public.users') || tests.visible('app_public.bookings')
    || tests.visible('app_public.organization_members') || tests.visible('app_public.user_sessions')
    || tests.visible('app_public.seat_booking_state') || tests.visible('app_public.audit_log'),
  '000000', 'a dead session sees nothing of anybody'
);

-- Members, by role.
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
