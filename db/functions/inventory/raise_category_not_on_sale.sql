-- Nobody asks for the reason before something is refused: so it is looked up only then.
create or replace function app_private.raise_category_not_on_sale(
  sale app_private.sale, ticket_category_id uuid
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_category app_public.ticket_categories;
begin
  select * into v_category
  from app_public.ticket_categories as c
  where c.organization_id = (raise_category_not_on_sale.sale).organization_id
    and c.event_id = (raise_category_not_on_sale.sale).event_id
    and c.id = raise_category_not_on_sale.ticket_category_id;
  if not found then
    raise exception 'The event has no such ticket category.'
      using errcode = 'LMSAL', detail = raise_category_not_on_sale.ticket_category_id::text,
        hint = 'Take the id of one of its ticket categories.';
  end if;
  if v_category.status <> 'active' then
    raise exception '"%" is not on sale.', v_category.name
      using errcode = 'LMSAL', detail = v_category.status::text,
        hint = 'Choose another category.';
  end if;
  perform app_private.require_sales_window(
    v_category.name, v_category.sales_start, v_category.sales_end
  );
  if not exists (
    select from app_public.ticket_category_prices as p
    where p.organization_id = v_category.organization_id
      and p.ticket_category_id = v_category.id
      and p.valid_during @> now()
  ) then
    raise exception '"%" has no price now.', v_category.name
      using errcode = 'LMSAL', detail = v_category.id::text,
        hint = 'Choose another category. The organizer gives it a price with set_price.';
  end if;
  raise exception '"%" has no places without a seat at this performance.', v_category.name
    using errcode = 'LMSAL', detail = v_category.id::text,
      hint = 'Hold its seats with hold_best_available or hold_seats. If it is to have places '
        'without one, its organizer makes them with create_admission_pool.';
end
$$;

comment on function app_private.raise_category_not_on_sale(app_private.sale, uuid) is
  'Raises LMSAL, and says why a category cannot be had: from when on, or how it is held instead.';
