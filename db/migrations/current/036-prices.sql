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
