import { InvalidArgumentError, Option } from "commander";

/** The option that chooses the directory. */
export function dataOption(): Option {
  return new Option("--data <dir>", "where the box office keeps its data").env("LML_DATA");
}

/** Reads a port number. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new InvalidArgumentError("A port is a number from 0 to 65535; 0 takes any free one.");
  }
  return port;
}
