--! Previous: sha1:90aacd4116049b1c5cfb522b789592b22f387f09
--! Hash: sha1:fa31daffaac31e077ddc5e1294df12fe114ddf4d
--! Message: Organizations

--! split: 120-organizations.sql
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

--! split: 1000-functions-organizations-accept_invitation.sql
-- The token proves that somebody reads the mailbox, the session that it is the one who was invited:
-- a mail that was passed on lets nobody in.
create or replace function app_public.accept_invitation(token text)
returns app_public.organization_members
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_invitation app_public.organization_invitations;
  v_member app_public.organization_members;
begin
  select i.* into v_invitation
  from app_private.invitation_tokens as t
  join app_public.organization_invitations as i
    on i.organization_id = t.organization_id and i.id = t.invitation_id
  where t.token_hash = app_hidden.hash_token(accept_invitation.token);
  -- Nothing about an invitation is told to anybody but whom it is for.
  if not found or not exists (
    select from app_public.users as u
    where u.id = v_user_id and u.email operator(public.=) v_invitation.email
  ) then
    perform app_private.raise_bad_invitation('There is no such invitation for your address.');
  end if;

  perform from app_public.organizations as o
  where o.id = v_invitation.organization_id
  for no key update;
  -- Again, after the lock: it may have been sent again, accepted or revoked meanwhile.
  select i.* into v_invitation
  from app_private.invitation_tokens as t
  join app_public.organization_invitations as i
    on i.organization_id = t.organization_id and i.id = t.invitation_id
  where t.token_hash = app_hidden.hash_token(accept_invitation.token);
  select * into v_member
  from app_public.organization_members as m
  where m.organization_id = v_invitation.organization_id and m.user_id = v_user_id;

  -- The same call again.
  if v_invitation.accepted_by = v_user_id and v_member.id is not null then
    return v_member;
  end if;
  if v_invitation.id is null or v_invitation.revoked_at is not null
    or v_invitation.accepted_at is not null
  then
    perform app_private.raise_bad_invitation('This invitation was used, replaced or revoked.');
  end if;
  if v_invitation.expires_at <= now() then
    perform app_private.raise_bad_invitation('This invitation has expired.');
  end if;
  -- Whoever invited must still be able to give these rights.
  if not (
    app_private.permissions_of(v_invitation.organization_id, v_invitation.invited_by)
      @> (array['members.manage'] || app_private.permissions_of_role(v_invitation.role))
  ) then
    perform app_private.raise_bad_invitation('Whoever invited you may not do so any more.');
  end if;

  if v_member.id is null then
    insert into app_public.organization_members (organization_id, user_id, role, invited_by)
    values (
      v_invitation.organization_id, v_user_id, v_invitation.role, v_invitation.invited_by
    )
    returning * into v_member;
  end if;
  update app_public.organization_invitations as i
  set accepted_at = now(), accepted_by = v_user_id
  where i.id = v_invitation.id;
  return v_member;
end
$$;

comment on function app_public.accept_invitation(text) is
  'Makes the signed-in user, whose address was invited, a member; the same token again returns '
  'the membership. Raises LMINV (unknown, expired, used, revoked, or for another address), LMAUT, '
  'LMSES.';
grant execute on function app_public.accept_invitation(text) to lml_user;

--! split: 1001-functions-organizations-change_member_role.sql
create or replace function app_public.change_member_role(
  member_id uuid, role app_public.organization_role
)
returns app_public.organization_members
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_member app_public.organization_members := app_private.lock_member(
    change_member_role.member_id
  );
begin
  if change_member_role.role is null then
    perform app_hidden.raise_bad_input(null, 'role');
  end if;
  perform app_private.require_grantable(
    v_member.organization_id, app_private.permissions_of_role(change_member_role.role)
  );
  if change_member_role.role = 'owner' and v_member.venues_restricted then
    raise exception 'An owner has all venues.'
      using errcode = 'LMINP', detail = 'role', hint = 'Lift the restriction first.';
  end if;
  update app_public.organization_members as m
  set role = change_member_role.role
  where m.id = v_member.id and m.role <> change_member_role.role;
  select * into strict v_member from app_public.organization_members as m
  where m.id = v_member.id;
  return v_member;
end
$$;

comment on function app_public.change_member_role(uuid, app_public.organization_role) is
  'Gives a member another role. Needs members.manage, and all rights of the old and the new role. '
  'Raises LMNFD, LMRGT, LMINP, LMOWN (the last owner).';
grant execute on function app_public.change_member_role(uuid, app_public.organization_role)
  to lml_user;

--! split: 1002-functions-organizations-change_organization_plan.sql
create or replace function app_public.change_organization_plan(
  organization_id uuid, subscription_tier text, monthly_event_limit integer default null,
  monthly_revenue_limit_units bigint default null, commission_percentage numeric default null,
  subscription_reference text default null
)
returns app_public.organization_settings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations;
  v_settings app_public.organization_settings;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_platform_role('support');
  v_organization := app_private.lock_any_organization(change_organization_plan.organization_id);
  if not exists (
    select from app_public.subscription_tiers as t
    where t.tier = change_organization_plan.subscription_tier
  ) then
    raise exception 'There is no such plan.' using errcode = 'LMINP', detail = 'subscription_tier';
  end if;
  update app_public.organization_settings as s
  set subscription_tier = change_organization_plan.subscription_tier,
    monthly_event_limit = change_organization_plan.monthly_event_limit,
    monthly_revenue_limit_units = change_organization_plan.monthly_revenue_limit_units,
    commission_percentage = coalesce(
      change_organization_plan.commission_percentage, s.commission_percentage
    ),
    subscription_reference = change_organization_plan.subscription_reference
  where s.organization_id = v_organization.id
  returning * into strict v_settings;
  return v_settings;
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when numeric_value_out_of_range then
    raise exception 'The commission is out of range.'
      using errcode = 'LMINP', detail = 'commission_percentage';
end
$$;

comment on function app_public.change_organization_plan(
  uuid, text, integer, bigint, numeric, text
) is
  'Gives an organization a plan; limits that are given hold instead of the plan''s, and the '
  'commission for new events. For the platform''s support. Raises LMNFD, LMRGT, LMINP, LMAUT.';
grant execute on function app_public.change_organization_plan(
  uuid, text, integer, bigint, numeric, text
) to lml_user;

--! split: 1003-functions-organizations-decide_organization_verification.sql
create or replace function app_public.decide_organization_verification(
  organization_id uuid, verified boolean, note text default null
)
returns app_public.organization_verifications
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations;
  v_verification app_public.organization_verifications;
  v_status app_public.verification_status;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_platform_role('support');
  v_organization := app_private.lock_any_organization(
    decide_organization_verification.organization_id
  );
  if decide_organization_verification.verified is null then
    perform app_hidden.raise_bad_input(null, 'verified');
  end if;
  v_status := case when decide_organization_verification.verified then 'verified'
    else 'rejected' end;
  update app_public.organization_verifications as v
  set status = v_status, decided_by = app_hidden.current_user_id(), decided_at = now(),
    note = decide_organization_verification.note
  where v.organization_id = v_organization.id and v.status = 'pending'
  returning * into v_verification;
  if not found then
    raise exception 'The organization has handed in nothing to decide on.'
      using errcode = 'LMNFD', detail = 'organization_id';
  end if;
  update app_public.organizations as o
  set verification_status = v_status
  where o.id = v_organization.id;
  return v_verification;
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.decide_organization_verification(uuid, boolean, text) is
  'Verifies or rejects an organization that asked for it. For the platform''s support. '
  'Raises LMNFD (nothing is pending), LMRGT, LMINP, LMAUT.';
grant execute on function app_public.decide_organization_verification(uuid, boolean, text)
  to lml_user;

--! split: 1004-functions-organizations-end_membership.sql
create or replace function app_private.end_membership(member app_public.organization_members)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.revoke_venues(
    (end_membership.member).organization_id, (end_membership.member).user_id
  );
  perform app_private.revoke_invitations_by(
    (end_membership.member).organization_id, (end_membership.member).user_id
  );
  delete from app_public.member_permissions as p
  where p.member_id = (end_membership.member).id
    and p.organization_id = (end_membership.member).organization_id;
  delete from app_public.organization_members as m
  where m.id = (end_membership.member).id;
end
$$;

comment on function app_private.end_membership(app_public.organization_members) is
  'Removes a member, with what hangs on the membership. The audit log keeps it. Raises LMOWN.';

--! split: 1005-functions-organizations-grant_member_permission.sql
create or replace function app_public.grant_member_permission(member_id uuid, permission text)
returns app_public.member_permissions
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_member app_public.organization_members := app_private.lock_member(
    grant_member_permission.member_id
  );
  v_granted app_public.member_permissions;
