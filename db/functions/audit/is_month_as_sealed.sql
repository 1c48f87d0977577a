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
