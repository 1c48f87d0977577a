create or replace function app_private.sold_shares_of(performance_id uuid, organization_id uuid)
returns app_private.sold_shares
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_shares app_private.sold_shares;
begin
  select * into v_shares
  from app_private.sold_shares as s
  where s.performance_id = sold_shares_of.performance_id
    and s.organization_id = sold_shares_of.organization_id
    and s.counted_at > now() - interval '1 minute';
  if not found then
    v_shares := app_private.count_sold(
      sold_shares_of.performance_id, sold_shares_of.organization_id
    );
  end if;
  return v_shares;
end
$$;

comment on function app_private.sold_shares_of(uuid, uuid) is
  'What is sold of a performance, at most a minute ago.';
