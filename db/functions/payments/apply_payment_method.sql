-- Events come in any order: a card that was removed stays so when the news that it was saved comes
-- late, because Stripe never lets one be saved again.
create or replace function app_private.apply_payment_method(payload jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_object jsonb := apply_payment_method.payload #> '{data,object}';
  v_is_detached boolean := apply_payment_method.payload ->> 'type' = 'payment_method.detached';
  v_customer app_private.stripe_customers;
begin
  select * into v_customer
  from app_private.stripe_customers as c
  where c.stripe_id = coalesce(
    v_object ->> 'customer',
    apply_payment_method.payload #>> '{data,previous_attributes,customer}'
  );
  if v_customer.id is null or v_object ->> 'type' is distinct from 'card' then
    return 'ignored: nobody''s whom we know';
  end if;
  insert into app_private.saved_payment_methods as m (
    organization_id, stripe_customer_id, stripe_id, brand, last4, exp_month, exp_year,
    removed_at, detached_at
  )
  values (
    v_customer.organization_id, v_customer.id, v_object ->> 'id', v_object #>> '{card,brand}',
    v_object #>> '{card,last4}', (v_object #>> '{card,exp_month}')::integer,
    (v_object #>> '{card,exp_year}')::integer,
    case when v_is_detached then now() end, case when v_is_detached then now() end
  )
  on conflict (stripe_id, organization_id) do update
  set brand = excluded.brand, last4 = excluded.last4, exp_month = excluded.exp_month,
    exp_year = excluded.exp_year,
    removed_at = coalesce(m.removed_at, excluded.removed_at),
    detached_at = coalesce(m.detached_at, excluded.detached_at);
  return 'applied';
end
$$;

comment on function app_private.apply_payment_method(jsonb) is
  'What Stripe says of a saved card: applied, or ignored when it is nobody''s whom we know.';
