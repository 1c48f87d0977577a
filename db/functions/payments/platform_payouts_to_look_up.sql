create or replace function app_private.platform_payouts_to_look_up(
  after_id text, batch_limit integer
)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(s.source order by s.source), '[]')
  from (
    select distinct k.source
    from app_private.stripe_balance_transactions as k
    left join app_private.platform_payouts as p on p.id = k.source
    where k.type ~ '^payout' and k.source > coalesce(platform_payouts_to_look_up.after_id, '')
      and (p.id is null or p.status in ('pending', 'in_transit') or not k.is_matched)
    order by k.source
    limit platform_payouts_to_look_up.batch_limit
  ) as s
$$;

comment on function app_private.platform_payouts_to_look_up(text, integer) is
  'Payouts to the platform''s bank, after one of them, of which Stripe may know more than it has '
  'told.';
grant execute on function app_private.platform_payouts_to_look_up(text, integer) to lml_worker;
