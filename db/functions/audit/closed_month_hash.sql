create or replace function app_hidden.closed_month_hash(month date)
returns bytea
language sql stable security definer set search_path = ''
as $$
  select sha256(coalesce(string_agg(r.row_hash, ''::bytea order by r.audit_id), ''::bytea))
  from app_private.audit_sealed_rows as r
  where r.month = closed_month_hash.month
$$;

comment on function app_hidden.closed_month_hash(date) is
  'One hash for all sealed rows of the audit log that were written in a month.';
