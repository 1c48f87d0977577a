-- People, theatres and identities for tests: loaded into schema tests of databases that tests use,
-- never into a real one. Ids that a story needs later are kept by name: tests.id('theatre.event').

create schema tests;

create table tests.ids (
  name text primary key,
  id uuid not null
);

create table tests.people (
  name text primary key,
  user_id uuid not null,
  token text not null
);

create function tests.id(name text)
returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  select i.id into strict v_id from tests.ids as i where i.name = id.name;
  return v_id;
end
$$;

comment on function tests.id(text) is 'An id by the name that a story gave it.';

create function tests.keep(name text, id uuid)
returns uuid
language sql volatile security definer set search_path = ''
as $$
  insert into tests.ids values (keep.name, keep.id)
  on conflict on constraint ids_pkey do update set id = excluded.id
  returning ids.id
$$;

comment on function tests.keep(text, uuid) is 'Gives an id a name.';

-- 43 characters of base64url, as 32 bytes make, and always the same for the same words.
create function tests.token(words text)
returns text
language sql immutable
return translate(
  rtrim(encode(sha256(convert_to(token.words, 'UTF8')), 'base64'), '='), '+/', '-_'
);

create function tests.user_id(name text)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  select p.user_id into v_id from tests.people as p where p.name = user_id.name;
  if v_id is null then
    v_id := app_private.register_user(
      replace(user_id.name, ' ', '.') || '@example.com', '$argon2id$test', user_id.name, 'Test'
    );
    insert into tests.people values (user_id.name, v_id, tests.token('session of ' || name));
    perform app_private.open_session(v_id, tests.token('session of ' || name), null, null, null);
  end if;
  return v_id;
end
$$;

comment on function tests.user_id(text) is 'A user, registered and signed in when first named.';

create function tests.sign_in_anew(name text)
returns void
language sql volatile security definer set search_path = ''
as $$
  select from app_private.open_session(
    tests.user_id(sign_in_anew.name), tests.token('session of ' || sign_in_anew.name), null, null,
    null
  )
$$;

comment on function tests.sign_in_anew(text) is
  'A session under the token of the one that has ended, for whoever was signed out.';

create function tests.become(role text, session_token text, cart_token text)
returns void
language sql volatile
as $$
  select
    set_config('lml.session_token', become.session_token, true),
    set_config('lml.cart_token', become.cart_token, true),
    set_config('role', become.role, true)
$$;

create function tests.sign_in(name text)
returns void
language plpgsql volatile
as $$
begin
  perform tests.user_id(sign_in.name);
  perform tests.become('lml_user', tests.token('session of ' || sign_in.name), '');
end
$$;

comment on function tests.sign_in(text) is 'From here on, this user asks.';

create function tests.as_guest(number integer)
returns void
language sql volatile
as $$ select tests.become('lml_anonymous', '', tests.token('cart ' || as_guest.number)) $$;

comment on function tests.as_guest(integer) is 'From here on, a guest with a cart asks.';

create function tests.as_anonymous()
returns void
language sql volatile
as $$ select tests.become('lml_anonymous', '', '') $$;

create function tests.as_owner()
returns void
language sql volatile
as $$ select tests.become('lml_owner', '', '') $$;

create function tests.as_role(role text)
returns void
language sql volatile
as $$ select tests.become(as_role.role, '', '') $$;

-- 20 seats. Stalls: rows A and B of 6 (seats 1 to 12), balcony: one row of 6 (13 to 18), box: 2
-- seats (19 and 20) that are not for sale.
create function tests.layout(title text default 'Plan')
returns text
language sql immutable
as $$
  select jsonb_build_object(
    'format', 'lml-layout/1',
    'name', layout.title,
    'sections', jsonb_agg(
      jsonb_build_object('name', s.name, 'rows', s.lines) order by s.section_no
    )
  )::text
  from (
    select r.section_no, r.section as name,
      jsonb_agg(
        jsonb_build_object(
          'name', r.row_name,
          'seats', (
            select jsonb_agg(
              jsonb_build_object(
                'number', n::text, 'x', 0.1 * n, 'y', 0.1 * r.line_no, 'category', r.category
              ) order by n
            )
            from generate_series(1, r.seats) as n
          )
        ) order by r.line_no
      ) as lines
    from (values
      (1, 'Stalls', 1, 'A', 6, 'Category I'), (1, 'Stalls', 2, 'B', 6, 'Category I'),
      (2, 'Balcony', 3, 'A', 6, 'Category II'), (3, 'Box', 4, '1', 2, 'Category I')
    ) as r (section_no, section, line_no, row_name, seats, category)
    group by r.section_no, r.section
  ) as s
