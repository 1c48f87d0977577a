--! Previous: sha1:f25fd831bb89ffea7c5c07a6a2e66461db7eebd2
--! Hash: sha1:a510dbbe9235bad90cf19b70e667d1bf0064f216
--! Message: mails in German, what a change of a date does to who is choosing, and names of a line

--! split: 130-gate.sql
-- Whoever chose a date while its move was on its way saw the old one: they are told, too.

alter table app_private.performance_notices
  add column if not exists known_from timestamptz;
update app_private.performance_notices as n set known_from = n.created_at
where n.known_from is null;
alter table app_private.performance_notices
  alter column known_from set default now(),
  alter column known_from set not null;
comment on column app_private.performance_notices.known_from is
  'When it was committed: until then, everybody saw the old date.';

drop function if exists app_private.readmit_holders(app_public.performances);

--! split: 150-sales.sql
-- They return something else now.
drop function if exists app_private.lines_by_category(app_public.bookings);
drop function if exists app_private.reprice_for_member(app_public.bookings);

-- What a hold writes has its price from then, so that a hold writes nothing more.
alter table app_public.booking_items add column if not exists priced_at timestamptz;
comment on column app_public.booking_items.priced_at is
  E'@behavior -*\nWhen it got the price that it has, if that was after it was put into the cart.';

update app_public.event_status_transitions
set reason = 'cancel_event, or cancel_performance of its last date'
where to_status = 'canceled' and from_status in ('published', 'postponed');

-- Offers of several tickets end at once, by end_open_offers.
drop function if exists app_private.end_open_offer(
  app_public.tickets, app_public.ticket_transfer_status
);

--! split: 151-names-are-lines.sql
-- What is listed and mailed is a line that can be read, as of venues and events. A name that
-- becomes one is still the same name: who was verified under it stays so.
alter table app_public.organizations disable trigger _200_lapse_verification;
update app_public.organizations as o
set name = coalesce(nullif(btrim(regexp_replace(o.name, '[[:cntrl:]]+', ' ', 'g')), ''), o.slug)
where o.name ~ '[[:cntrl:]]' or o.name !~ '[^[:space:]]';
alter table app_public.organizations enable trigger _200_lapse_verification;
-- Another one of the performance, or the event, may have that name already.
update app_public.admission_pools as p
set name = left(
    coalesce(nullif(btrim(regexp_replace(p.name, '[[:cntrl:]]+', ' ', 'g')), ''), 'Places'), 88
  ) || ' (' || right(p.id::text, 8) || ')'
where p.name ~ '[[:cntrl:]]' or p.name !~ '[^[:space:]]';
update app_public.performances as p
set pass_name = left(
    coalesce(nullif(btrim(regexp_replace(p.pass_name, '[[:cntrl:]]+', ' ', 'g')), ''), 'Pass'), 88
  ) || ' (' || right(p.id::text, 8) || ')'
where p.pass_name ~ '[[:cntrl:]]' or p.pass_name !~ '[^[:space:]]';

alter table app_public.organizations
  drop constraint if exists organizations_name_is_a_line,
  add constraint organizations_name_is_a_line
    check (name !~ '[[:cntrl:]]' and name ~ '[^[:space:]]');
alter table app_public.admission_pools
  drop constraint if exists admission_pools_name_is_a_line,
  add constraint admission_pools_name_is_a_line
    check (name !~ '[[:cntrl:]]' and name ~ '[^[:space:]]');
alter table app_public.performances
  drop constraint if exists performances_pass_name_is_a_line,
  add constraint performances_pass_name_is_a_line
    check (pass_name !~ '[[:cntrl:]]' and pass_name ~ '[^[:space:]]');

--! split: 160-mails.sql
-- The language of mails: whoever has no account has one, too, and so has a house.

alter table app_public.customers
  add column language text,
  add constraint customers_language_is_bcp_47 check (
    language ~ (
      '^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?'
      || '(-([0-9a-z]{5,8}|[0-9][0-9a-z]{3}))*$'
    )
    and length(language) <= 35
  );
comment on column app_public.customers.language is
  'The language that their programs asked for when they last bought or waited, BCP 47.';

alter table app_public.organization_settings
  add column language text,
  add constraint organization_settings_language_is_bcp_47 check (
    language ~ (
      '^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?'
      || '(-([0-9a-z]{5,8}|[0-9][0-9a-z]{3}))*$'
    )
    and length(language) <= 35
  );
comment on column app_public.organization_settings.language is
  'In which language mail goes to whose language is not known, BCP 47, such as de-AT.';
drop function app_public.update_organization_settings(
  uuid, numeric, bigint, numeric, bigint, boolean, integer, integer, integer, integer, boolean,
  boolean, app_public.business_type, text, text, app_public.payout_schedule, bigint,
  integer, integer, integer
);

alter table app_private.outgoing_emails add column language text;
comment on column app_private.outgoing_emails.language is
  'The language in which it was asked for; null: by somebody else than its reader.';
drop function app_private.queue_email(text, text, jsonb, uuid);

--! split: 1000-functions-identity-complete_sign_up.sql
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
  perform app_private.free_address(v_sign_up.email::text);
  v_user_id := app_private.register_user(
    v_sign_up.email::text, v_sign_up.password_hash, v_sign_up.first_name, v_sign_up.last_name
  );
  update app_public.users as u
  set email_verified_at = now(), language = app_hidden.current_language()
  where u.id = v_user_id;
  delete from app_private.sign_ups as s where s.email operator(public.=) v_sign_up.email;
  return v_user_id;
exception
  when sqlstate 'LMEML' then
    perform app_private.raise_bad_link();
end
$$;

comment on function app_private.complete_sign_up(text) is
  'Opens the account that was asked for, in the language of the caller; its password was verified '
  'by the server. Raises LMTOK.';
grant execute on function app_private.complete_sign_up(text) to lml_authenticator;

--! split: 1001-functions-identity-current_language.sql
-- What is no tag of a language, and what support speaks in somebody's name, says nothing.
create or replace function app_hidden.current_language()
returns text
language sql stable
return case
  when length(current_setting('lml.language', true)) <= 35
    and current_setting('lml.language', true)
      ~ '^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?(-([0-9a-z]{5,8}|[0-9][0-9a-z]{3}))*$'
    and app_hidden.current_impersonator_id() is null
    then current_setting('lml.language', true)
end;

comment on function app_hidden.current_language() is
  'The language that the caller asks for (BCP 47), such as de-AT; null when they ask for none.';

--! split: 1002-functions-identity-issue_user_token.sql
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
    jsonb_build_object('token', issue_user_token.token),
    language => app_hidden.current_language()
  );
end
$$;

comment on function app_private.issue_user_token(
  uuid, app_private.user_token_purpose, text, text
) is 'Mails a token to an address; it is good once, for an hour (a password) or two days.';

--! split: 1003-functions-identity-mail_sparingly.sql
create or replace function app_private.mail_sparingly(
  recipient text, template text, variables jsonb, organization_id uuid, templates text[]
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not app_private.may_mail(mail_sparingly.recipient, mail_sparingly.templates) then
    return false;
  end if;
  perform app_private.queue_email(
    mail_sparingly.recipient, mail_sparingly.template, mail_sparingly.variables,
    mail_sparingly.organization_id, app_hidden.current_language()
  );
  return true;
end
$$;

comment on function app_private.mail_sparingly(text, text, jsonb, uuid, text[]) is
  'Has a mail sent that anybody may ask for, in the language in which they ask, unless the mailbox '
  'had one of these templates lately. Returns whether; the caller then lets go of the token that '
  'nobody got, and answers all alike.';

--! split: 1004-functions-identity-prepare_email.sql
create or replace function app_private.prepare_email(email_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'id', e.id, 'recipient', e.recipient, 'template', e.template, 'variables', e.variables,
    'language', coalesce(
      (select u.language from app_public.users as u where u.email operator(public.=) e.recipient),
      e.language,
      (
        select c.language
        from app_public.customers as c
        where c.organization_id = e.organization_id and c.email operator(public.=) e.recipient
      ),
      (
        select s.language
        from app_public.organization_settings as s where s.organization_id = e.organization_id
      )
    )
  )
  from app_private.outgoing_emails as e
  where e.id = prepare_email.email_id and e.sent_at is null
$$;

comment on function app_private.prepare_email(uuid) is
  'What to send, and in which language: that of the reader''s account, that in which they asked '
  'for it, that in which they last bought, or the organization''s; null when it was sent.';
grant execute on function app_private.prepare_email(uuid) to lml_worker;

--! split: 1005-functions-identity-queue_email.sql
-- In the transaction of what it tells about: it is sent if that happened, and only then.
create or replace function app_private.queue_email(
  recipient text, template text, variables jsonb default '{}', organization_id uuid default null,
  language text default null
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  insert into app_private.outgoing_emails (
    recipient, template, variables, organization_id, language
  )
  values (
    queue_email.recipient::public.citext, queue_email.template, queue_email.variables,
    queue_email.organization_id, queue_email.language
  )
  returning id into v_id;
  perform app_private.add_job('email__send', jsonb_build_object('email_id', v_id));
  return v_id;
end
$$;

comment on function app_private.queue_email(text, text, jsonb, uuid, text) is
  'Has a mail sent; the template is one of worker/mail. What an organization writes to its '
  'customers names it, so that it is forgotten with them; what its reader asks for is in the '
  'language in which they ask, unless their account says another.';

--! split: 1006-functions-identity-request_email_change.sql
-- The token goes to the new address; the old one is told at the end. If the new address has an
-- account already, its owner is told instead, and the caller learns nothing; nor whether anything
-- was mailed, since mailboxes of others are not to be flooded.
create or replace function app_private.request_email_change(email text, token text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_private.lock_own_account();
begin
  if not app_private.has_two_sides(request_email_change.email)
    or length(request_email_change.email) > 320
  then
    raise exception 'This is not an e-mail address.' using errcode = 'LMINP', detail = 'email';
  end if;
  if not app_private.may_mail(
    request_email_change.email, array['change_email', 'address_in_use']
  ) then
    return;
  end if;
  if app_private.has_account(request_email_change.email) then
    perform app_private.queue_email(
      request_email_change.email, 'address_in_use', language => app_hidden.current_language()
    );
    return;
  end if;
  perform app_private.issue_user_token(
    v_user_id, 'change_email', request_email_change.email, request_email_change.token
  );
end
$$;

comment on function app_private.request_email_change(text, text) is
  'Mails a token to the new address. Raises LMINP, LMAUT, LMSES, LMIMP, LMCRD.';
grant execute on function app_private.request_email_change(text, text) to lml_authenticator;

--! split: 1007-functions-identity-sign_up.sql
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
  if app_private.has_account(sign_up.email) then
    perform app_private.queue_email(
      sign_up.email, 'account_exists', language => app_hidden.current_language()
    );
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
    sign_up.email, 'complete_sign_up', jsonb_build_object('token', sign_up.token),
    language => app_hidden.current_language()
  );
end
$$;

comment on function app_private.sign_up(text, text, text, text, text) is
  'Asks for an account; what becomes of it is told by mail alone. Raises LMINP.';
grant execute on function app_private.sign_up(text, text, text, text, text) to lml_authenticator;

--! split: 1008-functions-organizations-mail_members.sql
-- In the transaction of what it tells about, which happens once: so does the mail.
create or replace function app_private.mail_members(
  organization_id uuid, permission text, template text, variables jsonb,
  except_user_id uuid default null
)
returns integer
language sql volatile security definer set search_path = ''
as $$
  select count(app_private.queue_email(
    r.email::text, mail_members.template, jsonb_strip_nulls(mail_members.variables),
    language => r.language
  ))::integer
  from (
    select u.email, s.language
    from app_public.organization_members as m
    join app_public.users as u on u.id = m.user_id
    join app_public.organization_settings as s on s.organization_id = m.organization_id
    where m.organization_id = mail_members.organization_id
      and m.user_id is distinct from mail_members.except_user_id
      and mail_members.permission = any (
        app_private.permissions_of(m.organization_id, m.user_id)
      )
    order by m.id
  ) as r
$$;

comment on function app_private.mail_members(uuid, text, text, jsonb, uuid) is
  'Mails the members of an organization who have a permission, but for one of them, who has done '
  'what it is about; returns how many.';

--! split: 1009-functions-organizations-update_organization_settings.sql
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
  minimum_payout_cents bigint default null, fraud_review_seconds integer default null,
  open_carts_max integer default null, waiting_offer_seconds integer default null,
  language text default null
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
    ),
    fraud_review_seconds = coalesce(
      update_organization_settings.fraud_review_seconds, s.fraud_review_seconds
    ),
    open_carts_max = coalesce(update_organization_settings.open_carts_max, s.open_carts_max),
    waiting_offer_seconds = coalesce(
      update_organization_settings.waiting_offer_seconds, s.waiting_offer_seconds
    ),
    language = nullif(coalesce(update_organization_settings.language, s.language), '')
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
  boolean, app_public.business_type, text, text, app_public.payout_schedule, bigint,
  integer, integer, integer, text
) is
  'Changes terms and deadlines for new events, legal and payout details, and the language (BCP 47) '
  'of mail to whose own is not known: null leaves a value as it is, an empty text removes it. '
  'Another tax number, registration or kind of business ends a verification. Needs '
  'organization.manage. Raises LMNFD, LMRGT, LMINP.';
grant execute on function app_public.update_organization_settings(
  uuid, numeric, bigint, numeric, bigint, boolean, integer, integer, integer, integer, boolean,
  boolean, app_public.business_type, text, text, app_public.payout_schedule, bigint,
  integer, integer, integer, text
) to lml_user;

--! split: 1010-functions-venues-require_timezone.sql
-- A zone that exists can be set, and is then called exactly so: in another case it is not, nor are
-- numbers. Made-up offsets such as FOO+5 can be set, too, which is why a name with digits is looked
-- for in the list: a view that reads some 600 files for it (17 ms).
create or replace function app_hidden.require_timezone(timezone text)
returns void
language plpgsql volatile set search_path = '' set timezone = 'UTC'
as $$
begin
  if require_timezone.timezone is null then
    return;
  end if;
  if require_timezone.timezone !~ '[0-9]' then
    perform set_config('TimeZone', require_timezone.timezone, true);
    if current_setting('TimeZone') = require_timezone.timezone then
      return;
    end if;
  elsif exists (
    select from pg_timezone_names as z where z.name = require_timezone.timezone
  ) then
    return;
  end if;
  raise invalid_parameter_value;
