-- What nobody calls any more.
drop function app_private.reprice_admissions(app_public.booking_items, app_private.sale, integer);
drop function app_hidden.seat_id_of(text, text, text);
-- What has another name.
drop function app_private.has_admissions(app_public.bookings);
drop function app_private.needs_approval(app_public.bookings, bigint);
drop function app_private.retry_payout_again(app_public.payouts);
-- What has moved to the venues, and is made again there.
drop function app_hidden.require_timezone(text);
