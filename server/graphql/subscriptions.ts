import { access, context, lambda, object, type FieldArgs, type Step } from "postgraphile/grafast";
import { extendSchema, gql } from "postgraphile/utils";
import { RefusedError } from "../errors.ts";
import type { Listener, Live } from "../live.ts";

/** What somebody listens with, who they are included. */
export interface Listening {
  readonly live: Live;
  readonly listener: Listener;
}

declare global {
  namespace Grafast {
    interface Context {
      /** There on a WebSocket only: over HTTP, nobody listens. */
      readonly listening?: Listening | undefined;
    }
  }
}

/** Begins to listen, with the arguments of a subscription. */
function listen<Arguments>(
  $arguments: Step<Arguments>,
  open: (listening: Listening, values: Arguments) => AsyncIterable<unknown>,
): Step {
  return lambda([context().get("listening"), $arguments], ([listening, values]) => {
    if (listening !== undefined) return open(listening, values);
    throw new RefusedError("LMINP", "Subscriptions are sent over a WebSocket.", {
      hint: "Connect to /graphql with the protocol graphql-transport-ws.",
    });
  });
}

/** `seatMapChanged` and the others: what is new, read anew each time as whoever listens. */
export const SubscriptionsPlugin: GraphileConfig.Plugin = extendSchema((build) => {
  const { bookings } = build.input.pgRegistry.pgResources;
  if (bookings === undefined) throw new Error("There is no table of bookings.");
  return {
    typeDefs: gql`
      extend type Subscription {
        """
        What is new on the map of a performance. The first answer comes at once, with what is new since
        a version; the others whenever something is, at most twice a second. Ends with LMNFD when there
        is no such performance, or not for you, or no longer; LMSES; LMINP for a version that is none.
        """
        seatMapChanged(
          "The performance."
          performanceId: UUID!
          "The version of the map that you know. Without one, the first answer says to read the map."
          since: String
        ): SeatMapNews
        """
        What is left of places without a seat at a performance, at once and whenever it is another number,
        at most twice a second: holds that lapse, places that are kept back or come back, and other dates
        of a pass included. Ends with LMNFD when there is no such performance, or not for you, or no
        longer; LMSES.
        """
        admissionsLeftChanged("The performance." performanceId: UUID!): AdmissionsNews
        """
        A booking, at once and whenever it changes or its time runs out. Ends with LMBKG when there is
        no such booking, or it is not yours, or no longer; LMSES.
        """
        bookingChanged("The booking." bookingId: UUID!): BookingNews
      }
      "What is new on a map."
      type SeatMapNews {
        "The performance."
        performanceId: UUID!
        "What to go on from when the connection is lost."
        version: String!
        "False: some changes are not among these. Read the whole map, after this answer."
        isComplete: Boolean!
        "The seats that may be different, in order."
        seatNos: [Int!]!
        "A letter for each of these seats, as in seatMap."
        availability: String!
      }
      "What is left of places without a seat."
      type AdmissionsNews {
        "The performance."
        performanceId: UUID!
        "Each category that has places there, in order of the ids."
        categories: [CategoryAdmissions!]!
      }
      "What is left for a category."
      type CategoryAdmissions {
        "The category."
        ticketCategoryId: UUID!
        "How many can be had now, as admissionsLeft says; categories that share places share the number."
        admissionsLeft: Int!
      }
      "What is new of a booking."
      type BookingNews {
        "The booking as it is now."
        booking: Booking
      }
    `,
    objects: {
      Subscription: {
        plans: {
          seatMapChanged: {
            subscribePlan: (_$root: Step, fieldArgs: FieldArgs) =>
              listen(
                object({
                  performanceId: fieldArgs.getRaw("performanceId") as Step<string>,
                  since: fieldArgs.getRaw("since") as Step<string | null | undefined>,
                }),
                ({ live, listener }, { performanceId, since }) =>
                  live.seatMap(listener, performanceId, since ?? null),
              ),
            plan: ($news: Step) => $news,
          },
          admissionsLeftChanged: {
            subscribePlan: (_$root: Step, fieldArgs: FieldArgs) =>
              listen(
                fieldArgs.getRaw("performanceId") as Step<string>,
                ({ live, listener }, performanceId) => live.admissions(listener, performanceId),
              ),
            plan: ($news: Step) => $news,
          },
          bookingChanged: {
            subscribePlan: (_$root: Step, fieldArgs: FieldArgs) =>
              listen(
                fieldArgs.getRaw("bookingId") as Step<string>,
                ({ live, listener }, bookingId) => live.booking(listener, bookingId),
              ),
            plan: ($news: Step) => $news,
          },
        },
      },
      BookingNews: {
        plans: {
          booking: ($news: Step) => bookings.get({ id: access<string>($news, "bookingId") }),
        },
      },
    },
  };
}, "LmlSubscriptionsPlugin");