exception when invalid_parameter_value then
  raise exception 'There is no time zone "%".', left(require_timezone.timezone, 100)
    using errcode = 'LMTZN', hint = 'Give an IANA name such as Europe/Vienna.';
end
$$;

comment on function app_hidden.require_timezone(text) is 'Raises LMTZN for an unknown time zone.';

--! split: 1011-functions-events-cancel_performance.sql
create or replace function app_public.cancel_performance(
  performance_id uuid, reason text default null
)
returns app_public.event_cancellations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances := app_private.lock_performance(
    cancel_performance.performance_id, 'events.manage'
  );
  v_event app_public.events;
  v_cancellation app_public.event_cancellations;
begin
  if v_performance.status = 'canceled' then
    select * into v_cancellation
    from app_public.event_cancellations as c
    where c.organization_id = v_performance.organization_id
      and c.event_id = v_performance.event_id
      and coalesce(c.performance_id, v_performance.id) = v_performance.id
    order by c.id desc limit 1;
    return v_cancellation;
  end if;
  if v_performance.status = 'completed' then
    raise exception 'The performance is over.'
      using errcode = 'LMEVT', detail = v_performance.status::text;
  end if;
  perform app_private.require_short_reason(cancel_performance.reason);
  select * into strict v_event
  from app_public.events as e where e.id = v_performance.event_id;
  v_cancellation := app_private.begin_cancellation(
    v_event, v_performance.id, cancel_performance.reason
  );
  -- What has no date left does not take place. A draft is still being made.
  update app_public.events as e
  set status = 'canceled', canceled_at = now(), status_reason = cancel_performance.reason
  where e.id = v_event.id
    and e.status in ('published', 'postponed')
    and not exists (
      select from app_public.performances as p
      where p.organization_id = e.organization_id
        and p.event_id = e.id
        and p.status <> 'canceled'
    );
  return v_cancellation;
end
$$;

comment on function app_public.cancel_performance(uuid, text) is
  'Cancels one date of an event, as cancel_event does with all of them. With the last one, the '
  'event itself is canceled: to go on with it on other days, postpone its date, or add one first. '
  'Needs events.manage. Raises LMNFD, LMRGT, LMEVT (it is over), LMINP.';
grant execute on function app_public.cancel_performance(uuid, text) to lml_user;

--! split: 1012-functions-events-notice_words.sql
create or replace function app_private.notice_words(notice app_private.performance_notices)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'event', e.title,
    'organization', o.name,
    'contact', o.email,
    'startsAt', app_hidden.local_time((notice_words.notice).old_starts_at, z.zone),
    'newStartsAt', app_hidden.local_time((notice_words.notice).new_starts_at, z.zone),
    'refundsUntil', app_hidden.local_time((notice_words.notice).refunds_until, z.zone),
    'reason', (notice_words.notice).reason
  ))
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  join app_public.organizations as o on o.id = e.organization_id
  cross join lateral (select app_hidden.timezone_of(e) as zone) as z
  where p.organization_id = (notice_words.notice).organization_id
    and p.id = (notice_words.notice).performance_id
$$;

comment on function app_private.notice_words(app_private.performance_notices) is
  'What mails say of a change of a performance.';

--! split: 1013-functions-events-opened_event_ids.sql
-- What is not for everybody is opened by what came with the request: the id or the address of an
-- unlisted event, an access code, or a ticket. Asked once for a query, and not for public rows.
create or replace function app_hidden.opened_event_ids()
returns setof uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_key text := nullif(current_setting('lml.event_key', true), '');
  v_user_id uuid := app_hidden.current_user_id();
  v_cart_hash bytea := app_hidden.current_cart_hash();
begin
  if pg_input_is_valid(v_key, 'uuid') then
    return query
      select e.id from app_public.events as e
      where e.id = v_key::uuid and e.visibility = 'unlisted'
        and e.published_at is not null and e.status <> 'draft';
  elsif v_key like '%/%' then
    return query
      select e.id
      from app_public.organizations as o
      join app_public.events as e on e.organization_id = o.id
      where o.slug = split_part(v_key, '/', 1) and e.slug = split_part(v_key, '/', 2)
        and e.visibility = 'unlisted' and e.published_at is not null and e.status <> 'draft';
  elsif v_key is not null then
    return query
      select e.id
      from app_private.event_access_codes as c
      join app_public.events as e on e.organization_id = c.organization_id and e.id = c.event_id
      where c.code_hash = app_hidden.hash_token(v_key)
        and e.published_at is not null and e.status <> 'draft';
  end if;
  if v_user_id is not null or v_cart_hash is not null then
    return query
      select p.event_id
      from app_public.bookings as b
      join app_public.performances as p
        on p.organization_id = b.organization_id and p.id = b.performance_id
      where (b.user_id = v_user_id or b.cart_token_hash = v_cart_hash)
        and b.confirmed_at is not null
      union all
      select p.event_id
      from app_public.tickets as t
      join app_public.performances as p
        on p.organization_id = t.organization_id and p.id = t.performance_id
      where t.id in (select app_hidden.received_ticket_ids());
  end if;
end
$$;

comment on function app_hidden.opened_event_ids() is
  'Events that are not public, but are shown to who asks: by X-Event-Key, or for a ticket.';
grant execute on function app_hidden.opened_event_ids() to lml_anonymous, lml_user;

--! split: 1014-functions-events-performance_words.sql
create or replace function app_private.performance_words(
  organization_id uuid, performance_id uuid
)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'event', e.title,
    'startsAt', app_hidden.local_time(
      p.starts_at, coalesce(app_hidden.timezone_of(e), 'UTC')
    ),
    'organization', o.name,
    'contact', o.email
  ) || app_private.place_words(p.id)
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  join app_public.organizations as o on o.id = p.organization_id
  where p.organization_id = performance_words.organization_id
    and p.id = performance_words.performance_id
$$;

comment on function app_private.performance_words(uuid, uuid) is
  'What mails say of a performance.';

--! split: 1015-functions-events-read_words.sql
-- What is quoted or excluded is meant to the letter; the other words may have typing errors.
create or replace function app_hidden.read_words(
  query text, out everything text, out wanted tsquery, out literal tsquery, out lenient text
)
language plpgsql immutable set search_path = ''
as $$
declare
  v_literal constant text := '-?"[^"]*"?|(?:^|\s)-[^\s"]+';
begin
  everything := btrim(app_hidden.plain_words(left(read_words.query, 200)));
  wanted := websearch_to_tsquery('simple', everything);
  literal := websearch_to_tsquery(
    'simple', (
      select string_agg(m[1], ' ')
      from regexp_matches(everything, '(' || v_literal || ')', 'g') as m
    )
  );
  lenient := btrim(regexp_replace(everything, v_literal, ' ', 'g'));
end
$$;

comment on function app_hidden.read_words(text) is
  'The words of a search: all of them, as a query; those meant to the letter; and the others.';

--! split: 1016-functions-events-require_sales_window.sql
create or replace function app_private.require_sales_window(
  name text, sales_start timestamptz, sales_end timestamptz
)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  if now() < require_sales_window.sales_start then
    raise exception 'Sales of "%" have not opened yet.', require_sales_window.name
      using errcode = 'LMSAL', detail = require_sales_window.sales_start::text,
        hint = 'Try again then.';
  end if;
  if now() >= require_sales_window.sales_end then
    raise exception 'Sales of "%" are closed.', require_sales_window.name
      using errcode = 'LMSAL', detail = require_sales_window.sales_end::text,
        hint = 'Choose another category.';
  end if;
end
$$;

comment on function app_private.require_sales_window(text, timestamptz, timestamptz) is
  'Raises LMSAL before or after the sales of a category, which is named.';

--! split: 1017-functions-events-search_events.sql
-- Runs with the owner's eyes, because no index serves words under row-level security; so it says
-- itself what it may find: what everybody may. Planned anew at every call: filters that are not
-- given then cost nothing.
create or replace function app_public.search_events(
  query text default null, starts_from timestamptz default null,
  starts_before timestamptz default null, city text default null, venue_id uuid default null,
  category text default null, tag text default null, currency text default null,
  price_cents_min bigint default null, price_cents_max bigint default null,
  organization_id uuid default null, page_size integer default 20,
  after_cursor text default null
)
returns setof app_public.event_match
language plpgsql stable security definer rows 20
set search_path = '' set plan_cache_mode = force_custom_plan
as $$
declare
  v_words record;
  v_after jsonb := app_hidden.read_cursor(search_events.after_cursor);
  -- Every page looks from the moment of the first one: an event whose next date begins meanwhile
  -- would come again with the one after it.
  v_from timestamptz := greatest(
    search_events.starts_from, least(now(), (v_after ->> 3)::timestamptz)
  );
  v_tag text := app_hidden.plain_words(search_events.tag);
begin
  select * into v_words from app_hidden.read_words(search_events.query);
  if search_events.page_size not between 1 and 100 then
    raise exception 'A page has 1 to 100 events.' using errcode = 'LMINP', detail = 'page_size';
  end if;
  -- Nothing costs what it does in no currency.
  if search_events.currency is not null then
    perform app_hidden.require_currency(search_events.currency);
  end if;
  return query
    with found as (
      select
        e.id, n.starts_at,
        case when v_words.everything = '' then 0 else
          round(
            ts_rank(e.search_vector, v_words.wanted)::numeric
              + public.word_similarity(v_words.lenient, e.search_text)::numeric, 6
          )
        end as score
      from app_public.events as e
      cross join lateral (
        select min(p.starts_at) as starts_at, max(p.starts_at) > now() as is_to_come
        from app_public.performances as p
        where p.organization_id = e.organization_id and p.event_id = e.id
          and p.status = 'scheduled'
          and p.starts_at >= v_from
          and (
            search_events.starts_before is null or p.starts_at < search_events.starts_before
          )
      ) as n
      where e.is_public
        and e.organization_status = 'active'
        and e.status = 'published'
        and n.is_to_come
        and (
          v_words.everything = ''
          or e.id in (
            select s.id from app_public.events as s
            where s.is_public and s.search_vector @@ v_words.wanted
            union all
            select s.id from app_public.events as s
            where s.is_public and v_words.lenient operator(public.<%) s.search_text
              and (
                coalesce(numnode(v_words.literal), 0) = 0
                or s.search_vector @@ v_words.literal
              )
          )
        )
        and (
          search_events.organization_id is null
          or e.organization_id = search_events.organization_id
        )
        and (search_events.venue_id is null or e.venue_id = search_events.venue_id)
        and (
          search_events.city is null
          or exists (
            select from app_public.venues as v
            where v.organization_id = e.organization_id and v.id = e.venue_id
              and app_hidden.plain_words(v.address ->> 'city')
                = app_hidden.plain_words(search_events.city)
          )
        )
        and (
          search_events.tag is null
          or exists (
            select from unnest(e.tags) as t where app_hidden.plain_words(t) = v_tag
          )
        )
        and (
          search_events.category is null
          or exists (
            select from app_public.event_category_links as l
            join app_public.event_categories as c on c.id = l.category_id
            left join app_public.event_categories as wider on wider.id = c.parent_id
            where l.organization_id = e.organization_id and l.event_id = e.id
              and search_events.category in (c.slug, wider.slug)
          )
        )
        and (search_events.currency is null or e.currency = search_events.currency)
        and (
          num_nonnulls(search_events.price_cents_min, search_events.price_cents_max) = 0
          or exists (
            select from app_public.ticket_categories as c
            join app_public.ticket_category_prices as p
              on p.organization_id = c.organization_id and p.ticket_category_id = c.id
            where c.organization_id = e.organization_id and c.event_id = e.id
              and c.status = 'active' and p.audience = 'public' and p.valid_during @> now()
              and p.price_cents >= coalesce(search_events.price_cents_min, 0)
              and (
                search_events.price_cents_max is null
                or p.price_cents <= search_events.price_cents_max
              )
          )
        )
    )
    select
      f.id, f.starts_at, f.score,
      app_hidden.write_cursor(
        f.score, f.starts_at, f.id, coalesce((v_after ->> 3)::timestamptz, now())
      )
    from found as f
    where v_after is null
      or (-f.score, f.starts_at, f.id) > (
        -(v_after ->> 0)::numeric, (v_after ->> 1)::timestamptz, (v_after ->> 2)::uuid
      )
    order by -f.score, f.starts_at, f.id
    limit coalesce(search_events.page_size, 20);
end
$$;

comment on function app_public.search_events(
  text, timestamptz, timestamptz, text, uuid, text, text, text, bigint, bigint, uuid, integer, text
) is
  'Public events that are still to come, the best match first, then the earliest: by words, with '
  'typing errors forgiven, and by what is given of the filters. Prices are in minor units, so give '
  'a currency with them. Go on with after_cursor. Raises LMINP, LMCUR.';
grant execute on function app_public.search_events(
  text, timestamptz, timestamptz, text, uuid, text, text, text, bigint, bigint, uuid, integer, text
) to lml_anonymous, lml_user;

--! split: 1018-functions-events-tg_performance_notices__note_commit.sql
-- Runs as the transaction commits that changes a date. It may have taken its time, with a season to
-- move or others to wait for, and all the while the old date was on sale.
create or replace function app_hidden.tg_performance_notices__note_commit()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update app_private.performance_notices as n
  set known_from = clock_timestamp()
  where n.id = new.id;
  return null;
end
$$;

comment on function app_hidden.tg_performance_notices__note_commit() is
  'Notes from when on a change of a date can be seen.';

drop trigger if exists _900_note_commit on app_private.performance_notices;
create constraint trigger _900_note_commit
  after insert on app_private.performance_notices
  deferrable initially deferred
  for each row execute function app_hidden.tg_performance_notices__note_commit();

--! split: 1019-functions-events-ticketed_event_ids.sql
-- Of a ticket that was handed on, whoever has it now, and not its buyer.
create or replace function app_hidden.ticketed_event_ids()
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select p.event_id
  from app_public.tickets as t
  join app_public.performances as p
    on p.organization_id = t.organization_id and p.id = t.performance_id
  where t.id in (select app_hidden.held_ticket_ids()) and t.status in ('valid', 'used')
$$;

comment on function app_hidden.ticketed_event_ids() is
  'The events for which the caller has a ticket that is good, bought or received.';
grant execute on function app_hidden.ticketed_event_ids() to lml_anonymous, lml_user;

--! split: 1020-functions-events-write_cursor.sql
create or replace function app_hidden.write_cursor(
  score numeric, starts_at timestamptz, id uuid, asked_at timestamptz
)
returns text
language sql stable
return encode(
  convert_to(jsonb_build_array(score, starts_at, id, asked_at)::text, 'UTF8'), 'base64'
);

