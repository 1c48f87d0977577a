--! Previous: sha1:887c7812f40c726cef4e4d221b56b8e834409aef
--! Hash: sha1:1f0cdd91abf411838328b22a29091cc386c32c85
--! Message: tables of organizations

--! split: 100-tables.sql
-- Tenants: the organizations that sell, who works for them, and what each role may do.

create type app_public.organization_status as enum ('pending', 'active', 'suspended', 'banned');
comment on type app_public.organization_status is 'Whether an organization may sell.';

create type app_public.organization_role as enum (
  'owner', 'admin', 'manager', 'coordinator', 'staff', 'support', 'analyst', 'viewer'
);
comment on type app_public.organization_role is
  'A named bundle of permissions; role_permissions says which.';

create type app_public.member_status as enum ('pending', 'active', 'suspended');
comment on type app_public.member_status is 'Whether a membership gives its rights.';

create table app_public.organizations (
  id uuid primary key default uuidv7(),
  name text not null,
  slug text not null,
  email public.citext not null,
  phone text,
  website text,
  default_currency text not null references app_public.currencies,
  status app_public.organization_status not null default 'active',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint organizations_name_is_short_text check (length(name) between 1 and 255),
  constraint organizations_slug_is_unique unique (slug),
  constraint organizations_slug_is_a_slug check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  constraint organizations_slug_is_short check (length(slug) <= 100),
  constraint organizations_email_has_two_sides
    check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= 320)
);

comment on table app_public.organizations is
  'A tenant: who sells. This is its public profile; terms are in organization_settings.';
comment on column app_public.organizations.id is 'Identifier.';
comment on column app_public.organizations.name is 'Name that buyers see.';
comment on column app_public.organizations.slug is 'Name in addresses, unique on the platform.';
comment on column app_public.organizations.email is 'Address for buyers'' questions.';
comment on column app_public.organizations.phone is 'Telephone number for buyers'' questions.';
comment on column app_public.organizations.website is 'Home page.';
comment on column app_public.organizations.default_currency is 'Currency of its new events.';
comment on column app_public.organizations.status is 'Whether it may sell.';
comment on column app_public.organizations.created_at is 'When it joined.';
comment on column app_public.organizations.updated_at is 'When its profile last changed.';

create table app_public.organization_settings (
  organization_id uuid primary key references app_public.organizations on delete restrict,
  commission_percentage numeric(7, 4) not null default 10,
  service_fee_percentage numeric(7, 4) not null default 0,
  service_fee_fixed_cents bigint not null default 0,
  processing_fee_percentage numeric(7, 4) not null default 0,
  processing_fee_fixed_cents bigint not null default 0,
  allow_guest_checkout boolean not null default true,
  hold_seconds integer not null default 600,
  checkout_seconds integer not null default 900,
  hold_seconds_max integer not null default 3600,
  tickets_per_booking_max integer not null default 10,
  updated_at timestamptz not null default now(),
  constraint organization_settings_commission_is_0_to_50
    check (commission_percentage between 0 and 50),
  constraint organization_settings_percentages_are_0_to_100 check (
    service_fee_percentage between 0 and 100 and processing_fee_percentage between 0 and 100
  ),
  constraint organization_settings_fixed_fees_are_bounded check (
    service_fee_fixed_cents between 0 and 100000000
    and processing_fee_fixed_cents between 0 and 100000000
  ),
  constraint organization_settings_holds_are_bounded check (
    hold_seconds between 30 and 86400
    and checkout_seconds between 60 and 86400
    and hold_seconds_max between greatest(hold_seconds, checkout_seconds) and 604800
  ),
  constraint organization_settings_tickets_per_booking_is_bounded
    check (tickets_per_booking_max between 1 and 500)
);

comment on table app_public.organization_settings is 'Terms and deadlines of one organization.';
comment on column app_public.organization_settings.organization_id is 'Whose settings these are.';
comment on column app_public.organization_settings.commission_percentage is
  'Share of the ticket revenue that the platform keeps, 0 to 50.';
comment on column app_public.organization_settings.service_fee_percentage is
  'Service fee as a share of the ticket price, for new events.';
comment on column app_public.organization_settings.service_fee_fixed_cents is
  'Service fee per ticket in minor units, for new events.';
comment on column app_public.organization_settings.processing_fee_percentage is
  'Processing fee as a share of the ticket price, for new events.';
