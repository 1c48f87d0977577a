-- What is sold besides tickets, what is asked of who comes, and who is told of changes.

create type app_public.add_on_delivery_kind as enum ('pick_up', 'mail', 'digital');
comment on type app_public.add_on_delivery_kind is 'How buyers get an add-on.';

create table app_public.add_ons (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references app_public.organizations on delete restrict,
  event_id uuid,
  is_public boolean not null,
  name text not null,
  description text,
  currency text not null references app_public.currencies,
  price_cents bigint not null,
  max_per_booking integer not null default 20,
  sales_start timestamptz,
  sales_end timestamptz,
  requires_ticket boolean not null default true,
  delivery app_public.add_on_delivery_kind not null default 'pick_up',
  is_limited boolean not null,
  is_active boolean not null default true,
  sort_order integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint add_ons_name_is_unique unique nulls not distinct (organization_id, event_id, name),
  constraint add_ons_event_fkey foreign key (organization_id, event_id, is_public)
    references app_public.events (organization_id, id, is_public)
    on update cascade on delete restrict,
  -- In the currency that the event sells in, which is settled when it is made.
  constraint add_ons_currency_of_event_fkey foreign key (organization_id, event_id, currency)
    references app_public.events (organization_id, id, currency) on delete restrict,
  constraint add_ons_of_all_events_are_public check (event_id is not null or is_public),
  constraint add_ons_name_is_short_text check (length(name) between 1 and 200),
  constraint add_ons_description_is_bounded check (length(description) <= 5000),
  constraint add_ons_price_is_bounded check (price_cents between 0 and 100000000000),
  constraint add_ons_max_per_booking_is_bounded check (max_per_booking between 1 and 1000),
  constraint add_ons_sales_end_after_start check (sales_end > sales_start),
  constraint add_ons_sale_times_are_finite check (isfinite(sales_start) and isfinite(sales_end))
);
create index add_ons_event_id_idx on app_public.add_ons (event_id, organization_id, is_public);
create index add_ons_event_id_currency_idx
  on app_public.add_ons (event_id, organization_id, currency);
create index add_ons_currency_idx on app_public.add_ons (currency);

comment on table app_public.add_ons is
  'What is sold besides tickets: for one event, or for all events of an organization.';
comment on constraint add_ons_event_fkey on app_public.add_ons is
  E'@fieldName event\n@foreignFieldName addOns';
comment on constraint add_ons_currency_of_event_fkey on app_public.add_ons is E'@behavior -*';
comment on column app_public.add_ons.id is 'Identifier.';
comment on column app_public.add_ons.organization_id is 'Who sells it.';
comment on column app_public.add_ons.event_id is 'For which event; null: for all in its currency.';
comment on column app_public.add_ons.is_public is
  E'@behavior -*\nWhether everybody may see its event.';
comment on column app_public.add_ons.name is 'Name, unique among those of its event.';
comment on column app_public.add_ons.description is 'What it is.';
comment on column app_public.add_ons.currency is 'Currency of its price.';
comment on column app_public.add_ons.price_cents is 'Price of one in minor units; 0 is free.';
comment on column app_public.add_ons.max_per_booking is 'How many one booking may have.';
comment on column app_public.add_ons.sales_start is 'When its sale opens; null: with the event''s.';
comment on column app_public.add_ons.sales_end is 'When its sale closes; null: with the event''s.';
comment on column app_public.add_ons.requires_ticket is 'Only together with a ticket.';
comment on column app_public.add_ons.delivery is 'How buyers get it.';
comment on column app_public.add_ons.is_limited is 'Whether there is a stock that may run out.';
comment on column app_public.add_ons.is_active is 'False: it is not sold any more.';
comment on column app_public.add_ons.sort_order is 'Where it stands among the others.';
comment on column app_public.add_ons.created_at is 'When it was entered.';
comment on column app_public.add_ons.updated_at is 'When it last changed.';

create trigger _100_set_updated_at before update on app_public.add_ons
  for each row execute function app_hidden.tg__set_updated_at();
create trigger _500_audit after insert or update or delete on app_public.add_ons
  for each row execute function app_hidden.tg__audit();

-- One counter for each add-on: a shirt is not what a hall fights for at the stroke of ten. Who only
-- buys tickets never touches it.
create table app_private.add_on_counters (
  add_on_id uuid not null,
  organization_id uuid not null,
  total integer not null,
  held integer not null default 0,
  sold integer not null default 0,
  primary key (add_on_id, organization_id),
  foreign key (organization_id, add_on_id)
    references app_public.add_ons (organization_id, id) on delete restrict,
  constraint add_on_counters_stay_within_total
    check (held >= 0 and sold >= 0 and held + sold <= total),
  constraint add_on_counters_total_is_bounded check (total between 0 and 10000000)
) with (fillfactor = 50);
comment on table app_private.add_on_counters is
  'How much there is of an add-on, and how much of it is held and sold.';

