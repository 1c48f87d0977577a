import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";

/** Forgets changes of seats that are older than anybody's map. */
export const seatChangeForget = defineTask(z.looseObject({}), async (_payload, helpers) => {
  await callFunction<number>(helpers, "forget_seat_changes");
});
