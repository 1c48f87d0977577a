--! Previous: sha1:7f211b50819cf93f55ae3179ac7eb1cf016eb8b1
--! Hash: sha1:594c9f3b227ffb867801e9774d0f18239b1303dc
--! Message: first functions, triggers and policies

--! split: 1000-functions-identity-create_cart_token.sql
create or replace function app_public.create_cart_token()
returns text
language sql volatile parallel safe
return translate(rtrim(encode(public.gen_random_bytes(32), 'base64'), '='), '+/', '-_');

comment on function app_public.create_cart_token() is
  'A new unguessable token for a guest: send it as X-Cart-Token with every later request. '
  'Whoever has it owns the cart, and it cannot be shown again.';
grant execute on function app_public.create_cart_token() to lml_anonymous, lml_user;

--! split: 1001-functions-identity-current_cart_hash.sql
-- A guest owns what was held under the same token. Only its hash is compared and stored.
create or replace function app_hidden.current_cart_hash()
returns bytea
language plpgsql stable set search_path = ''
as $$
declare
  v_token text := nullif(current_setting('lml.cart_token', true), '');
begin
  -- 32 random bytes in base64url. A shorter token could be guessed, so it owns nothing.
  if v_token is null or v_token !~ '^[A-Za-z0-9_-]{43}$' then
    return null;
  end if;
  return app_hidden.hash_token(v_token);
end
$$;

comment on function app_hidden.current_cart_hash() is
  'Hash of the cart token that came with the request, or null.';
grant execute on function app_hidden.current_cart_hash() to lml_anonymous, lml_user;

--! split: 1002-functions-identity-current_user.sql
create or replace function app_public.current_user()
returns app_public.users
language plpgsql stable set search_path = ''
as $$
declare
  v_user app_public.users;
begin
  -- Whoever is nobody may not even look at the table.
  if app_hidden.current_user_id() is null then
    return null;
  end if;
  select * into v_user from app_public.users where id = app_hidden.current_user_id();
  return v_user;
end
$$;

comment on function app_public.current_user() is 'The signed-in user, or null.';
grant execute on function app_public.current_user() to lml_anonymous, lml_user;

--! split: 1003-functions-identity-current_user_id.sql
-- Who is asking. The setting holds an unguessable session token, never a user id, so whoever can
-- set it can only become somebody whose token they have.
create or replace function app_hidden.current_user_id()
returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_token text := nullif(current_setting('lml.session_token', true), '');
begin
  if v_token is null then
    return null;
  end if;
  return (
    select u.id
    from app_private.session_tokens as t
    join app_public.user_sessions as s on s.id = t.session_id
    join app_public.users as u on u.id = s.user_id
    where t.token_hash = app_hidden.hash_token(v_token)
      and s.revoked_at is null
      and s.expires_at > now()
      and u.account_status = 'active'
  );
end
$$;

comment on function app_hidden.current_user_id() is
  'The signed-in user, or null without a live session.';
grant execute on function app_hidden.current_user_id() to lml_anonymous, lml_user, lml_worker;

--! split: 1004-functions-identity-find_credentials.sql
-- The operator is named with its schema: with an empty search_path, a plain = would compare text,
-- and capitals would matter.
create or replace function app_private.find_credentials(email text)
returns table (
  user_id uuid, password_hash text, account_status app_public.account_status,
  locked_until timestamptz
)
language sql stable security definer set search_path = ''
as $$
  select c.user_id, c.password_hash, u.account_status, c.locked_until
  from app_public.users as u
  join app_private.user_credentials as c on c.user_id = u.id
  where u.email operator(public.=) find_credentials.email::public.citext
$$;

comment on function app_private.find_credentials(text) is
  'What the server process needs to verify a password. No row: no such account.';
grant execute on function app_private.find_credentials(text) to lml_authenticator;

--! split: 1005-functions-identity-hash_token.sql
-- What is stored of a token: a copy of the database must not be able to act as its users.
create or replace function app_hidden.hash_token(token text)
returns bytea
language sql immutable strict parallel safe
return sha256(convert_to(token, 'UTF8'));

comment on function app_hidden.hash_token(text) is 'SHA-256 of a token.';
grant execute on function app_hidden.hash_token(text) to lml_anonymous, lml_user, lml_worker;

--! split: 1006-functions-identity-open_session.sql
create or replace function app_private.open_session(
  user_id uuid, token text, device text, ip_address inet, user_agent text
)
returns app_public.user_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_session app_public.user_sessions;
begin
  if open_session.token is null or open_session.token !~ '^[A-Za-z0-9_-]{43}$' then
    raise exception 'A session token is 32 random bytes in base64url.' using errcode = 'LMINP';
  end if;

  update app_public.users as u
  set login_count = u.login_count + 1, last_login_at = now()
  where u.id = open_session.user_id and u.account_status = 'active';
  if not found then
    raise exception 'This account cannot sign in.'
      using errcode = 'LMLCK', hint = 'Ask the support to open it again.';
  end if;
  update app_private.user_credentials as c
  set failed_login_attempts = 0, locked_until = null
  where c.user_id = open_session.user_id;

  insert into app_public.user_sessions (user_id, device, ip_address, user_agent, expires_at)
  values (
    open_session.user_id, left(open_session.device, 200), open_session.ip_address,
    left(open_session.user_agent, 1000), now() + interval '30 days'
  )
  returning * into v_session;
  insert into app_private.session_tokens (token_hash, session_id)
  values (app_hidden.hash_token(open_session.token), v_session.id);
  return v_session;
end
$$;

comment on function app_private.open_session(uuid, text, text, inet, text) is
  'Signs a user in for 30 days under a token that the server made. Raises LMLCK if they may not.';
grant execute on function app_private.open_session(uuid, text, text, inet, text)
  to lml_authenticator;

--! split: 1007-functions-identity-record_failed_sign_in.sql
-- Ten wrong passwords in a row close the account for a quarter of an hour.
create or replace function app_private.record_failed_sign_in(email text)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_private.user_credentials as c
  set failed_login_attempts = c.failed_login_attempts + 1,
    locked_until = case
      when (c.failed_login_attempts + 1) % 10 = 0 then now() + interval '15 minutes'
      else c.locked_until
    end
  from app_public.users as u
  where u.id = c.user_id and u.email operator(public.=) record_failed_sign_in.email::public.citext
$$;

comment on function app_private.record_failed_sign_in(text) is
  'Counts a wrong password, and locks the account for 15 minutes at every tenth.';
grant execute on function app_private.record_failed_sign_in(text) to lml_authenticator;

--! split: 1008-functions-identity-register_user.sql
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
grant execute on function app_private.register_user(text, text, text, text)
  to lml_authenticator;

--! split: 1009-functions-identity-require_user_id.sql
create or replace function app_hidden.require_user_id()
returns uuid
language plpgsql stable set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.current_user_id();
begin
  if v_user_id is not null then
    return v_user_id;
  end if;
  if nullif(current_setting('lml.session_token', true), '') is not null then
    raise exception 'Your session has ended.'
      using errcode = 'LMSES', hint = 'Sign in again.';
  end if;
  raise exception 'You are not signed in.'
    using errcode = 'LMAUT', hint = 'Sign in and send the token as "Authorization: Bearer TOKEN".';
end
$$;

comment on function app_hidden.require_user_id() is
  'The signed-in user. Raises LMAUT without a token, LMSES with one that is no longer good.';
grant execute on function app_hidden.require_user_id() to lml_anonymous, lml_user;

--! split: 1010-functions-identity-sign_out.sql
create or replace function app_public.sign_out()
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_public.user_sessions as s
  set revoked_at = now()
  from app_private.session_tokens as t
  where t.session_id = s.id
    and t.token_hash
      = app_hidden.hash_token(nullif(current_setting('lml.session_token', true), ''))
    and s.revoked_at is null;
  return found;
end
$$;

comment on function app_public.sign_out() is
  'Ends the session of this request at once. True when there was one.';
grant execute on function app_public.sign_out() to lml_anonymous, lml_user;

--! split: 1011-functions-organizations-create_organization.sql
create or replace function app_public.create_organization(
  name text, slug text, email text, default_currency text default 'USD',
  idempotency_key text default null
)
returns app_public.organizations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_id uuid;
  v_organization app_public.organizations;
  v_constraint text;
  v_column text;
begin
  v_id := app_private.replay_result(
    create_organization.idempotency_key, 'create_organization',
    jsonb_build_array(
      create_organization.name, create_organization.slug, create_organization.email,
      create_organization.default_currency
    )
  );
  if v_id is null then
    perform app_hidden.require_currency(create_organization.default_currency);
    insert into app_public.organizations (name, slug, email, default_currency)
    values (
      create_organization.name, create_organization.slug, create_organization.email::public.citext,
      create_organization.default_currency
    )
    on conflict on constraint organizations_slug_is_unique do nothing
    returning id into v_id;
    if v_id is null then
      perform app_hidden.raise_slug_taken(create_organization.slug);
    end if;
    insert into app_public.organization_settings (organization_id) values (v_id);
    insert into app_public.organization_members (organization_id, user_id, role)
    values (v_id, v_user_id, 'owner');
    perform app_private.keep_result(create_organization.idempotency_key, v_id);
  end if;

  select * into strict v_organization from app_public.organizations where id = v_id;
  return v_organization;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_organization(text, text, text, text, text) is
  'A new organization whose owner is the caller. Raises LMAUT, LMSES, LMINP, LMSLG (slug taken), '
  'LMCUR (unknown currency).';
grant execute on function app_public.create_organization(text, text, text, text, text)
  to lml_user;

--! split: 1012-functions-organizations-has_permission.sql
create or replace function app_hidden.has_permission(organization_id uuid, permission text)
returns boolean
language sql stable set search_path = ''
as $$
  select has_permission.organization_id in (
    select app_hidden.permitted_organization_ids(has_permission.permission)
  )
$$;

comment on function app_hidden.has_permission(uuid, text) is
  'Whether the signed-in user has a permission in an organization.';
grant execute on function app_hidden.has_permission(uuid, text) to lml_anonymous, lml_user;

--! split: 1013-functions-organizations-permitted_organization_ids.sql
-- For policies: "organization_id in (select app_hidden.permitted_organization_ids('...'))" is
-- evaluated once per query, whatever the number of rows.
create or replace function app_hidden.permitted_organization_ids(permission text)
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select m.organization_id
  from app_public.organization_members as m
  join app_public.role_permissions as p on p.role = m.role
  where m.user_id = app_hidden.current_user_id()
    and m.status = 'active'
    and p.permission = permitted_organization_ids.permission
$$;

comment on function app_hidden.permitted_organization_ids(text) is
  'The organizations in which the signed-in user has a permission.';
grant execute on function app_hidden.permitted_organization_ids(text)
  to lml_anonymous, lml_user;

--! split: 1014-functions-organizations-raise_bad_input.sql
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
      using errcode = 'LMINP', detail = raise_bad_input.constraint_name;
  end if;
  raise exception 'The argument "%" is missing.', raise_bad_input.column_name
    using errcode = 'LMINP', detail = raise_bad_input.column_name;
end
$$;

comment on function app_hidden.raise_bad_input(text, text) is
  'Raises LMINP for a violated check or a missing value.';

--! split: 1015-functions-organizations-raise_slug_taken.sql
create or replace function app_hidden.raise_slug_taken(slug text)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  raise exception 'The slug "%" is taken.', raise_slug_taken.slug
    using errcode = 'LMSLG', detail = raise_slug_taken.slug, hint = 'Choose another one.';
end
$$;

comment on function app_hidden.raise_slug_taken(text) is 'Raises LMSLG.';

--! split: 1016-functions-organizations-require_currency.sql
create or replace function app_hidden.require_currency(currency text)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not exists (
    select from app_public.currencies as c where c.code = require_currency.currency
  ) then
    raise exception 'There is no currency "%".', require_currency.currency
      using errcode = 'LMCUR', hint = 'Give an ISO 4217 code such as USD, EUR or JPY.';
  end if;
end
$$;

comment on function app_hidden.require_currency(text) is 'Raises LMCUR for an unknown currency.';

--! split: 1017-functions-organizations-require_permission.sql
-- Says "not found" to strangers, so that guessing ids tells nothing.
create or replace function app_hidden.require_permission(organization_id uuid, permission text)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  perform app_hidden.require_user_id();
  if app_hidden.has_permission(require_permission.organization_id, require_permission.permission)
  then
    return;
  end if;
  if require_permission.organization_id is not null
    and app_hidden.has_permission(require_permission.organization_id, 'organization.read')
  then
    raise exception 'Your role does not allow this.'
      using errcode = 'LMRGT', detail = require_permission.permission,
        hint = 'Ask an owner or admin of the organization.';
  end if;
  raise exception 'There is no such thing, or it is not yours.' using errcode = 'LMNFD';
end
$$;

comment on function app_hidden.require_permission(uuid, text) is
  'Raises LMAUT or LMSES without a user, LMRGT for a member without the permission, '
  'LMNFD for anybody else.';
grant execute on function app_hidden.require_permission(uuid, text) to lml_anonymous, lml_user;

--! split: 1018-functions-venues-check_layout_seats.sql
-- The table's constraints refuse the same things, but can name neither all kinds nor the places.
create or replace function app_hidden.check_layout_seats(document jsonb)
returns void
language plpgsql immutable set search_path = ''
as $$
declare
  v_bad text;
begin
  select format('section %s', s.value ->> 'name')
  into v_bad
  from jsonb_array_elements(
    app_hidden.layout_list(check_layout_seats.document, 'sections')
  ) as s
  group by s.value ->> 'name'
  having count(*) > 1
  limit 1;
  if found then
    raise exception 'Two sections have the same name.' using errcode = 'LMDUP', detail = v_bad;
  end if;

  select format('section %s, row %s, number %s', s.section, s.row_name, s.seat_number)
  into v_bad
  from app_hidden.read_layout(check_layout_seats.document) as s
  where coalesce(length(s.section), 0) not between 1 and 100
    or coalesce(length(s.row_name), 0) not between 1 and 50
    or coalesce(length(s.seat_number), 0) not between 1 and 20
    or coalesce(length(s.category), 0) not between 1 and 100
    or s.seat_id !~ '^[a-f0-9]{64}$'
    or not s.features <@ array['wheelchair', 'companion', 'aisle', 'obstructed_view']
  limit 1;
  if found then
    raise exception 'A seat lacks a proper name, category, id or feature.'
      using errcode = 'LMLAY', detail = v_bad;
  end if;

  select format('section %s, row %s, number %s', s.section, s.row_name, s.seat_number)
  into v_bad
  from app_hidden.read_layout(check_layout_seats.document) as s
  where s.x is null or s.y is null or s.x not between 0 and 1 or s.y not between 0 and 1
  limit 1;
  if found then
    raise exception 'A seat lies outside the plan: x and y run from 0 to 1.'
      using errcode = 'LMXYR', detail = v_bad;
  end if;

  select format('section %s, row %s, number %s', s.section, s.row_name, s.seat_number)
  into v_bad
  from app_hidden.read_layout(check_layout_seats.document) as s
  group by s.section, s.row_name, s.seat_number
  having count(*) > 1
  limit 1;
  if found then
    raise exception 'Two seats have the same section, row and number.'
      using errcode = 'LMDUP', detail = v_bad;
  end if;

  select format('seat id %s', s.seat_id)
  into v_bad
  from app_hidden.read_layout(check_layout_seats.document) as s
  group by s.seat_id
  having count(*) > 1
  limit 1;
  if found then
    raise exception 'Two seats have the same id.' using errcode = 'LMDUP', detail = v_bad;
  end if;
end
$$;

comment on function app_hidden.check_layout_seats(jsonb) is
  'Raises LMLAY, LMXYR or LMDUP, with the place, for a layout whose seats are not in order.';

--! split: 1019-functions-venues-create_venue.sql
create or replace function app_public.create_venue(
  organization_id uuid, name text, slug text, timezone text, address jsonb default '{}',
  description text default null, idempotency_key text default null
)
returns app_public.venues
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_venue app_public.venues;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_permission(create_venue.organization_id, 'venues.manage');
  v_id := app_private.replay_result(
    create_venue.idempotency_key, 'create_venue',
    jsonb_build_array(
      create_venue.organization_id, create_venue.name, create_venue.slug, create_venue.timezone,
      create_venue.address, create_venue.description
    )
  );
  if v_id is null then
    insert into app_public.venues (organization_id, name, slug, timezone, address, description)
    values (
      create_venue.organization_id, create_venue.name, create_venue.slug, create_venue.timezone,
      coalesce(create_venue.address, '{}'), create_venue.description
    )
    on conflict on constraint venues_slug_is_unique do nothing
    returning id into v_id;
    if v_id is null then
      perform app_hidden.raise_slug_taken(create_venue.slug);
    end if;
    perform app_private.keep_result(create_venue.idempotency_key, v_id);
  end if;

  select * into strict v_venue from app_public.venues as v where v.id = v_id;
  return v_venue;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_venue(uuid, text, text, text, jsonb, text, text) is
  'A new venue. Needs venues.manage. Raises LMNFD, LMRGT, LMINP, LMSLG, LMTZN.';
