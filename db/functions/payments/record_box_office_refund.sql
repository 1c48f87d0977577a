create or replace function app_public.record_box_office_refund(refund_id uuid)
returns app_public.refunds
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_refund app_public.refunds;
begin
  perform app_hidden.require_performance_permission(
    b.organization_id, b.performance_id, 'bookings.manage'
  )
  from (select record_box_office_refund.refund_id as id) as asked
  left join app_public.refunds as r on r.id = asked.id
  left join app_public.bookings as b
    on b.organization_id = r.organization_id and b.id = r.booking_id;
  if exists (
    select from app_public.refunds as r
    join app_public.payment_intents as p
      on p.organization_id = r.organization_id and p.id = r.payment_intent_id
    where r.id = record_box_office_refund.refund_id and p.method = 'card'
  ) then
    raise exception 'What was paid by card is returned by Stripe.'
      using errcode = 'LMBST', detail = 'card';
  end if;
  perform app_private.record_refund(
    record_box_office_refund.refund_id, null, 'succeeded', null
  );
  select * into strict v_refund
  from app_public.refunds as r where r.id = record_box_office_refund.refund_id;
  return v_refund;
end
$$;

comment on function app_public.record_box_office_refund(uuid) is
  'Records that a refund of what was paid without Stripe was handed out; repeating it is harmless. '
  'Needs bookings.manage at the venue. Raises LMBST (paid by card), LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.record_box_office_refund(uuid) to lml_user;
