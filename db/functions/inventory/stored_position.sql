-- Buyers who take seats side by side at the same time must not all write the same page, which has
-- no room for what all of them leave behind. So ten seats lie together, and the next ten a third of
-- the way through a stretch of 1,760. It is written in 22 rounds, each of which adds ten seats to
-- each of 8 blocks of 220. The index divides its pages evenly then, until each holds one block,
-- which is as many seats as it can hold.
create or replace function app_hidden.stored_position(seat_no integer)
returns integer
language sql immutable
return (seat_no - 1) / 1760 * 1760
  + (seat_no - 1) / 10 * 7 % 22 * 80
  + (seat_no - 1) / 220 % 8 * 10
  + (seat_no - 1) % 10;

comment on function app_hidden.stored_position(integer) is
  'Where in its table a seat is written when the seats of a performance are made, counted from 0.';
