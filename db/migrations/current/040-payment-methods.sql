-- Cards that users keep for their next payment. Everything is private: functions show each user
-- their own, without the ids by which Stripe knows them.

create table app_private.stripe_customers (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references app_public.organizations on delete restrict,
  user_id uuid not null references app_public.users on delete restrict,
  stripe_id text,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint stripe_customers_user_has_one_per_organization unique (user_id, organization_id),
  constraint stripe_customers_stripe_id_is_stripes check (stripe_id ~ '^cus_[A-Za-z0-9]{1,250}$')
);
create index stripe_customers_organization_id_idx on app_private.stripe_customers (organization_id);
create unique index stripe_customers_stripe_id_key
  on app_private.stripe_customers (stripe_id, organization_id);

comment on table app_private.stripe_customers is
  'A user as Stripe knows them, one for each organization: no organization sees another''s cards.';
comment on column app_private.stripe_customers.id is 'Identifier, and idempotency key at Stripe.';
comment on column app_private.stripe_customers.organization_id is 'Who sells.';
comment on column app_private.stripe_customers.user_id is 'Who buys.';
comment on column app_private.stripe_customers.stripe_id is 'Its id, once Stripe has made it.';
comment on column app_private.stripe_customers.created_at is 'When a card was first to be kept.';

create table app_private.saved_payment_methods (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  stripe_customer_id uuid not null,
  stripe_id text not null,
  brand text,
  last4 text,
  exp_month integer,
  exp_year integer,
  created_at timestamptz not null default now(),
  removed_at timestamptz,
  detached_at timestamptz,
  unique (id, organization_id),
  foreign key (organization_id, stripe_customer_id)
    references app_private.stripe_customers (organization_id, id) on delete restrict,
  constraint saved_payment_methods_stripe_id_is_stripes
    check (stripe_id ~ '^pm_[A-Za-z0-9_]{1,250}$'),
  constraint saved_payment_methods_last4_is_four_digits check (last4 ~ '^[0-9]{4}$'),
  constraint saved_payment_methods_exp_month_is_a_month check (exp_month between 1 and 12),
  constraint saved_payment_methods_detached_was_removed
    check (detached_at is null or removed_at is not null)
);
create index saved_payment_methods_stripe_customer_id_idx
  on app_private.saved_payment_methods (stripe_customer_id, organization_id);
create unique index saved_payment_methods_stripe_id_key
  on app_private.saved_payment_methods (stripe_id, organization_id);

comment on table app_private.saved_payment_methods is
  'A card that a user has agreed to keep with Stripe. Its number is known to Stripe alone.';
comment on column app_private.saved_payment_methods.id is 'Identifier.';
comment on column app_private.saved_payment_methods.organization_id is 'With whom it was used.';
comment on column app_private.saved_payment_methods.stripe_customer_id is 'Whose it is.';
comment on column app_private.saved_payment_methods.stripe_id is 'Its id at Stripe.';
comment on column app_private.saved_payment_methods.brand is 'Whose card, such as visa.';
comment on column app_private.saved_payment_methods.last4 is 'The last digits of its number.';
comment on column app_private.saved_payment_methods.exp_month is 'The month in which it expires.';
comment on column app_private.saved_payment_methods.exp_year is 'The year of that month.';
comment on column app_private.saved_payment_methods.created_at is 'When Stripe told of it.';
comment on column app_private.saved_payment_methods.removed_at is 'When it was removed.';
comment on column app_private.saved_payment_methods.detached_at is
  'When Stripe had forgotten it too.';

create table app_private.payment_choices (
  booking_id uuid not null,
  organization_id uuid not null,
  stripe_customer_id uuid not null,
  saved_payment_method_id uuid,
  saves_card boolean not null,
  chosen_at timestamptz not null default now(),
  primary key (booking_id, organization_id),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  foreign key (organization_id, stripe_customer_id)
    references app_private.stripe_customers (organization_id, id) on delete restrict,
  foreign key (organization_id, saved_payment_method_id)
    references app_private.saved_payment_methods (organization_id, id) on delete restrict,
  constraint payment_choices_save_new_cards_only
    check (not saves_card or saved_payment_method_id is null)
);
create index payment_choices_stripe_customer_id_idx
  on app_private.payment_choices (stripe_customer_id, organization_id);
create index payment_choices_saved_payment_method_id_idx
  on app_private.payment_choices (saved_payment_method_id, organization_id);

comment on table app_private.payment_choices is
  'How a user wants to pay for a booking, said before checkout: with a card kept before, or with '
  'one that they agree to keep.';
comment on column app_private.payment_choices.booking_id is 'For which booking.';
comment on column app_private.payment_choices.organization_id is 'Who sells.';
comment on column app_private.payment_choices.stripe_customer_id is 'Who pays.';
comment on column app_private.payment_choices.saved_payment_method_id is 'With which card.';
comment on column app_private.payment_choices.saves_card is
  'Whether the user agrees that the card is kept.';
comment on column app_private.payment_choices.chosen_at is 'When they said so.';

create type app_public.saved_payment_method as (
  id uuid,
  organization_id uuid,
  brand text,
  last4 text,
  exp_month integer,
  exp_year integer,
  created_at timestamptz
);
comment on type app_public.saved_payment_method is 'A card of yours, kept for your next payment.';
comment on column app_public.saved_payment_method.id is 'Identifier.';
comment on column app_public.saved_payment_method.organization_id is 'With whom it can be used.';
comment on column app_public.saved_payment_method.brand is 'Whose card, such as visa.';
comment on column app_public.saved_payment_method.last4 is 'The last digits of its number.';
comment on column app_public.saved_payment_method.exp_month is 'The month in which it expires.';
comment on column app_public.saved_payment_method.exp_year is 'The year of that month.';
comment on column app_public.saved_payment_method.created_at is 'When it was saved.';

create trigger _500_audit
  after insert or update or delete on app_private.saved_payment_methods
  for each row execute function app_hidden.tg__audit('stripe_id');
