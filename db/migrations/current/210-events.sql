-- What events say of themselves, how they are found, who may see them, what becomes of them, and
-- how many tickets one person gets.

create extension if not exists pg_trgm with schema public;
create extension if not exists unaccent with schema public;

create type app_public.event_format as enum ('physical', 'virtual', 'hybrid');
comment on type app_public.event_format is 'At a place, online, or both.';

create type app_public.event_visibility as enum ('public', 'unlisted', 'private');
comment on type app_public.event_visibility is
  'Found by everybody; seen by who knows its id or address; seen with an access code only.';

-- Columns are computed with it, so it is needed before the other functions.
create function app_hidden.plain_words(variadic words text[])
returns text
language sql immutable parallel safe
return lower(public.unaccent('public.unaccent'::regdictionary, array_to_string(words, ' ')));

-- What is public follows its event. The keys are taken off, because the meaning changes.
alter table app_public.performances drop constraint performances_is_public_fkey;
alter table app_public.ticket_categories drop constraint ticket_categories_event_fkey;

alter table app_public.events
  alter column venue_id drop not null,
  add column short_description text,
  add column format app_public.event_format not null default 'physical',
  add column timezone text,
  add column visibility app_public.event_visibility not null default 'public',
  add column age_restriction smallint,
  add column special_requirements text[] not null default '{}',
  add column images text[] not null default '{}',
  add column banner_url text,
  add column videos text[] not null default '{}',
  add column external_links jsonb not null default '{}',
  add column meta_title text,
  add column meta_description text,
  add column search_keywords text[] not null default '{}',
  add column tags text[] not null default '{}',
  add column tickets_per_user_max integer,
  add column status_reason text,
  add column canceled_at timestamptz,
  add column completed_at timestamptz,
  add constraint events_short_description_is_short check (length(short_description) <= 500),
  add constraint events_take_place_somewhere check (format = 'virtual' or venue_id is not null),
  add constraint events_have_a_time_zone check (venue_id is not null or timezone is not null),
  add constraint events_age_restriction_is_an_age check (age_restriction between 1 and 120),
  add constraint events_special_requirements_are_few_and_short check (
    cardinality(special_requirements) <= 50
    and array_position(special_requirements, null) is null
    and length(app_hidden.plain_words(variadic special_requirements)) <= 5000
  ),
  add constraint events_images_are_web_addresses check (
    cardinality(images) <= 50 and array_position(images, null) is null
    and array_position(images, '') is null
    and app_hidden.plain_words(variadic images) ~ '^(https?://\S+( |$))*$'
  ),
  add constraint events_videos_are_web_addresses check (
    cardinality(videos) <= 50 and array_position(videos, null) is null
    and array_position(videos, '') is null
    and app_hidden.plain_words(variadic videos) ~ '^(https?://\S+( |$))*$'
  ),
  add constraint events_banner_is_a_web_address
    check (banner_url ~ '^https?://\S+$' and length(banner_url) <= 2000),
  add constraint events_external_links_are_web_addresses_by_name check (
    jsonb_typeof(external_links) = 'object'
    and length(external_links::text) <= 10000
    and not jsonb_path_exists(
      external_links, '$.* ? (@.type() != "string" || !(@ like_regex "^https?://[^ ]+$"))'
    )
  ),
  add constraint events_meta_title_is_short check (length(meta_title) <= 200),
  add constraint events_meta_description_is_short check (length(meta_description) <= 500),
  add constraint events_search_keywords_are_few_and_short check (
    cardinality(search_keywords) <= 50 and array_position(search_keywords, null) is null
    and length(app_hidden.plain_words(variadic search_keywords)) <= 2000
  ),
  add constraint events_tags_are_few_and_plain check (
    cardinality(tags) <= 30 and array_position(tags, null) is null
    and array_position(tags, '') is null
    and app_hidden.plain_words(variadic tags) ~ '^([^[:space:]]{1,50}( |$))*$'
  ),
  add constraint events_tickets_per_user_is_bounded
    check (tickets_per_user_max between 1 and 100000),
  add constraint events_status_reason_is_bounded check (length(status_reason) <= 500),
  alter column is_public set expression as (
    published_at is not null and status <> 'draft' and visibility = 'public'
  ),
  add column search_text text not null generated always as (
    app_hidden.plain_words(
      title, app_hidden.plain_words(variadic tags), app_hidden.plain_words(variadic search_keywords)
    )
  ) stored,
  add column search_vector tsvector not null generated always as (
    setweight(to_tsvector('simple', app_hidden.plain_words(title)), 'A')
    || setweight(
      to_tsvector(
        'simple',
        app_hidden.plain_words(
          app_hidden.plain_words(variadic tags), app_hidden.plain_words(variadic search_keywords)
        )
      ), 'B'
    )
    || setweight(to_tsvector('simple', app_hidden.plain_words(short_description)), 'C')
    || setweight(to_tsvector('simple', app_hidden.plain_words(left(description, 20000))), 'D')
  ) stored;
