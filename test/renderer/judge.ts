import { type Judge, trusted } from '../../src-shared/ipc/client.ts';
import { type CallName, type CallOutput, contract, type Push } from '../../src-shared/ipc/contract.ts';

/** Holds every output and every event against the contract; what the screens trust, the tests parse. */
export const contractJudge: Judge = {
  output<N extends CallName>(name: N, value: unknown): value is CallOutput<N> {
    return contract.calls[name].out.safeParse(value).success;
  },
  push(value: unknown): value is Push {
    if (!trusted.push(value)) return false;
    return contract.events[value.event].safeParse(value.value).success;
  },
};
