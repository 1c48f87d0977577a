-- Tickets change hands, doors have gates and scanners, and people may come back.

insert into app_public.role_permissions (role, permission)
select role::app_public.organization_role, permission
from (values
  ('tickets.manage', 'owner,admin,manager,support'),
  ('gates.manage', 'owner,admin,manager,coordinator')
) as granted (permission, roles), unnest(string_to_array(roles, ',')) as role;

alter table app_public.events
  add column reentry_limit smallint not null default 0,
  add constraint events_reentry_limit_is_bounded check (reentry_limit between 0 and 100);
comment on column app_public.events.reentry_limit is
  'How often a holder who was scanned out may come in again.';

-- Where people get in.

create table app_public.entry_zones (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  venue_id uuid not null,
  name text not null,
  sections text[] not null default '{}',
  ticket_categories text[] not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  unique (id, venue_id, organization_id),
  constraint entry_zones_name_is_unique unique (venue_id, organization_id, name),
  foreign key (organization_id, venue_id)
    references app_public.venues (organization_id, id) on delete restrict,
  constraint entry_zones_name_is_short_text check (length(name) between 1 and 50),
  constraint entry_zones_cover_something
    check (cardinality(sections) + cardinality(ticket_categories) between 1 and 1000)
);
comment on table app_public.entry_zones is 'A part of a venue, with gates of its own.';
comment on column app_public.entry_zones.id is 'Identifier.';
comment on column app_public.entry_zones.organization_id is 'Whose venue.';
comment on column app_public.entry_zones.venue_id is 'The venue.';
comment on column app_public.entry_zones.name is 'Name, unique at the venue.';
comment on column app_public.entry_zones.sections is 'Sections of the layout that are in it.';
comment on column app_public.entry_zones.ticket_categories is
  'Names of ticket categories that may enter it wherever their seats are.';
comment on column app_public.entry_zones.created_at is 'When it was entered.';
comment on column app_public.entry_zones.updated_at is 'When it last changed.';

create table app_public.entry_gates (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  venue_id uuid not null,
  zone_id uuid,
  name text not null,
  closed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  unique (id, venue_id, organization_id),
  constraint entry_gates_name_is_unique unique (venue_id, organization_id, name),
  foreign key (organization_id, venue_id)
    references app_public.venues (organization_id, id) on delete restrict,
  foreign key (organization_id, venue_id, zone_id)
    references app_public.entry_zones (organization_id, venue_id, id) on delete restrict,
  constraint entry_gates_name_is_short_text check (length(name) between 1 and 50)
);
create index entry_gates_zone_id_idx
  on app_public.entry_gates (zone_id, venue_id, organization_id);
comment on table app_public.entry_gates is 'A door of a venue.';
comment on column app_public.entry_gates.id is 'Identifier.';
comment on column app_public.entry_gates.organization_id is 'Whose venue.';
comment on column app_public.entry_gates.venue_id is 'The venue.';
comment on column app_public.entry_gates.zone_id is 'Where it leads; null: everywhere.';
comment on column app_public.entry_gates.name is 'Name, unique at the venue.';
comment on column app_public.entry_gates.closed_at is 'Since when it is out of use.';
comment on column app_public.entry_gates.created_at is 'When it was entered.';
comment on column app_public.entry_gates.updated_at is 'When it last changed.';

create table app_public.scanner_devices (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  venue_id uuid not null,
  gate_id uuid,
  name text not null,
  registered_by uuid not null references app_public.users on delete restrict,
  registered_at timestamptz not null default now(),
  revoked_by uuid references app_public.users on delete restrict,
  revoked_at timestamptz,
  unique (id, organization_id),
  foreign key (organization_id, venue_id)
    references app_public.venues (organization_id, id) on delete restrict,
  foreign key (organization_id, venue_id, gate_id)
    references app_public.entry_gates (organization_id, venue_id, id) on delete restrict,
  constraint scanner_devices_name_is_short_text check (length(name) between 1 and 100),
  constraint scanner_devices_revoked_has_user check ((revoked_at is null) = (revoked_by is null))
);
create index scanner_devices_venue_id_idx
  on app_public.scanner_devices (venue_id, organization_id);
create index scanner_devices_gate_id_idx
  on app_public.scanner_devices (gate_id, venue_id, organization_id);
create index scanner_devices_registered_by_idx on app_public.scanner_devices (registered_by);
create index scanner_devices_revoked_by_idx on app_public.scanner_devices (revoked_by);
comment on table app_public.scanner_devices is
  'A scanner of the house. It has a token of its own, which lets it scan at its venue, and '
  'nothing else.';
