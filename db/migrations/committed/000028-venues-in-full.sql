--! Previous: sha1:876bfbd1a36059a6600cdc43e49f7c5bdc321d66
--! Hash: sha1:0615de9ea6c0fde47e53e91060e85dda8dbeacf8
--! Message: Venues in full

--! split: 200-venues.sql
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

--! split: 1000-functions-venues-check_layout_format.sql
create or replace function app_hidden.check_layout_format(document jsonb)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if coalesce(jsonb_typeof(check_layout_format.document), '') <> 'object'
    or check_layout_format.document ->> 'format' is distinct from 'lml-layout/1'
    or not (
      check_layout_format.document @? '$.sections[*].rows[*].seats[*]'
      or check_layout_format.document @? '$.sections[*] ? (@.kind == "standing")'
    )
  then
    raise exception 'This is not a layout of format lml-layout/1 with a seat or a standing area.'
      using errcode = 'LMLAY', hint = '"lml import layout FILE" reads and converts other formats.';
  end if;
  if jsonb_array_length(app_hidden.layout_list(check_layout_format.document, 'sections')) > 10000
  then
    raise exception 'A layout has at most 10,000 sections.' using errcode = 'LMLAY';
  end if;
end
$$;

comment on function app_hidden.check_layout_format(jsonb) is
  'Raises LMLAY for a document that is no layout.';

--! split: 1001-functions-venues-check_layout_seats.sql
-- Reads a document once more when the tables have refused it, to say where it is wrong: their
-- constraints can name neither all kinds nor the places.
create or replace function app_hidden.check_layout_seats(document jsonb)
returns void
language plpgsql immutable set search_path = ''
as $$
declare
  v_bad text;
begin
  select format('section %s', s.name)
  into v_bad
  from app_hidden.read_layout_sections(check_layout_seats.document) as s
  group by s.name
  having count(*) > 1
  limit 1;
  if found then
    raise exception 'Two sections have the same name.' using errcode = 'LMDUP', detail = v_bad;
  end if;

  select format('section %s', coalesce(s.name, 'no. ' || s.section_no))
  into v_bad
  from app_hidden.read_layout_sections(check_layout_seats.document) as s
  where coalesce(length(s.name), 0) not between 1 and 100
  limit 1;
  if found then
    raise exception 'A section lacks a proper name.' using errcode = 'LMLAY', detail = v_bad;
  end if;

  select format('section %s', s.name)
  into v_bad
  from app_hidden.read_layout_sections(check_layout_seats.document) as s
  where s.x < 0 or s.y < 0 or s.width <= 0 or s.height <= 0
    or s.x + s.width > 1 or s.y + s.height > 1
  limit 1;
  if found then
    raise exception 'An area lies outside the plan: x and y run from 0 to 1.'
      using errcode = 'LMXYR', detail = v_bad;
  end if;

  select format('section %s, row %s, number %s', s.section, s.row_name, s.seat_number)
  into v_bad
  from app_hidden.read_layout(check_layout_seats.document) as s
  where coalesce(length(s.row_name), 0) not between 1 and 50
    or coalesce(length(s.seat_number), 0) not between 1 and 20
    or coalesce(length(s.category), 0) not between 1 and 100
    or s.seat_id !~ '^[a-f0-9]{64}$'
    or not s.features <@ array['wheelchair', 'companion', 'aisle', 'obstructed_view']
  limit 1;
  if found then
    raise exception 'A seat lacks a proper name, category, id or feature.'
      using errcode = 'LMLAY', detail = v_bad;
  end if;

  select format('section %s, row %s, number %s', s.section, s.row_name, s.seat_number)
  into v_bad
  from app_hidden.read_layout(check_layout_seats.document) as s
  where s.x is null or s.y is null
  limit 1;
  if found then
    raise exception 'A seat lies outside the plan: x and y run from 0 to 1.'
      using errcode = 'LMXYR', detail = v_bad;
  end if;

  select format('section %s, row %s, number %s', s.section, s.row_name, s.seat_number)
  into v_bad
  from app_hidden.read_layout(check_layout_seats.document) as s
  group by s.section, s.row_name, s.seat_number
  having count(*) > 1
  limit 1;
  if found then
    raise exception 'Two seats have the same section, row and number.'
      using errcode = 'LMDUP', detail = v_bad;
  end if;

  select format('seat id %s', s.seat_id)
  into v_bad
  from app_hidden.read_layout(check_layout_seats.document) as s
  group by s.seat_id
  having count(*) > 1
  limit 1;
  if found then
    raise exception 'Two seats have the same id.' using errcode = 'LMDUP', detail = v_bad;
  end if;
end
$$;

comment on function app_hidden.check_layout_seats(jsonb) is
  'Raises LMLAY, LMXYR or LMDUP, with the place, for a layout whose seats are not in order.';

--! split: 1002-functions-venues-layout_count_differences.sql
create or replace function app_private.layout_count_differences(
  layout app_public.venue_layouts, document jsonb
)
returns table (what text, place text, expected text, found text)
language sql stable security definer set search_path = ''
as $$
  with sections as materialized (
    select
      coalesce(sum(s.capacity) filter (where s.kind = 'seated'), 0) as seats,
      coalesce(sum(s.capacity) filter (where s.kind = 'standing'), 0) as places
    from app_hidden.read_layout_sections(layout_count_differences.document) as s
  )
  select 'seat_count', null, s.seats::text, (layout_count_differences.layout).seat_count::text
  from sections as s
  where s.seats <> (layout_count_differences.layout).seat_count
  union all
  select
    'standing_capacity', null, s.places::text,
    (layout_count_differences.layout).standing_capacity::text
  from sections as s
  where s.places <> (layout_count_differences.layout).standing_capacity
  union all
  select
    'licensed_capacity', null, c.licensed_capacity::text, (s.seats + s.places)::text
  from sections as s
  join app_public.venue_compliance as c
    on c.organization_id = (layout_count_differences.layout).organization_id
    and c.venue_id = (layout_count_differences.layout).venue_id
  where s.seats + s.places > c.licensed_capacity
  union all
  select 'inventory', format('performance %s', p.id), s.seats::text, i.seats::text
  from sections as s
  join app_public.performances as p
    on p.organization_id = (layout_count_differences.layout).organization_id
    and p.layout_id = (layout_count_differences.layout).id
  join app_public.events as e
    on e.organization_id = p.organization_id and e.id = p.event_id
    and e.status not in ('draft', 'canceled')
  cross join lateral (
    select count(*) as seats
    from app_public.seat_booking_state as state
    join app_public.layout_seats as seat
      on seat.organization_id = state.organization_id
      and seat.layout_id = p.layout_id
      and seat.seat_no = state.seat_no
    where state.organization_id = p.organization_id and state.performance_id = p.id
  ) as i
  where i.seats <> s.seats
$$;

comment on function app_private.layout_count_differences(app_public.venue_layouts, jsonb) is
  'Where numbers of seats and places differ from the document, or are more than is licensed.';

--! split: 1003-functions-venues-layout_differences.sql
create or replace function app_private.layout_differences(layout app_public.venue_layouts)
returns setof app_public.layout_difference
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_hash text := encode(sha256(convert_to((layout_differences.layout).document, 'UTF8')), 'hex');
  v_document jsonb;
begin
  if v_hash <> (layout_differences.layout).sha256 then
    return next row(
      (layout_differences.layout).id, (layout_differences.layout).version, 'hash', null, v_hash,
      (layout_differences.layout).sha256
    )::app_public.layout_difference;
  end if;

  begin
    v_document := (layout_differences.layout).document::jsonb;
    perform app_hidden.check_layout_seats(v_document);
  exception
    when others then
      return next row(
        (layout_differences.layout).id, (layout_differences.layout).version, 'document', null,
        'a layout of format lml-layout/1', left(sqlerrm, 200)
      )::app_public.layout_difference;
      return;
  end;

  return query
  select
    (layout_differences.layout).id, (layout_differences.layout).version, d.what, d.place,
    d.expected, d.found
  from (
    select * from app_private.layout_count_differences(layout_differences.layout, v_document)
    union all
    select * from app_private.layout_section_differences(layout_differences.layout, v_document)
    union all
    select * from app_private.layout_seat_differences(layout_differences.layout, v_document)
  ) as d;
end
$$;

comment on function app_private.layout_differences(app_public.venue_layouts) is
  'What a layout''s document and rows say differently.';