begin
  if not exists (
    select from app_public.role_permissions as p
    where p.permission = grant_member_permission.permission
  ) then
    raise exception 'There is no such permission.' using errcode = 'LMINP', detail = 'permission';
  end if;
  -- Owning is a role: whoever has it as an extra would be an owner that nobody counts.
  if grant_member_permission.permission = 'organization.own' then
    raise exception 'Owning is a role.'
      using errcode = 'LMINP', detail = 'permission', hint = 'Change the role to owner.';
  end if;
  perform app_private.require_grantable(
    v_member.organization_id, array[grant_member_permission.permission]
  );
  insert into app_public.member_permissions (
    organization_id, member_id, permission, granted_by
  )
  values (
    v_member.organization_id, v_member.id, grant_member_permission.permission,
    app_hidden.current_user_id()
  )
  on conflict on constraint member_permissions_are_granted_once do nothing;
  select * into strict v_granted
  from app_public.member_permissions as p
  where p.member_id = v_member.id
    and p.organization_id = v_member.organization_id
    and p.permission = grant_member_permission.permission;
  return v_granted;
end
$$;

comment on function app_public.grant_member_permission(uuid, text) is
  'Lets a member do something beyond the role. Needs members.manage, the permission itself, and '
  'all that the member may do. Raises LMNFD, LMRGT, LMINP (no such permission).';
grant execute on function app_public.grant_member_permission(uuid, text) to lml_user;

--! split: 1006-functions-organizations-grant_venue_access.sql
create or replace function app_public.grant_venue_access(member_id uuid, venue_id uuid)
returns app_public.user_venue_access
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_member app_public.organization_members := app_private.lock_member(
    grant_venue_access.member_id
  );
  v_access app_public.user_venue_access;
begin
  if v_member.role = 'owner' then
    raise exception 'An owner has all venues.' using errcode = 'LMINP', detail = 'member_id';
  end if;
  if not exists (
    select from app_public.venues as v
    where v.organization_id = v_member.organization_id and v.id = grant_venue_access.venue_id
  ) then
    raise exception 'There is no such venue, or it is not yours.'
      using errcode = 'LMNFD', detail = 'venue_id';
  end if;
  update app_public.organization_members as m
  set venues_restricted = true
  where m.id = v_member.id and not m.venues_restricted;
  insert into app_public.user_venue_access (organization_id, user_id, venue_id, granted_by)
  values (
    v_member.organization_id, v_member.user_id, grant_venue_access.venue_id,
    app_hidden.current_user_id()
  )
  on conflict do nothing;
  select * into strict v_access
  from app_public.user_venue_access as a
  where a.organization_id = v_member.organization_id
    and a.user_id = v_member.user_id
    and a.venue_id = grant_venue_access.venue_id
    and a.revoked_at is null;
  return v_access;
end
$$;

comment on function app_public.grant_venue_access(uuid, uuid) is
  'Restricts a member to venues, and adds this one. Needs members.manage and all that the member '
  'may do. Raises LMNFD, LMRGT, LMINP (an owner).';
grant execute on function app_public.grant_venue_access(uuid, uuid) to lml_user;

--! split: 1007-functions-organizations-has_performance_permission.sql
create or replace function app_hidden.has_performance_permission(
  organization_id uuid, performance_id uuid, permission text
)
returns boolean
language sql stable set search_path = ''
as $$
  select app_hidden.has_permission(
      has_performance_permission.organization_id, has_performance_permission.permission
    )
    or has_performance_permission.performance_id in (
      select app_hidden.permitted_performance_ids(has_performance_permission.permission)
    )
$$;

comment on function app_hidden.has_performance_permission(uuid, uuid, text) is
  'Whether the signed-in user has a permission at the venue of a performance.';
grant execute on function app_hidden.has_performance_permission(uuid, uuid, text)
  to lml_anonymous, lml_user;

