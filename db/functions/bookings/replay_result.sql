-- With an idempotency key the same call again returns the first result. Two such calls at the same
-- moment meet in the primary key: the second waits, and then finds what the first has made.
create or replace function app_private.replay_result(
  idempotency_key text, function_name text, arguments jsonb
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_owner bytea := coalesce(
    uuid_send(app_hidden.current_user_id()), app_hidden.current_cart_hash()
  );
  v_hash bytea := sha256(convert_to(replay_result.arguments::text, 'UTF8'));
  v_known app_private.idempotency_keys;
begin
  if replay_result.idempotency_key is null then
    return null;
  end if;
  if length(replay_result.idempotency_key) not between 1 and 200 then
    raise exception 'An idempotency key has 1 to 200 characters.'
      using errcode = 'LMINP', detail = 'idempotency_key';
  end if;
  insert into app_private.idempotency_keys (
    owner, idempotency_key, function_name, arguments_hash
  )
  values (v_owner, replay_result.idempotency_key, replay_result.function_name, v_hash)
  on conflict do nothing;
  if found then
    return null;
  end if;

  select * into strict v_known
  from app_private.idempotency_keys as k
  where k.owner = v_owner and k.idempotency_key = replay_result.idempotency_key;
  if v_known.function_name <> replay_result.function_name or v_known.arguments_hash <> v_hash then
    raise exception 'This idempotency key was used for something else.'
      using errcode = 'LMIDK', detail = v_known.function_name,
        hint = 'Use a new key for a new request.';
  end if;
  return v_known.result;
end
$$;

comment on function app_private.replay_result(text, text, jsonb) is
  'The result that the caller''s key has, or null when the work is to be done. '
  'Raises LMIDK when the key was used with other arguments, LMINP for a key that is none.';
