-- What is known about people: of which class each column is, how long things are kept, what people
-- agreed to, and who asked for what is known or wants it forgotten.

create type app_private.data_class as enum (
  'public', 'internal', 'financial', 'personal', 'sensitive', 'secret'
);
comment on type app_private.data_class is 'How a column is to be treated.';

create type app_private.erasure_action as enum ('anonymize', 'delete', 'keep');
comment on type app_private.erasure_action is 'What becomes of a column when its person is erased.';

create type app_private.person as (
  user_id uuid,
  customer_ids uuid[],
  booking_ids uuid[],
  emails public.citext[]
);
comment on type app_private.person is
  'Somebody about whom things are stored: as a user, as the customer of organizations, or both.';

create type app_private.retention_action as enum ('delete', 'anonymize', 'erase');
comment on type app_private.retention_action is 'What becomes of a row that was kept long enough.';

create table app_private.retention_rules (
  rule text primary key,
  description text not null,
  relation text not null,
  action app_private.retention_action not null,
  since text not null,
  condition text not null default 'true',
  kept_for interval not null,
  is_enabled boolean not null default true,
  constraint retention_rules_rule_is_a_name check (rule ~ '^[a-z][a-z_]{1,62}$'),
  constraint retention_rules_relation_has_a_schema
    check (relation ~ '^app_(public|hidden|private)\.[a-z_]+$'),
  -- Stripe sends an event again for three days, and calls are tried again for a day.
  constraint retention_rules_keep_a_week_at_least check (kept_for >= interval '7 days')
);

comment on table app_private.retention_rules is
  'How long things are kept. Expressions are code: only the owner of the database writes here.';
comment on column app_private.retention_rules.rule is 'Name.';
comment on column app_private.retention_rules.description is 'The same in words.';
comment on column app_private.retention_rules.relation is 'Table.';
comment on column app_private.retention_rules.action is
  'delete the row, anonymize its personal columns, or erase the user who it is.';
comment on column app_private.retention_rules.since is
  'Expression over the row, which is called t: from when on it is kept; null: for ever.';
comment on column app_private.retention_rules.condition is 'Which rows, in the same way.';
comment on column app_private.retention_rules.kept_for is 'How long they are kept from then on.';
comment on column app_private.retention_rules.is_enabled is 'Whether the rule is in force.';

insert into app_private.retention_rules (
  rule, description, relation, action, kept_for, since, condition
)
values
  (
    'ended_sessions', 'Sessions that have ended, with their addresses and programs.',
    'app_public.user_sessions', 'delete', '90 days', 'least(t.revoked_at, t.expires_at)', 'true'
  ),
  (
    'spent_tokens', 'Mailed tokens that were used or are too old.',
    'app_private.user_tokens', 'delete', '7 days', 'least(t.used_at, t.expires_at)', 'true'
  ),
  (
    'sent_emails', 'To whom what was mailed.',
    'app_private.outgoing_emails', 'delete', '30 days', 't.sent_at', 'true'
  ),
  (
    'applied_stripe_events', 'What Stripe sent, once it is in the books.',
    'app_private.stripe_events', 'delete', '90 days', 't.applied_at', 'true'
  ),
  (
    'idempotency_keys', 'First results of calls that nobody repeats any more.',
    'app_private.idempotency_keys', 'delete', '30 days', 't.created_at', 'true'
  ),
  (
    'closed_invitations', 'Addresses that were invited to an organization and did not come.',
    'app_public.organization_invitations', 'anonymize', '90 days',
    'least(t.revoked_at, t.expires_at)',
    $$t.accepted_at is null and t.email::text not like 'erased+%@erased.invalid'$$
  ),
  (
    'abandoned_carts', 'Contacts of bookings that were never paid for.',
    'app_public.bookings', 'anonymize', '30 days', 't.updated_at',
    $$t.status in ('canceled', 'expired') and t.customer_email is not null
      and not exists (
        select from app_public.payment_intents as p
        where p.organization_id = t.organization_id and p.booking_id = t.id
          and (p.received_cents > 0 or p.status in ('pending', 'processing', 'requires_action'))
      )$$
  ),
  (
    'customers_without_sales', 'Customers without an account who never bought anything.',
    'app_public.customers', 'anonymize', '90 days', 't.updated_at',
    $$t.user_id is null and t.email::text not like 'erased+%@erased.invalid'
      and not exists (
        select from app_public.bookings as b
        where b.organization_id = t.organization_id and b.customer_id = t.id
          and (b.customer_email is not null or b.status not in ('canceled', 'expired'))
      )$$
  ),
  (
    'closed_accounts', 'Accounts that were closed, with all that is known of their owner.',
    'app_public.users', 'erase', '180 days', 't.updated_at',
    $$t.account_status = 'deleted' and t.email::text not like 'erased+%@erased.invalid'
      and not exists (
        select from app_public.privacy_requests as r
        where r.user_id = t.id and r.kind = 'erasure'
      )$$
  );