comment on function app_hidden.write_cursor(numeric, timestamptz, uuid, timestamptz) is
  'What read_cursor reads: after which event the next page begins.';

--! split: 1021-functions-inventory-admissions_on_sale.sql
-- Written into the statement that asks. By ids alone: foreign keys say that all of it is one
-- organization's, and on a new database a plan that may choose reads all pools of the organization.
create or replace function app_private.admissions_on_sale(
  performance_id uuid, ticket_category_id uuid
)
returns table (pool_id uuid, slot_count smallint, chain uuid[], price_cents bigint)
language sql stable
as $$
  select
    pool.id, pool.slot_count, pool.chain,
    (
      select p.price_cents
      from app_public.ticket_category_prices as p
      where p.ticket_category_id = c.id and p.audience = 'public' and p.valid_during @> now()
    )
  from app_public.admission_pool_categories as pc
  join app_public.ticket_categories as c on c.id = pc.ticket_category_id
  join app_public.admission_pools as pool on pool.id = pc.pool_id
  where pc.performance_id = admissions_on_sale.performance_id
    and pc.ticket_category_id = admissions_on_sale.ticket_category_id
    and app_private.is_on_sale(c)
$$;

comment on function app_private.admissions_on_sale(uuid, uuid) is
  'The pool of a category that is on sale now, those that it lies in, and the public price.';

--! split: 1022-functions-inventory-categories_on_sale.sql
create or replace function app_private.categories_on_sale(sale app_private.sale)
returns setof app_public.ticket_categories
language sql stable security definer set search_path = ''
as $$
  select c.*
  from app_public.ticket_categories as c
  where c.organization_id = (categories_on_sale.sale).organization_id
    and c.event_id = (categories_on_sale.sale).event_id
    and app_private.is_on_sale(c)
    and (
      exists (
        select from app_public.performance_categories as pc
        where pc.organization_id = c.organization_id
          and pc.performance_id = (categories_on_sale.sale).performance_id
          and pc.ticket_category_id = c.id
      )
      or exists (
        select from app_public.admission_pool_categories as pc
        where pc.organization_id = c.organization_id
          and pc.performance_id = (categories_on_sale.sale).performance_id
          and pc.ticket_category_id = c.id
      )
    )
  order by c.category_no
$$;

comment on function app_private.categories_on_sale(app_private.sale) is
  'The ticket categories that a performance sells now.';

--! split: 1023-functions-inventory-category_not_on_sale.sql
create or replace function app_private.category_not_on_sale(sale app_private.sale)
returns uuid
language sql stable security definer set search_path = ''
as $$
  select c.id
  from app_public.seat_booking_state as s
  join app_public.ticket_categories as c
    on c.organization_id = s.organization_id
    and c.event_id = (category_not_on_sale.sale).event_id
    and c.category_no = s.category_no
  where s.organization_id = (category_not_on_sale.sale).organization_id
    and s.performance_id = (category_not_on_sale.sale).performance_id
    and s.seat_no = any ((category_not_on_sale.sale).seat_nos)
    and not (
      app_private.is_on_sale(c)
      and exists (
        select from app_public.ticket_category_prices as p
        where p.organization_id = c.organization_id
          and p.ticket_category_id = c.id
          and p.audience = 'public'
          and p.valid_during @> now()
      )
    )
  order by s.seat_no
  limit 1
$$;

comment on function app_private.category_not_on_sale(app_private.sale) is
  'The category of the first of the wanted seats that cannot be bought now.';

--! split: 1024-functions-inventory-create_standing_pools.sql
-- A standing area of the layout is a pool, from which every category draws that names the area, or
-- its category in the plan. A pool of that name that is there already was made on purpose. Plans of
-- long ago may have names of several lines, which a pool has not.
create or replace function app_private.create_standing_pools(
  event app_public.events, performance app_public.performances
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_area record;
  v_pool_id uuid;
begin
  for v_area in
    select l.name, line.name as pool_name, l.capacity, array(
      select c.id
      from app_public.ticket_categories as c
      where c.organization_id = (create_standing_pools.event).organization_id
        and c.event_id = (create_standing_pools.event).id
        and (l.name = any (c.sections) or l.category = any (c.seat_categories))
      order by c.category_no
    ) as ticket_category_ids
    from app_public.layout_sections as l
    cross join lateral (
      select coalesce(
        nullif(btrim(regexp_replace(l.name, '[[:cntrl:]]+', ' ', 'g')), ''), 'Area ' || l.section_no
      ) as name
    ) as line
    where l.organization_id = (create_standing_pools.performance).organization_id
      and l.layout_id = (create_standing_pools.performance).layout_id
      and l.kind = 'standing'
      and l.name <> all (coalesce((create_standing_pools.event).blocked_sections, '{}'))
      and not exists (
        select from app_public.admission_pools as p
        where p.organization_id = l.organization_id
          and p.performance_id = (create_standing_pools.performance).id
          and p.name = line.name
      )
    order by l.section_no
  loop
    if cardinality(v_area.ticket_category_ids) = 0 or exists (
      select from app_public.admission_pool_categories as pc
      where pc.organization_id = (create_standing_pools.event).organization_id
        and pc.performance_id = (create_standing_pools.performance).id
        and pc.ticket_category_id = any (v_area.ticket_category_ids)
    ) then
      raise exception 'A standing area has no ticket category of its own.'
        using errcode = 'LMPUB', detail = format('section %s', v_area.name),
          hint = 'Name the area in a ticket category that no other standing area has, or block it.';
    end if;
    v_pool_id := app_private.store_admission_pool(
      create_standing_pools.event, (create_standing_pools.performance).id, v_area.pool_name,
      v_area.capacity, null
    );
    insert into app_public.admission_pool_categories (
      organization_id, performance_id, pool_id, ticket_category_id
    )
    select (create_standing_pools.event).organization_id, (create_standing_pools.performance).id,
      v_pool_id, c
    from unnest(v_area.ticket_category_ids) as c;
  end loop;
end
$$;

comment on function app_private.create_standing_pools(app_public.events, app_public.performances) is
  'Puts the standing areas of a performance''s layout on sale. Raises LMPUB.';

--! split: 1025-functions-inventory-is_on_sale.sql
-- Where this is asked of each row, the planner puts it in place: a sale pays nothing for it.
create or replace function app_private.is_on_sale(category app_public.ticket_categories)
returns boolean
language sql stable
return (is_on_sale.category).status = 'active'
  and now() >= coalesce((is_on_sale.category).sales_start, '-infinity')
  and now() < coalesce((is_on_sale.category).sales_end, 'infinity');

comment on function app_private.is_on_sale(app_public.ticket_categories) is
  'Whether tickets of a category may be held now.';

--! split: 1026-functions-inventory-raise_category_not_on_sale.sql
-- Nobody asks for the reason before something is refused: so it is looked up only then.
create or replace function app_private.raise_category_not_on_sale(
  sale app_private.sale, ticket_category_id uuid
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_category app_public.ticket_categories;
begin
  select * into v_category
  from app_public.ticket_categories as c
  where c.organization_id = (raise_category_not_on_sale.sale).organization_id
    and c.event_id = (raise_category_not_on_sale.sale).event_id
    and c.id = raise_category_not_on_sale.ticket_category_id;
  if not found then
    raise exception 'The event has no such ticket category.'
      using errcode = 'LMSAL', detail = raise_category_not_on_sale.ticket_category_id::text,
        hint = 'Take the id of one of its ticket categories.';
  end if;
  if v_category.status <> 'active' then
    raise exception '"%" is not on sale.', v_category.name
      using errcode = 'LMSAL', detail = v_category.status::text,
        hint = 'Choose another category.';
  end if;
  perform app_private.require_sales_window(
    v_category.name, v_category.sales_start, v_category.sales_end
  );
  if not exists (
    select from app_public.ticket_category_prices as p
    where p.organization_id = v_category.organization_id
      and p.ticket_category_id = v_category.id
      and p.valid_during @> now()
  ) then
    raise exception '"%" has no price now.', v_category.name
      using errcode = 'LMSAL', detail = v_category.id::text,
        hint = 'Choose another category. The organizer gives it a price with set_price.';
  end if;
  raise exception '"%" has no places without a seat at this performance.', v_category.name
    using errcode = 'LMSAL', detail = v_category.id::text,
      hint = 'Hold its seats with hold_best_available or hold_seats. If it is to have places '
        'without one, its organizer makes them with create_admission_pool.';
end
$$;

comment on function app_private.raise_category_not_on_sale(app_private.sale, uuid) is
  'Raises LMSAL, and says why a category cannot be had: from when on, or how it is held instead.';

--! split: 1027-functions-inventory-redis_booking_cache.sql
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
    and app_private.is_open(b.status)
    and b.expires_at > now()
  order by b.expires_at
$$;

comment on function app_public.redis_booking_cache(uuid) is
  'What a cache keeps of the open bookings of a performance: a document for each, with its key and '
  'the moment at which it is to be forgotten. For the worker.';
grant execute on function app_public.redis_booking_cache(uuid) to lml_worker;

--! split: 1028-functions-inventory-take_seats.sql
-- The heart of a sale. One statement takes all the seats and writes their lines, and the booking
-- too when there is none yet; or, because the caller's transaction fails, nothing at all. A seat
-- whose lock has run out is free at this very moment, whoever sweeps up later.
--
-- Seats are locked in order of their number, so that two holds never wait for each other in a
-- circle. Only an index scan visits them in that order, hence the settings; the generic plan saves
-- planning anew at every call (the array makes a custom plan look cheaper than it is).
create or replace function app_private.take_seats(
  sale app_private.sale, booking_id uuid, locked_until timestamptz,
  new_buyer app_private.buyer default null
)
returns app_public.bookings
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_is_new boolean := not take_seats.new_buyer is null;
  v_reference text;
  v_result record;
begin
  if v_is_new then
    perform app_private.require_room_for_cart(take_seats.sale, take_seats.new_buyer);
    v_reference := app_hidden.draw_booking_reference();
  end if;
  if take_seats.sale.prices_vary then
    perform app_private.refresh_sold_shares(take_seats.sale);
  end if;

  with taken as (
    update app_public.seat_booking_state as s
    set status = 'locked', booking_id = take_seats.booking_id,
      locked_until = take_seats.locked_until
    where s.organization_id = take_seats.sale.organization_id
      and s.performance_id = take_seats.sale.performance_id
      and s.seat_no = any (take_seats.sale.seat_nos)
      and (s.status = 'available' or (s.status = 'locked' and s.locked_until <= now()))
    returning s.seat_no, s.category_no, s.price_override_cents
  ),
  grouped as (
    select
      t.category_no, t.price_override_cents, array_agg(t.seat_no order by t.seat_no) as seat_nos,
      count(*)::integer as quantity
    from taken as t
    group by t.category_no, t.price_override_cents
  ),
  priced as materialized (
    select
      c.id as ticket_category_id, g.seat_nos, g.quantity,
      case
        when g.price_override_cents is not null then 'seat'
        when take_seats.sale.prices_vary then 'pending'
        else 'public'
      end::app_public.price_basis as price_basis,
      -- A line that is pending is given its price at once, below.
      coalesce(g.price_override_cents, case when take_seats.sale.prices_vary then 0 end, (
        select p.price_cents
        from app_public.ticket_category_prices as p
        where p.organization_id = c.organization_id
          and p.ticket_category_id = c.id
          and p.audience = 'public'
          and p.valid_during @> now()
      )) as unit_price_cents
    from grouped as g
    join app_public.ticket_categories as c
      on c.organization_id = take_seats.sale.organization_id
      and c.event_id = take_seats.sale.event_id
      and c.category_no = g.category_no
      and app_private.is_on_sale(c)
  ),
  lines as (
    -- The total is added up where it is needed: spelled out here, it would be worked out of all its
    -- parts a second time.
    select
      p.*, l.subtotal_cents, l.service_fee_cents, l.processing_fee_cents, l.tax_cents
    from priced as p
    cross join lateral app_hidden.price_line(
      p.unit_price_cents, p.quantity, take_seats.sale
    ) as l
    where p.unit_price_cents is not null
  ),
  sums as (
    select
      sum(l.quantity) as quantity,
      sum(l.subtotal_cents)::bigint as subtotal_cents,
      sum(l.service_fee_cents)::bigint as service_fee_cents,
      sum(l.processing_fee_cents)::bigint as processing_fee_cents,
      sum(l.tax_cents)::bigint as tax_cents,
      app_hidden.percentage_of(
        sum(l.subtotal_cents)::bigint, take_seats.sale.commission_percentage
      ) as commission_cents
    from lines as l
  ),
  new_booking as (
    insert into app_public.bookings as b (
      id, organization_id, performance_id, booking_reference, user_id, cart_token_hash,
      booking_channel, currency, subtotal_cents, service_fee_cents, processing_fee_cents,
      tax_cents, total_amount_cents, commission_percentage, commission_amount_cents,
      payout_cents, expires_at
    )
    select
      take_seats.booking_id, take_seats.sale.organization_id, take_seats.sale.performance_id,
      v_reference, take_seats.new_buyer.user_id, take_seats.new_buyer.cart_token_hash,
      app_hidden.current_channel(), take_seats.sale.currency, s.subtotal_cents,
      s.service_fee_cents, s.processing_fee_cents, s.tax_cents,
      s.subtotal_cents + s.service_fee_cents + s.processing_fee_cents + s.tax_cents,
      take_seats.sale.commission_percentage, s.commission_cents,
      s.subtotal_cents - s.commission_cents, take_seats.locked_until
    from sums as s
    where v_is_new and s.quantity > 0
    -- Rarer than to ask beforehand would be cheap: one in a million, with a million bookings.
    on conflict on constraint bookings_reference_is_unique do nothing
    returning b as booking
  ),
  new_items as (
    insert into app_public.booking_items (
      organization_id, booking_id, item_type, ticket_category_id, price_basis, seat_nos, quantity,
      unit_price_cents, subtotal_cents, service_fee_cents, processing_fee_cents, tax_cents,
      total_cents
    )
    select
      take_seats.sale.organization_id, take_seats.booking_id, 'seat', l.ticket_category_id,
      l.price_basis, l.seat_nos, l.quantity, l.unit_price_cents, l.subtotal_cents,
      l.service_fee_cents, l.processing_fee_cents, l.tax_cents,
      l.subtotal_cents + l.service_fee_cents + l.processing_fee_cents + l.tax_cents
    from lines as l
    where not v_is_new or exists (select from new_booking)
  )
  select s.quantity, (select n.booking from new_booking as n) as booking into v_result
  from sums as s;

  if v_result.quantity is distinct from cardinality(take_seats.sale.seat_nos) then
    perform app_private.raise_seats_taken(take_seats.sale, take_seats.booking_id);
  end if;
  if v_is_new and v_result.booking is null then
    raise exception 'The booking reference that was drawn is in use.'
      using errcode = 'LMREF', hint = 'Try again.';
  end if;
  if take_seats.sale.prices_vary and v_is_new then
    v_result.booking := app_private.store_booking_totals(take_seats.booking_id);
  end if;
  if take_seats.sale.screens_holds then
    perform app_private.screen_hold(
      take_seats.booking_id, cardinality(take_seats.sale.seat_nos)
    );
  end if;
  return v_result.booking;
end
$$;

comment on function app_private.take_seats(
  app_private.sale, uuid, timestamptz, app_private.buyer
) is
  'Locks the seats of a sale for a booking and adds their lines, priced, to it. For a new buyer it '
  'makes the booking, and returns it; the amounts of an older one are for the caller to store. '
  'Raises LMTKN, naming the seats that were not free, LMSAL for a category not on sale, LMMBR for '
  'one that is for members, and LMRSK when a rule against fraud refuses it.';

--! split: 1029-functions-bookings-acquire_seat_lock.sql
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
    raise exception 'The booking is for another event.'
      using errcode = 'LMBKG', hint = 'Hold the seat in a booking of its own.';
  end if;
  if acquire_seat_lock.user_id is distinct from coalesce(v_booking.user_id, v_caller_id)
    or (
      acquire_seat_lock.user_id <> v_caller_id
      and not app_hidden.has_performance_permission(
        v_sale.organization_id, v_sale.performance_id, 'bookings.manage'
      )
    )
  then
    raise exception 'The user must be the caller, who owns the booking.'
      using errcode = 'LMRGT', hint = 'Send your own id.';
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
  'Raises LMAUT, LMSES, LMRGT, LMBKG, LMBST, LMEXP, LMINP, LMSEA, LMEVT, LMSAL, LMQTY, LMNFD, '
  'LMMBR, LMCRS, LMRSK.';
grant execute on function app_public.acquire_seat_lock(uuid, text, uuid, uuid, integer)
  to lml_user;

--! split: 1030-functions-bookings-chose_before.sql
-- A second more than the transaction says: its time is taken just before others can see it.
create or replace function app_private.chose_before(
  booking app_public.bookings, known_from timestamptz
)
returns boolean
language sql immutable set search_path = ''
return (chose_before.booking).created_at <= chose_before.known_from + interval '1 second';

comment on function app_private.chose_before(app_public.bookings, timestamptz) is
  'Whether a booking was begun before a change of its date was known.';

--! split: 1031-functions-bookings-claim_booking.sql
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
      using errcode = 'LMTOK', hint = 'Ask for a new one with request_booking_link.';
  end if;
  update app_public.bookings as b
  set user_id = v_buyer.user_id, cart_token_hash = v_buyer.cart_token_hash
  where b.id = v_booking.id
  returning * into v_booking;
  return app_private.masked_booking(app_private.reprice_for_member(v_booking));
end
$$;

comment on function app_public.claim_booking(text) is
  'Makes a booking yours, with the token of the mail about it, once; then '
  'pay with payment_session. A cart, as of an offer to who waited, has the prices of your '
  'membership where they are better. '
  'For accounts, and guests by cart token. Raises LMTOK, LMSES, LMCRT, LMIMP.';
grant execute on function app_public.claim_booking(text) to lml_anonymous, lml_user;

--! split: 1032-functions-bookings-claim_cart.sql
-- Whoever sends both tokens has both rights: those of the cart become those of the account. What is
-- paid for stays with the cart's token, which may have been shared; what is being paid for keeps
-- its price, and what is looked into is looked into as it was checked out. Who may decide about it
-- is asked when they do, so that nobody claims what they let through themselves.
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
    where b.id = any (array(
      select b.id from app_public.bookings as b
      where b.cart_token_hash = v_cart_hash
        and b.user_id is null
        and app_private.is_open(b.status)
      order by b.id
      for no key update
    ))
    returning b.id
  )
  select array_agg(c.id) into v_booking_ids from claimed as c;

  for v_booking in
    select * from app_public.bookings as b where b.id = any (v_booking_ids)
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

--! split: 1033-functions-bookings-confirm_waiting_list_place.sql
create or replace function app_public.confirm_waiting_list_place(token text)
returns app_public.waiting_list_entries
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_asked app_private.waiting_list_tokens;
  v_entry app_public.waiting_list_entries;
begin
  select * into v_asked
  from app_private.waiting_list_tokens as t
  where t.token_hash = app_hidden.hash_token(confirm_waiting_list_place.token)
    and (t.entry_id is not null or t.expires_at > now())
  for no key update;
  if v_asked.token_hash is null then
    perform app_private.raise_bad_link();
  end if;
  if v_asked.entry_id is not null then
    return app_public.waiting_list_entry_by_token(confirm_waiting_list_place.token);
  end if;
  v_entry.performance_id := v_asked.performance_id;
  v_entry.quantity := v_asked.quantity;
  v_entry.ticket_category_id := v_asked.ticket_category_id;
  v_entry.is_accessible := v_asked.is_accessible;
  v_entry.organization_id := (app_private.open_waiting_list(v_entry)).organization_id;
  v_entry.customer_id := app_private.find_or_create_customer(
    v_asked.organization_id, null, v_asked.email::text, null, null, null
  );
  v_entry := app_private.add_to_waiting_list(v_entry);
  update app_private.waiting_list_tokens as t
  set entry_id = v_entry.id, email = null
  where t.token_hash = v_asked.token_hash;
  perform app_private.remember_language(v_entry.organization_id, v_entry.customer_id);
  return v_entry;
end
$$;

comment on function app_public.confirm_waiting_list_place(text) is
  'Has a guest wait from now on who asked to with request_waiting_list_place; whoever has the '
  'token has the mailbox. The same token tells their place later, and lets them leave. '
  'Raises LMTOK, LMWLO, LMWLE (they wait for another number), LMQTY, LMEVT, LMSAL, LMGST, LMMBR, '
  'LMNFD.';
grant execute on function app_public.confirm_waiting_list_place(text) to lml_anonymous, lml_user;

--! split: 1034-functions-bookings-confirmation_words.sql
-- No credential is among them: a mail is read by more than its reader, and a QR code changes with
-- each hand that a ticket goes through.
create or replace function app_private.confirmation_words(booking app_public.bookings)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'items', app_private.item_words(confirmation_words.booking),
    'payment', case
      when (confirmation_words.booking).total_amount_cents = 0 then 'free'
      when exists (
        select from app_public.payment_intents as p
        where p.organization_id = (confirmation_words.booking).organization_id
          and p.booking_id = (confirmation_words.booking).id
          and p.method = 'invoice'
          and p.status <> 'succeeded'
      ) then 'invoice'
      else 'paid'
    end
  )
    || coalesce((
      select jsonb_build_object(
        'paid', app_hidden.money_text(
          (sum(s.amount_cents) filter (where s.status = 'paid'))::bigint,
          (confirmation_words.booking).currency
        ),
        'until', app_hidden.local_time(
          min(s.due_at) filter (where s.status <> 'paid'), app_hidden.timezone_of(e)
        )
      )
      from app_public.booking_payment_schedule as s
      join app_public.performances as p
        on p.organization_id = s.organization_id
        and p.id = (confirmation_words.booking).performance_id
      join app_public.events as e
        on e.organization_id = p.organization_id and e.id = p.event_id
      where s.organization_id = (confirmation_words.booking).organization_id
        and s.booking_id = (confirmation_words.booking).id
      group by e.id
    ), '{}')
