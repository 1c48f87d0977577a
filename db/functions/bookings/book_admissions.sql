-- As book_seats: what the booking owns, or what is free when its time had run out.
create or replace function app_private.book_admissions(booking app_public.bookings)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
  -- The block lets go what it has locked: the second attempt waits in the line of each pool, and
  -- must not be waited for meanwhile.
  begin
    perform app_private.sell_claims(book_admissions.booking);
    return true;
  exception
    when sqlstate 'LMEXP' then
      null;
  end;
  begin
    perform app_private.restore_claims(book_admissions.booking);
    perform app_private.sell_claims(book_admissions.booking);
    return true;
  exception
    when sqlstate 'LMEXP' or sqlstate 'LMFEW' then
      return false;
  end;
end
$$;

comment on function app_private.book_admissions(app_public.bookings) is
  'Sells the admissions that the booking owns or that are free; false, and no change, if there '
  'are too few.';
