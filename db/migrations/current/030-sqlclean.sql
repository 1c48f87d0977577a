-- What nobody calls any more.
drop function app_private.reprice_admissions(app_public.booking_items, app_private.sale, integer);
drop function app_hidden.seat_id_of(text, text, text);
