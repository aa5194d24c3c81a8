# One image for every process; docker-compose.yml says which one runs.
FROM node:22-slim AS browser
WORKDIR /portal
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts
COPY . .
RUN node assets/build.mjs --strict

FROM python:3.12-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --create-home --home-dir /srv/portal portal
WORKDIR /portal
COPY requirements.lock ./
RUN pip install --no-cache-dir -r requirements.lock
COPY . .
COPY --from=browser /portal/static/vendor static/vendor
COPY --from=browser /portal/node_modules/@expo-google-fonts/noto-serif-sc /usr/share/fonts/noto-serif-sc
COPY --from=browser /portal/node_modules/@expo-google-fonts/noto-sans-sc /usr/share/fonts/noto-sans-sc
ENV PORTAL_LOCAL_DIR=/srv/portal PORTAL_STATIC_DIR=/portal/.static PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN PORTAL_SECRET_KEY=only-for-collectstatic python manage.py collectstatic --noinput \
 && mkdir -p /srv/portal/files /srv/portal/ledger /srv/portal/keys /srv/portal/mail && chown -R portal /srv/portal
USER portal
EXPOSE 8000
