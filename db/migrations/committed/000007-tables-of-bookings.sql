--! Previous: sha1:584e2781d50109004eecea3aed8f296888ea99e8
--! Hash: sha1:39060aa556a1a1ff4f56a06413ee5c9d0dfeb4d0
--! Message: tables of bookings

--! split: 100-tables.sql
-- Orders for tickets. A draft booking is the cart; it becomes an order without changing its name.

create type app_public.booking_status as enum (
  'draft', 'pending_payment', 'confirmed', 'partially_paid', 'canceled', 'refunded', 'expired',
  'disputed', 'fraud_hold', 'transferred', 'completed'
);
comment on type app_public.booking_status is
  'The life of a booking; booking_status_transitions says which moves are allowed.';

create type app_public.booking_channel as enum ('web', 'mobile', 'api', 'admin', 'phone');
comment on type app_public.booking_channel is 'How a booking was made.';

create type app_public.booking_item_type as enum ('seat', 'admission', 'add_on', 'fee');
comment on type app_public.booking_item_type is 'What a line of a booking is for.';

create table app_public.customers (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references app_public.organizations on delete restrict,
  user_id uuid references app_public.users on delete restrict,
  email public.citext not null,
  first_name text,
  last_name text,
  phone text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint customers_email_is_unique unique (email, organization_id),
  constraint customers_email_has_two_sides
    check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= 320),
  constraint customers_names_are_short_text
    check (length(first_name) <= 100 and length(last_name) <= 100),
  constraint customers_phone_is_e164 check (phone ~ '^\+?[1-9][0-9]{1,14}$')
);
create index customers_organization_id_idx on app_public.customers (organization_id);
create index customers_user_id_idx on app_public.customers (user_id);

comment on table app_public.customers is
  'Who buys from an organization, with or without an account.';
comment on column app_public.customers.id is 'Identifier.';
comment on column app_public.customers.organization_id is 'From whom they buy.';
comment on column app_public.customers.user_id is 'Their account, if they have one.';
comment on column app_public.customers.email is 'Address, unique in the organization.';
comment on column app_public.customers.first_name is 'Given name.';
comment on column app_public.customers.last_name is 'Family name.';
comment on column app_public.customers.phone is 'Telephone number, E.164.';
comment on column app_public.customers.created_at is 'When they first bought.';
comment on column app_public.customers.updated_at is 'When the entry last changed.';

create table app_public.booking_status_transitions (
  from_status app_public.booking_status not null,
  to_status app_public.booking_status not null,
  reason text not null,
  primary key (from_status, to_status),
  constraint booking_status_transitions_move check (from_status <> to_status)
);

comment on table app_public.booking_status_transitions is
  'Every allowed move of a booking''s status. Any other is refused.';
comment on column app_public.booking_status_transitions.from_status is 'Before.';
comment on column app_public.booking_status_transitions.to_status is 'After.';
comment on column app_public.booking_status_transitions.reason is 'When it happens.';

insert into app_public.booking_status_transitions (from_status, to_status, reason) values
  ('draft', 'pending_payment', 'checkout starts'),
  ('draft', 'confirmed', 'checkout of a free booking'),
  ('draft', 'canceled', 'the buyer gives up'),
  ('draft', 'expired', 'the hold ran out'),
  ('pending_payment', 'confirmed', 'the payment arrived'),
  ('pending_payment', 'canceled', 'the buyer gives up'),
  ('pending_payment', 'expired', 'no payment arrived in time'),
  ('expired', 'confirmed', 'a late payment found its seats still free'),
  ('expired', 'refunded', 'a late payment was returned'),
  ('canceled', 'refunded', 'the payment was returned'),
  ('confirmed', 'canceled', 'the organization canceled it');

