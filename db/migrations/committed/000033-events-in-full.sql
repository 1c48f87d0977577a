--! Previous: sha1:37496c24a54c065ee103bd1c8db42937a868d0a4
--! Hash: sha1:eec4f36d999abddd2d73eeeab8d6e8c20b5a7729
--! Message: Events in full

--! split: 210-events.sql
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

--! split: 1000-functions-events-begin_cancellation.sql
create or replace function app_private.begin_cancellation(
  event app_public.events, performance_id uuid, reason text
)
returns app_public.event_cancellations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_cancellation app_public.event_cancellations;
  v_performance_ids uuid[];
begin
  with canceled as (
    update app_public.performances as p
    set status = 'canceled', canceled_at = now(), status_reason = begin_cancellation.reason,
      refunds_until = null
    where p.organization_id = (begin_cancellation.event).organization_id
      and p.event_id = (begin_cancellation.event).id
      and p.id = coalesce(begin_cancellation.performance_id, p.id)
      and p.status in ('scheduled', 'postponed')
    returning p.id
  )
  select array_agg(c.id) into v_performance_ids from canceled as c;
  insert into app_public.event_cancellations (
    organization_id, event_id, performance_id, reason, requested_by, bookings_canceled
  )
  values (
    (begin_cancellation.event).organization_id, (begin_cancellation.event).id,
    begin_cancellation.performance_id, begin_cancellation.reason, app_hidden.current_user_id(),
    app_private.release_open_bookings(
      (begin_cancellation.event).organization_id, v_performance_ids, begin_cancellation.reason
    )
  )
  returning * into v_cancellation;
  perform app_private.add_job(
    'event__cancel_bookings', jsonb_build_object('cancellation_id', v_cancellation.id)
  );
  return v_cancellation;
end
$$;

comment on function app_private.begin_cancellation(app_public.events, uuid, text) is
  'Cancels dates of a locked event, lets their holds go, and has the worker refund the rest.';

--! split: 1001-functions-events-cancel_bookings_of.sql
-- A batch of a cancellation, in one transaction: killed anywhere, it is done again or was done.
-- What cannot be ended is written down for a person, and not tried again.
create or replace function app_private.cancel_bookings_of(
  cancellation_id uuid, batch_limit integer default 100
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_cancellation app_public.event_cancellations;
  v_booking app_public.bookings;
  v_canceled integer := 0;
  v_failed integer := 0;
begin
  select * into strict v_cancellation
  from app_public.event_cancellations as c where c.id = cancel_bookings_of.cancellation_id
  for no key update;
  if v_cancellation.completed_at is not null then
    return 0;
  end if;
  for v_booking in
    select b.*
    from app_public.performances as p
    join app_public.bookings as b
      on b.organization_id = p.organization_id and b.performance_id = p.id
    where p.organization_id = v_cancellation.organization_id
      and p.event_id = v_cancellation.event_id
      and p.id = coalesce(v_cancellation.performance_id, p.id)
      and p.status = 'canceled'
      and b.status in ('draft', 'pending_payment', 'fraud_hold', 'confirmed')
      and not exists (
        select from app_public.event_cancellation_failures as f
        where f.organization_id = b.organization_id and f.booking_id = b.id
          and f.cancellation_id = v_cancellation.id
      )
    order by b.id
    limit cancel_bookings_of.batch_limit
    for no key update of b
  loop
    begin
      perform app_private.end_booking(v_booking, v_cancellation.reason, 'event_canceled');
      v_canceled := v_canceled + 1;
    exception
      when others then
        if sqlstate !~ '^LM' then
          raise;
        end if;
        insert into app_public.event_cancellation_failures (
          cancellation_id, booking_id, organization_id, code
        )
        values (v_cancellation.id, v_booking.id, v_booking.organization_id, sqlstate);
        v_failed := v_failed + 1;
    end;
  end loop;
  update app_public.event_cancellations as c
  set bookings_canceled = c.bookings_canceled + v_canceled,
    bookings_failed = c.bookings_failed + v_failed,
    completed_at = case when v_canceled + v_failed = 0 then now() end
  where c.id = v_cancellation.id;
  return v_canceled + v_failed;
end
$$;

comment on function app_private.cancel_bookings_of(uuid, integer) is
  'Ends and refunds the next bookings of a cancellation; returns how many, 0 when it is done.';
grant execute on function app_private.cancel_bookings_of(uuid, integer) to lml_worker;

--! split: 1002-functions-events-cancel_event.sql
create or replace function app_public.cancel_event(event_id uuid, reason text default null)
returns app_public.event_cancellations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(cancel_event.event_id, 'events.manage');
  v_cancellation app_public.event_cancellations;
begin
  if v_event.status = 'canceled' then
    select * into v_cancellation
    from app_public.event_cancellations as c
    where c.organization_id = v_event.organization_id and c.event_id = v_event.id
    order by c.id desc limit 1;
    return v_cancellation;
  end if;
  if v_event.status = 'completed' then
    raise exception 'The event is over.' using errcode = 'LMEVT', detail = v_event.status::text;
  end if;
  if length(cancel_event.reason) > 500 then
    raise exception 'A reason has at most 500 characters.'
      using errcode = 'LMINP', detail = 'reason';
  end if;
  update app_public.events as e
  set status = 'canceled', canceled_at = now(), status_reason = cancel_event.reason
  where e.id = v_event.id
  returning * into v_event;
  return app_private.begin_cancellation(v_event, null, cancel_event.reason);
end
$$;

comment on function app_public.cancel_event(uuid, text) is
  'Ends the sale, lets all holds go at once, and refunds everybody, batch by batch: the result '
  'tells how far that is. Canceling again changes nothing. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMEVT (it is over), LMINP.';
grant execute on function app_public.cancel_event(uuid, text) to lml_user;

--! split: 1003-functions-events-cancel_performance.sql
create or replace function app_public.cancel_performance(
  performance_id uuid, reason text default null
)
returns app_public.event_cancellations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances := app_private.lock_performance(
    cancel_performance.performance_id, 'events.manage'
  );
  v_event app_public.events;
  v_cancellation app_public.event_cancellations;
begin
  if v_performance.status = 'canceled' then
    select * into v_cancellation
    from app_public.event_cancellations as c
    where c.organization_id = v_performance.organization_id
      and c.event_id = v_performance.event_id
      and coalesce(c.performance_id, v_performance.id) = v_performance.id
    order by c.id desc limit 1;
    return v_cancellation;
  end if;
  if v_performance.status = 'completed' then
    raise exception 'The performance is over.'
      using errcode = 'LMEVT', detail = v_performance.status::text;
  end if;
  if length(cancel_performance.reason) > 500 then
    raise exception 'A reason has at most 500 characters.'
      using errcode = 'LMINP', detail = 'reason';
  end if;
  select * into strict v_event
  from app_public.events as e where e.id = v_performance.event_id;
  return app_private.begin_cancellation(v_event, v_performance.id, cancel_performance.reason);
end
$$;

comment on function app_public.cancel_performance(uuid, text) is
  'Cancels one date of an event, as cancel_event does with all of them. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMEVT (it is over), LMINP.';
grant execute on function app_public.cancel_performance(uuid, text) to lml_user;

--! split: 1004-functions-events-complete_performances.sql
-- Whoever works on an event or a performance at this moment keeps it: the next sweep comes soon.
create or replace function app_private.complete_performances(batch_limit integer default 500)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  update app_public.performances as p
  set status = 'completed'
  where p.id in (
    select p.id
    from app_public.performances as p
    join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
    where p.status = 'scheduled' and e.status = 'published'
      and coalesce(p.ends_at, p.starts_at) <= now()
      -- An end that nobody told is a day later.
      and (p.ends_at is not null or p.starts_at <= now() - interval '1 day')
    order by coalesce(p.ends_at, p.starts_at)
    limit complete_performances.batch_limit
    for no key update of p skip locked
  );
  get diagnostics v_count = row_count;
  update app_public.events as e
  set status = 'completed', completed_at = now()
  where e.id in (
    select e.id
    from app_public.events as e
    where e.status = 'published'
      and exists (
        select from app_public.performances as p
        where p.organization_id = e.organization_id and p.event_id = e.id
          and p.status = 'completed'
      )
      and not exists (
        select from app_public.performances as p
        where p.organization_id = e.organization_id and p.event_id = e.id
          and p.status in ('scheduled', 'postponed')
      )
    for no key update skip locked
  );
  return v_count;
end
$$;

comment on function app_private.complete_performances(integer) is
  'Ends performances that are over, and events whose last one is; returns how many performances.';
grant execute on function app_private.complete_performances(integer) to lml_worker;

--! split: 1005-functions-events-create_event.sql
create or replace function app_public.create_event(
  organization_id uuid, venue_id uuid, title text, slug text, description text default null,
  currency text default null, sales_start timestamptz default null,
  sales_end timestamptz default null, tax_rate_id uuid default null,
  blocked_sections text[] default '{}', idempotency_key text default null,
  format app_public.event_format default 'physical', timezone text default null
)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_event app_public.events;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_venue_permission(
    create_event.organization_id, create_event.venue_id, 'events.manage'
  );
  v_id := app_private.replay_result(
    create_event.idempotency_key, 'create_event',
    jsonb_build_array(
      create_event.organization_id, create_event.venue_id, create_event.title, create_event.slug,
      create_event.description, create_event.currency, create_event.sales_start,
      create_event.sales_end, create_event.tax_rate_id, create_event.blocked_sections,
      create_event.format, create_event.timezone
    )
  );
  if v_id is null then
    if (create_event.venue_id is not null or create_event.format <> 'virtual') and not exists (
      select from app_public.venues as v
      where v.organization_id = create_event.organization_id and v.id = create_event.venue_id
    ) then
      raise exception 'There is no such venue, or it is not yours.'
        using errcode = 'LMNFD', detail = 'venue_id';
    end if;
    if create_event.tax_rate_id is not null and not exists (
      select from app_public.tax_rates as t
      where t.organization_id = create_event.organization_id and t.id = create_event.tax_rate_id
    ) then
      raise exception 'There is no such tax rate, or it is not yours.'
        using errcode = 'LMNFD', detail = 'tax_rate_id';
    end if;
    if array_ndims(create_event.blocked_sections) > 1
      or exists (select from unnest(create_event.blocked_sections) as s where s is null)
    then
      raise exception 'A blocked section has no name.'
        using errcode = 'LMINP', detail = 'blocked_sections';
    end if;
    if create_event.currency is not null then
      perform app_hidden.require_currency(create_event.currency);
    end if;
    perform app_hidden.require_timezone(create_event.timezone);

    insert into app_public.events (
      organization_id, venue_id, title, slug, description, currency, sales_start, sales_end,
      tax_rate_id, blocked_sections, service_fee_percentage, service_fee_fixed_cents,
      processing_fee_percentage, processing_fee_fixed_cents, commission_percentage,
      organization_status, tax_percentage, allow_guest_checkout, hold_seconds, checkout_seconds,
      hold_seconds_max, tickets_per_booking_max, open_carts_max, format, timezone
    )
    select
      o.id, create_event.venue_id, create_event.title, create_event.slug,
      create_event.description, coalesce(create_event.currency, o.default_currency),
      coalesce(create_event.sales_start, now()), create_event.sales_end,
      create_event.tax_rate_id, coalesce(create_event.blocked_sections, '{}'),
      s.service_fee_percentage, s.service_fee_fixed_cents,
      s.processing_fee_percentage, s.processing_fee_fixed_cents, s.commission_percentage,
      o.status, coalesce(t.percentage, 0), s.allow_guest_checkout, s.hold_seconds,
      s.checkout_seconds, s.hold_seconds_max, s.tickets_per_booking_max,
      s.open_carts_max,
      coalesce(create_event.format, 'physical'), create_event.timezone
    from app_public.organizations as o
    join app_public.organization_settings as s on s.organization_id = o.id
    left join app_public.tax_rates as t
      on t.organization_id = o.id and t.id = create_event.tax_rate_id
    where o.id = create_event.organization_id
    on conflict on constraint events_slug_is_unique do nothing
    returning id into v_id;
    if v_id is null then
      perform app_hidden.raise_slug_taken(create_event.slug);
    end if;
    perform app_private.keep_result(create_event.idempotency_key, v_id);
  end if;

  select * into strict v_event from app_public.events as e where e.id = v_id;
  return v_event;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_event(
  uuid, uuid, text, text, text, text, timestamptz, timestamptz, uuid, text[], text,
  app_public.event_format, text
) is
  'A new draft with the fees and limits of the organization''s settings. Needs events.manage. '
  'Without a venue: create_virtual_event. Raises LMNFD, LMRGT, LMINP, LMSLG, LMCUR, LMTZN.';
grant execute on function app_public.create_event(
  uuid, uuid, text, text, text, text, timestamptz, timestamptz, uuid, text[], text,
  app_public.event_format, text
) to lml_user;

--! split: 1006-functions-events-create_event_access_code.sql
create or replace function app_public.create_event_access_code(event_id uuid)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    create_event_access_code.event_id, 'events.manage'
  );
  v_code text := app_public.create_cart_token();