-- Consent.

create type app_public.consent_purpose as enum (
  'terms_of_service', 'privacy_policy', 'marketing', 'newsletter', 'analytics'
);
comment on type app_public.consent_purpose is 'What somebody agrees to.';

create table app_public.consents (
  id uuid primary key default uuidv7(),
  organization_id uuid references app_public.organizations on delete restrict,
  user_id uuid references app_public.users on delete restrict,
  customer_id uuid,
  purpose app_public.consent_purpose not null,
  is_given boolean not null,
  wording_version text not null,
  source text not null,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  foreign key (organization_id, customer_id)
    references app_public.customers (organization_id, id) on delete restrict,
  constraint consents_are_of_one_person check (num_nonnulls(user_id, customer_id) = 1),
  constraint consents_of_customers_have_an_organization
    check (customer_id is null or organization_id is not null),
  constraint consents_wording_version_is_short_text
    check (length(wording_version) between 1 and 100),
  constraint consents_source_is_short_text check (length(source) between 1 and 50)
);
create index consents_organization_id_idx on app_public.consents (organization_id);
create index consents_user_id_idx on app_public.consents (user_id, purpose);
create index consents_customer_id_idx on app_public.consents (customer_id, organization_id);

comment on table app_public.consents is
  'Everything that was agreed to or withdrawn: append-only. The newest of a purpose is in force.';
comment on column app_public.consents.id is 'Identifier.';
comment on column app_public.consents.organization_id is 'To whom; null: the platform.';
comment on column app_public.consents.user_id is 'By whom, with an account.';
comment on column app_public.consents.customer_id is 'By whom, without one.';
comment on column app_public.consents.purpose is 'What for.';
comment on column app_public.consents.is_given is 'Given, or withdrawn.';
comment on column app_public.consents.wording_version is 'Which wording was shown.';
comment on column app_public.consents.source is 'Where: web, mobile or api.';
comment on column app_public.consents.created_at is 'When.';

create trigger _200_refuse_change before update or delete on app_public.consents
  for each row execute function app_hidden.tg__refuse_change();
create trigger _200_refuse_truncate before truncate on app_public.consents
  for each statement execute function app_hidden.tg__refuse_change();

-- Requests.

create type app_public.privacy_request_kind as enum ('export', 'erasure');
comment on type app_public.privacy_request_kind is 'What was asked for.';

create table app_public.privacy_requests (
  id uuid primary key default uuidv7(),
  organization_id uuid references app_public.organizations on delete restrict,
  kind app_public.privacy_request_kind not null,
  user_id uuid references app_public.users on delete restrict,
  customer_id uuid,
  requested_by uuid references app_public.users on delete restrict,
  created_at timestamptz not null default now(),
  completed_at timestamptz,
  summary jsonb not null default '{}',
  unique (id, organization_id),
  foreign key (organization_id, customer_id)
    references app_public.customers (organization_id, id) on delete restrict,
  constraint privacy_requests_are_about_one_person
    check (num_nonnulls(user_id, customer_id) = 1),
  constraint privacy_requests_about_customers_have_an_organization
    check ((customer_id is null) = (organization_id is null)),
  constraint privacy_requests_are_completed_after_asking check (completed_at >= created_at)
);
create index privacy_requests_organization_id_idx on app_public.privacy_requests (organization_id);
create index privacy_requests_user_id_idx on app_public.privacy_requests (user_id);
create index privacy_requests_customer_id_idx
  on app_public.privacy_requests (customer_id, organization_id);
create index privacy_requests_requested_by_idx on app_public.privacy_requests (requested_by);

comment on table app_public.privacy_requests is
  'Who asked for what is stored about somebody, or to have it erased.';
comment on column app_public.privacy_requests.id is 'Identifier.';
comment on column app_public.privacy_requests.organization_id is
  'Whose customer it is about; null: a user of the platform.';
comment on column app_public.privacy_requests.kind is 'What was asked for.';
comment on column app_public.privacy_requests.user_id is 'About which user.';
comment on column app_public.privacy_requests.customer_id is 'About which customer.';
comment on column app_public.privacy_requests.requested_by is 'By whom; null: a retention rule.';
comment on column app_public.privacy_requests.created_at is 'When.';
comment on column app_public.privacy_requests.completed_at is 'When it was done; null: not yet.';
comment on column app_public.privacy_requests.summary is 'How many rows of each table.';

create trigger _500_audit
  after insert or update or delete on app_public.privacy_requests
  for each row execute function app_hidden.tg__audit();

-- Who may see names, and who answers for what is known about people.
insert into app_public.role_permissions (role, permission)
values
  ('owner', 'privacy.manage'),
  ('admin', 'privacy.manage'),
  ('owner', 'customers.read_names'),
  ('admin', 'customers.read_names'),
  ('manager', 'customers.read_names'),
  ('support', 'customers.read_names');
