-- If this fails, names are shown to whom they are none of their business, or analysts read raw tables.
select plan(45);

select tests.create_theatre();
select tests.create_theatre('rival');
select tests.as_guest(1);
select tests.keep(
  'jane', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(1))).id
);
select app_public.start_checkout(
  tests.id('jane'), 'jane@example.com', 'Jane', 'Doe', '+43123456'
);
select tests.as_owner();
select tests.sell('r', 'rival', 2, 1);

create function tests.sight() returns text
language sql volatile as $$
  select (
    select format(
      '%s %s %s', b.customer_name, b.customer_email,
      (select count(*) from app_public.bookings as raw where raw.id = b.id)
    )
    from app_public.bookings_manager as b
    where b.organization_id = tests.id('theatre.organization')
  ) || (
    select format(
      ' %s %s %s %s %s', c.first_name, c.last_name, c.email, c.phone,
      (select count(*) from app_public.customers as raw where raw.id = c.id)
    )
    from app_public.customers_manager as c
    where c.organization_id = tests.id('theatre.organization')
  )
$$;
create function tests.sight_of(member text) returns text
language plpgsql volatile as $$
begin
  perform tests.sign_in(member);
  return tests.sight();
end
$$;
grant execute on function tests.sight(), tests.sight_of(text) to public;
-- The last number of each half is how many raw rows they see.
select is(tests.sight_of('theatre ' || m.role), m.sight, m.role)
from (values
  ('owner', 'Jane Doe jane@example.com 1 Jane Doe jane@example.com +43123456 1'),
  ('admin', 'Jane Doe jane@example.com 1 Jane Doe jane@example.com +43123456 1'),
  ('manager', 'Jane Doe jane@example.com 1 Jane Doe jane@example.com +43123456 1'),
  ('support', 'Jane Doe jane@example.com 1 Jane Doe jane@example.com +43123456 1'),
  ('coordinator', 'J*** j*** 0 J*** D*** j***  0'),
  ('staff', null), ('analyst', null), ('viewer', null)
) as m (role, sight);
select is(tests.sight_of('rival owner'), null, 'another organization sees nothing of it');
select is(tests.sight_of('eve'), null, 'nor does a stranger');
select tests.as_anonymous();
select is(tests.visible('app_public.bookings_manager'), 'denied', 'nor anybody');

-- The permission makes the difference, for a single member, too.
select tests.as_owner();
insert into app_public.member_permissions (organization_id, member_id, permission)
select organization_id, id, 'customers.read_names' from app_public.organization_members
where user_id = tests.user_id('theatre coordinator');
select is(
  tests.sight_of('theatre coordinator'),
  'Jane Doe jane@example.com 1 Jane Doe jane@example.com +43123456 1',
  'control: with the permission the same member sees names'
);
select tests.as_owner();
delete from app_public.member_permissions;
-- A filter that tells what it sees does not see what is masked.
create function tests.tell(value text) returns boolean
language plpgsql volatile cost 0.0000001 as $$
begin
  perform set_config('tests.told', current_setting('tests.told', true) || tell.value || ' ', true);
  return true;
end
$$;
grant execute on function tests.tell(text) to public;
select set_config('tests.told', '', true);
select tests.sign_in('theatre coordinator');
select count(*) from app_public.bookings_manager as b
where tests.tell(b.customer_name) and tests.tell(b.customer_email);
select is(
  current_setting('tests.told') ~ 'Jane|jane@|guest', false, 'filters see what is shown only'
);
select matches(current_setting('tests.told'), 'J\*\*\*', 'control: they do see that');

-- A member who is restricted to venues sees those bookings only.
select tests.as_owner();
update app_public.organization_members set venues_restricted = true
where user_id = tests.user_id('theatre coordinator');
select is(tests.sight_of('theatre coordinator'), null, 'without a venue there is nothing');
select tests.as_owner();
insert into app_public.user_venue_access (organization_id, user_id, venue_id)
values (
  tests.id('theatre.organization'), tests.user_id('theatre coordinator'), tests.id('theatre.venue')
);
select tests.sign_in('theatre coordinator');
select is(
  (select string_agg(customer_name, ',') from app_public.bookings_manager), 'J***',
  'with one there are its bookings, masked'
);

-- Analysts.
select tests.as_role('lml_analyst');
select is(
  (select string_agg(distinct c.oid::regclass::text, ',' order by c.oid::regclass::text)
    from pg_class as c
    where c.relnamespace = 'app_public'::regnamespace
      and has_any_column_privilege('lml_analyst', c.oid, 'select')),
  'app_public.bookings_analyst,app_public.customers_analyst,app_public.payments_analyst,'
    'app_public.performances_analyst,app_public.tickets_analyst',
  'lml_analyst has these views'
);
select results_eq(
  $$ select customer_name collate "default" from app_public.bookings_analyst
    where customer_name is not null $$,
  $$ values ('J***') $$, 'with masked names'
);
select is(
  (select string_agg(format('%s %s', first_name, last_name), ',') from app_public.customers_analyst
    where first_name is not null), 'J*** D***', 'of customers, too'
);
select is(
  (select count(*) from app_public.bookings_analyst)::text
    || (select count(*) from app_public.tickets_analyst)
    || (select count(*) from app_public.payments_analyst)
    || (select count(*) from app_public.performances_analyst)
    || (select count(*) from app_public.customers_analyst), '21222',
  'of all organizations'
);
select is_empty(
  $$ select column_name from information_schema.columns
    where table_schema = 'app_public' and table_name like '%\_analyst'
      and column_name ~ 'email|phone|address|token|hash|secret' $$,
  'without addresses and secrets'
);
select is(tests.visible(t), 'denied', t || ' is not for analysts')
from unnest(array[
  'app_public.bookings', 'app_public.customers', 'app_public.users', 'app_public.audit_log',
  'app_public.bookings_manager', 'app_private.user_credentials'
]) as t;
select tests.refused(
  $$ update app_public.customers_analyst set created_at = now() $$, '42501', 'nor do they write'
);
reset role;
select tests.as_owner();
grant select on app_public.customers to lml_analyst;
create policy select_planted on app_public.customers to lml_analyst using (true);
select tests.as_role('lml_analyst');
select is(
  tests.visible('app_public.customers'), '2', 'control: with a grant and a policy they would'
);

