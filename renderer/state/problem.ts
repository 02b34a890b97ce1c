import { ORPCError } from '@orpc/client';
import { nodeWords } from '../format/amount.ts';
import { issueWords } from '../format/issue.ts';

/** A failure to show: a stable code and a sentence. */
export interface Problem {
  readonly code: string;
  readonly sentence: string;
}

/** Converts any failure of a call to a sentence, also the loss of the connection during the call. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ORPCError) {
    const { code, message, data } = error as ORPCError<string, unknown>;
    return { code, sentence: nodeWords(sentence(issueOf(data) ?? message)) };
  }
  return { code: 'NOT_CONNECTED', sentence: 'The node does not respond.' };
}

/** The first invalid field of a refused input, in words. */
function issueOf(data: unknown): string | undefined {
  const issues = (data as { issues?: readonly { path?: unknown; message?: unknown }[] } | null | undefined)
    ?.issues;
  const { path, message } = issues?.[0] ?? {};
  if (typeof message !== 'string') return undefined;
  return issueWords({ path: typeof path === 'string' ? path : '', message });
}

/** Makes a text a sentence: capital letter first, full stop last. */
function sentence(text: string): string {
  const trimmed = text.trim();
  const capital = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?…]$/.test(capital) ? capital : `${capital}.`;
}
