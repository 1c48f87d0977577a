--! Previous: sha1:299a5589a52f5a314c824fc8c1590ae52c58a0ce
--! Hash: sha1:dfec730adc229b8b6634d0e8c496e2047c89a1e9
--! Message: Lines of SQL within 100 columns, ones own bookings asked once, and what a review found

--! split: 060-review.sql
drop function app_private.left_inside_price(app_public.bookings, app_private.refund_part);
drop function app_private.require_accounts_on_their_side(app_public.ledger_corrections);

--! split: 1000-functions-identity-current_country.sql
-- The one reading of what the server found out about this request's address, for sessions and
-- rules. What is no country is unknown, not an error: what a proxy sends must stop nobody. Proxies
-- say XX for unknown and T1 for Tor.
create or replace function app_private.current_country()
returns text
language sql stable
return nullif(substring(upper(current_setting('lml.country', true)) from '^[A-Z]{2}$'), 'XX');

comment on function app_private.current_country() is
  'The country that this request comes from, in two letters; null where it is not known.';

--! split: 1001-functions-identity-end_sessions.sql
create or replace function app_private.end_sessions(
  user_id uuid, reason app_public.logout_reason, kept_session_id uuid default null,
  is_own_kept boolean default false
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  update app_public.user_sessions as s
  set revoked_at = now(), revoked_reason = end_sessions.reason
  where (
      s.impersonator_id = end_sessions.user_id
      or s.user_id = end_sessions.user_id and not end_sessions.is_own_kept
    )
    and s.revoked_at is null
    and s.expires_at > now()
    and s.id is distinct from end_sessions.kept_session_id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_private.end_sessions(
  uuid, app_public.logout_reason, uuid, boolean
) is
  'Ends the sessions of a user, but perhaps for one, and those in which the user acts for '
  'somebody; or, when the user''s own are kept, only the latter. Returns how many.';

--! split: 1002-functions-identity-grant_platform_role.sql
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
  'Makes somebody one of the platform''s staff, or gives them another role; granting it '
  'again changes nothing. For admins. Raises LMNFD, LMLCK, LMADM (the last admin), '
  'LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.grant_platform_role(uuid, app_public.platform_role)
  to lml_user;

--! split: 1003-functions-identity-hash_token.sql
-- What is stored of a token: a copy of the database must not be able to act as its users. Stable,
-- as convert_to is: an immutable one would not be inlined into its callers.
create or replace function app_hidden.hash_token(token text)
returns bytea
language sql stable strict parallel safe
return sha256(convert_to(token, 'UTF8'));

comment on function app_hidden.hash_token(text) is 'SHA-256 of a token.';
grant execute on function app_hidden.hash_token(text) to lml_anonymous, lml_user, lml_worker;

--! split: 1004-functions-identity-prepare_email.sql
create or replace function app_private.prepare_email(email_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'id', e.id, 'recipient', e.recipient, 'template', e.template, 'variables', e.variables,
    'language', (
      select u.language from app_public.users as u where u.email operator(public.=) e.recipient
    )
  )
  from app_private.outgoing_emails as e
  where e.id = prepare_email.email_id and e.sent_at is null
$$;

comment on function app_private.prepare_email(uuid) is
  'What to send, and in which language whoever gets it reads; null when it was sent.';
grant execute on function app_private.prepare_email(uuid) to lml_worker;

--! split: 1005-functions-identity-queue_email.sql
-- In the transaction of what it tells about: it is sent if that happened, and only then.
create or replace function app_private.queue_email(
  recipient text, template text, variables jsonb default '{}', organization_id uuid default null
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  insert into app_private.outgoing_emails (recipient, template, variables, organization_id)
  values (
    queue_email.recipient::public.citext, queue_email.template, queue_email.variables,
    queue_email.organization_id
  )
  returning id into v_id;
  perform app_private.add_job('email__send', jsonb_build_object('email_id', v_id));
  return v_id;
end
$$;

comment on function app_private.queue_email(text, text, jsonb, uuid) is
  'Has a mail sent; the template is one of worker/mail/templates.ts. What an organization writes '
  'to its customers names it, so that it is forgotten with them.';

--! split: 1006-functions-identity-suspend_user.sql
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
  perform app_private.end_sessions(v_user.id, 'admin');
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
  'Closes an account until it is reinstated: sessions end at once, tickets stay good, the person '
  'is mailed. Suspending again changes nothing. For the platform''s support and security. '
  'Raises LMNFD, LMSTF (staff), LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.suspend_user(uuid, text) to lml_user;

--! split: 1007-functions-identity-tg_users__forget_session_tokens.sql
-- Nobody acts for an account that is closed. Whoever signs in at the same moment counts the sign-in
-- on the account's row first, so one of the two sees the other.
create or replace function app_hidden.tg_users__forget_session_tokens()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  delete from app_private.session_tokens as t where t.user_id = new.id;
  return null;
end
$$;

comment on function app_hidden.tg_users__forget_session_tokens() is
  'Deletes the tokens of an account that is closed.';

create or replace trigger _500_forget_session_tokens
  after update of account_status on app_public.users
  for each row when (new.account_status <> 'active')
  execute function app_hidden.tg_users__forget_session_tokens();

--! split: 1008-functions-identity-update_profile.sql
-- What is left out stays as it is; an empty text, or an empty address, removes what was there.
create or replace function app_public.update_profile(
  first_name text default null, last_name text default null, phone text default null,
  address jsonb default null, avatar_url text default null, language text default null,
  date_of_birth text default null
)
returns app_public.users
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user app_public.users;
  v_constraint text;
  v_column text;
begin
  if update_profile.date_of_birth <> '' and (
    update_profile.date_of_birth !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
    or not pg_input_is_valid(update_profile.date_of_birth, 'date')
    or update_profile.date_of_birth > to_char(now() + interval '14 hours', 'YYYY-MM-DD')
  ) then
    perform app_hidden.raise_bad_input(null, 'date_of_birth');
  end if;
  update app_public.users as u
  set first_name = coalesce(update_profile.first_name, u.first_name),
    last_name = coalesce(update_profile.last_name, u.last_name),
    phone = nullif(coalesce(update_profile.phone, u.phone), ''),
    address = coalesce(update_profile.address, u.address),
    avatar_url = nullif(coalesce(update_profile.avatar_url, u.avatar_url), ''),
    language = nullif(coalesce(update_profile.language, u.language), ''),
    date_of_birth = case
      when update_profile.date_of_birth is null then u.date_of_birth
      else nullif(update_profile.date_of_birth, '')::date
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

comment on function app_public.update_profile(text, text, text, jsonb, text, text, text) is
  'Changes what the user says of themselves: null leaves a value as it is, an empty text removes '
  'it. The address has line1, line2, city, state, postal_code, country (two letters); the avatar '
  'is an https address; the language a BCP 47 tag such as de-AT; the date of birth YYYY-MM-DD. '
  'Raises LMINP, LMAUT, LMSES.';
grant execute on function app_public.update_profile(text, text, text, jsonb, text, text, text)
  to lml_user;

--! split: 1009-functions-identity-user_sessions_place.sql
create or replace function app_public.user_sessions_place(session app_public.user_sessions)
returns text
language sql stable set search_path = ''
as $$
  select nullif(
    concat_ws(', ', (user_sessions_place.session).city, (user_sessions_place.session).country), ''
  )
$$;

comment on function app_public.user_sessions_place(app_public.user_sessions) is
  'Where the user signed in, such as "Vienna, AT", or only the country; '
  'null where it is not known.';
grant execute on function app_public.user_sessions_place(app_public.user_sessions) to lml_user;

--! split: 1010-functions-identity-warn_of_new_place.sql
-- Whoever has stolen a password signs in from somewhere else. The mail says nothing that they
-- chose, such as the name of their device: it would be theirs to write.
create or replace function app_private.warn_of_new_place(session app_public.user_sessions)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_network text := app_public.user_sessions_network(warn_of_new_place.session);
  v_place text := app_public.user_sessions_place(warn_of_new_place.session);
begin
  -- The first session is no news. Where only the country is known, another network in it is another
  -- place. A session of the platform's support is no place of the user's.
  if (
    select count(*) = 0 or bool_or(
      app_public.user_sessions_network(s) = v_network
      or (s.country, s.city)
        = ((warn_of_new_place.session).country, (warn_of_new_place.session).city)
    )
    from app_public.user_sessions as s
    where s.user_id = (warn_of_new_place.session).user_id
      and s.id <> (warn_of_new_place.session).id
      and s.ip_address is not null and s.impersonator_id is null
  ) then
    return;
  end if;
  perform app_private.queue_email(
    u.email::text, 'new_sign_in', jsonb_build_object('place', v_place, 'network', v_network)
  )
  from app_public.users as u where u.id = (warn_of_new_place.session).user_id;
end
$$;

comment on function app_private.warn_of_new_place(app_public.user_sessions) is
  'Mails the user where a session began, unless they were there before.';

--! split: 1011-functions-organizations-import_memberships.sql
create or replace function app_public.import_memberships(
  organization_id uuid, emails text[], valid_from timestamptz default null,
  valid_until timestamptz default null
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_emails_max constant integer := 10000;
  v_user_id uuid;
  v_during tstzrange;
  v_bad text;
  v_count integer;
begin
  perform app_hidden.require_permission(import_memberships.organization_id, 'memberships.manage');
  v_user_id := app_hidden.require_user_id();
  v_during := app_hidden.time_span(
    coalesce(import_memberships.valid_from, now()), import_memberships.valid_until
  );
  if coalesce(cardinality(import_memberships.emails), 0) not between 1 and c_emails_max then
    raise exception '1 to % addresses are imported at once.', c_emails_max
      using errcode = 'LMINP', detail = 'emails';
  end if;
  select coalesce(e, '') into v_bad
  from unnest(import_memberships.emails) as e
  where (trim(e) ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(e) <= 320) is not true
  limit 1;
  if found then
    raise exception 'This is no address: "%".', left(v_bad, 100)
      using errcode = 'LMINP', detail = 'emails';
  end if;
  insert into app_public.memberships (organization_id, email, valid_during, granted_by)
  select distinct on (lower(trim(e)))
    import_memberships.organization_id, trim(e), v_during, v_user_id
  from unnest(import_memberships.emails) as e
  on conflict do nothing;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_public.import_memberships(uuid, text[], timestamptz, timestamptz) is
  'Makes members of up to 10,000 addresses; who is one at that time already is passed over. '
  'Returns how many were new. Needs memberships.manage. Raises LMNFD, LMRGT, LMINP.';
grant execute on function app_public.import_memberships(uuid, text[], timestamptz, timestamptz)
  to lml_user;

--! split: 1012-functions-organizations-raise_bad_input.sql
-- For what the tables' own constraints refuse. They are named after what must be true, so the name
-- is the explanation.
create or replace function app_hidden.raise_bad_input(constraint_name text, column_name text)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if raise_bad_input.constraint_name <> '' then
    raise exception 'This is refused, because the following must be true: %.',
        replace(raise_bad_input.constraint_name, '_', ' ')
      using errcode = 'LMINP', detail = raise_bad_input.constraint_name,
        hint = case
          when raise_bad_input.constraint_name like '%\_is\_a\_slug'
            then 'A slug is lower-case letters, digits and single hyphens, such as great-hall.'
          else 'Nothing has changed. Send a value for which it is true.'
        end;
  end if;
  raise exception 'The argument "%" is missing.', raise_bad_input.column_name
    using errcode = 'LMINP', detail = raise_bad_input.column_name,
      hint = 'Nothing has changed. Send it, too.';
end
$$;

comment on function app_hidden.raise_bad_input(text, text) is
  'Raises LMINP for a violated check or a missing value.';

--! split: 1013-functions-organizations-record_domain_check.sql
-- A zone is moved now and then, and a record forgotten: what is proven lapses after a week without
-- it. A domain that two have claimed belongs to the one whom its zone names last.
create or replace function app_private.record_domain_check(
  organization_id uuid, domain text, records text[]
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_challenge app_public.domain_challenges;
  v_is_there boolean;
begin
  perform from app_public.organizations as o
  where o.custom_domain = record_domain_check.domain
  order by o.id
  for no key update;
  update app_public.domain_challenges as c
  set checked_at = now(), missed_count = case
      when c.record_value = any (record_domain_check.records) then 0 else c.missed_count + 1
    end
  from app_public.organizations as o
  where c.organization_id = record_domain_check.organization_id
    and c.domain = record_domain_check.domain
    and o.id = c.organization_id
    and o.custom_domain = c.domain
  returning c.* into v_challenge;
  if v_challenge.organization_id is null then
    return false;
  end if;
  v_is_there := v_challenge.missed_count = 0;
  if v_is_there then
    update app_public.organizations as o
    set custom_domain_proven_at = null
    where o.custom_domain = v_challenge.domain
      and o.id <> v_challenge.organization_id
      and o.custom_domain_proven_at is not null;
    update app_public.organizations as o
    set custom_domain_proven_at = now()
    where o.id = v_challenge.organization_id and o.custom_domain_proven_at is null;
  elsif v_challenge.missed_count >= 7 then
    update app_public.organizations as o
    set custom_domain_proven_at = null
    where o.id = v_challenge.organization_id and o.custom_domain_proven_at is not null;
  end if;
  return v_is_there;
end
$$;

comment on function app_private.record_domain_check(uuid, text, text[]) is
  'Says what the zone of a domain said; whether the record was there.';
grant execute on function app_private.record_domain_check(uuid, text, text[]) to lml_worker;

--! split: 1014-functions-organizations-request_domain_check.sql
create or replace function app_public.request_domain_check(organization_id uuid)
returns app_public.domain_challenges
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations := app_private.lock_organization(
    request_domain_check.organization_id, 'organization.manage'
  );
  v_challenge app_public.domain_challenges;
begin
  if v_organization.custom_domain is null then
    raise exception 'The organization has no domain of its own.'
      using errcode = 'LMINP', detail = 'custom_domain', hint = 'Set it with update_organization.';
  end if;
  insert into app_public.domain_challenges as c (organization_id, domain, record_value)
  values (
    v_organization.id, v_organization.custom_domain,
    'lml-verification=' || app_public.create_cart_token()
  )
  on conflict on constraint domain_challenges_pkey do update
  set domain = excluded.domain, record_value = excluded.record_value, created_at = now(),
    checked_at = null, missed_count = 0
  where c.domain <> excluded.domain;
  select * into strict v_challenge
  from app_public.domain_challenges as c where c.organization_id = v_organization.id;
  -- Asking often asks the zone's servers no oftener.
  if coalesce(v_challenge.checked_at < now() - interval '1 minute', true) then
    perform app_private.add_job(
      'organization__check_domain', jsonb_build_object('organization_id', v_organization.id)
    );
  end if;
  return v_challenge;
end
$$;

comment on function app_public.request_domain_check(uuid) is
  'Tells which TXT record proves that the organization''s domain is its '
  'own, and has it looked for. '
  'Needs organization.manage. Raises LMINP without a domain, LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.request_domain_check(uuid) to lml_user;

--! split: 1015-functions-organizations-set_tax_rate.sql
-- As set_price: the new rate takes its period from those that had it.
create or replace function app_public.set_tax_rate(
  tax_jurisdiction_id uuid, name text, percentage numeric, valid_from timestamptz default null,
  valid_until timestamptz default null
)
returns app_public.tax_rates
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_jurisdiction app_public.tax_jurisdictions;
  v_during tstzrange;
  v_rate app_public.tax_rates;
  v_constraint text;
  v_column text;
begin
  select * into v_jurisdiction
  from app_public.tax_jurisdictions as j where j.id = set_tax_rate.tax_jurisdiction_id
  for no key update;
  perform app_hidden.require_permission(v_jurisdiction.organization_id, 'organization.manage');
  v_during :=
    app_hidden.time_span(greatest(set_tax_rate.valid_from, now()), set_tax_rate.valid_until);
  if exists (
    select from app_public.tax_rates as t
    where t.organization_id = v_jurisdiction.organization_id
      and t.tax_jurisdiction_id = v_jurisdiction.id
      and t.valid_during && v_during
      and lower(t.valid_during) >= lower(v_during)
  ) then
    raise exception 'There is another rate of that time.'
      using errcode = 'LMINP', detail = 'valid_from';
  end if;
  update app_public.tax_rates as t
  set valid_during = tstzrange(lower(t.valid_during), lower(v_during))
  where t.organization_id = v_jurisdiction.organization_id
    and t.tax_jurisdiction_id = v_jurisdiction.id
    and t.valid_during && v_during;
  insert into app_public.tax_rates (
    organization_id, tax_jurisdiction_id, name, jurisdiction, percentage, valid_during
  )
  values (
    v_jurisdiction.organization_id, v_jurisdiction.id, set_tax_rate.name, v_jurisdiction.name,
    set_tax_rate.percentage, v_during
  )
  on conflict on constraint tax_rates_name_is_unique do nothing
  returning * into v_rate;
  if v_rate.id is null then
    raise exception 'There is a rate of that name.' using errcode = 'LMINP', detail = 'name';
  end if;
  return v_rate;
exception
  when numeric_value_out_of_range then
    raise exception 'A percentage is at most 100.' using errcode = 'LMINP', detail = 'percentage';
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_tax_rate(uuid, text, numeric, timestamptz, timestamptz) is
  'The rate of a jurisdiction from a moment on, now at the earliest; the one before it ends there. '
  'Bookings that were made keep theirs. Needs organization.manage. Raises LMNFD, LMRGT, LMINP.';
grant execute on function app_public.set_tax_rate(uuid, text, numeric, timestamptz, timestamptz)
  to lml_user;

--! split: 1016-functions-organizations-update_organization.sql
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
    perform app_hidden.raise_slug_taken(update_organization.slug);
end
$$;

comment on function app_public.update_organization(
  uuid, text, text, text, text, text, text, jsonb, text, text, text, text, text, text, text
) is
  'Changes the public profile: null leaves a value as it is, an empty text removes it. Events '
  'keep their currency. Another name ends a verification. Needs organization.manage. Raises '
  'LMNFD, LMRGT, LMINP, LMSLG, LMCUR.';
grant execute on function app_public.update_organization(
  uuid, text, text, text, text, text, text, jsonb, text, text, text, text, text, text, text
) to lml_user;

--! split: 1017-functions-events-cancel_bookings_of.sql
-- A batch of a cancellation, in one transaction: killed anywhere, it is done again or was done.
-- What cannot be ended is written down for a person, and not tried again.
create or replace function app_private.cancel_bookings_of(
  cancellation_id uuid, batch_limit integer default 100
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_cancellation app_public.event_cancellations;
  v_booking app_public.bookings;
  v_canceled integer := 0;
  v_failed integer := 0;
begin
  select * into strict v_cancellation
  from app_public.event_cancellations as c where c.id = cancel_bookings_of.cancellation_id
  for no key update;
  if v_cancellation.completed_at is not null then
    return 0;
  end if;
  for v_booking in
    select b.*
    from app_public.performances as p
    join app_public.bookings as b
      on b.organization_id = p.organization_id and b.performance_id = p.id
    where p.organization_id = v_cancellation.organization_id
      and p.event_id = v_cancellation.event_id
      and (
        p.id = coalesce(v_cancellation.performance_id, p.id)
        and p.status = 'canceled'
        and b.status in (
          'draft', 'pending_payment', 'fraud_hold', 'pending_approval', 'partially_paid',
          'confirmed'
        )
        -- Whoever was choosing a pass at the moment in which it lost this date.
        or p.id in (select app_private.passes_for(v_cancellation.performance_id))
        and b.status in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
        and exists (
          select
          from app_public.booking_items as i
          join app_public.ticket_categories as c
            on c.organization_id = i.organization_id and c.id = i.ticket_category_id
          where i.organization_id = b.organization_id and i.booking_id = b.id
            and c.status = 'paused'
        )
      )
      and not exists (
        select from app_public.event_cancellation_failures as f
        where f.organization_id = b.organization_id and f.booking_id = b.id
          and f.cancellation_id = v_cancellation.id
      )
    order by b.id
    limit cancel_bookings_of.batch_limit
    for no key update of b
  loop
    begin
      perform app_private.end_booking(v_booking, v_cancellation.reason, 'event_canceled');
      v_canceled := v_canceled + 1;
    exception
      when others then
        if sqlstate !~ '^LM' then
          raise;
        end if;
        insert into app_public.event_cancellation_failures (
          cancellation_id, booking_id, organization_id, code
        )
        values (v_cancellation.id, v_booking.id, v_booking.organization_id, sqlstate);
        v_failed := v_failed + 1;
    end;
  end loop;
  update app_public.event_cancellations as c
  set bookings_canceled = c.bookings_canceled + v_canceled,
    bookings_failed = c.bookings_failed + v_failed,
    completed_at = case when v_canceled + v_failed = 0 then now() end
  where c.id = v_cancellation.id;
  return v_canceled + v_failed;
end
$$;

comment on function app_private.cancel_bookings_of(uuid, integer) is
  'Ends and refunds the next bookings of a cancellation; returns how many, 0 when it is done.';
grant execute on function app_private.cancel_bookings_of(uuid, integer) to lml_worker;

--! split: 1018-functions-events-create_pricing_rule.sql
create or replace function app_public.create_pricing_rule(
  ticket_category_id uuid, name text, condition app_public.pricing_condition,
  at_least numeric default 0, below numeric default null, percentage numeric default null,
  amount_cents bigint default null, floor_cents bigint default null,
  ceiling_cents bigint default null, round_to_cents bigint default null,
  sort_order integer default 1, idempotency_key text default null
)
returns app_public.pricing_rules
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_category_event(
    create_pricing_rule.ticket_category_id
  );
  v_id uuid;
  v_rule app_public.pricing_rules;
  v_constraint text;
  v_column text;
begin
  v_id := app_private.replay_result(
    create_pricing_rule.idempotency_key, 'create_pricing_rule',
    jsonb_build_array(
      create_pricing_rule.ticket_category_id, create_pricing_rule.name,
      create_pricing_rule.condition, create_pricing_rule.at_least, create_pricing_rule.below,
      create_pricing_rule.percentage, create_pricing_rule.amount_cents,
      create_pricing_rule.floor_cents, create_pricing_rule.ceiling_cents,
      create_pricing_rule.round_to_cents, create_pricing_rule.sort_order
    )
  );
  if v_id is null then
    perform app_hidden.require_chargeable(
      create_pricing_rule.floor_cents, v_event.currency, 'floor_cents'
    );
    perform app_hidden.require_chargeable(
      create_pricing_rule.ceiling_cents, v_event.currency, 'ceiling_cents'
    );
    insert into app_public.pricing_rules (
      organization_id, ticket_category_id, name, sort_order, condition, at_least, below, percentage,
      amount_cents, floor_cents, ceiling_cents, round_to_cents
    )
    values (
      v_event.organization_id, create_pricing_rule.ticket_category_id, create_pricing_rule.name,
      create_pricing_rule.sort_order, create_pricing_rule.condition,
      coalesce(create_pricing_rule.at_least, 0), create_pricing_rule.below,
      create_pricing_rule.percentage, create_pricing_rule.amount_cents,
      create_pricing_rule.floor_cents, create_pricing_rule.ceiling_cents,
      create_pricing_rule.round_to_cents
    )
    returning id into v_id;
    perform app_private.keep_result(create_pricing_rule.idempotency_key, v_id);
  end if;
  select * into strict v_rule from app_public.pricing_rules as r where r.id = v_id;
  return v_rule;
exception
  when numeric_value_out_of_range then
    raise exception 'A number of the rule is out of range.'
      using errcode = 'LMINP', detail = 'at_least, below, percentage, sort_order';
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_pricing_rule(
  uuid, text, app_public.pricing_condition, numeric, numeric, numeric, bigint, bigint, bigint,
  bigint, integer, text
) is
  'From here on, new holds of a category cost more or less while a percentage is sold, or from '
  'some hours before the start: by percent of the price so far, or an amount; positive raises. '
  'Rules apply by sort_order, then in the order in which they were made. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMINP, LMIDK.';
grant execute on function app_public.create_pricing_rule(
  uuid, text, app_public.pricing_condition, numeric, numeric, numeric, bigint, bigint, bigint,
  bigint, integer, text
) to lml_user;

--! split: 1019-functions-events-end_price.sql
create or replace function app_public.end_price(price_id uuid)
returns app_public.ticket_category_prices
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_price app_public.ticket_category_prices;
begin
  perform app_private.lock_category_event((
    select p.ticket_category_id from app_public.ticket_category_prices as p
    where p.id = end_price.price_id
  ));
  select * into v_price
  from app_public.ticket_category_prices as p where p.id = end_price.price_id;
  if lower(v_price.valid_during) >= now() then
    delete from app_public.ticket_category_prices as p where p.id = v_price.id;
  elsif v_price.valid_during @> now() then
    update app_public.ticket_category_prices as p
    set valid_during = tstzrange(lower(p.valid_during), now())
    where p.id = v_price.id
    returning * into v_price;
  end if;
  return v_price;
end
$$;

comment on function app_public.end_price(uuid) is
  'Ends a price now, or takes back one that is still to come. Without any other price, the '
  'category is not on sale. Needs events.manage. Raises LMNFD, LMRGT.';
grant execute on function app_public.end_price(uuid) to lml_user;

--! split: 1020-functions-events-set_event_tax_jurisdiction.sql
create or replace function app_public.set_event_tax_jurisdiction(
  event_id uuid, tax_jurisdiction_id uuid default null
)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    set_event_tax_jurisdiction.event_id, 'events.manage'
  );
begin
  perform app_private.require_tax_jurisdiction(
    v_event.organization_id, set_event_tax_jurisdiction.tax_jurisdiction_id
  );
  update app_public.events as e
  set tax_jurisdiction_id = set_event_tax_jurisdiction.tax_jurisdiction_id,
    tax_rate_id = case
      when set_event_tax_jurisdiction.tax_jurisdiction_id is null then e.tax_rate_id
    end,
    tax_percentage = case
      when set_event_tax_jurisdiction.tax_jurisdiction_id is null then e.tax_percentage else 0
    end
  where e.id = v_event.id
  returning * into v_event;
  return v_event;
end
$$;

comment on function app_public.set_event_tax_jurisdiction(uuid, uuid) is
  'Where an event is taxed, in place of a rate of its own; null: nowhere. An event that has no '
  'venue says it in this way. Needs events.manage. Raises LMNFD, LMRGT.';
grant execute on function app_public.set_event_tax_jurisdiction(uuid, uuid) to lml_user;

--! split: 1021-functions-events-set_price.sql
-- The new price takes its period from those that had it, which end before it and, where they went
-- on, begin again after it: so an early-bird price is one call, and no moment has two prices. What
-- has been is never changed: explanations of what was sold rest on it.
create or replace function app_public.set_price(
  ticket_category_id uuid, price_cents bigint,
  audience app_public.price_audience default 'public', valid_from timestamptz default null,
  valid_until timestamptz default null, idempotency_key text default null
)
returns app_public.ticket_category_prices
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_category_event(set_price.ticket_category_id);
  v_during tstzrange;
  v_id uuid;
  v_price app_public.ticket_category_prices;
  v_old app_public.ticket_category_prices;
  v_constraint text;
  v_column text;
begin
  v_id := app_private.replay_result(
    set_price.idempotency_key, 'set_price',
    jsonb_build_array(
      set_price.ticket_category_id, set_price.price_cents, set_price.audience,
      set_price.valid_from, set_price.valid_until
    )
  );
  if v_id is null then
    if v_event.status in ('canceled', 'completed') then
      raise exception 'The event is %: nothing is sold any more.', v_event.status
        using errcode = 'LMEVT', detail = v_event.status::text;
    end if;
    v_during := app_hidden.time_span(
      greatest(set_price.valid_from, now()), set_price.valid_until
    );
    for v_old in
      delete from app_public.ticket_category_prices as p
      where p.organization_id = v_event.organization_id
        and p.ticket_category_id = set_price.ticket_category_id
        and p.audience = set_price.audience
        and p.valid_during && v_during
      returning p.*
    loop
      insert into app_public.ticket_category_prices (
        id, organization_id, ticket_category_id, audience, price_cents, valid_during, is_public
      )
      select
        case when r.ordinality = 1 then v_old.id else uuidv7() end, v_old.organization_id,
        v_old.ticket_category_id, v_old.audience, v_old.price_cents, r.rest, v_old.is_public
      from unnest(tstzmultirange(v_old.valid_during) - tstzmultirange(v_during))
        with ordinality as r (rest, ordinality);
    end loop;
    insert into app_public.ticket_category_prices (
      organization_id, ticket_category_id, audience, price_cents, valid_during, is_public
    )
    select
      c.organization_id, c.id, set_price.audience, set_price.price_cents, v_during, c.is_public
    from app_public.ticket_categories as c
    where c.organization_id = v_event.organization_id and c.id = set_price.ticket_category_id
    returning id into v_id;
    perform app_private.keep_result(set_price.idempotency_key, v_id);
  end if;
  select * into v_price from app_public.ticket_category_prices as p where p.id = v_id;
  return v_price;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_price(
  uuid, bigint, app_public.price_audience, timestamptz, timestamptz, text
) is
  'What tickets of a category cost an audience from a moment on, now at the earliest, until '
  'another one or for good. Prices of that time make way, and come back after it. What is held '
  'keeps its price. Needs events.manage. Raises LMNFD, LMRGT, LMEVT, LMINP, LMIDK.';
grant execute on function app_public.set_price(
  uuid, bigint, app_public.price_audience, timestamptz, timestamptz, text
) to lml_user;

--! split: 1022-functions-events-tg__note_price_rules.sql
-- An event that ever had a rule, or a price or category for members, says so in its own row: sales
-- of all others do not look.
create or replace function app_hidden.tg__note_price_rules()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_new jsonb := to_jsonb(new);
begin
  update app_public.events as e
  set has_price_rules = true
  from app_public.ticket_categories as c
  where c.organization_id = new.organization_id
    and c.id = coalesce(v_new ->> 'ticket_category_id', v_new ->> 'id')::uuid
    and e.organization_id = c.organization_id
    and e.id = c.event_id
    and not e.has_price_rules;
  return null;
end
$$;

comment on function app_hidden.tg__note_price_rules() is
  'Tells an event that its prices are more than a row.';

create or replace trigger _500_note_price_rules
  after insert or update of audience on app_public.ticket_category_prices
  for each row when (new.audience = 'member')
  execute function app_hidden.tg__note_price_rules();
create or replace trigger _500_note_price_rules
  after insert on app_public.pricing_rules
  for each row execute function app_hidden.tg__note_price_rules();
create or replace trigger _500_note_price_rules
  after insert or update of requires_membership on app_public.ticket_categories
  for each row when (new.requires_membership)
  execute function app_hidden.tg__note_price_rules();

--! split: 1023-functions-events-time_span.sql
create or replace function app_hidden.time_span(starts timestamptz, ends timestamptz)
returns tstzrange
language plpgsql immutable set search_path = ''
as $$
begin
  if time_span.ends <= time_span.starts
    or not isfinite(time_span.starts) or not isfinite(time_span.ends)
  then
    raise exception 'A period ends after it begins.'
      using errcode = 'LMINP', detail = 'valid_until';
  end if;
  return tstzrange(time_span.starts, time_span.ends);
end
$$;

comment on function app_hidden.time_span(timestamptz, timestamptz) is
  'From and until; null: open. Raises LMINP for one that is empty.';

--! split: 1024-functions-inventory-add_add_on_codes.sql
-- The codes are the stock: what is sold beyond them would have none.
create or replace function app_public.add_add_on_codes(add_on_id uuid, codes text[])
returns app_public.add_on_count
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_add_on app_public.add_ons := app_private.lock_digital_add_on(add_add_on_codes.add_on_id);
  v_is_first boolean;
  v_stock app_private.add_on_counters;
  v_new integer;
  v_constraint text;
  v_column text;
begin
  if not v_add_on.is_limited then
    raise exception 'There is no end of this add-on, but there is one of codes.'
      using errcode = 'LMINP', detail = 'add_on_id', hint = 'Make another one with a stock.';
  end if;
  if coalesce(cardinality(add_add_on_codes.codes), 0) not between 1 and 10000 then
    raise exception 'Add 1 to 10,000 codes at a time.' using errcode = 'LMINP', detail = 'codes';
  end if;
  select * into strict v_stock
  from app_private.add_on_counters as s where s.add_on_id = v_add_on.id
  for no key update;
  v_is_first := not exists (
    select from app_private.add_on_codes as c where c.add_on_id = v_add_on.id
  );
  insert into app_private.add_on_codes (organization_id, add_on_id, code)
  select v_add_on.organization_id, v_add_on.id, btrim(u.code)
  from unnest(add_add_on_codes.codes) with ordinality as u (code, no)
  order by u.no
  on conflict on constraint add_on_codes_code_is_unique do nothing;
  get diagnostics v_new = row_count;
  if v_is_first then
    perform app_private.free_lapsed_add_ons(v_add_on.id);
    select * into strict v_stock
    from app_private.add_on_counters as s where s.add_on_id = v_add_on.id;
    if v_new < v_stock.held + v_stock.sold then
      perform app_private.raise_capacity_too_low(v_stock.held + v_stock.sold);
    end if;
  end if;
  update app_private.add_on_counters as s
  set total = v_new + case when v_is_first then 0 else s.total end
  where s.add_on_id = v_add_on.id;
  return app_private.add_on_count_of(v_add_on.id);
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.add_add_on_codes(uuid, text[]) is
  'Adds codes of which buyers of a digital add-on get one for each unit; those that are in the '
  'list already are left out. From the first ones on they are its stock. Nobody reads them but '
  'who has paid, by open_add_on. Needs events.manage. Raises LMCAP (more are held and sold than '
  'the first codes), LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.add_add_on_codes(uuid, text[]) to lml_user;

--! split: 1025-functions-inventory-admissions_left.sql
create or replace function app_public.admissions_left(
  performance_id uuid, ticket_category_id uuid
)
returns integer
language sql stable security definer set search_path = ''
as $$
  select min(l.places)
  from (
    select (
      select sum(s.capacity - s.held - s.sold) from app_private.admission_slots as s
      where s.organization_id = pool.organization_id and s.pool_id = c.pool_id
    ) + (
      select coalesce(sum(claim.quantity), 0) from app_private.admission_claims as claim
      where claim.pool_id = c.pool_id and claim.held_until <= now()
    ) as places
    from app_hidden.visible_performance(admissions_left.performance_id) as p
    join app_public.admission_pool_categories as pc
      on pc.organization_id = p.organization_id
      and pc.performance_id = p.id
      and pc.ticket_category_id = admissions_left.ticket_category_id
    join app_public.admission_pools as pool
      on pool.organization_id = pc.organization_id and pool.id = pc.pool_id
    cross join unnest(pool.chain) as c (pool_id)
  ) as l
$$;

comment on function app_public.admissions_left(uuid, uuid) is
  'How many admissions of a category can be had at a performance now; null when it '
  'has none, or is not for you.';
grant execute on function app_public.admissions_left(uuid, uuid) to lml_anonymous, lml_user;

--! split: 1026-functions-inventory-best_window.sql
-- Of all places in a run where the seats fit, the one that strands the fewest single seats, then
-- the most central one. Only the edges of a gap and its middle can be that.
create or replace function app_private.best_window(
  run app_private.seat_runs, quantity integer,
  out first_seat_no integer, out stranded integer, out longest integer, out longest_after integer
)
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_free integer[];
  v_from integer;
  v_to integer;
  v_place integer;
  v_distance integer;
  v_best_distance integer;
  v_stranded integer;
  v_length integer;
  v_chosen_length integer := 0;
  v_second integer := 0;
begin
  v_free := array(
    select s.seat_no
    from app_public.seat_booking_state as s
    where s.organization_id = (best_window.run).organization_id
      and s.performance_id = (best_window.run).performance_id
      and s.seat_no between (best_window.run).first_seat_no and (best_window.run).last_seat_no
      and s.category_no = (best_window.run).category_no
      and (s.status = 'available' or (s.status = 'locked' and s.locked_until <= now()))
    order by s.seat_no
  );
  longest := 0;
  longest_after := 0;
  for i in 1 .. cardinality(v_free) loop
    if v_from is null then
      v_from := v_free[i];
    end if;
    continue when v_free[i + 1] = v_free[i] + 1;
    -- The gap ends here.
    v_to := v_free[i];
    v_length := v_to - v_from + 1;
    v_second := greatest(v_second, least(longest, v_length));
    longest := greatest(longest, v_length);
    if v_length >= best_window.quantity then
      v_place := greatest(v_from, least(
        (best_window.run).central_seat_no - (best_window.quantity - 1) / 2,
        v_to - best_window.quantity + 1
      ));
      foreach v_place in array array[
        v_place, v_place - 1, v_place + 1, v_from, v_to - best_window.quantity + 1
      ] loop
        continue when v_place < v_from or v_place + best_window.quantity - 1 > v_to;
        v_stranded := (v_place - v_from = 1)::integer
          + (v_to - v_place - best_window.quantity = 0)::integer;
        v_distance := abs(
          2 * v_place + best_window.quantity - 1 - 2 * (best_window.run).central_seat_no
        );
        if first_seat_no is null or (v_stranded, v_distance) < (stranded, v_best_distance) then
          first_seat_no := v_place;
          stranded := v_stranded;
          v_best_distance := v_distance;
          longest_after := greatest(
            v_place - v_from, v_to - v_place - best_window.quantity + 1
          );
          v_chosen_length := v_length;
        end if;
      end loop;
    end if;
    v_from := null;
  end loop;
  longest_after := greatest(
    longest_after, case when v_chosen_length = longest then v_second else longest end
  );
end
$$;

comment on function app_private.best_window(app_private.seat_runs, integer) is
  'Where in a run as many seats are free side by side, how many single seats they would strand, '
  'and the longest gap before and after.';

--! split: 1027-functions-inventory-check_inventory.sql
create or replace function app_private.check_inventory()
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
      and b.status in (
        'draft', 'pending_payment', 'fraud_hold', 'pending_approval', 'partially_paid', 'confirmed',
        'completed', 'disputed'
      )
      and exists (
        select from app_public.booking_items as i
        where i.organization_id = b.organization_id
          and i.booking_id = b.id
          and s.seat_no = any (i.seat_nos)
      )
    )

  union all
  select
    'open_booking_owns_its_seats', l.organization_id, l.booking_id,
    format('seat %s is on a line of the booking, but is not held for it', l.seat_no)
  from (
    select
      b.organization_id, b.id, b.performance_id, n,
      case when b.confirmed_at is null then 'locked' else 'booked' end::app_public.seat_status
    from app_public.bookings as b
    join app_public.booking_items as i
      on i.organization_id = b.organization_id and i.booking_id = b.id
    cross join unnest(i.seat_nos) as n
    where (
        (
          b.status in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
          and b.expires_at > now()
        )
        or b.status in ('partially_paid', 'confirmed', 'completed', 'disputed')
      )
      -- A seat whose ticket was returned is on sale again.
      and not exists (
        select from app_public.tickets as t
        where t.organization_id = i.organization_id
          and t.booking_item_id = i.id
          and t.seat_no = n
          and t.status = 'refunded'
      )
    -- As sets: where "not exists" stood, a plan read the whole house for each seat that was sold.
    except
    select s.organization_id, s.booking_id, s.performance_id, s.seat_no, s.status
    from app_public.seat_booking_state as s
    where s.booking_id is not null
  ) as l (organization_id, booking_id, performance_id, seat_no, status)

  union all
  select
    'seat_is_held_as_long_as_its_booking', s.organization_id, s.booking_id,
    format('seat %s is held until %s, not until %s', s.seat_no, s.locked_until, b.expires_at)
  from app_public.seat_booking_state as s
  join app_public.bookings as b on b.organization_id = s.organization_id and b.id = s.booking_id
  where s.status = 'locked'
    and b.status in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
    and s.locked_until <> b.expires_at

  union all
  select
    'slot_is_sum_of_its_claims', s.organization_id, s.pool_id,
    format(
      'slot %s says %s held and %s sold, its claims %s and %s', s.slot_no, s.held, s.sold,
      c.held, c.sold
    )
  from app_private.admission_slots as s
  cross join lateral (
    select
      coalesce(sum(c.quantity) filter (where c.held_until is not null), 0) as held,
      coalesce(sum(c.quantity) filter (where c.held_until is null), 0) as sold
    from app_private.admission_claims as c
    where c.organization_id = s.organization_id
      and c.pool_id = s.pool_id
      and c.slot_no = s.slot_no
  ) as c
  where (s.held, s.sold) is distinct from (c.held, c.sold)

  union all
  select
    'pool_is_sum_of_its_slots', p.organization_id, p.id,
    format('its slots take %s, the pool %s', coalesce(s.capacity, 0), p.capacity - p.allocated)
  from app_public.admission_pools as p
  left join lateral (
    select sum(s.capacity) as capacity
    from app_private.admission_slots as s
    where s.organization_id = p.organization_id and s.pool_id = p.id
  ) as s on true
  where s.capacity is distinct from p.capacity - p.allocated

  union all
  select
    'pool_keeps_back_its_allocations', p.organization_id, p.id,
    format('%s kept back, allocations have %s', p.allocated, coalesce(a.places, 0))
  from app_public.admission_pools as p
  left join lateral (
    select sum(a.places_left) as places
    from app_public.admission_allocations as a
    join app_public.admission_pools as inside
      on inside.organization_id = a.organization_id and inside.id = a.pool_id
    where a.organization_id = p.organization_id and p.id = any (inside.chain)
  ) as a on true
  where p.allocated <> coalesce(a.places, 0)

  union all
  select
    'stock_is_sum_of_its_claims', s.organization_id, s.add_on_id,
    format('%s held and %s sold, its claims %s and %s', s.held, s.sold, c.held, c.sold)
  from app_private.add_on_counters as s
  cross join lateral (
    select
      coalesce(sum(c.quantity) filter (where c.held_until is not null), 0) as held,
      coalesce(sum(c.quantity) filter (where c.held_until is null), 0) as sold
    from app_private.add_on_claims as c
    where c.organization_id = s.organization_id and c.add_on_id = s.add_on_id
  ) as c
  where (s.held, s.sold) is distinct from (c.held, c.sold)

  union all
  select
    'every_unit_has_its_code', s.organization_id, s.add_on_id,
    format('%s in all, codes for %s', s.total, c.codes)
  from app_private.add_on_counters as s
  cross join lateral (
    select count(*) as all_codes, count(*) filter (where c.booking_item_id is null or exists (
      select from app_public.booking_items as i
      join app_private.add_on_claims as l
        on l.organization_id = i.organization_id and l.booking_id = i.booking_id
        and l.add_on_id = i.add_on_id
      where i.organization_id = c.organization_id and i.id = c.booking_item_id
        and c.unit_no <= i.quantity - i.returned_quantity
    )) as codes
    from app_private.add_on_codes as c
    where c.organization_id = s.organization_id and c.add_on_id = s.add_on_id
  ) as c
  where c.all_codes > 0 and s.total <> c.codes

  union all
  select
    'booking_has_its_add_ons', b.organization_id, b.id,
    format(
      '%s of add-on %s, its line has %s', coalesce(c.quantity, 0), i.add_on_id,
      i.quantity - i.returned_quantity
    )
  from app_public.booking_items as i
  join app_public.bookings as b on b.organization_id = i.organization_id and b.id = i.booking_id
  join app_private.add_on_counters as s
    on s.organization_id = i.organization_id and s.add_on_id = i.add_on_id
  left join app_private.add_on_claims as c
    on c.organization_id = i.organization_id
    and c.add_on_id = i.add_on_id
    and c.booking_id = i.booking_id
    and c.held_until is not distinct from b.expires_at
  where (
      (
        b.status in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
        and b.expires_at > now()
      )
      or b.status in ('confirmed', 'partially_paid', 'completed', 'disputed')
    )
    and coalesce(c.quantity, 0) <> i.quantity - i.returned_quantity

  union all
  select
    'add_ons_belong_to_their_booking', c.organization_id, c.booking_id,
    format('%s of add-on %s for a booking that is %s', c.quantity, c.add_on_id, b.status)
  from app_private.add_on_claims as c
  join app_public.bookings as b on b.organization_id = c.organization_id and b.id = c.booking_id
  where (
      c.held_until is null
      and b.status in (
        'draft', 'pending_payment', 'fraud_hold', 'pending_approval', 'canceled', 'refunded',
        'expired'
      )
    )
    or (
      c.held_until > now()
      and b.status not in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
    )

  union all
  select
    'booking_has_its_admissions', b.organization_id, b.id,
    format(
      '%s places of pool %s, its lines need %s', coalesce(c.quantity, 0), n.pool_id, n.quantity
    )
  from app_public.bookings as b
  cross join lateral (
    select c.pool_id, sum(i.quantity - i.returned_quantity) as quantity
    from app_public.booking_items as i
    join app_public.admission_pool_categories as pc
      on pc.organization_id = i.organization_id
      and pc.performance_id = b.performance_id
      and pc.ticket_category_id = i.ticket_category_id
    join app_public.admission_pools as pool
      on pool.organization_id = pc.organization_id and pool.id = pc.pool_id
    cross join unnest(pool.chain) as c (pool_id)
    where i.organization_id = b.organization_id
      and i.booking_id = b.id
      and i.item_type = 'admission'
    group by c.pool_id
  ) as n
  left join lateral (
    select sum(c.quantity) as quantity
    from app_private.admission_claims as c
    where c.organization_id = b.organization_id
      and c.booking_id = b.id
      and c.pool_id = n.pool_id
      and c.held_until is not distinct from b.expires_at
  ) as c on true
  where (
      (
        b.status in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
        and b.expires_at > now()
      )
      or b.status in ('partially_paid', 'confirmed', 'completed', 'disputed')
    )
    and coalesce(c.quantity, 0) <> n.quantity

  union all
  select
    'admissions_belong_to_their_booking', c.organization_id, c.booking_id,
    format('%s places of pool %s for a booking that is %s', c.quantity, c.pool_id, b.status)
  from app_private.admission_claims as c
  join app_public.bookings as b on b.organization_id = c.organization_id and b.id = c.booking_id
  where (
      c.held_until is null
      and b.status not in ('partially_paid', 'confirmed', 'completed', 'disputed')
    )
    or (
      c.held_until > now()
      and b.status not in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
    )

  union all
  select
    'allocated_seat_is_kept_back', a.organization_id, a.allocation_id,
    format('seat %s of the allocation is %s', a.seat_no, s.status)
  from app_public.seat_allocation_seats as a
  join app_public.seat_booking_state as s
    on s.organization_id = a.organization_id
    and s.performance_id = a.performance_id
    and s.seat_no = a.seat_no
  where s.status not in ('reserved', 'blocked')

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
  where e.status not in ('draft', 'canceled')
    and p.pass_name is null
    and s.seats <> l.seat_count

  union all
  select
    'pass_takes_from_each_date', d.organization_id, d.pass_id,
    format('a pass takes no place of pool %s', d.pool_id)
  from app_public.pass_dates as d
  join app_public.admission_pools as day
    on day.organization_id = d.organization_id and day.id = d.pool_id
  where not exists (
    select from app_public.admission_pools as pass
    where pass.organization_id = d.organization_id
      and pass.performance_id = d.pass_id
      and pass.is_pass
      and pass.chain @> day.chain
  )
$$;

comment on function app_private.check_inventory() is
  'What is inconsistent of seats, pools and stocks, and who has them.';

--! split: 1028-functions-inventory-claim_add_on.sql
-- Whoever is at the counter of an add-on has it alone until the end of the transaction. What is
-- read after the lock is true; the table's own constraint refuses whatever is not.
create or replace function app_private.claim_add_on(
  booking app_public.bookings, add_on_id uuid, quantity integer, held_until timestamptz
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_stock app_private.add_on_counters;
  v_had integer;
begin
  select * into v_stock
  from app_private.add_on_counters as s
  where s.add_on_id = claim_add_on.add_on_id
    and s.organization_id = (claim_add_on.booking).organization_id
  for no key update;
  if not found then
    return;
  end if;
  -- Locked, so that it is not taken back for having lapsed while it is being renewed.
  select c.quantity into v_had
  from app_private.add_on_claims as c
  where c.add_on_id = v_stock.add_on_id
    and c.organization_id = v_stock.organization_id
    and c.booking_id = (claim_add_on.booking).id
  for no key update;
  v_had := coalesce(v_had, 0);
  if v_stock.total - v_stock.held - v_stock.sold < claim_add_on.quantity - v_had then
    update app_private.add_on_claims as c
    set held_until = claim_add_on.held_until
    where c.add_on_id = v_stock.add_on_id
      and c.organization_id = v_stock.organization_id
      and c.booking_id = (claim_add_on.booking).id
      and c.held_until is not null;
    perform app_private.free_lapsed_add_ons(v_stock.add_on_id);
    select * into strict v_stock
    from app_private.add_on_counters as s
    where s.add_on_id = v_stock.add_on_id and s.organization_id = v_stock.organization_id;
    if v_stock.total - v_stock.held - v_stock.sold < claim_add_on.quantity - v_had then
      perform app_private.raise_few_left(v_had + v_stock.total - v_stock.held - v_stock.sold);
    end if;
  end if;

  update app_private.add_on_counters as s
  set held = s.held + claim_add_on.quantity - v_had
  where s.add_on_id = v_stock.add_on_id and s.organization_id = v_stock.organization_id;
  if claim_add_on.quantity = 0 then
    delete from app_private.add_on_claims as c
    where c.add_on_id = v_stock.add_on_id
      and c.organization_id = v_stock.organization_id
      and c.booking_id = (claim_add_on.booking).id;
  else
    insert into app_private.add_on_claims as c (
      add_on_id, organization_id, booking_id, quantity, held_until
    )
    values (
      v_stock.add_on_id, v_stock.organization_id, (claim_add_on.booking).id,
      claim_add_on.quantity, claim_add_on.held_until
    )
    on conflict on constraint add_on_claims_pkey do update
    set quantity = excluded.quantity, held_until = excluded.held_until;
  end if;
end
$$;

comment on function app_private.claim_add_on(
  app_public.bookings, uuid, integer, timestamptz
) is
  'Gives a booking, which the caller has locked, as many of an add-on as it wants in all, until a '
  'deadline. Raises LMFEW when fewer are left.';

--! split: 1029-functions-inventory-count_sold.sql
-- A seat that is kept back is neither sold nor for sale. A pool that categories share counts for
-- each of them, and once for the performance; a pool inside another one is part of it.
create or replace function app_private.count_sold(performance_id uuid, organization_id uuid)
returns app_private.sold_shares
language sql stable security definer set search_path = ''
as $$
  with seats as (
    select
      c.ticket_category_id,
      count(*) filter (
        where s.status = 'booked' or (s.status = 'locked' and s.locked_until > now())
      ) as sold,
      count(*) as capacity
    from app_public.seat_booking_state as s
    join app_public.performance_categories as c
      on c.organization_id = s.organization_id
      and c.performance_id = s.performance_id
      and c.category_no = s.category_no
    where s.organization_id = count_sold.organization_id
      and s.performance_id = count_sold.performance_id
      and s.status not in ('blocked', 'reserved')
    group by c.ticket_category_id
  ),
  pools as (
    select
      p.id, p.parent_pool_id, p.capacity, (
        select coalesce(sum(k.quantity), 0)
        from app_private.admission_claims as k
        where k.organization_id = p.organization_id
          and k.pool_id = p.id
          and (k.held_until is null or k.held_until > now())
      ) as sold
    from app_public.admission_pools as p
    where p.organization_id = count_sold.organization_id
      and p.performance_id = count_sold.performance_id
  ),
  parts as (
    select s.ticket_category_id, s.sold, s.capacity from seats as s
    union all
    select c.ticket_category_id, p.sold, p.capacity
    from pools as p
    join app_public.admission_pool_categories as c
      on c.organization_id = count_sold.organization_id and c.pool_id = p.id
  ),
  categories as (
    select
      p.ticket_category_id, 100.0 * sum(p.sold) / greatest(sum(p.capacity), 1) as share
    from parts as p
    group by p.ticket_category_id
  ),
  whole as (
    select coalesce(100.0 * sum(w.sold) / greatest(sum(w.capacity), 1), 0) as share
    from (
      select s.sold, s.capacity from seats as s
      union all
      select p.sold, p.capacity from pools as p where p.parent_pool_id is null
    ) as w
  )
  select
    count_sold.performance_id, count_sold.organization_id,
    coalesce(array_agg(c.ticket_category_id order by c.ticket_category_id), '{}'),
    coalesce(array_agg(c.share order by c.ticket_category_id), '{}'),
    (select w.share from whole as w), now()
  from categories as c
$$;

comment on function app_private.count_sold(uuid, uuid) is
  'Percent sold or held of a performance and of its categories, counted now.';

--! split: 1030-functions-inventory-create_admission_pool.sql
-- A category keeps the pool that it was given, so that a pool can be added while others are on
-- sale: nobody can have bought from a category that had none.
create or replace function app_public.create_admission_pool(
  performance_id uuid, name text, capacity integer, ticket_category_ids uuid[] default '{}',
  parent_pool_id uuid default null, idempotency_key text default null
)
returns app_public.admission_pools
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    (
      select p.event_id from app_public.performances as p
      where p.id = create_admission_pool.performance_id
    ),
    'inventory.manage'
  );
  v_id uuid;
  v_pool app_public.admission_pools;
  v_constraint text;
  v_column text;
begin
  v_id := app_private.replay_result(
    create_admission_pool.idempotency_key, 'create_admission_pool',
    jsonb_build_array(
      create_admission_pool.performance_id, create_admission_pool.name,
      create_admission_pool.capacity, create_admission_pool.ticket_category_ids,
      create_admission_pool.parent_pool_id
    )
  );
  if v_id is null then
    if v_event.status not in ('draft', 'published') then
      raise exception 'The event is %.', v_event.status
        using errcode = 'LMEVT', detail = v_event.id::text;
    end if;
    perform app_private.require_date(create_admission_pool.performance_id);
    v_id := app_private.store_admission_pool(
      v_event, create_admission_pool.performance_id, create_admission_pool.name,
      create_admission_pool.capacity, create_admission_pool.parent_pool_id
    );
    perform app_private.let_categories_draw_from(
      v_event, v_id, coalesce(create_admission_pool.ticket_category_ids, '{}')
    );
    perform app_private.keep_result(create_admission_pool.idempotency_key, v_id);
  end if;
  select * into strict v_pool from app_public.admission_pools as p where p.id = v_id;
  return v_pool;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_admission_pool(
  uuid, text, integer, uuid[], uuid, text
) is
  'Places without a seat at a performance, for the categories that share them. A pool within '
  'another one takes from both. Needs inventory.manage. '
  'Raises LMNFD, LMRGT, LMINP, LMEVT (ended event), LMIDK.';
grant execute on function app_public.create_admission_pool(
  uuid, text, integer, uuid[], uuid, text
) to lml_user;

--! split: 1031-functions-inventory-divide_pool.sql
-- A slot keeps what is held and sold of it, and gets its share of the rest: so none ends up with
-- less than is taken.
create or replace function app_private.divide_pool(pool app_public.admission_pools)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count smallint := greatest(
    (divide_pool.pool).slot_count, least(128, ceil((divide_pool.pool).capacity / 16.0))
  );
  v_room integer;
begin
  if v_count > (divide_pool.pool).slot_count then
    insert into app_private.admission_slots (organization_id, pool_id, slot_no, capacity)
    select (divide_pool.pool).organization_id, (divide_pool.pool).id, n, 0
    from generate_series((divide_pool.pool).slot_count + 1, v_count) as n;
    update app_public.admission_pools as p set slot_count = v_count
    where p.id = (divide_pool.pool).id;
  end if;
  select (divide_pool.pool).capacity - (divide_pool.pool).allocated - sum(s.held + s.sold)
  into v_room
  from app_private.admission_slots as s
  where s.organization_id = (divide_pool.pool).organization_id
    and s.pool_id = (divide_pool.pool).id;
  -- Computed from what was counted, and not from what a slot has when it is written:
  -- if anybody took a place in between, the constraint refuses it, and the slots never
  -- sum to more than the pool.
  with divided as materialized (
    select s.slot_no,
      s.held + s.sold + app_hidden.share_of(v_room, s.slot_no, v_count) as capacity
    from app_private.admission_slots as s
    where s.organization_id = (divide_pool.pool).organization_id
      and s.pool_id = (divide_pool.pool).id
  )
  update app_private.admission_slots as s
  set capacity = d.capacity
  from divided as d
  where s.organization_id = (divide_pool.pool).organization_id
    and s.pool_id = (divide_pool.pool).id
    and s.slot_no = d.slot_no;
end
$$;

comment on function app_private.divide_pool(app_public.admission_pools) is
  'Shares out what is free of a pool, whose slots the caller has locked, among them.';

--! split: 1032-functions-inventory-open_sale.sql
-- One statement for all that a sale has to know beforehand: every statement more would be felt in
-- the hot path. Buyers name seats by their ids; the hot table knows their numbers.
create or replace function app_private.open_sale(performance_id uuid, seat_ids text[] default null)
returns app_private.sale
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_found record;
begin
  select
    row(
      p.organization_id, p.id, p.event_id, p.layout_id, p.currency, e.service_fee_percentage,
      e.service_fee_fixed_cents, e.processing_fee_percentage, e.processing_fee_fixed_cents,
      e.commission_percentage, e.tax_percentage, e.allow_guest_checkout, e.hold_seconds,
      e.checkout_seconds, e.hold_seconds_max, e.tickets_per_booking_max,
      case when cardinality(open_sale.seat_ids) <= e.tickets_per_booking_max then array(
        select l.seat_no
        from app_public.layout_seats as l
        where l.organization_id = p.organization_id
          and l.layout_id = p.layout_id
          and l.seat_id = any (open_sale.seat_ids)
      ) end,
      e.screens_holds,
      e.open_carts_max,
      e.prices_vary
    )::app_private.sale as sale,
    e.status = 'published' and p.status = 'scheduled' and e.organization_status = 'active'
      as is_on_sale,
    e.visibility = 'private' as is_private,
    e.sales_start as opens_at,
    coalesce(e.sales_end, p.starts_at) as closes_at
  into v_found
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  where p.id = open_sale.performance_id;
  if not found then
    raise exception 'There is no such performance.'
      using errcode = 'LMNFD', detail = format('%s', open_sale.performance_id);
  end if;
  -- The one question that is asked of private events only: a hold of any other costs nothing more.
  if v_found.is_private then
    perform app_private.require_opened_event(v_found.sale);
  end if;
  if not v_found.is_on_sale then
    raise exception 'This event is not on sale.'
      using errcode = 'LMEVT', detail = open_sale.performance_id::text;
  end if;
  if now() < v_found.opens_at then
    raise exception 'Sales have not opened yet.'
      using errcode = 'LMSAL', detail = v_found.opens_at::text, hint = 'Try again then.';
  end if;
  if now() >= v_found.closes_at then
    raise exception 'Sales are closed.' using errcode = 'LMSAL', detail = v_found.closes_at::text;
  end if;
  if open_sale.seat_ids = '{}'
    or cardinality((v_found.sale).seat_nos) is distinct from cardinality(open_sale.seat_ids)
  then
    perform app_private.raise_bad_seat_ids(v_found.sale, open_sale.seat_ids);
  end if;
  return v_found.sale;
end
$$;

comment on function app_private.open_sale(uuid, text[]) is
  'The terms of a performance that is on sale now, with the numbers of the seats that are wanted, '
  'in no order. Raises LMNFD (or private, and no code came), LMEVT (not published), LMSAL (before '
  'or after sales), LMQTY (no seat or too many), LMSDP (one twice), LMSEA (unknown).';

--! split: 1033-functions-inventory-price_line.sql
-- For an event without anything special: the same formula, of which the planner folds away what
-- such an event has not got, so that a hold pays nothing for the rest. It has no currency whose
-- amounts go in steps, so none is named.
create or replace function app_hidden.price_line(
  unit_price_cents bigint, quantity integer, terms app_private.sale
)
returns table (
  subtotal_cents bigint, service_fee_cents bigint, processing_fee_cents bigint,
  tax_cents bigint, total_cents bigint
)
language sql immutable
as $$
  select
    l.subtotal_cents, l.service_fee_cents, l.processing_fee_cents, l.tax_cents, l.total_cents
  from app_hidden.price_of(
    price_line.unit_price_cents, price_line.quantity, 0::bigint,
    row(
      null::text, (price_line.terms).service_fee_percentage,
      (price_line.terms).service_fee_fixed_cents, (price_line.terms).processing_fee_percentage,
      (price_line.terms).processing_fee_fixed_cents, (price_line.terms).commission_percentage,
      (price_line.terms).tax_percentage, false, false, false, null
    )::app_public.price_terms
  ) as l
$$;

comment on function app_hidden.price_line(bigint, integer, app_private.sale) is
  'All amounts of a line in minor units, each rounded half away from zero.';

--! split: 1034-functions-inventory-price_lines.sql
-- The one function that quotes and charges. A line that is pending is given its price, which it
-- keeps; the discount, fees and taxes of all are what comes of them together.
create or replace function app_private.price_lines(
  lines app_private.priced_line[], performance app_public.performances,
  terms app_public.price_terms, is_member boolean, code app_public.discount_codes
)
returns app_private.priced_line[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_lines app_private.priced_line[] := price_lines.lines;
  v_line app_private.priced_line;
  v_weights bigint[] := '{}';
  v_discounts bigint[];
  v_index integer;
begin
  for v_index in 1 .. coalesce(cardinality(v_lines), 0) loop
    v_line := v_lines[v_index];
    if v_line.price_basis = 'pending' then
      v_line := app_private.price_ticket(
        v_line, price_lines.performance, price_lines.is_member
      );
    end if;
    v_line.subtotal_cents := v_line.unit_price_cents * v_line.quantity;
    v_lines[v_index] := v_line;
    v_weights := v_weights || case
      when app_hidden.is_discounted(v_line, price_lines.code) then v_line.subtotal_cents
      else 0
    end;
  end loop;

  v_discounts := app_hidden.distribute(
    app_hidden.discount_on(v_lines, price_lines.code), v_weights,
    app_hidden.charge_step((price_lines.terms).currency)::integer
  );
  for v_index in 1 .. coalesce(cardinality(v_lines), 0) loop
    v_line := v_lines[v_index];
    v_line.discount_cents := v_discounts[v_index];
    select
      p.service_fee_cents, p.processing_fee_cents, p.tax_cents, p.total_cents,
      p.service_fee_absorbed_cents, p.processing_fee_absorbed_cents, p.tax_included_cents
    into
      v_line.service_fee_cents, v_line.processing_fee_cents, v_line.tax_cents,
      v_line.total_cents, v_line.service_fee_absorbed_cents,
      v_line.processing_fee_absorbed_cents, v_line.tax_included_cents
    from app_hidden.price_of(
      v_line.unit_price_cents, v_line.quantity, v_line.discount_cents, price_lines.terms
    ) as p;
    v_lines[v_index] := v_line;
  end loop;
  return v_lines;
end
$$;

comment on function app_private.price_lines(
  app_private.priced_line[], app_public.performances, app_public.price_terms, boolean,
  app_public.discount_codes
) is 'All amounts of lines that are paid for together. Raises LMSAL.';

--! split: 1035-functions-inventory-price_of.sql
-- The one formula of a line. Fees are on what the tickets cost after the discount, and fixed ones
-- per ticket; what costs nothing has none. A tax that prices contain is on tickets alone; fees that
-- the buyer pays are net, and taxed on top. Fees that the seller bears take no more than what tax
-- and commission leave of the price.
create or replace function app_hidden.price_of(
  unit_price_cents bigint, quantity integer, discount_cents bigint, terms app_public.price_terms
)
returns table (
  subtotal_cents bigint, service_fee_cents bigint, processing_fee_cents bigint,
  tax_cents bigint, total_cents bigint, service_fee_absorbed_cents bigint,
  processing_fee_absorbed_cents bigint, tax_included_cents bigint
)
language sql immutable
as $$
  select
    t.subtotal, t.service_fee, t.processing_fee, t.tax,
    t.paid + t.service_fee + t.processing_fee + t.tax,
    case when (price_of.terms).absorbs_service_fees
      then least(t.service, t.room) else 0
    end,
    case when (price_of.terms).absorbs_processing_fees
      then least(
        t.processing,
        t.room - case when (price_of.terms).absorbs_service_fees
          then least(t.service, t.room) else 0
        end
      )
      else 0
    end,
    t.included
  from (
    select
      f.*,
      app_hidden.rounded(
        (f.service_fee + case when (price_of.terms).prices_include_tax then 0 else f.paid end)
          * (price_of.terms).tax_percentage / 100,
        (price_of.terms).currency
      ) as tax,
      f.paid - f.included
        - ceil((f.paid - f.included) * (price_of.terms).commission_percentage / 100)::bigint
        as room
    from (
      select
        s.*,
        case when (price_of.terms).absorbs_service_fees then 0 else s.service end as service_fee,
        case when (price_of.terms).absorbs_processing_fees then 0 else s.processing end
          as processing_fee,
        case when (price_of.terms).prices_include_tax
          then app_hidden.rounded(
            s.paid * (price_of.terms).tax_percentage / (100 + (price_of.terms).tax_percentage),
            (price_of.terms).currency
          )
          else 0
        end as included
      from (
        select
          p.subtotal, p.paid,
          case when p.paid > 0 then app_hidden.rounded(
            p.paid * (price_of.terms).service_fee_percentage / 100
              + (price_of.terms).service_fee_fixed_cents * price_of.quantity,
            (price_of.terms).currency
          ) else 0 end as service,
          case when p.paid > 0 then app_hidden.rounded(
            p.paid * (price_of.terms).processing_fee_percentage / 100
              + (price_of.terms).processing_fee_fixed_cents * price_of.quantity,
            (price_of.terms).currency
          ) else 0 end as processing
        from (
          select
            price_of.unit_price_cents * price_of.quantity as subtotal,
            price_of.unit_price_cents * price_of.quantity - price_of.discount_cents as paid
        ) as p
      ) as s
    ) as f
  ) as t
$$;

comment on function app_hidden.price_of(
  bigint, integer, bigint, app_public.price_terms
) is 'All amounts of a line in minor units, each rounded half away from zero.';

--! split: 1036-functions-inventory-redis_booking_cache.sql
create or replace function app_public.redis_booking_cache(performance_id uuid)
returns setof jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'key', 'booking:' || b.id,
    'booking_id', b.id,
    'user_id', b.user_id,
    'event_id', p.event_id,
    'performance_id', b.performance_id,
    'status', b.status,
    'expires_at', b.expires_at,
    'total_amount_cents', b.total_amount_cents,
    'expires_timestamp', extract(epoch from b.expires_at)
  )
  from app_public.bookings as b
  join app_public.performances as p
    on p.organization_id = b.organization_id and p.id = b.performance_id
  where b.performance_id = redis_booking_cache.performance_id
    and b.status in ('draft', 'pending_payment')
    and b.expires_at > now()
  order by b.expires_at
$$;

comment on function app_public.redis_booking_cache(uuid) is
  'What a cache keeps of the open bookings of a performance: a document for each, with its key and '
  'the moment at which it is to be forgotten. For the worker.';
grant execute on function app_public.redis_booking_cache(uuid) to lml_worker;

--! split: 1037-functions-inventory-refresh_sold_shares.sql
-- Half a minute's truth is enough for a price, and to count is dear: one buyer counts,
-- and the others go by what was counted before. Nobody waits, because who counts has a
-- lock that others only try.
create or replace function app_private.refresh_sold_shares(sale app_private.sale)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not exists (
      select
      from app_public.ticket_categories as c
      join app_public.pricing_rules as r
        on r.organization_id = c.organization_id and r.ticket_category_id = c.id
      where c.organization_id = (refresh_sold_shares.sale).organization_id
        and c.event_id = (refresh_sold_shares.sale).event_id
        and r.condition <> 'hours_to_event'
        and r.ended_at is null
    )
    or exists (
      select from app_private.sold_shares as s
      where s.performance_id = (refresh_sold_shares.sale).performance_id
        and s.organization_id = (refresh_sold_shares.sale).organization_id
        and s.counted_at > now() - interval '30 seconds'
    )
    or not pg_try_advisory_xact_lock(
      hashtextextended('sold_shares ' || (refresh_sold_shares.sale).performance_id, 0)
    )
  then
    return;
  end if;
  insert into app_private.sold_shares as s
  select (
    app_private.count_sold(
      (refresh_sold_shares.sale).performance_id, (refresh_sold_shares.sale).organization_id
    )
  ).*
  on conflict on constraint sold_shares_pkey do update
  set ticket_category_ids = excluded.ticket_category_ids,
    category_shares = excluded.category_shares,
    performance_share = excluded.performance_share,
    counted_at = excluded.counted_at;
end
$$;

comment on function app_private.refresh_sold_shares(app_private.sale) is
  'Counts again what is sold of a performance, if rules ask and the last count is too old.';

--! split: 1038-functions-inventory-reopen_runs.sql
-- Passes over a run that somebody is at: a hint that denies a free seat is corrected by the next
-- one who finds nothing else.
create or replace function app_private.reopen_runs(
  organization_id uuid, performance_id uuid, seat_nos integer[]
)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_private.seat_runs as r
  set longest = r.last_seat_no - r.first_seat_no + 1
  from (
    select r.first_seat_no
    from app_private.seat_runs as r
    where r.performance_id = reopen_runs.performance_id
      and r.organization_id = reopen_runs.organization_id
      and r.first_seat_no in (
        select (
          select r.first_seat_no
          from app_private.seat_runs as r
          where r.performance_id = reopen_runs.performance_id
            and r.organization_id = reopen_runs.organization_id
            and r.first_seat_no <= n
          order by r.first_seat_no desc
          limit 1
        )
        from unnest(reopen_runs.seat_nos) as n
      )
      and r.longest < r.last_seat_no - r.first_seat_no + 1
    for no key update skip locked
  ) as stale
  where r.performance_id = reopen_runs.performance_id
    and r.organization_id = reopen_runs.organization_id
    and r.first_seat_no = stale.first_seat_no
$$;

comment on function app_private.reopen_runs(uuid, uuid, integer[]) is
  'Lets who looks for seats side by side look again where some have become free.';

--! split: 1039-functions-inventory-search_seats.sql
-- When hints and what others are at leave nothing, the whole hall is read: slower, and certain. As
-- long as seats are free for all who can see, but somebody is at them, this waits a moment and
-- looks again; it waits for nobody with a lock, so that nobody can wait for it in a circle.
create or replace function app_private.search_seats(
  sale app_private.sale, category_no smallint, quantity integer, together boolean,
  accessible boolean
)
returns integer[]
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_rounds constant integer := 200;
  v_seat_nos integer[];
  v_found boolean;
begin
  if not exists (
    select from app_private.seat_runs as r
    where r.performance_id = (search_seats.sale).performance_id
  ) then
    perform app_private.create_seat_runs((search_seats.sale).performance_id);
  end if;
  for v_round in 1 .. c_rounds loop
    v_found := app_private.note_gaps(
      search_seats.sale, search_seats.category_no, search_seats.quantity, search_seats.accessible
    );
    v_seat_nos := app_private.choose_seats(
      search_seats.sale, search_seats.category_no, search_seats.quantity, search_seats.accessible
    );
    if v_seat_nos is null and not search_seats.together then
      v_seat_nos := app_private.gather_seats(
        search_seats.sale, search_seats.category_no, search_seats.quantity,
        search_seats.accessible
      );
      v_found := true;
    end if;
    if v_seat_nos is not null then
      return v_seat_nos;
    end if;
    if not v_found then
      raise exception 'There are not as many seats side by side.'
        using errcode = 'LMFEW',
          hint = 'Ask for fewer, or let them be apart; nothing was held.';
    end if;
    perform pg_sleep(0.002 + 0.008 * random());
  end loop;
  raise exception 'Others are at the last seats.'
    using errcode = 'LMBSY', hint = 'Try again in a moment.';
end
$$;

comment on function app_private.search_seats(
  app_private.sale, smallint, integer, boolean, boolean
) is
  'Seats of a category, locked, however long it takes to find them. Raises LMFEW, LMBSY.';

--! split: 1040-functions-inventory-take_admissions.sql
-- As take_seats, for places without a seat: from the category's pool and from those around it.
create or replace function app_private.take_admissions(
  sale app_private.sale, ticket_category_id uuid, quantity integer, booking_id uuid,
  held_until timestamptz, new_buyer app_private.buyer default null
)
returns app_public.bookings
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_is_new boolean := not take_admissions.new_buyer is null;
  v_reference text;
  v_found record;
  v_pool_id uuid;
  v_booking app_public.bookings;
begin
  if (take_admissions.sale).prices_vary then
    perform app_private.refresh_sold_shares(take_admissions.sale);
  end if;
  select pool.id, pool.slot_count, pool.chain,
    -- A line that is pending is given its price at once, below.
    coalesce(
      case when (take_admissions.sale).prices_vary then 0 end,
      (
        select p.price_cents
        from app_public.ticket_category_prices as p
        where p.organization_id = c.organization_id
          and p.ticket_category_id = c.id
          and p.audience = 'public'
          and p.valid_during @> now()
      )
    ) as unit_price_cents
  into v_found
  from app_public.ticket_categories as c
  join app_public.admission_pool_categories as pc
    on pc.organization_id = c.organization_id
    and pc.performance_id = (take_admissions.sale).performance_id
    and pc.ticket_category_id = c.id
  join app_public.admission_pools as pool
    on pool.organization_id = pc.organization_id and pool.id = pc.pool_id
  where c.organization_id = (take_admissions.sale).organization_id
    and c.id = take_admissions.ticket_category_id
    and c.status = 'active'
    and now() >= coalesce(c.sales_start, '-infinity')
    and now() < coalesce(c.sales_end, 'infinity');
  if v_found.unit_price_cents is null then
    raise exception 'Admissions of this category are not on sale.' using errcode = 'LMSAL';
  end if;

  foreach v_pool_id in array v_found.chain loop
    perform app_private.take_from_pool(
      (take_admissions.sale).organization_id, v_pool_id,
      case when v_pool_id = v_found.id then v_found.slot_count
        else app_private.slot_count_of(v_pool_id) end,
      take_admissions.booking_id, take_admissions.quantity, take_admissions.held_until
    );
  end loop;

  if v_is_new then
    perform app_private.require_room_for_cart(take_admissions.sale, take_admissions.new_buyer);
    v_reference := app_private.generate_booking_reference(
      (take_admissions.sale).organization_id
    );
  end if;
  with line as (
    select * from app_hidden.price_line(
      v_found.unit_price_cents, take_admissions.quantity, take_admissions.sale
    )
  ),
  new_booking as (
    insert into app_public.bookings as b (
      id, organization_id, performance_id, booking_reference, user_id, cart_token_hash,
      booking_channel, currency, subtotal_cents, service_fee_cents, processing_fee_cents,
      tax_cents, total_amount_cents, commission_percentage, commission_amount_cents,
      payout_cents, expires_at
    )
    select
      take_admissions.booking_id, (take_admissions.sale).organization_id,
      (take_admissions.sale).performance_id, v_reference,
      (take_admissions.new_buyer).user_id, (take_admissions.new_buyer).cart_token_hash,
      app_hidden.current_channel(), (take_admissions.sale).currency, l.subtotal_cents,
      l.service_fee_cents, l.processing_fee_cents, l.tax_cents, l.total_cents,
      (take_admissions.sale).commission_percentage, c.commission_cents,
      l.subtotal_cents - c.commission_cents, take_admissions.held_until
    from line as l
    cross join lateral (
      select app_hidden.percentage_of(
        l.subtotal_cents, (take_admissions.sale).commission_percentage
      ) as commission_cents
    ) as c
    where v_is_new
    returning b as booking
  ),
  new_item as (
    insert into app_public.booking_items (
      organization_id, booking_id, item_type, ticket_category_id, price_basis, quantity,
      unit_price_cents, subtotal_cents, service_fee_cents, processing_fee_cents, tax_cents,
      total_cents
    )
    select
      (take_admissions.sale).organization_id, take_admissions.booking_id, 'admission',
      take_admissions.ticket_category_id,
      case when (take_admissions.sale).prices_vary then 'pending' else 'public' end
        ::app_public.price_basis,
      take_admissions.quantity, v_found.unit_price_cents,
      l.subtotal_cents, l.service_fee_cents, l.processing_fee_cents, l.tax_cents, l.total_cents
    from line as l
  )
  select (n.booking).* into v_booking from new_booking as n;
  if (take_admissions.sale).prices_vary and v_is_new then
    v_booking := app_private.store_booking_totals(take_admissions.booking_id);
  end if;
  if (take_admissions.sale).screens_holds then
    perform app_private.screen_hold(take_admissions.booking_id, take_admissions.quantity);
  end if;
  return v_booking;
end
$$;

comment on function app_private.take_admissions(
  app_private.sale, uuid, integer, uuid, timestamptz, app_private.buyer
) is
  'Holds admissions of a category for a booking and adds their line, priced, to it. For a new '
  'buyer it makes the booking, and returns it. Raises LMFEW, LMSAL, LMMBR, LMRSK.';

--! split: 1041-functions-bookings-apply_discount_code.sql
create or replace function app_public.apply_discount_code(booking_id uuid, code text)
returns app_public.discount_answer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    apply_discount_code.booking_id, 'bookings.manage'
  );
  v_code app_public.discount_codes;
  v_refusal text;
begin
  perform app_private.require_open_draft(v_booking);
  v_code := app_private.find_discount_code(
    app_private.open_sale(v_booking.performance_id), apply_discount_code.code,
    row(app_hidden.current_user_id(), app_hidden.current_cart_hash())::app_private.buyer
  );
  if v_code.id is null then
    v_refusal := 'unknown';
  elsif app_hidden.is_over(v_code) then
    v_refusal := 'over';
  else
    perform app_private.lock_discount_code(v_code);
    v_refusal := coalesce(
      app_hidden.minimum_refusal(app_private.lines_of(v_booking), v_code),
      app_private.uses_refusal(v_code, v_booking)
    );
  end if;
  if v_refusal is null then
    insert into app_public.discount_redemptions (
      booking_id, organization_id, discount_code_id, code
    )
    values (v_booking.id, v_booking.organization_id, v_code.id, v_code.code)
    on conflict on constraint discount_redemptions_pkey do update
    set discount_code_id = excluded.discount_code_id, code = excluded.code;
    perform app_private.price_booking(v_booking.id);
    v_booking := app_private.store_booking_totals(v_booking.id);
  end if;
  return row(
    v_booking.id, v_refusal, v_booking.discount_cents, v_booking.total_amount_cents
  )::app_public.discount_answer;
end
$$;

comment on function app_public.apply_discount_code(uuid, text) is
  'Uses a code for a draft, in place of the one that it has. The answer says why a code is '
  'refused; then nothing has changed. Upper and lower case are the same. '
  'Raises LMRTE (too many wrong ones), LMBKG, LMBST, LMEXP, LMEVT, LMSAL, LMSES, LMCRT.';
grant execute on function app_public.apply_discount_code(uuid, text) to lml_anonymous, lml_user;

--! split: 1042-functions-bookings-book_late.sql
-- In the order of locks of a checkout: seats, then buyers, then codes. The
-- block gives everything back.
create or replace function app_private.book_late(booking app_public.bookings)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if app_private.book_everything(book_late.booking)
    and not app_private.is_beyond_limits(book_late.booking)
  then
    return true;
  end if;
  raise exception 'Others have a part of it.' using errcode = 'LMEXP';
exception
  when sqlstate 'LMEXP' then
    return false;
end
$$;

comment on function app_private.book_late(app_public.bookings) is
  'Books what a booking had whose time had run out, if it is free and its buyer gets as much by '
  'now; false, and no change, otherwise.';

--! split: 1043-functions-bookings-cancel_booking.sql
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
begin
  if app_private.replay_result(
    cancel_booking.idempotency_key, 'cancel_booking',
    jsonb_build_array(cancel_booking.booking_id, cancel_booking.reason)
  ) is not null then
    return app_private.masked_booking(v_booking);
  end if;
  if length(cancel_booking.reason) > 500 then
    raise exception 'A reason has at most 500 characters.'
      using errcode = 'LMINP', detail = 'reason';
  end if;
  if v_booking.status not in (
    'draft', 'pending_payment', 'fraud_hold', 'pending_approval', 'partially_paid', 'confirmed'
  ) then
    raise exception 'The booking is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  if v_booking.status in ('partially_paid', 'confirmed')
    and not app_hidden.has_performance_permission(
      v_booking.organization_id, v_booking.performance_id, 'bookings.manage'
    )
  then
    raise exception 'A paid booking is canceled by the organization that sold it.'
      using errcode = 'LMRGT',
        hint = 'Give tickets back with return_tickets, or ask the organization.';
  end if;
  if v_booking.status in ('partially_paid', 'confirmed')
    and app_private.needs_approval(
      v_booking, v_booking.total_amount_cents - v_booking.refunded_cents
    )
  then
    raise exception 'So much is returned only with the approval of a second person.'
      using errcode = 'LMAPV', hint = 'Ask for it with refund_tickets.';
  end if;

  v_booking := app_private.end_booking(
    v_booking, cancel_booking.reason, 'booking_canceled'
  );
  perform app_private.keep_result(cancel_booking.idempotency_key, v_booking.id);
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.cancel_booking(uuid, text, text) is
  'Lets the seats go. An unpaid booking is canceled by its owner or by staff; a paid one by staff '
  'with bookings.manage, which voids its tickets and refunds it in full. '
  'Raises LMBKG, LMBST, LMRGT, LMAPV (a second person must approve it), LMTUS (a ticket was used), '
  'LMINP, LMSES, LMCRT, LMIDK.';
grant execute on function app_public.cancel_booking(uuid, text, text) to lml_anonymous, lml_user;

--! split: 1044-functions-bookings-checkout_for_customer.sql
create or replace function app_public.checkout_for_customer(
  booking_id uuid, payment app_public.staff_payment, note text default null,
  override_reason text default null, pay_within_hours integer default 24,
  idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking_of_staff(
    checkout_for_customer.booking_id, 'bookings.sell'
  );
  v_sale app_private.sale;
  v_requires_approval boolean;
  v_waits boolean;
  v_constraint text;
  v_column text;
begin
  if app_private.replay_result(
    checkout_for_customer.idempotency_key, 'checkout_for_customer',
    jsonb_build_array(
      checkout_for_customer.booking_id, checkout_for_customer.payment,
      checkout_for_customer.note, checkout_for_customer.override_reason,
      checkout_for_customer.pay_within_hours
    )
  ) is not null then
    return app_private.masked_booking(v_booking);
  end if;
  if v_booking.booking_channel not in ('admin', 'phone') then
    raise exception 'The buyer of this booking checks out.'
      using errcode = 'LMBST', detail = v_booking.booking_channel::text;
  end if;
  if coalesce(checkout_for_customer.pay_within_hours not between 1 and 168, true) then
    raise exception 'A customer has 1 to 168 hours to pay.'
      using errcode = 'LMINP', detail = 'pay_within_hours';
  end if;
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(v_booking.performance_id);
  if app_private.tickets_in(v_booking) = 0 then
    raise exception 'The booking is empty.' using errcode = 'LMQTY', detail = '0';
  end if;
  v_requires_approval := app_private.asks_for_approval(v_booking);
  v_waits := v_requires_approval and (
    app_private.is_for_caller(v_booking)
    or not app_hidden.has_performance_permission(
      v_booking.organization_id, v_booking.performance_id, 'bookings.manage'
    )
  );
  -- Nobody takes money for what may be declined.
  if v_waits and checkout_for_customer.payment <> 'link' then
    raise exception 'Somebody else has to approve this sale first.'
      using errcode = 'LMRGT', detail = 'bookings.manage',
        hint = 'Sell it by link: the request waits, and the customer pays after a yes.';
  end if;
  update app_public.staff_sales as s
  set payment = checkout_for_customer.payment, note = checkout_for_customer.note,
    override_reason = checkout_for_customer.override_reason
  where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id;
  if checkout_for_customer.payment = 'complimentary' then
    perform app_hidden.require_performance_permission(
      v_booking.organization_id, v_booking.performance_id, 'bookings.manage'
    );
    v_booking := app_private.waive_lines(v_booking);
  end if;
  perform app_private.require_revenue_limit(v_booking);
  if checkout_for_customer.override_reason is null then
    perform app_private.require_buyer_limits(v_booking);
  end if;
  perform app_private.prolong_hold(
    v_booking,
    case when checkout_for_customer.payment = 'link'
      then now() + make_interval(hours => checkout_for_customer.pay_within_hours)
      else v_booking.expires_at
    end
  );
  -- Only who pays by card pays in parts.
  update app_public.bookings as b
  set checkout_started_at = now(),
    payment_plan_id = case when checkout_for_customer.payment = 'link' then b.payment_plan_id end
  where b.id = v_booking.id
  returning * into v_booking;

  if v_requires_approval and not v_waits then
    perform app_private.approve_by_selling(
      v_booking, checkout_for_customer.pay_within_hours
    );
  end if;
  if v_waits then
    perform app_private.await_answer(v_booking);
  elsif v_booking.total_amount_cents = 0 or checkout_for_customer.payment = 'link' then
    perform app_private.proceed_to_payment(v_booking);
  elsif checkout_for_customer.payment = 'invoice' then
    perform app_private.sell_on_invoice(v_booking);
  else
    update app_public.bookings as b
    set status = 'pending_payment' where b.id = v_booking.id
    returning * into v_booking;
    perform app_private.receive_at_box_office(
      v_booking, checkout_for_customer.payment::text::app_public.payment_method
    );
  end if;
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  -- A request that waits is answered by mail.
  if not v_waits then
    perform app_private.mail_booking(
      v_booking,
      case
        when v_booking.status = 'pending_payment' then 'payment_link'
        when checkout_for_customer.payment = 'invoice' then 'booking_invoiced'
        else 'booking_sold'
      end
    );
  end if;
  perform app_private.keep_result(checkout_for_customer.idempotency_key, v_booking.id);
  return app_private.masked_booking(v_booking);
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.checkout_for_customer(
  uuid, app_public.staff_payment, text, text, integer, text
) is
  'Sells what was held for a customer: by a link that is mailed to them, which they may use for '
  'pay_within_hours; for cash or by the terminal at the counter; on invoice, whose money is taken '
  'later with take_payment; or complimentary, with a note that says for whom (needs '
  'bookings.manage too). The limits of one buyer hold unless override_reason says why not. '
  'A category that requires approval is approved by selling it with bookings.manage; others sell '
  'it by link, and it waits as pending_approval. '
  'Needs bookings.sell at the venue. Raises LMBST, LMEXP, LMQTY, LMEVT, LMSAL, LMMAX, LMLIM, '
  'LMPLN, LMINP, LMNFD, LMRGT, LMIDK, LMAUT, LMSES.';
grant execute on function app_public.checkout_for_customer(
  uuid, app_public.staff_payment, text, text, integer, text
) to lml_user;

--! split: 1045-functions-bookings-claim_booking.sql
-- Whoever has the mail is whom the booking is for: it becomes theirs, and no longer belongs to the
-- device that made it.
create or replace function app_public.claim_booking(token text)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_buyer app_private.buyer := app_private.require_buyer();
  v_hash bytea := app_hidden.hash_token(claim_booking.token);
  v_booking app_public.bookings;
begin
  perform app_hidden.refuse_impersonator();
  select b.* into v_booking
  from app_private.payment_links as l
  join app_public.bookings as b on b.organization_id = l.organization_id and b.id = l.booking_id
  where l.token_hash = v_hash and l.used_at is null and l.expires_at > now()
  for no key update of b;
  update app_private.payment_links as l
  set used_at = now()
  where l.token_hash = v_hash and l.used_at is null and v_booking.user_id is null;
  if v_booking.id is null or not found then
    raise exception 'This link is unknown, was used, or is too old.'
      using errcode = 'LMTOK', hint = 'Ask the organization for a new one.';
  end if;
  update app_public.bookings as b
  set user_id = v_buyer.user_id, cart_token_hash = v_buyer.cart_token_hash
  where b.id = v_booking.id
  returning * into v_booking;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.claim_booking(text) is
  'Makes a booking yours, with the token of the mail about it, once; then '
  'pay with payment_session. '
  'For accounts, and guests by cart token. Raises LMTOK, LMSES, LMCRT, LMIMP.';
grant execute on function app_public.claim_booking(text) to lml_anonymous, lml_user;

--! split: 1046-functions-bookings-claim_cart.sql
-- Whoever sends both tokens has both rights: those of the cart become those of the account. What is
-- paid for stays with the cart's token, which may have been shared; what is being
-- paid for keeps its price.
create or replace function app_public.claim_cart()
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_cart_hash bytea := app_hidden.current_cart_hash();
  v_booking_ids uuid[];
  v_booking app_public.bookings;
begin
  perform app_hidden.refuse_impersonator();
  with claimed as (
    update app_public.bookings as b
    set user_id = v_user_id, cart_token_hash = null
    where b.id in (
      select b.id from app_public.bookings as b
      where b.cart_token_hash = v_cart_hash
        and b.user_id is null
        and b.status in ('draft', 'pending_approval', 'pending_payment')
      order by b.id
      for no key update
    )
    returning b.id
  )
  select array_agg(c.id) into v_booking_ids from claimed as c;

  for v_booking in
    select b.*
    from app_public.bookings as b
    join app_public.performances as p
      on p.organization_id = b.organization_id and p.id = b.performance_id
    join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
    where b.id = any (v_booking_ids) and b.status = 'draft' and e.has_price_rules
    order by b.id
  loop
    perform app_private.reprice_for_member(v_booking);
  end loop;
  return coalesce(cardinality(v_booking_ids), 0);
end
$$;

comment on function app_public.claim_cart() is
  'Makes the unpaid bookings of the request''s cart token the signed-in user''s, at the prices of '
  'their memberships where those are better; returns how many. Raises LMAUT, LMSES, LMIMP.';
grant execute on function app_public.claim_cart() to lml_user;

--! split: 1047-functions-bookings-close_booking.sql
create or replace function app_private.close_booking(booking app_public.bookings, reason text)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  update app_public.bookings as b
  set status = 'canceled', canceled_at = now(), expires_at = null,
    cancellation_reason = left(close_booking.reason, 500)
  where b.id = (close_booking.booking).id
  returning * into v_booking;
  perform app_private.free_seats(v_booking, app_private.held_seat_nos(v_booking));
  perform app_private.free_admissions(v_booking);
  return v_booking;
end
$$;

comment on function app_private.close_booking(app_public.bookings, text) is
  'Cancels a locked booking, and lets go what it still has of seats and admissions.';

--! split: 1048-functions-bookings-confirm_booking.sql
-- Seats and admissions are booked only if this booking owns them, or, when its time had run out, if
-- they are free. False: somebody else has one of them or it is beyond limits by now,
-- or it was not this money that was asked for, and nothing has changed. Parts of a price come
-- through receive_installment.
create or replace function app_private.confirm_booking(
  booking_id uuid, received_cents bigint default null
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  select * into strict v_booking
  from app_public.bookings as b where b.id = confirm_booking.booking_id
  for no key update;
  if v_booking.status = 'confirmed' then
    return confirm_booking.received_cents is null;
  end if;
  if v_booking.status not in ('draft', 'pending_payment', 'expired')
    -- Whoever went back to the cart checks out again, and is looked at again, before anything is
    -- paid.
    or (v_booking.status = 'draft' and confirm_booking.received_cents is not null)
    or confirm_booking.received_cents <> v_booking.total_amount_cents
    or (confirm_booking.received_cents is not null and v_booking.payment_plan_id is not null)
  then
    return false;
  end if;
  if v_booking.status = 'expired' or v_booking.expires_at <= now() then
    if not (
      app_private.may_be_paid_late(v_booking) and app_private.book_late(v_booking)
    ) then
      return false;
    end if;
  elsif not app_private.book_everything(v_booking) then
    return false;
  end if;

  -- What is paid in parts is sold with its deposit; the tickets are there with the last one.
  update app_public.bookings as b
  set status = case when b.payment_plan_id is null then 'confirmed' else 'partially_paid' end
      ::app_public.booking_status,
    confirmed_at = now(), expires_at = null
  where b.id = v_booking.id
  returning * into v_booking;
  if v_booking.status = 'confirmed' then
    perform app_private.issue_tickets(v_booking);
  end if;
  perform app_private.post_sale(v_booking);
  return true;
end
$$;

comment on function app_private.confirm_booking(uuid, bigint) is
  'Books seats and admissions, issues the tickets and posts the sale: all of it, or false. '
  'Confirming twice is harmless; paying twice is not confirming.';
grant execute on function app_private.confirm_booking(uuid, bigint) to lml_worker;

--! split: 1049-functions-bookings-explain_price.sql
-- From what the line has frozen, for whoever sees it. Prices are never changed backwards, so the
-- row that applied when the line was written is still found.
create or replace function app_public.explain_price(booking_item_id uuid)
returns setof app_public.price_step
language sql stable rows 8 set search_path = ''
as $$
  with line as (
    select
      i.*, b.price_terms,
      coalesce(i.base_price_cents, i.unit_price_cents) as base_cents
    from app_public.booking_items as i
    join app_public.bookings as b on b.organization_id = i.organization_id and b.id = i.booking_id
    where i.id = explain_price.booking_item_id
  ),
  steps as (
    select
      0 as part, 0::bigint as ordinality,
      case
        when i.item_type not in ('seat', 'admission') then 'price'
        when i.price_basis = 'member' then 'member_price'
        when i.price_basis = 'seat' then 'seat_price'
        else 'public_price'
      end as kind,
      null::text as name,
      case when i.price_basis in ('public', 'member') then (
        select p.id
        from app_public.ticket_category_prices as p
        where p.organization_id = i.organization_id
          and p.ticket_category_id = i.ticket_category_id
          and p.audience::text = i.price_basis::text
          and p.price_cents = i.base_cents
          and p.valid_during @> i.created_at
        limit 1
      ) end as source_id,
      i.base_cents as unit_cents, i.base_cents * i.quantity as amount_cents,
      0::bigint as included_cents
    from line as i
    union all
    select
      1, 2 * r.ordinality + k.no,
      case when k.no = 0 then 'rule' else 'rounding' end, r.name, r.pricing_rule_id, k.cents,
      k.cents * i.quantity, 0
    from line as i
    cross join unnest(i.applied_rules) with ordinality as r
    cross join lateral (values (0, r.amount_cents), (1, r.rounding_cents)) as k (no, cents)
    where k.no = 0 or k.cents <> 0
    union all
    select
      2, 0, 'discount', (
        select r.code::text
        from app_public.discount_redemptions as r
        where r.organization_id = i.organization_id and r.booking_id = i.booking_id
      ), (
        select r.discount_code_id
        from app_public.discount_redemptions as r
        where r.organization_id = i.organization_id and r.booking_id = i.booking_id
      ), null, -i.discount_cents, 0
    from line as i
    where i.discount_cents > 0
    union all
    select 3, f.no, f.kind, f.name, null, null, f.amount, f.included
    from line as i
    cross join lateral (
      values
        (
          1, 'service_fee', null, i.service_fee_cents, i.service_fee_absorbed_cents
        ),
        (2, 'processing_fee', null, i.processing_fee_cents, i.processing_fee_absorbed_cents),
        (3, 'tax', (i.price_terms).tax_jurisdiction, i.tax_cents, i.tax_included_cents)
    ) as f (no, kind, name, amount, included)
    where f.amount > 0 or f.included > 0
  )
  select
    row_number() over (order by s.part, s.ordinality)::integer,
    s.kind::app_public.price_step_kind, s.name, s.source_id, s.unit_cents, s.amount_cents,
    s.included_cents
  from steps as s
  order by s.part, s.ordinality
$$;

comment on function app_public.explain_price(uuid) is
  'How a line of a booking that you may see came to its total: the price, what rules, a code, fees '
  'and taxes made of it. The amounts sum to the total; what is included is part of them.';
grant execute on function app_public.explain_price(uuid) to lml_anonymous, lml_user;

--! split: 1050-functions-bookings-find_or_create_customer.sql
create or replace function app_private.find_or_create_customer(
  organization_id uuid, user_id uuid, email text, first_name text, last_name text, phone text
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_constraint text;
  v_column text;
begin
  insert into app_public.customers as c (
    organization_id, user_id, email, first_name, last_name, phone
  )
  values (
    find_or_create_customer.organization_id,
    -- An account is linked to its own address only, once it is proven: nobody may claim a
    -- stranger's history, nor what that stranger will buy.
    (
      select u.id from app_public.users as u
      where u.id = find_or_create_customer.user_id
        and u.email operator(public.=) find_or_create_customer.email::public.citext
        and u.email_verified_at is not null
    ),
    find_or_create_customer.email::public.citext,
    find_or_create_customer.first_name, find_or_create_customer.last_name,
    find_or_create_customer.phone
  )
  on conflict on constraint customers_email_is_unique do nothing
  returning c.id into v_id;
  if v_id is null then
    select c.id into strict v_id
    from app_public.customers as c
    where c.organization_id = find_or_create_customer.organization_id
      and c.email operator(public.=) find_or_create_customer.email::public.citext;
  end if;
  return v_id;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_private.find_or_create_customer(uuid, uuid, text, text, text, text) is
  'The organization''s customer with an address. What is known of a customer is not overwritten '
  'by whoever types the address.';

--! split: 1051-functions-bookings-hold_allocated_seats.sql
-- The seats leave their allocation and are held in one transaction: nobody
-- sees them free in between.
create or replace function app_public.hold_allocated_seats(
  allocation_id uuid, seat_ids text[], booking_id uuid default null,
  idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_allocation app_public.seat_allocations;
  v_performance app_public.performances;
  v_seat_nos integer[];
  v_count integer;
begin
  if hold_allocated_seats.booking_id is not null then
    v_booking := app_private.lock_booking(hold_allocated_seats.booking_id, 'bookings.manage');
  end if;
  select * into v_allocation
  from app_public.seat_allocations as a where a.id = hold_allocated_seats.allocation_id
  for no key update;
  perform app_hidden.require_performance_permission(
    v_allocation.organization_id, v_allocation.performance_id, 'inventory.sell'
  );
  select p.* into strict v_performance
  from app_public.performances as p where p.id = v_allocation.performance_id;
  -- Under a known key, the seats left the allocation the first time.
  if not app_private.is_replay(hold_allocated_seats.idempotency_key) then
    v_seat_nos := app_private.seat_nos_of(v_performance, hold_allocated_seats.seat_ids);
    delete from app_public.seat_allocation_seats as a
    where a.organization_id = v_allocation.organization_id
      and a.allocation_id = v_allocation.id
      and a.seat_no = any (v_seat_nos);
    get diagnostics v_count = row_count;
    if v_count < cardinality(v_seat_nos) then
      raise exception 'The allocation has not got all of these seats.'
        using errcode = 'LMSEA', hint = 'Read what is left of it.';
    end if;
    perform app_private.free_kept_back(v_allocation, v_seat_nos);
  end if;
  return app_public.hold_seats(
    v_allocation.performance_id, hold_allocated_seats.seat_ids, hold_allocated_seats.booking_id,
    hold_allocated_seats.idempotency_key
  );
end
$$;

comment on function app_public.hold_allocated_seats(uuid, text[], uuid, text) is
  'Holds seats of an allocation for a booking of the caller''s, or for a draft. If they are not '
  'bought in time, they are free for everybody. Needs inventory.sell. '
  'Raises LMNFD, LMRGT, LMSEA (not in the allocation), and what hold_seats raises.';
grant execute on function app_public.hold_allocated_seats(uuid, text[], uuid, text) to lml_user;

--! split: 1052-functions-bookings-hold_best_available.sql
create or replace function app_public.hold_best_available(
  performance_id uuid, ticket_category_id uuid, quantity integer, together boolean default true,
  accessible boolean default false, booking_id uuid default null,
  idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_buyer app_private.buyer := app_private.require_buyer();
  v_sale app_private.sale;
  v_category_no smallint;
  v_booking_id uuid;
  v_booking app_public.bookings;
begin
  if hold_best_available.booking_id is not null then
    v_booking := app_private.lock_booking(hold_best_available.booking_id, 'bookings.manage');
  end if;
  if hold_best_available.idempotency_key is not null then
    v_booking_id := app_private.replay_result(
      hold_best_available.idempotency_key, 'hold_best_available',
      jsonb_build_array(
        hold_best_available.performance_id, hold_best_available.ticket_category_id,
        hold_best_available.quantity, hold_best_available.together,
        hold_best_available.accessible, hold_best_available.booking_id
      )
    );
    if v_booking_id is not null then
      select * into strict v_booking from app_public.bookings as b where b.id = v_booking_id;
      return v_booking;
    end if;
  end if;

  v_sale := app_private.open_sale(hold_best_available.performance_id);
  perform app_private.require_may_hold(
    v_sale, v_buyer, v_booking, coalesce(hold_best_available.quantity, 0)
  );
  select c.category_no into v_category_no
  from app_public.ticket_categories as c
  where c.organization_id = v_sale.organization_id
    and c.id = hold_best_available.ticket_category_id
    and c.event_id = v_sale.event_id
    and c.status = 'active'
    and now() >= coalesce(c.sales_start, '-infinity')
    and now() < coalesce(c.sales_end, 'infinity');
  if not found then
    raise exception 'Tickets of this category are not on sale.' using errcode = 'LMSAL';
  end if;
  v_sale.seat_nos := coalesce(
    app_private.choose_seats(
      v_sale, v_category_no, hold_best_available.quantity,
      coalesce(hold_best_available.accessible, false)
    ),
    app_private.search_seats(
      v_sale, v_category_no, hold_best_available.quantity,
      coalesce(hold_best_available.together, true),
      coalesce(hold_best_available.accessible, false)
    )
  );

  if v_booking.id is null then
    v_booking := app_private.take_seats(
      v_sale, uuidv7(),
      now() + make_interval(secs => least(v_sale.hold_seconds, v_sale.hold_seconds_max)), v_buyer
    );
  else
    v_booking := app_private.hold_for_draft(v_booking, v_sale);
  end if;
  perform app_private.keep_result(hold_best_available.idempotency_key, v_booking.id);
  return v_booking;
end
$$;

comment on function app_public.hold_best_available(
  uuid, uuid, integer, boolean, boolean, uuid, text
) is
  'Holds the best free seats of a category: side by side, unless together is false; places for '
  'wheelchairs and their companions only when accessible is true. '
  'Raises LMFEW (not as many are left, or not side by side), LMQTY (none or too many), LMEVT, '
  'LMSAL (not on sale), LMEXP, LMBST, LMBKG, LMGST, LMCRT, LMSES, LMIDK, LMNFD, '
  'LMBSY, LMMBR (for members).';
grant execute on function app_public.hold_best_available(
  uuid, uuid, integer, boolean, boolean, uuid, text
) to lml_anonymous, lml_user;

--! split: 1053-functions-bookings-hold_seats.sql
create or replace function app_public.hold_seats(
  performance_id uuid, seat_ids text[], booking_id uuid default null,
  idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_buyer app_private.buyer := app_private.require_buyer();
  v_sale app_private.sale;
  v_booking_id uuid;
  v_booking app_public.bookings;
begin
  -- The booking first, as everywhere, then the key.
  if hold_seats.booking_id is not null then
    v_booking := app_private.lock_booking(hold_seats.booking_id, 'bookings.manage');
  end if;
  if hold_seats.idempotency_key is not null then
    v_booking_id := app_private.replay_result(
      hold_seats.idempotency_key, 'hold_seats',
      jsonb_build_array(hold_seats.performance_id, hold_seats.seat_ids, hold_seats.booking_id)
    );
    if v_booking_id is not null then
      select * into strict v_booking from app_public.bookings as b where b.id = v_booking_id;
      return app_private.masked_booking(v_booking);
    end if;
  end if;

  v_sale := app_private.open_sale(
    hold_seats.performance_id, coalesce(hold_seats.seat_ids, '{}')
  );
  if v_buyer.user_id is null and not v_sale.allow_guest_checkout then
    raise exception 'This organization sells to people with an account only.'
      using errcode = 'LMGST', hint = 'Sign in first.';
  end if;

  if hold_seats.booking_id is null then
    v_booking := app_private.take_seats(
      v_sale, uuidv7(),
      now() + make_interval(secs => least(v_sale.hold_seconds, v_sale.hold_seconds_max)), v_buyer
    );
  else
    perform app_private.require_open_draft(v_booking);
    if v_booking.performance_id <> v_sale.performance_id then
      raise exception 'The booking is for another performance.'
        using errcode = 'LMBKG', detail = v_booking.performance_id::text;
    end if;
    v_booking := app_private.hold_for_draft(v_booking, v_sale);
  end if;

  if hold_seats.idempotency_key is not null then
    perform app_private.keep_result(hold_seats.idempotency_key, v_booking.id);
  end if;
  return v_booking;
end
$$;

comment on function app_public.hold_seats(uuid, text[], uuid, text) is
  'Holds seats for a new booking, or for a draft of yours, all of them or none. '
  'Raises LMTKN (naming the seats that were not free), LMSEA (unknown seat), LMSDP (one twice), '
  'LMQTY (none or too many), LMEVT (not published), LMSAL (sales closed), LMEXP, LMBST, LMBKG, '
  'LMGST, LMCRT, LMSES, LMIDK, LMNFD, LMMBR (for members), LMRSK (a rule '
  'against fraud refuses it).';
grant execute on function app_public.hold_seats(uuid, text[], uuid, text)
  to lml_anonymous, lml_user;

--! split: 1054-functions-bookings-is_beyond_limits.sql
-- Codes and limits count what is under way until it runs out, so that
-- others may have had its share.
create or replace function app_private.is_beyond_limits(booking app_public.bookings)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := is_beyond_limits.booking;
  v_code app_public.discount_codes := app_private.discount_code_of(v_booking);
begin
  if not exists (
    select from app_public.staff_sales as s
    where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id
      and s.override_reason is not null
  ) then
    perform app_private.require_user_limits(v_booking, e)
    from app_public.performances as p
    join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
    where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id;
  end if;
  perform app_private.lock_discount_code(v_code);
  return app_private.uses_refusal(v_code, v_booking) is not null;
exception
  when sqlstate 'LMMAX' then
    return true;
end
$$;

comment on function app_private.is_beyond_limits(app_public.bookings) is
  'Whether a booking whose time had run out, and which is locked, would be more than its buyer '
  'gets, or than its discount code allows, by now.';

--! split: 1055-functions-bookings-is_booking_at_permitted_venue.sql
-- For rows that know their booking, and not its performance. A function, and not a subquery: those
-- who are not restricted to venues, which is nearly everybody, pay nothing for it.
create or replace function app_hidden.is_booking_at_permitted_venue(
  booking_id uuid, permission text
)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from app_public.bookings as b
    where b.id = is_booking_at_permitted_venue.booking_id
      and b.performance_id in (
        select app_hidden.permitted_performance_ids(is_booking_at_permitted_venue.permission)
      )
  )
$$;

comment on function app_hidden.is_booking_at_permitted_venue(uuid, text) is
  'Whether a booking is at a venue that the signed-in user is narrowed to with a permission.';
grant execute on function app_hidden.is_booking_at_permitted_venue(uuid, text) to lml_user;

--! split: 1056-functions-bookings-mail_booking.sql
-- Who has an account finds the booking there. A guest may have lost the cart's token since: the
-- mail has one that takes the booking over, once.
create or replace function app_private.mail_booking(
  booking app_public.bookings, template text, variables jsonb default '{}'
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_token text;
begin
  if (mail_booking.booking).customer_email is not null
    and (mail_booking.booking).user_id is null
    and (mail_booking.booking).status in ('pending_payment', 'partially_paid', 'confirmed')
  then
    v_token := app_public.create_cart_token();
    insert into app_private.payment_links (token_hash, organization_id, booking_id, expires_at)
    values (
      app_hidden.hash_token(v_token), (mail_booking.booking).organization_id,
      (mail_booking.booking).id,
      coalesce((mail_booking.booking).expires_at, now() + interval '30 days')
    );
  end if;
  perform app_private.mail_buyer(
    mail_booking.booking, mail_booking.template,
    jsonb_strip_nulls(jsonb_build_object('token', v_token)) || mail_booking.variables
  );
end
$$;

comment on function app_private.mail_booking(app_public.bookings, text, jsonb) is
  'Mails whoever a booking is for, with a link to it for a guest.';

--! split: 1057-functions-bookings-may_be_paid_late.sql
-- Who was in time is confirmed, and refunded with the others when the event is canceled; nobody
-- comes after them. The lock makes a cancellation wait that is under way. Of a pass all dates
-- count, in the order of ids, which is that of a cancellation: a pass is made after its dates.
create or replace function app_private.may_be_paid_late(booking app_public.bookings)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ids uuid[] := array(
    select d.performance_id from app_public.pass_dates as d
    where d.organization_id = (may_be_paid_late.booking).organization_id
      and d.pass_id = (may_be_paid_late.booking).performance_id
  ) || (may_be_paid_late.booking).performance_id;
begin
  perform from app_public.performances as p
  where p.organization_id = (may_be_paid_late.booking).organization_id and p.id = any (v_ids)
  order by p.id
  for share;
  return not exists (
    select from app_public.performances as p
    where p.organization_id = (may_be_paid_late.booking).organization_id
      and p.id = any (v_ids)
      and p.status = 'canceled'
      -- Who chose a pass after that knew what it was without this date.
      and (
        p.id = (may_be_paid_late.booking).performance_id
        or p.canceled_at >= (may_be_paid_late.booking).created_at
      )
  )
  -- An order that nobody answered, and a cart that its buyer went back to, were not to be paid.
  and ((may_be_paid_late.booking).status <> 'expired' or exists (
    select from app_public.booking_state_transitions as t
    where t.organization_id = (may_be_paid_late.booking).organization_id
      and t.booking_id = (may_be_paid_late.booking).id
      and t.from_status = 'pending_payment'
      and t.to_status = 'expired'
  ));
end
$$;

comment on function app_private.may_be_paid_late(app_public.bookings) is
  'Whether a locked booking ran out while it was being paid, and everything that was chosen still '
  'takes place.';

--! split: 1058-functions-bookings-own_booking_ids.sql
-- For policies of what belongs to a booking: asked once per query, and without the policies of
-- bookings, which would be opened in every list that has such rows.
create or replace function app_hidden.own_booking_ids()
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select b.id
  from app_public.bookings as b
  where b.user_id = (select app_hidden.current_user_id())
    or b.cart_token_hash = (select app_hidden.current_cart_hash())
$$;

comment on function app_hidden.own_booking_ids() is
  'The bookings of the signed-in user, or of the cart token.';
grant execute on function app_hidden.own_booking_ids() to lml_anonymous, lml_user;

--! split: 1059-functions-bookings-parts_of.sql
-- The deposit is due at once. What is left is shared out so that the parts
-- sum to the price exactly.
create or replace function app_private.parts_of(
  booking app_public.bookings, payment_plan_id uuid
)
returns setof app_public.installment_quote
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_total bigint := (parts_of.booking).total_amount_cents;
  v_plan app_public.payment_plans;
  v_starts_at timestamptz;
  v_deposit bigint;
  v_last_day integer;
  v_part app_public.installment_quote;
begin
  select p.* into v_plan
  from app_public.payment_plans as p
  join app_public.performances as d
    on d.organization_id = p.organization_id and d.event_id = p.event_id
    and d.id = (parts_of.booking).performance_id
  where p.organization_id = (parts_of.booking).organization_id
    and p.id = parts_of.payment_plan_id;
  if v_plan.id is null then
    raise exception 'The event has no such payment plan.'
      using errcode = 'LMNFD', detail = format('%s', parts_of.payment_plan_id);
  end if;
  select d.starts_at into strict v_starts_at
  from app_public.performances as d where d.id = (parts_of.booking).performance_id;
  v_deposit := app_hidden.rounded(
    coalesce(v_plan.deposit_cents, v_total * v_plan.deposit_percentage / 100),
    (parts_of.booking).currency
  );
  v_last_day := (v_plan.installments - 1) * v_plan.interval_days;
  for v_part in
    select
      n,
      case
        when n = 0 then now()
        when v_plan.basis = 'purchase' then
          now() + make_interval(
            days => v_plan.first_due_days + (n - 1) * v_plan.interval_days
          )
        else
          v_starts_at - make_interval(
            days => greatest(v_plan.first_due_days, v_plan.last_due_days_before)
              + v_last_day - (n - 1) * v_plan.interval_days
          )
      end,
      case n
        when 0 then v_deposit
        else app_hidden.share_to_charge(
          v_total - v_deposit, n, v_plan.installments, (parts_of.booking).currency
        )
      end
    from generate_series(0, v_plan.installments) as n
  loop
    if v_plan.retired_at is not null
      and (parts_of.booking).payment_plan_id is distinct from v_plan.id
      or v_part.amount_cents <= 0
      or (v_part.installment_no > 0 and v_part.due_at <= now() + interval '1 day')
      or v_part.due_at > v_starts_at - make_interval(days => v_plan.last_due_days_before)
      or exists (
        select from app_public.booking_items as i
        where i.organization_id = (parts_of.booking).organization_id
          and i.booking_id = (parts_of.booking).id
          and v_plan.ticket_category_id is not null
          and i.ticket_category_id is distinct from v_plan.ticket_category_id
      )
    then
      raise exception 'This payment plan is not for this booking, or not any more.'
        using errcode = 'LMPLN', detail = v_plan.id::text,
          hint = 'Choose another one, or pay at once.';
    end if;
    return next v_part;
  end loop;
end
$$;

comment on function app_private.parts_of(app_public.bookings, uuid) is
  'The parts in which a plan has a booking paid. Raises LMNFD, and LMPLN when the plan is retired, '
  'for another category, or there is not enough time or money for it.';

--! split: 1060-functions-bookings-price_booking.sql
-- Prices that a line has are kept; what has none yet gets that of now. Terms are those of the
-- moment when the booking was first priced here. The caller has locked the booking.
create or replace function app_private.price_booking(booking_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_performance app_public.performances;
  v_is_member boolean;
  v_code app_public.discount_codes;
  v_lines app_private.priced_line[];
begin
  select * into strict v_booking
  from app_public.bookings as b
  where b.id = price_booking.booking_id;
  select * into strict v_performance
  from app_public.performances as p
  where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id;
  if v_booking.price_terms is null then
    update app_public.bookings as b
    set price_terms = app_private.price_terms_of(v_performance.id)
    where b.id = v_booking.id
    returning * into v_booking;
  end if;
  v_is_member := app_private.is_member(v_booking.organization_id, v_booking.user_id);
  perform app_private.require_membership(v_booking, v_is_member);
  v_code := app_private.discount_code_of(v_booking);

  v_lines := app_private.price_lines(
    app_private.lines_of(v_booking), v_performance, v_booking.price_terms, v_is_member, v_code
  );

  update app_public.booking_items as i
  set price_basis = l.price_basis,
    base_price_cents = l.base_price_cents,
    unit_price_cents = l.unit_price_cents,
    applied_rules = l.applied_rules,
    subtotal_cents = l.subtotal_cents,
    discount_cents = l.discount_cents,
    service_fee_cents = l.service_fee_cents,
    processing_fee_cents = l.processing_fee_cents,
    tax_cents = l.tax_cents,
    total_cents = l.total_cents,
    service_fee_absorbed_cents = l.service_fee_absorbed_cents,
    processing_fee_absorbed_cents = l.processing_fee_absorbed_cents,
    tax_included_cents = l.tax_included_cents
  from unnest(v_lines) as l
  where i.organization_id = v_booking.organization_id and i.id = l.booking_item_id;
end
$$;

comment on function app_private.price_booking(uuid) is
  'Writes the amounts of all lines of a booking, which the caller has locked. '
  'Raises LMSAL, LMMBR.';

--! split: 1061-functions-bookings-quote.sql
-- Asks what a hold asks, prices by the function that charges, and writes nothing but a wrong guess
-- of a code: which is why it is no query.
create or replace function app_public.quote(
  performance_id uuid, seat_ids text[] default '{}', ticket_category_ids uuid[] default '{}',
  quantities integer[] default '{}', code text default null
)
returns app_public.price_quote
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_seat_ids text[] := nullif(quote.seat_ids, '{}');
  v_sale app_private.sale := app_private.open_sale(quote.performance_id, v_seat_ids);
  v_performance app_public.performances;
  v_booking app_public.bookings;
  v_is_member boolean;
  v_code app_public.discount_codes;
  v_refusal text;
  v_lines app_private.priced_line[];
begin
  v_booking.user_id := app_hidden.current_user_id();
  v_booking.cart_token_hash := app_hidden.current_cart_hash();
  if v_sale.prices_vary then
    perform app_private.refresh_sold_shares(v_sale);
  end if;
  select * into strict v_performance
  from app_public.performances as p where p.id = quote.performance_id;
  v_is_member := app_private.is_member(v_sale.organization_id, v_booking.user_id);
  v_lines := app_private.lines_to_quote(
    v_sale, quote.ticket_category_ids, quote.quantities, v_is_member
  );
  if quote.code is not null then
    v_code := app_private.find_discount_code(
      v_sale, quote.code, row(v_booking.user_id, v_booking.cart_token_hash)::app_private.buyer
    );
  end if;
  v_lines := app_private.price_lines(
    v_lines, v_performance, app_private.price_terms_of(v_performance.id), v_is_member, null
  );
  if quote.code is not null then
    v_refusal := case
      when v_code.id is null then 'unknown'
      when app_hidden.is_over(v_code) then 'over'
      else coalesce(
        app_hidden.minimum_refusal(v_lines, v_code),
        app_private.uses_refusal(v_code, v_booking)
      )
    end;
    if v_refusal is null then
      v_lines := app_private.price_lines(
        v_lines, v_performance, app_private.price_terms_of(v_performance.id), v_is_member, v_code
      );
    end if;
  end if;
  return app_hidden.quote_of(v_performance, v_lines, v_refusal);
end
$$;

comment on function app_public.quote(uuid, text[], uuid[], integer[], text) is
  'What seats, or tickets of categories, would cost the caller now, with a discount code or '
  'without; nothing is held. Raises LMSAL (not on sale), LMMBR (for members), LMQTY, LMSEA, LMSDP, '
  'LMINP, LMEVT, LMNFD, LMRTE (too many wrong codes).';
grant execute on function app_public.quote(uuid, text[], uuid[], integer[], text)
  to lml_anonymous, lml_user;

--! split: 1062-functions-bookings-reprice_for_member.sql
-- A guest turns out to be a member. What is better for them is taken, and what is not is left: a
-- price that was held is kept.
create or replace function app_private.reprice_for_member(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
  v_line app_private.priced_line;
  v_member_line app_private.priced_line;
begin
  if not app_private.is_member(
    (reprice_for_member.booking).organization_id, (reprice_for_member.booking).user_id
  ) then
    return;
  end if;
  select * into strict v_performance
  from app_public.performances as p
  where p.organization_id = (reprice_for_member.booking).organization_id
    and p.id = (reprice_for_member.booking).performance_id;
  foreach v_line in array app_private.lines_of(reprice_for_member.booking) loop
    continue when v_line.item_type not in ('seat', 'admission') or v_line.price_basis <> 'public';
    begin
      v_member_line := app_private.price_ticket(v_line, v_performance, true);
    exception
      -- It has a price, and keeps it.
      when sqlstate 'LMSAL' then
        continue;
    end;
    if v_member_line.unit_price_cents < v_line.unit_price_cents then
      update app_public.booking_items as i
      set price_basis = v_member_line.price_basis,
        base_price_cents = v_member_line.base_price_cents,
        applied_rules = v_member_line.applied_rules,
        unit_price_cents = v_member_line.unit_price_cents,
        subtotal_cents = v_member_line.unit_price_cents * i.quantity,
        discount_cents = 0,
        service_fee_absorbed_cents = 0,
        processing_fee_absorbed_cents = 0,
        tax_included_cents = 0,
        total_cents = v_member_line.unit_price_cents * i.quantity + i.service_fee_cents
          + i.processing_fee_cents + i.tax_cents
      where i.organization_id = (reprice_for_member.booking).organization_id
        and i.id = v_line.booking_item_id;
    end if;
  end loop;
  perform app_private.store_booking_totals((reprice_for_member.booking).id);
end
$$;

comment on function app_private.reprice_for_member(app_public.bookings) is
  'Gives a draft the prices of its owner''s membership where they are better.';

--! split: 1063-functions-bookings-require_room_for_cart.sql
-- The lock is the buyer's own: two requests of one buyer are counted one after the other, and
-- nobody else waits. Settings of its own would cost a hold more than the question: it is
-- called by functions that have them. The deadline is not among the conditions: where few
-- carts were open when the table was last counted, a plan would read all open carts of the
-- platform by their deadlines.
create or replace function app_private.require_room_for_cart(
  sale app_private.sale, buyer app_private.buyer
)
returns void
language plpgsql volatile
as $$
declare
  -- An assignment costs less than a statement.
  v_is_locked boolean;
  v_open integer;
begin
  if (require_room_for_cart.buyer).user_id is null then
    v_is_locked := pg_advisory_xact_lock(
      hashbyteaextended((require_room_for_cart.buyer).cart_token_hash, 0)
    ) is not null;
    select count(*) filter (where b.expires_at > now()) into v_open
    from app_public.bookings as b
    where b.cart_token_hash = (require_room_for_cart.buyer).cart_token_hash
      and b.organization_id = (require_room_for_cart.sale).organization_id;
  else
    v_is_locked := pg_advisory_xact_lock(
      uuid_hash_extended((require_room_for_cart.buyer).user_id, 0)
    ) is not null;
    select count(*) filter (where b.expires_at > now()) into v_open
    from app_public.bookings as b
    where b.user_id = (require_room_for_cart.buyer).user_id
      and b.organization_id = (require_room_for_cart.sale).organization_id;
  end if;
  if v_open >= (require_room_for_cart.sale).open_carts_max then
    raise exception 'You have % open carts.', v_open
      using errcode = 'LMCRS', detail = v_open::text,
        hint = 'Pay for one, cancel one, or let one run out.';
  end if;
end
$$;

comment on function app_private.require_room_for_cart(app_private.sale, app_private.buyer) is
  'Raises LMCRS when a buyer has too many unpaid bookings.';

--! split: 1064-functions-bookings-return_tickets.sql
-- Under the terms at purchase, as the quote says. A ticket that was handed on is not the buyer's
-- any more to return.
create or replace function app_public.return_tickets(
  booking_id uuid, ticket_ids uuid[] default null, idempotency_key text default null,
  add_on_item_ids uuid[] default null, add_on_quantities integer[] default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    return_tickets.booking_id, 'bookings.manage'
  );
begin
  if app_private.replay_result(
    return_tickets.idempotency_key, 'return_tickets',
    jsonb_build_array(
      return_tickets.booking_id, return_tickets.ticket_ids, return_tickets.add_on_item_ids,
      return_tickets.add_on_quantities
    )
  ) is null then
    v_booking := app_private.return_under_terms(
      v_booking, return_tickets.ticket_ids, return_tickets.add_on_item_ids,
      return_tickets.add_on_quantities
    );
    perform app_private.keep_result(return_tickets.idempotency_key, v_booking.id);
  end if;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.return_tickets(uuid, uuid[], text, uuid[], integer[]) is
  'Gives tickets of a booking back, units of its add-ons, or all of it, for what '
  'quote_cancellation says; their places are on sale again, and with the last one the booking is '
  'canceled. Raises LMBKG, LMBST, LMNRF (not taken back, or not any more, or handed on), LMTUS, '
  'LMTVD, LMNFD, LMINP, LMSES, LMCRT, LMIDK.';
grant execute on function app_public.return_tickets(uuid, uuid[], text, uuid[], integer[])
  to lml_anonymous, lml_user;

--! split: 1065-functions-bookings-start_checkout.sql
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
  v_action app_public.fraud_action;
  v_requires_approval boolean;
  v_is_reopened boolean := v_booking.checkout_started_at is not null;
begin
  if app_private.replay_result(
    start_checkout.idempotency_key, 'start_checkout',
    jsonb_build_array(
      start_checkout.booking_id, start_checkout.email, start_checkout.first_name,
      start_checkout.last_name, start_checkout.phone
    )
  ) is not null then
    return app_private.masked_booking(v_booking);
  end if;
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(v_booking.performance_id);
  v_requires_approval := app_private.asks_for_approval(v_booking);
  if v_requires_approval is null then
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

  perform app_private.require_buyer_limits(v_booking);
  if v_booking.discount_cents > 0 then
    perform app_private.require_discount_uses(v_booking);
  end if;

  v_action := app_private.screen_checkout(v_booking, v_contact.phone);
  -- What was asked for before somebody went back to the cart, and is not to be paid now.
  if v_is_reopened and (
    v_action = 'review' or v_requires_approval or v_booking.total_amount_cents = 0
  ) then
    perform app_private.withdraw_payment(v_booking);
  end if;
  if v_action = 'block' then
    perform app_private.refuse_checkout(v_booking);
  elsif v_action = 'review' then
    perform app_private.hold_for_review(v_booking);
  elsif v_requires_approval then
    perform app_private.request_approval(v_booking);
  else
    perform app_private.proceed_to_payment(v_booking);
  end if;
  perform app_private.keep_result(start_checkout.idempotency_key, v_booking.id);
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.start_checkout(uuid, text, text, text, text, text) is
  'Freezes a draft, prolongs its hold and asks for the payment; a free booking is confirmed at '
  'once. A user''s own address and name are the defaults. The rules against fraud may return it '
  'canceled (not accepted; its seats are free) or as fraud_hold (somebody looks at it first), and '
  'a category that requires approval as pending_approval. '
  'Raises LMBKG, LMBST, LMEXP, LMCON (no e-mail address), LMQTY (empty), LMEVT, LMSAL, LMINP, '
  'LMSES, LMCRT, LMIDK, LMLIM (the organization''s plan), LMMAX (one buyer gets no more), '
  'LMPLN (its payment plan is not for it any more), '
  'LMDSC (one buyer uses the discount code no more often), '
  'LMNFD (a private event without its code).';
grant execute on function app_public.start_checkout(uuid, text, text, text, text, text)
  to lml_anonymous, lml_user;

--! split: 1066-functions-bookings-store_booking_totals.sql
-- Whatever changes the lines of a booking calls this afterwards, so here is where lines that depend
-- on each other are priced: what an event without rules, and a booking without a code, need not.
create or replace function app_private.store_booking_totals(booking_id uuid)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  if exists (
    select
    from app_public.bookings as b
    join app_public.performances as p
      on p.organization_id = b.organization_id and p.id = b.performance_id
    join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
    where b.id = store_booking_totals.booking_id
      and (
        -- A row is not null only when all of it is not.
        not b.price_terms is null
        or e.prices_vary
      )
  ) then
    perform app_private.price_booking(store_booking_totals.booking_id);
  end if;
  update app_public.bookings as b
  set subtotal_cents = t.subtotal_cents,
    discount_cents = t.discount_cents,
    service_fee_cents = t.service_fee_cents,
    processing_fee_cents = t.processing_fee_cents,
    tax_cents = t.tax_cents,
    total_amount_cents = t.total_amount_cents,
    commission_amount_cents = t.commission_amount_cents,
    payout_cents = t.payout_cents,
    service_fee_absorbed_cents = t.service_fee_absorbed_cents,
    processing_fee_absorbed_cents = t.processing_fee_absorbed_cents,
    tax_included_cents = t.tax_included_cents
  from app_public.calculate_booking_totals(store_booking_totals.booking_id) as t
  where b.id = store_booking_totals.booking_id
  returning b.* into v_booking;
  return v_booking;
end
$$;

comment on function app_private.store_booking_totals(uuid) is
  'Prices what is to be priced together, and writes the sums of its lines into a booking, which '
  'the caller has locked. Raises LMSAL, LMMBR.';

--! split: 1067-functions-bookings-tg_bookings__check_totals.sql
-- At the end of each transaction that wrote lines or amounts, a booking is the sum of its lines,
-- each of which has its price. A check constraint cannot see other rows, and must not pretend to.
create or replace function app_hidden.tg_bookings__check_totals()
returns trigger
language plpgsql security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_booking_id uuid;
  v_organization_id uuid;
begin
  if tg_table_name = 'bookings' then
    v_booking_id := new.id;
    v_organization_id := new.organization_id;
  elsif tg_op = 'DELETE' then
    v_booking_id := old.booking_id;
    v_organization_id := old.organization_id;
  else
    v_booking_id := new.booking_id;
    v_organization_id := new.organization_id;
  end if;
  if exists (
    select
    from app_public.bookings as b
    cross join lateral (
      select
        coalesce(sum(i.subtotal_cents), 0) as subtotal,
        coalesce(sum(i.discount_cents), 0) as discount,
        coalesce(sum(i.service_fee_cents), 0) as service_fee,
        coalesce(sum(i.processing_fee_cents), 0) as processing_fee,
        coalesce(sum(i.tax_cents), 0) as tax,
        coalesce(sum(i.service_fee_absorbed_cents), 0) as service_fee_absorbed,
        coalesce(sum(i.processing_fee_absorbed_cents), 0) as processing_fee_absorbed,
        coalesce(sum(i.tax_included_cents), 0) as tax_included,
        coalesce(bool_or(i.price_basis = 'pending'), false) as is_unpriced
      from app_public.booking_items as i
      where i.organization_id = b.organization_id and i.booking_id = b.id
    ) as s
    where b.organization_id = v_organization_id
      and b.id = v_booking_id
      and (
        b.subtotal_cents <> s.subtotal or b.discount_cents <> s.discount
        or b.service_fee_cents <> s.service_fee or b.processing_fee_cents <> s.processing_fee
        or b.tax_cents <> s.tax
        or b.service_fee_absorbed_cents <> s.service_fee_absorbed
        or b.processing_fee_absorbed_cents <> s.processing_fee_absorbed
        or b.tax_included_cents <> s.tax_included
        or s.is_unpriced
      )
  ) then
    raise exception 'The amounts of booking % are not the sum of its lines, or one has no price.',
        v_booking_id
      using errcode = 'LMSUM';
  end if;
  return null;
end
$$;

comment on function app_hidden.tg_bookings__check_totals() is 'Raises LMSUM at commit.';

drop trigger if exists _900_check_totals on app_public.bookings;
create constraint trigger _900_check_totals
  after insert or update of subtotal_cents, discount_cents, service_fee_cents,
    processing_fee_cents, tax_cents, service_fee_absorbed_cents, processing_fee_absorbed_cents,
    tax_included_cents
  on app_public.bookings
  deferrable initially deferred
  for each row execute function app_hidden.tg_bookings__check_totals();

-- A new line without its amount in the booking is found through the booking's own trigger, unless
-- nobody touched the booking: hence this one too.
drop trigger if exists _900_check_totals on app_public.booking_items;
create constraint trigger _900_check_totals
  after insert or update or delete on app_public.booking_items
  deferrable initially deferred
  for each row execute function app_hidden.tg_bookings__check_totals();

--! split: 1068-functions-bookings-waive_lines.sql
-- What nobody pays has no fees, no taxes and no commission: the whole price is taken off,
-- and no use of a code is spent on it. Its sums are written here, since storing totals
-- would price its lines again.
create or replace function app_private.waive_lines(booking app_public.bookings)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  delete from app_public.discount_redemptions as r
  where r.organization_id = (waive_lines.booking).organization_id
    and r.booking_id = (waive_lines.booking).id;
  update app_public.booking_items as i
  set discount_cents = i.subtotal_cents, service_fee_cents = 0, processing_fee_cents = 0,
    tax_cents = 0, total_cents = 0, service_fee_absorbed_cents = 0,
    processing_fee_absorbed_cents = 0, tax_included_cents = 0
  where i.organization_id = (waive_lines.booking).organization_id
    and i.booking_id = (waive_lines.booking).id;
  update app_public.bookings as b
  set discount_cents = b.subtotal_cents, service_fee_cents = 0, processing_fee_cents = 0,
    tax_cents = 0, total_amount_cents = 0, commission_amount_cents = 0, payout_cents = 0,
    service_fee_absorbed_cents = 0, processing_fee_absorbed_cents = 0, tax_included_cents = 0
  where b.id = (waive_lines.booking).id
  returning * into v_booking;
  return v_booking;
end
$$;

comment on function app_private.waive_lines(app_public.bookings) is
  'Makes a booking free, and returns it.';

--! split: 1069-functions-payments-apply_account.sql
-- An account goes to and fro between its states, so the newest news count: by the second, and
-- within one by how far on it is. One that its owner has cut off stays so.
create or replace function app_private.apply_account(object jsonb, event jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_object jsonb := apply_account.object;
  v_text text := v_object #>> '{metadata,lml_stripe_account_id}';
  v_account app_public.stripe_accounts;
  v_news text := app_private.account_news(apply_account.event, v_object);
begin
  if coalesce(apply_account.event ->> 'account', v_object ->> 'id') <> v_object ->> 'id' then
    return 'refused: event_account_differs';
  end if;
  select * into v_account
  from app_public.stripe_accounts as a
  where case when pg_input_is_valid(coalesce(v_text, ''), 'uuid') then a.id = v_text::uuid
    else a.stripe_account_id = v_object ->> 'id' end
  for no key update;
  if not found then
    return app_private.outcome_without_parent(v_object, 'lml_stripe_account_id');
  end if;
  if v_account.stripe_account_id <> v_object ->> 'id' then
    return 'refused: event_identity_differs';
  end if;
  if v_account.deauthorized_at is not null or v_news <= v_account.stripe_news collate "C" then
    return 'applied';
  end if;
  perform app_private.record_stripe_account(v_account.id, v_object ->> 'id', null);
  update app_public.stripe_accounts as a
  set stripe_news = v_news,
    stripe_onboarding_completed = coalesce((v_object ->> 'details_submitted')::boolean, false),
    charges_enabled = coalesce((v_object ->> 'charges_enabled')::boolean, false),
    payout_enabled = coalesce((v_object ->> 'payouts_enabled')::boolean, false),
    transfers_enabled = coalesce(v_object #>> '{capabilities,transfers}' = 'active', false),
    requirements_due = array(
      select left(d, 200)
      from jsonb_array_elements_text(
        case when jsonb_typeof(v_object #> '{requirements,currently_due}') = 'array'
          then v_object #> '{requirements,currently_due}' else '[]' end
      ) as d
      order by d limit 100
    ),
    disabled_reason = left(v_object #>> '{requirements,disabled_reason}', 200)
  where a.id = v_account.id;
  perform app_private.mail_requirements(v_account);
  return 'applied';
end
$$;

comment on function app_private.apply_account(jsonb, jsonb) is
  'What Stripe says of an account that is paid out to: applied, ignored when it is none of ours, '
  'parked while it is unknown, refused when it is another one than we know.';

--! split: 1070-functions-payments-apply_charge.sql
-- The payment intent says what was paid. A charge adds by which charge, and what Stripe has
-- returned of it without being asked.
create or replace function app_private.apply_charge(object jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_object jsonb := apply_charge.object;
  v_stripe_id text := coalesce(
    v_object #>> '{payment_intent,id}', v_object ->> 'payment_intent'
  );
  v_intent app_public.payment_intents;
begin
  if v_stripe_id is null then
    return 'ignored: no payment intent';
  end if;
  v_intent := app_private.lock_payment_of(v_object);
  if v_intent.id is null then
    return 'parked: ' || v_stripe_id;
  end if;
  if v_stripe_id <> v_intent.stripe_payment_intent_id then
    return 'refused: event_identity_differs';
  end if;
  if not app_private.was_asked_for(v_intent, v_object ->> 'amount') then
    return 'refused: event_amount_differs';
  end if;
  if upper(v_object ->> 'currency') is distinct from v_intent.currency then
    return 'refused: event_currency_differs';
  end if;
  -- What was only authorized and is released was never charged.
  if v_object ->> 'captured' = 'false' and v_intent.capture_method = 'manual' then
    perform app_private.record_charge(v_intent, v_object);
    return 'applied';
  end if;
  -- All that was ever asked for, as news of a refund that failed later may come after that.
  if (v_object ->> 'amount_refunded')::numeric > (
    select coalesce(sum(r.amount_cents), 0)
    from app_public.refunds as r
    where r.organization_id = v_intent.organization_id and r.payment_intent_id = v_intent.id
  ) then
    return 'refused: refund_not_asked_for';
  end if;
  if v_object ->> 'status' = 'succeeded' and v_intent.stripe_charge_id <> v_object ->> 'id' then
    return 'refused: second_charge';
  end if;
  perform app_private.record_charge(v_intent, v_object);
  if v_object ->> 'status' is distinct from 'succeeded' then
    return 'applied';
  end if;
  update app_public.payment_intents as p
  set stripe_charge_id = v_object ->> 'id'
  where p.id = v_intent.id and p.stripe_charge_id is null;
  return 'applied';
end
$$;

comment on function app_private.apply_charge(jsonb) is
  'What Stripe says of a charge: applied, ignored without a payment intent, parked while that is '
  'unknown, refused when it is not what was asked for.';

--! split: 1071-functions-payments-apply_dispute.sql
-- Events come in any order and any number. What is told of the state is the newest, by how far on
-- the dispute was; each balance transaction that the object names is posted once; and what follows
-- for booking, tickets and refunds is derived from all of it, so that no order matters.
create or replace function app_private.apply_dispute(object jsonb, event jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_object jsonb := apply_dispute.object;
  v_intent app_public.payment_intents := app_private.lock_payment_of(v_object);
  v_refusal text;
  v_before app_public.dispute_status;
  v_dispute app_public.disputes;
begin
  -- A dispute may be told before the payment is.
  if v_intent.id is null or v_intent.status <> 'succeeded' then
    return 'parked: ' || coalesce(
      v_object #>> '{payment_intent,id}', v_object ->> 'payment_intent', v_object ->> 'charge', ''
    );
  end if;
  v_refusal := app_private.dispute_refusal(v_object, v_intent);
  if v_refusal is not null then
    return v_refusal;
  end if;
  select d.status into v_before
  from app_public.disputes as d
  where d.organization_id = v_intent.organization_id
    and d.stripe_dispute_id = v_object ->> 'id';
  v_dispute := app_private.store_dispute(v_intent, v_object, apply_dispute.event);
  v_dispute := app_private.post_dispute_movements(v_dispute, v_object);
  perform app_private.count_disputes(v_intent.id);
  perform app_private.settle_disputes_of(v_intent.booking_id);
  if v_dispute.status in ('warning_needs_response', 'needs_response')
    and v_dispute.status is distinct from v_before
  then
    perform app_private.mail_dispute(v_dispute, 'dispute_opened');
  end if;
  -- A bank decides once.
  if v_dispute.status in ('won', 'lost') and v_object ->> 'status' in ('won', 'lost')
    and v_dispute.status::text <> v_object ->> 'status'
  then
    return 'refused: dispute_outcome_differs';
  end if;
  return 'applied';
end
$$;

comment on function app_private.apply_dispute(jsonb, jsonb) is
  'What Stripe says of a dispute: applied, parked while its payment is not known or not received, '
  'refused when it contradicts what is known.';

--! split: 1072-functions-payments-apply_payment_intent.sql
-- Events come in any order and any number: each moves the payment forward or changes nothing. What
-- has ended at Stripe stays ended. Before that a payment goes to and fro between its states, so the
-- newest news count: by the second, and within one by how far on they are.
create or replace function app_private.apply_payment_intent(object jsonb, event jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_object jsonb := apply_payment_intent.object;
  v_intent app_public.payment_intents := app_private.lock_payment_of(v_object);
  v_status text := v_object ->> 'status';
  v_refusal text;
  v_news text;
  v_after app_public.payment_intents;
begin
  if v_intent.id is null then
    return app_private.outcome_without_parent(v_object, 'lml_payment_intent_id');
  end if;
  v_refusal := app_private.payment_intent_refusal(v_object, v_intent);
  if v_refusal is not null then
    return v_refusal;
  end if;
  if v_intent.status = 'succeeded' then
    return 'applied';
  end if;
  if v_status = 'succeeded' then
    perform app_private.receive_payment(v_intent, v_object);
    -- Of attempts that failed before, nothing is left, in whichever order they are told.
    if v_intent.failure_code is not null or v_intent.failure_message is not null then
      update app_public.payment_intents as p
      set failure_code = null, failure_message = null
      where p.id = v_intent.id;
    end if;
    return 'applied';
  end if;

  v_news := app_private.stripe_news(apply_payment_intent.event, v_object);
  if v_news <= v_intent.stripe_news collate "C"
    -- Stripe's answer to our call tells it before its event.
    or v_intent.stripe_status = 'canceled' and v_status <> 'canceled'
  then
    return 'applied';
  end if;
  update app_public.payment_intents as p
  set stripe_payment_intent_id = v_object ->> 'id',
    stripe_status = v_status,
    stripe_news = v_news,
    status = case
      when v_status = 'canceled' then 'canceled'
      -- Given up, or refused by Stripe: whatever is still told of it.
      when p.status in ('canceled', 'failed') then p.status::text
      when v_status = 'processing' then 'processing'
      when v_status = 'requires_action' then 'requires_action'
      when v_status = 'requires_capture' and p.capture_method = 'manual' then 'authorized'
      else 'pending'
    end::app_public.payment_status,
    canceled_at = case when v_status = 'canceled' then coalesce(p.canceled_at, now())
      else p.canceled_at end,
    -- The newest news only: a new attempt has not failed yet.
    failure_code = case when p.status = 'failed' then p.failure_code else coalesce(
      v_object #>> '{last_payment_error,decline_code}', v_object #>> '{last_payment_error,code}'
    ) end,
    failure_message = case when p.status = 'failed' then p.failure_message
      else v_object #>> '{last_payment_error,message}' end
  where p.id = v_intent.id
  returning * into v_after;
  if v_after.status = 'authorized' and v_intent.status <> 'authorized' then
    perform app_private.receive_authorization(v_after, v_object, apply_payment_intent.event);
  elsif v_after.status = 'canceled' and v_intent.status = 'authorized' then
    perform app_private.lose_authorization(v_intent);
  end if;
  return 'applied';
end
$$;

comment on function app_private.apply_payment_intent(jsonb, jsonb) is
  'What Stripe says of a payment intent: applied, ignored when it is not ours, parked when it is '
  'not known, refused when its amount, currency or identity is not what was asked for.';

--! split: 1073-functions-payments-apply_refund.sql
create or replace function app_private.apply_refund(object jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_text text := apply_refund.object #>> '{metadata,lml_refund_id}';
  v_refund app_public.refunds;
begin
  if not pg_input_is_valid(coalesce(v_text, ''), 'uuid') then
    return app_private.outcome_of_unasked_refund(apply_refund.object);
  end if;
  select * into v_refund from app_public.refunds as r where r.id = v_text::uuid;
  if not found then
    return app_private.outcome_without_parent(apply_refund.object, 'lml_refund_id');
  end if;
  if apply_refund.object ->> 'amount' is distinct from v_refund.amount_cents::text then
    return 'refused: event_amount_differs';
  end if;
  if upper(apply_refund.object ->> 'currency') is distinct from v_refund.currency then
    return 'refused: event_currency_differs';
  end if;
  if apply_refund.object ->> 'id' <> v_refund.stripe_refund_id then
    return 'refused: event_identity_differs';
  end if;
  perform app_private.record_refund(
    v_refund.id, apply_refund.object ->> 'id', apply_refund.object ->> 'status',
    apply_refund.object ->> 'failure_reason'
  );
  return 'applied';
end
$$;

comment on function app_private.apply_refund(jsonb) is
  'What Stripe says of a refund: applied, ignored when it is not ours, parked when it is not '
  'known, refused when it is not what was asked for.';

--! split: 1074-functions-payments-apply_transfer.sql
create or replace function app_private.apply_transfer(object jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_object jsonb := apply_transfer.object;
  v_text text := v_object #>> '{metadata,lml_payout_id}';
  v_payout app_public.payouts;
  v_destination text;
begin
  if not pg_input_is_valid(coalesce(v_text, ''), 'uuid') then
    return 'ignored: not ours';
  end if;
  select p.* into v_payout
  from app_public.payouts as p where p.id = v_text::uuid
  for no key update;
  if not found then
    return app_private.outcome_without_parent(v_object, 'lml_payout_id');
  end if;
  select a.stripe_account_id into v_destination
  from app_public.stripe_accounts as a
  where a.organization_id = v_payout.organization_id and a.id = v_payout.stripe_account_id;
  if v_object ->> 'amount' is distinct from v_payout.net_payout_cents::text then
    return 'refused: event_amount_differs';
  end if;
  if upper(v_object ->> 'currency') is distinct from v_payout.currency then
    return 'refused: event_currency_differs';
  end if;
  if app_private.stripe_id_in(v_object, 'destination')
    is distinct from v_destination
  then
    return 'refused: event_account_differs';
  end if;
  if v_payout.status <> 'in_transit'
    and v_object ->> 'id' is distinct from v_payout.stripe_transfer_id
  then
    return 'refused: transfer_not_asked_for';
  end if;
  perform app_private.record_transfer(
    v_payout.id, v_object ->> 'id',
    app_private.stripe_id_in(v_object, 'balance_transaction')
  );
  perform app_private.overtake_stripe_calls('payout.send', v_payout.id);
  -- All that was ever asked for, as a reversal that was refused may be told after one that was not.
  if (v_object ->> 'amount_reversed')::numeric > (
    select coalesce(sum(r.amount_cents), 0)
    from app_public.payout_reversals as r
    where r.organization_id = v_payout.organization_id and r.payout_id = v_payout.id
  ) then
    return 'refused: reversal_not_asked_for';
  end if;
  return 'applied';
end
$$;

comment on function app_private.apply_transfer(jsonb) is
  'What Stripe says of a transfer: applied, ignored when it is none of ours, parked while its '
  'payout is unknown, refused when it is not what was asked for.';

--! split: 1075-functions-payments-approve_payout.sql
create or replace function app_public.approve_payout(payout_id uuid, note text default null)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := app_private.lock_payout(
    approve_payout.payout_id, 'payouts.approve'
  );
  v_constraint text;
  v_column text;
begin
  perform app_hidden.refuse_impersonator();
  perform app_private.require_payable(v_payout.organization_id);
  if v_payout.status <> 'pending_approval' then
    perform app_private.raise_payout_status(v_payout);
  end if;
  if v_payout.requested_by = app_hidden.current_user_id() then
    raise exception 'Somebody else has to approve what you have asked for.'
      using errcode = 'LMAPV', hint = 'Ask another member with payouts.approve.';
  end if;
  update app_public.payouts as p
  set status = 'approved', approved_by = app_hidden.current_user_id(), approved_at = now(),
    decision_note = approve_payout.note
  where p.id = v_payout.id
  returning * into v_payout;
  perform app_private.add_stripe_job(
    'payout.send', v_payout.id, greatest(v_payout.scheduled_for - now(), '0')
  );
  return v_payout;
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.approve_payout(uuid, text) is
  'Approves a payout that somebody else, or the schedule, has made, and has it sent. Needs '
  'payouts.approve. Raises LMAPV (your own), LMPOS, LMPOA, LMORG, LMINP, LMNFD, '
  'LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.approve_payout(uuid, text) to lml_user;

--! split: 1076-functions-payments-ask_for_payment.sql
-- Whose card is to be kept has to be known at Stripe first; what makes
-- them known goes on with this.
create or replace function app_private.ask_for_payment(payment_intent_id uuid)
returns void
language sql volatile security definer set search_path = ''
as $$
  select case
    when c.id is null or c.stripe_id is not null then app_private.add_job(
      'payment_intent__create', jsonb_build_object('payment_intent_id', p.id)
    )
    else app_private.add_job(
      'stripe_customer__create', jsonb_build_object('stripe_customer_id', c.id)
    )
  end
  from app_public.payment_intents as p
  left join app_private.payment_choices as h
    on h.organization_id = p.organization_id and h.booking_id = p.booking_id
  left join app_private.stripe_customers as c
    on c.organization_id = h.organization_id and c.id = h.stripe_customer_id
  where p.id = ask_for_payment.payment_intent_id
$$;

comment on function app_private.ask_for_payment(uuid) is
  'Has the worker ask Stripe for a payment that was written down.';

--! split: 1077-functions-payments-begin_reconciliation.sql
-- Stripe may show a movement late, so that each run lists the last days again. One that was
-- interrupted goes on where it was; its window does not move meanwhile.
create or replace function app_private.begin_reconciliation(
  grace interval default '1 hour', overlap interval default '3 days'
)
returns app_public.reconciliation_runs
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_run app_public.reconciliation_runs;
begin
  insert into app_public.reconciliation_runs (listed_from, listed_through, compared_before)
  select
    coalesce(
      max(r.listed_through) - begin_reconciliation.overlap, timestamptz '2011-01-01 00:00:00Z'
    ),
    now(), now() - begin_reconciliation.grace
  from app_public.reconciliation_runs as r
  where r.status = 'completed'
  on conflict ((true)) where status <> 'completed' do nothing
  returning * into v_run;
  if v_run.id is null then
    select * into strict v_run
    from app_public.reconciliation_runs as r where r.status <> 'completed';
  end if;
  return v_run;
end
$$;

comment on function app_private.begin_reconciliation(interval, interval) is
  'The run that is under way, or a new one that leaves out what is newer than its grace.';
grant execute on function app_private.begin_reconciliation(interval, interval) to lml_worker;

--! split: 1078-functions-payments-begin_stripe_call.sql
-- Committed before Stripe is asked. While Stripe cannot be reached, one call in a while tries, and
-- the jobs of the others come again later: an outage uses up nobody's attempts.
create or replace function app_private.begin_stripe_call(
  organization_id uuid, purpose text, subject_id uuid, idempotency_key text, request_hash text
)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- Stripe remembers an idempotency key for 24 hours. Later, asking again
  -- could mean having it twice.
  c_remembered constant interval := '23 hours';
  v_wait interval := app_private.claim_stripe_attempt();
  v_result jsonb;
begin
  if v_wait > '0' then
    perform app_private.add_stripe_job(
      begin_stripe_call.purpose, begin_stripe_call.subject_id, v_wait
    );
    return jsonb_build_object('is_postponed', true);
  end if;
  insert into app_private.stripe_calls as c (
    organization_id, purpose, subject_id, idempotency_key, request_hash
  )
  values (
    begin_stripe_call.organization_id, begin_stripe_call.purpose, begin_stripe_call.subject_id,
    begin_stripe_call.idempotency_key, begin_stripe_call.request_hash
  )
  on conflict on constraint stripe_calls_key_is_used_once do update
  set status = 'asked', attempts = c.attempts + 1, last_asked_at = now(), ended_at = null,
    request_hash = case when c.first_asked_at < now() - c_remembered then excluded.request_hash
      else c.request_hash end
  returning jsonb_build_object(
    'call_id', new.id,
    'may_be_forgotten', new.first_asked_at < now() - c_remembered,
    'is_changed', new.request_hash <> begin_stripe_call.request_hash
  ) into v_result;
  return v_result;
end
$$;

comment on function app_private.begin_stripe_call(uuid, text, uuid, text, text) is
  'Writes a call of Stripe down before it is made. is_postponed: it is not to be made now, and its '
  'job comes again; may_be_forgotten: look first whether it was made; is_changed: the key '
  'stands for another request.';
grant execute on function app_private.begin_stripe_call(uuid, text, uuid, text, text)
  to lml_worker;

--! split: 1079-functions-payments-cancel_payout.sql
create or replace function app_public.cancel_payout(payout_id uuid, note text default null)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := app_private.lock_payout(
    cancel_payout.payout_id, 'payouts.manage'
  );
  v_constraint text;
  v_column text;
begin
  perform app_hidden.refuse_impersonator();
  if v_payout.status not in ('draft', 'pending_approval', 'approved', 'failed') then
    perform app_private.raise_payout_status(v_payout);
  end if;
  -- Otherwise whoever is held would have it paid by the next one.
  if app_hidden.current_platform_role() is null and exists (
    select from app_public.payout_holds as h
    where h.organization_id = v_payout.organization_id
      and h.payout_id = v_payout.id
      and h.is_of_platform
      and h.released_at is null
      and (h.hold_until is null or h.hold_until > now())
  ) then
    raise exception 'The platform holds this payout.'
      using errcode = 'LMPOA', detail = 'held', hint = 'Ask the platform''s support.';
  end if;
  return app_private.give_payout_up(
    v_payout, app_hidden.current_user_id(), cancel_payout.note
  );
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.cancel_payout(uuid, text) is
  'Gives up a payout that is not on its way, and its holds; what it would have paid is paid with '
  'the next one. Needs payouts.manage. Raises LMPOS, LMPOA (the platform holds it), LMINP, LMNFD, '
  'LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.cancel_payout(uuid, text) to lml_user;

--! split: 1080-functions-payments-claim_stripe_attempt.sql
-- Three failures in a row of any calls mean that it is not the call. From then on one call at a
-- time tries; if its worker dies, another one after half a minute.
create or replace function app_private.claim_stripe_attempt()
returns interval
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_retry_at timestamptz;
begin
  select r.retry_at into v_retry_at
  from app_private.stripe_reachability as r where r.failures >= 3;
  if not found then
    return '0';
  end if;
  if v_retry_at <= now() then
    update app_private.stripe_reachability as r
    set retry_at = now() + interval '30 seconds'
    where r.retry_at <= now();
    if found then
      return '0';
    end if;
    v_retry_at := now() + interval '1 second';
  end if;
  -- Not all at the same moment.
  return v_retry_at - now() + random() * interval '3 seconds';
end
$$;

comment on function app_private.claim_stripe_attempt() is
  'How long to wait before Stripe is asked; zero: not at all.';

--! split: 1081-functions-payments-close_period.sql
create or replace function app_public.close_period(
  organization_id uuid, period date, accept_unreconciled boolean default false
)
returns app_public.accounting_periods
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_period app_public.accounting_periods := app_public.start_closing_period(
    close_period.organization_id, close_period.period
  );
  v_unreconciled bigint;
begin
  if v_period.status = 'closed' then
    return v_period;
  end if;
  v_unreconciled := app_private.require_closable(v_period);
  if v_unreconciled > 0 and not coalesce(close_period.accept_unreconciled, false) then
    raise exception '% movements of the month were not compared with Stripe.', v_unreconciled
      using errcode = 'LMPER', detail = 'unreconciled',
        hint = 'Wait for the reconciliation, or accept that they are not.';
  end if;
  perform app_private.write_ledger_balances(v_period);
  update app_public.accounting_periods as p
  set status = 'closed', closed_at = now(), closed_by = app_hidden.current_user_id(),
    unreconciled_count = v_unreconciled::integer
  where p.id = v_period.id
  returning * into v_period;
  return v_period;
end
$$;

comment on function app_public.close_period(uuid, date, boolean) is
  'Closes a month of the books for good, when it has ended, balances, nothing in it is open, and '
  'all before it are closed. Closing it twice is harmless. '
  'Needs books.manage. Raises LMPER, LMBAL, LMNFD, LMRGT, LMAUT.';
grant execute on function app_public.close_period(uuid, date, boolean) to lml_user;

--! split: 1082-functions-payments-complete_reconciliation.sql
-- All months that are not closed are compared, and whatever did not match before. Of two who come
-- here with the same run, the second finds it done.
create or replace function app_private.complete_reconciliation(
  run_id uuid, balances jsonb, is_certain boolean
)
returns app_public.reconciliation_runs
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_run app_public.reconciliation_runs;
  v_since timestamptz;
  v_differences app_private.stripe_difference[];
begin
  select * into strict v_run
  from app_public.reconciliation_runs as r
  where r.id = complete_reconciliation.run_id
  for no key update;
  if v_run.status <> 'comparing' then
    return v_run;
  end if;
  select coalesce(min(p.starts_at), now()) into v_since
  from app_public.accounting_periods as p where p.status <> 'closed';
  perform app_private.identify_stripe_movements();
  perform app_private.link_stripe_movements();
  perform app_private.store_stripe_balances(
    v_run.id, complete_reconciliation.balances, complete_reconciliation.is_certain
  );
  v_differences := array(
    select d from app_private.differences_at_stripe(v_run.compared_before, v_since) as d
    union all
    select d from app_private.differences_in_books(v_run.compared_before, v_since) as d
    union all
    select d from app_private.differences_of_balance(v_run.id) as d
  );
  perform app_private.raise_differences(v_run.id, v_differences);
  perform app_private.mark_reconciled(v_run.id, v_run.compared_before, v_differences);
  perform app_private.store_reconciliation_results(v_run.id);
  update app_public.reconciliation_runs as r
  set status = 'completed', completed_at = clock_timestamp()
  where r.id = v_run.id
  returning * into v_run;
  return v_run;
end
$$;

comment on function app_private.complete_reconciliation(uuid, jsonb, boolean) is
  'Compares what Stripe has listed with the books, once for each run.';
grant execute on function app_private.complete_reconciliation(uuid, jsonb, boolean)
  to lml_worker;

--! split: 1083-functions-payments-create_payout.sql
create or replace function app_public.create_payout(
  organization_id uuid, currency text default null, promoter_id uuid default null,
  idempotency_key text default null
)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_payout app_public.payouts;
  v_known uuid;
begin
  perform app_hidden.require_permission(create_payout.organization_id, 'payouts.manage');
  perform app_hidden.refuse_impersonator();
  v_known := app_private.replay_result(
    create_payout.idempotency_key, 'create_payout',
    jsonb_build_array(
      create_payout.organization_id, create_payout.currency, create_payout.promoter_id
    )
  );
  if v_known is not null then
    select * into strict v_payout from app_public.payouts as p where p.id = v_known;
    return v_payout;
  end if;
  if create_payout.promoter_id is not null and not exists (
    select from app_public.promoters as p
    where p.organization_id = create_payout.organization_id and p.id = create_payout.promoter_id
  ) then
    raise exception 'There is no such promoter.' using errcode = 'LMNFD', detail = 'promoter_id';
  end if;
  perform app_private.lock_payouts_of(create_payout.organization_id);
  v_payout := app_private.make_payout(
    create_payout.organization_id, create_payout.promoter_id,
    coalesce(create_payout.currency, (
      select o.default_currency from app_public.organizations as o
      where o.id = create_payout.organization_id
    )),
    clock_timestamp(), v_user_id
  );
  perform app_private.keep_result(create_payout.idempotency_key, v_payout.id);
  return v_payout;
exception
  -- Of a currency that does not exist.
  when foreign_key_violation then
    raise exception 'There is no such currency.' using errcode = 'LMCUR', detail = 'currency';
end
$$;

comment on function app_public.create_payout(uuid, text, uuid, text) is
  'A draft of all that may be paid now to the organization, or to a promoter of it, without '
  'waiting for its schedule; submit_payout has it sent. Needs payouts.manage. Raises LMPOA '
  '(unverified, no_account), LMPOE (nothing, or less than the minimum), LMORG, LMCUR, LMNFD, '
  'LMRGT, LMIDK, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.create_payout(uuid, text, uuid, text) to lml_user;

--! split: 1084-functions-payments-differences_at_stripe.sql
-- From Stripe's side: each of its movements, beside all that the books say of it. What is wrong in
-- more than one way is told by the first: a fee means nothing while amounts differ.
create or replace function app_private.differences_at_stripe(
  before timestamptz, since timestamptz
)
returns setof app_private.stripe_difference
language sql stable security definer set search_path = ''
as $$
  with books as (
    select
      m.stripe_id, (array_agg(m.id order by m.transaction_type = 'fee', m.id))[1] as movement_id,
      (array_agg(m.booking_id order by m.transaction_type = 'fee', m.id))[1] as booking_id,
      array_agg(m.id order by m.id) as movement_ids,
      array_agg(m.ledger_transaction_id order by m.id) as ledger_transaction_ids,
      array_agg(distinct m.currency) as currencies,
      sum(m.gross_amount_cents)::bigint as gross, sum(m.fee_amount_cents)::bigint as fee,
      sum(m.net_amount_cents)::bigint as net, sum(m.ledger_cents)::bigint as ledger,
      (array_agg(m.created_at order by m.transaction_type = 'fee', m.id))[1] as created_at
    from app_private.book_movements as m
    where m.stripe_id is not null
    group by m.stripe_id
  ), compared as (
    select
      k, b, p, r,
      case
        when b.stripe_id is null then
          case
            when app_hidden.is_platform_movement(k.type) or k.occurred_at < (
              select coalesce(min(o.created_at), now()) from app_public.organizations as o
            ) - interval '1 hour' then null
            when k.type in ('charge', 'payment') and exists (
              select from app_public.payment_transactions as o
              where o.organization_id = k.organization_id
                and o.payment_intent_id = k.payment_intent_id
                and o.transaction_type = 'payment'
            ) then 'booked_twice'
            else 'missing_here'
          end
        when b.currencies <> array[k.currency] or p.currency <> k.currency
          or r.currency <> k.currency then 'currency_differs'
        when b.gross <> k.amount_cents
          or k.type in ('charge', 'payment') and p.received_cents <> k.amount_cents
          or r.amount_cents <> abs(k.amount_cents) then 'amount_differs'
        when b.fee <> k.fee_cents then 'fee_differs'
        when b.net <> b.ledger then 'amount_differs'
        when b.created_at > k.occurred_at + interval '1 day' then 'booked_late'
      end as kind
    from app_private.stripe_balance_transactions as k
    left join books as b on b.stripe_id = k.id
    left join app_public.payment_intents as p
      on p.organization_id = k.organization_id and p.id = k.payment_intent_id
    left join app_public.refunds as r
      on r.organization_id = k.organization_id and r.id = k.refund_id
    where k.occurred_at < differences_at_stripe.before
      and (k.occurred_at >= differences_at_stripe.since or not k.is_matched)
  )
  select
    'reconciliation_' || c.kind, (c.k).id, (c.k).organization_id,
    coalesce((c.b).booking_id, (c.p).booking_id), (c.b).movement_id, (c.k).occurred_at,
    jsonb_strip_nulls(jsonb_build_object(
      'currency', (c.k).currency,
      'stripe', jsonb_build_object(
        'id', (c.k).id, 'type', (c.k).type, 'source', (c.k).source,
        'payment_intent', (c.k).stripe_payment_intent_id, 'amount_cents', (c.k).amount_cents,
        'fee_cents', (c.k).fee_cents, 'net_cents', (c.k).net_cents,
        'currency', (c.k).currency, 'occurred_at', (c.k).occurred_at
      ),
      'books', jsonb_build_object(
        'payment_transaction_ids', (c.b).movement_ids,
        'ledger_transaction_ids', (c.b).ledger_transaction_ids,
        'amount_cents', (c.b).gross, 'fee_cents', (c.b).fee, 'net_cents', (c.b).net,
        'ledger_cents', (c.b).ledger, 'currencies', (c.b).currencies,
        'booked_at', (c.b).created_at
      ),
      'payment', jsonb_build_object(
        'payment_intent_id', (c.p).id, 'status', (c.p).status,
        'received_cents', (c.p).received_cents, 'currency', (c.p).currency
      ),
      'refund', jsonb_build_object(
        'refund_id', (c.r).id, 'status', (c.r).status, 'amount_cents', (c.r).amount_cents,
        'currency', (c.r).currency
      )
    ))
  from compared as c
  where c.kind is not null
$$;

comment on function app_private.differences_at_stripe(timestamptz, timestamptz) is
  'What Stripe says has moved, and the books do not say or say otherwise.';

--! split: 1085-functions-payments-dispatch_stripe_event.sql
-- The registry: one function for each kind of object. A handler takes the object, locks in the
-- order of docs/architecture.md, may be called with any news in any order and again, and returns
--   applied
--   ignored: why           it is not about us
--   refused: kind          it contradicts what is known: a finding of that kind
--   parked: id             it is about something that is not known yet, and is tried again when a
--                          payment or refund gets that id at Stripe, and by the clock
create or replace function app_private.dispatch_stripe_event(event app_private.stripe_events)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payload jsonb := (dispatch_stripe_event.event).payload;
  v_object jsonb := v_payload #> '{data,object}';
begin
  if jsonb_typeof(v_object) is distinct from 'object' then
    return 'ignored: no object';
  end if;
  if v_object ->> 'livemode' <> (dispatch_stripe_event.event).livemode::text then
    return 'refused: event_mode_differs';
  end if;
  -- Payments, charges, refunds, disputes and transfers are the platform's own. What they are called
  -- on the account of somebody who is paid out is no news of ours, unless it says that it is.
  if v_payload ->> 'account' is not null
    and v_object ->> 'object' in ('payment_intent', 'charge', 'refund', 'dispute', 'transfer')
  then
    return case
      when app_private.is_stripe_object_ours(v_object) then 'refused: event_account_differs'
      else 'ignored: another account'
    end;
  end if;
  return case v_object ->> 'object'
    when 'payment_intent' then app_private.apply_payment_intent(v_object, v_payload)
    when 'charge' then app_private.apply_charge(v_object)
    when 'refund' then app_private.apply_refund(v_object)
    when 'dispute' then app_private.apply_dispute(v_object, v_payload)
    when 'payment_method' then app_private.apply_payment_method(v_payload)
    when 'account' then app_private.apply_account(v_object, v_payload)
    when 'application' then app_private.apply_deauthorization(v_payload)
    when 'transfer' then app_private.apply_transfer(v_object)
    else 'ignored: no handler'
  end;
end
$$;

comment on function app_private.dispatch_stripe_event(app_private.stripe_events) is
  'Has the handler of its object apply an event; returns the outcome and its reason.';

--! split: 1086-functions-payments-distribute.sql
-- The largest remainder: everybody gets their share rounded down, and what is left goes, one by
-- one, to those who lost most by it, the first of equals first. So nobody gets more than their
-- weight if the total is not more than all of them.
create or replace function app_hidden.distribute(total_cents bigint, weights bigint[], step integer)
returns bigint[]
language sql immutable set search_path = ''
as $$
  with shares as (
    select
      w.ordinality, w.weight,
      distribute.total_cents::numeric / distribute.step * w.weight
        / greatest((select sum(x) from unnest(distribute.weights) as x), 1) as share
    from unnest(distribute.weights) with ordinality as w (weight, ordinality)
  ),
  ranked as (
    select
      s.ordinality, floor(s.share) as share,
      row_number() over (order by s.share - floor(s.share) desc, s.ordinality) as rank,
      distribute.total_cents / distribute.step - sum(floor(s.share)) over () as left_over
    from shares as s
  )
  select coalesce(
    array_agg(
      ((r.share + (r.rank <= r.left_over)::integer) * distribute.step)::bigint
      order by r.ordinality
    ),
    '{}'
  )
  from ranked as r
$$;

comment on function app_hidden.distribute(bigint, bigint[], integer) is
  'Splits an amount in proportion to weights, in whole steps that sum to it exactly.';

--! split: 1087-functions-payments-find_changed_stripe_call.sql
create or replace function app_private.find_changed_stripe_call(call_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_call app_private.stripe_calls;
begin
  select * into strict v_call
  from app_private.stripe_calls as c where c.id = find_changed_stripe_call.call_id;
  perform app_private.raise_payment_finding(
    'stripe_request_changed', v_call.idempotency_key, v_call.organization_id, null,
    jsonb_build_object('purpose', v_call.purpose, 'subject_id', v_call.subject_id)
  );
end
$$;

comment on function app_private.find_changed_stripe_call(uuid) is
  'Tells people that a key would stand for two requests: nothing is sent '
  'until Stripe has forgotten it.';
grant execute on function app_private.find_changed_stripe_call(uuid) to lml_worker;

--! split: 1088-functions-payments-freeze_promoter_share.sql
-- Once, when a booking is confirmed: whatever is agreed with the promoter later is for others. It
-- is one statement for all sales, which finds nothing where an event has no promoter.
create or replace function app_private.freeze_promoter_share(booking app_public.bookings)
returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_promoter app_public.event_promoters;
  v_share_cents bigint;
begin
  select ep.* into v_promoter
  from app_public.performances as p
  join app_public.event_promoters as ep
    on ep.organization_id = p.organization_id and ep.event_id = p.event_id
  where p.organization_id = (freeze_promoter_share.booking).organization_id
    and p.id = (freeze_promoter_share.booking).performance_id;
  if not found then
    return 0;
  end if;
  v_share_cents := app_hidden.percentage_of(
    (freeze_promoter_share.booking).payout_cents, v_promoter.share_percentage
  );
  insert into app_public.promoter_shares (
    organization_id, booking_id, promoter_id, share_percentage, base_cents, share_cents
  )
  values (
    v_promoter.organization_id, (freeze_promoter_share.booking).id, v_promoter.promoter_id,
    v_promoter.share_percentage, (freeze_promoter_share.booking).payout_cents, v_share_cents
  );
  return v_share_cents;
end
$$;

comment on function app_private.freeze_promoter_share(app_public.bookings) is
  'What the promoter of a booking''s event is given of it; zero without one.';

--! split: 1089-functions-payments-is_platform_movement.sql
-- An organization's books know nothing of the platform's own bank account, nor of what Stripe bills
-- for anything but a payment.
create or replace function app_hidden.is_platform_movement(type text)
returns boolean
language sql immutable parallel safe
return is_platform_movement.type
  ~ '^(payout|topup|stripe_fee|stripe_fx_fee|tax_fee|network_cost|reserve|risk_reserve'
    '|contribution)';

comment on function app_hidden.is_platform_movement(text) is
  'Whether a movement of this type at Stripe may be the platform''s own.';

--! split: 1090-functions-payments-is_unanswered.sql
-- Not asked of every payment: the attempt that was open says it, and only one that was given up may
-- have another behind it, whose card is to be authorized.
create or replace function app_private.is_unanswered(
  booking app_public.bookings, intent app_public.payment_intents,
  before app_public.payment_intents
)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select case
    when (is_unanswered.before).status in ('canceled', 'failed')
      then app_private.capture_method_of(is_unanswered.booking) = 'manual'
    else (is_unanswered.intent).capture_method = 'manual'
      and (is_unanswered.intent).capture_requested_at is null
  end
$$;

comment on function app_private.is_unanswered(
  app_public.bookings, app_public.payment_intents, app_public.payment_intents
) is 'Whether money has come for an order that the organization has not said yes to.';

--! split: 1091-functions-payments-kept_back_of.sql
-- An amount is given back only after the payout that it was taken off is paid: until then that one
-- may be given up, and the next one would pay the whole of it.
create or replace function app_private.kept_back_of(
  organization_id uuid, promoter_id uuid, currency text
)
returns table (hold_id uuid, amount_cents bigint, is_held boolean, kind app_public.payout_hold_kind)
language sql stable security definer set search_path = ''
as $$
  select h.id, -i.net_cents,
    p.status <> 'paid'
      or h.kind = 'manual' and h.released_at is null
        and (h.hold_until is null or h.hold_until > now()),
    h.kind
  from app_public.payouts as p
  join app_public.payout_items as i
    on i.organization_id = p.organization_id and i.payout_id = p.id
  join app_public.payout_holds as h on h.organization_id = i.organization_id and h.id = i.hold_id
  where p.organization_id = kept_back_of.organization_id
    and p.promoter_id is not distinct from kept_back_of.promoter_id
    and p.currency = kept_back_of.currency
    and i.kind = 'hold'
    and i.released_at is null
    and not exists (
      select from app_public.payout_items as given
      where given.organization_id = h.organization_id
        and given.hold_id = h.id
        and given.kind = 'release'
        and given.released_at is null
    )
$$;

comment on function app_private.kept_back_of(uuid, uuid, text) is
  'Amounts that were held back of payouts and not paid since, and whether '
  'they still are to be held. '
  'What is disputed is looked at anew by each payout.';

--! split: 1092-functions-payments-left_of_sale.sql
-- A correction that moved money between the parts of the sale counts: else the account that it was
-- moved to would keep what was never earned.
create or replace function app_private.left_of_sale(booking app_public.bookings)
returns table (kind app_public.ledger_account_kind, amount_cents bigint)
language sql stable security definer set search_path = ''
as $$
  select a.kind, sum(e.amount_cents)::bigint
  from app_public.ledger_transactions as t
  join app_public.ledger_entries as e
    on e.organization_id = t.organization_id and e.transaction_id = t.id
  join app_public.ledger_accounts as a
    on a.organization_id = e.organization_id and a.id = e.account_id
  where t.organization_id = (left_of_sale.booking).organization_id
    and t.booking_id = (left_of_sale.booking).id
    and (
      t.source = 'sale:' || (left_of_sale.booking).id
      or t.source = 'sale_reversal:' || (left_of_sale.booking).id
      or starts_with(t.source, 'sale_return:')
      or exists (
        select
        from app_public.ledger_corrections as c
        where c.organization_id = t.organization_id
          and c.ledger_transaction_id = t.id
          and c.currency = (left_of_sale.booking).currency
          and c.kinds <@ array[
            'organizer_payable', 'promoter_payable', 'platform_commission', 'service_fees',
            'processing_fees', 'taxes_payable'
          ]::app_public.ledger_account_kind[]
      )
    )
  group by a.kind
$$;

comment on function app_private.left_of_sale(app_public.bookings) is
  'What the books have of a sale on each account, corrected, less what was taken back of it.';

--! split: 1093-functions-payments-mail_requirements.sql
-- While its owner still answers Stripe for the first time, what is asked is on the screen.
-- Afterwards each question is told once, however often Stripe repeats it.
create or replace function app_private.mail_requirements(before app_public.stripe_accounts)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.mail_members(
    a.organization_id, 'payouts.manage', 'payout_account_requirements',
    jsonb_build_object(
      'organization', coalesce(r.name, o.name),
      'reason', replace(array_to_string(a.requirements_due, ', '), '_', ' ')
    )
  )
  from app_public.stripe_accounts as a
  join app_public.organizations as o on o.id = a.organization_id
  left join app_public.promoters as r
    on r.organization_id = a.organization_id and r.id = a.promoter_id
  where a.id = (mail_requirements.before).id
    and a.stripe_onboarding_completed
    and a.requirements_due <> '{}'
    and (
      not (mail_requirements.before).stripe_onboarding_completed
      or not a.requirements_due <@ (mail_requirements.before).requirements_due
    )
$$;

comment on function app_private.mail_requirements(app_public.stripe_accounts) is
  'Mails the members who manage payouts what Stripe asks of an account that is paid to and has not '
  'asked before; given is the account as it was.';

--! split: 1094-functions-payments-mark_reconciled.sql
-- What a difference names is mismatched; what Stripe has, too, is matched, and so is what
-- corrections have undone. The rest is under way. What is late is right all the same.
create or replace function app_private.mark_reconciled(
  run_id uuid, before timestamptz, differences app_private.stripe_difference[]
)
returns void
language sql volatile security definer set search_path = ''
as $$
  with named as (
    select distinct n.id::uuid as id
    from unnest(mark_reconciled.differences) as d
    cross join jsonb_array_elements_text(d.detail #> '{books,payment_transaction_ids}') as n (id)
    where d.kind <> 'reconciliation_booked_late'
  ), found as (
    select m.id,
      case
        when n.id is not null then 'mismatched'
        when k.id is not null
          or m.corrected_net_cents = 0 and m.processed_at < mark_reconciled.before then 'matched'
      end::app_public.reconciliation_status as status
    from app_private.book_movements as m
    left join named as n on n.id = m.id
    left join app_private.stripe_balance_transactions as k
      on k.id = m.stripe_id and k.occurred_at < mark_reconciled.before
    where m.reconciliation_status <> 'matched' or n.id is not null
  )
  update app_public.payment_transactions as m
  set reconciliation_status = f.status, reconciled_at = now(),
    reconciliation_run_id = mark_reconciled.run_id
  from found as f
  where m.id = f.id and f.status is distinct from m.reconciliation_status
    and f.status is not null;

  update app_private.stripe_balance_transactions as k
  set is_matched = w.is_matched
  from (
    select k.id, d.subject is null as is_matched
    from app_private.stripe_balance_transactions as k
    left join unnest(mark_reconciled.differences) as d
      on d.subject = k.id and d.kind <> 'reconciliation_booked_late'
    where k.occurred_at < mark_reconciled.before and (not k.is_matched or d.subject is not null)
  ) as w
  where k.id = w.id and k.is_matched <> w.is_matched
$$;

comment on function app_private.mark_reconciled(
  uuid, timestamptz, app_private.stripe_difference[]
) is 'Writes down of which movements Stripe and the books say the same.';

--! split: 1095-functions-payments-needs_approval.sql
-- Together with what of the booking was returned without one before: many
-- small parts are one large one.
create or replace function app_private.needs_approval(
  booking app_public.bookings, amount_cents bigint
)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select s.refund_approval_above_cents is not null
    and needs_approval.amount_cents > 0
    and (
      needs_approval.amount_cents + (
        select coalesce(sum(r.amount_cents), 0)
        from app_public.refund_requests as r
        where r.organization_id = (needs_approval.booking).organization_id
          and r.booking_id = (needs_approval.booking).id
          and r.is_exception and r.status = 'approved' and r.decided_by is null
      ) > s.refund_approval_above_cents
      -- The threshold says nothing about other currencies.
      or o.default_currency <> (needs_approval.booking).currency
    )
  from app_public.organization_settings as s
  join app_public.organizations as o on o.id = s.organization_id
  where s.organization_id = (needs_approval.booking).organization_id
$$;

comment on function app_private.needs_approval(app_public.bookings, bigint) is
  'Whether a refund by staff needs a second person.';

--! split: 1096-functions-payments-open_payout_account.sql
create or replace function app_public.open_payout_account(
  organization_id uuid, country text default null, email text default null,
  promoter_id uuid default null
)
returns app_public.stripe_accounts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations := app_private.lock_organization(
    open_payout_account.organization_id, 'payouts.manage'
  );
  v_promoter app_public.promoters;
  v_account app_public.stripe_accounts;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.refuse_impersonator();
  if v_organization.status <> 'active' then
    perform app_private.raise_not_active(v_organization);
  end if;
  if open_payout_account.promoter_id is not null then
    select * into v_promoter
    from app_public.promoters as p
    where p.organization_id = v_organization.id and p.id = open_payout_account.promoter_id;
    if not found then
      raise exception 'There is no such promoter.' using errcode = 'LMNFD', detail = 'promoter_id';
    end if;
  end if;
  select * into v_account
  from app_public.stripe_accounts as a
  where a.organization_id = v_organization.id
    and a.promoter_id is not distinct from v_promoter.id
    and a.deauthorized_at is null;
  if not found then
    insert into app_public.stripe_accounts (
      organization_id, promoter_id, country, email, requested_by
    )
    values (
      v_organization.id, v_promoter.id,
      upper(coalesce(open_payout_account.country, v_organization.address ->> 'country')),
      coalesce(
        open_payout_account.email,
        case when v_promoter.id is null then v_organization.email else v_promoter.email end
      ),
      app_hidden.current_user_id()
    )
    returning * into v_account;
  elsif v_account.stripe_account_id is null and v_account.failure_reason is not null then
    -- Stripe has refused it: with other answers it is another request.
    update app_public.stripe_accounts as a
    set country = upper(coalesce(open_payout_account.country, a.country)),
      email = coalesce(open_payout_account.email, a.email), failure_reason = null,
      requested_by = app_hidden.current_user_id()
    where a.id = v_account.id
    returning * into v_account;
  end if;
  if v_account.stripe_account_id is null then
    perform app_private.add_stripe_job('stripe_account.create', v_account.id, '0');
  end if;
  return v_account;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.open_payout_account(uuid, text, text, uuid) is
  'Opens the account at Stripe to which the organization, or a promoter of it, is paid; the one '
  'that there is, is returned. Then request_onboarding_link. Needs payouts.manage. '
  'Raises LMINP, LMORG, LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.open_payout_account(uuid, text, text, uuid) to lml_user;

--! split: 1097-functions-payments-open_payout_facts.sql
-- What the books owe a payee, fact by fact: whatever touches the payee's account, what Stripe has
-- charged, and what the box office has taken itself, as long as no payout has it. Payouts
-- themselves are no such facts; what was taken back of one is.
--
-- A fact of a booking is ready when the buyer owes nothing of it and, by the organization's terms,
-- when its performance is over. What has once been paid of a booking stays ready, so that a refund
-- is never kept out because of what it takes back.
create or replace function app_private.open_payout_facts(
  organization_id uuid, promoter_id uuid, currency text, ends_at timestamptz
)
returns table (
  ledger_transaction_id uuid, event_id uuid, effective_at timestamptz, is_ready boolean,
  gross_revenue_cents bigint, commission_cents bigint, stripe_fees_cents bigint,
  refunds_cents bigint, adjustments_cents bigint, net_cents bigint, box_office_cents bigint
)
language sql stable security definer set search_path = ''
as $$
  with facts as (
    select distinct t.id, t.booking_id, t.category, t.effective_at, t.source
    from app_public.ledger_accounts as a
    join app_public.ledger_entries as e
      on e.organization_id = a.organization_id and e.account_id = a.id
    join app_public.ledger_transactions as t
      on t.organization_id = e.organization_id and t.id = e.transaction_id
    where a.organization_id = open_payout_facts.organization_id
      and a.currency = open_payout_facts.currency
      and case when open_payout_facts.promoter_id is null
        then a.kind in ('organizer_payable', 'stripe_fees', 'box_office')
        else a.kind = 'promoter_payable'
      end
      and t.category not in ('payout', 'payout_failure')
      and t.effective_at < open_payout_facts.ends_at
      and not exists (
        select from app_public.payout_items as i
        where i.ledger_transaction_id = t.id
          and i.organization_id = t.organization_id
          and i.promoter_id is not distinct from open_payout_facts.promoter_id
          and i.kind = 'fact'
          and i.released_at is null
      )
  ),
  -- A promoter has the facts of the bookings of which they have a share.
  owed as (
    select f.* from facts as f where open_payout_facts.promoter_id is null
    union all
    select f.* from facts as f
    join app_public.promoter_shares as s
      on s.organization_id = open_payout_facts.organization_id and s.booking_id = f.booking_id
    where s.promoter_id = open_payout_facts.promoter_id
    union all
    select f.* from facts as f
    join app_public.payout_reversals as r
      on r.organization_id = open_payout_facts.organization_id
      and 'payout_reversal' = f.category and r.id::text = split_part(f.source, ':', 2)
    join app_public.payouts as p on p.organization_id = r.organization_id and p.id = r.payout_id
    where p.promoter_id = open_payout_facts.promoter_id
  )
  select o.id, m.event_id, o.effective_at, coalesce(r.is_ready, true), b.gross_revenue_cents,
    b.commission_cents, b.stripe_fees_cents, b.refunds_cents, b.adjustments_cents, b.net_cents,
    b.box_office_cents
  from owed as o
  join app_public.organization_settings as s
    on s.organization_id = open_payout_facts.organization_id
  cross join lateral app_private.payout_parts_of(
    open_payout_facts.organization_id, o.id, open_payout_facts.promoter_id is not null,
    s.pays_stripe_fees
  ) as b
  left join app_public.bookings as k
    on k.organization_id = open_payout_facts.organization_id and k.id = o.booking_id
  left join app_public.performances as m
    on m.organization_id = k.organization_id and m.id = k.performance_id
  left join lateral (
    select
      exists (
        select from app_public.payout_items as i
        join app_public.ledger_transactions as t
          on t.organization_id = i.organization_id and t.id = i.ledger_transaction_id
        where t.organization_id = k.organization_id
          and t.booking_id = k.id
          and i.promoter_id is not distinct from open_payout_facts.promoter_id
          and i.released_at is null
      )
      or (
        case
          when m.status = 'canceled' then true
          when s.payout_timing = 'after_event' then
            coalesce(m.ends_at, m.starts_at) + make_interval(days => s.payout_delay_days)
              <= open_payout_facts.ends_at
          else o.effective_at + make_interval(days => s.payout_delay_days)
            <= open_payout_facts.ends_at
        end
        and app_private.owed_by_buyer(k.organization_id, k.id) <= 0
      ) as is_ready
    where k.id is not null
  ) as r on true
$$;

comment on function app_private.open_payout_facts(uuid, uuid, text, timestamptz) is
  'Facts of the books before a moment that are in no payout of a payee, with what each adds to '
  'one, and whether it may be paid yet.';

--! split: 1098-functions-payments-open_periods.sql
-- Months follow each other without a gap, also when nothing happened in some, and when
-- the time zone has changed: each begins where the last one ended. Two who open the
-- same month meet in its key.
create or replace function app_private.open_periods(organization_id uuid, occurred_at timestamptz)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_timezone text;
  v_month timestamp;
  v_last app_public.accounting_periods;
begin
  select s.books_timezone into strict v_timezone
  from app_public.organization_settings as s
  where s.organization_id = open_periods.organization_id;
  loop
    select * into v_last
    from app_public.accounting_periods as p
    where p.organization_id = open_periods.organization_id
    order by p.period desc
    limit 1;
    exit when v_last.ends_at > open_periods.occurred_at and v_last.status = 'open';
    v_month := coalesce(
      v_last.period + interval '1 month',
      date_trunc('month', open_periods.occurred_at at time zone v_timezone)
    );
    insert into app_public.accounting_periods (organization_id, period, starts_at, ends_at)
    values (
      open_periods.organization_id, v_month::date,
      coalesce(v_last.ends_at, v_month at time zone v_timezone),
      (v_month + interval '1 month') at time zone v_timezone
    )
    on conflict do nothing;
  end loop;
end
$$;

comment on function app_private.open_periods(uuid, timestamptz) is
  'Opens the months of an organization''s books up to the one in which a fact can be posted.';

--! split: 1099-functions-payments-outcome_of_unasked_refund.sql
-- A refund that does not say for which of ours it is: somebody may have returned one of our
-- payments by hand at Stripe. Until the payment is known, nobody can tell.
create or replace function app_private.outcome_of_unasked_refund(object jsonb)
returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_stripe_id text := coalesce(
    outcome_of_unasked_refund.object #>> '{payment_intent,id}',
    outcome_of_unasked_refund.object ->> 'payment_intent'
  );
  v_intent app_public.payment_intents;
begin
  if v_stripe_id is null then
    return 'ignored: not ours';
  end if;
  v_intent := app_private.payment_of_stripe_object(outcome_of_unasked_refund.object);
  if v_intent.id is null then
    return 'parked: ' || v_stripe_id;
  end if;
  -- So Stripe calls it, too, when what was authorized is let go, and no money moves.
  if v_intent.capture_method = 'manual' and v_intent.status <> 'succeeded'
    and outcome_of_unasked_refund.object ->> 'balance_transaction' is null
  then
    return 'ignored: nothing was charged';
  end if;
  return 'refused: refund_not_asked_for';
end
$$;

comment on function app_private.outcome_of_unasked_refund(jsonb) is
  'What becomes of news of a refund that was not asked for here.';

--! split: 1100-functions-payments-owed_by_buyer.sql
create or replace function app_private.owed_by_buyer(organization_id uuid, booking_id uuid)
returns bigint
language sql stable security definer set search_path = ''
as $$
  select coalesce(sum(e.amount_cents), 0)::bigint
  from app_public.ledger_transactions as t
  join app_public.ledger_entries as e
    on e.organization_id = t.organization_id and e.transaction_id = t.id
  join app_public.ledger_accounts as a
    on a.organization_id = e.organization_id and a.id = e.account_id
  where t.organization_id = owed_by_buyer.organization_id
    and t.booking_id = owed_by_buyer.booking_id
    and a.kind = 'buyer_clearing'
$$;

comment on function app_private.owed_by_buyer(uuid, uuid) is
  'What was sold by a booking and not paid for yet, by the books; below '
  'zero: what the buyer is owed.';

--! split: 1101-functions-payments-parts_not_received.sql
-- Nobody asks for the installments of a booking that has ended, so that what is kept of it is in
-- the till already: otherwise the organization would be owed what no buyer ever pays.
create or replace function app_private.parts_not_received(
  booking app_public.bookings, parts app_private.refund_part[]
)
returns app_private.refund_part[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_owed bigint := app_private.owed_of(parts_not_received.booking);
begin
  if (parts_not_received.booking).payment_plan_id is null or v_owed <= (
    select coalesce(sum(app_private.total_of_part(p)), 0)
    from unnest(parts_not_received.parts) as p
  ) then
    return parts_not_received.parts;
  end if;
  return array(
    select p from app_private.parts_of_amount(parts_not_received.booking, v_owed) as p
  );
end
$$;

comment on function app_private.parts_not_received(
  app_public.bookings, app_private.refund_part[]
) is 'What is taken back of a booking that ends: at least what was not paid of it.';

--! split: 1102-functions-payments-parts_to_return.sql
-- The tax follows what it is on, price and service fee; the commission follows the price. What is
-- not tied to a ticket comes back with the last one. Of an add-on the last units come back first,
-- so that those that are left are numbered from one.
create or replace function app_private.parts_to_return(
  booking app_public.bookings, ticket_ids uuid[], percentage numeric,
  with_service_fees boolean, with_processing_fees boolean, add_on_item_ids uuid[] default null,
  add_on_quantities integer[] default null
)
returns setof app_private.refund_part
language sql stable security definer set search_path = ''
as $$
  with units as (
    select u.*, row_number() over (
        partition by u.booking_item_id order by u.unit_no desc
      ) <= n.quantity as is_named
    from app_private.refund_units(parts_to_return.booking) as u
    left join unnest(
      parts_to_return.add_on_item_ids, parts_to_return.add_on_quantities
    ) as n (booking_item_id, quantity) on n.booking_item_id = u.booking_item_id
    where u.is_live
  ),
  returned as (
    select u.*,
      app_hidden.rounded(
        u.price_cents * case when u.is_fee and not parts_to_return.with_service_fees then 0
          else parts_to_return.percentage end / 100,
        (parts_to_return.booking).currency
      ) as price,
      case when parts_to_return.with_service_fees
        then app_hidden.rounded(
          u.service_fee_cents * parts_to_return.percentage / 100,
          (parts_to_return.booking).currency
        )
        else 0 end as service_fee,
      case when parts_to_return.with_processing_fees
        then app_hidden.rounded(
          u.processing_fee_cents * parts_to_return.percentage / 100,
          (parts_to_return.booking).currency
        )
        else 0 end as processing_fee
    from units as u
    where coalesce(parts_to_return.ticket_ids, parts_to_return.add_on_item_ids) is null
      or u.ticket_id = any (parts_to_return.ticket_ids)
      or u.is_named
      or (u.ticket_id is null and case
        when parts_to_return.ticket_ids is null then u.is_fee and not exists (
          select from units as other where not other.is_fee and other.is_named is not true
        )
        else not exists (
          select from units as other
          where other.ticket_id is not null
            and not other.ticket_id = any (parts_to_return.ticket_ids)
        )
      end and not exists (
        -- Who was let in has come with it.
        select from app_public.tickets as t
        where t.organization_id = (parts_to_return.booking).organization_id
          and t.booking_id = (parts_to_return.booking).id
          and t.status = 'used' and not t.id = any (parts_to_return.ticket_ids)
      ))
  )
  select
    r.booking_item_id, r.ticket_id, true, r.price, r.service_fee, r.processing_fee,
    case
      when r.price_cents + r.service_fee_cents = 0
        then app_hidden.rounded(
          r.tax_cents * parts_to_return.percentage / 100, (parts_to_return.booking).currency
        )
      else app_hidden.portion_to_charge(
        r.tax_cents, r.price + r.service_fee, r.price_cents + r.service_fee_cents,
        (parts_to_return.booking).currency
      )
    end,
    case
      when r.price = r.price_cents then r.commission_cents
      else app_hidden.portion_of(r.commission_cents, r.price, r.price_cents)
    end,
    r.unit_no
  from returned as r
$$;

comment on function app_private.parts_to_return(
  app_public.bookings, uuid[], numeric, boolean, boolean, uuid[], integer[]
) is 'What goes back for live tickets and units of add-ons of a booking, or for all of it.';

--! split: 1103-functions-payments-payment_of_stripe_object.sql
-- By our own id in the metadata, because the event may be here before Stripe's answer to us; else
-- by Stripe's id of the payment intent.
create or replace function app_private.payment_of_stripe_object(object jsonb)
returns app_public.payment_intents
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_text text := payment_of_stripe_object.object #>> '{metadata,lml_payment_intent_id}';
  v_stripe_id text := case payment_of_stripe_object.object ->> 'object'
    when 'payment_intent' then payment_of_stripe_object.object ->> 'id'
    else coalesce(
      payment_of_stripe_object.object #>> '{payment_intent,id}',
      payment_of_stripe_object.object ->> 'payment_intent'
    )
  end;
  v_intent app_public.payment_intents;
begin
  if pg_input_is_valid(coalesce(v_text, ''), 'uuid') then
    select * into v_intent from app_public.payment_intents as p where p.id = v_text::uuid;
    if found then
      return v_intent;
    end if;
  end if;
  select * into v_intent
  from app_public.payment_intents as p where p.stripe_payment_intent_id = v_stripe_id;
  return v_intent;
end
$$;

comment on function app_private.payment_of_stripe_object(jsonb) is
  'The payment intent that a Stripe object is about; null: none that is known.';

--! split: 1104-functions-payments-payment_provider_calls.sql
create or replace function app_public.payment_provider_calls(
  organization_id uuid, booking_id uuid default null
)
returns setof app_public.stripe_call
language plpgsql stable security definer set search_path = ''
rows 20
as $$
begin
  perform app_hidden.require_permission(payment_provider_calls.organization_id, 'payments.read');
  return query
  select
    c.id, c.purpose, c.subject_id, c.status, c.attempts, c.idempotency_key,
    c.stripe_id, c.http_code, c.error_code, c.stripe_request_id, c.duration_ms,
    c.first_asked_at, c.last_asked_at, c.ended_at
  from app_private.stripe_calls as c
  where c.organization_id = payment_provider_calls.organization_id
    and (
      payment_provider_calls.booking_id is null
      or c.subject_id in (
        select p.id from app_public.payment_intents as p
        where p.organization_id = payment_provider_calls.organization_id
          and p.booking_id = payment_provider_calls.booking_id
        union all
        select r.id from app_public.refunds as r
        where r.organization_id = payment_provider_calls.organization_id
          and r.booking_id = payment_provider_calls.booking_id
        union all
        select a.id
        from app_public.disputes as d
        join app_public.dispute_responses as a
          on a.organization_id = d.organization_id and a.dispute_id = d.id
        where d.organization_id = payment_provider_calls.organization_id
          and d.booking_id = payment_provider_calls.booking_id
      )
    )
  order by c.last_asked_at desc, c.id desc
  limit 1000;
end
$$;

comment on function app_public.payment_provider_calls(uuid, uuid) is
  'What an organization''s payments asked of Stripe, newest first, for a booking or at all, and '
  'what came of it. Needs payments.read. Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.payment_provider_calls(uuid, uuid) to lml_user;

--! split: 1105-functions-payments-payment_session.sql
create or replace function app_public.payment_session(booking_id uuid)
returns app_public.payment_session
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_session app_public.payment_session;
begin
  -- Staff may see a payment, but only the owner of the booking may confirm it.
  select
    p.booking_id, p.status, p.amount_cents, p.currency, p.stripe_payment_intent_id,
    -- Nobody is to pay what is not the price any more.
    case when b.status <> 'draft' and not app_private.has_untold_change(p.id)
      then s.client_secret end,
    p.failure_code, p.failure_message, p.id, i.installment_no,
    coalesce(b.expires_at, i.due_at), app_private.is_stripe_reachable(), null, p.capture_method
  into v_session
  from app_public.bookings as b
  join app_public.payment_intents as p
    on p.organization_id = b.organization_id and p.booking_id = b.id
  left join app_private.payment_intent_secrets as s
    on s.organization_id = p.organization_id and s.payment_intent_id = p.id
  left join app_public.booking_payment_schedule as i
    on i.organization_id = p.organization_id and i.id = p.schedule_id
  where b.id = payment_session.booking_id
    and (
      b.user_id = app_hidden.current_user_id()
      or b.cart_token_hash = app_hidden.current_cart_hash()
    )
  order by p.created_at desc, p.id desc
  limit 1;
  if not found then
    return null;
  end if;
  -- Without the client secret nobody can pay, so that nothing was charged.
  if v_session.status = 'pending' and v_session.client_secret is null
    and not v_session.is_provider_reachable
  then
    v_session.notice :=
      'The payment provider cannot be reached at the moment. Nothing was charged. '
      'We try again; your seats are held until their deadline.';
  end if;
  return v_session;
end
$$;

comment on function app_public.payment_session(uuid) is
  'The latest payment of a booking of yours; null when it has none. Its client_secret appears as '
  'soon as Stripe knows of the payment and its amount, usually within a second of start_checkout. '
  'As long as its status is pending another card may be tried with the same client_secret; '
  'requires_action means that the buyer has to do something at the bank, such as 3-D Secure; '
  'authorized, that the card is charged when the organization says yes.';
grant execute on function app_public.payment_session(uuid) to lml_anonymous, lml_user;

--! split: 1106-functions-payments-payout_from_books.sql
-- Nothing of the payout's own amounts is read: only which facts and holds it names, and, of each
-- fact, whether Stripe's fee was the payee's at that time.
create or replace function app_private.payout_from_books(payout_id uuid)
returns app_public.payout_amounts
language sql stable security definer set search_path = ''
as $$
  select row(
    coalesce(sum(b.gross_revenue_cents), 0), coalesce(sum(b.commission_cents), 0),
    coalesce(sum(b.stripe_fees_cents), 0), coalesce(sum(b.refunds_cents), 0),
    coalesce(sum(b.adjustments_cents), 0)
      + coalesce(sum(h.amount_cents * case i.kind when 'hold' then -1 else 1 end), 0),
    coalesce(sum(b.net_cents), 0)
      + coalesce(sum(h.amount_cents * case i.kind when 'hold' then -1 else 1 end), 0),
    count(i.ledger_transaction_id)::integer
  )::app_public.payout_amounts
  from app_public.payout_items as i
  left join app_public.payout_holds as h
    on h.organization_id = i.organization_id and h.id = i.hold_id
  left join lateral app_private.payout_parts_of(
    i.organization_id, i.ledger_transaction_id, i.promoter_id is not null,
    i.stripe_fees_cents <> 0
  ) as b on i.kind = 'fact'
  where i.payout_id = payout_from_books.payout_id
$$;

comment on function app_private.payout_from_books(uuid) is
  'The amounts of a payout, made again from the entries of the books that its items name.';

--! split: 1107-functions-payments-portion_to_charge.sql
-- What is split into amounts that travel: each can be charged and
-- returned, and the whole gives all.
create or replace function app_hidden.portion_to_charge(
  amount_cents bigint, part_cents bigint, whole_cents bigint, currency text
)
returns bigint
language sql immutable parallel safe
return case
  when portion_to_charge.part_cents = portion_to_charge.whole_cents
    and portion_to_charge.whole_cents <> 0
    then portion_to_charge.amount_cents
  else app_hidden.portion_of(
      portion_to_charge.amount_cents, portion_to_charge.part_cents,
      portion_to_charge.whole_cents * app_hidden.charge_step(portion_to_charge.currency)
    ) * app_hidden.charge_step(portion_to_charge.currency)
end;

comment on function app_hidden.portion_to_charge(bigint, bigint, bigint, text) is
  'As much of an amount as a part is of a whole, rounded down to what a card can be charged.';

--! split: 1108-functions-payments-post_correction.sql
create or replace function app_public.post_correction(correction_id uuid)
returns app_public.ledger_corrections
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_correction app_public.ledger_corrections := app_private.lock_correction(
    post_correction.correction_id
  );
  v_corrected app_public.ledger_transactions;
begin
  select * into strict v_corrected
  from app_public.ledger_transactions as t
  where t.organization_id = v_correction.organization_id and t.id = v_correction.corrects_id;
  -- What is being taken back of a sale at this moment is not there to be moved.
  perform from app_public.bookings as b where b.id = v_corrected.booking_id
  for no key update;
  perform app_private.post_to_ledger(
    v_correction.organization_id, v_corrected.booking_id, v_correction.currency,
    'correction:' || v_correction.id, 'Correction of: ' || v_corrected.description,
    v_correction.kinds, v_correction.amounts_cents, corrects_id => v_corrected.id
  );
  update app_public.ledger_corrections as c
  set status = 'posted', decided_by = app_hidden.current_user_id(), decided_at = now(),
    ledger_transaction_id = (
      select t.id from app_public.ledger_transactions as t
      where t.organization_id = c.organization_id and t.source = 'correction:' || c.id
    )
  where c.id = v_correction.id
  returning * into v_correction;
  perform app_private.require_accounts_on_their_side(v_correction, v_corrected.booking_id);
  return v_correction;
end
$$;

comment on function app_public.post_correction(uuid) is
  'Posts a correction that somebody else has asked for, into the month that is open. For the '
  'platform''s support. Raises LMCOR (it was decided), LMBAL (an account would be '
  'on its other side, or more would be moved than is left of a sale), LMNFD, '
  'LMRGT (you asked for it), LMAUT.';
grant execute on function app_public.post_correction(uuid) to lml_user;

--! split: 1109-functions-payments-post_payout.sql
-- Under way, the money is owed to nobody any more: what Stripe has charged is borne by
-- the payee, and what the box office has taken itself is settled. If the transfer
-- fails, all of it is put back.
create or replace function app_private.post_payout(
  payout app_public.payouts, category text, sign integer
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := post_payout.payout;
  v_fees bigint;
  v_box_office bigint;
begin
  select coalesce(sum(i.stripe_fees_cents), 0), coalesce(sum(i.box_office_cents), 0)
  into v_fees, v_box_office
  from app_public.payout_items as i
  where i.organization_id = v_payout.organization_id and i.payout_id = v_payout.id;
  perform app_private.post_to_ledger(
    v_payout.organization_id, null, v_payout.currency,
    format('%s:%s:%s', post_payout.category, v_payout.id, v_payout.attempt),
    case post_payout.sign when 1 then 'Payout under way' else 'Payout failed' end,
    array[
      case when v_payout.promoter_id is null then 'organizer_payable' else 'promoter_payable' end,
      'stripe_fees', 'box_office', 'payouts_in_transit'
    ]::app_public.ledger_account_kind[],
    array[
      post_payout.sign * (v_payout.net_payout_cents + v_fees + v_box_office),
      -post_payout.sign * v_fees, -post_payout.sign * v_box_office,
      -post_payout.sign * v_payout.net_payout_cents
    ]
  );
end
$$;

comment on function app_private.post_payout(app_public.payouts, text, integer) is
  'Posts that a payout is under way (1), or that it failed (-1).';

--! split: 1110-functions-payments-post_sale.sql
create or replace function app_private.post_sale(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_kinds constant app_public.ledger_account_kind[] := array[
    'buyer_clearing', 'organizer_payable', 'promoter_payable', 'platform_commission',
    'service_fees', 'processing_fees', 'taxes_payable'
  ];
  v_share_cents bigint := app_private.freeze_promoter_share(post_sale.booking);
begin
  perform app_private.post_to_ledger(
    (post_sale.booking).organization_id, (post_sale.booking).id, (post_sale.booking).currency,
    'sale:' || (post_sale.booking).id, 'Sale ' || (post_sale.booking).booking_reference,
    c_kinds,
    array[
      (post_sale.booking).total_amount_cents, v_share_cents - (post_sale.booking).payout_cents,
      -v_share_cents, -(post_sale.booking).commission_amount_cents,
      -(post_sale.booking).service_fee_cents - (post_sale.booking).service_fee_absorbed_cents,
      -(post_sale.booking).processing_fee_cents
        - (post_sale.booking).processing_fee_absorbed_cents,
      -(post_sale.booking).tax_cents - (post_sale.booking).tax_included_cents
    ]
  );
end
$$;

comment on function app_private.post_sale(app_public.bookings) is
  'Splits what a buyer paid between the organization, its promoter, the '
  'platform and the tax office.';

--! split: 1111-functions-payments-post_take_back.sql
-- The last part reverses what is left of the sale account by account, so that nothing remains of it
-- whatever it was split into.
create or replace function app_private.post_take_back(
  booking app_public.bookings, request app_public.refund_requests
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := post_take_back.booking;
  v_sum app_private.refund_part;
  v_kinds app_public.ledger_account_kind[];
  v_amounts bigint[];
begin
  if v_booking.refunded_cents = v_booking.total_amount_cents then
    perform app_private.reverse_sale(v_booking);
    return;
  end if;
  select
    null, null, null, coalesce(sum(i.price_cents), 0), coalesce(sum(i.service_fee_cents), 0),
    coalesce(sum(i.processing_fee_cents), 0), coalesce(sum(i.tax_cents), 0),
    coalesce(sum(i.commission_cents), 0)
  into v_sum
  from app_public.refund_items as i
  where i.organization_id = v_booking.organization_id
    and i.request_id = (post_take_back.request).id;
  select array_agg(s.kind), array_agg(s.amount_cents) into v_kinds, v_amounts
  from app_private.shares_of_return(v_booking, v_sum) as s;
  perform app_private.post_to_ledger(
    v_booking.organization_id, v_booking.id, v_booking.currency,
    'sale_return:' || (post_take_back.request).id,
    'Taken back of ' || v_booking.booking_reference,
    'buyer_clearing'::app_public.ledger_account_kind || v_kinds,
    -app_private.total_of_part(v_sum) || v_amounts
  );
end
$$;

comment on function app_private.post_take_back(app_public.bookings, app_public.refund_requests) is
  'Posts the opposite of the part of a sale that a request takes back.';

--! split: 1112-functions-payments-quote_cancellation.sql
create or replace function app_public.quote_cancellation(
  booking_id uuid, ticket_ids uuid[] default null, add_on_item_ids uuid[] default null,
  add_on_quantities integer[] default null
)
returns app_public.cancellation_quote
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_offer app_private.cancellation_offer;
  v_parts app_private.refund_part[];
  v_quote app_public.cancellation_quote;
begin
  select * into v_booking
  from app_public.bookings as b
  where b.id = quote_cancellation.booking_id
    and (
      b.user_id = app_hidden.current_user_id()
      or b.cart_token_hash = app_hidden.current_cart_hash()
      or app_hidden.has_performance_permission(
        b.organization_id, b.performance_id, 'bookings.read'
      )
    );
  if not found then
    perform app_private.require_buyer();
    raise exception 'There is no such booking, or it is not yours.'
      using errcode = 'LMBKG', detail = format('%s', quote_cancellation.booking_id);
  end if;
  perform app_private.require_tickets_of(v_booking, quote_cancellation.ticket_ids);
  perform app_private.require_add_ons_of(
    v_booking, quote_cancellation.add_on_item_ids, quote_cancellation.add_on_quantities
  );
  v_offer := app_private.cancellation_offer_of(v_booking);
  v_parts := array(
    select p from app_private.parts_to_return(
      v_booking, quote_cancellation.ticket_ids, v_offer.percentage,
      coalesce(v_offer.refunds_service_fees, false),
      coalesce(v_offer.refunds_processing_fees, false), quote_cancellation.add_on_item_ids,
      quote_cancellation.add_on_quantities
    ) as p
  );
  v_quote := row(
    v_booking.id, v_offer.percentage, v_offer.until, v_offer.policy_version,
    coalesce(v_offer.refunds_service_fees, false), coalesce(v_offer.refunds_processing_fees, false),
    case
      -- There are no tickets yet.
      when v_booking.confirmed_at is null or v_booking.status = 'partially_paid'
        then app_private.tickets_in(v_booking)
      else (select count(p.ticket_id) from unnest(v_parts) as p)
    end,
    0, 0, 0, 0, 0,
    (
      select coalesce(sum(app_private.total_of_unit(u)), 0)
      from unnest(v_parts) as p
      join app_private.refund_units(v_booking) as u
        on u.booking_item_id = p.booking_item_id and u.ticket_id is not distinct from p.ticket_id
          and u.unit_no is not distinct from p.unit_no
    ),
    v_booking.currency
  )::app_public.cancellation_quote;
  return app_private.quote_of_parts(v_booking, v_parts, v_quote);
end
$$;

comment on function app_public.quote_cancellation(uuid, uuid[], uuid[], integer[]) is
  'What comes back for tickets of a booking, units of its add-ons, or all of it, if it is canceled '
  'now; also for a cart, before it is bought. Of a booking that is not paid for yet, only what was '
  'paid beyond what is kept comes back. Raises LMBKG, LMTVD (a ticket is not of this booking, or '
  'not valid), LMINP, LMSES, LMCRT.';
grant execute on function app_public.quote_cancellation(uuid, uuid[], uuid[], integer[])
  to lml_anonymous, lml_user;

--! split: 1113-functions-payments-record_transfer_failure.sql
-- Stripe has understood and refused: nothing was transferred. What lacks money comes by itself
-- after a while, because payments become available days after they were made.
create or replace function app_private.record_transfer_failure(
  payout_id uuid, failure_code text, failure_reason text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
begin
  update app_public.payouts as p
  set status = 'failed', failed_at = now(),
    failure_code = left(record_transfer_failure.failure_code, 200),
    failure_reason = left(coalesce(record_transfer_failure.failure_reason, 'Refused.'), 2000),
    retry_at = case
      when record_transfer_failure.failure_code = 'balance_insufficient' and p.attempt < 20
        then now() + interval '12 hours'
    end
  where p.id = record_transfer_failure.payout_id and p.status = 'in_transit'
  returning * into v_payout;
  if not found then
    return;
  end if;
  perform app_private.post_payout(v_payout, 'payout_failure', -1);
  perform app_private.raise_payment_finding(
    'payout_failed', v_payout.id::text, v_payout.organization_id, null,
    jsonb_build_object(
      'code', v_payout.failure_code, 'reason', v_payout.failure_reason,
      'amount', v_payout.net_payout_cents, 'retry_at', v_payout.retry_at
    )
  );
  -- What passes by itself asks nothing of anybody.
  if v_payout.retry_at is null then
    perform app_private.mail_payout(
      v_payout, 'payouts.manage', 'payout_failed', v_payout.failure_reason
    );
  end if;
end
$$;

comment on function app_private.record_transfer_failure(uuid, text, text) is
  'Remembers that Stripe has refused a payout, and owes it again; repeating it is harmless.';
grant execute on function app_private.record_transfer_failure(uuid, text, text) to lml_worker;

--! split: 1114-functions-payments-reduce_invoice.sql
-- An invoice asks for what is left of the sale, also where the booking has
-- ended and a part is kept.
create or replace function app_private.reduce_invoice(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_owed bigint := app_private.owed_of(reduce_invoice.booking);
begin
  update app_public.payment_intents as p
  set amount_cents = case when v_owed > 0 then v_owed else p.amount_cents end,
    status = case when v_owed > 0 then 'pending' else 'canceled' end::app_public.payment_status,
    canceled_at = case when v_owed = 0 then now() end
  where p.organization_id = (reduce_invoice.booking).organization_id
    and p.booking_id = (reduce_invoice.booking).id
    and p.method = 'invoice' and p.status = 'pending'
    and p.amount_cents > v_owed;
end
$$;

comment on function app_private.reduce_invoice(app_public.bookings) is
  'Lowers the open invoice of a locked booking to what is still owed; '
  'with nothing, it is canceled.';

--! split: 1115-functions-payments-refund_booking_amount.sql
create or replace function app_public.refund_booking_amount(
  booking_id uuid, amount_cents bigint, note text,
  reason app_public.refund_reason default 'customer_request', idempotency_key text default null
)
returns app_public.refund_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking_for_refund(
    refund_booking_amount.booking_id, 'payments.refund'
  );
  v_request app_public.refund_requests;
  v_known uuid := app_private.replay_result(
    refund_booking_amount.idempotency_key, 'refund_booking_amount',
    jsonb_build_array(
      refund_booking_amount.booking_id, refund_booking_amount.amount_cents,
      refund_booking_amount.note, refund_booking_amount.reason
    )
  );
begin
  if v_known is not null then
    return app_private.known_refund_request(v_known);
  end if;
  perform app_hidden.require_chargeable(
    refund_booking_amount.amount_cents, v_booking.currency, 'amount_cents'
  );
  v_request.kind := 'partial';
  v_request.amount_cents := refund_booking_amount.amount_cents;
  v_request.reason := refund_booking_amount.reason;
  v_request.note := refund_booking_amount.note;
  v_request := app_private.request_refund(v_booking, v_request);
  perform app_private.keep_result(refund_booking_amount.idempotency_key, v_request.id);
  return v_request;
end
$$;

comment on function app_public.refund_booking_amount(
  uuid, bigint, text, app_public.refund_reason, text
) is
  'Returns an amount, within what was received, whatever the terms say; the '
  'buyer keeps the tickets. '
  'Above the organization''s threshold somebody else has to approve it. Needs payments.refund. '
  'Raises LMBKG, LMRGT, LMBST, LMRFX (less is left), LMINP, LMIDK, LMAUT, LMSES.';
grant execute on function app_public.refund_booking_amount(
  uuid, bigint, text, app_public.refund_reason, text
) to lml_user;

--! split: 1116-functions-payments-refund_units.sql
-- From the amounts that were stored at the sale, whatever its terms were. The price is what fees
-- and tax leave of the total; a ticket's fees, and the commission, are shared out in the order of
-- ids, so that the tickets of a line sum to it, and all units to the booking. Each unit of an
-- add-on is one, as a ticket is.
create or replace function app_private.refund_units(booking app_public.bookings)
returns setof app_private.refund_unit
language sql stable security definer set search_path = ''
as $$
  with lines as (
    select i.*, exists (
      select from app_public.tickets as t
      where t.organization_id = i.organization_id and t.booking_item_id = i.id
    ) as has_tickets
    from app_public.booking_items as i
    where i.organization_id = (refund_units.booking).organization_id
      and i.booking_id = (refund_units.booking).id
  ),
  shares as (
    select
      t.booking_item_id, t.id as ticket_id, t.total_paid_cents,
      -- When the performance is over, whoever was there is like whoever was not.
      t.status = 'valid'
        or t.status = 'used' and (refund_units.booking).status = 'completed' as is_live,
      t.fees_paid_cents, t.tax_paid_cents, l.service_fee_cents,
      sum(t.fees_paid_cents) over line as running, sum(t.fees_paid_cents) over whole_line as fees
    from lines as l
    join app_public.tickets as t
      on t.organization_id = l.organization_id and t.booking_item_id = l.id
    window line as (partition by l.id order by t.id), whole_line as (partition by l.id)
  ),
  units as (
    select
      s.booking_item_id, s.ticket_id, false as is_fee, s.is_live,
      s.total_paid_cents - s.fees_paid_cents - s.tax_paid_cents as price, s.fees_paid_cents as fees,
      app_hidden.portion_to_charge(
        s.service_fee_cents, s.running::bigint, s.fees::bigint, (refund_units.booking).currency
      ) - app_hidden.portion_to_charge(
        s.service_fee_cents, (s.running - s.fees_paid_cents)::bigint, s.fees::bigint,
        (refund_units.booking).currency
      ) as service_fee,
      s.tax_paid_cents as tax, null::integer as unit_no
    from shares as s
    union all
    select
      l.id, null, l.item_type = 'fee',
      not exists (
        select from app_public.refund_items as r
        where r.organization_id = l.organization_id and r.booking_item_id = l.id and r.is_return
          and r.unit_no is not distinct from n.unit_no
      ),
      app_hidden.share_to_charge(
        l.total_cents - l.service_fee_cents - l.processing_fee_cents - l.tax_cents,
        coalesce(n.unit_no, 1), n.units, (refund_units.booking).currency
      ),
      app_hidden.share_to_charge(
        l.service_fee_cents, coalesce(n.unit_no, 1), n.units, (refund_units.booking).currency
      ) + app_hidden.share_to_charge(
        l.processing_fee_cents, coalesce(n.unit_no, 1), n.units, (refund_units.booking).currency
      ),
      app_hidden.share_to_charge(
        l.service_fee_cents, coalesce(n.unit_no, 1), n.units, (refund_units.booking).currency
      ),
      app_hidden.share_to_charge(
        l.tax_cents, coalesce(n.unit_no, 1), n.units, (refund_units.booking).currency
      ),
      n.unit_no
    from lines as l
    cross join lateral (
      select no as unit_no, l.quantity as units
      from generate_series(1, l.quantity) as no where l.add_on_id is not null
      union all
      select null, 1 where l.add_on_id is null
    ) as n
    where not l.has_tickets
  ),
  counted as (
    select u.*,
      sum(u.price) over (order by u.booking_item_id, u.ticket_id, u.unit_no) as running,
      sum(u.price) over () as whole
    from units as u
  )
  select
    c.booking_item_id, c.ticket_id, c.is_fee, c.is_live,
    c.price - r.price,
    c.service_fee - r.service_fee,
    c.fees - c.service_fee - r.processing_fee,
    c.tax - r.tax,
    app_hidden.portion_of(
      (refund_units.booking).commission_amount_cents, c.running::bigint, c.whole::bigint
    ) - app_hidden.portion_of(
      (refund_units.booking).commission_amount_cents, (c.running - c.price)::bigint,
      c.whole::bigint
    ) - r.commission,
    c.unit_no
  from counted as c
  cross join lateral (
    select
      coalesce(sum(r.price_cents), 0)::bigint as price,
      coalesce(sum(r.service_fee_cents), 0)::bigint as service_fee,
      coalesce(sum(r.processing_fee_cents), 0)::bigint as processing_fee,
      coalesce(sum(r.tax_cents), 0)::bigint as tax,
      coalesce(sum(r.commission_cents), 0)::bigint as commission
    from app_public.refund_items as r
    where r.organization_id = (refund_units.booking).organization_id
      and r.booking_item_id = c.booking_item_id
      and r.ticket_id is not distinct from c.ticket_id
      and r.unit_no is not distinct from c.unit_no
  ) as r
  order by c.booking_item_id, c.ticket_id, c.unit_no
$$;

comment on function app_private.refund_units(app_public.bookings) is
  'Tickets, units of add-ons, and other lines of a booking, with what of '
  'each was not taken back yet.';

--! split: 1117-functions-payments-request_refund.sql
-- A refund by staff: beyond the terms, so with words, and above the organization's threshold only
-- with a second person.
create or replace function app_private.request_refund(
  booking app_public.bookings, request app_public.refund_requests
)
returns app_public.refund_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := request_refund.booking;
  v_request app_public.refund_requests := request_refund.request;
  v_constraint text;
  v_column text;
begin
  -- Who asked in somebody's name could be the second person in their own.
  perform app_hidden.refuse_impersonator();
  -- What is unknown would be nothing when the threshold is asked, and all of
  -- it when it is carried out.
  if v_request.kind <> 'partial'
    and num_nulls(v_request.refunds_service_fees, v_request.refunds_processing_fees) > 0
  then
    raise exception 'Say whether fees come back.' using errcode = 'LMINP', detail = 'with_fees';
  end if;
  perform app_private.require_refundable(v_booking, v_request.kind);
  perform app_private.require_tickets_of(v_booking, v_request.ticket_ids);
  perform app_private.require_add_ons_of(
    v_booking, v_request.add_on_item_ids, v_request.add_on_quantities
  );
  v_request.organization_id := v_booking.organization_id;
  v_request.booking_id := v_booking.id;
  v_request.currency := v_booking.currency;
  v_request.is_exception := true;
  if v_request.kind = 'partial' and coalesce(v_request.amount_cents, 0) <= 0 then
    raise exception 'Name an amount above zero.' using errcode = 'LMINP', detail = 'amount_cents';
  end if;
  if v_request.kind = 'partial'
    and v_request.amount_cents % app_hidden.charge_step(v_request.currency) <> 0
  then
    raise exception 'An amount of this currency is a multiple of %.',
        app_hidden.charge_step(v_request.currency)
      using errcode = 'LMINP', detail = 'amount_cents';
  end if;
  v_request.amount_cents := (
    select coalesce(sum(app_private.total_of_part(p)), 0)
    from app_private.parts_of_request(v_booking, v_request) as p
  );
  if v_request.kind = 'fee_only' and v_request.amount_cents = 0 then
    raise exception 'No fees are left to return.' using errcode = 'LMRFX', detail = '0';
  end if;
  v_request.status := case
    when app_private.needs_approval(v_booking, v_request.amount_cents) then 'requested'
    else 'approved'
  end;
  v_request := app_private.store_refund_request(v_request);
  if v_request.status = 'approved' then
    v_request := app_private.carry_out_request(v_booking, v_request);
  else
    perform app_private.mail_members(
      v_booking.organization_id, 'payments.approve', 'refund_approval_needed',
      app_private.booking_words(v_booking) || jsonb_build_object(
        'amount', app_hidden.money_text(v_request.amount_cents, v_request.currency),
        'reason', v_request.note
      ),
      v_request.requested_by
    );
  end if;
  return v_request;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_private.request_refund(app_public.bookings, app_public.refund_requests) is
  'Writes a request of staff down, and carries it out unless somebody else has to approve it, '
  'who is mailed then. Raises LMBST, LMRFX, LMTUS, LMTVD, LMINP, LMIMP.';

--! split: 1118-functions-payments-require_accounts_on_their_side.sql
-- A correction may bring an account nearer to its side, and must not take it off. Between the parts
-- of a sale it moves what is left of them: of a sale that was taken back meanwhile, nothing, or one
-- account would keep what another one never got.
create or replace function app_private.require_accounts_on_their_side(
  correction app_public.ledger_corrections, booking_id uuid
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_kind app_public.ledger_account_kind;
begin
  select c.kind into v_kind
  from unnest(
    (require_accounts_on_their_side.correction).kinds,
    (require_accounts_on_their_side.correction).amounts_cents
  ) as c (kind, amount_cents)
  join app_public.ledger_account_rules as k on k.kind = c.kind and not k.may_be_negative
  join app_public.ledger_accounts as a
    on a.organization_id = (require_accounts_on_their_side.correction).organization_id
    and a.currency = (require_accounts_on_their_side.correction).currency and a.kind = c.kind
  cross join lateral (
    select sum(e.amount_cents) as balance
    from app_public.ledger_entries as e
    where e.organization_id = a.organization_id and e.account_id = a.id
  ) as e
  cross join lateral (
    select case k.normal_side when 'debit' then -1 else 1 end as direction
  ) as d
  where c.amount_cents * d.direction > 0 and e.balance * d.direction > 0
  union all
  select l.kind
  from app_public.bookings as b
  cross join app_private.left_of_sale(b) as l
  join unnest(
    (require_accounts_on_their_side.correction).kinds,
    (require_accounts_on_their_side.correction).amounts_cents
  ) as c (kind, amount_cents) on c.kind = l.kind
  where b.id = require_accounts_on_their_side.booking_id
    and l.kind <> 'buyer_clearing' and c.amount_cents > 0 and l.amount_cents > 0
  limit 1;
  if found then
    raise exception 'The correction would leave less than nothing on %.', v_kind
      using errcode = 'LMBAL', detail = v_kind::text,
        hint = 'Reject it, and ask for a smaller one.';
  end if;
end
$$;

comment on function app_private.require_accounts_on_their_side(
  app_public.ledger_corrections, uuid
) is
  'Raises LMBAL when a correction that was posted has left an account on the wrong side, or has '
  'moved more than is left of the sale of a booking.';

--! split: 1119-functions-payments-require_closable.sql
create or replace function app_private.require_closable(period app_public.accounting_periods)
returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid := (require_closable.period).organization_id;
  v_period date := (require_closable.period).period;
  v_mismatched bigint;
  v_pending bigint;
  v_findings bigint;
begin
  if exists (
    select
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
    where t.organization_id = v_organization_id and t.accounting_period = v_period
    group by a.currency
    having sum(e.amount_cents) <> 0
  ) then
    raise exception 'The month does not sum to zero.' using errcode = 'LMBAL', detail = 'period';
  end if;
  if exists (
    select
    from app_public.ledger_corrections as c
    join app_public.ledger_transactions as t
      on t.organization_id = c.organization_id and t.id = c.corrects_id
    where c.organization_id = v_organization_id
      and c.status = 'requested'
      and t.accounting_period = v_period
  ) then
    raise exception 'A correction of something in this month waits for a decision.'
      using errcode = 'LMPER', detail = 'corrections',
        hint = 'Ask the platform to post or reject it.';
  end if;
  -- A difference that somebody has closed with a note keeps nobody from closing the month.
  select count(*) filter (
      where m.reconciliation_status = 'mismatched' and not exists (
        select from app_public.payment_findings as f
        where f.organization_id = m.organization_id
          and f.kind like 'reconciliation\_%'
          and f.resolved_at is not null
          and f.detail @> jsonb_build_object(
            'books', jsonb_build_object('payment_transaction_ids', jsonb_build_array(m.id))
          )
      )
    ),
    count(*) filter (where m.reconciliation_status = 'pending')
  into v_mismatched, v_pending
  from app_public.payment_transactions as m
  where m.organization_id = v_organization_id
    and m.accounting_period = v_period
    and m.reconciliation_status <> 'matched';
  select count(*) into v_findings
  from app_public.payment_findings as f
  where f.organization_id = v_organization_id
    and f.kind like 'reconciliation\_%'
    and f.accounting_period <= v_period
    and f.resolved_at is null
    and f.gone_at is null;
  if v_findings > 0 then
    raise exception 'Stripe and the books differ in % places that nobody has closed.', v_findings
      using errcode = 'LMPER', detail = 'findings',
        hint = 'Look into each, and close it with resolve_payment_finding and a note.';
  end if;
  if v_mismatched > 0 then
    raise exception 'Of % movements of the month, Stripe says something else.', v_mismatched
      using errcode = 'LMPER', detail = 'mismatched', hint = 'Find out why, and correct it.';
  end if;
  return v_pending;
end
$$;

comment on function app_private.require_closable(app_public.accounting_periods) is
  'How many movements of a month were not compared with Stripe. Raises LMBAL or LMPER when '
  'it cannot be closed at all.';

--! split: 1120-functions-payments-require_payable.sql
-- Asked when a payout is made, submitted and approved, and once more just before it is sent.
create or replace function app_private.require_payable(organization_id uuid)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations;
begin
  select * into strict v_organization
  from app_public.organizations as o where o.id = require_payable.organization_id;
  if v_organization.status <> 'active' then
    perform app_private.raise_not_active(v_organization);
  end if;
  if v_organization.verification_status <> 'verified' then
    raise exception 'The organization is not verified.'
      using errcode = 'LMPOA', detail = 'unverified',
        hint = 'Hand in documents with requestOrganizationVerification.';
  end if;
end
$$;

comment on function app_private.require_payable(uuid) is
  'Raises LMORG for an organization that is suspended or closed, LMPOA for '
  'one that is not verified.';

--! split: 1121-functions-payments-require_tickets_of.sql
create or replace function app_private.require_tickets_of(
  booking app_public.bookings, ticket_ids uuid[]
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_bad uuid;
begin
  if require_tickets_of.ticket_ids is null then
    return;
  end if;
  if cardinality(require_tickets_of.ticket_ids) not between 1 and 10000
    or array_position(require_tickets_of.ticket_ids, null) is not null
    or cardinality(require_tickets_of.ticket_ids)
      <> (select count(distinct n) from unnest(require_tickets_of.ticket_ids) as n)
  then
    raise exception 'Name tickets, each once.' using errcode = 'LMINP', detail = 'ticket_ids';
  end if;
  select n into v_bad
  from unnest(require_tickets_of.ticket_ids) as n
  where not exists (
    select from app_public.tickets as t
    where t.organization_id = (require_tickets_of.booking).organization_id
      and t.booking_id = (require_tickets_of.booking).id
      and t.id = n
      and t.status in ('valid', 'used')
  )
  limit 1;
  if found then
    raise exception 'This is not a valid ticket of the booking.'
      using errcode = 'LMTVD', detail = v_bad::text;
  end if;
end
$$;

comment on function app_private.require_tickets_of(app_public.bookings, uuid[]) is
  'Raises LMTVD unless all are live tickets of the booking, LMINP for '
  'none, too many, or one twice.';

--! split: 1122-functions-payments-retry_parked_events.sql
-- For what no trigger told: a parent that came at the same moment, rows that were restored, and
-- jobs that were lost. Nothing that was received is forgotten.
create or replace function app_private.retry_parked_events(batch_limit integer default 500)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_private.stripe_events;
  v_count integer := 0;
begin
  for v_event in
    select * from app_private.stripe_events as e
    where e.applied_at is null
      and coalesce(e.retry_at, e.received_at + interval '5 minutes') < now()
    order by e.received_at
    limit retry_parked_events.batch_limit
    for update skip locked
  loop
    if v_event.outcome is null and v_event.received_at < now() - interval '1 day' then
      perform app_private.raise_event_finding(v_event, 'event_not_applied');
    end if;
    perform app_private.add_keyed_job(
      'stripe_event__apply', jsonb_build_object('event_id', v_event.id),
      'stripe_event:' || v_event.id
    );
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function app_private.retry_parked_events(integer) is
  'Has events tried again that wait for what they are about, or whose job was lost.';
grant execute on function app_private.retry_parked_events(integer) to lml_worker;

--! split: 1123-functions-payments-retry_payout.sql
create or replace function app_public.retry_payout(payout_id uuid)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := app_private.lock_payout(
    retry_payout.payout_id, 'payouts.manage'
  );
begin
  perform app_hidden.refuse_impersonator();
  perform app_private.require_payable(v_payout.organization_id);
  if v_payout.status <> 'failed' then
    perform app_private.raise_payout_status(v_payout);
  end if;
  return app_private.retry_payout_again(v_payout);
end
$$;

comment on function app_public.retry_payout(uuid) is
  'Has a payout sent again that Stripe has refused. Needs payouts.manage. Raises LMPOS, LMPOA, '
  'LMORG, LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.retry_payout(uuid) to lml_user;

--! split: 1124-functions-payments-return_payment.sql
create or replace function app_private.return_payment(
  intent app_public.payment_intents, asked_cents bigint
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  -- It had asked for this money, and others have its seats: whether or not the sweep was here, the
  -- refund must find it ended. Money that it had not asked for leaves it alone, and so does money
  -- that came before an answer.
  update app_public.bookings as b
  set status = 'expired', expires_at = null
  where b.id = (return_payment.intent).booking_id and b.status = 'pending_payment'
    and app_private.capture_method_of(b) <> 'manual'
    and case when (return_payment.intent).schedule_id is null
      then b.payment_plan_id is null
        and b.total_amount_cents <= (return_payment.intent).amount_cents
      else b.payment_plan_id is not null
        and (return_payment.intent).amount_cents = return_payment.asked_cents
    end
  returning * into v_booking;
  if found then
    perform app_private.free_seats(v_booking, app_private.held_seat_nos(v_booking));
    perform app_private.free_admissions(v_booking);
    perform app_private.withdraw_payment(v_booking);
  end if;
  perform app_private.queue_refund(
    return_payment.intent, (return_payment.intent).amount_cents, 'late_payment'
  );
  perform app_private.mail_refund(
    b, 'payment_returned', (return_payment.intent).amount_cents, 'late_payment'
  )
  from app_public.bookings as b where b.id = (return_payment.intent).booking_id;
end
$$;

comment on function app_private.return_payment(app_public.payment_intents, bigint) is
  'Queues the refund of a payment that buys nothing: too late, twice, or not what was asked for.';

--! split: 1125-functions-payments-reverse_payout.sql
create or replace function app_public.reverse_payout(
  payout_id uuid, reason text, amount_cents bigint default null,
  idempotency_key text default null
)
returns app_public.payout_reversals
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
  v_reversal app_public.payout_reversals;
  v_known uuid;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_platform_role('support');
  v_known := app_private.replay_result(
    reverse_payout.idempotency_key, 'reverse_payout',
    jsonb_build_array(reverse_payout.payout_id, reverse_payout.reason, reverse_payout.amount_cents)
  );
  if v_known is not null then
    select * into strict v_reversal from app_public.payout_reversals as r where r.id = v_known;
    return v_reversal;
  end if;
  v_payout := app_private.lock_payout_for_hold(reverse_payout.payout_id);
  if v_payout.status <> 'paid' then
    perform app_private.raise_payout_status(v_payout);
  end if;
  perform app_hidden.require_chargeable(
    reverse_payout.amount_cents, v_payout.currency, 'amount_cents'
  );
  insert into app_public.payout_reversals (
    organization_id, payout_id, amount_cents, reason, requested_by
  )
  values (
    v_payout.organization_id, v_payout.id,
    coalesce(reverse_payout.amount_cents, v_payout.net_payout_cents - v_payout.reversed_cents),
    trim(reverse_payout.reason), app_hidden.current_user_id()
  )
  returning * into v_reversal;
  update app_public.payouts as p
  set reversed_cents = p.reversed_cents + v_reversal.amount_cents
  where p.id = v_payout.id;
  perform app_private.add_stripe_job('payout_reversal.create', v_reversal.id, '0');
  perform app_private.keep_result(reverse_payout.idempotency_key, v_reversal.id);
  return v_reversal;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when numeric_value_out_of_range then
    raise exception 'That is more than was paid.' using errcode = 'LMINP', detail = 'amount_cents';
end
$$;

comment on function app_public.reverse_payout(uuid, text, bigint, text) is
  'Takes a payout back, or an amount of it; the payee is owed it again. For '
  'the platform''s support. '
  'Raises LMPOS, LMINP, LMNFD, LMRGT, LMIDK, LMAUT, LMSES.';
grant execute on function app_public.reverse_payout(uuid, text, bigint, text) to lml_user;

--! split: 1126-functions-payments-rounded.sql
-- Stripe charges currencies with three decimals in steps of ten of their minor unit, and two that
-- have lost their decimals in steps of a hundred: every part of a price is a multiple of it there.
-- Where the planner knows that a currency has no steps, it folds the division away.
create or replace function app_hidden.rounded(amount numeric, currency text)
returns bigint
language sql immutable parallel safe
return case
  when app_hidden.charge_step(rounded.currency) = 1 then round(rounded.amount)
  else round(rounded.amount / app_hidden.charge_step(rounded.currency))
    * app_hidden.charge_step(rounded.currency)
end::bigint;

comment on function app_hidden.rounded(numeric, text) is
  'An amount that can be charged in a currency, half away from zero.';

--! split: 1127-functions-payments-run_due_payouts.sql
-- Organization by organization, of which each is one transaction's part: what goes wrong with one
-- is a finding, and does not keep the others from being paid.
create or replace function app_private.run_due_payouts(batch_limit integer default 50)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_due record;
  v_count integer := 0;
begin
  for v_due in
    select d.organization_id, d.ends_at
    from app_private.due_payouts(run_due_payouts.batch_limit) as d
  loop
    insert into app_private.payout_runs (organization_id)
    values (v_due.organization_id) on conflict do nothing;
    -- Somebody else is at it.
    perform from app_private.payout_runs as r
    where r.organization_id = v_due.organization_id
      and (r.ran_until is null or r.ran_until < v_due.ends_at)
    for update skip locked;
    continue when not found;
    v_count := v_count + 1;
    begin
      perform app_private.run_payouts_of(v_due.organization_id, v_due.ends_at);
      update app_private.payout_runs as r
      set ran_until = v_due.ends_at, retry_at = null
      where r.organization_id = v_due.organization_id;
    exception when others then
      update app_private.payout_runs as r
      set retry_at = now() + interval '1 hour'
      where r.organization_id = v_due.organization_id;
      perform app_private.raise_payment_finding(
        'payouts_not_made', v_due.organization_id::text, v_due.organization_id, null,
        jsonb_build_object('code', sqlstate, 'reason', sqlerrm)
      );
    end;
  end loop;
  return v_count;
end
$$;

comment on function app_private.run_due_payouts(integer) is
  'Makes the payouts of periods that have ended; returns for how many organizations.';
grant execute on function app_private.run_due_payouts(integer) to lml_worker;

--! split: 1128-functions-payments-run_payouts_of.sql
create or replace function app_private.run_payouts_of(organization_id uuid, ends_at timestamptz)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payee record;
begin
  for v_payee in
    select a.promoter_id, c.currency
    from app_public.stripe_accounts as a
    cross join (
      select distinct l.currency from app_public.ledger_accounts as l
      where l.organization_id = run_payouts_of.organization_id
        and l.kind in ('organizer_payable', 'promoter_payable')
    ) as c
    where a.organization_id = run_payouts_of.organization_id
      and a.transfers_enabled and a.payout_enabled and a.deauthorized_at is null
    order by a.promoter_id nulls first, c.currency
  loop
    begin
      perform app_private.queue_payout(app_private.make_payout(
        run_payouts_of.organization_id, v_payee.promoter_id, v_payee.currency,
        run_payouts_of.ends_at, null
      ));
    exception when sqlstate 'LMPOE' then
      -- Carried over: it is in no payout, and the next one finds it.
      null;
    end;
  end loop;
end
$$;

comment on function app_private.run_payouts_of(uuid, timestamptz) is
  'Makes and submits what is to be paid to an organization and its '
  'promoters at the end of a period.';

--! split: 1129-functions-payments-set_cancellation_policy.sql
create or replace function app_public.set_cancellation_policy(
  organization_id uuid, days_before integer[], percentages numeric[],
  event_id uuid default null, refunds_service_fees boolean default false,
  refunds_processing_fees boolean default false
)
returns app_public.cancellation_policies
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_policy app_public.cancellation_policies;
  v_event app_public.events;
  v_constraint text;
  v_column text;
begin
  if set_cancellation_policy.event_id is null then
    perform app_private.lock_organization(
      set_cancellation_policy.organization_id, 'organization.manage'
    );
  else
    v_event := app_private.lock_event(set_cancellation_policy.event_id, 'events.manage');
    if v_event.organization_id <> set_cancellation_policy.organization_id then
      raise exception 'There is no such event, or it is not yours.' using errcode = 'LMNFD';
    end if;
  end if;
  perform app_private.require_cancellation_windows(
    set_cancellation_policy.days_before, set_cancellation_policy.percentages
  );
  select * into v_policy
  from app_public.cancellation_policies as c
  where c.organization_id = set_cancellation_policy.organization_id
    and c.event_id is not distinct from set_cancellation_policy.event_id
  order by c.version desc limit 1;
  -- Saying the same again makes no new version.
  if v_policy.refunds_service_fees = set_cancellation_policy.refunds_service_fees
    and v_policy.refunds_processing_fees = set_cancellation_policy.refunds_processing_fees
    and not exists (
      (
        select w.days_before, w.percentage from app_public.cancellation_windows as w
        where w.organization_id = v_policy.organization_id and w.policy_id = v_policy.id
      )
      except
      select d, p::numeric(7, 4) from unnest(days_before, percentages) as n (d, p)
    )
    and cardinality(days_before) = (
      select count(*) from app_public.cancellation_windows as w
      where w.organization_id = v_policy.organization_id and w.policy_id = v_policy.id
    )
  then
    return v_policy;
  end if;
  insert into app_public.cancellation_policies (
    organization_id, event_id, version, refunds_service_fees, refunds_processing_fees, created_by
  )
  values (
    set_cancellation_policy.organization_id, set_cancellation_policy.event_id,
    coalesce(v_policy.version, 0) + 1, set_cancellation_policy.refunds_service_fees,
    set_cancellation_policy.refunds_processing_fees, app_hidden.current_user_id()
  )
  returning * into v_policy;
  insert into app_public.cancellation_windows (policy_id, organization_id, days_before, percentage)
  select v_policy.id, v_policy.organization_id, n.d, n.p
  from unnest(set_cancellation_policy.days_before, set_cancellation_policy.percentages)
    as n (d, p);
  return v_policy;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_cancellation_policy(
  uuid, integer[], numeric[], uuid, boolean, boolean
) is
  'Sets the terms on which tickets are taken back from now on: until so many days before the '
  'start, so much is returned; without windows, nothing. Of one event, with events.manage, or of '
  'all others, with organization.manage. Bookings keep the terms they were bought under. '
  'Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.set_cancellation_policy(
  uuid, integer[], numeric[], uuid, boolean, boolean
) to lml_user;

--! split: 1130-functions-payments-set_event_promoter.sql
create or replace function app_public.set_event_promoter(
  event_id uuid, promoter_id uuid default null, share_percentage numeric default null
)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    set_event_promoter.event_id, 'events.manage'
  );
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_permission(v_event.organization_id, 'books.manage');
  if set_event_promoter.promoter_id is null then
    delete from app_public.event_promoters as ep
    where ep.organization_id = v_event.organization_id and ep.event_id = v_event.id;
    return v_event;
  end if;
  if not exists (
    select from app_public.promoters as p
    where p.organization_id = v_event.organization_id
      and p.id = set_event_promoter.promoter_id
  ) then
    raise exception 'There is no such promoter, or it is not yours.'
      using errcode = 'LMNFD', detail = 'promoter_id';
  end if;
  insert into app_public.event_promoters (
    organization_id, event_id, promoter_id, share_percentage
  )
  values (
    v_event.organization_id, v_event.id, set_event_promoter.promoter_id,
    set_event_promoter.share_percentage
  )
  on conflict on constraint event_promoters_pkey do update
  set promoter_id = excluded.promoter_id, share_percentage = excluded.share_percentage;
  return v_event;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when numeric_value_out_of_range then
    raise exception 'The share is out of range.'
      using errcode = 'LMINP', detail = 'share_percentage';
end
$$;

comment on function app_public.set_event_promoter(uuid, uuid, numeric) is
  'Who brings buyers to an event, and for which share of what commission leaves; without a '
  'promoter, nobody does from here on. Bookings that are confirmed keep their share. '
  'Needs events.manage and books.manage. Raises LMINP, LMNFD, LMRGT, LMAUT.';
grant execute on function app_public.set_event_promoter(uuid, uuid, numeric) to lml_user;

--! split: 1131-functions-payments-settle_payment.sql
-- Who paid more than the price, since it fell in the same moment, has what is in the booking now,
-- and the difference back. Who paid less has bought nothing, nor has whoever paid before an answer.
create or replace function app_private.settle_payment(
  intent app_public.payment_intents, before app_public.payment_intents
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents := settle_payment.intent;
  v_booking app_public.bookings;
  v_is_wanted boolean;
begin
  select * into strict v_booking
  from app_public.bookings as b where b.id = v_intent.booking_id;
  if app_private.is_unanswered(v_booking, v_intent, settle_payment.before) then
    v_is_wanted := false;
  elsif v_intent.schedule_id is null then
    v_is_wanted := app_private.confirm_booking(
      v_booking.id, least(v_intent.amount_cents, v_booking.total_amount_cents)
    );
  else
    v_is_wanted := v_intent.amount_cents = (settle_payment.before).amount_cents
      and app_private.receive_installment(v_intent);
  end if;
  if not v_is_wanted then
    perform app_private.return_payment(v_intent, (settle_payment.before).amount_cents);
    return;
  end if;
  if v_intent.schedule_id is null and v_intent.amount_cents > v_booking.total_amount_cents then
    perform app_private.queue_refund(
      v_intent, v_intent.amount_cents - v_booking.total_amount_cents, 'late_payment'
    );
  end if;
  if v_intent.capture_requested_at is not null then
    perform app_private.mail_booking(b, 'booking_charged')
    from app_public.bookings as b where b.id = v_booking.id;
  end if;
  if (settle_payment.before).status in ('canceled', 'failed') then
    -- An attempt that was given up was faster than the one after it.
    perform app_private.withdraw_payment(b)
    from app_public.bookings as b where b.id = v_booking.id;
  end if;
end
$$;

comment on function app_private.settle_payment(
  app_public.payment_intents, app_public.payment_intents
) is 'What becomes of a booking with money that has arrived, or of the money.';

--! split: 1132-functions-payments-shares_of_return.sql
-- Fees and tax on top of the price, and the commission, are taken from their own accounts, as far
-- as a correction has left that much there; the rest is shared out by what is left inside the
-- price. On top of it is what the items have left; those of the part that is taken back are written
-- already.
create or replace function app_private.shares_of_return(
  booking app_public.bookings, part app_private.refund_part
)
returns table (kind app_public.ledger_account_kind, amount_cents bigint)
language sql stable security definer set search_path = ''
as $$
  with returned as (
    select
      coalesce(sum(i.service_fee_cents), 0) as service_fee_cents,
      coalesce(sum(i.processing_fee_cents), 0) as processing_fee_cents,
      coalesce(sum(i.tax_cents), 0) as tax_cents
    from app_public.refund_items as i
    where i.organization_id = (shares_of_return.booking).organization_id
      and i.booking_id = (shares_of_return.booking).id
  ),
  credits as (
    select k.position, k.kind, k.part_cents, k.total_cents - k.returned_cents as on_top_cents,
      greatest(0, coalesce(-l.amount_cents, 0)) as left_cents
    from returned as r
    cross join lateral (
      values
        (1, 'organizer_payable'::app_public.ledger_account_kind, 0::bigint, 0::bigint, 0::numeric),
        (2, 'promoter_payable', 0, 0, 0),
        (3, 'service_fees', (shares_of_return.part).service_fee_cents,
          (shares_of_return.booking).service_fee_cents, r.service_fee_cents),
        (4, 'processing_fees', (shares_of_return.part).processing_fee_cents,
          (shares_of_return.booking).processing_fee_cents, r.processing_fee_cents),
        (5, 'taxes_payable', (shares_of_return.part).tax_cents,
          (shares_of_return.booking).tax_cents, r.tax_cents),
        (6, 'platform_commission', (shares_of_return.part).commission_cents, null, null)
    ) as k (position, kind, part_cents, total_cents, returned_cents)
    left join app_private.left_of_sale(shares_of_return.booking) as l on l.kind = k.kind
  ),
  taken as (
    select c.position, c.kind, c.left_cents, least(c.part_cents, c.left_cents) as taken_cents,
      -- None of the commission.
      greatest(0, c.left_cents - coalesce(c.part_cents + c.on_top_cents, c.left_cents))
        as inside_cents
    from credits as c
  ),
  rest as (
    select sum(t.inside_cents) as inside_cents,
      app_private.total_of_part(shares_of_return.part) - sum(t.taken_cents) as cents
    from taken as t
  ),
  shared as (
    select app_hidden.distribute(
      r.cents::bigint,
      array_agg(
        case when r.cents <= r.inside_cents then t.inside_cents
          else t.left_cents - t.taken_cents end::bigint
        order by t.position
      ),
      1
    ) as cents
    from taken as t
    cross join rest as r
    group by r.cents
  )
  select t.kind, t.taken_cents + s.cents[t.position]
  from taken as t
  cross join shared as s
$$;

comment on function app_private.shares_of_return(
  app_public.bookings, app_private.refund_part
) is
  'From which accounts of a sale a part of it is taken back: never more than the books have left '
  'of it there.';

--! split: 1133-functions-payments-start_closing_period.sql
create or replace function app_public.start_closing_period(organization_id uuid, period date)
returns app_public.accounting_periods
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_period app_public.accounting_periods := app_private.lock_period(
    start_closing_period.organization_id, start_closing_period.period
  );
begin
  if v_period.status <> 'open' then
    return v_period;
  end if;
  if v_period.ends_at > now() then
    raise exception 'The month has not ended.'
      using errcode = 'LMPER', detail = v_period.period::text,
        hint = format('It ends at %s.', v_period.ends_at);
  end if;
  update app_public.accounting_periods as p
  set status = 'closing', closing_started_at = now()
  where p.id = v_period.id
  returning * into v_period;
  return v_period;
end
$$;

comment on function app_public.start_closing_period(uuid, date) is
  'From here on nothing is posted into a month that has ended, so that it can be checked: what '
  'comes late is posted into the next one. Needs books.manage. Raises LMPER, LMNFD, LMRGT, LMAUT.';
grant execute on function app_public.start_closing_period(uuid, date) to lml_user;

--! split: 1134-functions-payments-statement_lines.sql
-- What an account closes with is summed on its own, and not from the lines above it, so that
-- whoever adds them up has checked something.
create or replace function app_private.statement_lines(
  organization_id uuid, from_at timestamptz, to_at timestamptz
)
returns setof app_public.statement_line
language sql stable security definer set search_path = ''
as $$
  with moved as (
    select e.account_id, t.category, count(*)::integer as facts, sum(e.amount_cents) as amount
    from app_public.accounting_periods as p
    join app_public.ledger_transactions as t
      on t.organization_id = p.organization_id and t.accounting_period = p.period
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    where p.organization_id = statement_lines.organization_id
      and p.starts_at < statement_lines.to_at
      and p.ends_at > statement_lines.from_at
      and t.effective_at >= statement_lines.from_at
      and t.effective_at < statement_lines.to_at
    group by e.account_id, t.category
  ),
  opening as (
    select b.* from app_private.ledger_balances_at(
      statement_lines.organization_id, statement_lines.from_at
    ) as b
  ),
  closing as (
    select b.* from app_private.ledger_balances_at(
      statement_lines.organization_id, statement_lines.to_at
    ) as b
  ),
  lines as (
    select o.account_id, 1 as position, 'opening' as line, null as category,
      null::integer as facts, o.balance_cents as amount
    from opening as o
    union all
    select m.account_id, 2, 'movement', m.category, m.facts, m.amount from moved as m
    union all
    select c.account_id, 3, 'closing', null, null, c.balance_cents from closing as c
  )
  select a.currency, a.kind, l.line, l.category, l.facts,
    (case k.normal_side when 'debit' then l.amount else -l.amount end)::bigint
  from lines as l
  join app_public.ledger_accounts as a
    on a.organization_id = statement_lines.organization_id and a.id = l.account_id
  join app_public.ledger_account_rules as k on k.kind = a.kind
  -- An account on which nothing is and nothing was has no lines.
  where exists (
    select from lines as other where other.account_id = l.account_id and other.amount <> 0
  )
  order by a.currency, a.kind, l.position, l.category
$$;

comment on function app_private.statement_lines(uuid, timestamptz, timestamptz) is
  'Opening, movements by category, and closing of each account, from a moment to another.';

--! split: 1135-functions-payments-stripe_news.sql
create or replace function app_private.stripe_news(event jsonb, object jsonb)
returns text
language sql immutable security definer set search_path = ''
as $$
  select concat_ws(
    '.',
    case when stripe_news.object ->> 'status' = 'canceled' then '1' else '0' end,
    lpad(floor((stripe_news.event ->> 'created')::numeric)::text, 12, '0'),
    case stripe_news.object ->> 'status'
      when 'requires_payment_method' then case
        when jsonb_typeof(stripe_news.object -> 'last_payment_error') = 'object' then '4'
        else '0'
      end
      when 'requires_confirmation' then '1'
      when 'requires_action' then '2'
      when 'processing' then '3'
      when 'requires_capture' then '5'
      else '6'
    end,
    stripe_news.event ->> 'id'
  ) collate "C"
$$;

comment on function app_private.stripe_news(jsonb, jsonb) is
  'Orders the news of one payment, by text: whether it has ended, when, how far on it was, and '
  'then by the event''s id, so that the order of arrival does not matter.';

--! split: 1136-functions-payments-take_payment.sql
create or replace function app_public.take_payment(
  booking_id uuid, method app_public.payment_method, idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking_of_staff(
    take_payment.booking_id, 'bookings.sell'
  );
  v_intent app_public.payment_intents;
begin
  if app_private.replay_result(
    take_payment.idempotency_key, 'take_payment',
    jsonb_build_array(take_payment.booking_id, take_payment.method)
  ) is not null then
    return app_private.masked_booking(v_booking);
  end if;
  if coalesce(take_payment.method = 'card', true) then
    raise exception 'Cards are charged by Stripe.' using errcode = 'LMINP', detail = 'method';
  end if;
  update app_public.payment_intents as p
  set status = 'succeeded', received_cents = p.amount_cents, succeeded_at = now(),
    taken_by = app_hidden.require_user_id(), method = take_payment.method
  where p.organization_id = v_booking.organization_id and p.booking_id = v_booking.id
    and p.method = 'invoice' and p.status = 'pending'
  returning * into v_intent;
  if v_intent.id is not null then
    perform app_private.post_box_office_payment(v_intent);
  elsif v_booking.status = 'pending_payment'
    and app_private.capture_method_of(v_booking) = 'manual'
  then
    raise exception 'The organization has not answered this order yet.'
      using errcode = 'LMBST', detail = 'approval',
        hint = 'Its buyer has a card authorized, then somebody says yes or no.';
  elsif v_booking.status = 'partially_paid'
    or (v_booking.status = 'pending_payment' and v_booking.expires_at > now())
  then
    perform app_private.receive_at_box_office(v_booking, take_payment.method);
  else
    raise exception 'Nothing is due of this booking; it is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  perform app_private.keep_result(take_payment.idempotency_key, v_booking.id);
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.take_payment(uuid, app_public.payment_method, text) is
  'Takes what is due of a booking without Stripe: an invoice, the next installment, or a price '
  'that is being paid, whose open attempt at Stripe is given up. Needs bookings.sell at the venue. '
  'Raises LMBST (nothing is due, or not before an answer), LMEXP, LMINP, LMNFD, LMRGT, LMIDK, '
  'LMAUT, LMSES.';
grant execute on function app_public.take_payment(uuid, app_public.payment_method, text)
  to lml_user;

--! split: 1137-functions-payments-tg__wake_parked_events.sql
-- When what an event waited for gets its id at Stripe, or its money, of which
-- a dispute may tell first.
create or replace function app_hidden.tg__wake_parked_events()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform app_private.wake_parked_events(
    case tg_table_name
      when 'refunds' then to_jsonb(new) ->> 'stripe_refund_id'
      else to_jsonb(new) ->> 'stripe_payment_intent_id'
    end
  );
  return null;
end
$$;

comment on function app_hidden.tg__wake_parked_events() is 'Adds jobs for parked events.';

create or replace trigger _900_wake_parked_events
  after update of stripe_payment_intent_id on app_public.payment_intents
  for each row
  when (old.stripe_payment_intent_id is distinct from new.stripe_payment_intent_id)
  execute function app_hidden.tg__wake_parked_events();
create or replace trigger _900_wake_parked_events
  after update of stripe_refund_id on app_public.refunds
  for each row
  when (old.stripe_refund_id is distinct from new.stripe_refund_id)
  execute function app_hidden.tg__wake_parked_events();
create or replace trigger _900_wake_parked_disputes
  after update of status on app_public.payment_intents
  for each row
  when (
    new.status = 'succeeded' and old.status <> 'succeeded'
    and new.stripe_payment_intent_id is not null
  )
  execute function app_hidden.tg__wake_parked_events();

--! split: 1138-functions-payments-tg_accounting_periods__check_status.sql
-- A month goes from open over closing to closed, in the order of the months, and never back, except
-- that closing may be given up. What it is, and when, is never changed.
create or replace function app_hidden.tg_accounting_periods__check_status()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if (new.id, new.organization_id, new.period, new.starts_at, new.ends_at)
      is distinct from (old.id, old.organization_id, old.period, old.starts_at, old.ends_at)
    or old.status = 'closed'
    or (old.status = 'open' and new.status = 'closed')
  then
    raise exception 'A month of the books is % and stays as it is.', old.status
      using errcode = 'LMAPP', hint = 'What comes late is posted into the first open month.';
  end if;
  -- Whoever is posting into it has its key locked, which a change of the
  -- status alone does not meet.
  if new.status <> old.status then
    perform from app_public.accounting_periods as p where p.id = old.id for update;
  end if;
  if new.status <> 'open' and old.status = 'open' and exists (
    select from app_public.accounting_periods as p
    where p.organization_id = new.organization_id and p.period < new.period and p.status = 'open'
  ) then
    raise exception 'An earlier month is still open.'
      using errcode = 'LMPER', detail = new.period::text, hint = 'Close the months in their order.';
  end if;
  if new.status = 'closed' and exists (
    select from app_public.accounting_periods as p
    where p.organization_id = new.organization_id and p.period < new.period
      and p.status <> 'closed'
  ) then
    raise exception 'An earlier month is not closed.'
      using errcode = 'LMPER', detail = new.period::text, hint = 'Close the months in their order.';
  end if;
  if new.status = 'open' and old.status = 'closing' and exists (
    select from app_public.accounting_periods as p
    where p.organization_id = new.organization_id and p.period > new.period
      and p.status <> 'open'
  ) then
    raise exception 'A later month is being closed.'
      using errcode = 'LMPER', detail = new.period::text, hint = 'Reopen the last one first.';
  end if;
  return new;
end
$$;

comment on function app_hidden.tg_accounting_periods__check_status() is
  'Raises LMAPP for a change of a closed month, LMPER for months out of their order.';

create or replace trigger _200_check_status
  before update on app_public.accounting_periods
  for each row execute function app_hidden.tg_accounting_periods__check_status();
create or replace trigger _210_refuse_delete
  before delete on app_public.accounting_periods
  for each row execute function app_hidden.tg__refuse_change();
create or replace trigger _200_refuse_truncate
  before truncate on app_public.accounting_periods
  for each statement execute function app_hidden.tg__refuse_change();

--! split: 1139-functions-payments-tg_payouts__check_status.sql
-- Only the moves that payout_status_transitions lists, whoever makes them. What was sent, and
-- what is paid, stays as it is.
create or replace function app_hidden.tg_payouts__check_status()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    if new.status <> 'draft' then
      raise exception 'A payout begins as a draft.' using errcode = 'LMTRN';
    end if;
    return new;
  end if;
  if old.status <> new.status and not exists (
    select from app_public.payout_status_transitions as t
    where t.from_status = old.status and t.to_status = new.status
  ) then
    raise exception 'A payout cannot go from % to %.', old.status, new.status
      using errcode = 'LMTRN', detail = old.id::text;
  end if;
  if old.status not in ('draft', 'pending_approval', 'approved') and (
    new.net_payout_cents, new.organization_id, new.promoter_id, new.currency, new.stripe_account_id
  ) is distinct from (
    old.net_payout_cents, old.organization_id, old.promoter_id, old.currency, old.stripe_account_id
  ) then
    raise exception 'What was sent stays as it is.' using errcode = 'LMAPP', detail = old.id::text;
  end if;
  if new.status = 'approved' and new.approved_at is null then
    new.approved_at := now();
  end if;
  return new;
end
$$;

comment on function app_hidden.tg_payouts__check_status() is 'Raises LMTRN, LMAPP.';

create or replace trigger _200_check_status
  before insert or update on app_public.payouts
  for each row execute function app_hidden.tg_payouts__check_status();
create or replace trigger _210_refuse_delete
  before delete on app_public.payouts
  for each row execute function app_hidden.tg__refuse_change();

--! split: 1140-functions-payments-unblock_booking.sql
-- As it was before; or as it would be now, if its show was canceled or went by meanwhile. The lock
-- on the performance makes the job wait that completes its bookings, so that none is left out.
create or replace function app_private.unblock_booking(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := unblock_booking.booking;
  v_performance app_public.performances;
  v_is_owed boolean := exists (
    select from app_public.booking_payment_schedule as s
    where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id
      and s.status <> 'paid'
  );
begin
  select * into strict v_performance
  from app_public.performances as p
  where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id
  for share;
  update app_public.bookings as b
  set status = case
    when v_is_owed then 'partially_paid'
    when v_performance.bookings_completed_at is not null then 'completed'
    else 'confirmed'
  end::app_public.booking_status
  where b.id = v_booking.id
  returning * into v_booking;
  update app_public.tickets as t
  set is_disputed = false
  where t.organization_id = v_booking.organization_id and t.booking_id = v_booking.id
    and t.is_disputed;
  -- The last installment came meanwhile.
  if not v_is_owed and v_booking.payment_plan_id is not null and not exists (
    select from app_public.tickets as t
    where t.organization_id = v_booking.organization_id and t.booking_id = v_booking.id
  ) then
    perform app_private.issue_tickets(v_booking);
  end if;
  if v_performance.status = 'canceled' and not exists (
    select from app_public.tickets as t
    where t.organization_id = v_booking.organization_id and t.booking_id = v_booking.id
      and t.status = 'used'
  ) and v_booking.status <> 'completed' then
    perform app_private.end_booking(
      v_booking, 'It was canceled while the payment was disputed.', 'event_canceled'
    );
  end if;
end
$$;

comment on function app_private.unblock_booking(app_public.bookings) is
  'Gives a booking back what a dispute kept from it.';

--! split: 1141-functions-tickets-held_tickets.sql
-- As an array the ids go through the key, and "is true" keeps the index of taken seats out: on a
-- database that nobody has analyzed yet, a plan read every good ticket of the platform by it.
create or replace function app_public.held_tickets()
returns setof app_public.tickets
language sql stable set search_path = ''
as $$
  select * from app_public.tickets as t
  where t.id = any (array(select app_hidden.held_ticket_ids()))
    and (t.status in ('valid', 'used')) is true
  order by t.id
$$;

comment on function app_public.held_tickets() is
  'The tickets that you have: bought and not handed on, or received from somebody.';
grant execute on function app_public.held_tickets() to lml_anonymous, lml_user;

--! split: 1142-functions-tickets-issue_tickets.sql
-- One ticket per seat or admission. The parts of a line are shared out so that its
-- tickets sum to it exactly.
create or replace function app_private.issue_tickets(booking app_public.bookings)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_layout_id uuid;
  v_count integer;
begin
  select p.layout_id into strict v_layout_id
  from app_public.performances as p where p.id = (issue_tickets.booking).performance_id;

  with issued as (
    insert into app_public.tickets (
      organization_id, performance_id, booking_id, booking_item_id, ticket_category_id, seat_no,
      ticket_number, section, row_name, seat_number, face_value_cents, discount_cents,
      fees_paid_cents, tax_paid_cents, total_paid_cents, currency
    )
    select
      i.organization_id, (issue_tickets.booking).performance_id, i.booking_id, i.id,
      i.ticket_category_id, s.seat_no, 'TKT-' || app_hidden.random_code(10), section.name,
      s.row_name, s.seat_number, i.unit_price_cents, share.discount, share.fees, share.tax,
      i.unit_price_cents - share.discount + share.fees + share.tax,
      (issue_tickets.booking).currency
    from app_public.booking_items as i
    cross join generate_series(1, i.quantity) as n (ordinality)
    left join app_public.layout_seats as s
      on s.organization_id = i.organization_id
      and s.layout_id = v_layout_id
      and s.seat_no = i.seat_nos[n.ordinality]
    left join app_public.layout_sections as section
      on section.organization_id = s.organization_id
      and section.layout_id = s.layout_id
      and section.section_no = s.section_no
    cross join lateral (
      select
        app_hidden.share_to_charge(
          i.discount_cents, n.ordinality, i.quantity, (issue_tickets.booking).currency
        ) as discount,
        app_hidden.share_to_charge(
          i.service_fee_cents + i.processing_fee_cents, n.ordinality, i.quantity,
          (issue_tickets.booking).currency
        ) as fees,
        app_hidden.share_to_charge(
          i.tax_cents, n.ordinality, i.quantity, (issue_tickets.booking).currency
        ) as tax
    ) as share
    where i.organization_id = (issue_tickets.booking).organization_id
      and i.booking_id = (issue_tickets.booking).id
      and i.item_type in ('seat', 'admission')
    returning organization_id, id
  )
  insert into app_private.ticket_credentials (organization_id, ticket_id, credential_hash)
  select t.organization_id, t.id,
    app_hidden.hash_token(app_private.ticket_credential_of(t.id, 1))
  from issued as t;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_private.issue_tickets(app_public.bookings) is
  'Issues the tickets of a booking that has just been confirmed; returns how many.';

--! split: 1143-functions-tickets-mark_add_on_delivered.sql
-- The booking is locked first, so that what is given out is not refunded at the same moment.
create or replace function app_public.mark_add_on_delivered(booking_item_id uuid)
returns app_public.add_on_deliveries
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_item app_public.booking_items;
  v_booking app_public.bookings;
  v_delivery app_public.add_on_deliveries;
begin
  select * into v_item
  from app_public.booking_items as i
  where i.id = mark_add_on_delivered.booking_item_id and i.add_on_id is not null;
  select * into v_booking
  from app_public.bookings as b
  where b.organization_id = v_item.organization_id and b.id = v_item.booking_id;
  perform app_hidden.require_performance_permission(
    v_booking.organization_id, v_booking.performance_id, 'tickets.scan'
  );
  select * into strict v_booking
  from app_public.bookings as b where b.id = v_booking.id
  for no key update;
  select * into strict v_item from app_public.booking_items as i where i.id = v_item.id;
  if v_booking.status not in ('confirmed', 'completed')
    or v_item.returned_quantity = v_item.quantity
  then
    raise exception 'The booking is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  insert into app_public.add_on_deliveries (
    booking_item_id, organization_id, performance_id, delivered_by
  )
  values (
    v_item.id, v_booking.organization_id, v_booking.performance_id, app_hidden.current_user_id()
  )
  on conflict on constraint add_on_deliveries_pkey do nothing
  returning * into v_delivery;
  if v_delivery.booking_item_id is null then
    raise exception 'The buyer has got it already.'
      using errcode = 'LMTUS', detail = v_item.id::text;
  end if;
  return v_delivery;
end
$$;

comment on function app_public.mark_add_on_delivered(uuid) is
  'Notes that a buyer has got an add-on, once. Needs tickets.scan. '
  'Raises LMTUS (they have got it already), LMBST (it is not paid for, or came back), '
  'LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.mark_add_on_delivered(uuid) to lml_user;

--! split: 1144-functions-tickets-open_add_on.sql
-- The buyer's own, and nobody's who acts for them. The booking is locked first, so that it is not
-- refunded at the same moment.
create or replace function app_public.open_add_on(booking_item_id uuid)
returns app_public.opened_add_on
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_item app_public.booking_items;
  v_opened app_public.opened_add_on;
begin
  select b.* into v_booking
  from app_public.bookings as b
  where b.id = (
      select i.booking_id from app_public.booking_items as i
      where i.id = open_add_on.booking_item_id and i.add_on_id is not null
    )
    and (
      b.user_id = app_hidden.current_user_id()
      or b.cart_token_hash = app_hidden.current_cart_hash()
    )
  for no key update;
  if not found then
    perform app_private.require_buyer();
    raise exception 'There is no such add-on, or it is not yours.'
      using errcode = 'LMBKG', detail = format('%s', open_add_on.booking_item_id),
        hint = 'Give the line of your booking that has add_on_id, not the add-on.';
  end if;
  perform app_hidden.refuse_impersonator();
  select * into strict v_item
  from app_public.booking_items as i where i.id = open_add_on.booking_item_id;
  if v_booking.status not in ('confirmed', 'completed')
    or v_item.returned_quantity >= v_item.quantity
  then
    raise exception 'The add-on is not paid for, or was returned.'
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  select v_item.id, a.id, a.name, d.url, app_private.draw_add_on_codes(v_item), null
  into v_opened
  from app_public.add_ons as a
  left join app_private.add_on_downloads as d
    on d.organization_id = a.organization_id and d.add_on_id = a.id
  where a.organization_id = v_item.organization_id and a.id = v_item.add_on_id
    and a.delivery = 'digital';
  if v_opened.download_url is null and coalesce(v_opened.codes, '{}') = '{}' then
    raise exception 'There is nothing to download.'
      using errcode = 'LMNFD', hint = 'Ask the organization; quote the booking reference.';
  end if;
  insert into app_public.add_on_deliveries (
    booking_item_id, organization_id, performance_id, delivered_by
  )
  values (
    v_item.id, v_item.organization_id, v_booking.performance_id, app_hidden.current_user_id()
  )
  on conflict on constraint add_on_deliveries_pkey do nothing;
  select d.delivered_at into strict v_opened.opened_at
  from app_public.add_on_deliveries as d
  where d.organization_id = v_item.organization_id and d.booking_item_id = v_item.id;
  return v_opened;
end
$$;

comment on function app_public.open_add_on(uuid) is
  'What the buyer of a digital add-on gets: its address, and a code for each unit, which are drawn '
  'now and stay the same. When they first looked is noted as its delivery. '
  'Raises LMBKG, LMBST (it is not paid for, or was returned), LMNFD (there is nothing yet), LMFEW '
  '(try again), LMIMP, LMSES, LMCRT.';
grant execute on function app_public.open_add_on(uuid) to lml_anonymous, lml_user;

--! split: 1145-functions-tickets-open_door.sql
-- A scanner, or staff with a session: who it is, where they stand, and what the performance allows.
-- A gate that is named must be one of this venue, in use; without one, every ticket may enter here.
create or replace function app_private.open_door(
  performance_id uuid, gate_id uuid, at_gate boolean default true
)
returns app_private.door
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_door app_private.door;
  v_device app_public.scanner_devices;
  v_may_scan boolean;
begin
  -- Who is asking, and whether they have the right by their role in all of the organization, as
  -- most who scan do, is asked in the same statement. Everything else, and every refusal, is left
  -- to has_performance_permission.
  select s.user_id, p.organization_id, p.id, p.status = 'canceled',
    app_hidden.closing_time(p.starts_at, p.ends_at), e.reentry_limit, e.venue_id,
    exists (
      select from app_public.organization_members as m
      join app_public.role_permissions as r on r.role = m.role and r.permission = 'tickets.scan'
      where m.organization_id = p.organization_id
        and m.user_id = s.user_id
        and m.status = 'active'
        and not m.venues_restricted
    )
  into v_door.user_id, v_door.organization_id, v_door.performance_id, v_door.is_canceled,
    v_door.closes_at, v_door.reentry_limit, v_door.venue_id, v_may_scan
  from app_public.performances as p
  join app_public.events as e on e.id = p.event_id and e.organization_id = p.organization_id
  left join app_private.current_session as s on true
  where p.id = open_door.performance_id;
  if v_door.user_id is null then
    select d.* into v_device
    from app_public.scanner_devices as d
    where d.id = app_hidden.current_device_id();
    if v_device.id is not null
      and (v_device.organization_id, v_device.venue_id)
        is distinct from (v_door.organization_id, v_door.venue_id)
    then
      raise exception 'There is no such performance at the venue of this scanner.'
        using errcode = 'LMNFD', detail = format('%s', open_door.performance_id);
    end if;
    v_door.device_id := v_device.id;
    v_door.device := v_device.name;
  end if;
  if v_door.device_id is null
    and v_may_scan is not true
    and app_hidden.has_performance_permission(
      v_door.organization_id, v_door.performance_id, 'tickets.scan'
    ) is not true
  then
    perform app_hidden.require_performance_permission(
      v_door.organization_id, v_door.performance_id, 'tickets.scan'
    );
  end if;

  if open_door.at_gate then
    v_door.gate_id := coalesce(open_door.gate_id, v_device.gate_id);
  end if;
  if v_door.gate_id is not null then
    select g.name, z.id is not null, z.sections, z.ticket_categories
    into v_door.gate, v_door.has_zone, v_door.sections, v_door.ticket_categories
    from app_public.entry_gates as g
    left join app_public.entry_zones as z
      on z.organization_id = g.organization_id and z.id = g.zone_id
    where g.id = v_door.gate_id
      and g.organization_id = v_door.organization_id
      and g.venue_id = v_door.venue_id
      and g.closed_at is null;
    if v_door.gate is null then
      raise exception 'There is no such gate at this venue, or it is closed.'
        using errcode = 'LMNFD', detail = v_door.gate_id::text;
    end if;
  end if;
  return v_door;
end
$$;

comment on function app_private.open_door(uuid, uuid, boolean) is
  'What a scan must know before it looks at a ticket. '
  'Raises LMNFD, LMRGT, LMAUT, LMSES.';

--! split: 1146-functions-tickets-require_answers.sql
-- Where an organizer asks nothing, answers are free texts. An answer to a question that was retired
-- is kept and not looked at: it was good when it was given.
create or replace function app_private.require_answers(ticket app_public.tickets, answers jsonb)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_bad text;
begin
  if jsonb_typeof(require_answers.answers) is distinct from 'object' or not exists (
    select from app_private.questions_for(require_answers.ticket)
  ) then
    return;
  end if;
  select a.key into v_bad
  from jsonb_each_text(require_answers.answers) as a
  left join app_private.questions_for(require_answers.ticket) as q on q.id::text = a.key
  where q.id is null
    or (q.retired_at is null and not coalesce(app_hidden.is_answer(q, a.value), false))
  order by q.sort_order, q.id
  limit 1;
  if found then
    raise exception 'This is no answer to a question that is asked.'
      using errcode = 'LMINP', detail = v_bad;
  end if;
  if app_hidden.has_performance_permission(
    (require_answers.ticket).organization_id, (require_answers.ticket).performance_id,
    'tickets.manage'
  ) then
    return;
  end if;
  select q.id::text into v_bad
  from app_private.questions_for(require_answers.ticket) as q
  where q.is_required and q.retired_at is null and not require_answers.answers ? q.id::text
  order by q.sort_order, q.id
  limit 1;
  if found then
    raise exception 'A question that must be answered is not.'
      using errcode = 'LMINP', detail = v_bad;
  end if;
end
$$;

comment on function app_private.require_answers(app_public.tickets, jsonb) is
  'Raises LMINP, naming the question, for what is no answer, and for a missing one; staff '
  'may leave questions open.';

--! split: 1147-functions-tickets-scan_ticket.sql
create or replace function app_public.scan_ticket(
  performance_id uuid, credential text, gate text default null, device text default null,
  gate_id uuid default null, direction app_public.scan_direction default 'in'
)
returns app_public.ticket_scans
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_door app_private.door := app_private.open_door(
    scan_ticket.performance_id, scan_ticket.gate_id
  );
  v_admission app_private.admission;
  v_scan app_public.ticket_scans;
begin
  if length(scan_ticket.gate) > 50 or length(scan_ticket.device) > 100 then
    raise exception 'Names of gates have at most 50 characters, of devices 100.'
      using errcode = 'LMINP', detail = 'gate, device';
  end if;
  v_admission := app_private.admit(
    v_door, app_hidden.hash_token(scan_ticket.credential),
    coalesce(scan_ticket.direction, 'in'), now()
  );

  insert into app_public.ticket_scans (
    organization_id, performance_id, ticket_id, result, code, direction, gate, entry_gate_id,
    device, scanner_device_id, scanned_by
  )
  values (
    v_door.organization_id, v_door.performance_id, v_admission.ticket_id, v_admission.result,
    v_admission.code, coalesce(scan_ticket.direction, 'in'),
    coalesce(v_door.gate, scan_ticket.gate), v_door.gate_id,
    coalesce(v_door.device, scan_ticket.device), v_door.device_id, v_door.user_id
  )
  returning * into v_scan;
  return v_scan;
end
$$;

comment on function app_public.scan_ticket(
  uuid, text, text, text, uuid, app_public.scan_direction
) is
  'Lets the holder of a QR code in, or out. The result says why not, with the code LMTUS (used), '
  'LMTVD (canceled), LMTFO (another performance), LMTWG (another gate), LMTEX (it is over), LMTRP '
  '(replaced by another code), LMTDP (its payment is disputed), LMTNI (nobody is inside with it) '
  'or LMTUK (unknown); each attempt is recorded. For registered scanners, and members with '
  'tickets.scan. Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.scan_ticket(
  uuid, text, text, text, uuid, app_public.scan_direction
) to lml_user;

--! split: 1148-functions-tickets-set_ticket_attendee.sql
create or replace function app_public.set_ticket_attendee(
  ticket_id uuid, first_name text default null, last_name text default null,
  email text default null, phone text default null, answers jsonb default '{}'
)
returns app_public.ticket_attendees
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket app_public.tickets := app_private.lock_held_ticket(set_ticket_attendee.ticket_id);
  v_attendee app_public.ticket_attendees;
  v_constraint text;
  v_column text;
begin
  if not app_hidden.has_performance_permission(
    v_ticket.organization_id, v_ticket.performance_id, 'tickets.manage'
  ) then
    perform app_private.require_valid_ticket(v_ticket);
    if (
      select coalesce(p.doors_at, p.starts_at) from app_public.performances as p
      where p.organization_id = v_ticket.organization_id and p.id = v_ticket.performance_id
    ) <= now() then
      perform app_private.raise_ticket_bound('open', 'The doors are open: ask the organizer.');
    end if;
  end if;
  perform app_private.require_answers(v_ticket, set_ticket_attendee.answers);
  insert into app_public.ticket_attendees as a (
    organization_id, performance_id, ticket_id, first_name, last_name, email, phone, answers
  )
  values (
    v_ticket.organization_id, v_ticket.performance_id, v_ticket.id, set_ticket_attendee.first_name,
    set_ticket_attendee.last_name, set_ticket_attendee.email::public.citext,
    set_ticket_attendee.phone, set_ticket_attendee.answers
  )
  on conflict on constraint ticket_attendees_one_per_ticket do update
  set first_name = excluded.first_name, last_name = excluded.last_name, email = excluded.email,
    phone = excluded.phone, answers = excluded.answers
  returning * into v_attendee;
  return v_attendee;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_ticket_attendee(uuid, text, text, text, text, jsonb) is
  'Says who comes with a ticket, in place of what was said before, with texts by id of a question: '
  'what is chosen, true or false, a number. For its holder until the doors open, and for staff '
  'with tickets.manage, who may leave questions open. '
  'Raises LMNFD, LMTUS, LMTVD, LMTRB (the doors are open), LMINP, LMSES, LMCRT.';
grant execute on function app_public.set_ticket_attendee(uuid, text, text, text, text, jsonb)
  to lml_anonymous, lml_user;

--! split: 1149-functions-risk-record_signal.sql
-- Everything that rules may ask later, as it is now. A setting that is no address is unknown, not
-- an error: what a proxy sends must not stop a sale.
create or replace function app_private.record_signal(
  booking_id uuid, stage app_public.fraud_stage, tickets integer, phone text default null
)
returns app_private.booking_signals
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_country text := app_private.current_country();
  v_ip_address text := current_setting('lml.ip_address', true);
  v_signal app_private.booking_signals;
begin
  insert into app_private.booking_signals (
    organization_id, booking_id, performance_id, stage, user_id, buyer_key, email, ip_address,
    device, user_agent, country, expected_countries, is_disposable_email, tickets, amount_cents,
    currency
  )
  select
    b.organization_id, b.id, b.performance_id, record_signal.stage, b.user_id,
    coalesce(uuid_send(b.user_id), b.cart_token_hash), lower(b.customer_email::text),
    case when pg_input_is_valid(v_ip_address, 'inet')
      then app_private.network_of(v_ip_address::inet)
    end,
    left(nullif(current_setting('lml.device', true), ''), 200),
    left(nullif(current_setting('lml.user_agent', true), ''), 1000),
    v_country,
    case when v_country is not null and record_signal.stage = 'checkout'
      then app_private.expected_countries(record_signal.phone, b.performance_id)
    end,
    coalesce(app_private.is_disposable_email(b.customer_email::text), false),
    record_signal.tickets, b.total_amount_cents, b.currency
  from app_public.bookings as b
  where b.id = record_signal.booking_id
  returning * into v_signal;
  return v_signal;
end
$$;

comment on function app_private.record_signal(uuid, app_public.fraud_stage, integer, text) is
  'Writes down who holds or checks out, and from where.';

--! split: 1150-functions-risk-tg_stripe_events__note_failure.sql
-- An event of the inbox is applied once, and so a declined payment is counted once.
create or replace function app_hidden.tg_stripe_events__note_failure()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_intent_id text := new.payload #>> '{data,object,metadata,lml_payment_intent_id}';
begin
  insert into app_private.payment_failure_signals (
    stripe_event_id, organization_id, booking_id, buyer_key, email, ip_address, device
  )
  select
    new.id, b.organization_id, b.id, coalesce(uuid_send(b.user_id), b.cart_token_hash),
    lower(b.customer_email::text), s.ip_address, s.device
  from app_public.payment_intents as p
  join app_public.bookings as b on b.organization_id = p.organization_id and b.id = p.booking_id
  left join app_private.booking_signals as s
    on s.organization_id = b.organization_id and s.booking_id = b.id and s.stage = 'checkout'
  where p.id = v_intent_id::uuid;
  return null;
end
$$;

comment on function app_hidden.tg_stripe_events__note_failure() is
  'Writes payment_failure_signals.';

create or replace trigger _500_note_failure
  after update of outcome on app_private.stripe_events
  for each row
  when (
    old.applied_at is null and new.outcome = 'applied'
    and new.type = 'payment_intent.payment_failed'
  )
  execute function app_hidden.tg_stripe_events__note_failure();

--! split: 1151-functions-audit-is_month_as_sealed.sql
-- What forgot personal values, with a record of it, counts as it was when it was sealed.
create or replace function app_private.is_month_as_sealed(closed app_private.closed_months)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select (is_month_as_sealed.closed).rows_hash is null
    or (is_month_as_sealed.closed).rows_hash = (
      select sha256(coalesce(
        string_agg(
          case
            when h.row_hash <> r.row_hash and app_private.has_redaction_record(l.id, h.row_hash)
            then r.row_hash
            else h.row_hash
          end,
          ''::bytea order by l.id
        ),
        ''::bytea
      ))
      from app_public.audit_log as l
      cross join lateral app_hidden.audit_row_hash(l) as h (row_hash)
      left join app_private.audit_sealed_rows as r on r.audit_id = l.id
      where l.created_at >= (is_month_as_sealed.closed).month::timestamp at time zone 'UTC'
        and l.created_at
          < ((is_month_as_sealed.closed).month + interval '1 month') at time zone 'UTC'
    )
$$;

comment on function app_private.is_month_as_sealed(app_private.closed_months) is
  'Whether the rows of a month of the audit log are those that were sealed, or were redacted with '
  'a record of it; true for other tables.';

--! split: 1152-functions-audit-tg__audit.sql
-- Only the fields that changed, in the transaction of the change. Of columns that the trigger names
-- it is told that they changed, and not what they are: they are secret.
create or replace function app_hidden.tg__audit()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_old jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  v_new jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  v_row jsonb := coalesce(v_new, v_old);
begin
  if tg_op = 'UPDATE' then
    select
      jsonb_object_agg(n.key, v_old -> n.key), jsonb_object_agg(n.key, n.value)
    into v_old, v_new
    from jsonb_each(v_new) as n
    where n.value is distinct from v_old -> n.key and n.key <> 'updated_at';
    if v_new is null then
      return null;
    end if;
  end if;
  if tg_nargs > 0 then
    v_old := app_hidden.mask_fields(v_old, tg_argv);
    v_new := app_hidden.mask_fields(v_new, tg_argv);
  end if;

  insert into app_public.audit_log (
    organization_id, action, entity_type, entity_id, user_id, impersonator_id, database_role,
    request_id, ip_address, user_agent, old_values, new_values
  )
  values (
    case tg_table_name
      when 'organizations' then v_row ->> 'id'
      else v_row ->> 'organization_id'
    end::uuid,
    lower(tg_op), tg_table_name,
    coalesce(
      v_row ->> 'id', v_row ->> 'venue_id', v_row ->> 'organization_id', v_row ->> 'user_id'
    )::uuid,
    app_hidden.current_user_id(), app_hidden.current_impersonator_id(), session_user,
    nullif(current_setting('lml.request_id', true), ''),
    -- What a proxy makes of an address is no reason to refuse a change.
    case when pg_input_is_valid(current_setting('lml.ip_address', true), 'inet')
      then current_setting('lml.ip_address', true)::inet
    end,
    nullif(current_setting('lml.user_agent', true), ''),
    v_old, v_new
  );
  return null;
end
$$;

comment on function app_hidden.tg__audit() is 'Writes audit_log.';

do $do$
declare
  v_table text;
begin
  foreach v_table in array array[
    'booking_status_transitions', 'currencies', 'customers', 'discount_codes',
    'discount_redemptions', 'events', 'memberships', 'organization_members',
    'organization_settings', 'organizations', 'payment_intents', 'performances', 'platform_staff',
    'pricing_rules', 'refunds', 'role_permissions', 'subscription_tiers', 'tax_jurisdictions',
    'tax_rates', 'ticket_categories', 'ticket_category_prices', 'user_sessions', 'users',
    'venue_compliance', 'venues'
  ] loop
    execute format(
      'create or replace trigger _500_audit after insert or update or delete on app_public.%I '
      'for each row execute function app_hidden.tg__audit()',
      v_table
    );
  end loop;
end
$do$;

-- Whoever holds seats writes no row here: booking_state_transitions has every status and its actor,
-- and the lines of a booking are its history. What is audited is who it is for, and what it costs
-- once it is no draft any more. Tickets come and go with the status of their booking, and
-- ticket_scans has the rest.
create or replace trigger _500_audit
  after delete or update of organization_id, performance_id, booking_reference, user_id,
    customer_id, customer_email, customer_name, commission_percentage, currency
  on app_public.bookings
  for each row execute function app_hidden.tg__audit('cart_token_hash');
create or replace trigger _500_audit_amounts
  after update of subtotal_cents, discount_cents, service_fee_cents, processing_fee_cents,
    tax_cents, total_amount_cents
  on app_public.bookings
  for each row when (old.status <> 'draft')
  execute function app_hidden.tg__audit('cart_token_hash');

-- Failed sign-ins are counted in user_credentials, which is no change of the account.
create or replace trigger _500_audit
  after insert or delete or update of password_hash, password_changed_at
  on app_private.user_credentials
  for each row execute function app_hidden.tg__audit('password_hash');
create or replace trigger _500_audit
  after insert or delete or update of user_id, encrypted_secret, confirmed_at
  on app_private.two_factor_secrets
  for each row execute function app_hidden.tg__audit('encrypted_secret', 'last_time_step');
create or replace trigger _500_audit
  after insert or update or delete on app_private.signing_keys
  for each row execute function app_hidden.tg__audit('key');
create or replace trigger _500_audit
  after insert or update or delete on app_private.partition_retention
  for each row execute function app_hidden.tg__audit();
create or replace trigger _500_audit
  after insert or update or delete on app_private.closed_months
  for each row execute function app_hidden.tg__audit();

--! split: 1153-functions-audit-verify_audit_log.sql
create or replace function app_private.verify_audit_log(
  known_seal_no bigint default null, known_hash bytea default null
)
returns table (problem text, seal_no bigint, audit_id uuid)
language sql stable security definer set search_path = ''
as $$
  with chain as (
    select
      s.*,
      lag(s.hash) over (order by s.seal_no) as hash_before,
      lag(s.seal_no) over (order by s.seal_no) as seal_before,
      count(*) over () as seals
    from app_private.audit_seals as s
  ),
  last_seal as (select s.up_to from app_private.audit_seals as s order by s.seal_no desc limit 1),
  closed as (
    select c.*, to_char(c.month, 'YYYY-MM') as name
    from app_private.closed_months as c
    where c.table_name = 'audit_log'
  )
  select 'a seal is missing before this one', c.seal_no, null::uuid
  from chain as c
  where c.seal_no <> coalesce(c.seal_before, 0) + 1

  union all
  select 'the seal does not follow the one before it', c.seal_no, null
  from chain as c
  where c.previous_hash <> coalesce(c.hash_before, sha256('last-minute-live audit log'))

  union all
  select 'the seal does not fit its rows', c.seal_no, null
  from chain as c
  where c.hash <> app_hidden.audit_seal_hash(c.previous_hash, c.seal_no)
    or c.row_count <> (
      select count(*) from app_private.audit_sealed_rows as r where r.seal_no = c.seal_no
    )

  union all
  select
    case
      when l.id is null then 'a row is missing'
      when r.audit_id is null then 'a row was inserted'
      else 'a row was changed'
    end,
    r.seal_no, coalesce(r.audit_id, l.id)
  from app_private.audit_sealed_rows as r
  full join (
    select
      l.id, app_hidden.audit_row_hash(l) as row_hash,
      date_trunc('month', l.created_at at time zone 'UTC')::date as month
    from app_public.audit_log as l, last_seal as s
    where l.transaction_id < s.up_to
  ) as l on l.id = r.audit_id
  where (l.row_hash, l.month) is distinct from (r.row_hash, r.month)
    -- Its month was dropped by a rule, which the next questions are about.
    and not (
      l.id is null
      and exists (select from closed as c where c.month = r.month and c.dropped_at is not null)
    )
    -- What forgot personal values, and has a record of it in the log, is as it should be.
    and not (
      l.id is not null
      and l.month = r.month
      and app_private.has_redaction_record(l.id, l.row_hash)
    )

  union all
  select 'the closed month ' || c.name || ' does not fit its rows', null, null
  from closed as c
  where c.rows_hash is distinct from app_hidden.closed_month_hash(c.month)
    or c.row_count <> (
      select count(*) from app_private.audit_sealed_rows as r where r.month = c.month
    )

  union all
  select 'the month ' || c.name || ' was dropped before its time', null, null
  from closed as c
  where (c.month + make_interval(months => 1 + c.months_kept)) at time zone 'UTC'
      > least(c.dropped_at, now())

  union all
  select 'the dropped month ' || c.name || ' has rows', null, null
  from closed as c
  where c.dropped_at is not null
    and exists (
      select from app_public.audit_log as l
      where l.created_at >= c.month::timestamp at time zone 'UTC'
        and l.created_at < (c.month + interval '1 month') at time zone 'UTC'
    )

  union all
  -- Dropping is audited, and so sealed, itself, until that month is dropped in its turn.
  select 'the audit log does not know that the month ' || c.name || ' was dropped', null, null
  from closed as c
  where c.dropped_at is not null
    and not exists (
      select from app_public.audit_log as l
      where l.entity_type = 'closed_months'
        and l.entity_id = c.id
        and l.action = 'update'
        and (l.new_values ->> 'dropped_at')::timestamptz = c.dropped_at
        and (l.new_values ->> 'months_kept')::integer = c.months_kept
        and l.created_at = c.dropped_at
    )
    and not exists (
      select from closed as later
      where later.dropped_at is not null
        and later.month = date_trunc('month', c.dropped_at at time zone 'UTC')::date
    )

  union all
  select 'the chain does not contain the hash that you know', verify_audit_log.known_seal_no, null
  where verify_audit_log.known_seal_no is not null
    and not exists (
      select from app_private.audit_seals as s
      where s.seal_no = verify_audit_log.known_seal_no
        and s.hash = verify_audit_log.known_hash
    )
$$;

comment on function app_private.verify_audit_log(bigint, bytea) is
  'Everything that was done to the sealed part of the audit log: no row, nothing. Whoever can '
  'rewrite the whole chain can remove its end, so note a seal and its '
  'hash elsewhere and give them.';
grant execute on function app_private.verify_audit_log(bigint, bytea) to lml_worker;

--! split: 1154-functions-privacy-apply_retention.sql
-- Rows that somebody works on are left for the next time. A checkout that finds a customer's entry
-- at the moment at which it is anonymized waits for that, and then is a sale of its own: what it
-- writes about the buyer is in its booking.
create or replace function app_private.apply_retention(batch_limit integer default 500)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_rule app_private.retention_rules;
  v_due text;
  v_user_id uuid;
  v_request_id uuid;
  v_total integer := 0;
begin
  for v_rule in
    select r.* from app_private.retention_rules as r where r.is_enabled order by r.rule
  loop
    v_due := format(
      'from %s as t where %s limit %s for update skip locked',
      v_rule.relation, app_private.retention_filter(v_rule), apply_retention.batch_limit
    );
    if v_rule.action = 'erase' then
      for v_user_id in execute 'select t.id ' || v_due loop
        insert into app_public.privacy_requests (kind, user_id)
        values ('erasure', v_user_id)
        returning id into v_request_id;
        perform app_private.add_job('user__erase', jsonb_build_object('request_id', v_request_id));
        v_total := v_total + 1;
      end loop;
    else
      v_total := v_total + app_private.forget_rows(
        v_rule.relation, format('t.ctid = any (array(select t.ctid %s))', v_due),
        is_deleted => v_rule.action = 'delete'
      );
    end if;
  end loop;
  return v_total;
end
$$;

comment on function app_private.apply_retention(integer) is
  'Removes what was kept long enough, so many rows of each rule; returns how many. '
  'Call it until that is none.';
grant execute on function app_private.apply_retention(integer) to lml_worker;

--! split: 1155-functions-privacy-bought_by.sql
-- What somebody else bought with an account of their own, and had sent to this person's address,
-- says from where and with which device: that is about whoever bought it.
create or replace function app_private.bought_by(person app_private.person)
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select b.id
  from app_public.bookings as b
  where b.id = any ((bought_by.person).booking_ids)
    and (
      b.user_id is null
      or b.user_id = (bought_by.person).user_id
      -- Or by an account whose address it is, for an organization, which knows no accounts.
      or (bought_by.person).user_id is null
      and exists (
        select from app_public.users as u
        where u.id = b.user_id and u.email operator(public.=) b.customer_email
      )
    )
$$;

comment on function app_private.bought_by(app_private.person) is
  'The bookings of a person that nobody else made.';

--! split: 1156-functions-privacy-erase_customer.sql
-- A checkout under the same address either has made its booking the customer's, and is waited for
-- at the customer's row; or comes later, and is a sale of its own.
create or replace function app_public.erase_customer(customer_id uuid)
returns app_public.privacy_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_customer app_public.customers := app_private.require_customer(
    erase_customer.customer_id, 'privacy.manage'
  );
  v_request app_public.privacy_requests;
  v_locked uuid[];
  v_person app_private.person;
begin
  v_person := app_private.person_of_customer(v_customer.id);
  v_locked := array(
    select b.id from app_public.bookings as b
    where b.id = any (v_person.booking_ids)
    order by b.id
    for no key update
  );
  perform from app_public.customers as c where c.id = v_customer.id for update;
  v_person := app_private.person_of_customer(v_customer.id);
  if not v_person.booking_ids <@ v_locked then
    raise exception 'A booking was made meanwhile.' using errcode = '40001';
  end if;
  perform app_private.require_no_open_money(v_person.booking_ids);

  insert into app_public.privacy_requests (organization_id, kind, customer_id, requested_by)
  values (v_customer.organization_id, 'erasure', v_customer.id, app_hidden.current_user_id())
  returning * into v_request;
  update app_public.privacy_requests as r
  set completed_at = now(), summary = app_private.erase_person(v_person, v_request.id)
  where r.id = v_request.id
  returning * into v_request;
  return v_request;
end
$$;

comment on function app_public.erase_customer(uuid) is
  'Forgets who a customer of the organization is: the books stay, the person goes. Their account, '
  'if they have one, is their own. Needs privacy.manage. '
  'Raises LMOPN (money on its way), LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.erase_customer(uuid) to lml_user;

--! split: 1157-functions-privacy-erase_left_bookings.sql
-- The account is forgotten already, and its address with it: what is left is known by its id alone.
create or replace function app_private.erase_left_bookings(request app_public.privacy_requests)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_person app_private.person;
  v_left uuid[];
begin
  perform from app_public.bookings as b
  where b.id = any ((erase_left_bookings.request).left_booking_ids)
  order by b.id
  for no key update;
  v_left := app_private.bookings_with_open_money((erase_left_bookings.request).left_booking_ids);
  v_person.customer_ids := '{}';
  v_person.emails := '{}';
  v_person.booking_ids := array(
    select id from unnest((erase_left_bookings.request).left_booking_ids) as id
    where id <> all (v_left)
  );
  perform app_private.erase_person(v_person, (erase_left_bookings.request).id);
  update app_public.privacy_requests as r
  set left_booking_ids = v_left, completed_at = case when v_left = '{}' then now() end
  where r.id = (erase_left_bookings.request).id;
  return v_person.booking_ids <> '{}';
end
$$;

comment on function app_private.erase_left_bookings(app_public.privacy_requests) is
  'Forgets a person in orders under their address for which money was '
  'open; whether there were any.';

--! split: 1158-functions-privacy-erase_user.sql
-- Bookings are locked before the account, as everywhere. A checkout that began while the account
-- was still open either has its booking already, and is waited for; or finds it run out. A
-- booking that appeared meanwhile waited at the account's row: then the job begins anew. Only
-- what was bought with the account makes the person wait for money. What others bought under the
-- address, or the person as a guest, stays until its money has arrived: the request stays open,
-- and the job comes back for it.
create or replace function app_private.erase_user(request_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_request app_public.privacy_requests;
  v_locked uuid[];
  v_person app_private.person;
  v_draft app_public.bookings;
  v_left uuid[];
  v_member app_public.organization_members;
  v_summary jsonb;
begin
  select * into strict v_request
  from app_public.privacy_requests as r
  where r.id = erase_user.request_id and r.kind = 'erasure' and r.user_id is not null
  for update;
  if v_request.completed_at is not null then
    return false;
  end if;
  if v_request.left_booking_ids <> '{}' then
    return app_private.erase_left_bookings(v_request);
  end if;

  v_person := app_private.person_of_user(v_request.user_id);
  v_locked := array(
    select b.id from app_public.bookings as b
    where b.id = any (v_person.booking_ids)
    order by b.id
    for no key update
  );
  for v_draft in
    select b.* from app_public.bookings as b
    where b.user_id = v_request.user_id and b.status = 'draft'
    order by b.id
    for no key update
  loop
    perform app_private.end_booking(v_draft, null, 'customer_request');
  end loop;
  perform from app_public.users as u where u.id = v_request.user_id for update;
  v_person := app_private.person_of_user(v_request.user_id);
  if not v_person.booking_ids <@ v_locked then
    raise exception 'A booking was made meanwhile.' using errcode = '40001';
  end if;
  perform app_private.require_no_open_money(
    array(select b.id from app_public.bookings as b where b.user_id = v_request.user_id)
  );
  v_left := app_private.bookings_with_open_money(v_person.booking_ids);
  v_person.booking_ids := array(
    select id from unnest(v_person.booking_ids) as id where id <> all (v_left)
  );

  for v_member in
    select m.* from app_public.organization_members as m where m.user_id = v_request.user_id
  loop
    perform app_private.end_membership(v_member);
  end loop;
  v_summary := app_private.erase_person(v_person, v_request.id);
  v_summary := v_summary || jsonb_build_object(
    'app_public.audit_log', app_private.redact_audit_actor(v_request.user_id, v_request.id)
  );
  update app_public.privacy_requests as r
  set completed_at = case when v_left = '{}' then now() end, summary = v_summary,
    left_booking_ids = v_left
  where r.id = v_request.id;
  return true;
end
$$;

comment on function app_private.erase_user(uuid) is
  'Does what request_erasure asked for; false when it was done. Raises LMOPN while money is open '
  'for what the account bought.';
grant execute on function app_private.erase_user(uuid) to lml_worker;

--! split: 1159-functions-privacy-export_person.sql
-- Every table of personal_tables, without secrets. Who else worked on an entry is their own affair,
-- and so is what somebody else bought with an account of their own and had sent to this person: it
-- says from where, and with which device. Erasure does forget the address that it was sent to.
create or replace function app_private.export_person(person app_private.person)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_person app_private.person := export_person.person;
  v_table record;
  v_rows jsonb;
  v_document jsonb := '{}';
begin
  if v_person.user_id is not null then
    v_person.booking_ids := array(
      select b.id
      from app_public.bookings as b
      where b.id = any (v_person.booking_ids)
        and coalesce(b.user_id = v_person.user_id, true)
      order by b.id
    );
  end if;
  for v_table in
    select p.relation, p.section, p.belongs, array(
      select c.column_name from app_private.column_classes as c
      where c.relation = p.relation and c.class = 'secret'
    ) as secrets
    from app_private.personal_tables as p
    where p.section is not null
    order by p.position
  loop
    execute format(
      'select coalesce(jsonb_agg(to_jsonb(t) - $2 %s order by to_jsonb(t) ->> ''id''), ''[]'') '
      'from %s as t where %s',
      case when v_table.relation = 'app_public.audit_log' then
        '- case when t.user_id is distinct from ($1).user_id then '
        'array[''user_id'', ''impersonator_id'', ''ip_address'', ''user_agent'', ''request_id''] '
        'else ''{}'' end'
      end,
      v_table.relation, v_table.belongs
    )
    into v_rows using v_person, v_table.secrets;
    v_document := v_document || jsonb_build_object(v_table.section, v_rows);
  end loop;
  return jsonb_build_object('format', 'lml-export/1', 'exported_at', now()) || v_document;
end
$$;

comment on function app_private.export_person(app_private.person) is
  'What is stored about a person: one document, one list for each table.';

--! split: 1160-functions-privacy-is_redaction.sql
create or replace function app_private.is_redaction(
  before app_public.audit_log, after app_public.audit_log
)
returns boolean
language sql stable set search_path = ''
as $$
  select
    to_jsonb(is_redaction.before) - f.forgettable = to_jsonb(is_redaction.after) - f.forgettable
    and ((is_redaction.after).ip_address is null
      or (is_redaction.after).ip_address = (is_redaction.before).ip_address)
    and ((is_redaction.after).user_agent is null
      or (is_redaction.after).user_agent = (is_redaction.before).user_agent)
    and (is_redaction.after).old_values is not distinct from app_private.redacted_values(
      (is_redaction.before).old_values, array(
        select v.key from jsonb_each((is_redaction.after).old_values) as v
        where v.value = '"erased"'
      )
    )
    and (is_redaction.after).new_values is not distinct from app_private.redacted_values(
      (is_redaction.before).new_values, array(
        select v.key from jsonb_each((is_redaction.after).new_values) as v
        where v.value = '"erased"'
      )
    )
  from (values (array['old_values', 'new_values', 'ip_address', 'user_agent'])) as f (forgettable)
$$;

comment on function app_private.is_redaction(app_public.audit_log, app_public.audit_log) is
  'Whether one row of the audit log is another one that forgot values, and nothing else.';

--! split: 1161-functions-privacy-masked_booking.sql
-- A function that changes a booking returns its row past the policies. Whoever may change it
-- without having bought it, and may not read names, is not told them in this way either.
create or replace function app_private.masked_booking(booking app_public.bookings)
returns app_public.bookings
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := masked_booking.booking;
begin
  if not app_private.may_read_buyer(v_booking) then
    v_booking.customer_email := null;
    v_booking.customer_name := null;
  end if;
  return v_booking;
end
$$;

comment on function app_private.masked_booking(app_public.bookings) is
  'The booking, without name and address for whoever is neither its buyer nor may read names.';

--! split: 1162-functions-privacy-person_of_user.sql
-- An account, and what was bought with it or under its address. An address counts once it is
-- proven: nobody may ask for a stranger's history by typing where that stranger reads mail.
create or replace function app_private.person_of_user(user_id uuid)
returns app_private.person
language sql stable security definer set search_path = ''
as $$
  with account as (
    select u.id, u.email, u.email_verified_at is not null as is_proven
    from app_public.users as u
    where u.id = person_of_user.user_id
  ),
  entries as (
    select c.id
    from app_public.customers as c, account as a
    where a.is_proven
      and (c.user_id = a.id or c.user_id is null and c.email operator(public.=) a.email)
    union
    -- Another address that only this account ever gave.
    select c.id
    from account as a
    join app_public.bookings as b on b.user_id = a.id
    join app_public.customers as c on c.organization_id = b.organization_id and c.id = b.customer_id
    where coalesce(c.user_id = a.id, true)
      and not exists (
        select from app_public.bookings as other
        where other.organization_id = c.organization_id
          and other.customer_id = c.id
          and other.user_id is distinct from a.id
      )
  )
  select a.id,
    array(select e.id from entries as e order by e.id),
    array(
      select b.id from app_public.bookings as b where b.user_id = a.id
      union
      select b.id from app_public.bookings as b
      where b.customer_id in (select e.id from entries as e)
      order by 1
    ),
    case when a.is_proven then array[a.email] else '{}' end
  from account as a
$$;

comment on function app_private.person_of_user(uuid) is 'Everything that belongs to a user.';

--! split: 1163-functions-privacy-record_consent.sql
-- Saying the same again adds nothing: the newest row of a purpose is what is in force.
create or replace function app_private.record_consent(consent app_public.consents)
returns app_public.consents
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_last app_public.consents;
  v_constraint text;
  v_column text;
begin
  -- Two answers at once are put in an order.
  perform from app_public.users as u
  where u.id = (record_consent.consent).user_id for no key update;
  perform from app_public.customers as c
  where c.id = (record_consent.consent).customer_id for no key update;
  select * into v_last
  from app_public.consents as c
  where c.purpose = (record_consent.consent).purpose
    and c.organization_id is not distinct from (record_consent.consent).organization_id
    and (
      c.user_id = (record_consent.consent).user_id
      or c.customer_id = (record_consent.consent).customer_id
    )
  order by c.created_at desc, c.id desc
  limit 1;
  if v_last.is_given = (record_consent.consent).is_given
    and (
      not v_last.is_given or v_last.wording_version = (record_consent.consent).wording_version
    )
  then
    return v_last;
  end if;
  insert into app_public.consents (
    organization_id, user_id, customer_id, purpose, is_given, wording_version, source, created_at
  )
  values (
    (record_consent.consent).organization_id, (record_consent.consent).user_id,
    (record_consent.consent).customer_id, (record_consent.consent).purpose,
    (record_consent.consent).is_given,
    case when (record_consent.consent).is_given then (record_consent.consent).wording_version
      else coalesce(v_last.wording_version, 'none')
    end,
    (record_consent.consent).source, clock_timestamp()
  )
  returning * into v_last;
  return v_last;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when foreign_key_violation then
    raise exception 'There is no such organization.'
      using errcode = 'LMNFD', detail = 'organization_id';
end
$$;

comment on function app_private.record_consent(app_public.consents) is
  'Adds what was said about a purpose, unless it is in force; returns '
  'what is. Raises LMINP, LMNFD.';

--! split: 1164-functions-privacy-redact_audit_log.sql
create or replace function app_private.redact_audit_log(
  entity_type text, entity_ids uuid[], request_id uuid
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_fields text[] := array(
    select c.column_name from app_private.column_classes as c
    where c.relation = 'app_public.' || redact_audit_log.entity_type
      and c.on_erasure in ('anonymize', 'delete')
  );
  v_row app_public.audit_log;
  v_redacted app_public.audit_log;
  v_count integer := 0;
begin
  for v_row in
    select l.* from app_public.audit_log as l
    where l.entity_type = redact_audit_log.entity_type
      and l.entity_id = any (redact_audit_log.entity_ids)
    order by l.id
  loop
    v_redacted := v_row;
    v_redacted.old_values := app_private.redacted_values(v_row.old_values, v_fields);
    v_redacted.new_values := app_private.redacted_values(v_row.new_values, v_fields);
    continue when v_redacted is not distinct from v_row;
    perform app_private.redact_audit_row(v_redacted, redact_audit_log.request_id);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function app_private.redact_audit_log(text, uuid[], uuid) is
  'The audit log forgets the personal values of these rows of a table; '
  'returns how many of its own.';

--! split: 1165-functions-privacy-request_guest_consent.sql
-- The answer is the same whether the address is known or not: what there is to say goes to the
-- mailbox, and nothing counts before it has answered.
create or replace function app_public.request_guest_consent(
  organization_id uuid, email text, purpose app_public.consent_purpose, is_given boolean,
  wording_version text
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_token text := app_public.create_cart_token();
  v_organization app_public.organizations;
  v_constraint text;
  v_column text;
begin
  perform app_private.require_buyer();
  perform app_hidden.refuse_impersonator();
  select * into v_organization
  from app_public.organizations as o
  where o.id = request_guest_consent.organization_id and o.status = 'active';
  if v_organization.id is null then
    raise exception 'There is no such organization.'
      using errcode = 'LMNFD', detail = 'organization_id';
  end if;
  insert into app_private.consent_tokens (
    token_hash, organization_id, email, purpose, is_given, wording_version, source, expires_at
  )
  values (
    app_hidden.hash_token(v_token), v_organization.id,
    request_guest_consent.email::public.citext, request_guest_consent.purpose,
    request_guest_consent.is_given, request_guest_consent.wording_version,
    app_hidden.current_channel()::text, now() + interval '2 days'
  );
  if app_private.may_mail(
    request_guest_consent.email, array['consent_given', 'consent_withdrawn']
  ) then
    perform app_private.queue_email(
      request_guest_consent.email,
      case when request_guest_consent.is_given then 'consent_given' else 'consent_withdrawn' end,
      jsonb_build_object('organization', v_organization.name, 'token', v_token),
      v_organization.id
    );
  else
    delete from app_private.consent_tokens as t
    where t.token_hash = app_hidden.hash_token(v_token);
  end if;
  return true;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.request_guest_consent(
  uuid, text, app_public.consent_purpose, boolean, text
) is
  'Agrees to, or withdraws, marketing or a newsletter of an organization for an e-mail address '
  'without an account: it counts once confirm_guest_consent has the token that is mailed there. '
  'For guests with a cart token, and users. Raises LMINP, LMNFD, LMCRT, LMSES, LMIMP.';
grant execute on function app_public.request_guest_consent(
  uuid, text, app_public.consent_purpose, boolean, text
) to lml_anonymous, lml_user;

--! split: 1166-functions-identity-current_session.sql
-- Who is asking, looked up by the hash of the token that came with the request: there is a token
-- only while its session lives. For functions that belong to the owner.
create or replace view app_private.current_session with (security_invoker = true) as
select t.session_id, t.user_id, nullif(t.actor_id, t.user_id) as impersonator_id
from app_private.session_tokens as t
where t.token_hash
    = app_hidden.hash_token(nullif(current_setting('lml.session_token', true), ''))
  and t.expires_at > now();

comment on view app_private.current_session is 'The session of this request, if it lives.';
revoke all on app_private.current_session from public;

--! split: 1167-functions-payments-venue_payouts.sql
-- What organizations are paid, without their promoters, by the names that are usual for it.
create or replace view app_public.venue_payouts with (security_invoker = true) as
select
  p.id, p.organization_id, p.payout_period_start, p.payout_period_end, p.gross_revenue_cents,
  p.total_commission_cents, p.stripe_fees_cents, p.refunds_cents, p.adjustments_cents,
  p.net_payout_cents, p.currency, 'stripe_transfer'::text as payout_method, p.stripe_transfer_id,
  p.status, p.initiated_at, p.completed_at, p.failed_at, p.failure_reason,
  p.transactions_included, p.events_included, p.created_at, p.updated_at,
  p.requested_by as created_by
from app_public.payouts as p
where p.promoter_id is null;

comment on view app_public.venue_payouts is
  E'@behavior -*\nPayouts of organizations: payouts without those of promoters.';
comment on column app_public.venue_payouts.id is 'Identifier.';
comment on column app_public.venue_payouts.organization_id is 'Which organization is paid.';
comment on column app_public.venue_payouts.payout_period_start is 'First day of the period.';
comment on column app_public.venue_payouts.payout_period_end is 'Last day of the period.';
comment on column app_public.venue_payouts.gross_revenue_cents is 'What was sold.';
comment on column app_public.venue_payouts.total_commission_cents is
  'What the platform keeps of it.';
comment on column app_public.venue_payouts.stripe_fees_cents is 'What Stripe has charged.';
comment on column app_public.venue_payouts.refunds_cents is 'What was taken back.';
comment on column app_public.venue_payouts.adjustments_cents is 'All else.';
comment on column app_public.venue_payouts.net_payout_cents is 'What is transferred.';
comment on column app_public.venue_payouts.currency is 'In which currency.';
comment on column app_public.venue_payouts.payout_method is 'How: always a transfer at Stripe.';
comment on column app_public.venue_payouts.stripe_transfer_id is 'The transfer.';
comment on column app_public.venue_payouts.status is 'What became of it.';
comment on column app_public.venue_payouts.initiated_at is 'When Stripe was asked.';
comment on column app_public.venue_payouts.completed_at is 'When it was paid.';
comment on column app_public.venue_payouts.failed_at is 'When it last failed.';
comment on column app_public.venue_payouts.failure_reason is 'Why.';
comment on column app_public.venue_payouts.transactions_included is
  'How many facts of the books it pays.';
comment on column app_public.venue_payouts.events_included is 'Of how many events.';
comment on column app_public.venue_payouts.created_at is 'When it was made.';
comment on column app_public.venue_payouts.updated_at is 'When it last changed.';
comment on column app_public.venue_payouts.created_by is 'Who made it; null: the schedule.';
revoke all on app_public.venue_payouts from public;
grant select on app_public.venue_payouts to lml_user;

--! split: 1168-functions-privacy-bookings_manager.sql
-- Bookings for whoever works with them. It is not security_invoker, because it shows rows whose raw
-- form its reader may not see; its own condition says which, and it is a security barrier, so that
-- no filter looks at rows or names behind it.
create or replace view app_public.bookings_manager with (security_barrier = true) as
select
  b.id, b.organization_id, e.venue_id, p.event_id, b.performance_id, b.booking_reference, b.status,
  b.booking_channel, b.customer_id,
  case when m.may_read_names then b.customer_name else left(b.customer_name, 1) || '***' end
    as customer_name,
  case
    when m.may_read_names then b.customer_email::text
    else left(b.customer_email::text, 1) || '***'
  end as customer_email,
  b.currency, b.total_amount_cents, b.created_at, b.confirmed_at, b.canceled_at
from app_public.bookings as b
join app_public.performances as p
  on p.organization_id = b.organization_id and p.id = b.performance_id
join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
cross join lateral (
  select b.organization_id in (
      select app_hidden.permitted_organization_ids('customers.read_names')
    )
    or b.performance_id in (
      select app_hidden.permitted_performance_ids('customers.read_names')
    ) as may_read_names
) as m
where b.organization_id in (select app_hidden.permitted_organization_ids('bookings.read'))
  or b.performance_id in (select app_hidden.permitted_performance_ids('bookings.read'));

comment on view app_public.bookings_manager is
  E'@primaryKey id\nBookings of your organizations. Names and addresses are masked without the '
  'permission customers.read_names.';
comment on column app_public.bookings_manager.id is 'Identifier.';
comment on column app_public.bookings_manager.organization_id is 'Who sells.';
comment on column app_public.bookings_manager.venue_id is 'At which venue.';
comment on column app_public.bookings_manager.event_id is 'For which event.';
comment on column app_public.bookings_manager.performance_id is 'For which performance.';
comment on column app_public.bookings_manager.booking_reference is 'What people quote.';
comment on column app_public.bookings_manager.status is 'Where the booking stands.';
comment on column app_public.bookings_manager.booking_channel is 'How it was made.';
comment on column app_public.bookings_manager.customer_id is 'The customer.';
comment on column app_public.bookings_manager.customer_name is 'For whom: a name, or J***.';
comment on column app_public.bookings_manager.customer_email is 'The address, or j***.';
comment on column app_public.bookings_manager.currency is 'Currency of the amount.';
comment on column app_public.bookings_manager.total_amount_cents is 'What the buyer pays.';
comment on column app_public.bookings_manager.created_at is 'When the first seat was held.';
comment on column app_public.bookings_manager.confirmed_at is 'When it was paid for.';
comment on column app_public.bookings_manager.canceled_at is 'When it was canceled.';
revoke all on app_public.bookings_manager from public;
grant select on app_public.bookings_manager to lml_user;

--! split: 1169-functions-privacy-declared_classes.sql
-- Of which class every column is: the one place to read and to change it. A line names columns of a
-- table. Identifiers (uuid), moments (timestamptz) and amounts (..._cents) need no line, because
-- they are internal or financial unless a line says otherwise. For what is
-- erased, the line says how:
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
  ('app_public.users', 'personal', 'anonymize', $$'erased+' || t.id || '@erased.invalid'$$,
    'email'),
  ('app_public.users', 'personal', 'anonymize', $$'Erased'$$, 'first_name last_name'),
  ('app_public.users', 'personal', 'anonymize', 'null',
    'phone email_verified_at last_login_at avatar_url language date_of_birth'),
  ('app_public.users', 'personal', 'anonymize', $$'{}'$$, 'address'),
  ('app_public.users', 'internal', null, null, 'account_status login_count'),
  ('app_private.user_credentials', 'secret', 'delete', null, 'password_hash'),
  ('app_private.user_credentials', 'internal', null, null, 'failed_login_attempts'),
  ('app_private.two_factor_secrets', 'secret', 'delete', null, 'encrypted_secret'),
  ('app_private.two_factor_secrets', 'internal', null, null, 'last_time_step'),
  ('app_private.recovery_codes', 'secret', 'delete', null, 'code_hash'),
  ('app_private.session_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_public.user_sessions', 'personal', 'delete', null,
    'device ip_address user_agent country city'),
  ('app_public.user_sessions', 'internal', null, null, 'revoked_reason'),
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
    'subscription_reference monthly_event_limit fraud_review_seconds books_timezone '
    'open_carts_max payout_timing payout_delay_days pays_stripe_fees'),
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
  ('app_public.domain_challenges', 'internal', null, null,
    'domain record_name record_value missed_count'),
  ('app_public.organization_suspensions', 'internal', null, null, 'reason'),
  ('app_public.subscription_tiers', 'public', null, null,
    'tier description monthly_event_limit monthly_revenue_limit_units'),
  ('app_public.tax_rates', 'public', null, null, 'name jurisdiction percentage valid_during'),
  ('app_public.tax_jurisdictions', 'public', null, null, 'name prices_include_tax'),
  ('app_public.memberships', 'personal', 'delete', null, 'email member_number'),
  ('app_public.memberships', 'internal', null, null, 'valid_during'),

  -- venues
  ('app_public.venues', 'public', null, null,
    'name slug description address timezone accessibility_features amenities city contact_email '
    'contact_phone contact_website country images language latitude longitude opening_hours '
    'social_media status tier venue_type videos'),
  ('app_public.venue_compliance', 'internal', null, null,
    'insurance_valid_until license_number license_valid_until licensed_capacity '
    'safety_certificate safety_certificate_valid_until'),
  ('app_public.layout_fetches', 'internal', null, null,
    'attempt_count error_code error_message expected_sha256 status url'),
  ('app_public.venue_layouts', 'public', null, null,
    'version name sha256 document source source_reference seat_count standing_capacity'),
  ('app_public.layout_sections', 'public', null, null,
    'section_no name kind category capacity x y width height'),
  ('app_public.layout_seats', 'public', null, null,
    'seat_no section_no seat_id row_name seat_number category x y features'),

  -- events
  ('app_public.events', 'public', null, null,
    'title slug description status currency blocked_sections organization_status '
    'allow_guest_checkout hold_seconds checkout_seconds hold_seconds_max tickets_per_booking_max '
    'service_fee_percentage processing_fee_percentage tax_percentage is_public '
    'screens_holds reentry_limit open_carts_max short_description format timezone '
    'visibility age_restriction special_requirements images banner_url videos '
    'external_links meta_title meta_description search_keywords tags tickets_per_user_max '
    'status_reason search_text search_vector'),
  ('app_public.events', 'public', null, null,
    'has_price_rules absorbs_service_fees absorbs_processing_fees prices_vary'),
  ('app_public.events', 'financial', null, null, 'commission_percentage'),
  ('app_public.performances', 'public', null, null,
    'currency status is_public status_reason pass_name'),
  ('app_public.ticket_categories', 'public', null, null,
    'category_no name description status seat_categories sections is_public sort_order '
    'min_per_transaction max_per_transaction max_per_user includes restrictions '
    'requires_approval approval_hours approved_payment_hours requires_membership '
    'capture_method'),
  ('app_public.event_categories', 'public', null, null, 'slug name description'),
  ('app_public.event_category_links', 'public', null, null, 'is_public'),
  ('app_public.event_online_addresses', 'internal', null, null, 'address instructions'),
  ('app_private.event_access_codes', 'secret', null, null, 'code_hash'),
  ('app_private.add_on_downloads', 'secret', null, null, 'url'),
  ('app_public.event_status_transitions', 'public', null, null, 'from_status to_status reason'),
  ('app_public.performance_status_transitions', 'public', null, null,
    'from_status to_status reason'),
  ('app_public.event_cancellations', 'internal', null, null,
    'reason bookings_canceled bookings_failed'),
  ('app_public.event_cancellation_failures', 'internal', null, null, 'code'),
  ('app_public.ticket_category_prices', 'public', null, null, 'audience valid_during is_public'),
  ('app_public.add_ons', 'public', null, null,
    'is_public name description currency max_per_booking requires_ticket delivery is_limited '
    'is_active sort_order returns_to_stock'),
  ('app_public.attendee_questions', 'public', null, null,
    'is_public question kind choices is_required sort_order'),
  ('app_private.performance_notices', 'internal', null, null, 'kind reason mails_queued'),
  ('app_public.pricing_rules', 'internal', null, null,
    'name sort_order condition at_least below percentage'),
  ('app_public.discount_codes', 'internal', null, null,
    'code currency percentage quantity_min uses_max uses_per_customer_max valid_during'),

  -- inventory
  ('app_private.sold_shares', 'internal', null, null,
    'ticket_category_ids category_shares performance_share'),
  ('app_public.performance_categories', 'public', null, null, 'category_no'),
  ('app_public.seat_booking_state', 'internal', null, null, 'seat_no status category_no'),
  ('app_private.seat_runs', 'internal', null, null,
    'run_no first_seat_no last_seat_no central_seat_no longest category_no is_accessible is_full'),
  ('app_private.seat_changes', 'internal', null, null, 'changed_xid seat_nos'),
  ('app_private.seat_changes_forgotten', 'internal', null, null, 'is_only last_xid'),
  ('app_public.admission_pools', 'internal', null, null,
    'name capacity slot_count chain allocated is_pass'),
  ('app_private.admission_slots', 'internal', null, null, 'slot_no capacity held sold'),
  ('app_private.admission_claims', 'internal', null, null, 'slot_no quantity'),
  ('app_public.admission_allocations', 'internal', null, null, 'kind reason quantity places_left'),
  ('app_private.add_on_counters', 'internal', null, null, 'total held sold'),
  ('app_private.add_on_claims', 'internal', null, null, 'quantity'),
  ('app_private.add_on_codes', 'secret', null, null, 'code'),
  ('app_private.add_on_codes', 'internal', null, null, 'unit_no'),
  ('app_public.seat_allocations', 'internal', null, null, 'kind reason seat_count'),
  ('app_public.seat_allocation_seats', 'internal', null, null, 'seat_no'),

  -- bookings
  ('app_public.customers', 'personal', 'anonymize', $$'erased+' || t.id || '@erased.invalid'$$,
    'email'),
  ('app_public.customers', 'personal', 'anonymize', 'null', 'first_name last_name phone'),
  ('app_public.customers', 'personal', 'anonymize', $$'{}'$$, 'address'),
  ('app_public.booking_details', 'personal', 'delete', null,
    'referral_source utm_source utm_medium utm_campaign utm_term utm_content special_requests '
    'accessibility_requirements dietary_requirements'),
  ('app_public.booking_notes', 'personal', 'delete', null, 'note'),
  ('app_public.bookings', 'personal', 'anonymize', 'null', 'customer_email customer_name'),
  ('app_public.bookings', 'personal', 'anonymize', 'null', 'cancellation_reason'),
  ('app_public.bookings', 'secret', 'keep', 'It owns the tickets, and tells nothing of anybody.',
    'cart_token_hash'),
  ('app_public.bookings', 'internal', null, null,
    'booking_reference status booking_channel currency created_xid'),
  ('app_public.delivery_addresses', 'personal', 'delete', null, 'address'),
  ('app_public.bookings', 'financial', null, null, 'commission_percentage price_terms'),
  ('app_public.booking_items', 'internal', null, null, 
    'item_type seat_nos quantity returned_quantity price_basis'),
  ('app_public.booking_items', 'financial', null, null, 'applied_rules'),
  ('app_public.discount_redemptions', 'internal', null, null, 'code'),
  ('app_private.discount_attempts', 'personal', 'keep', 'Counts of a network, for days.', 'asker'),
  ('app_private.discount_attempts', 'internal', null, null, 'attempts'),
  ('app_public.booking_state_transitions', 'personal', 'keep',
    'History of a sale, kept as long as the books; it says why, and not who.', 'reason'),
  ('app_public.booking_state_transitions', 'internal', null, null,
    'from_status to_status changed_via request_id'),
  ('app_public.booking_status_transitions', 'public', null, null, 'from_status to_status reason'),
  ('app_private.idempotency_keys', 'internal', null, null,
    'owner idempotency_key function_name arguments_hash'),
  ('app_public.payment_plans', 'public', null, null,
    'name deposit_percentage installments basis first_due_days interval_days last_due_days_before '
    'reminder_days grace_days overdue_action'),
  ('app_public.booking_payment_schedule', 'financial', null, null, 'installment_no status'),
  ('app_public.booking_approvals', 'internal', null, null, 'pay_within_hours decision'),
  ('app_public.booking_approvals', 'personal', 'anonymize',
    'case when t.decision = ''declined'' then ''erased'' end', 'reason'),
  ('app_public.staff_sales', 'internal', null, null, 'payment'),
  ('app_public.staff_sales', 'personal', 'anonymize',
    'case when t.payment = ''complimentary'' then ''erased'' end', 'note'),
  ('app_public.staff_sales', 'personal', 'anonymize',
    'case when t.override_reason is not null then ''erased'' end', 'override_reason'),
  ('app_private.payment_links', 'secret', null, null, 'token_hash'),

  -- payments
  ('app_public.payment_intents', 'financial', null, null,
    'currency status stripe_payment_intent_id stripe_status failure_code failure_message '
    'stripe_charge_id stripe_news method capture_method'),
  ('app_public.payment_charges', 'financial', null, null,
    'stripe_charge_id status card_brand risk_level risk_score network_answer outcome_reason'),
  ('app_public.payment_charges', 'personal', 'anonymize', 'null', 'card_last4'),
  ('app_private.payment_intent_secrets', 'secret', 'delete', null, 'client_secret'),
  ('app_private.payment_intent_changes', 'internal', null, null, 'change_no'),
  ('app_private.stripe_customers', 'personal', 'delete', null, 'stripe_id'),
  ('app_private.saved_payment_methods', 'personal', 'delete', null,
    'stripe_id brand last4 exp_month exp_year'),
  ('app_private.payment_choices', 'personal', 'delete', null, 'saves_card'),
  ('app_private.stripe_events', 'personal', 'anonymize', $$'{}'$$, 'payload'),
  ('app_private.stripe_events', 'internal', null, null, 'id type livemode outcome reason'),
  ('app_public.payment_findings', 'financial', null, null,
    'kind subject detail stripe_event_ids resolution_note accounting_period'),
  ('app_public.reconciliation_runs', 'internal', null, null, 'status starting_after'),
  ('app_public.reconciliation_results', 'financial', null, null,
    'currency stripe_count book_count matched_count finding_count'),
  ('app_public.reconciliation_balances', 'financial', null, null, 'currency is_certain'),
  ('app_private.stripe_balance_transactions', 'financial', null, null,
    'id type currency source stripe_payment_intent_id is_matched'),
  ('app_private.stripe_calls', 'internal', null, null,
    'purpose idempotency_key request_hash status attempts stripe_id http_code error_code '
    'stripe_request_id duration_ms'),
  ('app_private.stripe_reachability', 'internal', null, null, 'is_only_row failures last_error'),
  ('app_public.payouts', 'financial', null, null,
    'currency payout_period_start payout_period_end transactions_included events_included status '
    'attempt failure_code failure_reason stripe_transfer_id'),
  ('app_public.payouts', 'sensitive', 'keep', 'Proof of why money was paid out, or not.',
    'decision_note'),
  ('app_public.payout_items', 'financial', null, null, 'kind'),
  ('app_public.payout_holds', 'financial', null, null, 'kind is_of_platform'),
  ('app_public.payout_holds', 'sensitive', 'keep', 'Proof of why money was held back.', 'reason'),
  ('app_public.payout_reversals', 'financial', null, null,
    'status stripe_reversal_id failure_reason'),
  ('app_public.payout_reversals', 'sensitive', 'keep', 'Proof of why money was taken back.',
    'reason'),
  ('app_public.payout_status_transitions', 'public', null, null, 'from_status to_status reason'),
  ('app_public.stripe_accounts', 'financial', null, null,
    'country email stripe_account_id stripe_onboarding_completed charges_enabled payout_enabled '
    'transfers_enabled requirements_due disabled_reason failure_reason stripe_news'),
  ('app_private.stripe_account_links', 'secret', null, null, 'url'),
  ('app_private.stripe_account_links', 'internal', null, null,
    'return_url refresh_url failure_reason'),
  ('app_public.refunds', 'financial', null, null,
    'reason currency status stripe_refund_id failure_reason stripe_status attempt'),
  ('app_public.cancellation_policies', 'public', null, null,
    'version refunds_service_fees refunds_processing_fees'),
  ('app_public.cancellation_windows', 'public', null, null, 'days_before percentage'),
  ('app_public.refund_requests', 'financial', null, null,
    'kind status reason ticket_ids add_on_item_ids add_on_quantities percentage '
    'refunds_service_fees refunds_processing_fees is_exception currency'),
  ('app_public.refund_requests', 'sensitive', 'keep',
    'Vouchers: why money went back, and on whose word.', 'note decision_note'),
  ('app_public.refund_items', 'financial', null, null, 'is_return unit_no'),
  ('app_public.disputes', 'financial', null, null,
    'stripe_dispute_id stripe_charge_id status reason network_reason_code currency stripe_news'),
  ('app_public.dispute_responses', 'personal', 'anonymize', $$'{}'$$, 'evidence'),
  ('app_public.dispute_responses', 'internal', null, null, 'is_acceptance status failure_reason'),
  ('app_public.ledger_accounts', 'financial', null, null, 'kind currency'),
  ('app_public.ledger_account_rules', 'public', null, null,
    'kind normal_side may_be_negative description'),
  ('app_public.ledger_transactions', 'financial', null, null,
    'source description category accounting_period'),
  ('app_public.ledger_balances', 'financial', null, null, 'period'),
  ('app_public.accounting_periods', 'financial', null, null, 'period status unreconciled_count'),
  ('app_public.payment_transactions', 'financial', null, null,
    'accounting_period transaction_type transaction_category currency description '
    'stripe_balance_transaction_id reconciliation_status'),
  ('app_public.ledger_corrections', 'financial', null, null,
    'currency kinds amounts_cents reason status'),
  ('app_public.promoters', 'internal', null, null, 'name email'),
  ('app_public.event_promoters', 'financial', null, null, 'share_percentage'),
  ('app_public.promoter_shares', 'financial', null, null, 'share_percentage'),

  -- tickets
  ('app_public.tickets', 'internal', null, null,
    'seat_no ticket_number status section row_name seat_number currency credential_version '
    'delivery_method delivery_status entry_count is_inside is_disputed'),
  ('app_public.tickets', 'personal', 'anonymize', 'null', 'delivery_tracking'),
  ('app_public.ticket_attendees', 'personal', 'delete', null,
    'first_name last_name email phone answers'),
  ('app_public.ticket_transfers', 'personal', 'anonymize',
    $$'erased+' || t.id || '@erased.invalid'$$, 'to_email'),
  ('app_public.ticket_transfers', 'secret', 'keep',
    'They own tickets, and tell nothing of anybody.', 'from_cart_token_hash to_cart_token_hash'),
  ('app_public.ticket_transfers', 'internal', null, null, 'status'),
  ('app_private.ticket_transfer_tokens', 'secret', null, null, 'token_hash'),
  ('app_public.entry_zones', 'internal', null, null, 'name sections ticket_categories'),
  ('app_public.entry_gates', 'internal', null, null, 'name'),
  ('app_public.scanner_devices', 'internal', null, null, 'name'),
  ('app_private.scanner_tokens', 'secret', null, null, 'token_hash'),
  ('app_private.offline_scan_results', 'internal', null, null, 'code is_double result'),
  ('app_private.ticket_credentials', 'secret', null, null, 'credential_hash'),
  ('app_private.ticket_credentials', 'internal', null, null, 'version'),
  ('app_private.signing_keys', 'secret', null, null, 'key'),
  ('app_private.signing_keys', 'internal', null, null, 'name'),
  ('app_public.pass_entries', 'internal', null, null, 'entry_count is_inside'),
  ('app_public.ticket_scans', 'internal', null, null,
    'result code gate device direction offline_result'),

  -- risk
  ('app_public.fraud_detection_rules', 'internal', null, null,
    'rule_name description rule_type stage severity action trigger_count window_seconds '
    'amount_currency is_enabled true_positives false_positives false_positive_rate'),
  ('app_private.booking_signals', 'personal', 'anonymize', 'null',
    'user_id buyer_key email ip_address device user_agent country expected_countries'),
  ('app_private.booking_signals', 'personal', 'anonymize', 'false', 'is_disposable_email'),
  ('app_private.booking_signals', 'internal', null, null, 'stage tickets currency'),
  ('app_private.payment_failure_signals', 'personal', 'anonymize', 'null',
    'buyer_key email ip_address device'),
  ('app_private.payment_failure_signals', 'internal', null, null, 'stripe_event_id'),
  ('app_private.lost_dispute_signals', 'personal', 'anonymize', 'null',
    'buyer_key email ip_address device'),
  ('app_private.disposable_email_domains', 'public', null, null, 'domain'),
  ('app_private.calling_codes', 'public', null, null, 'prefix country'),
  ('app_public.risk_assessments', 'sensitive', 'keep',
    'Why a sale was refused or looked at; whose it was is forgotten.', 'score action factors'),
  ('app_public.fraud_alerts', 'internal', null, null,
    'severity action risk_score status resolution'),
  ('app_public.fraud_alert_notes', 'sensitive', 'keep',
    'Evidence for legal claims (GDPR, article 17, paragraph 3).', 'note'),

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
  ('app_private.consent_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_private.consent_tokens', 'personal', 'delete', null,
    'email purpose is_given wording_version source'),
  ('app_public.privacy_requests', 'internal', null, null, 'kind summary left_booking_ids')
) as d (relation, class, on_erasure, note, columns)
cross join lateral regexp_split_to_table(d.columns, ' ') as c (column_name);

comment on view app_private.declared_classes is
  'What is declared about columns; column_classes has every column there is.';
revoke all on app_private.declared_classes from public;

--! split: 1170-functions-privacy-column_classes.sql
-- after: privacy/declared_classes
-- What no line declares is of the class of its type, if that tells it, and of none otherwise: then
-- a convention test asks for a line.
create or replace view app_private.column_classes with (security_invoker = true) as
select
  r.relation, a.attname::text as column_name,
  coalesce(
    d.class,
    case
      when a.atttypid in ('uuid'::regtype, 'timestamptz'::regtype) then 'internal'
      when a.atttypid = 'bigint'::regtype and a.attname like '%\_cents' then 'financial'
    end::app_private.data_class
  ) as class,
  d.on_erasure, d.note,
  (
    select string_agg(format('%s: %s', p.rule, p.kept_for), ', ' order by p.rule)
    from app_private.retention_rules as p
    where p.relation = r.relation and p.is_enabled
  ) as retention
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
cross join lateral format('%s.%s', n.nspname, c.relname) as r (relation)
join pg_catalog.pg_attribute as a
  on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
left join app_private.declared_classes as d
  on d.relation = r.relation and d.column_name = a.attname
where n.nspname in ('app_public', 'app_hidden', 'app_private')
  and c.relkind in ('r', 'p')
  and not c.relispartition;

comment on view app_private.column_classes is
  'Every column of every table with its class (null: nobody has thought about it yet), '
  'what erasure makes of it, and the rules that end its rows; without one, it lives as '
  'long as its person''s entry.';
revoke all on app_private.column_classes from public;

--! split: 1171-functions-privacy-customers_analyst.sql
-- See bookings_analyst.
create or replace view app_public.customers_analyst with (security_barrier = true) as
select
  c.id, c.organization_id, left(c.first_name, 1) || '***' as first_name,
  left(c.last_name, 1) || '***' as last_name, c.user_id is not null as has_account, c.created_at
from app_public.customers as c;

comment on view app_public.customers_analyst is
  'Customers of all organizations, with masked names and without addresses.';
comment on column app_public.customers_analyst.id is 'Identifier.';
comment on column app_public.customers_analyst.organization_id is 'From whom they buy.';
comment on column app_public.customers_analyst.first_name is 'Given name: J***.';
comment on column app_public.customers_analyst.last_name is 'Family name: D***.';
comment on column app_public.customers_analyst.has_account is 'Whether they have an account.';
comment on column app_public.customers_analyst.created_at is 'When they first bought.';
revoke all on app_public.customers_analyst from public;
grant select on app_public.customers_analyst to lml_analyst;

--! split: 1172-functions-privacy-performances_analyst.sql
-- See bookings_analyst.
create or replace view app_public.performances_analyst with (security_barrier = true) as
select
  p.id, p.organization_id, p.event_id, e.venue_id, e.title, e.status as event_status, p.status,
  p.currency, p.starts_at
from app_public.performances as p
join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id;

comment on view app_public.performances_analyst is
  'Performances of all organizations, published or not.';
comment on column app_public.performances_analyst.id is 'Identifier.';
comment on column app_public.performances_analyst.organization_id is 'Who sells it.';
comment on column app_public.performances_analyst.event_id is 'Of which event.';
comment on column app_public.performances_analyst.venue_id is 'At which venue.';
comment on column app_public.performances_analyst.title is 'Title of the event.';
comment on column app_public.performances_analyst.event_status is 'The life of the event.';
comment on column app_public.performances_analyst.status is 'Whether it takes place.';
comment on column app_public.performances_analyst.currency is 'Currency of its prices.';
comment on column app_public.performances_analyst.starts_at is 'When it starts.';
revoke all on app_public.performances_analyst from public;
grant select on app_public.performances_analyst to lml_analyst;

--! split: 1173-functions-privacy-personal_tables.sql
-- Whose a row is, given a person as $1 (the row is called t), and under which name an export has
-- it; without a name it is not exported, because there is nothing in it but secrets. In the order
-- in which rows may be deleted.
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
      and (t.template <> ''account_closed'' or t.sent_at is not null)
      or exists (
        select from app_public.customers as c
        where c.id = any (($1).customer_ids)
          and c.organization_id = t.organization_id
          and c.email operator(public.=) t.recipient
      )'
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
    'app_public.memberships', 'customer_memberships',
    't.user_id = ($1).user_id or t.email operator(public.=) any (($1).emails)'
  ),
  (
    'app_public.organization_invitations', 'invitations',
    't.accepted_by = ($1).user_id or t.email operator(public.=) any (($1).emails)'
  ),
  (
    'app_public.consents', 'consents',
    't.user_id = ($1).user_id or t.customer_id = any (($1).customer_ids)'
  ),
  (
    'app_private.consent_tokens', 'unconfirmed_consents',
    't.email operator(public.=) any (($1).emails)
      or exists (
        select from app_public.customers as c
        where c.id = any (($1).customer_ids)
          and c.organization_id = t.organization_id
          and c.email operator(public.=) t.email
      )'
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
      )
      or t.applied_at is not null
      and coalesce(
        t.payload #>> ''{data,object,customer}'', t.payload #>> ''{data,object,id}''
      ) in (
        select c.stripe_id from app_private.stripe_customers as c
        where c.user_id = ($1).user_id
      )'
  ),
  (
    'app_private.payment_choices', 'payment_choices',
    't.booking_id = any (($1).booking_ids)
      or t.stripe_customer_id in (
        select c.id from app_private.stripe_customers as c where c.user_id = ($1).user_id
      )'
  ),
  (
    'app_private.saved_payment_methods', 'saved_payment_methods',
    't.stripe_customer_id in (
      select c.id from app_private.stripe_customers as c where c.user_id = ($1).user_id
    )'
  ),
  ('app_private.stripe_customers', 'stripe_customers', 't.user_id = ($1).user_id'),
  -- What a score is made of is for those who look into it.
  ('app_public.risk_assessments', null, 't.booking_id = any (($1).booking_ids)'),
  ('app_public.fraud_alert_notes', null,
    't.alert_id in (
      select a.id from app_public.fraud_alerts as a where a.booking_id = any (($1).booking_ids)
    )'
  ),
  (
    'app_private.booking_signals', 'signals',
    't.user_id = ($1).user_id or t.booking_id in (select app_private.bought_by($1))'
  ),
  (
    'app_private.payment_failure_signals', 'declined_payments',
    't.booking_id in (select app_private.bought_by($1))'
  ),
  (
    'app_public.payment_charges', 'charges',
    't.payment_intent_id in (
      select p.id from app_public.payment_intents as p where p.booking_id = any (($1).booking_ids)
    )'
  ),
  (
    'app_private.lost_dispute_signals', 'lost_disputes',
    't.booking_id in (select app_private.bought_by($1))'
  ),
  (
    'app_public.dispute_responses', 'dispute_responses',
    't.dispute_id in (
      select d.id from app_public.disputes as d where d.booking_id = any (($1).booking_ids)
    )'
  ),
  ('app_public.disputes', 'disputes', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.payment_intents', 'payments', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.refunds', 'refunds', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.refund_items', 'refund_items', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.refund_requests', 'refund_requests', 't.booking_id = any (($1).booking_ids)'),
  (
    'app_public.ticket_scans', 'ticket_scans',
    't.ticket_id in (
      select k.id from app_public.tickets as k where k.booking_id = any (($1).booking_ids)
    )'
  ),
  (
    'app_public.pass_entries', 'pass_entries',
    't.ticket_id in (
      select k.id from app_public.tickets as k where k.booking_id = any (($1).booking_ids)
    )'
  ),
  (
    'app_public.ticket_attendees', 'attendees',
    't.email operator(public.=) any (($1).emails)
      or t.ticket_id in (
        select k.id from app_public.tickets as k
        left join app_public.ticket_transfers as r
          on r.organization_id = k.organization_id and r.id = k.transfer_id
        where r.to_user_id = ($1).user_id
          or r.id is null and k.booking_id = any (($1).booking_ids)
      )'
  ),
  (
    'app_public.ticket_transfers', 'ticket_transfers',
    't.to_user_id = ($1).user_id or t.from_user_id = ($1).user_id
      or t.to_customer_id = any (($1).customer_ids)
      or t.to_email operator(public.=) any (($1).emails)'
  ),
  ('app_public.delivery_addresses', 'delivery_addresses', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.tickets', 'tickets', 't.booking_id = any (($1).booking_ids)'),
  (
    'app_public.booking_details', 'booking_details', 't.booking_id = any (($1).booking_ids)'
  ),
  ('app_public.booking_notes', 'booking_notes', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.booking_items', 'booking_items', 't.booking_id = any (($1).booking_ids)'),
  (
    'app_public.booking_state_transitions', 'booking_history',
    't.booking_id = any (($1).booking_ids)'
  ),
  ('app_public.booking_approvals', 'approvals', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.staff_sales', 'sales_by_staff', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.bookings', 'bookings', 't.id = any (($1).booking_ids)'),
  ('app_public.customers', 'customers', 't.id = any (($1).customer_ids)'),
  ('app_public.users', 'account', 't.id = ($1).user_id'),
  -- What was done to the entries above. What the person did to others' is about those.
  (
    'app_public.audit_log', 'audit_log',
    't.entity_type = ''users'' and t.entity_id = ($1).user_id
      or t.entity_type = ''customers'' and t.entity_id = any (($1).customer_ids)
      or t.entity_type = ''bookings'' and t.entity_id = any (($1).booking_ids)
      or t.entity_type in (''booking_approvals'', ''staff_sales'') and t.entity_id in (
        select a.id from app_public.booking_approvals as a
        where a.booking_id = any (($1).booking_ids)
        union all
        select s.id from app_public.staff_sales as s where s.booking_id = any (($1).booking_ids)
      )
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

--! split: 1174-policies-events-events.sql
-- What is published is public; drafts are for members. Every column but the share of the platform
-- may be read, those that came later, too: this file runs again with each of them.
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
  using (is_public);

drop policy if exists select_member on app_public.events;
create policy select_member on app_public.events
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('events.read')));

drop policy if exists select_member_of_venue on app_public.events;
create policy select_member_of_venue on app_public.events
  for select to lml_user
  using (venue_id in (select app_hidden.permitted_venue_ids('events.read')));

drop policy if exists select_opened on app_public.events;
create policy select_opened on app_public.events
  for select to lml_anonymous, lml_user
  using (id = any (array(select app_hidden.opened_event_ids())));

revoke all on app_public.events from public;
-- What the platform takes is between it and whoever sells: members ask event_commission. All other
-- columns are granted by name, because a table of its own would be opened by every hold.
revoke all on app_public.events from lml_anonymous, lml_user;
do $do$
begin
  execute (
    select format(
      'grant select (%s) on app_public.events to lml_anonymous, lml_user',
      string_agg(quote_ident(a.attname), ', ' order by a.attnum)
    )
    from pg_catalog.pg_attribute as a
    where a.attrelid = 'app_public.events'::regclass
      and a.attnum > 0 and not a.attisdropped and a.attname <> 'commission_percentage'
  );
end
$do$;

--! split: 1175-policies-bookings-booking_approvals.sql
-- Whoever sees the booking.
alter table app_public.booking_approvals enable row level security;
alter table app_public.booking_approvals force row level security;

drop policy if exists all_owner on app_public.booking_approvals;
create policy all_owner on app_public.booking_approvals
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_booking on app_public.booking_approvals;
create policy select_with_booking on app_public.booking_approvals
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = booking_approvals.organization_id
      and b.id = booking_approvals.booking_id
  ));

revoke all on app_public.booking_approvals from public;
grant select on app_public.booking_approvals to lml_anonymous, lml_user;

--! split: 1176-policies-bookings-booking_items.sql
-- Whoever sees the booking.
alter table app_public.booking_items enable row level security;
alter table app_public.booking_items force row level security;

drop policy if exists all_owner on app_public.booking_items;
create policy all_owner on app_public.booking_items
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_booking on app_public.booking_items;
drop policy if exists select_own on app_public.booking_items;
create policy select_own on app_public.booking_items
  for select to lml_anonymous, lml_user
  using (booking_id in (select app_hidden.own_booking_ids()));

drop policy if exists select_member on app_public.booking_items;
create policy select_member on app_public.booking_items
  for select to lml_user
  using (
    organization_id in (select app_hidden.permitted_organization_ids('customers.read_names'))
  );

drop policy if exists select_member_of_venue on app_public.booking_items;
create policy select_member_of_venue on app_public.booking_items
  for select to lml_user
  using (app_hidden.is_booking_at_permitted_venue(booking_id, 'customers.read_names'));

revoke all on app_public.booking_items from public;
grant select on app_public.booking_items to lml_anonymous, lml_user;

--! split: 1177-policies-bookings-booking_payment_schedule.sql
-- Whoever sees the booking.
alter table app_public.booking_payment_schedule enable row level security;
alter table app_public.booking_payment_schedule force row level security;

drop policy if exists all_owner on app_public.booking_payment_schedule;
create policy all_owner on app_public.booking_payment_schedule
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_booking on app_public.booking_payment_schedule;
create policy select_with_booking on app_public.booking_payment_schedule
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = booking_payment_schedule.organization_id
      and b.id = booking_payment_schedule.booking_id
  ));

revoke all on app_public.booking_payment_schedule from public;
grant select on app_public.booking_payment_schedule to lml_anonymous, lml_user;

--! split: 1178-policies-bookings-delivery_addresses.sql
-- Whoever sees the booking with its names.
alter table app_public.delivery_addresses enable row level security;
alter table app_public.delivery_addresses force row level security;

drop policy if exists all_owner on app_public.delivery_addresses;
create policy all_owner on app_public.delivery_addresses
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_booking on app_public.delivery_addresses;
create policy select_with_booking on app_public.delivery_addresses
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = delivery_addresses.organization_id
      and b.id = delivery_addresses.booking_id
  ));

revoke all on app_public.delivery_addresses from public;
grant select on app_public.delivery_addresses to lml_anonymous, lml_user;

--! split: 1179-policies-tickets-tickets.sql
-- The owner of the booking, who goes on seeing what became of a ticket that was handed on; whoever
-- has it now; staff at the door or on the telephone, and scanners.
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
  using (booking_id in (select app_hidden.own_booking_ids()));

drop policy if exists select_member on app_public.tickets;
create policy select_member on app_public.tickets
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('tickets.read')));

drop policy if exists select_member_of_venue on app_public.tickets;
create policy select_member_of_venue on app_public.tickets
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('tickets.read')));

drop policy if exists select_received on app_public.tickets;
create policy select_received on app_public.tickets
  for select to lml_anonymous, lml_user
  using (id in (select app_hidden.received_ticket_ids()));

drop policy if exists select_device on app_public.tickets;
create policy select_device on app_public.tickets
  for select to lml_user
  using (performance_id in (select app_hidden.device_performance_ids()));

revoke all on app_public.tickets from public;
grant select on app_public.tickets to lml_anonymous, lml_user;

--! split: 1180-policies-audit-audit_log.sql
-- Who may read the audit sees its organization's part; what buyers are called, only with the right
-- to read names, as everywhere.
alter table app_public.audit_log enable row level security;
alter table app_public.audit_log force row level security;

drop policy if exists all_owner on app_public.audit_log;
create policy all_owner on app_public.audit_log
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.audit_log;
create policy select_member on app_public.audit_log
  for select to lml_user
  using (
    organization_id in (select app_hidden.permitted_organization_ids('audit.read'))
    and (
      entity_type not in ('bookings', 'customers')
      or organization_id in (select app_hidden.permitted_organization_ids('customers.read_names'))
    )
  );

revoke all on app_public.audit_log from public;
grant select on app_public.audit_log to lml_user;
