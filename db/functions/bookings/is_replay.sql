create or replace function app_private.is_replay(idempotency_key text)
returns boolean
language sql volatile security definer set search_path = ''
as $$
  select exists (
    select from app_private.idempotency_keys as k
    where k.owner = uuid_send(app_hidden.current_user_id())
      and k.idempotency_key = is_replay.idempotency_key
  )
$$;

comment on function app_private.is_replay(text) is
  'Whether the user has used an idempotency key; replay_result says for what.';