$$;

create function tests.hash_of(document text)
returns text
language sql immutable
return encode(sha256(convert_to(document, 'UTF8')), 'hex');

-- An organization with a member of each role ("theatre owner", "theatre staff", ...), a venue, a
-- layout, and a published event with one performance in 30 days. Ids: theatre.organization,
-- theatre.venue, theatre.layout, theatre.event, theatre.performance, theatre.tax_rate.
create function tests.create_theatre(name text default 'theatre', currency text default 'EUR')
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_before text := current_setting('lml.session_token', true);
  v_organization_id uuid;
  v_event_id uuid;
begin
  perform tests.user_id(name || ' owner');
  perform set_config('lml.session_token', tests.token('session of ' || name || ' owner'), true);
  v_organization_id := (
    app_public.create_organization(name, name, 'office@' || name || '.example', currency)
  ).id;
  perform tests.keep(name || '.organization', v_organization_id);
  insert into app_public.organization_members (organization_id, user_id, role)
  select v_organization_id, tests.user_id(name || ' ' || r), r
  from unnest(enum_range(null::app_public.organization_role)) as r
  where r <> 'owner';
  update app_public.organization_settings as s
  set service_fee_percentage = 10, service_fee_fixed_cents = 50, processing_fee_percentage = 2.9,
    processing_fee_fixed_cents = 30
  where s.organization_id = v_organization_id;
  insert into app_public.tax_rates (organization_id, name, jurisdiction, percentage)
  values (v_organization_id, 'VAT', 'AT', 10)
  returning tests.keep(create_theatre.name || '.tax_rate', id) into v_event_id;

  perform tests.keep(
    name || '.venue',
    (app_public.create_venue(v_organization_id, 'House', 'house', 'Europe/Vienna')).id
  );
  perform tests.keep(
    name || '.layout',
    (
      app_public.import_venue_layout(
        tests.id(name || '.venue'), tests.layout(), tests.hash_of(tests.layout())
      )
    ).id
  );
  v_event_id := tests.create_event(name, name || '.event');
  perform app_public.publish_event(v_event_id);
  perform set_config('lml.session_token', coalesce(v_before, ''), true);
  return v_organization_id;
end
$$;

comment on function tests.create_theatre(text, text) is 'Everything that is needed to sell.';

-- A draft with one performance and two categories: I for 50.00, II for 25.00.
create function tests.create_event(theatre text, name text)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_before text := current_setting('lml.session_token', true);
  v_event_id uuid;
begin
  perform set_config('lml.session_token', tests.token('session of ' || theatre || ' owner'), true);
  v_event_id := tests.keep(
    create_event.name,
    (
      app_public.create_event(
        tests.id(theatre || '.organization'), tests.id(theatre || '.venue'), create_event.name,
        translate(create_event.name, '. ', '--'), tax_rate_id => tests.id(theatre || '.tax_rate'),
        blocked_sections => array['Box'], sales_start => now() - interval '1 day'
      )
    ).id
  );
  perform tests.keep(
    regexp_replace(create_event.name, 'event$', 'performance'),
    (
      app_public.create_performance(
        v_event_id, tests.id(theatre || '.layout'), date_trunc('hour', now()) + interval '30 days'
      )
    ).id
  );
  perform app_public.create_ticket_category(v_event_id, 'I', 5000, array['Category I']);
  perform app_public.create_ticket_category(v_event_id, 'II', 2500, array['Category II']);
  perform set_config('lml.session_token', coalesce(v_before, ''), true);
  return v_event_id;
end
$$;

comment on function tests.create_event(text, text) is 'A draft event, ready to be published.';

-- A published event with seats and with a floor of 10 places: standing for 20.00, and a terrace of
-- 4 of them for 40.00. Ids: standing.event, standing.performance, standing.floor, standing.terrace,
-- standing.floor.category, standing.terrace.category.
create function tests.create_standing(theatre text default 'theatre', name text default 'standing')
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_before text := current_setting('lml.session_token', true);
  v_event_id uuid := tests.create_event(theatre, name || '.event');
  v_performance_id uuid := tests.id(name || '.performance');
