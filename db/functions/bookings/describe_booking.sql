create or replace function app_public.describe_booking(
  booking_id uuid, referral_source text default null, utm_source text default null,
  utm_medium text default null, utm_campaign text default null, utm_term text default null,
  utm_content text default null, special_requests text default null,
  accessibility_requirements text default null, dietary_requirements text default null
)
returns app_public.booking_details
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    describe_booking.booking_id, 'bookings.manage'
  );
  v_details app_public.booking_details;
  v_constraint text;
begin
  insert into app_public.booking_details as d (
    booking_id, organization_id, referral_source, utm_source, utm_medium, utm_campaign, utm_term,
    utm_content, special_requests, accessibility_requirements, dietary_requirements
  )
  values (
    v_booking.id, v_booking.organization_id, nullif(describe_booking.referral_source, ''),
    nullif(describe_booking.utm_source, ''), nullif(describe_booking.utm_medium, ''),
    nullif(describe_booking.utm_campaign, ''), nullif(describe_booking.utm_term, ''),
    nullif(describe_booking.utm_content, ''), nullif(describe_booking.special_requests, ''),
    nullif(describe_booking.accessibility_requirements, ''),
    nullif(describe_booking.dietary_requirements, '')
  )
  on conflict on constraint booking_details_pkey do update
  set referral_source = nullif(
      coalesce(describe_booking.referral_source, d.referral_source), ''
    ),
    utm_source = nullif(coalesce(describe_booking.utm_source, d.utm_source), ''),
    utm_medium = nullif(coalesce(describe_booking.utm_medium, d.utm_medium), ''),
    utm_campaign = nullif(coalesce(describe_booking.utm_campaign, d.utm_campaign), ''),
    utm_term = nullif(coalesce(describe_booking.utm_term, d.utm_term), ''),
    utm_content = nullif(coalesce(describe_booking.utm_content, d.utm_content), ''),
    special_requests = nullif(
      coalesce(describe_booking.special_requests, d.special_requests), ''
    ),
    accessibility_requirements = nullif(
      coalesce(describe_booking.accessibility_requirements, d.accessibility_requirements), ''
    ),
    dietary_requirements = nullif(
      coalesce(describe_booking.dietary_requirements, d.dietary_requirements), ''
    )
  returning * into v_details;
  return v_details;
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name;
    perform app_hidden.raise_bad_input(v_constraint, null);
end
$$;

comment on function app_public.describe_booking(
  uuid, text, text, text, text, text, text, text, text, text
) is
  'Says where a buyer comes from and what they need: null leaves a value as it is, an empty text '
  'removes it. For the owner of a booking, and staff with bookings.manage. '
  'Raises LMBKG, LMINP, LMSES, LMCRT.';
grant execute on function app_public.describe_booking(
  uuid, text, text, text, text, text, text, text, text, text
) to lml_anonymous, lml_user;
