create or replace function app_public.record_customer_consent(
  customer_id uuid, purpose app_public.consent_purpose, is_given boolean, wording_version text,
  source text
)
returns app_public.consents
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_customer app_public.customers := app_private.require_customer(
    record_customer_consent.customer_id, 'privacy.manage'
  );
  v_consent app_public.consents;
begin
  v_consent.organization_id := v_customer.organization_id;
  v_consent.customer_id := v_customer.id;
  v_consent.purpose := record_customer_consent.purpose;
  v_consent.is_given := record_customer_consent.is_given;
  v_consent.wording_version := record_customer_consent.wording_version;
  v_consent.source := record_customer_consent.source;
  return app_private.record_consent(v_consent);
end
$$;

comment on function app_public.record_customer_consent(
  uuid, app_public.consent_purpose, boolean, text, text
) is
  'Writes down what a customer said by telephone, letter or on paper. Needs privacy.manage. '
  'Raises LMINP, LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.record_customer_consent(
  uuid, app_public.consent_purpose, boolean, text, text
) to lml_user;
