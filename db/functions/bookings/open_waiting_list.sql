-- A private event has none: nobody sends its code when places become free.
create or replace function app_private.open_waiting_list(wish app_public.waiting_list_entries)
returns app_private.sale
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_wish app_public.waiting_list_entries := open_waiting_list.wish;
  v_sale app_private.sale := app_private.open_sale(v_wish.performance_id);
  v_event app_public.events;
  v_category app_public.ticket_categories;
begin
  select * into strict v_event
  from app_public.events as e
  where e.organization_id = v_sale.organization_id and e.id = v_sale.event_id;
  if not v_event.has_waiting_list or v_event.visibility = 'private' then
    raise exception 'This event has no waiting list.'
      using errcode = 'LMWLO', detail = v_event.id::text;
  end if;
  if v_wish.user_id is null and not v_sale.allow_guest_checkout then
    raise exception 'This organization sells to people with an account only.'
      using errcode = 'LMGST', hint = 'Sign in first.';
  end if;
  if v_wish.ticket_category_id is not null then
    select * into v_category
    from app_private.categories_on_sale(v_sale) as c where c.id = v_wish.ticket_category_id;
    if not found then
      raise exception 'Tickets of this category are not on sale.' using errcode = 'LMSAL';
    end if;
    if v_category.requires_membership and not app_private.is_member(
      v_sale.organization_id, v_wish.user_id
    ) then
      raise exception '"%" is for members.', v_category.name
        using errcode = 'LMMBR', hint = 'Sign in with the account of a member.';
    end if;
  end if;
  if coalesce(
    v_wish.quantity not between coalesce(v_category.min_per_transaction, 1) and least(
      v_sale.tickets_per_booking_max, v_event.tickets_per_user_max,
      v_category.max_per_transaction, v_category.max_per_user
    ),
    true
  ) then
    raise exception 'Not as many can be had at once.'
      using errcode = 'LMQTY', detail = format('%s', v_wish.quantity);
  end if;
  return v_sale;
end
$$;

comment on function app_private.open_waiting_list(app_public.waiting_list_entries) is
  'The terms of a performance that somebody may wait for. Raises LMWLO, LMNFD, LMEVT, LMSAL, '
  'LMGST, LMMBR, LMQTY.';
