-- Who an organization is, on which terms it sells, and who works for it, where.

-- The public profile.

alter table app_public.organizations
  add column address jsonb not null default '{}',
  add column logo_url text,
  add column primary_color text,
  add column secondary_color text,
  add column custom_domain text,
  add column refund_policy text,
  add column privacy_policy_url text,
  add column terms_of_service_url text,
  add constraint organizations_address_is_an_object
    check (jsonb_typeof(address) = 'object' and length(address::text) <= 4000),
  add constraint organizations_address_has_known_parts check (
    address - array['line1', 'line2', 'city', 'state', 'postal_code', 'country'] = '{}'
  ),
  add constraint organizations_address_country_is_iso_3166
    check (not address ? 'country' or (address ->> 'country') ~ '^[A-Z]{2}$'),
  add constraint organizations_colors_are_hex check (
    primary_color ~ '^#[0-9a-f]{6}$' and secondary_color ~ '^#[0-9a-f]{6}$'
  ),
  add constraint organizations_links_are_https check (
    logo_url ~ '^https://[^[:space:]]+$' and privacy_policy_url ~ '^https://[^[:space:]]+$'
    and terms_of_service_url ~ '^https://[^[:space:]]+$'
  ),
  add constraint organizations_website_is_http check (website ~ '^https?://[^[:space:]]+$'),
  add constraint organizations_links_are_short check (
    length(logo_url) <= 2000 and length(privacy_policy_url) <= 2000
    and length(terms_of_service_url) <= 2000 and length(website) <= 2000
  ),
  add constraint organizations_phone_is_e164 check (phone ~ '^\+?[1-9][0-9]{1,14}$'),
  add constraint organizations_refund_policy_is_bounded check (length(refund_policy) <= 20000),
  -- Two tenants cannot answer under one name.
  add constraint organizations_custom_domain_is_unique unique (custom_domain),
  add constraint organizations_custom_domain_is_a_host_name check (
    custom_domain ~ '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$'
    and length(custom_domain) <= 253
  );

comment on column app_public.organizations.address is
  'Postal address: line1, line2, city, state, postal_code, country (two letters).';
comment on column app_public.organizations.logo_url is 'Its logo, https.';
comment on column app_public.organizations.primary_color is 'First color, such as #0a1b2c.';
comment on column app_public.organizations.secondary_color is 'Second color, such as #0a1b2c.';
comment on column app_public.organizations.custom_domain is 'Host name of its own shop.';
comment on column app_public.organizations.refund_policy is 'What buyers are told about refunds.';
comment on column app_public.organizations.privacy_policy_url is 'Its privacy policy, https.';
comment on column app_public.organizations.terms_of_service_url is 'Its terms, https.';

create type app_public.verification_status as enum (
  'unverified', 'pending', 'verified', 'rejected'
);
comment on type app_public.verification_status is
  'Whether the platform has seen that an organization is who it says.';

alter table app_public.organizations
  add column verification_status app_public.verification_status not null default 'unverified';
comment on column app_public.organizations.verification_status is
  'Whether the platform has seen that it is who it says.';

create table app_public.organization_verifications (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references app_public.organizations on delete restrict,
  documents jsonb not null,
  requested_by uuid references app_public.users on delete restrict,
  requested_at timestamptz not null default now(),
  status app_public.verification_status not null default 'pending',
  decided_by uuid references app_public.users on delete restrict,
  decided_at timestamptz,
  note text,
  unique (id, organization_id),
  constraint organization_verifications_documents_are_listed check (
    case when jsonb_typeof(documents) = 'array'
      then jsonb_array_length(documents) between 1 and 20 and length(documents::text) <= 20000
      else false
    end
  ),
  constraint organization_verifications_begin_as_pending check (status <> 'unverified'),
  constraint organization_verifications_decision_has_time
    check ((status = 'pending') = (decided_at is null)),
  constraint organization_verifications_note_is_short check (length(note) <= 2000)
);
create index organization_verifications_organization_id_idx
  on app_public.organization_verifications (organization_id);
create index organization_verifications_requested_by_idx
  on app_public.organization_verifications (requested_by);
create index organization_verifications_decided_by_idx
  on app_public.organization_verifications (decided_by);
create unique index organization_verifications_one_is_pending
  on app_public.organization_verifications (organization_id) where (status = 'pending');

comment on table app_public.organization_verifications is
  'What an organization handed in to be verified, and what became of it.';
comment on column app_public.organization_verifications.id is 'Identifier.';
comment on column app_public.organization_verifications.organization_id is 'The organization.';
comment on column app_public.organization_verifications.documents is
  'The documents: a list of names or references, as the organization gave them.';
