-- What is left besides seats: admissions without a seat, and what is kept back.

insert into app_public.role_permissions (role, permission)
select role::app_public.organization_role, permission
from (values
  ('inventory.manage', 'owner,admin,manager'),
  ('inventory.sell', 'owner,admin,manager,support')
) as granted (permission, roles), unnest(string_to_array(roles, ',')) as role;

-- General admission. A category without seats is one of admissions.
alter table app_public.ticket_categories
  drop constraint if exists ticket_categories_cover_something,
  add constraint ticket_categories_coverage_is_bounded
    check (cardinality(seat_categories) + cardinality(sections) <= 1000);

create table app_public.admission_pools (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  performance_id uuid not null,
  parent_pool_id uuid,
  name text not null,
  capacity integer not null,
  slot_count smallint not null,
  chain uuid[] not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  unique (id, organization_id, performance_id),
  constraint admission_pools_name_is_unique unique (performance_id, organization_id, name),
  foreign key (organization_id, performance_id)
    references app_public.performances (organization_id, id) on delete restrict,
  foreign key (organization_id, performance_id, parent_pool_id)
    references app_public.admission_pools (organization_id, performance_id, id)
    on delete restrict,
  constraint admission_pools_name_is_short_text check (length(name) between 1 and 100),
  constraint admission_pools_capacity_is_bounded check (capacity between 1 and 1000000),
  constraint admission_pools_slot_count_is_bounded check (slot_count between 1 and 128),
  constraint admission_pools_chain_ends_with_the_pool
    check (cardinality(chain) between 1 and 4 and chain[cardinality(chain)] = id),
  constraint admission_pools_chain_passes_its_parent
    check (chain[cardinality(chain) - 1] is not distinct from parent_pool_id)
);
create index admission_pools_parent_pool_id_idx
  on app_public.admission_pools (parent_pool_id, organization_id, performance_id);

comment on table app_public.admission_pools is
  'Places without a seat at a performance, as many as it has capacity; categories share them.';
comment on column app_public.admission_pools.id is 'Identifier.';
comment on column app_public.admission_pools.organization_id is 'Who sells it.';
comment on column app_public.admission_pools.performance_id is 'The performance.';
comment on column app_public.admission_pools.parent_pool_id is
  'The pool within which this one lies: what is sold here is sold there too.';
comment on column app_public.admission_pools.name is 'Name, unique at the performance.';
comment on column app_public.admission_pools.capacity is 'How many people it takes.';
comment on column app_public.admission_pools.slot_count is
  E'@behavior -*\nInto how many parts it is split, so that buyers do not meet.';
comment on column app_public.admission_pools.chain is
  E'@behavior -*\nThe pool and those around it, the outermost first.';
comment on column app_public.admission_pools.created_at is 'When it was entered.';
comment on column app_public.admission_pools.updated_at is 'When it last changed.';

create trigger _100_set_updated_at before update on app_public.admission_pools
  for each row execute function app_hidden.tg__set_updated_at();
create trigger _500_audit after insert or update or delete on app_public.admission_pools
  for each row execute function app_hidden.tg__audit();

-- A category draws from one pool of a performance, for good: what was sold needs no second look.
create table app_public.admission_pool_categories (
  organization_id uuid not null,
  performance_id uuid not null,
  pool_id uuid not null,
  ticket_category_id uuid not null,
  primary key (ticket_category_id, performance_id, organization_id),
  foreign key (organization_id, performance_id, pool_id)
    references app_public.admission_pools (organization_id, performance_id, id)
    on delete restrict,
  foreign key (organization_id, ticket_category_id)
    references app_public.ticket_categories (organization_id, id) on delete restrict
);
create index admission_pool_categories_pool_id_idx
  on app_public.admission_pool_categories (pool_id, organization_id, performance_id);
create index admission_pool_categories_ticket_category_id_idx
  on app_public.admission_pool_categories (ticket_category_id, organization_id);

comment on table app_public.admission_pool_categories is
  'From which pool the admissions of a category come at a performance.';
comment on column app_public.admission_pool_categories.organization_id is 'Who sells it.';
comment on column app_public.admission_pool_categories.performance_id is 'The performance.';
comment on column app_public.admission_pool_categories.pool_id is 'The pool.';
comment on column app_public.admission_pool_categories.ticket_category_id is 'The category.';

-- One row for all buyers would let one through at a time. A pool is split into slots, each with a
-- part of its capacity, and a buyer takes from one that nobody else is at.
create table app_private.admission_slots (
  organization_id uuid not null,
  pool_id uuid not null,
  slot_no smallint not null,
  capacity integer not null,
  held integer not null default 0,
  sold integer not null default 0,
  primary key (pool_id, slot_no, organization_id),
  foreign key (organization_id, pool_id)
    references app_public.admission_pools (organization_id, id) on delete restrict,
  constraint admission_slots_stay_within_capacity
    check (held >= 0 and sold >= 0 and held + sold <= capacity)
) with (fillfactor = 25);
create index admission_slots_pool_id_idx
  on app_private.admission_slots (pool_id, organization_id);

