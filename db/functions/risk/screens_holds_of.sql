create or replace function app_private.screens_holds_of(organization_id uuid)
returns boolean
language sql volatile security definer set search_path = ''
as $$
  select exists (
    select
    from app_public.fraud_detection_rules as r
    where r.is_enabled
      and r.stage = 'hold'
      and (r.organization_id is null or r.organization_id = screens_holds_of.organization_id)
  )
$$;

comment on function app_private.screens_holds_of(uuid) is
  'Whether a rule wants to be asked at the holds of an organization.';