--! split: 1008-functions-organizations-invite_member.sql
-- The server makes the token, so that it is in no statement that a client could send again; it goes
-- to the mailbox and nowhere else. Inviting an address again replaces the invitation.
create or replace function app_private.invite_member(
  organization_id uuid, email text, role app_public.organization_role, token text
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations := app_private.lock_organization(
    invite_member.organization_id, 'members.manage'
  );
  v_id uuid;
  v_constraint text;
  v_column text;
begin
  if invite_member.role is null then
    perform app_hidden.raise_bad_input(null, 'role');
  end if;
  perform app_private.require_grantable(
    v_organization.id, app_private.permissions_of_role(invite_member.role)
  );
  if v_organization.status in ('suspended', 'banned') then
    perform app_private.raise_not_active(v_organization);
  end if;
  if exists (
    select from app_public.organization_members as m
    join app_public.users as u on u.id = m.user_id
    where m.organization_id = v_organization.id
      and u.email operator(public.=) invite_member.email::public.citext
  ) then
    raise exception 'Whoever has this address is a member.'
      using errcode = 'LMINP', detail = 'email';
  end if;

  update app_public.organization_invitations as i
  set role = invite_member.role, invited_by = app_hidden.current_user_id(), sent_at = now(),
    send_count = i.send_count + 1, expires_at = now() + interval '7 days'
  where i.organization_id = v_organization.id
    and i.email operator(public.=) invite_member.email::public.citext
    and i.accepted_at is null
    and i.revoked_at is null
  returning i.id into v_id;
  if v_id is null then
    insert into app_public.organization_invitations (
      organization_id, email, role, invited_by, expires_at
    )
    values (
      v_organization.id, invite_member.email::public.citext, invite_member.role,
      app_hidden.current_user_id(), now() + interval '7 days'
    )
    returning id into v_id;
  end if;
  perform app_private.send_invitation(v_id, invite_member.token);
  return v_id;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_private.invite_member(
  uuid, text, app_public.organization_role, text
) is
  'Invites an address for seven days. Needs members.manage and all rights of the role. '
  'Raises LMNFD, LMRGT, LMINP, LMORG, LMAUT, LMSES.';
grant execute on function app_private.invite_member(
  uuid, text, app_public.organization_role, text
) to lml_authenticator;

--! split: 1009-functions-organizations-leave_organization.sql
create or replace function app_public.leave_organization(organization_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_member app_public.organization_members;
begin
  perform from app_public.organizations as o
  where o.id = leave_organization.organization_id
    and exists (
      select from app_public.organization_members as m
      where m.organization_id = o.id and m.user_id = v_user_id
    )
  for no key update;
  select * into v_member
  from app_public.organization_members as m
  where m.organization_id = leave_organization.organization_id and m.user_id = v_user_id;
  -- Whoever has left has left.
  if not found then
    return false;
  end if;
  perform app_private.end_membership(v_member);
  return true;
end
$$;

comment on function app_public.leave_organization(uuid) is
  'Ends one''s own membership: true, or false when there is none. '
  'Raises LMOWN (the last owner), LMAUT, LMSES.';
grant execute on function app_public.leave_organization(uuid) to lml_user;

--! split: 1010-functions-organizations-lift_venue_restriction.sql
create or replace function app_public.lift_venue_restriction(member_id uuid)
returns app_public.organization_members
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_member app_public.organization_members := app_private.lock_member(
    lift_venue_restriction.member_id
  );
begin
  perform app_private.revoke_venues(v_member.organization_id, v_member.user_id);
  update app_public.organization_members as m
  set venues_restricted = false
  where m.id = v_member.id and m.venues_restricted;
  select * into strict v_member from app_public.organization_members as m
  where m.id = v_member.id;
  return v_member;
end
$$;

comment on function app_public.lift_venue_restriction(uuid) is
  'Lets a member''s rights hold at all venues again. Needs members.manage and all that the member '
  'may do. Raises LMNFD, LMRGT.';
grant execute on function app_public.lift_venue_restriction(uuid) to lml_user;

--! split: 1011-functions-organizations-lock_any_organization.sql
create or replace function app_private.lock_any_organization(organization_id uuid)
returns app_public.organizations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations;
begin
  select * into v_organization
  from app_public.organizations as o
  where o.id = lock_any_organization.organization_id
  for update;
  if not found then
    raise exception 'There is no such organization.'
      using errcode = 'LMNFD', detail = 'organization_id';
  end if;
  return v_organization;
end
$$;

comment on function app_private.lock_any_organization(uuid) is
  'The organization, locked, for the platform''s staff. Raises LMNFD.';

--! split: 1012-functions-organizations-lock_invitation.sql
create or replace function app_private.lock_invitation(invitation_id uuid)
returns app_public.organization_invitations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_invitation app_public.organization_invitations;
begin
  select * into v_invitation
  from app_public.organization_invitations as i where i.id = lock_invitation.invitation_id;
  perform app_private.lock_organization(v_invitation.organization_id, 'members.manage');
  select * into strict v_invitation
  from app_public.organization_invitations as i
  where i.id = lock_invitation.invitation_id
  for update;
  return v_invitation;
end
$$;

comment on function app_private.lock_invitation(uuid) is
  'An invitation, locked with its organization, if the caller has members.manage. '
  'Raises LMNFD, LMRGT, LMAUT, LMSES.';

--! split: 1013-functions-organizations-lock_member.sql
create or replace function app_private.lock_member(member_id uuid)
returns app_public.organization_members
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_member app_public.organization_members;
begin
  select * into v_member
  from app_public.organization_members as m where m.id = lock_member.member_id;
  perform app_private.lock_organization(v_member.organization_id, 'members.manage');
  -- Again, after the lock: it may have changed, or be gone.
  select * into v_member
  from app_public.organization_members as m
  where m.id = lock_member.member_id
  for update;
  if not found then
    raise exception 'There is no such member, or it is not yours.'
      using errcode = 'LMNFD', detail = 'member_id';
  end if;
  perform app_private.require_grantable(
    v_member.organization_id, app_private.permissions_of_member(v_member)
  );
  return v_member;
end
$$;

comment on function app_private.lock_member(uuid) is
  'A member, locked with the organization, if the caller has members.manage and all that the '
  'member may do. Raises LMNFD, LMRGT, LMAUT, LMSES.';

--! split: 1014-functions-organizations-lock_organization.sql
-- Whoever changes an organization, or who works for it, waits for the others who do: rights are
-- looked at after the lock, so that nobody acts on rights that were taken meanwhile. It comes
-- before the event in the order of locks.
create or replace function app_private.lock_organization(organization_id uuid, permission text)
returns app_public.organizations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations;
begin
  select * into v_organization
  from app_public.organizations as o
  where o.id = lock_organization.organization_id
  for no key update;
  perform app_hidden.require_permission(v_organization.id, lock_organization.permission);
  return v_organization;
end
$$;

comment on function app_private.lock_organization(uuid, text) is
  'The organization, locked, if the caller has the permission. Raises LMNFD, LMRGT, LMAUT, LMSES.';

--! split: 1015-functions-organizations-permissions_of.sql
-- What a membership is worth: nothing when it is not in force, and nothing in the whole
-- organization when it is restricted to venues.
create or replace function app_private.permissions_of(organization_id uuid, user_id uuid)
returns text[]
language sql stable security definer set search_path = ''
as $$
  select array(
    select p.permission
    from app_public.organization_members as m
    join app_public.role_permissions as p on p.role = m.role
    where m.organization_id = permissions_of.organization_id
      and m.user_id = permissions_of.user_id
      and m.status = 'active'
      and not m.venues_restricted
    union
    select p.permission
    from app_public.organization_members as m
    join app_public.member_permissions as p
      on p.member_id = m.id and p.organization_id = m.organization_id
    where m.organization_id = permissions_of.organization_id
      and m.user_id = permissions_of.user_id
      and m.status = 'active'
      and not m.venues_restricted
  )
$$;

comment on function app_private.permissions_of(uuid, uuid) is
  'What a user may do in all of an organization.';

--! split: 1016-functions-organizations-permissions_of_member.sql
-- In force or not: whoever is suspended may come back.
create or replace function app_private.permissions_of_member(
  member app_public.organization_members
)
returns text[]
language sql stable security definer set search_path = ''
as $$
  select array(
    select p.permission from app_public.role_permissions as p
    where p.role = (permissions_of_member.member).role
    union
    select p.permission from app_public.member_permissions as p
    where p.member_id = (permissions_of_member.member).id
      and p.organization_id = (permissions_of_member.member).organization_id
  )
$$;

comment on function app_private.permissions_of_member(app_public.organization_members) is
  'The role''s permissions and the member''s own.';

--! split: 1017-functions-organizations-permissions_of_role.sql
create or replace function app_private.permissions_of_role(role app_public.organization_role)
returns text[]
language sql stable security definer set search_path = ''
as $$
  select array(
    select p.permission from app_public.role_permissions as p
    where p.role = permissions_of_role.role
  )
$$;

comment on function app_private.permissions_of_role(app_public.organization_role) is
  'The bundle of a role.';

--! split: 1018-functions-organizations-permitted_organization_ids.sql
-- For policies: "organization_id in (select app_hidden.permitted_organization_ids('...'))" is
-- evaluated once per query, whatever the number of rows. What belongs to a venue is added by
-- permitted_venue_ids and permitted_performance_ids: a table that forgets them shows a member who
-- is restricted to venues too little, never too much.
create or replace function app_hidden.permitted_organization_ids(permission text)
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select m.organization_id
  from app_public.organization_members as m
  where m.user_id = (select app_hidden.current_user_id())
    and m.status = 'active'
    and (
      not m.venues_restricted
      -- Knowing for whom one works is no right at a venue.
      or permitted_organization_ids.permission = 'organization.read'
    )
    and (
      exists (
        select from app_public.role_permissions as p
        where p.role = m.role and p.permission = permitted_organization_ids.permission
      )
      or exists (
        select from app_public.member_permissions as p
        where p.member_id = m.id
          and p.organization_id = m.organization_id
          and p.permission = permitted_organization_ids.permission
      )
    )
$$;

comment on function app_hidden.permitted_organization_ids(text) is
  'The organizations in which the signed-in user has a permission at all venues.';
grant execute on function app_hidden.permitted_organization_ids(text)
  to lml_anonymous, lml_user;

--! split: 1019-functions-organizations-permitted_performance_ids.sql
-- For tables that know their performance, and not its venue.
create or replace function app_hidden.permitted_performance_ids(permission text)
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select p.id
  from app_public.events as e
  join app_public.performances as p
    on p.event_id = e.id and p.organization_id = e.organization_id
  where e.venue_id in (
    select app_hidden.permitted_venue_ids(permitted_performance_ids.permission)
  )
$$;

comment on function app_hidden.permitted_performance_ids(text) is
  'The performances at the venues of permitted_venue_ids.';
grant execute on function app_hidden.permitted_performance_ids(text) to lml_anonymous, lml_user;

--! split: 1020-functions-organizations-permitted_venue_ids.sql
-- The other half of permitted_organization_ids, for members who are restricted to venues.
create or replace function app_hidden.permitted_venue_ids(permission text)
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select a.venue_id
  from app_public.organization_members as m
  join app_public.user_venue_access as a
    on a.user_id = m.user_id and a.organization_id = m.organization_id and a.revoked_at is null
  where m.user_id = (select app_hidden.current_user_id())
    and m.status = 'active'
    and m.venues_restricted
    and (
      exists (
        select from app_public.role_permissions as p
        where p.role = m.role and p.permission = permitted_venue_ids.permission
      )
      or exists (
        select from app_public.member_permissions as p
        where p.member_id = m.id
          and p.organization_id = m.organization_id
          and p.permission = permitted_venue_ids.permission
      )
    )
$$;

comment on function app_hidden.permitted_venue_ids(text) is
  'The venues at which a signed-in user who is restricted to venues has a permission.';
grant execute on function app_hidden.permitted_venue_ids(text) to lml_anonymous, lml_user;

--! split: 1021-functions-organizations-raise_bad_invitation.sql
create or replace function app_private.raise_bad_invitation(why text)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  raise exception '%', raise_bad_invitation.why
    using errcode = 'LMINV', hint = 'Ask the organization to invite you again.';
end
$$;

comment on function app_private.raise_bad_invitation(text) is 'Raises LMINV.';

--! split: 1022-functions-organizations-raise_not_active.sql
create or replace function app_private.raise_not_active(organization app_public.organizations)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  raise exception 'The organization is %.', (raise_not_active.organization).status
    using errcode = 'LMORG', detail = (raise_not_active.organization).id::text,
      hint = 'Ask the platform''s support.';
end
$$;

comment on function app_private.raise_not_active(app_public.organizations) is 'Raises LMORG.';

--! split: 1023-functions-organizations-reactivate_member.sql
create or replace function app_public.reactivate_member(member_id uuid)
returns app_public.organization_members
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_member app_public.organization_members := app_private.lock_member(reactivate_member.member_id);
begin
  update app_public.organization_members as m
  set status = 'active'
  where m.id = v_member.id and m.status <> 'active';
  select * into strict v_member from app_public.organization_members as m
  where m.id = v_member.id;
  return v_member;
end
$$;

comment on function app_public.reactivate_member(uuid) is
  'Puts a member''s rights into force again. '
  'Needs members.manage and all that the member may do. Raises LMNFD, LMRGT.';
grant execute on function app_public.reactivate_member(uuid) to lml_user;

--! split: 1024-functions-organizations-reactivate_organization.sql
create or replace function app_public.reactivate_organization(organization_id uuid)
returns app_public.organizations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations;
begin
  perform app_hidden.require_platform_role('support', 'security');
  v_organization := app_private.lock_any_organization(reactivate_organization.organization_id);
  if v_organization.status = 'active' then
    return v_organization;
  end if;
  if v_organization.status = 'banned' then
    perform app_private.raise_not_active(v_organization);
  end if;
  update app_public.organization_suspensions as s
  set lifted_at = now(), lifted_by = app_hidden.current_user_id()
  where s.organization_id = v_organization.id and s.lifted_at is null;
  update app_public.organizations as o
  set status = 'active'
  where o.id = v_organization.id
  returning * into v_organization;
  return v_organization;
end
$$;

comment on function app_public.reactivate_organization(uuid) is
  'Lets a suspended organization sell again. For the platform''s support and security. '
  'Raises LMNFD, LMRGT, LMORG (banned), LMAUT.';
grant execute on function app_public.reactivate_organization(uuid) to lml_user;

--! split: 1025-functions-organizations-remove_member.sql
create or replace function app_public.remove_member(member_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.end_membership(app_private.lock_member(remove_member.member_id));
  return true;
end
$$;

comment on function app_public.remove_member(uuid) is
  'Ends a membership at once. Needs members.manage and all that the member may do. '
  'Raises LMNFD, LMRGT, LMOWN (the last owner).';
grant execute on function app_public.remove_member(uuid) to lml_user;

--! split: 1026-functions-organizations-request_organization_verification.sql
create or replace function app_public.request_organization_verification(
  organization_id uuid, documents jsonb
)
returns app_public.organization_verifications
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations := app_private.lock_organization(
    request_organization_verification.organization_id, 'organization.manage'
  );
  v_verification app_public.organization_verifications;
  v_constraint text;
  v_column text;
begin
  if v_organization.verification_status = 'verified' then
    raise exception 'The organization is verified.'
      using errcode = 'LMINP', detail = 'organization_id';
  end if;
  -- Handing in again before the decision replaces what was handed in.
  update app_public.organization_verifications as v
  set documents = request_organization_verification.documents,
    requested_by = app_hidden.current_user_id(), requested_at = now()
  where v.organization_id = v_organization.id and v.status = 'pending'
  returning * into v_verification;
  if not found then
    insert into app_public.organization_verifications (organization_id, documents, requested_by)
    values (
      v_organization.id, request_organization_verification.documents,
      app_hidden.current_user_id()
    )
    returning * into v_verification;
  end if;
  update app_public.organizations as o
  set verification_status = 'pending'
  where o.id = v_organization.id and o.verification_status <> 'pending';
  return v_verification;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.request_organization_verification(uuid, jsonb) is
  'Asks the platform to verify an organization: documents is a list of 1 to 20 names or '
  'references. Needs organization.manage. Raises LMNFD, LMRGT, LMINP.';
grant execute on function app_public.request_organization_verification(uuid, jsonb) to lml_user;

--! split: 1027-functions-organizations-require_grantable.sql
-- Nobody gives, takes or judges what they do not have themselves.
create or replace function app_private.require_grantable(
  organization_id uuid, permissions text[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_missing text;
begin
  select string_agg(p, ', ' order by p) into v_missing
  from unnest(require_grantable.permissions) as p
  where p <> all (
    app_private.permissions_of(require_grantable.organization_id, app_hidden.current_user_id())
  );
  if v_missing is not null then
    raise exception 'This takes rights that you do not have yourself.'
      using errcode = 'LMRGT', detail = v_missing, hint = 'Ask an owner of the organization.';
  end if;
end
$$;

comment on function app_private.require_grantable(uuid, text[]) is
  'Raises LMRGT unless the signed-in user has all of these permissions.';

--! split: 1028-functions-organizations-require_performance_permission.sql
create or replace function app_hidden.require_performance_permission(
  organization_id uuid, performance_id uuid, permission text
)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  perform app_hidden.require_user_id();
  if not coalesce(
    app_hidden.has_performance_permission(
      require_performance_permission.organization_id,
      require_performance_permission.performance_id, require_performance_permission.permission
    ), false
  ) then
    perform app_hidden.require_permission(
      require_performance_permission.organization_id, require_performance_permission.permission
    );
  end if;
end
$$;

comment on function app_hidden.require_performance_permission(uuid, uuid, text) is
  'As require_permission, at the venue of a performance. Raises LMAUT, LMSES, LMRGT, LMNFD.';
grant execute on function app_hidden.require_performance_permission(uuid, uuid, text)
  to lml_anonymous, lml_user;

--! split: 1029-functions-organizations-require_venue_permission.sql
create or replace function app_hidden.require_venue_permission(
  organization_id uuid, venue_id uuid, permission text
)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  perform app_hidden.require_user_id();
  if coalesce(
      app_hidden.has_permission(
        require_venue_permission.organization_id, require_venue_permission.permission
      ), false
    )
    or require_venue_permission.venue_id in (
      select app_hidden.permitted_venue_ids(require_venue_permission.permission)
    )
  then
    return;
  end if;
  perform app_hidden.require_permission(
    require_venue_permission.organization_id, require_venue_permission.permission
  );
end
$$;

comment on function app_hidden.require_venue_permission(uuid, uuid, text) is
  'As require_permission, at a venue. Raises LMAUT, LMSES, LMRGT, LMNFD.';
grant execute on function app_hidden.require_venue_permission(uuid, uuid, text)
  to lml_anonymous, lml_user;

--! split: 1030-functions-organizations-resend_invitation.sql
create or replace function app_private.resend_invitation(invitation_id uuid, token text)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_invitation app_public.organization_invitations := app_private.lock_invitation(
    resend_invitation.invitation_id
  );
begin
  if v_invitation.accepted_at is not null or v_invitation.revoked_at is not null then
    raise exception 'This invitation was accepted or revoked.'
      using errcode = 'LMINV', hint = 'Invite again.';
  end if;
  return app_private.invite_member(
    v_invitation.organization_id, v_invitation.email::text, v_invitation.role,
    resend_invitation.token
  );
end
$$;

comment on function app_private.resend_invitation(uuid, text) is
  'Mails an open invitation again, with another token and for another seven days, ten times at '
  'most. Needs members.manage and all rights of its role. Raises LMNFD, LMRGT, LMINV, LMINP.';
grant execute on function app_private.resend_invitation(uuid, text) to lml_authenticator;

--! split: 1031-functions-organizations-revoke_invitation.sql
create or replace function app_public.revoke_invitation(invitation_id uuid)
returns app_public.organization_invitations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_invitation app_public.organization_invitations := app_private.lock_invitation(
    revoke_invitation.invitation_id
  );
begin
  if v_invitation.accepted_at is not null then
    raise exception 'This invitation was accepted.'
      using errcode = 'LMINV', hint = 'Remove the member instead.';
  end if;
  update app_public.organization_invitations as i
  set revoked_at = now(), revoked_by = app_hidden.current_user_id()
  where i.id = v_invitation.id and i.revoked_at is null
  returning * into v_invitation;
  select * into strict v_invitation
  from app_public.organization_invitations as i where i.id = revoke_invitation.invitation_id;
  return v_invitation;
end
$$;

comment on function app_public.revoke_invitation(uuid) is
  'Makes an invitation worthless. Needs members.manage. Raises LMNFD, LMRGT, LMINV (accepted).';
grant execute on function app_public.revoke_invitation(uuid) to lml_user;

--! split: 1032-functions-organizations-revoke_invitations_by.sql
-- Whoever may not invite any more has not invited.
create or replace function app_private.revoke_invitations_by(organization_id uuid, user_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_public.organization_invitations as i
  set revoked_at = now(), revoked_by = app_hidden.current_user_id()
  where i.organization_id = revoke_invitations_by.organization_id
    and i.invited_by = revoke_invitations_by.user_id
    and i.accepted_at is null
    and i.revoked_at is null;
end
$$;

comment on function app_private.revoke_invitations_by(uuid, uuid) is
  'Revokes the open invitations of a member.';

--! split: 1033-functions-organizations-revoke_member_permission.sql
create or replace function app_public.revoke_member_permission(member_id uuid, permission text)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_member app_public.organization_members := app_private.lock_member(
    revoke_member_permission.member_id
  );
begin
  delete from app_public.member_permissions as p
  where p.member_id = v_member.id
    and p.organization_id = v_member.organization_id
    and p.permission = revoke_member_permission.permission;
  return found;
end
$$;

comment on function app_public.revoke_member_permission(uuid, text) is
  'Takes an extra permission away: true, or false when the member had none. Needs members.manage '
  'and all that the member may do. Raises LMNFD, LMRGT.';
grant execute on function app_public.revoke_member_permission(uuid, text) to lml_user;

--! split: 1034-functions-organizations-revoke_venue_access.sql
create or replace function app_public.revoke_venue_access(member_id uuid, venue_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_member app_public.organization_members := app_private.lock_member(
    revoke_venue_access.member_id
  );
begin
  update app_public.user_venue_access as a
  set revoked_at = now(), revoked_by = app_hidden.current_user_id()
  where a.organization_id = v_member.organization_id
    and a.user_id = v_member.user_id
    and a.venue_id = revoke_venue_access.venue_id
    and a.revoked_at is null;
  return found;
end
$$;

comment on function app_public.revoke_venue_access(uuid, uuid) is
  'Takes a venue from a member: true, or false when the member did not have it. After the last '
  'one the member has none. Needs members.manage and all that the member may do. '
  'Raises LMNFD, LMRGT.';
grant execute on function app_public.revoke_venue_access(uuid, uuid) to lml_user;

--! split: 1035-functions-organizations-revoke_venues.sql
create or replace function app_private.revoke_venues(organization_id uuid, user_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_public.user_venue_access as a
  set revoked_at = now(), revoked_by = app_hidden.current_user_id()
  where a.organization_id = revoke_venues.organization_id
    and a.user_id = revoke_venues.user_id
    and a.revoked_at is null;
end
$$;

comment on function app_private.revoke_venues(uuid, uuid) is 'Ends all of a member''s grants.';

--! split: 1036-functions-organizations-send_invitation.sql
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
    )
  )
  from app_public.organizations as o where o.id = v_invitation.organization_id;
end
$$;

comment on function app_private.send_invitation(uuid, text) is
  'Makes this the only token of an invitation, and mails it. Raises LMINP.';

--! split: 1037-functions-organizations-suspend_member.sql
create or replace function app_public.suspend_member(member_id uuid)
returns app_public.organization_members
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_member app_public.organization_members := app_private.lock_member(suspend_member.member_id);
begin
  update app_public.organization_members as m
  set status = 'suspended'
  where m.id = v_member.id and m.status <> 'suspended';
  perform app_private.revoke_invitations_by(v_member.organization_id, v_member.user_id);
  select * into strict v_member from app_public.organization_members as m
  where m.id = v_member.id;
  return v_member;
end
$$;

comment on function app_public.suspend_member(uuid) is
  'Puts a member''s rights out of force, and revokes the member''s open invitations. '
  'Needs members.manage and all that the member may do. Raises LMNFD, LMRGT, LMOWN (the last owner).';
grant execute on function app_public.suspend_member(uuid) to lml_user;

--! split: 1038-functions-organizations-suspend_organization.sql
-- The events follow by their foreign key, in the same statement: nothing more is sold from the
-- moment this commits. Tickets that were sold stay good, and who has begun to pay gets theirs.
create or replace function app_public.suspend_organization(organization_id uuid, reason text)
returns app_public.organizations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_platform_role('support', 'security');
  v_organization := app_private.lock_any_organization(suspend_organization.organization_id);
  if v_organization.status = 'suspended' then
    return v_organization;
  end if;
  if v_organization.status = 'banned' then
    perform app_private.raise_not_active(v_organization);
  end if;
  insert into app_public.organization_suspensions (organization_id, reason, suspended_by)
  values (v_organization.id, suspend_organization.reason, app_hidden.current_user_id());
  update app_public.organizations as o
  set status = 'suspended'
  where o.id = v_organization.id
  returning * into v_organization;
  return v_organization;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.suspend_organization(uuid, text) is
  'Stops all sales of an organization; its tickets stay good. Suspending again changes nothing. '
  'For the platform''s support and security. Raises LMNFD, LMRGT, LMINP, LMORG (banned), LMAUT.';
grant execute on function app_public.suspend_organization(uuid, text) to lml_user;

--! split: 1039-functions-organizations-tg_organization_members__keep_an_owner.sql
-- Two owners who leave at once would each see the other one. Writing to the organization makes the
-- second wait, and then look again; under a stricter isolation than read committed, it fails.
create or replace function app_hidden.tg_organization_members__keep_an_owner()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_public.organizations as o
  set updated_at = now()
  where o.id = old.organization_id;
  if not exists (
    select from app_public.organization_members as m
    where m.organization_id = old.organization_id and m.role = 'owner' and m.status = 'active'
  ) then
    raise exception 'An organization has an owner at all times.'
      using errcode = 'LMOWN', detail = old.organization_id::text,
        hint = 'Transfer the ownership first.';
  end if;
  return null;
end
$$;

comment on function app_hidden.tg_organization_members__keep_an_owner() is 'Raises LMOWN.';

create or replace trigger _200_keep_an_owner_on_update
  after update of role, status, organization_id on app_public.organization_members
  for each row
  when (
    old.role = 'owner' and old.status = 'active'
    and (
      new.role <> 'owner' or new.status <> 'active'
      or new.organization_id <> old.organization_id
    )
  )
  execute function app_hidden.tg_organization_members__keep_an_owner();

create or replace trigger _200_keep_an_owner_on_delete
  after delete on app_public.organization_members
  for each row when (old.role = 'owner' and old.status = 'active')
  execute function app_hidden.tg_organization_members__keep_an_owner();

--! split: 1040-functions-organizations-transfer_ownership.sql
create or replace function app_public.transfer_ownership(organization_id uuid, member_id uuid)
returns app_public.organization_members
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations := app_private.lock_organization(
    transfer_ownership.organization_id, 'organization.own'
  );
  v_member app_public.organization_members;
begin
  select * into v_member
  from app_public.organization_members as m
  where m.organization_id = v_organization.id and m.id = transfer_ownership.member_id
  for update;
  if not found then
    raise exception 'There is no such member, or it is not yours.'
      using errcode = 'LMNFD', detail = 'member_id';
  end if;
  if v_member.user_id = app_hidden.current_user_id() then
    return v_member;
  end if;
  if v_member.status <> 'active' then
    raise exception 'The membership is %.', v_member.status
      using errcode = 'LMINP', detail = 'member_id', hint = 'Reactivate the member first.';
  end if;

  perform app_private.revoke_venues(v_organization.id, v_member.user_id);
  -- The new one first: there is an owner at all times.
  update app_public.organization_members as m
  set role = 'owner', venues_restricted = false
  where m.id = v_member.id
  returning * into v_member;
  update app_public.organization_members as m
  set role = 'admin'
  where m.organization_id = v_organization.id
    and m.user_id = app_hidden.current_user_id()
    and m.role = 'owner';
  return v_member;
end
$$;

comment on function app_public.transfer_ownership(uuid, uuid) is
  'Makes a member an owner, and the calling owner an admin. Needs organization.own. '
  'Raises LMNFD, LMRGT, LMINP (not active).';
grant execute on function app_public.transfer_ownership(uuid, uuid) to lml_user;

--! split: 1041-functions-organizations-update_organization.sql
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
    get stacked diagnostics v_constraint = constraint_name;
    if v_constraint = 'organizations_slug_is_unique' then
      perform app_hidden.raise_slug_taken(update_organization.slug);
    end if;
    raise exception 'Another organization has this domain.'
      using errcode = 'LMINP', detail = 'custom_domain';
end
$$;

comment on function app_public.update_organization(
  uuid, text, text, text, text, text, text, jsonb, text, text, text, text, text, text, text
) is
  'Changes the public profile: null leaves a value as it is, an empty text removes it. Events '
  'keep their currency. Needs organization.manage. Raises LMNFD, LMRGT, LMINP, LMSLG, LMCUR.';
grant execute on function app_public.update_organization(
  uuid, text, text, text, text, text, text, jsonb, text, text, text, text, text, text, text
) to lml_user;

--! split: 1042-functions-organizations-update_organization_settings.sql
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
  minimum_payout_cents bigint default null
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
    )
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
  boolean, app_public.business_type, text, text, app_public.payout_schedule, bigint
) is
  'Changes terms and deadlines for new events, and legal and payout details: null leaves a value '
  'as it is, an empty text removes it. Needs organization.manage. Raises LMNFD, LMRGT, LMINP.';
grant execute on function app_public.update_organization_settings(
  uuid, numeric, bigint, numeric, bigint, boolean, integer, integer, integer, integer, boolean,
  boolean, app_public.business_type, text, text, app_public.payout_schedule, bigint
) to lml_user;

--! split: 1043-functions-venues-import_venue_layout.sql
create or replace function app_public.import_venue_layout(
  venue_id uuid, document text, sha256 text,
  source app_public.layout_source default 'upload', source_reference text default null
)
returns app_public.venue_layouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid;
begin
  select v.organization_id into v_organization_id
  from app_public.venues as v where v.id = import_venue_layout.venue_id;
  perform app_hidden.require_venue_permission(
    v_organization_id, import_venue_layout.venue_id, 'venues.manage'
  );
  return app_private.store_layout(
    import_venue_layout.venue_id, import_venue_layout.document, import_venue_layout.sha256,
    import_venue_layout.source, import_venue_layout.source_reference
  );
end
$$;

comment on function app_public.import_venue_layout(
  uuid, text, text, app_public.layout_source, text
) is
  'Adds a version of a venue''s seating plan; the same document again returns the version it has. '
  'Needs venues.manage. Raises LMHSH (wrong hash), LMLAY (malformed), LMXYR (seat outside 0..1), '
  'LMDUP (duplicate seat), LMNFD, LMRGT.';
grant execute on function app_public.import_venue_layout(
  uuid, text, text, app_public.layout_source, text
) to lml_user;

--! split: 1044-functions-events-create_event.sql
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
      hold_seconds_max, tickets_per_booking_max
    )
    select
      o.id, create_event.venue_id, create_event.title, create_event.slug,
      create_event.description, coalesce(create_event.currency, o.default_currency),
      coalesce(create_event.sales_start, now()), create_event.sales_end,
      create_event.tax_rate_id, coalesce(create_event.blocked_sections, '{}'),
      s.service_fee_percentage, s.service_fee_fixed_cents,
      s.processing_fee_percentage, s.processing_fee_fixed_cents, s.commission_percentage,
      o.status, coalesce(t.percentage, 0), s.allow_guest_checkout, s.hold_seconds,
      s.checkout_seconds, s.hold_seconds_max, s.tickets_per_booking_max
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

--! split: 1045-functions-events-lock_event.sql
-- Whoever changes an event waits for the others who do: first in the order of locks.
create or replace function app_private.lock_event(event_id uuid, permission text)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events;
begin
  select * into v_event
  from app_public.events as e
  where e.id = lock_event.event_id
  for no key update;
  perform app_hidden.require_venue_permission(
    v_event.organization_id, v_event.venue_id, lock_event.permission
  );
  return v_event;
end
$$;

comment on function app_private.lock_event(uuid, text) is
  'The event, locked, if the caller has the permission. Raises LMNFD, LMRGT, LMAUT, LMSES.';

--! split: 1046-functions-events-publish_event.sql
create or replace function app_public.publish_event(event_id uuid)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations;
  v_event app_public.events;
  v_performance_id uuid;
begin
  -- Before the event, as whoever suspends an organization does.
  select o.* into v_organization
  from app_public.events as e
  join app_public.organizations as o on o.id = e.organization_id
  where e.id = publish_event.event_id
  for no key update of o;
  v_event := app_private.lock_event(publish_event.event_id, 'events.manage');
  if v_event.status = 'published' then
    return v_event;
  end if;
  if v_event.status <> 'draft' then
    raise exception 'The event is %.', v_event.status
      using errcode = 'LMEVT', detail = v_event.id::text;
  end if;
  if v_organization.status <> 'active' then
    perform app_private.raise_not_active(v_organization);
  end if;
  perform app_private.require_event_limit(v_event.organization_id);
  if not exists (
    select from app_public.performances as p
    where p.organization_id = v_event.organization_id and p.event_id = v_event.id
  ) then
    raise exception 'The event has no performance.'
      using errcode = 'LMPUB', hint = 'Add one with create_performance.';
  end if;

  for v_performance_id in
    select p.id from app_public.performances as p
    where p.organization_id = v_event.organization_id and p.event_id = v_event.id
    order by p.id
  loop
    perform app_private.create_inventory(v_performance_id);
  end loop;

  update app_public.events as e
  set status = 'published', published_at = now()
  where e.id = v_event.id
  returning * into v_event;
  return v_event;
end
$$;

comment on function app_public.publish_event(uuid) is
  'Creates the inventory of every performance and opens the event to the public; publishing a '
  'published event changes nothing. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMEVT, LMORG (the organization is suspended), LMLIM (the plan''s limit), '
  'LMPUB (no performance, or a seat without exactly one category).';
grant execute on function app_public.publish_event(uuid) to lml_user;

--! split: 1047-functions-events-require_event_limit.sql
-- The organization is locked, so that two events that are published at once are counted one after
-- the other. A publication counts in its month for ever, whatever becomes of the event.
create or replace function app_private.require_event_limit(organization_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_limit integer;
  v_published bigint;
begin
  select coalesce(s.monthly_event_limit, t.monthly_event_limit) into strict v_limit
  from app_public.organization_settings as s
  join app_public.subscription_tiers as t on t.tier = s.subscription_tier
  where s.organization_id = require_event_limit.organization_id;
  if v_limit is null then
    return;
  end if;
  select count(*) into v_published
  from app_public.events as e
  where e.organization_id = require_event_limit.organization_id
    and e.published_at >= date_trunc('month', now(), 'UTC');
  if v_published >= v_limit then
    raise exception 'The plan allows % events a month.', v_limit
      using errcode = 'LMLIM', detail = 'monthly_event_limit',
        hint = 'Publish next month, or take another plan.';
  end if;
end
$$;

comment on function app_private.require_event_limit(uuid) is
  'Raises LMLIM when an organization, which is locked, has published what its plan allows.';

--! split: 1048-functions-inventory-seat_map.sql
create or replace function app_public.seat_map(performance_id uuid)
returns app_public.seat_map
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_map app_public.seat_map;
  v_organization_id uuid;
begin
  select p.organization_id, p.id, l.id, l.sha256
  into v_organization_id, v_map.performance_id, v_map.layout_id, v_map.layout_sha256
  from app_public.performances as p
  join app_public.events as e on e.id = p.event_id
  join app_public.venue_layouts as l
    on l.organization_id = p.organization_id and l.id = p.layout_id
  where p.id = seat_map.performance_id
    and (
      e.status in ('published', 'postponed', 'completed')
      or app_hidden.has_performance_permission(p.organization_id, p.id, 'events.read')
    );
  if not found then
    return null;
  end if;

  select
    string_agg(
      case
        when s.status = 'available' or (s.status = 'locked' and s.locked_until <= now()) then 'a'
        when s.status = 'locked' then 'l'
        when s.status = 'booked' then 'b'
        when s.status = 'reserved' then 'r'
        else 'x'
      end,
      '' order by s.seat_no
    ),
    array_agg(s.category_no order by s.seat_no)
  into v_map.availability, v_map.category_nos
  from app_public.seat_booking_state as s
  where s.organization_id = v_organization_id and s.performance_id = v_map.performance_id;
  return v_map;
end
$$;

comment on function app_public.seat_map(uuid) is
  'What is free at a performance now; null when there is no such performance, or not for you.';
grant execute on function app_public.seat_map(uuid) to lml_anonymous, lml_user;

--! split: 1049-functions-bookings-acquire_seat_lock.sql
-- The single-seat form of hold_seats, for programs that were written against it.
create or replace function app_public.acquire_seat_lock(
  event_id uuid, seat_id text, user_id uuid, booking_id uuid default null,
  lock_duration_minutes integer default 10
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_caller_id uuid := app_hidden.require_user_id();
  v_booking app_public.bookings;
  v_performance_id uuid;
  v_sale app_private.sale;
  v_buyer app_private.buyer;
begin
  if acquire_seat_lock.lock_duration_minutes is null
    or acquire_seat_lock.lock_duration_minutes not between 1 and 1440
  then
    raise exception 'A lock lasts 1 to 1440 minutes.'
      using errcode = 'LMINP', detail = 'lock_duration_minutes';
  end if;

  if acquire_seat_lock.booking_id is not null then
    v_booking := app_private.lock_booking(acquire_seat_lock.booking_id, 'bookings.manage');
    perform app_private.require_open_draft(v_booking);
    v_performance_id := v_booking.performance_id;
  end if;
  v_sale := app_private.open_sale(
    coalesce(v_performance_id, app_private.only_performance_of(acquire_seat_lock.event_id)),
    array[acquire_seat_lock.seat_id]
  );
  if v_sale.event_id is distinct from acquire_seat_lock.event_id then
    raise exception 'The booking is for another event.' using errcode = 'LMBKG';
  end if;
  if acquire_seat_lock.user_id is distinct from coalesce(v_booking.user_id, v_caller_id)
    or (
      acquire_seat_lock.user_id <> v_caller_id
      and not app_hidden.has_performance_permission(
        v_sale.organization_id, v_sale.performance_id, 'bookings.manage'
      )
    )
  then
    raise exception 'The user must be the caller, who owns the booking.' using errcode = 'LMRGT';
  end if;

  v_buyer.user_id := acquire_seat_lock.user_id;
  begin
    if v_booking.id is null then
      perform app_private.take_seats(
        v_sale, uuidv7(),
        now() + make_interval(
          secs => least(acquire_seat_lock.lock_duration_minutes * 60, v_sale.hold_seconds_max)
        ),
        v_buyer
      );
    else
      perform app_private.hold_for_draft(v_booking, v_sale);
    end if;
  exception
    when sqlstate 'LMTKN' then
      return false;
  end;
  return true;
end
$$;

comment on function app_public.acquire_seat_lock(uuid, text, uuid, uuid, integer) is
  'Locks one seat: true, or false when somebody else has it. The user must be the caller, or the '
  'owner of the booking when staff calls. A booking''s deadline stays as it is; a new booking '
  'lasts as long as asked, within the organization''s maximum. '
  'Raises LMAUT, LMSES, LMRGT, LMBKG, LMBST, LMEXP, LMINP, LMSEA, LMEVT, LMSAL, LMQTY, LMNFD.';
grant execute on function app_public.acquire_seat_lock(uuid, text, uuid, uuid, integer)
  to lml_user;

--! split: 1050-functions-bookings-cancel_booking.sql
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
  if v_booking.status not in ('draft', 'pending_payment', 'confirmed') then
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

--! split: 1051-functions-bookings-lock_booking.sql
-- Every change of a booking begins here: the booking is locked before any of its seats, and each
-- transaction locks only bookings that are its own business, so that none waits in a circle.
create or replace function app_private.lock_booking(booking_id uuid, permission text)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_buyer app_private.buyer;
  v_booking app_public.bookings;
begin
  v_buyer.user_id := app_hidden.current_user_id();
  v_buyer.cart_token_hash := app_hidden.current_cart_hash();

  select * into v_booking
  from app_public.bookings as b
  where b.id = lock_booking.booking_id
    and (
      b.user_id = v_buyer.user_id
      or b.cart_token_hash = v_buyer.cart_token_hash
      or app_hidden.has_performance_permission(
        b.organization_id, b.performance_id, lock_booking.permission
      )
    )
  for no key update;
  if v_booking.id is null then
    -- A dead session or a missing token is more often the reason than a wrong id.
    perform app_private.require_buyer();
    raise exception 'There is no such booking, or it is not yours.'
      using errcode = 'LMBKG', detail = format('%s', lock_booking.booking_id);
  end if;
  return v_booking;
end
$$;

comment on function app_private.lock_booking(uuid, text) is
  'The booking, locked, for its owner or for staff with the permission. '
  'Raises LMBKG, LMSES, LMCRT.';

--! split: 1052-functions-bookings-release_seat_lock.sql
create or replace function app_public.release_seat_lock(
  event_id uuid, seat_id text, user_id uuid
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_caller_id uuid := app_hidden.require_user_id();
  v_booking_id uuid;
begin
  select b.id into v_booking_id
  from app_public.performances as p
  join app_public.layout_seats as l
    on l.organization_id = p.organization_id and l.layout_id = p.layout_id
  join app_public.seat_booking_state as s
    on s.organization_id = p.organization_id
    and s.performance_id = p.id
    and s.seat_no = l.seat_no
  join app_public.bookings as b
    on b.organization_id = s.organization_id and b.id = s.booking_id
  where p.event_id = release_seat_lock.event_id
    and l.seat_id = release_seat_lock.seat_id
    and s.status = 'locked'
    and s.locked_until > now()
    and b.status = 'draft'
    and b.user_id = release_seat_lock.user_id
    and (
      b.user_id = v_caller_id
      or app_hidden.has_performance_permission(
        b.organization_id, b.performance_id, 'bookings.manage'
      )
    )
  limit 1;
  if not found then
    return false;
  end if;
  perform app_public.release_seats(v_booking_id, array[release_seat_lock.seat_id]);
  return true;
end
$$;

comment on function app_public.release_seat_lock(uuid, text, uuid) is
  'Lets one seat of the user''s draft go: true, or false when it holds no such seat. The user must '
  'be the caller, unless staff calls. Raises LMAUT, LMSES, LMEXP, LMBST, LMSAL, LMEVT.';
grant execute on function app_public.release_seat_lock(uuid, text, uuid) to lml_user;

--! split: 1053-functions-bookings-start_checkout.sql
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
begin
  if app_private.replay_result(
    start_checkout.idempotency_key, 'start_checkout',
    jsonb_build_array(
      start_checkout.booking_id, start_checkout.email, start_checkout.first_name,
      start_checkout.last_name, start_checkout.phone
    )
  ) is not null then
    return v_booking;
  end if;
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(v_booking.performance_id);
  if not exists (
    select from app_public.booking_items as i
    where i.organization_id = v_booking.organization_id and i.booking_id = v_booking.id
  ) then
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

  if v_booking.total_amount_cents = 0 then
    perform app_private.confirm_booking(v_booking.id);
  else
    update app_public.bookings as b
    set status = 'pending_payment' where b.id = v_booking.id;
    perform app_private.request_payment(v_booking);
  end if;
  perform app_private.keep_result(start_checkout.idempotency_key, v_booking.id);
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  return v_booking;
end
$$;

comment on function app_public.start_checkout(uuid, text, text, text, text, text) is
  'Freezes a draft, prolongs its hold and asks for the payment; a free booking is confirmed at '
  'once. A user''s own address and name are the defaults. '
  'Raises LMBKG, LMBST, LMEXP, LMCON (no e-mail address), LMQTY (empty), LMEVT, LMSAL, LMINP, '
  'LMSES, LMCRT, LMIDK, LMLIM (the organization''s plan).';
grant execute on function app_public.start_checkout(uuid, text, text, text, text, text)
  to lml_anonymous, lml_user;

--! split: 1054-functions-payments-require_revenue_limit.sql
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
    and a.kind in ('organizer_payable', 'platform_commission')
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

--! split: 1055-functions-tickets-scan_ticket.sql
-- A refusal is a result, not an exception: raising would undo the record of the attempt.
create or replace function app_public.scan_ticket(
  performance_id uuid, credential text, gate text default null, device text default null
)
returns app_public.ticket_scans
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid;
  v_ticket app_public.tickets;
  v_result app_public.scan_result;
  v_scan app_public.ticket_scans;
begin
  select p.organization_id into v_organization_id
  from app_public.performances as p where p.id = scan_ticket.performance_id;
  perform app_hidden.require_performance_permission(
    v_organization_id, scan_ticket.performance_id, 'tickets.scan'
  );

  if length(scan_ticket.gate) > 50 or length(scan_ticket.device) > 100 then
    raise exception 'Names of gates have at most 50 characters, of devices 100.'
      using errcode = 'LMINP', detail = 'gate, device';
  end if;

  -- Tickets of other organizations are simply unknown here.
  select t.* into v_ticket
  from app_private.ticket_credentials as c
  join app_public.tickets as t on t.organization_id = c.organization_id and t.id = c.ticket_id
  where c.credential_hash = app_hidden.hash_token(scan_ticket.credential)
    and c.organization_id = v_organization_id;

  if v_ticket.id is null then
    v_result := 'invalid';
  elsif v_ticket.performance_id <> scan_ticket.performance_id then
    v_result := 'wrong_event';
  else
    v_result := app_private.use_ticket(v_ticket.organization_id, v_ticket.id);
  end if;

  insert into app_public.ticket_scans (
    organization_id, performance_id, ticket_id, result, code, gate, device, scanned_by
  )
  values (
    v_organization_id, scan_ticket.performance_id, v_ticket.id, v_result,
    case v_result
      when 'already_scanned' then 'LMTUS'
      when 'canceled' then 'LMTVD'
      when 'wrong_event' then 'LMTFO'
      when 'invalid' then 'LMTUK'
    end,
    scan_ticket.gate, scan_ticket.device, app_hidden.current_user_id()
  )
  returning * into v_scan;
  return v_scan;
end
$$;

comment on function app_public.scan_ticket(uuid, text, text, text) is
  'Lets the holder of a QR code in, once. The result says why not, with the code LMTUS (used), '
  'LMTVD (canceled), LMTFO (another performance) or LMTUK (unknown); each attempt is recorded. '
  'Needs tickets.scan. Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.scan_ticket(uuid, text, text, text) to lml_user;

--! split: 1056-functions-audit-check_invariants.sql
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
      and b.status in ('draft', 'pending_payment', 'confirmed', 'completed')
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
      (b.status in ('draft', 'pending_payment') and b.expires_at > now())
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
    and b.status in ('draft', 'pending_payment')
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
    'ticket_has_its_credential', t.organization_id, t.id,
    format('ticket %s has no credential', t.ticket_number)
  from app_public.tickets as t
  where not exists (
    select from app_private.ticket_credentials as c
    where c.organization_id = t.organization_id and c.ticket_id = t.id
  )

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

--! split: 1057-policies-organizations-invitation_tokens.sql
-- Reached through definer functions only.
alter table app_private.invitation_tokens enable row level security;
alter table app_private.invitation_tokens force row level security;

drop policy if exists all_owner on app_private.invitation_tokens;
create policy all_owner on app_private.invitation_tokens
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.invitation_tokens from public;

--! split: 1058-policies-organizations-member_permissions.sql
-- Whoever sees the member.
alter table app_public.member_permissions enable row level security;
alter table app_public.member_permissions force row level security;

drop policy if exists all_owner on app_public.member_permissions;
create policy all_owner on app_public.member_permissions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_member on app_public.member_permissions;
create policy select_with_member on app_public.member_permissions
  for select to lml_user
  using (exists (
    select from app_public.organization_members as m
    where m.organization_id = member_permissions.organization_id
      and m.id = member_permissions.member_id
  ));

revoke all on app_public.member_permissions from public;
grant select on app_public.member_permissions to lml_user;

--! split: 1059-policies-organizations-organization_invitations.sql
-- For who may read members.
alter table app_public.organization_invitations enable row level security;
alter table app_public.organization_invitations force row level security;

drop policy if exists all_owner on app_public.organization_invitations;
create policy all_owner on app_public.organization_invitations
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.organization_invitations;
create policy select_member on app_public.organization_invitations
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('members.read')));

revoke all on app_public.organization_invitations from public;
grant select on app_public.organization_invitations to lml_user;

--! split: 1060-policies-organizations-organization_settings.sql
-- Terms are the business of its members.
alter table app_public.organization_settings enable row level security;
alter table app_public.organization_settings force row level security;

drop policy if exists all_owner on app_public.organization_settings;
create policy all_owner on app_public.organization_settings
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.organization_settings;
create policy select_member on app_public.organization_settings
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('organization.read')));

drop policy if exists select_staff on app_public.organization_settings;
create policy select_staff on app_public.organization_settings
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.organization_settings from public;
grant select on app_public.organization_settings to lml_user;

--! split: 1061-policies-organizations-organization_suspensions.sql
-- For members, and for the platform's staff.
alter table app_public.organization_suspensions enable row level security;
alter table app_public.organization_suspensions force row level security;

drop policy if exists all_owner on app_public.organization_suspensions;
create policy all_owner on app_public.organization_suspensions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.organization_suspensions;
create policy select_member on app_public.organization_suspensions
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('organization.read')));

