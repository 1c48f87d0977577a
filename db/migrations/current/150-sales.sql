-- They return something else now.
drop function if exists app_private.lines_by_category(app_public.bookings);
drop function if exists app_private.reprice_for_member(app_public.bookings);

-- What a hold writes has its price from then, so that a hold writes nothing more.
alter table app_public.booking_items add column if not exists priced_at timestamptz;
comment on column app_public.booking_items.priced_at is
  E'@behavior -*\nWhen it got the price that it has, if that was after it was put into the cart.';

update app_public.event_status_transitions
set reason = 'cancel_event, or cancel_performance of its last date'
where to_status = 'canceled' and from_status in ('published', 'postponed');

-- Offers of several tickets end at once, by end_open_offers.
drop function if exists app_private.end_open_offer(
  app_public.tickets, app_public.ticket_transfer_status
);