create table app_private.add_on_claims (
  held_until timestamptz,
  quantity integer not null,
  add_on_id uuid not null,
  organization_id uuid not null,
  booking_id uuid not null,
  primary key (add_on_id, organization_id, booking_id),
  foreign key (organization_id, add_on_id)
    references app_private.add_on_counters (organization_id, add_on_id) on delete restrict,
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  constraint add_on_claims_quantity_is_positive check (quantity > 0)
) with (fillfactor = 80);
create index add_on_claims_booking_id_idx
  on app_private.add_on_claims (booking_id, organization_id);
create index add_on_claims_held_until_idx
  on app_private.add_on_claims (add_on_id, held_until) where held_until is not null;
comment on table app_private.add_on_claims is
  'What a booking has of a stock: until a deadline, or, without one, for good.';

alter table app_public.booking_items
  add column add_on_id uuid,
  add foreign key (organization_id, add_on_id)
    references app_public.add_ons (organization_id, id) on delete restrict,
  add constraint booking_items_add_ons_are_named
    check ((item_type = 'add_on') = (add_on_id is not null));
create unique index booking_items_add_on_id_idx
  on app_public.booking_items (add_on_id, organization_id, booking_id)
  where add_on_id is not null;
comment on column app_public.booking_items.add_on_id is 'Which add-on, if it is one.';

create table app_public.add_on_deliveries (
  booking_item_id uuid not null,
  organization_id uuid not null,
  performance_id uuid not null,
  delivered_by uuid references app_public.users on delete restrict,
  delivered_at timestamptz not null default now(),
  primary key (booking_item_id, organization_id),
  foreign key (organization_id, booking_item_id)
    references app_public.booking_items (organization_id, id) on delete restrict,
  foreign key (organization_id, performance_id)
    references app_public.performances (organization_id, id) on delete restrict
);
create index add_on_deliveries_performance_id_idx
  on app_public.add_on_deliveries (performance_id, organization_id);
create index add_on_deliveries_delivered_by_idx on app_public.add_on_deliveries (delivered_by);
comment on table app_public.add_on_deliveries is
  'Add-ons that buyers have got: a line of a booking once, by its key.';
comment on column app_public.add_on_deliveries.booking_item_id is 'The line of the booking.';
comment on column app_public.add_on_deliveries.organization_id is 'Who sold it.';
comment on column app_public.add_on_deliveries.performance_id is 'With which performance.';
comment on column app_public.add_on_deliveries.delivered_by is 'Who gave it out.';
comment on column app_public.add_on_deliveries.delivered_at is 'When.';
create trigger _500_audit after insert or update or delete on app_public.add_on_deliveries
  for each row execute function app_hidden.tg__audit();

create table app_public.delivery_addresses (
  booking_id uuid not null,
  organization_id uuid not null,
  address text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (booking_id, organization_id),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  constraint delivery_addresses_are_short_text check (length(address) between 5 and 1000)
);
comment on table app_public.delivery_addresses is 'Where add-ons of a booking are mailed to.';
comment on column app_public.delivery_addresses.booking_id is 'The booking.';
comment on column app_public.delivery_addresses.organization_id is 'Who sells.';
comment on column app_public.delivery_addresses.address is 'Name, street, town, country, in lines.';
comment on column app_public.delivery_addresses.created_at is 'When it was given.';
comment on column app_public.delivery_addresses.updated_at is 'When it last changed.';
create trigger _100_set_updated_at before update on app_public.delivery_addresses
  for each row execute function app_hidden.tg__set_updated_at();

create type app_public.add_on_order as (
  booking_item_id uuid,
  booking_id uuid,
  booking_reference text,
  customer_name text,
  add_on_id uuid,
  name text,
  delivery app_public.add_on_delivery_kind,
  address text,
  quantity integer,
  delivered_at timestamptz
);
comment on type app_public.add_on_order is 'An add-on that somebody paid for.';
comment on column app_public.add_on_order.booking_item_id is 'What mark_add_on_delivered takes.';
comment on column app_public.add_on_order.booking_id is 'The booking.';
comment on column app_public.add_on_order.booking_reference is 'What the buyer quotes.';
comment on column app_public.add_on_order.customer_name is
  'For whom it is; null for whoever may not read names.';
