--! Previous: sha1:64617c8a8c99a19ed37096455d0a16fba79a5444
--! Hash: sha1:6f83f87b64555efd5c8e5e4aa80fd6eb84fda26b
--! Message: Privacy

--! split: 150-privacy.sql
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

--! split: 1000-functions-identity-close_account.sql
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

--! split: 1001-functions-identity-record_email_sent.sql
create or replace function app_private.record_email_sent(email_id uuid)
returns void
language sql volatile security definer set search_path = ''
as $$
  -- Whoever has left is not remembered by the farewell.
  delete from app_private.outgoing_emails as e
  where e.id = record_email_sent.email_id and e.template = 'account_closed';
  update app_private.outgoing_emails as e
  set sent_at = now(), variables = '{}'
  where e.id = record_email_sent.email_id and e.sent_at is null
$$;

comment on function app_private.record_email_sent(uuid) is
  'Remembers that a mail was sent, and forgets the token in it.';
grant execute on function app_private.record_email_sent(uuid) to lml_worker;

--! split: 1002-functions-audit-tg__refuse_change.sql
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
    -- The audit log may forget personal values, and has a trigger of its own for that.
    if v_table <> 'audit_log' then
      execute format(
        'create or replace trigger _200_refuse_change before update or delete on app_public.%I '
        'for each row execute function app_hidden.tg__refuse_change()',
        v_table
      );
    end if;
    execute format(
      'create or replace trigger _200_refuse_truncate before truncate on app_public.%I '
      'for each statement execute function app_hidden.tg__refuse_change()',
      v_table
    );
  end loop;
end
$do$;

--! split: 1003-functions-audit-verify_audit_log.sql
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
  last_seal as (select s.up_to from app_private.audit_seals as s order by s.seal_no desc limit 1)
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
    select l.id, app_hidden.audit_row_hash(l) as row_hash
    from app_public.audit_log as l, last_seal as s
    where l.transaction_id < s.up_to
  ) as l on l.id = r.audit_id
  where l.row_hash is distinct from r.row_hash
    -- What forgot personal values, and has a record of it in the log, is as it should be.
    and not (r.audit_id is not null and app_private.has_redaction_record(l.id, l.row_hash))

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
  'rewrite the whole chain can remove its end, so note a seal and its hash elsewhere and give them.';
grant execute on function app_private.verify_audit_log(bigint, bytea) to lml_worker;

--! split: 1004-functions-privacy-apply_retention.sql
-- Rows that somebody works on are left for the next time. A checkout that finds a customer's entry at
-- the moment at which it is anonymized waits for that, and then is a sale of its own: what it writes
-- about the buyer is in its booking.
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

--! split: 1005-functions-privacy-current_consents.sql
create or replace function app_public.current_consents()
returns setof app_public.consents
language sql stable set search_path = ''
as $$
  select distinct on (c.organization_id, c.purpose) c.*
  from app_public.consents as c
  where c.user_id = app_hidden.require_user_id()
  order by c.organization_id, c.purpose, c.created_at desc, c.id desc
$$;

comment on function app_public.current_consents() is
  'What the signed-in user said last about each purpose. Raises LMAUT, LMSES.';
grant execute on function app_public.current_consents() to lml_user;

--! split: 1006-functions-privacy-erase_customer.sql
-- A checkout under the same address either has made its booking the customer's, and is waited for at
-- the customer's row; or comes later, and is a sale of its own.
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
  'Raises LMOPN (money on its way), LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.erase_customer(uuid) to lml_user;

--! split: 1007-functions-privacy-erase_person.sql
create or replace function app_private.erase_person(person app_private.person, request_id uuid)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_table record;
  v_count integer;
  v_summary jsonb := '{}';
begin
  for v_table in
    select p.relation, p.belongs
    from app_private.personal_tables as p
    where p.relation <> 'app_public.audit_log'
    order by p.position
  loop
    v_count := app_private.forget_rows(
      v_table.relation, v_table.belongs, erase_person.person, erase_person.request_id
    );
    if v_count > 0 then
      v_summary := v_summary || jsonb_build_object(v_table.relation, v_count);
    end if;
  end loop;
  return v_summary;
end
$$;

comment on function app_private.erase_person(app_private.person, uuid) is
  'Forgets a person in every table of personal_tables; returns how many rows of each.';

