--! Previous: sha1:2a593930713647afe26d37961dcae305b10ecfda
--! Hash: sha1:b29819dcdf255c05f8b93745199f4c4cc609941a
--! Message: tables of events

--! split: 100-tables.sql
-- What is sold: events, the dates on which they happen, the categories and prices of their tickets.

create type app_public.event_status as enum (
  'draft', 'published', 'postponed', 'canceled', 'completed'
);
comment on type app_public.event_status is 'The life of an event.';

create type app_public.performance_status as enum (
  'scheduled', 'postponed', 'canceled', 'completed'
);
comment on type app_public.performance_status is 'The life of one date of an event.';

create type app_public.ticket_category_status as enum ('active', 'paused', 'sold_out', 'canceled');
comment on type app_public.ticket_category_status is 'Whether tickets of a category are on sale.';

create type app_public.price_audience as enum ('public', 'member');
comment on type app_public.price_audience is 'Who may buy at a price.';

create table app_public.events (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references app_public.organizations on delete restrict,
  venue_id uuid not null,
  title text not null,
  slug text not null,
  description text,
  status app_public.event_status not null default 'draft',
  currency text not null references app_public.currencies,
  sales_start timestamptz not null default now(),
  sales_end timestamptz,
  service_fee_percentage numeric(7, 4) not null default 0,
  service_fee_fixed_cents bigint not null default 0,
  processing_fee_percentage numeric(7, 4) not null default 0,
  processing_fee_fixed_cents bigint not null default 0,
  commission_percentage numeric(7, 4) not null,
  tax_rate_id uuid,
  blocked_sections text[] not null default '{}',
  published_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  -- What depends on an event's currency refers to it together with the event.
  unique (id, organization_id, currency),
  constraint events_slug_is_unique unique (slug, organization_id),
  foreign key (organization_id, venue_id)
    references app_public.venues (organization_id, id) on delete restrict,
  foreign key (organization_id, tax_rate_id)
    references app_public.tax_rates (organization_id, id) on delete restrict,
  constraint events_title_is_short_text check (length(title) between 1 and 255),
  constraint events_slug_is_a_slug
    check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 200),
  constraint events_description_is_bounded check (length(description) <= 20000),
  constraint events_sales_end_after_start check (sales_end > sales_start),
  constraint events_sale_times_are_finite check (isfinite(sales_start) and isfinite(sales_end)),
  constraint events_percentages_are_bounded check (
    service_fee_percentage between 0 and 100
    and processing_fee_percentage between 0 and 100
    and commission_percentage between 0 and 50
  ),
  constraint events_fixed_fees_are_bounded check (
    service_fee_fixed_cents between 0 and 100000000
    and processing_fee_fixed_cents between 0 and 100000000
  ),
  constraint events_published_at_unless_draft
    check (status in ('draft', 'canceled') or published_at is not null)
);
create index events_organization_id_idx on app_public.events (organization_id);
create index events_venue_id_idx on app_public.events (venue_id, organization_id);
create index events_tax_rate_id_idx on app_public.events (tax_rate_id, organization_id);
create index events_status_idx on app_public.events (status, published_at);

comment on table app_public.events is 'Something people buy tickets for; it has performances.';
comment on column app_public.events.id is 'Identifier.';
comment on column app_public.events.organization_id is 'Who sells it.';
comment on column app_public.events.venue_id is 'Where it happens.';
comment on column app_public.events.title is 'Title.';
comment on column app_public.events.slug is 'Name in addresses, unique in the organization.';
comment on column app_public.events.description is 'What buyers should know.';
comment on column app_public.events.status is 'Only published events are visible and on sale.';
comment on column app_public.events.currency is 'Currency of all its prices.';
comment on column app_public.events.sales_start is 'When sales open.';
comment on column app_public.events.sales_end is 'When sales close; null: when it starts.';
comment on column app_public.events.service_fee_percentage is 'Service fee, share of the price.';
comment on column app_public.events.service_fee_fixed_cents is 'Service fee per ticket.';
comment on column app_public.events.processing_fee_percentage is
  'Processing fee, share of the price.';
comment on column app_public.events.processing_fee_fixed_cents is 'Processing fee per ticket.';
comment on column app_public.events.commission_percentage is
  'The platform''s share, fixed when the event is created.';
comment on column app_public.events.tax_rate_id is 'Tax that is added; null: none.';
comment on column app_public.events.blocked_sections is 'Sections that are not for sale.';
comment on column app_public.events.published_at is 'When it was first published.';
comment on column app_public.events.created_at is 'When it was entered.';
comment on column app_public.events.updated_at is 'When it last changed.';

