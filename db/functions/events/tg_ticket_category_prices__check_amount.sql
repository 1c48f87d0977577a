create or replace function app_hidden.tg_ticket_category_prices__check_amount()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform app_hidden.require_chargeable(
    new.price_cents,
    (
      select e.currency
      from app_public.ticket_categories as c
      join app_public.events as e on e.organization_id = c.organization_id and e.id = c.event_id
      where c.organization_id = new.organization_id and c.id = new.ticket_category_id
    ),
    'price_cents'
  );
  return new;
end
$$;

comment on function app_hidden.tg_ticket_category_prices__check_amount() is
  'Raises LMINP for a price that cannot be charged in its currency.';

create or replace trigger _200_check_amount
  before insert or update of price_cents on app_public.ticket_category_prices
  for each row execute function app_hidden.tg_ticket_category_prices__check_amount();
