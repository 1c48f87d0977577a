--! Previous: sha1:fd846f3ac537b7c5e3d92020e496c0be49fedf69
--! Hash: sha1:13ba91b084903414816b70da767137b149466867
--! Message: A second factor

--! split: 100-two-factor.sql
-- A second proof of who somebody is: a code that their telephone makes.

create table app_private.two_factor_secrets (
  user_id uuid primary key references app_public.users on delete cascade,
  -- Encrypted by the server, whose key is not in the database.
  encrypted_secret bytea not null,
  created_at timestamptz not null default now(),
  confirmed_at timestamptz,
  -- A code is good once: the time step of the last one that was used.
  last_time_step bigint not null default 0
);

comment on table app_private.two_factor_secrets is
  'What makes a user''s codes, encrypted. It counts once its first code was given.';

create table app_private.recovery_codes (
  user_id uuid not null references app_public.users on delete cascade,
  code_hash bytea not null,
  created_at timestamptz not null default now(),
  used_at timestamptz,
  primary key (user_id, code_hash),
  constraint recovery_codes_hash_is_sha256 check (octet_length(code_hash) = 32)
);

comment on table app_private.recovery_codes is
  'SHA-256 of the codes that replace a lost telephone, each good once.';

drop function app_private.find_credentials(text);
drop function app_private.current_password_hash();

--! split: 1000-functions-identity-confirm_two_factor.sql
create or replace function app_private.confirm_two_factor(recovery_codes text[])
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_email text;
begin
  perform app_hidden.refuse_impersonator();
  update app_private.two_factor_secrets as t
  set confirmed_at = now()
  where t.user_id = v_user_id and t.confirmed_at is null;
  if not found then
    raise exception 'You have a second factor already.'
      using errcode = 'LMTFE', hint = 'Remove it first.';
  end if;
  delete from app_private.recovery_codes as r where r.user_id = v_user_id;
  insert into app_private.recovery_codes (user_id, code_hash)
  select v_user_id, app_hidden.hash_token(code)
  from unnest(confirm_two_factor.recovery_codes) as code;
  select u.email::text into strict v_email from app_public.users as u where u.id = v_user_id;
  perform app_private.queue_email(v_email, 'two_factor_added');
end
$$;

comment on function app_private.confirm_two_factor(text[]) is
  'From now on signing in takes a code; the server has verified the first. '
  'Raises LMTFE, LMAUT, LMSES, LMIMP.';
grant execute on function app_private.confirm_two_factor(text[]) to lml_authenticator;

--! split: 1001-functions-identity-current_account.sql
create or replace function app_private.current_account()
returns table (user_id uuid, email text, password_hash text)
language sql stable security definer set search_path = ''
as $$
  select u.id, u.email::text, c.password_hash
  from app_public.users as u
  join app_private.user_credentials as c on c.user_id = u.id
  where u.id = app_hidden.require_user_id()
$$;

comment on function app_private.current_account() is
  'What the server verifies before it changes something that only the owner may. '
  'Raises LMAUT, LMSES.';
grant execute on function app_private.current_account() to lml_authenticator;

--! split: 1002-functions-identity-current_two_factor.sql
create or replace function app_private.current_two_factor()
returns table (user_id uuid, encrypted_secret bytea, is_confirmed boolean)
language sql stable security definer set search_path = ''
as $$
  select t.user_id, t.encrypted_secret, t.confirmed_at is not null
  from app_private.two_factor_secrets as t
  where t.user_id = app_hidden.require_user_id()
$$;

comment on function app_private.current_two_factor() is
  'The secret of the signed-in user, encrypted; no row: none. Raises LMAUT, LMSES.';
grant execute on function app_private.current_two_factor() to lml_authenticator;

--! split: 1003-functions-identity-enroll_two_factor.sql
-- Until the first code is given nothing changes: a telephone that was set up wrongly locks nobody
-- out.
create or replace function app_private.enroll_two_factor(encrypted_secret bytea)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_hidden.refuse_impersonator();
  insert into app_private.two_factor_secrets as t (user_id, encrypted_secret)
  values (app_hidden.require_user_id(), enroll_two_factor.encrypted_secret)
  on conflict (user_id) do update
  set encrypted_secret = excluded.encrypted_secret, created_at = now(), last_time_step = 0
  where t.confirmed_at is null;
  if not found then
    raise exception 'You have a second factor already.'
      using errcode = 'LMTFE', hint = 'Remove it first.';
  end if;
