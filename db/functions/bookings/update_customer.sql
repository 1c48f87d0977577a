create or replace function app_public.update_customer(
  customer_id uuid, first_name text default null, last_name text default null,
  phone text default null, address jsonb default null
)
returns app_public.customers
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_customer app_public.customers;
  v_constraint text;
begin
  update app_public.customers as c
  set first_name = nullif(coalesce(update_customer.first_name, c.first_name), ''),
    last_name = nullif(coalesce(update_customer.last_name, c.last_name), ''),
    phone = nullif(coalesce(update_customer.phone, c.phone), ''),
    address = coalesce(update_customer.address, c.address)
  where c.id = update_customer.customer_id
    and (
      c.user_id = v_user_id
      or app_hidden.has_permission(c.organization_id, 'customers.read_names')
        and app_hidden.has_permission(c.organization_id, 'bookings.manage')
    )
  returning * into v_customer;
  if v_customer.id is null then
    raise exception 'There is no such customer, or not for you.'
      using errcode = 'LMNFD', detail = format('%s', update_customer.customer_id);
  end if;
  return v_customer;
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name;
    perform app_hidden.raise_bad_input(v_constraint, null);
end
$$;

comment on function app_public.update_customer(uuid, text, text, text, jsonb) is
  'Changes what an organization knows of a customer: null leaves a value as it is, an empty text '
  'removes it. For customers with an account themselves, and for staff with customers.read_names '
  'and bookings.manage. Raises LMNFD, LMINP, LMAUT, LMSES.';
grant execute on function app_public.update_customer(uuid, text, text, text, jsonb) to lml_user;
