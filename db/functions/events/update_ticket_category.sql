create or replace function app_public.update_ticket_category(
  ticket_category_id uuid, name text default null, description text default null,
  status app_public.ticket_category_status default null, sort_order integer default null,
  sales_start timestamptz default null, sales_end timestamptz default null,
  min_per_transaction integer default null, max_per_transaction integer default null,
  max_per_user integer default null, includes text[] default null,
  restrictions text[] default null, seat_categories text[] default null,
  sections text[] default null
)
returns app_public.ticket_categories
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_category_event(
    update_ticket_category.ticket_category_id
  );
  v_category app_public.ticket_categories;
  v_constraint text;
  v_column text;
begin
  perform app_private.require_ongoing_event(v_event);
  if v_event.status <> 'draft'
    and num_nonnulls(update_ticket_category.seat_categories, update_ticket_category.sections) > 0
  then
    raise exception 'Which seats a category covers is settled by publishing.'
      using errcode = 'LMEVT', detail = v_event.status::text;
  end if;
  update app_public.ticket_categories as c
  set name = coalesce(update_ticket_category.name, c.name),
    description = nullif(coalesce(update_ticket_category.description, c.description), ''),
    status = coalesce(update_ticket_category.status, c.status),
    sort_order = coalesce(update_ticket_category.sort_order, c.sort_order),
    sales_start = nullif(
      coalesce(update_ticket_category.sales_start, c.sales_start), '-infinity'
    ),
    sales_end = nullif(coalesce(update_ticket_category.sales_end, c.sales_end), 'infinity'),
    min_per_transaction = coalesce(
      update_ticket_category.min_per_transaction, c.min_per_transaction
    ),
    max_per_transaction = nullif(
      coalesce(update_ticket_category.max_per_transaction, c.max_per_transaction), 0
    ),
    max_per_user = nullif(coalesce(update_ticket_category.max_per_user, c.max_per_user), 0),
    includes = coalesce(update_ticket_category.includes, c.includes),
    restrictions = coalesce(update_ticket_category.restrictions, c.restrictions),
    seat_categories = coalesce(update_ticket_category.seat_categories, c.seat_categories),
    sections = coalesce(update_ticket_category.sections, c.sections)
  where c.id = update_ticket_category.ticket_category_id
  returning * into v_category;
  return v_category;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when unique_violation then
    raise exception 'The event has a category of that name.'
      using errcode = 'LMINP', detail = 'name';
end
$$;

comment on function app_public.update_ticket_category(
  uuid, text, text, app_public.ticket_category_status, integer, timestamptz, timestamptz, integer,
  integer, integer, text[], text[], text[], text[]
) is
  'Changes a ticket category: null leaves a value as it is; an empty text, 0 as a maximum, '
  '-infinity as a start or infinity as an end removes it. Which seats it covers only of a draft. '
  'Needs events.manage. Raises LMNFD, LMRGT, LMEVT, LMINP.';
grant execute on function app_public.update_ticket_category(
  uuid, text, text, app_public.ticket_category_status, integer, timestamptz, timestamptz, integer,
  integer, integer, text[], text[], text[], text[]
) to lml_user;
