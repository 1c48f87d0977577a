--! Previous: sha1:5bfa54f3e6df07bd4addfa627202aa6e58333792
--! Hash: sha1:a9618c70bd6132f16c2bcb5702a4cdd8e76ee3f8
--! Message: Inventory in full

--! split: 230-inventory.sql
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

--! split: 1000-functions-organizations-update_organization_settings.sql
-- What the platform decides (commission, plan, limits) is changed by change_organization_plan.
create or replace function app_public.update_organization_settings(
  organization_id uuid, service_fee_percentage numeric default null,
  service_fee_fixed_cents bigint default null, processing_fee_percentage numeric default null,
  processing_fee_fixed_cents bigint default null, allow_guest_checkout boolean default null,
  hold_seconds integer default null, checkout_seconds integer default null,
  hold_seconds_max integer default null, tickets_per_booking_max integer default null,
  email_notifications boolean default null, ticket_transfers_enabled boolean default null,
  business_type app_public.business_type default null, registration_number text default null,
  tax_id text default null, payout_schedule app_public.payout_schedule default null,
  minimum_payout_cents bigint default null, fraud_review_seconds integer default null,
  open_carts_max integer default null
)
returns app_public.organization_settings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations := app_private.lock_organization(
    update_organization_settings.organization_id, 'organization.manage'
  );
  v_settings app_public.organization_settings;
  v_constraint text;
  v_column text;
begin
  update app_public.organization_settings as s
  set service_fee_percentage = coalesce(
      update_organization_settings.service_fee_percentage, s.service_fee_percentage
    ),
    service_fee_fixed_cents = coalesce(
      update_organization_settings.service_fee_fixed_cents, s.service_fee_fixed_cents
    ),
    processing_fee_percentage = coalesce(
      update_organization_settings.processing_fee_percentage, s.processing_fee_percentage
    ),
    processing_fee_fixed_cents = coalesce(
      update_organization_settings.processing_fee_fixed_cents, s.processing_fee_fixed_cents
    ),
    allow_guest_checkout = coalesce(
      update_organization_settings.allow_guest_checkout, s.allow_guest_checkout
    ),
    hold_seconds = coalesce(update_organization_settings.hold_seconds, s.hold_seconds),
    checkout_seconds = coalesce(
      update_organization_settings.checkout_seconds, s.checkout_seconds
    ),
    hold_seconds_max = coalesce(
      update_organization_settings.hold_seconds_max, s.hold_seconds_max
    ),
    tickets_per_booking_max = coalesce(
      update_organization_settings.tickets_per_booking_max, s.tickets_per_booking_max
    ),
    email_notifications = coalesce(
      update_organization_settings.email_notifications, s.email_notifications
    ),
    ticket_transfers_enabled = coalesce(
      update_organization_settings.ticket_transfers_enabled, s.ticket_transfers_enabled
    ),
    business_type = coalesce(update_organization_settings.business_type, s.business_type),
    registration_number = nullif(
      coalesce(update_organization_settings.registration_number, s.registration_number), ''
    ),
    tax_id = nullif(coalesce(update_organization_settings.tax_id, s.tax_id), ''),
    payout_schedule = coalesce(update_organization_settings.payout_schedule, s.payout_schedule),
    minimum_payout_cents = coalesce(
      update_organization_settings.minimum_payout_cents, s.minimum_payout_cents
    ),
    fraud_review_seconds = coalesce(
      update_organization_settings.fraud_review_seconds, s.fraud_review_seconds
    ),
    open_carts_max = coalesce(update_organization_settings.open_carts_max, s.open_carts_max)
  where s.organization_id = v_organization.id
  returning * into strict v_settings;
  return v_settings;
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when numeric_value_out_of_range then
    raise exception 'A percentage is out of range.' using errcode = 'LMINP', detail = 'percentage';
end
$$;

comment on function app_public.update_organization_settings(
  uuid, numeric, bigint, numeric, bigint, boolean, integer, integer, integer, integer, boolean,
  boolean, app_public.business_type, text, text, app_public.payout_schedule, bigint,
  integer, integer
) is
  'Changes terms and deadlines for new events, and legal and payout details: null leaves a value '
  'as it is, an empty text removes it. Needs organization.manage. Raises LMNFD, LMRGT, LMINP.';
grant execute on function app_public.update_organization_settings(
  uuid, numeric, bigint, numeric, bigint, boolean, integer, integer, integer, integer, boolean,
  boolean, app_public.business_type, text, text, app_public.payout_schedule, bigint,
  integer, integer
) to lml_user;

--! split: 1001-functions-events-create_event.sql
create or replace function app_public.create_event(
  organization_id uuid, venue_id uuid, title text, slug text, description text default null,
  currency text default null, sales_start timestamptz default null,
  sales_end timestamptz default null, tax_rate_id uuid default null,
  blocked_sections text[] default '{}', idempotency_key text default null
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
      create_event.sales_end, create_event.tax_rate_id, create_event.blocked_sections
    )
  );
  if v_id is null then
    if not exists (
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

    insert into app_public.events (
      organization_id, venue_id, title, slug, description, currency, sales_start, sales_end,
      tax_rate_id, blocked_sections, service_fee_percentage, service_fee_fixed_cents,
      processing_fee_percentage, processing_fee_fixed_cents, commission_percentage,
      organization_status, tax_percentage, allow_guest_checkout, hold_seconds, checkout_seconds,
      hold_seconds_max, tickets_per_booking_max, open_carts_max
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
      s.open_carts_max
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
  uuid, uuid, text, text, text, text, timestamptz, timestamptz, uuid, text[], text
) is
  'A new draft with the fees and limits of the organization''s settings. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMINP, LMSLG, LMCUR.';
grant execute on function app_public.create_event(
  uuid, uuid, text, text, text, text, timestamptz, timestamptz, uuid, text[], text
) to lml_user;

--! split: 1002-functions-inventory-admissions_left.sql
create or replace function app_public.admissions_left(
  performance_id uuid, ticket_category_id uuid
)
returns integer
language sql stable security definer set search_path = ''
as $$
  select min(l.places)
  from (
    select (
      select sum(s.capacity - s.held - s.sold) from app_private.admission_slots as s
      where s.organization_id = pool.organization_id and s.pool_id = c.pool_id
    ) + (
      select coalesce(sum(claim.quantity), 0) from app_private.admission_claims as claim
      where claim.pool_id = c.pool_id and claim.held_until <= now()
    ) as places
    from app_public.performances as p
    join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
    join app_public.admission_pool_categories as pc
      on pc.organization_id = p.organization_id
      and pc.performance_id = p.id
      and pc.ticket_category_id = admissions_left.ticket_category_id
    join app_public.admission_pools as pool
      on pool.organization_id = pc.organization_id and pool.id = pc.pool_id
    cross join unnest(pool.chain) as c (pool_id)
    where p.id = admissions_left.performance_id
      and (
        e.status in ('published', 'postponed', 'completed')
        or app_hidden.has_performance_permission(p.organization_id, p.id, 'events.read')
      )
  ) as l
$$;

comment on function app_public.admissions_left(uuid, uuid) is
  'How many admissions of a category can be had at a performance now; null when it has none.';
grant execute on function app_public.admissions_left(uuid, uuid) to lml_anonymous, lml_user;

--! split: 1003-functions-inventory-allocate_seats.sql
create or replace function app_public.allocate_seats(
  performance_id uuid, seat_ids text[], kind app_public.allocation_kind, reason text,
  release_at timestamptz default null, idempotency_key text default null
)
returns app_public.seat_allocations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
  v_id uuid;
  v_allocation app_public.seat_allocations;
  v_constraint text;
  v_column text;
begin
  select p.* into v_performance
  from app_public.performances as p where p.id = allocate_seats.performance_id;
  perform app_hidden.require_performance_permission(
    v_performance.organization_id, v_performance.id, 'inventory.manage'
  );
  v_id := app_private.replay_result(
    allocate_seats.idempotency_key, 'allocate_seats',
    jsonb_build_array(
      allocate_seats.performance_id, allocate_seats.seat_ids, allocate_seats.kind,
      allocate_seats.reason, allocate_seats.release_at
    )
  );
  if v_id is null then
    if allocate_seats.release_at <= now() then
      raise exception 'The release lies in the past.'
        using errcode = 'LMINP', detail = 'release_at';
    end if;
    insert into app_public.seat_allocations (
      organization_id, performance_id, kind, reason, seat_count, release_at, created_by
    )
    values (
      v_performance.organization_id, v_performance.id, allocate_seats.kind,
      allocate_seats.reason, cardinality(allocate_seats.seat_ids), allocate_seats.release_at,
      app_hidden.current_user_id()
    )
    returning * into v_allocation;
    perform app_private.keep_back(v_allocation, v_performance, allocate_seats.seat_ids);
    v_id := v_allocation.id;
    perform app_private.keep_result(allocate_seats.idempotency_key, v_id);
  end if;
  select * into strict v_allocation from app_public.seat_allocations as a where a.id = v_id;
  return v_allocation;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.allocate_seats(
  uuid, text[], app_public.allocation_kind, text, timestamptz, text
) is
  'Keeps free seats of a performance back, all of them or none, until somebody releases them or '
  'their day comes. Needs inventory.manage. '
  'Raises LMTKN (naming those that are not free), LMSEA, LMSDP, LMINP, LMRGT, LMNFD, LMIDK.';
grant execute on function app_public.allocate_seats(
  uuid, text[], app_public.allocation_kind, text, timestamptz, text
) to lml_user;

--! split: 1004-functions-inventory-best_window.sql
-- Of all places in a run where the seats fit, the one that strands the fewest single seats, then the
-- most central one. Only the edges of a gap and its middle can be that.
create or replace function app_private.best_window(
  run app_private.seat_runs, quantity integer,
  out first_seat_no integer, out stranded integer, out longest integer, out longest_after integer
)
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_free integer[];
  v_from integer;
  v_to integer;
  v_place integer;
  v_distance integer;
  v_best_distance integer;
  v_stranded integer;
  v_length integer;
  v_chosen_length integer := 0;
  v_second integer := 0;
begin
  v_free := array(
    select s.seat_no
    from app_public.seat_booking_state as s
    where s.organization_id = (best_window.run).organization_id
      and s.performance_id = (best_window.run).performance_id
      and s.seat_no between (best_window.run).first_seat_no and (best_window.run).last_seat_no
      and s.category_no = (best_window.run).category_no
      and (s.status = 'available' or (s.status = 'locked' and s.locked_until <= now()))
    order by s.seat_no
  );
  longest := 0;
  longest_after := 0;
  for i in 1 .. cardinality(v_free) loop
    if v_from is null then
      v_from := v_free[i];
    end if;
    continue when v_free[i + 1] = v_free[i] + 1;
    -- The gap ends here.
    v_to := v_free[i];
    v_length := v_to - v_from + 1;
    v_second := greatest(v_second, least(longest, v_length));
    longest := greatest(longest, v_length);
    if v_length >= best_window.quantity then
      v_place := greatest(v_from, least(
        (best_window.run).central_seat_no - (best_window.quantity - 1) / 2,
        v_to - best_window.quantity + 1
      ));
      foreach v_place in array array[
        v_place, v_place - 1, v_place + 1, v_from, v_to - best_window.quantity + 1
      ] loop
        continue when v_place < v_from or v_place + best_window.quantity - 1 > v_to;
        v_stranded := (v_place - v_from = 1)::integer
          + (v_to - v_place - best_window.quantity = 0)::integer;
        v_distance := abs(
          2 * v_place + best_window.quantity - 1 - 2 * (best_window.run).central_seat_no
        );
        if first_seat_no is null or (v_stranded, v_distance) < (stranded, v_best_distance) then
          first_seat_no := v_place;
          stranded := v_stranded;
          v_best_distance := v_distance;
          longest_after := greatest(
            v_place - v_from, v_to - v_place - best_window.quantity + 1
          );
          v_chosen_length := v_length;
        end if;
      end loop;
    end if;
    v_from := null;
  end loop;
  longest_after := greatest(
    longest_after, case when v_chosen_length = longest then v_second else longest end
  );
end
$$;

comment on function app_private.best_window(app_private.seat_runs, integer) is
  'Where in a run as many seats are free side by side, how many single seats they would strand, and '
  'the longest gap before and after.';

--! split: 1005-functions-inventory-choose_seats.sql
-- A crowd spreads by itself: whoever looks into a run keeps it to the end of the transaction, and
-- the next one passes over it to the next best. Nobody waits, and no two choose the same seats.
create or replace function app_private.choose_seats(
  sale app_private.sale, category_no smallint, quantity integer, accessible boolean
)
returns integer[]
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  -- How many runs more are looked at, when the best one would be left with a single seat.
  c_better constant integer := 3;
  c_tries constant integer := 16;
  v_run app_private.seat_runs;
  v_window record;
  v_first_seat_no integer;
  v_stranded integer;
  v_choices integer := 0;
  v_after integer := 0;
  v_best_run app_private.seat_runs;
  v_longest_after integer;
  v_seat_nos integer[];
begin
  for v_try in 1 .. c_tries loop
    select r.* into v_run
    from app_private.seat_runs as r
    where r.performance_id = (choose_seats.sale).performance_id
      and r.organization_id = (choose_seats.sale).organization_id
      and r.category_no = choose_seats.category_no
      and r.is_accessible = choose_seats.accessible
      and r.run_no > v_after
      and r.longest >= choose_seats.quantity
      and not r.is_full
    order by r.run_no
    limit 1
    for no key update skip locked;
    if found then
      v_after := v_run.run_no;
      v_window := app_private.best_window(v_run, choose_seats.quantity);
      if v_window.first_seat_no is null then
        perform app_private.note_longest(v_run, v_window.longest);
        continue;
      end if;
      v_choices := v_choices + 1;
      if v_first_seat_no is null or v_window.stranded < v_stranded then
        v_best_run := v_run;
        v_first_seat_no := v_window.first_seat_no;
        v_stranded := v_window.stranded;
        v_longest_after := v_window.longest_after;
      end if;
      continue when v_stranded > 0 and v_choices < c_better;
    elsif v_first_seat_no is null then
      return null;
    end if;

    v_seat_nos := array(
      select generate_series(v_first_seat_no, v_first_seat_no + choose_seats.quantity - 1)
    );
    if app_private.lock_free_seats(choose_seats.sale, choose_seats.category_no, v_seat_nos)
      = choose_seats.quantity
    then
      perform app_private.note_longest(v_best_run, v_longest_after);
      return v_seat_nos;
    end if;
    -- Somebody who names seats is at them: further on.
    v_first_seat_no := null;
  end loop;
  return null;
end
$$;

comment on function app_private.choose_seats(app_private.sale, smallint, integer, boolean) is
  'The best seats side by side among those that nobody is at, locked; null when none were found at '
  'once.';

--! split: 1006-functions-inventory-create_admission_pool.sql
-- A category keeps the pool that it was given, so that a pool can be added while others are on sale:
-- nobody can have bought from a category that had none.
create or replace function app_public.create_admission_pool(
  performance_id uuid, name text, capacity integer, ticket_category_ids uuid[] default '{}',
  parent_pool_id uuid default null, idempotency_key text default null
)
returns app_public.admission_pools
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    (
      select p.event_id from app_public.performances as p
      where p.id = create_admission_pool.performance_id
    ),
    'inventory.manage'
  );
  v_id uuid;
  v_pool app_public.admission_pools;
  v_constraint text;
  v_column text;
begin
  v_id := app_private.replay_result(
    create_admission_pool.idempotency_key, 'create_admission_pool',
    jsonb_build_array(
      create_admission_pool.performance_id, create_admission_pool.name,
      create_admission_pool.capacity, create_admission_pool.ticket_category_ids,
      create_admission_pool.parent_pool_id
    )
  );
  if v_id is null then
    if v_event.status not in ('draft', 'published') then
      raise exception 'The event is %.', v_event.status
        using errcode = 'LMEVT', detail = v_event.id::text;
    end if;
    v_id := app_private.store_admission_pool(
      v_event, create_admission_pool.performance_id, create_admission_pool.name,
      create_admission_pool.capacity, create_admission_pool.parent_pool_id
    );
    perform app_private.let_categories_draw_from(
      v_event, v_id, coalesce(create_admission_pool.ticket_category_ids, '{}')
    );
    perform app_private.keep_result(create_admission_pool.idempotency_key, v_id);
  end if;
  select * into strict v_pool from app_public.admission_pools as p where p.id = v_id;
  return v_pool;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_admission_pool(
  uuid, text, integer, uuid[], uuid, text
) is
  'Places without a seat at a performance, for the categories that share them. A pool within '
  'another one takes from both. Needs inventory.manage. '
  'Raises LMNFD, LMRGT, LMINP, LMEVT (ended event), LMIDK.';
