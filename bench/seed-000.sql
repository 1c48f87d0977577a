-- The part of an early draft of this product that holds a seat, as the draft defines it: one call of acquire_seat_lock
-- locks one seat, trigger_update_booking_totals recalculates the booking after each seat's row, and each attempt leaves
-- a row in audit_log.
--
-- The tables that a hold writes are whole: bookings, seat_booking_state and audit_log have all their columns,
-- constraints, foreign keys, indexes and triggers, and so has booking_state_transitions, which
-- trigger_log_booking_status_change writes. Those that a hold only refers to have their key and what is read of them:
-- users, organizations, events, ticket_categories. The draft's fraud_detection_rules and fraud_alerts are left out: no
-- function and no trigger of it reads or writes them. It takes no locks but those of its statements.
--
-- Repaired just enough to run:
-- * "get diagnostics lock_successful = found" is a syntax error; found is assigned.
-- * In acquire_seat_lock, the name current_time means the function of that name, whose type does not compare with
--   locked_until; the variable is called v_current_time.
-- * "create index concurrently" cannot run in a transaction, and the tables are empty.
-- * uuid_generate_v4 needs an extension; gen_random_uuid makes the same kind of key and costs the same.
-- And for the bench, which does not name them: seat_booking_state."row" and seat_number have a default.
--
-- Wrong, but not in the way of a hold, and left as it is: valid_lock compares with the clock while the row is written,
-- and so refuses any later change of a row whose lock ran out that leaves it locked.
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
  email public.citext unique not null
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

create table ticket_categories (
  id uuid primary key default gen_random_uuid(),
  event_id uuid not null references events (id) on delete cascade
);

create table bookings (
  id uuid primary key default gen_random_uuid(),
  booking_reference varchar(20) unique not null,
  user_id uuid not null references users (id) on delete set null,
  event_id uuid not null references events (id) on delete cascade,
  organization_id uuid not null references organizations (id) on delete cascade,
  status booking_status default 'draft',
  previous_status booking_status,
  status_changed_at timestamptz default now(),
  status_changed_by uuid references users (id),
  subtotal_cents integer default 0,
  service_fee_cents integer default 0,
  processing_fee_cents integer default 0,
  tax_cents integer default 0,
  total_amount_cents integer default 0,
  currency varchar(3) default 'USD',
  commission_rate decimal(5, 2) default 10.00,
  commission_amount_cents integer default 0,
  venue_payout_cents integer default 0,
  stripe_checkout_session_id varchar(255),
  stripe_payment_intent_id varchar(255),
  stripe_customer_id varchar(255),
  booking_channel varchar(50) default 'web',
  referral_source varchar(100),
  utm_data jsonb default '{}',
  customer_email varchar(255),
  customer_name varchar(200),
  customer_phone varchar(20),
  seat_selection_time integer,
  checkout_start_time timestamptz,
  payment_completion_time timestamptz,
  special_requests text,
  accessibility_requirements jsonb default '[]',
  dietary_requirements jsonb default '[]',
  expires_at timestamptz default (now() + interval '15 minutes'),
  confirmed_at timestamptz,
  canceled_at timestamptz,
  cancellation_reason varchar(100),
  risk_score integer default 0,
  risk_factors jsonb default '[]',
  fraud_review_required boolean default false,
  fraud_review_completed_at timestamptz,
  fraud_review_result varchar(20),
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  ip_address inet,
  user_agent text,
  device_fingerprint varchar(255),
  constraint valid_total check (total_amount_cents >= 0),
  constraint valid_commission check (commission_rate >= 0 and commission_rate <= 50),
  constraint valid_reference check (booking_reference ~ '^LML-[A-Z0-9]{6}$'),
  constraint valid_risk_score check (risk_score >= 0 and risk_score <= 100)
);

create table seat_booking_state (
  id uuid primary key default gen_random_uuid(),
  event_id uuid not null references events (id) on delete cascade,
  booking_id uuid references bookings (id) on delete set null,
  ticket_category_id uuid references ticket_categories (id) on delete set null,
  seat_id varchar(64) not null,
  section varchar(100) not null,
  "row" varchar(10) not null default '1',
  seat_number integer not null default 1,
  x_coordinate decimal(10, 8),
  y_coordinate decimal(10, 8),
  status seat_status default 'available',
  previous_status seat_status,
  locked_by uuid references users (id) on delete set null,
  locked_at timestamptz,
  locked_until timestamptz,
  lock_session_id varchar(255),
  base_price_cents integer,
  dynamic_price_cents integer,
  final_price_cents integer,
  price_category varchar(50),
  seat_features jsonb default '{}',
  accessibility_compliant boolean default true,
  status_changed_at timestamptz default now(),
  status_changed_by uuid references users (id) on delete set null,
  status_change_reason varchar(100),
  last_booking_attempt timestamptz,
  booking_attempt_count integer default 0,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  unique (event_id, seat_id),
  constraint valid_coordinates check (
    (x_coordinate is null and y_coordinate is null)
    or (x_coordinate between 0 and 1 and y_coordinate between 0 and 1)
  ),
  constraint valid_lock check (
    (status != 'locked')
    or (locked_by is not null and locked_until is not null and locked_until > now())
  ),
  constraint valid_seat_id check (seat_id ~ '^[a-f0-9]{64}$')
);

