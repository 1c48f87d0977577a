create or replace function app_private.find_or_create_customer(
  organization_id uuid, user_id uuid, email text, first_name text, last_name text, phone text
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  insert into app_public.customers as c (
    organization_id, user_id, email, first_name, last_name, phone
  )
  values (
    find_or_create_customer.organization_id,
    -- An account is linked to its own address only: nobody may claim a stranger's history.
    (
      select u.id from app_public.users as u
      where u.id = find_or_create_customer.user_id
        and u.email = find_or_create_customer.email::public.citext
    ),
    find_or_create_customer.email::public.citext,
    find_or_create_customer.first_name, find_or_create_customer.last_name,
    find_or_create_customer.phone
  )
  on conflict on constraint customers_organization_id_email_key do nothing
  returning c.id into v_id;
  if v_id is null then
    select c.id into strict v_id
    from app_public.customers as c
    where c.organization_id = find_or_create_customer.organization_id
      and c.email = find_or_create_customer.email::public.citext;
  end if;
  return v_id;
end
$$;

comment on function app_private.find_or_create_customer(uuid, uuid, text, text, text, text) is
  'The organization''s customer with an address. What is known of a customer is not overwritten '
  'by whoever types the address.';
