import { z } from 'zod';
import { startServing } from '../../src-main/line/serve.ts';
import { issueSteps } from './steps.ts';

/**
 * A provisioning server in a process of its own, to be killed. One JSON argument; says `{"port":…}` on a line of stdout when its signer
 * is ready. `killAt` n-th time that a request gets to a step: the process ends there as by a power cut (SIGKILL to itself).
 */
const jobSchema = z.object({
  dataFolder: z.string(),
  signers: z.array(z.string()),
  password: z.string(),
  killAt: z.object({ step: z.string(), occurrence: z.int() }).optional(),
});

const job = jobSchema.parse(JSON.parse(process.argv[2] ?? ''));
const { killAt } = job;
if (killAt !== undefined && !issueSteps.some((step) => step === killAt.step)) throw new Error(`no step ${killAt.step}`);
let met = 0;
const started = performance.now();
const running = await startServing({
  host: '127.0.0.1',
  port: 0,
  allow: [],
  insecure: false,
  signers: job.signers,
  dataFolder: job.dataFolder,
  roots: [],
  limits: { connections: 100, perAddress: 100 },
  step: (name) => {
    if (name !== killAt?.step) return;
    met += 1;
    if (met === killAt.occurrence) process.kill(process.pid, 'SIGKILL');
  },
});
const startMs = performance.now() - started;
for (const waiting of running.waiting()) {
  const unlocked = await running.unlock(waiting.serialNumber, [job.password]);
  if (!unlocked.ok) throw new Error(JSON.stringify(unlocked.failure));
}
process.stdout.write(`${JSON.stringify({ port: running.port, startMs })}\n`);
process.on('SIGTERM', () => {
  running.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