comment on table app_private.admission_slots is
  'Parts of a pool''s capacity: how much of each is held, and sold.';

-- Which booking has how much of a slot. Sold: without a deadline.
create table app_private.admission_claims (
  held_until timestamptz,
  quantity integer not null,
  slot_no smallint not null,
  organization_id uuid not null,
  pool_id uuid not null,
  booking_id uuid not null,
  primary key (pool_id, slot_no, organization_id, booking_id),
  foreign key (organization_id, pool_id, slot_no)
    references app_private.admission_slots (organization_id, pool_id, slot_no)
    on delete restrict,
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict
    deferrable initially deferred,
  constraint admission_claims_quantity_is_positive check (quantity > 0)
) with (fillfactor = 80);
create index admission_claims_booking_id_idx
  on app_private.admission_claims (booking_id, organization_id);
create index admission_claims_held_until_idx
  on app_private.admission_claims (pool_id, held_until) where held_until is not null;

comment on table app_private.admission_claims is
  'What a booking has of a slot: until a deadline, or, without one, for good.';

-- Seats side by side: best first, so that whoever wants the best finds it without reading the hall.
-- `longest` is what was last seen: a hint, which only who looks for seats writes. A hold does not.
create table app_private.seat_runs (
  organization_id uuid not null,
  performance_id uuid not null,
  run_no integer not null,
  first_seat_no integer not null,
  last_seat_no integer not null,
  central_seat_no integer not null,
  longest smallint not null,
  category_no smallint not null,
  is_accessible boolean not null,
  is_full boolean generated always as (longest = 0) stored not null,
  primary key (performance_id, organization_id, first_seat_no),
  foreign key (organization_id, performance_id)
    references app_public.performances (organization_id, id) on delete restrict,
  constraint seat_runs_end_after_they_begin check (last_seat_no >= first_seat_no),
  constraint seat_runs_center_is_in_them
    check (central_seat_no between first_seat_no and last_seat_no),
  constraint seat_runs_longest_fits_in
    check (longest between 0 and last_seat_no - first_seat_no + 1)
) with (fillfactor = 50);
create unique index seat_runs_run_no_idx
  on app_private.seat_runs (performance_id, organization_id, category_no, is_accessible, run_no)
  where not is_full;

comment on table app_private.seat_runs is
  'Seats side by side in a row, of one category, in order of their quality.';

-- What is kept back.
create type app_public.allocation_kind as enum ('house', 'promoter', 'accessible', 'blocked');
comment on type app_public.allocation_kind is 'For whom seats are kept back, or that nobody gets them.';

create table app_public.seat_allocations (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  performance_id uuid not null,
  kind app_public.allocation_kind not null,
  reason text not null,
  seat_count integer not null,
  release_at timestamptz,
  released_at timestamptz,
  created_by uuid references app_public.users on delete restrict,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  unique (id, organization_id, performance_id),
  foreign key (organization_id, performance_id)
    references app_public.performances (organization_id, id) on delete restrict,
  constraint seat_allocations_reason_is_short_text check (length(reason) between 1 and 500),
  constraint seat_allocations_seat_count_is_positive check (seat_count > 0),
  constraint seat_allocations_release_is_finite check (isfinite(release_at))
);
create index seat_allocations_performance_id_idx
  on app_public.seat_allocations (performance_id, organization_id);
create index seat_allocations_created_by_idx on app_public.seat_allocations (created_by);
create index seat_allocations_release_at_idx on app_public.seat_allocations (release_at)
  where released_at is null;

comment on table app_public.seat_allocations is
  'Seats of a performance that the public does not get, for a reason, until they are released.';
comment on column app_public.seat_allocations.id is 'Identifier.';
comment on column app_public.seat_allocations.organization_id is 'Who sells.';
comment on column app_public.seat_allocations.performance_id is 'At which performance.';
comment on column app_public.seat_allocations.kind is 'For whom.';
comment on column app_public.seat_allocations.reason is 'Why.';
comment on column app_public.seat_allocations.seat_count is 'How many seats it had at first.';
comment on column app_public.seat_allocations.release_at is
  'When what is left of it goes on sale by itself; null: when somebody releases it.';
comment on column app_public.seat_allocations.released_at is 'When it was released.';
comment on column app_public.seat_allocations.created_by is 'Who kept them back.';
comment on column app_public.seat_allocations.created_at is 'When.';
comment on column app_public.seat_allocations.updated_at is 'When it last changed.';

create trigger _100_set_updated_at before update on app_public.seat_allocations
  for each row execute function app_hidden.tg__set_updated_at();
create trigger _500_audit after insert or update or delete on app_public.seat_allocations
  for each row execute function app_hidden.tg__audit();

