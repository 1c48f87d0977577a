create or replace function app_hidden.tg_add_ons__check_amount()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform app_hidden.require_chargeable(new.price_cents, new.currency, 'price_cents');
  return new;
end
$$;

comment on function app_hidden.tg_add_ons__check_amount() is
  'Raises LMINP for a price that cannot be charged in its currency.';

create or replace trigger _200_check_amount
  before insert or update of price_cents on app_public.add_ons
  for each row execute function app_hidden.tg_add_ons__check_amount();
