create or replace function app_public.save_tax_jurisdiction(
  organization_id uuid, name text, prices_include_tax boolean default false
)
returns app_public.tax_jurisdictions
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_jurisdiction app_public.tax_jurisdictions;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_permission(
    save_tax_jurisdiction.organization_id, 'organization.manage'
  );
  insert into app_public.tax_jurisdictions (organization_id, name, prices_include_tax)
  values (
    save_tax_jurisdiction.organization_id, save_tax_jurisdiction.name,
    coalesce(save_tax_jurisdiction.prices_include_tax, false)
  )
  on conflict on constraint tax_jurisdictions_name_is_unique do update
  set prices_include_tax = excluded.prices_include_tax
  returning * into v_jurisdiction;
  return v_jurisdiction;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.save_tax_jurisdiction(uuid, text, boolean) is
  'Enters a jurisdiction, or changes the one of that name; bookings that were made keep theirs. '
  'Needs organization.manage. Raises LMNFD, LMRGT, LMINP.';
grant execute on function app_public.save_tax_jurisdiction(uuid, text, boolean) to lml_user;
