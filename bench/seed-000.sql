-- The shape of an early draft of this product, as small as its way of holding a seat allows: one call locks one seat, a
-- trigger recalculates the booking after each seat's row, and each attempt leaves a row in the audit log. Tables and
-- columns that a hold neither reads nor writes are left out, which only makes it faster.
--
-- Repaired just enough to run:
-- * "get diagnostics ... = found" does not exist; the number of rows is asked for.
-- * A variable cannot be named current_time; it has another name.
-- * A check with now() is true only while the row is written, and refuses any later change of a row whose lock ran out
--   that leaves it locked; a lock needs an owner and an end, whenever that is.
-- * uuid_generate_v4 needs an extension; gen_random_uuid is built in and not slower.
create schema seed_000;
set search_path = seed_000;

create type booking_status as enum (
  'draft', 'pending_payment', 'confirmed', 'partially_paid', 'canceled', 'refunded', 'expired',
  'disputed', 'fraud_hold', 'transferred'
);
create type seat_status as enum (
  'available', 'locked', 'booked', 'reserved', 'blocked', 'released'
);

create table users (
  id uuid primary key default gen_random_uuid(),
  email varchar(255) unique not null
);

create table organizations (
  id uuid primary key default gen_random_uuid(),
  name varchar(255) not null
);

create table events (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations (id) on delete cascade,
  title varchar(255) not null,
  base_currency varchar(3) default 'USD',
  service_fee_percentage decimal(5, 2) default 0
);

create table bookings (
  id uuid primary key default gen_random_uuid(),
  booking_reference varchar(20) unique not null,
  user_id uuid not null references users (id) on delete set null,
  event_id uuid not null references events (id) on delete cascade,
  organization_id uuid not null references organizations (id) on delete cascade,
  status booking_status default 'draft',
  status_changed_by uuid references users (id),
  subtotal_cents integer default 0,
  service_fee_cents integer default 0,
  tax_cents integer default 0,
  total_amount_cents integer default 0,
  currency varchar(3) default 'USD',
  expires_at timestamptz default (now() + interval '15 minutes'),
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  constraint valid_total check (total_amount_cents >= 0),
  constraint valid_reference check (booking_reference ~ '^LML-[A-Z0-9]{6}$')
);
create index on bookings (user_id, status, created_at desc);
create index on bookings (event_id, status);
create index on bookings (booking_reference);
create index on bookings (expires_at) where status = 'draft';

create table seat_booking_state (
  id uuid primary key default gen_random_uuid(),
  event_id uuid not null references events (id) on delete cascade,
  booking_id uuid references bookings (id) on delete set null,
  seat_id varchar(64) not null,
  section varchar(100) not null,
  status seat_status default 'available',
  locked_by uuid references users (id) on delete set null,
  locked_at timestamptz,
  locked_until timestamptz,
  final_price_cents integer,
  status_changed_at timestamptz default now(),
  status_changed_by uuid references users (id) on delete set null,
  unique (event_id, seat_id),
  constraint valid_lock check (
    status <> 'locked' or (locked_by is not null and locked_until is not null)
  ),
  constraint valid_seat_id check (seat_id ~ '^[a-f0-9]{64}$')
);
create index on seat_booking_state (event_id, status);
create index on seat_booking_state (seat_id);
create index on seat_booking_state (locked_by, locked_until) where status = 'locked';
create index on seat_booking_state (booking_id) where booking_id is not null;
create index on seat_booking_state (event_id, status, section) where status = 'available';

create table booking_state_transitions (
  id uuid primary key default gen_random_uuid(),
  booking_id uuid not null references bookings (id) on delete cascade,
  from_status booking_status,
  to_status booking_status not null,
  changed_by uuid references users (id),
  metadata jsonb default '{}',
  created_at timestamptz default now()
);

create table audit_log (
  id uuid primary key default gen_random_uuid(),
  event_type varchar(50) not null,
  action varchar(100) not null,
  entity_type varchar(50),
  entity_id uuid,
  user_id uuid references users (id) on delete set null,
  metadata jsonb default '{}',
  created_at timestamptz default now(),
  constraint valid_action check (action <> '')
);
create index on audit_log (entity_type, entity_id, created_at desc);
create index on audit_log (user_id, action, created_at desc);

create function calculate_booking_totals(booking_uuid uuid)
returns table (
  subtotal_cents integer, service_fee_cents integer, tax_cents integer, total_cents integer
)
language plpgsql
as $$
declare
  v_percentage numeric;
  v_seats integer;
  v_fee integer;
  v_tax integer;
begin
  select e.service_fee_percentage into v_percentage
  from bookings as b
  join events as e on e.id = b.event_id
  where b.id = booking_uuid;

  select coalesce(sum(s.final_price_cents), 0) into v_seats
  from seat_booking_state as s
  where s.booking_id = booking_uuid;

  v_fee := round(v_seats * coalesce(v_percentage, 0) / 100);
  v_tax := round((v_seats + v_fee) * 0.08);
  return query select v_seats, v_fee, v_tax, v_seats + v_fee + v_tax;
end
$$;

create function acquire_seat_lock(
  p_event_id uuid, p_seat_id varchar, p_user_id uuid, p_booking_id uuid,
  p_lock_duration_minutes integer default 10
)
returns boolean
language plpgsql
as $$
declare
  v_now timestamptz := now();
  v_rows integer;
begin
  update seat_booking_state
  set status = 'locked', locked_by = p_user_id, locked_at = v_now,
    locked_until = v_now + make_interval(mins => p_lock_duration_minutes),
    booking_id = p_booking_id, status_changed_at = v_now, status_changed_by = p_user_id
  where event_id = p_event_id
    and seat_id = p_seat_id
    and (status = 'available' or (status = 'locked' and locked_until < v_now));
  get diagnostics v_rows = row_count;

  insert into audit_log (event_type, action, entity_type, entity_id, user_id, metadata)
  values (
    'system_event', 'seat_lock_attempt', 'seat_booking_state', p_event_id, p_user_id,
    jsonb_build_object(
      'seat_id', p_seat_id, 'booking_id', p_booking_id, 'successful', v_rows > 0
    )
  );
  return v_rows > 0;
end
$$;

create function update_booking_totals()
returns trigger
language plpgsql
as $$
declare
  v_totals record;
begin
  select * into v_totals from calculate_booking_totals(new.booking_id);
  update bookings
  set subtotal_cents = v_totals.subtotal_cents, service_fee_cents = v_totals.service_fee_cents,
    tax_cents = v_totals.tax_cents, total_amount_cents = v_totals.total_cents, updated_at = now()
  where id = new.booking_id;
  return new;
end
$$;

create trigger update_booking_totals
after insert or update or delete on seat_booking_state
for each row execute function update_booking_totals();

create function log_booking_status_change()
returns trigger
language plpgsql
as $$
begin
  if old.status is distinct from new.status then
    insert into booking_state_transitions (
      booking_id, from_status, to_status, changed_by, metadata
    )
    values (
      new.id, old.status, new.status, new.status_changed_by,
      jsonb_build_object('from', old.updated_at, 'to', new.updated_at)
    );
  end if;
  return new;
end
$$;

create trigger log_booking_status_change
after update on bookings
for each row execute function log_booking_status_change();
