create or replace function app_private.require_customer(customer_id uuid, permission text)
returns app_public.customers
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_customer app_public.customers;
begin
  select * into v_customer
  from app_public.customers as c where c.id = require_customer.customer_id;
  perform app_hidden.require_permission(v_customer.organization_id, require_customer.permission);
  -- Support that looks into something must not carry the customers away, nor forget them.
  perform app_hidden.refuse_impersonator();
  return v_customer;
end
$$;

comment on function app_private.require_customer(uuid, text) is
  'The customer, for members with the permission, and nobody in their name. '
  'Raises LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
