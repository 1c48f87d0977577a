create or replace function app_private.give_payout_up(
  payout app_public.payouts, user_id uuid, note text
)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
begin
  update app_public.payouts as p
  set status = 'canceled', canceled_at = now(), canceled_by = give_payout_up.user_id,
    decision_note = coalesce(give_payout_up.note, p.decision_note), retry_at = null
  where p.id = (give_payout_up.payout).id
  returning * into v_payout;
  update app_public.payout_items as i
  set released_at = now()
  where i.organization_id = v_payout.organization_id and i.payout_id = v_payout.id;
  update app_public.payout_holds as h
  set released_at = now(), released_by = give_payout_up.user_id
  where h.organization_id = v_payout.organization_id
    and h.payout_id = v_payout.id
    and h.released_at is null;
  return v_payout;
end
$$;

comment on function app_private.give_payout_up(app_public.payouts, uuid, text) is
  'Cancels a payout and its holds; its items are paid with the next one.';