create index events_search_vector_idx on app_public.events using gin (search_vector)
  where is_public;
create index events_search_text_idx on app_public.events
  using gin (search_text public.gin_trgm_ops) where is_public;

comment on column app_public.events.status is 'Only published events are on sale.';
comment on column app_public.events.venue_id is 'Where it happens; null: only online.';
comment on column app_public.events.is_public is 'Whether everybody may find it.';
comment on column app_public.events.short_description is 'In a sentence or two.';
comment on column app_public.events.format is 'At its venue, online, or both.';
comment on column app_public.events.timezone is 'IANA zone of its dates; null: its venue''s.';
comment on column app_public.events.visibility is 'Who may see it once it is published.';
comment on column app_public.events.age_restriction is 'Minimum age; null: none.';
comment on column app_public.events.special_requirements is 'Such as a dress code, or no cameras.';
comment on column app_public.events.images is 'Addresses of pictures, the main one first.';
comment on column app_public.events.banner_url is 'Address of a wide picture.';
comment on column app_public.events.videos is 'Addresses of films.';
comment on column app_public.events.external_links is 'Web addresses by name.';
comment on column app_public.events.meta_title is 'Title for search engines; null: its title.';
comment on column app_public.events.meta_description is 'Text for search engines.';
comment on column app_public.events.search_keywords is 'Words by which it is found, too.';
comment on column app_public.events.tags is 'Labels, each one word.';
comment on column app_public.events.tickets_per_user_max is
  'How many tickets one buyer gets in all; null: no limit.';
comment on column app_public.events.status_reason is 'Why it was postponed or canceled.';
comment on column app_public.events.canceled_at is 'When it was canceled.';
comment on column app_public.events.completed_at is 'When it was over.';
comment on column app_public.events.search_text is
  E'@behavior -*\nWhat typing errors are forgiven in.';
comment on column app_public.events.search_vector is E'@behavior -*\nThe words of all its texts.';

update app_public.performances as p set is_public = e.is_public
from app_public.events as e where e.id = p.event_id and e.is_public <> p.is_public;
alter table app_public.performances
  add constraint performances_is_public_fkey
    foreign key (organization_id, event_id, is_public)
    references app_public.events (organization_id, id, is_public)
    on update cascade on delete restrict,
  alter column layout_id drop not null,
  add column postponed_from timestamptz,
  add column refunds_until timestamptz,
  add column status_reason text,
  add column canceled_at timestamptz,
  add constraint performances_postponement_is_finite
    check (isfinite(postponed_from) and isfinite(refunds_until)),
  add constraint performances_status_reason_is_bounded check (length(status_reason) <= 500);
comment on constraint performances_is_public_fkey on app_public.performances is E'@behavior -*';
comment on column app_public.performances.layout_id is 'Its seating plan; null: only online.';
comment on column app_public.performances.postponed_from is
  'When it would have started at first; null: it was never postponed.';
comment on column app_public.performances.refunds_until is
  'Until when holders may give their tickets back for the whole price; null: they may not.';
comment on column app_public.performances.status_reason is 'Why it was postponed or canceled.';
comment on column app_public.performances.canceled_at is 'When it was canceled.';