grant execute on function app_public.create_admission_pool(
  uuid, text, integer, uuid[], uuid, text
) to lml_user;

--! split: 1007-functions-inventory-create_inventory.sql
-- One row for each seat of the layout. Each seat gets the category that names its section, else
-- the one that names its category in the plan; seats of blocked sections are not for sale.
create or replace function app_private.create_inventory(performance_id uuid)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
  v_event app_public.events;
  v_bad text;
  v_count integer;
begin
  select p.* into strict v_performance
  from app_public.performances as p where p.id = create_inventory.performance_id;
  select e.* into strict v_event
  from app_public.events as e where e.id = v_performance.event_id;

  insert into app_public.performance_categories (
    organization_id, performance_id, category_no, ticket_category_id
  )
  select c.organization_id, v_performance.id, c.category_no, c.id
  from app_public.ticket_categories as c
  where c.organization_id = v_performance.organization_id
    and c.event_id = v_performance.event_id;

  select format('section %s, row %s, number %s', s.section, s.row_name, s.seat_number)
  into v_bad
  from app_hidden.seats_with_categories(v_performance) as s
  where not coalesce(s.section = any (v_event.blocked_sections), false)
    and cardinality(s.category_nos) <> 1
  order by s.seat_no
  limit 1;
  if found then
    raise exception 'A seat is covered by no ticket category, or by several.'
      using errcode = 'LMPUB', detail = v_bad,
        hint = 'Name its section or category in exactly one ticket category, or block the section.';
  end if;

  insert into app_public.seat_booking_state (
    organization_id, performance_id, seat_no, category_no, status
  )
  select
    v_performance.organization_id, v_performance.id, s.seat_no, s.category_nos[1],
    case when s.section = any (v_event.blocked_sections) then 'blocked' else 'available' end
      ::app_public.seat_status
  from app_hidden.seats_with_categories(v_performance) as s
  order by s.seat_no;
  get diagnostics v_count = row_count;
  perform app_private.create_seat_runs(v_performance.id);
  perform app_private.create_standing_pools(v_event, v_performance);
  return v_count;
end
$$;

comment on function app_private.create_inventory(uuid) is
  'Creates the seats of a performance; returns how many. Raises LMPUB.';

--! split: 1008-functions-inventory-create_seat_runs.sql
-- The score: rows from the front of their section to the back, within them from the middle of the
-- hall outwards. Two seats are side by side when they follow each other in the plan and stand no
-- further apart than usual in their row: an aisle ends a run, as do another category and places for
-- wheelchairs.
create or replace function app_private.create_seat_runs(performance_id uuid)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  delete from app_private.seat_runs as r
  where r.performance_id = create_seat_runs.performance_id;

  with seats as (
    select
      s.organization_id, s.seat_no, s.category_no, l.section_no, l.row_name,
      l.x::double precision as x, l.y::double precision as y,
      l.features && array['wheelchair', 'companion'] as is_accessible
    from app_public.performances as p
    join app_public.seat_booking_state as s
      on s.organization_id = p.organization_id and s.performance_id = p.id
    join app_public.layout_seats as l
      on l.organization_id = p.organization_id
      and l.layout_id = p.layout_id
      and l.seat_no = s.seat_no
    where p.id = create_seat_runs.performance_id and s.category_no is not null
  ),
  measured as (
    select s.*,
      s.seat_no - lag(s.seat_no) over line as step,
      sqrt((s.x - lag(s.x) over line) ^ 2 + (s.y - lag(s.y) over line) ^ 2) as distance,
      abs(s.x - (min(s.x) over () + max(s.x) over ()) / 2) as off_center,
      min(s.seat_no) over line as row_no,
      -- The same for seats of one kind that follow each other.
      row_number() over line
        - row_number() over (
          partition by s.section_no, s.row_name, s.category_no, s.is_accessible
          order by s.seat_no
        ) as kind_no
    from seats as s
    window line as (partition by s.section_no, s.row_name order by s.seat_no)
  ),
  usual as (
    select m.section_no, m.row_name,
      percentile_cont(0.5) within group (order by m.distance) as distance
    from measured as m
    group by m.section_no, m.row_name
  ),
  parts as (
    select m.*,
      dense_rank() over (partition by m.section_no order by m.row_no) as row_rank,
      count(*) filter (
        where m.step is distinct from 1 or m.distance > u.distance * 1.6
      ) over (partition by m.section_no, m.row_name order by m.seat_no) as part_no
    from measured as m
    join usual as u on u.section_no = m.section_no and u.row_name = m.row_name
  )
  insert into app_private.seat_runs (
    organization_id, performance_id, run_no, first_seat_no, last_seat_no, central_seat_no,
    longest, category_no, is_accessible
  )
  select
    p.organization_id, create_seat_runs.performance_id,
    row_number() over (
      order by min(p.row_rank), min(p.off_center), p.section_no, min(p.seat_no)
    ),
    min(p.seat_no), max(p.seat_no),
    (array_agg(p.seat_no order by p.off_center, p.seat_no))[1],
    count(*), p.category_no, p.is_accessible
  from parts as p
  group by p.organization_id, p.section_no, p.row_name, p.part_no, p.kind_no, p.category_no,
    p.is_accessible;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_private.create_seat_runs(uuid) is
  'Finds which seats of a performance are side by side, and how good they are; returns how many '
  'runs there are. For a performance with inventory; again when its layout changes.';

