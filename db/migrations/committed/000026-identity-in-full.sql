--! Previous: sha1:e57b04b57c082f74881bc96dede73be57385de93
--! Hash: sha1:e7151d70c49d444a2f4c148b0b045034325884bd
--! Message: Identity in full

--! split: 130-identity.sql
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

--! split: 1000-functions-identity-check_profile.sql
create or replace function app_private.check_profile(email text, first_name text, last_name text)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if check_profile.email is null
    or check_profile.email !~ '^[^@[:space:]]+@[^@[:space:]]+$'
    or length(check_profile.email) > 320
  then
    raise exception 'This is not an e-mail address.'
      using errcode = 'LMINP', detail = 'email', hint = 'Give an address such as ada@example.com.';
  end if;
  if coalesce(length(check_profile.first_name), 0) not between 1 and 100
    or coalesce(length(check_profile.last_name), 0) not between 1 and 100
  then
    raise exception 'Both names are needed, of at most 100 characters.'
      using errcode = 'LMINP', detail = 'first_name, last_name';
  end if;
end
$$;

comment on function app_private.check_profile(text, text, text) is
  'Raises LMINP for a bad address or name.';

--! split: 1001-functions-identity-client_network.sql
-- Whoever has one IPv6 address has the 2^64 beside it. An IPv4 address that arrives in the clothes
-- of IPv6 is one address all the same, or all of IPv4 would be one.
create or replace function app_private.client_network(address inet)
returns inet
language sql immutable parallel safe
return case
  when client_network.address is null then '::/128'::inet
  when family(client_network.address) = 4
    or client_network.address <<= '::ffff:0:0/96'::inet
    then host(client_network.address)::inet
  else host(network(set_masklen(client_network.address, 64)))::inet
end;

comment on function app_private.client_network(inet) is
  'What counts as one address: an IPv4 address, or the /64 of an IPv6 one.';

--! split: 1002-functions-identity-close_account.sql
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
begin
  perform app_hidden.refuse_impersonator();
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
    where m.user_id = v_user_id and m.role = 'owner' and m.status = 'active'
      and not exists (
        select from app_public.organization_members as other
        where other.organization_id = m.organization_id
          and other.user_id <> v_user_id and other.role = 'owner' and other.status = 'active'
      )
  ) then
    raise exception 'An organization would be left without an owner.'
      using errcode = 'LMOWN', hint = 'Make somebody else its owner first.';
  end if;
  perform app_private.end_platform_role(v_user_id, v_user_id);
  update app_public.users as u set account_status = 'deleted' where u.id = v_user_id;
  perform app_private.revoke_trusted_devices(v_user_id);
  update app_public.user_sessions as s
  set revoked_at = now() where s.user_id = v_user_id and s.revoked_at is null;
  delete from app_private.user_tokens as t where t.user_id = v_user_id;
  perform app_private.queue_email(v_email, 'account_closed');
end
$$;

comment on function app_private.close_account() is
  'Closes the user''s account for good; the password was verified by the server. '
  'Raises LMOPN (money on its way), LMOWN (the last owner), LMADM (the last admin), LMAUT, LMSES, LMIMP.';
grant execute on function app_private.close_account() to lml_authenticator;

--! split: 1003-functions-identity-complete_sign_up.sql
-- The delete is the lock: of two who bring the token at once, one finds it used. Whoever else asked
-- for an account with this address gets none, whatever password they chose.
create or replace function app_private.complete_sign_up(token text)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_sign_up app_private.sign_ups;
  v_user_id uuid;
begin
  delete from app_private.sign_ups as s
  where s.token_hash = app_hidden.hash_token(complete_sign_up.token) and s.expires_at > now()
  returning * into v_sign_up;
  if v_sign_up.token_hash is null then
    perform app_private.raise_bad_link();
  end if;
  v_user_id := app_private.register_user(
    v_sign_up.email::text, v_sign_up.password_hash, v_sign_up.first_name, v_sign_up.last_name
  );
  update app_public.users as u set email_verified_at = now() where u.id = v_user_id;
  delete from app_private.sign_ups as s where s.email operator(public.=) v_sign_up.email;
  return v_user_id;
exception
  when sqlstate 'LMEML' then
    perform app_private.raise_bad_link();
end
$$;

comment on function app_private.complete_sign_up(text) is
  'Opens the account that was asked for; its password was verified by the server. Raises LMTOK.';
grant execute on function app_private.complete_sign_up(text) to lml_authenticator;

--! split: 1004-functions-identity-confirm_email_change.sql
create or replace function app_private.confirm_email_change(token text)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_token app_private.user_tokens := app_private.use_user_token(
    confirm_email_change.token, 'change_email'
  );
  v_old_email text;
begin
  select u.email::text into strict v_old_email
  from app_public.users as u where u.id = v_token.user_id for no key update;
  update app_public.users as u
  set email = v_token.email, email_verified_at = now()
  where u.id = v_token.user_id;
  perform app_private.queue_email(v_old_email, 'email_changed');
  return true;
exception
  when unique_violation then
    perform app_private.raise_bad_link();
end
$$;

comment on function app_private.confirm_email_change(text) is
  'Makes the address that the token was mailed to the account''s, and tells the old one. '
  'Raises LMTOK.';
grant execute on function app_private.confirm_email_change(text) to lml_authenticator;

