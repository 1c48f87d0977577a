create or replace function app_public.statement_csv(
  organization_id uuid, period date default null, from_at timestamptz default null,
  to_at timestamptz default null
)
returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_from_at timestamptz;
  v_to_at timestamptz;
begin
  perform app_hidden.require_permission(statement_csv.organization_id, 'payments.read');
  select r.from_at, r.to_at into v_from_at, v_to_at
  from app_private.statement_range(
    statement_csv.organization_id, statement_csv.period, statement_csv.from_at,
    statement_csv.to_at
  ) as r;
  return app_private.statement_as_csv(statement_csv.organization_id, v_from_at, v_to_at);
end
$$;

comment on function app_public.statement_csv(uuid, date, timestamptz, timestamptz) is
  'The same as statement, as CSV with amounts in whole units. '
  'Needs payments.read. Raises LMNFD, LMRGT, LMINP, LMAUT.';
grant execute on function app_public.statement_csv(uuid, date, timestamptz, timestamptz)
  to lml_user;
