create or replace function app_public.confirm_waiting_list_place(token text)
returns app_public.waiting_list_entries
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_asked app_private.waiting_list_tokens;
  v_entry app_public.waiting_list_entries;
begin
  select * into v_asked
  from app_private.waiting_list_tokens as t
  where t.token_hash = app_hidden.hash_token(confirm_waiting_list_place.token)
    and (t.entry_id is not null or t.expires_at > now())
  for no key update;
  if v_asked.token_hash is null then
    perform app_private.raise_bad_link();
  end if;
  if v_asked.entry_id is not null then
    return app_public.waiting_list_entry_by_token(confirm_waiting_list_place.token);
  end if;
  v_entry.performance_id := v_asked.performance_id;
  v_entry.quantity := v_asked.quantity;
  v_entry.ticket_category_id := v_asked.ticket_category_id;
  v_entry.is_accessible := v_asked.is_accessible;
  v_entry.organization_id := (app_private.open_waiting_list(v_entry)).organization_id;
  v_entry.customer_id := app_private.find_or_create_customer(
    v_asked.organization_id, null, v_asked.email::text, null, null, null
  );
  v_entry := app_private.add_to_waiting_list(v_entry);
  update app_private.waiting_list_tokens as t
  set entry_id = v_entry.id, email = null
  where t.token_hash = v_asked.token_hash;
  perform app_private.remember_language(v_entry.organization_id, v_entry.customer_id);
  return v_entry;
end
$$;

comment on function app_public.confirm_waiting_list_place(text) is
  'Has a guest wait from now on who asked to with request_waiting_list_place; whoever has the '
  'token has the mailbox. The same token tells their place later, and lets them leave. '
  'Raises LMTOK, LMWLO, LMWLE (they wait for another number), LMQTY, LMEVT, LMSAL, LMGST, LMMBR, '
  'LMNFD.';
grant execute on function app_public.confirm_waiting_list_place(text) to lml_anonymous, lml_user;