begin
  perform set_config('lml.session_token', tests.token('session of ' || theatre || ' owner'), true);
  perform tests.keep(
    name || '.floor.category',
    (app_public.create_ticket_category(v_event_id, 'Floor', 2000)).id
  );
  perform tests.keep(
    name || '.terrace.category',
    (app_public.create_ticket_category(v_event_id, 'Terrace', 4000)).id
  );
  perform tests.keep(
    name || '.floor',
    (app_public.create_admission_pool(
      v_performance_id, 'Floor', 10, array[tests.id(name || '.floor.category')]
    )).id
  );
  perform tests.keep(
    name || '.terrace',
    (app_public.create_admission_pool(
      v_performance_id, 'Terrace', 4, array[tests.id(name || '.terrace.category')],
      tests.id(name || '.floor')
    )).id
  );
  perform app_public.publish_event(v_event_id);
  perform set_config('lml.session_token', coalesce(v_before, ''), true);
  return v_performance_id;
end
$$;

comment on function tests.create_standing(text, text) is 'Everything to sell admissions.';

-- Two dates of ten places each, day tickets for 20.00, and five passes for both, for 35.00. Ids:
-- festival.event, festival.friday, festival.saturday, festival.friday.pool, festival.saturday.pool,
-- festival.pass, festival.pass.pool, festival.day.category, festival.pass.category.
create function tests.create_festival(theatre text default 'theatre', name text default 'festival')
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_before text := current_setting('lml.session_token', true);
  v_event_id uuid := tests.create_event(theatre, name || '.event');
  v_friday app_public.performances;
  v_pass_id uuid;
  v_date text;
begin
  perform set_config('lml.session_token', tests.token('session of ' || theatre || ' owner'), true);
  perform tests.keep(
    name || '.day.category', (app_public.create_ticket_category(v_event_id, 'Day', 2000)).id
  );
  perform tests.keep(
    name || '.pass.category', (app_public.create_ticket_category(v_event_id, 'Pass', 3500)).id
  );
  select * into strict v_friday
  from app_public.performances as p where p.event_id = v_event_id;
  perform tests.keep(name || '.friday', v_friday.id);
  perform tests.keep(
    name || '.saturday',
    (app_public.create_performance(
      v_event_id, v_friday.layout_id, v_friday.starts_at + interval '1 day',
      v_friday.starts_at + interval '1 day 4 hours'
    )).id
  );
  foreach v_date in array array['friday', 'saturday'] loop
    perform tests.keep(
      name || '.' || v_date || '.pool',
      (app_public.create_admission_pool(
        tests.id(name || '.' || v_date), 'Ground', 10, array[tests.id(name || '.day.category')]
      )).id
    );
  end loop;
  perform app_public.publish_event(v_event_id);
  v_pass_id := tests.keep(
    name || '.pass',
    (app_public.create_pass(
      v_event_id, 'Both days',
      array[tests.id(name || '.saturday.pool'), tests.id(name || '.friday.pool')],
      array[tests.id(name || '.pass.category')], 5
    )).id
  );
  perform tests.keep(create_festival.name || '.pass.pool', p.id)
  from app_public.admission_pools as p where p.performance_id = v_pass_id;
  perform set_config('lml.session_token', coalesce(v_before, ''), true);
  return v_event_id;
end
$$;

comment on function tests.create_festival(text, text) is 'Everything to sell passes.';

-- Holds day tickets of a date, or passes, for whoever asks: tests.attend('friday', 2).
create function tests.attend(
  date text, quantity integer, booking text default null, name text default 'festival'
)
returns uuid
language sql volatile
as $$
  select (
    app_public.hold_admissions(
      tests.id(name || '.' || date),
      tests.id(name || case date when 'pass' then '.pass' else '.day' end || '.category'),
      quantity, case when booking is not null then tests.id(booking) end
    )
  ).id
$$;

-- Holds admissions of such an event for whoever asks.
create function tests.admit(
  category text, quantity integer, booking text default null, name text default 'standing'
)
returns uuid
language sql volatile
as $$
  select (
    app_public.hold_admissions(
      tests.id(name || '.performance'), tests.id(name || '.' || category || '.category'),
      quantity, case when booking is not null then tests.id(booking) end
    )
  ).id
