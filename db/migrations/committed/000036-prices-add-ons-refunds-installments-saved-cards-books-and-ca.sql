--! Previous: sha1:d18dbbeef03fb3bd21ae4d4bf9b98e4516081538
--! Hash: sha1:c21bade96e7d2d1956c5945530f6350f569417e5
--! Message: Prices, add-ons, refunds, installments, saved cards, books and calls of Stripe

--! split: 036-prices.sql
-- Prices for members and for a time, rules that change them, codes that lower them, fees that the
-- seller bears, taxes by jurisdiction.

-- Who is a member. (Who works for an organization is in organization_members.)
create table app_public.memberships (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references app_public.organizations on delete restrict,
  user_id uuid references app_public.users on delete restrict,
  email public.citext,
  member_number text,
  valid_during tstzrange not null default tstzrange(now(), null),
  granted_by uuid references app_public.users on delete restrict,
  revoked_at timestamptz,
  revoked_by uuid references app_public.users on delete restrict,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint memberships_belong_to_a_user_or_an_address check (num_nonnulls(user_id, email) = 1),
  constraint memberships_email_has_two_sides
    check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= 320),
  constraint memberships_number_is_short_text check (length(member_number) between 1 and 100),
  constraint memberships_validity_is_not_empty check (not isempty(valid_during)),
  constraint memberships_of_a_user_do_not_overlap exclude using gist (
    organization_id with =, user_id with =, valid_during with &&
  ) where (revoked_at is null and user_id is not null),
  constraint memberships_of_an_address_do_not_overlap exclude using gist (
    organization_id with =, (lower(email::text)) with =, valid_during with &&
  ) where (revoked_at is null and email is not null)
);
create index memberships_organization_id_idx on app_public.memberships (organization_id);
create index memberships_user_id_idx on app_public.memberships (user_id, organization_id);
create index memberships_email_idx on app_public.memberships (email, organization_id);
create index memberships_granted_by_idx on app_public.memberships (granted_by);
create index memberships_revoked_by_idx on app_public.memberships (revoked_by);

comment on table app_public.memberships is
  'Who buys from an organization as a member: an account, or whoever has proved an address.';
comment on column app_public.memberships.id is 'Identifier.';
comment on column app_public.memberships.organization_id is 'A member of which organization.';
comment on column app_public.memberships.user_id is 'The account.';
comment on column app_public.memberships.email is
  'Or the address: an account has it when the address is its own and verified.';
comment on column app_public.memberships.member_number is 'What the organization calls them.';
comment on column app_public.memberships.valid_during is 'As long as it lasts.';
comment on column app_public.memberships.granted_by is 'Who entered it.';
comment on column app_public.memberships.revoked_at is 'When it was taken away.';
comment on column app_public.memberships.revoked_by is 'Who took it away.';
comment on column app_public.memberships.created_at is 'When it was entered.';
comment on column app_public.memberships.updated_at is 'When it last changed.';

insert into app_public.role_permissions (role, permission)
select role, 'memberships.manage' from app_public.role_permissions
where permission = 'bookings.manage';

-- Taxes.
create table app_public.tax_jurisdictions (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references app_public.organizations on delete restrict,
  name text not null,
  prices_include_tax boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint tax_jurisdictions_name_is_unique unique (name, organization_id),
  constraint tax_jurisdictions_name_is_short_text check (length(name) between 1 and 100)
);
create index tax_jurisdictions_organization_id_idx
  on app_public.tax_jurisdictions (organization_id);

comment on table app_public.tax_jurisdictions is
  'Where an organization owes taxes, and whether its prices there contain them.';
comment on column app_public.tax_jurisdictions.id is 'Identifier.';
comment on column app_public.tax_jurisdictions.organization_id is 'The organization.';
comment on column app_public.tax_jurisdictions.name is 'Name, unique in the organization.';
comment on column app_public.tax_jurisdictions.prices_include_tax is
  'Whether ticket prices contain the tax; otherwise it is added.';
comment on column app_public.tax_jurisdictions.created_at is 'When it was entered.';
comment on column app_public.tax_jurisdictions.updated_at is 'When it last changed.';

alter table app_public.tax_rates
  add column tax_jurisdiction_id uuid,
  add column valid_during tstzrange not null default '[,)',
  add foreign key (organization_id, tax_jurisdiction_id)
    references app_public.tax_jurisdictions (organization_id, id) on delete restrict,
  add constraint tax_rates_validity_is_not_empty check (not isempty(valid_during)),
  add constraint tax_rates_of_a_jurisdiction_do_not_overlap exclude using gist (
    organization_id with =, tax_jurisdiction_id with =, valid_during with &&
  ) where (tax_jurisdiction_id is not null);
create index tax_rates_tax_jurisdiction_id_idx
  on app_public.tax_rates (tax_jurisdiction_id, organization_id);
comment on column app_public.tax_rates.tax_jurisdiction_id is
  'The jurisdiction whose rate it is for a time; null: a rate that events name themselves.';
comment on column app_public.tax_rates.valid_during is 'When it is the rate of its jurisdiction.';

alter table app_public.venues
  add column tax_jurisdiction_id uuid,
  add foreign key (organization_id, tax_jurisdiction_id)
    references app_public.tax_jurisdictions (organization_id, id) on delete restrict;
create index venues_tax_jurisdiction_id_idx
  on app_public.venues (tax_jurisdiction_id, organization_id);
comment on column app_public.venues.tax_jurisdiction_id is
  'Where its events are taxed; events made afterwards take it over.';

-- What makes an event's prices more than a row and a fee. A sale asks this one flag.
alter table app_public.events
  add column has_price_rules boolean not null default false,
  add column absorbs_service_fees boolean not null default false,
  add column absorbs_processing_fees boolean not null default false,
  add column tax_jurisdiction_id uuid,
  add foreign key (organization_id, tax_jurisdiction_id)
    references app_public.tax_jurisdictions (organization_id, id) on delete restrict,
  add constraint events_have_one_source_of_tax
    check (tax_rate_id is null or tax_jurisdiction_id is null);
create index events_tax_jurisdiction_id_idx
  on app_public.events (tax_jurisdiction_id, organization_id);
comment on column app_public.events.has_price_rules is
  'Whether it has, or once had, rules, prices or categories for members: its sales look for them.';
comment on column app_public.events.absorbs_service_fees is
  'Whether the organization pays the service fees out of its prices.';
comment on column app_public.events.absorbs_processing_fees is
  'Whether the organization pays the processing fees out of its prices.';
comment on column app_public.events.tax_jurisdiction_id is
  'Where it is taxed, at the rate of the moment; instead of a rate of its own.';
alter type app_private.sale add attribute prices_vary boolean;

alter table app_public.ticket_categories
  add column requires_membership boolean not null default false;
comment on column app_public.ticket_categories.requires_membership is
  'Whether only members of the organization may buy.';

-- Rules.
create type app_public.pricing_condition as enum (
  'category_sold', 'performance_sold', 'hours_to_event'
);
comment on type app_public.pricing_condition is
  'What a rule looks at: percent sold of its category or of the performance, or hours until it '
  'starts.';

create table app_public.pricing_rules (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  ticket_category_id uuid not null,
  name text not null,
  sort_order smallint not null default 1,
  condition app_public.pricing_condition not null,
  at_least numeric(9, 3) not null default 0,
  below numeric(9, 3),
  percentage numeric(7, 4),
  amount_cents bigint,
  floor_cents bigint,
  ceiling_cents bigint,
  round_to_cents bigint,
  ended_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  foreign key (organization_id, ticket_category_id)
    references app_public.ticket_categories (organization_id, id) on delete restrict,
  constraint pricing_rules_name_is_short_text check (length(name) between 1 and 100),
  constraint pricing_rules_sort_order_is_positive check (sort_order between 1 and 100),
  constraint pricing_rules_apply_from_somewhere check (at_least >= 0),
  constraint pricing_rules_apply_up_to_more check (below > at_least),
  constraint pricing_rules_change_by_a_share_or_an_amount
    check (num_nonnulls(percentage, amount_cents) = 1),
  constraint pricing_rules_percentage_is_bounded check (percentage between -100 and 500),
  constraint pricing_rules_amount_is_bounded
    check (amount_cents between -100000000000 and 100000000000),
  constraint pricing_rules_limits_are_bounded
    check (floor_cents >= 0 and ceiling_cents between 0 and 100000000000),
  constraint pricing_rules_floor_is_below_ceiling check (floor_cents <= ceiling_cents),
  constraint pricing_rules_round_to_is_bounded check (round_to_cents between 1 and 1000000)
);
create index pricing_rules_ticket_category_id_idx
  on app_public.pricing_rules (ticket_category_id, organization_id);

comment on table app_public.pricing_rules is
  'Rules that change the price of a category, one after the other by sort_order and id.';
comment on column app_public.pricing_rules.id is 'Identifier.';
comment on column app_public.pricing_rules.organization_id is 'Whose rule it is.';
comment on column app_public.pricing_rules.ticket_category_id is 'Whose price it changes.';
comment on column app_public.pricing_rules.name is 'What a receipt calls it.';
comment on column app_public.pricing_rules.sort_order is 'Lower ones come first.';
comment on column app_public.pricing_rules.condition is 'What it looks at.';
comment on column app_public.pricing_rules.at_least is
  'It applies from this percentage or hour on,';
comment on column app_public.pricing_rules.below is 'and below this one; null: without an end.';
comment on column app_public.pricing_rules.percentage is
  'What it adds to the price so far, in percent of it; negative: takes off.';
comment on column app_public.pricing_rules.amount_cents is 'Or the amount that it adds.';
comment on column app_public.pricing_rules.floor_cents is 'It never lowers a price below this.';
comment on column app_public.pricing_rules.ceiling_cents is 'It never raises a price above this.';
comment on column app_public.pricing_rules.round_to_cents is
  'The price is then rounded to a multiple of this, within floor and ceiling.';
comment on column app_public.pricing_rules.ended_at is 'When it ceased to apply.';
comment on column app_public.pricing_rules.created_at is 'When it was entered.';
comment on column app_public.pricing_rules.updated_at is 'When it last changed.';

-- How much was sold, counted now and then: no sale writes here, or waits for one that does.
create table app_private.sold_shares (
  performance_id uuid not null,
  organization_id uuid not null,
  ticket_category_ids uuid[] not null,
  category_shares numeric[] not null,
  performance_share numeric not null,
  counted_at timestamptz not null,
  primary key (performance_id, organization_id),
  foreign key (organization_id, performance_id)
    references app_public.performances (organization_id, id) on delete restrict,
  constraint sold_shares_are_of_categories
    check (cardinality(ticket_category_ids) = cardinality(category_shares))
);
comment on table app_private.sold_shares is
  'Percent sold of a performance and its categories, as they were when last counted.';

-- Discounts.
create table app_public.discount_codes (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  event_id uuid not null,
  currency text not null,
  ticket_category_id uuid,
  code public.citext not null,
  percentage numeric(7, 4),
  amount_cents bigint,
  quantity_min integer not null default 1,
  subtotal_min_cents bigint not null default 0,
  uses_max integer,
  uses_per_customer_max integer,
  valid_during tstzrange not null default '[,)',
  ended_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint discount_codes_code_is_unique unique (event_id, organization_id, code),
  foreign key (organization_id, event_id, currency)
    references app_public.events (organization_id, id, currency) on delete restrict,
  foreign key (organization_id, ticket_category_id)
    references app_public.ticket_categories (organization_id, id) on delete restrict,
  constraint discount_codes_code_is_one_word
    check (length(code) between 3 and 50 and code::text ~ '^[^[:space:]]+$'),
  constraint discount_codes_take_off_a_share_or_an_amount
    check (num_nonnulls(percentage, amount_cents) = 1),
  constraint discount_codes_percentage_is_bounded check (percentage > 0 and percentage <= 100),
  constraint discount_codes_amount_is_bounded check (amount_cents between 1 and 100000000000),
  constraint discount_codes_minimums_are_bounded
    check (quantity_min between 1 and 500 and subtotal_min_cents >= 0),
  constraint discount_codes_uses_are_positive check (uses_max > 0 and uses_per_customer_max > 0),
  constraint discount_codes_validity_is_not_empty check (not isempty(valid_during))
);
create index discount_codes_event_id_idx
  on app_public.discount_codes (event_id, organization_id, currency);
create index discount_codes_ticket_category_id_idx
  on app_public.discount_codes (ticket_category_id, organization_id);

comment on table app_public.discount_codes is 'Codes that lower what a booking costs.';
comment on column app_public.discount_codes.id is 'Identifier.';
comment on column app_public.discount_codes.organization_id is 'Who gives it.';
comment on column app_public.discount_codes.event_id is 'For which event.';
comment on column app_public.discount_codes.currency is 'The event''s currency.';
comment on column app_public.discount_codes.ticket_category_id is
  'For tickets of this category; null: for all tickets of the event.';
comment on column app_public.discount_codes.code is 'The code; upper and lower case are the same.';
comment on column app_public.discount_codes.percentage is 'Percent that it takes off the tickets.';
comment on column app_public.discount_codes.amount_cents is
  'Or the amount, once for each booking, that it takes off.';
comment on column app_public.discount_codes.quantity_min is 'For at least as many tickets,';
comment on column app_public.discount_codes.subtotal_min_cents is 'that cost at least as much.';
comment on column app_public.discount_codes.uses_max is 'How many bookings may use it.';
comment on column app_public.discount_codes.uses_per_customer_max is
  'How many of one account, cart or address.';
comment on column app_public.discount_codes.valid_during is 'When it may be applied.';
comment on column app_public.discount_codes.ended_at is 'When it was ended.';
comment on column app_public.discount_codes.created_at is 'When it was entered.';
comment on column app_public.discount_codes.updated_at is 'When it last changed.';

create table app_public.discount_redemptions (
  booking_id uuid not null,
  organization_id uuid not null,
  discount_code_id uuid not null,
  code public.citext not null,
  created_at timestamptz not null default now(),
  primary key (booking_id, organization_id),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  foreign key (organization_id, discount_code_id)
    references app_public.discount_codes (organization_id, id) on delete restrict
);
create index discount_redemptions_discount_code_id_idx
  on app_public.discount_redemptions (discount_code_id, organization_id);

comment on table app_public.discount_redemptions is
  'Which booking uses which code. A booking that is over without a sale does not count.';
comment on column app_public.discount_redemptions.booking_id is 'The booking.';
comment on column app_public.discount_redemptions.organization_id is 'Who sells.';
comment on column app_public.discount_redemptions.discount_code_id is 'The code.';
comment on column app_public.discount_redemptions.code is 'The code, as it was then.';
comment on column app_public.discount_redemptions.created_at is 'When it was applied.';

create table app_private.discount_attempts (
  asker text primary key,
  started_at timestamptz not null default now(),
  attempts integer not null default 1
);
comment on table app_private.discount_attempts is
  'How many codes that are none came from a network, or from a buyer whose network is unknown.';

insert into app_private.retention_rules (
  rule, description, relation, action, kept_for, since, condition
)
values (
  'discount_attempts', 'Codes that were guessed.', 'app_private.discount_attempts', 'delete',
  '7 days', 't.started_at', 'true'
);

-- What a booking and its lines remember.
create type app_public.price_terms as (
  currency text,
  service_fee_percentage numeric,
  service_fee_fixed_cents bigint,
  processing_fee_percentage numeric,
  processing_fee_fixed_cents bigint,
  commission_percentage numeric,
  tax_percentage numeric,
  absorbs_service_fees boolean,
  absorbs_processing_fees boolean,
  prices_include_tax boolean,
  tax_jurisdiction text
);
comment on type app_public.price_terms is 'What fees and taxes a booking is charged by.';
comment on column app_public.price_terms.currency is 'Currency of the amounts.';
comment on column app_public.price_terms.service_fee_percentage is 'Service fee, share.';
comment on column app_public.price_terms.service_fee_fixed_cents is 'Service fee per ticket.';
comment on column app_public.price_terms.processing_fee_percentage is 'Processing fee, share.';
comment on column app_public.price_terms.processing_fee_fixed_cents is
  'Processing fee per ticket.';
comment on column app_public.price_terms.commission_percentage is 'The platform''s share.';
comment on column app_public.price_terms.tax_percentage is 'The rate of the tax.';
comment on column app_public.price_terms.absorbs_service_fees is
  'Whether the organization pays the service fees.';
comment on column app_public.price_terms.absorbs_processing_fees is
  'Whether the organization pays the processing fees.';
comment on column app_public.price_terms.prices_include_tax is
  'Whether ticket prices contain the tax.';
comment on column app_public.price_terms.tax_jurisdiction is 'Where the tax is owed.';

create type app_public.price_basis as enum ('pending', 'public', 'member', 'seat');
comment on type app_public.price_basis is
  'Which price a line began with: everybody''s, the members'', or the seat''s own. Pending: it is '
  'not priced yet, which nobody sees.';

create type app_public.applied_rule as (
  pricing_rule_id uuid,
  name text,
  amount_cents bigint,
  rounding_cents bigint
);
comment on type app_public.applied_rule is 'What a rule made of the price of one ticket.';
comment on column app_public.applied_rule.pricing_rule_id is 'The rule.';
comment on column app_public.applied_rule.name is 'Its name then.';
comment on column app_public.applied_rule.amount_cents is 'What it added, within its limits.';
comment on column app_public.applied_rule.rounding_cents is 'What its rounding added to that.';

alter table app_public.booking_items
  add column price_basis app_public.price_basis not null default 'public',
  add column base_price_cents bigint,
  add column applied_rules app_public.applied_rule[] not null default '{}',
  add column service_fee_absorbed_cents bigint not null default 0,
  add column processing_fee_absorbed_cents bigint not null default 0,
  add column tax_included_cents bigint not null default 0,
  add constraint booking_items_included_amounts_are_within_price check (
    service_fee_absorbed_cents >= 0 and processing_fee_absorbed_cents >= 0
    and tax_included_cents >= 0
    and service_fee_absorbed_cents + processing_fee_absorbed_cents + tax_included_cents
      <= subtotal_cents - discount_cents
  );
comment on column app_public.booking_items.price_basis is 'Which price it began with.';
comment on column app_public.booking_items.base_price_cents is
  'The price of one before rules; null: there were none, it is unit_price_cents.';
comment on column app_public.booking_items.applied_rules is
  'What rules made of it, in their order.';
comment on column app_public.booking_items.service_fee_absorbed_cents is
  'Service fee that the organization pays out of the price.';
comment on column app_public.booking_items.processing_fee_absorbed_cents is
  'Processing fee that the organization pays out of the price.';
comment on column app_public.booking_items.tax_included_cents is 'Tax that the price contains.';

alter table app_public.bookings
  add column price_terms app_public.price_terms,
  add column service_fee_absorbed_cents bigint not null default 0,
  add column processing_fee_absorbed_cents bigint not null default 0,
  add column tax_included_cents bigint not null default 0,
  add constraint bookings_included_amounts_are_not_negative check (
    service_fee_absorbed_cents >= 0 and processing_fee_absorbed_cents >= 0
    and tax_included_cents >= 0
  ),
  drop constraint bookings_payout_is_what_commission_leaves,
  add constraint bookings_payout_is_what_commission_leaves check (
    payout_cents = subtotal_cents - discount_cents - tax_included_cents
      - service_fee_absorbed_cents - processing_fee_absorbed_cents - commission_amount_cents
  );
comment on column app_public.bookings.price_terms is
  'The terms that it was priced by, frozen; null: those of its event, without anything special.';
comment on column app_public.bookings.service_fee_absorbed_cents is
  'Service fees that the organization pays out of its prices.';
comment on column app_public.bookings.processing_fee_absorbed_cents is
  'Processing fees that the organization pays out of its prices.';
comment on column app_public.bookings.tax_included_cents is 'Taxes that the prices contain.';

alter type app_public.booking_totals
  add attribute service_fee_absorbed_cents bigint,
  add attribute processing_fee_absorbed_cents bigint,
  add attribute tax_included_cents bigint;
comment on column app_public.booking_totals.service_fee_absorbed_cents is
  'Service fees that the organization pays.';
comment on column app_public.booking_totals.processing_fee_absorbed_cents is
  'Processing fees that the organization pays.';
comment on column app_public.booking_totals.tax_included_cents is 'Taxes that the prices contain.';

-- A line on its way to its amounts; the same for a quote and for a booking.
drop type if exists app_private.priced_line;
create type app_private.priced_line as (
  booking_item_id uuid,
  item_type app_public.booking_item_type,
  ticket_category_id uuid,
  seat_nos integer[],
  quantity integer,
  price_basis app_public.price_basis,
  base_price_cents bigint,
  unit_price_cents bigint,
  applied_rules app_public.applied_rule[],
  subtotal_cents bigint,
  discount_cents bigint,
  service_fee_cents bigint,
  processing_fee_cents bigint,
  tax_cents bigint,
  total_cents bigint,
  service_fee_absorbed_cents bigint,
  processing_fee_absorbed_cents bigint,
  tax_included_cents bigint
);
comment on type app_private.priced_line is 'A line with all amounts, written or only quoted.';

create type app_public.quoted_line as (
  ticket_category_id uuid,
  seat_nos integer[],
  quantity integer,
  price_basis app_public.price_basis,
  unit_price_cents bigint,
  subtotal_cents bigint,
  discount_cents bigint,
  service_fee_cents bigint,
  processing_fee_cents bigint,
  tax_cents bigint,
  total_cents bigint,
  tax_included_cents bigint
);
comment on type app_public.quoted_line is 'What tickets of one category at one price would cost.';
comment on column app_public.quoted_line.ticket_category_id is
  E'@notNull\nCategory of the tickets.';
comment on column app_public.quoted_line.seat_nos is
  'Its seats, by number in the layout, if named.';
comment on column app_public.quoted_line.quantity is E'@notNull\nHow many.';
comment on column app_public.quoted_line.price_basis is E'@notNull\nWhich price it began with.';
comment on column app_public.quoted_line.unit_price_cents is E'@notNull\nPrice of one.';
comment on column app_public.quoted_line.subtotal_cents is E'@notNull\nPrice times quantity.';
comment on column app_public.quoted_line.discount_cents is E'@notNull\nWhat is taken off.';
comment on column app_public.quoted_line.service_fee_cents is E'@notNull\nService fee.';
comment on column app_public.quoted_line.processing_fee_cents is E'@notNull\nProcessing fee.';
comment on column app_public.quoted_line.tax_cents is E'@notNull\nTax.';
comment on column app_public.quoted_line.total_cents is E'@notNull\nSum of the parts.';
comment on column app_public.quoted_line.tax_included_cents is
  E'@notNull\nTax that the price contains.';

create type app_public.price_quote as (
  performance_id uuid,
  currency text,
  subtotal_cents bigint,
  discount_cents bigint,
  service_fee_cents bigint,
  processing_fee_cents bigint,
  tax_cents bigint,
  total_amount_cents bigint,
  tax_included_cents bigint,
  discount_refusal text,
  lines app_public.quoted_line[]
);
comment on type app_public.price_quote is 'What tickets would cost now. Nothing is held.';
comment on column app_public.price_quote.performance_id is E'@notNull\nThe performance.';
comment on column app_public.price_quote.currency is E'@notNull\nCurrency of all amounts.';
comment on column app_public.price_quote.subtotal_cents is E'@notNull\nTicket prices.';
comment on column app_public.price_quote.discount_cents is E'@notNull\nWhat is taken off.';
comment on column app_public.price_quote.service_fee_cents is E'@notNull\nService fees.';
comment on column app_public.price_quote.processing_fee_cents is E'@notNull\nProcessing fees.';
comment on column app_public.price_quote.tax_cents is E'@notNull\nTaxes.';
comment on column app_public.price_quote.total_amount_cents is
  E'@notNull\nWhat the buyer would pay.';
comment on column app_public.price_quote.tax_included_cents is
  E'@notNull\nTaxes that the prices contain.';
comment on column app_public.price_quote.discount_refusal is
  'Why the code takes nothing off: unknown, over, quantity, subtotal, used_up or used_by_you.';
comment on column app_public.price_quote.lines is
  E'@notNull\nThe lines, in the order of the question.';

create type app_public.discount_answer as (
  booking_id uuid,
  discount_refusal text,
  discount_cents bigint,
  total_amount_cents bigint
);
comment on type app_public.discount_answer is 'What came of a code.';
comment on column app_public.discount_answer.booking_id is E'@notNull\nThe booking.';
comment on column app_public.discount_answer.discount_refusal is
  'Why the code was refused: unknown, over, quantity, subtotal, used_up or used_by_you; null: it '
  'was applied.';
comment on column app_public.discount_answer.discount_cents is E'@notNull\nWhat is taken off now.';
comment on column app_public.discount_answer.total_amount_cents is
  E'@notNull\nWhat the buyer pays now.';

create type app_public.price_step_kind as enum (
  'public_price', 'member_price', 'seat_price', 'price', 'rule', 'rounding', 'discount',
  'service_fee', 'processing_fee', 'tax'
);
comment on type app_public.price_step_kind is 'What a step of a price is.';

create type app_public.price_step as (
  step_no integer,
  kind app_public.price_step_kind,
  name text,
  source_id uuid,
  unit_cents bigint,
  amount_cents bigint,
  included_cents bigint
);
comment on type app_public.price_step is
  'A step from the price of a ticket to the total of a line.';
comment on column app_public.price_step.step_no is E'@notNull\n1 to N.';
comment on column app_public.price_step.kind is E'@notNull\nWhat it is.';
comment on column app_public.price_step.name is 'Name of the rule, code or jurisdiction.';
comment on column app_public.price_step.source_id is 'The price, rule or code.';
comment on column app_public.price_step.unit_cents is 'Amount for one ticket, where it has one.';
comment on column app_public.price_step.amount_cents is
  E'@notNull\nWhat it adds to the line; all of them sum to its total.';
comment on column app_public.price_step.included_cents is
  E'@notNull\nWhat the steps above contain: taxes in a price, fees that the organization pays.';

create type app_public.seat_price as (seat_id text, price_cents bigint);
comment on type app_public.seat_price is 'A seat with a price of its own.';
comment on column app_public.seat_price.seat_id is E'@notNull\nThe seat, by its id in the layout.';
comment on column app_public.seat_price.price_cents is E'@notNull\nWhat it costs.';

create trigger _100_set_updated_at before update on app_public.memberships
  for each row execute function app_hidden.tg__set_updated_at();
create trigger _100_set_updated_at before update on app_public.tax_jurisdictions
  for each row execute function app_hidden.tg__set_updated_at();
create trigger _100_set_updated_at before update on app_public.pricing_rules
  for each row execute function app_hidden.tg__set_updated_at();
create trigger _100_set_updated_at before update on app_public.discount_codes
  for each row execute function app_hidden.tg__set_updated_at();

-- Crowns and shillings have no parts any more, but Stripe counts them in hundredths all the same, and
-- our amounts are those that it charges.
update app_public.currencies set exponent = 2 where code in ('ISK', 'UGX');

--! split: 037-extras.sql
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

--! split: 038-refunds.sql
-- Terms of cancellation, and money that goes back in parts that are explained to the cent.

insert into app_public.role_permissions (role, permission)
select role::app_public.organization_role, permission
from (values
  ('payments.refund', 'owner,admin,manager'),
  ('payments.approve', 'owner,admin')
) as granted (permission, roles), unnest(string_to_array(roles, ',')) as role;

insert into app_public.booking_status_transitions (from_status, to_status, reason) values
  ('refunded', 'canceled', 'a refund that had succeeded failed after all'),
  ('refunded', 'expired', 'the refund of a late payment failed after all');

alter table app_public.organization_settings
  add column refund_approval_above_cents bigint,
  add constraint organization_settings_refund_approval_is_not_negative
    check (refund_approval_above_cents >= 0);
comment on column app_public.organization_settings.refund_approval_above_cents is
  'Refunds by staff above this amount, in the default currency, need a second person; null: none.';

-- A policy never changes: new terms are a new version, so that a booking can point at its own.
create table app_public.cancellation_policies (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references app_public.organizations on delete restrict,
  event_id uuid,
  version integer not null,
  refunds_service_fees boolean not null,
  refunds_processing_fees boolean not null,
  created_by uuid references app_public.users on delete restrict,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint cancellation_policies_version_is_unique
    unique nulls not distinct (organization_id, event_id, version),
  foreign key (organization_id, event_id)
    references app_public.events (organization_id, id) on delete restrict,
  constraint cancellation_policies_version_is_positive check (version > 0)
);
create index cancellation_policies_event_id_idx
  on app_public.cancellation_policies (event_id, organization_id) where event_id is not null;
create index cancellation_policies_created_by_idx on app_public.cancellation_policies (created_by);

comment on table app_public.cancellation_policies is
  'Terms on which tickets are taken back: of one event, or of all others of an organization. The '
  'newest version applies to who buys now; a booking keeps the one it was bought under.';
comment on column app_public.cancellation_policies.id is 'Identifier.';
comment on column app_public.cancellation_policies.organization_id is 'Whose terms.';
comment on column app_public.cancellation_policies.event_id is
  'For which event; null: for every event without terms of its own.';
comment on column app_public.cancellation_policies.version is 'Counts the versions from 1.';
comment on column app_public.cancellation_policies.refunds_service_fees is
  'Whether service fees are returned in proportion; else they are kept.';
comment on column app_public.cancellation_policies.refunds_processing_fees is
  'Whether processing fees are returned in proportion; else they are kept.';
comment on column app_public.cancellation_policies.created_by is 'Who set it.';
comment on column app_public.cancellation_policies.created_at is 'Since when it applies.';

create table app_public.cancellation_windows (
  policy_id uuid not null,
  organization_id uuid not null,
  days_before integer not null,
  percentage numeric(7, 4) not null,
  primary key (policy_id, organization_id, days_before),
  foreign key (organization_id, policy_id)
    references app_public.cancellation_policies (organization_id, id) on delete restrict,
  constraint cancellation_windows_days_are_bounded check (days_before between 0 and 3650),
  constraint cancellation_windows_percentage_is_a_share
    check (percentage > 0 and percentage <= 100)
);

comment on table app_public.cancellation_windows is
  'What is returned until when; after the last window nothing is.';
comment on column app_public.cancellation_windows.policy_id is 'Part of which policy.';
comment on column app_public.cancellation_windows.organization_id is 'Whose terms.';
comment on column app_public.cancellation_windows.days_before is
  'Until how many days before the start, at the same time of day.';
comment on column app_public.cancellation_windows.percentage is 'How much is returned.';

create trigger _200_refuse_change before update or delete on app_public.cancellation_policies
  for each row execute function app_hidden.tg__refuse_change();
create trigger _200_refuse_change before update or delete on app_public.cancellation_windows
  for each row execute function app_hidden.tg__refuse_change();

alter table app_public.bookings
  add column cancellation_policy_id uuid,
  add column refunded_cents bigint not null default 0,
  add constraint bookings_cancellation_policy_fkey
    foreign key (organization_id, cancellation_policy_id)
    references app_public.cancellation_policies (organization_id, id) on delete restrict,
  add constraint bookings_refunds_are_within_total
    check (refunded_cents between 0 and total_amount_cents);
create index bookings_cancellation_policy_id_idx
  on app_public.bookings (cancellation_policy_id, organization_id)
  where cancellation_policy_id is not null;
comment on column app_public.bookings.cancellation_policy_id is
  'The terms under which it was bought, frozen at checkout; null: it is not taken back.';
comment on column app_public.bookings.refunded_cents is
  'How much of the total was taken back, whether or not the money has arrived.';

alter table app_public.booking_items
  add column returned_quantity integer not null default 0,
  add column refunded_cents bigint not null default 0,
  add constraint booking_items_returns_are_within_quantity
    check (returned_quantity between 0 and quantity),
  add constraint booking_items_refunds_are_within_total
    check (refunded_cents between 0 and total_cents);
comment on column app_public.booking_items.returned_quantity is 'How many tickets came back.';
comment on column app_public.booking_items.refunded_cents is 'How much of it was taken back.';

alter table app_public.tickets
  add column refunded_cents bigint not null default 0,
  add constraint tickets_refunds_are_within_what_was_paid
    check (refunded_cents between 0 and total_paid_cents);
comment on column app_public.tickets.refunded_cents is 'How much of it was taken back.';

create type app_public.refund_kind as enum ('full', 'ticket', 'partial', 'fee_only');
comment on type app_public.refund_kind is
  'What is taken back: a booking, tickets, an amount, or fees only.';

create type app_public.refund_request_status as enum ('requested', 'approved', 'declined');
comment on type app_public.refund_request_status is
  'Where a request stands; with its approval its refunds are queued.';

create table app_public.refund_requests (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  booking_id uuid not null,
  kind app_public.refund_kind not null,
  status app_public.refund_request_status not null,
  reason app_public.refund_reason not null,
  note text,
  ticket_ids uuid[],
  percentage numeric(7, 4) not null,
  refunds_service_fees boolean not null,
  refunds_processing_fees boolean not null,
  is_exception boolean not null,
  amount_cents bigint not null,
  currency text not null references app_public.currencies,
  cancellation_policy_id uuid,
  requested_by uuid references app_public.users on delete restrict,
  decided_by uuid references app_public.users on delete restrict,
  decided_at timestamptz,
  decision_note text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  unique (id, organization_id, booking_id),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  foreign key (organization_id, cancellation_policy_id)
    references app_public.cancellation_policies (organization_id, id) on delete restrict,
  constraint refund_requests_amount_is_not_negative check (amount_cents >= 0),
  constraint refund_requests_percentage_is_a_share check (percentage between 0 and 100),
  constraint refund_requests_notes_are_short
    check (length(note) <= 1000 and length(decision_note) <= 1000),
  constraint refund_requests_tickets_are_named_and_few
    check (cardinality(ticket_ids) between 1 and 10000),
  constraint refund_requests_exception_has_a_note check (not is_exception or note is not null),
  constraint refund_requests_decision_is_complete
    check ((decided_by is null) = (decided_at is null)),
  constraint refund_requests_requested_is_undecided
    check (status <> 'requested' or decided_by is null),
  constraint refund_requests_declined_by_somebody
    check (status <> 'declined' or decided_by is not null),
  -- Two people, or the approval means nothing.
  constraint refund_requests_approved_by_another
    check (status <> 'approved' or decided_by is null or decided_by <> requested_by)
);
create index refund_requests_booking_id_idx
  on app_public.refund_requests (booking_id, organization_id);
create index refund_requests_cancellation_policy_id_idx
  on app_public.refund_requests (cancellation_policy_id, organization_id);
create index refund_requests_requested_by_idx on app_public.refund_requests (requested_by);
create index refund_requests_decided_by_idx on app_public.refund_requests (decided_by);
create index refund_requests_status_idx on app_public.refund_requests (status, organization_id);
create trigger _100_set_updated_at before update on app_public.refund_requests
  for each row execute function app_hidden.tg__set_updated_at();
create trigger _500_audit after insert or update or delete on app_public.refund_requests
  for each row execute function app_hidden.tg__audit();

comment on table app_public.refund_requests is
  'Why something of a sale was taken back, on whose word, and how much; its items say of what, its '
  'refunds by which payment.';
comment on column app_public.refund_requests.id is 'Identifier.';
comment on column app_public.refund_requests.organization_id is 'Who sold.';
comment on column app_public.refund_requests.booking_id is 'Which booking.';
comment on column app_public.refund_requests.kind is 'What is taken back.';
comment on column app_public.refund_requests.status is 'Where it stands.';
comment on column app_public.refund_requests.reason is 'Why.';
comment on column app_public.refund_requests.note is 'The same in the words of staff.';
comment on column app_public.refund_requests.ticket_ids is 'Which tickets; null: all there are.';
comment on column app_public.refund_requests.percentage is 'How much of them.';
comment on column app_public.refund_requests.refunds_service_fees is 'With service fees or not.';
comment on column app_public.refund_requests.refunds_processing_fees is
  'With processing fees or not.';
comment on column app_public.refund_requests.is_exception is
  'Whether staff decided it; otherwise the terms did.';
comment on column app_public.refund_requests.amount_cents is 'How much, the sum of its items.';
comment on column app_public.refund_requests.currency is 'In which currency.';
comment on column app_public.refund_requests.cancellation_policy_id is
  'The terms that were applied; null: none were.';
comment on column app_public.refund_requests.requested_by is 'Who asked; null: a guest, or the system.';
comment on column app_public.refund_requests.decided_by is
  'Who approved or declined it; null: nobody had to, or has yet.';
comment on column app_public.refund_requests.decided_at is 'When they did.';
comment on column app_public.refund_requests.decision_note is 'What they said.';
comment on column app_public.refund_requests.created_at is 'When it was asked for.';
comment on column app_public.refund_requests.updated_at is 'When it last changed.';

create table app_public.refund_items (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  request_id uuid not null,
  booking_id uuid not null,
  booking_item_id uuid not null,
  ticket_id uuid,
  is_return boolean not null,
  price_cents bigint not null,
  service_fee_cents bigint not null,
  processing_fee_cents bigint not null,
  tax_cents bigint not null,
  total_cents bigint not null,
  commission_cents bigint not null,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint refund_items_request_fkey foreign key (organization_id, request_id, booking_id)
    references app_public.refund_requests (organization_id, id, booking_id) on delete restrict,
  foreign key (organization_id, booking_item_id)
    references app_public.booking_items (organization_id, id) on delete restrict,
  foreign key (organization_id, ticket_id)
    references app_public.tickets (organization_id, id) on delete restrict,
  constraint refund_items_parts_are_not_negative check (
    price_cents >= 0 and service_fee_cents >= 0 and processing_fee_cents >= 0
    and tax_cents >= 0 and commission_cents >= 0
  ),
  constraint refund_items_total_is_sum_of_parts check (
    total_cents = price_cents + service_fee_cents + processing_fee_cents + tax_cents
  ),
  constraint refund_items_commission_is_within_price check (commission_cents <= price_cents),
  constraint refund_items_are_something check (is_return or total_cents > 0)
);
create index refund_items_request_id_idx
  on app_public.refund_items (request_id, organization_id, booking_id);
create index refund_items_booking_id_idx
  on app_public.refund_items (booking_id, organization_id);
create index refund_items_booking_item_id_idx
  on app_public.refund_items (booking_item_id, organization_id);
create index refund_items_ticket_id_idx on app_public.refund_items (ticket_id, organization_id);
-- However many ask for it at once: a ticket comes back once, and so does a line without tickets.
create unique index refund_items_ticket_is_returned_once
  on app_public.refund_items (ticket_id, organization_id)
  where is_return and ticket_id is not null;
create unique index refund_items_line_is_returned_once
  on app_public.refund_items (booking_item_id, organization_id)
  where is_return and ticket_id is null;
create trigger _200_refuse_change before update or delete on app_public.refund_items
  for each row execute function app_hidden.tg__refuse_change();

comment on table app_public.refund_items is
  'What was taken back of which ticket or line, part by part. Written when it is approved.';
comment on column app_public.refund_items.id is 'Identifier.';
comment on column app_public.refund_items.organization_id is 'Who sold.';
comment on column app_public.refund_items.request_id is 'For which request.';
comment on column app_public.refund_items.booking_id is 'Of which booking.';
comment on column app_public.refund_items.booking_item_id is 'Of which line.';
comment on column app_public.refund_items.ticket_id is 'Of which ticket; null: the line has none.';
comment on column app_public.refund_items.is_return is
  'Whether the ticket came back; otherwise its holder keeps it.';
comment on column app_public.refund_items.price_cents is 'Of the price, less discount.';
comment on column app_public.refund_items.service_fee_cents is 'Of the service fee.';
comment on column app_public.refund_items.processing_fee_cents is 'Of the processing fee.';
comment on column app_public.refund_items.tax_cents is 'Of the tax.';
comment on column app_public.refund_items.total_cents is 'Sum of the parts.';
comment on column app_public.refund_items.commission_cents is
  'What the platform returns of its commission; the organization returns the rest of the price.';
comment on column app_public.refund_items.created_at is 'When it was taken back.';

alter table app_public.refunds
  add column request_id uuid,
  add column attempt smallint not null default 1,
  add column retried_refund_id uuid,
  add column not_before timestamptz not null default now(),
  add column stripe_status text,
  add column failed_at timestamptz,
  add constraint refunds_request_fkey foreign key (organization_id, request_id, booking_id)
    references app_public.refund_requests (organization_id, id, booking_id) on delete restrict,
  add constraint refunds_retried_refund_fkey foreign key (organization_id, retried_refund_id)
    references app_public.refunds (organization_id, id) on delete restrict,
  add constraint refunds_attempt_is_positive check (attempt > 0),
  add constraint refunds_first_attempt_retries_nothing
    check ((attempt = 1) = (retried_refund_id is null)),
  add constraint refunds_failed_at_is_of_failed
    check (failed_at is null or status in ('failed', 'canceled'));
create index refunds_request_id_idx
  on app_public.refunds (request_id, organization_id, booking_id);
-- A failed refund has one successor, so that the money is sent again once.
create unique index refunds_are_retried_once
  on app_public.refunds (retried_refund_id, organization_id);
create index refunds_failed_idx on app_public.refunds (organization_id, id)
  where status in ('failed', 'canceled');
drop index app_public.refunds_late_payment_is_returned_once;
create unique index refunds_late_payment_is_returned_once
  on app_public.refunds (payment_intent_id, organization_id)
  where reason = 'late_payment' and attempt = 1;
comment on constraint refund_items_request_fkey on app_public.refund_items is
  E'@fieldName request\n@foreignFieldName items';
comment on constraint refunds_request_fkey on app_public.refunds is
  E'@fieldName request\n@foreignFieldName refunds';
comment on constraint refunds_retried_refund_fkey on app_public.refunds is
  E'@fieldName retriedRefund\n@foreignFieldName retries';
comment on column app_public.refunds.request_id is
  'What is taken back with it; null: a payment for which there was no sale.';
comment on column app_public.refunds.attempt is 'Counts the attempts from 1.';
comment on column app_public.refunds.retried_refund_id is 'The failed refund that it tries again.';
comment on column app_public.refunds.not_before is 'Stripe is asked then, or later.';
comment on column app_public.refunds.stripe_status is 'What Stripe calls its state.';
comment on column app_public.refunds.failed_at is 'When it failed.';

create type app_public.cancellation_quote as (
  booking_id uuid,
  percentage numeric,
  until timestamptz,
  policy_version integer,
  refunds_service_fees boolean,
  refunds_processing_fees boolean,
  ticket_count integer,
  price_cents bigint,
  service_fee_cents bigint,
  processing_fee_cents bigint,
  tax_cents bigint,
  refund_cents bigint,
  kept_cents bigint,
  currency text
);
comment on type app_public.cancellation_quote is 'What a buyer gets back who cancels now.';
comment on column app_public.cancellation_quote.booking_id is 'The booking.';
comment on column app_public.cancellation_quote.percentage is
  'How much is returned now; 0: nothing, and tickets are not taken back.';
comment on column app_public.cancellation_quote.until is 'Until when; null: nothing is returned.';
comment on column app_public.cancellation_quote.policy_version is
  'Which version of the terms; null: there are none, or a postponement stands above them.';
comment on column app_public.cancellation_quote.refunds_service_fees is 'With service fees or not.';
comment on column app_public.cancellation_quote.refunds_processing_fees is
  'With processing fees or not.';
comment on column app_public.cancellation_quote.ticket_count is 'Of how many tickets.';
comment on column app_public.cancellation_quote.price_cents is 'Of the prices.';
comment on column app_public.cancellation_quote.service_fee_cents is 'Of the service fees.';
comment on column app_public.cancellation_quote.processing_fee_cents is 'Of the processing fees.';
comment on column app_public.cancellation_quote.tax_cents is 'Of the taxes.';
comment on column app_public.cancellation_quote.refund_cents is 'All that is returned.';
comment on column app_public.cancellation_quote.kept_cents is 'What is not.';
comment on column app_public.cancellation_quote.currency is 'Currency of the amounts.';

create type app_public.cancellation_term as (
  days_before integer,
  until timestamptz,
  percentage numeric,
  refunds_service_fees boolean,
  refunds_processing_fees boolean
);
comment on type app_public.cancellation_term is 'One window of the terms of a performance.';
comment on column app_public.cancellation_term.days_before is 'How many days before the start.';
comment on column app_public.cancellation_term.until is 'When that is.';
comment on column app_public.cancellation_term.percentage is 'How much is returned until then.';
comment on column app_public.cancellation_term.refunds_service_fees is 'With service fees or not.';
comment on column app_public.cancellation_term.refunds_processing_fees is
  'With processing fees or not.';

-- What a ticket is worth, or a line without tickets, and what of it was not taken back yet.
create type app_private.refund_unit as (
  booking_item_id uuid,
  ticket_id uuid,
  is_fee boolean,
  is_live boolean,
  price_cents bigint,
  service_fee_cents bigint,
  processing_fee_cents bigint,
  tax_cents bigint,
  commission_cents bigint
);

create type app_private.refund_part as (
  booking_item_id uuid,
  ticket_id uuid,
  is_return boolean,
  price_cents bigint,
  service_fee_cents bigint,
  processing_fee_cents bigint,
  tax_cents bigint,
  commission_cents bigint
);

create type app_private.cancellation_offer as (
  policy_id uuid,
  policy_version integer,
  percentage numeric,
  until timestamptz,
  refunds_service_fees boolean,
  refunds_processing_fees boolean
);

-- They have more arguments now.
drop function app_private.queue_refund(
  app_public.payment_intents, bigint, app_public.refund_reason
);
drop function app_private.refund_booking(app_public.bookings, app_public.refund_reason);

--! split: 039-installments.sql
-- Deposits and installments, approval before a sale, and sales by staff.

-- States. A value added to an enum cannot be used in the transaction that adds it, but a renamed one
-- can. No move has ever led to transferred, so nothing has it: it gives its place to the new state,
-- and is added again.
alter type app_public.booking_status rename value 'transferred' to 'pending_approval';
alter type app_public.booking_status add value 'transferred' before 'completed';

alter table app_public.bookings
  drop constraint bookings_open_has_deadline,
  add constraint bookings_open_has_deadline check (
    (status in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval'))
      = (expires_at is not null)
  ),
  drop constraint bookings_paid_for_has_confirmed_at,
  add constraint bookings_paid_for_has_confirmed_at check (
    status not in ('confirmed', 'partially_paid', 'completed') or confirmed_at is not null
  );
comment on column app_public.bookings.confirmed_at is
  'When it became firm: paid for, or its deposit was.';

insert into app_public.booking_status_transitions (from_status, to_status, reason) values
  ('draft', 'pending_approval', 'somebody has to approve it'),
  ('fraud_hold', 'pending_approval', 'not refused, and somebody has to approve it'),
  ('pending_approval', 'pending_payment', 'approved'),
  ('pending_approval', 'canceled', 'declined, or the buyer gives up'),
  ('pending_approval', 'expired', 'nobody answered in time'),
  ('pending_payment', 'partially_paid', 'the deposit arrived'),
  ('expired', 'partially_paid', 'a late deposit found its seats still free'),
  ('partially_paid', 'confirmed', 'the last installment arrived'),
  ('partially_paid', 'canceled', 'an installment stayed unpaid, or it was canceled'),
  ('confirmed', 'completed', 'the performance is over');

-- Performances whose bookings are completed are not looked at again.
alter table app_public.performances add column bookings_completed_at timestamptz;
comment on column app_public.performances.bookings_completed_at is
  'When its bookings were completed, some time after its end.';
create index performances_bookings_to_complete_idx on app_public.performances (starts_at)
  where status = 'completed' and bookings_completed_at is null;

-- Approval.

alter table app_public.ticket_categories
  add column requires_approval boolean not null default false,
  add column approval_hours integer not null default 48,
  add column approved_payment_hours integer not null default 24,
  add constraint ticket_categories_approval_is_bounded check (
    approval_hours between 1 and 720 and approved_payment_hours between 1 and 168
  );
comment on column app_public.ticket_categories.requires_approval is
  'Whether the organization answers each order before it is paid for.';
comment on column app_public.ticket_categories.approval_hours is
  'How long it has for that; the seats are kept meanwhile.';
comment on column app_public.ticket_categories.approved_payment_hours is
  'How long the buyer may take to pay afterwards.';

create type app_public.approval_decision as enum ('approved', 'declined', 'lapsed', 'withdrawn');
comment on type app_public.approval_decision is 'What became of a request.';

create table app_public.booking_approvals (
  id uuid primary key default uuidv7(),
  booking_id uuid not null,
  organization_id uuid not null,
  requested_at timestamptz not null default now(),
  answer_by timestamptz not null,
  pay_within_hours integer not null,
  decision app_public.approval_decision,
  decided_at timestamptz,
  decided_by uuid references app_public.users on delete restrict,
  reason text,
  unique (id, organization_id),
  constraint booking_approvals_one_per_booking unique (booking_id, organization_id),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  constraint booking_approvals_decided_has_time
    check ((decision is null) = (decided_at is null)),
  constraint booking_approvals_declined_has_reason
    check (decision <> 'declined' or reason is not null),
  constraint booking_approvals_reason_is_short check (length(reason) between 1 and 500)
);
create index booking_approvals_organization_id_idx
  on app_public.booking_approvals (organization_id, booking_id);
create index booking_approvals_decided_by_idx on app_public.booking_approvals (decided_by)
  where decided_by is not null;
comment on table app_public.booking_approvals is
  'Orders of categories that require approval, and what became of them.';
comment on column app_public.booking_approvals.id is 'Identifier.';
comment on column app_public.booking_approvals.booking_id is 'The order.';
comment on column app_public.booking_approvals.organization_id is 'Who answers.';
comment on column app_public.booking_approvals.requested_at is 'When it was made.';
comment on column app_public.booking_approvals.answer_by is 'Until when the seats are kept.';
comment on column app_public.booking_approvals.pay_within_hours is
  'How long the buyer may take to pay after a yes.';
comment on column app_public.booking_approvals.decision is 'The answer; null: none yet.';
comment on column app_public.booking_approvals.decided_at is 'When it came.';
comment on column app_public.booking_approvals.decided_by is 'Who gave it; null: the clock.';
comment on column app_public.booking_approvals.reason is 'Why, as the buyer is told.';

-- Payment plans. Their terms never change: who has chosen one keeps it.

create type app_public.payment_plan_basis as enum ('purchase', 'performance');
comment on type app_public.payment_plan_basis is 'From where due dates are counted.';

create type app_public.overdue_action as enum ('keep_deposit', 'refund');
comment on type app_public.overdue_action is
  'What happens when an installment stays unpaid: the booking is canceled, and its deposit is kept '
  'or returned. What was paid beyond the deposit is always returned.';

create table app_public.payment_plans (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  event_id uuid not null,
  ticket_category_id uuid,
  name text not null,
  deposit_percentage numeric(7, 4),
  deposit_cents bigint,
  installments integer not null,
  basis app_public.payment_plan_basis not null,
  first_due_days integer not null,
  interval_days integer not null,
  last_due_days_before integer not null,
  reminder_days integer not null,
  grace_days integer not null,
  overdue_action app_public.overdue_action not null,
  retired_at timestamptz,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint payment_plans_name_is_unique unique (event_id, organization_id, name),
  foreign key (organization_id, event_id)
    references app_public.events (organization_id, id) on delete restrict,
  foreign key (organization_id, ticket_category_id)
    references app_public.ticket_categories (organization_id, id) on delete restrict,
  constraint payment_plans_name_is_short_text check (length(name) between 1 and 100),
  constraint payment_plans_deposit_is_a_share_or_an_amount
    check (num_nonnulls(deposit_percentage, deposit_cents) = 1),
  constraint payment_plans_deposit_percentage_is_bounded
    check (deposit_percentage > 0 and deposit_percentage < 100),
  constraint payment_plans_deposit_is_positive check (deposit_cents > 0),
  constraint payment_plans_installments_are_bounded check (installments between 1 and 24),
  constraint payment_plans_days_are_bounded check (
    first_due_days between 1 and 730 and interval_days between 1 and 366
    and last_due_days_before between 1 and 365 and reminder_days between 0 and 60
    and grace_days between 0 and 60
  ),
  -- Else somebody could come in while they owe.
  constraint payment_plans_grace_ends_before_performance
    check (grace_days <= last_due_days_before)
);
create index payment_plans_organization_id_idx on app_public.payment_plans (organization_id);
create index payment_plans_ticket_category_id_idx
  on app_public.payment_plans (ticket_category_id, organization_id)
  where ticket_category_id is not null;
comment on table app_public.payment_plans is
  'How a booking may be paid in parts: a deposit at checkout, and installments after it.';
comment on column app_public.payment_plans.id is 'Identifier.';
comment on column app_public.payment_plans.organization_id is 'Who offers it.';
comment on column app_public.payment_plans.event_id is 'For which event.';
comment on column app_public.payment_plans.ticket_category_id is
  'For bookings of this category alone; null: for all.';
comment on column app_public.payment_plans.name is 'Name, unique in the event.';
comment on column app_public.payment_plans.deposit_percentage is 'Deposit as a share of the total.';
comment on column app_public.payment_plans.deposit_cents is 'Deposit as an amount.';
comment on column app_public.payment_plans.installments is 'How many follow the deposit.';
comment on column app_public.payment_plans.basis is
  'Whether first_due_days count from the purchase on, or back from the performance.';
comment on column app_public.payment_plans.first_due_days is
  'Days from the purchase to the first installment, or from the last one to the performance.';
comment on column app_public.payment_plans.interval_days is 'Days between installments.';
comment on column app_public.payment_plans.last_due_days_before is
  'The last installment is due at least so many days before the performance.';
comment on column app_public.payment_plans.reminder_days is
  'How many days before an installment is due its mail goes out.';
comment on column app_public.payment_plans.grace_days is
  'How many days after that nothing but another mail happens.';
comment on column app_public.payment_plans.overdue_action is 'What happens then.';
comment on column app_public.payment_plans.retired_at is
  'Since when it is not offered any more; who has chosen it keeps it.';
comment on column app_public.payment_plans.created_at is 'When it was made.';

alter table app_public.bookings
  add column payment_plan_id uuid,
  add foreign key (organization_id, payment_plan_id)
    references app_public.payment_plans (organization_id, id) on delete restrict;
create index bookings_payment_plan_id_idx
  on app_public.bookings (payment_plan_id, organization_id)
  where payment_plan_id is not null;
comment on column app_public.bookings.payment_plan_id is
  'How it is paid in parts; null: at once. booking_payment_schedule has the parts.';

create type app_public.installment_status as enum ('pending', 'paid', 'overdue', 'canceled');
comment on type app_public.installment_status is 'Where a part of a price stands.';

create table app_public.booking_payment_schedule (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  booking_id uuid not null,
  installment_no integer not null,
  due_at timestamptz not null,
  amount_cents bigint not null,
  status app_public.installment_status not null default 'pending',
  remind_at timestamptz,
  cancel_at timestamptz,
  reminded_at timestamptz,
  overdue_at timestamptz,
  paid_at timestamptz,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint booking_payment_schedule_number_is_unique
    unique (booking_id, organization_id, installment_no),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  constraint booking_payment_schedule_number_is_bounded check (installment_no between 0 and 24),
  constraint booking_payment_schedule_amount_is_positive check (amount_cents > 0),
  constraint booking_payment_schedule_paid_has_time
    check ((status = 'paid') = (paid_at is not null)),
  constraint booking_payment_schedule_deposit_is_not_dunned check (
    (installment_no = 0) = (remind_at is null) and (installment_no = 0) = (cancel_at is null)
  )
);
create index booking_payment_schedule_remind_at_idx
  on app_public.booking_payment_schedule (remind_at)
  where status = 'pending' and reminded_at is null;
create index booking_payment_schedule_due_at_idx
  on app_public.booking_payment_schedule (due_at)
  where status = 'pending';
create index booking_payment_schedule_cancel_at_idx
  on app_public.booking_payment_schedule (cancel_at)
  where status = 'overdue';
comment on table app_public.booking_payment_schedule is
  'The parts in which a booking is paid; they sum to its total.';
comment on column app_public.booking_payment_schedule.id is 'Identifier.';
comment on column app_public.booking_payment_schedule.organization_id is 'Who sells.';
comment on column app_public.booking_payment_schedule.booking_id is 'Which booking.';
comment on column app_public.booking_payment_schedule.installment_no is
  '0 is the deposit, which is paid at checkout.';
comment on column app_public.booking_payment_schedule.due_at is 'When it is to be paid.';
comment on column app_public.booking_payment_schedule.amount_cents is 'How much.';
comment on column app_public.booking_payment_schedule.status is 'Where it stands.';
comment on column app_public.booking_payment_schedule.remind_at is 'When a mail goes out.';
comment on column app_public.booking_payment_schedule.cancel_at is
  'When the booking is canceled if it is still unpaid.';
comment on column app_public.booking_payment_schedule.reminded_at is 'When the mail went out.';
comment on column app_public.booking_payment_schedule.overdue_at is
  'When the mail went out that it is overdue.';
comment on column app_public.booking_payment_schedule.paid_at is 'When the money arrived.';
comment on column app_public.booking_payment_schedule.created_at is 'When it was agreed on.';

-- Payments without Stripe, and of installments.

create type app_public.payment_method as enum ('card', 'cash', 'terminal', 'invoice');
comment on type app_public.payment_method is
  'How money comes: by Stripe, or to the box office without it.';

alter table app_public.payment_intents
  add column method app_public.payment_method not null default 'card',
  add column taken_by uuid references app_public.users on delete restrict,
  add column schedule_id uuid,
  -- Who chooses another plan before the deposit gives the attempts at the first one up.
  add foreign key (organization_id, schedule_id)
    references app_public.booking_payment_schedule (organization_id, id)
    on delete set null (schedule_id),
  add constraint payment_intents_card_is_stripes check (
    method = 'card' or (stripe_payment_intent_id is null and stripe_status is null)
  );
create index payment_intents_schedule_id_idx
  on app_public.payment_intents (schedule_id, organization_id) where schedule_id is not null;
create index payment_intents_taken_by_idx on app_public.payment_intents (taken_by)
  where taken_by is not null;
comment on column app_public.payment_intents.method is
  'How it is paid; all but card is without Stripe, at the box office.';
comment on column app_public.payment_intents.taken_by is 'Who took it at the box office.';
comment on column app_public.payment_intents.schedule_id is
  'Which part of the price it is; null: all of it.';

alter type app_public.payment_session add attribute payment_intent_id uuid;
alter type app_public.payment_session add attribute installment_no integer;
alter type app_public.payment_session add attribute pay_by timestamptz;
comment on column app_public.payment_session.payment_intent_id is 'The attempt.';
comment on column app_public.payment_session.installment_no is
  'Which part of the price it is, 0 the deposit; null: all of it.';
comment on column app_public.payment_session.pay_by is
  'Until when it can be paid: the end of the hold, or when the installment is due.';

create type app_public.installment_quote as (
  installment_no integer,
  due_at timestamptz,
  amount_cents bigint
);
comment on type app_public.installment_quote is 'A part of a price, as a plan would have it.';
comment on column app_public.installment_quote.installment_no is '0 is the deposit.';
comment on column app_public.installment_quote.due_at is 'When it is to be paid.';
comment on column app_public.installment_quote.amount_cents is 'How much.';

drop function app_private.confirm_booking(uuid);

-- Sales by staff.

create type app_public.staff_payment as enum (
  'link', 'cash', 'terminal', 'invoice', 'complimentary'
);
comment on type app_public.staff_payment is
  'How a customer of the box office pays: by a mailed link, there, later, or not at all.';

create table app_public.staff_sales (
  id uuid primary key default uuidv7(),
  booking_id uuid not null,
  organization_id uuid not null,
  sold_by uuid not null references app_public.users on delete restrict,
  payment app_public.staff_payment,
  override_reason text,
  note text,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint staff_sales_one_per_booking unique (booking_id, organization_id),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  constraint staff_sales_reasons_are_short_text
    check (length(override_reason) between 1 and 500 and length(note) between 1 and 500),
  constraint staff_sales_complimentary_has_note
    check (payment <> 'complimentary' or note is not null)
);
create index staff_sales_organization_id_idx
  on app_public.staff_sales (organization_id, booking_id);
create index staff_sales_sold_by_idx on app_public.staff_sales (sold_by);
comment on table app_public.staff_sales is 'Bookings that staff made for somebody.';
comment on column app_public.staff_sales.id is 'Identifier.';
comment on column app_public.staff_sales.booking_id is 'The booking.';
comment on column app_public.staff_sales.organization_id is 'Who sells.';
comment on column app_public.staff_sales.sold_by is 'Who made it.';
comment on column app_public.staff_sales.payment is 'How it is paid; null: not known yet.';
comment on column app_public.staff_sales.override_reason is
  'Why it was sold beyond what one buyer gets; null: within.';
comment on column app_public.staff_sales.note is 'What else there is to say, such as for whom.';
comment on column app_public.staff_sales.created_at is 'When it was made.';

create table app_private.payment_links (
  token_hash bytea primary key,
  organization_id uuid not null,
  booking_id uuid not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  created_at timestamptz not null default now(),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  constraint payment_links_token_hash_is_sha256 check (octet_length(token_hash) = 32)
);
create index payment_links_booking_id_idx
  on app_private.payment_links (booking_id, organization_id);
comment on table app_private.payment_links is
  'Mailed tokens, hashed: whoever has the mail takes the booking over, once.';

insert into app_private.retention_rules (
  rule, description, relation, action, kept_for, since, condition
)
values (
  'payment_links', 'Mailed links to bookings that were used or are too old.',
  'app_private.payment_links', 'delete', '30 days', 'least(t.used_at, t.expires_at)', 'true'
);

insert into app_public.role_permissions (role, permission)
select role::app_public.organization_role, 'bookings.sell'
from unnest(array['owner', 'admin', 'manager', 'coordinator', 'support']) as role;

create trigger _500_audit
  after insert or update or delete on app_public.payment_plans
  for each row execute function app_hidden.tg__audit();
create trigger _500_audit
  after insert or update or delete on app_public.booking_payment_schedule
  for each row execute function app_hidden.tg__audit();
create trigger _500_audit
  after insert or update or delete on app_public.booking_approvals
  for each row execute function app_hidden.tg__audit();
create trigger _500_audit
  after insert or update or delete on app_public.staff_sales
  for each row execute function app_hidden.tg__audit();

--! split: 040-payment-methods.sql
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

--! split: 041-ledger-account-kinds.sql
-- A value that is added to an enum cannot be used in the same transaction, so the type is made anew.
-- The one function that has it as an argument is made again by its source.
drop function app_private.post_to_ledger(
  uuid, uuid, text, text, text, app_public.ledger_account_kind[], bigint[]
);
alter type app_public.ledger_account_kind rename to old_ledger_account_kind;
create type app_public.ledger_account_kind as enum (
  'stripe_balance', 'buyer_clearing', 'organizer_payable', 'platform_commission', 'service_fees',
  'processing_fees', 'taxes_payable', 'promoter_payable', 'disputes', 'stripe_fees',
  'payouts_in_transit', 'adjustments', 'box_office'
);
comment on type app_public.ledger_account_kind is 'What an account of the ledger stands for.';
alter table app_public.ledger_accounts
  alter column kind type app_public.ledger_account_kind
  using kind::text::app_public.ledger_account_kind;
drop type app_public.old_ledger_account_kind;

--! split: 042-books.sql
-- The books: what each account is, months that close, movements of money, promoters' shares,
-- and corrections by two people.

-- What the accounts are.

create type app_public.ledger_side as enum ('debit', 'credit');
comment on type app_public.ledger_side is 'The side on which an account grows.';

create table app_public.ledger_account_rules (
  kind app_public.ledger_account_kind primary key,
  normal_side app_public.ledger_side not null,
  may_be_negative boolean not null,
  description text not null
);
comment on table app_public.ledger_account_rules is 'The rules of each kind of account: its side, and whether it may be below zero.';
comment on column app_public.ledger_account_rules.kind is 'The kind.';
comment on column app_public.ledger_account_rules.normal_side is 'The side on which it grows.';
comment on column app_public.ledger_account_rules.may_be_negative is
  'Whether its balance may be on the other side; check_invariants finds those that may not.';
comment on column app_public.ledger_account_rules.description is 'What it stands for.';

insert into app_public.ledger_account_rules (kind, normal_side, may_be_negative, description)
values
  ('stripe_balance', 'debit', true, 'Money at Stripe; below zero when more went than came.'),
  ('buyer_clearing', 'credit', true,
    'What buyers have paid and not yet bought, or are still owed; below zero while one owes.'),
  ('organizer_payable', 'credit', true,
    'What the organization is owed; below zero when more went back than it has earned.'),
  ('promoter_payable', 'credit', true, 'What promoters are owed of the organization''s part.'),
  ('platform_commission', 'credit', false, 'What the platform keeps of the sales.'),
  ('service_fees', 'credit', false, 'Service fees that buyers paid.'),
  ('processing_fees', 'credit', false, 'Processing fees that buyers paid.'),
  ('taxes_payable', 'credit', false, 'Taxes that buyers paid, for the tax office.'),
  ('stripe_fees', 'debit', false, 'What Stripe has really charged.'),
  ('disputes', 'debit', false, 'What Stripe has taken back while a dispute is open.'),
  ('payouts_in_transit', 'credit', false, 'Payouts that are under way.'),
  ('adjustments', 'debit', true, 'What was corrected, and belongs nowhere else.'),
  ('box_office', 'debit', true, 'What the organization has taken itself, and not at Stripe.');

-- Months.

alter table app_public.organization_settings
  add column books_timezone text not null default 'UTC';
comment on column app_public.organization_settings.books_timezone is
  'In which time zone the months of the books begin.';

create type app_public.accounting_period_status as enum ('open', 'closing', 'closed');
comment on type app_public.accounting_period_status is 'State of a month of the books.';

create table app_public.accounting_periods (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references app_public.organizations on delete restrict,
  period date not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  status app_public.accounting_period_status not null default 'open',
  closing_started_at timestamptz,
  closed_at timestamptz,
  closed_by uuid references app_public.users on delete restrict,
  unreconciled_count integer not null default 0,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  unique (organization_id, period),
  -- Every month begins where the one before it ended.
  unique (organization_id, starts_at),
  constraint accounting_periods_are_months check (period = date_trunc('month', period)::date),
  constraint accounting_periods_end_after_their_start check (ends_at > starts_at),
  constraint accounting_periods_closing_has_time
    check ((status <> 'open') = (closing_started_at is not null)),
  constraint accounting_periods_closed_has_time
    check ((status = 'closed') = (closed_at is not null)),
  constraint accounting_periods_close_after_their_end check (closed_at >= ends_at),
  constraint accounting_periods_unreconciled_is_a_count
    check (unreconciled_count >= 0 and (status = 'closed' or unreconciled_count = 0)),
  constraint accounting_periods_do_not_overlap exclude using gist (
    organization_id with =, tstzrange(starts_at, ends_at) with &&
  )
);
create index accounting_periods_closed_by_idx on app_public.accounting_periods (closed_by);
-- Where a fact is posted: the first open month that has not ended before it.
create index accounting_periods_open_idx
  on app_public.accounting_periods (organization_id, ends_at)
  where status = 'open';

comment on table app_public.accounting_periods is
  'Months of an organization''s books. Nothing is posted into one that is closed.';
comment on column app_public.accounting_periods.id is 'Identifier.';
comment on column app_public.accounting_periods.organization_id is 'Whose books.';
comment on column app_public.accounting_periods.period is 'The first day of the month.';
comment on column app_public.accounting_periods.starts_at is
  'When it begins: where the month before it ended.';
comment on column app_public.accounting_periods.ends_at is
  'When it ends; the moment itself belongs to the next month.';
comment on column app_public.accounting_periods.status is
  'Open: takes postings. Closing: takes none, and is being checked. Closed: for good.';
comment on column app_public.accounting_periods.closing_started_at is
  'Since when nothing more is posted into it.';
comment on column app_public.accounting_periods.closed_at is 'When it was closed.';
comment on column app_public.accounting_periods.closed_by is 'Who closed it.';
comment on column app_public.accounting_periods.unreconciled_count is
  'How many movements were not compared with Stripe when it was closed.';
comment on column app_public.accounting_periods.created_at is 'When it was opened.';

-- Facts.

alter table app_public.ledger_transactions
  add column category text not null generated always as (split_part(source, ':', 1)) stored,
  add column occurred_at timestamptz not null default now(),
  add column effective_at timestamptz,
  add column accounting_period date,
  add column corrects_id uuid,
  add constraint ledger_transactions_category_is_a_word check (category ~ '^[a-z][a-z0-9_]*$');

insert into app_public.accounting_periods (organization_id, period, starts_at, ends_at)
select b.organization_id, m::date, m at time zone 'UTC', (m + interval '1 month') at time zone 'UTC'
from (
  select t.organization_id, min(t.created_at at time zone 'UTC') as first,
    max(t.created_at at time zone 'UTC') as last
  from app_public.ledger_transactions as t
  group by t.organization_id
) as b
cross join lateral generate_series(
  date_trunc('month', b.first), date_trunc('month', b.last), interval '1 month'
) as m;
alter table app_public.ledger_transactions disable trigger _200_refuse_change;
update app_public.ledger_transactions
set occurred_at = created_at, effective_at = created_at,
  accounting_period = date_trunc('month', created_at at time zone 'UTC')::date;
alter table app_public.ledger_transactions enable trigger _200_refuse_change;

alter table app_public.ledger_transactions
  alter column effective_at set not null,
  alter column accounting_period set not null,
  -- Whose books, too: a month belongs to an organization. It replaces the key that said only that,
  -- since a second one would be another shared row for every sale to lock.
  drop constraint ledger_transactions_organization_id_fkey,
  add constraint ledger_transactions_accounting_period_fkey
    foreign key (organization_id, accounting_period)
    references app_public.accounting_periods (organization_id, period) on delete restrict,
  add constraint ledger_transactions_corrects_id_fkey
    foreign key (organization_id, corrects_id)
    references app_public.ledger_transactions (organization_id, id) on delete restrict,
  add constraint ledger_transactions_occurred_before_they_are_posted
    check (occurred_at <= created_at),
  add constraint ledger_transactions_count_from_when_they_occurred
    check (effective_at >= occurred_at);
-- One index for the books of an organization, of one of its months, and for those up to a time.
drop index app_public.ledger_transactions_organization_id_idx;
create index ledger_transactions_organization_id_idx
  on app_public.ledger_transactions (organization_id, accounting_period, effective_at);
create index ledger_transactions_corrects_id_idx
  on app_public.ledger_transactions (corrects_id, organization_id) where corrects_id is not null;

comment on column app_public.ledger_transactions.category is
  'The kind of fact: the first word of its source, such as payment, sale or refund.';
comment on column app_public.ledger_transactions.occurred_at is
  'When it happened, as whoever knows it says.';
comment on column app_public.ledger_transactions.effective_at is
  'From when it counts: when it happened or, if that month was closed, the start of the month that '
  'it was posted into.';
comment on column app_public.ledger_transactions.accounting_period is
  'The month that it was posted into.';
comment on column app_public.ledger_transactions.corrects_id is 'The fact that it corrects.';

create table app_public.ledger_balances (
  organization_id uuid not null,
  account_id uuid not null,
  period date not null,
  opening_cents bigint not null,
  debit_cents bigint not null,
  credit_cents bigint not null,
  closing_cents bigint not null,
  created_at timestamptz not null default now(),
  primary key (account_id, organization_id, period),
  foreign key (organization_id, account_id)
    references app_public.ledger_accounts (organization_id, id) on delete restrict,
  foreign key (organization_id, period)
    references app_public.accounting_periods (organization_id, period) on delete restrict,
  constraint ledger_balances_movements_are_not_negative
    check (debit_cents >= 0 and credit_cents >= 0),
  constraint ledger_balances_closing_is_opening_and_movements
    check (closing_cents = opening_cents + debit_cents - credit_cents)
);
create index ledger_balances_period_idx
  on app_public.ledger_balances (organization_id, period);

comment on table app_public.ledger_balances is
  'Balances of the accounts at the end of each closed month, so that nobody sums all entries again. '
  'Append-only, and compared with the entries by check_invariants.';
comment on column app_public.ledger_balances.organization_id is 'Whose books.';
comment on column app_public.ledger_balances.account_id is 'Which account.';
comment on column app_public.ledger_balances.period is 'Which month.';
comment on column app_public.ledger_balances.opening_cents is
  'The balance when the month began; debit is positive.';
comment on column app_public.ledger_balances.debit_cents is 'All debits of the month.';
comment on column app_public.ledger_balances.credit_cents is 'All credits of the month.';
comment on column app_public.ledger_balances.closing_cents is
  'The balance when the month ended; debit is positive.';
comment on column app_public.ledger_balances.created_at is 'When it was written down.';

-- Movements of money.

create type app_public.payment_transaction_type as enum (
  'payment', 'refund', 'fee', 'dispute', 'payout', 'adjustment'
);
comment on type app_public.payment_transaction_type is 'Why money moved at Stripe.';

create type app_public.reconciliation_status as enum ('pending', 'matched', 'mismatched');
comment on type app_public.reconciliation_status is
  'Whether Stripe says the same of a movement as the books.';

create table app_public.payment_transactions (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  ledger_transaction_id uuid not null,
  accounting_period date not null,
  transaction_type app_public.payment_transaction_type not null,
  transaction_category text not null,
  booking_id uuid,
  payment_intent_id uuid,
  refund_id uuid,
  gross_amount_cents bigint not null,
  fee_amount_cents bigint not null,
  net_amount_cents bigint not null,
  -- Of the account on stripe_balance, as check_invariants finds out. A key here would be one more
  -- row that all payments of all organizations lock.
  currency text not null,
  description text not null,
  stripe_balance_transaction_id text,
  reconciliation_status app_public.reconciliation_status not null default 'pending',
  reconciled_at timestamptz,
  processed_at timestamptz not null,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint payment_transactions_posting_moves_money_once
    unique (ledger_transaction_id, organization_id),
  foreign key (organization_id, ledger_transaction_id)
    references app_public.ledger_transactions (organization_id, id) on delete restrict,
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  foreign key (organization_id, payment_intent_id)
    references app_public.payment_intents (organization_id, id) on delete restrict,
  foreign key (organization_id, refund_id)
    references app_public.refunds (organization_id, id) on delete restrict,
  constraint payment_transactions_net_is_gross_less_fee
    check (net_amount_cents = gross_amount_cents - fee_amount_cents),
  constraint payment_transactions_move_something check (net_amount_cents <> 0),
  constraint payment_transactions_category_is_a_word
    check (transaction_category ~ '^[a-z][a-z0-9_]*$'),
  constraint payment_transactions_reconciled_has_time
    check ((reconciliation_status <> 'pending') = (reconciled_at is not null))
);
create index payment_transactions_booking_id_idx
  on app_public.payment_transactions (booking_id, organization_id);
create index payment_transactions_payment_intent_id_idx
  on app_public.payment_transactions (payment_intent_id, organization_id);
create index payment_transactions_refund_id_idx
  on app_public.payment_transactions (refund_id, organization_id) where refund_id is not null;
-- The fee of a payment is part of the same movement at Stripe, and a row of its own here.
create unique index payment_transactions_stripe_balance_transaction_id_key
  on app_public.payment_transactions (
    stripe_balance_transaction_id, transaction_type, organization_id
  )
  where stripe_balance_transaction_id is not null;
create index payment_transactions_organization_id_idx
  on app_public.payment_transactions (organization_id, accounting_period, processed_at);
create index payment_transactions_unreconciled_idx
  on app_public.payment_transactions (organization_id, accounting_period)
  where reconciliation_status <> 'matched';

comment on table app_public.payment_transactions is
  'Each movement of money at Stripe, one row for each posting on stripe_balance. Append-only, except '
  'for what reconciliation finds out.';
comment on column app_public.payment_transactions.id is 'Identifier.';
comment on column app_public.payment_transactions.organization_id is 'Whose books.';
comment on column app_public.payment_transactions.ledger_transaction_id is 'Its posting.';
comment on column app_public.payment_transactions.accounting_period is
  'The month that it was posted into.';
comment on column app_public.payment_transactions.transaction_type is 'Why money moved.';
comment on column app_public.payment_transactions.transaction_category is
  'The same in more detail, such as booking_payment or late_payment_refund.';
comment on column app_public.payment_transactions.booking_id is 'For which booking.';
comment on column app_public.payment_transactions.payment_intent_id is 'Of which payment.';
comment on column app_public.payment_transactions.refund_id is 'Of which refund.';
comment on column app_public.payment_transactions.gross_amount_cents is
  'What moved, without fees; what came is positive.';
comment on column app_public.payment_transactions.fee_amount_cents is 'What Stripe charged.';
comment on column app_public.payment_transactions.net_amount_cents is
  'Gross less fee: by how much the balance at Stripe changed.';
comment on column app_public.payment_transactions.currency is 'In which currency.';
comment on column app_public.payment_transactions.description is 'The same, for people.';
comment on column app_public.payment_transactions.stripe_balance_transaction_id is
  'The id of the movement at Stripe, once it is known.';
comment on column app_public.payment_transactions.reconciliation_status is
  'Whether Stripe says the same.';
comment on column app_public.payment_transactions.reconciled_at is
  'When it was last compared with Stripe.';
comment on column app_public.payment_transactions.processed_at is 'When the money moved.';
comment on column app_public.payment_transactions.created_at is 'When it was posted.';

insert into app_public.payment_transactions (
  organization_id, ledger_transaction_id, accounting_period, transaction_type,
  transaction_category, booking_id, payment_intent_id, refund_id, gross_amount_cents,
  fee_amount_cents, net_amount_cents, currency, description, processed_at, created_at
)
select
  t.organization_id, t.id, t.accounting_period,
  case when r.id is not null then 'refund' when p.id is not null then 'payment'
    else 'adjustment' end::app_public.payment_transaction_type,
  case when r.id is not null then r.reason || '_refund' when p.id is not null
    then 'booking_payment' else t.category end,
  t.booking_id, coalesce(p.id, r.payment_intent_id), r.id, e.amount_cents, 0, e.amount_cents,
  a.currency, t.description, t.occurred_at, t.created_at
from app_public.ledger_transactions as t
join app_public.ledger_entries as e
  on e.organization_id = t.organization_id and e.transaction_id = t.id
join app_public.ledger_accounts as a
  on a.organization_id = e.organization_id and a.id = e.account_id and a.kind = 'stripe_balance'
left join app_public.payment_intents as p
  on p.organization_id = t.organization_id and t.source = 'payment:' || p.id
left join app_public.refunds as r
  on r.organization_id = t.organization_id and t.source = 'refund:' || r.id;

-- Promoters.

create table app_public.promoters (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references app_public.organizations on delete restrict,
  name text not null,
  email public.citext,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint promoters_name_is_unique unique (name, organization_id),
  constraint promoters_name_is_short_text check (length(name) between 1 and 255),
  constraint promoters_email_has_two_sides
    check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= 320)
);
create index promoters_organization_id_idx on app_public.promoters (organization_id);
comment on table app_public.promoters is
  'Who brings buyers to an organization''s events, for a share of its part.';
comment on column app_public.promoters.id is 'Identifier.';
comment on column app_public.promoters.organization_id is 'Whose promoter.';
comment on column app_public.promoters.name is 'Name.';
comment on column app_public.promoters.email is 'Address.';
comment on column app_public.promoters.created_at is 'Since when they are known.';
comment on column app_public.promoters.updated_at is 'When this last changed.';

create table app_public.event_promoters (
  organization_id uuid not null,
  event_id uuid not null,
  promoter_id uuid not null,
  share_percentage numeric(7, 4) not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (event_id, organization_id),
  foreign key (organization_id, event_id)
    references app_public.events (organization_id, id) on delete restrict,
  foreign key (organization_id, promoter_id)
    references app_public.promoters (organization_id, id) on delete restrict,
  constraint event_promoters_share_is_above_0_to_100
    check (share_percentage > 0 and share_percentage <= 100)
);
create index event_promoters_promoter_id_idx
  on app_public.event_promoters (promoter_id, organization_id);
comment on table app_public.event_promoters is
  'The promoter of an event. A booking keeps the share that holds when it is confirmed.';
comment on column app_public.event_promoters.organization_id is 'Who sells.';
comment on column app_public.event_promoters.event_id is 'Which event.';
comment on column app_public.event_promoters.promoter_id is 'Who brings buyers to it.';
comment on column app_public.event_promoters.share_percentage is
  'The promoter''s share of what commission leaves to the organization.';
comment on column app_public.event_promoters.created_at is 'Since when.';
comment on column app_public.event_promoters.updated_at is 'When this last changed.';

create table app_public.promoter_shares (
  organization_id uuid not null,
  booking_id uuid not null,
  promoter_id uuid not null,
  share_percentage numeric(7, 4) not null,
  base_cents bigint not null,
  share_cents bigint not null,
  created_at timestamptz not null default now(),
  primary key (booking_id, organization_id),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  foreign key (organization_id, promoter_id)
    references app_public.promoters (organization_id, id) on delete restrict,
  constraint promoter_shares_are_within_their_base
    check (share_cents >= 0 and share_cents <= base_cents)
);
create index promoter_shares_promoter_id_idx
  on app_public.promoter_shares (promoter_id, organization_id);
comment on table app_public.promoter_shares is
  'What a promoter was given of a booking, frozen when it was confirmed. Append-only.';
comment on column app_public.promoter_shares.organization_id is 'Who sold.';
comment on column app_public.promoter_shares.booking_id is 'Which booking.';
comment on column app_public.promoter_shares.promoter_id is 'Whose share.';
comment on column app_public.promoter_shares.share_percentage is 'The percentage that held.';
comment on column app_public.promoter_shares.base_cents is
  'Of what: the organization''s part, bookings.payout_cents.';
comment on column app_public.promoter_shares.share_cents is 'The share.';
comment on column app_public.promoter_shares.created_at is 'When it was frozen.';

-- Corrections.

create type app_public.ledger_correction_status as enum ('requested', 'posted', 'rejected');
comment on type app_public.ledger_correction_status is 'State of a correction of the books.';

create table app_public.ledger_corrections (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  corrects_id uuid not null,
  currency text not null references app_public.currencies,
  kinds app_public.ledger_account_kind[] not null,
  amounts_cents bigint[] not null,
  reason text not null,
  status app_public.ledger_correction_status not null default 'requested',
  requested_by uuid not null references app_public.users on delete restrict,
  decided_by uuid references app_public.users on delete restrict,
  decided_at timestamptz,
  ledger_transaction_id uuid,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  foreign key (organization_id, corrects_id)
    references app_public.ledger_transactions (organization_id, id) on delete restrict,
  foreign key (organization_id, ledger_transaction_id)
    references app_public.ledger_transactions (organization_id, id) on delete restrict,
  constraint ledger_corrections_reason_is_given check (length(btrim(reason)) between 1 and 1000),
  constraint ledger_corrections_have_2_to_12_entries check (
    cardinality(kinds) between 2 and 12 and cardinality(amounts_cents) = cardinality(kinds)
    and array_position(kinds, null) is null and array_position(amounts_cents, null) is null
    and array_position(amounts_cents, 0) is null
  ),
  constraint ledger_corrections_are_decided_by_somebody_else check (decided_by <> requested_by),
  constraint ledger_corrections_decided_has_who_and_when check (
    (status <> 'requested') = (decided_by is not null)
    and (status <> 'requested') = (decided_at is not null)
  ),
  constraint ledger_corrections_posted_has_its_posting
    check ((status = 'posted') = (ledger_transaction_id is not null))
);
create index ledger_corrections_corrects_id_idx
  on app_public.ledger_corrections (corrects_id, organization_id);
create index ledger_corrections_ledger_transaction_id_idx
  on app_public.ledger_corrections (ledger_transaction_id, organization_id);
create index ledger_corrections_requested_by_idx
  on app_public.ledger_corrections (requested_by);
create index ledger_corrections_decided_by_idx on app_public.ledger_corrections (decided_by);
comment on table app_public.ledger_corrections is
  'Corrections of the books: asked for by one member of the platform''s staff, posted by another.';
comment on column app_public.ledger_corrections.id is 'Identifier.';
comment on column app_public.ledger_corrections.organization_id is 'Whose books.';
comment on column app_public.ledger_corrections.corrects_id is 'The fact that it corrects.';
comment on column app_public.ledger_corrections.currency is 'In which currency.';
comment on column app_public.ledger_corrections.kinds is 'On which accounts.';
comment on column app_public.ledger_corrections.amounts_cents is
  'How much on each of them, in the same order; debit is positive, and all sum to zero.';
comment on column app_public.ledger_corrections.reason is 'Why.';
comment on column app_public.ledger_corrections.status is 'What became of it.';
comment on column app_public.ledger_corrections.requested_by is 'Who asked for it.';
comment on column app_public.ledger_corrections.decided_by is 'Who posted or rejected it.';
comment on column app_public.ledger_corrections.decided_at is 'When.';
comment on column app_public.ledger_corrections.ledger_transaction_id is 'What was posted.';
comment on column app_public.ledger_corrections.created_at is 'When it was asked for.';

-- What is asked of the books.

create type app_public.trial_balance_line as (
  account_id uuid,
  kind app_public.ledger_account_kind,
  currency text,
  normal_side app_public.ledger_side,
  debit_cents bigint,
  credit_cents bigint
);
comment on type app_public.trial_balance_line is 'The balance of one account, on its side.';
comment on column app_public.trial_balance_line.account_id is 'The account.';
comment on column app_public.trial_balance_line.kind is 'What it stands for.';
comment on column app_public.trial_balance_line.currency is 'Its currency.';
comment on column app_public.trial_balance_line.normal_side is 'The side on which it grows.';
comment on column app_public.trial_balance_line.debit_cents is 'Its balance, if it is a debit.';
comment on column app_public.trial_balance_line.credit_cents is 'Its balance, if it is a credit.';

create type app_public.statement_line as (
  currency text,
  kind app_public.ledger_account_kind,
  line text,
  category text,
  transaction_count integer,
  amount_cents bigint
);
comment on type app_public.statement_line is
  'A line of a statement: what an account opened with, its movements by category, and what it '
  'closed with.';
comment on column app_public.statement_line.currency is 'The currency of the account.';
comment on column app_public.statement_line.kind is 'What the account stands for.';
comment on column app_public.statement_line.line is 'One of opening, movement, closing.';
comment on column app_public.statement_line.category is
  'Of a movement: its kind of fact, such as sale or refund.';
comment on column app_public.statement_line.transaction_count is
  'Of a movement: how many facts there are.';
comment on column app_public.statement_line.amount_cents is
  'In minor units; positive is on the account''s own side, debit or credit.';

insert into app_public.role_permissions (role, permission)
values ('owner', 'books.manage'), ('admin', 'books.manage');

create trigger _100_set_updated_at before update on app_public.promoters
  for each row execute function app_hidden.tg__set_updated_at();
create trigger _100_set_updated_at before update on app_public.event_promoters
  for each row execute function app_hidden.tg__set_updated_at();
create trigger _500_audit after insert or update or delete on app_public.promoters
  for each row execute function app_hidden.tg__audit();
create trigger _500_audit after insert or update or delete on app_public.event_promoters
  for each row execute function app_hidden.tg__audit();
create trigger _500_audit after insert or update or delete on app_public.accounting_periods
  for each row execute function app_hidden.tg__audit();
create trigger _500_audit after insert or update or delete on app_public.ledger_corrections
  for each row execute function app_hidden.tg__audit();

--! split: 043-stripe-calls.sql
-- The inbox in full, what nobody may overlook, and the outbox of calls to Stripe.

alter table app_private.stripe_events
  drop constraint stripe_events_applied_has_outcome,
  drop constraint stripe_events_outcome_is_known,
  add column reason text,
  add column parked_at timestamptz,
  add column retry_at timestamptz,
  add constraint stripe_events_outcome_is_known
    check (outcome in ('applied', 'ignored', 'refused', 'parked')),
  add constraint stripe_events_applied_has_outcome
    check ((coalesce(outcome, 'parked') <> 'parked') = (applied_at is not null)),
  add constraint stripe_events_parked_has_reason_and_times check (
    outcome is distinct from 'parked'
    or reason is not null and parked_at is not null and retry_at is not null
  ),
  add constraint stripe_events_reason_is_short_text check (length(reason) between 1 and 500);
-- By what they wait for: asked whenever a parent appears, and nearly always empty.
create index stripe_events_parked_idx on app_private.stripe_events (reason)
  where outcome = 'parked';

comment on column app_private.stripe_events.reason is
  'Why it was ignored or refused; for what it waits while it is parked.';
comment on column app_private.stripe_events.parked_at is 'When it was first parked.';
comment on column app_private.stripe_events.retry_at is
  'When it is tried again, unless what it waits for comes before.';

-- What is told of a refused event stays in payment_findings.
update app_private.retention_rules
set description = 'What Stripe sent, once it is in the books, or was ignored or refused.'
where rule = 'applied_stripe_events';

alter table app_public.payment_intents
  add column stripe_charge_id text,
  add column stripe_news text;
comment on column app_public.payment_intents.stripe_charge_id is
  'The charge at Stripe by which it was paid.';
comment on column app_public.payment_intents.stripe_news is
  E'@behavior -*\nTime, rank and id of the newest event that was applied: older news change nothing.';

create table app_public.payment_findings (
  id uuid primary key default uuidv7(),
  organization_id uuid references app_public.organizations on delete restrict,
  booking_id uuid,
  kind text not null,
  subject text not null,
  detail jsonb not null default '{}',
  stripe_event_ids text[] not null default '{}',
  first_seen_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  resolved_at timestamptz,
  resolved_by uuid references app_public.users on delete restrict,
  resolution_note text,
  unique (id, organization_id),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  constraint payment_findings_kind_is_a_word check (kind ~ '^[a-z][a-z_]{2,60}$'),
  constraint payment_findings_subject_is_short_text check (length(subject) between 1 and 300),
  constraint payment_findings_booking_has_organization
    check (booking_id is null or organization_id is not null),
  constraint payment_findings_resolved_by_somebody_with_a_note check (
    (resolved_at is null) = (resolved_by is null)
    and (resolved_at is null) = (resolution_note is null)
  ),
  constraint payment_findings_resolution_note_is_short_text
    check (length(resolution_note) between 1 and 2000)
);
-- One is open for each thing that is wrong with one object, however often it is seen.
create unique index payment_findings_one_is_open_per_subject
  on app_public.payment_findings (kind, subject, organization_id) nulls not distinct
  where resolved_at is null;
create index payment_findings_organization_id_idx
  on app_public.payment_findings (organization_id, last_seen_at);
create index payment_findings_booking_id_idx
  on app_public.payment_findings (booking_id, organization_id);
create index payment_findings_resolved_by_idx on app_public.payment_findings (resolved_by);

comment on table app_public.payment_findings is
  'What contradicts our books or was not asked for, for people to look at: never silently fixed.';
comment on column app_public.payment_findings.id is 'Identifier.';
comment on column app_public.payment_findings.organization_id is
  'Whose money it is about; null: that is not known, and the platform''s staff looks into it.';
comment on column app_public.payment_findings.booking_id is 'Which booking, if that is known.';
comment on column app_public.payment_findings.kind is 'What is wrong, such as event_amount_differs.';
comment on column app_public.payment_findings.subject is 'The object at Stripe, or the call.';
comment on column app_public.payment_findings.detail is 'What was told, and what was expected.';
comment on column app_public.payment_findings.stripe_event_ids is 'The events that tell it.';
comment on column app_public.payment_findings.first_seen_at is 'When it was seen first.';
comment on column app_public.payment_findings.last_seen_at is 'When it was seen last.';
comment on column app_public.payment_findings.resolved_at is 'When somebody closed it.';
comment on column app_public.payment_findings.resolved_by is 'Who.';
comment on column app_public.payment_findings.resolution_note is 'What was found, and done.';

insert into app_public.role_permissions (role, permission)
values ('owner', 'payments.manage'), ('admin', 'payments.manage')
on conflict do nothing;

-- The outbox. A row is committed before Stripe is asked, so that whoever finds it without an outcome
-- knows that Stripe may have been.
create table app_private.stripe_calls (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references app_public.organizations on delete restrict,
  purpose text not null,
  subject_id uuid not null,
  idempotency_key text not null,
  request_hash text not null,
  status text not null default 'asked',
  attempts integer not null default 1,
  stripe_id text,
  http_code integer,
  error_code text,
  stripe_request_id text,
  duration_ms integer,
  first_asked_at timestamptz not null default now(),
  last_asked_at timestamptz not null default now(),
  ended_at timestamptz,
  unique (id, organization_id),
  constraint stripe_calls_key_is_used_once unique (idempotency_key, organization_id),
  constraint stripe_calls_purpose_is_object_and_verb check (purpose ~ '^[a-z_]+\.[a-z_]+$'),
  constraint stripe_calls_idempotency_key_is_short_text
    check (length(idempotency_key) between 1 and 255),
  constraint stripe_calls_request_hash_is_sha256 check (request_hash ~ '^[0-9a-f]{64}$'),
  constraint stripe_calls_status_is_known
    check (status in ('asked', 'failed', 'succeeded', 'refused', 'overtaken')),
  constraint stripe_calls_attempts_is_positive check (attempts > 0),
  constraint stripe_calls_ended_has_time
    check ((status in ('succeeded', 'refused', 'overtaken')) = (ended_at is not null))
);
create index stripe_calls_organization_id_idx
  on app_private.stripe_calls (organization_id, last_asked_at);
create index stripe_calls_subject_id_idx on app_private.stripe_calls (subject_id, organization_id);

comment on table app_private.stripe_calls is
  'Outbox: each call of Stripe with its idempotency key, written before it, and what came of it.';
comment on column app_private.stripe_calls.subject_id is 'Our row that it is about.';
comment on column app_private.stripe_calls.request_hash is
  'SHA-256 of what is sent: one key never stands for two requests.';
comment on column app_private.stripe_calls.status is
  'asked: the answer is not known; failed: to be tried again; succeeded; refused; overtaken: an event '
  'told what came of it.';

insert into app_private.retention_rules (rule, description, relation, action, kept_for, since, condition)
values (
  'ended_stripe_calls', 'What Stripe was asked for, once it is known what came of it.',
  'app_private.stripe_calls', 'delete', '400 days', 't.ended_at', 'true'
);

-- One row for all workers: whether Stripe can be reached. It is written by failures, and by the first
-- success after them.
create table app_private.stripe_reachability (
  is_only_row boolean primary key default true,
  failures integer not null default 0,
  failing_since timestamptz,
  retry_at timestamptz,
  last_error text,
  constraint stripe_reachability_is_one_row check (is_only_row),
  constraint stripe_reachability_failures_is_not_negative check (failures >= 0),
  constraint stripe_reachability_failing_has_times
    check ((failures = 0) = (failing_since is null) and (failures = 0) = (retry_at is null))
);
insert into app_private.stripe_reachability default values;

comment on table app_private.stripe_reachability is
  'Whether calls of Stripe fail: then jobs wait, and one of them tries.';

create type app_public.stripe_call as (
  id uuid,
  purpose text,
  subject_id uuid,
  status text,
  attempt_count integer,
  idempotency_key text,
  stripe_id text,
  http_code integer,
  error_code text,
  stripe_request_id text,
  duration_ms integer,
  first_asked_at timestamptz,
  last_asked_at timestamptz,
  ended_at timestamptz
);
comment on type app_public.stripe_call is 'A call of Stripe, and what came of it.';
comment on column app_public.stripe_call.id is 'Identifier.';
comment on column app_public.stripe_call.purpose is 'What for, such as refund.create.';
comment on column app_public.stripe_call.subject_id is 'The payment, refund, ... it is about.';
comment on column app_public.stripe_call.status is
  'asked (the answer is not known), failed (it is tried again), succeeded, refused, or overtaken (an '
  'event told what came of it).';
comment on column app_public.stripe_call.attempt_count is 'How often it was asked.';
comment on column app_public.stripe_call.idempotency_key is 'Its key at Stripe.';
comment on column app_public.stripe_call.stripe_id is 'What Stripe made or changed.';
comment on column app_public.stripe_call.http_code is 'HTTP status of the last answer.';
comment on column app_public.stripe_call.error_code is 'Why the last attempt failed.';
comment on column app_public.stripe_call.stripe_request_id is
  'The last request''s id, for Stripe''s support.';
comment on column app_public.stripe_call.duration_ms is 'How long the last answer took.';
comment on column app_public.stripe_call.first_asked_at is 'When Stripe was first asked.';
comment on column app_public.stripe_call.last_asked_at is 'When Stripe was last asked.';
comment on column app_public.stripe_call.ended_at is 'When it was known what came of it.';

alter type app_public.payment_session add attribute is_provider_reachable boolean;
alter type app_public.payment_session add attribute notice text;
comment on column app_public.payment_session.is_provider_reachable is
  'Whether the payment provider answers us at the moment.';
comment on column app_public.payment_session.notice is
  'What to tell the buyer while the payment cannot be opened; null: nothing.';

drop function app_private.apply_payment_intent(jsonb);

create index stripe_calls_open_idx on app_private.stripe_calls (last_asked_at)
  where ended_at is null;

create trigger _500_audit after insert or update or delete on app_public.payment_findings
  for each row execute function app_hidden.tg__audit();

--! split: 044-profiles.sql
-- What was missing of identity and tenancy.

-- Orders of others under somebody's address: their money does not delay an erasure.
alter table app_public.privacy_requests
  add column left_booking_ids uuid[] not null default '{}';
comment on column app_public.privacy_requests.left_booking_ids is
  'Orders under the address that are forgotten once their money has arrived.';

-- What people say of themselves. Mail is written in English until there are templates in more than
-- one language; the language is kept for then, and for shops.
alter table app_public.users
  add column address jsonb not null default '{}',
  add column avatar_url text,
  add column language text,
  add column date_of_birth date,
  add constraint users_address_is_an_object
    check (jsonb_typeof(address) = 'object' and length(address::text) <= 4000),
  add constraint users_address_has_known_parts check (
    case when jsonb_typeof(address) = 'object'
      then address - array['line1', 'line2', 'city', 'state', 'postal_code', 'country'] = '{}'
    end
  ),
  add constraint users_address_country_is_iso_3166
    check (not address ? 'country' or (address ->> 'country') ~ '^[A-Z]{2}$'),
  -- A browser that shows it must not ask over a line that others can read.
  add constraint users_avatar_url_is_https check (
    avatar_url ~ '^https://([a-zA-Z0-9-]+\.)+[a-zA-Z]{2,}(:[0-9]{1,5})?(/[^[:space:]"<>\\]*)?$'
    and length(avatar_url) <= 2000
  ),
  -- Language, script, region and variants; nothing else says in which words to write.
  add constraint users_language_is_bcp_47 check (
    language ~ '^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?(-([0-9a-z]{5,8}|[0-9][0-9a-z]{3}))*$'
    and length(language) <= 35
  ),
  add constraint users_date_of_birth_is_of_somebody_alive
    check (date_of_birth >= '1900-01-01');
comment on column app_public.users.address is
  'Postal address: line1, line2, city, state, postal_code, country (two letters).';
comment on column app_public.users.avatar_url is 'A picture, at an https address.';
comment on column app_public.users.language is 'Preferred language, BCP 47, such as de-AT.';
comment on column app_public.users.date_of_birth is 'Date of birth.';
drop function app_public.update_profile(text, text, text);

-- Why sessions ended.
create type app_public.logout_reason as enum ('manual', 'timeout', 'security', 'admin');
comment on type app_public.logout_reason is
  'Why a session ended: by its user, by itself, with a new password, or by the platform''s staff.';
alter table app_public.user_sessions
  add column revoked_reason app_public.logout_reason,
  add constraint user_sessions_reason_is_of_what_was_ended
    check (revoked_reason is null or revoked_at is not null and revoked_reason <> 'timeout');
comment on column app_public.user_sessions.revoked_reason is
  E'@behavior -*\nWhy it was ended early: see logoutReason.';
drop function app_private.end_sessions(uuid);

-- On whose behalf mail is sent: it is forgotten with whom it was sent to.
alter table app_private.outgoing_emails
  add column organization_id uuid references app_public.organizations on delete restrict;
comment on column app_private.outgoing_emails.organization_id is
  'Which organization writes; null: the platform.';
create index outgoing_emails_organization_id_idx on app_private.outgoing_emails (organization_id);
drop function app_private.queue_email(text, text, jsonb);

-- What somebody without an account agreed to, or withdrew, until the mailbox says so too.
create table app_private.consent_tokens (
  token_hash bytea primary key,
  organization_id uuid not null references app_public.organizations on delete restrict,
  email public.citext not null,
  purpose app_public.consent_purpose not null,
  is_given boolean not null,
  wording_version text not null,
  source text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  constraint consent_tokens_hash_is_sha256 check (octet_length(token_hash) = 32),
  constraint consent_tokens_email_has_two_sides
    check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= 320),
  constraint consent_tokens_wording_version_is_short_text
    check (length(wording_version) between 1 and 100),
  -- Terms are agreed to by buying.
  constraint consent_tokens_are_about_mail check (purpose in ('marketing', 'newsletter'))
);
create index consent_tokens_organization_id_idx on app_private.consent_tokens (organization_id);
create index consent_tokens_email_idx on app_private.consent_tokens (email);
comment on table app_private.consent_tokens is
  'What guests say about mail from an organization, until they confirm it with the token that was '
  'mailed: good once, for two days.';
insert into app_private.retention_rules (
  rule, description, relation, action, kept_for, since, condition
)
values (
  'stale_consent_tokens', 'Addresses that nobody confirmed.', 'app_private.consent_tokens', 'delete',
  '7 days', 't.expires_at', 'true'
);
-- Whoever subscribed without buying stays subscribed.
update app_private.retention_rules
set condition = condition || $$
      and coalesce((
        select not c.is_given from app_public.consents as c
        where c.customer_id = t.id and c.organization_id = t.organization_id
          and c.purpose in ('marketing', 'newsletter')
        order by c.is_given desc
        limit 1
      ), true)$$
where rule = 'customers_without_sales';

-- Whose a domain is, its zone says.
alter table app_public.organizations
  add column custom_domain_proven_at timestamptz,
  drop constraint organizations_custom_domain_is_unique,
  add constraint organizations_proven_domain_is_there
    check (custom_domain_proven_at is null or custom_domain is not null);
create unique index organizations_proven_domain_is_unique
  on app_public.organizations (custom_domain) where custom_domain_proven_at is not null;
comment on column app_public.organizations.custom_domain is
  'Host name of its own shop. Anybody can claim one: see custom_domain_proven_at.';
comment on column app_public.organizations.custom_domain_proven_at is
  'When the domain''s zone first said that it is the organization''s; null: it does not.';
create table app_public.domain_challenges (
  organization_id uuid primary key references app_public.organizations on delete restrict,
  domain text not null,
  record_name text not null generated always as ('_lml-challenge.' || domain) stored,
  record_value text not null,
  created_at timestamptz not null default now(),
  checked_at timestamptz,
  missed_count integer not null default 0,
  constraint domain_challenges_domain_is_short_text check (length(domain) between 1 and 253),
  constraint domain_challenges_record_value_is_a_token
    check (record_value ~ '^lml-verification=[A-Za-z0-9_-]{43}$'),
  constraint domain_challenges_missed_count_is_not_negative check (missed_count >= 0)
);
comment on table app_public.domain_challenges is
  'The TXT record by which the zone of a domain says whose it is.';
comment on column app_public.domain_challenges.organization_id is 'Whose domain it is to be.';
comment on column app_public.domain_challenges.domain is 'The domain.';
comment on column app_public.domain_challenges.record_name is 'Name of the TXT record.';
comment on column app_public.domain_challenges.record_value is 'Its value.';
comment on column app_public.domain_challenges.created_at is 'When it was first asked for.';
comment on column app_public.domain_challenges.checked_at is 'When the record was last looked for.';
comment on column app_public.domain_challenges.missed_count is
  'How often in a row it was not there; after seven times the domain counts as not proven.';
create trigger _500_audit after insert or update or delete on app_public.domain_challenges
  for each row execute function app_hidden.tg__audit('record_value');

--! split: 045-booking-details.sql
-- What buyers and staff say about an order besides its tickets. Apart from bookings, which is on the
-- hot path, and because most orders say nothing.

create table app_public.booking_details (
  booking_id uuid not null,
  organization_id uuid not null,
  referral_source text,
  utm_source text,
  utm_medium text,
  utm_campaign text,
  utm_term text,
  utm_content text,
  special_requests text,
  accessibility_requirements text,
  dietary_requirements text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (booking_id, organization_id),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  constraint booking_details_sources_are_short check (
    length(referral_source) <= 200 and length(utm_source) <= 200 and length(utm_medium) <= 200
    and length(utm_campaign) <= 200 and length(utm_term) <= 200 and length(utm_content) <= 200
  ),
  constraint booking_details_requests_are_bounded check (
    length(special_requests) <= 2000 and length(accessibility_requirements) <= 2000
    and length(dietary_requirements) <= 2000
  )
);

comment on table app_public.booking_details is
  'What a buyer says about an order: where they come from, and what they need.';
comment on column app_public.booking_details.booking_id is 'Which order.';
comment on column app_public.booking_details.organization_id is 'Who sells.';
comment on column app_public.booking_details.referral_source is 'Who sent the buyer.';
comment on column app_public.booking_details.utm_source is 'Site or newsletter of a campaign.';
comment on column app_public.booking_details.utm_medium is 'Such as email or cpc.';
comment on column app_public.booking_details.utm_campaign is 'Name of the campaign.';
comment on column app_public.booking_details.utm_term is 'Word that was searched for.';
comment on column app_public.booking_details.utm_content is 'Which of several links.';
comment on column app_public.booking_details.special_requests is 'Wishes, in the buyer''s words.';
comment on column app_public.booking_details.accessibility_requirements is
  'What somebody needs to come in and to take part.';
comment on column app_public.booking_details.dietary_requirements is 'What somebody does not eat.';
comment on column app_public.booking_details.created_at is 'When it was first said.';
comment on column app_public.booking_details.updated_at is 'When it last changed.';

create table app_public.booking_notes (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  booking_id uuid not null,
  note text not null,
  written_by uuid not null references app_public.users on delete restrict,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  constraint booking_notes_note_is_bounded check (length(note) between 1 and 2000)
);
create index booking_notes_booking_id_idx on app_public.booking_notes (booking_id, organization_id);
create index booking_notes_written_by_idx on app_public.booking_notes (written_by);

comment on table app_public.booking_notes is 'What staff write down about an order: append-only.';
comment on column app_public.booking_notes.id is 'Identifier.';
comment on column app_public.booking_notes.organization_id is 'Who sells.';
comment on column app_public.booking_notes.booking_id is 'Which order.';
comment on column app_public.booking_notes.note is 'The note. The buyer does not see it.';
comment on column app_public.booking_notes.written_by is 'Who wrote it.';
comment on column app_public.booking_notes.created_at is 'When.';

alter table app_public.customers
  add column address jsonb not null default '{}',
  add constraint customers_address_is_an_object
    check (jsonb_typeof(address) = 'object' and length(address::text) <= 4000),
  add constraint customers_address_has_known_parts check (
    address - array['line1', 'line2', 'city', 'state', 'postal_code', 'country'] = '{}'
  ),
  add constraint customers_address_country_is_iso_3166
    check (not address ? 'country' or (address ->> 'country') ~ '^[A-Z]{2}$');
comment on column app_public.customers.address is
  'Postal address: line1, line2, city, state, postal_code, country (two letters).';

create trigger _100_set_updated_at
  before update on app_public.booking_details
  for each row execute function app_hidden.tg__set_updated_at();

--! split: 1000-functions-identity-close_account.sql
-- Ends the account; what is stored about the person is erased by other means. Money that is on its
-- way, and seats that are waited for, come first.
create or replace function app_private.close_account()
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_email text;
  v_draft_id uuid;
  v_organization_ids uuid[];
begin
  perform app_hidden.refuse_impersonator();
  -- Organizations before everything else: an ownership that is handed over now is waited for.
  v_organization_ids := array(
    select o.id
    from app_public.organizations as o
    where o.id in (
      select m.organization_id from app_public.organization_members as m
      where m.user_id = v_user_id
    )
    order by o.id
    for no key update
  );
  -- Bookings before the account, as in a checkout. One that starts now finds its cart canceled.
  for v_draft_id in
    select b.id from app_public.bookings as b
    where b.user_id = v_user_id and b.status = 'draft'
    order by b.id
  loop
    perform app_public.cancel_booking(v_draft_id);
  end loop;
  if exists (
    select from app_public.platform_staff as p
    where p.user_id = v_user_id and p.revoked_at is null
  ) then
    perform app_private.lock_platform_staff();
  end if;
  select u.email::text into strict v_email
  from app_public.users as u where u.id = v_user_id for update;
  perform app_private.require_no_open_money(
    array(select b.id from app_public.bookings as b where b.user_id = v_user_id)
  );
  if exists (
    select from app_public.organization_members as m
    where m.user_id = v_user_id and m.organization_id <> all (v_organization_ids)
  ) then
    raise exception 'An invitation was accepted meanwhile.' using errcode = '40001';
  end if;
  perform app_private.end_platform_role(v_user_id, v_user_id);
  update app_public.users as u set account_status = 'deleted' where u.id = v_user_id;
  perform app_private.revoke_trusted_devices(v_user_id);
  perform app_private.end_sessions(v_user_id, 'manual');
  delete from app_private.user_tokens as t where t.user_id = v_user_id;
  perform app_private.queue_email(v_email, 'account_closed');
end
$$;

comment on function app_private.close_account() is
  'Closes the user''s account for good; the password was verified by the server. '
  'Raises LMOPN (money on its way), LMOWN (the last owner), LMADM (the last admin), LMAUT, LMSES, LMIMP.';
grant execute on function app_private.close_account() to lml_authenticator;

--! split: 1001-functions-identity-current_impersonator_id.sql
-- Asked for every audited row, so it looks itself: through a function that current_session_id
-- shares, it takes twice as long.
create or replace function app_hidden.current_impersonator_id()
returns uuid
language sql stable security definer set search_path = ''
as $$
  select s.impersonator_id
  from app_private.session_tokens as t
  join app_public.user_sessions as s on s.id = t.session_id
  where t.token_hash
      = app_hidden.hash_token(nullif(current_setting('lml.session_token', true), ''))
    and s.revoked_at is null
    and s.expires_at > now()
$$;

comment on function app_hidden.current_impersonator_id() is
  'Platform staff who act as the signed-in user in this session, or null.';
grant execute on function app_hidden.current_impersonator_id()
  to lml_anonymous, lml_user, lml_worker;

--! split: 1002-functions-identity-end_impersonation.sql
create or replace function app_public.end_impersonation()
returns app_public.impersonations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_session_id uuid := app_hidden.current_session_id();
  v_impersonation app_public.impersonations;
begin
  perform app_hidden.require_user_id();
  if app_hidden.current_impersonator_id() is null then
    raise exception 'You act in nobody''s name.' using errcode = 'LMNFD';
  end if;
  update app_public.user_sessions as s
  set revoked_at = now(), revoked_reason = 'manual'
  where s.id = v_session_id;
  select * into strict v_impersonation
  from app_public.impersonations as i where i.session_id = v_session_id;
  return v_impersonation;
end
$$;

comment on function app_public.end_impersonation() is
  'Ends the session in which staff acts in somebody''s name. Raises LMNFD, LMAUT, LMSES.';
grant execute on function app_public.end_impersonation() to lml_user;

--! split: 1003-functions-identity-end_platform_role.sql
create or replace function app_private.end_platform_role(user_id uuid, ended_by uuid)
returns app_public.platform_staff
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_grant app_public.platform_staff;
begin
  update app_public.platform_staff as p
  set revoked_at = now(), revoked_by = end_platform_role.ended_by
  where p.user_id = end_platform_role.user_id and p.revoked_at is null
  returning * into v_grant;
  -- Nobody acts in somebody's name without the role that let them.
  perform app_private.end_sessions(end_platform_role.user_id, 'admin', is_own_kept => true);
  return v_grant;
end
$$;

comment on function app_private.end_platform_role(uuid, uuid) is
  'Ends a platform role, and every impersonation of who had it. Raises LMADM.';

--! split: 1004-functions-identity-end_sessions.sql
create or replace function app_private.end_sessions(
  user_id uuid, reason app_public.logout_reason, kept_session_id uuid default null,
  is_own_kept boolean default false
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  update app_public.user_sessions as s
  set revoked_at = now(), revoked_reason = end_sessions.reason
  where (
      s.impersonator_id = end_sessions.user_id
      or s.user_id = end_sessions.user_id and not end_sessions.is_own_kept
    )
    and s.revoked_at is null
    and s.expires_at > now()
    and s.id is distinct from end_sessions.kept_session_id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_private.end_sessions(
  uuid, app_public.logout_reason, uuid, boolean
) is
  'Ends the sessions of a user, but perhaps for one, and those in which the user acts for somebody; '
  'or, when the user''s own are kept, only the latter. Returns how many.';

--! split: 1005-functions-identity-queue_email.sql
-- In the transaction of what it tells about: it is sent if that happened, and only then.
create or replace function app_private.queue_email(
  recipient text, template text, variables jsonb default '{}', organization_id uuid default null
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  insert into app_private.outgoing_emails (recipient, template, variables, organization_id)
  values (
    queue_email.recipient::public.citext, queue_email.template, queue_email.variables,
    queue_email.organization_id
  )
  returning id into v_id;
  perform app_private.add_job('email__send', jsonb_build_object('email_id', v_id));
  return v_id;
end
$$;

comment on function app_private.queue_email(text, text, jsonb, uuid) is
  'Has a mail sent; the template is one of worker/mail/templates.ts. What an organization writes to '
  'its customers names it, so that it is forgotten with them.';

--! split: 1006-functions-identity-revoke_session.sql
create or replace function app_public.revoke_session(session_id uuid)
returns app_public.user_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_session app_public.user_sessions;
begin
  -- Whoever acts in somebody's name may end that, and nothing else.
  if revoke_session.session_id is distinct from app_hidden.current_session_id() then
    perform app_hidden.refuse_impersonator();
  end if;
  update app_public.user_sessions as s
  set revoked_at = coalesce(s.revoked_at, now()),
    revoked_reason = case
      when s.revoked_at is not null then s.revoked_reason
      when s.user_id = v_user_id then 'manual'
      else 'admin'
    end::app_public.logout_reason
  where s.id = revoke_session.session_id
    and (
      s.user_id = v_user_id
      or coalesce(app_hidden.current_platform_role() in ('support', 'security', 'admin'), false)
    )
  returning * into v_session;
  if v_session.id is null then
    raise exception 'There is no such session, or it is not yours.' using errcode = 'LMNFD';
  end if;
  return v_session;
end
$$;

comment on function app_public.revoke_session(uuid) is
  'Ends one session of the user''s at once; platform staff may end anybody''s. '
  'Raises LMAUT, LMSES, LMNFD, LMIMP.';
grant execute on function app_public.revoke_session(uuid) to lml_user;

--! split: 1007-functions-identity-revoke_user_sessions.sql
create or replace function app_public.revoke_user_sessions(user_id uuid)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_hidden.require_platform_role('support', 'security');
  perform app_private.require_known_user(revoke_user_sessions.user_id);
  perform app_private.revoke_trusted_devices(revoke_user_sessions.user_id);
  return app_private.end_sessions(revoke_user_sessions.user_id, 'admin');
end
$$;

comment on function app_public.revoke_user_sessions(uuid) is
  'Ends all sessions of anybody at once, and asks their devices for a code again; returns how many '
  'sessions. For the platform''s support and security. Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.revoke_user_sessions(uuid) to lml_user;

--! split: 1008-functions-identity-sign_out.sql
create or replace function app_public.sign_out()
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_public.user_sessions as s
  set revoked_at = now(), revoked_reason = 'manual'
  from app_private.session_tokens as t
  where t.session_id = s.id
    and t.token_hash
      = app_hidden.hash_token(nullif(current_setting('lml.session_token', true), ''))
    and s.revoked_at is null;
  return found;
end
$$;

comment on function app_public.sign_out() is
  'Ends the session of this request at once. True when there was one.';
grant execute on function app_public.sign_out() to lml_anonymous, lml_user;

--! split: 1009-functions-identity-sign_out_everywhere.sql
create or replace function app_public.sign_out_everywhere()
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_hidden.refuse_impersonator();
  return app_private.end_sessions(app_hidden.require_user_id(), 'manual');
end
$$;

comment on function app_public.sign_out_everywhere() is
  'Ends all sessions of the user at once, this one too; returns how many. '
  'Raises LMAUT, LMSES, LMIMP.';
grant execute on function app_public.sign_out_everywhere() to lml_user;

--! split: 1010-functions-identity-store_password.sql
create or replace function app_private.store_password(
  user_id uuid, password_hash text, kept_session_id uuid default null
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_email text;
begin
  update app_private.user_credentials as c
  set password_hash = store_password.password_hash, password_changed_at = now(),
    failed_login_attempts = 0, locked_until = null
  where c.user_id = store_password.user_id;
  perform app_private.end_sessions(
    store_password.user_id, 'security', store_password.kept_session_id
  );
  perform app_private.revoke_trusted_devices(store_password.user_id);
  -- Whoever knew the old password may have asked for another address, whose token needs no session.
  delete from app_private.user_tokens as t
  where t.user_id = store_password.user_id
    and t.purpose in ('change_email', 'reset_password')
    and t.used_at is null;
  select u.email::text into strict v_email
  from app_public.users as u where u.id = store_password.user_id;
  perform app_private.queue_email(v_email, 'password_changed');
end
$$;

comment on function app_private.store_password(uuid, text, uuid) is
  'A new password ends every other session, the trust in devices, and what was mailed before for '
  'another password or address; its owner is told.';

--! split: 1011-functions-identity-suspend_user.sql
create or replace function app_public.suspend_user(user_id uuid, reason text)
returns app_public.users
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user app_public.users;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_platform_role('support', 'security');
  perform app_private.lock_platform_staff();
  v_user := app_private.require_known_user(suspend_user.user_id);
  perform app_private.refuse_for_staff(v_user.id);
  if v_user.account_status <> 'active' then
    return v_user;
  end if;
  insert into app_public.user_suspensions (user_id, reason, suspended_by)
  values (v_user.id, suspend_user.reason, app_hidden.current_user_id());
  update app_public.users as u
  set account_status = 'suspended' where u.id = v_user.id returning * into v_user;
  perform app_private.end_sessions(v_user.id, 'admin');
  perform app_private.revoke_trusted_devices(v_user.id);
  delete from app_private.user_tokens as t where t.user_id = v_user.id;
  perform app_private.queue_email(v_user.email::text, 'account_suspended');
  return v_user;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.suspend_user(uuid, text) is
  'Closes an account until it is reinstated: sessions end at once, tickets stay good, the person is '
  'mailed. Suspending again changes nothing. For the platform''s support and security. '
  'Raises LMNFD, LMSTF (staff), LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.suspend_user(uuid, text) to lml_user;

--! split: 1012-functions-identity-update_profile.sql
-- What is left out stays as it is; an empty text, or an empty address, removes what was there.
create or replace function app_public.update_profile(
  first_name text default null, last_name text default null, phone text default null,
  address jsonb default null, avatar_url text default null, language text default null,
  date_of_birth text default null
)
returns app_public.users
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user app_public.users;
  v_constraint text;
  v_column text;
begin
  if update_profile.date_of_birth <> '' and (
    update_profile.date_of_birth !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
    or not pg_input_is_valid(update_profile.date_of_birth, 'date')
    or update_profile.date_of_birth > to_char(now() + interval '14 hours', 'YYYY-MM-DD')
  ) then
    perform app_hidden.raise_bad_input(null, 'date_of_birth');
  end if;
  update app_public.users as u
  set first_name = coalesce(update_profile.first_name, u.first_name),
    last_name = coalesce(update_profile.last_name, u.last_name),
    phone = nullif(coalesce(update_profile.phone, u.phone), ''),
    address = coalesce(update_profile.address, u.address),
    avatar_url = nullif(coalesce(update_profile.avatar_url, u.avatar_url), ''),
    language = nullif(coalesce(update_profile.language, u.language), ''),
    date_of_birth = case
      when update_profile.date_of_birth is null then u.date_of_birth
      else nullif(update_profile.date_of_birth, '')::date
    end
  where u.id = app_hidden.require_user_id()
  returning * into v_user;
  return v_user;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.update_profile(text, text, text, jsonb, text, text, text) is
  'Changes what the user says of themselves: null leaves a value as it is, an empty text removes '
  'it. The address has line1, line2, city, state, postal_code, country (two letters); the avatar is '
  'an https address; the language a BCP 47 tag such as de-AT; the date of birth YYYY-MM-DD. '
  'Raises LMINP, LMAUT, LMSES.';
grant execute on function app_public.update_profile(text, text, text, jsonb, text, text, text)
  to lml_user;

--! split: 1013-functions-identity-user_sessions_logout_reason.sql
-- Nothing is written when a session runs out.
create or replace function app_public.user_sessions_logout_reason(
  session app_public.user_sessions
)
returns app_public.logout_reason
language sql stable set search_path = ''
as $$
  select coalesce(
    (user_sessions_logout_reason.session).revoked_reason,
    case
      when (user_sessions_logout_reason.session).revoked_at is null
        and (user_sessions_logout_reason.session).expires_at <= now()
      then 'timeout'::app_public.logout_reason
    end
  )
$$;

comment on function app_public.user_sessions_logout_reason(app_public.user_sessions) is
  'Why the session ended: manual (by its user), timeout, security (a new password) or admin (the '
  'platform''s staff); null while it lasts, and for what ended before reasons were kept.';
grant execute on function app_public.user_sessions_logout_reason(app_public.user_sessions)
  to lml_user;

--! split: 1014-functions-organizations-grant_membership.sql
create or replace function app_public.grant_membership(
  organization_id uuid, email text default null, user_id uuid default null,
  member_number text default null, valid_from timestamptz default null,
  valid_until timestamptz default null, idempotency_key text default null
)
returns app_public.memberships
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_membership app_public.memberships;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_permission(grant_membership.organization_id, 'memberships.manage');
  v_id := app_private.replay_result(
    grant_membership.idempotency_key, 'grant_membership',
    jsonb_build_array(
      grant_membership.organization_id, grant_membership.email, grant_membership.user_id,
      grant_membership.member_number, grant_membership.valid_from, grant_membership.valid_until
    )
  );
  if v_id is null then
    -- Somebody of whom the organization knows nothing is nobody to it.
    if grant_membership.user_id is not null and not exists (
      select from app_public.customers as c
      where c.organization_id = grant_membership.organization_id
        and c.user_id = grant_membership.user_id
    ) then
      raise exception 'No customer of yours has this account.'
        using errcode = 'LMNFD', detail = 'user_id', hint = 'Grant it to an e-mail address.';
    end if;
    insert into app_public.memberships (
      organization_id, user_id, email, member_number, valid_during, granted_by
    )
    values (
      grant_membership.organization_id, grant_membership.user_id,
      nullif(trim(grant_membership.email), ''), grant_membership.member_number,
      app_hidden.time_span(
        coalesce(grant_membership.valid_from, now()), grant_membership.valid_until
      ),
      app_hidden.require_user_id()
    )
    on conflict do nothing
    returning id into v_id;
    if v_id is null then
      raise exception 'They are members at that time already.'
        using errcode = 'LMINP', detail = 'valid_from';
    end if;
    perform app_private.keep_result(grant_membership.idempotency_key, v_id);
  end if;
  select * into strict v_membership from app_public.memberships as m where m.id = v_id;
  return v_membership;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.grant_membership(
  uuid, text, uuid, text, timestamptz, timestamptz, text
) is
  'Makes an account that has bought, or whoever proves an e-mail address, a member. '
  'Needs memberships.manage. Raises LMNFD, LMRGT, LMINP, LMIDK.';
grant execute on function app_public.grant_membership(
  uuid, text, uuid, text, timestamptz, timestamptz, text
) to lml_user;

--! split: 1015-functions-organizations-import_memberships.sql
create or replace function app_public.import_memberships(
  organization_id uuid, emails text[], valid_from timestamptz default null,
  valid_until timestamptz default null
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_emails_max constant integer := 10000;
  v_user_id uuid;
  v_during tstzrange;
  v_bad text;
  v_count integer;
begin
  perform app_hidden.require_permission(import_memberships.organization_id, 'memberships.manage');
  v_user_id := app_hidden.require_user_id();
  v_during := app_hidden.time_span(
    coalesce(import_memberships.valid_from, now()), import_memberships.valid_until
  );
  if coalesce(cardinality(import_memberships.emails), 0) not between 1 and c_emails_max then
    raise exception '1 to % addresses are imported at once.', c_emails_max
      using errcode = 'LMINP', detail = 'emails';
  end if;
  select coalesce(e, '') into v_bad
  from unnest(import_memberships.emails) as e
  where (trim(e) ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(e) <= 320) is not true
  limit 1;
  if found then
    raise exception 'This is no address: "%".', left(v_bad, 100)
      using errcode = 'LMINP', detail = 'emails';
  end if;
  insert into app_public.memberships (organization_id, email, valid_during, granted_by)
  select distinct on (lower(trim(e)))
    import_memberships.organization_id, trim(e), v_during, v_user_id
  from unnest(import_memberships.emails) as e
  on conflict do nothing;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_public.import_memberships(uuid, text[], timestamptz, timestamptz) is
  'Makes members of up to 10,000 addresses; who is one at that time already is passed over. Returns '
  'how many were new. Needs memberships.manage. Raises LMNFD, LMRGT, LMINP.';
grant execute on function app_public.import_memberships(uuid, text[], timestamptz, timestamptz)
  to lml_user;

--! split: 1016-functions-organizations-is_member.sql
-- An address counts only when its owner has proved it: whoever signs up with somebody else's gets
-- nothing for it.
create or replace function app_private.is_member(organization_id uuid, user_id uuid)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from app_public.memberships as m
    where m.organization_id = is_member.organization_id
      and m.user_id = is_member.user_id
      and m.revoked_at is null
      and m.valid_during @> now()
  ) or exists (
    select
    from app_public.users as u
    join app_public.memberships as m
      on m.organization_id = is_member.organization_id
      and m.email operator(public.=) u.email
    where u.id = is_member.user_id
      and u.email_verified_at is not null
      and m.revoked_at is null
      and m.valid_during @> now()
  )
$$;

comment on function app_private.is_member(uuid, uuid) is
  'Whether somebody is a member of an organization now; nobody is not.';

--! split: 1017-functions-organizations-prepare_domain_check.sql
create or replace function app_private.prepare_domain_check(organization_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object('domain', c.domain, 'record_name', c.record_name)
  from app_public.domain_challenges as c
  join app_public.organizations as o on o.id = c.organization_id and o.custom_domain = c.domain
  where c.organization_id = prepare_domain_check.organization_id
$$;

comment on function app_private.prepare_domain_check(uuid) is
  'Which TXT record to look for; null when there is none any more.';
grant execute on function app_private.prepare_domain_check(uuid) to lml_worker;

--! split: 1018-functions-organizations-queue_domain_checks.sql
create or replace function app_private.queue_domain_checks()
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_count integer := 0;
begin
  for v_id in
    select o.id
    from app_public.organizations as o
    join app_public.domain_challenges as c
      on c.organization_id = o.id and c.domain = o.custom_domain
    where o.custom_domain_proven_at is not null or c.missed_count < 7
  loop
    perform app_private.add_job(
      'organization__check_domain', jsonb_build_object('organization_id', v_id)
    );
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function app_private.queue_domain_checks() is
  'Has every proven domain looked at again, and for a week those that are yet to be; how many.';
grant execute on function app_private.queue_domain_checks() to lml_worker;

--! split: 1019-functions-organizations-record_domain_check.sql
-- A zone is moved now and then, and a record forgotten: what is proven lapses after a week without it.
-- A domain that two have claimed belongs to the one whom its zone names last.
create or replace function app_private.record_domain_check(
  organization_id uuid, domain text, records text[]
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_challenge app_public.domain_challenges;
  v_is_there boolean;
begin
  perform from app_public.organizations as o
  where o.custom_domain = record_domain_check.domain
  order by o.id
  for no key update;
  update app_public.domain_challenges as c
  set checked_at = now(), missed_count = case
      when c.record_value = any (record_domain_check.records) then 0 else c.missed_count + 1
    end
  from app_public.organizations as o
  where c.organization_id = record_domain_check.organization_id
    and c.domain = record_domain_check.domain
    and o.id = c.organization_id
    and o.custom_domain = c.domain
  returning c.* into v_challenge;
  if v_challenge.organization_id is null then
    return false;
  end if;
  v_is_there := v_challenge.missed_count = 0;
  if v_is_there then
    update app_public.organizations as o
    set custom_domain_proven_at = null
    where o.custom_domain = v_challenge.domain
      and o.id <> v_challenge.organization_id
      and o.custom_domain_proven_at is not null;
    update app_public.organizations as o
    set custom_domain_proven_at = now()
    where o.id = v_challenge.organization_id and o.custom_domain_proven_at is null;
  elsif v_challenge.missed_count >= 7 then
    update app_public.organizations as o
    set custom_domain_proven_at = null
    where o.id = v_challenge.organization_id and o.custom_domain_proven_at is not null;
  end if;
  return v_is_there;
end
$$;

comment on function app_private.record_domain_check(uuid, text, text[]) is
  'Says what the zone of a domain said; whether the record was there.';
grant execute on function app_private.record_domain_check(uuid, text, text[]) to lml_worker;

--! split: 1020-functions-organizations-request_domain_check.sql
create or replace function app_public.request_domain_check(organization_id uuid)
returns app_public.domain_challenges
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations := app_private.lock_organization(
    request_domain_check.organization_id, 'organization.manage'
  );
  v_challenge app_public.domain_challenges;
begin
  if v_organization.custom_domain is null then
    raise exception 'The organization has no domain of its own.'
      using errcode = 'LMINP', detail = 'custom_domain', hint = 'Set it with update_organization.';
  end if;
  insert into app_public.domain_challenges as c (organization_id, domain, record_value)
  values (
    v_organization.id, v_organization.custom_domain,
    'lml-verification=' || app_public.create_cart_token()
  )
  on conflict on constraint domain_challenges_pkey do update
  set domain = excluded.domain, record_value = excluded.record_value, created_at = now(),
    checked_at = null, missed_count = 0
  where c.domain <> excluded.domain;
  select * into strict v_challenge
  from app_public.domain_challenges as c where c.organization_id = v_organization.id;
  -- Asking often asks the zone's servers no oftener.
  if coalesce(v_challenge.checked_at < now() - interval '1 minute', true) then
    perform app_private.add_job(
      'organization__check_domain', jsonb_build_object('organization_id', v_organization.id)
    );
  end if;
  return v_challenge;
end
$$;

comment on function app_public.request_domain_check(uuid) is
  'Tells which TXT record proves that the organization''s domain is its own, and has it looked for. '
  'Needs organization.manage. Raises LMINP without a domain, LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.request_domain_check(uuid) to lml_user;

--! split: 1021-functions-organizations-require_tax_jurisdiction.sql
create or replace function app_private.require_tax_jurisdiction(
  organization_id uuid, tax_jurisdiction_id uuid
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if require_tax_jurisdiction.tax_jurisdiction_id is not null and not exists (
    select from app_public.tax_jurisdictions as j
    where j.organization_id = require_tax_jurisdiction.organization_id
      and j.id = require_tax_jurisdiction.tax_jurisdiction_id
  ) then
    raise exception 'There is no such jurisdiction, or it is not yours.'
      using errcode = 'LMNFD', detail = 'tax_jurisdiction_id';
  end if;
end
$$;

comment on function app_private.require_tax_jurisdiction(uuid, uuid) is
  'Raises LMNFD for a jurisdiction of somebody else.';

--! split: 1022-functions-organizations-revoke_membership.sql
create or replace function app_public.revoke_membership(membership_id uuid)
returns app_public.memberships
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_membership app_public.memberships;
begin
  select * into v_membership
  from app_public.memberships as m where m.id = revoke_membership.membership_id
  for no key update;
  perform app_hidden.require_permission(v_membership.organization_id, 'memberships.manage');
  update app_public.memberships as m
  set revoked_at = now(), revoked_by = app_hidden.require_user_id()
  where m.id = v_membership.id and m.revoked_at is null
  returning * into v_membership;
  if not found then
    select * into v_membership
    from app_public.memberships as m where m.id = revoke_membership.membership_id;
  end if;
  return v_membership;
end
$$;

comment on function app_public.revoke_membership(uuid) is
  'Ends a membership now; what was bought, or is held, keeps its price. '
  'Needs memberships.manage. Raises LMNFD, LMRGT.';
grant execute on function app_public.revoke_membership(uuid) to lml_user;

--! split: 1023-functions-organizations-save_tax_jurisdiction.sql
create or replace function app_public.save_tax_jurisdiction(
  organization_id uuid, name text, prices_include_tax boolean default false
)
returns app_public.tax_jurisdictions
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_jurisdiction app_public.tax_jurisdictions;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_permission(
    save_tax_jurisdiction.organization_id, 'organization.manage'
  );
  insert into app_public.tax_jurisdictions (organization_id, name, prices_include_tax)
  values (
    save_tax_jurisdiction.organization_id, save_tax_jurisdiction.name,
    coalesce(save_tax_jurisdiction.prices_include_tax, false)
  )
  on conflict on constraint tax_jurisdictions_name_is_unique do update
  set prices_include_tax = excluded.prices_include_tax
  returning * into v_jurisdiction;
  return v_jurisdiction;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.save_tax_jurisdiction(uuid, text, boolean) is
  'Enters a jurisdiction, or changes the one of that name; bookings that were made keep theirs. '
  'Needs organization.manage. Raises LMNFD, LMRGT, LMINP.';
grant execute on function app_public.save_tax_jurisdiction(uuid, text, boolean) to lml_user;

--! split: 1024-functions-organizations-send_invitation.sql
create or replace function app_private.send_invitation(invitation_id uuid, token text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_invitation app_public.organization_invitations;
begin
  if send_invitation.token is null or send_invitation.token !~ '^[A-Za-z0-9_-]{43}$' then
    raise exception 'An invitation''s token is 32 random bytes in base64url.'
      using errcode = 'LMINP', detail = 'token';
  end if;
  select * into strict v_invitation
  from app_public.organization_invitations as i where i.id = send_invitation.invitation_id;
  -- Revoking an invitation, or another organization, makes no room for more mails. Two at once wait
  -- for each other, as in may_mail.
  perform pg_advisory_xact_lock(
    hashtextextended('mail to ' || lower(v_invitation.email::text), 0)
  );
  if 10 <= (
    select count(*)
    from app_private.outgoing_emails as e
    where e.recipient operator(public.=) v_invitation.email
      and e.template = 'organization_invitation'
      and e.created_at > now() - interval '1 day'
  ) then
    raise exception 'This address was invited ten times within a day.'
      using errcode = 'LMINP', detail = 'email', hint = 'Try again tomorrow.';
  end if;
  delete from app_private.invitation_tokens as t
  where t.organization_id = v_invitation.organization_id and t.invitation_id = v_invitation.id;
  insert into app_private.invitation_tokens (token_hash, organization_id, invitation_id)
  values (
    app_hidden.hash_token(send_invitation.token), v_invitation.organization_id, v_invitation.id
  );
  perform app_private.queue_email(
    v_invitation.email::text, 'organization_invitation',
    jsonb_build_object(
      'organization', o.name, 'role', v_invitation.role, 'token', send_invitation.token
    ),
    o.id
  )
  from app_public.organizations as o where o.id = v_invitation.organization_id;
end
$$;

comment on function app_private.send_invitation(uuid, text) is
  'Makes this the only token of an invitation, and mails it. Raises LMINP.';

--! split: 1025-functions-organizations-set_tax_rate.sql
-- As set_price: the new rate takes its period from those that had it.
create or replace function app_public.set_tax_rate(
  tax_jurisdiction_id uuid, name text, percentage numeric, valid_from timestamptz default null,
  valid_until timestamptz default null
)
returns app_public.tax_rates
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_jurisdiction app_public.tax_jurisdictions;
  v_during tstzrange;
  v_rate app_public.tax_rates;
  v_constraint text;
  v_column text;
begin
  select * into v_jurisdiction
  from app_public.tax_jurisdictions as j where j.id = set_tax_rate.tax_jurisdiction_id
  for no key update;
  perform app_hidden.require_permission(v_jurisdiction.organization_id, 'organization.manage');
  v_during := app_hidden.time_span(greatest(set_tax_rate.valid_from, now()), set_tax_rate.valid_until);
  if exists (
    select from app_public.tax_rates as t
    where t.organization_id = v_jurisdiction.organization_id
      and t.tax_jurisdiction_id = v_jurisdiction.id
      and t.valid_during && v_during
      and lower(t.valid_during) >= lower(v_during)
  ) then
    raise exception 'There is another rate of that time.'
      using errcode = 'LMINP', detail = 'valid_from';
  end if;
  update app_public.tax_rates as t
  set valid_during = tstzrange(lower(t.valid_during), lower(v_during))
  where t.organization_id = v_jurisdiction.organization_id
    and t.tax_jurisdiction_id = v_jurisdiction.id
    and t.valid_during && v_during;
  insert into app_public.tax_rates (
    organization_id, tax_jurisdiction_id, name, jurisdiction, percentage, valid_during
  )
  values (
    v_jurisdiction.organization_id, v_jurisdiction.id, set_tax_rate.name, v_jurisdiction.name,
    set_tax_rate.percentage, v_during
  )
  on conflict on constraint tax_rates_name_is_unique do nothing
  returning * into v_rate;
  if v_rate.id is null then
    raise exception 'There is a rate of that name.' using errcode = 'LMINP', detail = 'name';
  end if;
  return v_rate;
exception
  when numeric_value_out_of_range then
    raise exception 'A percentage is at most 100.' using errcode = 'LMINP', detail = 'percentage';
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_tax_rate(uuid, text, numeric, timestamptz, timestamptz) is
  'The rate of a jurisdiction from a moment on, now at the earliest; the one before it ends there. '
  'Bookings that were made keep theirs. Needs organization.manage. Raises LMNFD, LMRGT, LMINP.';
grant execute on function app_public.set_tax_rate(uuid, text, numeric, timestamptz, timestamptz)
  to lml_user;

--! split: 1026-functions-organizations-tg_organization_settings__lapse_verification.sql
create or replace function app_hidden.tg_organization_settings__lapse_verification()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_public.organizations as o
  set verification_status = 'unverified'
  where o.id = new.organization_id and o.verification_status = 'verified';
  return null;
end
$$;

comment on function app_hidden.tg_organization_settings__lapse_verification() is
  'A verified organization that changes what it is before the law is not verified any more.';

create or replace trigger _500_lapse_verification
  after update of tax_id, registration_number, business_type on app_public.organization_settings
  for each row
  when (
    (old.tax_id, old.registration_number, old.business_type)
      is distinct from (new.tax_id, new.registration_number, new.business_type)
  )
  execute function app_hidden.tg_organization_settings__lapse_verification();

--! split: 1027-functions-organizations-tg_organizations__forget_domain_proof.sql
create or replace function app_hidden.tg_organizations__forget_domain_proof()
returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.custom_domain_proven_at := null;
  return new;
end
$$;

comment on function app_hidden.tg_organizations__forget_domain_proof() is
  'Another domain is proven anew.';

create or replace trigger _200_forget_domain_proof
  before update of custom_domain on app_public.organizations
  for each row when (old.custom_domain is distinct from new.custom_domain)
  execute function app_hidden.tg_organizations__forget_domain_proof();

--! split: 1028-functions-organizations-tg_organizations__lapse_verification.sql
-- What was verified is an organization of this name. Whoever takes another one proves it again.
create or replace function app_hidden.tg_organizations__lapse_verification()
returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.verification_status := 'unverified';
  return new;
end
$$;

comment on function app_hidden.tg_organizations__lapse_verification() is
  'A verified organization that changes its name is not verified any more.';

create or replace trigger _200_lapse_verification
  before update of name on app_public.organizations
  for each row
  when (
    old.verification_status = 'verified' and new.verification_status = 'verified'
    and old.name is distinct from new.name
  )
  execute function app_hidden.tg_organizations__lapse_verification();

--! split: 1029-functions-organizations-update_organization.sql
create or replace function app_public.update_organization(
  organization_id uuid, name text default null, slug text default null, email text default null,
  phone text default null, website text default null, default_currency text default null,
  address jsonb default null, logo_url text default null, primary_color text default null,
  secondary_color text default null, custom_domain text default null,
  refund_policy text default null, privacy_policy_url text default null,
  terms_of_service_url text default null
)
returns app_public.organizations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations := app_private.lock_organization(
    update_organization.organization_id, 'organization.manage'
  );
  v_constraint text;
  v_column text;
begin
  if update_organization.default_currency is not null then
    perform app_hidden.require_currency(update_organization.default_currency);
  end if;
  update app_public.organizations as o
  set name = coalesce(update_organization.name, o.name),
    slug = coalesce(update_organization.slug, o.slug),
    email = coalesce(update_organization.email::public.citext, o.email),
    default_currency = coalesce(update_organization.default_currency, o.default_currency),
    address = coalesce(update_organization.address, o.address),
    phone = nullif(coalesce(update_organization.phone, o.phone), ''),
    website = nullif(coalesce(update_organization.website, o.website), ''),
    logo_url = nullif(coalesce(update_organization.logo_url, o.logo_url), ''),
    primary_color = nullif(coalesce(lower(update_organization.primary_color), o.primary_color), ''),
    secondary_color = nullif(
      coalesce(lower(update_organization.secondary_color), o.secondary_color), ''
    ),
    custom_domain = nullif(coalesce(lower(update_organization.custom_domain), o.custom_domain), ''),
    refund_policy = nullif(coalesce(update_organization.refund_policy, o.refund_policy), ''),
    privacy_policy_url = nullif(
      coalesce(update_organization.privacy_policy_url, o.privacy_policy_url), ''
    ),
    terms_of_service_url = nullif(
      coalesce(update_organization.terms_of_service_url, o.terms_of_service_url), ''
    )
  where o.id = v_organization.id
  returning * into v_organization;
  return v_organization;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when unique_violation then
    perform app_hidden.raise_slug_taken(update_organization.slug);
end
$$;

comment on function app_public.update_organization(
  uuid, text, text, text, text, text, text, jsonb, text, text, text, text, text, text, text
) is
  'Changes the public profile: null leaves a value as it is, an empty text removes it. Events '
  'keep their currency. Another name ends a verification. Needs organization.manage. Raises LMNFD, LMRGT, LMINP, LMSLG, LMCUR.';
grant execute on function app_public.update_organization(
  uuid, text, text, text, text, text, text, jsonb, text, text, text, text, text, text, text
) to lml_user;

--! split: 1030-functions-organizations-update_organization_settings.sql
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
  'as it is, an empty text removes it. Another tax number, registration or kind of business ends a '
  'verification. Needs organization.manage. Raises LMNFD, LMRGT, LMINP.';
grant execute on function app_public.update_organization_settings(
  uuid, numeric, bigint, numeric, bigint, boolean, integer, integer, integer, integer, boolean,
  boolean, app_public.business_type, text, text, app_public.payout_schedule, bigint,
  integer, integer
) to lml_user;

--! split: 1031-functions-events-begin_cancellation.sql
create or replace function app_private.begin_cancellation(
  event app_public.events, performance_id uuid, reason text
)
returns app_public.event_cancellations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
  v_cancellation app_public.event_cancellations;
  v_performance_ids uuid[];
begin
  for v_performance in
    update app_public.performances as p
    set status = 'canceled', canceled_at = now(), status_reason = begin_cancellation.reason,
      refunds_until = null
    where p.organization_id = (begin_cancellation.event).organization_id
      and p.event_id = (begin_cancellation.event).id
      and p.id = coalesce(begin_cancellation.performance_id, p.id)
      and p.status in ('scheduled', 'postponed')
    returning p.*
  loop
    v_performance_ids := v_performance_ids || v_performance.id;
    perform app_private.notify_buyers(v_performance, v_performance);
  end loop;
  insert into app_public.event_cancellations (
    organization_id, event_id, performance_id, reason, requested_by, bookings_canceled
  )
  values (
    (begin_cancellation.event).organization_id, (begin_cancellation.event).id,
    begin_cancellation.performance_id, begin_cancellation.reason, app_hidden.current_user_id(),
    app_private.release_open_bookings(
      (begin_cancellation.event).organization_id, v_performance_ids, begin_cancellation.reason
    )
  )
  returning * into v_cancellation;
  perform app_private.add_job(
    'event__cancel_bookings', jsonb_build_object('cancellation_id', v_cancellation.id)
  );
  return v_cancellation;
end
$$;

comment on function app_private.begin_cancellation(app_public.events, uuid, text) is
  'Cancels dates of a locked event, lets their holds go, and has the worker refund the rest.';

--! split: 1032-functions-events-cancel_bookings_of.sql
-- A batch of a cancellation, in one transaction: killed anywhere, it is done again or was done.
-- What cannot be ended is written down for a person, and not tried again.
create or replace function app_private.cancel_bookings_of(
  cancellation_id uuid, batch_limit integer default 100
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_cancellation app_public.event_cancellations;
  v_booking app_public.bookings;
  v_canceled integer := 0;
  v_failed integer := 0;
begin
  select * into strict v_cancellation
  from app_public.event_cancellations as c where c.id = cancel_bookings_of.cancellation_id
  for no key update;
  if v_cancellation.completed_at is not null then
    return 0;
  end if;
  for v_booking in
    select b.*
    from app_public.performances as p
    join app_public.bookings as b
      on b.organization_id = p.organization_id and b.performance_id = p.id
    where p.organization_id = v_cancellation.organization_id
      and p.event_id = v_cancellation.event_id
      and p.id = coalesce(v_cancellation.performance_id, p.id)
      and p.status = 'canceled'
      and b.status in (
        'draft', 'pending_payment', 'fraud_hold', 'pending_approval', 'partially_paid', 'confirmed'
      )
      and not exists (
        select from app_public.event_cancellation_failures as f
        where f.organization_id = b.organization_id and f.booking_id = b.id
          and f.cancellation_id = v_cancellation.id
      )
    order by b.id
    limit cancel_bookings_of.batch_limit
    for no key update of b
  loop
    begin
      perform app_private.end_booking(v_booking, v_cancellation.reason, 'event_canceled');
      v_canceled := v_canceled + 1;
    exception
      when others then
        if sqlstate !~ '^LM' then
          raise;
        end if;
        insert into app_public.event_cancellation_failures (
          cancellation_id, booking_id, organization_id, code
        )
        values (v_cancellation.id, v_booking.id, v_booking.organization_id, sqlstate);
        v_failed := v_failed + 1;
    end;
  end loop;
  update app_public.event_cancellations as c
  set bookings_canceled = c.bookings_canceled + v_canceled,
    bookings_failed = c.bookings_failed + v_failed,
    completed_at = case when v_canceled + v_failed = 0 then now() end
  where c.id = v_cancellation.id;
  return v_canceled + v_failed;
end
$$;

comment on function app_private.cancel_bookings_of(uuid, integer) is
  'Ends and refunds the next bookings of a cancellation; returns how many, 0 when it is done.';
grant execute on function app_private.cancel_bookings_of(uuid, integer) to lml_worker;

--! split: 1033-functions-events-create_add_on.sql
create or replace function app_public.create_add_on(
  name text, price_cents bigint, event_id uuid default null, organization_id uuid default null,
  currency text default null, description text default null, stock integer default null,
  max_per_booking integer default null, sales_start timestamptz default null,
  sales_end timestamptz default null, requires_ticket boolean default true,
  delivery app_public.add_on_delivery_kind default 'pick_up', idempotency_key text default null
)
returns app_public.add_ons
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events;
  v_id uuid;
  v_add_on app_public.add_ons;
  v_constraint text;
  v_column text;
begin
  if num_nonnulls(create_add_on.event_id, create_add_on.organization_id) <> 1
    or (create_add_on.event_id is null) = (create_add_on.currency is null)
  then
    raise exception 'An add-on is for an event, or for an organization in a currency.'
      using errcode = 'LMINP', detail = 'event_id';
  end if;
  if create_add_on.event_id is not null then
    v_event := app_private.lock_event(create_add_on.event_id, 'events.manage');
  else
    perform app_hidden.require_permission(create_add_on.organization_id, 'events.manage');
    perform app_hidden.require_currency(create_add_on.currency);
  end if;
  v_id := app_private.replay_result(
    create_add_on.idempotency_key, 'create_add_on',
    jsonb_build_array(
      create_add_on.name, create_add_on.price_cents, create_add_on.event_id,
      create_add_on.organization_id, create_add_on.currency, create_add_on.description,
      create_add_on.stock, create_add_on.max_per_booking, create_add_on.sales_start,
      create_add_on.sales_end, create_add_on.requires_ticket, create_add_on.delivery
    )
  );
  if v_id is null then
    if v_event.status in ('canceled', 'completed') then
      raise exception 'The event is %: nothing is sold any more.', v_event.status
        using errcode = 'LMEVT', detail = v_event.status::text;
    end if;
    insert into app_public.add_ons (
      organization_id, event_id, is_public, name, description, currency, price_cents,
      max_per_booking, sales_start, sales_end, requires_ticket, delivery, is_limited
    )
    values (
      coalesce(v_event.organization_id, create_add_on.organization_id), v_event.id,
      coalesce(v_event.is_public, true), create_add_on.name, create_add_on.description,
      coalesce(v_event.currency, create_add_on.currency), create_add_on.price_cents,
      coalesce(create_add_on.max_per_booking, 20), create_add_on.sales_start,
      create_add_on.sales_end, create_add_on.requires_ticket, create_add_on.delivery,
      create_add_on.stock is not null
    )
    on conflict on constraint add_ons_name_is_unique do nothing
    returning id into v_id;
    if v_id is null then
      raise exception 'There is an add-on of that name.'
        using errcode = 'LMINP', detail = 'name';
    end if;
    insert into app_private.add_on_counters (add_on_id, organization_id, total)
    select v_id, coalesce(v_event.organization_id, create_add_on.organization_id),
      create_add_on.stock
    where create_add_on.stock is not null;
    perform app_private.keep_result(create_add_on.idempotency_key, v_id);
  end if;
  select * into strict v_add_on from app_public.add_ons as a where a.id = v_id;
  return v_add_on;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_add_on(
  text, bigint, uuid, uuid, text, text, integer, integer, timestamptz, timestamptz, boolean,
  app_public.add_on_delivery_kind, text
) is
  'Something to sell besides tickets: for an event, in its currency, or for all events of an '
  'organization in a currency. Without a stock there is no end of it, and that stays so. '
  'Needs events.manage. Raises LMNFD, LMRGT, LMINP, LMCUR, LMEVT (it is over), LMIDK.';
grant execute on function app_public.create_add_on(
  text, bigint, uuid, uuid, text, text, integer, integer, timestamptz, timestamptz, boolean,
  app_public.add_on_delivery_kind, text
) to lml_user;

--! split: 1034-functions-events-create_discount_code.sql
create or replace function app_public.create_discount_code(
  event_id uuid, code text, percentage numeric default null, amount_cents bigint default null,
  ticket_category_id uuid default null, quantity_min integer default 1,
  subtotal_min_cents bigint default 0, uses_max integer default null,
  uses_per_customer_max integer default null, valid_from timestamptz default null,
  valid_until timestamptz default null, idempotency_key text default null
)
returns app_public.discount_codes
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    create_discount_code.event_id, 'events.manage'
  );
  v_id uuid;
  v_code app_public.discount_codes;
  v_constraint text;
  v_column text;
begin
  v_id := app_private.replay_result(
    create_discount_code.idempotency_key, 'create_discount_code',
    jsonb_build_array(
      create_discount_code.event_id, create_discount_code.code, create_discount_code.percentage,
      create_discount_code.amount_cents, create_discount_code.ticket_category_id,
      create_discount_code.quantity_min, create_discount_code.subtotal_min_cents,
      create_discount_code.uses_max, create_discount_code.uses_per_customer_max,
      create_discount_code.valid_from, create_discount_code.valid_until
    )
  );
  if v_id is null then
    if create_discount_code.ticket_category_id is not null and not exists (
      select from app_public.ticket_categories as c
      where c.organization_id = v_event.organization_id
        and c.event_id = v_event.id
        and c.id = create_discount_code.ticket_category_id
    ) then
      raise exception 'There is no such category of the event.'
        using errcode = 'LMNFD', detail = 'ticket_category_id';
    end if;
    perform app_hidden.require_chargeable(
      create_discount_code.amount_cents, v_event.currency, 'amount_cents'
    );
    insert into app_public.discount_codes (
      organization_id, event_id, currency, ticket_category_id, code, percentage, amount_cents,
      quantity_min, subtotal_min_cents, uses_max, uses_per_customer_max, valid_during
    )
    values (
      v_event.organization_id, v_event.id, v_event.currency,
      create_discount_code.ticket_category_id, trim(create_discount_code.code),
      create_discount_code.percentage, create_discount_code.amount_cents,
      coalesce(create_discount_code.quantity_min, 1),
      coalesce(create_discount_code.subtotal_min_cents, 0), create_discount_code.uses_max,
      create_discount_code.uses_per_customer_max,
      app_hidden.time_span(create_discount_code.valid_from, create_discount_code.valid_until)
    )
    on conflict on constraint discount_codes_code_is_unique do nothing
    returning id into v_id;
    if v_id is null then
      raise exception 'The event has such a code.' using errcode = 'LMINP', detail = 'code';
    end if;
    perform app_private.keep_result(create_discount_code.idempotency_key, v_id);
  end if;
  select * into strict v_code from app_public.discount_codes as c where c.id = v_id;
  return v_code;
exception
  when numeric_value_out_of_range then
    raise exception 'A percentage is at most 100.' using errcode = 'LMINP', detail = 'percentage';
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_discount_code(
  uuid, text, numeric, bigint, uuid, integer, bigint, integer, integer, timestamptz, timestamptz,
  text
) is
  'A code that takes a percentage off the tickets of a booking, or an amount off all of them '
  'together, in the event''s currency. Needs events.manage. Raises LMNFD, LMRGT, LMINP, LMIDK.';
grant execute on function app_public.create_discount_code(
  uuid, text, numeric, bigint, uuid, integer, bigint, integer, integer, timestamptz, timestamptz,
  text
) to lml_user;

--! split: 1035-functions-events-create_pricing_rule.sql
create or replace function app_public.create_pricing_rule(
  ticket_category_id uuid, name text, condition app_public.pricing_condition,
  at_least numeric default 0, below numeric default null, percentage numeric default null,
  amount_cents bigint default null, floor_cents bigint default null,
  ceiling_cents bigint default null, round_to_cents bigint default null,
  sort_order integer default 1, idempotency_key text default null
)
returns app_public.pricing_rules
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_category_event(
    create_pricing_rule.ticket_category_id
  );
  v_id uuid;
  v_rule app_public.pricing_rules;
  v_constraint text;
  v_column text;
begin
  v_id := app_private.replay_result(
    create_pricing_rule.idempotency_key, 'create_pricing_rule',
    jsonb_build_array(
      create_pricing_rule.ticket_category_id, create_pricing_rule.name,
      create_pricing_rule.condition, create_pricing_rule.at_least, create_pricing_rule.below,
      create_pricing_rule.percentage, create_pricing_rule.amount_cents,
      create_pricing_rule.floor_cents, create_pricing_rule.ceiling_cents,
      create_pricing_rule.round_to_cents, create_pricing_rule.sort_order
    )
  );
  if v_id is null then
    perform app_hidden.require_chargeable(
      create_pricing_rule.floor_cents, v_event.currency, 'floor_cents'
    );
    perform app_hidden.require_chargeable(
      create_pricing_rule.ceiling_cents, v_event.currency, 'ceiling_cents'
    );
    insert into app_public.pricing_rules (
      organization_id, ticket_category_id, name, sort_order, condition, at_least, below, percentage,
      amount_cents, floor_cents, ceiling_cents, round_to_cents
    )
    values (
      v_event.organization_id, create_pricing_rule.ticket_category_id, create_pricing_rule.name,
      create_pricing_rule.sort_order, create_pricing_rule.condition,
      coalesce(create_pricing_rule.at_least, 0), create_pricing_rule.below,
      create_pricing_rule.percentage, create_pricing_rule.amount_cents,
      create_pricing_rule.floor_cents, create_pricing_rule.ceiling_cents,
      create_pricing_rule.round_to_cents
    )
    returning id into v_id;
    perform app_private.keep_result(create_pricing_rule.idempotency_key, v_id);
  end if;
  select * into strict v_rule from app_public.pricing_rules as r where r.id = v_id;
  return v_rule;
exception
  when numeric_value_out_of_range then
    raise exception 'A number of the rule is out of range.'
      using errcode = 'LMINP', detail = 'at_least, below, percentage, sort_order';
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_pricing_rule(
  uuid, text, app_public.pricing_condition, numeric, numeric, numeric, bigint, bigint, bigint,
  bigint, integer, text
) is
  'From here on, new holds of a category cost more or less while a percentage is sold, or from some '
  'hours before the start: by percent of the price so far, or an amount; positive raises. Rules '
  'apply by sort_order, then in the order in which they were made. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMINP, LMIDK.';
grant execute on function app_public.create_pricing_rule(
  uuid, text, app_public.pricing_condition, numeric, numeric, numeric, bigint, bigint, bigint,
  bigint, integer, text
) to lml_user;

--! split: 1036-functions-events-end_discount_code.sql
create or replace function app_public.end_discount_code(discount_code_id uuid)
returns app_public.discount_codes
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_code app_public.discount_codes;
begin
  perform app_private.lock_event(
    (
      select c.event_id from app_public.discount_codes as c
      where c.id = end_discount_code.discount_code_id
    ),
    'events.manage'
  );
  update app_public.discount_codes as c
  set ended_at = coalesce(c.ended_at, now())
  where c.id = end_discount_code.discount_code_id
  returning * into v_code;
  return v_code;
end
$$;

comment on function app_public.end_discount_code(uuid) is
  'Nobody applies it any more; carts that have it keep it. Needs events.manage. '
  'Raises LMNFD, LMRGT.';
grant execute on function app_public.end_discount_code(uuid) to lml_user;

--! split: 1037-functions-events-end_price.sql
create or replace function app_public.end_price(price_id uuid)
returns app_public.ticket_category_prices
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_price app_public.ticket_category_prices;
begin
  perform app_private.lock_category_event((
    select p.ticket_category_id from app_public.ticket_category_prices as p
    where p.id = end_price.price_id
  ));
  select * into v_price
  from app_public.ticket_category_prices as p where p.id = end_price.price_id;
  if lower(v_price.valid_during) >= now() then
    delete from app_public.ticket_category_prices as p where p.id = v_price.id;
  elsif v_price.valid_during @> now() then
    update app_public.ticket_category_prices as p
    set valid_during = tstzrange(lower(p.valid_during), now())
    where p.id = v_price.id
    returning * into v_price;
  end if;
  return v_price;
end
$$;

comment on function app_public.end_price(uuid) is
  'Ends a price now, or takes back one that is still to come. Without any other price, the category '
  'is not on sale. Needs events.manage. Raises LMNFD, LMRGT.';
grant execute on function app_public.end_price(uuid) to lml_user;

--! split: 1038-functions-events-end_pricing_rule.sql
create or replace function app_public.end_pricing_rule(pricing_rule_id uuid)
returns app_public.pricing_rules
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_rule app_public.pricing_rules;
begin
  perform app_private.lock_category_event((
    select r.ticket_category_id from app_public.pricing_rules as r
    where r.id = end_pricing_rule.pricing_rule_id
  ));
  update app_public.pricing_rules as r
  set ended_at = coalesce(r.ended_at, now())
  where r.id = end_pricing_rule.pricing_rule_id
  returning * into v_rule;
  return v_rule;
end
$$;

comment on function app_public.end_pricing_rule(uuid) is
  'New holds are not priced by it any more. Needs events.manage. Raises LMNFD, LMRGT.';
grant execute on function app_public.end_pricing_rule(uuid) to lml_user;

--! split: 1039-functions-events-event_commission.sql
create or replace function app_public.event_commission(event_id uuid)
returns numeric
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_event app_public.events;
begin
  select * into v_event from app_public.events as e where e.id = event_commission.event_id;
  perform app_hidden.require_permission(v_event.organization_id, 'organization.read');
  return v_event.commission_percentage;
end
$$;

comment on function app_public.event_commission(uuid) is
  'What the platform takes of an event''s sales, in percent; for members of who sells. '
  'Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.event_commission(uuid) to lml_user;

--! split: 1040-functions-events-local_time.sql
create or replace function app_hidden.local_time(moment timestamptz, zone text)
returns text
language sql stable
return to_char(local_time.moment at time zone local_time.zone, 'YYYY-MM-DD HH24:MI')
  || ' ' || local_time.zone;

comment on function app_hidden.local_time(timestamptz, text) is
  'A moment as people at a place read it, such as 2027-05-01 19:30 Europe/Vienna.';

--! split: 1041-functions-events-lock_add_on.sql
create or replace function app_private.lock_add_on(add_on_id uuid, permission text)
returns app_public.add_ons
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_add_on app_public.add_ons;
begin
  select * into v_add_on from app_public.add_ons as a where a.id = lock_add_on.add_on_id;
  if v_add_on.event_id is not null then
    perform app_private.lock_event(v_add_on.event_id, lock_add_on.permission);
  else
    perform app_hidden.require_permission(v_add_on.organization_id, lock_add_on.permission);
  end if;
  select * into strict v_add_on
  from app_public.add_ons as a where a.id = lock_add_on.add_on_id
  for no key update;
  return v_add_on;
end
$$;

comment on function app_private.lock_add_on(uuid, text) is
  'An add-on, locked after its event, if the caller has the permission. '
  'Raises LMNFD, LMRGT, LMAUT, LMSES.';

--! split: 1042-functions-events-lock_category_event.sql
create or replace function app_private.lock_category_event(ticket_category_id uuid)
returns app_public.events
language sql volatile security definer set search_path = ''
as $$
  select app_private.lock_event(
    (
      select c.event_id from app_public.ticket_categories as c
      where c.id = lock_category_event.ticket_category_id
    ),
    'events.manage'
  )
$$;

comment on function app_private.lock_category_event(uuid) is
  'The event of a category, locked, if the caller may change it. Raises LMNFD, LMRGT.';

--! split: 1043-functions-events-move_performance.sql
-- Where only the start is given, its end and its doors move along.
create or replace function app_private.move_performance(
  performance app_public.performances, starts_at timestamptz, ends_at timestamptz,
  doors_at timestamptz, refunds_until timestamptz, reason text
)
returns app_public.performances
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_old app_public.performances := move_performance.performance;
  v_performance app_public.performances;
begin
  if move_performance.starts_at <= now() then
    raise exception 'The new date is in the past.' using errcode = 'LMINP', detail = 'starts_at';
  end if;
  update app_public.performances as p
  set status = case when move_performance.starts_at is null then 'postponed' else 'scheduled' end
      ::app_public.performance_status,
    starts_at = coalesce(move_performance.starts_at, p.starts_at),
    ends_at = coalesce(
      move_performance.ends_at, p.ends_at + (move_performance.starts_at - v_old.starts_at),
      p.ends_at
    ),
    doors_at = coalesce(
      move_performance.doors_at, p.doors_at + (move_performance.starts_at - v_old.starts_at),
      p.doors_at
    ),
    postponed_from = coalesce(p.postponed_from, v_old.starts_at),
    refunds_until = coalesce(
      move_performance.refunds_until, p.refunds_until, now() + interval '14 days'
    ),
    status_reason = coalesce(move_performance.reason, p.status_reason)
  where p.id = v_old.id
  returning * into v_performance;
  perform app_private.notify_buyers(v_old, v_performance);
  if v_performance.status = 'scheduled' then
    update app_public.events as e set status = 'published', status_reason = null
    where e.id = v_performance.event_id and e.status = 'postponed';
  end if;
  return v_performance;
end
$$;

comment on function app_private.move_performance(
  app_public.performances, timestamptz, timestamptz, timestamptz, timestamptz, text
) is 'Gives a locked performance another date, or none yet. Raises LMINP.';

--! split: 1044-functions-events-notice_words.sql
create or replace function app_private.notice_words(notice app_private.performance_notices)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'event', e.title,
    'startsAt', app_hidden.local_time((notice_words.notice).old_starts_at, z.zone),
    'newStartsAt', app_hidden.local_time((notice_words.notice).new_starts_at, z.zone),
    'refundsUntil', app_hidden.local_time((notice_words.notice).refunds_until, z.zone),
    'reason', (notice_words.notice).reason
  ))
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  cross join lateral (select app_hidden.timezone_of(e) as zone) as z
  where p.organization_id = (notice_words.notice).organization_id
    and p.id = (notice_words.notice).performance_id
$$;

comment on function app_private.notice_words(app_private.performance_notices) is
  'What mails say of a change of a performance.';

--! split: 1045-functions-events-notify_buyers.sql
-- One row of what happened; the worker writes the mails, batch by batch.
create or replace function app_private.notify_buyers(
  old_performance app_public.performances, new_performance app_public.performances
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_kind app_private.notice_kind := case (notify_buyers.new_performance).status
      when 'canceled' then 'canceled' when 'postponed' then 'postponed' else 'moved'
    end;
  v_id uuid;
begin
  if v_kind <> 'canceled'
    and (notify_buyers.old_performance).status = (notify_buyers.new_performance).status
    and (notify_buyers.old_performance).starts_at = (notify_buyers.new_performance).starts_at
  then
    return;
  end if;
  insert into app_private.performance_notices (
    organization_id, performance_id, kind, old_starts_at, new_starts_at, refunds_until, reason
  )
  values (
    (notify_buyers.new_performance).organization_id, (notify_buyers.new_performance).id, v_kind,
    (notify_buyers.old_performance).starts_at,
    case when v_kind = 'moved' then (notify_buyers.new_performance).starts_at end,
    (notify_buyers.new_performance).refunds_until,
    (notify_buyers.new_performance).status_reason
  )
  returning id into v_id;
  perform app_private.add_job('performance__notify', jsonb_build_object('notice_id', v_id));
end
$$;

comment on function app_private.notify_buyers(
  app_public.performances, app_public.performances
) is
  'Has the buyers of a performance told that it was moved, postponed or canceled, if it was.';

--! split: 1046-functions-events-release_open_bookings.sql
-- Nothing is waited for. Who is being served at this moment is found by the job that follows; a
-- hold that has lapsed is free already, and others may be taking its seats.
create or replace function app_private.release_open_bookings(
  organization_id uuid, performance_ids uuid[], reason text
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_count integer := 0;
begin
  for v_booking in
    select * from app_public.bookings as b
    where b.organization_id = release_open_bookings.organization_id
      and b.performance_id = any (release_open_bookings.performance_ids)
      and b.status in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
      and b.expires_at > now()
    order by b.id
    for no key update skip locked
  loop
    perform app_private.end_booking(v_booking, release_open_bookings.reason, 'event_canceled');
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function app_private.release_open_bookings(uuid, uuid[], text) is
  'Lets all holds of performances go; returns how many.';

--! split: 1047-functions-events-require_chargeable.sql
create or replace function app_hidden.require_chargeable(
  amount_cents bigint, currency text, argument text
)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if app_hidden.rounded(require_chargeable.amount_cents, require_chargeable.currency)
    <> require_chargeable.amount_cents
  then
    raise exception 'This is no amount in % that a card can be charged.',
        require_chargeable.currency
      using errcode = 'LMINP', detail = require_chargeable.argument,
        hint = 'With three decimals it ends in 0, in ISK and UGX in 00.';
  end if;
end
$$;

comment on function app_hidden.require_chargeable(bigint, text, text) is
  'Raises LMINP for an amount that Stripe cannot charge in its currency.';

--! split: 1048-functions-events-retire_attendee_question.sql
create or replace function app_public.retire_attendee_question(question_id uuid)
returns app_public.attendee_questions
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_question app_public.attendee_questions;
begin
  perform app_private.lock_event(
    (
      select q.event_id from app_public.attendee_questions as q
      where q.id = retire_attendee_question.question_id
    ),
    'events.manage'
  );
  update app_public.attendee_questions as q
  set retired_at = coalesce(q.retired_at, now())
  where q.id = retire_attendee_question.question_id
  returning * into v_question;
  return v_question;
end
$$;

comment on function app_public.retire_attendee_question(uuid) is
  'Asks a question no more; its answers stay. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.retire_attendee_question(uuid) to lml_user;

--! split: 1049-functions-events-save_attendee_question.sql
create or replace function app_public.save_attendee_question(
  event_id uuid, question text, kind app_public.question_kind default 'text',
  choices text[] default '{}', is_required boolean default false,
  ticket_category_id uuid default null, sort_order integer default 0,
  question_id uuid default null
)
returns app_public.attendee_questions
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    save_attendee_question.event_id, 'events.manage'
  );
  v_question app_public.attendee_questions;
  v_constraint text;
  v_column text;
begin
  if save_attendee_question.ticket_category_id is not null and not exists (
    select from app_public.ticket_categories as c
    where c.organization_id = v_event.organization_id
      and c.event_id = v_event.id
      and c.id = save_attendee_question.ticket_category_id
  ) then
    raise exception 'The event has no such category.'
      using errcode = 'LMNFD', detail = 'ticket_category_id';
  end if;
  if save_attendee_question.question_id is null then
    insert into app_public.attendee_questions (
      organization_id, event_id, is_public, ticket_category_id, question, kind, choices,
      is_required, sort_order
    )
    values (
      v_event.organization_id, v_event.id, v_event.is_public,
      save_attendee_question.ticket_category_id, save_attendee_question.question,
      save_attendee_question.kind, save_attendee_question.choices,
      save_attendee_question.is_required, save_attendee_question.sort_order
    )
    returning * into v_question;
    return v_question;
  end if;
  update app_public.attendee_questions as q
  set question = save_attendee_question.question, kind = save_attendee_question.kind,
    choices = save_attendee_question.choices, is_required = save_attendee_question.is_required,
    ticket_category_id = save_attendee_question.ticket_category_id,
    sort_order = save_attendee_question.sort_order
  where q.id = save_attendee_question.question_id
    and q.organization_id = v_event.organization_id
    and q.event_id = v_event.id
    and q.retired_at is null
  returning * into v_question;
  if v_question.id is null then
    raise exception 'The event has no such question.'
      using errcode = 'LMNFD', detail = 'question_id';
  end if;
  return v_question;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.save_attendee_question(
  uuid, text, app_public.question_kind, text[], boolean, uuid, integer, uuid
) is
  'What an event, or one category of it, asks of whoever comes; with question_id it changes a '
  'question, all of it. Needs events.manage. Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.save_attendee_question(
  uuid, text, app_public.question_kind, text[], boolean, uuid, integer, uuid
) to lml_user;

--! split: 1050-functions-events-set_absorbed_fees.sql
create or replace function app_public.set_absorbed_fees(
  event_id uuid, service_fees boolean default null, processing_fees boolean default null
)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    set_absorbed_fees.event_id, 'events.manage'
  );
begin
  update app_public.events as e
  set absorbs_service_fees = coalesce(set_absorbed_fees.service_fees, e.absorbs_service_fees),
    absorbs_processing_fees = coalesce(
      set_absorbed_fees.processing_fees, e.absorbs_processing_fees
    )
  where e.id = v_event.id
  returning * into v_event;
  return v_event;
end
$$;

comment on function app_public.set_absorbed_fees(uuid, boolean, boolean) is
  'Whether the organization pays the fees of an event out of its prices, or its buyers pay them on '
  'top. Bookings that were made keep what they had. Needs events.manage. Raises LMNFD, LMRGT.';
grant execute on function app_public.set_absorbed_fees(uuid, boolean, boolean) to lml_user;

--! split: 1051-functions-events-set_event_tax_jurisdiction.sql
create or replace function app_public.set_event_tax_jurisdiction(
  event_id uuid, tax_jurisdiction_id uuid default null
)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    set_event_tax_jurisdiction.event_id, 'events.manage'
  );
begin
  perform app_private.require_tax_jurisdiction(
    v_event.organization_id, set_event_tax_jurisdiction.tax_jurisdiction_id
  );
  update app_public.events as e
  set tax_jurisdiction_id = set_event_tax_jurisdiction.tax_jurisdiction_id,
    tax_rate_id = case
      when set_event_tax_jurisdiction.tax_jurisdiction_id is null then e.tax_rate_id
    end,
    tax_percentage = case
      when set_event_tax_jurisdiction.tax_jurisdiction_id is null then e.tax_percentage else 0
    end
  where e.id = v_event.id
  returning * into v_event;
  return v_event;
end
$$;

comment on function app_public.set_event_tax_jurisdiction(uuid, uuid) is
  'Where an event is taxed, in place of a rate of its own; null: nowhere. An event that has no venue '
  'says it in this way. Needs events.manage. Raises LMNFD, LMRGT.';
grant execute on function app_public.set_event_tax_jurisdiction(uuid, uuid) to lml_user;

--! split: 1052-functions-events-set_price.sql
-- The new price takes its period from those that had it, which end before it and, where they went on,
-- begin again after it: so an early-bird price is one call, and no moment has two prices. What has
-- been is never changed: explanations of what was sold rest on it.
create or replace function app_public.set_price(
  ticket_category_id uuid, price_cents bigint,
  audience app_public.price_audience default 'public', valid_from timestamptz default null,
  valid_until timestamptz default null, idempotency_key text default null
)
returns app_public.ticket_category_prices
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_category_event(set_price.ticket_category_id);
  v_during tstzrange;
  v_id uuid;
  v_price app_public.ticket_category_prices;
  v_old app_public.ticket_category_prices;
  v_constraint text;
  v_column text;
begin
  v_id := app_private.replay_result(
    set_price.idempotency_key, 'set_price',
    jsonb_build_array(
      set_price.ticket_category_id, set_price.price_cents, set_price.audience,
      set_price.valid_from, set_price.valid_until
    )
  );
  if v_id is null then
    if v_event.status in ('canceled', 'completed') then
      raise exception 'The event is %: nothing is sold any more.', v_event.status
        using errcode = 'LMEVT', detail = v_event.status::text;
    end if;
    v_during := app_hidden.time_span(
      greatest(set_price.valid_from, now()), set_price.valid_until
    );
    for v_old in
      delete from app_public.ticket_category_prices as p
      where p.organization_id = v_event.organization_id
        and p.ticket_category_id = set_price.ticket_category_id
        and p.audience = set_price.audience
        and p.valid_during && v_during
      returning p.*
    loop
      insert into app_public.ticket_category_prices (
        id, organization_id, ticket_category_id, audience, price_cents, valid_during, is_public
      )
      select
        case when r.ordinality = 1 then v_old.id else uuidv7() end, v_old.organization_id,
        v_old.ticket_category_id, v_old.audience, v_old.price_cents, r.rest, v_old.is_public
      from unnest(tstzmultirange(v_old.valid_during) - tstzmultirange(v_during))
        with ordinality as r (rest, ordinality);
    end loop;
    insert into app_public.ticket_category_prices (
      organization_id, ticket_category_id, audience, price_cents, valid_during, is_public
    )
    select
      c.organization_id, c.id, set_price.audience, set_price.price_cents, v_during, c.is_public
    from app_public.ticket_categories as c
    where c.organization_id = v_event.organization_id and c.id = set_price.ticket_category_id
    returning id into v_id;
    perform app_private.keep_result(set_price.idempotency_key, v_id);
  end if;
  select * into v_price from app_public.ticket_category_prices as p where p.id = v_id;
  return v_price;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_price(
  uuid, bigint, app_public.price_audience, timestamptz, timestamptz, text
) is
  'What tickets of a category cost an audience from a moment on, now at the earliest, until another '
  'one or for good. Prices of that time make way, and come back after it. What is held keeps its '
  'price. Needs events.manage. Raises LMNFD, LMRGT, LMEVT, LMINP, LMIDK.';
grant execute on function app_public.set_price(
  uuid, bigint, app_public.price_audience, timestamptz, timestamptz, text
) to lml_user;

--! split: 1053-functions-events-set_requires_membership.sql
create or replace function app_public.set_requires_membership(
  ticket_category_id uuid, requires_membership boolean
)
returns app_public.ticket_categories
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_category app_public.ticket_categories;
begin
  perform app_private.lock_category_event(set_requires_membership.ticket_category_id);
  update app_public.ticket_categories as c
  set requires_membership = coalesce(
    set_requires_membership.requires_membership, c.requires_membership
  )
  where c.id = set_requires_membership.ticket_category_id
  returning * into v_category;
  return v_category;
end
$$;

comment on function app_public.set_requires_membership(uuid, boolean) is
  'Whether a category is for members only. Needs events.manage. Raises LMNFD, LMRGT.';
grant execute on function app_public.set_requires_membership(uuid, boolean) to lml_user;

--! split: 1054-functions-events-set_venue_tax_jurisdiction.sql
create or replace function app_public.set_venue_tax_jurisdiction(
  venue_id uuid, tax_jurisdiction_id uuid default null
)
returns app_public.venues
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_venue app_public.venues := app_private.lock_venue(
    set_venue_tax_jurisdiction.venue_id, 'venues.manage'
  );
begin
  perform app_private.require_tax_jurisdiction(
    v_venue.organization_id, set_venue_tax_jurisdiction.tax_jurisdiction_id
  );
  update app_public.venues as v
  set tax_jurisdiction_id = set_venue_tax_jurisdiction.tax_jurisdiction_id
  where v.id = v_venue.id
  returning * into v_venue;
  return v_venue;
end
$$;

comment on function app_public.set_venue_tax_jurisdiction(uuid, uuid) is
  'Where events are taxed that are made for a venue from here on and name no rate. '
  'Needs venues.manage. Raises LMNFD, LMRGT.';
grant execute on function app_public.set_venue_tax_jurisdiction(uuid, uuid) to lml_user;

--! split: 1055-functions-events-tg__note_price_rules.sql
-- An event that ever had a rule, or a price or category for members, says so in its own row: sales of
-- all others do not look.
create or replace function app_hidden.tg__note_price_rules()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_new jsonb := to_jsonb(new);
begin
  update app_public.events as e
  set has_price_rules = true
  from app_public.ticket_categories as c
  where c.organization_id = new.organization_id
    and c.id = coalesce(v_new ->> 'ticket_category_id', v_new ->> 'id')::uuid
    and e.organization_id = c.organization_id
    and e.id = c.event_id
    and not e.has_price_rules;
  return null;
end
$$;

comment on function app_hidden.tg__note_price_rules() is
  'Tells an event that its prices are more than a row.';

create or replace trigger _500_note_price_rules
  after insert or update of audience on app_public.ticket_category_prices
  for each row when (new.audience = 'member')
  execute function app_hidden.tg__note_price_rules();
create or replace trigger _500_note_price_rules
  after insert on app_public.pricing_rules
  for each row execute function app_hidden.tg__note_price_rules();
create or replace trigger _500_note_price_rules
  after insert or update of requires_membership on app_public.ticket_categories
  for each row when (new.requires_membership)
  execute function app_hidden.tg__note_price_rules();

--! split: 1056-functions-events-tg_events__take_tax_jurisdiction.sql
create or replace function app_hidden.tg_events__take_tax_jurisdiction()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.tax_rate_id is null and new.tax_jurisdiction_id is null then
    select v.tax_jurisdiction_id into new.tax_jurisdiction_id
    from app_public.venues as v
    where v.organization_id = new.organization_id and v.id = new.venue_id;
  end if;
  return new;
end
$$;

comment on function app_hidden.tg_events__take_tax_jurisdiction() is
  'A new event without a tax of its own is taxed where its venue is.';

create or replace trigger _100_take_tax_jurisdiction
  before insert on app_public.events
  for each row execute function app_hidden.tg_events__take_tax_jurisdiction();

--! split: 1057-functions-events-tg_ticket_category_prices__check_amount.sql
create or replace function app_hidden.tg_ticket_category_prices__check_amount()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform app_hidden.require_chargeable(
    new.price_cents,
    (
      select e.currency
      from app_public.ticket_categories as c
      join app_public.events as e on e.organization_id = c.organization_id and e.id = c.event_id
      where c.organization_id = new.organization_id and c.id = new.ticket_category_id
    ),
    'price_cents'
  );
  return new;
end
$$;

comment on function app_hidden.tg_ticket_category_prices__check_amount() is
  'Raises LMINP for a price that cannot be charged in its currency.';

create or replace trigger _200_check_amount
  before insert or update of price_cents on app_public.ticket_category_prices
  for each row execute function app_hidden.tg_ticket_category_prices__check_amount();

--! split: 1058-functions-events-time_span.sql
create or replace function app_hidden.time_span(starts timestamptz, ends timestamptz)
returns tstzrange
language plpgsql immutable set search_path = ''
as $$
begin
  if time_span.ends <= time_span.starts
    or not isfinite(time_span.starts) or not isfinite(time_span.ends)
  then
    raise exception 'A period ends after it begins.' using errcode = 'LMINP', detail = 'valid_until';
  end if;
  return tstzrange(time_span.starts, time_span.ends);
end
$$;

comment on function app_hidden.time_span(timestamptz, timestamptz) is
  'From and until; null: open. Raises LMINP for one that is empty.';

--! split: 1059-functions-events-update_add_on.sql
create or replace function app_public.update_add_on(
  add_on_id uuid, name text default null, description text default null,
  price_cents bigint default null, max_per_booking integer default null,
  sales_start timestamptz default null, sales_end timestamptz default null,
  requires_ticket boolean default null, delivery app_public.add_on_delivery_kind default null,
  is_active boolean default null, sort_order integer default null
)
returns app_public.add_ons
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_add_on app_public.add_ons := app_private.lock_add_on(
    update_add_on.add_on_id, 'events.manage'
  );
  v_constraint text;
  v_column text;
begin
  update app_public.add_ons as a
  set name = coalesce(update_add_on.name, a.name),
    description = nullif(coalesce(update_add_on.description, a.description), ''),
    price_cents = coalesce(update_add_on.price_cents, a.price_cents),
    max_per_booking = coalesce(update_add_on.max_per_booking, a.max_per_booking),
    sales_start = nullif(coalesce(update_add_on.sales_start, a.sales_start), '-infinity'),
    sales_end = nullif(coalesce(update_add_on.sales_end, a.sales_end), 'infinity'),
    requires_ticket = coalesce(update_add_on.requires_ticket, a.requires_ticket),
    delivery = coalesce(update_add_on.delivery, a.delivery),
    is_active = coalesce(update_add_on.is_active, a.is_active),
    sort_order = coalesce(update_add_on.sort_order, a.sort_order)
  where a.id = v_add_on.id
  returning * into v_add_on;
  return v_add_on;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when unique_violation then
    raise exception 'There is an add-on of that name.' using errcode = 'LMINP', detail = 'name';
end
$$;

comment on function app_public.update_add_on(
  uuid, text, text, bigint, integer, timestamptz, timestamptz, boolean,
  app_public.add_on_delivery_kind, boolean, integer
) is
  'Changes an add-on: null leaves a value as it is; an empty text, -infinity as a start or '
  'infinity as an end removes it. What is in carts keeps its price. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMINP.';
grant execute on function app_public.update_add_on(
  uuid, text, text, bigint, integer, timestamptz, timestamptz, boolean,
  app_public.add_on_delivery_kind, boolean, integer
) to lml_user;

--! split: 1060-functions-inventory-add_on_stock.sql
create or replace function app_public.add_on_stock(add_on_id uuid)
returns app_public.add_on_count
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_add_on app_public.add_ons;
  v_count app_public.add_on_count;
begin
  select * into v_add_on from app_public.add_ons as a where a.id = add_on_stock.add_on_id;
  if v_add_on.event_id is null
    or v_add_on.event_id not in (select app_hidden.permitted_event_ids('inventory.read'))
  then
    perform app_hidden.require_permission(v_add_on.organization_id, 'inventory.read');
  end if;
  select s.add_on_id, s.total, s.held - l.lapsed, s.sold, s.total - s.held - s.sold + l.lapsed
  into v_count
  from app_private.add_on_counters as s
  cross join lateral (
    select coalesce(sum(c.quantity), 0)::integer as lapsed
    from app_private.add_on_claims as c
    where c.add_on_id = s.add_on_id and c.held_until <= now()
  ) as l
  where s.add_on_id = v_add_on.id;
  return v_count;
end
$$;

comment on function app_public.add_on_stock(uuid) is
  'How many there are of an add-on, held, sold and free; null when there is no end of it. '
  'Needs inventory.read. Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.add_on_stock(uuid) to lml_user;

--! split: 1061-functions-inventory-add_ons_left.sql
-- Runs with the rights of who asks: an add-on that they cannot see is none.
create or replace function app_public.add_ons_left(add_on_id uuid)
returns integer
language sql stable set search_path = ''
as $$
  select app_hidden.left_of_add_on(a.id)
  from app_public.add_ons as a
  where a.id = add_ons_left.add_on_id and a.is_limited
$$;

comment on function app_public.add_ons_left(uuid) is
  'How many of an add-on can be had now; null when there is no end of it, or no such add-on.';
grant execute on function app_public.add_ons_left(uuid) to lml_anonymous, lml_user;

--! split: 1062-functions-inventory-allocate_admissions.sql
create or replace function app_public.allocate_admissions(
  pool_id uuid, quantity integer, kind app_public.allocation_kind, reason text,
  release_at timestamptz default null, idempotency_key text default null
)
returns app_public.admission_allocations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_pool app_public.admission_pools;
  v_id uuid;
  v_allocation app_public.admission_allocations;
  v_constraint text;
  v_column text;
begin
  select * into v_pool
  from app_public.admission_pools as p where p.id = allocate_admissions.pool_id;
  perform app_hidden.require_performance_permission(
    v_pool.organization_id, v_pool.performance_id, 'inventory.manage'
  );
  v_id := app_private.replay_result(
    allocate_admissions.idempotency_key, 'allocate_admissions',
    jsonb_build_array(
      allocate_admissions.pool_id, allocate_admissions.quantity, allocate_admissions.kind,
      allocate_admissions.reason, allocate_admissions.release_at
    )
  );
  if v_id is null then
    if allocate_admissions.release_at <= now() then
      raise exception 'The release lies in the past.'
        using errcode = 'LMINP', detail = 'release_at';
    end if;
    insert into app_public.admission_allocations (
      organization_id, performance_id, pool_id, kind, reason, quantity, places_left, release_at,
      created_by
    )
    values (
      v_pool.organization_id, v_pool.performance_id, v_pool.id, allocate_admissions.kind,
      allocate_admissions.reason, allocate_admissions.quantity, allocate_admissions.quantity,
      allocate_admissions.release_at, app_hidden.current_user_id()
    )
    returning id into v_id;
    perform app_private.keep_places_back(v_pool.id, allocate_admissions.quantity);
    perform app_private.keep_result(allocate_admissions.idempotency_key, v_id);
  end if;
  select * into strict v_allocation
  from app_public.admission_allocations as a where a.id = v_id;
  return v_allocation;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.allocate_admissions(
  uuid, integer, app_public.allocation_kind, text, timestamptz, text
) is
  'Keeps free places of a pool back, all of them or none, until somebody releases them or their '
  'day comes. Needs inventory.manage. '
  'Raises LMFEW (fewer are free), LMINP, LMRGT, LMNFD, LMIDK.';
grant execute on function app_public.allocate_admissions(
  uuid, integer, app_public.allocation_kind, text, timestamptz, text
) to lml_user;

--! split: 1063-functions-inventory-apply_pricing_rule.sql
-- A rule that lowers stops at its floor, one that raises at its ceiling; a price that was beyond it
-- before stays where it is. Rounding does not leave these limits either.
create or replace function app_private.apply_pricing_rule(
  rule app_public.pricing_rules, price_cents bigint, currency text
)
returns app_public.applied_rule
language plpgsql immutable set search_path = ''
as $$
declare
  v_applied app_public.applied_rule;
  v_low bigint := least(coalesce((apply_pricing_rule.rule).floor_cents, 0), price_cents);
  v_high bigint := greatest(
    coalesce((apply_pricing_rule.rule).ceiling_cents, 100000000000), price_cents
  );
  v_exact numeric := apply_pricing_rule.price_cents + coalesce(
    (apply_pricing_rule.rule).amount_cents,
    apply_pricing_rule.price_cents * (apply_pricing_rule.rule).percentage / 100
  );
  v_limited bigint;
  v_price bigint;
begin
  v_limited := least(greatest(app_hidden.rounded(v_exact, currency), v_low), v_high);
  v_price := v_limited;
  if (apply_pricing_rule.rule).round_to_cents is not null then
    v_price := app_hidden.rounded(
      round(v_limited::numeric / (apply_pricing_rule.rule).round_to_cents)
        * (apply_pricing_rule.rule).round_to_cents,
      currency
    );
    if v_price < v_low or v_price > v_high then
      v_price := v_limited;
    end if;
  end if;
  v_applied.pricing_rule_id := (apply_pricing_rule.rule).id;
  v_applied.name := (apply_pricing_rule.rule).name;
  v_applied.amount_cents := v_limited - apply_pricing_rule.price_cents;
  v_applied.rounding_cents := v_price - v_limited;
  return v_applied;
end
$$;

comment on function app_private.apply_pricing_rule(app_public.pricing_rules, bigint, text) is
  'What a rule adds to a price.';

--! split: 1064-functions-inventory-claim_add_on.sql
-- Whoever is at the counter of an add-on has it alone until the end of the transaction. What is read
-- after the lock is true; the table's own constraint refuses whatever is not.
create or replace function app_private.claim_add_on(
  booking app_public.bookings, add_on_id uuid, quantity integer, held_until timestamptz
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_stock app_private.add_on_counters;
  v_had integer;
begin
  select * into v_stock
  from app_private.add_on_counters as s
  where s.add_on_id = claim_add_on.add_on_id
    and s.organization_id = (claim_add_on.booking).organization_id
  for no key update;
  if not found then
    return;
  end if;
  -- Locked, so that it is not taken back for having lapsed while it is being renewed.
  select c.quantity into v_had
  from app_private.add_on_claims as c
  where c.add_on_id = v_stock.add_on_id
    and c.organization_id = v_stock.organization_id
    and c.booking_id = (claim_add_on.booking).id
  for no key update;
  v_had := coalesce(v_had, 0);
  if v_stock.total - v_stock.held - v_stock.sold < claim_add_on.quantity - v_had then
    update app_private.add_on_claims as c
    set held_until = claim_add_on.held_until
    where c.add_on_id = v_stock.add_on_id
      and c.organization_id = v_stock.organization_id
      and c.booking_id = (claim_add_on.booking).id
      and c.held_until is not null;
    perform app_private.free_lapsed_add_ons(v_stock.add_on_id);
    select * into strict v_stock
    from app_private.add_on_counters as s
    where s.add_on_id = v_stock.add_on_id and s.organization_id = v_stock.organization_id;
    if v_stock.total - v_stock.held - v_stock.sold < claim_add_on.quantity - v_had then
      perform app_private.raise_few_left(v_had + v_stock.total - v_stock.held - v_stock.sold);
    end if;
  end if;

  update app_private.add_on_counters as s
  set held = s.held + claim_add_on.quantity - v_had
  where s.add_on_id = v_stock.add_on_id and s.organization_id = v_stock.organization_id;
  if claim_add_on.quantity = 0 then
    delete from app_private.add_on_claims as c
    where c.add_on_id = v_stock.add_on_id
      and c.organization_id = v_stock.organization_id
      and c.booking_id = (claim_add_on.booking).id;
  else
    insert into app_private.add_on_claims as c (
      add_on_id, organization_id, booking_id, quantity, held_until
    )
    values (
      v_stock.add_on_id, v_stock.organization_id, (claim_add_on.booking).id,
      claim_add_on.quantity, claim_add_on.held_until
    )
    on conflict on constraint add_on_claims_pkey do update
    set quantity = excluded.quantity, held_until = excluded.held_until;
  end if;
end
$$;

comment on function app_private.claim_add_on(
  app_public.bookings, uuid, integer, timestamptz
) is
  'Gives a booking, which the caller has locked, as many of an add-on as it wants in all, until a '
  'deadline. Raises LMFEW when fewer are left.';

--! split: 1065-functions-inventory-count_sold.sql
-- A seat that is kept back is neither sold nor for sale. A pool that categories share counts for each
-- of them, and once for the performance; a pool inside another one is part of it.
create or replace function app_private.count_sold(performance_id uuid, organization_id uuid)
returns app_private.sold_shares
language sql stable security definer set search_path = ''
as $$
  with seats as (
    select
      c.ticket_category_id,
      count(*) filter (
        where s.status = 'booked' or (s.status = 'locked' and s.locked_until > now())
      ) as sold,
      count(*) as capacity
    from app_public.seat_booking_state as s
    join app_public.performance_categories as c
      on c.organization_id = s.organization_id
      and c.performance_id = s.performance_id
      and c.category_no = s.category_no
    where s.organization_id = count_sold.organization_id
      and s.performance_id = count_sold.performance_id
      and s.status not in ('blocked', 'reserved')
    group by c.ticket_category_id
  ),
  pools as (
    select
      p.id, p.parent_pool_id, p.capacity, (
        select coalesce(sum(k.quantity), 0)
        from app_private.admission_claims as k
        where k.organization_id = p.organization_id
          and k.pool_id = p.id
          and (k.held_until is null or k.held_until > now())
      ) as sold
    from app_public.admission_pools as p
    where p.organization_id = count_sold.organization_id
      and p.performance_id = count_sold.performance_id
  ),
  parts as (
    select s.ticket_category_id, s.sold, s.capacity from seats as s
    union all
    select c.ticket_category_id, p.sold, p.capacity
    from pools as p
    join app_public.admission_pool_categories as c
      on c.organization_id = count_sold.organization_id and c.pool_id = p.id
  ),
  categories as (
    select
      p.ticket_category_id, 100.0 * sum(p.sold) / greatest(sum(p.capacity), 1) as share
    from parts as p
    group by p.ticket_category_id
  ),
  whole as (
    select coalesce(100.0 * sum(w.sold) / greatest(sum(w.capacity), 1), 0) as share
    from (
      select s.sold, s.capacity from seats as s
      union all
      select p.sold, p.capacity from pools as p where p.parent_pool_id is null
    ) as w
  )
  select
    count_sold.performance_id, count_sold.organization_id,
    coalesce(array_agg(c.ticket_category_id order by c.ticket_category_id), '{}'),
    coalesce(array_agg(c.share order by c.ticket_category_id), '{}'),
    (select w.share from whole as w), now()
  from categories as c
$$;

comment on function app_private.count_sold(uuid, uuid) is
  'Percent sold or held of a performance and of its categories, counted now.';

--! split: 1066-functions-inventory-discount_on.sql
create or replace function app_hidden.discount_on(
  lines app_private.priced_line[], code app_public.discount_codes
)
returns bigint
language sql immutable set search_path = ''
as $$
  select case
    when s.quantity >= (discount_on.code).quantity_min
      and s.subtotal >= (discount_on.code).subtotal_min_cents
      then least(
        s.subtotal,
        coalesce(
          (discount_on.code).amount_cents,
          app_hidden.rounded(
            s.subtotal * (discount_on.code).percentage / 100, (discount_on.code).currency
          )
        )
      )
    else 0
  end
  from (
    select
      coalesce(sum(l.quantity), 0) as quantity,
      coalesce(sum(l.subtotal_cents), 0)::bigint as subtotal
    from unnest(discount_on.lines) as l
    where app_hidden.is_discounted(l, discount_on.code)
  ) as s
$$;

comment on function app_hidden.discount_on(app_private.priced_line[], app_public.discount_codes)
  is 'What a code takes off lines that have their prices; 0 without a code, or below its minimum.';

--! split: 1067-functions-inventory-divide_pool.sql
-- A slot keeps what is held and sold of it, and gets its share of the rest: so none ends up with
-- less than is taken.
create or replace function app_private.divide_pool(pool app_public.admission_pools)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count smallint := greatest(
    (divide_pool.pool).slot_count, least(128, ceil((divide_pool.pool).capacity / 16.0))
  );
  v_room integer;
begin
  if v_count > (divide_pool.pool).slot_count then
    insert into app_private.admission_slots (organization_id, pool_id, slot_no, capacity)
    select (divide_pool.pool).organization_id, (divide_pool.pool).id, n, 0
    from generate_series((divide_pool.pool).slot_count + 1, v_count) as n;
    update app_public.admission_pools as p set slot_count = v_count
    where p.id = (divide_pool.pool).id;
  end if;
  select (divide_pool.pool).capacity - (divide_pool.pool).allocated - sum(s.held + s.sold)
  into v_room
  from app_private.admission_slots as s
  where s.organization_id = (divide_pool.pool).organization_id
    and s.pool_id = (divide_pool.pool).id;
  -- Computed from what was counted, and not from what a slot has when it is written: if anybody took
  -- a place in between, the constraint refuses it, and the slots never sum to more than the pool.
  with divided as materialized (
    select s.slot_no,
      s.held + s.sold + app_hidden.share_of(v_room, s.slot_no, v_count) as capacity
    from app_private.admission_slots as s
    where s.organization_id = (divide_pool.pool).organization_id
      and s.pool_id = (divide_pool.pool).id
  )
  update app_private.admission_slots as s
  set capacity = d.capacity
  from divided as d
  where s.organization_id = (divide_pool.pool).organization_id
    and s.pool_id = (divide_pool.pool).id
    and s.slot_no = d.slot_no;
end
$$;

comment on function app_private.divide_pool(app_public.admission_pools) is
  'Shares out what is free of a pool, whose slots the caller has locked, among them.';

--! split: 1068-functions-inventory-free_lapsed_add_ons.sql
-- The counter first, as everywhere; a claim that somebody is prolonging is left to them.
create or replace function app_private.free_lapsed_add_ons(add_on_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform from app_private.add_on_counters as s
  where s.add_on_id = free_lapsed_add_ons.add_on_id
  for no key update;
  with lapsed as materialized (
    select c.organization_id, c.booking_id
    from app_private.add_on_claims as c
    where c.add_on_id = free_lapsed_add_ons.add_on_id and c.held_until <= now()
    for no key update skip locked
  ),
  gone as (
    delete from app_private.add_on_claims as c
    using lapsed as l
    where c.add_on_id = free_lapsed_add_ons.add_on_id
      and c.organization_id = l.organization_id
      and c.booking_id = l.booking_id
    returning c.quantity
  )
  update app_private.add_on_counters as s
  set held = s.held - g.quantity
  from (select sum(g.quantity)::integer as quantity from gone as g) as g
  where s.add_on_id = free_lapsed_add_ons.add_on_id and g.quantity > 0;
end
$$;

comment on function app_private.free_lapsed_add_ons(uuid) is
  'Takes back what nobody bought in time of an add-on.';

--! split: 1069-functions-inventory-is_discounted.sql
create or replace function app_hidden.is_discounted(
  line app_private.priced_line, code app_public.discount_codes
)
returns boolean
language sql immutable
return (is_discounted.code).id is not null
  and (is_discounted.line).item_type in ('seat', 'admission')
  and coalesce(
    (is_discounted.code).ticket_category_id = (is_discounted.line).ticket_category_id, true
  );

comment on function app_hidden.is_discounted(app_private.priced_line, app_public.discount_codes)
  is 'Whether a code is for a line.';

--! split: 1070-functions-inventory-is_over.sql
create or replace function app_hidden.is_over(code app_public.discount_codes)
returns boolean
language sql stable
return (is_over.code).ended_at is not null or not (is_over.code).valid_during @> now();

comment on function app_hidden.is_over(app_public.discount_codes) is
  'Whether a code is not to be applied now.';

--! split: 1071-functions-inventory-keep_places_back.sql
-- What is kept back of a pool is kept back of those around it, too. The outermost first, as by
-- whoever buys.
create or replace function app_private.keep_places_back(pool_id uuid, quantity integer)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_pool app_public.admission_pools;
  v_left integer;
begin
  for v_pool in
    select around.*
    from app_public.admission_pools as p
    cross join unnest(p.chain) with ordinality as c (pool_id, depth)
    join app_public.admission_pools as around
      on around.organization_id = p.organization_id and around.id = c.pool_id
    where p.id = keep_places_back.pool_id
    order by c.depth
  loop
    perform app_private.lock_pool(v_pool.organization_id, v_pool.id);
    perform app_private.free_lapsed_admissions(v_pool.id);
    v_left := app_private.left_in_pool(v_pool.id);
    if v_left < keep_places_back.quantity then
      perform app_private.raise_few_left(v_left);
    end if;
    update app_public.admission_pools as p
    set allocated = p.allocated + keep_places_back.quantity
    where p.id = v_pool.id
    returning * into v_pool;
    perform app_private.divide_pool(v_pool);
  end loop;
end
$$;

comment on function app_private.keep_places_back(uuid, integer) is
  'Takes free places of a pool off sale, or, for fewer than none, puts them on sale again. '
  'Raises LMFEW.';

--! split: 1072-functions-inventory-left_of_add_on.sql
create or replace function app_hidden.left_of_add_on(add_on_id uuid)
returns integer
language sql volatile security definer set search_path = ''
as $$
  select s.total - s.held - s.sold + (
    select coalesce(sum(c.quantity), 0)::integer
    from app_private.add_on_claims as c
    where c.add_on_id = s.add_on_id and c.held_until <= now()
  )
  from app_private.add_on_counters as s
  where s.add_on_id = left_of_add_on.add_on_id
$$;

comment on function app_hidden.left_of_add_on(uuid) is
  'How many of an add-on are free now, lapsed claims among them; null without a stock.';
grant execute on function app_hidden.left_of_add_on(uuid) to lml_anonymous, lml_user;

--! split: 1073-functions-inventory-minimum_refusal.sql
create or replace function app_hidden.minimum_refusal(
  lines app_private.priced_line[], code app_public.discount_codes
)
returns text
language sql immutable set search_path = ''
as $$
  select case
    when coalesce(sum(l.quantity), 0) < (minimum_refusal.code).quantity_min then 'quantity'
    when coalesce(sum(l.subtotal_cents), 0) < (minimum_refusal.code).subtotal_min_cents
      then 'subtotal'
  end
  from unnest(minimum_refusal.lines) as l
  where app_hidden.is_discounted(l, minimum_refusal.code)
$$;

comment on function app_hidden.minimum_refusal(
  app_private.priced_line[], app_public.discount_codes
) is 'What lines that have their prices lack for a code: quantity, subtotal, or nothing (null).';

--! split: 1074-functions-inventory-open_sale.sql
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
      e.open_carts_max,
      e.has_price_rules or e.absorbs_service_fees or e.absorbs_processing_fees
        or e.tax_jurisdiction_id is not null
    )::app_private.sale as sale,
    e.status = 'published' and p.status = 'scheduled' and e.organization_status = 'active'
      as is_on_sale,
    e.visibility = 'private' as is_private,
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
  -- The one question that is asked of private events only: a hold of any other costs nothing more.
  if v_found.is_private then
    perform app_private.require_opened_event(v_found.sale);
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
  'in no order. Raises LMNFD (or private, and no code came), LMEVT (not published), LMSAL (before or after sales), LMQTY (no seat '
  'or too many), LMSDP (one twice), LMSEA (unknown).';

--! split: 1075-functions-inventory-price_line.sql
-- For an event without anything special: the same formula, of which the planner folds away what such
-- an event has not got, so that a hold pays nothing for the rest.
create or replace function app_hidden.price_line(
  unit_price_cents bigint, quantity integer, terms app_private.sale
)
returns table (
  subtotal_cents bigint, service_fee_cents bigint, processing_fee_cents bigint,
  tax_cents bigint, total_cents bigint
)
language sql immutable
as $$
  select
    l.subtotal_cents, l.service_fee_cents, l.processing_fee_cents, l.tax_cents, l.total_cents
  from app_hidden.price_of(
    price_line.unit_price_cents, price_line.quantity, 0::bigint,
    row(
      (price_line.terms).currency, (price_line.terms).service_fee_percentage,
      (price_line.terms).service_fee_fixed_cents, (price_line.terms).processing_fee_percentage,
      (price_line.terms).processing_fee_fixed_cents, (price_line.terms).commission_percentage,
      (price_line.terms).tax_percentage, false, false, false, null
    )::app_public.price_terms
  ) as l
$$;

comment on function app_hidden.price_line(bigint, integer, app_private.sale) is
  'All amounts of a line in minor units, each rounded half away from zero.';

--! split: 1076-functions-inventory-price_lines.sql
-- The one function that quotes and charges. A line that is pending is given its price, which it keeps;
-- the discount, fees and taxes of all are what comes of them together.
create or replace function app_private.price_lines(
  lines app_private.priced_line[], performance app_public.performances,
  terms app_public.price_terms, is_member boolean, code app_public.discount_codes
)
returns app_private.priced_line[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_lines app_private.priced_line[] := price_lines.lines;
  v_line app_private.priced_line;
  v_weights bigint[] := '{}';
  v_discounts bigint[];
  v_index integer;
begin
  for v_index in 1 .. coalesce(cardinality(v_lines), 0) loop
    v_line := v_lines[v_index];
    if v_line.price_basis = 'pending' then
      v_line := app_private.price_ticket(
        v_line, price_lines.performance, price_lines.is_member
      );
    end if;
    v_line.subtotal_cents := v_line.unit_price_cents * v_line.quantity;
    v_lines[v_index] := v_line;
    v_weights := v_weights || case
      when app_hidden.is_discounted(v_line, price_lines.code) then v_line.subtotal_cents
      else 0
    end;
  end loop;

  v_discounts := app_hidden.distribute(
    app_hidden.discount_on(v_lines, price_lines.code), v_weights,
    case
      when app_hidden.rounded(1, (price_lines.terms).currency) = 1 then 1
      when app_hidden.rounded(10, (price_lines.terms).currency) = 10 then 10
      else 100
    end
  );
  for v_index in 1 .. coalesce(cardinality(v_lines), 0) loop
    v_line := v_lines[v_index];
    v_line.discount_cents := v_discounts[v_index];
    select
      p.service_fee_cents, p.processing_fee_cents, p.tax_cents, p.total_cents,
      p.service_fee_absorbed_cents, p.processing_fee_absorbed_cents, p.tax_included_cents
    into
      v_line.service_fee_cents, v_line.processing_fee_cents, v_line.tax_cents,
      v_line.total_cents, v_line.service_fee_absorbed_cents,
      v_line.processing_fee_absorbed_cents, v_line.tax_included_cents
    from app_hidden.price_of(
      v_line.unit_price_cents, v_line.quantity, v_line.discount_cents, price_lines.terms
    ) as p;
    v_lines[v_index] := v_line;
  end loop;
  return v_lines;
end
$$;

comment on function app_private.price_lines(
  app_private.priced_line[], app_public.performances, app_public.price_terms, boolean,
  app_public.discount_codes
) is 'All amounts of lines that are paid for together. Raises LMSAL.';

--! split: 1077-functions-inventory-price_of.sql
-- The one formula of a line. Fees are on what the tickets cost after the discount, and fixed ones per
-- ticket; what costs nothing has none. A tax that prices contain is on tickets alone; fees that the
-- buyer pays are net, and taxed on top. Fees that the seller bears take no more than what tax and
-- commission leave of the price.
create or replace function app_hidden.price_of(
  unit_price_cents bigint, quantity integer, discount_cents bigint, terms app_public.price_terms
)
returns table (
  subtotal_cents bigint, service_fee_cents bigint, processing_fee_cents bigint,
  tax_cents bigint, total_cents bigint, service_fee_absorbed_cents bigint,
  processing_fee_absorbed_cents bigint, tax_included_cents bigint
)
language sql immutable
as $$
  select
    t.subtotal, t.service_fee, t.processing_fee, t.tax,
    t.paid + t.service_fee + t.processing_fee + t.tax,
    case when (price_of.terms).absorbs_service_fees
      then least(t.service, t.room) else 0
    end,
    case when (price_of.terms).absorbs_processing_fees
      then least(
        t.processing,
        t.room - case when (price_of.terms).absorbs_service_fees
          then least(t.service, t.room) else 0
        end
      )
      else 0
    end,
    t.included
  from (
    select
      f.*,
      app_hidden.rounded(
        (f.service_fee + case when (price_of.terms).prices_include_tax then 0 else f.paid end)
          * (price_of.terms).tax_percentage / 100,
        (price_of.terms).currency
      ) as tax,
      f.paid - f.included
        - ceil((f.paid - f.included) * (price_of.terms).commission_percentage / 100)::bigint
        as room
    from (
      select
        s.*,
        case when (price_of.terms).absorbs_service_fees then 0 else s.service end as service_fee,
        case when (price_of.terms).absorbs_processing_fees then 0 else s.processing end
          as processing_fee,
        case when (price_of.terms).prices_include_tax
          then app_hidden.rounded(
            s.paid * (price_of.terms).tax_percentage / (100 + (price_of.terms).tax_percentage),
            (price_of.terms).currency
          )
          else 0
        end as included
      from (
        select
          p.subtotal, p.paid,
          case when p.paid > 0 then app_hidden.rounded(
            p.paid * (price_of.terms).service_fee_percentage / 100
              + (price_of.terms).service_fee_fixed_cents * price_of.quantity,
            (price_of.terms).currency
          ) else 0 end as service,
          case when p.paid > 0 then app_hidden.rounded(
            p.paid * (price_of.terms).processing_fee_percentage / 100
              + (price_of.terms).processing_fee_fixed_cents * price_of.quantity,
            (price_of.terms).currency
          ) else 0 end as processing
        from (
          select
            price_of.unit_price_cents * price_of.quantity as subtotal,
            price_of.unit_price_cents * price_of.quantity - price_of.discount_cents as paid
        ) as p
      ) as s
    ) as f
  ) as t
$$;

comment on function app_hidden.price_of(
  bigint, integer, bigint, app_public.price_terms
) is 'All amounts of a line in minor units, each rounded half away from zero.';

--! split: 1078-functions-inventory-price_terms_of.sql
create or replace function app_private.price_terms_of(performance_id uuid)
returns app_public.price_terms
language sql stable security definer set search_path = ''
as $$
  select row(
    e.currency, e.service_fee_percentage, e.service_fee_fixed_cents, e.processing_fee_percentage,
    e.processing_fee_fixed_cents, e.commission_percentage,
    case when j.id is null then e.tax_percentage else coalesce(t.percentage, 0) end,
    e.absorbs_service_fees, e.absorbs_processing_fees, coalesce(j.prices_include_tax, false),
    j.name
  )::app_public.price_terms
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  left join app_public.tax_jurisdictions as j
    on j.organization_id = e.organization_id and j.id = e.tax_jurisdiction_id
  left join app_public.tax_rates as t
    on t.organization_id = j.organization_id
    and t.tax_jurisdiction_id = j.id
    and t.valid_during @> now()
  where p.id = price_terms_of.performance_id
$$;

comment on function app_private.price_terms_of(uuid) is
  'The fees and the tax of a performance, as they are now.';

--! split: 1079-functions-inventory-price_ticket.sql
-- The better of two prices, then the rules, one after the other on what the one before has left.
create or replace function app_private.price_ticket(
  line app_private.priced_line, performance app_public.performances, is_member boolean
)
returns app_private.priced_line
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_line app_private.priced_line := price_ticket.line;
  v_organization_id uuid := (price_ticket.performance).organization_id;
  v_hours numeric := extract(epoch from (price_ticket.performance).starts_at - now()) / 3600;
  v_shares app_private.sold_shares;
  v_rule app_public.pricing_rules;
  v_applied app_public.applied_rule;
  v_value numeric;
begin
  select p.price_cents, p.audience::text::app_public.price_basis
  into v_line.unit_price_cents, v_line.price_basis
  from app_public.ticket_category_prices as p
  where p.organization_id = v_organization_id
    and p.ticket_category_id = v_line.ticket_category_id
    and p.valid_during @> now()
    and (p.audience = 'public' or price_ticket.is_member)
  -- Where both are the same, it is everybody's.
  order by p.price_cents, p.audience
  limit 1;
  if not found then
    raise exception 'Tickets of this category are not on sale.'
      using errcode = 'LMSAL', detail = v_line.ticket_category_id::text;
  end if;
  v_line.base_price_cents := v_line.unit_price_cents;
  v_line.applied_rules := '{}';

  for v_rule in
    select * from app_public.pricing_rules as r
    where r.organization_id = v_organization_id
      and r.ticket_category_id = v_line.ticket_category_id
      and r.ended_at is null
    order by r.sort_order, r.id
  loop
    if v_rule.condition = 'hours_to_event' then
      v_value := v_hours;
    else
      if v_shares.performance_id is null then
        v_shares := app_private.sold_shares_of(
          (price_ticket.performance).id, v_organization_id
        );
      end if;
      v_value := case
        when v_rule.condition = 'performance_sold' then v_shares.performance_share
        else coalesce(
          v_shares.category_shares[
            array_position(v_shares.ticket_category_ids, v_line.ticket_category_id)
          ],
          0
        )
      end;
    end if;
    if v_value >= v_rule.at_least and (v_rule.below is null or v_value < v_rule.below) then
      v_applied := app_private.apply_pricing_rule(
        v_rule, v_line.unit_price_cents, (price_ticket.performance).currency
      );
      v_line.unit_price_cents := v_line.unit_price_cents + v_applied.amount_cents
        + v_applied.rounding_cents;
      v_line.applied_rules := v_line.applied_rules || v_applied;
    end if;
  end loop;
  return v_line;
end
$$;

comment on function app_private.price_ticket(
  app_private.priced_line, app_public.performances, boolean
) is 'The price of a ticket of a line, now. Raises LMSAL where there is none for the buyer.';

--! split: 1080-functions-inventory-put_places_on_sale.sql
create or replace function app_private.put_places_on_sale(
  allocation app_public.admission_allocations
)
returns app_public.admission_allocations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_allocation app_public.admission_allocations;
begin
  perform app_private.keep_places_back(
    (put_places_on_sale.allocation).pool_id, -(put_places_on_sale.allocation).places_left
  );
  update app_public.admission_allocations as a
  set released_at = now(), places_left = 0
  where a.id = (put_places_on_sale.allocation).id
  returning * into v_allocation;
  return v_allocation;
end
$$;

comment on function app_private.put_places_on_sale(app_public.admission_allocations) is
  'Releases an allocation of places, which the caller has locked.';

--! split: 1081-functions-inventory-raise_capacity_too_low.sql
create or replace function app_private.raise_capacity_too_low(taken integer)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  raise exception '% are held, sold or kept back.', raise_capacity_too_low.taken
    using errcode = 'LMCAP',
      detail = jsonb_build_object('taken', raise_capacity_too_low.taken)::text,
      hint = 'It cannot be less; nothing was changed.';
end
$$;

comment on function app_private.raise_capacity_too_low(integer) is 'Raises LMCAP.';

--! split: 1082-functions-inventory-refresh_sold_shares.sql
-- Half a minute's truth is enough for a price, and to count is dear: one buyer counts, and the others
-- go by what was counted before. Nobody waits, because who counts has a lock that others only try.
create or replace function app_private.refresh_sold_shares(sale app_private.sale)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not exists (
      select
      from app_public.ticket_categories as c
      join app_public.pricing_rules as r
        on r.organization_id = c.organization_id and r.ticket_category_id = c.id
      where c.organization_id = (refresh_sold_shares.sale).organization_id
        and c.event_id = (refresh_sold_shares.sale).event_id
        and r.condition <> 'hours_to_event'
        and r.ended_at is null
    )
    or exists (
      select from app_private.sold_shares as s
      where s.performance_id = (refresh_sold_shares.sale).performance_id
        and s.organization_id = (refresh_sold_shares.sale).organization_id
        and s.counted_at > now() - interval '30 seconds'
    )
    or not pg_try_advisory_xact_lock(
      hashtextextended('sold_shares ' || (refresh_sold_shares.sale).performance_id, 0)
    )
  then
    return;
  end if;
  insert into app_private.sold_shares as s
  select (
    app_private.count_sold(
      (refresh_sold_shares.sale).performance_id, (refresh_sold_shares.sale).organization_id
    )
  ).*
  on conflict on constraint sold_shares_pkey do update
  set ticket_category_ids = excluded.ticket_category_ids,
    category_shares = excluded.category_shares,
    performance_share = excluded.performance_share,
    counted_at = excluded.counted_at;
end
$$;

comment on function app_private.refresh_sold_shares(app_private.sale) is
  'Counts again what is sold of a performance, if rules ask and the last count is too old.';

--! split: 1083-functions-inventory-release_admission_allocation.sql
create or replace function app_public.release_admission_allocation(allocation_id uuid)
returns app_public.admission_allocations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_allocation app_public.admission_allocations;
begin
  select * into v_allocation
  from app_public.admission_allocations as a
  where a.id = release_admission_allocation.allocation_id
  for no key update;
  perform app_hidden.require_performance_permission(
    v_allocation.organization_id, v_allocation.performance_id, 'inventory.manage'
  );
  if v_allocation.released_at is null then
    v_allocation := app_private.put_places_on_sale(v_allocation);
  end if;
  return v_allocation;
end
$$;

comment on function app_public.release_admission_allocation(uuid) is
  'Puts what is left of an allocation of places on sale; releasing it again changes nothing. '
  'Needs inventory.manage. Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.release_admission_allocation(uuid) to lml_user;

--! split: 1084-functions-inventory-release_due_allocations.sql
create or replace function app_private.release_due_allocations(batch_limit integer default 100)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_allocation app_public.seat_allocations;
  v_places app_public.admission_allocations;
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
  for v_places in
    select a.*
    from app_public.admission_allocations as a
    join app_public.admission_pools as p
      on p.organization_id = a.organization_id and p.id = a.pool_id
    where a.released_at is null and a.release_at <= now()
    -- Pools in order, each after those around it.
    order by p.chain, a.id
    limit release_due_allocations.batch_limit - v_count
    for no key update of a skip locked
  loop
    perform app_private.put_places_on_sale(v_places);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function app_private.release_due_allocations(integer) is
  'Releases the allocations, of seats and of places, whose day has come; returns how many.';
grant execute on function app_private.release_due_allocations(integer) to lml_worker;

--! split: 1085-functions-inventory-require_opened_event.sql
-- As though it did not exist: the id of a performance tells nothing without the code. Whoever has a
-- booking there has shown it.
create or replace function app_private.require_opened_event(sale app_private.sale)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if (require_opened_event.sale).event_id not in (select app_hidden.opened_event_ids())
    and not app_hidden.has_performance_permission(
      (require_opened_event.sale).organization_id, (require_opened_event.sale).performance_id,
      'events.read'
    )
  then
    raise exception 'There is no such performance.'
      using errcode = 'LMNFD', detail = (require_opened_event.sale).performance_id::text,
        hint = 'A private event is opened by its access code, as X-Event-Key.';
  end if;
end
$$;

comment on function app_private.require_opened_event(app_private.sale) is
  'Raises LMNFD for a private event that the request does not open.';

--! split: 1086-functions-inventory-seat_map.sql
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

  -- No separator is cheaper than an empty one, 50,000 times.
  select string_agg(app_hidden.seat_letter(s.status, s.locked_until), null order by s.seat_no)
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

--! split: 1087-functions-inventory-seat_prices.sql
create or replace function app_public.seat_prices(performance_id uuid)
returns setof app_public.seat_price
language sql stable security definer rows 100 set search_path = ''
as $$
  select l.seat_id, s.price_override_cents
  from app_hidden.visible_performance(seat_prices.performance_id) as p
  join app_public.seat_booking_state as s
    on s.organization_id = p.organization_id and s.performance_id = p.id
  join app_public.layout_seats as l
    on l.organization_id = p.organization_id
    and l.layout_id = p.layout_id
    and l.seat_no = s.seat_no
  where s.price_override_cents is not null
  order by s.seat_no
$$;

comment on function app_public.seat_prices(uuid) is
  'Seats of a performance that have a price of their own; all others cost what their category '
  'costs.';
grant execute on function app_public.seat_prices(uuid) to lml_anonymous, lml_user;

--! split: 1088-functions-inventory-set_add_on_stock.sql
create or replace function app_public.set_add_on_stock(add_on_id uuid, total integer)
returns app_public.add_on_count
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_add_on app_public.add_ons := app_private.lock_add_on(
    set_add_on_stock.add_on_id, 'inventory.manage'
  );
  v_stock app_private.add_on_counters;
  v_constraint text;
  v_column text;
begin
  if not v_add_on.is_limited then
    raise exception 'There is no end of this add-on.'
      using errcode = 'LMINP', detail = 'add_on_id', hint = 'Make another one with a stock.';
  end if;
  select * into strict v_stock
  from app_private.add_on_counters as s where s.add_on_id = v_add_on.id
  for no key update;
  perform app_private.free_lapsed_add_ons(v_add_on.id);
  select * into strict v_stock
  from app_private.add_on_counters as s where s.add_on_id = v_add_on.id;
  if set_add_on_stock.total < v_stock.held + v_stock.sold then
    perform app_private.raise_capacity_too_low(v_stock.held + v_stock.sold);
  end if;
  update app_private.add_on_counters as s
  set total = set_add_on_stock.total
  where s.add_on_id = v_add_on.id;
  return app_public.add_on_stock(v_add_on.id);
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_add_on_stock(uuid, integer) is
  'Sets how many there are of an add-on in all, never fewer than are held and sold. '
  'Needs inventory.manage. Raises LMCAP (more are held and sold), LMNFD, LMRGT, LMINP.';
grant execute on function app_public.set_add_on_stock(uuid, integer) to lml_user;

--! split: 1089-functions-inventory-set_pool_capacity.sql
create or replace function app_public.set_pool_capacity(pool_id uuid, capacity integer)
returns app_public.admission_pools
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_pool app_public.admission_pools;
  v_taken integer;
  v_constraint text;
  v_column text;
begin
  select * into v_pool
  from app_public.admission_pools as p where p.id = set_pool_capacity.pool_id;
  perform app_private.lock_event(
    (select p.event_id from app_public.performances as p where p.id = v_pool.performance_id),
    'inventory.manage'
  );
  -- Locked first, then counted: nobody takes a place in between.
  perform app_private.lock_pool(v_pool.organization_id, v_pool.id);
  perform app_private.free_lapsed_admissions(v_pool.id);
  select p.allocated + (
    select sum(s.held + s.sold) from app_private.admission_slots as s
    where s.organization_id = p.organization_id and s.pool_id = p.id
  )
  into v_taken
  from app_public.admission_pools as p where p.id = v_pool.id;
  if set_pool_capacity.capacity between 1 and v_taken - 1 then
    perform app_private.raise_capacity_too_low(v_taken);
  end if;
  update app_public.admission_pools as p
  set capacity = set_pool_capacity.capacity
  where p.id = v_pool.id
  returning * into v_pool;
  perform app_private.divide_pool(v_pool);
  select * into strict v_pool from app_public.admission_pools as p where p.id = v_pool.id;
  return v_pool;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_pool_capacity(uuid, integer) is
  'How many people a pool takes from now on, never fewer than are held, sold and kept back. '
  'Needs inventory.manage. Raises LMCAP (as many are taken), LMNFD, LMRGT, LMINP.';
grant execute on function app_public.set_pool_capacity(uuid, integer) to lml_user;

--! split: 1090-functions-inventory-set_seat_prices.sql
-- Only seats that are free: whoever holds one has its price on a line, and whoever bought it, too.
create or replace function app_public.set_seat_prices(
  performance_id uuid, seat_ids text[], price_cents bigint default null
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
  v_seat_nos integer[];
  v_taken integer[];
  v_constraint text;
begin
  v_performance := app_private.lock_performance(
    set_seat_prices.performance_id, 'inventory.manage'
  );
  v_seat_nos := app_private.seat_nos_of(v_performance, set_seat_prices.seat_ids);
  perform app_hidden.require_chargeable(
    set_seat_prices.price_cents, v_performance.currency, 'price_cents'
  );
  perform from app_public.seat_booking_state as s
  where s.organization_id = v_performance.organization_id
    and s.performance_id = v_performance.id
    and s.seat_no = any (v_seat_nos)
  order by s.seat_no
  for no key update;
  -- Decided with the rows locked.
  select array_agg(s.seat_no) into v_taken
  from app_public.seat_booking_state as s
  where s.organization_id = v_performance.organization_id
    and s.performance_id = v_performance.id
    and s.seat_no = any (v_seat_nos)
    and (
      s.status = 'booked' or (s.status = 'locked' and s.locked_until > now())
    );
  if v_taken is not null then
    raise exception 'Held or sold: %.', (
        select string_agg(l.seat_id, ', ' order by l.seat_no)
        from app_public.layout_seats as l
        where l.organization_id = v_performance.organization_id
          and l.layout_id = v_performance.layout_id
          and l.seat_no = any (v_taken)
      )
      using errcode = 'LMTKN', detail = (
        select jsonb_build_object('seat_ids', jsonb_agg(l.seat_id order by l.seat_no))::text
        from app_public.layout_seats as l
        where l.organization_id = v_performance.organization_id
          and l.layout_id = v_performance.layout_id
          and l.seat_no = any (v_taken)
      ), hint = 'Leave them out; nothing was changed.';
  end if;
  update app_public.seat_booking_state as s
  set price_override_cents = set_seat_prices.price_cents
  where s.organization_id = v_performance.organization_id
    and s.performance_id = v_performance.id
    and s.seat_no = any (v_seat_nos);
  return cardinality(v_seat_nos);
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name;
    perform app_hidden.raise_bad_input(v_constraint, null);
end
$$;

comment on function app_public.set_seat_prices(uuid, text[], bigint) is
  'Gives free seats of a performance a price of their own, in place of that of their category and '
  'of its rules; null takes it away. Returns how many. Needs inventory.manage. '
  'Raises LMTKN (naming seats that are held or sold), LMNFD, LMRGT, LMSEA, LMSDP, LMQTY, LMINP.';
grant execute on function app_public.set_seat_prices(uuid, text[], bigint) to lml_user;

--! split: 1091-functions-inventory-sold_shares_of.sql
create or replace function app_private.sold_shares_of(performance_id uuid, organization_id uuid)
returns app_private.sold_shares
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_shares app_private.sold_shares;
begin
  select * into v_shares
  from app_private.sold_shares as s
  where s.performance_id = sold_shares_of.performance_id
    and s.organization_id = sold_shares_of.organization_id
    and s.counted_at > now() - interval '1 minute';
  if not found then
    v_shares := app_private.count_sold(
      sold_shares_of.performance_id, sold_shares_of.organization_id
    );
  end if;
  return v_shares;
end
$$;

comment on function app_private.sold_shares_of(uuid, uuid) is
  'What is sold of a performance, at most a minute ago.';

--! split: 1092-functions-inventory-take_admissions.sql
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
  if (take_admissions.sale).prices_vary then
    perform app_private.refresh_sold_shares(take_admissions.sale);
  end if;
  select pool.id, pool.slot_count, pool.chain,
    -- A line that is pending is given its price at once, below.
    coalesce(
      case when (take_admissions.sale).prices_vary then 0 end,
      (
        select p.price_cents
        from app_public.ticket_category_prices as p
        where p.organization_id = c.organization_id
          and p.ticket_category_id = c.id
          and p.audience = 'public'
          and p.valid_during @> now()
      )
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
    and c.status = 'active'
    and now() >= coalesce(c.sales_start, '-infinity')
    and now() < coalesce(c.sales_end, 'infinity');
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
      organization_id, booking_id, item_type, ticket_category_id, price_basis, quantity,
      unit_price_cents, subtotal_cents, service_fee_cents, processing_fee_cents, tax_cents, total_cents
    )
    select
      (take_admissions.sale).organization_id, take_admissions.booking_id, 'admission',
      take_admissions.ticket_category_id,
      case when (take_admissions.sale).prices_vary then 'pending' else 'public' end
        ::app_public.price_basis,
      take_admissions.quantity, v_found.unit_price_cents,
      l.subtotal_cents, l.service_fee_cents, l.processing_fee_cents, l.tax_cents, l.total_cents
    from line as l
  )
  select (n.booking).* into v_booking from new_booking as n;
  if (take_admissions.sale).prices_vary and v_is_new then
    v_booking := app_private.store_booking_totals(take_admissions.booking_id);
  end if;
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
  'buyer it makes the booking, and returns it. Raises LMFEW, LMSAL, LMMBR, LMRSK.';

--! split: 1093-functions-inventory-take_seats.sql
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
  if (take_seats.sale).prices_vary then
    perform app_private.refresh_sold_shares(take_seats.sale);
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
      case
        when g.price_override_cents is not null then 'seat'
        when (take_seats.sale).prices_vary then 'pending'
        else 'public'
      end::app_public.price_basis as price_basis,
      -- A line that is pending is given its price at once, below.
      coalesce(g.price_override_cents, case when (take_seats.sale).prices_vary then 0 end, (
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
      and now() >= coalesce(c.sales_start, '-infinity')
      and now() < coalesce(c.sales_end, 'infinity')
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
      organization_id, booking_id, item_type, ticket_category_id, price_basis, seat_nos, quantity,
      unit_price_cents, subtotal_cents, service_fee_cents, processing_fee_cents, tax_cents,
      total_cents
    )
    select
      (take_seats.sale).organization_id, take_seats.booking_id, 'seat', l.ticket_category_id,
      l.price_basis, l.seat_nos, l.quantity, l.unit_price_cents, l.subtotal_cents, l.service_fee_cents,
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
  if (take_seats.sale).prices_vary and v_is_new then
    v_result.booking := app_private.store_booking_totals(take_seats.booking_id);
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
  'Raises LMTKN, naming the seats that were not free, LMSAL for a category not on sale, LMMBR for '
  'one that is for members, and LMRSK when a rule against fraud refuses it.';

--! split: 1094-functions-bookings-add_add_on.sql
create or replace function app_public.add_add_on(
  booking_id uuid, add_on_id uuid, quantity integer
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    add_add_on.booking_id, 'bookings.manage'
  );
  v_sale app_private.sale;
  v_add_on app_public.add_ons;
begin
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(v_booking.performance_id);
  select * into v_add_on
  from app_public.add_ons as a
  where a.id = add_add_on.add_on_id
    and a.organization_id = v_booking.organization_id
    and coalesce(a.event_id, v_sale.event_id) = v_sale.event_id
    and a.currency = v_booking.currency;
  if not found then
    raise exception 'The event has no such add-on.'
      using errcode = 'LMNFD', detail = format('%s', add_add_on.add_on_id);
  end if;
  if add_add_on.quantity is null
    or add_add_on.quantity not between 0 and v_add_on.max_per_booking
  then
    raise exception 'Of "%", a booking has at most %.', v_add_on.name, v_add_on.max_per_booking
      using errcode = 'LMQTY', detail = v_add_on.id::text;
  end if;
  -- What is not sold any more can still be taken out.
  if add_add_on.quantity > 0 then
    perform app_private.require_add_on_on_sale(v_booking, v_add_on);
  end if;
  perform app_private.claim_add_on(
    v_booking, v_add_on.id, add_add_on.quantity, v_booking.expires_at
  );
  perform app_private.write_add_on_line(v_booking, v_sale, v_add_on, add_add_on.quantity);
  return app_private.masked_booking(app_private.store_booking_totals(v_booking.id));
end
$$;

comment on function app_public.add_add_on(uuid, uuid, integer) is
  'Sets how many of an add-on a draft has; 0 takes it out. What is in a cart keeps its price. '
  'Raises LMFEW (fewer are left), LMQTY (too many, or without a ticket), LMNFD, LMSAL, LMEVT, '
  'LMEXP, LMBST, LMBKG, LMSES, LMCRT.';
grant execute on function app_public.add_add_on(uuid, uuid, integer) to lml_anonymous, lml_user;

--! split: 1095-functions-bookings-add_booking_note.sql
create or replace function app_public.add_booking_note(booking_id uuid, note text)
returns app_public.booking_notes
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_booking app_public.bookings;
  v_note app_public.booking_notes;
  v_constraint text;
  v_column text;
begin
  select * into v_booking from app_public.bookings as b where b.id = add_booking_note.booking_id;
  if v_booking.id is null
    or not app_hidden.has_performance_permission(
      v_booking.organization_id, v_booking.performance_id, 'bookings.manage'
    )
  then
    raise exception 'There is no such booking, or it is not your organization''s.'
      using errcode = 'LMBKG', detail = format('%s', add_booking_note.booking_id);
  end if;
  insert into app_public.booking_notes (organization_id, booking_id, note, written_by)
  values (v_booking.organization_id, v_booking.id, add_booking_note.note, v_user_id)
  returning * into v_note;
  return v_note;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.add_booking_note(uuid, text) is
  'Writes something down about an order, for staff. Needs bookings.manage. '
  'Raises LMBKG, LMINP, LMAUT, LMSES.';
grant execute on function app_public.add_booking_note(uuid, text) to lml_user;

--! split: 1096-functions-bookings-apply_discount_code.sql
create or replace function app_public.apply_discount_code(booking_id uuid, code text)
returns app_public.discount_answer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    apply_discount_code.booking_id, 'bookings.manage'
  );
  v_code app_public.discount_codes;
  v_refusal text;
begin
  perform app_private.require_open_draft(v_booking);
  v_code := app_private.find_discount_code(
    app_private.open_sale(v_booking.performance_id), apply_discount_code.code,
    row(app_hidden.current_user_id(), app_hidden.current_cart_hash())::app_private.buyer
  );
  if v_code.id is null then
    v_refusal := 'unknown';
  elsif app_hidden.is_over(v_code) then
    v_refusal := 'over';
  else
    perform app_private.lock_discount_code(v_code);
    v_refusal := coalesce(
      app_hidden.minimum_refusal(app_private.lines_of(v_booking), v_code),
      app_private.uses_refusal(v_code, v_booking)
    );
  end if;
  if v_refusal is null then
    insert into app_public.discount_redemptions (
      booking_id, organization_id, discount_code_id, code
    )
    values (v_booking.id, v_booking.organization_id, v_code.id, v_code.code)
    on conflict on constraint discount_redemptions_pkey do update
    set discount_code_id = excluded.discount_code_id, code = excluded.code;
    perform app_private.price_booking(v_booking.id);
    v_booking := app_private.store_booking_totals(v_booking.id);
  end if;
  return row(
    v_booking.id, v_refusal, v_booking.discount_cents, v_booking.total_amount_cents
  )::app_public.discount_answer;
end
$$;

comment on function app_public.apply_discount_code(uuid, text) is
  'Uses a code for a draft, in place of the one that it has. The answer says why a code is refused; '
  'then nothing has changed. Upper and lower case are the same. '
  'Raises LMRTE (too many wrong ones), LMBKG, LMBST, LMEXP, LMEVT, LMSAL, LMSES, LMCRT.';
grant execute on function app_public.apply_discount_code(uuid, text) to lml_anonymous, lml_user;

--! split: 1097-functions-bookings-approve_booking.sql
create or replace function app_public.approve_booking(booking_id uuid)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_approval(approve_booking.booking_id);
  v_organization app_public.organizations;
begin
  select * into strict v_organization
  from app_public.organizations as o where o.id = v_booking.organization_id;
  if v_organization.status <> 'active' then
    perform app_private.raise_not_active(v_organization);
  end if;
  -- Sales may have closed meanwhile: the buyer was in time.
  perform app_private.prolong_hold(
    v_booking,
    now() + make_interval(
      hours => (
        select a.pay_within_hours from app_public.booking_approvals as a
        where a.organization_id = v_booking.organization_id and a.booking_id = v_booking.id
      )
    )
  );
  perform app_private.proceed_to_payment(v_booking);
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  perform app_private.mail_booking(
    v_booking,
    case v_booking.status when 'confirmed' then 'booking_accepted' else 'booking_approved' end
  );
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.approve_booking(uuid) is
  'Says yes to a booking that waits for it: its buyer is mailed and may pay, as long as the category '
  'allows; a free one is confirmed. Needs bookings.manage, and somebody other than the buyer. '
  'Raises LMNFD, LMRGT, LMBST, LMEXP, LMORG (a suspended organization), LMPLN (its payment plan has '
  'run out of time), LMAUT, LMSES.';
grant execute on function app_public.approve_booking(uuid) to lml_user;

--! split: 1098-functions-bookings-asks_for_approval.sql
create or replace function app_private.asks_for_approval(booking app_public.bookings)
returns boolean
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_answer boolean;
begin
  select coalesce(bool_or(c.requires_approval), false) into v_answer
  from app_public.booking_items as i
  left join app_public.ticket_categories as c
    on c.organization_id = i.organization_id and c.id = i.ticket_category_id
  where i.organization_id = (asks_for_approval.booking).organization_id
    and i.booking_id = (asks_for_approval.booking).id
  having count(*) > 0;
  return v_answer;
end
$$;

comment on function app_private.asks_for_approval(app_public.bookings) is
  'Whether somebody has to approve a booking; null: there is nothing in it.';

--! split: 1099-functions-bookings-book_add_ons.sql
-- As book_seats: what the booking owns, or what is free when its time had run out. Counters are
-- locked in order; the block gives back what it took when one of them has too few.
create or replace function app_private.book_add_ons(booking app_public.bookings)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_item record;
begin
  begin
    for v_item in
      select i.add_on_id, i.quantity
      from app_public.booking_items as i
      where i.organization_id = (book_add_ons.booking).organization_id
        and i.booking_id = (book_add_ons.booking).id
        and i.add_on_id is not null
      order by i.add_on_id
    loop
      perform app_private.claim_add_on(
        book_add_ons.booking, v_item.add_on_id, v_item.quantity, now() + interval '1 minute'
      );
    end loop;
  exception
    when sqlstate 'LMFEW' then
      return false;
  end;
  with sold as (
    update app_private.add_on_claims as c
    set held_until = null
    where c.organization_id = (book_add_ons.booking).organization_id
      and c.booking_id = (book_add_ons.booking).id
      and c.held_until is not null
    returning c.add_on_id, c.organization_id, c.quantity
  )
  update app_private.add_on_counters as s
  set held = s.held - c.quantity, sold = s.sold + c.quantity
  from sold as c
  where s.add_on_id = c.add_on_id and s.organization_id = c.organization_id;
  return true;
end
$$;

comment on function app_private.book_add_ons(app_public.bookings) is
  'Sells the add-ons that the booking owns or that are free; false, and no change, if there are '
  'too few.';

--! split: 1100-functions-bookings-book_everything.sql
-- The block gives the seats back when the admissions or the add-ons are gone.
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
      and app_private.book_add_ons(book_everything.booking)
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
  'Books the seats, admissions and add-ons that the booking owns or that are free; false, and no '
  'change, if one is neither.';

--! split: 1101-functions-bookings-booking_words.sql
create or replace function app_private.booking_words(booking app_public.bookings)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'event', e.title,
    'startsAt', to_char(
      p.starts_at at time zone coalesce(v.timezone, 'UTC'), 'YYYY-MM-DD HH24:MI'
    ) || ' ' || coalesce(v.timezone, 'UTC'),
    'reference', (booking_words.booking).booking_reference,
    'organization', o.name,
    'amount', app_hidden.money_text(
      (booking_words.booking).total_amount_cents, (booking_words.booking).currency
    ),
    'until', to_char(
      (booking_words.booking).expires_at at time zone coalesce(v.timezone, 'UTC'),
      'YYYY-MM-DD HH24:MI'
    ) || ' ' || coalesce(v.timezone, 'UTC')
  )
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  join app_public.organizations as o on o.id = p.organization_id
  left join app_public.venues as v on v.organization_id = e.organization_id and v.id = e.venue_id
  where p.organization_id = (booking_words.booking).organization_id
    and p.id = (booking_words.booking).performance_id
$$;

comment on function app_private.booking_words(app_public.bookings) is
  'What mails say of a booking.';

--! split: 1102-functions-bookings-calculate_booking_totals.sql
create or replace function app_public.calculate_booking_totals(booking_id uuid)
returns app_public.booking_totals
language sql stable set search_path = ''
as $$
  select
    c.subtotal, c.discount, c.service_fee, c.processing_fee, c.tax,
    c.subtotal - c.discount + c.service_fee + c.processing_fee + c.tax,
    c.commission,
    c.revenue - c.commission - c.service_fee_absorbed - c.processing_fee_absorbed,
    c.service_fee_absorbed, c.processing_fee_absorbed, c.tax_included
  from (
    select s.*, app_hidden.percentage_of(s.revenue, s.commission_percentage) as commission
    from (
      select
        b.commission_percentage,
        coalesce(sum(i.subtotal_cents), 0)::bigint as subtotal,
        coalesce(sum(i.discount_cents), 0)::bigint as discount,
        coalesce(sum(i.service_fee_cents), 0)::bigint as service_fee,
        coalesce(sum(i.processing_fee_cents), 0)::bigint as processing_fee,
        coalesce(sum(i.tax_cents), 0)::bigint as tax,
        coalesce(sum(i.service_fee_absorbed_cents), 0)::bigint as service_fee_absorbed,
        coalesce(sum(i.processing_fee_absorbed_cents), 0)::bigint as processing_fee_absorbed,
        coalesce(sum(i.tax_included_cents), 0)::bigint as tax_included,
        -- What the commission is a share of: tickets, less what is the tax office's.
        coalesce(
          sum(i.subtotal_cents - i.discount_cents - i.tax_included_cents), 0
        )::bigint as revenue
      from app_public.bookings as b
      left join app_public.booking_items as i
        on i.organization_id = b.organization_id and i.booking_id = b.id
      where b.id = calculate_booking_totals.booking_id
      group by b.id
    ) as s
  ) as c
$$;

comment on function app_public.calculate_booking_totals(uuid) is
  'Sums over the lines of a booking that you may see; null for any other.';
grant execute on function app_public.calculate_booking_totals(uuid) to lml_anonymous, lml_user;

--! split: 1103-functions-bookings-cancel_booking.sql
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
begin
  if app_private.replay_result(
    cancel_booking.idempotency_key, 'cancel_booking',
    jsonb_build_array(cancel_booking.booking_id, cancel_booking.reason)
  ) is not null then
    return app_private.masked_booking(v_booking);
  end if;
  if length(cancel_booking.reason) > 500 then
    raise exception 'A reason has at most 500 characters.'
      using errcode = 'LMINP', detail = 'reason';
  end if;
  if v_booking.status not in (
    'draft', 'pending_payment', 'fraud_hold', 'pending_approval', 'partially_paid', 'confirmed'
  ) then
    raise exception 'The booking is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  if v_booking.status in ('partially_paid', 'confirmed')
    and not app_hidden.has_performance_permission(
      v_booking.organization_id, v_booking.performance_id, 'bookings.manage'
    )
  then
    raise exception 'A paid booking is canceled by the organization that sold it.'
      using errcode = 'LMRGT', hint = 'Ask the organization; quote the booking reference.';
  end if;
  if v_booking.status = 'confirmed'
    and app_private.needs_approval(
      v_booking, v_booking.total_amount_cents - v_booking.refunded_cents
    )
  then
    raise exception 'So much is returned only with the approval of a second person.'
      using errcode = 'LMAPV', hint = 'Ask for it with refund_tickets.';
  end if;

  v_booking := app_private.end_booking(
    v_booking, cancel_booking.reason, 'booking_canceled'
  );
  perform app_private.keep_result(cancel_booking.idempotency_key, v_booking.id);
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.cancel_booking(uuid, text, text) is
  'Lets the seats go. An unpaid booking is canceled by its owner or by staff; a paid one by staff '
  'with bookings.manage, which voids its tickets and refunds it in full. '
  'Raises LMBKG, LMBST, LMRGT, LMAPV (a second person must approve it), LMTUS (a ticket was used), '
  'LMINP, LMSES, LMCRT, LMIDK.';
grant execute on function app_public.cancel_booking(uuid, text, text) to lml_anonymous, lml_user;

--! split: 1104-functions-bookings-cancel_overdue.sql
create or replace function app_private.cancel_overdue(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_deposit bigint;
  v_parts app_private.refund_part[];
begin
  select sum(s.amount_cents) into v_deposit
  from app_public.payment_plans as p
  join app_public.booking_payment_schedule as s
    on s.organization_id = p.organization_id and s.booking_id = (cancel_overdue.booking).id
    and s.installment_no = 0
  where p.id = (cancel_overdue.booking).payment_plan_id and p.overdue_action = 'keep_deposit';
  -- What is kept is what is left of the sale, with its share of commission, fees and tax.
  if v_deposit is null then
    v_parts := array(
      select p from app_private.parts_to_return(cancel_overdue.booking, null, 100, true, true) as p
    );
  else
    v_parts := array(
      select p
      from app_private.parts_of_amount(
        cancel_overdue.booking, (cancel_overdue.booking).total_amount_cents
          - (cancel_overdue.booking).refunded_cents - v_deposit
      ) as p
    );
  end if;
  v_booking := app_private.close_booking(
    cancel_overdue.booking, 'An installment was not paid.'
  );
  v_booking := app_private.take_sale_back(
    v_booking, v_parts, 'booking_canceled', 'An installment was not paid.'
  );
  perform app_private.withdraw_payment(v_booking);
  perform app_private.mail_booking(
    v_booking, 'installment_canceled',
    jsonb_strip_nulls(jsonb_build_object(
      'kept', app_hidden.money_text(v_deposit, v_booking.currency)
    ))
  );
end
$$;

comment on function app_private.cancel_overdue(app_public.bookings) is
  'Ends a locked booking of which an installment stayed unpaid: its seats are free, and what was '
  'paid goes back, but for the deposit where the plan keeps it.';

--! split: 1105-functions-bookings-checkout_for_customer.sql
create or replace function app_public.checkout_for_customer(
  booking_id uuid, payment app_public.staff_payment, note text default null,
  override_reason text default null, pay_within_hours integer default 24,
  idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_staff_sale(checkout_for_customer.booking_id);
  v_sale app_private.sale;
  v_constraint text;
  v_column text;
begin
  if app_private.replay_result(
    checkout_for_customer.idempotency_key, 'checkout_for_customer',
    jsonb_build_array(
      checkout_for_customer.booking_id, checkout_for_customer.payment,
      checkout_for_customer.note, checkout_for_customer.override_reason,
      checkout_for_customer.pay_within_hours
    )
  ) is not null then
    return app_private.masked_booking(v_booking);
  end if;
  if v_booking.booking_channel not in ('admin', 'phone') then
    raise exception 'The buyer of this booking checks out.'
      using errcode = 'LMBST', detail = v_booking.booking_channel::text;
  end if;
  if coalesce(checkout_for_customer.pay_within_hours not between 1 and 168, true) then
    raise exception 'A customer has 1 to 168 hours to pay.'
      using errcode = 'LMINP', detail = 'pay_within_hours';
  end if;
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(v_booking.performance_id);
  if app_private.tickets_in(v_booking) = 0 then
    raise exception 'The booking is empty.' using errcode = 'LMQTY', detail = '0';
  end if;
  update app_public.staff_sales as s
  set payment = checkout_for_customer.payment, note = checkout_for_customer.note,
    override_reason = checkout_for_customer.override_reason
  where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id;
  if checkout_for_customer.payment = 'complimentary' then
    perform app_hidden.require_performance_permission(
      v_booking.organization_id, v_booking.performance_id, 'bookings.manage'
    );
    v_booking := app_private.waive_lines(v_booking);
  end if;
  perform app_private.require_revenue_limit(v_booking);
  if checkout_for_customer.override_reason is null then
    perform app_private.require_buyer_limits(v_booking);
  end if;
  perform app_private.prolong_hold(
    v_booking,
    case when checkout_for_customer.payment = 'link'
      then now() + make_interval(hours => checkout_for_customer.pay_within_hours)
      else v_booking.expires_at
    end
  );
  -- Only who pays by card pays in parts.
  update app_public.bookings as b
  set checkout_started_at = now(),
    payment_plan_id = case when checkout_for_customer.payment = 'link' then b.payment_plan_id end
  where b.id = v_booking.id
  returning * into v_booking;

  if v_booking.total_amount_cents = 0 or checkout_for_customer.payment = 'link' then
    perform app_private.proceed_to_payment(v_booking);
  elsif checkout_for_customer.payment = 'invoice' then
    perform app_private.sell_on_invoice(v_booking);
  else
    update app_public.bookings as b
    set status = 'pending_payment' where b.id = v_booking.id
    returning * into v_booking;
    perform app_private.receive_at_box_office(
      v_booking, checkout_for_customer.payment::text::app_public.payment_method
    );
  end if;
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  perform app_private.mail_booking(
    v_booking,
    case
      when v_booking.status = 'pending_payment' then 'payment_link'
      when checkout_for_customer.payment = 'invoice' then 'booking_invoiced'
      else 'booking_sold'
    end
  );
  perform app_private.keep_result(checkout_for_customer.idempotency_key, v_booking.id);
  return app_private.masked_booking(v_booking);
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.checkout_for_customer(
  uuid, app_public.staff_payment, text, text, integer, text
) is
  'Sells what was held for a customer: by a link that is mailed to them, which they may use for '
  'pay_within_hours; for cash or by the terminal at the counter; on invoice, whose money is taken '
  'later with take_payment; or complimentary, with a note that says for whom (needs '
  'bookings.manage too). The limits of one buyer hold unless override_reason says why not. '
  'Needs bookings.sell at the venue. Raises LMBST, LMEXP, LMQTY, LMEVT, LMSAL, LMMAX, LMLIM, LMPLN, '
  'LMINP, LMNFD, LMRGT, LMIDK, LMAUT, LMSES.';
grant execute on function app_public.checkout_for_customer(
  uuid, app_public.staff_payment, text, text, integer, text
) to lml_user;

--! split: 1106-functions-bookings-choose_payment_plan.sql
create or replace function app_public.choose_payment_plan(
  booking_id uuid, payment_plan_id uuid default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    choose_payment_plan.booking_id, 'bookings.sell'
  );
begin
  if v_booking.status in ('draft', 'pending_payment') and v_booking.expires_at <= now() then
    raise exception 'The hold has run out.'
      using errcode = 'LMEXP', detail = v_booking.id::text, hint = 'Hold the seats again.';
  end if;
  if v_booking.status not in ('draft', 'pending_approval', 'pending_payment') then
    raise exception 'The booking is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  if v_booking.payment_plan_id is not distinct from choose_payment_plan.payment_plan_id then
    return app_private.masked_booking(v_booking);
  end if;
  if choose_payment_plan.payment_plan_id is not null then
    perform app_private.parts_of(v_booking, choose_payment_plan.payment_plan_id);
  end if;

  -- Attempts at what was to be paid before are given up; one that is faster is returned.
  if v_booking.status = 'pending_payment' then
    perform app_private.withdraw_payment(v_booking);
  end if;
  delete from app_public.booking_payment_schedule as s
  where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id;
  update app_public.bookings as b
  set payment_plan_id = choose_payment_plan.payment_plan_id
  where b.id = v_booking.id
  returning * into v_booking;
  if v_booking.status = 'pending_payment' then
    perform app_private.request_payment(v_booking);
  end if;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.choose_payment_plan(uuid, uuid) is
  'Has a booking paid by a plan of its event, or at once without one, from before its checkout '
  'until something is paid. The dates are fixed when the deposit is asked for. '
  'Raises LMBKG, LMBST, LMEXP, LMNFD, LMPLN, LMSES, LMCRT.';
grant execute on function app_public.choose_payment_plan(uuid, uuid) to lml_anonymous, lml_user;

--! split: 1107-functions-bookings-claim_booking.sql
-- Whoever has the mail is whom the booking is for: it becomes theirs, and no longer belongs to the
-- device that made it.
create or replace function app_public.claim_booking(token text)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_buyer app_private.buyer := app_private.require_buyer();
  v_hash bytea := app_hidden.hash_token(claim_booking.token);
  v_booking app_public.bookings;
begin
  perform app_hidden.refuse_impersonator();
  select b.* into v_booking
  from app_private.payment_links as l
  join app_public.bookings as b on b.organization_id = l.organization_id and b.id = l.booking_id
  where l.token_hash = v_hash and l.used_at is null and l.expires_at > now()
  for no key update of b;
  update app_private.payment_links as l
  set used_at = now()
  where l.token_hash = v_hash and l.used_at is null and v_booking.user_id is null;
  if v_booking.id is null or not found then
    raise exception 'This link is unknown, was used, or is too old.'
      using errcode = 'LMTOK', hint = 'Ask the organization for a new one.';
  end if;
  update app_public.bookings as b
  set user_id = v_buyer.user_id, cart_token_hash = v_buyer.cart_token_hash
  where b.id = v_booking.id
  returning * into v_booking;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.claim_booking(text) is
  'Makes a booking yours, with the token of the mail about it, once; then pay with payment_session. '
  'For accounts, and guests by cart token. Raises LMTOK, LMSES, LMCRT, LMIMP.';
grant execute on function app_public.claim_booking(text) to lml_anonymous, lml_user;

--! split: 1108-functions-bookings-claim_cart.sql
-- Whoever sends both tokens has both rights: those of the cart become those of the account. What is
-- paid for stays with the cart's token, which may have been shared; what is being paid for keeps its
-- price.
create or replace function app_public.claim_cart()
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_cart_hash bytea := app_hidden.current_cart_hash();
  v_booking_ids uuid[];
  v_booking app_public.bookings;
begin
  perform app_hidden.refuse_impersonator();
  with claimed as (
    update app_public.bookings as b
    set user_id = v_user_id, cart_token_hash = null
    where b.id in (
      select b.id from app_public.bookings as b
      where b.cart_token_hash = v_cart_hash
        and b.user_id is null
        and b.status in ('draft', 'pending_approval', 'pending_payment')
      order by b.id
      for no key update
    )
    returning b.id
  )
  select array_agg(c.id) into v_booking_ids from claimed as c;

  for v_booking in
    select b.*
    from app_public.bookings as b
    join app_public.performances as p
      on p.organization_id = b.organization_id and p.id = b.performance_id
    join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
    where b.id = any (v_booking_ids) and b.status = 'draft' and e.has_price_rules
    order by b.id
  loop
    perform app_private.reprice_for_member(v_booking);
  end loop;
  return coalesce(cardinality(v_booking_ids), 0);
end
$$;

comment on function app_public.claim_cart() is
  'Makes the unpaid bookings of the request''s cart token the signed-in user''s, at the prices of '
  'their memberships where those are better; returns how many. Raises LMAUT, LMSES, LMIMP.';
grant execute on function app_public.claim_cart() to lml_user;

--! split: 1109-functions-bookings-close_booking.sql
create or replace function app_private.close_booking(booking app_public.bookings, reason text)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  update app_public.bookings as b
  set status = 'canceled', canceled_at = now(), cancellation_reason = left(close_booking.reason, 500),
    expires_at = null
  where b.id = (close_booking.booking).id
  returning * into v_booking;
  perform app_private.free_seats(v_booking, app_private.held_seat_nos(v_booking));
  perform app_private.free_admissions(v_booking);
  return v_booking;
end
$$;

comment on function app_private.close_booking(app_public.bookings, text) is
  'Cancels a locked booking, and lets go what it still has of seats and admissions.';

--! split: 1110-functions-bookings-complete_bookings.sql
-- A performance is looked at until nothing of it is left to complete, and then never again.
create or replace function app_private.complete_bookings(batch_limit integer default 500)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
  v_count integer;
begin
  select * into v_performance
  from app_public.performances as p
  where p.status = 'completed' and p.bookings_completed_at is null
  order by p.starts_at
  limit 1
  for no key update skip locked;
  if not found then
    return 0;
  end if;
  -- Who still owes, or waits for an answer, has not been there: that is for people to look at.
  update app_public.bookings as b
  set status = 'completed'
  where b.id in (
    select b.id
    from app_public.bookings as b
    where b.organization_id = v_performance.organization_id
      and b.performance_id = v_performance.id
      and b.status = 'confirmed'
    order by b.id
    limit complete_bookings.batch_limit
    for no key update
  );
  get diagnostics v_count = row_count;
  if v_count < complete_bookings.batch_limit then
    update app_public.performances as p
    set bookings_completed_at = now()
    where p.id = v_performance.id;
  end if;
  return greatest(v_count, 1);
end
$$;

comment on function app_private.complete_bookings(integer) is
  'Completes the next bookings of performances that are over; returns 0 when it is done.';
grant execute on function app_private.complete_bookings(integer) to lml_worker;

--! split: 1111-functions-bookings-confirm_booking.sql
-- Seats and admissions are booked only if this booking owns them, or, when its time had run out, if
-- they are free. False: somebody else has one of them, or it was not this money that was asked for,
-- and nothing has changed. Parts of a price come through receive_installment.
create or replace function app_private.confirm_booking(
  booking_id uuid, received_cents bigint default null
)
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
    return confirm_booking.received_cents is null;
  end if;
  if v_booking.status not in ('draft', 'pending_payment', 'expired')
    or confirm_booking.received_cents <> v_booking.total_amount_cents
    or (confirm_booking.received_cents is not null and v_booking.payment_plan_id is not null)
  then
    return false;
  end if;
  -- Who was in time is confirmed, and refunded with the others when the event is canceled; nobody
  -- comes after them. The lock makes a cancellation wait that is under way.
  if v_booking.status = 'expired' and not exists (
    select from app_public.performances as p
    where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id
      and p.status <> 'canceled'
    for share
  ) then
    return false;
  end if;
  if not app_private.book_everything(v_booking) then
    return false;
  end if;

  -- What is paid in parts is sold with its deposit; the tickets are there with the last one.
  update app_public.bookings as b
  set status = case when b.payment_plan_id is null then 'confirmed' else 'partially_paid' end
      ::app_public.booking_status,
    confirmed_at = now(), expires_at = null
  where b.id = v_booking.id
  returning * into v_booking;
  if v_booking.status = 'confirmed' then
    perform app_private.issue_tickets(v_booking);
  end if;
  perform app_private.post_sale(v_booking);
  return true;
end
$$;

comment on function app_private.confirm_booking(uuid, bigint) is
  'Books seats and admissions, issues the tickets and posts the sale: all of it, or false. '
  'Confirming twice is harmless; paying twice is not confirming.';
grant execute on function app_private.confirm_booking(uuid, bigint) to lml_worker;

--! split: 1112-functions-bookings-create_payment_plan.sql
create or replace function app_public.create_payment_plan(
  event_id uuid, name text, installments integer, deposit_percentage numeric default null,
  deposit_cents bigint default null, ticket_category_id uuid default null,
  basis app_public.payment_plan_basis default 'purchase', first_due_days integer default 30,
  interval_days integer default 30, last_due_days_before integer default 14,
  reminder_days integer default 7, grace_days integer default 7,
  overdue_action app_public.overdue_action default 'keep_deposit',
  idempotency_key text default null
)
returns app_public.payment_plans
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    create_payment_plan.event_id, 'events.manage'
  );
  v_id uuid;
  v_plan app_public.payment_plans;
  v_constraint text;
  v_column text;
begin
  v_id := app_private.replay_result(
    create_payment_plan.idempotency_key, 'create_payment_plan',
    jsonb_build_array(
      create_payment_plan.event_id, create_payment_plan.name, create_payment_plan.installments,
      create_payment_plan.deposit_percentage, create_payment_plan.deposit_cents,
      create_payment_plan.ticket_category_id, create_payment_plan.basis,
      create_payment_plan.first_due_days, create_payment_plan.interval_days,
      create_payment_plan.last_due_days_before, create_payment_plan.reminder_days,
      create_payment_plan.grace_days, create_payment_plan.overdue_action
    )
  );
  if v_id is not null then
    select * into strict v_plan from app_public.payment_plans as p where p.id = v_id;
    return v_plan;
  end if;
  if create_payment_plan.ticket_category_id is not null and not exists (
    select from app_public.ticket_categories as c
    where c.organization_id = v_event.organization_id and c.event_id = v_event.id
      and c.id = create_payment_plan.ticket_category_id
  ) then
    raise exception 'The event has no such category.'
      using errcode = 'LMNFD', detail = 'ticket_category_id';
  end if;
  insert into app_public.payment_plans as p (
    organization_id, event_id, ticket_category_id, name, deposit_percentage, deposit_cents,
    installments, basis, first_due_days, interval_days, last_due_days_before, reminder_days,
    grace_days, overdue_action
  )
  values (
    v_event.organization_id, v_event.id, create_payment_plan.ticket_category_id,
    create_payment_plan.name, create_payment_plan.deposit_percentage,
    create_payment_plan.deposit_cents, create_payment_plan.installments,
    create_payment_plan.basis, create_payment_plan.first_due_days,
    create_payment_plan.interval_days, create_payment_plan.last_due_days_before,
    create_payment_plan.reminder_days, create_payment_plan.grace_days,
    create_payment_plan.overdue_action
  )
  on conflict on constraint payment_plans_name_is_unique do nothing
  returning * into v_plan;
  if v_plan.id is null then
    raise exception 'The event has a plan of that name.'
      using errcode = 'LMINP', detail = 'name';
  end if;
  perform app_private.keep_result(create_payment_plan.idempotency_key, v_plan.id);
  return v_plan;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when numeric_value_out_of_range then
    raise exception 'A share is more than 0 and less than 100 percent.'
      using errcode = 'LMINP', detail = 'deposit_percentage';
end
$$;

comment on function app_public.create_payment_plan(
  uuid, text, integer, numeric, bigint, uuid, app_public.payment_plan_basis, integer, integer,
  integer, integer, integer, app_public.overdue_action, text
) is
  'Lets bookings of an event, or of one category of it, be paid in parts. Its terms never change: '
  'retire it and make another one. Needs events.manage. Raises LMNFD, LMRGT, LMINP, LMIDK, LMAUT, '
  'LMSES.';
grant execute on function app_public.create_payment_plan(
  uuid, text, integer, numeric, bigint, uuid, app_public.payment_plan_basis, integer, integer,
  integer, integer, integer, app_public.overdue_action, text
) to lml_user;

--! split: 1113-functions-bookings-decline_booking.sql
create or replace function app_public.decline_booking(booking_id uuid, reason text)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_approval(decline_booking.booking_id);
begin
  if coalesce(length(decline_booking.reason) not between 1 and 500, true) then
    raise exception 'A reason is needed, of at most 500 characters.'
      using errcode = 'LMINP', detail = 'reason';
  end if;
  update app_public.booking_approvals as a
  set decision = 'declined', decided_at = now(), decided_by = app_hidden.current_user_id(),
    reason = decline_booking.reason
  where a.organization_id = v_booking.organization_id and a.booking_id = v_booking.id;
  v_booking := app_private.end_booking(v_booking, decline_booking.reason, 'booking_canceled');
  perform app_private.mail_booking(
    v_booking, 'booking_declined', jsonb_build_object('reason', decline_booking.reason)
  );
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.decline_booking(uuid, text) is
  'Says no to a booking that waits for an answer: its seats are free, and its buyer is mailed the '
  'reason. Needs bookings.manage, and somebody other than the buyer. '
  'Raises LMNFD, LMRGT, LMBST, LMEXP, LMINP, LMAUT, LMSES.';
grant execute on function app_public.decline_booking(uuid, text) to lml_user;

--! split: 1114-functions-bookings-describe_booking.sql
create or replace function app_public.describe_booking(
  booking_id uuid, referral_source text default null, utm_source text default null,
  utm_medium text default null, utm_campaign text default null, utm_term text default null,
  utm_content text default null, special_requests text default null,
  accessibility_requirements text default null, dietary_requirements text default null
)
returns app_public.booking_details
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    describe_booking.booking_id, 'bookings.manage'
  );
  v_details app_public.booking_details;
  v_constraint text;
begin
  insert into app_public.booking_details as d (
    booking_id, organization_id, referral_source, utm_source, utm_medium, utm_campaign, utm_term,
    utm_content, special_requests, accessibility_requirements, dietary_requirements
  )
  values (
    v_booking.id, v_booking.organization_id, nullif(describe_booking.referral_source, ''),
    nullif(describe_booking.utm_source, ''), nullif(describe_booking.utm_medium, ''),
    nullif(describe_booking.utm_campaign, ''), nullif(describe_booking.utm_term, ''),
    nullif(describe_booking.utm_content, ''), nullif(describe_booking.special_requests, ''),
    nullif(describe_booking.accessibility_requirements, ''),
    nullif(describe_booking.dietary_requirements, '')
  )
  on conflict on constraint booking_details_pkey do update
  set referral_source = nullif(
      coalesce(describe_booking.referral_source, d.referral_source), ''
    ),
    utm_source = nullif(coalesce(describe_booking.utm_source, d.utm_source), ''),
    utm_medium = nullif(coalesce(describe_booking.utm_medium, d.utm_medium), ''),
    utm_campaign = nullif(coalesce(describe_booking.utm_campaign, d.utm_campaign), ''),
    utm_term = nullif(coalesce(describe_booking.utm_term, d.utm_term), ''),
    utm_content = nullif(coalesce(describe_booking.utm_content, d.utm_content), ''),
    special_requests = nullif(
      coalesce(describe_booking.special_requests, d.special_requests), ''
    ),
    accessibility_requirements = nullif(
      coalesce(describe_booking.accessibility_requirements, d.accessibility_requirements), ''
    ),
    dietary_requirements = nullif(
      coalesce(describe_booking.dietary_requirements, d.dietary_requirements), ''
    )
  returning * into v_details;
  return v_details;
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name;
    perform app_hidden.raise_bad_input(v_constraint, null);
end
$$;

comment on function app_public.describe_booking(
  uuid, text, text, text, text, text, text, text, text, text
) is
  'Says where a buyer comes from and what they need: null leaves a value as it is, an empty text '
  'removes it. For the owner of a booking, and staff with bookings.manage. '
  'Raises LMBKG, LMINP, LMSES, LMCRT.';
grant execute on function app_public.describe_booking(
  uuid, text, text, text, text, text, text, text, text, text
) to lml_anonymous, lml_user;

--! split: 1115-functions-bookings-discount_code_of.sql
create or replace function app_private.discount_code_of(booking app_public.bookings)
returns app_public.discount_codes
language sql stable security definer set search_path = ''
as $$
  select c.*
  from app_public.discount_redemptions as r
  join app_public.discount_codes as c
    on c.organization_id = r.organization_id and c.id = r.discount_code_id
  where r.organization_id = (discount_code_of.booking).organization_id
    and r.booking_id = (discount_code_of.booking).id
$$;

comment on function app_private.discount_code_of(app_public.bookings) is
  'The code that a booking uses, or null.';

--! split: 1116-functions-bookings-end_booking.sql
-- The one way in which a booking that was held, is being paid, or was paid comes to its end: by its
-- owner, by staff, or with its event. The caller has locked it.
create or replace function app_private.end_booking(
  booking app_public.bookings, reason text, refund_reason app_public.refund_reason
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_is_sold boolean := (end_booking.booking).status in ('confirmed', 'partially_paid');
  v_parts app_private.refund_part[];
begin
  if v_is_sold then
    -- Before its tickets end: what was returned before stays as it is.
    v_parts := array(
      select p from app_private.parts_to_return(end_booking.booking, null, 100, true, true) as p
    );
    perform app_private.void_tickets(end_booking.booking);
  end if;
  v_booking := app_private.close_booking(end_booking.booking, end_booking.reason);
  if v_is_sold then
    v_booking := app_private.take_sale_back(
      v_booking, v_parts, end_booking.refund_reason, end_booking.reason
    );
  end if;
  -- Also of what is sold: an installment, or an invoice.
  perform app_private.withdraw_payment(v_booking);
  return v_booking;
end
$$;

comment on function app_private.end_booking(app_public.bookings, text, app_public.refund_reason) is
  'Cancels a locked booking, lets its seats go, and returns what was paid. Raises LMTUS.';

--! split: 1117-functions-bookings-expire_bookings.sql
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
  v_add_on_id uuid;
  v_booking app_public.bookings;
begin
  v_ids := array(
    select b.id from app_public.bookings as b
    where b.expires_at <= now()
      and b.status in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
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
  for v_add_on_id in
    select distinct c.add_on_id
    from app_private.add_on_claims as c
    where c.booking_id = any (v_ids)
    order by c.add_on_id
  loop
    perform app_private.free_lapsed_add_ons(v_add_on_id);
  end loop;
  return cardinality(v_ids);
end
$$;

comment on function app_private.expire_bookings(integer) is
  'Ends open bookings whose deadline has passed; returns how many.';
grant execute on function app_private.expire_bookings(integer) to lml_worker;

--! split: 1118-functions-bookings-explain_price.sql
-- From what the line has frozen, for whoever sees it. Prices are never changed backwards, so the row
-- that applied when the line was written is still found.
create or replace function app_public.explain_price(booking_item_id uuid)
returns setof app_public.price_step
language sql stable rows 8 set search_path = ''
as $$
  with line as (
    select
      i.*, b.price_terms,
      coalesce(i.base_price_cents, i.unit_price_cents) as base_cents
    from app_public.booking_items as i
    join app_public.bookings as b on b.organization_id = i.organization_id and b.id = i.booking_id
    where i.id = explain_price.booking_item_id
  ),
  steps as (
    select
      0 as part, 0::bigint as ordinality,
      case
        when i.item_type not in ('seat', 'admission') then 'price'
        when i.price_basis = 'member' then 'member_price'
        when i.price_basis = 'seat' then 'seat_price'
        else 'public_price'
      end as kind,
      null::text as name,
      case when i.price_basis in ('public', 'member') then (
        select p.id
        from app_public.ticket_category_prices as p
        where p.organization_id = i.organization_id
          and p.ticket_category_id = i.ticket_category_id
          and p.audience::text = i.price_basis::text
          and p.price_cents = i.base_cents
          and p.valid_during @> i.created_at
        limit 1
      ) end as source_id,
      i.base_cents as unit_cents, i.base_cents * i.quantity as amount_cents,
      0::bigint as included_cents
    from line as i
    union all
    select
      1, 2 * r.ordinality + k.no,
      case when k.no = 0 then 'rule' else 'rounding' end, r.name, r.pricing_rule_id, k.cents,
      k.cents * i.quantity, 0
    from line as i
    cross join unnest(i.applied_rules) with ordinality as r
    cross join lateral (values (0, r.amount_cents), (1, r.rounding_cents)) as k (no, cents)
    where k.no = 0 or k.cents <> 0
    union all
    select
      2, 0, 'discount', (
        select r.code::text
        from app_public.discount_redemptions as r
        where r.organization_id = i.organization_id and r.booking_id = i.booking_id
      ), (
        select r.discount_code_id
        from app_public.discount_redemptions as r
        where r.organization_id = i.organization_id and r.booking_id = i.booking_id
      ), null, -i.discount_cents, 0
    from line as i
    where i.discount_cents > 0
    union all
    select 3, f.no, f.kind, f.name, null, null, f.amount, f.included
    from line as i
    cross join lateral (
      values
        (
          1, 'service_fee', null, i.service_fee_cents, i.service_fee_absorbed_cents
        ),
        (2, 'processing_fee', null, i.processing_fee_cents, i.processing_fee_absorbed_cents),
        (3, 'tax', (i.price_terms).tax_jurisdiction, i.tax_cents, i.tax_included_cents)
    ) as f (no, kind, name, amount, included)
    where f.amount > 0 or f.included > 0
  )
  select
    row_number() over (order by s.part, s.ordinality)::integer,
    s.kind::app_public.price_step_kind, s.name, s.source_id, s.unit_cents, s.amount_cents,
    s.included_cents
  from steps as s
  order by s.part, s.ordinality
$$;

comment on function app_public.explain_price(uuid) is
  'How a line of a booking that you may see came to its total: the price, what rules, a code, fees '
  'and taxes made of it. The amounts sum to the total; what is included is part of them.';
grant execute on function app_public.explain_price(uuid) to lml_anonymous, lml_user;

--! split: 1119-functions-bookings-find_discount_code.sql
-- A wrong guess must stay counted, so whoever calls this answers it, and raises nothing.
create or replace function app_private.find_discount_code(
  sale app_private.sale, code text, buyer app_private.buyer
)
returns app_public.discount_codes
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_guesses_max constant integer := 20;
  c_period constant interval := interval '15 minutes';
  v_ip_address text := current_setting('lml.ip_address', true);
  v_asker text := coalesce(
    case when pg_input_is_valid(v_ip_address, 'inet')
      then app_private.client_network(v_ip_address::inet)::text
    end,
    (find_discount_code.buyer).user_id::text,
    encode((find_discount_code.buyer).cart_token_hash, 'hex'),
    'somebody'
  );
  v_attempt app_private.discount_attempts;
  v_code app_public.discount_codes;
begin
  select * into v_attempt
  from app_private.discount_attempts as a
  where a.asker = v_asker and a.started_at > now() - c_period;
  if v_attempt.attempts >= c_guesses_max then
    raise exception 'These are too many codes that are none.'
      using errcode = 'LMRTE',
        detail = ceil(extract(epoch from v_attempt.started_at + c_period - now()))::text,
        hint = 'Try again after so many seconds.';
  end if;
  select * into v_code
  from app_public.discount_codes as c
  where c.organization_id = (find_discount_code.sale).organization_id
    and c.event_id = (find_discount_code.sale).event_id
    and c.code operator(public.=) trim(find_discount_code.code)::public.citext;
  if not found then
    insert into app_private.discount_attempts as a (asker)
    values (v_asker)
    on conflict on constraint discount_attempts_pkey do update
    set started_at = case
        when a.started_at <= now() - c_period then excluded.started_at else a.started_at
      end,
      attempts = case when a.started_at <= now() - c_period then 1 else a.attempts + 1 end;
  end if;
  return v_code;
end
$$;

comment on function app_private.find_discount_code(app_private.sale, text, app_private.buyer) is
  'A code of an event, or null, which is counted as a guess. Raises LMRTE after too many.';

--! split: 1120-functions-bookings-follow_up_booking.sql
-- One step at a time: whoever hears only now that something is overdue has all of the grace left,
-- however late the worker is.
create or replace function app_private.follow_up_booking(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := follow_up_booking.booking;
  v_part app_public.booking_payment_schedule;
begin
  -- A payment that Stripe is still working on is waited for.
  if exists (
    select from app_public.booking_payment_schedule as s
    where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id
      and s.status = 'overdue' and s.cancel_at <= now()
      and not exists (
        select from app_public.payment_intents as p
        where p.organization_id = s.organization_id and p.schedule_id = s.id
          and p.status = 'processing'
      )
  ) then
    perform app_private.cancel_overdue(v_booking);
    return;
  end if;
  for v_part in
    update app_public.booking_payment_schedule as s
    set status = 'overdue', overdue_at = now(), reminded_at = coalesce(s.reminded_at, now()),
      cancel_at = greatest(s.cancel_at, now() + (s.cancel_at - s.due_at))
    where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id
      and s.status = 'pending' and s.due_at <= now()
    returning *
  loop
    perform app_private.mail_installment(v_booking, v_part, 'installment_overdue');
  end loop;
  for v_part in
    update app_public.booking_payment_schedule as s
    set reminded_at = now()
    where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id
      and s.status = 'pending' and s.reminded_at is null and s.remind_at <= now()
    returning *
  loop
    perform app_private.mail_installment(v_booking, v_part, 'installment_due');
  end loop;
end
$$;

comment on function app_private.follow_up_booking(app_public.bookings) is
  'What is to be done now about the installments of a booking, which the caller has locked.';

--! split: 1121-functions-bookings-follow_up_installments.sql
-- The booking first, as everywhere; one that somebody works on is left for the next hour.
create or replace function app_private.follow_up_installments(batch_limit integer default 100)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_count integer := 0;
begin
  for v_booking in
    select b.*
    from app_public.bookings as b
    where b.status = 'partially_paid'
      and (b.organization_id, b.id) in (
        select s.organization_id, s.booking_id
        from app_public.booking_payment_schedule as s
        where (s.status = 'pending' and s.reminded_at is null and s.remind_at <= now())
          or (s.status = 'pending' and s.due_at <= now())
          or (s.status = 'overdue' and s.cancel_at <= now() and not exists (
            select from app_public.payment_intents as p
            where p.organization_id = s.organization_id and p.schedule_id = s.id
              and p.status = 'processing'
          ))
      )
    order by b.id
    limit follow_up_installments.batch_limit
    for no key update of b skip locked
  loop
    perform app_private.follow_up_booking(v_booking);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function app_private.follow_up_installments(integer) is
  'Reminds of installments, tells of overdue ones, and ends bookings whose grace has run out; '
  'returns how many bookings it looked at, 0 when it is done.';
grant execute on function app_private.follow_up_installments(integer) to lml_worker;

--! split: 1122-functions-bookings-free_add_ons.sql
-- Counters in order, then the claims.
create or replace function app_private.free_add_ons(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform from app_private.add_on_claims as c
  join app_private.add_on_counters as s
    on s.add_on_id = c.add_on_id and s.organization_id = c.organization_id
  where c.organization_id = (free_add_ons.booking).organization_id
    and c.booking_id = (free_add_ons.booking).id
  order by s.add_on_id
  for no key update of s;
  if not found then
    return;
  end if;
  with gone as (
    delete from app_private.add_on_claims as c
    where c.organization_id = (free_add_ons.booking).organization_id
      and c.booking_id = (free_add_ons.booking).id
    returning c.add_on_id, c.organization_id, c.quantity, c.held_until
  )
  update app_private.add_on_counters as s
  set held = s.held - case when g.held_until is null then 0 else g.quantity end,
    sold = s.sold - case when g.held_until is null then g.quantity else 0 end
  from gone as g
  where s.add_on_id = g.add_on_id and s.organization_id = g.organization_id;
end
$$;

comment on function app_private.free_add_ons(app_public.bookings) is
  'Gives back the add-ons that a booking, which the caller has locked, holds or has bought.';

--! split: 1123-functions-bookings-free_admissions.sql
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

  if free_admissions.ticket_category_id is null and free_admissions.quantity is null then
    perform app_private.free_add_ons(free_admissions.booking);
  end if;
end
$$;

comment on function app_private.free_admissions(app_public.bookings, uuid, integer) is
  'Gives places back that a booking, which the caller has locked, holds or has bought: some of a '
  'category, or all, and its add-ons too.';

--! split: 1124-functions-bookings-has_admissions.sql
create or replace function app_private.has_admissions(booking app_public.bookings)
returns boolean
language sql volatile security definer set search_path = ''
as $$
  select exists (
    select from app_public.booking_items as i
    where i.organization_id = (has_admissions.booking).organization_id
      and i.booking_id = (has_admissions.booking).id
      and i.item_type in ('admission', 'add_on')
  )
$$;

comment on function app_private.has_admissions(app_public.bookings) is
  'Whether a booking has more than seats.';

--! split: 1125-functions-bookings-hold_admissions.sql
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
  'sale), LMEXP, LMBST, LMBKG, LMGST, LMCRT, LMSES, LMIDK, LMNFD, LMMBR (for members).';
grant execute on function app_public.hold_admissions(uuid, uuid, integer, uuid, text)
  to lml_anonymous, lml_user;

--! split: 1126-functions-bookings-hold_allocated_admissions.sql
-- The places leave their allocation and are held in one transaction, which has all slots of the
-- pool: nobody sees them free in between.
create or replace function app_public.hold_allocated_admissions(
  allocation_id uuid, ticket_category_id uuid, quantity integer, booking_id uuid default null,
  idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_allocation app_public.admission_allocations;
begin
  if hold_allocated_admissions.booking_id is not null then
    perform app_private.lock_booking(hold_allocated_admissions.booking_id, 'bookings.manage');
  end if;
  select * into v_allocation
  from app_public.admission_allocations as a
  where a.id = hold_allocated_admissions.allocation_id
  for no key update;
  perform app_hidden.require_performance_permission(
    v_allocation.organization_id, v_allocation.performance_id, 'inventory.sell'
  );
  -- Under a known key, the places left the allocation the first time.
  if not app_private.is_replay(hold_allocated_admissions.idempotency_key) then
    if not exists (
      select from app_public.admission_pool_categories as pc
      where pc.organization_id = v_allocation.organization_id
        and pc.pool_id = v_allocation.pool_id
        and pc.ticket_category_id = hold_allocated_admissions.ticket_category_id
    ) then
      raise exception 'The category does not draw from this pool.'
        using errcode = 'LMINP', detail = 'ticket_category_id';
    end if;
    if hold_allocated_admissions.quantity is null or hold_allocated_admissions.quantity < 1 then
      raise exception 'At least one place is held.'
        using errcode = 'LMQTY', detail = coalesce(hold_allocated_admissions.quantity, 0)::text;
    end if;
    if hold_allocated_admissions.quantity > v_allocation.places_left then
      perform app_private.raise_few_left(v_allocation.places_left);
    end if;
    perform app_private.keep_places_back(
      v_allocation.pool_id, -hold_allocated_admissions.quantity
    );
    update app_public.admission_allocations as a
    set places_left = a.places_left - hold_allocated_admissions.quantity
    where a.id = v_allocation.id;
  end if;
  return app_private.masked_booking(app_public.hold_admissions(
    v_allocation.performance_id, hold_allocated_admissions.ticket_category_id,
    hold_allocated_admissions.quantity, hold_allocated_admissions.booking_id,
    hold_allocated_admissions.idempotency_key
  ));
end
$$;

comment on function app_public.hold_allocated_admissions(uuid, uuid, integer, uuid, text) is
  'Holds places of an allocation for a booking of the caller''s, or for a draft. If they are not '
  'bought in time, they are free for everybody. Needs inventory.sell. '
  'Raises LMNFD, LMRGT, LMFEW (the allocation has fewer), LMINP, and what hold_admissions raises.';
grant execute on function app_public.hold_allocated_admissions(uuid, uuid, integer, uuid, text)
  to lml_user;

--! split: 1127-functions-bookings-hold_best_available.sql
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
    and c.status = 'active'
    and now() >= coalesce(c.sales_start, '-infinity')
    and now() < coalesce(c.sales_end, 'infinity');
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
  'LMSAL (not on sale), LMEXP, LMBST, LMBKG, LMGST, LMCRT, LMSES, LMIDK, LMNFD, LMBSY, LMMBR (for members).';
grant execute on function app_public.hold_best_available(
  uuid, uuid, integer, boolean, boolean, uuid, text
) to lml_anonymous, lml_user;

--! split: 1128-functions-bookings-hold_for_customer.sql
create or replace function app_public.hold_for_customer(
  performance_id uuid, email text, first_name text default null, last_name text default null,
  phone text default null, channel app_public.booking_channel default 'phone',
  seat_ids text[] default null, ticket_category_id uuid default null,
  quantity integer default null, idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid := (
    select p.organization_id from app_public.performances as p
    where p.id = hold_for_customer.performance_id
  );
  v_id uuid;
  v_sale app_private.sale;
  v_booking app_public.bookings;
begin
  perform app_hidden.require_performance_permission(
    v_organization_id, hold_for_customer.performance_id, 'bookings.sell'
  );
  v_id := app_private.replay_result(
    hold_for_customer.idempotency_key, 'hold_for_customer',
    jsonb_build_array(
      hold_for_customer.performance_id, hold_for_customer.email, hold_for_customer.first_name,
      hold_for_customer.last_name, hold_for_customer.phone, hold_for_customer.channel,
      hold_for_customer.seat_ids, hold_for_customer.ticket_category_id,
      hold_for_customer.quantity
    )
  );
  if v_id is not null then
    select * into strict v_booking from app_public.bookings as b where b.id = v_id;
    return app_private.masked_booking(v_booking);
  end if;
  if coalesce(hold_for_customer.channel not in ('admin', 'phone'), true) then
    raise exception 'Staff sells at the counter (admin) or by phone.'
      using errcode = 'LMINP', detail = 'channel';
  end if;
  if (hold_for_customer.seat_ids is null) = (hold_for_customer.ticket_category_id is null) then
    raise exception 'Name either seats, or a category of admissions.'
      using errcode = 'LMINP', detail = 'seat_ids, ticket_category_id';
  end if;
  if coalesce(hold_for_customer.email !~ '^[^@[:space:]]+@[^@[:space:]]+$', true) then
    raise exception 'An e-mail address is needed, where the tickets go.'
      using errcode = 'LMCON', detail = 'email';
  end if;

  v_sale := app_private.open_sale(
    hold_for_customer.performance_id, hold_for_customer.seat_ids
  );
  insert into app_public.bookings as b (
    organization_id, performance_id, booking_reference, booking_channel, customer_id,
    customer_email, customer_name, currency, commission_percentage, expires_at
  )
  values (
    v_sale.organization_id, v_sale.performance_id,
    app_private.generate_booking_reference(v_sale.organization_id), hold_for_customer.channel,
    app_private.find_or_create_customer(
      v_sale.organization_id, null, hold_for_customer.email, hold_for_customer.first_name,
      hold_for_customer.last_name, hold_for_customer.phone
    ),
    hold_for_customer.email::public.citext,
    nullif(concat_ws(' ', hold_for_customer.first_name, hold_for_customer.last_name), ''),
    v_sale.currency, v_sale.commission_percentage,
    now() + make_interval(secs => least(v_sale.hold_seconds, v_sale.hold_seconds_max))
  )
  returning * into v_booking;
  if hold_for_customer.seat_ids is not null then
    v_booking := app_private.hold_for_draft(v_booking, v_sale);
  else
    if coalesce(
      hold_for_customer.quantity not between 1 and v_sale.tickets_per_booking_max, true
    ) then
      raise exception 'A booking has 1 to % tickets.', v_sale.tickets_per_booking_max
        using errcode = 'LMQTY', detail = format('%s', hold_for_customer.quantity);
    end if;
    perform app_private.take_admissions(
      v_sale, hold_for_customer.ticket_category_id, hold_for_customer.quantity, v_booking.id,
      v_booking.expires_at
    );
    v_booking := app_private.store_booking_totals(v_booking.id);
  end if;
  insert into app_public.staff_sales (organization_id, booking_id, sold_by)
  values (v_booking.organization_id, v_booking.id, app_hidden.require_user_id());
  perform app_private.keep_result(hold_for_customer.idempotency_key, v_booking.id);
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.hold_for_customer(
  uuid, text, text, text, text, app_public.booking_channel, text[], uuid, integer, text
) is
  'Holds seats, or admissions of a category, for somebody at the counter or on the phone; then '
  'checkout_for_customer. Needs bookings.sell at the venue. Raises LMTKN, LMFEW, LMSEA, LMSDP, '
  'LMQTY, LMEVT, LMSAL, LMCON, LMINP, LMNFD, LMRGT, LMIDK, LMAUT, LMSES.';
grant execute on function app_public.hold_for_customer(
  uuid, text, text, text, text, app_public.booking_channel, text[], uuid, integer, text
) to lml_user;

--! split: 1129-functions-bookings-hold_seats.sql
create or replace function app_public.hold_seats(
  performance_id uuid, seat_ids text[], booking_id uuid default null,
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
  -- The booking first, as everywhere, then the key.
  if hold_seats.booking_id is not null then
    v_booking := app_private.lock_booking(hold_seats.booking_id, 'bookings.manage');
  end if;
  if hold_seats.idempotency_key is not null then
    v_booking_id := app_private.replay_result(
      hold_seats.idempotency_key, 'hold_seats',
      jsonb_build_array(hold_seats.performance_id, hold_seats.seat_ids, hold_seats.booking_id)
    );
    if v_booking_id is not null then
      select * into strict v_booking from app_public.bookings as b where b.id = v_booking_id;
      return app_private.masked_booking(v_booking);
    end if;
  end if;

  v_sale := app_private.open_sale(
    hold_seats.performance_id, coalesce(hold_seats.seat_ids, '{}')
  );
  if v_buyer.user_id is null and not v_sale.allow_guest_checkout then
    raise exception 'This organization sells to people with an account only.'
      using errcode = 'LMGST', hint = 'Sign in first.';
  end if;

  if hold_seats.booking_id is null then
    v_booking := app_private.take_seats(
      v_sale, uuidv7(),
      now() + make_interval(secs => least(v_sale.hold_seconds, v_sale.hold_seconds_max)), v_buyer
    );
  else
    perform app_private.require_open_draft(v_booking);
    if v_booking.performance_id <> v_sale.performance_id then
      raise exception 'The booking is for another performance.'
        using errcode = 'LMBKG', detail = v_booking.performance_id::text;
    end if;
    v_booking := app_private.hold_for_draft(v_booking, v_sale);
  end if;

  if hold_seats.idempotency_key is not null then
    perform app_private.keep_result(hold_seats.idempotency_key, v_booking.id);
  end if;
  return v_booking;
end
$$;

comment on function app_public.hold_seats(uuid, text[], uuid, text) is
  'Holds seats for a new booking, or for a draft of yours, all of them or none. '
  'Raises LMTKN (naming the seats that were not free), LMSEA (unknown seat), LMSDP (one twice), '
  'LMQTY (none or too many), LMEVT (not published), LMSAL (sales closed), LMEXP, LMBST, LMBKG, '
  'LMGST, LMCRT, LMSES, LMIDK, LMNFD, LMMBR (for members), LMRSK (a rule against fraud refuses it).';
grant execute on function app_public.hold_seats(uuid, text[], uuid, text)
  to lml_anonymous, lml_user;

--! split: 1130-functions-bookings-lacks_add_ons.sql
create or replace function app_private.lacks_add_ons(booking app_public.bookings)
returns boolean
language sql volatile security definer set search_path = ''
as $$
  select exists (
    select
    from app_public.booking_items as i
    join app_private.add_on_counters as s
      on s.add_on_id = i.add_on_id and s.organization_id = i.organization_id
    left join app_private.add_on_claims as c
      on c.add_on_id = i.add_on_id
      and c.organization_id = i.organization_id
      and c.booking_id = i.booking_id
    where i.organization_id = (lacks_add_ons.booking).organization_id
      and i.booking_id = (lacks_add_ons.booking).id
      and c.quantity is distinct from i.quantity
  )
$$;

comment on function app_private.lacks_add_ons(app_public.bookings) is
  'Whether a booking has no claim any more to a part of the add-ons on its lines.';

--! split: 1131-functions-bookings-lines_of.sql
create or replace function app_private.lines_of(booking app_public.bookings)
returns app_private.priced_line[]
language sql stable security definer set search_path = ''
as $$
  select coalesce(
    array_agg(
      row(
        i.id, i.item_type, i.ticket_category_id, i.seat_nos, i.quantity, i.price_basis,
        i.base_price_cents, i.unit_price_cents, i.applied_rules, i.subtotal_cents,
        i.discount_cents, i.service_fee_cents, i.processing_fee_cents, i.tax_cents,
        i.total_cents, i.service_fee_absorbed_cents, i.processing_fee_absorbed_cents,
        i.tax_included_cents
      )::app_private.priced_line
      order by i.id
    ),
    '{}'
  )
  from app_public.booking_items as i
  where i.organization_id = (lines_of.booking).organization_id
    and i.booking_id = (lines_of.booking).id
$$;

comment on function app_private.lines_of(app_public.bookings) is
  'The lines of a booking as they are, to be priced.';

--! split: 1132-functions-bookings-lines_to_quote.sql
create or replace function app_private.lines_to_quote(
  sale app_private.sale, ticket_category_ids uuid[], quantities integer[], is_member boolean
)
returns app_private.priced_line[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_lines app_private.priced_line[];
  v_quantity bigint;
  v_bad text;
begin
  if coalesce(cardinality(lines_to_quote.ticket_category_ids), 0)
    <> coalesce(cardinality(lines_to_quote.quantities), 0)
  then
    raise exception 'Each category has a quantity.' using errcode = 'LMINP', detail = 'quantities';
  end if;
  select array_agg(
    row(
      null, l.item_type, l.ticket_category_id, l.seat_nos, l.quantity,
      case when l.price_override_cents is null then 'pending' else 'seat' end, null,
      l.price_override_cents, '{}', null, 0, null, null, null, null, null, null, null
    )::app_private.priced_line
    order by l.line_no, l.category_no, l.price_override_cents nulls first
  ),
  sum(l.quantity)
  into v_lines, v_quantity
  from (
    select
      0 as line_no, s.category_no, s.price_override_cents,
      'seat'::app_public.booking_item_type as item_type, c.ticket_category_id,
      array_agg(s.seat_no order by s.seat_no) as seat_nos, count(*)::integer as quantity
    from app_public.seat_booking_state as s
    left join app_public.performance_categories as c
      on c.organization_id = s.organization_id
      and c.performance_id = s.performance_id
      and c.category_no = s.category_no
    where s.organization_id = (lines_to_quote.sale).organization_id
      and s.performance_id = (lines_to_quote.sale).performance_id
      and s.seat_no = any ((lines_to_quote.sale).seat_nos)
    group by s.category_no, s.price_override_cents, c.ticket_category_id
    union all
    select q.ordinality, null, null, 'admission', q.ticket_category_id, null, q.quantity
    from unnest(lines_to_quote.ticket_category_ids, lines_to_quote.quantities)
      with ordinality as q (ticket_category_id, quantity, ordinality)
  ) as l;
  if coalesce(v_quantity, 0) not between 1 and (lines_to_quote.sale).tickets_per_booking_max
    or exists (select from unnest(v_lines) as l where coalesce(l.quantity, 0) < 1)
  then
    raise exception 'A booking has 1 to % tickets.',
        (lines_to_quote.sale).tickets_per_booking_max
      using errcode = 'LMQTY', detail = coalesce(v_quantity, 0)::text;
  end if;

  select case when c.id is null then 'LMSAL' else 'LMMBR' end into v_bad
  from unnest(v_lines) as l
  left join app_public.ticket_categories as c
    on c.organization_id = (lines_to_quote.sale).organization_id
    and c.event_id = (lines_to_quote.sale).event_id
    and c.id = l.ticket_category_id
    and c.status = 'active'
  where c.id is null or (c.requires_membership and not lines_to_quote.is_member)
  limit 1;
  if v_bad = 'LMSAL' then
    raise exception 'Tickets of this category are not on sale.' using errcode = 'LMSAL';
  elsif v_bad = 'LMMBR' then
    raise exception 'These tickets are for members.'
      using errcode = 'LMMBR', hint = 'Sign in with the account of a member.';
  end if;
  return v_lines;
end
$$;

comment on function app_private.lines_to_quote(app_private.sale, uuid[], integer[], boolean) is
  'The lines that a hold of these seats or tickets would write, without their prices. '
  'Raises LMQTY, LMSAL, LMMBR, LMINP.';

--! split: 1133-functions-bookings-lock_approval.sql
create or replace function app_private.lock_approval(booking_id uuid)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  -- Asked before it is locked: a stranger must not make anybody wait.
  select * into v_booking
  from app_public.bookings as b where b.id = lock_approval.booking_id;
  perform app_hidden.require_performance_permission(
    v_booking.organization_id, v_booking.performance_id, 'bookings.manage'
  );
  if v_booking.user_id = app_hidden.current_user_id() then
    raise exception 'Nobody approves what they buy themselves.' using errcode = 'LMRGT';
  end if;
  select * into strict v_booking
  from app_public.bookings as b where b.id = lock_approval.booking_id
  for no key update;
  if v_booking.status <> 'pending_approval' then
    raise exception 'The booking is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  if v_booking.expires_at <= now() then
    raise exception 'The time for an answer has run out.'
      using errcode = 'LMEXP', detail = v_booking.id::text;
  end if;
  return v_booking;
end
$$;

comment on function app_private.lock_approval(uuid) is
  'A booking that waits for an answer, locked, for staff with bookings.manage. '
  'Raises LMAUT, LMSES, LMRGT, LMNFD, LMBST, LMEXP.';

--! split: 1134-functions-bookings-lock_discount_code.sql
-- Who would have the last use waits for who might have it. Codes without a limit need no lock, and
-- so their buyers do not wait for each other.
create or replace function app_private.lock_discount_code(code app_public.discount_codes)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if num_nonnulls(
    (lock_discount_code.code).uses_max, (lock_discount_code.code).uses_per_customer_max
  ) > 0 then
    perform from app_public.discount_codes as c
    where c.organization_id = (lock_discount_code.code).organization_id
      and c.id = (lock_discount_code.code).id
    for no key update;
  end if;
end
$$;

comment on function app_private.lock_discount_code(app_public.discount_codes) is
  'Makes others wait who would use a code with a limit. After the booking, in the order of locks.';

--! split: 1135-functions-bookings-lock_staff_sale.sql
create or replace function app_private.lock_staff_sale(booking_id uuid)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  -- Asked before it is locked: a stranger must not make anybody wait.
  select * into v_booking
  from app_public.bookings as b where b.id = lock_staff_sale.booking_id;
  perform app_hidden.require_performance_permission(
    v_booking.organization_id, v_booking.performance_id, 'bookings.sell'
  );
  select * into strict v_booking
  from app_public.bookings as b where b.id = lock_staff_sale.booking_id
  for no key update;
  return v_booking;
end
$$;

comment on function app_private.lock_staff_sale(uuid) is
  'A booking, locked, for staff with bookings.sell. Raises LMAUT, LMSES, LMRGT, LMNFD.';

--! split: 1136-functions-bookings-mail_booking.sql
-- Who has an account finds the booking there. A guest may have lost the cart's token since: the mail
-- has one that takes the booking over, once.
create or replace function app_private.mail_booking(
  booking app_public.bookings, template text, variables jsonb default '{}'
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_token text;
begin
  if (mail_booking.booking).customer_email is null then
    return;
  end if;
  if (mail_booking.booking).user_id is null
    and (mail_booking.booking).status in ('pending_payment', 'partially_paid', 'confirmed')
  then
    v_token := app_public.create_cart_token();
    insert into app_private.payment_links (token_hash, organization_id, booking_id, expires_at)
    values (
      app_hidden.hash_token(v_token), (mail_booking.booking).organization_id,
      (mail_booking.booking).id,
      coalesce((mail_booking.booking).expires_at, now() + interval '30 days')
    );
  end if;
  perform app_private.queue_email(
    (mail_booking.booking).customer_email::text, mail_booking.template,
    app_private.booking_words(mail_booking.booking) || jsonb_strip_nulls(
      jsonb_build_object('token', v_token)
    ) || mail_booking.variables
  );
end
$$;

comment on function app_private.mail_booking(app_public.bookings, text, jsonb) is
  'Mails whoever a booking is for, with a link to it for a guest.';

--! split: 1137-functions-bookings-mail_installment.sql
create or replace function app_private.mail_installment(
  booking app_public.bookings, part app_public.booking_payment_schedule, template text
)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.mail_booking(
    mail_installment.booking, mail_installment.template,
    jsonb_build_object(
      'amount', app_hidden.money_text(
        (mail_installment.part).amount_cents, (mail_installment.booking).currency
      ),
      'until', to_char(
        case when mail_installment.template = 'installment_overdue'
          then (mail_installment.part).cancel_at else (mail_installment.part).due_at
        end at time zone 'UTC',
        'YYYY-MM-DD HH24:MI'
      ) || ' UTC'
    )
  )
$$;

comment on function app_private.mail_installment(
  app_public.bookings, app_public.booking_payment_schedule, text
) is 'Mails about a part of a price.';

--! split: 1138-functions-bookings-mail_notices_of.sql
-- A batch of mails and how far they are, in one transaction: killed anywhere, it is done again or
-- was done, so that each booking gets one. Who bought after the change knows of it.
create or replace function app_private.mail_notices_of(
  notice_id uuid, batch_limit integer default 100
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_notice app_private.performance_notices;
  v_booking app_public.bookings;
  v_words jsonb;
  v_count integer := 0;
begin
  select * into strict v_notice
  from app_private.performance_notices as n where n.id = mail_notices_of.notice_id
  for no key update;
  if v_notice.completed_at is not null then
    return 0;
  end if;
  v_words := app_private.notice_words(v_notice);
  for v_booking in
    select *
    from app_public.bookings as b
    where b.organization_id = v_notice.organization_id
      and b.performance_id = v_notice.performance_id
      and b.id > coalesce(v_notice.last_booking_id, '00000000-0000-0000-0000-000000000000')
      and b.customer_email is not null
      and b.confirmed_at <= v_notice.created_at
      and (
        b.status in ('confirmed', 'partially_paid', 'disputed', 'completed')
        or (
          v_notice.kind = 'canceled' and b.status in ('canceled', 'refunded')
          and b.canceled_at >= v_notice.created_at
        )
      )
    order by b.id
    limit mail_notices_of.batch_limit
  loop
    perform app_private.queue_email(
      v_booking.customer_email::text, 'performance_' || v_notice.kind,
      v_words || jsonb_build_object('booking', v_booking.booking_reference)
    );
    v_count := v_count + 1;
  end loop;
  update app_private.performance_notices as n
  set last_booking_id = coalesce(v_booking.id, n.last_booking_id),
    mails_queued = n.mails_queued + v_count,
    completed_at = case when v_count = 0 then now() end
  where n.id = v_notice.id;
  return v_count;
end
$$;

comment on function app_private.mail_notices_of(uuid, integer) is
  'Has the next buyers of a changed performance mailed; returns how many, 0 when it is done.';
grant execute on function app_private.mail_notices_of(uuid, integer) to lml_worker;

--! split: 1139-functions-bookings-next_part.sql
-- The schedule is written when the first part of it is asked for: until then the price may change.
create or replace function app_private.next_part(booking app_public.bookings)
returns app_public.booking_payment_schedule
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_part app_public.booking_payment_schedule;
begin
  insert into app_public.booking_payment_schedule (
    organization_id, booking_id, installment_no, due_at, amount_cents, remind_at, cancel_at
  )
  select
    (next_part.booking).organization_id, (next_part.booking).id, q.installment_no, q.due_at,
    q.amount_cents,
    case when q.installment_no > 0 then q.due_at - make_interval(days => p.reminder_days) end,
    case when q.installment_no > 0 then q.due_at + make_interval(days => p.grace_days) end
  from app_public.payment_plans as p
  cross join app_private.parts_of(next_part.booking, p.id) as q
  where p.id = (next_part.booking).payment_plan_id
    and not exists (
      select from app_public.booking_payment_schedule as s
      where s.organization_id = (next_part.booking).organization_id
        and s.booking_id = (next_part.booking).id
    );
  select * into v_part
  from app_public.booking_payment_schedule as s
  where s.organization_id = (next_part.booking).organization_id
    and s.booking_id = (next_part.booking).id
    and s.status in ('pending', 'overdue')
  order by s.installment_no
  limit 1;
  return v_part;
end
$$;

comment on function app_private.next_part(app_public.bookings) is
  'What is to be paid next of a booking with a plan, which the caller has locked. Raises LMPLN.';

--! split: 1140-functions-bookings-parts_of.sql
-- The deposit is due at once. What is left is shared out so that the parts sum to the price exactly.
create or replace function app_private.parts_of(
  booking app_public.bookings, payment_plan_id uuid
)
returns setof app_public.installment_quote
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_total bigint := (parts_of.booking).total_amount_cents;
  v_plan app_public.payment_plans;
  v_starts_at timestamptz;
  v_deposit bigint;
  v_last_day integer;
  v_part app_public.installment_quote;
begin
  select p.* into v_plan
  from app_public.payment_plans as p
  join app_public.performances as d
    on d.organization_id = p.organization_id and d.event_id = p.event_id
    and d.id = (parts_of.booking).performance_id
  where p.organization_id = (parts_of.booking).organization_id
    and p.id = parts_of.payment_plan_id;
  if v_plan.id is null then
    raise exception 'The event has no such payment plan.'
      using errcode = 'LMNFD', detail = format('%s', parts_of.payment_plan_id);
  end if;
  select d.starts_at into strict v_starts_at
  from app_public.performances as d where d.id = (parts_of.booking).performance_id;
  v_deposit := coalesce(
    v_plan.deposit_cents, app_hidden.percentage_of(v_total, v_plan.deposit_percentage)
  );
  v_last_day := (v_plan.installments - 1) * v_plan.interval_days;
  for v_part in
    select
      n,
      case
        when n = 0 then now()
        when v_plan.basis = 'purchase' then
          now() + make_interval(
            days => v_plan.first_due_days + (n - 1) * v_plan.interval_days
          )
        else
          v_starts_at - make_interval(
            days => greatest(v_plan.first_due_days, v_plan.last_due_days_before)
              + v_last_day - (n - 1) * v_plan.interval_days
          )
      end,
      case n
        when 0 then v_deposit
        else app_hidden.share_of(v_total - v_deposit, n, v_plan.installments)
      end
    from generate_series(0, v_plan.installments) as n
  loop
    if v_plan.retired_at is not null and (parts_of.booking).payment_plan_id is distinct from v_plan.id
      or v_part.amount_cents <= 0
      or (v_part.installment_no > 0 and v_part.due_at <= now() + interval '1 day')
      or v_part.due_at > v_starts_at - make_interval(days => v_plan.last_due_days_before)
      or exists (
        select from app_public.booking_items as i
        where i.organization_id = (parts_of.booking).organization_id
          and i.booking_id = (parts_of.booking).id
          and v_plan.ticket_category_id is not null
          and i.ticket_category_id is distinct from v_plan.ticket_category_id
      )
    then
      raise exception 'This payment plan is not for this booking, or not any more.'
        using errcode = 'LMPLN', detail = v_plan.id::text,
          hint = 'Choose another one, or pay at once.';
    end if;
    return next v_part;
  end loop;
end
$$;

comment on function app_private.parts_of(app_public.bookings, uuid) is
  'The parts in which a plan has a booking paid. Raises LMNFD, and LMPLN when the plan is retired, '
  'for another category, or there is not enough time or money for it.';

--! split: 1141-functions-bookings-price_booking.sql
-- Prices that a line has are kept; what has none yet gets that of now. Terms are those of the moment
-- when the booking was first priced here. The caller has locked the booking.
create or replace function app_private.price_booking(booking_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_performance app_public.performances;
  v_is_member boolean;
  v_code app_public.discount_codes;
  v_lines app_private.priced_line[];
begin
  select * into strict v_booking from app_public.bookings as b where b.id = price_booking.booking_id;
  select * into strict v_performance
  from app_public.performances as p
  where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id;
  if v_booking.price_terms is null then
    update app_public.bookings as b
    set price_terms = app_private.price_terms_of(v_performance.id)
    where b.id = v_booking.id
    returning * into v_booking;
  end if;
  v_is_member := app_private.is_member(v_booking.organization_id, v_booking.user_id);
  perform app_private.require_membership(v_booking, v_is_member);
  v_code := app_private.discount_code_of(v_booking);

  v_lines := app_private.price_lines(
    app_private.lines_of(v_booking), v_performance, v_booking.price_terms, v_is_member, v_code
  );

  update app_public.booking_items as i
  set price_basis = l.price_basis,
    base_price_cents = l.base_price_cents,
    unit_price_cents = l.unit_price_cents,
    applied_rules = l.applied_rules,
    subtotal_cents = l.subtotal_cents,
    discount_cents = l.discount_cents,
    service_fee_cents = l.service_fee_cents,
    processing_fee_cents = l.processing_fee_cents,
    tax_cents = l.tax_cents,
    total_cents = l.total_cents,
    service_fee_absorbed_cents = l.service_fee_absorbed_cents,
    processing_fee_absorbed_cents = l.processing_fee_absorbed_cents,
    tax_included_cents = l.tax_included_cents
  from unnest(v_lines) as l
  where i.organization_id = v_booking.organization_id and i.id = l.booking_item_id;
end
$$;

comment on function app_private.price_booking(uuid) is
  'Writes the amounts of all lines of a booking, which the caller has locked. '
  'Raises LMSAL, LMMBR.';

--! split: 1142-functions-bookings-proceed_to_payment.sql
create or replace function app_private.proceed_to_payment(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := proceed_to_payment.booking;
begin
  if v_booking.total_amount_cents > 0 or v_booking.status <> 'draft' then
    update app_public.bookings as b
    set status = 'pending_payment' where b.id = v_booking.id;
  end if;
  if v_booking.total_amount_cents = 0 then
    perform app_private.confirm_booking(v_booking.id);
  else
    perform app_private.request_payment(v_booking);
  end if;
end
$$;

comment on function app_private.proceed_to_payment(app_public.bookings) is
  'Asks for the payment of a booking that nothing is in the way of, or confirms a free one.';

--! split: 1143-functions-bookings-prolong_add_ons.sql
create or replace function app_private.prolong_add_ons(
  booking app_public.bookings, until timestamptz
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_private.add_on_claims as c
  set held_until = prolong_add_ons.until
  where c.organization_id = (prolong_add_ons.booking).organization_id
    and c.booking_id = (prolong_add_ons.booking).id
    and c.held_until is not null;
  if app_private.lacks_add_ons(prolong_add_ons.booking) then
    raise exception 'The hold has run out, and others have taken add-ons of it.'
      using errcode = 'LMEXP', hint = 'Begin a new booking.';
  end if;
end
$$;

comment on function app_private.prolong_add_ons(app_public.bookings, timestamptz) is
  'Moves the deadline of the add-ons of a booking, if it still owns them all. Raises LMEXP.';

--! split: 1144-functions-bookings-prolong_hold.sql
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
    perform app_private.prolong_add_ons(prolong_hold.booking, v_until);
  end if;
  update app_public.bookings as b set expires_at = v_until where b.id = (prolong_hold.booking).id;
end
$$;

comment on function app_private.prolong_hold(app_public.bookings, timestamptz) is
  'Moves the deadline of a booking and its seats, if it still owns them all. Raises LMEXP.';

--! split: 1145-functions-bookings-quote.sql
-- Asks what a hold asks, prices by the function that charges, and writes nothing but a wrong guess of
-- a code: which is why it is no query.
create or replace function app_public.quote(
  performance_id uuid, seat_ids text[] default '{}', ticket_category_ids uuid[] default '{}',
  quantities integer[] default '{}', code text default null
)
returns app_public.price_quote
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_seat_ids text[] := nullif(quote.seat_ids, '{}');
  v_sale app_private.sale := app_private.open_sale(quote.performance_id, v_seat_ids);
  v_performance app_public.performances;
  v_booking app_public.bookings;
  v_is_member boolean;
  v_code app_public.discount_codes;
  v_refusal text;
  v_lines app_private.priced_line[];
begin
  v_booking.user_id := app_hidden.current_user_id();
  v_booking.cart_token_hash := app_hidden.current_cart_hash();
  if v_sale.prices_vary then
    perform app_private.refresh_sold_shares(v_sale);
  end if;
  select * into strict v_performance
  from app_public.performances as p where p.id = quote.performance_id;
  v_is_member := app_private.is_member(v_sale.organization_id, v_booking.user_id);
  v_lines := app_private.lines_to_quote(
    v_sale, quote.ticket_category_ids, quote.quantities, v_is_member
  );
  if quote.code is not null then
    v_code := app_private.find_discount_code(
      v_sale, quote.code, row(v_booking.user_id, v_booking.cart_token_hash)::app_private.buyer
    );
  end if;
  v_lines := app_private.price_lines(
    v_lines, v_performance, app_private.price_terms_of(v_performance.id), v_is_member, null
  );
  if quote.code is not null then
    v_refusal := case
      when v_code.id is null then 'unknown'
      when app_hidden.is_over(v_code) then 'over'
      else coalesce(
        app_hidden.minimum_refusal(v_lines, v_code),
        app_private.uses_refusal(v_code, v_booking)
      )
    end;
    if v_refusal is null then
      v_lines := app_private.price_lines(
        v_lines, v_performance, app_private.price_terms_of(v_performance.id), v_is_member, v_code
      );
    end if;
  end if;
  return app_hidden.quote_of(v_performance, v_lines, v_refusal);
end
$$;

comment on function app_public.quote(uuid, text[], uuid[], integer[], text) is
  'What seats, or tickets of categories, would cost the caller now, with a discount code or '
  'without; nothing is held. Raises LMSAL (not on sale), LMMBR (for members), LMQTY, LMSEA, LMSDP, '
  'LMINP, LMEVT, LMNFD, LMRTE (too many wrong codes).';
grant execute on function app_public.quote(uuid, text[], uuid[], integer[], text)
  to lml_anonymous, lml_user;

--! split: 1146-functions-bookings-quote_of.sql
create or replace function app_hidden.quote_of(
  performance app_public.performances, lines app_private.priced_line[], refusal text
)
returns app_public.price_quote
language sql immutable set search_path = ''
as $$
  select row(
    (quote_of.performance).id, (quote_of.performance).currency, sum(l.subtotal_cents)::bigint,
    sum(l.discount_cents)::bigint, sum(l.service_fee_cents)::bigint,
    sum(l.processing_fee_cents)::bigint, sum(l.tax_cents)::bigint, sum(l.total_cents)::bigint,
    sum(l.tax_included_cents)::bigint, quote_of.refusal,
    array_agg(
      row(
        l.ticket_category_id, l.seat_nos, l.quantity, l.price_basis, l.unit_price_cents,
        l.subtotal_cents, l.discount_cents, l.service_fee_cents, l.processing_fee_cents,
        l.tax_cents, l.total_cents, l.tax_included_cents
      )::app_public.quoted_line
      order by l.ordinality
    )
  )::app_public.price_quote
  from unnest(quote_of.lines) with ordinality as l
$$;

comment on function app_hidden.quote_of(
  app_public.performances, app_private.priced_line[], text
) is 'Priced lines and their sums.';

--! split: 1147-functions-bookings-quote_payment_plan.sql
create or replace function app_public.quote_payment_plan(booking_id uuid, payment_plan_id uuid)
returns setof app_public.installment_quote
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  select * into v_booking
  from app_public.bookings as b
  where b.id = quote_payment_plan.booking_id
    and (
      b.user_id = app_hidden.current_user_id()
      or b.cart_token_hash = app_hidden.current_cart_hash()
      or app_hidden.has_performance_permission(
        b.organization_id, b.performance_id, 'bookings.sell'
      )
    );
  if v_booking.id is null then
    perform app_private.require_buyer();
    raise exception 'There is no such booking, or it is not yours.'
      using errcode = 'LMBKG', detail = format('%s', quote_payment_plan.booking_id);
  end if;
  return query select * from app_private.parts_of(v_booking, quote_payment_plan.payment_plan_id);
end
$$;

comment on function app_public.quote_payment_plan(uuid, uuid) is
  'What would be due when, if a booking were paid by a plan from now on. '
  'Raises LMBKG, LMNFD, LMPLN, LMSES, LMCRT.';
grant execute on function app_public.quote_payment_plan(uuid, uuid) to lml_anonymous, lml_user;

--! split: 1148-functions-bookings-remove_discount_code.sql
create or replace function app_public.remove_discount_code(booking_id uuid)
returns app_public.discount_answer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    remove_discount_code.booking_id, 'bookings.manage'
  );
begin
  perform app_private.require_open_draft(v_booking);
  delete from app_public.discount_redemptions as r
  where r.organization_id = v_booking.organization_id and r.booking_id = v_booking.id;
  v_booking := app_private.store_booking_totals(v_booking.id);
  return row(
    v_booking.id, null, v_booking.discount_cents, v_booking.total_amount_cents
  )::app_public.discount_answer;
end
$$;

comment on function app_public.remove_discount_code(uuid) is
  'Gives the code of a draft back, if it has one. Raises LMBKG, LMBST, LMEXP, LMSES, LMCRT.';
grant execute on function app_public.remove_discount_code(uuid) to lml_anonymous, lml_user;

--! split: 1149-functions-bookings-reprice_admissions.sql
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
    total_cents = l.total_cents,
    -- What depends on other lines comes back with the totals.
    discount_cents = 0,
    service_fee_absorbed_cents = 0,
    processing_fee_absorbed_cents = 0,
    tax_included_cents = 0
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

--! split: 1150-functions-bookings-reprice_for_member.sql
-- A guest turns out to be a member. What is better for them is taken, and what is not is left: a price
-- that was held is kept.
create or replace function app_private.reprice_for_member(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
  v_line app_private.priced_line;
  v_member_line app_private.priced_line;
begin
  if not app_private.is_member(
    (reprice_for_member.booking).organization_id, (reprice_for_member.booking).user_id
  ) then
    return;
  end if;
  select * into strict v_performance
  from app_public.performances as p
  where p.organization_id = (reprice_for_member.booking).organization_id
    and p.id = (reprice_for_member.booking).performance_id;
  foreach v_line in array app_private.lines_of(reprice_for_member.booking) loop
    continue when v_line.item_type not in ('seat', 'admission') or v_line.price_basis <> 'public';
    begin
      v_member_line := app_private.price_ticket(v_line, v_performance, true);
    exception
      -- It has a price, and keeps it.
      when sqlstate 'LMSAL' then
        continue;
    end;
    if v_member_line.unit_price_cents < v_line.unit_price_cents then
      update app_public.booking_items as i
      set price_basis = v_member_line.price_basis,
        base_price_cents = v_member_line.base_price_cents,
        applied_rules = v_member_line.applied_rules,
        unit_price_cents = v_member_line.unit_price_cents,
        subtotal_cents = v_member_line.unit_price_cents * i.quantity,
        discount_cents = 0,
        service_fee_absorbed_cents = 0,
        processing_fee_absorbed_cents = 0,
        tax_included_cents = 0,
        total_cents = v_member_line.unit_price_cents * i.quantity + i.service_fee_cents
          + i.processing_fee_cents + i.tax_cents
      where i.organization_id = (reprice_for_member.booking).organization_id
        and i.id = v_line.booking_item_id;
    end if;
  end loop;
  perform app_private.store_booking_totals((reprice_for_member.booking).id);
end
$$;

comment on function app_private.reprice_for_member(app_public.bookings) is
  'Gives a draft the prices of its owner''s membership where they are better.';

--! split: 1151-functions-bookings-reprice_lines_without.sql
create or replace function app_private.reprice_lines_without(
  booking app_public.bookings, sale app_private.sale, seat_nos integer[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_item app_public.booking_items;
  v_rest integer[];
begin
  for v_item in
    select * from app_public.booking_items as i
    where i.organization_id = (reprice_lines_without.booking).organization_id
      and i.booking_id = (reprice_lines_without.booking).id
      and i.seat_nos && reprice_lines_without.seat_nos
  loop
    v_rest := array(
      select n from unnest(v_item.seat_nos) as n
      where not n = any (reprice_lines_without.seat_nos) order by n
    );
    if cardinality(v_rest) = 0 then
      delete from app_public.booking_items as i where i.id = v_item.id;
    else
      update app_public.booking_items as i
      set seat_nos = v_rest,
        quantity = cardinality(v_rest),
        subtotal_cents = l.subtotal_cents,
        service_fee_cents = l.service_fee_cents,
        processing_fee_cents = l.processing_fee_cents,
        tax_cents = l.tax_cents,
        total_cents = l.total_cents,
        -- What depends on other lines comes back with the totals.
        discount_cents = 0,
        service_fee_absorbed_cents = 0,
        processing_fee_absorbed_cents = 0,
        tax_included_cents = 0
      from app_hidden.price_line(
        v_item.unit_price_cents, cardinality(v_rest), reprice_lines_without.sale
      ) as l
      where i.id = v_item.id;
    end if;
  end loop;
end
$$;

comment on function app_private.reprice_lines_without(
  app_public.bookings, app_private.sale, integer[]
) is 'Takes seats off the lines of a draft; each keeps its unit price.';

--! split: 1152-functions-bookings-request_approval.sql
-- The seats are kept with a deadline of their own: it is not the buyer who takes the time.
create or replace function app_private.request_approval(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := request_approval.booking;
  v_approval_hours integer;
  v_payment_hours integer;
  v_starts_at timestamptz;
begin
  select min(c.approval_hours), min(c.approved_payment_hours)
  into strict v_approval_hours, v_payment_hours
  from app_public.booking_items as i
  join app_public.ticket_categories as c
    on c.organization_id = i.organization_id and c.id = i.ticket_category_id
  where i.organization_id = v_booking.organization_id and i.booking_id = v_booking.id
    and c.requires_approval;
  select p.starts_at into strict v_starts_at
  from app_public.performances as p where p.id = v_booking.performance_id;
  perform app_private.prolong_hold(
    v_booking, least(now() + make_interval(hours => v_approval_hours), v_starts_at)
  );
  update app_public.bookings as b
  set status = 'pending_approval' where b.id = v_booking.id
  returning * into v_booking;
  insert into app_public.booking_approvals (
    organization_id, booking_id, answer_by, pay_within_hours
  )
  values (v_booking.organization_id, v_booking.id, v_booking.expires_at, v_payment_hours);
end
$$;

comment on function app_private.request_approval(app_public.bookings) is
  'Keeps the seats of a booking until the organization answers, or its time has run out.';

--! split: 1153-functions-bookings-require_add_on_on_sale.sql
create or replace function app_private.require_add_on_on_sale(
  booking app_public.bookings, add_on app_public.add_ons
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not (require_add_on_on_sale.add_on).is_active
    or now() < (require_add_on_on_sale.add_on).sales_start
    or now() >= (require_add_on_on_sale.add_on).sales_end
  then
    raise exception '"%" is not on sale now.', (require_add_on_on_sale.add_on).name
      using errcode = 'LMSAL', detail = (require_add_on_on_sale.add_on).id::text;
  end if;
  if (require_add_on_on_sale.add_on).requires_ticket
    and app_private.tickets_in(require_add_on_on_sale.booking) = 0
  then
    raise exception '"%" is sold with a ticket only.', (require_add_on_on_sale.add_on).name
      using errcode = 'LMQTY', detail = (require_add_on_on_sale.add_on).id::text,
        hint = 'Hold a ticket in this booking, too.';
  end if;
end
$$;

comment on function app_private.require_add_on_on_sale(app_public.bookings, app_public.add_ons) is
  'Raises LMSAL, and LMQTY for an add-on that needs a ticket in the cart.';

--! split: 1154-functions-bookings-require_add_ons.sql
-- A cart may have changed since an add-on was put into it, and so may the clock.
create or replace function app_private.require_add_ons(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_add_on app_public.add_ons;
begin
  for v_add_on in
    select a.*
    from app_public.booking_items as i
    join app_public.add_ons as a on a.organization_id = i.organization_id and a.id = i.add_on_id
    where i.organization_id = (require_add_ons.booking).organization_id
      and i.booking_id = (require_add_ons.booking).id
  loop
    perform app_private.require_add_on_on_sale(require_add_ons.booking, v_add_on);
    if v_add_on.delivery = 'mail' and not exists (
      select from app_public.delivery_addresses as d
      where d.organization_id = (require_add_ons.booking).organization_id
        and d.booking_id = (require_add_ons.booking).id
    ) then
      raise exception '"%" is mailed: an address is needed.', v_add_on.name
        using errcode = 'LMCON', detail = 'address', hint = 'Call set_delivery_address.';
    end if;
  end loop;
end
$$;

comment on function app_private.require_add_ons(app_public.bookings) is
  'What add-ons ask of a booking at its checkout. Raises LMSAL, LMQTY, LMCON.';

--! split: 1155-functions-bookings-require_buyer_limits.sql
-- At checkout and not at the hold, which is to be fast: a cart beyond the limits lets nobody in.
create or replace function app_private.require_buyer_limits(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := require_buyer_limits.booking;
  v_event app_public.events;
  v_line record;
  v_is_limited boolean;
begin
  select e.* into strict v_event
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id;
  v_is_limited := v_event.tickets_per_user_max is not null;
  if v_event.visibility = 'private'
    and v_event.id not in (select app_hidden.opened_event_ids())
    and not app_hidden.has_performance_permission(
      v_booking.organization_id, v_booking.performance_id, 'events.read'
    )
  then
    raise exception 'There is no such event, or it is not for you.'
      using errcode = 'LMNFD', hint = 'Send the access code as X-Event-Key.';
  end if;

  for v_line in select * from app_private.lines_by_category(v_booking) loop
    if now() < v_line.sales_start or now() >= v_line.sales_end then
      raise exception '"%" is not on sale now.', v_line.name
        using errcode = 'LMSAL', detail = coalesce(v_line.sales_start, v_line.sales_end)::text;
    end if;
    if v_line.quantity not between v_line.min_per_transaction
      and coalesce(v_line.max_per_transaction, v_line.quantity)
    then
      raise exception 'Of "%", a booking has % to % tickets.',
          v_line.name, v_line.min_per_transaction,
          coalesce(v_line.max_per_transaction::text, 'any number of')
        using errcode = 'LMQTY', detail = v_line.ticket_category_id::text;
    end if;
    v_is_limited := v_is_limited or v_line.max_per_user is not null;
  end loop;
  if v_is_limited then
    perform app_private.require_user_limits(v_booking, v_event);
  end if;
  perform app_private.require_add_ons(v_booking);
end
$$;

comment on function app_private.require_buyer_limits(app_public.bookings) is
  'What event, categories and add-ons ask of a booking at its checkout. '
  'Raises LMNFD (private), LMSAL, LMQTY, LMMAX, LMCON (no address to mail to).';

--! split: 1156-functions-bookings-require_discount_uses.sql
-- A guest's address is known at the checkout only, and an account may have bought meanwhile.
create or replace function app_private.require_discount_uses(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_code app_public.discount_codes := app_private.discount_code_of(
    require_discount_uses.booking
  );
  v_refusal text;
begin
  perform app_private.lock_discount_code(v_code);
  v_refusal := app_private.uses_refusal(v_code, require_discount_uses.booking);
  if v_refusal is not null then
    raise exception 'The code "%" cannot be used once more.', v_code.code
      using errcode = 'LMDSC', detail = v_refusal, hint = 'Remove it, and check out again.';
  end if;
end
$$;

comment on function app_private.require_discount_uses(app_public.bookings) is
  'Raises LMDSC when the buyer, who is known by now, has used the code of a booking too often.';

--! split: 1157-functions-bookings-require_membership.sql
create or replace function app_private.require_membership(
  booking app_public.bookings, is_member boolean
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_name text;
begin
  if require_membership.is_member then
    return;
  end if;
  select c.name into v_name
  from app_public.booking_items as i
  join app_public.ticket_categories as c
    on c.organization_id = i.organization_id and c.id = i.ticket_category_id
  where i.organization_id = (require_membership.booking).organization_id
    and i.booking_id = (require_membership.booking).id
    and c.requires_membership
  limit 1;
  if found then
    raise exception '"%" is for members.', v_name
      using errcode = 'LMMBR', hint = 'Sign in with the account of a member.';
  end if;
end
$$;

comment on function app_private.require_membership(app_public.bookings, boolean) is
  'Raises LMMBR when a booking has tickets for members, and its owner is none.';

--! split: 1158-functions-bookings-require_not_handed_on.sql
-- Looked at with the tickets locked: somebody may be accepting one of them.
create or replace function app_private.require_not_handed_on(
  booking app_public.bookings, ticket_ids uuid[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket app_public.tickets;
begin
  for v_ticket in
    select * from app_public.tickets as t
    where t.organization_id = (require_not_handed_on.booking).organization_id
      and t.booking_id = (require_not_handed_on.booking).id
      and (
        require_not_handed_on.ticket_ids is null or t.id = any (require_not_handed_on.ticket_ids)
      )
      and t.status = 'valid'
    order by t.id
    for no key update
  loop
    if v_ticket.transfer_id is not null then
      raise exception 'A ticket that was handed on is returned by the organization only.'
        using errcode = 'LMNRF', detail = v_ticket.id::text,
          hint = 'Ask the organization; quote the booking reference.';
    end if;
  end loop;
end
$$;

comment on function app_private.require_not_handed_on(app_public.bookings, uuid[]) is
  'Locks valid tickets of a booking. Raises LMNRF when another person holds one.';

--! split: 1159-functions-bookings-require_user_limits.sql
-- A buyer is whoever has the same account, the same cart, or the same address. Two checkouts of
-- one buyer are counted one after the other: the lock comes before the count, in a statement of
-- its own.
create or replace function app_private.require_user_limits(
  booking app_public.bookings, event app_public.events
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := require_user_limits.booking;
  v_over record;
begin
  -- Who sells for somebody keeps to that buyer's limits, or says why not.
  if v_booking.booking_channel not in ('admin', 'phone') and app_hidden.has_performance_permission(
    v_booking.organization_id, v_booking.performance_id, 'bookings.manage'
  ) then
    return;
  end if;
  perform pg_advisory_xact_lock(k)
  from (
    select hashtextextended(who, 0) as k
    from unnest(array[
      'limit of ' || v_booking.user_id, 'limit of ' || v_booking.customer_id,
      'limit of ' || v_booking.cart_token_hash::text
    ]) as who
    where who is not null
    order by 1
  ) as keys;

  with bought as (
    select i.ticket_category_id, sum(i.quantity - i.returned_quantity) as quantity
    from app_public.bookings as b
    join app_public.performances as p
      on p.organization_id = b.organization_id and p.id = b.performance_id
    join app_public.booking_items as i
      on i.organization_id = b.organization_id and i.booking_id = b.id
    where b.organization_id = v_booking.organization_id
      and p.event_id = (require_user_limits.event).id
      and (
        b.id = v_booking.id
        or (
          (
            b.user_id = v_booking.user_id
            or b.customer_id = v_booking.customer_id
            or b.cart_token_hash = v_booking.cart_token_hash
          )
          and (
            b.status in ('confirmed', 'partially_paid', 'disputed', 'completed')
            or (
              b.status in ('pending_payment', 'fraud_hold', 'pending_approval')
              and b.expires_at > now()
            )
          )
        )
      )
      and i.item_type in ('seat', 'admission')
    group by i.ticket_category_id
  )
  select l.name, l.maximum, l.quantity into v_over
  from (
    select c.name, c.max_per_user as maximum, b.quantity
    from bought as b
    join app_private.lines_by_category(v_booking) as c
      on c.ticket_category_id = b.ticket_category_id
    union all
    select 'this event', (require_user_limits.event).tickets_per_user_max, sum(b.quantity)
    from bought as b
  ) as l
  where l.quantity > l.maximum
  limit 1;
  if found then
    raise exception 'One buyer gets at most % tickets of %.', v_over.maximum, v_over.name
      using errcode = 'LMMAX', detail = v_over.maximum::text,
        hint = 'Tickets that you have, or are paying for, count too.';
  end if;
end
$$;

comment on function app_private.require_user_limits(app_public.bookings, app_public.events) is
  'Raises LMMAX when the buyer would have more tickets than one may. Staff may buy more.';

--! split: 1160-functions-bookings-retire_payment_plan.sql
create or replace function app_public.retire_payment_plan(payment_plan_id uuid)
returns app_public.payment_plans
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_plan app_public.payment_plans;
begin
  perform app_private.lock_event(
    (
      select p.event_id from app_public.payment_plans as p
      where p.id = retire_payment_plan.payment_plan_id
    ),
    'events.manage'
  );
  update app_public.payment_plans as p
  set retired_at = coalesce(p.retired_at, now())
  where p.id = retire_payment_plan.payment_plan_id
  returning * into strict v_plan;
  return v_plan;
end
$$;

comment on function app_public.retire_payment_plan(uuid) is
  'Offers a plan no longer; bookings that have chosen it keep it. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.retire_payment_plan(uuid) to lml_user;

--! split: 1161-functions-bookings-return_booking.sql
create or replace function app_public.return_booking(
  booking_id uuid, idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    return_booking.booking_id, 'bookings.manage'
  );
begin
  if app_private.replay_result(
    return_booking.idempotency_key, 'return_booking', jsonb_build_array(return_booking.booking_id)
  ) is not null then
    return app_private.masked_booking(v_booking);
  end if;
  v_booking := app_private.return_under_terms(v_booking, null);
  perform app_private.keep_result(return_booking.idempotency_key, v_booking.id);
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.return_booking(uuid, text) is
  'Gives all of a paid booking back: for all of its price after its performance was postponed, as '
  'long as that is offered, or else for what quote_cancellation says. '
  'Raises LMNRF (neither), LMBKG, LMBST, LMTUS, LMSES, LMCRT, LMIDK, LMINP.';
grant execute on function app_public.return_booking(uuid, text) to lml_anonymous, lml_user;

--! split: 1162-functions-bookings-return_tickets.sql
-- Under the terms at purchase, as the quote says. A ticket that was handed on is not the buyer's
-- any more to return.
create or replace function app_public.return_tickets(
  booking_id uuid, ticket_ids uuid[] default null, idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    return_tickets.booking_id, 'bookings.manage'
  );
begin
  if app_private.replay_result(
    return_tickets.idempotency_key, 'return_tickets',
    jsonb_build_array(return_tickets.booking_id, return_tickets.ticket_ids)
  ) is null then
    v_booking := app_private.return_under_terms(v_booking, return_tickets.ticket_ids);
    perform app_private.keep_result(return_tickets.idempotency_key, v_booking.id);
  end if;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.return_tickets(uuid, uuid[], text) is
  'Gives tickets of a booking back, or all of it, for what quote_cancellation says; their places '
  'are on sale again, and with the last one the booking is canceled. Raises LMBKG, LMBST, LMNRF '
  '(not taken back, or not any more, or handed on), LMTUS, LMTVD, LMINP, LMSES, LMCRT, LMIDK.';
grant execute on function app_public.return_tickets(uuid, uuid[], text) to lml_anonymous, lml_user;

--! split: 1163-functions-bookings-return_under_terms.sql
create or replace function app_private.return_under_terms(
  booking app_public.bookings, ticket_ids uuid[]
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := return_under_terms.booking;
  v_offer app_private.cancellation_offer;
  v_request app_public.refund_requests;
begin
  if v_booking.status not in ('confirmed', 'partially_paid') then
    raise exception 'The booking is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  perform app_private.require_tickets_of(v_booking, return_under_terms.ticket_ids);
  v_offer := app_private.cancellation_offer_of(v_booking);
  if v_offer.percentage = 0 then
    raise exception 'Tickets of this performance are not taken back, or not any more.'
      using errcode = 'LMNRF', detail = v_booking.performance_id::text,
        hint = 'Ask the organization; quote the booking reference.';
  end if;
  perform app_private.require_not_handed_on(v_booking, return_under_terms.ticket_ids);
  v_request.organization_id := v_booking.organization_id;
  v_request.booking_id := v_booking.id;
  v_request.currency := v_booking.currency;
  v_request.kind := case
    when return_under_terms.ticket_ids is null then 'full' else 'ticket'
  end;
  v_request.status := 'approved';
  v_request.reason := 'customer_request';
  v_request.ticket_ids := return_under_terms.ticket_ids;
  v_request.percentage := v_offer.percentage;
  v_request.refunds_service_fees := v_offer.refunds_service_fees;
  v_request.refunds_processing_fees := v_offer.refunds_processing_fees;
  v_request.cancellation_policy_id := v_offer.policy_id;
  v_request.amount_cents := 0;
  v_request := app_private.carry_out_request(
    v_booking, app_private.store_refund_request(v_request)
  );
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  return v_booking;
end
$$;

comment on function app_private.return_under_terms(app_public.bookings, uuid[]) is
  'Takes tickets of a locked booking back for what its terms say. '
  'Raises LMBST, LMNRF, LMTUS, LMTVD, LMINP.';

--! split: 1164-functions-bookings-set_category_approval.sql
create or replace function app_public.set_category_approval(
  ticket_category_id uuid, requires_approval boolean, approval_hours integer default 48,
  approved_payment_hours integer default 24
)
returns app_public.ticket_categories
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    (
      select c.event_id from app_public.ticket_categories as c
      where c.id = set_category_approval.ticket_category_id
    ),
    'events.manage'
  );
  v_category app_public.ticket_categories;
  v_constraint text;
  v_column text;
begin
  update app_public.ticket_categories as c
  set requires_approval = set_category_approval.requires_approval,
    approval_hours = set_category_approval.approval_hours,
    approved_payment_hours = set_category_approval.approved_payment_hours
  where c.organization_id = v_event.organization_id
    and c.id = set_category_approval.ticket_category_id
  returning * into strict v_category;
  return v_category;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_category_approval(uuid, boolean, integer, integer) is
  'Whether orders of a category wait for an answer, for how long, and how long the buyer may take '
  'to pay after a yes. For checkouts from now on. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.set_category_approval(uuid, boolean, integer, integer)
  to lml_user;

--! split: 1165-functions-bookings-set_delivery_address.sql
create or replace function app_public.set_delivery_address(booking_id uuid, address text)
returns app_public.delivery_addresses
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    set_delivery_address.booking_id, 'bookings.manage'
  );
  v_address app_public.delivery_addresses;
  v_constraint text;
  v_column text;
begin
  if v_booking.status not in (
    'draft', 'pending_payment', 'fraud_hold', 'confirmed', 'partially_paid'
  ) then
    raise exception 'The booking is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  insert into app_public.delivery_addresses as d (booking_id, organization_id, address)
  values (v_booking.id, v_booking.organization_id, btrim(set_delivery_address.address))
  on conflict on constraint delivery_addresses_pkey do update set address = excluded.address
  returning * into v_address;
  return v_address;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_delivery_address(uuid, text) is
  'Where the add-ons of a booking are mailed to: its name, street, town and country, in lines. '
  'Raises LMINP, LMBST, LMBKG, LMSES, LMCRT.';
grant execute on function app_public.set_delivery_address(uuid, text) to lml_anonymous, lml_user;

--! split: 1166-functions-bookings-start_checkout.sql
create or replace function app_public.start_checkout(
  booking_id uuid, email text default null, first_name text default null,
  last_name text default null, phone text default null, idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    start_checkout.booking_id, 'bookings.manage'
  );
  v_sale app_private.sale;
  v_contact app_public.users;
  v_action app_public.fraud_action;
  v_requires_approval boolean;
begin
  if app_private.replay_result(
    start_checkout.idempotency_key, 'start_checkout',
    jsonb_build_array(
      start_checkout.booking_id, start_checkout.email, start_checkout.first_name,
      start_checkout.last_name, start_checkout.phone
    )
  ) is not null then
    return app_private.masked_booking(v_booking);
  end if;
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(v_booking.performance_id);
  v_requires_approval := app_private.asks_for_approval(v_booking);
  if v_requires_approval is null then
    raise exception 'The booking is empty.' using errcode = 'LMQTY', detail = '0';
  end if;

  perform app_private.require_revenue_limit(v_booking);

  select * into v_contact from app_public.users as u where u.id = v_booking.user_id;
  v_contact.email := coalesce(start_checkout.email, v_contact.email);
  v_contact.first_name := coalesce(start_checkout.first_name, v_contact.first_name);
  v_contact.last_name := coalesce(start_checkout.last_name, v_contact.last_name);
  v_contact.phone := coalesce(start_checkout.phone, v_contact.phone);
  if v_contact.email is null or v_contact.email !~ '^[^@[:space:]]+@[^@[:space:]]+$' then
    raise exception 'An e-mail address is needed, where the tickets go.'
      using errcode = 'LMCON', detail = 'email';
  end if;

  perform app_private.prolong_hold(
    v_booking, least(
      now() + make_interval(secs => v_sale.checkout_seconds),
      v_booking.created_at + make_interval(secs => v_sale.hold_seconds_max)
    )
  );
  update app_public.bookings as b
  set customer_id = app_private.find_or_create_customer(
      v_booking.organization_id, v_booking.user_id, v_contact.email, v_contact.first_name,
      v_contact.last_name, v_contact.phone
    ),
    customer_email = v_contact.email,
    customer_name = nullif(concat_ws(' ', v_contact.first_name, v_contact.last_name), ''),
    checkout_started_at = now()
  where b.id = v_booking.id
  returning * into v_booking;

  perform app_private.require_buyer_limits(v_booking);
  if v_booking.discount_cents > 0 then
    perform app_private.require_discount_uses(v_booking);
  end if;

  v_action := app_private.screen_checkout(v_booking, v_contact.phone);
  if v_action = 'block' then
    perform app_private.refuse_checkout(v_booking);
  elsif v_action = 'review' then
    perform app_private.hold_for_review(v_booking);
  elsif v_requires_approval then
    perform app_private.request_approval(v_booking);
  else
    perform app_private.proceed_to_payment(v_booking);
  end if;
  perform app_private.keep_result(start_checkout.idempotency_key, v_booking.id);
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.start_checkout(uuid, text, text, text, text, text) is
  'Freezes a draft, prolongs its hold and asks for the payment; a free booking is confirmed at '
  'once. A user''s own address and name are the defaults. The rules against fraud may return it '
  'canceled (not accepted; its seats are free) or as fraud_hold (somebody looks at it first), and a '
  'category that requires approval as pending_approval. '
  'Raises LMBKG, LMBST, LMEXP, LMCON (no e-mail address), LMQTY (empty), LMEVT, LMSAL, LMINP, '
  'LMSES, LMCRT, LMIDK, LMLIM (the organization''s plan), LMMAX (one buyer gets no more), '
  'LMPLN (its payment plan is not for it any more), '
  'LMDSC (one buyer uses the discount code no more often), '
  'LMNFD (a private event without its code).';
grant execute on function app_public.start_checkout(uuid, text, text, text, text, text)
  to lml_anonymous, lml_user;

--! split: 1167-functions-bookings-store_booking_totals.sql
-- Whatever changes the lines of a booking calls this afterwards, so here is where lines that depend on
-- each other are priced: what an event without rules, and a booking without a code, need not.
create or replace function app_private.store_booking_totals(booking_id uuid)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  if exists (
    select
    from app_public.bookings as b
    join app_public.performances as p
      on p.organization_id = b.organization_id and p.id = b.performance_id
    join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
    where b.id = store_booking_totals.booking_id
      and (
        -- A row is not null only when all of it is not.
        not b.price_terms is null
        or e.has_price_rules or e.absorbs_service_fees or e.absorbs_processing_fees
        or e.tax_jurisdiction_id is not null
      )
  ) then
    perform app_private.price_booking(store_booking_totals.booking_id);
  end if;
  update app_public.bookings as b
  set subtotal_cents = t.subtotal_cents,
    discount_cents = t.discount_cents,
    service_fee_cents = t.service_fee_cents,
    processing_fee_cents = t.processing_fee_cents,
    tax_cents = t.tax_cents,
    total_amount_cents = t.total_amount_cents,
    commission_amount_cents = t.commission_amount_cents,
    payout_cents = t.payout_cents,
    service_fee_absorbed_cents = t.service_fee_absorbed_cents,
    processing_fee_absorbed_cents = t.processing_fee_absorbed_cents,
    tax_included_cents = t.tax_included_cents
  from app_public.calculate_booking_totals(store_booking_totals.booking_id) as t
  where b.id = store_booking_totals.booking_id
  returning b.* into v_booking;
  return v_booking;
end
$$;

comment on function app_private.store_booking_totals(uuid) is
  'Prices what is to be priced together, and writes the sums of its lines into a booking, which the '
  'caller has locked. Raises LMSAL, LMMBR.';

--! split: 1168-functions-bookings-tg_booking_payment_schedule__check_sum.sql
-- At the end of each transaction, for a check constraint cannot see other rows.
create or replace function app_hidden.tg_booking_payment_schedule__check_sum()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_row jsonb := to_jsonb(coalesce(new, old));
  v_booking_id uuid := coalesce(v_row ->> 'booking_id', v_row ->> 'id')::uuid;
begin
  if exists (
    select
    from app_public.bookings as b
    cross join lateral (
      select sum(s.amount_cents) as total
      from app_public.booking_payment_schedule as s
      where s.organization_id = b.organization_id and s.booking_id = b.id
    ) as s
    where b.organization_id = (v_row ->> 'organization_id')::uuid
      and b.id = v_booking_id
      and s.total <> b.total_amount_cents
  ) then
    raise exception 'The parts of booking % are not its total.', v_booking_id
      using errcode = 'LMSUM';
  end if;
  return null;
end
$$;

comment on function app_hidden.tg_booking_payment_schedule__check_sum() is
  'Raises LMSUM at commit.';

drop trigger if exists _900_check_sum on app_public.booking_payment_schedule;
create constraint trigger _900_check_sum
  after insert or update of amount_cents or delete on app_public.booking_payment_schedule
  deferrable initially deferred
  for each row execute function app_hidden.tg_booking_payment_schedule__check_sum();

drop trigger if exists _900_check_parts on app_public.bookings;
create constraint trigger _900_check_parts
  after update of total_amount_cents on app_public.bookings
  deferrable initially deferred
  for each row when (new.payment_plan_id is not null)
  execute function app_hidden.tg_booking_payment_schedule__check_sum();

--! split: 1169-functions-bookings-tg_bookings__check_totals.sql
-- At the end of each transaction that wrote lines or amounts, a booking is the sum of its lines.
-- A check constraint cannot see other rows, and must not pretend to.
create or replace function app_hidden.tg_bookings__check_totals()
returns trigger
language plpgsql security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_booking_id uuid;
  v_organization_id uuid;
begin
  if tg_table_name = 'bookings' then
    v_booking_id := new.id;
    v_organization_id := new.organization_id;
  elsif tg_op = 'DELETE' then
    v_booking_id := old.booking_id;
    v_organization_id := old.organization_id;
  else
    v_booking_id := new.booking_id;
    v_organization_id := new.organization_id;
  end if;
  if exists (
    select
    from app_public.bookings as b
    cross join lateral (
      select
        coalesce(sum(i.subtotal_cents), 0) as subtotal,
        coalesce(sum(i.discount_cents), 0) as discount,
        coalesce(sum(i.service_fee_cents), 0) as service_fee,
        coalesce(sum(i.processing_fee_cents), 0) as processing_fee,
        coalesce(sum(i.tax_cents), 0) as tax,
        coalesce(sum(i.service_fee_absorbed_cents), 0) as service_fee_absorbed,
        coalesce(sum(i.processing_fee_absorbed_cents), 0) as processing_fee_absorbed,
        coalesce(sum(i.tax_included_cents), 0) as tax_included
      from app_public.booking_items as i
      where i.organization_id = b.organization_id and i.booking_id = b.id
    ) as s
    where b.organization_id = v_organization_id
      and b.id = v_booking_id
      and (
        b.subtotal_cents <> s.subtotal or b.discount_cents <> s.discount
        or b.service_fee_cents <> s.service_fee or b.processing_fee_cents <> s.processing_fee
        or b.tax_cents <> s.tax
        or b.service_fee_absorbed_cents <> s.service_fee_absorbed
        or b.processing_fee_absorbed_cents <> s.processing_fee_absorbed
        or b.tax_included_cents <> s.tax_included
      )
  ) then
    raise exception 'The amounts of booking % are not the sum of its lines.', v_booking_id
      using errcode = 'LMSUM';
  end if;
  return null;
end
$$;

comment on function app_hidden.tg_bookings__check_totals() is 'Raises LMSUM at commit.';

drop trigger if exists _900_check_totals on app_public.bookings;
create constraint trigger _900_check_totals
  after insert or update of subtotal_cents, discount_cents, service_fee_cents,
    processing_fee_cents, tax_cents, service_fee_absorbed_cents, processing_fee_absorbed_cents,
    tax_included_cents
  on app_public.bookings
  deferrable initially deferred
  for each row execute function app_hidden.tg_bookings__check_totals();

-- A new line without its amount in the booking is found through the booking's own trigger, unless
-- nobody touched the booking: hence this one too.
drop trigger if exists _900_check_totals on app_public.booking_items;
create constraint trigger _900_check_totals
  after insert or update or delete on app_public.booking_items
  deferrable initially deferred
  for each row execute function app_hidden.tg_bookings__check_totals();

--! split: 1170-functions-bookings-tg_bookings__close_approval.sql
-- However a booking leaves the state, its request is closed: by an answer, the clock, its owner, or
-- with its event.
create or replace function app_hidden.tg_bookings__close_approval()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update app_public.booking_approvals as a
  set decision = case new.status
      when 'pending_payment' then 'approved'
      when 'expired' then 'lapsed'
      else 'withdrawn'
    end::app_public.approval_decision,
    decided_at = now(), decided_by = app_hidden.current_user_id()
  where a.organization_id = new.organization_id and a.booking_id = new.id
    and a.decision is null;
  if found and new.status = 'expired' then
    perform app_private.mail_booking(new, 'booking_lapsed');
  end if;
  return null;
end
$$;

comment on function app_hidden.tg_bookings__close_approval() is 'Closes booking_approvals.';

create or replace trigger _600_close_approval
  after update of status on app_public.bookings
  for each row when (old.status = 'pending_approval' and new.status <> 'pending_approval')
  execute function app_hidden.tg_bookings__close_approval();

--! split: 1171-functions-bookings-update_customer.sql
create or replace function app_public.update_customer(
  customer_id uuid, first_name text default null, last_name text default null,
  phone text default null, address jsonb default null
)
returns app_public.customers
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_customer app_public.customers;
  v_constraint text;
begin
  update app_public.customers as c
  set first_name = nullif(coalesce(update_customer.first_name, c.first_name), ''),
    last_name = nullif(coalesce(update_customer.last_name, c.last_name), ''),
    phone = nullif(coalesce(update_customer.phone, c.phone), ''),
    address = coalesce(update_customer.address, c.address)
  where c.id = update_customer.customer_id
    and (
      c.user_id = v_user_id
      or app_hidden.has_permission(c.organization_id, 'customers.read_names')
        and app_hidden.has_permission(c.organization_id, 'bookings.manage')
    )
  returning * into v_customer;
  if v_customer.id is null then
    raise exception 'There is no such customer, or not for you.'
      using errcode = 'LMNFD', detail = format('%s', update_customer.customer_id);
  end if;
  return v_customer;
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name;
    perform app_hidden.raise_bad_input(v_constraint, null);
end
$$;

comment on function app_public.update_customer(uuid, text, text, text, jsonb) is
  'Changes what an organization knows of a customer: null leaves a value as it is, an empty text '
  'removes it. For customers with an account themselves, and for staff with customers.read_names '
  'and bookings.manage. Raises LMNFD, LMINP, LMAUT, LMSES.';
grant execute on function app_public.update_customer(uuid, text, text, text, jsonb) to lml_user;

--! split: 1172-functions-bookings-uses_refusal.sql
-- Carts that are under way count until they run out. The caller has locked the code, and this is a
-- statement of its own, so it sees every use before it.
create or replace function app_private.uses_refusal(
  code app_public.discount_codes, booking app_public.bookings
)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_uses bigint;
  v_own_uses bigint;
begin
  if num_nonnulls((uses_refusal.code).uses_max, (uses_refusal.code).uses_per_customer_max) = 0
  then
    return null;
  end if;
  select
    count(*),
    count(*) filter (
      where b.user_id = (uses_refusal.booking).user_id
        or b.cart_token_hash = (uses_refusal.booking).cart_token_hash
        or b.customer_email operator(public.=) (uses_refusal.booking).customer_email
    )
  into v_uses, v_own_uses
  from app_public.discount_redemptions as r
  join app_public.bookings as b
    on b.organization_id = r.organization_id and b.id = r.booking_id
  where r.organization_id = (uses_refusal.code).organization_id
    and r.discount_code_id = (uses_refusal.code).id
    and r.booking_id is distinct from (uses_refusal.booking).id
    and b.status not in ('canceled', 'refunded', 'expired')
    and (b.expires_at is null or b.expires_at > now());
  return case
    when v_uses >= (uses_refusal.code).uses_max then 'used_up'
    when v_own_uses >= (uses_refusal.code).uses_per_customer_max then 'used_by_you'
  end;
end
$$;

comment on function app_private.uses_refusal(app_public.discount_codes, app_public.bookings) is
  'Why a booking may not use a code once more: used_up, used_by_you, or it may (null).';

--! split: 1173-functions-bookings-waive_lines.sql
-- What nobody pays has no fees, no taxes and no commission: the whole price is taken off.
create or replace function app_private.waive_lines(booking app_public.bookings)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_public.booking_items as i
  set discount_cents = i.subtotal_cents, service_fee_cents = 0, processing_fee_cents = 0,
    tax_cents = 0, total_cents = 0
  where i.organization_id = (waive_lines.booking).organization_id
    and i.booking_id = (waive_lines.booking).id;
  return app_private.store_booking_totals((waive_lines.booking).id);
end
$$;

comment on function app_private.waive_lines(app_public.bookings) is
  'Makes a booking free, and returns it.';

--! split: 1174-functions-bookings-write_add_on_line.sql
-- A line that is there keeps its unit price, as those of tickets do.
create or replace function app_private.write_add_on_line(
  booking app_public.bookings, sale app_private.sale, add_on app_public.add_ons, quantity integer
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_unit_price bigint := (write_add_on_line.add_on).price_cents;
  v_item app_public.booking_items;
begin
  select * into v_item
  from app_public.booking_items as i
  where i.organization_id = (write_add_on_line.booking).organization_id
    and i.booking_id = (write_add_on_line.booking).id
    and i.add_on_id = (write_add_on_line.add_on).id;
  v_unit_price := coalesce(v_item.unit_price_cents, v_unit_price);
  if write_add_on_line.quantity = 0 then
    delete from app_public.booking_items as i where i.id = v_item.id;
    return;
  end if;
  insert into app_public.booking_items as i (
    id, organization_id, booking_id, item_type, add_on_id, quantity, unit_price_cents,
    subtotal_cents, service_fee_cents, processing_fee_cents, tax_cents, total_cents
  )
  select
    coalesce(v_item.id, uuidv7()), (write_add_on_line.booking).organization_id,
    (write_add_on_line.booking).id, 'add_on', (write_add_on_line.add_on).id,
    write_add_on_line.quantity, v_unit_price, l.subtotal_cents, l.service_fee_cents,
    l.processing_fee_cents, l.tax_cents, l.total_cents
  from app_hidden.price_line(v_unit_price, write_add_on_line.quantity, write_add_on_line.sale) as l
  on conflict (id) do update
  set quantity = excluded.quantity,
    subtotal_cents = excluded.subtotal_cents,
    service_fee_cents = excluded.service_fee_cents,
    processing_fee_cents = excluded.processing_fee_cents,
    tax_cents = excluded.tax_cents,
    total_cents = excluded.total_cents;
end
$$;

comment on function app_private.write_add_on_line(
  app_public.bookings, app_private.sale, app_public.add_ons, integer
) is 'Writes, changes or removes the line of an add-on; the caller stores the totals.';

--! split: 1175-functions-payments-add_keyed_job.sql
-- A job that waits under the same key is replaced, and so is one that has failed for good.
create or replace function app_private.add_keyed_job(
  identifier text, payload jsonb, job_key text, delay interval default '0'
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform graphile_worker.add_job(
    add_keyed_job.identifier, add_keyed_job.payload::json,
    run_at => now() + add_keyed_job.delay, job_key => add_keyed_job.job_key
  );
end
$$;

comment on function app_private.add_keyed_job(text, jsonb, text, interval) is
  'Adds a job for the worker, of which one waits at a time.';

--! split: 1176-functions-payments-add_stripe_job.sql
create or replace function app_private.add_stripe_job(
  purpose text, subject_id uuid, delay interval
)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.add_keyed_job(
    replace(add_stripe_job.purpose, '.', '__'),
    jsonb_build_object(
      split_part(add_stripe_job.purpose, '.', 1) || '_id', add_stripe_job.subject_id
    ),
    add_stripe_job.purpose || ':' || add_stripe_job.subject_id,
    add_stripe_job.delay
  )
$$;

comment on function app_private.add_stripe_job(text, uuid, interval) is
  'Has a call made later: refund.create of a refund is the task refund__create with its refund_id.';

--! split: 1177-functions-payments-apply_charge.sql
-- The payment intent says what was paid. A charge adds by which charge, and what Stripe has returned
-- of it without being asked.
create or replace function app_private.apply_charge(object jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_object jsonb := apply_charge.object;
  v_stripe_id text := coalesce(
    v_object #>> '{payment_intent,id}', v_object ->> 'payment_intent'
  );
  v_intent app_public.payment_intents;
begin
  if v_stripe_id is null then
    return 'ignored: no payment intent';
  end if;
  v_intent := app_private.lock_payment_of(v_object);
  if v_intent.id is null then
    return 'parked: ' || v_stripe_id;
  end if;
  if v_stripe_id <> v_intent.stripe_payment_intent_id then
    return 'refused: event_identity_differs';
  end if;
  if v_object ->> 'amount' is distinct from v_intent.amount_cents::text then
    return 'refused: event_amount_differs';
  end if;
  if upper(v_object ->> 'currency') is distinct from v_intent.currency then
    return 'refused: event_currency_differs';
  end if;
  -- All that was ever asked for, as news of a refund that failed later may come after that.
  if (v_object ->> 'amount_refunded')::numeric > (
    select coalesce(sum(r.amount_cents), 0)
    from app_public.refunds as r
    where r.organization_id = v_intent.organization_id and r.payment_intent_id = v_intent.id
  ) then
    return 'refused: refund_not_asked_for';
  end if;
  if v_object ->> 'status' is distinct from 'succeeded' then
    return 'applied';
  end if;
  if v_intent.stripe_charge_id <> v_object ->> 'id' then
    return 'refused: second_charge';
  end if;
  update app_public.payment_intents as p
  set stripe_charge_id = v_object ->> 'id'
  where p.id = v_intent.id and p.stripe_charge_id is null;
  return 'applied';
end
$$;

comment on function app_private.apply_charge(jsonb) is
  'What Stripe says of a charge: applied, ignored without a payment intent, parked while that is '
  'unknown, refused when it is not what was asked for.';

--! split: 1178-functions-payments-apply_payment_intent.sql
-- Events come in any order and any number: each moves the payment forward or changes nothing. What
-- has ended at Stripe stays ended. Before that a payment goes to and fro between its states, so the
-- newest news count: by the second, and within one by how far on they are.
create or replace function app_private.apply_payment_intent(object jsonb, event jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_object jsonb := apply_payment_intent.object;
  v_intent app_public.payment_intents := app_private.lock_payment_of(v_object);
  v_status text := v_object ->> 'status';
  v_refusal text;
  v_news text;
begin
  if v_intent.id is null then
    return app_private.outcome_without_parent(v_object, 'lml_payment_intent_id');
  end if;
  v_refusal := app_private.payment_intent_refusal(v_object, v_intent);
  if v_refusal is not null then
    return v_refusal;
  end if;
  if v_intent.status = 'succeeded' then
    return 'applied';
  end if;
  if v_status = 'succeeded' then
    perform app_private.receive_payment(v_intent, v_object ->> 'id');
    -- Of attempts that failed before, nothing is left, in whichever order they are told.
    if v_intent.failure_code is not null or v_intent.failure_message is not null then
      update app_public.payment_intents as p
      set failure_code = null, failure_message = null
      where p.id = v_intent.id;
    end if;
    return 'applied';
  end if;

  v_news := app_private.stripe_news(apply_payment_intent.event, v_object);
  if v_news <= v_intent.stripe_news collate "C"
    -- Stripe's answer to our call tells it before its event.
    or v_intent.stripe_status = 'canceled' and v_status <> 'canceled'
  then
    return 'applied';
  end if;
  update app_public.payment_intents as p
  set stripe_payment_intent_id = v_object ->> 'id',
    stripe_status = v_status,
    stripe_news = v_news,
    status = case
      when v_status = 'canceled' then 'canceled'
      -- Given up, or refused by Stripe: whatever is still told of it.
      when p.status in ('canceled', 'failed') then p.status::text
      when v_status = 'processing' then 'processing'
      when v_status = 'requires_action' then 'requires_action'
      else 'pending'
    end::app_public.payment_status,
    canceled_at = case when v_status = 'canceled' then coalesce(p.canceled_at, now())
      else p.canceled_at end,
    -- The newest news only: a new attempt has not failed yet.
    failure_code = case when p.status = 'failed' then p.failure_code else coalesce(
      v_object #>> '{last_payment_error,decline_code}', v_object #>> '{last_payment_error,code}'
    ) end,
    failure_message = case when p.status = 'failed' then p.failure_message
      else v_object #>> '{last_payment_error,message}' end
  where p.id = v_intent.id;
  return 'applied';
end
$$;

comment on function app_private.apply_payment_intent(jsonb, jsonb) is
  'What Stripe says of a payment intent: applied, ignored when it is not ours, parked when it is not '
  'known, refused when its amount, currency or identity is not what was asked for.';

--! split: 1179-functions-payments-apply_payment_method.sql
-- Events come in any order: a card that was removed stays so when the news that it was saved comes
-- late, because Stripe never lets one be saved again.
create or replace function app_private.apply_payment_method(payload jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_object jsonb := apply_payment_method.payload #> '{data,object}';
  v_is_detached boolean := apply_payment_method.payload ->> 'type' = 'payment_method.detached';
  v_customer app_private.stripe_customers;
begin
  select * into v_customer
  from app_private.stripe_customers as c
  where c.stripe_id = coalesce(
    v_object ->> 'customer',
    apply_payment_method.payload #>> '{data,previous_attributes,customer}'
  );
  if v_customer.id is null or v_object ->> 'type' is distinct from 'card' then
    return 'ignored: nobody''s whom we know';
  end if;
  insert into app_private.saved_payment_methods as m (
    organization_id, stripe_customer_id, stripe_id, brand, last4, exp_month, exp_year,
    removed_at, detached_at
  )
  values (
    v_customer.organization_id, v_customer.id, v_object ->> 'id', v_object #>> '{card,brand}',
    v_object #>> '{card,last4}', (v_object #>> '{card,exp_month}')::integer,
    (v_object #>> '{card,exp_year}')::integer,
    case when v_is_detached then now() end, case when v_is_detached then now() end
  )
  on conflict (stripe_id, organization_id) do update
  set brand = excluded.brand, last4 = excluded.last4, exp_month = excluded.exp_month,
    exp_year = excluded.exp_year,
    removed_at = coalesce(m.removed_at, excluded.removed_at),
    detached_at = coalesce(m.detached_at, excluded.detached_at);
  return 'applied';
end
$$;

comment on function app_private.apply_payment_method(jsonb) is
  'What Stripe says of a saved card: applied, or ignored when it is nobody''s whom we know.';

--! split: 1180-functions-payments-apply_refund.sql
create or replace function app_private.apply_refund(object jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_text text := apply_refund.object #>> '{metadata,lml_refund_id}';
  v_refund app_public.refunds;
begin
  if not pg_input_is_valid(coalesce(v_text, ''), 'uuid') then
    return app_private.outcome_of_unasked_refund(apply_refund.object);
  end if;
  select * into v_refund from app_public.refunds as r where r.id = v_text::uuid;
  if not found then
    return app_private.outcome_without_parent(apply_refund.object, 'lml_refund_id');
  end if;
  if apply_refund.object ->> 'amount' is distinct from v_refund.amount_cents::text then
    return 'refused: event_amount_differs';
  end if;
  if upper(apply_refund.object ->> 'currency') is distinct from v_refund.currency then
    return 'refused: event_currency_differs';
  end if;
  if apply_refund.object ->> 'id' <> v_refund.stripe_refund_id then
    return 'refused: event_identity_differs';
  end if;
  perform app_private.record_refund(
    v_refund.id, apply_refund.object ->> 'id', apply_refund.object ->> 'status',
    apply_refund.object ->> 'failure_reason'
  );
  return 'applied';
end
$$;

comment on function app_private.apply_refund(jsonb) is
  'What Stripe says of a refund: applied, ignored when it is not ours, parked when it is not known, '
  'refused when it is not what was asked for.';

--! split: 1181-functions-payments-apply_stripe_event.sql
create or replace function app_private.apply_stripe_event(event_id text)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_private.stripe_events;
begin
  select * into strict v_event
  from app_private.stripe_events as e where e.id = apply_stripe_event.event_id
  for update;
  if v_event.applied_at is not null then
    return v_event.outcome;
  end if;
  return app_private.record_stripe_outcome(
    v_event, app_private.dispatch_stripe_event(v_event)
  );
end
$$;

comment on function app_private.apply_stripe_event(text) is
  'Applies an event of the inbox once: applied, ignored (not about us), refused (it contradicts '
  'what was asked for, and is a finding for people to look at), or parked (what it is about is not '
  'known yet: it is tried again).';
grant execute on function app_private.apply_stripe_event(text) to lml_worker;

--! split: 1182-functions-payments-approve_refund.sql
create or replace function app_public.approve_refund(request_id uuid, note text default null)
returns app_public.refund_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_request app_public.refund_requests := app_private.lock_refund_request(
    approve_refund.request_id
  );
  v_booking app_public.bookings;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.refuse_impersonator();
  if v_request.requested_by = app_hidden.current_user_id() then
    raise exception 'Somebody else has to approve what you have asked for.'
      using errcode = 'LMAPV', hint = 'Ask another member with payments.approve.';
  end if;
  select * into strict v_booking from app_public.bookings as b where b.id = v_request.booking_id;
  perform app_private.require_refundable(v_booking, v_request.kind);
  update app_public.refund_requests as r
  set status = 'approved', decided_by = app_hidden.current_user_id(), decided_at = now(),
    decision_note = approve_refund.note
  where r.id = v_request.id
  returning * into v_request;
  return app_private.carry_out_request(v_booking, v_request);
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.approve_refund(uuid, text) is
  'Approves a refund that somebody else has asked for, which queues it at once. Needs '
  'payments.approve. Raises LMNFD, LMRGT, LMAPV (your own), LMRFD (it was decided), LMRFX (less is '
  'left), LMBST, LMTUS, LMTVD, LMINP, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.approve_refund(uuid, text) to lml_user;

--! split: 1183-functions-payments-ask_for_payment.sql
-- Whose card is to be kept has to be known at Stripe first; what makes them known goes on with this.
create or replace function app_private.ask_for_payment(payment_intent_id uuid)
returns void
language sql volatile security definer set search_path = ''
as $$
  select case
    when c.id is null or c.stripe_id is not null then app_private.add_job(
      'payment_intent__create', jsonb_build_object('payment_intent_id', p.id)
    )
    else app_private.add_job(
      'stripe_customer__create', jsonb_build_object('stripe_customer_id', c.id)
    )
  end
  from app_public.payment_intents as p
  left join app_private.payment_choices as h
    on h.organization_id = p.organization_id and h.booking_id = p.booking_id
  left join app_private.stripe_customers as c
    on c.organization_id = h.organization_id and c.id = h.stripe_customer_id
  where p.id = ask_for_payment.payment_intent_id
$$;

comment on function app_private.ask_for_payment(uuid) is
  'Has the worker ask Stripe for a payment that was written down.';

--! split: 1184-functions-payments-ask_for_payments_of.sql
create or replace function app_private.ask_for_payments_of(stripe_customer_id uuid)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.add_job(
    'payment_intent__create', jsonb_build_object('payment_intent_id', p.id)
  )
  from app_private.payment_choices as h
  join app_public.payment_intents as p
    on p.organization_id = h.organization_id and p.booking_id = h.booking_id
  where h.stripe_customer_id = ask_for_payments_of.stripe_customer_id
    and p.status = 'pending'
$$;

comment on function app_private.ask_for_payments_of(uuid) is
  'Goes on with the payments that waited until Stripe knew whose card they keep.';
grant execute on function app_private.ask_for_payments_of(uuid) to lml_worker;

--! split: 1185-functions-payments-begin_stripe_call.sql
-- Committed before Stripe is asked. While Stripe cannot be reached, one call in a while tries, and the
-- jobs of the others come again later: an outage uses up nobody's attempts.
create or replace function app_private.begin_stripe_call(
  organization_id uuid, purpose text, subject_id uuid, idempotency_key text, request_hash text
)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- Stripe remembers an idempotency key for 24 hours. Later, asking again could mean having it twice.
  c_remembered constant interval := '23 hours';
  v_wait interval := app_private.claim_stripe_attempt();
  v_result jsonb;
begin
  if v_wait > '0' then
    perform app_private.add_stripe_job(
      begin_stripe_call.purpose, begin_stripe_call.subject_id, v_wait
    );
    return jsonb_build_object('is_postponed', true);
  end if;
  insert into app_private.stripe_calls as c (
    organization_id, purpose, subject_id, idempotency_key, request_hash
  )
  values (
    begin_stripe_call.organization_id, begin_stripe_call.purpose, begin_stripe_call.subject_id,
    begin_stripe_call.idempotency_key, begin_stripe_call.request_hash
  )
  on conflict on constraint stripe_calls_key_is_used_once do update
  set status = 'asked', attempts = c.attempts + 1, last_asked_at = now(), ended_at = null,
    request_hash = case when c.first_asked_at < now() - c_remembered then excluded.request_hash
      else c.request_hash end
  returning jsonb_build_object(
    'call_id', new.id,
    'may_be_forgotten', new.first_asked_at < now() - c_remembered,
    'is_changed', new.request_hash <> begin_stripe_call.request_hash
  ) into v_result;
  return v_result;
end
$$;

comment on function app_private.begin_stripe_call(uuid, text, uuid, text, text) is
  'Writes a call of Stripe down before it is made. is_postponed: it is not to be made now, and its '
  'job comes again; may_be_forgotten: look first whether it was made; is_changed: the key stands for '
  'another request.';
grant execute on function app_private.begin_stripe_call(uuid, text, uuid, text, text)
  to lml_worker;

--! split: 1186-functions-payments-cancellation_offer_of.sql
-- A postponement offers the whole price whatever the terms are, as long as it does.
create or replace function app_private.cancellation_offer_of(booking app_public.bookings)
returns app_private.cancellation_offer
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_offer app_private.cancellation_offer;
begin
  select null, null, 100, p.refunds_until, true, true into v_offer
  from app_public.performances as p
  where p.organization_id = (cancellation_offer_of.booking).organization_id
    and p.id = (cancellation_offer_of.booking).performance_id
    and p.status in ('scheduled', 'postponed') and p.refunds_until > now();
  if found then
    return v_offer;
  end if;
  v_offer := null;
  v_offer.policy_id := case
    when (cancellation_offer_of.booking).status = 'draft' then app_private.cancellation_policy_of(
      (cancellation_offer_of.booking).organization_id,
      (cancellation_offer_of.booking).performance_id
    )
    else (cancellation_offer_of.booking).cancellation_policy_id
  end;
  select c.id, c.version, coalesce(w.percentage, 0), w.until, c.refunds_service_fees,
    c.refunds_processing_fees
  into v_offer
  from app_public.cancellation_policies as c
  left join lateral (
    select w.* from app_private.cancellation_windows_of(
      c.id, (cancellation_offer_of.booking).performance_id
    ) as w
    where w.until >= now()
    order by w.days_before desc
    limit 1
  ) as w on true
  where c.id = v_offer.policy_id;
  v_offer.percentage := coalesce(v_offer.percentage, 0);
  return v_offer;
end
$$;

comment on function app_private.cancellation_offer_of(app_public.bookings) is
  'What the buyer of a booking gets back for it now.';

--! split: 1187-functions-payments-cancellation_policy_of.sql
create or replace function app_private.cancellation_policy_of(
  organization_id uuid, performance_id uuid
)
returns uuid
language sql stable security definer set search_path = ''
as $$
  select c.id
  from app_public.performances as p
  join app_public.cancellation_policies as c
    on c.organization_id = p.organization_id
    and (c.event_id = p.event_id or c.event_id is null)
  where p.organization_id = cancellation_policy_of.organization_id
    and p.id = cancellation_policy_of.performance_id
  order by c.event_id is null, c.version desc
  limit 1
$$;

comment on function app_private.cancellation_policy_of(uuid, uuid) is
  'The terms under which tickets of a performance are sold now: of its event, or of all.';

--! split: 1188-functions-payments-cancellation_terms.sql
create or replace function app_public.cancellation_terms(performance_id uuid)
returns setof app_public.cancellation_term
language sql stable security definer set search_path = ''
as $$
  select w.*
  from app_hidden.visible_performance(cancellation_terms.performance_id) as p
  cross join lateral app_private.cancellation_windows_of(
    app_private.cancellation_policy_of(p.organization_id, p.id), p.id
  ) as w
$$;

comment on function app_public.cancellation_terms(uuid) is
  E'@behavior -filter -orderBy\n'
  'What buyers of a performance get back when they cancel, and until when: the terms of who buys '
  'now. No rows: tickets are not taken back.';
grant execute on function app_public.cancellation_terms(uuid) to lml_anonymous, lml_user;

--! split: 1189-functions-payments-cancellation_windows_of.sql
-- Days are counted by the calendar of the event, so that a change of clocks moves no deadline.
create or replace function app_private.cancellation_windows_of(
  policy_id uuid, performance_id uuid
)
returns setof app_public.cancellation_term
language sql stable security definer set search_path = ''
as $$
  select
    w.days_before,
    ((p.starts_at at time zone z.zone) - make_interval(days => w.days_before)) at time zone z.zone,
    w.percentage, c.refunds_service_fees, c.refunds_processing_fees
  from app_public.cancellation_policies as c
  join app_public.cancellation_windows as w
    on w.organization_id = c.organization_id and w.policy_id = c.id
  join app_public.performances as p
    on p.organization_id = c.organization_id
    and p.id = cancellation_windows_of.performance_id
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  cross join lateral (select coalesce(app_hidden.timezone_of(e), 'UTC') as zone) as z
  where c.id = cancellation_windows_of.policy_id
  order by w.days_before desc
$$;

comment on function app_private.cancellation_windows_of(uuid, uuid) is
  'The windows of a policy at a performance, the longest time before it first.';

--! split: 1190-functions-payments-carry_out_request.sql
-- What the request takes back is computed now, under the lock of its booking: what was taken back
-- in the meantime is not there any more.
create or replace function app_private.carry_out_request(
  booking app_public.bookings, request app_public.refund_requests
)
returns app_public.refund_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := carry_out_request.booking;
  v_request app_public.refund_requests := carry_out_request.request;
  v_ticket_ids uuid[];
  v_parts app_private.refund_part[];
begin
  if v_request.kind in ('full', 'ticket') then
    v_ticket_ids := app_private.lock_tickets_to_return(v_booking, v_request.ticket_ids);
  end if;
  v_parts := array(select p from app_private.parts_of_request(v_booking, v_request) as p);
  if v_request.kind in ('full', 'ticket') then
    perform app_private.take_tickets_back(v_booking, v_ticket_ids);
    if not exists (
      select from app_public.tickets as t
      where t.organization_id = v_booking.organization_id and t.booking_id = v_booking.id
        and t.status in ('valid', 'used')
    ) then
      v_booking := app_private.close_booking(
        v_booking, coalesce(v_request.note, 'Given back by the buyer')
      );
    end if;
  end if;
  update app_public.refund_requests as r
  set amount_cents = (
    select coalesce(sum(app_private.total_of_part(p)), 0) from unnest(v_parts) as p
  )
  where r.id = v_request.id
  returning * into v_request;
  perform app_private.take_back(v_booking, v_request, v_parts);
  return v_request;
end
$$;

comment on function app_private.carry_out_request(
  app_public.bookings, app_public.refund_requests
) is
  'Does what an approved request says: tickets end, seats go on sale, money is queued. '
  'Raises LMTUS, LMTVD, LMRFX.';

--! split: 1191-functions-payments-choose_payment.sql
-- Said before checkout only: afterwards the payment is asked for as it was chosen, however often
-- that takes, since Stripe refuses one key with two requests.
create or replace function app_public.choose_payment(
  booking_id uuid, save_card boolean default false, payment_method_id uuid default null
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_booking app_public.bookings := app_private.lock_booking(
    choose_payment.booking_id, 'bookings.manage'
  );
  v_customer_id uuid;
  v_saves boolean := coalesce(choose_payment.save_card, false)
    and choose_payment.payment_method_id is null;
begin
  if v_booking.user_id is distinct from v_user_id then
    raise exception 'There is no such booking, or it is not yours.'
      using errcode = 'LMBKG', detail = v_booking.id::text;
  end if;
  perform app_private.require_open_draft(v_booking);
  if choose_payment.payment_method_id is null and not v_saves then
    delete from app_private.payment_choices as c
    where c.organization_id = v_booking.organization_id and c.booking_id = v_booking.id;
    return false;
  end if;

  insert into app_private.stripe_customers (organization_id, user_id)
  values (v_booking.organization_id, v_user_id)
  on conflict on constraint stripe_customers_user_has_one_per_organization do nothing;
  select c.id into strict v_customer_id
  from app_private.stripe_customers as c
  where c.organization_id = v_booking.organization_id and c.user_id = v_user_id;
  if choose_payment.payment_method_id is not null and not exists (
    select from app_private.saved_payment_methods as m
    where m.organization_id = v_booking.organization_id
      and m.id = choose_payment.payment_method_id
      and m.stripe_customer_id = v_customer_id
      and m.removed_at is null
  ) then
    raise exception 'There is no such saved card, or it is not yours.'
      using errcode = 'LMNFD', detail = choose_payment.payment_method_id::text;
  end if;

  insert into app_private.payment_choices as c (
    booking_id, organization_id, stripe_customer_id, saved_payment_method_id, saves_card
  )
  values (
    v_booking.id, v_booking.organization_id, v_customer_id, choose_payment.payment_method_id,
    v_saves
  )
  on conflict on constraint payment_choices_pkey do update
  set saved_payment_method_id = excluded.saved_payment_method_id,
    saves_card = excluded.saves_card, chosen_at = now();
  return v_saves;
end
$$;

comment on function app_public.choose_payment(uuid, boolean, uuid) is
  'Before start_checkout: pay for a draft of yours with a saved card, or agree that the card you '
  'pay with is kept for next time. With neither, nothing is kept. Returns whether the card will '
  'be kept. Raises LMSES, LMBKG, LMBST, LMEXP, LMNFD (the card).';
grant execute on function app_public.choose_payment(uuid, boolean, uuid) to lml_user;

--! split: 1192-functions-payments-claim_stripe_attempt.sql
-- Three failures in a row of any calls mean that it is not the call. From then on one call at a time
-- tries; if its worker dies, another one after half a minute.
create or replace function app_private.claim_stripe_attempt()
returns interval
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_retry_at timestamptz;
begin
  select r.retry_at into v_retry_at
  from app_private.stripe_reachability as r where r.failures >= 3;
  if not found then
    return '0';
  end if;
  if v_retry_at <= now() then
    update app_private.stripe_reachability as r
    set retry_at = now() + interval '30 seconds'
    where r.retry_at <= now();
    if found then
      return '0';
    end if;
    v_retry_at := now() + interval '1 second';
  end if;
  -- Not all at the same moment.
  return v_retry_at - now() + random() * interval '3 seconds';
end
$$;

comment on function app_private.claim_stripe_attempt() is
  'How long to wait before Stripe is asked; zero: not at all.';

--! split: 1193-functions-payments-close_period.sql
create or replace function app_public.close_period(
  organization_id uuid, period date, accept_unreconciled boolean default false
)
returns app_public.accounting_periods
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_period app_public.accounting_periods := app_public.start_closing_period(
    close_period.organization_id, close_period.period
  );
  v_unreconciled bigint;
begin
  if v_period.status = 'closed' then
    return v_period;
  end if;
  v_unreconciled := app_private.require_closable(v_period);
  if v_unreconciled > 0 and not coalesce(close_period.accept_unreconciled, false) then
    raise exception '% movements of the month were not compared with Stripe.', v_unreconciled
      using errcode = 'LMPER', detail = 'unreconciled',
        hint = 'Wait for the reconciliation, or accept that they are not.';
  end if;
  perform app_private.write_ledger_balances(v_period);
  update app_public.accounting_periods as p
  set status = 'closed', closed_at = now(), closed_by = app_hidden.current_user_id(),
    unreconciled_count = v_unreconciled::integer
  where p.id = v_period.id
  returning * into v_period;
  return v_period;
end
$$;

comment on function app_public.close_period(uuid, date, boolean) is
  'Closes a month of the books for good, when it has ended, balances, nothing in it is open, and all '
  'before it are closed. Closing it twice is harmless. '
  'Needs books.manage. Raises LMPER, LMBAL, LMNFD, LMRGT, LMAUT.';
grant execute on function app_public.close_period(uuid, date, boolean) to lml_user;

--! split: 1194-functions-payments-create_promoter.sql
create or replace function app_public.create_promoter(
  organization_id uuid, name text, email text default null, idempotency_key text default null
)
returns app_public.promoters
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_promoter app_public.promoters;
  v_known uuid;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_permission(create_promoter.organization_id, 'books.manage');
  v_known := app_private.replay_result(
    create_promoter.idempotency_key, 'create_promoter',
    jsonb_build_array(
      create_promoter.organization_id, create_promoter.name, create_promoter.email
    )
  );
  if v_known is not null then
    select * into strict v_promoter from app_public.promoters as p where p.id = v_known;
    return v_promoter;
  end if;
  insert into app_public.promoters (organization_id, name, email)
  values (create_promoter.organization_id, create_promoter.name, create_promoter.email)
  returning * into v_promoter;
  perform app_private.keep_result(create_promoter.idempotency_key, v_promoter.id);
  return v_promoter;
exception
  when check_violation or not_null_violation or unique_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_promoter(uuid, text, text, text) is
  'Somebody who brings buyers, for a share. Needs books.manage. '
  'Raises LMINP, LMNFD, LMRGT, LMAUT, LMIDK.';
grant execute on function app_public.create_promoter(uuid, text, text, text) to lml_user;

--! split: 1195-functions-payments-decline_refund.sql
-- One's own, too: that is to take it back.
create or replace function app_public.decline_refund(request_id uuid, note text default null)
returns app_public.refund_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_request app_public.refund_requests := app_private.lock_refund_request(
    decline_refund.request_id
  );
  v_constraint text;
  v_column text;
begin
  update app_public.refund_requests as r
  set status = 'declined', decided_by = app_hidden.current_user_id(), decided_at = now(),
    decision_note = decline_refund.note
  where r.id = v_request.id
  returning * into v_request;
  return v_request;
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.decline_refund(uuid, text) is
  'Declines a refund that was asked for. Needs payments.approve. '
  'Raises LMNFD, LMRGT, LMRFD (it was decided), LMINP, LMAUT, LMSES.';
grant execute on function app_public.decline_refund(uuid, text) to lml_user;

--! split: 1196-functions-payments-dispatch_stripe_event.sql
-- The registry: one function for each kind of object. A handler takes the object, locks in the order
-- of docs/architecture.md, may be called with any news in any order and again, and returns
--   applied
--   ignored: why           it is not about us
--   refused: kind          it contradicts what is known: a finding of that kind
--   parked: id             it is about something that is not known yet, and is tried again when a
--                          payment or refund gets that id at Stripe, and by the clock
create or replace function app_private.dispatch_stripe_event(event app_private.stripe_events)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payload jsonb := (dispatch_stripe_event.event).payload;
  v_object jsonb := v_payload #> '{data,object}';
begin
  if jsonb_typeof(v_object) is distinct from 'object' then
    return 'ignored: no object';
  end if;
  if v_object ->> 'livemode' <> (dispatch_stripe_event.event).livemode::text then
    return 'refused: event_mode_differs';
  end if;
  -- Payments, charges and refunds are the platform's own. What they are called on the account of
  -- somebody who is paid out is no news of ours, unless it says that it is.
  if v_payload ->> 'account' is not null
    and v_object ->> 'object' in ('payment_intent', 'charge', 'refund')
  then
    return case
      when app_private.is_stripe_object_ours(v_object) then 'refused: event_account_differs'
      else 'ignored: another account'
    end;
  end if;
  return case v_object ->> 'object'
    when 'payment_intent' then app_private.apply_payment_intent(v_object, v_payload)
    when 'charge' then app_private.apply_charge(v_object)
    when 'refund' then app_private.apply_refund(v_object)
    when 'payment_method' then app_private.apply_payment_method(v_payload)
    else 'ignored: no handler'
  end;
end
$$;

comment on function app_private.dispatch_stripe_event(app_private.stripe_events) is
  'Has the handler of its object apply an event; returns the outcome and its reason.';

--! split: 1197-functions-payments-distribute.sql
-- The largest remainder: everybody gets their share rounded down, and what is left goes, one by one,
-- to those who lost most by it, the first of equals first. So nobody gets more than their weight if
-- the total is not more than all of them.
create or replace function app_hidden.distribute(total_cents bigint, weights bigint[], step integer)
returns bigint[]
language sql immutable set search_path = ''
as $$
  with shares as (
    select
      w.ordinality, w.weight,
      distribute.total_cents::numeric / distribute.step * w.weight
        / greatest((select sum(x) from unnest(distribute.weights) as x), 1) as share
    from unnest(distribute.weights) with ordinality as w (weight, ordinality)
  ),
  ranked as (
    select
      s.ordinality, floor(s.share) as share,
      row_number() over (order by s.share - floor(s.share) desc, s.ordinality) as rank,
      distribute.total_cents / distribute.step - sum(floor(s.share)) over () as left_over
    from shares as s
  )
  select coalesce(
    array_agg(
      ((r.share + (r.rank <= r.left_over)::integer) * distribute.step)::bigint
      order by r.ordinality
    ),
    '{}'
  )
  from ranked as r
$$;

comment on function app_hidden.distribute(bigint, bigint[], integer) is
  'Splits an amount in proportion to weights, in whole steps that sum to it exactly.';

--! split: 1198-functions-payments-end_stripe_call.sql
create or replace function app_private.end_stripe_call(
  call_id uuid, status text, stripe_id text, http_code integer, error_code text,
  stripe_request_id text, duration_ms integer
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_private.stripe_calls as c
  set status = end_stripe_call.status,
    stripe_id = end_stripe_call.stripe_id,
    http_code = end_stripe_call.http_code,
    error_code = end_stripe_call.error_code,
    stripe_request_id = end_stripe_call.stripe_request_id,
    duration_ms = end_stripe_call.duration_ms,
    ended_at = now()
  where c.id = end_stripe_call.call_id;
  -- Whatever it said, it answered.
  update app_private.stripe_reachability as r
  set failures = 0, failing_since = null, retry_at = null, last_error = null
  where r.failures > 0;
end
$$;

comment on function app_private.end_stripe_call(uuid, text, text, integer, text, text, integer) is
  'Remembers what came of a call: succeeded or refused.';
grant execute on function app_private.end_stripe_call(
  uuid, text, text, integer, text, text, integer
) to lml_worker;

--! split: 1199-functions-payments-failed_refunds.sql
create or replace function app_public.failed_refunds(organization_id uuid)
returns setof app_public.refunds
language sql stable security definer set search_path = ''
as $$
  select r.*
  from app_public.refunds as r
  where r.organization_id = failed_refunds.organization_id
    and app_hidden.has_permission(r.organization_id, 'payments.read')
    and r.status in ('failed', 'canceled')
    and app_private.is_refund_open(r)
  order by r.id
$$;

comment on function app_public.failed_refunds(uuid) is
  'Refunds that failed and are not tried again by themselves: for somebody to look at, and to send '
  'again with retry_refund, or to settle otherwise. For members with payments.read.';
grant execute on function app_public.failed_refunds(uuid) to lml_user;

--! split: 1200-functions-payments-find_changed_stripe_call.sql
create or replace function app_private.find_changed_stripe_call(call_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_call app_private.stripe_calls;
begin
  select * into strict v_call
  from app_private.stripe_calls as c where c.id = find_changed_stripe_call.call_id;
  perform app_private.raise_payment_finding(
    'stripe_request_changed', v_call.idempotency_key, v_call.organization_id, null,
    jsonb_build_object('purpose', v_call.purpose, 'subject_id', v_call.subject_id)
  );
end
$$;

comment on function app_private.find_changed_stripe_call(uuid) is
  'Tells people that a key would stand for two requests: nothing is sent until Stripe has forgotten it.';
grant execute on function app_private.find_changed_stripe_call(uuid) to lml_worker;

--! split: 1201-functions-payments-freeze_promoter_share.sql
-- Once, when a booking is confirmed: whatever is agreed with the promoter later is for others. It is
-- one statement for all sales, which finds nothing where an event has no promoter.
create or replace function app_private.freeze_promoter_share(booking app_public.bookings)
returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_promoter app_public.event_promoters;
  v_share_cents bigint;
begin
  select ep.* into v_promoter
  from app_public.performances as p
  join app_public.event_promoters as ep
    on ep.organization_id = p.organization_id and ep.event_id = p.event_id
  where p.organization_id = (freeze_promoter_share.booking).organization_id
    and p.id = (freeze_promoter_share.booking).performance_id;
  if not found then
    return 0;
  end if;
  v_share_cents := app_hidden.percentage_of(
    (freeze_promoter_share.booking).payout_cents, v_promoter.share_percentage
  );
  insert into app_public.promoter_shares (
    organization_id, booking_id, promoter_id, share_percentage, base_cents, share_cents
  )
  values (
    v_promoter.organization_id, (freeze_promoter_share.booking).id, v_promoter.promoter_id,
    v_promoter.share_percentage, (freeze_promoter_share.booking).payout_cents, v_share_cents
  );
  return v_share_cents;
end
$$;

comment on function app_private.freeze_promoter_share(app_public.bookings) is
  'What the promoter of a booking''s event is given of it; zero without one.';

--! split: 1202-functions-payments-is_refund_open.sql
create or replace function app_private.is_refund_open(refund app_public.refunds)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select (is_refund_open.refund).status in ('pending', 'processing')
    or (
      (is_refund_open.refund).status in ('failed', 'canceled')
      and not exists (
        select from app_public.refunds as later
        where later.organization_id = (is_refund_open.refund).organization_id
          and later.retried_refund_id = (is_refund_open.refund).id
      )
    )
$$;

comment on function app_private.is_refund_open(app_public.refunds) is
  'Whether its money is still to arrive: it is under way, or it failed and nobody tried it again.';

--! split: 1203-functions-payments-is_stripe_object_ours.sql
create or replace function app_private.is_stripe_object_ours(object jsonb)
returns boolean
language sql immutable security definer set search_path = ''
as $$
  select coalesce(
    jsonb_typeof(is_stripe_object_ours.object -> 'metadata') = 'object'
    and is_stripe_object_ours.object -> 'metadata'
      ?| array['lml_payment_intent_id', 'lml_refund_id', 'lml_booking_id', 'lml_organization_id'],
    false
  )
$$;

comment on function app_private.is_stripe_object_ours(jsonb) is
  'Whether an object says that it was made by us.';

--! split: 1204-functions-payments-is_stripe_reachable.sql
create or replace function app_private.is_stripe_reachable()
returns boolean
language sql stable security definer set search_path = ''
as $$
  select not exists (select from app_private.stripe_reachability as r where r.failures >= 3)
$$;

comment on function app_private.is_stripe_reachable() is
  'Whether Stripe has answered our latest calls.';

--! split: 1205-functions-payments-known_refund_request.sql
create or replace function app_private.known_refund_request(id uuid)
returns app_public.refund_requests
language sql stable security definer set search_path = ''
as $$ select * from app_public.refund_requests as r where r.id = known_refund_request.id $$;

comment on function app_private.known_refund_request(uuid) is 'A request by its id.';

--! split: 1206-functions-payments-ledger_balances_at.sql
-- From the end of the last closed month, so that only what came since is summed.
create or replace function app_private.ledger_balances_at(
  organization_id uuid, at timestamptz default 'infinity'
)
returns table (
  account_id uuid, kind app_public.ledger_account_kind, currency text, balance_cents bigint
)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  v_closed date;
begin
  select max(p.period) into v_closed
  from app_public.accounting_periods as p
  where p.organization_id = ledger_balances_at.organization_id
    and p.status = 'closed' and p.ends_at <= ledger_balances_at.at;
  return query
  select a.id, a.kind, a.currency, (coalesce(b.closing_cents, 0) + coalesce(m.moved, 0))::bigint
  from app_public.ledger_accounts as a
  left join app_public.ledger_balances as b
    on b.organization_id = a.organization_id and b.account_id = a.id and b.period = v_closed
  left join (
    select e.account_id, sum(e.amount_cents) as moved
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    where t.organization_id = ledger_balances_at.organization_id
      and t.accounting_period > coalesce(v_closed, '-infinity')
      and t.effective_at < ledger_balances_at.at
    group by e.account_id
  ) as m on m.account_id = a.id
  where a.organization_id = ledger_balances_at.organization_id;
end
$$;

comment on function app_private.ledger_balances_at(uuid, timestamptz) is
  'The balance of every account of an organization before a moment; debit is positive.';

--! split: 1207-functions-payments-lock_booking_for_refund.sql
-- For staff only: its buyer may lock a booking, too, and decides nothing about money.
create or replace function app_private.lock_booking_for_refund(booking_id uuid, permission text)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  perform app_hidden.require_user_id();
  v_booking := app_private.lock_booking(
    lock_booking_for_refund.booking_id, lock_booking_for_refund.permission
  );
  if not app_hidden.has_performance_permission(
    v_booking.organization_id, v_booking.performance_id, lock_booking_for_refund.permission
  ) then
    raise exception 'Only staff of the organization may decide this.'
      using errcode = 'LMRGT', detail = lock_booking_for_refund.permission,
        hint = 'Return tickets under the terms they were bought with.';
  end if;
  return v_booking;
end
$$;

comment on function app_private.lock_booking_for_refund(uuid, text) is
  'The booking, locked, for staff with a permission. Raises LMBKG, LMRGT, LMAUT, LMSES.';

--! split: 1208-functions-payments-lock_correction.sql
create or replace function app_private.lock_correction(correction_id uuid)
returns app_public.ledger_corrections
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_correction app_public.ledger_corrections;
begin
  perform app_hidden.require_platform_role('support');
  select * into v_correction
  from app_public.ledger_corrections as c
  where c.id = lock_correction.correction_id
  for no key update;
  if not found then
    raise exception 'There is no such correction.'
      using errcode = 'LMNFD', detail = 'correction_id';
  end if;
  if v_correction.status <> 'requested' then
    raise exception 'The correction is %.', v_correction.status
      using errcode = 'LMCOR', detail = v_correction.status::text;
  end if;
  if v_correction.requested_by = app_hidden.current_user_id() then
    raise exception 'Somebody else decides on what you ask for.'
      using errcode = 'LMRGT', detail = 'requested_by', hint = 'Ask a colleague.';
  end if;
  return v_correction;
end
$$;

comment on function app_private.lock_correction(uuid) is
  'A correction that the caller may decide on, locked. Raises LMCOR, LMNFD, LMRGT, LMAUT.';

--! split: 1209-functions-payments-lock_payment_of.sql
-- The booking is locked first, as everywhere.
create or replace function app_private.lock_payment_of(object jsonb)
returns app_public.payment_intents
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents := app_private.payment_of_stripe_object(
    lock_payment_of.object
  );
begin
  if v_intent.id is null then
    return null;
  end if;
  perform from app_public.bookings as b
  where b.organization_id = v_intent.organization_id and b.id = v_intent.booking_id
  for no key update;
  select * into strict v_intent
  from app_public.payment_intents as p where p.id = v_intent.id
  for no key update;
  return v_intent;
end
$$;

comment on function app_private.lock_payment_of(jsonb) is
  'The payment intent that a Stripe object is about, locked with its booking; null: not ours.';

--! split: 1210-functions-payments-lock_period.sql
create or replace function app_private.lock_period(organization_id uuid, period date)
returns app_public.accounting_periods
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_period app_public.accounting_periods;
begin
  perform app_hidden.require_permission(lock_period.organization_id, 'books.manage');
  select * into v_period
  from app_public.accounting_periods as p
  where p.organization_id = lock_period.organization_id
    and p.period = date_trunc('month', lock_period.period)::date
  for no key update;
  if not found then
    raise exception 'The books have no such month.' using errcode = 'LMNFD', detail = 'period';
  end if;
  return v_period;
end
$$;

comment on function app_private.lock_period(uuid, date) is
  'A month of the books, locked. Raises LMNFD, LMRGT, LMAUT, LMSES.';

--! split: 1211-functions-payments-lock_refund_request.sql
create or replace function app_private.lock_refund_request(request_id uuid)
returns app_public.refund_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_request app_public.refund_requests;
begin
  select * into v_request
  from app_public.refund_requests as r where r.id = lock_refund_request.request_id;
  perform app_hidden.require_permission(v_request.organization_id, 'payments.approve');
  -- The booking first, as everywhere.
  perform from app_public.bookings as b
  where b.organization_id = v_request.organization_id and b.id = v_request.booking_id
  for no key update;
  select * into strict v_request
  from app_public.refund_requests as r where r.id = lock_refund_request.request_id
  for no key update;
  if v_request.status <> 'requested' then
    raise exception 'The request is %.', v_request.status
      using errcode = 'LMRFD', detail = v_request.status::text;
  end if;
  return v_request;
end
$$;

comment on function app_private.lock_refund_request(uuid) is
  'An open request, locked with its booking, for whoever has payments.approve. '
  'Raises LMNFD, LMRGT, LMRFD, LMAUT, LMSES.';

--! split: 1212-functions-payments-lock_tickets_to_return.sql
-- Locked in order; a scan that is under way either comes first, and is seen here, or waits and then
-- finds the ticket void.
create or replace function app_private.lock_tickets_to_return(
  booking app_public.bookings, ticket_ids uuid[]
)
returns uuid[]
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket app_public.tickets;
  v_ids uuid[] := '{}';
begin
  for v_ticket in
    select * from app_public.tickets as t
    where t.organization_id = (lock_tickets_to_return.booking).organization_id
      and t.booking_id = (lock_tickets_to_return.booking).id
      and case
        when lock_tickets_to_return.ticket_ids is null then t.status in ('valid', 'used')
        else t.id = any (lock_tickets_to_return.ticket_ids)
      end
    order by t.id
    for no key update
  loop
    perform app_private.require_valid_ticket(v_ticket);
    v_ids := v_ids || v_ticket.id;
  end loop;
  return v_ids;
end
$$;

comment on function app_private.lock_tickets_to_return(app_public.bookings, uuid[]) is
  'Tickets of a locked booking, or all that are live, which must be valid, locked. '
  'Raises LMTUS, LMTVD.';

--! split: 1213-functions-payments-money_text.sql
create or replace function app_hidden.money_text(amount_cents bigint, currency text)
returns text
language sql stable
as $$
  select round(money_text.amount_cents / 10::numeric ^ c.exponent, c.exponent)::text
    || ' ' || c.code
  from app_public.currencies as c where c.code = money_text.currency
$$;

comment on function app_hidden.money_text(bigint, text) is
  'An amount as people write it, such as 62.80 EUR.';

--! split: 1214-functions-payments-movement_type.sql
create or replace function app_hidden.movement_type(category text)
returns app_public.payment_transaction_type
language sql immutable parallel safe
return case
  when movement_type.category = 'payment' then 'payment'
  when movement_type.category ~ '^refund' then 'refund'
  when movement_type.category ~ '^stripe_fee' then 'fee'
  when movement_type.category ~ '^dispute' then 'dispute'
  when movement_type.category ~ '^(payout|transfer)' then 'payout'
  else 'adjustment'
end::app_public.payment_transaction_type;

comment on function app_hidden.movement_type(text) is
  'Why money moves, by the category of its posting.';

--! split: 1215-functions-payments-my_payment_methods.sql
create or replace function app_public.my_payment_methods(organization_id uuid default null)
returns setof app_public.saved_payment_method
language sql stable security definer set search_path = ''
as $$
  select m.id, m.organization_id, m.brand, m.last4, m.exp_month, m.exp_year, m.created_at
  from app_private.saved_payment_methods as m
  join app_private.stripe_customers as c
    on c.organization_id = m.organization_id and c.id = m.stripe_customer_id
  where c.user_id = app_hidden.current_user_id()
    and m.removed_at is null
    and (
      my_payment_methods.organization_id is null
      or m.organization_id = my_payment_methods.organization_id
    )
  order by m.created_at desc, m.id desc
$$;

comment on function app_public.my_payment_methods(uuid) is
  'The cards that you keep, with all organizations or with one, the newest first.';
grant execute on function app_public.my_payment_methods(uuid) to lml_user;

--! split: 1216-functions-payments-needs_approval.sql
create or replace function app_private.needs_approval(
  booking app_public.bookings, amount_cents bigint
)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select s.refund_approval_above_cents is not null
    and needs_approval.amount_cents > 0
    and (
      needs_approval.amount_cents > s.refund_approval_above_cents
      -- The threshold says nothing about other currencies.
      or o.default_currency <> (needs_approval.booking).currency
    )
  from app_public.organization_settings as s
  join app_public.organizations as o on o.id = s.organization_id
  where s.organization_id = (needs_approval.booking).organization_id
$$;

comment on function app_private.needs_approval(app_public.bookings, bigint) is
  'Whether a refund by staff needs a second person.';

--! split: 1217-functions-payments-open_payment.sql
create or replace function app_public.open_payment(booking_id uuid)
returns app_public.payment_session
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    open_payment.booking_id, 'bookings.sell'
  );
begin
  if v_booking.user_id is distinct from app_hidden.current_user_id()
    and v_booking.cart_token_hash is distinct from app_hidden.current_cart_hash()
  then
    raise exception 'Whoever owns a booking pays for it.'
      using errcode = 'LMRGT', hint = 'Take money at the counter with take_payment.';
  end if;
  if v_booking.status not in ('pending_payment', 'partially_paid') then
    raise exception 'The booking is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  if v_booking.expires_at <= now() then
    raise exception 'The hold has run out.'
      using errcode = 'LMEXP', detail = v_booking.id::text, hint = 'Hold the seats again.';
  end if;
  if not exists (
    select from app_public.payment_intents as p
    where p.organization_id = v_booking.organization_id and p.booking_id = v_booking.id
      and p.status in ('pending', 'processing', 'requires_action')
  ) then
    -- Nobody keeps Stripe busy through us.
    if (
      select count(*) from app_public.payment_intents as p
      where p.organization_id = v_booking.organization_id and p.booking_id = v_booking.id
        and p.created_at > now() - interval '1 day'
    ) >= 20 then
      raise exception 'There were too many attempts at this payment.'
        using errcode = 'LMBST', detail = 'attempts', hint = 'Try again tomorrow.';
    end if;
    perform app_private.request_payment(v_booking);
  end if;
  return app_public.payment_session(v_booking.id);
end
$$;

comment on function app_public.open_payment(uuid) is
  'Opens the payment of what is due next, unless one is open: another attempt after one that has '
  'failed, or the next installment, also before its date. Returns its payment_session. '
  'Raises LMBKG, LMBST (nothing is due, or too many attempts within a day), LMEXP, LMRGT (staff), '
  'LMPLN, LMSES, LMCRT.';
grant execute on function app_public.open_payment(uuid) to lml_anonymous, lml_user;

--! split: 1218-functions-payments-open_periods.sql
-- Months follow each other without a gap, also when nothing happened in some, and when the time zone
-- has changed: each begins where the last one ended. Two who open the same month meet in its key.
create or replace function app_private.open_periods(organization_id uuid, occurred_at timestamptz)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_timezone text;
  v_month timestamp;
  v_last app_public.accounting_periods;
begin
  select s.books_timezone into strict v_timezone
  from app_public.organization_settings as s
  where s.organization_id = open_periods.organization_id;
  loop
    select * into v_last
    from app_public.accounting_periods as p
    where p.organization_id = open_periods.organization_id
    order by p.period desc
    limit 1;
    exit when v_last.ends_at > open_periods.occurred_at and v_last.status = 'open';
    v_month := coalesce(
      v_last.period + interval '1 month',
      date_trunc('month', open_periods.occurred_at at time zone v_timezone)
    );
    insert into app_public.accounting_periods (organization_id, period, starts_at, ends_at)
    values (
      open_periods.organization_id, v_month::date,
      coalesce(v_last.ends_at, v_month at time zone v_timezone),
      (v_month + interval '1 month') at time zone v_timezone
    )
    on conflict do nothing;
  end loop;
end
$$;

comment on function app_private.open_periods(uuid, timestamptz) is
  'Opens the months of an organization''s books up to the one in which a fact can be posted.';

--! split: 1219-functions-payments-outcome_of_unasked_refund.sql
-- A refund that does not say for which of ours it is: somebody may have returned one of our payments
-- by hand at Stripe. Until the payment is known, nobody can tell.
create or replace function app_private.outcome_of_unasked_refund(object jsonb)
returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_stripe_id text := coalesce(
    outcome_of_unasked_refund.object #>> '{payment_intent,id}',
    outcome_of_unasked_refund.object ->> 'payment_intent'
  );
begin
  if v_stripe_id is null then
    return 'ignored: not ours';
  end if;
  if (app_private.payment_of_stripe_object(outcome_of_unasked_refund.object)).id is null then
    return 'parked: ' || v_stripe_id;
  end if;
  return 'refused: refund_not_asked_for';
end
$$;

comment on function app_private.outcome_of_unasked_refund(jsonb) is
  'What becomes of news of a refund that was not asked for here.';

--! split: 1220-functions-payments-outcome_without_parent.sql
create or replace function app_private.outcome_without_parent(object jsonb, metadata_key text)
returns text
language sql immutable security definer set search_path = ''
as $$
  select case
    when pg_input_is_valid(
      coalesce(
        outcome_without_parent.object -> 'metadata' ->> outcome_without_parent.metadata_key, ''
      ),
      'uuid'
    )
      then format(
        'parked: %s:%s', outcome_without_parent.metadata_key,
        outcome_without_parent.object -> 'metadata' ->> outcome_without_parent.metadata_key
      )
    else 'ignored: not ours'
  end
$$;

comment on function app_private.outcome_without_parent(jsonb, text) is
  'What becomes of news of something that is not here: parked when it says that it is ours.';

--! split: 1221-functions-payments-overtake_stripe_calls.sql
create or replace function app_private.overtake_stripe_calls(purpose text, subject_id uuid)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_private.stripe_calls as c
  set status = 'overtaken', ended_at = now()
  where c.subject_id = overtake_stripe_calls.subject_id
    and c.purpose = overtake_stripe_calls.purpose
    and c.ended_at is null
$$;

comment on function app_private.overtake_stripe_calls(text, uuid) is
  'Closes calls of which an event told what came, so that nothing is left to ask.';
grant execute on function app_private.overtake_stripe_calls(text, uuid) to lml_worker;

--! split: 1222-functions-payments-parked_events_are_found_after.sql
-- Stripe itself sends an event again for three days.
create or replace function app_private.parked_events_are_found_after()
returns interval
language sql immutable parallel safe
return interval '3 days';

comment on function app_private.parked_events_are_found_after() is
  'How long an event may wait for what it is about before people are told.';

--! split: 1223-functions-payments-part_inside_price.sql
-- By what was taken back of the price in all, so that the parts sum to the whole however they were
-- taken. The items of this part are written already.
create or replace function app_private.part_inside_price(
  booking app_public.bookings, price_cents bigint
)
returns app_private.refund_part
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := part_inside_price.booking;
  v_whole bigint := v_booking.subtotal_cents - v_booking.discount_cents;
  v_after bigint;
  v_before bigint;
  v_part app_private.refund_part;
begin
  select coalesce(sum(i.price_cents), 0) into v_after
  from app_public.refund_items as i
  where i.organization_id = v_booking.organization_id and i.booking_id = v_booking.id;
  v_before := v_after - part_inside_price.price_cents;
  v_part.service_fee_cents :=
    app_hidden.portion_of(v_booking.service_fee_absorbed_cents, v_after, v_whole)
    - app_hidden.portion_of(v_booking.service_fee_absorbed_cents, v_before, v_whole);
  v_part.processing_fee_cents :=
    app_hidden.portion_of(v_booking.processing_fee_absorbed_cents, v_after, v_whole)
    - app_hidden.portion_of(v_booking.processing_fee_absorbed_cents, v_before, v_whole);
  v_part.tax_cents :=
    app_hidden.portion_of(v_booking.tax_included_cents, v_after, v_whole)
    - app_hidden.portion_of(v_booking.tax_included_cents, v_before, v_whole);
  return v_part;
end
$$;

comment on function app_private.part_inside_price(app_public.bookings, bigint) is
  'What was inside a part of the price that comes back: fees that the organization bears, and tax.';

--! split: 1224-functions-payments-parts_of_amount.sql
-- Off what is still valid, as long as that suffices; in proportion, and within a ticket in
-- proportion of its parts.
create or replace function app_private.parts_of_amount(
  booking app_public.bookings, amount_cents bigint
)
returns setof app_private.refund_part
language sql stable security definer set search_path = ''
as $$
  with units as (
    select u.*,
      u.price_cents + u.service_fee_cents + u.processing_fee_cents + u.tax_cents as total,
      u.price_cents + u.service_fee_cents as with_service_fee,
      u.price_cents + u.service_fee_cents + u.processing_fee_cents as with_fees
    from app_private.refund_units(parts_of_amount.booking) as u
  ),
  chosen as (
    select u.*,
      sum(u.total) over (order by u.booking_item_id, u.ticket_id)::bigint as running,
      sum(u.total) over ()::bigint as whole
    from units as u
    where u.total > 0
      and (u.is_live or parts_of_amount.amount_cents > (
        select coalesce(sum(live.total), 0) from units as live where live.is_live
      ))
  ),
  amounts as (
    select c.*,
      app_hidden.portion_of(parts_of_amount.amount_cents, c.running, c.whole)
        - app_hidden.portion_of(parts_of_amount.amount_cents, c.running - c.total, c.whole)
        as amount
    from chosen as c
  ),
  parts as (
    select a.*,
      app_hidden.portion_of(a.amount, a.price_cents, a.total) as until_price,
      app_hidden.portion_of(a.amount, a.with_service_fee, a.total) as until_service_fee,
      app_hidden.portion_of(a.amount, a.with_fees, a.total) as until_fees
    from amounts as a
    where a.amount > 0
  )
  select
    p.booking_item_id, p.ticket_id, false, p.until_price,
    p.until_service_fee - p.until_price, p.until_fees - p.until_service_fee,
    p.amount - p.until_fees,
    case
      when p.until_price = p.price_cents then p.commission_cents
      else app_hidden.portion_of(p.commission_cents, p.until_price, p.price_cents)
    end
  from parts as p
$$;

comment on function app_private.parts_of_amount(app_public.bookings, bigint) is
  'An amount, taken off the tickets of a booking that their holders keep.';

--! split: 1225-functions-payments-parts_of_fees.sql
create or replace function app_private.parts_of_fees(
  booking app_public.bookings, ticket_ids uuid[], with_service_fees boolean,
  with_processing_fees boolean
)
returns setof app_private.refund_part
language sql stable security definer set search_path = ''
as $$
  select
    f.booking_item_id, f.ticket_id, false, f.price, f.service_fee, f.processing_fee,
    app_hidden.portion_of(
      f.tax_cents, f.price + f.service_fee, f.price_cents + f.service_fee_cents
    ),
    case when f.price = f.price_cents then f.commission_cents else 0 end
  from (
    select u.*,
      -- A line that is a fee has it as its price.
      case when u.is_fee and parts_of_fees.with_service_fees then u.price_cents else 0 end as price,
      case when parts_of_fees.with_service_fees then u.service_fee_cents else 0 end as service_fee,
      case when parts_of_fees.with_processing_fees then u.processing_fee_cents else 0 end
        as processing_fee
    from app_private.refund_units(parts_of_fees.booking) as u
    where parts_of_fees.ticket_ids is null or u.ticket_id = any (parts_of_fees.ticket_ids)
  ) as f
  where f.price + f.service_fee + f.processing_fee > 0
$$;

comment on function app_private.parts_of_fees(app_public.bookings, uuid[], boolean, boolean) is
  'The fees of a booking or of some of its tickets, with the tax on them, not yet taken back.';

--! split: 1226-functions-payments-parts_of_request.sql
create or replace function app_private.parts_of_request(
  booking app_public.bookings, request app_public.refund_requests
)
returns setof app_private.refund_part
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_left bigint;
begin
  if (parts_of_request.request).kind in ('full', 'ticket') then
    return query select * from app_private.parts_to_return(
      parts_of_request.booking, (parts_of_request.request).ticket_ids,
      (parts_of_request.request).percentage, (parts_of_request.request).refunds_service_fees,
      (parts_of_request.request).refunds_processing_fees
    );
  elsif (parts_of_request.request).kind = 'fee_only' then
    return query select * from app_private.parts_of_fees(
      parts_of_request.booking, (parts_of_request.request).ticket_ids,
      (parts_of_request.request).refunds_service_fees,
      (parts_of_request.request).refunds_processing_fees
    );
  else
    v_left := least(
      (parts_of_request.booking).total_amount_cents - (parts_of_request.booking).refunded_cents,
      (
        select sum(p.received_cents - p.refunded_cents)
        from app_public.payment_intents as p
        where p.organization_id = (parts_of_request.booking).organization_id
          and p.booking_id = (parts_of_request.booking).id
      )
    );
    if (parts_of_request.request).amount_cents > v_left then
      raise exception 'Less than that is left of what was received.'
        using errcode = 'LMRFX', detail = v_left::text;
    end if;
    return query select * from app_private.parts_of_amount(
      parts_of_request.booking, (parts_of_request.request).amount_cents
    );
  end if;
end
$$;

comment on function app_private.parts_of_request(
  app_public.bookings, app_public.refund_requests
) is 'What a request takes back, as things stand. Raises LMRFX.';

--! split: 1227-functions-payments-parts_to_return.sql
-- The tax follows what it is on, price and service fee; the commission follows the price. What is
-- not tied to a ticket comes back with the last one.
create or replace function app_private.parts_to_return(
  booking app_public.bookings, ticket_ids uuid[], percentage numeric,
  with_service_fees boolean, with_processing_fees boolean
)
returns setof app_private.refund_part
language sql stable security definer set search_path = ''
as $$
  with units as (
    select * from app_private.refund_units(parts_to_return.booking) as u where u.is_live
  ),
  returned as (
    select u.*,
      app_hidden.percentage_of(
        u.price_cents,
        case when u.is_fee and not parts_to_return.with_service_fees then 0
          else parts_to_return.percentage end
      ) as price,
      case when parts_to_return.with_service_fees
        then app_hidden.percentage_of(u.service_fee_cents, parts_to_return.percentage)
        else 0 end as service_fee,
      case when parts_to_return.with_processing_fees
        then app_hidden.percentage_of(u.processing_fee_cents, parts_to_return.percentage)
        else 0 end as processing_fee
    from units as u
    where parts_to_return.ticket_ids is null
      or u.ticket_id = any (parts_to_return.ticket_ids)
      or (u.ticket_id is null and not exists (
        select from units as other
        where other.ticket_id is not null
          and not other.ticket_id = any (parts_to_return.ticket_ids)
      ))
  )
  select
    r.booking_item_id, r.ticket_id, true, r.price, r.service_fee, r.processing_fee,
    case
      when r.price_cents + r.service_fee_cents = 0
        then app_hidden.percentage_of(r.tax_cents, parts_to_return.percentage)
      else app_hidden.portion_of(
        r.tax_cents, r.price + r.service_fee, r.price_cents + r.service_fee_cents
      )
    end,
    case
      when r.price = r.price_cents then r.commission_cents
      else app_hidden.portion_of(r.commission_cents, r.price, r.price_cents)
    end
  from returned as r
$$;

comment on function app_private.parts_to_return(
  app_public.bookings, uuid[], numeric, boolean, boolean
) is 'What goes back for live tickets of a booking, or for all of it.';

--! split: 1228-functions-payments-payment_intent_refusal.sql
-- Amounts are compared as text, since a cast would fail, and be tried again, on what is no amount.
create or replace function app_private.payment_intent_refusal(
  object jsonb, intent app_public.payment_intents
)
returns text
language plpgsql immutable security definer set search_path = ''
as $$
declare
  v_object jsonb := payment_intent_refusal.object;
  v_intent app_public.payment_intents := payment_intent_refusal.intent;
begin
  return 'refused: ' || case
    when v_object #>> '{metadata,lml_payment_intent_id}' is distinct from v_intent.id::text
      then 'event_metadata_differs'
    when coalesce(v_object ->> 'id', '') = ''
      or v_object ->> 'id' <> v_intent.stripe_payment_intent_id
      then 'event_identity_differs'
    when v_object ->> 'amount' is distinct from v_intent.amount_cents::text
      then 'event_amount_differs'
    when v_object ->> 'status' = 'succeeded' and v_object ? 'amount_received'
      and v_object ->> 'amount_received' is distinct from v_intent.amount_cents::text
      then 'event_amount_differs'
    when upper(v_object ->> 'currency') is distinct from v_intent.currency
      then 'event_currency_differs'
    when coalesce(v_object ->> 'status', '') not in (
      'requires_payment_method', 'requires_confirmation', 'requires_action', 'processing',
      'requires_capture', 'canceled', 'succeeded'
    )
      then 'event_status_unknown'
  end;
end
$$;

comment on function app_private.payment_intent_refusal(jsonb, app_public.payment_intents) is
  'Why what Stripe says of a payment is not believed; null: it is what was asked for.';

--! split: 1229-functions-payments-payment_of_stripe_object.sql
-- By our own id in the metadata, because the event may be here before Stripe's answer to us; else by
-- Stripe's id of the payment intent.
create or replace function app_private.payment_of_stripe_object(object jsonb)
returns app_public.payment_intents
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_text text := payment_of_stripe_object.object #>> '{metadata,lml_payment_intent_id}';
  v_stripe_id text := case payment_of_stripe_object.object ->> 'object'
    when 'payment_intent' then payment_of_stripe_object.object ->> 'id'
    else coalesce(
      payment_of_stripe_object.object #>> '{payment_intent,id}',
      payment_of_stripe_object.object ->> 'payment_intent'
    )
  end;
  v_intent app_public.payment_intents;
begin
  if pg_input_is_valid(coalesce(v_text, ''), 'uuid') then
    select * into v_intent from app_public.payment_intents as p where p.id = v_text::uuid;
    if found then
      return v_intent;
    end if;
  end if;
  select * into v_intent
  from app_public.payment_intents as p where p.stripe_payment_intent_id = v_stripe_id;
  return v_intent;
end
$$;

comment on function app_private.payment_of_stripe_object(jsonb) is
  'The payment intent that a Stripe object is about; null: none that is known.';

--! split: 1230-functions-payments-payment_provider_calls.sql
create or replace function app_public.payment_provider_calls(
  organization_id uuid, booking_id uuid default null
)
returns setof app_public.stripe_call
language plpgsql stable security definer set search_path = ''
rows 20
as $$
begin
  perform app_hidden.require_permission(payment_provider_calls.organization_id, 'payments.read');
  return query
  select
    c.id, c.purpose, c.subject_id, c.status, c.attempts, c.idempotency_key,
    c.stripe_id, c.http_code, c.error_code, c.stripe_request_id, c.duration_ms,
    c.first_asked_at, c.last_asked_at, c.ended_at
  from app_private.stripe_calls as c
  where c.organization_id = payment_provider_calls.organization_id
    and (
      payment_provider_calls.booking_id is null
      or c.subject_id in (
        select p.id from app_public.payment_intents as p
        where p.organization_id = payment_provider_calls.organization_id
          and p.booking_id = payment_provider_calls.booking_id
        union all
        select r.id from app_public.refunds as r
        where r.organization_id = payment_provider_calls.organization_id
          and r.booking_id = payment_provider_calls.booking_id
      )
    )
  order by c.last_asked_at desc, c.id desc
  limit 1000;
end
$$;

comment on function app_public.payment_provider_calls(uuid, uuid) is
  'What an organization''s payments asked of Stripe, newest first, for a booking or at all, and what '
  'came of it. Needs payments.read. Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.payment_provider_calls(uuid, uuid) to lml_user;

--! split: 1231-functions-payments-payment_session.sql
create or replace function app_public.payment_session(booking_id uuid)
returns app_public.payment_session
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_session app_public.payment_session;
begin
  -- Staff may see a payment, but only the owner of the booking may confirm it.
  select
    p.booking_id, p.status, p.amount_cents, p.currency, p.stripe_payment_intent_id,
    s.client_secret, p.failure_code, p.failure_message, p.id, i.installment_no,
    coalesce(b.expires_at, i.due_at), app_private.is_stripe_reachable(), null
  into v_session
  from app_public.bookings as b
  join app_public.payment_intents as p
    on p.organization_id = b.organization_id and p.booking_id = b.id
  left join app_private.payment_intent_secrets as s
    on s.organization_id = p.organization_id and s.payment_intent_id = p.id
  left join app_public.booking_payment_schedule as i
    on i.organization_id = p.organization_id and i.id = p.schedule_id
  where b.id = payment_session.booking_id
    and (
      b.user_id = app_hidden.current_user_id()
      or b.cart_token_hash = app_hidden.current_cart_hash()
    )
  order by p.created_at desc, p.id desc
  limit 1;
  if not found then
    return null;
  end if;
  -- Without the client secret nobody can pay, so that nothing was charged.
  if v_session.status = 'pending' and v_session.client_secret is null
    and not v_session.is_provider_reachable
  then
    v_session.notice := 'The payment provider cannot be reached at the moment. Nothing was charged. '
      'We try again; your seats are held until their deadline.';
  end if;
  return v_session;
end
$$;

comment on function app_public.payment_session(uuid) is
  'The latest payment of a booking of yours; null when it has none. Its client_secret appears as '
  'soon as Stripe knows of the payment, usually within a second of start_checkout. As long as its '
  'status is pending another card may be tried with the same client_secret; requires_action means '
  'that the buyer has to do something at the bank, such as 3-D Secure.';
grant execute on function app_public.payment_session(uuid) to lml_anonymous, lml_user;

--! split: 1232-functions-payments-portion_of.sql
-- In numeric, since the product of two large amounts does not fit into bigint.
create or replace function app_hidden.portion_of(
  amount_cents bigint, part_cents bigint, whole_cents bigint
)
returns bigint
language sql immutable parallel safe
return case
  when portion_of.whole_cents = 0 then 0
  else div(
    portion_of.amount_cents::numeric * portion_of.part_cents, portion_of.whole_cents
  )::bigint
end;

comment on function app_hidden.portion_of(bigint, bigint, bigint) is
  'As much of an amount as a part is of a whole, rounded down. Differences of running parts sum to '
  'the amount exactly.';

--! split: 1233-functions-payments-post_box_office_payment.sql
create or replace function app_private.post_box_office_payment(
  intent app_public.payment_intents
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.post_to_ledger(
    (post_box_office_payment.intent).organization_id,
    (post_box_office_payment.intent).booking_id, (post_box_office_payment.intent).currency,
    'payment:' || (post_box_office_payment.intent).id, 'Payment taken at the box office',
    array['box_office', 'buyer_clearing']::app_public.ledger_account_kind[],
    array[
      (post_box_office_payment.intent).amount_cents,
      -(post_box_office_payment.intent).amount_cents
    ]
  );
end
$$;

comment on function app_private.post_box_office_payment(app_public.payment_intents) is
  'Posts money that the organization has taken itself.';

--! split: 1234-functions-payments-post_correction.sql
create or replace function app_public.post_correction(correction_id uuid)
returns app_public.ledger_corrections
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_correction app_public.ledger_corrections := app_private.lock_correction(
    post_correction.correction_id
  );
  v_corrected app_public.ledger_transactions;
begin
  select * into strict v_corrected
  from app_public.ledger_transactions as t
  where t.organization_id = v_correction.organization_id and t.id = v_correction.corrects_id;
  perform app_private.post_to_ledger(
    v_correction.organization_id, v_corrected.booking_id, v_correction.currency,
    'correction:' || v_correction.id, 'Correction of: ' || v_corrected.description,
    v_correction.kinds, v_correction.amounts_cents, corrects_id => v_corrected.id
  );
  update app_public.ledger_corrections as c
  set status = 'posted', decided_by = app_hidden.current_user_id(), decided_at = now(),
    ledger_transaction_id = (
      select t.id from app_public.ledger_transactions as t
      where t.organization_id = c.organization_id and t.source = 'correction:' || c.id
    )
  where c.id = v_correction.id
  returning * into v_correction;
  return v_correction;
end
$$;

comment on function app_public.post_correction(uuid) is
  'Posts a correction that somebody else has asked for, into the month that is open. For the '
  'platform''s support. Raises LMCOR (it was decided), LMNFD, LMRGT (you asked for it), LMAUT.';
grant execute on function app_public.post_correction(uuid) to lml_user;

--! split: 1235-functions-payments-post_sale.sql
create or replace function app_private.post_sale(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_kinds constant app_public.ledger_account_kind[] := array[
    'buyer_clearing', 'organizer_payable', 'promoter_payable', 'platform_commission',
    'service_fees', 'processing_fees', 'taxes_payable'
  ];
  v_share_cents bigint := app_private.freeze_promoter_share(post_sale.booking);
begin
  perform app_private.post_to_ledger(
    (post_sale.booking).organization_id, (post_sale.booking).id, (post_sale.booking).currency,
    'sale:' || (post_sale.booking).id, 'Sale ' || (post_sale.booking).booking_reference,
    c_kinds,
    array[
      (post_sale.booking).total_amount_cents, v_share_cents - (post_sale.booking).payout_cents,
      -v_share_cents, -(post_sale.booking).commission_amount_cents,
      -(post_sale.booking).service_fee_cents - (post_sale.booking).service_fee_absorbed_cents,
      -(post_sale.booking).processing_fee_cents
        - (post_sale.booking).processing_fee_absorbed_cents,
      -(post_sale.booking).tax_cents - (post_sale.booking).tax_included_cents
    ]
  );
end
$$;

comment on function app_private.post_sale(app_public.bookings) is
  'Splits what a buyer paid between the organization, its promoter, the platform and the tax office.';

--! split: 1236-functions-payments-post_stripe_fee.sql
-- From a balance transaction of Stripe, which says what was charged for a payment and what is left.
create or replace function app_private.post_stripe_fee(
  payment_intent_id uuid, fee_cents bigint, net_cents bigint, stripe_balance_transaction_id text,
  occurred_at timestamptz default null
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents;
begin
  select * into v_intent
  from app_public.payment_intents as p
  where p.id = post_stripe_fee.payment_intent_id and p.status = 'succeeded'
  for no key update;
  if not found then
    raise exception 'No such payment was received.'
      using errcode = 'LMNFD', detail = 'payment_intent_id';
  end if;
  if post_stripe_fee.fee_cents < 0
    or post_stripe_fee.net_cents + post_stripe_fee.fee_cents <> v_intent.received_cents
    or post_stripe_fee.stripe_balance_transaction_id !~ '^[A-Za-z0-9_]{1,250}$'
  then
    raise exception 'The fee and what it leaves are not what was received.'
      using errcode = 'LMINP', detail = 'fee_cents';
  end if;
  update app_public.payment_transactions as t
  set stripe_balance_transaction_id = post_stripe_fee.stripe_balance_transaction_id
  where t.organization_id = v_intent.organization_id
    and t.payment_intent_id = v_intent.id
    and t.transaction_type = 'payment'
    and t.stripe_balance_transaction_id is null;
  return app_private.post_to_ledger(
    v_intent.organization_id, v_intent.booking_id, v_intent.currency,
    'stripe_fee:' || v_intent.id || ':' || post_stripe_fee.stripe_balance_transaction_id,
    'Stripe fee', array['stripe_fees', 'stripe_balance']::app_public.ledger_account_kind[],
    array[post_stripe_fee.fee_cents, -post_stripe_fee.fee_cents], post_stripe_fee.occurred_at
  );
end
$$;

comment on function app_private.post_stripe_fee(uuid, bigint, bigint, text, timestamptz) is
  'Posts what Stripe has charged for a payment, once for each of its balance transactions; false '
  'when it was posted before, or is nothing. Raises LMNFD, LMINP.';
grant execute on function app_private.post_stripe_fee(uuid, bigint, bigint, text, timestamptz)
  to lml_worker;

--! split: 1237-functions-payments-post_take_back.sql
-- The last part reverses what is left of the sale account by account, so that nothing remains of it
-- whatever it was split into. Before that, what is inside the price (fees that the organization
-- bears, tax that is included, the promoter's share) comes back in proportion to the price.
create or replace function app_private.post_take_back(
  booking app_public.bookings, request app_public.refund_requests
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := post_take_back.booking;
  v_sum app_private.refund_part;
  v_inside app_private.refund_part;
  v_organizer bigint;
  v_promoter bigint;
begin
  if v_booking.refunded_cents = v_booking.total_amount_cents then
    perform app_private.reverse_sale(v_booking);
    return;
  end if;
  select
    null, null, null, coalesce(sum(i.price_cents), 0), coalesce(sum(i.service_fee_cents), 0),
    coalesce(sum(i.processing_fee_cents), 0), coalesce(sum(i.tax_cents), 0),
    coalesce(sum(i.commission_cents), 0)
  into v_sum
  from app_public.refund_items as i
  where i.organization_id = v_booking.organization_id
    and i.request_id = (post_take_back.request).id;
  v_inside := app_private.part_inside_price(v_booking, v_sum.price_cents);
  v_organizer := v_sum.price_cents - v_sum.commission_cents - v_inside.service_fee_cents
    - v_inside.processing_fee_cents - v_inside.tax_cents;
  v_promoter := app_private.promoter_part_of(
    v_booking.organization_id, v_booking.id, v_organizer
  );
  perform app_private.post_to_ledger(
    v_booking.organization_id, v_booking.id, v_booking.currency,
    'sale_return:' || (post_take_back.request).id,
    'Taken back of ' || v_booking.booking_reference,
    array[
      'buyer_clearing', 'organizer_payable', 'promoter_payable', 'platform_commission',
      'service_fees', 'processing_fees', 'taxes_payable'
    ]::app_public.ledger_account_kind[],
    array[
      -app_private.total_of_part(v_sum), v_organizer - v_promoter, v_promoter,
      v_sum.commission_cents, v_sum.service_fee_cents + v_inside.service_fee_cents,
      v_sum.processing_fee_cents + v_inside.processing_fee_cents,
      v_sum.tax_cents + v_inside.tax_cents
    ]
  );
end
$$;

comment on function app_private.post_take_back(app_public.bookings, app_public.refund_requests) is
  'Posts the opposite of the part of a sale that a request takes back.';

--! split: 1238-functions-payments-post_to_ledger.sql
-- One fact, posted once. Amounts of zero are left out; accounts are opened when first needed. What
-- moves money at Stripe is written into payment_transactions, too, whoever posts it.
create or replace function app_private.post_to_ledger(
  organization_id uuid, booking_id uuid, currency text, source text, description text,
  kinds app_public.ledger_account_kind[], amounts bigint[],
  occurred_at timestamptz default null, corrects_id uuid default null
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_transaction app_public.ledger_transactions;
begin
  if not exists (select from unnest(post_to_ledger.amounts) as a where a <> 0) then
    return false;
  end if;
  insert into app_public.ledger_transactions (
    organization_id, booking_id, source, description, occurred_at, corrects_id
  )
  values (
    post_to_ledger.organization_id, post_to_ledger.booking_id, post_to_ledger.source,
    post_to_ledger.description, coalesce(post_to_ledger.occurred_at, now()),
    post_to_ledger.corrects_id
  )
  on conflict on constraint ledger_transactions_fact_is_posted_once do nothing
  returning * into v_transaction;
  if v_transaction.id is null then
    return false;
  end if;

  insert into app_public.ledger_accounts (organization_id, kind, currency)
  select post_to_ledger.organization_id, k, post_to_ledger.currency
  from unnest(post_to_ledger.kinds) as k
  where not exists (
    select from app_public.ledger_accounts as a
    where a.organization_id = post_to_ledger.organization_id
      and a.kind = k and a.currency = post_to_ledger.currency
  )
  order by k
  on conflict do nothing;

  insert into app_public.ledger_entries (
    organization_id, transaction_id, account_id, amount_cents
  )
  select post_to_ledger.organization_id, v_transaction.id, a.id, l.amount
  from unnest(post_to_ledger.kinds, post_to_ledger.amounts) as l (kind, amount)
  join app_public.ledger_accounts as a
    on a.organization_id = post_to_ledger.organization_id
    and a.kind = l.kind
    and a.currency = post_to_ledger.currency
  where l.amount <> 0
  order by a.id;

  if 'stripe_balance' = any (post_to_ledger.kinds) then
    perform app_private.record_movement(
      v_transaction, post_to_ledger.currency, post_to_ledger.kinds, post_to_ledger.amounts
    );
  end if;
  return true;
end
$$;

comment on function app_private.post_to_ledger(
  uuid, uuid, text, text, text, app_public.ledger_account_kind[], bigint[], timestamptz, uuid
) is 'Posts a fact whose entries sum to zero; false when it was posted before, or is nothing. What '
  'happened earlier says when. Raises LMBAL at commit.';

--! split: 1239-functions-payments-postpone_stripe_call.sql
-- Doubling from a second to two minutes, give or take a quarter, and never before Stripe says so.
create or replace function app_private.postpone_stripe_call(
  call_id uuid, is_outage boolean, retry_after_ms integer, http_code integer, error_code text,
  stripe_request_id text, duration_ms integer
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_call app_private.stripe_calls;
  v_delay interval;
begin
  update app_private.stripe_calls as c
  set status = 'failed',
    http_code = postpone_stripe_call.http_code,
    error_code = postpone_stripe_call.error_code,
    stripe_request_id = postpone_stripe_call.stripe_request_id,
    duration_ms = postpone_stripe_call.duration_ms
  where c.id = postpone_stripe_call.call_id
  returning * into strict v_call;
  v_delay := greatest(
    least(2 ^ least(v_call.attempts - 1, 7), 120) * (0.75 + random() / 2) * interval '1 second',
    least(coalesce(postpone_stripe_call.retry_after_ms, 0), 3600000) * interval '1 ms'
  );
  perform app_private.add_stripe_job(v_call.purpose, v_call.subject_id, v_delay);
  if postpone_stripe_call.is_outage then
    update app_private.stripe_reachability as r
    set failures = r.failures + 1,
      failing_since = coalesce(r.failing_since, now()),
      retry_at = now() + greatest(
        least(2 ^ least(r.failures, 5), 30) * (0.75 + random() / 2) * interval '1 second',
        least(coalesce(postpone_stripe_call.retry_after_ms, 0), 3600000) * interval '1 ms'
      ),
      last_error = left(postpone_stripe_call.error_code, 200);
  end if;
end
$$;

comment on function app_private.postpone_stripe_call(
  uuid, boolean, integer, integer, text, text, integer
) is 'Remembers that a call failed in a way that may pass, and has its job come again.';
grant execute on function app_private.postpone_stripe_call(
  uuid, boolean, integer, integer, text, text, integer
) to lml_worker;

--! split: 1240-functions-payments-prepare_payment_intent.sql
-- Stripe remembers an idempotency key for 24 hours. Later, asking again could mean having it twice.
create or replace function app_private.prepare_payment_intent(payment_intent_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'amount', p.amount_cents,
    'currency', lower(p.currency),
    'idempotency_key', 'create:' || p.id,
    'may_be_forgotten', p.created_at < now() - interval '23 hours',
    'description', b.booking_reference,
    'metadata', jsonb_build_object(
      'lml_payment_intent_id', p.id,
      'lml_booking_id', p.booking_id,
      'lml_organization_id', p.organization_id
    )
  ) || jsonb_strip_nulls(jsonb_build_object(
    'customer', c.stripe_id,
    'payment_method', m.stripe_id,
    'setup_future_usage', case when h.saves_card then 'on_session' end
  ))
  from app_public.payment_intents as p
  join app_public.bookings as b
    on b.organization_id = p.organization_id and b.id = p.booking_id
  left join app_private.payment_choices as h
    on h.organization_id = p.organization_id and h.booking_id = p.booking_id
  left join app_private.stripe_customers as c
    on c.organization_id = h.organization_id and c.id = h.stripe_customer_id
  left join app_private.saved_payment_methods as m
    on m.organization_id = h.organization_id and m.id = h.saved_payment_method_id
  where p.id = prepare_payment_intent.payment_intent_id
    and p.status = 'pending'
    -- Whose card is to be kept has to be known at Stripe first: stripe_customer__create goes on.
    and (h.booking_id is null or c.stripe_id is not null)
    and p.method = 'card'
    -- Not whether its id is known: Stripe's event tells that too, but never the client secret.
    and not exists (
      select from app_private.payment_intent_secrets as s
      where s.organization_id = p.organization_id and s.payment_intent_id = p.id
    )
$$;

comment on function app_private.prepare_payment_intent(uuid) is
  'What to ask Stripe for; null when there is nothing left to ask.';
grant execute on function app_private.prepare_payment_intent(uuid) to lml_worker;

--! split: 1241-functions-payments-prepare_payment_intent_cancel.sql
create or replace function app_private.prepare_payment_intent_cancel(payment_intent_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'organization_id', p.organization_id,
    'stripe_payment_intent_id', p.stripe_payment_intent_id,
    'idempotency_key', 'cancel:' || p.id
  )
  from app_public.payment_intents as p
  where p.id = prepare_payment_intent_cancel.payment_intent_id
    and p.status = 'canceled'
    and p.stripe_payment_intent_id is not null
    and p.stripe_status is distinct from 'canceled'
$$;

comment on function app_private.prepare_payment_intent_cancel(uuid) is
  'What to cancel at Stripe; null when there is nothing left to cancel.';
grant execute on function app_private.prepare_payment_intent_cancel(uuid) to lml_worker;

--! split: 1242-functions-payments-prepare_payment_method_detach.sql
create or replace function app_private.prepare_payment_method_detach(payment_method_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'payment_method', m.stripe_id,
    'idempotency_key', 'detach:' || m.id,
    'organization_id', m.organization_id
  )
  from app_private.saved_payment_methods as m
  where m.id = prepare_payment_method_detach.payment_method_id
    and m.removed_at is not null
    and m.detached_at is null
$$;

comment on function app_private.prepare_payment_method_detach(uuid) is
  'Which card Stripe is to forget; null when there is nothing left to forget.';
grant execute on function app_private.prepare_payment_method_detach(uuid) to lml_worker;

--! split: 1243-functions-payments-prepare_refund.sql
-- Stripe remembers an idempotency key for 24 hours. Later, asking again could mean having it twice.
create or replace function app_private.prepare_refund(refund_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'payment_intent', p.stripe_payment_intent_id,
    'amount', r.amount_cents,
    'idempotency_key', 'refund:' || r.id,
    'may_be_forgotten', r.created_at < now() - interval '23 hours',
    'metadata', jsonb_build_object(
      'lml_refund_id', r.id,
      'lml_booking_id', r.booking_id,
      'lml_organization_id', r.organization_id
    )
  )
  from app_public.refunds as r
  join app_public.payment_intents as p
    on p.organization_id = r.organization_id and p.id = r.payment_intent_id
  where r.id = prepare_refund.refund_id
    and r.status = 'pending'
    and r.stripe_refund_id is null
    and p.method = 'card'
$$;

comment on function app_private.prepare_refund(uuid) is
  'What to ask Stripe to return; null when there is nothing left to ask.';
grant execute on function app_private.prepare_refund(uuid) to lml_worker;

--! split: 1244-functions-payments-prepare_stripe_customer.sql
create or replace function app_private.prepare_stripe_customer(stripe_customer_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'email', u.email,
    'name', nullif(concat_ws(' ', u.first_name, u.last_name), ''),
    'idempotency_key', 'customer:' || c.id,
    'metadata', jsonb_build_object(
      'lml_stripe_customer_id', c.id, 'lml_organization_id', c.organization_id
    )
  ))
  from app_private.stripe_customers as c
  join app_public.users as u on u.id = c.user_id
  where c.id = prepare_stripe_customer.stripe_customer_id
    and c.stripe_id is null
$$;

comment on function app_private.prepare_stripe_customer(uuid) is
  'Whom to make known to Stripe; null when it knows them.';
grant execute on function app_private.prepare_stripe_customer(uuid) to lml_worker;

--! split: 1245-functions-payments-promoter_part_of.sql
-- For whoever takes a part of a sale back: the promoter gives in proportion, rounded so that the
-- whole gives the whole share back.
create or replace function app_private.promoter_part_of(
  organization_id uuid, booking_id uuid, organizer_cents bigint
)
returns bigint
language sql stable security definer set search_path = ''
as $$
  select coalesce((
    select round(
      promoter_part_of.organizer_cents::numeric * s.share_cents / nullif(s.base_cents, 0)
    )::bigint
    from app_public.promoter_shares as s
    where s.organization_id = promoter_part_of.organization_id
      and s.booking_id = promoter_part_of.booking_id
  ), 0)
$$;

comment on function app_private.promoter_part_of(uuid, uuid, bigint) is
  'How much of a part of the organization''s and its promoter''s share of a booking the promoter has.';

--! split: 1246-functions-payments-queue_refund.sql
create or replace function app_private.queue_refund(
  intent app_public.payment_intents, amount_cents bigint, reason app_public.refund_reason,
  request_id uuid default null, failed app_public.refunds default null,
  wait interval default '0'
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  -- The check on refunded_cents is what keeps refunds within the payment, under any concurrency.
  update app_public.payment_intents as p
  set refunded_cents = p.refunded_cents + queue_refund.amount_cents
  where p.id = (queue_refund.intent).id;

  insert into app_public.refunds (
    organization_id, booking_id, payment_intent_id, reason, amount_cents, currency, requested_by,
    request_id, attempt, retried_refund_id, not_before
  )
  values (
    (queue_refund.intent).organization_id, (queue_refund.intent).booking_id,
    (queue_refund.intent).id, queue_refund.reason, queue_refund.amount_cents,
    (queue_refund.intent).currency, app_hidden.current_user_id(), queue_refund.request_id,
    coalesce((queue_refund.failed).attempt, 0) + 1, (queue_refund.failed).id,
    now() + queue_refund.wait
  )
  returning id into v_id;
  perform graphile_worker.add_job(
    'refund__create', json_build_object('refund_id', v_id), run_at => now() + queue_refund.wait
  );
  return v_id;
end
$$;

comment on function app_private.queue_refund(
  app_public.payment_intents, bigint, app_public.refund_reason, uuid, app_public.refunds, interval
) is 'Writes a refund down, and has the worker ask Stripe for it.';

--! split: 1247-functions-payments-quote_cancellation.sql
create or replace function app_public.quote_cancellation(
  booking_id uuid, ticket_ids uuid[] default null
)
returns app_public.cancellation_quote
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_offer app_private.cancellation_offer;
  v_quote app_public.cancellation_quote;
begin
  select * into v_booking
  from app_public.bookings as b
  where b.id = quote_cancellation.booking_id
    and (
      b.user_id = app_hidden.current_user_id()
      or b.cart_token_hash = app_hidden.current_cart_hash()
      or app_hidden.has_performance_permission(
        b.organization_id, b.performance_id, 'bookings.read'
      )
    );
  if not found then
    perform app_private.require_buyer();
    raise exception 'There is no such booking, or it is not yours.'
      using errcode = 'LMBKG', detail = format('%s', quote_cancellation.booking_id);
  end if;
  perform app_private.require_tickets_of(v_booking, quote_cancellation.ticket_ids);
  v_offer := app_private.cancellation_offer_of(v_booking);
  select
    v_booking.id, v_offer.percentage, v_offer.until, v_offer.policy_version,
    coalesce(v_offer.refunds_service_fees, false), coalesce(v_offer.refunds_processing_fees, false),
    case
      when v_booking.confirmed_at is null then app_private.tickets_in(v_booking)
      else count(p.ticket_id)
    end,
    coalesce(sum(p.price_cents), 0), coalesce(sum(p.service_fee_cents), 0),
    coalesce(sum(p.processing_fee_cents), 0), coalesce(sum(p.tax_cents), 0),
    coalesce(sum(app_private.total_of_part(p)), 0),
    coalesce(sum(app_private.total_of_unit(u) - app_private.total_of_part(p)), 0),
    v_booking.currency
  into v_quote
  from app_private.parts_to_return(
    v_booking, quote_cancellation.ticket_ids, v_offer.percentage,
    coalesce(v_offer.refunds_service_fees, false), coalesce(v_offer.refunds_processing_fees, false)
  ) as p
  join app_private.refund_units(v_booking) as u
    on u.booking_item_id = p.booking_item_id and u.ticket_id is not distinct from p.ticket_id;
  return v_quote;
end
$$;

comment on function app_public.quote_cancellation(uuid, uuid[]) is
  'What comes back for tickets of a booking, or for all of it, if it is canceled now; also for a '
  'cart, before it is bought. Raises LMBKG, LMTVD (a ticket is not of this booking, or not valid), '
  'LMINP, LMSES, LMCRT.';
grant execute on function app_public.quote_cancellation(uuid, uuid[]) to lml_anonymous, lml_user;

--! split: 1248-functions-payments-raise_event_finding.sql
create or replace function app_private.raise_event_finding(
  event app_private.stripe_events, kind text
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_object jsonb := (raise_event_finding.event).payload #> '{data,object}';
  v_intent app_public.payment_intents := app_private.payment_of_stripe_object(v_object);
begin
  return app_private.raise_payment_finding(
    raise_event_finding.kind,
    coalesce(v_object ->> 'id', (raise_event_finding.event).id),
    v_intent.organization_id,
    v_intent.booking_id,
    -- Never the object itself, which may say who paid.
    jsonb_strip_nulls(jsonb_build_object(
      'type', (raise_event_finding.event).type,
      'account', (raise_event_finding.event).payload -> 'account',
      'waits_for', case when (raise_event_finding.event).outcome = 'parked'
        then (raise_event_finding.event).reason end,
      'told', jsonb_build_object(
        'amount', v_object -> 'amount', 'amount_received', v_object -> 'amount_received',
        'amount_refunded', v_object -> 'amount_refunded',
        'currency', v_object -> 'currency', 'status', v_object -> 'status',
        'livemode', v_object -> 'livemode', 'payment_intent', v_object -> 'payment_intent'
      ),
      'expected', jsonb_build_object(
        'payment_intent_id', v_intent.id, 'amount', v_intent.amount_cents,
        'currency', lower(v_intent.currency), 'refunded', v_intent.refunded_cents,
        'stripe_payment_intent_id', v_intent.stripe_payment_intent_id
      )
    )),
    (raise_event_finding.event).id
  );
end
$$;

comment on function app_private.raise_event_finding(app_private.stripe_events, text) is
  'Makes a finding of an event: what it told, and what was expected.';

--! split: 1249-functions-payments-raise_payment_finding.sql
-- What tells the same of the same object is one finding until somebody closes it. An event that was
-- counted is not counted again, so that the inbox may be replayed.
create or replace function app_private.raise_payment_finding(
  kind text, subject text, organization_id uuid, booking_id uuid, detail jsonb,
  stripe_event_id text default null
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
-- The conflict below names columns.
#variable_conflict use_column
declare
  v_id uuid;
begin
  select f.id into v_id
  from app_public.payment_findings as f
  where f.kind = raise_payment_finding.kind
    and f.subject = left(raise_payment_finding.subject, 300)
    and f.organization_id is not distinct from raise_payment_finding.organization_id
    and raise_payment_finding.stripe_event_id = any (f.stripe_event_ids);
  if found then
    return v_id;
  end if;
  insert into app_public.payment_findings as f (
    organization_id, booking_id, kind, subject, detail, stripe_event_ids
  )
  values (
    raise_payment_finding.organization_id, raise_payment_finding.booking_id,
    raise_payment_finding.kind, left(raise_payment_finding.subject, 300),
    raise_payment_finding.detail,
    array_remove(array[raise_payment_finding.stripe_event_id], null)
  )
  on conflict (kind, subject, organization_id) where resolved_at is null do update
  set last_seen_at = now(),
    detail = excluded.detail,
    -- Enough to begin with: the inbox has them all.
    stripe_event_ids = (f.stripe_event_ids || excluded.stripe_event_ids)[1:100]
  returning f.id into v_id;
  return v_id;
end
$$;

comment on function app_private.raise_payment_finding(text, text, uuid, uuid, jsonb, text) is
  'Tells people of something that contradicts the books or was not asked for.';

--! split: 1250-functions-payments-reapply_stripe_events.sql
-- In the order in which Stripe made them, so that a state without them becomes what it was. On a
-- state with them this changes nothing. What was forgotten has no payload any more.
create or replace function app_private.reapply_stripe_events(
  after_event_id text default null, batch_limit integer default 500
)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_private.stripe_events;
  v_last text;
begin
  for v_event in
    select e.*
    from app_private.stripe_events as e
    left join app_private.stripe_events as a on a.id = reapply_stripe_events.after_event_id
    where reapply_stripe_events.after_event_id is null
      or (e.stripe_created_at, e.id) > (a.stripe_created_at, a.id)
    order by e.stripe_created_at, e.id
    limit reapply_stripe_events.batch_limit
    for update of e
  loop
    v_last := v_event.id;
    if v_event.payload <> '{}' then
      perform app_private.record_stripe_outcome(
        v_event, app_private.dispatch_stripe_event(v_event)
      );
    end if;
  end loop;
  return v_last;
end
$$;

comment on function app_private.reapply_stripe_events(text, integer) is
  'Applies all events of the inbox again, so many at a time; returns the last one, to go on from, '
  'or null when there are no more.';

--! split: 1251-functions-payments-receive_at_box_office.sql
-- The booking is locked. An open attempt at Stripe is given up; if it was faster, it is returned.
create or replace function app_private.receive_at_box_office(
  booking app_public.bookings, method app_public.payment_method
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := receive_at_box_office.booking;
  v_part app_public.booking_payment_schedule;
  v_intent app_public.payment_intents;
  v_is_wanted boolean;
begin
  perform app_private.withdraw_payment(v_booking);
  if v_booking.payment_plan_id is not null then
    v_part := app_private.next_part(v_booking);
  end if;
  insert into app_public.payment_intents as p (
    organization_id, booking_id, amount_cents, currency, schedule_id, method, taken_by, status,
    received_cents, succeeded_at
  )
  values (
    v_booking.organization_id, v_booking.id,
    coalesce(v_part.amount_cents, v_booking.total_amount_cents), v_booking.currency, v_part.id,
    receive_at_box_office.method, app_hidden.require_user_id(), 'succeeded',
    coalesce(v_part.amount_cents, v_booking.total_amount_cents), now()
  )
  returning * into v_intent;
  perform app_private.post_box_office_payment(v_intent);
  v_is_wanted := case when v_part.id is null
    then app_private.confirm_booking(v_booking.id, v_intent.amount_cents)
    else app_private.receive_installment(v_intent)
  end;
  if not v_is_wanted then
    raise exception 'The hold has run out, and others have seats of it.'
      using errcode = 'LMEXP', detail = v_booking.id::text, hint = 'Return the money.';
  end if;
end
$$;

comment on function app_private.receive_at_box_office(
  app_public.bookings, app_public.payment_method
) is 'Takes what is due of a booking at the counter. Raises LMEXP: nothing was taken.';

--! split: 1252-functions-payments-receive_installment.sql
-- The booking is locked. A part that is paid takes no second payment.
create or replace function app_private.receive_installment(intent app_public.payment_intents)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  select * into strict v_booking
  from app_public.bookings as b where b.id = (receive_installment.intent).booking_id
  for no key update;
  if exists (
    select from app_public.booking_payment_schedule as s
    where s.organization_id = v_booking.organization_id
      and s.id = (receive_installment.intent).schedule_id and s.status = 'paid'
  ) then
    return false;
  end if;
  if v_booking.status <> 'partially_paid'
    and not app_private.confirm_booking(v_booking.id)
  then
    return false;
  end if;
  -- A late deposit brings the others back.
  update app_public.booking_payment_schedule as s
  set status = case when s.id = (receive_installment.intent).schedule_id
      then 'paid' else 'pending' end::app_public.installment_status,
    paid_at = case when s.id = (receive_installment.intent).schedule_id then now() end
  where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id
    and (s.id = (receive_installment.intent).schedule_id or s.status = 'canceled');
  if not exists (
    select from app_public.booking_payment_schedule as s
    where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id
      and s.status <> 'paid'
  ) then
    update app_public.bookings as b
    set status = 'confirmed' where b.id = v_booking.id
    returning * into v_booking;
    perform app_private.issue_tickets(v_booking);
  end if;
  return true;
end
$$;

comment on function app_private.receive_installment(app_public.payment_intents) is
  'Marks a part of a price as paid: the deposit books the seats, the last one issues the tickets. '
  'False: it was paid already, or the booking takes no money any more.';

--! split: 1253-functions-payments-receive_payment.sql
-- Money that has arrived is booked whatever happens to the seats. When they are gone, or it was not
-- asked for any more, it goes back exactly once.
create or replace function app_private.receive_payment(
  intent app_public.payment_intents, stripe_id text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents;
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
  perform app_private.settle_payment(v_intent, (receive_payment.intent).status);
end
$$;

comment on function app_private.receive_payment(app_public.payment_intents, text) is
  'Books a payment, then confirms its booking or queues its refund.';

--! split: 1254-functions-payments-record_box_office_refund.sql
create or replace function app_public.record_box_office_refund(refund_id uuid)
returns app_public.refunds
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_refund app_public.refunds;
begin
  perform app_hidden.require_performance_permission(
    b.organization_id, b.performance_id, 'bookings.manage'
  )
  from (select record_box_office_refund.refund_id as id) as asked
  left join app_public.refunds as r on r.id = asked.id
  left join app_public.bookings as b
    on b.organization_id = r.organization_id and b.id = r.booking_id;
  if exists (
    select from app_public.refunds as r
    join app_public.payment_intents as p
      on p.organization_id = r.organization_id and p.id = r.payment_intent_id
    where r.id = record_box_office_refund.refund_id and p.method = 'card'
  ) then
    raise exception 'What was paid by card is returned by Stripe.'
      using errcode = 'LMBST', detail = 'card';
  end if;
  perform app_private.record_refund(
    record_box_office_refund.refund_id, null, 'succeeded', null
  );
  select * into strict v_refund
  from app_public.refunds as r where r.id = record_box_office_refund.refund_id;
  return v_refund;
end
$$;

comment on function app_public.record_box_office_refund(uuid) is
  'Records that a refund of what was paid without Stripe was handed out; repeating it is harmless. '
  'Needs bookings.manage at the venue. Raises LMBST (paid by card), LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.record_box_office_refund(uuid) to lml_user;

--! split: 1255-functions-payments-record_movement.sql
-- The source names the fact: payment:ID, refund:ID, stripe_fee:PAYMENT:ID-AT-STRIPE. What the same
-- posting puts on stripe_fees is the fee, so that gross, fee and net are said once.
create or replace function app_private.record_movement(
  fact app_public.ledger_transactions, currency text, kinds app_public.ledger_account_kind[],
  amounts bigint[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_text text := split_part((record_movement.fact).source, ':', 2);
  v_id uuid := case when pg_input_is_valid(v_text, 'uuid') then v_text::uuid end;
  v_type app_public.payment_transaction_type := app_hidden.movement_type(
    (record_movement.fact).category
  );
  v_category text := (record_movement.fact).category;
  v_net_cents bigint;
  v_fee_cents bigint;
  v_payment_intent_id uuid;
  v_refund_id uuid;
begin
  select sum(l.amount) filter (where l.kind = 'stripe_balance'),
    coalesce(sum(l.amount) filter (where l.kind = 'stripe_fees'), 0)
  into v_net_cents, v_fee_cents
  from unnest(record_movement.kinds, record_movement.amounts) as l (kind, amount);
  if v_net_cents = 0 then
    return;
  end if;
  if v_type in ('payment', 'fee') then
    select p.id, case v_type when 'payment' then 'booking_payment' else v_category end
    into v_payment_intent_id, v_category
    from app_public.payment_intents as p
    where p.organization_id = (record_movement.fact).organization_id and p.id = v_id;
  elsif v_type = 'refund' then
    select r.payment_intent_id, r.id, r.reason || '_refund'
    into v_payment_intent_id, v_refund_id, v_category
    from app_public.refunds as r
    where r.organization_id = (record_movement.fact).organization_id and r.id = v_id;
  end if;
  insert into app_public.payment_transactions (
    organization_id, ledger_transaction_id, accounting_period, transaction_type,
    transaction_category, booking_id, payment_intent_id, refund_id, gross_amount_cents,
    fee_amount_cents, net_amount_cents, currency, description, stripe_balance_transaction_id,
    processed_at
  )
  values (
    (record_movement.fact).organization_id, (record_movement.fact).id,
    (record_movement.fact).accounting_period, v_type,
    coalesce(v_category, (record_movement.fact).category), (record_movement.fact).booking_id,
    v_payment_intent_id, v_refund_id, v_net_cents + v_fee_cents, v_fee_cents, v_net_cents,
    record_movement.currency, (record_movement.fact).description,
    nullif(split_part((record_movement.fact).source, ':', 3), ''),
    (record_movement.fact).occurred_at
  );
end
$$;

comment on function app_private.record_movement(
  app_public.ledger_transactions, text, app_public.ledger_account_kind[], bigint[]
) is 'Writes the row of payment_transactions for a posting that moves money at Stripe.';

--! split: 1256-functions-payments-record_payment_method_detached.sql
create or replace function app_private.record_payment_method_detached(payment_method_id uuid)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_private.saved_payment_methods as m
  set detached_at = coalesce(m.detached_at, now())
  where m.id = record_payment_method_detached.payment_method_id and m.removed_at is not null
$$;

comment on function app_private.record_payment_method_detached(uuid) is
  'Remembers that Stripe has forgotten a card.';
grant execute on function app_private.record_payment_method_detached(uuid) to lml_worker;

--! split: 1257-functions-payments-record_reconciliation.sql
create or replace function app_private.record_reconciliation(
  payment_transaction_id uuid, matches boolean, stripe_balance_transaction_id text default null
)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_public.payment_transactions as t
  set reconciliation_status = case
      when record_reconciliation.matches then 'matched' else 'mismatched'
    end::app_public.reconciliation_status,
    reconciled_at = now(),
    stripe_balance_transaction_id = coalesce(
      t.stripe_balance_transaction_id, record_reconciliation.stripe_balance_transaction_id
    )
  where t.id = record_reconciliation.payment_transaction_id
$$;

comment on function app_private.record_reconciliation(uuid, boolean, text) is
  'Remembers whether Stripe says the same of a movement as the books.';
grant execute on function app_private.record_reconciliation(uuid, boolean, text) to lml_worker;

--! split: 1258-functions-payments-record_refund.sql
-- From Stripe's answer and from its events alike, in any order: a refund that has ended stays so,
-- except that a bank may send back what had succeeded.
create or replace function app_private.record_refund(
  refund_id uuid, stripe_refund_id text, stripe_status text, failure_reason text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_before app_public.refund_status;
  v_refund app_public.refunds;
begin
  perform from app_public.refunds as r
  join app_public.bookings as b
    on b.organization_id = r.organization_id and b.id = r.booking_id
  where r.id = record_refund.refund_id
  for no key update of b;
  select * into strict v_refund
  from app_public.refunds as r where r.id = record_refund.refund_id
  for no key update;
  v_before := v_refund.status;
  if v_before in ('failed', 'canceled')
    or (v_before = 'succeeded' and record_refund.stripe_status is distinct from 'failed')
  then
    return;
  end if;

  update app_public.refunds as r
  set stripe_refund_id = coalesce(record_refund.stripe_refund_id, r.stripe_refund_id),
    stripe_status = record_refund.stripe_status,
    status = case record_refund.stripe_status
      when 'succeeded' then 'succeeded'
      when 'failed' then 'failed'
      when 'canceled' then 'canceled'
      else 'processing'
    end::app_public.refund_status,
    failure_reason = record_refund.failure_reason,
    succeeded_at = case when record_refund.stripe_status = 'succeeded' then now() end,
    failed_at = case when record_refund.stripe_status in ('failed', 'canceled') then now() end
  where r.id = v_refund.id
  returning * into v_refund;

  if v_refund.status = 'succeeded' then
    perform app_private.settle_refund(v_refund);
  elsif v_refund.status in ('failed', 'canceled') then
    if v_before = 'succeeded' then
      perform app_private.unsettle_refund(v_refund);
    end if;
    update app_public.payment_intents as p
    set refunded_cents = p.refunded_cents - v_refund.amount_cents
    where p.id = v_refund.payment_intent_id;
    perform app_private.raise_payment_finding(
      'refund_' || v_refund.status, v_refund.id::text, v_refund.organization_id,
      v_refund.booking_id, jsonb_build_object('amount', v_refund.amount_cents)
    );
    perform app_private.retry_by_itself(v_refund);
  end if;
end
$$;

comment on function app_private.record_refund(uuid, text, text, text) is
  'Remembers what Stripe says of a refund; repeating it is harmless.';
grant execute on function app_private.record_refund(uuid, text, text, text) to lml_worker;

--! split: 1259-functions-payments-record_stripe_customer.sql
create or replace function app_private.record_stripe_customer(
  stripe_customer_id uuid, stripe_id text
)
returns void
language sql volatile security definer set search_path = ''
as $$
  -- The first one stays: cards may hang on it already.
  update app_private.stripe_customers as c
  set stripe_id = coalesce(c.stripe_id, record_stripe_customer.stripe_id)
  where c.id = record_stripe_customer.stripe_customer_id
$$;

comment on function app_private.record_stripe_customer(uuid, text) is
  'Remembers the customer that Stripe made; recording twice is harmless.';
grant execute on function app_private.record_stripe_customer(uuid, text) to lml_worker;

--! split: 1260-functions-payments-record_stripe_customer_failure.sql
create or replace function app_private.record_stripe_customer_failure(stripe_customer_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_waiting uuid[] := array(
    select h.booking_id from app_private.payment_choices as h
    where h.stripe_customer_id = record_stripe_customer_failure.stripe_customer_id
  );
begin
  delete from app_private.payment_choices as h
  where h.stripe_customer_id = record_stripe_customer_failure.stripe_customer_id;
  perform app_private.ask_for_payment(p.id)
  from app_public.payment_intents as p
  where p.booking_id = any (v_waiting) and p.status = 'pending';
end
$$;

comment on function app_private.record_stripe_customer_failure(uuid) is
  'Stripe does not want to know somebody: they pay without their card being kept.';
grant execute on function app_private.record_stripe_customer_failure(uuid) to lml_worker;

--! split: 1261-functions-payments-record_stripe_outcome.sql
-- A parked event is tried again after a minute, then at half its age: often while what it waits for
-- may still come, and rarely when it will not.
create or replace function app_private.record_stripe_outcome(
  event app_private.stripe_events, result text
)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_private.stripe_events := record_stripe_outcome.event;
  v_outcome text := split_part(record_stripe_outcome.result, ': ', 1);
  v_reason text := left(
    nullif(substr(record_stripe_outcome.result, length(v_outcome) + 3), ''), 500
  );
begin
  if v_outcome = v_event.outcome and v_reason is not distinct from v_event.reason
    and v_outcome <> 'parked'
  then
    return v_outcome;
  end if;
  update app_private.stripe_events as e
  set outcome = v_outcome,
    reason = v_reason,
    applied_at = case when v_outcome <> 'parked' then coalesce(e.applied_at, now()) end,
    parked_at = case when v_outcome = 'parked' then coalesce(e.parked_at, now())
      else e.parked_at end,
    retry_at = case when v_outcome = 'parked'
      then now() + greatest(interval '1 minute', (now() - e.received_at) / 2) end
  where e.id = v_event.id
  returning * into v_event;

  if v_outcome = 'refused' then
    perform app_private.raise_event_finding(v_event, v_reason);
  elsif v_outcome = 'parked' then
    if now() - v_event.parked_at > app_private.parked_events_are_found_after() then
      perform app_private.raise_event_finding(v_event, 'event_without_parent');
    end if;
  end if;
  return v_outcome;
end
$$;

comment on function app_private.record_stripe_outcome(app_private.stripe_events, text) is
  'Remembers what became of an event, and makes a finding of what people must see.';

--! split: 1262-functions-payments-refund_booking.sql
-- Over several payments the newest is returned first, since Stripe returns no old ones.
create or replace function app_private.refund_booking(
  booking app_public.bookings, reason app_public.refund_reason, amount_cents bigint default null,
  request_id uuid default null
)
returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents;
  v_rest bigint := refund_booking.amount_cents;
  v_part bigint;
  v_queued bigint := 0;
begin
  for v_intent in
    select * from app_public.payment_intents as p
    where p.organization_id = (refund_booking.booking).organization_id
      and p.booking_id = (refund_booking.booking).id
      and p.received_cents > p.refunded_cents
    order by p.id desc
    for no key update
  loop
    v_part := least(v_intent.received_cents - v_intent.refunded_cents, v_rest);
    exit when v_part = 0;
    perform app_private.queue_refund(
      v_intent, v_part, refund_booking.reason, refund_booking.request_id
    );
    v_rest := v_rest - v_part;
    v_queued := v_queued + v_part;
  end loop;
  return v_queued;
end
$$;

comment on function app_private.refund_booking(
  app_public.bookings, app_public.refund_reason, bigint, uuid
) is
  'Queues the return of an amount, or of all that was paid for a booking and not yet returned, and '
  'says how much that is.';

--! split: 1263-functions-payments-refund_booking_amount.sql
create or replace function app_public.refund_booking_amount(
  booking_id uuid, amount_cents bigint, note text,
  reason app_public.refund_reason default 'customer_request', idempotency_key text default null
)
returns app_public.refund_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking_for_refund(
    refund_booking_amount.booking_id, 'payments.refund'
  );
  v_request app_public.refund_requests;
  v_known uuid := app_private.replay_result(
    refund_booking_amount.idempotency_key, 'refund_booking_amount',
    jsonb_build_array(
      refund_booking_amount.booking_id, refund_booking_amount.amount_cents,
      refund_booking_amount.note, refund_booking_amount.reason
    )
  );
begin
  if v_known is not null then
    return app_private.known_refund_request(v_known);
  end if;
  v_request.kind := 'partial';
  v_request.amount_cents := refund_booking_amount.amount_cents;
  v_request.reason := refund_booking_amount.reason;
  v_request.note := refund_booking_amount.note;
  v_request := app_private.request_refund(v_booking, v_request);
  perform app_private.keep_result(refund_booking_amount.idempotency_key, v_request.id);
  return v_request;
end
$$;

comment on function app_public.refund_booking_amount(
  uuid, bigint, text, app_public.refund_reason, text
) is
  'Returns an amount, within what was received, whatever the terms say; the buyer keeps the tickets. '
  'Above the organization''s threshold somebody else has to approve it. Needs payments.refund. '
  'Raises LMBKG, LMRGT, LMBST, LMRFX (less is left), LMINP, LMIDK, LMAUT, LMSES.';
grant execute on function app_public.refund_booking_amount(
  uuid, bigint, text, app_public.refund_reason, text
) to lml_user;

--! split: 1264-functions-payments-refund_fees.sql
create or replace function app_public.refund_fees(
  booking_id uuid, note text, ticket_ids uuid[] default null,
  with_service_fees boolean default true, with_processing_fees boolean default true,
  reason app_public.refund_reason default 'customer_request', idempotency_key text default null
)
returns app_public.refund_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking_for_refund(
    refund_fees.booking_id, 'payments.refund'
  );
  v_request app_public.refund_requests;
  v_known uuid := app_private.replay_result(
    refund_fees.idempotency_key, 'refund_fees',
    jsonb_build_array(
      refund_fees.booking_id, refund_fees.note, refund_fees.ticket_ids,
      refund_fees.with_service_fees, refund_fees.with_processing_fees, refund_fees.reason
    )
  );
begin
  if v_known is not null then
    return app_private.known_refund_request(v_known);
  end if;
  v_request.kind := 'fee_only';
  v_request.ticket_ids := refund_fees.ticket_ids;
  v_request.refunds_service_fees := refund_fees.with_service_fees;
  v_request.refunds_processing_fees := refund_fees.with_processing_fees;
  v_request.reason := refund_fees.reason;
  v_request.note := refund_fees.note;
  v_request := app_private.request_refund(v_booking, v_request);
  perform app_private.keep_result(refund_fees.idempotency_key, v_request.id);
  return v_request;
end
$$;

comment on function app_public.refund_fees(
  uuid, text, uuid[], boolean, boolean, app_public.refund_reason, text
) is
  'Returns fees of a booking or of some of its tickets, with the tax on them; the buyer keeps the '
  'tickets. Above the organization''s threshold somebody else has to approve it. '
  'Needs payments.refund. '
  'Raises LMBKG, LMRGT, LMBST, LMTVD, LMRFX (none are left), LMINP, LMIDK, LMAUT, LMSES.';
grant execute on function app_public.refund_fees(
  uuid, text, uuid[], boolean, boolean, app_public.refund_reason, text
) to lml_user;

--! split: 1265-functions-payments-refund_tickets.sql
create or replace function app_public.refund_tickets(
  booking_id uuid, note text, ticket_ids uuid[] default null, percentage numeric default 100,
  with_fees boolean default true, reason app_public.refund_reason default 'customer_request',
  idempotency_key text default null
)
returns app_public.refund_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking_for_refund(
    refund_tickets.booking_id, 'payments.refund'
  );
  v_request app_public.refund_requests;
  v_known uuid := app_private.replay_result(
    refund_tickets.idempotency_key, 'refund_tickets',
    jsonb_build_array(
      refund_tickets.booking_id, refund_tickets.note, refund_tickets.ticket_ids,
      refund_tickets.percentage, refund_tickets.with_fees, refund_tickets.reason
    )
  );
begin
  if v_known is not null then
    return app_private.known_refund_request(v_known);
  end if;
  v_request.kind := case when refund_tickets.ticket_ids is null then 'full' else 'ticket' end;
  v_request.ticket_ids := refund_tickets.ticket_ids;
  v_request.percentage := refund_tickets.percentage;
  v_request.refunds_service_fees := refund_tickets.with_fees;
  v_request.refunds_processing_fees := refund_tickets.with_fees;
  v_request.reason := refund_tickets.reason;
  v_request.note := refund_tickets.note;
  v_request := app_private.request_refund(v_booking, v_request);
  perform app_private.keep_result(refund_tickets.idempotency_key, v_request.id);
  return v_request;
end
$$;

comment on function app_public.refund_tickets(
  uuid, text, uuid[], numeric, boolean, app_public.refund_reason, text
) is
  'Takes tickets of a booking back, or all of it, for as much as staff decides, whatever the terms '
  'say. The tickets end, and their places are on sale again. Above the organization''s threshold '
  'somebody else has to approve it first. Needs payments.refund. '
  'Raises LMBKG, LMRGT, LMBST, LMTUS, LMTVD, LMINP, LMIDK, LMAUT, LMSES.';
grant execute on function app_public.refund_tickets(
  uuid, text, uuid[], numeric, boolean, app_public.refund_reason, text
) to lml_user;

--! split: 1266-functions-payments-refund_units.sql
-- From the amounts that were stored at the sale, whatever its terms were. The price is what fees
-- and tax leave of the total; a ticket's fees, and the commission, are shared out in the order of
-- ids, so that the tickets of a line sum to it, and all units to the booking.
create or replace function app_private.refund_units(booking app_public.bookings)
returns setof app_private.refund_unit
language sql stable security definer set search_path = ''
as $$
  with lines as (
    select i.*, exists (
      select from app_public.tickets as t
      where t.organization_id = i.organization_id and t.booking_item_id = i.id
    ) as has_tickets
    from app_public.booking_items as i
    where i.organization_id = (refund_units.booking).organization_id
      and i.booking_id = (refund_units.booking).id
  ),
  shares as (
    select
      t.booking_item_id, t.id as ticket_id, t.status = 'valid' as is_live, t.total_paid_cents,
      t.fees_paid_cents, t.tax_paid_cents, l.service_fee_cents,
      sum(t.fees_paid_cents) over line as running, sum(t.fees_paid_cents) over whole_line as fees
    from lines as l
    join app_public.tickets as t
      on t.organization_id = l.organization_id and t.booking_item_id = l.id
    window line as (partition by l.id order by t.id), whole_line as (partition by l.id)
  ),
  units as (
    select
      s.booking_item_id, s.ticket_id, false as is_fee, s.is_live,
      s.total_paid_cents - s.fees_paid_cents - s.tax_paid_cents as price, s.fees_paid_cents as fees,
      app_hidden.portion_of(s.service_fee_cents, s.running::bigint, s.fees::bigint)
        - app_hidden.portion_of(
          s.service_fee_cents, (s.running - s.fees_paid_cents)::bigint, s.fees::bigint
        ) as service_fee,
      s.tax_paid_cents as tax
    from shares as s
    union all
    select
      l.id, null, l.item_type = 'fee',
      not exists (
        select from app_public.refund_items as r
        where r.organization_id = l.organization_id and r.booking_item_id = l.id and r.is_return
      ),
      l.total_cents - l.service_fee_cents - l.processing_fee_cents - l.tax_cents,
      l.service_fee_cents + l.processing_fee_cents, l.service_fee_cents, l.tax_cents
    from lines as l
    where not l.has_tickets
  ),
  counted as (
    select u.*,
      sum(u.price) over (order by u.booking_item_id, u.ticket_id) as running,
      sum(u.price) over () as whole
    from units as u
  )
  select
    c.booking_item_id, c.ticket_id, c.is_fee, c.is_live,
    c.price - r.price,
    c.service_fee - r.service_fee,
    c.fees - c.service_fee - r.processing_fee,
    c.tax - r.tax,
    app_hidden.portion_of(
      (refund_units.booking).commission_amount_cents, c.running::bigint, c.whole::bigint
    ) - app_hidden.portion_of(
      (refund_units.booking).commission_amount_cents, (c.running - c.price)::bigint,
      c.whole::bigint
    ) - r.commission
  from counted as c
  cross join lateral (
    select
      coalesce(sum(r.price_cents), 0)::bigint as price,
      coalesce(sum(r.service_fee_cents), 0)::bigint as service_fee,
      coalesce(sum(r.processing_fee_cents), 0)::bigint as processing_fee,
      coalesce(sum(r.tax_cents), 0)::bigint as tax,
      coalesce(sum(r.commission_cents), 0)::bigint as commission
    from app_public.refund_items as r
    where r.organization_id = (refund_units.booking).organization_id
      and r.booking_item_id = c.booking_item_id
      and r.ticket_id is not distinct from c.ticket_id
  ) as r
  order by c.booking_item_id, c.ticket_id
$$;

comment on function app_private.refund_units(app_public.bookings) is
  'Tickets of a booking, and lines without tickets, with what of each was not taken back yet.';

--! split: 1267-functions-payments-reject_correction.sql
create or replace function app_public.reject_correction(correction_id uuid)
returns app_public.ledger_corrections
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_correction app_public.ledger_corrections := app_private.lock_correction(
    reject_correction.correction_id
  );
begin
  update app_public.ledger_corrections as c
  set status = 'rejected', decided_by = app_hidden.current_user_id(), decided_at = now()
  where c.id = v_correction.id
  returning * into v_correction;
  return v_correction;
end
$$;

comment on function app_public.reject_correction(uuid) is
  'Rejects a correction that somebody else has asked for. For the platform''s support. '
  'Raises LMCOR (it was decided), LMNFD, LMRGT (you asked for it), LMAUT.';
grant execute on function app_public.reject_correction(uuid) to lml_user;

--! split: 1268-functions-payments-remove_payment_method.sql
create or replace function app_public.remove_payment_method(payment_method_id uuid)
returns app_public.saved_payment_method
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_method app_private.saved_payment_methods;
begin
  select m.* into v_method
  from app_private.saved_payment_methods as m
  join app_private.stripe_customers as c
    on c.organization_id = m.organization_id and c.id = m.stripe_customer_id
  where m.id = remove_payment_method.payment_method_id and c.user_id = v_user_id
  for update of m;
  if v_method.id is null then
    raise exception 'There is no such saved card, or it is not yours.'
      using errcode = 'LMNFD', detail = format('%s', remove_payment_method.payment_method_id);
  end if;
  if v_method.removed_at is null then
    update app_private.saved_payment_methods as m set removed_at = now() where m.id = v_method.id;
    perform app_private.add_job(
      'payment_method__detach', jsonb_build_object('payment_method_id', v_method.id)
    );
  end if;
  return (
    v_method.id, v_method.organization_id, v_method.brand, v_method.last4, v_method.exp_month,
    v_method.exp_year, v_method.created_at
  )::app_public.saved_payment_method;
end
$$;

comment on function app_public.remove_payment_method(uuid) is
  'Removes a card that you keep, here at once and at Stripe by a job; once more is harmless. '
  'Raises LMSES, LMNFD.';
grant execute on function app_public.remove_payment_method(uuid) to lml_user;

--! split: 1269-functions-payments-reopen_period.sql
create or replace function app_public.reopen_period(organization_id uuid, period date)
returns app_public.accounting_periods
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_period app_public.accounting_periods := app_private.lock_period(
    reopen_period.organization_id, reopen_period.period
  );
begin
  if v_period.status = 'open' then
    return v_period;
  end if;
  update app_public.accounting_periods as p
  set status = 'open', closing_started_at = null
  where p.id = v_period.id
  returning * into v_period;
  return v_period;
end
$$;

comment on function app_public.reopen_period(uuid, date) is
  'Gives the closing of a month up. One that is closed stays closed. '
  'Needs books.manage. Raises LMAPP, LMPER, LMNFD, LMRGT, LMAUT.';
grant execute on function app_public.reopen_period(uuid, date) to lml_user;

--! split: 1270-functions-payments-request_correction.sql
create or replace function app_public.request_correction(
  ledger_transaction_id uuid, currency text, kinds app_public.ledger_account_kind[],
  amounts_cents bigint[], reason text, idempotency_key text default null
)
returns app_public.ledger_corrections
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_correction app_public.ledger_corrections;
  v_known uuid;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_platform_role('support');
  v_known := app_private.replay_result(
    request_correction.idempotency_key, 'request_correction',
    jsonb_build_array(
      request_correction.ledger_transaction_id, request_correction.currency,
      request_correction.kinds, request_correction.amounts_cents, request_correction.reason
    )
  );
  if v_known is not null then
    select * into strict v_correction
    from app_public.ledger_corrections as c where c.id = v_known;
    return v_correction;
  end if;
  if (select sum(a) from unnest(request_correction.amounts_cents) as a) <> 0 then
    raise exception 'A correction sums to zero.' using errcode = 'LMBAL', detail = 'amounts_cents';
  end if;
  if (
    select count(distinct k) < count(*) from unnest(request_correction.kinds) as k
  ) then
    raise exception 'An account is named once.' using errcode = 'LMINP', detail = 'kinds';
  end if;
  perform app_hidden.require_currency(request_correction.currency);
  insert into app_public.ledger_corrections (
    organization_id, corrects_id, currency, kinds, amounts_cents, reason, requested_by
  )
  select t.organization_id, t.id, request_correction.currency, request_correction.kinds,
    request_correction.amounts_cents, request_correction.reason, app_hidden.current_user_id()
  from app_public.ledger_transactions as t
  where t.id = request_correction.ledger_transaction_id
  returning * into v_correction;
  if not found then
    raise exception 'There is no such fact in the books.'
      using errcode = 'LMNFD', detail = 'ledger_transaction_id';
  end if;
  perform app_private.keep_result(request_correction.idempotency_key, v_correction.id);
  return v_correction;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.request_correction(
  uuid, text, app_public.ledger_account_kind[], bigint[], text, text
) is
  'Asks for a correction of a fact in the books: on which accounts, and how much on each; debit is '
  'positive, and all sum to zero. Somebody else has to post it. For the platform''s support. '
  'Raises LMBAL, LMCUR, LMINP, LMNFD, LMRGT, LMAUT, LMIDK.';
grant execute on function app_public.request_correction(
  uuid, text, app_public.ledger_account_kind[], bigint[], text, text
) to lml_user;

--! split: 1271-functions-payments-request_payment.sql
create or replace function app_private.request_payment(booking app_public.bookings)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_part app_public.booking_payment_schedule;
begin
  if (request_payment.booking).payment_plan_id is not null then
    v_part := app_private.next_part(request_payment.booking);
  end if;
  insert into app_public.payment_intents (
    organization_id, booking_id, amount_cents, currency, schedule_id
  )
  values (
    (request_payment.booking).organization_id, (request_payment.booking).id,
    coalesce(v_part.amount_cents, (request_payment.booking).total_amount_cents),
    (request_payment.booking).currency, v_part.id
  )
  returning id into v_id;
  perform app_private.ask_for_payment(v_id);
  return v_id;
end
$$;

comment on function app_private.request_payment(app_public.bookings) is
  'Writes down what is to be collected now, and has the worker ask Stripe for it. Raises LMPLN.';

--! split: 1272-functions-payments-request_refund.sql
-- A refund by staff: beyond the terms, so with words, and above the organization's threshold only
-- with a second person.
create or replace function app_private.request_refund(
  booking app_public.bookings, request app_public.refund_requests
)
returns app_public.refund_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := request_refund.booking;
  v_request app_public.refund_requests := request_refund.request;
  v_constraint text;
  v_column text;
begin
  perform app_private.require_refundable(v_booking, v_request.kind);
  perform app_private.require_tickets_of(v_booking, v_request.ticket_ids);
  v_request.organization_id := v_booking.organization_id;
  v_request.booking_id := v_booking.id;
  v_request.currency := v_booking.currency;
  v_request.is_exception := true;
  if v_request.kind = 'partial' and coalesce(v_request.amount_cents, 0) <= 0 then
    raise exception 'Name an amount above zero.' using errcode = 'LMINP', detail = 'amount_cents';
  end if;
  v_request.amount_cents := (
    select coalesce(sum(app_private.total_of_part(p)), 0)
    from app_private.parts_of_request(v_booking, v_request) as p
  );
  if v_request.kind = 'fee_only' and v_request.amount_cents = 0 then
    raise exception 'No fees are left to return.' using errcode = 'LMRFX', detail = '0';
  end if;
  v_request.status := case
    when app_private.needs_approval(v_booking, v_request.amount_cents) then 'requested'
    else 'approved'
  end;
  v_request := app_private.store_refund_request(v_request);
  if v_request.status = 'approved' then
    v_request := app_private.carry_out_request(v_booking, v_request);
  end if;
  return v_request;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_private.request_refund(app_public.bookings, app_public.refund_requests) is
  'Writes a request of staff down, and carries it out unless somebody else has to approve it. '
  'Raises LMBST, LMRFX, LMTUS, LMTVD, LMINP.';

--! split: 1273-functions-payments-requeue_stripe_calls.sql
-- For jobs that failed so often that the queue gave them up, or were removed by hand.
create or replace function app_private.requeue_stripe_calls(batch_limit integer default 500)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  perform app_private.add_stripe_job(c.purpose, c.subject_id, '0')
  from (
    select * from app_private.stripe_calls as c
    where c.ended_at is null and c.last_asked_at < now() - interval '10 minutes'
    order by c.last_asked_at
    limit requeue_stripe_calls.batch_limit
  ) as c;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_private.requeue_stripe_calls(integer) is
  'Has calls without an outcome made again; returns how many.';
grant execute on function app_private.requeue_stripe_calls(integer) to lml_worker;

--! split: 1274-functions-payments-require_cancellation_windows.sql
create or replace function app_private.require_cancellation_windows(
  days_before integer[], percentages numeric[]
)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if days_before is null or percentages is null
    or cardinality(days_before) <> cardinality(percentages) or cardinality(days_before) > 20
    or array_position(days_before, null) is not null
    or array_position(percentages, null) is not null
    or cardinality(days_before) <> (select count(distinct d) from unnest(days_before) as d)
  then
    raise exception 'Give up to 20 windows: a number of days, each once, and a percentage for each.'
      using errcode = 'LMINP', detail = 'days_before, percentages';
  end if;
  if exists (
    select from unnest(days_before, percentages) as early (days, share)
    join unnest(days_before, percentages) as late (days, share) on late.days < early.days
    where late.share >= early.share
  ) then
    raise exception 'Who cancels later gets less.' using errcode = 'LMINP', detail = 'percentages';
  end if;
end
$$;

comment on function app_private.require_cancellation_windows(integer[], numeric[]) is
  'Raises LMINP.';

--! split: 1275-functions-payments-require_closable.sql
create or replace function app_private.require_closable(period app_public.accounting_periods)
returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid := (require_closable.period).organization_id;
  v_period date := (require_closable.period).period;
  v_mismatched bigint;
  v_pending bigint;
begin
  if exists (
    select
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
    where t.organization_id = v_organization_id and t.accounting_period = v_period
    group by a.currency
    having sum(e.amount_cents) <> 0
  ) then
    raise exception 'The month does not sum to zero.' using errcode = 'LMBAL', detail = 'period';
  end if;
  if exists (
    select
    from app_public.ledger_corrections as c
    join app_public.ledger_transactions as t
      on t.organization_id = c.organization_id and t.id = c.corrects_id
    where c.organization_id = v_organization_id
      and c.status = 'requested'
      and t.accounting_period = v_period
  ) then
    raise exception 'A correction of something in this month waits for a decision.'
      using errcode = 'LMPER', detail = 'corrections',
        hint = 'Ask the platform to post or reject it.';
  end if;
  select count(*) filter (where m.reconciliation_status = 'mismatched'),
    count(*) filter (where m.reconciliation_status = 'pending')
  into v_mismatched, v_pending
  from app_public.payment_transactions as m
  where m.organization_id = v_organization_id
    and m.accounting_period = v_period
    and m.reconciliation_status <> 'matched';
  if v_mismatched > 0 then
    raise exception 'Of % movements of the month, Stripe says something else.', v_mismatched
      using errcode = 'LMPER', detail = 'mismatched', hint = 'Find out why, and correct it.';
  end if;
  return v_pending;
end
$$;

comment on function app_private.require_closable(app_public.accounting_periods) is
  'How many movements of a month were not compared with Stripe. Raises LMBAL or LMPER when it cannot '
  'be closed at all.';

--! split: 1276-functions-payments-require_refundable.sql
-- Money for a disputed booking is with the bank that disputes it.
create or replace function app_private.require_refundable(
  booking app_public.bookings, kind app_public.refund_kind
)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if (require_refundable.booking).confirmed_at is null
    or (require_refundable.booking).status = 'disputed'
    or (
      require_refundable.kind in ('full', 'ticket')
      and (require_refundable.booking).status not in ('confirmed', 'partially_paid')
    )
  then
    raise exception 'The booking is %.', (require_refundable.booking).status
      using errcode = 'LMBST', detail = (require_refundable.booking).status::text;
  end if;
end
$$;

comment on function app_private.require_refundable(app_public.bookings, app_public.refund_kind) is
  'Raises LMBST unless something of the booking may be taken back.';

--! split: 1277-functions-payments-require_revenue_limit.sql
-- Asked when a checkout starts, so that nobody pays in vain; what is paid is never refused. Sales
-- that are being paid are not counted, so that a month may end a few bookings above the limit: a
-- total that is exact would be one row for which all buyers of an organization wait. The books are
-- summed for plans with a limit only, from one range of an index. Refunds give no room back.
create or replace function app_private.require_revenue_limit(booking app_public.bookings)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_limit_cents bigint;
  v_sold_cents bigint;
begin
  if (require_revenue_limit.booking).total_amount_cents = 0 then
    return;
  end if;
  select coalesce(s.monthly_revenue_limit_units, t.monthly_revenue_limit_units) * 10 ^ c.exponent
  into strict v_limit_cents
  from app_public.organization_settings as s
  join app_public.subscription_tiers as t on t.tier = s.subscription_tier
  join app_public.currencies as c on c.code = (require_revenue_limit.booking).currency
  where s.organization_id = (require_revenue_limit.booking).organization_id;
  if v_limit_cents is null then
    return;
  end if;
  select coalesce(-sum(e.amount_cents), 0) into v_sold_cents
  from app_public.ledger_accounts as a
  join app_public.ledger_entries as e
    on e.organization_id = a.organization_id and e.account_id = a.id
  where a.organization_id = (require_revenue_limit.booking).organization_id
    and a.currency = (require_revenue_limit.booking).currency
    and a.kind in ('organizer_payable', 'promoter_payable', 'platform_commission')
    and e.created_at >= date_trunc('month', now(), 'UTC')
    and e.amount_cents < 0;
  if v_sold_cents + (require_revenue_limit.booking).subtotal_cents
    - (require_revenue_limit.booking).discount_cents > v_limit_cents
  then
    raise exception 'The organization cannot sell more this month.'
      using errcode = 'LMLIM', detail = 'monthly_revenue_limit',
        hint = 'Ask the organization, or try again next month.';
  end if;
end
$$;

comment on function app_private.require_revenue_limit(app_public.bookings) is
  'Raises LMLIM when a booking would exceed the monthly revenue of its organization''s plan.';

--! split: 1278-functions-payments-require_tickets_of.sql
create or replace function app_private.require_tickets_of(
  booking app_public.bookings, ticket_ids uuid[]
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_bad uuid;
begin
  if require_tickets_of.ticket_ids is null then
    return;
  end if;
  if cardinality(require_tickets_of.ticket_ids) not between 1 and 10000
    or array_position(require_tickets_of.ticket_ids, null) is not null
    or cardinality(require_tickets_of.ticket_ids)
      <> (select count(distinct n) from unnest(require_tickets_of.ticket_ids) as n)
  then
    raise exception 'Name tickets, each once.' using errcode = 'LMINP', detail = 'ticket_ids';
  end if;
  select n into v_bad
  from unnest(require_tickets_of.ticket_ids) as n
  where not exists (
    select from app_public.tickets as t
    where t.organization_id = (require_tickets_of.booking).organization_id
      and t.booking_id = (require_tickets_of.booking).id
      and t.id = n
      and t.status in ('valid', 'used')
  )
  limit 1;
  if found then
    raise exception 'This is not a valid ticket of the booking.'
      using errcode = 'LMTVD', detail = v_bad::text;
  end if;
end
$$;

comment on function app_private.require_tickets_of(app_public.bookings, uuid[]) is
  'Raises LMTVD unless all are live tickets of the booking, LMINP for none, too many, or one twice.';

--! split: 1279-functions-payments-resolve_payment_finding.sql
create or replace function app_public.resolve_payment_finding(finding_id uuid, note text)
returns app_public.payment_findings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_finding app_public.payment_findings;
begin
  select * into v_finding
  from app_public.payment_findings as f
  where f.id = resolve_payment_finding.finding_id
  for no key update;
  -- What belongs to nobody that is known is for the platform's staff, who may close all of them.
  if app_hidden.current_platform_role() is null then
    perform app_hidden.require_permission(v_finding.organization_id, 'payments.manage');
  elsif v_finding.id is null then
    raise exception 'There is no such finding.' using errcode = 'LMNFD';
  end if;
  if coalesce(length(trim(resolve_payment_finding.note)), 0) not between 1 and 2000 then
    raise exception 'Say what was found, and done.' using errcode = 'LMINP', detail = 'note';
  end if;
  if v_finding.resolved_at is not null then
    return v_finding;
  end if;
  update app_public.payment_findings as f
  set resolved_at = now(), resolved_by = v_user_id,
    resolution_note = trim(resolve_payment_finding.note)
  where f.id = v_finding.id
  returning * into v_finding;
  return v_finding;
end
$$;

comment on function app_public.resolve_payment_finding(uuid, text) is
  'Closes a finding with what was found and done; one that is closed stays as it is. It moves no '
  'money. Needs payments.manage, or to be of the platform''s staff. '
  'Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.resolve_payment_finding(uuid, text) to lml_user;

--! split: 1280-functions-payments-retry_by_itself.sql
-- Only for what passes: Stripe's balance was empty, or a bank did not answer. An hour, six hours, a
-- day, three days, with up to a tenth more, so that many do not come back at the same moment.
-- Anything else, such as a closed account, is for people to look at.
create or replace function app_private.retry_by_itself(refund app_public.refunds)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_waits constant interval[] := array['1 hour', '6 hours', '1 day', '3 days'];
  v_wait interval := c_waits[(retry_by_itself.refund).attempt];
begin
  if v_wait is null or (retry_by_itself.refund).status <> 'failed'
    or coalesce((retry_by_itself.refund).failure_reason, '')
      not in ('insufficient_funds', 'processing_error', 'unknown')
  then
    return;
  end if;
  perform app_private.queue_refund(
    p, (retry_by_itself.refund).amount_cents, (retry_by_itself.refund).reason,
    (retry_by_itself.refund).request_id, retry_by_itself.refund,
    v_wait * (1 + random() / 10)
  )
  from app_public.payment_intents as p
  where p.organization_id = (retry_by_itself.refund).organization_id
    and p.id = (retry_by_itself.refund).payment_intent_id;
end
$$;

comment on function app_private.retry_by_itself(app_public.refunds) is
  'Queues a failed refund again, later, if that may help.';

--! split: 1281-functions-payments-retry_parked_events.sql
-- For what no trigger told: a parent that came at the same moment, rows that were restored, and jobs
-- that were lost. Nothing that was received is forgotten.
create or replace function app_private.retry_parked_events(batch_limit integer default 500)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_private.stripe_events;
  v_count integer := 0;
begin
  for v_event in
    select * from app_private.stripe_events as e
    where e.applied_at is null
      and coalesce(e.retry_at, e.received_at + interval '5 minutes') < now()
    order by e.received_at
    limit retry_parked_events.batch_limit
    for update skip locked
  loop
    if v_event.outcome is null and v_event.received_at < now() - interval '1 day' then
      perform app_private.raise_event_finding(v_event, 'event_not_applied');
    end if;
    perform app_private.add_keyed_job(
      'stripe_event__apply', jsonb_build_object('event_id', v_event.id),
      'stripe_event:' || v_event.id
    );
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function app_private.retry_parked_events(integer) is
  'Has events tried again that wait for what they are about, or whose job was lost.';
grant execute on function app_private.retry_parked_events(integer) to lml_worker;

--! split: 1282-functions-payments-retry_refund.sql
create or replace function app_public.retry_refund(refund_id uuid)
returns app_public.refunds
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_refund app_public.refunds;
  v_next app_public.refunds;
begin
  select r.* into v_refund from app_public.refunds as r where r.id = retry_refund.refund_id;
  perform app_private.lock_booking_for_refund(v_refund.booking_id, 'payments.refund');
  select * into strict v_refund
  from app_public.refunds as r where r.id = retry_refund.refund_id
  for no key update;
  select * into v_next
  from app_public.refunds as r
  where r.organization_id = v_refund.organization_id and r.retried_refund_id = v_refund.id;
  if found then
    return v_next;
  end if;
  if v_refund.status not in ('failed', 'canceled') then
    raise exception 'The refund is %.', v_refund.status
      using errcode = 'LMRFD', detail = v_refund.status::text;
  end if;
  perform app_private.queue_refund(
    p, v_refund.amount_cents, v_refund.reason, v_refund.request_id, v_refund
  )
  from app_public.payment_intents as p
  where p.organization_id = v_refund.organization_id and p.id = v_refund.payment_intent_id;
  select * into strict v_next
  from app_public.refunds as r
  where r.organization_id = v_refund.organization_id and r.retried_refund_id = v_refund.id;
  return v_next;
end
$$;

comment on function app_public.retry_refund(uuid) is
  'Sends a failed refund again, as a new one, and returns that; once: again it is the same one. '
  'Needs payments.refund. Raises LMBKG, LMRGT, LMRFD (it has not failed), LMAUT, LMSES.';
grant execute on function app_public.retry_refund(uuid) to lml_user;

--! split: 1283-functions-payments-return_payment.sql
create or replace function app_private.return_payment(intent app_public.payment_intents)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  -- It had asked for this money, and others have its seats: whether or not the sweep was here, the
  -- refund must find it ended. Money that it had not asked for leaves it alone.
  update app_public.bookings as b
  set status = 'expired', expires_at = null
  where b.id = (return_payment.intent).booking_id and b.status in ('draft', 'pending_payment')
    and case when (return_payment.intent).schedule_id is null
      then b.payment_plan_id is null
        and b.total_amount_cents = (return_payment.intent).amount_cents
      else b.payment_plan_id is not null
    end
  returning * into v_booking;
  if found then
    perform app_private.free_seats(v_booking, app_private.held_seat_nos(v_booking));
    perform app_private.free_admissions(v_booking);
    perform app_private.withdraw_payment(v_booking);
  end if;
  perform app_private.queue_refund(
    return_payment.intent, (return_payment.intent).amount_cents, 'late_payment'
  );
end
$$;

comment on function app_private.return_payment(app_public.payment_intents) is
  'Queues the refund of a payment that buys nothing: too late, twice, or not what was asked for.';

--! split: 1284-functions-payments-reverse_sale.sql
create or replace function app_private.reverse_sale(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_kinds app_public.ledger_account_kind[];
  v_amounts bigint[];
begin
  -- Less what was taken back before.
  select array_agg(s.kind), array_agg(-s.amount)
  into v_kinds, v_amounts
  from (
    select a.kind, sum(e.amount_cents)::bigint as amount
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
    where t.organization_id = (reverse_sale.booking).organization_id
      and t.booking_id = (reverse_sale.booking).id
      and (
        t.source = 'sale:' || (reverse_sale.booking).id
        or starts_with(t.source, 'sale_return:')
      )
    group by a.kind
  ) as s;
  if v_kinds is null then
    return;
  end if;
  perform app_private.post_to_ledger(
    (reverse_sale.booking).organization_id, (reverse_sale.booking).id,
    (reverse_sale.booking).currency, 'sale_reversal:' || (reverse_sale.booking).id,
    'Cancellation ' || (reverse_sale.booking).booking_reference, v_kinds, v_amounts
  );
end
$$;

comment on function app_private.reverse_sale(app_public.bookings) is
  'Posts the opposite of what is left of a sale: what it split is owed to the buyer again.';

--! split: 1285-functions-payments-rounded.sql
-- Stripe charges currencies with three decimals in steps of ten of their minor unit, and two that have
-- lost their decimals in steps of a hundred: every part of a price is a multiple of it there. Written
-- out, because a hold asks it for each fee.
create or replace function app_hidden.rounded(amount numeric, currency text)
returns bigint
language sql immutable parallel safe
return case
  when rounded.currency in ('BHD', 'JOD', 'KWD', 'OMR', 'TND')
    then round(rounded.amount / 10) * 10
  when rounded.currency in ('ISK', 'UGX') then round(rounded.amount / 100) * 100
  else round(rounded.amount)
end::bigint;

comment on function app_hidden.rounded(numeric, text) is
  'An amount that can be charged in a currency, half away from zero.';

--! split: 1286-functions-payments-sell_on_invoice.sql
-- The sale is firm, and the clearing account says what the customer owes.
create or replace function app_private.sell_on_invoice(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := sell_on_invoice.booking;
begin
  update app_public.bookings as b
  set status = 'pending_payment' where b.id = v_booking.id;
  insert into app_public.payment_intents (
    organization_id, booking_id, amount_cents, currency, method
  )
  values (
    v_booking.organization_id, v_booking.id, v_booking.total_amount_cents, v_booking.currency,
    'invoice'
  );
  if not app_private.confirm_booking(v_booking.id) then
    raise exception 'The hold has run out.'
      using errcode = 'LMEXP', detail = v_booking.id::text, hint = 'Hold the seats again.';
  end if;
end
$$;

comment on function app_private.sell_on_invoice(app_public.bookings) is
  'Confirms a booking that is paid for later. Raises LMEXP.';

--! split: 1287-functions-payments-set_books_timezone.sql
create or replace function app_public.set_books_timezone(organization_id uuid, timezone text)
returns app_public.organization_settings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_settings app_public.organization_settings;
begin
  perform app_hidden.require_permission(set_books_timezone.organization_id, 'books.manage');
  if set_books_timezone.timezone is null then
    perform app_hidden.raise_bad_input(null, 'timezone');
  end if;
  perform app_hidden.require_timezone(set_books_timezone.timezone);
  update app_public.organization_settings as s
  set books_timezone = set_books_timezone.timezone
  where s.organization_id = set_books_timezone.organization_id
  returning * into strict v_settings;
  return v_settings;
end
$$;

comment on function app_public.set_books_timezone(uuid, text) is
  'In which time zone the months of the books end, from the next one that is opened. '
  'Needs books.manage. Raises LMTZN, LMINP, LMNFD, LMRGT, LMAUT.';
grant execute on function app_public.set_books_timezone(uuid, text) to lml_user;

--! split: 1288-functions-payments-set_cancellation_policy.sql
create or replace function app_public.set_cancellation_policy(
  organization_id uuid, days_before integer[], percentages numeric[],
  event_id uuid default null, refunds_service_fees boolean default false,
  refunds_processing_fees boolean default false
)
returns app_public.cancellation_policies
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_policy app_public.cancellation_policies;
  v_event app_public.events;
  v_constraint text;
  v_column text;
begin
  if set_cancellation_policy.event_id is null then
    perform app_private.lock_organization(
      set_cancellation_policy.organization_id, 'organization.manage'
    );
  else
    v_event := app_private.lock_event(set_cancellation_policy.event_id, 'events.manage');
    if v_event.organization_id <> set_cancellation_policy.organization_id then
      raise exception 'There is no such event, or it is not yours.' using errcode = 'LMNFD';
    end if;
  end if;
  perform app_private.require_cancellation_windows(
    set_cancellation_policy.days_before, set_cancellation_policy.percentages
  );
  select * into v_policy
  from app_public.cancellation_policies as c
  where c.organization_id = set_cancellation_policy.organization_id
    and c.event_id is not distinct from set_cancellation_policy.event_id
  order by c.version desc limit 1;
  -- Saying the same again makes no new version.
  if v_policy.refunds_service_fees = set_cancellation_policy.refunds_service_fees
    and v_policy.refunds_processing_fees = set_cancellation_policy.refunds_processing_fees
    and not exists (
      (
        select w.days_before, w.percentage from app_public.cancellation_windows as w
        where w.organization_id = v_policy.organization_id and w.policy_id = v_policy.id
      )
      except
      select d, p::numeric(7, 4) from unnest(days_before, percentages) as n (d, p)
    )
    and cardinality(days_before) = (
      select count(*) from app_public.cancellation_windows as w
      where w.organization_id = v_policy.organization_id and w.policy_id = v_policy.id
    )
  then
    return v_policy;
  end if;
  insert into app_public.cancellation_policies (
    organization_id, event_id, version, refunds_service_fees, refunds_processing_fees, created_by
  )
  values (
    set_cancellation_policy.organization_id, set_cancellation_policy.event_id,
    coalesce(v_policy.version, 0) + 1, set_cancellation_policy.refunds_service_fees,
    set_cancellation_policy.refunds_processing_fees, app_hidden.current_user_id()
  )
  returning * into v_policy;
  insert into app_public.cancellation_windows (policy_id, organization_id, days_before, percentage)
  select v_policy.id, v_policy.organization_id, n.d, n.p
  from unnest(set_cancellation_policy.days_before, set_cancellation_policy.percentages)
    as n (d, p);
  return v_policy;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_cancellation_policy(
  uuid, integer[], numeric[], uuid, boolean, boolean
) is
  'Sets the terms on which tickets are taken back from now on: until so many days before the start, '
  'so much is returned; without windows, nothing. Of one event, with events.manage, or of all '
  'others, with organization.manage. Bookings keep the terms they were bought under. '
  'Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.set_cancellation_policy(
  uuid, integer[], numeric[], uuid, boolean, boolean
) to lml_user;

--! split: 1289-functions-payments-set_event_promoter.sql
create or replace function app_public.set_event_promoter(
  event_id uuid, promoter_id uuid default null, share_percentage numeric default null
)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    set_event_promoter.event_id, 'events.manage'
  );
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_permission(v_event.organization_id, 'books.manage');
  if set_event_promoter.promoter_id is null then
    delete from app_public.event_promoters as ep
    where ep.organization_id = v_event.organization_id and ep.event_id = v_event.id;
    return v_event;
  end if;
  if not exists (
    select from app_public.promoters as p
    where p.organization_id = v_event.organization_id
      and p.id = set_event_promoter.promoter_id
  ) then
    raise exception 'There is no such promoter, or it is not yours.'
      using errcode = 'LMNFD', detail = 'promoter_id';
  end if;
  insert into app_public.event_promoters (
    organization_id, event_id, promoter_id, share_percentage
  )
  values (
    v_event.organization_id, v_event.id, set_event_promoter.promoter_id,
    set_event_promoter.share_percentage
  )
  on conflict on constraint event_promoters_pkey do update
  set promoter_id = excluded.promoter_id, share_percentage = excluded.share_percentage;
  return v_event;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when numeric_value_out_of_range then
    raise exception 'The share is out of range.'
      using errcode = 'LMINP', detail = 'share_percentage';
end
$$;

comment on function app_public.set_event_promoter(uuid, uuid, numeric) is
  'Who brings buyers to an event, and for which share of what commission leaves; without a promoter, '
  'nobody does from here on. Bookings that are confirmed keep their share. '
  'Needs events.manage and books.manage. Raises LMINP, LMNFD, LMRGT, LMAUT.';
grant execute on function app_public.set_event_promoter(uuid, uuid, numeric) to lml_user;

--! split: 1290-functions-payments-set_refund_approval.sql
create or replace function app_public.set_refund_approval(
  organization_id uuid, above_cents bigint default null
)
returns app_public.organization_settings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_settings app_public.organization_settings;
  v_constraint text;
  v_column text;
begin
  perform app_private.lock_organization(
    set_refund_approval.organization_id, 'organization.manage'
  );
  update app_public.organization_settings as s
  set refund_approval_above_cents = set_refund_approval.above_cents
  where s.organization_id = set_refund_approval.organization_id
  returning * into v_settings;
  return v_settings;
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_refund_approval(uuid, bigint) is
  'Above which amount a second person decides about refunds by staff; null: nobody. Needs '
  'organization.manage. Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.set_refund_approval(uuid, bigint) to lml_user;

--! split: 1291-functions-payments-settle_payment.sql
create or replace function app_private.settle_payment(
  intent app_public.payment_intents, status_before app_public.payment_status
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_is_wanted boolean;
begin
  if (settle_payment.intent).schedule_id is null then
    v_is_wanted := app_private.confirm_booking(
      (settle_payment.intent).booking_id, (settle_payment.intent).amount_cents
    );
  else
    v_is_wanted := app_private.receive_installment(settle_payment.intent);
  end if;
  if not v_is_wanted then
    perform app_private.return_payment(settle_payment.intent);
  elsif settle_payment.status_before in ('canceled', 'failed') then
    -- An attempt that was given up was faster than the one after it.
    perform app_private.withdraw_payment(b)
    from app_public.bookings as b where b.id = (settle_payment.intent).booking_id;
  end if;
end
$$;

comment on function app_private.settle_payment(
  app_public.payment_intents, app_public.payment_status
) is 'What becomes of a booking with money that has arrived, or of the money.';

--! split: 1292-functions-payments-settle_refund.sql
create or replace function app_private.settle_refund(refund app_public.refunds)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.post_to_ledger(
    (settle_refund.refund).organization_id, (settle_refund.refund).booking_id,
    (settle_refund.refund).currency, 'refund:' || (settle_refund.refund).id, 'Refund paid out',
    array[
      'buyer_clearing',
      case when (
        select p.method = 'card' from app_public.payment_intents as p
        where p.id = (settle_refund.refund).payment_intent_id
      ) then 'stripe_balance' else 'box_office' end
    ]::app_public.ledger_account_kind[],
    array[(settle_refund.refund).amount_cents, -(settle_refund.refund).amount_cents]
  );
  update app_public.bookings as b
  set status = 'refunded'
  where b.id = (settle_refund.refund).booking_id and b.status in ('expired', 'canceled')
    -- It may be returned by several payments.
    and not exists (
      select from app_public.refunds as r
      where r.organization_id = b.organization_id and r.booking_id = b.id
        and app_private.is_refund_open(r)
    );
end
$$;

comment on function app_private.settle_refund(app_public.refunds) is
  'Posts a refund that has been paid out and closes its booking.';

--! split: 1293-functions-payments-start_closing_period.sql
create or replace function app_public.start_closing_period(organization_id uuid, period date)
returns app_public.accounting_periods
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_period app_public.accounting_periods := app_private.lock_period(
    start_closing_period.organization_id, start_closing_period.period
  );
begin
  if v_period.status <> 'open' then
    return v_period;
  end if;
  if v_period.ends_at > now() then
    raise exception 'The month has not ended.'
      using errcode = 'LMPER', detail = v_period.period::text,
        hint = format('It ends at %s.', v_period.ends_at);
  end if;
  update app_public.accounting_periods as p
  set status = 'closing', closing_started_at = now()
  where p.id = v_period.id
  returning * into v_period;
  return v_period;
end
$$;

comment on function app_public.start_closing_period(uuid, date) is
  'From here on nothing is posted into a month that has ended, so that it can be checked: what comes '
  'late is posted into the next one. Needs books.manage. Raises LMPER, LMNFD, LMRGT, LMAUT.';
grant execute on function app_public.start_closing_period(uuid, date) to lml_user;

--! split: 1294-functions-payments-statement.sql
create or replace function app_public.statement(
  organization_id uuid, period date default null, from_at timestamptz default null,
  to_at timestamptz default null
)
returns setof app_public.statement_line
language plpgsql stable security definer set search_path = ''
as $$
begin
  perform app_hidden.require_permission(statement.organization_id, 'payments.read');
  return query
  select l.*
  from app_private.statement_range(
    statement.organization_id, statement.period, statement.from_at, statement.to_at
  ) as r
  cross join lateral app_private.statement_lines(
    statement.organization_id, r.from_at, r.to_at
  ) as l;
end
$$;

comment on function app_public.statement(uuid, date, timestamptz, timestamptz) is
  'What the books of an organization say of a month, given by any of its days, or of a time: what '
  'each account opened with, its movements by category, and what it closed with. '
  'Needs payments.read. Raises LMNFD, LMRGT, LMINP, LMAUT.';
grant execute on function app_public.statement(uuid, date, timestamptz, timestamptz) to lml_user;

--! split: 1295-functions-payments-statement_as_csv.sql
-- No value needs quotes: all of them are words, codes or numbers.
create or replace function app_private.statement_as_csv(
  organization_id uuid, from_at timestamptz, to_at timestamptz
)
returns text
language sql stable security definer set search_path = ''
as $$
  select 'currency,account,line,category,transactions,amount' || e'\r\n' || coalesce(string_agg(
    concat_ws(
      ',', l.currency, l.kind, l.line, coalesce(l.category, ''),
      coalesce(l.transaction_count::text, ''),
      round(l.amount_cents / 10::numeric ^ c.exponent, c.exponent)::text
    ) || e'\r\n',
    '' order by l.no
  ), '')
  from app_private.statement_lines(
    statement_as_csv.organization_id, statement_as_csv.from_at, statement_as_csv.to_at
  ) with ordinality as l (
    currency, kind, line, category, transaction_count, amount_cents, no
  )
  join app_public.currencies as c on c.code = l.currency
$$;

comment on function app_private.statement_as_csv(uuid, timestamptz, timestamptz) is
  'A statement as CSV, with amounts in whole units.';

--! split: 1296-functions-payments-statement_csv.sql
create or replace function app_public.statement_csv(
  organization_id uuid, period date default null, from_at timestamptz default null,
  to_at timestamptz default null
)
returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_from_at timestamptz;
  v_to_at timestamptz;
begin
  perform app_hidden.require_permission(statement_csv.organization_id, 'payments.read');
  select r.from_at, r.to_at into v_from_at, v_to_at
  from app_private.statement_range(
    statement_csv.organization_id, statement_csv.period, statement_csv.from_at,
    statement_csv.to_at
  ) as r;
  return app_private.statement_as_csv(statement_csv.organization_id, v_from_at, v_to_at);
end
$$;

comment on function app_public.statement_csv(uuid, date, timestamptz, timestamptz) is
  'The same as statement, as CSV with amounts in whole units. '
  'Needs payments.read. Raises LMNFD, LMRGT, LMINP, LMAUT.';
grant execute on function app_public.statement_csv(uuid, date, timestamptz, timestamptz)
  to lml_user;

--! split: 1297-functions-payments-statement_lines.sql
-- What an account closes with is summed on its own, and not from the lines above it, so that whoever
-- adds them up has checked something.
create or replace function app_private.statement_lines(
  organization_id uuid, from_at timestamptz, to_at timestamptz
)
returns setof app_public.statement_line
language sql stable security definer set search_path = ''
as $$
  with moved as (
    select e.account_id, t.category, count(*)::integer as facts, sum(e.amount_cents) as amount
    from app_public.accounting_periods as p
    join app_public.ledger_transactions as t
      on t.organization_id = p.organization_id and t.accounting_period = p.period
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    where p.organization_id = statement_lines.organization_id
      and p.starts_at < statement_lines.to_at
      and p.ends_at > statement_lines.from_at
      and t.effective_at >= statement_lines.from_at
      and t.effective_at < statement_lines.to_at
    group by e.account_id, t.category
  ),
  opening as (
    select b.* from app_private.ledger_balances_at(
      statement_lines.organization_id, statement_lines.from_at
    ) as b
  ),
  closing as (
    select b.* from app_private.ledger_balances_at(
      statement_lines.organization_id, statement_lines.to_at
    ) as b
  ),
  lines as (
    select o.account_id, 1 as position, 'opening' as line, null as category,
      null::integer as facts, o.balance_cents as amount
    from opening as o
    union all
    select m.account_id, 2, 'movement', m.category, m.facts, m.amount from moved as m
    union all
    select c.account_id, 3, 'closing', null, null, c.balance_cents from closing as c
  )
  select a.currency, a.kind, l.line, l.category, l.facts,
    (case k.normal_side when 'debit' then l.amount else -l.amount end)::bigint
  from lines as l
  join app_public.ledger_accounts as a
    on a.organization_id = statement_lines.organization_id and a.id = l.account_id
  join app_public.ledger_account_rules as k on k.kind = a.kind
  -- An account on which nothing is and nothing was has no lines.
  where exists (
    select from lines as other where other.account_id = l.account_id and other.amount <> 0
  )
  order by a.currency, a.kind, l.position, l.category
$$;

comment on function app_private.statement_lines(uuid, timestamptz, timestamptz) is
  'Opening, movements by category, and closing of each account, from a moment to another.';

--! split: 1298-functions-payments-statement_range.sql
create or replace function app_private.statement_range(
  organization_id uuid, period date, inout from_at timestamptz, inout to_at timestamptz
)
language plpgsql stable security definer set search_path = ''
as $$
begin
  if statement_range.period is not null then
    if statement_range.from_at is not null or statement_range.to_at is not null then
      raise exception 'Give a month, or from when to when.'
        using errcode = 'LMINP', detail = 'period';
    end if;
    select p.starts_at, p.ends_at into from_at, to_at
    from app_public.accounting_periods as p
    where p.organization_id = statement_range.organization_id
      and p.period = date_trunc('month', statement_range.period)::date;
    if not found then
      raise exception 'The books have no such month.' using errcode = 'LMNFD', detail = 'period';
    end if;
  end if;
  if from_at is null or to_at is null or to_at <= from_at then
    raise exception 'A statement is from a moment to a later one.'
      using errcode = 'LMINP', detail = 'from_at';
  end if;
end
$$;

comment on function app_private.statement_range(uuid, date, timestamptz, timestamptz) is
  'From when to when a statement is. Raises LMINP, or LMNFD for a month without books.';

--! split: 1299-functions-payments-store_refund_request.sql
create or replace function app_private.store_refund_request(request app_public.refund_requests)
returns app_public.refund_requests
language sql volatile security definer set search_path = ''
as $$
  insert into app_public.refund_requests (
    organization_id, booking_id, kind, status, reason, note, ticket_ids, percentage,
    refunds_service_fees, refunds_processing_fees, is_exception, amount_cents, currency,
    cancellation_policy_id, requested_by
  )
  values (
    request.organization_id, request.booking_id, request.kind, request.status, request.reason,
    request.note, request.ticket_ids, coalesce(request.percentage, 100),
    coalesce(request.refunds_service_fees, true), coalesce(request.refunds_processing_fees, true),
    coalesce(request.is_exception, false), request.amount_cents, request.currency,
    request.cancellation_policy_id, app_hidden.current_user_id()
  )
  returning *
$$;

comment on function app_private.store_refund_request(app_public.refund_requests) is
  'Writes a request down.';

--! split: 1300-functions-payments-stripe_news.sql
create or replace function app_private.stripe_news(event jsonb, object jsonb)
returns text
language sql immutable security definer set search_path = ''
as $$
  select concat_ws(
    '.',
    case when stripe_news.object ->> 'status' = 'canceled' then '1' else '0' end,
    lpad(floor((stripe_news.event ->> 'created')::numeric)::text, 12, '0'),
    case stripe_news.object ->> 'status'
      when 'requires_payment_method' then case
        when jsonb_typeof(stripe_news.object -> 'last_payment_error') = 'object' then '4'
        else '0'
      end
      when 'requires_confirmation' then '1'
      when 'requires_action' then '2'
      when 'processing' then '3'
      when 'requires_capture' then '5'
      else '6'
    end,
    stripe_news.event ->> 'id'
  ) collate "C"
$$;

comment on function app_private.stripe_news(jsonb, jsonb) is
  'Orders the news of one payment, by text: whether it has ended, when, how far on it was, and then '
  'by the event''s id, so that the order of arrival does not matter.';

--! split: 1301-functions-payments-surplus_of.sql
-- Whoever paid all of it has paid too much as soon as something was taken back; whoever still owes
-- a part owes less.
create or replace function app_private.surplus_of(booking app_public.bookings)
returns bigint
language sql volatile security definer set search_path = ''
as $$
  select greatest(
    0,
    coalesce(sum(p.received_cents - p.refunded_cents), 0)
      - ((surplus_of.booking).total_amount_cents - (surplus_of.booking).refunded_cents)
  )::bigint
  from app_public.payment_intents as p
  where p.organization_id = (surplus_of.booking).organization_id
    and p.booking_id = (surplus_of.booking).id
$$;

comment on function app_private.surplus_of(app_public.bookings) is
  'What was received for a booking beyond what is left of its total.';

--! split: 1302-functions-payments-take_back.sql
-- The one way in which something of a sale is taken back. The booking is locked, its tickets too if
-- they come back; constraints keep every line and ticket within what was paid for it.
create or replace function app_private.take_back(
  booking app_public.bookings, request app_public.refund_requests,
  parts app_private.refund_part[]
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_amount bigint := (
    select coalesce(sum(app_private.total_of_part(p)), 0) from unnest(take_back.parts) as p
  );
begin
  insert into app_public.refund_items (
    organization_id, request_id, booking_id, booking_item_id, ticket_id, is_return, price_cents,
    service_fee_cents, processing_fee_cents, tax_cents, total_cents, commission_cents
  )
  select
    (take_back.request).organization_id, (take_back.request).id, (take_back.request).booking_id,
    p.booking_item_id, p.ticket_id, p.is_return, p.price_cents, p.service_fee_cents,
    p.processing_fee_cents, p.tax_cents, app_private.total_of_part(p), p.commission_cents
  from unnest(take_back.parts) as p;

  update app_public.tickets as t
  set refunded_cents = t.refunded_cents + app_private.total_of_part(p)
  from unnest(take_back.parts) as p
  where t.organization_id = (take_back.request).organization_id and t.id = p.ticket_id
    and app_private.total_of_part(p) > 0;
  update app_public.booking_items as i
  set refunded_cents = i.refunded_cents + l.amount,
    returned_quantity = i.returned_quantity
      + case when l.is_ticketed then l.returned else i.quantity * l.returned end
  from (
    select
      p.booking_item_id, sum(app_private.total_of_part(p)) as amount,
      count(*) filter (where p.is_return) as returned,
      bool_or(p.ticket_id is not null) as is_ticketed
    from unnest(take_back.parts) as p
    group by p.booking_item_id
  ) as l
  where i.organization_id = (take_back.request).organization_id and i.id = l.booking_item_id;
  update app_public.bookings as b
  set refunded_cents = b.refunded_cents + v_amount
  where b.id = (take_back.booking).id
  returning * into v_booking;

  perform app_private.post_take_back(v_booking, take_back.request);
  perform app_private.refund_booking(
    v_booking, (take_back.request).reason, least(v_amount, app_private.surplus_of(v_booking)),
    (take_back.request).id
  );
  return v_booking;
end
$$;

comment on function app_private.take_back(
  app_public.bookings, app_public.refund_requests, app_private.refund_part[]
) is
  'Writes down what is taken back of a sale, reverses that part of its postings, and queues what '
  'was paid too much by then.';

--! split: 1303-functions-payments-take_payment.sql
create or replace function app_public.take_payment(
  booking_id uuid, method app_public.payment_method, idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_staff_sale(take_payment.booking_id);
  v_intent app_public.payment_intents;
begin
  if app_private.replay_result(
    take_payment.idempotency_key, 'take_payment',
    jsonb_build_array(take_payment.booking_id, take_payment.method)
  ) is not null then
    return app_private.masked_booking(v_booking);
  end if;
  if coalesce(take_payment.method = 'card', true) then
    raise exception 'Cards are charged by Stripe.' using errcode = 'LMINP', detail = 'method';
  end if;
  update app_public.payment_intents as p
  set status = 'succeeded', received_cents = p.amount_cents, succeeded_at = now(),
    taken_by = app_hidden.require_user_id(), method = take_payment.method
  where p.organization_id = v_booking.organization_id and p.booking_id = v_booking.id
    and p.method = 'invoice' and p.status = 'pending'
  returning * into v_intent;
  if v_intent.id is not null then
    perform app_private.post_box_office_payment(v_intent);
  elsif v_booking.status = 'partially_paid'
    or (v_booking.status = 'pending_payment' and v_booking.expires_at > now())
  then
    perform app_private.receive_at_box_office(v_booking, take_payment.method);
  else
    raise exception 'Nothing is due of this booking; it is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  perform app_private.keep_result(take_payment.idempotency_key, v_booking.id);
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.take_payment(uuid, app_public.payment_method, text) is
  'Takes what is due of a booking without Stripe: an invoice, the next installment, or a price that '
  'is being paid, whose open attempt at Stripe is given up. Needs bookings.sell at the venue. '
  'Raises LMBST (nothing is due), LMEXP, LMINP, LMNFD, LMRGT, LMIDK, LMAUT, LMSES.';
grant execute on function app_public.take_payment(uuid, app_public.payment_method, text)
  to lml_user;

--! split: 1304-functions-payments-take_sale_back.sql
create or replace function app_private.take_sale_back(
  booking app_public.bookings, parts app_private.refund_part[],
  reason app_public.refund_reason, note text
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_request app_public.refund_requests;
begin
  v_request.organization_id := (take_sale_back.booking).organization_id;
  v_request.booking_id := (take_sale_back.booking).id;
  v_request.currency := (take_sale_back.booking).currency;
  v_request.kind := 'full';
  v_request.status := 'approved';
  v_request.reason := take_sale_back.reason;
  v_request.note := take_sale_back.note;
  v_request.amount_cents := (
    select coalesce(sum(app_private.total_of_part(p)), 0)
    from unnest(take_sale_back.parts) as p
  );
  return app_private.take_back(
    take_sale_back.booking, app_private.store_refund_request(v_request), take_sale_back.parts
  );
end
$$;

comment on function app_private.take_sale_back(
  app_public.bookings, app_private.refund_part[], app_public.refund_reason, text
) is 'Takes a sale back that ends here, whole or but for what the organization keeps.';

--! split: 1305-functions-payments-take_tickets_back.sql
create or replace function app_private.take_tickets_back(
  booking app_public.bookings, ticket_ids uuid[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.end_open_offer(t, 'withdrawn')
  from app_public.tickets as t
  where t.organization_id = (take_tickets_back.booking).organization_id
    and t.id = any (take_tickets_back.ticket_ids)
  order by t.id;
  update app_public.tickets as t
  set status = 'refunded'
  where t.organization_id = (take_tickets_back.booking).organization_id
    and t.id = any (take_tickets_back.ticket_ids);
  perform app_private.free_seats(take_tickets_back.booking, array(
    select t.seat_no from app_public.tickets as t
    where t.organization_id = (take_tickets_back.booking).organization_id
      and t.id = any (take_tickets_back.ticket_ids) and t.seat_no is not null
    order by t.seat_no
  ));
  perform app_private.free_admissions(
    take_tickets_back.booking, n.ticket_category_id, n.quantity
  )
  from (
    select t.ticket_category_id, count(*)::integer as quantity
    from app_public.tickets as t
    where t.organization_id = (take_tickets_back.booking).organization_id
      and t.id = any (take_tickets_back.ticket_ids) and t.seat_no is null
    group by t.ticket_category_id
    order by t.ticket_category_id
  ) as n;
end
$$;

comment on function app_private.take_tickets_back(app_public.bookings, uuid[]) is
  'Ends valid tickets of a booking, which are locked with it, and puts their seats and admissions '
  'on sale again.';

--! split: 1306-functions-payments-tg__wake_parked_events.sql
-- When what an event waited for gets its id at Stripe.
create or replace function app_hidden.tg__wake_parked_events()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform app_private.wake_parked_events(
    case tg_table_name
      when 'refunds' then to_jsonb(new) ->> 'stripe_refund_id'
      else to_jsonb(new) ->> 'stripe_payment_intent_id'
    end
  );
  return null;
end
$$;

comment on function app_hidden.tg__wake_parked_events() is 'Adds jobs for parked events.';

create or replace trigger _900_wake_parked_events
  after update of stripe_payment_intent_id on app_public.payment_intents
  for each row
  when (old.stripe_payment_intent_id is distinct from new.stripe_payment_intent_id)
  execute function app_hidden.tg__wake_parked_events();
create or replace trigger _900_wake_parked_events
  after update of stripe_refund_id on app_public.refunds
  for each row
  when (old.stripe_refund_id is distinct from new.stripe_refund_id)
  execute function app_hidden.tg__wake_parked_events();

--! split: 1307-functions-payments-tg_accounting_periods__check_status.sql
-- A month goes from open over closing to closed, in the order of the months, and never back, except
-- that closing may be given up. What it is, and when, is never changed.
create or replace function app_hidden.tg_accounting_periods__check_status()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if (new.id, new.organization_id, new.period, new.starts_at, new.ends_at)
      is distinct from (old.id, old.organization_id, old.period, old.starts_at, old.ends_at)
    or old.status = 'closed'
    or (old.status = 'open' and new.status = 'closed')
  then
    raise exception 'A month of the books is % and stays as it is.', old.status
      using errcode = 'LMAPP', hint = 'What comes late is posted into the first open month.';
  end if;
  -- Whoever is posting into it has its key locked, which a change of the status alone does not meet.
  if new.status <> old.status then
    perform from app_public.accounting_periods as p where p.id = old.id for update;
  end if;
  if new.status <> 'open' and old.status = 'open' and exists (
    select from app_public.accounting_periods as p
    where p.organization_id = new.organization_id and p.period < new.period and p.status = 'open'
  ) then
    raise exception 'An earlier month is still open.'
      using errcode = 'LMPER', detail = new.period::text, hint = 'Close the months in their order.';
  end if;
  if new.status = 'closed' and exists (
    select from app_public.accounting_periods as p
    where p.organization_id = new.organization_id and p.period < new.period
      and p.status <> 'closed'
  ) then
    raise exception 'An earlier month is not closed.'
      using errcode = 'LMPER', detail = new.period::text, hint = 'Close the months in their order.';
  end if;
  if new.status = 'open' and old.status = 'closing' and exists (
    select from app_public.accounting_periods as p
    where p.organization_id = new.organization_id and p.period > new.period
      and p.status <> 'open'
  ) then
    raise exception 'A later month is being closed.'
      using errcode = 'LMPER', detail = new.period::text, hint = 'Reopen the last one first.';
  end if;
  return new;
end
$$;

comment on function app_hidden.tg_accounting_periods__check_status() is
  'Raises LMAPP for a change of a closed month, LMPER for months out of their order.';

create or replace trigger _200_check_status
  before update on app_public.accounting_periods
  for each row execute function app_hidden.tg_accounting_periods__check_status();
create or replace trigger _210_refuse_delete
  before delete on app_public.accounting_periods
  for each row execute function app_hidden.tg__refuse_change();
create or replace trigger _200_refuse_truncate
  before truncate on app_public.accounting_periods
  for each statement execute function app_hidden.tg__refuse_change();

--! split: 1308-functions-payments-tg_bookings__freeze_terms.sql
-- Whichever way a cart becomes an order: terms that change later are for who buys later.
create or replace function app_hidden.tg_bookings__freeze_terms()
returns trigger
language plpgsql security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
begin
  new.cancellation_policy_id := app_private.cancellation_policy_of(
    new.organization_id, new.performance_id
  );
  return new;
end
$$;

comment on function app_hidden.tg_bookings__freeze_terms() is
  'Freezes the terms of cancellation at checkout.';

create or replace trigger _300_freeze_terms
  before update of status on app_public.bookings
  for each row when (
    old.status = 'draft' and new.status not in ('draft', 'canceled', 'expired')
    and new.cancellation_policy_id is null
  )
  execute function app_hidden.tg_bookings__freeze_terms();

--! split: 1309-functions-payments-tg_ledger_transactions__assign_period.sql
-- Which month a fact belongs to: the one it happened in or, when that is closed, the first that is
-- open. Its row is locked for as long as the transaction lasts, so that whoever closes the month
-- waits for what is being posted, and what comes after that finds it closed.
create or replace function app_hidden.tg_ledger_transactions__assign_period()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_starts_at timestamptz;
  v_wanted date := new.accounting_period;
begin
  -- Another clock may be ahead of ours.
  new.occurred_at := least(new.occurred_at, new.created_at);
  for n in 1 .. 2 loop
    select p.period, p.starts_at into new.accounting_period, v_starts_at
    from app_public.accounting_periods as p
    where p.organization_id = new.organization_id
      and p.status = 'open'
      and p.ends_at > new.occurred_at
      and (v_wanted is null or p.period = v_wanted)
    order by p.ends_at
    limit 1
    for key share;
    exit when found;
    if v_wanted is not null then
      raise exception 'Nothing can be posted into %.', to_char(v_wanted, 'YYYY-MM')
        using errcode = 'LMPER', detail = v_wanted::text,
          hint = 'Leave the month out: what comes late is posted into the first open one.';
    end if;
    perform app_private.open_periods(new.organization_id, new.occurred_at);
  end loop;
  new.effective_at := greatest(new.occurred_at, v_starts_at);
  return new;
end
$$;

comment on function app_hidden.tg_ledger_transactions__assign_period() is
  'Finds the open month of a fact. Raises LMPER for a month that takes nothing.';

create or replace trigger _100_assign_period
  before insert on app_public.ledger_transactions
  for each row execute function app_hidden.tg_ledger_transactions__assign_period();

--! split: 1310-functions-payments-tg_payment_transactions__refuse_change.sql
-- Money has moved, or it has not: only what reconciliation finds out is added later.
create or replace function app_hidden.tg_payment_transactions__refuse_change()
returns trigger
language plpgsql set search_path = ''
as $$
declare
  v_allowed app_public.payment_transactions := old;
begin
  v_allowed.reconciliation_status := new.reconciliation_status;
  v_allowed.reconciled_at := new.reconciled_at;
  v_allowed.stripe_balance_transaction_id := coalesce(
    old.stripe_balance_transaction_id, new.stripe_balance_transaction_id
  );
  if new is distinct from v_allowed then
    raise exception 'payment_transactions is append-only, except for its reconciliation.'
      using errcode = 'LMAPP', hint = 'Post a correction.';
  end if;
  return new;
end
$$;

comment on function app_hidden.tg_payment_transactions__refuse_change() is
  'Raises LMAPP for a change of anything but the reconciliation.';

create or replace trigger _200_refuse_change
  before update on app_public.payment_transactions
  for each row execute function app_hidden.tg_payment_transactions__refuse_change();
create or replace trigger _210_refuse_delete
  before delete on app_public.payment_transactions
  for each row execute function app_hidden.tg__refuse_change();
create or replace trigger _200_refuse_truncate
  before truncate on app_public.payment_transactions
  for each statement execute function app_hidden.tg__refuse_change();

--! split: 1311-functions-payments-tg_stripe_customers__forget.sql
create or replace function app_private.tg_stripe_customers__forget()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if old.stripe_id is not null then
    perform app_private.add_job(
      'stripe_customer__delete', jsonb_build_object('stripe_id', old.stripe_id)
    );
  end if;
  return null;
end
$$;

comment on function app_private.tg_stripe_customers__forget() is
  'Who is forgotten here is forgotten at Stripe too, with every card.';

create or replace trigger _900_forget
  after delete on app_private.stripe_customers
  for each row execute function app_private.tg_stripe_customers__forget();

--! split: 1312-functions-payments-total_of_part.sql
create or replace function app_private.total_of_part(part app_private.refund_part)
returns bigint
language sql immutable
return (total_of_part.part).price_cents + (total_of_part.part).service_fee_cents
  + (total_of_part.part).processing_fee_cents + (total_of_part.part).tax_cents;

comment on function app_private.total_of_part(app_private.refund_part) is
  'What the buyer gets of it.';

--! split: 1313-functions-payments-total_of_unit.sql
create or replace function app_private.total_of_unit(unit app_private.refund_unit)
returns bigint
language sql immutable
return (total_of_unit.unit).price_cents + (total_of_unit.unit).service_fee_cents
  + (total_of_unit.unit).processing_fee_cents + (total_of_unit.unit).tax_cents;

comment on function app_private.total_of_unit(app_private.refund_unit) is
  'What of it was not taken back yet.';

--! split: 1314-functions-payments-trial_balance.sql
create or replace function app_public.trial_balance(
  organization_id uuid, as_of timestamptz default null
)
returns setof app_public.trial_balance_line
language plpgsql stable security definer set search_path = ''
as $$
begin
  perform app_hidden.require_permission(trial_balance.organization_id, 'payments.read');
  return query
  select b.account_id, b.kind, b.currency, k.normal_side,
    greatest(b.balance_cents, 0), greatest(-b.balance_cents, 0)
  from app_private.ledger_balances_at(
    trial_balance.organization_id, coalesce(trial_balance.as_of, 'infinity')
  ) as b
  join app_public.ledger_account_rules as k on k.kind = b.kind
  order by b.currency, b.kind;
end
$$;

comment on function app_public.trial_balance(uuid, timestamptz) is
  'The balances of all accounts, now or before a moment: of each currency, debits and credits are '
  'equal. Needs payments.read. Raises LMNFD, LMRGT, LMAUT.';
grant execute on function app_public.trial_balance(uuid, timestamptz) to lml_user;

--! split: 1315-functions-payments-unsettle_refund.sql
-- The money is with us again, and the buyer is owed it as before. What was taken back stays so.
create or replace function app_private.unsettle_refund(refund app_public.refunds)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.post_to_ledger(
    (unsettle_refund.refund).organization_id, (unsettle_refund.refund).booking_id,
    (unsettle_refund.refund).currency, 'refund_failure:' || (unsettle_refund.refund).id,
    'Refund came back',
    array['stripe_balance', 'buyer_clearing']::app_public.ledger_account_kind[],
    array[(unsettle_refund.refund).amount_cents, -(unsettle_refund.refund).amount_cents]
  );
  update app_public.bookings as b
  set status = case when b.canceled_at is not null then 'canceled' else 'expired' end
    ::app_public.booking_status
  where b.id = (unsettle_refund.refund).booking_id and b.status = 'refunded';
end
$$;

comment on function app_private.unsettle_refund(app_public.refunds) is
  'Posts the opposite of a refund that failed after it had succeeded, and opens its booking again.';

--! split: 1316-functions-payments-wake_parked_events.sql
create or replace function app_private.wake_parked_events(waits_for text)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.add_keyed_job(
    'stripe_event__apply', jsonb_build_object('event_id', e.id), 'stripe_event:' || e.id
  )
  from app_private.stripe_events as e
  where e.outcome = 'parked' and e.reason = wake_parked_events.waits_for
$$;

comment on function app_private.wake_parked_events(text) is
  'Has the events tried again that waited for this.';

--! split: 1317-functions-payments-withdraw_payment.sql
-- Here the intent is given up at once; at Stripe a job cancels it. A payment that was faster still
-- arrives as an event, and is then returned or finds its seats free.
create or replace function app_private.withdraw_payment(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_is_at_stripe boolean;
begin
  update app_public.payment_intents as p
  set status = 'canceled', canceled_at = now()
  where p.organization_id = (withdraw_payment.booking).organization_id
    and p.booking_id = (withdraw_payment.booking).id
    and p.status in ('pending', 'processing', 'requires_action')
  returning p.id, p.stripe_payment_intent_id is not null into v_id, v_is_at_stripe;
  if v_is_at_stripe then
    perform app_private.add_job(
      'payment_intent__cancel', jsonb_build_object('payment_intent_id', v_id)
    );
  end if;
  if (withdraw_payment.booking).payment_plan_id is not null
    and (withdraw_payment.booking).status in ('canceled', 'expired')
  then
    update app_public.booking_payment_schedule as s
    set status = 'canceled'
    where s.organization_id = (withdraw_payment.booking).organization_id
      and s.booking_id = (withdraw_payment.booking).id
      and s.status in ('pending', 'overdue');
  end if;
end
$$;

comment on function app_private.withdraw_payment(app_public.bookings) is
  'Gives the open payment intent of a booking up, if it has one, and with an ended booking what '
  'was still to be paid.';

--! split: 1318-functions-payments-write_ledger_balances.sql
create or replace function app_private.write_ledger_balances(period app_public.accounting_periods)
returns void
language sql volatile security definer set search_path = ''
as $$
  insert into app_public.ledger_balances (
    organization_id, account_id, period, opening_cents, debit_cents, credit_cents, closing_cents
  )
  select a.organization_id, a.id, (write_ledger_balances.period).period, o.opening, m.debit,
    m.credit, o.opening + m.debit - m.credit
  from app_public.ledger_accounts as a
  cross join lateral (
    select coalesce((
      select b.closing_cents
      from app_public.ledger_balances as b
      where b.organization_id = a.organization_id and b.account_id = a.id
      order by b.period desc
      limit 1
    ), 0) as opening
  ) as o
  left join (
    select e.account_id,
      coalesce(sum(e.amount_cents) filter (where e.amount_cents > 0), 0) as debit,
      coalesce(-sum(e.amount_cents) filter (where e.amount_cents < 0), 0) as credit
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    where t.organization_id = (write_ledger_balances.period).organization_id
      and t.accounting_period = (write_ledger_balances.period).period
    group by e.account_id
  ) as s on s.account_id = a.id
  cross join lateral (
    select coalesce(s.debit, 0) as debit, coalesce(s.credit, 0) as credit
  ) as m
  where a.organization_id = (write_ledger_balances.period).organization_id
$$;

comment on function app_private.write_ledger_balances(app_public.accounting_periods) is
  'Writes down what each account has at the end of a month that is being closed.';

--! split: 1319-functions-tickets-accept_ticket.sql
-- The token is the right: a mail may be passed on, as a paper ticket may. Whoever accepts gets a
-- code that nobody has seen before them.
create or replace function app_public.accept_ticket(
  token text, first_name text default null, last_name text default null
)
returns app_public.tickets
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_buyer app_private.buyer := app_private.require_buyer();
  v_transfer app_public.ticket_transfers := app_private.open_offer(accept_ticket.token);
  v_ticket app_public.tickets;
  v_user app_public.users;
begin
  select * into strict v_ticket from app_public.tickets as t where t.id = v_transfer.ticket_id;
  perform app_private.require_transferable(v_ticket);
  select * into v_user from app_public.users as u where u.id = v_buyer.user_id;

  update app_public.ticket_transfers as x
  set status = 'accepted', ended_at = now(), to_user_id = v_buyer.user_id,
    to_cart_token_hash = v_buyer.cart_token_hash,
    to_customer_id = app_private.find_or_create_customer(
      x.organization_id, v_buyer.user_id, coalesce(v_user.email, x.to_email)::text,
      coalesce(accept_ticket.first_name, v_user.first_name),
      coalesce(accept_ticket.last_name, v_user.last_name), null
    )
  where x.id = v_transfer.id;
  delete from app_private.ticket_transfer_tokens as t
  where t.organization_id = v_transfer.organization_id and t.transfer_id = v_transfer.id;
  update app_public.tickets as t
  set transfer_id = v_transfer.id
  where t.organization_id = v_ticket.organization_id and t.id = v_ticket.id;
  perform app_private.rotate_credential(v_ticket);
  -- Who comes is for the new holder to say, and what the old one said is none of their business.
  delete from app_public.ticket_attendees as a
  where a.organization_id = v_ticket.organization_id and a.ticket_id = v_ticket.id;
  perform app_private.queue_email(
    c.email::text, 'ticket_transferred', app_private.ticket_words(v_ticket.id), c.organization_id
  )
  from app_public.customers as c
  where c.organization_id = v_transfer.organization_id and c.id = v_transfer.from_customer_id;
  select * into strict v_ticket from app_public.tickets as t where t.id = v_ticket.id;
  return v_ticket;
end
$$;

comment on function app_public.accept_ticket(text, text, text) is
  'Takes a ticket that was offered by mail: for the signed-in user, or for a guest with a cart '
  'token. It has another QR code from now on, and the one before is dead. Raises LMTOK, LMTUS, '
  'LMTVD, LMTRB, LMINP, LMSES, LMCRT.';
grant execute on function app_public.accept_ticket(text, text, text) to lml_anonymous, lml_user;

--! split: 1320-functions-tickets-add_on_orders.sql
create or replace function app_public.add_on_orders(
  performance_id uuid, add_on_id uuid default null, delivered boolean default null
)
returns setof app_public.add_on_order
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
  v_reads_names boolean;
begin
  select * into v_performance
  from app_public.performances as p where p.id = add_on_orders.performance_id;
  perform app_hidden.require_performance_permission(
    v_performance.organization_id, v_performance.id, 'tickets.read'
  );
  v_reads_names := app_hidden.has_performance_permission(
    v_performance.organization_id, v_performance.id, 'customers.read_names'
  );
  return query
    select
      i.id, b.id, b.booking_reference, case when v_reads_names then b.customer_name end, a.id,
      a.name, a.delivery, case when v_reads_names then address.address end, i.quantity,
      d.delivered_at
    from app_public.bookings as b
    join app_public.booking_items as i
      on i.organization_id = b.organization_id and i.booking_id = b.id
    join app_public.add_ons as a on a.organization_id = i.organization_id and a.id = i.add_on_id
    left join app_public.add_on_deliveries as d
      on d.organization_id = i.organization_id and d.booking_item_id = i.id
    left join app_public.delivery_addresses as address
      on address.organization_id = b.organization_id
      and address.booking_id = b.id
      and a.delivery = 'mail'
    where b.organization_id = v_performance.organization_id
      and b.performance_id = v_performance.id
      and b.status in ('confirmed', 'completed')
      and a.id = coalesce(add_on_orders.add_on_id, a.id)
      and (add_on_orders.delivered is null
        or add_on_orders.delivered = (d.booking_item_id is not null))
    order by b.booking_reference, a.name, i.id;
end
$$;

comment on function app_public.add_on_orders(uuid, uuid, boolean) is
  'What buyers of a performance have paid for besides tickets: the pick-up list, and what is to be '
  'mailed. Needs tickets.read. Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.add_on_orders(uuid, uuid, boolean) to lml_user;

--! split: 1321-functions-tickets-attendee_list.sql
create or replace function app_public.attendee_list(performance_id uuid)
returns setof app_public.attendee_entry
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
begin
  select * into v_performance
  from app_public.performances as p where p.id = attendee_list.performance_id;
  perform app_hidden.require_performance_permission(
    v_performance.organization_id, v_performance.id, 'tickets.read'
  );
  return query
    select
      t.id, t.ticket_number, c.name,
      nullif(concat_ws(', ', t.section, t.row_name, t.seat_number), ''),
      a.first_name, a.last_name, a.email::text, a.phone, coalesce(asked.answers, '{}'),
      coalesce(asked.unanswered, 0)
    from app_public.tickets as t
    join app_public.ticket_categories as c
      on c.organization_id = t.organization_id and c.id = t.ticket_category_id
    left join app_public.ticket_attendees as a
      on a.organization_id = t.organization_id and a.ticket_id = t.id
    cross join lateral (
      select
        jsonb_object_agg(q.question, a.answers ->> q.id::text order by q.sort_order, q.id)
          filter (where a.answers ? q.id::text) as answers,
        count(*) filter (
          where q.is_required and q.retired_at is null
            and not coalesce(a.answers ? q.id::text, false)
        )::integer as unanswered
      from app_private.questions_for(t) as q
    ) as asked
    where t.organization_id = v_performance.organization_id
      and t.performance_id = v_performance.id
      and t.status in ('valid', 'used')
    order by c.category_no, t.section, t.seat_no, t.ticket_number;
end
$$;

comment on function app_public.attendee_list(uuid) is
  'Who comes to a performance, with their answers, a row for each good ticket. '
  'Needs tickets.read. Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.attendee_list(uuid) to lml_user;

--! split: 1322-functions-tickets-decline_ticket.sql
create or replace function app_public.decline_ticket(token text)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_transfer app_public.ticket_transfers := app_private.open_offer(decline_ticket.token);
  v_ticket app_public.tickets;
begin
  select * into strict v_ticket from app_public.tickets as t where t.id = v_transfer.ticket_id;
  perform app_private.end_open_offer(v_ticket, 'declined');
  perform app_private.queue_email(
    c.email::text, 'ticket_declined', app_private.ticket_words(v_ticket.id), c.organization_id
  )
  from app_public.customers as c
  where c.organization_id = v_transfer.organization_id and c.id = v_transfer.from_customer_id;
  return true;
end
$$;

comment on function app_public.decline_ticket(text) is
  'Declines a ticket that was offered by mail; it stays with its holder. Raises LMTOK.';
grant execute on function app_public.decline_ticket(text) to lml_anonymous, lml_user;

--! split: 1323-functions-tickets-is_answer.sql
create or replace function app_hidden.is_answer(
  question app_public.attendee_questions, answer text
)
returns boolean
language sql immutable
return case (is_answer.question).kind
  when 'choice' then is_answer.answer = any ((is_answer.question).choices)
  when 'yes_no' then is_answer.answer in ('true', 'false')
  when 'number' then is_answer.answer ~ '^-?[0-9]{1,15}(\.[0-9]{1,6})?$'
  else btrim(is_answer.answer) <> '' and length(is_answer.answer) <= 2000
end;

comment on function app_hidden.is_answer(app_public.attendee_questions, text) is
  'Whether an answer is one to a question.';

--! split: 1324-functions-tickets-mail_offer.sql
create or replace function app_private.mail_offer(transfer app_public.ticket_transfers)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_token text := app_public.create_cart_token();
begin
  insert into app_private.ticket_transfer_tokens (token_hash, organization_id, transfer_id)
  values (
    app_hidden.hash_token(v_token), (mail_offer.transfer).organization_id, (mail_offer.transfer).id
  );
  perform app_private.queue_email(
    (mail_offer.transfer).to_email::text, 'ticket_offer',
    app_private.ticket_words((mail_offer.transfer).ticket_id)
      || jsonb_build_object('token', v_token),
    (mail_offer.transfer).organization_id
  );
end
$$;

comment on function app_private.mail_offer(app_public.ticket_transfers) is
  'Mails the token of an offer.';

--! split: 1325-functions-tickets-mark_add_on_delivered.sql
-- The booking is locked first, so that what is given out is not refunded at the same moment.
create or replace function app_public.mark_add_on_delivered(booking_item_id uuid)
returns app_public.add_on_deliveries
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_item app_public.booking_items;
  v_booking app_public.bookings;
  v_delivery app_public.add_on_deliveries;
begin
  select * into v_item
  from app_public.booking_items as i
  where i.id = mark_add_on_delivered.booking_item_id and i.add_on_id is not null;
  select * into v_booking
  from app_public.bookings as b
  where b.organization_id = v_item.organization_id and b.id = v_item.booking_id;
  perform app_hidden.require_performance_permission(
    v_booking.organization_id, v_booking.performance_id, 'tickets.scan'
  );
  select * into strict v_booking
  from app_public.bookings as b where b.id = v_booking.id
  for no key update;
  if v_booking.status not in ('confirmed', 'completed') then
    raise exception 'The booking is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  insert into app_public.add_on_deliveries (
    booking_item_id, organization_id, performance_id, delivered_by
  )
  values (
    v_item.id, v_booking.organization_id, v_booking.performance_id, app_hidden.current_user_id()
  )
  on conflict on constraint add_on_deliveries_pkey do nothing
  returning * into v_delivery;
  if v_delivery.booking_item_id is null then
    raise exception 'The buyer has got it already.'
      using errcode = 'LMTUS', detail = v_item.id::text;
  end if;
  return v_delivery;
end
$$;

comment on function app_public.mark_add_on_delivered(uuid) is
  'Notes that a buyer has got an add-on, once. Needs tickets.scan. '
  'Raises LMTUS (they have got it already), LMBST (it is not paid for), LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.mark_add_on_delivered(uuid) to lml_user;

--! split: 1326-functions-tickets-questions_for.sql
create or replace function app_private.questions_for(ticket app_public.tickets)
returns setof app_public.attendee_questions
language sql stable security definer set search_path = ''
as $$
  select q.*
  from app_public.performances as p
  join app_public.attendee_questions as q
    on q.organization_id = p.organization_id and q.event_id = p.event_id
  where p.organization_id = (questions_for.ticket).organization_id
    and p.id = (questions_for.ticket).performance_id
    and coalesce(q.ticket_category_id, (questions_for.ticket).ticket_category_id)
      = (questions_for.ticket).ticket_category_id
$$;

comment on function app_private.questions_for(app_public.tickets) is
  'What is asked of whoever comes with a ticket, and what was.';

--! split: 1327-functions-tickets-require_answers.sql
-- Where an organizer asks nothing, answers are free texts. An answer to a question that was retired is
-- kept and not looked at: it was good when it was given.
create or replace function app_private.require_answers(ticket app_public.tickets, answers jsonb)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_bad text;
begin
  if jsonb_typeof(require_answers.answers) is distinct from 'object' or not exists (
    select from app_private.questions_for(require_answers.ticket)
  ) then
    return;
  end if;
  select a.key into v_bad
  from jsonb_each_text(require_answers.answers) as a
  left join app_private.questions_for(require_answers.ticket) as q on q.id::text = a.key
  where q.id is null
    or (q.retired_at is null and not coalesce(app_hidden.is_answer(q, a.value), false))
  order by q.sort_order, q.id
  limit 1;
  if found then
    raise exception 'This is no answer to a question that is asked.'
      using errcode = 'LMINP', detail = v_bad;
  end if;
  if app_hidden.has_performance_permission(
    (require_answers.ticket).organization_id, (require_answers.ticket).performance_id,
    'tickets.manage'
  ) then
    return;
  end if;
  select q.id::text into v_bad
  from app_private.questions_for(require_answers.ticket) as q
  where q.is_required and q.retired_at is null and not require_answers.answers ? q.id::text
  order by q.sort_order, q.id
  limit 1;
  if found then
    raise exception 'A question that must be answered is not.'
      using errcode = 'LMINP', detail = v_bad;
  end if;
end
$$;

comment on function app_private.require_answers(app_public.tickets, jsonb) is
  'Raises LMINP, naming the question, for what is no answer, and for a missing one; staff may leave '
  'questions open.';

--! split: 1328-functions-tickets-set_ticket_attendee.sql
create or replace function app_public.set_ticket_attendee(
  ticket_id uuid, first_name text default null, last_name text default null,
  email text default null, phone text default null, answers jsonb default '{}'
)
returns app_public.ticket_attendees
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket app_public.tickets := app_private.lock_held_ticket(set_ticket_attendee.ticket_id);
  v_attendee app_public.ticket_attendees;
  v_constraint text;
  v_column text;
begin
  if not app_hidden.has_performance_permission(
    v_ticket.organization_id, v_ticket.performance_id, 'tickets.manage'
  ) then
    perform app_private.require_valid_ticket(v_ticket);
    if (
      select coalesce(p.doors_at, p.starts_at) from app_public.performances as p
      where p.organization_id = v_ticket.organization_id and p.id = v_ticket.performance_id
    ) <= now() then
      perform app_private.raise_ticket_bound('open', 'The doors are open: ask the organizer.');
    end if;
  end if;
  perform app_private.require_answers(v_ticket, set_ticket_attendee.answers);
  insert into app_public.ticket_attendees as a (
    organization_id, performance_id, ticket_id, first_name, last_name, email, phone, answers
  )
  values (
    v_ticket.organization_id, v_ticket.performance_id, v_ticket.id, set_ticket_attendee.first_name,
    set_ticket_attendee.last_name, set_ticket_attendee.email::public.citext,
    set_ticket_attendee.phone, set_ticket_attendee.answers
  )
  on conflict on constraint ticket_attendees_one_per_ticket do update
  set first_name = excluded.first_name, last_name = excluded.last_name, email = excluded.email,
    phone = excluded.phone, answers = excluded.answers
  returning * into v_attendee;
  return v_attendee;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_ticket_attendee(uuid, text, text, text, text, jsonb) is
  'Says who comes with a ticket, in place of what was said before, with texts by id of a question: '
  'what is chosen, true or false, a number. For its holder until the doors open, and for staff with '
  'tickets.manage, who may leave questions open. '
  'Raises LMNFD, LMTUS, LMTVD, LMTRB (the doors are open), LMINP, LMSES, LMCRT.';
grant execute on function app_public.set_ticket_attendee(uuid, text, text, text, text, jsonb)
  to lml_anonymous, lml_user;

--! split: 1329-functions-risk-announce_fraud_alert.sql
-- Whoever listens to lml_fraud_alerts is told the id, and reads the rest with their own rights.
create or replace function app_private.announce_fraud_alert(alert_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_public.fraud_alerts as a
  set announced_at = now()
  where a.id = announce_fraud_alert.alert_id and a.announced_at is null;
  if found then
    perform pg_notify('lml_fraud_alerts', announce_fraud_alert.alert_id::text);
    perform app_private.mail_fraud_alert(announce_fraud_alert.alert_id);
    return true;
  end if;
  return false;
end
$$;

comment on function app_private.announce_fraud_alert(uuid) is
  'Tells of an alert once, and mails who looks into them; false when it was told before.';
grant execute on function app_private.announce_fraud_alert(uuid) to lml_worker;

--! split: 1330-functions-risk-approve_fraud_review.sql
create or replace function app_public.approve_fraud_review(booking_id uuid, note text default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_fraud_review(approve_fraud_review.booking_id);
  v_organization app_public.organizations;
begin
  if v_booking.expires_at <= now() then
    raise exception 'The time for the review has run out.'
      using errcode = 'LMEXP', detail = v_booking.id::text;
  end if;
  -- The platform has stopped all sales, and nobody has begun to pay for this one.
  select * into strict v_organization
  from app_public.organizations as o where o.id = v_booking.organization_id;
  if v_organization.status <> 'active' then
    perform app_private.raise_not_active(v_organization);
  end if;
  -- Sales may have closed meanwhile: the buyer was in time.
  perform app_private.prolong_hold(
    v_booking,
    now() + make_interval(
      secs => (
        select e.checkout_seconds
        from app_public.performances as p
        join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
        where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id
      )
    )
  );
  if app_private.asks_for_approval(v_booking) then
    perform app_private.request_approval(v_booking);
  else
    perform app_private.proceed_to_payment(v_booking);
  end if;
  perform app_private.close_alerts_of_booking(
    v_booking, 'false_positive', approve_fraud_review.note
  );
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.approve_fraud_review(uuid, text) is
  'Accepts a booking under review: the buyer may pay, or waits for the organization''s approval '
  'where the category requires it, until what was left of the review, and at '
  'least as long as any checkout. Its open alerts were false positives. Needs risk.manage, and '
  'somebody other than the buyer. '
  'Raises LMNFD, LMRGT, LMBST (not under review), LMEXP (too late), LMORG (a suspended '
  'organization), LMINP, LMAUT, LMSES.';
grant execute on function app_public.approve_fraud_review(uuid, text) to lml_user;

--! split: 1331-functions-risk-mail_fraud_alert.sql
-- Each alert at once and by itself: it waits for a person. The mail names the booking and no buyer.
create or replace function app_private.mail_fraud_alert(alert_id uuid)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_alert record;
  v_email text;
  v_count integer := 0;
begin
  select a.organization_id, a.severity, r.rule_name, b.booking_reference, o.name into v_alert
  from app_public.fraud_alerts as a
  join app_public.fraud_detection_rules as r on r.id = a.rule_id
  join app_public.organizations as o on o.id = a.organization_id
  left join app_public.bookings as b
    on b.organization_id = a.organization_id and b.id = a.booking_id
  where a.id = mail_fraud_alert.alert_id;
  for v_email in
    select u.email
    from app_public.organization_members as m
    join app_public.users as u on u.id = m.user_id
    where m.organization_id = v_alert.organization_id
      and 'risk.manage' = any (app_private.permissions_of(m.organization_id, m.user_id))
    order by u.email
  loop
    perform app_private.queue_email(
      v_email, 'fraud_alert', jsonb_strip_nulls(jsonb_build_object(
        'organization', v_alert.name, 'severity', v_alert.severity, 'rule', v_alert.rule_name,
        'booking', v_alert.booking_reference
      ))
    );
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function app_private.mail_fraud_alert(uuid) is
  'Mails an alert to the members who may close it (risk.manage); returns how many.';

--! split: 1332-functions-risk-tg_stripe_events__note_failure.sql
-- An event of the inbox is applied once, and so a declined payment is counted once.
create or replace function app_hidden.tg_stripe_events__note_failure()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_intent_id text := new.payload #>> '{data,object,metadata,lml_payment_intent_id}';
begin
  insert into app_private.payment_failure_signals (
    stripe_event_id, organization_id, booking_id, buyer_key, email, ip_address, device
  )
  select
    new.id, b.organization_id, b.id, coalesce(uuid_send(b.user_id), b.cart_token_hash),
    lower(b.customer_email::text), s.ip_address, s.device
  from app_public.payment_intents as p
  join app_public.bookings as b on b.organization_id = p.organization_id and b.id = p.booking_id
  left join app_private.booking_signals as s
    on s.organization_id = b.organization_id and s.booking_id = b.id and s.stage = 'checkout'
  where p.id = v_intent_id::uuid;
  return null;
end
$$;

comment on function app_hidden.tg_stripe_events__note_failure() is
  'Writes payment_failure_signals.';

create or replace trigger _500_note_failure
  after update of outcome on app_private.stripe_events
  for each row
  when (
    old.applied_at is null and new.outcome = 'applied' and new.type = 'payment_intent.payment_failed'
  )
  execute function app_hidden.tg_stripe_events__note_failure();

--! split: 1333-functions-risk-try_fraud_rule.sql
create or replace function app_public.try_fraud_rule(
  organization_id uuid, since timestamptz, until timestamptz, rule_id uuid default null,
  rule_type app_public.fraud_rule_type default null, trigger_count integer default null,
  window_seconds integer default null, amount_cents bigint default null,
  amount_currency text default null, stage app_public.fraud_stage default 'checkout'
)
returns setof app_public.fraud_rule_catch
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_rule app_public.fraud_detection_rules;
begin
  perform app_hidden.require_permission(try_fraud_rule.organization_id, 'risk.read');
  if try_fraud_rule.rule_id is null then
    v_rule.rule_type := try_fraud_rule.rule_type;
    v_rule.stage := try_fraud_rule.stage;
    v_rule.trigger_count := try_fraud_rule.trigger_count;
    v_rule.window_seconds := try_fraud_rule.window_seconds;
    v_rule.amount_cents := try_fraud_rule.amount_cents;
    v_rule.amount_currency := try_fraud_rule.amount_currency;
    perform app_hidden.require_fraud_rule(v_rule);
  else
    select * into v_rule
    from app_public.fraud_detection_rules as r
    where r.id = try_fraud_rule.rule_id
      and (
        r.organization_id = try_fraud_rule.organization_id
        -- Whoever tries a rule learns its thresholds: the policy of the table says who may.
        or r.organization_id is null
          and exists (
            select from app_public.organizations as o
            where o.id = try_fraud_rule.organization_id and o.verification_status = 'verified'
          )
      );
    if not found then
      raise exception 'There is no such rule, or it is not yours.'
        using errcode = 'LMNFD', detail = 'rule_id';
    end if;
  end if;
  if coalesce(
    try_fraud_rule.since >= try_fraud_rule.until
      or try_fraud_rule.until - try_fraud_rule.since > interval '366 days',
    true
  ) then
    raise exception 'The time to look at begins before it ends, and is a year at most.'
      using errcode = 'LMINP', detail = 'since';
  end if;

  return query
    select b.id, b.booking_reference, b.status, min(s.occurred_at)
    from app_private.booking_signals as s
    join app_public.bookings as b on b.organization_id = s.organization_id and b.id = s.booking_id
    where s.organization_id = try_fraud_rule.organization_id
      and s.stage = v_rule.stage
      and s.occurred_at >= try_fraud_rule.since
      and s.occurred_at < try_fraud_rule.until
      and app_private.rule_catches(v_rule, s)
    group by b.organization_id, b.id
    order by min(s.occurred_at), b.id;
end
$$;

comment on function app_public.try_fraud_rule(
  uuid, timestamptz, timestamptz, uuid, app_public.fraud_rule_type, integer, integer, bigint,
  text, app_public.fraud_stage
) is
  'The bookings that a rule would have caught between two moments, and changes nothing: a rule '
  'that is there by rule_id (the platform''s only for organizations that it has verified), or one '
  'that is not, by its type and thresholds. Needs risk.read. '
  'Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.try_fraud_rule(
  uuid, timestamptz, timestamptz, uuid, app_public.fraud_rule_type, integer, integer, bigint,
  text, app_public.fraud_stage
) to lml_user;

--! split: 1334-functions-audit-check_invariants.sql
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
      and b.status in (
        'draft', 'pending_payment', 'fraud_hold', 'pending_approval', 'partially_paid', 'confirmed',
        'completed'
      )
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
      (
        b.status in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
        and b.expires_at > now()
      )
      or b.status in ('partially_paid', 'confirmed', 'completed')
    )
    -- A seat whose ticket was returned is on sale again.
    and not exists (
      select from app_public.tickets as t
      where t.organization_id = i.organization_id
        and t.booking_item_id = i.id
        and t.seat_no = n
        and t.status = 'refunded'
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
    and b.status in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
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
  where s.status = 'booked'
    and t.live <> case
      when exists (
        select from app_public.bookings as b
        where b.organization_id = s.organization_id and b.id = s.booking_id
          and b.status = 'partially_paid'
      ) then 0
      else 1
    end

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
    format('its slots take %s, the pool %s', coalesce(s.capacity, 0), p.capacity - p.allocated)
  from app_public.admission_pools as p
  left join lateral (
    select sum(s.capacity) as capacity
    from app_private.admission_slots as s
    where s.organization_id = p.organization_id and s.pool_id = p.id
  ) as s on true
  where s.capacity is distinct from p.capacity - p.allocated

  union all
  select
    'pool_keeps_back_its_allocations', p.organization_id, p.id,
    format('%s kept back, allocations have %s', p.allocated, coalesce(a.places, 0))
  from app_public.admission_pools as p
  left join lateral (
    select sum(a.places_left) as places
    from app_public.admission_allocations as a
    join app_public.admission_pools as inside
      on inside.organization_id = a.organization_id and inside.id = a.pool_id
    where a.organization_id = p.organization_id
      and a.performance_id = p.performance_id
      and p.id = any (inside.chain)
  ) as a on true
  where p.allocated <> coalesce(a.places, 0)

  union all
  select
    'stock_is_sum_of_its_claims', s.organization_id, s.add_on_id,
    format('%s held and %s sold, its claims %s and %s', s.held, s.sold, c.held, c.sold)
  from app_private.add_on_counters as s
  cross join lateral (
    select
      coalesce(sum(c.quantity) filter (where c.held_until is not null), 0) as held,
      coalesce(sum(c.quantity) filter (where c.held_until is null), 0) as sold
    from app_private.add_on_claims as c
    where c.organization_id = s.organization_id and c.add_on_id = s.add_on_id
  ) as c
  where (s.held, s.sold) is distinct from (c.held, c.sold)

  union all
  select
    'booking_has_its_add_ons', b.organization_id, b.id,
    format('%s of add-on %s, its line has %s', coalesce(c.quantity, 0), i.add_on_id, i.quantity)
  from app_public.booking_items as i
  join app_public.bookings as b on b.organization_id = i.organization_id and b.id = i.booking_id
  join app_private.add_on_counters as s
    on s.organization_id = i.organization_id and s.add_on_id = i.add_on_id
  left join app_private.add_on_claims as c
    on c.organization_id = i.organization_id
    and c.add_on_id = i.add_on_id
    and c.booking_id = i.booking_id
    and c.held_until is not distinct from b.expires_at
  where (
      (
        b.status in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
        and b.expires_at > now()
      )
      or b.status in ('confirmed', 'partially_paid', 'completed')
    )
    and c.quantity is distinct from i.quantity

  union all
  select
    'add_ons_belong_to_their_booking', c.organization_id, c.booking_id,
    format('%s of add-on %s for a booking that is %s', c.quantity, c.add_on_id, b.status)
  from app_private.add_on_claims as c
  join app_public.bookings as b on b.organization_id = c.organization_id and b.id = c.booking_id
  where (
      c.held_until is null
      and b.status in (
        'draft', 'pending_payment', 'fraud_hold', 'pending_approval', 'canceled', 'refunded',
        'expired'
      )
    )
    or (
      c.held_until > now()
      and b.status not in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
    )

  union all
  select
    'booking_has_its_admissions', b.organization_id, b.id,
    format('%s places of pool %s, its lines need %s', coalesce(c.quantity, 0), n.pool_id, n.quantity)
  from app_public.bookings as b
  cross join lateral (
    select c.pool_id, sum(i.quantity - i.returned_quantity) as quantity
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
      (
        b.status in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
        and b.expires_at > now()
      )
      or b.status in ('partially_paid', 'confirmed', 'completed')
    )
    and coalesce(c.quantity, 0) <> n.quantity

  union all
  select
    'admissions_belong_to_their_booking', c.organization_id, c.booking_id,
    format('%s places of pool %s for a booking that is %s', c.quantity, c.pool_id, b.status)
  from app_private.admission_claims as c
  join app_public.bookings as b on b.organization_id = c.organization_id and b.id = c.booking_id
  where (
      c.held_until is null and b.status not in ('partially_paid', 'confirmed', 'completed')
    )
    or (
      c.held_until > now()
      and b.status not in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
    )

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
    select coalesce(sum(i.quantity - i.returned_quantity), 0) as sold
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
    format(
      'received %s of %s, of which %s were taken back', coalesce(p.received, 0),
      b.total_amount_cents - i.open, b.refunded_cents
    )
  from app_public.bookings as b
  left join lateral (
    select sum(p.received_cents - p.refunded_cents) as received
    from app_public.payment_intents as p
    where p.organization_id = b.organization_id and p.booking_id = b.id
  ) as p on true
  cross join lateral (
    select coalesce(sum(i.amount_cents), 0) as open
    from app_public.payment_intents as i
    where i.organization_id = b.organization_id and i.booking_id = b.id
      and i.method = 'invoice' and i.status = 'pending'
  ) as i
  where b.status in ('confirmed', 'completed')
    and coalesce(p.received, 0) <> b.total_amount_cents - b.refunded_cents - i.open
    and not exists (
      select from app_public.refunds as r
      where r.organization_id = b.organization_id
        and r.booking_id = b.id
        and r.status in ('failed', 'canceled')
        and app_private.is_refund_open(r)
    )

  union all
  select
    'paid_parts_were_received', b.organization_id, b.id,
    format('received %s of %s', coalesce(p.received, 0), s.paid)
  from app_public.bookings as b
  cross join lateral (
    select coalesce(sum(s.amount_cents) filter (where s.status = 'paid'), 0) as paid
    from app_public.booking_payment_schedule as s
    where s.organization_id = b.organization_id and s.booking_id = b.id
  ) as s
  left join lateral (
    select sum(p.received_cents - p.refunded_cents) as received
    from app_public.payment_intents as p
    where p.organization_id = b.organization_id and p.booking_id = b.id
  ) as p on true
  where b.status = 'partially_paid' and coalesce(p.received, 0) <> s.paid

  union all
  select
    'parts_sum_to_their_booking', b.organization_id, b.id,
    format('its parts sum to %s, the booking to %s', coalesce(s.total, 0), b.total_amount_cents)
  from app_public.bookings as b
  left join lateral (
    select sum(s.amount_cents) as total
    from app_public.booking_payment_schedule as s
    where s.organization_id = b.organization_id and s.booking_id = b.id
  ) as s on true
  where (s.total is not null or b.status = 'partially_paid')
    and coalesce(s.total, 0) <> b.total_amount_cents

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
  where b.status in ('partially_paid', 'confirmed', 'completed')
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
    join app_public.ledger_transactions as t
      on t.organization_id = e.organization_id and t.id = e.transaction_id
    where a.organization_id = o.id and a.currency = c.code and a.kind = 'stripe_balance'
      and t.category in ('payment', 'refund', 'refund_failure')
  ) as b on true
  left join lateral (
    select sum(p.received_cents) as received
    from app_public.payment_intents as p
    where p.organization_id = o.id and p.currency = c.code and p.method = 'card'
  ) as p on true
  left join lateral (
    select sum(r.amount_cents) as returned
    from app_public.refunds as r
    join app_public.payment_intents as p
      on p.organization_id = r.organization_id and p.id = r.payment_intent_id
    where r.organization_id = o.id and r.currency = c.code and r.status = 'succeeded'
      and p.method = 'card'
  ) as r on true
  where coalesce(b.balance, 0) <> coalesce(p.received, 0) - coalesce(r.returned, 0)

  union all
  select
    'buyer_clearing_is_total_less_paid', b.organization_id, b.id,
    format('the books say %s, the booking %s', l.balance, x.expected)
  from app_public.bookings as b
  join lateral (
    select sum(e.amount_cents) as balance,
      coalesce(sum(e.amount_cents) filter (where t.category = 'sale'), 0) as sold,
      coalesce(sum(e.amount_cents) filter (
        where t.category not in ('sale', 'payment', 'refund', 'refund_failure')
      ), 0) as others
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
      and a.kind = 'buyer_clearing'
    where t.organization_id = b.organization_id and t.booking_id = b.id
  ) as l on l.balance is not null
  cross join lateral (
    select case when l.sold <> 0 then b.total_amount_cents else 0 end + l.others
      - coalesce((
        select sum(p.received_cents) from app_public.payment_intents as p
        where p.organization_id = b.organization_id and p.booking_id = b.id
      ), 0)
      + coalesce((
        select sum(r.amount_cents) from app_public.refunds as r
        where r.organization_id = b.organization_id and r.booking_id = b.id
          and r.status = 'succeeded'
      ), 0) as expected
  ) as x
  where l.balance <> x.expected

  union all
  select
    'promoter_has_the_share_that_was_frozen', s.organization_id, s.booking_id,
    format('the sale gives %s, the share is %s', coalesce(l.given, 0), s.share_cents)
  from app_public.promoter_shares as s
  left join lateral (
    select -sum(e.amount_cents) as given
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
      and a.kind = 'promoter_payable'
    where t.organization_id = s.organization_id and t.source = 'sale:' || s.booking_id
  ) as l on true
  where coalesce(l.given, 0) <> s.share_cents

  union all
  select
    'money_that_moved_has_its_row', e.organization_id, e.transaction_id,
    format('the books moved %s, payment_transactions %s', e.amount_cents,
      coalesce(m.net_amount_cents::text, 'nothing'))
  from app_public.ledger_entries as e
  join app_public.ledger_accounts as a
    on a.organization_id = e.organization_id and a.id = e.account_id
    and a.kind = 'stripe_balance'
  join app_public.ledger_transactions as t
    on t.organization_id = e.organization_id and t.id = e.transaction_id
  left join app_public.payment_transactions as m
    on m.organization_id = e.organization_id and m.ledger_transaction_id = e.transaction_id
  where (m.net_amount_cents, m.currency, m.accounting_period)
    is distinct from (e.amount_cents, a.currency, t.accounting_period)

  union all
  select
    'money_that_moved_is_in_the_books', m.organization_id, m.id,
    format('nothing on stripe_balance for %s', m.net_amount_cents)
  from app_public.payment_transactions as m
  where not exists (
    select from app_public.ledger_entries as e
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
      and a.kind = 'stripe_balance'
    where e.organization_id = m.organization_id and e.transaction_id = m.ledger_transaction_id
  )

  union all
  select
    'fact_counts_within_its_month', t.organization_id, t.id,
    format('%s is not in %s', t.effective_at, to_char(t.accounting_period, 'YYYY-MM'))
  from app_public.ledger_transactions as t
  join app_public.accounting_periods as p
    on p.organization_id = t.organization_id and p.period = t.accounting_period
  where t.effective_at < p.starts_at or t.effective_at >= p.ends_at

  union all
  select
    'months_follow_each_other', p.organization_id, p.id,
    format('%s begins at %s, the one before it ended at %s', to_char(p.period, 'YYYY-MM'),
      p.starts_at, before.ends_at)
  from app_public.accounting_periods as p
  join lateral (
    select o.period, o.ends_at, o.status
    from app_public.accounting_periods as o
    where o.organization_id = p.organization_id and o.period < p.period
    order by o.period desc
    limit 1
  ) as before on true
  where before.ends_at <> p.starts_at
    or before.period <> (p.period - interval '1 month')::date
    or before.status < p.status

  union all
  select
    'balance_of_a_closed_month_is_its_entries', p.organization_id, a.id,
    format('%s of %s: the entries say %s, what was written down %s', a.kind,
      to_char(p.period, 'YYYY-MM'), e.balance, coalesce(b.closing_cents::text, 'nothing'))
  from app_public.accounting_periods as p
  join app_public.ledger_accounts as a on a.organization_id = p.organization_id
  cross join lateral (
    select coalesce(sum(e.amount_cents), 0) as balance
    from app_public.ledger_entries as e
    join app_public.ledger_transactions as t
      on t.organization_id = e.organization_id and t.id = e.transaction_id
    where e.organization_id = a.organization_id
      and e.account_id = a.id
      and t.accounting_period <= p.period
  ) as e
  left join app_public.ledger_balances as b
    on b.organization_id = a.organization_id and b.account_id = a.id and b.period = p.period
  where p.status = 'closed' and e.balance <> coalesce(b.closing_cents, 0)

  union all
  select
    'account_is_on_its_side', a.organization_id, a.id,
    format('%s has %s on the other side', a.kind, abs(e.balance))
  from app_public.ledger_accounts as a
  join app_public.ledger_account_rules as k on k.kind = a.kind and not k.may_be_negative
  cross join lateral (
    select coalesce(sum(e.amount_cents), 0) as balance
    from app_public.ledger_entries as e
    where e.organization_id = a.organization_id and e.account_id = a.id
  ) as e
  where case k.normal_side when 'debit' then e.balance < 0 else e.balance > 0 end

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
    format('received %s, returned %s, to be kept %s', p.received, p.returned, k.kept)
  from app_public.bookings as b
  cross join lateral (
    select sum(p.received_cents) as received, sum(p.refunded_cents) as returned
    from app_public.payment_intents as p
    where p.organization_id = b.organization_id and p.booking_id = b.id
  ) as p
  cross join lateral (
    -- What its terms let the organization keep.
    select case
      when b.confirmed_at is null or exists (
        select from app_public.tickets as t
        where t.organization_id = b.organization_id
          and t.booking_id = b.id
          and not exists (
            select from app_public.refund_items as i
            where i.organization_id = t.organization_id and i.ticket_id = t.id and i.is_return
          )
      )
      then 0
      else b.total_amount_cents - b.refunded_cents
    end as kept
  ) as k
  where b.status in ('canceled', 'expired', 'refunded')
    and p.received - p.returned > k.kept
    and not exists (
      select from app_public.refunds as r
      where r.organization_id = b.organization_id
        and r.booking_id = b.id
        and r.status in ('failed', 'canceled')
        and app_private.is_refund_open(r)
    )

  union all
  select
    'taken_back_is_sum_of_items', b.organization_id, b.id,
    format('its items sum to %s, its lines to %s, it says %s', i.total, l.total, b.refunded_cents)
  from app_public.bookings as b
  cross join lateral (
    select coalesce(sum(i.total_cents), 0) as total
    from app_public.refund_items as i
    where i.organization_id = b.organization_id and i.booking_id = b.id
  ) as i
  cross join lateral (
    select coalesce(sum(l.refunded_cents), 0) as total
    from app_public.booking_items as l
    where l.organization_id = b.organization_id and l.booking_id = b.id
  ) as l
  where b.confirmed_at is not null
    and (i.total <> b.refunded_cents or l.total <> b.refunded_cents)

  union all
  select
    'line_gives_back_what_it_has', l.organization_id, l.id,
    format(
      'service fee %s of %s, processing fee %s of %s, tax %s of %s', i.service_fee,
      l.service_fee_cents, i.processing_fee, l.processing_fee_cents, i.tax, l.tax_cents
    )
  from app_public.booking_items as l
  cross join lateral (
    select
      sum(i.service_fee_cents) as service_fee, sum(i.processing_fee_cents) as processing_fee,
      sum(i.tax_cents) as tax
    from app_public.refund_items as i
    where i.organization_id = l.organization_id and i.booking_item_id = l.id
  ) as i
  where i.service_fee > l.service_fee_cents or i.processing_fee > l.processing_fee_cents
    or i.tax > l.tax_cents

  union all
  select
    'ticket_that_came_back_is_void', t.organization_id, t.id,
    format('ticket %s is %s', t.ticket_number, t.status)
  from app_public.tickets as t
  where t.status in ('valid', 'used') and exists (
      select from app_public.refund_items as i
      where i.organization_id = t.organization_id and i.ticket_id = t.id and i.is_return
    )

  union all
  select
    'taken_back_is_in_the_books', b.organization_id, b.id,
    format('the books say %s, the booking %s', e.amount, b.refunded_cents)
  from app_public.bookings as b
  cross join lateral (
    select coalesce(-sum(e.amount_cents), 0) as amount
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
    where t.organization_id = b.organization_id
      and t.booking_id = b.id
      and a.kind = 'buyer_clearing'
      and (starts_with(t.source, 'sale_return:') or starts_with(t.source, 'sale_reversal:'))
  ) as e
  where b.refunded_cents > 0 and e.amount <> b.refunded_cents

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
    'canceled_performance_keeps_no_booking', b.organization_id, b.id,
    format('it is %s, and the cancellation is done', b.status)
  from app_public.event_cancellations as c
  join app_public.performances as p
    on p.organization_id = c.organization_id
    and p.event_id = c.event_id
    and p.id = coalesce(c.performance_id, p.id)
    and p.status = 'canceled'
  join app_public.bookings as b
    on b.organization_id = p.organization_id
    and b.performance_id = p.id
    and b.status in (
      'pending_payment', 'fraud_hold', 'pending_approval', 'partially_paid', 'confirmed'
    )
  where c.completed_at is not null
    and not exists (
      select from app_public.event_cancellation_failures as f
      where f.organization_id = b.organization_id and f.booking_id = b.id
    )

  union all
  select
    'organization_has_an_owner', o.id, null, format('nobody owns %s', o.slug)
  from app_public.organizations as o
  where not exists (
    select from app_public.organization_members as m
    join app_public.users as u on u.id = m.user_id
    where m.organization_id = o.id
      and m.role = 'owner'
      and m.status = 'active'
      and u.account_status <> 'deleted'
  )
$$;

comment on function app_public.check_invariants() is
  'Everything that is not consistent now, one row each; none when all is well. '
  'For the owner and the worker.';
grant execute on function app_public.check_invariants() to lml_worker;

--! split: 1335-functions-audit-tg__audit.sql
-- Only the fields that changed, in the transaction of the change. Of columns that the trigger names
-- it is told that they changed, and not what they are: they are secret.
create or replace function app_hidden.tg__audit()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_old jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  v_new jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  v_row jsonb := coalesce(v_new, v_old);
begin
  if tg_op = 'UPDATE' then
    select
      jsonb_object_agg(n.key, v_old -> n.key), jsonb_object_agg(n.key, n.value)
    into v_old, v_new
    from jsonb_each(v_new) as n
    where n.value is distinct from v_old -> n.key and n.key <> 'updated_at';
    if v_new is null then
      return null;
    end if;
  end if;
  if tg_nargs > 0 then
    v_old := app_hidden.mask_fields(v_old, tg_argv);
    v_new := app_hidden.mask_fields(v_new, tg_argv);
  end if;

  insert into app_public.audit_log (
    organization_id, action, entity_type, entity_id, user_id, impersonator_id, database_role,
    request_id, ip_address, user_agent, old_values, new_values
  )
  values (
    case tg_table_name
      when 'organizations' then v_row ->> 'id'
      else v_row ->> 'organization_id'
    end::uuid,
    lower(tg_op), tg_table_name,
    coalesce(
      v_row ->> 'id', v_row ->> 'venue_id', v_row ->> 'organization_id', v_row ->> 'user_id'
    )::uuid,
    app_hidden.current_user_id(), app_hidden.current_impersonator_id(), session_user,
    nullif(current_setting('lml.request_id', true), ''),
    -- What a proxy makes of an address is no reason to refuse a change.
    case when pg_input_is_valid(current_setting('lml.ip_address', true), 'inet')
      then current_setting('lml.ip_address', true)::inet
    end,
    nullif(current_setting('lml.user_agent', true), ''),
    v_old, v_new
  );
  return null;
end
$$;

comment on function app_hidden.tg__audit() is 'Writes audit_log.';

do $do$
declare
  v_table text;
begin
  foreach v_table in array array[
    'booking_status_transitions', 'currencies', 'customers', 'discount_codes',
    'discount_redemptions', 'events', 'memberships', 'organization_members', 'organization_settings', 'organizations',
    'payment_intents', 'performances', 'platform_staff', 'pricing_rules', 'refunds', 'role_permissions',
    'subscription_tiers', 'tax_jurisdictions', 'tax_rates', 'ticket_categories', 'ticket_category_prices',
    'user_sessions', 'users', 'venue_compliance', 'venues'
  ] loop
    execute format(
      'create or replace trigger _500_audit after insert or update or delete on app_public.%I '
      'for each row execute function app_hidden.tg__audit()',
      v_table
    );
  end loop;
end
$do$;

-- Whoever holds seats writes no row here: booking_state_transitions has every status and its actor,
-- and the lines of a booking are its history. What is audited is who it is for, and what it costs
-- once it is no draft any more. Tickets come and go with the status of their booking, and
-- ticket_scans has the rest.
create or replace trigger _500_audit
  after delete or update of organization_id, performance_id, booking_reference, user_id,
    customer_id, customer_email, customer_name, commission_percentage, currency
  on app_public.bookings
  for each row execute function app_hidden.tg__audit('cart_token_hash');
create or replace trigger _500_audit_amounts
  after update of subtotal_cents, discount_cents, service_fee_cents, processing_fee_cents,
    tax_cents, total_amount_cents
  on app_public.bookings
  for each row when (old.status <> 'draft')
  execute function app_hidden.tg__audit('cart_token_hash');

-- Failed sign-ins are counted in user_credentials, which is no change of the account.
create or replace trigger _500_audit
  after insert or delete or update of password_hash, password_changed_at
  on app_private.user_credentials
  for each row execute function app_hidden.tg__audit('password_hash');
create or replace trigger _500_audit
  after insert or delete or update of user_id, encrypted_secret, confirmed_at
  on app_private.two_factor_secrets
  for each row execute function app_hidden.tg__audit('encrypted_secret', 'last_time_step');
create or replace trigger _500_audit
  after insert or update or delete on app_private.signing_keys
  for each row execute function app_hidden.tg__audit('key');
create or replace trigger _500_audit
  after insert or update or delete on app_private.partition_retention
  for each row execute function app_hidden.tg__audit();
create or replace trigger _500_audit
  after insert or update or delete on app_private.closed_months
  for each row execute function app_hidden.tg__audit();

--! split: 1336-functions-audit-tg__refuse_change.sql
-- History is added to, never rewritten, not even by the owner of the tables.
create or replace function app_hidden.tg__refuse_change()
returns trigger
language plpgsql set search_path = ''
as $$
begin
  raise exception '% is append-only.', tg_table_name
    using errcode = 'LMAPP', hint = 'Add a row that corrects the other one.';
end
$$;

comment on function app_hidden.tg__refuse_change() is 'Raises LMAPP.';

do $do$
declare
  v_table text;
begin
  foreach v_table in array array[
    'audit_log', 'booking_state_transitions', 'layout_seats', 'layout_sections',
    'ledger_balances', 'ledger_entries', 'ledger_transactions', 'promoter_shares', 'ticket_scans',
    'venue_layouts'
  ] loop
    -- The audit log may forget personal values, and has a trigger of its own for that.
    if v_table <> 'audit_log' then
      execute format(
        'create or replace trigger _200_refuse_change before update or delete on app_public.%I '
        'for each row execute function app_hidden.tg__refuse_change()',
        v_table
      );
    end if;
    execute format(
      'create or replace trigger _200_refuse_truncate before truncate on app_public.%I '
      'for each statement execute function app_hidden.tg__refuse_change()',
      v_table
    );
  end loop;
end
$do$;

--! split: 1337-functions-privacy-bookings_with_open_money.sql
create or replace function app_private.bookings_with_open_money(booking_ids uuid[])
returns uuid[]
language sql stable security definer set search_path = ''
as $$
  select array(
    select b.id
    from app_public.bookings as b
    where b.id = any (bookings_with_open_money.booking_ids) and app_private.has_open_money(b)
    order by b.id
  )
$$;

comment on function app_private.bookings_with_open_money(uuid[]) is
  'Those that wait for money or for its return.';

--! split: 1338-functions-privacy-bought_by.sql
-- What somebody else bought with an account of their own, and had sent to this person's address, says
-- from where and with which device: that is about whoever bought it.
create or replace function app_private.bought_by(person app_private.person)
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select b.id
  from app_public.bookings as b
  where b.id = any ((bought_by.person).booking_ids)
    and (
      b.user_id is null
      or b.user_id = (bought_by.person).user_id
      -- Or by an account whose address it is, for an organization, which knows no accounts.
      or (bought_by.person).user_id is null
      and exists (
        select from app_public.users as u
        where u.id = b.user_id and u.email operator(public.=) b.customer_email
      )
    )
$$;

comment on function app_private.bought_by(app_private.person) is
  'The bookings of a person that nobody else made.';

--! split: 1339-functions-privacy-confirm_guest_consent.sql
-- The delete is the lock: of two who bring the token at once, one finds it used. What was asked for
-- the same address before is void then: the last word counts, not the last click.
create or replace function app_public.confirm_guest_consent(token text)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_asked app_private.consent_tokens;
  v_consent app_public.consents;
begin
  delete from app_private.consent_tokens as t
  where t.token_hash = app_hidden.hash_token(confirm_guest_consent.token) and t.expires_at > now()
  returning * into v_asked;
  if v_asked.token_hash is null then
    perform app_private.raise_bad_link();
  end if;
  delete from app_private.consent_tokens as t
  where t.organization_id = v_asked.organization_id
    and t.email operator(public.=) v_asked.email
    and t.purpose = v_asked.purpose
    and t.created_at <= v_asked.created_at;
  v_consent.organization_id := v_asked.organization_id;
  v_consent.customer_id := app_private.find_or_create_customer(
    v_asked.organization_id, null, v_asked.email::text, null, null, null
  );
  v_consent.purpose := v_asked.purpose;
  v_consent.is_given := v_asked.is_given;
  v_consent.wording_version := v_asked.wording_version;
  v_consent.source := v_asked.source;
  v_consent := app_private.record_consent(v_consent);
  return v_consent.is_given;
end
$$;

comment on function app_public.confirm_guest_consent(text) is
  'Makes what was asked for by request_guest_consent count; whoever has the token has the mailbox. '
  'Returns whether consent is in force now. Raises LMTOK.';
grant execute on function app_public.confirm_guest_consent(text) to lml_anonymous, lml_user;

--! split: 1340-functions-privacy-erase_left_bookings.sql
-- The account is forgotten already, and its address with it: what is left is known by its id alone.
create or replace function app_private.erase_left_bookings(request app_public.privacy_requests)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_person app_private.person;
  v_left uuid[];
begin
  perform from app_public.bookings as b
  where b.id = any ((erase_left_bookings.request).left_booking_ids)
  order by b.id
  for no key update;
  v_left := app_private.bookings_with_open_money((erase_left_bookings.request).left_booking_ids);
  v_person.customer_ids := '{}';
  v_person.emails := '{}';
  v_person.booking_ids := array(
    select id from unnest((erase_left_bookings.request).left_booking_ids) as id
    where id <> all (v_left)
  );
  perform app_private.erase_person(v_person, (erase_left_bookings.request).id);
  update app_public.privacy_requests as r
  set left_booking_ids = v_left, completed_at = case when v_left = '{}' then now() end
  where r.id = (erase_left_bookings.request).id;
  return v_person.booking_ids <> '{}';
end
$$;

comment on function app_private.erase_left_bookings(app_public.privacy_requests) is
  'Forgets a person in orders under their address for which money was open; whether there were any.';

--! split: 1341-functions-privacy-erase_person.sql
create or replace function app_private.erase_person(person app_private.person, request_id uuid)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_table record;
  v_count integer;
  v_summary jsonb := '{}';
begin
  for v_table in
    select p.relation, p.belongs
    from app_private.personal_tables as p
    where p.relation <> 'app_public.audit_log'
    order by p.position
  loop
    v_count := app_private.forget_rows(
      v_table.relation, v_table.belongs, erase_person.person, erase_person.request_id
    );
    if v_count > 0 then
      v_summary := v_summary || jsonb_build_object(v_table.relation, v_count);
    end if;
  end loop;
  -- Of what others bought and had sent to the person, the address goes. Whoever bought it stays.
  update app_private.booking_signals as s
  set email = null
  where s.booking_id = any ((erase_person.person).booking_ids) and s.email is not null;
  update app_private.payment_failure_signals as s
  set email = null
  where s.booking_id = any ((erase_person.person).booking_ids) and s.email is not null;
  return v_summary;
end
$$;

comment on function app_private.erase_person(app_private.person, uuid) is
  'Forgets a person in every table of personal_tables; returns how many rows of each.';

--! split: 1342-functions-privacy-erase_user.sql
-- Bookings are locked before the account, as everywhere. A checkout that began while the account was
-- still open either has its booking already, and is waited for; or finds it run out. A booking that
-- appeared meanwhile waited at the account's row: then the job begins anew.
-- Only what was bought with the account makes the person wait for money. What others bought under
-- the address, or the person as a guest, stays until its money has arrived: the request stays open,
-- and the job comes back for it.
create or replace function app_private.erase_user(request_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_request app_public.privacy_requests;
  v_locked uuid[];
  v_person app_private.person;
  v_draft app_public.bookings;
  v_left uuid[];
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
  if v_request.left_booking_ids <> '{}' then
    return app_private.erase_left_bookings(v_request);
  end if;

  v_person := app_private.person_of_user(v_request.user_id);
  v_locked := array(
    select b.id from app_public.bookings as b
    where b.id = any (v_person.booking_ids)
    order by b.id
    for no key update
  );
  for v_draft in
    select b.* from app_public.bookings as b
    where b.user_id = v_request.user_id and b.status = 'draft'
    order by b.id
    for no key update
  loop
    perform app_private.end_booking(v_draft, null, 'customer_request');
  end loop;
  perform from app_public.users as u where u.id = v_request.user_id for update;
  v_person := app_private.person_of_user(v_request.user_id);
  if not v_person.booking_ids <@ v_locked then
    raise exception 'A booking was made meanwhile.' using errcode = '40001';
  end if;
  perform app_private.require_no_open_money(
    array(select b.id from app_public.bookings as b where b.user_id = v_request.user_id)
  );
  v_left := app_private.bookings_with_open_money(v_person.booking_ids);
  v_person.booking_ids := array(
    select id from unnest(v_person.booking_ids) as id where id <> all (v_left)
  );

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
  set completed_at = case when v_left = '{}' then now() end, summary = v_summary,
    left_booking_ids = v_left
  where r.id = v_request.id;
  return true;
end
$$;

comment on function app_private.erase_user(uuid) is
  'Does what request_erasure asked for; false when it was done. Raises LMOPN while money is open '
  'for what the account bought.';
grant execute on function app_private.erase_user(uuid) to lml_worker;

--! split: 1343-functions-privacy-has_customer_consent.sql
-- See has_consent.
create or replace function app_private.has_customer_consent(
  customer_id uuid, purpose app_public.consent_purpose
)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select coalesce(
    (
      select c.is_given
      from app_public.consents as c
      where c.customer_id = has_customer_consent.customer_id
        and c.purpose = has_customer_consent.purpose
      order by c.created_at desc, c.id desc
      limit 1
    ),
    false
  )
$$;

comment on function app_private.has_customer_consent(uuid, app_public.consent_purpose) is
  'Whether the consent to a purpose of a customer without an account is in force.';

--! split: 1344-functions-privacy-has_open_money.sql
create or replace function app_private.has_open_money(booking app_public.bookings)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select (has_open_money.booking).status
      in ('pending_payment', 'partially_paid', 'disputed', 'fraud_hold', 'pending_approval')
    or exists (
      select from app_public.refunds as r
      where r.organization_id = (has_open_money.booking).organization_id
        and r.booking_id = (has_open_money.booking).id
        and r.status in ('pending', 'processing')
    )
$$;

comment on function app_private.has_open_money(app_public.bookings) is
  'Whether a booking waits for money or for its return.';

--! split: 1345-functions-privacy-request_erasure.sql
-- Closing comes first, and has refused whatever stands in the way. Then a job forgets the person:
-- it may take longer than a request should.
create or replace function app_private.request_erasure()
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_id uuid;
begin
  perform app_hidden.refuse_impersonator();
  perform app_private.forget_mail(v_user_id);
  perform app_private.close_account();
  insert into app_public.privacy_requests (kind, user_id, requested_by)
  values ('erasure', v_user_id, v_user_id)
  returning id into v_id;
  perform app_private.add_job('user__erase', jsonb_build_object('request_id', v_id));
  return v_id;
end
$$;

comment on function app_private.request_erasure() is
  'Closes the user''s account for good, and has all that is stored about the person forgotten; the '
  'password was verified by the server. Raises LMOPN (money on its way), LMOWN (the last owner), '
  'LMAUT, LMSES, LMIMP.';
grant execute on function app_private.request_erasure() to lml_authenticator;

--! split: 1346-functions-privacy-request_guest_consent.sql
-- The answer is the same whether the address is known or not: what there is to say goes to the mailbox,
-- and nothing counts before it has answered.
create or replace function app_public.request_guest_consent(
  organization_id uuid, email text, purpose app_public.consent_purpose, is_given boolean,
  wording_version text
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_token text := app_public.create_cart_token();
  v_organization app_public.organizations;
  v_constraint text;
  v_column text;
begin
  perform app_private.require_buyer();
  perform app_hidden.refuse_impersonator();
  select * into v_organization
  from app_public.organizations as o
  where o.id = request_guest_consent.organization_id and o.status = 'active';
  if v_organization.id is null then
    raise exception 'There is no such organization.'
      using errcode = 'LMNFD', detail = 'organization_id';
  end if;
  insert into app_private.consent_tokens (
    token_hash, organization_id, email, purpose, is_given, wording_version, source, expires_at
  )
  values (
    app_hidden.hash_token(v_token), v_organization.id,
    request_guest_consent.email::public.citext, request_guest_consent.purpose,
    request_guest_consent.is_given, request_guest_consent.wording_version,
    app_hidden.current_channel()::text, now() + interval '2 days'
  );
  if app_private.may_mail(
    request_guest_consent.email, array['consent_given', 'consent_withdrawn']
  ) then
    perform app_private.queue_email(
      request_guest_consent.email,
      case when request_guest_consent.is_given then 'consent_given' else 'consent_withdrawn' end,
      jsonb_build_object('organization', v_organization.name, 'token', v_token),
      v_organization.id
    );
  else
    delete from app_private.consent_tokens as t
    where t.token_hash = app_hidden.hash_token(v_token);
  end if;
  return true;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.request_guest_consent(
  uuid, text, app_public.consent_purpose, boolean, text
) is
  'Agrees to, or withdraws, marketing or a newsletter of an organization for an e-mail address '
  'without an account: it counts once confirm_guest_consent has the token that is mailed there. '
  'For guests with a cart token, and users. Raises LMINP, LMNFD, LMCRT, LMSES, LMIMP.';
grant execute on function app_public.request_guest_consent(
  uuid, text, app_public.consent_purpose, boolean, text
) to lml_anonymous, lml_user;

--! split: 1347-functions-privacy-require_no_open_money.sql
create or replace function app_private.require_no_open_money(booking_ids uuid[])
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_open text;
begin
  select string_agg(b.booking_reference, ', ' order by b.created_at) into v_open
  from app_public.bookings as b
  where b.id = any (require_no_open_money.booking_ids)
    and app_private.has_open_money(b);
  if v_open is not null then
    raise exception 'Money is on its way for these bookings.'
      using errcode = 'LMOPN', detail = v_open, hint = 'Wait until it has arrived, or cancel.';
  end if;
end
$$;

comment on function app_private.require_no_open_money(uuid[]) is
  'Raises LMOPN, naming the bookings that wait for money or for its return.';

--! split: 1348-functions-privacy-declared_classes.sql
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
  ('app_public.users', 'personal', 'anonymize', 'null',
    'phone email_verified_at last_login_at avatar_url language date_of_birth'),
  ('app_public.users', 'personal', 'anonymize', $$'{}'$$, 'address'),
  ('app_public.users', 'internal', null, null, 'account_status login_count'),
  ('app_private.user_credentials', 'secret', 'delete', null, 'password_hash'),
  ('app_private.user_credentials', 'internal', null, null, 'failed_login_attempts'),
  ('app_private.two_factor_secrets', 'secret', 'delete', null, 'encrypted_secret'),
  ('app_private.two_factor_secrets', 'internal', null, null, 'last_time_step'),
  ('app_private.recovery_codes', 'secret', 'delete', null, 'code_hash'),
  ('app_private.session_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_public.user_sessions', 'personal', 'delete', null, 'device ip_address user_agent'),
  ('app_public.user_sessions', 'internal', null, null, 'revoked_reason'),
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
    'subscription_reference monthly_event_limit fraud_review_seconds books_timezone '
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
  ('app_public.domain_challenges', 'internal', null, null,
    'domain record_name record_value missed_count'),
  ('app_public.organization_suspensions', 'internal', null, null, 'reason'),
  ('app_public.subscription_tiers', 'public', null, null,
    'tier description monthly_event_limit monthly_revenue_limit_units'),
  ('app_public.tax_rates', 'public', null, null, 'name jurisdiction percentage valid_during'),
  ('app_public.tax_jurisdictions', 'public', null, null, 'name prices_include_tax'),
  ('app_public.memberships', 'personal', 'delete', null, 'email member_number'),
  ('app_public.memberships', 'internal', null, null, 'valid_during'),

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
    'screens_holds reentry_limit open_carts_max short_description format timezone visibility age_restriction '
    'special_requirements images banner_url videos external_links meta_title meta_description '
    'search_keywords tags tickets_per_user_max status_reason search_text search_vector'),
  ('app_public.events', 'public', null, null,
    'has_price_rules absorbs_service_fees absorbs_processing_fees'),
  ('app_public.events', 'financial', null, null, 'commission_percentage'),
  ('app_public.performances', 'public', null, null, 'currency status is_public status_reason'),
  ('app_public.ticket_categories', 'public', null, null,
    'category_no name description status seat_categories sections is_public sort_order '
    'min_per_transaction max_per_transaction max_per_user includes restrictions '
    'requires_approval approval_hours approved_payment_hours requires_membership'),
  ('app_public.event_categories', 'public', null, null, 'slug name description'),
  ('app_public.event_category_links', 'public', null, null, 'is_public'),
  ('app_public.event_online_addresses', 'internal', null, null, 'address instructions'),
  ('app_private.event_access_codes', 'secret', null, null, 'code_hash'),
  ('app_public.event_status_transitions', 'public', null, null, 'from_status to_status reason'),
  ('app_public.performance_status_transitions', 'public', null, null,
    'from_status to_status reason'),
  ('app_public.event_cancellations', 'internal', null, null,
    'reason bookings_canceled bookings_failed'),
  ('app_public.event_cancellation_failures', 'internal', null, null, 'code'),
  ('app_public.ticket_category_prices', 'public', null, null, 'audience valid_during is_public'),
  ('app_public.add_ons', 'public', null, null,
    'is_public name description currency max_per_booking requires_ticket delivery is_limited '
    'is_active sort_order'),
  ('app_public.attendee_questions', 'public', null, null,
    'is_public question kind choices is_required sort_order'),
  ('app_private.performance_notices', 'internal', null, null, 'kind reason mails_queued'),
  ('app_public.pricing_rules', 'internal', null, null,
    'name sort_order condition at_least below percentage'),
  ('app_public.discount_codes', 'internal', null, null,
    'code currency percentage quantity_min uses_max uses_per_customer_max valid_during'),

  -- inventory
  ('app_private.sold_shares', 'internal', null, null,
    'ticket_category_ids category_shares performance_share'),
  ('app_public.performance_categories', 'public', null, null, 'category_no'),
  ('app_public.seat_booking_state', 'internal', null, null, 'seat_no status category_no'),
  ('app_private.seat_runs', 'internal', null, null,
    'run_no first_seat_no last_seat_no central_seat_no longest category_no is_accessible is_full'),
  ('app_private.seat_changes', 'internal', null, null, 'changed_xid seat_nos'),
  ('app_private.seat_changes_forgotten', 'internal', null, null, 'is_only last_xid'),
  ('app_public.admission_pools', 'internal', null, null, 'name capacity slot_count chain allocated'),
  ('app_private.admission_slots', 'internal', null, null, 'slot_no capacity held sold'),
  ('app_private.admission_claims', 'internal', null, null, 'slot_no quantity'),
  ('app_public.admission_allocations', 'internal', null, null, 'kind reason quantity places_left'),
  ('app_private.add_on_counters', 'internal', null, null, 'total held sold'),
  ('app_private.add_on_claims', 'internal', null, null, 'quantity'),
  ('app_public.seat_allocations', 'internal', null, null, 'kind reason seat_count'),
  ('app_public.seat_allocation_seats', 'internal', null, null, 'seat_no'),

  -- bookings
  ('app_public.customers', 'personal', 'anonymize', $$'erased+' || t.id || '@erased.invalid'$$,
    'email'),
  ('app_public.customers', 'personal', 'anonymize', 'null', 'first_name last_name phone'),
  ('app_public.customers', 'personal', 'anonymize', $$'{}'$$, 'address'),
  ('app_public.booking_details', 'personal', 'delete', null,
    'referral_source utm_source utm_medium utm_campaign utm_term utm_content special_requests '
    'accessibility_requirements dietary_requirements'),
  ('app_public.booking_notes', 'personal', 'delete', null, 'note'),
  ('app_public.bookings', 'personal', 'anonymize', 'null', 'customer_email customer_name'),
  ('app_public.bookings', 'personal', 'anonymize', 'null', 'cancellation_reason'),
  ('app_public.bookings', 'secret', 'keep', 'It owns the tickets, and tells nothing of anybody.',
    'cart_token_hash'),
  ('app_public.bookings', 'internal', null, null,
    'booking_reference status booking_channel currency created_xid'),
  ('app_public.delivery_addresses', 'personal', 'delete', null, 'address'),
  ('app_public.bookings', 'financial', null, null, 'commission_percentage price_terms'),
  ('app_public.booking_items', 'internal', null, null, 
    'item_type seat_nos quantity returned_quantity price_basis'),
  ('app_public.booking_items', 'financial', null, null, 'applied_rules'),
  ('app_public.discount_redemptions', 'internal', null, null, 'code'),
  ('app_private.discount_attempts', 'personal', 'keep', 'Counts of a network, for days.', 'asker'),
  ('app_private.discount_attempts', 'internal', null, null, 'attempts'),
  ('app_public.booking_state_transitions', 'personal', 'keep',
    'History of a sale, kept as long as the books; it says why, and not who.', 'reason'),
  ('app_public.booking_state_transitions', 'internal', null, null,
    'from_status to_status changed_via request_id'),
  ('app_public.booking_status_transitions', 'public', null, null, 'from_status to_status reason'),
  ('app_private.idempotency_keys', 'internal', null, null,
    'owner idempotency_key function_name arguments_hash'),
  ('app_public.payment_plans', 'public', null, null,
    'name deposit_percentage installments basis first_due_days interval_days last_due_days_before '
    'reminder_days grace_days overdue_action'),
  ('app_public.booking_payment_schedule', 'financial', null, null, 'installment_no status'),
  ('app_public.booking_approvals', 'internal', null, null, 'pay_within_hours decision'),
  ('app_public.booking_approvals', 'personal', 'anonymize',
    'case when t.decision = ''declined'' then ''erased'' end', 'reason'),
  ('app_public.staff_sales', 'internal', null, null, 'payment'),
  ('app_public.staff_sales', 'personal', 'anonymize',
    'case when t.payment = ''complimentary'' then ''erased'' end', 'note'),
  ('app_public.staff_sales', 'personal', 'anonymize',
    'case when t.override_reason is not null then ''erased'' end', 'override_reason'),
  ('app_private.payment_links', 'secret', null, null, 'token_hash'),

  -- payments
  ('app_public.payment_intents', 'financial', null, null,
    'currency status stripe_payment_intent_id stripe_status failure_code failure_message '
    'stripe_charge_id stripe_news method'),
  ('app_private.payment_intent_secrets', 'secret', 'delete', null, 'client_secret'),
  ('app_private.stripe_customers', 'personal', 'delete', null, 'stripe_id'),
  ('app_private.saved_payment_methods', 'personal', 'delete', null,
    'stripe_id brand last4 exp_month exp_year'),
  ('app_private.payment_choices', 'personal', 'delete', null, 'saves_card'),
  ('app_private.stripe_events', 'personal', 'anonymize', $$'{}'$$, 'payload'),
  ('app_private.stripe_events', 'internal', null, null, 'id type livemode outcome reason'),
  ('app_public.payment_findings', 'financial', null, null,
    'kind subject detail stripe_event_ids resolution_note'),
  ('app_private.stripe_calls', 'internal', null, null,
    'purpose idempotency_key request_hash status attempts stripe_id http_code error_code '
    'stripe_request_id duration_ms'),
  ('app_private.stripe_reachability', 'internal', null, null, 'is_only_row failures last_error'),
  ('app_public.refunds', 'financial', null, null,
    'reason currency status stripe_refund_id failure_reason stripe_status attempt'),
  ('app_public.cancellation_policies', 'public', null, null,
    'version refunds_service_fees refunds_processing_fees'),
  ('app_public.cancellation_windows', 'public', null, null, 'days_before percentage'),
  ('app_public.refund_requests', 'financial', null, null,
    'kind status reason ticket_ids percentage refunds_service_fees refunds_processing_fees '
    'is_exception currency'),
  ('app_public.refund_requests', 'sensitive', 'keep',
    'Vouchers: why money went back, and on whose word.', 'note decision_note'),
  ('app_public.refund_items', 'financial', null, null, 'is_return'),
  ('app_public.ledger_accounts', 'financial', null, null, 'kind currency'),
  ('app_public.ledger_account_rules', 'public', null, null,
    'kind normal_side may_be_negative description'),
  ('app_public.ledger_transactions', 'financial', null, null,
    'source description category accounting_period'),
  ('app_public.ledger_balances', 'financial', null, null, 'period'),
  ('app_public.accounting_periods', 'financial', null, null, 'period status unreconciled_count'),
  ('app_public.payment_transactions', 'financial', null, null,
    'accounting_period transaction_type transaction_category currency description '
    'stripe_balance_transaction_id reconciliation_status'),
  ('app_public.ledger_corrections', 'financial', null, null,
    'currency kinds amounts_cents reason status'),
  ('app_public.promoters', 'internal', null, null, 'name email'),
  ('app_public.event_promoters', 'financial', null, null, 'share_percentage'),
  ('app_public.promoter_shares', 'financial', null, null, 'share_percentage'),

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
  ('app_private.consent_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_private.consent_tokens', 'personal', 'delete', null,
    'email purpose is_given wording_version source'),
  ('app_public.privacy_requests', 'internal', null, null, 'kind summary left_booking_ids')
) as d (relation, class, on_erasure, note, columns)
cross join lateral regexp_split_to_table(d.columns, ' ') as c (column_name);

comment on view app_private.declared_classes is
  'What is declared about columns; column_classes has every column there is.';
revoke all on app_private.declared_classes from public;

--! split: 1349-functions-privacy-personal_tables.sql
-- Whose a row is, given a person as $1 (the row is called t), and under which name an export has it;
-- without a name it is not exported, because there is nothing in it but secrets. In the order in
-- which rows may be deleted.
create or replace view app_private.personal_tables with (security_invoker = true) as
select p.relation, p.section, p.belongs, row_number() over () as position
from (values
  ('app_private.user_credentials', null, 't.user_id = ($1).user_id'),
  ('app_private.two_factor_secrets', null, 't.user_id = ($1).user_id'),
  ('app_private.recovery_codes', null, 't.user_id = ($1).user_id'),
  ('app_private.user_tokens', 'mailed_tokens', 't.user_id = ($1).user_id'),
  (
    'app_private.session_tokens', null,
    't.session_id in (
      select s.id from app_public.user_sessions as s where s.user_id = ($1).user_id
    )'
  ),
  ('app_private.sign_ups', 'sign_ups', 't.email operator(public.=) any (($1).emails)'),
  (
    'app_private.trusted_device_tokens', null,
    't.device_id in (
      select d.id from app_public.trusted_devices as d where d.user_id = ($1).user_id
    )'
  ),
  ('app_public.trusted_devices', 'trusted_devices', 't.user_id = ($1).user_id'),
  ('app_public.failed_attempts', 'failed_attempts', 't.user_id = ($1).user_id'),
  ('app_public.impersonations', 'impersonations', 't.user_id = ($1).user_id'),
  ('app_public.user_suspensions', 'suspensions', 't.user_id = ($1).user_id'),
  ('app_public.user_sessions', 'sessions', 't.user_id = ($1).user_id'),
  -- The last mail goes to an address that is forgotten once it is sent.
  (
    'app_private.outgoing_emails', 'emails',
    't.recipient operator(public.=) any (($1).emails)
      and (t.template <> ''account_closed'' or t.sent_at is not null)
      or exists (
        select from app_public.customers as c
        where c.id = any (($1).customer_ids)
          and c.organization_id = t.organization_id
          and c.email operator(public.=) t.recipient
      )'
  ),
  ('app_public.platform_staff', 'platform_staff', 't.user_id = ($1).user_id'),
  (
    'app_public.member_permissions', 'extra_permissions',
    't.member_id in (
      select m.id from app_public.organization_members as m where m.user_id = ($1).user_id
    )'
  ),
  ('app_public.user_venue_access', 'venue_access', 't.user_id = ($1).user_id'),
  ('app_public.organization_members', 'memberships', 't.user_id = ($1).user_id'),
  (
    'app_public.memberships', 'customer_memberships',
    't.user_id = ($1).user_id or t.email operator(public.=) any (($1).emails)'
  ),
  (
    'app_public.organization_invitations', 'invitations',
    't.accepted_by = ($1).user_id or t.email operator(public.=) any (($1).emails)'
  ),
  (
    'app_public.consents', 'consents',
    't.user_id = ($1).user_id or t.customer_id = any (($1).customer_ids)'
  ),
  (
    'app_private.consent_tokens', 'unconfirmed_consents',
    't.email operator(public.=) any (($1).emails)
      or exists (
        select from app_public.customers as c
        where c.id = any (($1).customer_ids)
          and c.organization_id = t.organization_id
          and c.email operator(public.=) t.email
      )'
  ),
  (
    'app_public.privacy_requests', 'privacy_requests',
    't.user_id = ($1).user_id or t.customer_id = any (($1).customer_ids)'
  ),
  (
    'app_private.payment_intent_secrets', null,
    't.payment_intent_id in (
      select p.id from app_public.payment_intents as p where p.booking_id = any (($1).booking_ids)
    )'
  ),
  (
    'app_private.stripe_events', null,
    't.applied_at is not null
      and t.payload #>> ''{data,object,metadata,lml_booking_id}''
        = any (($1).booking_ids::text[])
      or t.applied_at is not null
      and t.payload #>> ''{data,object,metadata,lml_payment_intent_id}'' in (
        select p.id::text from app_public.payment_intents as p
        where p.booking_id = any (($1).booking_ids)
      )
      or t.applied_at is not null
      and coalesce(t.payload #>> ''{data,object,customer}'', t.payload #>> ''{data,object,id}'') in (
        select c.stripe_id from app_private.stripe_customers as c
        where c.user_id = ($1).user_id
      )'
  ),
  (
    'app_private.payment_choices', 'payment_choices',
    't.booking_id = any (($1).booking_ids)
      or t.stripe_customer_id in (
        select c.id from app_private.stripe_customers as c where c.user_id = ($1).user_id
      )'
  ),
  (
    'app_private.saved_payment_methods', 'saved_payment_methods',
    't.stripe_customer_id in (
      select c.id from app_private.stripe_customers as c where c.user_id = ($1).user_id
    )'
  ),
  ('app_private.stripe_customers', 'stripe_customers', 't.user_id = ($1).user_id'),
  -- What a score is made of is for those who look into it.
  ('app_public.risk_assessments', null, 't.booking_id = any (($1).booking_ids)'),
  ('app_public.fraud_alert_notes', null,
    't.alert_id in (
      select a.id from app_public.fraud_alerts as a where a.booking_id = any (($1).booking_ids)
    )'
  ),
  (
    'app_private.booking_signals', 'signals',
    't.user_id = ($1).user_id or t.booking_id in (select app_private.bought_by($1))'
  ),
  (
    'app_private.payment_failure_signals', 'declined_payments',
    't.booking_id in (select app_private.bought_by($1))'
  ),
  ('app_public.payment_intents', 'payments', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.refunds', 'refunds', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.refund_items', 'refund_items', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.refund_requests', 'refund_requests', 't.booking_id = any (($1).booking_ids)'),
  (
    'app_public.ticket_scans', 'ticket_scans',
    't.ticket_id in (
      select k.id from app_public.tickets as k where k.booking_id = any (($1).booking_ids)
    )'
  ),
  (
    'app_public.ticket_attendees', 'attendees',
    't.email operator(public.=) any (($1).emails)
      or t.ticket_id in (
        select k.id from app_public.tickets as k
        left join app_public.ticket_transfers as r
          on r.organization_id = k.organization_id and r.id = k.transfer_id
        where r.to_user_id = ($1).user_id
          or r.id is null and k.booking_id = any (($1).booking_ids)
      )'
  ),
  (
    'app_public.ticket_transfers', 'ticket_transfers',
    't.to_user_id = ($1).user_id or t.from_user_id = ($1).user_id
      or t.to_customer_id = any (($1).customer_ids)
      or t.to_email operator(public.=) any (($1).emails)'
  ),
  ('app_public.delivery_addresses', 'delivery_addresses', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.tickets', 'tickets', 't.booking_id = any (($1).booking_ids)'),
  (
    'app_public.booking_details', 'booking_details', 't.booking_id = any (($1).booking_ids)'
  ),
  ('app_public.booking_notes', 'booking_notes', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.booking_items', 'booking_items', 't.booking_id = any (($1).booking_ids)'),
  (
    'app_public.booking_state_transitions', 'booking_history',
    't.booking_id = any (($1).booking_ids)'
  ),
  ('app_public.booking_approvals', 'approvals', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.staff_sales', 'sales_by_staff', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.bookings', 'bookings', 't.id = any (($1).booking_ids)'),
  ('app_public.customers', 'customers', 't.id = any (($1).customer_ids)'),
  ('app_public.users', 'account', 't.id = ($1).user_id'),
  -- What was done to the entries above. What the person did to others' is about those.
  (
    'app_public.audit_log', 'audit_log',
    't.entity_type = ''users'' and t.entity_id = ($1).user_id
      or t.entity_type = ''customers'' and t.entity_id = any (($1).customer_ids)
      or t.entity_type = ''bookings'' and t.entity_id = any (($1).booking_ids)
      or t.entity_type in (''booking_approvals'', ''staff_sales'') and t.entity_id in (
        select a.id from app_public.booking_approvals as a
        where a.booking_id = any (($1).booking_ids)
        union all
        select s.id from app_public.staff_sales as s where s.booking_id = any (($1).booking_ids)
      )
      or t.entity_type in (''organization_members'', ''user_sessions'') and t.entity_id in (
        select s.id from app_public.user_sessions as s where s.user_id = ($1).user_id
        union all
        select m.id from app_public.organization_members as m where m.user_id = ($1).user_id
      )'
  )
) as p (relation, section, belongs);

comment on view app_private.personal_tables is
  'Which tables have something about people, and how their rows are found.';
revoke all on app_private.personal_tables from public;

--! split: 1350-policies-organizations-domain_challenges.sql
-- For whoever sets the domain up.
alter table app_public.domain_challenges enable row level security;
alter table app_public.domain_challenges force row level security;

drop policy if exists all_owner on app_public.domain_challenges;
create policy all_owner on app_public.domain_challenges
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.domain_challenges;
create policy select_member on app_public.domain_challenges
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('organization.manage')));

revoke all on app_public.domain_challenges from public;
grant select on app_public.domain_challenges to lml_user;

--! split: 1351-policies-organizations-memberships.sql
-- Whose it is, and who enters them.
alter table app_public.memberships enable row level security;
alter table app_public.memberships force row level security;

drop policy if exists all_owner on app_public.memberships;
create policy all_owner on app_public.memberships
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.memberships;
create policy select_own on app_public.memberships
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_member on app_public.memberships;
create policy select_member on app_public.memberships
  for select to lml_user
  using (organization_id in (
    select app_hidden.permitted_organization_ids('memberships.manage')
  ));

revoke all on app_public.memberships from public;
grant select on app_public.memberships to lml_user;

--! split: 1352-policies-organizations-tax_jurisdictions.sql
-- The business of its members; buyers see the tax on their booking.
alter table app_public.tax_jurisdictions enable row level security;
alter table app_public.tax_jurisdictions force row level security;

drop policy if exists all_owner on app_public.tax_jurisdictions;
create policy all_owner on app_public.tax_jurisdictions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.tax_jurisdictions;
create policy select_member on app_public.tax_jurisdictions
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('organization.read')));

revoke all on app_public.tax_jurisdictions from public;
grant select on app_public.tax_jurisdictions to lml_user;

--! split: 1353-policies-events-add_ons.sql
-- As public as its event, which its row tells.
alter table app_public.add_ons enable row level security;
alter table app_public.add_ons force row level security;

drop policy if exists all_owner on app_public.add_ons;
create policy all_owner on app_public.add_ons
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_public on app_public.add_ons;
create policy select_public on app_public.add_ons
  for select to lml_anonymous, lml_user
  using (is_public);

drop policy if exists select_member on app_public.add_ons;
create policy select_member on app_public.add_ons
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('events.read')));

drop policy if exists select_member_of_venue on app_public.add_ons;
create policy select_member_of_venue on app_public.add_ons
  for select to lml_user
  using (event_id in (select app_hidden.permitted_event_ids('events.read')));

drop policy if exists select_opened on app_public.add_ons;
create policy select_opened on app_public.add_ons
  for select to lml_anonymous, lml_user
  using (event_id = any (array(select app_hidden.opened_event_ids())));

revoke all on app_public.add_ons from public;
grant select on app_public.add_ons to lml_anonymous, lml_user;

--! split: 1354-policies-events-attendee_questions.sql
-- As public as its event, which its row tells.
alter table app_public.attendee_questions enable row level security;
alter table app_public.attendee_questions force row level security;

drop policy if exists all_owner on app_public.attendee_questions;
create policy all_owner on app_public.attendee_questions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_public on app_public.attendee_questions;
create policy select_public on app_public.attendee_questions
  for select to lml_anonymous, lml_user
  using (is_public);

drop policy if exists select_member on app_public.attendee_questions;
create policy select_member on app_public.attendee_questions
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('events.read')));

drop policy if exists select_member_of_venue on app_public.attendee_questions;
create policy select_member_of_venue on app_public.attendee_questions
  for select to lml_user
  using (event_id in (select app_hidden.permitted_event_ids('events.read')));

drop policy if exists select_opened on app_public.attendee_questions;
create policy select_opened on app_public.attendee_questions
  for select to lml_anonymous, lml_user
  using (event_id = any (array(select app_hidden.opened_event_ids())));

revoke all on app_public.attendee_questions from public;
grant select on app_public.attendee_questions to lml_anonymous, lml_user;

--! split: 1355-policies-events-discount_codes.sql
-- Codes are for whom they are given to, and for those who give them.
alter table app_public.discount_codes enable row level security;
alter table app_public.discount_codes force row level security;

drop policy if exists all_owner on app_public.discount_codes;
create policy all_owner on app_public.discount_codes
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.discount_codes;
create policy select_member on app_public.discount_codes
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('events.manage')));

drop policy if exists select_member_of_venue on app_public.discount_codes;
create policy select_member_of_venue on app_public.discount_codes
  for select to lml_user
  using (event_id in (select app_hidden.permitted_event_ids('events.manage')));

revoke all on app_public.discount_codes from public;
grant select on app_public.discount_codes to lml_user;

--! split: 1356-policies-events-events.sql
-- What is published is public; drafts are for members.
alter table app_public.events enable row level security;
alter table app_public.events force row level security;

drop policy if exists all_owner on app_public.events;
create policy all_owner on app_public.events
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_public on app_public.events;
create policy select_public on app_public.events
  for select to lml_anonymous, lml_user
  using (is_public);

drop policy if exists select_member on app_public.events;
create policy select_member on app_public.events
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('events.read')));

drop policy if exists select_member_of_venue on app_public.events;
create policy select_member_of_venue on app_public.events
  for select to lml_user
  using (venue_id in (select app_hidden.permitted_venue_ids('events.read')));

drop policy if exists select_opened on app_public.events;
create policy select_opened on app_public.events
  for select to lml_anonymous, lml_user
  using (id = any (array(select app_hidden.opened_event_ids())));

revoke all on app_public.events from public;
-- What the platform takes is between it and whoever sells: members ask event_commission. All other
-- columns are granted by name, because a table of its own would be opened by every hold.
revoke all on app_public.events from lml_anonymous, lml_user;
do $do$
begin
  execute (
    select format(
      'grant select (%s) on app_public.events to lml_anonymous, lml_user',
      string_agg(quote_ident(a.attname), ', ' order by a.attnum)
    )
    from pg_catalog.pg_attribute as a
    where a.attrelid = 'app_public.events'::regclass
      and a.attnum > 0 and not a.attisdropped and a.attname <> 'commission_percentage'
  );
end
$do$;

--! split: 1357-policies-events-performance_notices.sql
-- Worked off by definer functions only.
alter table app_private.performance_notices enable row level security;
alter table app_private.performance_notices force row level security;

drop policy if exists all_owner on app_private.performance_notices;
create policy all_owner on app_private.performance_notices
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.performance_notices from public;

--! split: 1358-policies-events-pricing_rules.sql
-- What makes a price is the business of those who set it; buyers see what it made of theirs.
alter table app_public.pricing_rules enable row level security;
alter table app_public.pricing_rules force row level security;

drop policy if exists all_owner on app_public.pricing_rules;
create policy all_owner on app_public.pricing_rules
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.pricing_rules;
create policy select_member on app_public.pricing_rules
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('events.manage')));

drop policy if exists select_member_of_venue on app_public.pricing_rules;
create policy select_member_of_venue on app_public.pricing_rules
  for select to lml_user
  using (
    ticket_category_id in (select app_hidden.permitted_ticket_category_ids('events.manage'))
  );

revoke all on app_public.pricing_rules from public;
grant select on app_public.pricing_rules to lml_user;

--! split: 1359-policies-inventory-add_on_claims.sql
-- Changed by definer functions only.
alter table app_private.add_on_claims enable row level security;
alter table app_private.add_on_claims force row level security;

drop policy if exists all_owner on app_private.add_on_claims;
create policy all_owner on app_private.add_on_claims
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.add_on_claims from public;

--! split: 1360-policies-inventory-add_on_counters.sql
-- Changed by definer functions only.
alter table app_private.add_on_counters enable row level security;
alter table app_private.add_on_counters force row level security;

drop policy if exists all_owner on app_private.add_on_counters;
create policy all_owner on app_private.add_on_counters
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.add_on_counters from public;

--! split: 1361-policies-inventory-admission_allocations.sql
-- For members: what is kept back, and for whom, is not told to buyers.
alter table app_public.admission_allocations enable row level security;
alter table app_public.admission_allocations force row level security;

drop policy if exists all_owner on app_public.admission_allocations;
create policy all_owner on app_public.admission_allocations
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.admission_allocations;
create policy select_member on app_public.admission_allocations
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('inventory.read')));

drop policy if exists select_member_of_venue on app_public.admission_allocations;
create policy select_member_of_venue on app_public.admission_allocations
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('inventory.read')));

revoke all on app_public.admission_allocations from public;
grant select on app_public.admission_allocations to lml_user;

--! split: 1362-policies-inventory-sold_shares.sql
-- Nobody but definer functions.
alter table app_private.sold_shares enable row level security;
alter table app_private.sold_shares force row level security;

drop policy if exists all_owner on app_private.sold_shares;
create policy all_owner on app_private.sold_shares
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.sold_shares from public;

--! split: 1363-policies-bookings-booking_approvals.sql
-- Whoever sees the booking.
alter table app_public.booking_approvals enable row level security;
alter table app_public.booking_approvals force row level security;

drop policy if exists all_owner on app_public.booking_approvals;
create policy all_owner on app_public.booking_approvals
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_booking on app_public.booking_approvals;
create policy select_with_booking on app_public.booking_approvals
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = booking_approvals.organization_id and b.id = booking_approvals.booking_id
  ));

revoke all on app_public.booking_approvals from public;
grant select on app_public.booking_approvals to lml_anonymous, lml_user;

--! split: 1364-policies-bookings-booking_details.sql
-- Whoever sees the booking, with its names.
alter table app_public.booking_details enable row level security;
alter table app_public.booking_details force row level security;

drop policy if exists all_owner on app_public.booking_details;
create policy all_owner on app_public.booking_details
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_booking on app_public.booking_details;
create policy select_with_booking on app_public.booking_details
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = booking_details.organization_id and b.id = booking_details.booking_id
  ));

revoke all on app_public.booking_details from public;
grant select on app_public.booking_details to lml_anonymous, lml_user;

--! split: 1365-policies-bookings-booking_notes.sql
-- For staff alone: buyers do not see what is noted about them, unless they ask for an export.
alter table app_public.booking_notes enable row level security;
alter table app_public.booking_notes force row level security;

drop policy if exists all_owner on app_public.booking_notes;
create policy all_owner on app_public.booking_notes
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.booking_notes;
create policy select_member on app_public.booking_notes
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('bookings.manage')));

revoke all on app_public.booking_notes from public;
grant select on app_public.booking_notes to lml_user;

--! split: 1366-policies-bookings-booking_payment_schedule.sql
-- Whoever sees the booking.
alter table app_public.booking_payment_schedule enable row level security;
alter table app_public.booking_payment_schedule force row level security;

drop policy if exists all_owner on app_public.booking_payment_schedule;
create policy all_owner on app_public.booking_payment_schedule
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_booking on app_public.booking_payment_schedule;
create policy select_with_booking on app_public.booking_payment_schedule
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = booking_payment_schedule.organization_id and b.id = booking_payment_schedule.booking_id
  ));

revoke all on app_public.booking_payment_schedule from public;
grant select on app_public.booking_payment_schedule to lml_anonymous, lml_user;

--! split: 1367-policies-bookings-delivery_addresses.sql
-- Whoever sees the booking with its names.
alter table app_public.delivery_addresses enable row level security;
alter table app_public.delivery_addresses force row level security;

drop policy if exists all_owner on app_public.delivery_addresses;
create policy all_owner on app_public.delivery_addresses
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_booking on app_public.delivery_addresses;
create policy select_with_booking on app_public.delivery_addresses
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = delivery_addresses.organization_id and b.id = delivery_addresses.booking_id
  ));

revoke all on app_public.delivery_addresses from public;
grant select on app_public.delivery_addresses to lml_anonymous, lml_user;

--! split: 1368-policies-bookings-discount_attempts.sql
-- Nobody but definer functions.
alter table app_private.discount_attempts enable row level security;
alter table app_private.discount_attempts force row level security;

drop policy if exists all_owner on app_private.discount_attempts;
create policy all_owner on app_private.discount_attempts
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.discount_attempts from public;

--! split: 1369-policies-bookings-discount_redemptions.sql
-- Whoever sees the booking.
alter table app_public.discount_redemptions enable row level security;
alter table app_public.discount_redemptions force row level security;

drop policy if exists all_owner on app_public.discount_redemptions;
create policy all_owner on app_public.discount_redemptions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_booking on app_public.discount_redemptions;
create policy select_with_booking on app_public.discount_redemptions
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = discount_redemptions.organization_id
      and b.id = discount_redemptions.booking_id
  ));

revoke all on app_public.discount_redemptions from public;
grant select on app_public.discount_redemptions to lml_anonymous, lml_user;

--! split: 1370-policies-bookings-payment_links.sql
-- Reached through definer functions only.
alter table app_private.payment_links enable row level security;
alter table app_private.payment_links force row level security;

drop policy if exists all_owner on app_private.payment_links;
create policy all_owner on app_private.payment_links
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.payment_links from public;

--! split: 1371-policies-bookings-payment_plans.sql
-- Whoever sees the event.
alter table app_public.payment_plans enable row level security;
alter table app_public.payment_plans force row level security;

drop policy if exists all_owner on app_public.payment_plans;
create policy all_owner on app_public.payment_plans
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_event on app_public.payment_plans;
create policy select_with_event on app_public.payment_plans
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.events as e
    where e.organization_id = payment_plans.organization_id and e.id = payment_plans.event_id
  ));

revoke all on app_public.payment_plans from public;
grant select on app_public.payment_plans to lml_anonymous, lml_user;

--! split: 1372-policies-bookings-staff_sales.sql
-- Members who may read bookings; not the customer, of whom notes may tell.
alter table app_public.staff_sales enable row level security;
alter table app_public.staff_sales force row level security;

drop policy if exists all_owner on app_public.staff_sales;
create policy all_owner on app_public.staff_sales
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.staff_sales;
create policy select_member on app_public.staff_sales
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('bookings.read')));

drop policy if exists select_member_of_venue on app_public.staff_sales;
create policy select_member_of_venue on app_public.staff_sales
  for select to lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = staff_sales.organization_id and b.id = staff_sales.booking_id
      and b.performance_id in (select app_hidden.permitted_performance_ids('bookings.read'))
  ));

revoke all on app_public.staff_sales from public;
grant select on app_public.staff_sales to lml_user;

--! split: 1373-policies-payments-accounting_periods.sql
-- The books are for staff who may read payments.
alter table app_public.accounting_periods enable row level security;
alter table app_public.accounting_periods force row level security;

drop policy if exists all_owner on app_public.accounting_periods;
create policy all_owner on app_public.accounting_periods
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.accounting_periods;
create policy select_member on app_public.accounting_periods
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('payments.read')));

revoke all on app_public.accounting_periods from public;
grant select on app_public.accounting_periods to lml_user;

--! split: 1374-policies-payments-cancellation_policies.sql
-- For members. Buyers ask cancellation_terms and quote_cancellation.
alter table app_public.cancellation_policies enable row level security;
alter table app_public.cancellation_policies force row level security;

drop policy if exists all_owner on app_public.cancellation_policies;
create policy all_owner on app_public.cancellation_policies
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.cancellation_policies;
create policy select_member on app_public.cancellation_policies
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('events.read')));

revoke all on app_public.cancellation_policies from public;
grant select on app_public.cancellation_policies to lml_user;

--! split: 1375-policies-payments-cancellation_windows.sql
-- For members. Buyers ask cancellation_terms and quote_cancellation.
alter table app_public.cancellation_windows enable row level security;
alter table app_public.cancellation_windows force row level security;

drop policy if exists all_owner on app_public.cancellation_windows;
create policy all_owner on app_public.cancellation_windows
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.cancellation_windows;
create policy select_member on app_public.cancellation_windows
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('events.read')));

revoke all on app_public.cancellation_windows from public;
grant select on app_public.cancellation_windows to lml_user;

--! split: 1376-policies-payments-event_promoters.sql
-- The books are for staff who may read payments.
alter table app_public.event_promoters enable row level security;
alter table app_public.event_promoters force row level security;

drop policy if exists all_owner on app_public.event_promoters;
create policy all_owner on app_public.event_promoters
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.event_promoters;
create policy select_member on app_public.event_promoters
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('payments.read')));

revoke all on app_public.event_promoters from public;
grant select on app_public.event_promoters to lml_user;

--! split: 1377-policies-payments-ledger_account_rules.sql
-- What the kinds of accounts mean is no secret.
alter table app_public.ledger_account_rules enable row level security;
alter table app_public.ledger_account_rules force row level security;

drop policy if exists all_owner on app_public.ledger_account_rules;
create policy all_owner on app_public.ledger_account_rules
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_all on app_public.ledger_account_rules;
create policy select_all on app_public.ledger_account_rules
  for select to lml_user
  using (true);

revoke all on app_public.ledger_account_rules from public;
grant select on app_public.ledger_account_rules to lml_user;

--! split: 1378-policies-payments-ledger_balances.sql
-- The books are for staff who may read payments.
alter table app_public.ledger_balances enable row level security;
alter table app_public.ledger_balances force row level security;

drop policy if exists all_owner on app_public.ledger_balances;
create policy all_owner on app_public.ledger_balances
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.ledger_balances;
create policy select_member on app_public.ledger_balances
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('payments.read')));

revoke all on app_public.ledger_balances from public;
grant select on app_public.ledger_balances to lml_user;

--! split: 1379-policies-payments-ledger_corrections.sql
-- The books are for staff who may read payments.
alter table app_public.ledger_corrections enable row level security;
alter table app_public.ledger_corrections force row level security;

drop policy if exists all_owner on app_public.ledger_corrections;
create policy all_owner on app_public.ledger_corrections
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.ledger_corrections;
create policy select_member on app_public.ledger_corrections
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('payments.read')));

revoke all on app_public.ledger_corrections from public;
grant select on app_public.ledger_corrections to lml_user;

--! split: 1380-policies-payments-payment_choices.sql
-- Reached through definer functions only.
alter table app_private.payment_choices enable row level security;
alter table app_private.payment_choices force row level security;

drop policy if exists all_owner on app_private.payment_choices;
create policy all_owner on app_private.payment_choices
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.payment_choices from public;

--! split: 1381-policies-payments-payment_findings.sql
-- Staff who may read payments, and the platform's.
alter table app_public.payment_findings enable row level security;
alter table app_public.payment_findings force row level security;

drop policy if exists all_owner on app_public.payment_findings;
create policy all_owner on app_public.payment_findings
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.payment_findings;
create policy select_member on app_public.payment_findings
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('payments.read')));

drop policy if exists select_staff on app_public.payment_findings;
create policy select_staff on app_public.payment_findings
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.payment_findings from public;
grant select on app_public.payment_findings to lml_user;

--! split: 1382-policies-payments-payment_transactions.sql
-- The books are for staff who may read payments.
alter table app_public.payment_transactions enable row level security;
alter table app_public.payment_transactions force row level security;

drop policy if exists all_owner on app_public.payment_transactions;
create policy all_owner on app_public.payment_transactions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.payment_transactions;
create policy select_member on app_public.payment_transactions
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('payments.read')));

revoke all on app_public.payment_transactions from public;
grant select on app_public.payment_transactions to lml_user;

--! split: 1383-policies-payments-promoter_shares.sql
-- The books are for staff who may read payments.
alter table app_public.promoter_shares enable row level security;
alter table app_public.promoter_shares force row level security;

drop policy if exists all_owner on app_public.promoter_shares;
create policy all_owner on app_public.promoter_shares
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.promoter_shares;
create policy select_member on app_public.promoter_shares
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('payments.read')));

revoke all on app_public.promoter_shares from public;
grant select on app_public.promoter_shares to lml_user;

--! split: 1384-policies-payments-promoters.sql
-- The books are for staff who may read payments.
alter table app_public.promoters enable row level security;
alter table app_public.promoters force row level security;

drop policy if exists all_owner on app_public.promoters;
create policy all_owner on app_public.promoters
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.promoters;
create policy select_member on app_public.promoters
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('payments.read')));

revoke all on app_public.promoters from public;
grant select on app_public.promoters to lml_user;

--! split: 1385-policies-payments-refund_items.sql
-- The owner of the booking, to whom every cent is explained, and staff who may read payments.
alter table app_public.refund_items enable row level security;
alter table app_public.refund_items force row level security;

drop policy if exists all_owner on app_public.refund_items;
create policy all_owner on app_public.refund_items
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.refund_items;
create policy select_own on app_public.refund_items
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = refund_items.organization_id
      and b.id = refund_items.booking_id
      and (
        b.user_id = (select app_hidden.current_user_id())
        or b.cart_token_hash = (select app_hidden.current_cart_hash())
      )
  ));

drop policy if exists select_member on app_public.refund_items;
create policy select_member on app_public.refund_items
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('payments.read')));

revoke all on app_public.refund_items from public;
grant select on app_public.refund_items to lml_anonymous, lml_user;

--! split: 1386-policies-payments-refund_requests.sql
-- For staff who may read payments: what they wrote to each other is not for the buyer.
alter table app_public.refund_requests enable row level security;
alter table app_public.refund_requests force row level security;

drop policy if exists all_owner on app_public.refund_requests;
create policy all_owner on app_public.refund_requests
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.refund_requests;
create policy select_member on app_public.refund_requests
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('payments.read')));

revoke all on app_public.refund_requests from public;
grant select on app_public.refund_requests to lml_user;

--! split: 1387-policies-payments-saved_payment_methods.sql
-- Reached through definer functions only.
alter table app_private.saved_payment_methods enable row level security;
alter table app_private.saved_payment_methods force row level security;

drop policy if exists all_owner on app_private.saved_payment_methods;
create policy all_owner on app_private.saved_payment_methods
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.saved_payment_methods from public;

--! split: 1388-policies-payments-stripe_calls.sql
-- Reached through definer functions only.
alter table app_private.stripe_calls enable row level security;
alter table app_private.stripe_calls force row level security;

drop policy if exists all_owner on app_private.stripe_calls;
create policy all_owner on app_private.stripe_calls
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.stripe_calls from public;

--! split: 1389-policies-payments-stripe_customers.sql
-- Reached through definer functions only.
alter table app_private.stripe_customers enable row level security;
alter table app_private.stripe_customers force row level security;

drop policy if exists all_owner on app_private.stripe_customers;
create policy all_owner on app_private.stripe_customers
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.stripe_customers from public;

--! split: 1390-policies-payments-stripe_reachability.sql
-- Reached through definer functions only.
alter table app_private.stripe_reachability enable row level security;
alter table app_private.stripe_reachability force row level security;

drop policy if exists all_owner on app_private.stripe_reachability;
create policy all_owner on app_private.stripe_reachability
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.stripe_reachability from public;

--! split: 1391-policies-tickets-add_on_deliveries.sql
-- Whoever sees the line of the booking, and who gives add-ons out.
alter table app_public.add_on_deliveries enable row level security;
alter table app_public.add_on_deliveries force row level security;

drop policy if exists all_owner on app_public.add_on_deliveries;
create policy all_owner on app_public.add_on_deliveries
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_item on app_public.add_on_deliveries;
create policy select_with_item on app_public.add_on_deliveries
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.booking_items as i
    where i.organization_id = add_on_deliveries.organization_id
      and i.id = add_on_deliveries.booking_item_id
  ));

drop policy if exists select_member on app_public.add_on_deliveries;
create policy select_member on app_public.add_on_deliveries
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('tickets.read')));

drop policy if exists select_member_of_venue on app_public.add_on_deliveries;
create policy select_member_of_venue on app_public.add_on_deliveries
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('tickets.read')));

revoke all on app_public.add_on_deliveries from public;
grant select on app_public.add_on_deliveries to lml_anonymous, lml_user;

--! split: 1392-policies-privacy-consent_tokens.sql
-- Reached through definer functions only.
alter table app_private.consent_tokens enable row level security;
alter table app_private.consent_tokens force row level security;

drop policy if exists all_owner on app_private.consent_tokens;
create policy all_owner on app_private.consent_tokens
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.consent_tokens from public;