comment on column app_public.organization_settings.processing_fee_fixed_cents is
  'Processing fee per ticket in minor units, for new events.';
comment on column app_public.organization_settings.allow_guest_checkout is
  'Whether people without an account may buy.';
comment on column app_public.organization_settings.hold_seconds is 'How long a new hold lasts.';
comment on column app_public.organization_settings.checkout_seconds is
  'How long a hold lasts from the start of its checkout.';
comment on column app_public.organization_settings.hold_seconds_max is
  'How long a booking may hold seats in all, whatever happens.';
comment on column app_public.organization_settings.tickets_per_booking_max is
  'How many tickets one booking may contain.';
comment on column app_public.organization_settings.updated_at is 'When the settings last changed.';

create table app_public.organization_members (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references app_public.organizations on delete restrict,
  user_id uuid not null references app_public.users on delete restrict,
  role app_public.organization_role not null,
  status app_public.member_status not null default 'active',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint organization_members_are_members_once unique (user_id, organization_id)
);
create index organization_members_organization_id_idx
  on app_public.organization_members (organization_id);

comment on table app_public.organization_members is 'Who works for an organization, and as what.';
comment on column app_public.organization_members.id is 'Identifier.';
comment on column app_public.organization_members.organization_id is 'The organization.';
comment on column app_public.organization_members.user_id is 'The member.';
comment on column app_public.organization_members.role is 'Bundle of permissions.';
comment on column app_public.organization_members.status is 'Whether the rights are in force.';
comment on column app_public.organization_members.created_at is 'When the membership began.';
comment on column app_public.organization_members.updated_at is 'When it last changed.';

create table app_public.role_permissions (
  role app_public.organization_role not null,
  permission text not null,
  primary key (role, permission),
  constraint role_permissions_permission_is_dotted check (permission ~ '^[a-z_]+\.[a-z_]+$')
);

comment on table app_public.role_permissions is 'What each role may do, as data.';
comment on column app_public.role_permissions.role is 'The role.';
comment on column app_public.role_permissions.permission is 'What it may do: module.action.';

insert into app_public.role_permissions (role, permission)
select role::app_public.organization_role, permission
from (values
  ('organization.read', 'owner,admin,manager,coordinator,staff,support,analyst,viewer'),
  ('organization.manage', 'owner,admin'),
  ('members.read', 'owner,admin,manager'),
  ('venues.read', 'owner,admin,manager,coordinator,staff,support,analyst,viewer'),
  ('venues.manage', 'owner,admin,manager'),
  ('events.read', 'owner,admin,manager,coordinator,staff,support,analyst,viewer'),
  ('events.manage', 'owner,admin,manager'),
  ('inventory.read', 'owner,admin,manager,coordinator,staff,support,analyst,viewer'),
  ('bookings.read', 'owner,admin,manager,coordinator,support'),
  ('bookings.manage', 'owner,admin,manager,support'),
  ('payments.read', 'owner,admin'),
  ('tickets.read', 'owner,admin,manager,coordinator,staff,support'),
  ('tickets.scan', 'owner,admin,manager,coordinator,staff'),
  ('audit.read', 'owner,admin')
) as granted (permission, roles), unnest(string_to_array(roles, ',')) as role;

create table app_public.tax_rates (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references app_public.organizations on delete restrict,
  name text not null,
  jurisdiction text not null,
  percentage numeric(7, 4) not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint tax_rates_name_is_unique unique (name, organization_id),
  constraint tax_rates_name_is_short_text check (length(name) between 1 and 100),
  constraint tax_rates_jurisdiction_is_short_text check (length(jurisdiction) between 1 and 100),
  constraint tax_rates_percentage_is_0_to_100 check (percentage between 0 and 100)
);
create index tax_rates_organization_id_idx on app_public.tax_rates (organization_id);

comment on table app_public.tax_rates is 'Taxes that an organization adds to its prices.';
comment on column app_public.tax_rates.id is 'Identifier.';
comment on column app_public.tax_rates.organization_id is 'The organization.';
comment on column app_public.tax_rates.name is 'Name on the receipt.';
comment on column app_public.tax_rates.jurisdiction is 'Where it applies.';
comment on column app_public.tax_rates.percentage is
  'Rate on ticket price, less discount, plus service fee.';
comment on column app_public.tax_rates.created_at is 'When the rate was entered.';
comment on column app_public.tax_rates.updated_at is 'When it last changed.';