$$;

-- Ids of the seats with these numbers; all theatres have the same plan, and so the same ids.
create function tests.seats(variadic seat_nos integer[])
returns text[]
language sql stable security definer set search_path = ''
as $$
  select array_agg(s.seat_id order by n.ordinality)
  from unnest(seats.seat_nos) with ordinality as n (seat_no, ordinality)
  join (select distinct l.seat_no, l.seat_id from app_public.layout_seats as l) as s
    on s.seat_no = n.seat_no
$$;

create function tests.seat_status(performance_id uuid, variadic seat_nos integer[])
returns text
language sql stable security definer set search_path = ''
as $$
  select string_agg(distinct s.status::text, ',')
  from app_public.seat_booking_state as s
  where s.performance_id = seat_status.performance_id and s.seat_no = any (seat_status.seat_nos)
$$;

comment on function tests.seat_status(uuid, integer[]) is 'The states that these seats are in.';

-- As if a booking had been made earlier.
create function tests.age(booking text, by interval)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_public.bookings as b
  set created_at = b.created_at - age.by, expires_at = b.expires_at - age.by
  where b.id = tests.id(age.booking);
  update app_public.seat_booking_state as s
  set locked_until = s.locked_until - age.by where s.booking_id = tests.id(age.booking);
  update app_private.admission_claims as c
  set held_until = c.held_until - age.by where c.booking_id = tests.id(age.booking);
end
$$;

comment on function tests.age(text, interval) is 'Makes a booking older, with its deadline.';