-- Nor does another right tell names by the way: of changing a booking, of reviews, of the audit.
select tests.as_owner();
update app_public.organization_members set venues_restricted = false;
insert into app_public.member_permissions (organization_id, member_id, permission)
select m.organization_id, m.id, p
from app_public.organization_members as m, unnest(array['bookings.manage', 'risk.manage',
  'audit.read']) as p
where m.user_id = tests.user_id('theatre coordinator');
create function tests.put_up_for_review(name text, guest integer, seat_no integer) returns void
language plpgsql volatile as $$
begin
  perform tests.as_guest(guest);
  perform tests.keep(
    name, (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(seat_no))).id
  );
  perform app_public.start_checkout(tests.id(name), name || '@example.com', 'Jim', 'Poe');
  perform tests.as_owner();
end
$$;
insert into app_public.fraud_detection_rules (
  organization_id, rule_name, rule_type, severity, action, amount_cents, amount_currency
)
values (tests.id('theatre.organization'), 'look', 'amount', 'low', 'review', 1, 'EUR');
select tests.put_up_for_review('jim', 3, 3), tests.put_up_for_review('joe', 4, 4);
update app_public.customers set phone = '+43999' where email = 'jane@example.com';
select tests.create_standing();
insert into app_public.memberships (organization_id, email)
values (tests.id('theatre.organization'), 'jane@example.com');
create function tests.told(b app_public.bookings) returns text
language sql stable as $$
  select format('%s: %s %s', (told.b).status, (told.b).customer_name, (told.b).customer_email)
$$;
grant execute on function tests.told(app_public.bookings) to public;
create function tests.by_the_way() returns text
language sql volatile as $$
  select (app_public.booking_as_of(tests.id('jane'), clock_timestamp())).customer_email::text || ' '
    || (
      select count(*) from app_public.audit_log as l where l.entity_type in ('bookings', 'customers')
    )
$$;
grant execute on function tests.by_the_way() to public;
select tests.sign_in('theatre coordinator');
select is(
  tests.told(app_public.approve_fraud_review(tests.id('jim'))), 'pending_payment:  ', 'a review'
);
select is(
  tests.told(app_public.reject_fraud_review(tests.id('joe'))), 'canceled:  ', 'whatever it finds'
);
select is(tests.told(app_public.cancel_booking(tests.id('jim'))), 'canceled:  ', 'a cancellation');
select tests.keep('kim', (app_public.hold_for_customer(
  tests.id('standing.performance'), 'kim@example.com', 'Kim', 'Poe', seat_ids => tests.seats(5)
)).id);
select is(tests.told(b), 'draft:  ', 'a change of a cart')
from (values
  (app_public.hold_seats(tests.id('standing.performance'), tests.seats(6), tests.id('kim'))),
  (app_public.release_seats(tests.id('kim'), tests.seats(6))),
  (app_public.extend_hold(tests.id('kim'))),
  (app_public.hold_best_available(
    tests.id('standing.performance'),
    (
      select c.id from app_public.ticket_categories as c
      where c.event_id = tests.id('standing.event') and c.name = 'II'
    ), 1, booking_id => tests.id('kim')
  )),
  (app_public.hold_admissions(
    tests.id('standing.performance'), tests.id('standing.floor.category'), 2, tests.id('kim')
  )),
  (app_public.release_admissions(tests.id('kim'), tests.id('standing.floor.category'), 1))
) as v (b);
select is(
  (app_public.booking_as_of(tests.id('jane'), clock_timestamp())).customer_email, null, 'what was'
);
select is(
  (app_public.booking_as_of(tests.id('jane'), clock_timestamp())).status::text, 'pending_payment',
  'control: the rest of it is told'
);
select is_empty(
  $$ select from app_public.audit_log as l
    where l.entity_type in ('bookings', 'customers') or l.new_values::text ~ 'jane@example.com' $$,
  'what was written about customers'
);
select isnt_empty('select from app_public.audit_log', 'control: the rest of the audit is read');
select tests.sign_in('theatre owner');
select is(
  tests.told(app_public.cancel_booking(tests.id('jane'))), 'canceled: Jane Doe jane@example.com',
  'control: who may read names is told'
);
select matches(tests.by_the_way(), '^jane@example.com [1-9]', 'control: and by the audit');
select tests.as_guest(3);
select is(
  (app_public.booking_as_of(tests.id('jim'), clock_timestamp())).customer_name, 'Jim Poe',
  'and the buyer anyway'
);
