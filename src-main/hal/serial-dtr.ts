import { spawn } from 'node:child_process';

/** Longest wait for the system's tool, ms; a port works without it. */
const PATIENCE_MS = 2000;

/**
 * Has an open port keep DTR as it is when it is closed: to some boards its fall is a reset. The driver's option `hupcl: false` does
 * not do that outside Windows: it sets the flag when it is asked to and never clears it, and systems begin with it set. stty is
 * given the open port itself, so that nothing is opened a second time. Where it is missing or fails, DTR falls as ever.
 */
export function keepDtrOnClose(port: object): Promise<void> {
  const fd = 'fd' in port && typeof port.fd === 'number' ? port.fd : undefined;
  if (fd === undefined || process.platform === 'win32') return Promise.resolve();
  return new Promise((resolve) => {
    const stty = spawn('stty', ['-hupcl'], { stdio: [fd, 'ignore', 'ignore'] });
    const timer = setTimeout(() => stty.kill('SIGKILL'), PATIENCE_MS);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    stty.once('error', done);
    stty.once('close', done);
  });
}