begin
  insert into app_private.event_access_codes (code_hash, organization_id, event_id)
  values (app_hidden.hash_token(v_code), v_event.organization_id, v_event.id);
  return v_code;
end
$$;

comment on function app_public.create_event_access_code(uuid) is
  'A code that opens an unlisted or private event to whoever sends it as X-Event-Key. It cannot be '
  'shown again. Needs events.manage. Raises LMNFD, LMRGT.';
grant execute on function app_public.create_event_access_code(uuid) to lml_user;

--! split: 1007-functions-events-create_performances.sql
-- Times are meant where the event is, so that a matinee stays at three when the clocks change.
create or replace function app_public.create_performances(
  event_id uuid, first_date date, last_date date, times time[],
  weekdays integer[] default '{1,2,3,4,5,6,7}', except_dates date[] default '{}',
  layout_id uuid default null, duration_minutes integer default null,
  doors_minutes_before integer default null
)
returns setof app_public.performances
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    create_performances.event_id, 'events.manage'
  );
  v_zone text := app_hidden.timezone_of(v_event);
  v_starts timestamptz[];
  v_start timestamptz;
  v_performance app_public.performances;
  v_constraint text;
  v_column text;
begin
  if v_event.status not in ('draft', 'published') then
    raise exception 'The event is %.', v_event.status
      using errcode = 'LMEVT', detail = v_event.id::text;
  end if;
  perform app_private.require_layout(v_event, create_performances.layout_id);
  if not coalesce(
    isfinite(create_performances.first_date) and isfinite(create_performances.last_date)
      and create_performances.last_date - create_performances.first_date between 0 and 730,
    false
  ) then
    raise exception 'A schedule runs from a first to a last date, for two years at most.'
      using errcode = 'LMINP', detail = 'last_date';
  end if;
  select array_agg(distinct s.start order by s.start) into v_starts
  from (
    select (d + t) at time zone v_zone as start
    from generate_series(
      create_performances.first_date::timestamp, create_performances.last_date::timestamp,
      interval '1 day'
    ) as d
    cross join unnest(create_performances.times) as t
    where extract(isodow from d) = any (create_performances.weekdays)
      and not d::date = any (coalesce(create_performances.except_dates, '{}'))
      and t is not null
  ) as s;
  if coalesce(cardinality(v_starts), 0) not between 1 and 500 then
    raise exception 'A schedule makes 1 to 500 performances, and this one makes %.',
        coalesce(cardinality(v_starts), 0)
      using errcode = 'LMINP', detail = 'times';
  end if;

  foreach v_start in array v_starts loop
    insert into app_public.performances (
      organization_id, event_id, layout_id, currency, is_public, starts_at, ends_at, doors_at
    )
    values (
      v_event.organization_id, v_event.id, create_performances.layout_id, v_event.currency,
      v_event.is_public, v_start,
      v_start + make_interval(mins => create_performances.duration_minutes),
      v_start - make_interval(mins => create_performances.doors_minutes_before)
    )
    on conflict on constraint performances_start_is_unique do nothing
    returning * into v_performance;
    -- Again, after a lost answer: the date is there.
    if v_performance.id is null then
      select * into strict v_performance
      from app_public.performances as p
      where p.organization_id = v_event.organization_id and p.event_id = v_event.id
        and p.starts_at = v_start;
    elsif v_event.status = 'published' then
      perform app_private.create_inventory(v_performance.id);
    end if;
    return next v_performance;
  end loop;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_performances(
  uuid, date, date, time[], integer[], date[], uuid, integer, integer
) is
  'A schedule: a performance at each of the times, local to the event, '
  'on each of the weekdays (1 is Monday) from the first to the last date, with exceptions. Dates '
  'that are there already stay as they are, so it may be called again. Without a layout only '
  'online. Needs events.manage. Raises LMNFD, LMRGT, LMEVT, LMINP, LMPUB.';
grant execute on function app_public.create_performances(
  uuid, date, date, time[], integer[], date[], uuid, integer, integer
) to lml_user;

--! split: 1008-functions-events-create_virtual_event.sql
create or replace function app_public.create_virtual_event(
  organization_id uuid, title text, slug text, timezone text, description text default null,
  currency text default null, sales_start timestamptz default null,
  sales_end timestamptz default null, tax_rate_id uuid default null,
  idempotency_key text default null
)
returns app_public.events
language sql volatile set search_path = ''
as $$
  select app_public.create_event(
    create_virtual_event.organization_id, null, create_virtual_event.title,
    create_virtual_event.slug, create_virtual_event.description, create_virtual_event.currency,
    create_virtual_event.sales_start, create_virtual_event.sales_end,
    create_virtual_event.tax_rate_id, '{}', create_virtual_event.idempotency_key,
    'virtual', create_virtual_event.timezone
  )
$$;

comment on function app_public.create_virtual_event(
  uuid, text, text, text, text, text, timestamptz, timestamptz, uuid, text
) is
  'A new draft of an event that takes place online only; its dates need no seating plan. Needs '
  'events.manage. Raises LMNFD, LMRGT, LMINP, LMSLG, LMCUR, LMTZN.';
grant execute on function app_public.create_virtual_event(
  uuid, text, text, text, text, text, timestamptz, timestamptz, uuid, text
) to lml_user;

--! split: 1009-functions-events-lock_performance.sql
-- The event first, as everywhere.
create or replace function app_private.lock_performance(performance_id uuid, permission text)
returns app_public.performances
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
begin
  perform app_private.lock_event(
    (
      select p.event_id from app_public.performances as p
      where p.id = lock_performance.performance_id
    ),
    lock_performance.permission
  );
  select * into strict v_performance
  from app_public.performances as p
  where p.id = lock_performance.performance_id
  for no key update;
  return v_performance;
end
$$;

comment on function app_private.lock_performance(uuid, text) is
  'The performance, locked with its event, if the caller has the permission. '
  'Raises LMNFD, LMRGT, LMAUT, LMSES.';

--! split: 1010-functions-events-move_performance.sql
-- Where only the start is given, its end and its doors move along.
create or replace function app_private.move_performance(
  performance app_public.performances, starts_at timestamptz, ends_at timestamptz,
  doors_at timestamptz, refunds_until timestamptz, reason text
)
returns app_public.performances
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_old app_public.performances := move_performance.performance;
  v_performance app_public.performances;
begin
  if move_performance.starts_at <= now() then
    raise exception 'The new date is in the past.' using errcode = 'LMINP', detail = 'starts_at';
  end if;
  update app_public.performances as p
  set status = case when move_performance.starts_at is null then 'postponed' else 'scheduled' end
      ::app_public.performance_status,
    starts_at = coalesce(move_performance.starts_at, p.starts_at),
    ends_at = coalesce(
      move_performance.ends_at, p.ends_at + (move_performance.starts_at - v_old.starts_at),
      p.ends_at
    ),
    doors_at = coalesce(
      move_performance.doors_at, p.doors_at + (move_performance.starts_at - v_old.starts_at),
      p.doors_at
    ),
    postponed_from = coalesce(p.postponed_from, v_old.starts_at),
    refunds_until = coalesce(
      move_performance.refunds_until, p.refunds_until, now() + interval '14 days'
    ),
    status_reason = coalesce(move_performance.reason, p.status_reason)
  where p.id = v_old.id
  returning * into v_performance;
  if v_performance.status = 'scheduled' then
    update app_public.events as e set status = 'published', status_reason = null
    where e.id = v_performance.event_id and e.status = 'postponed';
  end if;
  return v_performance;
end
$$;

comment on function app_private.move_performance(
  app_public.performances, timestamptz, timestamptz, timestamptz, timestamptz, text
) is 'Gives a locked performance another date, or none yet. Raises LMINP.';

--! split: 1011-functions-events-opened_event_ids.sql
-- What is not for everybody is opened by what came with the request: the id or the address of an
-- unlisted event, an access code, or a ticket. Asked once for a query, and not for public rows.
create or replace function app_hidden.opened_event_ids()
returns setof uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_key text := nullif(current_setting('lml.event_key', true), '');
  v_user_id uuid := app_hidden.current_user_id();
  v_cart_hash bytea := app_hidden.current_cart_hash();
