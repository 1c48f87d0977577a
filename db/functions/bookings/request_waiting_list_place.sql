-- The answer is the same whoever has the mailbox: what there is to say goes there, and nobody waits
-- before it has answered.
create or replace function app_public.request_waiting_list_place(
  performance_id uuid, email text, quantity integer, ticket_category_id uuid default null,
  accessible boolean default false
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_token text := app_public.create_cart_token();
  v_wish app_public.waiting_list_entries;
  v_sale app_private.sale;
  v_constraint text;
  v_column text;
begin
  perform app_private.require_buyer();
  perform app_hidden.refuse_impersonator();
  v_wish.performance_id := request_waiting_list_place.performance_id;
  v_wish.quantity := request_waiting_list_place.quantity;
  v_wish.ticket_category_id := request_waiting_list_place.ticket_category_id;
  v_wish.is_accessible := coalesce(request_waiting_list_place.accessible, false);
  v_sale := app_private.open_waiting_list(v_wish);
  perform app_private.require_too_few_left(v_wish, v_sale);
  if request_waiting_list_place.email is null then
    perform app_hidden.raise_bad_input(null, 'email');
  end if;
  insert into app_private.waiting_list_tokens (
    token_hash, organization_id, performance_id, ticket_category_id, quantity, is_accessible,
    email, expires_at
  )
  values (
    app_hidden.hash_token(v_token), v_sale.organization_id, v_sale.performance_id,
    v_wish.ticket_category_id, v_wish.quantity, v_wish.is_accessible,
    request_waiting_list_place.email::public.citext, now() + interval '2 days'
  );
  if not app_private.mail_sparingly(
    request_waiting_list_place.email, 'waiting_list_confirm',
    app_private.performance_words(v_sale.organization_id, v_sale.performance_id)
      || jsonb_build_object('token', v_token),
    v_sale.organization_id, array['waiting_list_confirm']
  ) then
    delete from app_private.waiting_list_tokens as t
    where t.token_hash = app_hidden.hash_token(v_token);
  end if;
  return true;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.request_waiting_list_place(uuid, text, integer, uuid, boolean) is
  'Asks to wait for places without an account: it counts once confirm_waiting_list_place has the '
  'token that is mailed to the address, within two days. For guests with a cart token, and users. '
  'Raises LMWLO (there is no list), LMWLH (as many are free), LMQTY, LMEVT, LMSAL, LMMBR, LMGST, '
  'LMINP, LMNFD, LMCRT, LMSES, LMIMP.';
grant execute on function app_public.request_waiting_list_place(uuid, text, integer, uuid, boolean)
  to lml_anonymous, lml_user;