comment on column app_public.organization_verifications.requested_by is 'Who asked.';
comment on column app_public.organization_verifications.requested_at is 'When.';
comment on column app_public.organization_verifications.status is 'Pending, verified or rejected.';
comment on column app_public.organization_verifications.decided_by is 'Who decided.';
comment on column app_public.organization_verifications.decided_at is 'When.';
comment on column app_public.organization_verifications.note is 'What the decision says.';

create table app_public.organization_suspensions (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references app_public.organizations on delete restrict,
  reason text not null,
  suspended_by uuid references app_public.users on delete restrict,
  suspended_at timestamptz not null default now(),
  lifted_by uuid references app_public.users on delete restrict,
  lifted_at timestamptz,
  unique (id, organization_id),
  constraint organization_suspensions_reason_is_short_text
    check (length(reason) between 1 and 2000),
  constraint organization_suspensions_are_lifted_after check (lifted_at >= suspended_at)
);
create index organization_suspensions_organization_id_idx
  on app_public.organization_suspensions (organization_id);
create index organization_suspensions_suspended_by_idx
  on app_public.organization_suspensions (suspended_by);
create index organization_suspensions_lifted_by_idx
  on app_public.organization_suspensions (lifted_by);
create unique index organization_suspensions_one_is_open
  on app_public.organization_suspensions (organization_id) where (lifted_at is null);

comment on table app_public.organization_suspensions is
  'When an organization might not sell, and why.';
comment on column app_public.organization_suspensions.id is 'Identifier.';
comment on column app_public.organization_suspensions.organization_id is 'The organization.';
comment on column app_public.organization_suspensions.reason is 'Why.';
comment on column app_public.organization_suspensions.suspended_by is 'By whom.';
comment on column app_public.organization_suspensions.suspended_at is 'Since when.';
comment on column app_public.organization_suspensions.lifted_by is 'Who lifted it.';
comment on column app_public.organization_suspensions.lifted_at is 'Until when; null: still.';

-- Plans.

create table app_public.subscription_tiers (
  tier text primary key,
  description text not null,
  monthly_event_limit integer,
  monthly_revenue_limit_units bigint,
  constraint subscription_tiers_tier_is_a_word check (tier ~ '^[a-z]{1,30}$'),
  constraint subscription_tiers_event_limit_is_bounded
    check (monthly_event_limit between 0 and 1000000),
  constraint subscription_tiers_revenue_limit_is_bounded
    check (monthly_revenue_limit_units between 0 and 1000000000000)
);

comment on table app_public.subscription_tiers is 'The plans, with their limits, as data.';
comment on column app_public.subscription_tiers.tier is 'Name of the plan.';
comment on column app_public.subscription_tiers.description is 'Whom it is for.';
comment on column app_public.subscription_tiers.monthly_event_limit is
  'Events that may be published in a month (UTC); null: any number.';
comment on column app_public.subscription_tiers.monthly_revenue_limit_units is
  'Ticket revenue of a month (UTC) in whole units of each currency; null: any.';

insert into app_public.subscription_tiers (
  tier, description, monthly_event_limit, monthly_revenue_limit_units
)
values
  ('basic', 'For beginners.', 25, 500000),
  ('pro', 'For houses with a program.', 250, 10000000),
  ('enterprise', 'By agreement.', null, null);

create type app_public.business_type as enum ('venue_owner', 'event_promoter', 'enterprise');
comment on type app_public.business_type is 'What kind of organization it is.';

create type app_public.payout_schedule as enum ('daily', 'weekly', 'monthly');
comment on type app_public.payout_schedule is 'How often an organization is paid.';

-- Who sells already goes on without limits; who comes is a beginner.
alter table app_public.organization_settings
  add column business_type app_public.business_type,
  add column registration_number text,
  add column tax_id text,
  add column payout_schedule app_public.payout_schedule not null default 'weekly',
  add column minimum_payout_cents bigint not null default 1000,
  add column email_notifications boolean not null default true,
  add column ticket_transfers_enabled boolean not null default true,
  add column subscription_tier text not null default 'enterprise'
    references app_public.subscription_tiers on delete restrict,
  add column subscription_reference text,
  add column monthly_event_limit integer,
  add column monthly_revenue_limit_units bigint,
  add constraint organization_settings_legal_texts_are_short check (
    length(registration_number) between 1 and 100 and length(tax_id) between 1 and 100
  ),
  add constraint organization_settings_minimum_payout_is_bounded
    check (minimum_payout_cents between 0 and 100000000000),
  add constraint organization_settings_subscription_reference_is_short
    check (length(subscription_reference) between 1 and 255),
  add constraint organization_settings_event_limit_is_bounded
    check (monthly_event_limit between 0 and 1000000),
  add constraint organization_settings_revenue_limit_is_bounded
    check (monthly_revenue_limit_units between 0 and 1000000000000);