begin
  if pg_input_is_valid(v_key, 'uuid') then
    return query
      select e.id from app_public.events as e
      where e.id = v_key::uuid and e.visibility = 'unlisted'
        and e.published_at is not null and e.status <> 'draft';
  elsif v_key like '%/%' then
    return query
      select e.id
      from app_public.organizations as o
      join app_public.events as e on e.organization_id = o.id
      where o.slug = split_part(v_key, '/', 1) and e.slug = split_part(v_key, '/', 2)
        and e.visibility = 'unlisted' and e.published_at is not null and e.status <> 'draft';
  elsif v_key is not null then
    return query
      select e.id
      from app_private.event_access_codes as c
      join app_public.events as e on e.organization_id = c.organization_id and e.id = c.event_id
      where c.code_hash = app_hidden.hash_token(v_key)
        and e.published_at is not null and e.status <> 'draft';
  end if;
  if v_user_id is not null or v_cart_hash is not null then
    return query
      select p.event_id
      from app_public.bookings as b
      join app_public.performances as p
        on p.organization_id = b.organization_id and p.id = b.performance_id
      where (b.user_id = v_user_id or b.cart_token_hash = v_cart_hash)
        and b.confirmed_at is not null;
  end if;
end
$$;

comment on function app_hidden.opened_event_ids() is
  'Events that are not public, but are shown to who asks: by X-Event-Key, or for a ticket.';
grant execute on function app_hidden.opened_event_ids() to lml_anonymous, lml_user;

--! split: 1012-functions-events-opened_ticket_category_ids.sql
create or replace function app_hidden.opened_ticket_category_ids()
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select c.id
  from app_public.ticket_categories as c
  where c.event_id in (select app_hidden.opened_event_ids())
$$;

comment on function app_hidden.opened_ticket_category_ids() is
  'The ticket categories of opened_event_ids.';
grant execute on function app_hidden.opened_ticket_category_ids() to lml_anonymous, lml_user;

--! split: 1013-functions-events-plain_words.sql
create or replace function app_hidden.plain_words(variadic words text[])
returns text
language sql immutable parallel safe
return lower(public.unaccent('public.unaccent'::regdictionary, array_to_string(words, ' ')));

comment on function app_hidden.plain_words(text[]) is
  'Words joined, in lower case and without accents, as they are searched for.';

--! split: 1014-functions-events-postpone_event.sql
create or replace function app_public.postpone_event(
  event_id uuid, days integer default null, refunds_until timestamptz default null,
  reason text default null, idempotency_key text default null
)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(postpone_event.event_id, 'events.manage');
  v_zone text := app_hidden.timezone_of(v_event);
  v_performance app_public.performances;
  v_constraint text;
  v_column text;
begin
  -- A second time would move them twice.
  if app_private.replay_result(
    postpone_event.idempotency_key, 'postpone_event',
    jsonb_build_array(
      postpone_event.event_id, postpone_event.days, postpone_event.refunds_until,
      postpone_event.reason
    )
  ) is not null then
    return v_event;
  end if;
  if v_event.status not in ('published', 'postponed') then
    raise exception 'The event is %.', v_event.status
      using errcode = 'LMEVT', detail = v_event.status::text;
  end if;
  if postpone_event.days not between 1 and 3650 then
    raise exception 'An event is postponed by 1 to 3650 days.'
      using errcode = 'LMINP', detail = 'days';
  end if;
  -- The last one first, so that none lands where another one still is.
  for v_performance in
    select * from app_public.performances as p
    where p.organization_id = v_event.organization_id and p.event_id = v_event.id
      and p.status in ('scheduled', 'postponed')
      and (p.starts_at > now() or p.status = 'postponed')
    order by p.starts_at desc
    for no key update
  loop
    perform app_private.move_performance(
      v_performance,
      -- The same time of day, also where clocks change in between.
      ((v_performance.starts_at at time zone v_zone) + make_interval(days => postpone_event.days))
        at time zone v_zone,
      null, null, postpone_event.refunds_until, postpone_event.reason
    );
  end loop;
  update app_public.events as e
  set status = case when postpone_event.days is null then 'postponed' else 'published' end
      ::app_public.event_status,
    status_reason = coalesce(postpone_event.reason, e.status_reason)
  where e.id = v_event.id
  returning * into v_event;
  perform app_private.keep_result(postpone_event.idempotency_key, v_event.id);
  return v_event;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when unique_violation then
    raise exception 'The event has a performance at that time.'
      using errcode = 'LMINP', detail = 'days';
end
$$;

comment on function app_public.postpone_event(uuid, integer, timestamptz, text, text) is
  'Moves all dates that have not begun by days, at the same time of day; or, without days, takes '
  'them off sale until postpone_performance gives them new ones. Tickets stay good, and may be '
  'given back until refunds_until. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMEVT, LMINP, LMIDK.';
grant execute on function app_public.postpone_event(uuid, integer, timestamptz, text, text)
  to lml_user;

--! split: 1015-functions-events-postpone_performance.sql
create or replace function app_public.postpone_performance(
  performance_id uuid, starts_at timestamptz default null, ends_at timestamptz default null,
  doors_at timestamptz default null, refunds_until timestamptz default null,
  reason text default null
)
returns app_public.performances
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances := app_private.lock_performance(
    postpone_performance.performance_id, 'events.manage'
  );
  v_constraint text;
  v_column text;
begin
  if v_performance.status not in ('scheduled', 'postponed') or not exists (
    select from app_public.events as e
    where e.id = v_performance.event_id and e.status in ('published', 'postponed')
  ) then
    raise exception 'Only what is published and not over can be postponed.'
      using errcode = 'LMEVT', detail = v_performance.status::text;
  end if;
  return app_private.move_performance(
    v_performance, postpone_performance.starts_at, postpone_performance.ends_at,
    postpone_performance.doors_at, postpone_performance.refunds_until,
    postpone_performance.reason
  );
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when unique_violation then
    raise exception 'The event has a performance at that time.'
      using errcode = 'LMINP', detail = 'starts_at';
end
$$;

comment on function app_public.postpone_performance(
  uuid, timestamptz, timestamptz, timestamptz, timestamptz, text
) is
  'Gives a date of an event another date, on sale at once, or none yet, and nothing is sold until '
  'it has one. Tickets stay good; until refunds_until (default: in 14 days) holders may give '
  'theirs back with return_booking. Needs events.manage. Raises LMNFD, LMRGT, LMEVT, LMINP.';
grant execute on function app_public.postpone_performance(
  uuid, timestamptz, timestamptz, timestamptz, timestamptz, text
) to lml_user;

--! split: 1016-functions-events-read_cursor.sql
create or replace function app_hidden.read_cursor(cursor text)
returns jsonb
language plpgsql immutable set search_path = ''
as $$
declare
  v_cursor jsonb;
begin
  if read_cursor.cursor is null then
    return null;
  end if;
  v_cursor := convert_from(decode(left(read_cursor.cursor, 500), 'base64'), 'UTF8')::jsonb;
  perform (v_cursor ->> 0)::numeric, (v_cursor ->> 1)::timestamptz, (v_cursor ->> 2)::uuid;
  if jsonb_array_length(v_cursor) = 3 then
    return v_cursor;
  end if;
  raise exception using errcode = 'invalid_text_representation';
exception
  when data_exception or character_not_in_repertoire or untranslatable_character then
    raise exception 'This cursor comes from no earlier page.'
      using errcode = 'LMINP', detail = 'after_cursor';
end
$$;

comment on function app_hidden.read_cursor(text) is
  'What a page ended with: score, start and id. Raises LMINP.';

--! split: 1017-functions-events-release_open_bookings.sql
-- Nothing is waited for. Who is being served at this moment is found by the job that follows; a
-- hold that has lapsed is free already, and others may be taking its seats.
create or replace function app_private.release_open_bookings(
  organization_id uuid, performance_ids uuid[], reason text
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_count integer := 0;
begin
  for v_booking in
    select * from app_public.bookings as b
    where b.organization_id = release_open_bookings.organization_id
      and b.performance_id = any (release_open_bookings.performance_ids)
      and b.status in ('draft', 'pending_payment', 'fraud_hold')
      and b.expires_at > now()
    order by b.id
    for no key update skip locked
  loop
    perform app_private.end_booking(v_booking, release_open_bookings.reason, 'event_canceled');
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function app_private.release_open_bookings(uuid, uuid[], text) is
  'Lets all holds of performances go; returns how many.';

--! split: 1018-functions-events-require_layout.sql
create or replace function app_private.require_layout(event app_public.events, layout_id uuid)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if require_layout.layout_id is null and (require_layout.event).format = 'virtual' then
    return;
  end if;
  if not exists (
    select from app_public.venue_layouts as l
    where l.organization_id = (require_layout.event).organization_id
      and l.id = require_layout.layout_id
      and l.venue_id = (require_layout.event).venue_id
  ) then
    raise exception 'The event''s venue has no such layout.'
      using errcode = 'LMNFD', detail = 'layout_id';
  end if;
end
$$;

comment on function app_private.require_layout(app_public.events, uuid) is
  'Raises LMNFD unless the layout is one of the event''s venue, or the event is only online.';

--! split: 1019-functions-events-require_timezone.sql
create or replace function app_hidden.require_timezone(timezone text)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  if require_timezone.timezone is not null
    and not exists (
      select from pg_timezone_names as z where z.name = require_timezone.timezone
    )
  then
    raise exception 'There is no time zone "%".', left(require_timezone.timezone, 100)
      using errcode = 'LMTZN', hint = 'Give an IANA name such as Europe/Vienna.';
  end if;
end
$$;

comment on function app_hidden.require_timezone(text) is 'Raises LMTZN for an unknown time zone.';

--! split: 1020-functions-events-revoke_event_access_codes.sql
create or replace function app_public.revoke_event_access_codes(event_id uuid)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    revoke_event_access_codes.event_id, 'events.manage'
  );
  v_count integer;
begin
  delete from app_private.event_access_codes as c
  where c.organization_id = v_event.organization_id and c.event_id = v_event.id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_public.revoke_event_access_codes(uuid) is
  'Ends all access codes of an event; returns how many. Who has a ticket still sees it. '
  'Needs events.manage. Raises LMNFD, LMRGT.';
grant execute on function app_public.revoke_event_access_codes(uuid) to lml_user;