comment on column app_public.scanner_devices.id is 'Identifier.';
comment on column app_public.scanner_devices.organization_id is 'Whose it is.';
comment on column app_public.scanner_devices.venue_id is 'Where it may scan.';
comment on column app_public.scanner_devices.gate_id is 'Where it stands when it does not say so.';
comment on column app_public.scanner_devices.name is 'What it is called.';
comment on column app_public.scanner_devices.registered_by is 'Who registered it.';
comment on column app_public.scanner_devices.registered_at is 'When.';
comment on column app_public.scanner_devices.revoked_by is 'Who revoked it.';
comment on column app_public.scanner_devices.revoked_at is 'When; null: it is good.';

create table app_private.scanner_tokens (
  token_hash bytea primary key,
  organization_id uuid not null,
  device_id uuid not null,
  unique (device_id, organization_id),
  foreign key (organization_id, device_id)
    references app_public.scanner_devices (organization_id, id) on delete restrict,
  constraint scanner_tokens_hash_is_sha256 check (octet_length(token_hash) = 32)
);
comment on table app_private.scanner_tokens is 'SHA-256 of the token of each scanner.';

create trigger _500_audit
  after insert or update or delete on app_public.entry_zones
  for each row execute function app_hidden.tg__audit();
create trigger _500_audit
  after insert or update or delete on app_public.entry_gates
  for each row execute function app_hidden.tg__audit();
create trigger _500_audit
  after insert or update or delete on app_public.scanner_devices
  for each row execute function app_hidden.tg__audit();

-- Tickets change hands.

create type app_public.ticket_transfer_status as enum (
  'offered', 'accepted', 'declined', 'withdrawn', 'expired'
);
comment on type app_public.ticket_transfer_status is 'What became of an offer.';

create table app_public.ticket_transfers (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  performance_id uuid not null,
  ticket_id uuid not null,
  status app_public.ticket_transfer_status not null default 'offered',
  from_user_id uuid references app_public.users on delete restrict,
  from_cart_token_hash bytea,
  from_customer_id uuid,
  to_email public.citext not null,
  to_user_id uuid references app_public.users on delete restrict,
  to_cart_token_hash bytea,
  to_customer_id uuid,
  offered_by uuid references app_public.users on delete restrict,
  offered_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz,
  unique (id, organization_id),
  -- For the ticket that refers to how its holder got it: it must be of the same ticket.
  unique (id, ticket_id, organization_id),
  foreign key (organization_id, performance_id)
    references app_public.performances (organization_id, id) on delete restrict,
  foreign key (organization_id, ticket_id)
    references app_public.tickets (organization_id, id) on delete restrict,
  foreign key (organization_id, from_customer_id)
    references app_public.customers (organization_id, id) on delete restrict,
  foreign key (organization_id, to_customer_id)
    references app_public.customers (organization_id, id) on delete restrict,
  constraint ticket_transfers_email_has_two_sides
    check (to_email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(to_email) <= 320),
  constraint ticket_transfers_hashes_are_sha256 check (
    octet_length(from_cart_token_hash) = 32 and octet_length(to_cart_token_hash) = 32
  ),
  constraint ticket_transfers_ended_has_time check ((status = 'offered') = (ended_at is null)),
  constraint ticket_transfers_accepted_has_one_holder check (
    num_nonnulls(to_user_id, to_cart_token_hash)
      = case status when 'accepted' then 1 else 0 end
    and (status = 'accepted') = (to_customer_id is not null)
  )
);
create unique index ticket_transfers_one_is_open
  on app_public.ticket_transfers (ticket_id, organization_id) where (status = 'offered');
create index ticket_transfers_ticket_id_idx
  on app_public.ticket_transfers (ticket_id, organization_id);
create index ticket_transfers_performance_id_idx
  on app_public.ticket_transfers (performance_id, organization_id);
create index ticket_transfers_from_user_id_idx on app_public.ticket_transfers (from_user_id);
create index ticket_transfers_from_customer_id_idx
  on app_public.ticket_transfers (from_customer_id, organization_id);
create index ticket_transfers_from_cart_token_hash_idx
  on app_public.ticket_transfers (from_cart_token_hash) where from_cart_token_hash is not null;
create index ticket_transfers_to_user_id_idx on app_public.ticket_transfers (to_user_id);
create index ticket_transfers_to_customer_id_idx
  on app_public.ticket_transfers (to_customer_id, organization_id);
