import { createServer, type Server } from 'node:http';
import type { Variables } from './configuration.ts';
import { standInHeader } from './http-server.ts';

const pages = ['/', '/data', '/functions', '/files', '/schedules', '/logs', '/history', '/settings'];

/** Plays the dashboard: its pages are at the root and show what the browser would be told. */
export function createDashboardServer(variables: Variables): Server {
  return createServer(({ url = '/' }, response) => {
    const isPage = pages.includes(new URL(url, 'http://stand-in').pathname);
    response.writeHead(isPage ? 200 : 404, {
      ...standInHeader,
      'content-type': 'text/html; charset=utf-8',
      'strict-transport-security': 'max-age=31536000',
      'x-frame-options': 'SAMEORIGIN',
    });
    response.end(isPage ? pageOf(variables) : '<p>There is no such page.</p>\n');
  });
}

/** The admin key is shipped to the page, as the real dashboard does when it is given one. */
function pageOf(variables: Variables): string {
  const settings = {
    deploymentUrl: variables['NEXT_PUBLIC_DEPLOYMENT_URL'] ?? '',
    adminKey: variables['NEXT_PUBLIC_ADMIN_KEY'] ?? '',
  };
  const json = JSON.stringify(settings).replaceAll('<', '\\u003c');
  return `<!doctype html>
<title>Convex dashboard stand-in</title>
<p>A part of Hearth's tests, not Convex.</p>
<script id="settings" type="application/json">${json}</script>
`;
}
