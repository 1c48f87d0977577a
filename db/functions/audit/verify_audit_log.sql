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
