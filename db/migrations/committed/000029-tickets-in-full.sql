--! Previous: sha1:0615de9ea6c0fde47e53e91060e85dda8dbeacf8
--! Hash: sha1:5bfa54f3e6df07bd4addfa627202aa6e58333792
--! Message: Tickets in full

--! split: 250-tickets.sql
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

--! split: 1000-functions-tickets-accept_ticket.sql
-- The token is the right: a mail may be passed on, as a paper ticket may. Whoever accepts gets a
-- code that nobody has seen before them.
create or replace function app_public.accept_ticket(
  token text, first_name text default null, last_name text default null
)
returns app_public.tickets
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_buyer app_private.buyer := app_private.require_buyer();
  v_transfer app_public.ticket_transfers := app_private.open_offer(accept_ticket.token);
  v_ticket app_public.tickets;
  v_user app_public.users;
begin
  select * into strict v_ticket from app_public.tickets as t where t.id = v_transfer.ticket_id;
  perform app_private.require_transferable(v_ticket);
  select * into v_user from app_public.users as u where u.id = v_buyer.user_id;

  update app_public.ticket_transfers as x
  set status = 'accepted', ended_at = now(), to_user_id = v_buyer.user_id,
    to_cart_token_hash = v_buyer.cart_token_hash,
    to_customer_id = app_private.find_or_create_customer(
      x.organization_id, v_buyer.user_id, coalesce(v_user.email, x.to_email)::text,
      coalesce(accept_ticket.first_name, v_user.first_name),
      coalesce(accept_ticket.last_name, v_user.last_name), null
    )
  where x.id = v_transfer.id;
  delete from app_private.ticket_transfer_tokens as t
  where t.organization_id = v_transfer.organization_id and t.transfer_id = v_transfer.id;
  update app_public.tickets as t
  set transfer_id = v_transfer.id
  where t.organization_id = v_ticket.organization_id and t.id = v_ticket.id;
  perform app_private.rotate_credential(v_ticket);
  -- Who comes is for the new holder to say, and what the old one said is none of their business.
  delete from app_public.ticket_attendees as a
  where a.organization_id = v_ticket.organization_id and a.ticket_id = v_ticket.id;
  perform app_private.queue_email(
    c.email::text, 'ticket_transferred', app_private.ticket_words(v_ticket.id)
  )
  from app_public.customers as c
  where c.organization_id = v_transfer.organization_id and c.id = v_transfer.from_customer_id;
  select * into strict v_ticket from app_public.tickets as t where t.id = v_ticket.id;
  return v_ticket;
end
$$;

comment on function app_public.accept_ticket(text, text, text) is
  'Takes a ticket that was offered by mail: for the signed-in user, or for a guest with a cart '
  'token. It has another QR code from now on, and the one before is dead. Raises LMTOK, LMTUS, '
  'LMTVD, LMTRB, LMINP, LMSES, LMCRT.';
grant execute on function app_public.accept_ticket(text, text, text) to lml_anonymous, lml_user;

--! split: 1001-functions-tickets-admit.sql
-- One conditional write decides between two scanners of one ticket, and between a scanner and
-- whoever hands the ticket on: it waits for nothing but this ticket. What may change is in the
-- ticket's own row, because that is what is looked at again after waiting; a credential never
-- changes. A refusal is a result, not an exception: raising would undo the record of the attempt.
-- What is written as "is true" is of no use to an index: on a new database, a plan might otherwise
-- read all tickets of the performance.
create or replace function app_private.admit(
  door app_private.door, credential_hash bytea, direction app_public.scan_direction,
  at timestamptz
)
returns app_private.admission
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_admission app_private.admission := row(null, 'success', null);
begin
  if admit.direction = 'out' then
    update app_public.tickets as t
    set is_inside = false
    from app_private.ticket_credentials as c
    where c.credential_hash = admit.credential_hash
      and c.organization_id = (admit.door).organization_id
      and t.organization_id = c.organization_id
      and t.id = c.ticket_id
      and (t.performance_id = (admit.door).performance_id) is true
      and t.credential_version = c.version
      and t.is_inside
    returning t.id into v_admission.ticket_id;
  elsif (admit.door).closes_at >= admit.at and not (admit.door).is_canceled then
    update app_public.tickets as t
    set status = 'used', used_at = coalesce(t.used_at, admit.at),
      entry_count = t.entry_count + 1, is_inside = true
    from app_private.ticket_credentials as c
    where c.credential_hash = admit.credential_hash
      and c.organization_id = (admit.door).organization_id
      and t.organization_id = c.organization_id
      and t.id = c.ticket_id
      and (t.performance_id = (admit.door).performance_id) is true
      and t.credential_version = c.version
      and (
        t.status = 'valid'
        or (
          t.status = 'used' and not t.is_inside
          and t.entry_count <= (admit.door).reentry_limit
        )
      )
      and (
        (admit.door).has_zone is not true
        or app_private.leads_to(admit.door, t.section, t.ticket_category_id)
      )
    returning t.id into v_admission.ticket_id;
  end if;
  if v_admission.ticket_id is null then
    v_admission := app_private.refusal_of(
      admit.door, admit.credential_hash, admit.direction, admit.at
    );
  end if;
  return v_admission;
end
$$;

comment on function app_private.admit(
  app_private.door, bytea, app_public.scan_direction, timestamptz
) is 'Lets the holder of a credential through a door, or says why not.';

--! split: 1002-functions-tickets-allow_reentry.sql
create or replace function app_public.allow_reentry(event_id uuid, reentry_limit integer)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(allow_reentry.event_id, 'events.manage');
begin
  if allow_reentry.reentry_limit is null or allow_reentry.reentry_limit not between 0 and 100 then
    raise exception 'A holder comes back 0 to 100 times.'
      using errcode = 'LMINP', detail = 'reentry_limit';
  end if;
  update app_public.events as e
  set reentry_limit = allow_reentry.reentry_limit
  where e.id = v_event.id
  returning * into v_event;
  return v_event;
end
$$;

comment on function app_public.allow_reentry(uuid, integer) is
  'Says how often a holder who was scanned out may come in again; 0: not at all. '
  'Needs events.manage. Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.allow_reentry(uuid, integer) to lml_user;

--! split: 1003-functions-tickets-allows_reentry.sql
create or replace function app_private.allows_reentry(ticket app_public.tickets)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select (allows_reentry.ticket).entry_count <= e.reentry_limit
  from app_public.performances as p
  join app_public.events as e on e.id = p.event_id and e.organization_id = p.organization_id
  where p.organization_id = (allows_reentry.ticket).organization_id
    and p.id = (allows_reentry.ticket).performance_id
$$;

comment on function app_private.allows_reentry(app_public.tickets) is
  'Whether whoever came in with a ticket may go out and come back.';

--! split: 1004-functions-tickets-closing_time.sql
-- Stable, as adding an interval is: an immutable one would not be inlined into its callers.
create or replace function app_hidden.closing_time(starts_at timestamptz, ends_at timestamptz)
returns timestamptz
language sql stable
return coalesce(ends_at, starts_at + interval '24 hours');

comment on function app_hidden.closing_time(timestamptz, timestamptz) is
  'Until when tickets of a performance let people in: to its end, or for a day from its start.';

--! split: 1005-functions-tickets-closing_time_of.sql
create or replace function app_private.closing_time_of(ticket app_public.tickets)
returns timestamptz
language sql stable security definer set search_path = ''
as $$
  select app_hidden.closing_time(p.starts_at, p.ends_at)
  from app_public.performances as p
  where p.organization_id = (closing_time_of.ticket).organization_id
    and p.id = (closing_time_of.ticket).performance_id
$$;

comment on function app_private.closing_time_of(app_public.tickets) is
  'Until when a ticket lets people in.';

--! split: 1006-functions-tickets-current_device_id.sql
-- A scanner sends its token where a session's would be. It is no session: current_user_id() finds
-- nobody under it, so that it can do only what asks for a scanner.
create or replace function app_hidden.current_device_id()
returns uuid
language sql stable security definer set search_path = ''
as $$
  select d.id
  from app_private.scanner_tokens as t
  join app_public.scanner_devices as d
    on d.organization_id = t.organization_id and d.id = t.device_id
  where t.token_hash
      = app_hidden.hash_token(nullif(current_setting('lml.session_token', true), ''))
    and d.revoked_at is null
$$;

comment on function app_hidden.current_device_id() is 'The scanner that is asking, or null.';
grant execute on function app_hidden.current_device_id() to lml_user;

--! split: 1007-functions-tickets-decline_ticket.sql
create or replace function app_public.decline_ticket(token text)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_transfer app_public.ticket_transfers := app_private.open_offer(decline_ticket.token);
  v_ticket app_public.tickets;
begin
  select * into strict v_ticket from app_public.tickets as t where t.id = v_transfer.ticket_id;
  perform app_private.end_open_offer(v_ticket, 'declined');
  perform app_private.queue_email(
    c.email::text, 'ticket_declined', app_private.ticket_words(v_ticket.id)
  )
  from app_public.customers as c
  where c.organization_id = v_transfer.organization_id and c.id = v_transfer.from_customer_id;
  return true;
end
$$;

comment on function app_public.decline_ticket(text) is
  'Declines a ticket that was offered by mail; it stays with its holder. Raises LMTOK.';
grant execute on function app_public.decline_ticket(text) to lml_anonymous, lml_user;

--! split: 1008-functions-tickets-device_performance_ids.sql
-- A scanner that is lost tells nothing of last year's audience. Whoever is no scanner pays nothing
-- for the question.
create or replace function app_hidden.device_performance_ids()
returns setof uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_venue_id uuid := (select app_hidden.device_venue_ids());
begin
  if v_venue_id is null then
    return;
  end if;
  return query
    select p.id
    from app_public.events as e
    join app_public.performances as p
      on p.event_id = e.id and p.organization_id = e.organization_id
    where e.venue_id = v_venue_id and p.starts_at > now() - interval '2 days';
end
$$;

comment on function app_hidden.device_performance_ids() is
  'For policies: what is on at the venue of the scanner that is asking.';
grant execute on function app_hidden.device_performance_ids() to lml_user;

--! split: 1009-functions-tickets-device_venue_ids.sql
create or replace function app_hidden.device_venue_ids()
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select d.venue_id from app_public.scanner_devices as d
  where d.id = (select app_hidden.current_device_id())
$$;

comment on function app_hidden.device_venue_ids() is
  'For policies: the venue of the scanner that is asking.';
grant execute on function app_hidden.device_venue_ids() to lml_user;

