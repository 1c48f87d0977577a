--! Previous: sha1:43bfcbcbd46647bba6bd532ace0c555743667447
--! Hash: sha1:fd846f3ac537b7c5e3d92020e496c0be49fedf69
--! Message: Seal the audit log

--! split: 100-audit.sql
-- The audit log can be sealed: whoever changes, removes or adds a row of the past is found out.

alter table app_public.audit_log
  add column impersonator_id uuid,
  -- Called a bigint, which every program knows; xid8 is one of 64 bits, and only counts up.
  add column transaction_id bigint not null default pg_current_xact_id()::text::bigint;
create index audit_log_transaction_id_idx on app_public.audit_log (transaction_id);

comment on column app_public.audit_log.impersonator_id is
  'Platform staff who did it in the name of user_id.';
comment on column app_public.audit_log.transaction_id is E'@behavior -*\nIn which transaction.';

create table app_private.audit_seals (
  seal_no bigint primary key,
  up_to bigint not null,
  row_count bigint not null,
  previous_hash bytea not null,
  hash bytea not null,
  sealed_at timestamptz not null default now(),
  constraint audit_seals_count_from_one check (seal_no > 0),
  constraint audit_seals_row_count_is_not_negative check (row_count >= 0),
  constraint audit_seals_hashes_are_sha256
    check (octet_length(previous_hash) = 32 and octet_length(hash) = 32)
);

comment on table app_private.audit_seals is
  'The chain of hashes over the audit log. Each seal covers the rows of a batch of transactions.';
comment on column app_private.audit_seals.seal_no is '1 to N, without a gap.';
comment on column app_private.audit_seals.up_to is
  'It covers transactions below this one that no seal before it covers.';
comment on column app_private.audit_seals.row_count is 'How many rows it covers.';
comment on column app_private.audit_seals.previous_hash is 'The hash of the seal before it.';
comment on column app_private.audit_seals.hash is
  'SHA-256 of the previous hash and of the hashes of its rows, in order of their ids.';
comment on column app_private.audit_seals.sealed_at is 'When.';

create table app_private.audit_sealed_rows (
  audit_id uuid primary key,
  seal_no bigint not null references app_private.audit_seals on delete restrict,
  row_hash bytea not null,
  constraint audit_sealed_rows_hash_is_sha256 check (octet_length(row_hash) = 32)
);
create index audit_sealed_rows_seal_no_idx on app_private.audit_sealed_rows (seal_no, audit_id);

comment on table app_private.audit_sealed_rows is
  'The hash of each sealed row, so that a row that was tampered with can be named.';

--! split: 1000-functions-audit-audit_row_hash.sql
-- Every field by name, so that a column that is added later changes no hash of the past; times in
-- UTC, whatever the session's time zone.
create or replace function app_hidden.audit_row_hash(entry app_public.audit_log)
returns bytea
language sql stable set search_path = '' set timezone = 'UTC'
as $$
  select sha256(convert_to(jsonb_build_array(
    (audit_row_hash.entry).id, (audit_row_hash.entry).organization_id,
    (audit_row_hash.entry).action, (audit_row_hash.entry).entity_type,
    (audit_row_hash.entry).entity_id, (audit_row_hash.entry).user_id,
    (audit_row_hash.entry).impersonator_id, (audit_row_hash.entry).database_role,
    (audit_row_hash.entry).request_id, (audit_row_hash.entry).ip_address,
    (audit_row_hash.entry).user_agent, (audit_row_hash.entry).old_values,
    (audit_row_hash.entry).new_values, (audit_row_hash.entry).transaction_id,
    (audit_row_hash.entry).created_at
  )::text, 'UTF8'))
$$;

comment on function app_hidden.audit_row_hash(app_public.audit_log) is
  'SHA-256 of a row of the audit log.';

--! split: 1001-functions-audit-audit_seal_hash.sql
create or replace function app_hidden.audit_seal_hash(previous_hash bytea, seal_no bigint)
returns bytea
language sql stable security definer set search_path = ''
as $$
  select sha256(
    audit_seal_hash.previous_hash
      || coalesce(string_agg(r.row_hash, ''::bytea order by r.audit_id), ''::bytea)
  )
  from app_private.audit_sealed_rows as r
  where r.seal_no = audit_seal_hash.seal_no
