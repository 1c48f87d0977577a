-- In the order of locks of a checkout: seats, then buyers, then codes. The
-- block gives everything back.
create or replace function app_private.book_late(booking app_public.bookings)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if app_private.book_everything(book_late.booking)
    and not app_private.is_beyond_limits(book_late.booking)
  then
    return true;
  end if;
  raise exception 'Others have a part of it.' using errcode = 'LMEXP';
exception
  when sqlstate 'LMEXP' then
    return false;
end
$$;

comment on function app_private.book_late(app_public.bookings) is
  'Books what a booking had whose time had run out, if it is free and its buyer gets as much by '
  'now; false, and no change, otherwise.';