grant execute on function app_public.create_venue(uuid, text, text, text, jsonb, text, text)
  to lml_user;

--! split: 1020-functions-venues-import_venue_layout.sql
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
  perform app_hidden.require_permission(v_organization_id, 'venues.manage');
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

--! split: 1021-functions-venues-layout_list.sql
-- A list of a layout document that must be one: what is left out is not quietly sold without it.
create or replace function app_hidden.layout_list(parent jsonb, key text)
returns jsonb
language plpgsql immutable set search_path = ''
as $$
begin
  if jsonb_typeof(layout_list.parent -> layout_list.key) is distinct from 'array' then
    raise exception 'The layout lacks a list of %.', layout_list.key
      using errcode = 'LMLAY',
        detail = format('"%s" of %s', layout_list.key, left(layout_list.parent::text, 200));
  end if;
  return layout_list.parent -> layout_list.key;
end
$$;

comment on function app_hidden.layout_list(jsonb, text) is
  'A member of an object that must be a list. Raises LMLAY.';

--! split: 1022-functions-venues-read_layout.sql
-- Opens a layout document into one row per seat, in the document's order, and refuses what is not
-- of the format. Each refusal names the first place that is wrong.
create or replace function app_hidden.read_layout(document jsonb)
returns table (
  seat_no integer, section_no smallint, section text, row_name text, seat_number text,
  seat_id text, category text, x numeric, y numeric, features text[]
)
language plpgsql immutable set search_path = ''
as $$
begin
  if jsonb_typeof(read_layout.document) <> 'object'
    or read_layout.document ->> 'format' is distinct from 'lml-layout/1'
    or not read_layout.document @? 'strict $.sections[*].rows[*].seats[*]'
  then
    raise exception 'This is not a layout of format lml-layout/1 with at least one seat.'
      using errcode = 'LMLAY', hint = '"lml import layout FILE" reads and converts other formats.';
  end if;

  if jsonb_array_length(read_layout.document -> 'sections') > 10000 then
    raise exception 'A layout has at most 10,000 sections.' using errcode = 'LMLAY';
  end if;

  return query
  select
    (row_number() over (order by s.section_n, s.row_n, s.seat_n))::integer,
    s.section_n::smallint,
    s.section,
    s.row_name,
    s.seat ->> 'number',
    coalesce(
      s.seat ->> 'seat_id', app_hidden.seat_id_of(s.section, s.row_name, s.seat ->> 'number')
    ),
    s.seat ->> 'category',
    -- What is no number becomes null here and is refused by name in import_venue_layout.
    case jsonb_typeof(s.seat -> 'x') when 'number' then (s.seat ->> 'x')::numeric end,
    case jsonb_typeof(s.seat -> 'y') when 'number' then (s.seat ->> 'y')::numeric end,
    case when s.seat ? 'features' then
      array(select jsonb_array_elements_text(app_hidden.layout_list(s.seat, 'features')))
      else '{}'
    end
  from (
    select
      section.n as section_n, section.value ->> 'name' as section,
      r.n as row_n, r.value ->> 'name' as row_name,
      seat.n as seat_n, seat.value as seat
    from jsonb_array_elements(read_layout.document -> 'sections')
      with ordinality as section (value, n),
      jsonb_array_elements(app_hidden.layout_list(section.value, 'rows'))
        with ordinality as r (value, n),
      jsonb_array_elements(app_hidden.layout_list(r.value, 'seats'))
        with ordinality as seat (value, n)
    -- Keeps the query apart: sorting whole sections with each of their seats took a hundred times
    -- as long at 4,000 seats, and grew with the square of them.
    offset 0
  ) as s;
end
$$;

comment on function app_hidden.read_layout(jsonb) is
  'The seats of a layout document. Raises LMLAY when it is not of the format.';

--! split: 1023-functions-venues-seat_id_of.sql
-- The same seat has the same id in every version of a layout, unless the document names ids.
create or replace function app_hidden.seat_id_of(section text, row_name text, seat_number text)
returns text
language sql immutable strict parallel safe
return encode(
  sha256(convert_to(
    '[' || to_json(section)::text || ',' || to_json(row_name)::text || ','
      || to_json(seat_number)::text || ']',
    'UTF8'
  )),
  'hex'
);

comment on function app_hidden.seat_id_of(text, text, text) is
  'SHA-256 of the JSON array of section, row and number.';

--! split: 1024-functions-venues-store_layout.sql
-- Asks for no permission: who calls it has checked that, or owns the database.
create or replace function app_private.store_layout(
  venue_id uuid, document text, sha256 text,
  source app_public.layout_source default 'upload', source_reference text default null
)
returns app_public.venue_layouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid;
  v_document jsonb;
  v_layout app_public.venue_layouts;
  v_seat_count integer;
begin
  -- The lock makes versions count up without gaps when two imports meet.
  select v.organization_id into v_organization_id
  from app_public.venues as v
  where v.id = store_layout.venue_id
  for no key update;
  if not found then
    raise exception 'There is no such venue.'
      using errcode = 'LMNFD', detail = format('%s', store_layout.venue_id);
  end if;

  if store_layout.sha256 is distinct from
    encode(sha256(convert_to(store_layout.document, 'UTF8')), 'hex')
  then
    raise exception 'The hash is not the SHA-256 of the document.'
      using errcode = 'LMHSH', hint = 'Send the document byte for byte as it was hashed.';
  end if;

  select l.* into v_layout
  from app_public.venue_layouts as l
  where l.organization_id = v_organization_id
    and l.venue_id = store_layout.venue_id
    and l.sha256 = store_layout.sha256;
  if found then
    return v_layout;
  end if;

  if octet_length(store_layout.document) > 67108864 then
    raise exception 'A layout document has at most 64 MiB.'
      using errcode = 'LMLAY', detail = octet_length(store_layout.document)::text;
  end if;
  begin
    v_document := store_layout.document::jsonb;
  exception
    when invalid_text_representation or untranslatable_character or numeric_value_out_of_range
      or program_limit_exceeded
    then
      raise exception 'The document is not JSON.' using errcode = 'LMLAY', detail = sqlerrm;
  end;
  perform app_hidden.check_layout_seats(v_document);
  select count(*) into v_seat_count from app_hidden.read_layout(v_document);
  if v_seat_count > 200000 then
    raise exception 'A layout has at most 200,000 seats.'
      using errcode = 'LMLAY', detail = v_seat_count::text;
  end if;

  insert into app_public.venue_layouts (
    organization_id, venue_id, version, name, sha256, document, source, source_reference,
    seat_count
  )
  select
    v_organization_id, store_layout.venue_id,
    1 + coalesce(max(l.version), 0),
    coalesce(left(v_document ->> 'name', 255), 'Layout'),
    store_layout.sha256, store_layout.document,
    coalesce(store_layout.source, 'upload'),
    left(store_layout.source_reference, 1000), v_seat_count
  from app_public.venue_layouts as l
  where l.organization_id = v_organization_id and l.venue_id = store_layout.venue_id
  returning * into v_layout;

  insert into app_public.layout_sections (organization_id, layout_id, section_no, name)
  select distinct v_organization_id, v_layout.id, s.section_no, s.section
  from app_hidden.read_layout(v_document) as s;

  insert into app_public.layout_seats (
    organization_id, layout_id, seat_no, section_no, seat_id, row_name, seat_number, category,
    x, y, features
  )
  select
    v_organization_id, v_layout.id, s.seat_no, s.section_no, s.seat_id, s.row_name,
    s.seat_number, s.category, s.x, s.y, s.features
  from app_hidden.read_layout(v_document) as s;
  -- Sales of a new layout may open before statistics are gathered by themselves, and the plans that
  -- they get then stay for as long as connections live.
  analyze app_public.layout_seats;
  return v_layout;
end
$$;

comment on function app_private.store_layout(
  uuid, text, text, app_public.layout_source, text
) is
  'import_venue_layout for the database''s owner, who needs no session. '
  'Raises LMHSH, LMLAY, LMXYR, LMDUP, LMNFD.';

--! split: 1025-functions-venues-tg_venues__check_timezone.sql
-- Which zones exist is known to the server's own tables only, so no check constraint can say it.
create or replace function app_hidden.tg_venues__check_timezone()
returns trigger
language plpgsql set search_path = ''
as $$
begin
  -- "At time zone" would also take abbreviations and made-up names such as FOO+5.
  if new.timezone is not null
    and not exists (select from pg_timezone_names as z where z.name = new.timezone)
  then
    raise exception 'There is no time zone "%".', left(new.timezone, 100)
      using errcode = 'LMTZN', hint = 'Give an IANA name such as Europe/Vienna.';
  end if;
  return new;
end
$$;

comment on function app_hidden.tg_venues__check_timezone() is 'Raises LMTZN.';

create or replace trigger _200_check_timezone
  before insert or update of timezone on app_public.venues
  for each row execute function app_hidden.tg_venues__check_timezone();

--! split: 1026-functions-events-create_event.sql
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
  perform app_hidden.require_permission(create_event.organization_id, 'events.manage');
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
      processing_fee_percentage, processing_fee_fixed_cents, commission_percentage
    )
    select
      o.id, create_event.venue_id, create_event.title, create_event.slug,
      create_event.description, coalesce(create_event.currency, o.default_currency),
      coalesce(create_event.sales_start, now()), create_event.sales_end,
      create_event.tax_rate_id, coalesce(create_event.blocked_sections, '{}'),
      s.service_fee_percentage, s.service_fee_fixed_cents,
      s.processing_fee_percentage, s.processing_fee_fixed_cents, s.commission_percentage
    from app_public.organizations as o
    join app_public.organization_settings as s on s.organization_id = o.id
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
  'A new draft with the fees of the organization''s settings. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMINP, LMSLG, LMCUR.';
grant execute on function app_public.create_event(
  uuid, uuid, text, text, text, text, timestamptz, timestamptz, uuid, text[], text
) to lml_user;

--! split: 1027-functions-events-create_performance.sql
create or replace function app_public.create_performance(
  event_id uuid, layout_id uuid, starts_at timestamptz, ends_at timestamptz default null,
  doors_at timestamptz default null, idempotency_key text default null
)
returns app_public.performances
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    create_performance.event_id, 'events.manage'
  );
  v_id uuid;
  v_performance app_public.performances;
  v_constraint text;
  v_column text;
begin
  v_id := app_private.replay_result(
    create_performance.idempotency_key, 'create_performance',
    jsonb_build_array(
      create_performance.event_id, create_performance.layout_id, create_performance.starts_at,
      create_performance.ends_at, create_performance.doors_at
    )
  );
  if v_id is null then
    if v_event.status not in ('draft', 'published') then
      raise exception 'The event is %.', v_event.status
        using errcode = 'LMEVT', detail = v_event.id::text;
    end if;
    if not exists (
      select from app_public.venue_layouts as l
      where l.organization_id = v_event.organization_id
        and l.id = create_performance.layout_id
        and l.venue_id = v_event.venue_id
    ) then
      raise exception 'The event''s venue has no such layout.'
        using errcode = 'LMNFD', detail = 'layout_id';
    end if;

    insert into app_public.performances (
      organization_id, event_id, layout_id, currency, starts_at, ends_at, doors_at
    )
    values (
      v_event.organization_id, v_event.id, create_performance.layout_id, v_event.currency,
      create_performance.starts_at, create_performance.ends_at, create_performance.doors_at
    )
    on conflict on constraint performances_start_is_unique do nothing
    returning id into v_id;
    if v_id is null then
      raise exception 'The event has a performance at that time.'
        using errcode = 'LMINP', detail = 'starts_at';
    end if;
    if v_event.status = 'published' then
      perform app_private.create_inventory(v_id);
    end if;
    perform app_private.keep_result(create_performance.idempotency_key, v_id);
  end if;

  select * into strict v_performance from app_public.performances as p where p.id = v_id;
  return v_performance;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_performance(
  uuid, uuid, timestamptz, timestamptz, timestamptz, text
) is
  'A date of an event, on sale at once if the event is published. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMINP, LMEVT (ended event), LMPUB (a seat without category).';
grant execute on function app_public.create_performance(
  uuid, uuid, timestamptz, timestamptz, timestamptz, text
) to lml_user;

--! split: 1028-functions-events-create_ticket_category.sql
create or replace function app_public.create_ticket_category(
  event_id uuid, name text, price_cents bigint, seat_categories text[] default '{}',
  sections text[] default '{}', description text default null,
  idempotency_key text default null
)
returns app_public.ticket_categories
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    create_ticket_category.event_id, 'events.manage'
  );
  v_id uuid;
  v_category app_public.ticket_categories;
  v_constraint text;
  v_column text;
begin
  v_id := app_private.replay_result(
    create_ticket_category.idempotency_key, 'create_ticket_category',
    jsonb_build_array(
      create_ticket_category.event_id, create_ticket_category.name,
      create_ticket_category.price_cents, create_ticket_category.seat_categories,
      create_ticket_category.sections, create_ticket_category.description
    )
  );
  if v_id is null then
    -- Seats are given their categories when the event is published.
    if v_event.status <> 'draft' then
      raise exception 'Categories are added before the event is published.'
        using errcode = 'LMEVT', detail = v_event.id::text;
    end if;

    insert into app_public.ticket_categories (
      organization_id, event_id, category_no, name, description, seat_categories, sections
    )
    select
      v_event.organization_id, v_event.id, 1 + coalesce(max(c.category_no), 0),
      create_ticket_category.name, create_ticket_category.description,
      coalesce(create_ticket_category.seat_categories, '{}'),
      coalesce(create_ticket_category.sections, '{}')
    from app_public.ticket_categories as c
    where c.organization_id = v_event.organization_id and c.event_id = v_event.id
    on conflict on constraint ticket_categories_name_is_unique do nothing
    returning id into v_id;
    if v_id is null then
      raise exception 'The event has a category of that name.'
        using errcode = 'LMINP', detail = 'name';
    end if;
    insert into app_public.ticket_category_prices (
      organization_id, ticket_category_id, price_cents
    )
    values (v_event.organization_id, v_id, create_ticket_category.price_cents);
    perform app_private.keep_result(create_ticket_category.idempotency_key, v_id);
  end if;

  select * into strict v_category from app_public.ticket_categories as c where c.id = v_id;
  return v_category;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_ticket_category(
  uuid, text, bigint, text[], text[], text, text
) is
  'A kind of ticket of a draft event: which seats it covers, and its price in minor units. '
  'Needs events.manage. Raises LMNFD, LMRGT, LMINP, LMEVT.';
grant execute on function app_public.create_ticket_category(
  uuid, text, bigint, text[], text[], text, text
) to lml_user;

--! split: 1029-functions-events-lock_event.sql
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
  perform app_hidden.require_permission(v_event.organization_id, lock_event.permission);
  return v_event;
end
$$;

comment on function app_private.lock_event(uuid, text) is
  'The event, locked, if the caller has the permission. Raises LMNFD, LMRGT, LMAUT, LMSES.';

--! split: 1030-functions-events-publish_event.sql
create or replace function app_public.publish_event(event_id uuid)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(publish_event.event_id, 'events.manage');
  v_performance_id uuid;
begin
  if v_event.status = 'published' then
    return v_event;
  end if;
  if v_event.status <> 'draft' then
    raise exception 'The event is %.', v_event.status
      using errcode = 'LMEVT', detail = v_event.id::text;
  end if;
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
  'Raises LMNFD, LMRGT, LMEVT, LMPUB (no performance, or a seat without exactly one category).';
grant execute on function app_public.publish_event(uuid) to lml_user;

--! split: 1031-functions-inventory-create_inventory.sql
-- One row for each seat of the layout. Each seat gets the category that names its section, else
-- the one that names its category in the plan; seats of blocked sections are not for sale.
create or replace function app_private.create_inventory(performance_id uuid)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
  v_blocked_sections text[];
  v_bad text;
  v_count integer;