$$;

comment on function app_private.confirmation_words(app_public.bookings) is
  'What mails say of a booking that was sold.';

--! split: 1035-functions-bookings-explain_price.sql
-- From what the line has frozen, for whoever sees it. Prices are never changed backwards, so the
-- row that applied when the line got its price is still found.
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
          and p.valid_during @> coalesce(i.priced_at, i.created_at)
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

--! split: 1036-functions-bookings-hold_admissions.sql
create or replace function app_public.hold_admissions(
  performance_id uuid, ticket_category_id uuid, quantity integer, booking_id uuid default null,
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
  if hold_admissions.booking_id is not null then
    v_booking := app_private.lock_booking(hold_admissions.booking_id, 'bookings.manage');
  end if;
  if hold_admissions.idempotency_key is not null then
    v_booking_id := app_private.replay_result(
      hold_admissions.idempotency_key, 'hold_admissions',
      jsonb_build_array(
        hold_admissions.performance_id, hold_admissions.ticket_category_id,
        hold_admissions.quantity, hold_admissions.booking_id
      )
    );
    if v_booking_id is not null then
      select * into strict v_booking from app_public.bookings as b where b.id = v_booking_id;
      return app_private.masked_booking(v_booking);
    end if;
  end if;

  v_sale := app_private.open_sale(hold_admissions.performance_id);
  perform app_private.require_may_hold(
    v_sale, v_buyer, v_booking, coalesce(hold_admissions.quantity, 0)
  );
  if v_booking.id is null then
    v_booking := app_private.take_admissions(
      v_sale, hold_admissions.ticket_category_id, hold_admissions.quantity, uuidv7(),
      now() + make_interval(secs => least(v_sale.hold_seconds, v_sale.hold_seconds_max)), v_buyer
    );
  else
    perform app_private.take_admissions(
      v_sale, hold_admissions.ticket_category_id, hold_admissions.quantity, v_booking.id,
      v_booking.expires_at
    );
    v_booking := app_private.masked_booking(app_private.store_booking_totals(v_booking.id));
  end if;
  if hold_admissions.idempotency_key is not null then
    perform app_private.keep_result(hold_admissions.idempotency_key, v_booking.id);
  end if;
  return v_booking;
end
$$;

comment on function app_public.hold_admissions(uuid, uuid, integer, uuid, text) is
  'Holds admissions of a category for a new booking, or for a draft of yours, all of them or none. '
  'Raises LMFEW (fewer are left), LMQTY (none or too many), LMEVT (not published), LMSAL (not on '
  'sale), LMEXP, LMBST, LMBKG, LMGST, LMCRT, LMSES, LMIDK, LMINP, LMNFD, LMMBR (for members), '
  'LMCRS (too many open carts), LMRSK (a rule against fraud refuses it).';
grant execute on function app_public.hold_admissions(uuid, uuid, integer, uuid, text)
  to lml_anonymous, lml_user;

--! split: 1037-functions-bookings-hold_best_available.sql
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
      return app_private.masked_booking(v_booking);
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
    and app_private.is_on_sale(c);
  if not found then
    perform app_private.raise_category_not_on_sale(
      v_sale, hold_best_available.ticket_category_id
    );
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
  'LMSAL (not on sale), LMEXP, LMBST, LMBKG, LMGST, LMCRT, LMSES, LMIDK, LMINP, LMNFD, '
  'LMBSY, LMMBR (for members), LMCRS (too many open carts), LMRSK (a rule against fraud refuses '
  'it).';
grant execute on function app_public.hold_best_available(
  uuid, uuid, integer, boolean, boolean, uuid, text
) to lml_anonymous, lml_user;

--! split: 1038-functions-bookings-hold_for_customer.sql
create or replace function app_public.hold_for_customer(
  performance_id uuid, email text, first_name text default null, last_name text default null,
  phone text default null, channel app_public.booking_channel default 'phone',
  seat_ids text[] default null, ticket_category_id uuid default null,
  quantity integer default null, idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid := (
    select p.organization_id from app_public.performances as p
    where p.id = hold_for_customer.performance_id
  );
  v_id uuid;
  v_sale app_private.sale;
  v_booking app_public.bookings;
begin
  perform app_hidden.require_performance_permission(
    v_organization_id, hold_for_customer.performance_id, 'bookings.sell'
  );
  v_id := app_private.replay_result(
    hold_for_customer.idempotency_key, 'hold_for_customer',
    jsonb_build_array(
      hold_for_customer.performance_id, hold_for_customer.email, hold_for_customer.first_name,
      hold_for_customer.last_name, hold_for_customer.phone, hold_for_customer.channel,
      hold_for_customer.seat_ids, hold_for_customer.ticket_category_id,
      hold_for_customer.quantity
    )
  );
  if v_id is not null then
    select * into strict v_booking from app_public.bookings as b where b.id = v_id;
    return app_private.masked_booking(v_booking);
  end if;
  if coalesce(hold_for_customer.channel not in ('admin', 'phone'), true) then
    raise exception 'Staff sells at the counter (admin) or by phone.'
      using errcode = 'LMINP', detail = 'channel';
  end if;
  if (hold_for_customer.seat_ids is null) = (hold_for_customer.ticket_category_id is null) then
    raise exception 'Name either seats, or a category of admissions.'
      using errcode = 'LMINP', detail = 'seat_ids, ticket_category_id';
  end if;
  if not app_private.has_two_sides(hold_for_customer.email) then
    raise exception 'An e-mail address is needed, where the tickets go.'
      using errcode = 'LMCON', detail = 'email';
  end if;

  v_sale := app_private.open_sale(
    hold_for_customer.performance_id, hold_for_customer.seat_ids
  );
  insert into app_public.bookings as b (
    organization_id, performance_id, booking_reference, booking_channel, customer_id,
    customer_email, customer_name, currency, commission_percentage, expires_at
  )
  values (
    v_sale.organization_id, v_sale.performance_id,
    app_private.generate_booking_reference(v_sale.organization_id), hold_for_customer.channel,
    app_private.find_or_create_customer(
      v_sale.organization_id, null, hold_for_customer.email, hold_for_customer.first_name,
      hold_for_customer.last_name, hold_for_customer.phone
    ),
    hold_for_customer.email::public.citext,
    nullif(concat_ws(' ', hold_for_customer.first_name, hold_for_customer.last_name), ''),
    v_sale.currency, v_sale.commission_percentage,
    now() + make_interval(secs => least(v_sale.hold_seconds, v_sale.hold_seconds_max))
  )
  returning * into v_booking;
  if hold_for_customer.seat_ids is not null then
    v_booking := app_private.hold_for_draft(v_booking, v_sale);
  else
    if coalesce(
      hold_for_customer.quantity not between 1 and v_sale.tickets_per_booking_max, true
    ) then
      perform app_private.raise_ticket_count(v_sale, hold_for_customer.quantity);
    end if;
    perform app_private.take_admissions(
      v_sale, hold_for_customer.ticket_category_id, hold_for_customer.quantity, v_booking.id,
      v_booking.expires_at
    );
    v_booking := app_private.store_booking_totals(v_booking.id);
  end if;
  insert into app_public.staff_sales (organization_id, booking_id, sold_by)
  values (v_booking.organization_id, v_booking.id, app_hidden.require_user_id());
  perform app_private.keep_result(hold_for_customer.idempotency_key, v_booking.id);
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.hold_for_customer(
  uuid, text, text, text, text, app_public.booking_channel, text[], uuid, integer, text
) is
  'Holds seats, or admissions of a category, for somebody at the counter or on the phone; then '
  'checkout_for_customer. Needs bookings.sell at the venue. Raises LMTKN, LMFEW, LMSEA, LMSDP, '
  'LMQTY, LMEVT, LMSAL, LMMBR, LMCON, LMINP, LMNFD, LMRGT, LMIDK, LMAUT, LMSES.';
grant execute on function app_public.hold_for_customer(
  uuid, text, text, text, text, app_public.booking_channel, text[], uuid, integer, text
) to lml_user;

--! split: 1039-functions-bookings-hold_seats.sql
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
        using errcode = 'LMBKG', detail = v_booking.performance_id::text,
          hint = 'A booking is for one performance: hold these in a booking of their own.';
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
  'LMGST, LMCRT, LMSES, LMIDK, LMINP, LMNFD, LMMBR (for members), LMCRS (too many open carts), '
  'LMRSK (a rule against fraud refuses it).';
grant execute on function app_public.hold_seats(uuid, text[], uuid, text)
  to lml_anonymous, lml_user;

--! split: 1040-functions-bookings-join_waiting_list.sql
create or replace function app_public.join_waiting_list(
  performance_id uuid, quantity integer, ticket_category_id uuid default null,
  accessible boolean default false
)
returns app_public.waiting_list_entries
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user app_public.users;
  v_wish app_public.waiting_list_entries;
  v_sale app_private.sale;
begin
  perform app_hidden.refuse_impersonator();
  select * into strict v_user
  from app_public.users as u where u.id = app_hidden.require_user_id();
  if v_user.email_verified_at is null then
    raise exception 'Prove your address first: it is where the offer goes.'
      using errcode = 'LMCON', detail = 'email', hint = 'Ask with request_email_verification.';
  end if;
  v_wish.performance_id := join_waiting_list.performance_id;
  v_wish.quantity := join_waiting_list.quantity;
  v_wish.ticket_category_id := join_waiting_list.ticket_category_id;
  v_wish.is_accessible := coalesce(join_waiting_list.accessible, false);
  v_wish.user_id := v_user.id;
  v_sale := app_private.open_waiting_list(v_wish);
  perform app_private.require_too_few_left(v_wish, v_sale);
  v_wish.organization_id := v_sale.organization_id;
  v_wish.customer_id := app_private.find_or_create_customer(
    v_sale.organization_id, v_user.id, v_user.email::text, v_user.first_name, v_user.last_name,
    v_user.phone
  );
  v_wish := app_private.add_to_waiting_list(v_wish);
  perform app_private.remember_language(v_wish.organization_id, v_wish.customer_id);
  return v_wish;
end
$$;

comment on function app_public.join_waiting_list(uuid, integer, uuid, boolean) is
  'Waits for places of a date that are not to be had: of a category, or of any. When they become '
  'free, they are held for you, and you are mailed. The same again changes nothing. '
  'Raises LMWLO (there is no list), LMWLH (as many are free), LMWLE (you wait for another number), '
  'LMQTY, LMEVT, LMSAL, LMMBR, LMCON (your address is not proven), LMNFD, LMAUT, LMSES, LMIMP.';
grant execute on function app_public.join_waiting_list(uuid, integer, uuid, boolean) to lml_user;

--! split: 1041-functions-bookings-lines_by_category.sql
create or replace function app_private.lines_by_category(booking app_public.bookings)
returns table (
  ticket_category_id uuid, name text, status app_public.ticket_category_status, quantity bigint,
  sales_start timestamptz, sales_end timestamptz, min_per_transaction integer,
  max_per_transaction integer, max_per_user integer
)
language sql stable security definer set search_path = ''
as $$
  select
    c.id, c.name, c.status, sum(i.quantity), c.sales_start, c.sales_end, c.min_per_transaction,
    c.max_per_transaction, c.max_per_user
  from app_public.booking_items as i
  join app_public.ticket_categories as c
    on c.organization_id = i.organization_id and c.id = i.ticket_category_id
  where i.organization_id = (lines_by_category.booking).organization_id
    and i.booking_id = (lines_by_category.booking).id
    and i.item_type in ('seat', 'admission')
  group by c.id
  order by c.category_no
$$;

comment on function app_private.lines_by_category(app_public.bookings) is
  'How many tickets of each category a booking has, with what the category allows.';

--! split: 1042-functions-bookings-lock_for_move.sql
-- Bookings, then allocations, then seats, as everywhere. Holds that were made while the seats were
-- waited for have bookings that are not locked yet; who has those may be waiting for the seats, so
-- they are not waited for.
create or replace function app_private.lock_for_move(performance app_public.performances)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_known uuid[];
begin
  v_known := array(
    select b.id from app_public.bookings as b
    where b.organization_id = (lock_for_move.performance).organization_id
      and b.performance_id = (lock_for_move.performance).id
    order by b.id
    for no key update
  );
  perform from app_public.seat_allocations as a
  where a.organization_id = (lock_for_move.performance).organization_id
    and a.performance_id = (lock_for_move.performance).id
  order by a.id
  for no key update;
  perform from app_public.seat_booking_state as s
  where s.organization_id = (lock_for_move.performance).organization_id
    and s.performance_id = (lock_for_move.performance).id
  order by s.seat_no
  for update;
  perform from app_public.bookings as b
  where b.organization_id = (lock_for_move.performance).organization_id
    and b.performance_id = (lock_for_move.performance).id
    and b.id <> all (v_known)
  for no key update nowait;
exception
  when lock_not_available then
    raise exception 'Somebody is buying at this very moment.'
      using errcode = 'LMBSY', hint = 'Try again.';
end
$$;

comment on function app_private.lock_for_move(app_public.performances) is
  'Locks every booking, allocation and seat of a performance. Raises LMBSY.';

--! split: 1043-functions-bookings-mail_buyer.sql
create or replace function app_private.mail_buyer(
  booking app_public.bookings, template text, variables jsonb default '{}'
)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.queue_email(
    (mail_buyer.booking).customer_email::text, mail_buyer.template,
    app_private.booking_words(mail_buyer.booking) || mail_buyer.variables,
    (mail_buyer.booking).organization_id
  )
  where (mail_buyer.booking).customer_email is not null
$$;

comment on function app_private.mail_buyer(app_public.bookings, text, jsonb) is
  'Mails whoever a booking is for.';

--! split: 1044-functions-bookings-mail_confirmation.sql
-- What was canceled or returned meanwhile has mails of its own.
create or replace function app_private.mail_confirmation(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if (mail_confirmation.booking).status in ('partially_paid', 'confirmed', 'completed') then
    perform app_private.mail_booking(
      mail_confirmation.booking,
      case (mail_confirmation.booking).status
        when 'partially_paid' then 'booking_deposit_paid' else 'booking_confirmed'
      end,
      app_private.confirmation_words(mail_confirmation.booking)
    );
    perform app_private.mail_missed_notice(mail_confirmation.booking);
  end if;
end
$$;

comment on function app_private.mail_confirmation(app_public.bookings) is
  'Has whoever bought a booking mailed that it was sold, if it still is.';

--! split: 1045-functions-bookings-mail_confirmations.sql
-- A row goes in the transaction that queues its mail: whenever the worker dies, it is both or
-- neither. One whose mail cannot be written stays, and keeps no other one from its reader; so does
-- one that is disputed, as nobody knows whether it will have been sold. One that somebody works on
-- is left for the next minute: who is told of a deposit just while the rest is paid would not be
-- told of the tickets, as the row of that sale is there already, and goes with this mail.
create or replace function app_private.mail_confirmations(batch_limit integer)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_count integer := 0;
begin
  for v_booking in
    select b.*
    from app_private.booking_confirmations as c
    join app_public.bookings as b on b.id = c.booking_id
    where (c.retry_at is null or c.retry_at <= now())
      and b.status <> 'disputed'
    order by c.booking_id
    limit mail_confirmations.batch_limit
    for update of c skip locked
    for share of b skip locked
  loop
    v_count := v_count + 1;
    begin
      perform app_private.mail_confirmation(v_booking);
      delete from app_private.booking_confirmations as c where c.booking_id = v_booking.id;
    exception when others then
      update app_private.booking_confirmations as c
      set retry_at = now() + interval '10 minutes', error_code = sqlstate
      where c.booking_id = v_booking.id;
    end;
  end loop;
  return v_count;
end
$$;

comment on function app_private.mail_confirmations(integer) is
  'Has those mailed whose bookings were sold, each once; returns how many bookings it looked at.';
grant execute on function app_private.mail_confirmations(integer) to lml_worker;

--! split: 1046-functions-bookings-mail_holders.sql
-- Whoever was handed a ticket would stand before closed doors: the buyer is told, and they are not
-- the buyer. What is given back is given back by who paid.
create or replace function app_private.mail_holders(
  booking app_public.bookings, notice app_private.performance_notices
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_words jsonb := app_private.notice_words(mail_holders.notice) - 'refundsUntil';
  v_count integer;
begin
  perform app_private.queue_email(
    c.email::text, 'performance_' || (mail_holders.notice).kind,
    v_words || jsonb_build_object('ticket', min(t.ticket_number)), c.organization_id
  )
  from app_public.tickets as t
  join app_public.ticket_transfers as x
    on x.organization_id = t.organization_id and x.id = t.transfer_id
  join app_public.customers as c
    on c.organization_id = x.organization_id and c.id = x.to_customer_id
  where t.organization_id = (mail_holders.booking).organization_id
    and t.booking_id = (mail_holders.booking).id
    and x.ended_at <= (mail_holders.notice).known_from
    and c.email operator(public.<>) (mail_holders.booking).customer_email
    and (
      t.status in ('valid', 'used')
      -- What was void before had its own reason.
      or (
        t.status in ('canceled', 'refunded')
        and t.updated_at >= (mail_holders.notice).created_at
      )
    )
  group by c.id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_private.mail_holders(
  app_public.bookings, app_private.performance_notices
) is
  'Has those mailed, each once, who were handed tickets of a booking before its performance was '
  'changed; returns how many.';

--! split: 1047-functions-bookings-mail_installment.sql
create or replace function app_private.mail_installment(
  booking app_public.bookings, part app_public.booking_payment_schedule, template text
)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.mail_booking(
    mail_installment.booking, mail_installment.template,
    jsonb_build_object(
      'amount', app_hidden.money_text(
        (mail_installment.part).amount_cents, (mail_installment.booking).currency
      ),
      'until', app_hidden.local_time(
        case when mail_installment.template = 'installment_overdue'
          then (mail_installment.part).cancel_at else (mail_installment.part).due_at
        end,
        coalesce(app_hidden.timezone_of(e), 'UTC')
      )
    )
  )
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  where p.organization_id = (mail_installment.booking).organization_id
    and p.id = (mail_installment.booking).performance_id
$$;

comment on function app_private.mail_installment(
  app_public.bookings, app_public.booking_payment_schedule, text
) is 'Mails about a part of a price.';

--! split: 1048-functions-bookings-mail_missed_notice.sql
-- The notice's own mails go to those who had bought by then. Whoever was still paying chose the old
-- date, and would read the new one in their confirmation without a word.
create or replace function app_private.mail_missed_notice(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_notice app_private.performance_notices;
begin
  -- Once: the last part of a price is confirmed, too.
  if (mail_missed_notice.booking).customer_email is null
    or (
      (mail_missed_notice.booking).payment_plan_id is not null
      and (mail_missed_notice.booking).status <> 'partially_paid'
    )
  then
    return;
  end if;
  select * into v_notice
  from app_private.performance_notices as n
  where n.organization_id = (mail_missed_notice.booking).organization_id
    and n.performance_id = (mail_missed_notice.booking).performance_id
    and n.kind in ('moved', 'postponed')
    and n.known_from < (mail_missed_notice.booking).confirmed_at
    and app_private.chose_before(mail_missed_notice.booking, n.known_from)
  order by n.known_from desc, n.id desc
  limit 1;
  if found then
    perform app_private.queue_email(
      (mail_missed_notice.booking).customer_email::text, 'performance_' || v_notice.kind,
      app_private.notice_words(v_notice) || jsonb_build_object(
        'booking', (mail_missed_notice.booking).booking_reference
      ),
      (mail_missed_notice.booking).organization_id
    );
  end if;
end
$$;

comment on function app_private.mail_missed_notice(app_public.bookings) is
  'Has a buyer mailed that the date moved between their choice and their payment, if it did.';

--! split: 1049-functions-bookings-mail_notices_of.sql
-- A batch of mails and how far they are, in one transaction: killed anywhere, it is done again or
-- was done, so that each booking gets one. Who chose before the change and paid after it is told
-- with the confirmation.
create or replace function app_private.mail_notices_of(
  notice_id uuid, batch_limit integer default 100
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_notice app_private.performance_notices;
  v_booking app_public.bookings;
  v_words jsonb;
  v_count integer := 0;
  v_holders integer := 0;
begin
  select * into strict v_notice
  from app_private.performance_notices as n where n.id = mail_notices_of.notice_id
  for no key update;
  if v_notice.completed_at is not null then
    return 0;
  end if;
  v_words := app_private.notice_words(v_notice);
  for v_booking in
    select *
    from app_public.bookings as b
    where b.organization_id = v_notice.organization_id
      and b.performance_id = v_notice.performance_id
      and b.id > coalesce(v_notice.last_booking_id, '00000000-0000-0000-0000-000000000000')
      and b.customer_email is not null
      and b.confirmed_at <= v_notice.known_from
      and (
        app_private.is_sold(b.status)
        or (
          v_notice.kind = 'canceled' and b.status in ('canceled', 'refunded')
          and b.canceled_at >= v_notice.created_at
        )
      )
    order by b.id
    limit mail_notices_of.batch_limit
  loop
    perform app_private.queue_email(
      v_booking.customer_email::text, 'performance_' || v_notice.kind,
      v_words || jsonb_build_object('booking', v_booking.booking_reference),
      v_booking.organization_id
    );
    v_holders := v_holders + app_private.mail_holders(v_booking, v_notice);
    v_count := v_count + 1;
  end loop;
  -- By now, whoever was at the door is through.
  if v_count = 0 then
    perform app_private.readmit_overtaken(v_notice);
  end if;
  update app_private.performance_notices as n
  set last_booking_id = coalesce(v_booking.id, n.last_booking_id),
    mails_queued = n.mails_queued + v_count + v_holders,
    completed_at = case when v_count = 0 then now() end
  where n.id = v_notice.id;
  return v_count;
end
$$;

comment on function app_private.mail_notices_of(uuid, integer) is
  'Has the next buyers of a changed performance mailed, and whom they handed tickets on to; '
  'returns how many buyers, 0 when it is done.';
grant execute on function app_private.mail_notices_of(uuid, integer) to lml_worker;

--! split: 1050-functions-bookings-remember_language.sql
-- For whoever acts for themself, after all else that they lock. Who types a stranger's address may
-- change in which language that one is written to, until they next come, and nothing else that is
-- known of them.
create or replace function app_private.remember_language(
  organization_id uuid, customer_id uuid
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_language text := app_hidden.current_language();
begin
  if v_language is not null then
    update app_public.customers as c
    set language = v_language
    where c.organization_id = remember_language.organization_id
      and c.id = remember_language.customer_id
      and c.language is distinct from v_language;
  end if;
end
$$;

comment on function app_private.remember_language(uuid, uuid) is
  'Has a customer written to in the language that the caller, who is that customer, asks for.';

--! split: 1051-functions-bookings-remember_language_of_buyer.sql
-- Staff may check out for somebody else, whose language they need not speak.
create or replace function app_private.remember_language_of_buyer(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if app_hidden.current_language() is not null and (
    (remember_language_of_buyer.booking).user_id = app_hidden.current_user_id()
    or (remember_language_of_buyer.booking).cart_token_hash = app_hidden.current_cart_hash()
  ) then
    perform app_private.remember_language(
      (remember_language_of_buyer.booking).organization_id,
      (remember_language_of_buyer.booking).customer_id
    );
  end if;
end
$$;

comment on function app_private.remember_language_of_buyer(app_public.bookings) is
  'Has the customer of a booking written to in the language of the caller, if it is the caller''s.';

--! split: 1052-functions-bookings-renew_grace.sql
-- The booking first, as everywhere. A pass has no day either while one of its dates has none.
create or replace function app_private.renew_grace(performance app_public.performances)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ids uuid[] := array(select app_private.passes_for((renew_grace.performance).id))
    || (renew_grace.performance).id;
begin
  perform from app_public.bookings as b
  where b.organization_id = (renew_grace.performance).organization_id
    and b.performance_id = any (v_ids)
    and b.status = 'partially_paid'
  order by b.id
  for no key update;
  update app_public.booking_payment_schedule as s
  set cancel_at = greatest(s.cancel_at, now() + make_interval(days => p.grace_days))
  from app_public.bookings as b
  join app_public.payment_plans as p
    on p.organization_id = b.organization_id and p.id = b.payment_plan_id
  where b.organization_id = (renew_grace.performance).organization_id
    and b.performance_id = any (v_ids)
    and b.status = 'partially_paid'
    and s.organization_id = b.organization_id
    and s.booking_id = b.id
    and s.status = 'overdue';
end
$$;

comment on function app_private.renew_grace(app_public.performances) is
  'Gives whoever owes an installment of a date that has a day again, or of a pass for it, all of '
  'their time.';

--! split: 1053-functions-bookings-reopen_checkout.sql
-- The seats and the open attempt at the payment stay as they are: the next checkout looks at the
-- buyer and the limits again, and changes the attempt to the new price. Whoever signed in as a
-- member while they were paying has the member's price from here on.
create or replace function app_public.reopen_checkout(booking_id uuid)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- Nobody keeps Stripe busy through us.
  c_changes_max constant integer := 20;
  v_booking app_public.bookings := app_private.lock_booking(
    reopen_checkout.booking_id, 'bookings.manage'
  );
  v_payment app_public.payment_intents;
  v_changes integer;
begin
  if v_booking.status in ('draft', 'pending_payment') and v_booking.expires_at <= now() then
    perform app_private.raise_hold_lapsed(v_booking);
  end if;
  if v_booking.status = 'draft' then
    return app_private.masked_booking(v_booking);
  end if;
  if v_booking.status <> 'pending_payment' then
    perform app_private.raise_booking_status(v_booking);
  end if;
  if v_booking.booking_channel in ('admin', 'phone') or exists (
    select from app_public.booking_state_transitions as t
    where t.organization_id = v_booking.organization_id and t.booking_id = v_booking.id
      and t.from_status in ('fraud_hold', 'pending_approval')
  ) then
    raise exception 'What staff has sold or approved is paid as it is.'
      using errcode = 'LMBST', detail = 'approved', hint = 'Cancel it, and hold seats again.';
  end if;
  select * into v_payment
  from app_public.payment_intents as p
  where p.organization_id = v_booking.organization_id and p.booking_id = v_booking.id
    and p.status in ('pending', 'processing', 'requires_action', 'authorized');
  if v_payment.status in ('processing', 'authorized') then
    raise exception 'The payment is under way.'
      using errcode = 'LMBST', detail = v_payment.status::text;
  end if;
  select count(*) into v_changes
  from app_public.payment_intents as p
  left join app_private.payment_intent_changes as c
    on c.organization_id = p.organization_id and c.payment_intent_id = p.id
  where p.organization_id = v_booking.organization_id and p.booking_id = v_booking.id;
  if v_changes >= c_changes_max then
    raise exception 'The price of this booking has changed too often.'
      using errcode = 'LMBST', detail = 'changes', hint = 'Cancel it, and hold seats again.';
  end if;
  delete from app_public.booking_payment_schedule as s
  where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id;
  update app_public.bookings as b
  set status = 'draft' where b.id = v_booking.id
  returning * into v_booking;
  return app_private.masked_booking(app_private.reprice_for_member(v_booking));
end
$$;

comment on function app_public.reopen_checkout(uuid) is
  'Back to the cart, as long as nothing is paid: seats, add-ons and codes may be changed as in any '
  'draft, within the same deadline, and prices of the owner''s membership apply where they are '
  'better. The next start_checkout changes the open payment to the new price. Until then nobody '
  'can pay; who does so all the same, in the same moment, has the money back. Raises LMBKG, LMBST '
  '(paid, under way, sold or approved by staff, or too many changes), LMEXP, LMSES, LMCRT.';
grant execute on function app_public.reopen_checkout(uuid) to lml_anonymous, lml_user;

--! split: 1054-functions-bookings-reprice_for_member.sql
-- A buyer turns out to be a member. What is better for them is taken, and what is not is left: a
-- price that was held is kept. What is checked out costs what it was checked out for.
create or replace function app_private.reprice_for_member(booking app_public.bookings)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := reprice_for_member.booking;
  v_performance app_public.performances;
  v_line app_private.priced_line;
  v_member_line app_private.priced_line;
begin
  select p.* into v_performance
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id
    and e.has_price_rules;
  if not found or v_booking.status <> 'draft'
    or not app_private.is_member(v_booking.organization_id, v_booking.user_id)
  then
    return v_booking;
  end if;
  foreach v_line in array app_private.lines_of(v_booking) loop
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
        priced_at = now(),
        applied_rules = v_member_line.applied_rules,
        unit_price_cents = v_member_line.unit_price_cents,
        subtotal_cents = v_member_line.unit_price_cents * i.quantity,
        discount_cents = 0,
        service_fee_absorbed_cents = 0,
        processing_fee_absorbed_cents = 0,
        tax_included_cents = 0,
        total_cents = v_member_line.unit_price_cents * i.quantity + i.service_fee_cents
          + i.processing_fee_cents + i.tax_cents
      where i.organization_id = v_booking.organization_id
        and i.id = v_line.booking_item_id;
    end if;
  end loop;
  return app_private.store_booking_totals(v_booking.id);
end
$$;

comment on function app_private.reprice_for_member(app_public.bookings) is
  'Gives a booking the prices of its owner''s membership where they are better, if it is a draft; '
  'returns it.';

--! split: 1055-functions-bookings-require_buyer_limits.sql
-- At checkout and not at the hold, which is to be fast: a cart beyond the limits lets nobody in.
create or replace function app_private.require_buyer_limits(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := require_buyer_limits.booking;
  v_event app_public.events;
  v_found record;
  v_line record;
  v_is_limited boolean;
begin
  select e as event, p.pass_name is not null as is_pass into strict v_found
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id;
  v_event := v_found.event;
  v_is_limited := v_event.tickets_per_user_max is not null;
  if v_event.visibility = 'private'
    and v_event.id not in (select app_hidden.opened_event_ids())
    and not app_hidden.has_performance_permission(
      v_booking.organization_id, v_booking.performance_id, 'events.read'
    )
  then
    raise exception 'There is no such event, or it is not for you.'
      using errcode = 'LMNFD', hint = 'Send the access code as X-Event-Key.';
  end if;

  if v_found.is_pass and app_private.has_lost_date(v_booking) then
    raise exception 'A date of this pass was canceled since it was chosen.'
      using errcode = 'LMEVT', detail = v_booking.performance_id::text, hint = 'Choose again.';
  end if;

  for v_line in select * from app_private.lines_by_category(v_booking) loop
    -- What is sold out is sold to who holds it. A pause is meant for everybody: it may be the price
    -- that is wrong, or the room that is smaller than was thought.
    if v_line.status in ('paused', 'canceled') then
      raise exception '"%" is not on sale.', v_line.name
        using errcode = 'LMSAL', detail = v_line.status::text, hint = 'Choose another category.';
    end if;
    perform app_private.require_sales_window(v_line.name, v_line.sales_start, v_line.sales_end);
    if v_line.quantity not between v_line.min_per_transaction
      and coalesce(v_line.max_per_transaction, v_line.quantity)
    then
      raise exception 'Of "%", a booking has % to % tickets.',
          v_line.name, v_line.min_per_transaction,
          coalesce(v_line.max_per_transaction::text, 'any number of')
        using errcode = 'LMQTY', detail = v_line.ticket_category_id::text;
    end if;
    v_is_limited := v_is_limited or v_line.max_per_user is not null;
  end loop;
  if v_is_limited then
    perform app_private.require_user_limits(v_booking, v_event);
  end if;
  perform app_private.require_add_ons(v_booking);
end
$$;

comment on function app_private.require_buyer_limits(app_public.bookings) is
  'What event, categories and add-ons ask of a booking at its checkout. '
  'Raises LMNFD (private), LMEVT (a pass has lost a date), LMSAL, LMQTY, LMMAX, '
  'LMCON (no address to mail to).';

--! split: 1056-functions-bookings-start_checkout.sql
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
    -- No checkout leaves a draft: its buyer went back to the cart.
    if v_booking.status = 'draft' then
      raise exception 'This checkout was taken back.'
        using errcode = 'LMIDK', detail = 'start_checkout',
          hint = 'Use a new key to check out again.';
    end if;
    return app_private.masked_booking(v_booking);
  end if;
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(v_booking.performance_id);
  v_requires_approval := app_private.asks_for_approval(v_booking);
  if v_requires_approval is null then
    raise exception 'The booking is empty.' using errcode = 'LMQTY', detail = '0';
  end if;

  perform app_private.require_revenue_limit(v_booking);

  v_contact := app_private.require_contact(
    v_booking.user_id, start_checkout.email, start_checkout.first_name, start_checkout.last_name,
    start_checkout.phone
  );
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
  perform app_private.require_discount_uses(v_booking);

  perform app_private.require_card_amount(v_booking);
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
  perform app_private.remember_language_of_buyer(v_booking);
  perform app_private.keep_result(start_checkout.idempotency_key, v_booking.id);
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.start_checkout(uuid, text, text, text, text, text) is
  'Freezes a draft, prolongs its hold if that is short, and asks for the payment; a free booking '
  'is confirmed at once. A user''s own address and name are the defaults. The rules against '
  'fraud may return it canceled (not accepted; its seats are free) or as fraud_hold (somebody '
  'looks at it first), and a category that requires approval as pending_approval. Raises LMBKG, '
  'LMBST, LMEXP, LMCON (no e-mail address), LMQTY (empty), LMEVT, LMSAL, LMINP, LMSES, LMCRT, '
  'LMIDK (also for a checkout that reopen_checkout took back), LMLIM (the organization''s plan), '
  'LMMAX (one buyer gets no more), LMPLN (its payment plan is not for it any more), LMAMT (a card '
  'cannot be charged so little, or so much), LMDSC (one buyer uses the discount code no more '
  'often), LMNFD (a private event without its code).';
grant execute on function app_public.start_checkout(uuid, text, text, text, text, text)
  to lml_anonymous, lml_user;

--! split: 1057-functions-payments-apply_dispute.sql
-- Events come in any order and any number. What is told of the state is the newest, by how far on
-- the dispute was; each balance transaction that the object names is posted once; and what follows
-- for booking, tickets and refunds is derived from all of it, so that no order matters.
create or replace function app_private.apply_dispute(object jsonb, event jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_object jsonb := apply_dispute.object;
  v_intent app_public.payment_intents;
  v_refusal text;
  v_before app_public.dispute_status;
  v_dispute app_public.disputes;
begin
  -- Whoever moves or completes a performance locks it before its bookings, and unblock_booking asks
  -- for it with the booking in hand.
  perform from app_public.bookings as b
  join app_public.performances as p
    on p.organization_id = b.organization_id and p.id = b.performance_id
  where b.id = (app_private.payment_of_stripe_object(v_object)).booking_id
  for share of p;
  v_intent := app_private.lock_payment_of(v_object);
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

--! split: 1058-functions-payments-apply_payment_intent.sql
-- Events come in any order and any number: each moves the payment forward or changes nothing. What
-- has ended at Stripe stays ended. Before that a payment goes to and fro between its states, so the
-- newest news count: by the second, and within one by how far on they are.
create or replace function app_private.apply_payment_intent(object jsonb, event jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_object jsonb := apply_payment_intent.object;
  v_intent app_public.payment_intents;
  v_status text := v_object ->> 'status';
  v_refusal text;
  v_news text;
  v_after app_public.payment_intents;
begin
  -- As in apply_dispute: may_be_paid_late asks for the performance with the booking in hand.
  if v_status = 'succeeded' then
    perform from app_public.bookings as b
    join app_public.performances as p
      on p.organization_id = b.organization_id and p.id = b.performance_id
    where b.id = (app_private.payment_of_stripe_object(v_object)).booking_id
      and (b.status = 'expired' or b.expires_at <= now())
    for share of p;
  end if;
  v_intent := app_private.lock_payment_of(v_object);
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

--! split: 1059-functions-payments-cancellation_offer_of.sql
-- A postponement offers the whole price whatever the terms are, as long as it does, to those who
-- chose what there was before. Who came later knew what they were buying.
create or replace function app_private.cancellation_offer_of(booking app_public.bookings)
returns app_private.cancellation_offer
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_offer app_private.cancellation_offer;
begin
  select null, null, 100, p.refunds_until, true, true into v_offer
  from app_public.performances as p
  where p.organization_id = (cancellation_offer_of.booking).organization_id
    and p.id = (cancellation_offer_of.booking).performance_id
    and p.status in ('scheduled', 'postponed') and p.refunds_until > now()
    and coalesce(
      (
        select app_private.chose_before(cancellation_offer_of.booking, max(n.known_from))
        from app_private.performance_notices as n
        where n.performance_id = p.id and n.organization_id = p.organization_id
      ),
      true
    );
  if found then
    return v_offer;
  end if;
  v_offer := null;
  v_offer.policy_id := case
    when (cancellation_offer_of.booking).status = 'draft' then app_private.cancellation_policy_of(
      (cancellation_offer_of.booking).organization_id,
      (cancellation_offer_of.booking).performance_id
    )
    else (cancellation_offer_of.booking).cancellation_policy_id
  end;
  select c.id, c.version, coalesce(w.percentage, 0), w.until, c.refunds_service_fees,
    c.refunds_processing_fees
  into v_offer
  from app_public.cancellation_policies as c
  left join lateral (
    select w.* from app_private.cancellation_windows_of(
      c.id, (cancellation_offer_of.booking).performance_id
    ) as w
    where w.until >= now()
    order by w.days_before desc
    limit 1
  ) as w on true
  where c.id = v_offer.policy_id;
  v_offer.percentage := coalesce(v_offer.percentage, 0);
  return v_offer;
end
$$;

comment on function app_private.cancellation_offer_of(app_public.bookings) is
  'What the buyer of a booking gets back for it now.';

--! split: 1060-functions-payments-mail_dispute.sql
create or replace function app_private.mail_dispute(dispute app_public.disputes, template text)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.mail_members(
    b.organization_id, 'disputes.manage', mail_dispute.template,
    app_private.booking_words(b) || jsonb_build_object(
      'amount', app_hidden.money_text(
        (mail_dispute.dispute).amount_cents, (mail_dispute.dispute).currency
      ),
      'reason', (mail_dispute.dispute).reason,
      'until', app_hidden.local_time(
        (mail_dispute.dispute).evidence_due_at, coalesce(app_hidden.timezone_of(e), 'UTC')
      )
    )
  )
  from app_public.bookings as b
  join app_public.performances as p
    on p.organization_id = b.organization_id and p.id = b.performance_id
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  where b.organization_id = (mail_dispute.dispute).organization_id
    and b.id = (mail_dispute.dispute).booking_id
$$;

comment on function app_private.mail_dispute(app_public.disputes, text) is
  'Mails every member who may answer a dispute.';

--! split: 1061-functions-payments-take_tickets_back.sql
create or replace function app_private.take_tickets_back(
  booking app_public.bookings, ticket_ids uuid[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.end_open_offers(
    (take_tickets_back.booking).organization_id, take_tickets_back.ticket_ids
  );
  update app_public.tickets as t
  set status = 'refunded', is_inside = false
  where t.organization_id = (take_tickets_back.booking).organization_id
    and t.id = any (take_tickets_back.ticket_ids);
  perform app_private.free_seats(take_tickets_back.booking, array(
    select t.seat_no from app_public.tickets as t
    where t.organization_id = (take_tickets_back.booking).organization_id
      and t.id = any (take_tickets_back.ticket_ids) and t.seat_no is not null
    order by t.seat_no
  ));
  perform app_private.free_admissions(
    take_tickets_back.booking, n.ticket_category_id, n.quantity
  )
  from (
    select t.ticket_category_id, count(*)::integer as quantity
    from app_public.tickets as t
    where t.organization_id = (take_tickets_back.booking).organization_id
      and t.id = any (take_tickets_back.ticket_ids) and t.seat_no is null
    group by t.ticket_category_id
    order by t.ticket_category_id
  ) as n;
end
$$;

comment on function app_private.take_tickets_back(app_public.bookings, uuid[]) is
  'Ends valid tickets of a booking, which are locked with it, and puts their seats and admissions '
  'on sale again.';

--! split: 1062-functions-payments-unblock_booking.sql
-- As it was before; or as it would be now, if its show was canceled or went by meanwhile. The lock
-- on the performance makes the job wait that completes its bookings, so that none is left out.
create or replace function app_private.unblock_booking(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_reason constant text := 'It was canceled while the payment was disputed.';
  v_booking app_public.bookings := unblock_booking.booking;
  v_performance app_public.performances;
  v_cancellation_id uuid;
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
  -- Nobody could pay meanwhile, or was told that the grace runs out.
  update app_public.booking_payment_schedule as s
  set cancel_at = greatest(s.cancel_at, now() + make_interval(days => p.grace_days))
  from app_public.payment_plans as p
  where p.organization_id = v_booking.organization_id and p.id = v_booking.payment_plan_id
    and s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id
    and s.status = 'overdue';
  update app_public.tickets as t
  set is_disputed = false
  where t.organization_id = v_booking.organization_id and t.booking_id = v_booking.id
    and t.is_disputed;
  if v_performance.status <> 'canceled' or v_booking.status = 'completed' then
    return;
  end if;
  if not exists (
    select from app_public.tickets as t
    where t.organization_id = v_booking.organization_id and t.booking_id = v_booking.id
      and t.status = 'used'
  ) then
    perform app_private.end_booking(v_booking, c_reason, 'event_canceled');
    return;
  end if;
  -- The job of the cancellation has passed over it, and does not come again: what it would have
  -- done is done here, once.
  insert into app_public.event_cancellation_failures (
    cancellation_id, booking_id, organization_id, code
  )
  select c.id, v_booking.id, v_booking.organization_id, 'LMTUS'
  from app_public.event_cancellations as c
  where c.organization_id = v_booking.organization_id
    and c.event_id = v_performance.event_id
    and coalesce(c.performance_id, v_performance.id) = v_performance.id
    and not exists (
      select from app_public.event_cancellation_failures as f
      where f.organization_id = v_booking.organization_id and f.booking_id = v_booking.id
    )
  order by c.id
  limit 1
  returning cancellation_id into v_cancellation_id;
  if found then
    perform app_private.return_unused_tickets(v_booking, 'event_canceled', c_reason);
    perform app_private.raise_payment_finding(
      'cancellation_left_booking', v_booking.id::text, v_booking.organization_id, v_booking.id,
      jsonb_build_object('code', 'LMTUS', 'cancellation_id', v_cancellation_id)
    );
  end if;
end
$$;

comment on function app_private.unblock_booking(app_public.bookings) is
  'Gives a booking back what a dispute kept from it.';

--! split: 1063-functions-tickets-accept_ticket.sql
-- The token is the right: a mail may be passed on, as a paper ticket may. Whoever accepts gets a
-- code that nobody has seen before them.
create or replace function app_public.accept_ticket(
  token text, first_name text default null, last_name text default null
)
returns app_public.tickets
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_buyer app_private.buyer := app_private.require_buyer();
  v_transfer app_public.ticket_transfers := app_private.open_offer(accept_ticket.token);
  v_ticket app_public.tickets;
  v_user app_public.users;
begin
  select * into strict v_ticket from app_public.tickets as t where t.id = v_transfer.ticket_id;
  perform app_private.require_transferable(v_ticket);
  select * into v_user from app_public.users as u where u.id = v_buyer.user_id;

  update app_public.ticket_transfers as x
  set status = 'accepted', ended_at = now(), to_user_id = v_buyer.user_id,
    to_cart_token_hash = v_buyer.cart_token_hash,
    to_customer_id = app_private.find_or_create_customer(
      x.organization_id, v_buyer.user_id, coalesce(v_user.email, x.to_email)::text,
      coalesce(accept_ticket.first_name, v_user.first_name),
      coalesce(accept_ticket.last_name, v_user.last_name), null
    )
  where x.id = v_transfer.id
  returning * into v_transfer;
  delete from app_private.ticket_transfer_tokens as t
  where t.organization_id = v_transfer.organization_id and t.transfer_id = v_transfer.id;
  update app_public.tickets as t
  set transfer_id = v_transfer.id
  where t.organization_id = v_ticket.organization_id and t.id = v_ticket.id;
  perform app_private.rotate_credential(v_ticket);
  -- Who comes is for the new holder to say, and what the old one said is none of their business.
  delete from app_public.ticket_attendees as a
  where a.organization_id = v_ticket.organization_id and a.ticket_id = v_ticket.id;
  perform app_private.queue_email(
    c.email::text, 'ticket_transferred', app_private.ticket_words(v_ticket.id), c.organization_id
  )
  from app_public.customers as c
  where c.organization_id = v_transfer.organization_id and c.id = v_transfer.from_customer_id;
  perform app_private.remember_language(v_transfer.organization_id, v_transfer.to_customer_id);
  select * into strict v_ticket from app_public.tickets as t where t.id = v_ticket.id;
  return v_ticket;
end
$$;

comment on function app_public.accept_ticket(text, text, text) is
  'Takes a ticket that was offered by mail: for the signed-in user, or for a guest with a cart '
  'token. It has another QR code from now on, and the one before is dead. Raises LMTOK, LMTUS, '
  'LMTVD, LMTRB, LMINP, LMSES, LMCRT.';
grant execute on function app_public.accept_ticket(text, text, text) to lml_anonymous, lml_user;

--! split: 1064-functions-tickets-decline_ticket.sql
create or replace function app_public.decline_ticket(token text)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_transfer app_public.ticket_transfers := app_private.open_offer(decline_ticket.token);
  v_ticket app_public.tickets;
begin
  select * into strict v_ticket from app_public.tickets as t where t.id = v_transfer.ticket_id;
  perform app_private.end_open_offers(v_ticket.organization_id, array[v_ticket.id], 'declined');
  perform app_private.queue_email(
    c.email::text, 'ticket_declined', app_private.ticket_words(v_ticket.id), c.organization_id
  )
  from app_public.customers as c
  where c.organization_id = v_transfer.organization_id and c.id = v_transfer.from_customer_id;
  return true;
end
$$;

comment on function app_public.decline_ticket(text) is
  'Declines a ticket that was offered by mail; it stays with its holder. Raises LMTOK.';
grant execute on function app_public.decline_ticket(text) to lml_anonymous, lml_user;

--! split: 1065-functions-tickets-end_open_offers.sql
create or replace function app_private.end_open_offers(
  organization_id uuid, ticket_ids uuid[],
  status app_public.ticket_transfer_status default 'withdrawn'
)
returns void
language sql volatile security definer set search_path = ''
as $$
  with ended as (
    update app_public.ticket_transfers as x
    -- What has run out was not withdrawn.
    set status = case when x.expires_at <= now() then 'expired' else end_open_offers.status end,
      ended_at = now()
    where x.organization_id = end_open_offers.organization_id
      and x.ticket_id = any (end_open_offers.ticket_ids)
      and x.status = 'offered'
    returning x.id
  )
  delete from app_private.ticket_transfer_tokens as t
  using ended as e
  where t.organization_id = end_open_offers.organization_id and t.transfer_id = e.id
$$;

comment on function app_private.end_open_offers(
  uuid, uuid[], app_public.ticket_transfer_status
) is 'Ends the open offers of tickets, which are locked.';

--! split: 1066-functions-tickets-merge_offline_scan.sql
-- What the scanner refused is only noted. Whom it let in counts as inside from then on, if the
-- ticket was still good; if not, it is a double, and the row of the scan says so to whoever looks
-- later. As in admit, what is written as "is true" is of no use to an index: before the first
-- statistics, a plan would read all that the scanner has told for each of its scans.
create or replace function app_private.merge_offline_scan(
  door app_private.door, scan app_private.offline_scan
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_door app_private.door := merge_offline_scan.door;
  v_scan app_private.offline_scan := merge_offline_scan.scan;
  v_direction app_public.scan_direction := coalesce(v_scan.direction, 'in');
  v_hash bytea := decode(v_scan.credential_hash, 'hex');
  v_gate app_public.entry_gates;
  v_admission app_private.admission;
begin
  insert into app_private.offline_scan_results (device_id, organization_id, scan_id)
  values (
    v_door.device_id, v_door.organization_id, v_scan.scan_id
  )
  on conflict do nothing;
  if not found then
    return;
  end if;

  select * into v_gate
  from app_public.entry_gates as g
  where g.id = v_scan.gate_id
    and g.organization_id = v_door.organization_id
    and g.venue_id = v_door.venue_id;
  if v_scan.result = 'success' then
    -- Whatever its clock shows: not before the code was made, and not after now.
    v_admission := app_private.admit(
      v_door, v_hash, v_direction,
      least(
        greatest(
          v_scan.scanned_at,
          (
            select c.created_at
            from app_private.ticket_credentials as c where c.credential_hash = v_hash
          )
        ),
        now()
      )
    );
  else
    v_admission := app_private.noted_refusal(v_door, v_scan);
  end if;

  insert into app_public.ticket_scans (
    organization_id, performance_id, ticket_id, result, code, direction, gate, entry_gate_id,
    device, scanner_device_id, offline_at, offline_result
  )
  values (
    v_door.organization_id, v_door.performance_id,
    v_admission.ticket_id, v_admission.result, v_admission.code, v_direction, v_gate.name,
    v_gate.id, v_door.device, v_door.device_id,
    v_scan.scanned_at, v_scan.result
  );
  update app_private.offline_scan_results as m
  set ticket_id = v_admission.ticket_id, result = v_admission.result, code = v_admission.code,
    is_double = v_direction = 'in' and v_scan.result = 'success'
      and v_admission.result <> 'success'
  where m.scan_id = v_scan.scan_id
    and (m.device_id = v_door.device_id) is true
    and (m.organization_id = v_door.organization_id) is true;
end
$$;

comment on function app_private.merge_offline_scan(app_private.door, app_private.offline_scan) is
  'Merges one offline scan, once.';

--! split: 1067-functions-tickets-merge_offline_scans.sql
-- Tickets are taken in the order of their ids, as by whoever cancels a booking, so that nobody
-- waits in a circle; scans of one ticket in the order of their times.
create or replace function app_public.merge_offline_scans(
  performance_id uuid, scans jsonb, device_time timestamptz default null
)
returns setof app_public.merged_scan
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- Where the scanner stands now, and whether that gate is still in use, matters no more.
  v_door app_private.door := app_private.open_door(
    merge_offline_scans.performance_id, null, at_gate => false
  );
  v_scans app_private.offline_scan[];
  v_scan app_private.offline_scan;
begin
  perform app_private.require_scanner(v_door);
  v_scans := app_private.read_offline_scans(
    merge_offline_scans.scans, merge_offline_scans.device_time
  );
  for v_scan in
    select s.scan_id, s.credential_hash, s.direction, s.scanned_at, s.result, s.gate_id
    from unnest(v_scans) with ordinality as s
    left join app_private.ticket_credentials as c
      on c.credential_hash = decode(s.credential_hash, 'hex')
    order by c.ticket_id, s.scanned_at, s.ordinality
  loop
    perform app_private.merge_offline_scan(v_door, v_scan);
  end loop;
  return query
    select m.scan_id, m.ticket_id, m.result, m.code, m.is_double
    from (
      select s.scan_id, min(s.ordinality) as ordinality
      from unnest(v_scans) with ordinality as s
      group by s.scan_id
    ) as s
    join app_private.offline_scan_results as m
      on m.scan_id = s.scan_id
      and (m.device_id = v_door.device_id) is true
      and (m.organization_id = v_door.organization_id) is true
    order by s.ordinality;
end
$$;

comment on function app_public.merge_offline_scans(uuid, jsonb, timestamptz) is
  'Tells what a registered scanner did while it was offline, and returns what became of each '
  'scan. Up to 1,000 objects with scan_id (a UUID that the scanner made), credential_hash '
  '(SHA-256 of the code, in hexadecimal), scanned_at with its zone, result, and perhaps direction '
  'and gate_id. '
  'device_time is what the scanner''s clock shows now: its times are corrected by it. '
  'Merging the same scan again changes nothing and returns the same. Raises LMDEV, LMINP, LMNFD, '
  'LMRGT, LMAUT, LMSES.';
grant execute on function app_public.merge_offline_scans(uuid, jsonb, timestamptz) to lml_user;

--! split: 1068-functions-tickets-offer_ticket.sql
-- The token goes into the mail and to nobody else: who accepts has read the mailbox.
create or replace function app_public.offer_ticket(
  ticket_id uuid, email text, idempotency_key text default null
)
returns app_public.ticket_transfers
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket app_public.tickets := app_private.lock_held_ticket(offer_ticket.ticket_id);
  v_transfer app_public.ticket_transfers;
  v_known uuid := app_private.replay_result(
    offer_ticket.idempotency_key, 'offer_ticket',
    jsonb_build_array(offer_ticket.ticket_id, offer_ticket.email)
  );
  v_constraint text;
  v_column text;
begin
  -- It would be gone for good, into any mailbox.
  perform app_hidden.refuse_impersonator();
  if v_known is not null then
    select * into strict v_transfer from app_public.ticket_transfers as x where x.id = v_known;
    return v_transfer;
  end if;
  perform app_private.require_transferable(v_ticket);
  -- Nobody's mailbox is flooded through us.
  if (
    select count(*) from app_public.ticket_transfers as x
    where x.organization_id = v_ticket.organization_id and x.ticket_id = v_ticket.id
  ) >= 20 then
    perform app_private.raise_ticket_bound('often', 'This ticket was offered too often.');
  end if;
  perform app_private.end_open_offers(v_ticket.organization_id, array[v_ticket.id]);

  insert into app_public.ticket_transfers (
    organization_id, performance_id, ticket_id, from_user_id, from_cart_token_hash,
    from_customer_id, to_email, offered_by, expires_at
  )
  select
    v_ticket.organization_id, v_ticket.performance_id, v_ticket.id, h.user_id, h.cart_token_hash,
    h.customer_id, offer_ticket.email::public.citext, app_hidden.current_user_id(),
    least(now() + interval '7 days', app_private.closing_time_of(v_ticket))
  from app_private.holder_of(v_ticket) as h
  returning * into v_transfer;
  perform app_private.mail_offer(v_transfer);
  perform app_private.keep_result(offer_ticket.idempotency_key, v_transfer.id);
  return v_transfer;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.offer_ticket(uuid, text, text) is
  'Offers a ticket to an address, for seven days; an earlier offer is withdrawn. It stays yours '
  'until somebody accepts with the token in the mail. For its holder, and staff with '
  'tickets.manage. Raises LMNFD, LMTUS, LMTVD, LMTRB (transfers are off, the booking is disputed, '
  'it is over, too often), LMINP, LMIMP, LMSES, LMCRT, LMIDK.';
grant execute on function app_public.offer_ticket(uuid, text, text) to lml_anonymous, lml_user;

--! split: 1069-functions-tickets-readmit_holders.sql
-- In the order of their ids, as by whoever cancels a booking. On the evening itself a scan that is
-- under way comes first; before, nobody is at the door, and a whole season may be moving.
create or replace function app_private.readmit_holders(
  performance app_public.performances, entered_until timestamptz default 'infinity'
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform from app_public.tickets as t
  where t.organization_id = (readmit_holders.performance).organization_id
    and t.performance_id = any (
      array(select app_private.passes_for((readmit_holders.performance).id))
        || (readmit_holders.performance).id
    )
    and (
      t.status = 'used'
      or (t.status = 'valid' and (readmit_holders.performance).starts_at < now() + interval '1 day')
    )
  order by t.id
  for no key update;
  -- Who came in themselves did not wait for an answer: their offer does not come to life again.
  perform app_private.end_open_offers((readmit_holders.performance).organization_id, array(
    select t.id from app_public.tickets as t
    where t.organization_id = (readmit_holders.performance).organization_id
      and t.performance_id = (readmit_holders.performance).id
      and t.status = 'used'
      and t.used_at <= readmit_holders.entered_until
  ));
  update app_public.tickets as t
  set status = 'valid', used_at = null, is_inside = false, earlier_entries = t.entry_count
  where t.organization_id = (readmit_holders.performance).organization_id
    and t.performance_id = (readmit_holders.performance).id
    and t.status = 'used'
    and t.used_at <= readmit_holders.entered_until;

  update app_public.pass_entries as e
  set is_inside = false, earlier_entries = e.entry_count
  where e.organization_id = (readmit_holders.performance).organization_id
    and e.performance_id = (readmit_holders.performance).id
    and not exists (
      select from app_public.ticket_scans as s
      where s.organization_id = e.organization_id
        and s.ticket_id = e.ticket_id
        and s.performance_id = e.performance_id
        and s.result = 'success'
        and s.direction = 'in'
        and s.scanned_at > readmit_holders.entered_until
    );
  -- A pass that was used on another date, or for a wristband, stays so.
  update app_public.tickets as t
  set status = 'valid', used_at = null
  where t.organization_id = (readmit_holders.performance).organization_id
    and t.performance_id in (select app_private.passes_for((readmit_holders.performance).id))
    and t.status = 'used'
    and t.entry_count = 0
    and not exists (
      select from app_public.pass_entries as e
      where e.organization_id = t.organization_id
        and e.ticket_id = t.id
        and e.entry_count > e.earlier_entries
    );
end
$$;

comment on function app_private.readmit_holders(app_public.performances, timestamptz) is
  'Makes the tickets good again with which somebody came in, until then, before a performance '
  'moved to another day.';

--! split: 1070-functions-tickets-readmit_overtaken.sql
-- A scan that had asked about the old evening, and wrote after the move had let go of its ticket,
-- counts for the new day. It began before the move could be seen, so it is told from all others.
create or replace function app_private.readmit_overtaken(notice app_private.performance_notices)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
begin
  select * into v_performance
  from app_public.performances as p
  where p.organization_id = (readmit_overtaken.notice).organization_id
    and p.id = (readmit_overtaken.notice).performance_id
    and p.readmits_since = (readmit_overtaken.notice).created_at
  for no key update;
  if found then
    perform app_private.readmit_holders(v_performance, (readmit_overtaken.notice).known_from);
  end if;
end
$$;

comment on function app_private.readmit_overtaken(app_private.performance_notices) is
  'Makes the tickets good again that were scanned while their date moved to another day.';

--! split: 1071-functions-tickets-void_tickets.sql
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
  perform app_private.end_open_offers((void_tickets.booking).organization_id, array(
    select t.id from app_public.tickets as t
    where t.organization_id = (void_tickets.booking).organization_id
      and t.booking_id = (void_tickets.booking).id
  ));
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
  'Ends the tickets of a booking, and their offers; returns how many tickets. '
  'Raises LMTUS when one was used.';

--! split: 1072-functions-tickets-withdraw_ticket_offer.sql
create or replace function app_public.withdraw_ticket_offer(ticket_id uuid)
returns app_public.tickets
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket app_public.tickets := app_private.lock_held_ticket(withdraw_ticket_offer.ticket_id);
begin
  perform app_private.end_open_offers(v_ticket.organization_id, array[v_ticket.id]);
  return v_ticket;
end
$$;

comment on function app_public.withdraw_ticket_offer(uuid) is
  'Takes the offer of a ticket back; without one, nothing happens. For its holder, and staff with '
  'tickets.manage. Raises LMNFD, LMSES, LMCRT.';
grant execute on function app_public.withdraw_ticket_offer(uuid) to lml_anonymous, lml_user;

--! split: 1073-functions-privacy-confirm_guest_consent.sql
-- The delete is the lock: of two who bring the token at once, one finds it used. What was asked for
-- the same address before is void then: the last word counts, not the last click.
create or replace function app_public.confirm_guest_consent(token text)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_asked app_private.consent_tokens;
  v_consent app_public.consents;
begin
  delete from app_private.consent_tokens as t
  where t.token_hash = app_hidden.hash_token(confirm_guest_consent.token) and t.expires_at > now()
  returning * into v_asked;
  if v_asked.token_hash is null then
    perform app_private.raise_bad_link();
  end if;
  delete from app_private.consent_tokens as t
  where t.organization_id = v_asked.organization_id
    and t.email operator(public.=) v_asked.email
    and t.purpose = v_asked.purpose
    and t.created_at <= v_asked.created_at;
  v_consent.organization_id := v_asked.organization_id;
  v_consent.customer_id := app_private.find_or_create_customer(
    v_asked.organization_id, null, v_asked.email::text, null, null, null
  );
  v_consent.purpose := v_asked.purpose;
  v_consent.is_given := v_asked.is_given;
  v_consent.wording_version := v_asked.wording_version;
  v_consent.source := v_asked.source;
  v_consent := app_private.record_consent(v_consent);
  perform app_private.remember_language(v_consent.organization_id, v_consent.customer_id);
  return v_consent.is_given;
end
$$;

comment on function app_public.confirm_guest_consent(text) is
  'Makes what was asked for by request_guest_consent count; whoever has the token has the mailbox. '
  'Returns whether consent is in force now. Raises LMTOK.';
grant execute on function app_public.confirm_guest_consent(text) to lml_anonymous, lml_user;

--! split: 1074-functions-privacy-withdraw_consent.sql
create or replace function app_public.withdraw_consent(
  purpose app_public.consent_purpose, organization_id uuid default null
)
returns app_public.consents
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_consent app_public.consents := app_private.own_consent(
    withdraw_consent.organization_id, withdraw_consent.purpose
  );
begin
  v_consent.is_given := false;
  return app_private.record_consent(v_consent);
end
$$;

comment on function app_public.withdraw_consent(app_public.consent_purpose, uuid) is
  'Takes a consent back, as easily as it was given, or objects to what was never agreed to. '
  'Raises LMNFD, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.withdraw_consent(app_public.consent_purpose, uuid)
  to lml_user;

--! split: 1075-functions-privacy-declared_classes.sql
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
  ('app_private.outgoing_emails', 'internal', null, null, 'template language'),
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
    'open_carts_max waiting_offer_seconds payout_timing payout_delay_days pays_stripe_fees '
    'language'),
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
    'has_price_rules absorbs_service_fees absorbs_processing_fees prices_vary has_waiting_list'),
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
    'reason bookings_canceled bookings_failed being_served'),
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
  ('app_private.allocation_holds', 'internal', null, null, 'seat_ids places'),
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
  ('app_public.customers', 'personal', 'anonymize', 'null',
    'first_name last_name phone language'),
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
  ('app_private.booking_link_requests', 'personal', 'delete', null, 'booking_reference email'),
  ('app_private.booking_confirmations', 'internal', null, null, 'error_code'),
  ('app_public.waiting_list_entries', 'personal', 'delete', null, 'quantity is_accessible'),
  ('app_public.waiting_list_entries', 'internal', null, null, 'status gathered times_passed'),
  ('app_private.waiting_list_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_private.waiting_list_tokens', 'personal', 'delete', null, 'quantity is_accessible email'),

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
  ('app_private.platform_payouts', 'financial', null, null, 'id status currency failure_code'),
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
    'source description category accounting_period pays_stripe_fees'),
  ('app_public.ledger_balances', 'financial', null, null, 'period'),
  ('app_public.accounting_periods', 'financial', null, null, 'period status unreconciled_count'),
  ('app_public.payment_transactions', 'financial', null, null,
    'accounting_period transaction_type transaction_category currency description '
    'stripe_balance_transaction_id reconciliation_status'),
  ('app_public.ledger_corrections', 'financial', null, null,
    'currency kinds amounts_cents reason status'),
  ('app_public.promoters', 'personal', 'keep', 'Who is paid: it is in the books.', 'name email'),
  ('app_public.event_promoters', 'financial', null, null, 'share_percentage'),
  ('app_public.promoter_shares', 'financial', null, null, 'share_percentage'),

  -- tickets
  ('app_public.tickets', 'internal', null, null,
    'seat_no ticket_number status section row_name seat_number currency credential_version '
    'delivery_method delivery_status entry_count earlier_entries is_inside is_disputed'),
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
  ('app_public.pass_entries', 'internal', null, null, 'entry_count earlier_entries is_inside'),
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