--! split: 1008-functions-privacy-erase_user.sql
-- Bookings are locked before the account, as everywhere. A checkout that began while the account was
-- still open either has its booking already, and is waited for; or finds it run out. A booking that
-- appeared meanwhile waited at the account's row: then the job begins anew.
create or replace function app_private.erase_user(request_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_request app_public.privacy_requests;
  v_locked uuid[];
  v_person app_private.person;
  v_draft app_public.bookings;
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

  v_person := app_private.person_of_user(v_request.user_id);
  v_locked := array(
    select b.id from app_public.bookings as b
    where b.id = any (v_person.booking_ids)
    order by b.id
    for no key update
  );
  for v_draft in
    update app_public.bookings as b
    set status = 'expired', expires_at = null
    where b.user_id = v_request.user_id and b.status = 'draft'
    returning b.*
  loop
    perform app_private.free_seats(v_draft, app_private.held_seat_nos(v_draft));
  end loop;
  perform from app_public.users as u where u.id = v_request.user_id for update;
  v_person := app_private.person_of_user(v_request.user_id);
  if not v_person.booking_ids <@ v_locked then
    raise exception 'A booking was made meanwhile.' using errcode = '40001';
  end if;
  perform app_private.require_no_open_money(v_person.booking_ids);

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
  set completed_at = now(), summary = v_summary
  where r.id = v_request.id;
  return true;
end
$$;

comment on function app_private.erase_user(uuid) is
  'Does what request_erasure asked for; false when it was done. Raises LMOPN while money is open.';
grant execute on function app_private.erase_user(uuid) to lml_worker;

--! split: 1009-functions-privacy-export_customer_data.sql
create or replace function app_public.export_customer_data(customer_id uuid)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_customer app_public.customers := app_private.require_customer(
    export_customer_data.customer_id, 'privacy.manage'
  );
begin
  insert into app_public.privacy_requests (
    organization_id, kind, customer_id, requested_by, completed_at
  )
  values (
    v_customer.organization_id, 'export', v_customer.id, app_hidden.current_user_id(), now()
  );
  return app_private.export_person(app_private.person_of_customer(v_customer.id));
end
$$;

comment on function app_public.export_customer_data(uuid) is
  'Everything that an organization has stored about one of its customers, to be handed to them. '
  'Needs privacy.manage. Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.export_customer_data(uuid) to lml_user;

--! split: 1010-functions-privacy-export_my_data.sql
create or replace function app_public.export_my_data()
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
begin
  perform app_hidden.refuse_impersonator();
  insert into app_public.privacy_requests (kind, user_id, requested_by, completed_at)
  values ('export', v_user_id, v_user_id, now());
  return app_private.export_person(app_private.person_of_user(v_user_id));
end
$$;

comment on function app_public.export_my_data() is
  'Everything that is stored about the signed-in user, without secrets: account, sessions, '
  'memberships, consents, bookings with their tickets and payments, and what was done to them. '
  'Raises LMAUT, LMSES, LMIMP.';
grant execute on function app_public.export_my_data() to lml_user;

--! split: 1011-functions-privacy-export_person.sql
-- Every table of personal_tables, without secrets. Who else worked on an entry is their own affair.
create or replace function app_private.export_person(person app_private.person)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_table record;
  v_rows jsonb;
  v_document jsonb := '{}';
begin
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
    into v_rows using export_person.person, v_table.secrets;
    v_document := v_document || jsonb_build_object(v_table.section, v_rows);
  end loop;
  return jsonb_build_object('format', 'lml-export/1', 'exported_at', now()) || v_document;
end
$$;

comment on function app_private.export_person(app_private.person) is
  'What is stored about a person: one document, one list for each table.';

--! split: 1012-functions-privacy-forget_mail.sql
-- Mail to addresses that nobody has proven to be theirs: what belongs to the account goes, and what
-- else waits for whoever reads there stays.
create or replace function app_private.forget_mail(user_id uuid)
returns void
language sql volatile security definer set search_path = ''
as $$
  delete from app_private.outgoing_emails as e
  using app_private.user_tokens as t
  where t.user_id = forget_mail.user_id
    and e.recipient operator(public.=) t.email
    and e.template = t.purpose::text;
  delete from app_private.outgoing_emails as e
  using app_public.users as u
  where u.id = forget_mail.user_id
    and e.recipient operator(public.=) u.email
    and e.sent_at is not null
$$;

comment on function app_private.forget_mail(uuid) is
  'Forgets mail to a user''s addresses, before the account is closed.';

--! split: 1013-functions-privacy-forget_rows.sql
-- One way to make the database forget: rows go, or their personal columns do, as declared_classes
-- says; and what the audit log knew of them goes with them.
create or replace function app_private.forget_rows(
  relation text, filter text, person app_private.person default null,
  request_id uuid default null, is_deleted boolean default null
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_is_deleted boolean;
  v_assignments text;
  v_ids uuid[];
  v_count integer;
begin
  select coalesce(forget_rows.is_deleted, bool_or(c.on_erasure = 'delete'), false),
    string_agg(format('%I = %s', c.column_name, c.note), ', ')
      filter (where c.on_erasure = 'anonymize')
  into v_is_deleted, v_assignments
  from app_private.column_classes as c
  where c.relation = forget_rows.relation;
  if not v_is_deleted and v_assignments is null then
    return 0;
  end if;

  execute format(
    'with forgotten as (%s where %s returning to_jsonb(t) as t) '
    'select count(*)::integer, array_agg(coalesce('
    't ->> ''id'', t ->> ''organization_id'', t ->> ''user_id'')::uuid) filter (where $2) '
    'from forgotten',
    case when v_is_deleted then format('delete from %s as t', forget_rows.relation)
      else format('update %s as t set %s', forget_rows.relation, v_assignments)
    end,
    forget_rows.filter
  )
  into v_count, v_ids
  using forget_rows.person, exists (
    select from pg_catalog.pg_trigger as t
    where t.tgrelid = forget_rows.relation::regclass and t.tgname = '_500_audit'
  );
  if cardinality(v_ids) > 0 then
    perform app_private.redact_audit_log(
      split_part(forget_rows.relation, '.', 2), v_ids, forget_rows.request_id
    );
  end if;
  return v_count;
end
$$;

comment on function app_private.forget_rows(text, text, app_private.person, uuid, boolean) is
  'Deletes or anonymizes rows of a table, here and in the audit log; returns how many. '
  'The filter is code: it never comes from a caller outside.';

--! split: 1014-functions-privacy-give_consent.sql
create or replace function app_public.give_consent(
  purpose app_public.consent_purpose, wording_version text, organization_id uuid default null
)
returns app_public.consents
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_consent app_public.consents;
begin
  perform app_hidden.refuse_impersonator();
  v_consent.user_id := app_hidden.require_user_id();
  v_consent.organization_id := give_consent.organization_id;
  v_consent.purpose := give_consent.purpose;
  v_consent.is_given := true;
  v_consent.wording_version := give_consent.wording_version;
  v_consent.source := app_hidden.current_channel()::text;
  return app_private.record_consent(v_consent);
end
$$;

comment on function app_public.give_consent(app_public.consent_purpose, text, uuid) is
  'Agrees to a purpose in the wording that was shown, towards an organization or the platform. '
  'Raises LMINP, LMNFD, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.give_consent(app_public.consent_purpose, text, uuid)
  to lml_user;

--! split: 1015-functions-privacy-has_consent.sql
-- For whoever is about to send or to analyze something: asked each time, never remembered.
create or replace function app_private.has_consent(
  user_id uuid, purpose app_public.consent_purpose, organization_id uuid default null
)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select coalesce(
    (
      select c.is_given
      from app_public.consents as c
      where c.user_id = has_consent.user_id
        and c.purpose = has_consent.purpose
        and c.organization_id is not distinct from has_consent.organization_id
      order by c.created_at desc, c.id desc
      limit 1
    ),
    false
  )
$$;

comment on function app_private.has_consent(uuid, app_public.consent_purpose, uuid) is
  'Whether a user''s consent to a purpose is in force.';

--! split: 1016-functions-privacy-has_redaction_record.sql
-- The record of a redaction is a row of the log itself: it is sealed like any other, and says what
-- the hash of the redacted row has been since.
create or replace function app_private.has_redaction_record(audit_id uuid, row_hash bytea)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from app_public.audit_log as l
    where l.entity_type = 'audit_log'
      and l.entity_id = has_redaction_record.audit_id
      and l.new_values ->> 'row_hash' = encode(has_redaction_record.row_hash, 'hex')
  )
$$;

comment on function app_private.has_redaction_record(uuid, bytea) is
  'Whether the log says that a row of it was redacted to what has this hash.';

--! split: 1017-functions-privacy-is_redaction.sql
create or replace function app_private.is_redaction(
  before app_public.audit_log, after app_public.audit_log
)
returns boolean
language sql stable set search_path = ''
as $$
  select to_jsonb(is_redaction.before) - f.forgettable = to_jsonb(is_redaction.after) - f.forgettable
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

--! split: 1018-functions-privacy-person_of_customer.sql
-- For one organization: what others know of the same person is not its business.
create or replace function app_private.person_of_customer(customer_id uuid)
returns app_private.person
language sql stable security definer set search_path = ''
as $$
  select null::uuid, array[c.id],
    array(
      select b.id from app_public.bookings as b
      where b.organization_id = c.organization_id and b.customer_id = c.id
      order by b.id
    ),
    '{}'::public.citext[]
  from app_public.customers as c
  where c.id = person_of_customer.customer_id
$$;

comment on function app_private.person_of_customer(uuid) is
  'Everything that belongs to a customer of one organization.';

--! split: 1019-functions-privacy-person_of_user.sql
-- An account, and what was bought with it or under its address. An address counts once it is proven:
-- nobody may ask for a stranger's history by typing where that stranger reads mail.
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
    where c.user_id = a.id
      or a.is_proven and c.user_id is null and c.email operator(public.=) a.email
    union
    -- Another address that only this account ever gave.
    select c.id
    from account as a
    join app_public.bookings as b on b.user_id = a.id
    join app_public.customers as c on c.organization_id = b.organization_id and c.id = b.customer_id
    where c.user_id is null
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

--! split: 1020-functions-privacy-preview_retention.sql
create or replace function app_private.preview_retention()
returns table (
  rule text, relation text, action app_private.retention_action, is_enabled boolean,
  due bigint, oldest timestamptz
)
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_rule app_private.retention_rules;
begin
  for v_rule in select r.* from app_private.retention_rules as r order by r.rule loop
    rule := v_rule.rule;
    relation := v_rule.relation;
    action := v_rule.action;
    is_enabled := v_rule.is_enabled;
    execute format(
      'select count(*), min(%s) from %s as t where %s',
      v_rule.since, v_rule.relation, app_private.retention_filter(v_rule)
    )
    into due, oldest;
    return next;
  end loop;
end
$$;

comment on function app_private.preview_retention() is
  'What each rule would remove now, and how old it is. Nothing is removed.';
grant execute on function app_private.preview_retention() to lml_worker;

--! split: 1021-functions-privacy-record_consent.sql
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
  'Adds what was said about a purpose, unless it is in force; returns what is. Raises LMINP, LMNFD.';

--! split: 1022-functions-privacy-record_customer_consent.sql
create or replace function app_public.record_customer_consent(
  customer_id uuid, purpose app_public.consent_purpose, is_given boolean, wording_version text,
  source text
)
returns app_public.consents
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_customer app_public.customers := app_private.require_customer(
    record_customer_consent.customer_id, 'privacy.manage'
  );
  v_consent app_public.consents;
begin
  v_consent.organization_id := v_customer.organization_id;
  v_consent.customer_id := v_customer.id;
  v_consent.purpose := record_customer_consent.purpose;
  v_consent.is_given := record_customer_consent.is_given;
  v_consent.wording_version := record_customer_consent.wording_version;
  v_consent.source := record_customer_consent.source;
  return app_private.record_consent(v_consent);
end
$$;

comment on function app_public.record_customer_consent(
  uuid, app_public.consent_purpose, boolean, text, text
) is
  'Writes down what a customer said by telephone, letter or on paper. Needs privacy.manage. '
  'Raises LMINP, LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.record_customer_consent(
  uuid, app_public.consent_purpose, boolean, text, text
) to lml_user;