begin
  select p.* into strict v_performance
  from app_public.performances as p where p.id = create_inventory.performance_id;
  select e.blocked_sections into strict v_blocked_sections
  from app_public.events as e where e.id = v_performance.event_id;

  insert into app_public.performance_categories (
    organization_id, performance_id, category_no, ticket_category_id
  )
  select c.organization_id, v_performance.id, c.category_no, c.id
  from app_public.ticket_categories as c
  where c.organization_id = v_performance.organization_id
    and c.event_id = v_performance.event_id;

  select format('section %s, row %s, number %s', s.section, s.row_name, s.seat_number)
  into v_bad
  from app_hidden.seats_with_categories(v_performance) as s
  where not coalesce(s.section = any (v_blocked_sections), false)
    and cardinality(s.category_nos) <> 1
  order by s.seat_no
  limit 1;
  if found then
    raise exception 'A seat is covered by no ticket category, or by several.'
      using errcode = 'LMPUB', detail = v_bad,
        hint = 'Name its section or category in exactly one ticket category, or block the section.';
  end if;

  insert into app_public.seat_booking_state (
    organization_id, performance_id, seat_no, category_no, status
  )
  select
    v_performance.organization_id, v_performance.id, s.seat_no, s.category_nos[1],
    case when s.section = any (v_blocked_sections) then 'blocked' else 'available' end
      ::app_public.seat_status
  from app_hidden.seats_with_categories(v_performance) as s
  order by s.seat_no;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_private.create_inventory(uuid) is
  'Creates the seats of a performance; returns how many. Raises LMPUB.';

--! split: 1032-functions-inventory-open_sale.sql
create or replace function app_private.open_sale(performance_id uuid)
returns app_private.sale
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_sale app_private.sale;
  v_is_on_sale boolean;
  v_opens_at timestamptz;
  v_closes_at timestamptz;
begin
  select
    p.organization_id, p.id, p.event_id, p.layout_id, p.currency, e.service_fee_percentage,
    e.service_fee_fixed_cents, e.processing_fee_percentage, e.processing_fee_fixed_cents,
    e.commission_percentage, coalesce(t.percentage, 0), s.allow_guest_checkout, s.hold_seconds,
    s.checkout_seconds, s.hold_seconds_max, s.tickets_per_booking_max
  into v_sale
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  join app_public.organization_settings as s on s.organization_id = p.organization_id
  left join app_public.tax_rates as t
    on t.organization_id = e.organization_id and t.id = e.tax_rate_id
  where p.id = open_sale.performance_id;
  if v_sale.performance_id is null then
    raise exception 'There is no such performance.'
      using errcode = 'LMNFD', detail = format('%s', open_sale.performance_id);
  end if;

  select
    e.status = 'published' and p.status = 'scheduled' and o.status = 'active',
    e.sales_start, coalesce(e.sales_end, p.starts_at)
  into v_is_on_sale, v_opens_at, v_closes_at
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  join app_public.organizations as o on o.id = p.organization_id
  where p.id = open_sale.performance_id;
  if not v_is_on_sale then
    raise exception 'This event is not on sale.'
      using errcode = 'LMEVT', detail = v_sale.performance_id::text;
  end if;
  if now() < v_opens_at then
    raise exception 'Sales have not opened yet.'
      using errcode = 'LMSAL', detail = v_opens_at::text, hint = 'Try again then.';
  end if;
  if now() >= v_closes_at then
    raise exception 'Sales are closed.' using errcode = 'LMSAL', detail = v_closes_at::text;
  end if;
  return v_sale;
end
$$;

comment on function app_private.open_sale(uuid) is
  'The terms of a performance that is on sale now. '
  'Raises LMNFD, LMEVT (not published), LMSAL (before or after sales).';

--! split: 1033-functions-inventory-price_line.sql
-- The one formula of a line, used to quote and to charge. Fixed fees are per ticket; tax is on
-- what the ticket and its service cost.
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
    l.subtotal, l.service_fee, l.processing_fee, l.tax,
    l.subtotal + l.service_fee + l.processing_fee + l.tax
  from (
    select
      f.subtotal, f.service_fee, f.processing_fee,
      app_hidden.percentage_of(f.subtotal + f.service_fee, (price_line.terms).tax_percentage)
        as tax
    from (
      select
        s.subtotal,
        app_hidden.percentage_of(s.subtotal, (price_line.terms).service_fee_percentage)
          + (price_line.terms).service_fee_fixed_cents * price_line.quantity as service_fee,
        app_hidden.percentage_of(s.subtotal, (price_line.terms).processing_fee_percentage)
          + (price_line.terms).processing_fee_fixed_cents * price_line.quantity
          as processing_fee
      from (select price_line.unit_price_cents * price_line.quantity as subtotal) as s
    ) as f
  ) as l
$$;

comment on function app_hidden.price_line(bigint, integer, app_private.sale) is
  'All amounts of a line in minor units, each rounded half away from zero.';

