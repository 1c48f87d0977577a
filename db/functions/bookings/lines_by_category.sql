create or replace function app_private.lines_by_category(booking app_public.bookings)
returns table (
  ticket_category_id uuid, name text, status app_public.ticket_category_status, quantity bigint,
  sales_start timestamptz, sales_end timestamptz, min_per_transaction integer,
  max_per_transaction integer, max_per_user integer
)
language sql stable security definer set search_path = ''
as $$
  select
    c.id, c.name, c.status, sum(i.quantity), c.sales_start, c.sales_end, c.min_per_transaction,
    c.max_per_transaction, c.max_per_user
  from app_public.booking_items as i
  join app_public.ticket_categories as c
    on c.organization_id = i.organization_id and c.id = i.ticket_category_id
  where i.organization_id = (lines_by_category.booking).organization_id
    and i.booking_id = (lines_by_category.booking).id
    and i.item_type in ('seat', 'admission')
  group by c.id
  order by c.category_no
$$;

comment on function app_private.lines_by_category(app_public.bookings) is
  'How many tickets of each category a booking has, with what the category allows.';
