-- One's latest bookings are read in order, and the ids of all of them without the bookings.
drop index app_public.bookings_user_id_idx;
create index bookings_user_id_idx on app_public.bookings (user_id, id) where user_id is not null;
