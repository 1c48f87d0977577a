create or replace function app_private.store_notice(
  old_date app_public.performances, new_date app_public.performances,
  sold_as app_public.performances, kind app_private.notice_kind
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  insert into app_private.performance_notices (
    organization_id, performance_id, kind, old_starts_at, new_starts_at, refunds_until, reason
  )
  values (
    (store_notice.sold_as).organization_id, (store_notice.sold_as).id, store_notice.kind,
    (store_notice.old_date).starts_at,
    case when store_notice.kind = 'moved' then (store_notice.new_date).starts_at end,
    (store_notice.sold_as).refunds_until, (store_notice.new_date).status_reason
  )
  returning id into v_id;
  perform app_private.add_job('performance__notify', jsonb_build_object('notice_id', v_id));
end
$$;

comment on function app_private.store_notice(
  app_public.performances, app_public.performances, app_public.performances,
  app_private.notice_kind
) is 'Has the buyers of a performance, or of a pass, told what became of a date.';