--! split: 1004-functions-venues-layout_seat_differences.sql
create or replace function app_private.layout_seat_differences(
  layout app_public.venue_layouts, document jsonb
)
returns table (what text, place text, expected text, found text)
language sql stable security definer set search_path = ''
as $$
  select
    'seat', format('seat %s', coalesce(d.seat_no, s.seat_no)),
    case when d.seat_no is not null then to_jsonb(d)::text end,
    case when s.seat_no is not null then to_jsonb(s)::text end
  from (
    select
      d.seat_no, d.section_no, d.seat_id, d.row_name, d.seat_number, d.category,
      round(d.x, 8) as x, round(d.y, 8) as y, d.features
    from app_hidden.read_layout(layout_seat_differences.document) as d
  ) as d
  full join (
    select
      s.seat_no, s.section_no, s.seat_id, s.row_name, s.seat_number, s.category, s.x, s.y,
      s.features
    from app_public.layout_seats as s
    where s.organization_id = (layout_seat_differences.layout).organization_id
      and s.layout_id = (layout_seat_differences.layout).id
  ) as s on s.seat_no = d.seat_no
  where s is distinct from d
  order by coalesce(d.seat_no, s.seat_no)
$$;

comment on function app_private.layout_seat_differences(app_public.venue_layouts, jsonb) is
  'Seats that the document and the rows do not have alike.';

--! split: 1005-functions-venues-layout_section_differences.sql
create or replace function app_private.layout_section_differences(
  layout app_public.venue_layouts, document jsonb
)
returns table (what text, place text, expected text, found text)
language sql stable security definer set search_path = ''
as $$
  select
    'section', format('section %s', coalesce(d.name, s.name)),
    case when d.section_no is not null then to_jsonb(d)::text end,
    case when s.section_no is not null then to_jsonb(s)::text end
  from app_hidden.read_layout_sections(layout_section_differences.document) as d
  full join (
    select s.section_no, s.name, s.kind, s.capacity, s.category, s.x, s.y, s.width, s.height
    from app_public.layout_sections as s
    where s.organization_id = (layout_section_differences.layout).organization_id
      and s.layout_id = (layout_section_differences.layout).id
  ) as s on s.section_no = d.section_no
  where (s.section_no, s.name, s.kind, s.capacity, s.category, s.x, s.y, s.width, s.height)
    is distinct from (
      d.section_no, d.name, d.kind, d.capacity, d.category, round(d.x, 8), round(d.y, 8),
      round(d.width, 8), round(d.height, 8)
    )
  order by coalesce(d.section_no, s.section_no)
$$;

comment on function app_private.layout_section_differences(app_public.venue_layouts, jsonb) is
  'Sections that the document and the rows do not have alike.';

--! split: 1006-functions-venues-lock_venue.sql
-- Whoever changes a venue waits for the others who do, and for events that are just being planned.
create or replace function app_private.lock_venue(venue_id uuid, permission text)
returns app_public.venues
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_venue app_public.venues;
begin
  select * into v_venue
  from app_public.venues as v
  where v.id = lock_venue.venue_id
  for no key update;
  perform app_hidden.require_venue_permission(
    v_venue.organization_id, lock_venue.venue_id, lock_venue.permission
  );
  return v_venue;
end
$$;

comment on function app_private.lock_venue(uuid, text) is
  'The venue, locked, if the caller has the permission. Raises LMNFD, LMRGT, LMAUT, LMSES.';

--! split: 1007-functions-venues-prepare_layout_fetch.sql
create or replace function app_private.prepare_layout_fetch(fetch_id uuid)
returns jsonb
language sql volatile security definer set search_path = ''
as $$
  update app_public.layout_fetches as f
  set attempt_count = f.attempt_count + 1
  where f.id = prepare_layout_fetch.fetch_id and f.status = 'pending'
  returning jsonb_build_object('url', f.url, 'attempts', f.attempt_count)
$$;

comment on function app_private.prepare_layout_fetch(uuid) is
  'What to fetch, counted as an attempt; null when it was done or given up.';
grant execute on function app_private.prepare_layout_fetch(uuid) to lml_worker;

--! split: 1008-functions-venues-read_layout.sql
-- Opens a layout document into one row per seat, in the document's order, and refuses what is not
-- of the format. Each refusal names the first place that is wrong.
create or replace function app_hidden.read_layout(document jsonb)
returns table (
  seat_no integer, section_no smallint, section text, row_name text, seat_number text,
  seat_id text, category text, x numeric, y numeric, features text[]
)
language plpgsql immutable set search_path = ''
as $$
begin
  perform app_hidden.check_layout_format(read_layout.document);

  return query
  select
    (row_number() over (order by s.section_n, s.row_n, s.seat_n))::integer,
    s.section_n::smallint,
    s.section,
    s.row_name,
    s.seat ->> 'number',
    -- What seat_id_of says, without a call for each seat: that was half of the time.
    coalesce(
      s.seat ->> 'seat_id',
      encode(
        sha256(convert_to(s.id_prefix || to_json(s.seat ->> 'number')::text || ']', 'UTF8')), 'hex'
      )
    ),
    s.seat ->> 'category',
    -- What is no number within the plan becomes null here, and is refused by its place.
    case
      when jsonb_typeof(s.seat -> 'x') = 'number' and (s.seat ->> 'x')::numeric between 0 and 1
      then (s.seat ->> 'x')::numeric
    end,
    case
      when jsonb_typeof(s.seat -> 'y') = 'number' and (s.seat ->> 'y')::numeric between 0 and 1
      then (s.seat ->> 'y')::numeric
    end,
    case when s.seat ? 'features' then
      array(select jsonb_array_elements_text(app_hidden.layout_list(s.seat, 'features')))
      else '{}'
    end
  from (
    select
      section.n as section_n, section.value ->> 'name' as section,
      r.n as row_n, r.row_name, r.id_prefix,
      seat.n as seat_n, seat.value as seat
    from jsonb_array_elements(read_layout.document -> 'sections')
      with ordinality as section (value, n),
      lateral (
        select
          r.value, r.n, r.value ->> 'name' as row_name,
          '[' || to_json(section.value ->> 'name')::text || ','
            || to_json(r.value ->> 'name')::text || ',' as id_prefix
        from jsonb_array_elements(
          case when section.value ->> 'kind' = 'standing' then '[]'
            else app_hidden.layout_list(section.value, 'rows')
          end
        ) with ordinality as r (value, n)
        offset 0
      ) as r,
      jsonb_array_elements(app_hidden.layout_list(r.value, 'seats'))
        with ordinality as seat (value, n)
    -- Keeps the query apart: sorting whole sections with each of their seats took a hundred times
    -- as long at 4,000 seats, and grew with the square of them.
    offset 0
  ) as s;
end
$$;

comment on function app_hidden.read_layout(jsonb) is
  'The seats of a layout document. Raises LMLAY when it is not of the format.';

--! split: 1009-functions-venues-read_layout_sections.sql
-- The other half of read_layout. A standing area is a section with a capacity instead of rows.
create or replace function app_hidden.read_layout_sections(document jsonb)
returns table (
  section_no smallint, name text, kind app_public.layout_section_kind, capacity integer,
  category text, x numeric, y numeric, width numeric, height numeric
)
language plpgsql immutable set search_path = ''
as $$
declare
  v_bad text;
begin
  perform app_hidden.check_layout_format(read_layout_sections.document);
  select format('section %s', coalesce(s.value ->> 'name', 'no. ' || s.n))
  into v_bad
  from jsonb_array_elements(read_layout_sections.document -> 'sections')
    with ordinality as s (value, n)
  where coalesce(s.value ->> 'kind', 'seated') not in ('seated', 'standing')
    or case when s.value ->> 'kind' = 'standing' then
      s.value ? 'rows'
      or coalesce(s.value ->> 'capacity', '') !~ '^[1-9][0-9]{0,5}$|^1000000$'
      or jsonb_typeof(s.value -> 'capacity') <> 'number'
      or coalesce(length(s.value ->> 'category'), 0) not between 1 and 100
    else s.value ?| array['capacity', 'category']
    end
    or not (
      s.value -> 'area' is null
      or coalesce(
        jsonb_typeof(s.value -> 'area' -> 'x') = 'number'
          and jsonb_typeof(s.value -> 'area' -> 'y') = 'number'
          and jsonb_typeof(s.value -> 'area' -> 'width') = 'number'
          and jsonb_typeof(s.value -> 'area' -> 'height') = 'number', false
      )
    )
  limit 1;
  if found then
    raise exception
      'A section has rows of seats, or is a standing area with a capacity and a category.'
      using errcode = 'LMLAY', detail = v_bad;
  end if;

  return query
  select
    s.n::smallint, s.value ->> 'name',
    coalesce(s.value ->> 'kind', 'seated')::app_public.layout_section_kind,
    coalesce(
      (s.value ->> 'capacity')::integer,
      (
        select sum(jsonb_array_length(app_hidden.layout_list(r.value, 'seats')))::integer
        from jsonb_array_elements(app_hidden.layout_list(s.value, 'rows')) as r
      ),
      0
    ),
    s.value ->> 'category',
    (s.value -> 'area' ->> 'x')::numeric, (s.value -> 'area' ->> 'y')::numeric,
    (s.value -> 'area' ->> 'width')::numeric, (s.value -> 'area' ->> 'height')::numeric
  from jsonb_array_elements(read_layout_sections.document -> 'sections')
    with ordinality as s (value, n);