--! split: 1021-functions-events-search_events.sql
-- Runs with the owner's eyes, because no index serves words under row-level security; so it says
-- itself what it may find: what everybody may. Planned anew at every call: filters that are not
-- given then cost nothing.
create or replace function app_public.search_events(
  query text default null, starts_from timestamptz default null,
  starts_before timestamptz default null, city text default null, venue_id uuid default null,
  category text default null, tag text default null, currency text default null,
  price_cents_min bigint default null, price_cents_max bigint default null,
  organization_id uuid default null, page_size integer default 20,
  after_cursor text default null
)
returns setof app_public.event_match
language plpgsql stable security definer rows 20
set search_path = '' set plan_cache_mode = force_custom_plan
as $$
declare
  v_words text := btrim(app_hidden.plain_words(left(search_events.query, 200)));
  v_query tsquery := websearch_to_tsquery('simple', v_words);
  v_after jsonb := app_hidden.read_cursor(search_events.after_cursor);
  v_tag text := app_hidden.plain_words(search_events.tag);
begin
  if search_events.page_size not between 1 and 100 then
    raise exception 'A page has 1 to 100 events.' using errcode = 'LMINP', detail = 'page_size';
  end if;
  return query
    with found as (
      select
        e.id, n.starts_at,
        case when v_words = '' then 0 else
          round(
            ts_rank(e.search_vector, v_query)::numeric
              + public.word_similarity(v_words, e.search_text)::numeric, 6
          )
        end as score
      from app_public.events as e
      cross join lateral (
        select min(p.starts_at) as starts_at
        from app_public.performances as p
        where p.organization_id = e.organization_id and p.event_id = e.id
          and p.status = 'scheduled'
          and p.starts_at >= coalesce(search_events.starts_from, now())
          and (
            search_events.starts_before is null or p.starts_at < search_events.starts_before
          )
      ) as n
      where e.is_public
        and e.organization_status = 'active'
        and e.status = 'published'
        and n.starts_at is not null
        and (
          v_words = ''
          or e.id in (
            select s.id from app_public.events as s
            where s.is_public and s.search_vector @@ v_query
            union all
            select s.id from app_public.events as s
            where s.is_public and v_words operator(public.<%) s.search_text
          )
        )
        and (
          search_events.organization_id is null
          or e.organization_id = search_events.organization_id
        )
        and (search_events.venue_id is null or e.venue_id = search_events.venue_id)
        and (
          search_events.city is null
          or exists (
            select from app_public.venues as v
            where v.organization_id = e.organization_id and v.id = e.venue_id
              and app_hidden.plain_words(v.address ->> 'city')
                = app_hidden.plain_words(search_events.city)
          )
        )
        and (search_events.tag is null or v_tag = any (e.tags))
        and (
          search_events.category is null
          or exists (
            select from app_public.event_category_links as l
            join app_public.event_categories as c on c.id = l.category_id
            left join app_public.event_categories as wider on wider.id = c.parent_id
            where l.organization_id = e.organization_id and l.event_id = e.id
              and search_events.category in (c.slug, wider.slug)
          )
        )
        and (search_events.currency is null or e.currency = search_events.currency)
        and (
          num_nonnulls(search_events.price_cents_min, search_events.price_cents_max) = 0
          or exists (
            select from app_public.ticket_categories as c
            join app_public.ticket_category_prices as p
              on p.organization_id = c.organization_id and p.ticket_category_id = c.id
            where c.organization_id = e.organization_id and c.event_id = e.id
              and c.status = 'active' and p.audience = 'public' and p.valid_during @> now()
              and p.price_cents >= coalesce(search_events.price_cents_min, 0)
              and (
                search_events.price_cents_max is null
                or p.price_cents <= search_events.price_cents_max
              )
          )
        )
    )
    select
      f.id, f.starts_at, f.score,
      encode(
        convert_to(jsonb_build_array(f.score, f.starts_at, f.id)::text, 'UTF8'), 'base64'
      )
    from found as f
    where v_after is null
      or (-f.score, f.starts_at, f.id) > (
        -(v_after ->> 0)::numeric, (v_after ->> 1)::timestamptz, (v_after ->> 2)::uuid
      )
    order by -f.score, f.starts_at, f.id
    limit coalesce(search_events.page_size, 20);
end
$$;

comment on function app_public.search_events(
  text, timestamptz, timestamptz, text, uuid, text, text, text, bigint, bigint, uuid, integer, text
) is
  'Public events that are still to come, the best match first, then the earliest: by words, with '
  'typing errors forgiven, and by what is given of the filters. Prices are in minor units, so give '
  'a currency with them. Go on with after_cursor. Raises LMINP.';
grant execute on function app_public.search_events(
  text, timestamptz, timestamptz, text, uuid, text, text, text, bigint, bigint, uuid, integer, text
) to lml_anonymous, lml_user;

