create or replace function app_public.remove_payment_method(payment_method_id uuid)
returns app_public.saved_payment_method
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_method app_private.saved_payment_methods;
begin
  select m.* into v_method
  from app_private.saved_payment_methods as m
  join app_private.stripe_customers as c
    on c.organization_id = m.organization_id and c.id = m.stripe_customer_id
  where m.id = remove_payment_method.payment_method_id and c.user_id = v_user_id
  for update of m;
  if v_method.id is null then
    raise exception 'There is no such saved card, or it is not yours.'
      using errcode = 'LMNFD', detail = format('%s', remove_payment_method.payment_method_id);
  end if;
  if v_method.removed_at is null then
    update app_private.saved_payment_methods as m set removed_at = now() where m.id = v_method.id;
    perform app_private.add_job(
      'payment_method__detach', jsonb_build_object('payment_method_id', v_method.id)
    );
  end if;
  return (
    v_method.id, v_method.organization_id, v_method.brand, v_method.last4, v_method.exp_month,
    v_method.exp_year, v_method.created_at
  )::app_public.saved_payment_method;
end
$$;

comment on function app_public.remove_payment_method(uuid) is
  'Removes a card that you keep, here at once and at Stripe by a job; once more is harmless. '
  'Raises LMSES, LMNFD.';
grant execute on function app_public.remove_payment_method(uuid) to lml_user;
