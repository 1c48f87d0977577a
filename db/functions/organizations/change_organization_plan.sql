create or replace function app_public.change_organization_plan(
  organization_id uuid, subscription_tier text, monthly_event_limit integer default null,
  monthly_revenue_limit_units bigint default null, commission_percentage numeric default null,
  subscription_reference text default null
)
returns app_public.organization_settings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations;
  v_settings app_public.organization_settings;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_platform_role('support');
  v_organization := app_private.lock_any_organization(change_organization_plan.organization_id);
  if not exists (
    select from app_public.subscription_tiers as t
    where t.tier = change_organization_plan.subscription_tier
  ) then
    raise exception 'There is no such plan.' using errcode = 'LMINP', detail = 'subscription_tier';
  end if;
  update app_public.organization_settings as s
  set subscription_tier = change_organization_plan.subscription_tier,
    monthly_event_limit = change_organization_plan.monthly_event_limit,
    monthly_revenue_limit_units = change_organization_plan.monthly_revenue_limit_units,
    commission_percentage = coalesce(
      change_organization_plan.commission_percentage, s.commission_percentage
    ),
    subscription_reference = change_organization_plan.subscription_reference
  where s.organization_id = v_organization.id
  returning * into strict v_settings;
  return v_settings;
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when numeric_value_out_of_range then
    raise exception 'The commission is out of range.'
      using errcode = 'LMINP', detail = 'commission_percentage';
end
$$;

comment on function app_public.change_organization_plan(
  uuid, text, integer, bigint, numeric, text
) is
  'Gives an organization a plan; limits that are given hold instead of the plan''s, and the '
  'commission for new events. For the platform''s support. Raises LMNFD, LMRGT, LMINP, LMAUT.';
grant execute on function app_public.change_organization_plan(
  uuid, text, integer, bigint, numeric, text
) to lml_user;