--! split: 1034-functions-inventory-raise_bad_seat_ids.sql
create or replace function app_private.raise_bad_seat_ids(
  sale app_private.sale, seat_ids text[]
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_unknown jsonb;
begin
  if (
    select count(distinct id) from unnest(raise_bad_seat_ids.seat_ids) as id
  ) < (select count(id) from unnest(raise_bad_seat_ids.seat_ids) as id) then
    raise exception 'A seat is named twice.' using errcode = 'LMSDP';
  end if;

  select jsonb_agg(id) into v_unknown
  from unnest(raise_bad_seat_ids.seat_ids) as id
  where not exists (
    select from app_public.layout_seats as s
    where s.organization_id = (raise_bad_seat_ids.sale).organization_id
      and s.layout_id = (raise_bad_seat_ids.sale).layout_id
      and s.seat_id = id
  );
  raise exception 'There are no such seats.'
    using errcode = 'LMSEA', detail = jsonb_build_object('seat_ids', v_unknown)::text,
      hint = 'Seat ids are in the layout of the performance.';
end
$$;

comment on function app_private.raise_bad_seat_ids(app_private.sale, text[]) is
  'Raises LMSDP or LMSEA for seat ids that do not name as many seats.';

--! split: 1035-functions-inventory-raise_seats_taken.sql
create or replace function app_private.raise_seats_taken(
  sale app_private.sale, seat_nos integer[]
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_seats jsonb;
  v_labels text;
begin
  select
    jsonb_agg(s.seat_id order by s.seat_no),
    string_agg(
      format('%s %s-%s', section.name, s.row_name, s.seat_number), ', ' order by s.seat_no
    )
  into v_seats, v_labels
  from app_public.layout_seats as s
  join app_public.layout_sections as section
    on section.organization_id = s.organization_id
    and section.layout_id = s.layout_id
    and section.section_no = s.section_no
  where s.organization_id = (raise_seats_taken.sale).organization_id
    and s.layout_id = (raise_seats_taken.sale).layout_id
    and s.seat_no = any (raise_seats_taken.seat_nos);
  raise exception 'Not available: %.', v_labels
    using errcode = 'LMTKN', detail = jsonb_build_object('seat_ids', v_seats)::text,
      hint = 'Choose other seats; nothing was held.';
end
$$;

comment on function app_private.raise_seats_taken(app_private.sale, integer[]) is
  'Raises LMTKN, naming the seats.';

--! split: 1036-functions-inventory-seat_map.sql
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
      or app_hidden.has_permission(p.organization_id, 'events.read')
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

--! split: 1037-functions-inventory-seat_nos_of.sql
-- Buyers name seats by their ids; the hot table knows their numbers. The result is in order of
-- number, which is the order in which seats are locked.
create or replace function app_private.seat_nos_of(
  sale app_private.sale, seat_ids text[]
)
returns integer[]
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_count integer := coalesce(cardinality(seat_nos_of.seat_ids), 0);
  v_seat_nos integer[];
begin
  if v_count = 0 then
    raise exception 'No seat was named.' using errcode = 'LMQTY', detail = '0';
  end if;
  if v_count > ((seat_nos_of.sale).tickets_per_booking_max) then
    raise exception 'At most % seats fit in one booking.',
        (seat_nos_of.sale).tickets_per_booking_max
      using errcode = 'LMQTY', detail = v_count::text;
  end if;

  select array_agg(s.seat_no order by s.seat_no)
  into v_seat_nos
  from app_public.layout_seats as s
  where s.organization_id = (seat_nos_of.sale).organization_id
    and s.layout_id = (seat_nos_of.sale).layout_id
    and s.seat_id = any (seat_nos_of.seat_ids);
  if coalesce(cardinality(v_seat_nos), 0) < v_count then
    perform app_private.raise_bad_seat_ids(seat_nos_of.sale, seat_nos_of.seat_ids);
  end if;
  return v_seat_nos;
end
$$;

comment on function app_private.seat_nos_of(app_private.sale, text[]) is
  'Numbers of seats, in order. '
  'Raises LMQTY (none or too many), LMSDP (one twice), LMSEA (unknown).';

--! split: 1038-functions-inventory-seats_with_categories.sql
create or replace function app_hidden.seats_with_categories(performance app_public.performances)
returns table (
  seat_no integer, section text, row_name text, seat_number text, category_nos smallint[]
)
language sql stable security definer set search_path = ''
as $$
  select
    s.seat_no, section.name, s.row_name, s.seat_number,
    coalesce(
      array_agg(c.category_no order by c.category_no)
        filter (where section.name = any (c.sections)),
      array_agg(c.category_no order by c.category_no)
        filter (where s.category = any (c.seat_categories)),
      '{}'
    )
  from app_public.layout_seats as s
  join app_public.layout_sections as section
    on section.organization_id = s.organization_id
    and section.layout_id = s.layout_id
    and section.section_no = s.section_no
  left join app_public.ticket_categories as c
    on c.organization_id = s.organization_id
    and c.event_id = (seats_with_categories.performance).event_id
    and (section.name = any (c.sections) or s.category = any (c.seat_categories))
  where s.organization_id = (seats_with_categories.performance).organization_id
    and s.layout_id = (seats_with_categories.performance).layout_id
  group by s.seat_no, section.name, s.row_name, s.seat_number
$$;

comment on function app_hidden.seats_with_categories(app_public.performances) is
  'Each seat of a performance''s layout with the ticket categories that claim it.';

--! split: 1039-functions-inventory-take_seats.sql
-- The heart of a sale. One update takes all the seats or, because the caller's transaction fails,
-- none. A seat whose lock has run out is free at this very moment, whoever sweeps up later.
--
-- Seats are locked in order of their number, so that two holds never wait for each other in a
-- circle. Only an index scan visits them in that order, hence the settings; the generic plan saves
-- planning anew at every call (the array makes a custom plan look cheaper than it is).
create or replace function app_private.take_seats(
  sale app_private.sale, seat_nos integer[], booking_id uuid, locked_until timestamptz
)
returns setof app_private.priced_line
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_taken integer[];
  v_line app_private.priced_line;
begin
  for v_line in
    with taken as (
      update app_public.seat_booking_state as s
      set status = 'locked', booking_id = take_seats.booking_id,
        locked_until = take_seats.locked_until
      where s.organization_id = (take_seats.sale).organization_id
        and s.performance_id = (take_seats.sale).performance_id
        and s.seat_no = any (take_seats.seat_nos)
        and (s.status = 'available' or (s.status = 'locked' and s.locked_until <= now()))
      returning s.seat_no, s.category_no, s.price_override_cents
    ),
    grouped as (
      select
        t.category_no, t.price_override_cents, array_agg(t.seat_no order by t.seat_no) as seat_nos,
        count(*)::integer as quantity
      from taken as t
      group by t.category_no, t.price_override_cents
    )
    select
      c.id, g.seat_nos, g.quantity, coalesce(g.price_override_cents, p.price_cents),
      l.subtotal_cents, l.service_fee_cents, l.processing_fee_cents, l.tax_cents, l.total_cents
    from grouped as g
    left join app_public.performance_categories as pc
      on pc.organization_id = (take_seats.sale).organization_id
      and pc.performance_id = (take_seats.sale).performance_id
      and pc.category_no = g.category_no
    left join app_public.ticket_categories as c
      on c.organization_id = pc.organization_id
      and c.id = pc.ticket_category_id
      and c.status = 'active'
    left join app_public.ticket_category_prices as p
      on p.organization_id = c.organization_id
      and p.ticket_category_id = c.id
      and p.audience = 'public'
      and p.valid_during @> now()
    left join lateral app_hidden.price_line(
      coalesce(g.price_override_cents, p.price_cents), g.quantity, take_seats.sale
    ) as l on true
  loop
    v_taken := v_taken || v_line.seat_nos;
    if v_line.ticket_category_id is null or v_line.unit_price_cents is null then
      raise exception 'Tickets of this category are not on sale.'
        using errcode = 'LMSAL', detail = v_line.seat_nos::text;
    end if;
    return next v_line;
  end loop;

  if cardinality(v_taken) is distinct from cardinality(take_seats.seat_nos) then
    perform app_private.raise_seats_taken(
      take_seats.sale,
      array(
        select unnest(take_seats.seat_nos) except select unnest(coalesce(v_taken, '{}'))
      )
    );
  end if;
end
$$;

comment on function app_private.take_seats(
  app_private.sale, integer[], uuid, timestamptz
) is
  'Locks seats for a booking and returns its lines, priced. '
  'Raises LMTKN, naming the seats that were not free, and LMSAL for a category not on sale.';

--! split: 1040-functions-bookings-acquire_seat_lock.sql
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
    coalesce(v_performance_id, app_private.only_performance_of(acquire_seat_lock.event_id))
  );
  if v_sale.event_id is distinct from acquire_seat_lock.event_id then
    raise exception 'The booking is for another event.' using errcode = 'LMBKG';
  end if;
  if acquire_seat_lock.user_id is distinct from coalesce(v_booking.user_id, v_caller_id)
    or (
      acquire_seat_lock.user_id <> v_caller_id
      and not app_hidden.has_permission(v_sale.organization_id, 'bookings.manage')
    )
  then
    raise exception 'The user must be the caller, who owns the booking.' using errcode = 'LMRGT';
  end if;

  v_buyer.user_id := acquire_seat_lock.user_id;
  begin
    if v_booking.id is null then
      perform app_private.hold_for_new_booking(
        v_buyer, v_sale, app_private.seat_nos_of(v_sale, array[acquire_seat_lock.seat_id]),
        acquire_seat_lock.lock_duration_minutes * 60
      );
    else
      perform app_private.hold_for_draft(
        v_booking, v_sale, app_private.seat_nos_of(v_sale, array[acquire_seat_lock.seat_id])
      );
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

--! split: 1041-functions-bookings-book_seats.sql
create or replace function app_private.book_seats(
  booking app_public.bookings, seat_nos integer[]
)
returns boolean
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_free integer;
begin
  -- Locked first, judged afterwards: what is read here cannot change before it is written.
  select count(*) into v_free
  from (
    select s.status, s.booking_id, s.locked_until
    from app_public.seat_booking_state as s
    where s.organization_id = (book_seats.booking).organization_id
      and s.performance_id = (book_seats.booking).performance_id
      and s.seat_no = any (book_seats.seat_nos)
    order by s.organization_id, s.performance_id, s.seat_no
    for no key update
  ) as s
  where s.status = 'available'
    or (
      s.status = 'locked'
      and (s.booking_id = (book_seats.booking).id or s.locked_until <= now())
    );
  if v_free <> cardinality(book_seats.seat_nos) then
    return false;
  end if;

  update app_public.seat_booking_state as s
  set status = 'booked', booking_id = (book_seats.booking).id, locked_until = null
  where s.organization_id = (book_seats.booking).organization_id
    and s.performance_id = (book_seats.booking).performance_id
    and s.seat_no = any (book_seats.seat_nos);
  return true;
end
$$;

comment on function app_private.book_seats(app_public.bookings, integer[]) is
  'Books seats that the booking owns or that are free; false, and no change, if one is neither.';

--! split: 1042-functions-bookings-calculate_booking_totals.sql
create or replace function app_public.calculate_booking_totals(booking_id uuid)
returns app_public.booking_totals
language sql stable set search_path = ''
as $$
  select
    s.subtotal, s.discount, s.service_fee, s.processing_fee, s.tax,
    s.subtotal - s.discount + s.service_fee + s.processing_fee + s.tax,
    app_hidden.percentage_of(s.subtotal - s.discount, s.commission_percentage),
    s.subtotal - s.discount
      - app_hidden.percentage_of(s.subtotal - s.discount, s.commission_percentage)
  from (
    select
      b.commission_percentage,
      coalesce(sum(i.subtotal_cents), 0)::bigint as subtotal,
      coalesce(sum(i.discount_cents), 0)::bigint as discount,
      coalesce(sum(i.service_fee_cents), 0)::bigint as service_fee,
      coalesce(sum(i.processing_fee_cents), 0)::bigint as processing_fee,
      coalesce(sum(i.tax_cents), 0)::bigint as tax
    from app_public.bookings as b
    left join app_public.booking_items as i
      on i.organization_id = b.organization_id and i.booking_id = b.id
    where b.id = calculate_booking_totals.booking_id
    group by b.id
  ) as s
$$;

comment on function app_public.calculate_booking_totals(uuid) is
  'Sums over the lines of a booking that you may see; null for any other.';
grant execute on function app_public.calculate_booking_totals(uuid) to lml_anonymous, lml_user;

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
    and not app_hidden.has_permission(v_booking.organization_id, 'bookings.manage')
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

--! split: 1044-functions-bookings-confirm_booking.sql
-- Seats become booked only if this booking owns them, or, when its time had run out, if they are
-- free. False: somebody else has one of them, and nothing has changed.
create or replace function app_private.confirm_booking(booking_id uuid)
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
    return true;
  end if;
  if v_booking.status not in ('draft', 'pending_payment', 'expired') then
    return false;
  end if;
  if not app_private.book_seats(v_booking, app_private.held_seat_nos(v_booking)) then
    return false;
  end if;

  update app_public.bookings as b
  set status = 'confirmed', confirmed_at = now(), expires_at = null
  where b.id = v_booking.id
  returning * into v_booking;
  perform app_private.issue_tickets(v_booking);
  perform app_private.post_sale(v_booking);
  return true;
end
$$;

comment on function app_private.confirm_booking(uuid) is
  'Books the seats, issues the tickets and posts the sale: all of it, or false. '
  'Confirming twice is harmless.';
grant execute on function app_private.confirm_booking(uuid) to lml_worker;

--! split: 1045-functions-bookings-current_channel.sql
create or replace function app_hidden.current_channel()
returns app_public.booking_channel
language plpgsql stable set search_path = ''
as $$
declare
  v_channel text := current_setting('lml.channel', true);
begin
  return case when v_channel in ('mobile', 'api') then v_channel else 'web' end
    ::app_public.booking_channel;
end
$$;

comment on function app_hidden.current_channel() is
  'How the caller reached us, as the client says: web, mobile or api.';

--! split: 1046-functions-bookings-expire_bookings.sql
-- Tidies up: the seats were free for others from the deadline on. Nothing is waited for. A booking
-- that somebody works on is left for the next sweep; a seat that somebody is taking is theirs.
create or replace function app_private.expire_bookings(batch_limit integer default 500)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ids uuid[];
  v_booking app_public.bookings;
begin
  v_ids := array(
    select b.id from app_public.bookings as b
    where b.expires_at <= now() and b.status in ('draft', 'pending_payment')
    order by b.expires_at
    limit expire_bookings.batch_limit
    for no key update skip locked
  );
  for v_booking in
    update app_public.bookings as b
    set status = 'expired', expires_at = null
    where b.id = any (v_ids)
    returning b.*
  loop
    perform app_private.withdraw_payment(v_booking);
  end loop;

  update app_public.seat_booking_state as s
  set status = 'available', booking_id = null, locked_until = null
  from (
    select s.organization_id, s.performance_id, s.seat_no
    from app_public.bookings as b
    join app_public.booking_items as i
      on i.organization_id = b.organization_id and i.booking_id = b.id
    cross join unnest(i.seat_nos) as n
    join app_public.seat_booking_state as s
      on s.organization_id = b.organization_id
      and s.performance_id = b.performance_id
      and s.seat_no = n
      and s.booking_id = b.id
    where b.id = any (v_ids)
    for no key update of s skip locked
  ) as lapsed
  where s.organization_id = lapsed.organization_id
    and s.performance_id = lapsed.performance_id
    and s.seat_no = lapsed.seat_no;
  return cardinality(v_ids);
end
$$;

comment on function app_private.expire_bookings(integer) is
  'Ends open bookings whose deadline has passed; returns how many.';
grant execute on function app_private.expire_bookings(integer) to lml_worker;

--! split: 1047-functions-bookings-find_or_create_customer.sql
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
    -- An account is linked to its own address only: nobody may claim a stranger's history.
    (
      select u.id from app_public.users as u
      where u.id = find_or_create_customer.user_id
        and u.email operator(public.=) find_or_create_customer.email::public.citext
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

--! split: 1048-functions-bookings-free_seats.sql
-- Only what the booking still owns: seats that others took after the deadline stay theirs.
create or replace function app_private.free_seats(
  booking app_public.bookings, seat_nos integer[]
)
returns integer
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_count integer;
begin
  update app_public.seat_booking_state as s
  set status = 'available', booking_id = null, locked_until = null
  where s.organization_id = (free_seats.booking).organization_id
    and s.performance_id = (free_seats.booking).performance_id
    and s.seat_no = any (free_seats.seat_nos)
    and s.booking_id = (free_seats.booking).id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_private.free_seats(app_public.bookings, integer[]) is
  'Makes seats available that the booking owns; returns how many.';

--! split: 1049-functions-bookings-generate_booking_reference.sql
-- Tries again in the rare case that the reference is in use. Two transactions that draw the same
-- one at the same moment (1 in 850 billion) are told apart by the unique constraint.
create or replace function app_private.generate_booking_reference(organization_id uuid)
returns text
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_reference text;
begin
  for attempt in 1 .. 20 loop
    v_reference := 'LML-' || app_hidden.random_code(8);
    if not exists (
      select from app_public.bookings as b
      where b.organization_id = generate_booking_reference.organization_id
        and b.booking_reference = v_reference
    ) then
      return v_reference;
    end if;
  end loop;
  raise exception 'No free booking reference was found in 20 draws.' using errcode = 'LMREF';
end
$$;

comment on function app_private.generate_booking_reference(uuid) is
  'A booking reference that the organization has not used.';

--! split: 1050-functions-bookings-held_seat_nos.sql
create or replace function app_private.held_seat_nos(booking app_public.bookings)
returns integer[]
language sql stable security definer set search_path = ''
as $$
  select coalesce(array_agg(n order by n), '{}')
  from app_public.booking_items as i, unnest(i.seat_nos) as n
  where i.organization_id = (held_seat_nos.booking).organization_id
    and i.booking_id = (held_seat_nos.booking).id
$$;

comment on function app_private.held_seat_nos(app_public.bookings) is
  'The seats on the lines of a booking, in order of number.';

--! split: 1051-functions-bookings-hold_for_draft.sql
-- More seats for a cart that is already there. Its deadline stays: there is only one.
create or replace function app_private.hold_for_draft(
  booking app_public.bookings, sale app_private.sale, seat_nos integer[]
)
returns app_public.bookings
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_held integer[] := app_private.held_seat_nos(hold_for_draft.booking);
  v_wanted integer[];
begin
  -- Seats that the cart has are simply kept, so that a repeated click does no harm.
  v_wanted := array(
    select n from unnest(hold_for_draft.seat_nos) as n where not n = any (v_held) order by n
  );
  if cardinality(v_held) + cardinality(v_wanted)
    > (hold_for_draft.sale).tickets_per_booking_max
  then
    raise exception 'At most % seats fit in one booking.',
        (hold_for_draft.sale).tickets_per_booking_max
      using errcode = 'LMQTY', detail = (cardinality(v_held) + cardinality(v_wanted))::text;
  end if;
  if cardinality(v_wanted) > 0 then
    insert into app_public.booking_items (
      organization_id, booking_id, item_type, ticket_category_id, seat_nos, quantity,
      unit_price_cents, subtotal_cents, service_fee_cents, processing_fee_cents, tax_cents,
      total_cents
    )
    select
      (hold_for_draft.sale).organization_id, (hold_for_draft.booking).id, 'seat',
      l.ticket_category_id, l.seat_nos, l.quantity, l.unit_price_cents, l.subtotal_cents,
      l.service_fee_cents, l.processing_fee_cents, l.tax_cents, l.total_cents
    from app_private.take_seats(
      hold_for_draft.sale, v_wanted, (hold_for_draft.booking).id,
      (hold_for_draft.booking).expires_at
    ) as l;
  end if;
  return app_private.store_booking_totals((hold_for_draft.booking).id);
end
$$;

comment on function app_private.hold_for_draft(
  app_public.bookings, app_private.sale, integer[]
) is 'Adds seats to a draft, which the caller has locked. Raises LMTKN, LMSAL, LMQTY.';

--! split: 1052-functions-bookings-hold_for_new_booking.sql
-- A new cart in one statement: k seats, one booking, its lines.
create or replace function app_private.hold_for_new_booking(
  buyer app_private.buyer, sale app_private.sale, seat_nos integer[], hold_seconds integer
)
returns app_public.bookings
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_id uuid := uuidv7();
  v_expires_at timestamptz := now() + make_interval(
    secs => least(hold_for_new_booking.hold_seconds, (hold_for_new_booking.sale).hold_seconds_max)
  );
  v_reference text := app_private.generate_booking_reference(
    (hold_for_new_booking.sale).organization_id
  );
  v_booking app_public.bookings;
begin
  with lines as materialized (
    select *
    from app_private.take_seats(
      hold_for_new_booking.sale, hold_for_new_booking.seat_nos, v_id, v_expires_at
    )
  ),
  sums as (
    select
      sum(l.subtotal_cents)::bigint as subtotal_cents,
      sum(l.service_fee_cents)::bigint as service_fee_cents,
      sum(l.processing_fee_cents)::bigint as processing_fee_cents,
      sum(l.tax_cents)::bigint as tax_cents,
      sum(l.total_cents)::bigint as total_cents,
      app_hidden.percentage_of(
        sum(l.subtotal_cents)::bigint, (hold_for_new_booking.sale).commission_percentage
      ) as commission_cents
    from lines as l
  ),
  booking as (
    insert into app_public.bookings (
      id, organization_id, performance_id, booking_reference, user_id, cart_token_hash,
      booking_channel, currency, subtotal_cents, service_fee_cents, processing_fee_cents,
      tax_cents, total_amount_cents, commission_percentage, commission_amount_cents,
      payout_cents, expires_at
    )
    select
      v_id, (hold_for_new_booking.sale).organization_id,
      (hold_for_new_booking.sale).performance_id, v_reference,
      (hold_for_new_booking.buyer).user_id, (hold_for_new_booking.buyer).cart_token_hash,
      app_hidden.current_channel(), (hold_for_new_booking.sale).currency, s.subtotal_cents,
      s.service_fee_cents, s.processing_fee_cents, s.tax_cents, s.total_cents,
      (hold_for_new_booking.sale).commission_percentage, s.commission_cents,
      s.subtotal_cents - s.commission_cents, v_expires_at
    from sums as s
    returning *
  ),
  items as (
    insert into app_public.booking_items (
      organization_id, booking_id, item_type, ticket_category_id, seat_nos, quantity,
      unit_price_cents, subtotal_cents, service_fee_cents, processing_fee_cents, tax_cents,
      total_cents
    )
    select
      (hold_for_new_booking.sale).organization_id, v_id, 'seat', l.ticket_category_id, l.seat_nos,
      l.quantity, l.unit_price_cents, l.subtotal_cents, l.service_fee_cents,
      l.processing_fee_cents, l.tax_cents, l.total_cents
    from lines as l
  )
  select * into v_booking from booking;
  return v_booking;
end
$$;

comment on function app_private.hold_for_new_booking(
  app_private.buyer, app_private.sale, integer[], integer
) is 'A new draft booking that holds seats. Raises LMTKN, LMSAL.';

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
      return v_booking;
    end if;
  end if;

  v_sale := app_private.open_sale(hold_seats.performance_id);
  if v_buyer.user_id is null and not v_sale.allow_guest_checkout then
    raise exception 'This organization sells to people with an account only.'
      using errcode = 'LMGST', hint = 'Sign in first.';
  end if;

  if hold_seats.booking_id is null then
    v_booking := app_private.hold_for_new_booking(
      v_buyer, v_sale, app_private.seat_nos_of(v_sale, hold_seats.seat_ids), v_sale.hold_seconds
    );
  else
    perform app_private.require_open_draft(v_booking);
    if v_booking.performance_id <> v_sale.performance_id then
      raise exception 'The booking is for another performance.'
        using errcode = 'LMBKG', detail = v_booking.performance_id::text;
    end if;
    v_booking := app_private.hold_for_draft(
      v_booking, v_sale, app_private.seat_nos_of(v_sale, hold_seats.seat_ids)
    );
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
  'LMGST, LMCRT, LMSES, LMIDK, LMNFD.';
grant execute on function app_public.hold_seats(uuid, text[], uuid, text)
  to lml_anonymous, lml_user;

--! split: 1054-functions-bookings-keep_result.sql
create or replace function app_private.keep_result(idempotency_key text, result uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if keep_result.idempotency_key is null then
    return;
  end if;
  update app_private.idempotency_keys as k
  set result = keep_result.result
  where k.owner = coalesce(
      uuid_send(app_hidden.current_user_id()), app_hidden.current_cart_hash()
    )
    and k.idempotency_key = keep_result.idempotency_key;
end
$$;

comment on function app_private.keep_result(text, uuid) is
  'Remembers the result of the work that replay_result said was to be done.';

--! split: 1055-functions-bookings-lock_booking.sql
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
      or app_hidden.has_permission(b.organization_id, lock_booking.permission)
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

--! split: 1056-functions-bookings-only_performance_of.sql
create or replace function app_private.only_performance_of(event_id uuid)
returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_ids uuid[];
begin
  select array_agg(p.id) into v_ids
  from app_public.performances as p where p.event_id = only_performance_of.event_id;
  if coalesce(cardinality(v_ids), 0) = 0 then
    raise exception 'There is no such event.'
      using errcode = 'LMNFD', detail = format('%s', only_performance_of.event_id);
  end if;
  if cardinality(v_ids) > 1 then
    raise exception 'The event has several performances.'
      using errcode = 'LMINP', detail = 'event_id',
        hint = 'Use hold_seats, which names the performance.';
  end if;
  return v_ids[1];
end
$$;

comment on function app_private.only_performance_of(uuid) is
  'The performance of an event that has one. Raises LMNFD, LMINP.';

--! split: 1057-functions-bookings-prolong_hold.sql
create or replace function app_private.prolong_hold(
  booking app_public.bookings, until timestamptz
)
returns void
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_seat_nos integer[] := app_private.held_seat_nos(prolong_hold.booking);
  -- A deadline never moves closer.
  v_until timestamptz := greatest((prolong_hold.booking).expires_at, prolong_hold.until);
  v_count integer;
begin
  update app_public.seat_booking_state as s
  set locked_until = v_until
  where s.organization_id = (prolong_hold.booking).organization_id
    and s.performance_id = (prolong_hold.booking).performance_id
    and s.seat_no = any (v_seat_nos)
    and s.booking_id = (prolong_hold.booking).id
    and s.status = 'locked';
  get diagnostics v_count = row_count;
  if v_count <> cardinality(v_seat_nos) then
    raise exception 'The hold has run out, and others have taken seats of it.'
      using errcode = 'LMEXP', hint = 'Hold seats again.';
  end if;
  update app_public.bookings as b set expires_at = v_until where b.id = (prolong_hold.booking).id;
end
$$;

comment on function app_private.prolong_hold(app_public.bookings, timestamptz) is
  'Moves the deadline of a booking and its seats, if it still owns them all. Raises LMEXP.';

--! split: 1058-functions-bookings-random_code.sql
-- Letters and digits that nobody confuses when reading them aloud: no I, L, O, 0 or 1. The 64
-- random bits leave no bias that anybody could measure over at most 12 of 31 characters.
create or replace function app_hidden.random_code(length integer)
returns text
language plpgsql volatile set search_path = ''
as $$
declare
  c_alphabet constant text := 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';
  v_bits bigint := ('x' || encode(public.gen_random_bytes(8), 'hex'))::bit(64)::bigint
    & 9223372036854775807;
  v_code text := '';
begin
  for i in 1 .. least(random_code.length, 12) loop
    v_code := v_code || substr(c_alphabet, 1 + (v_bits % 31)::integer, 1);
    v_bits := v_bits / 31;
  end loop;
  return v_code;
end
$$;

comment on function app_hidden.random_code(integer) is
  'Unguessable, unambiguous code of up to 12 characters.';

--! split: 1059-functions-bookings-release_seat_lock.sql
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
      or app_hidden.has_permission(b.organization_id, 'bookings.manage')
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

--! split: 1060-functions-bookings-release_seats.sql
create or replace function app_public.release_seats(booking_id uuid, seat_ids text[])
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    release_seats.booking_id, 'bookings.manage'
  );
  v_sale app_private.sale;
  v_seat_nos integer[];
begin
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(v_booking.performance_id);
  v_seat_nos := app_private.seat_nos_of(v_sale, release_seats.seat_ids);
  if not v_seat_nos <@ app_private.held_seat_nos(v_booking) then
    raise exception 'The booking does not hold all of these seats.' using errcode = 'LMSEA';
  end if;

  perform app_private.free_seats(v_booking, v_seat_nos);
  perform app_private.reprice_lines_without(v_booking, v_sale, v_seat_nos);
  return app_private.store_booking_totals(v_booking.id);
end
$$;

comment on function app_public.release_seats(uuid, text[]) is
  'Lets seats of a draft go; the rest and their prices stay. '
  'Raises LMBKG, LMBST, LMEXP, LMSEA (not held by it), LMSDP, LMQTY, LMSAL, LMEVT, LMSES, LMCRT.';
grant execute on function app_public.release_seats(uuid, text[]) to lml_anonymous, lml_user;

--! split: 1061-functions-bookings-replay_result.sql
-- With an idempotency key the same call again returns the first result. Two such calls at the same
-- moment meet in the primary key: the second waits, and then finds what the first has made.
create or replace function app_private.replay_result(
  idempotency_key text, function_name text, arguments jsonb
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_owner bytea := coalesce(
    uuid_send(app_hidden.current_user_id()), app_hidden.current_cart_hash()
  );
  v_hash bytea := sha256(convert_to(replay_result.arguments::text, 'UTF8'));
  v_known app_private.idempotency_keys;
begin
  if replay_result.idempotency_key is null then
    return null;
  end if;
  if length(replay_result.idempotency_key) not between 1 and 200 then
    raise exception 'An idempotency key has 1 to 200 characters.'
      using errcode = 'LMINP', detail = 'idempotency_key';
  end if;
  insert into app_private.idempotency_keys (
    owner, idempotency_key, function_name, arguments_hash
  )
  values (v_owner, replay_result.idempotency_key, replay_result.function_name, v_hash)
  on conflict do nothing;
  if found then
    return null;
  end if;

  select * into strict v_known
  from app_private.idempotency_keys as k
  where k.owner = v_owner and k.idempotency_key = replay_result.idempotency_key;
  if v_known.function_name <> replay_result.function_name or v_known.arguments_hash <> v_hash then
    raise exception 'This idempotency key was used for something else.'
      using errcode = 'LMIDK', detail = v_known.function_name,
        hint = 'Use a new key for a new request.';
  end if;
  return v_known.result;
end
$$;

comment on function app_private.replay_result(text, text, jsonb) is
  'The result that the caller''s key has, or null when the work is to be done. '
  'Raises LMIDK when the key was used with other arguments, LMINP for a key that is none.';

--! split: 1062-functions-bookings-reprice_lines_without.sql
create or replace function app_private.reprice_lines_without(
  booking app_public.bookings, sale app_private.sale, seat_nos integer[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_item app_public.booking_items;
  v_rest integer[];
begin
  for v_item in
    select * from app_public.booking_items as i
    where i.organization_id = (reprice_lines_without.booking).organization_id
      and i.booking_id = (reprice_lines_without.booking).id
      and i.seat_nos && reprice_lines_without.seat_nos
  loop
    v_rest := array(
      select n from unnest(v_item.seat_nos) as n
      where not n = any (reprice_lines_without.seat_nos) order by n
    );
    if cardinality(v_rest) = 0 then
      delete from app_public.booking_items as i where i.id = v_item.id;
    else
      update app_public.booking_items as i
      set seat_nos = v_rest,
        quantity = cardinality(v_rest),
        subtotal_cents = l.subtotal_cents,
        service_fee_cents = l.service_fee_cents,
        processing_fee_cents = l.processing_fee_cents,
        tax_cents = l.tax_cents,
        total_cents = l.total_cents
      from app_hidden.price_line(
        v_item.unit_price_cents, cardinality(v_rest), reprice_lines_without.sale
      ) as l
      where i.id = v_item.id;
    end if;
  end loop;
end
$$;

comment on function app_private.reprice_lines_without(
  app_public.bookings, app_private.sale, integer[]
) is 'Takes seats off the lines of a draft; each keeps its unit price.';

--! split: 1063-functions-bookings-require_buyer.sql
create or replace function app_private.require_buyer()
returns app_private.buyer
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_buyer app_private.buyer;
begin
  v_buyer.user_id := app_hidden.current_user_id();
  if v_buyer.user_id is not null then
    return v_buyer;
  end if;
  if nullif(current_setting('lml.session_token', true), '') is not null then
    raise exception 'Your session has ended.'
      using errcode = 'LMSES', hint = 'Sign in again.';
  end if;
  v_buyer.cart_token_hash := app_hidden.current_cart_hash();
  if v_buyer.cart_token_hash is null then
    raise exception 'A guest needs a cart token: 32 random bytes in base64url, 43 characters.'
      using errcode = 'LMCRT',
        hint = 'Get one with create_cart_token and send it as X-Cart-Token with every request.';
  end if;
  return v_buyer;
end
$$;

comment on function app_private.require_buyer() is
  'The user, or the guest by cart token. Raises LMSES for a dead session, LMCRT without either.';

--! split: 1064-functions-bookings-require_open_draft.sql
create or replace function app_private.require_open_draft(booking app_public.bookings)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  if (require_open_draft.booking).status = 'expired'
    or (require_open_draft.booking).expires_at <= now()
  then
    raise exception 'The hold has run out.'
      using errcode = 'LMEXP', detail = (require_open_draft.booking).id::text,
        hint = 'Hold the seats again.';
  end if;
  if (require_open_draft.booking).status <> 'draft' then
    raise exception 'The booking is %.', (require_open_draft.booking).status
      using errcode = 'LMBST', detail = (require_open_draft.booking).status::text;
  end if;
end
$$;

comment on function app_private.require_open_draft(app_public.bookings) is
  'Raises LMEXP when the deadline has passed, LMBST when it is no draft any more.';

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
  'LMSES, LMCRT, LMIDK.';
grant execute on function app_public.start_checkout(uuid, text, text, text, text, text)
  to lml_anonymous, lml_user;

--! split: 1066-functions-bookings-store_booking_totals.sql
create or replace function app_private.store_booking_totals(booking_id uuid)
returns app_public.bookings
language sql volatile security definer set search_path = ''
as $$
  update app_public.bookings as b
  set subtotal_cents = t.subtotal_cents,
    discount_cents = t.discount_cents,
    service_fee_cents = t.service_fee_cents,
    processing_fee_cents = t.processing_fee_cents,
    tax_cents = t.tax_cents,
    total_amount_cents = t.total_amount_cents,
    commission_amount_cents = t.commission_amount_cents,
    payout_cents = t.payout_cents
  from app_public.calculate_booking_totals(store_booking_totals.booking_id) as t
  where b.id = store_booking_totals.booking_id
  returning b.*
$$;

comment on function app_private.store_booking_totals(uuid) is
  'Writes the sums of its lines into a booking, which the caller has locked.';

--! split: 1067-functions-bookings-tg_bookings__check_status.sql
-- Only the moves that booking_status_transitions lists, whoever makes them.
create or replace function app_hidden.tg_bookings__check_status()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    if new.status <> 'draft' then
      raise exception 'A booking begins as a draft.' using errcode = 'LMTRN';
    end if;
  elsif not exists (
    select from app_public.booking_status_transitions as t
    where t.from_status = old.status and t.to_status = new.status
  ) then
    raise exception 'A booking cannot go from % to %.', old.status, new.status
      using errcode = 'LMTRN', detail = old.id::text;
  end if;
  return new;
end
$$;

comment on function app_hidden.tg_bookings__check_status() is 'Raises LMTRN.';

create or replace trigger _200_check_status_of_new
  before insert on app_public.bookings
  for each row when (new.status <> 'draft')
  execute function app_hidden.tg_bookings__check_status();

create or replace trigger _200_check_status
  before update of status on app_public.bookings
  for each row when (old.status is distinct from new.status)
  execute function app_hidden.tg_bookings__check_status();

--! split: 1068-functions-bookings-tg_bookings__check_totals.sql
-- At the end of each transaction that wrote lines or amounts, a booking is the sum of its lines.
-- A check constraint cannot see other rows, and must not pretend to.
create or replace function app_hidden.tg_bookings__check_totals()
returns trigger
language plpgsql security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_row jsonb := to_jsonb(coalesce(new, old));
  v_organization_id uuid := v_row ->> 'organization_id';
  v_booking_id uuid := case tg_table_name
    when 'bookings' then v_row ->> 'id'
    else v_row ->> 'booking_id'
  end;
begin
  if exists (
    select
    from app_public.bookings as b
    cross join lateral (
      select
        coalesce(sum(i.subtotal_cents), 0) as subtotal,
        coalesce(sum(i.discount_cents), 0) as discount,
        coalesce(sum(i.service_fee_cents), 0) as service_fee,
        coalesce(sum(i.processing_fee_cents), 0) as processing_fee,
        coalesce(sum(i.tax_cents), 0) as tax
      from app_public.booking_items as i
      where i.organization_id = b.organization_id and i.booking_id = b.id
    ) as s
    where b.organization_id = v_organization_id
      and b.id = v_booking_id
      and (
        b.subtotal_cents <> s.subtotal or b.discount_cents <> s.discount
        or b.service_fee_cents <> s.service_fee or b.processing_fee_cents <> s.processing_fee
        or b.tax_cents <> s.tax
      )
  ) then
    raise exception 'The amounts of booking % are not the sum of its lines.', v_booking_id
      using errcode = 'LMSUM';
  end if;
  return null;
end
$$;

comment on function app_hidden.tg_bookings__check_totals() is 'Raises LMSUM at commit.';

drop trigger if exists _900_check_totals on app_public.bookings;
create constraint trigger _900_check_totals
  after insert or update of subtotal_cents, discount_cents, service_fee_cents,
    processing_fee_cents, tax_cents
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

--! split: 1069-functions-bookings-tg_bookings__log_status.sql
create or replace function app_hidden.tg_bookings__log_status()
returns trigger
language plpgsql security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
begin
  insert into app_public.booking_state_transitions (
    organization_id, booking_id, from_status, to_status, reason, changed_by, changed_via,
    request_id
  )
  values (
    new.organization_id, new.id,
    case when tg_op = 'UPDATE' then old.status end,
    new.status,
    case when new.status = 'canceled' then new.cancellation_reason end,
    -- A cart is made by its owner: no need to look the session up a second time in the hot path.
    case when tg_op = 'INSERT' then new.user_id else app_hidden.current_user_id() end,
    coalesce(nullif(current_setting('lml.channel', true), ''), session_user),
    nullif(current_setting('lml.request_id', true), '')
  );
  return null;
end
$$;

comment on function app_hidden.tg_bookings__log_status() is
  'Writes booking_state_transitions, from the first status on.';

create or replace trigger _500_log_first_status
  after insert on app_public.bookings
  for each row execute function app_hidden.tg_bookings__log_status();

create or replace trigger _500_log_status
  after update of status on app_public.bookings
  for each row when (old.status is distinct from new.status)
  execute function app_hidden.tg_bookings__log_status();

--! split: 1070-functions-payments-add_job.sql
-- A job is added in the transaction that needs it: both happen, or neither.
create or replace function app_private.add_job(identifier text, payload jsonb)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform graphile_worker.add_job(add_job.identifier, add_job.payload::json);
end
$$;

comment on function app_private.add_job(text, jsonb) is 'Adds a job for the worker.';

--! split: 1071-functions-payments-apply_payment_intent.sql
-- Events come in any order and any number: each moves the payment forward or changes nothing.
create or replace function app_private.apply_payment_intent(object jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents := app_private.lock_payment_of(apply_payment_intent.object);
  v_status text := apply_payment_intent.object ->> 'status';
begin
  if v_intent.id is null then
    return 'ignored';
  end if;
  -- Compared as text, since a cast would fail, and be tried again, on what is no amount at all.
  if apply_payment_intent.object ->> 'amount' is distinct from v_intent.amount_cents::text
    or upper(apply_payment_intent.object ->> 'currency') is distinct from v_intent.currency
    or (
      v_intent.stripe_payment_intent_id is not null
      and apply_payment_intent.object ->> 'id' <> v_intent.stripe_payment_intent_id
    )
  then
    return 'refused';
  end if;
  if v_intent.status = 'succeeded' then
    return 'applied';
  end if;

  if v_status = 'succeeded' then
    perform app_private.receive_payment(v_intent, apply_payment_intent.object ->> 'id');
  else
    update app_public.payment_intents as p
    set stripe_payment_intent_id = apply_payment_intent.object ->> 'id',
      stripe_status = v_status,
      status = case
        when p.status = 'canceled' or v_status = 'canceled' then 'canceled'
        when v_status = 'processing' then 'processing'
        when v_status = 'requires_action' then 'requires_action'
        else 'pending'
      end::app_public.payment_status,
      canceled_at = case when v_status = 'canceled' then coalesce(p.canceled_at, now())
        else p.canceled_at end,
      failure_code = coalesce(
        apply_payment_intent.object #>> '{last_payment_error,decline_code}',
        apply_payment_intent.object #>> '{last_payment_error,code}',
        p.failure_code
      ),
      failure_message = coalesce(
        apply_payment_intent.object #>> '{last_payment_error,message}', p.failure_message
      )
    where p.id = v_intent.id;
  end if;
  return 'applied';
end
$$;

comment on function app_private.apply_payment_intent(jsonb) is
  'What Stripe says of a payment intent: applied, ignored when it is not ours, refused when its '
  'amount, currency or identity is not what was asked for.';

--! split: 1072-functions-payments-apply_refund.sql
create or replace function app_private.apply_refund(object jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_text text := apply_refund.object #>> '{metadata,lml_refund_id}';
  v_refund app_public.refunds;
begin
  if not pg_input_is_valid(coalesce(v_text, ''), 'uuid') then
    return 'ignored';
  end if;
  select * into v_refund from app_public.refunds as r where r.id = v_text::uuid;
  if not found then
    return 'ignored';
  end if;
  if apply_refund.object ->> 'amount' is distinct from v_refund.amount_cents::text
    or upper(apply_refund.object ->> 'currency') is distinct from v_refund.currency
    or (
      v_refund.stripe_refund_id is not null
      and apply_refund.object ->> 'id' <> v_refund.stripe_refund_id
    )
  then
    return 'refused';
  end if;
  perform app_private.record_refund(
    v_refund.id, apply_refund.object ->> 'id', apply_refund.object ->> 'status',
    apply_refund.object ->> 'failure_reason'
  );
  return 'applied';
end
$$;

comment on function app_private.apply_refund(jsonb) is
  'What Stripe says of a refund: applied, ignored when it is not ours, refused when it is not what '
  'was asked for.';

--! split: 1073-functions-payments-apply_stripe_event.sql
create or replace function app_private.apply_stripe_event(event_id text)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_private.stripe_events;
  v_object jsonb;
  v_outcome text;
begin
  select * into strict v_event
  from app_private.stripe_events as e where e.id = apply_stripe_event.event_id
  for update;
  if v_event.applied_at is not null then
    return v_event.outcome;
  end if;

  v_object := v_event.payload -> 'data' -> 'object';
  v_outcome := case v_object ->> 'object'
    when 'payment_intent' then app_private.apply_payment_intent(v_object)
    when 'refund' then app_private.apply_refund(v_object)
    else 'ignored'
  end;
  update app_private.stripe_events as e
  set outcome = v_outcome, applied_at = now()
  where e.id = v_event.id;
  return v_outcome;
end
$$;

comment on function app_private.apply_stripe_event(text) is
  'Applies an event of the inbox once: applied, ignored (not about us), or refused (it contradicts '
  'what was asked for, and is kept for people to look at).';
grant execute on function app_private.apply_stripe_event(text) to lml_worker;

--! split: 1074-functions-payments-lock_payment_of.sql
-- By our own id in the metadata, because the event may be here before Stripe's answer to us. The
-- booking is locked first, as everywhere.
create or replace function app_private.lock_payment_of(object jsonb)
returns app_public.payment_intents
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_text text := lock_payment_of.object #>> '{metadata,lml_payment_intent_id}';
  v_id uuid;
  v_intent app_public.payment_intents;
begin
  if not pg_input_is_valid(coalesce(v_text, ''), 'uuid') then
    return null;
  end if;
  select p.id into v_id
  from app_public.payment_intents as p
  join app_public.bookings as b
    on b.organization_id = p.organization_id and b.id = p.booking_id
  where p.id = v_text::uuid
  for no key update of b;
  select * into v_intent
  from app_public.payment_intents as p where p.id = v_id
  for no key update;
  return v_intent;
end
$$;

comment on function app_private.lock_payment_of(jsonb) is
  'The payment intent that a Stripe object is about, locked with its booking; null: not ours.';

--! split: 1075-functions-payments-payment_session.sql
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
    s.client_secret, p.failure_code, p.failure_message
  into v_session
  from app_public.bookings as b
  join app_public.payment_intents as p
    on p.organization_id = b.organization_id and p.booking_id = b.id
  left join app_private.payment_intent_secrets as s
    on s.organization_id = p.organization_id and s.payment_intent_id = p.id
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
  return v_session;
end
$$;

comment on function app_public.payment_session(uuid) is
  'The latest payment of a booking of yours; null when it has none. Its client_secret appears as '
  'soon as Stripe knows of the payment, usually within a second of start_checkout.';
grant execute on function app_public.payment_session(uuid) to lml_anonymous, lml_user;

--! split: 1076-functions-payments-percentage_of.sql
-- The one place where money is rounded: numeric round() goes half away from zero.
create or replace function app_hidden.percentage_of(amount_cents bigint, percentage numeric)
returns bigint
language sql immutable parallel safe
return round(amount_cents * percentage / 100)::bigint;

comment on function app_hidden.percentage_of(bigint, numeric) is
  'A share of an amount in minor units, rounded half away from zero.';
grant execute on function app_hidden.percentage_of(bigint, numeric) to lml_anonymous, lml_user;

--! split: 1077-functions-payments-post_sale.sql
create or replace function app_private.post_sale(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_kinds constant app_public.ledger_account_kind[] := array[
    'buyer_clearing', 'organizer_payable', 'platform_commission', 'service_fees',
    'processing_fees', 'taxes_payable'
  ];
begin
  perform app_private.post_to_ledger(
    (post_sale.booking).organization_id, (post_sale.booking).id, (post_sale.booking).currency,
    'sale:' || (post_sale.booking).id, 'Sale ' || (post_sale.booking).booking_reference,
    c_kinds,
    array[
      (post_sale.booking).total_amount_cents, -(post_sale.booking).payout_cents,
      -(post_sale.booking).commission_amount_cents, -(post_sale.booking).service_fee_cents,
      -(post_sale.booking).processing_fee_cents, -(post_sale.booking).tax_cents
    ]
  );
end
$$;

comment on function app_private.post_sale(app_public.bookings) is
  'Splits what a buyer paid between the organization, the platform and the tax office.';

--! split: 1078-functions-payments-post_to_ledger.sql
-- One fact, posted once. Amounts of zero are left out; accounts are opened when first needed.
create or replace function app_private.post_to_ledger(
  organization_id uuid, booking_id uuid, currency text, source text, description text,
  kinds app_public.ledger_account_kind[], amounts bigint[]
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_transaction_id uuid;
begin
  if not exists (select from unnest(post_to_ledger.amounts) as a where a <> 0) then
    return false;
  end if;
  insert into app_public.ledger_transactions (organization_id, booking_id, source, description)
  values (
    post_to_ledger.organization_id, post_to_ledger.booking_id, post_to_ledger.source,
    post_to_ledger.description
  )
  on conflict on constraint ledger_transactions_fact_is_posted_once do nothing
  returning id into v_transaction_id;
  if v_transaction_id is null then
    return false;
  end if;

  insert into app_public.ledger_accounts (organization_id, kind, currency)
  select post_to_ledger.organization_id, k, post_to_ledger.currency
  from unnest(post_to_ledger.kinds) as k
  where not exists (
    select from app_public.ledger_accounts as a
    where a.organization_id = post_to_ledger.organization_id
      and a.kind = k and a.currency = post_to_ledger.currency
  )
  order by k
  on conflict do nothing;

  insert into app_public.ledger_entries (
    organization_id, transaction_id, account_id, amount_cents
  )
  select post_to_ledger.organization_id, v_transaction_id, a.id, l.amount
  from unnest(post_to_ledger.kinds, post_to_ledger.amounts) as l (kind, amount)
  join app_public.ledger_accounts as a
    on a.organization_id = post_to_ledger.organization_id
    and a.kind = l.kind
    and a.currency = post_to_ledger.currency
  where l.amount <> 0
  order by a.id;
  return true;
end
$$;

comment on function app_private.post_to_ledger(
  uuid, uuid, text, text, text, app_public.ledger_account_kind[], bigint[]
) is 'Posts a fact whose entries sum to zero; false when it was posted before, or is nothing.';

--! split: 1079-functions-payments-prepare_payment_intent.sql
create or replace function app_private.prepare_payment_intent(payment_intent_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'amount', p.amount_cents,
    'currency', lower(p.currency),
    'idempotency_key', 'create:' || p.id,
    'description', b.booking_reference,
    'metadata', jsonb_build_object(
      'lml_payment_intent_id', p.id,
      'lml_booking_id', p.booking_id,
      'lml_organization_id', p.organization_id
    )
  )
  from app_public.payment_intents as p
  join app_public.bookings as b
    on b.organization_id = p.organization_id and b.id = p.booking_id
  where p.id = prepare_payment_intent.payment_intent_id
    and p.status = 'pending'
    and p.stripe_payment_intent_id is null
$$;

comment on function app_private.prepare_payment_intent(uuid) is
  'What to ask Stripe for; null when there is nothing left to ask.';
grant execute on function app_private.prepare_payment_intent(uuid) to lml_worker;

--! split: 1080-functions-payments-prepare_payment_intent_cancel.sql
create or replace function app_private.prepare_payment_intent_cancel(payment_intent_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'stripe_payment_intent_id', p.stripe_payment_intent_id,
    'idempotency_key', 'cancel:' || p.id
  )
  from app_public.payment_intents as p
  where p.id = prepare_payment_intent_cancel.payment_intent_id
    and p.status = 'canceled'
    and p.stripe_payment_intent_id is not null
    and p.stripe_status is distinct from 'canceled'
$$;

comment on function app_private.prepare_payment_intent_cancel(uuid) is
  'What to cancel at Stripe; null when there is nothing left to cancel.';
grant execute on function app_private.prepare_payment_intent_cancel(uuid) to lml_worker;

--! split: 1081-functions-payments-prepare_refund.sql
create or replace function app_private.prepare_refund(refund_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'payment_intent', p.stripe_payment_intent_id,
    'amount', r.amount_cents,
    'idempotency_key', 'refund:' || r.id,
    'metadata', jsonb_build_object(
      'lml_refund_id', r.id,
      'lml_booking_id', r.booking_id,
      'lml_organization_id', r.organization_id
    )
  )
  from app_public.refunds as r
  join app_public.payment_intents as p
    on p.organization_id = r.organization_id and p.id = r.payment_intent_id
  where r.id = prepare_refund.refund_id
    and r.status = 'pending'
    and r.stripe_refund_id is null
$$;

comment on function app_private.prepare_refund(uuid) is
  'What to ask Stripe to return; null when there is nothing left to ask.';
grant execute on function app_private.prepare_refund(uuid) to lml_worker;

--! split: 1082-functions-payments-queue_refund.sql
create or replace function app_private.queue_refund(
  intent app_public.payment_intents, amount_cents bigint, reason app_public.refund_reason
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  -- The check on refunded_cents is what keeps refunds within the payment, under any concurrency.
  update app_public.payment_intents as p
  set refunded_cents = p.refunded_cents + queue_refund.amount_cents
  where p.id = (queue_refund.intent).id;

  insert into app_public.refunds (
    organization_id, booking_id, payment_intent_id, reason, amount_cents, currency, requested_by
  )
  values (
    (queue_refund.intent).organization_id, (queue_refund.intent).booking_id,
    (queue_refund.intent).id, queue_refund.reason, queue_refund.amount_cents,
    (queue_refund.intent).currency, app_hidden.current_user_id()
  )
  returning id into v_id;
  perform app_private.add_job('refund__create', jsonb_build_object('refund_id', v_id));
  return v_id;
end
$$;

comment on function app_private.queue_refund(
  app_public.payment_intents, bigint, app_public.refund_reason
) is 'Writes a refund down, and has the worker ask Stripe for it.';

--! split: 1083-functions-payments-receive_payment.sql
-- Money that has arrived is booked whatever happens to the seats. When they are gone, it goes back
-- exactly once.
create or replace function app_private.receive_payment(
  intent app_public.payment_intents, stripe_id text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents;
  v_booking app_public.bookings;
begin
  update app_public.payment_intents as p
  set status = 'succeeded', stripe_status = 'succeeded', succeeded_at = now(),
    canceled_at = null,
    received_cents = p.amount_cents, stripe_payment_intent_id = receive_payment.stripe_id
  where p.id = (receive_payment.intent).id
  returning * into v_intent;

  perform app_private.post_to_ledger(
    v_intent.organization_id, v_intent.booking_id, v_intent.currency,
    'payment:' || v_intent.id, 'Payment received',
    array['stripe_balance', 'buyer_clearing']::app_public.ledger_account_kind[],
    array[v_intent.amount_cents, -v_intent.amount_cents]
  );

  if not app_private.confirm_booking(v_intent.booking_id) then
    -- Its deadline has passed, whether or not the sweep was here: the refund must find it ended.
    update app_public.bookings as b
    set status = 'expired', expires_at = null
    where b.id = v_intent.booking_id and b.status in ('draft', 'pending_payment')
    returning * into v_booking;
    if found then
      perform app_private.free_seats(v_booking, app_private.held_seat_nos(v_booking));
    end if;
    perform app_private.queue_refund(v_intent, v_intent.amount_cents, 'late_payment');
  end if;
end
$$;

comment on function app_private.receive_payment(app_public.payment_intents, text) is
  'Books a payment, then confirms its booking or queues its refund.';

--! split: 1084-functions-payments-receive_stripe_event.sql
-- The caller has verified the signature. Stored before it is answered, applied by a job; the key
-- refuses what comes twice.
create or replace function app_private.receive_stripe_event(event jsonb, livemode boolean)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_constraint text;
  v_column text;
begin
  if receive_stripe_event.event ->> 'id' is null
    or receive_stripe_event.event ->> 'type' is null
    or jsonb_typeof(receive_stripe_event.event -> 'created') is distinct from 'number'
  then
    raise exception 'This is not an event.' using errcode = 'LMINP', detail = 'event';
  end if;
  insert into app_private.stripe_events (id, type, livemode, stripe_created_at, payload)
  values (
    receive_stripe_event.event ->> 'id',
    receive_stripe_event.event ->> 'type',
    receive_stripe_event.livemode,
    to_timestamp((receive_stripe_event.event ->> 'created')::double precision),
    receive_stripe_event.event
  )
  on conflict (id) do nothing;
  if not found then
    return false;
  end if;
  perform app_private.add_job(
    'stripe_event__apply', jsonb_build_object('event_id', receive_stripe_event.event ->> 'id')
  );
  return true;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when datetime_field_overflow then
    raise exception 'This is not an event.' using errcode = 'LMINP', detail = 'created';
end
$$;

comment on function app_private.receive_stripe_event(jsonb, boolean) is
  'Puts a verified event into the inbox; false when it was there. Raises LMINP.';
grant execute on function app_private.receive_stripe_event(jsonb, boolean) to lml_authenticator;

--! split: 1085-functions-payments-record_payment_intent.sql
create or replace function app_private.record_payment_intent(
  payment_intent_id uuid, stripe_id text, client_secret text, stripe_status text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents;
begin
  update app_public.payment_intents as p
  set stripe_payment_intent_id = record_payment_intent.stripe_id,
    stripe_status = coalesce(p.stripe_status, record_payment_intent.stripe_status)
  where p.id = record_payment_intent.payment_intent_id
  returning * into strict v_intent;
  insert into app_private.payment_intent_secrets (
    organization_id, payment_intent_id, client_secret
  )
  values (v_intent.organization_id, v_intent.id, record_payment_intent.client_secret)
  on conflict do nothing;

  -- The booking may have ended while Stripe was asked. Its intent must not stay payable.
  if v_intent.status = 'canceled' then
    perform app_private.add_job(
      'payment_intent__cancel', jsonb_build_object('payment_intent_id', v_intent.id)
    );
  end if;
end
$$;

comment on function app_private.record_payment_intent(uuid, text, text, text) is
  'Remembers what Stripe made; recording twice is harmless.';
grant execute on function app_private.record_payment_intent(uuid, text, text, text)
  to lml_worker;

--! split: 1086-functions-payments-record_payment_intent_canceled.sql
create or replace function app_private.record_payment_intent_canceled(payment_intent_id uuid)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_public.payment_intents as p
  set stripe_status = 'canceled'
  where p.id = record_payment_intent_canceled.payment_intent_id and p.status = 'canceled'
$$;

comment on function app_private.record_payment_intent_canceled(uuid) is
  'Remembers that Stripe has canceled an intent.';
grant execute on function app_private.record_payment_intent_canceled(uuid) to lml_worker;

--! split: 1087-functions-payments-record_payment_intent_failure.sql
-- Stripe has understood the request and refused it, so that asking again cannot help. The buyer
-- sees why, and the seats are free again at their deadline.
create or replace function app_private.record_payment_intent_failure(
  payment_intent_id uuid, failure_code text, failure_message text
)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_public.payment_intents as p
  set status = 'failed',
    failure_code = record_payment_intent_failure.failure_code,
    failure_message = record_payment_intent_failure.failure_message
  where p.id = record_payment_intent_failure.payment_intent_id
    and p.status = 'pending'
    and p.stripe_payment_intent_id is null
$$;

comment on function app_private.record_payment_intent_failure(uuid, text, text) is
  'Remembers that Stripe refused to open a payment; repeating it is harmless.';
grant execute on function app_private.record_payment_intent_failure(uuid, text, text)
  to lml_worker;

--! split: 1088-functions-payments-record_refund.sql
-- From Stripe's answer and from its events alike, in any order: a refund that has ended stays so.
create or replace function app_private.record_refund(
  refund_id uuid, stripe_refund_id text, stripe_status text, failure_reason text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_refund app_public.refunds;
begin
  perform from app_public.refunds as r
  join app_public.bookings as b
    on b.organization_id = r.organization_id and b.id = r.booking_id
  where r.id = record_refund.refund_id
  for no key update of b;
  select * into strict v_refund
  from app_public.refunds as r where r.id = record_refund.refund_id
  for no key update;
  if v_refund.status in ('succeeded', 'failed', 'canceled') then
    return;
  end if;

  update app_public.refunds as r
  set stripe_refund_id = coalesce(record_refund.stripe_refund_id, r.stripe_refund_id),
    status = case record_refund.stripe_status
      when 'succeeded' then 'succeeded'
      when 'failed' then 'failed'
      when 'canceled' then 'canceled'
      else 'processing'
    end::app_public.refund_status,
    failure_reason = record_refund.failure_reason,
    succeeded_at = case when record_refund.stripe_status = 'succeeded' then now() end
  where r.id = v_refund.id
  returning * into v_refund;

  if v_refund.status = 'succeeded' then
    perform app_private.settle_refund(v_refund);
  elsif v_refund.status in ('failed', 'canceled') then
    update app_public.payment_intents as p
    set refunded_cents = p.refunded_cents - v_refund.amount_cents
    where p.id = v_refund.payment_intent_id;
  end if;
end
$$;

comment on function app_private.record_refund(uuid, text, text, text) is
  'Remembers what Stripe says of a refund; repeating it is harmless.';
grant execute on function app_private.record_refund(uuid, text, text, text) to lml_worker;

--! split: 1089-functions-payments-refund_booking.sql
create or replace function app_private.refund_booking(
  booking app_public.bookings, reason app_public.refund_reason
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents;
begin
  for v_intent in
    select * from app_public.payment_intents as p
    where p.organization_id = (refund_booking.booking).organization_id
      and p.booking_id = (refund_booking.booking).id
      and p.received_cents > p.refunded_cents
    order by p.id
    for no key update
  loop
    perform app_private.queue_refund(
      v_intent, v_intent.received_cents - v_intent.refunded_cents, refund_booking.reason
    );
  end loop;
end
$$;

comment on function app_private.refund_booking(app_public.bookings, app_public.refund_reason) is
  'Queues the return of all that was paid for a booking and not yet returned.';

--! split: 1090-functions-payments-request_payment.sql
create or replace function app_private.request_payment(booking app_public.bookings)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  insert into app_public.payment_intents (organization_id, booking_id, amount_cents, currency)
  values (
    (request_payment.booking).organization_id, (request_payment.booking).id,
    (request_payment.booking).total_amount_cents, (request_payment.booking).currency
  )
  returning id into v_id;
  perform app_private.add_job(
    'payment_intent__create', jsonb_build_object('payment_intent_id', v_id)
  );
  return v_id;
end
$$;

comment on function app_private.request_payment(app_public.bookings) is
  'Writes down what is to be collected, and has the worker ask Stripe for it.';

--! split: 1091-functions-payments-reverse_sale.sql
create or replace function app_private.reverse_sale(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_kinds app_public.ledger_account_kind[];
  v_amounts bigint[];
begin
  select array_agg(a.kind), array_agg(-e.amount_cents)
  into v_kinds, v_amounts
  from app_public.ledger_transactions as t
  join app_public.ledger_entries as e
    on e.organization_id = t.organization_id and e.transaction_id = t.id
  join app_public.ledger_accounts as a
    on a.organization_id = e.organization_id and a.id = e.account_id
  where t.organization_id = (reverse_sale.booking).organization_id
    and t.source = 'sale:' || (reverse_sale.booking).id;
  if v_kinds is null then
    return;
  end if;
  perform app_private.post_to_ledger(
    (reverse_sale.booking).organization_id, (reverse_sale.booking).id,
    (reverse_sale.booking).currency, 'sale_reversal:' || (reverse_sale.booking).id,
    'Cancellation ' || (reverse_sale.booking).booking_reference, v_kinds, v_amounts
  );
end
$$;

comment on function app_private.reverse_sale(app_public.bookings) is
  'Posts the opposite of a sale: what it split is owed to the buyer again.';

--! split: 1092-functions-payments-settle_refund.sql
create or replace function app_private.settle_refund(refund app_public.refunds)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.post_to_ledger(
    (settle_refund.refund).organization_id, (settle_refund.refund).booking_id,
    (settle_refund.refund).currency, 'refund:' || (settle_refund.refund).id, 'Refund paid out',
    array['buyer_clearing', 'stripe_balance']::app_public.ledger_account_kind[],
    array[(settle_refund.refund).amount_cents, -(settle_refund.refund).amount_cents]
  );
  update app_public.bookings as b
  set status = 'refunded'
  where b.id = (settle_refund.refund).booking_id and b.status in ('expired', 'canceled');
end
$$;

comment on function app_private.settle_refund(app_public.refunds) is
  'Posts a refund that has been paid out and closes its booking.';

--! split: 1093-functions-payments-share_of.sql
create or replace function app_hidden.share_of(
  amount_cents bigint, part_no bigint, parts integer
)
returns bigint
language sql immutable parallel safe
return share_of.amount_cents * share_of.part_no / share_of.parts
  - share_of.amount_cents * (share_of.part_no - 1) / share_of.parts;

comment on function app_hidden.share_of(bigint, bigint, integer) is
  'Part 1 to N of an amount in minor units; all N sum to it, and none differs by more than one.';

--! split: 1094-functions-payments-tg_ledger_entries__check_balance.sql
create or replace function app_hidden.tg_ledger_entries__check_balance()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if exists (
    select
    from app_public.ledger_entries as e
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
    where e.organization_id = new.organization_id and e.transaction_id = new.transaction_id
    group by a.currency
    having sum(e.amount_cents) <> 0
  ) then
    raise exception 'The entries of ledger transaction % do not sum to zero.', new.transaction_id
      using errcode = 'LMBAL';
  end if;
  return null;
end
$$;

comment on function app_hidden.tg_ledger_entries__check_balance() is 'Raises LMBAL at commit.';

drop trigger if exists _900_check_balance on app_public.ledger_entries;
create constraint trigger _900_check_balance
  after insert on app_public.ledger_entries
  deferrable initially deferred
  for each row execute function app_hidden.tg_ledger_entries__check_balance();

--! split: 1095-functions-payments-withdraw_payment.sql
-- Here the intent is given up at once; at Stripe a job cancels it. A payment that was faster still
-- arrives as an event, and is then returned or finds its seats free.
create or replace function app_private.withdraw_payment(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_is_at_stripe boolean;
begin
  update app_public.payment_intents as p
  set status = 'canceled', canceled_at = now()
  where p.organization_id = (withdraw_payment.booking).organization_id
    and p.booking_id = (withdraw_payment.booking).id
    and p.status in ('pending', 'processing', 'requires_action')
  returning p.id, p.stripe_payment_intent_id is not null into v_id, v_is_at_stripe;
  if v_is_at_stripe then
    perform app_private.add_job(
      'payment_intent__cancel', jsonb_build_object('payment_intent_id', v_id)
    );
  end if;
end
$$;

comment on function app_private.withdraw_payment(app_public.bookings) is
  'Gives the open payment intent of a booking up, if it has one.';

--! split: 1096-functions-tickets-issue_tickets.sql
-- One ticket per seat. The parts of a line are shared out so that its tickets sum to it exactly.
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
    cross join unnest(i.seat_nos) with ordinality as n (seat_no, ordinality)
    join app_public.layout_seats as s
      on s.organization_id = i.organization_id
      and s.layout_id = v_layout_id
      and s.seat_no = n.seat_no
    join app_public.layout_sections as section
      on section.organization_id = s.organization_id
      and section.layout_id = s.layout_id
      and section.section_no = s.section_no
    cross join lateral (
      select
        app_hidden.share_of(i.discount_cents, n.ordinality, i.quantity) as discount,
        app_hidden.share_of(
          i.service_fee_cents + i.processing_fee_cents, n.ordinality, i.quantity
        ) as fees,
        app_hidden.share_of(i.tax_cents, n.ordinality, i.quantity) as tax
    ) as share
    where i.organization_id = (issue_tickets.booking).organization_id
      and i.booking_id = (issue_tickets.booking).id
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

--! split: 1097-functions-tickets-scan_ticket.sql
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
  perform app_hidden.require_permission(v_organization_id, 'tickets.scan');

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

--! split: 1098-functions-tickets-ticket_credential_of.sql
-- What a QR code carries can be made again at any time by the database, and by nobody else: only
-- its hash is stored, and the key never leaves.
create or replace function app_private.ticket_credential_of(ticket_id uuid, version integer)
returns text
language sql stable security definer set search_path = ''
as $$
  select translate(
    rtrim(
      encode(
        public.hmac(
          uuid_send(ticket_credential_of.ticket_id) || int4send(ticket_credential_of.version),
          k.key, 'sha256'
        ),
        'base64'
      ),
      '='
    ),
    '+/', '-_'
  )
  from app_private.signing_keys as k
  where k.name = 'ticket_credential'
$$;

comment on function app_private.ticket_credential_of(uuid, integer) is
  'The credential of a version of a ticket: 43 unguessable characters.';

--! split: 1099-functions-tickets-tickets_credential.sql
create or replace function app_public.tickets_credential(ticket app_public.tickets)
returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_version integer;
begin
  select c.version into v_version
  from app_public.bookings as b
  join app_private.ticket_credentials as c
    on c.organization_id = b.organization_id
    and c.ticket_id = (tickets_credential.ticket).id
  join app_public.tickets as t
    on t.organization_id = c.organization_id and t.id = c.ticket_id
  where b.organization_id = t.organization_id
    and b.id = t.booking_id
    and t.status = 'valid'
    and (
      b.user_id = app_hidden.current_user_id()
      or b.cart_token_hash = app_hidden.current_cart_hash()
    );
  if not found then
    return null;
  end if;
  return app_private.ticket_credential_of((tickets_credential.ticket).id, v_version);
end
$$;

comment on function app_public.tickets_credential(app_public.tickets) is
  'What the QR code of the ticket carries. Only its holder sees it, and only while it is valid.';
grant execute on function app_public.tickets_credential(app_public.tickets)
  to lml_anonymous, lml_user;

--! split: 1100-functions-tickets-use_ticket.sql
-- One conditional write decides between two scanners of one ticket.
create or replace function app_private.use_ticket(organization_id uuid, ticket_id uuid)
returns app_public.scan_result
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_status app_public.ticket_status;
begin
  update app_public.tickets as t
  set status = 'used', used_at = now()
  where t.organization_id = use_ticket.organization_id
    and t.id = use_ticket.ticket_id
    and t.status = 'valid';
  if found then
    return 'success';
  end if;
  select t.status into strict v_status
  from app_public.tickets as t
  where t.organization_id = use_ticket.organization_id and t.id = use_ticket.ticket_id;
  return case when v_status = 'used' then 'already_scanned' else 'canceled' end;
end
$$;

comment on function app_private.use_ticket(uuid, uuid) is 'Uses a ticket up, if it is valid.';

--! split: 1101-functions-tickets-void_tickets.sql
create or replace function app_private.void_tickets(booking app_public.bookings)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  -- Locked in order; a scan that is under way either comes first, and is seen here, or waits.
  perform from app_public.tickets as t
  where t.organization_id = (void_tickets.booking).organization_id
    and t.booking_id = (void_tickets.booking).id
  order by t.id
  for no key update;
  if exists (
    select from app_public.tickets as t
    where t.organization_id = (void_tickets.booking).organization_id
      and t.booking_id = (void_tickets.booking).id
      and t.status = 'used'
  ) then
    raise exception 'A ticket of this booking has been used.'
      using errcode = 'LMTUS', detail = (void_tickets.booking).id::text;
  end if;
  update app_public.tickets as t
  set status = 'canceled'
  where t.organization_id = (void_tickets.booking).organization_id
    and t.booking_id = (void_tickets.booking).id
    and t.status = 'valid';
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_private.void_tickets(app_public.bookings) is
  'Ends the tickets of a booking; returns how many. Raises LMTUS when one was used.';

--! split: 1102-functions-audit-beat_worker.sql
create or replace function app_private.beat_worker(worker_id text)
returns void
language sql volatile security definer set search_path = ''
as $$
  insert into app_private.worker_heartbeats (worker_id) values (beat_worker.worker_id)
  on conflict (worker_id) do update set beaten_at = now()
$$;

comment on function app_private.beat_worker(text) is 'A worker says that it is alive.';
grant execute on function app_private.beat_worker(text) to lml_worker;

--! split: 1103-functions-audit-check_invariants.sql
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
$$;

comment on function app_public.check_invariants() is
  'Everything that is not consistent now, one row each; none when all is well. '
  'For the owner and the worker.';
grant execute on function app_public.check_invariants() to lml_worker;

--! split: 1104-functions-audit-make_partitions_ahead.sql
-- Attached rather than created in place: sales go on meanwhile. A leaf gets no grants, and its own
-- row-level security, because the policies of its parent do not apply to whoever names it.
create or replace function app_private.make_partitions_ahead(months_ahead integer default 6)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_parent text;
  v_month date;
  v_leaf text;
  v_count integer := 0;
begin
  foreach v_parent in array array['audit_log', 'booking_state_transitions', 'ticket_scans'] loop
    for n in 0 .. make_partitions_ahead.months_ahead loop
      v_month := (date_trunc('month', now() at time zone 'UTC') + make_interval(months => n))::date;
      v_leaf := format('%s_%s', v_parent, to_char(v_month, '"y"YYYY"m"MM'));
      continue when to_regclass(format('app_public.%I', v_leaf)) is not null;

      execute format(
        'create table app_public.%I (like app_public.%I including defaults including constraints)',
        v_leaf, v_parent
      );
      execute format('alter table app_public.%I enable row level security', v_leaf);
      execute format('alter table app_public.%I force row level security', v_leaf);
      execute format(
        'create trigger _200_refuse_truncate before truncate on app_public.%I '
        'for each statement execute function app_hidden.tg__refuse_change()',
        v_leaf
      );
      execute format(
        'alter table app_public.%I attach partition app_public.%I for values from (%L) to (%L)',
        v_parent, v_leaf, v_month::timestamp at time zone 'UTC',
        (v_month + interval '1 month') at time zone 'UTC'
      );
      v_count := v_count + 1;
    end loop;
  end loop;
  return v_count;
end
$$;

comment on function app_private.make_partitions_ahead(integer) is
  'Makes the monthly partitions of this month and the next ones; returns how many were missing.';
grant execute on function app_private.make_partitions_ahead(integer) to lml_worker;

--! split: 1105-functions-audit-tg__audit.sql
-- Only the fields that changed, in the transaction of the change. None of the audited tables has a
-- secret: those are in app_private, which is not audited by value.
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

  insert into app_public.audit_log (
    organization_id, action, entity_type, entity_id, user_id, database_role, request_id,
    ip_address, user_agent, old_values, new_values
  )
  values (
    case tg_table_name
      when 'organizations' then v_row ->> 'id'
      else v_row ->> 'organization_id'
    end::uuid,
    lower(tg_op), tg_table_name, coalesce(v_row ->> 'id', v_row ->> 'organization_id')::uuid,
    app_hidden.current_user_id(), session_user,
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
    'events', 'organization_members', 'organization_settings', 'organizations', 'payment_intents',
    'performances', 'refunds', 'tax_rates', 'ticket_categories', 'ticket_category_prices', 'users',
    'venues'
  ] loop
    execute format(
      'create or replace trigger _500_audit after insert or update or delete on app_public.%I '
      'for each row execute function app_hidden.tg__audit()',
      v_table
    );
  end loop;
end
$do$;

--! split: 1106-functions-audit-tg__refuse_change.sql
-- History is added to, never rewritten, not even by the owner of the tables.
create or replace function app_hidden.tg__refuse_change()
returns trigger
language plpgsql set search_path = ''
as $$
begin
  raise exception '% is append-only.', tg_table_name
    using errcode = 'LMAPP', hint = 'Add a row that corrects the other one.';
end
$$;

comment on function app_hidden.tg__refuse_change() is 'Raises LMAPP.';

do $do$
declare
  v_table text;
begin
  foreach v_table in array array[
    'audit_log', 'booking_state_transitions', 'layout_seats', 'layout_sections', 'ledger_entries',
    'ledger_transactions', 'ticket_scans', 'venue_layouts'
  ] loop
    execute format(
      'create or replace trigger _200_refuse_change before update or delete on app_public.%I '
      'for each row execute function app_hidden.tg__refuse_change()',
      v_table
    );
    execute format(
      'create or replace trigger _200_refuse_truncate before truncate on app_public.%I '
      'for each statement execute function app_hidden.tg__refuse_change()',
      v_table
    );
  end loop;
end
$do$;

--! split: 1107-functions-audit-tg__set_updated_at.sql
create or replace function app_hidden.tg__set_updated_at()
returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end
$$;

comment on function app_hidden.tg__set_updated_at() is 'Keeps updated_at true.';

do $do$
declare
  v_table regclass;
begin
  for v_table in
    select a.attrelid
    from pg_catalog.pg_attribute as a
    join pg_catalog.pg_class as c on c.oid = a.attrelid and c.relkind in ('r', 'p')
    where a.attname = 'updated_at'
      and c.relnamespace = 'app_public'::regnamespace
      and not c.relispartition
  loop
    execute format(
      'create or replace trigger _100_set_updated_at before update on %s '
      'for each row execute function app_hidden.tg__set_updated_at()',
      v_table
    );
  end loop;
end
$do$;

--! split: 1108-functions-audit-unlock_dead_workers.sql
-- Whoever holds jobs and has not beaten for a while was killed. A worker that never beat at all is
-- judged by the age of its locks.
create or replace function app_private.unlock_dead_workers(
  silence interval default interval '30 seconds'
)
returns text[]
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_dead text[];
begin
  v_dead := array(
    select distinct l.locked_by
    from (
      select j.locked_by, j.locked_at from graphile_worker._private_jobs as j
      union all
      select q.locked_by, q.locked_at from graphile_worker._private_job_queues as q
    ) as l
    left join app_private.worker_heartbeats as h on h.worker_id = l.locked_by
    where l.locked_by is not null
      and coalesce(h.beaten_at, l.locked_at) < now() - unlock_dead_workers.silence
  );
  if cardinality(v_dead) > 0 then
    perform graphile_worker.force_unlock_workers(v_dead);
  end if;
  delete from app_private.worker_heartbeats as h
  where h.beaten_at < now() - greatest(unlock_dead_workers.silence, interval '1 day');
  return v_dead;
end
$$;

comment on function app_private.unlock_dead_workers(interval) is
  'Frees the jobs of workers that have stopped beating; returns their ids.';
grant execute on function app_private.unlock_dead_workers(interval) to lml_worker;

--! split: 1109-policies-identity-session_tokens.sql
-- Reached through definer functions only.
alter table app_private.session_tokens enable row level security;
alter table app_private.session_tokens force row level security;

drop policy if exists all_owner on app_private.session_tokens;
create policy all_owner on app_private.session_tokens
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.session_tokens from public;

--! split: 1110-policies-identity-user_credentials.sql
-- Reached through definer functions only.
alter table app_private.user_credentials enable row level security;
alter table app_private.user_credentials force row level security;

drop policy if exists all_owner on app_private.user_credentials;
create policy all_owner on app_private.user_credentials
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.user_credentials from public;

--! split: 1111-policies-identity-user_sessions.sql
-- Everybody sees where they themselves are signed in.
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

revoke all on app_public.user_sessions from public;
grant select on app_public.user_sessions to lml_user;

--! split: 1112-policies-identity-users.sql
-- Everybody sees themselves. What members see of each other comes with memberships.
alter table app_public.users enable row level security;
alter table app_public.users force row level security;

drop policy if exists all_owner on app_public.users;
create policy all_owner on app_public.users
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.users;
create policy select_own on app_public.users
  for select to lml_user
  using (id = (select app_hidden.current_user_id()));

revoke all on app_public.users from public;
grant select on app_public.users to lml_user;

--! split: 1113-policies-organizations-currencies.sql
-- Reference data, the same for everybody.
alter table app_public.currencies enable row level security;
alter table app_public.currencies force row level security;

drop policy if exists all_owner on app_public.currencies;
create policy all_owner on app_public.currencies
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_all on app_public.currencies;
create policy select_all on app_public.currencies
  for select to lml_anonymous, lml_user, lml_worker
  using (true);

revoke all on app_public.currencies from public;
grant select on app_public.currencies to lml_anonymous, lml_user, lml_worker;

--! split: 1114-policies-organizations-organization_members.sql
-- One sees one's own memberships; who may read members sees all of the organization.
alter table app_public.organization_members enable row level security;
alter table app_public.organization_members force row level security;

drop policy if exists all_owner on app_public.organization_members;
create policy all_owner on app_public.organization_members
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.organization_members;
create policy select_own on app_public.organization_members
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_member on app_public.organization_members;
create policy select_member on app_public.organization_members
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('members.read')));

revoke all on app_public.organization_members from public;
grant select on app_public.organization_members to lml_user;

--! split: 1115-policies-organizations-organization_settings.sql
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

revoke all on app_public.organization_settings from public;
grant select on app_public.organization_settings to lml_user;

--! split: 1116-policies-organizations-organizations.sql
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

revoke all on app_public.organizations from public;
grant select on app_public.organizations to lml_anonymous, lml_user;

--! split: 1117-policies-organizations-role_permissions.sql
-- What roles may do is no secret.
alter table app_public.role_permissions enable row level security;
alter table app_public.role_permissions force row level security;

drop policy if exists all_owner on app_public.role_permissions;
create policy all_owner on app_public.role_permissions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_all on app_public.role_permissions;
create policy select_all on app_public.role_permissions
  for select to lml_anonymous, lml_user
  using (true);

revoke all on app_public.role_permissions from public;
grant select on app_public.role_permissions to lml_anonymous, lml_user;

--! split: 1118-policies-organizations-tax_rates.sql
-- Rates are the business of its members; buyers see the tax on their booking.
alter table app_public.tax_rates enable row level security;
alter table app_public.tax_rates force row level security;

drop policy if exists all_owner on app_public.tax_rates;
create policy all_owner on app_public.tax_rates
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.tax_rates;
create policy select_member on app_public.tax_rates
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('organization.read')));

revoke all on app_public.tax_rates from public;
grant select on app_public.tax_rates to lml_user;

--! split: 1119-policies-venues-layout_seats.sql
-- As public as its layout.
alter table app_public.layout_seats enable row level security;
alter table app_public.layout_seats force row level security;

drop policy if exists all_owner on app_public.layout_seats;
create policy all_owner on app_public.layout_seats
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_layout on app_public.layout_seats;
create policy select_with_layout on app_public.layout_seats
  for select to lml_anonymous, lml_user
  using (layout_id in (select l.id from app_public.venue_layouts as l));

revoke all on app_public.layout_seats from public;
grant select on app_public.layout_seats to lml_anonymous, lml_user;

--! split: 1120-policies-venues-layout_sections.sql
-- As public as its layout.
alter table app_public.layout_sections enable row level security;
alter table app_public.layout_sections force row level security;

drop policy if exists all_owner on app_public.layout_sections;
create policy all_owner on app_public.layout_sections
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_layout on app_public.layout_sections;
create policy select_with_layout on app_public.layout_sections
  for select to lml_anonymous, lml_user
  using (layout_id in (select l.id from app_public.venue_layouts as l));

revoke all on app_public.layout_sections from public;
grant select on app_public.layout_sections to lml_anonymous, lml_user;

--! split: 1121-policies-venues-venue_layouts.sql
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

revoke all on app_public.venue_layouts from public;
grant select on app_public.venue_layouts to lml_anonymous, lml_user;

--! split: 1122-policies-venues-venues.sql
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

revoke all on app_public.venues from public;
grant select on app_public.venues to lml_anonymous, lml_user;

--! split: 1123-policies-events-events.sql
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

revoke all on app_public.events from public;
grant select on app_public.events to lml_anonymous, lml_user;

--! split: 1124-policies-events-performances.sql
-- As public as its event.
alter table app_public.performances enable row level security;
alter table app_public.performances force row level security;

drop policy if exists all_owner on app_public.performances;
create policy all_owner on app_public.performances
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_event on app_public.performances;
create policy select_with_event on app_public.performances
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.events as e
    where e.organization_id = performances.organization_id and e.id = performances.event_id
  ));

revoke all on app_public.performances from public;
grant select on app_public.performances to lml_anonymous, lml_user;

--! split: 1125-policies-events-ticket_categories.sql
-- As public as its event.
alter table app_public.ticket_categories enable row level security;
alter table app_public.ticket_categories force row level security;

drop policy if exists all_owner on app_public.ticket_categories;
create policy all_owner on app_public.ticket_categories
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_event on app_public.ticket_categories;
create policy select_with_event on app_public.ticket_categories
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.events as e
    where e.organization_id = ticket_categories.organization_id
      and e.id = ticket_categories.event_id
  ));

revoke all on app_public.ticket_categories from public;
grant select on app_public.ticket_categories to lml_anonymous, lml_user;

--! split: 1126-policies-events-ticket_category_prices.sql
-- As public as its category.
alter table app_public.ticket_category_prices enable row level security;
alter table app_public.ticket_category_prices force row level security;

drop policy if exists all_owner on app_public.ticket_category_prices;
create policy all_owner on app_public.ticket_category_prices
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_category on app_public.ticket_category_prices;
create policy select_with_category on app_public.ticket_category_prices
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.ticket_categories as c
    where c.organization_id = ticket_category_prices.organization_id
      and c.id = ticket_category_prices.ticket_category_id
  ));

revoke all on app_public.ticket_category_prices from public;
grant select on app_public.ticket_category_prices to lml_anonymous, lml_user;

--! split: 1127-policies-inventory-performance_categories.sql
-- As public as its performance.
alter table app_public.performance_categories enable row level security;
alter table app_public.performance_categories force row level security;

drop policy if exists all_owner on app_public.performance_categories;
create policy all_owner on app_public.performance_categories
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_performance on app_public.performance_categories;
create policy select_with_performance on app_public.performance_categories
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.performances as p
    where p.organization_id = performance_categories.organization_id
      and p.id = performance_categories.performance_id
  ));

revoke all on app_public.performance_categories from public;
grant select on app_public.performance_categories to lml_anonymous, lml_user;

--! split: 1128-policies-inventory-seat_booking_state.sql
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

revoke all on app_public.seat_booking_state from public;
grant select on app_public.seat_booking_state to lml_user;

--! split: 1129-policies-bookings-booking_items.sql
-- Whoever sees the booking.
alter table app_public.booking_items enable row level security;
alter table app_public.booking_items force row level security;

drop policy if exists all_owner on app_public.booking_items;
create policy all_owner on app_public.booking_items
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_booking on app_public.booking_items;
create policy select_with_booking on app_public.booking_items
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = booking_items.organization_id and b.id = booking_items.booking_id
  ));

revoke all on app_public.booking_items from public;
grant select on app_public.booking_items to lml_anonymous, lml_user;

--! split: 1130-policies-bookings-booking_state_transitions.sql
-- Whoever sees the booking.
alter table app_public.booking_state_transitions enable row level security;
alter table app_public.booking_state_transitions force row level security;

drop policy if exists all_owner on app_public.booking_state_transitions;
create policy all_owner on app_public.booking_state_transitions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_booking on app_public.booking_state_transitions;
create policy select_with_booking on app_public.booking_state_transitions
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = booking_state_transitions.organization_id
      and b.id = booking_state_transitions.booking_id
  ));

