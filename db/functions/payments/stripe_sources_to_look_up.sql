create or replace function app_private.stripe_sources_to_look_up(batch_limit integer)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.identify_stripe_movements();
  return (
    select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'source', s.source)), '[]')
    from (
      select k.id, k.source
      from app_private.stripe_balance_transactions as k
      where not k.is_matched and k.organization_id is null and k.looked_up_at is null
        and k.source ~ '^(ch|py|re|pyr)_'
      order by k.id
      limit stripe_sources_to_look_up.batch_limit
    ) as s
  );
end
$$;

comment on function app_private.stripe_sources_to_look_up(integer) is
  'Charges and refunds that Stripe has to be asked about, since nothing here knows them.';
grant execute on function app_private.stripe_sources_to_look_up(integer) to lml_worker;
