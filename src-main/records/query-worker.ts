import { parentPort, workerData } from 'node:worker_threads';
import { asSignetError } from '../../src-shared/base/error.ts';
import { QueryDesk } from './query.ts';
import { isQuestion } from './query-thread.ts';

/** The thread that answers wide questions; started by `query-thread.ts`. */
const port = parentPort;
const path: unknown = workerData;
if (port !== null && typeof path === 'string') {
  const desk = new QueryDesk(path, () => performance.now());
  let working = false;
  const work = (): void => {
    // One piece, then the next question if there is one: it is answered no later than a piece takes.
    working = desk.work(0);
    if (working) setImmediate(work);
  };
  port.on('message', (message: unknown) => {
    if (message === 'close') {
      desk.close();
      port.close();
      return;
    }
    if (!isQuestion(message)) return;
    const { id, name, input } = message;
    try {
      port.postMessage({ id, ok: true, value: desk.answer(name, input) });
      if (!working) work();
    } catch (thrown) {
      const { code, message: sentence } = asSignetError(thrown);
      port.postMessage({ id, ok: false, code, sentence });
    }
  });
}
