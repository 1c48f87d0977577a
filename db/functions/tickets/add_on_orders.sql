create or replace function app_public.add_on_orders(
  performance_id uuid, add_on_id uuid default null, delivered boolean default null
)
returns setof app_public.add_on_order
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
  v_reads_names boolean;
begin
  select * into v_performance
  from app_public.performances as p where p.id = add_on_orders.performance_id;
  perform app_hidden.require_performance_permission(
    v_performance.organization_id, v_performance.id, 'tickets.read'
  );
  v_reads_names := app_hidden.has_performance_permission(
    v_performance.organization_id, v_performance.id, 'customers.read_names'
  );
  return query
    select
      i.id, b.id, b.booking_reference, case when v_reads_names then b.customer_name end, a.id,
      a.name, a.delivery, case when v_reads_names then address.address end,
      i.quantity - i.returned_quantity,
      d.delivered_at
    from app_public.bookings as b
    join app_public.booking_items as i
      on i.organization_id = b.organization_id and i.booking_id = b.id
    join app_public.add_ons as a on a.organization_id = i.organization_id and a.id = i.add_on_id
    left join app_public.add_on_deliveries as d
      on d.organization_id = i.organization_id and d.booking_item_id = i.id
    left join app_public.delivery_addresses as address
      on address.organization_id = b.organization_id
      and address.booking_id = b.id
      and a.delivery = 'mail'
    where b.organization_id = v_performance.organization_id
      and b.performance_id = v_performance.id
      and b.status in ('confirmed', 'completed')
      and i.quantity > i.returned_quantity
      and a.id = coalesce(add_on_orders.add_on_id, a.id)
      and (add_on_orders.delivered is null
        or add_on_orders.delivered = (d.booking_item_id is not null))
    order by b.booking_reference, a.name, i.id;
end
$$;

comment on function app_public.add_on_orders(uuid, uuid, boolean) is
  'What buyers of a performance have paid for besides tickets: the pick-up list, and what is to be '
  'mailed. Needs tickets.read. Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.add_on_orders(uuid, uuid, boolean) to lml_user;