end
$$;

comment on function app_hidden.read_layout_sections(jsonb) is
  'The sections of a layout document. Raises LMLAY when one is neither seated nor standing.';

--! split: 1010-functions-venues-record_layout_fetch_failure.sql
create or replace function app_private.record_layout_fetch_failure(
  fetch_id uuid, code text, message text, is_final boolean
)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_public.layout_fetches as f
  set error_code = left(record_layout_fetch_failure.code, 20),
    error_message = left(record_layout_fetch_failure.message, 500),
    status = case when record_layout_fetch_failure.is_final then 'failed' else f.status end,
    finished_at = case when record_layout_fetch_failure.is_final then now() end
  where f.id = record_layout_fetch_failure.fetch_id and f.status = 'pending'
$$;

comment on function app_private.record_layout_fetch_failure(uuid, text, text, boolean) is
  'Remembers why an attempt failed, and whether it was the last one.';
grant execute on function app_private.record_layout_fetch_failure(uuid, text, text, boolean)
  to lml_worker;

--! split: 1011-functions-venues-record_layout_fetched.sql
-- The hash is checked here, whatever the worker thinks: store_layout takes no document without it.
create or replace function app_private.record_layout_fetched(fetch_id uuid, document text)
returns app_public.layout_fetch_status
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_fetch app_public.layout_fetches;
  v_layout app_public.venue_layouts;
begin
  -- The venue first, as store_layout locks it.
  perform from app_public.layout_fetches as f
  join app_public.venues as v on v.organization_id = f.organization_id and v.id = f.venue_id
  where f.id = record_layout_fetched.fetch_id
  for no key update of v;
  select * into v_fetch
  from app_public.layout_fetches as f
  where f.id = record_layout_fetched.fetch_id
  for no key update;
  if v_fetch.status is distinct from 'pending' then
    return v_fetch.status;
  end if;

  begin
    -- Layouts become public, and what follows the question mark may be a signature.
    v_layout := app_private.store_layout(
      v_fetch.venue_id, record_layout_fetched.document, v_fetch.expected_sha256, 'cdn',
      split_part(v_fetch.url, '?', 1)
    );
  exception
    -- What the document says will not change by trying again.
    when sqlstate 'LMHSH' or sqlstate 'LMLAY' or sqlstate 'LMXYR' or sqlstate 'LMDUP' then
      perform app_private.record_layout_fetch_failure(v_fetch.id, sqlstate, sqlerrm, true);
      return 'failed';
  end;
  update app_public.layout_fetches as f
  set status = 'succeeded', layout_id = v_layout.id, finished_at = now(),
    error_code = null, error_message = null
  where f.id = v_fetch.id;
  return 'succeeded';
end
$$;

comment on function app_private.record_layout_fetched(uuid, text) is
  'Imports a document that was fetched, if it has the hash that was asked for, or remembers why '
  'not.';
grant execute on function app_private.record_layout_fetched(uuid, text) to lml_worker;

--! split: 1012-functions-venues-request_layout_fetch.sql
create or replace function app_public.request_layout_fetch(
  venue_id uuid, url text, sha256 text, idempotency_key text default null
)
returns app_public.layout_fetches
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid;
  v_id uuid;
  v_fetch app_public.layout_fetches;
  v_constraint text;
  v_column text;
begin
  select v.organization_id into v_organization_id
  from app_public.venues as v where v.id = request_layout_fetch.venue_id;
  perform app_hidden.require_venue_permission(
    v_organization_id, request_layout_fetch.venue_id, 'venues.manage'
  );
  v_id := app_private.replay_result(
    request_layout_fetch.idempotency_key, 'request_layout_fetch',
    jsonb_build_array(
      request_layout_fetch.venue_id, request_layout_fetch.url, request_layout_fetch.sha256
    )
  );
  if v_id is null then
    -- Somebody else's server is not to be asked without end in our name.
    if (
      select count(*) from app_public.layout_fetches as f
      where f.organization_id = v_organization_id
        and f.venue_id = request_layout_fetch.venue_id
        and f.status = 'pending'
    ) >= 5 then
      raise exception 'Five layouts are being fetched for this venue already.'
        using errcode = 'LMINP', detail = 'venue_id', hint = 'Wait until they have arrived.';
    end if;
    insert into app_public.layout_fetches (organization_id, venue_id, url, expected_sha256)
    values (
      v_organization_id, request_layout_fetch.venue_id, request_layout_fetch.url,
      request_layout_fetch.sha256
    )
    returning id into v_id;
    perform app_private.add_job('layout__fetch', jsonb_build_object('fetch_id', v_id));
    perform app_private.keep_result(request_layout_fetch.idempotency_key, v_id);
  end if;

  select * into strict v_fetch from app_public.layout_fetches as f where f.id = v_id;
  return v_fetch;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.request_layout_fetch(uuid, text, text, text) is
  'Has the worker fetch a layout document from an https address, such as a CDN''s, and import it '
  'if its SHA-256 is the one given. The answer tells what became of it, later. Needs '
  'venues.manage. Raises LMNFD, LMRGT, LMINP, LMIDK.';
grant execute on function app_public.request_layout_fetch(uuid, text, text, text) to lml_user;

--! split: 1013-functions-venues-search_venues.sql
-- The caller's own rows: who may see a venue finds it.
create or replace function app_public.search_venues(
  query text default null, city text default null, country text default null,
  venue_type app_public.venue_type default null, amenities text[] default '{}',
  accessibility_features text[] default '{}', near_latitude numeric default null,
  near_longitude numeric default null, within_km numeric default null
)
returns setof app_public.venues
language sql stable set search_path = ''
as $$
  select v.*
  from app_public.venues as v
  cross join lateral (
    -- Half of the squared chord on a sphere of radius 1, which needs no extension.
    select 6371.0088 * 2 * asin(least(1, sqrt(
      sin(radians((v.latitude - search_venues.near_latitude)::float8) / 2) ^ 2
      + cos(radians(v.latitude::float8)) * cos(radians(search_venues.near_latitude::float8))
        * sin(radians((v.longitude - search_venues.near_longitude)::float8) / 2) ^ 2
    ))) as km
  ) as distance
  where v.status <> 'archived'
    and (
      coalesce(search_venues.query, '') = ''
      or strpos(lower(v.name), lower(search_venues.query)) > 0
      or strpos(lower(v.city), lower(search_venues.query)) > 0
    )
    and (search_venues.city is null or lower(v.city) = lower(search_venues.city))
    and (search_venues.country is null or v.country = upper(search_venues.country))
    and (search_venues.venue_type is null or v.venue_type = search_venues.venue_type)
    and v.amenities @> coalesce(search_venues.amenities, '{}')
    and v.accessibility_features @> coalesce(search_venues.accessibility_features, '{}')
    and (
      search_venues.near_latitude is null
      or search_venues.near_longitude is null
      or distance.km <= coalesce(search_venues.within_km, 50)
    )
  order by
    case when search_venues.near_latitude is not null then distance.km end nulls last,
    lower(v.name), v.id
$$;

comment on function app_public.search_venues(
  text, text, text, app_public.venue_type, text[], text[], numeric, numeric, numeric
) is
  'Venues that the caller may see, by a part of their name or city, place, kind and what they '
  'offer; the nearest first when a point is given (within 50 km unless said otherwise).';