alter table app_public.organization_settings alter column subscription_tier set default 'basic';
create index organization_settings_subscription_tier_idx
  on app_public.organization_settings (subscription_tier);

comment on column app_public.organization_settings.business_type is 'What kind of organization.';
comment on column app_public.organization_settings.registration_number is
  'Number in the register of companies.';
comment on column app_public.organization_settings.tax_id is 'Number at the tax office.';
comment on column app_public.organization_settings.payout_schedule is 'How often it is paid.';
comment on column app_public.organization_settings.minimum_payout_cents is
  'What is less waits for the next payout; minor units of the default currency.';
comment on column app_public.organization_settings.email_notifications is
  'Whether it gets mail about its sales.';
comment on column app_public.organization_settings.ticket_transfers_enabled is
  'Whether holders may hand tickets on.';
comment on column app_public.organization_settings.subscription_tier is 'Its plan.';
comment on column app_public.organization_settings.subscription_reference is
  'What the plan is billed under.';
comment on column app_public.organization_settings.monthly_event_limit is
  'Instead of the plan''s; null: the plan''s.';
comment on column app_public.organization_settings.monthly_revenue_limit_units is
  'Instead of the plan''s; null: the plan''s.';

-- A month's revenue is one range of this index, and is read from it alone.
drop index app_public.ledger_entries_account_id_idx;
create index ledger_entries_account_id_idx
  on app_public.ledger_entries (account_id, organization_id, created_at) include (amount_cents);

-- Members.

insert into app_public.role_permissions (role, permission)
values
  -- What makes an owner more than an admin.
  ('owner', 'organization.own'),
  ('owner', 'members.manage'),
  ('admin', 'members.manage');

alter table app_public.organization_members
  add column venues_restricted boolean not null default false,
  add column invited_by uuid references app_public.users on delete restrict,
  add constraint organization_members_owners_have_all_venues
    check (role <> 'owner' or not venues_restricted);
create index organization_members_invited_by_idx on app_public.organization_members (invited_by);

comment on column app_public.organization_members.venues_restricted is
  'Whether the rights are in force only at the venues of user_venue_access.';
comment on column app_public.organization_members.invited_by is 'Who invited the member.';

create table app_public.member_permissions (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  member_id uuid not null,
  permission text not null,
  granted_by uuid references app_public.users on delete restrict,
  granted_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint member_permissions_are_granted_once unique (member_id, organization_id, permission),
  foreign key (organization_id, member_id)
    references app_public.organization_members (organization_id, id) on delete restrict,
  constraint member_permissions_permission_is_dotted check (permission ~ '^[a-z_]+\.[a-z_]+$')
);
create index member_permissions_granted_by_idx on app_public.member_permissions (granted_by);

comment on table app_public.member_permissions is 'What a member may do beyond the role.';
comment on column app_public.member_permissions.id is 'Identifier.';
comment on column app_public.member_permissions.organization_id is 'The organization.';
comment on column app_public.member_permissions.member_id is 'The member.';
comment on column app_public.member_permissions.permission is 'What they may do: module.action.';
comment on column app_public.member_permissions.granted_by is 'Who granted it.';
comment on column app_public.member_permissions.granted_at is 'When.';

create table app_public.user_venue_access (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  user_id uuid not null references app_public.users on delete restrict,
  venue_id uuid not null,
  granted_by uuid references app_public.users on delete restrict,
  granted_at timestamptz not null default now(),
  revoked_by uuid references app_public.users on delete restrict,
  revoked_at timestamptz,
  unique (id, organization_id),
  foreign key (organization_id, venue_id)
    references app_public.venues (organization_id, id) on delete restrict,
  constraint user_venue_access_is_revoked_after_grant check (revoked_at >= granted_at)
);
-- What was revoked may be granted again, as another row.
create unique index user_venue_access_one_is_open
  on app_public.user_venue_access (user_id, venue_id, organization_id) where (revoked_at is null);
create index user_venue_access_user_id_idx on app_public.user_venue_access (user_id);
create index user_venue_access_venue_id_idx
  on app_public.user_venue_access (venue_id, organization_id);
