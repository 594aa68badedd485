/** One at a time, first come first served. */
export class Mutex {
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;

  /** Whether somebody holds it or waits for it. */
  get busy(): boolean {
    return this.#waiting > 0;
  }

  /** Runs `work` when everybody before has finished; a rejection of `work` is passed on and frees the mutex. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting += 1;
    const before = this.#tail;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#tail = promise;
    try {
      await before;
      return await work();
    } finally {
      this.#waiting -= 1;
      resolve();
    }
  }
}
