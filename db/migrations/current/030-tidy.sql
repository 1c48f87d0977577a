-- What a booking holds of allocations: it goes back there when it is not bought.
create table app_private.allocation_holds (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  booking_id uuid not null,
  seat_allocation_id uuid,
  admission_allocation_id uuid,
  seat_ids text[] not null default '{}',
  places integer not null default 0,
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  foreign key (seat_allocation_id, organization_id)
    references app_public.seat_allocations (id, organization_id) on delete restrict,
  foreign key (admission_allocation_id, organization_id)
    references app_public.admission_allocations (id, organization_id) on delete restrict,
  constraint allocation_holds_one_allocation
    check (num_nonnulls(seat_allocation_id, admission_allocation_id) = 1),
  constraint allocation_holds_seats_or_places check (
    places >= 0
    and (seat_allocation_id is not null or seat_ids = '{}')
    and (admission_allocation_id is not null or places = 0)
  )
);
create index allocation_holds_booking_id_idx
  on app_private.allocation_holds (booking_id, organization_id);
create index allocation_holds_seat_allocation_id_idx
  on app_private.allocation_holds (seat_allocation_id, organization_id);
create index allocation_holds_admission_allocation_id_idx
  on app_private.allocation_holds (admission_allocation_id, organization_id);

comment on table app_private.allocation_holds is
  'What a booking was given of an allocation, and has not given back.';
comment on column app_private.allocation_holds.id is 'Identifier.';
comment on column app_private.allocation_holds.organization_id is 'Who sells.';
comment on column app_private.allocation_holds.booking_id is 'Which booking.';
comment on column app_private.allocation_holds.seat_allocation_id is 'Of which seats.';
comment on column app_private.allocation_holds.admission_allocation_id is 'Of which places.';
comment on column app_private.allocation_holds.seat_ids is
  'The seats, by the ids that they keep in every version of a layout.';
comment on column app_private.allocation_holds.places is 'How many places.';