--! split: 1022-functions-events-set_event_categories.sql
create or replace function app_private.set_event_categories(
  event app_public.events, slugs text[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_unknown text;
begin
  select s into v_unknown
  from unnest(set_event_categories.slugs) as s
  where not exists (select from app_public.event_categories as c where c.slug = s);
  if found or cardinality(set_event_categories.slugs) > 20 then
    raise exception 'There is no such category, or there are more than 20.'
      using errcode = 'LMINP', detail = 'categories';
  end if;
  delete from app_public.event_category_links as l
  where l.organization_id = (set_event_categories.event).organization_id
    and l.event_id = (set_event_categories.event).id
    and l.category_id not in (
      select c.id from app_public.event_categories as c
      where c.slug = any (set_event_categories.slugs)
    );
  insert into app_public.event_category_links (
    organization_id, event_id, category_id, is_public
  )
  select
    (set_event_categories.event).organization_id, (set_event_categories.event).id, c.id,
    (set_event_categories.event).is_public
  from app_public.event_categories as c
  where c.slug = any (set_event_categories.slugs)
  on conflict do nothing;
end
$$;

comment on function app_private.set_event_categories(app_public.events, text[]) is
  'The event is in these categories, and in no others. Raises LMINP.';

--! split: 1023-functions-events-set_event_category.sql
create or replace function app_public.set_event_category(
  slug text, name text, description text default null, parent_slug text default null
)
returns app_public.event_categories
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_category app_public.event_categories;
  v_parent_id uuid;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_platform_role('support');
  if set_event_category.parent_slug is not null then
    -- Two levels: a search for the wider kind finds the narrower ones.
    select c.id into v_parent_id
    from app_public.event_categories as c
    where c.slug = set_event_category.parent_slug and c.parent_id is null;
    if not found then
      raise exception 'There is no such category, or it has a wider one itself.'
        using errcode = 'LMINP', detail = 'parent_slug';
    end if;
  end if;
  insert into app_public.event_categories as c (slug, name, description, parent_id)
  values (
    set_event_category.slug, set_event_category.name, set_event_category.description, v_parent_id
  )
  on conflict on constraint event_categories_slug_is_unique do update
  set name = excluded.name, description = excluded.description, parent_id = excluded.parent_id
  returning * into v_category;
  return v_category;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_event_category(text, text, text, text) is
  'Adds a kind of events, or renames the one with this slug. For the platform''s support. '
  'Raises LMAUT, LMRGT, LMINP.';
grant execute on function app_public.set_event_category(text, text, text, text) to lml_user;

--! split: 1024-functions-events-set_online_address.sql
create or replace function app_public.set_online_address(
  event_id uuid, address text, instructions text default null
)
returns app_public.event_online_addresses
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    set_online_address.event_id, 'events.manage'
  );
  v_address app_public.event_online_addresses;
  v_constraint text;
  v_column text;
begin
  if v_event.format = 'physical' then
    raise exception 'The event does not take place online.'
      using errcode = 'LMINP', detail = 'format';
  end if;
  insert into app_public.event_online_addresses as a (
    event_id, organization_id, address, instructions
  )
  values (
    v_event.id, v_event.organization_id, set_online_address.address,
    set_online_address.instructions
  )
  on conflict on constraint event_online_addresses_pkey do update
  set address = excluded.address, instructions = excluded.instructions
  returning * into v_address;
  return v_address;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_online_address(uuid, text, text) is
  'Where a virtual or hybrid event takes place: shown to who has a ticket, and to members. '
  'Needs events.manage. Raises LMNFD, LMRGT, LMINP.';
grant execute on function app_public.set_online_address(uuid, text, text) to lml_user;

--! split: 1025-functions-events-tg_events__check_status.sql
-- Only the moves that event_status_transitions lists, whoever makes them.
create or replace function app_hidden.tg_events__check_status()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if not exists (
    select from app_public.event_status_transitions as t
    where t.from_status = old.status and t.to_status = new.status
  ) then
    raise exception 'An event cannot go from % to %.', old.status, new.status
      using errcode = 'LMTRN', detail = old.id::text;
  end if;
  return new;
end
$$;

comment on function app_hidden.tg_events__check_status() is 'Raises LMTRN.';

create or replace trigger _200_check_status
  before update of status on app_public.events
  for each row when (old.status is distinct from new.status)
  execute function app_hidden.tg_events__check_status();

--! split: 1026-functions-events-tg_performances__check_status.sql
-- Only the moves that performance_status_transitions lists, whoever makes them.
create or replace function app_hidden.tg_performances__check_status()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if not exists (
    select from app_public.performance_status_transitions as t
    where t.from_status = old.status and t.to_status = new.status
  ) then
    raise exception 'A performance cannot go from % to %.', old.status, new.status
      using errcode = 'LMTRN', detail = old.id::text;
  end if;
  return new;
end
$$;

comment on function app_hidden.tg_performances__check_status() is 'Raises LMTRN.';

create or replace trigger _200_check_status
  before update of status on app_public.performances
  for each row when (old.status is distinct from new.status)
  execute function app_hidden.tg_performances__check_status();

--! split: 1027-functions-events-ticketed_event_ids.sql
create or replace function app_hidden.ticketed_event_ids()
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select p.event_id
  from app_public.bookings as b
  join app_public.performances as p
    on p.organization_id = b.organization_id and p.id = b.performance_id
  where (
      b.user_id = app_hidden.current_user_id()
      or b.cart_token_hash = app_hidden.current_cart_hash()
    )
    and exists (
      select from app_public.tickets as t
      where t.organization_id = b.organization_id and t.booking_id = b.id
        and t.status in ('valid', 'used')
    )
$$;

comment on function app_hidden.ticketed_event_ids() is
  'The events for which the caller has a ticket that is good.';
grant execute on function app_hidden.ticketed_event_ids() to lml_anonymous, lml_user;

--! split: 1028-functions-events-timezone_of.sql
create or replace function app_hidden.timezone_of(event app_public.events)
returns text
language sql stable security definer set search_path = ''
as $$
  select coalesce((timezone_of.event).timezone, (
    select v.timezone from app_public.venues as v
    where v.organization_id = (timezone_of.event).organization_id
      and v.id = (timezone_of.event).venue_id
  ))
$$;

comment on function app_hidden.timezone_of(app_public.events) is
  'The IANA zone in which the dates of an event are meant.';

--! split: 1029-functions-events-update_event.sql
-- Texts and pictures may be changed at any time; what a sale rests on, while there is one; what
-- people have the address of, or seats were made from, before the event is published.
create or replace function app_public.update_event(
  event_id uuid, title text default null, slug text default null,
  description text default null, short_description text default null,
  format app_public.event_format default null, timezone text default null,
  visibility app_public.event_visibility default null, age_restriction integer default null,
  special_requirements text[] default null, images text[] default null,
  banner_url text default null, videos text[] default null, external_links jsonb default null,
  meta_title text default null, meta_description text default null,
  search_keywords text[] default null, tags text[] default null,
  categories text[] default null, sales_start timestamptz default null,
  sales_end timestamptz default null, tickets_per_booking_max integer default null,
  tickets_per_user_max integer default null, blocked_sections text[] default null
)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(update_event.event_id, 'events.manage');
  v_constraint text;
  v_column text;
begin
  if v_event.status <> 'draft'
    and num_nonnulls(
      update_event.slug, update_event.format, update_event.timezone, update_event.blocked_sections
    ) > 0
  then
    raise exception 'Address, format, time zone and blocked sections are settled by publishing.'
      using errcode = 'LMEVT', detail = v_event.status::text;
  end if;
  if v_event.status in ('canceled', 'completed')
    and num_nonnulls(
      update_event.sales_start, update_event.sales_end, update_event.tickets_per_booking_max,
      update_event.tickets_per_user_max, update_event.age_restriction
    ) > 0
  then
    raise exception 'The event is %: nothing is sold any more.', v_event.status
      using errcode = 'LMEVT', detail = v_event.status::text;
  end if;
  perform app_hidden.require_timezone(nullif(update_event.timezone, ''));

  update app_public.events as e
  set title = coalesce(update_event.title, e.title),
    slug = coalesce(update_event.slug, e.slug),
    description = nullif(coalesce(update_event.description, e.description), ''),
    short_description = nullif(
      coalesce(update_event.short_description, e.short_description), ''
    ),
    format = coalesce(update_event.format, e.format),
    timezone = nullif(coalesce(update_event.timezone, e.timezone), ''),
    visibility = coalesce(update_event.visibility, e.visibility),
    age_restriction = nullif(coalesce(update_event.age_restriction, e.age_restriction), 0),
    special_requirements = coalesce(
      update_event.special_requirements, e.special_requirements
    ),
    images = coalesce(update_event.images, e.images),
    banner_url = nullif(coalesce(update_event.banner_url, e.banner_url), ''),
    videos = coalesce(update_event.videos, e.videos),
    external_links = coalesce(update_event.external_links, e.external_links),
    meta_title = nullif(coalesce(update_event.meta_title, e.meta_title), ''),
    meta_description = nullif(coalesce(update_event.meta_description, e.meta_description), ''),
    search_keywords = coalesce(update_event.search_keywords, e.search_keywords),
    tags = coalesce(update_event.tags, e.tags),
    sales_start = coalesce(update_event.sales_start, e.sales_start),
    sales_end = nullif(coalesce(update_event.sales_end, e.sales_end), 'infinity'),
    tickets_per_booking_max = coalesce(
      update_event.tickets_per_booking_max, e.tickets_per_booking_max
    ),
    tickets_per_user_max = nullif(
      coalesce(update_event.tickets_per_user_max, e.tickets_per_user_max), 0
    ),
    blocked_sections = coalesce(update_event.blocked_sections, e.blocked_sections)
  where e.id = v_event.id
  returning * into v_event;
  if update_event.categories is not null then
    perform app_private.set_event_categories(v_event, update_event.categories);
  end if;
  return v_event;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when unique_violation then
    perform app_hidden.raise_slug_taken(update_event.slug);
  when numeric_value_out_of_range then
    raise exception 'A minimum age is at most 120.'
      using errcode = 'LMINP', detail = 'age_restriction';
end
$$;

comment on function app_public.update_event(
  uuid, text, text, text, text, app_public.event_format, text, app_public.event_visibility, integer,
  text[], text[], text, text[], jsonb, text, text, text[], text[], text[], timestamptz,
  timestamptz, integer, integer, text[]
) is
  'Changes an event: null leaves a value as it is; an empty text, 0, or infinity as the end of '
  'sales removes it. '
  'Address, format, time zone and blocked sections only of a draft; terms of the sale until it is '
  'over; texts and pictures always. Categories are given by their slugs. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMEVT, LMINP, LMSLG, LMTZN.';
grant execute on function app_public.update_event(
  uuid, text, text, text, text, app_public.event_format, text, app_public.event_visibility, integer,
  text[], text[], text, text[], jsonb, text, text, text[], text[], text[], timestamptz,
  timestamptz, integer, integer, text[]
) to lml_user;

--! split: 1030-functions-events-update_performance.sql
-- Who bought a ticket bought it for a time. It is changed as long as nobody has; after that, by
-- postpone_performance, which tells them.
create or replace function app_public.update_performance(
  performance_id uuid, starts_at timestamptz default null, ends_at timestamptz default null,
  doors_at timestamptz default null
)
returns app_public.performances
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances := app_private.lock_performance(
    update_performance.performance_id, 'events.manage'
  );
  v_constraint text;
  v_column text;
begin
  if v_performance.status not in ('scheduled', 'postponed') then
    raise exception 'The performance is %.', v_performance.status
      using errcode = 'LMEVT', detail = v_performance.status::text;
  end if;
  if update_performance.starts_at <> v_performance.starts_at and exists (
    select from app_public.bookings as b
    where b.organization_id = v_performance.organization_id
      and b.performance_id = v_performance.id
      and b.status not in ('canceled', 'expired', 'refunded')
  ) then
    raise exception 'Tickets are held or sold for this time.'
      using errcode = 'LMEVT', detail = v_performance.id::text,
        hint = 'Use postpone_performance.';
  end if;
  update app_public.performances as p
  set starts_at = coalesce(update_performance.starts_at, p.starts_at),
    ends_at = nullif(coalesce(update_performance.ends_at, p.ends_at), 'infinity'),
    doors_at = nullif(coalesce(update_performance.doors_at, p.doors_at), 'infinity')
  where p.id = v_performance.id
  returning * into v_performance;
  return v_performance;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when unique_violation then
    raise exception 'The event has a performance at that time.'
      using errcode = 'LMINP', detail = 'starts_at';
end
$$;

comment on function app_public.update_performance(uuid, timestamptz, timestamptz, timestamptz) is
  'Changes the times of a performance: null leaves one as it is, infinity removes an end or doors. '
  'Its start only while nobody holds or has a ticket. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMEVT, LMINP.';
grant execute on function app_public.update_performance(
  uuid, timestamptz, timestamptz, timestamptz
) to lml_user;

--! split: 1031-functions-events-update_ticket_category.sql
create or replace function app_public.update_ticket_category(
  ticket_category_id uuid, name text default null, description text default null,
  status app_public.ticket_category_status default null, sort_order integer default null,
  sales_start timestamptz default null, sales_end timestamptz default null,
  min_per_transaction integer default null, max_per_transaction integer default null,
  max_per_user integer default null, includes text[] default null,
  restrictions text[] default null, seat_categories text[] default null,
  sections text[] default null
)
returns app_public.ticket_categories
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    (
      select c.event_id from app_public.ticket_categories as c
      where c.id = update_ticket_category.ticket_category_id
    ),
    'events.manage'
  );
  v_category app_public.ticket_categories;
  v_constraint text;
  v_column text;
begin
  if v_event.status in ('canceled', 'completed') then
    raise exception 'The event is %: nothing is sold any more.', v_event.status
      using errcode = 'LMEVT', detail = v_event.status::text;
  end if;
  if v_event.status <> 'draft'
    and num_nonnulls(update_ticket_category.seat_categories, update_ticket_category.sections) > 0
  then
    raise exception 'Which seats a category covers is settled by publishing.'
      using errcode = 'LMEVT', detail = v_event.status::text;
  end if;
  update app_public.ticket_categories as c
  set name = coalesce(update_ticket_category.name, c.name),
    description = nullif(coalesce(update_ticket_category.description, c.description), ''),
    status = coalesce(update_ticket_category.status, c.status),
    sort_order = coalesce(update_ticket_category.sort_order, c.sort_order),
    sales_start = nullif(
      coalesce(update_ticket_category.sales_start, c.sales_start), '-infinity'
    ),
    sales_end = nullif(coalesce(update_ticket_category.sales_end, c.sales_end), 'infinity'),
    min_per_transaction = coalesce(
      update_ticket_category.min_per_transaction, c.min_per_transaction
    ),
    max_per_transaction = nullif(
      coalesce(update_ticket_category.max_per_transaction, c.max_per_transaction), 0
    ),
    max_per_user = nullif(coalesce(update_ticket_category.max_per_user, c.max_per_user), 0),
    includes = coalesce(update_ticket_category.includes, c.includes),
    restrictions = coalesce(update_ticket_category.restrictions, c.restrictions),
    seat_categories = coalesce(update_ticket_category.seat_categories, c.seat_categories),
    sections = coalesce(update_ticket_category.sections, c.sections)
  where c.id = update_ticket_category.ticket_category_id
  returning * into v_category;
  return v_category;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when unique_violation then
    raise exception 'The event has a category of that name.'
      using errcode = 'LMINP', detail = 'name';
end
$$;

comment on function app_public.update_ticket_category(
  uuid, text, text, app_public.ticket_category_status, integer, timestamptz, timestamptz, integer,
  integer, integer, text[], text[], text[], text[]
) is
  'Changes a ticket category: null leaves a value as it is; an empty text, 0 as a maximum, '
  '-infinity as a start or infinity as an end removes it. Which seats it covers only of a draft. '
  'Needs events.manage. Raises LMNFD, LMRGT, LMEVT, LMINP.';
grant execute on function app_public.update_ticket_category(
  uuid, text, text, app_public.ticket_category_status, integer, timestamptz, timestamptz, integer,
  integer, integer, text[], text[], text[], text[]
) to lml_user;

--! split: 1032-functions-bookings-cancel_booking.sql
create or replace function app_public.cancel_booking(
  booking_id uuid, reason text default null, idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    cancel_booking.booking_id, 'bookings.manage'
  );
  v_was_confirmed boolean := v_booking.status = 'confirmed';
