-- With a card to be authorized first, the order is the buyer's to complete, as any other; nobody
-- has to answer one that is not.
create or replace function app_private.request_approval(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if (request_approval.booking).total_amount_cents = 0
    or (request_approval.booking).payment_plan_id is not null
    or not exists (
      select from app_public.booking_items as i
      join app_public.ticket_categories as c
        on c.organization_id = i.organization_id and c.id = i.ticket_category_id
      where i.organization_id = (request_approval.booking).organization_id
        and i.booking_id = (request_approval.booking).id
        and c.requires_approval and c.capture_method = 'manual'
    )
  then
    perform app_private.await_answer(request_approval.booking);
    return;
  end if;
  update app_public.bookings as b
  set status = 'pending_payment' where b.id = (request_approval.booking).id;
  perform app_private.request_payment(request_approval.booking, 'manual');
end
$$;

comment on function app_private.request_approval(app_public.bookings) is
  'Has a booking wait for the organization''s answer: at once, or once the card is authorized.';
