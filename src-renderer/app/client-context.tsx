import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from 'react';
import type { Client } from '../../src-shared/ipc/client.ts';
import type { CallInput, CallName, CallOutput, WireError } from '../../src-shared/ipc/contract.ts';
import { type PersonRole, personRoles } from '../../src-shared/ipc/lists.ts';
import { ui } from '../stores/ui-store.ts';
import { useSentence } from '../texts/sentence.ts';

const ClientContext = createContext<Client | null>(null);

/** Gives the parts below it the client of the core. */
export function ClientProvider({ client, children }: { readonly client: Client; readonly children: ReactNode }) {
  return <ClientContext value={client}>{children}</ClientContext>;
}

/** The client of the core; throws outside a `ClientProvider`. */
export function useClient(): Client {
  const client = useContext(ClientContext);
  if (client === null) throw new Error('no client around this part of the screen');
  return client;
}

/** The role an error asks for, if it is about a role at all. */
export function roleWanted(error: WireError): PersonRole | null | undefined {
  if (error.code !== 'ROLE_REQUIRED') return undefined;
  return personRoles.find((role) => role === error.details['role']) ?? null;
}

type Ask = <N extends CallName>(
  name: N,
  input: CallInput<N>,
  onError?: (error: WireError) => boolean,
) => Promise<CallOutput<N> | undefined>;

/**
 * A call whose failure is shown: as the sign-on dialog when another role is needed, else as a notice; `onError` may take
 * it first by returning true. Gives undefined after a failure.
 */
export function useAsk(): Ask {
  const client = useClient();
  const sentence = useSentence();
  return useCallback(
    async (name, input, onError) => {
      const answer = await client.call(name, input);
      if (answer.ok) return answer.value;
      const error = answer.failure;
      if (onError?.(error) === true) return undefined;
      const role = roleWanted(error);
      if (role !== undefined) ui.askSignOn({ kind: 'role', role });
      else ui.notice('error', sentence(error));
      return undefined;
    },
    [client, sentence],
  );
}

export type Loaded<T> =
  | { readonly state: 'loading'; readonly value: T | undefined }
  | { readonly state: 'ready'; readonly value: T }
  | { readonly state: 'failed'; readonly error: WireError; readonly value: undefined };

/**
 * What a call gives, asked again when its input changes or `reload` is called; while that runs the old value stays. An
 * answer to an older question is dropped and its call cancelled.
 */
export function useCall<N extends CallName>(
  name: N,
  input: CallInput<N> | null,
): Loaded<CallOutput<N>> & { readonly reload: () => void } {
  const client = useClient();
  const [loaded, setLoaded] = useState<Loaded<CallOutput<N>>>({ state: 'loading', value: undefined });
  const [turn, setTurn] = useState(0);
  const key = JSON.stringify(input);
  const inputNow = useRef(input);
  inputNow.current = input;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for the input, `turn` for reload
  useEffect(() => {
    const asked = inputNow.current;
    if (asked === null) return;
    const abort = new AbortController();
    setLoaded((old) => ({ state: 'loading', value: old.value }));
    void client.call(name, asked, abort.signal).then((answer) => {
      if (abort.signal.aborted) return;
      setLoaded(
        answer.ok
          ? { state: 'ready', value: answer.value }
          : { state: 'failed', error: answer.failure, value: undefined },
      );
    });
    return () => abort.abort();
  }, [client, name, key, turn]);
  const reload = useCallback(() => setTurn((old) => old + 1), []);
  return { ...loaded, reload };
}
