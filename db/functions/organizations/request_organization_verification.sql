create or replace function app_public.request_organization_verification(
  organization_id uuid, documents jsonb
)
returns app_public.organization_verifications
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations := app_private.lock_organization(
    request_organization_verification.organization_id, 'organization.manage'
  );
  v_verification app_public.organization_verifications;
  v_constraint text;
  v_column text;
begin
  if v_organization.verification_status = 'verified' then
    raise exception 'The organization is verified.'
      using errcode = 'LMINP', detail = 'organization_id';
  end if;
  -- Handing in again before the decision replaces what was handed in.
  update app_public.organization_verifications as v
  set documents = request_organization_verification.documents,
    requested_by = app_hidden.current_user_id(), requested_at = now()
  where v.organization_id = v_organization.id and v.status = 'pending'
  returning * into v_verification;
  if not found then
    insert into app_public.organization_verifications (organization_id, documents, requested_by)
    values (
      v_organization.id, request_organization_verification.documents,
      app_hidden.current_user_id()
    )
    returning * into v_verification;
  end if;
  update app_public.organizations as o
  set verification_status = 'pending'
  where o.id = v_organization.id and o.verification_status <> 'pending';
  return v_verification;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.request_organization_verification(uuid, jsonb) is
  'Asks the platform to verify an organization: documents is a list of 1 to 20 names or '
  'references. Needs organization.manage. Raises LMNFD, LMRGT, LMINP.';
grant execute on function app_public.request_organization_verification(uuid, jsonb) to lml_user;
