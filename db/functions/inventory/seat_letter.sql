-- The most frequent first: a map asks for each of its seats.
create or replace function app_hidden.seat_letter(
  status app_public.seat_status, locked_until timestamptz
)
returns text
language sql stable
return case seat_letter.status
  when 'available' then 'a'
  when 'booked' then 'b'
  when 'reserved' then 'r'
  when 'locked' then case when seat_letter.locked_until <= now() then 'a' else 'l' end
  else 'x'
end;

comment on function app_hidden.seat_letter(app_public.seat_status, timestamptz) is
  'A seat in a map: a available, l locked, b booked, r reserved, x blocked.';