revoke all on app_public.booking_state_transitions from public;
grant select on app_public.booking_state_transitions to lml_anonymous, lml_user;

--! split: 1131-policies-bookings-booking_status_transitions.sql
-- What may happen to a booking is no secret.
alter table app_public.booking_status_transitions enable row level security;
alter table app_public.booking_status_transitions force row level security;

drop policy if exists all_owner on app_public.booking_status_transitions;
create policy all_owner on app_public.booking_status_transitions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_all on app_public.booking_status_transitions;
create policy select_all on app_public.booking_status_transitions
  for select to lml_anonymous, lml_user
  using (true);

revoke all on app_public.booking_status_transitions from public;
grant select on app_public.booking_status_transitions to lml_anonymous, lml_user;

--! split: 1132-policies-bookings-bookings.sql
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

revoke all on app_public.bookings from public;
grant select on app_public.bookings to lml_anonymous, lml_user;

--! split: 1133-policies-bookings-customers.sql
-- One sees one's own entries; staff sees the organization's.
alter table app_public.customers enable row level security;
alter table app_public.customers force row level security;

drop policy if exists all_owner on app_public.customers;
create policy all_owner on app_public.customers
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.customers;
create policy select_own on app_public.customers
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_member on app_public.customers;
create policy select_member on app_public.customers
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('bookings.read')));