update app_public.ticket_categories as c set is_public = e.is_public
from app_public.events as e where e.id = c.event_id and e.is_public <> c.is_public;
alter table app_public.ticket_categories
  add constraint ticket_categories_event_fkey
    foreign key (organization_id, event_id, is_public)
    references app_public.events (organization_id, id, is_public)
    on update cascade on delete restrict,
  add column sort_order integer not null default 0,
  add column sales_start timestamptz,
  add column sales_end timestamptz,
  add column min_per_transaction integer not null default 1,
  add column max_per_transaction integer,
  add column max_per_user integer,
  add column includes text[] not null default '{}',
  add column restrictions text[] not null default '{}',
  add constraint ticket_categories_sales_end_after_start check (sales_end > sales_start),
  add constraint ticket_categories_sale_times_are_finite
    check (isfinite(sales_start) and isfinite(sales_end)),
  add constraint ticket_categories_quantities_are_bounded check (
    min_per_transaction between 1 and 500
    and max_per_transaction between min_per_transaction and 500
    and max_per_user between min_per_transaction and 100000
  ),
  add constraint ticket_categories_includes_are_few_and_short check (
    cardinality(includes) <= 50 and array_position(includes, null) is null
    and length(app_hidden.plain_words(variadic includes)) <= 5000
  ),
  add constraint ticket_categories_restrictions_are_few_and_short check (
    cardinality(restrictions) <= 50 and array_position(restrictions, null) is null
    and length(app_hidden.plain_words(variadic restrictions)) <= 5000
  );
comment on constraint ticket_categories_event_fkey
  on app_public.ticket_categories is E'@fieldName event\n@foreignFieldName ticketCategories';
comment on column app_public.ticket_categories.sort_order is 'Where it stands among the others.';
comment on column app_public.ticket_categories.sales_start is
  'When its sale opens; null: with the event''s.';
comment on column app_public.ticket_categories.sales_end is
  'When its sale closes; null: with the event''s.';
comment on column app_public.ticket_categories.min_per_transaction is
  'How few tickets of it a booking may have, if it has any.';
comment on column app_public.ticket_categories.max_per_transaction is
  'How many tickets of it a booking may have; null: as many as the event allows.';
comment on column app_public.ticket_categories.max_per_user is
  'How many tickets of it one buyer gets in all; null: no limit.';
comment on column app_public.ticket_categories.includes is 'What comes with it.';
comment on column app_public.ticket_categories.restrictions is 'What does not go with it.';

-- Categories are the same for everybody, so that one search finds the events of all organizations.
create table app_public.event_categories (
  id uuid primary key default uuidv7(),
  slug text not null,
  name text not null,
  description text,
  parent_id uuid references app_public.event_categories on delete restrict,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint event_categories_slug_is_unique unique (slug),
  constraint event_categories_slug_is_a_slug
    check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
  constraint event_categories_name_is_short_text check (length(name) between 1 and 100),
  constraint event_categories_description_is_bounded check (length(description) <= 2000),
  constraint event_categories_are_not_their_own_parents check (parent_id <> id)
);
create index event_categories_parent_id_idx on app_public.event_categories (parent_id);
comment on table app_public.event_categories is 'Kinds of events, the same for everybody.';
comment on column app_public.event_categories.id is 'Identifier.';
comment on column app_public.event_categories.slug is 'Name in addresses and filters.';
comment on column app_public.event_categories.name is 'Name.';
comment on column app_public.event_categories.description is 'What belongs to it.';
comment on column app_public.event_categories.parent_id is 'The wider kind; null: none.';
comment on column app_public.event_categories.created_at is 'When it was entered.';
comment on column app_public.event_categories.updated_at is 'When it last changed.';
insert into app_public.event_categories (slug, name)
values
  ('concert', 'Concert'), ('theater', 'Theater'), ('sports', 'Sports'), ('comedy', 'Comedy'),
  ('conference', 'Conference'), ('festival', 'Festival'), ('exhibition', 'Exhibition'),
  ('film', 'Film'), ('workshop', 'Workshop'), ('family', 'Family'), ('other', 'Other');

create table app_public.event_category_links (
  organization_id uuid not null,
  event_id uuid not null,
  category_id uuid not null references app_public.event_categories on delete restrict,
  is_public boolean not null,
  primary key (event_id, category_id, organization_id),
  foreign key (organization_id, event_id, is_public)
    references app_public.events (organization_id, id, is_public)
    on update cascade on delete restrict
);
create index event_category_links_event_id_idx
  on app_public.event_category_links (event_id, organization_id, is_public);
create index event_category_links_category_id_idx
  on app_public.event_category_links (category_id);
comment on table app_public.event_category_links is 'Which categories an event is in.';
comment on column app_public.event_category_links.organization_id is 'Whose event it is.';
comment on column app_public.event_category_links.event_id is 'The event.';
comment on column app_public.event_category_links.category_id is 'The category.';
comment on column app_public.event_category_links.is_public is
  E'@behavior -*\nWhether everybody may see its event.';