end
$$;

comment on function app_private.enroll_two_factor(bytea) is
  'Keeps a secret that is yet to be confirmed. Raises LMTFE, LMAUT, LMSES, LMIMP.';
grant execute on function app_private.enroll_two_factor(bytea) to lml_authenticator;

--! split: 1004-functions-identity-find_credentials.sql
-- The operator is named with its schema: with an empty search_path, a plain = would compare text,
-- and capitals would matter.
create or replace function app_private.find_credentials(email text)
returns table (
  user_id uuid, password_hash text, account_status app_public.account_status,
  locked_until timestamptz, encrypted_secret bytea
)
language sql stable security definer set search_path = ''
as $$
  select c.user_id, c.password_hash, u.account_status, c.locked_until, t.encrypted_secret
  from app_public.users as u
  join app_private.user_credentials as c on c.user_id = u.id
  left join app_private.two_factor_secrets as t
    on t.user_id = u.id and t.confirmed_at is not null
  where u.email operator(public.=) find_credentials.email::public.citext
$$;

comment on function app_private.find_credentials(text) is
  'What the server process needs to verify a password, and a code where the user has two factors. '
  'No row: no such account.';
grant execute on function app_private.find_credentials(text) to lml_authenticator;

--! split: 1005-functions-identity-remove_two_factor.sql
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
  select u.email::text into strict v_email from app_public.users as u where u.id = v_user_id;
  perform app_private.queue_email(v_email, 'two_factor_removed');
end
$$;

comment on function app_private.remove_two_factor() is
  'Signing in takes the password alone again; password and code were verified by the server. '
  'Raises LMAUT, LMSES, LMIMP.';
grant execute on function app_private.remove_two_factor() to lml_authenticator;

--! split: 1006-functions-identity-use_recovery_code.sql
create or replace function app_private.use_recovery_code(user_id uuid, code text)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_email text;
begin
  update app_private.recovery_codes as r
  set used_at = now()
  from app_public.users as u
  where r.user_id = use_recovery_code.user_id
    and r.code_hash = app_hidden.hash_token(use_recovery_code.code)
    and r.used_at is null
    and u.id = r.user_id
  returning u.email::text into v_email;
  if v_email is null then
    return false;
  end if;
  perform app_private.queue_email(v_email, 'recovery_code_used');
  return true;
end
$$;

comment on function app_private.use_recovery_code(uuid, text) is
  'Uses a recovery code up, and tells the owner; false when it is none, or was used.';
grant execute on function app_private.use_recovery_code(uuid, text) to lml_authenticator;

--! split: 1007-functions-identity-use_time_step.sql
-- The update is the lock: of two who give the same code at once, one is refused.
create or replace function app_private.use_time_step(user_id uuid, time_step bigint)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_private.two_factor_secrets as t
  set last_time_step = use_time_step.time_step
  where t.user_id = use_time_step.user_id and t.last_time_step < use_time_step.time_step;
  return found;
end
$$;

comment on function app_private.use_time_step(uuid, bigint) is
  'Uses a code up, which the server has verified; false when it, or a later one, was used before.';
grant execute on function app_private.use_time_step(uuid, bigint) to lml_authenticator;

--! split: 1008-policies-identity-recovery_codes.sql
-- Reached through definer functions only.
alter table app_private.recovery_codes enable row level security;
alter table app_private.recovery_codes force row level security;

drop policy if exists all_owner on app_private.recovery_codes;
create policy all_owner on app_private.recovery_codes
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.recovery_codes from public;

--! split: 1009-policies-identity-two_factor_secrets.sql
-- Reached through definer functions only.
alter table app_private.two_factor_secrets enable row level security;
alter table app_private.two_factor_secrets force row level security;

drop policy if exists all_owner on app_private.two_factor_secrets;
create policy all_owner on app_private.two_factor_secrets
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.two_factor_secrets from public;
