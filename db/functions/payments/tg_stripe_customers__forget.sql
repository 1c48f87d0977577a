create or replace function app_private.tg_stripe_customers__forget()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if old.stripe_id is not null then
    perform app_private.forget_stripe_customer(old.organization_id, old.id, old.stripe_id);
  end if;
  return null;
end
$$;

comment on function app_private.tg_stripe_customers__forget() is
  'Who is forgotten here is forgotten at Stripe too, with every card.';

create or replace trigger _900_forget
  after delete on app_private.stripe_customers
  for each row execute function app_private.tg_stripe_customers__forget();
