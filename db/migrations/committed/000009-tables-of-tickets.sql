--! Previous: sha1:53bab3c6facac800e4bd08e760205fc47a18f134
--! Hash: sha1:bc26f1d2aa9690ef7aa005aca2eaf9f0a95db2ed
--! Message: tables of tickets

--! split: 100-tables.sql
-- What gets people in: tickets, what their QR codes carry, and what happened at the door.

create type app_public.ticket_status as enum ('valid', 'used', 'canceled', 'refunded');
comment on type app_public.ticket_status is 'Whether a ticket lets somebody in.';

create type app_public.scan_result as enum (
  'success', 'already_scanned', 'invalid', 'canceled', 'wrong_event'
);
comment on type app_public.scan_result is 'What the door says.';

create table app_public.tickets (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  performance_id uuid not null,
  booking_id uuid not null,
  booking_item_id uuid not null,
  ticket_category_id uuid not null,
  seat_no integer,
  ticket_number text not null,
  status app_public.ticket_status not null default 'valid',
  section text,
  row_name text,
  seat_number text,
  face_value_cents bigint not null,
  discount_cents bigint not null,
  fees_paid_cents bigint not null,
  tax_paid_cents bigint not null,
  total_paid_cents bigint not null,
  currency text not null,
  issued_at timestamptz not null default now(),
  used_at timestamptz,
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  unique (ticket_number, organization_id),
  foreign key (organization_id, performance_id, currency)
    references app_public.performances (organization_id, id, currency) on delete restrict,
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  foreign key (organization_id, booking_item_id)
    references app_public.booking_items (organization_id, id) on delete restrict,
  foreign key (organization_id, ticket_category_id)
    references app_public.ticket_categories (organization_id, id) on delete restrict,
  constraint tickets_number_is_unambiguous
    check (ticket_number ~ '^TKT-[ABCDEFGHJKMNPQRSTUVWXYZ23456789]{10}$'),
  constraint tickets_used_has_time check ((status = 'used') = (used_at is not null)),
  constraint tickets_total_is_sum_of_parts check (
    total_paid_cents = face_value_cents - discount_cents + fees_paid_cents + tax_paid_cents
  ),
  constraint tickets_seat_has_its_name check (
    (seat_no is null) = (section is null)
    and (seat_no is null) = (row_name is null)
    and (seat_no is null) = (seat_number is null)
  )
);
-- The last line against selling a seat twice: whatever the code above does, one live ticket.
create unique index tickets_one_is_live_per_seat
  on app_public.tickets (performance_id, organization_id, seat_no)
  where status in ('valid', 'used');
create index tickets_performance_id_idx
  on app_public.tickets (performance_id, organization_id, currency);
create index tickets_booking_id_idx on app_public.tickets (booking_id, organization_id);
create index tickets_booking_item_id_idx on app_public.tickets (booking_item_id, organization_id);
create index tickets_ticket_category_id_idx
  on app_public.tickets (ticket_category_id, organization_id);

comment on table app_public.tickets is 'The right of one person to one seat or admission.';
comment on column app_public.tickets.id is 'Identifier.';
comment on column app_public.tickets.organization_id is 'Who sold it.';
comment on column app_public.tickets.performance_id is 'For which performance.';
comment on column app_public.tickets.booking_id is 'Bought with which booking.';
comment on column app_public.tickets.booking_item_id is 'Bought with which line of it.';
comment on column app_public.tickets.ticket_category_id is 'Its category.';
comment on column app_public.tickets.seat_no is 'Its seat in the layout; null: admission only.';
comment on column app_public.tickets.ticket_number is 'Printed number. It opens no door.';
comment on column app_public.tickets.status is 'Whether it lets somebody in.';
comment on column app_public.tickets.section is 'Section of the seat.';
comment on column app_public.tickets.row_name is 'Row of the seat.';
comment on column app_public.tickets.seat_number is 'Number of the seat.';
comment on column app_public.tickets.face_value_cents is 'Price.';
comment on column app_public.tickets.discount_cents is 'What was taken off.';
comment on column app_public.tickets.fees_paid_cents is 'Service and processing fees.';
comment on column app_public.tickets.tax_paid_cents is 'Tax.';
comment on column app_public.tickets.total_paid_cents is 'What was paid for it.';
comment on column app_public.tickets.currency is 'Currency of the amounts.';
comment on column app_public.tickets.issued_at is 'When it was issued.';
comment on column app_public.tickets.used_at is 'When it was used.';
comment on column app_public.tickets.updated_at is 'When it last changed.';

create table app_private.ticket_credentials (
  credential_hash bytea primary key,
  organization_id uuid not null,
  ticket_id uuid not null,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  unique (ticket_id, organization_id),
  foreign key (organization_id, ticket_id)
    references app_public.tickets (organization_id, id) on delete restrict,
  constraint ticket_credentials_hash_is_sha256 check (octet_length(credential_hash) = 32),
  constraint ticket_credentials_version_is_positive check (version > 0)
);

comment on table app_private.ticket_credentials is
  'SHA-256 of what the QR code of a ticket carries now; a new version ends the old.';

-- Keys that the database itself made. They never leave it.
create table app_private.signing_keys (
  name text primary key,
  key bytea not null,
  created_at timestamptz not null default now(),
  constraint signing_keys_key_is_long check (octet_length(key) >= 32)
);

comment on table app_private.signing_keys is 'Keys from which ticket credentials are derived.';

insert into app_private.signing_keys (name, key)
values ('ticket_credential', public.gen_random_bytes(32));

create table app_public.ticket_scans (
  id uuid not null default uuidv7(),
  organization_id uuid not null,
  performance_id uuid not null,
  ticket_id uuid,
  result app_public.scan_result not null,
  code text,
  gate text,
  device text,
  scanned_by uuid,
  scanned_at timestamptz not null default now(),
  primary key (performance_id, organization_id, id, scanned_at),
  foreign key (organization_id, performance_id)
    references app_public.performances (organization_id, id) on delete restrict,
  foreign key (organization_id, ticket_id)
    references app_public.tickets (organization_id, id) on delete restrict,
  constraint ticket_scans_refusal_has_code check ((result = 'success') = (code is null)),
  constraint ticket_scans_texts_are_short check (length(gate) <= 50 and length(device) <= 100)
) partition by range (scanned_at);
create index ticket_scans_ticket_id_idx on app_public.ticket_scans (ticket_id, organization_id);

comment on table app_public.ticket_scans is 'Every attempt at a door: append-only.';
comment on column app_public.ticket_scans.id is 'Identifier.';
comment on column app_public.ticket_scans.organization_id is 'Whose door.';
comment on column app_public.ticket_scans.performance_id is 'For which performance.';
comment on column app_public.ticket_scans.ticket_id is 'Which ticket, where it was recognized.';
comment on column app_public.ticket_scans.result is 'What the door said.';
comment on column app_public.ticket_scans.code is 'Error code of a refusal, see docs/errors.md.';
comment on column app_public.ticket_scans.gate is 'Which gate.';
comment on column app_public.ticket_scans.device is 'Which scanner.';
comment on column app_public.ticket_scans.scanned_by is 'Who scanned.';
comment on column app_public.ticket_scans.scanned_at is 'When.';
