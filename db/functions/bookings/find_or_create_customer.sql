create or replace function app_private.find_or_create_customer(
  organization_id uuid, user_id uuid, email text, first_name text, last_name text, phone text
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_constraint text;
  v_column text;
begin
  insert into app_public.customers as c (
    organization_id, user_id, email, first_name, last_name, phone
  )
  values (
    find_or_create_customer.organization_id,
    -- An account is linked to its own address only, once it is proven: nobody may claim a
    -- stranger's history, nor what that stranger will buy.
    (
      select u.id from app_public.users as u
      where u.id = find_or_create_customer.user_id
        and u.email operator(public.=) find_or_create_customer.email::public.citext
        and u.email_verified_at is not null
    ),
    find_or_create_customer.email::public.citext,
    find_or_create_customer.first_name, find_or_create_customer.last_name,
    find_or_create_customer.phone
  )
  on conflict on constraint customers_email_is_unique do nothing
  returning c.id into v_id;
  if v_id is null then
    select c.id into strict v_id
    from app_public.customers as c
    where c.organization_id = find_or_create_customer.organization_id
      and c.email operator(public.=) find_or_create_customer.email::public.citext;
  end if;
  return v_id;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_private.find_or_create_customer(uuid, uuid, text, text, text, text) is
  'The organization''s customer with an address. What is known of a customer is not overwritten '
  'by whoever types the address.';
