import { connect } from 'node:net';

/** A program's own connection to the provisioning server: the note's user functions over a TCP socket. */
export function serverCallbacks(port, told) {
  let socket;
  let received = Buffer.alloc(0);
  let ended = false;
  let wake = () => undefined;
  return {
    start() {
      if (socket !== undefined) return undefined;
      return new Promise((resolve, reject) => {
        const opened = connect({ host: '127.0.0.1', port });
        opened.once('error', reject);
        opened.once('connect', () => {
          opened.off('error', reject);
          opened.on('error', () => undefined);
          socket = opened;
          ended = false;
          received = Buffer.alloc(0);
          opened.on('data', (chunk) => {
            received = Buffer.concat([received, chunk]);
            wake();
          });
          opened.on('close', () => {
            ended = true;
            wake();
          });
          told.push('start');
          resolve();
        });
      });
    },
    send(bytes) {
      told.push(`send ${bytes.length > 0}`);
      return new Promise((resolve, reject) => {
        socket.write(bytes, (error) => (error ? reject(error) : resolve()));
      });
    },
    async receive(expected) {
      while (received.length === 0 && !ended) {
        await new Promise((resolve) => {
          wake = resolve;
        });
      }
      // Never more than seven bytes at once: whoever asks must ask again.
      const part = received.subarray(0, Math.min(expected, 7));
      received = received.subarray(part.length);
      return part;
    },
    done() {
      told.push('done');
      socket?.destroy();
      socket = undefined;
    },
    requestError(code, message) {
      told.push(`error ${code} ${message}`);
    },
    notify(stage, status) {
      told.push(`${stage} ${status}`);
    },
  };
}
