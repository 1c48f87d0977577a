create or replace function app_public.request_domain_check(organization_id uuid)
returns app_public.domain_challenges
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations := app_private.lock_organization(
    request_domain_check.organization_id, 'organization.manage'
  );
  v_challenge app_public.domain_challenges;
begin
  if v_organization.custom_domain is null then
    raise exception 'The organization has no domain of its own.'
      using errcode = 'LMINP', detail = 'custom_domain', hint = 'Set it with update_organization.';
  end if;
  insert into app_public.domain_challenges as c (organization_id, domain, record_value)
  values (
    v_organization.id, v_organization.custom_domain,
    'lml-verification=' || app_public.create_cart_token()
  )
  on conflict on constraint domain_challenges_pkey do update
  set domain = excluded.domain, record_value = excluded.record_value, created_at = now(),
    checked_at = null, missed_count = 0
  where c.domain <> excluded.domain;
  select * into strict v_challenge
  from app_public.domain_challenges as c where c.organization_id = v_organization.id;
  -- Asking often asks the zone's servers no oftener.
  if coalesce(v_challenge.checked_at < now() - interval '1 minute', true) then
    perform app_private.add_job(
      'organization__check_domain', jsonb_build_object('organization_id', v_organization.id)
    );
  end if;
  return v_challenge;
end
$$;

comment on function app_public.request_domain_check(uuid) is
  'Tells which TXT record proves that the organization''s domain is its '
  'own, and has it looked for. '
  'Needs organization.manage. Raises LMINP without a domain, LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.request_domain_check(uuid) to lml_user;
