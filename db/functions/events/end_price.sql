create or replace function app_public.end_price(price_id uuid)
returns app_public.ticket_category_prices
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_price app_public.ticket_category_prices;
begin
  perform app_private.lock_category_event((
    select p.ticket_category_id from app_public.ticket_category_prices as p
    where p.id = end_price.price_id
  ));
  select * into v_price
  from app_public.ticket_category_prices as p where p.id = end_price.price_id;
  if lower(v_price.valid_during) >= now() then
    delete from app_public.ticket_category_prices as p where p.id = v_price.id;
  elsif v_price.valid_during @> now() then
    update app_public.ticket_category_prices as p
    set valid_during = tstzrange(lower(p.valid_during), now())
    where p.id = v_price.id
    returning * into v_price;
  end if;
  return v_price;
end
$$;

comment on function app_public.end_price(uuid) is
  'Ends a price now, or takes back one that is still to come. Without any other price, the '
  'category is not on sale. Needs events.manage. Raises LMNFD, LMRGT.';
grant execute on function app_public.end_price(uuid) to lml_user;
