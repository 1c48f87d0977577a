create or replace function app_private.broken_audit_rows()
returns table (problem text, seal_no bigint, audit_id uuid)
language sql stable security definer set search_path = ''
as $$
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
    from app_public.audit_log as l
    where l.transaction_id < (
      select s.up_to from app_private.audit_seals as s order by s.seal_no desc limit 1
    )
  ) as l on l.id = r.audit_id
  where (l.row_hash, l.month) is distinct from (r.row_hash, r.month)
    -- Its month was dropped by a rule, which broken_months is about.
    and not (
      l.id is null
      and exists (
        select from app_private.closed_months as c
        where c.table_name = 'audit_log' and c.month = r.month and c.dropped_at is not null
      )
    )
    -- What forgot personal values, and has a record of it in the log, is as it should be.
    and not (
      l.id is not null
      and l.month = r.month
      and app_private.has_redaction_record(l.id, l.row_hash)
    )
$$;

comment on function app_private.broken_audit_rows() is
  'Sealed rows of the audit log that are missing, were inserted, or were changed.';
