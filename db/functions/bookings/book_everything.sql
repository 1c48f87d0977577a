-- The block gives the seats back when the admissions or the add-ons are gone.
create or replace function app_private.book_everything(booking app_public.bookings)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not app_private.has_more_than_seats(book_everything.booking) then
    return app_private.book_seats(
      book_everything.booking, app_private.held_seat_nos(book_everything.booking)
    );
  end if;
  begin
    if app_private.book_seats(
        book_everything.booking, app_private.held_seat_nos(book_everything.booking)
      )
      and app_private.book_admissions(book_everything.booking)
      and app_private.book_add_ons(book_everything.booking)
    then
      return true;
    end if;
    raise exception 'Somebody else has a part of it.' using errcode = 'LMEXP';
  exception
    when sqlstate 'LMEXP' then
      return false;
  end;
end
$$;

comment on function app_private.book_everything(app_public.bookings) is
  'Books the seats, admissions and add-ons that the booking owns or that are free; false, and no '
  'change, if one is neither.';
