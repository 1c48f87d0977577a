-- What the platform decides (commission, plan, limits) is changed by change_organization_plan.
create or replace function app_public.update_organization_settings(
  organization_id uuid, service_fee_percentage numeric default null,
  service_fee_fixed_cents bigint default null, processing_fee_percentage numeric default null,
  processing_fee_fixed_cents bigint default null, allow_guest_checkout boolean default null,
  hold_seconds integer default null, checkout_seconds integer default null,
  hold_seconds_max integer default null, tickets_per_booking_max integer default null,
  email_notifications boolean default null, ticket_transfers_enabled boolean default null,
  business_type app_public.business_type default null, registration_number text default null,
  tax_id text default null, payout_schedule app_public.payout_schedule default null,
  minimum_payout_cents bigint default null, fraud_review_seconds integer default null,
  open_carts_max integer default null, waiting_offer_seconds integer default null,
  language text default null
)
returns app_public.organization_settings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations := app_private.lock_organization(
    update_organization_settings.organization_id, 'organization.manage'
  );
  v_settings app_public.organization_settings;
  v_constraint text;
  v_column text;
begin
  update app_public.organization_settings as s
  set service_fee_percentage = coalesce(
      update_organization_settings.service_fee_percentage, s.service_fee_percentage
    ),
    service_fee_fixed_cents = coalesce(
      update_organization_settings.service_fee_fixed_cents, s.service_fee_fixed_cents
    ),
    processing_fee_percentage = coalesce(
      update_organization_settings.processing_fee_percentage, s.processing_fee_percentage
    ),
    processing_fee_fixed_cents = coalesce(
      update_organization_settings.processing_fee_fixed_cents, s.processing_fee_fixed_cents
    ),
    allow_guest_checkout = coalesce(
      update_organization_settings.allow_guest_checkout, s.allow_guest_checkout
    ),
    hold_seconds = coalesce(update_organization_settings.hold_seconds, s.hold_seconds),
    checkout_seconds = coalesce(
      update_organization_settings.checkout_seconds, s.checkout_seconds
    ),
    hold_seconds_max = coalesce(
      update_organization_settings.hold_seconds_max, s.hold_seconds_max
    ),
    tickets_per_booking_max = coalesce(
      update_organization_settings.tickets_per_booking_max, s.tickets_per_booking_max
    ),
    email_notifications = coalesce(
      update_organization_settings.email_notifications, s.email_notifications
    ),
    ticket_transfers_enabled = coalesce(
      update_organization_settings.ticket_transfers_enabled, s.ticket_transfers_enabled
    ),
    business_type = coalesce(update_organization_settings.business_type, s.business_type),
    registration_number = nullif(
      coalesce(update_organization_settings.registration_number, s.registration_number), ''
    ),
    tax_id = nullif(coalesce(update_organization_settings.tax_id, s.tax_id), ''),
    payout_schedule = coalesce(update_organization_settings.payout_schedule, s.payout_schedule),
    minimum_payout_cents = coalesce(
      update_organization_settings.minimum_payout_cents, s.minimum_payout_cents
    ),
    fraud_review_seconds = coalesce(
      update_organization_settings.fraud_review_seconds, s.fraud_review_seconds
    ),
    open_carts_max = coalesce(update_organization_settings.open_carts_max, s.open_carts_max),
    waiting_offer_seconds = coalesce(
      update_organization_settings.waiting_offer_seconds, s.waiting_offer_seconds
    ),
    language = nullif(coalesce(update_organization_settings.language, s.language), '')
  where s.organization_id = v_organization.id
  returning * into strict v_settings;
  return v_settings;
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when numeric_value_out_of_range then
    raise exception 'A percentage is out of range.' using errcode = 'LMINP', detail = 'percentage';
end
$$;

comment on function app_public.update_organization_settings(
  uuid, numeric, bigint, numeric, bigint, boolean, integer, integer, integer, integer, boolean,
  boolean, app_public.business_type, text, text, app_public.payout_schedule, bigint,
  integer, integer, integer, text
) is
  'Changes terms and deadlines for new events, legal and payout details, and the language (BCP 47) '
  'of mail to whose own is not known: null leaves a value as it is, an empty text removes it. '
  'Another tax number, registration or kind of business ends a verification. Needs '
  'organization.manage. Raises LMNFD, LMRGT, LMINP.';
grant execute on function app_public.update_organization_settings(
  uuid, numeric, bigint, numeric, bigint, boolean, integer, integer, integer, integer, boolean,
  boolean, app_public.business_type, text, text, app_public.payout_schedule, bigint,
  integer, integer, integer, text
) to lml_user;
