-- Offers that run out while nothing is sold are not lost.
drop function app_private.settle_waiting_offers(uuid);