drop policy if exists select_staff on app_public.organization_suspensions;
create policy select_staff on app_public.organization_suspensions
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.organization_suspensions from public;
grant select on app_public.organization_suspensions to lml_user;

--! split: 1062-policies-organizations-organization_verifications.sql
-- For who manages the organization, and for the platform's staff.
alter table app_public.organization_verifications enable row level security;
alter table app_public.organization_verifications force row level security;

drop policy if exists all_owner on app_public.organization_verifications;
create policy all_owner on app_public.organization_verifications
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.organization_verifications;
create policy select_member on app_public.organization_verifications
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('organization.manage')));

drop policy if exists select_staff on app_public.organization_verifications;
create policy select_staff on app_public.organization_verifications
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.organization_verifications from public;
grant select on app_public.organization_verifications to lml_user;

--! split: 1063-policies-organizations-organizations.sql
-- An active organization is public; its members always see it.
alter table app_public.organizations enable row level security;
alter table app_public.organizations force row level security;

drop policy if exists all_owner on app_public.organizations;
create policy all_owner on app_public.organizations
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_active on app_public.organizations;
create policy select_active on app_public.organizations
  for select to lml_anonymous, lml_user
  using (status = 'active');

drop policy if exists select_member on app_public.organizations;
create policy select_member on app_public.organizations
  for select to lml_user
  using (id in (select app_hidden.permitted_organization_ids('organization.read')));