create table app_public.bookings (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  performance_id uuid not null,
  booking_reference text not null,
  status app_public.booking_status not null default 'draft',
  user_id uuid references app_public.users on delete restrict,
  cart_token_hash bytea,
  customer_id uuid,
  customer_email public.citext,
  customer_name text,
  booking_channel app_public.booking_channel not null default 'web',
  currency text not null,
  subtotal_cents bigint not null default 0,
  discount_cents bigint not null default 0,
  service_fee_cents bigint not null default 0,
  processing_fee_cents bigint not null default 0,
  tax_cents bigint not null default 0,
  total_amount_cents bigint not null default 0,
  commission_percentage numeric(7, 4) not null,
  commission_amount_cents bigint not null default 0,
  payout_cents bigint not null default 0,
  expires_at timestamptz,
  checkout_started_at timestamptz,
  confirmed_at timestamptz,
  canceled_at timestamptz,
  cancellation_reason text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint bookings_reference_is_unique unique (booking_reference, organization_id),
  -- One key for tenant, performance and currency: a booking in a currency that its event does not
  -- sell in cannot exist, and a hold locks one shared row for its checks instead of three.
  foreign key (organization_id, performance_id, currency)
    references app_public.performances (organization_id, id, currency) on delete restrict,
  foreign key (organization_id, customer_id)
    references app_public.customers (organization_id, id) on delete restrict,
  constraint bookings_reference_is_unambiguous
    check (booking_reference ~ '^LML-[ABCDEFGHJKMNPQRSTUVWXYZ23456789]{8}$'),
  constraint bookings_have_an_owner check (
    user_id is not null or cart_token_hash is not null or booking_channel in ('admin', 'phone')
  ),
  constraint bookings_cart_token_hash_is_sha256 check (octet_length(cart_token_hash) = 32),
  constraint bookings_parts_are_not_negative check (
    subtotal_cents >= 0 and discount_cents >= 0 and service_fee_cents >= 0
    and processing_fee_cents >= 0 and tax_cents >= 0 and commission_amount_cents >= 0
    and payout_cents >= 0
  ),
  constraint bookings_total_is_sum_of_parts check (
    total_amount_cents
      = subtotal_cents - discount_cents + service_fee_cents + processing_fee_cents + tax_cents
  ),
  constraint bookings_payout_is_what_commission_leaves
    check (payout_cents = subtotal_cents - discount_cents - commission_amount_cents),
  constraint bookings_open_has_deadline
    check ((status in ('draft', 'pending_payment')) = (expires_at is not null)),
  constraint bookings_paid_for_has_confirmed_at
    check (status not in ('confirmed', 'completed') or confirmed_at is not null),
  constraint bookings_canceled_has_canceled_at
    check (status <> 'canceled' or canceled_at is not null),
  constraint bookings_beyond_draft_has_customer check (
    status in ('draft', 'canceled', 'expired') or customer_id is not null
  ),
  constraint bookings_reason_is_short check (length(cancellation_reason) <= 500)
);
create index bookings_performance_id_idx
  on app_public.bookings (performance_id, organization_id, currency);
create index bookings_customer_id_idx on app_public.bookings (customer_id, organization_id)
  where customer_id is not null;
create index bookings_user_id_idx on app_public.bookings (user_id) where user_id is not null;
create index bookings_cart_token_hash_idx on app_public.bookings (cart_token_hash)
  where cart_token_hash is not null;
create index bookings_expires_at_idx on app_public.bookings (expires_at)
  where expires_at is not null;

comment on table app_public.bookings is
  'An order for tickets of one performance. A draft is the cart; its seats are held for it.';
comment on column app_public.bookings.id is 'Identifier.';
comment on column app_public.bookings.organization_id is 'Who sells.';
comment on column app_public.bookings.performance_id is 'For which performance.';
comment on column app_public.bookings.booking_reference is
  'What people quote on the telephone. It gives no rights.';