begin
  if app_private.replay_result(
    cancel_booking.idempotency_key, 'cancel_booking',
    jsonb_build_array(cancel_booking.booking_id, cancel_booking.reason)
  ) is not null then
    return app_private.masked_booking(v_booking);
  end if;
  if length(cancel_booking.reason) > 500 then
    raise exception 'A reason has at most 500 characters.'
      using errcode = 'LMINP', detail = 'reason';
  end if;
  if v_booking.status not in ('draft', 'pending_payment', 'fraud_hold', 'confirmed') then
    raise exception 'The booking is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  if v_was_confirmed
    and not app_hidden.has_performance_permission(
      v_booking.organization_id, v_booking.performance_id, 'bookings.manage'
    )
  then
    raise exception 'A paid booking is canceled by the organization that sold it.'
      using errcode = 'LMRGT', hint = 'Ask the organization; quote the booking reference.';
  end if;

  v_booking := app_private.end_booking(
    v_booking, cancel_booking.reason, 'booking_canceled'
  );
  perform app_private.keep_result(cancel_booking.idempotency_key, v_booking.id);
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.cancel_booking(uuid, text, text) is
  'Lets the seats go. An unpaid booking is canceled by its owner or by staff; a paid one by staff '
  'with bookings.manage, which voids its tickets and refunds it in full. '
  'Raises LMBKG, LMBST, LMRGT, LMTUS (a ticket was used), LMINP, LMSES, LMCRT, LMIDK.';
grant execute on function app_public.cancel_booking(uuid, text, text) to lml_anonymous, lml_user;

