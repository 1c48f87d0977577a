-- What is left: one small row for each seat of each performance.

create type app_public.seat_status as enum ('available', 'locked', 'booked', 'reserved', 'blocked');
comment on type app_public.seat_status is
  'State of a seat at a performance. A locked seat whose deadline has passed is available.';

create table app_public.performance_categories (
  organization_id uuid not null,
  performance_id uuid not null,
  category_no smallint not null,
  ticket_category_id uuid not null,
  primary key (organization_id, performance_id, category_no),
  unique (organization_id, ticket_category_id, performance_id),
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
    references app_public.performance_categories on delete restrict,
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