comment on column app_public.bookings.status is 'Where the booking stands.';
comment on column app_public.bookings.user_id is 'The account that owns it, if any.';
comment on column app_public.bookings.cart_token_hash is E'@behavior -*\nOwner''s hashed token.';
comment on column app_public.bookings.customer_id is 'The customer, known from checkout on.';
comment on column app_public.bookings.customer_email is 'Where the tickets go, as given then.';
comment on column app_public.bookings.customer_name is 'For whom they are, as given then.';
comment on column app_public.bookings.booking_channel is 'How it was made.';
comment on column app_public.bookings.currency is 'Currency of all its amounts.';
comment on column app_public.bookings.subtotal_cents is 'Ticket prices.';
comment on column app_public.bookings.discount_cents is 'What is taken off.';
comment on column app_public.bookings.service_fee_cents is 'Service fees.';
comment on column app_public.bookings.processing_fee_cents is 'Processing fees.';
comment on column app_public.bookings.tax_cents is 'Taxes.';
comment on column app_public.bookings.total_amount_cents is 'What the buyer pays.';
comment on column app_public.bookings.commission_percentage is 'Rate of the commission, frozen.';
comment on column app_public.bookings.commission_amount_cents is 'What the platform keeps.';
comment on column app_public.bookings.payout_cents is 'What the organization gets.';
comment on column app_public.bookings.expires_at is
  'The one deadline of an open booking; its seats are free for others from then on.';
comment on column app_public.bookings.checkout_started_at is 'When checkout started.';
comment on column app_public.bookings.confirmed_at is 'When it was paid for.';
comment on column app_public.bookings.canceled_at is 'When it was canceled.';
comment on column app_public.bookings.cancellation_reason is 'Why it was canceled.';
comment on column app_public.bookings.created_at is 'When the first seat was held.';
comment on column app_public.bookings.updated_at is 'When it last changed.';

-- Deferred, because a hold writes its seats and its booking in one statement. There is no index on
-- the seats' side: it would cost every hold (facts in docs/performance.md), and bookings are never
-- deleted, which is all that it would speed up.
alter table app_public.seat_booking_state
  add constraint seat_booking_state_booking_fkey foreign key (organization_id, booking_id)
  references app_public.bookings (organization_id, id) on delete restrict
  deferrable initially deferred;

create table app_public.booking_items (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  booking_id uuid not null,
  item_type app_public.booking_item_type not null,
  ticket_category_id uuid,
  seat_nos integer[],
  quantity integer not null,
  unit_price_cents bigint not null,
  subtotal_cents bigint not null,
  discount_cents bigint not null default 0,
  service_fee_cents bigint not null default 0,
  processing_fee_cents bigint not null default 0,
  tax_cents bigint not null default 0,
  total_cents bigint not null,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  foreign key (organization_id, ticket_category_id)
    references app_public.ticket_categories (organization_id, id) on delete restrict,
  constraint booking_items_quantity_is_bounded check (quantity between 1 and 10000),
  constraint booking_items_parts_are_not_negative check (
    unit_price_cents >= 0 and discount_cents >= 0 and service_fee_cents >= 0
    and processing_fee_cents >= 0 and tax_cents >= 0
  ),
  constraint booking_items_subtotal_is_price_times_quantity
    check (subtotal_cents = unit_price_cents * quantity),
  constraint booking_items_discount_is_within_subtotal check (discount_cents <= subtotal_cents),
  constraint booking_items_total_is_sum_of_parts check (
    total_cents
      = subtotal_cents - discount_cents + service_fee_cents + processing_fee_cents + tax_cents
  ),
  constraint booking_items_tickets_have_a_category
    check ((item_type in ('seat', 'admission')) = (ticket_category_id is not null)),
  constraint booking_items_seats_are_named_and_counted check (
    case
      when item_type = 'seat' then seat_nos is not null and cardinality(seat_nos) = quantity
      else seat_nos is null
    end
  )
);
create index booking_items_booking_id_idx on app_public.booking_items (booking_id, organization_id);
create index booking_items_ticket_category_id_idx
  on app_public.booking_items (ticket_category_id, organization_id);

comment on table app_public.booking_items is
  'A line of a booking: tickets of one category at one price. Its parts are frozen here.';