-- A seat is kept back once, by its key. A row is gone when the seat is sold or released.
create table app_public.seat_allocation_seats (
  organization_id uuid not null,
  performance_id uuid not null,
  seat_no integer not null,
  allocation_id uuid not null,
  primary key (performance_id, seat_no, organization_id),
  foreign key (organization_id, performance_id, allocation_id)
    references app_public.seat_allocations (organization_id, performance_id, id)
    on delete restrict,
  foreign key (organization_id, performance_id, seat_no)
    references app_public.seat_booking_state (organization_id, performance_id, seat_no)
    on delete restrict
);
create index seat_allocation_seats_allocation_id_idx
  on app_public.seat_allocation_seats (allocation_id, organization_id, performance_id);

comment on table app_public.seat_allocation_seats is 'The seats that an allocation still has.';
comment on column app_public.seat_allocation_seats.organization_id is 'Who sells.';
comment on column app_public.seat_allocation_seats.performance_id is 'At which performance.';
comment on column app_public.seat_allocation_seats.seat_no is 'The seat in the layout.';
comment on column app_public.seat_allocation_seats.allocation_id is 'Of which allocation.';

-- How many carts a buyer may keep open at once.
alter table app_public.organization_settings
  add column open_carts_max integer not null default 10,
  add constraint organization_settings_open_carts_are_bounded
    check (open_carts_max between 1 and 1000);
comment on column app_public.organization_settings.open_carts_max is
  'How many unpaid bookings one buyer may have at a time.';
alter table app_public.events
  add column open_carts_max integer not null default 10,
  add constraint events_open_carts_are_bounded check (open_carts_max between 1 and 1000);
comment on column app_public.events.open_carts_max is
  'How many unpaid bookings one buyer may have at a time.';
alter type app_private.sale add attribute open_carts_max integer;

drop function app_public.update_organization_settings(
  uuid, numeric, bigint, numeric, bigint, boolean, integer, integer, integer, integer, boolean,
  boolean, app_public.business_type, text, text, app_public.payout_schedule, bigint,
  integer
);

-- Changes of seat maps. A version of a map is the snapshot that it was read with: whatever a
-- transaction wrote that this snapshot does not see is newer, in whichever order transactions commit.
-- A new booking is its own record, found by the transaction that made it: a hold writes nothing more.
alter table app_public.bookings
  -- A bigint, because GraphQL knows no xid8.
  add column created_xid bigint not null default pg_current_xact_id()::text::bigint;
comment on column app_public.bookings.created_xid is
  E'@behavior -*\nThe transaction that made it, for seat_map_changes.';
drop index app_public.bookings_performance_id_idx;
create index bookings_performance_id_idx
  on app_public.bookings (performance_id, organization_id, currency, created_xid);

create table app_private.seat_changes (
  changed_xid xid8 not null default pg_current_xact_id(),
  changed_at timestamptz not null default now(),
  performance_id uuid not null,
  id uuid not null default uuidv7(),
  seat_nos integer[] not null,
  primary key (performance_id, changed_xid, id)
);

comment on table app_private.seat_changes is
  'Which seats changed in other ways than by a new booking; forgotten after an hour.';

create table app_private.seat_changes_forgotten (
  is_only boolean primary key default true,
  last_xid xid8 not null,
  constraint seat_changes_forgotten_has_one_row check (is_only)
);
insert into app_private.seat_changes_forgotten (last_xid) values ('0');

comment on table app_private.seat_changes_forgotten is
  'The last transaction whose changes of seats were forgotten: older versions are too old.';

create type app_public.seat_categories as (
  performance_id uuid,
  category_nos smallint[]
);
comment on type app_public.seat_categories is 'The categories of the seats of a performance.';
comment on column app_public.seat_categories.performance_id is 'The performance.';
comment on column app_public.seat_categories.category_nos is
  'The category_no of each seat in seat_no order; null where a seat is not for sale.';

alter type app_public.seat_map drop attribute category_nos;
alter type app_public.seat_map
  add attribute layout_address text,
  add attribute version text;
comment on column app_public.seat_map.layout_address is
  'Where the server has the layout, for ever the same.';
comment on column app_public.seat_map.version is
  'What seat_map_changes takes to tell what is new since.';

create type app_public.seat_map_changes as (
  performance_id uuid,
  version text,
  is_complete boolean,
  seat_nos integer[],
  availability text
);
comment on type app_public.seat_map_changes is 'Which seats are different since a version, and how.';
comment on column app_public.seat_map_changes.performance_id is 'The performance.';
comment on column app_public.seat_map_changes.version is 'What to ask with the next time.';
comment on column app_public.seat_map_changes.is_complete is
  'False: the version is too old, or of another database. Read the whole map.';
comment on column app_public.seat_map_changes.seat_nos is 'The seats, in order.';
comment on column app_public.seat_map_changes.availability is
  'Their letters, as in the map; a seat may be as it was.';

-- Admissions are screened, too.
drop function app_private.screen_hold(app_private.sale, uuid);
