-- Of all places in a run where the seats fit, the one that strands the fewest single seats, then
-- the most central one. Only the edges of a gap and its middle can be that.
create or replace function app_private.best_window(
  run app_private.seat_runs, quantity integer,
  out first_seat_no integer, out stranded integer, out longest integer, out longest_after integer
)
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_free integer[];
  v_from integer;
  v_to integer;
  v_place integer;
  v_distance integer;
  v_best_distance integer;
  v_stranded integer;
  v_length integer;
  v_chosen_length integer := 0;
  v_second integer := 0;
begin
  v_free := array(
    select s.seat_no
    from app_public.seat_booking_state as s
    where s.organization_id = (best_window.run).organization_id
      and s.performance_id = (best_window.run).performance_id
      and s.seat_no between (best_window.run).first_seat_no and (best_window.run).last_seat_no
      and s.category_no = (best_window.run).category_no
      and app_private.is_free(s.status, s.locked_until)
    order by s.seat_no
  );
  longest := 0;
  longest_after := 0;
  for i in 1 .. cardinality(v_free) loop
    if v_from is null then
      v_from := v_free[i];
    end if;
    continue when v_free[i + 1] = v_free[i] + 1;
    -- The gap ends here.
    v_to := v_free[i];
    v_length := v_to - v_from + 1;
    v_second := greatest(v_second, least(longest, v_length));
    longest := greatest(longest, v_length);
    if v_length >= best_window.quantity then
      v_place := greatest(v_from, least(
        (best_window.run).central_seat_no - (best_window.quantity - 1) / 2,
        v_to - best_window.quantity + 1
      ));
      foreach v_place in array array[
        v_place, v_place - 1, v_place + 1, v_from, v_to - best_window.quantity + 1
      ] loop
        continue when v_place < v_from or v_place + best_window.quantity - 1 > v_to;
        v_stranded := (v_place - v_from = 1)::integer
          + (v_to - v_place - best_window.quantity = 0)::integer;
        v_distance := abs(
          2 * v_place + best_window.quantity - 1 - 2 * (best_window.run).central_seat_no
        );
        if first_seat_no is null or (v_stranded, v_distance) < (stranded, v_best_distance) then
          first_seat_no := v_place;
          stranded := v_stranded;
          v_best_distance := v_distance;
          longest_after := greatest(
            v_place - v_from, v_to - v_place - best_window.quantity + 1
          );
          v_chosen_length := v_length;
        end if;
      end loop;
    end if;
    v_from := null;
  end loop;
  longest_after := greatest(
    longest_after, case when v_chosen_length = longest then v_second else longest end
  );
end
$$;

comment on function app_private.best_window(app_private.seat_runs, integer) is
  'Where in a run as many seats are free side by side, how many single seats they would strand, '
  'and the longest gap before and after.';