revoke all on app_public.customers from public;
grant select on app_public.customers to lml_user;

--! split: 1134-policies-bookings-idempotency_keys.sql
-- Reached through definer functions only.
alter table app_private.idempotency_keys enable row level security;
alter table app_private.idempotency_keys force row level security;

drop policy if exists all_owner on app_private.idempotency_keys;
create policy all_owner on app_private.idempotency_keys
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.idempotency_keys from public;

--! split: 1135-policies-payments-ledger_accounts.sql
-- The books are for staff who may read payments.
alter table app_public.ledger_accounts enable row level security;
alter table app_public.ledger_accounts force row level security;

drop policy if exists all_owner on app_public.ledger_accounts;
create policy all_owner on app_public.ledger_accounts
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.ledger_accounts;
create policy select_member on app_public.ledger_accounts
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('payments.read')));

revoke all on app_public.ledger_accounts from public;
grant select on app_public.ledger_accounts to lml_user;

--! split: 1136-policies-payments-ledger_entries.sql
-- The books are for staff who may read payments.
alter table app_public.ledger_entries enable row level security;
alter table app_public.ledger_entries force row level security;

drop policy if exists all_owner on app_public.ledger_entries;
create policy all_owner on app_public.ledger_entries
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.ledger_entries;
create policy select_member on app_public.ledger_entries
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('payments.read')));

