--! Previous: sha1:b29819dcdf255c05f8b93745199f4c4cc609941a
--! Hash: sha1:584e2781d50109004eecea3aed8f296888ea99e8
--! Message: tables of inventory

--! split: 100-tables.sql
-- What is left: one small row for each seat of each performance.

create type app_public.seat_status as enum ('available', 'locked', 'booked', 'reserved', 'blocked');
comment on type app_public.seat_status is
  'State of a seat at a performance. A locked seat whose deadline has passed is available.';

create table app_public.performance_categories (
  organization_id uuid not null,
  performance_id uuid not null,
  category_no smallint not null,
  ticket_category_id uuid not null,
  primary key (performance_id, organization_id, category_no),
  unique (ticket_category_id, organization_id, performance_id),
  foreign key (organization_id, performance_id)
    references app_public.performances (organization_id, id) on delete restrict,
  foreign key (organization_id, ticket_category_id)
    references app_public.ticket_categories (organization_id, id) on delete restrict
);

comment on table app_public.performance_categories is
  'The ticket categories on sale at a performance, by the small number its seats carry.';
comment on column app_public.performance_categories.organization_id is 'Who sells it.';
comment on column app_public.performance_categories.performance_id is 'The performance.';
comment on column app_public.performance_categories.category_no is 'Number in category_nos.';
comment on column app_public.performance_categories.ticket_category_id is 'The category.';

-- The hot table. Columns are ordered by alignment, wide ones first, so that a free seat takes 72
-- bytes; a page keeps a quarter of its space so that a sale can update its rows in place.
create table app_public.seat_booking_state (
  locked_until timestamptz,
  price_override_cents bigint,
  seat_no integer not null,
  status app_public.seat_status not null default 'available',
  category_no smallint,
  organization_id uuid not null,
  performance_id uuid not null,
  booking_id uuid,
  primary key (organization_id, performance_id, seat_no),
  foreign key (organization_id, performance_id)
    references app_public.performances (organization_id, id) on delete restrict,
  foreign key (organization_id, performance_id, category_no)
    references app_public.performance_categories (organization_id, performance_id, category_no)
    on delete restrict,
  constraint seat_booking_state_locked_has_deadline
    check ((status = 'locked') = (locked_until is not null)),
  constraint seat_booking_state_taken_has_booking
    check ((status in ('locked', 'booked')) = (booking_id is not null)),
  constraint seat_booking_state_on_sale_has_category
    check (category_no is not null or status in ('reserved', 'blocked')),
  constraint seat_booking_state_override_is_bounded
    check (price_override_cents between 0 and 100000000000)
) with (fillfactor = 75);

comment on table app_public.seat_booking_state is
  'State of one seat at one performance. Sellers read it; buyers read seat_map.';
comment on column app_public.seat_booking_state.locked_until is 'When a lock falls by itself.';
comment on column app_public.seat_booking_state.price_override_cents is
  'Price of this very seat, instead of its category''s.';
comment on column app_public.seat_booking_state.seat_no is 'Number of the seat in the layout.';
comment on column app_public.seat_booking_state.status is 'State.';
comment on column app_public.seat_booking_state.category_no is 'See performance_categories.';
comment on column app_public.seat_booking_state.organization_id is 'Who sells it.';
comment on column app_public.seat_booking_state.performance_id is 'The performance.';
comment on column app_public.seat_booking_state.booking_id is 'Which booking has the seat.';

create type app_public.seat_map as (
  performance_id uuid,
  layout_id uuid,
  layout_sha256 text,
  availability text,
  category_nos smallint[]
);
comment on type app_public.seat_map is
  'What is free at a performance. The seats themselves are in the layout, which never changes.';
comment on column app_public.seat_map.performance_id is 'The performance.';
comment on column app_public.seat_map.layout_id is 'Its layout.';
comment on column app_public.seat_map.layout_sha256 is 'Hash of the layout: cache it for ever.';
comment on column app_public.seat_map.availability is
  'One letter per seat in seat_no order: a available, l locked, b booked, r reserved, x blocked.';
comment on column app_public.seat_map.category_nos is
  'The category_no of each seat in seat_no order; null where a seat is not for sale.';

-- What a hold must know about a performance, read once.
create type app_private.sale as (
  organization_id uuid,
  performance_id uuid,
  event_id uuid,
  layout_id uuid,
  currency text,
  service_fee_percentage numeric,
  service_fee_fixed_cents bigint,
  processing_fee_percentage numeric,
  processing_fee_fixed_cents bigint,
  commission_percentage numeric,
  tax_percentage numeric,
  allow_guest_checkout boolean,
  hold_seconds integer,
  checkout_seconds integer,
  hold_seconds_max integer,
  tickets_per_booking_max integer
);
comment on type app_private.sale is 'Terms of sale of one performance.';

-- A line of a booking before it is written.
create type app_private.priced_line as (
  ticket_category_id uuid,
  seat_nos integer[],
  quantity integer,
  unit_price_cents bigint,
  subtotal_cents bigint,
  service_fee_cents bigint,
  processing_fee_cents bigint,
  tax_cents bigint,
  total_cents bigint
);
comment on type app_private.priced_line is 'Seats of one category at one price, with all amounts.';
