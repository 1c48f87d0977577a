create or replace function app_private.is_month_as_sealed(closed app_private.closed_months)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select (is_month_as_sealed.closed).rows_hash is null
    or (is_month_as_sealed.closed).rows_hash = (
      select sha256(coalesce(
        string_agg(app_hidden.audit_row_hash(l), ''::bytea order by l.id), ''::bytea
      ))
      from app_public.audit_log as l
      where l.created_at >= (is_month_as_sealed.closed).month::timestamp at time zone 'UTC'
        and l.created_at
          < ((is_month_as_sealed.closed).month + interval '1 month') at time zone 'UTC'
    )
$$;

comment on function app_private.is_month_as_sealed(app_private.closed_months) is
  'Whether the rows of a month of the audit log are those that were sealed; true for other tables.';
