import pg from 'pg';
import { kubectl, say } from '../../../demo/cluster.ts';
import type { KindDemo, Stage } from '../../../demo/kind-demo.ts';

const SECRET = 'postgres-database-test2';

/** The login that Hearth made for the sample database `test2`. */
async function generatedUrl({ testenv }: Stage): Promise<string> {
  const { stdout } = await testenv.kubectl(['get', 'secret', SECRET, '-n', 'homelab', '-o', 'json']);
  const { data } = JSON.parse(stdout) as { data: { url: string } };
  return Buffer.from(data.url, 'base64').toString();
}

const QUERY = "select current_user, current_database(), split_part(version(), ' ', 2) as version";

/** Where the server is a pod. */
async function logInFromPod(stage: Stage): Promise<void> {
  say(`The proof: in a pod, a login by Service name with the generated Secret homelab/${SECRET}.`);
  const url = await generatedUrl(stage);
  const exec = ['exec', '-n', 'postgres', 'postgres-0', '--', 'psql'];
  await kubectl(stage.testenv, [...exec, url, '-c', QUERY], { shown: [...exec, '$URL', '-c', `"${QUERY}"`] });
}

/** Where the server is a process on this machine. */
async function logInFromHere(stage: Stage): Promise<void> {
  say(`The proof: a login with the generated Secret homelab/${SECRET}.`);
  const client = new pg.Client({ connectionString: await generatedUrl(stage) });
  await client.connect();
  const { rows } = await client.query(QUERY);
  await client.end();
  console.table(rows);
}

export const demo: KindDemo = {
  ready: 'postgresdatabases',
  show: async (stage) => await (stage.profile === 'node' ? logInFromPod(stage) : logInFromHere(stage)),
  next: ({ profile }) => [
    'kubectl describe postgresdatabase test2 -n homelab',
    'kubectl explain postgresdatabase.spec',
    ...(profile === 'node'
      ? ["kubectl exec -n postgres postgres-0 -- psql -U postgres -c 'select datname from pg_database'"]
      : []),
    `kubectl delete secret ${SECRET} -n homelab # it comes back, and its login works`,
    'kubectl delete postgresdatabase shop -n homelab # database, role and Secret go',
  ],
};