--! split: 1010-functions-tickets-end_open_offer.sql
create or replace function app_private.end_open_offer(
  ticket app_public.tickets, status app_public.ticket_transfer_status
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  update app_public.ticket_transfers as x
  -- What has run out was not withdrawn.
  set status = case when x.expires_at <= now() then 'expired' else end_open_offer.status end,
    ended_at = now()
  where x.organization_id = (end_open_offer.ticket).organization_id
    and x.ticket_id = (end_open_offer.ticket).id
    and x.status = 'offered'
  returning x.id into v_id;
  delete from app_private.ticket_transfer_tokens as t
  where t.organization_id = (end_open_offer.ticket).organization_id and t.transfer_id = v_id;
end
$$;

comment on function app_private.end_open_offer(
  app_public.tickets, app_public.ticket_transfer_status
) is 'Ends the open offer of a ticket, if there is one. The ticket is locked.';

--! split: 1011-functions-tickets-expire_ticket_transfers.sql
-- Tidies up: an offer is over when its time is over. Nothing is waited for.
create or replace function app_private.expire_ticket_transfers(batch_limit integer default 500)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ids uuid[];
begin
  v_ids := array(
    select x.id from app_public.ticket_transfers as x
    where x.status = 'offered' and x.expires_at <= now()
    order by x.expires_at
    limit expire_ticket_transfers.batch_limit
    for no key update skip locked
  );
  delete from app_private.ticket_transfer_tokens as t where t.transfer_id = any (v_ids);
  update app_public.ticket_transfers as x
  set status = 'expired', ended_at = now()
  where x.id = any (v_ids);
  return cardinality(v_ids);
end
$$;

comment on function app_private.expire_ticket_transfers(integer) is
  'Ends offers whose time has passed; returns how many.';
grant execute on function app_private.expire_ticket_transfers(integer) to lml_worker;

--! split: 1012-functions-tickets-held_ticket_ids.sql
create or replace function app_hidden.held_ticket_ids()
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select t.id
  from app_public.bookings as b
  join app_public.tickets as t on t.booking_id = b.id and t.organization_id = b.organization_id
  where t.transfer_id is null
    and (
      b.user_id = (select app_hidden.current_user_id())
      or b.cart_token_hash = (select app_hidden.current_cart_hash())
    )
  union all
  select app_hidden.received_ticket_ids()
$$;

comment on function app_hidden.held_ticket_ids() is
  'The tickets that the caller has now: bought and not handed on, or received.';
grant execute on function app_hidden.held_ticket_ids() to lml_anonymous, lml_user;

--! split: 1013-functions-tickets-held_tickets.sql
create or replace function app_public.held_tickets()
returns setof app_public.tickets
language sql stable set search_path = ''
as $$
  select * from app_public.tickets as t
  where t.id in (select app_hidden.held_ticket_ids()) and t.status in ('valid', 'used')
  order by t.id
$$;

comment on function app_public.held_tickets() is
  'The tickets that you have: bought and not handed on, or received from somebody.';
grant execute on function app_public.held_tickets() to lml_anonymous, lml_user;

--! split: 1014-functions-tickets-holder_of.sql
create or replace function app_private.holder_of(
  ticket app_public.tickets, out user_id uuid, out cart_token_hash bytea, out customer_id uuid
)
language sql stable security definer set search_path = ''
as $$
  select x.to_user_id, x.to_cart_token_hash, x.to_customer_id
  from app_public.ticket_transfers as x
  where x.organization_id = (holder_of.ticket).organization_id
    and x.id = (holder_of.ticket).transfer_id
  union all
  select b.user_id, b.cart_token_hash, b.customer_id
  from app_public.bookings as b
  where b.organization_id = (holder_of.ticket).organization_id
    and b.id = (holder_of.ticket).booking_id
    and (holder_of.ticket).transfer_id is null
$$;

comment on function app_private.holder_of(app_public.tickets) is
  'Who has a ticket: a user or a guest, and as which customer.';

--! split: 1015-functions-tickets-holds_ticket.sql
create or replace function app_private.holds_ticket(ticket app_public.tickets)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select case
    when (holds_ticket.ticket).transfer_id is null then exists (
      select from app_public.bookings as b
      where b.organization_id = (holds_ticket.ticket).organization_id
        and b.id = (holds_ticket.ticket).booking_id
        and (
          b.user_id = app_hidden.current_user_id()
          or b.cart_token_hash = app_hidden.current_cart_hash()
        )
    )
    else exists (
      select from app_public.ticket_transfers as x
      where x.organization_id = (holds_ticket.ticket).organization_id
        and x.id = (holds_ticket.ticket).transfer_id
        and (
          x.to_user_id = app_hidden.current_user_id()
          or x.to_cart_token_hash = app_hidden.current_cart_hash()
        )
    )
  end
$$;

comment on function app_private.holds_ticket(app_public.tickets) is
  'Whether the caller has a ticket now. The row must be a true one.';

--! split: 1016-functions-tickets-leads_to.sql
create or replace function app_private.leads_to(
  door app_private.door, section text, ticket_category_id uuid
)
returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (leads_to.door).has_zone is not true
    or coalesce(leads_to.section = any ((leads_to.door).sections), false)
    or exists (
      select from app_public.ticket_categories as c
      where c.organization_id = (leads_to.door).organization_id
        and c.id = leads_to.ticket_category_id
        and c.name = any ((leads_to.door).ticket_categories)
    );
end
$$;

comment on function app_private.leads_to(app_private.door, text, uuid) is
  'Whether somebody with a ticket for this section and category may go through a door.';

--! split: 1017-functions-tickets-lock_held_ticket.sql
create or replace function app_private.lock_held_ticket(ticket_id uuid)
returns app_public.tickets
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket app_public.tickets;
begin
  -- Looked at before it is locked, so that strangers make nobody wait.
  select * into v_ticket from app_public.tickets as t where t.id = lock_held_ticket.ticket_id;
  if app_private.may_change_ticket(v_ticket) then
    v_ticket := app_private.lock_ticket(lock_held_ticket.ticket_id);
  end if;
  -- Again: it may have changed hands meanwhile.
  if not app_private.may_change_ticket(v_ticket) then
    perform app_private.require_buyer();
    raise exception 'There is no such ticket, or it is not yours.'
      using errcode = 'LMNFD', detail = format('%s', lock_held_ticket.ticket_id);
  end if;
  return v_ticket;
end
$$;

comment on function app_private.lock_held_ticket(uuid) is
  'A ticket, locked, for its holder or for staff with tickets.manage. Raises LMNFD, LMSES, LMCRT.';

--! split: 1018-functions-tickets-lock_ticket.sql
-- The booking first, as everywhere: whoever cancels it locks it before its tickets. It is only
-- shared, so that tickets of one booking may change hands at the same time.
create or replace function app_private.lock_ticket(ticket_id uuid)
returns app_public.tickets
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket app_public.tickets;
begin
  perform from app_public.tickets as t
  join app_public.bookings as b on b.organization_id = t.organization_id and b.id = t.booking_id
  where t.id = lock_ticket.ticket_id
  for share of b;
  select * into v_ticket
  from app_public.tickets as t where t.id = lock_ticket.ticket_id
  for no key update;
  return v_ticket;
end
$$;

comment on function app_private.lock_ticket(uuid) is
  'A ticket, locked, and its booking held as it is. Asks for no right.';

--! split: 1019-functions-tickets-mail_offer.sql
create or replace function app_private.mail_offer(transfer app_public.ticket_transfers)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_token text := app_public.create_cart_token();
begin
  insert into app_private.ticket_transfer_tokens (token_hash, organization_id, transfer_id)
  values (
    app_hidden.hash_token(v_token), (mail_offer.transfer).organization_id, (mail_offer.transfer).id
  );
  perform app_private.queue_email(
    (mail_offer.transfer).to_email::text, 'ticket_offer',
    app_private.ticket_words((mail_offer.transfer).ticket_id)
      || jsonb_build_object('token', v_token)
  );
end
$$;

comment on function app_private.mail_offer(app_public.ticket_transfers) is
  'Mails the token of an offer.';

--! split: 1020-functions-tickets-may_change_ticket.sql
create or replace function app_private.may_change_ticket(ticket app_public.tickets)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select (may_change_ticket.ticket).id is not null
    and coalesce(
      app_private.holds_ticket(may_change_ticket.ticket)
        or app_hidden.has_performance_permission(
          (may_change_ticket.ticket).organization_id, (may_change_ticket.ticket).performance_id,
          'tickets.manage'
        ),
      false
    )
$$;

comment on function app_private.may_change_ticket(app_public.tickets) is
  'Whether the caller has a ticket, or may act for whoever has it.';

--! split: 1021-functions-tickets-merge_offline_scan.sql
-- What the scanner refused is only noted. Whom it let in counts as inside from then on, if the
-- ticket was still good; if not, it is a double, and the row of the scan says so to whoever looks
-- later.
create or replace function app_private.merge_offline_scan(
  door app_private.door, scan app_private.offline_scan
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_door app_private.door := merge_offline_scan.door;
  v_scan app_private.offline_scan := merge_offline_scan.scan;
  v_direction app_public.scan_direction := coalesce(v_scan.direction, 'in');
  v_gate app_public.entry_gates;
  v_admission app_private.admission;
begin
  insert into app_private.offline_scan_results (device_id, organization_id, scan_id)
  values (
    v_door.device_id, v_door.organization_id, v_scan.scan_id
  )
  on conflict do nothing;
  if not found then
    return;
  end if;

  select * into v_gate
  from app_public.entry_gates as g
  where g.id = v_scan.gate_id
    and g.organization_id = v_door.organization_id
    and g.venue_id = v_door.venue_id;
  if v_scan.result = 'success' then
    v_admission := app_private.admit(
      v_door, decode(v_scan.credential_hash, 'hex'), v_direction,
      least(v_scan.scanned_at, now())
    );
  else
    v_admission := app_private.noted_refusal(v_door, v_scan);
  end if;

  insert into app_public.ticket_scans (
    organization_id, performance_id, ticket_id, result, code, direction, gate, entry_gate_id,
    device, scanner_device_id, offline_at, offline_result
  )
  values (
    v_door.organization_id, v_door.performance_id,
    v_admission.ticket_id, v_admission.result, v_admission.code, v_direction, v_gate.name,
    v_gate.id, v_door.device, v_door.device_id,
    v_scan.scanned_at, v_scan.result
  );
  update app_private.offline_scan_results as m
  set ticket_id = v_admission.ticket_id, result = v_admission.result, code = v_admission.code,
    is_double = v_direction = 'in' and v_scan.result = 'success'
      and v_admission.result <> 'success'
  where m.device_id = v_door.device_id
    and m.organization_id = v_door.organization_id
    and m.scan_id = v_scan.scan_id;
end
$$;

comment on function app_private.merge_offline_scan(app_private.door, app_private.offline_scan) is
  'Merges one offline scan, once.';

--! split: 1022-functions-tickets-merge_offline_scans.sql
-- Tickets are taken in the order of their ids, as by whoever cancels a booking, so that nobody
-- waits in a circle; scans of one ticket in the order of their times.
create or replace function app_public.merge_offline_scans(
  performance_id uuid, scans jsonb
)
returns setof app_public.merged_scan
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- Where the scanner stands now, and whether that gate is still in use, matters no more.
  v_door app_private.door := app_private.open_door(
    merge_offline_scans.performance_id, null, at_gate => false
  );
  v_scans app_private.offline_scan[];
  v_scan app_private.offline_scan;
begin
  perform app_private.require_scanner(v_door);
  v_scans := app_private.read_offline_scans(merge_offline_scans.scans);
  for v_scan in
    select s.scan_id, s.credential_hash, s.direction, s.scanned_at, s.result, s.gate_id
    from unnest(v_scans) with ordinality as s
    left join app_private.ticket_credentials as c
      on c.credential_hash = decode(s.credential_hash, 'hex')
    order by c.ticket_id, s.scanned_at, s.ordinality
  loop
    perform app_private.merge_offline_scan(v_door, v_scan);
  end loop;
  return query
    select m.scan_id, m.ticket_id, m.result, m.code, m.is_double
    from (
      select s.scan_id, min(s.ordinality) as ordinality
      from unnest(v_scans) with ordinality as s
      group by s.scan_id
    ) as s
    join app_private.offline_scan_results as m
      on m.scan_id = s.scan_id
      and m.device_id = v_door.device_id
      and m.organization_id = v_door.organization_id
    order by s.ordinality;
end
$$;

comment on function app_public.merge_offline_scans(uuid, jsonb) is
  'Tells what a registered scanner did while it was offline, and returns what became of each '
  'scan. Up to 1,000 objects with scan_id (a UUID that the scanner made), credential_hash '
  '(SHA-256 of the code, in hexadecimal), scanned_at, result, and perhaps direction and gate_id. '
  'Merging the same scan again changes nothing and returns the same. Raises LMDEV, LMINP, LMNFD, '
  'LMRGT, LMAUT, LMSES.';
grant execute on function app_public.merge_offline_scans(uuid, jsonb) to lml_user;

--! split: 1023-functions-tickets-noted_refusal.sql
create or replace function app_private.noted_refusal(
  door app_private.door, scan app_private.offline_scan
)
returns app_private.admission
language sql stable security definer set search_path = ''
as $$
  select
    (
      select c.ticket_id from app_private.ticket_credentials as c
      where c.organization_id = (noted_refusal.door).organization_id
        and c.credential_hash = decode((noted_refusal.scan).credential_hash, 'hex')
    ),
    (noted_refusal.scan).result,
    case (noted_refusal.scan).result::text
      when 'already_scanned' then 'LMTUS'
      when 'canceled' then 'LMTVD'
      when 'wrong_event' then 'LMTFO'
      when 'expired' then 'LMTEX'
      when 'wrong_gate' then 'LMTWG'
      else 'LMTUK'
    end
$$;

comment on function app_private.noted_refusal(app_private.door, app_private.offline_scan) is
  'What is noted of somebody whom a scanner refused while offline.';

--! split: 1024-functions-tickets-offer_ticket.sql
-- The token goes into the mail and to nobody else: who accepts has read the mailbox.
create or replace function app_public.offer_ticket(
  ticket_id uuid, email text, idempotency_key text default null
)
returns app_public.ticket_transfers
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket app_public.tickets := app_private.lock_held_ticket(offer_ticket.ticket_id);
  v_transfer app_public.ticket_transfers;
  v_known uuid := app_private.replay_result(
    offer_ticket.idempotency_key, 'offer_ticket',
    jsonb_build_array(offer_ticket.ticket_id, offer_ticket.email)
  );
  v_constraint text;
  v_column text;
begin
  if v_known is not null then
    select * into strict v_transfer from app_public.ticket_transfers as x where x.id = v_known;
    return v_transfer;
  end if;
  perform app_private.require_transferable(v_ticket);
  -- Nobody's mailbox is flooded through us.
  if (
    select count(*) from app_public.ticket_transfers as x
    where x.organization_id = v_ticket.organization_id and x.ticket_id = v_ticket.id
  ) >= 20 then
    perform app_private.raise_ticket_bound('often', 'This ticket was offered too often.');
  end if;
  perform app_private.end_open_offer(v_ticket, 'withdrawn');

  insert into app_public.ticket_transfers (
    organization_id, performance_id, ticket_id, from_user_id, from_cart_token_hash,
    from_customer_id, to_email, offered_by, expires_at
  )
  select
    v_ticket.organization_id, v_ticket.performance_id, v_ticket.id, h.user_id, h.cart_token_hash,
    h.customer_id, offer_ticket.email::public.citext, app_hidden.current_user_id(),
    least(now() + interval '7 days', app_private.closing_time_of(v_ticket))
  from app_private.holder_of(v_ticket) as h
  returning * into v_transfer;
  perform app_private.mail_offer(v_transfer);
  perform app_private.keep_result(offer_ticket.idempotency_key, v_transfer.id);
  return v_transfer;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.offer_ticket(uuid, text, text) is
  'Offers a ticket to an address, for seven days; an earlier offer is withdrawn. It stays yours '
  'until somebody accepts with the token in the mail. For its holder, and staff with '
  'tickets.manage. Raises LMNFD, LMTUS, LMTVD, LMTRB (transfers are off, the booking is disputed, '
  'it is over, too often), LMINP, LMSES, LMCRT, LMIDK.';
grant execute on function app_public.offer_ticket(uuid, text, text) to lml_anonymous, lml_user;

--! split: 1025-functions-tickets-open_door.sql
-- A scanner, or staff with a session: who it is, where they stand, and what the performance allows.
-- A gate that is named must be one of this venue, in use; without one, every ticket may enter here.
create or replace function app_private.open_door(
  performance_id uuid, gate_id uuid, at_gate boolean default true
)
returns app_private.door
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_door app_private.door;
  v_device app_public.scanner_devices;
  v_may_scan boolean;
begin
  v_door.user_id := app_hidden.current_user_id();
  -- Most who scan have the right by their role in all of the organization: that is asked in the
  -- same statement. Everything else, and every refusal, is left to has_performance_permission.
  select p.organization_id, p.id, p.status = 'canceled',
    app_hidden.closing_time(p.starts_at, p.ends_at), e.reentry_limit, e.venue_id,
    exists (
      select from app_public.organization_members as m
      join app_public.role_permissions as r on r.role = m.role and r.permission = 'tickets.scan'
      where m.organization_id = p.organization_id
        and m.user_id = v_door.user_id
        and m.status = 'active'
        and not m.venues_restricted
    )
  into v_door.organization_id, v_door.performance_id, v_door.is_canceled, v_door.closes_at,
    v_door.reentry_limit, v_door.venue_id, v_may_scan
  from app_public.performances as p
  join app_public.events as e on e.id = p.event_id and e.organization_id = p.organization_id
  where p.id = open_door.performance_id;

  if v_door.user_id is null then
    select d.* into v_device
    from app_public.scanner_devices as d
    where d.id = app_hidden.current_device_id();
    if v_device.id is not null
      and (v_device.organization_id, v_device.venue_id)
        is distinct from (v_door.organization_id, v_door.venue_id)
    then
      raise exception 'There is no such performance at the venue of this scanner.'
        using errcode = 'LMNFD', detail = format('%s', open_door.performance_id);
    end if;
    v_door.device_id := v_device.id;
    v_door.device := v_device.name;
  end if;
  if v_door.device_id is null
    and v_may_scan is not true
    and app_hidden.has_performance_permission(
      v_door.organization_id, v_door.performance_id, 'tickets.scan'
    ) is not true
  then
    perform app_hidden.require_performance_permission(
      v_door.organization_id, v_door.performance_id, 'tickets.scan'
    );
  end if;

  if open_door.at_gate then
    v_door.gate_id := coalesce(open_door.gate_id, v_device.gate_id);
  end if;
  if v_door.gate_id is not null then
    select g.name, z.id is not null, z.sections, z.ticket_categories
    into v_door.gate, v_door.has_zone, v_door.sections, v_door.ticket_categories
    from app_public.entry_gates as g
    left join app_public.entry_zones as z
      on z.organization_id = g.organization_id and z.id = g.zone_id
    where g.id = v_door.gate_id
      and g.organization_id = v_door.organization_id
      and g.venue_id = v_door.venue_id
      and g.closed_at is null;
    if v_door.gate is null then
      raise exception 'There is no such gate at this venue, or it is closed.'
        using errcode = 'LMNFD', detail = v_door.gate_id::text;
    end if;
  end if;
  return v_door;
end
$$;

comment on function app_private.open_door(uuid, uuid, boolean) is
  'What a scan must know before it looks at a ticket. '
  'Raises LMNFD, LMRGT, LMAUT, LMSES.';

--! split: 1026-functions-tickets-open_offer.sql
create or replace function app_private.open_offer(token text)
returns app_public.ticket_transfers
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_hash bytea := app_hidden.hash_token(open_offer.token);
  v_transfer app_public.ticket_transfers;
begin
  perform app_private.lock_ticket(x.ticket_id)
  from app_private.ticket_transfer_tokens as t
  join app_public.ticket_transfers as x
    on x.organization_id = t.organization_id and x.id = t.transfer_id
  where t.token_hash = v_hash;
  -- After the lock: it may have been accepted, declined or withdrawn meanwhile.
  select x.* into v_transfer
  from app_private.ticket_transfer_tokens as t
  join app_public.ticket_transfers as x
    on x.organization_id = t.organization_id and x.id = t.transfer_id
  where t.token_hash = v_hash and x.status = 'offered' and x.expires_at > now();
  if not found then
    raise exception 'This offer is not good, or not any more.'
      using errcode = 'LMTOK', hint = 'Ask for the ticket to be offered again.';
  end if;
  return v_transfer;
end
$$;

comment on function app_private.open_offer(text) is
  'The offer of a mailed token; its ticket is locked. Raises LMTOK.';

--! split: 1027-functions-tickets-raise_ticket_bound.sql
create or replace function app_private.raise_ticket_bound(reason text, message text)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  raise exception '%', raise_ticket_bound.message
    using errcode = 'LMTRB', detail = raise_ticket_bound.reason;
end
$$;

comment on function app_private.raise_ticket_bound(text, text) is 'Raises LMTRB.';

--! split: 1028-functions-tickets-read_offline_scans.sql
create or replace function app_private.read_offline_scans(scans jsonb)
returns app_private.offline_scan[]
language plpgsql stable set search_path = ''
as $$
declare
  v_scans app_private.offline_scan[];
begin
  if jsonb_typeof(read_offline_scans.scans) is distinct from 'array'
    or jsonb_array_length(read_offline_scans.scans) not between 1 and 1000
  then
    raise exception '1 to 1,000 scans are merged at once, as a list.'
      using errcode = 'LMINP', detail = 'scans';
  end if;
  v_scans := array(
    select s from jsonb_populate_recordset(
      null::app_private.offline_scan, read_offline_scans.scans
    ) as s
  );
  if exists (
    select from unnest(v_scans) as s
    where s.scan_id is null
      or s.scanned_at is null
      or not isfinite(s.scanned_at)
      or s.result is null
      or s.credential_hash is null
      or s.credential_hash !~ '^[0-9a-f]{64}$'
  ) then
    raise exception 'An offline scan has an id, a time, a result, and the SHA-256 of a code.'
      using errcode = 'LMINP', detail = 'scans';
  end if;
  return v_scans;
exception
  when data_exception then
    raise exception 'A value of an offline scan does not have its form.'
      using errcode = 'LMINP', detail = 'scans';
end
$$;

comment on function app_private.read_offline_scans(jsonb) is
  'What a scanner sent. Raises LMINP for scans that cannot be merged.';

--! split: 1029-functions-tickets-received_ticket_ids.sql
create or replace function app_hidden.received_ticket_ids()
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select t.id
  from app_public.ticket_transfers as x
  -- The transfer by which the ticket is held: earlier holders have it no more.
  join app_public.tickets as t
    on t.transfer_id = x.id and t.id = x.ticket_id and t.organization_id = x.organization_id
  where x.to_user_id = (select app_hidden.current_user_id())
    or x.to_cart_token_hash = (select app_hidden.current_cart_hash())
$$;

comment on function app_hidden.received_ticket_ids() is
  'The tickets that the caller has now, because somebody handed them on.';
grant execute on function app_hidden.received_ticket_ids() to lml_anonymous, lml_user;

--! split: 1030-functions-tickets-record_ticket_delivery.sql
create or replace function app_public.record_ticket_delivery(
  ticket_id uuid, delivery_method app_public.ticket_delivery_method,
  delivery_status app_public.ticket_delivery_status, delivery_tracking text default null
)
returns app_public.tickets
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket app_public.tickets;
  v_constraint text;
  v_column text;
begin
  select * into v_ticket
  from app_public.tickets as t where t.id = record_ticket_delivery.ticket_id;
  perform app_hidden.require_performance_permission(
    v_ticket.organization_id, v_ticket.performance_id, 'tickets.manage'
  );
  update app_public.tickets as t
  set delivery_method = record_ticket_delivery.delivery_method,
    delivery_status = record_ticket_delivery.delivery_status,
    delivery_tracking = record_ticket_delivery.delivery_tracking
  where t.organization_id = v_ticket.organization_id and t.id = v_ticket.id
  returning * into v_ticket;
  return v_ticket;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.record_ticket_delivery(
  uuid, app_public.ticket_delivery_method, app_public.ticket_delivery_status, text
) is
  'Notes how a ticket goes to its holder, and how far it has got. Needs tickets.manage. '
  'Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.record_ticket_delivery(
  uuid, app_public.ticket_delivery_method, app_public.ticket_delivery_status, text
) to lml_user;

--! split: 1031-functions-tickets-refusal_of.sql
-- Volatile, so that it sees what the write before it has waited for.
create or replace function app_private.refusal_of(
  door app_private.door, credential_hash bytea, direction app_public.scan_direction,
  at timestamptz
)
returns app_private.admission
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket record;
  v_admission app_private.admission;
begin
  -- Tickets of other organizations are simply unknown here.
  select t.*, c.version into v_ticket
  from app_private.ticket_credentials as c
  join app_public.tickets as t on t.organization_id = c.organization_id and t.id = c.ticket_id
  where c.credential_hash = refusal_of.credential_hash
    and c.organization_id = (refusal_of.door).organization_id;

  v_admission.code := case
    when v_ticket.id is null then 'LMTUK'
    when v_ticket.performance_id <> (refusal_of.door).performance_id then 'LMTFO'
    when v_ticket.version <> v_ticket.credential_version then 'LMTRP'
    when (refusal_of.door).is_canceled or v_ticket.status not in ('valid', 'used') then 'LMTVD'
    when refusal_of.direction = 'out' then 'LMTNI'
    when (refusal_of.door).closes_at < refusal_of.at then 'LMTEX'
    when not app_private.leads_to(
      refusal_of.door, v_ticket.section, v_ticket.ticket_category_id
    ) then 'LMTWG'
    else 'LMTUS'
  end;
  v_admission.result := app_private.scan_result_of(v_admission.code);
  v_admission.ticket_id := v_ticket.id;
  return v_admission;
end
$$;

comment on function app_private.refusal_of(
  app_private.door, bytea, app_public.scan_direction, timestamptz
) is 'Why somebody is not let through a door.';

--! split: 1032-functions-tickets-register_scanner_device.sql
create or replace function app_public.register_scanner_device(
  venue_id uuid, name text, gate_id uuid default null
)
returns app_public.scanner_registration
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid;
  v_token text := app_public.create_cart_token();
  v_id uuid;
  v_constraint text;
  v_column text;
begin
  select v.organization_id into v_organization_id
  from app_public.venues as v where v.id = register_scanner_device.venue_id;
  perform app_hidden.require_venue_permission(
    v_organization_id, register_scanner_device.venue_id, 'gates.manage'
  );
  insert into app_public.scanner_devices (
    organization_id, venue_id, gate_id, name, registered_by
  )
  values (
    v_organization_id, register_scanner_device.venue_id, register_scanner_device.gate_id,
    register_scanner_device.name, app_hidden.current_user_id()
  )
  returning id into v_id;
  insert into app_private.scanner_tokens (token_hash, organization_id, device_id)
  values (app_hidden.hash_token(v_token), v_organization_id, v_id);
  return row(v_id, v_token);
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when foreign_key_violation then
    raise exception 'There is no such gate at this venue.'
      using errcode = 'LMNFD', detail = register_scanner_device.gate_id::text;
end
$$;

comment on function app_public.register_scanner_device(uuid, text, uuid) is
  'Registers a scanner of a venue. Its token, sent as a session''s is, lets it scan there, online '
  'and offline, and do nothing else; it is shown this once. Needs gates.manage. Raises LMNFD, '
  'LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.register_scanner_device(uuid, text, uuid) to lml_user;

--! split: 1033-functions-tickets-reissue_ticket.sql
create or replace function app_public.reissue_ticket(
  ticket_id uuid, idempotency_key text default null
)
returns app_public.tickets
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket app_public.tickets := app_private.lock_held_ticket(reissue_ticket.ticket_id);
begin
  if app_private.replay_result(
    reissue_ticket.idempotency_key, 'reissue_ticket', jsonb_build_array(reissue_ticket.ticket_id)
  ) is not null then
    return v_ticket;
  end if;
  -- Whoever went out with a used ticket may come in again with another code.
  if v_ticket.status <> 'used' then
    perform app_private.require_valid_ticket(v_ticket);
  end if;
  if v_ticket.credential_version >= 100 then
    perform app_private.raise_ticket_bound('often', 'This ticket was re-issued too often.');
  end if;
  perform app_private.rotate_credential(v_ticket);
  perform app_private.keep_result(reissue_ticket.idempotency_key, v_ticket.id);
  select * into strict v_ticket from app_public.tickets as t where t.id = v_ticket.id;
  return v_ticket;
end
$$;

comment on function app_public.reissue_ticket(uuid, text) is
  'Gives a ticket another QR code, when the old one was lost or seen by others; that one opens '
  'nothing from now on. For its holder, and staff with tickets.manage. '
  'Raises LMNFD, LMTVD, LMTRB (a hundred times), LMSES, LMCRT, LMINP, LMIDK.';
grant execute on function app_public.reissue_ticket(uuid, text) to lml_anonymous, lml_user;

--! split: 1034-functions-tickets-require_scanner.sql
create or replace function app_private.require_scanner(door app_private.door)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if (require_scanner.door).device_id is null then
    raise exception 'Only registered scanners work offline.'
      using errcode = 'LMDEV', hint = 'Register the device, and send its token.';
  end if;
end
$$;

comment on function app_private.require_scanner(app_private.door) is
  'Raises LMDEV for staff who scan without a scanner of the house.';

--! split: 1035-functions-tickets-require_transferable.sql
-- The ticket is locked, and its booking cannot change meanwhile.
create or replace function app_private.require_transferable(ticket app_public.tickets)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_ticket app_public.tickets := require_transferable.ticket;
begin
  perform app_private.require_valid_ticket(v_ticket);
  if not (
    select s.ticket_transfers_enabled from app_public.organization_settings as s
    where s.organization_id = v_ticket.organization_id
  ) then
    perform app_private.raise_ticket_bound(
      'disabled', 'Tickets of this organization stay with whoever bought them.'
    );
  end if;
  if not exists (
    select from app_public.bookings as b
    where b.organization_id = v_ticket.organization_id
      and b.id = v_ticket.booking_id
      and b.status in ('confirmed', 'completed')
  ) then
    perform app_private.raise_ticket_bound(
      'disputed', 'The booking of this ticket is disputed or not settled.'
    );
  end if;
  if app_private.closing_time_of(v_ticket) <= now() then
    perform app_private.raise_ticket_bound('over', 'What this ticket is for is over.');
  end if;
end
$$;

comment on function app_private.require_transferable(app_public.tickets) is
  'Raises LMTUS, LMTVD, or LMTRB when a ticket may not change hands now.';

--! split: 1036-functions-tickets-require_valid_ticket.sql
create or replace function app_private.require_valid_ticket(ticket app_public.tickets)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  if (require_valid_ticket.ticket).status = 'used' then
    raise exception 'The ticket has been used.'
      using errcode = 'LMTUS', detail = (require_valid_ticket.ticket).id::text;
  elsif (require_valid_ticket.ticket).status <> 'valid' then
    raise exception 'The ticket is %.', (require_valid_ticket.ticket).status
      using errcode = 'LMTVD', detail = (require_valid_ticket.ticket).id::text;
  end if;
end
$$;

comment on function app_private.require_valid_ticket(app_public.tickets) is
  'Raises LMTUS for a ticket that was used, LMTVD for one that is no longer good.';

--! split: 1037-functions-tickets-revoke_scanner_device.sql
create or replace function app_public.revoke_scanner_device(device_id uuid)
returns app_public.scanner_devices
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_device app_public.scanner_devices;
begin
  select * into v_device
  from app_public.scanner_devices as d where d.id = revoke_scanner_device.device_id;
  perform app_hidden.require_venue_permission(
    v_device.organization_id, v_device.venue_id, 'gates.manage'
  );
  update app_public.scanner_devices as d
  set revoked_at = now(), revoked_by = app_hidden.current_user_id()
  where d.id = v_device.id and d.revoked_at is null;
  select * into strict v_device from app_public.scanner_devices as d where d.id = v_device.id;
  return v_device;
end
$$;

comment on function app_public.revoke_scanner_device(uuid) is
  'Makes a scanner''s token worthless at once. Needs gates.manage. '
  'Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.revoke_scanner_device(uuid) to lml_user;

--! split: 1038-functions-tickets-rotate_credential.sql
-- The scan asks for the version in the same write that uses the ticket, so the old code is dead as
-- soon as this commits. The ticket is locked.
create or replace function app_private.rotate_credential(ticket app_public.tickets)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_version integer;
begin
  update app_public.tickets as t
  set credential_version = t.credential_version + 1
  where t.organization_id = (rotate_credential.ticket).organization_id
    and t.id = (rotate_credential.ticket).id
  returning t.credential_version into strict v_version;
  insert into app_private.ticket_credentials (
    organization_id, ticket_id, version, credential_hash
  )
  values (
    (rotate_credential.ticket).organization_id, (rotate_credential.ticket).id, v_version,
    app_hidden.hash_token(
      app_private.ticket_credential_of((rotate_credential.ticket).id, v_version)
    )
  );
  return v_version;
end
$$;

comment on function app_private.rotate_credential(app_public.tickets) is
  'Gives a ticket another credential, and ends the one that it had; returns its version.';

--! split: 1039-functions-tickets-save_entry_gate.sql
create or replace function app_public.save_entry_gate(
  venue_id uuid, name text, zone_id uuid default null, closed boolean default false
)
returns app_public.entry_gates
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid;
  v_gate app_public.entry_gates;
  v_constraint text;
  v_column text;
begin
  select v.organization_id into v_organization_id
  from app_public.venues as v where v.id = save_entry_gate.venue_id;
  perform app_hidden.require_venue_permission(
    v_organization_id, save_entry_gate.venue_id, 'gates.manage'
  );
  insert into app_public.entry_gates as g (organization_id, venue_id, zone_id, name, closed_at)
  values (
    v_organization_id, save_entry_gate.venue_id, save_entry_gate.zone_id, save_entry_gate.name,
    case when save_entry_gate.closed then now() end
  )
  on conflict on constraint entry_gates_name_is_unique do update
  set zone_id = excluded.zone_id,
    closed_at = case when save_entry_gate.closed then coalesce(g.closed_at, now()) end
  returning * into v_gate;
  return v_gate;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when foreign_key_violation then
    raise exception 'There is no such zone at this venue.'
      using errcode = 'LMNFD', detail = save_entry_gate.zone_id::text;
end
$$;

comment on function app_public.save_entry_gate(uuid, text, uuid, boolean) is
  'A door of a venue, and the zone that it leads to; without one, it leads everywhere. The same '
  'name again changes it; closed, nobody is scanned there. Needs gates.manage. Raises LMNFD, '
  'LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.save_entry_gate(uuid, text, uuid, boolean) to lml_user;

--! split: 1040-functions-tickets-save_entry_zone.sql
create or replace function app_public.save_entry_zone(
  venue_id uuid, name text, sections text[] default '{}', ticket_categories text[] default '{}'
)
returns app_public.entry_zones
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid;
  v_zone app_public.entry_zones;
  v_constraint text;
  v_column text;
begin
  select v.organization_id into v_organization_id
  from app_public.venues as v where v.id = save_entry_zone.venue_id;
  perform app_hidden.require_venue_permission(
    v_organization_id, save_entry_zone.venue_id, 'gates.manage'
  );
  insert into app_public.entry_zones as z (
    organization_id, venue_id, name, sections, ticket_categories
  )
  values (
    v_organization_id, save_entry_zone.venue_id, save_entry_zone.name, save_entry_zone.sections,
    save_entry_zone.ticket_categories
  )
  on conflict on constraint entry_zones_name_is_unique do update
  set sections = excluded.sections, ticket_categories = excluded.ticket_categories
  returning * into v_zone;
  return v_zone;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.save_entry_zone(uuid, text, text[], text[]) is
  'A part of a venue: the sections of the layout, and the ticket categories by name, that enter '
  'through its gates. The same name again changes it. Needs gates.manage. Raises LMNFD, LMRGT, '
  'LMINP, LMAUT, LMSES.';
grant execute on function app_public.save_entry_zone(uuid, text, text[], text[]) to lml_user;

--! split: 1041-functions-tickets-scan_list.sql
-- The key of the signature is the hash of the scanner's token, which the scanner can make too:
-- whoever changes the list where it is stored, and does not have the token, is found out.
create or replace function app_public.scan_list(performance_id uuid, gate_id uuid default null)
returns app_public.scan_list
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_door app_private.door := app_private.open_door(scan_list.performance_id, scan_list.gate_id);
  v_list app_public.scan_list;
begin
  perform app_private.require_scanner(v_door);
  select jsonb_build_object(
    'format', 'lml-scan-list/1', 'performance_id', v_door.performance_id,
    'device_id', v_door.device_id, 'gate_id', v_door.gate_id,
    'issued_at', now(), 'closes_at', v_door.closes_at,
    'reentry_limit', v_door.reentry_limit,
    'tickets', coalesce(
      jsonb_agg(
        jsonb_build_array(
          encode(c.credential_hash, 'hex'), concat_ws(' ', t.section, t.row_name, t.seat_number),
          v_door.has_zone is not true
            or app_private.leads_to(v_door, t.section, t.ticket_category_id),
          t.entry_count, t.is_inside
        ) order by c.credential_hash
      ),
      '[]'
    )
  )::text
  into strict v_list.document
  from app_public.tickets as t
  join app_private.ticket_credentials as c
    on c.organization_id = t.organization_id
    and c.ticket_id = t.id
    and c.version = t.credential_version
  where t.organization_id = v_door.organization_id
    and t.performance_id = v_door.performance_id
    and t.status in ('valid', 'used')
    and not v_door.is_canceled;

  select encode(
    public.hmac(convert_to(v_list.document, 'UTF8'), k.token_hash, 'sha256'), 'hex'
  )
  into strict v_list.signature
  from app_private.scanner_tokens as k
  where k.organization_id = v_door.organization_id and k.device_id = v_door.device_id;
  return v_list;
end
$$;

comment on function app_public.scan_list(uuid, uuid) is
  'What a registered scanner needs to scan a performance offline: the SHA-256 of each good code, '
  'and whether it may enter at this gate, signed. Raises LMDEV, LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.scan_list(uuid, uuid) to lml_user;

--! split: 1042-functions-tickets-scan_result_of.sql
create or replace function app_private.scan_result_of(code text)
returns app_public.scan_result
language plpgsql immutable set search_path = ''
as $$
begin
  return case scan_result_of.code
    when 'LMTUS' then 'already_scanned'
    when 'LMTVD' then 'canceled'
    when 'LMTFO' then 'wrong_event'
    when 'LMTEX' then 'expired'
    when 'LMTWG' then 'wrong_gate'
    else 'invalid'
  end;
end
$$;

comment on function app_private.scan_result_of(text) is 'The result that a code is the reason of.';

--! split: 1043-functions-tickets-scan_ticket.sql
create or replace function app_public.scan_ticket(
  performance_id uuid, credential text, gate text default null, device text default null,
  gate_id uuid default null, direction app_public.scan_direction default 'in'
)
returns app_public.ticket_scans
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_door app_private.door := app_private.open_door(
    scan_ticket.performance_id, scan_ticket.gate_id
  );
  v_admission app_private.admission;
  v_scan app_public.ticket_scans;
begin
  if length(scan_ticket.gate) > 50 or length(scan_ticket.device) > 100 then
    raise exception 'Names of gates have at most 50 characters, of devices 100.'
      using errcode = 'LMINP', detail = 'gate, device';
  end if;
  v_admission := app_private.admit(
    v_door, app_hidden.hash_token(scan_ticket.credential),
    coalesce(scan_ticket.direction, 'in'), now()
  );

  insert into app_public.ticket_scans (
    organization_id, performance_id, ticket_id, result, code, direction, gate, entry_gate_id,
    device, scanner_device_id, scanned_by
  )
  values (
    v_door.organization_id, v_door.performance_id, v_admission.ticket_id, v_admission.result,
    v_admission.code, coalesce(scan_ticket.direction, 'in'),
    coalesce(v_door.gate, scan_ticket.gate), v_door.gate_id,
    coalesce(v_door.device, scan_ticket.device), v_door.device_id, v_door.user_id
  )
  returning * into v_scan;
  return v_scan;
end
$$;

comment on function app_public.scan_ticket(
  uuid, text, text, text, uuid, app_public.scan_direction
) is
  'Lets the holder of a QR code in, or out. The result says why not, with the code LMTUS (used), '
  'LMTVD (canceled), LMTFO (another performance), LMTWG (another gate), LMTEX (it is over), LMTRP '
  '(replaced by another code), LMTNI (nobody is inside with it) or LMTUK (unknown); each attempt '
  'is recorded. For registered scanners, and members with tickets.scan. Raises LMNFD, LMRGT, '
  'LMINP, LMAUT, LMSES.';
grant execute on function app_public.scan_ticket(
  uuid, text, text, text, uuid, app_public.scan_direction
) to lml_user;

--! split: 1044-functions-tickets-set_ticket_attendee.sql
create or replace function app_public.set_ticket_attendee(
  ticket_id uuid, first_name text default null, last_name text default null,
  email text default null, phone text default null, answers jsonb default '{}'
)
returns app_public.ticket_attendees
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket app_public.tickets := app_private.lock_held_ticket(set_ticket_attendee.ticket_id);
  v_attendee app_public.ticket_attendees;
  v_constraint text;
  v_column text;
begin
  if not app_hidden.has_performance_permission(
    v_ticket.organization_id, v_ticket.performance_id, 'tickets.manage'
  ) then
    perform app_private.require_valid_ticket(v_ticket);
    if (
      select coalesce(p.doors_at, p.starts_at) from app_public.performances as p
      where p.organization_id = v_ticket.organization_id and p.id = v_ticket.performance_id
    ) <= now() then
      perform app_private.raise_ticket_bound('open', 'The doors are open: ask the organizer.');
    end if;
  end if;
  insert into app_public.ticket_attendees as a (
    organization_id, performance_id, ticket_id, first_name, last_name, email, phone, answers
  )
  values (
    v_ticket.organization_id, v_ticket.performance_id, v_ticket.id, set_ticket_attendee.first_name,
    set_ticket_attendee.last_name, set_ticket_attendee.email::public.citext,
    set_ticket_attendee.phone, set_ticket_attendee.answers
  )
  on conflict on constraint ticket_attendees_one_per_ticket do update
  set first_name = excluded.first_name, last_name = excluded.last_name, email = excluded.email,
    phone = excluded.phone, answers = excluded.answers
  returning * into v_attendee;
  return v_attendee;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_ticket_attendee(uuid, text, text, text, text, jsonb) is
  'Says who comes with a ticket, in place of what was said before. For its holder until the doors '
  'open, and for staff with tickets.manage. '
  'Raises LMNFD, LMTUS, LMTVD, LMTRB (the doors are open), LMINP, LMSES, LMCRT.';
grant execute on function app_public.set_ticket_attendee(uuid, text, text, text, text, jsonb)
  to lml_anonymous, lml_user;

--! split: 1045-functions-tickets-ticket_offer.sql
create or replace function app_public.ticket_offer(token text)
returns app_public.ticket_offer
language sql stable security definer set search_path = ''
as $$
  select
    e.title, p.starts_at, v.name, t.section, t.row_name, t.seat_number, x.expires_at
  from app_private.ticket_transfer_tokens as k
  join app_public.ticket_transfers as x
    on x.organization_id = k.organization_id and x.id = k.transfer_id
  join app_public.tickets as t on t.organization_id = x.organization_id and t.id = x.ticket_id
  join app_public.performances as p
    on p.organization_id = t.organization_id and p.id = t.performance_id
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  left join app_public.venues as v on v.organization_id = e.organization_id and v.id = e.venue_id
  where k.token_hash = app_hidden.hash_token(ticket_offer.token)
    and x.status = 'offered'
    and x.expires_at > now()
    and t.status = 'valid'
$$;

comment on function app_public.ticket_offer(text) is
  'What the token of a mail offers; null when the offer is not good, or not any more.';
grant execute on function app_public.ticket_offer(text) to lml_anonymous, lml_user;

--! split: 1046-functions-tickets-ticket_words.sql
create or replace function app_private.ticket_words(ticket_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'event', e.title,
    'seat', nullif(concat_ws(', ', t.section, t.row_name, t.seat_number), ''),
    'startsAt', to_char(
      p.starts_at at time zone coalesce(v.timezone, 'UTC'), 'YYYY-MM-DD HH24:MI'
    ) || ' ' || coalesce(v.timezone, 'UTC'),
    'ticket', t.ticket_number
  )
  from app_public.tickets as t
  join app_public.performances as p
    on p.organization_id = t.organization_id and p.id = t.performance_id
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  left join app_public.venues as v on v.organization_id = e.organization_id and v.id = e.venue_id
  where t.id = ticket_words.ticket_id
$$;

comment on function app_private.ticket_words(uuid) is 'What mails say of a ticket.';

--! split: 1047-functions-tickets-tickets_credential.sql
create or replace function app_public.tickets_credential(ticket app_public.tickets)
returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  -- What the caller says of the ticket is worth nothing but its id.
  v_ticket app_public.tickets;
begin
  select * into v_ticket
  from app_public.tickets as t where t.id = (tickets_credential.ticket).id;
  if v_ticket.id is null
    or app_private.holds_ticket(v_ticket) is not true
    or not (
      v_ticket.status = 'valid'
      or (v_ticket.status = 'used' and app_private.allows_reentry(v_ticket))
    )
  then
    return null;
  end if;
  return app_private.ticket_credential_of(v_ticket.id, v_ticket.credential_version);
end
$$;

comment on function app_public.tickets_credential(app_public.tickets) is
  'What the QR code of the ticket carries. Only its holder sees it, and only while it opens a '
  'door.';
grant execute on function app_public.tickets_credential(app_public.tickets)
  to lml_anonymous, lml_user;

--! split: 1048-functions-tickets-withdraw_ticket_offer.sql
create or replace function app_public.withdraw_ticket_offer(ticket_id uuid)
returns app_public.tickets
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket app_public.tickets := app_private.lock_held_ticket(withdraw_ticket_offer.ticket_id);
begin
  perform app_private.end_open_offer(v_ticket, 'withdrawn');
  return v_ticket;
end
$$;

comment on function app_public.withdraw_ticket_offer(uuid) is
  'Takes the offer of a ticket back; without one, nothing happens. For its holder, and staff with '
  'tickets.manage. Raises LMNFD, LMSES, LMCRT.';
grant execute on function app_public.withdraw_ticket_offer(uuid) to lml_anonymous, lml_user;

--! split: 1049-functions-audit-check_invariants.sql
-- Are we consistent now? No rows: yes. Each question is one that a constraint cannot ask, because
-- it reaches across tables.
create or replace function app_public.check_invariants()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select
    'seat_belongs_to_its_booking', s.organization_id, s.booking_id,
    format('seat %s of performance %s is not on a line of its booking', s.seat_no, s.performance_id)
  from app_public.seat_booking_state as s
  join app_public.bookings as b on b.organization_id = s.organization_id and b.id = s.booking_id
  where (s.status = 'booked' or (s.status = 'locked' and s.locked_until > now()))
    and not (
      b.performance_id = s.performance_id
      and b.status in ('draft', 'pending_payment', 'fraud_hold', 'confirmed', 'completed')
      and exists (
        select from app_public.booking_items as i
        where i.organization_id = b.organization_id
          and i.booking_id = b.id
          and s.seat_no = any (i.seat_nos)
      )
    )

  union all
  select
    'open_booking_owns_its_seats', b.organization_id, b.id,
    format('seat %s is on a line of the booking, but is not held for it', n)
  from app_public.bookings as b
  join app_public.booking_items as i
    on i.organization_id = b.organization_id and i.booking_id = b.id
  cross join unnest(i.seat_nos) as n
  where (
      (b.status in ('draft', 'pending_payment', 'fraud_hold') and b.expires_at > now())
      or b.status in ('confirmed', 'completed')
    )
    and not exists (
      select from app_public.seat_booking_state as s
      where s.organization_id = b.organization_id
        and s.performance_id = b.performance_id
        and s.seat_no = n
        and s.booking_id = b.id
        and s.status
          = case when b.confirmed_at is null then 'locked' else 'booked' end::app_public.seat_status
    )

  union all
  select
    'seat_is_held_as_long_as_its_booking', s.organization_id, s.booking_id,
    format('seat %s is held until %s, not until %s', s.seat_no, s.locked_until, b.expires_at)
  from app_public.seat_booking_state as s
  join app_public.bookings as b on b.organization_id = s.organization_id and b.id = s.booking_id
  where s.status = 'locked'
    and b.status in ('draft', 'pending_payment', 'fraud_hold')
    and s.locked_until <> b.expires_at

  union all
  select
    'booked_seat_has_one_ticket', s.organization_id, s.booking_id,
    format('seat %s of performance %s has %s live tickets', s.seat_no, s.performance_id, t.live)
  from app_public.seat_booking_state as s
  cross join lateral (
    select count(*) as live
    from app_public.tickets as t
    where t.organization_id = s.organization_id
      and t.performance_id = s.performance_id
      and t.seat_no = s.seat_no
      and t.booking_id = s.booking_id
      and t.status in ('valid', 'used')
  ) as t
  where s.status = 'booked' and t.live <> 1

  union all
  select
    'live_ticket_has_its_seat', t.organization_id, t.id,
    format('ticket %s has no seat that is booked for it', t.ticket_number)
  from app_public.tickets as t
  where t.status in ('valid', 'used')
    and t.seat_no is not null
    and not exists (
      select from app_public.seat_booking_state as s
      where s.organization_id = t.organization_id
        and s.performance_id = t.performance_id
        and s.seat_no = t.seat_no
        and s.status = 'booked'
        and s.booking_id = t.booking_id
    )

  union all
  select
    'ticket_has_its_credential', t.organization_id, t.id,
    format('ticket %s has no credential', t.ticket_number)
  from app_public.tickets as t
  where not exists (
    select from app_private.ticket_credentials as c
    where c.organization_id = t.organization_id
      and c.ticket_id = t.id
      and c.version = t.credential_version
  )

  union all
  select
    'ticket_was_accepted_by_its_holder', t.organization_id, t.id,
    format('ticket %s is held by a transfer that is %s', t.ticket_number, x.status)
  from app_public.tickets as t
  join app_public.ticket_transfers as x
    on x.organization_id = t.organization_id and x.id = t.transfer_id
  where x.status <> 'accepted'
    or exists (
      select from app_public.ticket_transfers as later
      where later.organization_id = t.organization_id
        and later.ticket_id = t.id
        and later.status = 'accepted'
        and later.ended_at > x.ended_at
    )

  union all
  select
    'ticket_is_offered_while_it_is_unused', t.organization_id, t.id,
    format('ticket %s came in, and changed hands afterwards', t.ticket_number)
  from app_public.tickets as t
  join app_public.ticket_transfers as x
    on x.organization_id = t.organization_id and x.id = t.transfer_id
  where x.ended_at > t.used_at

  union all
  select
    'entries_were_scanned', t.organization_id, t.id,
    format('ticket %s came in %s times, and was scanned %s times', t.ticket_number,
      t.entry_count, s.scans)
  from app_public.tickets as t
  cross join lateral (
    select count(*) as scans from app_public.ticket_scans as s
    where s.organization_id = t.organization_id
      and s.ticket_id = t.id
      and s.result = 'success'
      and s.direction = 'in'
  ) as s
  where t.entry_count <> s.scans

  union all
  select
    'confirmed_booking_has_its_tickets', b.organization_id, b.id,
    format('%s live tickets of %s', t.live, i.sold)
  from app_public.bookings as b
  cross join lateral (
    select coalesce(sum(i.quantity), 0) as sold
    from app_public.booking_items as i
    where i.organization_id = b.organization_id
      and i.booking_id = b.id
      and i.item_type in ('seat', 'admission')
  ) as i
  cross join lateral (
    select count(*) as live
    from app_public.tickets as t
    where t.organization_id = b.organization_id
      and t.booking_id = b.id
      and t.status in ('valid', 'used')
  ) as t
  where b.status in ('confirmed', 'completed') and t.live <> i.sold

  union all
  select
    'tickets_sum_to_their_line', i.organization_id, i.id,
    format('tickets sum to %s, the line to %s', t.total, i.total_cents)
  from app_public.booking_items as i
  join lateral (
    select sum(t.total_paid_cents) as total
    from app_public.tickets as t
    where t.organization_id = i.organization_id and t.booking_item_id = i.id
  ) as t on t.total is not null
  where t.total <> i.total_cents

  union all
  select
    'booking_is_sum_of_its_lines', b.organization_id, b.id,
    format('lines sum to %s, the booking to %s', coalesce(i.total, 0), b.total_amount_cents)
  from app_public.bookings as b
  left join lateral (
    select sum(i.total_cents) as total
    from app_public.booking_items as i
    where i.organization_id = b.organization_id and i.booking_id = b.id
  ) as i on true
  where coalesce(i.total, 0) <> b.total_amount_cents

  union all
  select
    'confirmed_booking_is_paid', b.organization_id, b.id,
    format('received %s of %s', coalesce(p.received, 0), b.total_amount_cents)
  from app_public.bookings as b
  left join lateral (
    select sum(p.received_cents - p.refunded_cents) as received
    from app_public.payment_intents as p
    where p.organization_id = b.organization_id and p.booking_id = b.id
  ) as p on true
  where b.status in ('confirmed', 'completed')
    and coalesce(p.received, 0) <> b.total_amount_cents

  union all
  select
    'payment_is_in_the_books', p.organization_id, p.id, 'no ledger transaction payment:ID'
  from app_public.payment_intents as p
  where p.status = 'succeeded'
    and not exists (
      select from app_public.ledger_transactions as t
      where t.organization_id = p.organization_id and t.source = 'payment:' || p.id
    )

  union all
  select
    'sale_is_in_the_books', b.organization_id, b.id, 'no ledger transaction sale:ID'
  from app_public.bookings as b
  where b.status in ('confirmed', 'completed')
    and b.total_amount_cents > 0
    and not exists (
      select from app_public.ledger_transactions as t
      where t.organization_id = b.organization_id and t.source = 'sale:' || b.id
    )

  union all
  select
    'refund_is_in_the_books', r.organization_id, r.id, 'no ledger transaction refund:ID'
  from app_public.refunds as r
  where r.status = 'succeeded'
    and not exists (
      select from app_public.ledger_transactions as t
      where t.organization_id = r.organization_id and t.source = 'refund:' || r.id
    )

  union all
  select
    'ledger_transaction_is_balanced', t.organization_id, t.id,
    format('%s entries sum to %s', count(e.id), coalesce(sum(e.amount_cents), 0))
  from app_public.ledger_transactions as t
  left join app_public.ledger_entries as e
    on e.organization_id = t.organization_id and e.transaction_id = t.id
  group by t.organization_id, t.id
  having count(e.id) < 2 or sum(e.amount_cents) <> 0

  union all
  select
    'stripe_balance_is_what_came_and_went', o.id, null,
    format(
      'the books say %s %s, payments and refunds %s', coalesce(b.balance, 0), c.code,
      coalesce(p.received, 0) - coalesce(r.returned, 0)
    )
  from app_public.organizations as o
  join (
    select p.organization_id, p.currency as code from app_public.payment_intents as p
    union
    select a.organization_id, a.currency from app_public.ledger_accounts as a
  ) as c on c.organization_id = o.id
  left join lateral (
    select sum(e.amount_cents) as balance
    from app_public.ledger_accounts as a
    join app_public.ledger_entries as e
      on e.organization_id = a.organization_id and e.account_id = a.id
    where a.organization_id = o.id and a.currency = c.code and a.kind = 'stripe_balance'
  ) as b on true
  left join lateral (
    select sum(p.received_cents) as received
    from app_public.payment_intents as p
    where p.organization_id = o.id and p.currency = c.code
  ) as p on true
  left join lateral (
    select sum(r.amount_cents) as returned
    from app_public.refunds as r
    where r.organization_id = o.id and r.currency = c.code and r.status = 'succeeded'
  ) as r on true
  where coalesce(b.balance, 0) <> coalesce(p.received, 0) - coalesce(r.returned, 0)

  union all
  select
    'refunded_is_sum_of_refunds', p.organization_id, p.id,
    format('refunds sum to %s, the payment says %s', coalesce(r.total, 0), p.refunded_cents)
  from app_public.payment_intents as p
  left join lateral (
    select sum(r.amount_cents) as total
    from app_public.refunds as r
    where r.organization_id = p.organization_id
      and r.payment_intent_id = p.id
      and r.status in ('pending', 'processing', 'succeeded')
  ) as r on true
  where coalesce(r.total, 0) <> p.refunded_cents

  union all
  select
    'unwanted_money_is_on_its_way_back', b.organization_id, b.id,
    format('received %s, returned %s', p.received_cents, p.refunded_cents)
  from app_public.payment_intents as p
  join app_public.bookings as b on b.organization_id = p.organization_id and b.id = p.booking_id
  where b.status in ('canceled', 'expired', 'refunded')
    and p.received_cents <> p.refunded_cents
    and not exists (
      select from app_public.refunds as r
      where r.organization_id = p.organization_id
        and r.payment_intent_id = p.id
        and r.status in ('failed', 'canceled')
    )

  union all
  select
    'status_is_the_last_logged', b.organization_id, b.id,
    format('the booking is %s, its log says %s', b.status, coalesce(t.to_status::text, 'nothing'))
  from app_public.bookings as b
  left join lateral (
    select t.to_status
    from app_public.booking_state_transitions as t
    where t.organization_id = b.organization_id and t.booking_id = b.id
    order by t.id desc
    limit 1
  ) as t on true
  where t.to_status is distinct from b.status
    -- Nothing is left of what was dropped by retention.
    and (
      t.to_status is not null
      or not exists (
        select from app_private.closed_months as c
        where c.table_name = 'booking_state_transitions'
          and c.dropped_at is not null
          and b.created_at < (c.month + interval '1 month') at time zone 'UTC'
      )
    )

  union all
  select
    'inventory_is_the_layout', p.organization_id, p.id,
    format('%s seats in the inventory, %s in the layout', s.seats, l.seat_count)
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  join app_public.venue_layouts as l
    on l.organization_id = p.organization_id and l.id = p.layout_id
  cross join lateral (
    select count(*) as seats
    from app_public.seat_booking_state as s
    where s.organization_id = p.organization_id and s.performance_id = p.id
  ) as s
  where e.status not in ('draft', 'canceled') and s.seats <> l.seat_count

  union all
  select
    'organization_has_an_owner', o.id, null, format('nobody owns %s', o.slug)
  from app_public.organizations as o
  where not exists (
    select from app_public.organization_members as m
    where m.organization_id = o.id and m.role = 'owner' and m.status = 'active'
  )
$$;

comment on function app_public.check_invariants() is
  'Everything that is not consistent now, one row each; none when all is well. '
  'For the owner and the worker.';
grant execute on function app_public.check_invariants() to lml_worker;

--! split: 1050-functions-privacy-declared_classes.sql
-- Of which class every column is: the one place to read and to change it. A line names columns of a
-- table. Identifiers (uuid), moments (timestamptz) and amounts (..._cents) need no line, because
-- they are internal or financial unless a line says otherwise. For what is erased, the line says how:
--   anonymize  with the SQL expression that replaces the value (the row is called t)
--   delete     the row goes
--   keep       with the reason that the law gives
-- Whose row it is, is said in personal_tables.
create or replace view app_private.declared_classes with (security_invoker = true) as
select
  d.relation, c.column_name, d.class::app_private.data_class as class,
  d.on_erasure::app_private.erasure_action as on_erasure, d.note
from (values
  -- foundation
  ('app_public.currencies', 'public', null, null, 'code exponent'),
  ('app_private.worker_heartbeats', 'internal', null, null, 'worker_id'),

  -- identity
  ('app_public.users', 'personal', 'anonymize', $$'erased+' || t.id || '@erased.invalid'$$, 'email'),
  ('app_public.users', 'personal', 'anonymize', $$'Erased'$$, 'first_name last_name'),
  ('app_public.users', 'personal', 'anonymize', 'null', 'phone email_verified_at last_login_at'),
  ('app_public.users', 'internal', null, null, 'account_status login_count'),
  ('app_private.user_credentials', 'secret', 'delete', null, 'password_hash'),
  ('app_private.user_credentials', 'internal', null, null, 'failed_login_attempts'),
  ('app_private.two_factor_secrets', 'secret', 'delete', null, 'encrypted_secret'),
  ('app_private.two_factor_secrets', 'internal', null, null, 'last_time_step'),
  ('app_private.recovery_codes', 'secret', 'delete', null, 'code_hash'),
  ('app_private.session_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_public.user_sessions', 'personal', 'delete', null, 'device ip_address user_agent'),
  ('app_private.user_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_private.user_tokens', 'personal', 'delete', null, 'email'),
  ('app_private.user_tokens', 'internal', null, null, 'purpose'),
  ('app_private.outgoing_emails', 'personal', 'delete', null, 'recipient'),
  ('app_private.outgoing_emails', 'secret', 'delete', null, 'variables'),
  ('app_private.outgoing_emails', 'internal', null, null, 'template'),
  ('app_public.platform_staff', 'internal', null, null, 'role'),
  ('app_private.sign_ups', 'personal', 'delete', null, 'email first_name last_name'),
  ('app_private.sign_ups', 'secret', 'delete', null, 'token_hash password_hash'),
  ('app_private.attempt_limits', 'internal', null, null, 'kind attempts period'),
  ('app_private.attempts', 'personal', 'keep', 'Counts of a network, for days.', 'network'),
  ('app_private.attempts', 'internal', null, null, 'kind attempts'),
  ('app_public.failed_attempts', 'personal', 'delete', null, 'ip_address user_agent'),
  ('app_public.failed_attempts', 'internal', null, null, 'kind'),
  ('app_public.trusted_devices', 'personal', 'delete', null, 'device ip_address user_agent'),
  ('app_private.trusted_device_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_public.impersonations', 'sensitive', 'keep',
    'Proof of what was done in the name of somebody.', 'reason'),
  ('app_public.user_suspensions', 'sensitive', 'keep',
    'Proof of why somebody was kept out.', 'reason'),

  -- organizations: what is known of an organization is not about a person
  ('app_public.organizations', 'public', null, null,
    'name slug email phone website default_currency status address logo_url primary_color '
    'secondary_color custom_domain refund_policy privacy_policy_url terms_of_service_url '
    'verification_status'),
  ('app_public.organization_settings', 'internal', null, null,
    'allow_guest_checkout hold_seconds checkout_seconds hold_seconds_max tickets_per_booking_max '
    'business_type payout_schedule email_notifications ticket_transfers_enabled subscription_tier '
    'subscription_reference monthly_event_limit fraud_review_seconds'),
  ('app_public.organization_settings', 'financial', null, null,
    'commission_percentage service_fee_percentage processing_fee_percentage registration_number '
    'tax_id monthly_revenue_limit_units'),
  ('app_public.organization_members', 'internal', null, null, 'role status venues_restricted'),
  ('app_public.role_permissions', 'public', null, null, 'role permission'),
  ('app_public.member_permissions', 'internal', null, null, 'permission'),
  ('app_public.organization_invitations', 'personal', 'anonymize',
    $$'erased+' || t.id || '@erased.invalid'$$, 'email'),
  ('app_public.organization_invitations', 'internal', null, null, 'role send_count'),
  ('app_private.invitation_tokens', 'secret', null, null, 'token_hash'),
  ('app_public.organization_verifications', 'sensitive', 'keep',
    'Documents of an organization, by which it was verified.', 'documents note'),
  ('app_public.organization_verifications', 'internal', null, null, 'status'),
  ('app_public.organization_suspensions', 'internal', null, null, 'reason'),
  ('app_public.subscription_tiers', 'public', null, null,
    'tier description monthly_event_limit monthly_revenue_limit_units'),
  ('app_public.tax_rates', 'public', null, null, 'name jurisdiction percentage'),

  -- venues
  ('app_public.venues', 'public', null, null,
    'name slug description address timezone accessibility_features amenities city contact_email '
    'contact_phone contact_website country images language latitude longitude opening_hours '
    'social_media status tier venue_type videos'),
  ('app_public.venue_compliance', 'internal', null, null,
    'insurance_valid_until license_number license_valid_until licensed_capacity '
    'safety_certificate safety_certificate_valid_until'),
  ('app_public.layout_fetches', 'internal', null, null,
    'attempt_count error_code error_message expected_sha256 status url'),
  ('app_public.venue_layouts', 'public', null, null,
    'version name sha256 document source source_reference seat_count standing_capacity'),
  ('app_public.layout_sections', 'public', null, null,
    'section_no name kind category capacity x y width height'),
  ('app_public.layout_seats', 'public', null, null,
    'seat_no section_no seat_id row_name seat_number category x y features'),

  -- events
  ('app_public.events', 'public', null, null,
    'title slug description status currency blocked_sections organization_status '
    'allow_guest_checkout hold_seconds checkout_seconds hold_seconds_max tickets_per_booking_max '
    'service_fee_percentage processing_fee_percentage tax_percentage is_public '
    'screens_holds reentry_limit'),
  ('app_public.events', 'financial', null, null, 'commission_percentage'),
  ('app_public.performances', 'public', null, null, 'currency status is_public'),
  ('app_public.ticket_categories', 'public', null, null,
    'category_no name description status seat_categories sections is_public'),
  ('app_public.ticket_category_prices', 'public', null, null, 'audience valid_during is_public'),

  -- inventory
  ('app_public.performance_categories', 'public', null, null, 'category_no'),
  ('app_public.seat_booking_state', 'internal', null, null, 'seat_no status category_no'),

  -- bookings
  ('app_public.customers', 'personal', 'anonymize', $$'erased+' || t.id || '@erased.invalid'$$,
    'email'),
  ('app_public.customers', 'personal', 'anonymize', 'null', 'first_name last_name phone'),
  ('app_public.bookings', 'personal', 'anonymize', 'null', 'customer_email customer_name'),
  ('app_public.bookings', 'personal', 'anonymize', 'null', 'cancellation_reason'),
  ('app_public.bookings', 'secret', 'keep', 'It owns the tickets, and tells nothing of anybody.',
    'cart_token_hash'),
  ('app_public.bookings', 'internal', null, null,
    'booking_reference status booking_channel currency'),
  ('app_public.bookings', 'financial', null, null, 'commission_percentage'),
  ('app_public.booking_items', 'internal', null, null, 'item_type seat_nos quantity'),
  ('app_public.booking_state_transitions', 'personal', 'keep',
    'History of a sale, kept as long as the books; it says why, and not who.', 'reason'),
  ('app_public.booking_state_transitions', 'internal', null, null,
    'from_status to_status changed_via request_id'),
  ('app_public.booking_status_transitions', 'public', null, null, 'from_status to_status reason'),
  ('app_private.idempotency_keys', 'internal', null, null,
    'owner idempotency_key function_name arguments_hash'),

  -- payments
  ('app_public.payment_intents', 'financial', null, null,
    'currency status stripe_payment_intent_id stripe_status failure_code failure_message'),
  ('app_private.payment_intent_secrets', 'secret', 'delete', null, 'client_secret'),
  ('app_private.stripe_events', 'personal', 'anonymize', $$'{}'$$, 'payload'),
  ('app_private.stripe_events', 'internal', null, null, 'id type livemode outcome'),
  ('app_public.refunds', 'financial', null, null,
    'reason currency status stripe_refund_id failure_reason'),
  ('app_public.ledger_accounts', 'financial', null, null, 'kind currency'),
  ('app_public.ledger_transactions', 'financial', null, null, 'source description'),

  -- tickets
  ('app_public.tickets', 'internal', null, null,
    'seat_no ticket_number status section row_name seat_number currency credential_version '
    'delivery_method delivery_status entry_count is_inside'),
  ('app_public.tickets', 'personal', 'anonymize', 'null', 'delivery_tracking'),
  ('app_public.ticket_attendees', 'personal', 'delete', null,
    'first_name last_name email phone answers'),
  ('app_public.ticket_transfers', 'personal', 'anonymize',
    $$'erased+' || t.id || '@erased.invalid'$$, 'to_email'),
  ('app_public.ticket_transfers', 'secret', 'keep', 'They own tickets, and tell nothing of anybody.',
    'from_cart_token_hash to_cart_token_hash'),
  ('app_public.ticket_transfers', 'internal', null, null, 'status'),
  ('app_private.ticket_transfer_tokens', 'secret', null, null, 'token_hash'),
  ('app_public.entry_zones', 'internal', null, null, 'name sections ticket_categories'),
  ('app_public.entry_gates', 'internal', null, null, 'name'),
  ('app_public.scanner_devices', 'internal', null, null, 'name'),
  ('app_private.scanner_tokens', 'secret', null, null, 'token_hash'),
  ('app_private.offline_scan_results', 'internal', null, null, 'code is_double result'),
  ('app_private.ticket_credentials', 'secret', null, null, 'credential_hash'),
  ('app_private.ticket_credentials', 'internal', null, null, 'version'),
  ('app_private.signing_keys', 'secret', null, null, 'key'),
  ('app_private.signing_keys', 'internal', null, null, 'name'),
  ('app_public.ticket_scans', 'internal', null, null, 'result code gate device direction offline_result'),

  -- risk
  ('app_public.fraud_detection_rules', 'internal', null, null,
    'rule_name description rule_type stage severity action trigger_count window_seconds '
    'amount_currency is_enabled true_positives false_positives false_positive_rate'),
  ('app_private.booking_signals', 'personal', 'anonymize', 'null',
    'user_id buyer_key email ip_address device user_agent country expected_countries'),
  ('app_private.booking_signals', 'personal', 'anonymize', 'false', 'is_disposable_email'),
  ('app_private.booking_signals', 'internal', null, null, 'stage tickets currency'),
  ('app_private.payment_failure_signals', 'personal', 'anonymize', 'null',
    'buyer_key email ip_address device'),
  ('app_private.payment_failure_signals', 'internal', null, null, 'stripe_event_id'),
  ('app_private.disposable_email_domains', 'public', null, null, 'domain'),
  ('app_private.calling_codes', 'public', null, null, 'prefix country'),
  ('app_public.risk_assessments', 'sensitive', 'keep',
    'Why a sale was refused or looked at; whose it was is forgotten.', 'score action factors'),
  ('app_public.fraud_alerts', 'internal', null, null,
    'severity action risk_score status resolution'),
  ('app_public.fraud_alert_notes', 'sensitive', 'keep',
    'Evidence for legal claims (GDPR, article 17, paragraph 3).', 'note'),

  -- audit: see redact_audit_log
  ('app_public.audit_log', 'personal', 'anonymize', 'null', 'ip_address user_agent'),
  ('app_public.audit_log', 'personal', 'anonymize', 'by field, as in the table it is about',
    'old_values new_values'),
  ('app_public.audit_log', 'internal', null, null,
    'action entity_type database_role request_id transaction_id'),
  ('app_private.audit_seals', 'internal', null, null,
    'seal_no up_to row_count previous_hash hash'),
  ('app_private.audit_sealed_rows', 'internal', null, null, 'seal_no row_hash month'),
  ('app_private.partition_retention', 'internal', null, null, 'table_name months_kept reason'),
  ('app_private.closed_months', 'internal', null, null,
    'table_name month months_kept row_count rows_hash'),

  -- privacy
  ('app_private.retention_rules', 'internal', null, null,
    'rule description relation action since condition kept_for is_enabled'),
  ('app_public.consents', 'personal', 'keep',
    'Proof that somebody had agreed (GDPR, article 7); of whom is forgotten.',
    'purpose is_given wording_version source'),
  ('app_public.privacy_requests', 'internal', null, null, 'kind summary')
) as d (relation, class, on_erasure, note, columns)
cross join lateral regexp_split_to_table(d.columns, ' ') as c (column_name);

comment on view app_private.declared_classes is
  'What is declared about columns; column_classes has every column there is.';
revoke all on app_private.declared_classes from public;

--! split: 1051-functions-privacy-personal_tables.sql
-- Whose a row is, given a person as $1 (the row is called t), and under which name an export has it;
-- without a name it is not exported, because there is nothing in it but secrets. In the order in
-- which rows may be deleted.
create or replace view app_private.personal_tables with (security_invoker = true) as
select p.relation, p.section, p.belongs, row_number() over () as position
from (values
  ('app_private.user_credentials', null, 't.user_id = ($1).user_id'),
  ('app_private.two_factor_secrets', null, 't.user_id = ($1).user_id'),
  ('app_private.recovery_codes', null, 't.user_id = ($1).user_id'),
  ('app_private.user_tokens', 'mailed_tokens', 't.user_id = ($1).user_id'),
  (
    'app_private.session_tokens', null,
    't.session_id in (
      select s.id from app_public.user_sessions as s where s.user_id = ($1).user_id
    )'
  ),
  ('app_private.sign_ups', 'sign_ups', 't.email operator(public.=) any (($1).emails)'),
  (
    'app_private.trusted_device_tokens', null,
    't.device_id in (
      select d.id from app_public.trusted_devices as d where d.user_id = ($1).user_id
    )'
  ),
  ('app_public.trusted_devices', 'trusted_devices', 't.user_id = ($1).user_id'),
  ('app_public.failed_attempts', 'failed_attempts', 't.user_id = ($1).user_id'),
  ('app_public.impersonations', 'impersonations', 't.user_id = ($1).user_id'),
  ('app_public.user_suspensions', 'suspensions', 't.user_id = ($1).user_id'),
  ('app_public.user_sessions', 'sessions', 't.user_id = ($1).user_id'),
  -- The last mail goes to an address that is forgotten once it is sent.
  (
    'app_private.outgoing_emails', 'emails',
    't.recipient operator(public.=) any (($1).emails)
      and (t.template <> ''account_closed'' or t.sent_at is not null)'
  ),
  ('app_public.platform_staff', 'platform_staff', 't.user_id = ($1).user_id'),
  (
    'app_public.member_permissions', 'extra_permissions',
    't.member_id in (
      select m.id from app_public.organization_members as m where m.user_id = ($1).user_id
    )'
  ),
  ('app_public.user_venue_access', 'venue_access', 't.user_id = ($1).user_id'),
  ('app_public.organization_members', 'memberships', 't.user_id = ($1).user_id'),
  (
    'app_public.organization_invitations', 'invitations',
    't.accepted_by = ($1).user_id or t.email operator(public.=) any (($1).emails)'
  ),
  (
    'app_public.consents', 'consents',
    't.user_id = ($1).user_id or t.customer_id = any (($1).customer_ids)'
  ),
  (
    'app_public.privacy_requests', 'privacy_requests',
    't.user_id = ($1).user_id or t.customer_id = any (($1).customer_ids)'
  ),
  (
    'app_private.payment_intent_secrets', null,
    't.payment_intent_id in (
      select p.id from app_public.payment_intents as p where p.booking_id = any (($1).booking_ids)
    )'
  ),
  (
    'app_private.stripe_events', null,
    't.applied_at is not null
      and t.payload #>> ''{data,object,metadata,lml_booking_id}''
        = any (($1).booking_ids::text[])
      or t.applied_at is not null
      and t.payload #>> ''{data,object,metadata,lml_payment_intent_id}'' in (
        select p.id::text from app_public.payment_intents as p
        where p.booking_id = any (($1).booking_ids)
      )'
  ),
  -- What a score is made of is for those who look into it.
  ('app_public.risk_assessments', null, 't.booking_id = any (($1).booking_ids)'),
  ('app_public.fraud_alert_notes', null,
    't.alert_id in (
      select a.id from app_public.fraud_alerts as a where a.booking_id = any (($1).booking_ids)
    )'
  ),
  (
    'app_private.booking_signals', 'signals',
    't.user_id = ($1).user_id or t.booking_id = any (($1).booking_ids)'
  ),
  (
    'app_private.payment_failure_signals', 'declined_payments',
    't.booking_id = any (($1).booking_ids)'
  ),
  ('app_public.payment_intents', 'payments', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.refunds', 'refunds', 't.booking_id = any (($1).booking_ids)'),
  (
    'app_public.ticket_scans', 'ticket_scans',
    't.ticket_id in (
      select k.id from app_public.tickets as k where k.booking_id = any (($1).booking_ids)
    )'
  ),
  (
    'app_public.ticket_attendees', 'attendees',
    't.email operator(public.=) any (($1).emails)
      or t.ticket_id in (
        select k.id from app_public.tickets as k
        left join app_public.ticket_transfers as r
          on r.organization_id = k.organization_id and r.id = k.transfer_id
        where r.to_user_id = ($1).user_id
          or r.id is null and k.booking_id = any (($1).booking_ids)
      )'
  ),
  (
    'app_public.ticket_transfers', 'ticket_transfers',
    't.to_user_id = ($1).user_id or t.from_user_id = ($1).user_id
      or t.to_customer_id = any (($1).customer_ids)
      or t.to_email operator(public.=) any (($1).emails)'
  ),
  ('app_public.tickets', 'tickets', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.booking_items', 'booking_items', 't.booking_id = any (($1).booking_ids)'),
  (
    'app_public.booking_state_transitions', 'booking_history',
    't.booking_id = any (($1).booking_ids)'
  ),
  ('app_public.bookings', 'bookings', 't.id = any (($1).booking_ids)'),
  ('app_public.customers', 'customers', 't.id = any (($1).customer_ids)'),
  ('app_public.users', 'account', 't.id = ($1).user_id'),
  -- What was done to the entries above. What the person did to others' is about those.
  (
    'app_public.audit_log', 'audit_log',
    't.entity_type = ''users'' and t.entity_id = ($1).user_id
      or t.entity_type = ''customers'' and t.entity_id = any (($1).customer_ids)
      or t.entity_type = ''bookings'' and t.entity_id = any (($1).booking_ids)
      or t.entity_type in (''organization_members'', ''user_sessions'') and t.entity_id in (
        select s.id from app_public.user_sessions as s where s.user_id = ($1).user_id
        union all
        select m.id from app_public.organization_members as m where m.user_id = ($1).user_id
      )'
  )
) as p (relation, section, belongs);

