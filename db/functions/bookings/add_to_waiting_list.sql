-- Of two requests of one person at once, the index lets one in, and the other finds it.
create or replace function app_private.add_to_waiting_list(wish app_public.waiting_list_entries)
returns app_public.waiting_list_entries
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_wish app_public.waiting_list_entries := add_to_waiting_list.wish;
  v_entry app_public.waiting_list_entries;
begin
  insert into app_public.waiting_list_entries (
    organization_id, performance_id, ticket_category_id, customer_id, user_id, quantity,
    is_accessible
  )
  values (
    v_wish.organization_id, v_wish.performance_id, v_wish.ticket_category_id, v_wish.customer_id,
    v_wish.user_id, v_wish.quantity, v_wish.is_accessible
  )
  on conflict do nothing
  returning * into v_entry;
  if v_entry.id is null then
    -- Whoever waited as a guest, and has signed in since, finds the entry in their account.
    update app_public.waiting_list_entries as w
    set user_id = coalesce(w.user_id, v_wish.user_id)
    where w.organization_id = v_wish.organization_id
      and w.performance_id = v_wish.performance_id
      and w.customer_id = v_wish.customer_id
      and w.ticket_category_id is not distinct from v_wish.ticket_category_id
      and w.quantity = v_wish.quantity
      and w.is_accessible = v_wish.is_accessible
      and w.ended_at is null
    returning * into v_entry;
    if v_entry.id is null then
      raise exception 'You wait for these places already, for another number of them.'
        using errcode = 'LMWLE', hint = 'Leave the list, and join it again at its end.';
    end if;
  end if;
  return v_entry;
end
$$;

comment on function app_private.add_to_waiting_list(app_public.waiting_list_entries) is
  'The entry of a person, made or found. Raises LMWLE.';
