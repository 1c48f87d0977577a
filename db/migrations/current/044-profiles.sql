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
