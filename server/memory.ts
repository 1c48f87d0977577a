import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Collects all garbage now and gives the freed memory back to the machine. V8 sizes its heap by what a program does while
 * it starts, here reading modules and building a schema, and shrinks it only when more is allocated: a server that has
 * nothing to do would keep what starting took, for ever. The whole process stands still for it, for about a third of a
 * second with a server's heap, so it is for the moment when everything is there and nobody has asked yet.
 */
export function giveBackMemory(): void {
  // The collector is there in contexts that are made while the flag is set, and in no other.
  setFlagsFromString("--expose-gc");
  try {
    const collect = runInNewContext("gc") as NodeJS.GCFunction;
    // Of the flavors, the one that also shrinks what the young generation has grown to.
    collect({ type: "major", execution: "sync", flavor: "last-resort" });
  } finally {
    setFlagsFromString("--no-expose-gc");
  }
}
