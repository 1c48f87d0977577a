create or replace function app_public.join_waiting_list(
  performance_id uuid, quantity integer, ticket_category_id uuid default null,
  accessible boolean default false
)
returns app_public.waiting_list_entries
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user app_public.users;
  v_wish app_public.waiting_list_entries;
  v_sale app_private.sale;
begin
  perform app_hidden.refuse_impersonator();
  select * into strict v_user
  from app_public.users as u where u.id = app_hidden.require_user_id();
  if v_user.email_verified_at is null then
    raise exception 'Prove your address first: it is where the offer goes.'
      using errcode = 'LMCON', detail = 'email', hint = 'Ask with request_email_verification.';
  end if;
  v_wish.performance_id := join_waiting_list.performance_id;
  v_wish.quantity := join_waiting_list.quantity;
  v_wish.ticket_category_id := join_waiting_list.ticket_category_id;
  v_wish.is_accessible := coalesce(join_waiting_list.accessible, false);
  v_wish.user_id := v_user.id;
  v_sale := app_private.open_waiting_list(v_wish);
  perform app_private.require_too_few_left(v_wish, v_sale);
  v_wish.organization_id := v_sale.organization_id;
  v_wish.customer_id := app_private.find_or_create_customer(
    v_sale.organization_id, v_user.id, v_user.email::text, v_user.first_name, v_user.last_name,
    v_user.phone
  );
  v_wish := app_private.add_to_waiting_list(v_wish);
  perform app_private.remember_language(v_wish.organization_id, v_wish.customer_id);
  return v_wish;
end
$$;

comment on function app_public.join_waiting_list(uuid, integer, uuid, boolean) is
  'Waits for places of a date that are not to be had: of a category, or of any. When they become '
  'free, they are held for you, and you are mailed. The same again changes nothing. '
  'Raises LMWLO (there is no list), LMWLH (as many are free), LMWLE (you wait for another number), '
  'LMQTY, LMEVT, LMSAL, LMMBR, LMCON (your address is not proven), LMNFD, LMAUT, LMSES, LMIMP.';
grant execute on function app_public.join_waiting_list(uuid, integer, uuid, boolean) to lml_user;
