create or replace function app_public.set_stripe_fees_payer(
  organization_id uuid, pays_stripe_fees boolean
)
returns app_public.organization_settings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_settings app_public.organization_settings;
begin
  perform app_hidden.require_platform_role('support');
  perform app_private.lock_any_organization(set_stripe_fees_payer.organization_id);
  if set_stripe_fees_payer.pays_stripe_fees is null then
    perform app_hidden.raise_bad_input(null, 'pays_stripe_fees');
  end if;
  update app_public.organization_settings as s
  set pays_stripe_fees = set_stripe_fees_payer.pays_stripe_fees
  where s.organization_id = set_stripe_fees_payer.organization_id
  returning * into strict v_settings;
  return v_settings;
end
$$;

comment on function app_public.set_stripe_fees_payer(uuid, boolean) is
  'Whether what Stripe charges for payments that come from now on, and for their disputes, is '
  'taken off the payouts of an organization. For the platform''s support. '
  'Raises LMINP, LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.set_stripe_fees_payer(uuid, boolean) to lml_user;
