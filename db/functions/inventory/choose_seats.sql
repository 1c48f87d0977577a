-- A crowd spreads by itself: whoever looks into a run keeps it to the end of the transaction, and
-- the next one passes over it to the next best. Nobody waits, and no two choose the same seats.
create or replace function app_private.choose_seats(
  sale app_private.sale, category_no smallint, quantity integer, accessible boolean
)
returns integer[]
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  -- How many runs more are looked at, when the best one would be left with a single seat.
  c_better constant integer := 3;
  c_tries constant integer := 16;
  v_run app_private.seat_runs;
  v_window record;
  v_first_seat_no integer;
  v_stranded integer;
  v_choices integer := 0;
  v_after integer := 0;
  v_best_run app_private.seat_runs;
  v_longest_after integer;
  v_seat_nos integer[];
begin
  for v_try in 1 .. c_tries loop
    select r.* into v_run
    from app_private.seat_runs as r
    where r.performance_id = (choose_seats.sale).performance_id
      and r.organization_id = (choose_seats.sale).organization_id
      and r.category_no = choose_seats.category_no
      and r.is_accessible = choose_seats.accessible
      and r.run_no > v_after
      and r.longest >= choose_seats.quantity
      and not r.is_full
    order by r.run_no
    limit 1
    for no key update skip locked;
    if found then
      v_after := v_run.run_no;
      v_window := app_private.best_window(v_run, choose_seats.quantity);
      if v_window.first_seat_no is null then
        perform app_private.note_longest(v_run, v_window.longest);
        continue;
      end if;
      v_choices := v_choices + 1;
      if v_first_seat_no is null or v_window.stranded < v_stranded then
        v_best_run := v_run;
        v_first_seat_no := v_window.first_seat_no;
        v_stranded := v_window.stranded;
        v_longest_after := v_window.longest_after;
      end if;
      continue when v_stranded > 0 and v_choices < c_better;
    elsif v_first_seat_no is null then
      return null;
    end if;

    v_seat_nos := array(
      select generate_series(v_first_seat_no, v_first_seat_no + choose_seats.quantity - 1)
    );
    if app_private.lock_free_seats(choose_seats.sale, choose_seats.category_no, v_seat_nos)
      = choose_seats.quantity
    then
      perform app_private.note_longest(v_best_run, v_longest_after);
      return v_seat_nos;
    end if;
    -- Somebody who names seats is at them: further on.
    v_first_seat_no := null;
  end loop;
  return null;
end
$$;

comment on function app_private.choose_seats(app_private.sale, smallint, integer, boolean) is
  'The best seats side by side among those that nobody is at, locked; null when none were found at '
  'once.';