drop policy if exists select_staff on app_public.organizations;
create policy select_staff on app_public.organizations
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.organizations from public;
grant select on app_public.organizations to lml_anonymous, lml_user;

--! split: 1064-policies-organizations-subscription_tiers.sql
-- Plans are no secret.
alter table app_public.subscription_tiers enable row level security;
alter table app_public.subscription_tiers force row level security;

drop policy if exists all_owner on app_public.subscription_tiers;
create policy all_owner on app_public.subscription_tiers
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_all on app_public.subscription_tiers;
create policy select_all on app_public.subscription_tiers
  for select to lml_anonymous, lml_user
  using (true);

revoke all on app_public.subscription_tiers from public;
grant select on app_public.subscription_tiers to lml_anonymous, lml_user;

--! split: 1065-policies-organizations-user_venue_access.sql
-- One sees one's own; who may read members sees all of the organization.
alter table app_public.user_venue_access enable row level security;
alter table app_public.user_venue_access force row level security;

drop policy if exists all_owner on app_public.user_venue_access;
create policy all_owner on app_public.user_venue_access
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.user_venue_access;
create policy select_own on app_public.user_venue_access
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_member on app_public.user_venue_access;
create policy select_member on app_public.user_venue_access
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('members.read')));

revoke all on app_public.user_venue_access from public;
grant select on app_public.user_venue_access to lml_user;