comment on view app_private.personal_tables is
  'Which tables have something about people, and how their rows are found.';
revoke all on app_private.personal_tables from public;

--! split: 1052-policies-tickets-entry_gates.sql
-- Staff, and the scanners of the venue.
alter table app_public.entry_gates enable row level security;
alter table app_public.entry_gates force row level security;

drop policy if exists all_owner on app_public.entry_gates;
create policy all_owner on app_public.entry_gates
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.entry_gates;
create policy select_member on app_public.entry_gates
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('tickets.read')));

drop policy if exists select_member_of_venue on app_public.entry_gates;
create policy select_member_of_venue on app_public.entry_gates
  for select to lml_user
  using (venue_id in (select app_hidden.permitted_venue_ids('tickets.read')));

drop policy if exists select_device on app_public.entry_gates;
create policy select_device on app_public.entry_gates
  for select to lml_user
  using (venue_id in (select app_hidden.device_venue_ids()));

revoke all on app_public.entry_gates from public;
grant select on app_public.entry_gates to lml_user;

--! split: 1053-policies-tickets-entry_zones.sql
-- Staff, and the scanners of the venue.
alter table app_public.entry_zones enable row level security;
alter table app_public.entry_zones force row level security;

drop policy if exists all_owner on app_public.entry_zones;
create policy all_owner on app_public.entry_zones
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.entry_zones;
create policy select_member on app_public.entry_zones
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('tickets.read')));

