-- The most frequent first: a map asks for each of its seats. What is named in each comparison costs
-- a step less than what is named once, and current_timestamp is no function to start, as now() is.
create or replace function app_hidden.seat_letter(
  status app_public.seat_status, locked_until timestamptz
)
returns text
language sql stable
return case
  when seat_letter.status = 'available' then 'a'
  when seat_letter.status = 'booked' then 'b'
  when seat_letter.status = 'reserved' then 'r'
  when seat_letter.status = 'locked' then
    case when seat_letter.locked_until <= current_timestamp then 'a' else 'l' end
  else 'x'
end;

comment on function app_hidden.seat_letter(app_public.seat_status, timestamptz) is
  'A seat in a map: a available, l locked, b booked, r reserved, x blocked.';
