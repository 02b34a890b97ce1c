/** The facts of a log line, as "name value · name value"; long ids are cut. */
export function dataWords(data: Readonly<Record<string, unknown>> | undefined): string {
  return Object.entries(data ?? {})
    .map(([name, value]) => `${name} ${valueWords(value)}`)
    .join(' · ');
}

const LONGEST = 120;

function valueWords(value: unknown): string {
  if (typeof value === 'string') return /^[0-9a-f]{64}$/.test(value) ? `${value.slice(0, 8)}…` : cut(value);
  return cut(JSON.stringify(value) ?? '–');
}

const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

/** The time of day of an ISO time, in the reader's own zone: the same clock as everywhere else in the window. */
export function localTime(iso: string): string {
  const at = new Date(iso);
  return [at.getHours(), at.getMinutes(), at.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}
