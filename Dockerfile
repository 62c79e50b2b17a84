# The whole of Tidemark: page, worker, command line. What it is told comes by variables, and secrets by files: see compose.yaml.
# What an install reads.
FROM node:24-bookworm-slim AS manifests
WORKDIR /srv/tidemark
COPY package.json package-lock.json .npmrc ./
COPY .config ./.config
COPY prisma ./prisma
COPY lib/db ./lib/db

FROM manifests AS modules
RUN npm ci --omit=dev && npm cache clean --force

# The pages are built where they run: the start looks whether the build is of these sources, under this path and by this Node.
FROM manifests AS pages
RUN npm ci
COPY . .
RUN node_modules/.bin/node --input-type=module --eval "\
  import { buildPages } from './jobs/launcher/build.ts'; \
  const { ok, text } = await buildPages(); \
  if (!ok) { console.error(text); process.exit(1) }"

FROM node:24-bookworm-slim
WORKDIR /srv/tidemark
COPY . .
COPY --from=modules /srv/tidemark/node_modules ./node_modules
COPY --from=modules /srv/tidemark/lib/db/generated ./lib/db/generated
# Next keeps what it has rendered here.
COPY --from=pages --chown=node:node /srv/tidemark/.next ./.next
RUN mkdir -p /var/lib/tidemark /etc/tidemark && chown node:node /var/lib/tidemark
USER 1000
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 TIDEMARK_DATA=/var/lib/tidemark TIDEMARK_CONFIG=/etc/tidemark
VOLUME ["/var/lib/tidemark"]
EXPOSE 3000
STOPSIGNAL SIGTERM
# 503 while the database or the worker is away. From within it may be asked by the name of loopback.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
  CMD ["node_modules/.bin/node", "--eval", "fetch(`http://127.0.0.1:${process.env.PORT}/api/health`).then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node_modules/.bin/node", "jobs/launcher.ts"]
