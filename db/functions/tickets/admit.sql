-- One conditional write decides between two scanners of one ticket, and between a scanner and
-- whoever hands the ticket on: it waits for nothing but this ticket. What may change is in the
-- ticket's own row, because that is what is looked at again after waiting; a credential never
-- changes, so it is found beforehand. A refusal is a result, not an exception: raising would undo
-- the record of the attempt. What is written as "is true" is of no use to an index: on a new
-- database, a plan might otherwise read all tickets of the performance, or of the organization.
-- Like open_door, it is called by functions with settings, and has none of its own.
create or replace function app_private.admit(
  door app_private.door, credential_hash bytea, direction app_public.scan_direction,
  at timestamptz
)
returns app_private.admission
language plpgsql volatile
as $$
declare
  v_admission app_private.admission;
begin
  if admit.direction = 'in' and not admit.door.is_canceled
    and admit.at between admit.door.opens_at and admit.door.closes_at
  then
    update app_public.tickets as t
    set status = 'used', used_at = coalesce(t.used_at, admit.at),
      entry_count = t.entry_count + 1, is_inside = true
    where (t.id, t.credential_version) = (
        select c.ticket_id, c.version
        from app_private.ticket_credentials as c
        where c.credential_hash = admit.credential_hash
      )
      and (t.organization_id = admit.door.organization_id) is true
      and (t.performance_id = admit.door.performance_id) is true
      and (
        t.status = 'valid'
        or (
          t.status = 'used' and not t.is_inside
          and t.entry_count - t.earlier_entries <= app_private.reentry_limit_of(admit.door)
        )
      )
      and not t.is_disputed
      and (
        admit.door.has_zone is not true
        or app_private.leads_to(admit.door, t.section, t.ticket_category_id)
      )
    returning t.id, 'success' into v_admission.ticket_id, v_admission.result;
  elsif admit.direction = 'out' then
    update app_public.tickets as t
    set is_inside = false
    where (t.id, t.credential_version) = (
        select c.ticket_id, c.version
        from app_private.ticket_credentials as c
        where c.credential_hash = admit.credential_hash
      )
      and (t.organization_id = admit.door.organization_id) is true
      and (t.performance_id = admit.door.performance_id) is true
      and t.is_inside
    returning t.id, 'success' into v_admission.ticket_id, v_admission.result;
  end if;
  if v_admission.ticket_id is null then
    v_admission.ticket_id := app_private.admit_pass(
      admit.door, admit.credential_hash, admit.direction, admit.at
    );
    v_admission.result := 'success';
    if v_admission.ticket_id is null then
      v_admission := app_private.refusal_of(
        admit.door, admit.credential_hash, admit.direction, admit.at
      );
    end if;
  end if;
  return v_admission;
end
$$;

comment on function app_private.admit(
  app_private.door, bytea, app_public.scan_direction, timestamptz
) is 'Lets the holder of a credential through a door, or says why not.';
