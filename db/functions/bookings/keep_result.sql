create or replace function app_private.keep_result(idempotency_key text, result uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if keep_result.idempotency_key is null then
    return;
  end if;
  update app_private.idempotency_keys as k
  set result = keep_result.result
  where k.owner = coalesce(
      uuid_send(app_hidden.current_user_id()), app_hidden.current_cart_hash()
    )
    and k.idempotency_key = keep_result.idempotency_key;
end
$$;

comment on function app_private.keep_result(text, uuid) is
  'Remembers the result of the work that replay_result said was to be done.';