create index ticket_transfers_to_cart_token_hash_idx
  on app_public.ticket_transfers (to_cart_token_hash) where to_cart_token_hash is not null;
create index ticket_transfers_offered_by_idx on app_public.ticket_transfers (offered_by);
create index ticket_transfers_expires_at_idx
  on app_public.ticket_transfers (expires_at) where (status = 'offered');
comment on table app_public.ticket_transfers is
  'Who offered a ticket to whom, and what became of it: its history.';
comment on column app_public.ticket_transfers.id is 'Identifier.';
comment on column app_public.ticket_transfers.organization_id is 'Who sold the ticket.';
comment on column app_public.ticket_transfers.performance_id is 'For which performance it is.';
comment on column app_public.ticket_transfers.ticket_id is 'The ticket.';
comment on column app_public.ticket_transfers.status is 'What became of the offer.';
comment on column app_public.ticket_transfers.from_user_id is 'Who had it; null: a guest.';
comment on column app_public.ticket_transfers.from_cart_token_hash is
  E'@behavior -*\nThe guest who had it.';
comment on column app_public.ticket_transfers.from_customer_id is 'As which customer.';
comment on column app_public.ticket_transfers.to_email is 'Where the offer went.';
comment on column app_public.ticket_transfers.to_user_id is 'Who got it; null: nobody, or a guest.';
comment on column app_public.ticket_transfers.to_cart_token_hash is
  E'@behavior -*\nThe guest who got it.';
comment on column app_public.ticket_transfers.to_customer_id is 'As which customer.';
comment on column app_public.ticket_transfers.offered_by is 'Who offered it; null: a guest.';
comment on column app_public.ticket_transfers.offered_at is 'When it was offered.';
comment on column app_public.ticket_transfers.expires_at is 'Until when the offer is good.';
comment on column app_public.ticket_transfers.ended_at is 'When the offer ended, in whatever way.';

-- The token itself is in the mail alone, and its hash here only as long as the offer is open.
create table app_private.ticket_transfer_tokens (
  token_hash bytea primary key,
  organization_id uuid not null,
  transfer_id uuid not null,
  unique (transfer_id, organization_id),
  foreign key (organization_id, transfer_id)
    references app_public.ticket_transfers (organization_id, id) on delete restrict,
  constraint ticket_transfer_tokens_hash_is_sha256 check (octet_length(token_hash) = 32)
);
comment on table app_private.ticket_transfer_tokens is 'SHA-256 of the token of each open offer.';

create type app_public.ticket_delivery_method as enum ('digital', 'mail', 'pickup');
comment on type app_public.ticket_delivery_method is 'How a ticket gets to its holder.';
create type app_public.ticket_delivery_status as enum ('pending', 'sent', 'delivered');
comment on type app_public.ticket_delivery_status is 'How far a ticket has got.';

-- The version that opens the door is in the ticket itself, so that one conditional write can ask
-- for it: a scan that waits for a transfer sees the version that the transfer has made.
alter table app_public.tickets
  add column credential_version integer not null default 1,
  add column transfer_id uuid,
  add column entry_count integer not null default 0,
  add column is_inside boolean not null default false,
  add column delivery_method app_public.ticket_delivery_method not null default 'digital',
  add column delivery_status app_public.ticket_delivery_status not null default 'pending',
  add column delivery_tracking text,
  add constraint tickets_credential_version_is_positive check (credential_version > 0),
  add constraint tickets_entry_count_is_not_negative check (entry_count >= 0),
  add constraint tickets_who_is_inside_has_entered check (entry_count > 0 or not is_inside),
  add constraint tickets_delivery_tracking_is_short
    check (length(delivery_tracking) between 1 and 100),
  add foreign key (organization_id, id, transfer_id)
    references app_public.ticket_transfers (organization_id, ticket_id, id) on delete restrict;
create index tickets_transfer_id_idx
  on app_public.tickets (transfer_id, id, organization_id) where transfer_id is not null;
update app_public.tickets set entry_count = 1, is_inside = true where status = 'used';
comment on column app_public.tickets.credential_version is
  'Which of its credentials is good: each re-issue and each transfer makes a new one.';
comment on column app_public.tickets.transfer_id is
  'How its holder got it; null: with the booking.';
comment on column app_public.tickets.entry_count is 'How often somebody came in with it.';
comment on column app_public.tickets.is_inside is 'Whether the last who came in is still inside.';
comment on column app_public.tickets.delivery_method is 'How it gets to its holder.';
comment on column app_public.tickets.delivery_status is 'How far it has got.';
comment on column app_public.tickets.delivery_tracking is 'Number of the parcel or letter.';

