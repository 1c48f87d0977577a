-- As set_price: the new rate takes its period from those that had it.
create or replace function app_public.set_tax_rate(
  tax_jurisdiction_id uuid, name text, percentage numeric, valid_from timestamptz default null,
  valid_until timestamptz default null
)
returns app_public.tax_rates
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_jurisdiction app_public.tax_jurisdictions;
  v_during tstzrange;
  v_rate app_public.tax_rates;
  v_constraint text;
  v_column text;
begin
  select * into v_jurisdiction
  from app_public.tax_jurisdictions as j where j.id = set_tax_rate.tax_jurisdiction_id
  for no key update;
  perform app_hidden.require_permission(v_jurisdiction.organization_id, 'organization.manage');
  v_during :=
    app_hidden.time_span(greatest(set_tax_rate.valid_from, now()), set_tax_rate.valid_until);
  if exists (
    select from app_public.tax_rates as t
    where t.organization_id = v_jurisdiction.organization_id
      and t.tax_jurisdiction_id = v_jurisdiction.id
      and t.valid_during && v_during
      and lower(t.valid_during) >= lower(v_during)
  ) then
    raise exception 'There is another rate of that time.'
      using errcode = 'LMINP', detail = 'valid_from';
  end if;
  update app_public.tax_rates as t
  set valid_during = tstzrange(lower(t.valid_during), lower(v_during))
  where t.organization_id = v_jurisdiction.organization_id
    and t.tax_jurisdiction_id = v_jurisdiction.id
    and t.valid_during && v_during;
  insert into app_public.tax_rates (
    organization_id, tax_jurisdiction_id, name, jurisdiction, percentage, valid_during
  )
  values (
    v_jurisdiction.organization_id, v_jurisdiction.id, set_tax_rate.name, v_jurisdiction.name,
    set_tax_rate.percentage, v_during
  )
  on conflict on constraint tax_rates_name_is_unique do nothing
  returning * into v_rate;
  if v_rate.id is null then
    raise exception 'There is a rate of that name.' using errcode = 'LMINP', detail = 'name';
  end if;
  return v_rate;
exception
  when numeric_value_out_of_range then
    raise exception 'A percentage is at most 100.' using errcode = 'LMINP', detail = 'percentage';
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_tax_rate(uuid, text, numeric, timestamptz, timestamptz) is
  'The rate of a jurisdiction from a moment on, now at the earliest; the one before it ends there. '
  'Bookings that were made keep theirs. Needs organization.manage. Raises LMNFD, LMRGT, LMINP.';
grant execute on function app_public.set_tax_rate(uuid, text, numeric, timestamptz, timestamptz)
  to lml_user;