--! split: 1023-functions-privacy-redact_audit_actor.sql
-- There is no index for this: it reads the whole log, in a job.
create or replace function app_private.redact_audit_actor(user_id uuid, request_id uuid)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_row app_public.audit_log;
  v_count integer := 0;
begin
  for v_row in
    select l.* from app_public.audit_log as l
    where l.user_id = redact_audit_actor.user_id
      and l.impersonator_id is null
      and num_nonnulls(l.ip_address, l.user_agent) > 0
    order by l.id
  loop
    v_row.ip_address := null;
    v_row.user_agent := null;
    perform app_private.redact_audit_row(v_row, redact_audit_actor.request_id);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function app_private.redact_audit_actor(uuid, uuid) is
  'The audit log forgets from where, and with which program, a user did things.';

--! split: 1024-functions-privacy-redact_audit_log.sql
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
  'The audit log forgets the personal values of these rows of a table; returns how many of its own.';

--! split: 1025-functions-privacy-redact_audit_row.sql
create or replace function app_private.redact_audit_row(
  entry app_public.audit_log, request_id uuid
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into app_public.audit_log (
    organization_id, action, entity_type, entity_id, user_id, database_role, new_values
  )
  values (
    (redact_audit_row.entry).organization_id, 'update', 'audit_log', (redact_audit_row.entry).id,
    app_hidden.current_user_id(), session_user,
    jsonb_build_object(
      'privacy_request_id', redact_audit_row.request_id,
      'row_hash', encode(app_hidden.audit_row_hash(redact_audit_row.entry), 'hex')
    )
  );
  update app_public.audit_log as l
  set old_values = (redact_audit_row.entry).old_values,
    new_values = (redact_audit_row.entry).new_values,
    ip_address = (redact_audit_row.entry).ip_address,
    user_agent = (redact_audit_row.entry).user_agent
  where l.id = (redact_audit_row.entry).id and l.created_at = (redact_audit_row.entry).created_at;
end
$$;

comment on function app_private.redact_audit_row(app_public.audit_log, uuid) is
  'Writes down that a row of the log forgets values, and has it forget them.';

--! split: 1026-functions-privacy-redacted_values.sql
create or replace function app_private.redacted_values(field_values jsonb, fields text[])
returns jsonb
language sql immutable set search_path = ''
as $$
  select coalesce(
    jsonb_object_agg(
      v.key,
      case when v.key = any (redacted_values.fields) and v.value <> 'null' then '"erased"'
        else v.value
      end
    ),
    redacted_values.field_values
  )
  from jsonb_each(redacted_values.field_values) as v
$$;

comment on function app_private.redacted_values(jsonb, text[]) is
  'The same fields, with "erased" for the value of those that are named.';

--! split: 1027-functions-privacy-request_erasure.sql
-- Closing comes first, and has refused whatever stands in the way. Then a job forgets the person:
-- it may take longer than a request should.
create or replace function app_private.request_erasure()
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_id uuid;
begin
  perform app_hidden.refuse_impersonator();
  perform app_private.require_no_open_money(
    (app_private.person_of_user(v_user_id)).booking_ids
  );
  perform app_private.forget_mail(v_user_id);
  perform app_private.close_account();
  insert into app_public.privacy_requests (kind, user_id, requested_by)
  values ('erasure', v_user_id, v_user_id)
  returning id into v_id;
  perform app_private.add_job('user__erase', jsonb_build_object('request_id', v_id));
  return v_id;
end
$$;

comment on function app_private.request_erasure() is
  'Closes the user''s account for good, and has all that is stored about the person forgotten; the '
  'password was verified by the server. Raises LMOPN (money on its way), LMOWN (the last owner), '
  'LMAUT, LMSES, LMIMP.';
grant execute on function app_private.request_erasure() to lml_authenticator;

--! split: 1028-functions-privacy-requeue_erasures.sql
create or replace function app_private.requeue_erasures()
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_count integer := 0;
begin
  for v_id in
    select r.id from app_public.privacy_requests as r
    where r.kind = 'erasure' and r.completed_at is null and r.user_id is not null
      and r.created_at < now() - interval '1 day'
  loop
    perform app_private.add_job('user__erase', jsonb_build_object('request_id', v_id));
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function app_private.requeue_erasures() is
  'Tries again what could not be erased within a day, because money was open; returns how many.';
grant execute on function app_private.requeue_erasures() to lml_worker;

--! split: 1029-functions-privacy-require_customer.sql
create or replace function app_private.require_customer(customer_id uuid, permission text)
returns app_public.customers
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_customer app_public.customers;
begin
  select * into v_customer
  from app_public.customers as c where c.id = require_customer.customer_id;
  perform app_hidden.require_permission(v_customer.organization_id, require_customer.permission);
  return v_customer;
end
$$;

comment on function app_private.require_customer(uuid, text) is
  'The customer, for members with the permission. Raises LMNFD, LMRGT, LMAUT, LMSES.';

--! split: 1030-functions-privacy-require_no_open_money.sql
create or replace function app_private.require_no_open_money(booking_ids uuid[])
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_open text;
begin
  select string_agg(b.booking_reference, ', ' order by b.created_at) into v_open
  from app_public.bookings as b
  where b.id = any (require_no_open_money.booking_ids)
    and (
      b.status in ('pending_payment', 'partially_paid', 'disputed', 'fraud_hold')
      or exists (
        select from app_public.refunds as r
        where r.organization_id = b.organization_id
          and r.booking_id = b.id
          and r.status in ('pending', 'processing')
      )
    );
  if v_open is not null then
    raise exception 'Money is on its way for these bookings.'
      using errcode = 'LMOPN', detail = v_open, hint = 'Wait until it has arrived, or cancel.';
  end if;
end
$$;

comment on function app_private.require_no_open_money(uuid[]) is
  'Raises LMOPN, naming the bookings that wait for money or for its return.';

--! split: 1031-functions-privacy-retention_filter.sql
create or replace function app_private.retention_filter(rule app_private.retention_rules)
returns text
language sql immutable set search_path = ''
as $$
  select format(
    '%s < now() - %L::interval and (%s)',
    (retention_filter.rule).since, (retention_filter.rule).kept_for,
    (retention_filter.rule).condition
  )
$$;

comment on function app_private.retention_filter(app_private.retention_rules) is
  'Which rows a rule is about now: what is said to go is what goes.';

--! split: 1032-functions-privacy-tg_audit_log__refuse_change.sql
-- The log is append-only, with one exception: personal values may be forgotten, once a row of the
-- log says so.
create or replace function app_hidden.tg_audit_log__refuse_change()
returns trigger
language plpgsql set search_path = ''
as $$
declare
  v_before app_public.audit_log;
  v_after app_public.audit_log;
begin
  if tg_op = 'UPDATE' then
    v_before := old;
    v_after := new;
    if app_private.is_redaction(v_before, v_after)
      and app_private.has_redaction_record(v_after.id, app_hidden.audit_row_hash(v_after))
    then
      return new;
    end if;
  end if;
  raise exception 'audit_log is append-only.'
    using errcode = 'LMAPP', hint = 'Add a row that corrects the other one.';
end
$$;

comment on function app_hidden.tg_audit_log__refuse_change() is 'Raises LMAPP.';

create or replace trigger _200_refuse_change before update or delete on app_public.audit_log
  for each row execute function app_hidden.tg_audit_log__refuse_change();

--! split: 1033-functions-privacy-withdraw_consent.sql
create or replace function app_public.withdraw_consent(
  purpose app_public.consent_purpose, organization_id uuid default null
)
returns app_public.consents
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_consent app_public.consents;
begin
  perform app_hidden.refuse_impersonator();
  v_consent.user_id := app_hidden.require_user_id();
  v_consent.organization_id := withdraw_consent.organization_id;
  v_consent.purpose := withdraw_consent.purpose;
  v_consent.is_given := false;
  v_consent.source := app_hidden.current_channel()::text;
  return app_private.record_consent(v_consent);
end
$$;

comment on function app_public.withdraw_consent(app_public.consent_purpose, uuid) is
  'Takes a consent back, as easily as it was given, or objects to what was never agreed to. '
  'Raises LMIMP, LMAUT, LMSES.';
grant execute on function app_public.withdraw_consent(app_public.consent_purpose, uuid)
  to lml_user;

--! split: 1034-functions-privacy-bookings_analyst.sql
-- For lml_analyst, who reads no table. It is not security_invoker for that reason, and calls no
-- function, because its reader may call none.
create or replace view app_public.bookings_analyst with (security_barrier = true) as
select
  b.id, b.organization_id, b.performance_id, b.customer_id,
  left(b.customer_name, 1) || '***' as customer_name, b.status, b.booking_channel, b.currency,
  b.subtotal_cents, b.discount_cents, b.service_fee_cents, b.processing_fee_cents, b.tax_cents,
  b.total_amount_cents, b.commission_amount_cents, b.payout_cents, b.created_at,
  b.checkout_started_at, b.confirmed_at, b.canceled_at
from app_public.bookings as b;

comment on view app_public.bookings_analyst is 'Bookings of all organizations, with masked names.';
comment on column app_public.bookings_analyst.id is 'Identifier.';
comment on column app_public.bookings_analyst.organization_id is 'Who sells.';
comment on column app_public.bookings_analyst.performance_id is 'For which performance.';
comment on column app_public.bookings_analyst.customer_id is 'By which customer.';
comment on column app_public.bookings_analyst.customer_name is 'For whom: J***.';
comment on column app_public.bookings_analyst.status is 'Where it stands.';
comment on column app_public.bookings_analyst.booking_channel is 'How it was made.';
comment on column app_public.bookings_analyst.currency is 'Currency of the amounts.';
comment on column app_public.bookings_analyst.subtotal_cents is 'Ticket prices.';
comment on column app_public.bookings_analyst.discount_cents is 'What was taken off.';
comment on column app_public.bookings_analyst.service_fee_cents is 'Service fees.';
comment on column app_public.bookings_analyst.processing_fee_cents is 'Processing fees.';
comment on column app_public.bookings_analyst.tax_cents is 'Taxes.';
comment on column app_public.bookings_analyst.total_amount_cents is 'What the buyer pays.';
comment on column app_public.bookings_analyst.commission_amount_cents is 'What the platform keeps.';
comment on column app_public.bookings_analyst.payout_cents is 'What the organization gets.';
comment on column app_public.bookings_analyst.created_at is 'When the first seat was held.';
comment on column app_public.bookings_analyst.checkout_started_at is 'When checkout started.';
comment on column app_public.bookings_analyst.confirmed_at is 'When it was paid for.';
comment on column app_public.bookings_analyst.canceled_at is 'When it was canceled.';
revoke all on app_public.bookings_analyst from public;
grant select on app_public.bookings_analyst to lml_analyst;

--! split: 1035-functions-privacy-bookings_manager.sql
-- Bookings for whoever works with them. It is not security_invoker, because it shows rows whose raw
-- form its reader may not see; its own condition says which, and it is a security barrier, so that no
-- filter looks at rows or names behind it.
create or replace view app_public.bookings_manager with (security_barrier = true) as
select
  b.id, b.organization_id, e.venue_id, p.event_id, b.performance_id, b.booking_reference, b.status,
  b.booking_channel, b.customer_id,
  case when m.may_read_names then b.customer_name else left(b.customer_name, 1) || '***' end
    as customer_name,
  case when m.may_read_names then b.customer_email::text else left(b.customer_email::text, 1) || '***'
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

--! split: 1036-functions-privacy-declared_classes.sql
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
  ('app_private.audit_sealed_rows', 'internal', null, null, 'seal_no row_hash'),

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

--! split: 1037-functions-privacy-column_classes.sql
-- after: privacy/declared_classes
-- What no line declares is of the class of its type, if that tells it, and of none otherwise: then a
-- convention test asks for a line.
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
  'Every column of every table with its class (null: nobody has thought about it yet), what erasure '
  'makes of it, and the rules that end its rows; without one, it lives as long as its person''s entry.';
revoke all on app_private.column_classes from public;

--! split: 1038-functions-privacy-customers_analyst.sql
-- See bookings_analyst.
create or replace view app_public.customers_analyst with (security_barrier = true) as
select
  c.id, c.organization_id, left(c.first_name, 1) || '***' as first_name,
  left(c.last_name, 1) || '***' as last_name, c.user_id is not null as has_account, c.created_at
from app_public.customers as c;

comment on view app_public.customers_analyst is 'Customers of all organizations, with masked names and without addresses.';
comment on column app_public.customers_analyst.id is 'Identifier.';
comment on column app_public.customers_analyst.organization_id is 'From whom they buy.';
comment on column app_public.customers_analyst.first_name is 'Given name: J***.';
comment on column app_public.customers_analyst.last_name is 'Family name: D***.';
comment on column app_public.customers_analyst.has_account is 'Whether they have an account.';
comment on column app_public.customers_analyst.created_at is 'When they first bought.';
revoke all on app_public.customers_analyst from public;
grant select on app_public.customers_analyst to lml_analyst;

--! split: 1039-functions-privacy-customers_manager.sql
-- See bookings_manager.
create or replace view app_public.customers_manager with (security_barrier = true) as
select
  c.id, c.organization_id,
  case when m.may_read_names then c.first_name else left(c.first_name, 1) || '***' end
    as first_name,
  case when m.may_read_names then c.last_name else left(c.last_name, 1) || '***' end as last_name,
  case when m.may_read_names then c.email::text else left(c.email::text, 1) || '***' end as email,
  case when m.may_read_names then c.phone end as phone,
  c.created_at
from app_public.customers as c
cross join lateral (
  select c.organization_id in (
    select app_hidden.permitted_organization_ids('customers.read_names')
  ) as may_read_names
) as m
where c.organization_id in (select app_hidden.permitted_organization_ids('bookings.read'));

comment on view app_public.customers_manager is
  E'@primaryKey id\nCustomers of your organizations. Names and addresses are masked without the '
  'permission customers.read_names.';
comment on column app_public.customers_manager.id is 'Identifier.';
comment on column app_public.customers_manager.organization_id is 'From whom they buy.';
comment on column app_public.customers_manager.first_name is 'Given name, or J***.';
comment on column app_public.customers_manager.last_name is 'Family name, or D***.';
comment on column app_public.customers_manager.email is 'The address, or j***.';
comment on column app_public.customers_manager.phone is 'Telephone number, unless masked.';
comment on column app_public.customers_manager.created_at is 'When they first bought.';
revoke all on app_public.customers_manager from public;
grant select on app_public.customers_manager to lml_user;

--! split: 1040-functions-privacy-payments_analyst.sql
-- See bookings_analyst.
create or replace view app_public.payments_analyst with (security_barrier = true) as
select
  p.id, p.organization_id, p.booking_id, p.status, p.currency, p.amount_cents, p.received_cents,
  p.refunded_cents, p.failure_code, p.created_at, p.succeeded_at
from app_public.payment_intents as p;

comment on view app_public.payments_analyst is 'Payments of all organizations.';
comment on column app_public.payments_analyst.id is 'Identifier.';
comment on column app_public.payments_analyst.organization_id is 'Who sells.';
comment on column app_public.payments_analyst.booking_id is 'For which booking.';
comment on column app_public.payments_analyst.status is 'Where it stands.';
comment on column app_public.payments_analyst.currency is 'Currency of the amounts.';
comment on column app_public.payments_analyst.amount_cents is 'Amount asked for.';
comment on column app_public.payments_analyst.received_cents is 'Amount received.';
comment on column app_public.payments_analyst.refunded_cents is 'Amount refunded.';
comment on column app_public.payments_analyst.failure_code is 'Why the last attempt failed.';
comment on column app_public.payments_analyst.created_at is 'When it was asked for.';
comment on column app_public.payments_analyst.succeeded_at is 'When it arrived.';
revoke all on app_public.payments_analyst from public;
grant select on app_public.payments_analyst to lml_analyst;

--! split: 1041-functions-privacy-performances_analyst.sql
-- See bookings_analyst.
create or replace view app_public.performances_analyst with (security_barrier = true) as
select
  p.id, p.organization_id, p.event_id, e.venue_id, e.title, e.status as event_status, p.status,
  p.currency, p.starts_at
from app_public.performances as p
join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id;

comment on view app_public.performances_analyst is 'Performances of all organizations, published or not.';
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

--! split: 1042-functions-privacy-personal_tables.sql
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

--! split: 1043-functions-privacy-tickets_analyst.sql
-- See bookings_analyst.
create or replace view app_public.tickets_analyst with (security_barrier = true) as
select
  t.id, t.organization_id, t.performance_id, t.booking_id, t.ticket_category_id, t.status,
  t.section, t.face_value_cents, t.discount_cents, t.fees_paid_cents, t.tax_paid_cents,
  t.total_paid_cents, t.currency, t.issued_at, t.used_at
from app_public.tickets as t;

comment on view app_public.tickets_analyst is 'Tickets of all organizations.';
comment on column app_public.tickets_analyst.id is 'Identifier.';
comment on column app_public.tickets_analyst.organization_id is 'Who sold it.';
comment on column app_public.tickets_analyst.performance_id is 'For which performance.';
comment on column app_public.tickets_analyst.booking_id is 'Bought with which booking.';
comment on column app_public.tickets_analyst.ticket_category_id is 'Its category.';
comment on column app_public.tickets_analyst.status is 'Whether it lets somebody in.';
comment on column app_public.tickets_analyst.section is 'Section of the seat.';
comment on column app_public.tickets_analyst.face_value_cents is 'Price.';
comment on column app_public.tickets_analyst.discount_cents is 'What was taken off.';
comment on column app_public.tickets_analyst.fees_paid_cents is 'Fees.';
comment on column app_public.tickets_analyst.tax_paid_cents is 'Tax.';
comment on column app_public.tickets_analyst.total_paid_cents is 'What was paid.';
comment on column app_public.tickets_analyst.currency is 'Currency of the amounts.';
comment on column app_public.tickets_analyst.issued_at is 'When it was issued.';
comment on column app_public.tickets_analyst.used_at is 'When it was used.';
revoke all on app_public.tickets_analyst from public;
grant select on app_public.tickets_analyst to lml_analyst;

--! split: 1044-policies-bookings-bookings.sql
-- The owner, by account or by cart token, and staff who may see names. Others see bookings_manager.
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
  using (organization_id in (select app_hidden.permitted_organization_ids('customers.read_names')));

drop policy if exists select_member_of_venue on app_public.bookings;
create policy select_member_of_venue on app_public.bookings
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('customers.read_names')));

