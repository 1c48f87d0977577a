create or replace function app_public.update_venue_compliance(
  venue_id uuid, license_number text default null, license_valid_until date default null,
  safety_certificate text default null, safety_certificate_valid_until date default null,
  insurance_valid_until date default null, licensed_capacity integer default null
)
returns app_public.venue_compliance
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_venue app_public.venues := app_private.lock_venue(
    update_venue_compliance.venue_id, 'venues.manage'
  );
  v_compliance app_public.venue_compliance;
  v_constraint text;
  v_column text;
begin
  insert into app_public.venue_compliance (organization_id, venue_id)
  values (v_venue.organization_id, v_venue.id)
  on conflict on constraint venue_compliance_pkey do nothing;

  update app_public.venue_compliance as c
  set license_number = nullif(
      coalesce(update_venue_compliance.license_number, c.license_number), ''
    ),
    license_valid_until = coalesce(
      update_venue_compliance.license_valid_until, c.license_valid_until
    ),
    safety_certificate = nullif(
      coalesce(update_venue_compliance.safety_certificate, c.safety_certificate), ''
    ),
    safety_certificate_valid_until = coalesce(
      update_venue_compliance.safety_certificate_valid_until, c.safety_certificate_valid_until
    ),
    insurance_valid_until = coalesce(
      update_venue_compliance.insurance_valid_until, c.insurance_valid_until
    ),
    licensed_capacity = coalesce(
      update_venue_compliance.licensed_capacity, c.licensed_capacity
    )
  where c.organization_id = v_venue.organization_id and c.venue_id = v_venue.id
  returning * into v_compliance;
  return v_compliance;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.update_venue_compliance(
  uuid, text, date, text, date, date, integer
) is
  'Changes what is known of a venue''s license, safety certificate and insurance, which only '
  'members see: null leaves a value as it is, an empty text removes it. Needs venues.manage. '
  'Raises LMNFD, LMRGT, LMINP.';
grant execute on function app_public.update_venue_compliance(
  uuid, text, date, text, date, date, integer
) to lml_user;