comment on column app_public.add_on_order.add_on_id is 'The add-on.';
comment on column app_public.add_on_order.name is 'Its name.';
comment on column app_public.add_on_order.delivery is 'How the buyer gets it.';
comment on column app_public.add_on_order.address is
  'Where it is mailed to; null for whoever may not read names.';
comment on column app_public.add_on_order.quantity is 'How many.';
comment on column app_public.add_on_order.delivered_at is 'When the buyer got it.';

create type app_public.add_on_count as (
  add_on_id uuid,
  total integer,
  held integer,
  sold integer,
  available integer
);
comment on type app_public.add_on_count is 'The stock of an add-on.';
comment on column app_public.add_on_count.add_on_id is 'The add-on.';
comment on column app_public.add_on_count.total is 'How many there are in all.';
comment on column app_public.add_on_count.held is 'How many are in carts.';
comment on column app_public.add_on_count.sold is 'How many are sold.';
comment on column app_public.add_on_count.available is 'How many can be had.';

-- Parts of a pool that the public does not get. Its slots have only what is left, so that their own
-- constraint keeps sales away from the rest.
alter table app_public.admission_pools
  add column allocated integer not null default 0,
  add constraint admission_pools_allocated_is_within_capacity
    check (allocated between 0 and capacity);
comment on column app_public.admission_pools.allocated is 'How many places of it are kept back.';

create table app_public.admission_allocations (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  performance_id uuid not null,
  pool_id uuid not null,
  kind app_public.allocation_kind not null,
  reason text not null,
  quantity integer not null,
  places_left integer not null,
  release_at timestamptz,
  released_at timestamptz,
  created_by uuid references app_public.users on delete restrict,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  foreign key (organization_id, performance_id, pool_id)
    references app_public.admission_pools (organization_id, performance_id, id)
    on delete restrict,
  constraint admission_allocations_reason_is_short_text check (length(reason) between 1 and 500),
  constraint admission_allocations_quantity_is_positive check (quantity > 0),
  constraint admission_allocations_places_left_are_within_quantity
    check (places_left between 0 and quantity),
  constraint admission_allocations_released_have_none_left
    check (released_at is null or places_left = 0),
  constraint admission_allocations_release_is_finite check (isfinite(release_at))
);
create index admission_allocations_pool_id_idx
  on app_public.admission_allocations (pool_id, organization_id, performance_id);
create index admission_allocations_created_by_idx
  on app_public.admission_allocations (created_by);
create index admission_allocations_release_at_idx
  on app_public.admission_allocations (release_at) where released_at is null;
comment on table app_public.admission_allocations is
  'Places of a pool that the public does not get, for a reason, until they are released.';
comment on column app_public.admission_allocations.id is 'Identifier.';
comment on column app_public.admission_allocations.organization_id is 'Who sells.';
comment on column app_public.admission_allocations.performance_id is 'At which performance.';
comment on column app_public.admission_allocations.pool_id is 'Of which pool.';
comment on column app_public.admission_allocations.kind is 'For whom.';
comment on column app_public.admission_allocations.reason is 'Why.';
comment on column app_public.admission_allocations.quantity is 'How many places it had at first.';
comment on column app_public.admission_allocations.places_left is 'How many it still has.';
comment on column app_public.admission_allocations.release_at is
  'When what is left of it goes on sale by itself; null: when somebody releases it.';
comment on column app_public.admission_allocations.released_at is 'When it was released.';
comment on column app_public.admission_allocations.created_by is 'Who kept them back.';
comment on column app_public.admission_allocations.created_at is 'When.';
comment on column app_public.admission_allocations.updated_at is 'When it last changed.';
create trigger _100_set_updated_at before update on app_public.admission_allocations
  for each row execute function app_hidden.tg__set_updated_at();
create trigger _500_audit after insert or update or delete on app_public.admission_allocations
  for each row execute function app_hidden.tg__audit();

-- What organizers want to know of who comes.
create type app_public.question_kind as enum ('text', 'choice', 'yes_no', 'number');
comment on type app_public.question_kind is 'What kind of answer a question has.';

create table app_public.attendee_questions (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  event_id uuid not null,
  ticket_category_id uuid,
  is_public boolean not null,
  question text not null,
  kind app_public.question_kind not null default 'text',
  choices text[] not null default '{}',
  is_required boolean not null default false,
  sort_order integer not null default 0,
  retired_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint attendee_questions_event_fkey foreign key (organization_id, event_id, is_public)
    references app_public.events (organization_id, id, is_public)
    on update cascade on delete restrict,
  foreign key (organization_id, ticket_category_id)
    references app_public.ticket_categories (organization_id, id) on delete restrict,
  constraint attendee_questions_question_is_short_text check (length(question) between 1 and 500),
  constraint attendee_questions_only_choices_have_choices
    check ((kind = 'choice') = (cardinality(choices) > 0)),
  constraint attendee_questions_choices_are_few_and_short check (
    cardinality(choices) <= 100 and array_position(choices, null) is null
    and array_position(choices, '') is null
    and length(app_hidden.plain_words(variadic choices)) <= 5000
  )
);
create index attendee_questions_event_id_idx
  on app_public.attendee_questions (event_id, organization_id, is_public);
