// The least a server can do for a hold: parse JSON, become the guest, call the function, answer JSON.
import { createServer } from "node:http";
import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env["LML_SERVER_DATABASE_URL"], max: 10 });

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const body = JSON.parse(Buffer.concat(chunks).toString()) as {
      variables: { performanceId: string; seatIds: string[] };
    };
    hold(String(request.headers["x-cart-token"]), body.variables).then(
      (booking) => response.end(JSON.stringify({ data: { booking } })),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
});

async function hold(
  cartToken: string,
  { performanceId, seatIds }: { performanceId: string; seatIds: string[] },
): Promise<unknown> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    await client.query({
      name: "become",
      text: `select set_config('role', 'lml_anonymous', true),
        set_config('lml.cart_token', $1, true), set_config('statement_timeout', '5000', true)`,
      values: [cartToken],
    });
    const { rows } = await client.query({
      name: "hold",
      text: "select b.id, b.booking_reference from app_public.hold_seats($1, $2) as b",
      values: [performanceId, seatIds],
    });
    await client.query("commit");
    return rows[0];
  } catch (error) {
    await client.query("rollback");
    throw error;
  } finally {
    client.release();
  }
}

server.listen(Number(process.env["PORT"]), "127.0.0.1");