create index user_venue_access_granted_by_idx on app_public.user_venue_access (granted_by);
create index user_venue_access_revoked_by_idx on app_public.user_venue_access (revoked_by);

comment on table app_public.user_venue_access is
  'Venues at which a restricted member''s rights are in force, now and in the past.';
comment on column app_public.user_venue_access.id is 'Identifier.';
comment on column app_public.user_venue_access.organization_id is 'The organization.';
comment on column app_public.user_venue_access.user_id is 'The member.';
comment on column app_public.user_venue_access.venue_id is 'The venue.';
comment on column app_public.user_venue_access.granted_by is 'Who granted it.';
comment on column app_public.user_venue_access.granted_at is 'Since when.';
comment on column app_public.user_venue_access.revoked_by is 'Who revoked it.';
comment on column app_public.user_venue_access.revoked_at is 'Until when; null: still.';

create table app_public.organization_invitations (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references app_public.organizations on delete restrict,
  email public.citext not null,
  role app_public.organization_role not null,
  invited_by uuid not null references app_public.users on delete restrict,
  created_at timestamptz not null default now(),
  sent_at timestamptz not null default now(),
  send_count smallint not null default 1,
  expires_at timestamptz not null,
  accepted_by uuid references app_public.users on delete restrict,
  accepted_at timestamptz,
  revoked_by uuid references app_public.users on delete restrict,
  revoked_at timestamptz,
  unique (id, organization_id),
  constraint organization_invitations_email_has_two_sides
    check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= 320),
  constraint organization_invitations_are_sent_ten_times_at_most
    check (send_count between 1 and 10),
  constraint organization_invitations_accepted_has_user
    check ((accepted_at is null) = (accepted_by is null)),
  constraint organization_invitations_end_in_one_way
    check (accepted_at is null or revoked_at is null)
);
create index organization_invitations_organization_id_idx
  on app_public.organization_invitations (organization_id);
create index organization_invitations_invited_by_idx
  on app_public.organization_invitations (invited_by);
create index organization_invitations_accepted_by_idx
  on app_public.organization_invitations (accepted_by);
create index organization_invitations_revoked_by_idx
  on app_public.organization_invitations (revoked_by);
create unique index organization_invitations_one_is_open
  on app_public.organization_invitations (organization_id, email)
  where (accepted_at is null and revoked_at is null);

comment on table app_public.organization_invitations is
  'Who was invited to work for an organization, by mail.';
comment on column app_public.organization_invitations.id is 'Identifier.';
comment on column app_public.organization_invitations.organization_id is 'The organization.';
comment on column app_public.organization_invitations.email is 'Where the invitation went.';
comment on column app_public.organization_invitations.role is 'As what.';
comment on column app_public.organization_invitations.invited_by is 'By whom.';
comment on column app_public.organization_invitations.created_at is 'When first.';
comment on column app_public.organization_invitations.sent_at is 'When last.';
comment on column app_public.organization_invitations.send_count is 'How often.';
comment on column app_public.organization_invitations.expires_at is 'Until when it is good.';
comment on column app_public.organization_invitations.accepted_by is 'Who accepted.';
comment on column app_public.organization_invitations.accepted_at is 'When.';
comment on column app_public.organization_invitations.revoked_by is 'Who revoked it.';
comment on column app_public.organization_invitations.revoked_at is 'When.';

-- The token itself is in the mail alone. Sending again makes another one, and the first is no good.
create table app_private.invitation_tokens (
  token_hash bytea primary key,
  organization_id uuid not null,
  invitation_id uuid not null,
  unique (invitation_id, organization_id),
  foreign key (organization_id, invitation_id)
    references app_public.organization_invitations (organization_id, id) on delete restrict,
  constraint invitation_tokens_hash_is_sha256 check (octet_length(token_hash) = 32)
);

comment on table app_private.invitation_tokens is 'SHA-256 of each invitation''s token.';

-- Every change of rights is in the audit log.
create trigger _500_audit
  after insert or update or delete on app_public.organization_verifications
  for each row execute function app_hidden.tg__audit();
create trigger _500_audit
  after insert or update or delete on app_public.organization_suspensions
  for each row execute function app_hidden.tg__audit();
create trigger _500_audit
  after insert or update or delete on app_public.member_permissions
  for each row execute function app_hidden.tg__audit();
create trigger _500_audit
  after insert or update or delete on app_public.user_venue_access
  for each row execute function app_hidden.tg__audit();
create trigger _500_audit
  after insert or update or delete on app_public.organization_invitations
  for each row execute function app_hidden.tg__audit();