grant execute on function app_public.search_venues(
  text, text, text, app_public.venue_type, text[], text[], numeric, numeric, numeric
) to lml_anonymous, lml_user;

--! split: 1014-functions-venues-set_venue_status.sql
create or replace function app_public.set_venue_status(
  venue_id uuid, status app_public.venue_status
)
returns app_public.venues
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_venue app_public.venues := app_private.lock_venue(
    set_venue_status.venue_id, 'venues.manage'
  );
  v_upcoming jsonb;
begin
  if set_venue_status.status is null then
    perform app_hidden.raise_bad_input('', 'status');
  end if;
  if v_venue.status = set_venue_status.status then
    return v_venue;
  end if;
  if not (v_venue.status, set_venue_status.status) in (
    ('draft', 'active'), ('draft', 'closed'), ('active', 'draft'), ('active', 'maintenance'),
    ('active', 'closed'), ('maintenance', 'active'), ('maintenance', 'closed'),
    ('closed', 'active'),
    ('closed', 'archived'), ('archived', 'closed')
  ) then
    raise exception 'A venue cannot go from % to %.', v_venue.status, set_venue_status.status
      using errcode = 'LMVEN', detail = v_venue.id::text,
        hint = 'Only a closed venue is archived; an archived one is closed again first.';
  end if;

  if set_venue_status.status in ('closed', 'draft') and v_venue.status <> 'archived' then
    v_upcoming := app_private.upcoming_performances_at(v_venue);
    if v_upcoming is not null then
      raise exception 'Performances are still to come at this venue.'
        using errcode = 'LMVEN', detail = v_upcoming::text,
          hint = 'Cancel them or let them pass; detail lists the first 100.';
    end if;
  end if;

  update app_public.venues as v
  set status = set_venue_status.status, status_changed_at = now()
  where v.id = v_venue.id
  returning * into v_venue;
  return v_venue;
end
$$;

comment on function app_public.set_venue_status(uuid, app_public.venue_status) is
  'Opens, pauses, closes or archives a venue. Draft, active and maintenance take new events, but '
  'only an active one lets them be published; a closed one takes none. It closes, or goes back to '
  'draft, only when no published performance is still to come. Tickets stay valid in each. '
  'Needs venues.manage. '
  'Raises LMNFD, LMRGT, LMINP, LMVEN (no such move, or performances to come, listed in detail).';
grant execute on function app_public.set_venue_status(uuid, app_public.venue_status) to lml_user;

--! split: 1015-functions-venues-store_layout.sql
-- Asks for no permission: who calls it has checked that, or owns the database.
create or replace function app_private.store_layout(
  venue_id uuid, document text, sha256 text,
  source app_public.layout_source default 'upload', source_reference text default null
)
returns app_public.venue_layouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid;
  v_document jsonb;
  v_layout app_public.venue_layouts;
begin
  -- The lock makes versions count up without gaps when two imports meet.
  select v.organization_id into v_organization_id
  from app_public.venues as v
  where v.id = store_layout.venue_id
  for no key update;
  if not found then
    raise exception 'There is no such venue.'
      using errcode = 'LMNFD', detail = format('%s', store_layout.venue_id);
  end if;

  if store_layout.sha256 is distinct from
    encode(sha256(convert_to(store_layout.document, 'UTF8')), 'hex')
  then
    raise exception 'The hash is not the SHA-256 of the document.'
      using errcode = 'LMHSH', hint = 'Send the document byte for byte as it was hashed.';
  end if;

  select l.* into v_layout
  from app_public.venue_layouts as l
  where l.organization_id = v_organization_id
    and l.venue_id = store_layout.venue_id
    and l.sha256 = store_layout.sha256;
  if found then
    return v_layout;
  end if;

  if octet_length(store_layout.document) > 67108864 then
    raise exception 'A layout document has at most 64 MiB.'
      using errcode = 'LMLAY', detail = octet_length(store_layout.document)::text;
  end if;
  begin
    v_document := store_layout.document::jsonb;
  exception
    when invalid_text_representation or untranslatable_character or numeric_value_out_of_range
      or program_limit_exceeded
    then
      raise exception 'The document is not JSON.' using errcode = 'LMLAY', detail = sqlerrm;
  end;

  v_layout := app_private.write_layout(
    v_organization_id, store_layout.venue_id, v_document, store_layout.document,
    store_layout.sha256, store_layout.source, store_layout.source_reference
  );
  -- Sales of a new layout may open before statistics are gathered by themselves, and the plans that
  -- they get then stay for as long as connections live. A table that has many layouts already does
  -- not change its shape by one more.
  if v_layout.seat_count * 10 > (
    select c.reltuples from pg_class as c where c.oid = 'app_public.layout_seats'::regclass
  ) then
    analyze app_public.layout_seats;
  end if;
  return v_layout;
end
$$;

comment on function app_private.store_layout(
  uuid, text, text, app_public.layout_source, text
) is
  'import_venue_layout for the database''s owner, who needs no session. '
  'Raises LMHSH, LMLAY, LMXYR, LMDUP, LMNFD.';

--! split: 1016-functions-venues-upcoming_performances_at.sql
create or replace function app_private.upcoming_performances_at(venue app_public.venues)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_agg(p.id order by p.starts_at)
  from (
    select p.id, p.starts_at
    from app_public.performances as p
    join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
    where e.organization_id = (upcoming_performances_at.venue).organization_id
      and e.venue_id = (upcoming_performances_at.venue).id
      and e.status in ('published', 'postponed')
      and p.status in ('scheduled', 'postponed')
      and coalesce(p.ends_at, p.starts_at) > now()
    order by p.starts_at
    limit 100
  ) as p
$$;

comment on function app_private.upcoming_performances_at(app_public.venues) is
  'Ids of the first 100 performances that are still to come at a venue; null when there are none.';

--! split: 1017-functions-venues-update_venue.sql
create or replace function app_public.update_venue(
  venue_id uuid, name text default null, slug text default null, description text default null,
  timezone text default null, address jsonb default null, latitude numeric default null,
  longitude numeric default null, venue_type app_public.venue_type default null,
  tier app_public.venue_tier default null, language text default null,
  contact_phone text default null, contact_email text default null,
  contact_website text default null, amenities text[] default null,
  accessibility_features text[] default null, opening_hours jsonb default null,
  images text[] default null, videos text[] default null, social_media jsonb default null
)
returns app_public.venues
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_venue app_public.venues := app_private.lock_venue(update_venue.venue_id, 'venues.manage');
  v_constraint text;
  v_column text;
begin
  update app_public.venues as v
  set name = coalesce(update_venue.name, v.name),
    slug = coalesce(update_venue.slug, v.slug),
    description = nullif(coalesce(update_venue.description, v.description), ''),
    timezone = coalesce(update_venue.timezone, v.timezone),
    address = coalesce(update_venue.address, v.address),
    latitude = coalesce(update_venue.latitude, v.latitude),
    longitude = coalesce(update_venue.longitude, v.longitude),
    venue_type = coalesce(update_venue.venue_type, v.venue_type),
    tier = coalesce(update_venue.tier, v.tier),
    language = nullif(coalesce(update_venue.language, v.language), ''),
    contact_phone = nullif(coalesce(update_venue.contact_phone, v.contact_phone), ''),
    contact_email = nullif(coalesce(update_venue.contact_email, v.contact_email::text), '')
      ::public.citext,
    contact_website = nullif(coalesce(update_venue.contact_website, v.contact_website), ''),
    amenities = coalesce(update_venue.amenities, v.amenities),
    accessibility_features = coalesce(
      update_venue.accessibility_features, v.accessibility_features
    ),
    opening_hours = coalesce(update_venue.opening_hours, v.opening_hours),
    images = coalesce(update_venue.images, v.images),
    videos = coalesce(update_venue.videos, v.videos),
    social_media = coalesce(update_venue.social_media, v.social_media)
  where v.id = v_venue.id
  returning * into v_venue;
  return v_venue;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when numeric_value_out_of_range then
    perform app_hidden.raise_bad_input('venues_coordinates_are_on_earth', '');
  when unique_violation then
    perform app_hidden.raise_slug_taken(update_venue.slug);
end
$$;

comment on function app_public.update_venue(
  uuid, text, text, text, text, jsonb, numeric, numeric, app_public.venue_type,
  app_public.venue_tier, text, text, text, text, text[], text[], jsonb, text[], text[], jsonb
) is
  'Changes what visitors see of a venue: null leaves a value as it is, an empty text removes it, '
  'and lists and objects are replaced as a whole. Performances keep their instants when the time '
  'zone changes. Needs venues.manage. Raises LMNFD, LMRGT, LMINP, LMSLG, LMTZN.';
