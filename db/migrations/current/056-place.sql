alter table app_public.user_sessions add country text, add city text;
alter table app_public.user_sessions
  add constraint user_sessions_country_is_a_code check (country ~ '^[A-Z]{2}$'),
  add constraint user_sessions_city_is_short check (length(city) <= 100),
  add constraint user_sessions_city_has_a_country check (city is null or country is not null);

comment on column app_public.user_sessions.country is
  'The country at sign-in, in two letters; null where it is not known.';
comment on column app_public.user_sessions.city is
  'The city at sign-in; null where only the country is known, or not even that.';
comment on column app_private.booking_signals.country is
  'Where the address is, as a database of addresses says (LML_PLACE_DATABASE), or a proxy in front '
  'of the server (LML_COUNTRY_HEADER).';
