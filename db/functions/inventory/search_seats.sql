-- When hints and what others are at leave nothing, the whole hall is read: slower, and certain. As
-- long as seats are free for all who can see, but somebody is at them, this waits a moment and
-- looks again; it waits for nobody with a lock, so that nobody can wait for it in a circle.
create or replace function app_private.search_seats(
  sale app_private.sale, category_no smallint, quantity integer, together boolean,
  accessible boolean
)
returns integer[]
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_rounds constant integer := 200;
  v_seat_nos integer[];
  v_found boolean;
begin
  perform app_private.need_seat_runs((search_seats.sale).performance_id);
  for v_round in 1 .. c_rounds loop
    v_found := app_private.note_gaps(
      search_seats.sale, search_seats.category_no, search_seats.quantity, search_seats.accessible
    );
    v_seat_nos := app_private.choose_seats(
      search_seats.sale, search_seats.category_no, search_seats.quantity, search_seats.accessible
    );
    if v_seat_nos is null and not search_seats.together then
      v_seat_nos := app_private.gather_seats(
        search_seats.sale, search_seats.category_no, search_seats.quantity,
        search_seats.accessible
      );
      v_found := true;
    end if;
    if v_seat_nos is not null then
      return v_seat_nos;
    end if;
    if not v_found then
      perform app_private.raise_few_seats(
        search_seats.sale, search_seats.category_no, search_seats.quantity,
        search_seats.accessible
      );
    end if;
    perform pg_sleep(0.002 + 0.008 * random());
  end loop;
  raise exception 'Others are at the last seats.'
    using errcode = 'LMBSY', hint = 'Try again in a moment.';
end
$$;

comment on function app_private.search_seats(
  app_private.sale, smallint, integer, boolean, boolean
) is
  'Seats of a category, locked, however long it takes to find them. Raises LMFEW, LMSAL, LMBSY.';