grant execute on function app_public.update_venue(
  uuid, text, text, text, text, jsonb, numeric, numeric, app_public.venue_type,
  app_public.venue_tier, text, text, text, text, text[], text[], jsonb, text[], text[], jsonb
) to lml_user;

--! split: 1018-functions-venues-update_venue_compliance.sql
create or replace function app_public.update_venue_compliance(
  venue_id uuid, license_number text default null, license_valid_until date default null,
  safety_certificate text default null, safety_certificate_valid_until date default null,
  insurance_valid_until date default null, licensed_capacity integer default null
)
returns app_public.venue_compliance
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_venue app_public.venues := app_private.lock_venue(
    update_venue_compliance.venue_id, 'venues.manage'
  );
  v_compliance app_public.venue_compliance;
  v_constraint text;
  v_column text;
begin
  insert into app_public.venue_compliance (organization_id, venue_id)
  values (v_venue.organization_id, v_venue.id)
  on conflict on constraint venue_compliance_pkey do nothing;

  update app_public.venue_compliance as c
  set license_number = nullif(
      coalesce(update_venue_compliance.license_number, c.license_number), ''
    ),
    license_valid_until = coalesce(
      update_venue_compliance.license_valid_until, c.license_valid_until
    ),
    safety_certificate = nullif(
      coalesce(update_venue_compliance.safety_certificate, c.safety_certificate), ''
    ),
    safety_certificate_valid_until = coalesce(
      update_venue_compliance.safety_certificate_valid_until, c.safety_certificate_valid_until
    ),
    insurance_valid_until = coalesce(
      update_venue_compliance.insurance_valid_until, c.insurance_valid_until
    ),
    licensed_capacity = coalesce(
      update_venue_compliance.licensed_capacity, c.licensed_capacity
    )
  where c.organization_id = v_venue.organization_id and c.venue_id = v_venue.id
  returning * into v_compliance;
  return v_compliance;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.update_venue_compliance(
  uuid, text, date, text, date, date, integer
) is
  'Changes what is known of a venue''s license, safety certificate and insurance, which only '
  'members see: null leaves a value as it is, an empty text removes it. Needs venues.manage. '
  'Raises LMNFD, LMRGT, LMINP.';
grant execute on function app_public.update_venue_compliance(
  uuid, text, date, text, date, date, integer
) to lml_user;

--! split: 1019-functions-venues-validate_mongo_layout_integration.sql
-- Compares what was stored with what it was made of, and never trusts the one for the other. Other
-- than check_invariants it reads whole documents, so it is asked for by venue.
create or replace function app_public.validate_mongo_layout_integration(venue_id uuid)
returns setof app_public.layout_difference
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_venue app_public.venues;
  v_layout app_public.venue_layouts;
begin
  select * into v_venue
  from app_public.venues as v where v.id = validate_mongo_layout_integration.venue_id;
  perform app_hidden.require_venue_permission(v_venue.organization_id, v_venue.id, 'venues.read');
  for v_layout in
    select l.* from app_public.venue_layouts as l
    where l.organization_id = v_venue.organization_id and l.venue_id = v_venue.id
    order by l.version
  loop
    return query select * from app_private.layout_differences(v_layout);
  end loop;
end
$$;

comment on function app_public.validate_mongo_layout_integration(uuid) is
  'Every difference between the layouts of a venue as documents and as rows: hashes, sections, '
  'seats, capacities, and the seats that performances sell. No rows: all is well. Needs '
  'venues.read. Raises LMNFD, LMRGT.';
grant execute on function app_public.validate_mongo_layout_integration(uuid) to lml_user;

--! split: 1020-functions-venues-write_layout.sql
-- Reads the document once and writes everything in one statement. What the tables' constraints
-- refuse is looked for afterwards, by reading again, so that only bad documents pay for that.
create or replace function app_private.write_layout(
  organization_id uuid, venue_id uuid, parsed jsonb, document text, sha256 text,
  source app_public.layout_source, source_reference text
)
returns app_public.venue_layouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_layout app_public.venue_layouts;
begin
  with seats as materialized (
    select * from app_hidden.read_layout(write_layout.parsed)
  ),
  sections as materialized (
    select * from app_hidden.read_layout_sections(write_layout.parsed)
  ),
  layout as (
    insert into app_public.venue_layouts as l (
      organization_id, venue_id, version, name, sha256, document, source, source_reference,
      seat_count, standing_capacity
    )
    select
      write_layout.organization_id, write_layout.venue_id,
      1 + coalesce(
        (
          select max(o.version) from app_public.venue_layouts as o
          where o.organization_id = write_layout.organization_id
            and o.venue_id = write_layout.venue_id
        ), 0
      ),
      coalesce(left(write_layout.parsed ->> 'name', 255), 'Layout'),
      write_layout.sha256, write_layout.document,
      coalesce(write_layout.source, 'upload'), left(write_layout.source_reference, 1000),
      (select count(*) from seats),
      (select coalesce(sum(s.capacity), 0) from sections as s where s.kind = 'standing')
    returning l as layout, l.organization_id, l.id
  ),
  new_sections as (
    insert into app_public.layout_sections (
      organization_id, layout_id, section_no, name, kind, capacity, category, x, y, width, height
    )
    select
      l.organization_id, l.id, s.section_no, s.name, s.kind, s.capacity, s.category, s.x, s.y,
      s.width, s.height
    from sections as s, layout as l
  ),
  new_seats as (
    insert into app_public.layout_seats (
      organization_id, layout_id, seat_no, section_no, seat_id, row_name, seat_number, category,
      x, y, features
    )
    select
      l.organization_id, l.id, s.seat_no, s.section_no, s.seat_id, s.row_name, s.seat_number,
      s.category, s.x, s.y, s.features
    from seats as s, layout as l
  )
  select (l.layout).* into v_layout from layout as l;
  return v_layout;
exception
  when check_violation or not_null_violation or unique_violation or numeric_value_out_of_range then
    if sqlerrm like '%venue_layouts_seat_count_is_bounded%' then
      raise exception 'A layout has at most 200,000 seats.' using errcode = 'LMLAY';
    end if;
    perform app_hidden.check_layout_seats(write_layout.parsed);
    raise;
end
$$;

comment on function app_private.write_layout(
  uuid, uuid, jsonb, text, text, app_public.layout_source, text
) is
  'Stores a layout that is new to a venue, which is locked. Raises LMLAY, LMXYR, LMDUP.';

--! split: 1021-functions-events-tg_events__check_venue.sql
-- A venue that closes and an event that comes to it wait for each other: the lock conflicts with
-- that of lock_venue, which the foreign key's own does not.
create or replace function app_hidden.tg_events__check_venue()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_status app_public.venue_status;
begin
  select v.status into v_status
  from app_public.venues as v
  where v.organization_id = new.organization_id and v.id = new.venue_id
  for share;
  if v_status in ('closed', 'archived') or (new.status = 'published' and v_status <> 'active') then
    raise exception 'The venue is in status %.', v_status
      using errcode = 'LMVEN', detail = new.venue_id::text,
        hint = 'Closed and archived venues take no events; only active ones let them be published.';
  end if;
  return new;
end
$$;

comment on function app_hidden.tg_events__check_venue() is
  'Raises LMVEN for an event at a venue that does not take it.';

create or replace trigger _200_check_venue
  before insert or update of venue_id on app_public.events
  for each row execute function app_hidden.tg_events__check_venue();

create or replace trigger _200_check_venue_of_published
  before update of status on app_public.events
  for each row when (new.status = 'published' and old.status is distinct from new.status)
  execute function app_hidden.tg_events__check_venue();

--! split: 1022-functions-events-tg_performances__check_move.sql
-- Runs as the transaction that moved a performance commits: later than this, a hold could begin
-- that still reads the old layout and is not refused.
create or replace function app_hidden.tg_performances__check_move()
returns trigger
language plpgsql set search_path = ''
as $$
begin
  if clock_timestamp() > new.holds_begin_at - interval '5 seconds' then
    raise exception 'The move took too long between its end and its commit.'
      using errcode = 'LMBSY', hint = 'Move the performance in a transaction of its own.';
  end if;
  return null;
end
$$;

