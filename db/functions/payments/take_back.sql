-- The one way in which something of a sale is taken back. The booking is locked, its tickets too if
-- they come back; constraints keep every line and ticket within what was paid for it.
create or replace function app_private.take_back(
  booking app_public.bookings, request app_public.refund_requests,
  parts app_private.refund_part[]
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_amount bigint := (
    select coalesce(sum(app_private.total_of_part(p)), 0) from unnest(take_back.parts) as p
  );
  v_queued bigint;
begin
  insert into app_public.refund_items (
    organization_id, request_id, booking_id, booking_item_id, ticket_id, unit_no, is_return,
    price_cents, service_fee_cents, processing_fee_cents, tax_cents, total_cents, commission_cents
  )
  select
    (take_back.request).organization_id, (take_back.request).id, (take_back.request).booking_id,
    p.booking_item_id, p.ticket_id, p.unit_no, p.is_return, p.price_cents, p.service_fee_cents,
    p.processing_fee_cents, p.tax_cents, app_private.total_of_part(p), p.commission_cents
  from unnest(take_back.parts) as p;

  update app_public.tickets as t
  set refunded_cents = t.refunded_cents + app_private.total_of_part(p)
  from unnest(take_back.parts) as p
  where t.organization_id = (take_back.request).organization_id and t.id = p.ticket_id
    and app_private.total_of_part(p) > 0;
  update app_public.booking_items as i
  set refunded_cents = i.refunded_cents + l.amount,
    returned_quantity = i.returned_quantity
      + case when l.has_units then l.returned else i.quantity * l.returned end
  from (
    select
      p.booking_item_id, sum(app_private.total_of_part(p)) as amount,
      count(*) filter (where p.is_return) as returned,
      bool_or(num_nonnulls(p.ticket_id, p.unit_no) > 0) as has_units
    from unnest(take_back.parts) as p
    group by p.booking_item_id
  ) as l
  where i.organization_id = (take_back.request).organization_id and i.id = l.booking_item_id;
  update app_public.bookings as b
  set refunded_cents = b.refunded_cents + v_amount
  where b.id = (take_back.booking).id
  returning * into v_booking;

  perform app_private.post_take_back(v_booking, take_back.request);
  perform app_private.reduce_invoice(v_booking);
  v_queued := app_private.refund_booking(
    v_booking, (take_back.request).reason, least(v_amount, app_private.surplus_of(v_booking)),
    (take_back.request).id
  );
  perform app_private.mail_refund(
    v_booking, 'refund_started', v_queued, (take_back.request).reason
  );
  return v_booking;
end
$$;

comment on function app_private.take_back(
  app_public.bookings, app_public.refund_requests, app_private.refund_part[]
) is
  'Writes down what is taken back of a sale, reverses that part of its postings, and queues what '
  'was paid too much by then, of which the buyer is told.';
