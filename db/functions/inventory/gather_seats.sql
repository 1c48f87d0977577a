-- Single seats, the best first. The block lets go of a part that is not enough. The seats of
-- free_seats_of stand here again, because what a function returns cannot be locked.
create or replace function app_private.gather_seats(
  sale app_private.sale, category_no smallint, quantity integer, accessible boolean
)
returns integer[]
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_seat_nos integer[];
begin
  if app_private.count_free_seats(
    gather_seats.sale, gather_seats.category_no, gather_seats.accessible
  ) < gather_seats.quantity then
    perform app_private.raise_few_seats(
      gather_seats.sale, gather_seats.category_no, gather_seats.quantity, gather_seats.accessible
    );
  end if;
  begin
    v_seat_nos := array(
      select s.seat_no
      from app_private.seat_runs as r
      join app_public.seat_booking_state as s
        on s.organization_id = r.organization_id
        and s.performance_id = r.performance_id
        and s.seat_no between r.first_seat_no and r.last_seat_no
        and s.category_no = r.category_no
        and app_private.is_free(s.status, s.locked_until)
      where r.organization_id = (gather_seats.sale).organization_id
        and r.performance_id = (gather_seats.sale).performance_id
        and r.category_no = gather_seats.category_no
        and r.is_accessible = gather_seats.accessible
      order by r.run_no, s.seat_no
      limit gather_seats.quantity
      for no key update of s skip locked
    );
    if cardinality(v_seat_nos) = gather_seats.quantity then
      return v_seat_nos;
    end if;
    raise exception 'Others are at the last seats.' using errcode = 'LMBSY';
  exception
    when sqlstate 'LMBSY' then
      return null;
  end;
end
$$;

comment on function app_private.gather_seats(app_private.sale, smallint, integer, boolean) is
  'As many free seats as wanted, wherever they are, locked; null when somebody is at some of them. '
  'Raises LMFEW, LMSAL.';