drop policy if exists select_member_of_venue on app_public.entry_zones;
create policy select_member_of_venue on app_public.entry_zones
  for select to lml_user
  using (venue_id in (select app_hidden.permitted_venue_ids('tickets.read')));

drop policy if exists select_device on app_public.entry_zones;
create policy select_device on app_public.entry_zones
  for select to lml_user
  using (venue_id in (select app_hidden.device_venue_ids()));

revoke all on app_public.entry_zones from public;
grant select on app_public.entry_zones to lml_user;

--! split: 1054-policies-tickets-offline_scan_results.sql
-- Reached through definer functions only.
alter table app_private.offline_scan_results enable row level security;
alter table app_private.offline_scan_results force row level security;

drop policy if exists all_owner on app_private.offline_scan_results;
create policy all_owner on app_private.offline_scan_results
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.offline_scan_results from public;

--! split: 1055-policies-tickets-scanner_devices.sql
-- Staff, and the scanner itself.
alter table app_public.scanner_devices enable row level security;
alter table app_public.scanner_devices force row level security;

drop policy if exists all_owner on app_public.scanner_devices;
create policy all_owner on app_public.scanner_devices
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.scanner_devices;
create policy select_member on app_public.scanner_devices
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('tickets.read')));

drop policy if exists select_member_of_venue on app_public.scanner_devices;
create policy select_member_of_venue on app_public.scanner_devices
  for select to lml_user
  using (venue_id in (select app_hidden.permitted_venue_ids('tickets.read')));

