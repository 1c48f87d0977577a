create or replace function app_private.queue_payout(payout app_public.payouts)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
begin
  update app_public.payouts as p
  set status = case
      when p.status = 'draft' and app_private.needs_payout_approval(p) then 'pending_approval'
      else 'approved'
    end::app_public.payout_status
  where p.id = (queue_payout.payout).id
  returning * into v_payout;
  if v_payout.status = 'approved' then
    perform app_private.send_when_due(v_payout);
  else
    perform app_private.mail_payout(
      v_payout, 'payouts.approve', 'payout_approval_needed',
      except_user_id => v_payout.requested_by
    );
  end if;
  return v_payout;
end
$$;

comment on function app_private.queue_payout(app_public.payouts) is
  'Has a payout sent, or asks for a second person first.';
