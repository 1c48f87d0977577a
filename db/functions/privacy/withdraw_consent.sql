create or replace function app_public.withdraw_consent(
  purpose app_public.consent_purpose, organization_id uuid default null
)
returns app_public.consents
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_consent app_public.consents := app_private.own_consent(
    withdraw_consent.organization_id, withdraw_consent.purpose
  );
begin
  v_consent.is_given := false;
  return app_private.record_consent(v_consent);
end
$$;

comment on function app_public.withdraw_consent(app_public.consent_purpose, uuid) is
  'Takes a consent back, as easily as it was given, or objects to what was never agreed to. '
  'Raises LMNFD, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.withdraw_consent(app_public.consent_purpose, uuid)
  to lml_user;
