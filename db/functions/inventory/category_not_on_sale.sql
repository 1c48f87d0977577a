create or replace function app_private.category_not_on_sale(sale app_private.sale)
returns uuid
language sql stable security definer set search_path = ''
as $$
  select c.id
  from app_public.seat_booking_state as s
  join app_public.ticket_categories as c
    on c.organization_id = s.organization_id
    and c.event_id = (category_not_on_sale.sale).event_id
    and c.category_no = s.category_no
  where s.organization_id = (category_not_on_sale.sale).organization_id
    and s.performance_id = (category_not_on_sale.sale).performance_id
    and s.seat_no = any ((category_not_on_sale.sale).seat_nos)
    and not (
      app_private.is_on_sale(c)
      and exists (
        select from app_public.ticket_category_prices as p
        where p.organization_id = c.organization_id
          and p.ticket_category_id = c.id
          and p.audience = 'public'
          and p.valid_during @> now()
      )
    )
  order by s.seat_no
  limit 1
$$;

comment on function app_private.category_not_on_sale(app_private.sale) is
  'The category of the first of the wanted seats that cannot be bought now.';