--! split: 1066-policies-venues-venue_layouts.sql
-- A layout is public once a public performance uses it.
alter table app_public.venue_layouts enable row level security;
alter table app_public.venue_layouts force row level security;

drop policy if exists all_owner on app_public.venue_layouts;
create policy all_owner on app_public.venue_layouts
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_public on app_public.venue_layouts;
create policy select_public on app_public.venue_layouts
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.performances as p
    where p.organization_id = venue_layouts.organization_id and p.layout_id = venue_layouts.id
  ));

drop policy if exists select_member on app_public.venue_layouts;
create policy select_member on app_public.venue_layouts
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('venues.read')));

drop policy if exists select_member_of_venue on app_public.venue_layouts;
create policy select_member_of_venue on app_public.venue_layouts
  for select to lml_user
  using (venue_id in (select app_hidden.permitted_venue_ids('venues.read')));

revoke all on app_public.venue_layouts from public;
grant select on app_public.venue_layouts to lml_anonymous, lml_user;

--! split: 1067-policies-venues-venues.sql
-- A venue is public once something public happens there.
alter table app_public.venues enable row level security;
alter table app_public.venues force row level security;

drop policy if exists all_owner on app_public.venues;
create policy all_owner on app_public.venues
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_public on app_public.venues;
create policy select_public on app_public.venues
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.events as e
    where e.organization_id = venues.organization_id and e.venue_id = venues.id
  ));

