create or replace function app_private.prepare_domain_check(organization_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object('domain', c.domain, 'record_name', c.record_name)
  from app_public.domain_challenges as c
  join app_public.organizations as o on o.id = c.organization_id and o.custom_domain = c.domain
  where c.organization_id = prepare_domain_check.organization_id
$$;

comment on function app_private.prepare_domain_check(uuid) is
  'Which TXT record to look for; null when there is none any more.';
grant execute on function app_private.prepare_domain_check(uuid) to lml_worker;
