import { atMost, type BenchRow, figure } from './rows.ts';
import { askFor } from './server-load.ts';
import { ServerProcess } from './server-process.ts';

/** `npm run bench -- server-memory`: minutes. What a server holds after 10 000 certificates it may still hold after 100 000. */
const FEW = 10_000;
const MANY = 100_000;
const STEP = 5000;
const MIB = 1 << 20;

export async function bench(): Promise<readonly BenchRow[]> {
  const server = await ServerProcess.start(0);
  try {
    const load = { port: server.port, selection: server.selection, connections: 32, certificates: STEP };
    let made = 0;
    let ms = 0;
    const upTo = async (count: number): Promise<void> => {
      for (; made < count; made += STEP) {
        ms += await askFor({ ...load, first: made });
        process.stderr.write(`  ${made + STEP} certificates\n`);
      }
    };
    await upTo(FEW);
    const few = await server.figures();
    await upTo(MANY);
    const many = await server.figures();
    return [
      figure('certificates a second over all of it', (1000 * MANY) / ms, '/s'),
      figure(`heap after GC at ${FEW} certificates`, few.heapBytes / MIB, 'MiB'),
      figure(`heap after GC at ${MANY} certificates`, many.heapBytes / MIB, 'MiB'),
      atMost('heap after GC, many over few', many.heapBytes / few.heapBytes, 1.05),
      figure(`RSS at ${FEW} certificates`, few.rssBytes / MIB, 'MiB'),
      figure(`RSS at ${MANY} certificates`, many.rssBytes / MIB, 'MiB'),
      atMost('RSS, many over few', many.rssBytes / few.rssBytes, 1.05),
    ];
  } finally {
    await server.close();
  }
}