-- Earlier versions stay, so that the door can tell a replaced code from a forged one.
alter table app_private.ticket_credentials
  drop constraint ticket_credentials_ticket_id_organization_id_key,
  add constraint ticket_credentials_version_is_unique unique (ticket_id, organization_id, version);
comment on table app_private.ticket_credentials is
  'SHA-256 of what QR codes of a ticket carry or carried; tickets.credential_version is good.';

create table app_public.ticket_attendees (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  performance_id uuid not null,
  ticket_id uuid not null,
  first_name text,
  last_name text,
  email public.citext,
  phone text,
  answers jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint ticket_attendees_one_per_ticket unique (ticket_id, organization_id),
  foreign key (organization_id, performance_id)
    references app_public.performances (organization_id, id) on delete restrict,
  foreign key (organization_id, ticket_id)
    references app_public.tickets (organization_id, id) on delete restrict,
  constraint ticket_attendees_names_are_short_text check (
    length(first_name) between 1 and 100 and length(last_name) between 1 and 100
  ),
  constraint ticket_attendees_email_has_two_sides
    check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= 320),
  constraint ticket_attendees_phone_is_e164 check (phone ~ '^\+?[1-9][0-9]{1,14}$'),
  constraint ticket_attendees_answers_are_texts_by_question check (
    jsonb_typeof(answers) = 'object' and length(answers::text) <= 8000
    and not jsonb_path_exists(answers, '$.* ? (@.type() != "string")')
  )
);
create index ticket_attendees_performance_id_idx
  on app_public.ticket_attendees (performance_id, organization_id);
comment on table app_public.ticket_attendees is 'Who comes with a ticket, as its holder says.';
comment on column app_public.ticket_attendees.id is 'Identifier.';
comment on column app_public.ticket_attendees.organization_id is 'Who sold the ticket.';
comment on column app_public.ticket_attendees.performance_id is 'For which performance.';
comment on column app_public.ticket_attendees.ticket_id is 'With which ticket.';
comment on column app_public.ticket_attendees.first_name is 'Given name.';
comment on column app_public.ticket_attendees.last_name is 'Family name.';
comment on column app_public.ticket_attendees.email is 'Address.';
comment on column app_public.ticket_attendees.phone is 'Telephone number.';
comment on column app_public.ticket_attendees.answers is
  'Answers to what the organizer asks, by question.';
comment on column app_public.ticket_attendees.created_at is 'When it was first told.';
comment on column app_public.ticket_attendees.updated_at is 'When it last changed.';

-- The door.

alter type app_public.scan_result add value 'expired';
alter type app_public.scan_result add value 'wrong_gate';

create type app_public.scan_direction as enum ('in', 'out');
comment on type app_public.scan_direction is 'Which way somebody goes through a door.';

alter table app_public.ticket_scans
  add column direction app_public.scan_direction not null default 'in',
  add column entry_gate_id uuid,
  add column scanner_device_id uuid,
  add column offline_at timestamptz,
  add column offline_result app_public.scan_result,
  add foreign key (organization_id, entry_gate_id)
    references app_public.entry_gates (organization_id, id) on delete restrict,
  add foreign key (organization_id, scanner_device_id)
    references app_public.scanner_devices (organization_id, id) on delete restrict,
  add constraint ticket_scans_offline_has_time_and_result
    check ((offline_at is null) = (offline_result is null)),
  add constraint ticket_scans_offline_has_device
    check (offline_at is null or scanner_device_id is not null);
create index ticket_scans_entry_gate_id_idx
  on app_public.ticket_scans (entry_gate_id, organization_id) where entry_gate_id is not null;
create index ticket_scans_scanner_device_id_idx
  on app_public.ticket_scans (scanner_device_id, organization_id)
  where scanner_device_id is not null;
comment on column app_public.ticket_scans.direction is 'In or out.';
comment on column app_public.ticket_scans.gate is 'Which gate, by name.';
comment on column app_public.ticket_scans.entry_gate_id is 'Which gate, where it is registered.';
comment on column app_public.ticket_scans.device is 'Which scanner, by name.';
comment on column app_public.ticket_scans.scanner_device_id is
  'Which scanner, where it is registered.';
comment on column app_public.ticket_scans.offline_at is
  'When the device scanned it while offline, by its own clock; null: online.';
comment on column app_public.ticket_scans.offline_result is
  'What the device said then. A success here that is none in result let somebody in twice.';

