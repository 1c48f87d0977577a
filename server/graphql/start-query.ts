/** What the page for trying queries begins with: every operation of it runs, one after the other. */
export const startQuery = `# What is on sale here, to anybody. Ctrl-Enter runs
# the operation that the cursor is in, Ctrl-Space says
# what else can be asked, and the book on the left has
# the whole schema.
query OnSale {
  events(first: 5) {
    nodes {
      title
      venue { name timezone }
      ticketCategories(first: 5) { nodes { id name } }
      performances(first: 3) {
        nodes { id startsAt status }
      }
    }
  }
}

# A guest's cart. Send it with what follows, in Headers
# below: { "X-Cart-Token": "..." }
mutation MakeCart {
  createCartToken(input: {}) { cartToken }
}

# Takes two seats, with ids from above in Variables
# below: { "performance": "...", "category": "..." }
mutation Hold($performance: UUID!, $category: UUID!) {
  holdBestAvailable(
    input: {
      performanceId: $performance
      ticketCategoryId: $category
      quantity: 2
    }
  ) {
    booking {
      id status expiresAt totalAmountCents currency
    }
  }
}

# Which seats have changed, from now on: run it, then
# Hold in another tab. The stop sign ends it.
subscription Watch($performance: UUID!) {
  seatMapChanged(performanceId: $performance) {
    version isComplete seatNos availability
  }
}

# For users. Send the token in Headers below:
# { "Authorization": "Bearer ..." }
mutation SignIn($email: String!, $password: String!) {
  signIn(input: { email: $email, password: $password }) {
    token expiresAt
  }
}
`;

/** What its head lacks: the width of phones, an icon, lest a missing one be asked for, and that only its panes scroll. */
const head = `<meta name="viewport" content="width=device-width, initial-scale=1" />
<link rel="icon" href="data:," />
<style>body { overflow: hidden; }</style>
`;

/** Puts both into the page. The setting that is there for the query, `ruru.clientConfig`, is typed as all or nothing. */
export const startQueryPlugin: GraphileConfig.Plugin = {
  name: "LmlStartQueryPlugin",
  version: "1.0.0",
  grafserv: {
    middleware: {
      ruruHTML(next, { htmlParts }) {
        const query = JSON.stringify(startQuery).replaceAll("<", "\\u003c");
        htmlParts.configScript += `<script>RURU_CONFIG.defaultQuery = ${query};</script>\n`;
        htmlParts.metaTags += head;
        return next();
      },
    },
  },
};
