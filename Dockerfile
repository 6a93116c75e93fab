# Give it a digest to build on exactly one base: --build-arg NODE_IMAGE=node:24-bookworm-slim@sha256:...
ARG NODE_IMAGE=node:24-bookworm-slim

# Build: everything npm needs, and the bundle. It is the same on every platform, so it is made on that of the builder.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-fund --no-audit
COPY scripts/build.ts scripts/bundle.ts scripts/slim.ts scripts/sdk-client.ts scripts/
COPY src src
RUN node scripts/build.ts

# Run: Node and one file. No shell is needed, nothing is written.
FROM ${NODE_IMAGE}
# Each of the flags gives memory back that an operator has no use for; docs/performance.md has the numbers.
ENV NODE_ENV=production MALLOC_ARENA_MAX=1
COPY --from=build /build/dist/hearth.mjs /build/dist/hearth.mjs.LEGAL.txt /app/
COPY LICENSE /app/
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["node", "--optimize-for-size", "--no-opt", "--no-maglev", "/app/hearth.mjs"]
