create or replace function app_hidden.draw_booking_reference()
returns text
language sql volatile
return 'LML-' || app_hidden.random_code(8);

comment on function app_hidden.draw_booking_reference() is
  'A booking reference, which somebody may have already: one in a million does, with a million.';