drop policy if exists select_device on app_public.scanner_devices;
create policy select_device on app_public.scanner_devices
  for select to lml_user
  using (id = (select app_hidden.current_device_id()));

revoke all on app_public.scanner_devices from public;
grant select on app_public.scanner_devices to lml_user;

--! split: 1056-policies-tickets-scanner_tokens.sql
-- Reached through definer functions only.
alter table app_private.scanner_tokens enable row level security;
alter table app_private.scanner_tokens force row level security;

drop policy if exists all_owner on app_private.scanner_tokens;
create policy all_owner on app_private.scanner_tokens
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.scanner_tokens from public;

--! split: 1057-policies-tickets-ticket_attendees.sql
-- Whoever has the ticket now, and staff: not who had it before.
alter table app_public.ticket_attendees enable row level security;
alter table app_public.ticket_attendees force row level security;

drop policy if exists all_owner on app_public.ticket_attendees;
create policy all_owner on app_public.ticket_attendees
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_holder on app_public.ticket_attendees;
create policy select_holder on app_public.ticket_attendees
  for select to lml_anonymous, lml_user
  using (ticket_id in (select app_hidden.held_ticket_ids()));

drop policy if exists select_member on app_public.ticket_attendees;
create policy select_member on app_public.ticket_attendees
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('tickets.read')));

