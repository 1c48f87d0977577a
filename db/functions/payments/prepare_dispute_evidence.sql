create or replace function app_public.prepare_dispute_evidence(dispute_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_dispute app_public.disputes;
  v_booking app_public.bookings;
begin
  select * into v_dispute
  from app_public.disputes as d where d.id = prepare_dispute_evidence.dispute_id;
  perform app_hidden.require_permission(v_dispute.organization_id, 'disputes.manage');
  select * into strict v_booking
  from app_public.bookings as b
  where b.organization_id = v_dispute.organization_id and b.id = v_dispute.booking_id;
  return jsonb_strip_nulls(
    app_private.evidence_of_purchase(v_booking) || jsonb_build_object(
      'access_activity_log', app_private.access_log_of(v_booking),
      'cancellation_policy_disclosure', app_private.policy_text_of(v_booking),
      'refund_policy_disclosure', app_private.policy_text_of(v_booking),
      'shipping_date', (
        select to_char(max(t.issued_at) at time zone 'UTC', 'YYYY-MM-DD')
        from app_public.tickets as t
        where t.organization_id = v_booking.organization_id and t.booking_id = v_booking.id
      ),
      'shipping_tracking_number', (
        select string_agg(distinct t.delivery_tracking, ', ' order by t.delivery_tracking)
        from app_public.tickets as t
        where t.organization_id = v_booking.organization_id and t.booking_id = v_booking.id
      )
    )
  );
end
$$;

comment on function app_public.prepare_dispute_evidence(uuid) is
  'Suggests evidence, by Stripe''s names: who bought what, when, and from where; how and when the '
  'tickets were delivered, and used; and the terms they were bought under. To be read, completed '
  'and sent with submitDisputeEvidence. Needs disputes.manage. Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.prepare_dispute_evidence(uuid) to lml_user;
