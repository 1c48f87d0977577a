-- Guests who came between are not of the account: they get an entry of their own.
create or replace function app_private.leave_customer_behind(
  customer app_public.customers, closed app_public.users, address public.citext
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_customer app_public.customers := leave_customer_behind.customer;
  v_later_id uuid;
begin
  update app_public.customers as c
  set user_id = (leave_customer_behind.closed).id, email = leave_customer_behind.address
  where c.id = v_customer.id;
  if not exists (
    select from app_public.bookings as b
    where b.organization_id = v_customer.organization_id and b.customer_id = v_customer.id
      and b.user_id is distinct from (leave_customer_behind.closed).id
      and b.created_at > (leave_customer_behind.closed).updated_at
  ) and not exists (
    select from app_public.waiting_list_entries as w
    where w.organization_id = v_customer.organization_id and w.customer_id = v_customer.id
      and w.created_at > (leave_customer_behind.closed).updated_at
  ) then
    return;
  end if;
  v_later_id := app_private.find_or_create_customer(
    v_customer.organization_id, null, v_customer.email::text, null, null, null
  );
  update app_public.bookings as b
  set customer_id = v_later_id
  where b.organization_id = v_customer.organization_id and b.customer_id = v_customer.id
    and b.user_id is distinct from (leave_customer_behind.closed).id
    and b.created_at > (leave_customer_behind.closed).updated_at;
  update app_public.waiting_list_entries as w
  set customer_id = v_later_id
  where w.organization_id = v_customer.organization_id and w.customer_id = v_customer.id
    and w.created_at > (leave_customer_behind.closed).updated_at;
end
$$;

comment on function app_private.leave_customer_behind(
  app_public.customers, app_public.users, public.citext
) is
  'Gives what an organization knows of an address, until an account with it was closed, to that '
  'account.';