drop policy if exists select_member_of_venue on app_public.ticket_attendees;
create policy select_member_of_venue on app_public.ticket_attendees
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('tickets.read')));

revoke all on app_public.ticket_attendees from public;
grant select on app_public.ticket_attendees to lml_anonymous, lml_user;

--! split: 1058-policies-tickets-ticket_scans.sql
-- Staff sees what happened at its doors, and a scanner what it did.
alter table app_public.ticket_scans enable row level security;
alter table app_public.ticket_scans force row level security;

drop policy if exists all_owner on app_public.ticket_scans;
create policy all_owner on app_public.ticket_scans
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.ticket_scans;
create policy select_member on app_public.ticket_scans
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('tickets.read')));

drop policy if exists select_member_of_venue on app_public.ticket_scans;
create policy select_member_of_venue on app_public.ticket_scans
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('tickets.read')));

drop policy if exists select_device on app_public.ticket_scans;
create policy select_device on app_public.ticket_scans
  for select to lml_user
  using (scanner_device_id = (select app_hidden.current_device_id()));

revoke all on app_public.ticket_scans from public;
grant select on app_public.ticket_scans to lml_user;

--! split: 1059-policies-tickets-ticket_transfer_tokens.sql
-- Reached through definer functions only.
alter table app_private.ticket_transfer_tokens enable row level security;
alter table app_private.ticket_transfer_tokens force row level security;