--! split: 1005-functions-identity-count_attempt.sql
-- Called in a transaction of its own before anything is verified, so that a hundred guesses at once
-- are a hundred, and what fails stays counted. The answer depends on the address alone: it tells
-- nothing of any account.
create or replace function app_private.count_attempt(
  kind app_public.attempt_kind, address inet
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_limit app_private.attempt_limits;
  v_counted app_private.attempts;
  v_seconds integer;
begin
  select * into strict v_limit
  from app_private.attempt_limits as l where l.kind = count_attempt.kind;
  insert into app_private.attempts as a (kind, network)
  values (count_attempt.kind, app_private.client_network(count_attempt.address))
  on conflict on constraint attempts_pkey do update
  set started_at = case
      when a.started_at <= now() - v_limit.period then excluded.started_at else a.started_at
    end,
    attempts = case when a.started_at <= now() - v_limit.period then 1 else a.attempts + 1 end
  returning * into v_counted;
  if v_counted.attempts > v_limit.attempts then
    v_seconds := ceil(extract(epoch from v_counted.started_at + v_limit.period - now()));
    raise exception 'These are too many attempts from your address.'
      using errcode = 'LMRTE', detail = greatest(v_seconds, 1)::text,
        hint = 'Try again after so many seconds.';
  end if;
end
$$;

comment on function app_private.count_attempt(app_public.attempt_kind, inet) is
  'Counts what an address tries, for all server processes alike. Raises LMRTE.';
grant execute on function app_private.count_attempt(app_public.attempt_kind, inet)
  to lml_authenticator;

--! split: 1006-functions-identity-current_account.sql
create or replace function app_private.current_account()
returns table (
  user_id uuid, email text, password_hash text, locked_until timestamptz
)
language sql stable security definer set search_path = ''
as $$
  select u.id, u.email::text, c.password_hash, c.locked_until
  from app_public.users as u
  join app_private.user_credentials as c on c.user_id = u.id
  where u.id = app_hidden.require_user_id()
$$;

comment on function app_private.current_account() is
  'What the server verifies before it changes something that only the owner may. '
  'Raises LMAUT, LMSES.';
grant execute on function app_private.current_account() to lml_authenticator;

--! split: 1007-functions-identity-email_of_reset_token.sql
create or replace function app_private.email_of_reset_token(token text)
returns text
language sql stable security definer set search_path = ''
as $$
  select t.email::text
  from app_private.user_tokens as t
  where t.token_hash = app_hidden.hash_token(email_of_reset_token.token)
    and t.purpose = 'reset_password'
    and t.used_at is null
    and t.expires_at > now()
$$;

comment on function app_private.email_of_reset_token(text) is
  'Whose new password it is that the server refuses when it is their address; null: no such token.';
grant execute on function app_private.email_of_reset_token(text) to lml_authenticator;

--! split: 1008-functions-identity-end_impersonation.sql
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
  update app_public.user_sessions as s set revoked_at = now() where s.id = v_session_id;
  select * into strict v_impersonation
  from app_public.impersonations as i where i.session_id = v_session_id;
  return v_impersonation;
end
$$;

comment on function app_public.end_impersonation() is
  'Ends the session in which staff acts in somebody''s name. Raises LMNFD, LMAUT, LMSES.';
grant execute on function app_public.end_impersonation() to lml_user;

--! split: 1009-functions-identity-end_platform_role.sql
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
  update app_public.user_sessions as s
  set revoked_at = now()
  where s.impersonator_id = end_platform_role.user_id
    and s.revoked_at is null
    and s.expires_at > now();
  return v_grant;
end
$$;

comment on function app_private.end_platform_role(uuid, uuid) is
  'Ends a platform role, and every impersonation of who had it. Raises LMADM.';

--! split: 1010-functions-identity-end_sessions.sql
create or replace function app_private.end_sessions(user_id uuid)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  update app_public.user_sessions as s
  set revoked_at = now()
  where s.user_id = end_sessions.user_id and s.revoked_at is null and s.expires_at > now();
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_private.end_sessions(uuid) is 'Ends all sessions of a user; how many.';

--! split: 1011-functions-identity-find_sign_up.sql
create or replace function app_private.find_sign_up(token text)
returns table (password_hash text)
language sql stable security definer set search_path = ''
as $$
  select s.password_hash
  from app_private.sign_ups as s
  where s.token_hash = app_hidden.hash_token(find_sign_up.token) and s.expires_at > now()
$$;

comment on function app_private.find_sign_up(text) is
  'What the server verifies before an account is opened. No row: no such token.';
grant execute on function app_private.find_sign_up(text) to lml_authenticator;

--! split: 1012-functions-identity-find_user.sql
create or replace function app_public.find_user(email text)
returns app_public.users
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_user app_public.users;
begin
  perform app_hidden.require_platform_role('support', 'security');
  select * into v_user
  from app_public.users as u
  where u.email operator(public.=) find_user.email::public.citext;
  return v_user;
end
$$;

comment on function app_public.find_user(text) is
  'Whoever has an address, or null. For the platform''s support and security. '
  'Raises LMRGT, LMAUT, LMSES.';
grant execute on function app_public.find_user(text) to lml_user;

--! split: 1013-functions-identity-grant_first_platform_role.sql
-- For the operator, who is the owner of the database: nobody who makes requests is granted this.
create or replace function app_private.grant_first_platform_role(
  email text, role app_public.platform_role
)
returns app_public.platform_staff
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user app_public.users;
begin
  perform app_private.lock_platform_staff();
  select * into v_user
  from app_public.users as u
  where u.email operator(public.=) grant_first_platform_role.email::public.citext
    and u.account_status = 'active'
  for no key update;
  if v_user.id is null then
    raise exception 'Nobody has an account with this address.'
      using errcode = 'LMNFD', hint = 'They sign up first.';
  end if;
  return app_private.set_platform_role(v_user.id, grant_first_platform_role.role, null);
end
$$;

comment on function app_private.grant_first_platform_role(text, app_public.platform_role) is
  'Gives a platform role by address, for `lml staff grant`. Raises LMNFD, LMADM.';

--! split: 1014-functions-identity-grant_platform_role.sql
create or replace function app_public.grant_platform_role(
  user_id uuid, role app_public.platform_role
)
returns app_public.platform_staff
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user app_public.users;
begin
  perform app_private.lock_platform_staff();
  perform app_hidden.require_platform_role('admin');
  if grant_platform_role.role is null then
    perform app_hidden.raise_bad_input(null, 'role');
  end if;
  v_user := app_private.require_known_user(grant_platform_role.user_id);
  if v_user.account_status <> 'active' then
    raise exception 'This account cannot sign in.' using errcode = 'LMLCK';
  end if;
  return app_private.set_platform_role(
    v_user.id, grant_platform_role.role, app_hidden.current_user_id()
  );
end
$$;

comment on function app_public.grant_platform_role(uuid, app_public.platform_role) is
  'Makes somebody one of the platform''s staff, or gives them another role; granting it again changes '
  'nothing. For admins. Raises LMNFD, LMLCK, LMADM (the last admin), LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.grant_platform_role(uuid, app_public.platform_role)
  to lml_user;

--! split: 1015-functions-identity-lock_platform_staff.sql
-- Two who change roles at once wait for each other, and then look again.
create or replace function app_private.lock_platform_staff()
returns void
language sql volatile set search_path = ''
as $$ select pg_advisory_xact_lock(hashtextextended('platform staff', 0)) $$;

comment on function app_private.lock_platform_staff() is
  'One change of platform roles at a time; held to the end of the transaction.';

--! split: 1016-functions-identity-may_mail.sql
-- So that nobody's mailbox is flooded through us, whoever asks from wherever.
create or replace function app_private.may_mail(recipient text, templates text[])
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_last timestamptz;
  v_count integer;
begin
  -- Two requests at once for one mailbox wait for each other here.
  perform pg_advisory_xact_lock(hashtextextended('mail to ' || lower(may_mail.recipient), 0));
  select max(e.created_at), count(*) into v_last, v_count
  from app_private.outgoing_emails as e
  where e.recipient operator(public.=) may_mail.recipient::public.citext
    and e.created_at > now() - interval '1 day'
    and e.template = any (may_mail.templates);
  return v_count < 10 and coalesce(v_last < now() - interval '1 minute', true);
end
$$;

comment on function app_private.may_mail(text, text[]) is
  'Whether a mailbox may get one more of these: one a minute, ten a day.';

--! split: 1017-functions-identity-raise_bad_link.sql
create or replace function app_private.raise_bad_link()
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  raise exception 'This link is not good, or not any more.'
    using errcode = 'LMTOK', hint = 'Ask for a new one.';
end
$$;

comment on function app_private.raise_bad_link() is
  'Raises LMTOK: the same for a token that is unknown, used, too old, or somebody else''s.';

--! split: 1018-functions-identity-record_failed_attempt.sql
-- In a transaction of its own: what was refused has changed nothing else. What was typed is not
-- kept: it may be the password of something else.
create or replace function app_private.record_failed_attempt(
  kind app_public.attempt_kind, user_id uuid default null
)
returns void
language sql volatile security definer set search_path = ''
as $$
  insert into app_public.failed_attempts (kind, user_id, ip_address, user_agent)
  values (
    record_failed_attempt.kind, record_failed_attempt.user_id,
    case when pg_input_is_valid(current_setting('lml.ip_address', true), 'inet')
      then current_setting('lml.ip_address', true)::inet
    end,
    left(nullif(current_setting('lml.user_agent', true), ''), 1000)
  )
$$;

comment on function app_private.record_failed_attempt(app_public.attempt_kind, uuid) is
  'Remembers that a password, a code or a token was wrong.';
grant execute on function app_private.record_failed_attempt(app_public.attempt_kind, uuid)
  to lml_authenticator;

--! split: 1019-functions-identity-record_failed_sign_in.sql
-- Ten wrong passwords in a row close the account for a quarter of an hour. Whoever tries is not
-- told; the owner is, by mail.
create or replace function app_private.record_failed_sign_in(
  email text, kind app_public.attempt_kind default 'sign_in'
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_email text;
begin
  perform app_private.record_failed_attempt(
    record_failed_sign_in.kind,
    (
      select u.id from app_public.users as u
      where u.email operator(public.=) record_failed_sign_in.email::public.citext
    )
  );
  update app_private.user_credentials as c
  set failed_login_attempts = c.failed_login_attempts + 1,
    locked_until = case
      when (c.failed_login_attempts + 1) % 10 = 0 then now() + interval '15 minutes'
      else c.locked_until
    end
  from app_public.users as u
  where u.id = c.user_id
    and u.email operator(public.=) record_failed_sign_in.email::public.citext
    and coalesce(c.locked_until <= now(), true)
  returning case when c.failed_login_attempts % 10 = 0 then u.email::text end into v_email;
  if v_email is not null then
    perform app_private.queue_email(v_email, 'account_locked');
  end if;
end
$$;

comment on function app_private.record_failed_sign_in(text, app_public.attempt_kind) is
  'Counts a wrong password, and locks the account for 15 minutes at every tenth.';
grant execute on function app_private.record_failed_sign_in(text, app_public.attempt_kind)
  to lml_authenticator;

--! split: 1020-functions-identity-record_session_activity.sql
-- Once in a while, for many sessions at once, by a server that remembers who asked: reading stays
-- reading, and no request waits for this. In one order, so that two servers do not lock each other.
create or replace function app_private.record_session_activity(token_hashes bytea[])
returns void
language sql volatile security definer set search_path = ''
as $$
  insert into app_private.session_activity as a (session_id, last_seen_at)
  select t.session_id, now()
  from app_private.session_tokens as t
  where t.token_hash = any (record_session_activity.token_hashes)
  order by t.session_id
  on conflict on constraint session_activity_pkey do update
  set last_seen_at = excluded.last_seen_at
  where a.last_seen_at < now() - interval '4 minutes'
$$;

comment on function app_private.record_session_activity(bytea[]) is
  'Notes that sessions are in use; unknown tokens are left out.';
grant execute on function app_private.record_session_activity(bytea[]) to lml_authenticator;

--! split: 1021-functions-identity-refuse_for_staff.sql
create or replace function app_private.refuse_for_staff(user_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.lock_platform_staff();
  if exists (
    select from app_public.platform_staff as p
    where p.user_id = refuse_for_staff.user_id and p.revoked_at is null
  ) then
    raise exception 'This is somebody of the platform''s staff.'
      using errcode = 'LMSTF', hint = 'An admin revokes their role first.';
  end if;
end
$$;

comment on function app_private.refuse_for_staff(uuid) is
  'Raises LMSTF for whoever has a platform role, also when they are getting it right now.';

--! split: 1022-functions-identity-register_user.sql
-- The server has hashed the password: the database never sees it.
create or replace function app_private.register_user(
  email text, password_hash text, first_name text, last_name text
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid;
begin
  perform app_private.check_profile(
    register_user.email, register_user.first_name, register_user.last_name
  );
  insert into app_public.users (email, first_name, last_name)
  values (
    register_user.email::public.citext, register_user.first_name, register_user.last_name
  )
  on conflict on constraint users_email_is_unique do nothing
  returning id into v_user_id;
  if v_user_id is null then
    raise exception 'This e-mail address has an account.'
      using errcode = 'LMEML', hint = 'Sign in instead.';
  end if;

  insert into app_private.user_credentials (user_id, password_hash)
  values (v_user_id, register_user.password_hash);
  return v_user_id;
end
$$;

comment on function app_private.register_user(text, text, text, text) is
  'Opens an account. Raises LMINP for a bad address or name, LMEML when the address has one.';

--! split: 1023-functions-identity-reinstate_user.sql
create or replace function app_public.reinstate_user(user_id uuid)
returns app_public.users
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user app_public.users;
begin
  perform app_hidden.require_platform_role('support', 'security');
  v_user := app_private.require_known_user(reinstate_user.user_id);
  if v_user.account_status <> 'suspended' then
    return v_user;
  end if;
  update app_public.user_suspensions as s
  set lifted_at = now(), lifted_by = app_hidden.current_user_id()
  where s.user_id = v_user.id and s.lifted_at is null;
  update app_public.users as u
  set account_status = 'active' where u.id = v_user.id returning * into v_user;
  perform app_private.queue_email(v_user.email::text, 'account_reinstated');
  return v_user;
end
$$;

comment on function app_public.reinstate_user(uuid) is
  'Opens a suspended account again; what ended stays ended, so they sign in anew. One that is not '
  'suspended stays as it is. For the platform''s support and security. '
  'Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.reinstate_user(uuid) to lml_user;

--! split: 1024-functions-identity-remove_two_factor.sql
create or replace function app_private.remove_two_factor()
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_email text;
begin
  perform app_hidden.refuse_impersonator();
  delete from app_private.two_factor_secrets as t where t.user_id = v_user_id;
  delete from app_private.recovery_codes as r where r.user_id = v_user_id;
  perform app_private.revoke_trusted_devices(v_user_id);
  select u.email::text into strict v_email from app_public.users as u where u.id = v_user_id;
  perform app_private.queue_email(v_email, 'two_factor_removed');
end
$$;

comment on function app_private.remove_two_factor() is
  'Signing in takes the password alone again; password and code were verified by the server. '
  'Raises LMAUT, LMSES, LMIMP.';
grant execute on function app_private.remove_two_factor() to lml_authenticator;

--! split: 1025-functions-identity-require_known_user.sql
create or replace function app_private.require_known_user(user_id uuid)
returns app_public.users
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user app_public.users;
begin
  select * into v_user
  from app_public.users as u where u.id = require_known_user.user_id for no key update;
  if v_user.id is null or v_user.account_status = 'deleted' then
    raise exception 'There is no such user.' using errcode = 'LMNFD';
  end if;
  return v_user;
end
$$;

comment on function app_private.require_known_user(uuid) is
  'A user, locked, for the platform''s staff. Raises LMNFD.';

--! split: 1026-functions-identity-return_attempt.sql
create or replace function app_private.return_attempt(
  kind app_public.attempt_kind, address inet
)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_private.attempts as a
  set attempts = a.attempts - 1
  where a.kind = return_attempt.kind
    and a.network = app_private.client_network(return_attempt.address)
    and a.attempts > 0
$$;

comment on function app_private.return_attempt(app_public.attempt_kind, inet) is
  'Takes one attempt back, because it succeeded; only failures count.';
grant execute on function app_private.return_attempt(app_public.attempt_kind, inet)
  to lml_authenticator;

--! split: 1027-functions-identity-revoke_platform_role.sql
create or replace function app_public.revoke_platform_role(user_id uuid)
returns app_public.platform_staff
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_grant app_public.platform_staff;
begin
  -- Before the caller's own role is looked at: it may be ending right now.
  perform app_private.lock_platform_staff();
  perform app_hidden.require_platform_role('admin');
  v_grant := app_private.end_platform_role(
    revoke_platform_role.user_id, app_hidden.current_user_id()
  );
  if v_grant.id is null then
    raise exception 'This is nobody of the platform''s staff.' using errcode = 'LMNFD';
  end if;
  return v_grant;
end
$$;

comment on function app_public.revoke_platform_role(uuid) is
  'Ends somebody''s platform role, and what they do in others'' names, at once. For admins. '
  'Raises LMADM (the last admin), LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.revoke_platform_role(uuid) to lml_user;

--! split: 1028-functions-identity-revoke_session.sql
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
  set revoked_at = coalesce(s.revoked_at, now())
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

--! split: 1029-functions-identity-revoke_trusted_device.sql
create or replace function app_public.revoke_trusted_device(device_id uuid)
returns app_public.trusted_devices
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_device app_public.trusted_devices;
begin
  perform app_hidden.refuse_impersonator();
  update app_public.trusted_devices as d
  set revoked_at = coalesce(d.revoked_at, now())
  where d.id = revoke_trusted_device.device_id and d.user_id = app_hidden.require_user_id()
  returning * into v_device;
  if v_device.id is null then
    raise exception 'There is no such device, or it is not yours.' using errcode = 'LMNFD';
  end if;
  return v_device;
end
$$;

comment on function app_public.revoke_trusted_device(uuid) is
  'From now on this device of the user''s needs a code again. Raises LMAUT, LMSES, LMNFD, LMIMP.';
grant execute on function app_public.revoke_trusted_device(uuid) to lml_user;

--! split: 1030-functions-identity-revoke_trusted_devices.sql
create or replace function app_private.revoke_trusted_devices(user_id uuid)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_public.trusted_devices as d
  set revoked_at = now()
  where d.user_id = revoke_trusted_devices.user_id and d.revoked_at is null
$$;

comment on function app_private.revoke_trusted_devices(uuid) is
  'From now on every device of the user''s needs a code again.';

--! split: 1031-functions-identity-revoke_user_sessions.sql
create or replace function app_public.revoke_user_sessions(user_id uuid)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_hidden.require_platform_role('support', 'security');
  perform app_private.require_known_user(revoke_user_sessions.user_id);
  perform app_private.revoke_trusted_devices(revoke_user_sessions.user_id);
  return app_private.end_sessions(revoke_user_sessions.user_id);
end
$$;

comment on function app_public.revoke_user_sessions(uuid) is
  'Ends all sessions of anybody at once, and asks their devices for a code again; returns how many '
  'sessions. For the platform''s support and security. Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.revoke_user_sessions(uuid) to lml_user;

--! split: 1032-functions-identity-set_platform_role.sql
create or replace function app_private.set_platform_role(
  user_id uuid, role app_public.platform_role, set_by uuid
)
returns app_public.platform_staff
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_grant app_public.platform_staff;
begin
  select * into v_grant
  from app_public.platform_staff as p
  where p.user_id = set_platform_role.user_id and p.revoked_at is null;
  if v_grant.role = set_platform_role.role then
    return v_grant;
  end if;
  -- What they did with the other role ends with it.
  if v_grant.id is not null then
    perform app_private.end_platform_role(v_grant.user_id, set_platform_role.set_by);
  end if;
  insert into app_public.platform_staff (user_id, role, granted_by)
  values (set_platform_role.user_id, set_platform_role.role, set_platform_role.set_by)
  returning * into v_grant;
  return v_grant;
end
$$;

comment on function app_private.set_platform_role(uuid, app_public.platform_role, uuid) is
  'Gives a user one platform role instead of the one before, which becomes history. Raises LMADM.';

--! split: 1033-functions-identity-sign_in.sql
-- The server has verified the password and, where one is needed, the code. Between that and now a
-- new password may have been set, or the device revoked: both are looked at again under their locks.
create or replace function app_private.sign_in(
  user_id uuid, password_hash text, token text, device text, ip_address inet, user_agent text,
  device_token text default null, new_device_token text default null
)
returns app_public.user_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_session app_public.user_sessions;
begin
  perform from app_private.user_credentials as c
  where c.user_id = sign_in.user_id and c.password_hash = sign_in.password_hash
  for no key update;
  if not found then
    raise exception 'There is no account with this address and password.' using errcode = 'LMCRD';
  end if;
  if sign_in.device_token is not null then
    perform app_private.use_trusted_device(sign_in.user_id, sign_in.device_token);
  end if;
  v_session := app_private.open_session(
    sign_in.user_id, sign_in.token, sign_in.device, sign_in.ip_address, sign_in.user_agent
  );
  if sign_in.new_device_token is not null then
    perform app_private.trust_device(v_session, sign_in.new_device_token);
  end if;
  return v_session;
end
$$;

comment on function app_private.sign_in(uuid, text, text, text, inet, text, text, text) is
  'Opens a session for whoever was verified. Raises LMCRD when the password was changed meanwhile, '
  'LMTFA when the device is not trusted, LMLCK.';
grant execute on function app_private.sign_in(uuid, text, text, text, inet, text, text, text)
  to lml_authenticator;

--! split: 1034-functions-identity-sign_up.sql
-- Whoever asks is answered alike, whether the address has an account or not: what is true goes to
-- the mailbox. An account comes into being when the token comes back, so that nobody takes an
-- address that is not theirs.
create or replace function app_private.sign_up(
  email text, password_hash text, first_name text, last_name text, token text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.check_profile(sign_up.email, sign_up.first_name, sign_up.last_name);
  if not app_private.may_mail(sign_up.email, array['complete_sign_up', 'account_exists']) then
    return;
  end if;
  if exists (
    select from app_public.users as u
    where u.email operator(public.=) sign_up.email::public.citext
  ) then
    perform app_private.queue_email(sign_up.email, 'account_exists');
    return;
  end if;
  insert into app_private.sign_ups (
    token_hash, email, password_hash, first_name, last_name, expires_at
  )
  values (
    app_hidden.hash_token(sign_up.token), sign_up.email::public.citext, sign_up.password_hash,
    sign_up.first_name, sign_up.last_name, now() + interval '2 days'
  );
  perform app_private.queue_email(
    sign_up.email, 'complete_sign_up', jsonb_build_object('token', sign_up.token)
  );
end
$$;

comment on function app_private.sign_up(text, text, text, text, text) is
  'Asks for an account; what becomes of it is told by mail alone. Raises LMINP.';
grant execute on function app_private.sign_up(text, text, text, text, text) to lml_authenticator;

--! split: 1035-functions-identity-start_impersonation.sql
create or replace function app_private.start_impersonation(
  user_id uuid, reason text, token text
)
returns app_public.user_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_staff_id uuid := app_hidden.require_user_id();
  v_user app_public.users;
  v_session app_public.user_sessions;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.refuse_impersonator();
  perform app_private.lock_platform_staff();
  perform app_hidden.require_platform_role('support');
  v_user := app_private.require_known_user(start_impersonation.user_id);
  -- Nobody climbs to another's rights this way, nor to their own without leaving a trace.
  perform app_private.refuse_for_staff(v_user.id);
  if v_user.account_status <> 'active' then
    raise exception 'This account cannot sign in.'
      using errcode = 'LMLCK', hint = 'Reinstate it first.';
  end if;
  insert into app_public.user_sessions (
    user_id, impersonator_id, device, ip_address, user_agent, expires_at
  )
  select
    v_user.id, v_staff_id, 'The platform''s support', s.ip_address, s.user_agent,
    now() + interval '1 hour'
  from app_public.user_sessions as s where s.id = app_hidden.current_session_id()
  returning * into strict v_session;
  insert into app_private.session_tokens (token_hash, session_id)
  values (app_hidden.hash_token(start_impersonation.token), v_session.id);
  insert into app_public.impersonations (
    user_id, impersonator_id, session_id, reason, expires_at
  )
  values (
    v_user.id, v_staff_id, v_session.id, start_impersonation.reason, v_session.expires_at
  );
  perform app_private.queue_email(
    v_user.email::text, 'impersonation_started',
    jsonb_build_object('reason', start_impersonation.reason)
  );
  return v_session;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_private.start_impersonation(uuid, text, text) is
  'Lets staff act in somebody''s name for an hour, recorded and told to the person. For the '
  'platform''s support. Raises LMNFD, LMSTF, LMLCK, LMRGT, LMINP, LMIMP, LMAUT, LMSES.';
grant execute on function app_private.start_impersonation(uuid, text, text) to lml_authenticator;

--! split: 1036-functions-identity-store_password.sql
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
  update app_public.user_sessions as s
  set revoked_at = now()
  where s.user_id = store_password.user_id
    and s.revoked_at is null
    and s.id is distinct from store_password.kept_session_id;
  perform app_private.revoke_trusted_devices(store_password.user_id);
  select u.email::text into strict v_email
  from app_public.users as u where u.id = store_password.user_id;
  perform app_private.queue_email(v_email, 'password_changed');
end
$$;

comment on function app_private.store_password(uuid, text, uuid) is
  'A new password ends every other session and the trust in devices, and its owner is told.';

--! split: 1037-functions-identity-suspend_user.sql
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
  perform app_private.end_sessions(v_user.id);
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

--! split: 1038-functions-identity-tg_platform_staff__keep_an_admin.sql
-- Also for what comes from psql. Two who revoke each other at once wait for each other here.
create or replace function app_hidden.tg_platform_staff__keep_an_admin()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.lock_platform_staff();
  if not exists (
    select from app_public.platform_staff as p
    where p.role = 'admin' and p.revoked_at is null and p.user_id <> old.user_id
  ) then
    raise exception 'The platform has an admin at all times.'
      using errcode = 'LMADM', hint = 'Make somebody else an admin first.';
  end if;
  return null;
end
$$;

comment on function app_hidden.tg_platform_staff__keep_an_admin() is 'Raises LMADM.';

create or replace trigger _200_keep_an_admin_on_update
  after update of role, revoked_at, user_id on app_public.platform_staff
  for each row
  when (
    old.role = 'admin' and old.revoked_at is null
    and (
      new.role <> 'admin' or new.revoked_at is not null or new.user_id <> old.user_id
    )
  )
  execute function app_hidden.tg_platform_staff__keep_an_admin();

create or replace trigger _200_keep_an_admin_on_delete
  after delete on app_public.platform_staff
  for each row when (old.role = 'admin' and old.revoked_at is null)
  execute function app_hidden.tg_platform_staff__keep_an_admin();

--! split: 1039-functions-identity-tg_user_sessions__end_impersonation.sql
-- However the session ends, the record of it ends too.
create or replace function app_hidden.tg_user_sessions__end_impersonation()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_public.impersonations as i
  set ended_at = new.revoked_at
  where i.session_id = new.id and i.ended_at is null;
  return null;
end
$$;

comment on function app_hidden.tg_user_sessions__end_impersonation() is
  'Keeps impersonations.ended_at.';

create or replace trigger _500_end_impersonation
  after update of revoked_at on app_public.user_sessions
  for each row when (new.impersonator_id is not null and new.revoked_at is not null)
  execute function app_hidden.tg_user_sessions__end_impersonation();

--! split: 1040-functions-identity-trust_device.sql
create or replace function app_private.trust_device(
  session app_public.user_sessions, token text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  if trust_device.token is null or trust_device.token !~ '^[A-Za-z0-9_-]{43}$' then
    raise exception 'A device token is 32 random bytes in base64url.' using errcode = 'LMINP';
  end if;
  insert into app_public.trusted_devices (user_id, device, ip_address, user_agent, expires_at)
  values (
    (trust_device.session).user_id, (trust_device.session).device,
    (trust_device.session).ip_address, (trust_device.session).user_agent,
    now() + interval '30 days'
  )
  returning id into v_id;
  insert into app_private.trusted_device_tokens (token_hash, device_id)
  values (app_hidden.hash_token(trust_device.token), v_id);
end
$$;

comment on function app_private.trust_device(app_public.user_sessions, text) is
  'Trusts the device of a session for 30 days, under a token that the server made.';

--! split: 1041-functions-identity-update_profile.sql
-- What is left out stays as it is; an empty telephone number is none.
create or replace function app_public.update_profile(
  first_name text default null, last_name text default null, phone text default null
)
returns app_public.users
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user app_public.users;
  v_constraint text;
  v_column text;
begin
  update app_public.users as u
  set first_name = coalesce(update_profile.first_name, u.first_name),
    last_name = coalesce(update_profile.last_name, u.last_name),
    phone = case
      when update_profile.phone is null then u.phone
      else nullif(update_profile.phone, '')
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

comment on function app_public.update_profile(text, text, text) is
  'Changes the user''s name or telephone number; what is left out stays. '
  'Raises LMINP, LMAUT, LMSES.';
grant execute on function app_public.update_profile(text, text, text) to lml_user;

--! split: 1042-functions-identity-use_trusted_device.sql
create or replace function app_private.use_trusted_device(user_id uuid, token text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_public.trusted_devices as d
  set last_used_at = now()
  from app_private.trusted_device_tokens as t
  where t.token_hash = app_hidden.hash_token(use_trusted_device.token)
    and d.id = t.device_id
    and d.user_id = use_trusted_device.user_id
    and d.revoked_at is null
    and d.expires_at > now();
  if not found then
    raise exception 'Your account needs a code, too.'
      using errcode = 'LMTFA', hint = 'This device is not trusted, or not any more.';
  end if;
end
$$;

comment on function app_private.use_trusted_device(uuid, text) is
  'Lets a device of the user''s replace a code. Raises LMTFA when it is not trusted.';

--! split: 1043-functions-identity-use_user_token.sql
-- The update is the lock: of two who bring the same token at once, one finds it used.
create or replace function app_private.use_user_token(
  token text, purpose app_private.user_token_purpose
)
returns app_private.user_tokens
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_token app_private.user_tokens;
begin
  update app_private.user_tokens as t
  set used_at = now()
  from app_public.users as u
  where t.token_hash = app_hidden.hash_token(use_user_token.token)
    and t.purpose = use_user_token.purpose
    and t.used_at is null
    and t.expires_at > now()
    and u.id = t.user_id
    and u.account_status = 'active'
  returning t.* into v_token;
  if v_token.user_id is null then
    perform app_private.raise_bad_link();
  end if;
  return v_token;
end
$$;

comment on function app_private.use_user_token(text, app_private.user_token_purpose) is
  'Uses a mailed token up. Raises LMTOK when it is unknown, used, expired, or for something else.';

--! split: 1044-functions-identity-user_sessions_is_current.sql
create or replace function app_public.user_sessions_is_current(session app_public.user_sessions)
returns boolean
language sql stable set search_path = ''
as $$
  select coalesce((user_sessions_is_current.session).id = app_hidden.current_session_id(), false)
$$;

comment on function app_public.user_sessions_is_current(app_public.user_sessions) is
  'Whether it is the session of this very request.';
grant execute on function app_public.user_sessions_is_current(app_public.user_sessions)
  to lml_user;

--! split: 1045-functions-identity-user_sessions_last_seen_at.sql
create or replace function app_public.user_sessions_last_seen_at(session app_public.user_sessions)
returns timestamptz
language sql stable security definer set search_path = ''
as $$
  select coalesce(a.last_seen_at, s.created_at)
  from app_public.user_sessions as s
  left join app_private.session_activity as a on a.session_id = s.id
  where s.id = (user_sessions_last_seen_at.session).id
    and (
      s.user_id = app_hidden.current_user_id()
      or app_hidden.current_platform_role() is not null
    )
$$;

comment on function app_public.user_sessions_last_seen_at(app_public.user_sessions) is
  'When the session was last used, give or take five minutes.';
grant execute on function app_public.user_sessions_last_seen_at(app_public.user_sessions)
  to lml_user;

--! split: 1046-functions-identity-user_sessions_place.sql
-- Towns would take a database of addresses, which is bought, or out of date, or both. The network is
-- what people can compare with their own.
create or replace function app_public.user_sessions_place(session app_public.user_sessions)
returns text
language sql stable set search_path = ''
as $$
  select network(
    set_masklen(s.address, case when family(s.address) = 4 then 24 else 48 end)
  )::text
  from (
    select case
      when (user_sessions_place.session).ip_address <<= '::ffff:0:0/96'::inet
        then replace(host((user_sessions_place.session).ip_address), '::ffff:', '')::inet
      else (user_sessions_place.session).ip_address
    end as address
  ) as s
$$;

comment on function app_public.user_sessions_place(app_public.user_sessions) is
  'The network that the user signed in from, such as 203.0.113.0/24.';
grant execute on function app_public.user_sessions_place(app_public.user_sessions) to lml_user;

--! split: 1047-functions-identity-verify_email.sql
-- Whoever has the token has the mailbox: no session is needed, so that a link works on any device.
create or replace function app_private.verify_email(token text)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_token app_private.user_tokens := app_private.use_user_token(
    verify_email.token, 'verify_email'
  );
begin
  update app_public.users as u
  set email_verified_at = now()
  where u.id = v_token.user_id
    and u.email operator(public.=) v_token.email
    and u.email_verified_at is null;
  return true;
end
$$;

comment on function app_private.verify_email(text) is
  'Proves an address with the token that was mailed to it. Raises LMTOK.';
grant execute on function app_private.verify_email(text) to lml_authenticator;

--! split: 1048-functions-privacy-declared_classes.sql
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
  ('app_public.users', 'personal', 'anonymize', 'null', 'phone email_verified_at last_login_at'),
  ('app_public.users', 'internal', null, null, 'account_status login_count'),
  ('app_private.user_credentials', 'secret', 'delete', null, 'password_hash'),
  ('app_private.user_credentials', 'internal', null, null, 'failed_login_attempts'),
  ('app_private.two_factor_secrets', 'secret', 'delete', null, 'encrypted_secret'),
  ('app_private.two_factor_secrets', 'internal', null, null, 'last_time_step'),
  ('app_private.recovery_codes', 'secret', 'delete', null, 'code_hash'),
  ('app_private.session_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_public.user_sessions', 'personal', 'delete', null, 'device ip_address user_agent'),
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
    'subscription_reference monthly_event_limit'),
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
  ('app_public.organization_suspensions', 'internal', null, null, 'reason'),
  ('app_public.subscription_tiers', 'public', null, null,
    'tier description monthly_event_limit monthly_revenue_limit_units'),
  ('app_public.tax_rates', 'public', null, null, 'name jurisdiction percentage'),

  -- venues
  ('app_public.venues', 'public', null, null, 'name slug description address timezone'),
  ('app_public.venue_layouts', 'public', null, null,
    'version name sha256 document source source_reference seat_count'),
  ('app_public.layout_sections', 'public', null, null, 'section_no name'),
  ('app_public.layout_seats', 'public', null, null,
    'seat_no section_no seat_id row_name seat_number category x y features'),

  -- events
  ('app_public.events', 'public', null, null,
    'title slug description status currency blocked_sections organization_status '
    'allow_guest_checkout hold_seconds checkout_seconds hold_seconds_max tickets_per_booking_max '
    'service_fee_percentage processing_fee_percentage tax_percentage is_public'),
  ('app_public.events', 'financial', null, null, 'commission_percentage'),
  ('app_public.performances', 'public', null, null, 'currency status is_public'),
  ('app_public.ticket_categories', 'public', null, null,
    'category_no name description status seat_categories sections is_public'),
  ('app_public.ticket_category_prices', 'public', null, null, 'audience valid_during is_public'),

  -- inventory
  ('app_public.performance_categories', 'public', null, null, 'category_no'),
  ('app_public.seat_booking_state', 'internal', null, null, 'seat_no status category_no'),

  -- bookings
  ('app_public.customers', 'personal', 'anonymize', $$'erased+' || t.id || '@erased.invalid'$$,
    'email'),
  ('app_public.customers', 'personal', 'anonymize', 'null', 'first_name last_name phone'),
  ('app_public.bookings', 'personal', 'anonymize', 'null', 'customer_email customer_name'),
  ('app_public.bookings', 'personal', 'anonymize', 'null', 'cancellation_reason'),
  ('app_public.bookings', 'secret', 'keep', 'It owns the tickets, and tells nothing of anybody.',
    'cart_token_hash'),
  ('app_public.bookings', 'internal', null, null,
    'booking_reference status booking_channel currency'),
  ('app_public.bookings', 'financial', null, null, 'commission_percentage'),
  ('app_public.booking_items', 'internal', null, null, 'item_type seat_nos quantity'),
  ('app_public.booking_state_transitions', 'personal', 'keep',
    'History of a sale, kept as long as the books; it says why, and not who.', 'reason'),
  ('app_public.booking_state_transitions', 'internal', null, null,
    'from_status to_status changed_via request_id'),
  ('app_public.booking_status_transitions', 'public', null, null, 'from_status to_status reason'),
  ('app_private.idempotency_keys', 'internal', null, null,
    'owner idempotency_key function_name arguments_hash'),

  -- payments
  ('app_public.payment_intents', 'financial', null, null,
    'currency status stripe_payment_intent_id stripe_status failure_code failure_message'),
  ('app_private.payment_intent_secrets', 'secret', 'delete', null, 'client_secret'),
  ('app_private.stripe_events', 'personal', 'anonymize', $$'{}'$$, 'payload'),
  ('app_private.stripe_events', 'internal', null, null, 'id type livemode outcome'),
  ('app_public.refunds', 'financial', null, null,
    'reason currency status stripe_refund_id failure_reason'),
  ('app_public.ledger_accounts', 'financial', null, null, 'kind currency'),
  ('app_public.ledger_transactions', 'financial', null, null, 'source description'),

  -- tickets
  ('app_public.tickets', 'internal', null, null,
    'seat_no ticket_number status section row_name seat_number currency'),
  ('app_private.ticket_credentials', 'secret', null, null, 'credential_hash'),
  ('app_private.ticket_credentials', 'internal', null, null, 'version'),
  ('app_private.signing_keys', 'secret', null, null, 'key'),
  ('app_private.signing_keys', 'internal', null, null, 'name'),
  ('app_public.ticket_scans', 'internal', null, null, 'result code gate device'),

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
  ('app_public.privacy_requests', 'internal', null, null, 'kind summary')
) as d (relation, class, on_erasure, note, columns)
cross join lateral regexp_split_to_table(d.columns, ' ') as c (column_name);

comment on view app_private.declared_classes is
  'What is declared about columns; column_classes has every column there is.';
revoke all on app_private.declared_classes from public;

--! split: 1049-functions-privacy-personal_tables.sql
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
      and (t.template <> ''account_closed'' or t.sent_at is not null)'
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
    'app_public.organization_invitations', 'invitations',
    't.accepted_by = ($1).user_id or t.email operator(public.=) any (($1).emails)'
  ),
  (
    'app_public.consents', 'consents',
    't.user_id = ($1).user_id or t.customer_id = any (($1).customer_ids)'
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
      )'
  ),
  ('app_public.payment_intents', 'payments', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.refunds', 'refunds', 't.booking_id = any (($1).booking_ids)'),
  (
    'app_public.ticket_scans', 'ticket_scans',
    't.ticket_id in (
      select k.id from app_public.tickets as k where k.booking_id = any (($1).booking_ids)
    )'
  ),
  ('app_public.tickets', 'tickets', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.booking_items', 'booking_items', 't.booking_id = any (($1).booking_ids)'),
  (
    'app_public.booking_state_transitions', 'booking_history',
    't.booking_id = any (($1).booking_ids)'
  ),
  ('app_public.bookings', 'bookings', 't.id = any (($1).booking_ids)'),
  ('app_public.customers', 'customers', 't.id = any (($1).customer_ids)'),
  ('app_public.users', 'account', 't.id = ($1).user_id'),
  -- What was done to the entries above. What the person did to others' is about those.
  (
    'app_public.audit_log', 'audit_log',
    't.entity_type = ''users'' and t.entity_id = ($1).user_id
      or t.entity_type = ''customers'' and t.entity_id = any (($1).customer_ids)
      or t.entity_type = ''bookings'' and t.entity_id = any (($1).booking_ids)
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

--! split: 1050-policies-identity-attempt_limits.sql
-- Reached through definer functions only.
alter table app_private.attempt_limits enable row level security;
alter table app_private.attempt_limits force row level security;

drop policy if exists all_owner on app_private.attempt_limits;
create policy all_owner on app_private.attempt_limits
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.attempt_limits from public;

--! split: 1051-policies-identity-attempts.sql
-- Reached through definer functions only.
alter table app_private.attempts enable row level security;
alter table app_private.attempts force row level security;

drop policy if exists all_owner on app_private.attempts;
create policy all_owner on app_private.attempts
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.attempts from public;

--! split: 1052-policies-identity-failed_attempts.sql
-- Everybody sees what was tried on their account; those who guard the platform see all of it.
alter table app_public.failed_attempts enable row level security;
alter table app_public.failed_attempts force row level security;

drop policy if exists all_owner on app_public.failed_attempts;
create policy all_owner on app_public.failed_attempts
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.failed_attempts;
create policy select_own on app_public.failed_attempts
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_staff on app_public.failed_attempts;
create policy select_staff on app_public.failed_attempts
  for select to lml_user
  using ((select app_hidden.current_platform_role()) in ('security', 'admin'));

revoke all on app_public.failed_attempts from public;
grant select on app_public.failed_attempts to lml_user;

--! split: 1053-policies-identity-impersonations.sql
-- The person sees who acted in their name, and staff sees what colleagues did.
alter table app_public.impersonations enable row level security;
alter table app_public.impersonations force row level security;

drop policy if exists all_owner on app_public.impersonations;
create policy all_owner on app_public.impersonations
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.impersonations;
create policy select_own on app_public.impersonations
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_staff on app_public.impersonations;
create policy select_staff on app_public.impersonations
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.impersonations from public;
grant select on app_public.impersonations to lml_user;

--! split: 1054-policies-identity-session_activity.sql
-- Reached through definer functions only.
alter table app_private.session_activity enable row level security;
alter table app_private.session_activity force row level security;

drop policy if exists all_owner on app_private.session_activity;
create policy all_owner on app_private.session_activity
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.session_activity from public;

--! split: 1055-policies-identity-sign_ups.sql
-- Reached through definer functions only.
alter table app_private.sign_ups enable row level security;
alter table app_private.sign_ups force row level security;

drop policy if exists all_owner on app_private.sign_ups;
create policy all_owner on app_private.sign_ups
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.sign_ups from public;

--! split: 1056-policies-identity-trusted_device_tokens.sql
-- Reached through definer functions only.
alter table app_private.trusted_device_tokens enable row level security;
alter table app_private.trusted_device_tokens force row level security;

drop policy if exists all_owner on app_private.trusted_device_tokens;
create policy all_owner on app_private.trusted_device_tokens
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.trusted_device_tokens from public;

--! split: 1057-policies-identity-trusted_devices.sql
-- Everybody sees their own devices.
alter table app_public.trusted_devices enable row level security;
alter table app_public.trusted_devices force row level security;

drop policy if exists all_owner on app_public.trusted_devices;
create policy all_owner on app_public.trusted_devices
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.trusted_devices;
create policy select_own on app_public.trusted_devices
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

revoke all on app_public.trusted_devices from public;
grant select on app_public.trusted_devices to lml_user;

--! split: 1058-policies-identity-user_sessions.sql
-- Everybody sees where they themselves are signed in; staff does too, to end it.
alter table app_public.user_sessions enable row level security;
alter table app_public.user_sessions force row level security;

drop policy if exists all_owner on app_public.user_sessions;
create policy all_owner on app_public.user_sessions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.user_sessions;
create policy select_own on app_public.user_sessions
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_staff on app_public.user_sessions;
create policy select_staff on app_public.user_sessions
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.user_sessions from public;
grant select on app_public.user_sessions to lml_user;

--! split: 1059-policies-identity-user_suspensions.sql
-- The person sees why, once they are back, and staff always.
alter table app_public.user_suspensions enable row level security;
alter table app_public.user_suspensions force row level security;

drop policy if exists all_owner on app_public.user_suspensions;
create policy all_owner on app_public.user_suspensions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.user_suspensions;
create policy select_own on app_public.user_suspensions
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_staff on app_public.user_suspensions;
create policy select_staff on app_public.user_suspensions
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.user_suspensions from public;
grant select on app_public.user_suspensions to lml_user;