create table audit_log (
  id uuid primary key default gen_random_uuid(),
  event_type varchar(50) not null,
  action varchar(100) not null,
  entity_type varchar(50),
  entity_id uuid,
  user_id uuid references users (id) on delete set null,
  session_id uuid,
  impersonated_by uuid references users (id) on delete set null,
  ip_address inet,
  user_agent text,
  request_id varchar(255),
  old_values jsonb,
  new_values jsonb,
  changed_fields jsonb default '[]',
  metadata jsonb default '{}',
  tags jsonb default '[]',
  created_at timestamptz default now(),
  retention_until date,
  constraint valid_action check (action != '')
);

create table booking_state_transitions (
  id uuid primary key default gen_random_uuid(),
  booking_id uuid not null references bookings (id) on delete cascade,
  from_status booking_status,
  to_status booking_status not null,
  transition_reason varchar(100),
  changed_by uuid references users (id) on delete set null,
  changed_via varchar(50),
  ip_address inet,
  user_agent text,
  session_id varchar(255),
  metadata jsonb default '{}',
  created_at timestamptz default now(),
  constraint valid_transition check (from_status is null or from_status != to_status)
);

create index idx_bookings_user_status on bookings (user_id, status, created_at desc);
create index idx_bookings_event_status on bookings (event_id, status);
create index idx_bookings_reference on bookings (booking_reference);
create index idx_bookings_stripe_session on bookings (stripe_checkout_session_id)
  where stripe_checkout_session_id is not null;
create index idx_bookings_expiry_cleanup on bookings (expires_at) where status = 'draft';

create index idx_seat_booking_event_status on seat_booking_state (event_id, status);
create index idx_seat_booking_seat_id on seat_booking_state (seat_id);
create index idx_seat_booking_user_locked on seat_booking_state (locked_by, locked_until)
  where status = 'locked';
create index idx_seat_booking_booking_id on seat_booking_state (booking_id)
  where booking_id is not null;
create index idx_seat_booking_availability on seat_booking_state (event_id, status, section)
  where status = 'available';

create index idx_audit_log_entity on audit_log (entity_type, entity_id, created_at desc);
create index idx_audit_log_user_action on audit_log (user_id, action, created_at desc);
create index idx_audit_log_retention on audit_log (retention_until)
  where retention_until is not null;

create function calculate_booking_totals(booking_uuid uuid)
returns table (
  subtotal_cents integer, service_fee_cents integer, tax_cents integer, total_cents integer
)
language plpgsql
as $$
declare
  seat_total integer := 0;
  service_fee integer := 0;
  tax_amount integer := 0;
  event_rec record;
begin
  select e.service_fee_percentage, e.base_currency
  into event_rec
  from bookings b
  join events e on b.event_id = e.id
  where b.id = booking_uuid;

  select coalesce(sum(sbs.final_price_cents), 0)
  into seat_total
  from seat_booking_state sbs
  where sbs.booking_id = booking_uuid;

  service_fee := round(seat_total * coalesce(event_rec.service_fee_percentage, 0) / 100);
  tax_amount := round((seat_total + service_fee) * 0.08);

  return query select
    seat_total, service_fee, tax_amount, seat_total + service_fee + tax_amount;
end;
$$;

create function acquire_seat_lock(
  p_event_id uuid,
  p_seat_id varchar(64),
  p_user_id uuid,
  p_booking_id uuid,
  p_lock_duration_minutes integer default 10
)
returns boolean
language plpgsql
as $$
declare
  lock_successful boolean := false;
  v_current_time timestamptz := now();
  expire_time timestamptz := now() + (p_lock_duration_minutes || ' minutes')::interval;
begin
  update seat_booking_state
  set
    status = 'locked',
    locked_by = p_user_id,
    locked_at = v_current_time,
    locked_until = expire_time,
    booking_id = p_booking_id,
    status_changed_at = v_current_time,
    status_changed_by = p_user_id
  where event_id = p_event_id
    and seat_id = p_seat_id
    and (
      status = 'available'
      or (status = 'locked' and locked_until < v_current_time)
    );

  lock_successful := found;

  insert into audit_log (event_type, action, entity_type, entity_id, user_id, metadata)
  values (
    'system_event', 'seat_lock_attempt', 'seat_booking_state', p_event_id, p_user_id,
    jsonb_build_object(
      'seat_id', p_seat_id,
      'booking_id', p_booking_id,
      'successful', lock_successful
    )
  );

  return lock_successful;
end;
$$;

create function update_booking_totals()
returns trigger
language plpgsql
as $$
declare
  booking_totals record;
begin
  select * into booking_totals from calculate_booking_totals(new.booking_id);

  update bookings
  set
    subtotal_cents = booking_totals.subtotal_cents,
    service_fee_cents = booking_totals.service_fee_cents,
    tax_cents = booking_totals.tax_cents,
    total_amount_cents = booking_totals.total_cents,
    updated_at = now()
  where id = new.booking_id;

  return new;
end;
$$;

create trigger trigger_update_booking_totals
  after insert or update or delete on seat_booking_state
  for each row
  execute function update_booking_totals();

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
      jsonb_build_object(
        'change_reason', 'status_update',
        'previous_updated_at', old.updated_at,
        'new_updated_at', new.updated_at
      )
    );
  end if;

  return new;
end;
$$;

create trigger trigger_log_booking_status_change
  after update on bookings
  for each row
  execute function log_booking_status_change();