drop policy if exists all_owner on app_private.ticket_transfer_tokens;
create policy all_owner on app_private.ticket_transfer_tokens
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.ticket_transfer_tokens from public;

--! split: 1060-policies-tickets-ticket_transfers.sql
-- Who offered and who got a ticket, and staff.
alter table app_public.ticket_transfers enable row level security;
alter table app_public.ticket_transfers force row level security;

drop policy if exists all_owner on app_public.ticket_transfers;
create policy all_owner on app_public.ticket_transfers
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.ticket_transfers;
create policy select_own on app_public.ticket_transfers
  for select to lml_anonymous, lml_user
  using (
    from_user_id = (select app_hidden.current_user_id())
    or to_user_id = (select app_hidden.current_user_id())
    or from_cart_token_hash = (select app_hidden.current_cart_hash())
    or to_cart_token_hash = (select app_hidden.current_cart_hash())
  );

drop policy if exists select_member on app_public.ticket_transfers;
create policy select_member on app_public.ticket_transfers
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('tickets.read')));

drop policy if exists select_member_of_venue on app_public.ticket_transfers;
create policy select_member_of_venue on app_public.ticket_transfers
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('tickets.read')));

revoke all on app_public.ticket_transfers from public;
grant select on app_public.ticket_transfers to lml_anonymous, lml_user;