comment on column app_public.booking_items.id is 'Identifier.';
comment on column app_public.booking_items.organization_id is 'Who sells.';
comment on column app_public.booking_items.booking_id is 'Of which booking.';
comment on column app_public.booking_items.item_type is 'What the line is for.';
comment on column app_public.booking_items.ticket_category_id is 'Category of the tickets.';
comment on column app_public.booking_items.seat_nos is 'Its seats, by number in the layout.';
comment on column app_public.booking_items.quantity is 'How many.';
comment on column app_public.booking_items.unit_price_cents is 'Price of one.';
comment on column app_public.booking_items.subtotal_cents is 'Price times quantity.';
comment on column app_public.booking_items.discount_cents is 'What is taken off.';
comment on column app_public.booking_items.service_fee_cents is 'Service fee.';
comment on column app_public.booking_items.processing_fee_cents is 'Processing fee.';
comment on column app_public.booking_items.tax_cents is 'Tax.';
comment on column app_public.booking_items.total_cents is 'Sum of the parts.';
comment on column app_public.booking_items.created_at is 'When the line was added.';

create table app_public.booking_state_transitions (
  id uuid not null default uuidv7(),
  organization_id uuid not null,
  booking_id uuid not null,
  from_status app_public.booking_status,
  to_status app_public.booking_status not null,
  reason text,
  changed_by uuid,
  changed_via text not null,
  request_id text,
  created_at timestamptz not null default now(),
  primary key (booking_id, organization_id, id, created_at),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  constraint booking_state_transitions_move check (from_status is distinct from to_status)
) partition by range (created_at);

comment on table app_public.booking_state_transitions is
  'Every status a booking has had, from its first: append-only.';
comment on column app_public.booking_state_transitions.id is 'Identifier.';
comment on column app_public.booking_state_transitions.organization_id is 'Who sells.';
comment on column app_public.booking_state_transitions.booking_id is 'Which booking.';
comment on column app_public.booking_state_transitions.from_status is 'Before; null: it is new.';
comment on column app_public.booking_state_transitions.to_status is 'After.';
comment on column app_public.booking_state_transitions.reason is 'Why.';
comment on column app_public.booking_state_transitions.changed_by is 'User who did it, if any.';
comment on column app_public.booking_state_transitions.changed_via is
  'web, mobile, api, or worker and owner for the system itself.';
comment on column app_public.booking_state_transitions.request_id is 'Request that did it.';
comment on column app_public.booking_state_transitions.created_at is 'When.';

create table app_private.idempotency_keys (
  owner bytea not null,
  idempotency_key text not null,
  function_name text not null,
  arguments_hash bytea not null,
  result uuid,
  created_at timestamptz not null default now(),
  primary key (owner, idempotency_key),
  constraint idempotency_keys_key_is_short_text check (length(idempotency_key) between 1 and 200)
);
create index idempotency_keys_created_at_idx on app_private.idempotency_keys (created_at);

comment on table app_private.idempotency_keys is
  'First results of mutations by key: the same call again returns the same result.';

-- Who buys: a user, or the holder of a cart token.
create type app_private.buyer as (
  user_id uuid,
  cart_token_hash bytea
);
comment on type app_private.buyer is 'The owner of a booking: one of the two is set.';

create type app_public.booking_totals as (
  subtotal_cents bigint,
  discount_cents bigint,
  service_fee_cents bigint,
  processing_fee_cents bigint,
  tax_cents bigint,
  total_amount_cents bigint,
  commission_amount_cents bigint,
  payout_cents bigint
);
comment on type app_public.booking_totals is 'Sums over the lines of a booking, in minor units.';
comment on column app_public.booking_totals.subtotal_cents is 'Ticket prices.';
comment on column app_public.booking_totals.discount_cents is 'What is taken off.';
comment on column app_public.booking_totals.service_fee_cents is 'Service fees.';
comment on column app_public.booking_totals.processing_fee_cents is 'Processing fees.';
comment on column app_public.booking_totals.tax_cents is 'Taxes.';
comment on column app_public.booking_totals.total_amount_cents is 'What the buyer pays.';
comment on column app_public.booking_totals.commission_amount_cents is 'What the platform keeps.';
comment on column app_public.booking_totals.payout_cents is 'What the organization gets.';
