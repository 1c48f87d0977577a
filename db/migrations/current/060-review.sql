drop function app_private.left_inside_price(app_public.bookings, app_private.refund_part);
drop function app_private.require_accounts_on_their_side(app_public.ledger_corrections);
