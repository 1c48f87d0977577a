-- Venues in full, standing areas, layouts that are fetched, and moves from one layout to another.

create type app_public.venue_status as enum (
  'draft', 'active', 'maintenance', 'closed', 'archived'
);
comment on type app_public.venue_status is
  'Whether a venue takes events: draft is being set up, maintenance pauses, archived is history.';

create type app_public.venue_type as enum (
  'theater', 'concert_hall', 'arena', 'stadium', 'club', 'cinema', 'museum', 'conference_center',
  'outdoor', 'event_space', 'restaurant', 'bar', 'cafe', 'hotel', 'other'
);
comment on type app_public.venue_type is 'What kind of place a venue is.';

create type app_public.venue_tier as enum ('casual', 'mid_tier', 'high_end', 'premium');
comment on type app_public.venue_tier is 'How much a visit usually costs.';

alter table app_public.venues
  add column status app_public.venue_status not null default 'active',
  add column status_changed_at timestamptz not null default now(),
  add column venue_type app_public.venue_type not null default 'other',
  add column tier app_public.venue_tier,
  add column city text generated always as (address ->> 'city') stored,
  add column country text generated always as (address ->> 'country') stored,
  add column latitude numeric(10, 8),
  add column longitude numeric(11, 8),
  add column language text,
  add column contact_phone text,
  add column contact_email public.citext,
  add column contact_website text,
  add column amenities text[] not null default '{}',
  add column accessibility_features text[] not null default '{}',
  add column opening_hours jsonb not null default '{}',
  add column images text[] not null default '{}',
  add column videos text[] not null default '{}',
  add column social_media jsonb not null default '{}',
  add constraint venues_address_has_known_parts check (
    address - array['street', 'street2', 'city', 'state', 'postal_code', 'country'] = '{}'
    and not address @? '$.* ? (@.type() != "string" || @ == "")'
  ),
  add constraint venues_country_is_iso_3166
    check (address ->> 'country' ~ '^[A-Z]{2}$'),
  add constraint venues_coordinates_are_on_earth check (
    (latitude is null) = (longitude is null)
    and latitude between -90 and 90 and longitude between -180 and 180
  ),
  add constraint venues_language_is_bcp_47 check (language ~ '^[a-z]{2,3}(-[A-Z]{2})?$'),
  add constraint venues_contact_phone_is_e164 check (contact_phone ~ '^\+?[1-9][0-9]{1,14}$'),
  add constraint venues_contact_email_has_two_sides check (
    contact_email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(contact_email) <= 320
  ),
  add constraint venues_contact_website_is_an_address check (
    contact_website ~ '^https?://[^[:space:]]+$' and length(contact_website) <= 2000
  ),
  add constraint venues_amenities_are_words check (
    cardinality(amenities) <= 100
    and array_position(amenities, null) is null
    and cardinality(string_to_array(array_to_string(amenities, ' '), ' ')) = cardinality(amenities)
    and array_to_string(amenities, ' ') ~ '^([a-z0-9_]{1,50}( |$))*$'
  ),
  add constraint venues_accessibility_features_are_words check (
    cardinality(accessibility_features) <= 100
    and array_position(accessibility_features, null) is null
    and cardinality(string_to_array(array_to_string(accessibility_features, ' '), ' '))
      = cardinality(accessibility_features)
    and array_to_string(accessibility_features, ' ') ~ '^([a-z0-9_]{1,50}( |$))*$'
  ),
  -- {"mon": [["10:00", "18:00"]]}: what closes after midnight closes before it opens.
  add constraint venues_opening_hours_are_times_by_weekday check (
    jsonb_typeof(opening_hours) = 'object'
    and opening_hours - array['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] = '{}'
    and not opening_hours @? '$.* ? (@.type() != "array" || @.size() > 10)'
    and not opening_hours @? 'strict $.*[*] ? (@.type() != "array" || @.size() != 2)'
    and not opening_hours @? '$.*[*][*] ? (@.type() != "string")'
    and not opening_hours
      @? '$.*[*][*] ? (!(@ like_regex "^([01][0-9]|2[0-3]):[0-5][0-9]$"))'
  ),
  add constraint venues_images_are_addresses check (
    cardinality(images) <= 50
    and array_position(images, null) is null
    and cardinality(string_to_array(array_to_string(images, ' '), ' ')) = cardinality(images)
    and array_to_string(images, ' ') ~ '^(https://[^[:space:]]{1,240}( |$))*$'
  ),
  add constraint venues_videos_are_addresses check (
    cardinality(videos) <= 50
    and array_position(videos, null) is null
    and cardinality(string_to_array(array_to_string(videos, ' '), ' ')) = cardinality(videos)
    and array_to_string(videos, ' ') ~ '^(https://[^[:space:]]{1,240}( |$))*$'
  ),
  add constraint venues_social_media_are_addresses check (
    jsonb_typeof(social_media) = 'object'
    and length(social_media::text) <= 4000
    and not social_media @? '$.* ? (@.type() != "string")'
    and not social_media @? '$.* ? (!(@ like_regex "^https://[^ ]+$"))'
  );
create index venues_name_idx on app_public.venues (lower(name));
create index venues_city_idx on app_public.venues (lower(city));

comment on column app_public.venues.address is
  'Postal address: street, street2, city, state, postal_code, country (ISO 3166, two letters).';
comment on column app_public.venues.status is 'Whether it takes events.';
comment on column app_public.venues.status_changed_at is 'Since when it has that status.';
comment on column app_public.venues.venue_type is 'What kind of place it is.';
comment on column app_public.venues.tier is 'How much a visit usually costs; null when not said.';
comment on column app_public.venues.city is 'City of the address.';
comment on column app_public.venues.country is 'Country of the address.';
comment on column app_public.venues.latitude is 'Degrees north of the equator (WGS 84).';
comment on column app_public.venues.longitude is 'Degrees east of Greenwich (WGS 84).';
comment on column app_public.venues.language is 'Language spoken there, such as de or de-AT.';
comment on column app_public.venues.contact_phone is 'Phone number for visitors.';
comment on column app_public.venues.contact_email is 'Address for visitors'' mail.';
comment on column app_public.venues.contact_website is 'Its own pages.';
comment on column app_public.venues.amenities is
  'What visitors find there, as words: parking, bar, cloakroom.';
comment on column app_public.venues.accessibility_features is
  'What helps visitors with disabilities, as words: step_free_access, audio_loop.';
comment on column app_public.venues.opening_hours is
  'Of its box office, by weekday, in its time zone: {"mon": [["10:00", "18:00"]]}.';
comment on column app_public.venues.images is 'Addresses of pictures, the first one first.';
comment on column app_public.venues.videos is 'Addresses of videos.';
comment on column app_public.venues.social_media is 'Addresses of its pages elsewhere, by name.';

create table app_public.venue_compliance (
  organization_id uuid not null,
  venue_id uuid not null,
  license_number text,
  license_valid_until date,
  safety_certificate text,
  safety_certificate_valid_until date,
  insurance_valid_until date,
  licensed_capacity integer,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (venue_id, organization_id),
  foreign key (organization_id, venue_id)
    references app_public.venues (organization_id, id) on delete restrict,
  constraint venue_compliance_texts_are_short check (
    length(license_number) between 1 and 100 and length(safety_certificate) between 1 and 100
  ),
  constraint venue_compliance_dates_are_finite check (
    isfinite(license_valid_until) and isfinite(safety_certificate_valid_until)
    and isfinite(insurance_valid_until)
  ),
  constraint venue_compliance_licensed_capacity_is_bounded
    check (licensed_capacity between 0 and 10000000)
);

comment on table app_public.venue_compliance is
  'Papers that a venue needs to open. For members; visitors see the venue only.';
comment on column app_public.venue_compliance.organization_id is 'Whose venue it is.';
comment on column app_public.venue_compliance.venue_id is 'The venue.';
comment on column app_public.venue_compliance.license_number is 'Number of its operating license.';
comment on column app_public.venue_compliance.license_valid_until is 'Last day of the license.';
comment on column app_public.venue_compliance.safety_certificate is 'Number of the certificate.';
comment on column app_public.venue_compliance.safety_certificate_valid_until is
  'Last day of the certificate.';
comment on column app_public.venue_compliance.insurance_valid_until is 'Last day of the insurance.';
comment on column app_public.venue_compliance.licensed_capacity is
  'How many visitors the license allows; validate_mongo_layout_integration reports larger layouts.';
comment on column app_public.venue_compliance.created_at is 'When it was entered.';
comment on column app_public.venue_compliance.updated_at is 'When it last changed.';

-- Standing areas: a section of a layout with a capacity instead of seats.

create type app_public.layout_section_kind as enum ('seated', 'standing');
comment on type app_public.layout_section_kind is
  'Whether a section has seats, or only a number of places.';

alter table app_public.venue_layouts
  add column standing_capacity integer not null default 0,
  add constraint venue_layouts_standing_capacity_is_bounded
    check (standing_capacity between 0 and 10000000);
alter table app_public.venue_layouts alter column standing_capacity drop default;
comment on column app_public.venue_layouts.standing_capacity is
  'Number of places in its standing areas.';

alter table app_public.layout_sections
  add column kind app_public.layout_section_kind not null default 'seated',
  add column capacity integer,
  add column category text,
  add column x numeric(9, 8),
  add column y numeric(9, 8),
  add column width numeric(9, 8),
  add column height numeric(9, 8);
-- Layouts never change; what they had to say of these columns is the same as before.
alter table app_public.layout_sections disable trigger _200_refuse_change;
update app_public.layout_sections as s
set capacity = (
  select count(*)
  from app_public.layout_seats as seat
  where seat.organization_id = s.organization_id
    and seat.layout_id = s.layout_id
    and seat.section_no = s.section_no
);
alter table app_public.layout_sections enable trigger _200_refuse_change;
alter table app_public.layout_sections
  alter column kind drop default,
  alter column capacity set not null,
  add constraint layout_sections_capacity_is_bounded check (capacity between 0 and 1000000),
  add constraint layout_sections_standing_has_places_and_category check (
    (kind = 'standing') = (category is not null)
    and (kind = 'seated' or capacity > 0)
    and length(category) between 1 and 100
  ),
  add constraint layout_sections_area_is_within_the_plan check (
    num_nulls(x, y, width, height) in (0, 4)
    and x >= 0 and y >= 0 and width > 0 and height > 0 and x + width <= 1 and y + height <= 1
  );
comment on column app_public.layout_sections.kind is 'Seats, or a standing area.';
comment on column app_public.layout_sections.capacity is
  'Number of its seats, or of places in a standing area.';
comment on column app_public.layout_sections.category is
  'Category of a standing area, mapped to a price; seats have their own.';
comment on column app_public.layout_sections.x is 'Left edge of its area, from 0 to 1.';
comment on column app_public.layout_sections.y is 'Upper edge of its area, from 0 to 1.';
comment on column app_public.layout_sections.width is 'Width of its area.';
comment on column app_public.layout_sections.height is 'Height of its area.';

-- Layouts that the worker fetches from where they are published.

create type app_public.layout_fetch_status as enum ('pending', 'succeeded', 'failed');
comment on type app_public.layout_fetch_status is 'What became of fetching a layout.';

create table app_public.layout_fetches (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  venue_id uuid not null,
  url text not null,
  expected_sha256 text not null,
  status app_public.layout_fetch_status not null default 'pending',
  attempt_count integer not null default 0,
  layout_id uuid,
  error_code text,
  error_message text,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  unique (id, organization_id),
  foreign key (organization_id, venue_id)
    references app_public.venues (organization_id, id) on delete restrict,
  foreign key (organization_id, layout_id)
    references app_public.venue_layouts (organization_id, id) on delete restrict,
  constraint layout_fetches_url_is_https
    check (url ~ '^https://[^[:space:]/@]+(/[^[:space:]]*)?$' and length(url) <= 1000),
  constraint layout_fetches_hash_is_sha256 check (expected_sha256 ~ '^[a-f0-9]{64}$'),
  constraint layout_fetches_attempts_are_counted check (attempt_count between 0 and 100),
  constraint layout_fetches_success_has_layout
    check ((status = 'succeeded') = (layout_id is not null)),
  constraint layout_fetches_end_has_time check ((status = 'pending') = (finished_at is null)),
  constraint layout_fetches_failure_has_reason
    check (status <> 'failed' or error_code is not null),
  constraint layout_fetches_errors_are_short
    check (length(error_code) <= 20 and length(error_message) <= 500)
);
create index layout_fetches_venue_id_idx on app_public.layout_fetches (venue_id, organization_id);
create index layout_fetches_layout_id_idx
  on app_public.layout_fetches (layout_id, organization_id) where layout_id is not null;

comment on table app_public.layout_fetches is
  'Layouts that were asked for from an address, and what became of it.';
comment on column app_public.layout_fetches.id is 'Identifier.';
comment on column app_public.layout_fetches.organization_id is 'Whose venue it is for.';
comment on column app_public.layout_fetches.venue_id is 'For which venue.';
comment on column app_public.layout_fetches.url is 'Where it is published.';
comment on column app_public.layout_fetches.expected_sha256 is
  'Hex SHA-256 that the document must have.';
comment on column app_public.layout_fetches.status is 'What became of it.';
comment on column app_public.layout_fetches.attempt_count is 'How often it was tried.';
comment on column app_public.layout_fetches.layout_id is 'The version that came of it.';
comment on column app_public.layout_fetches.error_code is
  'Why the last attempt failed: a code of docs/errors.md, or of docs/venues.md.';
comment on column app_public.layout_fetches.error_message is 'The same in words.';
comment on column app_public.layout_fetches.created_at is 'When it was asked for.';
comment on column app_public.layout_fetches.finished_at is 'When it succeeded, or was given up.';

-- Differences between a stored document and its rows.

create type app_public.layout_difference as (
  layout_id uuid,
  version integer,
  what text,
  place text,
  expected text,
  found text
);
comment on type app_public.layout_difference is
  'Something that a layout''s document and its rows say differently.';
comment on column app_public.layout_difference.layout_id is 'The layout.';
comment on column app_public.layout_difference.version is 'Its version.';
comment on column app_public.layout_difference.what is
  'One of document, hash, seat_count, standing_capacity, section, seat, inventory, '
  'licensed_capacity.';
comment on column app_public.layout_difference.place is 'Which section, seat or performance.';
comment on column app_public.layout_difference.expected is 'What the document says; null: nothing.';
comment on column app_public.layout_difference.found is 'What is stored; null: nothing.';

-- Moving a performance to another layout.

create type app_public.lost_seat as (
  seat_id text,
  section text,
  row_name text,
  seat_number text,
  status app_public.seat_status,
  booking_id uuid,
  reason text
);
comment on type app_public.lost_seat is
  'A seat that is sold, held or reserved, and that another layout does not offer.';
comment on column app_public.lost_seat.seat_id is 'Its id.';
comment on column app_public.lost_seat.section is 'Its section.';
comment on column app_public.lost_seat.row_name is 'Its row.';
comment on column app_public.lost_seat.seat_number is 'Its number.';
comment on column app_public.lost_seat.status is 'Locked, booked or reserved.';
comment on column app_public.lost_seat.booking_id is 'Whose it is; null when it is reserved.';
comment on column app_public.lost_seat.reason is
  'missing: there is no such seat; feature_lost: it is no place for a wheelchair or a companion.';

create type app_public.layout_move as (
  performance_id uuid,
  layout_id uuid,
  is_moved boolean,
  taken_seats integer,
  added_seats integer,
  removed_seats integer,
  lost_seats app_public.lost_seat[]
);
comment on type app_public.layout_move is
  'What moving a performance to another layout does, or would do.';
comment on column app_public.layout_move.performance_id is 'The performance.';
comment on column app_public.layout_move.layout_id is 'The layout it moves to.';
comment on column app_public.layout_move.is_moved is
  'False after a dry run, and where the performance had this layout already.';
comment on column app_public.layout_move.taken_seats is 'Seats that are sold, held or reserved.';
comment on column app_public.layout_move.added_seats is 'Seats that only the new layout has.';
comment on column app_public.layout_move.removed_seats is 'Seats that only the old layout has.';
comment on column app_public.layout_move.lost_seats is
  'Taken seats without a counterpart: as long as there is one, the move is refused.';

alter table app_public.performances add column holds_begin_at timestamptz;
comment on column app_public.performances.holds_begin_at is
  'A transaction that began before may know seats by the numbers of an older layout: it books '
  'nothing.';

create trigger _100_set_updated_at
  before update on app_public.venue_compliance
  for each row execute function app_hidden.tg__set_updated_at();
