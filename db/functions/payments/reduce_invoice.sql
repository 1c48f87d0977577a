-- An invoice asks for what is left of the sale, also where the booking has
-- ended and a part is kept.
create or replace function app_private.reduce_invoice(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_owed bigint := app_private.owed_of(reduce_invoice.booking);
begin
  update app_public.payment_intents as p
  set amount_cents = case when v_owed > 0 then v_owed else p.amount_cents end,
    status = case when v_owed > 0 then 'pending' else 'canceled' end::app_public.payment_status,
    canceled_at = case when v_owed = 0 then now() end
  where p.organization_id = (reduce_invoice.booking).organization_id
    and p.booking_id = (reduce_invoice.booking).id
    and p.method = 'invoice' and p.status = 'pending'
    and p.amount_cents > v_owed;
end
$$;

comment on function app_private.reduce_invoice(app_public.bookings) is
  'Lowers the open invoice of a locked booking to what is still owed; '
  'with nothing, it is canceled.';
