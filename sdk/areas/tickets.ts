import { fromBase64 } from "../crypto.ts";
import {
  AcceptTicketDocument,
  DeclineTicketDocument,
  HeldTicketsDocument,
  OfferTicketDocument,
  RecordTicketDeliveryDocument,
  ReissueTicketDocument,
  type TicketFragment,
  TicketOfferDocument,
  type TicketOfferFragment,
  TicketQrPngDocument,
  TicketQrSvgDocument,
  type TicketTransferFragment,
  TicketTransfersDocument,
  TicketsDocument,
  WithdrawTicketOfferDocument,
} from "../generated.ts";
import { type Ref, idOf } from "../models.ts";
import { all } from "../pages.ts";
import { type CallOptions, type KeyedCallOptions, present } from "../transport.ts";
import { bookingNotFound } from "./bookings.ts";
import { DisputeCalls } from "./disputes.ts";

/** The right to a seat. `credential` is what its QR code carries, and null for all but its holder. */
export type Ticket = TicketFragment;

/** An offer of a ticket to somebody, and what became of it. */
export type TicketTransfer = TicketTransferFragment;

/** What the token of a mail offers. */
export type TicketOffer = TicketOfferFragment;

/** Tickets, and handing them on. */
export abstract class TicketCalls extends DisputeCalls {
  /**
   * The tickets of a booking; none before it is confirmed. Only its owner sees their `credential`.
   *
   * @throws BookingNotFoundError
   */
  async tickets(booking: Ref, options?: CallOptions): Promise<readonly Ticket[]> {
    const bookingId = idOf(booking);
    return await all(async (after) => {
      const data = await this.call(TicketsDocument, { bookingId, after }, options);
      if (data.booking === null) throw bookingNotFound(bookingId);
      return data.booking.tickets;
    });
  }

  /** The tickets that you have: bought and not handed on, or received from somebody. */
  async heldTickets(options?: CallOptions): Promise<readonly Ticket[]> {
    return await all(async (after) =>
      present((await this.call(HeldTicketsDocument, { after }, options)).heldTickets),
    );
  }

  /** The ticket's QR code as SVG; null for all but its holder, and when it opens no door any more. */
  async qrSvg(ticket: Ref, options?: CallOptions): Promise<string | null> {
    const data = await this.call(TicketQrSvgDocument, { id: idOf(ticket) }, options);
    return data.ticket?.qrSvg ?? null;
  }

  /** The same as the bytes of a PNG. */
  async qrPng(ticket: Ref, options?: CallOptions): Promise<Uint8Array<ArrayBuffer> | null> {
    const data = await this.call(TicketQrPngDocument, { id: idOf(ticket) }, options);
    return data.ticket?.qrPng == null ? null : fromBase64(data.ticket.qrPng);
  }

  /**
   * Gives a ticket another QR code; the old one is dead at once.
   *
   * @throws NotFoundError, TicketVoidError, TicketBoundError, InvalidInputError
   */
  async reissueTicket(ticket: Ref, options: KeyedCallOptions = {}): Promise<Ticket> {
    const data = await this.callWithKey(ReissueTicketDocument, { ticketId: idOf(ticket) }, options);
    return present(data.reissueTicket).ticket;
  }

  /**
   * Offers a ticket to somebody by mail. It stays yours until they accept.
   *
   * @throws NotFoundError, TicketUsedError, TicketVoidError, TicketBoundError, InvalidInputError
   */
  async offerTicket(
    ticket: Ref,
    email: string,
    options: KeyedCallOptions = {},
  ): Promise<TicketTransfer> {
    const input = { ticketId: idOf(ticket), email };
    const data = await this.callWithKey(OfferTicketDocument, input, options);
    return present(data.offerTicket).ticketTransfer;
  }

  /**
   * Takes the offer of a ticket back.
   *
   * @throws NotFoundError
   */
  async withdrawTicketOffer(ticket: Ref, options?: CallOptions): Promise<void> {
    const variables = { ticketId: idOf(ticket) };
    await this.call(WithdrawTicketOfferDocument, variables, options);
  }

  /** To whom a ticket was offered, and what became of it, the oldest first. */
  async ticketTransfers(ticket: Ref, options?: CallOptions): Promise<readonly TicketTransfer[]> {
    return await all(async (after) => {
      const variables = { ticketId: idOf(ticket), after };
      const data = await this.call(TicketTransfersDocument, variables, options);
      return present(data.ticketTransfers);
    });
  }

  /** What the token of a mail offers; null when the offer is not good any more. */
  async ticketOffer(token: string, options?: CallOptions): Promise<TicketOffer | null> {
    return (await this.call(TicketOfferDocument, { token }, options)).ticketOffer;
  }

  /**
   * Takes a ticket that was offered by mail, as a user or as a guest with a `cartToken`. Not repeated when
   * its answer is lost: look at `heldTickets`.
   *
   * @throws MailedTokenError, TicketUsedError, TicketVoidError, TicketBoundError, InvalidInputError
   */
  async acceptTicket(
    token: string,
    name: { readonly firstName?: string | undefined; readonly lastName?: string | undefined } = {},
    options?: CallOptions,
  ): Promise<Ticket> {
    this.needCart();
    const input = { token, ...name };
    const data = await this.callOnce(AcceptTicketDocument, { input }, options);
    return present(data.acceptTicket).ticket;
  }

  /**
   * Declines a ticket that was offered by mail.
   *
   * @throws MailedTokenError
   */
  async declineTicket(token: string, options?: CallOptions): Promise<void> {
    await this.callOnce(DeclineTicketDocument, { token }, options);
  }

  /**
   * Notes how a ticket goes to its holder, and how far it has got. For staff with `tickets.manage`.
   *
   * @throws NotAllowedError, NotFoundError, InvalidInputError
   */
  async recordDelivery(
    ticket: Ref,
    delivery: {
      readonly deliveryMethod: Ticket["deliveryMethod"];
      readonly deliveryStatus: Ticket["deliveryStatus"];
      readonly deliveryTracking?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<Ticket> {
    const input = { ticketId: idOf(ticket), ...delivery };
    const data = await this.call(RecordTicketDeliveryDocument, { input }, options);
    return present(data.recordTicketDelivery).ticket;
  }
}