create table app_public.event_online_addresses (
  event_id uuid primary key,
  organization_id uuid not null,
  address text not null,
  instructions text,
  updated_at timestamptz not null default now(),
  unique (event_id, organization_id),
  foreign key (organization_id, event_id)
    references app_public.events (organization_id, id) on delete restrict,
  constraint event_online_addresses_are_web_addresses
    check (address ~ '^https?://\S+$' and length(address) <= 2000),
  constraint event_online_addresses_instructions_are_bounded check (length(instructions) <= 5000)
);
comment on table app_public.event_online_addresses is
  'Where an event takes place online: for who has a ticket, and for members.';
comment on column app_public.event_online_addresses.event_id is 'The event.';
comment on column app_public.event_online_addresses.organization_id is 'Whose event it is.';
comment on column app_public.event_online_addresses.address is 'Web address.';
comment on column app_public.event_online_addresses.instructions is 'How to take part.';
comment on column app_public.event_online_addresses.updated_at is 'When it last changed.';

create table app_private.event_access_codes (
  code_hash bytea primary key,
  organization_id uuid not null,
  event_id uuid not null,
  created_at timestamptz not null default now(),
  foreign key (organization_id, event_id)
    references app_public.events (organization_id, id) on delete restrict,
  constraint event_access_codes_are_hashes check (length(code_hash) = 32)
);
create index event_access_codes_event_id_idx
  on app_private.event_access_codes (event_id, organization_id);
comment on table app_private.event_access_codes is
  'Codes that open private events. Only their hashes are stored.';

create table app_public.event_status_transitions (
  from_status app_public.event_status not null,
  to_status app_public.event_status not null,
  reason text not null,
  primary key (from_status, to_status)
);
comment on table app_public.event_status_transitions is 'The moves that an event may make.';
comment on column app_public.event_status_transitions.from_status is 'From here.';
comment on column app_public.event_status_transitions.to_status is 'To here.';
comment on column app_public.event_status_transitions.reason is 'When that happens.';
insert into app_public.event_status_transitions (from_status, to_status, reason)
values
  ('draft', 'published', 'publish_event'),
  ('draft', 'canceled', 'cancel_event, before anybody saw it'),
  ('published', 'postponed', 'postpone_event without new dates'),
  ('published', 'canceled', 'cancel_event'),
  ('published', 'completed', 'its last performance is over'),
  ('postponed', 'published', 'a performance has a date again'),
  ('postponed', 'canceled', 'cancel_event');

create table app_public.performance_status_transitions (
  from_status app_public.performance_status not null,
  to_status app_public.performance_status not null,
  reason text not null,
  primary key (from_status, to_status)
);
comment on table app_public.performance_status_transitions is
  'The moves that a performance may make.';
comment on column app_public.performance_status_transitions.from_status is 'From here.';
comment on column app_public.performance_status_transitions.to_status is 'To here.';
comment on column app_public.performance_status_transitions.reason is 'When that happens.';
insert into app_public.performance_status_transitions (from_status, to_status, reason)
values
  ('scheduled', 'postponed', 'postpone_performance without a new date'),
  ('scheduled', 'canceled', 'cancel_performance or cancel_event'),
  ('scheduled', 'completed', 'it is over'),
  ('postponed', 'scheduled', 'postpone_performance with a new date'),
  ('postponed', 'canceled', 'cancel_performance or cancel_event');

create table app_public.event_cancellations (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  event_id uuid not null,
  performance_id uuid,
  reason text,
  requested_by uuid references app_public.users on delete restrict,
  bookings_canceled integer not null default 0,
  bookings_failed integer not null default 0,
  created_at timestamptz not null default now(),
  completed_at timestamptz,
  unique (id, organization_id),
  foreign key (organization_id, event_id)
    references app_public.events (organization_id, id) on delete restrict,
  foreign key (organization_id, performance_id)
    references app_public.performances (organization_id, id) on delete restrict,
  constraint event_cancellations_reason_is_bounded check (length(reason) <= 500),
  constraint event_cancellations_counts_are_not_negative
    check (bookings_canceled >= 0 and bookings_failed >= 0)
);
create index event_cancellations_event_id_idx
  on app_public.event_cancellations (event_id, organization_id);
create index event_cancellations_performance_id_idx
  on app_public.event_cancellations (performance_id, organization_id);
