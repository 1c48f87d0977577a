create or replace function app_private.broken_months()
returns table (problem text, seal_no bigint, audit_id uuid)
language sql stable security definer set search_path = ''
as $$
  with closed as (
    select c.*, to_char(c.month, 'YYYY-MM') as name
    from app_private.closed_months as c
    where c.table_name = 'audit_log'
  )
  select 'the closed month ' || c.name || ' does not fit its rows', null::bigint, null::uuid
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
$$;

comment on function app_private.broken_months() is
  'Months of the audit log that were closed, and do not fit, or were dropped against the rules.';