drop policy if exists select_member on app_public.venues;
create policy select_member on app_public.venues
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('venues.read')));

drop policy if exists select_member_of_venue on app_public.venues;
create policy select_member_of_venue on app_public.venues
  for select to lml_user
  using (id in (select app_hidden.permitted_venue_ids('venues.read')));

revoke all on app_public.venues from public;
grant select on app_public.venues to lml_anonymous, lml_user;

--! split: 1068-policies-events-events.sql
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
  using (status in ('published', 'postponed', 'completed'));

drop policy if exists select_member on app_public.events;
create policy select_member on app_public.events
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('events.read')));

drop policy if exists select_member_of_venue on app_public.events;
create policy select_member_of_venue on app_public.events
  for select to lml_user
  using (venue_id in (select app_hidden.permitted_venue_ids('events.read')));

revoke all on app_public.events from public;
grant select on app_public.events to lml_anonymous, lml_user;

--! split: 1069-policies-inventory-seat_booking_state.sql
-- Who has which seat is for members; the public reads seat_map, which does not tell.
alter table app_public.seat_booking_state enable row level security;
alter table app_public.seat_booking_state force row level security;

drop policy if exists all_owner on app_public.seat_booking_state;
create policy all_owner on app_public.seat_booking_state
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.seat_booking_state;
create policy select_member on app_public.seat_booking_state
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('inventory.read')));