create index event_cancellations_requested_by_idx on app_public.event_cancellations (requested_by);
comment on table app_public.event_cancellations is
  'How far the cancellation of an event, or of one date of it, has come.';
comment on column app_public.event_cancellations.id is 'Identifier.';
comment on column app_public.event_cancellations.organization_id is 'Who sells it.';
comment on column app_public.event_cancellations.event_id is 'The event.';
comment on column app_public.event_cancellations.performance_id is
  'The date; null: all of its dates.';
comment on column app_public.event_cancellations.reason is 'Why.';
comment on column app_public.event_cancellations.requested_by is 'Who canceled it.';
comment on column app_public.event_cancellations.bookings_canceled is
  'Bookings that were ended and refunded so far.';
comment on column app_public.event_cancellations.bookings_failed is
  'Bookings that need a person: see event_cancellation_failures.';
comment on column app_public.event_cancellations.created_at is 'When it was canceled.';
comment on column app_public.event_cancellations.completed_at is
  'When the last booking was done; null: it goes on.';

create table app_public.event_cancellation_failures (
  cancellation_id uuid not null,
  booking_id uuid not null,
  organization_id uuid not null,
  code text not null,
  created_at timestamptz not null default now(),
  primary key (cancellation_id, booking_id, organization_id),
  foreign key (organization_id, cancellation_id)
    references app_public.event_cancellations (organization_id, id) on delete restrict,
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  constraint event_cancellation_failures_code_is_a_code check (length(code) = 5)
);
create index event_cancellation_failures_cancellation_id_idx
  on app_public.event_cancellation_failures (cancellation_id, organization_id);
create index event_cancellation_failures_booking_id_idx
  on app_public.event_cancellation_failures (booking_id, organization_id);
comment on table app_public.event_cancellation_failures is
  'Bookings that a cancellation could not end by itself, such as one with a used ticket.';
comment on column app_public.event_cancellation_failures.cancellation_id is 'The cancellation.';
comment on column app_public.event_cancellation_failures.booking_id is 'The booking.';
comment on column app_public.event_cancellation_failures.organization_id is 'Who sells it.';
comment on column app_public.event_cancellation_failures.code is 'The error, as in docs/errors.md.';
comment on column app_public.event_cancellation_failures.created_at is 'When it was tried.';

create trigger _500_audit after insert or update or delete on app_public.event_categories
  for each row execute function app_hidden.tg__audit();
create trigger _500_audit after insert or update or delete on app_public.event_category_links
  for each row execute function app_hidden.tg__audit();
create trigger _500_audit after insert or update or delete on app_public.event_online_addresses
  for each row execute function app_hidden.tg__audit('address');
create trigger _500_audit after insert or delete on app_public.event_cancellations
  for each row execute function app_hidden.tg__audit();
create trigger _100_set_updated_at before update on app_public.event_categories
  for each row execute function app_hidden.tg__set_updated_at();
create trigger _100_set_updated_at before update on app_public.event_online_addresses
  for each row execute function app_hidden.tg__set_updated_at();
create trigger _500_audit after insert or update or delete on app_public.event_status_transitions
  for each row execute function app_hidden.tg__audit();
create trigger _500_audit after insert or update or delete
  on app_public.performance_status_transitions
  for each row execute function app_hidden.tg__audit();
create trigger _500_audit after insert or update or delete on app_private.event_access_codes
  for each row execute function app_hidden.tg__audit('code_hash');
create trigger _500_audit after insert or update or delete
  on app_public.event_cancellation_failures
  for each row execute function app_hidden.tg__audit();

create index performances_ending_idx on app_public.performances (coalesce(ends_at, starts_at))
  where status = 'scheduled';

create type app_public.event_match as (
  event_id uuid,
  starts_at timestamptz,
  score numeric,
  cursor text
);
comment on type app_public.event_match is
  E'@foreignKey (event_id) references app_public.events (id)\nAn event that a search found.';
comment on column app_public.event_match.event_id is 'The event.';
comment on column app_public.event_match.starts_at is 'Its next performance that fits.';
comment on column app_public.event_match.score is 'How well it fits the words; 0 without words.';
comment on column app_public.event_match.cursor is 'Give it as after_cursor to go on behind it.';

drop function app_public.create_event(
  uuid, uuid, text, text, text, text, timestamptz, timestamptz, uuid, text[], text
);
