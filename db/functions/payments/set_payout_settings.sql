create or replace function app_public.set_payout_settings(
  organization_id uuid, payout_timing app_public.payout_timing default null,
  payout_delay_days integer default null, approval_above_cents bigint default null
)
returns app_public.organization_settings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_settings app_public.organization_settings;
  v_constraint text;
  v_column text;
begin
  perform app_private.lock_organization(
    set_payout_settings.organization_id, 'organization.manage'
  );
  perform app_hidden.refuse_impersonator();
  update app_public.organization_settings as s
  set payout_timing = coalesce(set_payout_settings.payout_timing, s.payout_timing),
    payout_delay_days = coalesce(set_payout_settings.payout_delay_days, s.payout_delay_days),
    payout_approval_above_cents = set_payout_settings.approval_above_cents
  where s.organization_id = set_payout_settings.organization_id
  returning * into strict v_settings;
  return v_settings;
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_payout_settings(
  uuid, app_public.payout_timing, integer, bigint
) is
  'When money may be paid out (null: as before), and above which amount a second person approves a '
  'payout (null: nobody). Schedule and minimum are changed by update_organization_settings. Needs '
  'organization.manage. Raises LMINP, LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.set_payout_settings(
  uuid, app_public.payout_timing, integer, bigint
) to lml_user;
