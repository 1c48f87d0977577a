create or replace function app_private.categories_on_sale(sale app_private.sale)
returns setof app_public.ticket_categories
language sql stable security definer set search_path = ''
as $$
  select c.*
  from app_public.ticket_categories as c
  where c.organization_id = (categories_on_sale.sale).organization_id
    and c.event_id = (categories_on_sale.sale).event_id
    and app_private.is_on_sale(c)
    and (
      exists (
        select from app_public.performance_categories as pc
        where pc.organization_id = c.organization_id
          and pc.performance_id = (categories_on_sale.sale).performance_id
          and pc.ticket_category_id = c.id
      )
      or exists (
        select from app_public.admission_pool_categories as pc
        where pc.organization_id = c.organization_id
          and pc.performance_id = (categories_on_sale.sale).performance_id
          and pc.ticket_category_id = c.id
      )
    )
  order by c.category_no
$$;

comment on function app_private.categories_on_sale(app_private.sale) is
  'The ticket categories that a performance sells now.';
