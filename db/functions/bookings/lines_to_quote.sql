create or replace function app_private.lines_to_quote(
  sale app_private.sale, ticket_category_ids uuid[], quantities integer[], is_member boolean
)
returns app_private.priced_line[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_lines app_private.priced_line[];
  v_quantity bigint;
  v_line app_private.priced_line;
begin
  if coalesce(cardinality(lines_to_quote.ticket_category_ids), 0)
    <> coalesce(cardinality(lines_to_quote.quantities), 0)
  then
    raise exception 'Each category has a quantity.' using errcode = 'LMINP', detail = 'quantities';
  end if;
  select array_agg(
    row(
      null, l.item_type, l.ticket_category_id, l.seat_nos, l.quantity,
      case when l.price_override_cents is null then 'pending' else 'seat' end, null,
      l.price_override_cents, '{}', null, 0, null, null, null, null, null, null, null
    )::app_private.priced_line
    order by l.line_no, l.category_no, l.price_override_cents nulls first
  ),
  sum(l.quantity)
  into v_lines, v_quantity
  from (
    select
      0 as line_no, s.category_no, s.price_override_cents,
      'seat'::app_public.booking_item_type as item_type, c.ticket_category_id,
      array_agg(s.seat_no order by s.seat_no) as seat_nos, count(*)::integer as quantity
    from app_public.seat_booking_state as s
    left join app_public.performance_categories as c
      on c.organization_id = s.organization_id
      and c.performance_id = s.performance_id
      and c.category_no = s.category_no
    where s.organization_id = (lines_to_quote.sale).organization_id
      and s.performance_id = (lines_to_quote.sale).performance_id
      and s.seat_no = any ((lines_to_quote.sale).seat_nos)
    group by s.category_no, s.price_override_cents, c.ticket_category_id
    union all
    select q.ordinality, null, null, 'admission', q.ticket_category_id, null, q.quantity
    from unnest(lines_to_quote.ticket_category_ids, lines_to_quote.quantities)
      with ordinality as q (ticket_category_id, quantity, ordinality)
  ) as l;
  if coalesce(v_quantity, 0) not between 1 and (lines_to_quote.sale).tickets_per_booking_max
    or exists (select from unnest(v_lines) as l where coalesce(l.quantity, 0) < 1)
  then
    perform app_private.raise_ticket_count(lines_to_quote.sale, coalesce(v_quantity, 0));
  end if;

  select l.* into v_line
  from unnest(v_lines) as l
  where not exists (
    select from app_private.categories_on_sale(lines_to_quote.sale) as c
    where c.id = l.ticket_category_id
  )
  limit 1;
  if found and v_line.ticket_category_id is null then
    raise exception 'What has no category is not for sale.'
      using errcode = 'LMSAL', hint = 'Choose other seats.';
  elsif found then
    perform app_private.raise_category_not_on_sale(
      lines_to_quote.sale, v_line.ticket_category_id
    );
  end if;
  if not lines_to_quote.is_member and exists (
    select
    from unnest(v_lines) as l
    join app_public.ticket_categories as c
      on c.organization_id = (lines_to_quote.sale).organization_id
      and c.id = l.ticket_category_id
    where c.requires_membership
  ) then
    raise exception 'These tickets are for members.'
      using errcode = 'LMMBR', hint = 'Sign in with the account of a member.';
  end if;
  return v_lines;
end
$$;

comment on function app_private.lines_to_quote(app_private.sale, uuid[], integer[], boolean) is
  'The lines that a hold of these seats or tickets would write, without their prices. '
  'Raises LMQTY, LMSAL, LMMBR, LMINP.';
