-- Bookings are locked before the account, as everywhere. A checkout that began while the account
-- was still open either has its booking already, and is waited for; or finds it run out. A
-- booking that appeared meanwhile waited at the account's row: then the job begins anew. Only
-- what was bought with the account makes the person wait for money. What others bought under the
-- address, or the person as a guest, stays until its money has arrived: the request stays open,
-- and the job comes back for it.
create or replace function app_private.erase_user(request_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_request app_public.privacy_requests;
  v_locked uuid[];
  v_person app_private.person;
  v_draft app_public.bookings;
  v_left uuid[];
  v_member app_public.organization_members;
  v_summary jsonb;
begin
  select * into strict v_request
  from app_public.privacy_requests as r
  where r.id = erase_user.request_id and r.kind = 'erasure' and r.user_id is not null
  for update;
  if v_request.completed_at is not null then
    return false;
  end if;
  if v_request.left_booking_ids <> '{}' then
    return app_private.erase_left_bookings(v_request);
  end if;

  v_person := app_private.person_of_user(v_request.user_id);
  v_locked := array(
    select b.id from app_public.bookings as b
    where b.id = any (v_person.booking_ids)
    order by b.id
    for no key update
  );
  for v_draft in
    select b.* from app_public.bookings as b
    where b.user_id = v_request.user_id and b.status = 'draft'
    order by b.id
    for no key update
  loop
    perform app_private.end_booking(v_draft, null, 'customer_request');
  end loop;
  perform from app_public.users as u where u.id = v_request.user_id for update;
  v_person := app_private.person_of_user(v_request.user_id);
  if not v_person.booking_ids <@ v_locked then
    raise exception 'A booking was made meanwhile.' using errcode = '40001';
  end if;
  perform app_private.require_no_open_money(
    array(select b.id from app_public.bookings as b where b.user_id = v_request.user_id)
  );
  v_left := app_private.bookings_with_open_money(v_person.booking_ids);
  v_person.booking_ids := array(
    select id from unnest(v_person.booking_ids) as id where id <> all (v_left)
  );

  for v_member in
    select m.* from app_public.organization_members as m where m.user_id = v_request.user_id
  loop
    perform app_private.end_membership(v_member);
  end loop;
  v_summary := app_private.erase_person(v_person, v_request.id);
  v_summary := v_summary || jsonb_build_object(
    'app_public.audit_log', app_private.redact_audit_actor(v_request.user_id, v_request.id)
  );
  update app_public.privacy_requests as r
  set completed_at = case when v_left = '{}' then now() end, summary = v_summary,
    left_booking_ids = v_left
  where r.id = v_request.id;
  return true;
end
$$;

comment on function app_private.erase_user(uuid) is
  'Does what request_erasure asked for; false when it was done. Raises LMOPN while money is open '
  'for what the account bought.';
grant execute on function app_private.erase_user(uuid) to lml_worker;
