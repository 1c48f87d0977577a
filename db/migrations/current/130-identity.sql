-- Signing up without telling who has an account, attempts by address, trusted devices, what is last
-- heard of a session, and what the platform's staff may do with accounts.

-- Nobody has an account before they have proven the mailbox: until then it is only asked for.

create table app_private.sign_ups (
  token_hash bytea primary key,
  email public.citext not null,
  password_hash text not null,
  first_name text not null,
  last_name text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  constraint sign_ups_hash_is_sha256 check (octet_length(token_hash) = 32),
  constraint sign_ups_email_has_two_sides
    check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= 320),
  constraint sign_ups_password_is_argon2id check (password_hash like '$argon2id$%'),
  constraint sign_ups_names_are_short_text
    check (length(first_name) between 1 and 100 and length(last_name) between 1 and 100),
  constraint sign_ups_expire_after_creation check (expires_at > created_at)
);
create index sign_ups_email_idx on app_private.sign_ups (email);
create index outgoing_emails_recipient_idx on app_private.outgoing_emails (recipient, created_at);

comment on table app_private.sign_ups is
  'Accounts that were asked for, under the SHA-256 of the token that was mailed.';

-- Attempts by address.

create type app_public.attempt_kind as enum (
  'sign_in', 'sign_up', 'second_factor', 'mailed_token', 'password'
);
comment on type app_public.attempt_kind is 'What was tried: all of it proves who somebody is.';

create table app_private.attempt_limits (
  kind app_public.attempt_kind primary key,
  attempts integer not null,
  period interval not null,
  constraint attempt_limits_attempts_are_positive check (attempts > 0),
  constraint attempt_limits_period_is_positive check (period > '0')
);
comment on table app_private.attempt_limits is
  'How many failures one address may have in a period, and how many sign-ups.';

-- A school or a festival's office shares one address: who succeeds gets the attempt back.
insert into app_private.attempt_limits (kind, attempts, period) values
  ('sign_in', 60, '15 minutes'),
  ('sign_up', 60, '1 hour'),
  ('second_factor', 30, '15 minutes'),
  ('mailed_token', 30, '15 minutes'),
  ('password', 30, '15 minutes');

create table app_private.attempts (
  kind app_public.attempt_kind not null references app_private.attempt_limits on delete restrict,
  network inet not null,
  started_at timestamptz not null default now(),
  attempts integer not null default 1,
  primary key (kind, network),
  constraint attempts_are_not_negative check (attempts >= 0)
) with (fillfactor = 70);
comment on table app_private.attempts is
  'Attempts from each address (IPv6: each /64) since the first one of the period.';

create table app_public.failed_attempts (
  id uuid primary key default uuidv7(),
  user_id uuid references app_public.users on delete restrict,
  kind app_public.attempt_kind not null,
  ip_address inet,
  user_agent text,
  created_at timestamptz not null default now(),
  constraint failed_attempts_user_agent_is_short check (length(user_agent) <= 1000)
);
create index failed_attempts_user_id_idx on app_public.failed_attempts (user_id);
create index failed_attempts_created_at_idx on app_public.failed_attempts (created_at);

comment on table app_public.failed_attempts is
  'Passwords, codes and mailed tokens that were wrong. What was typed is not kept.';
comment on column app_public.failed_attempts.id is 'Identifier.';
comment on column app_public.failed_attempts.user_id is
  'Whose account it was tried on; null: on none that there is.';
comment on column app_public.failed_attempts.kind is 'What was tried.';
comment on column app_public.failed_attempts.ip_address is 'From which address.';
comment on column app_public.failed_attempts.user_agent is 'With which program.';
comment on column app_public.failed_attempts.created_at is 'When.';

drop function app_private.record_failed_sign_in(text);

-- What is last heard of a session. A table of its own: sessions are audited, and read by every
-- request.

create table app_private.session_activity (
  session_id uuid primary key references app_public.user_sessions on delete cascade,
  last_seen_at timestamptz not null
) with (fillfactor = 70);
comment on table app_private.session_activity is
  'When a session was last used, give or take five minutes.';

-- Devices for which no code is asked.

create table app_public.trusted_devices (
  id uuid primary key default uuidv7(),
  user_id uuid not null references app_public.users on delete cascade,
  device text,
  ip_address inet,
  user_agent text,
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  constraint trusted_devices_expire_after_creation check (expires_at > created_at),
  constraint trusted_devices_texts_are_short
    check (length(device) <= 200 and length(user_agent) <= 1000)
);
create index trusted_devices_user_id_idx on app_public.trusted_devices (user_id);

comment on table app_public.trusted_devices is
  'Devices on which a user signs in without a code: for 30 days, unless revoked.';
comment on column app_public.trusted_devices.id is 'Identifier.';
comment on column app_public.trusted_devices.user_id is 'Whose.';
comment on column app_public.trusted_devices.device is 'What the client calls it.';
comment on column app_public.trusted_devices.ip_address is 'Address when it was trusted.';
comment on column app_public.trusted_devices.user_agent is 'User agent when it was trusted.';
comment on column app_public.trusted_devices.created_at is 'Since when it is trusted.';
comment on column app_public.trusted_devices.last_used_at is 'When it last replaced a code.';
comment on column app_public.trusted_devices.expires_at is 'Until when it is trusted.';
comment on column app_public.trusted_devices.revoked_at is 'When that was ended early.';

create table app_private.trusted_device_tokens (
  token_hash bytea primary key,
  device_id uuid not null unique references app_public.trusted_devices on delete cascade,
  constraint trusted_device_tokens_hash_is_sha256 check (octet_length(token_hash) = 32)
);
comment on table app_private.trusted_device_tokens is 'SHA-256 of the token of each device.';