comment on function app_hidden.tg_performances__check_move() is
  'Raises LMBSY when a move is committed too late.';

drop trigger if exists _900_check_move on app_public.performances;
create constraint trigger _900_check_move
  after update of holds_begin_at on app_public.performances
  deferrable initially deferred
  for each row execute function app_hidden.tg_performances__check_move();

--! split: 1023-functions-events-tg_performances__check_venue.sql
-- A new date of a published event is on sale at once, so its venue must be open for it.
create or replace function app_hidden.tg_performances__check_venue()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_status app_public.venue_status;
begin
  select v.status into v_status
  from app_public.events as e
  join app_public.venues as v on v.organization_id = e.organization_id and v.id = e.venue_id
  where e.organization_id = new.organization_id and e.id = new.event_id
    and e.status in ('published', 'postponed')
  for share of v;
  if v_status <> 'active' then
    raise exception 'The venue is in status %.', v_status
      using errcode = 'LMVEN', detail = new.event_id::text;
  end if;
  return new;
end
$$;

comment on function app_hidden.tg_performances__check_venue() is
  'Raises LMVEN for a date of a published event at a venue that is not active.';

create or replace trigger _200_check_venue
  before insert on app_public.performances
  for each row execute function app_hidden.tg_performances__check_venue();

--! split: 1024-functions-bookings-describe_move.sql
create or replace function app_private.describe_move(
  performance app_public.performances, layout_id uuid
)
returns app_public.layout_move
language sql stable security definer set search_path = ''
as $$
  with old as (
    select s.seat_id from app_public.layout_seats as s
    where s.organization_id = (describe_move.performance).organization_id
      and s.layout_id = (describe_move.performance).layout_id
  ),
  new as (
    select s.seat_id from app_public.layout_seats as s
    where s.organization_id = (describe_move.performance).organization_id
      and s.layout_id = describe_move.layout_id
  )
  select row(
    (describe_move.performance).id, describe_move.layout_id, false,
    (
      select count(*) from app_public.seat_booking_state as s
      where s.organization_id = (describe_move.performance).organization_id
        and s.performance_id = (describe_move.performance).id
        and app_hidden.is_taken(s)
    ),
    (select count(*) from new where not exists (select from old where old.seat_id = new.seat_id)),
    (select count(*) from old where not exists (select from new where new.seat_id = old.seat_id)),
    app_private.find_lost_seats(describe_move.performance, describe_move.layout_id)
  )::app_public.layout_move
$$;

comment on function app_private.describe_move(app_public.performances, uuid) is
  'What moving a performance to a layout would do.';

--! split: 1025-functions-bookings-find_lost_seats.sql
-- Seats have the same id in every version of a layout, whatever their number or place.
create or replace function app_private.find_lost_seats(
  performance app_public.performances, layout_id uuid
)
returns app_public.lost_seat[]
language sql stable security definer set search_path = ''
as $$
  select coalesce(
    array_agg(
      row(
        seat.seat_id, section.name, seat.row_name, seat.seat_number, state.status,
        state.booking_id, case when target.seat_no is null then 'missing' else 'feature_lost' end
      )::app_public.lost_seat order by seat.seat_no
    ), '{}'
  )
  from app_public.seat_booking_state as state
  join app_public.layout_seats as seat
    on seat.organization_id = state.organization_id
    and seat.layout_id = (find_lost_seats.performance).layout_id
    and seat.seat_no = state.seat_no
  join app_public.layout_sections as section
    on section.organization_id = seat.organization_id
    and section.layout_id = seat.layout_id
    and section.section_no = seat.section_no
  left join app_public.layout_seats as target
    on target.organization_id = seat.organization_id
    and target.layout_id = find_lost_seats.layout_id
    and target.seat_id = seat.seat_id
  where state.organization_id = (find_lost_seats.performance).organization_id
    and state.performance_id = (find_lost_seats.performance).id
    and app_hidden.is_taken(state)
    and (
      target.seat_no is null
      or not (
        array(
          select f from unnest(seat.features) as f where f in ('wheelchair', 'companion')
        ) <@ target.features
      )
    )
$$;

comment on function app_private.find_lost_seats(app_public.performances, uuid) is
  'Seats of a performance that are sold, held or reserved, and that a layout does not offer.';

--! split: 1026-functions-bookings-is_taken.sql
create or replace function app_hidden.is_taken(seat app_public.seat_booking_state)
returns boolean
language sql stable
return (is_taken.seat).status in ('booked', 'reserved')
  or ((is_taken.seat).status = 'locked' and (is_taken.seat).locked_until > now());

comment on function app_hidden.is_taken(app_public.seat_booking_state) is
  'Whether a seat is sold, held or reserved now.';

--! split: 1027-functions-bookings-lock_for_move.sql
-- Bookings before seats, as everywhere. Holds that were made while the seats were waited for have
-- bookings that are not locked yet; who has those may be waiting for the seats, so they are not
-- waited for.
create or replace function app_private.lock_for_move(performance app_public.performances)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_known uuid[];
begin
  v_known := array(
    select b.id from app_public.bookings as b
    where b.organization_id = (lock_for_move.performance).organization_id
      and b.performance_id = (lock_for_move.performance).id
    order by b.id
    for no key update
  );
  perform from app_public.seat_booking_state as s
  where s.organization_id = (lock_for_move.performance).organization_id
    and s.performance_id = (lock_for_move.performance).id
  order by s.seat_no
  for update;
  perform from app_public.bookings as b
  where b.organization_id = (lock_for_move.performance).organization_id
    and b.performance_id = (lock_for_move.performance).id
    and b.id <> all (v_known)
  for no key update nowait;
exception
  when lock_not_available then
    raise exception 'Somebody is buying at this very moment.'
      using errcode = 'LMBSY', hint = 'Try again.';
end
$$;

comment on function app_private.lock_for_move(app_public.performances) is
  'Locks every booking and seat of a performance. Raises LMBSY.';

--! split: 1028-functions-bookings-move_event_to_layout.sql
create or replace function app_public.move_event_to_layout(
  event_id uuid, layout_id uuid, dry_run boolean default false
)
returns setof app_public.layout_move
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    move_event_to_layout.event_id, 'events.manage'
  );
  v_performance_id uuid;
begin
  for v_performance_id in
    select p.id from app_public.performances as p
    where p.organization_id = v_event.organization_id
      and p.event_id = v_event.id
      and p.status in ('scheduled', 'postponed')
      and coalesce(p.ends_at, p.starts_at) > now()
    order by p.id
  loop
    return next app_public.move_performance_to_layout(
      v_performance_id, move_event_to_layout.layout_id, move_event_to_layout.dry_run
    );
  end loop;
end
$$;

comment on function app_public.move_event_to_layout(uuid, uuid, boolean) is
  'move_performance_to_layout for every performance of an event that is still to come: all of '
  'them, or none. Needs events.manage. Raises LMNFD, LMRGT, LMEVT, LMMOV, LMPUB, LMBSY.';
grant execute on function app_public.move_event_to_layout(uuid, uuid, boolean) to lml_user;

