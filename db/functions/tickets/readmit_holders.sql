-- In the order of their ids, as by whoever cancels a booking. On the evening itself a scan that is
-- under way comes first; before, nobody is at the door, and a whole season may be moving.
create or replace function app_private.readmit_holders(
  performance app_public.performances, entered_until timestamptz default 'infinity'
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform from app_public.tickets as t
  where t.organization_id = (readmit_holders.performance).organization_id
    and t.performance_id = any (
      array(select app_private.passes_for((readmit_holders.performance).id))
        || (readmit_holders.performance).id
    )
    and (
      t.status = 'used'
      or (t.status = 'valid' and (readmit_holders.performance).starts_at < now() + interval '1 day')
    )
  order by t.id
  for no key update;
  -- Who came in themselves did not wait for an answer: their offer does not come to life again.
  perform app_private.end_open_offers((readmit_holders.performance).organization_id, array(
    select t.id from app_public.tickets as t
    where t.organization_id = (readmit_holders.performance).organization_id
      and t.performance_id = (readmit_holders.performance).id
      and t.status = 'used'
      and t.used_at <= readmit_holders.entered_until
  ));
  update app_public.tickets as t
  set status = 'valid', used_at = null, is_inside = false, earlier_entries = t.entry_count
  where t.organization_id = (readmit_holders.performance).organization_id
    and t.performance_id = (readmit_holders.performance).id
    and t.status = 'used'
    and t.used_at <= readmit_holders.entered_until;

  update app_public.pass_entries as e
  set is_inside = false, earlier_entries = e.entry_count
  where e.organization_id = (readmit_holders.performance).organization_id
    and e.performance_id = (readmit_holders.performance).id
    and not exists (
      select from app_public.ticket_scans as s
      where s.organization_id = e.organization_id
        and s.ticket_id = e.ticket_id
        and s.performance_id = e.performance_id
        and s.result = 'success'
        and s.direction = 'in'
        and s.scanned_at > readmit_holders.entered_until
    );
  -- A pass that was used on another date, or for a wristband, stays so.
  update app_public.tickets as t
  set status = 'valid', used_at = null
  where t.organization_id = (readmit_holders.performance).organization_id
    and t.performance_id in (select app_private.passes_for((readmit_holders.performance).id))
    and t.status = 'used'
    and t.entry_count = 0
    and not exists (
      select from app_public.pass_entries as e
      where e.organization_id = t.organization_id
        and e.ticket_id = t.id
        and e.entry_count > e.earlier_entries
    );
end
$$;

comment on function app_private.readmit_holders(app_public.performances, timestamptz) is
  'Makes the tickets good again with which somebody came in, until then, before a performance '
  'moved to another day.';
