-- An event has them in full; where it has only their ids, another event tells.
create or replace function app_private.dispute_movements(object jsonb)
returns table (
  stripe_id text, amount_cents bigint, fee_cents bigint, currency text, occurred_at timestamptz
)
language sql immutable security definer set search_path = ''
as $$
  select t ->> 'id', (t ->> 'amount')::bigint, coalesce((t ->> 'fee')::bigint, 0),
    t ->> 'currency', to_timestamp((t ->> 'created')::double precision)
  from jsonb_array_elements(
    case when jsonb_typeof(dispute_movements.object -> 'balance_transactions') = 'array'
      then dispute_movements.object -> 'balance_transactions' else '[]' end
  ) as t
  where coalesce(t ->> 'id', '') ~ '^[A-Za-z0-9_]{1,250}$'
    and coalesce(t ->> 'amount', '') ~ '^-?[0-9]{1,15}$'
    and coalesce(t ->> 'fee', '0') ~ '^-?[0-9]{1,15}$'
    and coalesce(t ->> 'created', '0') ~ '^[0-9]{1,11}$'
$$;

comment on function app_private.dispute_movements(jsonb) is
  'The balance transactions that a dispute of Stripe names.';
