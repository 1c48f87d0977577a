-- Half a minute's truth is enough for a price, and to count is dear: one buyer counts,
-- and the others go by what was counted before. Nobody waits, because who counts has a
-- lock that others only try.
create or replace function app_private.refresh_sold_shares(sale app_private.sale)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not exists (
      select
      from app_public.ticket_categories as c
      join app_public.pricing_rules as r
        on r.organization_id = c.organization_id and r.ticket_category_id = c.id
      where c.organization_id = (refresh_sold_shares.sale).organization_id
        and c.event_id = (refresh_sold_shares.sale).event_id
        and r.condition <> 'hours_to_event'
        and r.ended_at is null
    )
    or exists (
      select from app_private.sold_shares as s
      where s.performance_id = (refresh_sold_shares.sale).performance_id
        and s.organization_id = (refresh_sold_shares.sale).organization_id
        and s.counted_at > now() - interval '30 seconds'
    )
    or not pg_try_advisory_xact_lock(
      hashtextextended('sold_shares ' || (refresh_sold_shares.sale).performance_id, 0)
    )
  then
    return;
  end if;
  insert into app_private.sold_shares as s
  select (
    app_private.count_sold(
      (refresh_sold_shares.sale).performance_id, (refresh_sold_shares.sale).organization_id
    )
  ).*
  on conflict on constraint sold_shares_pkey do update
  set ticket_category_ids = excluded.ticket_category_ids,
    category_shares = excluded.category_shares,
    performance_share = excluded.performance_share,
    counted_at = excluded.counted_at;
end
$$;

comment on function app_private.refresh_sold_shares(app_private.sale) is
  'Counts again what is sold of a performance, if rules ask and the last count is too old.';
