--! Previous: sha1:1f0cdd91abf411838328b22a29091cc386c32c85
--! Hash: sha1:2a593930713647afe26d37961dcae305b10ecfda
--! Message: tables of venues

--! split: 100-tables.sql
-- Places, and the seats in them. A layout never changes: a new version is a new layout.

create type app_public.layout_source as enum ('upload', 'cdn', 'mongodb');
comment on type app_public.layout_source is 'Where a layout document came from.';

create table app_public.venues (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references app_public.organizations on delete restrict,
  name text not null,
  slug text not null,
  description text,
  address jsonb not null default '{}',
  timezone text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint venues_slug_is_unique unique (slug, organization_id),
  constraint venues_name_is_short_text check (length(name) between 1 and 255),
  constraint venues_slug_is_a_slug
    check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 150),
  constraint venues_description_is_bounded check (length(description) <= 20000),
  constraint venues_address_is_an_object
    check (jsonb_typeof(address) = 'object' and length(address::text) <= 4000)
);
create index venues_organization_id_idx on app_public.venues (organization_id);

comment on table app_public.venues is 'A place where events happen.';
comment on column app_public.venues.id is 'Identifier.';
comment on column app_public.venues.organization_id is 'Whose venue it is.';
comment on column app_public.venues.name is 'Name.';
comment on column app_public.venues.slug is 'Name in addresses, unique in the organization.';
comment on column app_public.venues.description is 'What visitors should know.';
comment on column app_public.venues.address is
  'Postal address: street, city, state, country, postal_code.';
comment on column app_public.venues.timezone is 'IANA time zone in which its events are announced.';
comment on column app_public.venues.created_at is 'When the venue was entered.';
comment on column app_public.venues.updated_at is 'When it last changed.';

create table app_public.venue_layouts (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  venue_id uuid not null,
  version integer not null,
  name text not null,
  sha256 text not null,
  document text not null,
  source app_public.layout_source not null,
  source_reference text,
  seat_count integer not null,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  unique (venue_id, organization_id, version),
  unique (venue_id, organization_id, sha256),
  foreign key (organization_id, venue_id)
    references app_public.venues (organization_id, id) on delete restrict,
  constraint venue_layouts_sha256_is_of_the_document
    check (sha256 = encode(sha256(convert_to(document, 'UTF8')), 'hex')),
  constraint venue_layouts_version_is_positive check (version > 0),
  constraint venue_layouts_seat_count_is_bounded check (seat_count between 0 and 200000)
);
create index venue_layouts_sha256_idx on app_public.venue_layouts (sha256);

comment on table app_public.venue_layouts is
  'An immutable version of a venue''s seating plan, identified by the SHA-256 of its document.';
comment on column app_public.venue_layouts.id is 'Identifier.';
comment on column app_public.venue_layouts.organization_id is 'Whose layout it is.';
comment on column app_public.venue_layouts.venue_id is 'Of which venue.';
comment on column app_public.venue_layouts.version is 'Counts up within the venue.';
comment on column app_public.venue_layouts.name is 'Name from the document.';
comment on column app_public.venue_layouts.sha256 is 'Hex SHA-256 of document: cache it for ever.';
comment on column app_public.venue_layouts.document is 'The seating plan, as lml-layout/1 JSON.';
comment on column app_public.venue_layouts.source is 'Where it came from.';
comment on column app_public.venue_layouts.source_reference is 'Its address or id at the source.';
comment on column app_public.venue_layouts.seat_count is 'Number of seats.';
comment on column app_public.venue_layouts.created_at is 'When it was imported.';

create table app_public.layout_sections (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  layout_id uuid not null,
  section_no smallint not null,
  name text not null,
  unique (id, organization_id),
  unique (layout_id, organization_id, section_no),
  unique (layout_id, organization_id, name),
  foreign key (organization_id, layout_id)
    references app_public.venue_layouts (organization_id, id) on delete restrict,
  constraint layout_sections_name_is_short_text check (length(name) between 1 and 100)
);

comment on table app_public.layout_sections is 'A part of a layout: stalls, balcony, a block.';
comment on column app_public.layout_sections.id is 'Identifier.';
comment on column app_public.layout_sections.organization_id is 'Whose layout it is.';
comment on column app_public.layout_sections.layout_id is 'The layout.';
comment on column app_public.layout_sections.section_no is '1 to N in the document''s order.';
comment on column app_public.layout_sections.name is 'Name, unique in the layout.';

create table app_public.layout_seats (
  organization_id uuid not null,
  layout_id uuid not null,
  seat_no integer not null,
  section_no smallint not null,
  seat_id text not null,
  row_name text not null,
  seat_number text not null,
  category text not null,
  x numeric(9, 8) not null,
  y numeric(9, 8) not null,
  features text[] not null default '{}',
  primary key (layout_id, seat_no, organization_id),
  constraint layout_seats_seat_id_is_unique unique (seat_id, layout_id, organization_id),
  constraint layout_seats_row_and_number_are_unique
    unique (layout_id, section_no, organization_id, row_name, seat_number),
  foreign key (organization_id, layout_id, section_no)
    references app_public.layout_sections (organization_id, layout_id, section_no)
    on delete restrict,
  constraint layout_seats_seat_no_is_positive check (seat_no > 0),
  constraint layout_seats_seat_id_is_sha256 check (seat_id ~ '^[a-f0-9]{64}$'),
  constraint layout_seats_position_is_normalized check (x between 0 and 1 and y between 0 and 1),
  constraint layout_seats_names_are_short_text check (
    length(row_name) between 1 and 50
    and length(seat_number) between 1 and 20
    and length(category) between 1 and 100
  ),
  constraint layout_seats_features_are_known check (
    features <@ array['wheelchair', 'companion', 'aisle', 'obstructed_view']
  )
);

comment on table app_public.layout_seats is 'A seat of a layout. Whether it is free: seat_map.';
comment on column app_public.layout_seats.organization_id is 'Whose layout it is.';
comment on column app_public.layout_seats.layout_id is 'The layout.';
comment on column app_public.layout_seats.seat_no is '1 to N in the document''s order.';
comment on column app_public.layout_seats.section_no is 'Its section.';
comment on column app_public.layout_seats.seat_id is
  'SHA-256 that names the seat across versions of the layout; holds name seats by it.';
comment on column app_public.layout_seats.row_name is 'Row as printed on the ticket.';
comment on column app_public.layout_seats.seat_number is 'Number as printed on the ticket.';
comment on column app_public.layout_seats.category is 'Category of the plan, mapped to a price.';
comment on column app_public.layout_seats.x is 'From left (0) to right (1).';
comment on column app_public.layout_seats.y is 'From top (0) to bottom (1).';
comment on column app_public.layout_seats.features is
  'Any of wheelchair, companion, aisle, obstructed_view.';