--! split: 1029-functions-bookings-move_inventory.sql
-- Everything that names seats by number is renumbered, with the seats locked. Numbers first leave
-- the range of layouts, so that none is there twice on the way; deleted rows make holds that wait
-- for one of them go away empty.
create or replace function app_private.move_inventory(
  performance app_public.performances, layout_id uuid
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_moved app_public.performances := move_inventory.performance;
  v_bad text;
begin
  v_moved.layout_id := move_inventory.layout_id;
  update app_public.seat_booking_state as s
  set seat_no = s.seat_no + 1000000
  where s.organization_id = v_moved.organization_id and s.performance_id = v_moved.id;

  select format('section %s, row %s, number %s', s.section, s.row_name, s.seat_number)
  into v_bad
  from app_private.seats_after_move(move_inventory.performance, v_moved) as s
  where s.status = 'available' and s.category_no is null
  order by s.seat_no
  limit 1;
  if found then
    raise exception 'A seat is covered by no ticket category, or by several.'
      using errcode = 'LMPUB', detail = v_bad,
        hint = 'The layout must fit the categories of the event, or the section be blocked.';
  end if;

  insert into app_public.seat_booking_state (
    organization_id, performance_id, seat_no, status, category_no, booking_id, locked_until,
    price_override_cents
  )
  select
    v_moved.organization_id, v_moved.id, s.seat_no, s.status, s.category_no, s.booking_id,
    s.locked_until, s.price_override_cents
  from app_private.seats_after_move(move_inventory.performance, v_moved) as s
  order by s.seat_no;
  delete from app_public.seat_booking_state as s
  where s.organization_id = v_moved.organization_id
    and s.performance_id = v_moved.id
    and s.seat_no > 1000000;

  perform app_private.renumber_lines(move_inventory.performance, move_inventory.layout_id);
  perform app_private.renumber_tickets(move_inventory.performance, move_inventory.layout_id);
end
$$;

comment on function app_private.move_inventory(app_public.performances, uuid) is
  'Renumbers the seats, lines and tickets of a performance after another layout. Raises LMPUB.';

--! split: 1030-functions-bookings-move_performance_to_layout.sql
create or replace function app_public.move_performance_to_layout(
  performance_id uuid, layout_id uuid, dry_run boolean default false
)
returns app_public.layout_move
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events;
  v_performance app_public.performances;
  v_move app_public.layout_move;
begin
  v_event := app_private.lock_event(
    (select p.event_id from app_public.performances as p
      where p.id = move_performance_to_layout.performance_id),
    'events.manage'
  );
  select * into strict v_performance
  from app_public.performances as p
  where p.id = move_performance_to_layout.performance_id
  for no key update;
  perform app_private.require_movable(
    v_event, v_performance, move_performance_to_layout.layout_id
  );
  if v_performance.layout_id <> move_performance_to_layout.layout_id
    and move_performance_to_layout.dry_run is not true
  then
    perform app_private.lock_for_move(v_performance);
  end if;

  v_move := app_private.describe_move(v_performance, move_performance_to_layout.layout_id);
  if v_performance.layout_id = move_performance_to_layout.layout_id
    or move_performance_to_layout.dry_run
  then
    return v_move;
  end if;
  if cardinality(v_move.lost_seats) > 0 then
    raise exception '% seats are sold, held or reserved, and the layout does not offer them.',
        cardinality(v_move.lost_seats)
      using errcode = 'LMMOV', detail = to_jsonb(v_move.lost_seats[1:100])::text,
        hint = 'A dry run lists all of them; detail the first 100.';
  end if;

  if exists (
    select from app_public.seat_booking_state as s
    where s.organization_id = v_performance.organization_id
      and s.performance_id = v_performance.id
  ) or v_event.status <> 'draft' then
    perform app_private.move_inventory(v_performance, move_performance_to_layout.layout_id);
  end if;
  update app_public.performances as p
  set layout_id = move_performance_to_layout.layout_id,
    -- Draft events are not on sale: nobody can have read anything.
    holds_begin_at = case
      when v_event.status <> 'draft' then clock_timestamp() + interval '10 seconds'
    end
  where p.id = v_performance.id;
  v_move.is_moved := true;
  return v_move;
end
$$;

comment on function app_public.move_performance_to_layout(uuid, uuid, boolean) is
  'Gives a performance another layout of its venue. Seats are recognized by their ids: what is '
  'sold, held or reserved keeps its booking, price and ticket. Refused when one of those seats has '
  'no counterpart; dry_run tells which, and changes nothing. New holds begin ten seconds later. '
  'Needs events.manage. Raises LMNFD, LMRGT, LMEVT (ended), LMMOV (seats would be lost), LMPUB (a '
  'seat without exactly one category), LMBSY (somebody is buying).';
grant execute on function app_public.move_performance_to_layout(uuid, uuid, boolean) to lml_user;

--! split: 1031-functions-bookings-renumber_lines.sql
-- Lines of bookings that are over may name seats that the new layout does not have. Their numbers
-- become negative: a payment that comes too late finds no such seat, and is returned.
create or replace function app_private.renumber_lines(
  performance app_public.performances, layout_id uuid
)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_public.booking_items as i
  set seat_nos = array(
    select coalesce(target.seat_no, -abs(n.seat_no))
    from unnest(i.seat_nos) with ordinality as n (seat_no, ordinality)
    left join app_public.layout_seats as source
      on source.organization_id = i.organization_id
      and source.layout_id = (renumber_lines.performance).layout_id
      and source.seat_no = n.seat_no
    left join app_public.layout_seats as target
      on target.organization_id = i.organization_id
      and target.layout_id = renumber_lines.layout_id
      and target.seat_id = source.seat_id
    order by 1
  )
  from app_public.bookings as b
  where b.organization_id = (renumber_lines.performance).organization_id
    and b.performance_id = (renumber_lines.performance).id
    and i.organization_id = b.organization_id
    and i.booking_id = b.id
    and i.seat_nos is not null
$$;

comment on function app_private.renumber_lines(app_public.performances, uuid) is
  'Gives the lines of a performance''s bookings the numbers that a layout gives their seats.';

--! split: 1032-functions-bookings-require_movable.sql
create or replace function app_private.require_movable(
  event app_public.events, performance app_public.performances, layout_id uuid
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if (require_movable.event).status not in ('draft', 'published', 'postponed')
    or (require_movable.performance).status not in ('scheduled', 'postponed')
  then
    raise exception 'The event or its date is over.'
      using errcode = 'LMEVT', detail = (require_movable.performance).id::text;
  end if;
  if not exists (
    select from app_public.venue_layouts as l
    where l.organization_id = (require_movable.event).organization_id
      and l.venue_id = (require_movable.event).venue_id
      and l.id = require_movable.layout_id
  ) then
    raise exception 'The event''s venue has no such layout.'
      using errcode = 'LMNFD', detail = 'layout_id';
  end if;
end
$$;

comment on function app_private.require_movable(app_public.events, app_public.performances, uuid)
is 'Raises LMEVT or LMNFD when a performance cannot get this layout.';

--! split: 1033-functions-bookings-seats_after_move.sql
-- A taken seat keeps its category and price. A blocked one stays blocked, so that a move never puts
-- on sale what was not; a free one gets the category that the new layout gives it.
create or replace function app_private.seats_after_move(
  before app_public.performances, after app_public.performances
)
returns table (
  seat_no integer, section text, row_name text, seat_number text, status app_public.seat_status,
  category_no smallint, booking_id uuid, locked_until timestamptz, price_override_cents bigint
)
language sql stable security definer set search_path = ''
as $$
  select
    target.seat_no, target.section, target.row_name, target.seat_number,
    case
      when old.is_taken then old.status
      when old.status = 'blocked' or target.section = any (e.blocked_sections) then 'blocked'
      else 'available'
    end::app_public.seat_status,
    case
      when old.is_taken then old.category_no
      when cardinality(target.category_nos) = 1 then target.category_nos[1]
    end,
    case when old.is_taken then old.booking_id end,
    case when old.is_taken then old.locked_until end,
    old.price_override_cents
  from app_hidden.seats_with_categories(seats_after_move.after) as target
  join app_public.events as e
    on e.organization_id = (seats_after_move.after).organization_id
    and e.id = (seats_after_move.after).event_id
  join app_public.layout_seats as seat
    on seat.organization_id = (seats_after_move.after).organization_id
    and seat.layout_id = (seats_after_move.after).layout_id
    and seat.seat_no = target.seat_no
  left join app_public.layout_seats as source
    on source.organization_id = seat.organization_id
    and source.layout_id = (seats_after_move.before).layout_id
    and source.seat_id = seat.seat_id
  left join lateral (
    select state.*, app_hidden.is_taken(state) as is_taken
    from app_public.seat_booking_state as state
    where state.organization_id = source.organization_id
      and state.performance_id = (seats_after_move.before).id
      and state.seat_no = source.seat_no + 1000000
  ) as old on true
$$;

comment on function app_private.seats_after_move(app_public.performances, app_public.performances)
is 'The seats of a performance as another layout has them, while the old ones are put aside.';

--! split: 1034-functions-bookings-tg_bookings__check_layout.sql
-- A hold reads which seats it wants and takes them in two statements. If the performance moves to
-- another layout in between, the numbers that it has read name other seats. So who moves a
-- performance sets a moment by which the move is certainly committed, and a transaction that began
-- before it makes no booking. Bookings that exist are locked by the move itself.
create or replace function app_hidden.tg_bookings__check_layout()
returns trigger
language plpgsql security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
begin
  if exists (
    select from app_public.performances as p
    where p.organization_id = new.organization_id
      and p.id = new.performance_id
      and p.holds_begin_at > now()
  ) then
    raise exception 'The seats of this performance are being renumbered.'
      using errcode = 'LMBSY', detail = new.performance_id::text,
        hint = 'Read the seat map again in some seconds.';
  end if;
  return new;
end
$$;

comment on function app_hidden.tg_bookings__check_layout() is
  'Raises LMBSY for a booking by a transaction that may have read an older layout.';

create or replace trigger _200_check_layout
  before insert on app_public.bookings
  for each row execute function app_hidden.tg_bookings__check_layout();

--! split: 1035-functions-tickets-renumber_tickets.sql
-- Twice, because no two live tickets may have a number even for a moment: first out of the range of
-- layouts, then back into it.
create or replace function app_private.renumber_tickets(
  performance app_public.performances, layout_id uuid
)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_public.tickets as t
  set seat_no = case
      when target.seat_no is null then -abs(t.seat_no)
      else target.seat_no + 1000000
    end,
    section = coalesce(section.name, t.section),
    row_name = coalesce(target.row_name, t.row_name),
    seat_number = coalesce(target.seat_number, t.seat_number)
  from app_public.tickets as old
  left join app_public.layout_seats as source
    on source.organization_id = old.organization_id
    and source.layout_id = (renumber_tickets.performance).layout_id
    and source.seat_no = old.seat_no
  left join app_public.layout_seats as target
    on target.organization_id = old.organization_id
    and target.layout_id = renumber_tickets.layout_id
    and target.seat_id = source.seat_id
  left join app_public.layout_sections as section
    on section.organization_id = target.organization_id
    and section.layout_id = target.layout_id
    and section.section_no = target.section_no
  where old.organization_id = (renumber_tickets.performance).organization_id
    and old.performance_id = (renumber_tickets.performance).id
    and old.seat_no is not null
    and t.organization_id = old.organization_id
    and t.id = old.id;

  update app_public.tickets as t
  set seat_no = t.seat_no - 1000000
  where t.organization_id = (renumber_tickets.performance).organization_id
    and t.performance_id = (renumber_tickets.performance).id
    and t.seat_no > 1000000
$$;

comment on function app_private.renumber_tickets(app_public.performances, uuid) is
  'Gives the tickets of a performance the numbers and places that a layout gives their seats.';

--! split: 1036-functions-audit-tg__audit.sql
-- Only the fields that changed, in the transaction of the change. Of columns that the trigger names
-- it is told that they changed, and not what they are: they are secret.
create or replace function app_hidden.tg__audit()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_old jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  v_new jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  v_row jsonb := coalesce(v_new, v_old);
begin
  if tg_op = 'UPDATE' then
    select
      jsonb_object_agg(n.key, v_old -> n.key), jsonb_object_agg(n.key, n.value)
    into v_old, v_new
    from jsonb_each(v_new) as n
    where n.value is distinct from v_old -> n.key and n.key <> 'updated_at';
    if v_new is null then
      return null;
    end if;
  end if;
  if tg_nargs > 0 then
    v_old := app_hidden.mask_fields(v_old, tg_argv);
    v_new := app_hidden.mask_fields(v_new, tg_argv);
  end if;

  insert into app_public.audit_log (
    organization_id, action, entity_type, entity_id, user_id, impersonator_id, database_role,
    request_id, ip_address, user_agent, old_values, new_values
  )
  values (
    case tg_table_name
      when 'organizations' then v_row ->> 'id'
      else v_row ->> 'organization_id'
    end::uuid,
    lower(tg_op), tg_table_name,
    coalesce(
      v_row ->> 'id', v_row ->> 'venue_id', v_row ->> 'organization_id', v_row ->> 'user_id'
    )::uuid,
    app_hidden.current_user_id(), app_hidden.current_impersonator_id(), session_user,
    nullif(current_setting('lml.request_id', true), ''),
    -- What a proxy makes of an address is no reason to refuse a change.
    case when pg_input_is_valid(current_setting('lml.ip_address', true), 'inet')
      then current_setting('lml.ip_address', true)::inet
    end,
    nullif(current_setting('lml.user_agent', true), ''),
    v_old, v_new
  );
  return null;
end
$$;

comment on function app_hidden.tg__audit() is 'Writes audit_log.';

do $do$
declare
  v_table text;
begin
  foreach v_table in array array[
    'booking_status_transitions', 'currencies', 'customers', 'events', 'organization_members', 'organization_settings', 'organizations',
    'payment_intents', 'performances', 'platform_staff', 'refunds', 'role_permissions',
    'subscription_tiers', 'tax_rates', 'ticket_categories', 'ticket_category_prices',
    'user_sessions', 'users', 'venue_compliance', 'venues'
  ] loop
    execute format(
      'create or replace trigger _500_audit after insert or update or delete on app_public.%I '
      'for each row execute function app_hidden.tg__audit()',
      v_table
    );
  end loop;
end
$do$;

-- Whoever holds seats writes no row here: booking_state_transitions has every status and its actor,
-- and the lines of a booking are its history. What is audited is who it is for, and what it costs
-- once it is no draft any more. Tickets come and go with the status of their booking, and
-- ticket_scans has the rest.
create or replace trigger _500_audit
  after delete or update of organization_id, performance_id, booking_reference, user_id,
    customer_id, customer_email, customer_name, commission_percentage, currency
  on app_public.bookings
  for each row execute function app_hidden.tg__audit('cart_token_hash');
create or replace trigger _500_audit_amounts
  after update of subtotal_cents, discount_cents, service_fee_cents, processing_fee_cents,
    tax_cents, total_amount_cents
  on app_public.bookings
  for each row when (old.status <> 'draft')
  execute function app_hidden.tg__audit('cart_token_hash');

-- Failed sign-ins are counted in user_credentials, which is no change of the account.
create or replace trigger _500_audit
  after insert or delete or update of password_hash, password_changed_at
  on app_private.user_credentials
  for each row execute function app_hidden.tg__audit('password_hash');
create or replace trigger _500_audit
  after insert or delete or update of user_id, encrypted_secret, confirmed_at
  on app_private.two_factor_secrets
  for each row execute function app_hidden.tg__audit('encrypted_secret', 'last_time_step');
create or replace trigger _500_audit
  after insert or update or delete on app_private.signing_keys
  for each row execute function app_hidden.tg__audit('key');
create or replace trigger _500_audit
  after insert or update or delete on app_private.partition_retention
  for each row execute function app_hidden.tg__audit();
create or replace trigger _500_audit
  after insert or update or delete on app_private.closed_months
  for each row execute function app_hidden.tg__audit();

--! split: 1037-functions-privacy-declared_classes.sql
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
    'screens_holds'),
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
    'seat_no ticket_number status section row_name seat_number currency'),
  ('app_private.ticket_credentials', 'secret', null, null, 'credential_hash'),
  ('app_private.ticket_credentials', 'internal', null, null, 'version'),
  ('app_private.signing_keys', 'secret', null, null, 'key'),
  ('app_private.signing_keys', 'internal', null, null, 'name'),
  ('app_public.ticket_scans', 'internal', null, null, 'result code gate device'),

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

