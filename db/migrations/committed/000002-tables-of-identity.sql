--! Previous: sha1:f024fea41995ccc4579a6307748ad18acb54b6c6
--! Hash: sha1:887c7812f40c726cef4e4d221b56b8e834409aef
--! Message: tables of identity

--! split: 100-tables.sql
-- People and how they prove who they are. Secrets are in app_private, hashed.

create type app_public.account_status as enum ('active', 'suspended', 'banned', 'deleted');
comment on type app_public.account_status is 'Whether an account may be used.';

create table app_public.users (
  id uuid primary key default uuidv7(),
  email public.citext not null,
  email_verified_at timestamptz,
  first_name text not null,
  last_name text not null,
  phone text,
  account_status app_public.account_status not null default 'active',
  login_count integer not null default 0,
  last_login_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Only what every mailbox has: no pattern knows all valid addresses.
  constraint users_email_is_unique unique (email),
  constraint users_email_has_two_sides
    check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= 320),
  constraint users_names_are_short_text
    check (length(first_name) between 1 and 100 and length(last_name) between 1 and 100),
  constraint users_phone_is_e164 check (phone ~ '^\+?[1-9][0-9]{1,14}$'),
  constraint users_login_count_is_not_negative check (login_count >= 0)
);

comment on table app_public.users is 'A person with an account. Buying needs none: see customers.';
comment on column app_public.users.id is 'Identifier.';
comment on column app_public.users.email is 'Address, unique whatever its case.';
comment on column app_public.users.email_verified_at is 'When the address was proven, if it was.';
comment on column app_public.users.first_name is 'Given name.';
comment on column app_public.users.last_name is 'Family name.';
comment on column app_public.users.phone is 'Telephone number, E.164.';
comment on column app_public.users.account_status is 'Whether the account may be used.';
comment on column app_public.users.login_count is 'How often the user has signed in.';
comment on column app_public.users.last_login_at is 'When the user last signed in.';
comment on column app_public.users.created_at is 'When the account was opened.';
comment on column app_public.users.updated_at is 'When the account last changed.';

create table app_private.user_credentials (
  user_id uuid primary key references app_public.users on delete cascade,
  password_hash text not null,
  password_changed_at timestamptz not null default now(),
  failed_login_attempts integer not null default 0,
  locked_until timestamptz,
  constraint user_credentials_password_is_argon2id check (password_hash like '$argon2id$%'),
  constraint user_credentials_failures_are_not_negative check (failed_login_attempts >= 0)
);

comment on table app_private.user_credentials is
  'Password hashes (argon2id, computed by the server process) and the state of lock-out.';

create table app_public.user_sessions (
  id uuid primary key default uuidv7(),
  user_id uuid not null references app_public.users on delete cascade,
  device text,
  ip_address inet,
  user_agent text,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  constraint user_sessions_expire_after_creation check (expires_at > created_at),
  constraint user_sessions_texts_are_short
    check (length(device) <= 200 and length(user_agent) <= 1000)
);
create index user_sessions_user_id_idx on app_public.user_sessions (user_id);

comment on table app_public.user_sessions is 'Where a user is signed in.';
comment on column app_public.user_sessions.id is 'Identifier.';
comment on column app_public.user_sessions.user_id is 'Who is signed in.';
comment on column app_public.user_sessions.device is 'What the client calls its device.';
comment on column app_public.user_sessions.ip_address is 'Address at sign-in.';
comment on column app_public.user_sessions.user_agent is 'User agent at sign-in.';
comment on column app_public.user_sessions.created_at is 'When the session began.';
comment on column app_public.user_sessions.expires_at is 'When the session ends by itself.';
comment on column app_public.user_sessions.revoked_at is 'When the session was ended early.';

-- The token itself is known to the client alone, so a copy of this table signs nobody in.
create table app_private.session_tokens (
  token_hash bytea primary key,
  session_id uuid not null unique references app_public.user_sessions on delete cascade,
  constraint session_tokens_hash_is_sha256 check (octet_length(token_hash) = 32)
);

comment on table app_private.session_tokens is 'SHA-256 of each session''s bearer token.';
