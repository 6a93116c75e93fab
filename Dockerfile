# Build: everything npm needs, and the bundle.
FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-fund --no-audit
COPY scripts/build.ts scripts/bundle.ts scripts/slim.ts scripts/sdk-client.ts scripts/
COPY src src
RUN node scripts/build.ts

# Run: Node and one file. No shell is needed, nothing is written.
FROM node:24-bookworm-slim
ENV NODE_ENV=production
COPY --from=build /build/dist/hearth.mjs /build/dist/hearth.mjs.LEGAL.txt /app/
COPY LICENSE /app/
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["node", "/app/hearth.mjs"]