create index attendee_questions_ticket_category_id_idx
  on app_public.attendee_questions (ticket_category_id, organization_id);
comment on table app_public.attendee_questions is
  'What an organizer asks of whoever comes with a ticket; the answers are in ticket_attendees.';
comment on constraint attendee_questions_event_fkey on app_public.attendee_questions is
  E'@fieldName event\n@foreignFieldName attendeeQuestions';
comment on column app_public.attendee_questions.id is 'Identifier: the key of its answers.';
comment on column app_public.attendee_questions.organization_id is 'Who asks.';
comment on column app_public.attendee_questions.event_id is 'At which event.';
comment on column app_public.attendee_questions.ticket_category_id is
  'Of whom with tickets of this category; null: of everybody.';
comment on column app_public.attendee_questions.is_public is
  E'@behavior -*\nWhether everybody may see its event.';
comment on column app_public.attendee_questions.question is 'The question.';
comment on column app_public.attendee_questions.kind is 'What kind of answer it has.';
comment on column app_public.attendee_questions.choices is 'The answers to choose from.';
comment on column app_public.attendee_questions.is_required is 'Whether it must be answered.';
comment on column app_public.attendee_questions.sort_order is 'Where it stands among the others.';
comment on column app_public.attendee_questions.retired_at is
  'When it was last asked; null: it is asked now.';
comment on column app_public.attendee_questions.created_at is 'When it was entered.';
comment on column app_public.attendee_questions.updated_at is 'When it last changed.';
create trigger _100_set_updated_at before update on app_public.attendee_questions
  for each row execute function app_hidden.tg__set_updated_at();
create trigger _500_audit after insert or update or delete on app_public.attendee_questions
  for each row execute function app_hidden.tg__audit();

create type app_public.attendee_entry as (
  ticket_id uuid,
  ticket_number text,
  category text,
  seat text,
  first_name text,
  last_name text,
  email text,
  phone text,
  answers jsonb,
  unanswered integer
);
comment on type app_public.attendee_entry is 'Who comes with a ticket, as a list of all has it.';
comment on column app_public.attendee_entry.ticket_id is 'The ticket.';
comment on column app_public.attendee_entry.ticket_number is 'Its number.';
comment on column app_public.attendee_entry.category is 'Name of its category.';
comment on column app_public.attendee_entry.seat is 'Section, row and number; null: an admission.';
comment on column app_public.attendee_entry.first_name is 'Given name.';
comment on column app_public.attendee_entry.last_name is 'Family name.';
comment on column app_public.attendee_entry.email is 'Address.';
comment on column app_public.attendee_entry.phone is 'Telephone number.';
comment on column app_public.attendee_entry.answers is 'The answers, by the words of the question.';
comment on column app_public.attendee_entry.unanswered is
  'How many questions that must be answered are not.';

-- Who is to be told that a performance was moved or canceled, and how far that is.
create type app_private.notice_kind as enum ('moved', 'postponed', 'canceled');
comment on type app_private.notice_kind is 'What became of a performance.';

create table app_private.performance_notices (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  performance_id uuid not null,
  kind app_private.notice_kind not null,
  old_starts_at timestamptz not null,
  new_starts_at timestamptz,
  refunds_until timestamptz,
  reason text,
  last_booking_id uuid,
  mails_queued integer not null default 0,
  created_at timestamptz not null default now(),
  completed_at timestamptz,
  foreign key (organization_id, performance_id)
    references app_public.performances (organization_id, id) on delete restrict,
  constraint performance_notices_only_a_move_has_a_new_time
    check ((kind = 'moved') = (new_starts_at is not null))
);
create index performance_notices_performance_id_idx
  on app_private.performance_notices (performance_id, organization_id);
comment on table app_private.performance_notices is
  'Changes of performances of which buyers are told, and up to which booking they were.';

insert into app_private.retention_rules (
  rule, description, relation, action, kept_for, since, condition
)
values (
  'delivery_addresses', 'Where add-ons were mailed to, half a year after it was said.',
  'app_public.delivery_addresses', 'delete', '180 days', 't.updated_at', 'true'
);