drop policy if exists select_member_of_venue on app_public.seat_booking_state;
create policy select_member_of_venue on app_public.seat_booking_state
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('inventory.read')));

revoke all on app_public.seat_booking_state from public;
grant select on app_public.seat_booking_state to lml_user;

--! split: 1070-policies-bookings-bookings.sql
-- The owner, by account or by cart token, and staff.
alter table app_public.bookings enable row level security;
alter table app_public.bookings force row level security;

drop policy if exists all_owner on app_public.bookings;
create policy all_owner on app_public.bookings
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.bookings;
create policy select_own on app_public.bookings
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_cart on app_public.bookings;
create policy select_cart on app_public.bookings
  for select to lml_anonymous, lml_user
  using (cart_token_hash = (select app_hidden.current_cart_hash()));

drop policy if exists select_member on app_public.bookings;
create policy select_member on app_public.bookings
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('bookings.read')));

drop policy if exists select_member_of_venue on app_public.bookings;
create policy select_member_of_venue on app_public.bookings
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('bookings.read')));

revoke all on app_public.bookings from public;
grant select on app_public.bookings to lml_anonymous, lml_user;

--! split: 1071-policies-tickets-ticket_scans.sql
-- Staff sees what happened at its doors.
alter table app_public.ticket_scans enable row level security;
alter table app_public.ticket_scans force row level security;

drop policy if exists all_owner on app_public.ticket_scans;
create policy all_owner on app_public.ticket_scans
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.ticket_scans;
create policy select_member on app_public.ticket_scans
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('tickets.read')));

drop policy if exists select_member_of_venue on app_public.ticket_scans;
create policy select_member_of_venue on app_public.ticket_scans
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('tickets.read')));

revoke all on app_public.ticket_scans from public;
grant select on app_public.ticket_scans to lml_user;

--! split: 1072-policies-tickets-tickets.sql
-- The owner of the booking, and staff at the door or on the telephone.
alter table app_public.tickets enable row level security;
alter table app_public.tickets force row level security;

drop policy if exists all_owner on app_public.tickets;
create policy all_owner on app_public.tickets
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.tickets;
create policy select_own on app_public.tickets
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = tickets.organization_id
      and b.id = tickets.booking_id
      and (
        b.user_id = (select app_hidden.current_user_id())
        or b.cart_token_hash = (select app_hidden.current_cart_hash())
      )
  ));

drop policy if exists select_member on app_public.tickets;
create policy select_member on app_public.tickets
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('tickets.read')));

drop policy if exists select_member_of_venue on app_public.tickets;
create policy select_member_of_venue on app_public.tickets
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('tickets.read')));

revoke all on app_public.tickets from public;
grant select on app_public.tickets to lml_anonymous, lml_user;
