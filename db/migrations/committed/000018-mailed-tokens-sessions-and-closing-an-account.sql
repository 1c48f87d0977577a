--! Previous: sha1:fe4eacdf9af2c1d915f078b7ed5a15b332dfd278
--! Hash: sha1:43bfcbcbd46647bba6bd532ace0c555743667447
--! Message: Mailed tokens, sessions and closing an account

--! split: 100-identity.sql
-- What is sent by mail, and the tokens that come back with it.

create type app_private.user_token_purpose as enum (
  'verify_email', 'reset_password', 'change_email'
);
comment on type app_private.user_token_purpose is 'What a token that was mailed is good for.';

create table app_private.user_tokens (
  token_hash bytea primary key,
  user_id uuid not null references app_public.users on delete cascade,
  purpose app_private.user_token_purpose not null,
  email public.citext not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  constraint user_tokens_hash_is_sha256 check (octet_length(token_hash) = 32),
  constraint user_tokens_expire_after_creation check (expires_at > created_at)
);
create index user_tokens_user_id_idx on app_private.user_tokens (user_id, purpose);

comment on table app_private.user_tokens is
  'SHA-256 of each token that was mailed to a user: good once, for one purpose, for a while.';

create table app_private.outgoing_emails (
  id uuid primary key default uuidv7(),
  recipient public.citext not null,
  template text not null,
  variables jsonb not null default '{}',
  created_at timestamptz not null default now(),
  sent_at timestamptz,
  constraint outgoing_emails_recipient_has_two_sides
    check (recipient ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(recipient) <= 320),
  constraint outgoing_emails_forget_what_was_sent check (sent_at is null or variables = '{}')
);

comment on table app_private.outgoing_emails is
  'Mail that is to be sent, and that was: then without its tokens.';

-- The server calls sign_up now.
revoke execute on function app_private.register_user(text, text, text, text)
  from lml_authenticator;