-- Time itself does not move within a transaction.
create function tests.run_out(booking_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_public.bookings as b set expires_at = now() - interval '1 second'
  where b.id = run_out.booking_id and b.expires_at is not null;
  update app_public.seat_booking_state as s set locked_until = now() - interval '1 second'
  where s.booking_id = run_out.booking_id and s.status = 'locked';
  update app_private.admission_claims as c set held_until = now() - interval '1 second'
  where c.booking_id = run_out.booking_id and c.held_until is not null;
  update app_private.add_on_claims as c set held_until = now() - interval '1 second'
  where c.booking_id = run_out.booking_id and c.held_until is not null;
end
$$;

comment on function tests.run_out(uuid) is 'The deadline of this booking is now behind us.';

create function tests.status(booking_id uuid)
returns text
language sql stable security definer set search_path = ''
as $$ select b.status::text from app_public.bookings as b where b.id = status.booking_id $$;

create function tests.intent_of(booking_id uuid)
returns uuid
language sql stable security definer set search_path = ''
as $$
  select p.id from app_public.payment_intents as p
  where p.booking_id = intent_of.booking_id order by p.created_at desc, p.id desc limit 1
$$;

create function tests.refund_of(booking_id uuid)
returns uuid
language sql stable security definer set search_path = ''
as $$
  select r.id from app_public.refunds as r
  where r.booking_id = refund_of.booking_id order by r.created_at desc, r.id desc limit 1
$$;

-- What Stripe says of the payment of a booking, received and applied; returns the outcome.
create function tests.stripe_says(
  booking_id uuid, status text, event_id text default null, changes jsonb default '{}'
)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents;
  v_event_id text := coalesce(
    stripe_says.event_id, 'evt_' || replace(uuidv7()::text, '-', '')
  );
begin
  select * into strict v_intent from app_public.payment_intents as p
  where p.id = tests.intent_of(stripe_says.booking_id);
  perform app_private.receive_stripe_event(
    jsonb_build_object(
      'id', v_event_id, 'type', 'payment_intent.' || stripe_says.status,
      -- Each a second after the one before, so that what is told later is newer.
      'created', extract(epoch from now())::bigint
        + (select count(*) from app_private.stripe_events),
      'data', jsonb_build_object('object', jsonb_build_object(
        'object', 'payment_intent',
        'id', coalesce(
          v_intent.stripe_payment_intent_id, 'pi_' || replace(v_intent.id::text, '-', '')
        ),
        'status', stripe_says.status, 'amount', v_intent.amount_cents,
        'currency', lower(v_intent.currency),
        'metadata', jsonb_build_object('lml_payment_intent_id', v_intent.id)
      ) || stripe_says.changes)
    ),
    false
  );
  return app_private.apply_stripe_event(v_event_id);
end
$$;

comment on function tests.stripe_says(uuid, text, text, jsonb) is 'News of a payment.';

create function tests.pay(booking_id uuid)
returns text
language sql volatile security definer set search_path = ''
as $$ select tests.stripe_says(pay.booking_id, 'succeeded') $$;

-- Hold, check out and pay as a guest; returns the confirmed booking, and becomes the owner again.
create function tests.sell(name text, theatre text, guest integer, variadic seat_nos integer[])
returns uuid
language plpgsql volatile
as $$
declare
  v_booking_id uuid;
begin
  perform tests.as_guest(sell.guest);
  v_booking_id := tests.keep(
    sell.name,
    (
      app_public.hold_seats(
        tests.id(sell.theatre || '.performance'), tests.seats(variadic sell.seat_nos)
      )
    ).id
  );
  perform app_public.start_checkout(v_booking_id, 'guest' || sell.guest || '@example.com');
  perform tests.pay(v_booking_id);
  perform tests.as_owner();
  return v_booking_id;
end
$$;

comment on function tests.sell(text, text, integer, integer[]) is 'A sale from end to end.';

-- Whoever is signed in holds seats of the theatre in a new booking.
create function tests.fill_cart(name text, variadic seat_nos integer[])
returns uuid
language sql volatile
as $$
  select tests.keep(
    fill_cart.name,
    (
      app_public.hold_seats(
        tests.id('theatre.performance'), tests.seats(variadic fill_cart.seat_nos)
      )
    ).id
  )
$$;

comment on function tests.fill_cart(text, integer[]) is 'A draft of whoever is signed in.';

create function tests.holds(name text, guest integer, variadic seat_nos integer[])
returns uuid
language plpgsql volatile
as $$
begin
  perform tests.as_guest(holds.guest);
  return tests.fill_cart(holds.name, variadic holds.seat_nos);
end
$$;

comment on function tests.holds(text, integer, integer[]) is 'A draft of a guest, who stays.';

create function tests.drafts(name text, guest integer, variadic seat_nos integer[])
returns uuid
language plpgsql volatile
as $$
begin
  perform tests.holds(drafts.name, drafts.guest, variadic drafts.seat_nos);
  perform tests.as_owner();
  return tests.id(drafts.name);
end
$$;

comment on function tests.drafts(text, integer, integer[]) is 'A draft of a guest, who leaves.';

-- A guest goes to the checkout: the status of the booking, which says what is to come.
create function tests.orders(name text, guest integer, variadic seat_nos integer[])
returns text
language plpgsql volatile
as $$
begin
  perform tests.holds(orders.name, orders.guest, variadic orders.seat_nos);
  return (
    app_public.start_checkout(tests.id(orders.name), orders.name || '@example.com')
  ).status;
end
$$;

comment on function tests.orders(text, integer, integer[]) is 'A checkout of a guest, who stays.';

create function tests.pending(name text, guest integer, variadic seat_nos integer[])
returns uuid
language plpgsql volatile
as $$
begin
  perform tests.orders(pending.name, pending.guest, variadic pending.seat_nos);
  perform tests.as_owner();
  return tests.id(pending.name);
end
$$;

comment on function tests.pending(text, integer, integer[]) is 'A checkout of a guest, who leaves.';

-- A checkout in parts, by the plan that the story keeps as `halves`.
create function tests.in_parts(name text, guest integer, variadic seat_nos integer[])
returns uuid
language plpgsql volatile
as $$
begin
  perform tests.holds(in_parts.name, in_parts.guest, variadic in_parts.seat_nos);
  perform app_public.choose_payment_plan(tests.id(in_parts.name), tests.id('halves'));
  perform app_public.start_checkout(tests.id(in_parts.name), in_parts.name || '@example.com');
  perform tests.as_owner();
  return tests.id(in_parts.name);
end
$$;

comment on function tests.in_parts(text, integer, integer[]) is 'A checkout that is paid in parts.';

-- Whoever is signed in sells seats to a customer, at the counter or by a link.
create function tests.sells(name text, payment text, variadic seat_nos integer[])
returns text
language plpgsql volatile
as $$
begin
  perform tests.keep(
    sells.name,
    (
      app_public.hold_for_customer(
        tests.id('theatre.performance'), sells.name || '@example.com', 'Jo', 'Doe',
        seat_ids => tests.seats(variadic sells.seat_nos)
      )
    ).id
  );
  return (
    app_public.checkout_for_customer(
      tests.id(sells.name), sells.payment::app_public.staff_payment, 'For the mayor.'
    )
  ).status;
end
$$;

comment on function tests.sells(text, text, integer[]) is 'A sale by staff.';

-- What whoever pays is told of a payment: one field of it.
create function tests.session(name text, field text)
returns text
language sql volatile
as $$
  select to_jsonb(s) ->> session.field
  from app_public.payment_session(tests.id(session.name)) as s
$$;

comment on function tests.session(text, text) is 'A field of a payment session.';

-- The ticket of a seat in a booking: the good one, or one that was given back if there is no other.
create function tests.ticket(booking text, seat integer)
returns uuid
language sql stable security definer set search_path = ''
as $$
  select t.id from app_public.tickets as t
  where t.booking_id = tests.id(ticket.booking) and t.seat_no = ticket.seat
  order by t.status = 'refunded', t.id
  limit 1
$$;

comment on function tests.ticket(text, integer) is 'The ticket of a seat in a booking.';

-- The credential of the ticket of a seat, as its holder sees it.
create function tests.credential(booking_id uuid, seat_no integer)
returns text
language sql stable security definer set search_path = ''
as $$
  select app_private.ticket_credential_of(t.id, t.credential_version)
  from app_public.tickets as t
  where t.booking_id = credential.booking_id and t.seat_no = credential.seat_no
$$;

create function tests.jobs(identifier text)
returns bigint
language sql stable security definer set search_path = ''
as $$
  select count(*)
  from graphile_worker._private_jobs as j
  join graphile_worker._private_tasks as t on t.id = j.task_id
  where t.identifier = jobs.identifier
$$;

comment on function tests.jobs(text) is 'How many jobs of a task wait.';

-- One number for everything that a refused call must leave alone.
create function tests.fingerprint()
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_table regclass;
  v_hash text;
  v_all text := '';
begin
  for v_table in
    select c.oid from pg_catalog.pg_class as c
    where c.relnamespace in ('app_public'::regnamespace, 'app_private'::regnamespace)
      and c.relkind in ('r', 'p') and not c.relispartition
    order by c.oid
  loop
    execute format(
      'select coalesce(sum(hashtextextended(t::text, 0)), 0)::text from %s as t', v_table
    )
    into v_hash;
    v_all := v_all || v_hash || ' ';
  end loop;
  return md5(v_all || tests.job_count());
end
$$;

create function tests.job_count()
returns bigint
language sql stable security definer set search_path = ''
as $$ select count(*) from graphile_worker._private_jobs $$;

-- Assertions for pgTAP's files.
create function tests.refused(statement text, code text, why text)
returns text
language plpgsql volatile
as $$
begin
  return throws_ok(refused.statement, refused.code::char(5), null::text, refused.why);
end
$$;

comment on function tests.refused(text, text, text) is 'A statement fails with this SQLSTATE.';

-- Rolls back what fails, and keeps what does not.
create function tests.attempt(statement text)
returns text
language plpgsql volatile
as $$
begin
  execute attempt.statement;
  return 'done';
exception
  when others then
    return sqlstate;
end
$$;

comment on function tests.attempt(text) is 'Runs a statement: "done", or its SQLSTATE.';

create function tests.attempt_as(name text, statement text)
returns text
language plpgsql volatile
as $$
begin
  perform tests.sign_in(attempt_as.name);
  return tests.attempt(attempt_as.statement);
end
$$;

comment on function tests.attempt_as(text, text) is 'The same as somebody.';

create function tests.consistent()
returns text
language plpgsql volatile
as $$
declare
  v_found text;
begin
  set constraints all immediate;
  set constraints all deferred;
  perform tests.as_owner();
  select string_agg(format('%s: %s', c.invariant, c.detail), '; ') into v_found
  from app_public.check_invariants() as c;
  return is(v_found, null, 'and everything is consistent');
end
$$;

comment on function tests.consistent() is
  'No invariant is broken, nor anything that is checked at commit. Becomes the owner.';

create function tests.visible(table_name text)
returns text
language plpgsql volatile
as $$
declare
  v_count bigint;
begin
  execute format('select count(*) from %s', visible.table_name) into v_count;
  return v_count;
exception
  when insufficient_privilege then
    return 'denied';
end
$$;

comment on function tests.visible(text) is 'How many rows of a table one sees, or "denied".';

-- Fraud: people who buy from somewhere, and what the rules say of it.

-- A rule of the theatre, made by its owner. Becomes the owner of the database.
create function tests.rule(
  rule_name text, rule_type text, action text default 'flag', trigger_count integer default null,
  window_seconds integer default null, amount_cents bigint default null,
  amount_currency text default null, stage text default 'checkout', severity text default 'medium'
)
returns uuid
language plpgsql volatile
as $$
declare
  v_id uuid;
begin
  perform tests.sign_in('theatre owner');
  v_id := tests.keep(
    rule.rule_name,
    (
      app_public.create_fraud_rule(
        rule.rule_name, rule.rule_type::app_public.fraud_rule_type,
        rule.severity::app_public.fraud_severity, rule.action::app_public.fraud_action,
        tests.id('theatre.organization'), rule.trigger_count, rule.window_seconds,
        rule.amount_cents, rule.amount_currency, rule.stage::app_public.fraud_stage
      )
    ).id
  );
  perform tests.as_owner();
  return v_id;
end
$$;

comment on function tests.rule(
  text, text, text, integer, integer, bigint, text, text, text
) is 'A rule, by name.';

create function tests.free_seats(quantity integer)
returns text[]
language sql stable security definer set search_path = ''
as $$
  select tests.seats(variadic (
    array_agg(s.seat_no order by s.seat_no) filter (where s.status = 'available')
  )[1:free_seats.quantity])
  from app_public.seat_booking_state as s
  where s.performance_id = tests.id('theatre.performance')
$$;

create function tests.fired(booking_id uuid)
returns text
language sql stable security definer set search_path = ''
as $$
  select coalesce(string_agg(f.factor ->> 'ruleName', ', ' order by f.ordinality), 'nothing')
  from app_public.risk_assessments as a,
    jsonb_array_elements(a.factors) with ordinality as f (factor, ordinality)
  where a.booking_id = fired.booking_id
$$;

comment on function tests.fired(uuid) is 'The names of the rules that fired at a checkout.';

-- A guest holds seats and checks out, from wherever the settings say; the booking is called "last".
-- Returns the rules that fired, and the status. Becomes the owner.
create function tests.buys(
  guest integer, email text, settings jsonb default '{}', quantity integer default 1,
  phone text default null
)
returns text
language plpgsql volatile
as $$
declare
  v_seats text[] := tests.free_seats(buys.quantity);
begin
  perform set_config('lml.' || s, coalesce(buys.settings ->> s, ''), true)
  from unnest(array['ip_address', 'device', 'country']) as s;
  perform tests.as_guest(buys.guest);
  perform tests.keep(
    'last', (app_public.hold_seats(tests.id('theatre.performance'), v_seats)).id
  );
  perform app_public.start_checkout(tests.id('last'), buys.email, phone => buys.phone);
  perform set_config('lml.' || s, '', true)
  from unnest(array['ip_address', 'device', 'country']) as s;
  perform tests.as_owner();
  return tests.fired(tests.id('last')) || ': ' || tests.status(tests.id('last'));
end
$$;

comment on function tests.buys(integer, text, jsonb, integer, text) is 'A checkout from somewhere.';

-- The same, and given up again, so that the seats are there for the next story.
create function tests.tries(
  guest integer, email text, settings jsonb default '{}', quantity integer default 1,
  phone text default null
)
returns text
language plpgsql volatile
as $$
declare
  v_result text := tests.buys(
    tries.guest, tries.email, tries.settings, tries.quantity, tries.phone
  );
begin
  if tests.status(tests.id('last')) in ('pending_payment', 'fraud_hold') then
    perform tests.as_guest(tries.guest);
    perform app_public.cancel_booking(tests.id('last'));
    perform tests.as_owner();
  end if;
  return split_part(v_result, ':', 1);
end
$$;

comment on function tests.tries(integer, text, jsonb, integer, text) is
  'A checkout that is given up: the rules that fired.';

grant usage on schema tests to public;
grant execute on all functions in schema tests to public;