$$;

comment on function app_hidden.audit_seal_hash(bytea, bigint) is
  'What the hash of a seal is, given the one before it and its rows.';

--! split: 1002-functions-audit-seal_audit_log.sql
-- A row is written in the transaction of its change, which may commit long after the row got its
-- time. So batches end at a transaction, not at a moment: below the oldest one that still runs, all
-- have ended, and nothing can come any more.
create or replace function app_private.seal_audit_log()
returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_first constant bytea := sha256('last-minute-live audit log');
  v_last app_private.audit_seals;
  v_up_to bigint;
  v_seal_no bigint;
  v_count bigint;
begin
  -- Two sealers would cover the same rows; the second waits, and then finds them covered.
  perform pg_advisory_xact_lock(hashtextextended('app_private.seal_audit_log', 0));
  select * into v_last from app_private.audit_seals as s order by s.seal_no desc limit 1;
  v_seal_no := coalesce(v_last.seal_no, 0) + 1;
  v_up_to := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;

  -- The seal comes first, for its rows refer to it; nobody sees it before its hash is right.
  insert into app_private.audit_seals (seal_no, up_to, row_count, previous_hash, hash)
  values (v_seal_no, v_up_to, 0, coalesce(v_last.hash, c_first), c_first);
  insert into app_private.audit_sealed_rows (audit_id, seal_no, row_hash)
  select l.id, v_seal_no, app_hidden.audit_row_hash(l)
  from app_public.audit_log as l
  where l.transaction_id < v_up_to
    and (v_last.up_to is null or l.transaction_id >= v_last.up_to);
  get diagnostics v_count = row_count;
  if v_count = 0 then
    delete from app_private.audit_seals as s where s.seal_no = v_seal_no;
    return 0;
  end if;
  update app_private.audit_seals as s
  set row_count = v_count, hash = app_hidden.audit_seal_hash(s.previous_hash, s.seal_no)
  where s.seal_no = v_seal_no;
  return v_count;
end
$$;

comment on function app_private.seal_audit_log() is
  'Seals what was audited by transactions that have ended since; returns how many rows.';
grant execute on function app_private.seal_audit_log() to lml_worker;

--! split: 1003-functions-audit-tg__audit.sql
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
    organization_id, action, entity_type, entity_id, user_id, impersonator_id, database_role,
    request_id, ip_address, user_agent, old_values, new_values
  )
  values (
    case tg_table_name
      when 'organizations' then v_row ->> 'id'
      else v_row ->> 'organization_id'
    end::uuid,
    lower(tg_op), tg_table_name,
    coalesce(v_row ->> 'id', v_row ->> 'organization_id', v_row ->> 'user_id')::uuid,
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
    'customers', 'events', 'organization_members', 'organization_settings', 'organizations',
    'payment_intents', 'performances', 'platform_staff', 'refunds', 'role_permissions', 'tax_rates',
    'ticket_categories', 'ticket_category_prices', 'user_sessions', 'users', 'venues'
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
-- and the lines of a booking are its history. What is audited is who it is for. Tickets come and go with the status
-- of their booking, and ticket_scans has the rest.
create or replace trigger _500_audit
  after delete or update of organization_id, performance_id, booking_reference, user_id,
    customer_id, customer_email, customer_name, commission_percentage, currency
  on app_public.bookings
  for each row execute function app_hidden.tg__audit();

--! split: 1004-functions-audit-verify_audit_log.sql
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

--! split: 1005-policies-audit-audit_sealed_rows.sql
-- Reached through definer functions only.
alter table app_private.audit_sealed_rows enable row level security;
alter table app_private.audit_sealed_rows force row level security;

drop policy if exists all_owner on app_private.audit_sealed_rows;
create policy all_owner on app_private.audit_sealed_rows
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.audit_sealed_rows from public;

--! split: 1006-policies-audit-audit_seals.sql
-- Reached through definer functions only.
alter table app_private.audit_seals enable row level security;
alter table app_private.audit_seals force row level security;

drop policy if exists all_owner on app_private.audit_seals;
create policy all_owner on app_private.audit_seals
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.audit_seals from public;
