create or replace function app_public.withdraw_consent(
  purpose app_public.consent_purpose, organization_id uuid default null
)
returns app_public.consents
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_consent app_public.consents;
begin
  perform app_hidden.refuse_impersonator();
  v_consent.user_id := app_hidden.require_user_id();
  v_consent.organization_id := withdraw_consent.organization_id;
  v_consent.purpose := withdraw_consent.purpose;
  v_consent.is_given := false;
  v_consent.source := app_hidden.current_channel()::text;
  return app_private.record_consent(v_consent);
end
$$;

comment on function app_public.withdraw_consent(app_public.consent_purpose, uuid) is
  'Takes a consent back, as easily as it was given, or objects to what was never agreed to. '
  'Raises LMIMP, LMAUT, LMSES.';
grant execute on function app_public.withdraw_consent(app_public.consent_purpose, uuid)
  to lml_user;
