-- See has_consent.
create or replace function app_private.has_customer_consent(
  customer_id uuid, purpose app_public.consent_purpose
)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select coalesce(
    (
      select c.is_given
      from app_public.consents as c
      where c.customer_id = has_customer_consent.customer_id
        and c.purpose = has_customer_consent.purpose
      order by c.created_at desc, c.id desc
      limit 1
    ),
    false
  )
$$;

comment on function app_private.has_customer_consent(uuid, app_public.consent_purpose) is
  'Whether the consent to a purpose of a customer without an account is in force.';