--! split: 1033-functions-bookings-confirm_booking.sql
-- Seats and admissions are booked only if this booking owns them, or, when its time had run out, if
-- they are free. False: somebody else has one of them, and nothing has changed.
create or replace function app_private.confirm_booking(booking_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  select * into strict v_booking
  from app_public.bookings as b where b.id = confirm_booking.booking_id
  for no key update;
  if v_booking.status = 'confirmed' then
    return true;
  end if;
  if v_booking.status not in ('draft', 'pending_payment', 'expired') then
    return false;
  end if;
  -- Who was in time is confirmed, and refunded with the others when the event is canceled; nobody
  -- comes after them. The lock makes a cancellation wait that is under way.
  if v_booking.status = 'expired' and not exists (
    select from app_public.performances as p
    where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id
      and p.status <> 'canceled'
    for share
  ) then
    return false;
  end if;
  if not app_private.book_everything(v_booking) then
    return false;
  end if;

  update app_public.bookings as b
  set status = 'confirmed', confirmed_at = now(), expires_at = null
  where b.id = v_booking.id
  returning * into v_booking;
  perform app_private.issue_tickets(v_booking);
  perform app_private.post_sale(v_booking);
  return true;
end
$$;

comment on function app_private.confirm_booking(uuid) is
  'Books seats and admissions, issues the tickets and posts the sale: all of it, or false. '
  'Confirming twice is harmless.';
grant execute on function app_private.confirm_booking(uuid) to lml_worker;

--! split: 1034-functions-bookings-end_booking.sql
-- The one way in which a booking that was held, is being paid, or was paid comes to its end: by its
-- owner, by staff, or with its event. The caller has locked it.
create or replace function app_private.end_booking(
  booking app_public.bookings, reason text, refund_reason app_public.refund_reason
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_was_confirmed boolean := (end_booking.booking).status = 'confirmed';
begin
  if v_was_confirmed then
    perform app_private.void_tickets(end_booking.booking);
  end if;
  update app_public.bookings as b
  set status = 'canceled', canceled_at = now(), cancellation_reason = end_booking.reason,
    expires_at = null
  where b.id = (end_booking.booking).id
  returning * into v_booking;
  perform app_private.free_seats(v_booking, app_private.held_seat_nos(v_booking));
  perform app_private.free_admissions(v_booking);
  if v_was_confirmed then
    perform app_private.reverse_sale(v_booking);
    perform app_private.refund_booking(v_booking, end_booking.refund_reason);
  else
    perform app_private.withdraw_payment(v_booking);
  end if;
  return v_booking;
end
$$;

comment on function app_private.end_booking(app_public.bookings, text, app_public.refund_reason) is
  'Cancels a locked booking, lets its seats go, and returns what was paid. Raises LMTUS.';

--! split: 1035-functions-bookings-lines_by_category.sql
create or replace function app_private.lines_by_category(booking app_public.bookings)
returns table (
  ticket_category_id uuid, name text, quantity bigint, sales_start timestamptz,
  sales_end timestamptz, min_per_transaction integer, max_per_transaction integer,
  max_per_user integer
)
language sql stable security definer set search_path = ''
as $$
  select
    c.id, c.name, sum(i.quantity), c.sales_start, c.sales_end, c.min_per_transaction,
    c.max_per_transaction, c.max_per_user
  from app_public.booking_items as i
  join app_public.ticket_categories as c
    on c.organization_id = i.organization_id and c.id = i.ticket_category_id
  where i.organization_id = (lines_by_category.booking).organization_id
    and i.booking_id = (lines_by_category.booking).id
    and i.item_type in ('seat', 'admission')
  group by c.id
  order by c.category_no
$$;

comment on function app_private.lines_by_category(app_public.bookings) is
  'How many tickets of each category a booking has, with what the category allows.';

--! split: 1036-functions-bookings-require_buyer_limits.sql
-- At checkout and not at the hold, which is to be fast: a cart beyond the limits lets nobody in.
create or replace function app_private.require_buyer_limits(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := require_buyer_limits.booking;
  v_event app_public.events;
  v_line record;
  v_is_limited boolean;
begin
  select e.* into strict v_event
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id;
  v_is_limited := v_event.tickets_per_user_max is not null;
  if v_event.visibility = 'private'
    and v_event.id not in (select app_hidden.opened_event_ids())
    and not app_hidden.has_performance_permission(
      v_booking.organization_id, v_booking.performance_id, 'events.read'
    )
  then
    raise exception 'There is no such event, or it is not for you.'
      using errcode = 'LMNFD', hint = 'Send the access code as X-Event-Key.';
  end if;

  for v_line in select * from app_private.lines_by_category(v_booking) loop
    if now() < v_line.sales_start or now() >= v_line.sales_end then
      raise exception '"%" is not on sale now.', v_line.name
        using errcode = 'LMSAL', detail = coalesce(v_line.sales_start, v_line.sales_end)::text;
    end if;
    if v_line.quantity not between v_line.min_per_transaction
      and coalesce(v_line.max_per_transaction, v_line.quantity)
    then
      raise exception 'Of "%", a booking has % to % tickets.',
          v_line.name, v_line.min_per_transaction,
          coalesce(v_line.max_per_transaction::text, 'any number of')
        using errcode = 'LMQTY', detail = v_line.ticket_category_id::text;
    end if;
    v_is_limited := v_is_limited or v_line.max_per_user is not null;
  end loop;
  if v_is_limited then
    perform app_private.require_user_limits(v_booking, v_event);
  end if;
end
$$;

comment on function app_private.require_buyer_limits(app_public.bookings) is
  'What event and categories ask of a booking at its checkout. '
  'Raises LMNFD (private), LMSAL, LMQTY, LMMAX.';

--! split: 1037-functions-bookings-require_user_limits.sql
-- A buyer is whoever has the same account, the same cart, or the same address. Two checkouts of
-- one buyer are counted one after the other: the lock comes before the count, in a statement of
-- its own.
create or replace function app_private.require_user_limits(
  booking app_public.bookings, event app_public.events
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := require_user_limits.booking;
  v_over record;
begin
  if app_hidden.has_performance_permission(
    v_booking.organization_id, v_booking.performance_id, 'bookings.manage'
  ) then
    return;
  end if;
  perform pg_advisory_xact_lock(k)
  from (
    select hashtextextended(who, 0) as k
    from unnest(array[
      'limit of ' || v_booking.user_id, 'limit of ' || v_booking.customer_id,
      'limit of ' || v_booking.cart_token_hash::text
    ]) as who
    where who is not null
    order by 1
  ) as keys;

  with bought as (
    select i.ticket_category_id, sum(i.quantity) as quantity
    from app_public.bookings as b
    join app_public.performances as p
      on p.organization_id = b.organization_id and p.id = b.performance_id
    join app_public.booking_items as i
      on i.organization_id = b.organization_id and i.booking_id = b.id
    where b.organization_id = v_booking.organization_id
      and p.event_id = (require_user_limits.event).id
      and (
        b.id = v_booking.id
        or (
          (
            b.user_id = v_booking.user_id
            or b.customer_id = v_booking.customer_id
            or b.cart_token_hash = v_booking.cart_token_hash
          )
          and (
            b.status in ('confirmed', 'partially_paid', 'disputed', 'completed')
            or (b.status in ('pending_payment', 'fraud_hold') and b.expires_at > now())
          )
        )
      )
      and i.item_type in ('seat', 'admission')
    group by i.ticket_category_id
  )
  select l.name, l.maximum, l.quantity into v_over
  from (
    select c.name, c.max_per_user as maximum, b.quantity
    from bought as b
    join app_private.lines_by_category(v_booking) as c
      on c.ticket_category_id = b.ticket_category_id
    union all
    select 'this event', (require_user_limits.event).tickets_per_user_max, sum(b.quantity)
    from bought as b
  ) as l
  where l.quantity > l.maximum
  limit 1;
  if found then
    raise exception 'One buyer gets at most % tickets of %.', v_over.maximum, v_over.name
      using errcode = 'LMMAX', detail = v_over.maximum::text,
        hint = 'Tickets that you have, or are paying for, count too.';
  end if;
end
$$;

comment on function app_private.require_user_limits(app_public.bookings, app_public.events) is
  'Raises LMMAX when the buyer would have more tickets than one may. Staff may sell more.';

--! split: 1038-functions-bookings-return_booking.sql
create or replace function app_public.return_booking(
  booking_id uuid, idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    return_booking.booking_id, 'bookings.manage'
  );
begin
  if app_private.replay_result(
    return_booking.idempotency_key, 'return_booking', jsonb_build_array(return_booking.booking_id)
  ) is not null then
    return v_booking;
  end if;
  if v_booking.status <> 'confirmed' then
    raise exception 'The booking is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  if not exists (
    select from app_public.performances as p
    where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id
      and p.status in ('scheduled', 'postponed') and p.refunds_until > now()
  ) then
    raise exception 'Tickets of this performance are not taken back, or not any more.'
      using errcode = 'LMNRF', detail = v_booking.performance_id::text,
        hint = 'Ask the organization; quote the booking reference.';
  end if;
  v_booking := app_private.end_booking(
    v_booking, 'Given back after a postponement', 'customer_request'
  );
  perform app_private.keep_result(return_booking.idempotency_key, v_booking.id);
  return v_booking;
end
$$;

comment on function app_public.return_booking(uuid, text) is
  'Gives a paid booking back for all of its price, after its performance was postponed and as long '
  'as that is offered. Raises LMNRF (it is not), LMBKG, LMBST, LMTUS, LMSES, LMCRT, LMIDK, LMINP.';
grant execute on function app_public.return_booking(uuid, text) to lml_anonymous, lml_user;

--! split: 1039-functions-bookings-start_checkout.sql
create or replace function app_public.start_checkout(
  booking_id uuid, email text default null, first_name text default null,
  last_name text default null, phone text default null, idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    start_checkout.booking_id, 'bookings.manage'
  );
  v_sale app_private.sale;
  v_contact app_public.users;
  v_action app_public.fraud_action;
begin
  if app_private.replay_result(
    start_checkout.idempotency_key, 'start_checkout',
    jsonb_build_array(
      start_checkout.booking_id, start_checkout.email, start_checkout.first_name,
      start_checkout.last_name, start_checkout.phone
    )
  ) is not null then
    return app_private.masked_booking(v_booking);
  end if;
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(v_booking.performance_id);
  if not exists (
    select from app_public.booking_items as i
    where i.organization_id = v_booking.organization_id and i.booking_id = v_booking.id
  ) then
    raise exception 'The booking is empty.' using errcode = 'LMQTY', detail = '0';
  end if;

  perform app_private.require_revenue_limit(v_booking);

  select * into v_contact from app_public.users as u where u.id = v_booking.user_id;
  v_contact.email := coalesce(start_checkout.email, v_contact.email);
  v_contact.first_name := coalesce(start_checkout.first_name, v_contact.first_name);
  v_contact.last_name := coalesce(start_checkout.last_name, v_contact.last_name);
  v_contact.phone := coalesce(start_checkout.phone, v_contact.phone);
  if v_contact.email is null or v_contact.email !~ '^[^@[:space:]]+@[^@[:space:]]+$' then
    raise exception 'An e-mail address is needed, where the tickets go.'
      using errcode = 'LMCON', detail = 'email';
  end if;

  perform app_private.prolong_hold(
    v_booking, least(
      now() + make_interval(secs => v_sale.checkout_seconds),
      v_booking.created_at + make_interval(secs => v_sale.hold_seconds_max)
    )
  );
  update app_public.bookings as b
  set customer_id = app_private.find_or_create_customer(
      v_booking.organization_id, v_booking.user_id, v_contact.email, v_contact.first_name,
      v_contact.last_name, v_contact.phone
    ),
    customer_email = v_contact.email,
    customer_name = nullif(concat_ws(' ', v_contact.first_name, v_contact.last_name), ''),
    checkout_started_at = now()
  where b.id = v_booking.id
  returning * into v_booking;

  perform app_private.require_buyer_limits(v_booking);

  v_action := app_private.screen_checkout(v_booking, v_contact.phone);
  if v_action = 'block' then
    perform app_private.refuse_checkout(v_booking);
  elsif v_action = 'review' then
    perform app_private.hold_for_review(v_booking);
  elsif v_booking.total_amount_cents = 0 then
    perform app_private.confirm_booking(v_booking.id);
  else
    update app_public.bookings as b
    set status = 'pending_payment' where b.id = v_booking.id;
    perform app_private.request_payment(v_booking);
  end if;
  perform app_private.keep_result(start_checkout.idempotency_key, v_booking.id);
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.start_checkout(uuid, text, text, text, text, text) is
  'Freezes a draft, prolongs its hold and asks for the payment; a free booking is confirmed at '
  'once. A user''s own address and name are the defaults. The rules against fraud may return it '
  'canceled (not accepted; its seats are free) or as fraud_hold (somebody looks at it first). '
  'Raises LMBKG, LMBST, LMEXP, LMCON (no e-mail address), LMQTY (empty), LMEVT, LMSAL, LMINP, '
  'LMSES, LMCRT, LMIDK, LMLIM (the organization''s plan), LMMAX (one buyer gets no more), '
  'LMNFD (a private event without its code).';
grant execute on function app_public.start_checkout(uuid, text, text, text, text, text)
  to lml_anonymous, lml_user;

--! split: 1040-functions-audit-check_invariants.sql
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
    'slot_is_sum_of_its_claims', s.organization_id, s.pool_id,
    format(
      'slot %s says %s held and %s sold, its claims %s and %s', s.slot_no, s.held, s.sold,
      c.held, c.sold
    )
  from app_private.admission_slots as s
  cross join lateral (
    select
      coalesce(sum(c.quantity) filter (where c.held_until is not null), 0) as held,
      coalesce(sum(c.quantity) filter (where c.held_until is null), 0) as sold
    from app_private.admission_claims as c
    where c.organization_id = s.organization_id
      and c.pool_id = s.pool_id
      and c.slot_no = s.slot_no
  ) as c
  where (s.held, s.sold) is distinct from (c.held, c.sold)

  union all
  select
    'pool_is_sum_of_its_slots', p.organization_id, p.id,
    format('its slots take %s, the pool %s', coalesce(s.capacity, 0), p.capacity)
  from app_public.admission_pools as p
  left join lateral (
    select sum(s.capacity) as capacity
    from app_private.admission_slots as s
    where s.organization_id = p.organization_id and s.pool_id = p.id
  ) as s on true
  where s.capacity is distinct from p.capacity

  union all
  select
    'booking_has_its_admissions', b.organization_id, b.id,
    format('%s places of pool %s, its lines need %s', coalesce(c.quantity, 0), n.pool_id, n.quantity)
  from app_public.bookings as b
  cross join lateral (
    select c.pool_id, sum(i.quantity) as quantity
    from app_public.booking_items as i
    join app_public.admission_pool_categories as pc
      on pc.organization_id = i.organization_id
      and pc.performance_id = b.performance_id
      and pc.ticket_category_id = i.ticket_category_id
    join app_public.admission_pools as pool
      on pool.organization_id = pc.organization_id and pool.id = pc.pool_id
    cross join unnest(pool.chain) as c (pool_id)
    where i.organization_id = b.organization_id
      and i.booking_id = b.id
      and i.item_type = 'admission'
    group by c.pool_id
  ) as n
  left join lateral (
    select sum(c.quantity) as quantity
    from app_private.admission_claims as c
    where c.organization_id = b.organization_id
      and c.booking_id = b.id
      and c.pool_id = n.pool_id
      and c.held_until is not distinct from b.expires_at
  ) as c on true
  where (
      (b.status in ('draft', 'pending_payment') and b.expires_at > now())
      or b.status in ('confirmed', 'completed')
    )
    and c.quantity is distinct from n.quantity

  union all
  select
    'admissions_belong_to_their_booking', c.organization_id, c.booking_id,
    format('%s places of pool %s for a booking that is %s', c.quantity, c.pool_id, b.status)
  from app_private.admission_claims as c
  join app_public.bookings as b on b.organization_id = c.organization_id and b.id = c.booking_id
  where (c.held_until is null and b.status not in ('confirmed', 'completed'))
    or (c.held_until > now() and b.status not in ('draft', 'pending_payment'))

  union all
  select
    'allocated_seat_is_kept_back', a.organization_id, a.allocation_id,
    format('seat %s of the allocation is %s', a.seat_no, s.status)
  from app_public.seat_allocation_seats as a
  join app_public.seat_booking_state as s
    on s.organization_id = a.organization_id
    and s.performance_id = a.performance_id
    and s.seat_no = a.seat_no
  where s.status not in ('reserved', 'blocked')

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
    'canceled_performance_keeps_no_booking', b.organization_id, b.id,
    format('it is %s, and the cancellation is done', b.status)
  from app_public.event_cancellations as c
  join app_public.performances as p
    on p.organization_id = c.organization_id
    and p.event_id = c.event_id
    and p.id = coalesce(c.performance_id, p.id)
    and p.status = 'canceled'
  join app_public.bookings as b
    on b.organization_id = p.organization_id
    and b.performance_id = p.id
    and b.status in ('pending_payment', 'fraud_hold', 'confirmed')
  where c.completed_at is not null
    and not exists (
      select from app_public.event_cancellation_failures as f
      where f.organization_id = b.organization_id and f.booking_id = b.id
    )

  union all
  select
    'organization_has_an_owner', o.id, null, format('nobody owns %s', o.slug)
  from app_public.organizations as o
  where not exists (
    select from app_public.organization_members as m
    join app_public.users as u on u.id = m.user_id
    where m.organization_id = o.id
      and m.role = 'owner'
      and m.status = 'active'
      and u.account_status <> 'deleted'
  )
$$;

comment on function app_public.check_invariants() is
  'Everything that is not consistent now, one row each; none when all is well. '
  'For the owner and the worker.';
grant execute on function app_public.check_invariants() to lml_worker;

--! split: 1041-functions-privacy-declared_classes.sql
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
    'subscription_reference monthly_event_limit fraud_review_seconds '
    'open_carts_max'),
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
    'screens_holds reentry_limit open_carts_max short_description format timezone visibility age_restriction '
    'special_requirements images banner_url videos external_links meta_title meta_description '
    'search_keywords tags tickets_per_user_max status_reason search_text search_vector'),
  ('app_public.events', 'financial', null, null, 'commission_percentage'),
  ('app_public.performances', 'public', null, null, 'currency status is_public status_reason'),
  ('app_public.ticket_categories', 'public', null, null,
    'category_no name description status seat_categories sections is_public sort_order '
    'min_per_transaction max_per_transaction max_per_user includes restrictions'),
  ('app_public.event_categories', 'public', null, null, 'slug name description'),
  ('app_public.event_category_links', 'public', null, null, 'is_public'),
  ('app_public.event_online_addresses', 'internal', null, null, 'address instructions'),
  ('app_private.event_access_codes', 'secret', null, null, 'code_hash'),
  ('app_public.event_status_transitions', 'public', null, null, 'from_status to_status reason'),
  ('app_public.performance_status_transitions', 'public', null, null,
    'from_status to_status reason'),
  ('app_public.event_cancellations', 'internal', null, null,
    'reason bookings_canceled bookings_failed'),
  ('app_public.event_cancellation_failures', 'internal', null, null, 'code'),
  ('app_public.ticket_category_prices', 'public', null, null, 'audience valid_during is_public'),

  -- inventory
  ('app_public.performance_categories', 'public', null, null, 'category_no'),
  ('app_public.seat_booking_state', 'internal', null, null, 'seat_no status category_no'),
  ('app_private.seat_runs', 'internal', null, null,
    'run_no first_seat_no last_seat_no central_seat_no longest category_no is_accessible is_full'),
  ('app_private.seat_changes', 'internal', null, null, 'changed_xid seat_nos'),
  ('app_private.seat_changes_forgotten', 'internal', null, null, 'is_only last_xid'),
  ('app_public.admission_pools', 'internal', null, null, 'name capacity slot_count chain'),
  ('app_private.admission_slots', 'internal', null, null, 'slot_no capacity held sold'),
  ('app_private.admission_claims', 'internal', null, null, 'slot_no quantity'),
  ('app_public.seat_allocations', 'internal', null, null, 'kind reason seat_count'),
  ('app_public.seat_allocation_seats', 'internal', null, null, 'seat_no'),

  -- bookings
  ('app_public.customers', 'personal', 'anonymize', $$'erased+' || t.id || '@erased.invalid'$$,
    'email'),
  ('app_public.customers', 'personal', 'anonymize', 'null', 'first_name last_name phone'),
  ('app_public.bookings', 'personal', 'anonymize', 'null', 'customer_email customer_name'),
  ('app_public.bookings', 'personal', 'anonymize', 'null', 'cancellation_reason'),
  ('app_public.bookings', 'secret', 'keep', 'It owns the tickets, and tells nothing of anybody.',
    'cart_token_hash'),
  ('app_public.bookings', 'internal', null, null,
    'booking_reference status booking_channel currency created_xid'),
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

--! split: 1042-policies-events-event_access_codes.sql
-- For definer functions only.
alter table app_private.event_access_codes enable row level security;
alter table app_private.event_access_codes force row level security;

drop policy if exists all_owner on app_private.event_access_codes;
create policy all_owner on app_private.event_access_codes
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.event_access_codes from public;

--! split: 1043-policies-events-event_cancellation_failures.sql
-- For members who may see bookings.
alter table app_public.event_cancellation_failures enable row level security;
alter table app_public.event_cancellation_failures force row level security;

drop policy if exists all_owner on app_public.event_cancellation_failures;
create policy all_owner on app_public.event_cancellation_failures
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.event_cancellation_failures;
create policy select_member on app_public.event_cancellation_failures
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('bookings.read')));

