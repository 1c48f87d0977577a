create or replace function app_public.set_refund_approval(
  organization_id uuid, above_cents bigint default null
)
returns app_public.organization_settings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_settings app_public.organization_settings;
  v_constraint text;
  v_column text;
begin
  -- A second person whom anybody may abolish is none.
  perform app_hidden.refuse_impersonator();
  perform app_private.lock_organization(
    set_refund_approval.organization_id, 'organization.manage'
  );
  update app_public.organization_settings as s
  set refund_approval_above_cents = set_refund_approval.above_cents
  where s.organization_id = set_refund_approval.organization_id
  returning * into v_settings;
  return v_settings;
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_refund_approval(uuid, bigint) is
  'Above which amount a second person decides about refunds by staff; null: nobody. Needs '
  'organization.manage. Raises LMNFD, LMRGT, LMINP, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.set_refund_approval(uuid, bigint) to lml_user;