--! split: 1009-functions-inventory-create_standing_pools.sql
-- A standing area of the layout is a pool, from which every category draws that names the area, or
-- its category in the plan. A pool of that name that is there already was made on purpose.
create or replace function app_private.create_standing_pools(
  event app_public.events, performance app_public.performances
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_area record;
  v_pool_id uuid;
begin
  for v_area in
    select l.name, l.capacity, array(
      select c.id
      from app_public.ticket_categories as c
      where c.organization_id = (create_standing_pools.event).organization_id
        and c.event_id = (create_standing_pools.event).id
        and (l.name = any (c.sections) or l.category = any (c.seat_categories))
      order by c.category_no
    ) as ticket_category_ids
    from app_public.layout_sections as l
    where l.organization_id = (create_standing_pools.performance).organization_id
      and l.layout_id = (create_standing_pools.performance).layout_id
      and l.kind = 'standing'
      and l.name <> all (coalesce((create_standing_pools.event).blocked_sections, '{}'))
      and not exists (
        select from app_public.admission_pools as p
        where p.organization_id = l.organization_id
          and p.performance_id = (create_standing_pools.performance).id
          and p.name = l.name
      )
    order by l.section_no
  loop
    if cardinality(v_area.ticket_category_ids) = 0 or exists (
      select from app_public.admission_pool_categories as pc
      where pc.organization_id = (create_standing_pools.event).organization_id
        and pc.performance_id = (create_standing_pools.performance).id
        and pc.ticket_category_id = any (v_area.ticket_category_ids)
    ) then
      raise exception 'A standing area has no ticket category of its own.'
        using errcode = 'LMPUB', detail = format('section %s', v_area.name),
          hint = 'Name the area in a ticket category that no other standing area has, or block it.';
    end if;
    v_pool_id := app_private.store_admission_pool(
      create_standing_pools.event, (create_standing_pools.performance).id, v_area.name,
      v_area.capacity, null
    );
    insert into app_public.admission_pool_categories (
      organization_id, performance_id, pool_id, ticket_category_id
    )
    select (create_standing_pools.event).organization_id, (create_standing_pools.performance).id,
      v_pool_id, c
    from unnest(v_area.ticket_category_ids) as c;
  end loop;
end
$$;

comment on function app_private.create_standing_pools(app_public.events, app_public.performances) is
  'Puts the standing areas of a performance''s layout on sale. Raises LMPUB.';

--! split: 1010-functions-inventory-forget_seat_changes.sql
create or replace function app_private.forget_seat_changes(
  age interval default interval '1 hour'
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_last_xid xid8;
  v_count integer;
begin
  with gone as (
    delete from app_private.seat_changes as c
    where c.changed_at < now() - forget_seat_changes.age
    returning c.changed_xid
  )
  select max(g.changed_xid), count(*) into v_last_xid, v_count from gone as g;
  update app_private.seat_changes_forgotten as f
  set last_xid = v_last_xid
  where f.last_xid < v_last_xid;
  return v_count;
end
$$;

comment on function app_private.forget_seat_changes(interval) is
  'Forgets old changes of seats; returns how many. Whoever knows an older version reads the map.';
grant execute on function app_private.forget_seat_changes(interval) to lml_worker;

--! split: 1011-functions-inventory-free_kept_back.sql
create or replace function app_private.free_kept_back(
  allocation app_public.seat_allocations, seat_nos integer[]
)
returns void
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
begin
  update app_public.seat_booking_state as s
  set status = 'available'
  where s.organization_id = (free_kept_back.allocation).organization_id
    and s.performance_id = (free_kept_back.allocation).performance_id
    and s.seat_no = any (free_kept_back.seat_nos)
    and s.status in ('reserved', 'blocked');
  perform app_private.reopen_runs(
    (free_kept_back.allocation).organization_id, (free_kept_back.allocation).performance_id,
    free_kept_back.seat_nos
  );
  perform app_private.note_seats_changed(
    (free_kept_back.allocation).performance_id, free_kept_back.seat_nos
  );
end
$$;

comment on function app_private.free_kept_back(app_public.seat_allocations, integer[]) is
  'Makes seats available that an allocation had.';

--! split: 1012-functions-inventory-free_lapsed_admissions.sql
-- A slot or a claim that somebody works on is left to them.
create or replace function app_private.free_lapsed_admissions(pool_id uuid)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  with lapsed as materialized (
    select c.organization_id, c.pool_id, c.slot_no, c.booking_id
    from app_private.admission_claims as c
    join app_private.admission_slots as s
      on s.pool_id = c.pool_id
      and s.slot_no = c.slot_no
      and s.organization_id = c.organization_id
    where c.pool_id = free_lapsed_admissions.pool_id and c.held_until <= now()
    for no key update of s, c skip locked
  ),
  gone as (
    delete from app_private.admission_claims as c
    using lapsed as l
    where c.pool_id = l.pool_id
      and c.slot_no = l.slot_no
      and c.organization_id = l.organization_id
      and c.booking_id = l.booking_id
    returning c.organization_id, c.pool_id, c.slot_no, c.quantity
  ),
  freed as (
    update app_private.admission_slots as s
    set held = s.held - g.quantity
    from (
      select g.organization_id, g.pool_id, g.slot_no, sum(g.quantity)::integer as quantity
      from gone as g
      group by g.organization_id, g.pool_id, g.slot_no
    ) as g
    where s.organization_id = g.organization_id
      and s.pool_id = g.pool_id
      and s.slot_no = g.slot_no
    returning g.quantity
  )
  select coalesce(sum(f.quantity), 0) into v_count from freed as f;
  return v_count;
end
$$;

comment on function app_private.free_lapsed_admissions(uuid) is
  'Takes back what nobody bought in time of a pool; returns how many places.';

--! split: 1013-functions-inventory-gather_seats.sql
-- Single seats, the best first. The block lets go of a part that is not enough.
create or replace function app_private.gather_seats(
  sale app_private.sale, category_no smallint, quantity integer, accessible boolean
)
returns integer[]
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_seat_nos integer[];
  v_free integer;
begin
  select count(*) into v_free
  from app_private.seat_runs as r
  join app_public.seat_booking_state as s
    on s.organization_id = r.organization_id
    and s.performance_id = r.performance_id
    and s.seat_no between r.first_seat_no and r.last_seat_no
    and s.category_no = r.category_no
    and (s.status = 'available' or (s.status = 'locked' and s.locked_until <= now()))
  where r.organization_id = (gather_seats.sale).organization_id
    and r.performance_id = (gather_seats.sale).performance_id
    and r.category_no = gather_seats.category_no
    and r.is_accessible = gather_seats.accessible;
  if v_free < gather_seats.quantity then
    perform app_private.raise_few_left(v_free);
  end if;
  begin
    v_seat_nos := array(
      select s.seat_no
      from app_private.seat_runs as r
      join app_public.seat_booking_state as s
        on s.organization_id = r.organization_id
        and s.performance_id = r.performance_id
        and s.seat_no between r.first_seat_no and r.last_seat_no
        and s.category_no = r.category_no
        and (s.status = 'available' or (s.status = 'locked' and s.locked_until <= now()))
      where r.organization_id = (gather_seats.sale).organization_id
        and r.performance_id = (gather_seats.sale).performance_id
        and r.category_no = gather_seats.category_no
        and r.is_accessible = gather_seats.accessible
      order by r.run_no, s.seat_no
      limit gather_seats.quantity
      for no key update of s skip locked
    );
    if cardinality(v_seat_nos) = gather_seats.quantity then
      return v_seat_nos;
    end if;
    raise exception 'Others are at the last seats.' using errcode = 'LMBSY';
  exception
    when sqlstate 'LMBSY' then
      return null;
  end;
end
$$;

comment on function app_private.gather_seats(app_private.sale, smallint, integer, boolean) is
  'As many free seats as wanted, wherever they are, locked; null when somebody is at some of them. '
  'Raises LMFEW.';

--! split: 1014-functions-inventory-keep_back.sql
create or replace function app_private.keep_back(
  allocation app_public.seat_allocations, performance app_public.performances, seat_ids text[]
)
returns void
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_seat_nos integer[] := app_private.seat_nos_of(keep_back.performance, keep_back.seat_ids);
  v_taken integer[];
begin
  with kept as (
    update app_public.seat_booking_state as s
    set status = case (keep_back.allocation).kind
        when 'blocked' then 'blocked' else 'reserved' end::app_public.seat_status,
      booking_id = null, locked_until = null
    where s.organization_id = (keep_back.performance).organization_id
      and s.performance_id = (keep_back.performance).id
      and s.seat_no = any (v_seat_nos)
      and (s.status = 'available' or (s.status = 'locked' and s.locked_until <= now()))
    returning s.seat_no
  ),
  noted as (
    insert into app_public.seat_allocation_seats (
      organization_id, performance_id, seat_no, allocation_id
    )
    select
      (keep_back.performance).organization_id, (keep_back.performance).id, k.seat_no,
      (keep_back.allocation).id
    from kept as k
  )
  select array(select n from unnest(v_seat_nos) as n except select k.seat_no from kept as k)
  into v_taken;
  if v_taken <> '{}' then
    raise exception 'Some of the seats are not free.'
      using errcode = 'LMTKN',
        detail = jsonb_build_object('seat_ids', (
          select jsonb_agg(l.seat_id order by l.seat_no)
          from app_public.layout_seats as l
          where l.organization_id = (keep_back.performance).organization_id
            and l.layout_id = (keep_back.performance).layout_id
            and l.seat_no = any (v_taken)
        ))::text,
        hint = 'Nothing was kept back.';
  end if;
  perform app_private.note_seats_changed((keep_back.performance).id, v_seat_nos);
end
$$;

comment on function app_private.keep_back(
  app_public.seat_allocations, app_public.performances, text[]
) is 'Gives seats to an allocation. Raises LMTKN, LMSEA, LMSDP, LMQTY.';

--! split: 1015-functions-inventory-left_in_pool.sql
create or replace function app_private.left_in_pool(pool_id uuid)
returns integer
language sql volatile security definer set search_path = ''
as $$
  select coalesce(
    (
      select sum(s.capacity - s.held - s.sold) from app_private.admission_slots as s
      where s.pool_id = left_in_pool.pool_id
    ) + (
      select coalesce(sum(c.quantity), 0) from app_private.admission_claims as c
      where c.pool_id = left_in_pool.pool_id and c.held_until <= now()
    ),
    0
  )::integer
$$;

comment on function app_private.left_in_pool(uuid) is
  'How many places of a pool are free now, lapsed holds among them.';

--! split: 1016-functions-inventory-let_categories_draw_from.sql
create or replace function app_private.let_categories_draw_from(
  event app_public.events, pool_id uuid, ticket_category_ids uuid[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  insert into app_public.admission_pool_categories (
    organization_id, performance_id, pool_id, ticket_category_id
  )
  select p.organization_id, p.performance_id, p.id, c.id
  from app_public.admission_pools as p
  join app_public.ticket_categories as c
    on c.organization_id = p.organization_id
    and c.event_id = (let_categories_draw_from.event).id
    and c.id = any (let_categories_draw_from.ticket_category_ids)
    and cardinality(c.seat_categories) + cardinality(c.sections) = 0
  where p.id = let_categories_draw_from.pool_id
  on conflict do nothing;
  get diagnostics v_count = row_count;
  if v_count <> cardinality(let_categories_draw_from.ticket_category_ids) then
    raise exception
      'A pool is for categories of the event that cover no seats and have no pool yet.'
      using errcode = 'LMINP', detail = 'ticket_category_ids';
  end if;
end
$$;

comment on function app_private.let_categories_draw_from(app_public.events, uuid, uuid[]) is
  'Lets categories of admissions draw from a pool. Raises LMINP.';

--! split: 1017-functions-inventory-lock_free_seats.sql
create or replace function app_private.lock_free_seats(
  sale app_private.sale, category_no smallint, seat_nos integer[]
)
returns integer
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_count integer;
begin
  select count(*) into v_count
  from (
    select
    from app_public.seat_booking_state as s
    where s.organization_id = (lock_free_seats.sale).organization_id
      and s.performance_id = (lock_free_seats.sale).performance_id
      and s.seat_no = any (lock_free_seats.seat_nos)
      and s.category_no = lock_free_seats.category_no
      and (s.status = 'available' or (s.status = 'locked' and s.locked_until <= now()))
    for no key update skip locked
  ) as s;
  return v_count;
end
$$;

comment on function app_private.lock_free_seats(app_private.sale, smallint, integer[]) is
  'Locks seats that are free and that nobody is at; returns how many.';

--! split: 1018-functions-inventory-lock_pool.sql
-- One at a time: two who had each locked a part of the last places would wait for each other.
create or replace function app_private.lock_pool(organization_id uuid, pool_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform pg_advisory_xact_lock(
    hashtextextended('admission_pool:' || lock_pool.pool_id, 0)
  );
  perform from app_private.admission_slots as s
  where s.organization_id = lock_pool.organization_id and s.pool_id = lock_pool.pool_id
  order by s.slot_no
  for no key update;
end
$$;

comment on function app_private.lock_pool(uuid, uuid) is
  'Locks all slots of a pool, after whoever was first.';

--! split: 1019-functions-inventory-map_version.sql
create or replace function app_hidden.map_version()
returns text
language sql stable
return (extract(epoch from now()) * 1000000)::bigint || '/' || pg_current_snapshot();

comment on function app_hidden.map_version() is
  'What is seen now: when holds are judged, and which transactions.';

--! split: 1020-functions-inventory-note_gaps.sql
-- A run that somebody is at keeps its hint: whoever is at it writes the right one.
create or replace function app_private.note_gaps(
  sale app_private.sale, category_no smallint, quantity integer, accessible boolean
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_found boolean;
begin
  with seats as (
    select
      r.first_seat_no, s.seat_no,
      s.seat_no - row_number() over (order by s.seat_no) as gap_no
    from app_private.seat_runs as r
    join app_public.seat_booking_state as s
      on s.organization_id = r.organization_id
      and s.performance_id = r.performance_id
      and s.seat_no between r.first_seat_no and r.last_seat_no
      and s.category_no = r.category_no
      and (s.status = 'available' or (s.status = 'locked' and s.locked_until <= now()))
    where r.organization_id = (note_gaps.sale).organization_id
      and r.performance_id = (note_gaps.sale).performance_id
      and r.category_no = note_gaps.category_no
      and r.is_accessible = note_gaps.accessible
  ),
  gaps as (
    select g.first_seat_no, max(g.length) as longest
    from (
      select s.first_seat_no, count(*) as length
      from seats as s
      group by s.first_seat_no, s.gap_no
    ) as g
    group by g.first_seat_no
  ),
  wrong as (
    select r.first_seat_no, coalesce(g.longest, 0) as longest
    from app_private.seat_runs as r
    left join gaps as g on g.first_seat_no = r.first_seat_no
    where r.organization_id = (note_gaps.sale).organization_id
      and r.performance_id = (note_gaps.sale).performance_id
      and r.category_no = note_gaps.category_no
      and r.is_accessible = note_gaps.accessible
      and (r.longest >= note_gaps.quantity)
        <> (coalesce(g.longest, 0) >= note_gaps.quantity)
    for no key update of r skip locked
  ),
  corrected as (
    update app_private.seat_runs as r
    set longest = w.longest
    from wrong as w
    where r.organization_id = (note_gaps.sale).organization_id
      and r.performance_id = (note_gaps.sale).performance_id
      and r.first_seat_no = w.first_seat_no
  )
  select coalesce(max(g.longest) >= note_gaps.quantity, false) into v_found from gaps as g;
  return v_found;
end
$$;

comment on function app_private.note_gaps(app_private.sale, smallint, integer, boolean) is
  'Whether as many seats are free side by side anywhere; corrects hints that say otherwise.';

--! split: 1021-functions-inventory-note_longest.sql
create or replace function app_private.note_longest(run app_private.seat_runs, longest integer)
returns void
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
begin
  update app_private.seat_runs as r
  set longest = note_longest.longest
  where r.performance_id = (note_longest.run).performance_id
    and r.organization_id = (note_longest.run).organization_id
    and r.first_seat_no = (note_longest.run).first_seat_no;
end
$$;

comment on function app_private.note_longest(app_private.seat_runs, integer) is
  'Writes down how many seats a run, which the caller has locked, has free side by side.';

--! split: 1022-functions-inventory-note_seats_changed.sql
create or replace function app_private.note_seats_changed(
  performance_id uuid, seat_nos integer[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if cardinality(note_seats_changed.seat_nos) > 0 then
    insert into app_private.seat_changes (performance_id, seat_nos)
    values (note_seats_changed.performance_id, note_seats_changed.seat_nos);
  end if;
end
$$;

comment on function app_private.note_seats_changed(uuid, integer[]) is
  'Tells seat_map_changes of seats that changed otherwise than by a new booking.';

--! split: 1023-functions-inventory-open_sale.sql
-- One statement for all that a sale has to know beforehand: every statement more would be felt in
-- the hot path. Buyers name seats by their ids; the hot table knows their numbers.
create or replace function app_private.open_sale(performance_id uuid, seat_ids text[] default null)
returns app_private.sale
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_found record;
begin
  select
    row(
      p.organization_id, p.id, p.event_id, p.layout_id, p.currency, e.service_fee_percentage,
      e.service_fee_fixed_cents, e.processing_fee_percentage, e.processing_fee_fixed_cents,
      e.commission_percentage, e.tax_percentage, e.allow_guest_checkout, e.hold_seconds,
      e.checkout_seconds, e.hold_seconds_max, e.tickets_per_booking_max,
      case when cardinality(open_sale.seat_ids) <= e.tickets_per_booking_max then array(
        select l.seat_no
        from app_public.layout_seats as l
        where l.organization_id = p.organization_id
          and l.layout_id = p.layout_id
          and l.seat_id = any (open_sale.seat_ids)
      ) end,
      e.screens_holds,
      e.open_carts_max
    )::app_private.sale as sale,
    e.status = 'published' and p.status = 'scheduled' and e.organization_status = 'active'
      as is_on_sale,
    e.sales_start as opens_at,
    coalesce(e.sales_end, p.starts_at) as closes_at
  into v_found
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  where p.id = open_sale.performance_id;
  if not found then
    raise exception 'There is no such performance.'
      using errcode = 'LMNFD', detail = format('%s', open_sale.performance_id);
  end if;
  if not v_found.is_on_sale then
    raise exception 'This event is not on sale.'
      using errcode = 'LMEVT', detail = open_sale.performance_id::text;
  end if;
  if now() < v_found.opens_at then
    raise exception 'Sales have not opened yet.'
      using errcode = 'LMSAL', detail = v_found.opens_at::text, hint = 'Try again then.';
  end if;
  if now() >= v_found.closes_at then
    raise exception 'Sales are closed.' using errcode = 'LMSAL', detail = v_found.closes_at::text;
  end if;
  if open_sale.seat_ids = '{}'
    or cardinality((v_found.sale).seat_nos) is distinct from cardinality(open_sale.seat_ids)
  then
    perform app_private.raise_bad_seat_ids(v_found.sale, open_sale.seat_ids);
  end if;
  return v_found.sale;
end
$$;

comment on function app_private.open_sale(uuid, text[]) is
  'The terms of a performance that is on sale now, with the numbers of the seats that are wanted, '
  'in no order. Raises LMNFD, LMEVT (not published), LMSAL (before or after sales), LMQTY (no seat '
  'or too many), LMSDP (one twice), LMSEA (unknown).';

--! split: 1024-functions-inventory-put_on_sale.sql
create or replace function app_private.put_on_sale(allocation app_public.seat_allocations)
returns app_public.seat_allocations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_allocation app_public.seat_allocations;
  v_seat_nos integer[];
begin
  with gone as (
    delete from app_public.seat_allocation_seats as a
    where a.organization_id = (put_on_sale.allocation).organization_id
      and a.allocation_id = (put_on_sale.allocation).id
    returning a.seat_no
  )
  select array_agg(g.seat_no order by g.seat_no) into v_seat_nos from gone as g;
  perform app_private.free_kept_back(put_on_sale.allocation, coalesce(v_seat_nos, '{}'));
  update app_public.seat_allocations as a
  set released_at = now()
  where a.id = (put_on_sale.allocation).id
  returning * into v_allocation;
  return v_allocation;
end
$$;

comment on function app_private.put_on_sale(app_public.seat_allocations) is
  'Releases an allocation, which the caller has locked.';

--! split: 1025-functions-inventory-raise_few_left.sql
create or replace function app_private.raise_few_left(places integer)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  raise exception '%', case raise_few_left.places
      when 0 then 'None are left.' when 1 then 'Only one is left.'
      else format('Only %s are left.', raise_few_left.places)
    end
    using errcode = 'LMFEW',
      detail = jsonb_build_object('left', raise_few_left.places)::text,
      hint = 'Take fewer; nothing was held.';
end
$$;

comment on function app_private.raise_few_left(integer) is 'Raises LMFEW.';

--! split: 1026-functions-inventory-redis_booking_cache.sql
create or replace function app_public.redis_booking_cache(performance_id uuid)
returns setof jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'key', 'booking:' || b.id,
    'booking_id', b.id,
    'user_id', b.user_id,
    'event_id', p.event_id,
    'performance_id', b.performance_id,
    'status', b.status,
    'expires_at', b.expires_at,
    'total_amount_cents', b.total_amount_cents,
    'expires_timestamp', extract(epoch from b.expires_at)
  )
  from app_public.bookings as b
  join app_public.performances as p on p.organization_id = b.organization_id and p.id = b.performance_id
  where b.performance_id = redis_booking_cache.performance_id
    and b.status in ('draft', 'pending_payment')
    and b.expires_at > now()
  order by b.expires_at
$$;

comment on function app_public.redis_booking_cache(uuid) is
  'What a cache keeps of the open bookings of a performance: a document for each, with its key and '
  'the moment at which it is to be forgotten. For the worker.';
grant execute on function app_public.redis_booking_cache(uuid) to lml_worker;

--! split: 1027-functions-inventory-redis_seat_availability_cache.sql
create or replace function app_public.redis_seat_availability_cache(performance_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'key', 'seat_availability:' || p.id,
    'event_id', p.event_id,
    'performance_id', p.id,
    'version', app_hidden.map_version(),
    'seats_json', coalesce(jsonb_agg(
      jsonb_build_object(
        'seat_id', l.seat_id,
        'status', case app_hidden.seat_letter(s.status, s.locked_until)
          when 'a' then 'available' else 'locked' end,
        'section', section.name,
        'row', l.row_name,
        'seat_number', l.seat_number,
        'price_cents', coalesce(s.price_override_cents, price.price_cents)
      ) order by s.seat_no
    ) filter (where s.seat_no is not null), '[]')
  )
  from app_public.performances as p
  left join app_public.seat_booking_state as s
    on s.organization_id = p.organization_id
    and s.performance_id = p.id
    and s.status in ('available', 'locked')
  left join app_public.layout_seats as l
    on l.organization_id = p.organization_id
    and l.layout_id = p.layout_id
    and l.seat_no = s.seat_no
  left join app_public.layout_sections as section
    on section.organization_id = l.organization_id
    and section.layout_id = l.layout_id
    and section.section_no = l.section_no
  left join app_public.performance_categories as c
    on c.organization_id = s.organization_id
    and c.performance_id = s.performance_id
    and c.category_no = s.category_no
  left join app_public.ticket_category_prices as price
    on price.organization_id = c.organization_id
    and price.ticket_category_id = c.ticket_category_id
    and price.audience = 'public'
    and price.valid_during @> now()
  where p.id = redis_seat_availability_cache.performance_id
  group by p.id
$$;

comment on function app_public.redis_seat_availability_cache(uuid) is
  'What a cache keeps of the seats of a performance that are on sale: a document, its key and its '
  'version for seat_map_changes. A lock that has run out is available. For the worker.';
grant execute on function app_public.redis_seat_availability_cache(uuid) to lml_worker;

--! split: 1028-functions-inventory-release_allocation.sql
create or replace function app_public.release_allocation(allocation_id uuid)
returns app_public.seat_allocations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_allocation app_public.seat_allocations;
begin
  select * into v_allocation
  from app_public.seat_allocations as a where a.id = release_allocation.allocation_id
  for no key update;
  perform app_hidden.require_performance_permission(
    v_allocation.organization_id, v_allocation.performance_id, 'inventory.manage'
  );
  if v_allocation.released_at is null then
    v_allocation := app_private.put_on_sale(v_allocation);
  end if;
  return v_allocation;
end
$$;

comment on function app_public.release_allocation(uuid) is
  'Puts what is left of an allocation on sale; releasing it again changes nothing. '
  'Needs inventory.manage. Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.release_allocation(uuid) to lml_user;

--! split: 1029-functions-inventory-release_due_allocations.sql
create or replace function app_private.release_due_allocations(batch_limit integer default 100)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_allocation app_public.seat_allocations;
  v_count integer := 0;
begin
  for v_allocation in
    select * from app_public.seat_allocations as a
    where a.released_at is null and a.release_at <= now()
    order by a.release_at
    limit release_due_allocations.batch_limit
    for no key update skip locked
  loop
    perform app_private.put_on_sale(v_allocation);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function app_private.release_due_allocations(integer) is
  'Releases the allocations whose day has come; returns how many.';
grant execute on function app_private.release_due_allocations(integer) to lml_worker;

--! split: 1030-functions-inventory-reopen_runs.sql
-- Passes over a run that somebody is at: a hint that denies a free seat is corrected by the next one
-- who finds nothing else.
create or replace function app_private.reopen_runs(
  organization_id uuid, performance_id uuid, seat_nos integer[]
)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_private.seat_runs as r
  set longest = r.last_seat_no - r.first_seat_no + 1
  from (
    select r.first_seat_no
    from app_private.seat_runs as r
    where r.performance_id = reopen_runs.performance_id
      and r.organization_id = reopen_runs.organization_id
      and r.first_seat_no in (
        select (
          select r.first_seat_no
          from app_private.seat_runs as r
          where r.performance_id = reopen_runs.performance_id
            and r.organization_id = reopen_runs.organization_id
            and r.first_seat_no <= n
          order by r.first_seat_no desc
          limit 1
        )
        from unnest(reopen_runs.seat_nos) as n
      )
      and r.longest < r.last_seat_no - r.first_seat_no + 1
    for no key update skip locked
  ) as stale
  where r.performance_id = reopen_runs.performance_id
    and r.organization_id = reopen_runs.organization_id
    and r.first_seat_no = stale.first_seat_no
$$;

comment on function app_private.reopen_runs(uuid, uuid, integer[]) is
  'Lets who looks for seats side by side look again where some have become free.';

--! split: 1031-functions-inventory-search_seats.sql
-- When hints and what others are at leave nothing, the whole hall is read: slower, and certain. As
-- long as seats are free for all who can see, but somebody is at them, this waits a moment and looks
-- again; it waits for nobody with a lock, so that nobody can wait for it in a circle.
create or replace function app_private.search_seats(
  sale app_private.sale, category_no smallint, quantity integer, together boolean,
  accessible boolean
)
returns integer[]
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_rounds constant integer := 200;
  v_seat_nos integer[];
  v_found boolean;
begin
  if not exists (
    select from app_private.seat_runs as r
    where r.performance_id = (search_seats.sale).performance_id
  ) then
    perform app_private.create_seat_runs((search_seats.sale).performance_id);
  end if;
  for v_round in 1 .. c_rounds loop
    v_found := app_private.note_gaps(
      search_seats.sale, search_seats.category_no, search_seats.quantity, search_seats.accessible
    );
    v_seat_nos := app_private.choose_seats(
      search_seats.sale, search_seats.category_no, search_seats.quantity, search_seats.accessible
    );
    if v_seat_nos is null and not search_seats.together then
      v_seat_nos := app_private.gather_seats(
        search_seats.sale, search_seats.category_no, search_seats.quantity,
        search_seats.accessible
      );
      v_found := true;
    end if;
    if v_seat_nos is not null then
      return v_seat_nos;
    end if;
    if not v_found then
      raise exception 'There are not as many seats side by side.'
        using errcode = 'LMFEW',
          hint = 'Ask for fewer, or let them be apart; nothing was held.';
    end if;
    perform pg_sleep(0.002 + 0.008 * random());
  end loop;
  raise exception 'Others are at the last seats.'
    using errcode = 'LMBSY', hint = 'Try again in a moment.';
end
$$;

comment on function app_private.search_seats(
  app_private.sale, smallint, integer, boolean, boolean
) is
  'Seats of a category, locked, however long it takes to find them. Raises LMFEW, LMBSY.';

--! split: 1032-functions-inventory-seat_categories.sql
-- Apart from the map: categories change rarely, and a buyer who looks again has them.
create or replace function app_public.seat_categories(performance_id uuid)
returns app_public.seat_categories
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_categories app_public.seat_categories;
  v_performance app_public.performances := app_hidden.visible_performance(
    seat_categories.performance_id
  );
begin
  if v_performance.id is null then
    return null;
  end if;
  v_categories.performance_id := v_performance.id;
  select array_agg(s.category_no order by s.seat_no) into v_categories.category_nos
  from app_public.seat_booking_state as s
  where s.organization_id = v_performance.organization_id
    and s.performance_id = v_performance.id;
  return v_categories;
end
$$;

comment on function app_public.seat_categories(uuid) is
  'Which category each seat of a performance belongs to; null when there is no such performance, '
  'or not for you.';
grant execute on function app_public.seat_categories(uuid) to lml_anonymous, lml_user;

--! split: 1033-functions-inventory-seat_letter.sql
create or replace function app_hidden.seat_letter(
  status app_public.seat_status, locked_until timestamptz
)
returns text
language sql stable
return case seat_letter.status
  when 'available' then 'a'
  when 'locked' then case when seat_letter.locked_until <= now() then 'a' else 'l' end
  when 'booked' then 'b'
  when 'reserved' then 'r'
  else 'x'
end;

comment on function app_hidden.seat_letter(app_public.seat_status, timestamptz) is
  'A seat in a map: a available, l locked, b booked, r reserved, x blocked.';

--! split: 1034-functions-inventory-seat_map.sql
create or replace function app_public.seat_map(performance_id uuid)
returns app_public.seat_map
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_map app_public.seat_map;
  v_performance app_public.performances := app_hidden.visible_performance(
    seat_map.performance_id
  );
begin
  if v_performance.id is null then
    return null;
  end if;
  v_map.performance_id := v_performance.id;
  select l.id, l.sha256, '/layouts/' || l.sha256 || '.json'
  into v_map.layout_id, v_map.layout_sha256, v_map.layout_address
  from app_public.venue_layouts as l
  where l.organization_id = v_performance.organization_id and l.id = v_performance.layout_id;

  select string_agg(app_hidden.seat_letter(s.status, s.locked_until), '' order by s.seat_no)
  into v_map.availability
  from app_public.seat_booking_state as s
  where s.organization_id = v_performance.organization_id
    and s.performance_id = v_performance.id;
  if v_map.availability is not null then
    v_map.version := app_hidden.map_version();
  end if;
  return v_map;
end
$$;

comment on function app_public.seat_map(uuid) is
  'What is free at a performance now; null when there is no such performance, or not for you.';
grant execute on function app_public.seat_map(uuid) to lml_anonymous, lml_user;

--! split: 1035-functions-inventory-seat_map_changes.sql
-- Three things change a map: new bookings, what functions note, and holds that lapse by themselves.
create or replace function app_public.seat_map_changes(performance_id uuid, since text)
returns app_public.seat_map_changes
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_performance app_public.performances := app_hidden.visible_performance(
    seat_map_changes.performance_id
  );
  v_since pg_snapshot;
  v_first_xid xid8;
  v_then timestamptz;
  v_changes app_public.seat_map_changes;
begin
  if v_performance.id is null then
    return null;
  end if;
  begin
    v_since := split_part(seat_map_changes.since, '/', 2)::pg_snapshot;
    v_then := to_timestamp(split_part(seat_map_changes.since, '/', 1)::bigint / 1000000.0);
  exception
    when data_exception then
      raise exception 'This is no version of a seat map.'
        using errcode = 'LMINP', detail = 'since', hint = 'Send the version of the last answer.';
  end;
  v_first_xid := pg_snapshot_xmin(v_since);
  v_changes.performance_id := v_performance.id;
  v_changes.is_complete := coalesce(
    v_first_xid > (select f.last_xid from app_private.seat_changes_forgotten as f)
      and pg_snapshot_xmax(v_since) <= pg_snapshot_xmax(pg_current_snapshot()),
    false
  );
  if not v_changes.is_complete then
    return v_changes;
  end if;
  v_changes.version := app_hidden.map_version();

  select
    coalesce(array_agg(s.seat_no order by s.seat_no), '{}'),
    coalesce(
      string_agg(app_hidden.seat_letter(s.status, s.locked_until), '' order by s.seat_no), ''
    )
  into v_changes.seat_nos, v_changes.availability
  from (
    select n
    from app_public.bookings as b
    join app_public.booking_items as i
      on i.organization_id = b.organization_id and i.booking_id = b.id
    cross join unnest(i.seat_nos) as n
    where b.organization_id = v_performance.organization_id
      and b.performance_id = v_performance.id
      and b.currency = v_performance.currency
      and b.created_xid >= v_first_xid::text::bigint
      and not pg_visible_in_snapshot(b.created_xid::text::xid8, v_since)
    union
    select n
    from app_private.seat_changes as c
    cross join unnest(c.seat_nos) as n
    where c.performance_id = v_performance.id
      and c.changed_xid >= v_first_xid
      and not pg_visible_in_snapshot(c.changed_xid, v_since)
    union
    select n
    from app_public.bookings as b
    join app_public.booking_items as i
      on i.organization_id = b.organization_id and i.booking_id = b.id
    cross join unnest(i.seat_nos) as n
    where b.expires_at > v_then
      and b.expires_at <= now()
      and b.organization_id = v_performance.organization_id
      and b.performance_id = v_performance.id
  ) as changed
  join app_public.seat_booking_state as s
    on s.organization_id = v_performance.organization_id
    and s.performance_id = v_performance.id
    and s.seat_no = changed.n;
  return v_changes;
end
$$;

comment on function app_public.seat_map_changes(uuid, text) is
  'Which seats may be different since a version of the map; none is ever left out. Null when there '
  'is no such performance, or not for you. Raises LMINP for a version that is none.';
grant execute on function app_public.seat_map_changes(uuid, text) to lml_anonymous, lml_user;

--! split: 1036-functions-inventory-seat_nos_of.sql
create or replace function app_private.seat_nos_of(
  performance app_public.performances, seat_ids text[]
)
returns integer[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_unknown jsonb;
  v_seat_nos integer[];
begin
  if coalesce(cardinality(seat_nos_of.seat_ids), 0) = 0 then
    raise exception 'No seat was named.' using errcode = 'LMQTY', detail = '0';
  end if;
  select
    array_agg(l.seat_no order by l.seat_no),
    jsonb_agg(id) filter (where l.seat_no is null)
  into v_seat_nos, v_unknown
  from unnest(seat_nos_of.seat_ids) as id
  left join app_public.layout_seats as l
    on l.organization_id = (seat_nos_of.performance).organization_id
    and l.layout_id = (seat_nos_of.performance).layout_id
    and l.seat_id = id;
  if v_unknown is not null then
    raise exception 'There are no such seats.'
      using errcode = 'LMSEA', detail = jsonb_build_object('seat_ids', v_unknown)::text;
  end if;
  if cardinality(v_seat_nos) > (select count(distinct n) from unnest(v_seat_nos) as n) then
    raise exception 'A seat is named twice.' using errcode = 'LMSDP';
  end if;
  return v_seat_nos;
end
$$;

comment on function app_private.seat_nos_of(app_public.performances, text[]) is
  'Numbers of seats by their ids, in order. Raises LMQTY, LMSEA, LMSDP.';

--! split: 1037-functions-inventory-slot_count_of.sql
create or replace function app_private.slot_count_of(pool_id uuid)
returns smallint
language sql stable security definer set search_path = ''
as $$
  select p.slot_count from app_public.admission_pools as p where p.id = slot_count_of.pool_id
$$;

comment on function app_private.slot_count_of(uuid) is 'Into how many slots a pool is split.';

--! split: 1038-functions-inventory-store_admission_pool.sql
-- About sixteen places to a slot: enough for most carts to come from one, and enough slots for a
-- crowd. A slot more would be a row more to read when the pool is nearly sold out.
create or replace function app_private.store_admission_pool(
  event app_public.events, performance_id uuid, name text, capacity integer, parent_pool_id uuid
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid := uuidv7();
  v_slot_count smallint := greatest(
    1, least(128, ceil(store_admission_pool.capacity / 16.0))
  );
  v_chain uuid[] := array[v_id];
begin
  if store_admission_pool.parent_pool_id is not null then
    select p.chain || v_id into v_chain
    from app_public.admission_pools as p
    where p.organization_id = (store_admission_pool.event).organization_id
      and p.performance_id = store_admission_pool.performance_id
      and p.id = store_admission_pool.parent_pool_id;
    if not found then
      raise exception 'The performance has no such pool.'
        using errcode = 'LMNFD', detail = 'parent_pool_id';
    end if;
  end if;
  insert into app_public.admission_pools (
    id, organization_id, performance_id, parent_pool_id, name, capacity, slot_count, chain
  )
  values (
    v_id, (store_admission_pool.event).organization_id, store_admission_pool.performance_id,
    store_admission_pool.parent_pool_id, store_admission_pool.name,
    store_admission_pool.capacity, v_slot_count, v_chain
  )
  on conflict on constraint admission_pools_name_is_unique do nothing;
  if not found then
    raise exception 'The performance has a pool of that name.'
      using errcode = 'LMINP', detail = 'name';
  end if;
  insert into app_private.admission_slots (organization_id, pool_id, slot_no, capacity)
  select
    (store_admission_pool.event).organization_id, v_id, n,
    app_hidden.share_of(store_admission_pool.capacity, n, v_slot_count)
  from generate_series(1, v_slot_count) as n;
  return v_id;
end
$$;

comment on function app_private.store_admission_pool(
  app_public.events, uuid, text, integer, uuid
) is 'A pool and its slots. Raises LMNFD, LMINP.';

--! split: 1039-functions-inventory-take_admissions.sql
-- As take_seats, for places without a seat: from the category's pool and from those around it.
create or replace function app_private.take_admissions(
  sale app_private.sale, ticket_category_id uuid, quantity integer, booking_id uuid,
  held_until timestamptz, new_buyer app_private.buyer default null
)
returns app_public.bookings
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_is_new boolean := not take_admissions.new_buyer is null;
  v_reference text;
  v_found record;
  v_pool_id uuid;
  v_booking app_public.bookings;
begin
  select pool.id, pool.slot_count, pool.chain, (
    select p.price_cents
    from app_public.ticket_category_prices as p
    where p.organization_id = c.organization_id
      and p.ticket_category_id = c.id
      and p.audience = 'public'
      and p.valid_during @> now()
  ) as unit_price_cents
  into v_found
  from app_public.ticket_categories as c
  join app_public.admission_pool_categories as pc
    on pc.organization_id = c.organization_id
    and pc.performance_id = (take_admissions.sale).performance_id
    and pc.ticket_category_id = c.id
  join app_public.admission_pools as pool
    on pool.organization_id = pc.organization_id and pool.id = pc.pool_id
  where c.organization_id = (take_admissions.sale).organization_id
    and c.id = take_admissions.ticket_category_id
    and c.status = 'active';
  if v_found.unit_price_cents is null then
    raise exception 'Admissions of this category are not on sale.' using errcode = 'LMSAL';
  end if;

  foreach v_pool_id in array v_found.chain loop
    perform app_private.take_from_pool(
      (take_admissions.sale).organization_id, v_pool_id,
      case when v_pool_id = v_found.id then v_found.slot_count
        else app_private.slot_count_of(v_pool_id) end,
      take_admissions.booking_id, take_admissions.quantity, take_admissions.held_until
    );
  end loop;

  if v_is_new then
    perform app_private.require_room_for_cart(take_admissions.sale, take_admissions.new_buyer);
    v_reference := app_private.generate_booking_reference(
      (take_admissions.sale).organization_id
    );
  end if;
  with line as (
    select * from app_hidden.price_line(
      v_found.unit_price_cents, take_admissions.quantity, take_admissions.sale
    )
  ),
  new_booking as (
    insert into app_public.bookings as b (
      id, organization_id, performance_id, booking_reference, user_id, cart_token_hash,
      booking_channel, currency, subtotal_cents, service_fee_cents, processing_fee_cents,
      tax_cents, total_amount_cents, commission_percentage, commission_amount_cents,
      payout_cents, expires_at
    )
    select
      take_admissions.booking_id, (take_admissions.sale).organization_id,
      (take_admissions.sale).performance_id, v_reference,
      (take_admissions.new_buyer).user_id, (take_admissions.new_buyer).cart_token_hash,
      app_hidden.current_channel(), (take_admissions.sale).currency, l.subtotal_cents,
      l.service_fee_cents, l.processing_fee_cents, l.tax_cents, l.total_cents,
      (take_admissions.sale).commission_percentage, c.commission_cents,
      l.subtotal_cents - c.commission_cents, take_admissions.held_until
    from line as l
    cross join lateral (
      select app_hidden.percentage_of(
        l.subtotal_cents, (take_admissions.sale).commission_percentage
      ) as commission_cents
    ) as c
    where v_is_new
    returning b as booking
  ),
  new_item as (
    insert into app_public.booking_items (
      organization_id, booking_id, item_type, ticket_category_id, quantity, unit_price_cents,
      subtotal_cents, service_fee_cents, processing_fee_cents, tax_cents, total_cents
    )
    select
      (take_admissions.sale).organization_id, take_admissions.booking_id, 'admission',
      take_admissions.ticket_category_id, take_admissions.quantity, v_found.unit_price_cents,
      l.subtotal_cents, l.service_fee_cents, l.processing_fee_cents, l.tax_cents, l.total_cents
    from line as l
  )
  select (n.booking).* into v_booking from new_booking as n;
  if (take_admissions.sale).screens_holds then
    perform app_private.screen_hold(take_admissions.booking_id, take_admissions.quantity);
  end if;
  return v_booking;
end
$$;

comment on function app_private.take_admissions(
  app_private.sale, uuid, integer, uuid, timestamptz, app_private.buyer
) is
  'Holds admissions of a category for a booking and adds their line, priced, to it. For a new '
  'buyer it makes the booking, and returns it. Raises LMFEW, LMSAL, LMRSK.';

--! split: 1040-functions-inventory-take_from_pool.sql
-- Almost always one slot has room for all, and nobody is at it. If not, buyers form a line: whoever
-- is first in it locks every slot, in order, takes back what has lapsed, and knows what is left.
-- The block lets go of slots that were locked and then found too full: nobody stands in the line
-- with a slot in hand that the first one waits for.
create or replace function app_private.take_from_pool(
  organization_id uuid, pool_id uuid, slot_count smallint, booking_id uuid, quantity integer,
  held_until timestamptz
)
returns void
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_first smallint;
begin
  begin
    -- Somewhere in the middle, so that buyers spread; then from the beginning.
    foreach v_first in array array[floor(random() * take_from_pool.slot_count) + 1, 1] loop
      with slot as (
        select s.slot_no
        from app_private.admission_slots as s
        where s.pool_id = take_from_pool.pool_id
          and s.organization_id = take_from_pool.organization_id
          and s.slot_no >= v_first
          and s.capacity - s.held - s.sold >= take_from_pool.quantity
        order by s.slot_no
        limit 1
        for no key update skip locked
      ),
      taken as (
        update app_private.admission_slots as s
        set held = s.held + take_from_pool.quantity
        from slot
        where s.pool_id = take_from_pool.pool_id
          and s.organization_id = take_from_pool.organization_id
          and s.slot_no = slot.slot_no
        returning s.slot_no
      )
      insert into app_private.admission_claims as c (
        organization_id, pool_id, slot_no, booking_id, quantity, held_until
      )
      select
        take_from_pool.organization_id, take_from_pool.pool_id, t.slot_no,
        take_from_pool.booking_id, take_from_pool.quantity, take_from_pool.held_until
      from taken as t
      on conflict on constraint admission_claims_pkey do update
      set quantity = c.quantity + excluded.quantity, held_until = excluded.held_until;
      if found then
        return;
      end if;
    end loop;
    raise exception 'No slot has room for all.' using errcode = 'LMFEW';
  exception
    when sqlstate 'LMFEW' then
      null;
  end;
  perform app_private.take_the_last_of_pool(
    take_from_pool.organization_id, take_from_pool.pool_id, take_from_pool.booking_id,
    take_from_pool.quantity, take_from_pool.held_until
  );
end
$$;

comment on function app_private.take_from_pool(
  uuid, uuid, smallint, uuid, integer, timestamptz
) is 'Gives a booking places of a pool. Raises LMFEW when fewer are left.';

--! split: 1041-functions-inventory-take_seats.sql
-- The heart of a sale. One statement takes all the seats and writes their lines, and the booking
-- too when there is none yet; or, because the caller's transaction fails, nothing at all. A seat
-- whose lock has run out is free at this very moment, whoever sweeps up later.
--
-- Seats are locked in order of their number, so that two holds never wait for each other in a
-- circle. Only an index scan visits them in that order, hence the settings; the generic plan saves
-- planning anew at every call (the array makes a custom plan look cheaper than it is).
create or replace function app_private.take_seats(
  sale app_private.sale, booking_id uuid, locked_until timestamptz,
  new_buyer app_private.buyer default null
)
returns app_public.bookings
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_is_new boolean := not take_seats.new_buyer is null;
  v_reference text;
  v_result record;
begin
  if v_is_new then
    perform app_private.require_room_for_cart(take_seats.sale, take_seats.new_buyer);
    v_reference := 'LML-' || app_hidden.random_code(8);
  end if;

  with taken as (
    update app_public.seat_booking_state as s
    set status = 'locked', booking_id = take_seats.booking_id,
      locked_until = take_seats.locked_until
    where s.organization_id = (take_seats.sale).organization_id
      and s.performance_id = (take_seats.sale).performance_id
      and s.seat_no = any ((take_seats.sale).seat_nos)
      and (s.status = 'available' or (s.status = 'locked' and s.locked_until <= now()))
    returning s.seat_no, s.category_no, s.price_override_cents
  ),
  grouped as (
    select
      t.category_no, t.price_override_cents, array_agg(t.seat_no order by t.seat_no) as seat_nos,
      count(*)::integer as quantity
    from taken as t
    group by t.category_no, t.price_override_cents
  ),
  priced as materialized (
    select
      c.id as ticket_category_id, g.seat_nos, g.quantity,
      coalesce(g.price_override_cents, (
        select p.price_cents
        from app_public.ticket_category_prices as p
        where p.organization_id = c.organization_id
          and p.ticket_category_id = c.id
          and p.audience = 'public'
          and p.valid_during @> now()
      )) as unit_price_cents
    from grouped as g
    join app_public.ticket_categories as c
      on c.organization_id = (take_seats.sale).organization_id
      and c.event_id = (take_seats.sale).event_id
      and c.category_no = g.category_no
      and c.status = 'active'
  ),
  lines as (
    select p.*, l.*
    from priced as p
    cross join lateral app_hidden.price_line(
      p.unit_price_cents, p.quantity, take_seats.sale
    ) as l
    where p.unit_price_cents is not null
  ),
  sums as (
    select
      sum(l.quantity) as quantity,
      sum(l.subtotal_cents)::bigint as subtotal_cents,
      sum(l.service_fee_cents)::bigint as service_fee_cents,
      sum(l.processing_fee_cents)::bigint as processing_fee_cents,
      sum(l.tax_cents)::bigint as tax_cents,
      sum(l.total_cents)::bigint as total_cents,
      app_hidden.percentage_of(
        sum(l.subtotal_cents)::bigint, (take_seats.sale).commission_percentage
      ) as commission_cents
    from lines as l
  ),
  new_booking as (
    insert into app_public.bookings as b (
      id, organization_id, performance_id, booking_reference, user_id, cart_token_hash,
      booking_channel, currency, subtotal_cents, service_fee_cents, processing_fee_cents,
      tax_cents, total_amount_cents, commission_percentage, commission_amount_cents,
      payout_cents, expires_at
    )
    select
      take_seats.booking_id, (take_seats.sale).organization_id, (take_seats.sale).performance_id,
      v_reference, (take_seats.new_buyer).user_id, (take_seats.new_buyer).cart_token_hash,
      app_hidden.current_channel(), (take_seats.sale).currency, s.subtotal_cents,
      s.service_fee_cents, s.processing_fee_cents, s.tax_cents, s.total_cents,
      (take_seats.sale).commission_percentage, s.commission_cents,
      s.subtotal_cents - s.commission_cents, take_seats.locked_until
    from sums as s
    where v_is_new and s.quantity > 0
    -- Rarer than to ask beforehand would be cheap: one in a million, with a million bookings.
    on conflict on constraint bookings_reference_is_unique do nothing
    returning b as booking
  ),
  new_items as (
    insert into app_public.booking_items (
      organization_id, booking_id, item_type, ticket_category_id, seat_nos, quantity,
      unit_price_cents, subtotal_cents, service_fee_cents, processing_fee_cents, tax_cents,
      total_cents
    )
    select
      (take_seats.sale).organization_id, take_seats.booking_id, 'seat', l.ticket_category_id,
      l.seat_nos, l.quantity, l.unit_price_cents, l.subtotal_cents, l.service_fee_cents,
      l.processing_fee_cents, l.tax_cents, l.total_cents
    from lines as l
    where not v_is_new or exists (select from new_booking)
  )
  select s.quantity, (select n.booking from new_booking as n) as booking into v_result
  from sums as s;

  if v_result.quantity is distinct from cardinality((take_seats.sale).seat_nos) then
    perform app_private.raise_seats_taken(take_seats.sale, take_seats.booking_id);
  end if;
  if v_is_new and v_result.booking is null then
    raise exception 'The booking reference that was drawn is in use.'
      using errcode = 'LMREF', hint = 'Try again.';
  end if;
  if (take_seats.sale).screens_holds then
    perform app_private.screen_hold(
      take_seats.booking_id, cardinality((take_seats.sale).seat_nos)
    );
  end if;
  return v_result.booking;
end
$$;

comment on function app_private.take_seats(
  app_private.sale, uuid, timestamptz, app_private.buyer
) is
  'Locks the seats of a sale for a booking and adds their lines, priced, to it. For a new buyer it '
  'makes the booking, and returns it; the amounts of an older one are for the caller to store. '
  'Raises LMTKN, naming the seats that were not free, LMSAL for a category not on sale, and LMRSK '
  'when a rule against fraud refuses it.';

--! split: 1042-functions-inventory-take_the_last_of_pool.sql
create or replace function app_private.take_the_last_of_pool(
  organization_id uuid, pool_id uuid, booking_id uuid, quantity integer, held_until timestamptz
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer := app_private.left_in_pool(take_the_last_of_pool.pool_id);
begin
  -- When it is sold out, nobody waits to be told.
  if v_count < take_the_last_of_pool.quantity then
    perform app_private.raise_few_left(v_count);
  end if;
  perform app_private.lock_pool(
    take_the_last_of_pool.organization_id, take_the_last_of_pool.pool_id
  );
  perform app_private.free_lapsed_admissions(take_the_last_of_pool.pool_id);

  with room as (
    select
      s.slot_no,
      least(
        s.capacity - s.held - s.sold,
        take_the_last_of_pool.quantity + s.capacity - s.held - s.sold
          - sum(s.capacity - s.held - s.sold) over (order by s.slot_no)
      )::integer as quantity
    from app_private.admission_slots as s
    where s.organization_id = take_the_last_of_pool.organization_id
      and s.pool_id = take_the_last_of_pool.pool_id
      and s.capacity > s.held + s.sold
  ),
  taken as (
    update app_private.admission_slots as s
    set held = s.held + r.quantity
    from room as r
    where s.organization_id = take_the_last_of_pool.organization_id
      and s.pool_id = take_the_last_of_pool.pool_id
      and s.slot_no = r.slot_no
      and r.quantity > 0
    returning s.slot_no, r.quantity
  ),
  claimed as (
    insert into app_private.admission_claims as c (
      organization_id, pool_id, slot_no, booking_id, quantity, held_until
    )
    select
      take_the_last_of_pool.organization_id, take_the_last_of_pool.pool_id, t.slot_no,
      take_the_last_of_pool.booking_id, t.quantity, take_the_last_of_pool.held_until
    from taken as t
    on conflict on constraint admission_claims_pkey do update
    set quantity = c.quantity + excluded.quantity, held_until = excluded.held_until
  )
  select coalesce(sum(t.quantity), 0) into v_count from taken as t;
  if v_count < take_the_last_of_pool.quantity then
    perform app_private.raise_few_left(v_count);
  end if;
end
$$;

comment on function app_private.take_the_last_of_pool(
  uuid, uuid, uuid, integer, timestamptz
) is 'Gathers places from all slots of a pool. Raises LMFEW, saying how many are left.';

--! split: 1043-functions-inventory-visible_performance.sql
create or replace function app_hidden.visible_performance(performance_id uuid)
returns app_public.performances
language sql stable security definer set search_path = ''
as $$
  select p.*
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  where p.id = visible_performance.performance_id
    and (
      e.status in ('published', 'postponed', 'completed')
      or app_hidden.has_performance_permission(p.organization_id, p.id, 'events.read')
    )
$$;

comment on function app_hidden.visible_performance(uuid) is
  'A performance, if it is public or the caller''s.';

--! split: 1044-functions-bookings-admissions_in.sql
create or replace function app_private.admissions_in(booking app_public.bookings)
returns table (pool_id uuid, quantity integer)
language sql volatile security definer set search_path = ''
as $$
  select c.pool_id, sum(i.quantity)::integer
  from app_public.booking_items as i
  join app_public.admission_pool_categories as pc
    on pc.organization_id = i.organization_id
    and pc.performance_id = (admissions_in.booking).performance_id
    and pc.ticket_category_id = i.ticket_category_id
  join app_public.admission_pools as pool
    on pool.organization_id = pc.organization_id and pool.id = pc.pool_id
  cross join unnest(pool.chain) as c (pool_id)
  where i.organization_id = (admissions_in.booking).organization_id
    and i.booking_id = (admissions_in.booking).id
    and i.item_type = 'admission'
  group by c.pool_id
$$;

comment on function app_private.admissions_in(app_public.bookings) is
  'How much of each pool the lines of a booking need.';

--! split: 1045-functions-bookings-book_admissions.sql
-- As book_seats: what the booking owns, or what is free when its time had run out.
create or replace function app_private.book_admissions(booking app_public.bookings)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
  -- The block lets go what it has locked: the second attempt waits in the line of each pool, and
  -- must not be waited for meanwhile.
  begin
    perform app_private.sell_claims(book_admissions.booking);
    return true;
  exception
    when sqlstate 'LMEXP' then
      null;
  end;
  begin
    perform app_private.restore_claims(book_admissions.booking);
    perform app_private.sell_claims(book_admissions.booking);
    return true;
  exception
    when sqlstate 'LMEXP' or sqlstate 'LMFEW' then
      return false;
  end;
end
$$;

comment on function app_private.book_admissions(app_public.bookings) is
  'Sells the admissions that the booking owns or that are free; false, and no change, if there '
  'are too few.';

--! split: 1046-functions-bookings-book_everything.sql
-- The block gives the seats back when the admissions are gone.
create or replace function app_private.book_everything(booking app_public.bookings)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not app_private.has_admissions(book_everything.booking) then
    return app_private.book_seats(
      book_everything.booking, app_private.held_seat_nos(book_everything.booking)
    );
  end if;
  begin
    if app_private.book_seats(
        book_everything.booking, app_private.held_seat_nos(book_everything.booking)
      )
      and app_private.book_admissions(book_everything.booking)
    then
      return true;
    end if;
    raise exception 'Somebody else has a part of it.' using errcode = 'LMEXP';
  exception
    when sqlstate 'LMEXP' then
      return false;
  end;
end
$$;

comment on function app_private.book_everything(app_public.bookings) is
  'Books the seats and admissions that the booking owns or that are free; false, and no change, '
  'if one is neither.';

--! split: 1047-functions-bookings-book_seats.sql
create or replace function app_private.book_seats(
  booking app_public.bookings, seat_nos integer[]
)
returns boolean
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_free integer;
begin
  -- Locked first, judged afterwards: what is read here cannot change before it is written.
  select count(*) into v_free
  from (
    select s.status, s.booking_id, s.locked_until
    from app_public.seat_booking_state as s
    where s.organization_id = (book_seats.booking).organization_id
      and s.performance_id = (book_seats.booking).performance_id
      and s.seat_no = any (book_seats.seat_nos)
    order by s.organization_id, s.performance_id, s.seat_no
    for no key update
  ) as s
  where s.status = 'available'
    or (
      s.status = 'locked'
      and (s.booking_id = (book_seats.booking).id or s.locked_until <= now())
    );
  if v_free <> cardinality(book_seats.seat_nos) then
    return false;
  end if;

  update app_public.seat_booking_state as s
  set status = 'booked', booking_id = (book_seats.booking).id, locked_until = null
  where s.organization_id = (book_seats.booking).organization_id
    and s.performance_id = (book_seats.booking).performance_id
    and s.seat_no = any (book_seats.seat_nos);
  perform app_private.note_seats_changed(
    (book_seats.booking).performance_id, book_seats.seat_nos
  );
  return true;
end
$$;

comment on function app_private.book_seats(app_public.bookings, integer[]) is
  'Books seats that the booking owns or that are free; false, and no change, if one is neither.';

--! split: 1048-functions-bookings-cancel_booking.sql
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
    return v_booking;
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

  if v_was_confirmed then
    perform app_private.void_tickets(v_booking);
  end if;
  update app_public.bookings as b
  set status = 'canceled', canceled_at = now(), cancellation_reason = cancel_booking.reason,
    expires_at = null
  where b.id = v_booking.id
  returning * into v_booking;
  perform app_private.free_seats(v_booking, app_private.held_seat_nos(v_booking));
  perform app_private.free_admissions(v_booking);
  if v_was_confirmed then
    perform app_private.reverse_sale(v_booking);
    perform app_private.refund_booking(v_booking, 'booking_canceled');
  else
    perform app_private.withdraw_payment(v_booking);
  end if;
  perform app_private.keep_result(cancel_booking.idempotency_key, v_booking.id);
  return v_booking;
end
$$;

comment on function app_public.cancel_booking(uuid, text, text) is
  'Lets the seats go. An unpaid booking is canceled by its owner or by staff; a paid one by staff '
  'with bookings.manage, which voids its tickets and refunds it in full. '
  'Raises LMBKG, LMBST, LMRGT, LMTUS (a ticket was used), LMINP, LMSES, LMCRT, LMIDK.';
grant execute on function app_public.cancel_booking(uuid, text, text) to lml_anonymous, lml_user;

--! split: 1049-functions-bookings-claim_cart.sql
-- Whoever sends both tokens has both rights: those of the cart become those of the account. What is
-- paid for stays with the cart's token, which may have been shared.
create or replace function app_public.claim_cart()
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_cart_hash bytea := app_hidden.current_cart_hash();
  v_count integer;
begin
  perform app_hidden.refuse_impersonator();
  update app_public.bookings as b
  set user_id = v_user_id, cart_token_hash = null
  where b.id in (
    select b.id from app_public.bookings as b
    where b.cart_token_hash = v_cart_hash
      and b.user_id is null
      and b.status in ('draft', 'pending_payment')
    order by b.id
    for no key update
  );
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_public.claim_cart() is
  'Makes the unpaid bookings of the request''s cart token the signed-in user''s; '
  'returns how many. Raises LMAUT, LMSES, LMIMP.';
grant execute on function app_public.claim_cart() to lml_user;

--! split: 1050-functions-bookings-confirm_booking.sql
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

--! split: 1051-functions-bookings-expire_bookings.sql
-- Tidies up: the seats were free for others from the deadline on. Nothing is waited for. A booking
-- that somebody works on is left for the next sweep; a seat that somebody is taking is theirs.
create or replace function app_private.expire_bookings(batch_limit integer default 500)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ids uuid[];
  v_freed record;
  v_pool_id uuid;
  v_booking app_public.bookings;
begin
  v_ids := array(
    select b.id from app_public.bookings as b
    where b.expires_at <= now() and b.status in ('draft', 'pending_payment', 'fraud_hold')
    order by b.expires_at
    limit expire_bookings.batch_limit
    for no key update skip locked
  );
  for v_booking in
    update app_public.bookings as b
    set status = 'expired', expires_at = null
    where b.id = any (v_ids)
    returning b.*
  loop
    perform app_private.withdraw_payment(v_booking);
  end loop;

  for v_freed in
    with lapsed as (
      select s.organization_id, s.performance_id, s.seat_no
      from app_public.bookings as b
      join app_public.booking_items as i
        on i.organization_id = b.organization_id and i.booking_id = b.id
      cross join unnest(i.seat_nos) as n
      join app_public.seat_booking_state as s
        on s.organization_id = b.organization_id
        and s.performance_id = b.performance_id
        and s.seat_no = n
        and s.booking_id = b.id
      where b.id = any (v_ids)
      for no key update of s skip locked
    ),
    freed as (
      update app_public.seat_booking_state as s
      set status = 'available', booking_id = null, locked_until = null
      from lapsed as l
      where s.organization_id = l.organization_id
        and s.performance_id = l.performance_id
        and s.seat_no = l.seat_no
      returning s.organization_id, s.performance_id, s.seat_no
    )
    select f.organization_id, f.performance_id, array_agg(f.seat_no order by f.seat_no) as seat_nos
    from freed as f
    group by f.organization_id, f.performance_id
  loop
    perform app_private.reopen_runs(
      v_freed.organization_id, v_freed.performance_id, v_freed.seat_nos
    );
    perform app_private.note_seats_changed(v_freed.performance_id, v_freed.seat_nos);
  end loop;

  for v_pool_id in
    select distinct c.pool_id
    from app_private.admission_claims as c
    where c.booking_id = any (v_ids)
  loop
    perform app_private.free_lapsed_admissions(v_pool_id);
  end loop;
  return cardinality(v_ids);
end
$$;

comment on function app_private.expire_bookings(integer) is
  'Ends open bookings whose deadline has passed; returns how many.';
grant execute on function app_private.expire_bookings(integer) to lml_worker;

--! split: 1052-functions-bookings-extend_hold.sql
create or replace function app_public.extend_hold(booking_id uuid)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    extend_hold.booking_id, 'bookings.manage'
  );
  v_sale app_private.sale;
begin
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(v_booking.performance_id);
  perform app_private.prolong_hold(
    v_booking, least(
      now() + make_interval(secs => v_sale.hold_seconds),
      v_booking.created_at + make_interval(secs => v_sale.hold_seconds_max)
    )
  );
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  return v_booking;
end
$$;

comment on function app_public.extend_hold(uuid) is
  'Gives a draft its full time again, up to the organization''s maximum from its beginning: at the '
  'maximum, its deadline stays as it is. '
  'Raises LMBKG, LMBST, LMEXP (run out, or taken over), LMSAL, LMEVT, LMSES, LMCRT.';
grant execute on function app_public.extend_hold(uuid) to lml_anonymous, lml_user;

--! split: 1053-functions-bookings-free_admissions.sql
-- Slots are locked in order, then the claims, as by whoever sells.
create or replace function app_private.free_admissions(
  booking app_public.bookings, ticket_category_id uuid default null, quantity integer default null
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid := (free_admissions.booking).organization_id;
  v_pool_ids uuid[];
begin
  select array_agg(c.pool_id) into v_pool_ids
  from app_public.admission_pool_categories as pc
  join app_public.admission_pools as pool
    on pool.organization_id = pc.organization_id and pool.id = pc.pool_id
  cross join unnest(pool.chain) as c (pool_id)
  where pc.organization_id = v_organization_id
    and pc.performance_id = (free_admissions.booking).performance_id
    and pc.ticket_category_id = free_admissions.ticket_category_id;

  perform from app_private.admission_claims as c
  join app_private.admission_slots as s
    on s.pool_id = c.pool_id and s.slot_no = c.slot_no and s.organization_id = c.organization_id
  where c.organization_id = v_organization_id and c.booking_id = (free_admissions.booking).id
  order by s.pool_id, s.slot_no
  for no key update of s;

  with claims as (
    select c.*,
      greatest(0, least(
        c.quantity,
        coalesce(free_admissions.quantity, c.quantity) + c.quantity
          - case when free_admissions.quantity is null then c.quantity
            else sum(c.quantity) over (partition by c.pool_id order by c.slot_no) end
      ))::integer as freed
    from app_private.admission_claims as c
    where c.organization_id = v_organization_id
      and c.booking_id = (free_admissions.booking).id
      and (free_admissions.ticket_category_id is null or c.pool_id = any (v_pool_ids))
  ),
  gone as (
    delete from app_private.admission_claims as c
    using claims as l
    where c.pool_id = l.pool_id
      and c.slot_no = l.slot_no
      and c.organization_id = l.organization_id
      and c.booking_id = l.booking_id
      and l.freed = l.quantity
  ),
  fewer as (
    update app_private.admission_claims as c
    set quantity = c.quantity - l.freed
    from claims as l
    where c.pool_id = l.pool_id
      and c.slot_no = l.slot_no
      and c.organization_id = l.organization_id
      and c.booking_id = l.booking_id
      and l.freed between 1 and l.quantity - 1
  )
  update app_private.admission_slots as s
  set held = s.held - case when l.held_until is null then 0 else l.freed end,
    sold = s.sold - case when l.held_until is null then l.freed else 0 end
  from claims as l
  where s.pool_id = l.pool_id
    and s.slot_no = l.slot_no
    and s.organization_id = l.organization_id
    and l.freed > 0;
end
$$;

comment on function app_private.free_admissions(app_public.bookings, uuid, integer) is
  'Gives places back that a booking, which the caller has locked, holds or has bought: all, or as '
  'many of a category.';

--! split: 1054-functions-bookings-free_seats.sql
-- Only what the booking still owns: seats that others took after the deadline stay theirs.
create or replace function app_private.free_seats(
  booking app_public.bookings, seat_nos integer[]
)
returns integer
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_count integer;
begin
  update app_public.seat_booking_state as s
  set status = 'available', booking_id = null, locked_until = null
  where s.organization_id = (free_seats.booking).organization_id
    and s.performance_id = (free_seats.booking).performance_id
    and s.seat_no = any (free_seats.seat_nos)
    and s.booking_id = (free_seats.booking).id;
  get diagnostics v_count = row_count;
  perform app_private.reopen_runs(
    (free_seats.booking).organization_id, (free_seats.booking).performance_id,
    free_seats.seat_nos
  );
  perform app_private.note_seats_changed(
    (free_seats.booking).performance_id, free_seats.seat_nos
  );
  return v_count;
end
$$;

comment on function app_private.free_seats(app_public.bookings, integer[]) is
  'Makes seats available that the booking owns; returns how many.';

--! split: 1055-functions-bookings-has_admissions.sql
create or replace function app_private.has_admissions(booking app_public.bookings)
returns boolean
language sql volatile security definer set search_path = ''
as $$
  select exists (
    select from app_public.booking_items as i
    where i.organization_id = (has_admissions.booking).organization_id
      and i.booking_id = (has_admissions.booking).id
      and i.item_type = 'admission'
  )
$$;

comment on function app_private.has_admissions(app_public.bookings) is
  'Whether a booking has more than seats.';

--! split: 1056-functions-bookings-hold_admissions.sql
create or replace function app_public.hold_admissions(
  performance_id uuid, ticket_category_id uuid, quantity integer, booking_id uuid default null,
  idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_buyer app_private.buyer := app_private.require_buyer();
  v_sale app_private.sale;
  v_booking_id uuid;
  v_booking app_public.bookings;
begin
  if hold_admissions.booking_id is not null then
    v_booking := app_private.lock_booking(hold_admissions.booking_id, 'bookings.manage');
  end if;
  v_booking_id := app_private.replay_result(
    hold_admissions.idempotency_key, 'hold_admissions',
    jsonb_build_array(
      hold_admissions.performance_id, hold_admissions.ticket_category_id,
      hold_admissions.quantity, hold_admissions.booking_id
    )
  );
  if v_booking_id is not null then
    select * into strict v_booking from app_public.bookings as b where b.id = v_booking_id;
    return v_booking;
  end if;

  v_sale := app_private.open_sale(hold_admissions.performance_id);
  perform app_private.require_may_hold(
    v_sale, v_buyer, v_booking, coalesce(hold_admissions.quantity, 0)
  );
  if v_booking.id is null then
    v_booking := app_private.take_admissions(
      v_sale, hold_admissions.ticket_category_id, hold_admissions.quantity, uuidv7(),
      now() + make_interval(secs => least(v_sale.hold_seconds, v_sale.hold_seconds_max)), v_buyer
    );
  else
    perform app_private.take_admissions(
      v_sale, hold_admissions.ticket_category_id, hold_admissions.quantity, v_booking.id,
      v_booking.expires_at
    );
    v_booking := app_private.store_booking_totals(v_booking.id);
  end if;
  perform app_private.keep_result(hold_admissions.idempotency_key, v_booking.id);
  return v_booking;
end
$$;

comment on function app_public.hold_admissions(uuid, uuid, integer, uuid, text) is
  'Holds admissions of a category for a new booking, or for a draft of yours, all of them or none. '
  'Raises LMFEW (fewer are left), LMQTY (none or too many), LMEVT (not published), LMSAL (not on '
  'sale), LMEXP, LMBST, LMBKG, LMGST, LMCRT, LMSES, LMIDK, LMNFD.';
grant execute on function app_public.hold_admissions(uuid, uuid, integer, uuid, text)
  to lml_anonymous, lml_user;

--! split: 1057-functions-bookings-hold_allocated_seats.sql
-- The seats leave their allocation and are held in one transaction: nobody sees them free in between.
create or replace function app_public.hold_allocated_seats(
  allocation_id uuid, seat_ids text[], booking_id uuid default null,
  idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_allocation app_public.seat_allocations;
  v_performance app_public.performances;
  v_seat_nos integer[];
  v_count integer;
begin
  if hold_allocated_seats.booking_id is not null then
    v_booking := app_private.lock_booking(hold_allocated_seats.booking_id, 'bookings.manage');
  end if;
  select * into v_allocation
  from app_public.seat_allocations as a where a.id = hold_allocated_seats.allocation_id
  for no key update;
  perform app_hidden.require_performance_permission(
    v_allocation.organization_id, v_allocation.performance_id, 'inventory.sell'
  );
  select p.* into strict v_performance
  from app_public.performances as p where p.id = v_allocation.performance_id;
  -- Under a known key, the seats left the allocation the first time.
  if not app_private.is_replay(hold_allocated_seats.idempotency_key) then
    v_seat_nos := app_private.seat_nos_of(v_performance, hold_allocated_seats.seat_ids);
    delete from app_public.seat_allocation_seats as a
    where a.organization_id = v_allocation.organization_id
      and a.allocation_id = v_allocation.id
      and a.seat_no = any (v_seat_nos);
    get diagnostics v_count = row_count;
    if v_count < cardinality(v_seat_nos) then
      raise exception 'The allocation has not got all of these seats.'
        using errcode = 'LMSEA', hint = 'Read what is left of it.';
    end if;
    perform app_private.free_kept_back(v_allocation, v_seat_nos);
  end if;
  return app_public.hold_seats(
    v_allocation.performance_id, hold_allocated_seats.seat_ids, hold_allocated_seats.booking_id,
    hold_allocated_seats.idempotency_key
  );
end
$$;

comment on function app_public.hold_allocated_seats(uuid, text[], uuid, text) is
  'Holds seats of an allocation for a booking of the caller''s, or for a draft. If they are not '
  'bought in time, they are free for everybody. Needs inventory.sell. '
  'Raises LMNFD, LMRGT, LMSEA (not in the allocation), and what hold_seats raises.';
grant execute on function app_public.hold_allocated_seats(uuid, text[], uuid, text) to lml_user;

--! split: 1058-functions-bookings-hold_best_available.sql
create or replace function app_public.hold_best_available(
  performance_id uuid, ticket_category_id uuid, quantity integer, together boolean default true,
  accessible boolean default false, booking_id uuid default null,
  idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_buyer app_private.buyer := app_private.require_buyer();
  v_sale app_private.sale;
  v_category_no smallint;
  v_booking_id uuid;
  v_booking app_public.bookings;
begin
  if hold_best_available.booking_id is not null then
    v_booking := app_private.lock_booking(hold_best_available.booking_id, 'bookings.manage');
  end if;
  if hold_best_available.idempotency_key is not null then
    v_booking_id := app_private.replay_result(
      hold_best_available.idempotency_key, 'hold_best_available',
      jsonb_build_array(
        hold_best_available.performance_id, hold_best_available.ticket_category_id,
        hold_best_available.quantity, hold_best_available.together,
        hold_best_available.accessible, hold_best_available.booking_id
      )
    );
    if v_booking_id is not null then
      select * into strict v_booking from app_public.bookings as b where b.id = v_booking_id;
      return v_booking;
    end if;
  end if;

  v_sale := app_private.open_sale(hold_best_available.performance_id);
  perform app_private.require_may_hold(
    v_sale, v_buyer, v_booking, coalesce(hold_best_available.quantity, 0)
  );
  select c.category_no into v_category_no
  from app_public.ticket_categories as c
  where c.organization_id = v_sale.organization_id
    and c.id = hold_best_available.ticket_category_id
    and c.event_id = v_sale.event_id
    and c.status = 'active';
  if not found then
    raise exception 'Tickets of this category are not on sale.' using errcode = 'LMSAL';
  end if;
  v_sale.seat_nos := coalesce(
    app_private.choose_seats(
      v_sale, v_category_no, hold_best_available.quantity,
      coalesce(hold_best_available.accessible, false)
    ),
    app_private.search_seats(
      v_sale, v_category_no, hold_best_available.quantity,
      coalesce(hold_best_available.together, true),
      coalesce(hold_best_available.accessible, false)
    )
  );

  if v_booking.id is null then
    v_booking := app_private.take_seats(
      v_sale, uuidv7(),
      now() + make_interval(secs => least(v_sale.hold_seconds, v_sale.hold_seconds_max)), v_buyer
    );
  else
    v_booking := app_private.hold_for_draft(v_booking, v_sale);
  end if;
  perform app_private.keep_result(hold_best_available.idempotency_key, v_booking.id);
  return v_booking;
end
$$;

comment on function app_public.hold_best_available(
  uuid, uuid, integer, boolean, boolean, uuid, text
) is
  'Holds the best free seats of a category: side by side, unless together is false; places for '
  'wheelchairs and their companions only when accessible is true. '
  'Raises LMFEW (not as many are left, or not side by side), LMQTY (none or too many), LMEVT, '
  'LMSAL (not on sale), LMEXP, LMBST, LMBKG, LMGST, LMCRT, LMSES, LMIDK, LMNFD, LMBSY.';
grant execute on function app_public.hold_best_available(
  uuid, uuid, integer, boolean, boolean, uuid, text
) to lml_anonymous, lml_user;

--! split: 1059-functions-bookings-hold_for_draft.sql
-- More seats for a cart that is already there. Its deadline stays: there is only one.
create or replace function app_private.hold_for_draft(
  booking app_public.bookings, sale app_private.sale
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_held integer[] := app_private.held_seat_nos(hold_for_draft.booking);
  v_count integer;
begin
  -- Seats that the cart has are simply kept, so that a repeated click does no harm.
  sale.seat_nos := array(
    select n from unnest((hold_for_draft.sale).seat_nos) as n where not n = any (v_held)
  );
  v_count := app_private.tickets_in(hold_for_draft.booking)
    + cardinality((hold_for_draft.sale).seat_nos);
  if v_count > (hold_for_draft.sale).tickets_per_booking_max then
    raise exception 'At most % tickets fit in one booking.',
        (hold_for_draft.sale).tickets_per_booking_max
      using errcode = 'LMQTY', detail = v_count::text;
  end if;
  if cardinality((hold_for_draft.sale).seat_nos) > 0 then
    perform app_private.take_seats(
      hold_for_draft.sale, (hold_for_draft.booking).id, (hold_for_draft.booking).expires_at
    );
    perform app_private.note_seats_changed(
      (hold_for_draft.sale).performance_id, (hold_for_draft.sale).seat_nos
    );
  end if;
  return app_private.store_booking_totals((hold_for_draft.booking).id);
end
$$;

comment on function app_private.hold_for_draft(app_public.bookings, app_private.sale) is
  'Adds the seats of a sale to a draft, which the caller has locked. Raises LMTKN, LMSAL, LMQTY.';

--! split: 1060-functions-bookings-is_replay.sql
create or replace function app_private.is_replay(idempotency_key text)
returns boolean
language sql volatile security definer set search_path = ''
as $$
  select exists (
    select from app_private.idempotency_keys as k
    where k.owner = uuid_send(app_hidden.current_user_id())
      and k.idempotency_key = is_replay.idempotency_key
  )
$$;

comment on function app_private.is_replay(text) is
  'Whether the user has used an idempotency key; replay_result says for what.';

--! split: 1061-functions-bookings-lacks_admissions.sql
create or replace function app_private.lacks_admissions(booking app_public.bookings)
returns table (pool_id uuid, quantity integer)
language sql volatile security definer set search_path = ''
as $$
  select n.pool_id, n.quantity - coalesce(c.quantity, 0)
  from app_private.admissions_in(lacks_admissions.booking) as n
  left join (
    select c.pool_id, sum(c.quantity)::integer as quantity
    from app_private.admission_claims as c
    where c.organization_id = (lacks_admissions.booking).organization_id
      and c.booking_id = (lacks_admissions.booking).id
    group by c.pool_id
  ) as c on c.pool_id = n.pool_id
  where n.quantity > coalesce(c.quantity, 0)
$$;

comment on function app_private.lacks_admissions(app_public.bookings) is
  'How much of each pool a booking has no claim to any more, though its lines need it.';

--! split: 1062-functions-bookings-move_inventory.sql
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
  v_allocated app_public.seat_allocation_seats[];
begin
  v_moved.layout_id := move_inventory.layout_id;
  with gone as (
    delete from app_public.seat_allocation_seats as a
    where a.organization_id = v_moved.organization_id and a.performance_id = v_moved.id
    returning a
  )
  select array_agg(g.a) into v_allocated from gone as g;
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

  perform app_private.renumber_allocations(
    move_inventory.performance, move_inventory.layout_id, v_allocated
  );
  perform app_private.renumber_lines(move_inventory.performance, move_inventory.layout_id);
  perform app_private.renumber_tickets(move_inventory.performance, move_inventory.layout_id);
end
$$;

comment on function app_private.move_inventory(app_public.performances, uuid) is
  'Renumbers the seats, lines and tickets of a performance after another layout. Raises LMPUB.';

--! split: 1063-functions-bookings-move_performance_to_layout.sql
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
  v_is_on_sale boolean;
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

  v_is_on_sale := v_event.status <> 'draft' or exists (
    select from app_public.seat_booking_state as s
    where s.organization_id = v_performance.organization_id
      and s.performance_id = v_performance.id
  );
  if v_is_on_sale then
    perform app_private.require_same_standing_areas(
      v_performance, move_performance_to_layout.layout_id
    );
    perform app_private.move_inventory(v_performance, move_performance_to_layout.layout_id);
  end if;
  update app_public.performances as p
  set layout_id = move_performance_to_layout.layout_id,
    -- Draft events are not on sale: nobody can have read anything.
    holds_begin_at = case
      when v_event.status <> 'draft' then clock_timestamp() + interval '10 seconds'
    end
  where p.id = v_performance.id;
  if v_is_on_sale then
    perform app_private.create_seat_runs(v_performance.id);
    perform app_private.note_seats_changed(
      v_performance.id,
      array(
        select s.seat_no from app_public.seat_booking_state as s
        where s.organization_id = v_performance.organization_id
          and s.performance_id = v_performance.id
        order by 1
      )
    );
  end if;
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

--! split: 1064-functions-bookings-prolong_admissions.sql
create or replace function app_private.prolong_admissions(
  booking app_public.bookings, until timestamptz
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_private.admission_claims as c
  set held_until = prolong_admissions.until
  where c.organization_id = (prolong_admissions.booking).organization_id
    and c.booking_id = (prolong_admissions.booking).id
    and c.held_until is not null;
  if exists (select from app_private.lacks_admissions(prolong_admissions.booking)) then
    raise exception 'The hold has run out, and others have taken places of it.'
      using errcode = 'LMEXP', hint = 'Hold admissions again.';
  end if;
end
$$;

comment on function app_private.prolong_admissions(app_public.bookings, timestamptz) is
  'Moves the deadline of the admissions of a booking, if it still owns them all. Raises LMEXP.';

--! split: 1065-functions-bookings-prolong_hold.sql
create or replace function app_private.prolong_hold(
  booking app_public.bookings, until timestamptz
)
returns void
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_seat_nos integer[] := app_private.held_seat_nos(prolong_hold.booking);
  -- A deadline never moves closer.
  v_until timestamptz := greatest((prolong_hold.booking).expires_at, prolong_hold.until);
  v_count integer;
begin
  update app_public.seat_booking_state as s
  set locked_until = v_until
  where s.organization_id = (prolong_hold.booking).organization_id
    and s.performance_id = (prolong_hold.booking).performance_id
    and s.seat_no = any (v_seat_nos)
    and s.booking_id = (prolong_hold.booking).id
    and s.status = 'locked';
  get diagnostics v_count = row_count;
  if v_count <> cardinality(v_seat_nos) then
    raise exception 'The hold has run out, and others have taken seats of it.'
      using errcode = 'LMEXP', hint = 'Hold seats again.';
  end if;
  if app_private.has_admissions(prolong_hold.booking) then
    perform app_private.prolong_admissions(prolong_hold.booking, v_until);
  end if;
  update app_public.bookings as b set expires_at = v_until where b.id = (prolong_hold.booking).id;
end
$$;

comment on function app_private.prolong_hold(app_public.bookings, timestamptz) is
  'Moves the deadline of a booking and its seats, if it still owns them all. Raises LMEXP.';

--! split: 1066-functions-bookings-release_admissions.sql
create or replace function app_public.release_admissions(
  booking_id uuid, ticket_category_id uuid, quantity integer
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    release_admissions.booking_id, 'bookings.manage'
  );
  v_sale app_private.sale;
  v_left integer := release_admissions.quantity;
  v_item app_public.booking_items;
begin
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(v_booking.performance_id);
  if v_left is null or v_left < 1 then
    raise exception 'At least one admission is let go.'
      using errcode = 'LMQTY', detail = coalesce(v_left, 0)::text;
  end if;
  for v_item in
    select * from app_public.booking_items as i
    where i.organization_id = v_booking.organization_id
      and i.booking_id = v_booking.id
      and i.item_type = 'admission'
      and i.ticket_category_id = release_admissions.ticket_category_id
    order by i.id desc
  loop
    exit when v_left = 0;
    perform app_private.reprice_admissions(
      v_item, v_sale, greatest(0, v_item.quantity - v_left)
    );
    v_left := v_left - least(v_left, v_item.quantity);
  end loop;
  if v_left > 0 then
    raise exception 'The booking has fewer admissions of this category.'
      using errcode = 'LMQTY', detail = (release_admissions.quantity - v_left)::text;
  end if;
  perform app_private.free_admissions(
    v_booking, release_admissions.ticket_category_id, release_admissions.quantity
  );
  return app_private.store_booking_totals(v_booking.id);
end
$$;

comment on function app_public.release_admissions(uuid, uuid, integer) is
  'Lets admissions of a draft go, the last ones first; the rest and their prices stay. '
  'Raises LMQTY (it has fewer), LMBKG, LMBST, LMEXP, LMSAL, LMEVT, LMSES, LMCRT.';
grant execute on function app_public.release_admissions(uuid, uuid, integer)
  to lml_anonymous, lml_user;

--! split: 1067-functions-bookings-renumber_allocations.sql
-- What is kept back is put aside before the seats are renumbered, and comes back under its new
-- numbers. A reserved seat that the new layout lacks has been refused before.
create or replace function app_private.renumber_allocations(
  performance app_public.performances, layout_id uuid,
  allocated app_public.seat_allocation_seats[]
)
returns void
language sql volatile security definer set search_path = ''
as $$
  insert into app_public.seat_allocation_seats (
    organization_id, performance_id, seat_no, allocation_id
  )
  select a.organization_id, a.performance_id, target.seat_no, a.allocation_id
  from unnest(renumber_allocations.allocated) as a
  join app_public.layout_seats as source
    on source.organization_id = a.organization_id
    and source.layout_id = (renumber_allocations.performance).layout_id
    and source.seat_no = a.seat_no
  join app_public.layout_seats as target
    on target.organization_id = a.organization_id
    and target.layout_id = renumber_allocations.layout_id
    and target.seat_id = source.seat_id
$$;

comment on function app_private.renumber_allocations(
  app_public.performances, uuid, app_public.seat_allocation_seats[]
) is 'Gives seats that are kept back the numbers that a layout gives them.';

--! split: 1068-functions-bookings-reprice_admissions.sql
create or replace function app_private.reprice_admissions(
  item app_public.booking_items, sale app_private.sale, quantity integer
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if reprice_admissions.quantity = 0 then
    delete from app_public.booking_items as i where i.id = (reprice_admissions.item).id;
    return;
  end if;
  update app_public.booking_items as i
  set quantity = reprice_admissions.quantity,
    subtotal_cents = l.subtotal_cents,
    service_fee_cents = l.service_fee_cents,
    processing_fee_cents = l.processing_fee_cents,
    tax_cents = l.tax_cents,
    total_cents = l.total_cents
  from app_hidden.price_line(
    (reprice_admissions.item).unit_price_cents, reprice_admissions.quantity,
    reprice_admissions.sale
  ) as l
  where i.id = (reprice_admissions.item).id;
end
$$;

comment on function app_private.reprice_admissions(
  app_public.booking_items, app_private.sale, integer
) is 'Leaves as many admissions on a line, at its unit price; or, for none, no line.';

--! split: 1069-functions-bookings-require_may_hold.sql
-- What hold_seats asks in passing, for holds of other kinds.
create or replace function app_private.require_may_hold(
  sale app_private.sale, buyer app_private.buyer, booking app_public.bookings, quantity integer
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_total integer := require_may_hold.quantity;
begin
  if (require_may_hold.buyer).user_id is null
    and not (require_may_hold.sale).allow_guest_checkout
  then
    raise exception 'This organization sells to people with an account only.'
      using errcode = 'LMGST', hint = 'Sign in first.';
  end if;
  if (require_may_hold.booking).id is not null then
    perform app_private.require_open_draft(require_may_hold.booking);
    if (require_may_hold.booking).performance_id <> (require_may_hold.sale).performance_id then
      raise exception 'The booking is for another performance.'
        using errcode = 'LMBKG', detail = (require_may_hold.booking).performance_id::text;
    end if;
    v_total := v_total + app_private.tickets_in(require_may_hold.booking);
  end if;
  if require_may_hold.quantity < 1
    or v_total > (require_may_hold.sale).tickets_per_booking_max
  then
    raise exception 'A booking has 1 to % tickets.',
        (require_may_hold.sale).tickets_per_booking_max
      using errcode = 'LMQTY', detail = v_total::text;
  end if;
end
$$;

comment on function app_private.require_may_hold(
  app_private.sale, app_private.buyer, app_public.bookings, integer
) is
  'Raises LMGST, LMQTY, and for a booking that is there LMEXP, LMBST, LMBKG.';

--! split: 1070-functions-bookings-require_room_for_cart.sql
-- The lock is the buyer's own: two requests of one buyer are counted one after the other, and nobody
-- else waits. Settings of its own would cost a hold more than the question: it is called by functions
-- that have them.
create or replace function app_private.require_room_for_cart(
  sale app_private.sale, buyer app_private.buyer
)
returns void
language plpgsql volatile
as $$
declare
  -- An assignment costs less than a statement.
  v_is_locked boolean;
  v_open integer;
begin
  if (require_room_for_cart.buyer).user_id is null then
    v_is_locked := pg_advisory_xact_lock(
      hashbyteaextended((require_room_for_cart.buyer).cart_token_hash, 0)
    ) is not null;
    select count(*) into v_open
    from app_public.bookings as b
    where b.cart_token_hash = (require_room_for_cart.buyer).cart_token_hash
      and b.organization_id = (require_room_for_cart.sale).organization_id
      and b.expires_at > now();
  else
    v_is_locked := pg_advisory_xact_lock(
      uuid_hash_extended((require_room_for_cart.buyer).user_id, 0)
    ) is not null;
    select count(*) into v_open
    from app_public.bookings as b
    where b.user_id = (require_room_for_cart.buyer).user_id
      and b.organization_id = (require_room_for_cart.sale).organization_id
      and b.expires_at > now();
  end if;
  if v_open >= (require_room_for_cart.sale).open_carts_max then
    raise exception 'You have % open carts.', v_open
      using errcode = 'LMCRS', detail = v_open::text,
        hint = 'Pay for one, cancel one, or let one run out.';
  end if;
end
$$;

comment on function app_private.require_room_for_cart(app_private.sale, app_private.buyer) is
  'Raises LMCRS when a buyer has too many unpaid bookings.';

--! split: 1071-functions-bookings-require_same_standing_areas.sql
-- Places without a seat have no number by which they could be found again.
create or replace function app_private.require_same_standing_areas(
  performance app_public.performances, layout_id uuid
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_area text;
begin
  select a.name into v_area
  from (
    select s.name, s.capacity, s.category, s.layout_id
    from app_public.layout_sections as s
    where s.organization_id = (require_same_standing_areas.performance).organization_id
      and s.layout_id in (
        (require_same_standing_areas.performance).layout_id, require_same_standing_areas.layout_id
      )
      and s.kind = 'standing'
  ) as a
  group by a.name, a.capacity, a.category
  having count(distinct a.layout_id) < 2
  order by a.name
  limit 1;
  if found then
    raise exception 'A standing area is on sale, and the layout has it otherwise or not at all.'
      using errcode = 'LMMOV', detail = v_area;
  end if;
end
$$;

comment on function app_private.require_same_standing_areas(app_public.performances, uuid) is
  'Raises LMMOV unless a layout has the standing areas that a performance has.';

--! split: 1072-functions-bookings-restore_claims.sql
create or replace function app_private.restore_claims(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_lacking record;
begin
  -- What is still there stays: who takes lapsed places back passes over what is locked.
  perform from app_private.admission_claims as c
  where c.organization_id = (restore_claims.booking).organization_id
    and c.booking_id = (restore_claims.booking).id
  for no key update;
  for v_lacking in
    select l.pool_id, l.quantity
    from app_private.lacks_admissions(restore_claims.booking) as l
    order by l.pool_id
  loop
    perform app_private.take_the_last_of_pool(
      (restore_claims.booking).organization_id, v_lacking.pool_id,
      (restore_claims.booking).id, v_lacking.quantity, now() + interval '1 minute'
    );
  end loop;
end
$$;

comment on function app_private.restore_claims(app_public.bookings) is
  'Takes again what was taken back of a booking, if it is free. Raises LMFEW.';

--! split: 1073-functions-bookings-sell_claims.sql
create or replace function app_private.sell_claims(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  -- Slots in order, then the claims; what is missing afterwards has been taken back.
  perform from app_private.admission_claims as c
  join app_private.admission_slots as s
    on s.pool_id = c.pool_id and s.slot_no = c.slot_no and s.organization_id = c.organization_id
  where c.organization_id = (sell_claims.booking).organization_id
    and c.booking_id = (sell_claims.booking).id
  order by s.pool_id, s.slot_no
  for no key update of s;

  with sold as (
    update app_private.admission_claims as c
    set held_until = null
    where c.organization_id = (sell_claims.booking).organization_id
      and c.booking_id = (sell_claims.booking).id
      and c.held_until is not null
    returning c.organization_id, c.pool_id, c.slot_no, c.quantity
  )
  update app_private.admission_slots as s
  set held = s.held - c.quantity, sold = s.sold + c.quantity
  from sold as c
  where s.pool_id = c.pool_id
    and s.slot_no = c.slot_no
    and s.organization_id = c.organization_id;

  if exists (select from app_private.lacks_admissions(sell_claims.booking)) then
    raise exception 'The hold has run out, and others have taken places of it.'
      using errcode = 'LMEXP', hint = 'Hold admissions again.';
  end if;
end
$$;

comment on function app_private.sell_claims(app_public.bookings) is
  'Moves what a booking holds of its pools from held to sold. Raises LMEXP.';

--! split: 1074-functions-bookings-tickets_in.sql
create or replace function app_private.tickets_in(booking app_public.bookings)
returns integer
language sql volatile security definer set search_path = ''
as $$
  select coalesce(sum(i.quantity), 0)::integer
  from app_public.booking_items as i
  where i.organization_id = (tickets_in.booking).organization_id
    and i.booking_id = (tickets_in.booking).id
    and i.item_type in ('seat', 'admission')
$$;

comment on function app_private.tickets_in(app_public.bookings) is
  'How many tickets are on the lines of a booking.';

--! split: 1075-functions-payments-receive_payment.sql
-- Money that has arrived is booked whatever happens to the seats. When they are gone, it goes back
-- exactly once.
create or replace function app_private.receive_payment(
  intent app_public.payment_intents, stripe_id text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents;
  v_booking app_public.bookings;
begin
  update app_public.payment_intents as p
  set status = 'succeeded', stripe_status = 'succeeded', succeeded_at = now(),
    canceled_at = null,
    received_cents = p.amount_cents, stripe_payment_intent_id = receive_payment.stripe_id
  where p.id = (receive_payment.intent).id
  returning * into v_intent;

  perform app_private.post_to_ledger(
    v_intent.organization_id, v_intent.booking_id, v_intent.currency,
    'payment:' || v_intent.id, 'Payment received',
    array['stripe_balance', 'buyer_clearing']::app_public.ledger_account_kind[],
    array[v_intent.amount_cents, -v_intent.amount_cents]
  );

  if not app_private.confirm_booking(v_intent.booking_id) then
    -- Its deadline has passed, whether or not the sweep was here: the refund must find it ended.
    update app_public.bookings as b
    set status = 'expired', expires_at = null
    where b.id = v_intent.booking_id and b.status in ('draft', 'pending_payment')
    returning * into v_booking;
    if found then
      perform app_private.free_seats(v_booking, app_private.held_seat_nos(v_booking));
      perform app_private.free_admissions(v_booking);
    end if;
    perform app_private.queue_refund(v_intent, v_intent.amount_cents, 'late_payment');
  end if;
end
$$;

comment on function app_private.receive_payment(app_public.payment_intents, text) is
  'Books a payment, then confirms its booking or queues its refund.';

--! split: 1076-functions-tickets-issue_tickets.sql
-- One ticket per seat or admission. The parts of a line are shared out so that its tickets sum to it exactly.
create or replace function app_private.issue_tickets(booking app_public.bookings)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_layout_id uuid;
  v_count integer;
begin
  select p.layout_id into strict v_layout_id
  from app_public.performances as p where p.id = (issue_tickets.booking).performance_id;

  with issued as (
    insert into app_public.tickets (
      organization_id, performance_id, booking_id, booking_item_id, ticket_category_id, seat_no,
      ticket_number, section, row_name, seat_number, face_value_cents, discount_cents,
      fees_paid_cents, tax_paid_cents, total_paid_cents, currency
    )
    select
      i.organization_id, (issue_tickets.booking).performance_id, i.booking_id, i.id,
      i.ticket_category_id, s.seat_no, 'TKT-' || app_hidden.random_code(10), section.name,
      s.row_name, s.seat_number, i.unit_price_cents, share.discount, share.fees, share.tax,
      i.unit_price_cents - share.discount + share.fees + share.tax,
      (issue_tickets.booking).currency
    from app_public.booking_items as i
    cross join generate_series(1, i.quantity) as n (ordinality)
    left join app_public.layout_seats as s
      on s.organization_id = i.organization_id
      and s.layout_id = v_layout_id
      and s.seat_no = i.seat_nos[n.ordinality]
    left join app_public.layout_sections as section
      on section.organization_id = s.organization_id
      and section.layout_id = s.layout_id
      and section.section_no = s.section_no
    cross join lateral (
      select
        app_hidden.share_of(i.discount_cents, n.ordinality, i.quantity) as discount,
        app_hidden.share_of(
          i.service_fee_cents + i.processing_fee_cents, n.ordinality, i.quantity
        ) as fees,
        app_hidden.share_of(i.tax_cents, n.ordinality, i.quantity) as tax
    ) as share
    where i.organization_id = (issue_tickets.booking).organization_id
      and i.booking_id = (issue_tickets.booking).id
      and i.item_type in ('seat', 'admission')
    returning organization_id, id
  )
  insert into app_private.ticket_credentials (organization_id, ticket_id, credential_hash)
  select t.organization_id, t.id,
    app_hidden.hash_token(app_private.ticket_credential_of(t.id, 1))
  from issued as t;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_private.issue_tickets(app_public.bookings) is
  'Issues the tickets of a booking that has just been confirmed; returns how many.';

--! split: 1077-functions-risk-refuse_checkout.sql
-- Refused by a rule: canceled, because an error would undo what the rule has found. The reason does
-- not tell the rule.
create or replace function app_private.refuse_checkout(booking app_public.bookings)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  update app_public.bookings as b
  set status = 'canceled', canceled_at = now(), expires_at = null,
    cancellation_reason = 'The order was not accepted.'
  where b.id = (refuse_checkout.booking).id
  returning * into v_booking;
  perform app_private.free_seats(v_booking, app_private.held_seat_nos(v_booking));
  perform app_private.free_admissions(v_booking);
  return v_booking;
end
$$;

comment on function app_private.refuse_checkout(app_public.bookings) is
  'Cancels a booking that is not accepted, and frees its seats and places.';

--! split: 1078-functions-risk-screen_checkout.sql
-- Nothing is raised here: what the rules found has to be there afterwards.
create or replace function app_private.screen_checkout(
  booking app_public.bookings, phone text default null
)
returns app_public.fraud_action
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := screen_checkout.booking;
  v_signal app_private.booking_signals;
  v_rules app_public.fraud_detection_rules[];
  v_assessment app_public.risk_assessments;
  v_alert_id uuid;
begin
  -- Whoever sells by telephone or at a counter sees the buyer.
  if v_booking.booking_channel in ('admin', 'phone') then
    return null;
  end if;
  v_signal := app_private.record_signal(
    v_booking.id, 'checkout', app_private.tickets_in(v_booking),
    screen_checkout.phone
  );
  v_rules := app_private.firing_rules(v_signal);
  if cardinality(v_rules) = 0 then
    return null;
  end if;

  insert into app_public.risk_assessments (organization_id, booking_id, score, action, factors)
  select
    v_booking.organization_id, v_booking.id,
    least(100, sum(app_hidden.points_of(r.severity))), max(r.action),
    jsonb_agg(
      jsonb_build_object(
        'ruleId', r.id, 'ruleName', r.rule_name, 'ruleType', r.rule_type,
        'severity', r.severity, 'action', r.action, 'points', app_hidden.points_of(r.severity)
      ) order by r.id
    )
  from unnest(v_rules) as r
  returning * into v_assessment;

  for v_alert_id in
    insert into app_public.fraud_alerts (
      organization_id, booking_id, rule_id, severity, action, risk_score
    )
    select
      v_booking.organization_id, v_booking.id, r.id, r.severity, r.action, v_assessment.score
    from unnest(v_rules) as r
    where r.action <> 'flag'
    returning id
  loop
    perform app_private.add_job(
      'fraud_alert__announce', jsonb_build_object('alert_id', v_alert_id)
    );
  end loop;
  return v_assessment.action;
end
$$;

comment on function app_private.screen_checkout(app_public.bookings, text) is
  'Records a checkout and asks the rules about it: the strongest action of those that fire, or '
  'null. Writes the assessment and the alerts.';

--! split: 1079-functions-risk-screen_hold.sql
-- Asked only where a rule wants it: see events.screens_holds. It raises, so the seats stay free.
create or replace function app_private.screen_hold(booking_id uuid, tickets integer)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_signal app_private.booking_signals := app_private.record_signal(
    screen_hold.booking_id, 'hold', screen_hold.tickets
  );
begin
  if cardinality(app_private.firing_rules(v_signal)) > 0 then
    raise exception 'These seats cannot be held for you now.'
      using errcode = 'LMRSK', hint = 'Try again later, or ask the organization.';
  end if;
end
$$;

comment on function app_private.screen_hold(uuid, integer) is
  'Records a hold and asks the rules about it. Raises LMRSK, which does not tell the rule.';

--! split: 1080-functions-audit-check_invariants.sql
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
    'organization_has_an_owner', o.id, null, format('nobody owns %s', o.slug)
  from app_public.organizations as o
  where not exists (
    select from app_public.organization_members as m
    where m.organization_id = o.id and m.role = 'owner' and m.status = 'active'
  )
$$;

comment on function app_public.check_invariants() is
  'Everything that is not consistent now, one row each; none when all is well. '
  'For the owner and the worker.';
grant execute on function app_public.check_invariants() to lml_worker;

--! split: 1081-functions-privacy-erase_user.sql
-- Bookings are locked before the account, as everywhere. A checkout that began while the account was
-- still open either has its booking already, and is waited for; or finds it run out. A booking that
-- appeared meanwhile waited at the account's row: then the job begins anew.
create or replace function app_private.erase_user(request_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_request app_public.privacy_requests;
  v_locked uuid[];
  v_person app_private.person;
  v_draft app_public.bookings;
  v_member app_public.organization_members;
  v_summary jsonb;
begin
  select * into strict v_request
  from app_public.privacy_requests as r
  where r.id = erase_user.request_id and r.kind = 'erasure' and r.user_id is not null
  for update;
  if v_request.completed_at is not null then
    return false;
  end if;

  v_person := app_private.person_of_user(v_request.user_id);
  v_locked := array(
    select b.id from app_public.bookings as b
    where b.id = any (v_person.booking_ids)
    order by b.id
    for no key update
  );
  for v_draft in
    update app_public.bookings as b
    set status = 'expired', expires_at = null
    where b.user_id = v_request.user_id and b.status = 'draft'
    returning b.*
  loop
    perform app_private.free_seats(v_draft, app_private.held_seat_nos(v_draft));
    perform app_private.free_admissions(v_draft);
  end loop;
  perform from app_public.users as u where u.id = v_request.user_id for update;
  v_person := app_private.person_of_user(v_request.user_id);
  if not v_person.booking_ids <@ v_locked then
    raise exception 'A booking was made meanwhile.' using errcode = '40001';
  end if;
  perform app_private.require_no_open_money(v_person.booking_ids);

  for v_member in
    select m.* from app_public.organization_members as m where m.user_id = v_request.user_id
  loop
    perform app_private.end_membership(v_member);
  end loop;
  v_summary := app_private.erase_person(v_person, v_request.id);
  v_summary := v_summary || jsonb_build_object(
    'app_public.audit_log', app_private.redact_audit_actor(v_request.user_id, v_request.id)
  );
  update app_public.privacy_requests as r
  set completed_at = now(), summary = v_summary
  where r.id = v_request.id;
  return true;
end
$$;

comment on function app_private.erase_user(uuid) is
  'Does what request_erasure asked for; false when it was done. Raises LMOPN while money is open.';
grant execute on function app_private.erase_user(uuid) to lml_worker;

--! split: 1082-functions-privacy-declared_classes.sql
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
    'screens_holds reentry_limit open_carts_max'),
  ('app_public.events', 'financial', null, null, 'commission_percentage'),
  ('app_public.performances', 'public', null, null, 'currency status is_public'),
  ('app_public.ticket_categories', 'public', null, null,
    'category_no name description status seat_categories sections is_public'),
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

--! split: 1083-policies-inventory-admission_claims.sql
-- Read and written by functions only.
alter table app_private.admission_claims enable row level security;
alter table app_private.admission_claims force row level security;

drop policy if exists all_owner on app_private.admission_claims;
create policy all_owner on app_private.admission_claims
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.admission_claims from public;

--! split: 1084-policies-inventory-admission_pool_categories.sql
-- As public as its performance.
alter table app_public.admission_pool_categories enable row level security;
alter table app_public.admission_pool_categories force row level security;

drop policy if exists all_owner on app_public.admission_pool_categories;
create policy all_owner on app_public.admission_pool_categories
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_performance on app_public.admission_pool_categories;
create policy select_with_performance on app_public.admission_pool_categories
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.performances as p
    where p.organization_id = admission_pool_categories.organization_id
      and p.id = admission_pool_categories.performance_id
  ));

revoke all on app_public.admission_pool_categories from public;
grant select on app_public.admission_pool_categories to lml_anonymous, lml_user;

--! split: 1085-policies-inventory-admission_pools.sql
-- As public as its performance.
alter table app_public.admission_pools enable row level security;
alter table app_public.admission_pools force row level security;

drop policy if exists all_owner on app_public.admission_pools;
create policy all_owner on app_public.admission_pools
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_performance on app_public.admission_pools;
create policy select_with_performance on app_public.admission_pools
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.performances as p
    where p.organization_id = admission_pools.organization_id
      and p.id = admission_pools.performance_id
  ));

revoke all on app_public.admission_pools from public;
grant select on app_public.admission_pools to lml_anonymous, lml_user;

--! split: 1086-policies-inventory-admission_slots.sql
-- Read and written by functions only.
alter table app_private.admission_slots enable row level security;
alter table app_private.admission_slots force row level security;

drop policy if exists all_owner on app_private.admission_slots;
create policy all_owner on app_private.admission_slots
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.admission_slots from public;

--! split: 1087-policies-inventory-seat_allocation_seats.sql
-- For members: what is kept back, and for whom, is not told to buyers.
alter table app_public.seat_allocation_seats enable row level security;
alter table app_public.seat_allocation_seats force row level security;

drop policy if exists all_owner on app_public.seat_allocation_seats;
create policy all_owner on app_public.seat_allocation_seats
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.seat_allocation_seats;
create policy select_member on app_public.seat_allocation_seats
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('inventory.read')));

drop policy if exists select_member_of_venue on app_public.seat_allocation_seats;
create policy select_member_of_venue on app_public.seat_allocation_seats
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('inventory.read')));

revoke all on app_public.seat_allocation_seats from public;
grant select on app_public.seat_allocation_seats to lml_user;

--! split: 1088-policies-inventory-seat_allocations.sql
-- For members: what is kept back, and for whom, is not told to buyers.
alter table app_public.seat_allocations enable row level security;
alter table app_public.seat_allocations force row level security;

drop policy if exists all_owner on app_public.seat_allocations;
create policy all_owner on app_public.seat_allocations
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.seat_allocations;
create policy select_member on app_public.seat_allocations
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('inventory.read')));

drop policy if exists select_member_of_venue on app_public.seat_allocations;
create policy select_member_of_venue on app_public.seat_allocations
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('inventory.read')));

revoke all on app_public.seat_allocations from public;
grant select on app_public.seat_allocations to lml_user;

--! split: 1089-policies-inventory-seat_changes.sql
-- Read and written by functions only.
alter table app_private.seat_changes enable row level security;
alter table app_private.seat_changes force row level security;

drop policy if exists all_owner on app_private.seat_changes;
create policy all_owner on app_private.seat_changes
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.seat_changes from public;

--! split: 1090-policies-inventory-seat_changes_forgotten.sql
-- Read and written by functions only.
alter table app_private.seat_changes_forgotten enable row level security;
alter table app_private.seat_changes_forgotten force row level security;

drop policy if exists all_owner on app_private.seat_changes_forgotten;
create policy all_owner on app_private.seat_changes_forgotten
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.seat_changes_forgotten from public;

--! split: 1091-policies-inventory-seat_runs.sql
-- Read and written by functions only.
alter table app_private.seat_runs enable row level security;
alter table app_private.seat_runs force row level security;

drop policy if exists all_owner on app_private.seat_runs;
create policy all_owner on app_private.seat_runs
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.seat_runs from public;