revoke all on app_public.event_cancellation_failures from public;
grant select on app_public.event_cancellation_failures to lml_user;

--! split: 1044-policies-events-event_cancellations.sql
-- For members.
alter table app_public.event_cancellations enable row level security;
alter table app_public.event_cancellations force row level security;

drop policy if exists all_owner on app_public.event_cancellations;
create policy all_owner on app_public.event_cancellations
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.event_cancellations;
create policy select_member on app_public.event_cancellations
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('events.read')));

drop policy if exists select_member_of_venue on app_public.event_cancellations;
create policy select_member_of_venue on app_public.event_cancellations
  for select to lml_user
  using (event_id in (select app_hidden.permitted_event_ids('events.read')));

revoke all on app_public.event_cancellations from public;
grant select on app_public.event_cancellations to lml_user;

--! split: 1045-policies-events-event_categories.sql
-- Which kinds of events there are is no secret.
alter table app_public.event_categories enable row level security;
alter table app_public.event_categories force row level security;

drop policy if exists all_owner on app_public.event_categories;
create policy all_owner on app_public.event_categories
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_all on app_public.event_categories;
create policy select_all on app_public.event_categories
  for select to lml_anonymous, lml_user
  using (true);

revoke all on app_public.event_categories from public;
grant select on app_public.event_categories to lml_anonymous, lml_user;

--! split: 1046-policies-events-event_category_links.sql
-- As public as its event, which its row tells.
alter table app_public.event_category_links enable row level security;
alter table app_public.event_category_links force row level security;

drop policy if exists all_owner on app_public.event_category_links;
create policy all_owner on app_public.event_category_links
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_public on app_public.event_category_links;
create policy select_public on app_public.event_category_links
  for select to lml_anonymous, lml_user
  using (is_public);

drop policy if exists select_member on app_public.event_category_links;
create policy select_member on app_public.event_category_links
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('events.read')));

drop policy if exists select_member_of_venue on app_public.event_category_links;
create policy select_member_of_venue on app_public.event_category_links
  for select to lml_user
  using (event_id in (select app_hidden.permitted_event_ids('events.read')));

drop policy if exists select_opened on app_public.event_category_links;
create policy select_opened on app_public.event_category_links
  for select to lml_anonymous, lml_user
  using (event_id = any (array(select app_hidden.opened_event_ids())));

revoke all on app_public.event_category_links from public;
grant select on app_public.event_category_links to lml_anonymous, lml_user;

--! split: 1047-policies-events-event_online_addresses.sql
-- For who has a ticket, and for members.
alter table app_public.event_online_addresses enable row level security;
alter table app_public.event_online_addresses force row level security;

drop policy if exists all_owner on app_public.event_online_addresses;
create policy all_owner on app_public.event_online_addresses
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.event_online_addresses;
create policy select_member on app_public.event_online_addresses
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('events.read')));

drop policy if exists select_member_of_venue on app_public.event_online_addresses;
create policy select_member_of_venue on app_public.event_online_addresses
  for select to lml_user
  using (event_id in (select app_hidden.permitted_event_ids('events.read')));

drop policy if exists select_holder on app_public.event_online_addresses;
create policy select_holder on app_public.event_online_addresses
  for select to lml_anonymous, lml_user
  using (event_id in (select app_hidden.ticketed_event_ids()));

revoke all on app_public.event_online_addresses from public;
grant select on app_public.event_online_addresses to lml_anonymous, lml_user;

--! split: 1048-policies-events-event_status_transitions.sql
-- What may happen to it is no secret.
alter table app_public.event_status_transitions enable row level security;
alter table app_public.event_status_transitions force row level security;

drop policy if exists all_owner on app_public.event_status_transitions;
create policy all_owner on app_public.event_status_transitions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_all on app_public.event_status_transitions;
create policy select_all on app_public.event_status_transitions
  for select to lml_anonymous, lml_user
  using (true);

revoke all on app_public.event_status_transitions from public;
grant select on app_public.event_status_transitions to lml_anonymous, lml_user;

--! split: 1049-policies-events-events.sql
-- What is published is public; drafts are for members.
alter table app_public.events enable row level security;
alter table app_public.events force row level security;

drop policy if exists all_owner on app_public.events;
create policy all_owner on app_public.events
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_public on app_public.events;
create policy select_public on app_public.events
  for select to lml_anonymous, lml_user
  using (is_public);

drop policy if exists select_member on app_public.events;
create policy select_member on app_public.events
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('events.read')));

drop policy if exists select_member_of_venue on app_public.events;
create policy select_member_of_venue on app_public.events
  for select to lml_user
  using (venue_id in (select app_hidden.permitted_venue_ids('events.read')));

drop policy if exists select_opened on app_public.events;
create policy select_opened on app_public.events
  for select to lml_anonymous, lml_user
  using (id = any (array(select app_hidden.opened_event_ids())));

revoke all on app_public.events from public;
grant select on app_public.events to lml_anonymous, lml_user;

--! split: 1050-policies-events-performance_status_transitions.sql
-- What may happen to it is no secret.
alter table app_public.performance_status_transitions enable row level security;
alter table app_public.performance_status_transitions force row level security;

drop policy if exists all_owner on app_public.performance_status_transitions;
create policy all_owner on app_public.performance_status_transitions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_all on app_public.performance_status_transitions;
create policy select_all on app_public.performance_status_transitions
  for select to lml_anonymous, lml_user
  using (true);

revoke all on app_public.performance_status_transitions from public;
grant select on app_public.performance_status_transitions to lml_anonymous, lml_user;

--! split: 1051-policies-events-performances.sql
-- As public as its event, which its row tells.
alter table app_public.performances enable row level security;
alter table app_public.performances force row level security;

drop policy if exists all_owner on app_public.performances;
create policy all_owner on app_public.performances
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_event on app_public.performances;
drop policy if exists select_public on app_public.performances;
create policy select_public on app_public.performances
  for select to lml_anonymous, lml_user
  using (is_public);

drop policy if exists select_member on app_public.performances;
create policy select_member on app_public.performances
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('events.read')));

drop policy if exists select_member_of_venue on app_public.performances;
create policy select_member_of_venue on app_public.performances
  for select to lml_user
  using (id in (select app_hidden.permitted_performance_ids('events.read')));

drop policy if exists select_opened on app_public.performances;
create policy select_opened on app_public.performances
  for select to lml_anonymous, lml_user
  using (event_id = any (array(select app_hidden.opened_event_ids())));

revoke all on app_public.performances from public;
grant select on app_public.performances to lml_anonymous, lml_user;

--! split: 1052-policies-events-ticket_categories.sql
-- As public as its event, which its row tells.
alter table app_public.ticket_categories enable row level security;
alter table app_public.ticket_categories force row level security;

drop policy if exists all_owner on app_public.ticket_categories;
create policy all_owner on app_public.ticket_categories
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_event on app_public.ticket_categories;
drop policy if exists select_public on app_public.ticket_categories;
create policy select_public on app_public.ticket_categories
  for select to lml_anonymous, lml_user
  using (is_public);

drop policy if exists select_member on app_public.ticket_categories;
create policy select_member on app_public.ticket_categories
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('events.read')));

drop policy if exists select_member_of_venue on app_public.ticket_categories;
create policy select_member_of_venue on app_public.ticket_categories
  for select to lml_user
  using (event_id in (select app_hidden.permitted_event_ids('events.read')));

drop policy if exists select_opened on app_public.ticket_categories;
create policy select_opened on app_public.ticket_categories
  for select to lml_anonymous, lml_user
  using (event_id = any (array(select app_hidden.opened_event_ids())));

revoke all on app_public.ticket_categories from public;
grant select on app_public.ticket_categories to lml_anonymous, lml_user;

--! split: 1053-policies-events-ticket_category_prices.sql
-- As public as its event, which its row tells.
alter table app_public.ticket_category_prices enable row level security;
alter table app_public.ticket_category_prices force row level security;

drop policy if exists all_owner on app_public.ticket_category_prices;
create policy all_owner on app_public.ticket_category_prices
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_category on app_public.ticket_category_prices;
drop policy if exists select_public on app_public.ticket_category_prices;
create policy select_public on app_public.ticket_category_prices
  for select to lml_anonymous, lml_user
  using (is_public);

drop policy if exists select_member on app_public.ticket_category_prices;
create policy select_member on app_public.ticket_category_prices
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('events.read')));

drop policy if exists select_member_of_venue on app_public.ticket_category_prices;
create policy select_member_of_venue on app_public.ticket_category_prices
  for select to lml_user
  using (
    ticket_category_id in (select app_hidden.permitted_ticket_category_ids('events.read'))
  );

drop policy if exists select_opened on app_public.ticket_category_prices;
create policy select_opened on app_public.ticket_category_prices
  for select to lml_anonymous, lml_user
  using (ticket_category_id = any (array(select app_hidden.opened_ticket_category_ids())));

revoke all on app_public.ticket_category_prices from public;
grant select on app_public.ticket_category_prices to lml_anonymous, lml_user;
