-- Metadata can be changed at Stripe, and by other programs with the same key.
create or replace function app_private.belongs_as_it_says(
  object jsonb, organization_id uuid, booking_id uuid default null
)
returns boolean
language sql immutable security definer set search_path = ''
as $$
  select coalesce(
      belongs_as_it_says.object #>> '{metadata,lml_organization_id}'
        = belongs_as_it_says.organization_id::text, true
    )
    and coalesce(
      belongs_as_it_says.object #>> '{metadata,lml_booking_id}'
        = belongs_as_it_says.booking_id::text, true
    )
$$;

comment on function app_private.belongs_as_it_says(jsonb, uuid, uuid) is
  'Whether an object of Stripe, as far as its metadata says so, belongs to an organization and to '
  'a booking of it.';