-- The platform's staff: every grant is a row, and one of them is open.

alter table app_public.platform_staff
  drop constraint platform_staff_pkey,
  add column id uuid not null default uuidv7() primary key,
  add column revoked_by uuid references app_public.users on delete restrict;
create unique index platform_staff_one_role_at_a_time
  on app_public.platform_staff (user_id) where (revoked_at is null);
create index platform_staff_user_id_idx on app_public.platform_staff (user_id);
create index platform_staff_revoked_by_idx on app_public.platform_staff (revoked_by);

comment on table app_public.platform_staff is
  'People who run the platform, and who ran it. No membership of an organization makes anybody one.';
comment on column app_public.platform_staff.id is 'Identifier.';
comment on column app_public.platform_staff.revoked_by is
  'Who revoked it; null: nobody, or the owner of the database.';

-- Acting in somebody else's name is never done without a trace.

create table app_public.impersonations (
  id uuid primary key default uuidv7(),
  user_id uuid not null references app_public.users on delete restrict,
  impersonator_id uuid not null references app_public.users on delete restrict,
  session_id uuid unique references app_public.user_sessions on delete set null,
  reason text not null,
  started_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz,
  constraint impersonations_are_of_somebody_else check (impersonator_id <> user_id),
  constraint impersonations_reason_says_something check (length(reason) between 10 and 2000),
  constraint impersonations_expire_after_they_start check (expires_at > started_at),
  constraint impersonations_end_after_they_start check (ended_at >= started_at)
);
create index impersonations_user_id_idx on app_public.impersonations (user_id);
create index impersonations_impersonator_id_idx on app_public.impersonations (impersonator_id);

comment on table app_public.impersonations is
  'When staff acted in somebody''s name, and why. The person sees it, and is mailed.';
comment on column app_public.impersonations.id is 'Identifier.';
comment on column app_public.impersonations.user_id is 'In whose name.';
comment on column app_public.impersonations.impersonator_id is 'Who acted.';
comment on column app_public.impersonations.session_id is 'The session in which they did.';
comment on column app_public.impersonations.reason is 'Why.';
comment on column app_public.impersonations.started_at is 'Since when.';
comment on column app_public.impersonations.expires_at is 'Until when at most.';
comment on column app_public.impersonations.ended_at is 'When it was ended early.';

create table app_public.user_suspensions (
  id uuid primary key default uuidv7(),
  user_id uuid not null references app_public.users on delete restrict,
  reason text not null,
  suspended_by uuid references app_public.users on delete restrict,
  suspended_at timestamptz not null default now(),
  lifted_by uuid references app_public.users on delete restrict,
  lifted_at timestamptz,
  constraint user_suspensions_reason_is_short_text check (length(reason) between 1 and 2000),
  constraint user_suspensions_are_lifted_after check (lifted_at >= suspended_at)
);
create index user_suspensions_user_id_idx on app_public.user_suspensions (user_id);
create index user_suspensions_suspended_by_idx on app_public.user_suspensions (suspended_by);
create index user_suspensions_lifted_by_idx on app_public.user_suspensions (lifted_by);
create unique index user_suspensions_one_is_open
  on app_public.user_suspensions (user_id) where (lifted_at is null);

comment on table app_public.user_suspensions is 'When somebody might not sign in, and why.';
comment on column app_public.user_suspensions.id is 'Identifier.';
comment on column app_public.user_suspensions.user_id is 'Who.';
comment on column app_public.user_suspensions.reason is 'Why.';
comment on column app_public.user_suspensions.suspended_by is 'By whom.';
comment on column app_public.user_suspensions.suspended_at is 'Since when.';
comment on column app_public.user_suspensions.lifted_by is 'Who lifted it.';
comment on column app_public.user_suspensions.lifted_at is 'Until when; null: still.';

-- The server counts who brings a token, so it calls these now.
drop function app_public.verify_email(text);
drop function app_public.confirm_email_change(text);
drop function app_private.sign_up(text, text, text, text, text);

do $do$
declare
  v_table text;
begin
  foreach v_table in array array['trusted_devices', 'impersonations', 'user_suspensions'] loop
    execute format(
      'create trigger _500_audit after insert or update or delete on app_public.%I '
      'for each row execute function app_hidden.tg__audit()',
      v_table
    );
  end loop;
end
$do$;

-- It tells whether the account is locked, too.
drop function app_private.current_account();

-- How long it is kept.
insert into app_private.retention_rules (
  rule, description, relation, action, kept_for, since, condition
)
values
  (
    'abandoned_sign_ups', 'Who asked for an account and did not come back.',
    'app_private.sign_ups', 'delete', '7 days', 't.expires_at', 'true'
  ),
  (
    'attempts', 'From which networks how many attempts came.',
    'app_private.attempts', 'delete', '7 days', 't.started_at', 'true'
  ),
  (
    'failed_attempts', 'Failures to prove who one is, for whoever looks into them.',
    'app_public.failed_attempts', 'delete', '90 days', 't.created_at', 'true'
  ),
  (
    'ended_devices', 'Devices that are trusted no longer.',
    'app_public.trusted_devices', 'delete', '90 days', 'least(t.revoked_at, t.expires_at)', 'true'
  );

-- Rules that somebody changes are audited.
create trigger _500_audit
  after insert or update or delete on app_private.attempt_limits
  for each row execute function app_hidden.tg__audit();
create trigger _500_audit
  after insert or update or delete on app_private.retention_rules
  for each row execute function app_hidden.tg__audit();