--! split: 1061-policies-tickets-tickets.sql
-- The owner of the booking, who goes on seeing what became of a ticket that was handed on; whoever
-- has it now; staff at the door or on the telephone, and scanners.
alter table app_public.tickets enable row level security;
alter table app_public.tickets force row level security;

drop policy if exists all_owner on app_public.tickets;
create policy all_owner on app_public.tickets
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.tickets;
create policy select_own on app_public.tickets
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = tickets.organization_id
      and b.id = tickets.booking_id
      and (
        b.user_id = (select app_hidden.current_user_id())
        or b.cart_token_hash = (select app_hidden.current_cart_hash())
      )
  ));

drop policy if exists select_member on app_public.tickets;
create policy select_member on app_public.tickets
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('tickets.read')));

drop policy if exists select_member_of_venue on app_public.tickets;
create policy select_member_of_venue on app_public.tickets
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('tickets.read')));

drop policy if exists select_received on app_public.tickets;
create policy select_received on app_public.tickets
  for select to lml_anonymous, lml_user
  using (id in (select app_hidden.received_ticket_ids()));

drop policy if exists select_device on app_public.tickets;
create policy select_device on app_public.tickets
  for select to lml_user
  using (performance_id in (select app_hidden.device_performance_ids()));

revoke all on app_public.tickets from public;
grant select on app_public.tickets to lml_anonymous, lml_user;