revoke all on app_public.ledger_entries from public;
grant select on app_public.ledger_entries to lml_user;

--! split: 1137-policies-payments-ledger_transactions.sql
-- The books are for staff who may read payments.
alter table app_public.ledger_transactions enable row level security;
alter table app_public.ledger_transactions force row level security;

drop policy if exists all_owner on app_public.ledger_transactions;
create policy all_owner on app_public.ledger_transactions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.ledger_transactions;
create policy select_member on app_public.ledger_transactions
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('payments.read')));

revoke all on app_public.ledger_transactions from public;
grant select on app_public.ledger_transactions to lml_user;

--! split: 1138-policies-payments-payment_intent_secrets.sql
-- Reached through definer functions only.
alter table app_private.payment_intent_secrets enable row level security;
alter table app_private.payment_intent_secrets force row level security;

drop policy if exists all_owner on app_private.payment_intent_secrets;
create policy all_owner on app_private.payment_intent_secrets
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.payment_intent_secrets from public;

--! split: 1139-policies-payments-payment_intents.sql
-- The owner of the booking, and staff who may read payments.
alter table app_public.payment_intents enable row level security;
alter table app_public.payment_intents force row level security;

drop policy if exists all_owner on app_public.payment_intents;
create policy all_owner on app_public.payment_intents
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.payment_intents;
create policy select_own on app_public.payment_intents
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = payment_intents.organization_id
      and b.id = payment_intents.booking_id
      and (
        b.user_id = (select app_hidden.current_user_id())
        or b.cart_token_hash = (select app_hidden.current_cart_hash())
      )
  ));