--! split: 1038-policies-venues-layout_fetches.sql
-- For members who import layouts.
alter table app_public.layout_fetches enable row level security;
alter table app_public.layout_fetches force row level security;

drop policy if exists all_owner on app_public.layout_fetches;
create policy all_owner on app_public.layout_fetches
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.layout_fetches;
create policy select_member on app_public.layout_fetches
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('venues.manage')));

drop policy if exists select_member_of_venue on app_public.layout_fetches;
create policy select_member_of_venue on app_public.layout_fetches
  for select to lml_user
  using (venue_id in (select app_hidden.permitted_venue_ids('venues.manage')));

revoke all on app_public.layout_fetches from public;
grant select on app_public.layout_fetches to lml_user;

--! split: 1039-policies-venues-venue_compliance.sql
-- For members who see the venue; never for visitors.
alter table app_public.venue_compliance enable row level security;
alter table app_public.venue_compliance force row level security;

drop policy if exists all_owner on app_public.venue_compliance;
create policy all_owner on app_public.venue_compliance
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.venue_compliance;
create policy select_member on app_public.venue_compliance
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('venues.manage')));

drop policy if exists select_member_of_venue on app_public.venue_compliance;
create policy select_member_of_venue on app_public.venue_compliance
  for select to lml_user
  using (venue_id in (select app_hidden.permitted_venue_ids('venues.manage')));

revoke all on app_public.venue_compliance from public;
grant select on app_public.venue_compliance to lml_user;
