-- Who waits for places of a date that is sold out.

alter table app_public.events
  add column has_waiting_list boolean not null default false;
comment on column app_public.events.has_waiting_list is
  'Whether people may wait for places of its dates when there are none.';
grant select (has_waiting_list) on app_public.events to lml_anonymous, lml_user;

alter table app_public.organization_settings
  add column waiting_offer_seconds integer not null default 1800,
  add constraint organization_settings_waiting_offers_are_bounded
    check (waiting_offer_seconds between 300 and 604800);
comment on column app_public.organization_settings.waiting_offer_seconds is
  'How long places are kept for whoever waited for them; never longer than hold_seconds_max.';

drop function app_public.update_organization_settings(
  uuid, numeric, bigint, numeric, bigint, boolean, integer, integer, integer, integer, boolean,
  boolean, app_public.business_type, text, text, app_public.payout_schedule, bigint,
  integer, integer
);
drop function app_public.update_event(
  uuid, text, text, text, text, app_public.event_format, text, app_public.event_visibility, integer,
  text[], text[], text, text[], jsonb, text, text, text[], text[], text[], timestamptz,
  timestamptz, integer, integer, text[]
);

create type app_public.waiting_list_status as enum (
  'waiting', 'gathering', 'offered', 'taken', 'lapsed', 'left', 'removed', 'closed'
);
comment on type app_public.waiting_list_status is
  'The life of an entry of a waiting list. Gathering: it waits, and some of its places are held '
  'already. Offered: all of them are, and its owner was told.';

create table app_public.waiting_list_entries (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  performance_id uuid not null,
  ticket_category_id uuid,
  customer_id uuid not null,
  user_id uuid references app_public.users on delete restrict,
  quantity integer not null,
  is_accessible boolean not null default false,
  status app_public.waiting_list_status not null default 'waiting',
  booking_id uuid,
  gathered integer not null default 0,
  times_passed integer not null default 0,
  offered_at timestamptz,
  ended_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint waiting_list_entries_booking_is_of_one_entry unique (booking_id, organization_id),
  foreign key (organization_id, performance_id)
    references app_public.performances (organization_id, id) on delete restrict,
  foreign key (organization_id, ticket_category_id)
    references app_public.ticket_categories (organization_id, id) on delete restrict,
  foreign key (organization_id, customer_id)
    references app_public.customers (organization_id, id) on delete restrict,
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  constraint waiting_list_entries_quantity_is_bounded check (quantity between 1 and 1000),
  constraint waiting_list_entries_gathered_is_part_of_quantity
    check (gathered between 0 and quantity),
  constraint waiting_list_entries_times_passed_are_not_negative check (times_passed >= 0),
  constraint waiting_list_entries_with_places_have_a_booking check (
    case
      when status = 'waiting' then booking_id is null
      when status in ('gathering', 'offered', 'taken', 'lapsed') then booking_id is not null
      else true
    end
  ),
  constraint waiting_list_entries_offer_is_of_all_places
    check (status <> 'offered' or (gathered = quantity and offered_at is not null)),
  constraint waiting_list_entries_ended_have_ended_at
    check ((status in ('waiting', 'gathering', 'offered')) = (ended_at is null))
);
-- One entry per person, date and category; of two requests at once, the second finds the first.
create unique index waiting_list_entries_are_one_per_person
  on app_public.waiting_list_entries (
    performance_id, customer_id, ticket_category_id, organization_id
  ) nulls not distinct
  where ended_at is null;
-- Nobody has two offers at once, however many jobs run.
create unique index waiting_list_entries_offer_once_to_a_person
  on app_public.waiting_list_entries (performance_id, customer_id, organization_id)
  where status in ('gathering', 'offered');
create index waiting_list_entries_performance_id_idx
  on app_public.waiting_list_entries (performance_id, organization_id, ended_at, id);
create index waiting_list_entries_ticket_category_id_idx
  on app_public.waiting_list_entries (ticket_category_id, organization_id);
create index waiting_list_entries_customer_id_idx
  on app_public.waiting_list_entries (customer_id, organization_id);
create index waiting_list_entries_user_id_idx on app_public.waiting_list_entries (user_id);

comment on table app_public.waiting_list_entries is
  'Who waits for places of a date that is sold out, in order of joining, which is that of the ids.';
comment on column app_public.waiting_list_entries.id is 'Identifier.';
comment on column app_public.waiting_list_entries.organization_id is 'Who sells it.';
comment on column app_public.waiting_list_entries.performance_id is 'For which date.';
comment on column app_public.waiting_list_entries.ticket_category_id is
  'For which category; null: for any.';
