create or replace function app_public.decide_organization_verification(
  organization_id uuid, verified boolean, note text default null
)
returns app_public.organization_verifications
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations;
  v_verification app_public.organization_verifications;
  v_status app_public.verification_status;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_platform_role('support');
  v_organization := app_private.lock_any_organization(
    decide_organization_verification.organization_id
  );
  if decide_organization_verification.verified is null then
    perform app_hidden.raise_bad_input(null, 'verified');
  end if;
  v_status := case when decide_organization_verification.verified then 'verified'
    else 'rejected' end;
  update app_public.organization_verifications as v
  set status = v_status, decided_by = app_hidden.current_user_id(), decided_at = now(),
    note = decide_organization_verification.note
  where v.organization_id = v_organization.id and v.status = 'pending'
  returning * into v_verification;
  if not found then
    raise exception 'The organization has handed in nothing to decide on.'
      using errcode = 'LMNFD', detail = 'organization_id';
  end if;
  update app_public.organizations as o
  set verification_status = v_status
  where o.id = v_organization.id;
  return v_verification;
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.decide_organization_verification(uuid, boolean, text) is
  'Verifies or rejects an organization that asked for it. For the platform''s support. '
  'Raises LMNFD (nothing is pending), LMRGT, LMINP, LMAUT.';
grant execute on function app_public.decide_organization_verification(uuid, boolean, text)
  to lml_user;