drop policy if exists select_member on app_public.payment_intents;
create policy select_member on app_public.payment_intents
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('payments.read')));

revoke all on app_public.payment_intents from public;
grant select on app_public.payment_intents to lml_anonymous, lml_user;

--! split: 1140-policies-payments-refunds.sql
-- The owner of the booking, and staff who may read payments.
alter table app_public.refunds enable row level security;
alter table app_public.refunds force row level security;

drop policy if exists all_owner on app_public.refunds;
create policy all_owner on app_public.refunds
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.refunds;
create policy select_own on app_public.refunds
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = refunds.organization_id
      and b.id = refunds.booking_id
      and (
        b.user_id = (select app_hidden.current_user_id())
        or b.cart_token_hash = (select app_hidden.current_cart_hash())
      )
  ));

drop policy if exists select_member on app_public.refunds;
create policy select_member on app_public.refunds
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('payments.read')));

revoke all on app_public.refunds from public;
grant select on app_public.refunds to lml_anonymous, lml_user;

--! split: 1141-policies-payments-stripe_events.sql
-- Reached through definer functions only.
alter table app_private.stripe_events enable row level security;
alter table app_private.stripe_events force row level security;

drop policy if exists all_owner on app_private.stripe_events;
create policy all_owner on app_private.stripe_events
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.stripe_events from public;

--! split: 1142-policies-tickets-signing_keys.sql
-- Reached through definer functions only.
alter table app_private.signing_keys enable row level security;
alter table app_private.signing_keys force row level security;

drop policy if exists all_owner on app_private.signing_keys;
create policy all_owner on app_private.signing_keys
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.signing_keys from public;

--! split: 1143-policies-tickets-ticket_credentials.sql
-- Reached through definer functions only.
alter table app_private.ticket_credentials enable row level security;
alter table app_private.ticket_credentials force row level security;

drop policy if exists all_owner on app_private.ticket_credentials;
create policy all_owner on app_private.ticket_credentials
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.ticket_credentials from public;

--! split: 1144-policies-tickets-ticket_scans.sql
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

revoke all on app_public.ticket_scans from public;
grant select on app_public.ticket_scans to lml_user;

--! split: 1145-policies-tickets-tickets.sql
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

revoke all on app_public.tickets from public;
grant select on app_public.tickets to lml_anonymous, lml_user;

--! split: 1146-policies-audit-audit_log.sql
-- Who may read the audit sees its organization's part.
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
  using (organization_id in (select app_hidden.permitted_organization_ids('audit.read')));

revoke all on app_public.audit_log from public;
grant select on app_public.audit_log to lml_user;

--! split: 1147-policies-audit-worker_heartbeats.sql
-- Reached through definer functions only.
alter table app_private.worker_heartbeats enable row level security;
alter table app_private.worker_heartbeats force row level security;

drop policy if exists all_owner on app_private.worker_heartbeats;
create policy all_owner on app_private.worker_heartbeats
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.worker_heartbeats from public;