revoke all on app_public.bookings from public;
grant select on app_public.bookings to lml_anonymous, lml_user;

--! split: 1045-policies-bookings-customers.sql
-- One sees one's own entries; staff who may see names, the organization's. Others see
-- customers_manager.
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
  using (organization_id in (select app_hidden.permitted_organization_ids('customers.read_names')));

revoke all on app_public.customers from public;
grant select on app_public.customers to lml_user;

--! split: 1046-policies-privacy-consents.sql
-- One's own, and those of an organization's customers for whoever answers for them.
alter table app_public.consents enable row level security;
alter table app_public.consents force row level security;

drop policy if exists all_owner on app_public.consents;
create policy all_owner on app_public.consents
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.consents;
create policy select_own on app_public.consents
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_member on app_public.consents;
create policy select_member on app_public.consents
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('privacy.manage')));

revoke all on app_public.consents from public;
grant select on app_public.consents to lml_user;

--! split: 1047-policies-privacy-privacy_requests.sql
-- One's own, and those of an organization's customers for whoever answers for them.
alter table app_public.privacy_requests enable row level security;
alter table app_public.privacy_requests force row level security;

drop policy if exists all_owner on app_public.privacy_requests;
create policy all_owner on app_public.privacy_requests
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.privacy_requests;
create policy select_own on app_public.privacy_requests
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_member on app_public.privacy_requests;
create policy select_member on app_public.privacy_requests
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('privacy.manage')));

revoke all on app_public.privacy_requests from public;
grant select on app_public.privacy_requests to lml_user;

--! split: 1048-policies-privacy-retention_rules.sql
-- Reached through definer functions only.
alter table app_private.retention_rules enable row level security;
alter table app_private.retention_rules force row level security;

drop policy if exists all_owner on app_private.retention_rules;
create policy all_owner on app_private.retention_rules
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.retention_rules from public;