-- One row for each offline scan, whose key the device has made: merging again changes nothing.
create table app_private.offline_scan_results (
  device_id uuid not null,
  organization_id uuid not null,
  scan_id uuid not null,
  ticket_id uuid,
  result app_public.scan_result,
  code text,
  is_double boolean not null default false,
  merged_at timestamptz not null default now(),
  primary key (scan_id, device_id, organization_id),
  foreign key (organization_id, device_id)
    references app_public.scanner_devices (organization_id, id) on delete restrict,
  foreign key (organization_id, ticket_id)
    references app_public.tickets (organization_id, id) on delete restrict
);
create index offline_scan_results_device_id_idx
  on app_private.offline_scan_results (device_id, organization_id);
create index offline_scan_results_ticket_id_idx
  on app_private.offline_scan_results (ticket_id, organization_id);
comment on table app_private.offline_scan_results is
  'What became of each offline scan when it was merged.';

-- Everything that a scan must know before it looks at the ticket.
create type app_private.door as (
  organization_id uuid,
  performance_id uuid,
  is_canceled boolean,
  closes_at timestamptz,
  reentry_limit smallint,
  venue_id uuid,
  user_id uuid,
  device_id uuid,
  device text,
  gate_id uuid,
  gate text,
  has_zone boolean,
  sections text[],
  ticket_categories text[]
);
create type app_private.admission as (
  ticket_id uuid,
  result app_public.scan_result,
  code text
);

create type app_public.scanner_registration as (
  device_id uuid,
  device_token text
);
comment on type app_public.scanner_registration is 'A scanner, with the token that it scans with.';
comment on column app_public.scanner_registration.device_id is 'The scanner.';
comment on column app_public.scanner_registration.device_token is
  'Its token, sent as a session''s is. It cannot be shown again.';

create type app_public.scan_list as (
  document text,
  signature text
);
comment on type app_public.scan_list is 'What a scanner needs to work offline.';
comment on column app_public.scan_list.document is 'JSON in the format lml-scan-list/1.';
comment on column app_public.scan_list.signature is
  'HMAC-SHA-256 of the document under the SHA-256 of the scanner''s token, in hexadecimal.';

-- What a scanner did while it was offline, as it tells it.
create type app_private.offline_scan as (
  scan_id uuid,
  credential_hash text,
  direction app_public.scan_direction,
  scanned_at timestamptz,
  result app_public.scan_result,
  gate_id uuid
);

create type app_public.merged_scan as (
  scan_id uuid,
  ticket_id uuid,
  result app_public.scan_result,
  code text,
  is_double boolean
);
comment on type app_public.merged_scan is 'What became of an offline scan.';
comment on column app_public.merged_scan.scan_id is 'The UUID that the scanner made for it.';
comment on column app_public.merged_scan.ticket_id is 'The ticket, where it was recognized.';
comment on column app_public.merged_scan.result is 'What the door would have said.';
comment on column app_public.merged_scan.code is 'Error code of a refusal, see docs/errors.md.';
comment on column app_public.merged_scan.is_double is
  'Whether the scanner let somebody in who should have stayed outside.';

create type app_public.ticket_offer as (
  event_title text,
  starts_at timestamptz,
  venue_name text,
  section text,
  row_name text,
  seat_number text,
  expires_at timestamptz
);
comment on type app_public.ticket_offer is
  'What somebody is offered, as told to who has the token.';
comment on column app_public.ticket_offer.event_title is 'The event.';
comment on column app_public.ticket_offer.starts_at is 'When it starts.';
comment on column app_public.ticket_offer.venue_name is 'Where.';
comment on column app_public.ticket_offer.section is 'Section of the seat.';
comment on column app_public.ticket_offer.row_name is 'Row of the seat.';
comment on column app_public.ticket_offer.seat_number is 'Number of the seat.';
comment on column app_public.ticket_offer.expires_at is 'Until when the offer is good.';

-- Their arguments have changed.
drop function app_public.scan_ticket(uuid, text, text, text);
drop function app_private.use_ticket(uuid, uuid);

-- As every table with updated_at has.
create trigger _100_set_updated_at
  before update on app_public.entry_zones
  for each row execute function app_hidden.tg__set_updated_at();
create trigger _100_set_updated_at
  before update on app_public.entry_gates
  for each row execute function app_hidden.tg__set_updated_at();
create trigger _100_set_updated_at
  before update on app_public.ticket_attendees
  for each row execute function app_hidden.tg__set_updated_at();
