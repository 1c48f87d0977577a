create or replace function app_public.update_add_on(
  add_on_id uuid, name text default null, description text default null,
  price_cents bigint default null, max_per_booking integer default null,
  sales_start timestamptz default null, sales_end timestamptz default null,
  requires_ticket boolean default null, delivery app_public.add_on_delivery_kind default null,
  is_active boolean default null, sort_order integer default null,
  returns_to_stock boolean default null
)
returns app_public.add_ons
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_add_on app_public.add_ons := app_private.lock_add_on(
    update_add_on.add_on_id, 'events.manage'
  );
  v_constraint text;
  v_column text;
begin
  update app_public.add_ons as a
  set name = coalesce(update_add_on.name, a.name),
    description = nullif(coalesce(update_add_on.description, a.description), ''),
    price_cents = coalesce(update_add_on.price_cents, a.price_cents),
    max_per_booking = coalesce(update_add_on.max_per_booking, a.max_per_booking),
    sales_start = nullif(coalesce(update_add_on.sales_start, a.sales_start), '-infinity'),
    sales_end = nullif(coalesce(update_add_on.sales_end, a.sales_end), 'infinity'),
    requires_ticket = coalesce(update_add_on.requires_ticket, a.requires_ticket),
    delivery = coalesce(update_add_on.delivery, a.delivery),
    is_active = coalesce(update_add_on.is_active, a.is_active),
    sort_order = coalesce(update_add_on.sort_order, a.sort_order),
    returns_to_stock = coalesce(update_add_on.returns_to_stock, a.returns_to_stock)
  where a.id = v_add_on.id
  returning * into v_add_on;
  return v_add_on;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when unique_violation then
    raise exception 'There is an add-on of that name.' using errcode = 'LMINP', detail = 'name';
end
$$;

comment on function app_public.update_add_on(
  uuid, text, text, bigint, integer, timestamptz, timestamptz, boolean,
  app_public.add_on_delivery_kind, boolean, integer, boolean
) is
  'Changes an add-on: null leaves a value as it is; an empty text, -infinity as a start or '
  'infinity as an end removes it. What is in carts keeps its price. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMINP.';
grant execute on function app_public.update_add_on(
  uuid, text, text, bigint, integer, timestamptz, timestamptz, boolean,
  app_public.add_on_delivery_kind, boolean, integer, boolean
) to lml_user;
