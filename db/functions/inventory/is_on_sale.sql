-- Where this is asked of each row, the planner puts it in place: a sale pays nothing for it.
create or replace function app_private.is_on_sale(category app_public.ticket_categories)
returns boolean
language sql stable
return (is_on_sale.category).status = 'active'
  and now() >= coalesce((is_on_sale.category).sales_start, '-infinity')
  and now() < coalesce((is_on_sale.category).sales_end, 'infinity');

comment on function app_private.is_on_sale(app_public.ticket_categories) is
  'Whether tickets of a category may be held now.';