create table app_public.performances (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  event_id uuid not null,
  layout_id uuid not null,
  currency text not null,
  status app_public.performance_status not null default 'scheduled',
  starts_at timestamptz not null,
  ends_at timestamptz,
  doors_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  unique (id, organization_id, currency),
  constraint performances_start_is_unique unique (event_id, organization_id, starts_at),
  foreign key (organization_id, event_id, currency)
    references app_public.events (organization_id, id, currency) on delete restrict,
  foreign key (organization_id, layout_id)
    references app_public.venue_layouts (organization_id, id) on delete restrict,
  constraint performances_end_after_start check (ends_at > starts_at),
  constraint performances_times_are_finite
    check (isfinite(starts_at) and isfinite(ends_at) and isfinite(doors_at)),
  constraint performances_doors_open_before_start check (doors_at <= starts_at)
);
create index performances_event_id_idx
  on app_public.performances (event_id, organization_id, currency);
create index performances_layout_id_idx on app_public.performances (layout_id, organization_id);
create index performances_starts_at_idx on app_public.performances (starts_at);

comment on table app_public.performances is 'One date of an event: every ticket is for one.';
comment on column app_public.performances.id is 'Identifier.';
comment on column app_public.performances.organization_id is 'Who sells it.';
comment on column app_public.performances.event_id is 'Of which event.';
comment on column app_public.performances.layout_id is 'Its seating plan.';
comment on column app_public.performances.currency is 'The event''s currency.';
comment on column app_public.performances.status is 'Whether it takes place.';
comment on column app_public.performances.starts_at is 'When it starts.';
comment on column app_public.performances.ends_at is 'When it ends.';
comment on column app_public.performances.doors_at is 'When doors open.';
comment on column app_public.performances.created_at is 'When it was entered.';
comment on column app_public.performances.updated_at is 'When it last changed.';

create table app_public.ticket_categories (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  event_id uuid not null,
  category_no smallint not null,
  name text not null,
  description text,
  status app_public.ticket_category_status not null default 'active',
  seat_categories text[] not null default '{}',
  sections text[] not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint ticket_categories_name_is_unique unique (event_id, organization_id, name),
  unique (event_id, organization_id, category_no),
  foreign key (organization_id, event_id)
    references app_public.events (organization_id, id) on delete restrict,
  constraint ticket_categories_name_is_short_text check (length(name) between 1 and 100),
  constraint ticket_categories_description_is_bounded check (length(description) <= 2000),
  constraint ticket_categories_category_no_is_positive check (category_no > 0),
  constraint ticket_categories_cover_something
    check (cardinality(seat_categories) + cardinality(sections) between 1 and 1000)
);

comment on table app_public.ticket_categories is 'A kind of ticket of an event, with its prices.';
comment on column app_public.ticket_categories.id is 'Identifier.';
comment on column app_public.ticket_categories.organization_id is 'Who sells it.';
comment on column app_public.ticket_categories.event_id is 'Of which event.';
comment on column app_public.ticket_categories.category_no is '1 to N within the event.';
comment on column app_public.ticket_categories.name is 'Name, unique in the event.';
comment on column app_public.ticket_categories.description is 'What it includes.';
comment on column app_public.ticket_categories.status is 'Whether it is on sale.';
comment on column app_public.ticket_categories.seat_categories is
  'Categories of the layout whose seats it covers.';
comment on column app_public.ticket_categories.sections is
  'Sections of the layout whose seats it covers; a section wins over a category.';
comment on column app_public.ticket_categories.created_at is 'When it was entered.';
comment on column app_public.ticket_categories.updated_at is 'When it last changed.';

create table app_public.ticket_category_prices (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  ticket_category_id uuid not null,
  audience app_public.price_audience not null default 'public',
  price_cents bigint not null,
  valid_during tstzrange not null default '[,)',
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  foreign key (organization_id, ticket_category_id)
    references app_public.ticket_categories (organization_id, id) on delete restrict,
  constraint ticket_category_prices_price_is_bounded check (price_cents between 0 and 100000000000),
  constraint ticket_category_prices_validity_is_not_empty check (not isempty(valid_during)),
  constraint ticket_category_prices_do_not_overlap exclude using gist (
    organization_id with =, ticket_category_id with =, audience with =, valid_during with &&
  )
);
-- The exclusion constraint's gist index covers the foreign key too, but the price of a hold is
-- found faster by this one.
create index ticket_category_prices_ticket_category_id_idx
  on app_public.ticket_category_prices (ticket_category_id, organization_id);

comment on table app_public.ticket_category_prices is
  'What a ticket costs, for whom and when: an early-bird or member price is a row.';
comment on column app_public.ticket_category_prices.id is 'Identifier.';
comment on column app_public.ticket_category_prices.organization_id is 'Who sells it.';
comment on column app_public.ticket_category_prices.ticket_category_id is 'Of which category.';
comment on column app_public.ticket_category_prices.audience is 'Who may buy at this price.';
comment on column app_public.ticket_category_prices.price_cents is
  'Price of one ticket in minor units of the event''s currency; 0 is free.';
comment on column app_public.ticket_category_prices.valid_during is 'When the price applies.';
comment on column app_public.ticket_category_prices.created_at is 'When it was entered.';
