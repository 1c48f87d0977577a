-- A scan that had asked about the old evening, and wrote after the move had let go of its ticket,
-- counts for the new day. It began before the move could be seen, so it is told from all others.
create or replace function app_private.readmit_overtaken(notice app_private.performance_notices)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
begin
  select * into v_performance
  from app_public.performances as p
  where p.organization_id = (readmit_overtaken.notice).organization_id
    and p.id = (readmit_overtaken.notice).performance_id
    and p.readmits_since = (readmit_overtaken.notice).created_at
  for no key update;
  if found then
    perform app_private.readmit_holders(v_performance, (readmit_overtaken.notice).known_from);
  end if;
end
$$;

comment on function app_private.readmit_overtaken(app_private.performance_notices) is
  'Makes the tickets good again that were scanned while their date moved to another day.';
