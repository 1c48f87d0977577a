import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";
import { fetchLayoutText, LayoutFetchError } from "../layouts/fetch.ts";

interface Request {
  readonly url: string;
  readonly attempts: number;
}

/** After that the other side has been away for half an hour. */
const attemptsMax = 8;

/** Fetches a layout from where it is published. The database checks its hash, and takes it once. */
export const layoutFetch = defineTask(
  z.object({ fetch_id: z.uuid() }),
  async ({ fetch_id: id }, helpers, { layouts }) => {
    const request = await callFunction<Request | null>(helpers, "prepare_layout_fetch", id);
    if (request === null) return;
    let text: string;
    try {
      text = await fetchLayoutText(request.url, layouts);
    } catch (error) {
      if (!(error instanceof LayoutFetchError)) throw error;
      const isFinal = error.isFinal || request.attempts >= attemptsMax;
      await callFunction(
        helpers,
        "record_layout_fetch_failure",
        id,
        error.code,
        error.message,
        isFinal,
      );
      // The queue asks again, after a longer and longer while.
      if (!isFinal) throw error;
      return;
    }
    await callFunction(helpers, "record_layout_fetched", id, text);
  },
);
