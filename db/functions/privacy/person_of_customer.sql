-- For one organization: what others know of the same person is not its business.
create or replace function app_private.person_of_customer(customer_id uuid)
returns app_private.person
language sql stable security definer set search_path = ''
as $$
  select null::uuid, array[c.id],
    array(
      select b.id from app_public.bookings as b
      where b.organization_id = c.organization_id and b.customer_id = c.id
      order by b.id
    ),
    '{}'::public.citext[]
  from app_public.customers as c
  where c.id = person_of_customer.customer_id
$$;

comment on function app_private.person_of_customer(uuid) is
  'Everything that belongs to a customer of one organization.';
