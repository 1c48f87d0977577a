create or replace function app_public.my_payment_methods(organization_id uuid default null)
returns setof app_public.saved_payment_method
language sql stable security definer set search_path = ''
as $$
  select m.id, m.organization_id, m.brand, m.last4, m.exp_month, m.exp_year, m.created_at
  from app_private.saved_payment_methods as m
  join app_private.stripe_customers as c
    on c.organization_id = m.organization_id and c.id = m.stripe_customer_id
  where c.user_id = app_hidden.current_user_id()
    and m.removed_at is null
    and (
      my_payment_methods.organization_id is null
      or m.organization_id = my_payment_methods.organization_id
    )
  order by m.created_at desc, m.id desc
$$;

comment on function app_public.my_payment_methods(uuid) is
  'The cards that you keep, with all organizations or with one, the newest first.';
grant execute on function app_public.my_payment_methods(uuid) to lml_user;