comment on column app_public.waiting_list_entries.customer_id is 'Who waits.';
comment on column app_public.waiting_list_entries.user_id is
  'Their account; null: a guest, who has a token.';
comment on column app_public.waiting_list_entries.quantity is 'For how many places.';
comment on column app_public.waiting_list_entries.is_accessible is
  'For places of wheelchair users and their companions.';
comment on column app_public.waiting_list_entries.status is 'What became of it.';
comment on column app_public.waiting_list_entries.booking_id is
  'The draft that holds its places, or what became of that.';
comment on column app_public.waiting_list_entries.gathered is
  'How many places its booking was given.';
comment on column app_public.waiting_list_entries.times_passed is
  E'@behavior -*\nHow many offers went to people who came later.';
comment on column app_public.waiting_list_entries.offered_at is 'When its owner was told.';
comment on column app_public.waiting_list_entries.ended_at is 'When it ended; null: not yet.';
comment on column app_public.waiting_list_entries.created_at is 'When it was made.';
comment on column app_public.waiting_list_entries.updated_at is 'When it last changed.';

create trigger _100_set_updated_at before update on app_public.waiting_list_entries
  for each row execute function app_hidden.tg__set_updated_at();

-- What a guest asked for, until the mailbox has answered; from then on the proof of whose it is.
create table app_private.waiting_list_tokens (
  token_hash bytea primary key,
  organization_id uuid not null,
  performance_id uuid not null,
  ticket_category_id uuid,
  quantity integer not null,
  is_accessible boolean not null,
  email public.citext,
  entry_id uuid,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  foreign key (organization_id, performance_id)
    references app_public.performances (organization_id, id) on delete restrict,
  foreign key (organization_id, ticket_category_id)
    references app_public.ticket_categories (organization_id, id) on delete restrict,
  foreign key (organization_id, entry_id)
    references app_public.waiting_list_entries (organization_id, id) on delete cascade,
  constraint waiting_list_tokens_token_hash_is_sha256 check (octet_length(token_hash) = 32),
  constraint waiting_list_tokens_email_has_two_sides
    check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= 320),
  constraint waiting_list_tokens_are_asked_for_or_entered
    check (num_nonnulls(email, entry_id) = 1)
);
create index waiting_list_tokens_performance_id_idx
  on app_private.waiting_list_tokens (performance_id, organization_id);
create index waiting_list_tokens_ticket_category_id_idx
  on app_private.waiting_list_tokens (ticket_category_id, organization_id);
create index waiting_list_tokens_entry_id_idx
  on app_private.waiting_list_tokens (entry_id, organization_id);
create index waiting_list_tokens_email_idx on app_private.waiting_list_tokens (email);

comment on table app_private.waiting_list_tokens is
  'Tokens that were mailed to guests who want to wait; once confirmed, the key to their entry.';
comment on column app_private.waiting_list_tokens.token_hash is 'SHA-256 of the token.';
comment on column app_private.waiting_list_tokens.organization_id is 'Who sells it.';
comment on column app_private.waiting_list_tokens.performance_id is 'For which date.';
comment on column app_private.waiting_list_tokens.ticket_category_id is
  'For which category; null: for any.';
comment on column app_private.waiting_list_tokens.quantity is 'For how many places.';
comment on column app_private.waiting_list_tokens.is_accessible is
  'For places of wheelchair users and their companions.';
comment on column app_private.waiting_list_tokens.email is
  'Where it was mailed to; forgotten when it was confirmed.';
comment on column app_private.waiting_list_tokens.entry_id is 'What came of it.';
comment on column app_private.waiting_list_tokens.expires_at is
  'Until when it may be confirmed.';
comment on column app_private.waiting_list_tokens.created_at is 'When it was mailed.';

insert into app_private.retention_rules (
  rule, description, relation, action, kept_for, since, condition
)
values
  (
    'unconfirmed_waiting', 'Who wanted to wait for places, and did not confirm it.',
    'app_private.waiting_list_tokens', 'delete', '7 days', 't.expires_at', 't.entry_id is null'
  ),
  (
    'ended_waiting', 'Who waited for places, when that is over.',
    'app_public.waiting_list_entries', 'delete', '90 days', 't.ended_at', 'true'
  );
update app_private.retention_rules
set condition = condition || $$
      and not exists (
        select from app_public.waiting_list_entries as w
        where w.organization_id = t.organization_id and w.customer_id = t.id
          and w.ended_at is null
      )$$
where rule = 'customers_without_sales';
