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
