import type { ListOptions } from "../caller.ts";
import {
  type AttendeeEntryFragment,
  AttendeeListDocument,
  type AttendeeQuestionFragment,
  AttendeeQuestionsDocument,
  RetireAttendeeQuestionDocument,
  SaveAttendeeQuestionDocument,
  type SaveAttendeeQuestionInput,
  SetTicketAttendeeDocument,
  TicketAttendeeDocument,
  type TicketAttendeeFragment,
} from "../generated.ts";
import { type Ref, idOf } from "../models.ts";
import type { Paged } from "../pages.ts";
import { type CallOptions, present } from "../transport.ts";
import { TicketCalls } from "./tickets.ts";

/** What an organizer asks of whoever comes with a ticket. */
export type AttendeeQuestion = AttendeeQuestionFragment;

/** Who comes with a ticket, in the list of all. */
export type AttendeeEntry = AttendeeEntryFragment;

/** Who comes with a ticket. */
export interface Attendee extends Omit<TicketAttendeeFragment, "answers"> {
  /** Answers to what the organizer asks, by question. */
  readonly answers: Readonly<Record<string, string>>;
}

/** Who comes with a ticket, and what an event asks of them. */
export abstract class AttendeeCalls extends TicketCalls {
  /** What an event asks of whoever comes; the answers go to `setAttendee`, by id of the question. */
  async attendeeQuestions(event: Ref, options?: CallOptions): Promise<readonly AttendeeQuestion[]> {
    const data = await this.call(AttendeeQuestionsDocument, { eventId: idOf(event) }, options);
    return present(data.attendeeQuestions).nodes.filter(({ retiredAt }) => retiredAt === null);
  }

  /** Who comes with a ticket; null when nobody has said. */
  async attendee(ticket: Ref, options?: CallOptions): Promise<Attendee | null> {
    const data = await this.call(TicketAttendeeDocument, { id: idOf(ticket) }, options);
    return data.ticket?.attendee == null ? null : toAttendee(data.ticket.attendee);
  }

  /**
   * Says who comes with a ticket, in place of what was said before.
   *
   * @throws NotFoundError, TicketUsedError, TicketVoidError, TicketBoundError, InvalidInputError
   */
  async setAttendee(
    ticket: Ref,
    attendee: {
      readonly firstName?: string | undefined;
      readonly lastName?: string | undefined;
      readonly email?: string | undefined;
      readonly phone?: string | undefined;
      readonly answers?: Readonly<Record<string, string>> | undefined;
    },
    options?: CallOptions,
  ): Promise<Attendee> {
    const input = { ticketId: idOf(ticket), ...attendee };
    const data = await this.call(SetTicketAttendeeDocument, { input }, options);
    return toAttendee(present(data.setTicketAttendee).ticketAttendee);
  }

  /**
   * What an event, or one category of it, asks of whoever comes; with `questionId` it changes a
   * question. Needs `events.manage`. Not repeated when its answer is lost.
   *
   * @throws InvalidInputError, NotFoundError, NotAllowedError
   */
  async saveAttendeeQuestion(
    event: Ref,
    input: Omit<SaveAttendeeQuestionInput, "eventId" | "clientMutationId">,
    options?: CallOptions,
  ): Promise<AttendeeQuestion> {
    const data = await this.callOnce(
      SaveAttendeeQuestionDocument,
      { input: { ...input, eventId: idOf(event) } },
      options,
    );
    return present(data.saveAttendeeQuestion).attendeeQuestion;
  }

  /**
   * Asks a question no more; its answers stay. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async retireAttendeeQuestion(question: Ref, options?: CallOptions): Promise<AttendeeQuestion> {
    const data = await this.call(
      RetireAttendeeQuestionDocument,
      { input: { questionId: idOf(question) } },
      options,
    );
    return present(data.retireAttendeeQuestion).attendeeQuestion;
  }

  /**
   * Who comes to a performance, with their answers: one entry for each good ticket. Needs
   * `tickets.read`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  attendeeList(performance: Ref, options: ListOptions = {}): Paged<AttendeeEntry> {
    return this.list(options, async (first, after) => {
      const variables = { performanceId: idOf(performance), first, after };
      return present((await this.call(AttendeeListDocument, variables, options)).attendeeList);
    });
  }
}

/** Answers are texts by question: a constraint says so. */
function toAttendee({ answers, ...attendee }: TicketAttendeeFragment): Attendee {
  return { ...attendee, answers: answers as Attendee["answers"] };
}