--! split: 1000-functions-identity-change_password.sql
create or replace function app_private.change_password(password_hash text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_hidden.refuse_impersonator();
  perform app_private.store_password(
    app_hidden.require_user_id(), change_password.password_hash, app_hidden.current_session_id()
  );
end
$$;

comment on function app_private.change_password(text) is
  'Sets a new password; the old one was verified by the server. Raises LMAUT, LMSES, LMIMP.';
grant execute on function app_private.change_password(text) to lml_authenticator;

--! split: 1001-functions-identity-close_account.sql
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
  v_open text;
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
  select u.email::text into strict v_email
  from app_public.users as u where u.id = v_user_id for update;
  select string_agg(b.booking_reference, ', ' order by b.created_at) into v_open
  from app_public.bookings as b
  where b.user_id = v_user_id
    and (
      b.status = 'pending_payment'
      or exists (
        select from app_public.refunds as r
        where r.organization_id = b.organization_id
          and r.booking_id = b.id
          and r.status in ('pending', 'processing')
      )
    );
  if v_open is not null then
    raise exception 'Money is on its way for bookings of yours.'
      using errcode = 'LMOPN', detail = v_open, hint = 'Wait until it has arrived, or cancel.';
  end if;
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
  update app_public.users as u set account_status = 'deleted' where u.id = v_user_id;
  update app_public.user_sessions as s
  set revoked_at = now() where s.user_id = v_user_id and s.revoked_at is null;
  delete from app_private.user_tokens as t where t.user_id = v_user_id;
  perform app_private.queue_email(v_email, 'account_closed');
end
$$;

comment on function app_private.close_account() is
  'Closes the user''s account for good; the password was verified by the server. '
  'Raises LMOPN (money on its way), LMOWN (the last owner), LMAUT, LMSES, LMIMP.';
grant execute on function app_private.close_account() to lml_authenticator;

--! split: 1002-functions-identity-confirm_email_change.sql
create or replace function app_public.confirm_email_change(token text)
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
    raise exception 'This link is not good, or not any more.'
      using errcode = 'LMTOK', hint = 'Ask for a new one.';
end
$$;

comment on function app_public.confirm_email_change(text) is
  'Makes the address that the token was mailed to the account''s, and tells the old one. '
  'Raises LMTOK.';
grant execute on function app_public.confirm_email_change(text) to lml_anonymous, lml_user;

--! split: 1003-functions-identity-current_password_hash.sql
create or replace function app_private.current_password_hash()
returns text
language sql stable security definer set search_path = ''
as $$
  select c.password_hash
  from app_private.user_credentials as c
  where c.user_id = app_hidden.require_user_id()
$$;

comment on function app_private.current_password_hash() is
  'What the server verifies before it changes something that only the owner may. '
  'Raises LMAUT, LMSES.';
grant execute on function app_private.current_password_hash() to lml_authenticator;

--! split: 1004-functions-identity-current_session_id.sql
create or replace function app_hidden.current_session_id()
returns uuid
language sql stable security definer set search_path = ''
as $$
  select s.id
  from app_private.session_tokens as t
  join app_public.user_sessions as s on s.id = t.session_id
  where t.token_hash
      = app_hidden.hash_token(nullif(current_setting('lml.session_token', true), ''))
    and s.revoked_at is null
    and s.expires_at > now()
$$;

comment on function app_hidden.current_session_id() is 'The session of this request, or null.';
grant execute on function app_hidden.current_session_id() to lml_user;

--! split: 1005-functions-identity-issue_user_token.sql
-- The newest token of a purpose is the only good one. Whoever asks again within a minute is not
-- mailed again: nobody's mailbox is flooded through us.
create or replace function app_private.issue_user_token(
  user_id uuid, purpose app_private.user_token_purpose, email text, token text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  -- Two requests at once wait for each other here.
  perform from app_public.users as u where u.id = issue_user_token.user_id for no key update;
  if exists (
    select from app_private.user_tokens as t
    where t.user_id = issue_user_token.user_id
      and t.purpose = issue_user_token.purpose
      and t.email operator(public.=) issue_user_token.email::public.citext
      and t.used_at is null
      and t.created_at > now() - interval '1 minute'
  ) then
    return;
  end if;
  delete from app_private.user_tokens as t
  where t.user_id = issue_user_token.user_id
    and t.purpose = issue_user_token.purpose
    and t.used_at is null;
  insert into app_private.user_tokens (token_hash, user_id, purpose, email, expires_at)
  values (
    app_hidden.hash_token(issue_user_token.token), issue_user_token.user_id,
    issue_user_token.purpose, issue_user_token.email::public.citext,
    now() + case issue_user_token.purpose
      when 'reset_password' then interval '1 hour' else interval '2 days'
    end
  );
  perform app_private.queue_email(
    issue_user_token.email, issue_user_token.purpose::text,
    jsonb_build_object('token', issue_user_token.token)
  );
end
$$;

comment on function app_private.issue_user_token(
  uuid, app_private.user_token_purpose, text, text
) is 'Mails a token to an address; it is good once, for an hour (a password) or two days.';

--! split: 1006-functions-identity-prepare_email.sql
create or replace function app_private.prepare_email(email_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'id', e.id, 'recipient', e.recipient, 'template', e.template, 'variables', e.variables
  )
  from app_private.outgoing_emails as e
  where e.id = prepare_email.email_id and e.sent_at is null
$$;

comment on function app_private.prepare_email(uuid) is 'What to send; null when it was sent.';
grant execute on function app_private.prepare_email(uuid) to lml_worker;

--! split: 1007-functions-identity-queue_email.sql
-- In the transaction of what it tells about: it is sent if that happened, and only then.
create or replace function app_private.queue_email(
  recipient text, template text, variables jsonb default '{}'
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  insert into app_private.outgoing_emails (recipient, template, variables)
  values (queue_email.recipient::public.citext, queue_email.template, queue_email.variables)
  returning id into v_id;
  perform app_private.add_job('email__send', jsonb_build_object('email_id', v_id));
  return v_id;
end
$$;

comment on function app_private.queue_email(text, text, jsonb) is
  'Has a mail sent; the template is one of worker/mail/templates.ts.';

--! split: 1008-functions-identity-record_email_sent.sql
create or replace function app_private.record_email_sent(email_id uuid)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_private.outgoing_emails as e
  set sent_at = now(), variables = '{}'
  where e.id = record_email_sent.email_id and e.sent_at is null
$$;

comment on function app_private.record_email_sent(uuid) is
  'Remembers that a mail was sent, and forgets the token in it.';
grant execute on function app_private.record_email_sent(uuid) to lml_worker;

--! split: 1009-functions-identity-record_failed_sign_in.sql
-- Ten wrong passwords in a row close the account for a quarter of an hour. Whoever tries is not
-- told; the owner is, by mail.
create or replace function app_private.record_failed_sign_in(email text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_email text;
begin
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

comment on function app_private.record_failed_sign_in(text) is
  'Counts a wrong password, and locks the account for 15 minutes at every tenth.';
grant execute on function app_private.record_failed_sign_in(text) to lml_authenticator;

--! split: 1010-functions-identity-refresh_session.sql
-- The old token dies in the same statement: of two who refresh at once, one finds no session.
create or replace function app_private.refresh_session(token text)
returns app_public.user_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_session_id uuid;
  v_session app_public.user_sessions;
begin
  perform app_hidden.require_user_id();
  update app_private.session_tokens as t
  set token_hash = app_hidden.hash_token(refresh_session.token)
  where t.token_hash
    = app_hidden.hash_token(nullif(current_setting('lml.session_token', true), ''))
  returning t.session_id into v_session_id;
  -- Whoever acts in somebody else's name does so for as long as it was granted.
  update app_public.user_sessions as s
  set expires_at = now() + interval '30 days'
  where s.id = v_session_id and s.revoked_at is null and s.impersonator_id is null
  returning * into v_session;
  if v_session.id is null then
    raise exception 'Your session has ended.' using errcode = 'LMSES', hint = 'Sign in again.';
  end if;
  return v_session;
end
$$;

comment on function app_private.refresh_session(text) is
  'Gives the session of this request another token and 30 more days. Raises LMAUT, LMSES.';
grant execute on function app_private.refresh_session(text) to lml_authenticator;

--! split: 1011-functions-identity-refuse_impersonator.sql
create or replace function app_hidden.refuse_impersonator()
returns void
language plpgsql stable set search_path = ''
as $$
begin
  if app_hidden.current_impersonator_id() is not null then
    raise exception 'Only the owner of the account may do this, not somebody in their name.'
      using errcode = 'LMIMP';
  end if;
end
$$;

comment on function app_hidden.refuse_impersonator() is
  'Raises LMIMP when platform staff acts in somebody else''s name.';
grant execute on function app_hidden.refuse_impersonator() to lml_anonymous, lml_user;

--! split: 1012-functions-identity-register_user.sql
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
  if register_user.email is null
    or register_user.email !~ '^[^@[:space:]]+@[^@[:space:]]+$'
    or length(register_user.email) > 320
  then
    raise exception 'This is not an e-mail address.'
      using errcode = 'LMINP', detail = 'email', hint = 'Give an address such as ada@example.com.';
  end if;
  if coalesce(length(register_user.first_name), 0) not between 1 and 100
    or coalesce(length(register_user.last_name), 0) not between 1 and 100
  then
    raise exception 'Both names are needed, of at most 100 characters.'
      using errcode = 'LMINP', detail = 'first_name, last_name';
  end if;

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

--! split: 1013-functions-identity-request_email_change.sql
-- The token goes to the new address; the old one is told at the end. If the new address has an
-- account already, its owner is told instead, and the caller learns nothing.
create or replace function app_private.request_email_change(email text, token text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
begin
  perform app_hidden.refuse_impersonator();
  if request_email_change.email is null
    or request_email_change.email !~ '^[^@[:space:]]+@[^@[:space:]]+$'
    or length(request_email_change.email) > 320
  then
    raise exception 'This is not an e-mail address.' using errcode = 'LMINP', detail = 'email';
  end if;
  if exists (
    select from app_public.users as u
    where u.email operator(public.=) request_email_change.email::public.citext
  ) then
    perform app_private.queue_email(request_email_change.email, 'address_in_use');
    return;
  end if;
  perform app_private.issue_user_token(
    v_user_id, 'change_email', request_email_change.email, request_email_change.token
  );
end
$$;

comment on function app_private.request_email_change(text, text) is
  'Mails a token to the new address. Raises LMINP, LMAUT, LMSES, LMIMP.';
grant execute on function app_private.request_email_change(text, text) to lml_authenticator;

--! split: 1014-functions-identity-request_email_verification.sql
create or replace function app_private.request_email_verification(token text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user app_public.users;
begin
  select * into strict v_user
  from app_public.users as u where u.id = app_hidden.require_user_id();
  if v_user.email_verified_at is null then
    perform app_private.issue_user_token(
      v_user.id, 'verify_email', v_user.email::text, request_email_verification.token
    );
  end if;
end
$$;

comment on function app_private.request_email_verification(text) is
  'Mails another token to the user, unless the address is proven. Raises LMAUT, LMSES.';
grant execute on function app_private.request_email_verification(text) to lml_authenticator;

--! split: 1015-functions-identity-request_password_reset.sql
create or replace function app_private.request_password_reset(email text, token text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user app_public.users;
begin
  select * into v_user
  from app_public.users as u
  where u.email operator(public.=) request_password_reset.email::public.citext
    and u.account_status = 'active';
  if found then
    perform app_private.issue_user_token(
      v_user.id, 'reset_password', v_user.email::text, request_password_reset.token
    );
  end if;
end
$$;

comment on function app_private.request_password_reset(text, text) is
  'Mails a token to the address if it has an account; nobody else learns whether it has.';
grant execute on function app_private.request_password_reset(text, text) to lml_authenticator;

--! split: 1016-functions-identity-reset_password.sql
create or replace function app_private.reset_password(token text, password_hash text)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_token app_private.user_tokens := app_private.use_user_token(
    reset_password.token, 'reset_password'
  );
begin
  perform app_private.store_password(v_token.user_id, reset_password.password_hash);
  -- The token came from the mailbox, so the address is proven too.
  update app_public.users as u
  set email_verified_at = now()
  where u.id = v_token.user_id
    and u.email operator(public.=) v_token.email
    and u.email_verified_at is null;
  return v_token.user_id;
end
$$;

comment on function app_private.reset_password(text, text) is
  'Sets a new password with a mailed token, and ends all sessions. Raises LMTOK.';
grant execute on function app_private.reset_password(text, text) to lml_authenticator;

--! split: 1017-functions-identity-revoke_session.sql
create or replace function app_public.revoke_session(session_id uuid)
returns app_public.user_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_session app_public.user_sessions;
begin
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
  'Raises LMAUT, LMSES, LMNFD.';
grant execute on function app_public.revoke_session(uuid) to lml_user;

--! split: 1018-functions-identity-sign_out_everywhere.sql
create or replace function app_public.sign_out_everywhere()
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  perform app_hidden.refuse_impersonator();
  update app_public.user_sessions as s
  set revoked_at = now()
  where s.user_id = app_hidden.require_user_id()
    and s.revoked_at is null
    and s.expires_at > now();
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_public.sign_out_everywhere() is
  'Ends all sessions of the user at once, this one too; returns how many. '
  'Raises LMAUT, LMSES, LMIMP.';
grant execute on function app_public.sign_out_everywhere() to lml_user;

--! split: 1019-functions-identity-sign_up.sql
create or replace function app_private.sign_up(
  email text, password_hash text, first_name text, last_name text, token text
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_private.register_user(
    sign_up.email, sign_up.password_hash, sign_up.first_name, sign_up.last_name
  );
begin
  perform app_private.issue_user_token(v_user_id, 'verify_email', sign_up.email, sign_up.token);
  return v_user_id;
end
$$;

comment on function app_private.sign_up(text, text, text, text, text) is
  'Opens an account and mails the token that proves its address. Raises LMINP, LMEML.';
grant execute on function app_private.sign_up(text, text, text, text, text) to lml_authenticator;

--! split: 1020-functions-identity-store_password.sql
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
  select u.email::text into strict v_email
  from app_public.users as u where u.id = store_password.user_id;
  perform app_private.queue_email(v_email, 'password_changed');
end
$$;

comment on function app_private.store_password(uuid, text, uuid) is
  'A new password ends every other session, and its owner is told.';

--! split: 1021-functions-identity-use_user_token.sql
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
    raise exception 'This link is not good, or not any more.'
      using errcode = 'LMTOK', hint = 'Ask for a new one.';
  end if;
  return v_token;
end
$$;

comment on function app_private.use_user_token(text, app_private.user_token_purpose) is
  'Uses a mailed token up. Raises LMTOK when it is unknown, used, expired, or for something else.';

--! split: 1022-functions-identity-verify_email.sql
-- Whoever has the token has the mailbox: no session is needed, so that a link works on any device.
create or replace function app_public.verify_email(token text)
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

comment on function app_public.verify_email(text) is
  'Proves an address with the token that was mailed to it. Raises LMTOK.';
grant execute on function app_public.verify_email(text) to lml_anonymous, lml_user;

--! split: 1023-policies-identity-outgoing_emails.sql
-- Reached through definer functions only.
alter table app_private.outgoing_emails enable row level security;
alter table app_private.outgoing_emails force row level security;

drop policy if exists all_owner on app_private.outgoing_emails;
create policy all_owner on app_private.outgoing_emails
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.outgoing_emails from public;

--! split: 1024-policies-identity-user_tokens.sql
-- Reached through definer functions only.
alter table app_private.user_tokens enable row level security;
alter table app_private.user_tokens force row level security;

drop policy if exists all_owner on app_private.user_tokens;
create policy all_owner on app_private.user_tokens
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.user_tokens from public;
