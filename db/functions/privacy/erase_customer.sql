-- A checkout under the same address either has made its booking the customer's, and is waited for
-- at the customer's row; or comes later, and is a sale of its own.
create or replace function app_public.erase_customer(customer_id uuid)
returns app_public.privacy_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_customer app_public.customers := app_private.require_customer(
    erase_customer.customer_id, 'privacy.manage'
  );
  v_request app_public.privacy_requests;
  v_locked uuid[];
  v_person app_private.person;
begin
  v_person := app_private.person_of_customer(v_customer.id);
  v_locked := array(
    select b.id from app_public.bookings as b
    where b.id = any (v_person.booking_ids)
    order by b.id
    for no key update
  );
  perform from app_public.customers as c where c.id = v_customer.id for update;
  v_person := app_private.person_of_customer(v_customer.id);
  if not v_person.booking_ids <@ v_locked then
    raise exception 'A booking was made meanwhile.' using errcode = '40001';
  end if;
  perform app_private.require_no_open_money(v_person.booking_ids);

  insert into app_public.privacy_requests (organization_id, kind, customer_id, requested_by)
  values (v_customer.organization_id, 'erasure', v_customer.id, app_hidden.current_user_id())
  returning * into v_request;
  update app_public.privacy_requests as r
  set completed_at = now(), summary = app_private.erase_person(v_person, v_request.id)
  where r.id = v_request.id
  returning * into v_request;
  return v_request;
end
$$;

comment on function app_public.erase_customer(uuid) is
  'Forgets who a customer of the organization is: the books stay, the person goes. Their account, '
  'if they have one, is their own. Needs privacy.manage. '
  'Raises LMOPN (money on its way), LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.erase_customer(uuid) to lml_user;
