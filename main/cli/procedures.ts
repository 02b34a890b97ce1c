import { contract } from '../../shared/contract/contract.ts';
import { KithError } from '../lib/errors.ts';

/** Every procedure of the contract as the terminal names it, such as `wallet.history`. */
export const PROCEDURES: readonly string[] = Object.entries(contract).flatMap(([area, procedures]) =>
  Object.keys(procedures).map((name) => `${area}.${name}`),
);

type Call = (input: unknown, options: { signal: AbortSignal }) => Promise<unknown>;

/** The client's function for a procedure. @throws {KithError} `procedure-unknown`. */
export function findProcedure(client: object, name: string): Call {
  assertProcedure(name);
  const [area = '', procedure = ''] = name.split('.');
  return (client as Record<string, Record<string, Call>>)[area]![procedure]!;
}

export function assertProcedure(name: string): void {
  if (!PROCEDURES.includes(name))
    throw new KithError('procedure-unknown', name, { data: { procedure: name } });
}
