-- own_booking_ids returns an array now, which "create or replace" cannot change.
drop policy select_own on app_public.booking_items;
drop policy select_own on app_public.tickets;
drop function app_hidden.own_booking_ids();
