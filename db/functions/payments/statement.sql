create or replace function app_public.statement(
  organization_id uuid, period date default null, from_at timestamptz default null,
  to_at timestamptz default null
)
returns setof app_public.statement_line
language plpgsql stable security definer set search_path = ''
as $$
begin
  perform app_hidden.require_permission(statement.organization_id, 'payments.read');
  return query
  select l.*
  from app_private.statement_range(
    statement.organization_id, statement.period, statement.from_at, statement.to_at
  ) as r
  cross join lateral app_private.statement_lines(
    statement.organization_id, r.from_at, r.to_at
  ) as l;
end
$$;

comment on function app_public.statement(uuid, date, timestamptz, timestamptz) is
  'What the books of an organization say of a month, given by any of its days, or of a time: what '
  'each account opened with, its movements by category, and what it closed with. '
  'Needs payments.read. Raises LMNFD, LMRGT, LMINP, LMAUT.';
grant execute on function app_public.statement(uuid, date, timestamptz, timestamptz) to lml_user;
